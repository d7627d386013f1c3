/* SPDX-License-Identifier: MIT
 *
 * cp_fellow.c - stands in for vmterm and vmguest beside a vmcp under test; by
 * the name it is started as.
 *
 * As vmterm it relays messages to the TCP socket, each after its length, so
 * that the driver is the terminal.  As vmguest it plays a machine that obeys
 * a few typed words and can misbehave.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "checksum.h"
#include "cp_cards.h"
#include "ipcchan.h"
#include "log.h"
#include "saved.h"

/* --- vmterm --- */

static void
fellow_relay_out(int channel, int sock)
{
	char packet[IPC_PACKET_MAX];
	ssize_t n = read(channel, packet, sizeof packet);
	uint32_t len = (uint32_t)n;

	if (n <= 0)
		exit(0);
	if (write(sock, &len, sizeof len) != sizeof len ||
	    write(sock, packet, len) != (ssize_t)len)
		exit(0);
}

static void
fellow_read(int sock, void *buf, size_t n)
{
	for (size_t got = 0; got < n;) {
		ssize_t r = read(sock, (char *)buf + got, n - got);

		if (r <= 0)
			exit(0);
		got += (size_t)r;
	}
}

static void
fellow_relay_in(int channel, int sock)
{
	char packet[IPC_PACKET_MAX];
	uint32_t len;

	fellow_read(sock, &len, sizeof len);
	if (len > sizeof packet)
		exit(1);
	fellow_read(sock, packet, len);
	if (write(channel, packet, len) != (ssize_t)len)
		exit(0);
}

static int
fellow_vmterm(void)
{
	struct pollfd pfd[2] = { { .fd = 3, .events = POLLIN },
		{ .fd = 4, .events = POLLIN } };

	fcntl(3, F_SETFL, 0);
	fcntl(4, F_SETFL, 0);
	for (;;) {
		if (poll(pfd, 2, -1) < 0)
			return 1;
		if (pfd[0].revents != 0)
			fellow_relay_out(3, 4);
		if (pfd[1].revents != 0)
			fellow_relay_in(3, 4);
	}
}

/* --- vmguest --- */

#define FELLOW_DISKS 64
#define FELLOW_ORDERS 8

struct fellow_disk {
	uint32_t vdev; /* 0: none */
	bool read_only;
	uint64_t blocks;
	int fd;
};

struct fellow_guest {
	struct ipcchan ch;
	struct fellow_disk disk[FELLOW_DISKS];
	bool slow; /* to let go of disks; tells when it is held */
	bool deaf; /* does not stand still */
	struct ipc_value kept[FELLOW_DISKS]; /* that it was told to let go of */
	unsigned nkept;
	bool hold; /* says nothing meanwhile */
	unsigned credit;
	unsigned flood; /* lines still to be said, as credit allows */
	char *lines;	/* before these, if any */
	char held[IPC_LINE_MAX + 1]; /* typed while it could say nothing */
	struct cards cards;
	uint32_t full;	/* its last request of a screen */
	char heard[4096]; /* VM_FULL_IN, in words */
	char hears[64];	  /* HEARD waits for this */
	char closes; /* Never, Twice, with a Wrong tag, one At each ANSWER;
		      * else as it should */
	struct ipc_vm_ur_close order[FELLOW_ORDERS]; /* that wait for ANSWER */
	unsigned norders;
};

static void
fellow_send(struct fellow_guest *g, enum ipc_type type, const void *p, size_t n)
{
	if (ipcchan_send(&g->ch, type, p, n, -1) < 0)
		exit(0);
}

static void
fellow_say(struct fellow_guest *g, const char *text)
{
	struct ipc_cons_output out = { 0 };

	g->credit--;
	if (ipcchan_send_text(&g->ch, IPC_VM_CONS_OUTPUT, &out, sizeof out,
	    text, strlen(text), -1) < 0)
		exit(0);
}

static void
fellow_flood(struct fellow_guest *g)
{
	char line[32];

	while (g->lines != NULL && g->credit > 0) {
		char *end = strchr(g->lines, '\n');

		if (end != NULL)
			*end = '\0';
		fellow_say(g, g->lines);
		g->lines = end != NULL ? end + 1 : NULL;
	}
	for (; g->flood > 0 && g->credit > 0; g->flood--) {
		snprintf(line, sizeof line, "FLOOD %u", g->flood);
		fellow_say(g, line);
	}
}

