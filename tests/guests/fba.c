/* SPDX-License-Identifier: MIT
 *
 * fba.c - FB-512 disks: 200 is 64 blocks, read-write, zeros at first; 201 is
 * the same read-only (another file), with its number in each block's first
 * byte.
 */
#include "guest.h"

#define DONE (UNIT_CHANNEL_END | UNIT_DEVICE_END)
#define WRITABLE 0x200u
#define READONLY 0x201u
#define BLOCKS 64u

static struct fba_extent extent;
static struct fba_locate locate;
static uint8_t buffer[8 * FBA_BLOCK];

static void
define(uint32_t origin, uint32_t first, uint32_t last, uint8_t mask)
{
	extent = (struct fba_extent){ .mask = mask, .origin = origin,
		.first = first, .last = last };
	ccw_set(0, FBA_DEFINE_EXTENT, &extent, sizeof extent, CCW_CC);
}

static void
find(uint8_t op, uint32_t first, uint16_t blocks)
{
	locate = (struct fba_locate){ .op = op, .blocks = blocks,
		.first = first };
	ccw_set(1, FBA_LOCATE, &locate, sizeof locate, CCW_CC);
}

static struct csw
transfer(uint32_t vdev, uint8_t cmd, uint32_t count, uint8_t flags)
{
	ccw_set(2, cmd, buffer, (uint16_t)count, flags);
	return run(vdev);
}

/* The chain ends at its i-th CCW with this sense. */
static bool
checked(struct csw csw, unsigned i, uint32_t why, uint32_t vdev)
{
	return csw.unit == (DONE | UNIT_CHECK) && csw.chan == 0 &&
	    csw.ccw_addr == (uint32_t)(uintptr_t)ccw_at(i + 1) &&
	    sense(vdev) == why;
}

static int
characteristics(void)
{
	static struct fba_characteristics c;

	ccw_set(0, FBA_READ_CHARACTERISTICS, &c, sizeof c, 0);
	CHECK(1, run(WRITABLE).unit == DONE);
	CHECK(2, c.block == FBA_BLOCK && c.blocks == BLOCKS && c.flags == 0);
	CHECK(3, run(READONLY).unit == DONE);
	CHECK(4, c.flags == FBA_READ_ONLY && c.blocks == BLOCKS);
	return 0;
}

static int
reading(void)
{
	struct csw csw;

	define(0, 0, BLOCKS - 1, FBA_EXTENT_WRITE);
	find(FBA_OP_READ, 5, 3);
	csw = transfer(READONLY, FBA_READ, 3 * FBA_BLOCK, 0);
	CHECK(10, csw.unit == DONE && csw.chan == 0 && csw.residual == 0);
	CHECK(11, buffer[0] == 5 && buffer[FBA_BLOCK] == 6 &&
	    buffer[2 * FBA_BLOCK] == 7);
	/* An extent that does not begin at 0. */
	define(40, 100, 110, FBA_EXTENT_INHIBIT);
	find(FBA_OP_READ, 102, 1);
	csw = transfer(READONLY, FBA_READ, FBA_BLOCK, 0);
	CHECK(12, csw.unit == DONE && buffer[0] == 42);
	/* Wrong lengths. */
	csw = transfer(READONLY, FBA_READ, FBA_BLOCK + 1, 0);
	CHECK(13, csw.chan == CHAN_LENGTH && csw.residual == 1);
	csw = transfer(READONLY, FBA_READ, FBA_BLOCK - 1, 0);
	CHECK(14, csw.chan == CHAN_LENGTH && csw.residual == 0);
	csw = transfer(READONLY, FBA_READ, 100, CCW_SLI);
	CHECK(15, csw.unit == DONE && csw.chan == 0);
	/* Scattered. */
	find(FBA_OP_READ, 100, 2);
	fill(buffer, 0xEE, sizeof buffer);
	ccw_set(2, FBA_READ, buffer, 512, CCW_CD);
	ccw_set(3, 0, buffer, 256, CCW_CD | CCW_SKIP);
	ccw_set(4, 0, buffer + 1024, 256, 0);
	csw = run(READONLY);
	CHECK(16, csw.unit == DONE && csw.chan == 0 && buffer[0] == 40 &&
	    buffer[512] == 0xEE && buffer[1024] == 0);
	/* Two transfers in one chain. */
	define(0, 0, 63, 0);
	find(FBA_OP_READ, 9, 1);
	ccw_set(2, FBA_READ, buffer, 512, CCW_CC);
	ccw_set(3, FBA_LOCATE, &locate, sizeof locate, CCW_CC);
	ccw_set(4, FBA_READ, buffer + 512, 512, 0);
	CHECK(17, run(READONLY).unit == DONE && buffer[512] == 9);
	return 0;
}

