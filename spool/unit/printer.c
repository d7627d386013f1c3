/* SPDX-License-Identifier: MIT
 *
 * printer.c - a printer or punch that puts files into a folder.
 *
 * Takes one file after another of its classes from vmspool, a copy at a time,
 * and is done with it when it lies in the folder under its name.  The name is
 * the file's alone: what is put out once more after a death lies where it lay.
 * A punched card is a line, its bytes as they are; a printed file is text
 * (listing.h) behind a page that says whose it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "listing.h"
#include "log.h"
#include "name.h"
#include "paper.h"
#include "unit.h"

#define PRINTER_AHEAD 2	  /* blocks asked for at once */
#define PRINTER_RETRY_S 2 /* after no room */
#define PRINTER_COUNTS UINT64_MAX /* the file's pages, to begin behind them */

enum printer_state {
	PRINTER_IDLE,	 /* UR_MORE is awaited, or START */
	PRINTER_OPENS,	 /* UR_OPENED is */
	PRINTER_ACTIVE,
	PRINTER_WAITS,	 /* until there is room in the folder */
	PRINTER_FINISHES,
};

struct printer {
	struct unit *u;
	bool punch;
	enum printer_state state;
	bool told;	 /* the operator knows that it waits */
	bool again;	 /* the file that is asked for is the last one's copy */
	uint32_t tag;
	struct spool_file file;
	uint64_t blocks, asked, got; /* of the file */
	unsigned stale;	 /* answers that are no longer wanted */
	uint64_t from;	 /* page, or card, that BACKSPAC goes back to; 0; or
			    PRINTER_COUNTS */
	uint64_t back;	 /* and from there so many back from the last */
	uint64_t card;	 /* the last one */
	unsigned repeat, repeated;
	struct ipc_ur_finish finish;
	struct event *retry;
	struct paper paper;
	struct listing listing;
};

static struct printer printer;

static const struct sandbox_rule printer_rules[] = {
	SANDBOX(openat, "a file in the folder"),
	SANDBOX(write, "the log"),
	SANDBOX(writev, "the file"),
	SANDBOX(fsync, "the file, the folder"),
	SANDBOX(renameat, "the file's name"),
	SANDBOX(renameat2, "the file's name"),
	SANDBOX(unlinkat, "a file that is not wanted"),
	SANDBOX(recvmsg, "channels"),
	SANDBOX(sendmsg, "channels"),
	SANDBOX(fcntl, "vmspool's new channel is made non-blocking"),
	SANDBOX(close, "files, channels"),
	SANDBOX(epoll_wait, "the event loop"),
	SANDBOX(epoll_pwait, "the event loop"),
	SANDBOX(epoll_ctl, "the event loop: channels come and go"),
	SANDBOX(clock_gettime, "the event loop, the log's time"),
	SANDBOX(gettimeofday, "libevent's clock"),
	SANDBOX(read, "libevent's wake-up"),
	SANDBOX(getpid, "the log's lines"),
	SANDBOX(newfstatat, "the log's time: is the time zone's file new?"),
	SANDBOX(brk, "memory"),
	SANDBOX(mmap, "memory"),
	SANDBOX(munmap, "memory"),
	SANDBOX(mremap, "memory"),
	SANDBOX(madvise, "memory"),
	SANDBOX(getrandom, "malloc's seed"),
	SANDBOX(rt_sigprocmask, "abort and the loop"),
	SANDBOX(rt_sigreturn, "return from a signal"),
	SANDBOX(exit_group, "the end"),
};

static void printer_write(struct printer *p);

/* --- names --- */

static char *
printer_part(char *to, char *end, const char *text, size_t size)
{
	for (size_t i = 0; i < size && text[i] != '\0' && to < end; i++)
		*to++ = (text[i] >= '0' && text[i] <= '9') ||
		    (text[i] >= 'A' && text[i] <= 'Z') ||
		    (text[i] >= 'a' && text[i] <= 'z') ||
		    strchr("$#@_+-", text[i]) != NULL ? text[i] : '_';
	return to;
}

/* USER-0012-NAME.TYPE-31.txt; what comes behind the id is one of several
 * copies. */
