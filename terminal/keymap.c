/* SPDX-License-Identifier: MIT
 *
 * keymap.c - sequences to keys, keys to a 3270's.  Tables; no output.
 */
#include "keymap.h"

#include <string.h>

#include "ds3270.h"
#include "ps3270.h"
#include "text.h"

#define KEYMAP_LEN_MAX 16 /* a longer sequence is none */
#define KEYMAP_SHIFT 2	  /* xterm's number of the Shift key */
/* A row that is not there is KEYMAP_CHARACTER 0: no key. */

/* Esc [ and a letter */
static const struct keymap_key keymap_csi[128] = {
	['A'] = { KEYMAP_UP, 0 }, ['B'] = { KEYMAP_DOWN, 0 },
	['C'] = { KEYMAP_RIGHT, 0 }, ['D'] = { KEYMAP_LEFT, 0 },
	['F'] = { KEYMAP_END, 0 }, ['H'] = { KEYMAP_HOME, 0 },
	['L'] = { KEYMAP_INSERT, 0 }, ['Z'] = { KEYMAP_BACKTAB, 0 },
	['P'] = { KEYMAP_FUNCTION, 1 }, ['Q'] = { KEYMAP_FUNCTION, 2 },
	['R'] = { KEYMAP_FUNCTION, 3 }, ['S'] = { KEYMAP_FUNCTION, 4 },
	/* rxvt's arrows with Shift */
	['a'] = { KEYMAP_UP, 0 }, ['b'] = { KEYMAP_DOWN, 0 },
	['c'] = { KEYMAP_RIGHT, 0 }, ['d'] = { KEYMAP_LEFT, 0 },
};

/* Esc O and a letter; the keypad's, when it is not for numbers */
static const struct keymap_key keymap_ss3[128] = {
	['A'] = { KEYMAP_UP, 0 }, ['B'] = { KEYMAP_DOWN, 0 },
	['C'] = { KEYMAP_RIGHT, 0 }, ['D'] = { KEYMAP_LEFT, 0 },
	['F'] = { KEYMAP_END, 0 }, ['H'] = { KEYMAP_HOME, 0 },
	['P'] = { KEYMAP_FUNCTION, 1 }, ['Q'] = { KEYMAP_FUNCTION, 2 },
	['R'] = { KEYMAP_FUNCTION, 3 }, ['S'] = { KEYMAP_FUNCTION, 4 },
	['M'] = { KEYMAP_CONTROL, '\r' }, ['I'] = { KEYMAP_CONTROL, '\t' },
	['X'] = { KEYMAP_CHARACTER, '=' }, ['j'] = { KEYMAP_CHARACTER, '*' },
	['k'] = { KEYMAP_CHARACTER, '+' }, ['l'] = { KEYMAP_CHARACTER, ',' },
	['m'] = { KEYMAP_CHARACTER, '-' }, ['n'] = { KEYMAP_CHARACTER, '.' },
	['o'] = { KEYMAP_CHARACTER, '/' }, ['p'] = { KEYMAP_CHARACTER, '0' },
	['q'] = { KEYMAP_CHARACTER, '1' }, ['r'] = { KEYMAP_CHARACTER, '2' },
	['s'] = { KEYMAP_CHARACTER, '3' }, ['t'] = { KEYMAP_CHARACTER, '4' },
	['u'] = { KEYMAP_CHARACTER, '5' }, ['v'] = { KEYMAP_CHARACTER, '6' },
	['w'] = { KEYMAP_CHARACTER, '7' }, ['x'] = { KEYMAP_CHARACTER, '8' },
	['y'] = { KEYMAP_CHARACTER, '9' },
	/* rxvt's arrows with Ctrl */
	['a'] = { KEYMAP_UP, 0 }, ['b'] = { KEYMAP_DOWN, 0 },
	['c'] = { KEYMAP_RIGHT, 0 }, ['d'] = { KEYMAP_LEFT, 0 },
};

