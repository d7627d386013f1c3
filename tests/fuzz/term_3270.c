/* SPDX-License-Identifier: MIT
 *
 * term_3270.c - records from a 3270 and items from a guest, in any order.
 *
 * The input is a sequence of {kind, length, bytes}.  What is checked: every
 * write is made of whole orders with addresses on the screen, and leaves the
 * input field and the status where they are.
 */
#include <stdlib.h>
#include <string.h>

#include "view_3270.h"

struct con {
	struct view_3270 view;
};

static void
check(bool good)
{
	if (!good)
		abort();
}

static size_t
order_len(uint8_t order)
{
	switch (order) {
	case 0x11:
		return 3;
	case 0x1D:
		return 2;
	case 0x3C:
		return 4;
	default:
		return 1;
	}
}

static void
view_record(void *arg, const uint8_t *record, size_t len)
{
	(void)arg;
	check(len >= 2 && len <= SCREEN_RECORD_MAX);
	check(record[0] == DS_WRITE || record[0] == DS_ERASE_WRITE);
	for (size_t i = 2; i < len;) {
		uint8_t b = record[i];
		size_t n = order_len(b);

		check(i + n <= len);
		if (b == 0x11 || b == 0x3C)
			check(((record[i + 1] & 0x3Fu) << 6 |
			    (record[i + 2] & 0x3Fu)) < DS_CELLS);
		else
			check(b == 0 || b == 0x13 || b == 0x1D || b >= 0x40);
		i += n;
	}
}

static void
view_typed(void *arg, const char *text, size_t n)
{
	(void)arg;
	(void)text;
	check(n <= IPC_LINE_MAX);
}

static void
view_key(void *arg, enum ipc_term_key key)
{
	(void)arg;
	(void)key;
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
	(void)ms;
	check(id < VIEW_TIMERS);
}

static void
logo(struct con *c, const uint8_t *bytes, size_t n)
{
	struct ipc_logo *l = calloc(1, sizeof *l + n);

	check(l != NULL);
	l->text_len = (uint32_t)n;
	memcpy(l->system.c, "VM370", 5);
	memcpy(l->text, bytes, n);
	view_3270_ops.logo(&c->view, l);
	free(l);
}

static void
step(struct con *c, uint8_t kind, const uint8_t *bytes, size_t n)
{
	struct view_item item = { .kind = (enum ipc_item_kind)(1 + kind % 3),
		.flags = kind >> 4, .message = (kind & 8) != 0,
		.text = (const char *)bytes, .len = n };
	struct ipc_cons_state state = { .status = kind, .hidden = n & 1 };

	switch (kind % 6) {
	case 0:
		view_3270_ops.record(&c->view, bytes, n);
		break;
	case 1:
		view_3270_ops.timer(&c->view, n % VIEW_3270_TIMERS);
		break;
	case 2:
		view_3270_ops.state(&c->view, &state);
		break;
	case 3:
		logo(c, bytes, n);
		break;
	case 4:
		view_3270_ops.farewell(&c->view, (const char *)bytes, n);
		break;
	default:
		view_3270_ops.item(&c->view, &item);
		break;
	}
	view_3270_ops.ready(&c->view);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct con c;
	const struct view_port port = { .arg = &c, .record = view_record,
		.line = view_typed, .key = view_key, .credit = view_credit,
		.again = view_again, .timer = view_timer };
	const struct view_shape shape = { .rows = 24, .cols = 80 };
	int items = 0;

	memset(&c, 0, sizeof c);
	view_3270_ops.open(&c.view, &port, &shape);
	while (n >= 2 && items++ < 200) {
		size_t len = bytes[1];

		if (len > n - 2)
			len = n - 2;
		step(&c, bytes[0], bytes + 2, len);
		bytes += 2 + len;
		n -= 2 + len;
	}
	view_3270_ops.close(&c.view);
	return 0;
}
