/* SPDX-License-Identifier: MIT
 *
 * cms.c - what commands on files cost in CMS, on a disk of 10,000 files:
 *
 *   cms VMGUEST IMAGE190 STATES
 *
 * Prints the instructions of a STATE and of an empty call (STATES is the
 * module that counts, states.c; where time is instructions, so is what it
 * counts), then for each command of the table the exits of its machine from
 * the line that is typed to the next READ; the first is an empty line.  The
 * least of 20: the host's own interruptions of a guest count as exits too.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../rig/rig.h"
#include "edf.h"

#define FILES 10000
#define BLOCKS 200000
#define DISK_BLOCK 4096
#define RUNS 20
#define WAIT_S 60
#define EXITS "/sys/kernel/debug/kvm/exits"

static const char *const commands[] = { "", "STATE F05000 DATA A",
	"QUERY DISK A", "LISTFILE F05000 DATA A" };

static struct rig rig;

/* --- the disk --- */

static int
disk_read(void *arg, const struct edf_extent *list, unsigned n)
{
	for (; n > 0; n--, list++)
		if (pread(*(int *)arg, list->at, (size_t)list->blocks *
		    EDF_SECTOR, (off_t)list->block * EDF_SECTOR) < 0)
			return -1;
	return 0;
}

static int
disk_write(void *arg, const struct edf_extent *list, unsigned n, int flush)
{
	(void)flush;
	for (; n > 0; n--, list++)
		if (pwrite(*(int *)arg, list->at, (size_t)list->blocks *
		    EDF_SECTOR, (off_t)list->block * EDF_SECTOR) < 0)
			return -1;
	return 0;
}

static int
disk_flush(void *arg)
{
	(void)arg;
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
	return (struct edf_date){ 2000, 1, 1, 12, 0, 0 };
}

static void
put_file(struct edf *edf, const char *name, const char *type,
    const void *data, size_t size, uint32_t lrecl)
{
	struct edf_stat st = { .mode = '1', .recfm = 'F', .lrecl = lrecl };
	struct edf_file *file;
	int rc;

	memset(st.name, ' ', sizeof st.name);
	memcpy(st.name, name, strlen(name));
	memset(st.type, ' ', sizeof st.type);
	memcpy(st.type, type, strlen(type));
	rc = edf_open(edf, EDF_CREATE, &st, &file);
	if (rc == 0 && lrecl == 1)
		rc = edf_stream_write(file, 0, data, size) ==
		    (int64_t)size ? 0 : EDF_IO;
	else if (rc == 0)
		rc = edf_write(file, 0, data, lrecl);
	if (rc == 0)
		rc = edf_close(file);
	if (rc != 0)
		errx(1, "%s %s: error %d", name, type, rc);
}

static void
put_module(struct edf *edf, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *at;

	if (fd < 0 || fstat(fd, &st) < 0 || (at = mmap(NULL,
	    (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0)) == MAP_FAILED)
		err(1, "%s", path);
	put_file(edf, "STATES", "MODULE", at, (size_t)st.st_size, 1);
	munmap(at, (size_t)st.st_size);
	close(fd);
}

/* A file without a name, which holds the disk. */
static int
make_disk(const char *module)
{
	static int fd;
	struct edf_device dev = { .arg = &fd, .blocks = BLOCKS,
		.read = disk_read, .write = disk_write, .flush = disk_flush,
		.take = disk_take, .give = disk_give, .now = disk_now };
	struct edf *edf;
	char name[EDF_NAME + 1];

	fd = memfd_create("191", 0);
	if (fd < 0 || ftruncate(fd, (off_t)BLOCKS * EDF_SECTOR) < 0)
		err(1, "disk");
	if (edf_format(&dev, DISK_BLOCK, 0, "MANY  ") != 0 ||
	    edf_mount(&dev, &edf) != 0)
		errx(1, "disk");
	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof name, "F%05d", i);
		put_file(edf, name, "DATA", "a record", 8, 8);
	}
	put_module(edf, module);
	if (edf_commit(edf) != 0)
		errx(1, "disk");
	edf_unmount(edf);
	return fd;
}

/* --- the machine --- */

static void
start(const char *vmguest, const char *image, int own)
{
	static const struct ipc_vm_attach at[] = {
		{ .vdev = 0x009, .type = DEVICE_CONSOLE },
		{ .vdev = 0x0FF, .type = DEVICE_TIMER },
		{ .vdev = 0x190, .type = DEVICE_FBA,
		    .flags = ATTACH_READ_ONLY },
		{ .vdev = 0x191, .type = DEVICE_FBA },
	};
	static char disk[32];

	rig.vmguest = vmguest;
	rig.kvm = "/dev/kvm";
	rig.storage = 16u << 20;
	rig.timeout_ms = WAIT_S * 1000;
	rig.saved = -1;
	snprintf(disk, sizeof disk, "/proc/self/fd/%d", own);
	rig.ndevices = sizeof at / sizeof at[0];
	for (unsigned i = 0; i < rig.ndevices; i++)
		rig.device[i].at = at[i];
	rig.device[2].path = image;
	rig.device[3].path = disk;
	if (rig_start(&rig) < 0 ||
	    rig_ipl(&rig, 0x190, IPL_CLEAR, "AUTOCR") < 0)
		errx(1, "no machine");
}

/* Until the guest reads its console, and does nothing else any more. */
static void
await_read(void)
{
	time_t end = time(NULL) + WAIT_S;
	bool never = false;

	while (rig.reading == CONS_READ_NONE) {
		if (rig.chan.dead || time(NULL) > end)
			errx(1, "CMS does not read");
		rig_pump(&rig, &never, 5);
	}
	usleep(20000);
}

static void
say(const char *line)
{
	struct ipc_text t = { 0 };

	rig.reading = CONS_READ_NONE;
	if (ipcchan_send_text(&rig.chan, IPC_VM_CONS_INPUT, &t, sizeof t, line,
	    strlen(line), -1) < 0)
		errx(1, "vmguest is gone");
	await_read();
}

static const char *
last_but(unsigned n)
{
	return rig.line[(rig.nlines - 1 - n) % RIG_LINES];
}

/* --- the figures --- */

static void
count_states(void)
{
	char command[32];
	unsigned state, empty;

	snprintf(command, sizeof command, "STATES %d", FILES);
	say(command);
	if (sscanf(last_but(1), "states %u %u", &state, &empty) != 2)
		errx(1, "STATES says: %s", last_but(0));
	printf("%u %u\n", state, empty);
}

static unsigned long
exits(void)
{
	FILE *f = fopen(EXITS, "r");
	unsigned long n;

	if (f == NULL || fscanf(f, "%lu", &n) != 1)
		err(1, EXITS);
	fclose(f);
	return n;
}

static void
count_exits(const char *command)
{
	unsigned long least = ~0ul;

	for (int i = 0; i < RUNS; i++) {
		unsigned long before = exits(), n;

		say(command);
		n = exits() - before;
		if (n < least)
			least = n;
	}
	if (strncmp(last_but(0), "Ready;", 6) != 0 && *command != '\0')
		errx(1, "%s: %s", command, last_but(0));
	printf("%lu\n", least);
}

int
main(int argc, char **argv)
{
	if (argc != 4)
		errx(2, "usage: cms VMGUEST IMAGE190 STATES");
	mount("none", "/sys/kernel/debug", "debugfs", 0, NULL);
	start(argv[1], argv[2], make_disk(argv[3]));
	await_read();
	count_states();
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		count_exits(commands[i]);
	rig_kill(&rig);
	return 0;
}
