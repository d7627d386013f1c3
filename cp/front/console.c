/* SPDX-License-Identifier: MIT
 *
 * console.c - vm370 console: TERM_ and CONS_ messages on the caller's terminal,
 * which does the line editing itself.  No screen, no 3270, no command.
 */
#include "console.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "engine.h"
#include "home.h"
#include "host.h"
#include "ipcchan.h"

#define CONSOLE_CREDIT 64
#define CONSOLE_FAREWELL_MS 300

/* ^C ends the system; said to vm370 inside a lab by this option. */
#define CONSOLE_OWNER "--owner"

struct console {
	struct ipcchan ch;
	bool tty;   /* standard input is a terminal */
	bool owner; /* ^C is CONSOLE_STOP */
	bool hidden; /* the terminal's echo is off */
	bool leaving; /* the input has ended */
	bool over;
	int end; /* enum console_end, when over */
	struct termios saved;
	sigset_t waiting; /* the signals blocked while we wait */
	char line[IPC_LINE_MAX]; /* input that has no end yet */
	size_t len;
	bool cut; /* the line is longer than that */
};

static volatile sig_atomic_t console_interrupt, console_resized,
    console_ended;

static void
console_on_signal(int sig)
{
	if (sig == SIGINT)
		console_interrupt = 1;
	else if (sig == SIGWINCH)
		console_resized = 1;
	else
		console_ended = 1;
}

/* They come while we wait and at no other time: none is looked for too early
 * and then slept over. */
static void
console_signals(struct console *c)
{
	static const int signals[] = { SIGINT, SIGWINCH, SIGTERM, SIGHUP };
	struct sigaction sa = { .sa_handler = console_on_signal };
	sigset_t ours;

	sigemptyset(&ours);
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		sigaddset(&ours, signals[i]);
		sigaction(signals[i], &sa, NULL);
	}
	sigprocmask(SIG_BLOCK, &ours, &c->waiting);
}

static void
console_finish(struct console *c, int end)
{
	if (!c->over)
		c->end = end;
	c->over = true;
}

static void
console_echo(struct console *c, bool hidden)
{
	struct termios t = c->saved;

	if (!c->tty || hidden == c->hidden)
		return;
	if (hidden)
		t.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &t);
	c->hidden = hidden;
}

/* --- to vmcp --- */

static void
console_send(struct console *c, enum ipc_type type, const void *payload,
    size_t len)
{
	if (ipcchan_send(&c->ch, type, payload, len, -1) < 0)
		console_finish(c, CONSOLE_LOST);
}

static void
console_value(struct console *c, enum ipc_type type, uint32_t value)
{
	struct ipc_value v = { .value = value };

	console_send(c, type, &v, sizeof v);
}

static struct ipc_term_view
console_view(void)
{
	struct ipc_term_view view = { .kind = TERM_LINE_MODE, .rows = 24,
		.cols = 80 };
	struct winsize ws;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_row > 0 &&
	    ws.ws_col > 0) {
		view.rows = ws.ws_row;
		view.cols = ws.ws_col;
	}
	return view;
}

static void
console_open(struct console *c)
{
	struct ipc_term_open open = { .view = console_view(),
		.peer = "local", .type = "vm370 console" };

	console_send(c, IPC_TERM_OPEN, &open, sizeof open);
	console_value(c, IPC_TERM_CREDIT, CONSOLE_CREDIT);
}

static void
console_line(struct console *c)
{
	struct ipc_text text = { 0 };

	if (c->cut)
		fputs("(the line was cut)\n", stdout);
	if (ipcchan_send_text(&c->ch, IPC_TERM_LINE, &text, sizeof text,
	    c->line, c->len, -1) < 0)
		console_finish(c, CONSOLE_LOST);
	if (c->hidden)
		putchar('\n');
	explicit_bzero(c->line, c->len); /* it may be a password */
	c->len = 0;
	c->cut = false;
}

/* --- from vmcp --- */

/* Text for this terminal: a guest's bytes must not command it. */
static void
console_text(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\n' || c == '\t' || (c >= ' ' && c != 0x7F))
			putchar(c);
		else
			putchar('?');
	}
}

/* The text behind a payload's fixed part. */
static void
console_tail(const struct ipcchan_message *msg, size_t fixed)
{
	console_text((const char *)msg->payload + fixed, msg->len - fixed);
}

static void
console_item(struct console *c, const struct ipcchan_message *msg)
{
	struct ipc_item item;

	memcpy(&item, msg->payload, sizeof item);
	if (!c->leaving) /* then nobody may be there to take it */
		console_value(c, IPC_TERM_CREDIT, 1);
	/* What was typed here is on the terminal already. */
	if (item.kind == ITEM_INPUT && (item.flags & ITEM_REPLAY) == 0)
		return;
	if ((item.flags & ITEM_ALARM) != 0 && c->tty)
		putchar('\a');
	console_tail(msg, sizeof item);
	if (item.kind != ITEM_PROMPT)
		putchar('\n');
}

