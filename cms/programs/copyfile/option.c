/* SPDX-License-Identifier: MIT
 *
 * option.c - COPYFILE's options, and which of them do not go together.
 */
#include <ctype.h>
#include <string.h>

#include "list.h"
#include "option.h"
#include "say.h"

#define LRECL_MAX 65535ul
#define RECORDS_MAX 0x7FFFFFFFul
#define BIT(name) (1u << OPTION_##name)

/* `against`: each pair is said once, by the one that is further down. */
static const struct {
	const char *name;
	unsigned least;
	int operand;
	unsigned against;
} option_rows[OPTION_NAMES] = {
	[OPTION_APPEND] = { "APPEND", 2, 0, 0 },
	[OPTION_EBCDIC] = { "EBCDIC", 2, 0, 0 },
	[OPTION_FILL] = { "FILL", 3, 1, 0 },
	[OPTION_FOR] = { "FOR", 3, 1, 0 },
	[OPTION_FRLABEL] = { "FRLABEL", 3, 1, 0 },
	[OPTION_FROM] = { "FROM", 2, 1, BIT(FRLABEL) },
	[OPTION_LOWCASE] = { "LOWCASE", 3, 0, 0 },
	[OPTION_LRECL] = { "LRECL", 2, 1, BIT(APPEND) },
	[OPTION_NEWDATE] = { "NEWDATE", 4, 0, 0 },
	[OPTION_NEWFILE] = { "NEWFILE", 4, 0, BIT(APPEND) },
	[OPTION_NOPROMPT] = { "NOPROMPT", 3, 0, 0 },
	[OPTION_NOSPECS] = { "NOSPECS", 3, 0, 0 },
	[OPTION_NOTRUNC] = { "NOTRUNC", 5, 0, 0 },
	[OPTION_NOTYPE] = { "NOTYPE", 3, 0, 0 },
	[OPTION_OLDDATE] = { "OLDDATE", 4, 0, BIT(NEWDATE) | BIT(APPEND) },
	[OPTION_OVLY] = { "OVLY", 2, 0, BIT(APPEND) | BIT(NEWFILE) },
	[OPTION_PACK] = { "PACK", 2, 0, 0 },
	[OPTION_PROMPT] = { "PROMPT", 2, 0, BIT(NOPROMPT) },
	[OPTION_RECFM] = { "RECFM", 3, 1, BIT(APPEND) },
	[OPTION_REPLACE] = { "REPLACE", 3, 0,
	    BIT(APPEND) | BIT(NEWFILE) | BIT(OVLY) },
	[OPTION_SINGLE] = { "SINGLE", 2, 0, 0 },
	[OPTION_SPECS] = { "SPECS", 2, 0, BIT(NOSPECS) },
	[OPTION_TOLABEL] = { "TOLABEL", 3, 1, BIT(FOR) },
	[OPTION_TRANS] = { "TRANS", 3, 0, 0 },
	[OPTION_TRUNC] = { "TRUNC", 3, 0, BIT(NOTRUNC) },
	[OPTION_TYPE] = { "TYPE", 1, 0, BIT(NOTYPE) },
	[OPTION_UNPACK] = { "UNPACK", 3, 0, 0 },
	[OPTION_UPCASE] = { "UPCASE", 2, 0, BIT(LOWCASE) },
};

int
option_has(const struct option *o, enum option_name name)
{
	return (o->seen >> name & 1) != 0;
}

static int
option_find(const char *word)
{
	for (int i = 0; i < OPTION_NAMES; i++)
		if (words_is(word, option_rows[i].name, option_rows[i].least))
			return i;
	return -1;
}

/* Option n, and the ones that have been seen, do not go together. */
static int
option_conflict(const struct option *o, int n)
{
	for (int i = 0; i < OPTION_NAMES; i++)
		if ((o->seen >> i & 1) != 0 &&
		    ((option_rows[i].against >> n & 1) != 0 ||
		    (option_rows[n].against >> i & 1) != 0))
			return say(66, 'E', 24, "'%s' AND '%s' ARE "
			    "CONFLICTING OPTIONS", option_rows[i].name,
			    option_rows[n].name);
	return 0;
}

static int
option_recfm(struct option *o, const char *word)
{
	o->recfm = (char)toupper((unsigned char)word[0]);
	return (o->recfm == 'F' || o->recfm == 'V') && word[1] == '\0' ? 0 :
	    -1;
}

static int
option_label(const char **label, const char *word)
{
	*label = word;
	return strlen(word) <= OPTION_LABEL ? 0 : -1;
}

static int
option_operand(struct option *o, int n, const char *word)
{
	switch (n) {
	case OPTION_FROM:
		return words_number(word, RECORDS_MAX, &o->from);
	case OPTION_FOR:
		return words_number(word, RECORDS_MAX, &o->count);
	case OPTION_LRECL:
		return words_number(word, LRECL_MAX, &o->lrecl);
	case OPTION_RECFM:
		return option_recfm(o, word);
	case OPTION_FILL:
		return list_value(word, strlen(word), &o->fill);
	case OPTION_FRLABEL:
		return option_label(&o->from_label, word);
	default:
		return option_label(&o->to_label, word);
	}
}

/* The option that is word *at, and its operand: both are taken. */
static int
option_one(struct option *o, const struct words *w, int *at)
{
	const char *word = w->option[(*at)++];
	int n = option_find(word), rc;

	if (n == -1)
		return say_option(word);
	if (n == OPTION_PACK || n == OPTION_UNPACK)
		return say(3, 'E', 24, "INVALID OPTION '%s' - FILES ARE NOT "
		    "PACKED HERE", option_rows[n].name);
	if ((o->seen >> n & 1) != 0)
		return say(65, 'E', 24, "'%s' OPTION SPECIFIED TWICE",
		    option_rows[n].name);
	rc = option_conflict(o, n);
	if (rc != 0)
		return rc;
	o->seen |= 1u << n;
	if (!option_rows[n].operand)
		return 0;
	if (*at == w->options)
		return say(5, 'E', 24, "NO '%s' SPECIFIED",
		    option_rows[n].name);
	word = w->option[(*at)++];
	return option_operand(o, n, word) == 0 ? 0 :
	    say_parameter(word, option_rows[n].name);
}

int
option_parse(struct option *o, const struct words *w)
{
	int at = 0, rc = 0;

	*o = (struct option){ .fill = ' ' };
	while (at < w->options && rc == 0)
		rc = option_one(o, w, &at);
	return rc;
}