static void
printer_file_name(const struct printer *p, char name[PAPER_NAME_MAX])
{
	const struct spool_file *f = &p->file;
	const struct spool_attr *a = &f->attr;
	char *at = name, *end = name + PAPER_NAME_MAX;

	at = printer_part(at, end, f->owner.user.c, VM_NAME_MAX);
	at += snprintf(at, (size_t)(end - at), "-%04u-", f->spoolid);
	if (a->name[0] != '\0') {
		at = printer_part(at, end, a->name, sizeof a->name);
		*at++ = '.';
		at = printer_part(at, end, a->type, sizeof a->type);
		if (at[-1] == '.')
			at--;
		*at++ = '-';
	}
	at += snprintf(at, (size_t)(end - at), "%llu",
	    (unsigned long long)f->id);
	if (a->copies > 1)
		at += snprintf(at, (size_t)(end - at), "-%u", a->copies);
	if (p->repeated > 0)
		at += snprintf(at, (size_t)(end - at), "-R%u", p->repeated);
	snprintf(at, (size_t)(end - at), p->punch ? ".pun" : ".txt");
}

/* --- what the operator is told --- */

static void
printer_say(struct printer *p, const char *what)
{
	static const char *const devices[] = { "?", "RDR", "PUN", "PRT",
		"CON" };
	const struct spool_file *f = &p->file;

	unit_say(p->u, "%-9s %-8s FILE = %04u RECDS = %06llu COPY = %02u %c "
	    "%s", what, name_text(f->owner.user).s, f->spoolid,
	    (unsigned long long)f->records, f->attr.copies + p->repeat,
	    f->attr.class, devices[f->device <= SPOOL_ON_CON ? f->device : 0]);
}

/* --- paper --- */

static void __attribute__((format(printf, 2, 3)))
printer_head_line(struct printer *p, const char *fmt, ...)
{
	char line[256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof line - 1, fmt, ap);
	va_end(ap);
	if (n > (int)sizeof line - 2)
		n = sizeof line - 2;
	while (n > 0 && line[n - 1] == ' ')
		n--;
	line[n++] = '\n';
	paper_put(&p->paper, line, (size_t)n);
}

/* The separator: whose paper it is, for who sorts it. */
static void
printer_head(struct printer *p)
{
	static const char stars[] = "*****************************************"
	    "***********************";
	const struct spool_file *f = &p->file;
	const struct spool_attr *a = &f->attr;
	time_t closed = (time_t)(f->closed_ns / 1000000000);
	char date[32] = "";
	struct tm tm;

	if (localtime_r(&closed, &tm) != NULL)
		strftime(date, sizeof date, "%m/%d/%y %H:%M:%S", &tm);
	printer_head_line(p, "%s", stars);
	printer_head_line(p, "USERID   %-8s  NODE %-8s  DIST %s",
	    name_text(f->owner.user).s, name_text(f->owner.node).s,
	    unit_field(a->dist, sizeof a->dist).s);
	printer_head_line(p, "FILE     %04u  %s %s", f->spoolid,
	    unit_field(a->name, sizeof a->name).s,
	    unit_field(a->type, sizeof a->type).s);
	printer_head_line(p, "ORIGIN   %-8s  FILE %04u",
	    name_text(f->origin.user).s, f->origin_id);
	printer_head_line(p, "CLASS    %c  FORM %s", a->class,
	    unit_field(a->form, sizeof a->form).s);
	printer_head_line(p, "RECORDS  %08llu  CREATED %s",
	    (unsigned long long)f->records, date);
	printer_head_line(p, "%s", stars);
	paper_put(&p->paper, "\f", 1);
}

/* Lines of pages before the one that BACKSPAC goes back to are on paper
 * already; the first line of that one comes on a page of its own. */
static int
printer_line(void *arg, const char *text, size_t len)
{
	struct printer *p = arg;

	if (p->from > p->listing.page)
		return 0;
	if (p->from > 0) {
		p->from = 0;
		paper_put(&p->paper, "\f", 1);
		if (len == 1 && text[0] == '\f')
			return 0;
	}
	paper_put(&p->paper, text, len);
	return 0;
}

