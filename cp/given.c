/* SPDX-License-Identifier: MIT
 *
 * given.c - which minidisks are open in vmguests, also in those that were
 * killed and are not gone: a write that is under way ends only with its
 * process.  It opens nothing itself.
 */
#include "given.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "log.h"
#include "minidisk.h"
#include "vmblok.h"

struct given {
	TAILQ_ENTRY(given) entry;
	struct mdlink *link;
	vdev_t vdev;
	bool leaving;
	int fd; /* to be locked later; -1 */
};

struct given_dying {
	LIST_ENTRY(given_dying) entry;
	struct vmblok *vm;
	pid_t pid;
	struct given_list list;
};

int
given_add(struct given_list *list, struct mdlink *link, vdev_t vdev, int fd,
    bool later)
{
	struct given *g = calloc(1, sizeof *g);

	if (g == NULL)
		return -1;
	g->fd = later ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
	if (later ? g->fd < 0 : minidisk_lock(link, fd) < 0) {
		free(g);
		return -1;
	}
	g->link = minidisk_keep(link);
	g->vdev = vdev;
	TAILQ_INSERT_TAIL(list, g, entry);
	return 0;
}

int
given_lock(struct given_list *list)
{
	struct given *g;

	TAILQ_FOREACH(g, list, entry) {
		if (g->fd < 0)
			continue;
		if (minidisk_lock(g->link, g->fd) < 0)
			return -1;
		close(g->fd);
		g->fd = -1;
	}
	return 0;
}

static void
given_free(struct cp *cp, struct given_list *list, struct given *g)
{
	TAILQ_REMOVE(list, g, entry);
	minidisk_release(cp, g->link);
	if (g->fd >= 0)
		close(g->fd);
	free(g);
}

/* The oldest: vmguest lets go in the order in which it was told to. */
static struct given *
given_find(struct given_list *list, vdev_t vdev, bool leaving)
{
	struct given *g;

	TAILQ_FOREACH(g, list, entry)
		if (g->vdev == vdev && g->leaving == leaving)
			return g;
	return NULL;
}

void
given_leaving(struct given_list *list, vdev_t vdev)
{
	struct given *g = given_find(list, vdev, false);

	if (g != NULL)
		g->leaving = true;
}

void
given_left(struct cp *cp, struct given_list *list, vdev_t vdev)
{
	struct given *g = given_find(list, vdev, true);

	if (g != NULL)
		given_free(cp, list, g);
}

void
given_renumber(struct given_list *list, vdev_t from, vdev_t to)
{
	struct given *g = given_find(list, from, false);

	if (g != NULL)
		g->vdev = to;
}

void
given_release(struct cp *cp, struct given_list *list)
{
	struct given *g;

	while ((g = TAILQ_FIRST(list)) != NULL)
		given_free(cp, list, g);
}

void
given_die(struct vmblok *vm, pid_t pid, struct given_list *list)
{
	struct given_dying *dying = calloc(1, sizeof *dying);

	if (dying == NULL)
		fatal("given: a process that ends"); /* a few bytes */
	dying->vm = vm;
	dying->pid = pid;
	TAILQ_INIT(&dying->list);
	TAILQ_CONCAT(&dying->list, list, entry);
	LIST_INSERT_HEAD(&vm->cp->dying, dying, entry);
}

struct vmblok *
given_gone(struct cp *cp, pid_t pid)
{
	struct given_dying *dying;
	struct vmblok *vm;

	LIST_FOREACH(dying, &cp->dying, entry)
		if (dying->pid == pid)
			break;
	if (dying == NULL)
		return NULL;
	vm = dying->vm;
	given_release(cp, &dying->list);
	LIST_REMOVE(dying, entry);
	free(dying);
	return vm;
}

bool
given_dying(const struct vmblok *vm)
{
	const struct given_dying *dying;

	LIST_FOREACH(dying, &vm->cp->dying, entry)
		if (dying->vm == vm)
			return true;
	return false;
}
