/* SPDX-License-Identifier: MIT
 *
 * blocks.c - DIAGNOSE A4, A8 and 250, good and wrong.  Disk 200 is 64 blocks,
 * read-write, zeros at first; 201 is read-only, with its number in each
 * block's first byte.
 */
#include "guest.h"

#define DONE (UNIT_CHANNEL_END | UNIT_DEVICE_END)
#define WRITABLE 0x200u
#define READONLY 0x201u
#define BLOCKS 64u
#define REJECT SENSE_COMMAND_REJECT
#define HEAD ((uint32_t)sizeof(struct diag_block_io))
#define EXTENT ((uint32_t)sizeof(struct diag_block_extent))
#define TWO (HEAD + 2 * EXTENT) /* a block with two extents */

static struct blocks {
	struct diag_block_io head;
	struct diag_block_extent extent[DIAG_BLOCK_EXTENTS + 1];
} rq __attribute__((aligned(8))), other[DIAG_BLOCK_ASYNC_MAX + 1]
    __attribute__((aligned(8)));

static uint8_t buffer[64 * FBA_BLOCK] __attribute__((aligned(4096)));

static uint32_t
length_of(const struct blocks *b)
{
	return sizeof b->head + b->head.count * sizeof b->extent[0];
}

static void
begin(struct blocks *b, uint32_t vdev, uint8_t op, uint8_t flags)
{
	b->head = (struct diag_block_io){ .vdev = vdev, .op = op,
		.flags = flags, .done = 0x5555, .unit = 0x55,
		.sense = { 0x55, 0x55, 0x55, 0x55 } };
}

static void
add(struct blocks *b, uint32_t block, uint32_t blocks, const void *addr)
{
	b->extent[b->head.count++] = (struct diag_block_extent){
		.block = block, .blocks = blocks,
		.addr = (uint32_t)(uintptr_t)addr };
}

/* The condition code. */
static uint32_t
execute(uint32_t code, struct blocks *b)
{
	diag(code, b, length_of(b), NULL, 0);
	return diag_block.cc;
}

static bool
ended(const struct blocks *b, uint32_t done, uint8_t unit, uint8_t sense0,
    uint8_t sense1)
{
	const volatile struct diag_block_io *h = &b->head;

	return h->done == done && h->unit == unit && h->sense[0] == sense0 &&
	    h->sense[1] == sense1 && h->sense[2] == 0 && h->sense[3] == 0;
}

static bool
well(const struct blocks *b, uint32_t done)
{
	return ended(b, done, DONE, 0, 0);
}

/* One extent, A4. */
static uint32_t
simple(uint32_t vdev, uint8_t op, uint32_t block, uint32_t blocks,
    const void *addr)
{
	begin(&rq, vdev, op, 0);
	add(&rq, block, blocks, addr);
	return execute(DIAG_BLOCK_IO, &rq);
}