static void
printer_card(struct printer *p, const char *card, size_t len)
{
	p->card++;
	if (p->card < p->from)
		return;
	p->from = 0;
	paper_put(&p->paper, card, len);
	paper_put(&p->paper, "\n", 1);
}

/* A block's records; false: it is none. */
static bool
printer_block(struct printer *p, const struct ipc_ur_data *data)
{
	const char *record;
	size_t at = 0, len;
	int got;

	if (!p->punch)
		return listing_block(&p->listing, data->text,
		    data->text_len) == 0;
	while ((got = listing_next(data->text, data->text_len, &at, &record,
	    &len)) > 0)
		printer_card(p, record, len);
	return got == 0;
}

/* --- a file --- */

/* Ask for a file: this one, or (0) the first of its classes. */
static void
printer_take(struct printer *p, uint64_t id)
{
	struct ipc_ur_open open = { .tag = ++p->tag, .id = id,
		.queue = p->punch ? SPOOL_PUN : SPOOL_PRT };

	memcpy(open.classes, p->u->classes, sizeof open.classes);
	p->again = id != 0;
	p->state = PRINTER_OPENS;
	unit_send(p->u, IPC_UR_OPEN, &open, sizeof open);
}

static void
printer_next(struct printer *p)
{
	p->state = PRINTER_IDLE;
	unit_state(p->u, NULL);
	if (p->u->started && p->u->spool)
		printer_take(p, 0);
}

/* A file that was asked for, and is not wanted any more. */
static void
printer_give_back(struct printer *p, uint64_t id)
{
	struct ipc_ur_finish finish = { .how = FINISH_BACK, .id = id };

	unit_send(p->u, IPC_UR_FINISH, &finish, sizeof finish);
}

/* From its first record on. */
static void
printer_rewind(struct printer *p)
{
	p->stale += (unsigned)(p->asked - p->got);
	p->asked = p->got = 0;
	p->card = 0;
	listing_begin(&p->listing, p->listing.kind, printer_line, p);
}

static void
printer_ask(struct printer *p)
{
	while (p->asked < p->blocks && p->asked - p->got < PRINTER_AHEAD) {
		struct ipc_ur_read read = { .id = p->file.id,
			.seq = p->asked++ };

		unit_send(p->u, IPC_UR_READ, &read, sizeof read);
	}
}

/* A copy, from an empty sheet. */
static void
printer_copy(struct printer *p)
{
	paper_drop(&p->paper);
	p->from = 0;
	p->state = PRINTER_ACTIVE;
	printer_rewind(p);
	if (!p->punch)
		printer_head(p);
	printer_write(p);
}

static void
printer_finish(struct printer *p, enum ipc_ur_finished how)
{
	paper_drop(&p->paper);
	event_del(p->retry);
	p->told = false;
	p->stale += (unsigned)(p->asked - p->got);
	p->asked = p->got = 0;
	p->state = PRINTER_FINISHES;
	p->finish = (struct ipc_ur_finish){ .tag = ++p->tag, .how = how,
		.id = p->file.id };
	unit_send(p->u, IPC_UR_FINISH, &p->finish, sizeof p->finish);
}

/* The folder takes nothing more just now. */
static void
printer_wait(struct printer *p)
{
	const struct timeval tv = { .tv_sec = PRINTER_RETRY_S };

	if (!p->told)
		unit_error(p->u, UNIT_INTERVENTION, 'W',
		    "INTERVENTION REQUIRED; %s", strerror(errno));
	p->told = true;
	p->state = PRINTER_WAITS;
	event_add(p->retry, &tv);
}

/* One of the copies that REPEAT asked for. */
static void
printer_repeat(struct printer *p)
{
	p->repeat--;
	p->repeated++;
	printer_say(p, "REPEATED");
	printer_copy(p);
}

