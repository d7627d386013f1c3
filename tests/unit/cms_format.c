/* SPDX-License-Identifier: MIT
 *
 * cms_format.c - FORMAT: what it asks, what it makes, and that nothing is
 * changed when something is wrong.  192 is a disk of 4000 blocks, 193 one of
 * 16, 195 is read-only, 190 is CMS's own.
 */
#include "cms_fake.h"

#include "edf.h"

#define BLOCKS 4000u

/* Shared with the program, which runs in a process of its own. */
static struct disk {
	unsigned char data[BLOCKS * 512];
	char commands[200];
	char mode; /* of 192, or '\0' */
	uint32_t block_size, blocks;
	long writes_left;
} *disk;

static uint32_t
blocks_of(unsigned vdev)
{
	return vdev == 0x193 ? 16 : BLOCKS;
}

int
cms_block_io(struct cms_block_io *io)
{
	unsigned char *at = disk->data + io->block * (size_t)512;
	void *buffer = (void *)(uintptr_t)io->at;

	if (io->vdev < 0x190 || io->vdev > 0x195)
		return fake_error(ENXIO);
	if (io->op == CMS_BLOCK_SIZE) {
		io->count = blocks_of(io->vdev);
		io->read_only = io->vdev == 0x195;
		return 0;
	}
	if (disk->mode != '\0')
		return fake_error(EBUSY);
	if (io->op == CMS_BLOCK_FLUSH)
		return 0;
	assert_int_equal(io->at % 512, 0);
	assert_true(io->block + io->count <= blocks_of(io->vdev));
	if (io->op == CMS_BLOCK_READ) {
		memcpy(buffer, at, io->count * (size_t)512);
		return 0;
	}
	if (disk->writes_left-- == 0)
		return fake_error(EIO);
	memcpy(at, buffer, io->count * (size_t)512);
	return 0;
}

/* --- the disk, as EDF sees it here --- */

static int
disk_read(void *arg, const struct edf_extent *list, unsigned n)
{
	(void)arg;
	for (unsigned i = 0; i < n; i++)
		memcpy(list[i].at, disk->data + list[i].block * (size_t)512,
		    list[i].blocks * (size_t)512);
	return 0;
}

static void *
disk_take(void *arg, size_t bytes)
{
	(void)arg;
	return malloc(bytes);
}

static void
disk_give(void *arg, void *at, size_t bytes)
{
	(void)arg;
	(void)bytes;
	free(at);
}

static struct edf_date
disk_now(void *arg)
{
	(void)arg;
	return (struct edf_date){ .year = 2026, .month = 1, .day = 1 };
}

static int
disk_info(struct edf_disk_info *info)
{
	struct edf_device dev = { .blocks = BLOCKS, .read_only = 1,
		.read = disk_read, .take = disk_take, .give = disk_give,
		.now = disk_now };
	struct edf *edf;
	int error = edf_mount(&dev, &edf);

	if (error != 0)
		return error;
	edf_info(edf, info);
	edf_unmount(edf);
	return 0;
}

/* --- CMS --- */

int
cms_disk(char mode, struct cms_disk *d)
{
	*d = (struct cms_disk){ .mode = mode, .vdev = 0x190 };
	if (mode == 'S')
		return 0;
	if (disk->mode != mode)
		return fake_error(ENXIO);
	d->vdev = 0x192;
	d->block_size = disk->block_size;
	d->blocks = disk->blocks;
	return 0;
}

int
cms_command(const char *command, int *rc)
{
	struct edf_disk_info info;

	strcat(disk->commands, command);
	strcat(disk->commands, ";");
	*rc = 0;
	if (strncmp(command, "RELEASE", 7) == 0) {
		disk->mode = '\0';
		return 0;
	}
	*rc = disk_info(&info) == 0 ? 0 : 100;
	if (*rc != 0)
		return 0;
	disk->mode = command[strlen(command) - 1];
	disk->block_size = info.block_size;
	disk->blocks = info.blocks;
	return 0;
}

/* --- tests --- */

