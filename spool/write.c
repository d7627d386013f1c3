/* SPDX-License-Identifier: MIT
 *
 * write.c - files that are being written: blocks, and the close that makes a
 * file of them.  Looks into no queue.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "block.h"
#include "client.h"
#include "field.h"
#include "log.h"
#include "name.h"
#include "queue.h"

#define WRITE_KEYS 64 /* taken into stock at a time */
#define WRITE_CLASS_CON 'T' /* of a console's file that nobody closed */

/* A row of the table device. */
struct write_device {
	struct vm_user user;
	uint32_t vdev;
	uint64_t stream, serial;
	int64_t file; /* 0: none open */
	uint32_t device;
	int64_t records, bytes, blocks, created;
	int64_t closed; /* the file before, */
	int64_t tag;	/* and what closed it */
};

/* A block that came, and what was found out about it. */
struct write_request {
	const struct ipc_ur_write *w;
	struct vm_user user; /* who writes */
	uint64_t bytes;
	bool whole;
};

static int64_t
write_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* 0: also when there is none, then it is empty. */
static int
write_load(struct store *store, const struct vm_user *user, uint32_t vdev,
    struct write_device *dev)
{
	sqlite3_stmt *st;
	int got = store_row(store, &st, SQL_DEVICE_GET, "ui", user,
	    (int64_t)vdev);

	*dev = (struct write_device){ .user = *user, .vdev = vdev };
	if (got != 1)
		return got;
	dev->stream = (uint64_t)sqlite3_column_int64(st, 0);
	dev->serial = (uint64_t)sqlite3_column_int64(st, 1);
	dev->file = sqlite3_column_int64(st, 2);
	dev->device = (uint32_t)sqlite3_column_int(st, 3);
	dev->records = sqlite3_column_int64(st, 4);
	dev->bytes = sqlite3_column_int64(st, 5);
	dev->blocks = sqlite3_column_int64(st, 6);
	dev->created = sqlite3_column_int64(st, 7);
	dev->closed = sqlite3_column_int64(st, 8);
	dev->tag = sqlite3_column_int64(st, 9);
	store_done(st);
	return 0;
}

static int
write_save(struct store *store, const struct write_device *dev)
{
	return store_do(store, SQL_DEVICE_PUT, "uiiiiiiiiiii", &dev->user,
	    (int64_t)dev->vdev, (int64_t)dev->stream, (int64_t)dev->serial,
	    dev->file, (int64_t)dev->device, dev->records, dev->bytes,
	    dev->blocks, dev->created, dev->closed, dev->tag);
}

/* It has no open file any more. */
static void
write_empty(struct write_device *dev)
{
	dev->file = dev->records = dev->bytes = dev->blocks = 0;
}

/* Off with the open file: what it has goes later. */
static int
write_purge(struct spool *spool, struct write_device *dev)
{
	int rc = store_do(&spool->store, SQL_GONE_ADD, "i", dev->file);

	write_empty(dev);
	return rc;
}

/* --- devices whose block could not be stored --- */

static struct client_stuck *
write_stuck(struct client *client, const struct write_request *r)
{
	struct client_stuck *stuck;

	LIST_FOREACH(stuck, &client->stuck, entry)
		if (stuck->vdev == r->w->vdev &&
		    memcmp(&stuck->user, &r->user, sizeof r->user) == 0)
			return stuck;
	return NULL;
}

static void
write_trouble(struct client *client, uint32_t vdev, int rc)
{
	struct ipc_spool_trouble trouble = { .user = client->user,
		.vdev = vdev, .rc = rc };

	if (client->rights == UR_GUEST)
		loopchan_send(&client->spool->cp, IPC_SPOOL_TROUBLE, &trouble,
		    sizeof trouble, -1);
}

static bool
write_waits(int rc)
{
	return rc == -ENOSPC || rc == -EIO || rc == -EDQUOT || rc == -ENOMEM;
}

