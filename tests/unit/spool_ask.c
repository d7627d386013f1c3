/* SPDX-License-Identifier: MIT
 *
 * spool_ask.c - QUERY PURGE CHANGE ORDER TRANSFER of the real vmspool: which
 * files, in what order, how many at a time, and what they are afterwards.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "spool_rig.h"

static struct rig rig;
static struct rig_rows rows;
static struct ipcchan cp, b; /* vmcp's, and the guest B */
static uint64_t stream;

static int
set_up(void **state)
{
	(void)state;
	rig_folder(&rig);
	rig_start(&rig, "start");
	rig_mint(&rig, &cp, NULL, UR_SYSTEM);
	rig_mint(&rig, &b, "B", UR_GUEST);
	return 0;
}

static int
tear_down(void **state)
{
	int status = rig_end(&rig, 0);

	(void)state;
	ipcchan_close(&cp);
	ipcchan_close(&b);
	rig_remove(&rig);
	return status;
}

/* A file of `from` in `to`'s queue. */
static struct spool_file
make(const char *from, const char *to, uint8_t queue, char class)
{
	struct ipc_ur_close c = rig_to(from, 0xD, to, queue);
	struct spool_file file;

	c.attr.class = class;
	assert_int_equal(rig_write(&cp, from, 0xD, ++stream, 1, 1, 1), 0);
	assert_int_equal(rig_close_as(&rig, &cp, &c, &file), 0);
	return file;
}

static void
fill(const char *from, const char *to, uint8_t queue, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		make(from, to, queue, 'A');
}

/* What a question finds, all of it, in rows. */
static unsigned
query(struct ipc_ur_ask q)
{
	static struct rig_rows some;
	unsigned n = 0;

	do {
		assert_int_equal(rig_ask(&rig, &cp, &q, &some), 0);
		assert_true(some.n <= UR_ROWS);
		assert_int_equal(some.done.count, some.n);
		if (some.n > 0)
			assert_true(some.row[some.n - 1].cursor > q.after);
		memcpy(&rows.row[n], some.row, some.n * sizeof rows.row[0]);
		n += some.n;
		q.after = some.done.cursor;
	} while (some.done.more);
	rows.n = n;
	return n;
}

static unsigned
owned(const char *owner, uint8_t queue)
{
	return query(rig_about(ASK_QUERY, owner, queue));
}

static void
which_files(void **state)
{
	struct ipc_ur_ask q = rig_about(ASK_QUERY, "B", 0);
	struct spool_file f = make("A", "B", SPOOL_RDR, 'X');

	(void)state;
	make("C", "B", SPOOL_RDR, 'Y');
	make("B", "B", SPOOL_PRT, 'Y');
	make("B", "B", SPOOL_PUN, 'X');
	make("A", "C", SPOOL_RDR, 'X');
	assert_int_equal(query(q), 4);
	assert_int_equal(rows.row[0].file.queue, SPOOL_RDR);
	assert_int_equal(rows.row[3].file.queue, SPOOL_PRT);
	assert_int_equal(owned("B", SPOOL_RDR), 2);
	assert_int_equal(owned("B", SPOOL_PRT), 1);
	assert_int_equal(owned(NULL, 0), 5);
	assert_int_equal(owned(NULL, SPOOL_RDR), 3);
	assert_int_equal(owned("NOBODY", 0), 0);
	q.by = BY_CLASS;
	q.class = 'X';
	assert_int_equal(query(q), 2);
	q.origin = rig_user("A").user;
	assert_int_equal(query(q), 1);
	assert_memory_equal(&rows.row[0].file, &f, sizeof f);
	q.by = BY_FORM;
	memcpy(q.form, "STANDARD", 8);
	assert_int_equal(query(q), 1);
	memcpy(q.form, "OTHER\0\0\0", 8);
	assert_int_equal(query(q), 0);
	q.by = BY_HELD;
	q.hold = SPOOL_HOLD_USER;
	assert_int_equal(query(q), 0);
	q = rig_about(ASK_QUERY, "B", 0);
	q.by = BY_ID;
	q.spoolid = f.spoolid;
	assert_int_equal(query(q), 1);
	q.queue = SPOOL_PRT;
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), -ENOENT);
	q.queue = 0;
	q.spoolid = 77;
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), -ENOENT);
	q.spoolid = 0;
	q.id = f.id;
	assert_int_equal(query(q), 1);
	q.owner = rig_user("C");
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), -ENOENT);
}

