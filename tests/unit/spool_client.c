/* SPDX-License-Identifier: MIT
 *
 * spool_client.c - the real vmspool as its clients see it: from a card that is
 * punched to the file that is gone, what comes again, what is refused, and
 * what a kill leaves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "spool_rig.h"

static struct rig rig;
static struct rig_rows rows;
static char block[SPOOL_BLOCK_MAX], same[SPOOL_BLOCK_MAX];
static struct ipcchan cp, a, b; /* vmcp's, and the guests A and B */
static struct spool_file file;

static void
all_channels(void)
{
	rig_mint(&rig, &cp, NULL, UR_SYSTEM);
	rig_mint(&rig, &a, "A", UR_GUEST);
	rig_mint(&rig, &b, "B", UR_GUEST);
}

static int
set_up(void **state)
{
	(void)state;
	rig_folder(&rig);
	rig_start(&rig, "start");
	all_channels();
	return 0;
}

static void
end_channels(void)
{
	ipcchan_close(&cp);
	ipcchan_close(&a);
	ipcchan_close(&b);
}

static int
tear_down(void **state)
{
	int status = rig_end(&rig, 0);

	(void)state;
	end_channels();
	rig_remove(&rig);
	return status;
}

/* Killed, and started by vmcp, which mints all channels again. */
static void
kill_and_again(const char *how)
{
	rig_end(&rig, SIGKILL);
	end_channels();
	rig_start(&rig, how);
	all_channels();
}

/* While vmspool is not there. */
static void
sql(const char *text)
{
	char *why = NULL;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(rig.db, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", text, why);
	sqlite3_close(db);
}

static int
sql_number(const char *text)
{
	sqlite3_stmt *st;
	sqlite3 *db;
	int n;

	assert_int_equal(sqlite3_open(rig.db, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, text, -1, &st, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

static int
close_to(const char *user, const char *to)
{
	return rig_close(&rig, &cp, user, 0xD, to, SPOOL_RDR, &file);
}

/* n cards of A in B's reader. */
static struct spool_file
send_cards(unsigned n)
{
	static uint64_t stream;

	assert_int_equal(rig_write(&a, NULL, 0xD, ++stream, 1, 1, n), 0);
	assert_int_equal(close_to("A", "B"), 0);
	return file;
}

static void
expect_closed(struct ipcchan *ch)
{
	struct ipcchan_message msg;

	assert_int_equal(rig_next(ch, &msg), 0);
}

static uint32_t
reader_of(const char *user)
{
	return rig_count(&rig, user).reader;
}

/* --- the whole way --- */

static void
punched_closed_read(void **state)
{
	struct ipc_ur_opened o;
	struct rig_data d;
	size_t len;

	(void)state;
	assert_int_equal(rig_write(&a, NULL, 0xD, 1, 1, 1, 100), 0);
	assert_int_equal(rig_write(&a, NULL, 0xD, 1, 2, 101, 50), 0);
	assert_int_equal(reader_of("B"), 0); /* nothing is half visible */
	assert_int_equal(rig.arrived, 0);
	assert_int_equal(close_to("A", "B"), 0);
	assert_int_equal(reader_of("B"), 1);
	assert_int_equal(rig.arrived, 1);
	assert_int_equal(rig.last.id, file.id);
	assert_int_equal(file.records, 150);
	assert_int_equal(file.spoolid, 1);
	assert_int_equal(file.origin_id, 1);
	assert_string_equal(name_text(file.owner.user).s, "B");
	assert_string_equal(name_text(file.origin.user).s, "A");
	assert_int_equal(file.device, SPOOL_ON_PUN);
	assert_true(file.closed_ns >= file.created_ns);
	assert_true(file.created_ns > 0);

	o = rig_open(&rig, &b, SPOOL_RDR, 0, "*");
	assert_int_equal(o.rc, 0);
	assert_int_equal(o.file.id, file.id);
	assert_int_equal(o.file.active, 1);
	assert_int_equal(o.blocks, 2);
	d = rig_read(&b, file.id, 1, 0, block);
	len = rig_cards(same, 101, 50);
	assert_int_equal(d.rc, 0);
	assert_int_equal(d.first, 101);
	assert_int_equal(d.records, 50);
	assert_int_equal(d.len, len);
	assert_memory_equal(block, same, len);
	assert_int_equal(rig_read(&b, file.id, 2, 0, block).rc, -ENOENT);
	d = rig_read(&b, file.id, 77, 100, block); /* seq is not used */
	assert_int_equal(d.seq, 0);
	assert_int_equal(d.first, 1);
	assert_int_equal(rig_read(&b, file.id, 0, 101, block).seq, 1);
	assert_int_equal(rig_read(&b, file.id, 0, 151, block).rc, -ENOENT);
	assert_int_equal(rig_read(&b, file.id, ~UINT64_C(0), 0, block).rc,
	    -ENOENT);
	assert_int_equal(rig_read(&a, file.id, 0, 0, block).rc, -EINVAL);
	assert_int_equal(rig_finish(&rig, &a, file.id, FINISH_DONE), -EINVAL);
	assert_int_equal(rig_finish(&rig, &b, file.id, 5), -EINVAL);
	assert_int_equal(rig_finish(&rig, &b, file.id, FINISH_DONE), 0);
	assert_int_equal(rig_finish(&rig, &b, file.id, FINISH_DONE), -ENOENT);
	assert_int_equal(reader_of("B"), 0);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 0, "*").rc, -ENOENT);
}

/* All that a block may have: 32 KB records, binary zeros, empty ones. */
static void
any_bytes(void **state)
{
	struct ipc_ur_write w = { .vdev = 0xD, .stream = 1, .serial = 1,
		.device = SPOOL_ON_PUN };
	size_t n = 0;

	(void)state;
	memset(block, 0, sizeof block);
	block[1] = (char)0x80; /* 32768 */
	n = SPOOL_LENGTH + SPOOL_RECORD_MAX;
	for (size_t i = 2; i < n; i++)
		block[i] = (char)(i * 7);
	block[n] = (char)(SPOOL_BLOCK_MAX - n - 4);
	block[n + 1] = (char)((SPOOL_BLOCK_MAX - n - 4) >> 8);
	w.records = 3; /* the last one is empty */
	rig_block(&a, &w, block, SPOOL_BLOCK_MAX);
	assert_int_equal(rig_wrote(&a, 1), 0);
	assert_int_equal(close_to("A", "B"), 0);
	assert_int_equal(file.records, 3);
	assert_int_equal(file.bytes, SPOOL_BLOCK_MAX - 6);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, file.id, "").rc, 0);
	assert_int_equal(rig_read(&b, file.id, 0, 3, same).len,
	    SPOOL_BLOCK_MAX);
	assert_memory_equal(same, block, SPOOL_BLOCK_MAX);
}

