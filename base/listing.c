/* SPDX-License-Identifier: MIT
 *
 * listing.c - printed lines and cards as text.
 */
#include "listing.h"

#include <errno.h>
#include <string.h>

#include "channel.h"

/* Where the standard forms control buffer has the channels. */
static const uint8_t listing_fcb[13] = {
	[1] = 1, [2] = 7, [3] = 13, [4] = 19, [5] = 25, [6] = 31, [7] = 37,
	[8] = 43, [9] = 61, [10] = 49, [11] = 55, [12] = 63,
};

void
listing_begin(struct listing *l, enum listing_kind kind, listing_fn *out,
    void *arg)
{
	l->kind = kind;
	l->out = out;
	l->arg = arg;
	l->page = 1;
	l->line = 1;
	l->blank = true;
	l->len = 0;
}

/* --- characters --- */

/* Bytes of the character at s, of which n are there; 0: it is none. */
static size_t
listing_utf8(const uint8_t *s, size_t n)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = s[0] < 0x80 ? 1 : s[0] < 0xC2 ? 0 : s[0] < 0xE0 ? 2 :
	    s[0] < 0xF0 ? 3 : s[0] < 0xF5 ? 4 : 0;
	uint32_t c = len == 1 ? s[0] : s[0] & (0x7Fu >> len);

	if (len == 0 || len > n)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xC0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3F);
	}
	if (c < least[len] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
		return 0;
	return c < ' ' || (c >= 0x7F && c < 0xA0) || c == 0x2028 ||
	    c == 0x2029 ? 0 : len;
}

/* Text of n bytes, in at most as many. */
static size_t
listing_clean(char *to, const char *from, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n;) {
		size_t some = listing_utf8((const uint8_t *)from + i, n - i);

		if (some == 0) {
			to[len++] = ' ';
			i++;
			continue;
		}
		memcpy(to + len, from + i, some);
		len += some;
		i += some;
	}
	while (len > 0 && to[len - 1] == ' ')
		len--;
	return len;
}

/* --- the line --- */

struct listing_column {
	const char *s;
	size_t len;
};

/* The column at *at, which moves on; a blank behind the end. */
static struct listing_column
listing_column(const char *text, size_t len, size_t *at)
{
	struct listing_column c = { " ", 1 };

	if (*at >= len)
		return c;
	c.s = text + *at;
	c.len = listing_utf8((const uint8_t *)c.s, len - *at);
	*at += c.len;
	return c;
}

/* Of two characters in one column the one to be seen: underlining is not. */
static const struct listing_column *
listing_over(const struct listing_column *a, const struct listing_column *b)
{
	if (b->s[0] == ' ')
		return a;
	if (a->s[0] == ' ' || a->s[0] == '_')
		return b;
	if (b->s[0] == '_' ||
	    (a->len == b->len && memcmp(a->s, b->s, a->len) == 0))
		return a;
	return NULL;
}

/* Print over what is on the line.  False: it cannot be one line. */
static bool
listing_merge(struct listing *l, const char *text, size_t len)
{
	char merged[SPOOL_RECORD_MAX];
	size_t n = 0, a = 0, b = 0;

	while (a < l->len || b < len) {
		struct listing_column old = listing_column(l->text, l->len, &a);
		struct listing_column new = listing_column(text, len, &b);
		const struct listing_column *c = listing_over(&old, &new);

		if (c == NULL || n + c->len > sizeof merged)
			return false;
		memcpy(merged + n, c->s, c->len);
		n += c->len;
	}
	memcpy(l->text, merged, n);
	l->len = n;
	return true;
}

static int
listing_put(struct listing *l, const char *text, size_t len)
{
	return len > 0 ? l->out(l->arg, text, len) : 0;
}

static int
listing_print(struct listing *l, const char *text, size_t len)
{
	char clean[SPOOL_RECORD_MAX];

	len = listing_clean(clean, text, len);
	if (len == 0)
		return 0;
	l->blank = false;
	if (l->len > 0) {
		if (listing_merge(l, clean, len))
			return 0;
		if (listing_put(l, l->text, l->len) < 0 ||
		    listing_put(l, "\r", 1) < 0)
			return -1;
	}
	memcpy(l->text, clean, len);
	l->len = len;
	return 0;
}

