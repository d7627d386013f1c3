/* SPDX-License-Identifier: MIT
 *
 * dasd.c - an FB-512 disk: one minidisk, one descriptor.  What the host
 * answers badly is sense, never the end of the machine.
 */
#include <string.h>
#include <unistd.h>

#include "device.h"

/* Sense byte 1 */
#define DASD_WRITE_INHIBITED 0x02
#define DASD_FILE_PROTECTED 0x04 /* outside the extent */

struct dasd {
	int fd;
	uint64_t blocks;
	bool read_only;

	/* for one channel program */
	bool defined;
	struct fba_extent extent;
	uint8_t located;  /* FBA_OP_*, 0: nothing */
	uint32_t count;	  /* blocks located */
	uint64_t block;	  /* the first, on the device */

	/* for one command */
	uint64_t origin, len, done; /* bytes on the device */
	bool failed;
	uint32_t at;
	union {
		struct fba_extent extent;
		struct fba_locate locate;
		struct fba_characteristics characteristics;
		uint8_t bytes[sizeof(struct fba_extent)];
	} u;
};

static int
dasd_attach(struct device *d, const struct ipc_vm_attach *at, int fd)
{
	struct dasd *k = d->state;

	if (fd < 0 || at->blocks > UINT32_MAX) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	k->fd = fd;
	k->blocks = at->blocks;
	k->read_only = (at->flags & ATTACH_READ_ONLY) != 0;
	return 0;
}

static void
dasd_detach(struct device *d)
{
	struct dasd *k = d->state;

	close(k->fd);
}

static void
dasd_begin(struct device *d)
{
	struct dasd *k = d->state;

	k->defined = false;
	k->located = 0;
}

static void
dasd_nothing(struct device *d)
{
	(void)d;
}

/* Bytes from or to the medium, starting at a block. */
static void
dasd_medium(struct dasd *k, uint64_t block, uint64_t blocks)
{
	k->origin = block * FBA_BLOCK;
	k->len = blocks * FBA_BLOCK;
	k->done = 0;
	k->failed = false;
}

static void
dasd_start_parameters(struct dasd *k, size_t len, struct transfer *t)
{
	k->at = 0;
	t->kind = TRANSFER_OUT;
	t->left = len;
}

static void
dasd_start_blocks(struct device *d, uint8_t op, uint8_t kind,
    struct transfer *t)
{
	struct dasd *k = d->state;

	if (k->located != op) {
		device_reject(d, t);
		return;
	}
	k->located = 0;
	dasd_medium(k, k->block, k->count);
	t->kind = kind;
	t->left = k->len;
}

static void
dasd_start_ipl(struct dasd *k, struct transfer *t)
{
	dasd_medium(k, 0, k->blocks);
	t->kind = TRANSFER_IN;
	t->any = true;
	t->left = k->len;
}

static void
dasd_start_characteristics(struct dasd *k, struct transfer *t)
{
	memset(&k->u, 0, sizeof k->u);
	k->u.characteristics = (struct fba_characteristics){
		.block = FBA_BLOCK,
		.flags = k->read_only ? FBA_READ_ONLY : 0,
		.blocks = k->blocks,
	};
	k->at = 0;
	t->kind = TRANSFER_IN;
	t->left = sizeof k->u.characteristics;
}

static void
dasd_start(struct device *d, uint8_t cmd, struct transfer *t)
{
	struct dasd *k = d->state;

	switch (cmd) {
	case FBA_READ_IPL:
		dasd_start_ipl(k, t);
		break;
	case FBA_DEFINE_EXTENT:
		dasd_start_parameters(k, sizeof(struct fba_extent), t);
		break;
	case FBA_LOCATE:
		dasd_start_parameters(k, sizeof(struct fba_locate), t);
		break;
	case FBA_READ:
		dasd_start_blocks(d, FBA_OP_READ, TRANSFER_IN, t);
		break;
	case FBA_WRITE:
		dasd_start_blocks(d, FBA_OP_WRITE, TRANSFER_OUT, t);
		break;
	case FBA_READ_CHARACTERISTICS:
		dasd_start_characteristics(k, t);
		break;
	default:
		device_reject(d, t);
	}
}

static int
dasd_read(struct device *d, void *to, size_t n)
{
	struct dasd *k = d->state;

	if (d->sch.cmd == FBA_READ_CHARACTERISTICS) {
		if (n > sizeof k->u - k->at)
			return -1;
		memcpy(to, k->u.bytes + k->at, n);
		k->at += (uint32_t)n;
		return 0;
	}
	if (n > k->len - k->done || pread(k->fd, to, n,
	    (off_t)(k->origin + k->done)) != (ssize_t)n) {
		k->failed = true;
		return -1;
	}
	k->done += n;
	return 0;
}

static int
dasd_write(struct device *d, const void *from, size_t n)
{
	struct dasd *k = d->state;

	if (d->sch.cmd != FBA_WRITE) {
		if (n > sizeof k->u - k->at)
			return -1;
		memcpy(k->u.bytes + k->at, from, n);
		k->at += (uint32_t)n;
		return 0;
	}
	if (k->read_only || n > k->len - k->done || pwrite(k->fd, from, n,
	    (off_t)(k->origin + k->done)) != (ssize_t)n) {
		k->failed = true;
		return -1;
	}
	k->done += n;
	return 0;
}

