/* SPDX-License-Identifier: MIT
 *
 * spool_kill.c - vmspool killed at any moment, again and again, while files are
 * written, closed, transferred, read and purged: what it acknowledged is there,
 * whole and once, and what it did not, is after it was asked again.
 *
 *   unit_spool_kill [KILLS [SEED]]
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "spool_rig.h"
#include "spool_sound.h"

#define FILES 200 /* at a time: one QUERY's pages */
#define MAX_US 12000 /* until it is killed */

/* What must be there. */
struct known {
	uint64_t id; /* 0: no file */
	unsigned number, blocks;
	char owner[2];
	uint8_t queue;
};

static struct known known[FILES + 1]; /* the last one is none */
static struct rig rig;
static struct rig_rows rows;
static struct ipcchan cp;
static unsigned kills = 60, seed = 1, numbers;
static pid_t killer;

static unsigned
chance(unsigned n)
{
	return (unsigned)rand_r(&seed) % n;
}

/* --- questions that a kill may leave without an answer --- */

/* The next message of this type; false: vmspool is gone. */
static bool
answer(enum ipc_type type, void *payload, size_t len)
{
	struct ipcchan_message msg;

	while (rig_next(&cp, &msg) == 1) {
		if (msg.type == IPC_UR_ROW)
			memcpy(&rows.row[rows.n++ % RIG_ROWS], msg.payload,
			    sizeof rows.row[0]);
		if (msg.type != type)
			continue;
		memcpy(payload, msg.payload, len);
		return true;
	}
	return false;
}

static bool
ask(enum ipc_type type, const void *payload, size_t len, int *rc)
{
	struct ipc_ur_done done;

	rows.n = 0;
	if (ipcchan_send(&cp, type, payload, len, -1) < 0 ||
	    !answer(IPC_UR_DONE, &done, sizeof done))
		return false;
	*rc = done.rc;
	return true;
}

/* --- vmspool, and who kills it --- */

static void
start(void)
{
	unsigned us = chance(MAX_US);

	rig_start(&rig, "again");
	rig_mint(&rig, &cp, NULL, UR_SYSTEM);
	killer = fork();
	if (killer == 0) {
		usleep(us);
		kill(rig.pid, SIGKILL);
		_exit(0);
	}
}

static void
reap(void)
{
	waitpid(killer, NULL, 0);
	rig_end(&rig, SIGKILL);
	ipcchan_close(&cp);
}

/* --- what is done, over as many lives of vmspool as it takes --- */

static void check(unsigned busy);

/* Until fn says that it was answered; the file that it is about may meanwhile
 * be either way. */
static void
persist(bool (*fn)(struct known *k), struct known *k)
{
	while (!fn(k)) {
		reap();
		kills--;
		start();
		check((unsigned)(k - known));
	}
}

static unsigned sent; /* blocks of the file that were answered */
static uint64_t stream;
static uint32_t tag;

static bool
do_write(struct known *k)
{
	static char block[SPOOL_BLOCK_MAX];

	for (; sent < k->blocks; sent++) {
		struct ipc_ur_write w = { .vdev = 0xD, .user = rig_user("A"),
			.stream = stream, .serial = sent + 1, .records = 20,
			.device = SPOOL_ON_PUN };
		struct ipc_ur_wrote wrote;

		if (ipcchan_send_text(&cp, IPC_UR_WRITE, &w, sizeof w, block,
		    rig_cards(block, k->number + sent * 20, 20), -1) < 0 ||
		    !answer(IPC_UR_WROTE, &wrote, sizeof wrote))
			return false;
		assert_int_equal(wrote.rc, 0);
	}
	return true;
}

static bool
do_close(struct known *k)
{
	struct ipc_ur_close c = rig_to("A", 0xD, k->owner, k->queue);
	int rc;

	c.tag = tag;
	snprintf(c.attr.name, sizeof c.attr.name, "F%u", k->number);
	if (!ask(IPC_UR_CLOSE, &c, sizeof c, &rc))
		return false;
	assert_int_equal(rc, 0);
	assert_int_equal(rows.n, 1);
	k->id = rows.row[0].file.id;
	assert_int_equal(rows.row[0].file.records, k->blocks * 20);
	return true;
}

static void
make(struct known *k)
{
	*k = (struct known){ .number = ++numbers, .blocks = 1 + chance(5),
		.owner = { "BC"[chance(2)], '\0' },
		.queue = (uint8_t)(SPOOL_RDR + chance(3)) };
	sent = 0;
	stream++;
	tag++;
	persist(do_write, k);
	persist(do_close, k);
}

