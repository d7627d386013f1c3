/* SPDX-License-Identifier: MIT
 *
 * demo.c - the demonstration system and the system disk.  Replaces nothing
 * that a user wrote, except clear passwords by their hashes.
 */
#include "demo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "directory.h"
#include "disknew.h"
#include "home.h"
#include "name.h"
#include "textfile.h"

#define DEMO_IMAGE "cms190.img" /* what the build made of cms/ */
#define DEMO_COPY (1u << 16)

extern const char demo_user_direct[], demo_system_config[];

/* Write a file unless there is one. */
static int
demo_text(const struct front *front, const char *name, const char *text)
{
	char path[PATH_MAX];

	if (!front_path(front, name, path, sizeof path))
		return 1;
	if (access(path, F_OK) == 0)
		return 0;
	if (textfile_replace(path, text, strlen(text), 0600) < 0)
		return front_fail("%s: %s", path, strerror(errno));
	return 0;
}

static int
demo_system(const struct front *front)
{
	char path[PATH_MAX];

	if (!front_path(front, "user.direct", path, sizeof path))
		return 1;
	if (access(path, F_OK) == 0)
		return 0;
	printf("Making the demonstration system in %s\n", front->home);
	/* user.direct last: it is what says that the system is there. */
	if (demo_text(front, "system.config", demo_system_config) != 0)
		return 1;
	return demo_text(front, "user.direct", demo_user_direct);
}

/* The system disk by the directory; 0 blocks when MAINT has none. */
struct demo_disk {
	struct vm_name volume;
	uint64_t blocks;
};

/* Check the directory, hash what is clear, give users their A-disks, and find
 * the system disk. */
static int
demo_directory(const struct front *front, struct demo_disk *system)
{
	char path[PATH_MAX];
	const struct dir_mdisk *disk;
	struct directory *dir;
	struct dir_error err;
	struct vm_name maint;
	unsigned changed;
	int rc;

	if (!front_path(front, "user.direct", path, sizeof path))
		return 1;
	if (directory_hash_passwords(path, &changed, &err) < 0 ||
	    (dir = directory_load(path, &err)) == NULL)
		return front_dir_error(path, &err);
	if (changed > 0)
		printf("%u clear passwords in user.direct are now hashes\n",
		    changed);
	name_parse("MAINT", &maint);
	disk = directory_mdisk(dir, maint, 0x190);
	*system = (struct demo_disk){ 0 };
	if (disk != NULL && !disk->tdisk)
		*system = (struct demo_disk){ .volume = disk->volume,
			.blocks = disk->blocks };
	rc = disknew_make_all(front, dir);
	directory_free(dir);
	return rc;
}