static void
console_message(struct console *c, const struct ipcchan_message *msg)
{
	struct ipc_cons_state state;

	switch (msg->type) {
	case IPC_CONS_LOGO:
		console_tail(msg, sizeof(struct ipc_logo));
		break;
	case IPC_CONS_ITEM:
		console_item(c, msg);
		break;
	case IPC_CONS_STATE:
		memcpy(&state, msg->payload, sizeof state);
		console_echo(c, state.hidden != 0);
		break;
	case IPC_CONS_CLOSE:
		console_tail(msg, sizeof(struct ipc_text));
		putchar('\n');
		console_finish(c, CONSOLE_LOST);
		break;
	default:
		break; /* a screen has a use for the others */
	}
}

static void
console_receive(struct console *c)
{
	struct ipcchan_message msg;
	int got;

	while (!c->over && (got = ipcchan_recv(&c->ch, &msg)) != 0) {
		if (got < 0)
			console_finish(c, CONSOLE_LOST);
		else
			console_message(c, &msg);
	}
	fflush(stdout);
}

/* --- the user's side --- */

/* The input has ended: what vmcp still had to say, for a moment. */
static void
console_farewell(struct console *c)
{
	struct pollfd pfd = { .fd = c->ch.fd, .events = POLLIN };

	c->leaving = true;
	while (!c->over && poll(&pfd, 1, CONSOLE_FAREWELL_MS) > 0)
		console_receive(c);
	c->end = CONSOLE_LEFT;
	c->over = true;
}

static void
console_input(struct console *c, bool hung_up)
{
	char buf[1024];
	ssize_t n = read(STDIN_FILENO, buf, sizeof buf);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		if (n == 0 && c->owner && c->tty && !hung_up) {
			puts("^C stops the system");
			return;
		}
		console_value(c, IPC_TERM_KEY, KEY_LEAVE);
		console_farewell(c);
		return;
	}
	for (ssize_t i = 0; i < n && !c->over; i++) {
		if (buf[i] == '\n')
			console_line(c);
		else if (c->len < sizeof c->line)
			c->line[c->len++] = buf[i];
		else
			c->cut = true;
	}
}

static void
console_flags(struct console *c)
{
	struct ipc_term_view view;

	if (console_ended)
		console_finish(c, CONSOLE_LEFT);
	if (console_interrupt && c->owner)
		console_finish(c, CONSOLE_STOP);
	else if (console_interrupt)
		console_value(c, IPC_TERM_KEY, KEY_ATTENTION);
	if (console_resized) {
		view = console_view();
		console_send(c, IPC_TERM_VIEW, &view, sizeof view);
	}
	console_interrupt = console_resized = 0;
}

static void
console_loop(struct console *c)
{
	while (!c->over) {
		struct pollfd pfd[] = {
			{ .fd = STDIN_FILENO, .events = POLLIN },
			{ .fd = c->ch.fd, .events = POLLIN |
			    (c->ch.head != NULL ? POLLOUT : 0) },
		};

		if (ppoll(pfd, 2, NULL, &c->waiting) < 0 && errno != EINTR)
			console_finish(c, CONSOLE_LOST);
		console_flags(c);
		if (!c->over && (pfd[1].revents & POLLOUT) != 0 &&
		    ipcchan_flush(&c->ch) < 0)
			console_finish(c, CONSOLE_LOST);
		if (!c->over && pfd[1].revents != 0)
			console_receive(c);
		if (!c->over && pfd[0].revents != 0)
			console_input(c, (pfd[0].revents & POLLHUP) != 0);
	}
}

static int
console_run(const struct front *front, bool owner)
{
	struct console c = { .owner = owner };
	int fd = host_connect(front, owner);

	if (fd < 0)
		return CONSOLE_NEVER;
	c.tty = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &c.saved) == 0;
	ipcchan_init(&c.ch, fd, IPC_TERM, IPC_CP);
	console_signals(&c);
	console_open(&c);
	console_loop(&c);
	console_echo(&c, false);
	ipcchan_close(&c.ch);
	fflush(stdout);
	return c.end;
}

int
console_start(const struct front *front, bool lab)
{
	char *argv[] = { (char[]){ "console" }, (char[]){ CONSOLE_OWNER } };
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(lab ? engine_exec_inside(front, 2, argv) :
		    console_run(front, true));
	if (pid < 0)
		return CONSOLE_NEVER;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : CONSOLE_LOST;
}

int
console_command(struct front *front, int argc, char *argv[])
{
	bool owner = argc == 2 && strcmp(argv[1], CONSOLE_OWNER) == 0;
	struct home_state state;

	if (argc != 1 && !owner)
		return front_fail("usage: vm370 console");
	if (!front->inside) {
		if (!home_must_run(front, &state))
			return 1;
		if (strcmp(state.engine, "lab") == 0)
			return engine_exec_inside(front, argc, argv);
	}
	return console_run(front, owner);
}
