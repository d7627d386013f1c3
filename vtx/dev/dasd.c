/* SPDX-License-Identifier: MIT
 *
 * dasd.c - an FB-512 disk: one minidisk and the commands that it takes.  Its
 * blocks are moved by the disk thread (blockio.c); what the host answers badly
 * is sense, never the end of the machine.
 */
#include <string.h>
#include <unistd.h>

#include "blockio.h"
#include "device.h"
#include "subchan.h"

struct dasd {
	/* for one channel program */
	bool defined;
	struct fba_extent extent;
	uint8_t located;  /* FBA_OP_*, 0: nothing */
	uint32_t count;	  /* blocks located */
	uint64_t block;	  /* the first, on the device */

	/* for one command */
	uint64_t origin, len, done; /* bytes on the device */
	uint8_t why[2]; /* sense, when not all could be moved */
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
	if (fd < 0 || at->blocks > UINT32_MAX) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	d->medium = blockio_attach(d, fd, at->blocks,
	    (at->flags & ATTACH_READ_ONLY) != 0);
	return d->medium != NULL ? 0 : -1;
}

static void
dasd_detach(struct device *d)
{
	blockio_detach(d->medium);
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
dasd_medium(struct dasd *k, uint64_t block, uint64_t blocks,
    enum transfer_kind kind, struct transfer *t)
{
	k->origin = block * FBA_BLOCK;
	k->len = blocks * FBA_BLOCK;
	k->done = 0;
	memset(k->why, 0, sizeof k->why);
	t->kind = (uint8_t)kind;
	t->direct = true;
	t->left = k->len;
}

static void
dasd_start_parameters(struct dasd *k, size_t len, struct transfer *t)
{
	k->at = 0;
	t->kind = TRANSFER_OUT;
	t->left = len;
}

static void
dasd_start_blocks(struct device *d, uint8_t op, enum transfer_kind kind,
    struct transfer *t)
{
	struct dasd *k = d->state;

	if (k->located != op) {
		device_reject(d, t);
		return;
	}
	k->located = 0;
	dasd_medium(k, k->block, k->count, kind, t);
}

static void
dasd_start_ipl(struct device *d, struct transfer *t)
{
	dasd_medium(d->state, 0, d->medium->blocks, TRANSFER_IN, t);
	t->any = true;
}

static void
dasd_start_flush(struct device *d, struct transfer *t)
{
	blockio_piece(d, &(struct block_piece){ .op = BLOCK_FLUSH });
	t->kind = TRANSFER_WORK;
}

static void
dasd_start_characteristics(struct device *d, struct transfer *t)
{
	struct dasd *k = d->state;

	memset(&k->u, 0, sizeof k->u);
	k->u.characteristics = (struct fba_characteristics){
		.block = FBA_BLOCK,
		.flags = d->medium->read_only ? FBA_READ_ONLY : 0,
		.attachment = d->medium->attachment,
		.blocks = d->medium->blocks,
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
		dasd_start_ipl(d, t);
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
		dasd_start_characteristics(d, t);
		break;
	case FBA_FLUSH:
		dasd_start_flush(d, t);
		break;
	default:
		device_reject(d, t);
	}
}

static int
dasd_read(struct device *d, void *to, size_t n)
{
	struct dasd *k = d->state;

	if (n > sizeof k->u - k->at)
		return -1;
	memcpy(to, k->u.bytes + k->at, n);
	k->at += (uint32_t)n;
	return 0;
}

static int
dasd_write(struct device *d, const void *from, size_t n)
{
	struct dasd *k = d->state;

	if (n > sizeof k->u - k->at)
		return -1;
	memcpy(k->u.bytes + k->at, from, n);
	k->at += (uint32_t)n;
	return 0;
}

/* A write that ends inside a block fills the rest of it with zeros. */
static void
dasd_move(struct device *d, gpa_t at, size_t n, bool skip, bool last)
{
	struct dasd *k = d->state;
	bool write = d->sch.transfer.kind == TRANSFER_OUT;
	size_t part = (size_t)((k->done + n) % FBA_BLOCK);
	struct block_piece p = { .op = write ? BLOCK_WRITE : BLOCK_READ,
		.from = k->origin + k->done, .at = at, .n = (uint32_t)n,
		.skip = skip };

	if (n > k->len - k->done || (write && d->medium->read_only)) {
		k->why[0] = SENSE_COMMAND_REJECT;
		channel_moved(d, 0, false);
		return;
	}
	if (write && last && part != 0)
		p.pad = (uint32_t)(FBA_BLOCK - part);
	blockio_piece(d, &p);
}

static void
dasd_landed(struct device *d)
{
	const struct block_request *rq = &d->medium->piece;
	struct dasd *k = d->state;
	uint64_t n = rq->count > 0 ? rq->run->mem.iov_len : 0;
	uint8_t sense[SENSE_BYTES];

	if (rq->error != 0) {
		blockio_sense(rq, sense);
		memcpy(k->why, sense, sizeof k->why);
	}
	if (rq->op == BLOCK_FLUSH)
		device_done(&d->sch.transfer, rq->error == 0 ? UNIT_DONE :
		    device_check(d, sense[0], sense[1]));
	if (n > rq->done)
		n = rq->done;
	k->done += n;
	channel_moved(d, (size_t)n, rq->error == 0);
}

static uint8_t
dasd_end_extent(struct device *d)
{
	struct dasd *k = d->state;
	const struct fba_extent *e = &k->u.extent;
	uint64_t blocks = d->medium->blocks;

	if (k->at != sizeof *e || (e->mask != FBA_EXTENT_WRITE &&
	    e->mask != FBA_EXTENT_INHIBIT) || e->last < e->first ||
	    (uint64_t)e->origin + (e->last - e->first) >= blocks)
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
	if (write && (d->medium->read_only || e->mask == FBA_EXTENT_INHIBIT))
		return device_check(d, SENSE_COMMAND_REJECT,
		    FBA_SENSE_INHIBITED);
	if (l->first < e->first ||
	    (uint64_t)l->first + l->blocks - 1 > e->last)
		return device_check(d, SENSE_COMMAND_REJECT,
		    FBA_SENSE_PROTECTED);
	k->located = l->op;
	k->count = l->blocks;
	k->block = (uint64_t)e->origin + (l->first - e->first);
	return UNIT_DONE;
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
	case FBA_READ:
	case FBA_READ_IPL:
		return k->why[0] == 0 ? UNIT_DONE :
		    device_check(d, k->why[0], k->why[1]);
	default:
		return UNIT_DONE;
	}
}

