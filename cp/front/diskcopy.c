/* SPDX-License-Identifier: MIT
 *
 * diskcopy.c - vm370 disk backup and restore: a disk to an image and back.
 *
 * An image is the disk's bytes, a file of blocks of 512; every other command
 * works on it with --image.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "diskcmd.h"
#include "diskpipe.h"

static bool
diskcopy_zero(const char *data, size_t len)
{
	return len == 0 || (data[0] == 0 && memcmp(data, data + 1,
	    len - 1) == 0);
}

/* --- backup --- */

struct diskcopy_backup {
	struct diskpipe_out out;
	char buf[DISKPIPE_MAX];
};

static int
diskcopy_backup_work(struct disk *d, void *arg)
{
	struct diskcopy_backup *b = arg;
	const uint32_t most = sizeof b->buf / EDF_SECTOR;
	struct edf *edf;
	int rc = edf_mount(&d->dev, &edf);

	if (rc != EDF_OK)
		return rc; /* without a label there is no telling its states */
	edf_unmount(edf);
	if (diskpipe_again(&b->out) != 0)
		return 1;
	for (uint32_t at = 0; at < d->dev.blocks; ) {
		struct edf_extent e = { .block = at, .blocks = most,
			.at = b->buf };

		if (e.blocks > d->dev.blocks - at)
			e.blocks = d->dev.blocks - at;
		if (d->dev.read(d->dev.arg, &e, 1) != 0)
			return EDF_IO;
		if (!diskcopy_zero(b->buf, (size_t)e.blocks * EDF_SECTOR) &&
		    diskpipe_put(&b->out, (uint64_t)at * EDF_SECTOR, b->buf,
		    (size_t)e.blocks * EDF_SECTOR) != 0)
			return 1;
		at += e.blocks;
	}
	return 0;
}

int
diskcopy_backup(struct diskcmd *c)
{
	static struct diskcopy_backup b;
	struct disk d;
	int rc;

	if (disk_open(&d, c->front, &c->disk, false, 0) != 0)
		return 1;
	rc = diskpipe_open_out(&b.out, c->words[0], c->relay);
	if (rc == 0)
		rc = disk_steady(&d, diskcopy_backup_work, &b);
	if (rc == 0)
		rc = diskpipe_end(&b.out, d.blocks * EDF_SECTOR);
	diskpipe_close_out(&b.out);
	disk_close(&d);
	return rc;
}

/* --- restore --- */

/* Is what comes a sound disk?  Its size in c->blocks. */
int
diskcopy_examine(struct diskcmd *c)
{
	struct disk_name name = { .image = c->words[0] };
	struct disk image;
	int rc;

	if (strcmp(c->words[0], "-") == 0)
		return front_fail("an image is looked at before it is "
		    "restored: it must be a file");
	if (disk_open(&image, c->front, &name, false, 0) != 0)
		return 1;
	c->blocks = image.blocks;
	rc = c->force ? 0 : diskwhole_look(&image, stderr);
	if (rc == DISKCMD_DAMAGED)
		rc = front_fail("%s: the image is damaged; --force restores "
		    "it all the same", image.name);
	disk_close(&image);
	return rc;
}

/* Zeros, where the file system has no holes to punch. */
static int
diskcopy_blank(struct disk *d)
{
	static const char zero[DISKPIPE_MAX];
	off_t size = (off_t)(d->blocks * EDF_SECTOR);

	if (fallocate(d->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
	    size) == 0)
		return 0;
	for (off_t at = 0; at < size; ) {
		size_t n = size - at < (off_t)sizeof zero ?
		    (size_t)(size - at) : sizeof zero;
		ssize_t put = pwrite(d->fd, zero, n, at);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return disk_fail_errno(d, NULL);
		at += put;
	}
	return 0;
}

struct diskcopy_restore {
	struct diskpipe_in in;
	char label[EDF_SECTOR]; /* comes last */
};

static int
diskcopy_piece(struct disk *d, struct diskcopy_restore *r)
{
	const struct diskpipe_header *p = &r->in.piece;
	struct edf_extent e = { .block = (uint32_t)(p->at / EDF_SECTOR),
		.blocks = p->len / EDF_SECTOR, .at = r->in.data };

	if (p->kind != DISKPIPE_DATA || p->at % EDF_SECTOR != 0 ||
	    p->at / EDF_SECTOR > UINT32_MAX)
		return disk_fail(d, EDF_INVALID, NULL);
	if (diskcopy_zero(r->in.data, p->len))
		return 0;
	if (e.block <= 1 && e.block + e.blocks > 1) {
		char *at = r->in.data + (1 - e.block) * EDF_SECTOR;

		memcpy(r->label, at, EDF_SECTOR);
		memset(at, 0, EDF_SECTOR);
	}
	return d->dev.write(d->dev.arg, &e, 1, 0) != 0 ?
	    disk_fail_errno(d, NULL) : 0;
}

/*
 * The label goes first and comes last: until everything is there, this is no
 * disk that somebody could take for a sound one.
 */
static int
diskcopy_fill(struct disk *d, struct diskcopy_restore *r)
{
	struct edf_extent label = { .block = 1, .blocks = 1, .at = r->label };
	int rc;

	memset(r->label, 0, sizeof r->label);
	if (d->dev.write(d->dev.arg, &label, 1, 1) != 0)
		return disk_fail_errno(d, NULL);
	if ((rc = diskcopy_blank(d)) != 0)
		return rc;
	while ((rc = diskpipe_get(&r->in)) == 0 &&
	    r->in.piece.kind != DISKPIPE_END)
		if ((rc = diskcopy_piece(d, r)) != 0)
			break;
	if (rc == 0 && (d->dev.flush(d->dev.arg) != 0 ||
	    d->dev.write(d->dev.arg, &label, 1, 1) != 0))
		rc = disk_fail_errno(d, NULL);
	return rc != 0 ? front_fail("%s: only a part is there: restore it "
	    "again", d->name) : 0;
}

int
diskcopy_restore(struct diskcmd *c)
{
	static struct diskcopy_restore r;
	struct disk d;
	int rc;

	if ((!c->relay && diskcopy_examine(c) != 0) ||
	    disk_open(&d, c->front, &c->disk, true, 0) != 0)
		return 1;
	rc = c->blocks > d.blocks ? front_fail("the image has %llu blocks, %s "
	    "only %llu: resize the one or the other",
	    (unsigned long long)c->blocks, d.name,
	    (unsigned long long)d.blocks) : 0;
	if (rc == 0)
		rc = diskpipe_open_in(&r.in, c->words[0], c->relay);
	if (rc == 0)
		rc = diskcopy_fill(&d, &r);
	diskpipe_close_in(&r.in);
	disk_close(&d);
	return rc;
}
