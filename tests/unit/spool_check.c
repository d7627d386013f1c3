/* SPDX-License-Identifier: MIT
 *
 * spool_check.c - UR_CHECK says what is damaged, and nothing else; what is
 * found is held; it delays nobody.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include <cmocka.h>

#include "spool_rig.h"

#define CARDS 50

static struct rig rig;
static struct rig_rows rows;
static struct ipcchan cp, op;
static struct spool_file files[3];
static uint64_t stream;
static char text[IPC_TEXT_MAX + 1];

static void
begin(void)
{
	rig.said[0] = '\0';
	rig_start(&rig, "again");
	rig_mint(&rig, &cp, NULL, UR_SYSTEM);
	rig_mint(&rig, &op, NULL, UR_SYSTEM);
}

static void
end(void)
{
	assert_int_equal(rig_end(&rig, 0), 0);
	ipcchan_close(&cp);
	ipcchan_close(&op);
}

static void
blocks(uint32_t vdev, unsigned n, unsigned cards)
{
	stream++;
	for (unsigned b = 0; b < n; b++)
		assert_int_equal(rig_write(&cp, "A", vdev, stream, b + 1,
		    b * cards, cards), 0);
}

/* Three files of four blocks for B, and one open. */
static int
set_up(void **state)
{
	(void)state;
	rig_folder(&rig);
	begin();
	for (unsigned i = 0; i < 3; i++) {
		blocks(0xD, 4, CARDS);
		assert_int_equal(rig_close(&rig, &cp, "A", 0xD, "B",
		    SPOOL_RDR, &files[i]), 0);
	}
	blocks(0xE, 2, CARDS);
	assert_int_equal(rig_check(&rig, &op, text), 0);
	assert_string_equal(text, "");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	end();
	rig_remove(&rig);
	return 0;
}

