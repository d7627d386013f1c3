/* SPDX-License-Identifier: MIT
 *
 * fullscreen.h - a terminal that shows a guest's whole screen: what a console
 * (DIAGNOSE 58) and a 3270 display (CCWs) have in common.
 *
 * Keeps no screen and reads none of what is shown, but whether a write erases:
 * it passes commands to vmcp, one at a time, and what keys send to the guest.
 * All on the device thread.
 */
#ifndef VM370_VTX_FULLSCREEN_H
#define VM370_VTX_FULLSCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diag.h"
#include "ipc.h"
#include "section.h"

struct device;
struct vm;

struct full_bytes {
	uint8_t *bytes; /* NULL: none */
	uint32_t len;
};

enum full_slot { FULL_KEY, FULL_FIELDS, FULL_SLOTS };

struct fullscreen {
	bool lines; /* a console's: CP has the screen until the guest erases */
	bool typed; /* there are lines to be read, too */

	/* The terminal.  DIAGNOSE 8C looks: changed with vm.lock held. */
	bool there;
	uint16_t rows, cols;
	uint32_t flags; /* TERM_* */
	struct diag_screen told; /* its last answer; no rows: there is none */

	bool owned;   /* what is shown is what the guest wrote */
	bool lost;    /* no longer, and the guest has not erased it since */
	bool refused; /* it was told that nobody is there */

	/* What waits to be read.  A second key comes only from a terminal
	 * that does not lock its keyboard: it takes the place of the first,
	 * as on a display, but not that of an answer to a query. */
	struct full_bytes waits[FULL_SLOTS];

	/* The command at work: with its data on the way out, with what was
	 * read on the way in. */
	struct full_bytes data;
	uint32_t tag;  /* of the last that vmcp was asked */
	bool asked;    /* it is not answered */
	bool given_up; /* and nobody waits for that */
	bool answered; /* it is, and nobody has looked */
	bool reads, erases;
	bool had;      /* the screen was the guest's when it was asked */
	int32_t rc;
};

/* How a command ended: unit status and sense byte 0. */
struct full_end {
	uint8_t unit;
	uint8_t sense;
};

enum full_is {
	FULL_WAITS, /* for vmcp: fullscreen_look() */
	FULL_ENDED, /* a read: its record is in data */
	FULL_NO_KEY,
};

/* Is this (DSP_*) one of a display's reads, of its writes? */
bool fullscreen_reads(uint8_t cmd);
bool fullscreen_writes(uint8_t cmd);

/* vmcp has not answered the last command, or nobody has looked. */
bool fullscreen_busy(const struct fullscreen *fs);

/* Not busy: n bytes more of a write's data, the first time after clear.  -1:
 * too many, or no memory. */
void fullscreen_clear(struct fullscreen *fs);
int fullscreen_add(struct fullscreen *fs, const void *bytes, size_t n);

/* Not busy: begin.  A write's data was added before. */
enum full_is fullscreen_write(struct device *d, uint8_t cmd,
    struct full_end *end);
enum full_is fullscreen_read(struct device *d, uint8_t cmd,
    struct full_end *end);
/* How a read of a key would end, but that none is taken. */
enum full_is fullscreen_peek(const struct fullscreen *fs,
    struct full_end *end);
/* After FULL_WAITS: is it over? */
enum full_is fullscreen_look(struct device *d, struct full_end *end);
/* Nobody waits for it any more. */
void fullscreen_give_up(struct fullscreen *fs);

/* The guest itself has no more to show. */
void fullscreen_done(struct device *d);
/* System reset: the same, and everything is forgotten but the terminal. */
void fullscreen_reset(struct device *d);

/* In a machine that is loaded what was shown is lost. */
void fullscreen_save(const struct fullscreen *fs, struct section *s);
int fullscreen_load(struct device *d, struct section *s);

/* VM_FULL_IN. */
void fullscreen_input(struct vm *vm, const struct ipc_full *m);

/* Lock held.  DIAGNOSE 8C's condition code and answer, which the guest paints
 * by; fs NULL: no console. */
uint32_t fullscreen_size(struct fullscreen *fs, struct diag_screen *screen);

#endif
