/* SPDX-License-Identifier: MIT
 *
 * term_filter.c - what of a telnet stream gets through the filter, and the
 * PROXY header.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "filter.h"
#include "peer.h"

/* Feed in pieces of `step` bytes; what came out. */
static size_t
run(struct filter *f, const char *in, size_t n, size_t step, uint8_t *out)
{
	size_t got = 0;

	while (n > 0 && f->verdict == FILTER_PASS) {
		size_t part = n < step ? n : step, used;

		got += filter_feed(f, (const uint8_t *)in, part, &used,
		    out + got);
		in += used;
		n -= used;
	}
	return got;
}

static void
check(const char *in, size_t n, const char *want, size_t len)
{
	for (size_t step = 1; step <= n; step++) {
		struct filter f = { 0 };
		uint8_t out[8192];

		assert_int_equal(run(&f, in, n, step, out), len);
		assert_memory_equal(out, want, len);
		assert_int_equal(f.verdict, FILTER_PASS);
	}
}

static void
refuse(const char *in, size_t n, enum filter_verdict verdict)
{
	for (size_t step = 1; step <= n; step += 7) {
		struct filter f = { 0 };
		uint8_t out[8192];
		size_t used;

		run(&f, in, n, step, out);
		assert_int_equal(f.verdict, verdict);
		/* And nothing gets through any more. */
		assert_int_equal(filter_feed(&f, (const uint8_t *)"x", 1,
		    &used, out), 0);
		assert_int_equal(used, 0);
	}
}

#define SAME(s) check((s), sizeof(s) - 1, (s), sizeof(s) - 1)
#define BECOMES(s, w) check((s), sizeof(s) - 1, (w), sizeof(w) - 1)
#define REFUSED(s, v) refuse((s), sizeof(s) - 1, (v))

static void
test_passes(void **state)
{
	(void)state;
	SAME("plain\r\n\0text");
	SAME("a\xff\xff" "b");
	SAME("\xff\xfb\x18\xff\xfd\x00\xff\xfe\x01");
	SAME("\xff\xf4\xff\xf3\xff\xef");
	SAME("\xff\xfa\x18\x00" "XTERM\xff\xf0z");
	SAME("\xff\xfa\x1f\x00\xff\xff\x00\x18\xff\xf0z");
	SAME("\xff\xfa\x28\x02\x07" "IBM-3278-2\xff\xf0z");
}

static void
test_taken_out(void **state)
{
	(void)state;
	/* NEW-ENVIRON USER, LINEMODE SLC, an unknown option. */
	BECOMES("a\xff\xfa\x27\x00\x00USER\x01-froot\xff\xf0" "b", "ab");
	BECOMES("a\xff\xfa\x22\x03\x01\x02\x03\xff\xff\xff\xf0" "b", "ab");
	BECOMES("a\xff\xfa\xc8\xff\xf0" "b", "ab");
	/* An option number of 255 is one, not an IAC. */
	BECOMES("a\xff\xfa\xff\xff\xf0" "b", "ab");
}

static void
test_timing_mark(void **state)
{
	struct filter f = { 0 };
	uint8_t out[64];

	(void)state;
	assert_int_equal(run(&f, "\xff\xfb\x06x\xff\xfc\x06", 7, 7, out), 1);
	assert_int_equal(f.timing_marks, 2);
	BECOMES("\xff\xfd\x06", "\xff\xfd\x06");
}

/* What comes behind STARTTLS FOLLOWS is not looked at. */
static void
test_tls_follows(void **state)
{
	static const char text[] = "a\xff\xfa\x2e\x01\xff\xf0\x16\xff\xfa";
	static const char *const others[] = { "\xff\xfa\x2e\x02\xff\xf0",
		"\xff\xfa\x2e\x01\x01\xff\xf0", "\xff\xfa\x2e\xff\xf0",
		"\xff\xfa\x27\x01\xff\xf0", "\xff\xfa\x2e\xff\xff\xff\xf0" };
	struct filter f = { 0 };
	uint8_t out[64];
	size_t used;

	(void)state;
	assert_int_equal(filter_feed(&f, (const uint8_t *)text,
	    sizeof text - 1, &used, out), 1);
	assert_int_equal(used, 7);
	assert_true(f.follows);
	filter_feed(&f, (const uint8_t *)"x", 1, &used, out);
	assert_false(f.follows);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		size_t n = strlen(others[i]);

		assert_int_equal(filter_feed(&f, (const uint8_t *)others[i],
		    n, &used, out), 0);
		assert_int_equal(used, n);
		assert_false(f.follows);
	}
}