/* While vmspool is not there. */
static void
sql(const char *order)
{
	char *why = NULL;
	sqlite3 *db;

	end();
	assert_int_equal(sqlite3_open(rig.db, &db), SQLITE_OK);
	if (sqlite3_exec(db, order, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
	sqlite3_close(db);
	begin();
}

/* One line, which is this; and no file is held for it but `held`. */
static void
says(const char *line, unsigned held)
{
	struct ipc_ur_ask q = rig_about(ASK_QUERY, "B", SPOOL_RDR);
	char whole[256];

	assert_int_equal(rig_check(&rig, &op, text), 1);
	snprintf(whole, sizeof whole, "%s\n", line);
	assert_string_equal(text, whole);
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	for (unsigned i = 0; i < rows.n; i++)
		assert_int_equal(rows.row[i].file.damaged, i + 1 == held);
}

#define BLOCK(file, seq) "id = " #file " * 16777216 + " #seq

static void
a_block(void **state)
{
	(void)state;
	assert_int_equal(files[1].id, 2);
	sql("UPDATE block SET sum = sum + 1 WHERE " BLOCK(2, 1));
	says("B RDR FILE 0002: RECORDS 51 TO 100 ARE DAMAGED", 2);
	/* the same again when it is known */
	says("B RDR FILE 0002: RECORDS 51 TO 100 ARE DAMAGED", 2);
}

static void
the_first_and_the_last(void **state)
{
	(void)state;
	sql("DELETE FROM block WHERE " BLOCK(1, 0));
	says("B RDR FILE 0001: RECORDS 1 TO 50 ARE DAMAGED", 1);
	end();
	rig_remove(&rig);
	set_up(NULL);
	sql("UPDATE block SET data = zeroblob(100) WHERE " BLOCK(3, 3));
	says("B RDR FILE 0003: RECORDS 151 TO 200 ARE DAMAGED", 3);
}

static void
all_blocks(void **state)
{
	(void)state;
	sql("DELETE FROM block WHERE id / 16777216 = 3");
	says("B RDR FILE 0003: RECORDS 1 TO 200 ARE DAMAGED", 3);
}

static void
counts(void **state)
{
	(void)state;
	sql("UPDATE file SET records = 201 WHERE id = 1");
	says("B RDR FILE 0001: ITS RECORDS ARE NOT THOSE THAT WERE COUNTED", 1);
}

static void
an_open_file(void **state)
{
	(void)state;
	sql("UPDATE block SET sum = 0 WHERE " BLOCK(4, 0));
	says("FILE OPEN ON A 00E: RECORDS 1 TO 50 ARE DAMAGED", 0);
}

static void
orphans(void **state)
{
	(void)state;
	sql("UPDATE block SET id = id + 100 * 16777216 WHERE " BLOCK(4, 1)
	    "; UPDATE device SET records = 50, bytes = (SELECT length(data) - "
	    "2 * records FROM block WHERE " BLOCK(4, 0) "), blocks = 1 "
	    "WHERE file = 4");
	says("BLOCKS OF A FILE THAT IS NOT THERE: 104", 0);
	/* one that is to be erased is none */
	sql("INSERT INTO gone VALUES (104)");
	assert_int_equal(rig_check(&rig, &op, text), 0);
}

static void
accounts(void **state)
{
	(void)state;
	sql("UPDATE user SET owned = 7 WHERE name = 'B'");
	says("B OWNS 3 FILES, NOT 7", 0);
	sql("UPDATE user SET owned = 3 WHERE name = 'B'; "
	    "UPDATE user SET files = 2 WHERE name = 'A'");
	says("A WROTE 3 FILES, NOT 2, OR OTHER BYTES", 0);
	sql("UPDATE user SET files = 3 WHERE name = 'A'; "
	    "UPDATE key SET last = 2");
	says("A FILE HAS A KEY THAT WAS NOT YET GIVEN: 3", 0);
}

static void
places_and_owners(void **state)
{
	(void)state;
	sql("UPDATE file SET place = 1");
	says("FILES ARE AT ONE PLACE OF A QUEUE: 3", 0);
	sql("UPDATE file SET place = id; DELETE FROM user WHERE name = 'B'");
	says("B HAS FILES, BUT NO ACCOUNT", 0);
	sql("INSERT INTO gone VALUES (2)"); /* and soon it has no cards */
	assert_true(rig_check(&rig, &op, text) > 1);
	assert_non_null(strstr(text, "A FILE IS PURGED OR OPEN, AND THERE: 2"));
}

/* Very many lines: as many as there is room for, and how many more. */
static void
more_than_a_text(void **state)
{
	(void)state;
	sql("WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n "
	    "WHERE i < 1999) INSERT INTO block SELECT i * 16777216, 1, 1, 0, "
	    "x'00' FROM n");
	assert_int_equal(rig_check(&rig, &op, text), 1000);
	assert_non_null(strstr(text, "IS NOT THERE: 1000\n"));
	assert_non_null(strstr(text, "\nAND "));
	assert_string_equal(text + strlen(text) - 6, " MORE\n");
}

/* Others are served meanwhile; a second one is not; nobody waits for the
 * answer of one whose client is gone. */
static void
beside_others(void **state)
{
	struct ipc_tag order = { .tag = ++rig.tag };
	struct spool_file file;
	int rc = 0, tries = 100;

	(void)state;
	blocks(0xD, 200, 3000);
	assert_int_equal(rig_close(&rig, &cp, "A", 0xD, "B", SPOOL_PRT, &file),
	    0);
	do { /* one may be done before the other comes */
		rig_send(&op, IPC_UR_CHECK, &order, sizeof order);
		rc = rig_check(&rig, &cp, text);
		blocks(0xD, 1, CARDS);
		rig_done(&op, order.tag, &rows);
		assert_int_equal(rows.done.count, 0);
	} while (rc == 0 && rows.done.rc == 0 && --tries > 0);
	assert_int_equal(rc + rows.done.rc, -EBUSY);
	rig_send(&op, IPC_UR_CHECK, &order, sizeof order);
	ipcchan_close(&op);
	rig_mint(&rig, &op, NULL, UR_SYSTEM);
	while (rig_check(&rig, &op, text) == -EBUSY)
		usleep(1000);
	assert_string_equal(text, "");
}

/* Nobody asks, and nobody reads it. */
static void
after_the_start(void **state)
{
	(void)state;
	sql("UPDATE block SET sum = sum + 1 WHERE " BLOCK(3, 2));
	for (int i = 0; i < 1000 && strstr(rig.said, "ARE DAMAGED") == NULL;
	     i++) {
		usleep(1000);
		rig_count(&rig, "B");
	}
	assert_non_null(strstr(rig.said, "RDR FILE 0003 OF B IS DAMAGED, AND "
	    "HELD"));
	assert_non_null(strstr(rig.said, "SPOOL: B RDR FILE 0003: RECORDS 101 "
	    "TO 150 ARE DAMAGED"));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_block),
		TEST(the_first_and_the_last),
		TEST(all_blocks),
		TEST(counts),
		TEST(an_open_file),
		TEST(orphans),
		TEST(accounts),
		TEST(places_and_owners),
		TEST(more_than_a_text),
		TEST(beside_others),
		TEST(after_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
