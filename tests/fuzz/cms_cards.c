/* SPDX-License-Identifier: MIT
 *
 * cms_cards.c - any bytes as the cards that READCARD and DISK LOAD are given:
 * what is taken for a name is one, and only cards that are right count.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card.h"
#include "header.h"

#define CHECK_AT 76

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
header(const uint8_t *card, size_t len)
{
	char name[FILEID_NAME];
	struct header h;
	size_t n = FILEID_NAME;

	if (!header_read(&h, card, len))
		return;
	while (n > 0 && h.id.name[n - 1] == ' ')
		n--;
	if (fileid_name(name, h.id.name, n) == -1 ||
	    (h.recfm == 'F' && (h.lrecl == 0 || h.lrecl > 65535)))
		abort();
}

/* The check that the card should have. */
static void
check(uint8_t card[CARD])
{
	uint32_t crc = 0xFFFFFFFF;
	char text[5];

	for (int i = 0; i < CHECK_AT; i++) {
		crc ^= card[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
	}
	snprintf(text, sizeof text, "%04X", (unsigned)(~crc & 0xFFFF));
	memcpy(card + CHECK_AT, text, 4);
}

static void
card(const uint8_t *bytes, size_t len, struct card_run *run)
{
	struct card_run before = *run;
	struct cms_stat st;
	const char *why;
	int kind = card_read(bytes, len, run, &st, &why);

	if (kind == CARD_HEAD && (st.name[0] == '\0' || strlen(st.name) > 8 ||
	    (st.recfm != 'F' && st.recfm != 'V') || run->cards != 0))
		abort();
	if (kind == CARD_BYTES && run->cards != before.cards + 1)
		abort();
	if (kind == 0 && why[0] == '\0')
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct card_run run = { 0 };
	uint8_t one[CARD];

	while (size > 0) {
		size_t n = *data % (CARD + 8);

		data++;
		size--;
		if (n > size)
			n = size;
		header(data, n);
		card(data, n, &run);
		if (n == CARD) {
			memcpy(one, data, CARD);
			check(one);
			card(one, CARD, &run);
		}
		data += n;
		size -= n;
	}
	return 0;
}
