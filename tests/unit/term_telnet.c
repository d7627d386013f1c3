/* SPDX-License-Identifier: MIT
 *
 * term_telnet.c - negotiation, by hand and as real clients did it
 * (tests/traces/NAME.trace): their bytes in, ours out.
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

/* --- a connection without a socket --- */

static struct {
	struct telnet telnet;
	char events[1u << 16]; /* a line each, as in a trace's X lines */
	uint8_t out[1u << 16];
	size_t len;
	char line[4096]; /* what came since the last line end */
	size_t line_len;
	char tls[64];	 /* what came behind STARTTLS */
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
note_hex(const char *what, const uint8_t *bytes, size_t n)
{
	note("%s ", what);
	for (size_t i = 0; i < n; i++)
		note("%02x", bytes[i]);
	note("\n");
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
	static const char *const modes[] = { [TELNET_RAW] = "raw",
		[TELNET_CHARACTER] = "character", [TELNET_3270] = "3270" };
	const struct telnet *t = &con.telnet;

	(void)arg;
	note("OPEN %s %s", modes[t->mode], t->type);
	if (t->mode == TELNET_3270)
		note(" %ux%u%s", t->display.rows, t->display.cols,
		    t->display.colour ? " colour" : "");
	if (t->extended)
		note(" lu=%s functions=%02x", t->e.lu, t->e.functions);
	note("\n");
}

/* Lines of what a character terminal sends, as they are. */
static void
data(void *arg, const uint8_t *bytes, size_t n)
{
	(void)arg;
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] != '\r' && bytes[i] != '\n') {
			assert_true(con.line_len < sizeof con.line);
			if (bytes[i] != '\0')
				con.line[con.line_len++] = (char)bytes[i];
			continue;
		}
		if (con.line_len > 0)
			note("LINE %.*s\n", (int)con.line_len, con.line);
		con.line_len = 0;
	}
}

static void
record(void *arg, const uint8_t *bytes, size_t n)
{
	(void)arg;
	note_hex("RECORD", bytes, n);
}

static void
attention(void *arg)
{
	(void)arg;
	note("ATTENTION\n");
}