static uint8_t
dasd_end_extent(struct device *d)
{
	struct dasd *k = d->state;
	const struct fba_extent *e = &k->u.extent;

	if (k->at != sizeof *e || (e->mask != FBA_EXTENT_WRITE &&
	    e->mask != FBA_EXTENT_INHIBIT) || e->last < e->first ||
	    (uint64_t)e->origin + (e->last - e->first) >= k->blocks)
		return device_check(d, SENSE_COMMAND_REJECT, 0);
	k->extent = *e;
	k->defined = true;
	return UNIT_DONE;
}

static uint8_t
dasd_end_locate(struct device *d)
{
	struct dasd *k = d->state;
	const struct fba_locate *l = &k->u.locate;
	const struct fba_extent *e = &k->extent;
	bool write = l->op == FBA_OP_WRITE;

	k->located = 0;
	if (!k->defined || k->at != sizeof *l || l->blocks == 0 ||
	    (!write && l->op != FBA_OP_READ))
		return device_check(d, SENSE_COMMAND_REJECT, 0);
	if (write && (k->read_only || e->mask == FBA_EXTENT_INHIBIT))
		return device_check(d, SENSE_COMMAND_REJECT,
		    DASD_WRITE_INHIBITED);
	if (l->first < e->first ||
	    (uint64_t)l->first + l->blocks - 1 > e->last)
		return device_check(d, SENSE_COMMAND_REJECT,
		    DASD_FILE_PROTECTED);
	k->located = l->op;
	k->count = l->blocks;
	k->block = (uint64_t)e->origin + (l->first - e->first);
	return UNIT_DONE;
}

/* A write that ended inside a block fills the rest of it with zeros. */
static uint8_t
dasd_end_write(struct device *d)
{
	static const uint8_t zeros[FBA_BLOCK];
	struct dasd *k = d->state;
	size_t part = (size_t)(k->done % FBA_BLOCK);

	if (!k->failed && part != 0)
		dasd_write(d, zeros, FBA_BLOCK - part);
	return k->failed ? device_check(d, SENSE_EQUIPMENT, 0) : UNIT_DONE;
}

static uint8_t
dasd_end(struct device *d, bool whole)
{
	const struct dasd *k = d->state;

	if (!whole)
		return UNIT_DONE;
	switch (d->sch.cmd) {
	case FBA_DEFINE_EXTENT:
		return dasd_end_extent(d);
	case FBA_LOCATE:
		return dasd_end_locate(d);
	case FBA_WRITE:
		return dasd_end_write(d);
	case FBA_READ:
	case FBA_READ_IPL:
		return k->failed ? device_check(d, SENSE_DATA_CHECK, 0) :
		    UNIT_DONE;
	default:
		return UNIT_DONE;
	}
}

static void
dasd_save(struct device *d, struct section *s)
{
	const struct dasd *k = d->state;

	section_put_u64(s, k->blocks);
	section_put_u8(s, k->read_only);
	section_put_u8(s, k->defined);
	section_put(s, &k->extent, sizeof k->extent);
	section_put_u8(s, k->located);
	section_put_u32(s, k->count);
	section_put_u64(s, k->block);
	section_put_u64(s, k->origin);
	section_put_u64(s, k->len);
	section_put_u64(s, k->done);
	section_put_u8(s, k->failed);
	section_put_u32(s, k->at);
	section_put(s, &k->u, sizeof k->u);
}

static bool
dasd_holds(const struct dasd *k, uint64_t start, uint64_t n, uint64_t unit)
{
	uint64_t size = k->blocks * FBA_BLOCK / unit;

	return start <= size && n <= size - start;
}

static int
dasd_load(struct device *d, struct section *s)
{
	struct dasd *k = d->state;
	uint64_t blocks = section_get_u64(s);
	bool read_only = section_get_u8(s) != 0;

	k->defined = section_get_u8(s) != 0;
	section_get(s, &k->extent, sizeof k->extent);
	k->located = section_get_u8(s);
	k->count = section_get_u32(s);
	k->block = section_get_u64(s);
	k->origin = section_get_u64(s);
	k->len = section_get_u64(s);
	k->done = section_get_u64(s);
	k->failed = section_get_u8(s) != 0;
	k->at = section_get_u32(s);
	section_get(s, &k->u, sizeof k->u);
	if (s->bad || blocks != k->blocks || read_only != k->read_only ||
	    k->at > sizeof k->u || k->done > k->len ||
	    !dasd_holds(k, k->block, k->count, FBA_BLOCK) ||
	    !dasd_holds(k, k->origin, k->len, 1) ||
	    (k->defined && (k->extent.last < k->extent.first ||
	    !dasd_holds(k, k->extent.origin, (uint64_t)k->extent.last -
	    k->extent.first + 1, FBA_BLOCK)))) {
		k->defined = false;
		k->located = 0;
		k->len = k->done = 0;
		k->at = 0;
		return -1;
	}
	return 0;
}

const struct device_ops dasd_device = {
	.type = DEVICE_FBA,
	.id = { 0xFF, { 0x38, 0x80 }, 1, { 0x33, 0x70 }, 0 },
	.medium = true,
	.state = sizeof(struct dasd),
	.attach = dasd_attach,
	.detach = dasd_detach,
	.reset = dasd_begin,
	.begin = dasd_begin,
	.start = dasd_start,
	.read = dasd_read,
	.write = dasd_write,
	.end = dasd_end,
	.halt = dasd_nothing,
	.expire = dasd_nothing,
	.save = dasd_save,
	.load = dasd_load,
};