static int
ipl_reading(void)
{
	struct csw csw;

	fill(buffer, 0xEE, sizeof buffer);
	ccw_set(0, FBA_READ_IPL, buffer, 24, 0);
	csw = run(READONLY);
	CHECK(20, csw.unit == DONE && csw.chan == 0 && csw.residual == 0);
	CHECK(21, buffer[0] == 0 && buffer[24] == 0xEE);
	ccw_set(0, FBA_READ_IPL, buffer, 1025, 0);
	CHECK(22, run(READONLY).chan == 0 && buffer[512] == 1 &&
	    buffer[1024] == 2 && buffer[1025] == 0xEE);
	return 0;
}

static int
writing(void)
{
	struct csw csw;

	define(0, 0, BLOCKS - 1, FBA_EXTENT_WRITE);
	find(FBA_OP_WRITE, 10, 2);
	fill(buffer, 0x77, sizeof buffer);
	csw = transfer(WRITABLE, FBA_WRITE, 2 * FBA_BLOCK, 0);
	CHECK(30, csw.unit == DONE && csw.chan == 0);
	fill(buffer, 0, sizeof buffer);
	find(FBA_OP_READ, 9, 4);
	csw = transfer(WRITABLE, FBA_READ, 4 * FBA_BLOCK, 0);
	CHECK(31, csw.unit == DONE);
	CHECK(32, buffer[511] == 0 && buffer[512] == 0x77 &&
	    buffer[1535] == 0x77 && buffer[1536] == 0);
	/* A short write: the rest of its last block is zeros. */
	fill(buffer, 0x55, sizeof buffer);
	find(FBA_OP_WRITE, 10, 2);
	csw = transfer(WRITABLE, FBA_WRITE, 100, CCW_SLI);
	CHECK(33, csw.unit == DONE && csw.chan == 0);
	csw = transfer(WRITABLE, FBA_WRITE, 100, 0);
	CHECK(34, csw.unit == DONE && csw.chan == CHAN_LENGTH);
	find(FBA_OP_READ, 10, 2);
	CHECK(35, transfer(WRITABLE, FBA_READ, 1024, 0).unit == DONE);
	CHECK(36, buffer[99] == 0x55 && buffer[100] == 0 &&
	    buffer[511] == 0 && buffer[512] == 0x77);
	return 0;
}

