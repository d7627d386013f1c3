/* SPDX-License-Identifier: MIT
 *
 * term_keymap.c - every key of every terminal, whole, in pieces, and broken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ds3270.h"
#include "keymap.h"
#include "ps3270.h"

#define MOST 64

static struct keymap map;
static struct keymap_key key[MOST];
static unsigned keys;

static void
take(void *arg, const struct keymap_key *k)
{
	(void)arg;
	assert_true(keys < MOST);
	key[keys++] = *k;
}

static void
feed(const char *s, size_t n)
{
	keys = 0;
	for (size_t i = 0; i < n; i++)
		keymap_byte(&map, (uint8_t)s[i], take, NULL);
}

static int
setup(void **state)
{
	(void)state;
	memset(&map, 0, sizeof map);
	return 0;
}

/* One key and nothing else, whole and a byte at a time. */
static void
one(const char *s, enum keymap_what what, uint32_t c)
{
	feed(s, strlen(s));
	if (keys != 1 || key[0].what != what || key[0].c != c)
		print_error("\\x%02x%s: %u keys, %u %u\n", (uint8_t)s[0],
		    s + 1, keys, key[0].what, key[0].c);
	assert_int_equal(keys, 1);
	assert_int_equal(key[0].what, what);
	assert_int_equal(key[0].c, c);
	assert_false(keymap_pending(&map));
}

#define ESC "\x1b"

/* Terminals' sequences, as their descriptions and the terminals have them. */
static const struct {
	const char *terminal;
	const char *function[24];
} function_keys[] = {
	{ "xterm, screen, tmux, konsole, kitty",
	  { ESC "OP", ESC "OQ", ESC "OR", ESC "OS", ESC "[15~", ESC "[17~",
	    ESC "[18~", ESC "[19~", ESC "[20~", ESC "[21~", ESC "[23~",
	    ESC "[24~", ESC "[1;2P", ESC "[1;2Q", ESC "[1;2R", ESC "[1;2S",
	    ESC "[15;2~", ESC "[17;2~", ESC "[18;2~", ESC "[19;2~",
	    ESC "[20;2~", ESC "[21;2~", ESC "[23;2~", ESC "[24;2~" } },
	{ "older xterm",
	  { ESC "OP", ESC "OQ", ESC "OR", ESC "OS", ESC "[15~", ESC "[17~",
	    ESC "[18~", ESC "[19~", ESC "[20~", ESC "[21~", ESC "[23~",
	    ESC "[24~", ESC "O2P", ESC "O2Q", ESC "O2R", ESC "O2S" } },
	{ "gnome",
	  { ESC "OP", ESC "OQ", ESC "OR", ESC "OS", ESC "[15~", ESC "[17~",
	    ESC "[18~", ESC "[19~", ESC "[20~", ESC "[21~", ESC "[23~",
	    ESC "[24~", ESC "O1;2P", ESC "O1;2Q", ESC "O1;2R",
	    ESC "O1;2S" } },
	{ "linux",
	  { ESC "[[A", ESC "[[B", ESC "[[C", ESC "[[D", ESC "[[E",
	    ESC "[17~", ESC "[18~", ESC "[19~", ESC "[20~", ESC "[21~",
	    ESC "[23~", ESC "[24~", ESC "[25~", ESC "[26~", ESC "[28~",
	    ESC "[29~", ESC "[31~", ESC "[32~", ESC "[33~", ESC "[34~" } },
	{ "vt220",
	  { ESC "OP", ESC "OQ", ESC "OR", ESC "OS", NULL, ESC "[17~",
	    ESC "[18~", ESC "[19~", ESC "[20~", ESC "[21~", ESC "[23~",
	    ESC "[24~", ESC "[25~", ESC "[26~", ESC "[28~", ESC "[29~",
	    ESC "[31~", ESC "[32~", ESC "[33~", ESC "[34~" } },
	{ "vt100", { ESC "OP", ESC "OQ", ESC "OR", ESC "OS" } },
	{ "rxvt",
	  { ESC "[11~", ESC "[12~", ESC "[13~", ESC "[14~", ESC "[15~",
	    ESC "[17~", ESC "[18~", ESC "[19~", ESC "[20~", ESC "[21~",
	    ESC "[23~", ESC "[24~", ESC "[25~", ESC "[26~", ESC "[28~",
	    ESC "[29~", ESC "[31~", ESC "[32~", ESC "[33~", ESC "[34~",
	    ESC "[23$", ESC "[24$", ESC "[11^", ESC "[12^" } },
	{ "PuTTY",
	  { ESC "[11~", ESC "[12~", ESC "[13~", ESC "[14~", ESC "[15~",
	    ESC "[17~", ESC "[18~", ESC "[19~", ESC "[20~", ESC "[21~",
	    ESC "[23~", ESC "[24~", ESC "[25~", ESC "[26~", ESC "[28~",
	    ESC "[29~", ESC "[31~", ESC "[32~", ESC "[33~",
	    ESC "[34~" } },
	{ "Esc and the upper row",
	  { ESC "1", ESC "2", ESC "3", ESC "4", ESC "5", ESC "6", ESC "7",
	    ESC "8", ESC "9", ESC "0", ESC "-", ESC "=", ESC "!", ESC "@",
	    ESC "#", ESC "$", ESC "%", ESC "^", ESC "&", ESC "*", ESC "(",
	    ESC ")", ESC "_", ESC "+" } },
	{ "Esc twice",
	  { NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
	    NULL, ESC ESC "1", ESC ESC "2", ESC ESC "3", ESC ESC "4",
	    ESC ESC "5", ESC ESC "6", ESC ESC "7", ESC ESC "8", ESC ESC "9",
	    ESC ESC "0", ESC ESC "-", ESC ESC "=" } },
};

