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
	unsigned char block[SPOOL_BLOCK_MAX];
} cards;

void
cards_begin(void)
{
	cards.at = cards.used = 0;
	cards.number = 0;
	cms_cards_again(CMS_READER); /* nothing is at hand: so be it */
}

int
cards_next(const unsigned char **card, size_t *len)
{
	const unsigned char *at;

	if (cards.at == cards.used) {
		long n = cms_cards(CMS_READER, cards.block,
		    sizeof cards.block);

		if (n <= 0)
			return (int)n;
		cards.at = 0;
		cards.used = (size_t)n;
	}
	at = cards.block + cards.at;
	*len = (size_t)at[0] | (size_t)at[1] << 8;
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

int
cards_file(struct spool_file *file)
{
	unsigned after = 0;

	while (cms_spooled(CMS_READER, after, 0, file) == 0) {
		if (file->active)
			return 0;
		after = file->spoolid;
	}
	return -1;
}

/* CP says itself what is wrong. */
int
cards_done(void)
{
	int rc;

	return cms_cp("CLOSE READER", NULL, 0, &rc) == -1 || rc != 0 ? 100 : 0;
}

/* CLOSE knows only to hold it. */
void
cards_back(void)
{
	struct spool_file file;
	char command[40], reply[80];
	int known = cards_file(&file) == 0, rc;

	if (cms_cp("CLOSE READER HOLD", reply, sizeof reply, &rc) == -1 ||
	    rc != 0 || !known)
		return;
	print_into(command, sizeof command, "CHANGE READER %u NOHOLD",
	    file.spoolid);
	cms_cp(command, reply, sizeof reply, &rc);
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
	case ENOMEM:
		return say(109, 'S', 104, "VIRTUAL STORAGE CAPACITY EXCEEDED");
	default:
		return say(124, 'S', 100, "ERROR %d READING CARD FILE", errno);
	}
}
