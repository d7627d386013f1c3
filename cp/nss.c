/* SPDX-License-Identifier: MIT
 *
 * nss.c - the files in DIR/saved: found, replaced, purged, counted.  Reads
 * nothing of them but headers; what is behind is vmguest's to check.
 *
 * A file is written under a name that is no system's, and renamed when it is
 * complete: whoever runs the version before goes on with that.
 */
#include "nss.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checksum.h"
#include "cp.h"
#include "hexloc.h"
#include "log.h"
#include "name.h"
#include "vmblok.h"

#define NSS_FOLDER "saved"
#define NSS_UNFINISHED ".new"
#define NSS_FILES_MAX 9999

static int
nss_path(const struct cp *cp, struct vm_name name, const char *suffix,
    char path[PATH_MAX])
{
	char file[64];

	snprintf(file, sizeof file, NSS_FOLDER "/%s%s", name_text(name).s,
	    suffix);
	return cp_path(cp, file, path, PATH_MAX);
}

bool
nss_name(const char *word, struct vm_name *name)
{
	return hexloc_vdev(word) == VDEV_NONE && name_parse(word, name) == 0;
}

/* --- headers --- */

static bool
nss_header_good(const struct saved_header *h, struct vm_name name)
{
	return memcmp(h->magic, SAVED_MAGIC, sizeof h->magic) == 0 &&
	    h->format == SAVED_FORMAT && name_equal(h->name, name) &&
	    h->sum == checksum_add(CHECKSUM_START, h,
	    offsetof(struct saved_header, sum));
}

/* All zeros but for the name when there is no good one. */
static void
nss_read_header(int fd, struct vm_name name, struct saved_header *h)
{
	if (pread(fd, h, sizeof *h, 0) != (ssize_t)sizeof *h ||
	    !nss_header_good(h, name))
		*h = (struct saved_header){ .name = name };
}

/* Where its pages go, to be shown; whether that is right is vmguest's to say. */
static void
nss_read_runs(struct nss *n)
{
	size_t runs = n->h.runs < SAVED_RUNS_MAX ? n->h.runs : SAVED_RUNS_MAX;

	memset(n->run, 0, sizeof n->run);
	if (pread(n->fd, n->run, runs * sizeof n->run[0],
	    (off_t)sizeof n->h + n->h.processor) < 0)
		log_warn("saved system %s", name_text(n->h.name).s);
}

/* A regular file: a pipe in its place would be waited for. */
static int
nss_open_file(const char *path, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return -1;
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		return fd;
	close(fd);
	errno = EPROTO;
	return -1;
}

/* --- versions --- */

/* By its header, whose sum is a version's own.  NULL: no memory. */
static struct nss *
nss_known(struct cp *cp, const struct saved_header *h)
{
	struct nss *n;

	TAILQ_FOREACH(n, &cp->nss, entry)
		if (memcmp(&n->h, h, sizeof *h) == 0)
			return n;
	n = calloc(1, sizeof *n);
	if (n == NULL)
		return NULL;
	n->h = *h;
	n->fd = -1;
	n->file = cp->nss_files = cp->nss_files % NSS_FILES_MAX + 1;
	TAILQ_INSERT_TAIL(&cp->nss, n, entry);
	return n;
}

static void
nss_close_file(struct nss *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}

static void
nss_forget(struct cp *cp, struct nss *n)
{
	nss_close_file(n);
	TAILQ_REMOVE(&cp->nss, n, entry);
	free(n);
}

static bool
nss_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/*
 * The version whose file has this name now; NULL with errno.  The file is
 * opened once: on a file system shared with a host each open drops the pages
 * that are cached of it, which are the storage of whoever runs the system.
 */
static struct nss *
nss_current(struct cp *cp, struct vm_name name)
{
	struct saved_header h;
	char path[PATH_MAX];
	struct nss *n;
	struct stat st;
	int fd;

	if (nss_path(cp, name, "", path) < 0 || lstat(path, &st) < 0)
		return NULL;
	TAILQ_FOREACH(n, &cp->nss, entry)
		if (n->fd >= 0 && name_equal(n->h.name, name) &&
		    nss_same_file(&n->st, &st))
			return n;
	fd = nss_open_file(path, &st);
	if (fd < 0)
		return NULL;
	nss_read_header(fd, name, &h);
	n = nss_known(cp, &h);
	if (n == NULL) {
		close(fd);
		errno = ENOMEM;
		return NULL;
	}
	nss_close_file(n);
	n->fd = fd;
	n->st = st;
	n->damaged = h.pages == 0;
	nss_read_runs(n);
	return n;
}

void
nss_damaged(struct cp *cp, const struct saved_header *h)
{
	struct nss *n = nss_known(cp, h);

	if (n != NULL)
		n->damaged = true;
}

