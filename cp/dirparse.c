/* SPDX-License-Identifier: MIT
 *
 * dirparse.c - USER DIRECT's statements, each checked.  Reads no file and
 * changes none.
 *
 *   DIRECTORY vdev type volser
 *   PROFILE name
 *   USER name password|NOLOG|AUTOONLY [stor [max [classes [pri [le ld cd es]]]]]
 *   INCLUDE name                (directly after USER)
 *   ACCOUNT number [distribution]
 *   OPTION word...
 *   MACHINE 370|PC
 *   IPL vdev|system [PARM text]
 *   CONSOLE vdev 3215|3270
 *   SPOOL vdev 2540 READER|PUNCH [class], SPOOL vdev 1403 [class]
 *   SPECIAL vdev TIMER|3270
 *   LINK owner vdev [vdev [mode]]
 *   MDISK vdev FB-512 start count volser [mode [rpw [wpw [mpw]]]]
 *   MDISK vdev FB-512 T-DISK count
 *
 * Operands are positional.  card.h says what a line is.
 */
#include "dirparse.h"

#include <crypt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card.h"
#include "name.h"

#define DIRPARSE_STORAGE (16u << 20) /* when USER names none */
#define DIRPARSE_STORAGE_PC (1ull << 40)
#define DIRPARSE_BLOCKS_MAX 0xFFFFFFFFul /* channel.h's block numbers */
#define DIRPARSE_VOLSER_MAX 6

/* A LINK, to be looked up when all users are known. */
struct dirparse_link {
	struct dir_link link;
	unsigned line, column;
};

/* An MDISK's place on its volume. */
struct dirparse_extent {
	struct vm_name volume, owner;
	vdev_t vdev;
	uint64_t start, end; /* end is the first block behind it */
	unsigned line, column;
};

struct dirparse {
	struct directory *dir;
	struct dir_spots *spots;
	struct dir_error *err;
	const char *text;
	struct card card;
	struct dir_user *user;	   /* being described; a profile too */
	bool in_profile;
	bool first;		   /* USER came right before: INCLUDE may */
	bool own_console;	   /* CONSOLE came, not only by INCLUDE */
	struct dir_user **profiles;
	size_t nprofiles;
	struct dirparse_link *links;
	size_t nlinks;
	struct dirparse_extent *extents;
	size_t nextents;
};

/* Where a statement may stand. */
enum dirparse_where { TOP, IN_USER, IN_BOTH };

struct dirparse_statement {
	const char *name;
	enum dirparse_where where;
	unsigned max; /* operands; a handler misses those that it needs */
	int (*run)(struct dirparse *);
};

