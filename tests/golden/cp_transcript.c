/* SPDX-License-Identifier: MIT
 *
 * cp_transcript.c - run a script against a real vmcp with stand-ins for the
 * other programs, and compare what each terminal and the host read.
 *
 *   cp_transcript VMCP FELLOW HOME SCRIPT.in EXPECTED.out VMSPOOL
 *
 * Script lines (T is a terminal's name, one word):
 *   quick                       first of all: lines are typed without a pause
 *                               of 40 ms, because each answer is waited for
 *   open T line|3270 [credit]   connect; credit is 100000 unless said
 *   local T                     the owner's console by cp.sock
 *   type T text                 a typed line
 *   fill T n text               the same line n times
 *   key T attention|leave|sysreq
 *   all                         print what CP says of options and PF keys, too
 *   view T line|3270 ROWS COLS [FLAGS]
 *                               it is shown another way (flags: TERM_*, hex)
 *   past T BEFORE COUNT         page back
 *   record T text               a key of a guest's screen
 *   flood T n                   so many of them, with all that fits
 *   answer T RC [text]          to the guest's last request
 *   lost T                      the guest's screen is gone
 *   screen T text               what a COPY key prints; "|" between lines
 *   credit T n
 *   expect T text               wait for an item that contains text
 *   state T status              wait for CP_READ VM_READ RUNNING LOGGED_OFF
 *   hidden T, shown T           wait for a state that hides typing, or not
 *   logo T                      wait for the logo
 *   closed T                    wait for the connection's end
 *   drop T                      close it
 *   silent T                    connect and say nothing
 *   bad T how                   a message that breaks the rules: early (before
 *                               TERM_OPEN), kind, twice, type, length, credit,
 *                               view, nopast, allpast, tag, op, rc
 *   host COMMAND                a host command; its output and return code
 *   disk T owner vdev R|W       connect as vm370 disk and link; `drop T` ends
 *   hold T 1|0                  let it hold the minidisk's writers, or go on
 *   deck n ORIGIN DEVICE CLASS RECORDS OWNER QUEUE [NAME [TYPE]]
 *                               so many spool files (cp_deck.h)
 *   take OWNER SPOOLID          somebody reads this one, until `back`
 *   signal NAME                 to vmspool: STOP, CONT
 *   killspool                   it is killed, and the next one is there
 *   nospool                     it is killed, and none can be started
 *   respool                     it can again
 *   killunits                   every real device's vmunit is killed
 *   restart                     the system is shut down and started
 *   file NAME text              append a line to a file in the home
 *   note text                   printed
 * Times and dates come out as hh:mm:ss and mm/dd/yy.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cp_deck.h"
#include "ipcchan.h"

#define WAIT_SECONDS 60
#define TERMINALS_MAX 16

struct terminal {
	char name[16];
	int fd;
	bool framed; /* over the stand-in's TCP */
	bool closed;
	uint32_t status, hidden;
	struct ipc_full asked; /* the guest's last request */
	unsigned logos, logos_seen;
	char *log;
	size_t log_len, scanned; /* what `expect` has passed */
};

struct run {
	char dir[64], home[96], program[96];
	const char *script;
	unsigned line;
	uint16_t port;
	pid_t vmcp;
	struct cp_deck deck;
	bool decks; /* it is open */
	bool quick; /* no pauses between lines */
	bool all;   /* options and PF keys are printed */
	struct terminal term[TERMINALS_MAX];
	unsigned nterms;
	struct terminal host;
};

static struct run the_run;

