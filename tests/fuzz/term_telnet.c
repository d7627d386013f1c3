/* SPDX-License-Identifier: MIT
 *
 * term_telnet.c - a client's bytes, through filter, libtelnet and both views.
 *
 * The first byte says how the input is cut into reads.  What is checked: no
 * crash, no leak, nothing over the bounds, and nothing written to a character
 * terminal that could control it.
 */
#include <stdlib.h>
#include <string.h>

#include "telnet.h"
#include "tn3270.h"
#include "view_3270.h"
#include "view_line.h"

struct con {
	struct telnet telnet;
	struct tn3270 tn;
	struct view_line line;
	struct view_3270 screen;
	bool open, dead;
};

static void
view_write(void *arg, const void *bytes, size_t n)
{
	struct con *c = arg;
	const uint8_t *p = bytes;

	for (size_t i = 0; c->telnet.mode != TELNET_3270 && i < n; i++)
		if (p[i] < ' ' && strchr("\a\b\r\n", p[i]) == NULL)
			abort();
	telnet_write(&c->telnet, bytes, n);
}

static void
view_record(void *arg, const uint8_t *bytes, size_t n)
{
	view_write(arg, bytes, n);
	telnet_record_end(&((struct con *)arg)->telnet);
}

static void
view_typed(void *arg, const char *text, size_t n)
{
	struct con *c = arg;
	struct view_item item = { .kind = ITEM_INPUT, .text = text, .len = n };

	if (n > IPC_LINE_MAX)
		abort();
	/* Say it back, in every way. */
	for (int i = 0; i < 3; i++) {
		item.kind = (enum ipc_item_kind)(1 + (n + (unsigned)i) % 3);
		if (c->telnet.mode == TELNET_3270)
			view_3270_ops.item(&c->screen, &item);
		else
			view_line_ops.item(&c->line, &item);
	}
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
	(void)id;
	(void)ms;
}

static void
out(void *arg, const void *bytes, size_t n)
{
	(void)arg;
	(void)bytes;
	(void)n;
}

static struct view_shape
con_shape(const struct con *c)
{
	return (struct view_shape){ .rows = c->telnet.rows,
		.cols = c->telnet.cols < 20 ? 20 : c->telnet.cols,
		.echo = c->telnet.echo };
}

static void
agreed(void *arg)
{
	struct con *c = arg;
	const struct view_port port = { .arg = c, .write = view_write,
		.record = view_record, .line = view_typed, .key = view_key,
		.credit = view_credit, .again = view_again,
		.timer = view_timer };
	const struct view_shape shape = con_shape(c);

	if (c->open)
		abort();
	c->open = true;
	if (c->telnet.mode == TELNET_3270)
		view_3270_ops.open(&c->screen, &port, &shape);
	else
		view_line_ops.open(&c->line, &port, &shape);
}

static void
data(void *arg, const uint8_t *bytes, size_t n)
{
	struct con *c = arg;

	if (!c->open)
		abort();
	if (c->telnet.mode != TELNET_3270)
		view_line_ops.data(&c->line, bytes, n);
	else if (!tn3270_data(&c->tn, bytes, n))
		c->dead = true;
}

static void
record_end(void *arg)
{
	struct con *c = arg;
	size_t n = tn3270_end(&c->tn);

	view_3270_ops.record(&c->screen, c->tn.record, n);
	view_3270_ops.ready(&c->screen);
}

static void
attention(void *arg)
{
	struct con *c = arg;

	if (c->telnet.mode == TELNET_3270)
		view_3270_ops.attention(&c->screen);
	else
		view_line_ops.attention(&c->line);
}

static void
there(void *arg)
{
	struct con *c = arg;

	view_line_ops.there(&c->line);
}

static void
size(void *arg)
{
	struct con *c = arg;
	const struct view_shape shape = con_shape(c);

	view_line_ops.reshape(&c->line, &shape);
}

static void
fail_(void *arg, const char *why)
{
	(void)why;
	((struct con *)arg)->dead = true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct con c;
	const struct telnet_port port = { &c, out, agreed, data, record_end,
		attention, there, size, size, fail_ };
	size_t step, timeout;

	if (n < 2)
		return 0;
	step = 1 + bytes[0] % 64;
	timeout = bytes[1];
	memset(&c, 0, sizeof c);
	if (telnet_open(&c.telnet, &port) < 0)
		return 0;
	for (size_t i = 2; i < n && !c.dead; i += step) {
		if (i >= timeout)
			while (telnet_timeout(&c.telnet) != 0)
				;
		telnet_feed(&c.telnet, bytes + i, n - i < step ? n - i : step);
	}
	if (c.open && c.telnet.mode == TELNET_3270)
		view_3270_ops.close(&c.screen);
	else if (c.open)
		view_line_ops.close(&c.line);
	telnet_close(&c.telnet);
	return 0;
}
