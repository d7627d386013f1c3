/* SPDX-License-Identifier: MIT
 *
 * faults.c - disks whose files the host cannot read or write, by channel
 * program and by DIAGNOSE A4: what was transferred before, and the sense.
 *
 * All are 64 blocks.  200 is whole, and the rig makes its calls fail; 202's
 * file has 8 blocks, 203's 8 and 100 bytes, both of them numbered; 204's file
 * system has room for 32 blocks; 205's file is read-only.
 */
#include "guest.h"

#define DONE (UNIT_CHANNEL_END | UNIT_DEVICE_END)
#define WHOLE 0x200u
#define SHORT 0x202u
#define CUT 0x203u
#define FULL 0x204u
#define SEALED 0x205u
#define BLOCKS 64u

#define EIO_ 5
#define EINTR_ 4
#define ENOMEM_ 12
#define EPERM_ 1
#define EFBIG_ 27
#define ENOSPC_ 28
#define EROFS_ 30
#define EDQUOT_ 122

static struct {
	struct diag_block_io head;
	struct diag_block_extent extent[DIAG_BLOCK_EXTENTS];
} rq __attribute__((aligned(8)));

static struct fba_extent extent = { .last = BLOCKS - 1 };
static struct fba_locate locate;
static uint8_t buffer[BLOCKS * FBA_BLOCK];

static void
begin(uint32_t vdev, uint8_t op, uint8_t flags)
{
	rq.head = (struct diag_block_io){ .vdev = vdev, .op = op,
		.flags = flags };
}

static void
add(uint32_t block, uint32_t blocks, const void *addr)
{
	rq.extent[rq.head.count++] = (struct diag_block_extent){
		.block = block, .blocks = blocks,
		.addr = (uint32_t)(uintptr_t)addr };
}

static uint32_t
execute(void)
{
	diag(DIAG_BLOCK_IO, &rq, sizeof rq.head +
	    rq.head.count * sizeof rq.extent[0], NULL, 0);
	return diag_block.cc;
}

static bool
failed(uint32_t done, uint8_t sense0, uint8_t sense1)
{
	return rq.head.done == done && rq.head.unit == (DONE | UNIT_CHECK) &&
	    rq.head.sense[0] == sense0 && rq.head.sense[1] == sense1;
}

static uint32_t
simple(uint32_t vdev, uint8_t op, uint32_t block, uint32_t blocks)
{
	begin(vdev, op, 0);
	add(block, blocks, buffer);
	return execute();
}

/* A channel program of one transfer, and a NOP that must not be reached when
 * it fails. */
static struct csw
transfer(uint32_t vdev, uint8_t cmd, uint32_t block, uint16_t blocks)
{
	locate = (struct fba_locate){ .blocks = blocks, .first = block,
		.op = cmd == FBA_READ ? FBA_OP_READ : FBA_OP_WRITE };
	ccw_set(0, FBA_DEFINE_EXTENT, &extent, sizeof extent, CCW_CC);
	ccw_set(1, FBA_LOCATE, &locate, sizeof locate, CCW_CC);
	ccw_set(2, cmd, buffer, (uint16_t)(blocks * FBA_BLOCK), CCW_CC);
	ccw_set(3, CMD_NOP, NULL, 1, 0);
	return run(vdev);
}

static bool
checked(uint32_t vdev, struct csw csw, uint16_t residual, uint32_t why)
{
	return csw.unit == (DONE | UNIT_CHECK) && csw.chan == 0 &&
	    csw.residual == residual &&
	    csw.ccw_addr == (uint32_t)(uintptr_t)ccw_at(3) &&
	    sense(vdev) == why;
}

