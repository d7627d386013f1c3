/* SPDX-License-Identifier: MIT
 *
 * term_lines.c - line mode between a CP and a user who do anything.
 *
 * A sequence of {kind, length, bytes}.  What is checked: the terminal gets no
 * character that could control it, the cursor is where the view believes it
 * is, what waits is bounded, and no more is asked of CP than it may be.
 */
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "view_line.h"

#define ROWS 6
#define COLS 24

static struct {
	struct view_line view;
	unsigned col, asked;
	uint64_t seq;
} con;

static void
check(bool good)
{
	if (!good)
		abort();
}

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
con_line(void *arg, const char *text, size_t n)
{
	(void)arg;
	(void)text;
	check(n <= LINEEDIT_MAX);
}

static void
con_key(void *arg, enum ipc_term_key key)
{
	(void)arg;
	check(key == KEY_ATTENTION || key == KEY_SYSREQ);
}

static void
con_credit(void *arg, unsigned n)
{
	(void)arg;
	(void)n;
}

static void
con_again(void *arg)
{
	(void)arg;
}

static void
con_timer(void *arg, unsigned id, unsigned ms)
{
	(void)arg;
	(void)ms;
	check(id < VIEW_TIMERS);
}

static void
con_past(void *arg, uint64_t before, unsigned count)
{
	(void)arg;
	(void)before;
	check(count >= 1 && count <= TERM_PAST_MAX);
	con.asked = count;
}

static void
con_screen(void *arg, const char *text, size_t n)
{
	(void)arg;
	(void)text;
	check(n <= IPC_SCREEN_MAX);
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
an_item(uint8_t kind, uint32_t flags, const uint8_t *bytes, size_t n)
{
	struct view_item item = { .kind = (enum ipc_item_kind)(1 + kind % 3),
		.flags = flags, .message = (kind & 8) != 0,
		.seq = ++con.seq, .text = (const char *)bytes, .len = n };

	view_line_ops.item(&con.view, &item);
}

static void
the_past(const uint8_t *bytes, size_t n)
{
	struct ipc_cons_past told = { 1, con.seq + 1 };
	uint64_t seq = con.seq;
	unsigned asked = con.asked;

	if (asked == 0)
		return;
	con.asked = 0;
	for (unsigned i = 0; i < asked && i < n; i++) {
		con.seq = seq > asked ? seq - asked + i : i;
		an_item(bytes[i], ITEM_PAST | (bytes[i] & ITEM_LINE), bytes,
		    n - i);
	}
	con.seq = seq;
	view_line_ops.past(&con.view, &told);
}

static void
a_logo(const uint8_t *bytes, size_t n)
{
	struct ipc_logo *l = calloc(1, sizeof *l + n);

	check(l != NULL);
	l->text_len = (uint32_t)n;
	memcpy(l->text, bytes, n);
	view_line_ops.logo(&con.view, l);
	check(con.view.held.head == NULL && !con.view.paused);
	free(l);
}

static void
a_pf(const uint8_t *bytes, size_t n)
{
	struct ipc_cons_pf *pf = calloc(1, sizeof *pf + n);

	check(pf != NULL);
	pf->text_len = (uint32_t)n;
	pf->key = n > 0 ? bytes[0] % 26 : 0;
	pf->what = n > 1 ? bytes[1] % 9 : 0;
	memcpy(pf->text, bytes, n);
	view_line_ops.pf(&con.view, pf);
	free(pf);
}

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
		if (!con.view.background)
			a_logo(bytes, n);
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

	if (!v->background && !v->edit.suspended)
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
