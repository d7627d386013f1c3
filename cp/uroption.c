/* SPDX-License-Identifier: MIT
 *
 * uroption.c - the words of SPOOL, CLOSE and TAG DEV.  Nothing is changed here.
 */
#include "uroption.h"

#include <stddef.h>
#include <string.h>

#include "hexloc.h"
#include "name.h"
#include "spoolfile.h"
#include "urdevice.h"
#include "vmblok.h"

/* --- devices --- */

#define ON_RDR 0x01 /* readers */
#define ON_OUT 0x02 /* what writes: punches, printers, consoles */
#define ON_CON 0x04 /* consoles alone */

#define BOTH (UROPTION_SPOOL | UROPTION_CLOSE)
#define WRITERS (BOTH | UROPTION_TAG)

static const struct uroption_type {
	const char *name;
	size_t abbrev;
	enum device_type type; /* NONE: each */
	unsigned commands;
} uroption_types[] = {
	{ "READER", 1, DEVICE_READER, BOTH },
	{ "RDR", 3, DEVICE_READER, BOTH },
	{ "PRINTER", 1, DEVICE_PRINTER, WRITERS },
	{ "PRT", 3, DEVICE_PRINTER, WRITERS },
	{ "PUNCH", 2, DEVICE_PUNCH, WRITERS },
	{ "PCH", 3, DEVICE_PUNCH, WRITERS },
	{ "CONSOLE", 3, DEVICE_CONSOLE, WRITERS },
	{ "ALL", 3, DEVICE_NONE, UROPTION_CLOSE },
};

static const struct uroption_type *
uroption_type(const struct request *rq, unsigned i)
{
	const struct uroption_type *t = uroption_types, *end = t +
	    sizeof uroption_types / sizeof uroption_types[0];

	for (; t < end; t++)
		if (request_is(rq, i, t->name, t->abbrev))
			return t;
	return NULL;
}

struct vdev *
uroption_device(const struct request *rq, unsigned i, vdev_t from)
{
	const struct uroption_type *t = uroption_type(rq, i);
	vdev_t vdev = hexloc_vdev(request_word(rq, i));
	struct vdev *d;

	TAILQ_FOREACH(d, &rq->vm->devices, entry) {
		if (d->vdev < from || !urdevice_is(d))
			continue;
		if (t == NULL ? d->vdev == vdev :
		    t->type == DEVICE_NONE || t->type == d->type)
			return d;
	}
	return NULL;
}

int
uroption_devices(struct request *rq, unsigned i, enum uroption_command command)
{
	const struct uroption_type *t = uroption_type(rq, i);
	const char *word = request_word(rq, i);
	vdev_t vdev = hexloc_vdev(word);
	const struct vdev *d;

	if (t != NULL && (t->commands & command) == 0)
		return reply_error(rq, 35);
	if (t == NULL && vdev == VDEV_NONE)
		return reply_error(rq, *word == '\0' ? 35 : 22);
	d = uroption_device(rq, i, VDEV_NONE);
	if (d != NULL && (command != UROPTION_TAG || urdevice_writes(d)))
		return 0;
	if (t == NULL && device_find(rq->vm, vdev) != NULL)
		return reply_error(rq, 6, device_hex(vdev).s);
	return reply_error(rq, 40, t == NULL ? device_hex(vdev).s : word);
}

/* ON_ bits of the devices that a word means. */
static unsigned
uroption_on(const struct request *rq, unsigned i)
{
	const struct vdev *d;
	unsigned on = 0;

	for (d = uroption_device(rq, i, VDEV_NONE); d != NULL;
	     d = uroption_device(rq, i, (vdev_t)(d->vdev + 1)))
		on |= d->type == DEVICE_READER ? ON_RDR :
		    d->type == DEVICE_CONSOLE ? ON_OUT | ON_CON : ON_OUT;
	return on;
}

/* --- options --- */

/*
 * An operand at word *i, its name, whose own words follow.  0, or the number
 * of a message that was given.
 */
