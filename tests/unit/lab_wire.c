/* SPDX-License-Identifier: MIT
 *
 * lab_wire.c - the frames between a host command and the lab's agent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/buffer.h>

#include "wire.h"

static struct wire_frame frame;

static void
test_round_trip(void **state)
{
	struct evbuffer *b = evbuffer_new();

	(void)state;
	wire_put(b, WIRE_ARG, "hello", 5);
	wire_put(b, WIRE_IN, NULL, 0);
	assert_int_equal(wire_get(b, &frame), 1);
	assert_int_equal(frame.type, WIRE_ARG);
	assert_int_equal(frame.len, 5);
	assert_string_equal((char *)frame.data, "hello");
	assert_int_equal(wire_get(b, &frame), 1);
	assert_int_equal(frame.type, WIRE_IN);
	assert_int_equal(frame.len, 0);
	assert_int_equal(wire_get(b, &frame), 0);
	evbuffer_free(b);
}

static void
test_bytes_one_by_one(void **state)
{
	struct evbuffer *all = evbuffer_new(), *b = evbuffer_new();
	uint8_t c;

	(void)state;
	wire_put(all, WIRE_OUT, "abc", 3);
	while (evbuffer_get_length(all) > 1) {
		evbuffer_remove(all, &c, 1);
		evbuffer_add(b, &c, 1);
		assert_int_equal(wire_get(b, &frame), 0);
	}
	evbuffer_add_buffer(b, all);
	assert_int_equal(wire_get(b, &frame), 1);
	assert_memory_equal(frame.data, "abc", 3);
	evbuffer_free(all);
	evbuffer_free(b);
}

static void
test_long_data_is_cut(void **state)
{
	size_t n = 2 * WIRE_MAX + 7, got = 0;
	struct evbuffer *b = evbuffer_new();
	uint8_t *data = calloc(1, n);
	int frames = 0;

	(void)state;
	wire_put_all(b, WIRE_DATA, data, n);
	while (wire_get(b, &frame) == 1) {
		got += frame.len;
		frames++;
	}
	assert_int_equal(got, n);
	assert_int_equal(frames, 3);
	free(data);
	evbuffer_free(b);
}

static void
test_what_is_refused(void **state)
{
	static const uint8_t bad[][8] = {
		{ 0, 0, 0, 0, 0, 0, 0, 0 },	  /* type 0 */
		{ 0, 0, 0, 99, 0, 0, 0, 0 },	  /* no such type */
		{ 0, 0, 0, 2, 0, 1, 0, 1 },	  /* one byte too long */
		{ 0, 0, 0, 2, 255, 255, 255, 255 },
		{ 'G', 'E', 'T', ' ', '/', ' ', 'H', 'T' },
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct evbuffer *b = evbuffer_new();

		evbuffer_add(b, bad[i], sizeof bad[i]);
		assert_int_equal(wire_get(b, &frame), -1);
		evbuffer_free(b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_bytes_one_by_one),
		cmocka_unit_test(test_long_data_is_cut),
		cmocka_unit_test(test_what_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