static void
sysreq(void *arg)
{
	(void)arg;
	note("SYSREQ\n");
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
there(void *arg)
{
	(void)arg;
	note("THERE\n");
}

static void
tls(void *arg, const uint8_t *bytes, size_t n)
{
	(void)arg;
	assert_true(n < sizeof con.tls);
	memcpy(con.tls, bytes, n);
	note("TLS %zu\n", n);
}

static void
fail_(void *arg, const char *why)
{
	(void)arg;
	snprintf(con.why, sizeof con.why, "%s", why);
}

static void
begin(bool starttls)
{
	const struct telnet_port port = { NULL, out, agreed, data, record,
		attention, sysreq, there, size, echo, tls, fail_ };

	memset(&con, 0, sizeof con);
	assert_int_equal(telnet_open(&con.telnet, &port, starttls, "LU00001"),
	    0);
}

static int
setup(void **state)
{
	(void)state;
	begin(false);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	telnet_close(&con.telnet);
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

static void
happened(const char *events)
{
	assert_string_equal(con.events, events);
	con.events[0] = '\0';
}

/* Options and commands. */
#define DO_E "\xff\xfd\x28"
#define WILL_E "\xff\xfb\x28"
#define WONT_E "\xff\xfc\x28"
#define SB_E "\xff\xfa\x28"
#define SE "\xff\xf0"
#define EOR "\xff\xef"
#define SEND_DEVICE SB_E "\x08\x02" SE
#define WILL_TYPE "\xff\xfb\x18"
#define SEND_TYPE "\xff\xfa\x18\x01" SE
#define TYPE(name) "\xff\xfa\x18\0" name SE
#define JOIN "\xff\xfd\x19\xff\xfb\x19\xff\xfd\x00\xff\xfb\x00"
#define JOINS "\xff\xfb\x19\xff\xfd\x19\xff\xfb\x00\xff\xfd\x00"
#define CHARACTER "\xff\xfb\x01\xff\xfb\x03\xff\xfd\x03"
#define BINARY "\xff\xfd\x00\xff\xfb\x00"
#define SIZE "\xff\xfd\x1f"

/* A client that has no TN3270E, to the question for its type. */
static void
classic(void)
{
	SENT(DO_E);
	FEED(WONT_E);
	SENT("\xff\xfd\x18");
	FEED(WILL_TYPE);
	SENT(SEND_TYPE);
}

/* --- classic TN3270, by hand --- */

static void
test_3270(void **state)
{
	(void)state;
	classic();
	FEED(TYPE("IBM-3279-2-E"));
	SENT(JOIN);
	FEED("\xff\xfb\x19\xff\xfd\x19\xff\xfb\x00");
	happened(""); /* no data before all is agreed */
	telnet_record(&con.telnet, "x", 1);
	SENT("");
	FEED("\xff\xfd\x00");
	happened("OPEN 3270 IBM-3279-2-E 24x80 colour\n");
	FEED("\x7d\x5b\x60\x11\x5b\x60\xc1\xff\xff\xc2" EOR);
	happened("RECORD 7d5b60115b60c1ffc2\n");
	telnet_record(&con.telnet, "\xf5\xc3\xff\x00", 4);
	SENT("\xf5\xc3\xff\xff\x00" EOR);
	FEED("\xff\xf4\xff\xf3\xff\xf5"); /* IP, BREAK, AO */
	happened("ATTENTION\nATTENTION\nSYSREQ\n");
}

static void
test_3270_refused(void **state)
{
	(void)state;
	classic();
	FEED(TYPE("IBM-3278-2"));
	con.len = 0;
	FEED("\xff\xfc\x19");
	SENT(CHARACTER SIZE);
	happened("");
	FEED("\xff\xfc\x1f");
	happened("OPEN character IBM-3278-2\n");
}

/* One that leaves 3270 mode is a character terminal, and may come back; an
 * option said again changes nothing. */
static void
test_3270_leaves(void **state)
{
	(void)state;
	classic();
	FEED(TYPE("IBM-3278-4") JOINS);
	happened("OPEN 3270 IBM-3278-4 43x80\n");
	con.len = 0;
	FEED(JOINS JOINS);
	SENT("");
	happened("");
	FEED("half\xff\xfc\x19");
	happened("OPEN character IBM-3278-4\n");
	SENT("\xff\xfe\x19" CHARACTER SIZE);
	FEED("typed\r\0\xff\xfb\x19");
	SENT("\xff\xfd\x19");
	happened("LINE typed\nOPEN 3270 IBM-3278-4 43x80\n");
	FEED("\x7d\x40\x40" EOR);
	happened("RECORD 7d4040\n");
	FEED("\xff\xfe\x00\xff\xfd\x00");
	happened("OPEN character IBM-3278-4\nOPEN 3270 IBM-3278-4 43x80\n");
	assert_string_equal(con.why, "");
}

static void
test_3270_record_too_long(void **state)
{
	uint8_t bytes[512];

	(void)state;
	classic();
	FEED(TYPE("IBM-3278-2") JOINS);
	memset(bytes, 0x40, sizeof bytes);
	for (size_t n = 0; n < TN3270_RECORD_MAX; n += sizeof bytes)
		telnet_feed(&con.telnet, bytes, sizeof bytes);
	assert_string_equal(con.why, "");
	telnet_feed(&con.telnet, bytes, 1);
	assert_string_not_equal(con.why, "");
}

/* --- TN3270E, by hand --- */

static void
test_extended(void **state)
{
	(void)state;
	SENT(DO_E);
	FEED(WILL_E);
	SENT(SEND_DEVICE);
	FEED(SB_E "\x02\x07IBM-3278-4-E" SE);
	SENT(SB_E "\x02\x04IBM-3278-4-E\x01LU00001" SE);
	FEED(SB_E "\x03\x07\x00\x02\x04" SE);
	happened("OPEN 3270 IBM-3278-4-E 43x80 lu=LU00001 functions=15\n");
	/* FUNCTIONS IS, and the BIND, before anything else. */
	assert_memory_equal(con.out, SB_E "\x03\x04\x00\x02\x04" SE
	    "\x03\x00\x00\x00\x00\x31", 15);
	assert_memory_equal(con.out + con.len - 2, EOR, 2);
	con.len = 0;
	telnet_record(&con.telnet, "\xf5\xff", 2);
	SENT("\x00\x00\x01\x00\x00\xf5\xff\xff" EOR);
	telnet_record(&con.telnet, "\xf1", 1);
	SENT("\x00\x00\x01\x00\x01\xf1" EOR);
	/* A record, one that wants a response, one of text, an answer that
	 * says no, a header cut in two. */
	FEED("\0\0\0\0\0\x7d\x40\x40" EOR);
	SENT("");
	FEED("\0\0\x02\x12\x34\x6d" EOR);
	SENT("\x02\x00\x00\x12\x34\x00" EOR);
	FEED("\x07\0\0\0\0\xc1\xc2" EOR);
	happened("RECORD 7d4040\nRECORD 6d\nRECORD 7d4040c1c2\n");
	FEED("\x02\0\x01\0\0\x02" EOR "\0\0" EOR EOR "\x05\0\0\0\0x" EOR
	    "\x04\0\0\0\0" EOR);
	happened("");
	FEED("\xff\xf5\xff\xf4");
	happened("SYSREQ\nATTENTION\n");
	SENT("");
}

/* No TN3270E after all: classic, at every point. */
static void
test_extended_falls_back(void **state)
{
	static const struct {
		const char *said;
		size_t n;
	} before[] = {
		{ WILL_E, 3 },
		{ WILL_E SB_E "\x02\x07IBM-3278-2" SE, 3 + 5 + 10 + 2 },
		{ WILL_E SB_E "\x02\x07IBM-3278-2" SE SB_E "\x03\x07\x01" SE,
		    3 + 5 + 10 + 2 + 8 },
		{ WILL_E SB_E "\x02\x07IBM-3278-2" SE SB_E "\x03\x07" SE,
		    3 + 5 + 10 + 2 + 7 },
	};

	for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
		bool open = i == 3;

		teardown(state);
		setup(state);
		feed(before[i].said, before[i].n);
		happened(open ? "OPEN 3270 IBM-3278-2 24x80 lu=LU00001 "
		    "functions=00\n" : "");
		con.len = 0;
		FEED(WONT_E);
		assert_memory_equal(con.out + con.len - 3, "\xff\xfd\x18", 3);
		happened(open ? "OPEN character IBM-3278-2\n" : "");
		FEED(WILL_TYPE TYPE("IBM-3279-3") JOINS);
		happened("OPEN 3270 IBM-3279-3 32x80 colour\n");
		con.len = 0;
		telnet_record(&con.telnet, "\xf1", 1);
		SENT("\xf1" EOR); /* and without a header */
	}
}

/* We end it: a client that goes on asking, or says yes to what was not asked. */
static void
test_extended_refused(void **state)
{
	(void)state;
	FEED(WILL_E);
	for (int i = 0; i < TN3270E_TRIES; i++) {
		con.len = 0;
		FEED(SB_E "\x02\x07IBM-3287-1" SE);
		SENT(SB_E "\x02\x06\x05\x04" SE);
	}
	FEED(SB_E "\x02\x07IBM-3287-1" SE);
	SENT("\xff\xfe\x28\xff\xfd\x18");
	FEED(WONT_E WILL_TYPE TYPE("IBM-3278-5") JOINS);
	happened("OPEN 3270 IBM-3278-5 27x132\n");

	teardown(state);
	setup(state);
	FEED(WILL_E SB_E "\x02\x07IBM-3278-2" SE);
	con.len = 0;
	FEED(SB_E "\x03\x04\x00\x01" SE);
	SENT("\xff\xfe\x28\xff\xfd\x18");
}

/* A client that found its tongue after it had been taken for a raw one. */
static void
test_extended_late(void **state)
{
	(void)state;
	telnet_timeout(&con.telnet);
	happened("OPEN raw \n");
	FEED(WILL_E SB_E "\x02\x07IBM-3278-2" SE);
	con.len = 0;
	FEED(SB_E "\x03\x07" SE);
	SENT(SB_E "\x03\x04" SE "\xff\xef"); /* text was no record */
	happened("ECHO 1\nOPEN 3270 IBM-3278-2 24x80 lu=LU00001 "
	    "functions=00\n");
}

/* --- TLS --- */

static void
test_starttls(void **state)
{
	teardown(state);
	begin(true);
	SENT("\xff\xfd\x2e");
	FEED("\xff\xfb\x2e");
	SENT("\xff\xfa\x2e\x01" SE);
	FEED("\xff\xfa\x2e\x01" SE "\x16\x03\x01\xff\xff\xf0");
	happened("TLS 6\n");
	assert_memory_equal(con.tls, "\x16\x03\x01\xff\xff\xf0", 6);
}

static void
test_starttls_refused(void **state)
{
	teardown(state);
	begin(true);
	FEED("\xff\xfc\x2e");
	SENT("\xff\xfd\x2e" DO_E);
	/* Not agreed, or not that: no TLS. */
	FEED("\xff\xfa\x2e\x01" SE "\xff\xfa\x2e\x02" SE WONT_E);
	SENT("\xff\xfd\x18");
	happened("");
	/* Where there is none, it is refused as any other option. */
	teardown(state);
	setup(state);
	SENT(DO_E);
	FEED("\xff\xfb\x2e\xff\xfa\x2e\x01" SE);
	SENT("\xff\xfe\x2e");
	happened("");
}

/* --- character terminals --- */

static void
test_silent(void **state)
{
	(void)state;
	FEED("early\r\n");
	happened("");
	assert_int_equal(telnet_timeout(&con.telnet), 0);
	happened("OPEN raw \nLINE early\n");
	SENT(DO_E);
	FEED(WONT_E); /* after all */
	assert_int_equal(con.telnet.mode, TELNET_CHARACTER);
	SENT(CHARACTER BINARY SIZE "\xff\xfd\x18");
	happened("ECHO 1\n");
	FEED(WILL_TYPE TYPE("XTERM") TYPE("XTERM"));
	assert_string_equal(con.telnet.type, "XTERM");
	happened("SIZE 0 0\n");
	assert_int_equal(telnet_timeout(&con.telnet), 0);
}

static void
test_slow(void **state)
{
	(void)state;
	FEED(WONT_E WILL_TYPE);
	assert_int_equal(telnet_timeout(&con.telnet),
	    TELNET_AGREE_MS - TELNET_FIRST_MS);
	happened("");
	assert_int_equal(telnet_timeout(&con.telnet), 0);
	happened("OPEN character \n");
	FEED(TYPE("IBM-3278-2") JOINS);
	happened("OPEN 3270 IBM-3278-2 24x80\n");
}

static void
test_types(void **state)
{
	(void)state;
	classic();
	/* The fourth of a list is a 3270. */
	FEED(TYPE("A") TYPE("B") TYPE("C"));
	assert_int_equal(con.telnet.stage, TELNET_TYPING);
	FEED(TYPE("IBM-3278-2"));
	assert_int_equal(con.telnet.stage, TELNET_JOINING);
}

static void
test_types_end(void **state)
{
	(void)state;
	classic();
	FEED(TYPE("A") TYPE("B") TYPE("A") "\xff\xfc\x1f");
	happened("OPEN character A\n");
}

static void
test_types_endless(void **state)
{
	char name[] = TYPE("A");

	(void)state;
	classic();
	for (int i = 0; i < 100; i++) {
		name[4] = (char)('A' + i % 26);
		feed(name, sizeof name - 1);
	}
	assert_int_equal(con.telnet.stage, TELNET_SIZING);
	assert_string_equal(con.why, "");
}

static void
test_type_long_or_bad(void **state)
{
	char name[300];

	(void)state;
	classic();
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
	FEED(WONT_E "\xff\xfc\x18");
	SENT(DO_E "\xff\xfd\x18" CHARACTER BINARY SIZE);
	FEED("\xff\xfe\x01\xff\xfd\x03\xff\xfb\x03\xff\xfb\x1f"
	    "\xff\xfa\x1f\x00\x84\x00\x2b\xff\xf0");
	happened("OPEN character \n");
	assert_int_equal(con.telnet.cols, 132);
	assert_int_equal(con.telnet.rows, 43);
	assert_false(con.telnet.echo); /* DONT ECHO */
}

static void
test_commands(void **state)
{
	(void)state;
	FEED(WONT_E "\xff\xfc\x18\xff\xfc\x1f");
	con.events[0] = '\0';
	con.len = 0;
	FEED("abc\xff\xf7x\r\0one\xff\xf8two\r\n\xff\xf4\xff\xee\xff\xf1"
	    "\xff\xf5");
	happened("LINE abc\x7fx\nLINE one\x15two\nATTENTION\nATTENTION\n");
	con.len = 0;
	FEED("\xff\xf6");
	happened("THERE\n");
	telnet_timing_mark(&con.telnet);
	SENT("\xff\xfd\x06");
	FEED("\xff\xfb\x06");
	SENT("");
	FEED("\xff\xfd\x06"); /* a client's own: always answered */
	SENT("\xff\xfc\x06");
	FEED("\xff\xfd\x06");
	SENT("\xff\xfc\x06");
}

/* PuTTY's active negotiation: everything offered before anything is asked. */
static void
test_offers_all(void **state)
{
	(void)state;
	FEED("\xff\xfb\x1f\xff\xfb\x20\xff\xfb\x18\xff\xfb\x27\xff\xfd\x01"
	    "\xff\xfb\x03\xff\xfd\x03\xff\xfa\x1f\x00\x50\x00\x18" SE);
	FEED(WONT_E);
	FEED(TYPE("XTERM") TYPE("XTERM"));
	happened("OPEN character XTERM\n");
	assert_true(con.telnet.echo);
	con.len = 0;
	FEED("\xff\xfb\x00\xff\xfd\x00"); /* answers, not asked about again */
	SENT("");
}

/* --- hostile ones --- */

static void
test_compression(void **state)
{
	(void)state;
	FEED("\xff\xfa\x56\xff\xf0" "after");
	assert_string_not_equal(con.why, "");
	happened("");
}

/* A client that offers everything before it is asked is asked nothing that it
 * would have to say twice. */
static void
test_joined_unasked(void **state)
{
	(void)state;
	FEED(JOINS WILL_TYPE WONT_E);
	FEED(TYPE("IBM-3278-2"));
	happened("OPEN 3270 IBM-3278-2 24x80\n");
}

static void
test_size_unasked(void **state)
{
	(void)state;
	FEED("\xff\xfb\x18\xff\xfb\x1f\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0"
	    WONT_E TYPE("XTERM") TYPE("XTERM"));
	happened("OPEN character XTERM\n");
	assert_int_equal(con.telnet.cols, 80);
}

/* What came before 3270 mode was agreed is no part of a record. */
static void
test_record_too_early(void **state)
{
	(void)state;
	classic();
	FEED(TYPE("IBM-3278-2"));
	FEED("\xf3\x5b\x60" EOR);
	FEED(JOINS);
	FEED("\x7d\x5b\x60\x11\x5b\x60\xc1" EOR);
	happened("OPEN 3270 IBM-3278-2 24x80\nRECORD 7d5b60115b60c1\n");
}

/* What was typed, a password too, is not kept when it has been given on. */
static void
test_record_wiped(void **state)
{
	static const uint8_t none[TN3270_RECORD_MAX];

	(void)state;
	classic();
	FEED(TYPE("IBM-3278-2") JOINS);
	FEED("\x7d\x5b\x60\x11\x5b\x60\xe2\xc5\xc3" EOR);
	assert_memory_equal(con.telnet.tn.record, none, sizeof none);
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
 * what came, and nothing but the options that we use is looked at.
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

	FEED(WONT_E "\xff\xfc\x18\xff\xfc\x1f");
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
	FEED("ok\r\n");
	happened("LINE ok\n");
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

/* TN3270E switched on and off: as much is answered each time, no more. */
static void
test_extended_storm(void **state)
{
	size_t once;

	(void)state;
	FEED(WILL_E WONT_E);
	con.len = 0;
	FEED(WILL_E WONT_E);
	once = con.len;
	for (int i = 0; i < 100; i++)
		FEED(WILL_E WONT_E);
	assert_int_equal(con.len, 101 * once);
	assert_true(once < 64);
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

/* An S line: what we said.  A record, or text for a character terminal, is
 * what CP said then, and goes through; all else we must say of ourselves. */
static void
play_server(const uint8_t *bytes, size_t n)
{
	const struct telnet *t = &con.telnet;
	uint8_t plain[1u << 14];
	size_t said = con.len, end, len = 0;

	assert_true(said <= n);
	sent((const char *)bytes, said);
	bytes += said;
	n -= said;
	if (n == 0)
		return;
	end = t->mode == TELNET_3270 ? n - 2 : n;
	for (size_t i = t->extended ? TN3270E_HEADER : 0; i < end; i++) {
		plain[len++] = bytes[i];
		i += bytes[i] == 0xFF;
	}
	if (t->mode == TELNET_3270)
		telnet_record(&con.telnet, plain, len);
	else
		telnet_write(&con.telnet, plain, len);
	sent((const char *)bytes, n);
}

/* Play a trace: C lines come in, `step` bytes at once; S lines must be what
 * we say, and the X lines what came of it. */
static void
play(const char *name, size_t step)
{
	char path[4096], line[1u << 15], want[1u << 14] = "";
	FILE *f;

	snprintf(path, sizeof path, "%s/%s.trace", TRACES, name);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		uint8_t bytes[1u << 14];
		size_t n = unhex(line + 2, bytes, sizeof bytes);

		if (line[0] == 'X')
			strcat(want, line + 2);
		else if (line[0] == 'S')
			play_server(bytes, n);
		for (size_t i = 0; line[0] == 'C' && i < n; i += step)
			telnet_feed(&con.telnet, bytes + i,
			    n - i < step ? n - i : step);
	}
	fclose(f);
	if (getenv("TRACE_EVENTS") != NULL)
		printf("trace %s\n%s", name, con.events);
	else
		assert_string_equal(con.events, want);
	assert_string_equal(con.why, "");
}

static void
test_traces(void **state)
{
	static const char *const names[] = { "classic-3278-2",
		"classic-3278-3", "classic-3278-4", "classic-3278-5",
		"classic-3279-4-E", "extended-3278-2", "extended-3278-3",
		"extended-3278-4", "extended-3278-5", "extended-3279-2-E",
		"extended-3279-3-E", "extended-3279-4-E", "extended-3279-5-E",
		"extended-62x160", "telnet", "putty-active",
		"putty-passive" };

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
		TEST(test_3270), TEST(test_3270_refused),
		TEST(test_3270_leaves), TEST(test_3270_record_too_long),
		TEST(test_extended), TEST(test_extended_falls_back),
		TEST(test_extended_refused), TEST(test_extended_late),
		TEST(test_starttls), TEST(test_starttls_refused),
		TEST(test_silent), TEST(test_slow), TEST(test_types),
		TEST(test_types_end), TEST(test_types_endless),
		TEST(test_type_long_or_bad), TEST(test_refuses_type),
		TEST(test_commands), TEST(test_offers_all),
		TEST(test_compression), TEST(test_too_early),
		TEST(test_record_too_early), TEST(test_record_wiped),
		TEST(test_joined_unasked),
		TEST(test_size_unasked), TEST(test_reply_buffers),
		TEST(test_extended_storm), TEST(test_traces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