static int
reading(void)
{
	CHECK(1, simple(READONLY, DIAG_BLOCK_READ, 5, 3, buffer) == 0);
	CHECK(2, diag_block.rc == 0 && diag_block.out_len == 0);
	CHECK(3, well(&rq, 3) && buffer[0] == 5 && buffer[512] == 6 &&
	    buffer[1024] == 7);
	/* The inputs are left alone. */
	CHECK(4, rq.head.vdev == READONLY && rq.head.op == DIAG_BLOCK_READ &&
	    rq.head.count == 1 && rq.extent[0].block == 5);
	/* All of it; the last block; to the end of storage; to location 0
	 * that is used by nobody just now. */
	CHECK(5, simple(READONLY, DIAG_BLOCK_READ, 0, BLOCKS, buffer) == 0 &&
	    well(&rq, BLOCKS) && buffer[63 * 512] == 63);
	CHECK(6, simple(READONLY, DIAG_BLOCK_READ, 63, 1, buffer) == 0 &&
	    buffer[0] == 63);
	CHECK(7, simple(READONLY, DIAG_BLOCK_READ, 62, 2,
	    (void *)(STORAGE - 1024)) == 0 &&
	    *(uint8_t *)(STORAGE - 512) == 63);
	/* To an odd address. */
	CHECK(8, simple(READONLY, DIAG_BLOCK_READ, 9, 2, buffer + 1) == 0 &&
	    buffer[1] == 9 && buffer[513] == 10);
	/* As many extents as there can be: backwards, neighbours, twice the
	 * same block. */
	begin(&rq, READONLY, DIAG_BLOCK_READ, 0);
	for (unsigned i = 0; i < DIAG_BLOCK_EXTENTS; i++)
		add(&rq, i < 32 ? 63 - i : i / 2, 1, buffer + i * 512);
	CHECK(9, execute(DIAG_BLOCK_IO, &rq) == 0 &&
	    well(&rq, DIAG_BLOCK_EXTENTS));
	for (unsigned i = 0; i < DIAG_BLOCK_EXTENTS; i++)
		CHECK(10, buffer[i * 512] == (i < 32 ? 63 - i : i / 2));
	/* Scattered neighbours. */
	begin(&rq, READONLY, DIAG_BLOCK_READ, 0);
	add(&rq, 20, 1, buffer + 4096);
	add(&rq, 21, 2, buffer);
	add(&rq, 23, 1, buffer + 8192);
	CHECK(11, execute(DIAG_BLOCK_IO, &rq) == 0 && well(&rq, 4) &&
	    buffer[4096] == 20 && buffer[0] == 21 && buffer[512] == 22 &&
	    buffer[8192] == 23);
	return 0;
}

static int
writing(void)
{
	for (unsigned i = 0; i < sizeof buffer; i++)
		buffer[i] = (uint8_t)(i + (i >> 9) * 7);
	CHECK(20, simple(WRITABLE, DIAG_BLOCK_WRITE, 0, 8, buffer) == 0 &&
	    well(&rq, 8));
	begin(&rq, WRITABLE, DIAG_BLOCK_WRITE, DIAG_BLOCK_THEN_FLUSH);
	add(&rq, 60, 4, buffer + 8 * 512);
	add(&rq, 30, 1, buffer + 12 * 512);
	CHECK(21, execute(DIAG_BLOCK_IO, &rq) == 0 && well(&rq, 5));
	begin(&rq, WRITABLE, DIAG_BLOCK_FLUSH, 0);
	CHECK(22, execute(DIAG_BLOCK_IO, &rq) == 0 && well(&rq, 0));
	begin(&rq, READONLY, DIAG_BLOCK_FLUSH, 0);
	CHECK(23, execute(DIAG_BLOCK_IO, &rq) == 0 && well(&rq, 0));
	fill(buffer, 0xEE, sizeof buffer);
	begin(&rq, WRITABLE, DIAG_BLOCK_READ, 0);
	add(&rq, 0, 8, buffer);
	add(&rq, 60, 4, buffer + 8 * 512);
	add(&rq, 30, 1, buffer + 12 * 512);
	CHECK(24, execute(DIAG_BLOCK_IO, &rq) == 0 && well(&rq, 13));
	for (unsigned i = 0; i < 13 * 512; i++)
		CHECK(25, buffer[i] == (uint8_t)(i + (i >> 9) * 7));
	/* Of two writes to a block the later one stays. */
	fill(buffer, 0x11, 512);
	fill(buffer + 512, 0x22, 512);
	begin(&rq, WRITABLE, DIAG_BLOCK_WRITE, 0);
	add(&rq, 40, 1, buffer);
	add(&rq, 40, 1, buffer + 512);
	CHECK(26, execute(DIAG_BLOCK_IO, &rq) == 0);
	CHECK(27, simple(WRITABLE, DIAG_BLOCK_READ, 40, 1, buffer) == 0 &&
	    buffer[0] == 0x22);
	return 0;
}