static void
blocks_that_are_none(void **state)
{
	static const struct {
		unsigned records;
		size_t len;
		unsigned char bytes[8];
	} bad[] = {
		{ 1, 0, "" },
		{ 0, 3, { 1, 0, 'x' } },
		{ 2, 3, { 1, 0, 'x' } },
		{ 1, 4, { 1, 0, 'x', 'y' } },
		{ 1, 3, { 2, 0, 'x' } },
		{ 1, 3, { 1, 0x80, 'x' } },
		{ 1, 1, { 0 } },
		{ 0xFFFFFFFF, 2, { 0, 0 } },
	};
	struct ipc_ur_write w = { .vdev = 0xD, .stream = 1,
		.device = SPOOL_ON_PUN };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		w.serial = i + 1;
		w.records = bad[i].records;
		rig_block(&a, &w, bad[i].bytes, bad[i].len);
		assert_int_equal(rig_wrote(&a, w.serial), -EPROTO);
	}
	/* What comes behind them is taken. */
	assert_int_equal(rig_write(&a, NULL, 0xD, 1, w.serial + 1, 1, 1), 0);
	assert_int_equal(close_to("A", "B"), 0);
	assert_int_equal(file.records, 1);
}

static void
closing_nothing(void **state)
{
	struct ipc_ur_close c = rig_to("A", 0xD, "B", SPOOL_RDR);

	(void)state;
	assert_int_equal(close_to("A", "B"), 0);
	assert_int_equal(file.id, 0);
	assert_int_equal(rig_write(&a, NULL, 0xD, 1, 1, 1, 10), 0);
	c.how = CLOSE_PURGE;
	assert_int_equal(rig_close_as(&rig, &cp, &c, &file), 0);
	assert_int_equal(file.id, 0);
	assert_int_equal(close_to("A", "B"), 0);
	assert_int_equal(file.id, 0);
	assert_int_equal(reader_of("B"), 0);
	assert_int_equal(rig.arrived, 0);
}

/* --- what comes again --- */

static void
resent_blocks(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 3; i++)
		assert_int_equal(rig_write(&a, NULL, 0xD, 7, i, i, 1), 0);
	assert_int_equal(rig_write(&a, NULL, 0xD, 7, 2, 2, 1), 0);
	assert_int_equal(rig_write(&a, NULL, 0xD, 7, 5, 5, 1), -EINVAL);
	kill_and_again("again");
	assert_int_equal(rig_write(&a, NULL, 0xD, 7, 3, 3, 1), 0);
	assert_int_equal(rig_write(&a, NULL, 0xD, 7, 4, 4, 1), 0);
	/* The next life of the machine goes on with the file. */
	assert_int_equal(rig_write(&a, NULL, 0xD, 8, 1, 5, 1), 0);
	assert_int_equal(close_to("A", "B"), 0);
	assert_int_equal(file.records, 5);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 0, "A").rc, 0);
	for (unsigned i = 1; i <= 5; i++) {
		size_t len = rig_cards(same, i, 1);

		assert_int_equal(rig_read(&b, file.id, 0, i, block).len,
		    len);
		assert_memory_equal(block, same, len);
	}
	/* A block whose file was closed meanwhile does not open another. */
	assert_int_equal(rig_write(&a, NULL, 0xD, 8, 1, 5, 1), 0);
	assert_int_equal(close_to("A", "B"), 0);
	assert_int_equal(file.id, 0);
}

