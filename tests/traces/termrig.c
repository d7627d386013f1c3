/* SPDX-License-Identifier: MIT
 *
 * termrig - plays vmcp for real vmterms, so that terminals can be tried alone.
 *
 *   termrig VMTERM [vmterm's arguments]
 *
 * Listens on a free port of 127.0.0.1, prints "PORT n", gives each connection
 * a vmterm, and says on standard output what that vmterm sends.  Ends when its
 * standard input ends.  What it answers to is in rig_commands below; it is no
 * CP: it refuses nothing and remembers nobody.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipcchan.h"
#include "log.h"
#include "spawn.h"

#define RIG_SLOW_MS 200
#define RIG_PAST 8192 /* items that are kept for TERM_PAST */
#define RIG_DISPLAY 0x009

struct rig_item {
	struct rig_item *next;
	struct ipc_item fixed;
	size_t len;
	char text[];
};

struct rig {
	struct ipcchan ch;
	int number;
	pid_t vmterm;
	unsigned credit;
	struct rig_item *head, **tail;
	struct rig_item *past[RIG_PAST]; /* what was sent, by its number */
	uint64_t sent;	/* the newest of them */
	struct ipc_term_view view;
	uint32_t full;	/* the last FULL_WRITE's tag; 0: none is shown */
	uint64_t seq;
	unsigned slow;	/* lines still to come, one every RIG_SLOW_MS */
	uint32_t kind;	/* of the view */
	int plain;	/* of a client that begins TLS; or -1 */
	bool flood, password, logged_on, reading;
};

/* --- to the vmterm --- */

static void
rig_say(struct rig *r, const char *fmt, ...)
{
	va_list ap;

	printf("%d ", r->number);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
}

static void
rig_pump(struct rig *r)
{
	struct rig_item *it;

	while ((it = r->head) != NULL && r->credit > 0) {
		r->credit--;
		r->head = it->next;
		if (r->head == NULL)
			r->tail = &r->head;
		ipcchan_send_text(&r->ch, IPC_CONS_ITEM, &it->fixed,
		    sizeof it->fixed, it->text, it->len, -1);
		r->sent = it->fixed.seq;
		free(r->past[r->sent % RIG_PAST]);
		r->past[r->sent % RIG_PAST] = it;
	}
}

static void
rig_item(struct rig *r, uint32_t kind, uint32_t flags, const char *text,
    size_t len)
{
	struct rig_item *it = calloc(1, sizeof *it + len);

	if (it == NULL)
		fatalx("no memory");
	it->fixed = (struct ipc_item){ .kind = kind, .flags = flags,
		.seq = ++r->seq };
	it->len = len;
	memcpy(it->text, text, len);
	*r->tail = it;
	r->tail = &it->next;
	rig_pump(r);
}

