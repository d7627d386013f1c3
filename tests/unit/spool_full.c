/* SPDX-License-Identifier: MIT
 *
 * spool_full.c - vmspool on a disk that is full: cards wait, everything else
 * can be done, and what is purged is room for others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "small_disk.h"
#include "spool_rig.h"

#define DISK "size=32m"
#define BLOCK_CARDS 3000

static struct rig rig;
static struct rig_rows rows;
static struct ipcchan a, cp;
static uint64_t stream;

static int
punch(void)
{
	struct spool_file file;
	int rc = rig_write(&a, NULL, 0xD, ++stream, 1, 1, BLOCK_CARDS);

	return rc != 0 ? rc : rig_close(&rig, &cp, "A", 0xD, "B", SPOOL_RDR,
	    &file);
}

/* Files until there is no room. */
static unsigned
fill(void)
{
	unsigned n = 0;
	int rc;

	while ((rc = punch()) == 0)
		n++;
	assert_int_equal(rc, -ENOSPC);
	return n;
}

static void
purge(unsigned n)
{
	struct ipc_ur_ask q = rig_about(ASK_PURGE, NULL, 0);
	unsigned gone = 0;

	do {
		assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
		gone += rows.done.count;
		q.after = rows.done.cursor;
	} while (rows.done.more);
	assert_int_equal(gone, n);
}

static void
begin(void)
{
	rig_start(&rig, "again");
	rig_mint(&rig, &cp, NULL, UR_SYSTEM);
	rig_mint(&rig, &a, "A", UR_GUEST);
}

static void
end(int sig)
{
	rig_end(&rig, sig);
	ipcchan_close(&cp);
	ipcchan_close(&a);
}

/* The waiting block comes again and again, and then it is stored. */
static void
wait_for_room(void)
{
	int tries = 200;

	while (rig_write(&a, NULL, 0xD, stream, 1, 1, BLOCK_CARDS) != 0) {
		assert_true(--tries > 0);
		usleep(20000);
	}
}

/* To its last byte. */
static void
stuff(const char *path)
{
	static const char junk[4096];
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	setvbuf(f, NULL, _IONBF, 0);
	while (fwrite(junk, 1, sizeof junk, f) == sizeof junk)
		;
	fclose(f);
}

/* Others took all the room but what was kept, that of the log too. */
static void
start_without_room(void)
{
	char log[160], other[160];

	begin();
	purge(rig_count(&rig, "B").reader);
	usleep(500000);
	assert_int_equal(punch(), 0);
	end(0);
	snprintf(log, sizeof log, "%s-wal", rig.db);
	snprintf(other, sizeof other, "%s/other", rig.folder);
	assert_int_equal(unlink(log), 0); /* it was written back */
	stuff(other);
	begin();
	purge(1);
	assert_int_equal(unlink(other), 0);
	end(0);
}

static void
a_full_disk(void **state)
{
	struct ipc_ur_ask q = rig_about(ASK_TRANSFER, "B", 0);
	struct spool_file file;
	unsigned n, next;

	(void)state;
	if (!small_disk(rig.folder, DISK)) {
		print_message("skipped: no disk of our own (%s)\n",
		    strerror(errno));
		skip();
	}
	begin();
	n = fill();
	rig_count(&rig, "A");
	assert_int_equal(rig.trouble.rc, -ENOSPC);
	assert_int_equal(rig_count(&rig, "B").reader, n);
	q.to = rig_user("C");
	q.to_queue = SPOOL_PUN;
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	end(SIGKILL);
	begin(); /* it starts on a full disk */
	assert_int_equal(rig_count(&rig, "C").punch, UR_SLICE);
	n += fill();
	purge(n);
	wait_for_room();
	rig_count(&rig, "A");
	assert_int_equal(rig.trouble.rc, 0);
	assert_int_equal(rig_close(&rig, &cp, "A", 0xD, "B", SPOOL_RDR,
	    &file), 0);
	usleep(1000000); /* what is gone is erased */
	next = fill();
	assert_true(next > n / 2);
	end(0);
	begin();
	assert_int_equal(rig_count(&rig, "B").reader, next + 1);
	end(0);
	start_without_room();
	assert_int_equal(umount(rig.folder), 0);
}

static int
set_up(void **state)
{
	(void)state;
	rig_folder(&rig);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	rig_remove(&rig);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_full_disk, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