typedef int uroption_fn(struct request *rq, unsigned *i, struct uroptions *o);

/* A reader takes several: CLASS AB. */
static int
uroption_classes(struct request *rq, const char *word, struct uroptions *o)
{
	size_t n = strlen(word);
	char one[2] = "";

	if (n == 0 || n > sizeof o->classes)
		return reply_error(rq, 28);
	memset(o->classes, 0, sizeof o->classes);
	for (size_t i = 0; i < n; i++) {
		one[0] = word[i];
		if (!spoolfile_class(one, &o->classes[i]) &&
		    strcmp(word, "*") != 0)
			return reply_error(rq, 28);
		o->classes[i] = word[i];
	}
	return 0;
}

static int
uroption_class(struct request *rq, unsigned *i, struct uroptions *o)
{
	const char *word = request_word(rq, ++*i);

	if (uroption_on(rq, 1) == ON_RDR)
		return uroption_classes(rq, word, o);
	o->as.change |= CHANGE_CLASS;
	return spoolfile_class(word, &o->as.attr.class) ? 0 :
	    reply_error(rq, 28);
}

/* COPY 3, or as it was once written, COPY * 3. */
static int
uroption_copy(struct request *rq, unsigned *i, struct uroptions *o)
{
	const char *word = request_word(rq, ++*i);

	if (strcmp(word, "*") == 0)
		word = request_word(rq, ++*i);
	o->as.change |= CHANGE_COPIES;
	return spoolfile_copies(word, &o->as.attr.copies) ? 0 :
	    reply_error(rq, 30);
}

static int
uroption_hold(struct request *rq, unsigned *i, struct uroptions *o)
{
	bool hold = request_is(rq, *i, "HOLD", 2);

	o->as.change |= CHANGE_HOLD;
	o->as.attr.hold = hold ? SPOOL_HOLD_USER : 0;
	if (hold)
		o->as.finish = FINISH_HOLD;
	else if (o->as.finish == 0)
		o->as.finish = FINISH_DONE;
	return 0;
}

static int
uroption_keep(struct request *rq, unsigned *i, struct uroptions *o)
{
	bool keep = request_is(rq, *i, "KEEP", 4);

	o->as.change |= CHANGE_KEEP;
	o->as.attr.keep = keep;
	if (keep)
		o->as.finish = FINISH_HOLD;
	else if (o->as.finish == 0 || o->as.finish == FINISH_DONE)
		o->as.finish = FINISH_PURGE;
	return 0;
}

static int
uroption_form(struct request *rq, unsigned *i, struct uroptions *o)
{
	const char *word = request_word(rq, ++*i);
	struct spool_attr *attr = &o->as.attr;

	o->as.change |= CHANGE_FORM;
	if (strcmp(word, "OFF") == 0)
		word = URDEVICE_FORM;
	return spoolfile_text(word, attr->form, sizeof attr->form) ? 0 :
	    reply_error(rq, 26);
}

static int
uroption_dist(struct request *rq, unsigned *i, struct uroptions *o)
{
	const char *word = request_word(rq, ++*i);
	struct urdevice_text usual = urdevice_dist(rq->vm);
	struct spool_attr *attr = &o->as.attr;

	o->as.change |= CHANGE_DIST;
	if (strcmp(word, "OFF") == 0 || strcmp(word, "*") == 0)
		word = usual.s;
	return spoolfile_text(word, attr->dist, sizeof attr->dist) ? 0 :
	    reply_error(rq, 32);
}

/* The last operand: what follows is the name, as typed in capitals; OFF: it
 * has none. */
static int
uroption_name(struct request *rq, unsigned *i, struct uroptions *o)
{
	unsigned at = *i + 1;

	o->as.change |= CHANGE_NAME;
	*i = rq->words - 1;
	if (at + 1 == rq->words && strcmp(request_word(rq, at), "OFF") == 0)
		return 0;
	return spoolfile_name(rq, at, &o->as.attr) ? 0 : reply_error(rq, 29);
}