static int
refusals(void)
{
	const uint32_t reject = SENSE_COMMAND_REJECT << 8;

	/* No extent, no locate, the wrong operation. */
	ccw_set(0, FBA_READ, buffer, 512, 0);
	CHECK(40, checked(run(READONLY), 0, reject, READONLY));
	locate = (struct fba_locate){ .op = FBA_OP_READ, .blocks = 1 };
	ccw_set(0, FBA_LOCATE, &locate, sizeof locate, 0);
	CHECK(41, checked(run(READONLY), 0, reject, READONLY));
	define(0, 0, 63, 0);
	ccw_set(1, FBA_READ, buffer, 512, 0);
	CHECK(42, checked(run(READONLY), 1, reject, READONLY));
	find(FBA_OP_READ, 0, 1);
	CHECK(43, checked(transfer(WRITABLE, FBA_WRITE, 512, 0), 2, reject,
	    WRITABLE));
	find(FBA_OP_WRITE, 0, 1);
	CHECK(44, checked(transfer(WRITABLE, FBA_READ, 512, 0), 2, reject,
	    WRITABLE));
	/* A locate serves one transfer. */
	find(FBA_OP_READ, 0, 1);
	ccw_set(2, FBA_READ, buffer, 512, CCW_CC);
	ccw_set(3, FBA_READ, buffer, 512, 0);
	CHECK(45, checked(run(READONLY), 3, reject, READONLY));
	/* An extent lasts for one channel program. */
	ccw_set(0, FBA_LOCATE, &locate, sizeof locate, 0);
	CHECK(46, checked(run(READONLY), 0, reject, READONLY));
	/* Bad parameters. */
	define(0, 0, BLOCKS, 0);
	CHECK(47, checked(run(READONLY), 0, reject, READONLY));
	define(BLOCKS, 0, 0, 0);
	CHECK(48, checked(run(READONLY), 0, reject, READONLY));
	define(0xFFFFFFFFu, 0, 0xFFFFFFFFu, 0);
	CHECK(49, checked(run(READONLY), 0, reject, READONLY));
	define(0, 5, 4, 0);
	CHECK(50, checked(run(READONLY), 0, reject, READONLY));
	define(0, 0, 63, 0x80);
	CHECK(51, checked(run(READONLY), 0, reject, READONLY));
	define(0, 0, 63, 0);
	ccw_at(0)->count = 19;
	ccw_at(0)->flags |= CCW_SLI;
	CHECK(52, checked(run(READONLY), 0, reject, READONLY));
	define(0, 0, 63, 0);
	find(FBA_OP_READ, 0, 0);
	CHECK(53, checked(run(READONLY), 1, reject, READONLY));
	find(0x02, 0, 1);
	CHECK(54, checked(run(READONLY), 1, reject, READONLY));
	return 0;
}

static int
protection(void)
{
	const uint32_t inhibited = SENSE_COMMAND_REJECT << 8 | 0x02;
	const uint32_t protected = SENSE_COMMAND_REJECT << 8 | 0x04;

	define(0, 0, 63, 0);
	find(FBA_OP_WRITE, 0, 1);
	CHECK(60, checked(run(READONLY), 1, inhibited, READONLY));
	define(0, 0, 63, FBA_EXTENT_INHIBIT);
	CHECK(61, checked(run(WRITABLE), 1, inhibited, WRITABLE));
	define(0, 0, 63, 0);
	find(FBA_OP_READ, 64, 1);
	CHECK(62, checked(run(READONLY), 1, protected, READONLY));
	find(FBA_OP_READ, 63, 2);
	CHECK(63, checked(run(READONLY), 1, protected, READONLY));
	find(FBA_OP_READ, 0, 65);
	CHECK(64, checked(run(READONLY), 1, protected, READONLY));
	find(FBA_OP_READ, 0xFFFFFFFFu, 0xFFFF);
	CHECK(65, checked(run(READONLY), 1, protected, READONLY));
	define(10, 10, 20, 0);
	find(FBA_OP_READ, 9, 1);
	CHECK(66, checked(run(READONLY), 1, protected, READONLY));
	find(FBA_OP_READ, 21, 1);
	CHECK(67, checked(run(READONLY), 1, protected, READONLY));
	return 0;
}