/* vmcp did not hear that the file was closed, and orders it again. */
static void
close_comes_again(void **state)
{
	struct ipc_ur_close c = rig_to("A", 0xD, "B", SPOOL_RDR);
	struct spool_file first;

	(void)state;
	assert_int_equal(rig_write(&a, NULL, 0xD, 7, 1, 1, 1), 0);
	assert_int_equal(rig_close_as(&rig, &cp, &c, &first), 0);
	kill_and_again("again");
	rig.tag--;
	assert_int_equal(rig_close_as(&rig, &cp, &c, &file), 0);
	assert_int_equal(file.id, first.id);
	assert_int_equal(reader_of("B"), 1);
	assert_int_equal(rig_close_as(&rig, &cp, &c, &file), 0);
	assert_int_equal(file.id, 0); /* another order, and nothing to close */
}

static void
a_new_system(void **state)
{
	struct ipc_ur_opened o;
	struct ipcchan real;

	(void)state;
	send_cards(3);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 0, "*").rc, 0);
	assert_int_equal(rig_write(&a, NULL, 0xD, 9, 1, 1, 1), 0);
	assert_int_equal(rig_write(&cp, "A", 9, 1, 1, 1, 25), 0);
	kill_and_again("start");
	assert_int_equal(reader_of("B"), 1); /* as it was */
	assert_int_equal(rig_count(&rig, "A").printer, 1);
	assert_int_equal(close_to("A", "B"), 0);
	assert_int_equal(file.id, 0);
	/* A new client may begin where it likes. */
	assert_int_equal(rig_write(&a, NULL, 0xD, 9, 1, 1, 1), 0);
	rig_mint(&rig, &real, "PRT00E", UR_REAL);
	o = rig_open(&rig, &real, SPOOL_PRT, 0, "*");
	assert_int_equal(o.rc, 0);
	assert_int_equal(o.file.device, SPOOL_ON_CON);
	assert_int_equal(o.file.records, 25);
	ipcchan_close(&real);
}

static void
decks_end_with_their_channel(void **state)
{
	uint32_t deck = VDEV_MAX + 5;
	struct ipcchan one, two;

	(void)state;
	rig_mint(&rig, &one, "RDR00C", UR_REAL);
	rig_mint(&rig, &two, "RDR00C", UR_REAL);
	assert_int_equal(rig_write(&one, "B", deck, 1, 1, 1, 5), 0);
	assert_int_equal(rig_write(&two, "B", deck, 2, 1, 1, 5), -EBUSY);
	assert_int_equal(rig_close(&rig, &two, "B", deck, "B", SPOOL_RDR,
	    &file), -EPERM);
	assert_int_equal(rig_close(&rig, &one, "B", deck, "B", SPOOL_PRT,
	    &file), -EPERM);
	ipcchan_close(&one);
	reader_of("B"); /* it has seen that */
	assert_int_equal(rig_write(&two, "B", deck, 2, 1, 1, 2), 0);
	kill_and_again("again");
	ipcchan_close(&two);
	rig_mint(&rig, &two, "RDR00C", UR_REAL);
	assert_int_equal(rig_write(&two, "B", deck, 2, 2, 3, 2), 0);
	assert_int_equal(rig_close(&rig, &two, "B", deck, "B", SPOOL_RDR,
	    &file), 0);
	assert_int_equal(file.records, 4);
	/* the next deck; a part of one is none */
	assert_int_equal(rig_write(&two, "B", deck, 3, 2, 1, 3), -ESTALE);
	assert_int_equal(rig_write(&two, "B", deck, 2, 3, 1, 3), -ESTALE);
	assert_int_equal(rig_write(&two, "B", deck, 2, 1, 1, 3), 0);
	assert_int_equal(rig_close(&rig, &two, "B", deck, "B", SPOOL_RDR,
	    &file), 0);
	assert_int_equal(file.records, 3);
	ipcchan_close(&two);
	/* what was left of a deck that nobody continues is no part of the
	 * next one */
	rig_mint(&rig, &one, "RDR00C", UR_REAL);
	assert_int_equal(rig_write(&one, "B", deck, 3, 1, 1, 5), 0);
	ipcchan_close(&one);
	kill_and_again("again");
	rig_mint(&rig, &one, "RDR00C", UR_REAL);
	assert_int_equal(rig_write(&one, "B", deck, 4, 1, 1, 1), 0);
	assert_int_equal(rig_close(&rig, &one, "B", deck, "B", SPOOL_RDR,
	    &file), 0);
	assert_int_equal(file.records, 1);
	ipcchan_close(&one);
}

/* --- what is refused --- */

