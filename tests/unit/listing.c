/* SPDX-License-Identifier: MIT
 *
 * listing.c - printed lines as text: spacing, skips, lines over lines, and
 * bytes that are no text.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "channel.h"
#include "listing.h"

static struct listing listing;
static char paper[1 << 18];
static size_t written;

static int
take(void *arg, const char *text, size_t len)
{
	(void)arg;
	assert_true(len <= sizeof paper - 1 - written);
	memcpy(paper + written, text, len);
	written += len;
	paper[written] = '\0';
	return 0;
}

static void
begin(enum listing_kind kind)
{
	written = 0;
	paper[0] = '\0';
	listing_begin(&listing, kind, take, NULL);
}

static void
print(unsigned command, const char *text)
{
	char record[256] = { (char)command };
	size_t n = strlen(text);

	memcpy(record + 1, text, n);
	assert_int_equal(listing_record(&listing, record, n + 1), 0);
}

static void
ends(const char *expected)
{
	assert_int_equal(listing_end(&listing), 0);
	assert_string_equal(paper, expected);
}

static void
spacing(void **state)
{
	(void)state;
	begin(LISTING_PRINTED);
	print(PRT_WRITE_1, "ONE");
	print(PRT_WRITE_2, "TWO  ");
	print(PRT_WRITE_3, "  THREE");
	print(PRT_SPACE_2, "");
	print(PRT_WRITE, "LAST");
	ends("ONE\nTWO\n\n  THREE\n\n\n\n\nLAST\n");
}

static void
skips(void **state)
{
	(void)state;
	begin(LISTING_PRINTED);
	print(PRT_SKIP(1), "");
	print(PRT_WRITE_1, "HEAD");
	print(PRT_SKIP(2), "");
	print(PRT_WRITE_SKIP(1), "LINE 7");
	print(PRT_SKIP(1), "");
	print(PRT_WRITE_1, "NEXT");
	assert_int_equal(listing.page, 2);
	print(PRT_SKIP(1), "");
	print(PRT_SKIP(2), "");
	print(PRT_WRITE_SKIP(2), "AGAIN");
	ends("HEAD\n\n\n\n\n\nLINE 7\n\fNEXT\n\f\n\n\n\n\n\nAGAIN\n"
	    "\f\n\n\n\n\n\n");
	assert_int_equal(listing.page, 4);
	assert_int_equal(listing.line, 7);
}

static void
every_channel(void **state)
{
	static const unsigned line[] = { 1, 7, 13, 19, 25, 31, 37, 43, 61, 49,
		55, 63 };

	(void)state;
	for (unsigned channel = 1; channel <= 12; channel++) {
		begin(LISTING_PRINTED);
		print(PRT_WRITE, "X");
		print(PRT_SKIP(channel), "");
		assert_int_equal(listing.line, line[channel - 1]);
		assert_int_equal(listing.page, channel == 1 ? 2 : 1);
	}
}

/* Paper is continuous: lines go over the end of a page without a mark. */
static void
over_the_end(void **state)
{
	(void)state;
	begin(LISTING_PRINTED);
	for (int i = 0; i < PRT_PAGE; i++)
		print(PRT_WRITE_1, "X");
	assert_int_equal(listing.page, 2);
	assert_int_equal(listing.line, 1);
	print(PRT_SKIP(1), "");
	assert_int_equal(listing.page, 2);
	assert_null(strchr(paper, '\f'));
	print(PRT_WRITE_1, "X");
	print(PRT_SKIP(1), "");
	assert_non_null(strchr(paper, '\f'));
}

static void
overprint(void **state)
{
	(void)state;
	begin(LISTING_PRINTED);
	print(PRT_WRITE, "TITLE");
	print(PRT_WRITE, "TITLE");
	print(PRT_WRITE, "_____");
	print(PRT_WRITE, "           \xC3\x9C" "BER");
	print(PRT_WRITE_1, "        5");
	print(PRT_WRITE, "____");
	print(PRT_WRITE_1, "AB");
	print(PRT_WRITE, "O");
	print(PRT_WRITE_1, "/");
	ends("TITLE   5  \xC3\x9C" "BER\nAB__\nO\r/\n");
}