/* What the disk does not have: unit check, and nothing was done. */
static int
refused(void)
{
	static const struct {
		uint32_t vdev, block, blocks;
		uint8_t op, sense1;
	} rows[] = {
		{ READONLY, 64, 1, DIAG_BLOCK_READ, FBA_SENSE_PROTECTED },
		{ READONLY, 63, 2, DIAG_BLOCK_READ, FBA_SENSE_PROTECTED },
		{ READONLY, 0, 65, DIAG_BLOCK_READ, FBA_SENSE_PROTECTED },
		{ READONLY, 0xFFFFFFFF, 1, DIAG_BLOCK_READ,
		    FBA_SENSE_PROTECTED },
		{ READONLY, 1, 0, DIAG_BLOCK_READ, 0 },
		{ READONLY, 0xFFFFFFFF, 0, DIAG_BLOCK_READ, 0 },
		{ READONLY, 0, 1, DIAG_BLOCK_WRITE, FBA_SENSE_INHIBITED },
		{ WRITABLE, 64, 1, DIAG_BLOCK_WRITE, FBA_SENSE_PROTECTED },
		{ WRITABLE, 63, 0, DIAG_BLOCK_WRITE, 0 },
	};

	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint32_t before = ext.count;

		fill(buffer, 0xEE, 512);
		/* The first extent is good, and is not begun. */
		begin(&rq, rows[i].vdev, rows[i].op, 0);
		add(&rq, 1, 1, buffer);
		add(&rq, rows[i].block, rows[i].blocks, buffer + 512);
		CHECK(30, execute(DIAG_BLOCK_IO, &rq) == 1);
		CHECK(31, ended(&rq, 0, DONE | UNIT_CHECK, REJECT,
		    rows[i].sense1));
		CHECK(32, buffer[0] == 0xEE);
		rq.head.id = 77;
		CHECK(33, execute(DIAG_BLOCK_IO_ASYNC, &rq) == 0);
		CHECK(34, ended(&rq, 0, DONE | UNIT_CHECK, REJECT,
		    rows[i].sense1) && buffer[0] == 0xEE);
		CHECK(35, ext.count == before);
		wait_interrupt();
		CHECK(36, ext.count == before + 1 &&
		    ext.ext_code == MACHINE_EXT_BLOCK_IO &&
		    ext.ext_parm == 77);
	}
	CHECK(37, simple(WRITABLE, DIAG_BLOCK_READ, 1, 1, buffer) == 0 &&
	    buffer[511] != 0xEE);
	/* No such device; none that has blocks. */
	CHECK(38, simple(0x300, DIAG_BLOCK_READ, 0, 1, buffer) == 3);
	CHECK(39, simple(CONSOLE, DIAG_BLOCK_READ, 0, 1, buffer) == 3);
	CHECK(40, simple(0x10200, DIAG_BLOCK_READ, 0, 1, buffer) == 3);
	CHECK(41, rq.head.done == 0x5555 && rq.head.unit == 0x55);
	begin(&rq, TIMER, DIAG_BLOCK_FLUSH, 0);
	CHECK(42, execute(DIAG_BLOCK_IO_ASYNC, &rq) == 3);
	return 0;
}

/* A program interruption at the OUT, and nothing stored. */
static bool
faults(uint32_t at, uint32_t len, enum machine_pgm code, uint32_t addr)
{
	static const uint32_t codes[] = { DIAG_BLOCK_IO, DIAG_BLOCK_IO_ASYNC };

	for (unsigned i = 0; i < 2; i++) {
		uint32_t before = fault.count;

		diag(codes[i], (void *)at, len, NULL, 0);
		if (fault.count != before + 1 || fault.code != code ||
		    fault.addr != addr || diag_block.cc != 0x55)
			return false;
	}
	return true;
}

static bool
specification(uint32_t len)
{
	uint32_t at = (uint32_t)(uintptr_t)&rq;

	return faults(at, len, MACHINE_PGM_SPECIFICATION, at);
}

