/* SPDX-License-Identifier: MIT
 *
 * console.c - the 3215 console: a line at a time.  Knows no terminal: lines
 * go to vmcp against credit and come from it.  DIAGNOSE 58 may have the whole
 * screen instead (fullscreen.h); a line ends that.
 */
#include "console.h"

#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "fullscreen.h"
#include "ipcchan.h"
#include "log.h"
#include "subchan.h"
#include "vm.h"

#define CONSOLE_QUEUE_MAX (64u << 10) /* bytes typed ahead */
#define CONSOLE_LINE_COST 16	      /* so that empty lines count too */

struct console_line {
	struct console_line *next;
	uint32_t len;
	char text[];
};

struct console {
	struct fullscreen screen;
	struct console_line *head, **tail;
	size_t queued;
	bool full; /* a line was dropped, and the log says so, once */
	uint32_t announced; /* enum ipc_cons_read, as vmcp knows it */
	uint32_t len, at;   /* of text: the line being read or written */
	char text[CON_LINE_MAX];
};

static void
console_announce(struct device *d, enum ipc_cons_read what)
{
	struct console *c = d->state;
	struct ipc_value msg = { .value = what };

	if (c->announced == msg.value)
		return;
	c->announced = msg.value;
	ipcchan_send(&d->vm->chan, IPC_VM_CONS_READ, &msg, sizeof msg, -1);
}

static int
console_queue(struct console *c, const char *text, size_t len)
{
	struct console_line *line;

	if (c->queued + len + CONSOLE_LINE_COST > CONSOLE_QUEUE_MAX)
		return -1;
	line = malloc(sizeof *line + len);
	if (line == NULL)
		return -1;
	line->next = NULL;
	line->len = (uint32_t)len;
	memcpy(line->text, text, len);
	*c->tail = line;
	c->tail = &line->next;
	c->screen.typed = true;
	c->queued += len + CONSOLE_LINE_COST;
	return 0;
}

/* The oldest line becomes the one being read. */
static void
console_unqueue(struct console *c)
{
	struct console_line *line = c->head;

	c->head = line->next;
	if (c->head == NULL)
		c->tail = &c->head;
	c->screen.typed = c->head != NULL;
	c->queued -= line->len + CONSOLE_LINE_COST;
	c->full = false;
	c->len = line->len;
	c->at = 0;
	memcpy(c->text, line->text, line->len);
	free(line);
}

static int
console_attach(struct device *d, const struct ipc_vm_attach *at, int fd)
{
	struct console *c = d->state;

	(void)at;
	(void)fd;
	c->tail = &c->head;
	c->screen.lines = true;
	d->full = &c->screen;
	return 0;
}

static void
console_reset(struct device *d)
{
	struct console *c = d->state;

	while (c->head != NULL)
		console_unqueue(c);
	c->len = c->at = 0;
	fullscreen_reset(d);
	console_announce(d, CONS_READ_NONE);
}

static void
console_detach(struct device *d)
{
	(void)d; /* reset has freed the queue */
}

static void
console_begin(struct device *d)
{
	(void)d;
}

static void
console_send(struct device *d, const void *text, size_t len, uint32_t flags)
{
	struct ipc_cons_output msg = { .flags = flags };

	d->vm->credit--;
	fullscreen_done(d);
	ipcchan_send_text(&d->vm->chan, IPC_VM_CONS_OUTPUT, &msg, sizeof msg,
	    text, len, -1);
}

static void
console_start_write(struct device *d, struct transfer *t)
{
	struct console *c = d->state;

	t->kind = TRANSFER_WAIT;
	if (d->vm->credit == 0)
		return;
	c->len = 0;
	t->kind = TRANSFER_OUT;
	t->any = true;
	t->left = CON_LINE_MAX;
}

static void
console_start_read(struct device *d, enum ipc_cons_read how,
    struct transfer *t)
{
	struct console *c = d->state;

	t->kind = TRANSFER_WAIT;
	fullscreen_done(d);
	if (c->head == NULL) {
		console_announce(d, how);
		return;
	}
	console_announce(d, CONS_READ_NONE);
	console_unqueue(c);
	if (c->head == NULL)
		channel_withdraw(d, UNIT_ATTENTION);
	t->kind = TRANSFER_IN;
	t->left = c->len;
}

static void
console_start_alarm(struct device *d, struct transfer *t)
{
	t->kind = TRANSFER_WAIT;
	if (d->vm->credit == 0)
		return;
	console_send(d, NULL, 0, CONS_OUTPUT_ALARM | CONS_OUTPUT_NO_NEWLINE);
	device_done(t, UNIT_DONE);
}

