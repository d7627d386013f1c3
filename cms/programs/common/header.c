/* SPDX-License-Identifier: MIT
 *
 * header.c - PUNCH's :READ card.  Pure.
 */
#include <string.h>

#include "header.h"
#include "print.h"
#include "words.h"

#define HEADER_MARK ":READ  "
#define LRECL_MAX 65535
#define RECORDS_MAX 0x7FFFFFFF

void
header_make(char card[HEADER_CARD], const struct cms_stat *st,
    const char *volume)
{
	char text[HEADER_CARD + 1];

	print_into(text, sizeof text, HEADER_MARK "%-8s %-8s %-2s %-6s "
	    "%02u/%02u/%02u %02u:%02u:%02u %c %-5u %-19u", st->name, st->type,
	    st->mode, volume, st->month, st->day, st->year % 100, st->hour,
	    st->minute, st->second, st->recfm, st->lrecl, st->records);
	memcpy(card, text, HEADER_CARD);
}

/* The word in some columns, from 1: terminated, without blanks. */
static const char *
header_word(char word[16], const char *card, unsigned from, unsigned to)
{
	unsigned len = to - from + 1;

	memcpy(word, card + from - 1, len);
	while (len > 0 && word[len - 1] == ' ')
		len--;
	word[len] = '\0';
	return word;
}

static int
header_number(const char *card, unsigned from, unsigned to, unsigned long max,
    unsigned long *value)
{
	char word[16];

	if (strcmp(header_word(word, card, from, to), "0") == 0) {
		*value = 0;
		return 0;
	}
	return words_number(word, max, value);
}

static int
header_id(struct header *h, const char *card)
{
	char word[16];

	header_word(word, card, 8, 15);
	if (fileid_name(h->id.name, word, strlen(word)) == -1)
		return -1;
	header_word(word, card, 17, 24);
	if (fileid_name(h->id.type, word, strlen(word)) == -1)
		return -1;
	header_word(word, card, 26, 27);
	if (fileid_mode(&h->id, word, strlen(word)) == -1)
		h->id.mode = h->id.number = '\0';
	return 0;
}

int
header_read(struct header *h, const void *card, size_t len)
{
	char text[HEADER_CARD];

	memset(h, 0, sizeof *h);
	memset(text, ' ', sizeof text);
	memcpy(text, card, len < sizeof text ? len : sizeof text);
	if (len > sizeof text || memcmp(text, HEADER_MARK,
	    strlen(HEADER_MARK)) != 0 || header_id(h, text) == -1)
		return 0;
	if ((text[53] == 'F' || text[53] == 'V') &&
	    header_number(text, 56, 60, LRECL_MAX, &h->lrecl) == 0 &&
	    header_number(text, 62, 71, RECORDS_MAX, &h->records) == 0 &&
	    (h->lrecl > 0 || text[53] == 'V'))
		h->recfm = text[53];
	return 1;
}