static void
quit(const char *fmt, ...)
{
	struct run *r = &the_run;
	va_list ap;

	fprintf(stderr, "%s:%u: ", r->script, r->line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	for (unsigned i = 0; i < r->nterms; i++)
		fprintf(stderr, "--- %s\n%s", r->term[i].name,
		    r->term[i].log != NULL ? r->term[i].log : "");
	if (r->vmcp > 0)
		kill(r->vmcp, SIGTERM);
	exit(1);
}

/* --- logs --- */

static bool
pattern(const char *s, const char *shape)
{
	for (; *shape != '\0'; s++, shape++)
		if (*shape == '9' ? !isdigit((unsigned char)*s) : *s != *shape)
			return false;
	return true;
}

/* What differs from run to run is replaced. */
static void
normalise(char *s)
{
	static const char *const days[] = { "SUNDAY", "MONDAY", "TUESDAY",
		"WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY" };

	for (; *s != '\0'; s++) {
		if (pattern(s, "99:99:99"))
			memcpy(s, "hh:mm:ss", 8);
		else if (pattern(s, "999:99.99"))
			memcpy(s, "mmm:ss.hh", 9);
		else if (pattern(s, "99/99/99"))
			memcpy(s, "mm/dd/yy", 8);
		else if (pattern(s, "99/99 99:99:99"))
			memcpy(s, "mm/dd", 5);
		for (int d = 0; d < 7; d++)
			if (strncmp(s, days[d], strlen(days[d])) == 0) {
				size_t n = strlen(days[d]);

				memmove(s + 3, s + n, strlen(s + n) + 1);
				memcpy(s, "DAY", 3);
			}
	}
}

static void
record(struct terminal *t, const char *kind, const char *text, size_t n)
{
	char line[IPC_TEXT_MAX + 32];
	int len;

	len = snprintf(line, sizeof line, "%s%.*s", kind, (int)n, text);
	normalise(line);
	len = (int)strlen(line);
	t->log = realloc(t->log, t->log_len + (size_t)len + 2);
	if (t->log == NULL)
		abort();
	memcpy(t->log + t->log_len, line, (size_t)len);
	t->log_len += (size_t)len;
	t->log[t->log_len++] = '\n';
	t->log[t->log_len] = '\0';
}

/* --- messages --- */

static void
item(struct terminal *t, const struct ipc_item *it)
{
	static const char *const kinds[] = { "?", "  ", "? ", "> " };
	char kind[8];

	snprintf(kind, sizeof kind, "%s%s%s%s",
	    it->flags & ITEM_RESET ? "^" : "", it->flags & ITEM_REPLAY ? "~" :
	    "", it->flags & ITEM_PAST ? "-" : "", kinds[it->kind & 3]);
	record(t, kind, it->text, it->text_len);
}

/* The next message of a packet, whose header is at *packet; NULL: no more. */
static const char *
next_message(const char *packet, const char *end, struct ipc_header *header)
{
	size_t len;

	if (packet >= end)
		return NULL;
	if ((size_t)(end - packet) < sizeof *header)
		quit("a short packet");
	memcpy(header, packet, sizeof *header);
	len = sizeof *header + header->length;
	if (len > (size_t)(end - packet))
		quit("a message longer than its packet");
	return packet + ((len + 7) & ~(size_t)7);
}

static void
full(struct terminal *t, const struct ipc_full *f)
{
	static const char *const ops[] = { "?", "WRITE", "READ", "END" };
	char line[32];

	snprintf(line, sizeof line, "FULL %s %03X ", ops[f->op & 3], f->vdev);
	record(t, line, f->text, f->text_len);
	if (f->tag != 0)
		t->asked = *f;
}

static void
past(struct terminal *t, const struct ipc_cons_past *p)
{
	char line[64];

	snprintf(line, sizeof line, "PAST %llu TO %llu",
	    (unsigned long long)p->first, (unsigned long long)p->next);
	record(t, line, "", 0);
}

static void
options(struct terminal *t, const struct ipc_cons_options *o)
{
	char line[64];

	snprintf(line, sizeof line, "OPTIONS MORE %u %u%s%s", o->more,
	    o->clear, o->flags & OPTION_HOLD ? " HOLD" : "",
	    o->flags & OPTION_PAGING ? " PAGING" : "");
	if (the_run.all)
		record(t, line, "", 0);
}

static void
pf_key(struct terminal *t, const struct ipc_cons_pf *pf)
{
	static const char *const what[] = { "UNDEFINED", "IMMED", "DELAYED",
		"RETRIEVE", "COPY", "BACKWARD", "FORWARD", "HELP" };
	char line[32];

	snprintf(line, sizeof line, "KEY PF%02u %s ", pf->key,
	    what[pf->what & 7]);
	if (the_run.all)
		record(t, line, pf->text, pf->text_len);
}

static void
message(struct terminal *t, unsigned type, const void *payload)
{
	const struct ipc_done *done = payload;
	char line[512];

	switch (type) {
	case IPC_CONS_LOGO:
		t->logos++;
		record(t, "LOGO", "", 0);
		break;
	case IPC_CONS_ITEM:
		item(t, payload);
		break;
	case IPC_CONS_STATE:
		t->status = ((const struct ipc_cons_state *)payload)->status;
		t->hidden = ((const struct ipc_cons_state *)payload)->hidden;
		break;
	case IPC_CONS_FULL:
		full(t, payload);
		break;
	case IPC_CONS_PAST:
		past(t, payload);
		break;
	case IPC_CONS_OPTIONS:
		options(t, payload);
		break;
	case IPC_CONS_PF:
		pf_key(t, payload);
		break;
	case IPC_CONS_CLOSE:
		record(t, "CLOSE ", ((const struct ipc_text *)payload)->text,
		    ((const struct ipc_text *)payload)->text_len);
		t->closed = true; /* as vmterm does */
		close(t->fd);
		break;
	case IPC_HOST_LINKED:
		snprintf(line, sizeof line, "LINKED %llu BLK", (unsigned long
		    long)((const struct ipc_host_linked *)payload)->blocks);
		record(t, line, "", 0);
		break;
	case IPC_HOST_DONE:
		snprintf(line, sizeof line, "rc %d %.*s", done->rc,
		    (int)done->text_len, done->text);
		record(t, line, "", 0);
		break;
	default:
		quit("%s: message %u", t->name, type);
	}
}

static void
messages(struct terminal *t, const char *packet, size_t n)
{
	const char *end = packet + n, *next;
	struct ipc_header header;

	for (; (next = next_message(packet, end, &header)) != NULL;
	     packet = next)
		message(t, header.type, packet + sizeof header);
}

static bool
read_all(int fd, void *buf, size_t n)
{
	for (size_t got = 0; got < n;) {
		ssize_t r = read(fd, (char *)buf + got, n - got);

		if (r <= 0)
			return false;
		got += (size_t)r;
	}
	return true;
}

/* A message is two writes, of which the second otherwise waits until the first
 * is acknowledged, 40 ms. */
static void
quicken(struct terminal *t, int option)
{
	if (the_run.quick)
		setsockopt(t->fd, IPPROTO_TCP, option, &(int){ 1 },
		    sizeof(int));
}

static bool
receive(struct terminal *t, char *packet, size_t size, size_t *n)
{
	uint32_t len;
	ssize_t r;

	if (!t->framed) {
		r = read(t->fd, packet, size);
		*n = (size_t)r;
		return r > 0;
	}
	quicken(t, TCP_QUICKACK);
	if (!read_all(t->fd, &len, sizeof len) || len > size)
		return false;
	*n = len;
	return read_all(t->fd, packet, len);
}

/* Let every terminal read for a while; false when nothing came. */
static bool
turn(struct run *r, int ms)
{
	static _Alignas(16) char packet[IPC_PACKET_MAX];
	struct pollfd pfd[TERMINALS_MAX];
	struct terminal *who[TERMINALS_MAX];
	nfds_t n = 0;
	size_t len;

	for (unsigned i = 0; i < r->nterms; i++)
		if (!r->term[i].closed) {
			who[n] = &r->term[i];
			pfd[n++] = (struct pollfd){ .fd = r->term[i].fd,
				.events = POLLIN };
		}
	if (poll(pfd, n, ms) <= 0)
		return false;
	for (nfds_t i = 0; i < n; i++) {
		if (pfd[i].revents == 0)
			continue;
		if (receive(who[i], packet, sizeof packet, &len)) {
			messages(who[i], packet, len);
		} else if (!who[i]->closed) {
			who[i]->closed = true;
			close(who[i]->fd);
		}
	}
	return true;
}

static void
send_packet(struct terminal *t, enum ipc_type type, const void *fixed,
    size_t fixed_len, const char *text, size_t n)
{
	_Alignas(16) char packet[IPC_PACKET_MAX];
	struct ipc_header header = { .version = IPC_VERSION,
		.type = (uint16_t)type, .length = (uint32_t)(fixed_len + n) };
	uint32_t len = (uint32_t)(sizeof header + fixed_len + n);

	memcpy(packet, &header, sizeof header);
	memcpy(packet + sizeof header, fixed, fixed_len);
	if (n > 0)
		memcpy(packet + sizeof header + fixed_len, text, n);
	if (t->framed && write(t->fd, &len, sizeof len) < 0)
		quit("%s: %s", t->name, strerror(errno));
	if (write(t->fd, packet, len) < 0)
		quit("%s: %s", t->name, strerror(errno));
}

/* --- terminals --- */

static struct terminal *
terminal(struct run *r, const char *name)
{
	for (unsigned i = 0; i < r->nterms; i++)
		if (strcmp(r->term[i].name, name) == 0)
			return &r->term[i];
	quit("no terminal %s", name);
	return NULL;
}

static struct terminal *
terminal_new(struct run *r, const char *name)
{
	struct terminal *t = &r->term[r->nterms++];

	if (r->nterms == TERMINALS_MAX)
		quit("too many terminals");
	snprintf(t->name, sizeof t->name, "%s", name);
	return t;
}

static void
credit(struct terminal *t, uint32_t n)
{
	struct ipc_value v = { .value = n };

	if (n > 0)
		send_packet(t, IPC_TERM_CREDIT, &v, sizeof v, NULL, 0);
}

static void
say_hello(struct terminal *t, uint32_t kind, uint32_t n)
{
	struct ipc_term_open open = { .view = { .kind = kind, .rows = 24,
		.cols = 80 }, .peer = "127.0.0.1", .type = "TEST" };

	if (kind == TERM_3270)
		open.view.flags = TERM_COLOR | TERM_HIGHLIGHT |
		    TERM_FULL_SCREEN;
	send_packet(t, IPC_TERM_OPEN, &open, sizeof open, NULL, 0);
	credit(t, n);
}

static void
cmd_open(struct run *r, const char *name, const char *args)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(r->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct terminal *t = terminal_new(r, name);
	const char *n = strchr(args, ' ');

	t->framed = true;
	t->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(t->fd, (struct sockaddr *)&in, sizeof in) < 0)
		quit("connect: %s", strerror(errno));
	quicken(t, TCP_NODELAY);
	if (*args == '\0')
		return;
	say_hello(t, strncmp(args, "3270", 4) == 0 ? TERM_3270 :
	    TERM_LINE_MODE, n != NULL ? (uint32_t)atoi(n) : 100000);
}