static void __attribute__((format(printf, 2, 3)))
rig_line(struct rig *r, const char *fmt, ...)
{
	char text[IPC_LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	rig_item(r, ITEM_OUTPUT, 0, text, strlen(text));
}

static void
rig_state(struct rig *r, uint32_t status, bool hidden)
{
	struct ipc_cons_state state = { .status = status, .hidden = hidden };

	ipcchan_send(&r->ch, IPC_CONS_STATE, &state, sizeof state, -1);
}

static void
rig_logo(struct rig *r)
{
	static const char text[] = "VM/370 Online\n\n"
				   "     THE TERMINAL RIG\n\n"
				   "TYPE LOGON userid\n";
	struct ipc_logo logo = { .system = { "VM370" } };

	r->logged_on = false;
	ipcchan_send_text(&r->ch, IPC_CONS_LOGO, &logo, sizeof logo, text,
	    sizeof text - 1, -1);
	rig_state(r, CONS_LOGGED_OFF, false);
}

/* --- commands --- */

static void
rig_lines(struct rig *r, const char *arg)
{
	int n = atoi(arg);

	for (int i = 1; i <= n; i++)
		rig_line(r, "LINE %d OF %d", i, n);
}

static void
rig_slow(struct rig *r, const char *arg)
{
	r->slow = (unsigned)atoi(arg);
}

static void
rig_long(struct rig *r, const char *arg)
{
	char text[IPC_LINE_MAX];
	int n = atoi(arg);

	for (int i = 0; i < n && i < IPC_LINE_MAX; i++)
		text[i] = (char)(i % 10 == 9 ? '0' + (i + 1) / 10 % 10 : '.');
	rig_item(r, ITEM_OUTPUT, 0, text, (size_t)n);
}

static void
rig_prompt(struct rig *r, const char *arg)
{
	rig_item(r, ITEM_PROMPT, 0, arg, strlen(arg));
	r->reading = true;
	rig_state(r, CONS_VM_READ, false);
}

static void
rig_message(struct rig *r, const char *arg)
{
	rig_item(r, ITEM_OUTPUT, ITEM_HIGH | ITEM_ALARM, arg, strlen(arg));
}

static void
rig_dirty(struct rig *r, const char *arg)
{
	static const char text[] = "bell \a esc \033[2J\033]0;title\007 c1 "
				   "\xC2\x9B" "31m bad \xFF\xC0 tab\tend "
				   "\xC3\xA4 \xE2\x80\xAE rtl";

	(void)arg;
	rig_item(r, ITEM_OUTPUT, 0, text, sizeof text - 1);
}

static void
rig_replay(struct rig *r, const char *arg)
{
	int n = atoi(arg);

	for (int i = 1; i <= n; i++) {
		char text[40];
		int len = snprintf(text, sizeof text, "OLD LINE %d", i);

		rig_item(r, ITEM_OUTPUT, ITEM_REPLAY |
		    (i == 1 ? ITEM_RESET : 0u), text, (size_t)len);
	}
	rig_line(r, "RECONNECTED");
}

static void
rig_logoff(struct rig *r, const char *arg)
{
	(void)arg;
	rig_line(r, "CONNECT= 00:00:02 VIRTCPU= 000:00.10 TOTCPU= 000:00.24");
	rig_line(r, "LOGOFF AT 21:48:27 GMT MONDAY 08/17/26");
	rig_logo(r);
}

static void
rig_cp(struct rig *r, const char *arg)
{
	(void)arg;
	rig_state(r, CONS_CP_READ, false);
}

static void
rig_begin(struct rig *r, const char *arg)
{
	(void)arg;
	rig_state(r, CONS_RUNNING, false);
}

static void
rig_flood(struct rig *r, const char *arg)
{
	(void)arg;
	r->flood = true;
}

static void
rig_more(struct rig *r, const char *arg)
{
	struct ipc_cons_options options = { .flags = OPTION_HOLD };
	unsigned more = 0, clear = 0;

	sscanf(arg, "%u %u", &more, &clear);
	options.more = (uint16_t)more;
	options.clear = (uint16_t)clear;
	ipcchan_send(&r->ch, IPC_CONS_OPTIONS, &options, sizeof options, -1);
}

/* PF key what text, `what` as a number (enum ipc_pf). */
static void
rig_pf(struct rig *r, const char *arg)
{
	struct ipc_cons_pf pf = { 0 };
	unsigned key = 0, what = 0;
	int used = 0;

	sscanf(arg, "%u %u %n", &key, &what, &used);
	pf.key = (uint16_t)key;
	pf.what = (uint16_t)what;
	ipcchan_send_text(&r->ch, IPC_CONS_PF, &pf, sizeof pf, arg + used,
	    strlen(arg + used), -1);
}

static void
rig_full(struct rig *r, enum ipc_full_op op, const uint8_t *bytes, size_t n)
{
	struct ipc_full full = { .op = (uint16_t)op, .vdev = RIG_DISPLAY };

	if (op != FULL_END)
		full.tag = ++r->full;
	else
		r->full = 0;
	ipcchan_send_text(&r->ch, IPC_CONS_FULL, &full, sizeof full, bytes, n,
	    -1);
}

/* A screen with a field in its third row: of 24 by 80 or, with an argument, of
 * the largest size.  ENTER shows it again, PF3 ends it. */
static void
rig_panel(struct rig *r, const char *arg)
{
	static const uint8_t panel[] = {
		0xF5, 0xC3, 0x11, 0x40, 0x40, 0x1D, 0xE8, 0xC1, 0x40, 0xD7,
		0xC1, 0xD5, 0xC5, 0xD3, 0x11, 0x00, 0x00, 0x1D, 0x40, 0x13,
		0x11, 0x00, 0x00, 0x1D, 0x60,
	};
	uint8_t record[sizeof panel];
	unsigned cols = arg[0] != '\0' ? r->view.cols : 80;

	memcpy(record, panel, sizeof panel);
	record[0] = arg[0] != '\0' ? 0x7E : 0xF5;
	/* Addresses of 14 bits. */
	record[15] = (uint8_t)(cols * 2 >> 8);
	record[16] = (uint8_t)(cols * 2);
	record[21] = (uint8_t)((cols * 2 + 40) >> 8);
	record[22] = (uint8_t)(cols * 2 + 40);
	rig_full(r, FULL_WRITE, record, sizeof record);
}

static void
rig_quit(struct rig *r, const char *arg)
{
	struct ipc_text text = { 0 };

	ipcchan_send_text(&r->ch, IPC_CONS_CLOSE, &text, sizeof text, arg,
	    strlen(arg), -1);
}

static void
rig_die(struct rig *r, const char *arg)
{
	(void)arg;
	ipcchan_close(&r->ch);
}

static const struct {
	const char *name;
	void (*run)(struct rig *r, const char *arg);
} rig_commands[] = {
	{ "LINES", rig_lines }, { "SLOW", rig_slow }, { "LONG", rig_long },
	{ "PROMPT", rig_prompt }, { "MSG", rig_message },
	{ "DIRTY", rig_dirty }, { "REPLAY", rig_replay },
	{ "LOGOFF", rig_logoff }, { "CP", rig_cp }, { "BEGIN", rig_begin },
	{ "MORE", rig_more }, { "PF", rig_pf }, { "PANEL", rig_panel },
	{ "FLOOD", rig_flood }, { "QUIT", rig_quit }, { "DIE", rig_die },
};

static void
rig_command(struct rig *r, char *text)
{
	char *arg = strchr(text, ' ');

	if (arg != NULL)
		*arg++ = '\0';
	for (size_t i = 0; i < sizeof rig_commands / sizeof rig_commands[0];
	     i++) {
		if (strcasecmp(rig_commands[i].name, text) == 0) {
			rig_commands[i].run(r, arg != NULL ? arg : "");
			return;
		}
	}
	rig_line(r, "?CP: %s", text);
}

static void
rig_typed(struct rig *r, char *text)
{
	bool logon = strncasecmp(text, "LOGON ", 6) == 0;

	rig_say(r, "LINE %zu %.60s", strlen(text), text);
	rig_item(r, ITEM_INPUT, 0, text, r->password ? 0 : strlen(text));
	if (r->password) {
		r->password = false;
		r->logged_on = true;
		rig_item(r, ITEM_OUTPUT, ITEM_RESET,
		    "LOGON AT 14:02:31 EST FRIDAY 11/20/26", 37);
		rig_state(r, CONS_RUNNING, false);
	} else if (!r->logged_on && logon) {
		rig_line(r, "ENTER PASSWORD:");
		r->password = true;
		rig_state(r, CONS_LOGGED_OFF, true);
	} else if (r->reading) {
		r->reading = false;
		rig_line(r, "YOU SAID '%s'", text);
		rig_state(r, CONS_RUNNING, false);
	} else
		rig_command(r, text);
}

/* --- from the vmterm --- */

static void
rig_open(struct rig *r, const struct ipc_term_open *open)
{
	rig_say(r, "OPEN kind=%u flags=%u rows=%u cols=%u peer=%s type=%s "
	    "lu=%s", open->view.kind, open->view.flags, open->view.rows,
	    open->view.cols, open->peer, open->type, open->lu);
	r->kind = open->view.kind;
	r->view = open->view;
	rig_logo(r);
}

static void
rig_key(struct rig *r, uint32_t key)
{
	rig_say(r, "KEY %u", key);
	r->flood = false;
	r->slow = 0;
	rig_state(r, CONS_CP_READ, false);
}

static void
rig_text(struct rig *r, const struct ipc_text *text)
{
	char line[IPC_LINE_MAX + 1];

	memcpy(line, text->text, text->text_len);
	line[text->text_len] = '\0';
	rig_typed(r, line);
}

/* Another kind of view gets a replay, another size of it does not.  At the
 * logo there is nothing to replay. */
static void
rig_view(struct rig *r, const struct ipc_term_view *view)
{
	rig_say(r, "VIEW kind=%u flags=%u rows=%u cols=%u", view->kind,
	    view->flags, view->rows, view->cols);
	r->view = *view;
	if (view->kind == r->kind)
		return;
	r->kind = view->kind;
	if (r->logged_on)
		rig_replay(r, "2");
}

static void
rig_asks_past(struct rig *r, const struct ipc_term_past *ask)
{
	uint64_t first = r->sent < RIG_PAST ? 1 : r->sent - RIG_PAST + 1;
	uint64_t before = ask->before == 0 || ask->before > r->sent ?
	    r->sent + 1 : ask->before;
	uint64_t seq = before > first + ask->count ? before - ask->count :
	    first;
	struct ipc_cons_past past = { first, r->sent + 1 };

	for (; seq < before; seq++) {
		const struct rig_item *it = r->past[seq % RIG_PAST];
		struct ipc_item fixed = it->fixed;

		fixed.flags |= ITEM_PAST;
		ipcchan_send_text(&r->ch, IPC_CONS_ITEM, &fixed, sizeof fixed,
		    it->text, it->len, -1);
	}
	ipcchan_send(&r->ch, IPC_CONS_PAST, &past, sizeof past, -1);
}

static void
rig_fulled(struct rig *r, const struct ipc_full *full)
{
	uint8_t aid = full->text_len > 0 ? (uint8_t)full->text[0] : 0;

	rig_say(r, "FULL op=%u rc=%d len=%u aid=%02X", full->op, full->rc,
	    full->text_len, aid);
	if (full->op != FULL_RECORD || full->tag != 0)
		return;
	if (aid == 0xF3)
		rig_full(r, FULL_END, NULL, 0);
	else
		rig_panel(r, "");
}

/* All that comes from one end goes to the other, until one has ended. */
static void
rig_carry(int from, int to)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(from, buf, sizeof buf)) > 0)
		if (write(to, buf, (size_t)n) != n)
			break;
	shutdown(from, SHUT_RDWR);
	shutdown(to, SHUT_RDWR);
	_exit(0);
}