/* Esc [ a number ~ */
static const struct keymap_key keymap_tilde[] = {
	[1] = { KEYMAP_HOME, 0 }, [2] = { KEYMAP_INSERT, 0 },
	[3] = { KEYMAP_DELETE, 0 }, [4] = { KEYMAP_END, 0 },
	[5] = { KEYMAP_PAGE_UP, 0 }, [6] = { KEYMAP_PAGE_DOWN, 0 },
	[7] = { KEYMAP_HOME, 0 }, [8] = { KEYMAP_END, 0 },
	[11] = { KEYMAP_FUNCTION, 1 }, [12] = { KEYMAP_FUNCTION, 2 },
	[13] = { KEYMAP_FUNCTION, 3 }, [14] = { KEYMAP_FUNCTION, 4 },
	[15] = { KEYMAP_FUNCTION, 5 }, [17] = { KEYMAP_FUNCTION, 6 },
	[18] = { KEYMAP_FUNCTION, 7 }, [19] = { KEYMAP_FUNCTION, 8 },
	[20] = { KEYMAP_FUNCTION, 9 }, [21] = { KEYMAP_FUNCTION, 10 },
	[23] = { KEYMAP_FUNCTION, 11 }, [24] = { KEYMAP_FUNCTION, 12 },
	[25] = { KEYMAP_FUNCTION, 13 }, [26] = { KEYMAP_FUNCTION, 14 },
	[28] = { KEYMAP_FUNCTION, 15 }, [29] = { KEYMAP_FUNCTION, 16 },
	[31] = { KEYMAP_FUNCTION, 17 }, [32] = { KEYMAP_FUNCTION, 18 },
	[33] = { KEYMAP_FUNCTION, 19 }, [34] = { KEYMAP_FUNCTION, 20 },
};

/* rxvt's last four: Shift-F11, Shift-F12, Ctrl-F1, Ctrl-F2 */
static const struct {
	uint8_t value, final, function;
} keymap_rxvt[] = {
	{ 23, '$', 21 }, { 24, '$', 22 }, { 11, '^', 23 }, { 12, '^', 24 },
};

static bool
keymap_is(const struct keymap_key *key)
{
	return key->what != KEYMAP_CHARACTER || key->c != 0;
}

static void
keymap_say(enum keymap_what what, uint32_t c, keymap_fn fn, void *arg)
{
	const struct keymap_key key = { what, c };

	fn(arg, &key);
}

/* --- characters --- */

static uint8_t
keymap_want(uint8_t b)
{
	return b < 0xC2 ? 0 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : b < 0xF5 ? 4 : 0;
}

/* Can `b` be the second byte after `first`?  No overlong forms, no
 * surrogates, nothing above X'10FFFF'. */
static bool
keymap_second(uint8_t first, uint8_t b)
{
	uint8_t least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
	uint8_t most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;

	return b >= least && b <= most;
}

static bool
keymap_continues(const struct keymap *k, uint8_t b)
{
	if (k->part_len == 1)
		return keymap_second(k->part[0], b);
	return (b & 0xC0) == 0x80;
}

static void
keymap_drop_part(struct keymap *k, keymap_fn fn, void *arg)
{
	k->part_len = 0;
	keymap_say(KEYMAP_BAD, 0, fn, arg);
}

static void
keymap_part_done(struct keymap *k, keymap_fn fn, void *arg)
{
	uint32_t c = k->part[0] & (0x7Fu >> k->part_want);

	for (unsigned i = 1; i < k->part_want; i++)
		c = c << 6 | (k->part[i] & 0x3F);
	k->part_len = 0;
	/* X'80' to X'9F' control terminals and are nothing else. */
	keymap_say(c < 0xA0 ? KEYMAP_BAD : KEYMAP_CHARACTER, c, fn, arg);
}

