/* SPDX-License-Identifier: MIT
 *
 * unit_deck.c - decks as a stranger may send them: the first card, line ends,
 * lengths, bytes of any kind, cut anywhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "deck.h"
#include "name.h"

static struct deck deck;
static char cards[1 << 17]; /* each ended by | */
static size_t filled;

static void
take(void *arg, const char *card, size_t len)
{
	(void)arg;
	assert_true(len >= 1 && len <= SPOOL_RECORD_MAX);
	assert_true(filled + len + 1 <= sizeof cards);
	memcpy(cards + filled, card, len);
	filled += len;
	cards[filled++] = '|';
}

/* The whole deck in pieces of `step` bytes. */
static void
feed(const char *in, size_t n, size_t step)
{
	size_t at = 0;

	filled = 0;
	deck_begin(&deck, 'A', take, NULL);
	while (at < n) {
		size_t some = n - at < step ? n - at : step;
		size_t used = deck_feed(&deck, in + at, some);

		assert_true(used <= some);
		at += used;
		if (deck.state == DECK_ASKS)
			deck_go(&deck);
		else if (deck.state != DECK_FIRST && deck.state != DECK_CARDS)
			return;
		else
			assert_int_equal(used, some);
	}
	deck_end(&deck);
}

#define FEED(text, step) feed((text), sizeof(text) - 1, (step))

static void
whole(void **state)
{
	static const char in[] = "ID CMSUSER CLASS B NAME my data TAG to  You \n"
	    "ONE\r\nTWO  \n\nA\0B\rC\n\xFF\n LAST";

	(void)state;
	for (size_t step = 1; step < sizeof in; step++) {
		FEED(in, step);
		assert_int_equal(deck.state, DECK_CARDS);
		assert_string_equal(name_text(deck.user).s, "CMSUSER");
		assert_int_equal(deck.attr.class, 'B');
		assert_string_equal(deck.attr.name, "MY");
		assert_string_equal(deck.attr.type, "DATA");
		assert_string_equal(deck.attr.tag, "to  You");
		assert_int_equal(deck.cards, 6);
		assert_int_equal(filled, 26);
		assert_memory_equal(cards, "ONE|TWO  | |A\0B\rC|\xFF| LAST|",
		    26);
	}
}

static void
first_cards(void **state)
{
	static const struct {
		const char *text;
		const char *user, *name, *type;
		char cls;
	} good[] = {
		{ "USERID maint", "MAINT", "", "", 'A' },
		{ "  id\tA", NULL, "", "", 'A' },
		{ "userid GUEST1 class 9", "GUEST1", "", "", '9' },
		{ "ID A NAME SYS1.LONG.DATASET.NAME", "A",
		    "SYS1.LONG.DATASET.NAME", "", 'A' },
		{ "ID A NAME FN CLASS C", "A", "FN", "", 'C' },
		{ "ID A TAG", "A", "", "", 'A' },
		{ "  ID   A   ", "A", "", "", 'A' },
		{ "ID", NULL, "", "", 0 },
		{ "", NULL, "", "", 0 },
		{ "IDS A", NULL, "", "", 0 },
		{ "ID NINECHARS", NULL, "", "", 0 },
		{ "ID A+B", NULL, "", "", 0 },
		{ "ID A CLASS", NULL, "", "", 0 },
		{ "ID A CLASS AB", NULL, "", "", 0 },
		{ "ID A CLASS *", NULL, "", "", 0 },
		{ "ID A NAME", NULL, "", "", 0 },
		{ "ID A NAME NINECHARS TYPE", NULL, "", "", 0 },
		{ "ID A NAME FN NINECHARS", NULL, "", "", 0 },
		{ "ID A NAME ABCDEFGHIJKLMNOPQRSTUVWXY", NULL, "", "", 0 },
		{ "ID A HOLD", NULL, "", "", 0 },
		{ "ID A TAG \x1B[2J", NULL, "", "", 0 },
		{ "\xFF\xFB\x18", NULL, "", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		char in[128];

		strcpy(in, good[i].text);
		strcat(in, "\nX\n");
		feed(in, strlen(in), 7);
		if (good[i].user == NULL) {
			assert_int_equal(deck.state, DECK_NO_ID);
			assert_int_equal(filled, 0);
			continue;
		}
		assert_int_equal(deck.state, DECK_CARDS);
		assert_string_equal(name_text(deck.user).s, good[i].user);
		assert_string_equal(deck.attr.name, good[i].name);
		assert_string_equal(deck.attr.type, good[i].type);
		assert_int_equal(deck.attr.class, good[i].cls);
		assert_int_equal(deck.cards, 1);
	}
}

static void
long_first(void **state)
{
	char in[400] = "ID A TAG ";

	(void)state;
	memset(in + 9, 'T', SPOOL_TAG_MAX);
	feed(in, strlen(in), 99);
	assert_int_equal(deck.state, DECK_ASKS);
	in[9 + SPOOL_TAG_MAX] = 'T';
	feed(in, strlen(in), 99);
	assert_int_equal(deck.state, DECK_NO_ID);
	memset(in, ' ', sizeof in - 1);
	feed(in, strlen(in), 99);
	assert_int_equal(deck.state, DECK_NO_ID);
}

static void
longest(void **state)
{
	static char in[2 * SPOOL_RECORD_MAX] = "ID A\n";
	size_t n = 5 + SPOOL_RECORD_MAX;

	(void)state;
	memset(in + 5, 'X', sizeof in - 5);
	memcpy(in + n, "\r\n", 2);
	for (size_t step = 1; step < n; step = step * 7 + 1) {
		feed(in, n + 2, step);
		assert_int_equal(deck.state, DECK_CARDS);
		assert_int_equal(filled, SPOOL_RECORD_MAX + 1);
		feed(in, n, step);
		assert_int_equal(filled, SPOOL_RECORD_MAX + 1);
	}
	in[n] = 'X';
	for (size_t step = 1; step < n; step = step * 7 + 1) {
		feed(in, n + 2, step);
		assert_int_equal(deck.state, DECK_TOO_LONG);
		feed(in, sizeof in, step);
		assert_int_equal(deck.state, DECK_TOO_LONG);
		assert_int_equal(filled, 0);
	}
	memset(in, 'X', sizeof in);
	feed(in, sizeof in, 16384);
	assert_int_equal(deck.state, DECK_NO_ID);
}

static void
no_cards(void **state)
{
	(void)state;
	FEED("", 1);
	assert_int_equal(deck.state, DECK_NO_ID);
	FEED("ID A\n", 1);
	assert_int_equal(deck.state, DECK_CARDS);
	assert_int_equal(deck.cards, 0);
	FEED("ID A", 1);
	assert_int_equal(deck.state, DECK_ASKS);
	FEED("ID A\n\n", 1);
	assert_int_equal(deck.cards, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(first_cards),
		cmocka_unit_test(long_first),
		cmocka_unit_test(longest),
		cmocka_unit_test(no_cards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
