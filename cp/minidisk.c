/* SPDX-License-Identifier: MIT
 *
 * minidisk.c - the table of links, and minidisks as files.  Who may link and
 * by which password is cmd/link.c's.
 *
 * A volume is a folder with a file for each minidisk, so that a vmguest holds
 * descriptors of its own minidisks only, read-only where the link is.
 */
#include "minidisk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cp.h"
#include "log.h"
#include "name.h"

#define MINIDISK_MODE 0600

void
minidisk_refuse(struct minidisk_answer *answer, enum message_form form,
    int number, ...)
{
	va_list ap;

	answer->number = number;
	va_start(ap, number);
	message_format(answer->text, sizeof answer->text, form, number, ap);
	va_end(ap);
}

bool
minidisk_same(const struct mdlink *a, const struct mdlink *b)
{
	return a->vdev == b->vdev && name_equal(a->owner, b->owner) &&
	    name_equal(a->volume, b->volume);
}

/* --- the others --- */

struct minidisk_others {
	unsigned readers, writers;
	struct vm_name reader, writer; /* one of each */
};

static struct minidisk_others
minidisk_others(const struct cp *cp, const struct mdlink *link)
{
	struct minidisk_others o = { 0 };
	const struct mdlink *l;

	TAILQ_FOREACH(l, &cp->links, entry) {
		if (l == link || !minidisk_same(l, link))
			continue;
		if (l->write) {
			o.writers++;
			o.writer = l->user;
		} else {
			o.readers++;
			o.reader = l->user;
		}
	}
	return o;
}

/* "R/O BY CMSUSER", "R/O BY 002 USERS" */
static size_t
minidisk_count(char *buf, size_t size, const char *how, unsigned n,
    struct vm_name one)
{
	if (n == 0)
		return 0;
	if (n == 1)
		return (size_t)snprintf(buf, size, "%s BY %s", how,
		    name_text(one).s);
	return (size_t)snprintf(buf, size, "%s BY %03u USERS", how, n);
}

static void
minidisk_by(const struct minidisk_others *o, char *buf, size_t size)
{
	size_t n = minidisk_count(buf, size, "R/W", o->writers, o->writer);

	buf[n] = '\0';
	if (o->writers > 0 && o->readers > 0)
		n += (size_t)snprintf(buf + n, size - n, "; ");
	minidisk_count(buf + n, size - n, "R/O", o->readers, o->reader);
}

/* --- files --- */

static int
minidisk_path(const struct cp *cp, const struct mdlink *link, char *buf,
    size_t size)
{
	char name[64];

	snprintf(name, sizeof name, "volumes/%s/%s.%03X",
	    name_text(link->volume).s, name_text(link->owner).s,
	    link->vdev & 0xFFFu);
	return cp_path(cp, name, buf, size);
}

bool
minidisk_mounted(const struct cp *cp, struct vm_name volume)
{
	char name[64], path[PATH_MAX];
	struct stat st;

	snprintf(name, sizeof name, "volumes/%s", name_text(volume).s);
	return cp_path(cp, name, path, sizeof path) == 0 &&
	    stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A minidisk is space: it is there before anybody has written to it.  A file
 * that is empty is one that was not made to the end. */
static int
minidisk_make(const char *path, const struct mdlink *link)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW |
	    O_NONBLOCK, MINIDISK_MODE);
	struct stat st;
	int rc = 0, error;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		rc = -1;
	else if (S_ISREG(st.st_mode) && st.st_size == 0)
		rc = ftruncate(fd, (off_t)(link->blocks * FBA_BLOCK));
	error = errno;
	close(fd);
	errno = error;
	return rc;
}

/* Its size in blocks; -1: not a file that is a minidisk. */
static int
minidisk_size(int fd, uint64_t *blocks)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	*blocks = (uint64_t)st.st_size / FBA_BLOCK;
	return 0;
}