static void
send_past(struct terminal *t, uint64_t before, uint32_t count)
{
	struct ipc_term_past ask = { .before = before, .count = count };

	send_packet(t, IPC_TERM_PAST, &ask, sizeof ask, NULL, 0);
}

static void
send_full(struct terminal *t, uint16_t op, uint32_t tag, int32_t rc,
    const char *text)
{
	struct ipc_full f = { .text_len = (uint32_t)strlen(text), .op = op,
		.tag = tag, .rc = rc, .vdev = t->asked.vdev };

	send_packet(t, IPC_TERM_FULL, &f, sizeof f, text, strlen(text));
}

static void
cmd_flood(struct terminal *t, int n)
{
	char text[50000];

	memset(text, 'X', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	while (n-- > 0)
		send_full(t, FULL_RECORD, 0, 0, text);
}

static void
cmd_view(struct terminal *t, const char *args)
{
	struct ipc_term_view view = { 0 };
	char kind[8] = "";
	unsigned rows = 0, cols = 0;

	sscanf(args, "%7s %u %u %x", kind, &rows, &cols, &view.flags);
	view.kind = strcmp(kind, "3270") == 0 ? TERM_3270 : TERM_LINE_MODE;
	view.rows = (uint16_t)rows;
	view.cols = (uint16_t)cols;
	send_packet(t, IPC_TERM_VIEW, &view, sizeof view, NULL, 0);
}

static void
cmd_past(struct terminal *t, const char *args)
{
	char *count;
	unsigned long long before = strtoull(args, &count, 10);

	send_past(t, before, (uint32_t)atoi(count));
}

static void
cmd_answer(struct terminal *t, const char *args)
{
	char *text;
	long rc = strtol(args, &text, 10);

	send_full(t, t->asked.op == FULL_READ ? FULL_RECORD : FULL_DONE,
	    t->asked.tag, (int32_t)rc, *text == ' ' ? text + 1 : text);
}

static void
cmd_screen(struct terminal *t, const char *args)
{
	struct ipc_text head = { .text_len = (uint32_t)strlen(args) };
	char *text = strdup(args);

	for (char *s = text; (s = strchr(s, '|')) != NULL;)
		*s = '\n';
	send_packet(t, IPC_TERM_SCREEN, &head, sizeof head, text,
	    strlen(text));
	free(text);
}

/* The same of the past and of guests' screens; false: it is none of these. */
static bool
bad_screen(struct terminal *t, const char *how)
{
	struct ipc_term_view view = { .kind = 9, .rows = 24, .cols = 80 };

	if (strcmp(how, "view") == 0)
		send_packet(t, IPC_TERM_VIEW, &view, sizeof view, NULL, 0);
	else if (strcmp(how, "nopast") == 0)
		send_past(t, 0, 0);
	else if (strcmp(how, "allpast") == 0)
		send_past(t, 0, TERM_PAST_MAX + 1);
	else if (strcmp(how, "tag") == 0)
		send_full(t, FULL_DONE, 4711, 0, "");
	else if (strcmp(how, "op") == 0)
		send_full(t, FULL_SIZE, 0, 0, "");
	else if (strcmp(how, "rc") == 0)
		send_full(t, FULL_RECORD, 0, 5, "X");
	else
		return false;
	return true;
}

/* Everything a lying vmterm could try. */
static void
cmd_bad(struct terminal *t, const char *how)
{
	struct ipc_term_open open = { .view = { .kind = 77 } };
	struct ipc_value v = { .value = UINT32_MAX };
	struct ipc_text text = { .text_len = 500 };

	memset(open.peer, 'x', sizeof open.peer);
	if (bad_screen(t, how))
		return;
	if (strcmp(how, "kind") == 0)
		send_packet(t, IPC_TERM_OPEN, &open, sizeof open, NULL, 0);
	else if (strcmp(how, "twice") == 0)
		say_hello(t, TERM_LINE_MODE, 0);
	else if (strcmp(how, "type") == 0)
		send_packet(t, IPC_VM_READY, &v, sizeof v, NULL, 0);
	else if (strcmp(how, "length") == 0)
		send_packet(t, IPC_TERM_LINE, &text, sizeof text, "short", 5);
	else if (strcmp(how, "credit") == 0)
		for (int i = 0; i < 3; i++)
			send_packet(t, IPC_TERM_CREDIT, &v, sizeof v, NULL, 0);
	else
		send_packet(t, IPC_TERM_KEY, &v, sizeof v, NULL, 0);
}

static int
control_connect(struct run *r)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	snprintf(sun.sun_path, sizeof sun.sun_path, "%s/run/cp.sock", r->home);
	if (connect(fd, (struct sockaddr *)&sun, sizeof sun) < 0)
		quit("cp.sock: %s", strerror(errno));
	return fd;
}

