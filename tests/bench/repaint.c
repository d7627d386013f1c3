/* SPDX-License-Identifier: MIT
 *
 * repaint.c - what a change of a screen costs, from what CP or a guest says to
 * the bytes in the client's socket, beside the floor: as many bytes as cells
 * have changed, copied and written into the same socket.
 *
 *   repaint
 *
 * It is vmterm without its loop: telnet, the view of a 3270, and on a
 * character terminal the 3270 made with ncurses.  Each line of output is a
 * terminal, its rows and columns, a change, the cells that it changes at most,
 * and the median of 20 rounds: bytes sent, time stamps of ours, of the floor.
 * Where time is instructions, so are these.
 */
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ds3270.h"
#include "median.h"
#include "soft.h"
#include "telnet.h"
#include "view_3270.h"

#define ROUNDS 21 /* the first one warms up */
#define ROWS_MAX 62
#define COLS_MAX 160
#define CELLS_MAX (ROWS_MAX * COLS_MAX)
#define OUT_MAX (256u << 10)
#define DISPLAY 0x009 /* the guest's */
#define EBCDIC_A 0xC1 /* to I */
#define STATUS 10     /* cells of CP's word for what the machine does */

/* A connection: in turn() its output goes out at once. */
static struct client {
	bool soft_3270;
	unsigned rows, cols;
	struct view_shape shape;
	struct telnet telnet;
	struct view_3270 view;
	struct soft *soft;
	uint8_t out[OUT_MAX];
	size_t n;
	int fd[2];
	uint64_t seq;
	bool odd;	/* round */
} client;

/* --- ports --- */

static void
out(void *arg, const void *bytes, size_t n)
{
	(void)arg;
	if (n > sizeof client.out - client.n)
		errx(1, "too much output");
	memcpy(client.out + client.n, bytes, n);
	client.n += n;
}

static void
to_terminal(void *arg, const void *bytes, size_t n)
{
	(void)arg;
	telnet_write(&client.telnet, bytes, n);
}

static void
to_3270(void *arg, const uint8_t *record, size_t n)
{
	(void)arg;
	if (client.soft != NULL)
		soft_host(client.soft, record, n);
	else
		telnet_record(&client.telnet, record, n);
}

static void
from_3270(void *arg, const uint8_t *record, size_t n)
{
	(void)arg;
	if (client.view.port.record != NULL)
		view_3270_ops.record(&client.view, record, n);
}

static void
nothing(void *arg)
{
	(void)arg;
}

static void
no_data(void *arg, const uint8_t *bytes, size_t n)
{
	(void)arg;
	(void)bytes;
	(void)n;
}

static void
no_line(void *arg, const char *text, size_t n)
{
	(void)arg;
	(void)text;
	(void)n;
}

static void
no_key(void *arg, enum ipc_term_key key)
{
	(void)arg;
	(void)key;
}

static void
no_credit(void *arg, unsigned n)
{
	(void)arg;
	(void)n;
}

static void
no_timer(void *arg, unsigned id, unsigned ms)
{
	(void)arg;
	(void)id;
	(void)ms;
}

static void
no_clock(void *arg, unsigned ms)
{
	(void)arg;
	(void)ms;
}

static void
no_past(void *arg, uint64_t before, unsigned count)
{
	(void)arg;
	(void)before;
	(void)count;
}

static void
no_full(void *arg, struct ipc_full *full, const void *text, size_t n)
{
	(void)arg;
	(void)full;
	(void)text;
	(void)n;
}

static void
failed(void *arg, const char *why)
{
	(void)arg;
	errx(1, "telnet: %s", why);
}

/* --- a connection --- */

/* It goes to the socket, as at the end of a turn of vmterm's loop. */
static void
turn(void)
{
	view_3270_ops.ready(&client.view);
	if (client.soft != NULL)
		soft_ready(client.soft);
	if (client.n > 0 &&
	    write(client.fd[0], client.out, client.n) != (ssize_t)client.n)
		err(1, "write");
}

/* The client takes what was sent; so many bytes. */
static size_t
taken(void)
{
	static uint8_t bytes[OUT_MAX];
	size_t n = client.n;

	for (size_t done = 0; done < n;) {
		ssize_t got = read(client.fd[1], bytes, n - done);

		if (got <= 0)
			err(1, "read");
		done += (size_t)got;
	}
	client.n = 0;
	return n;
}