static void
fellow_read_console(struct fellow_guest *g, uint32_t how)
{
	struct ipc_value v = { .value = how };

	fellow_send(g, IPC_VM_CONS_READ, &v, sizeof v);
}

static void
fellow_state(struct fellow_guest *g, uint32_t run, uint32_t why)
{
	struct ipc_vm_state st = { .run = run, .why = why, .rip = 0x7C1A,
		.detail = 0xBAD1 };

	fellow_send(g, IPC_VM_STATE, &st, sizeof st);
}

static void
fellow_command(struct fellow_guest *g, const char *text, bool reply)
{
	struct ipc_cp_command cmd = { .tag = 7, .want_reply = reply };

	if (ipcchan_send_text(&g->ch, IPC_VM_CP_COMMAND, &cmd, sizeof cmd, text,
	    strlen(text), -1) < 0)
		exit(0);
}

static void fellow_credited(struct fellow_guest *g, uint32_t n);
static void fellow_answer(struct fellow_guest *g);

/* --- its disks: the open files that it was given --- */

static struct fellow_disk *
fellow_disk(struct fellow_guest *g, uint32_t vdev)
{
	for (unsigned i = 0; i < FELLOW_DISKS; i++)
		if (g->disk[i].vdev == vdev)
			return &g->disk[i];
	return NULL;
}

static void
fellow_attach(struct fellow_guest *g, const struct ipc_vm_attach *at, int fd)
{
	struct fellow_disk *d = fellow_disk(g, at->vdev);

	if (d == NULL)
		d = fellow_disk(g, 0);
	if (at->type != DEVICE_FBA || d == NULL)
		return;
	*d = (struct fellow_disk){ .vdev = at->vdev, .blocks = at->blocks,
		.read_only = (at->flags & ATTACH_READ_ONLY) != 0, .fd = fd };
}

static void
fellow_detach(struct fellow_guest *g, const struct ipc_value *v)
{
	struct fellow_disk *d = fellow_disk(g, v->value);

	if (d != NULL) {
		close(d->fd);
		d->vdev = 0;
	}
	cards_gone(&g->cards, v->value);
	if (g->slow && g->nkept < FELLOW_DISKS)
		g->kept[g->nkept++] = *v;
	else
		fellow_send(g, IPC_VM_DETACHED, v, sizeof *v);
}

/* The one that it was told to let go of first. */
static void
fellow_let_go(struct fellow_guest *g)
{
	if (g->nkept == 0)
		return;
	fellow_send(g, IPC_VM_DETACHED, &g->kept[0], sizeof g->kept[0]);
	memmove(g->kept, g->kept + 1, --g->nkept * sizeof g->kept[0]);
}

static void
fellow_renumber(struct fellow_guest *g, const struct ipc_vm_renumber *r)
{
	struct fellow_disk *d = fellow_disk(g, r->from);

	if (d != NULL)
		d->vdev = r->to;
	cards_renumber(&g->cards, r->from, r->to);
}

static void
fellow_hold(struct fellow_guest *g, const struct ipc_value *v)
{
	struct ipc_none none = { 0 };

	if (g->deaf)
		return;
	g->hold = v->value != 0;
	if (g->slow)
		fellow_say(g, g->hold ? "HELD" : "GOES ON");
	if (g->hold)
		fellow_send(g, IPC_VM_HELD, &none, sizeof none);
	else
		fellow_credited(g, 0); /* what was typed meanwhile */
}

/* DISK vdev: what it was given.  DISK vdev text: write it to block 0. */
static void
fellow_use_disk(struct fellow_guest *g, const char *args)
{
	char line[160], block[FBA_BLOCK] = "";
	char *text;
	struct fellow_disk *d = fellow_disk(g,
	    (uint32_t)strtoul(args, &text, 16));

	if (d == NULL) {
		fellow_say(g, "NO SUCH DISK");
		return;
	}
	if (*text == ' ') {
		snprintf(block, sizeof block, "%s", text + 1);
		fellow_say(g, pwrite(d->fd, block, sizeof block, 0) ==
		    sizeof block ? "WRITTEN" : "NOT WRITTEN");
		return;
	}
	if (pread(d->fd, block, sizeof block, 0) != sizeof block)
		snprintf(block, sizeof block, "UNREADABLE");
	block[64] = '\0';
	snprintf(line, sizeof line, "%03X %s %llu <%s>", d->vdev,
	    d->read_only ? "R/O" : "R/W", (unsigned long long)d->blocks, block);
	fellow_say(g, line);
}

