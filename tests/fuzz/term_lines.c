/* SPDX-License-Identifier: MIT
 *
 * term_lines.c - line mode between a CP and a user who do anything.
 *
 * A sequence of {kind, length, bytes}.  What is checked: the terminal gets no
 * character that could control it, the cursor is where the view believes it
 * is, what waits is bounded, and no more is asked of CP than it may be.
 */
#include "text.h"
#include "view_line.h"

#define ROWS 6
#define COLS 24

static struct {
	struct view_line view;
	unsigned col; /* of the cursor */
} con;

#define CP_OPS view_line_ops
#define CP_VIEW (&con.view)
#include "term_cp.h"

static void
control(uint32_t c)
{
	if (c == '\b')
		check(con.col-- > 0);
	else if (c == '\r')
		con.col = 0;
	else
		check(c == '\n' || c == '\a');
}

static void
con_write(void *arg, const void *bytes, size_t n)
{
	const char *at = bytes, *end = at + n;
	size_t used;

	(void)arg;
	check(!con.view.background);
	for (; at < end; at += used) {
		uint32_t c = text_decode(at, (size_t)(end - at), &used);

		if (c < ' ') {
			control(c);
			continue;
		}
		check(c == text_safe(c));
		con.col += text_width(c);
	}
}

static void
con_key(void *arg, enum ipc_term_key key)
{
	(void)arg;
	check(key == KEY_ATTENTION || key == KEY_SYSREQ);
}

static void
con_past(void *arg, uint64_t before, unsigned count)
{
	(void)arg;
	(void)before;
	check(count >= 1 && count <= TERM_PAST_MAX);
	cp.asked = count;
}

static void
con_screen(void *arg, const char *text, size_t n)
{
	(void)arg;
	check(n <= IPC_SCREEN_MAX && (n == 0 || text != NULL));
}

static void
con_toggle(void *arg)
{
	(void)arg;
}

static const struct view_port port = { .write = con_write, .line = con_line,
	.key = con_key, .credit = con_credit, .again = con_again,
	.timer = con_timer, .past = con_past, .screen = con_screen,
	.toggle = con_toggle };

/* --- what may happen --- */

static void
a_window(uint8_t kind, size_t n)
{
	const struct view_shape shape = { .rows = 4 + kind / 16,
		.cols = 20 + (unsigned)n % 64, .echo = (kind & 0x10) == 0,
		.flags = TERM_FULL_SCREEN };

	view_line_ops.reshape(&con.view, &shape);
}

static void
typed(const uint8_t *bytes, size_t n)
{
	if (!con.view.background)
		view_line_ops.data(&con.view, bytes, n);
}

static void
step(uint8_t kind, const uint8_t *bytes, size_t n)
{
	struct ipc_cons_state state = { .status = kind >> 4, .hidden = n & 1 };
	struct ipc_cons_options options = { .flags = kind >> 4,
		.more = (uint16_t)n, .clear = (uint16_t)n / 2 };

	switch (kind % 16) {
	case 0:
		view_line_ops.timer(&con.view, n % VIEW_TIMERS);
		break;
	case 1:
		view_line_ops.state(&con.view, &state);
		break;
	case 2:
		if (con.view.background)
			break; /* the lines are shown before a logo is */
		a_logo(bytes, n);
		check(con.view.held.head == NULL && !con.view.paused);
		break;
	case 3:
		a_pf(bytes, n);
		break;
	case 4:
		view_line_ops.options(&con.view, &options);
		break;
	case 5:
		if (!con.view.background)
			the_past(bytes, n);
		break;
	case 6:
		a_window(kind, n);
		break;
	case 7:
		view_line_background(&con.view, !con.view.background);
		break;
	case 8:
	case 9:
	case 10:
	case 11:
		typed(bytes, n);
		break;
	default:
		an_item(kind >> 4, (kind >> 4) * 2u & 0x1Fu, bytes, n);
		break;
	}
	if (!con.view.background)
		view_line_ops.ready(&con.view);
}

/* The row has what was written, then what is typed or MORE.... */
static void
look(const struct view_line *v)
{
	unsigned typed_cols = v->more ? 7 : v->edit.prefix + v->edit.shown_cur;

	if (!v->edit.echo)
		con.col = v->edit.origin; /* the client moves it, too */
	else if (!v->background && !v->edit.suspended)
		check(con.col == v->edit.origin + typed_cols);
	check(v->held.bytes < 4 * VIEW_LINE_KEPT_BYTES);
	check(v->edit.cur <= v->edit.len && v->edit.len <= LINEEDIT_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const struct view_shape shape = { .rows = ROWS, .cols = COLS,
		.flags = TERM_FULL_SCREEN, .echo = true };

	memset(&con, 0, sizeof con);
	memset(&cp, 0, sizeof cp);
	view_line_ops.open(&con.view, &port, &shape);
	while (n >= 2) {
		size_t len = bytes[1] < n - 2 ? bytes[1] : n - 2;

		step(bytes[0], bytes + 2, len);
		look(&con.view);
		bytes += 2 + len;
		n -= 2 + len;
	}
	view_line_ops.close(&con.view);
	return 0;
}
