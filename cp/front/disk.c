/* SPDX-License-Identifier: MIT
 *
 * disk.c - find, lock and open a CMS disk.  A system that runs is asked for
 * it, as LINK would; one that is stopped is kept so.  Knows no file system.
 */
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "channel.h"
#include "directory.h"
#include "home.h"
#include "host.h"
#include "name.h"

#define DISK_LABEL_SECTOR 1 /* where EDF's one committing write goes */
#define DISK_TRIES 3

/* --- what went wrong --- */

static const char *const disk_errors[] = {
	[-EDF_NOT_FOUND] = "no such file",
	[-EDF_EXISTS] = "there is one already",
	[-EDF_IO] = "cannot be read or written",
	[-EDF_FULL] = "the disk is full; nothing was changed",
	[-EDF_READ_ONLY] = "the disk is read-only",
	[-EDF_NO_STORAGE] = "out of memory",
	[-EDF_DAMAGED] = "the disk is damaged: vm370 disk check says how",
	[-EDF_NOT_FORMATTED] = "not formatted: no CMS disk",
	[-EDF_INVALID] = "not possible in this file system",
	[-EDF_END] = "no such record",
	[-EDF_CHANGED] = "changed by another meanwhile; nothing was changed",
	[-EDF_BUSY] = "the file is open",
};

#define DISK_ERRORS ((int)(sizeof disk_errors / sizeof disk_errors[0]))

int
disk_fail(const struct disk *d, int error, const char *what)
{
	const char *why = error < 0 && -error < DISK_ERRORS ?
	    disk_errors[-error] : "failed";

	if (error == EDF_IO && d->error != 0)
		why = strerror(d->error);
	return what != NULL ? front_fail("%s: %s: %s", d->name, what, why) :
	    front_fail("%s: %s", d->name, why);
}

int
disk_fail_errno(const struct disk *d, const char *what)
{
	const char *why = strerror(errno);

	return what != NULL ? front_fail("%s: %s: %s", d->name, what, why) :
	    front_fail("%s: %s", d->name, why);
}

/* --- the device --- */

/* Bytes behind the end of the file, but within the disk, are zero. */
static int
disk_pread(int fd, char *to, size_t n, off_t at)
{
	while (n > 0) {
		ssize_t got = pread(fd, to, n, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0) {
			memset(to, 0, n);
			return 0;
		}
		to += got;
		at += got;
		n -= (size_t)got;
	}
	return 0;
}

static int
disk_pwrite(int fd, const char *from, size_t n, off_t at)
{
	while (n > 0) {
		ssize_t put = pwrite(fd, from, n, at);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return -1;
		from += put;
		at += put;
		n -= (size_t)put;
	}
	return 0;
}

static bool
disk_within(const struct disk *d, const struct edf_extent *e)
{
	if (e->block < d->blocks && e->blocks <= d->blocks - e->block)
		return true;
	errno = EIO;
	return false;
}

/* EDF knows one kind of failure; the host's is kept for the message. */
static int
disk_failed(struct disk *d)
{
	d->error = errno;
	return -1;
}

static int
disk_read(void *arg, const struct edf_extent *list, unsigned n)
{
	struct disk *d = arg;

	for (unsigned i = 0; i < n; i++)
		if (!disk_within(d, &list[i]) ||
		    disk_pread(d->fd, list[i].at,
		    (size_t)list[i].blocks * EDF_SECTOR,
		    (off_t)list[i].block * EDF_SECTOR) < 0)
			return disk_failed(d);
	return 0;
}

static int
disk_flush(void *arg)
{
	struct disk *d = arg;

	return fdatasync(d->fd) < 0 ? disk_failed(d) : 0;
}