static bool
do_ask(struct known *k, struct ipc_ur_ask q, bool may_be_gone)
{
	int rc;

	q.by = BY_ID;
	q.id = k->id;
	if (!ask(IPC_UR_ASK, &q, sizeof q, &rc))
		return false;
	assert_true(rc == 0 || (may_be_gone && rc == -ENOENT));
	return true;
}

static bool
do_purge(struct known *k)
{
	return do_ask(k, rig_about(ASK_PURGE, NULL, 0), true);
}

static char to[2];
static uint8_t to_queue;

static bool
do_transfer(struct known *k)
{
	struct ipc_ur_ask q = rig_about(ASK_TRANSFER, NULL, 0);

	q.to = rig_user(to);
	q.to_queue = to_queue;
	return do_ask(k, q, false);
}

/* Read, as a reader does, and done with. */
static bool
do_finish(struct known *k)
{
	struct ipc_ur_finish f = { .how = FINISH_DONE, .id = k->id };
	struct ipc_ur_open o = { .id = k->id };
	struct ipc_ur_opened opened;
	int rc;

	if (ipcchan_send(&cp, IPC_UR_OPEN, &o, sizeof o, -1) < 0 ||
	    !answer(IPC_UR_OPENED, &opened, sizeof opened))
		return false;
	if (opened.rc == -ENOENT)
		return true;
	assert_int_equal(opened.rc, 0);
	if (!ask(IPC_UR_FINISH, &f, sizeof f, &rc))
		return false;
	assert_int_equal(rc, 0);
	return true;
}

/* --- is what is there what must be? --- */

static void
check_row(const struct spool_file *f, bool *seen, unsigned busy)
{
	for (unsigned i = 0; i < FILES; i++) {
		const struct known *k = &known[i];

		if (k->id != f->id)
			continue;
		assert_false(seen[i]);
		seen[i] = true;
		assert_int_equal(f->records, k->blocks * 20);
		if (i != busy) {
			assert_string_equal(name_text(f->owner.user).s,
			    k->owner);
			assert_int_equal(f->queue, k->queue);
		}
		return;
	}
	/* closed, and the answer did not come any more */
	assert_int_equal(known[busy].id, 0);
}

/* All of it, but the file `busy`.  A kill in the middle ends it. */
static void
check(unsigned busy)
{
	struct ipc_ur_ask q = rig_about(ASK_QUERY, NULL, 0);
	bool seen[FILES] = { false };
	struct ipc_ur_done done;

	do {
		rows.n = 0;
		if (ipcchan_send(&cp, IPC_UR_ASK, &q, sizeof q, -1) < 0 ||
		    !answer(IPC_UR_DONE, &done, sizeof done))
			return;
		for (unsigned i = 0; i < rows.n; i++)
			check_row(&rows.row[i].file, seen, busy);
		q.after = done.cursor;
	} while (done.more);
	for (unsigned i = 0; i < FILES; i++)
		if (known[i].id != 0 && i != busy && !seen[i])
			fail_msg("file %u is lost", known[i].number);
}

static void
one(void)
{
	struct known *k = &known[chance(FILES)];
	unsigned what = chance(4);

	if (k->id == 0) {
		make(k);
	} else if (what == 0) {
		persist(do_purge, k);
		k->id = 0;
	} else if (what == 1) {
		persist(do_finish, k);
		k->id = 0;
	} else {
		to[0] = "BC"[chance(2)];
		to_queue = (uint8_t)(SPOOL_RDR + chance(3));
		persist(do_transfer, k);
		k->owner[0] = to[0];
		k->queue = to_queue;
	}
}

static void
killed_at_any_moment(void **state)
{
	const char *why;
	sqlite3 *db;

	(void)state;
	print_message("seed %u\n", seed);
	start();
	while ((int)kills > 0)
		one();
	reap();
	rig_start(&rig, "again");
	rig_mint(&rig, &cp, NULL, UR_SYSTEM);
	check(FILES); /* no file is busy */
	assert_int_equal(rig_end(&rig, 0), 0);
	ipcchan_close(&cp);
	assert_int_equal(sqlite3_open(rig.db, &db), SQLITE_OK);
	why = spool_sound(db);
	if (why != NULL)
		fail_msg("%s", why);
	sqlite3_close(db);
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
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(killed_at_any_moment, set_up,
		    tear_down),
	};

	seed = (unsigned)time(NULL);
	if (argc > 1)
		kills = (unsigned)strtoul(argv[1], NULL, 10);
	if (argc > 2)
		seed = (unsigned)strtoul(argv[2], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
