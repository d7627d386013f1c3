/* SPDX-License-Identifier: MIT
 *
 * cp_cards.c - the reader, punch and printer of the stand-in for vmguest.  It
 * stands still for vmspool's answers.
 */
#include "cp_cards.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ANSWER_MS 5000

static struct cards_device *
cards_find(struct cards *c, uint32_t vdev)
{
	for (unsigned i = 0; i < CARDS_DEVICES; i++)
		if (c->device[i].ur.vdev == vdev)
			return &c->device[i];
	return NULL;
}

void
cards_spool(struct cards *c, int fd)
{
	struct timespec now;

	if (c->open)
		ipcchan_close(&c->ch);
	ipcchan_init(&c->ch, fd, IPC_UR, IPC_SPOOL);
	c->open = true;
	clock_gettime(CLOCK_REALTIME, &now);
	if (c->stream == 0)
		c->stream = (uint64_t)now.tv_sec * 1000000000 +
		    (uint64_t)now.tv_nsec;
}

void
cards_set(struct cards *c, const struct ipc_vm_ur *ur)
{
	struct cards_device *d = cards_find(c, ur->vdev);

	if (d == NULL)
		d = cards_find(c, 0);
	if (d != NULL)
		d->ur = *ur;
}

void
cards_gone(struct cards *c, uint32_t vdev)
{
	struct cards_device *d = cards_find(c, vdev);

	if (d != NULL)
		*d = (struct cards_device){ 0 };
}

void
cards_renumber(struct cards *c, uint32_t from, uint32_t to)
{
	struct cards_device *d = cards_find(c, from);

	if (d != NULL)
		d->ur.vdev = to;
	c->stream++; /* vmspool counts the serials of an address */
}

/* The next message of this type.  NULL: vmspool is away. */
static const void *
cards_answer(struct cards *c, enum ipc_type type)
{
	static struct ipcchan_message msg;
	struct pollfd pfd = { .fd = c->ch.fd, .events = POLLIN };
	int got;

	while (c->open && (got = ipcchan_recv(&c->ch, &msg)) >= 0) {
		if (got > 0 && msg.type == type)
			return msg.payload;
		if (got == 0 && poll(&pfd, 1, ANSWER_MS) <= 0)
			return NULL;
	}
	if (c->open)
		ipcchan_close(&c->ch);
	c->open = false;
	return NULL;
}

/* --- what is written --- */

static void
cards_put(struct cards_device *d, const char *text, size_t n, char carriage)
{
	size_t len = n + (carriage != 0);
	char *at = d->block + d->len;

	if (d->len + SPOOL_LENGTH + len > sizeof d->block)
		return;
	*at++ = (char)(len & 0xFF);
	*at++ = (char)(len >> 8);
	if (carriage != 0)
		*at++ = carriage;
	memcpy(at, text, n);
	d->len += SPOOL_LENGTH + len;
	d->records++;
}

static int
cards_write(struct cards *c, struct cards_device *d, enum spool_device on)
{
	struct ipc_ur_write write = { .vdev = d->ur.vdev, .stream = c->stream,
		.serial = d->serial + 1, .records = d->records, .device = on };
	const struct ipc_ur_wrote *wrote;

	if (d->records == 0)
		return 0;
	if (!c->open || ipcchan_send_text(&c->ch, IPC_UR_WRITE, &write,
	    sizeof write, d->block, d->len, -1) < 0)
		return -EAGAIN;
	wrote = cards_answer(c, IPC_UR_WROTE);
	if (wrote == NULL)
		return -EAGAIN;
	if (wrote->rc != 0)
		return wrote->rc;
	d->serial++;
	d->len = d->records = 0;
	return 0;
}

static int
cards_finish(struct cards *c, struct cards_device *d, uint32_t how)
{
	struct ipc_ur_finish finish = { .tag = 1, .how = how, .id = d->file };

	if (d->file == 0)
		return 0;
	d->file = 0;
	if (ipcchan_send(&c->ch, IPC_UR_FINISH, &finish, sizeof finish,
	    -1) < 0 || cards_answer(c, IPC_UR_DONE) == NULL)
		return -EAGAIN;
	return 0;
}

/* The directory of the tests has readers at 00C, punches at 00D. */
static enum spool_device
cards_on(const struct cards_device *d)
{
	return (d->ur.vdev & 0xF) == 0xC ? SPOOL_ON_RDR :
	    (d->ur.vdev & 0xF) == 0xD ? SPOOL_ON_PUN : SPOOL_ON_PRT;
}

