/* SPDX-License-Identifier: MIT
 *
 * term_lines.h - a connection for the view of lines, played: what the view
 * asks of it is counted, what it writes is kept.
 */
#ifndef VM370_TESTS_TERM_LINES_H
#define VM370_TESTS_TERM_LINES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "view_line.h"

#define ROWS 5
#define COLS 40

static struct {
	char out[65536];
	size_t len;
	unsigned credit, again, keys, sysreqs, lines, toggles;
	char line[IPC_LINE_MAX + 1];
	unsigned ms[VIEW_TIMERS]; /* 0: not running */
	uint64_t before;
	unsigned count, asked;
	char screen[8192];
	size_t screen_len;
} con;

static struct view_line v;

static void
con_write(void *arg, const void *bytes, size_t n)
{
	(void)arg;
	assert_true(con.len + n < sizeof con.out);
	memcpy(con.out + con.len, bytes, n);
	con.len += n;
}

static void
con_line(void *arg, const char *text, size_t n)
{
	(void)arg;
	memcpy(con.line, text, n);
	con.line[n] = '\0';
	con.lines++;
}

static void
con_key(void *arg, enum ipc_term_key key)
{
	(void)arg;
	if (key == KEY_SYSREQ) {
		con.sysreqs++;
		return;
	}
	assert_int_equal(key, KEY_ATTENTION);
	con.keys++;
}

static void
con_credit(void *arg, unsigned n)
{
	(void)arg;
	con.credit += n;
}

static void
con_again(void *arg)
{
	(void)arg;
	con.again++;
}

static void
con_timer(void *arg, unsigned id, unsigned ms)
{
	(void)arg;
	assert_true(id < VIEW_TIMERS);
	con.ms[id] = ms;
}

static void
con_past(void *arg, uint64_t before, unsigned count)
{
	(void)arg;
	con.before = before;
	con.count = count;
	con.asked++;
}

static void
con_screen(void *arg, const char *text, size_t n)
{
	(void)arg;
	assert_true(n <= sizeof con.screen);
	memcpy(con.screen, text, n);
	con.screen_len = n;
}

static void
con_toggle(void *arg)
{
	(void)arg;
	con.toggles++;
}

static const struct view_port port = { .write = con_write,
	.line = con_line, .key = con_key, .credit = con_credit,
	.again = con_again, .timer = con_timer, .past = con_past,
	.screen = con_screen, .toggle = con_toggle };

/* What was written since the last call; NULs as dots. */
static const char *
written(void)
{
	static char text[sizeof con.out];

	for (size_t i = 0; i < con.len; i++)
		text[i] = con.out[i] != '\0' ? con.out[i] : '.';
	text[con.len] = '\0';
	con.len = 0;
	return text;
}

static void
type(const char *s)
{
	view_line_ops.data(&v, (const uint8_t *)s, strlen(s));
}

static void
state(enum ipc_cons_status status, bool hidden)
{
	const struct ipc_cons_state s = { .status = status,
		.hidden = hidden };

	view_line_ops.state(&v, &s);
}

#endif
