/* SPDX-License-Identifier: MIT
 *
 * spoolfile.c - which spool files a command means, and a file as a line.
 */
#include "spoolfile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "name.h"
#include "directory.h"

#define NS_PER_S 1000000000

/* --- words --- */

static const struct spoolfile_word {
	const char *name;
	size_t abbrev;
	int means;
} spoolfile_queues[] = {
	{ "READER", 1, SPOOL_RDR }, { "RDR", 3, SPOOL_RDR },
	{ "PRINTER", 1, SPOOL_PRT }, { "PRT", 3, SPOOL_PRT },
	{ "PUNCH", 2, SPOOL_PUN }, { "PCH", 3, SPOOL_PUN },
	{ NULL, 0, -1 },
}, spoolfile_selectors[] = {
	{ "ALL", 3, BY_ALL }, { "CLASS", 2, BY_CLASS },
	{ "FORM", 2, BY_FORM }, { "HOLD", 2, BY_HELD },
	{ NULL, 0, -1 },
};

static int
spoolfile_means(const struct request *rq, unsigned i,
    const struct spoolfile_word *w)
{
	while (w->name != NULL && !request_is(rq, i, w->name, w->abbrev))
		w++;
	return w->means;
}

int
spoolfile_queue(const struct request *rq, unsigned i)
{
	return spoolfile_means(rq, i, spoolfile_queues);
}

static bool
spoolfile_digits(const char *word)
{
	return *word != '\0' && word[strspn(word, "0123456789")] == '\0';
}

spoolid_t
spoolfile_id(const char *word)
{
	unsigned long id = 0;

	if (spoolfile_digits(word) && strlen(word) <= 4)
		id = strtoul(word, NULL, 10);
	return (spoolid_t)id;
}

bool
spoolfile_class(const char *word, char *class)
{
	if (word[0] == '\0' || word[1] != '\0' ||
	    ((word[0] < 'A' || word[0] > 'Z') &&
	    (word[0] < '0' || word[0] > '9')))
		return false;
	*class = word[0];
	return true;
}

bool
spoolfile_copies(const char *word, uint8_t *copies)
{
	unsigned long n = 0;

	word += *word == '*'; /* the printer may repeat by itself */
	if (spoolfile_digits(word) && strlen(word) <= 3)
		n = strtoul(word, NULL, 10);
	if (n == 0 || n > SPOOL_COPIES_MAX)
		return false;
	*copies = (uint8_t)n;
	return true;
}

bool
spoolfile_text(const char *word, char *field, size_t size)
{
	size_t n = strlen(word);

	if (n == 0 || n > size)
		return false;
	for (size_t i = 0; i < n; i++)
		if (word[i] < ' ' || word[i] > '~')
			return false;
	memset(field, 0, size);
	memcpy(field, word, n);
	return true;
}

bool
spoolfile_name(const struct request *rq, unsigned i, struct spool_attr *attr)
{
	char name[SPOOL_NAME_MAX], type[SPOOL_TYPE_MAX] = "";
	bool typed = rq->words == i + 2;

	if (rq->words > i + 2 ||
	    !spoolfile_text(request_word(rq, i), name,
	    typed ? VM_NAME_MAX : sizeof name) ||
	    (typed && !spoolfile_text(request_word(rq, i + 1), type,
	    sizeof type)))
		return false;
	memset(attr->name, 0, sizeof attr->name);
	memcpy(attr->name, name, typed ? VM_NAME_MAX : sizeof name);
	memcpy(attr->type, type, sizeof type);
	return true;
}

int
spoolfile_owner(struct request *rq, unsigned *i, struct spoolfile_which *which)
{
	const char *word = request_word(rq, *i);

	if (strcmp(word, "*") == 0) {
		(*i)++;
		return 0;
	}
	if (*word == '\0' || (rq->classes & CLASS('D')) == 0 ||
	    spoolfile_digits(word) || spoolfile_queue(rq, *i) >= 0 ||
	    spoolfile_means(rq, *i, spoolfile_selectors) >= 0)
		return 0;
	which->system = request_is(rq, *i, "SYSTEM", 3);
	if (!which->system && name_parse(word, &which->owner) < 0)
		return reply_error(rq, 7, word);
	(*i)++;
	return 0;
}

int
spoolfile_queued(struct request *rq, unsigned *i, bool any,
    struct spoolfile_which *which)
{
	int queue = spoolfile_queue(rq, *i);

	if (queue < 0 && any && request_is(rq, *i, "ALL", 3))
		queue = 0;
	if (queue < 0)
		return reply_error(rq, 35);
	which->queue = (uint8_t)queue;
	(*i)++;
	return 0;
}

/* One pick.  -1: the word is something else. */
static int
spoolfile_pick(struct request *rq, unsigned *i, struct spoolfile_which *which)
{
	int by = spoolfile_means(rq, *i, spoolfile_selectors);
	const char *word = request_word(rq, *i);
	struct spoolfile_pick p = { 0 };

	if (spoolfile_digits(word)) {
		by = BY_ID;
		p.id = spoolfile_id(word);
		if (p.id == 0)
			return reply_error(rq, 8, word);
		if (which->system)
			return reply_error(rq, 13, word);
	} else if (by < 0) {
		return -1;
	}
	p.by = (uint8_t)by;
	(*i)++;
	if (by == BY_CLASS &&
	    !spoolfile_class(request_word(rq, (*i)++), &p.class))
		return reply_error(rq, 28);
	if (by == BY_FORM &&
	    !spoolfile_text(request_word(rq, (*i)++), p.form, sizeof p.form))
		return reply_error(rq, 26);
	which->pick[which->npicks++] = p;
	return 0;
}

