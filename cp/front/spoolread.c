/* SPDX-License-Identifier: MIT
 *
 * spoolread.c - vm370 spool read and print: a file of the spool, block by
 * block, to a file of the host.  The spool is as before when it ends.
 */
#include "spoolcmd.h"

#include <errno.h>
#include <string.h>

#include "diskpipe.h"
#include "listing.h"
#include "name.h"

struct spoolread {
	struct spoolchan s;
	char what[32]; /* for messages */
	struct spool_file file;
	uint64_t blocks;
	bool raw;
	struct listing listing;
	struct diskpipe_out out;
	uint64_t at;   /* bytes that out has */
	size_t held;   /* and those that it is to get */
	char text[DISKPIPE_MAX];
};

/* --- the file --- */

static int
spoolread_row(const struct ipc_ur_row *row, void *arg)
{
	struct spoolread *r = arg;

	r->file = row->file;
	return 0;
}

static int
spoolread_find(struct spoolread *r, const struct spoolcmd *c)
{
	struct ipc_ur_ask ask = { .tag = r->s.tag, .op = ASK_QUERY,
		.by = BY_ID, .owner = spoolchan_user(&r->s, c->user),
		.spoolid = c->id };
	struct ipc_ur_done done;
	int rc = spoolchan_send(&r->s, IPC_UR_ASK, &ask, sizeof ask, -1);

	if (rc == 0)
		rc = spoolchan_done(&r->s, &done, spoolread_row, r, NULL);
	if (rc != 0)
		return rc;
	if (done.rc == 0 && r->file.id == 0)
		done.rc = -ENOENT;
	return done.rc != 0 ? spoolchan_fail(r->what, done.rc) : 0;
}

/* From now on it is nobody else's. */
static int
spoolread_open(struct spoolread *r)
{
	struct ipc_ur_open ask = { .tag = r->s.tag, .queue = r->file.queue,
		.id = r->file.id, .classes = "*" };
	struct ipcchan_message msg;
	struct ipc_ur_opened opened;
	int rc = spoolchan_send(&r->s, IPC_UR_OPEN, &ask, sizeof ask, -1);

	do
		if (rc != 0 || (rc = spoolchan_wait(&r->s, &msg)) != 0)
			return rc;
	while (msg.type != IPC_UR_OPENED);
	memcpy(&opened, msg.payload, sizeof opened);
	if (opened.rc != 0)
		return spoolchan_fail(r->what, opened.rc);
	r->file = opened.file;
	r->blocks = opened.blocks;
	return 0;
}

static int
spoolread_back(struct spoolread *r)
{
	struct ipc_ur_finish finish = { .tag = r->s.tag, .how = FINISH_BACK,
		.id = r->file.id };
	struct ipc_ur_done done;
	int rc = spoolchan_send(&r->s, IPC_UR_FINISH, &finish, sizeof finish,
	    -1);

	return rc == 0 ? spoolchan_done(&r->s, &done, NULL, NULL, NULL) : rc;
}

/* --- its text --- */

static int
spoolread_spill(struct spoolread *r)
{
	size_t n = r->held;

	r->held = 0;
	r->at += n;
	return diskpipe_put(&r->out, r->at - n, r->text, n) == 0 ? 0 : -1;
}

static int
spoolread_text(void *arg, const char *text, size_t len)
{
	struct spoolread *r = arg;

	while (len > 0) {
		size_t n = sizeof r->text - r->held;

		if (n > len)
			n = len;
		memcpy(r->text + r->held, text, n);
		r->held += n;
		text += n;
		len -= n;
		if (r->held == sizeof r->text && spoolread_spill(r) != 0)
			return -1;
	}
	return 0;
}

static bool
spoolread_printed(const struct spoolread *r)
{
	return r->file.device == SPOOL_ON_PRT ||
	    r->file.device == SPOOL_ON_CON;
}

/* A card is what was punched, byte for byte; the card of one blank is what an
 * empty line was. */
