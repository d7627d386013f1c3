/* SPDX-License-Identifier: MIT
 *
 * spool.c - the spool's database: made, refused, counted, and what a kill in
 * the middle leaves; then vmspool itself over its channel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ipcchan.h"
#include "name.h"
#include "queue.h"
#include "spawn.h"
#include "store.h"

static char root[64], folder[128], file[160], why[512];

static int
set_up(void **state)
{
	(void)state;
	snprintf(root, sizeof root, "/tmp/unit_spool.XXXXXX");
	if (mkdtemp(root) == NULL)
		return -1;
	snprintf(folder, sizeof folder, "%s/spool", root);
	snprintf(file, sizeof file, "%s/spool.db", folder);
	return 0;
}

static int
tear_down(void **state)
{
	char wal[192];

	(void)state;
	snprintf(wal, sizeof wal, "%s-wal", file);
	unlink(wal);
	snprintf(wal, sizeof wal, "%s/spool.reserve", folder);
	unlink(wal);
	unlink(file);
	rmdir(folder);
	return rmdir(root); /* nothing else was left */
}

static void
open_store(struct store *store)
{
	if (store_open(store, folder, why, sizeof why) < 0)
		fail_msg("%s", why);
}

static struct vm_user
user_of(const char *name, const char *node)
{
	struct vm_user user;

	assert_int_equal(name_parse(name, &user.user), 0);
	assert_int_equal(name_parse(node, &user.node), 0);
	return user;
}

static int
sql(struct store *store, const char *text)
{
	return sqlite3_exec(store->db, text, NULL, NULL, NULL);
}

/* A file in a queue; queue is a number as spool.h's. */
static int
add(struct store *store, const char *owner, const char *node, int queue,
    int spoolid)
{
	static int place;
	char text[640];

	snprintf(text, sizeof text, "INSERT INTO file (owner, owner_node, "
	    "queue, spoolid, place, class, form, copies, hold, keep, name, "
	    "type, dist, tag, origin, origin_node, origin_id, device, records, "
	    "bytes, blocks, created, closed) VALUES ('%s', '%s', %d, %d, %d, "
	    "'A', 'STANDARD', 1, 0, 0, '', '', '', '', 'MAINT', 'VM370', 1, 2, "
	    "1, 0, 1, 1, 1)", owner, node, queue, spoolid, ++place);
	return sql(store, text);
}

static void
made_and_opened_again(void **state)
{
	struct store store;

	(void)state;
	open_store(&store);
	assert_int_equal(add(&store, "A", "N", SPOOL_RDR, 1), SQLITE_OK);
	store_close(&store);
	store_close(&store);
	open_store(&store);
	assert_int_equal(add(&store, "A", "N", SPOOL_RDR, 1), SQLITE_CONSTRAINT);
	store_close(&store);
}