static void
cmd_local(struct run *r, const char *name)
{
	struct terminal *t = terminal_new(r, name);

	t->fd = control_connect(r);
	say_hello(t, TERM_LINE_MODE, 100000);
}

/* OWNER VDEV R|W, as vm370 disk. */
static void
cmd_disk(struct run *r, const char *name, const char *args)
{
	struct terminal *t = terminal_new(r, name);
	struct ipc_host_link ask = { 0 };
	char owner[VM_NAME_MAX + 1] = "", mode = 'R';

	if (sscanf(args, "%8s %x %c", owner, &ask.vdev, &mode) != 3)
		quit("disk: owner vdev R|W");
	memcpy(ask.owner.c, owner, strlen(owner));
	ask.write = mode == 'W';
	t->fd = control_connect(r);
	send_packet(t, IPC_HOST_LINK, &ask, sizeof ask, NULL, 0);
}

static void
cmd_hold(struct terminal *t, const char *args)
{
	struct ipc_value v = { .value = (uint32_t)atoi(args) };

	send_packet(t, IPC_HOST_HOLD, &v, sizeof v, NULL, 0);
}

static void
cmd_type(struct terminal *t, const char *text)
{
	struct ipc_text line = { .text_len = (uint32_t)strlen(text) };

	send_packet(t, IPC_TERM_LINE, &line, sizeof line, text, strlen(text));
}

