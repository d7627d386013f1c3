/* SPDX-License-Identifier: MIT
 *
 * spoolin.h - a reader's file: its records, and what vmspool is asked for to
 * have them.  For the reader's channel programs and DIAGNOSE 14, which read
 * the same file.  The device thread's.
 *
 * What takes time is asked for and comes later: SPOOLIN_WAITS says to look
 * again when channel_ready() was called, or in the main loop's next round.
 */
#ifndef VM370_VTX_SPOOLIN_H
#define VM370_VTX_SPOOLIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "device.h"
#include "spool.h"

struct spoolin_block;
struct spoolin_done;

enum spoolin_is {
	SPOOLIN_CARDS = 1, /* there are records at hand */
	SPOOLIN_WAITS,	   /* for vmspool, or for a channel program's card */
	SPOOLIN_END,	   /* behind the last record of the (last) file */
	SPOOLIN_EMPTY,	   /* no file, or not the one that was asked for */
	SPOOLIN_NOT_READY, /* NOTREADY, or vmspool is away */
	SPOOLIN_DAMAGED,   /* what comes next cannot be read */
};

/* What vmspool can be asked to open. */
enum spoolin_ask {
	ASK_NOTHING,
	ASK_FIRST,  /* the first that waits */
	ASK_MORE,   /* the same, CONT: behind the one at hand */
	ASK_AGAIN,  /* the one at hand, that is not open any more or yet */
	ASK_CHOSEN, /* the one that was selected */
};

/* First in the state of a reader. */
struct spoolin {
	/* Whole records, the next one first.  None (at == end) also when none
	 * may be read, so that one look at it is enough. */
	const uint8_t *at, *end;
	uint64_t next; /* number of the first of them */

	uint32_t flags; /* VM_UR_* */
	char classes[UR_CLASSES];
	bool waits; /* the guest waits for DEVICE END */

	/* the file at hand */
	struct spool_file file; /* id 0: none */
	bool open;    /* on this channel */
	bool damaged; /* what comes next */
	bool told;    /* its end */

	/* its blocks; the next one is asked for while one is read */
	struct spoolin_block *block, *ahead;
	struct spoolin_block *held; /* a command is at a record of this one */
	bool reading;	  /* UR_READ is not answered */
	unsigned ignored; /* answers that come before its */

	/* UR_OPEN */
	enum spoolin_ask ask, none; /* not answered; answered: there is none */
	bool wanted;	  /* by who asked, still */
	uint32_t ask_tag;
	uint64_t ask_id;
	unsigned busy;	  /* how often the answer was: another has it */

	struct spoolin_done *done; /* files done with, not yet on disk */
	bool stuck; /* vmspool cannot store that */
};

/* What would be read next.  Takes the first file that waits when none is at
 * hand or the end of the one that is was told (spoolin_told).  cont: SPOOL CONT
 * leads from one to the next without an end. */
enum spoolin_is spoolin_look(struct device *d, bool cont);

/* After SPOOLIN_CARDS: whole records, a piece of a block (spool.h), where they
 * stay until any of these functions is called again. */
const uint8_t *spoolin_cards(const struct device *d, size_t *len);

/* That many bytes of them were read, records of them. */
static inline void
spoolin_take(struct spoolin *in, size_t len, uint32_t records)
{
	in->at += len;
	in->next += records;
}

/* Bytes of the record that begins here, without its length. */
static inline uint16_t
spoolin_length(const uint8_t *at)
{
	uint16_t length;

	_Static_assert(sizeof length == SPOOL_LENGTH, "length");
	memcpy(&length, at, sizeof length);
	return length;
}

/* A command is at the record that comes next, which stays where it is; nobody
 * reads another one before it is let go. */
void spoolin_hold(struct spoolin *in);
void spoolin_let_go(struct spoolin *in);
/* The same at a record of len bytes that was saved: where it is to be put.
 * NULL: no room. */
uint8_t *spoolin_hold_saved(struct spoolin *in, size_t len);

/* SPOOLIN_END was told to the guest: what is read next is of the next file. */
void spoolin_told(struct device *d);

/* The file at hand; NULL: none.  In a machine that was loaded no more than its
 * id is known until it is open again, which spoolin_at_hand() sees to:
 * SPOOLIN_CARDS, _EMPTY (none is), _WAITS, _NOT_READY, _DAMAGED. */
const struct spool_file *spoolin_file(const struct device *d);
enum spoolin_is spoolin_at_hand(struct device *d);

/* Do the reader's classes let a file of this one through? */
bool spoolin_wants(const struct device *d, char class);

/* The number of the record that comes next, from 1; another one. */
uint64_t spoolin_next(const struct device *d);
void spoolin_seek(struct device *d, uint64_t record);

/* Make the file with this id the one at hand, from its first record; another
 * one goes back as it was, or is done with if its end was told.
 * SPOOLIN_CARDS: it is there; _EMPTY: it cannot be had, nothing has changed;
 * _WAITS, _NOT_READY. */
enum spoolin_is spoolin_select(struct device *d, uint64_t id);

/* --- rows of a reader --- */

void spoolin_detach(struct device *d);
void spoolin_reset(struct device *d);
void spoolin_halt(struct device *d);
void spoolin_expire(struct device *d);
void spoolin_save(const struct device *d, struct section *s);
int spoolin_load(struct device *d, struct section *s);
extern const struct device_spool_ops spoolin_ops;

#endif
