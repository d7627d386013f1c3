/* SPDX-License-Identifier: MIT
 *
 * card_guest.c - the guest of the bench of a punched card: says the ticks of
 * each chain of CARDS WRITEs on its console.
 */
#include "../guests/guest.h"
#include "card.h"

#define ROUNDS 21u /* the first one warms up */
#define PUNCH 0x00Du

static struct ccw chain[CARDS] __attribute__((aligned(8)));
static uint8_t deck[CARDS_APART][RDR_CARD];

static uint32_t
ticks(void)
{
	uint32_t low_half, high_half;

	__asm__ volatile("rdtsc" : "=a"(low_half), "=d"(high_half));
	return low_half;
}

static void
build(void)
{
	fill(deck, 'x', sizeof deck);
	for (unsigned i = 0; i < CARDS; i++)
		chain[i] = (struct ccw){ .cmd = PUN_WRITE, .flags = CCW_CC,
			.count = RDR_CARD, .addr =
			(uint32_t)(uintptr_t)deck[i % CARDS_APART] };
	chain[CARDS - 1].flags = 0;
}

int
guest_test(void)
{
	build();
	for (unsigned i = 0; i < ROUNDS; i++) {
		char text[11] = "          ";
		uint32_t t = ticks();
		int at = 10;

		CHECK(1, sio_at(PUNCH, (uint32_t)(uintptr_t)chain) == 0);
		wait_interrupt();
		t = ticks() - t;
		CHECK(2, io.vdev == PUNCH && io.csw.chan == 0 && io.csw.unit ==
		    (UNIT_CHANNEL_END | UNIT_DEVICE_END));
		for (; t > 0; t /= 10)
			text[--at] = (char)('0' + t % 10);
		say(text + at);
	}
	return 0;
}