int
spoolfile_picks(struct request *rq, unsigned *i, bool one,
    struct spoolfile_which *which)
{
	int rc;

	while (!one || which->npicks == 0 ||
	    (which->pick[0].by == BY_ID &&
	    spoolfile_digits(request_word(rq, *i)))) {
		rc = spoolfile_pick(rq, i, which);
		if (rc != 0)
			return rc < 0 ? 0 : rc;
	}
	return 0;
}

int
spoolfile_words(struct request *rq, bool any, struct spoolfile_which *which)
{
	unsigned i = 1;
	int rc = spoolfile_owner(rq, &i, which);

	if (rc == 0)
		rc = spoolfile_queued(rq, &i, any, which);
	if (rc == 0)
		rc = spoolfile_picks(rq, &i, false, which);
	if (rc == 0 && i < rq->words)
		rc = reply_error(rq, 8, request_word(rq, i));
	return rc;
}

/* --- lines --- */

const char *
spoolfile_queue_text(unsigned queue)
{
	static const char *const queues[] = { [SPOOL_RDR] = "RDR",
		[SPOOL_PUN] = "PUN", [SPOOL_PRT] = "PRT" };

	return queue >= SPOOL_RDR && queue <= SPOOL_PRT ? queues[queue] :
	    "SPOOL";
}

const char *
spoolfile_device_text(unsigned device)
{
	return device == SPOOL_ON_CON ? "CON" : spoolfile_queue_text(device);
}

static void
spoolfile_clean_text(char *field, size_t size)
{
	for (size_t n = 0; n < size && field[n] != '\0'; n++)
		if (field[n] < ' ' || field[n] > '~')
			field[n] = '?';
}

void
spoolfile_clean(struct spool_file *file)
{
	struct spool_attr *a = &file->attr;

	if (a->class < ' ' || a->class > '~')
		a->class = '?';
	spoolfile_clean_text(a->form, sizeof a->form);
	spoolfile_clean_text(a->dist, sizeof a->dist);
	spoolfile_clean_text(a->name, sizeof a->name);
	spoolfile_clean_text(a->type, sizeof a->type);
	spoolfile_clean_text(a->tag, sizeof a->tag);
}

/* "11/20 14:02:31", where the system is; of what is being read or printed
 * "IN USE". */
static const char *
spoolfile_when(char buf[24], const struct spool_file *f)
{
	time_t when = (time_t)(f->closed_ns / NS_PER_S);
	struct tm tm;

	if (f->active)
		strcpy(buf, "IN USE        ");
	else if (localtime_r(&when, &tm) == NULL ||
	    strftime(buf, 24, "%m/%d %H:%M:%S", &tm) == 0)
		strcpy(buf, "--/-- --:--:--");
	return buf;
}

static const char *
spoolfile_hold(const struct spool_file *f)
{
	static const char *const holds[] = { "NONE", "USER", "SYS", "USYS" };

	return holds[(f->attr.hold | (f->damaged ? SPOOL_HOLD_SYSTEM : 0)) & 3];
}

/* Columns without the last one's blanks. */
static void
spoolfile_trim(char *line)
{
	size_t n = strlen(line);

	while (n > 0 && line[n - 1] == ' ')
		line[--n] = '\0';
}

void
spoolfile_head(char *line, size_t size, bool owner, bool expanded)
{
	snprintf(line, size, "%s FILE CLASS RECORDS  CPY HOLD %s",
	    owner ? "OWNERID " : "ORIGINID", expanded ?
	    "FORM     KEEP DIST     FROM     WAS" :
	    "DATE  TIME     NAME      TYPE     DIST");
}

/*
 * NAME and TYPE have 18 columns.  A longer dsname takes those of DIST, which
 * EXPANDED shows.
 */
#define SPOOLFILE_NAMES 18
#define SPOOLFILE_NAMES_MAX 27

static void
spoolfile_print_names(char *line, size_t size, const struct spool_file *f)
{
	const struct spool_attr *a = &f->attr;
	char names[48], when[24];
	int dist;

	snprintf(names, sizeof names, "%-9.*s %-8.*s", SPOOL_NAME_MAX, a->name,
	    SPOOL_TYPE_MAX, a->type);
	spoolfile_trim(names);
	dist = strlen(names) > SPOOLFILE_NAMES ? 0 : SPOOL_DIST_MAX;
	snprintf(line, size, "%s %-*.*s %.*s", spoolfile_when(when, f),
	    SPOOLFILE_NAMES, SPOOLFILE_NAMES_MAX, names, dist, a->dist);
}

static void
spoolfile_print_more(char *line, size_t size, const struct spool_file *f)
{
	const struct spool_attr *a = &f->attr;

	snprintf(line, size, "%-8.*s %-4s %-8.*s %-8s %04u", SPOOL_FORM_MAX,
	    a->form, a->keep ? "ON" : "OFF", SPOOL_DIST_MAX, a->dist,
	    name_text(f->origin.user).s, f->origin_id);
}

void
spoolfile_print(char *line, size_t size, const struct spool_file *f,
    bool owner, bool expanded)
{
	char rest[SPOOLFILE_LINE];

	if (expanded)
		spoolfile_print_more(rest, sizeof rest, f);
	else
		spoolfile_print_names(rest, sizeof rest, f);
	snprintf(line, size, "%-8s %04u %c %s %08" PRIu64 " %03u %-4s %s",
	    name_text(owner ? f->owner.user : f->origin.user).s, f->spoolid,
	    f->attr.class, spoolfile_device_text(f->device), f->records,
	    f->attr.copies, spoolfile_hold(f), rest);
	spoolfile_trim(line);
}