static void
test_refused(void **state)
{
	char sb[FILTER_SB_MAX + 16];

	(void)state;
	REFUSED("\xff\xfa\x56\xff\xf0", FILTER_COMPRESSION);
	REFUSED("\xff\xfa\x55\xfb\xf0", FILTER_COMPRESSION);
	REFUSED("\xff\xfa\x18\x00\xff\xfb\x01", FILTER_MALFORMED);
	memset(sb, 'a', sizeof sb);
	memcpy(sb, "\xff\xfa\x18", 3);
	refuse(sb, sizeof sb, FILTER_OVERSIZE);
	sb[2] = 0x27; /* also one that would be taken out */
	refuse(sb, sizeof sb, FILTER_OVERSIZE);
	memset(sb + 3, 0xff, sizeof sb - 3); /* also of doubled IACs */
	char iacs[4 * FILTER_SB_MAX];
	memset(iacs, 0xff, sizeof iacs);
	memcpy(iacs, "\xff\xfa\x18", 3);
	refuse(iacs, sizeof iacs, FILTER_OVERSIZE);
}

static void
test_bounded(void **state)
{
	struct filter f = { 0 };
	uint8_t in[4 * FILTER_FEED_MAX], out[FILTER_FEED_MAX];
	size_t used;

	(void)state;
	memset(in, 0xff, sizeof in);
	assert_true(filter_feed(&f, in, sizeof in, &used, out) <=
	    FILTER_FEED_MAX);
	assert_true(used > 0 && used < sizeof in);
	assert_string_equal(filter_reason(FILTER_OVERSIZE),
	    "a subnegotiation that is too long");
}

/* --- PROXY --- */

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define V4 "\x21\x11\x00\x13\x0a\x00\x00\x05\x7f\x00\x00\x01\xc0\x00\x0c\xbe"
#define V6                                                                  \
	"\x21\x21\x00\x2b\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"          \
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x00\x17\x0c\xbe"
#define TLV "\xe0\x00\x04PASS"

static enum peer_verdict
proxy(const char *in, size_t n, size_t step, struct peer *p, size_t *left)
{
	*p = (struct peer){ 0 };
	while (n > 0 && p->verdict == PEER_MORE) {
		size_t used;

		peer_feed(p, "PASS", (const uint8_t *)in, n < step ? n : step,
		    &used);
		in += used;
		n -= used;
	}
	*left = n;
	return p->verdict;
}

#define PROXY(s, step) proxy((s), sizeof(s) - 1, (step), &p, &left)

static void
test_proxy_good(void **state)
{
	struct peer p;
	size_t left;

	(void)state;
	for (size_t step = 1; step < 60; step++) {
		assert_int_equal(PROXY(SIGNATURE V4 TLV "rest", step),
		    PEER_DONE);
		assert_string_equal(p.peer, "10.0.0.5:49152");
		assert_int_equal(left, 4);
		assert_int_equal(PROXY(SIGNATURE V6 TLV, step), PEER_DONE);
		assert_string_equal(p.peer, "[2001:db8::1]:23");
	}
	/* Another TLV before ours. */
	assert_int_equal(PROXY(SIGNATURE
	    "\x21\x11\x00\x18\x0a\x00\x00\x05\x7f\x00\x00\x01\xc0\x00\x0c\xbe"
	    "\x04\x00\x02zz" TLV, 99), PEER_DONE);
}

static void
test_proxy_bad(void **state)
{
	struct peer p;
	size_t left;

	(void)state;
	assert_int_equal(PROXY("PROXY TCP4 1.2.3.4", 1), PEER_BAD);
	assert_int_equal(PROXY("\xff\xfb\x18", 1), PEER_BAD);
	/* LOCAL, UDP, UNIX */
	assert_int_equal(PROXY(SIGNATURE "\x20\x00\x00\x00", 1), PEER_BAD);
	assert_int_equal(PROXY(SIGNATURE "\x21\x12", 1), PEER_BAD);
	assert_int_equal(PROXY(SIGNATURE "\x21\x31", 1), PEER_BAD);
	/* no token, another token, a longer and a shorter one */
	assert_int_equal(PROXY(SIGNATURE
	    "\x21\x11\x00\x0c\x0a\x00\x00\x05\x7f\x00\x00\x01\xc0\x00\x0c\xbe",
	    1), PEER_BAD);
	assert_int_equal(PROXY(SIGNATURE V4 "\xe0\x00\x04PASs", 1), PEER_BAD);
	assert_int_equal(PROXY(SIGNATURE V4 "\xe0\x00\x03PAS\x00", 1),
	    PEER_BAD);
	/* a TLV that runs over the end, lengths too small and too big */
	assert_int_equal(PROXY(SIGNATURE V4 "\xe0\xff\x04PASS", 1), PEER_BAD);
	assert_int_equal(PROXY(SIGNATURE "\x21\x11\x00\x02zz", 1), PEER_BAD);
	assert_int_equal(PROXY(SIGNATURE "\x21\x11\x00\x00", 1), PEER_BAD);
	assert_int_equal(PROXY(SIGNATURE "\x21\x11\xff\xff", 1), PEER_BAD);
	/* more is needed */
	assert_int_equal(PROXY(SIGNATURE V4 "\xe0\x00\x04PAS", 1), PEER_MORE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_passes),
		cmocka_unit_test(test_taken_out),
		cmocka_unit_test(test_timing_mark),
		cmocka_unit_test(test_tls_follows),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_proxy_good),
		cmocka_unit_test(test_proxy_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