static int
disk_write(void *arg, const struct edf_extent *list, unsigned n, int flush)
{
	struct disk *d = arg;

	for (unsigned i = 0; i < n; i++)
		if (!disk_within(d, &list[i]) ||
		    disk_pwrite(d->fd, list[i].at,
		    (size_t)list[i].blocks * EDF_SECTOR,
		    (off_t)list[i].block * EDF_SECTOR) < 0)
			return disk_failed(d);
	return flush ? disk_flush(d) : 0;
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

/* Files carry their user's local time, as CMS writes it. */
static struct edf_date
disk_now(void *arg)
{
	time_t now = time(NULL);
	struct tm tm;

	(void)arg;
	localtime_r(&now, &tm);
	return (struct edf_date){ .year = (uint16_t)(tm.tm_year + 1900),
		.month = (uint8_t)(tm.tm_mon + 1), .day = (uint8_t)tm.tm_mday,
		.hour = (uint8_t)tm.tm_hour, .minute = (uint8_t)tm.tm_min,
		.second = (uint8_t)(tm.tm_sec < 60 ? tm.tm_sec : 59) };
}

static void
disk_set_device(struct disk *d, bool write)
{
	d->dev = (struct edf_device){ .arg = d, .blocks = (uint32_t)d->blocks,
		.read_only = !write, .read = disk_read, .write = disk_write,
		.flush = disk_flush, .take = disk_take, .give = disk_give,
		.now = disk_now };
}

struct edf *
disk_mount(struct disk *d)
{
	struct edf *edf;
	int rc = edf_mount(&d->dev, &edf);

	if (rc == EDF_OK)
		return edf;
	disk_fail(d, rc, NULL);
	return NULL;
}

/* --- a plain file --- */

/* Two of us never write one file at once, nor read it meanwhile. */
static int
disk_lock_file(const struct disk *d, bool write)
{
	if (flock(d->fd, (write ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return front_fail("%s: in use by another program", d->name);
	return disk_fail_errno(d, NULL);
}

/* Is the file a minidisk of a home directory?  Then its lock counts, as if the
 * minidisk had been named. */
static int
disk_lock_home(struct disk *d, const char *image)
{
	struct front owner = { 0 };
	char path[PATH_MAX];
	char *slash;

	if (realpath(image, path) == NULL)
		return 0;
	for (int up = 0; up < 3; up++) { /* volumes/VOLUME/USER.VDEV */
		slash = strrchr(path, '/');
		if (slash == NULL)
			return 0;
		*slash = '\0';
	}
	if ((size_t)snprintf(owner.run, sizeof owner.run, "%s/run", path) >=
	    sizeof owner.run || strcmp(slash + 1, "volumes") != 0)
		return 0;
	d->lock = home_share(&owner);
	if (d->lock < 0 && errno == EWOULDBLOCK)
		return front_fail("%s: belongs to the system that runs in %s: "
		    "name USER and VDEV instead of --image", d->name, path);
	return 0;
}

int
disk_grow(struct disk *d, uint64_t blocks)
{
	if (blocks <= d->blocks)
		return 0;
	if (ftruncate(d->fd, (off_t)(blocks * EDF_SECTOR)) < 0)
		return disk_fail_errno(d, NULL);
	d->blocks = blocks;
	d->dev.blocks = (uint32_t)blocks;
	return 0;
}

static int
disk_measure(struct disk *d)
{
	off_t size = lseek(d->fd, 0, SEEK_END);

	if (size < 0)
		return disk_fail_errno(d, NULL);
	d->blocks = (uint64_t)size / EDF_SECTOR;
	if (d->blocks > UINT32_MAX)
		d->blocks = UINT32_MAX;
	return 0;
}

static int
disk_open_image(struct disk *d, const char *image, bool write, uint64_t make)
{
	int flags = (write ? O_RDWR : O_RDONLY) | (make > 0 ? O_CREAT : 0);
	int rc;

	snprintf(d->name, sizeof d->name, "%s", image);
	if ((rc = disk_lock_home(d, image)) != 0)
		return rc;
	d->fd = open(image, flags | O_CLOEXEC, 0600);
	if (d->fd < 0)
		return disk_fail_errno(d, NULL);
	if ((rc = disk_lock_file(d, write)) != 0 ||
	    (rc = disk_measure(d)) != 0)
		return rc;
	d->limit = UINT32_MAX;
	return disk_grow(d, make);
}

int
disk_make(struct disk *d, const char *path, uint64_t blocks)
{
	*d = (struct disk){ .fd = -1, .lock = -1, .cp.fd = -1 };
	snprintf(d->name, sizeof d->name, "%s", path);
	d->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (d->fd < 0)
		return disk_fail_errno(d, NULL);
	disk_set_device(d, true);
	if (disk_grow(d, blocks) == 0)
		return 0;
	disk_close(d);
	return 1;
}

/* --- a minidisk of a system that is stopped --- */

/* Its place and size by the directory. */
static int
disk_directory(struct disk *d, const struct front *front,
    const struct disk_name *name, char *path, size_t size)
{
	const struct dir_mdisk *md;
	struct directory *dir;
	struct dir_error err;
	char file[64];
	int rc = 0;

	if (!front_path(front, "user.direct", path, size))
		return 1;
	dir = directory_load(path, &err);
	if (dir == NULL)
		return front_dir_error(path, &err);
	md = directory_mdisk(dir, name->owner, name->vdev);
	if (directory_find(dir, name->owner) == NULL) {
		rc = front_fail("%s is not in the directory",
		    name_text(name->owner).s);
	} else if (md == NULL) {
		rc = front_fail("%s: no such minidisk in the directory",
		    d->name);
	} else if (md->tdisk) {
		rc = front_fail("%s: a T-DISK, which is only its user's",
		    d->name);
	} else {
		d->limit = md->blocks;
		snprintf(file, sizeof file, "volumes/%s/%s.%03X",
		    name_text(md->volume).s, name_text(name->owner).s,
		    name->vdev);
		if (!front_path(front, file, path, size))
			rc = 1;
	}
	directory_free(dir);
	return rc;
}

/* A minidisk that nobody ever used has no file yet, or an empty one; one that
 * the directory has made larger since has a file that is not. */
static int
disk_size_file(struct disk *d, const char *path, bool write)
{
	struct stat st;

	if (fstat(d->fd, &st) < 0)
		return front_fail("%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return front_fail("%s is no file", path);
	d->blocks = (uint64_t)st.st_size / EDF_SECTOR;
	if (d->blocks > d->limit)
		d->blocks = d->limit;
	return d->blocks == 0 && write ? disk_grow(d, d->limit) : 0;
}

static int
disk_open_file(struct disk *d, const char *path, bool write)
{
	char folder[PATH_MAX];
	int rc;

	if (write) {
		snprintf(folder, sizeof folder, "%s", path);
		*strrchr(folder, '/') = '\0';
		if (mkdir(folder, 0700) < 0 && errno != EEXIST)
			return front_fail("%s: %s", folder, strerror(errno));
	}
	d->fd = open(path, (write ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC |
	    O_NOFOLLOW | O_NONBLOCK, 0600);
	if (d->fd < 0 && errno == ENOENT)
		return disk_fail(d, EDF_NOT_FORMATTED, NULL);
	if (d->fd < 0)
		return front_fail("%s: %s", path, strerror(errno));
	rc = disk_lock_file(d, write);
	return rc != 0 ? rc : disk_size_file(d, path, write);
}

static int
disk_open_stopped(struct disk *d, const struct front *front,
    const struct disk_name *name, bool write)
{
	char path[PATH_MAX];
	int rc = disk_directory(d, front, name, path, sizeof path);

	return rc != 0 ? rc : disk_open_file(d, path, write);
}

/* --- a minidisk of a system that runs --- */

/* The answer to what was sent last.  1: it is HOST_LINKED, and *blocks and
 * d->fd are set; 0: done; -1: not, and what CP says is printed. */
static int
disk_answer(struct disk *d, uint64_t *blocks)
{
	struct ipcchan_message msg;
	struct ipc_host_linked linked;
	struct ipc_done done;

	for (;;) {
		struct pollfd pfd = { .fd = d->cp.fd, .events = POLLIN };
		int got = ipcchan_recv(&d->cp, &msg);

		if (got < 0) {
			front_fail("the control program ended before it "
			    "answered");
			return -1;
		}
		if (got == 0) {
			poll(&pfd, 1, -1);
			continue;
		}
		if (msg.type == IPC_HOST_LINKED) {
			memcpy(&linked, msg.payload, sizeof linked);
			*blocks = linked.blocks;
			d->fd = msg.fd;
			return 1;
		}
		if (msg.type == IPC_HOST_OUTPUT) {
			host_print(&msg, sizeof(struct ipc_text), stderr);
			continue;
		}
		memcpy(&done, msg.payload, sizeof done);
		host_print(&msg, sizeof done, stderr);
		return done.rc == 0 ? 0 : -1;
	}
}

static int
disk_open_running(struct disk *d, const struct front *front,
    const struct disk_name *name, bool write)
{
	struct ipc_host_link link = { .owner = name->owner, .vdev = name->vdev,
		.write = write };
	char path[PATH_MAX];
	int fd, rc;

	/* vmcp lets no more be used than there is; the directory knows how
	 * much there may be. */
	if ((rc = disk_directory(d, front, name, path, sizeof path)) != 0)
		return rc;
	fd = host_connect(front, false);
	if (fd < 0)
		return 1;
	ipcchan_init(&d->cp, fd, IPC_HOST, IPC_CP);
	if (ipcchan_send(&d->cp, IPC_HOST_LINK, &link, sizeof link, -1) < 0)
		return front_fail("%s/cp.sock: %s", front->run,
		    strerror(errno));
	return disk_answer(d, &d->blocks) == 1 ? 0 : 1;
}

/* Keep its user's machine from running, or let it go on. */
static int
disk_hold(struct disk *d, bool hold)
{
	struct ipc_value value = { hold };
	uint64_t blocks;

	if (d->cp.fd < 0)
		return 0;
	if (ipcchan_send(&d->cp, IPC_HOST_HOLD, &value, sizeof value, -1) < 0)
		return front_fail("the control program: %s", strerror(errno));
	return disk_answer(d, &blocks) == 0 ? 0 : front_fail("%s: its user's "
	    "machine does not stand still", d->name);
}

/* --- any of them --- */

static void
disk_init(struct disk *d, const struct disk_name *name)
{
	*d = (struct disk){ .fd = -1, .lock = -1, .cp.fd = -1 };
	snprintf(d->name, sizeof d->name, "%s %03X", name_text(name->owner).s,
	    name->vdev);
}

static int
disk_open_minidisk(struct disk *d, const struct front *front,
    const struct disk_name *name, bool write)
{
	if (front->inside)
		return disk_open_running(d, front, name, write);
	d->lock = home_share(front);
	if (d->lock >= 0)
		return disk_open_stopped(d, front, name, write);
	if (errno == EWOULDBLOCK)
		return disk_open_running(d, front, name, write);
	return front_fail("%s: %s", front->home, strerror(errno));
}

int
disk_open(struct disk *d, const struct front *front,
    const struct disk_name *name, bool write, uint64_t make)
{
	int rc;

	disk_init(d, name);
	rc = name->image != NULL ?
	    disk_open_image(d, name->image, write, make) :
	    disk_open_minidisk(d, front, name, write);
	if (rc != 0)
		disk_close(d);
	else
		disk_set_device(d, write);
	return rc;
}

void
disk_close(struct disk *d)
{
	if (d->cp.fd >= 0)
		ipcchan_close(&d->cp);
	if (d->fd >= 0)
		close(d->fd);
	if (d->lock >= 0)
		close(d->lock);
	d->fd = d->lock = -1;
}

static int
disk_label(const struct disk *d, char label[EDF_SECTOR])
{
	if (d->blocks <= DISK_LABEL_SECTOR) {
		memset(label, 0, EDF_SECTOR);
		return 0;
	}
	return disk_pread(d->fd, label, EDF_SECTOR,
	    DISK_LABEL_SECTOR * EDF_SECTOR);
}

/*
 * The label is all that a commit changes of what was there before: what was
 * read between two looks at the same label is one state.  Blocks that a commit
 * gives up may be written again after it, so a look at another one is void,
 * and what it found wrong too.
 */
static int
disk_try(struct disk *d, int (*work)(struct disk *d, void *arg), void *arg,
    bool *same)
{
	char before[EDF_SECTOR], after[EDF_SECTOR];
	int rc;

	if (disk_label(d, before) < 0)
		return disk_fail_errno(d, NULL);
	rc = work(d, arg);
	if (disk_label(d, after) < 0)
		return disk_fail_errno(d, NULL);
	*same = memcmp(before, after, EDF_SECTOR) == 0;
	return rc;
}

int
disk_steady(struct disk *d, int (*work)(struct disk *d, void *arg), void *arg)
{
	bool same = false;
	int rc = 0;

	for (int i = 0; i < DISK_TRIES && rc <= 0 && !same; i++)
		rc = disk_try(d, work, arg, &same);
	if (rc <= 0 && !same) {
		if (disk_hold(d, true) != 0)
			return 1;
		rc = disk_try(d, work, arg, &same);
		disk_hold(d, false);
	}
	if (rc <= 0 && !same) /* it was held for longer than CP lets us */
		return disk_fail(d, EDF_CHANGED, NULL);
	return rc < 0 ? disk_fail(d, rc, d->about) : rc;
}