/* The bytes at `at` of a file; what is behind its end is zero. */
static int
demo_read(int fd, char *buf, size_t size, off_t at)
{
	size_t done = 0;

	memset(buf, 0, size);
	while (done < size) {
		ssize_t n = pread(fd, buf + done, size - done,
		    at + (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return 0;
}

/* Is the disk what the image is, with zeros behind it? */
static bool
demo_same(int image, off_t image_size, const char *disk_path, off_t size)
{
	static char a[DEMO_COPY], b[DEMO_COPY];
	int disk = open(disk_path, O_RDONLY | O_CLOEXEC);
	bool same = false;
	struct stat st;

	if (disk < 0)
		return false;
	if (fstat(disk, &st) == 0 && st.st_size == size) {
		same = true;
		for (off_t at = 0; same && at < image_size; at += DEMO_COPY)
			same = demo_read(image, a, sizeof a, at) == 0 &&
			    demo_read(disk, b, sizeof b, at) == 0 &&
			    memcmp(a, b, sizeof a) == 0;
	}
	close(disk);
	return same;
}

static int
demo_copy(int image, off_t image_size, int disk, off_t size)
{
	static char buf[DEMO_COPY];

	for (off_t at = 0; at < image_size; at += DEMO_COPY) {
		size_t n = image_size - at < DEMO_COPY ?
		    (size_t)(image_size - at) : DEMO_COPY;
		ssize_t put;

		if (demo_read(image, buf, n, at) < 0)
			return -1;
		put = pwrite(disk, buf, n, at);
		if (put != (ssize_t)n) {
			if (put >= 0)
				errno = ENOSPC;
			return -1;
		}
	}
	if (ftruncate(disk, size) < 0)
		return -1;
	return fsync(disk);
}

/*
 * A new file and a rename: a machine that has the old disk open goes on with
 * the old one, and a crash leaves one of the two.
 */
static int
demo_replace(int image, off_t image_size, const char *path, off_t size)
{
	char temp[PATH_MAX + 8];
	int fd, error;

	snprintf(temp, sizeof temp, "%s.new", path);
	fd = open(temp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd >= 0 && demo_copy(image, image_size, fd, size) == 0 &&
	    rename(temp, path) == 0) {
		close(fd);
		return 0;
	}
	error = errno;
	if (fd >= 0) {
		close(fd);
		unlink(temp);
	}
	return front_fail("%s: %s", path, strerror(error));
}

/* Where it is; its folder is made. */
static bool
demo_disk_path(const struct front *front, struct vm_name volume, char *path,
    size_t size)
{
	char name[64];

	snprintf(name, sizeof name, "volumes/%s", name_text(volume).s);
	if (!front_path(front, name, path, size))
		return false;
	if (mkdir(path, 0700) < 0 && errno != EEXIST) {
		front_fail("%s: %s", path, strerror(errno));
		return false;
	}
	snprintf(name, sizeof name, "volumes/%s/MAINT.190",
	    name_text(volume).s);
	return front_path(front, name, path, size);
}

/* A saved CMS is of the system disk it came from. */
static int
demo_unsave(const struct front *front)
{
	char path[PATH_MAX];

	if (!front_path(front, "saved/CMS", path, sizeof path))
		return 1;
	if (unlink(path) < 0 && errno != ENOENT)
		return front_fail("%s: %s", path, strerror(errno));
	return 0;
}

static int
demo_disk(const struct front *front, int image,
    const struct demo_disk *system)
{
	char path[PATH_MAX];
	struct stat st;
	off_t size = (off_t)(system->blocks * FBA_BLOCK);

	if (!demo_disk_path(front, system->volume, path, sizeof path))
		return 1;
	if (fstat(image, &st) < 0)
		return front_fail("%s: %s", DEMO_IMAGE, strerror(errno));
	if (st.st_size > size)
		return front_fail("CMS needs %lld blocks: MAINT's MDISK 190 "
		    "has %llu", (long long)(st.st_size + FBA_BLOCK - 1) /
		    FBA_BLOCK, (unsigned long long)system->blocks);
	if (demo_same(image, st.st_size, path, size))
		return 0;
	/* First: whatever happens between, none is better than a wrong one. */
	if (demo_unsave(front) != 0)
		return 1;
	return demo_replace(image, st.st_size, path, size);
}

static int
demo_system_disk(const struct front *front, const struct demo_disk *system)
{
	char path[PATH_MAX];
	int image, rc;

	if (system->blocks == 0)
		return 0; /* not our kind of directory: its owner's affair */
	if (!front_share(DEMO_IMAGE, path, sizeof path))
		return 1;
	image = open(path, O_RDONLY | O_CLOEXEC);
	if (image < 0) {
		front_fail("%s: %s: there is no CMS to IPL", path,
		    strerror(errno));
		return 0;
	}
	rc = demo_disk(front, image, system);
	close(image);
	return rc;
}

int
demo_prepare(const struct front *front)
{
	struct demo_disk system;

	if (demo_system(front) != 0 || demo_directory(front, &system) != 0)
		return 1;
	return demo_system_disk(front, &system);
}

int
demo_command(struct front *front, int argc, char *argv[])
{
	int lock, rc;

	(void)argv;
	if (argc != 1)
		return front_fail("usage: vm370 demo");
	if (home_make(front) != 0)
		return 1;
	lock = home_lock(front);
	if (lock < 0)
		return errno == EWOULDBLOCK ?
		    front_fail("a system runs in %s: stop it first",
		    front->home) :
		    front_fail("%s/lock: %s", front->run, strerror(errno));
	rc = demo_prepare(front);
	close(lock);
	return rc;
}