static int
flushing(void)
{
	struct csw csw;

	/* Needs neither extent nor data; a count means nothing. */
	ccw_set(0, FBA_FLUSH, NULL, 1, 0);
	csw = run(WRITABLE);
	CHECK(70, csw.unit == DONE && csw.chan == 0);
	CHECK(71, run(READONLY).unit == DONE);
	ccw_set(0, FBA_FLUSH, (void *)0xFFFFFFFFu, 0xFFFF, 0);
	CHECK(72, run(WRITABLE).unit == DONE);
	/* Between a write and a read of the same block. */
	fill(buffer, 0x66, FBA_BLOCK);
	define(0, 0, 63, 0);
	find(FBA_OP_WRITE, 20, 1);
	ccw_set(2, FBA_WRITE, buffer, FBA_BLOCK, CCW_CC);
	ccw_set(3, FBA_FLUSH, NULL, 1, CCW_CC);
	ccw_set(4, CMD_NOP, NULL, 1, CCW_CC);
	ccw_set(5, FBA_READ_IPL, buffer + 1024, 1, CCW_SLI);
	csw = run(WRITABLE);
	CHECK(73, csw.unit == DONE && csw.chan == 0 && csw.residual == 0);
	find(FBA_OP_READ, 20, 1);
	CHECK(74, transfer(WRITABLE, FBA_READ, FBA_BLOCK, 0).unit == DONE &&
	    buffer[511] == 0x66);
	return 0;
}

/* Bytes go straight between disk and storage: at its very end, and where it
 * ends inside the transfer; with skips and chained data between. */
static int
storage(void)
{
	uint8_t *end = (uint8_t *)STORAGE;
	struct csw csw;

	define(0, 0, 63, 0);
	find(FBA_OP_READ, 30, 2);
	ccw_set(2, FBA_READ, end - 1024, 1024, 0);
	CHECK(80, run(READONLY).unit == DONE && end[-1024] == 30 &&
	    end[-512] == 31);
	ccw_set(2, FBA_READ, end - 512, 1024, 0);
	csw = run(READONLY);
	CHECK(81, csw.unit == DONE && csw.chan == CHAN_PROGRAM_CHECK &&
	    csw.residual == 512 && end[-512] == 30);
	ccw_set(2, FBA_READ, end - 1024, 700, CCW_CD);
	ccw_set(3, 0, end, 324, 0);
	csw = run(READONLY);
	CHECK(82, csw.chan == CHAN_PROGRAM_CHECK && csw.residual == 324 &&
	    csw.ccw_addr == (uint32_t)(uintptr_t)ccw_at(4));
	/* Skipped bytes need no storage, and are read all the same. */
	ccw_set(2, FBA_READ, end, 512, CCW_CD | CCW_SKIP);
	ccw_set(3, 0, buffer, 512, 0);
	csw = run(READONLY);
	CHECK(83, csw.unit == DONE && csw.chan == 0 && buffer[0] == 31);
	/* A write out of pieces, odd ones. */
	for (unsigned i = 0; i < 1024; i++)
		buffer[i] = (uint8_t)(i * 3);
	find(FBA_OP_WRITE, 40, 2);
	ccw_set(2, FBA_WRITE, buffer, 1, CCW_CD);
	ccw_set(3, 0, buffer + 1, 600, CCW_CD);
	ccw_set(4, 0, buffer + 601, 423, 0);
	csw = run(WRITABLE);
	CHECK(84, csw.unit == DONE && csw.chan == 0);
	fill(buffer, 0xEE, 1024);
	find(FBA_OP_READ, 40, 2);
	CHECK(85, transfer(WRITABLE, FBA_READ, 1024, 0).unit == DONE);
	for (unsigned i = 0; i < 1024; i++)
		CHECK(86, buffer[i] == (uint8_t)(i * 3));
	/* One byte only: the rest of the block is zeros, the next is not. */
	find(FBA_OP_WRITE, 40, 2);
	CHECK(87, transfer(WRITABLE, FBA_WRITE, 1, CCW_SLI).unit == DONE);
	find(FBA_OP_READ, 40, 2);
	CHECK(88, transfer(WRITABLE, FBA_READ, 1024, 0).unit == DONE &&
	    buffer[1] == 0 && buffer[511] == 0 &&
	    buffer[513] == (uint8_t)(513 * 3));
	return 0;
}

int
guest_test(void)
{
	static int (*const parts[])(void) = { characteristics, reading,
		ipl_reading, writing, refusals, protection, flushing,
		storage };
	int rc = 0;

	for (unsigned i = 0; i < sizeof parts / sizeof parts[0] && rc == 0;
	     i++)
		rc = parts[i]();
	return rc;
}