static void
bad_questions(void **state)
{
	struct ipc_ur_ask good = rig_about(ASK_TRANSFER, "B", SPOOL_RDR), q;
	const struct {
		size_t at;
		char byte;
	} bad[] = {
#define AT(field, byte) { offsetof(struct ipc_ur_ask, field), (byte) }
		AT(op, 0), AT(op, 6), AT(by, 5), AT(by, BY_ID), AT(queue, 4),
		AT(by, BY_CLASS), AT(by, BY_HELD), AT(owner, 'b'),
		AT(owner.node, 0), AT(origin, '\n'), AT(after, 1),
		AT(zero[6], 1), AT(to, 0), AT(to_queue, 0), AT(to_queue, 4),
		AT(op, ASK_CHANGE),
#undef AT
	};
	const struct {
		uint32_t change;
		size_t at;
		char byte;
	} changes[] = {
#define AT(change, field, byte) \
	{ (change), offsetof(struct ipc_ur_ask, field), (byte) }
		AT(CHANGE_CLASS, attr.class, '*'),
		AT(CHANGE_COPIES, attr.copies, 0),
		AT(CHANGE_HOLD, attr.hold, 4), AT(CHANGE_HOLD, hold_mask, 4),
		AT(CHANGE_KEEP, attr.keep, 2),
		AT(CHANGE_DIST, attr.dist, 'x'),
		AT(CHANGE_NAME, attr.type, '\a'),
		AT(CHANGE_FORM, attr.form, 0),
		AT(CHANGE_TAG, attr.tag, '\x80'),
		AT(0x100, attr.class, 'A'), AT(CHANGE_KEEP, attr.zero, 1),
#undef AT
	};

	(void)state;
	good.to = rig_user("C");
	good.to_queue = SPOOL_RDR;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		q = good;
		((char *)&q)[bad[i].at] = bad[i].byte;
		if (rig_ask(&rig, &cp, &q, &rows) != -EINVAL)
			fail_msg("byte %zu of UR_ASK", bad[i].at);
	}
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		q = rig_about(ASK_CHANGE, "B", SPOOL_RDR);
		q.change = changes[i].change;
		((char *)&q)[changes[i].at] = changes[i].byte;
		if (rig_ask(&rig, &cp, &q, &rows) != -EINVAL)
			fail_msg("change %x", (unsigned)q.change);
	}
}

static void
in_pages(void **state)
{
	struct ipc_ur_ask q = rig_about(ASK_QUERY, "B", 0);
	unsigned i;

	(void)state;
	fill("A", "B", SPOOL_RDR, 200);
	fill("B", "B", SPOOL_PRT, 70);
	assert_int_equal(owned("B", 0), 270);
	for (i = 1; i < 270; i++)
		assert_true(rows.row[i].cursor > rows.row[i - 1].cursor);
	/* behind any row, also one that is not there any more */
	q.after = rows.row[199].cursor;
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	assert_int_equal(rows.n, 64);
	assert_int_equal(rows.done.more, 1);
	/* a guest's own reader, whether it says so or not */
	q = rig_about(ASK_QUERY, NULL, 0);
	assert_int_equal(rig_ask(&rig, &b, &q, &rows), 0);
	assert_int_equal(rows.n, 64);
	/* more files than one answer is about, and than one looks at */
	q = rig_about(ASK_PURGE, "B", 0);
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	assert_int_equal(rows.done.count, UR_SLICE);
	assert_int_equal(rows.done.more, 1);
	q.after = rows.done.cursor;
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	assert_int_equal(rows.done.count, 270 - UR_SLICE);
	assert_int_equal(rows.done.more, 0);
	assert_int_equal(owned("B", 0), 0);
}

static void
not_the_active_ones(void **state)
{
	struct ipc_ur_ask q = rig_about(ASK_PURGE, "B", SPOOL_RDR);
	struct spool_file f = make("A", "B", SPOOL_RDR, 'A');
	struct ipc_ur_ask by_id = q;

	(void)state;
	fill("A", "B", SPOOL_RDR, 2);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 0, "*").file.id, f.id);
	by_id.by = BY_ID;
	by_id.id = f.id;
	for (uint8_t op = ASK_PURGE; op <= ASK_TRANSFER; op++) {
		by_id.op = op;
		by_id.change = CHANGE_KEEP;
		by_id.to = rig_user("C");
		by_id.to_queue = SPOOL_RDR;
		assert_int_equal(rig_ask(&rig, &cp, &by_id, &rows), -EBUSY);
	}
	assert_int_equal(owned("B", SPOOL_RDR), 3);
	assert_int_equal(rows.row[0].file.active, 1);
	assert_int_equal(rows.row[1].file.active, 0);
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	assert_int_equal(rows.done.count, 2);
	assert_int_equal(rows.done.busy, 1);
	assert_int_equal(owned("B", SPOOL_RDR), 1);
}

