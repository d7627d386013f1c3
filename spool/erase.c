/* SPDX-License-Identifier: MIT
 *
 * erase.c - what is done behind the clients' backs, a little at a time: the
 * blocks of files that are gone, and the log that is written back.
 */
#include "block.h"
#include "client.h"
#include "log.h"

#define ERASE_BLOCKS 16	   /* in one turn of the loop */
#define ERASE_PAGES 128	   /* given back to the disk, likewise */
#define ERASE_WAIT_MS 50   /* before the first: purges come in groups */
#define ERASE_RETRY_S 5	   /* when the disk did not take it */
#define IDLE_MS 20	   /* without anything to do */
#define IDLE_FRAMES 256	   /* pages in the log that are worth it then */
#define BUSY_FRAMES 1024   /* and that have to be, whoever waits */

/* Up to *left blocks of the next file, which *file is.  1: done, 0: there is
 * none. */
static int
erase_one(struct spool *spool, int *left, int64_t *file)
{
	struct store *store = &spool->store;
	sqlite3_stmt *st;
	int n, rc = store_row(store, &st, SQL_GONE_NEXT, "i", *file);

	if (rc != 1)
		return rc;
	*file = sqlite3_column_int64(st, 0);
	store_done(st);
	rc = store_do(store, SQL_BLOCK_DROP, "iii", BLOCK_ID(*file, 0),
	    BLOCK_ID(*file + 1, 0), (int64_t)*left);
	if (rc < 0)
		return rc;
	n = sqlite3_changes(store->db);
	if (n < *left)
		rc = store_do(store, SQL_GONE_DROP, "i", *file);
	*left -= n + 1;
	return rc < 0 ? rc : 1;
}

/* Many files in one transaction, but when one of them cannot be erased, each
 * in its own, so that it does not keep the others.  1: there are more. */
static int
erase_try(struct spool *spool)
{
	int64_t file = spool->erase_behind;
	int left = ERASE_BLOCKS;
	int more = 0, rc = store_begin(&spool->store, false);

	if (rc == 0) {
		do
			more = erase_one(spool, &left, &file);
		while (more == 1 && left > 0 && !spool->erase_single);
		rc = store_end(&spool->store, more < 0 ? more : 0);
	}
	if (rc < 0 && spool->erase_single)
		spool->erase_behind = file;
	spool->erase_single |= rc < 0;
	return rc < 0 ? rc : more;
}

/* What makes room may use what was kept for that. */
static int
erase_some(struct spool *spool)
{
	int rc;

	do
		rc = erase_try(spool);
	while (store_retry(&spool->store, rc, true));
	return rc;
}

static void
erase_at(struct spool *spool, long ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	if (!evtimer_pending(spool->erase, NULL))
		evtimer_add(spool->erase, &tv);
}

void
erase_soon(struct spool *spool)
{
	erase_at(spool, ERASE_WAIT_MS);
}

static void
erase_turn(evutil_socket_t fd, short what, void *arg)
{
	struct spool *spool = arg;
	int rc = erase_some(spool);

	(void)fd;
	(void)what;
	if (rc == 0)
		rc = store_shrink(&spool->store, ERASE_PAGES) > 0;
	/* what shrank has its size when the log is written back */
	store_checkpoint(&spool->store, rc == 0 && spool->erase_shrank ? 1 :
	    BUSY_FRAMES);
	spool->erase_shrank = rc == 1;
	client_fit(spool);
	if (rc < 0)
		erase_at(spool, ERASE_RETRY_S * 1000L);
	else if (rc == 1)
		erase_at(spool, 0);
	else {
		spool->erase_behind = 0;
		spool->erase_single = false;
	}
}

/* Nothing was done for a while: now a write-back delays nobody. */
static void
erase_idle(evutil_socket_t fd, short what, void *arg)
{
	struct spool *spool = arg;

	(void)fd;
	(void)what;
	store_checkpoint(&spool->store, IDLE_FRAMES);
}

void
erase_busy(struct spool *spool)
{
	static const struct timeval tv = { 0, IDLE_MS * 1000L };

	store_checkpoint(&spool->store, BUSY_FRAMES);
	evtimer_add(spool->idle, &tv); /* begins anew */
}

int
erase_open(struct spool *spool)
{
	spool->erase = evtimer_new(spool->base, erase_turn, spool);
	spool->idle = evtimer_new(spool->base, erase_idle, spool);
	if (spool->erase == NULL || spool->idle == NULL)
		return -1;
	erase_soon(spool); /* what the last vmspool left */
	return 0;
}

void
erase_close(struct spool *spool)
{
	event_free(spool->erase);
	event_free(spool->idle);
}