/* The first time that a block cannot be stored, and when one can again. */
static void
write_note(struct client *client, const struct write_request *r, int rc)
{
	struct client_stuck *stuck = write_stuck(client, r);

	if (stuck == NULL && write_waits(rc)) {
		stuck = calloc(1, sizeof *stuck);
		if (stuck == NULL)
			return;
		stuck->user = r->user;
		stuck->vdev = r->w->vdev;
		stuck->stream = r->w->stream;
		stuck->serial = r->w->serial;
		stuck->rc = rc;
		LIST_INSERT_HEAD(&client->stuck, stuck, entry);
		write_trouble(client, stuck->vdev, rc);
	} else if (stuck != NULL && rc == 0) {
		LIST_REMOVE(stuck, entry);
		write_trouble(client, stuck->vdev, 0);
		free(stuck);
	} else if (stuck != NULL && write_waits(rc)) {
		stuck->stream = r->w->stream; /* or another deck's */
		stuck->serial = r->w->serial;
		stuck->rc = rc;
	}
}

/* A block behind the one that waits would come to stand before it. */
static bool
write_behind(struct client *client, const struct write_request *r, int *rc)
{
	const struct client_stuck *stuck = write_stuck(client, r);

	if (stuck == NULL || stuck->stream != r->w->stream ||
	    r->w->serial <= stuck->serial)
		return false;
	*rc = stuck->rc;
	return true;
}

/* --- decks --- */

static struct client_deck *
write_deck(struct spool *spool, const struct vm_user *user, uint32_t vdev)
{
	struct client_deck *deck;

	LIST_FOREACH(deck, &spool->decks, entry)
		if (deck->vdev == vdev &&
		    memcmp(&deck->user, user, sizeof *user) == 0)
			return deck;
	return NULL;
}

/* The first block of a deck makes it this channel's. */
static int
write_claim(struct client *client, const struct write_request *r)
{
	struct client_deck *deck;

	if (r->w->vdev <= VDEV_MAX)
		return 0;
	deck = write_deck(client->spool, &r->user, r->w->vdev);
	if (deck != NULL)
		return deck->client == client ? 0 : -EBUSY;
	if (client->decks == CLIENT_DECKS)
		return -EMFILE;
	deck = calloc(1, sizeof *deck);
	if (deck == NULL)
		return -ENOMEM;
	deck->client = client;
	deck->user = r->user;
	deck->vdev = r->w->vdev;
	client->decks++;
	LIST_INSERT_HEAD(&client->spool->decks, deck, entry);
	return 0;
}

static void
write_unclaim(struct client_deck *deck)
{
	if (deck != NULL) {
		deck->client->decks--;
		LIST_REMOVE(deck, entry);
		free(deck);
	}
}

/* Nobody continues a deck: what is open of it goes, and its row. */
static int
write_forget(struct spool *spool, const struct vm_user *user, uint32_t vdev)
{
	struct write_device dev;
	int rc = store_begin(&spool->store, false);

	if (rc == 0)
		rc = write_load(&spool->store, user, vdev, &dev);
	if (rc == 0 && dev.file != 0)
		rc = write_purge(spool, &dev);
	if (rc == 0)
		rc = store_do(&spool->store, SQL_DEVICE_DROP, "ui", user,
		    (int64_t)vdev);
	return store_end(&spool->store, rc);
}

void
write_ended(struct client *client)
{
	struct client_deck *deck, *next;
	int rc;

	for (deck = LIST_FIRST(&client->spool->decks); deck != NULL;
	     deck = next) {
		next = LIST_NEXT(deck, entry);
		if (deck->client != client)
			continue;
		do
			rc = write_forget(client->spool, &deck->user,
			    deck->vdev);
		while (store_retry(&client->spool->store, rc, true));
		if (rc < 0)
			log_warnx("a deck of %s stays open",
			    name_text(deck->user.user).s);
		write_unclaim(deck);
		erase_soon(client->spool);
	}
}

/* --- blocks --- */