static int
spoolread_card(struct spoolread *r, const char *card, size_t len)
{
	if (len == 1 && card[0] == ' ' && !r->raw)
		len = 0;
	if (spoolread_text(r, card, len) != 0)
		return -1;
	return r->raw ? 0 : spoolread_text(r, "\n", 1);
}

static int
spoolread_cards(struct spoolread *r, const char *block, size_t size)
{
	const char *card;
	size_t at = 0, len;
	int got;

	while ((got = listing_next(block, size, &at, &card, &len)) > 0)
		if (spoolread_card(r, card, len) != 0)
			return -1;
	return got;
}

/* Whatever failed has said so, but for a block that is none. */
static int
spoolread_block(struct spoolread *r, const char *block, size_t size, bool page)
{
	errno = 0;
	if ((page || (spoolread_printed(r) && !r->raw) ?
	    listing_block(&r->listing, block, size) :
	    spoolread_cards(r, block, size)) == 0)
		return 0;
	return errno == EPROTO ? spoolchan_fail(r->what, -EIO) : 1;
}

/* --- its blocks --- */

static int
spoolread_ask(struct spoolread *r, uint64_t seq)
{
	struct ipc_ur_read ask = { .id = r->file.id, .seq = seq };

	return seq >= r->blocks ? 0 : spoolchan_send(&r->s, IPC_UR_READ, &ask,
	    sizeof ask, -1);
}

static int
spoolread_data(struct spoolread *r, uint64_t seq, bool page)
{
	const struct ipc_ur_data *data;
	struct ipcchan_message msg;

	do
		if (spoolchan_wait(&r->s, &msg) != 0)
			return 1;
	while (msg.type != IPC_UR_DATA);
	data = msg.payload;
	if (data->rc != 0)
		return spoolchan_fail(r->what, data->rc);
	if (data->id != r->file.id || data->seq != seq)
		return spoolchan_fail(r->what, -EIO);
	return spoolread_block(r, data->text, data->text_len, page);
}

/* A few are asked for ahead. */
static int
spoolread_all(struct spoolread *r, bool page)
{
	int rc = 0;

	for (uint64_t i = 0; rc == 0 && i < UR_WINDOW; i++)
		rc = spoolread_ask(r, i);
	for (uint64_t i = 0; rc == 0 && i < r->blocks; i++) {
		rc = spoolread_data(r, i, page);
		if (rc == 0)
			rc = spoolread_ask(r, i + UR_WINDOW);
	}
	if (rc == 0 && listing_end(&r->listing) != 0)
		rc = 1;
	return rc == 0 && spoolread_spill(r) != 0 ? 1 : rc;
}

static int
spoolread_file(struct spoolread *r, bool page)
{
	int rc = spoolread_open(r);

	if (rc != 0)
		return rc;
	listing_begin(&r->listing, !spoolread_printed(r) ? LISTING_CARDS :
	    page ? LISTING_PRINTED : LISTING_SPACED, spoolread_text, r);
	rc = spoolread_all(r, page);
	return rc == 0 ? spoolread_back(r) : rc;
}

static int
spoolread_run(struct spoolcmd *c, bool page)
{
	static struct spoolread r;
	int rc;

	if (spoolchan_open(&r.s, c->front) != 0)
		return 1;
	snprintf(r.what, sizeof r.what, "%s %04u", name_text(c->user).s, c->id);
	r.raw = c->raw;
	rc = spoolread_find(&r, c);
	if (rc == 0)
		rc = diskpipe_open_stream(&r.out, c->nwords > 0 ? c->words[0] :
		    "-", c->relay);
	if (rc == 0) {
		rc = spoolread_file(&r, page);
		if (rc == 0)
			rc = diskpipe_end(&r.out, r.at);
		diskpipe_close_out(&r.out);
	}
	spoolchan_close(&r.s);
	return rc;
}

int
spoolread_read(struct spoolcmd *c)
{
	return spoolread_run(c, false);
}

int
spoolread_print(struct spoolcmd *c)
{
	return spoolread_run(c, true);
}
