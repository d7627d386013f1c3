/* SPDX-License-Identifier: MIT
 *
 * reader.h - a card reader's file, for whoever reads it otherwise than by
 * channel program (DIAGNOSE 14).  The device thread's, all of it.
 *
 * What takes time is asked for and comes later: READER_WAITS says to call
 * again in the main loop's next round.
 */
#ifndef VM370_VTX_READER_H
#define VM370_VTX_READER_H

#include <stddef.h>
#include <stdint.h>

#include "device.h"
#include "spool.h"

enum reader_is {
	READER_CARDS = 1, /* there are records at hand */
	READER_WAITS,	  /* for vmspool, or for a channel program's card */
	READER_END,	  /* behind the last record of the (last) file */
	READER_EMPTY,	  /* no file, or not the one that was asked for */
	READER_NOT_READY, /* NOTREADY, or vmspool is away */
	READER_DAMAGED,	  /* what comes next cannot be read */
};

/* What would be read next.  Takes the first file that waits when none is at
 * hand or the end of the one that is was told (reader_told). */
enum reader_is reader_look(struct device *d);

/* After READER_CARDS: whole records, a piece of a block (spool.h), where they
 * stay until any of these functions is called again. */
const uint8_t *reader_cards(const struct device *d, size_t *len);
/* That many bytes of them were read, records of them. */
void reader_take(struct device *d, size_t len, uint32_t records);

/* READER_END was told to the guest: what is read next is of the next file. */
void reader_told(struct device *d);

/* The file at hand; NULL: none. */
const struct spool_file *reader_file(const struct device *d);

/* Do the reader's classes let a file of this one through? */
bool reader_wants(const struct device *d, char class);

/* The number of the record that comes next, from 1; another one. */
uint64_t reader_next(const struct device *d);
void reader_seek(struct device *d, uint64_t record);

/* Make the file with this id the one at hand, from its first record; another
 * one goes back as it was.  READER_CARDS, _EMPTY (it cannot be had; nothing
 * has changed), _WAITS, _NOT_READY. */
enum reader_is reader_select(struct device *d, uint64_t id);

#endif