static void
bad_closes(void **state)
{
	struct ipc_ur_close good = rig_to("A", 0xD, "B", SPOOL_RDR), c;
	const struct {
		size_t at;
		char byte;
	} bad[] = {
#define AT(field, byte) { offsetof(struct ipc_ur_close, field), (byte) }
		AT(vdev, 0), AT(user, 0), AT(user.node, 0), AT(to, 'a'),
		AT(to.node, '\n'), AT(to.user.c[7], 'X'), AT(queue, 0),
		AT(queue, 4), AT(how, 0), AT(how, 3), AT(zero[5], 1),
		AT(attr.class, '*'), AT(attr.class, 'a'), AT(attr.class, 0),
		AT(attr.hold, 4), AT(attr.keep, 2), AT(attr.copies, 0),
		AT(attr.zero, 1), AT(attr.form[2], 'x'),
		AT(attr.form[2], '\x7F'), AT(attr.dist[0], '\x1B'),
		AT(attr.dist[3], 'A'), AT(attr.name[0], 'a'),
		AT(attr.name[23], 'A'), AT(attr.type[0], '\xC4'),
		AT(attr.tag[0], '\n'), AT(attr.tag[9], ' '),
#undef AT
	};

	(void)state;
	assert_int_equal(rig_write(&a, NULL, 0xD, 1, 1, 1, 1), 0);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		c = good;
		((char *)&c)[bad[i].at] = bad[i].byte;
		if (rig_close_as(&rig, &cp, &c, &file) != -EINVAL)
			fail_msg("byte %zu of UR_CLOSE", bad[i].at);
	}
	memcpy(good.attr.tag, "To: somebody@far", 16);
	memset(good.attr.form, 0, sizeof good.attr.form);
	assert_int_equal(rig_close_as(&rig, &cp, &good, &file), 0);
	assert_memory_equal(file.attr.form, "STANDARD", 8);
	assert_memory_equal(file.attr.tag, good.attr.tag, SPOOL_TAG_MAX);
}

static void
bad_writes(void **state)
{
	struct ipc_ur_write good = { .vdev = 0xD, .stream = 1, .serial = 1,
		.records = 1, .device = SPOOL_ON_PUN }, w;
	const struct {
		size_t at;
		char byte;
	} bad[] = {
#define AT(field, byte) { offsetof(struct ipc_ur_write, field), (byte) }
		AT(vdev, 0), { offsetof(struct ipc_ur_write, vdev) + 2, 1 },
		AT(serial, 0), AT(device, 0),
		AT(device, SPOOL_ON_CON), AT(device, SPOOL_ON_RDR),
		AT(device, 77),
#undef AT
	};
	struct ipcchan real;
	size_t len = rig_cards(block, 1, 1);

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		w = good;
		((char *)&w)[bad[i].at] = bad[i].byte;
		rig_block(&a, &w, block, len);
		if (rig_wrote(&a, w.serial) != -EINVAL)
			fail_msg("byte %zu of UR_WRITE", bad[i].at);
	}
	/* the same device cannot be a punch and a printer */
	assert_int_equal(rig_write(&a, NULL, 0xD, 1, 1, 1, 1), 0);
	w = good;
	w.serial = 2;
	w.device = SPOOL_ON_PRT;
	rig_block(&a, &w, block, len);
	assert_int_equal(rig_wrote(&a, 2), -EINVAL);
	w = good; /* nobody's */
	rig_block(&cp, &w, block, len);
	assert_int_equal(rig_wrote(&cp, 1), -EINVAL);
	/* a real reader writes decks, into nobody's devices */
	rig_mint(&rig, &real, "RDR00C", UR_REAL);
	assert_int_equal(rig_write(&real, "A", 0xD, 1, 2, 1, 1), -EINVAL);
	for (uint32_t i = 1; i <= 64; i++)
		assert_int_equal(rig_write(&real, "A", VDEV_MAX + i, 1, 1, 1,
		    1), 0);
	assert_int_equal(rig_write(&real, "A", VDEV_MAX + 65, 1, 1, 1, 1),
	    -EMFILE);
	assert_int_equal(rig_close(&rig, &real, "A", VDEV_MAX + 9, "A",
	    SPOOL_RDR, &file), 0);
	assert_int_equal(rig_write(&real, "A", VDEV_MAX + 65, 1, 1, 1, 1), 0);
	ipcchan_close(&real);
}

/* Each costs the liar his channel and nobody else anything. */
static void
liars(void **state)
{
	struct ipc_ur_close c = rig_to("A", 0xD, "A", SPOOL_RDR);
	struct ipc_ur_write w = { .vdev = 0xD, .user = rig_user("B"),
		.stream = 1, .serial = 1, .records = 1,
		.device = SPOOL_ON_PUN };
	struct ipc_ur_open o = { .queue = SPOOL_PRT, .classes = "*" };
	struct ipc_ur_ask q[] = { rig_about(ASK_PURGE, "A", SPOOL_RDR),
		rig_about(ASK_QUERY, "B", SPOOL_RDR),
		rig_about(ASK_QUERY, "A", SPOOL_PRT),
		rig_about(ASK_TRANSFER, "A", SPOOL_RDR) };
	struct ipc_tag tag = { 1 };
	struct ipcchan ch;

	(void)state;
#define LIES(who, rights, type, payload)                              \
	do {                                                          \
		rig_mint(&rig, &ch, who, rights);                     \
		ipcchan_send(&ch, type, &payload, sizeof payload, -1); \
		expect_closed(&ch);                                   \
		ipcchan_close(&ch);                                   \
	} while (0)
	LIES("A", UR_GUEST, IPC_UR_CLOSE, c);
	LIES("A", UR_GUEST, IPC_UR_OPEN, o);
	LIES("A", UR_GUEST, IPC_UR_CHECK, tag);
	for (size_t i = 0; i < sizeof q / sizeof q[0]; i++)
		LIES("A", UR_GUEST, IPC_UR_ASK, q[i]);
	LIES("PRT00E", UR_REAL, IPC_UR_ASK, q[0]);
	LIES("PRT00E", UR_REAL, IPC_UR_CHECK, tag);
	o.queue = SPOOL_RDR;
	LIES("PRT00E", UR_REAL, IPC_UR_OPEN, o);
	LIES("A", 0, IPC_UR_OPEN, o);
	LIES("A", 4, IPC_UR_OPEN, o);
#undef LIES
	rig_mint(&rig, &ch, "A", UR_GUEST);
	rig_block(&ch, &w, block, rig_cards(block, 1, 1));
	expect_closed(&ch);
	ipcchan_close(&ch);
	send_cards(1); /* the others live */
	assert_int_equal(reader_of("B"), 1);
	/* Another's file is not there. */
	assert_int_equal(rig_open(&rig, &a, SPOOL_RDR, file.id, "*").rc,
	    -ENOENT);
	q[0] = rig_about(ASK_QUERY, "A", SPOOL_RDR);
	q[0].by = BY_ID;
	q[0].id = file.id;
	assert_int_equal(rig_ask(&rig, &a, &q[0], &rows), -ENOENT);
}

