/* SPDX-License-Identifier: MIT
 *
 * device.c - virtual devices from the directory, and minidisk sharing.
 *
 * A vmguest is only given descriptors of its own minidisks, opened read-only
 * where the link is.
 */
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cp.h"
#include "log.h"
#include "name.h"
#include "vmblok.h"

#define DEVICE_CONSOLE_DEFAULT 0x009

struct device_name {
	char s[5];
};

static struct device_name
device_hex(vdev_t vdev)
{
	struct device_name name;

	snprintf(name.s, sizeof name.s, "%03X", vdev & 0xFFFu);
	return name;
}

const char *
device_class(enum device_type type)
{
	switch (type) {
#define X(name, number, printed, klass) \
	case DEVICE_##name:             \
		return klass;
		DEVICE_TYPES(X)
#undef X
	case DEVICE_NONE:
		break;
	}
	return "????";
}

const char *
device_printed(enum device_type type)
{
	switch (type) {
#define X(name, number, printed, klass) \
	case DEVICE_##name:             \
		return printed;
		DEVICE_TYPES(X)
#undef X
	case DEVICE_NONE:
		break;
	}
	return "????";
}

vdev_t
device_parse(const char *word)
{
	size_t n = strlen(word);
	unsigned long v;

	if (n == 0 || n > 4 || strspn(word, "0123456789ABCDEF") != n)
		return VDEV_NONE;
	v = strtoul(word, NULL, 16);
	return v <= VDEV_MAX ? (vdev_t)v : VDEV_NONE;
}

struct vdev *
device_find(const struct vmblok *vm, vdev_t vdev)
{
	struct vdev *d;

	TAILQ_FOREACH(d, &vm->devices, entry)
		if (d->vdev == vdev)
			return d;
	return NULL;
}

struct vdev *
device_console(const struct vmblok *vm)
{
	struct vdev *d;

	TAILQ_FOREACH(d, &vm->devices, entry)
		if (d->type == DEVICE_CONSOLE)
			return d;
	return NULL;
}

/* In order of address, as QUERY VIRTUAL shows them within a class. */
static struct vdev *
device_add(struct vmblok *vm, vdev_t vdev, enum device_type type)
{
	struct vdev *d, *at;

	if (device_find(vm, vdev) != NULL)
		return NULL;
	d = calloc(1, sizeof *d);
	if (d == NULL)
		return NULL;
	d->vdev = vdev;
	d->type = type;
	d->fd = -1;
	TAILQ_FOREACH(at, &vm->devices, entry)
		if (at->vdev > vdev)
			break;
	if (at != NULL)
		TAILQ_INSERT_BEFORE(at, d, entry);
	else
		TAILQ_INSERT_TAIL(&vm->devices, d, entry);
	return d;
}

static void
device_remove(struct vmblok *vm, struct vdev *d)
{
	TAILQ_REMOVE(&vm->devices, d, entry);
	if (d->fd >= 0)
		close(d->fd);
	free(d);
}

/* --- sharing --- */

struct device_sharers {
	const struct vmblok *reader, *writer; /* one of each, or NULL */
};

static struct device_sharers
device_sharers(const struct cp *cp, struct vm_name owner, vdev_t vdev)
{
	struct device_sharers sharers = { 0 };
	const struct vmblok *vm;
	const struct vdev *d;

	TAILQ_FOREACH(vm, &cp->vms, entry)
		TAILQ_FOREACH(d, &vm->devices, entry) {
			if (d->type != DEVICE_FBA || d->tdisk ||
			    d->owner_vdev != vdev ||
			    !name_equal(d->owner, owner))
				continue;
			if (d->writable)
				sharers.writer = vm;
			else
				sharers.reader = vm;
		}
	return sharers;
}

/*
 * The access modes of MDISK and LINK: what each allows while others have the
 * minidisk.
 */
static const struct device_mode {
	const char *name;
	bool write;	      /* wants to write */
	bool beside_readers;  /* writes although others read */
	bool beside_writer;   /* writes although another writes */
	bool falls_back;      /* else reads */
	bool reads_beside_writer;
} device_modes[] = {
	{ "R", .reads_beside_writer = false },
	{ "RR", .reads_beside_writer = true },
	{ "W", .write = true },
	{ "WR", .write = true, .falls_back = true,
	    .reads_beside_writer = true },
	{ "M", .write = true, .beside_readers = true },
	{ "MR", .write = true, .beside_readers = true, .falls_back = true,
	    .reads_beside_writer = true },
	{ "MW", .write = true, .beside_readers = true, .beside_writer = true },
};

static const struct device_mode *
device_mode(const char *name)
{
	for (size_t i = 0; i < sizeof device_modes / sizeof device_modes[0];
	     i++)
		if (strncmp(device_modes[i].name, name, 3) == 0)
			return &device_modes[i];
	return &device_modes[1]; /* the one that can do no harm */
}

/* 1 read and write, 0 read only, -1 refused. */
static int
device_access(const struct device_mode *mode,
    const struct device_sharers *sharers)
{
	if (mode->write && (sharers->writer == NULL || mode->beside_writer) &&
	    (sharers->reader == NULL || mode->beside_readers))
		return 1;
	if (mode->write && !mode->falls_back)
		return -1;
	if (sharers->writer != NULL && !mode->reads_beside_writer)
		return -1;
	return 0;
}

