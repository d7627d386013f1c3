/* SPDX-License-Identifier: MIT
 *
 * spoolchan.h - the machine's channel to vmspool: there, away, or coming back.
 * The device thread's.
 */
#ifndef VM370_VTX_SPOOLCHAN_H
#define VM370_VTX_SPOOLCHAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipcchan.h"

struct vm;

struct spoolchan {
	struct ipcchan chan; /* fd -1: none */
	bool heard;	  /* there is something from it, poll says */
	uint64_t back;	  /* when it is no longer expected back; 0: it is not */
	uint32_t channels; /* how many there have been: what was asked of an
			    * earlier one is asked again */
	uint32_t tag;	   /* the last question's */
};

void spoolchan_init(struct vm *vm);
/* VM_SPOOL: fd is the channel from here on. */
void spoolchan_open(struct vm *vm, int fd);

/* Is vmspool there?  If it is not: is it only being started again, so that
 * who wants something waits? */
bool spoolchan_there(const struct vm *vm);
bool spoolchan_coming(const struct vm *vm);

/* A new tag, never 0. */
uint32_t spoolchan_tag(struct vm *vm);

/* May another block be sent now, or is too much on its way already? */
bool spoolchan_room(const struct vm *vm);
/* Send.  What is sent when vmspool is not there is lost. */
void spoolchan_send(struct vm *vm, enum ipc_type type, const void *payload,
    size_t len);
void spoolchan_send_text(struct vm *vm, enum ipc_type type, void *fixed,
    size_t fixed_len, const void *text, size_t n);

/* VM_DONE for vmcp. */
void spoolchan_done(struct vm *vm, uint32_t tag, int rc);

/* --- the main loop's --- */

/* Messages from vmspool, to the devices; it is there no longer. */
void spoolchan_receive(struct vm *vm);
/* The time of `back`. */
void spoolchan_expire(struct vm *vm);
/* Wait until the devices have nothing that vmspool has not answered.  -1: it
 * takes longer. */
int spoolchan_settle(struct vm *vm);

#endif
