/* SPDX-License-Identifier: MIT
 *
 * base_loop.c - channels on the event loop: order, a peer that is slow, a
 * handler that closes and frees its channel, a death told once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "loop.h"

static struct event_base *base;

struct end {
	struct loopchan *lc; /* on the heap: freed in handlers */
	unsigned got, deaths, close_at; /* close_at 0: never */
	uint32_t next; /* the value that must come */
};

static void
on_message(struct loopchan *lc, const struct ipcchan_message *msg, void *arg)
{
	struct end *end = arg;
	struct ipc_value v;

	assert_ptr_equal(lc, end->lc);
	if (msg == NULL) {
		end->deaths++;
		loopchan_close(lc);
		free(lc);
		end->lc = NULL;
		return;
	}
	memcpy(&v, msg->payload, sizeof v);
	assert_int_equal(v.value, end->next++);
	if (++end->got == end->close_at) {
		loopchan_close(lc);
		memset(lc, 0xA5, sizeof *lc);
		free(lc);
		end->lc = NULL;
	}
}

static void
open_end(struct end *end, int fd, enum ipc_party self, enum ipc_party peer)
{
	end->lc = malloc(sizeof *end->lc);
	assert_non_null(end->lc);
	assert_int_equal(loopchan_open(end->lc, base, fd, self, peer,
	    on_message, end), 0);
}

static void
close_end(struct end *end)
{
	if (end->lc == NULL)
		return;
	loopchan_close(end->lc);
	loopchan_close(end->lc);
	free(end->lc);
}

static void
say(struct end *end, uint32_t value)
{
	struct ipc_value v = { .value = value };

	loopchan_send(end->lc, IPC_VM_DETACH, &v, sizeof v, -1);
}

static void
answer(struct end *end)
{
	struct ipc_value v = { .value = CONS_READ_NONE };

	loopchan_send(end->lc, IPC_VM_CONS_READ, &v, sizeof v, -1);
}

static void
sent(struct end *end)
{
	assert_int_equal(ipcchan_flush(&end->lc->ch), 0);
}

static void
turn(void)
{
	struct timeval tick = { .tv_usec = 20000 };

	event_base_loopexit(base, &tick);
	event_base_dispatch(base);
}

static int
set_up(void **state)
{
	static struct end ends[2];
	int fd[2];

	memset(ends, 0, sizeof ends);
	base = event_base_new();
	if (base == NULL || ipcchan_pair(fd) < 0)
		return -1;
	open_end(&ends[0], fd[0], IPC_CP, IPC_GUEST);
	open_end(&ends[1], fd[1], IPC_GUEST, IPC_CP);
	*state = ends;
	return 0;
}

static int
tear_down(void **state)
{
	struct end *ends = *state;

	close_end(&ends[0]);
	close_end(&ends[1]);
	event_base_free(base);
	return 0;
}

/* More than a socket holds: all of it arrives, in order. */
static void
order(void **state)
{
	struct end *ends = *state;

	for (uint32_t i = 0; i < 20000; i++)
		say(&ends[0], i);
	for (int i = 0; i < 200 && ends[1].got < 20000; i++)
		turn();
	assert_int_equal(ends[1].got, 20000);
	assert_int_equal(ends[0].deaths + ends[1].deaths, 0);
}

/* What was said before a channel's end is heard before it. */
static void
last_words(void **state)
{
	struct end *ends = *state;

	for (uint32_t i = 0; i < 100; i++)
		say(&ends[0], i);
	turn(); /* sent */
	close_end(&ends[0]);
	ends[0].lc = NULL;
	for (int i = 0; i < 50 && ends[1].deaths == 0; i++)
		turn();
	assert_int_equal(ends[1].got, 100);
	assert_int_equal(ends[1].deaths, 1);
	turn();
	assert_int_equal(ends[1].deaths, 1);
}

/* Also when it is spoken to after its end. */
static void
last_words_spoken_to(void **state)
{
	struct end *ends = *state;

	for (uint32_t i = 0; i < 100; i++)
		say(&ends[0], i);
	sent(&ends[0]);
	close_end(&ends[0]);
	ends[0].lc = NULL;
	for (int i = 0; i < 10; i++)
		answer(&ends[1]);
	for (int i = 0; i < 50 && ends[1].deaths == 0; i++)
		turn();
	assert_int_equal(ends[1].got, 100);
	assert_int_equal(ends[1].deaths, 1);
}