int
cards_close(struct cards *c, const struct ipc_vm_ur_close *order)
{
	struct cards_device *d = cards_find(c, order->vdev);

	if (c->dies)
		raise(SIGKILL);
	if (d == NULL)
		return -ENODEV;
	if (cards_on(d) == SPOOL_ON_RDR)
		return cards_finish(c, d, order->how);
	if (order->how == CLOSE_PURGE)
		d->len = d->records = 0;
	return cards_write(c, d, cards_on(d));
}

/* --- what is read --- */

static const struct spool_file *
cards_open(struct cards *c, struct cards_device *d)
{
	struct ipc_ur_open open = { .tag = 1, .queue = SPOOL_RDR };
	const struct ipc_ur_opened *opened;

	memcpy(open.classes, d->ur.classes, sizeof open.classes);
	if (!c->open ||
	    ipcchan_send(&c->ch, IPC_UR_OPEN, &open, sizeof open, -1) < 0)
		return NULL;
	opened = cards_answer(c, IPC_UR_OPENED);
	return opened != NULL && opened->rc == 0 ? &opened->file : NULL;
}

/* The first of a block's records, or all, a line each. */
static void
cards_records(struct cards *c, const struct ipc_ur_data *data, bool all)
{
	const unsigned char *at = (const unsigned char *)data->text;
	const unsigned char *end = at + data->text_len;

	while (at + SPOOL_LENGTH < end) {
		size_t len = at[0] | (size_t)at[1] << 8, used;

		used = strlen(c->said);
		snprintf(c->said + used, sizeof c->said - used, "%s%.*s%s",
		    all ? "\n  " : " <", (int)(len - all),
		    (const char *)at + SPOOL_LENGTH + all, all ? "" : ">");
		if (!all)
			return;
		at += SPOOL_LENGTH + len;
	}
}

static bool
cards_block(struct cards *c, uint64_t id, uint64_t seq, bool all)
{
	struct ipc_ur_read read = { .id = id, .seq = seq };
	const struct ipc_ur_data *data = NULL;

	if (ipcchan_send(&c->ch, IPC_UR_READ, &read, sizeof read, -1) == 0)
		data = cards_answer(c, IPC_UR_DATA);
	if (data == NULL || data->rc != 0)
		return false;
	cards_records(c, data, all);
	return true;
}

static void
cards_read(struct cards *c, struct cards_device *d, bool all)
{
	const struct spool_file *file;

	if (cards_finish(c, d, FINISH_DONE) < 0 ||
	    (file = cards_open(c, d)) == NULL) {
		snprintf(c->said, sizeof c->said, "READER EMPTY");
		return;
	}
	d->file = file->id;
	snprintf(c->said, sizeof c->said, "READS %.8s %.8s", file->attr.name,
	    file->attr.type);
	for (uint64_t seq = 0; cards_block(c, d->file, seq, all) && all; seq++)
		;
}

static void
cards_post(struct cards *c, struct cards_device *d, bool quietly)
{
	int rc = cards_write(c, d, cards_on(d));

	c->said[0] = '\0';
	if (!quietly)
		snprintf(c->said, sizeof c->said, "POSTED %d", rc);
}

static void
cards_show(struct cards *c, const struct cards_device *d)
{
	snprintf(c->said, sizeof c->said, "%03X%s%s%s%s %.8s", d->ur.vdev,
	    d->ur.flags & VM_UR_CONT ? " CONT" : "",
	    d->ur.flags & VM_UR_EOF ? " EOF" : "",
	    d->ur.flags & VM_UR_HOLD ? " HOLD" : "",
	    d->ur.flags & VM_UR_NOT_READY ? " NOTREADY" : "",
	    d->ur.classes);
}

bool
cards_typed(struct cards *c, const char *line)
{
	struct cards_device *d;
	const char *text;
	char verb[16];
	unsigned vdev;
	int n = 0;

	if (sscanf(line, "%15s %x %n", verb, &vdev, &n) != 2 || vdev == 0)
		return false;
	text = line + n;
	d = cards_find(c, vdev);
	snprintf(c->said, sizeof c->said, "%sED", verb);
	if (d == NULL)
		return false;
	if (strcmp(verb, "PUNCH") == 0)
		cards_put(d, text, strlen(text), 0);
	else if (strcmp(verb, "PRINT") == 0)
		cards_put(d, text, strlen(text), PRT_WRITE_1);
	else if (strcmp(verb, "POST") == 0)
		cards_post(c, d, *text != '\0');
	else if (strcmp(verb, "READ") == 0 || strcmp(verb, "LIST") == 0)
		cards_read(c, d, *verb == 'L');
	else if (strcmp(verb, "UR") == 0)
		cards_show(c, d);
	else
		return false;
	return true;
}