static int
ends_early(void)
{
	const uint32_t is_short = SENSE_DATA_CHECK << 8 | FBA_SENSE_SHORT;
	const uint32_t is_cut = SENSE_DATA_CHECK << 8 | FBA_SENSE_CUT;
	struct csw csw;

	fill(buffer, 0xEE, 2048);
	csw = transfer(SHORT, FBA_READ, 6, 4);
	CHECK(1, checked(SHORT, csw, 1024, is_short));
	CHECK(2, buffer[0] == 6 && buffer[512] == 7 && buffer[1024] == 0xEE);
	CHECK(3, checked(SHORT, transfer(SHORT, FBA_READ, 8, 1), 512,
	    is_short));
	CHECK(4, checked(SHORT, transfer(SHORT, FBA_READ, 63, 1), 512,
	    is_short));
	CHECK(5, simple(SHORT, DIAG_BLOCK_READ, 6, 4) == 1 &&
	    failed(2, SENSE_DATA_CHECK, FBA_SENSE_SHORT));
	CHECK(6, simple(SHORT, DIAG_BLOCK_READ, 40, 1) == 1 &&
	    failed(0, SENSE_DATA_CHECK, FBA_SENSE_SHORT));
	CHECK(7, checked(CUT, transfer(CUT, FBA_READ, 7, 2), 412, is_cut));
	CHECK(8, checked(CUT, transfer(CUT, FBA_READ, 8, 1), 412, is_cut));
	CHECK(9, simple(CUT, DIAG_BLOCK_READ, 7, 2) == 1 &&
	    failed(1, SENSE_DATA_CHECK, FBA_SENSE_CUT));
	CHECK(10, simple(CUT, DIAG_BLOCK_READ, 20, 1) == 1 &&
	    failed(0, SENSE_DATA_CHECK, FBA_SENSE_SHORT));
	/* An extent behind one that fails is not begun. */
	fill(buffer, 0xEE, 2048);
	begin(SHORT, DIAG_BLOCK_READ, 0);
	add(3, 1, buffer);
	add(8, 1, buffer + 512);
	add(4, 1, buffer + 1024);
	CHECK(11, execute() == 1 && failed(1, SENSE_DATA_CHECK,
	    FBA_SENSE_SHORT));
	CHECK(12, buffer[0] == 3 && buffer[1024] == 0xEE);
	/* IPL of what is not there. */
	ccw_set(0, FBA_READ_IPL, buffer, 9 * 512, CCW_SLI);
	csw = run(SHORT);
	CHECK(13, csw.unit == (DONE | UNIT_CHECK) && csw.residual == 512 &&
	    sense(SHORT) == is_short);
	/* A write makes the file longer, and the holes read as zeros. */
	fill(buffer, 0x44, 512);
	CHECK(14, simple(SHORT, DIAG_BLOCK_WRITE, 63, 1) == 0);
	CHECK(15, transfer(SHORT, FBA_READ, 8, 56).unit == DONE &&
	    buffer[0] == 0 && buffer[55 * 512] == 0x44);
	return 0;
}

static int
no_room(void)
{
	const uint32_t full = SENSE_EQUIPMENT << 8 | FBA_SENSE_NO_SPACE;
	struct csw csw;

	fill(buffer, 0x66, sizeof buffer);
	csw = transfer(FULL, FBA_WRITE, 0, 64);
	CHECK(20, checked(FULL, csw, 32 * 512, full));
	CHECK(21, simple(FULL, DIAG_BLOCK_WRITE, 0, 64) == 1 &&
	    failed(32, SENSE_EQUIPMENT, FBA_SENSE_NO_SPACE));
	begin(FULL, DIAG_BLOCK_WRITE, DIAG_BLOCK_THEN_FLUSH);
	add(40, 1, buffer);
	CHECK(22, execute() == 1 && failed(0, SENSE_EQUIPMENT,
	    FBA_SENSE_NO_SPACE));
	/* What there is goes on. */
	begin(FULL, DIAG_BLOCK_FLUSH, 0);
	CHECK(23, execute() == 0);
	fill(buffer, 0x77, 512);
	CHECK(24, simple(FULL, DIAG_BLOCK_WRITE, 31, 1) == 0);
	CHECK(25, simple(FULL, DIAG_BLOCK_READ, 0, 32) == 0 &&
	    buffer[0] == 0x66 && buffer[31 * 512] == 0x77);
	return 0;
}

