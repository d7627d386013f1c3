/* SPDX-License-Identifier: MIT
 *
 * spool_rig.h - what tests of vmspool share: a folder, vmspool in it, vmcp's
 * end of its channel, clients, and every question with its answer.  What goes
 * wrong ends the program.
 */
#ifndef VM370_TESTS_SPOOL_RIG_H
#define VM370_TESTS_SPOOL_RIG_H

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipcchan.h"
#include "name.h"
#include "spawn.h"

#define RIG_WAIT_MS 20000
#define RIG_ROWS 512

struct rig {
	char root[64], folder[96], db[128];
	pid_t pid;
	struct ipcchan cp;
	unsigned arrived, released, notices, troubles; /* from vmspool, so far */
	struct spool_file last;		     /* that arrived */
	struct ipc_spool_trouble trouble;
	uint32_t tag;
	char said[32768]; /* by notices: lines */
};

struct rig_rows {
	struct ipc_ur_done done;
	unsigned n;
	struct ipc_ur_row row[RIG_ROWS];
};

static inline struct vm_user
rig_user(const char *name)
{
	struct vm_user user = { 0 };

	if (name != NULL && (name_parse(name, &user.user) < 0 ||
	    name_parse("N", &user.node) < 0))
		errx(1, "user %s", name);
	return user;
}

static inline void
rig_folder(struct rig *rig)
{
	*rig = (struct rig){ .pid = -1 };
	snprintf(rig->root, sizeof rig->root, "/tmp/vm370_spool.XXXXXX");
	if (mkdtemp(rig->root) == NULL)
		err(1, "%s", rig->root);
	snprintf(rig->folder, sizeof rig->folder, "%.63s/spool", rig->root);
	snprintf(rig->db, sizeof rig->db, "%.95s/spool.db", rig->folder);
}

static inline void
rig_said(struct rig *rig, const struct ipcchan_message *msg)
{
	const struct ipc_text *text = msg->payload;
	size_t n = strlen(rig->said);

	rig->notices++;
	snprintf(rig->said + n, sizeof rig->said - n, "%.*s\n",
	    (int)text->text_len, text->text);
}

/* One of vmspool's words to vmcp. */
static inline void
rig_hear(struct rig *rig, const struct ipcchan_message *msg)
{
	switch (msg->type) {
	case IPC_SPOOL_ARRIVED:
		rig->arrived++;
		memcpy(&rig->last, msg->payload, sizeof rig->last);
		break;
	case IPC_SPOOL_RELEASED:
		rig->released++;
		break;
	case IPC_SPOOL_TROUBLE:
		rig->troubles++;
		memcpy(&rig->trouble, msg->payload, sizeof rig->trouble);
		break;
	case IPC_SPOOL_NOTICE:
		rig_said(rig, msg);
		break;
	default:
		break;
	}
}

/* The next message; 0 at the channel's end. */
static inline int
rig_next(struct ipcchan *ch, struct ipcchan_message *msg)
{
	struct pollfd pfd = { .fd = ch->fd, .events = POLLIN };
	int got;

	while ((got = ipcchan_recv(ch, msg)) == 0)
		if (poll(&pfd, 1, RIG_WAIT_MS) != 1)
			errx(1, "vmspool says nothing");
	return got > 0;
}

static inline void
rig_send(struct ipcchan *ch, enum ipc_type type, const void *payload,
    size_t len)
{
	if (ipcchan_send(ch, type, payload, len, -1) < 0)
		err(1, "%s", ipcchan_name(type));
}

/* The next message, which must be of this type, into payload. */
static inline void
rig_expect(struct ipcchan *ch, enum ipc_type type, void *payload, size_t len)
{
	struct ipcchan_message msg;

	if (!rig_next(ch, &msg))
		errx(1, "no %s but the end", ipcchan_name(type));
	if (msg.type != type)
		errx(1, "no %s but %s", ipcchan_name(type),
		    ipcchan_name(msg.type));
	memcpy(payload, msg.payload, len);
}

static inline void
rig_start(struct rig *rig, const char *how)
{
	char name[] = "vmspool", word[8];
	char *argv[] = { name, rig->folder, word, NULL };
	struct ipc_none none;
	int fd[2];

	snprintf(word, sizeof word, "%s", how);
	if (ipcchan_pair(fd) < 0)
		err(1, "pair");
	rig->pid = spawn(VMSPOOL, argv, &fd[1], 1);
	if (rig->pid < 0)
		err(1, "%s", VMSPOOL);
	close(fd[1]);
	ipcchan_init(&rig->cp, fd[0], IPC_CP, IPC_SPOOL);
	do {
		struct ipcchan_message msg;

		if (!rig_next(&rig->cp, &msg))
			errx(1, "vmspool does not start");
		none.zero = msg.type;
		rig_hear(rig, &msg);
	} while (none.zero != IPC_SPOOL_READY);
}

/* SIGKILL, or end as vmcp ends it; its exit status. */
static inline int
rig_end(struct rig *rig, int sig)
{
	int status = 0;

	if (sig != 0)
		kill(rig->pid, sig);
	ipcchan_close(&rig->cp);
	if (waitpid(rig->pid, &status, 0) != rig->pid)
		err(1, "waitpid");
	rig->pid = -1;
	return status;
}