static void
only_one_has_it(void **state)
{
	struct store store;
	int status;
	pid_t pid;

	(void)state;
	open_store(&store);
	pid = fork();
	if (pid == 0) {
		struct store other;

		_exit(store_open(&other, folder, why, sizeof why) < 0 ? 7 : 1);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(WEXITSTATUS(status), 7);
	store_close(&store);
}

static void
refused(void **state)
{
	struct store store;
	FILE *f;

	(void)state;
	open_store(&store);
	assert_int_equal(sql(&store, "PRAGMA user_version=3"), SQLITE_OK);
	store_close(&store);
	assert_int_equal(store_open(&store, folder, why, sizeof why), -1);
	assert_non_null(strstr(why, "another release"));

	assert_int_equal(sqlite3_open(file, &store.db), SQLITE_OK);
	assert_int_equal(sql(&store, "PRAGMA user_version=2; "
	    "PRAGMA application_id=99"), SQLITE_OK);
	store_close(&store);
	assert_int_equal(store_open(&store, folder, why, sizeof why), -1);
	assert_non_null(strstr(why, "no spool of ours"));

	f = fopen(file, "w");
	assert_non_null(f);
	for (int i = 0; i < 4096; i++)
		fputs("this is no database\n", f);
	fclose(f);
	assert_int_equal(store_open(&store, folder, why, sizeof why),
	    STORE_DAMAGED);
	assert_int_equal(store_open(&store, "/proc/none/x", why, sizeof why),
	    -1);
	assert_int_not_equal(why[0], '\0');
}

static void
counts(void **state)
{
	struct vm_user a = user_of("A", "N"), far = user_of("A", "M");
	struct ipc_spool_counts n;
	struct store store;

	(void)state;
	open_store(&store);
	n = queue_count(&store, &a);
	assert_int_equal(n.reader + n.printer + n.punch, 0);
	add(&store, "A", "N", SPOOL_RDR, 1);
	add(&store, "A", "N", SPOOL_RDR, 2);
	add(&store, "A", "N", SPOOL_PRT, 3);
	add(&store, "B", "N", SPOOL_RDR, 1); /* another's */
	add(&store, "A", "M", SPOOL_PUN, 1); /* his namesake's on another node */
	n = queue_count(&store, &a);
	assert_int_equal(n.reader, 2);
	assert_int_equal(n.printer, 1);
	assert_int_equal(n.punch, 0);
	n = queue_count(&store, &far);
	assert_int_equal(n.reader, 0);
	assert_int_equal(n.punch, 1);
	/* A name is a value, whatever it holds. */
	memcpy(a.user.c, "' OR 1=1", 8);
	n = queue_count(&store, &a);
	assert_int_equal(n.reader + n.printer + n.punch, 0);
	store_close(&store);
}

static void
schema_keeps_its_word(void **state)
{
	struct store store;

	(void)state;
	open_store(&store);
	assert_int_equal(add(&store, "A", "N", SPOOL_RDR, 7), SQLITE_OK);
	assert_int_equal(add(&store, "A", "N", SPOOL_PUN, 7), SQLITE_CONSTRAINT);
	assert_int_equal(add(&store, "B", "N", SPOOL_RDR, 7), SQLITE_OK);
	assert_int_equal(add(&store, "A", "M", SPOOL_RDR, 7), SQLITE_OK);
	assert_int_equal(add(&store, "A", "N", SPOOL_RDR, 10000),
	    SQLITE_CONSTRAINT);
	assert_int_equal(add(&store, "A", "N", 4, 8), SQLITE_CONSTRAINT);
	assert_int_equal(add(&store, "TOOLONGXX", "N", SPOOL_RDR, 8),
	    SQLITE_CONSTRAINT);
	assert_int_equal(sql(&store, "UPDATE file SET class = 'AB'"),
	    SQLITE_CONSTRAINT);
	assert_int_equal(sql(&store, "UPDATE file SET copies = 0"),
	    SQLITE_CONSTRAINT);
	assert_int_equal(sql(&store, "UPDATE file SET spoolid = NULL"),
	    SQLITE_CONSTRAINT);
	assert_int_equal(sql(&store, "INSERT INTO block VALUES (1, 1, 1, 0, "
	    "zeroblob(65536))"), SQLITE_OK);
	assert_int_equal(sql(&store, "INSERT INTO block VALUES (2, 1, 1, 0, "
	    "zeroblob(65537))"), SQLITE_CONSTRAINT);
	assert_int_equal(sql(&store, "INSERT INTO block VALUES (1, 1, 1, 0, "
	    "zeroblob(1))"), SQLITE_CONSTRAINT);
	store_close(&store);
}

/* A child commits ten files, begins an eleventh and is killed. */
static void
killed_in_the_middle(void **state)
{
	struct vm_user a = user_of("A", "N");
	struct store store;
	int told[2], status;
	pid_t pid;
	char c;

	(void)state;
	assert_int_equal(pipe(told), 0);
	pid = fork();
	if (pid == 0) {
		if (store_open(&store, folder, why, sizeof why) < 0)
			_exit(1);
		for (int i = 1; i <= 10; i++)
			if (add(&store, "A", "N", SPOOL_RDR, i) != SQLITE_OK)
				_exit(2);
		sql(&store, "BEGIN");
		add(&store, "A", "N", SPOOL_RDR, 11);
		if (write(told[1], "x", 1) == 1)
			pause();
		_exit(3);
	}
	close(told[1]);
	assert_int_equal(read(told[0], &c, 1), 1);
	close(told[0]);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	open_store(&store);
	assert_int_equal(queue_count(&store, &a).reader, 10);
	store_close(&store);
}

/* --- the program --- */

static pid_t
start(struct ipcchan *ch)
{
	char *argv[] = { (char[]){ "vmspool" }, folder, (char[]){ "start" },
		NULL };
	int fd[2];
	pid_t pid;

	assert_int_equal(ipcchan_pair(fd), 0);
	pid = spawn(VMSPOOL, argv, &fd[1], 1);
	assert_true(pid > 0);
	close(fd[1]);
	ipcchan_init(ch, fd[0], IPC_CP, IPC_SPOOL);
	return pid;
}

/* The next message within ten seconds; -1 at the channel's end. */
static int
next(struct ipcchan *ch, struct ipcchan_message *msg)
{
	struct pollfd pfd = { .fd = ch->fd, .events = POLLIN };
	int got;

	while ((got = ipcchan_recv(ch, msg)) == 0)
		assert_int_equal(poll(&pfd, 1, 10000), 1);
	return got;
}

static void
expect_counts(struct ipcchan *ch, uint32_t tag, uint32_t reader)
{
	struct ipc_spool_who who = { .tag = tag,
		.user = user_of("A", "N") };
	struct ipc_spool_counts counts;
	struct ipcchan_message msg;

	assert_int_equal(ipcchan_send(ch, IPC_SPOOL_COUNT, &who, sizeof who,
	    -1), 0);
	assert_int_equal(next(ch, &msg), 1);
	assert_int_equal(msg.type, IPC_SPOOL_COUNTS);
	memcpy(&counts, msg.payload, sizeof counts);
	assert_int_equal(counts.tag, tag);
	assert_int_equal(counts.reader, reader);
}

static void
expect_ready(struct ipcchan *ch)
{
	struct ipcchan_message msg;

	assert_int_equal(next(ch, &msg), 1);
	assert_int_equal(msg.type, IPC_SPOOL_READY);
}

static void
program_counts_and_ends(void **state)
{
	struct ipcchan_message msg;
	struct store store;
	struct ipcchan ch;
	int status;
	pid_t pid;

	(void)state;
	open_store(&store);
	add(&store, "A", "N", SPOOL_RDR, 1);
	store_close(&store);

	pid = start(&ch);
	expect_ready(&ch);
	expect_counts(&ch, 7, 1);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	assert_int_equal(next(&ch, &msg), -1);
	ipcchan_close(&ch);

	pid = start(&ch); /* as vmcp does */
	expect_ready(&ch);
	expect_counts(&ch, 8, 1);
	ipcchan_close(&ch);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* What a guest's channel brings cannot hurt the others. */
static void
minted_channels(void **state)
{
	struct ipc_spool_mint mint = { .user = user_of("A", "N"),
		.rights = UR_GUEST };
	struct ipcchan ch;
	int fd[3][2], status;
	char c;
	pid_t pid;

	(void)state;
	pid = start(&ch);
	expect_ready(&ch);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(ipcchan_pair(fd[i]), 0);
		assert_int_equal(ipcchan_send(&ch, IPC_SPOOL_MINT, &mint,
		    sizeof mint, fd[i][1]), 0);
		close(fd[i][1]);
	}
	expect_counts(&ch, 1, 0);
	assert_int_equal(write(fd[0][0], "garbage", 7), 7);
	close(fd[1][0]);
	{
		struct pollfd pfd = { .fd = fd[0][0], .events = POLLIN };

		assert_int_equal(poll(&pfd, 1, 10000), 1);
		assert_int_equal(read(fd[0][0], &c, 1), 0); /* closed */
	}
	expect_counts(&ch, 2, 0);
	assert_int_equal(read(fd[2][0], &c, 1), -1); /* the third lives */
	assert_int_equal(errno, EAGAIN);
	ipcchan_close(&ch);
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	close(fd[0][0]);
	close(fd[2][0]);
}

static void
garbage_from_vmcp_ends_it(void **state)
{
	struct ipcchan_message msg;
	struct ipcchan ch;
	int status;
	pid_t pid;

	(void)state;
	pid = start(&ch);
	expect_ready(&ch);
	assert_int_equal(write(ch.fd, "garbage", 7), 7);
	assert_int_equal(next(&ch, &msg), -1);
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	ipcchan_close(&ch);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(made_and_opened_again),
		TEST(only_one_has_it),
		TEST(refused),
		TEST(counts),
		TEST(schema_keeps_its_word),
		TEST(killed_in_the_middle),
		TEST(program_counts_and_ends),
		TEST(minted_channels),
		TEST(garbage_from_vmcp_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
