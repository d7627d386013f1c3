/* SPDX-License-Identifier: MIT
 *
 * readcard.c - READCARD: the file in the reader becomes a CMS file, or several
 * where :READ cards say so (header.h).
 *
 * A CMS file is committed whole; only when all of them are does the spool
 * file leave the reader.  Whatever goes wrong leaves it there.
 */
#include <errno.h>
#include <string.h>

#include "cards.h"
#include "cms.h"
#include "files.h"
#include "header.h"
#include "say.h"
#include "words.h"

#define LINE_SKIP 0x82 /* bits of a skip that prints nothing */
#define AGAIN (-1) /* a file's cards are not as long as was thought: V */

const char say_code[] = "RDC";

struct deck {
	struct fileid id; /* as the user has it; a name of blanks: headers' */
	int any;	  /* the name is the headers' */
	/* From this card on again; the file that it begins is V, and those
	 * before it are on the disk. */
	unsigned long again;
	int printed;	  /* its records are lines, with their commands */
	size_t uniform;	  /* all records are so long, if not 0 */

	struct cms_stat stat;
	char text[FILES_TEXT];
	int fd;
	unsigned long begin; /* the card that begins it */
	unsigned long left; /* cards that are sure to be the file's */
};

static struct words words;

static const struct fileid unnamed = { "READCARD", "CMSUT1  ", 'A', '1' };

/* "fn ft [fm]", or "* [* [fm]]". */
static int
readcard_words(struct deck *d)
{
	int mode = 2, rc;

	if (words.operands == 0)
		return say(42, 'E', 24, "NO FILEID SPECIFIED");
	if (words.options > 0)
		return say_option(words.option[0]);
	if (words.operands > 3)
		return say_operand(words.operand[3]);
	d->any = strcmp(words.operand[0], "*") == 0;
	if (!d->any) {
		rc = files_id(&d->id, words.operand, words.operands, NULL);
		if (rc == 0 && d->id.mode == '*')
			rc = say(48, 'E', 24, "INVALID MODE '*'");
		return rc;
	}
	if (words.operands == 2 && strcmp(words.operand[1], "*") != 0)
		mode = 1;
	if (words.operands == 3 && strcmp(words.operand[1], "*") != 0)
		return say(54, 'E', 24, "INCOMPLETE FILEID SPECIFIED");
	return words.operands > mode ?
	    files_mode(&d->id, words.operand[mode], NULL) : 0;
}

/* --- the file that is made --- */

static int
deck_open(struct deck *d, const struct fileid *from, char recfm, size_t lrecl)
{
	struct fileid id = d->any ? *from : d->id;

	id.mode = d->id.mode != '\0' ? d->id.mode : 'A';
	id.number = d->id.number != '\0' ? d->id.number : from->number;
	fileid_print(&id, d->text);
	d->begin = cards_number();
	if (d->begin == d->again)
		recfm = 'V';
	d->stat = (struct cms_stat){
		.mode = { id.mode, id.number != '\0' ? id.number : '1' },
		.recfm = recfm,
		.lrecl = recfm == 'F' ? (uint32_t)lrecl : 0,
	};
	d->fd = cms_open(d->text, CMS_REPLACE, &d->stat);
	return d->fd == -1 ? say_errno(d->text, 'w') : 0;
}

/* It is on the disk. */
static int
deck_commit(struct deck *d)
{
	int fd = d->fd;

	d->fd = -1;
	if (fd == -1)
		return 0;
	if (d->left > 0) {
		cms_abandon(fd);
		return say(124, 'S', 100, "ERROR READING CARD FILE: %lu CARDS "
		    "OF '%s' ARE MISSING", d->left, d->text);
	}
	return cms_close(fd) == -1 ? say_errno(d->text, 'w') : 0;
}

/* --- a card --- */

