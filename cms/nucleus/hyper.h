/* SPDX-License-Identifier: MIT
 *
 * hyper.h - DIAGNOSE: what the nucleus asks CP for.
 */
#ifndef CMS_HYPER_H
#define CMS_HYPER_H

#include <stddef.h>
#include <stdint.h>

#include "diag.h"
#include "storage.h"

/* Each returns 0, or -1 when CP does not do it. */
int hyper_id(struct diag_id *id);
int hyper_time(struct diag_time *now);
int hyper_release(real_t from, real_t bytes);

/* Block I/O (DIAGNOSE A4), and a channel program to its end (A8): CP's
 * condition code, or -1. */
int hyper_block_io(struct diag_block_io *io);
int hyper_general_io(struct diag_general_io *io);

/* Files of a reader (DIAGNOSE 14): CP's condition code and *rc, or -1; *size
 * is the room at `to`, then what there is. */
int hyper_spool(const struct diag_spool *spool, void *to, uint32_t *size,
    int *rc);

/* The console's screen (DIAGNOSE 58), and what it is (8C): CP's condition
 * code, or -1. */
int hyper_full(struct diag_full *full);
int hyper_screen(struct diag_screen *screen);

struct hyper_command {
	const char *text;
	size_t len;
	int implied;  /* an unknown command is rc 1 and no message */
	char *reply;  /* NULL: CP answers on the console */
	size_t size;
	size_t total; /* out: what the whole reply has */
	int cc, rc;   /* out */
};

int hyper_command(struct hyper_command *c);

#endif