static void
console_start(struct device *d, uint8_t cmd, struct transfer *t)
{
	switch (cmd) {
	case CON_WRITE:
	case CON_WRITE_ACR:
		console_start_write(d, t);
		break;
	case CON_READ:
		console_start_read(d, CONS_READ_SHOWN, t);
		break;
	case CON_READ_HIDDEN:
		console_start_read(d, CONS_READ_HIDDEN, t);
		break;
	case CON_ALARM:
		console_start_alarm(d, t);
		break;
	default:
		device_reject(d, t);
	}
}

static int
console_read(struct device *d, void *to, size_t n)
{
	struct console *c = d->state;

	if (n > c->len - c->at)
		return -1;
	memcpy(to, c->text + c->at, n);
	c->at += (uint32_t)n;
	return 0;
}

static int
console_write(struct device *d, const void *from, size_t n)
{
	struct console *c = d->state;

	if (n > sizeof c->text - c->len)
		return -1;
	memcpy(c->text + c->len, from, n);
	c->len += (uint32_t)n;
	return 0;
}

static uint8_t
console_end(struct device *d, bool whole)
{
	struct console *c = d->state;
	bool wrote = d->sch.cmd == CON_WRITE || d->sch.cmd == CON_WRITE_ACR;

	/* Its credit stayed behind when a machine is loaded in a write. */
	if (wrote && whole && d->vm->credit == 0)
		return device_check(d, SENSE_EQUIPMENT, 0);
	if (wrote && whole)
		console_send(d, c->text, c->len, d->sch.cmd == CON_WRITE ?
		    CONS_OUTPUT_NO_NEWLINE : 0);
	/* One attention may have stood for several lines. */
	if (!wrote && c->head != NULL)
		channel_unsolicited(d, UNIT_ATTENTION);
	return UNIT_DONE;
}

static void
console_halt(struct device *d)
{
	console_announce(d, CONS_READ_NONE);
}

static void
console_expire(struct device *d)
{
	(void)d;
}

static void
console_save(struct device *d, struct section *s)
{
	const struct console *c = d->state;
	uint32_t lines = 0;

	for (const struct console_line *l = c->head; l != NULL; l = l->next)
		lines++;
	section_put_u32(s, lines);
	for (const struct console_line *l = c->head; l != NULL; l = l->next) {
		section_put_u32(s, l->len);
		section_put(s, l->text, l->len);
	}
	section_put_u32(s, c->len);
	section_put_u32(s, c->at);
	section_put(s, c->text, c->len);
	fullscreen_save(&c->screen, s);
}

static int
console_load(struct device *d, struct section *s)
{
	struct console *c = d->state;
	uint32_t lines = section_get_u32(s);

	while (lines-- > 0 && !s->bad) {
		char text[CON_LINE_MAX];
		uint32_t len = section_get_u32(s);

		if (len > sizeof text)
			return -1;
		section_get(s, text, len);
		if (s->bad || console_queue(c, text, len) < 0)
			return -1;
	}
	c->len = section_get_u32(s);
	c->at = section_get_u32(s);
	if (c->len > sizeof c->text || c->at > c->len) {
		c->len = c->at = 0;
		return -1;
	}
	section_get(s, c->text, c->len);
	return fullscreen_load(d, s);
}

const struct device_ops console_device = {
	.type = DEVICE_CONSOLE,
	.id = { 0xFF, { 0x32, 0x15 }, 0, { 0x32, 0x15 }, 0 },
	.state = sizeof(struct console),
	.attach = console_attach,
	.detach = console_detach,
	.reset = console_reset,
	.begin = console_begin,
	.start = console_start,
	.read = console_read,
	.write = console_write,
	.end = console_end,
	.halt = console_halt,
	.expire = console_expire,
	.save = console_save,
	.load = console_load,
};

/* --- messages from vmcp --- */

static struct device *
console_of(struct vm *vm)
{
	struct device *d = machine_console(vm);

	return d != NULL && d->ops == &console_device ? d : NULL;
}

void
console_input(struct vm *vm, const char *text, size_t len)
{
	struct device *d = console_of(vm);
	struct console *c;

	if (d == NULL)
		return;
	c = d->state;
	if (console_queue(c, text, len) < 0) {
		if (!c->full)
			log_warnx("console: typed lines dropped, the guest "
			    "reads none");
		c->full = true;
		return;
	}
	if (c->announced != CONS_READ_NONE)
		channel_ready(d);
	else
		channel_unsolicited(d, UNIT_ATTENTION);
}

void
console_credit(struct vm *vm, uint32_t n)
{
	struct device *d = console_of(vm);

	vm->credit = n < CONS_OUTPUT_WINDOW - vm->credit ? vm->credit + n :
	    CONS_OUTPUT_WINDOW;
	/* A read that waits just starts to wait again. */
	if (d != NULL)
		channel_ready(d);
}

void
console_attention(struct vm *vm, uint32_t vdev)
{
	struct device *d = vdev != 0 ? machine_device(vm, vdev) :
	    machine_console(vm);

	if (d != NULL)
		channel_unsolicited(d, UNIT_ATTENTION);
}