static void
bad_opens(void **state)
{
	(void)state;
	send_cards(1);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 0, "").rc, -EINVAL);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 0, "a").rc, -EINVAL);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 0, "A\n").rc, -EINVAL);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 0, "BC").rc, -ENOENT);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 99, "*").rc, -ENOENT);
	assert_int_equal(rig_open(&rig, &cp, SPOOL_RDR, 0, "*").rc, -EINVAL);
	assert_int_equal(rig_open(&rig, &cp, SPOOL_RDR, file.id, "").rc, 0);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, file.id, "").rc,
	    -EBUSY);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 0, "*").rc, -ENOENT);
	assert_int_equal(rig_finish(&rig, &cp, file.id, FINISH_BACK), 0);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 0, "*").rc, 0);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, file.id, "").rc,
	    -EBUSY);
}

/* Whoever asks and does not listen costs himself his channel, nobody else
 * anything, and vmspool no memory. */
static void
the_deaf(void **state)
{
	struct spool_file f = send_cards(4000);
	struct ipc_ur_read r = { .id = f.id };
	struct ipcchan_message msg;
	unsigned heard = 0;

	(void)state;
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, f.id, "").rc, 0);
	for (unsigned i = 0; i < 500; i++)
		if (ipcchan_send(&b, IPC_UR_READ, &r, sizeof r, -1) < 0)
			break;
	while (ipcchan_flush(&b) == 0 && b.head != NULL)
		usleep(1000);
	send_cards(1);
	while (rig_next(&b, &msg))
		heard++;
	assert_true(heard < 200);
	ipcchan_close(&b);
	rig_mint(&rig, &b, "B", UR_GUEST);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, f.id, "").rc, 0);
}

/* --- how files end --- */

static uint8_t
hold_of(uint64_t id)
{
	struct ipc_ur_ask q = rig_about(ASK_QUERY, NULL, 0);

	q.by = BY_ID;
	q.id = id;
	if (rig_ask(&rig, &cp, &q, &rows) != 0)
		return 0xFF;
	return rows.row[0].file.attr.hold;
}

static void
ends_of_a_file(void **state)
{
	struct ipc_ur_close c = rig_to("A", 0xD, "B", SPOOL_RDR);

	(void)state;
	send_cards(1);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 0, "*").rc, 0);
	ipcchan_close(&b); /* the machine died */
	reader_of("B");
	rig_mint(&rig, &b, "B", UR_GUEST);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 0, "*").rc, 0);
	assert_int_equal(rig_finish(&rig, &b, file.id, FINISH_HOLD), 0);
	assert_int_equal(hold_of(file.id), SPOOL_HOLD_USER);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 0, "*").rc, -ENOENT);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, file.id, "").rc, 0);
	assert_int_equal(rig_finish(&rig, &b, file.id, FINISH_PURGE), 0);
	assert_int_equal(hold_of(file.id), 0xFF);

	/* KEEP: held when it was read; two copies: read twice */
	c.attr.keep = 1;
	c.attr.copies = 2;
	assert_int_equal(rig_write(&a, NULL, 0xD, 50, 1, 1, 1), 0);
	assert_int_equal(rig_close_as(&rig, &cp, &c, &file), 0);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 0, "*").rc, 0);
	assert_int_equal(rig_finish(&rig, &b, file.id, FINISH_DONE), 0);
	assert_int_equal(hold_of(file.id), 0);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 0, "*").rc, 0);
	assert_int_equal(rig_finish(&rig, &b, file.id, FINISH_DONE), 0);
	assert_int_equal(hold_of(file.id), SPOOL_HOLD_USER);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, file.id, "").rc, 0);
	assert_int_equal(rig_finish(&rig, &b, file.id, FINISH_PURGE), 0);
	assert_int_equal(hold_of(file.id), 0xFF);
}

/* B reads it again: how many copies it has. */
static unsigned
copies_of(uint64_t id)
{
	struct ipc_ur_opened o = rig_open(&rig, &b, SPOOL_RDR, id, "");

	assert_int_equal(o.rc, 0);
	return o.file.attr.copies;
}

