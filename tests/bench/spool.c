/* SPDX-License-Identifier: MIT
 *
 * spool.c - what vmspool costs, through its channels:
 *
 *   spool VMSPOOL
 *
 * A file punched and closed, on disk, beside the same bytes inserted into
 * SQLite with the same settings, in microseconds; and the processor time of
 * vmspool, in nanoseconds, for what a user does with 100 files of his among
 * 100,000, beside the same with no others.  Ours and the floor take turns; a
 * line is the median of ours, of the floor, and of the ratios of the pairs.
 */
#include <sqlite3.h>
#include <sys/stat.h>
#include <time.h>

static const char *vmspool;
#define VMSPOOL vmspool
#include "../../spool/block.h"
#include "../unit/spool_rig.h"
#include "median.h"

#define PAIRS 15
#define FILES 100     /* in a round of a pair */
#define OWN 100	      /* files of the user */
#define OTHERS 99900
#define OF_ONE 9000   /* at most, of one of the others */
#define CARD 80

static struct ipcchan cp[2];
static struct rig rig[2];
static struct rig_rows rows;
static char block[SPOOL_BLOCK_MAX];

static void
print(const char *what, double *ours, double *floor, size_t n)
{
	double ratio[PAIRS];

	for (size_t i = 0; i < n; i++)
		ratio[i] = ours[i] / floor[i];
	printf("%s: %.1f %.1f %.3f\n", what, median(ours, n),
	    median(floor, n), median(ratio, n));
	fflush(stdout);
}

static double
now(clockid_t clock)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts) < 0)
		err(1, "clock");
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* So many whole cards: the block's length. */
static size_t
cards(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		char *at = block + i * (CARD + SPOOL_LENGTH);

		at[0] = CARD;
		at[1] = 0;
		memset(at + SPOOL_LENGTH, 'A' + (int)(i % 26), CARD);
	}
	return (size_t)n * (CARD + SPOOL_LENGTH);
}

/* USER punches n cards and closes them into TO's reader. */
static void
punch(unsigned r, const char *to, unsigned n, size_t len)
{
	static uint64_t stream;
	struct ipc_ur_write w = { .vdev = 0xD, .user = rig_user("USER"),
		.stream = ++stream, .serial = 1, .records = n,
		.device = SPOOL_ON_PUN };
	struct spool_file file;
	int rc;

	rig_block(&cp[r], &w, block, len);
	rc = rig_wrote(&cp[r], 1);
	if (rc == 0)
		rc = rig_close(&rig[r], &cp[r], "USER", 0xD, to, SPOOL_RDR,
		    &file);
	if (rc != 0)
		errx(1, "punch: %d", rc);
}

/* Everything that is in a user's reader. */
static void
purge(unsigned r, const char *owner)
{
	struct ipc_ur_ask q = rig_about(ASK_PURGE, owner, SPOOL_RDR);

	do
		if (rig_ask(&rig[r], &cp[r], &q, &rows) != 0)
			errx(1, "purge: %d", rows.done.rc);
	while (rows.done.more);
}

static void
begin(unsigned r)
{
	static const struct ipc_spool_limit limit = { .files = 1000000,
		.bytes = UINT64_C(1) << 40 };

	rig_start(&rig[r], "again");
	rig_send(&rig[r].cp, IPC_SPOOL_LIMIT, &limit, sizeof limit);
	rig_mint(&rig[r], &cp[r], NULL, UR_SYSTEM);
}

static void
end(unsigned r)
{
	ipcchan_close(&cp[r]);
	rig_end(&rig[r], 0);
}

/* --- durable closes --- */

static void
sql(sqlite3 *db, const char *text)
{
	char *why;

	if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
		errx(1, "%s: %s", text, why);
}

static sqlite3 *
raw_open(const char *path)
{
	sqlite3 *db;

	if (sqlite3_open(path, &db) != SQLITE_OK)
		errx(1, "%s", path);
	sql(db, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA page_size=4096;"
	    "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL;"
	    "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=1024;"
	    "PRAGMA cache_size=-32768; PRAGMA secure_delete=OFF;"
	    "CREATE TABLE raw (id INTEGER PRIMARY KEY, data BLOB NOT NULL)");
	return db;
}

static double
raw_round(sqlite3 *db, sqlite3_stmt *st, size_t len)
{
	double begun = now(CLOCK_MONOTONIC);

	for (unsigned i = 0; i < FILES; i++) {
		sqlite3_bind_blob(st, 1, block, (int)len, SQLITE_STATIC);
		if (sqlite3_step(st) != SQLITE_DONE)
			errx(1, "%s", sqlite3_errmsg(db));
		sqlite3_reset(st);
	}
	return (now(CLOCK_MONOTONIC) - begun) / FILES / 1e3;
}

static double
close_round(const char *to, unsigned n, size_t len)
{
	double begun = now(CLOCK_MONOTONIC);

	for (unsigned i = 0; i < FILES; i++)
		punch(0, to, n, len);
	return (now(CLOCK_MONOTONIC) - begun) / FILES / 1e3;
}

static void
bench_close(const char *what, unsigned n)
{
	double ours[PAIRS], floor[PAIRS];
	size_t len = cards(n);
	char path[192], log[200];
	sqlite3_stmt *st;
	sqlite3 *db;

	rig_folder(&rig[0]);
	begin(0);
	snprintf(path, sizeof path, "%s.raw", rig[0].root);
	snprintf(log, sizeof log, "%s-wal", path);
	db = raw_open(path);
	sqlite3_prepare_v2(db, "INSERT INTO raw (data) VALUES (?1)", -1, &st,
	    NULL);
	for (unsigned i = 0; i < PAIRS; i++) {
		floor[i] = raw_round(db, st, len);
		ours[i] = close_round("OTHER", n, len);
	}
	print(what, ours, floor, PAIRS);
	sqlite3_finalize(st);
	sqlite3_close(db);
	unlink(path);
	unlink(log);
	end(0);
	rig_remove(&rig[0]);
}

