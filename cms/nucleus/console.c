/* SPDX-License-Identifier: MIT
 *
 * console.c - the user's console.  Commands and programs are not known here,
 * but for HX: a line that must be obeyed while a program runs.
 *
 * The 3215 does one thing at a time.  A read that an attention has started is
 * halted when something is to be written: the next attention starts another.
 * While a program has the whole screen, an attention is a key for it when there
 * is one; else, or when it is one more than the program has looked at, it is a
 * user who wants to type a line.
 */
#include "console.h"
#include "cpu.h"
#include "hyper.h"
#include "io.h"
#include "print.h"
#include "str.h"
#include "text.h"

#define CONSOLE_VDEV 0x009
#define CONSOLE_VDEV_ALSO 0x01F
#define CONSOLE_CCWS 32
#define CONSOLE_FOLD (CON_LINE_MAX - 8) /* leaves a UTF-8 character whole */
#define CONSOLE_TAB 8

static struct {
	struct io_device dev;
	int reading;
	int screen; /* it is a program's */
	int key;    /* which has not looked at one that waits for it */
	int programs; /* running, one inside the other */
	int halted;
	int lost; /* typed lines for which there was no room */
	unsigned column;
	struct stack program_stack;
	struct stack typed;

	struct ccw in_ccw __attribute__((aligned(8)));
	char in[CON_LINE_MAX];

	struct ccw ccw[CONSOLE_CCWS] __attribute__((aligned(8)));
	unsigned ccws;
	size_t from, len; /* the unfinished piece is out[from..len) */
	char out[PAGE_SIZE];
} console;

static int
console_find(void)
{
	static const uint32_t usual[] = { CONSOLE_VDEV, CONSOLE_VDEV_ALSO };

	for (unsigned i = 0; i < sizeof usual / sizeof usual[0]; i++)
		if (io_find(usual[i])) {
			io_attach(&console.dev, usual[i]);
			return 0;
		}
	for (uint32_t vdev = 1; vdev <= VDEV_MAX; vdev++) {
		struct io_device *d = &console.dev;

		if (!io_find(vdev))
			continue;
		if (d->vdev == 0)
			io_attach(d, vdev);
		d->vdev = vdev;
		if (io_type(d) == DEVICE_CONSOLE)
			return 0;
	}
	return -1;
}

/* A quarter of the high storage for what is typed ahead, the rest is the
 * program stack's. */
int
console_init(void)
{
	size_t size;
	char *high = storage_high(&size);

	stack_init(&console.typed, high, size / 4);
	stack_init(&console.program_stack, high + size / 4, size - size / 4);
	return console_find();
}

struct stack *
console_stack(void)
{
	return &console.program_stack;
}

void
console_clear_typed(void)
{
	stack_clear(&console.typed);
}

void
console_program(int change)
{
	console.programs += change;
	if (console.programs == 0)
		console.halted = 0;
}

int
console_halted(void)
{
	return console.halted;
}

static int
console_is_hx(const char *line, size_t len)
{
	const char *word;
	size_t n;
	char text[CONSOLE_TAB];

	if (len >= sizeof text)
		return 0;
	memcpy(text, line, len);
	text[len] = '\0';
	n = text_word(text, &word);
	return text_abbrev(word, n, "HX", 2) && text_word(word + n, &word) == 0;
}

/* A read has ended: keep its line, or obey it.  -1: no line was read; a device
 * end alone is that of another device, which has taken the console's place. */
static int
console_take(void)
{
	size_t len = console.in_ccw.count - console.dev.csw.residual;
	int ended = (console.dev.csw.unit & (UNIT_CHANNEL_END | UNIT_CHECK)) ==
	    UNIT_CHANNEL_END;

	console.reading = 0;
	if (!ended || len > sizeof console.in)
		return -1;
	console.column = 0;
	if (console.programs > 0 && console_is_hx(console.in, len))
		console.halted = 1;
	else if (stack_push(&console.typed, console.in, len, STACK_FIFO) == -1)
		console.lost = 1;
	return 0;
}

/* TERMINAL CONMODE has made it a display: nothing can be typed until it is a
 * console again. */
static void
console_wait_back(void)
{
	while (io_type(&console.dev) != DEVICE_CONSOLE)
		vector_wait();
}

static int
console_start_read(void)
{
	console.in_ccw = (struct ccw){
		.cmd = CON_READ,
		.flags = CCW_SLI,
		.count = sizeof console.in,
		.addr = storage_real(console.in),
	};
	console.dev.attention = 0;
	console.screen = console.key = 0;
	if (io_start(&console.dev, &console.in_ccw) == -1)
		return -1;
	console.reading = 1;
	return 0;
}

/* Is the attention for the program that has the screen: a key, or that it is
 * lost? */
static int
console_is_key(void)
{
	struct diag_full full __attribute__((aligned(8))) = {
		.op = DIAG_FULL_READ,
		.command = DSP_READ_MODIFIED,
	};

	if (!console.screen || console.dev.attention > 1)
		return 0;
	if (!console.key)
		console.key = hyper_full(&full) != DIAG_FULL_NO_KEY;
	return console.key;
}

