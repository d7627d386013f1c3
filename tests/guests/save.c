/* SPDX-License-Identifier: MIT
 *
 * save.c - save, kill -9, load into another vmguest, go on: registers,
 * storage, and every device in the middle of something.
 */
#include "guest.h"

#define DONE (UNIT_CHANNEL_END | UNIT_DEVICE_END)
#define NUMBERS 1000u

static struct ccw chain[NUMBERS] __attribute__((aligned(8)));
static uint8_t big[64 * 1024];
static char line[100];
static struct ccw other[4] __attribute__((aligned(8)));
static struct timer_set set;
static uint8_t card[RDR_CARD];

static uint64_t
tsc(void)
{
	uint64_t t;

	__asm__ volatile("rdtsc" : "=A"(t));
	return t;
}

/* Save with known values in the registers that a C function keeps. */
static bool
registers_kept(void)
{
	uint32_t b = 0x11111111, s = 0x22222222, d = 0x33333333;
	const struct diag *block = &diag_block;

	diag_block = (struct diag){ .code = DIAG_COMMAND, .cc = 0x55,
		.rc = 0x55, .in_addr = (uint32_t)(uintptr_t)"SAVE",
		.in_len = 4 };
	__asm__ volatile("outl %%eax, %%dx" : "+b"(b), "+S"(s), "+D"(d)
	    : "a"(block), "d"(MACHINE_PORT_DIAG) : "memory");
	return b == 0x11111111 && s == 0x22222222 && d == 0x33333333;
}

static int
plain(void)
{
	uint64_t before;

	for (unsigned i = 0; i < sizeof big; i++)
		big[i] = (uint8_t)(i * 7 + (i >> 8));
	*(volatile uint32_t *)(STORAGE - 4) = 0x5A5A5A5A;
	before = tsc();
	CHECK(1, registers_kept());
	CHECK(2, diag_block.cc == 0 && diag_block.rc == 0);
	CHECK(3, tsc() >= before && tsc() - before < 1ull << 40);
	for (unsigned i = 0; i < sizeof big; i++)
		CHECK(4, big[i] == (uint8_t)(i * 7 + (i >> 8)));
	CHECK(5, *(volatile uint32_t *)(STORAGE - 4) == 0x5A5A5A5A);
	/* Interrupts work as before. */
	ccw_set(0, CMD_NOP, 0, 1, 0);
	CHECK(6, sio(CONSOLE) == 0);
	wait_interrupt();
	CHECK(7, io.count == 1 && io.csw.unit == DONE);
	return 0;
}

static int
console(void)
{
	struct csw csw;

	/* A read waits. */
	ccw_set(0, CON_READ, line, sizeof line, CCW_SLI);
	CHECK(10, sio(CONSOLE) == 0);
	while (cp("READING") != 1)
		;
	CHECK(11, cp("SAVE") == 0);
	CHECK(12, tio(CONSOLE) == 2);
	while (cp("READING") != 1)
		;
	CHECK(13, cp("CON after all") == 0);
	csw = end_of(CONSOLE);
	CHECK(14, csw.unit == DONE && csw.residual == sizeof line - 9 &&
	    same(line, "after all", 9));
	/* Lines typed ahead, and the attention they raised. */
	CHECK(15, cp("CON first") == 0 && cp("CON second") == 0);
	CHECK(16, cp("SAVE") == 0);
	CHECK(17, end_of(CONSOLE).unit == UNIT_ATTENTION);
	CHECK(18, run(CONSOLE).unit == DONE && same(line, "first", 5));
	CHECK(19, end_of(CONSOLE).unit == UNIT_ATTENTION);
	CHECK(20, run(CONSOLE).unit == DONE && same(line, "second", 6));
	/* A pending interrupt and sense. */
	ccw_set(0, 0xFD, line, 1, 0);
	CHECK(21, sio(CONSOLE) == 0);
	out32(MACHINE_PORT_WAIT, 0);
	CHECK(22, cp("SAVE") == 0);
	CHECK(23, sio(CONSOLE) == 2 && tio(CONSOLE) == 1);
	CHECK(24, chan_block.csw.unit == (DONE | UNIT_CHECK));
	CHECK(25, sense(CONSOLE) == SENSE_COMMAND_REJECT << 8);
	return 0;
}

