/* SPDX-License-Identifier: MIT
 *
 * cards.c - the file in the user's reader.
 */
#include <errno.h>

#include "cards.h"
#include "cms.h"
#include "print.h"
#include "say.h"

static struct {
	size_t at, used;
	unsigned long number;
	struct spool_file file;
	unsigned char block[SPOOL_BLOCK_MAX];
} cards;

void
cards_begin(void)
{
	cards.at = cards.used = 0;
	cards.number = 0;
	cards.file.id = 0;
	cms_cards_again(CMS_READER); /* nothing is at hand: so be it */
}

/* The file that is at hand, and what becomes of it if nobody is done with it.
 * CLOSE knows only to hold it. */
static int
cards_take(void)
{
	char commands[64];

	if (cms_spooled(CMS_READER, 0, CMS_SPOOLED_AT_HAND, &cards.file) == -1)
		return -1;
	print_into(commands, sizeof commands, "CLOSE READER HOLD\n"
	    "CHANGE READER %u NOHOLD", cards.file.spoolid);
	return cms_at_end(commands);
}

/* More of the file: 1; 0 at its end; or -1 with errno. */
static int
cards_block(void)
{
	uint64_t id = cards.file.id;
	long n = cms_cards(CMS_READER, cards.block, sizeof cards.block);
	int error = errno;

	/* A damaged one is at hand, too. */
	if (cards_take() == -1 && n > 0)
		return -1;
	if (id != 0 && cards.file.id != id) { /* by CP CLOSE */
		n = -1;
		error = ECANCELED;
	}
	errno = error;
	if (n <= 0)
		return (int)n;
	cards.at = 0;
	cards.used = (size_t)n;
	return 1;
}

int
cards_next(const unsigned char **card, size_t *len)
{
	size_t left = cards.used - cards.at;
	const unsigned char *at = cards.block + cards.at;

	if (left == 0) {
		int got = cards_block();

		if (got != 1)
			return got;
		left = cards.used;
		at = cards.block;
	}
	*len = left < SPOOL_LENGTH ? left :
	    (size_t)at[0] | (size_t)at[1] << 8;
	*card = at + SPOOL_LENGTH;
	cards.at += SPOOL_LENGTH + *len;
	if (cards.at > cards.used) {
		errno = EIO;
		return -1;
	}
	cards.number++;
	return 1;
}

unsigned long
cards_number(void)
{
	return cards.number;
}

const struct spool_file *
cards_file(void)
{
	return &cards.file;
}

/* CP says itself what is wrong. */
int
cards_done(void)
{
	int rc;

	cms_at_end("");
	return cms_cp("CLOSE READER", NULL, 0, &rc) == -1 || rc != 0 ? 100 : 0;
}

int
cards_error(void)
{
	switch (errno) {
	case ENXIO:
		return say(8, 'E', 36, "DEVICE '%03X' INVALID OR NONEXISTENT",
		    CMS_READER);
	case ENODATA:
	case EAGAIN:
		return say(205, 'W', 8, "READER EMPTY OR NOT READY");
	case ECANCELED:
		return say(124, 'S', 100, "ERROR READING CARD FILE: IT HAS "
		    "BEEN CLOSED");
	case ENOMEM:
		return say(109, 'S', 104, "VIRTUAL STORAGE CAPACITY EXCEEDED");
	default:
		return say(124, 'S', 100, "ERROR %d READING CARD FILE", errno);
	}
}