static inline void
rig_remove(struct rig *rig)
{
	char path[160];

	if (rig->pid > 0)
		rig_end(rig, SIGKILL);
	snprintf(path, sizeof path, "%s-wal", rig->db);
	unlink(path);
	unlink(rig->db);
	snprintf(path, sizeof path, "%s/spool.reserve", rig->folder);
	unlink(path);
	rmdir(rig->folder);
	if (rmdir(rig->root) < 0)
		warn("%s", rig->root);
}

static inline void
rig_mint(struct rig *rig, struct ipcchan *ch, const char *user,
    uint32_t rights)
{
	struct ipc_spool_mint mint = { .user = rig_user(user),
		.rights = rights };
	int fd[2];

	if (ipcchan_pair(fd) < 0 || ipcchan_send(&rig->cp, IPC_SPOOL_MINT,
	    &mint, sizeof mint, fd[1]) < 0)
		err(1, "mint");
	close(fd[1]);
	ipcchan_init(ch, fd[0], IPC_UR, IPC_SPOOL);
}

/* All that vmspool has said to vmcp until it answers this. */
static inline struct ipc_spool_counts
rig_count(struct rig *rig, const char *user)
{
	struct ipc_spool_who who = { .tag = ++rig->tag,
		.user = rig_user(user) };
	struct ipc_spool_counts counts;
	struct ipcchan_message msg;

	rig_send(&rig->cp, IPC_SPOOL_COUNT, &who, sizeof who);
	for (;;) {
		if (!rig_next(&rig->cp, &msg))
			errx(1, "no SPOOL_COUNTS but the end");
		if (msg.type == IPC_SPOOL_COUNTS)
			break;
		rig_hear(rig, &msg);
	}
	memcpy(&counts, msg.payload, sizeof counts);
	return counts;
}

/* Cards "first" to "first + n - 1" as a block: its length. */
static inline size_t
rig_cards(char *block, unsigned first, unsigned n)
{
	size_t at = 0;

	for (unsigned i = 0; i < n; i++) {
		int len = snprintf(block + at + SPOOL_LENGTH, 80, "card %u",
		    first + i);

		block[at] = (char)len;
		block[at + 1] = 0;
		at += SPOOL_LENGTH + (size_t)len;
	}
	return at;
}

static inline int
rig_wrote(struct ipcchan *ch, uint64_t serial)
{
	struct ipc_ur_wrote wrote;

	rig_expect(ch, IPC_UR_WROTE, &wrote, sizeof wrote);
	if (wrote.serial != serial)
		errx(1, "block %llu answered for %llu",
		    (unsigned long long)wrote.serial,
		    (unsigned long long)serial);
	return wrote.rc;
}

/* A block, not yet answered. */
static inline void
rig_block(struct ipcchan *ch, const struct ipc_ur_write *write,
    const void *block, size_t len)
{
	struct ipc_ur_write w = *write;

	if (ipcchan_send_text(ch, IPC_UR_WRITE, &w, sizeof w, block, len,
	    -1) < 0)
		err(1, "UR_WRITE");
}

/* Cards first to first + n - 1: what UR_WROTE says. */
static inline int
rig_write(struct ipcchan *ch, const char *user, uint32_t vdev,
    uint64_t stream, uint64_t serial, unsigned first, unsigned n)
{
	static char block[SPOOL_BLOCK_MAX];
	struct ipc_ur_write w = { .vdev = vdev, .user = rig_user(user),
		.stream = stream, .serial = serial, .records = n,
		.device = vdev == 9 ? SPOOL_ON_CON : SPOOL_ON_PUN };

	rig_block(ch, &w, block, rig_cards(block, first, n));
	return rig_wrote(ch, serial);
}

/* Rows until UR_DONE of this tag. */
static inline void
rig_done(struct ipcchan *ch, uint32_t tag, struct rig_rows *rows)
{
	struct ipcchan_message msg;

	rows->n = 0;
	for (;;) {
		if (!rig_next(ch, &msg))
			errx(1, "no UR_DONE but the end");
		if (msg.type == IPC_UR_DONE)
			break;
		if (msg.type == IPC_UR_MORE)
			continue;
		if (msg.type != IPC_UR_ROW || rows->n == RIG_ROWS)
			errx(1, "no UR_ROW but %s", ipcchan_name(msg.type));
		memcpy(&rows->row[rows->n++], msg.payload,
		    sizeof rows->row[0]);
	}
	memcpy(&rows->done, msg.payload, sizeof rows->done);
	if (rows->done.tag != tag)
		errx(1, "tag %u answered for %u", rows->done.tag, tag);
}

static inline struct ipc_ur_close
rig_to(const char *user, uint32_t vdev, const char *to, uint8_t queue)
{
	struct ipc_ur_close c = { .vdev = vdev, .user = rig_user(user),
		.to = rig_user(to), .queue = queue, .how = CLOSE_FILE,
		.attr = { .class = 'A', .copies = 1, .form = "STANDARD" } };

	return c;
}

