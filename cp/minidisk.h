/* SPDX-License-Identifier: MIT
 *
 * minidisk.h - who has which minidisk, and the files that minidisks are.
 *
 * The table of links is vmcp's own.  A link counts for the others as long as
 * somebody could use it: a virtual device, a vmguest that was given the open
 * file and has not said that it closed it, a process of the host.
 */
#ifndef VM370_CP_MINIDISK_H
#define VM370_CP_MINIDISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "linkrule.h"
#include "message.h"
#include "vmtypes.h"

struct cp;
struct dir_mdisk;

struct mdlink {
	TAILQ_ENTRY(mdlink) entry;
	struct vm_name owner, volume;
	vdev_t vdev;
	uint64_t blocks;     /* as the directory says */
	struct vm_name user; /* who has it */
	vdev_t as;	     /* his address for it; VDEV_NONE: the host */
	bool write;
	bool beside_writers; /* MW: it may not be the only one */
	unsigned refs;
};

TAILQ_HEAD(mdlink_list, mdlink);

/* What LINK answers. */
struct minidisk_answer {
	int number;	 /* 0: linked; else the message's, and its text */
	int forced_ro;	 /* it was to be R/W: the message's number; or 0 */
	char text[MESSAGE_MAX]; /* linked: "", or who else: "R/W BY X" */
};

/*
 * Link user to a minidisk, as his vdev `as`, if the rule lets him and there is
 * such a disk.  NULL: the answer says why.
 */
struct mdlink *minidisk_link(struct cp *cp, const struct dir_mdisk *md,
    struct vm_name owner, struct vm_name user, vdev_t as,
    const struct linkrule *rule, enum message_form form,
    struct minidisk_answer *answer);

/* One more or one less who keeps it. */
struct mdlink *minidisk_keep(struct mdlink *link);
void minidisk_release(struct cp *cp, struct mdlink *link);

/* The same minidisk? */
bool minidisk_same(const struct mdlink *a, const struct mdlink *b);

/*
 * A descriptor for a vmguest (the caller closes it) and how many blocks there
 * really are.  A missing or empty file is made as large as the minidisk, and
 * costs nothing until it is written.  -1 with errno.
 */
int minidisk_open(const struct cp *cp, const struct mdlink *link,
    uint64_t *blocks);

/*
 * A writer's open file is locked, whoever has the descriptor: so a vmguest
 * that outlives its vmcp keeps the next one from making another writer.
 * -1 with errno EBUSY.
 */
int minidisk_lock(const struct mdlink *link, int fd);

/* Temporary space: zeroes in a file that has no name.  -1 with errno. */
int minidisk_temporary(const struct cp *cp, uint64_t blocks);

/* Is there such a volume: a folder? */
bool minidisk_mounted(const struct cp *cp, struct vm_name volume);

/* A message's text, in the form that SET EMSG says. */
void minidisk_refuse(struct minidisk_answer *answer, enum message_form form,
    int number, ...);

#endif
