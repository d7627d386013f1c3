/* SPDX-License-Identifier: MIT
 *
 * spoolput.c - vm370 spool put: a file of the host becomes cards in a user's
 * reader, as if an operator had put a deck into a real one.  All of it is
 * there when the last card is, or nothing.
 */
#include "spoolcmd.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "directory.h"
#include "diskpipe.h"
#include "name.h"

struct spoolput {
	struct spoolchan s;
	struct vm_user user; /* whose reader, and in whose name */
	uint32_t vdev;	     /* no device, but this deck: ours alone */
	uint64_t stream, serial, answered;
	char dist[SPOOL_DIST_MAX]; /* the user's */
	struct diskpipe_in in;
	const char *file; /* for messages */
	bool text;
	uint32_t limit;	  /* bytes of a card */
	uint64_t cards;
	size_t held;	  /* of a card that is not complete */
	bool open;	  /* there is one, be it empty */
	bool cr;	  /* and a carriage return behind it, or in it */
	char card[SPOOL_RECORD_MAX];
	size_t used;	  /* of the block */
	uint32_t records; /* in it */
	char block[SPOOL_BLOCK_MAX];
};

/* --- blocks --- */

/* One answer to a block that was sent. */
static int
spoolput_wrote(struct spoolput *p)
{
	struct ipc_ur_wrote wrote;
	struct ipcchan_message msg;

	do
		if (spoolchan_wait(&p->s, &msg) != 0)
			return 1;
	while (msg.type != IPC_UR_WROTE);
	memcpy(&wrote, msg.payload, sizeof wrote);
	if (wrote.rc != 0)
		return spoolchan_fail(name_text(p->user.user).s, wrote.rc);
	p->answered++;
	return 0;
}

static int
spoolput_flush(struct spoolput *p)
{
	struct ipc_ur_write write = { .vdev = p->vdev, .user = p->user,
		.stream = p->stream, .records = p->records,
		.device = SPOOL_ON_RDR };

	if (p->records == 0)
		return 0;
	while (p->serial - p->answered >= UR_WINDOW)
		if (spoolput_wrote(p) != 0)
			return 1;
	write.serial = ++p->serial;
	if (spoolchan_send_text(&p->s, IPC_UR_WRITE, &write, sizeof write,
	    p->block, p->used) != 0)
		return 1;
	p->used = p->records = 0;
	return 0;
}

static int
spoolput_card(struct spoolput *p)
{
	if (p->held == 0)
		p->card[p->held++] = ' '; /* no card is empty */
	if (p->used + SPOOL_LENGTH + p->held > sizeof p->block &&
	    spoolput_flush(p) != 0)
		return 1;
	p->block[p->used++] = (char)(p->held & 0xFF);
	p->block[p->used++] = (char)(p->held >> 8);
	memcpy(p->block + p->used, p->card, p->held);
	p->used += p->held;
	p->records++;
	p->cards++;
	p->held = 0;
	p->open = p->cr = false;
	return 0;
}

/* --- cards --- */

static int
spoolput_fill(struct spoolput *p, const char *data, size_t len)
{
	if (len > p->limit - p->held)
		return front_fail("%s: line %llu is longer than %u bytes; "
		    "nothing was sent", p->file,
		    (unsigned long long)p->cards + 1, p->limit);
	memcpy(p->card + p->held, data, len);
	p->held += len;
	return 0;
}

/* Part of a line.  A carriage return at its end waits for what follows: at the
 * end of the line it is none of it. */
static int
spoolput_part(struct spoolput *p, const char *data, size_t len)
{
	bool cr;

	if (len == 0)
		return 0;
	p->open = true;
	if (p->cr && spoolput_fill(p, "\r", 1) != 0)
		return 1;
	cr = p->cr = data[len - 1] == '\r';
	return spoolput_fill(p, data, cr ? len - 1 : len);
}

static int
spoolput_lines(struct spoolput *p, const char *data, size_t len)
{
	while (len > 0) {
		const char *end = memchr(data, '\n', len);
		size_t n = end != NULL ? (size_t)(end - data) : len;

		if (spoolput_part(p, data, n) != 0)
			return 1;
		if (end == NULL)
			return 0;
		if (spoolput_card(p) != 0)
			return 1;
		data += n + 1;
		len -= n + 1;
	}
	return 0;
}

static int
spoolput_bytes(struct spoolput *p, const char *data, size_t len)
{
	while (len > 0) {
		size_t n = p->limit - p->held < len ? p->limit - p->held : len;

		if (spoolput_fill(p, data, n) != 0)
			return 1;
		p->open = p->held < p->limit;
		if (!p->open && spoolput_card(p) != 0)
			return 1;
		data += n;
		len -= n;
	}
	return 0;
}