static int
operands(void)
{
	uint32_t at = (uint32_t)(uintptr_t)&rq;

	begin(&rq, READONLY, DIAG_BLOCK_READ, 0);
	add(&rq, 0, 1, buffer);
	add(&rq, 1, 1, buffer);
	for (uint32_t i = 1; i < 8; i++)
		CHECK(50, faults(at + i, TWO, MACHINE_PGM_SPECIFICATION,
		    at + i));
	/* Lengths that are not the count's. */
	for (uint32_t len = 0; len < 120; len++)
		CHECK(51, len == TWO || specification(len));
	CHECK(52, specification(0xFFFFFFFFu) &&
	    specification(0x80000000u + TWO));
	/* Outside storage. */
	CHECK(53, faults(STORAGE, TWO, MACHINE_PGM_ADDRESSING, STORAGE));
	CHECK(54, faults(STORAGE - 48, TWO, MACHINE_PGM_ADDRESSING,
	    STORAGE - 48));
	CHECK(55, faults(0xFFFFFFF8u, TWO, MACHINE_PGM_ADDRESSING,
	    0xFFFFFFF8u));
	/* Operations, flags, zeros, counts. */
	for (unsigned op = 0; op < 256; op++) {
		rq.head.op = (uint8_t)op;
		CHECK(56, op == DIAG_BLOCK_READ || op == DIAG_BLOCK_WRITE ||
		    specification(TWO));
	}
	rq.head.op = DIAG_BLOCK_READ;
	rq.head.flags = DIAG_BLOCK_THEN_FLUSH; /* not for a read */
	CHECK(57, specification(TWO));
	rq.head.op = DIAG_BLOCK_WRITE;
	rq.head.flags = 0x02;
	CHECK(58, specification(TWO));
	rq.head.flags = 0;
	rq.head.op = DIAG_BLOCK_READ;
	for (unsigned i = 0; i < 3; i++) {
		rq.head.zero[i] = 1;
		CHECK(59, specification(TWO));
		rq.head.zero[i] = 0;
	}
	rq.head.reserved = 0x80000000u;
	CHECK(66, specification(TWO));
	rq.head.reserved = 0;
	rq.extent[1].zero = 1;
	CHECK(60, specification(TWO));
	rq.extent[1].zero = 0;
	rq.head.count = 0;
	CHECK(61, specification(HEAD));
	rq.head.count = DIAG_BLOCK_EXTENTS + 1;
	CHECK(62, specification(length_of(&rq)));
	rq.head.count = 0xFFFF;
	CHECK(63, specification(TWO) && specification(length_of(&rq)));
	begin(&rq, READONLY, DIAG_BLOCK_FLUSH, DIAG_BLOCK_THEN_FLUSH);
	CHECK(64, specification(HEAD));
	begin(&rq, READONLY, DIAG_BLOCK_FLUSH, 0);
	add(&rq, 0, 1, buffer);
	CHECK(65, specification(HEAD + EXTENT));
	return 0;
}

/* Storage outside the machine, in any extent, and no extent was begun. */
static int
addresses(void)
{
	static const struct {
		uint32_t blocks, addr;
	} rows[] = {
		{ 1, 0xFFFFFE00u }, { 1, 0xFFFFFFFFu }, { 1, 0x80000000u },
		{ 0xFFFFFFFFu, 0x1000 }, { 0x800000u, 0 }, { 64, 0xFFFF8000u },
	};
	uint32_t at = (uint32_t)(uintptr_t)&rq;

	fill(buffer, 0xEE, 512);
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		begin(&rq, READONLY, DIAG_BLOCK_READ, 0);
		add(&rq, 1, 1, buffer);
		add(&rq, 0, rows[i].blocks, (void *)rows[i].addr);
		CHECK(70, faults(at, TWO, MACHINE_PGM_ADDRESSING,
		    rows[i].addr));
		/* Even for a device that is not there. */
		rq.head.vdev = 0x300;
		CHECK(71, faults(at, TWO, MACHINE_PGM_ADDRESSING,
		    rows[i].addr));
	}
	begin(&rq, READONLY, DIAG_BLOCK_READ, 0);
	add(&rq, 0, 1, (void *)(STORAGE - 511));
	CHECK(72, faults(at, HEAD + EXTENT, MACHINE_PGM_ADDRESSING, STORAGE - 511));
	CHECK(73, buffer[0] == 0xEE && rq.head.unit == 0x55);
	return 0;
}

/* --- 250 --- */

static bool
interrupted(uint32_t id)
{
	uint32_t before = ext.count;

	wait_interrupt();
	return ext.count == before + 1 && ext.ext_code == MACHINE_EXT_BLOCK_IO
	    && ext.ext_parm == id;
}