static int
setup(void **state)
{
	disk = mmap(NULL, sizeof *disk, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(disk, MAP_FAILED);
	disk->writes_left = 1000000;
	return fake_setup(state);
}

static int
teardown(void **state)
{
	munmap(disk, sizeof *disk);
	return fake_teardown(state);
}

static void
says(const char *line, const char *input, int rc, const char *output)
{
	assert_int_equal(fake_run(line, input), rc);
	assert_string_equal(fake_output, output);
}

static void
is(uint32_t block_size, uint32_t blocks, const char *label)
{
	struct edf_disk_info info;

	assert_int_equal(disk_info(&info), 0);
	assert_int_equal(info.block_size, block_size);
	assert_int_equal(info.blocks, blocks);
	assert_memory_equal(info.volume, label, EDF_VOLUME);
}

#define ASK(disk) "DMSFOR603R FORMAT WILL ERASE ALL FILES ON DISK " disk \
    ". CONTINUE? (YES|NO)\n"
#define LABEL "DMSFOR605R ENTER DISK LABEL:\n"

static void
test_format(void **state)
{
	(void)state;
	says("FORMAT 192 B", "yes\ntest\n", 0, ASK("B (192)") LABEL
	    "DMSFOR733I FORMATTING DISK 'B'\n"
	    "DMSFOR732I 4000 FB-512 BLOCKS FORMATTED ON 'B (192)'\n");
	is(1024, 2000, "TEST  ");
	assert_string_equal(disk->commands, "ACCESS 192 B;");
	says("format 0192 c 1000(blk 4k noerase)", " Y \n  ABC123 x\n", 0,
	    ASK("C (192)") LABEL "DMSFOR733I FORMATTING DISK 'C'\n"
	    "DMSFOR732I 1000 FB-512 BLOCKS FORMATTED ON 'C (192)'\n");
	is(4096, 125, "ABC123");
	assert_string_equal(disk->commands,
	    "ACCESS 192 B;RELEASE 192;ACCESS 192 C;");
}

static void
test_label(void **state)
{
	(void)state;
	assert_int_equal(fake_run("FORMAT 192 B (BLKSIZE 512",
	    "YES\nOLD\n"), 0);
	says("FORMAT 192 B (LABEL", "new\n", 0, LABEL);
	is(512, BLOCKS, "NEW   ");
	says("FORMAT 192 B (LABEL", "longer7\n", 24, LABEL
	    "DMSFOR606E INVALID LABEL: 1 TO 6 LETTERS AND DIGITS\n");
	says("FORMAT 192 B (LABEL", "", 24, LABEL
	    "DMSFOR606E INVALID LABEL: 1 TO 6 LETTERS AND DIGITS\n");
	is(512, BLOCKS, "NEW   ");
	assert_int_equal(disk->mode, 'B');
}

static void
test_recomp(void **state)
{
	(void)state;
	assert_int_equal(fake_run("FORMAT 192 B (BLKSIZE 512",
	    "YES\nOLD\n"), 0);
	says("FORMAT 192 B 2000 (RECOMP", "", 0,
	    "DMSFOR732I 2000 FB-512 BLOCKS FORMATTED ON 'B (192)'\n");
	is(512, 2000, "OLD   ");
	says("FORMAT 192 B (RECOMP", "", 0,
	    "DMSFOR732I 4000 FB-512 BLOCKS FORMATTED ON 'B (192)'\n");
	is(512, BLOCKS, "OLD   ");
	says("FORMAT 192 B 7 (RECOMP", "", 100, "DMSFOR216E INSUFFICIENT "
	    "BLOCKS ON DISK TO SUPPORT CMS DISK STRUCTURE\n");
	is(512, BLOCKS, "OLD   ");
	assert_int_equal(disk->mode, 'B');
	disk->writes_left = 0;
	says("FORMAT 192 B 2000 (RECOMP", "", 100,
	    "DMSFOR125S PERMANENT UNIT CHECK ON DISK 'B (192)'\n");
	is(512, BLOCKS, "OLD   ");
	assert_int_equal(disk->mode, 'B');
}

/* Nothing is written, and nothing is released. */
static void
test_refused(void **state)
{
	static const struct {
		const char *line, *input;
		int rc;
		const char *output;
	} rows[] = {
		{ "FORMAT", "", 24, "DMSFOR028E NO DEVICE SPECIFIED\n" },
		{ "FORMAT 192", "", 24, "DMSFOR048E INVALID MODE ''\n" },
		{ "FORMAT x B", "", 24,
		    "DMSFOR017E INVALID DEVICE ADDRESS 'X'\n" },
		{ "FORMAT 0 B", "", 24,
		    "DMSFOR017E INVALID DEVICE ADDRESS '0'\n" },
		{ "FORMAT 1000 B", "", 24,
		    "DMSFOR017E INVALID DEVICE ADDRESS '1000'\n" },
		{ "FORMAT 192 s", "", 24, "DMSFOR048E INVALID MODE 'S'\n" },
		{ "FORMAT 192 B1", "", 24, "DMSFOR048E INVALID MODE 'B1'\n" },
		{ "FORMAT 192 *", "", 24, "DMSFOR048E INVALID MODE '*'\n" },
		{ "FORMAT 192 B 0", "", 24,
		    "DMSFOR070E INVALID PARAMETER '0'\n" },
		{ "FORMAT 192 B 4001", "", 24,
		    "DMSFOR070E INVALID PARAMETER '4001'\n" },
		{ "FORMAT 192 B 9 9", "", 24,
		    "DMSFOR070E INVALID PARAMETER '9'\n" },
		{ "FORMAT 192 B (loud", "", 24,
		    "DMSFOR003E INVALID OPTION 'LOUD'\n" },
		{ "FORMAT 192 B (BLKSIZE", "", 24,
		    "DMSFOR005E NO 'BLKSIZE' SPECIFIED\n" },
		{ "FORMAT 192 B (BLKSIZE 3k", "", 24, "DMSFOR029E INVALID "
		    "PARAMETER '3K' IN THE OPTION 'BLKSIZE' FIELD\n" },
		{ "FORMAT 192 B (LABEL RECOMP", "", 24, "DMSFOR066E 'LABEL' "
		    "AND 'RECOMP' ARE CONFLICTING OPTIONS\n" },
		{ "FORMAT 199 B", "", 100,
		    "DMSFOR113S B (199) NOT ATTACHED\n" },
		{ "FORMAT 192 B (LABEL", "", 36,
		    "DMSFOR069E DISK 'B (192)' NOT ACCESSED\n" },
		{ "FORMAT 192 B (RECOMP", "", 36,
		    "DMSFOR069E DISK 'B (192)' NOT ACCESSED\n" },
		{ "FORMAT 190 B", "", 36,
		    "DMSFOR037E DISK 'B (190)' IS READ/ONLY\n" },
		{ "FORMAT 195 B", "", 36,
		    "DMSFOR037E DISK 'B (195)' IS READ/ONLY\n" },
		{ "FORMAT 193 B (BLKSIZE 4K", "", 100, "DMSFOR216E "
		    "INSUFFICIENT BLOCKS ON DISK TO SUPPORT CMS DISK "
		    "STRUCTURE\n" },
		{ "FORMAT 192 B", "no\n", 8,
		    ASK("B (192)") "DMSFOR705I DISK REMAINS UNCHANGED\n" },
		{ "FORMAT 192 B", "", 8,
		    ASK("B (192)") "DMSFOR705I DISK REMAINS UNCHANGED\n" },
		{ "FORMAT 192 B", "yes\n", 24, ASK("B (192)") LABEL
		    "DMSFOR606E INVALID LABEL: 1 TO 6 LETTERS AND DIGITS\n" },
		{ "FORMAT 192 B", "yes\nna.me\n", 24, ASK("B (192)") LABEL
		    "DMSFOR606E INVALID LABEL: 1 TO 6 LETTERS AND DIGITS\n" },
	};

	(void)state;
	assert_int_equal(fake_run("FORMAT 192 D", "YES\nSTAYS\n"), 0);
	disk->commands[0] = '\0';
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		says(rows[i].line, rows[i].input, rows[i].rc, rows[i].output);
		is(1024, 2000, "STAYS ");
		assert_int_equal(disk->mode, 'D');
		assert_string_equal(disk->commands, "");
	}
}

/* A disk on which formatting fails is none, and has no letter. */
static void
test_fails(void **state)
{
	struct edf_disk_info info;

	(void)state;
	assert_int_equal(fake_run("FORMAT 192 B", "YES\nOLD\n"), 0);
	for (long n = 0; n < 3; n++) {
		disk->writes_left = n;
		says("FORMAT 192 B", "yes\nnew\n", 100, ASK("B (192)") LABEL
		    "DMSFOR733I FORMATTING DISK 'B'\n"
		    "DMSFOR125S PERMANENT UNIT CHECK ON DISK 'B (192)'\n");
		assert_int_equal(disk->mode, '\0');
	}
	assert_int_equal(disk_info(&info), EDF_NOT_FORMATTED);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_format),
		TEST(test_label),
		TEST(test_recomp),
		TEST(test_refused),
		TEST(test_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