static int
timer(void)
{
	set.ns = 50000000;
	ccw_set(0, TIMER_SET, &set, sizeof set, 0);
	CHECK(30, run(TIMER).unit == UNIT_CHANNEL_END);
	CHECK(31, cp("SAVE") == 0);
	CHECK(32, sio(TIMER) == 2);
	CHECK(33, end_of(TIMER).unit == UNIT_DEVICE_END);
	/* Chained behind. */
	ccw_set(0, TIMER_SET, &set, sizeof set, CCW_CC);
	ccw_set(1, CMD_SENSE_ID, line, 7, 0);
	CHECK(34, sio(TIMER) == 0);
	for (unsigned i = 0; i < 20; i++)
		tio(TIMER);
	CHECK(35, cp("SAVE") == 0);
	CHECK(36, end_of(TIMER).unit == DONE && (uint8_t)line[0] == 0xFF);
	return 0;
}

static int
endless(void)
{
	other[0] = (struct ccw){ CMD_NOP, CCW_CC, 1, 0 };
	other[1] = (struct ccw){ CMD_TIC, 0, 0, (uint32_t)(uintptr_t)other };
	CHECK(40, sio_at(CONSOLE, (uint32_t)(uintptr_t)other) == 0);
	CHECK(41, cp("SAVE") == 0);
	CHECK(42, tio(CONSOLE) == 2 && hio(CONSOLE) == 2);
	CHECK(43, end_of(CONSOLE).unit == DONE);
	return 0;
}

static int
reader(void)
{
	ccw_set(0, RDR_READ, card, sizeof card, 0);
	CHECK(50, run(0x01C).unit == DONE && card[0] == '1');
	CHECK(51, cp("SAVE") == 0);
	CHECK(52, run(0x01C).unit == DONE && card[0] == '2');
	CHECK(53, run(0x01C).unit == DONE && card[0] == '3');
	CHECK(54, run(0x01C).unit == (DONE | UNIT_EXCEPTION));
	CHECK(55, cp("SAVE") == 0);
	CHECK(56, run(0x01C).unit == (DONE | UNIT_CHECK));
	return 0;
}

/* A thousand cards that are their numbers, in chains: each lies over all but
 * the number of the one before. */
static void
chain_set(uint8_t cmd, uint32_t *numbers)
{
	for (unsigned i = 0; i < NUMBERS; i++)
		chain[i] = (struct ccw){ .cmd = cmd, .count = RDR_CARD,
			.flags = i + 1 < NUMBERS ? CCW_CC : 0,
			.addr = (uint32_t)(uintptr_t)&numbers[i] };
}

static int
cards(void)
{
	static uint32_t numbers[NUMBERS + RDR_CARD / 4];
	struct csw csw;

	/* Not all of a block is punched; in the middle of a chain. */
	for (unsigned i = 0; i < NUMBERS; i++)
		numbers[i] = i;
	chain_set(PUN_WRITE, numbers);
	CHECK(110, sio_at(0x00D, (uint32_t)(uintptr_t)chain) == 0);
	CHECK(111, cp("SAVE") == 0 && cp("SAVE") == 0);
	CHECK(112, end_of(0x00D).unit == DONE);
	/* In a card that comes in pieces. */
	ccw_set(0, PUN_WRITE, numbers, 1, CCW_CD);
	ccw_set(1, CMD_TIC, ccw_at(0), 1, 0);
	CHECK(113, sio(0x00D) == 0 && cp("SAVE") == 0);
	csw = end_of(0x00D);
	CHECK(114, csw.unit == DONE && csw.chan == CHAN_LENGTH);
	CHECK(115, cp("CLOSE 00D CLASS B") == 0);
	wait_interrupt();
	/* Reading, in the same ways. */
	fill(numbers, 0xEE, sizeof numbers);
	chain_set(RDR_READ, numbers);
	CHECK(116, sio_at(0x01C, (uint32_t)(uintptr_t)chain) == 0);
	CHECK(117, cp("SAVE") == 0 && cp("SAVE") == 0);
	CHECK(118, end_of(0x01C).unit == DONE);
	for (unsigned i = 0; i < NUMBERS; i++)
		CHECK(119, numbers[i] == i);
	ccw_set(0, RDR_READ, card, 1, CCW_CD);
	ccw_set(1, CMD_TIC, ccw_at(0), 1, 0);
	fill(card, 0xEE, sizeof card);
	CHECK(120, sio(0x01C) == 0 && cp("SAVE") == 0);
	csw = end_of(0x01C);
	CHECK(121, csw.unit == DONE && csw.chan == CHAN_LENGTH &&
	    card[0] == 0);
	CHECK(122, run(0x01C).unit == (DONE | UNIT_EXCEPTION));
	return 0;
}