static void
keymap_high(struct keymap *k, uint8_t b, keymap_fn fn, void *arg)
{
	if (k->part_len == 0) {
		k->part_want = keymap_want(b);
		if (k->part_want == 0) {
			keymap_say(KEYMAP_BAD, 0, fn, arg);
			return;
		}
	}
	k->part[k->part_len++] = b;
	if (k->part_len == k->part_want)
		keymap_part_done(k, fn, arg);
}

/* --- sequences --- */

static void
keymap_sequence(struct keymap *k, enum keymap_state state)
{
	k->state = state;
	k->value = k->modifier = k->numbers = k->len = 0;
	k->private = false;
}

static bool
keymap_last_four(const struct keymap *k, uint8_t final, struct keymap_key *key)
{
	for (size_t i = 0; i < sizeof keymap_rxvt / sizeof keymap_rxvt[0]; i++)
		if (k->value == keymap_rxvt[i].value &&
		    final == keymap_rxvt[i].final) {
			*key = (struct keymap_key){ KEYMAP_FUNCTION,
				keymap_rxvt[i].function };
			return true;
		}
	return false;
}

static struct keymap_key
keymap_numbered(const struct keymap *k, uint8_t final)
{
	struct keymap_key key;

	if (final != '~' && keymap_last_four(k, final, &key))
		return key;
	if (k->value >= sizeof keymap_tilde / sizeof keymap_tilde[0])
		return (struct keymap_key){ KEYMAP_UNKNOWN, 0 };
	key = keymap_tilde[k->value];
	if (final != '~' && key.what == KEYMAP_FUNCTION)
		return (struct keymap_key){ KEYMAP_UNKNOWN, 0 };
	return key;
}

/* Shift and F1 to F12 are F13 to F24; with other keys they are none. */
static void
keymap_shift(struct keymap_key *key, unsigned modifier)
{
	if (key->what != KEYMAP_FUNCTION || modifier < KEYMAP_SHIFT)
		return;
	if (modifier == KEYMAP_SHIFT && key->c <= 12)
		key->c += 12;
	else
		*key = (struct keymap_key){ KEYMAP_UNKNOWN, 0 };
}

/* A terminal says when text is pasted, and that it has the focus, if it was
 * asked to, perhaps by a program before us: those are no keys. */
static bool
keymap_no_key(const struct keymap *k, uint8_t final)
{
	return k->private || (final == '~' && k->value >= 200) ||
	    (k->numbers == 0 && (final == 'I' || final == 'O'));
}

static void
keymap_final(struct keymap *k, uint8_t b, keymap_fn fn, void *arg)
{
	bool csi = k->state == KEYMAP_CSI;
	struct keymap_key key;

	k->state = KEYMAP_GROUND;
	if (csi && keymap_no_key(k, b))
		return;
	if (csi && (b == '~' || b == '$' || b == '^' || b == '@'))
		key = keymap_numbered(k, b);
	else
		key = (csi ? keymap_csi : keymap_ss3)[b & 0x7F];
	/* Esc O 2 P has no other number */
	keymap_shift(&key, csi || k->numbers > 1 ? k->modifier : k->value);
	if (keymap_is(&key))
		fn(arg, &key);
	else
		keymap_say(KEYMAP_UNKNOWN, 0, fn, arg);
}

static void
keymap_number(struct keymap *k, uint8_t b)
{
	unsigned *number = k->numbers > 1 ? &k->modifier : &k->value;

	if (b >= '<' && b <= '?')
		k->private = true;
	else if (b == ';')
		k->numbers = k->numbers == 0 ? 2 : k->numbers + 1;
	else if (b >= '0' && b <= '9') {
		k->numbers += k->numbers == 0;
		if (k->numbers <= 2 && *number < 1000)
			*number = *number * 10 + (b - '0');
	}
}