static int
sealed(void)
{
	const uint32_t inhibited = SENSE_COMMAND_REJECT << 8 |
	    FBA_SENSE_INHIBITED;

	CHECK(30, checked(SEALED, transfer(SEALED, FBA_WRITE, 0, 2), 1024,
	    inhibited));
	CHECK(31, simple(SEALED, DIAG_BLOCK_WRITE, 0, 2) == 1 &&
	    failed(0, SENSE_COMMAND_REJECT, FBA_SENSE_INHIBITED));
	CHECK(32, simple(SEALED, DIAG_BLOCK_READ, 9, 1) == 0 &&
	    buffer[0] == 9);
	return 0;
}

/* --- calls that the rig makes fail --- */

static const struct {
	char letter;
	uint8_t op, cmd, error, sense0, sense1;
} rows[] = {
	{ 'R', DIAG_BLOCK_READ, FBA_READ, EIO_, SENSE_DATA_CHECK,
	    FBA_SENSE_PERMANENT },
	{ 'R', DIAG_BLOCK_READ, FBA_READ, ENOMEM_, SENSE_DATA_CHECK,
	    FBA_SENSE_PERMANENT },
	{ 'W', DIAG_BLOCK_WRITE, FBA_WRITE, EIO_, SENSE_EQUIPMENT,
	    FBA_SENSE_PERMANENT },
	{ 'W', DIAG_BLOCK_WRITE, FBA_WRITE, ENOSPC_, SENSE_EQUIPMENT,
	    FBA_SENSE_NO_SPACE },
	{ 'W', DIAG_BLOCK_WRITE, FBA_WRITE, EDQUOT_, SENSE_EQUIPMENT,
	    FBA_SENSE_NO_SPACE },
	{ 'W', DIAG_BLOCK_WRITE, FBA_WRITE, EFBIG_, SENSE_EQUIPMENT,
	    FBA_SENSE_NO_SPACE },
	{ 'W', DIAG_BLOCK_WRITE, FBA_WRITE, EROFS_, SENSE_COMMAND_REJECT,
	    FBA_SENSE_INHIBITED },
	{ 'W', DIAG_BLOCK_WRITE, FBA_WRITE, EPERM_, SENSE_COMMAND_REJECT,
	    FBA_SENSE_INHIBITED },
};

/* "FAULT L nnn s" */
static void
plan(char letter, unsigned error, unsigned skip)
{
	char text[] = "FAULT . 000 0";

	text[6] = letter;
	text[8] = (char)('0' + error / 100);
	text[9] = (char)('0' + error / 10 % 10);
	text[10] = (char)('0' + error % 10);
	text[12] = (char)('0' + skip);
	cp(text);
}

static int
planned(void)
{
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint32_t why = (uint32_t)rows[i].sense0 << 8 | rows[i].sense1;

		plan(rows[i].letter, rows[i].error, 0);
		CHECK(40, checked(WHOLE, transfer(WHOLE, rows[i].cmd, 3, 2),
		    1024, why));
		CHECK(41, transfer(WHOLE, rows[i].cmd, 3, 2).unit == DONE);
		/* The second of three places. */
		plan(rows[i].letter, rows[i].error, 1);
		begin(WHOLE, rows[i].op, 0);
		add(10, 2, buffer);
		add(20, 2, buffer + 1024);
		add(30, 2, buffer + 2048);
		CHECK(42, execute() == 1 && failed(2, rows[i].sense0,
		    rows[i].sense1));
		CHECK(43, execute() == 0 && rq.head.done == 6 &&
		    rq.head.unit == DONE && rq.head.sense[0] == 0);
	}
	return 0;
}

