/* SPDX-License-Identifier: MIT
 *
 * given.h - the minidisks that a vmguest was given, until it says that it has
 * closed them or its process is gone.
 */
#ifndef VM370_CP_GIVEN_H
#define VM370_CP_GIVEN_H

#include <stdbool.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "vmtypes.h"

struct cp;
struct mdlink;
struct vmblok;

struct given;
struct given_dying;

TAILQ_HEAD(given_list, given);
LIST_HEAD(given_dying_list, given_dying);

/*
 * A minidisk is on its way to a vmguest.  One that is to be written is locked
 * just before it can be: at once, or `later`, by given_lock.  -1 with errno;
 * fd stays the caller's.
 */
int given_add(struct given_list *list, struct mdlink *link, vdev_t vdev,
    int fd, bool later);
int given_lock(struct given_list *list);

/* It was told to let go of this one; it has let go. */
void given_leaving(struct given_list *list, vdev_t vdev);
void given_left(struct cp *cp, struct given_list *list, vdev_t vdev);

void given_renumber(struct given_list *list, vdev_t from, vdev_t to);

/* Nobody has them any more. */
void given_release(struct cp *cp, struct given_list *list);

/* vm's process was killed, and has them until it is gone. */
void given_die(struct vmblok *vm, pid_t pid, struct given_list *list);

/* A process is gone.  The user whose it was; NULL: it was none of them. */
struct vmblok *given_gone(struct cp *cp, pid_t pid);

/* Is one of his still dying? */
bool given_dying(const struct vmblok *vm);

#endif