static void
negotiate(void)
{
	static const uint8_t is_3270[] = "\xff\xfc\x28\xff\xfb\x18"
	    "\xff\xfa\x18\0IBM-3279-2\xff\xf0\xff\xfb\x19\xff\xfd\x19"
	    "\xff\xfb\0\xff\xfd";
	static const uint8_t is_character[] =
	    "\xff\xfc\x28\xff\xfc\x18\xff\xfc\x1f";
	const struct telnet_port port = { NULL, out, nothing, no_data,
		from_3270, nothing, nothing, nothing, nothing, nothing,
		no_data, failed };

	telnet_open(&client.telnet, &port, false, "LU1");
	if (client.soft_3270)
		telnet_feed(&client.telnet, is_character,
		    sizeof is_character - 1);
	else /* the last option is the string's end */
		telnet_feed(&client.telnet, is_3270, sizeof is_3270);
	if (client.telnet.mode !=
	    (client.soft_3270 ? TELNET_CHARACTER : TELNET_3270))
		errx(1, "telnet: not agreed");
	client.n = 0;
}

static void
open_view(void)
{
	const struct view_port port = { NULL, to_terminal, to_3270, no_line,
		no_key, no_credit, nothing, no_timer, no_past, no_line,
		no_full, nothing, nothing };
	const struct ipc_cons_state running = { .status = CONS_RUNNING };

	view_3270_ops.open(&client.view, &port, &client.shape);
	view_3270_ops.state(&client.view, &running);
}

static void
begin(bool soft_3270, unsigned rows, unsigned cols)
{
	const struct soft_port port = { NULL, to_terminal, from_3270, nothing,
		nothing, nothing, no_clock };

	memset(&client, 0, sizeof client);
	client.soft_3270 = soft_3270;
	client.rows = rows;
	client.cols = cols;
	client.shape = (struct view_shape){ .rows = rows, .cols = cols,
		.flags = TERM_COLOR | TERM_HIGHLIGHT | TERM_FULL_SCREEN };
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, client.fd) < 0)
		err(1, "socketpair");
	negotiate();
	/* A window has one row more, for the state of the 3270. */
	if (soft_3270 && (client.soft = soft_open("xterm-256color", rows + 1,
	    cols, true, &port)) == NULL)
		err(1, "soft_open");
	open_view();
}

static void
end(void)
{
	view_3270_ops.close(&client.view);
	if (client.soft != NULL)
		soft_close(client.soft);
	telnet_close(&client.telnet);
	close(client.fd[0]);
	close(client.fd[1]);
}

/* --- CP's screen --- */

/* Of line n: no line is like another. */
static char
letter(uint64_t n, unsigned at)
{
	uint64_t mixed = (n * 512 + at) * UINT64_C(0x9E3779B97F4A7C15);

	return (char)('A' + (mixed >> 40) % 26);
}

static void
item(unsigned flags)
{
	char text[COLS_MAX];
	struct view_item i = { .kind = ITEM_OUTPUT, .flags = flags | ITEM_LINE,
		.message = (flags & ITEM_HIGH) != 0, .seq = ++client.seq,
		.text = text, .len = client.cols - 1 };

	for (unsigned c = 0; c < i.len; c++)
		text[c] = letter(i.seq, c);
	view_3270_ops.item(&client.view, &i);
}

/* So many rows, as they come after a reconnect. */
static void
replay(unsigned rows)
{
	for (unsigned r = 0; r < rows; r++)
		item(ITEM_REPLAY | (r == 0 ? ITEM_RESET : 0));
	view_3270_ops.ready(&client.view);
	view_3270_ops.timer(&client.view, VIEW_3270_TIMER_REPLAY);
}

static void
page(void)
{
	replay(client.rows - SCREEN_INPUT_ROWS);
}

static void
half(void)
{
	replay(client.rows / 2);
}

static void
line(void)
{
	item(0);
}

static void
message(void)
{
	item(ITEM_HIGH);
}

static void
status(void)
{
	const struct ipc_cons_state state = { .status =
		client.odd ? CONS_VM_READ : CONS_RUNNING };

	view_3270_ops.state(&client.view, &state);
}

/* --- a guest's --- */