static int
device_path(const struct cp *cp, const struct vdev *d, char *buf, size_t size)
{
	char name[64];

	snprintf(name, sizeof name, "volumes/%s/%s.%s",
	    name_text(d->volume).s, name_text(d->owner).s,
	    device_hex(d->owner_vdev).s);
	return cp_path(cp, name, buf, size);
}

int
device_open(const struct cp *cp, const struct vdev *d, uint64_t *blocks)
{
	char path[PATH_MAX];
	struct stat st;
	int fd;

	*blocks = d->blocks;
	if (d->tdisk)
		return fcntl(d->fd, F_DUPFD_CLOEXEC, 0);
	if (device_path(cp, d, path, sizeof path) < 0)
		return -1;
	fd = open(path, (d->writable ? O_RDWR : O_RDONLY) | O_CLOEXEC |
	    O_NOFOLLOW);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	if ((uint64_t)st.st_size / FBA_BLOCK < *blocks)
		*blocks = (uint64_t)st.st_size / FBA_BLOCK;
	return fd;
}

static int
device_tdisk(struct vmblok *vm, struct vdev *d)
{
	d->tdisk = d->writable = true;
	d->fd = open(vm->cp->home, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (d->fd < 0 || ftruncate(d->fd, (off_t)(d->blocks * FBA_BLOCK)) < 0)
		return -1;
	return 0;
}

static void
device_refused(struct vmblok *vm, const struct vdev *d,
    const struct device_sharers *sharers)
{
	const struct vmblok *by = sharers->writer != NULL ? sharers->writer :
							    sharers->reader;

	vmblok_message(vm, by == sharers->writer ? 104 : 105,
	    name_text(d->owner).s, device_hex(d->owner_vdev).s,
	    name_text(by->name).s);
}

/* Give vm a minidisk at vdev; what cannot be is told on its console. */
static void
device_minidisk(struct vmblok *vm, const struct dir_mdisk *md,
    struct vm_name owner, vdev_t vdev, const char *mode_name)
{
	struct device_sharers sharers = device_sharers(vm->cp, owner, md->vdev);
	const struct device_mode *mode = device_mode(mode_name);
	int access = device_access(mode, &sharers), fd = -1;
	struct vdev *d = device_add(vm, vdev, DEVICE_FBA);
	uint64_t blocks;

	if (d == NULL) {
		vmblok_message(vm, 110, name_text(owner).s,
		    device_hex(md->vdev).s, device_hex(vdev).s);
		return;
	}
	d->owner = owner;
	d->owner_vdev = md->vdev;
	d->volume = md->volume;
	d->blocks = md->blocks;
	d->writable = access == 1;
	if (access < 0) {
		device_refused(vm, d, &sharers);
		device_remove(vm, d);
		return;
	}
	if (md->tdisk ? device_tdisk(vm, d) < 0 :
			(fd = device_open(vm->cp, d, &blocks)) < 0) {
		log_warn("%s: minidisk %s %03X", name_text(vm->name).s,
		    name_text(owner).s, md->vdev);
		vmblok_message(vm, 108, name_text(owner).s,
		    device_hex(md->vdev).s, name_text(md->volume).s);
		device_remove(vm, d);
		return;
	}
	if (fd >= 0) {
		close(fd); /* it can be had: opened again for each vmguest */
		d->blocks = blocks;
	}
	if (mode->write && access == 0)
		vmblok_message(vm, 101, device_hex(vdev).s,
		    sharers.writer != NULL ?
			name_text(sharers.writer->name).s :
			"NOBODY, READ BY OTHERS");
}

static void
device_link(struct vmblok *vm, const struct dir_link *link)
{
	const struct dir_mdisk *md = directory_mdisk(vm->dir->dir, link->owner,
	    link->owner_vdev);

	if (md == NULL) {
		vmblok_message(vm, 107, name_text(link->owner).s,
		    device_hex(link->owner_vdev).s);
		return;
	}
	device_minidisk(vm, md, link->owner, link->vdev, link->mode);
}

/* A punch and a printer may be in the directory, but no vmguest has them: a
 * user is not shown what is not there. */
static bool
device_is_had(enum device_type type)
{
	return type != DEVICE_PUNCH && type != DEVICE_PRINTER;
}

void
device_logon(struct vmblok *vm)
{
	const struct dir_user *user = vm->user;

	device_add(vm, user->console != VDEV_NONE ? user->console :
						    DEVICE_CONSOLE_DEFAULT,
	    DEVICE_CONSOLE);
	for (size_t i = 0; i < user->ndevices; i++) {
		struct vdev *d = !device_is_had(user->devices[i].type) ? NULL :
		    device_add(vm, user->devices[i].vdev,
			user->devices[i].type);

		if (d != NULL)
			d->klass = user->devices[i].klass;
	}
	for (size_t i = 0; i < user->nmdisks; i++)
		device_minidisk(vm, &user->mdisks[i], user->name,
		    user->mdisks[i].vdev, user->mdisks[i].mode);
	for (size_t i = 0; i < user->nlinks; i++)
		device_link(vm, &user->links[i]);
}

void
device_logoff(struct vmblok *vm)
{
	struct vdev *d;

	while ((d = TAILQ_FIRST(&vm->devices)) != NULL)
		device_remove(vm, d);
}
