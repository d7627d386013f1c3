/* SPDX-License-Identifier: MIT
 *
 * screencopy.c - a screen on the user's printer, 00E.
 *
 * It is a deck to vmspool, not the device's open file, which is the guest's:
 * one block and its close, one such at a time for each user.  What SPOOL says
 * of 00E goes for it, too.
 */
#include "screencopy.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conspool.h"
#include "device.h"
#include "name.h"
#include "session.h"
#include "spoolclient.h"
#include "urdevice.h"
#include "vmblok.h"

#define SCREENCOPY_PRINTER 0x00E
#define SCREENCOPY_DECK (VDEV_MAX + 0x4000u) /* none of vmunit's or vm370's */

/* One under way: its user may go meanwhile. */
struct screencopy {
	struct cp *cp;
	struct vm_name user;
	bool any;
	struct spool_file file;
};

struct screencopy_block {
	size_t len;
	uint32_t records;
	char bytes[SPOOL_BLOCK_MAX];
};

/* false: there is no more room. */
static bool
screencopy_record(struct screencopy_block *b, const char *text, size_t n)
{
	char *at = b->bytes + b->len;

	if (b->len + SPOOL_LENGTH + 1 + n > sizeof b->bytes)
		return false;
	at[0] = (char)((n + 1) & 0xFF);
	at[1] = (char)((n + 1) >> 8);
	at[2] = PRT_WRITE_1;
	for (size_t i = 0; i < n; i++)
		at[3 + i] = (unsigned char)text[i] < ' ' || text[i] == 0x7F ?
		    ' ' : text[i];
	b->len += SPOOL_LENGTH + 1 + n;
	b->records++;
	return true;
}

/* A line, folded where paper ends. */
static bool
screencopy_line(struct screencopy_block *b, const char *text, size_t len)
{
	size_t n;

	do {
		n = conspool_fold(text, len);
		if (!screencopy_record(b, text, n))
			return false;
		text += n;
		len -= n;
	} while (len > 0);
	return true;
}

static bool
screencopy_lines(struct screencopy_block *b, const char *text, size_t len)
{
	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t n = end != NULL ? (size_t)(end - text) : len;

		if (!screencopy_line(b, text, n))
			return false;
		n += end != NULL;
		text += n;
		len -= n;
	}
	return b->records > 0;
}

/* --- vmspool --- */

static void
screencopy_row(const struct ipc_ur_row *row, void *arg)
{
	struct screencopy *sc = arg;

	sc->any = true;
	sc->file = row->file;
}

static void
screencopy_told(struct vmblok *vm, const struct spool_file *f)
{
	const struct vdev *d = device_console(vm);

	/* It would cover the screen that was copied. */
	if (!vm->set.imsg || (d != NULL && d->full.shown))
		return;
	session_print(vm->session, 0, "PRT FILE %04u %s %s COPY %02u %s",
	    f->origin_id, f->queue == SPOOL_RDR ? "TO" : "FOR",
	    name_text(f->owner.user).s, f->attr.copies,
	    f->attr.hold & SPOOL_HOLD_USER ? "HOLD" : "NOHOLD");
}

static void
screencopy_done(const struct ipc_ur_done *done, void *arg)
{
	struct screencopy *sc = arg;
	struct vmblok *vm = vmblok_find(sc->cp, sc->user);

	if (vm != NULL) {
		vm->copying = false;
		if (done == NULL)
			vmblok_message(vm, 191, "THE SPOOL DOES NOT ANSWER");
		else if (done->rc != 0 || !sc->any)
			vmblok_message(vm, 191, "THE SPOOL HAS NO ROOM FOR IT");
		else
			screencopy_told(vm, &sc->file);
	}
	free(sc);
}

static uint64_t
screencopy_stream(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* The file's name is the screen's; all else is the printer's. */
static void
screencopy_order(const struct vmblok *vm, const struct vdev *d,
    struct ipc_ur_close *order)
{
	const struct vdev_to *to = &d->spool.to;
	struct vm_name node = vm->cp->config->node;

	*order = (struct ipc_ur_close){ .vdev = SCREENCOPY_DECK,
		.how = CLOSE_FILE, .user = { vm->name, node },
		.to = { name_empty(to->user) ? vm->name : to->user, node },
		.queue = (uint8_t)urdevice_queue(d, to),
		.attr = d->spool.attr };
	memset(order->attr.name, 0, sizeof order->attr.name);
	memset(order->attr.type, 0, sizeof order->attr.type);
	memcpy(order->attr.name, "CP", 2);
	memcpy(order->attr.type, "SCREEN", 6);
}

/* NULL, or why not. */
static const char *
screencopy_send(struct vmblok *vm, const struct vdev *d,
    const struct screencopy_block *b)
{
	struct screencopy *sc = calloc(1, sizeof *sc);
	struct ipc_ur_close order;
	struct ipc_ur_write write = { .vdev = SCREENCOPY_DECK,
		.user = { vm->name, vm->cp->config->node },
		.stream = screencopy_stream(), .serial = 1,
		.records = b->records, .device = SPOOL_ON_PRT };

	if (sc == NULL)
		return "NO STORAGE";
	if (!spoolclient_write(vm->cp->spool, &write, b->bytes, b->len)) {
		free(sc);
		return "THE SPOOL DOES NOT ANSWER";
	}
	sc->cp = vm->cp;
	sc->user = vm->name;
	vm->copying = true;
	screencopy_order(vm, d, &order);
	spoolclient_close(vm->cp->spool, &order, screencopy_row,
	    screencopy_done, sc);
	return NULL;
}

void
screencopy(struct vmblok *vm, const char *text, size_t len)
{
	const struct vdev *d = device_find(vm, SCREENCOPY_PRINTER);
	struct screencopy_block *b = malloc(sizeof *b);
	const char *why;

	if (b != NULL)
		b->len = b->records = 0;
	if (d == NULL || d->type != DEVICE_PRINTER)
		why = "YOU HAVE NO PRINTER 00E";
	else if (vm->copying)
		why = "THE LAST ONE IS NOT DONE";
	else if (b == NULL)
		why = "NO STORAGE";
	else if (!screencopy_lines(b, text, len))
		why = "IT IS EMPTY, OR TOO LARGE";
	else
		why = screencopy_send(vm, d, b);
	free(b);
	if (why != NULL)
		vmblok_message(vm, 191, why);
}
