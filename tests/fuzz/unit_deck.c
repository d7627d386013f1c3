/* SPDX-License-Identifier: MIT
 *
 * unit_deck.c - a deck at a card reader's port.  The first byte says how it is
 * cut; whatever is cut how, the cards are the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "deck.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
count(void *arg, const char *card, size_t len)
{
	uint64_t *sum = arg;

	if (len < 1 || len > SPOOL_RECORD_MAX)
		abort();
	for (size_t i = 0; i < len; i++)
		*sum = (*sum ^ (uint8_t)card[i]) * 0x100000001B3;
	*sum = *sum * 31 + len;
}

static uint64_t
run(struct deck *d, const char *in, size_t n, size_t step)
{
	uint64_t sum = 0;

	deck_begin(d, 'A', count, &sum);
	while (n > 0) {
		size_t some = n < step ? n : step;
		size_t used = deck_feed(d, in, some);

		if (used > some)
			abort();
		in += used;
		n -= used;
		if (d->state == DECK_ASKS)
			deck_go(d);
		else if (d->state != DECK_FIRST && d->state != DECK_CARDS)
			break;
	}
	deck_end(d);
	return sum * 7 + d->state;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct deck one, other;
	size_t step;

	if (n < 1)
		return 0;
	step = 1 + bytes[0];
	if (run(&one, (const char *)bytes + 1, n - 1, step) !=
	    run(&other, (const char *)bytes + 1, n - 1, n))
		abort();
	if (one.cards != other.cards ||
	    memcmp(&one.attr, &other.attr, sizeof one.attr) != 0)
		abort();
	return 0;
}