/* The client's socket, and what the vmterm had read of it. */
static void
rig_tls(struct rig *r, const struct ipc_text *early, int client)
{
	char hex[2 * IPC_EARLY_MAX + 1] = "";

	for (uint32_t i = 0; i < early->text_len; i++)
		sprintf(hex + 2 * i, "%02x", (uint8_t)early->text[i]);
	rig_say(r, "TLS %u %s", early->text_len, hex);
	fcntl(client, F_SETFL, 0);
	fcntl(r->plain, F_SETFL, 0);
	if (fork() == 0)
		rig_carry(client, r->plain);
	if (fork() == 0)
		rig_carry(r->plain, client);
	close(client);
	close(r->plain);
	r->plain = -1;
}

static void
rig_message_in(struct rig *r, const struct ipcchan_message *msg)
{
	const struct ipc_value *value = msg->payload;
	const struct ipc_term_view *view = msg->payload;

	switch (msg->type) {
	case IPC_TERM_OPEN:
		rig_open(r, msg->payload);
		break;
	case IPC_TERM_VIEW:
		rig_view(r, view);
		break;
	case IPC_TERM_LINE:
		rig_text(r, msg->payload);
		break;
	case IPC_TERM_TLS_PLAIN:
		r->plain = msg->fd;
		break;
	case IPC_TERM_TLS_CLIENT:
		rig_tls(r, msg->payload, msg->fd);
		break;
	case IPC_TERM_KEY:
		rig_key(r, value->value);
		break;
	case IPC_TERM_CREDIT:
		r->credit += value->value;
		rig_pump(r);
		break;
	case IPC_TERM_PAST:
		rig_asks_past(r, msg->payload);
		break;
	case IPC_TERM_SCREEN:
		rig_say(r, "SCREEN %u",
		    ((const struct ipc_text *)msg->payload)->text_len);
		break;
	case IPC_TERM_FULL:
		rig_fulled(r, msg->payload);
		break;
	default:
		break;
	}
}