/* Keys that a failed transaction used are not used again either. */
static int
write_stock(struct spool *spool)
{
	sqlite3_stmt *st;
	int64_t end = 0;
	int rc;

	if (spool->key < spool->key_end)
		return 0;
	rc = store_begin(&spool->store, false);
	if (rc == 0)
		rc = store_row(&spool->store, &st, SQL_KEY_TAKE, "i",
		    (int64_t)WRITE_KEYS);
	if (rc == 1) {
		end = sqlite3_column_int64(st, 0);
		store_done(st);
		rc = 0;
	}
	rc = store_end(&spool->store, rc);
	if (rc == 0) {
		spool->key = end - WRITE_KEYS;
		spool->key_end = end;
	}
	return rc;
}

static int
write_room(struct spool *spool, const struct write_request *r, bool opens)
{
	uint64_t files = 0, bytes = 0;
	int rc = queue_used(&spool->store, &r->user, &files, &bytes);

	if (rc < 0)
		return rc;
	if (opens && files >= spool->limit.files)
		return -EDQUOT;
	return r->bytes > spool->limit.bytes ||
	    bytes > spool->limit.bytes - r->bytes ? -EDQUOT : 0;
}

static int
write_append(struct spool *spool, struct write_device *dev,
    const struct write_request *r)
{
	const struct ipc_ur_write *w = r->w;
	int64_t id, first = dev->records + 1, records = w->records;
	int rc = write_room(spool, r, dev->file == 0);

	if (rc < 0)
		return rc;
	if (dev->file == 0) {
		dev->file = ++spool->key;
		dev->created = write_now();
	}
	if (dev->device != w->device)
		return -EINVAL;
	if (dev->blocks == BLOCK_MAX)
		return -EDQUOT;
	id = BLOCK_ID(dev->file, dev->blocks);
	dev->blocks++;
	dev->records += records;
	dev->bytes += (int64_t)r->bytes;
	return store_do(&spool->store, SQL_BLOCK_ADD, "iiiib", id, first,
	    records, block_sum(id, first, records, w->text, w->text_len),
	    w->text, (size_t)w->text_len);
}

/* In the transaction.  A block that is not whole is passed over, so that those
 * behind it can come. */
static int
write_add(struct spool *spool, const struct write_request *r)
{
	const struct ipc_ur_write *w = r->w;
	struct write_device dev;
	int rc = write_load(&spool->store, &r->user, w->vdev, &dev);

	if (rc < 0)
		return rc;
	if (dev.stream == w->stream && w->serial <= dev.serial)
		return 0; /* it came again */
	if (dev.stream == w->stream && w->serial != dev.serial + 1)
		return -EINVAL;
	if (dev.stream != w->stream && w->vdev > VDEV_MAX) {
		if (w->serial != 1)
			return -ESTALE; /* a deck without its head */
		if (dev.file != 0)
			rc = write_purge(spool, &dev);
	}
	if (dev.file == 0)
		dev.device = w->device;
	if (rc == 0 && r->whole)
		rc = write_append(spool, &dev, r);
	dev.stream = w->stream;
	dev.serial = w->serial;
	if (rc == 0)
		rc = write_save(&spool->store, &dev);
	return rc;
}

static int
write_try(struct spool *spool, const struct write_request *r)
{
	int rc = write_stock(spool);

	if (rc == 0)
		rc = store_begin(&spool->store, false);
	return rc == 0 ? store_end(&spool->store, write_add(spool, r)) : rc;
}

static int
write_store(struct client *client, const struct write_request *r)
{
	struct spool *spool = client->spool;
	int rc = write_claim(client, r);

	if (rc == 0 && !store_room(&spool->store))
		rc = -ENOSPC;
	if (rc == 0)
		do
			rc = write_try(spool, r);
		while (store_retry(&spool->store, rc, false));
	if (rc == 0 && !r->whole)
		rc = -EPROTO;
	return rc;
}

static bool
write_good(const struct client *client, const struct ipc_ur_write *w)
{
	if (w->vdev == 0 || w->serial == 0)
		return false;
	if (client->rights == UR_GUEST)
		return w->vdev <= VDEV_MAX &&
		    (w->device == SPOOL_ON_PUN || w->device == SPOOL_ON_PRT);
	if (client->rights == UR_REAL && w->vdev <= VDEV_MAX)
		return false; /* that is a user's device */
	return field_user(&w->user) && w->device >= SPOOL_ON_RDR &&
	    w->device <= SPOOL_ON_CON;
}

