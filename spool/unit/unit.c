/* SPDX-License-Identifier: MIT
 *
 * unit.c - what all units have in common: vmcp's orders, vmspool's channel,
 * what is said of it.
 */
#include "unit.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "name.h"

/* --- what is said --- */

void
unit_state(struct unit *u, const struct spool_file *file)
{
	struct ipc_unit_state state = {
		.state = file != NULL ? UNIT_ACTIVE :
		    u->started ? UNIT_IDLE : UNIT_DRAINED,
		.draining = file != NULL && !u->started,
	};

	memcpy(state.classes, u->classes, sizeof state.classes);
	if (file != NULL)
		state.file = *file;
	loopchan_send(&u->cp, IPC_UNIT_STATE, &state, sizeof state, -1);
}

static void
unit_text(struct unit *u, const char *text)
{
	struct ipc_text fixed;
	size_t n = strlen(text);

	loopchan_send_text(&u->cp, IPC_UNIT_MESSAGE, &fixed, sizeof fixed,
	    text, n < IPC_LINE_MAX ? n : IPC_LINE_MAX, -1);
}

void
unit_say(struct unit *u, const char *fmt, ...)
{
	char words[192], line[224];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof words, fmt, ap);
	va_end(ap);
	snprintf(line, sizeof line, "%s %s", u->name, words);
	unit_text(u, line);
}

void
unit_error(struct unit *u, enum unit_message number, char severity,
    const char *fmt, ...)
{
	char words[192], line[224];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof words, fmt, ap);
	va_end(ap);
	snprintf(line, sizeof line, "DMKRSP%03d%c %s %s", number, severity,
	    u->name, words);
	unit_text(u, line);
}

struct unit_field
unit_field(const char *text, size_t size)
{
	struct unit_field field = { 0 };

	for (size_t i = 0; i < size && i < sizeof field.s - 1 &&
	     text[i] != '\0'; i++)
		field.s[i] = text[i] > ' ' && text[i] <= '~' ? text[i] : '?';
	return field;
}

/* --- vmspool --- */

void
unit_send(struct unit *u, enum ipc_type type, const void *payload, size_t len)
{
	if (u->spool)
		loopchan_send(&u->ur, type, payload, len, -1);
}

static void
unit_on_spool(struct loopchan *lc, const struct ipcchan_message *msg,
    void *arg)
{
	struct unit *u = arg;

	if (msg != NULL) {
		u->kind->message(u, msg);
		return;
	}
	loopchan_close(lc);
	u->spool = false;
	u->kind->spool(u, false);
}

static void
unit_new_spool(struct unit *u, int fd)
{
	if (u->spool) {
		loopchan_close(&u->ur);
		u->spool = false;
		u->kind->spool(u, false);
	}
	if (loopchan_open(&u->ur, u->base, fd, IPC_UR, IPC_SPOOL,
	    unit_on_spool, u) < 0)
		fatal("vmspool's channel");
	u->spool = true;
	u->kind->spool(u, true);
}

/* --- vmcp --- */

static void
unit_shut_in(const struct unit_kind *kind)
{
	if (sandbox_shed(0) < 0)
		fatal("sandbox");
#ifndef VM370_NO_SANDBOX /* a sanitizer's run time needs more than these */
	if (sandbox_enter(kind->rules, kind->nrules) < 0)
		fatal("sandbox");
#else
	(void)kind;
#endif
}

/* What it is: after this it can do nothing else. */
static void
unit_configure(struct unit *u, const struct ipcchan_message *msg)
{
	const char *type;

	memcpy(&u->config, msg->payload, sizeof u->config);
	type = u->config.type == DEVICE_READER ? "RDR" :
	    u->config.type == DEVICE_PUNCH ? "PUN" : "PRT";
	u->config.proxy[sizeof u->config.proxy - 1] = '\0';
	u->node = u->config.node;
	u->kind = u->config.type == DEVICE_READER ? &reader_kind :
	    &printer_kind;
	memcpy(u->classes, u->config.classes, sizeof u->classes);
	snprintf(u->name, sizeof u->name, "%s %03X", type,
	    u->config.raddr & VDEV_MAX);
	log_init(u->name);
	if (u->kind->open(u, msg->fd) < 0)
		fatal("%s", u->name);
	unit_shut_in(u->kind);
}

static void
unit_order(struct unit *u, const struct ipc_unit_order *order)
{
	struct ipc_done done = { .tag = order->tag };

	if (order->op == UNIT_START && order->classes[0] != '\0')
		memcpy(u->classes, order->classes, sizeof u->classes);
	if (order->op == UNIT_START || order->op == UNIT_DRAIN)
		u->started = order->op == UNIT_START;
	done.rc = u->kind->order(u, order);
	loopchan_send_text(&u->cp, IPC_UNIT_DONE, &done, sizeof done, "", 0,
	    -1);
}

static void
unit_on_cp(struct loopchan *lc, const struct ipcchan_message *msg, void *arg)
{
	struct unit *u = arg;

	(void)lc;
	if (msg == NULL) {
		event_base_loopbreak(u->base); /* vmcp is gone */
	} else if (u->kind == NULL) {
		if (msg->type != IPC_UNIT_CONFIG)
			fatalx("it is not said what this unit is");
		unit_configure(u, msg);
	} else if (msg->type == IPC_UNIT_SPOOL) {
		unit_new_spool(u, msg->fd);
	} else if (msg->type == IPC_UNIT_ORDER) {
		unit_order(u, msg->payload);
	} else if (msg->type == IPC_UNIT_USER) {
		u->kind->user(u, msg->payload);
	} else if (msg->fd >= 0) {
		close(msg->fd);
	}
}

struct event *
unit_event(struct unit *u, int fd, short what, event_callback_fn fn,
    void *arg)
{
	struct event *ev = event_new(u->base, fd, what, fn, arg);

	if (ev == NULL)
		fatalx("no events");
	return ev;
}

void
unit_run(void)
{
	static struct unit u;

	u.base = event_base_new();
	if (u.base == NULL || loopchan_open(&u.cp, u.base, IPCCHAN_FD,
	    IPC_UNIT, IPC_CP, unit_on_cp, &u) < 0)
		fatal("event loop");
	if (event_base_dispatch(u.base) < 0)
		log_warnx("event loop ended");
}
