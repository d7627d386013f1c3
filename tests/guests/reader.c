/* SPDX-License-Identifier: MIT
 *
 * reader.c - cards.  01C holds three cards, 01D and 01E none.  Cards are 80
 * times the card's number as a digit.
 */
#include "guest.h"

#define DONE (UNIT_CHANNEL_END | UNIT_DEVICE_END)

static uint8_t card[RDR_CARD + 8];

static bool
is_card(char digit)
{
	for (unsigned i = 0; i < RDR_CARD; i++)
		if (card[i] != (uint8_t)digit)
			return false;
	return true;
}

static struct csw
read_card(uint32_t vdev)
{
	fill(card, 0xEE, sizeof card);
	ccw_set(0, RDR_READ, card, RDR_CARD, 0);
	return run(vdev);
}

int
guest_test(void)
{
	struct csw csw;

	csw = read_card(0x01C);
	CHECK(1, csw.unit == DONE && csw.chan == 0 && csw.residual == 0);
	CHECK(2, is_card('1') && card[80] == 0xEE);
	/* Part of a card: the rest of it is gone. */
	ccw_set(0, RDR_READ, card, 10, CCW_SLI | CCW_CC);
	ccw_set(1, RDR_READ, card, 80, 0);
	CHECK(3, run(0x01C).unit == DONE && is_card('3'));
	/* End of file once, then intervention required. */
	csw = read_card(0x01C);
	CHECK(4, csw.unit == (DONE | UNIT_EXCEPTION) && csw.residual == 80);
	CHECK(5, csw.chan == 0 && card[0] == 0xEE);
	csw = read_card(0x01C);
	CHECK(6, csw.unit == (DONE | UNIT_CHECK));
	CHECK(7, sense(0x01C) == SENSE_INTERVENTION << 8);
	CHECK(8, read_card(0x01C).unit == (DONE | UNIT_CHECK));
	/* Nothing waits for these. */
	CHECK(9, read_card(0x01D).unit == (DONE | UNIT_CHECK));
	CHECK(10, sense(0x01D) == SENSE_INTERVENTION << 8);
	CHECK(11, read_card(0x01E).unit == (DONE | UNIT_CHECK));
	CHECK(12, sense(0x01E) == SENSE_INTERVENTION << 8);
	/* Not a reader's command. */
	ccw_set(0, CON_WRITE_ACR, card, 80, 0);
	CHECK(13, run(0x01C).unit == (DONE | UNIT_CHECK));
	CHECK(14, sense(0x01C) == SENSE_COMMAND_REJECT << 8);
	/* A new deck is announced, and read from its first card. */
	CHECK(15, cp("MOUNT 01C") == 0);
	wait_interrupt();
	CHECK(16, io.vdev == 0x01C && io.csw.unit == UNIT_DEVICE_END);
	CHECK(17, read_card(0x01C).unit == DONE && is_card('1'));
	/* Taken away. */
	CHECK(18, cp("DETACH 01C") == 0);
	CHECK(19, cp("LINES") >= 0 && sio(0x01C) == 3);
	return 0;
}