/* A userid, *, or SYSTEM, which has no reader, at word i. */
static int
uroption_directed(struct request *rq, unsigned i, bool reader,
    struct uroptions *o)
{
	struct vdev_to *to = &o->as.to;
	const char *word = request_word(rq, i);

	o->as.directed = true;
	to->reader = reader;
	if (strcmp(word, "*") == 0)
		to->user = rq->vm->name;
	else if (request_is(rq, i, "SYSTEM", 3))
		*to = (struct vdev_to){ 0 };
	else if (name_parse(word, &to->user) < 0)
		return reply_error(rq, 20);
	else if (directory_find(rq->cp->dir->dir, to->user) == NULL)
		return reply_error(rq, 53, word);
	return 0;
}

static int
uroption_to(struct request *rq, unsigned *i, struct uroptions *o)
{
	return uroption_directed(rq, ++*i, true, o);
}

static int
uroption_for(struct request *rq, unsigned *i, struct uroptions *o)
{
	return uroption_directed(rq, ++*i, false, o);
}

/* TO may be left out. */
static int
uroption_bare(struct request *rq, unsigned *i, struct uroptions *o)
{
	return uroption_directed(rq, *i, true, o);
}

static int
uroption_off(struct request *rq, unsigned *i, struct uroptions *o)
{
	(void)rq;
	(void)i;
	o->as.directed = true;
	o->as.to = (struct vdev_to){ 0 };
	return 0;
}

static int
uroption_close(struct request *rq, unsigned *i, struct uroptions *o)
{
	o->close = true;
	if (request_is(rq, *i, "PURGE", 2)) {
		o->as.purge = true;
		o->as.finish = FINISH_PURGE;
	}
	return 0;
}

/* What says the same thing is in one group, of which one can be given. */
enum uroption_group {
	SAYS_CLASS = 0x001,
	SAYS_CONT = 0x002,
	SAYS_HOLD = 0x004,
	SAYS_KEEP = 0x008,
	SAYS_EOF = 0x010,
	SAYS_COPY = 0x020,
	SAYS_FORM = 0x040,
	SAYS_DIST = 0x080,
	SAYS_NAME = 0x100,
	SAYS_TO = 0x200,
	SAYS_START = 0x400,
	SAYS_TERM = 0x800,
	SAYS_END = 0x1000,
};

#define YES(what) \
	.field = offsetof(struct uroptions, what), .said = UROPTION_YES
#define NO(what) \
	.field = offsetof(struct uroptions, what), .said = UROPTION_NO

