/* SPDX-License-Identifier: MIT
 *
 * disk.c - FB-512 disks, by DIAGNOSE A4: any number of extents, and whether
 * they must be durable, in as few exits as CP lets them.  What is in the
 * blocks is for cms/fs.
 */
#include "channel.h"
#include "clock.h"
#include "console.h"
#include "disk.h"
#include "heap.h"
#include "hyper.h"
#include "storage.h"

#define DISK_CC_OK 0
#define DISK_CC_CHECK 1
#define DISK_CC_GONE 3

/* What DIAGNOSE A4 takes.  One request at a time. */
static struct {
	struct diag_block_io io;
	struct diag_block_extent extent[DIAG_BLOCK_EXTENTS];
} __attribute__((aligned(8))) disk_request;

_Static_assert(sizeof disk_request == sizeof(struct diag_block_io) +
    DIAG_BLOCK_EXTENTS * sizeof(struct diag_block_extent), "disk_request");

int
disk_open(struct disk *disk, uint32_t vdev)
{
	struct fba_characteristics is __attribute__((aligned(8))) = { 0 };
	struct ccw ccw __attribute__((aligned(8))) = {
		.cmd = FBA_READ_CHARACTERISTICS,
		.count = sizeof is,
		.addr = storage_real(&is),
	};
	struct diag_general_io io __attribute__((aligned(8))) = {
		.vdev = vdev,
		.ccw = storage_real(&ccw),
	};

	if (hyper_general_io(&io) != DISK_CC_OK || is.block != FBA_BLOCK)
		return -1;
	*disk = (struct disk){
		.vdev = vdev,
		.attachment = is.attachment,
		.blocks = is.blocks < UINT32_MAX ? (uint32_t)is.blocks :
		    UINT32_MAX,
		.read_only = (is.flags & FBA_READ_ONLY) != 0,
	};
	return 0;
}

/* To EDF it is an error like others, and the disk itself is not full: the user
 * would look for the reason in vain. */
static void
disk_tell(struct disk *disk, int cc)
{
	int no_room = cc == DISK_CC_CHECK &&
	    disk_request.io.sense[1] & FBA_SENSE_NO_SPACE;

	if (no_room && !disk->no_room)
		console_line("DMSDIO107S DISK %03X: THE HOST HAS NO ROOM FOR "
		    "WHAT IS WRITTEN", disk->vdev);
	disk->no_room = no_room;
}

static int
disk_io(struct disk *disk, int op, int flags, unsigned count)
{
	int cc;

	if (disk->gone)
		return -1;
	disk_request.io = (struct diag_block_io){
		.vdev = disk->vdev,
		.attachment = disk->attachment,
		.op = (uint8_t)op,
		.flags = (uint8_t)flags,
		.count = (uint16_t)count,
	};
	cc = hyper_block_io(&disk_request.io);
	if (cc == DISK_CC_GONE)
		disk->gone = 1;
	if (op == DIAG_BLOCK_WRITE)
		disk_tell(disk, cc);
	return cc == DISK_CC_OK ? 0 : -1;
}

/* Extents that lie side by side on the disk and in storage become one. */
static unsigned
disk_gather(const struct edf_extent *list, unsigned *n)
{
	struct diag_block_extent *e = disk_request.extent;
	unsigned used = 0, taken = 0;

	for (; taken < *n; taken++) {
		real_t at = storage_real(list[taken].at);

		if (used > 0 &&
		    e[used - 1].block + e[used - 1].blocks ==
		    list[taken].block && e[used - 1].addr +
		    e[used - 1].blocks * FBA_BLOCK == at) {
			e[used - 1].blocks += list[taken].blocks;
			continue;
		}
		if (used == DIAG_BLOCK_EXTENTS)
			break;
		e[used++] = (struct diag_block_extent){
			.block = list[taken].block,
			.blocks = list[taken].blocks,
			.addr = at,
		};
	}
	*n = taken;
	return used;
}

static int
disk_transfer(struct disk *disk, int op, const struct edf_extent *list,
    unsigned n, int flush)
{
	while (n > 0) {
		unsigned taken = n, count = disk_gather(list, &taken);

		list += taken;
		n -= taken;
		if (disk_io(disk, op, flush && n == 0 ?
		    DIAG_BLOCK_THEN_FLUSH : 0, count) == -1)
			return -1;
	}
	return 0;
}

static int
disk_read(void *arg, const struct edf_extent *list, unsigned n)
{
	return disk_transfer(arg, DIAG_BLOCK_READ, list, n, 0);
}

static int
disk_write(void *arg, const struct edf_extent *list, unsigned n, int flush)
{
	return disk_transfer(arg, DIAG_BLOCK_WRITE, list, n, flush);
}

static int
disk_flush(void *arg)
{
	return disk_io(arg, DIAG_BLOCK_FLUSH, 0, 0);
}

static void *
disk_take(void *arg, size_t bytes)
{
	(void)arg;
	return heap_take(bytes);
}

static void
disk_give(void *arg, void *at, size_t bytes)
{
	(void)arg;
	heap_give(at, bytes);
}

/* Two digits of text. */
static uint8_t
disk_digits(const char *at)
{
	return (uint8_t)((at[0] - '0') * 10 + at[1] - '0');
}

/* mm/dd/yyyy and hh:mm:ss, the user's own. */
static struct edf_date
disk_now(void *arg)
{
	struct diag_time now;

	(void)arg;
	clock_read(&now);
	if (now.date[0] == '\0')
		return (struct edf_date){ .year = 1900, .month = 1, .day = 1 };
	return (struct edf_date){
		.year = (uint16_t)(disk_digits(now.date + 6) * 100 +
		    disk_digits(now.date + 8)),
		.month = disk_digits(now.date),
		.day = disk_digits(now.date + 3),
		.hour = disk_digits(now.time),
		.minute = disk_digits(now.time + 3),
		.second = disk_digits(now.time + 6),
	};
}

void
disk_device(struct disk *disk, int read_only, struct edf_device *dev)
{
	*dev = (struct edf_device){
		.arg = disk,
		.blocks = disk->blocks,
		.read_only = read_only || disk->read_only,
		.read = disk_read,
		.write = disk_write,
		.flush = disk_flush,
		.take = disk_take,
		.give = disk_give,
		.now = disk_now,
	};
}
