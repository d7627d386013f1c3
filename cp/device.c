/* SPDX-License-Identifier: MIT
 *
 * device.c - virtual devices: from the directory, and those that come later.
 * Who else has a minidisk is minidisk.c's.
 */
#include "device.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cp.h"
#include "dial.h"
#include "guest.h"
#include "log.h"
#include "minidisk.h"
#include "name.h"
#include "request.h"
#include "session.h"
#include "urdevice.h"
#include "vmblok.h"

struct device_name
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

bool
device_writable(const struct vdev *d)
{
	return d->link == NULL || d->link->write;
}

/* In order of address, as QUERY VIRTUAL shows them within a class. */
static void
device_insert(struct vmblok *vm, struct vdev *d)
{
	struct vdev *at;

	TAILQ_FOREACH(at, &vm->devices, entry)
		if (at->vdev > d->vdev)
			break;
	if (at != NULL)
		TAILQ_INSERT_BEFORE(at, d, entry);
	else
		TAILQ_INSERT_TAIL(&vm->devices, d, entry);
}

static bool
device_full(const struct vmblok *vm)
{
	const struct vdev *d;
	unsigned n = 0;

	TAILQ_FOREACH(d, &vm->devices, entry)
		n++;
	return n >= VM_DEVICES_MAX;
}

/* NULL with errno. */
static struct vdev *
device_add(struct vmblok *vm, vdev_t vdev, enum device_type type)
{
	struct vdev *d;

	if (device_find(vm, vdev) != NULL) {
		errno = EEXIST;
		return NULL;
	}
	if (device_full(vm)) {
		errno = EMFILE;
		return NULL;
	}
	d = calloc(1, sizeof *d);
	if (d == NULL)
		return NULL;
	d->vdev = vdev;
	d->type = type;
	d->fd = -1;
	device_insert(vm, d);
	return d;
}

void
device_remove(struct vmblok *vm, struct vdev *d)
{
	TAILQ_REMOVE(&vm->devices, d, entry);
	if (d->full.dialed != NULL)
		dial_end(d->full.dialed); /* who DIALs again finds it gone */
	minidisk_release(vm->cp, d->link);
	fullscreen_free(d);
	if (d->fd >= 0)
		close(d->fd);
	free(d);
}

void
device_renumber(struct vmblok *vm, struct vdev *d, vdev_t to)
{
	guest_renumber(vm, d->vdev, to);
	TAILQ_REMOVE(&vm->devices, d, entry);
	d->full.was = d->vdev;
	d->vdev = to;
	if (d->link != NULL)
		d->link->as = to;
	device_insert(vm, d);
}

struct vdev *
device_new(struct vmblok *vm, vdev_t vdev, enum device_type type, char klass)
{
	struct vdev *d = device_add(vm, vdev, type);

	if (d == NULL)
		return NULL;
	urdevice_init(vm, d, klass);
	guest_attach(vm, d);
	return d;
}

/* --- CONMODE --- */

/* To the machine it is another device in its place. */
int
device_conmode(struct request *rq, bool graf)
{
	struct vmblok *vm = rq->vm;
	struct vdev *d = device_console(vm);

	if (d == NULL)
		return reply_error(rq, 40, "CONS");
	if (d->graf == graf)
		return 0;
	d->graf = graf;
	fullscreen_drop(vm, d);
	vm->reading = CONS_READ_NONE;
	guest_attach(vm, d);
	fullscreen_here(vm, d);
	return 0;
}

/* --- temporary space --- */

static uint64_t
device_temporary_had(const struct vmblok *vm)
{
	const struct vdev *d;
	uint64_t blocks = 0;

	TAILQ_FOREACH(d, &vm->devices, entry)
		if (d->type == DEVICE_FBA && d->link == NULL)
			blocks += d->blocks;
	return blocks;
}