/* --- paper --- */

/* What is on the line is done with. */
static int
listing_leave(struct listing *l)
{
	size_t len = l->len;

	l->len = 0;
	l->blank = true;
	return listing_put(l, l->text, len);
}

/* At least one line down. */
static int
listing_feed(struct listing *l, unsigned lines)
{
	if (listing_leave(l) < 0)
		return -1;
	for (; lines > 0; lines--) {
		if (listing_put(l, "\n", 1) < 0)
			return -1;
		if (l->line++ < PRT_PAGE)
			continue;
		l->line = 1;
		l->page++;
	}
	return 0;
}

/* To the top of the next page. */
static int
listing_eject(struct listing *l)
{
	bool ended = l->blank;

	if (listing_leave(l) < 0 || (!ended && listing_put(l, "\n", 1) < 0))
		return -1;
	l->line = 1;
	l->page++;
	return listing_put(l, "\f", 1);
}

static int
listing_skip(struct listing *l, unsigned channel)
{
	unsigned line = listing_fcb[channel];

	if (line == l->line && l->blank)
		return 0;
	if (line <= l->line && listing_eject(l) < 0)
		return -1;
	return line > l->line ? listing_feed(l, line - l->line) : 0;
}

/*
 * What a command does to the paper: its three bits 00 to 11 are lines, bit
 * 80 makes four bits of a channel.  One that no printer knows is a line.
 */
static int
listing_move(struct listing *l, unsigned command)
{
	unsigned n = command >> 3 & 0x0F;

	if (l->kind == LISTING_SPACED)
		return listing_feed(l, 1);
	if ((command & 0x80) != 0 && (command & 5) == 1 && n >= 1 && n <= 12)
		return listing_skip(l, n);
	if ((command & 0x80) == 0 && (command & 5) == 1 && n <= 3)
		return n > 0 ? listing_feed(l, n) : 0;
	return listing_feed(l, 1);
}

/* An immediate command prints nothing; for SPACE it is no line either. */
static bool
listing_immediate(unsigned command)
{
	return (command & 7) == 3;
}

int
listing_record(struct listing *l, const void *record, size_t len)
{
	const char *s = record;
	unsigned command = len > 0 ? (uint8_t)s[0] : PRT_WRITE_1;

	if (len > SPOOL_RECORD_MAX) {
		errno = EINVAL;
		return -1;
	}
	if (l->kind == LISTING_CARDS)
		return listing_print(l, s, len) < 0 ? -1 : listing_feed(l, 1);
	if (!listing_immediate(command)) {
		if (len > 1 && listing_print(l, s + 1, len - 1) < 0)
			return -1;
	} else if (l->kind == LISTING_SPACED) {
		return 0;
	}
	return listing_move(l, command);
}

int
listing_end(struct listing *l)
{
	return l->blank ? 0 : listing_feed(l, 1);
}

int
listing_next(const char *block, size_t size, size_t *at, const char **record,
    size_t *len)
{
	const uint8_t *s = (const uint8_t *)block + *at;

	if (*at == size)
		return 0;
	if (size - *at >= SPOOL_LENGTH) {
		*len = (size_t)(s[0] | s[1] << 8);
		*record = (const char *)s + SPOOL_LENGTH;
		if (*len <= SPOOL_RECORD_MAX &&
		    *len <= size - *at - SPOOL_LENGTH) {
			*at += SPOOL_LENGTH + *len;
			return 1;
		}
	}
	errno = EPROTO;
	return -1;
}

int
listing_block(struct listing *l, const char *block, size_t size)
{
	const char *record;
	size_t at = 0, len;
	int got;

	while ((got = listing_next(block, size, &at, &record, &len)) > 0)
		if (listing_record(l, record, len) < 0)
			return -1;
	return got;
}
