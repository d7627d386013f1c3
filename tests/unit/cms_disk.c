/* SPDX-License-Identifier: MIT
 *
 * cms_disk.c - DISK DUMP and DISK LOAD: files come back as they were; cards
 * that are not right make none.
 */
#include "card.h"
#include "cms_fake_ur.h"

#define TAKEN "CLOSE READER\n"
#define BACK "CLOSE READER HOLD\nCHANGE READER 8 NOHOLD\n"
#define RECORD (2 + CARD)
#define CARDS 5 /* of ONE MEMO */

static void
test_card(void **state)
{
	struct cms_stat st = { .name = "A", .type = "DATA", .mode = "B2",
		.recfm = 'F', .lrecl = 40, .records = 1234567890,
		.year = 2026, .month = 11, .day = 20, .hour = 9, .minute = 5,
		.second = 59 }, back;
	char card[CARD + 1] = "", data[CARD_DATA] = "x";
	struct card_run run, in;
	const char *why;

	(void)state;
	card_head(card, &run, &st);
	assert_string_equal(card, "CMSHF 00040 1234567890 20261120090559"
	    "                 A       DATA    B200017357");
	assert_int_equal(card_read(card, CARD, &in, &back, &why), CARD_HEAD);
	assert_memory_equal(&back, &st, sizeof st);
	for (int i = 2; i < 20010; i++) {
		char number[5];

		snprintf(number, sizeof number, "%04d", i % 10000);
		card_bytes(card, &run, data);
		assert_memory_equal(card + 72, number, 4);
		assert_int_equal(card_read(card, CARD, &in, &back, &why),
		    CARD_BYTES);
	}
	card_end(card, &run);
	assert_int_equal(card_read(card, CARD, &in, &back, &why), CARD_END);
	assert_memory_equal(card + 4, "0000020008 ", 11);
}

/* No bit of a card can be another. */
static void
test_card_damaged(void **state)
{
	struct cms_stat st = { .name = "A", .type = "DATA", .mode = "A1",
		.recfm = 'V', .month = 1, .day = 1 }, back;
	struct card_run run;
	char card[CARD];
	const char *why;

	(void)state;
	card_head(card, &run, &st);
	for (int i = 0; i < CARD * 8; i++) {
		card[i / 8] ^= (char)(1 << i % 8);
		assert_int_equal(card_read(card, CARD, &run, &back, &why), 0);
		card[i / 8] ^= (char)(1 << i % 8);
	}
	assert_int_equal(card_read(card, CARD, &run, &back, &why), CARD_HEAD);
	assert_int_equal(card_read(card, CARD - 1, &run, &back, &why), 0);
}

static const char text[] = "first\nthe second, which has more than would go "
    "on a single card or even on two of them, as it is so long\n3\n";

static void
test_there_and_back(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, text);
	fake_make("FIX DATA B1", 30, "abc\n\n123456\n");
	fake_make("NONE MEMO A", 0, "");
	fake_says("DISK DUMP one memo", 0, "");
	ur_told_cp("CLOSE PUNCH NAME ONE MEMO\n");
	fake_says("DISK DUMP FIX DATA *", 0, "");
	ur_told_cp("CLOSE PUNCH NAME FIX DATA\n");
	ur_back();
	/* No month is 0, and no day. */
	fake_says("DISK LOAD", 0, "ONE MEMO A1\nFIX DATA A1\n");
	ur_told_cp(TAKEN);
	fake_is("FIX DATA A", 'F', 30, "abc                           \n"
	    "                              \n123456                        "
	    "\n");
	fake_is("ONE MEMO A", 'V', 98, text);
	fake_says("DISK LOAD B", 0, "ONE MEMO B1\nFIX DATA B1\n");
	fake_is("ONE MEMO B", 'V', 98, text);
	ur->out_len = 0;
	fake_says("DISK DUMP NONE MEMO", 0, "");
	ur_back();
	fake_says("DISK LOAD B", 0, "NONE MEMO B1\n");
	fake_is("NONE MEMO B", 'V', 0, "");
}

static void
says_and_keeps(int rc, const char *output)
{
	fake_says("DISK LOAD", rc, output);
	ur_told_cp(BACK);
	fake_is("ONE MEMO A", 'V', 3, "old\n");
	ur->in_at = 0;
}

/* Cards of ONE MEMO B and another, an old ONE MEMO on A. */
static void
dumped(void)
{
	fake_make("ONE MEMO B", 0, text);
	fake_make("TWO MEMO B", 0, text);
	fake_make("ONE MEMO A", 0, "old\n");
	fake_says("DISK DUMP ONE MEMO B", 0, "");
	fake_says("DISK DUMP TWO MEMO B", 0, "");
	ur_back();
	ur->cp[0] = '\0';
}