/* --- its screens.  What it hears of them it tells when asked (HEARD, HEARD
 * text: and not before it has heard that): a line on the console would end
 * what is there --- */

static void
fellow_full(struct fellow_guest *g, uint16_t op, uint16_t vdev, uint32_t tag,
    const char *text)
{
	struct ipc_full f = { .op = op, .vdev = vdev, .tag = tag };

	if (ipcchan_send_text(&g->ch, IPC_VM_FULL_OUT, &f, sizeof f, text,
	    strlen(text), -1) < 0)
		exit(0);
}

/* "SCREEN WRITE 009 text", "SCREEN READ 009", "SCREEN END 009".  false: it is
 * not that. */
static bool
fellow_screen(struct fellow_guest *g, const char *line)
{
	static const char *const ops[] = { [FULL_WRITE] = "WRITE",
		[FULL_READ] = "READ", [FULL_END] = "END" };
	char op[8] = "", text[IPC_LINE_MAX] = "R";
	unsigned vdev;

	if (sscanf(line, "SCREEN %7s %3x %2000[^\n]", op, &vdev, text) < 2)
		return false;
	for (uint16_t i = FULL_WRITE; i <= FULL_END; i++)
		if (strcmp(op, ops[i]) == 0) {
			fellow_full(g, i, (uint16_t)vdev,
			    i == FULL_END ? 0 : ++g->full,
			    i == FULL_END ? "" : text);
			return true;
		}
	return false;
}

static void
fellow_heard(struct fellow_guest *g)
{
	if (g->hears[0] == '\0' || strstr(g->heard, g->hears) == NULL)
		return;
	for (char *s = g->heard, *end; *s != '\0'; s = end + 1) {
		end = strchr(s, '\n');
		*end = '\0';
		fellow_say(g, s);
	}
	g->heard[0] = g->hears[0] = '\0';
	fellow_read_console(g, CONS_READ_SHOWN);
}

static void
fellow_full_in(struct fellow_guest *g, const struct ipc_full *in)
{
	static const char *const ops[] = { [FULL_DONE] = "DONE",
		[FULL_RECORD] = "RECORD", [FULL_LOST] = "LOST",
		[FULL_SIZE] = "SIZE", [FULL_GONE] = "GONE",
		[FULL_ATTENTION] = "ATTENTION" };
	size_t n = strlen(g->heard);

	if (in->text_len > IPC_LINE_MAX)
		return; /* of a flood */
	n += (size_t)snprintf(g->heard + n, sizeof g->heard - n, "%s %03X",
	    ops[in->op], in->vdev);
	if (in->tag != 0)
		n += (size_t)snprintf(g->heard + n, sizeof g->heard - n,
		    " TO %u RC %d", in->tag, in->rc);
	if (in->op == FULL_SIZE)
		n += (size_t)snprintf(g->heard + n, sizeof g->heard - n,
		    " %uX%u %X", in->rows, in->cols, in->flags);
	snprintf(g->heard + n, sizeof g->heard - n, "%s%.*s\n",
	    in->text_len > 0 ? " " : "", (int)in->text_len, in->text);
	fellow_heard(g);
}

/* A display that it is given, among the same. */
static void
fellow_display(struct fellow_guest *g, const struct ipc_vm_attach *at)
{
	size_t n = strlen(g->heard);

	if (at->type != DEVICE_DISPLAY)
		return;
	snprintf(g->heard + n, sizeof g->heard - n,
	    "DISPLAY %03X OF TYPE %04X, FLAGS %X\n", at->vdev, at->type,
	    at->flags);
	fellow_heard(g);
}

static void
fellow_lie_full(struct fellow_guest *g, const char *how)
{
	if (strcmp(how, "TWICE") == 0)
		for (int i = 0; i < 3; i++) /* a reset explains two */
			fellow_full(g, FULL_WRITE, 0x009, 1, "X");
	else if (strcmp(how, "TAG") == 0)
		fellow_full(g, FULL_READ, 0x009, 0, "X");
	else if (strcmp(how, "END") == 0)
		fellow_full(g, FULL_END, 0x009, 1, "");
	else
		fellow_full(g, FULL_SIZE, 0x009, 0, "");
}