static void
changed(void **state)
{
	struct ipc_ur_ask q = rig_about(ASK_CHANGE, "B", SPOOL_RDR);
	struct spool_file f;

	(void)state;
	fill("A", "B", SPOOL_RDR, 2);
	q.change = CHANGE_CLASS | CHANGE_COPIES | CHANGE_HOLD | CHANGE_KEEP |
	    CHANGE_DIST | CHANGE_NAME | CHANGE_FORM | CHANGE_TAG;
	q.hold_mask = SPOOL_HOLD_USER | SPOOL_HOLD_SYSTEM;
	q.attr = (struct spool_attr){ .class = 'Q', .hold = SPOOL_HOLD_SYSTEM,
		.keep = 1, .copies = 255, .form = "WHITE", .dist = "BIN 7",
		.name = "A.LONG.DATASET.NAME.24CH", .type = "LISTING",
		.tag = "Berlin" };
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	assert_int_equal(rows.done.count, 2);
	assert_int_equal(rows.n, 0);
	assert_int_equal(owned("B", SPOOL_RDR), 2);
	assert_memory_equal(&rows.row[0].file.attr, &q.attr, sizeof q.attr);
	assert_memory_equal(&rows.row[1].file.attr, &q.attr, sizeof q.attr);
	/* only what is asked for, and only the bits of the mask */
	f = rows.row[0].file;
	q.change = CHANGE_HOLD;
	q.hold_mask = SPOOL_HOLD_USER;
	q.attr = (struct spool_attr){ .hold = SPOOL_HOLD_USER };
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	f.attr.hold = SPOOL_HOLD_USER | SPOOL_HOLD_SYSTEM;
	assert_int_equal(owned("B", SPOOL_RDR), 2);
	assert_memory_equal(&rows.row[0].file, &f, sizeof f);
	rig_count(&rig, "B");
	assert_int_equal(rig.released, 0);
	q.hold_mask = SPOOL_HOLD_USER | SPOOL_HOLD_SYSTEM;
	q.attr.hold = 0;
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	rig_count(&rig, "B");
	assert_int_equal(rig.released, 2);
}

/* The spoolids of a queue are these. */
static void
expect_order(const char *owner, uint8_t queue, const char *order)
{
	char got[64] = "";
	size_t at = 0;

	query(rig_about(ASK_QUERY, owner, queue));
	for (unsigned i = 0; i < rows.n; i++)
		at += (size_t)snprintf(got + at, sizeof got - at, "%s%u",
		    i == 0 ? "" : " ", rows.row[i].file.spoolid);
	assert_string_equal(got, order);
}

static void
ordered(void **state)
{
	struct ipc_ur_ask q = rig_about(ASK_ORDER, "B", SPOOL_PRT);

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		make("B", "B", SPOOL_PRT, "ABA"[i]);
		make("A", "A", SPOOL_PRT, 'B');
	}
	q.by = BY_ID;
	q.spoolid = 3;
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	assert_int_equal(rows.done.count, 1);
	expect_order("B", SPOOL_PRT, "3 1 2");
	/* Only among his own: A's first is where it was, the second. */
	expect_order(NULL, SPOOL_PRT, "3 1 1 2 2 3");
	assert_string_equal(name_text(rows.row[1].file.owner.user).s, "A");
	q.by = BY_CLASS;
	q.class = 'B';
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	expect_order("B", SPOOL_PRT, "2 3 1");
	/* everybody's: before all others */
	q.owner = rig_user(NULL);
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	assert_int_equal(rows.done.count, 4);
	expect_order(NULL, SPOOL_PRT, "2 1 2 3 3 1");
	q.by = BY_ID;
	q.spoolid = 0;
	q.id = 12345;
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), -ENOENT);
	/* what comes later is behind */
	make("B", "B", SPOOL_PRT, 'A');
	expect_order(NULL, SPOOL_PRT, "2 1 2 3 3 1 4");
}

static void
transferred(void **state)
{
	struct ipc_ur_ask q = rig_about(ASK_TRANSFER, "B", SPOOL_RDR);
	struct spool_file f;

	(void)state;
	make("A", "C", SPOOL_RDR, 'A'); /* C's 1 */
	fill("A", "B", SPOOL_RDR, 3);
	f = make("A", "B", SPOOL_RDR, 'Z');
	rig_count(&rig, "B");
	rig.arrived = 0;
	q.to = rig_user("C");
	q.to_queue = SPOOL_RDR;
	q.by = BY_ID;
	q.spoolid = f.spoolid;
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	assert_int_equal(rows.n, 1);
	assert_int_equal(rows.row[0].was, 4);
	assert_int_equal(rows.row[0].file.spoolid, 2);
	assert_int_equal(rows.row[0].file.id, f.id);
	assert_int_equal(rows.row[0].file.origin_id, f.origin_id);
	assert_string_equal(name_text(rows.row[0].file.owner.user).s, "C");
	rig_count(&rig, "B");
	assert_int_equal(rig.arrived, 1);
	assert_int_equal(rig.last.spoolid, 2);
	q.by = BY_ALL;
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	assert_int_equal(rows.done.count, 3);
	expect_order("C", SPOOL_RDR, "1 2 3 4 5");
	assert_int_equal(owned("B", 0), 0);
	/* to another queue of his; what is there already is let be */
	q.owner = rig_user("C");
	q.to_queue = SPOOL_PUN;
	q.queue = 0;
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	assert_int_equal(rows.done.count, 5);
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	assert_int_equal(rows.done.count, 0);
	assert_int_equal(owned("C", SPOOL_PUN), 5);
	assert_int_equal(rig_count(&rig, "C").punch, 5);
	assert_int_equal(rig_count(&rig, "C").reader, 0);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(which_files),
		TEST(bad_questions),
		TEST(in_pages),
		TEST(not_the_active_ones),
		TEST(changed),
		TEST(ordered),
		TEST(transferred),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