static void
test_wrong_cards(void **state)
{
	unsigned char card[RECORD];

	(void)state;
	dumped();
	/* 1 H, 2 to 4 D, 5 E, and the same of the other file. */
	ur->in[RECORD + 2 + 20] ^= 1;
	says_and_keeps(32, "DMSDSK078E INVALID CARD 2 IN INPUT DECK: IT IS "
	    "DAMAGED\n");
	ur_back();
	memcpy(card, ur->in + RECORD, RECORD);
	memcpy(ur->in + RECORD, ur->in + 2 * RECORD, RECORD);
	memcpy(ur->in + 2 * RECORD, card, RECORD);
	says_and_keeps(32, "DMSDSK078E INVALID CARD 2 IN INPUT DECK: IT IS "
	    "OUT OF ORDER\n");
	ur_back();
	memcpy(ur->in + RECORD, ur->in + 6 * RECORD, RECORD);
	says_and_keeps(32, "DMSDSK078E INVALID CARD 2 IN INPUT DECK: IT IS "
	    "OF ANOTHER FILE\n");
	ur_back();
	ur->in_len = 4 * RECORD;
	says_and_keeps(32, "DMSDSK077E END CARD MISSING FROM INPUT DECK\n");
	ur_back();
	memmove(ur->in + 4 * RECORD, ur->in + 5 * RECORD, 5 * RECORD);
	ur->in_len -= RECORD;
	says_and_keeps(32, "DMSDSK078E INVALID CARD 5 IN INPUT DECK: IT IS "
	    "THE FIRST OF ANOTHER FILE\n");
	ur->in_len = 0;
	ur_card("CARD", 80);
	says_and_keeps(32, "DMSDSK078E INVALID CARD 1 IN INPUT DECK: IT IS "
	    "NOT OF DISK DUMP\n");
	ur->in_len = 0;
	ur_add((const char *)ur->out + 2 + RECORD, CARD, 0);
	says_and_keeps(32, "DMSDSK078E INVALID CARD 1 IN INPUT DECK: IT IS "
	    "OF ANOTHER FILE\n");
}

/* The first file's cards, and its card n as often as said. */
static void
deal(int n, int times)
{
	ur->in_len = ur->in_at = 0;
	for (int i = 0; i < CARDS; i++)
		for (int k = i == n ? times : 1; k > 0; k--)
			ur_add((const char *)ur->out + i * RECORD + 2, CARD, 0);
}

/* Any card is gone; comes twice; comes behind the next one. */
static void
test_any_wrong_order(void **state)
{
	unsigned char card[RECORD];

	(void)state;
	dumped();
	for (int n = 0; n < CARDS - 1; n++) {
		deal(n, 0);
		assert_int_equal(fake_run("DISK LOAD", ""), 32);
		deal(n, 2);
		assert_int_equal(fake_run("DISK LOAD", ""), 32);
		deal(n, 1);
		memcpy(card, ur->in + n * RECORD, RECORD);
		memmove(ur->in + n * RECORD, ur->in + (n + 1) * RECORD, RECORD);
		memcpy(ur->in + (n + 1) * RECORD, card, RECORD);
		assert_int_equal(fake_run("DISK LOAD", ""), 32);
	}
	fake_is("ONE MEMO A", 'V', 3, "old\n");
	deal(0, 1);
	assert_int_equal(fake_run("DISK LOAD", ""), 0);
	fake_is("ONE MEMO A", 'V', 98, text);
}

static void
test_refused(void **state)
{
	(void)state;
	dumped();
	fake_says("DISK", 24, "DMSDSK047E NO FUNCTION SPECIFIED\n");
	fake_says("DISK COPY", 24, "DMSDSK014E INVALID FUNCTION 'COPY'\n");
	fake_says("DISK DUMP A", 24,
	    "DMSDSK054E INCOMPLETE FILEID SPECIFIED\n");
	fake_says("DISK DUMP NO MEMO", 28,
	    "DMSDSK002E FILE 'NO MEMO' NOT FOUND\n");
	fake_says("DISK DUMP ONE MEMO (X", 24,
	    "DMSDSK003E INVALID OPTION 'X'\n");
	fake_says("DISK LOAD AA", 24, "DMSDSK048E INVALID MODE 'AA'\n");
	fake_says("DISK LOAD A B", 24, "DMSDSK070E INVALID PARAMETER 'B'\n");
	ur_told_cp("");
	fake->room = 10;
	says_and_keeps(100, "DMSDSK107S DISK 'A' IS FULL\n");
	fake->bad = 2;
	fake_says("DISK DUMP ONE MEMO B", 100, "DMSDSK104S ERROR 5 READING "
	    "FILE 'ONE MEMO B' FROM DISK\n");
	ur_told_cp("CLOSE PUNCH PURGE\n");
	ur->in_none = 1;
	fake_says("DISK LOAD", 8, "DMSDSK205W READER EMPTY OR NOT READY\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UR_TEST(test_card),
		UR_TEST(test_card_damaged),
		UR_TEST(test_there_and_back),
		UR_TEST(test_wrong_cards),
		UR_TEST(test_any_wrong_order),
		UR_TEST(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
