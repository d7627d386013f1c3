/* SPDX-License-Identifier: MIT
 *
 * spool_power.c - the power goes: of what was written since each file's last
 * sync, any page may be there or not.  What was acknowledged of closes,
 * transfers and purges has happened; the database is sound.
 *
 *   unit_spool_power [CUTS [SEED]]
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#define VMSPOOL "" /* a child of ours is it */
#include "spool_rig.h"

#include "server.h"
#include "sqlite_shim.h"

#define FILES 60
#define SECTOR 4096
#define ALL_MAX (8 << 20) /* bytes of a file */

static struct rig rig;
static struct rig_rows rows;
static struct ipcchan cp;
static unsigned cuts = 40, seed = 1;
static uint64_t stream;
static char text[IPC_TEXT_MAX + 1];

/* What must be there: 0 no file. */
static struct known {
	uint64_t id;
	unsigned records;
	char owner[2];
} known[FILES];

static unsigned
chance(unsigned n)
{
	return (unsigned)rand_r(&seed) % n;
}

/* --- the disk --- */

struct image {
	char *bytes;
	size_t n;
};

static struct image
image_of(const char *name)
{
	struct image image = { calloc(1, ALL_MAX), 0 };
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (image.bytes == NULL)
		err(1, "%s", name);
	if (fd < 0)
		return image;
	while ((n = read(fd, image.bytes + image.n, ALL_MAX - image.n)) > 0)
		image.n += (size_t)n;
	if (image.n == ALL_MAX)
		errx(1, "%s: too large", name);
	close(fd);
	return image;
}

static void
image_to(const char *name, const struct image *image)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, image->bytes, image->n) != (ssize_t)image->n)
		err(1, "%s", name);
	close(fd);
}

static const char *
synced_name(const char *name)
{
	static char synced[512];

	snprintf(synced, sizeof synced, "%s.synced", name);
	return synced;
}

static int
shim_now(bool sync)
{
	(void)sync;
	return SQLITE_OK;
}

/* What is on the disk for good. */
static void
shim_synced(const char *name)
{
	struct image image;

	if (name == NULL)
		return;
	image = image_of(name);
	image_to(synced_name(name), &image);
	free(image.bytes);
}

/* Each sector that was written since is there or is not. */
static void
cut(const char *name)
{
	struct image now = image_of(name), then = image_of(synced_name(name));
	size_t most = now.n > then.n ? now.n : then.n;
	unsigned kept = chance(3); /* none, some or all of it */

	for (size_t at = 0; at < most && kept > 0; at += SECTOR) {
		if (memcmp(then.bytes + at, now.bytes + at, SECTOR) == 0 ||
		    (kept == 1 && chance(2) == 0))
			continue;
		memcpy(then.bytes + at, now.bytes + at, SECTOR);
		if (then.n < at + SECTOR)
			then.n = at + SECTOR < now.n ? at + SECTOR : now.n;
	}
	image_to(name, &then);
	free(now.bytes);
	free(then.bytes);
}

/* --- vmspool --- */

static _Noreturn void
serve(int fd)
{
	struct spool spool;

	dup2(open("/dev/null", O_WRONLY), 2);
	shim_install();
	if (server_open(&spool, rig.folder, fd) < 0)
		_exit(1);
	server_run(&spool, true);
	server_close(&spool);
	_exit(0);
}

static void
start(void)
{
	struct ipcchan_message msg;
	int fd[2];

	assert_int_equal(ipcchan_pair(fd), 0);
	rig.said[0] = '\0';
	rig.pid = fork();
	if (rig.pid == 0) {
		close(fd[0]);
		serve(fd[1]);
	}
	close(fd[1]);
	ipcchan_init(&rig.cp, fd[0], IPC_CP, IPC_SPOOL);
	do {
		if (!rig_next(&rig.cp, &msg))
			fail_msg("vmspool does not start");
		rig_hear(&rig, &msg);
	} while (msg.type != IPC_SPOOL_READY);
	rig_mint(&rig, &cp, NULL, UR_SYSTEM);
}

static void
power_cut(void)
{
	char wal[160];

	rig_end(&rig, SIGKILL);
	ipcchan_close(&cp);
	snprintf(wal, sizeof wal, "%s-wal", rig.db);
	cut(rig.db);
	cut(wal);
}

/* --- work --- */

static void
make(struct known *k)
{
	struct spool_file file;
	unsigned blocks = 1 + chance(4);

	k->owner[0] = "BC"[chance(2)];
	stream++;
	for (unsigned b = 0; b < blocks; b++)
		assert_int_equal(rig_write(&cp, "A", 0xD, stream, b + 1,
		    b * 100, 100), 0);
	assert_int_equal(rig_close(&rig, &cp, "A", 0xD, k->owner, SPOOL_RDR,
	    &file), 0);
	k->id = file.id;
	k->records = blocks * 100;
}

static void
ask(struct known *k, uint8_t op)
{
	struct ipc_ur_ask q = rig_about(op, NULL, 0);

	q.by = BY_ID;
	q.id = k->id;
	q.to = rig_user(k->owner[0] == 'B' ? "C" : "B");
	q.to_queue = SPOOL_RDR;
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
}

static void
work(void)
{
	struct known *k = &known[chance(FILES)];

	if (k->id == 0) {
		make(k);
	} else if (chance(2) == 0) {
		ask(k, ASK_PURGE);
		k->id = 0;
	} else {
		ask(k, ASK_TRANSFER);
		k->owner[0] = k->owner[0] == 'B' ? 'C' : 'B';
	}
}

static void
check_all(void)
{
	struct ipc_ur_ask q = rig_about(ASK_QUERY, NULL, 0);
	unsigned there = 0;

	assert_int_equal(rig_check(&rig, &cp, text), 0);
	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	for (unsigned i = 0; i < FILES; i++)
		there += known[i].id != 0;
	assert_int_equal(rows.n, there);
	for (unsigned n = 0; n < rows.n; n++) {
		const struct spool_file *f = &rows.row[n].file;
		unsigned i = 0;

		while (i < FILES && known[i].id != f->id)
			i++;
		assert_true(i < FILES);
		assert_string_equal(name_text(f->owner.user).s,
		    known[i].owner);
		assert_int_equal(f->records, known[i].records);
		assert_int_equal(f->damaged, 0);
	}
}

static void
power_cuts(void **state)
{
	(void)state;
	print_message("seed %u\n", seed);
	start();
	for (unsigned i = 0; i < cuts; i++) {
		for (unsigned n = chance(12); n > 0; n--)
			work();
		if (chance(2) == 0) /* and cards that nobody closed */
			rig_write(&cp, "Z", 0xE, ++stream, 1, 1, 500);
		if (chance(3) == 0)
			usleep(60000); /* the log is written back */
		power_cut();
		start();
		assert_string_equal(rig.said, "");
		check_all();
	}
	rig_end(&rig, 0);
	ipcchan_close(&cp);
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
	static const char *const behind[] = { "", "-wal", "-journal" };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		char name[160];

		snprintf(name, sizeof name, "%s%s", rig.db, behind[i]);
		unlink(synced_name(name));
	}
	rig_remove(&rig);
	return 0;
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(power_cuts, set_up, tear_down),
	};

	seed = (unsigned)time(NULL);
	if (argc > 1)
		cuts = (unsigned)strtoul(argv[1], NULL, 10);
	if (argc > 2)
		seed = (unsigned)strtoul(argv[2], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
