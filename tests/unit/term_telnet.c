/* SPDX-License-Identifier: MIT
 *
 * term_telnet.c - negotiation, by hand and as real clients did it
 * (tests/traces/NAME.trace): their bytes in, lines and keys out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "telnet.h"
#include "tn3270.h"
#include "view_3270.h"
#include "view_line.h"

/* --- a connection without a socket --- */

static struct {
	struct telnet telnet;
	struct tn3270 tn;
	struct view_line line;
	struct view_3270 screen;
	bool open;
	char events[8192]; /* a line each, as in a trace's X lines */
	uint8_t out[1u << 16];
	size_t len;
	char why[80];
} con;

static void
note(const char *fmt, ...)
{
	size_t n = strlen(con.events);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(con.events + n, sizeof con.events - n, fmt, ap);
	va_end(ap);
}

static void
view_write(void *arg, const void *bytes, size_t n)
{
	(void)arg;
	telnet_write(&con.telnet, bytes, n);
}

static void
view_record(void *arg, const uint8_t *bytes, size_t n)
{
	view_write(arg, bytes, n);
	telnet_record_end(&con.telnet);
}

static void
view_line(void *arg, const char *text, size_t n)
{
	(void)arg;
	note("LINE %.*s\n", (int)n, text);
}

static void
view_key(void *arg, enum ipc_term_key key)
{
	(void)arg;
	note("KEY %d\n", (int)key);
}

static void
view_credit(void *arg, unsigned n)
{
	(void)arg;
	(void)n;
}

static void
view_again(void *arg)
{
	(void)arg;
}

static void
view_timer(void *arg, unsigned id, unsigned ms)
{
	(void)arg;
	(void)id;
	(void)ms;
}

static void
out(void *arg, const void *bytes, size_t n)
{
	(void)arg;
	assert_true(con.len + n <= sizeof con.out);
	memcpy(con.out + con.len, bytes, n);
	con.len += n;
}

static void
agreed(void *arg)
{
	static const struct view_port port = { .write = view_write,
		.record = view_record, .line = view_line, .key = view_key,
		.credit = view_credit, .again = view_again,
		.timer = view_timer };
	static const char *const modes[] = { [TELNET_RAW] = "raw",
		[TELNET_CHARACTER] = "character", [TELNET_3270] = "3270" };

	const struct view_shape shape = { .rows = 24, .cols = 80,
		.echo = con.telnet.echo };
	/* At the logo a line would wait for an answer. */
	static const struct ipc_cons_state running = { CONS_RUNNING, 0 };

	(void)arg;
	assert_false(con.open);
	con.open = true;
	note("OPEN %s %s\n", modes[con.telnet.mode], con.telnet.type);
	view_line_ops.open(&con.line, &port, &shape);
	view_3270_ops.open(&con.screen, &port, &shape);
	view_line_ops.state(&con.line, &running);
}

static void
data(void *arg, const uint8_t *bytes, size_t n)
{
	(void)arg;
	if (con.telnet.mode == TELNET_3270)
		assert_true(tn3270_data(&con.tn, bytes, n));
	else
		view_line_ops.data(&con.line, bytes, n);
}

static void
record_end(void *arg)
{
	size_t n = tn3270_end(&con.tn);

	(void)arg;
	view_3270_ops.record(&con.screen, con.tn.record, n);
}

static void
attention(void *arg)
{
	(void)arg;
	if (con.telnet.mode == TELNET_3270)
		view_3270_ops.attention(&con.screen);
	else
		view_line_ops.attention(&con.line);
}

static void
size(void *arg)
{
	(void)arg;
	note("SIZE %u %u\n", con.telnet.rows, con.telnet.cols);
}

static void
echo(void *arg)
{
	(void)arg;
	note("ECHO %d\n", con.telnet.echo);
}

static void
fail_(void *arg, const char *why)
{
	(void)arg;
	snprintf(con.why, sizeof con.why, "%s", why);
}

static void
there(void *arg)
{
	(void)arg;
	note("THERE\n");
}