/* Everything a machine in the wrong hands could say. */
static void
fellow_lie(struct fellow_guest *g, const char *how)
{
	struct ipc_vm_regs regs = { .tag = 99 };
	struct ipc_vm_ready ready = { 0 };
	struct ipc_vm_data data = { .tag = 1 };
	struct ipc_value vdev = { .value = 0x190 };
	struct ipc_none none = { 0 };

	if (strncmp(how, "FULL ", 5) == 0)
		fellow_lie_full(g, how + 5);
	else if (strcmp(how, "REGS") == 0)
		fellow_send(g, IPC_VM_REGS, &regs, sizeof regs);
	else if (strcmp(how, "READY") == 0)
		fellow_send(g, IPC_VM_READY, &ready, sizeof ready);
	else if (strcmp(how, "STORAGE") == 0)
		fellow_send(g, IPC_VM_STORAGE, &data, sizeof data);
	else if (strcmp(how, "STATE") == 0)
		fellow_state(g, 9, VM_WHY_NONE);
	else if (strcmp(how, "WHY") == 0)
		fellow_state(g, VM_STOPPED, 999);
	else if (strcmp(how, "READ") == 0)
		fellow_read_console(g, 7);
	else if (strcmp(how, "DETACHED") == 0)
		fellow_send(g, IPC_VM_DETACHED, &vdev, sizeof vdev);
	else if (strcmp(how, "HELD") == 0)
		fellow_send(g, IPC_VM_HELD, &none, sizeof none);
	else if (strcmp(how, "DIAG") == 0)
		for (int i = 0; i < 3; i++) /* a reset explains two */
			fellow_command(g, "SLEEP 9 MIN", true);
	else if (strcmp(how, "GREEDY") == 0)
		for (int i = 0; i < 2 * CONS_OUTPUT_WINDOW; i++)
			fellow_say(g, "MORE THAN ITS CREDIT");
	else if (strcmp(how, "TERM") == 0 &&
	    write(g->ch.fd, "nonsense", 8) < 0)
		exit(0);
}

static void
fellow_typed(struct fellow_guest *g, const char *line)
{
	char said[IPC_LINE_MAX + 16];

	if (strcmp(line, "DIE") == 0)
		raise(SIGKILL);
	if (strcmp(line, "WAIT") == 0) {
		fellow_state(g, VM_STOPPED, VM_WHY_DISABLED_WAIT);
		return;
	}
	if (strcmp(line, "TRIPLE") == 0) {
		fellow_state(g, VM_STOPPED, VM_WHY_SHUTDOWN);
		return;
	}
	if (strncmp(line, "LIE ", 4) == 0) {
		fellow_lie(g, line + 4);
		return;
	}
	if (fellow_screen(g, line))
		return;
	if (strncmp(line, "HEARD ", 6) == 0) {
		snprintf(g->hears, sizeof g->hears, "%s", line + 6);
		fellow_heard(g);
		return;
	}
	if (strncmp(line, "CLOSES ", 7) == 0) {
		g->closes = line[7];
		return;
	}
	if (strcmp(line, "DIE AT CLOSE") == 0) {
		g->cards.dies = true;
		fellow_say(g, "WILL DIE");
	} else if (cards_typed(&g->cards, line))
		g->lines = g->cards.said[0] != '\0' ? g->cards.said : NULL;
	else if (strcmp(line, "SLOW") == 0)
		g->slow = !g->slow;
	else if (strcmp(line, "DEAF") == 0)
		g->deaf = true;
	else if (strcmp(line, "NAP") == 0) {
		fellow_say(g, "NAPS");
		sleep(5); /* and reads nothing */
	} else if (strcmp(line, "LET GO") == 0)
		fellow_let_go(g);
	else if (strcmp(line, "ANSWER") == 0)
		fellow_answer(g);
	else if (strncmp(line, "FLOOD ", 6) == 0)
		g->flood = (unsigned)atoi(line + 6);
	else if (strncmp(line, "DISK ", 5) == 0)
		fellow_use_disk(g, line + 5);
	else if (strncmp(line, "DIAG ", 5) == 0)
		fellow_command(g, line + 5, true);
	else if (strncmp(line, "CP ", 3) == 0)
		fellow_command(g, line + 3, false);
	else if (strcmp(line, "HIDE") == 0) {
		fellow_read_console(g, CONS_READ_HIDDEN);
		return;
	} else {
		snprintf(said, sizeof said, "YOU TYPED <%s>", line);
		fellow_say(g, said);
	}
	fellow_flood(g);
	fellow_read_console(g, CONS_READ_SHOWN);
}