void
write_block(struct client *client, const struct ipcchan_message *msg)
{
	const struct ipc_ur_write *w = msg->payload;
	struct write_request r = { .w = w, .user = w->user };
	struct ipc_ur_wrote wrote = { .vdev = w->vdev, .user = w->user,
		.serial = w->serial };

	if (client->rights == UR_GUEST) {
		r.user = client->user;
		if (!field_no_user(&w->user)) {
			client_lied(client, "a block in another's name");
			return;
		}
	}
	r.whole = block_whole(w->text, w->text_len, w->records, &r.bytes);
	if (!write_good(client, w)) {
		wrote.rc = -EINVAL;
	} else if (!write_behind(client, &r, &wrote.rc)) {
		wrote.rc = write_store(client, &r);
		write_note(client, &r, wrote.rc);
	}
	loopchan_send(&client->lc, IPC_UR_WROTE, &wrote, sizeof wrote, -1);
}

/* --- the end of a file --- */

static void
write_make(const struct write_device *dev, const struct ipc_ur_close *c,
    struct queue_file *qf)
{
	static const char standard[SPOOL_FORM_MAX] = { "STANDARD" };

	*qf = (struct queue_file){ .blocks = dev->blocks,
		.file = { .id = (uint64_t)dev->file,
		    .records = (uint64_t)dev->records,
		    .bytes = (uint64_t)dev->bytes,
		    .created_ns = dev->created, .closed_ns = write_now(),
		    .owner = c->to, .origin = dev->user, .queue = c->queue,
		    .device = (uint8_t)dev->device, .attr = c->attr } };
	if (qf->file.attr.form[0] == '\0')
		memcpy(qf->file.attr.form, standard, sizeof standard);
}

/* There is nothing to close, but the same order may have closed it before, and
 * whoever gave it did not hear of that. */
static int
write_again(struct spool *spool, const struct ipc_ur_close *c,
    const struct write_device *dev, struct queue_file *qf)
{
	int rc;

	if (c->how != CLOSE_FILE || dev->closed == 0 || dev->tag != c->tag)
		return 0;
	rc = queue_find(&spool->store, (uint64_t)dev->closed, qf);
	return rc == -ENOENT ? 0 : rc == 0 ? 1 : rc;
}

/* In the transaction.  1: qf is the file that was made. */
static int
write_end(struct spool *spool, const struct ipc_ur_close *c,
    struct queue_file *qf)
{
	struct write_device dev;
	bool made = false;
	int rc = write_load(&spool->store, &c->user, c->vdev, &dev);

	if (rc < 0)
		return rc;
	if (dev.file == 0)
		return write_again(spool, c, &dev, qf);
	if (c->how == CLOSE_PURGE || dev.records == 0) {
		rc = write_purge(spool, &dev);
	} else {
		made = true;
		write_make(&dev, c, qf);
		rc = queue_add(&spool->store, qf);
		dev.closed = dev.file;
		dev.tag = c->tag;
		write_empty(&dev);
	}
	if (rc == 0 && c->vdev > VDEV_MAX)
		rc = store_do(&spool->store, SQL_DEVICE_DROP, "ui", &c->user,
		    (int64_t)c->vdev);
	else if (rc == 0)
		rc = write_save(&spool->store, &dev);
	return rc == 0 && made ? 1 : rc;
}

static int
write_commit(struct spool *spool, const struct ipc_ur_close *c,
    struct queue_file *qf)
{
	int made, rc = store_begin(&spool->store, true);

	if (rc < 0)
		return rc;
	made = write_end(spool, c, qf);
	rc = store_end(&spool->store, made < 0 ? made : 0);
	return rc < 0 ? rc : made;
}

/* The same, on a full disk too. */
static int
write_finish(struct spool *spool, const struct ipc_ur_close *c,
    struct queue_file *qf)
{
	int rc;

	do
		rc = write_commit(spool, c, qf);
	while (store_retry(&spool->store, rc, true));
	return rc;
}