/* --- a long queue --- */

/* Files of the others, each of one card: o is whose, among how many. */
static const char others[] =
    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE "
    "i < ?1 - 1) INSERT INTO file SELECT 1000000 + i, 'OTHER' || (i / ?2), "
    "'N', 1, i % ?2 + 1, i + 1, 'A', 'STANDARD', 1, 0, 0, 'PROFILE', 'EXEC', "
    "'OTHER', '', 'OTHER' || (i / ?2), 'N', i % ?2 + 1, 2, 1, 1, 1, "
    "1763632800000000000 + i, 1763632800000000000 + i, 0 FROM n;";
static const char others_blocks[] =
    "INSERT INTO block SELECT id * 16777216, 1, 1, spool_sum(id * 16777216), "
    "x'010041' FROM file;"
    "INSERT INTO user SELECT owner, 'N', count(*), count(*), count(*), "
    "count(*) FROM file GROUP BY owner;"
    "UPDATE key SET last = 2000000; PRAGMA wal_checkpoint";

/* Of a block of that one card. */
static void
fill_sum(sqlite3_context *context, int n, sqlite3_value **value)
{
	(void)n;
	sqlite3_result_int64(context, block_sum(sqlite3_value_int64(value[0]),
	    1, 1, "\1\0A", 3));
}

static void
fill(const char *path)
{
	sqlite3_stmt *st;
	sqlite3 *db;

	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_create_function(db, "spool_sum", 1, SQLITE_UTF8, NULL,
	    fill_sum, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, others, -1, &st, NULL) != SQLITE_OK)
		errx(1, "%s", sqlite3_errmsg(db));
	sqlite3_bind_int(st, 1, OTHERS);
	sqlite3_bind_int(st, 2, OF_ONE);
	if (sqlite3_step(st) != SQLITE_DONE)
		errx(1, "%s", sqlite3_errmsg(db));
	sqlite3_finalize(st);
	sql(db, others_blocks);
	sqlite3_close(db);
}

static double
vmspool_time(unsigned r)
{
	clockid_t clock;

	if (clock_getcpuclockid(rig[r].pid, &clock) != 0)
		errx(1, "no clock of vmspool");
	return now(clock);
}

static void
do_query(unsigned r)
{
	struct ipc_ur_ask q = rig_about(ASK_QUERY, "USER", SPOOL_RDR);
	unsigned n = 0;

	do {
		if (rig_ask(&rig[r], &cp[r], &q, &rows) != 0)
			errx(1, "query: %d", rows.done.rc);
		q.after = rows.done.cursor;
		n += rows.n;
	} while (rows.done.more);
	if (n < OWN)
		errx(1, "query: %u files", n);
}

static void
do_close(unsigned r)
{
	punch(r, "USER", 40, cards(40));
}

static void
do_purge(unsigned r)
{
	struct ipc_ur_ask q = rig_about(ASK_QUERY, "USER", SPOOL_RDR);

	rig_ask(&rig[r], &cp[r], &q, &rows);
	q.op = ASK_PURGE;
	q.by = BY_ID;
	q.spoolid = rows.row[0].file.spoolid;
	if (rig_ask(&rig[r], &cp[r], &q, &rows) != 0)
		errx(1, "purge: %d", rows.done.rc);
}

/* vmspool reads its files after a start, which takes processor time. */
static void
settle(unsigned r)
{
	static char text[IPC_TEXT_MAX + 1];

	if (rig_check(&rig[r], &cp[r], text) != 0)
		errx(1, "check: %s", text);
}

static double
queue_round(unsigned r, void (*fn)(unsigned r), unsigned n)
{
	double begun;

	rig_count(&rig[r], "USER");
	begun = vmspool_time(r);
	for (unsigned i = 0; i < n; i++)
		fn(r);
	rig_count(&rig[r], "USER");
	return (vmspool_time(r) - begun) / n;
}

static void
bench_queue(void)
{
	static const struct {
		const char *what;
		void (*fn)(unsigned r);
	} step[] = {
		{ "query", do_query }, { "close", do_close },
		{ "purge", do_purge },
	};
	double ours[3][PAIRS], floor[3][PAIRS];

	for (unsigned r = 0; r < 2; r++) {
		rig_folder(&rig[r]);
		begin(r);
		end(r);
		if (r == 0)
			fill(rig[r].db);
		begin(r);
		settle(r);
		for (unsigned i = 0; i < OWN; i++)
			do_close(r);
	}
	for (unsigned i = 0; i < PAIRS; i++)
		for (unsigned k = 0; k < 3; k++) {
			floor[k][i] = queue_round(1, step[k].fn, FILES);
			ours[k][i] = queue_round(0, step[k].fn, FILES);
		}
	for (unsigned k = 0; k < 3; k++)
		print(step[k].what, ours[k], floor[k], PAIRS);
	for (unsigned r = 0; r < 2; r++) {
		purge(r, "USER");
		end(r);
		rig_remove(&rig[r]);
	}
}

int
main(int argc, char *argv[])
{
	if (argc != 2)
		errx(2, "usage: spool VMSPOOL");
	vmspool = argv[1];
	bench_close("close 40", 40);
	bench_close("close 730", 730);
	bench_queue();
	return 0;
}