static void
test_function_keys(void **state)
{
	(void)state;
	for (size_t t = 0; t < sizeof function_keys / sizeof function_keys[0];
	     t++)
		for (unsigned i = 0; i < 24; i++) {
			const char *s = function_keys[t].function[i];
			struct keymap_3270 is;

			if (s == NULL)
				continue;
			feed(s, strlen(s));
			if (keys != 1 || keymap_pf(&key[0]) != i + 1)
				print_error("%s: F%u\n",
				    function_keys[t].terminal, i + 1);
			assert_int_equal(keys, 1);
			assert_int_equal(keymap_pf(&key[0]), i + 1);
			is = keymap_3270(&key[0], false);
			assert_int_equal(is.what, KEYMAP_DO_SEND);
			assert_int_equal(ds3270_pf((uint8_t)is.arg), i + 1);
		}
}

static void
test_other_keys(void **state)
{
	static const struct {
		enum keymap_what what;
		const char *seq[8];
	} is[] = {
		{ KEYMAP_UP, { ESC "[A", ESC "OA", ESC "[1;5A", ESC "[a" } },
		{ KEYMAP_DOWN, { ESC "[B", ESC "OB", ESC "[1;2B" } },
		{ KEYMAP_RIGHT, { ESC "[C", ESC "OC", ESC "Oc" } },
		{ KEYMAP_LEFT, { ESC "[D", ESC "OD", ESC ESC "[D" } },
		{ KEYMAP_HOME, { ESC "[H", ESC "OH", ESC "[1~", ESC "[7~",
		    ESC "[7$" } },
		{ KEYMAP_END, { ESC "[F", ESC "OF", ESC "[4~", ESC "[8~",
		    ESC "[8^" } },
		{ KEYMAP_INSERT, { ESC "[2~", ESC "[L" } },
		{ KEYMAP_DELETE, { ESC "[3~", ESC "[3;5~" } },
		{ KEYMAP_PAGE_UP, { ESC "[5~" } },
		{ KEYMAP_PAGE_DOWN, { ESC "[6~" } },
		{ KEYMAP_BACKTAB, { ESC "[Z" } },
		{ KEYMAP_UNKNOWN, { ESC "[99~", ESC "[15;5~", ESC "[G",
		    ESC "OT", ESC "[[F", ESC "[1;2;3;4z" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof is / sizeof is[0]; i++)
		for (unsigned j = 0; j < 8 && is[i].seq[j] != NULL; j++)
			one(is[i].seq[j], is[i].what, 0);
	/* the keypad, when somebody has set it so */
	one(ESC "OM", KEYMAP_CONTROL, '\r');
	one(ESC "Ot", KEYMAP_CHARACTER, '4');
	one(ESC "On", KEYMAP_CHARACTER, '.');
	/* a terminal that says that text is pasted, or has the focus */
	feed(ESC "[200~a" ESC "[201~" ESC "[I" ESC "[O" ESC "[?1;2c", 22);
	assert_int_equal(keys, 1);
	assert_int_equal(key[0].c, 'a');
}

static void
test_characters(void **state)
{
	(void)state;
	one("a", KEYMAP_CHARACTER, 'a');
	one("\xc3\xa4", KEYMAP_CHARACTER, 0xE4);
	one("\xe2\x82\xac", KEYMAP_CHARACTER, 0x20AC);
	one("\xf0\x9f\x98\x80", KEYMAP_CHARACTER, 0x1F600);
	one("\x7f", KEYMAP_CONTROL, 0x7F);
	one("\x01", KEYMAP_CONTROL, 1);
	/* overlong, surrogate, too big, C1, cut by a character and by a key */
	feed("\xc0\xaf", 2);
	assert_int_equal(keys, 2);
	feed("\xed\xa0\x80", 3);
	assert_int_equal(key[0].what, KEYMAP_BAD);
	feed("\xf4\x90", 2);
	assert_int_equal(key[0].what, KEYMAP_BAD);
	one("\xc2\x9b", KEYMAP_BAD, 0x9B);
	feed("\xe2\x82x", 3);
	assert_int_equal(keys, 2);
	assert_int_equal(key[0].what, KEYMAP_BAD);
	assert_int_equal(key[1].c, 'x');
	feed("\xe2" ESC "[A", 4);
	assert_int_equal(keys, 2);
	assert_int_equal(key[1].what, KEYMAP_UP);
	feed("\xe4r\xe4", 3);
	assert_int_equal(keys, 2); /* the last one may yet be one */
	feed("\r", 1);
	assert_int_equal(keys, 2);
	assert_int_equal(key[1].c, '\r');
}

static void
test_ends(void **state)
{
	(void)state;
	feed("a\r\nb\r\0c\n\r\r\n\n", 12);
	assert_int_equal(keys, 9); /* a CR b CR c LF CR CR LF */
}

/* In pieces, with a pause too short to mean anything. */
static void
test_pieces(void **state)
{
	(void)state;
	feed(ESC, 1);
	assert_true(keymap_pending(&map));
	feed("[", 1);
	assert_true(keymap_pending(&map));
	feed("2", 1);
	feed("4;", 2);
	assert_int_equal(keys, 0);
	feed("2~", 2);
	assert_int_equal(keys, 1);
	assert_int_equal(key[0].c, 24);
}

static void
test_alone(void **state)
{
	(void)state;
	feed(ESC, 1);
	keys = 0;
	keymap_timeout(&map, take, NULL);
	assert_int_equal(keys, 1);
	assert_int_equal(key[0].what, KEYMAP_UNKNOWN);
	keymap_timeout(&map, take, NULL);
	assert_int_equal(keys, 1);
	one("1", KEYMAP_CHARACTER, '1'); /* no PF1 any more */
}

static void
test_broken(void **state)
{
	char longest[300];

	(void)state;
	one(ESC "[1\x03", KEYMAP_CONTROL, 3);
	feed(ESC "[1\xc3\xa4", 5);
	assert_int_equal(keys, 1);
	memset(longest, '1', sizeof longest);
	memcpy(longest, ESC "[", 2);
	keys = 0;
	for (size_t i = 0; i < 19; i++)
		keymap_byte(&map, (uint8_t)longest[i], take, NULL);
	assert_int_equal(keys, 1);
	assert_int_equal(key[0].what, KEYMAP_UNKNOWN);
	assert_false(keymap_pending(&map));
}

static void
is_3270(const char *s, enum keymap_do what, uint32_t arg)
{
	bool prefixed = false;
	struct keymap_3270 to = { KEYMAP_DO_NOTHING, 0 };

	memset(&map, 0, sizeof map);
	feed(s, strlen(s));
	for (unsigned i = 0; i < keys; i++) {
		to = keymap_3270(&key[i], prefixed);
		prefixed = to.what == KEYMAP_DO_PREFIX;
	}
	assert_int_equal(to.what, what);
	assert_int_equal(to.arg, arg);
}

static void
test_3270(void **state)
{
	(void)state;
	is_3270("a", KEYMAP_DO_TYPE, 'a');
	is_3270("\r", KEYMAP_DO_SEND, DS_AID_ENTER);
	is_3270("\n", KEYMAP_DO_KEY, PS_KEY_NEWLINE);
	is_3270("\x03", KEYMAP_DO_SEND, DS_AID_CLEAR);
	is_3270("\x01" "c", KEYMAP_DO_SEND, DS_AID_CLEAR);
	is_3270(ESC "c", KEYMAP_DO_SEND, DS_AID_CLEAR);
	is_3270(ESC "C", KEYMAP_DO_SEND, DS_AID_CLEAR);
	is_3270("\x01" "1", KEYMAP_DO_SEND, DS_AID_PA1);
	is_3270("\x01" "2", KEYMAP_DO_SEND, DS_AID_PA2);
	is_3270("\x01" "3", KEYMAP_DO_SEND, DS_AID_PA3);
	is_3270(ESC ",", KEYMAP_DO_SEND, DS_AID_PA1);
	is_3270(ESC ".", KEYMAP_DO_SEND, DS_AID_PA2);
	is_3270(ESC "/", KEYMAP_DO_SEND, DS_AID_PA3);
	is_3270("\x01" "a", KEYMAP_DO_ATTENTION, 0);
	is_3270("\x01" "y", KEYMAP_DO_SYSREQ, 0);
	is_3270(ESC "y", KEYMAP_DO_SYSREQ, 0);
	is_3270(ESC "\t", KEYMAP_DO_KEY, PS_KEY_BACKTAB);
	is_3270("\x01\t", KEYMAP_DO_KEY, PS_KEY_BACKTAB);
	is_3270("\x01" ESC "OP", KEYMAP_DO_SEND, DS_AID_PF13);
	is_3270("\x01" ESC "[24~", KEYMAP_DO_SEND, DS_AID_PF24);
	is_3270("\x05", KEYMAP_DO_KEY, PS_KEY_ERASE_EOF);
	is_3270("\x15", KEYMAP_DO_KEY, PS_KEY_ERASE_INPUT);
	is_3270("\x17", KEYMAP_DO_KEY, PS_KEY_DELETE_WORD);
	is_3270("\x12", KEYMAP_DO_KEY, PS_KEY_RESET);
	is_3270("\x0c", KEYMAP_DO_REDRAW, 0);
	is_3270(ESC "h", KEYMAP_DO_HELP, 0);
	is_3270(ESC "?", KEYMAP_DO_HELP, 0);
	is_3270(ESC "s", KEYMAP_DO_TOGGLE, 0);
	is_3270(ESC "[5~", KEYMAP_DO_SEND, DS_AID_PF7);
	is_3270(ESC "[6~", KEYMAP_DO_SEND, DS_AID_PF8);
	is_3270(ESC "z", KEYMAP_DO_NOTHING, 0);
	is_3270("\x01" "z", KEYMAP_DO_NOTHING, 0);
	is_3270("\x1d", KEYMAP_DO_NOTHING, 0);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_function_keys), TEST(test_other_keys),
		TEST(test_characters), TEST(test_ends), TEST(test_pieces),
		TEST(test_alone), TEST(test_broken), TEST(test_3270),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