static const struct uroption {
	const char *name;
	size_t abbrev;
	unsigned commands, on; /* in which, for which devices */
	enum uroption_group group;
	uroption_fn *run; /* NULL: all of it is yes or no */
	size_t field;	  /* then: of struct uroptions, which becomes this */
	enum uroption_said said;
} uroption_table[] = {
	{ "CLASS", 2, UROPTION_SPOOL, ON_RDR | ON_OUT, SAYS_CLASS,
	    .run = uroption_class },
	{ "CLOSE", 3, UROPTION_SPOOL, ON_RDR | ON_OUT, SAYS_END,
	    .run = uroption_close },
	{ "CONT", 3, UROPTION_SPOOL, ON_RDR | ON_OUT, SAYS_CONT,
	    YES(cont) },
	{ "COPY", 2, UROPTION_SPOOL, ON_OUT, SAYS_COPY, .run = uroption_copy },
	{ "DIST", 2, BOTH, ON_OUT, SAYS_DIST, .run = uroption_dist },
	{ "EOF", 3, UROPTION_SPOOL, ON_RDR, SAYS_EOF, YES(eof) },
	{ "FOR", 3, BOTH, ON_OUT, SAYS_TO, .run = uroption_for },
	{ "FORM", 4, UROPTION_SPOOL, ON_OUT, SAYS_FORM, .run = uroption_form },
	{ "HOLD", 2, BOTH, ON_RDR | ON_OUT, SAYS_HOLD, .run = uroption_hold },
	{ "KEEP", 4, BOTH, ON_RDR | ON_OUT, SAYS_KEEP, .run = uroption_keep },
	{ "NAME", 2, BOTH, ON_OUT, SAYS_NAME, .run = uroption_name },
	{ "NOCONT", 3, UROPTION_SPOOL, ON_RDR | ON_OUT, SAYS_CONT,
	    NO(cont) },
	{ "NOEOF", 5, UROPTION_SPOOL, ON_RDR, SAYS_EOF, NO(eof) },
	{ "NOHOLD", 3, BOTH, ON_RDR | ON_OUT, SAYS_HOLD, .run = uroption_hold },
	{ "NOKEEP", 6, BOTH, ON_RDR | ON_OUT, SAYS_KEEP, .run = uroption_keep },
	{ "NOTERM", 4, UROPTION_SPOOL, ON_CON, SAYS_TERM, NO(term) },
	{ "OFF", 3, UROPTION_SPOOL, ON_OUT, SAYS_TO, .run = uroption_off },
	{ "PURGE", 2, BOTH, ON_RDR | ON_OUT, SAYS_END, .run = uroption_close },
	{ "START", 3, UROPTION_SPOOL, ON_CON, SAYS_START, YES(start) },
	{ "STOP", 3, UROPTION_SPOOL, ON_CON, SAYS_START, NO(start) },
	{ "TERM", 2, UROPTION_SPOOL, ON_CON, SAYS_TERM, YES(term) },
	{ "TO", 2, BOTH, ON_OUT, SAYS_TO, .run = uroption_to },
}, uroption_user = { "", 0, UROPTION_SPOOL, ON_OUT, SAYS_TO,
	.run = uroption_bare };

/* A word that is no option may be whom SPOOL sends files to. */
static bool
uroption_is_user(const struct request *rq, unsigned i)
{
	const char *word = request_word(rq, i);
	struct vm_name user;

	return strcmp(word, "*") == 0 || request_is(rq, i, "SYSTEM", 3) ||
	    (name_parse(word, &user) == 0 &&
	    directory_find(rq->cp->dir->dir, user) != NULL);
}

static const struct uroption *
uroption_find(const struct request *rq, unsigned i,
    enum uroption_command command)
{
	const struct uroption *u = uroption_table, *end = u +
	    sizeof uroption_table / sizeof uroption_table[0];

	for (; u < end; u++)
		if ((u->commands & command) != 0 &&
		    request_is(rq, i, u->name, u->abbrev))
			return u;
	return (uroption_user.commands & command) != 0 &&
	    uroption_is_user(rq, i) ? &uroption_user : NULL;
}

static int
uroption_run(const struct uroption *u, struct request *rq, unsigned *i,
    struct uroptions *o)
{
	if (u->run != NULL)
		return u->run(rq, i, o);
	*(enum uroption_said *)((char *)o + u->field) = u->said;
	return 0;
}

int
uroption_words(struct request *rq, unsigned from,
    enum uroption_command command, struct uroptions *out)
{
	unsigned on = uroption_on(rq, 1);
	const struct uroption *u;
	int rc;

	*out = (struct uroptions){ 0 };
	for (unsigned i = from; i < rq->words; i++) {
		u = uroption_find(rq, i, command);
		if (u == NULL || (u->on & on) == 0)
			return reply_error(rq, 3, request_word(rq, i));
		if ((out->given & u->group) != 0)
			return reply_error(rq, 13, request_word(rq, i));
		out->given |= u->group;
		rc = uroption_run(u, rq, &i, out);
		if (rc != 0)
			return rc;
	}
	/* CLOSE: of a file that is no more there is nothing to be said. */
	if (command == UROPTION_CLOSE && out->as.purge &&
	    out->given != SAYS_END)
		return reply_error(rq, 13, "PURGE");
	return 0;
}
