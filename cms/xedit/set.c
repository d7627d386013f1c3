/* SPDX-License-Identifier: MIT
 *
 * set.c - SET and QUERY: a row for each setting.
 */
#include <string.h>

#include "print.h"
#include "session.h"

struct set_row {
	const char *name;
	unsigned least;
	int (*set)(struct xedit *x, const struct set_row *row,
	    struct span args); /* NULL: can only be asked for */
	void (*query)(struct xedit *x, const struct set_row *row);
	size_t member; /* a bool of struct session_settings, a name of id's */
	const char *syntax;
};

/* --- ON and OFF --- */

static bool *
set_switch(struct xedit *x, const struct set_row *row)
{
	return (bool *)((char *)&x->set + row->member);
}

static int
set_word_on(struct xedit *x, struct span word, bool *on)
{
	if (word.len == 0)
		return session_message(x, 545);
	if (span_is(word, "ON", 2))
		*on = true;
	else if (span_is(word, "OFF", 3))
		*on = false;
	else
		return session_invalid(x, 520, word);
	return 0;
}

static int
set_bool(struct xedit *x, const struct set_row *row, struct span args)
{
	struct span word = span_word(&args);
	bool on = false;
	int rc = set_word_on(x, word, &on);

	if (rc == 0)
		rc = session_no_more(x, args);
	if (rc == 0)
		*set_switch(x, row) = on;
	return rc;
}

static const char *
set_on(bool on)
{
	return on ? "ON" : "OFF";
}

static void
query_bool(struct xedit *x, const struct set_row *row)
{
	session_print(x, "%s %s", row->name, set_on(*set_switch(x, row)));
}

/* --- columns and lengths --- */

/* 1 to max, or * for max; *value is as it was if it is neither. */
static int
set_column(struct xedit *x, struct span word, size_t max, size_t *value)
{
	size_t n;

	if (word.len == 0)
		return session_message(x, 545);
	if (span_equal(word, span_of("*"), false)) {
		*value = max;
		return 0;
	}
	if (span_number(word, max, &n) == -1 || n == 0)
		return session_invalid(x, 527, word);
	*value = n;
	return 0;
}

/* "left right", right * when left out. */
static int
set_columns(struct xedit *x, struct span args, size_t max, size_t *left,
    size_t *right)
{
	struct span given = args, word = span_word(&args);
	size_t a = 1, z = max;
	int rc = set_column(x, word, max, &a);

	if (rc != 0)
		return rc;
	word = span_word(&args);
	if (word.len > 0)
		rc = set_column(x, word, max, &z);
	if (rc == 0)
		rc = session_no_more(x, args);
	if (rc != 0)
		return rc;
	if (a > z)
		return session_invalid(x, 527, given);
	*left = a;
	*right = z;
	return 0;
}

static int
set_zone(struct xedit *x, const struct set_row *row, struct span args)
{
	(void)row;
	return set_columns(x, args, x->set.trunc, &x->set.zone_left,
	    &x->set.zone_right);
}

static void
query_zone(struct xedit *x, const struct set_row *row)
{
	session_print(x, "%s %zu %zu", row->name, x->set.zone_left,
	    x->set.zone_right);
}

/* Nothing reaches beyond TRUNC, and TRUNC not beyond LRECL. */
static void
set_bounds(struct session_settings *set)
{
	if (set->trunc > set->lrecl)
		set->trunc = set->lrecl;
	if (set->zone_right > set->trunc)
		set->zone_right = set->trunc;
	if (set->zone_left > set->zone_right)
		set->zone_left = set->zone_right;
}

static int
set_trunc(struct xedit *x, const struct set_row *row, struct span args)
{
	struct session_settings *set = &x->set;
	struct span word = span_word(&args);
	bool whole = set->zone_right == set->trunc;
	int rc = session_no_more(x, args);

	(void)row;
	if (rc == 0)
		rc = set_column(x, word, set->lrecl, &set->trunc);
	if (rc == 0 && whole)
		set->zone_right = set->trunc;
	set_bounds(set);
	return rc;
}

static void
query_trunc(struct xedit *x, const struct set_row *row)
{
	session_print(x, "%s %zu", row->name, x->set.trunc);
}

/* What followed LRECL goes on following it. */
static void
set_length(struct session_settings *set, size_t lrecl)
{
	bool trunc = set->trunc == set->lrecl;
	bool zone = trunc && set->zone_right == set->trunc;

	set->lrecl = lrecl;
	if (trunc)
		set->trunc = lrecl;
	if (zone)
		set->zone_right = lrecl;
	set_bounds(set);
}