static void
keymap_in_sequence(struct keymap *k, uint8_t b, keymap_fn fn, void *arg)
{
	bool dollar = b == '$' && k->numbers == 1 && !k->private;

	if (k->state == KEYMAP_LINUX) {
		k->state = KEYMAP_GROUND;
		if (b >= 'A' && b <= 'E')
			keymap_say(KEYMAP_FUNCTION, b - 'A' + 1u, fn, arg);
		else
			keymap_say(KEYMAP_UNKNOWN, 0, fn, arg);
	} else if (k->state == KEYMAP_CSI && b == '[' && k->len == 0)
		k->state = KEYMAP_LINUX;
	else if (b >= 0x40 || dollar || ++k->len > KEYMAP_LEN_MAX)
		keymap_final(k, b, fn, arg);
	else
		keymap_number(k, b);
}

/* The byte after Esc, or after two of them. */
static void
keymap_escaped(struct keymap *k, uint8_t b, keymap_fn fn, void *arg)
{
	bool twice = k->state == KEYMAP_ESC_ESC;

	if (b == '[')
		keymap_sequence(k, KEYMAP_CSI);
	else if (b == 'O')
		keymap_sequence(k, KEYMAP_SS3);
	else {
		k->state = KEYMAP_GROUND;
		keymap_say(twice ? KEYMAP_ESCAPED_TWICE : KEYMAP_ESCAPED, b,
		    fn, arg);
	}
}

static void
keymap_control(struct keymap *k, uint8_t b, keymap_fn fn, void *arg)
{
	bool escaped = k->state == KEYMAP_ESC;

	if (b == 0x1B) {
		k->state = escaped ? KEYMAP_ESC_ESC : KEYMAP_ESC;
		return;
	}
	k->state = KEYMAP_GROUND;
	k->after_cr = b == '\r';
	if (b != '\0')
		keymap_say(escaped && b == '\t' ? KEYMAP_ESCAPED :
		    KEYMAP_CONTROL, b, fn, arg);
}

void
keymap_byte(struct keymap *k, uint8_t b, keymap_fn fn, void *arg)
{
	bool after_cr = k->after_cr;

	k->after_cr = false;
	if (after_cr && (b == '\n' || b == '\0'))
		return; /* CR LF and CR NUL are one key */
	if (k->part_len > 0 && !keymap_continues(k, b))
		keymap_drop_part(k, fn, arg);
	if (b < ' ' || b == 0x7F)
		keymap_control(k, b, fn, arg);
	else if (b >= 0x80) {
		k->state = KEYMAP_GROUND;
		keymap_high(k, b, fn, arg);
	} else if (k->state >= KEYMAP_CSI)
		keymap_in_sequence(k, b, fn, arg);
	else if (k->state != KEYMAP_GROUND)
		keymap_escaped(k, b, fn, arg);
	else
		keymap_say(KEYMAP_CHARACTER, b, fn, arg);
}

bool
keymap_pending(const struct keymap *k)
{
	return k->state != KEYMAP_GROUND;
}

void
keymap_timeout(struct keymap *k, keymap_fn fn, void *arg)
{
	if (!keymap_pending(k))
		return;
	k->state = KEYMAP_GROUND;
	keymap_say(KEYMAP_UNKNOWN, 0, fn, arg);
}

/* --- PF keys --- */

static const char keymap_digits[] = "1234567890-=",
		  keymap_shifted[] = "!@#$%^&*()_+";

static unsigned
keymap_place(const char *keys, uint32_t c)
{
	const char *at = c < 0x80 && c != 0 ? strchr(keys, (int)c) : NULL;

	return at != NULL ? (unsigned)(at - keys) + 1 : 0;
}

/*
 * Esc and the upper row of the keyboard: PF1 to PF12, with Shift PF13 to
 * PF24.  Where Shift gives other characters, Esc twice does the same.
 */