static void
fellow_input(struct fellow_guest *g, const struct ipc_text *msg)
{
	char line[IPC_LINE_MAX + 1];

	memcpy(line, msg->text, msg->text_len);
	line[msg->text_len] = '\0';
	fellow_read_console(g, CONS_READ_NONE);
	if (g->flood > 0 || g->lines != NULL || g->credit == 0 || g->hold)
		memcpy(g->held, line, sizeof line);
	else
		fellow_typed(g, line);
}

static void
fellow_credited(struct fellow_guest *g, uint32_t n)
{
	char line[IPC_LINE_MAX + 1];

	g->credit += n;
	fellow_flood(g);
	if (g->flood > 0 || g->lines != NULL || g->credit == 0 ||
	    g->held[0] == '\0' || g->hold)
		return;
	memcpy(line, g->held, sizeof line);
	g->held[0] = '\0';
	fellow_typed(g, line);
}

static void
fellow_storage(struct fellow_guest *g, const struct ipc_vm_storage *ask)
{
	struct ipc_vm_data data = { .tag = ask->tag, .addr = ask->addr };
	char bytes[IPC_TEXT_MAX];

	for (uint32_t i = 0; i < ask->len; i++)
		bytes[i] = (char)(ask->addr + i);
	if (ipcchan_send_text(&g->ch, IPC_VM_STORAGE, &data, sizeof data, bytes,
	    ask->len, -1) < 0)
		exit(0);
}

static void
fellow_registers(struct fellow_guest *g, const struct ipc_tag *ask)
{
	struct ipc_vm_regs regs = { .tag = ask->tag };

	for (unsigned i = 0; i < VMREG_COUNT; i++)
		regs.reg[i] = i * 0x1111;
	fellow_send(g, IPC_VM_REGS, &regs, sizeof regs);
}

static void
fellow_done(struct fellow_guest *g, uint32_t tag, int32_t rc)
{
	struct ipc_done done = { .tag = tag, .rc = rc };

	if (ipcchan_send_text(&g->ch, IPC_VM_DONE, &done, sizeof done, "", 0,
	    -1) < 0)
		exit(0);
}

/* The first of the orders that wait. */
static void
fellow_answer(struct fellow_guest *g)
{
	char line[32];

	snprintf(line, sizeof line, "%u TO CLOSE", g->norders);
	fellow_say(g, line);
	if (g->norders == 0)
		return;
	fellow_done(g, g->order[0].tag, cards_close(&g->cards, &g->order[0]));
	memmove(g->order, g->order + 1, --g->norders * sizeof g->order[0]);
}

static void
fellow_close(struct fellow_guest *g, const struct ipc_vm_ur_close *order)
{
	int rc;

	if (g->closes == 'A' && g->norders < FELLOW_ORDERS) {
		g->order[g->norders++] = *order;
		return;
	}
	rc = cards_close(&g->cards, order);
	uint32_t tag = order->tag + (g->closes == 'W');

	if (g->closes != 'N')
		fellow_done(g, tag, rc);
	if (g->closes == 'T')
		fellow_done(g, tag, rc);
}

static void
fellow_status(struct fellow_guest *g, const struct ipc_vm_ur_status *status)
{
	char line[40];

	snprintf(line, sizeof line, "UNIT %02X FROM %03X", status->unit,
	    status->vdev);
	fellow_say(g, line);
}

static void
fellow_reply(struct fellow_guest *g, const struct ipc_cp_reply *reply)
{
	char line[IPC_TEXT_MAX + 64];

	snprintf(line, sizeof line, "RC %d TOTAL %u", reply->rc, reply->total);
	fellow_say(g, line);
	for (uint32_t i = 0, n; i < reply->text_len; i += n + 1) {
		for (n = 0; i + n < reply->text_len &&
		     reply->text[i + n] != '\n'; n++)
			;
		if (g->credit > 0) {
			snprintf(line, sizeof line, "> %.*s", (int)n,
			    reply->text + i);
			fellow_say(g, line);
		}
	}
}