/* vmspool ended before it answered; whoever asks again costs no copy. */
static void
a_copy_counts_once(void **state)
{
	struct ipc_ur_close c = rig_to("A", 0xD, "B", SPOOL_RDR);

	(void)state;
	c.attr.copies = 3;
	assert_int_equal(rig_write(&a, NULL, 0xD, 1, 1, 1, 1), 0);
	assert_int_equal(rig_close_as(&rig, &cp, &c, &file), 0);
	assert_int_equal(copies_of(file.id), 3);
	assert_int_equal(rig_finish_copy(&rig, &b, file.id, FINISH_DONE, 3),
	    0);
	kill_and_again("again");
	assert_int_equal(copies_of(file.id), 2);
	assert_int_equal(rig_finish_copy(&rig, &b, file.id, FINISH_DONE, 3),
	    0);
	assert_int_equal(copies_of(file.id), 2);
	assert_int_equal(rig_finish_copy(&rig, &b, file.id, FINISH_DONE, 2),
	    0);
	assert_int_equal(copies_of(file.id), 1);
	assert_int_equal(rig_finish_copy(&rig, &b, file.id, FINISH_DONE, 1),
	    0);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, file.id, "").rc,
	    -ENOENT);
}

static void
more_than_one_may_have(void **state)
{
	uint64_t id[65];

	(void)state;
	for (unsigned i = 0; i < 65; i++)
		id[i] = send_cards(1).id;
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 0, "*").file.id,
		    id[i]);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 0, "*").rc, -EMFILE);
	assert_int_equal(rig_finish(&rig, &b, id[7], FINISH_BACK), 0);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 0, "*").file.id, id[7]);
}

/* --- real devices --- */

static struct spool_file
print(char class, uint8_t hold)
{
	static uint64_t stream = 1000;
	struct ipc_ur_close c = rig_to("A", 0xE, "A", SPOOL_PRT);

	c.attr.class = class;
	c.attr.hold = hold;
	assert_int_equal(rig_write(&a, NULL, 0xE, ++stream, 1, 1, 1), 0);
	assert_int_equal(rig_close_as(&rig, &cp, &c, &file), 0);
	return file;
}

static void
expect_more(struct ipcchan *ch)
{
	struct ipc_none none;

	rig_expect(ch, IPC_UR_MORE, &none, sizeof none);
}

static void
a_real_printer(void **state)
{
	struct ipcchan p;
	struct ipc_ur_ask q = rig_about(ASK_CHANGE, NULL, SPOOL_PRT);
	uint64_t first, second, held, z;

	(void)state;
	rig_mint(&rig, &p, "PRT00E", UR_REAL);
	assert_int_equal(rig_open(&rig, &p, SPOOL_PRT, 0, "BA").rc, -ENOENT);
	z = print('Z', 0).id;
	expect_more(&p);
	assert_int_equal(rig_open(&rig, &p, SPOOL_PRT, 0, "BA").rc, -ENOENT);
	held = print('A', SPOOL_HOLD_USER).id;
	expect_more(&p);
	assert_int_equal(rig_open(&rig, &p, SPOOL_PRT, 0, "BA").rc, -ENOENT);
	first = print('A', 0).id;
	expect_more(&p);
	second = print('B', 0).id;
	assert_int_equal(rig_open(&rig, &p, SPOOL_PRT, 0, "BA").file.id,
	    first);
	assert_int_equal(rig_open(&rig, &p, SPOOL_PRT, 0, "BA").file.id,
	    second);
	assert_int_equal(rig_open(&rig, &p, SPOOL_PRT, 0, "*").file.id, z);
	assert_int_equal(rig_open(&rig, &p, SPOOL_PRT, 0, "*").rc, -ENOENT);
	q.by = BY_HELD;
	q.hold = SPOOL_HOLD_USER;
	q.change = CHANGE_HOLD;
	q.hold_mask = SPOOL_HOLD_USER;
	rig_count(&rig, "A");
	rig.arrived = 0;
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	assert_int_equal(rows.done.count, 1);
	expect_more(&p);
	rig_count(&rig, "A");
	assert_int_equal(rig.arrived, 0);
	assert_int_equal(rig.released, 1);
	assert_int_equal(rig_open(&rig, &p, SPOOL_PRT, 0, "*").file.id, held);
	assert_int_equal(rig_finish(&rig, &p, held, FINISH_DONE), 0);
	/* a file of another class, which becomes one of its own */
	assert_int_equal(rig_finish(&rig, &p, z, FINISH_BACK), 0);
	assert_int_equal(rig_open(&rig, &p, SPOOL_PRT, 0, "C").rc, -ENOENT);
	q.by = BY_CLASS;
	q.class = 'Z';
	q.change = CHANGE_CLASS;
	q.attr.class = 'C';
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	expect_more(&p);
	assert_int_equal(rig_open(&rig, &p, SPOOL_PRT, 0, "C").file.id, z);
	assert_int_equal(rig_open(&rig, &p, SPOOL_PUN, held, "*").rc, -ENOENT);
	/* what its operator holds, its user does not release */
	assert_int_equal(rig_finish(&rig, &p, z, FINISH_HOLD), 0);
	assert_int_equal(hold_of(z), SPOOL_HOLD_SYSTEM);
	ipcchan_close(&p);
	assert_int_equal(rig_count(&rig, "A").printer, 3);
}

/* --- limits --- */

static void
limit(uint32_t files, uint64_t bytes)
{
	struct ipc_spool_limit l = { .files = files, .bytes = bytes };

	rig_send(&rig.cp, IPC_SPOOL_LIMIT, &l, sizeof l);
	rig_count(&rig, "A"); /* it has it */
}