struct vdev *
device_temporary(struct vmblok *vm, vdev_t vdev, uint64_t blocks)
{
	uint64_t had = device_temporary_had(vm);
	struct vdev *d;
	int error;

	if (had + blocks > vm->cp->config->tdisk) {
		errno = device_find(vm, vdev) != NULL ? EEXIST : ENOSPC;
		return NULL;
	}
	d = device_add(vm, vdev, DEVICE_FBA);
	if (d == NULL)
		return NULL;
	d->blocks = blocks;
	d->fd = minidisk_temporary(vm->cp, blocks);
	if (d->fd < 0) {
		error = errno;
		log_warn("%s: temporary disk", name_text(vm->name).s);
		device_remove(vm, d);
		errno = error;
		return NULL;
	}
	guest_attach(vm, d);
	return d;
}

/* --- minidisks --- */

struct vdev *
device_link(struct vmblok *vm, const struct dir_mdisk *md,
    struct vm_name owner, vdev_t vdev, const struct linkrule *rule,
    enum message_form form, struct minidisk_answer *answer)
{
	struct vdev *d = device_add(vm, vdev, DEVICE_FBA);

	*answer = (struct minidisk_answer){ 0 };
	if (d == NULL && errno == EEXIST)
		minidisk_refuse(answer, form, 110, name_text(owner).s,
		    device_hex(md->vdev).s, device_hex(vdev).s);
	else if (d == NULL)
		minidisk_refuse(answer, form, 183, "LINK",
		    errno == EMFILE ? "TOO MANY DEVICES" : "NO STORAGE");
	if (d == NULL)
		return NULL;
	d->blocks = md->blocks;
	d->link = minidisk_link(vm->cp, md, owner, vm->name, vdev, rule, form,
	    answer);
	if (d->link == NULL) {
		device_remove(vm, d);
		return NULL;
	}
	guest_attach(vm, d);
	return d;
}

/* --- LOGON --- */

/* What of a minidisk of the directory is not as it says there. */
static void
device_tell(struct vmblok *vm, const struct vdev *d,
    const struct minidisk_answer *answer)
{
	if (answer->forced_ro != 0)
		vmblok_message(vm, answer->forced_ro, device_hex(d->vdev).s,
		    answer->text);
	else if (d->link->write && answer->text[0] != '\0')
		session_print(vm->session, 0, "DASD %s LINKED R/W; %s",
		    device_hex(d->vdev).s, answer->text);
}

static void
device_minidisk(struct vmblok *vm, const struct dir_mdisk *md,
    struct vm_name owner, vdev_t vdev, const char *mode)
{
	struct minidisk_answer answer;
	struct vdev *d = device_link(vm, md, owner, vdev, linkrule_find(mode),
	    vm->set.emsg, &answer);

	if (d != NULL)
		device_tell(vm, d, &answer);
	else
		session_print(vm->session, ITEM_HIGH, "%s", answer.text);
}

static void
device_mdisk(struct vmblok *vm, const struct dir_mdisk *md)
{
	if (!md->tdisk)
		device_minidisk(vm, md, vm->name, md->vdev, md->mode);
	else if (device_temporary(vm, md->vdev, md->blocks) == NULL)
		vmblok_message(vm, 91, device_hex(md->vdev).s);
}

static void
device_directory_link(struct vmblok *vm, const struct dir_link *link)
{
	const struct dir_mdisk *md = directory_mdisk(vm->dir->dir, link->owner,
	    link->owner_vdev);

	if (md == NULL)
		vmblok_message(vm, 107, name_text(link->owner).s,
		    device_hex(link->owner_vdev).s);
	else
		device_minidisk(vm, md, link->owner, link->vdev, link->mode);
}

void
device_logon(struct vmblok *vm)
{
	const struct dir_user *user = vm->user;

	struct vdev *console = device_new(vm, user->console != VDEV_NONE ?
	    user->console : DIR_CONSOLE, DEVICE_CONSOLE, '\0');

	if (console != NULL)
		console->graf = user->console_graf;
	for (size_t i = 0; i < user->ndevices; i++)
		device_new(vm, user->devices[i].vdev, user->devices[i].type,
		    user->devices[i].klass);
	for (size_t i = 0; i < user->nmdisks; i++)
		device_mdisk(vm, &user->mdisks[i]);
	for (size_t i = 0; i < user->nlinks; i++)
		device_directory_link(vm, &user->links[i]);
}

void
device_logoff(struct vmblok *vm)
{
	struct vdev *d;

	while ((d = TAILQ_FIRST(&vm->devices)) != NULL)
		device_remove(vm, d);
}