static void
cmd_key(struct terminal *t, const char *key)
{
	struct ipc_value v = { .value = strcmp(key, "leave") == 0 ? KEY_LEAVE :
		strcmp(key, "sysreq") == 0 ? KEY_SYSREQ : KEY_ATTENTION };

	send_packet(t, IPC_TERM_KEY, &v, sizeof v, NULL, 0);
}

/* --- waiting --- */

struct wanted {
	struct terminal *t;
	const char *text; /* expect */
	uint32_t status;
};

static bool
seen_text(struct wanted *w)
{
	const char *from, *at;

	if (w->t->log == NULL)
		return false;
	from = w->t->log + w->t->scanned;
	at = strstr(from, w->text);
	if (at == NULL)
		return false;
	w->t->scanned = (size_t)(strchr(at, '\n') - w->t->log);
	return true;
}

static bool
seen_status(struct wanted *w)
{
	return w->t->status == w->status;
}

static bool
seen_hidden(struct wanted *w)
{
	return w->t->hidden != 0;
}

static bool
seen_shown(struct wanted *w)
{
	return w->t->hidden == 0;
}

static bool
seen_closed(struct wanted *w)
{
	return w->t->closed;
}

static bool
seen_logo(struct wanted *w)
{
	if (w->t->logos == w->t->logos_seen)
		return false;
	w->t->logos_seen++;
	return true;
}

static void
wait_for(struct run *r, struct wanted *w, bool (*seen)(struct wanted *w),
    const char *what)
{
	time_t end = time(NULL) + WAIT_SECONDS;

	while (!seen(w)) {
		if (time(NULL) > end || (w->t->closed && seen != seen_closed))
			quit("%s: no %s", w->t->name, what);
		turn(r, 100);
	}
}

static uint32_t
status_of(const char *word)
{
	if (strcmp(word, "CP_READ") == 0)
		return CONS_CP_READ;
	if (strcmp(word, "VM_READ") == 0)
		return CONS_VM_READ;
	return strcmp(word, "RUNNING") == 0 ? CONS_RUNNING : CONS_LOGGED_OFF;
}

/* --- the host --- */