/* A whole copy lies in the folder, or must be made once more. */
static void
printer_whole(struct printer *p)
{
	char name[PAPER_NAME_MAX];

	printer_file_name(p, name);
	if (paper_done(&p->paper, name) < 0) {
		paper_drop(&p->paper);
		printer_wait(p);
	} else if (p->repeat > 0) {
		printer_repeat(p);
	} else {
		printer_finish(p, FINISH_DONE);
	}
}

/* The page, or card, that is on paper. */
static uint64_t
printer_at(const struct printer *p)
{
	return p->punch ? p->card : p->listing.page;
}

/* Go on as far as it goes without another block. */
static void
printer_write(struct printer *p)
{
	bool all = p->got == p->blocks;

	if (all && !p->punch)
		listing_end(&p->listing);
	if (all && p->from == PRINTER_COUNTS) {
		p->from = printer_at(p) > p->back ?
		    printer_at(p) - p->back + 1 : 1;
		printer_rewind(p);
		all = false;
	}
	if (paper_write(&p->paper) < 0) {
		printer_wait(p);
		return;
	}
	if (p->told)
		unit_say(p->u, "READY");
	p->told = false;
	p->state = PRINTER_ACTIVE;
	if (all)
		printer_whole(p);
	else
		printer_ask(p);
}

static void
printer_on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct printer *p = arg;

	(void)fd;
	(void)what;
	if (p->state == PRINTER_FINISHES)
		unit_send(p->u, IPC_UR_FINISH, &p->finish, sizeof p->finish);
	else if (p->state == PRINTER_WAITS && p->paper.fd < 0)
		printer_copy(p);
	else if (p->state == PRINTER_WAITS)
		printer_write(p);
}

/* --- vmspool --- */

static void
printer_begin(struct printer *p, const struct ipc_ur_opened *opened)
{
	p->file = opened->file;
	p->blocks = opened->blocks;
	p->asked = p->got = 0;
	p->repeat = p->repeated = 0;
	if (!p->again) /* SPACE is for all copies */
		p->listing.kind = p->file.device == SPOOL_ON_PRT ||
		    p->file.device == SPOOL_ON_CON ? LISTING_PRINTED :
		    LISTING_CARDS;
	unit_state(p->u, &p->file);
	printer_say(p, p->again ? "REPEATED" : "OUTPUT OF");
	printer_copy(p);
}

static void
printer_opened(struct printer *p, const struct ipc_ur_opened *opened)
{
	bool wanted = p->state == PRINTER_OPENS && opened->tag == p->tag;
	bool held = p->again && opened->file.attr.hold != 0;

	if (wanted && opened->rc == 0 && !held) {
		printer_begin(p, opened);
		return;
	}
	if (opened->rc == 0)
		printer_give_back(p, opened->file.id);
	if (wanted && p->again)
		printer_next(p);
	else if (wanted)
		p->state = PRINTER_IDLE; /* UR_MORE says when there may be one */
}

static void
printer_data(struct printer *p, const struct ipc_ur_data *data)
{
	if (p->stale > 0) {
		p->stale--;
		return;
	}
	if ((p->state != PRINTER_ACTIVE && p->state != PRINTER_WAITS) ||
	    data->id != p->file.id)
		return;
	p->got++;
	if (data->rc != 0 || !printer_block(p, data)) {
		unit_error(p->u, UNIT_DAMAGED, 'E', "FILE %04u OF %s "
		    "IS DAMAGED; HELD", p->file.spoolid,
		    name_text(p->file.owner.user).s);
		printer_finish(p, FINISH_HOLD);
		return;
	}
	if (p->state == PRINTER_ACTIVE)
		printer_write(p);
}

static void
printer_finished(struct printer *p, const struct ipc_ur_done *done)
{
	const struct timeval tv = { .tv_sec = PRINTER_RETRY_S };

	if (p->state != PRINTER_FINISHES || done->tag != p->tag)
		return;
	if (done->rc != 0 && done->rc != -ENOENT)
		event_add(p->retry, &tv);
	else if (done->rc == 0 && p->finish.how == FINISH_DONE &&
	    p->file.attr.copies > 1)
		printer_take(p, p->file.id);
	else
		printer_next(p);
}

