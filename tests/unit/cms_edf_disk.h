/* SPDX-License-Identifier: MIT
 *
 * cms_edf_disk.h - a disk in storage for the tests of the file system.  It
 * counts calls, fails when told to, and remembers what was written since the
 * last flush, so that a test can lose any part of it.
 */
#ifndef CMS_EDF_DISK_H
#define CMS_EDF_DISK_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "edf.h"

/* A sector as it was before it was written and not flushed. */
struct disk_old {
	uint32_t sector;
	uint8_t was[EDF_SECTOR];
};

struct disk {
	uint8_t *data;
	uint32_t sectors;
	struct disk_old *old;
	size_t olds, room;
	int remember;
	unsigned calls, reads, writes, flushes;
	unsigned fail_at; /* this call, and with fail_on all after it */
	unsigned cut_at;  /* this call and all after it */
	int fail_on, fail_twice; /* twice: the next one, too */
	int fail_late; /* it is done, but the answer is no */
	unsigned takes, take_fail_at;
	size_t taken;
	struct edf_date now;
	int outside; /* somebody asked for a block that is not there */
};

/* The second of two that fail: it is not done, whatever the first was. */
static inline int
disk_second(const struct disk *d)
{
	return d->fail_twice && d->calls == d->fail_at + 1;
}

static inline int
disk_fails(struct disk *d)
{
	d->calls++;
	if (d->cut_at != 0 && d->calls >= d->cut_at)
		return 1;
	return d->fail_at != 0 && (d->calls == d->fail_at ||
	    (d->fail_on && d->calls > d->fail_at) || disk_second(d));
}

static inline int
disk_inside(struct disk *d, const struct edf_extent *e)
{
	if (e->block <= d->sectors && e->blocks <= d->sectors - e->block)
		return 1;
	d->outside = 1;
	return 0;
}

static inline int
disk_read(void *arg, const struct edf_extent *list, unsigned n)
{
	struct disk *d = arg;

	d->reads++;
	if (disk_fails(d))
		return -1;
	for (unsigned i = 0; i < n; i++) {
		if (!disk_inside(d, &list[i]))
			return -1;
		memcpy(list[i].at, d->data + (size_t)list[i].block *
		    EDF_SECTOR, (size_t)list[i].blocks * EDF_SECTOR);
	}
	return 0;
}

static inline void
disk_keep(struct disk *d, const struct edf_extent *e)
{
	if (d->olds + e->blocks > d->room) {
		d->room = (d->olds + e->blocks) * 2;
		d->old = realloc(d->old, d->room * sizeof *d->old);
	}
	for (uint32_t i = 0; i < e->blocks; i++) {
		struct disk_old *old = &d->old[d->olds++];

		old->sector = e->block + i;
		memcpy(old->was, d->data + (size_t)old->sector * EDF_SECTOR,
		    EDF_SECTOR);
	}
}

static inline int
disk_flush(void *arg)
{
	struct disk *d = arg;

	d->flushes++;
	if (disk_fails(d))
		return -1;
	d->olds = 0;
	return 0;
}

static inline int
disk_write(void *arg, const struct edf_extent *list, unsigned n, int flush)
{
	struct disk *d = arg;

	int fails = disk_fails(d);

	d->writes++;
	if (fails && (!d->fail_late || disk_second(d)))
		return -1;
	for (unsigned i = 0; i < n; i++) {
		if (!disk_inside(d, &list[i]))
			return -1;
		if (d->remember)
			disk_keep(d, &list[i]);
		memcpy(d->data + (size_t)list[i].block * EDF_SECTOR,
		    list[i].at, (size_t)list[i].blocks * EDF_SECTOR);
	}
	if (fails)
		return -1;
	if (flush) {
		d->flushes++;
		d->olds = 0;
	}
	return 0;
}

static inline void *
disk_take(void *arg, size_t bytes)
{
	struct disk *d = arg;
	void *at;

	if (++d->takes == d->take_fail_at)
		return NULL;
	at = malloc(bytes);
	if (at != NULL) {
		d->taken += bytes;
		memset(at, 0xA5, bytes);
	}
	return at;
}

static inline void
disk_give(void *arg, void *at, size_t bytes)
{
	struct disk *d = arg;

	d->taken -= bytes;
	free(at);
}

static inline struct edf_date
disk_now(void *arg)
{
	return ((struct disk *)arg)->now;
}

static inline struct edf_device
disk_device(struct disk *d, int read_only)
{
	return (struct edf_device){
		.arg = d,
		.blocks = d->sectors,
		.read_only = read_only,
		.read = disk_read,
		.write = disk_write,
		.flush = disk_flush,
		.take = disk_take,
		.give = disk_give,
		.now = disk_now,
	};
}

static inline void
disk_make(struct disk *d, uint32_t sectors)
{
	memset(d, 0, sizeof *d);
	d->sectors = sectors;
	d->data = malloc((size_t)sectors * EDF_SECTOR);
	memset(d->data, 0xEE, (size_t)sectors * EDF_SECTOR);
	d->now = (struct edf_date){ 2026, 11, 20, 7, 30, 59 };
}

static inline void
disk_free(struct disk *d)
{
	free(d->data);
	free(d->old);
	memset(d, 0, sizeof *d);
}

/* The power goes: of what was not flushed, what keep() says survives. */
static inline void
disk_lose(struct disk *d, int (*keep)(void *arg), void *arg)
{
	for (size_t i = d->olds; i-- > 0;)
		if (!keep(arg))
			memcpy(d->data + (size_t)d->old[i].sector *
			    EDF_SECTOR, d->old[i].was, EDF_SECTOR);
	d->olds = 0;
}

#endif