unsigned
keymap_pf(const struct keymap_key *key)
{
	unsigned n;

	switch (key->what) {
	case KEYMAP_FUNCTION:
		return key->c;
	case KEYMAP_ESCAPED:
		n = keymap_place(keymap_shifted, key->c);
		return n != 0 ? n + 12 : keymap_place(keymap_digits, key->c);
	case KEYMAP_ESCAPED_TWICE:
		n = keymap_place(keymap_digits, key->c);
		return n != 0 ? n + 12 : 0;
	default:
		return 0;
	}
}

/* --- a 3270's keyboard --- */

struct keymap_row {
	enum keymap_what what;
	uint32_t c;
	struct keymap_3270 is;
};

static const struct keymap_row keymap_plain[] = {
	{ KEYMAP_CONTROL, '\r', { KEYMAP_DO_SEND, DS_AID_ENTER } },
	{ KEYMAP_CONTROL, '\n', { KEYMAP_DO_KEY, PS_KEY_NEWLINE } },
	{ KEYMAP_CONTROL, '\t', { KEYMAP_DO_KEY, PS_KEY_TAB } },
	{ KEYMAP_CONTROL, '\b', { KEYMAP_DO_KEY, PS_KEY_BACKSPACE } },
	{ KEYMAP_CONTROL, 0x7F, { KEYMAP_DO_KEY, PS_KEY_BACKSPACE } },
	{ KEYMAP_CONTROL, CTRL('A'), { KEYMAP_DO_PREFIX, 0 } },
	{ KEYMAP_CONTROL, CTRL('B'), { KEYMAP_DO_KEY, PS_KEY_BACKTAB } },
	{ KEYMAP_CONTROL, CTRL('C'), { KEYMAP_DO_SEND, DS_AID_CLEAR } },
	{ KEYMAP_CONTROL, CTRL('D'), { KEYMAP_DO_KEY, PS_KEY_DUP } },
	{ KEYMAP_CONTROL, CTRL('E'), { KEYMAP_DO_KEY, PS_KEY_ERASE_EOF } },
	{ KEYMAP_CONTROL, CTRL('F'), { KEYMAP_DO_KEY, PS_KEY_FIELD_MARK } },
	{ KEYMAP_CONTROL, CTRL('K'), { KEYMAP_DO_HELP, 0 } },
	{ KEYMAP_CONTROL, CTRL('L'), { KEYMAP_DO_REDRAW, 0 } },
	{ KEYMAP_CONTROL, CTRL('P'), { KEYMAP_DO_PREFIX, 0 } },
	{ KEYMAP_CONTROL, CTRL('R'), { KEYMAP_DO_KEY, PS_KEY_RESET } },
	{ KEYMAP_CONTROL, CTRL('T'), { KEYMAP_DO_KEY, PS_KEY_INSERT } },
	{ KEYMAP_CONTROL, CTRL('U'), { KEYMAP_DO_KEY, PS_KEY_ERASE_INPUT } },
	{ KEYMAP_CONTROL, CTRL('V'), { KEYMAP_DO_SEND, DS_AID_PF8 } },
	{ KEYMAP_CONTROL, CTRL('W'), { KEYMAP_DO_KEY, PS_KEY_DELETE_WORD } },
	{ KEYMAP_UP, 0, { KEYMAP_DO_KEY, PS_KEY_UP } },
	{ KEYMAP_DOWN, 0, { KEYMAP_DO_KEY, PS_KEY_DOWN } },
	{ KEYMAP_LEFT, 0, { KEYMAP_DO_KEY, PS_KEY_LEFT } },
	{ KEYMAP_RIGHT, 0, { KEYMAP_DO_KEY, PS_KEY_RIGHT } },
	{ KEYMAP_HOME, 0, { KEYMAP_DO_KEY, PS_KEY_HOME } },
	{ KEYMAP_END, 0, { KEYMAP_DO_KEY, PS_KEY_END } },
	{ KEYMAP_INSERT, 0, { KEYMAP_DO_KEY, PS_KEY_INSERT } },
	{ KEYMAP_DELETE, 0, { KEYMAP_DO_KEY, PS_KEY_DELETE } },
	{ KEYMAP_BACKTAB, 0, { KEYMAP_DO_KEY, PS_KEY_BACKTAB } },
	{ KEYMAP_PAGE_UP, 0, { KEYMAP_DO_SEND, DS_AID_PF7 } },
	{ KEYMAP_PAGE_DOWN, 0, { KEYMAP_DO_SEND, DS_AID_PF8 } },
};