static void
host_answer(struct run *r, unsigned type, const void *payload)
{
	const struct ipc_text *out = payload;
	const struct ipc_done *done = payload;
	char rc[32];

	if (type == IPC_HOST_OUTPUT) {
		record(&r->host, "  ", out->text, out->text_len - 1);
		return;
	}
	snprintf(rc, sizeof rc, "rc %d", done->rc);
	record(&r->host, rc, "", 0);
}

static void
host_command(struct run *r, const char *text)
{
	static _Alignas(16) char packet[IPC_PACKET_MAX];
	struct terminal conn = { .fd = control_connect(r), .name = "host" };
	struct ipc_text line = { .text_len = (uint32_t)strlen(text) };
	struct ipc_header header = { 0 };

	record(&r->host, "> ", text, strlen(text));
	send_packet(&conn, IPC_HOST_COMMAND, &line, sizeof line, text,
	    strlen(text));
	while (header.type != IPC_HOST_DONE) {
		ssize_t n = read(conn.fd, packet, sizeof packet);
		const char *at = packet, *next;

		if (n <= 0)
			quit("host: no answer");
		for (; (next = next_message(at, packet + n, &header)) != NULL;
		     at = next)
			host_answer(r, header.type, at + sizeof header);
	}
	close(conn.fd);
}

static void
append_file(struct run *r, const char *name, const char *text)
{
	char path[160];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", r->home, name);
	f = fopen(path, "a");
	if (f == NULL)
		quit("%s: %s", path, strerror(errno));
	fprintf(f, "%s\n", text);
	fclose(f);
}

/* --- the spool --- */

static void
shell(const char *fmt, ...)
{
	char command[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof command, fmt, ap);
	va_end(ap);
	if (system(command) != 0)
		quit("%s", command);
}

static struct cp_deck *
deck(struct run *r)
{
	/* vmspool may not be there yet */
	for (int i = 0; i < 100 && !r->decks; i++) {
		r->decks = cp_deck_open(&r->deck, control_connect(r)) == 0;
		if (!r->decks)
			turn(r, 100);
	}
	if (!r->decks)
		quit("no channel to vmspool");
	return &r->deck;
}

static void
deck_back(struct run *r)
{
	if (r->decks)
		cp_deck_close(&r->deck);
	r->decks = false;
}

static void
cmd_deck(struct run *r, const char *args)
{
	char *words;
	long n = strtol(args, &words, 10);

	while (n-- > 0)
		if (cp_deck_write(deck(r), words) < 0)
			quit("deck: %s", words);
}

static void
cmd_take(struct run *r, const char *args)
{
	if (cp_deck_take(deck(r), args) < 0)
		quit("take: %s", args);
}

static void
cmd_signal(struct run *r, const char *name)
{
	shell("kill -s %s $(pgrep -x vmspool -P %d)", name, (int)r->vmcp);
}

/* A process is not yet one that answers: the deck's channel is waited for. */
static void
cmd_killspool(struct run *r)
{
	deck_back(r);
	shell("p=$(pgrep -x vmspool -P %d); kill -9 $p; until "
	    "n=$(pgrep -x vmspool -P %d) && [ $n != $p ]; do sleep 0.1; done",
	    (int)r->vmcp, (int)r->vmcp);
	deck(r);
	deck_back(r);
}

/* What was asked before is on its way. */
static void
cmd_nospool(struct run *r)
{
	while (turn(r, 300))
		;
	deck_back(r);
	shell("cd %s/libexec; mv vmspool gone; kill -9 $(pgrep -x vmspool "
	    "-P %d)", r->dir, (int)r->vmcp);
}

static void
cmd_respool(struct run *r)
{
	shell("cd %s/libexec; mv gone vmspool", r->dir);
}

/* Each is gone, and vmcp knows it. */
static void
cmd_killunits(struct run *r)
{
	shell("for p in $(pgrep -x vmunit -P %d); do kill -9 $p; "
	    "while kill -0 $p 2>/dev/null; do sleep 0.1; done; done",
	    (int)r->vmcp);
}

static void start(struct run *r);
static void stop(struct run *r);

/* vmspool answers. */
static void
start_all(struct run *r)
{
	start(r);
	deck(r);
	deck_back(r);
}

/* --- the script --- */

