/* SPDX-License-Identifier: MIT
 *
 * cp_limit.c - addresses, connections at once and in a second, failed logons
 * over time, and a table that does not grow.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "limit.h"

static struct config_limits rules;
static struct limit *lm;

static int
setup(void **state)
{
	(void)state;
	rules = (struct config_limits){ .connections = 3, .logons = 2,
		.logons_s = 60 };
	lm = limit_new(&rules);
	return lm == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	limit_free(lm);
	return 0;
}

static bool
come(const char *peer, uint64_t ms)
{
	struct limit_address from = limit_address(peer);

	return limit_open(lm, &from, ms);
}

static void
go(const char *peer)
{
	struct limit_address from = limit_address(peer);

	limit_close(lm, &from);
}

static bool
blocked(const char *peer, uint64_t ms)
{
	struct limit_address from = limit_address(peer);

	return limit_blocked(lm, &from, ms);
}

static void
failed(const char *peer, uint64_t ms)
{
	struct limit_address from = limit_address(peer);

	limit_failed(lm, &from, ms);
}

static void
addresses(void **state)
{
	static const struct {
		const char *peer;
		bool known, loopback;
	} cases[] = {
		{ "192.0.2.1:1234", true, false },
		{ "127.0.0.1:1234", true, true },
		{ "127.9.9.9:1", true, true },
		{ "[::1]:1234", true, true },
		{ "[::ffff:127.0.0.1]:1", true, true },
		{ "[::ffff:192.0.2.1]:1", true, false },
		{ "[2001:db8::1]:1234", true, false },
		{ "[::]:0", true, false },
		{ "0.0.0.0:0", true, false },
		{ "", false, false },
		{ "?", false, false },
		{ "?:1", false, false },
		{ ":", false, false },
		{ "[]:1", false, false },
		{ "[::1", false, false },
		{ "[", false, false },
		{ "1.2.3:4", false, false },
		{ "1.2.3.4", false, false },
		{ "[1.2.3.4]:5", false, false },
		{ "operator's own", false, false },
		{ "[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:"
		  "cccc]:1", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct limit_address a = limit_address(cases[i].peer);

		if (a.known != cases[i].known ||
		    a.loopback != cases[i].loopback)
			fail_msg("%s", cases[i].peer);
	}
}

static void
at_once(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(come("192.0.2.1:1", 0));
	assert_false(come("192.0.2.1:9", 0));
	assert_false(come("[::ffff:192.0.2.1]:9", 0)); /* the same */
	assert_true(come("192.0.2.2:9", 0));
	go("192.0.2.1:2");
	assert_true(come("192.0.2.1:9", 0));
	assert_false(come("192.0.2.1:9", 0));
	/* A host has a /64. */
	for (int i = 0; i < 3; i++)
		assert_true(come("[2001:db8::1]:1", 0));
	assert_false(come("[2001:db8::ffff:2]:1", 0));
	assert_true(come("[2001:db8:0:1::1]:1", 0));
	/* More go than came: that is none. */
	for (int i = 0; i < 9; i++)
		go("192.0.2.2:9");
	for (int i = 0; i < 3; i++)
		assert_true(come("192.0.2.2:9", 0));
	assert_false(come("192.0.2.2:9", 0));
}

static void
ourselves(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_true(come("127.0.0.1:1", 0));
		assert_true(come("[::1]:1", 0));
		assert_true(come("nobody", 0));
		failed("127.0.0.1:1", 0);
	}
	assert_false(blocked("127.0.0.1:1", 0));
	rules.loopback = true;
	for (int i = 0; i < 3; i++)
		assert_true(come("127.0.0.1:1", 0));
	assert_false(come("127.0.0.1:1", 0));
	failed("127.0.0.1:1", 0);
	failed("127.0.0.1:1", 0);
	assert_true(blocked("127.0.0.1:1", 0));
}

static void
in_a_second(void **state)
{
	unsigned n = 0;

	(void)state;
	rules.connections = 0;
	rules.rate = 10;
	for (uint64_t ms = 5000; ms < 6000; ms += 10)
		n += come("192.0.2.1:1", ms);
	assert_true(n >= 19 && n <= 20); /* a second's worth, and a second */
	assert_true(come("192.0.2.9:1", 5999));
	for (n = 0; come("192.0.2.1:1", 100000);)
		n++;
	assert_int_equal(n, 10);
	assert_false(come("192.0.2.1:1", 100099));
	assert_true(come("192.0.2.1:1", 100100));
	rules.rate = 60000; /* as good as none */
	for (int i = 0; i < 1000; i++)
		assert_true(come("192.0.2.3:1", 100000));
}

static void
failed_logons(void **state)
{
	(void)state;
	assert_false(blocked("192.0.2.1:1", 1000));
	failed("192.0.2.1:1", 1000);
	assert_false(blocked("192.0.2.1:1", 1000));
	failed("192.0.2.1:2", 59000);
	assert_true(blocked("192.0.2.1:3", 60000));
	assert_false(blocked("192.0.2.2:1", 60000));
	assert_false(blocked("192.0.2.1:3", 61000)); /* over */
	failed("192.0.2.1:1", 61000);
	assert_false(blocked("192.0.2.1:1", 61000));
	rules.logons = 0;
	failed("192.0.2.1:1", 61000);
	assert_false(blocked("192.0.2.1:1", 61000));
}

/* Many addresses: those with connections stay, of the others the newest. */
static void
bounded(void **state)
{
	char peer[64];

	(void)state;
	assert_true(come("192.0.2.1:1", 0));
	failed("192.0.2.2:1", 0);
	failed("192.0.2.2:1", 0);
	for (unsigned i = 0; i < 3 * LIMIT_ADDRESSES; i++) {
		snprintf(peer, sizeof peer, "10.%u.%u.%u:1", i >> 16,
		    i >> 8 & 255, i & 255);
		failed(peer, 1);
		failed(peer, 1);
	}
	assert_false(blocked("192.0.2.2:1", 1));
	assert_true(blocked(peer, 1));
	assert_true(come("192.0.2.1:1", 0));
	assert_true(come("192.0.2.1:1", 0));
	assert_false(come("192.0.2.1:1", 0));
	/* All rows in use: one more is one too many. */
	for (unsigned i = 0; i < LIMIT_ADDRESSES - 1; i++) {
		snprintf(peer, sizeof peer, "10.%u.%u.%u:1", i >> 16,
		    i >> 8 & 255, i & 255);
		assert_true(come(peer, 1));
	}
	assert_false(come("172.16.0.1:1", 1));
	go(peer);
	assert_true(come("172.16.0.1:1", 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test_setup_teardown(at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(ourselves, setup, teardown),
		cmocka_unit_test_setup_teardown(in_a_second, setup, teardown),
		cmocka_unit_test_setup_teardown(failed_logons, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(bounded, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