void
console_poll(void)
{
	if (console.reading && console.dev.done)
		console_take();
	if (console.lost) {
		console.lost = 0;
		console_line("DMSCIT057E TERMINAL INPUT BUFFER FULL - "
		    "LINE LOST");
		console_show();
	}
	if (console.dev.attention && !console.reading && !console_is_key())
		console_start_read();
}

void
console_wait(const volatile int *done)
{
	console_poll(); /* what was typed before */
	while (!*done && !console.halted) {
		vector_wait();
		console_poll();
	}
}

/* Nobody typed anything when nothing was transferred. */
static void
console_stop_read(void)
{
	if (!console.reading)
		return;
	if (!console.dev.done) {
		io_halt(&console.dev);
		console.reading = 0;
		if (console.dev.csw.residual == console.in_ccw.count)
			return;
	}
	console_take();
}

int
console_read(char line[CON_LINE_MAX])
{
	size_t len;

	for (;;) {
		if (console.halted)
			return CONSOLE_HALTED;
		if (stack_pull(&console.program_stack, line, CON_LINE_MAX,
		    &len) || stack_pull(&console.typed, line, CON_LINE_MAX,
		    &len))
			return (int)len;
		console_show();
		if (!console.reading && console_start_read() == -1)
			return CONSOLE_GONE;
		io_wait(&console.dev);
		if (console_take() == -1)
			console_wait_back();
	}
}

int
console_waiting(void)
{
	return console.program_stack.lines > 0 || console.typed.lines > 0;
}

static void
console_flush(void)
{
	if (console.ccws == 0)
		return;
	console_stop_read();
	console.screen = console.key = 0;
	console.ccw[console.ccws - 1].flags &= (uint8_t)~CCW_CC;
	if (io_start(&console.dev, console.ccw) == 0)
		io_wait(&console.dev);
	console.ccws = 0;
	console.from = console.len = 0;
}

/* The unfinished piece becomes one write. */
static void
console_piece(uint8_t cmd)
{
	if (console.len == console.from)
		console.out[console.len++] = ' '; /* no count is 0 */
	console.ccw[console.ccws++] = (struct ccw){
		.cmd = cmd,
		.flags = CCW_SLI | CCW_CC,
		.count = (uint16_t)(console.len - console.from),
		.addr = storage_real(console.out + console.from),
	};
	console.from = console.len;
	if (console.ccws == CONSOLE_CCWS ||
	    console.len + CON_LINE_MAX > sizeof console.out)
		console_flush();
}

static int
console_continues(int c)
{
	return (c & 0xC0) == 0x80;
}

static void
console_put(int c)
{
	size_t len = console.len - console.from;

	if (len == CON_LINE_MAX ||
	    (len >= CONSOLE_FOLD && !console_continues(c))) {
		console_piece(CON_WRITE_ACR);
		console.column = 0;
	}
	console.out[console.len++] = (char)c;
	if (!console_continues(c))
		console.column++;
}

void
console_text(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		switch (text[i]) {
		case '\n':
			console_piece(CON_WRITE_ACR);
			console.column = 0;
			break;
		case '\t':
			do
				console_put(' ');
			while (console.column % CONSOLE_TAB != 0);
			break;
		case '\r':
		case '\0':
			break;
		default:
			console_put((unsigned char)text[i]);
			break;
		}
	}
}

void
console_show(void)
{
	if (console.len > console.from)
		console_piece(CON_WRITE);
	console_flush();
}

/* What was typed before is read now, while it still can be told from a key. */
void
console_still(void)
{
	console_show();
	console_poll();
	console_stop_read();
}

void
console_screen(void)
{
	console.screen = 1;
}

int
console_is_screen(void)
{
	return console.screen;
}

int
console_is_typing(void)
{
	return console.reading;
}

int
console_attention(int wait)
{
	while (wait && !console.dev.attention && !console.halted) {
		vector_wait();
		if (console.reading && console.dev.done)
			console_take();
	}
	if (!console.dev.attention)
		return 0;
	console.dev.attention = 0;
	console.key = 0;
	return 1;
}

void
console_type(void)
{
	if (!console.reading && console_start_read() == -1)
		return;
	io_wait(&console.dev);
	console_take();
}

void
console_line(const char *format, ...)
{
	char text[256];
	va_list ap;
	size_t n;

	va_start(ap, format);
	n = print_va(text, sizeof text - 1, format, ap);
	va_end(ap);
	if (console.column > 0)
		console_text("\n", 1);
	text[n++] = '\n';
	console_text(text, n);
}

void
console_panic(const char *text, size_t len)
{
	struct ccw ccw __attribute__((aligned(8))) = {
		.cmd = CON_WRITE_ACR,
		.flags = CCW_SLI,
		.count = (uint16_t)len,
		.addr = storage_real(text),
	};

	if (console.dev.vdev == 0)
		return;
	io_run_polled(&console.dev, &ccw);
}