static void
printer_message(struct unit *u, const struct ipcchan_message *msg)
{
	struct printer *p = &printer;

	(void)u;
	if (msg->type == IPC_UR_OPENED)
		printer_opened(p, msg->payload);
	else if (msg->type == IPC_UR_DATA)
		printer_data(p, msg->payload);
	else if (msg->type == IPC_UR_DONE)
		printer_finished(p, msg->payload);
	else if (msg->type == IPC_UR_MORE && p->state == PRINTER_IDLE)
		printer_next(p);
}

/* When it goes the file at hand is its own again, and is taken anew. */
static void
printer_spool(struct unit *u, bool there)
{
	struct printer *p = &printer;

	(void)u;
	if (!there) {
		paper_drop(&p->paper);
		event_del(p->retry);
		p->told = false;
		p->stale = 0;
		p->asked = p->got = 0;
		p->state = PRINTER_IDLE;
	}
	printer_next(p);
}

/* --- the operator --- */

/* Back by so many pages or cards, in a file that is not yet whole. */
static uint64_t
printer_back_to(const struct printer *p, uint32_t count)
{
	uint64_t at = printer_at(p);

	if (p->from != PRINTER_COUNTS && p->from > at)
		at = p->from; /* not yet there again */
	else if (p->punch)
		at++;
	return count >= at ? 1 : at - count;
}

static int
printer_backspace(struct printer *p, const struct ipc_unit_order *order)
{
	p->back = order->count;
	p->from = order->op == UNIT_BACKSPACE_END ? PRINTER_COUNTS :
	    printer_back_to(p, order->count);
	printer_say(p, "BACKSPACE");
	printer_rewind(p);
	if (p->state == PRINTER_ACTIVE)
		printer_write(p);
	return 0;
}

static int
printer_flush(struct printer *p, const struct ipc_unit_order *order)
{
	printer_say(p, "FLUSHED");
	if (order->hold)
		unit_say(p->u, "FILE HELD");
	if (p->repeat > 0 && !order->hold && order->count == 0)
		printer_repeat(p);
	else
		printer_finish(p, order->hold ? FINISH_HOLD :
		    order->count > 0 ? FINISH_PURGE : FINISH_DONE);
	return 0;
}

static int
printer_active_order(struct printer *p, const struct ipc_unit_order *order)
{
	switch (order->op) {
	case UNIT_FLUSH:
		return printer_flush(p, order);
	case UNIT_BACKSPACE:
	case UNIT_BACKSPACE_END:
		return printer_backspace(p, order);
	case UNIT_REPEAT:
		p->repeat += order->count;
		return 0;
	case UNIT_SPACE:
		if (p->punch)
			return UNIT_NOT_HERE;
		if (p->listing.kind == LISTING_PRINTED)
			p->listing.kind = LISTING_SPACED;
		return 0;
	default:
		return UNIT_NOT_HERE;
	}
}

static int
printer_order(struct unit *u, const struct ipc_unit_order *order)
{
	struct printer *p = &printer;
	bool active = p->state == PRINTER_ACTIVE || p->state == PRINTER_WAITS;

	if (order->op != UNIT_START && order->op != UNIT_DRAIN)
		return active ? printer_active_order(p, order) : UNIT_INACTIVE;
	if (active || p->state == PRINTER_FINISHES ||
	    (p->state == PRINTER_OPENS && p->again))
		unit_state(u, &p->file);
	else
		printer_next(p);
	return 0;
}

static void
printer_user(struct unit *u, const struct ipc_unit_user *user)
{
	(void)u;
	(void)user; /* only a reader asks */
}

static int
printer_open(struct unit *u, int fd)
{
	struct printer *p = &printer;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	p->u = u;
	p->punch = u->config.type == DEVICE_PUNCH;
	p->retry = unit_event(u, -1, 0, printer_on_retry, p);
	paper_init(&p->paper, fd, u->config.raddr);
	return 0;
}

const struct unit_kind printer_kind = {
	.rules = printer_rules,
	.nrules = sizeof printer_rules / sizeof printer_rules[0],
	.open = printer_open,
	.order = printer_order,
	.message = printer_message,
	.spool = printer_spool,
	.user = printer_user,
};
