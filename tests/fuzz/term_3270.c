/* SPDX-License-Identifier: MIT
 *
 * term_3270.c - a 3270 between a CP, a guest and a user who do anything.
 *
 * The first byte chooses the size, then comes a sequence of {kind, length,
 * bytes}.  What is checked: the display, a ps3270, takes every record; the
 * guest gets no more answers than it asked for; and in the end PA1 gives CP's
 * own screen, whatever the guest has written.
 */
#include "view_3270.h"

#define ANSWER_MAX 65536

static struct {
	struct view_3270 view;
	struct ps3270 glass;
	uint8_t answer[ANSWER_MAX];
	size_t len;
	uint32_t tag;
	unsigned asked;
	bool attention;
} con;

#define CP_OPS view_3270_ops
#define CP_VIEW (&con.view)
#include "term_cp.h"

static const unsigned sizes[][2] = {
	{ 24, 80 }, { 32, 80 }, { 27, 132 }, { 62, 160 }
};

static void
con_record(void *arg, const uint8_t *record, size_t n)
{
	size_t got;

	(void)arg;
	check(n > 0);
	check(ps3270_host(&con.glass, record, n, con.answer, ANSWER_MAX,
	    &got) == 0);
	if (got > 0)
		con.len = got;
}

static void
con_key(void *arg, enum ipc_term_key key)
{
	(void)arg;
	con.attention = con.attention || key == KEY_ATTENTION;
}

static void
con_past(void *arg, uint64_t before, unsigned count)
{
	(void)arg;
	(void)before;
	check(count >= 1 && count <= TERM_PAST_MAX);
	check(cp.asked == 0); /* one at a time */
	cp.asked = count;
}

static void
con_screen(void *arg, const char *text, size_t n)
{
	(void)arg;
	check(n <= IPC_SCREEN_MAX && text[n - 1] == '\n');
}

static void
con_full(void *arg, struct ipc_full *full, const void *text, size_t n)
{
	(void)arg;
	(void)text;
	check(n <= IPC_FULL_MAX);
	check(full->tag == 0 || (full->tag == con.tag && con.asked-- > 0));
}

static void
con_lines(void *arg)
{
	(void)arg;
}

static const struct view_port port = { .record = con_record, .line = con_line,
	.key = con_key, .credit = con_credit, .again = con_again,
	.timer = con_timer, .past = con_past, .screen = con_screen,
	.full = con_full, .lines = con_lines };

/* --- what may happen --- */

/* One at a time, as CP sees to. */
static void
a_guest(uint8_t kind, const uint8_t *bytes, size_t n)
{
	struct ipc_full *full = calloc(1, sizeof *full + n);

	check(full != NULL);
	full->op = (kind & 0x40) != 0 ? FULL_READ : FULL_WRITE;
	if (n == 0 || (kind & 0xC0) == 0xC0)
		full->op = FULL_END;
	full->text_len = (uint32_t)n;
	memcpy(full->text, bytes, n);
	if (n > 0 && (kind & 0x20) != 0)
		full->text[0] = (char)(n % 2 != 0 ? DS_ERASE_WRITE :
		    DS_ERASE_WRITE_ALTERNATE);
	if (full->op == FULL_END) {
		full->text_len = 0;
		con.asked = 0;
	} else if (con.asked > 0) {
		free(full);
		return;
	} else {
		full->tag = ++con.tag;
		con.asked = 1;
	}
	view_3270_ops.full(&con.view, full);
	free(full);
}

static void
a_key(const uint8_t *bytes, size_t n)
{
	uint8_t record[ANSWER_MAX];
	size_t len;

	for (size_t i = 1; i < n; i++) {
		if (bytes[i] < PS_KEY_FIELD_MARK)
			ps3270_key(&con.glass, (enum ps_key)bytes[i]);
		else
			ps3270_type(&con.glass, bytes[i]);
	}
	if (n == 0 || !ds3270_aid_known(bytes[0]))
		return;
	len = ps3270_aid(&con.glass, bytes[0], record, sizeof record);
	if (len > 0)
		view_3270_ops.record(&con.view, record, len);
}

static void
an_answer(void)
{
	size_t n = con.len;

	con.len = 0;
	if (n > 0)
		view_3270_ops.record(&con.view, con.answer, n);
}