/* A handler frees its channel with more to come: nobody touches it again. */
static void
freed_in_handler(void **state)
{
	struct end *ends = *state;

	ends[1].close_at = 5;
	for (uint32_t i = 0; i < 100; i++)
		say(&ends[0], i);
	for (int i = 0; i < 5; i++)
		turn();
	assert_int_equal(ends[1].got, 5);
	assert_int_equal(ends[1].deaths, 0);
	assert_null(ends[1].lc);
	for (int i = 0; i < 50 && ends[0].deaths == 0; i++)
		turn();
	assert_int_equal(ends[0].deaths, 1);
}

/* A handler closes its own channel and more, and still reads its message. */
static struct loopchan other[3];

static void
on_any(struct loopchan *lc, const struct ipcchan_message *msg, void *arg)
{
	struct end *end = arg;

	assert_non_null(msg);
	assert_non_null(lc->read);
	end->got++;
}

static void
on_last_message(struct loopchan *lc, const struct ipcchan_message *msg,
    void *arg)
{
	struct ipc_value v;
	struct end *end = arg;

	if (msg == NULL) {
		loopchan_close(lc);
		return;
	}
	loopchan_close(lc);
	for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
		loopchan_close(&other[i]);
	memcpy(&v, msg->payload, sizeof v);
	assert_int_equal(v.value, 77);
	end->got++;
}

static void
closes_all_in_handler(void **state)
{
	struct ipc_value v = { .value = 1 };
	struct end end = { 0 };
	struct ipcchan peer[3];

	(void)state;
	for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
		int fd[2];

		assert_int_equal(ipcchan_pair(fd), 0);
		ipcchan_init(&peer[i], fd[0], IPC_CP, IPC_GUEST);
		assert_int_equal(loopchan_open(&other[i], base, fd[1],
		    IPC_GUEST, IPC_CP, i == 0 ? on_last_message : on_any,
		    &end), 0);
		if (i > 0) /* it has a buffer of its own */
			assert_int_equal(ipcchan_send(&peer[i], IPC_VM_DETACH,
			    &v, sizeof v, -1), 0);
	}
	turn();
	v.value = 77;
	for (int i = 0; i < 2; i++)
		assert_int_equal(ipcchan_queue(&peer[0], IPC_VM_DETACH, &v,
		    sizeof v, -1), 0);
	assert_int_equal(ipcchan_flush(&peer[0]), 0);
	turn();
	assert_int_equal(end.got, 3); /* and not the second of the last two */
	for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
		ipcchan_close(&peer[i]);
}

/* Our own bad message kills the channel; the handler hears of it later. */
static void
bad_message_is_told(void **state)
{
	struct end *ends = *state;
	struct ipc_none none = { 0 };

	loopchan_send(ends[0].lc, IPC_VM_DETACH, &none, 1, -1);
	assert_int_equal(ends[0].deaths, 0);
	turn();
	assert_int_equal(ends[0].deaths, 1);
}

/* What the peer said before its bad message counts, and the death is told
 * although the peer neither ends nor says more. */
static void
bad_behind_good_is_told(void **state)
{
	struct end *ends = *state;

	say(&ends[0], 0);
	assert_int_equal(ipcchan_flush(&ends[0].lc->ch), 0);
	assert_int_equal(write(ends[0].lc->ch.fd, "nonsense", 8), 8);
	turn();
	assert_int_equal(ends[1].got, 1);
	assert_int_equal(ends[1].deaths, 1);
}

/* A peer that never reads costs a bounded queue, then the channel. */
static void
full_queue_is_told(void **state)
{
	struct end *ends = *state;
	struct ipc_text text = { 0 };
	char line[IPC_LINE_MAX] = { 0 };

	event_del(ends[1].lc->read);
	for (int i = 0; i < 2000; i++)
		loopchan_send_text(ends[0].lc, IPC_VM_CONS_INPUT, &text,
		    sizeof text, line, sizeof line, -1);
	turn();
	assert_int_equal(ends[0].deaths, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(order),
		TEST(last_words),
		TEST(last_words_spoken_to),
		TEST(freed_in_handler),
		TEST(closes_all_in_handler),
		TEST(bad_message_is_told),
		TEST(bad_behind_good_is_told),
		TEST(full_queue_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
