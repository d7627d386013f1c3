/* SPDX-License-Identifier: MIT
 *
 * spool_backup.c - UR_BACKUP while everybody works on, to places that fail, for
 * clients that die; a copy is a spool by itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "small_disk.h"
#include "spool_rig.h"

#define BEFORE 60 /* files, so that a copy takes many turns */
#define CARDS 3000

static struct rig rig, other;
static struct rig_rows rows;
static struct ipcchan cp, op;
static uint64_t stream;
static char text[IPC_TEXT_MAX + 1], full[160];

static struct spool_file
punch(struct ipcchan *ch)
{
	struct spool_file file;

	stream++;
	for (unsigned b = 0; b < 4; b++)
		assert_int_equal(rig_write(ch, "A", 0xD, stream, b + 1,
		    b * CARDS, CARDS), 0);
	assert_int_equal(rig_close(&rig, ch, "A", 0xD, "B", SPOOL_RDR, &file),
	    0);
	return file;
}

static void
purge(const struct spool_file *file)
{
	struct ipc_ur_ask q = rig_about(ASK_PURGE, "B", SPOOL_RDR);

	q.by = BY_ID;
	q.id = file->id;
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	assert_int_equal(rows.done.count, 1);
}

static int
set_up(void **state)
{
	(void)state;
	rig_folder(&rig);
	snprintf(full, sizeof full, "%s/full", rig.root);
	/* before vmspool, as a mount is seen by who comes later */
	if (!small_disk(full, "size=256k"))
		full[0] = '\0';
	rig_start(&rig, "start");
	rig_mint(&rig, &cp, NULL, UR_SYSTEM);
	rig_mint(&rig, &op, NULL, UR_SYSTEM);
	for (unsigned i = 0; i < BEFORE; i++)
		punch(&cp);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	assert_int_equal(rig_end(&rig, 0), 0);
	ipcchan_close(&cp);
	ipcchan_close(&op);
	if (full[0] != '\0')
		umount(full);
	snprintf(full, sizeof full, "%s/full", rig.root);
	rmdir(full);
	rig_remove(&rig);
	return 0;
}

/* A folder for a copy to be a spool in: where it comes to. */
static int
new_place(void)
{
	int fd;

	rig_folder(&other);
	assert_int_equal(mkdir(other.folder, 0700), 0);
	fd = open(other.db, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	return fd;
}

/* The copy as a spool by itself: sound, with so many files for B. */
static unsigned
copied(void)
{
	struct ipcchan ch;
	unsigned n;

	rig_start(&other, "start");
	rig_mint(&other, &ch, NULL, UR_SYSTEM);
	assert_string_equal(other.said, "");
	assert_int_equal(rig_check(&other, &ch, text), 0);
	n = rig_count(&other, "B").reader;
	assert_int_equal(rig_end(&other, 0), 0);
	ipcchan_close(&ch);
	rig_remove(&other);
	return n;
}

static uint32_t
order(struct ipcchan *ch, int fd)
{
	struct ipc_tag backup = { .tag = ++rig.tag };

	assert_int_equal(ipcchan_send(ch, IPC_UR_BACKUP, &backup,
	    sizeof backup, fd), 0);
	return backup.tag;
}

/* What is done meanwhile is in it, or is not; never half of it. */
static void
while_all_work(void **state)
{
	struct spool_file file, kept = { 0 };
	int fd = new_place();
	uint32_t tag = order(&op, fd);
	unsigned n;

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		file = punch(&cp);
		if (i % 2 == 0)
			purge(&file);
		else
			kept = file;
	}
	rig_done(&op, tag, &rows);
	assert_int_equal(rows.done.rc, 0);
	close(fd);
	n = copied();
	assert_in_range(n, BEFORE, BEFORE + 5);
	assert_int_equal(rig_check(&rig, &cp, text), 0);
	assert_int_not_equal(kept.id, 0);
}

static void
all_that_was_done(void **state)
{
	unsigned there = rig_count(&rig, "B").reader;
	struct spool_file file = punch(&cp);
	int fd = new_place();

	(void)state;
	assert_int_equal(rig_backup(&rig, &op, fd), 0);
	purge(&file);
	close(fd);
	assert_int_equal(copied(), there + 1);
}

static void
one_at_a_time(void **state)
{
	int fd = new_place(), second = memfd_create("second", MFD_CLOEXEC);
	uint32_t tag, late;

	(void)state;
	/* It finds both there, and the first is not done in one turn. */
	kill(rig.pid, SIGSTOP);
	tag = order(&op, fd);
	late = order(&cp, second);
	kill(rig.pid, SIGCONT);
	rig_done(&cp, late, &rows);
	assert_int_equal(rows.done.rc, -EBUSY);
	rig_done(&op, tag, &rows);
	assert_int_equal(rows.done.rc, 0);
	assert_int_equal(rig_backup(&rig, &cp, second), 0);
	close(fd);
	close(second);
	copied();
}

/* Not empty, no file, read-only, one that cannot grow. */
static void
bad_places(void **state)
{
	int fd = memfd_create("place", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int pair[2], only;

	(void)state;
	assert_int_equal(write(fd, "x", 1), 1);
	assert_int_equal(rig_backup(&rig, &cp, fd), -EINVAL);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pipe(pair), 0);
	assert_int_equal(rig_backup(&rig, &cp, pair[1]), -EINVAL);
	close(pair[0]);
	close(pair[1]);
	only = open("/dev/null", O_RDONLY);
	assert_int_equal(rig_backup(&rig, &cp, only), -EINVAL);
	close(only);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), 0);
	assert_int_equal(rig_backup(&rig, &cp, fd), -EIO);
	close(fd);
}

static void
full_place(void **state)
{
	char name[200];
	int fd;

	(void)state;
	if (full[0] == '\0') {
		print_message("skipped: no disk of our own\n");
		skip();
	}
	snprintf(name, sizeof name, "%s/copy", full);
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(rig_backup(&rig, &cp, fd), -ENOSPC);
	close(fd);
	unlink(name);
	fd = new_place();
	assert_int_equal(rig_backup(&rig, &cp, fd), 0); /* all is well */
	close(fd);
	copied();
}

static void
nobody_waits(void **state)
{
	int fd = memfd_create("place", MFD_CLOEXEC);

	(void)state;
	order(&op, fd);
	close(fd);
	ipcchan_close(&op);
	rig_mint(&rig, &op, NULL, UR_SYSTEM);
	fd = new_place();
	while (rig_backup(&rig, &op, fd) == -EBUSY)
		usleep(1000); /* its end was not yet seen */
	close(fd);
	assert_true(copied() >= BEFORE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(while_all_work),
		cmocka_unit_test(all_that_was_done),
		cmocka_unit_test(one_at_a_time),
		cmocka_unit_test(bad_places),
		cmocka_unit_test(full_place),
		cmocka_unit_test(nobody_waits),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