static void
what_a_user_may_have(void **state)
{
	struct ipc_ur_ask q = rig_about(ASK_PURGE, NULL, SPOOL_RDR);

	(void)state;
	limit(2, 1000);
	send_cards(1);
	send_cards(1);
	assert_int_equal(rig_write(&a, NULL, 0xD, 60, 1, 1, 1), -EDQUOT);
	assert_int_equal(rig_write(&a, NULL, 0xD, 60, 2, 2, 1), -EDQUOT);
	reader_of("A");
	assert_int_equal(rig.troubles, 1); /* said once */
	assert_int_equal(rig.trouble.rc, -EDQUOT);
	assert_int_equal(rig.trouble.vdev, 0xD);
	q.origin = rig_user("A").user; /* what he wrote, wherever it is */
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	assert_int_equal(rows.done.count, 2);
	/* The first one first. */
	assert_int_equal(rig_write(&a, NULL, 0xD, 60, 2, 2, 1), -EDQUOT);
	assert_int_equal(rig_write(&a, NULL, 0xD, 60, 1, 1, 1), 0);
	reader_of("A");
	assert_int_equal(rig.troubles, 2);
	assert_int_equal(rig.trouble.rc, 0);
	assert_int_equal(rig_write(&a, NULL, 0xD, 60, 2, 2, 200), -EDQUOT);
	assert_int_equal(rig_write(&a, NULL, 0xD, 60, 2, 2, 1), 0);
	/* Others have their own. */
	assert_int_equal(rig_write(&b, NULL, 0xD, 1, 1, 1, 10), 0);
}

/* What is open, and not yet closed, is what he has as well. */
static void
what_is_open_counts(void **state)
{
	(void)state;
	limit(2, 1000);
	assert_int_equal(rig_write(&a, NULL, 0xD, 60, 1, 1, 100), 0);
	assert_int_equal(rig_write(&a, NULL, 0xD, 60, 2, 101, 100), -EDQUOT);
	assert_int_equal(rig_write(&a, NULL, 0xE, 61, 1, 1, 100), -EDQUOT);
	assert_int_equal(rig_write(&a, NULL, 0xE, 61, 1, 1, 1), 0);
	assert_int_equal(rig_write(&a, NULL, 0xF, 62, 1, 1, 1), -EDQUOT);
}

static void
all_numbers_in_use(void **state)
{
	static const char fill[] =
	    "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n "
	    "WHERE i < 9999) INSERT INTO file SELECT 100000 + i, 'B', 'N', 1, "
	    "i, 100000 + i, 'A', 'STANDARD', 1, 0, 0, '', '', '', '', 'B', "
	    "'N', i, 2, 1, 1, 1, 1, 1, 0 FROM n;"
	    "INSERT OR REPLACE INTO user VALUES ('B', 'N', 9999, 9998, 9998, "
	    "9998)";
	struct ipc_ur_ask q = rig_about(ASK_PURGE, "B", SPOOL_RDR);

	(void)state;
	rig_end(&rig, 0);
	end_channels();
	sql(fill);
	rig_start(&rig, "again");
	all_channels();
	assert_int_equal(send_cards(1).spoolid, 1); /* round, the only one */
	assert_int_equal(rig_write(&a, NULL, 0xD, 70, 1, 1, 1), 0);
	assert_int_equal(close_to("A", "B"), -EMFILE);
	assert_int_equal(close_to("A", "B"), -EMFILE); /* open as before */
	q.by = BY_ID;
	q.spoolid = 5000;
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	assert_int_equal(close_to("A", "B"), 0);
	assert_int_equal(file.spoolid, 5000);
	assert_int_equal(file.origin_id, 2); /* his own second */
	q.spoolid = 4000;
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	q.spoolid = 6000;
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	assert_int_equal(send_cards(1).spoolid, 6000); /* the next free one */
	assert_int_equal(send_cards(1).spoolid, 4000);
	/* As many of several as there are numbers for. */
	for (uint64_t n = 0; n < 3; n++) {
		assert_int_equal(rig_write(&a, NULL, 0xD, 80 + n, 1, 1, 1), 0);
		assert_int_equal(close_to("A", "A"), 0);
	}
	q.spoolid = 7000;
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	q = rig_about(ASK_TRANSFER, "A", SPOOL_RDR);
	q.to = rig_user("B");
	q.to_queue = SPOOL_RDR;
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), -EMFILE);
	assert_int_equal(rows.done.count, 1);
	assert_int_equal(reader_of("A"), 2);
	assert_int_equal(reader_of("B"), 9999);
}

/* --- damage --- */