static int
minidisk_open_file(const char *path, const struct mdlink *link,
    uint64_t *blocks)
{
	int fd = open(path, (link->write ? O_RDWR : O_RDONLY) | O_CLOEXEC |
	    O_NOFOLLOW | O_NONBLOCK);
	int error;

	if (fd < 0)
		return -1;
	if (minidisk_size(fd, blocks) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

int
minidisk_open(const struct cp *cp, const struct mdlink *link, uint64_t *blocks)
{
	char path[PATH_MAX];
	int fd;

	if (minidisk_path(cp, link, path, sizeof path) < 0)
		return -1;
	fd = minidisk_open_file(path, link, blocks);
	if ((fd < 0 && errno == ENOENT) || (fd >= 0 && *blocks == 0)) {
		if (fd >= 0)
			close(fd);
		if (minidisk_make(path, link) < 0)
			return -1;
		fd = minidisk_open_file(path, link, blocks);
	}
	if (fd >= 0 && *blocks > link->blocks)
		*blocks = link->blocks;
	return fd;
}

int
minidisk_lock(const struct mdlink *link, int fd)
{
	if (!link->write || link->beside_writers ||
	    flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	errno = EBUSY;
	return -1;
}

int
minidisk_temporary(const struct cp *cp, uint64_t blocks)
{
	char path[PATH_MAX];
	int fd, error;

	if (cp_path(cp, "volumes/tdisk.XXXXXX", path, sizeof path) < 0)
		return -1;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (unlink(path) == 0 &&
	    ftruncate(fd, (off_t)(blocks * FBA_BLOCK)) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* --- links --- */

static struct mdlink *
minidisk_new(const struct dir_mdisk *md, struct vm_name owner,
    struct vm_name user, vdev_t as, const struct linkrule *rule)
{
	struct mdlink *link = calloc(1, sizeof *link);

	if (link == NULL)
		return NULL;
	link->owner = owner;
	link->vdev = md->vdev;
	link->volume = md->volume;
	link->blocks = md->blocks;
	link->user = user;
	link->as = as;
	link->beside_writers = rule->beside_writers;
	link->refs = 1;
	return link;
}

/* The message's number behind `first`: R/W BY, R/O BY, both. */
static int
minidisk_in_use(const struct minidisk_others *o, int first)
{
	if (o->writers > 0 && o->readers > 0)
		return first + 2;
	return o->writers > 0 ? first : first + 1;
}

/* Can it be had?  It is opened again for whoever is to use it.  -1 with
 * errno. */
static int
minidisk_try(const struct cp *cp, const struct mdlink *link)
{
	uint64_t blocks;
	int fd = minidisk_open(cp, link, &blocks), error;

	if (fd < 0)
		return -1;
	if (minidisk_lock(link, fd) < 0) {
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	close(fd);
	if (blocks < link->blocks)
		log_warnx("minidisk %s %03X: its file has %" PRIu64 " of %"
		    PRIu64 " blocks", name_text(link->owner).s, link->vdev,
		    blocks, link->blocks);
	return 0;
}

static void
minidisk_not_had(const struct mdlink *link, enum message_form form,
    struct minidisk_answer *answer)
{
	struct name_text owner = name_text(link->owner);
	char vdev[8];

	snprintf(vdev, sizeof vdev, "%03X", link->vdev & 0xFFFu);
	log_warn("%s: minidisk %s %s", name_text(link->user).s, owner.s, vdev);
	if (errno == EBUSY)
		minidisk_refuse(answer, form, 104, owner.s, vdev,
		    "R/W BY SYSTEM");
	else
		minidisk_refuse(answer, form, 108, owner.s, vdev,
		    name_text(link->volume).s);
}

struct mdlink *
minidisk_link(struct cp *cp, const struct dir_mdisk *md, struct vm_name owner,
    struct vm_name user, vdev_t as, const struct linkrule *rule,
    enum message_form form, struct minidisk_answer *answer)
{
	struct mdlink *link = minidisk_new(md, owner, user, as, rule);
	struct name_text name = name_text(owner);
	struct minidisk_others others;
	enum link_access access;
	char vdev[8], by[96];

	*answer = (struct minidisk_answer){ 0 };
	snprintf(vdev, sizeof vdev, "%03X", md->vdev & 0xFFFu);
	if (link == NULL) {
		minidisk_refuse(answer, form, 183, "LINK", "NO STORAGE");
		return NULL;
	}
	others = minidisk_others(cp, link);
	minidisk_by(&others, by, sizeof by);
	access = linkrule_access(rule, others.readers, others.writers);
	link->write = access == LINK_RW;
	if (access == LINK_REFUSED)
		minidisk_refuse(answer, form, minidisk_in_use(&others, 104),
		    name.s, vdev, by);
	else if (minidisk_try(cp, link) < 0)
		minidisk_not_had(link, form, answer);
	if (answer->number != 0) {
		free(link);
		return NULL;
	}
	if (rule->write && !link->write)
		answer->forced_ro = minidisk_in_use(&others, 101);
	snprintf(answer->text, sizeof answer->text, "%s", by);
	TAILQ_INSERT_TAIL(&cp->links, link, entry);
	return link;
}

struct mdlink *
minidisk_keep(struct mdlink *link)
{
	link->refs++;
	return link;
}

void
minidisk_release(struct cp *cp, struct mdlink *link)
{
	if (link == NULL || --link->refs > 0)
		return;
	TAILQ_REMOVE(&cp->links, link, entry);
	free(link);
}