static int
setup(void **state)
{
	const struct telnet_port port = { NULL, out, agreed, data, record_end,
		attention, there, size, echo, fail_ };

	(void)state;
	memset(&con, 0, sizeof con);
	assert_int_equal(telnet_open(&con.telnet, &port), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	telnet_close(&con.telnet);
	if (con.open) {
		view_line_ops.close(&con.line);
		view_3270_ops.close(&con.screen);
	}
	return 0;
}

static void
feed(const char *bytes, size_t n)
{
	telnet_feed(&con.telnet, (const uint8_t *)bytes, n);
}

#define FEED(s) feed((s), sizeof(s) - 1)

static void
sent(const char *bytes, size_t n)
{
	assert_int_equal(con.len, n);
	assert_memory_equal(con.out, bytes, n);
	con.len = 0;
}

#define SENT(s) sent((s), sizeof(s) - 1)

/* --- by hand --- */

static void
test_3270(void **state)
{
	(void)state;
	SENT("\xff\xfd\x18");
	FEED("\xff\xfb\x18");
	SENT("\xff\xfa\x18\x01\xff\xf0");
	FEED("\xff\xfa\x18\0IBM-3279-2-E\xff\xf0");
	SENT("\xff\xfd\x19\xff\xfb\x19\xff\xfd\x00\xff\xfb\x00");
	FEED("\xff\xfb\x19\xff\xfd\x19\xff\xfb\x00");
	assert_string_equal(con.events, ""); /* no data before all is agreed */
	FEED("\xff\xfd\x00");
	assert_string_equal(con.events, "OPEN 3270 IBM-3279-2-E\n");
	assert_true(con.telnet.colour);
	con.events[0] = '\0';
	FEED("\x7d\x5b\x60\x11\x5b\x60\xc1\xff\xff\xc2\xff\xef");
	assert_string_equal(con.events, "LINE A B\n");
	con.events[0] = '\0';
	FEED("\xff\xf3");
	assert_string_equal(con.events, "KEY 1\n");
	FEED("\xff\xfc\x19"); /* WONT EOR: it is a 3270 no longer */
	assert_string_not_equal(con.why, "");
}

static void
test_3270_refused(void **state)
{
	(void)state;
	FEED("\xff\xfb\x18\xff\xfa\x18\0IBM-3278-2\xff\xf0");
	con.len = 0;
	FEED("\xff\xfc\x19");
	assert_int_equal(con.telnet.mode, TELNET_SIZING);
	FEED("\xff\xfc\x1f");
	assert_string_equal(con.events, "OPEN character IBM-3278-2\n");
}

static void
test_silent(void **state)
{
	(void)state;
	FEED("early\r\n");
	assert_string_equal(con.events, "");
	assert_int_equal(telnet_timeout(&con.telnet), 0);
	assert_string_equal(con.events, "OPEN raw \nLINE early\n");
	con.events[0] = '\0';
	SENT("\xff\xfd\x18");
	FEED("\xff\xfb\x18"); /* after all */
	assert_int_equal(con.telnet.mode, TELNET_CHARACTER);
	assert_string_equal(con.events, "ECHO 1\n");
	assert_int_equal(telnet_timeout(&con.telnet), 0);
}

static void
test_slow(void **state)
{
	(void)state;
	FEED("\xff\xfb\x18");
	assert_int_equal(telnet_timeout(&con.telnet),
	    TELNET_AGREE_MS - TELNET_FIRST_MS);
	assert_string_equal(con.events, "");
	assert_int_equal(telnet_timeout(&con.telnet), 0);
	assert_string_equal(con.events, "OPEN character \n");
}

static void
test_types(void **state)
{
	(void)state;
	/* The fourth of a list is a 3270. */
	FEED("\xff\xfb\x18\xff\xfa\x18\0A\xff\xf0\xff\xfa\x18\0B\xff\xf0"
	    "\xff\xfa\x18\0C\xff\xf0");
	assert_int_equal(con.telnet.mode, TELNET_ASKING);
	FEED("\xff\xfa\x18\0IBM-3278-2\xff\xf0");
	assert_int_equal(con.telnet.mode, TELNET_JOINING);
}

static void
test_types_end(void **state)
{
	(void)state;
	FEED("\xff\xfb\x18\xff\xfa\x18\0A\xff\xf0\xff\xfa\x18\0B\xff\xf0"
	    "\xff\xfa\x18\0A\xff\xf0\xff\xfc\x1f");
	assert_string_equal(con.events, "OPEN character A\n");
}

static void
test_types_endless(void **state)
{
	char name[] = "\xff\xfa\x18\0A\xff\xf0";

	(void)state;
	FEED("\xff\xfb\x18");
	for (int i = 0; i < 100; i++) {
		name[4] = (char)('A' + i % 26);
		feed(name, sizeof name - 1);
	}
	assert_int_equal(con.telnet.mode, TELNET_SIZING);
	assert_string_equal(con.why, "");
}

static void
test_type_long_or_bad(void **state)
{
	char name[300];

	(void)state;
	FEED("\xff\xfb\x18");
	memset(name, 'X', sizeof name);
	memcpy(name, "\xff\xfa\x18\0", 4);
	memcpy(name + sizeof name - 2, "\xff\xf0", 2);
	feed(name, sizeof name);
	FEED("\xff\xfa\x18\xff\xf0\xff\xfa\x18\x07zz\xff\xf0");
	assert_int_equal(strlen(con.telnet.type), TELNET_TYPE_MAX - 1);
	assert_string_equal(con.why, "");
}

static void
test_refuses_type(void **state)
{
	(void)state;
	con.len = 0;
	FEED("\xff\xfc\x18");
	SENT("\xff\xfb\x01\xff\xfb\x03\xff\xfd\x03\xff\xfd\x1f");
	FEED("\xff\xfe\x01\xff\xfd\x03\xff\xfb\x03\xff\xfb\x1f"
	    "\xff\xfa\x1f\x00\x84\x00\x2b\xff\xf0");
	assert_string_equal(con.events, "OPEN character \n");
	assert_int_equal(con.telnet.cols, 132);
	assert_int_equal(con.telnet.rows, 43);
	assert_false(con.telnet.echo); /* DONT ECHO */
}

static void
test_commands(void **state)
{
	(void)state;
	FEED("\xff\xfc\x18\xff\xfc\x1f");
	con.events[0] = '\0';
	con.len = 0;
	FEED("abc\xff\xf7x\r\0one\xff\xf8two\r\n\xff\xf4\xff\xee\xff\xf1");
	assert_string_equal(con.events, "LINE abx\nLINE two\nKEY 1\nKEY 1\n");
	con.len = 0;
	con.events[0] = '\0';
	FEED("\xff\xf6");
	assert_string_equal(con.events, "THERE\n");
	telnet_timing_mark(&con.telnet);
	SENT("\xff\xfd\x06");
	FEED("\xff\xfb\x06");
	SENT("");
	FEED("\xff\xfd\x06"); /* a client's own: always answered */
	SENT("\xff\xfc\x06");
	FEED("\xff\xfd\x06");
	SENT("\xff\xfc\x06");
}

static void
test_hostile(void **state)
{
	(void)state;
	FEED("\xff\xfa\x56\xff\xf0" "after");
	assert_string_not_equal(con.why, "");
	assert_string_equal(con.events, "");
}

/* A client that offers everything before it is asked is asked nothing that it
 * would have to say twice. */
static void
test_joined_unasked(void **state)
{
	(void)state;
	FEED("\xff\xfb\x19\xff\xfd\x19\xff\xfb\x00\xff\xfd\x00"
	    "\xff\xfb\x18");
	FEED("\xff\xfa\x18\0IBM-3278-2\xff\xf0");
	assert_string_equal(con.events, "OPEN 3270 IBM-3278-2\n");
}

static void
test_size_unasked(void **state)
{
	(void)state;
	FEED("\xff\xfb\x18\xff\xfb\x1f\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0");
	FEED("\xff\xfa\x18\0XTERM\xff\xf0\xff\xfa\x18\0XTERM\xff\xf0");
	assert_string_equal(con.events, "OPEN character XTERM\n");
	assert_int_equal(con.telnet.cols, 80);
}

/* What came before 3270 mode was agreed is no part of a record. */
static void
test_record_too_early(void **state)
{
	(void)state;
	FEED("\xff\xfb\x18\xff\xfa\x18\0IBM-3278-2\xff\xf0");
	FEED("\xf3\x5b\x60\xff\xef");
	FEED("\xff\xfb\x19\xff\xfd\x19\xff\xfb\x00\xff\xfd\x00");
	FEED("\x7d\x5b\x60\x11\x5b\x60\xc1\xff\xef");
	assert_string_equal(con.events, "OPEN 3270 IBM-3278-2\nLINE A\n");
}

/* More than is kept: one that has said no word of telnet will not, and loses
 * nothing; one that has must agree first. */
static void
test_too_early(void **state)
{
	char bytes[600];

	memset(bytes, 'x', sizeof bytes);
	bytes[sizeof bytes - 1] = '\n';
	for (int i = 0; i < 4; i++)
		feed(bytes, sizeof bytes);
	assert_string_equal(con.why, "");
	assert_memory_equal(con.events, "OPEN raw \nLINE xxx", 18);
	assert_int_equal(strlen(con.events), 10 + 4 * (sizeof bytes + 5));

	teardown(state);
	setup(state);
	FEED("\xff\xfb\x03");
	for (int i = 0; i < 4; i++)
		feed(bytes, sizeof bytes);
	assert_string_not_equal(con.why, "");
}

/*
 * What ended other servers: answers that fill a reply buffer (CVE-2001-0554,
 * 2021-40523: AYT and options again and again), NEW-ENVIRON USER (2026-24061),
 * LINEMODE SLC (2026-32746), commands cut anywhere.  Answers are bounded by
 * what came, and nothing but the two options that we use is looked at.
 */
static void
test_reply_buffers(void **state)
{
	static const char flood[] = "\xff\xf6\xff\xfd\x26\xff\xfb\x63";
	static const char environ[] = "\xff\xfa\x27\x00\x00USER\x01-f root"
	    "\xff\xf0";
	static const char slc[] = "\xff\xfa\x22\x03\x01\x02\x03\x04\x05\x06"
	    "\x07\x08\x09\xff\xf0";
	size_t fed = 0;

	FEED("\xff\xfc\x18\xff\xfc\x1f");
	con.len = 0;
	con.events[0] = '\0';
	for (int i = 0; i < 1000; i++) {
		feed(flood, sizeof flood - 1);
		fed += sizeof flood - 1;
	}
	assert_true(con.len <= fed);
	con.len = 0;
	con.events[0] = '\0';
	for (int i = 0; i < 1000; i++) {
		feed(environ, sizeof environ - 1);
		feed(slc, sizeof slc - 1);
	}
	assert_int_equal(con.len, 0);
	assert_string_equal(con.events, "");
	FEED("ok\r\n");
	assert_string_equal(con.events, "LINE ok\n");
	assert_string_equal(con.why, "");

	/* Every command and option there is, cut after each byte. */
	for (int c = 0; c < 256; c++) {
		for (int o = 0; o < 256; o++) {
			uint8_t bytes[] = { 0xFF, (uint8_t)c, (uint8_t)o };

			con.len = 0;
			con.events[0] = '\0';
			telnet_feed(&con.telnet, bytes, sizeof bytes);
			assert_true(con.len < 1024);
			if (c >= 240 && c != 251 && c != 252) {
				teardown(state);
				setup(state);
			}
		}
	}
}

/* --- recorded --- */

static size_t
unhex(const char *hex, uint8_t *to, size_t most)
{
	size_t n = 0;
	unsigned byte;

	while (n < most && sscanf(hex + 2 * n, "%2x", &byte) == 1)
		to[n++] = (uint8_t)byte;
	return n;
}

/* Play a trace's C lines, `step` bytes at once; compare with its X lines. */
static void
play(const char *name, size_t step)
{
	char path[4096], line[8192], want[8192] = "";
	FILE *f;

	snprintf(path, sizeof path, "%s/%s.trace", TRACES, name);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		uint8_t bytes[4096];
		size_t n;

		if (line[0] == 'X')
			strcat(want, line + 2);
		if (line[0] != 'C')
			continue;
		n = unhex(line + 2, bytes, sizeof bytes);
		for (size_t i = 0; i < n; i += step)
			telnet_feed(&con.telnet, bytes + i,
			    n - i < step ? n - i : step);
	}
	fclose(f);
	assert_string_equal(con.events, want);
	assert_string_equal(con.why, "");
}

static void
test_traces(void **state)
{
	static const char *const names[] = { "s3270-3279-2-E",
		"s3270-3278-4", "telnet" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		for (size_t step = 1; step < 10; step += 4) {
			teardown(state);
			setup(state);
			play(names[i], step);
		}
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_3270), TEST(test_3270_refused), TEST(test_silent),
		TEST(test_slow), TEST(test_types), TEST(test_types_end),
		TEST(test_types_endless), TEST(test_type_long_or_bad),
		TEST(test_refuses_type), TEST(test_commands),
		TEST(test_hostile), TEST(test_too_early),
		TEST(test_record_too_early), TEST(test_joined_unasked),
		TEST(test_size_unasked), TEST(test_reply_buffers),
		TEST(test_traces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
