/* SPDX-License-Identifier: MIT
 *
 * rigfull.h - plays the terminal at a rig's displays, without one: keeps the
 * last that was written, answers what it was told to.  What a guest can ask
 * for by DIAGNOSE 8 is in rigfull_commands (rigfull.c).
 */
#ifndef VM370_TESTS_RIGFULL_H
#define VM370_TESTS_RIGFULL_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc.h"

struct rig;

#define RIGFULL_DISPLAYS 3

struct rigfull_display {
	uint32_t vdev;
	bool mute;	    /* answers nothing until it is told to */
	uint32_t tag;	    /* of what is not answered; 0: nothing */
	uint16_t op;
	unsigned writes, reads, ends; /* that came so far */
	unsigned doubled;   /* that came while one was not answered */
	uint32_t wrote_len; /* the last FULL_WRITE or FULL_READ */
	uint8_t wrote[IPC_FULL_MAX];
	uint32_t reply_len; /* what FULL_READ is answered with */
	uint8_t reply[IPC_FULL_MAX];
	int32_t rc;	    /* and with which rc, FULL_WRITE too */
};

struct rigfull {
	struct rigfull_display display[RIGFULL_DISPLAYS];
	uint64_t due;	    /* CLOCK_MONOTONIC ms: then `later` is done */
	char later[256];
};

/* VM_FULL_OUT. */
void rigfull_out(struct rig *rig, const struct ipc_full *m);

/* A command; true: it was one for displays, its rc in *rc, and what it says in
 * text, which has room for RIGFULL_SAID bytes. */
#define RIGFULL_SAID 200
bool rigfull_command(struct rig *rig, const char *name, const char *arg,
    int *rc, char *text);

/* The one that was put off, when it is due. */
void rigfull_later(struct rig *rig, uint64_t now);

#endif