static int
asynchronous(void)
{
	volatile uint8_t *unit = &other[0].head.unit;
	uint32_t i;

	begin(&other[0], READONLY, DIAG_BLOCK_READ, 0);
	add(&other[0], 12, 2, buffer);
	other[0].head.id = 0xCAFEF00D;
	CHECK(80, execute(DIAG_BLOCK_IO_ASYNC, &other[0]) == 0);
	CHECK(81, interrupted(0xCAFEF00D));
	CHECK(82, well(&other[0], 2) && buffer[0] == 12 && buffer[512] == 13);
	/* The block tells too; the interruption stays pending. */
	CHECK(83, execute(DIAG_BLOCK_IO_ASYNC, &other[0]) == 0);
	while (*unit == 0)
		;
	CHECK(84, well(&other[0], 2));
	/* No more than so many whose interruption was not taken. */
	for (i = 1; i < DIAG_BLOCK_ASYNC_MAX; i++) {
		begin(&other[i], WRITABLE, DIAG_BLOCK_WRITE, i % 2 == 0 ? 0 :
		    DIAG_BLOCK_THEN_FLUSH);
		add(&other[i], i, 1, buffer);
		other[i].head.id = i;
		CHECK(85, execute(DIAG_BLOCK_IO_ASYNC, &other[i]) == 0);
	}
	begin(&other[i], WRITABLE, DIAG_BLOCK_FLUSH, 0);
	CHECK(86, execute(DIAG_BLOCK_IO_ASYNC, &other[i]) == 2);
	CHECK(87, other[i].head.unit == 0x55);
	/* A4 goes on meanwhile, and behind them. */
	CHECK(88, simple(WRITABLE, DIAG_BLOCK_READ, 3, 1, buffer + 4096) == 0
	    && buffer[4096] == 12);
	for (i = 1; i < DIAG_BLOCK_ASYNC_MAX; i++)
		CHECK(89, well(&other[i], 1));
	/* In the order of their ends; external interrupts of CP come before
	 * and lose nothing. */
	CHECK(90, cp("EXT 40") == 0);
	i = ext.count;
	wait_interrupt();
	CHECK(91, ext.count == i + 1 && ext.ext_code == 0x40);
	CHECK(92, interrupted(0xCAFEF00D) && interrupted(1));
	begin(&other[0], WRITABLE, DIAG_BLOCK_FLUSH, 0);
	other[0].head.id = 99;
	CHECK(93, execute(DIAG_BLOCK_IO_ASYNC, &other[0]) == 0);
	CHECK(94, interrupted(2) && interrupted(3) && interrupted(99));
	CHECK(95, well(&other[0], 0));
	/* With a channel program of the same disk. */
	ccw_set(0, FBA_READ_IPL, buffer, 512, CCW_SLI);
	CHECK(96, sio(READONLY) == 0);
	begin(&other[0], READONLY, DIAG_BLOCK_READ, 0);
	add(&other[0], 33, 1, buffer + 512);
	CHECK(97, execute(DIAG_BLOCK_IO_ASYNC, &other[0]) == 0);
	CHECK(98, end_of(READONLY).unit == DONE && buffer[0] == 0);
	CHECK(99, interrupted(0) && buffer[512] == 33);
	return 0;
}

/* --- A8 --- */

static struct diag_general_io general __attribute__((aligned(8)));

static uint32_t
general_io(uint32_t vdev, uint32_t ccw)
{
	general = (struct diag_general_io){ .vdev = vdev, .ccw = ccw,
		.csw = { 0x55555555, 0x55, 0x55, 0x5555 },
		.sense = { 0x55, 0x55, 0x55, 0x55 } };
	diag(DIAG_GENERAL_IO, &general, sizeof general, NULL, 0);
	return diag_block.cc;
}

static uint32_t
general_program(uint32_t vdev)
{
	return general_io(vdev, (uint32_t)(uintptr_t)ccw_at(0));
}