static struct {
	struct ipc_full full;
	uint8_t record[2 * CELLS_MAX];
} guest = { .full = { .op = FULL_WRITE, .tag = 1, .vdev = DISPLAY } };

static struct ds_out
guest_begin(enum ds_command command)
{
	struct ds_out o = { .buf = guest.record, .cap = sizeof guest.record,
		.cells = client.rows * client.cols };

	ds3270_begin(&o, command, DS_WCC_RESTORE);
	return o;
}

static void
guest_write(const struct ds_out *o)
{
	guest.full.text_len = (uint32_t)o->len;
	view_3270_ops.full(&client.view, &guest.full);
}

/* A field a row. */
static void
panel(void)
{
	struct ds_out o = guest_begin(DS_ERASE_WRITE_ALTERNATE);

	for (unsigned r = 0; r < client.rows; r++) {
		ds3270_sba(&o, r * client.cols);
		ds3270_sf(&o, DS_PROTECTED);
		client.seq++;
		for (unsigned c = 1; c < client.cols; c++)
			ds3270_byte(&o, EBCDIC_A +
			    (uint8_t)(letter(client.seq, c) - 'A') % 9);
	}
	guest_write(&o);
}

/* CP's screen is asked what was typed on it, and does not say. */
static void
panel_shown(void)
{
	panel();
	view_3270_ops.ready(&client.view);
	view_3270_ops.timer(&client.view, VIEW_3270_TIMER_FULL);
}

static void
cell(void)
{
	struct ds_out o = guest_begin(DS_WRITE);

	ds3270_sba(&o, client.cols + 1);
	ds3270_byte(&o, client.odd ? 0xE7 : 0xE8);
	guest_write(&o);
}

/* --- measuring --- */

static const struct change {
	const char *name;
	void (*before)(void), (*change)(void);
	unsigned rows, cells; /* so many whole rows (0: all of them), or cells */
} changes[] = {
	{ "page", page, page, 0, 0 },
	{ "line", half, line, 1, 0 },
	{ "message", half, message, 1, 0 },
	{ "scroll", page, line, 0, 0 },
	{ "status", page, status, 0, STATUS },
	{ "panel", panel_shown, panel, 0, 0 },
	{ "cell", panel_shown, cell, 0, 1 },
};

static unsigned
cells_of(const struct change *c)
{
	if (c->cells != 0)
		return c->cells;
	return (c->rows != 0 ? c->rows : client.rows) * client.cols;
}

static double
floor_once(unsigned cells)
{
	static uint8_t picture[CELLS_MAX];
	uint64_t from = __builtin_ia32_rdtsc();

	client.n = 0;
	out(NULL, picture, cells);
	if (write(client.fd[0], client.out, client.n) != (ssize_t)client.n)
		err(1, "write");
	return (double)(__builtin_ia32_rdtsc() - from);
}

static double
ours_once(const struct change *c)
{
	uint64_t from = __builtin_ia32_rdtsc();

	c->change();
	turn();
	return (double)(__builtin_ia32_rdtsc() - from);
}

static void
measure(const struct change *c)
{
	double ours[ROUNDS], bare[ROUNDS], bytes[ROUNDS];

	for (unsigned i = 0; i < ROUNDS; i++) {
		c->before();
		turn();
		taken();
		bare[i] = floor_once(cells_of(c));
		taken();
		client.odd = !client.odd;
		ours[i] = ours_once(c);
		bytes[i] = (double)taken();
	}
	printf("%s %u %u %s %u %.0f %.0f %.0f\n",
	    client.soft_3270 ? "xterm" : "3270", client.rows, client.cols,
	    c->name, cells_of(c), median(bytes + 1, ROUNDS - 1),
	    median(ours + 1, ROUNDS - 1), median(bare + 1, ROUNDS - 1));
}

int
main(void)
{
	static const unsigned size[][2] = { { 24, 80 },
		{ ROWS_MAX, COLS_MAX } };

	if (soft_prepare() < 0)
		err(1, "soft_prepare");
	for (unsigned t = 0; t < 4; t++)
		for (size_t i = 0; i < sizeof changes / sizeof changes[0];
		     i++) {
			begin(t >= 2, size[t % 2][0], size[t % 2][1]);
			measure(&changes[i]);
			end();
		}
	return 0;
}