/* What is about no terminal; false: it is. */
static bool
on_system(struct run *r, const char *verb, const char *args)
{
	if (strcmp(verb, "host") == 0)
		host_command(r, args);
	else if (strcmp(verb, "quick") == 0)
		r->quick = true;
	else if (strcmp(verb, "all") == 0)
		r->all = true;
	else if (strcmp(verb, "deck") == 0)
		cmd_deck(r, args);
	else if (strcmp(verb, "take") == 0)
		cmd_take(r, args);
	else if (strcmp(verb, "back") == 0)
		deck_back(r);
	else if (strcmp(verb, "signal") == 0)
		cmd_signal(r, args);
	else if (strcmp(verb, "killspool") == 0)
		cmd_killspool(r);
	else if (strcmp(verb, "nospool") == 0)
		cmd_nospool(r);
	else if (strcmp(verb, "respool") == 0)
		cmd_respool(r);
	else if (strcmp(verb, "killunits") == 0)
		cmd_killunits(r);
	else if (strcmp(verb, "restart") == 0) {
		stop(r);
		start_all(r);
	} else
		return false;
	return true;
}

/* What a terminal with screens says; false: it is not that. */
static bool
on_screen(const char *verb, struct terminal *t, const char *args)
{
	if (strcmp(verb, "view") == 0)
		cmd_view(t, args);
	else if (strcmp(verb, "past") == 0)
		cmd_past(t, args);
	else if (strcmp(verb, "record") == 0)
		send_full(t, FULL_RECORD, 0, 0, args);
	else if (strcmp(verb, "flood") == 0)
		cmd_flood(t, atoi(args));
	else if (strcmp(verb, "answer") == 0)
		cmd_answer(t, args);
	else if (strcmp(verb, "lost") == 0)
		send_full(t, FULL_LOST, 0, 0, "");
	else if (strcmp(verb, "screen") == 0)
		cmd_screen(t, args);
	else
		return false;
	return true;
}

static void
on_terminal(struct run *r, const char *verb, struct terminal *t,
    const char *args)
{
	struct wanted w = { .t = t, .text = args };

	if (on_screen(verb, t, args))
		return;
	if (strcmp(verb, "type") == 0) {
		cmd_type(t, args);
	} else if (strcmp(verb, "fill") == 0) {
		char *text;
		long n = strtol(args, &text, 10);

		while (n-- > 0)
			cmd_type(t, text + 1);
	} else if (strcmp(verb, "hold") == 0) {
		cmd_hold(t, args);
	} else if (strcmp(verb, "key") == 0) {
		cmd_key(t, args);
	} else if (strcmp(verb, "bad") == 0) {
		cmd_bad(t, args);
	} else if (strcmp(verb, "credit") == 0) {
		credit(t, (uint32_t)atoi(args));
	} else if (strcmp(verb, "expect") == 0) {
		wait_for(r, &w, seen_text, args);
	} else if (strcmp(verb, "hidden") == 0) {
		wait_for(r, &w, seen_hidden, "hidden");
	} else if (strcmp(verb, "shown") == 0) {
		wait_for(r, &w, seen_shown, "shown");
	} else if (strcmp(verb, "logo") == 0) {
		wait_for(r, &w, seen_logo, "logo");
	} else if (strcmp(verb, "closed") == 0) {
		wait_for(r, &w, seen_closed, "end");
	} else if (strcmp(verb, "state") == 0) {
		w.status = status_of(args);
		wait_for(r, &w, seen_status, args);
	} else if (strcmp(verb, "drop") == 0) {
		close(t->fd);
		t->closed = true;
	} else {
		quit("what is %s?", verb);
	}
}

static void
script_line(struct run *r, char *line)
{
	char verb[16] = "", name[16] = "";
	const char *args, *rest;
	int at = 0;

	if (sscanf(line, "%15s%n", verb, &at) != 1 || verb[0] == '#')
		return;
	rest = line + at + (line[at] == ' ');
	if (on_system(r, verb, rest))
		return;
	at = 0;
	sscanf(rest, "%15s%n", name, &at);
	args = rest + at + (rest[at] == ' ');
	if (strcmp(verb, "open") == 0 || strcmp(verb, "silent") == 0)
		cmd_open(r, name, args);
	else if (strcmp(verb, "local") == 0)
		cmd_local(r, name);
	else if (strcmp(verb, "disk") == 0)
		cmd_disk(r, name, args);
	else if (strcmp(verb, "file") == 0)
		append_file(r, name, args);
	else
		on_terminal(r, verb, terminal(r, name), args);
}

static void
run_script(struct run *r)
{
	FILE *f = fopen(r->script, "r");
	char line[4096];

	if (f == NULL)
		quit("%s", strerror(errno));
	while (fgets(line, sizeof line, f) != NULL) {
		r->line++;
		line[strcspn(line, "\n")] = '\0';
		script_line(r, line);
	}
	fclose(f);
	while (turn(r, 300))
		;
}

/* --- the system --- */