/* What it had been asked is never answered. */
static void
another_size(const struct view_shape *shape)
{
	ps3270_close(&con.glass);
	check(ps3270_open(&con.glass, shape->rows, shape->cols, true, true) ==
	    0);
	con.len = 0;
	view_3270_ops.reshape(&con.view, shape);
}

static struct view_shape
shape_of(uint8_t byte)
{
	const unsigned *size = sizes[byte % 4];

	return (struct view_shape){ .rows = size[0], .cols = size[1],
		.flags = (byte & 4) != 0 ? TERM_COLOR : 0 };
}

static void
step(uint8_t kind, const uint8_t *bytes, size_t n)
{
	struct ipc_cons_state state = { .status = kind >> 4, .hidden = n & 1 };
	struct ipc_cons_options options = { .flags = kind >> 4,
		.more = (uint16_t)n, .clear = (uint16_t)n / 2 };
	struct view_shape shape = shape_of(kind >> 4);

	switch (kind % 16) {
	case 0:
		view_3270_ops.record(&con.view, bytes, n);
		break;
	case 1:
		view_3270_ops.timer(&con.view, n % VIEW_3270_TIMERS);
		break;
	case 2:
		view_3270_ops.state(&con.view, &state);
		break;
	case 3:
		a_logo(bytes, n);
		break;
	case 4:
		a_pf(bytes, n);
		break;
	case 5:
		view_3270_ops.options(&con.view, &options);
		break;
	case 6:
		the_past(bytes, n);
		break;
	case 7:
	case 8:
		a_key(bytes, n);
		break;
	case 9:
	case 10:
		an_answer();
		break;
	case 11:
	case 12:
		an_item(kind >> 4, (kind >> 4) * 2u & 0x1Fu, bytes, n);
		break;
	case 13:
		if (shape.cols != con.view.shape.cols)
			another_size(&shape);
		break;
	default:
		a_guest(kind, bytes, n);
		break;
	}
	view_3270_ops.ready(&con.view);
}

/* The user wants CP, and gets it: no later than the clocks say. */
static void
cp_read(void)
{
	static const uint8_t pa1 = DS_AID_PA1;
	struct ipc_cons_state state = { .status = CONS_CP_READ };
	const struct view_3270 *v = &con.view;
	struct ps_look look;

	for (unsigned i = 0; i < 3; i++) {
		an_answer();
		view_3270_ops.timer(&con.view, VIEW_3270_TIMER_REPLAY);
		view_3270_ops.timer(&con.view, VIEW_3270_TIMER_FULL);
		view_3270_ops.timer(&con.view, VIEW_3270_TIMER_ANSWER);
		view_3270_ops.timer(&con.view, VIEW_3270_TIMER_NOTICE);
		the_past((const uint8_t *)"", 0);
		if (i == 0) {
			con.attention = false;
			view_3270_ops.record(&con.view, &pa1, 1);
			check(con.attention);
			view_3270_ops.state(&con.view, &state);
		}
		view_3270_ops.ready(&con.view);
	}
	check(con.glass.rows == v->screen.rows);
	look = ps3270_look(&con.glass, v->screen.status_attr + 1);
	check(look.c == 0xC3 || look.c == 0xD4); /* CP READ, MORE... */
	check(ps3270_field(&con.glass, v->screen.status_attr + 1) ==
	    DS_PROTECTED);
	check(!con.glass.locked);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const struct view_shape shape = shape_of(n > 0 ? bytes[0] : 0);
	int items = 0;

	memset(&con, 0, sizeof con);
	memset(&cp, 0, sizeof cp);
	check(ps3270_open(&con.glass, shape.rows, shape.cols, true, true) ==
	    0);
	view_3270_ops.open(&con.view, &port, &shape);
	a_logo((const uint8_t *)"VM/370\n", 7);
	for (; n >= 3 && items++ < 200;) {
		size_t len = bytes[2];

		if (len > n - 3)
			len = n - 3;
		step(bytes[1], bytes + 3, len);
		bytes += 2 + len;
		n -= 2 + len;
	}
	cp_read();
	view_3270_ops.close(&con.view);
	ps3270_close(&con.glass);
	return 0;
}