static int
spoolput_all(struct spoolput *p)
{
	int rc;

	while ((rc = diskpipe_get(&p->in)) == 0 &&
	    p->in.piece.kind == DISKPIPE_DATA) {
		rc = p->text ? spoolput_lines(p, p->in.data, p->in.piece.len) :
		    spoolput_bytes(p, p->in.data, p->in.piece.len);
		if (rc != 0)
			return rc;
	}
	if (rc == 0 && p->in.piece.kind != DISKPIPE_END)
		return 1;
	if (rc == 0 && p->open)
		rc = spoolput_card(p);
	if (rc == 0 && p->cards == 0)
		rc = front_fail("%s: empty; nothing was sent", p->file);
	return rc == 0 ? spoolput_flush(p) : rc;
}

/* --- the file --- */

static int
spoolput_row(const struct ipc_ur_row *row, void *arg)
{
	struct spool_file *file = arg;

	*file = row->file;
	return 0;
}

/* All blocks are with vmspool: they become a file. */
static int
spoolput_close(struct spoolput *p, const struct spoolcmd *c)
{
	struct ipc_ur_close order = { .tag = p->s.tag, .vdev = p->vdev,
		.user = p->user, .to = p->user, .queue = SPOOL_RDR,
		.how = CLOSE_FILE, .attr = { .class = c->class, .copies = 1,
		.form = "STANDARD" } };
	struct spool_file file = { 0 };
	struct ipc_ur_done done;
	int rc;

	while (p->answered < p->serial)
		if (spoolput_wrote(p) != 0)
			return 1;
	memcpy(order.attr.name, c->name, strlen(c->name));
	memcpy(order.attr.type, c->type, strlen(c->type));
	memcpy(order.attr.dist, p->dist, sizeof p->dist);
	rc = spoolchan_send(&p->s, IPC_UR_CLOSE, &order, sizeof order, -1);
	if (rc == 0)
		rc = spoolchan_done(&p->s, &done, spoolput_row, &file, NULL);
	if (rc == 0 && done.rc != 0)
		rc = spoolchan_fail(name_text(p->user.user).s, done.rc);
	if (rc == 0)
		printf("RDR FILE %04u SENT TO %s RECS %04llu\n", file.spoolid,
		    name_text(p->user.user).s, (unsigned long long)p->cards);
	return rc;
}

/* Is there such a user?  A file for nobody would never be read. */
static int
spoolput_known(struct spoolput *p, const struct spoolcmd *c)
{
	const struct dir_user *user;
	struct directory *dir;
	struct dir_error err;
	char path[PATH_MAX];

	if (!front_path(c->front, "user.direct", path, sizeof path))
		return 1;
	dir = directory_load(path, &err);
	if (dir == NULL)
		return front_dir_error(path, &err);
	user = directory_find(dir, c->user);
	memset(p->dist, 0, sizeof p->dist);
	if (user != NULL)
		memcpy(p->dist, user->dist, strnlen(user->dist,
		    sizeof p->dist));
	directory_free(dir);
	return user != NULL ? 0 : front_fail("%s is not in the directory",
	    name_text(c->user).s);
}

/* A deck is told from others by its feeder; the first numbers above those of
 * devices are the real readers'. */
static void
spoolput_begin(struct spoolput *p, const struct spoolcmd *c)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	p->stream = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	p->serial = p->answered = p->cards = 0;
	p->used = p->records = p->held = 0;
	p->vdev = 2 * VDEV_MAX + (uint32_t)getpid();
	p->user = spoolchan_user(&p->s, c->user);
	p->file = c->words[0];
	p->text = !c->binary;
	p->limit = c->binary ? RDR_CARD : SPOOL_RECORD_MAX;
}

int
spoolput_put(struct spoolcmd *c)
{
	static struct spoolput p;
	int rc;

	if (spoolput_known(&p, c) != 0 ||
	    diskpipe_open_in(&p.in, c->words[0], c->relay) != 0)
		return 1;
	rc = spoolchan_open(&p.s, c->front);
	if (rc == 0) {
		spoolput_begin(&p, c);
		rc = spoolput_all(&p);
		if (rc == 0)
			rc = spoolput_close(&p, c);
		spoolchan_close(&p.s); /* and gone is what is not complete */
	}
	diskpipe_close_in(&p.in);
	return rc;
}

/* By what its file is called: profile.exec is PROFILE EXEC. */
int
spoolput_call(struct spoolcmd *c)
{
	const char *file = strrchr(c->words[0], '/');
	char stem[9], *dot;

	file = file != NULL ? file + 1 : c->words[0];
	if (c->name[0] != '\0' || c->type[0] != '\0' || strcmp(file, "-") == 0)
		return 0;
	snprintf(stem, sizeof stem, "%s", file);
	dot = strchr(stem, '.');
	if (dot != NULL)
		*dot = '\0';
	dot = strrchr(file, '.');
	spoolcmd_name(c->name, SPOOL_NAME_MAX, stem);
	if (dot == NULL || dot == file)
		return 0;
	snprintf(stem, sizeof stem, "%s", dot + 1);
	spoolcmd_name(c->type, SPOOL_TYPE_MAX, stem);
	return 0;
}