int
nss_find(struct cp *cp, struct vm_name name, struct saved_header *h)
{
	const struct nss *n = nss_current(cp, name);

	*h = (struct saved_header){ 0 };
	if (n == NULL)
		return -1;
	*h = n->h;
	return fcntl(n->fd, F_DUPFD_CLOEXEC, 0);
}

void
nss_enter(struct vmblok *vm, const struct saved_header *h)
{
	nss_leave(vm);
	vm->nss = nss_known(vm->cp, h);
	if (vm->nss != NULL)
		vm->nss->users++;
}

void
nss_leave(struct vmblok *vm)
{
	struct nss *n = vm->nss;

	vm->nss = NULL;
	if (n != NULL && --n->users == 0 && n->fd < 0)
		nss_forget(vm->cp, n);
}

/* Those that are current come last, in the order in which they are marked. */
static void
nss_mark(struct cp *cp, struct vm_name name)
{
	struct nss *n = nss_current(cp, name);

	if (n == NULL)
		return;
	n->current = true;
	TAILQ_REMOVE(&cp->nss, n, entry);
	TAILQ_INSERT_TAIL(&cp->nss, n, entry);
}

void
nss_scan(struct cp *cp)
{
	struct dirent **entries = NULL;
	struct nss *n, *next;
	char path[PATH_MAX];
	struct vm_name name;
	int count;

	TAILQ_FOREACH(n, &cp->nss, entry)
		n->current = false;
	count = cp_path(cp, NSS_FOLDER, path, sizeof path) == 0 ?
	    scandir(path, &entries, NULL, alphasort) : 0;
	for (int i = 0; i < count; i++) {
		if (nss_name(entries[i]->d_name, &name) &&
		    strcmp(entries[i]->d_name, name_text(name).s) == 0)
			nss_mark(cp, name);
		free(entries[i]);
	}
	free(entries);
	for (n = TAILQ_FIRST(&cp->nss); n != NULL; n = next) {
		next = TAILQ_NEXT(n, entry);
		if (!n->current)
			nss_close_file(n);
		if (!n->current && n->users == 0)
			nss_forget(cp, n);
	}
}

/* --- files --- */

int
nss_create(struct cp *cp, struct vm_name name)
{
	char path[PATH_MAX];

	if (nss_path(cp, name, NSS_UNFINISHED, path) < 0)
		return -1;
	return open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

void
nss_drop(struct cp *cp, struct vm_name name)
{
	char path[PATH_MAX];

	if (nss_path(cp, name, NSS_UNFINISHED, path) == 0)
		unlink(path);
}

/* Whether a vmguest wrote what it should is seen before it takes the name. */
static bool
nss_complete(const char *path, struct vm_name name)
{
	struct saved_header h;
	struct stat st;
	int fd = nss_open_file(path, &st);

	if (fd < 0)
		return false;
	nss_read_header(fd, name, &h);
	close(fd);
	return h.pages > 0 &&
	    (uint64_t)st.st_size == h.pages_at + h.pages * 4096ull;
}

int
nss_publish(struct cp *cp, struct vm_name name, worker_fn *fn, void *arg)
{
	char from[PATH_MAX], to[PATH_MAX], folder[PATH_MAX];

	if (nss_path(cp, name, NSS_UNFINISHED, from) < 0 ||
	    nss_path(cp, name, "", to) < 0 ||
	    cp_path(cp, NSS_FOLDER, folder, sizeof folder) < 0)
		return -1;
	if (!nss_complete(from, name)) {
		errno = EPROTO;
		return -1;
	}
	if (rename(from, to) < 0)
		return -1;
	nss_scan(cp); /* the one before is closed */
	worker_sync(cp->workers, folder, fn, arg);
	return 0;
}

int
nss_purge(struct cp *cp, struct vm_name name)
{
	struct nss *n = nss_current(cp, name);
	char path[PATH_MAX];

	if (n == NULL && errno == ENOENT)
		return -1;
	if (nss_path(cp, name, "", path) < 0 || unlink(path) < 0)
		return -1;
	if (n == NULL)
		return 0;
	nss_close_file(n);
	return (int)n->users;
}

/* --- start and end --- */

void
nss_open(struct cp *cp)
{
	struct dirent **entries = NULL;
	char path[PATH_MAX];
	int count;

	if (cp_path(cp, NSS_FOLDER, path, sizeof path) < 0)
		return;
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		log_warn("%s", path);
	count = scandir(path, &entries, NULL, NULL);
	for (int i = 0; i < count; i++) {
		const char *suffix = strrchr(entries[i]->d_name, '.');
		char file[PATH_MAX];

		if (suffix != NULL && strcmp(suffix, NSS_UNFINISHED) == 0 &&
		    (size_t)snprintf(file, sizeof file, "%s/%s", path,
		    entries[i]->d_name) < sizeof file)
			unlink(file);
		free(entries[i]);
	}
	free(entries);
}

void
nss_close(struct cp *cp)
{
	struct nss *n;

	while ((n = TAILQ_FIRST(&cp->nss)) != NULL)
		nss_forget(cp, n);
}