static void
dasd_save(struct device *d, struct section *s)
{
	const struct dasd *k = d->state;

	section_put_u64(s, d->medium->blocks);
	section_put_u8(s, d->medium->read_only);
	section_put_u32(s, d->medium->attachment);
	section_put_u8(s, k->defined);
	section_put(s, &k->extent, sizeof k->extent);
	section_put_u8(s, k->located);
	section_put_u32(s, k->count);
	section_put_u64(s, k->block);
	section_put_u64(s, k->origin);
	section_put_u64(s, k->len);
	section_put_u64(s, k->done);
	section_put(s, k->why, sizeof k->why);
	section_put_u32(s, k->at);
	section_put(s, &k->u, sizeof k->u);
}

static bool
dasd_holds(const struct device *d, uint64_t start, uint64_t n, uint64_t unit)
{
	uint64_t size = d->medium->blocks * FBA_BLOCK / unit;

	return start <= size && n <= size - start;
}

static int
dasd_load(struct device *d, struct section *s)
{
	struct dasd *k = d->state;
	uint64_t blocks = section_get_u64(s);
	bool read_only = section_get_u8(s) != 0;
	uint32_t attachment = section_get_u32(s);

	k->defined = section_get_u8(s) != 0;
	section_get(s, &k->extent, sizeof k->extent);
	k->located = section_get_u8(s);
	k->count = section_get_u32(s);
	k->block = section_get_u64(s);
	k->origin = section_get_u64(s);
	k->len = section_get_u64(s);
	k->done = section_get_u64(s);
	section_get(s, k->why, sizeof k->why);
	k->at = section_get_u32(s);
	section_get(s, &k->u, sizeof k->u);
	if (s->bad || blocks != d->medium->blocks ||
	    read_only != d->medium->read_only ||
	    k->at > sizeof k->u || k->done > k->len ||
	    !dasd_holds(d, k->block, k->count, FBA_BLOCK) ||
	    !dasd_holds(d, k->origin, k->len, 1) ||
	    (k->defined && (k->extent.last < k->extent.first ||
	    !dasd_holds(d, k->extent.origin, (uint64_t)k->extent.last -
	    k->extent.first + 1, FBA_BLOCK)))) {
		k->defined = false;
		k->located = 0;
		k->len = k->done = 0;
		k->at = 0;
		return -1;
	}
	d->medium->attachment = attachment;
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
	.move = dasd_move,
	.landed = dasd_landed,
	.end = dasd_end,
	.halt = dasd_nothing,
	.expire = dasd_nothing,
	.save = dasd_save,
	.load = dasd_load,
};