static uint16_t
free_port(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof in;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(fd, (struct sockaddr *)&in, sizeof in) < 0 ||
	    getsockname(fd, (struct sockaddr *)&in, &len) < 0)
		quit("no port");
	close(fd);
	return ntohs(in.sin_port);
}

/* A home of its own, and our programs beside the vmcp under test. */
static void
build_home(struct run *r, const char *vmcp, const char *fellow,
    const char *home, const char *vmspool)
{
	snprintf(r->dir, sizeof r->dir, "/tmp/cp_transcript.XXXXXX");
	if (mkdtemp(r->dir) == NULL)
		quit("mkdtemp");
	snprintf(r->home, sizeof r->home, "%s/home", r->dir);
	snprintf(r->program, sizeof r->program, "%s/libexec/vmcp", r->dir);
	shell("mkdir -p %s/libexec %s && cd %s && mkdir -p run spool "
	    "volumes/VMSYS volumes/VMUSR1", r->dir, r->home, r->home);
	shell("cp %s %s", vmcp, r->program);
	for (const char *const *name = (const char *const[]){ "vmterm",
		 "vmguest", NULL }; *name != NULL; name++)
		shell("cp %s %s/libexec/%s", fellow, r->dir, *name);
	shell("cp %s $(dirname %s)/vmunit %s/libexec", vmspool, vmspool,
	    r->dir);
	shell("cp %s/user.direct %s/system.config %s", home, home, r->home);
	shell("truncate -s 32768 %s/volumes/VMSYS/MAINT.190", r->home);
}

static void
start(struct run *r)
{
	char port[8], fd_text[8], log_path[128], line[256];
	int notify[2];
	ssize_t n;

	r->port = free_port();
	if (pipe(notify) < 0)
		quit("pipe");
	snprintf(port, sizeof port, "%u", r->port);
	snprintf(fd_text, sizeof fd_text, "%d", notify[1]);
	snprintf(log_path, sizeof log_path, "%s/log", r->dir);
	r->vmcp = fork();
	if (r->vmcp == 0) {
		int log = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);

		dup2(log, 2);
		close(notify[0]);
		execl(r->program, "vmcp", "--home", r->home, "--port", port,
		    "--notify-fd", fd_text, "--kvm", "/dev/null", (char *)NULL);
		_exit(127);
	}
	close(notify[1]);
	n = read(notify[0], line, sizeof line - 1);
	line[n > 0 ? n : 0] = '\0';
	if (strcmp(line, "READY\n") != 0)
		quit("vmcp: %s", line);
}

static void
stop(struct run *r)
{
	int status = 0;

	deck_back(r);
	kill(r->vmcp, SIGTERM);
	for (int i = 0; i < 100; i++) {
		while (turn(r, 50))
			;
		if (waitpid(r->vmcp, &status, WNOHANG) == r->vmcp) {
			if (status != 0)
				quit("vmcp's status %04x, log in %s", status,
				    r->dir);
			return;
		}
	}
	quit("vmcp does not end");
}

static char *
whole_file(const char *path)
{
	char *text = calloc(1, 1 << 20);
	FILE *f = fopen(path, "r");

	if (text == NULL || f == NULL)
		return text;
	if (fread(text, 1, (1 << 20) - 1, f) == 0)
		text[0] = '\0';
	fclose(f);
	return text;
}

static char *
transcript(struct run *r)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (r->host.log != NULL)
		fprintf(f, "--- host\n%s", r->host.log);
	for (unsigned i = 0; i < r->nterms; i++)
		fprintf(f, "--- %s\n%s", r->term[i].name,
		    r->term[i].log != NULL ? r->term[i].log : "");
	fclose(f);
	return text;
}

int
main(int argc, char **argv)
{
	struct run *r = &the_run;
	char *got, *want;
	bool same;

	if (argc != 7) {
		fputs("cp_transcript VMCP FELLOW HOME SCRIPT EXPECTED "
		    "VMSPOOL\n", stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	r->script = argv[4];
	build_home(r, argv[1], argv[2], argv[3], argv[6]);
	start_all(r);
	run_script(r);
	got = transcript(r);
	stop(r);
	want = whole_file(argv[5]);
	same = want != NULL && strcmp(got, want) == 0;
	if (!same) {
		char path[128];
		FILE *f;

		snprintf(path, sizeof path, "%.63s/got", r->dir);
		f = fopen(path, "w");
		fputs(got, f);
		fclose(f);
		shell("diff -u %s %s || true", argv[5], path);
		if (getenv("CP_TRANSCRIPT_ACCEPT") != NULL)
			shell("cp %s %s", path, argv[5]);
	}
	free(got);
	free(want);
	if (same)
		shell("rm -rf %s", r->dir);
	return same ? 0 : 1;
}
