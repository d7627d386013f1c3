/* SPDX-License-Identifier: MIT
 *
 * base_ebcdic.c - the two tables are each other's inverse, and agree with what
 * is known of the code page.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ebcdic.h"

static void
inverse(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		assert_int_equal(ebcdic_to_latin1[latin1_to_ebcdic[i]], i);
		assert_int_equal(latin1_to_ebcdic[ebcdic_to_latin1[i]], i);
	}
}

static void
known_characters(void **state)
{
	static const struct {
		char latin1;
		uint8_t ebcdic;
	} known[] = {
		{ ' ', 0x40 }, { 'A', 0xC1 }, { 'I', 0xC9 }, { 'J', 0xD1 },
		{ 'R', 0xD9 }, { 'S', 0xE2 }, { 'Z', 0xE9 }, { 'a', 0x81 },
		{ 'z', 0xA9 }, { '0', 0xF0 }, { '9', 0xF9 }, { '#', 0x7B },
		{ '@', 0x7C }, { '"', 0x7F }, { '\'', 0x7D }, { '=', 0x7E },
		{ '/', 0x61 }, { '*', 0x5C }, { ';', 0x5E }, { '(', 0x4D },
		{ ')', 0x5D }, { '{', 0xC0 }, { '}', 0xD0 }, { '\\', 0xE0 },
		{ '[', 0xAD }, { ']', 0xBD }, { '!', 0x5A }, { '|', 0x4F },
		{ '~', 0xA1 }, { '`', 0x79 }, { '_', 0x6D }, { '>', 0x6E },
		{ '?', 0x6F }, { '%', 0x6C }, { '&', 0x50 }, { '-', 0x60 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		assert_int_equal(latin1_to_ebcdic[(uint8_t)known[i].latin1],
		    known[i].ebcdic);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inverse),
		cmocka_unit_test(known_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