static void
fellow_ipl(struct fellow_guest *g, const struct ipc_vm_ipl *ipl)
{
	char line[160];

	if (ipl->flags & IPL_STOP) {
		fellow_state(g, VM_STOPPED, VM_WHY_ASKED);
		return;
	}
	fellow_state(g, VM_RUNNING, VM_WHY_NONE);
	snprintf(line, sizeof line, "%.*s", (int)ipl->text_len, ipl->text);
	if (strncmp(line, "SAVESYS ", 8) == 0) {
		fellow_command(g, line, false);
		return;
	}
	snprintf(line, sizeof line, "IPL %03X PARM <%.*s>", ipl->vdev,
	    (int)ipl->text_len, ipl->text);
	fellow_say(g, line);
	fellow_read_console(g, CONS_READ_SHOWN);
}

/* --- saved systems: one page, and a name that says how it goes --- */

static bool
fellow_named(struct vm_name name, const char *text)
{
	return strncmp(name.c, text, VM_NAME_MAX) == 0;
}

static int32_t
fellow_write_system(struct vm_name name, int fd)
{
	struct saved_header h = { .format = SAVED_FORMAT, .ipl_vdev = 0x190,
		.storage = 1u << 20, .runs = 1, .pages = 1, .pages_at = 4096,
		.name = name, .by.user = { "FELLOW" } };
	struct saved_run run = { 0x2A, 1 };
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	h.utc_ns = now.tv_sec * 1000000000ll + now.tv_nsec;
	memcpy(h.magic, SAVED_MAGIC, sizeof h.magic);
	h.sum = checksum_add(CHECKSUM_START, &h,
	    offsetof(struct saved_header, sum));
	if (pwrite(fd, &h, sizeof h, 0) != sizeof h ||
	    pwrite(fd, &run, sizeof run, sizeof h) != sizeof run ||
	    ftruncate(fd, fellow_named(name, "SHORT") ? 8000 : 8192) < 0)
		return -errno;
	return 0;
}

static void
fellow_save(struct fellow_guest *g, const struct ipc_vm_save *save, int fd)
{
	int32_t rc = 0;

	if (fellow_named(save->name, "DIE"))
		raise(SIGKILL);
	if (fellow_named(save->name, "HANG"))
		return;
	if (fellow_named(save->name, "BUSY"))
		rc = -EBUSY;
	else if (fellow_named(save->name, "FULL"))
		rc = -ENOSPC;
	else if (!fellow_named(save->name, "NOTHING"))
		rc = fellow_write_system(save->name, fd);
	fellow_done(g, save->tag, rc);
}

static int32_t
fellow_saved_fits(const struct saved_header *h)
{
	static const char *const names[] = { [VM_SAVED_DAMAGED] = "DAMAGED",
		[VM_SAVED_BUILD] = "OLD", [VM_SAVED_MODEL] = "MODEL",
		[VM_SAVED_STORAGE] = "LARGE", [VM_SAVED_IO] = "UNREAD" };

	if (memcmp(h->magic, SAVED_MAGIC, sizeof h->magic) != 0)
		return VM_SAVED_DAMAGED;
	for (int why = VM_SAVED_DAMAGED; why <= VM_SAVED_IO; why++)
		if (fellow_named(h->name, names[why]))
			return why;
	return 0;
}

static void
fellow_ipl_saved(struct fellow_guest *g, const struct ipc_vm_ipl *ipl, int fd)
{
	struct saved_header h = { 0 };
	int32_t why = pread(fd, &h, sizeof h, 0) < 0 ? VM_SAVED_IO :
						       fellow_saved_fits(&h);
	bool stop = (ipl->flags & IPL_STOP) != 0;
	char line[160];

	snprintf(line, sizeof line, "%.*s", (int)ipl->text_len, ipl->text);
	if (strcmp(line, "LATE") == 0) {
		why = VM_SAVED_IO;
		fellow_state(g, VM_STOPPED, VM_WHY_NOT_RUNNABLE);
	} else if (why == 0 && stop)
		fellow_state(g, VM_STOPPED, VM_WHY_ASKED);
	else if (why == 0)
		fellow_state(g, VM_RUNNING, VM_WHY_NONE);
	fellow_done(g, ipl->tag, why);
	if (why != 0 || stop)
		return;
	snprintf(line, sizeof line, "%.8s OF %03X PARM <%.*s>", h.name.c,
	    ipl->vdev, (int)ipl->text_len, ipl->text);
	fellow_say(g, line);
	fellow_read_console(g, CONS_READ_SHOWN);
}