static int
set_lrecl(struct xedit *x, const struct set_row *row, struct span args)
{
	struct span word = span_word(&args);
	size_t lrecl = XEDIT_LRECL_MAX;
	char most[12];
	int rc = session_no_more(x, args);

	(void)row;
	if (rc != 0)
		return rc;
	if (word.len == 0)
		return session_message(x, 545);
	if (!span_equal(word, span_of("*"), false) &&
	    (span_number(word, XEDIT_LRECL_MAX, &lrecl) == -1 || lrecl == 0)) {
		print_into(most, sizeof most, "%u", XEDIT_LRECL_MAX);
		return session_message(x, 519, most);
	}
	set_length(&x->set, lrecl);
	return 0;
}

static void
query_lrecl(struct xedit *x, const struct set_row *row)
{
	session_print(x, "%s %zu", row->name, x->set.lrecl);
}

static size_t
set_longest(const struct buffer *b, size_t least)
{
	for (size_t n = 1; n <= b->lines; n++)
		if (buffer_text(b, n).len > least)
			least = buffer_text(b, n).len;
	return least;
}

/* F files are of cards, or as long as their longest line, until LRECL says
 * otherwise. */
static int
set_recfm(struct xedit *x, const struct set_row *row, struct span args)
{
	struct span word = span_word(&args);
	int rc = session_no_more(x, args);

	(void)row;
	if (rc != 0)
		return rc;
	if (word.len == 0)
		return session_message(x, 545);
	if (!span_is(word, "F", 1) && !span_is(word, "V", 1))
		return session_message(x, 515);
	x->set.recfm = span_upper(word.at[0]);
	if (x->set.recfm == 'F' && x->set.lrecl == XEDIT_LRECL_MAX)
		set_length(&x->set, set_longest(&x->buffer, 80));
	return 0;
}

static void
query_recfm(struct xedit *x, const struct set_row *row)
{
	session_print(x, "%s %c", row->name, x->set.recfm);
}

static int
set_verify(struct xedit *x, const struct set_row *row, struct span args)
{
	struct span rest = args;
	bool on = true;
	int rc;

	(void)row;
	if (args.len > 0 && span_upper(args.at[0]) == 'O') {
		rc = set_word_on(x, span_word(&rest), &on);
		if (rc != 0)
			return rc;
		span_skip_blanks(&rest);
	}
	rc = rest.len == 0 && rest.at != args.at ? 0 :
	    set_columns(x, rest, XEDIT_LRECL_MAX, &x->set.verify_left,
	    &x->set.verify_right);
	if (rc == 0)
		x->set.verify = on;
	return rc;
}

static void
query_verify(struct xedit *x, const struct set_row *row)
{
	session_print(x, "%s %s %zu %zu", row->name, set_on(x->set.verify),
	    x->set.verify_left, x->set.verify_right);
}

static int
set_tabs(struct xedit *x, const struct set_row *row, struct span args)
{
	size_t tab[SESSION_TABS], last = 0;
	unsigned tabs = 0;
	struct span word;

	(void)row;
	if (args.len == 0)
		return session_message(x, 545);
	while ((word = span_word(&args)).len > 0) {
		if (tabs == SESSION_TABS || span_number(word, XEDIT_LRECL_MAX,
		    &tab[tabs]) == -1 || tab[tabs] <= last)
			return session_invalid(x, 527, word);
		last = tab[tabs++];
	}
	memcpy(x->set.tab, tab, tabs * sizeof tab[0]);
	x->set.tabs = tabs;
	return 0;
}

static void
query_tabs(struct xedit *x, const struct set_row *row)
{
	char text[16 + SESSION_TABS * 8];
	size_t n = print_into(text, sizeof text, "%s", row->name);

	for (unsigned i = 0; i < (x->set.tabs > 0 ? x->set.tabs : 16); i++)
		n += print_into(text + n, sizeof text - n, " %zu",
		    x->set.tabs > 0 ? x->set.tab[i] : (size_t)i * 8 + 1);
	session_say(x, (struct span){ text, n });
}

/* --- letters --- */