static inline int
rig_close_as(struct rig *rig, struct ipcchan *ch, struct ipc_ur_close *c,
    struct spool_file *file)
{
	static struct rig_rows rows;

	c->tag = ++rig->tag;
	rig_send(ch, IPC_UR_CLOSE, c, sizeof *c);
	rig_done(ch, c->tag, &rows);
	memset(file, 0, sizeof *file);
	if (rows.n == 1)
		*file = rows.row[0].file;
	if (rows.n != rows.done.count)
		errx(1, "UR_CLOSE: %u rows, count %u", rows.n,
		    rows.done.count);
	return rows.done.rc;
}

static inline int
rig_close(struct rig *rig, struct ipcchan *ch, const char *user,
    uint32_t vdev, const char *to, uint8_t queue, struct spool_file *file)
{
	struct ipc_ur_close c = rig_to(user, vdev, to, queue);

	return rig_close_as(rig, ch, &c, file);
}

static inline struct ipc_ur_opened
rig_open(struct rig *rig, struct ipcchan *ch, uint8_t queue, uint64_t id,
    const char *classes)
{
	struct ipc_ur_open o = { .tag = ++rig->tag, .queue = queue, .id = id };
	struct ipc_ur_opened opened;

	memcpy(o.classes, classes, strlen(classes));
	rig_send(ch, IPC_UR_OPEN, &o, sizeof o);
	rig_expect(ch, IPC_UR_OPENED, &opened, sizeof opened);
	if (opened.tag != rig->tag)
		errx(1, "UR_OPENED: tag");
	return opened;
}

/* UR_DATA; the block is copied to `block` (SPOOL_BLOCK_MAX). */
struct rig_data {
	int32_t rc;
	uint64_t seq, first;
	uint32_t records, len;
};

static inline struct rig_data
rig_read(struct ipcchan *ch, uint64_t id, uint64_t seq, uint64_t record,
    char *block)
{
	struct ipc_ur_read r = { .id = id, .seq = seq, .record = record };
	struct ipcchan_message msg;
	struct ipc_ur_data data;

	rig_send(ch, IPC_UR_READ, &r, sizeof r);
	if (!rig_next(ch, &msg) || msg.type != IPC_UR_DATA)
		errx(1, "no UR_DATA");
	memcpy(&data, msg.payload, sizeof data);
	if (data.text_len > 0)
		memcpy(block, (const char *)msg.payload + sizeof data,
		    data.text_len);
	return (struct rig_data){ data.rc, data.seq, data.first, data.records,
		data.text_len };
}

/* copies: how many it had when it was opened; 0: not said. */
static inline int
rig_finish_copy(struct rig *rig, struct ipcchan *ch, uint64_t id,
    uint32_t how, uint32_t copies)
{
	static struct rig_rows rows;
	struct ipc_ur_finish f = { .tag = ++rig->tag, .how = how, .id = id,
		.copies = copies };

	rig_send(ch, IPC_UR_FINISH, &f, sizeof f);
	rig_done(ch, f.tag, &rows);
	return rows.done.rc;
}

static inline int
rig_finish(struct rig *rig, struct ipcchan *ch, uint64_t id, uint32_t how)
{
	return rig_finish_copy(rig, ch, id, how, 0);
}

/* A copy to fd: what UR_DONE says. */
static inline int
rig_backup(struct rig *rig, struct ipcchan *ch, int fd)
{
	static struct rig_rows rows;
	struct ipc_tag order = { .tag = ++rig->tag };

	if (ipcchan_send(ch, IPC_UR_BACKUP, &order, sizeof order, fd) < 0)
		err(1, "UR_BACKUP");
	rig_done(ch, order.tag, &rows);
	return rows.done.rc;
}

/* What UR_CHECK says, in lines (IPC_TEXT_MAX and a NUL): how many. */
static inline int
rig_check(struct rig *rig, struct ipcchan *ch, char *text)
{
	struct ipc_tag order = { .tag = ++rig->tag };
	struct ipcchan_message msg;
	struct ipc_ur_done done;

	rig_send(ch, IPC_UR_CHECK, &order, sizeof order);
	do
		if (!rig_next(ch, &msg))
			errx(1, "no UR_DONE but the end");
	while (msg.type != IPC_UR_DONE);
	memcpy(&done, msg.payload, sizeof done);
	memcpy(text, (const char *)msg.payload + sizeof done, done.text_len);
	text[done.text_len] = '\0';
	return done.rc != 0 ? done.rc : (int)done.count;
}

static inline struct ipc_ur_ask
rig_about(uint8_t op, const char *owner, uint8_t queue)
{
	struct ipc_ur_ask q = { .op = op, .owner = rig_user(owner),
		.queue = queue };

	return q;
}

static inline int
rig_ask(struct rig *rig, struct ipcchan *ch, struct ipc_ur_ask *q,
    struct rig_rows *rows)
{
	q->tag = ++rig->tag;
	rig_send(ch, IPC_UR_ASK, q, sizeof *q);
	rig_done(ch, q->tag, rows);
	return rows->done.rc;
}

#endif