static void
spaced(void **state)
{
	(void)state;
	begin(LISTING_SPACED);
	print(PRT_SKIP(1), "");
	print(PRT_WRITE, "A");
	print(PRT_WRITE_3, "B");
	print(PRT_WRITE_SKIP(1), "C");
	ends("A\nB\nC\n");
}

static void
cards(void **state)
{
	(void)state;
	begin(LISTING_CARDS);
	assert_int_equal(listing_record(&listing, "CARD ONE   ", 11), 0);
	assert_int_equal(listing_record(&listing, "", 0), 0);
	assert_int_equal(listing_record(&listing, "\x02" "ESD\0\x1B[2J", 9), 0);
	ends("CARD ONE\n\n ESD  [2J\n");
}

static void
no_text(void **state)
{
	static const char *const bad[] = { "\xC0\x80", "\xED\xA0\x80", "\xFF",
		"\xF4\x90\x80\x80", "\xE2\x82", "\x1B", "\t", "\r", "\n",
		"\x7F", "\xC2\x9B", "\xE2\x80\xA8", "\x80" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char line[16];

		begin(LISTING_PRINTED);
		snprintf(line, sizeof line, "A%sZ", bad[i]);
		print(PRT_WRITE_1, line);
		assert_int_equal(paper[0], 'A');
		assert_int_equal(paper[written - 2], 'Z');
		assert_int_equal(strspn(paper + 1, " "), written - 3);
	}
	begin(LISTING_PRINTED);
	print(PRT_WRITE_1, "\xE2\x82\xAC \xF0\x9F\x98\x80");
	ends("\xE2\x82\xAC \xF0\x9F\x98\x80\n");
}

/* What no printer knows, and what has no command at all, is a line. */
static void
unknown(void **state)
{
	(void)state;
	begin(LISTING_PRINTED);
	assert_int_equal(listing_record(&listing, "", 0), 0);
	print(0x00, "NUL");
	print(0xFF, "FF");
	print(0xE9 | 0x10, "CHANNEL 15");
	print(0x21, "SPACE 4");
	ends("\nNUL\nFF\nCHANNEL 15\nSPACE 4\n");
	assert_int_equal(listing_record(&listing, paper,
	    SPOOL_RECORD_MAX + 1), -1);
}

/* Longest lines over each other: four bytes a column do not fit. */
static void
longest(void **state)
{
	static char record[SPOOL_RECORD_MAX];

	(void)state;
	begin(LISTING_PRINTED);
	memset(record, ' ', sizeof record);
	record[0] = PRT_WRITE;
	record[sizeof record - 1] = 'X';
	assert_int_equal(listing_record(&listing, record, sizeof record), 0);
	for (size_t i = 1; i + 4 < sizeof record; i += 4)
		memcpy(record + i, "\xF0\x9F\x98\x80", 4);
	assert_int_equal(listing_record(&listing, record, sizeof record), 0);
	assert_int_equal(listing_end(&listing), 0);
	assert_int_equal(paper[SPOOL_RECORD_MAX - 1], '\r');
	assert_int_equal(paper[written - 1], '\n');
}

static void
blocks(void **state)
{
	static const char good[] = "\4\0\x09" "ABC\0\0\2\0\x09Z";
	size_t n = sizeof good - 1;

	(void)state;
	begin(LISTING_PRINTED);
	assert_int_equal(listing_block(&listing, good, n), 0);
	ends("ABC\n\nZ\n");
	for (size_t cut = 1; cut < n; cut++) {
		int whole = cut == 6 || cut == 8;

		begin(LISTING_PRINTED);
		errno = 0;
		assert_int_equal(listing_block(&listing, good, cut),
		    whole ? 0 : -1);
		assert_int_equal(errno, whole ? 0 : EPROTO);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spacing),
		cmocka_unit_test(skips),
		cmocka_unit_test(every_channel),
		cmocka_unit_test(over_the_end),
		cmocka_unit_test(overprint),
		cmocka_unit_test(spaced),
		cmocka_unit_test(cards),
		cmocka_unit_test(no_text),
		cmocka_unit_test(unknown),
		cmocka_unit_test(longest),
		cmocka_unit_test(blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