static int
deck_header(struct deck *d, const struct header *h, const void *card,
    size_t len)
{
	int rc = deck_commit(d);

	if (rc != 0)
		return rc;
	if (d->any && cards_number() != d->again)
		say_record(card, len);
	d->left = h->recfm != '\0' && d->any ? h->records : 0;
	if (h->recfm != '\0')
		return deck_open(d, &h->id, h->recfm, h->lrecl);
	return deck_open(d, &h->id, d->uniform != 0 ? 'F' : 'V', d->uniform);
}

/* The first card is no header. */
static int
deck_unnamed(struct deck *d)
{
	if (d->any && cards_number() != d->again)
		say(702, 'I', 0, "READ CONTROL CARD IS MISSING. FOLLOWING "
		    "ASSUMED: READCARD CMSUT1 %c1",
		    d->id.mode != '\0' ? d->id.mode : 'A');
	if (d->uniform != 0 && d->uniform != HEADER_CARD &&
	    cards_number() != d->again)
		say(738, 'I', 0, "RECORD LENGTH IS '%zu' BYTES", d->uniform);
	return deck_open(d, &unnamed, d->uniform != 0 ? 'F' : 'V', d->uniform);
}

static int
deck_write(struct deck *d, const unsigned char *card, size_t len)
{
	static const unsigned char blank = ' ';

	if (d->stat.recfm == 'F' && len != d->stat.lrecl)
		return AGAIN;
	if (d->left > 0)
		d->left--;
	if (cms_write(d->fd, 0, len > 0 ? card : &blank, len > 0 ? len : 1) ==
	    -1)
		return say_errno(d->text, 'w');
	return 0;
}

static int
deck_card(struct deck *d, const unsigned char *card, size_t len)
{
	struct header h;
	int rc = 0;

	if (d->left == 0 && !d->printed && (d->any || cards_number() == 1) &&
	    header_read(&h, card, len))
		return deck_header(d, &h, card, len);
	if (d->fd == -1)
		rc = deck_unnamed(d);
	return rc == 0 ? deck_write(d, card, len) : rc;
}

/* A line without its command; a skip is no line. */
static int
deck_line(struct deck *d, const unsigned char *line, size_t len)
{
	if (len == 0 || (len == 1 && (line[0] & LINE_SKIP) == LINE_SKIP))
		return 0;
	return deck_card(d, line + 1, len - 1);
}

/* --- all of them --- */

/* Known when the first card is: what made the file, and whether all cards are
 * as long as that one.  F of length 1 is bytes to a program, and not lines: a
 * deck is that only if its header says so. */
static void
deck_look(struct deck *d, size_t first)
{
	const struct spool_file *file = cards_file();

	d->printed = file->device == SPOOL_ON_PRT || file->device ==
	    SPOOL_ON_CON;
	d->uniform = 0;
	if (!d->printed && first > 1 &&
	    file->bytes == file->records * first)
		d->uniform = first;
}

static int
deck_cards(struct deck *d)
{
	const unsigned char *card;
	size_t len;
	int got, rc = 0;

	cards_begin();
	while (rc == 0 && (got = cards_next(&card, &len)) != 0) {
		if (got == -1)
			return cards_error();
		if (cards_number() == 1)
			deck_look(d, len);
		if (cards_number() < d->again)
			continue;
		rc = d->printed ? deck_line(d, card, len) :
		    deck_card(d, card, len);
	}
	if (rc == 0)
		rc = deck_commit(d);
	return rc;
}

static void
deck_forget(struct deck *d)
{
	if (d->fd != -1)
		cms_abandon(d->fd);
	d->fd = -1;
	d->left = 0;
}

int
main(int argc, char **argv)
{
	struct deck d = { .fd = -1 };
	int rc;

	words_split(&words, argc, argv);
	rc = readcard_words(&d);
	if (rc != 0)
		return rc;
	while ((rc = deck_cards(&d)) == AGAIN) {
		deck_forget(&d);
		d.again = d.begin;
	}
	if (rc == 0)
		return cards_done();
	deck_forget(&d);
	return rc;
}
