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
#include "view_3270.h"
#include "view_line.h"

struct con {
	struct telnet telnet;
	const struct view_ops *ops; /* NULL: nothing is agreed */
	struct view_line line;
	struct view_3270 screen;
	bool dead;
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
	telnet_record(&((struct con *)arg)->telnet, bytes, n);
}

/* The view that is shown. */
static void *
con_view(struct con *c)
{
	return c->ops == &view_3270_ops ? (void *)&c->screen : &c->line;
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
		c->ops->item(con_view(c), &item);
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

static void
view_text(void *arg, const char *text, size_t n)
{
	(void)arg;
	(void)text;
	(void)n;
}

static void
view_past(void *arg, uint64_t before, unsigned count)
{
	(void)arg;
	(void)before;
	(void)count;
}

static void
view_full(void *arg, struct ipc_full *full, const void *text, size_t n)
{
	(void)arg;
	(void)full;
	(void)text;
	(void)n;
}

static struct view_shape
con_shape(const struct con *c)
{
	bool is_3270 = c->telnet.mode == TELNET_3270;
	unsigned rows = c->telnet.rows, cols = c->telnet.cols;

	return (struct view_shape){
		.rows = is_3270 ? c->telnet.display.rows : rows < 4 ? 4 : rows,
		.cols = is_3270 ? c->telnet.display.cols :
		    cols < 20 ? 20 : cols,
		.flags = is_3270 ? TERM_FULL_SCREEN : 0,
		.echo = c->telnet.echo };
}

static void
con_close(struct con *c)
{
	if (c->ops != NULL)
		c->ops->close(con_view(c));
	c->ops = NULL;
}

static void
agreed(void *arg)
{
	struct con *c = arg;
	const struct view_port port = { .arg = c, .write = view_write,
		.record = view_record, .line = view_typed, .key = view_key,
		.credit = view_credit, .again = view_again,
		.timer = view_timer, .past = view_past, .screen = view_text,
		.full = view_full, .toggle = view_again,
		.lines = view_again };
	const struct view_shape shape = con_shape(c);

	con_close(c);
	c->ops = c->telnet.mode == TELNET_3270 ? &view_3270_ops :
	    &view_line_ops;
	c->ops->open(con_view(c), &port, &shape);
}

static void
data(void *arg, const uint8_t *bytes, size_t n)
{
	struct con *c = arg;

	if (c->ops != &view_line_ops)
		abort();
	c->ops->data(&c->line, bytes, n);
}

static void
record(void *arg, const uint8_t *bytes, size_t n)
{
	struct con *c = arg;

	if (c->ops != &view_3270_ops)
		abort();
	c->ops->record(&c->screen, bytes, n);
	c->ops->ready(&c->screen);
}

static void
attention(void *arg)
{
	struct con *c = arg;

	c->ops->attention(con_view(c));
}

static void
sysreq(void *arg)
{
	struct con *c = arg;

	if (c->ops->sysreq != NULL)
		c->ops->sysreq(con_view(c));
}

static void
there(void *arg)
{
	struct con *c = arg;

	if (c->ops->there != NULL)
		c->ops->there(con_view(c));
}

static void
size(void *arg)
{
	struct con *c = arg;
	const struct view_shape shape = con_shape(c);

	if (c->ops->reshape != NULL)
		c->ops->reshape(con_view(c), &shape);
}

/* As far as telnet is concerned; what comes is the beginning of TLS. */
static void
tls(void *arg, const uint8_t *bytes, size_t n)
{
	(void)bytes;
	(void)n;
	((struct con *)arg)->dead = true;
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
	const struct telnet_port port = { &c, out, agreed, data, record,
		attention, sysreq, there, size, size, tls, fail_ };
	size_t step, timeout;

	if (n < 2)
		return 0;
	step = 1 + bytes[0] % 64;
	timeout = bytes[1];
	c = (struct con){ 0 };
	if (telnet_open(&c.telnet, &port, timeout & 1, "LU1") < 0)
		return 0;
	for (size_t i = 2; i < n && !c.dead; i += step) {
		if (i >= timeout)
			while (telnet_timeout(&c.telnet) != 0)
				;
		telnet_feed(&c.telnet, bytes + i, n - i < step ? n - i : step);
	}
	con_close(&c);
	telnet_close(&c.telnet);
	return 0;
}