static int
general_good(void)
{
	static struct timer_set set = { .ns = 5000000 };
	static struct fba_characteristics c;
	uint32_t before = io.count;

	ccw_set(0, FBA_READ_CHARACTERISTICS, &c, sizeof c, 0);
	CHECK(100, general_program(READONLY) == 0);
	CHECK(101, general.csw.unit == DONE && general.csw.chan == 0 &&
	    general.csw.residual == 0 && general.csw.ccw_addr ==
	    (uint32_t)(uintptr_t)ccw_at(1));
	CHECK(102, c.blocks == BLOCKS && c.flags == FBA_READ_ONLY &&
	    general.sense[0] == 0);
	/* Channel end first, device end later: both, at the end. */
	ccw_set(0, TIMER_SET, &set, sizeof set, 0);
	CHECK(103, general_program(TIMER) == 0 && general.csw.unit == DONE);
	/* A console line. */
	ccw_set(0, CON_WRITE_ACR, "A8", 2, 0);
	CHECK(104, general_program(CONSOLE) == 0);
	CHECK(105, cp("SAID A8") == 0);
	/* A read that waits for its line. */
	CHECK(106, cp("LATER typed") == 0);
	ccw_set(0, CON_READ, buffer, 80, CCW_SLI);
	CHECK(107, general_program(CONSOLE) == 0 &&
	    general.csw.residual == 75 && same(buffer, "typed", 5));
	/* No interruption came of all that, and none is pending. */
	enable();
	__asm__ volatile("nop; nop");
	disable();
	CHECK(108, io.count == before);
	CHECK(109, tio(READONLY) == 0 && tio(TIMER) == 0 &&
	    tio(CONSOLE) == 0);
	return 0;
}

static int
general_bad(void)
{
	uint32_t at = (uint32_t)(uintptr_t)&general, before;

	/* Unit check with its sense; an incorrect length; a program check at
	 * once and later. */
	ccw_set(0, FBA_READ, buffer, 512, 0);
	CHECK(110, general_program(READONLY) == 1);
	CHECK(111, general.csw.unit == (DONE | UNIT_CHECK) &&
	    general.sense[0] == REJECT && general.sense[1] == 0);
	ccw_set(0, CMD_SENSE_ID, buffer, 6, 0);
	CHECK(112, general_program(READONLY) == 1 &&
	    general.csw.chan == CHAN_LENGTH && general.sense[0] == 0);
	ccw_set(0, CMD_TIC, ccw_at(1), 1, 0);
	CHECK(113, general_program(READONLY) == 1 &&
	    general.csw.chan == CHAN_PROGRAM_CHECK && general.csw.unit == 0);
	CHECK(114, general_io(READONLY, 0x1004) == 1 &&
	    general.csw.chan == CHAN_PROGRAM_CHECK);
	CHECK(115, general_io(READONLY, 0xFFFFFFF8u) == 1 &&
	    general.csw.chan == CHAN_PROGRAM_CHECK);
	ccw_set(0, CMD_NOP, NULL, 1, CCW_CC);
	ccw_set(1, CMD_NOP, NULL, 0, 0);
	CHECK(116, general_program(READONLY) == 1 &&
	    general.csw.chan == CHAN_PROGRAM_CHECK &&
	    general.csw.unit == DONE);
	/* Not there; busy; an interruption pending. */
	CHECK(117, general_program(0x300) == 3 && general.csw.unit == 0x55);
	ccw_set(0, CON_READ, buffer, 80, CCW_SLI);
	CHECK(118, sio(CONSOLE) == 0);
	CHECK(119, general_program(CONSOLE) == 2);
	CHECK(120, hio(CONSOLE) == 2 && general_program(CONSOLE) == 2);
	CHECK(121, end_of(CONSOLE).unit == DONE);
	/* Detached while it runs. */
	ccw_set(0, CMD_NOP, NULL, 1, CCW_CC);
	ccw_set(1, CMD_TIC, ccw_at(0), 1, 0);
	CHECK(122, cp("DETLATER 200") == 0);
	CHECK(123, general_program(WRITABLE) == 3);
	CHECK(124, cp("MOUNT 200") == 0);
	/* Wrong blocks. */
	before = fault.count;
	diag(DIAG_GENERAL_IO, (void *)(at + 4), sizeof general, NULL, 0);
	CHECK(125, fault.count == before + 1 &&
	    fault.code == MACHINE_PGM_SPECIFICATION && fault.addr == at + 4);
	for (uint32_t len = 0; len < 40; len++) {
		if (len == sizeof general)
			continue;
		diag(DIAG_GENERAL_IO, &general, len, NULL, 0);
		CHECK(126, fault.code == MACHINE_PGM_SPECIFICATION &&
		    fault.addr == at && diag_block.cc == 0x55);
	}
	general.zero = 1;
	diag(DIAG_GENERAL_IO, &general, sizeof general, NULL, 0);
	CHECK(127, fault.code == MACHINE_PGM_SPECIFICATION &&
	    diag_block.cc == 0x55);
	diag(DIAG_GENERAL_IO, (void *)STORAGE, sizeof general, NULL, 0);
	CHECK(128, fault.code == MACHINE_PGM_ADDRESSING &&
	    fault.addr == STORAGE);
	return 0;
}