static bool
write_close_good(const struct ipc_ur_close *c)
{
	if (c->vdev < 1 || !field_user(&c->user) ||
	    !field_zero(c->zero, sizeof c->zero))
		return false;
	if (c->how == CLOSE_PURGE)
		return true;
	return c->how == CLOSE_FILE && field_user(&c->to) &&
	    c->queue >= SPOOL_RDR && c->queue <= SPOOL_PRT &&
	    field_attr(&c->attr, c->attr.form[0] == '\0' ?
	    ~(uint32_t)CHANGE_FORM : ~(uint32_t)0);
}

static void
write_row(struct client *client, uint32_t tag, const struct spool_file *file)
{
	struct ipc_ur_row row = { .tag = tag, .file = *file };

	loopchan_send(&client->lc, IPC_UR_ROW, &row, sizeof row, -1);
}

/* The device is somebody's real one: it puts files into readers only, and
 * closes no other's deck. */
static bool
write_may_close(struct client *client, const struct ipc_ur_close *c)
{
	struct client_deck *deck;

	if (client->rights == UR_REAL && (c->vdev <= VDEV_MAX ||
	    (c->how == CLOSE_FILE && c->queue != SPOOL_RDR)))
		return false;
	deck = c->vdev > VDEV_MAX ? write_deck(client->spool, &c->user,
	    c->vdev) : NULL;
	return deck == NULL || deck->client == client;
}

void
write_close(struct client *client, const struct ipcchan_message *msg)
{
	const struct ipc_ur_close *c = msg->payload;
	struct spool *spool = client->spool;
	struct queue_file qf;
	int rc = -EINVAL;

	if (!write_may_close(client, c))
		rc = -EPERM;
	else if (write_close_good(c))
		rc = write_finish(spool, c, &qf);
	if (rc >= 0 && c->vdev > VDEV_MAX)
		write_unclaim(write_deck(spool, &c->user, c->vdev));
	if (rc == 1) {
		write_row(client, c->tag, &qf.file);
		client_news(spool, IPC_SPOOL_ARRIVED, &qf.file);
	}
	client_answer(client, c->tag, rc < 0 ? rc : 0, rc == 1);
	erase_soon(spool);
}

/* --- what the last system left open --- */

static int
write_leftover(struct spool *spool, const struct write_device *dev)
{
	static const struct spool_attr attr = { .class = WRITE_CLASS_CON,
		.copies = 1 };
	struct ipc_ur_close c = { .vdev = dev->vdev, .user = dev->user,
		.to = dev->user, .queue = SPOOL_PRT,
		.how = dev->device == SPOOL_ON_CON ? CLOSE_FILE : CLOSE_PURGE,
		.attr = attr };
	struct name_text who = name_text(dev->user.user);
	struct queue_file qf;
	int rc = write_finish(spool, &c, &qf);

	if (rc < 0)
		client_notice(spool, "THE FILE OF %s %03X STAYS OPEN: %s",
		    who.s, dev->vdev, strerror(-rc));
	else if (rc == 1)
		log_info("the console file of %s is his PRT FILE %04u", who.s,
		    qf.file.spoolid);
	else
		log_info("what %s wrote on %03X was not closed: purged",
		    who.s, dev->vdev);
	return rc;
}

void
write_leftovers(struct spool *spool)
{
	struct store *store = &spool->store;
	sqlite3_stmt *st;
	int64_t behind = 0;

	while (store_row(store, &st, SQL_DEVICE_OPEN, "i", behind) == 1) {
		struct write_device dev = { 0 };

		store_text(st, 0, dev.user.user.c, VM_NAME_MAX);
		store_text(st, 1, dev.user.node.c, VM_NAME_MAX);
		dev.vdev = (uint32_t)sqlite3_column_int64(st, 2);
		dev.device = (uint32_t)sqlite3_column_int(st, 3);
		behind = sqlite3_column_int64(st, 4);
		store_done(st);
		write_leftover(spool, &dev);
	}
	if (store_begin(store, false) == 0)
		store_end(store, store_do(store, SQL_DEVICE_FORGET, ""));
}