static int
set_case(struct xedit *x, const struct set_row *row, struct span args)
{
	struct span how = span_word(&args), search = span_word(&args);
	bool upper = span_is(how, "UPPERCASE", 1);
	int rc = session_no_more(x, args);

	(void)row;
	if (rc != 0)
		return rc;
	if (how.len == 0)
		return session_message(x, 545);
	if (!upper && !span_is(how, "MIXED", 1))
		return session_invalid(x, 520, how);
	if (search.len > 0) {
		if (!span_is(search, "RESPECT", 1) &&
		    !span_is(search, "IGNORE", 1))
			return session_invalid(x, 520, search);
		x->set.fold = span_is(search, "IGNORE", 1);
	}
	x->set.upper = upper;
	return 0;
}

static void
query_case(struct xedit *x, const struct set_row *row)
{
	session_print(x, "%s %s %s", row->name,
	    x->set.upper ? "UPPERCASE" : "MIXED",
	    x->set.fold ? "IGNORE" : "RESPECT");
}

static int
set_nondisp(struct xedit *x, const struct set_row *row, struct span args)
{
	struct span word = span_word(&args);

	(void)row;
	if (word.len > 1 || (word.len == 1 && (word.at[0] < '!' ||
	    word.at[0] > '~')))
		return session_invalid(x, 520, word);
	x->set.nondisp = word.len == 1 ? word.at[0] : ' ';
	return session_no_more(x, args);
}

static void
query_nondisp(struct xedit *x, const struct set_row *row)
{
	session_print(x, "%s %c", row->name, x->set.nondisp);
}

/* --- names --- */

static char *
set_id(struct xedit *x, const struct set_row *row)
{
	return (char *)&x->id + row->member;
}

static int
set_name(struct xedit *x, const struct set_row *row, struct span args)
{
	struct span word = span_word(&args);
	char made[FILEID_NAME];
	int rc = session_no_more(x, args);

	if (rc != 0)
		return rc;
	if (word.len == 0)
		return session_message(x, 545);
	if (fileid_make(made, word.at, word.len, set_id(x, row)) == -1)
		return session_invalid(x, 62, word);
	memcpy(set_id(x, row), made, FILEID_NAME);
	return 0;
}

static void
query_name(struct xedit *x, const struct set_row *row)
{
	session_print(x, "%s %.8s", row->name, set_id(x, row));
}

static int
set_fmode(struct xedit *x, const struct set_row *row, struct span args)
{
	struct span word = span_word(&args);
	struct fileid id = { .number = '\0' };
	int rc = session_no_more(x, args);

	(void)row;
	if (rc != 0)
		return rc;
	if (word.len == 0)
		return session_message(x, 545);
	if (fileid_mode(&id, word.at, word.len) == -1 || id.mode == '*')
		return session_invalid(x, 48, word);
	x->id.mode = id.mode;
	if (id.number != '\0')
		x->id.number = id.number;
	return 0;
}

static void
query_fmode(struct xedit *x, const struct set_row *row)
{
	session_print(x, "%s %c%c", row->name, x->id.mode, x->id.number);
}

/* ".name [OFF]" */
static int
set_point(struct xedit *x, const struct set_row *row, struct span args)
{
	struct span name = span_word(&args), off = span_word(&args);
	int rc = session_no_more(x, args);

	(void)row;
	if (rc != 0)
		return rc;
	if (name.len == 0)
		return session_message(x, 545);
	if (name.at[0] != '.' || (off.len > 0 && !span_is(off, "OFF", 3)))
		return session_invalid(x, 520, name.at[0] != '.' ? name : off);
	span_drop(&name, 1);
	if (off.len == 0 && !session_on_line(x))
		return session_message(x, 585);
	if (buffer_set_point(&x->buffer, name, off.len > 0 ? 0 :
	    x->buffer.current) == -1)
		return session_message(x, 541);
	return 0;
}

static void
query_point(struct xedit *x, const struct set_row *row)
{
	const struct buffer *b = &x->buffer;
	bool any = false;

	for (unsigned i = 0; i < BUFFER_POINTS; i++) {
		struct span name = span_of(b->point[i]);
		size_t n = buffer_point(b, name);

		if (n == 0)
			continue;
		session_print(x, "%s %zu .%s", row->name, n, b->point[i]);
		any = true;
	}
	if (!any)
		session_print(x, "%s NONE", row->name);
}

/* --- what can only be asked for --- */

static void
query_line(struct xedit *x, const struct set_row *row)
{
	session_print(x, "%s %zu", row->name, x->buffer.current);
}

static void
query_size(struct xedit *x, const struct set_row *row)
{
	session_print(x, "%s %zu", row->name, x->buffer.lines);
}

static void
query_alt(struct xedit *x, const struct set_row *row)
{
	session_print(x, "%s %lu", row->name,
	    (unsigned long)(x->buffer.changes - x->saved));
}