static int
disk(void)
{
	static struct fba_extent extent = { .last = 63 };
	static struct fba_locate locate = { .op = FBA_OP_READ, .blocks = 8,
		.first = 3 };
	uint32_t number;

	/* Saved again and again while it reads. */
	ccw_set(0, FBA_DEFINE_EXTENT, &extent, sizeof extent, CCW_CC);
	ccw_set(1, FBA_LOCATE, &locate, sizeof locate, CCW_CC);
	ccw_set(2, FBA_READ, big, 4096, 0);
	fill(big, 0xEE, 4096);
	CHECK(60, sio(0x201) == 0);
	CHECK(61, cp("SAVE") == 0);
	CHECK(62, end_of(0x201).unit == DONE);
	for (unsigned i = 0; i < 8; i++)
		CHECK(63, big[i * 512] == i + 3);
	/* It is the disk it was, and what comes later is another. */
	number = attachment(0x201);
	CHECK(64, number != 0 && cp("SAVE") == 0);
	CHECK(65, attachment(0x201) == number);
	CHECK(66, cp("DETACH 201") == 0 && cp("MOUNT 201") == 0);
	CHECK(67, attachment(0x201) != 0 && attachment(0x201) != number);
	return 0;
}

static int
damaged(void)
{
	/* Refused files leave the machine running as it was. */
	CHECK(70, cp("DAMAGE 0") == 71);  /* EPROTO: the header */
	CHECK(71, cp("DAMAGE 40") == 71); /* pages */
	CHECK(72, cp("DAMAGE 99") == 71);
	return 0;
}

static int
waiting(void)
{
	/* Saved in the middle of the wait port and external interrupts. */
	CHECK(80, cp("EXT 40") == 0 && cp("SAVE") == 0);
	wait_interrupt();
	CHECK(81, ext.count == 1 && ext.ext_code == 0x40);
	return 0;
}

/* DIAGNOSE 250: saved after its end, with the interruption pending; and right
 * behind its beginning. */
static int
blocks(void)
{
	static struct {
		struct diag_block_io head;
		struct diag_block_extent extent;
	} rq[2] __attribute__((aligned(8)));
	uint32_t before = ext.count;

	for (uint32_t i = 0; i < 2; i++) {
		rq[i].head = (struct diag_block_io){ .vdev = 0x201,
			.op = DIAG_BLOCK_READ, .count = 1, .id = 1000 + i };
		rq[i].extent = (struct diag_block_extent){ .block = 40 + i,
			.blocks = 1,
			.addr = (uint32_t)(uintptr_t)(big + i * 512) };
		diag(DIAG_BLOCK_IO_ASYNC, &rq[i], sizeof rq[i], NULL, 0);
		CHECK(90, diag_block.cc == 0);
	}
	CHECK(91, cp("SAVE") == 0);
	CHECK(92, rq[1].head.unit == DONE && big[0] == 40 && big[512] == 41);
	CHECK(93, cp("SAVE") == 0);
	for (uint32_t i = 0; i < 2; i++) {
		wait_interrupt();
		CHECK(94, ext.count == before + i + 1 &&
		    ext.ext_code == MACHINE_EXT_BLOCK_IO &&
		    ext.ext_parm == 1000 + i);
	}
	/* All places are free again. */
	for (uint32_t i = 0; i < DIAG_BLOCK_ASYNC_MAX; i++) {
		diag(DIAG_BLOCK_IO_ASYNC, &rq[0], sizeof rq[0], NULL, 0);
		CHECK(95, diag_block.cc == 0);
	}
	return 0;
}

int
guest_test(void)
{
	static int (*const parts[])(void) = { plain, console, timer, endless,
		reader, cards, disk, damaged, waiting, blocks };
	int rc = 0;

	for (unsigned i = 0; i < sizeof parts / sizeof parts[0] && rc == 0;
	     i++)
		rc = parts[i]();
	return rc;
}