static void
fellow_guest_message(struct fellow_guest *g, const struct ipcchan_message *msg)
{
	struct ipc_vm_ready ready = { 0 };

	switch (msg->type) {
	case IPC_VM_SAVE:
		fellow_save(g, msg->payload, msg->fd);
		close(msg->fd);
		break;
	case IPC_VM_IPL_SAVED:
		fellow_ipl_saved(g, msg->payload, msg->fd);
		close(msg->fd);
		break;
	case IPC_VM_ATTACH:
		fellow_display(g, msg->payload);
		break;
	case IPC_VM_ATTACH_FD:
		fellow_attach(g, msg->payload, msg->fd);
		break;
	case IPC_VM_SPOOL:
		cards_spool(&g->cards, msg->fd);
		break;
	case IPC_VM_UR:
		cards_set(&g->cards, msg->payload);
		break;
	case IPC_VM_UR_STATUS:
		fellow_status(g, msg->payload);
		break;
	case IPC_VM_UR_CLOSE:
		fellow_close(g, msg->payload);
		break;
	case IPC_VM_DETACH:
		fellow_detach(g, msg->payload);
		break;
	case IPC_VM_RENUMBER:
		fellow_renumber(g, msg->payload);
		break;
	case IPC_VM_HOLD:
		fellow_hold(g, msg->payload);
		break;
	case IPC_VM_CONFIG:
		close(msg->fd);
		fellow_send(g, IPC_VM_READY, &ready, sizeof ready);
		break;
	case IPC_VM_IPL:
		fellow_ipl(g, msg->payload);
		break;
	case IPC_VM_BEGIN:
		fellow_state(g, VM_RUNNING, VM_WHY_NONE);
		fellow_read_console(g, CONS_READ_SHOWN);
		break;
	case IPC_VM_STOP:
	case IPC_VM_RESET:
		fellow_state(g, VM_STOPPED, VM_WHY_ASKED);
		break;
	case IPC_VM_ATTENTION:
		fellow_say(g, "ATTENTION");
		break;
	case IPC_VM_EXTERNAL:
		fellow_say(g, "EXTERNAL");
		break;
	case IPC_VM_CONS_INPUT:
		fellow_input(g, msg->payload);
		break;
	case IPC_VM_CONS_CREDIT:
		fellow_credited(g,
		    ((const struct ipc_value *)msg->payload)->value);
		break;
	case IPC_VM_FULL_IN:
		fellow_full_in(g, msg->payload);
		break;
	case IPC_VM_READ_STORAGE:
		fellow_storage(g, msg->payload);
		break;
	case IPC_VM_READ_REGS:
		fellow_registers(g, msg->payload);
		break;
	case IPC_VM_WRITE_STORAGE:
		fellow_done(g, ((const struct ipc_vm_data *)msg->payload)->tag,
		    0);
		break;
	case IPC_VM_WRITE_REG:
		fellow_done(g, ((const struct ipc_vm_reg *)msg->payload)->tag,
		    0);
		break;
	case IPC_VM_CP_REPLY:
		fellow_reply(g, msg->payload);
		break;
	default:
		break;
	}
}

static int
fellow_vmguest(void)
{
	struct fellow_guest g = { .credit = CONS_OUTPUT_WINDOW };
	struct ipcchan_message msg;
	struct pollfd pfd = { .fd = 3, .events = POLLIN };
	int got;

	ipcchan_init(&g.ch, 3, IPC_GUEST, IPC_CP);
	for (;;) {
		poll(&pfd, 1, -1);
		while ((got = ipcchan_recv(&g.ch, &msg)) > 0)
			fellow_guest_message(&g, &msg);
		if (got < 0)
			return 0;
	}
}

int
main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');

	(void)argc;
	name = name != NULL ? name + 1 : argv[0];
	signal(SIGPIPE, SIG_IGN);
	if (strcmp(name, "vmterm") == 0)
		return fellow_vmterm();
	if (strcmp(name, "vmguest") == 0)
		return fellow_vmguest();
	return 1;
}
