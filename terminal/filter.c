/* SPDX-License-Identifier: MIT
 *
 * filter.c - what of a telnet stream libtelnet may see.  Keeps no data.
 */
#include "filter.h"

#include <stdbool.h>

enum {
	T_SE = 240,
	T_SB = 250,
	T_WILL = 251,
	T_WONT = 252,
	T_DONT = 254,
	T_IAC = 255,
};

enum {
	OPT_TIMING_MARK = 6,
	OPT_TTYPE = 24,
	OPT_NAWS = 31,
	OPT_TN3270E = 40,
	OPT_STARTTLS = 46,
	OPT_MCCP1 = 85,
	OPT_MCCP2 = 86,
};

#define STARTTLS_FOLLOWS 1

/* The longest that one input byte can make of it: IAC SB option. */
#define FILTER_STEP_MAX 3

static void
filter_put(uint8_t **out, uint8_t b)
{
	*(*out)++ = b;
}

static enum filter_verdict
filter_sb_begin(struct filter *f, uint8_t option, uint8_t **out)
{
	if (option == OPT_MCCP1 || option == OPT_MCCP2)
		return FILTER_COMPRESSION;
	f->state = FILTER_SB_DATA;
	f->sb_len = 1;
	f->sb_option = option;
	f->sb_first = 0;
	f->keep = option == OPT_TTYPE || option == OPT_NAWS ||
	    option == OPT_TN3270E;
	if (f->keep) {
		filter_put(out, T_IAC);
		filter_put(out, T_SB);
		filter_put(out, option);
	}
	return FILTER_PASS;
}

static enum filter_verdict
filter_sb_data(struct filter *f, uint8_t b, uint8_t **out)
{
	if (b == T_IAC) {
		f->state = FILTER_SB_IAC;
		return FILTER_PASS;
	}
	if (++f->sb_len > FILTER_SB_MAX)
		return FILTER_OVERSIZE;
	if (f->sb_len == 2)
		f->sb_first = b;
	if (f->keep)
		filter_put(out, b);
	return FILTER_PASS;
}

static enum filter_verdict
filter_sb_iac(struct filter *f, uint8_t b, uint8_t **out)
{
	if (b != T_SE && b != T_IAC)
		return FILTER_MALFORMED;
	f->state = b == T_SE ? FILTER_DATA : FILTER_SB_DATA;
	f->follows = b == T_SE && f->sb_option == OPT_STARTTLS &&
	    f->sb_len == 2 && f->sb_first == STARTTLS_FOLLOWS;
	if (b == T_IAC && ++f->sb_len > FILTER_SB_MAX)
		return FILTER_OVERSIZE;
	if (f->keep) {
		filter_put(out, T_IAC);
		filter_put(out, b);
	}
	return FILTER_PASS;
}

static void
filter_iac(struct filter *f, uint8_t b, uint8_t **out)
{
	f->state = FILTER_DATA;
	if (b != T_IAC)
		f->commands++;
	if (b == T_SB)
		f->state = FILTER_SB;
	else if (b >= T_WILL && b <= T_DONT) {
		f->state = FILTER_OPTION;
		f->command = b;
	} else {
		filter_put(out, T_IAC);
		filter_put(out, b);
	}
}

static void
filter_option(struct filter *f, uint8_t option, uint8_t **out)
{
	f->state = FILTER_DATA;
	if (option == OPT_TIMING_MARK &&
	    (f->command == T_WILL || f->command == T_WONT)) {
		f->timing_marks++;
		return;
	}
	filter_put(out, T_IAC);
	filter_put(out, f->command);
	filter_put(out, option);
	if (f->command == T_WONT || f->command == T_DONT) {
		f->refusal = f->command;
		f->refused = option;
	}
}

static enum filter_verdict
filter_byte(struct filter *f, uint8_t b, uint8_t **out)
{
	switch (f->state) {
	case FILTER_DATA:
		if (b == T_IAC)
			f->state = FILTER_IAC;
		else
			filter_put(out, b);
		break;
	case FILTER_IAC:
		filter_iac(f, b, out);
		break;
	case FILTER_OPTION:
		filter_option(f, b, out);
		break;
	case FILTER_SB:
		return filter_sb_begin(f, b, out);
	case FILTER_SB_DATA:
		return filter_sb_data(f, b, out);
	case FILTER_SB_IAC:
		return filter_sb_iac(f, b, out);
	}
	return FILTER_PASS;
}

size_t
filter_feed(struct filter *f, const uint8_t *in, size_t n, size_t *used,
    uint8_t *out)
{
	uint8_t *p = out;
	size_t i = 0;

	f->refusal = 0;
	f->follows = 0;
	while (i < n && f->verdict == FILTER_PASS && f->refusal == 0 &&
	    !f->follows &&
	    (size_t)(p - out) <= FILTER_FEED_MAX - FILTER_STEP_MAX)
		f->verdict = filter_byte(f, in[i++], &p);
	f->bytes += i;
	*used = i;
	return (size_t)(p - out);
}

const char *
filter_reason(enum filter_verdict verdict)
{
	static const char *const reasons[] = {
		[FILTER_PASS] = "nothing wrong",
		[FILTER_COMPRESSION] = "compression that was not agreed",
		[FILTER_OVERSIZE] = "a subnegotiation that is too long",
		[FILTER_MALFORMED] = "a malformed subnegotiation",
	};

	return reasons[verdict];
}