static void
a_damaged_block(void **state)
{
	struct ipc_ur_ask q = rig_about(ASK_QUERY, "B", SPOOL_RDR);
	uint64_t id;

	(void)state;
	for (unsigned i = 1; i <= 3; i++)
		assert_int_equal(rig_write(&a, NULL, 0xD, 1, i, i, 1), 0);
	assert_int_equal(close_to("A", "B"), 0);
	id = file.id;
	rig_end(&rig, 0);
	end_channels();
	sql("UPDATE block SET data = x'0100FF' WHERE id % 16777216 = 1");
	rig_start(&rig, "again");
	all_channels();
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 0, "*").rc, 0);
	assert_int_equal(rig_read(&b, id, 0, 0, block).rc, 0);
	assert_int_equal(rig_read(&b, id, 1, 0, block).rc, -EIO);
	assert_int_equal(rig_read(&b, id, 1, 0, block).rc, -EIO);
	assert_int_equal(rig_read(&b, id, 2, 0, block).rc, 0);
	assert_int_equal(rig_finish(&rig, &b, id, FINISH_DONE), 0);
	reader_of("B");
	assert_int_equal(rig.notices, 1);
	assert_int_equal(rig_ask(&rig, &b, &q, &rows), 0);
	assert_int_equal(rows.n, 1); /* not purged for having been read */
	assert_int_equal(rows.row[0].file.damaged, 1);
	assert_int_equal(rows.row[0].file.attr.hold, SPOOL_HOLD_SYSTEM);
	assert_int_equal(rows.row[0].file.active, 0);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, id, "").rc, 0);
	assert_int_equal(rig_finish(&rig, &b, id, FINISH_PURGE), 0);
	assert_int_equal(reader_of("B"), 0);
}

static void
a_lost_block(void **state)
{
	struct spool_file f = send_cards(10);

	(void)state;
	rig_end(&rig, 0);
	end_channels();
	sql("DELETE FROM block");
	rig_start(&rig, "again");
	all_channels();
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 0, "*").rc, 0);
	assert_int_equal(rig_read(&b, f.id, 0, 0, block).rc, -EIO);
	assert_int_equal(rig_read(&b, f.id, 0, 7, block).rc, -EIO);
}

/* --- behind the clients' backs --- */

static void
what_is_gone_is_erased(void **state)
{
	struct ipc_ur_ask q = rig_about(ASK_PURGE, "B", SPOOL_RDR);

	(void)state;
	for (unsigned i = 1; i <= 100; i++)
		assert_int_equal(rig_write(&a, NULL, 0xD, 1, i, i, 2), 0);
	assert_int_equal(close_to("A", "B"), 0);
	send_cards(5);
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	assert_int_equal(rows.done.count, 2);
	assert_int_equal(reader_of("B"), 0);
	send_cards(7);
	rig_end(&rig, SIGKILL); /* before it was, or while */
	end_channels();
	rig_start(&rig, "again");
	all_channels();
	for (int i = 0; i < 50; i++) {
		usleep(10000);
		reader_of("B");
	}
	rig_end(&rig, 0);
	assert_int_equal(sql_number("SELECT count(*) FROM block"), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM gone"), 0);
	assert_int_equal(sql_number("SELECT files FROM user "
	    "WHERE name = 'A'"), 1);
	assert_int_equal(sql_number("SELECT bytes FROM user "
	    "WHERE name = 'A'"), 42);
	end_channels();
	rig_start(&rig, "again");
	all_channels();
}

static long
megabytes(void)
{
	struct stat st;

	assert_int_equal(stat(rig.db, &st), 0);
	return (long)(st.st_size >> 20);
}

/* A long file gives its room back to the disk, and nobody waits for that. */
static void
a_long_file_gone(void **state)
{
	struct ipc_ur_write w = { .vdev = 0xD, .stream = 1, .records = 749,
		.device = SPOOL_ON_PUN };
	struct ipc_ur_ask q = rig_about(ASK_PURGE, "B", SPOOL_RDR);
	int tries = 1000;

	(void)state;
	memset(block, 'X', sizeof block);
	for (unsigned i = 0; i < w.records; i++) {
		block[i * 82] = 80;
		block[i * 82 + 1] = 0;
	}
	for (w.serial = 1; w.serial <= 1000; w.serial++) {
		rig_block(&a, &w, block, (size_t)w.records * 82);
		assert_int_equal(rig_wrote(&a, w.serial), 0);
	}
	assert_int_equal(close_to("A", "B"), 0);
	assert_int_equal(file.records, 749000);
	assert_int_equal(rig_open(&rig, &b, SPOOL_RDR, 0, "*").rc, 0);
	assert_int_equal(rig_read(&b, file.id, 0, 748999, block).seq, 999);
	assert_int_equal(rig_finish(&rig, &b, file.id, FINISH_BACK), 0);
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	assert_int_equal(rows.done.count, 1);
	while (megabytes() > 30) {
		assert_true(--tries > 0);
		reader_of("B");
		usleep(10000);
	}
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(punched_closed_read),
		TEST(any_bytes),
		TEST(blocks_that_are_none),
		TEST(closing_nothing),
		TEST(resent_blocks),
		TEST(close_comes_again),
		TEST(a_new_system),
		TEST(decks_end_with_their_channel),
		TEST(bad_closes),
		TEST(bad_writes),
		TEST(liars),
		TEST(the_deaf),
		TEST(bad_opens),
		TEST(ends_of_a_file),
		TEST(a_copy_counts_once),
		TEST(more_than_one_may_have),
		TEST(a_real_printer),
		TEST(what_a_user_may_have),
		TEST(what_is_open_counts),
		TEST(all_numbers_in_use),
		TEST(a_damaged_block),
		TEST(a_lost_block),
		TEST(what_is_gone_is_erased),
		TEST(a_long_file_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
