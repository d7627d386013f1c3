/* SPDX-License-Identifier: MIT
 *
 * unit.h - a unit: its channels, its state, and what its kind of device does.
 */
#ifndef VM370_UNIT_UNIT_H
#define VM370_UNIT_UNIT_H

#include <stdbool.h>
#include <stddef.h>

#include "loop.h"
#include "sandbox.h"

struct unit;

/* Numbers of messages about a unit; cp/messages.def has their texts. */
enum unit_message {
	UNIT_NO_USER = 53,
	UNIT_INACTIVE = 141,
	UNIT_NOT_HERE = 142,
	UNIT_SPOOLING = 434,
	UNIT_NO_ID = 435,
	UNIT_REFUSED = 436,
	UNIT_INTERVENTION = 437,
	UNIT_DAMAGED = 438,
};

/* A kind of device.  Handlers return at once. */
struct unit_kind {
	const struct sandbox_rule *rules;
	size_t nrules;
	/* The descriptor of UNIT_CONFIG is its own now.  -1 with errno. */
	int (*open)(struct unit *u, int fd);
	/* 0, or the number of a message; classes are in u->classes already. */
	int (*order)(struct unit *u, const struct ipc_unit_order *order);
	/* vmspool's: a message; it is there (again); it has gone. */
	void (*message)(struct unit *u, const struct ipcchan_message *msg);
	void (*spool)(struct unit *u, bool there);
	void (*user)(struct unit *u, const struct ipc_unit_user *user);
};

extern const struct unit_kind reader_kind, printer_kind;

struct unit {
	struct event_base *base;
	struct loopchan cp, ur;
	bool spool; /* ur is open */
	struct ipc_unit_config config;
	const struct unit_kind *kind;
	bool started;
	char classes[UR_CLASSES];
	char name[12]; /* "PRT 00E" */
	struct vm_name node;
};

/* What it does now; file: what it is at, or NULL. */
void unit_state(struct unit *u, const struct spool_file *file);

/* A line for the operator; in the form of a message with its number, module
 * and severity, or of plain words. */
void unit_error(struct unit *u, enum unit_message number, char severity,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void unit_say(struct unit *u, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* To vmspool, if it is there. */
void unit_send(struct unit *u, enum ipc_type type, const void *payload,
    size_t len);

/* An event of the unit's, or the end of it. */
struct event *unit_event(struct unit *u, int fd, short what,
    event_callback_fn fn, void *arg);

/* main.c's: run it on the channel to vmcp until that ends. */
void unit_run(void);

/* A file's text field that is not terminated, as words of a line. */
struct unit_field {
	char s[SPOOL_NAME_MAX + 1];
} unit_field(const char *text, size_t size);

#endif