static int
dirparse_error(struct dirparse *p, unsigned number, unsigned line,
    unsigned column, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

static int
dirparse_error(struct dirparse *p, unsigned number, unsigned line,
    unsigned column, const char *fmt, ...)
{
	va_list ap;

	p->err->number = number;
	p->err->line = line;
	p->err->column = column;
	va_start(ap, fmt);
	vsnprintf(p->err->text, sizeof p->err->text, fmt, ap);
	va_end(ap);
	return -1;
}

static int
dirparse_memory(struct dirparse *p)
{
	return dirparse_error(p, DIR_FILE, 0, 0, "OUT OF MEMORY");
}

/* Word i is wrong, or missing when the statement ends before it. */
static int
dirparse_bad(struct dirparse *p, unsigned i, const char *what)
{
	const struct card *c = &p->card;

	if (i >= c->nwords)
		return dirparse_error(p, DIR_OPERAND_MISSING, c->line, c->end,
		    "OPERAND MISSING - %s", what);
	return dirparse_error(p, DIR_INVALID_OPERAND, c->line,
	    c->word[i].column, "INVALID OPERAND - %.*s; EXPECTED %s",
	    (int)(c->word[i].len > 32 ? 32 : c->word[i].len), c->word[i].s,
	    what);
}

/* This statement may not stand where it stands. */
static int
dirparse_sequence(struct dirparse *p, const char *why)
{
	return dirparse_error(p, DIR_SEQUENCE, p->card.line,
	    p->card.word[0].column, "STATEMENT SEQUENCE ERROR - %s", why);
}

/* Room for one more element in an array of n.  NULL: no memory. */
static void *
dirparse_grow(void *array, size_t n, size_t size)
{
	if (n != 0 && (n & (n - 1)) != 0)
		return array;
	return reallocarray(array, n == 0 ? 1 : 2 * n, size);
}

/* Append *item to an array that hangs from a pointer and a count. */
#define DIRPARSE_APPEND(p, array, count, item)                               \
	dirparse_append((p), (void *)&(array), &(count), &(item), sizeof(item))

static int
dirparse_append(struct dirparse *p, void *array, size_t *n, const void *item,
    size_t size)
{
	char *grown;
	void *old;

	memcpy(&old, array, sizeof old);
	grown = dirparse_grow(old, *n, size);
	if (grown == NULL)
		return dirparse_memory(p);
	memcpy(array, &grown, sizeof grown);
	memcpy(grown + *n * size, item, size);
	++*n;
	return 0;
}

/* --- operands --- */

static int
dirparse_name(struct dirparse *p, unsigned i, size_t max, const char *what,
    struct vm_name *name)
{
	char text[VM_NAME_MAX + 1];

	if (!card_copy(&p->card, i, true, text, sizeof text) ||
	    strlen(text) > max || name_parse(text, name) < 0)
		return dirparse_bad(p, i, what);
	return 0;
}

static int
dirparse_hex(const struct card *card, unsigned i, vdev_t *vdev)
{
	char text[5];
	char *end;
	unsigned long n;

	if (!card_copy(card, i, true, text, sizeof text) ||
	    strspn(text, "0123456789ABCDEF") != strlen(text))
		return -1;
	n = strtoul(text, &end, 16);
	if (*end != '\0' || n == VDEV_NONE || n > VDEV_MAX)
		return -1;
	*vdev = (vdev_t)n;
	return 0;
}

static int
dirparse_vdev(struct dirparse *p, unsigned i, vdev_t *vdev)
{
	if (dirparse_hex(&p->card, i, vdev) < 0)
		return dirparse_bad(p, i, "A DEVICE ADDRESS, 001 TO FFF");
	return 0;
}

/* Is there a device, other than the console, at this address? */
static bool
dirparse_has_vdev(const struct dir_user *u, vdev_t vdev)
{
	bool has = false;

	for (size_t k = 0; k < u->ndevices; k++)
		has |= u->devices[k].vdev == vdev;
	for (size_t k = 0; k < u->nmdisks; k++)
		has |= u->mdisks[k].vdev == vdev;
	for (size_t k = 0; k < u->nlinks; k++)
		has |= u->links[k].vdev == vdev;
	return has;
}

/* A device address that this user does not have yet. */
static int
dirparse_new_vdev(struct dirparse *p, unsigned i, vdev_t *vdev)
{
	const struct dir_user *u = p->user;

	if (dirparse_vdev(p, i, vdev) < 0)
		return -1;
	if (dirparse_has_vdev(u, *vdev) || u->console == *vdev)
		return dirparse_error(p, DIR_DUPLICATE, p->card.line,
		    i < p->card.nwords ? p->card.word[i].column : p->card.end,
		    "DUPLICATE UNIT DEFINITION - %s %03X",
		    name_text(u->name).s, *vdev);
	return 0;
}

/* 15M, 512K, 1G: bytes, whole 64 KiB. */
static int
dirparse_storage(struct dirparse *p, unsigned i, uint64_t *bytes)
{
	static const char units[] = "KMGT";
	const char *what = "STORAGE LIKE 16M, WHOLE 64K, FROM 256K";
	char text[16], *end;
	const char *unit;
	unsigned long long n;

	if (!card_copy(&p->card, i, true, text, sizeof text) ||
	    text[0] < '0' || text[0] > '9')
		return dirparse_bad(p, i, what);
	n = strtoull(text, &end, 10);
	unit = *end != '\0' ? strchr(units, *end) : NULL;
	if (unit == NULL || end[1] != '\0' || n > (1ull << 30))
		return dirparse_bad(p, i, what);
	n <<= 10 * (unit - units + 1);
	if (n < MACHINE_STORAGE_MIN || n % MACHINE_STORAGE_UNIT != 0 ||
	    n > DIRPARSE_STORAGE_PC)
		return dirparse_bad(p, i, what);
	*bytes = n;
	return 0;
}

static int
dirparse_classes(struct dirparse *p, unsigned i, unsigned *classes)
{
	const char *what = "PRIVILEGE CLASSES OUT OF ABCDEFGH";
	char text[9];
	unsigned bits = 0;

	if (!card_copy(&p->card, i, true, text, sizeof text))
		return dirparse_bad(p, i, what);
	for (const char *s = text; *s != '\0'; s++) {
		if (*s < 'A' || *s > 'H' || (bits & CLASS(*s)) != 0)
			return dirparse_bad(p, i, what);
		bits |= CLASS(*s);
	}
	*classes = bits;
	return 0;
}

static int
dirparse_mode(struct dirparse *p, unsigned i, char mode[3])
{
	static const char *const modes[] = { "R", "RR", "W", "WR", "M", "MR",
		"MW" };

	for (size_t k = 0; k < sizeof modes / sizeof modes[0]; k++)
		if (card_is(&p->card, i, modes[k])) {
			snprintf(mode, 3, "%s", modes[k]);
			return 0;
		}
	return dirparse_bad(p, i, "A MODE: R RR W WR M MR MW");
}

/* A spool class: a letter or digit, or * where a reader may have it. */
static int
dirparse_class(struct dirparse *p, unsigned i, bool star, char *klass)
{
	char text[2];

	if (i >= p->card.nwords)
		return 0; /* the default stays */
	if (!card_copy(&p->card, i, true, text, sizeof text) ||
	    !((text[0] >= 'A' && text[0] <= 'Z') ||
	    (text[0] >= '0' && text[0] <= '9') || (star && text[0] == '*')))
		return dirparse_bad(p, i, "A SPOOL CLASS, A TO Z OR 0 TO 9");
	*klass = text[0];
	return 0;
}

/* Up to eight characters as they are: account numbers, distribution codes. */
static int
dirparse_code(struct dirparse *p, unsigned i, char code[9])
{
	if (!card_copy(&p->card, i, true, code, 9)) {
		code[0] = '\0';
		return dirparse_bad(p, i, "ONE TO EIGHT CHARACTERS");
	}
	return 0;
}

/*
 * A password at word i: noted for dirhash.c; a hash is kept in `hash`, a clear
 * one leaves it empty, so that nobody gets in before it is hashed.
 */
static int
dirparse_password(struct dirparse *p, unsigned i, bool logon, char *hash)
{
	const struct card_word *w = &p->card.word[i];
	struct dir_spot spot = { .user = p->user->name, .logon = logon,
		.clear = w->s[0] != '$', .numbered = p->card.numbered,
		.offset = (size_t)(w->s - p->text), .len = w->len };

	if (spot.clear && w->len >= WORK_PASSWORD_MAX)
		return dirparse_bad(p, i, "A SHORTER PASSWORD");
	if (!spot.clear) {
		int known;

		if (!card_copy(&p->card, i, false, hash, WORK_HASH_MAX))
			return dirparse_bad(p, i, "A SHORTER HASH");
		known = crypt_checksalt(hash);
		if (w->len < 13 || (known != CRYPT_SALT_OK &&
		    known != CRYPT_SALT_METHOD_LEGACY &&
		    known != CRYPT_SALT_TOO_CHEAP))
			return dirparse_bad(p, i,
			    "A HASH OF CRYPT(5), OR A PASSWORD WITHOUT $");
	}
	if (p->spots == NULL)
		return 0;
	return DIRPARSE_APPEND(p, p->spots->spot, p->spots->n, spot);
}

/* --- statements --- */

static int
dirparse_do_directory(struct dirparse *p)
{
	struct vm_name volume;
	char type[9];
	vdev_t vdev;

	/* Where VM/370 wrote its object directory; we keep it in storage. */
	if (p->dir->nusers != 0 || p->nprofiles != 0)
		return dirparse_sequence(p, "DIRECTORY MUST BE FIRST");
	if (dirparse_vdev(p, 1, &vdev) < 0 || dirparse_code(p, 2, type) < 0)
		return -1;
	return dirparse_name(p, 3, DIRPARSE_VOLSER_MAX, "A VOLUME", &volume);
}

static void
dirparse_user_free(struct dir_user *user)
{
	if (user == NULL)
		return;
	free(user->devices);
	free(user->mdisks);
	free(user->links);
	free(user);
}

/* What a USER begins with before its statements say otherwise. */
static struct dir_user *
dirparse_user_new(struct dirparse *p, struct vm_name name)
{
	struct dir_user *user = calloc(1, sizeof *user);

	if (user == NULL) {
		dirparse_memory(p);
		return NULL;
	}
	user->name = name;
	user->line = p->card.line;
	user->storage = user->storage_max = DIRPARSE_STORAGE;
	user->classes = CLASS('G');
	user->mode = VM_MODE_370;
	snprintf(user->account, sizeof user->account, "%s", name_text(name).s);
	snprintf(user->dist, sizeof user->dist, "%s", name_text(name).s);
	return user;
}

static struct dir_user *
dirparse_find(struct dir_user *const *list, size_t n, struct vm_name name)
{
	for (size_t i = 0; i < n; i++)
		if (name_equal(list[i]->name, name))
			return list[i];
	return NULL;
}

static int
dirparse_duplicate(struct dirparse *p, const struct dir_user *other)
{
	return dirparse_error(p, DIR_DUPLICATE, p->card.line,
	    p->card.word[1].column, "DUPLICATE DEFINITION - %s; SEE LINE %u",
	    name_text(other->name).s, other->line);
}

/* Add a user or profile to its list and make it the one being described. */
static int
dirparse_begin(struct dirparse *p, struct dir_user ***list, size_t *n,
    struct vm_name name)
{
	struct dir_user *user = dirparse_user_new(p, name);

	if (user == NULL)
		return -1;
	if (DIRPARSE_APPEND(p, *list, *n, user) < 0) {
		dirparse_user_free(user);
		return -1;
	}
	p->user = user;
	p->own_console = false;
	return 0;
}

static int
dirparse_do_profile(struct dirparse *p)
{
	const struct dir_user *other;
	struct vm_name name;

	if (dirparse_name(p, 1, VM_NAME_MAX, "A PROFILE'S NAME", &name) < 0)
		return -1;
	if (p->dir->nusers != 0)
		return dirparse_sequence(p, "PROFILE AFTER USER");
	other = dirparse_find(p->profiles, p->nprofiles, name);
	if (other != NULL)
		return dirparse_duplicate(p, other);
	p->in_profile = true;
	return dirparse_begin(p, &p->profiles, &p->nprofiles, name);
}

/* The line-editing characters of USER: checked, kept nowhere (#CP is ours). */
static int
dirparse_edit_chars(struct dirparse *p)
{
	for (unsigned i = 7; i <= 10 && i < p->card.nwords; i++)
		if (p->card.word[i].len != 1 && !card_is(&p->card, i, "ON") &&
		    !card_is(&p->card, i, "OFF"))
			return dirparse_bad(p, i, "A CHARACTER, ON OR OFF");
	return 0;
}

static int
dirparse_do_user(struct dirparse *p)
{
	struct dir_user *u;
	struct vm_name name;
	unsigned long priority;

	if (dirparse_name(p, 1, VM_NAME_MAX, "A USERID", &name) < 0)
		return -1;
	if (p->card.nwords < 3)
		return dirparse_bad(p, 2, "A PASSWORD, NOLOG OR AUTOONLY");
	p->in_profile = false;
	if (dirparse_begin(p, &p->dir->users, &p->dir->nusers, name) < 0)
		return -1;
	u = p->user;
	u->nolog = card_is(&p->card, 2, "NOLOG");
	u->autoonly = card_is(&p->card, 2, "AUTOONLY");
	if (!u->nolog && !u->autoonly) {
		if (dirparse_password(p, 2, true, u->hash) < 0)
			return -1;
		u->clear = u->hash[0] == '\0';
	}
	if (p->card.nwords > 3 && dirparse_storage(p, 3, &u->storage) < 0)
		return -1;
	u->storage_max = u->storage;
	if (p->card.nwords > 4 && dirparse_storage(p, 4, &u->storage_max) < 0)
		return -1;
	if (u->storage_max < u->storage)
		return dirparse_bad(p, 4, "AT LEAST THE STORAGE BEFORE IT");
	if (p->card.nwords > 5 && dirparse_classes(p, 5, &u->classes) < 0)
		return -1;
	if (p->card.nwords > 6 && !card_number(&p->card, 6, 99, &priority))
		return dirparse_bad(p, 6, "A PRIORITY, 0 TO 99");
	return dirparse_edit_chars(p);
}

/* A profile's arrays, copied: a user's end with the user. */
static void *
dirparse_copy(const void *array, size_t n, size_t size, size_t *copied)
{
	size_t room = 1;
	void *copy;

	if (n == 0)
		return NULL;
	while (room < n)
		room *= 2; /* dirparse_grow counts on powers of two */
	copy = reallocarray(NULL, room, size);
	if (copy == NULL)
		return NULL;
	memcpy(copy, array, n * size);
	*copied = n;
	return copy;
}

static int
dirparse_do_include(struct dirparse *p)
{
	const struct dir_user *from;
	struct dir_user *u = p->user;
	struct vm_name name;

	if (dirparse_name(p, 1, VM_NAME_MAX, "A PROFILE'S NAME", &name) < 0)
		return -1;
	if (!p->first)
		return dirparse_sequence(p, "INCLUDE MUST FOLLOW USER");
	from = dirparse_find(p->profiles, p->nprofiles, name);
	if (from == NULL)
		return dirparse_bad(p, 1, "A PROFILE THAT IS DEFINED BEFORE");
	u->devices = dirparse_copy(from->devices, from->ndevices,
	    sizeof *from->devices, &u->ndevices);
	u->links = dirparse_copy(from->links, from->nlinks,
	    sizeof *from->links, &u->nlinks);
	if (u->ndevices != from->ndevices || u->nlinks != from->nlinks)
		return dirparse_memory(p);
	u->console = from->console;
	u->console_graf = from->console_graf;
	u->mode = from->mode;
	u->realtimer = from->realtimer;
	u->ecmode = from->ecmode;
	memcpy(u->ipl, from->ipl, sizeof u->ipl);
	memcpy(u->ipl_parm, from->ipl_parm, sizeof u->ipl_parm);
	/* A profile's own name stands for "no ACCOUNT there". */
	if (strcmp(from->account, name_text(from->name).s) != 0)
		memcpy(u->account, from->account, sizeof u->account);
	if (strcmp(from->dist, name_text(from->name).s) != 0)
		memcpy(u->dist, from->dist, sizeof u->dist);
	return 0;
}

static int
dirparse_do_account(struct dirparse *p)
{
	if (dirparse_code(p, 1, p->user->account) < 0)
		return -1;
	return p->card.nwords > 2 ? dirparse_code(p, 2, p->user->dist) : 0;
}

static int
dirparse_do_option(struct dirparse *p)
{
	/* Options of the System/370 that say nothing about an x86: taken, so
	 * that a directory from VM/370 need not be edited. */
	static const char *const without_effect[] = { "ACCT", "BMX", "ISAM",
		"SVCOFF", "SVCACCL", "VIRT=REAL", "STFIRST" };

	if (p->card.nwords < 2)
		return dirparse_bad(p, 1, "REALTIMER OR ECMODE");
	for (unsigned i = 1; i < p->card.nwords; i++) {
		bool known = false;

		if (card_is(&p->card, i, "REALTIMER"))
			known = p->user->realtimer = true;
		else if (card_is(&p->card, i, "ECMODE"))
			known = p->user->ecmode = true;
		for (size_t k = 0; k < sizeof without_effect /
		    sizeof without_effect[0]; k++)
			known |= card_is(&p->card, i, without_effect[k]);
		if (!known)
			return dirparse_bad(p, i, "REALTIMER OR ECMODE");
	}
	return 0;
}

static int
dirparse_do_machine(struct dirparse *p)
{
	if (card_is(&p->card, 1, "370"))
		p->user->mode = VM_MODE_370;
	else if (card_is(&p->card, 1, "PC"))
		p->user->mode = VM_MODE_PC;
	else
		return dirparse_bad(p, 1, "370 OR PC");
	return 0;
}

static int
dirparse_do_ipl(struct dirparse *p)
{
	const char *what = "A DEVICE ADDRESS OR A SYSTEM'S NAME";
	struct dir_user *u = p->user;
	struct card_word parm;
	struct vm_name name;

	if (dirparse_name(p, 1, VM_NAME_MAX, what, &name) < 0)
		return -1;
	snprintf(u->ipl, sizeof u->ipl, "%s", name_text(name).s);
	u->ipl_parm[0] = '\0';
	if (p->card.nwords == 2)
		return 0;
	if (!card_is(&p->card, 2, "PARM"))
		return dirparse_bad(p, 2, "PARM");
	if (p->card.nwords == 3)
		return dirparse_bad(p, 3, "A PARAMETER");
	parm = card_rest(&p->card, 3);
	if (parm.len > MACHINE_PARM_MAX)
		return dirparse_error(p, DIR_INVALID_OPERAND, p->card.line,
		    parm.column, "PARAMETER LONGER THAN %d", MACHINE_PARM_MAX);
	memcpy(u->ipl_parm, parm.s, parm.len);
	u->ipl_parm[parm.len] = '\0';
	return 0;
}

static int
dirparse_do_console(struct dirparse *p)
{
	vdev_t vdev;

	if (p->own_console)
		return dirparse_error(p, DIR_DUPLICATE, p->card.line,
		    p->card.word[0].column,
		    "DUPLICATE UNIT DEFINITION - %s HAS A CONSOLE",
		    name_text(p->user->name).s);
	p->user->console = VDEV_NONE; /* his own instead of his profile's */
	p->own_console = true;
	if (dirparse_new_vdev(p, 1, &vdev) < 0)
		return -1;
	p->user->console_graf = card_is(&p->card, 2, "3270");
	if (!p->user->console_graf && !card_is(&p->card, 2, "3215") &&
	    !card_is(&p->card, 2, "3210"))
		return dirparse_bad(p, 2, "3215 OR 3270");
	p->user->console = vdev;
	return 0;
}

static int
dirparse_do_spool(struct dirparse *p)
{
	struct dir_device dev = { .klass = 'A' };
	unsigned klass = 4;

	if (dirparse_new_vdev(p, 1, &dev.vdev) < 0)
		return -1;
	if (card_is(&p->card, 2, "1403")) {
		dev.type = DEVICE_PRINTER;
		klass = 3;
	} else if (!card_is(&p->card, 2, "2540")) {
		return dirparse_bad(p, 2, "2540 OR 1403");
	} else if (card_is(&p->card, 3, "READ") ||
	    card_is(&p->card, 3, "READER")) {
		dev.type = DEVICE_READER;
		dev.klass = '*';
	} else if (card_is(&p->card, 3, "PUNCH")) {
		dev.type = DEVICE_PUNCH;
	} else {
		return dirparse_bad(p, 3, "READER OR PUNCH");
	}
	if (dirparse_class(p, klass, dev.type == DEVICE_READER, &dev.klass) < 0)
		return -1;
	if (p->card.nwords > klass + 1)
		return dirparse_bad(p, klass + 1, "NOTHING MORE");
	return DIRPARSE_APPEND(p, p->user->devices, p->user->ndevices, dev);
}

static int
dirparse_do_special(struct dirparse *p)
{
	struct dir_device dev = { .type = DEVICE_TIMER };

	if (dirparse_new_vdev(p, 1, &dev.vdev) < 0)
		return -1;
	if (card_is(&p->card, 2, "3270"))
		dev.type = DEVICE_DISPLAY;
	else if (!card_is(&p->card, 2, "TIMER"))
		return dirparse_bad(p, 2, "TIMER OR 3270");
	return DIRPARSE_APPEND(p, p->user->devices, p->user->ndevices, dev);
}

static int
dirparse_do_link(struct dirparse *p)
{
	struct dirparse_link known = { .line = p->card.line };
	struct dir_link *link = &known.link;

	*link = (struct dir_link){ .mode = "R" };
	if (dirparse_name(p, 1, VM_NAME_MAX, "A USERID", &link->owner) < 0 ||
	    dirparse_vdev(p, 2, &link->owner_vdev) < 0 ||
	    dirparse_new_vdev(p, p->card.nwords > 3 ? 3 : 2, &link->vdev) < 0)
		return -1;
	if (p->card.nwords > 4 && dirparse_mode(p, 4, link->mode) < 0)
		return -1;
	known.column = p->card.word[1].column;
	if (DIRPARSE_APPEND(p, p->links, p->nlinks, known) < 0)
		return -1;
	return DIRPARSE_APPEND(p, p->user->links, p->user->nlinks, *link);
}

static int
dirparse_mdisk_passwords(struct dirparse *p, struct dir_mdisk *disk)
{
	char *const pw[] = { disk->rpw, disk->wpw, disk->mpw };

	for (unsigned i = 0; i < 3 && 7 + i < p->card.nwords; i++) {
		if (card_is(&p->card, 7 + i, "ALL"))
			snprintf(pw[i], WORK_HASH_MAX, "ALL");
		else if (dirparse_password(p, 7 + i, false, pw[i]) < 0)
			return -1;
	}
	return 0;
}

/* MDISK vdev FB-512 T-DISK count: space for the time of a session. */
static int
dirparse_tdisk(struct dirparse *p, struct dir_mdisk *disk)
{
	unsigned long blocks;

	if (!card_number(&p->card, 4, DIRPARSE_BLOCKS_MAX, &blocks) ||
	    blocks == 0)
		return dirparse_bad(p, 4, "A NUMBER OF BLOCKS");
	if (p->card.nwords > 5)
		return dirparse_bad(p, 5, "NOTHING MORE");
	disk->tdisk = true;
	disk->blocks = blocks;
	return DIRPARSE_APPEND(p, p->user->mdisks, p->user->nmdisks, *disk);
}

static int
dirparse_extent(struct dirparse *p, struct dir_mdisk *disk)
{
	unsigned long start, blocks;

	if (!card_number(&p->card, 3, DIRPARSE_BLOCKS_MAX, &start))
		return dirparse_bad(p, 3, "THE FIRST BLOCK, OR T-DISK");
	if (!card_number(&p->card, 4, DIRPARSE_BLOCKS_MAX, &blocks) ||
	    blocks == 0 || start + blocks - 1 > DIRPARSE_BLOCKS_MAX)
		return dirparse_bad(p, 4, "A NUMBER OF BLOCKS");
	disk->start = start;
	disk->blocks = blocks;
	return dirparse_name(p, 5, DIRPARSE_VOLSER_MAX,
	    "A VOLUME OF ONE TO SIX CHARACTERS", &disk->volume);
}

static int
dirparse_do_mdisk(struct dirparse *p)
{
	struct dir_mdisk disk = { .mode = "W" };
	struct dirparse_extent extent = { .owner = p->user->name,
		.line = p->card.line };

	if (p->in_profile)
		return dirparse_sequence(p, "MDISK IN A PROFILE");
	if (dirparse_new_vdev(p, 1, &disk.vdev) < 0)
		return -1;
	if (!card_is(&p->card, 2, "FB-512"))
		return dirparse_bad(p, 2, "FB-512");
	if (card_is(&p->card, 3, "T-DISK"))
		return dirparse_tdisk(p, &disk);
	if (dirparse_extent(p, &disk) < 0)
		return -1;
	if (p->card.nwords > 6 && dirparse_mode(p, 6, disk.mode) < 0)
		return -1;
	if (dirparse_mdisk_passwords(p, &disk) < 0)
		return -1;
	extent.volume = disk.volume;
	extent.vdev = disk.vdev;
	extent.start = disk.start;
	extent.end = disk.start + disk.blocks;
	extent.column = p->card.word[3].column;
	if (!p->user->nolog &&
	    DIRPARSE_APPEND(p, p->extents, p->nextents, extent) < 0)
		return -1;
	return DIRPARSE_APPEND(p, p->user->mdisks, p->user->nmdisks, disk);
}

static const struct dirparse_statement dirparse_statements[] = {
	{ "DIRECTORY", TOP, 3, dirparse_do_directory },
	{ "PROFILE", TOP, 1, dirparse_do_profile },
	{ "USER", TOP, 10, dirparse_do_user },
	{ "INCLUDE", IN_USER, 1, dirparse_do_include },
	{ "ACCOUNT", IN_BOTH, 2, dirparse_do_account },
	{ "OPTION", IN_BOTH, CARD_WORDS_MAX, dirparse_do_option },
	{ "MACHINE", IN_BOTH, 1, dirparse_do_machine },
	{ "IPL", IN_BOTH, CARD_WORDS_MAX, dirparse_do_ipl },
	{ "CONSOLE", IN_BOTH, 2, dirparse_do_console },
	{ "SPOOL", IN_BOTH, 4, dirparse_do_spool },
	{ "SPECIAL", IN_BOTH, 2, dirparse_do_special },
	{ "LINK", IN_BOTH, 4, dirparse_do_link },
	{ "MDISK", IN_BOTH, 9, dirparse_do_mdisk },
};

static int
dirparse_place(struct dirparse *p, const struct dirparse_statement *st)
{
	if (st->where != TOP && p->user == NULL)
		return dirparse_sequence(p, "BEFORE THE FIRST USER");
	if (st->where == IN_USER && p->in_profile)
		return dirparse_sequence(p, "INCLUDE IN A PROFILE");
	return 0;
}

static int
dirparse_statement(struct dirparse *p)
{
	const struct card *c = &p->card;

	for (size_t i = 0; i < sizeof dirparse_statements /
	    sizeof dirparse_statements[0]; i++) {
		const struct dirparse_statement *st = &dirparse_statements[i];

		if (!card_is(c, 0, st->name))
			continue;
		if (dirparse_place(p, st) < 0)
			return -1;
		if (c->nwords - 1 > st->max)
			return dirparse_bad(p, st->max + 1, "NOTHING MORE");
		if (st->run(p) < 0)
			return -1;
		p->first = st->run == dirparse_do_user;
		return 0;
	}
	return dirparse_error(p, DIR_STATEMENT, c->line, c->word[0].column,
	    "UNKNOWN STATEMENT - %.*s",
	    (int)(c->word[0].len > 32 ? 32 : c->word[0].len), c->word[0].s);
}

/* --- what only the whole can show --- */

/* 370 storage has a lid that a PC's has not; MACHINE may come after USER. */
static int
dirparse_check_storage(struct dirparse *p)
{
	for (size_t i = 0; i < p->dir->nusers; i++) {
		const struct dir_user *u = p->dir->users[i];

		if (u->mode == VM_MODE_370 &&
		    u->storage_max > MACHINE_STORAGE_MAX)
			return dirparse_error(p, DIR_INVALID_OPERAND, u->line,
			    1, "INVALID OPERAND - %s; MACHINE 370 HAS AT MOST "
			    "%uM", name_text(u->name).s,
			    (unsigned)(MACHINE_STORAGE_MAX >> 20));
	}
	return 0;
}

/* Whoever has no CONSOLE has one nevertheless. */
static int
dirparse_check_consoles(struct dirparse *p)
{
	for (size_t i = 0; i < p->dir->nusers; i++) {
		struct dir_user *u = p->dir->users[i];

		if (u->console == VDEV_NONE &&
		    dirparse_has_vdev(u, DIR_CONSOLE))
			return dirparse_error(p, DIR_DUPLICATE, u->line, 1,
			    "DUPLICATE UNIT DEFINITION - %s %03X; WITHOUT A "
			    "CONSOLE STATEMENT THE CONSOLE IS THERE",
			    name_text(u->name).s, DIR_CONSOLE);
	}
	return 0;
}

static int
dirparse_by_name(const void *va, const void *vb)
{
	const struct dir_user *const *a = va, *const *b = vb;

	return memcmp((*a)->name.c, (*b)->name.c, VM_NAME_MAX);
}

/* Sort for directory_find; two of a name come to stand side by side. */
static int
dirparse_sort(struct dirparse *p)
{
	struct directory *dir = p->dir;

	if (dir->nusers == 0)
		return dirparse_error(p, DIR_OPERAND_MISSING, 0, 0,
		    "NO USER STATEMENT IN THE DIRECTORY");
	dir->sorted = reallocarray(NULL, dir->nusers, sizeof *dir->sorted);
	if (dir->sorted == NULL)
		return dirparse_memory(p);
	memcpy(dir->sorted, dir->users, dir->nusers * sizeof *dir->sorted);
	qsort(dir->sorted, dir->nusers, sizeof *dir->sorted, dirparse_by_name);
	for (size_t i = 1; i < dir->nusers; i++) {
		const struct dir_user *a = dir->sorted[i - 1];
		const struct dir_user *b = dir->sorted[i];

		if (name_equal(a->name, b->name))
			return dirparse_error(p, DIR_DUPLICATE,
			    a->line > b->line ? a->line : b->line, 6,
			    "DUPLICATE DEFINITION - %s; SEE LINE %u",
			    name_text(a->name).s,
			    a->line < b->line ? a->line : b->line);
	}
	return 0;
}

static int
dirparse_check_links(struct dirparse *p)
{
	for (size_t i = 0; i < p->nlinks; i++) {
		const struct dirparse_link *l = &p->links[i];
		const struct dir_mdisk *disk = directory_mdisk(p->dir,
		    l->link.owner, l->link.owner_vdev);

		if (disk == NULL || disk->tdisk)
			return dirparse_error(p, DIR_NO_LINK, l->line,
			    l->column, "NO MINIDISK %s %03X TO LINK TO",
			    name_text(l->link.owner).s, l->link.owner_vdev);
	}
	return 0;
}

static int
dirparse_by_start(const void *va, const void *vb)
{
	const struct dirparse_extent *a = va, *b = vb;
	int by_volume = memcmp(a->volume.c, b->volume.c, VM_NAME_MAX);

	if (by_volume != 0)
		return by_volume;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->line < b->line ? -1 : a->line > b->line;
}

/*
 * Extents of two owners must not share a block.  In the order of starts it is
 * enough to remember the extent that reaches furthest: all that reach a block
 * are of one owner, or there was an error before.
 */
static int
dirparse_check_extents(struct dirparse *p)
{
	const struct dirparse_extent *far = NULL;

	if (p->nextents > 0)
		qsort(p->extents, p->nextents, sizeof *p->extents,
		    dirparse_by_start);
	for (size_t i = 0; i < p->nextents; i++) {
		const struct dirparse_extent *e = &p->extents[i];

		if (far == NULL || !name_equal(far->volume, e->volume) ||
		    e->start >= far->end) {
			far = e;
			continue;
		}
		if (!name_equal(far->owner, e->owner)) {
			const struct dirparse_extent *late =
			    e->line > far->line ? e : far;
			const struct dirparse_extent *early =
			    late == e ? far : e;

			return dirparse_error(p, DIR_OVERLAP, late->line,
			    late->column, "%s %03X OVERLAPS %s %03X ON %s; SEE "
			    "LINE %u", name_text(late->owner).s, late->vdev,
			    name_text(early->owner).s, early->vdev,
			    name_text(e->volume).s, early->line);
		}
		if (e->end > far->end)
			far = e;
	}
	return 0;
}

static int
dirparse_read(struct dirparse *p, size_t len)
{
	struct card_reader reader = { .text = p->text, .len = len,
		.columns = CARD_COLUMNS };
	const char *why = "";
	unsigned column = 1;
	int got;

	while ((got = card_next(&reader, &p->card, &column, &why)) > 0)
		if (dirparse_statement(p) < 0)
			return -1;
	if (got < 0)
		return dirparse_error(p, DIR_INVALID_OPERAND, p->card.line,
		    column, "%s", why);
	return 0;
}

struct directory *
dirparse(const char *text, size_t len, struct dir_spots *spots,
    struct dir_error *err)
{
	struct dirparse p = { .spots = spots, .err = err, .text = text };
	bool good;

	*err = (struct dir_error){ 0 };
	p.dir = calloc(1, sizeof *p.dir);
	if (p.dir == NULL) {
		dirparse_memory(&p);
		return NULL;
	}
	good = dirparse_read(&p, len) == 0 && dirparse_sort(&p) == 0 &&
	    dirparse_check_storage(&p) == 0 &&
	    dirparse_check_consoles(&p) == 0 &&
	    dirparse_check_links(&p) == 0 && dirparse_check_extents(&p) == 0;
	for (size_t i = 0; i < p.nprofiles; i++)
		dirparse_user_free(p.profiles[i]);
	free(p.profiles);
	free(p.links);
	free(p.extents);
	if (good)
		return p.dir;
	directory_free(p.dir);
	return NULL;
}