static int
flushes(void)
{
	const uint32_t why = SENSE_EQUIPMENT << 8 | FBA_SENSE_PERMANENT;
	struct csw csw;

	plan('F', EIO_, 0);
	ccw_set(0, FBA_FLUSH, NULL, 1, CCW_CC);
	ccw_set(1, CMD_NOP, NULL, 1, 0);
	csw = run(WHOLE);
	CHECK(50, csw.unit == (DONE | UNIT_CHECK) && csw.ccw_addr ==
	    (uint32_t)(uintptr_t)ccw_at(1) && sense(WHOLE) == why);
	CHECK(51, run(WHOLE).unit == DONE);
	plan('F', EIO_, 0);
	begin(WHOLE, DIAG_BLOCK_FLUSH, 0);
	CHECK(52, execute() == 1 && failed(0, SENSE_EQUIPMENT,
	    FBA_SENSE_PERMANENT));
	/* Written all of it, but not durably. */
	plan('F', ENOSPC_, 0);
	begin(WHOLE, DIAG_BLOCK_WRITE, DIAG_BLOCK_THEN_FLUSH);
	add(1, 3, buffer);
	CHECK(53, execute() == 1 && failed(3, SENSE_EQUIPMENT,
	    FBA_SENSE_NO_SPACE));
	CHECK(54, execute() == 0 && rq.head.done == 3);
	/* A signal is nobody's error. */
	plan('R', EINTR_, 0);
	CHECK(55, simple(WHOLE, DIAG_BLOCK_READ, 0, 1) == 0);
	/* A request that failed does not end those behind it. */
	plan('W', EIO_, 0);
	begin(WHOLE, DIAG_BLOCK_WRITE, 0);
	add(1, 1, buffer);
	diag(DIAG_BLOCK_IO_ASYNC, &rq, sizeof rq.head +
	    sizeof rq.extent[0], NULL, 0);
	CHECK(56, diag_block.cc == 0);
	ccw_set(0, FBA_FLUSH, NULL, 1, 0);
	CHECK(57, run(WHOLE).unit == DONE);
	wait_interrupt();
	CHECK(58, ext.count == 1 && failed(0, SENSE_EQUIPMENT,
	    FBA_SENSE_PERMANENT));
	return 0;
}

/* What the kernel is asked for, in which order. */
static bool
calls(const char *want)
{
	static char text[256];

	fill(text, 0, sizeof text);
	cp_answer("CALLS", text, sizeof text);
	return same(text, want, length(want)) && text[length(want)] == '\0';
}

static int
order(void)
{
	cp("CALLS");
	begin(WHOLE, DIAG_BLOCK_WRITE, DIAG_BLOCK_THEN_FLUSH);
	add(9, 1, buffer);
	add(5, 2, buffer);
	add(7, 1, buffer + 4096);
	add(9, 1, buffer);
	CHECK(60, execute() == 0);
	CHECK(61, calls("W9 W5 W9 F "));
	/* Neighbours go in one call. */
	begin(WHOLE, DIAG_BLOCK_READ, 0);
	for (unsigned i = 0; i < DIAG_BLOCK_EXTENTS; i++)
		add(i, 1, buffer + (63 - i) * 512);
	CHECK(62, execute() == 0 && calls("R0 "));
	/* Asynchronous ones and channel programs stay in line. */
	begin(WHOLE, DIAG_BLOCK_WRITE, 0);
	add(1, 1, buffer);
	diag(DIAG_BLOCK_IO_ASYNC, &rq, sizeof rq.head + sizeof rq.extent[0],
	    NULL, 0);
	CHECK(63, transfer(WHOLE, FBA_WRITE, 2, 1).unit == DONE);
	rq.extent[0].block = 3;
	diag(DIAG_BLOCK_IO_ASYNC, &rq, sizeof rq.head + sizeof rq.extent[0],
	    NULL, 0);
	begin(WHOLE, DIAG_BLOCK_FLUSH, 0);
	CHECK(64, execute() == 0);
	CHECK(65, calls("W1 W2 W3 F "));
	/* A write that fails is not followed by its flush. */
	plan('W', EIO_, 1);
	begin(WHOLE, DIAG_BLOCK_WRITE, DIAG_BLOCK_THEN_FLUSH);
	add(1, 1, buffer);
	add(4, 1, buffer);
	add(8, 1, buffer);
	CHECK(66, execute() == 1 && calls("W1 W4 "));
	return 0;
}

int
guest_test(void)
{
	static int (*const parts[])(void) = { ends_early, no_room, sealed,
		planned, flushes, order };
	int rc = 0;

	for (unsigned i = 0; i < sizeof parts / sizeof parts[0] && rc == 0;
	     i++)
		rc = parts[i]();
	return rc;
}