/* Esc and a letter; Ctrl-A and the same one, too. */
static const struct keymap_row keymap_meta[] = {
	{ KEYMAP_ESCAPED, ',', { KEYMAP_DO_SEND, DS_AID_PA1 } },
	{ KEYMAP_ESCAPED, '.', { KEYMAP_DO_SEND, DS_AID_PA2 } },
	{ KEYMAP_ESCAPED, '/', { KEYMAP_DO_SEND, DS_AID_PA3 } },
	{ KEYMAP_ESCAPED, '\t', { KEYMAP_DO_KEY, PS_KEY_BACKTAB } },
	{ KEYMAP_ESCAPED, 'a', { KEYMAP_DO_ATTENTION, 0 } },
	{ KEYMAP_ESCAPED, 'b', { KEYMAP_DO_KEY, PS_KEY_BACKTAB } },
	{ KEYMAP_ESCAPED, 'c', { KEYMAP_DO_SEND, DS_AID_CLEAR } },
	{ KEYMAP_ESCAPED, 'd', { KEYMAP_DO_KEY, PS_KEY_DUP } },
	{ KEYMAP_ESCAPED, 'e', { KEYMAP_DO_KEY, PS_KEY_ERASE_EOF } },
	{ KEYMAP_ESCAPED, 'f', { KEYMAP_DO_KEY, PS_KEY_FIELD_MARK } },
	{ KEYMAP_ESCAPED, 'h', { KEYMAP_DO_HELP, 0 } },
	{ KEYMAP_ESCAPED, '?', { KEYMAP_DO_HELP, 0 } },
	{ KEYMAP_ESCAPED, 'i', { KEYMAP_DO_KEY, PS_KEY_INSERT } },
	{ KEYMAP_ESCAPED, 'l', { KEYMAP_DO_REDRAW, 0 } },
	{ KEYMAP_ESCAPED, 'n', { KEYMAP_DO_KEY, PS_KEY_NEWLINE } },
	{ KEYMAP_ESCAPED, 'r', { KEYMAP_DO_KEY, PS_KEY_RESET } },
	{ KEYMAP_ESCAPED, 's', { KEYMAP_DO_TOGGLE, 0 } },
	{ KEYMAP_ESCAPED, 'u', { KEYMAP_DO_KEY, PS_KEY_ERASE_INPUT } },
	{ KEYMAP_ESCAPED, 'v', { KEYMAP_DO_SEND, DS_AID_PF7 } },
	{ KEYMAP_ESCAPED, 'w', { KEYMAP_DO_KEY, PS_KEY_DELETE_WORD } },
	{ KEYMAP_ESCAPED, 'y', { KEYMAP_DO_SYSREQ, 0 } },
};

static const struct keymap_row keymap_prefixed[] = {
	{ KEYMAP_CHARACTER, '1', { KEYMAP_DO_SEND, DS_AID_PA1 } },
	{ KEYMAP_CHARACTER, '2', { KEYMAP_DO_SEND, DS_AID_PA2 } },
	{ KEYMAP_CHARACTER, '3', { KEYMAP_DO_SEND, DS_AID_PA3 } },
	{ KEYMAP_CONTROL, '\t', { KEYMAP_DO_KEY, PS_KEY_BACKTAB } },
	{ KEYMAP_DELETE, 0, { KEYMAP_DO_KEY, PS_KEY_DELETE_WORD } },
};

#define KEYMAP_FIND(table, key, to) \
	keymap_find((table), sizeof(table) / sizeof((table)[0]), (key), (to))