static void
query_fileid(struct xedit *x, const struct set_row *row)
{
	session_print(x, "%s %.8s %.8s %c%c %c %zu", row->name, x->id.name,
	    x->id.type, x->id.mode, x->id.number, x->set.recfm, x->set.lrecl);
}

#define SWITCH(name, least, member, syntax)                       \
	{ name, least, set_bool, query_bool,                      \
	    offsetof(struct session_settings, member), syntax }

static const struct set_row rows[] = {
	{ "ALT", 3, NULL, query_alt, 0, "ALT" },
	{ "CASE", 4, set_case, query_case, 0,
	    "CASE Uppercase | Mixed [Respect | Ignore]" },
	{ "FILEID", 6, NULL, query_fileid, 0, "FILEID" },
	{ "FMODE", 2, set_fmode, query_fmode, 0, "FMode fm" },
	{ "FNAME", 2, set_name, query_name, offsetof(struct fileid, name),
	    "FName fn" },
	{ "FTYPE", 2, set_name, query_name, offsetof(struct fileid, type),
	    "FType ft" },
	SWITCH("IMAGE", 2, image, "IMage ON | OFF"),
	SWITCH("IMPCMSCP", 3, implied, "IMPcmscp ON | OFF"),
	{ "LINE", 2, NULL, query_line, 0, "LIne" },
	{ "LRECL", 2, set_lrecl, query_lrecl, 0, "LRecl n | *" },
	SWITCH("MSGMODE", 4, messages, "MSGMode ON | OFF"),
	{ "NONDISP", 4, set_nondisp, query_nondisp, 0, "NONDisp [char]" },
	SWITCH("NUMBER", 3, number, "NUMber ON | OFF"),
	{ "POINT", 1, set_point, query_point, 0, "Point .name [OFF]" },
	{ "RECFM", 4, set_recfm, query_recfm, 0, "RECFm F | V" },
	{ "SIZE", 2, NULL, query_size, 0, "SIze" },
	SWITCH("STAY", 2, stay, "STay ON | OFF"),
	{ "TABS", 3, set_tabs, query_tabs, 0, "TABs n ..." },
	{ "TRUNC", 2, set_trunc, query_trunc, 0, "TRunc n | *" },
	{ "VERIFY", 1, set_verify, query_verify, 0,
	    "Verify [ON | OFF] [n [m | *]]" },
	SWITCH("WRAP", 2, wrap, "WRap ON | OFF"),
	{ "ZONE", 1, set_zone, query_zone, 0, "Zone n [m | *]" },
};

#define ROWS (sizeof rows / sizeof rows[0])

static const struct set_row *
set_find_any(struct span word)
{
	for (unsigned i = 0; i < ROWS; i++)
		if (span_is(word, rows[i].name, rows[i].least))
			return &rows[i];
	return NULL;
}

const struct set_row *
set_find(struct span word)
{
	const struct set_row *row = set_find_any(word);

	return row != NULL && row->set != NULL ? row : NULL;
}

int
set_run(struct xedit *x, const struct set_row *row, struct span args)
{
	span_skip_blanks(&args);
	return row->set(x, row, args);
}

int
set_command(struct xedit *x, struct span args)
{
	struct span word = span_word(&args);
	const struct set_row *row = set_find(word);

	if (word.len == 0)
		return session_message(x, 545);
	if (row == NULL)
		return session_invalid(x, 520, word);
	return set_run(x, row, args);
}

int
set_query(struct xedit *x, struct span args)
{
	struct span word = span_word(&args);
	const struct set_row *row = set_find_any(word);
	int rc = session_no_more(x, args);

	if (word.len == 0)
		return session_message(x, 545);
	if (row == NULL)
		return session_invalid(x, 520, word);
	if (rc == 0)
		row->query(x, row);
	return rc;
}

void
set_list(struct xedit *x)
{
	for (unsigned i = 0; i < ROWS; i++)
		session_print(x, "  %s", rows[i].syntax);
}

void
set_defaults(struct xedit *x)
{
	x->set = (struct session_settings){
		.stay = true,
		.verify = true,
		.messages = true,
		.image = true,
		.trunc = XEDIT_LRECL_MAX,
		.lrecl = XEDIT_LRECL_MAX,
		.zone_left = 1,
		.zone_right = XEDIT_LRECL_MAX,
		.verify_left = 1,
		.verify_right = XEDIT_LRECL_MAX,
		.recfm = 'V',
		.nondisp = '"',
	};
}
