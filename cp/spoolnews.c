/* SPDX-License-Identifier: MIT
 *
 * spoolnews.c - what vmspool says of itself, at the consoles it concerns.
 */
#include "spoolnews.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "name.h"
#include "session.h"
#include "spoolfile.h"
#include "urdevice.h"
#include "vmblok.h"

/* Of this node, and logged on; NULL. */
static struct vmblok *
spoolnews_user(struct cp *cp, const struct vm_user *user)
{
	return name_equal(user->node, cp->config->node) ?
	    vmblok_find(cp, user->user) : NULL;
}

struct spoolnews_count
spoolnews_count(uint64_t n)
{
	struct spoolnews_count count;

	if (n < 10000)
		snprintf(count.s, sizeof count.s, "%04" PRIu64, n);
	else if (n < 1000000)
		snprintf(count.s, sizeof count.s, "%03" PRIu64 "K", n / 1000);
	else
		snprintf(count.s, sizeof count.s, "%03" PRIu64 "M",
		    n / 1000000 < 999999 ? n / 1000000 : 999999);
	return count;
}

/* vmspool's file, as it may be shown. */
static struct spool_file
spoolnews_file(const void *payload)
{
	struct spool_file file = *(const struct spool_file *)payload;

	spoolfile_clean(&file);
	return file;
}

/* In a reader: its user hears of it, and so does his machine.  Whoever is not
 * logged on finds it in FILES: at LOGON. */
static void
spoolnews_arrived(struct cp *cp, const struct spool_file *file)
{
	struct vmblok *vm = spoolnews_user(cp, &file->owner);

	if (vm == NULL || file->queue != SPOOL_RDR || vm->ending)
		return;
	if (vm->set.imsg)
		session_print(vm->session, ITEM_LINE, "RDR FILE %04u SENT FROM "
		    "%-8s %s WAS %04u RECS %s CPY  %03u %c %s %s",
		    file->spoolid, name_text(file->origin.user).s,
		    spoolfile_device_text(file->device), file->origin_id,
		    spoolnews_count(file->records).s, file->attr.copies,
		    file->attr.class, file->attr.hold ? "HOLD" : "NOHOLD",
		    file->attr.keep ? "KEEP" : "NOKEEP");
	urdevice_arrived(vm, file);
}

/* His machine may read it now; whoever released it knows. */
static void
spoolnews_released(struct cp *cp, const struct spool_file *file)
{
	struct vmblok *vm = spoolnews_user(cp, &file->owner);

	if (vm != NULL && file->queue == SPOOL_RDR && !vm->ending)
		urdevice_arrived(vm, file);
}

static int
spoolnews_trouble_number(int32_t rc)
{
	switch (rc) {
	case 0:
		return 427;
	case -ENOSPC:
		return 428;
	case -EDQUOT:
		return 429;
	default:
		return 430;
	}
}

static void
spoolnews_trouble(struct cp *cp, const struct ipc_spool_trouble *t)
{
	struct vmblok *vm = spoolnews_user(cp, &t->user);
	const struct vdev *d = vm == NULL ? NULL :
	    device_find(vm, (vdev_t)t->vdev);

	if (t->rc != -EDQUOT)
		cp_operator(cp, "SPOOL: %s %s OF %s", t->rc == 0 ? "GOES ON" :
		    t->rc == -ENOSPC ? "NO SPACE" : "I/O ERROR",
		    device_hex((vdev_t)t->vdev).s, name_text(t->user.user).s);
	if (d != NULL)
		vmblok_message(vm, spoolnews_trouble_number(t->rc),
		    device_class(d->type), device_hex(d->vdev).s);
}

static void
spoolnews_notice(struct cp *cp, const struct ipc_text *text)
{
	cp_operator(cp, "SPOOL: %.*s", (int)text->text_len, text->text);
}

void
spoolnews(struct cp *cp, const struct ipcchan_message *msg)
{
	struct spool_file file;

	if (msg->type == IPC_SPOOL_ARRIVED) {
		file = spoolnews_file(msg->payload);
		spoolnews_arrived(cp, &file);
	} else if (msg->type == IPC_SPOOL_RELEASED) {
		file = spoolnews_file(msg->payload);
		spoolnews_released(cp, &file);
	} else if (msg->type == IPC_SPOOL_TROUBLE) {
		spoolnews_trouble(cp, msg->payload);
	} else if (msg->type == IPC_SPOOL_NOTICE) {
		spoolnews_notice(cp, msg->payload);
	}
}