/* --- which disk is meant --- */

/* Block 3 to or from the disk of that number, by A4 and 250: both condition
 * codes as expected, and nothing stored when it is another disk. */
static bool
meant(uint32_t vdev, uint8_t op, uint32_t number, uint32_t cc)
{
	begin(&rq, vdev, op, 0);
	add(&rq, 3, 1, buffer);
	rq.head.attachment = number;
	if (execute(DIAG_BLOCK_IO, &rq) != cc)
		return false;
	if (cc == 3 && (rq.head.unit != 0x55 || rq.head.done != 0x5555))
		return false;
	if (execute(DIAG_BLOCK_IO_ASYNC, &rq) != cc)
		return false;
	if (cc == 0)
		wait_interrupt();
	return true;
}

static int
attachments(void)
{
	uint32_t first = attachment(WRITABLE), other_disk, now;

	other_disk = attachment(READONLY);
	CHECK(130, first != 0 && other_disk != 0 && first != other_disk);
	CHECK(131, attachment(WRITABLE) == first);
	fill(buffer, 0xA1, 512);
	CHECK(132, meant(WRITABLE, DIAG_BLOCK_WRITE, first, 0));
	CHECK(133, meant(WRITABLE, DIAG_BLOCK_READ, 0, 0));
	CHECK(134, meant(WRITABLE, DIAG_BLOCK_READ, other_disk, 3));
	CHECK(135, meant(READONLY, DIAG_BLOCK_READ, first, 3));
	CHECK(136, meant(CONSOLE, DIAG_BLOCK_READ, first, 3));
	/* Another disk at the same place: whoever means the first one does not
	 * write to it, read it or flush it. */
	CHECK(137, cp("DETACH 200") == 0);
	CHECK(138, meant(WRITABLE, DIAG_BLOCK_WRITE, first, 3) &&
	    meant(WRITABLE, DIAG_BLOCK_WRITE, 0, 3));
	CHECK(139, cp("MOUNT 200") == 0);
	fill(buffer, 0xB2, 512);
	CHECK(140, meant(WRITABLE, DIAG_BLOCK_WRITE, first, 3));
	CHECK(141, meant(WRITABLE, DIAG_BLOCK_READ, first, 3) &&
	    buffer[0] == 0xB2);
	begin(&rq, WRITABLE, DIAG_BLOCK_FLUSH, 0);
	rq.head.attachment = first;
	CHECK(142, execute(DIAG_BLOCK_IO, &rq) == 3);
	now = attachment(WRITABLE);
	CHECK(143, now != 0 && now != first && now != other_disk);
	CHECK(144, meant(WRITABLE, DIAG_BLOCK_READ, now, 0) &&
	    buffer[0] == 0xA1);
	/* And when it is exchanged without having been away. */
	CHECK(145, cp("MOUNT 200") == 0);
	CHECK(146, meant(WRITABLE, DIAG_BLOCK_READ, now, 3));
	CHECK(147, tio(WRITABLE) == 1 &&
	    chan_block.csw.unit == UNIT_DEVICE_END);
	first = attachment(WRITABLE);
	CHECK(148, first != 0 && first != now && first != other_disk &&
	    meant(WRITABLE, DIAG_BLOCK_READ, first, 0));
	return 0;
}

int
guest_test(void)
{
	static int (*const parts[])(void) = { reading, writing, refused,
		operands, addresses, asynchronous, general_good, general_bad,
		attachments };
	int rc = 0;

	for (unsigned i = 0; i < sizeof parts / sizeof parts[0] && rc == 0;
	     i++)
		rc = parts[i]();
	return rc;
}
