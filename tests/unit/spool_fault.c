/* SPDX-License-Identifier: MIT
 *
 * spool_fault.c - vmspool on a disk that fails at every nth write or sync: what
 * it refuses has not happened, what it acknowledges has, and it goes on when
 * the disk is well again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <sys/mman.h>

#include <cmocka.h>

#define VMSPOOL "" /* a child of ours is it */
#include "spool_rig.h"

#include "check.h"
#include "server.h"
#include "spool_sound.h"
#include "sqlite_shim.h"

static struct rig rig;
static struct rig_rows rows;
static struct ipcchan cp;
static uint64_t stream;
static bool unchecked; /* vmspool does not look for damage by itself */

/* --- the disk: what vmspool shares with the test --- */

enum fault_kind { FULL, BAD_WRITE, BAD_SYNC, KINDS };

static const int fault_code[KINDS] = { SQLITE_FULL, SQLITE_IOERR_WRITE,
	SQLITE_IOERR_FSYNC };

static struct fault {
	volatile int nth;  /* from this one on they fail; 0: none */
	volatile int kind;
	volatile int hits;
} *fault;

/* SQLITE_OK, or what the disk answers instead. */
static int
shim_now(bool sync)
{
	if (fault->nth == 0 || (fault->kind == BAD_SYNC) != sync)
		return SQLITE_OK;
	if (fault->nth > 1) {
		fault->nth--;
		return SQLITE_OK;
	}
	fault->hits++;
	return fault_code[fault->kind];
}

static void
shim_synced(const char *name)
{
	(void)name;
}

static void
arm(enum fault_kind kind, int nth)
{
	fault->hits = 0;
	fault->kind = kind;
	fault->nth = nth;
}

/* How often it failed. */
static int
disarm(void)
{
	fault->nth = 0;
	return fault->hits;
}

/* --- vmspool --- */

static _Noreturn void
serve(int fd)
{
	struct spool spool;

	dup2(open("/dev/null", O_WRONLY), 2); /* it has much to say */
	shim_install();
	if (server_open(&spool, rig.folder, fd) < 0)
		_exit(1);
	if (unchecked)
		check_close(&spool);
	server_run(&spool, false);
	server_close(&spool);
	_exit(0);
}

/* False: it ended instead. */
static bool
start(void)
{
	struct ipcchan_message msg;
	int fd[2], got;

	assert_int_equal(ipcchan_pair(fd), 0);
	rig.pid = fork();
	if (rig.pid == 0) {
		close(fd[0]);
		serve(fd[1]);
	}
	close(fd[1]);
	ipcchan_init(&rig.cp, fd[0], IPC_CP, IPC_SPOOL);
	while ((got = rig_next(&rig.cp, &msg)) == 1 &&
	    msg.type != IPC_SPOOL_READY)
		;
	if (got == 1)
		rig_mint(&rig, &cp, NULL, UR_SYSTEM);
	return got == 1;
}

static void
end(void)
{
	assert_int_equal(rig_end(&rig, 0), 0);
	ipcchan_close(&cp);
}

/* What is in all queues; without what the time and counters are. */
static struct rig_rows
state_now(void)
{
	struct ipc_ur_ask q = rig_about(ASK_QUERY, NULL, 0);

	memset(&rows, 0, sizeof rows);
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	for (unsigned i = 0; i < rows.n; i++)
		rows.row[i].tag = 0;
	rows.done.tag = 0;
	return rows;
}

static void
check_database(void)
{
	const char *why;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(rig.db, &db), SQLITE_OK);
	why = spool_sound(db);
	if (why != NULL)
		fail_msg("%s", why);
	sqlite3_close(db);
}

/* --- what is done on the disk that fails --- */

static uint64_t active;

static int
op_write(void)
{
	return rig_write(&cp, "A", 0xD, stream, 1, 1, 600);
}

static int
op_close(void)
{
	struct spool_file file;

	return rig_close(&rig, &cp, "A", 0xD, "B", SPOOL_RDR, &file);
}

static int
op_ask(uint8_t op)
{
	struct ipc_ur_ask q = rig_about(op, "B", SPOOL_RDR);

	q.to = rig_user("C");
	q.to_queue = SPOOL_PUN;
	q.change = CHANGE_KEEP;
	q.attr.keep = 1;
	q.by = op == ASK_ORDER ? BY_CLASS : BY_ALL;
	q.class = 'Z';
	return rig_ask(&rig, &cp, &q, &rows);
}

static int
op_change(void)
{
	return op_ask(ASK_CHANGE);
}

static int
op_order(void)
{
	return op_ask(ASK_ORDER);
}

static int
op_transfer(void)
{
	return op_ask(ASK_TRANSFER);
}

static int
op_purge(void)
{
	return op_ask(ASK_PURGE);
}

static int
op_finish(void)
{
	return rig_finish(&rig, &cp, active, FINISH_DONE);
}

static void
make(char class)
{
	struct ipc_ur_close c = rig_to("A", 0xD, "B", SPOOL_RDR);
	struct spool_file file;

	c.attr.class = class;
	stream++;
	assert_int_equal(op_write(), 0);
	assert_int_equal(rig_close_as(&rig, &cp, &c, &file), 0);
}