/* Lines that come by themselves. */
static void
rig_tick(struct rig *r)
{
	if (r->slow > 0)
		rig_line(r, "SLOW LINE, %u TO COME", --r->slow);
	while (r->flood && r->credit > 0)
		rig_line(r, "FLOOD %llu ..............................",
		    (unsigned long long)r->seq);
}

static void
rig_serve(struct rig *r)
{
	struct ipcchan_message msg;

	for (;;) {
		struct pollfd p = { .fd = r->ch.fd,
			.events = (short)(POLLIN |
			    (r->ch.head != NULL ? POLLOUT : 0)) };
		int got;

		if (r->ch.fd < 0)
			break;
		if (poll(&p, 1, r->slow > 0 ? RIG_SLOW_MS : -1) < 0)
			break;
		if ((p.revents & POLLOUT) != 0)
			ipcchan_flush(&r->ch);
		while ((got = ipcchan_recv(&r->ch, &msg)) > 0)
			rig_message_in(r, &msg);
		if (got < 0)
			break;
		rig_tick(r);
	}
	rig_say(r, "END");
}

static int
rig_connection(int number, int sock, char *const argv[])
{
	struct rig r = { .number = number };
	int pair[2], fds[2], status = -1;

	r.tail = &r.head;
	if (ipcchan_pair(pair) < 0)
		fatal("socketpair");
	fds[0] = pair[1];
	fds[1] = sock;
	r.vmterm = spawn(argv[0], argv, fds, 2);
	if (r.vmterm < 0)
		fatal("%s", argv[0]);
	close(pair[1]);
	close(sock);
	rig_say(&r, "PID %d", (int)r.vmterm);
	ipcchan_init(&r.ch, pair[0], IPC_CP, IPC_TERM);
	rig_serve(&r);
	ipcchan_close(&r.ch);
	waitpid(r.vmterm, &status, 0);
	if (WIFSIGNALED(status))
		rig_say(&r, "SIGNAL %d", WTERMSIG(status));
	else
		rig_say(&r, "EXIT %d", WEXITSTATUS(status));
	return 0;
}

static int
rig_listen(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) < 0 ||
	    listen(fd, 128) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		fatal("listen");
	printf("PORT %d\n", ntohs(a.sin_port));
	fflush(stdout);
	return fd;
}

int
main(int argc, char **argv)
{
	struct pollfd p[2] = { { .fd = 0, .events = POLLIN },
		{ .events = POLLIN } };
	int number = 0;
	char byte;

	log_init("termrig");
	if (argc < 2)
		fatalx("usage: termrig VMTERM [vmterm's arguments]");
	p[1].fd = rig_listen();
	for (;;) {
		int sock;

		if (poll(p, 2, -1) < 0 && errno != EINTR)
			fatal("poll");
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (p[0].revents != 0 && read(0, &byte, 1) <= 0)
			return 0;
		if ((p[1].revents & POLLIN) == 0)
			continue;
		sock = accept4(p[1].fd, NULL, NULL, SOCK_CLOEXEC);
		if (sock < 0)
			continue;
		number++;
		if (fork() == 0)
			return rig_connection(number, sock, argv + 1);
		close(sock);
	}
}