static bool
keymap_find(const struct keymap_row *row, size_t rows,
    const struct keymap_key *key, struct keymap_3270 *to)
{
	for (size_t i = 0; i < rows; i++)
		if (row[i].what == key->what && row[i].c == key->c) {
			*to = row[i].is;
			return true;
		}
	return false;
}

/* Letters mean the same in upper case, and behind Ctrl-A as behind Esc. */
static struct keymap_key
keymap_lower(const struct keymap_key *key, bool prefixed)
{
	struct keymap_key lower = *key;

	if (prefixed && key->what == KEYMAP_CHARACTER)
		lower.what = KEYMAP_ESCAPED;
	if (lower.what == KEYMAP_ESCAPED && key->c >= 'A' && key->c <= 'Z')
		lower.c += 'a' - 'A';
	return lower;
}

static struct keymap_3270
keymap_send_pf(unsigned pf)
{
	return (struct keymap_3270){ KEYMAP_DO_SEND,
		ds3270_pf_aid(pf) };
}

struct keymap_3270
keymap_3270(const struct keymap_key *key, bool prefixed)
{
	const struct keymap_key lower = keymap_lower(key, prefixed);
	struct keymap_3270 to = { KEYMAP_DO_NOTHING, 0 };
	unsigned pf = keymap_pf(key);

	if (prefixed && KEYMAP_FIND(keymap_prefixed, key, &to))
		return to;
	if (prefixed && key->what == KEYMAP_FUNCTION && pf <= 12)
		return keymap_send_pf(pf + 12);
	if (pf != 0)
		return keymap_send_pf(pf);
	if (KEYMAP_FIND(keymap_meta, &lower, &to) || prefixed)
		return to;
	if (key->what == KEYMAP_CHARACTER)
		return (struct keymap_3270){ KEYMAP_DO_TYPE, key->c };
	KEYMAP_FIND(keymap_plain, key, &to);
	return to;
}

/* --- a 3270's keyboard where there is none --- */

static const char keymap_line_keys[] = {
	[PS_KEY_BACKSPACE] = 0x7F,
	[PS_KEY_DELETE] = CTRL('D'),
	[PS_KEY_DELETE_WORD] = CTRL('W'),
	[PS_KEY_ERASE_EOF] = CTRL('K'),
	[PS_KEY_ERASE_INPUT] = CTRL('U'),
	[PS_KEY_LEFT] = CTRL('B'),
	[PS_KEY_RIGHT] = CTRL('F'),
	[PS_KEY_HOME] = CTRL('A'),
	[PS_KEY_END] = CTRL('E'),
};

static size_t
keymap_line_send(uint32_t aid, char bytes[KEYMAP_LINE_MAX])
{
	unsigned pf = ds3270_pf((uint8_t)aid);

	bytes[0] = aid == DS_AID_ENTER ? '\r' : CTRL('C');
	if (aid == DS_AID_ENTER || aid == DS_AID_PA1)
		return 1;
	if (pf == 0)
		return 0;
	bytes[0] = CTRL('[');
	bytes[1] = pf <= 12 ? keymap_digits[pf - 1] : keymap_shifted[pf - 13];
	return 2;
}

size_t
keymap_line(const struct keymap_3270 *key, char bytes[KEYMAP_LINE_MAX])
{
	_Static_assert(KEYMAP_LINE_MAX >= TEXT_UTF8_MAX, "a character");

	switch (key->what) {
	case KEYMAP_DO_TYPE:
		return text_encode(key->arg, bytes);
	case KEYMAP_DO_SEND:
		return keymap_line_send(key->arg, bytes);
	case KEYMAP_DO_KEY:
		bytes[0] = key->arg < sizeof keymap_line_keys ?
		    keymap_line_keys[key->arg] : 0;
		return bytes[0] != 0;
	default:
		return 0;
	}
}