static void
before_write(void)
{
	struct ipc_ur_close c = rig_to("A", 0xD, "B", SPOOL_RDR);
	struct spool_file file;

	c.how = CLOSE_PURGE;
	assert_int_equal(rig_close_as(&rig, &cp, &c, &file), 0);
	stream++;
}

static void
before_close(void)
{
	before_write();
	assert_int_equal(op_write(), 0);
}

static void
before_ask(void)
{
	struct ipc_ur_ask q = rig_about(ASK_PURGE, NULL, 0);

	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	make('A');
	make('Z');
}

static void
before_finish(void)
{
	before_ask();
	active = state_now().row[0].file.id;
	assert_int_equal(rig_open(&rig, &cp, SPOOL_RDR, active, "").rc, 0);
}

static const struct {
	const char *name;
	void (*before)(void);
	int (*op)(void);
} steps[] = {
	{ "write", before_write, op_write },
	{ "close", before_close, op_close },
	{ "change", before_ask, op_change },
	{ "order", before_ask, op_order },
	{ "transfer", before_ask, op_transfer },
	{ "purge", before_ask, op_purge },
	{ "finish", before_finish, op_finish },
};

/* One step with the nth write failing, and all after it.  False: it has not so
 * many. */
static bool
step_at(size_t i, enum fault_kind kind, int nth)
{
	static struct rig_rows was, is;
	int rc, hits;

	steps[i].before();
	was = state_now();
	arm(kind, nth);
	rc = steps[i].op();
	hits = disarm();
	if (rc == 0)
		return hits > 0;
	if (rc != (kind == FULL ? -ENOSPC : -EIO))
		fail_msg("%s, write %d: rc %d", steps[i].name, nth, rc);
	is = state_now();
	if (memcmp(&was, &is, sizeof was) != 0)
		fail_msg("%s, write %d: refused and done", steps[i].name, nth);
	rc = steps[i].op(); /* and now it can be done */
	if (rc != 0)
		fail_msg("%s, write %d: later rc %d", steps[i].name, nth, rc);
	return true;
}

static void
every_step_at_every_write(void **state)
{
	(void)state;
	assert_true(start());
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		for (int kind = 0; kind < KINDS; kind++) {
			int nth = 1;

			while (step_at(i, (enum fault_kind)kind, nth))
				nth++;
			/* only durable ones sync */
			assert_true(nth > 1 || (i == 0 && kind == BAD_SYNC));
		}
	end();
	check_database();
}

/* At the start, on a database with a log to be replayed and much to erase: it
 * starts or it ends, and the next one has everything. */
static void
every_start(void **state)
{
	static struct rig_rows was, is;

	(void)state;
	assert_true(start());
	before_ask();
	for (int i = 0; i < 5; i++)
		make('A');
	was = state_now();
	rig_end(&rig, SIGKILL);
	ipcchan_close(&cp);
	for (int kind = 0; kind < KINDS; kind++) {
		bool failed = true;

		for (int nth = 1; failed; nth++) {
			arm((enum fault_kind)kind, nth);
			if (start())
				usleep(1000);
			failed = disarm() > 0;
			rig_end(&rig, SIGKILL);
			ipcchan_close(&cp);
			assert_true(start());
			is = state_now();
			assert_memory_equal(&was, &is, sizeof was);
			rig_end(&rig, SIGKILL);
			ipcchan_close(&cp);
		}
	}
	assert_true(start());
	end();
	check_database();
}

/* --- a damaged file, of which the disk has no room to say so --- */

static void
damage(void)
{
	sqlite3 *db;

	end();
	assert_int_equal(sqlite3_open(rig.db, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "UPDATE block SET sum = sum + 1",
	    NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_true(start());
}

/* It is there, and this was said of it. */
static void
damaged_is(uint32_t damaged)
{
	const struct spool_file *file = &rows.row[0].file;

	state_now();
	assert_int_equal(rows.n, 1);
	assert_int_equal(file->damaged, damaged);
	assert_int_equal(file->attr.hold, damaged ? SPOOL_HOLD_SYSTEM : 0);
}

static void
damaged_when_full(void **state)
{
	static char block[SPOOL_BLOCK_MAX];

	(void)state;
	unchecked = true;
	assert_true(start());
	make('A');
	damage();
	active = state_now().row[0].file.id;
	assert_int_equal(rig_open(&rig, &cp, SPOOL_RDR, active, "").rc, 0);
	arm(FULL, 1);
	assert_int_equal(rig_read(&cp, active, 0, 0, block).rc, -EIO);
	assert_int_equal(op_finish(), -ENOSPC);
	assert_true(disarm() > 1);
	damaged_is(0);
	assert_int_equal(op_finish(), 0); /* read to its end it was not */
	damaged_is(1);
	end();
	check_database();
}

static int
set_up(void **state)
{
	(void)state;
	rig_folder(&rig);
	fault = mmap(NULL, sizeof *fault, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return fault == MAP_FAILED ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	rig_remove(&rig);
	unchecked = false;
	return munmap(fault, sizeof *fault);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_step_at_every_write),
		TEST(every_start),
		TEST(damaged_when_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
