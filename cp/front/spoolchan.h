/* SPDX-License-Identifier: MIT
 *
 * spoolchan.h - vmspool, as `vm370 spool` talks to it: that of a system that
 * runs, or one that is started for the command.
 */
#ifndef VM370_CP_FRONT_SPOOLCHAN_H
#define VM370_CP_FRONT_SPOOLCHAN_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "front.h"
#include "ipcchan.h"

struct spoolchan {
	struct ipcchan ur; /* everything is allowed: UR_SYSTEM */
	struct ipcchan cp; /* of a vmspool that we started; fd -1: none */
	pid_t pid;	   /* and its process */
	int lock, turn;	   /* a stopped system stays so, and is ours */
	uint32_t tag;
	struct vm_name node;
};

/* 0, or 1 with a line printed; nothing is to be closed then. */
int spoolchan_open(struct spoolchan *s, const struct front *front);
void spoolchan_close(struct spoolchan *s);

/* A user of this system. */
struct vm_user spoolchan_user(const struct spoolchan *s, struct vm_name name);

/* To vmspool.  0, or 1 with a line printed. */
int spoolchan_send(struct spoolchan *s, enum ipc_type type, const void *payload,
    size_t len, int fd);
int spoolchan_send_text(struct spoolchan *s, enum ipc_type type, void *fixed,
    size_t fixed_len, const void *text, size_t n);

/* The next message; its payload is valid until the next one.  0, or 1 with a
 * line printed: vmspool has ended. */
int spoolchan_wait(struct spoolchan *s, struct ipcchan_message *msg);

/*
 * Wait for the UR_DONE of what was asked with s->tag, handing each UR_ROW to
 * row and printing UR_DONE's text to `text` (NULL: none).  done->rc is not
 * looked at.
 */
typedef int spoolchan_row(const struct ipc_ur_row *row, void *arg);
int spoolchan_done(struct spoolchan *s, struct ipc_ur_done *done,
    spoolchan_row *row, void *arg, FILE *text);

/* Print "vm370: WHAT: ..." for an rc of vmspool's.  Returns 1. */
int spoolchan_fail(const char *what, int rc);

#endif
