/* SPDX-License-Identifier: MIT
 *
 * hang.c - a disk of the host that does not answer for a while.  Disk 201 has
 * its number in each block's first byte; 200 is read-write.
 *
 * Without a parameter: all that must go on meanwhile.  With one: hang there,
 * for the rig to do something to the machine.
 *   A4     a read of block 5 to AT, which hangs; then line 2
 *   A8     the same by a channel program and DIAGNOSE A8
 *   250    the same by DIAGNOSE 250
 *   WRITE  three writes by A4, the second hangs
 *   READ   a console read by A8, which ends when the console is detached
 */
#include "guest.h"

#define DONE (UNIT_CHANNEL_END | UNIT_DEVICE_END)
#define WRITABLE 0x200u
#define NUMBERS 0x201u
#define AT 0x40000u

static struct blocks {
	struct diag_block_io head;
	struct diag_block_extent extent;
} rq[DIAG_BLOCK_ASYNC_MAX + 1] __attribute__((aligned(8)));

static uint8_t buffer[8 * FBA_BLOCK];

static uint32_t
ask(uint32_t code, struct blocks *b, uint32_t vdev, uint8_t op,
    uint32_t block, const void *addr)
{
	*b = (struct blocks){ { .vdev = vdev, .op = op, .count = 1,
	    .id = block }, { .block = block, .blocks = 1,
	    .addr = (uint32_t)(uintptr_t)addr } };
	diag(code, b, sizeof *b, NULL, 0);
	return diag_block.cc;
}

/* Take the next one and see whose it is. */
static bool
interrupted(uint32_t id)
{
	uint32_t before = ext.count;

	wait_interrupt();
	return ext.count == before + 1 &&
	    ext.ext_code == MACHINE_EXT_BLOCK_IO && ext.ext_parm == id;
}

/* The user stops the machine and lets it go on while A4 hangs. */
static int
stopped(void)
{
	CHECK(1, cp("FAULT R HOLD 200") == 0 && cp("STOP 0") == 0);
	CHECK(2, ask(DIAG_BLOCK_IO, rq, NUMBERS, DIAG_BLOCK_READ, 7,
	    buffer) == 0);
	CHECK(3, rq->head.done == 1 && rq->head.unit == DONE &&
	    buffer[0] == 7);
	/* A8 likewise. */
	ccw_set(0, FBA_READ_IPL, buffer, 512, CCW_SLI);
	CHECK(4, cp("FAULT R HOLD 200") == 0 && cp("STOP 0") == 0);
	static struct diag_general_io general __attribute__((aligned(8)));
	general = (struct diag_general_io){ .vdev = NUMBERS,
		.ccw = (uint32_t)(uintptr_t)ccw_at(0) };
	diag(DIAG_GENERAL_IO, &general, sizeof general, NULL, 0);
	CHECK(5, diag_block.cc == 0 && general.csw.unit == DONE &&
	    buffer[0] == 0);
	return 0;
}

/* Console, timer and CP do not wait for a disk. */
static int
others(void)
{
	static struct timer_set set = { .ns = 1000000 };
	static uint8_t id[7];
	struct csw csw;

	CHECK(10, cp("FAULT R HOLD 0") == 0);
	for (uint32_t i = 0; i < DIAG_BLOCK_ASYNC_MAX; i++)
		CHECK(11, ask(DIAG_BLOCK_IO_ASYNC, &rq[i], NUMBERS,
		    DIAG_BLOCK_READ, 20 + i, buffer + i * 512) == 0);
	CHECK(12, ask(DIAG_BLOCK_IO_ASYNC, &rq[DIAG_BLOCK_ASYNC_MAX], NUMBERS,
	    DIAG_BLOCK_READ, 1, buffer) == 2);
	while (cp("CALLS") == 0)
		;
	say("still here");
	CHECK(13, cp("SAID still here") == 0);
	ccw_set(0, TIMER_SET, &set, sizeof set, 0);
	csw = run(TIMER);
	CHECK(14, (csw.unit & UNIT_CHANNEL_END) != 0);
	CHECK(15, (csw.unit | end_of(TIMER).unit) == DONE ||
	    csw.unit == DONE);
	CHECK(16, rq[0].head.unit == 0 && rq[3].head.unit == 0);
	/* Its own disk answers what needs no blocks; what does, waits and can
	 * be halted when the host lets go. */
	ccw_set(0, CMD_SENSE_ID, id, sizeof id, 0);
	CHECK(17, run(NUMBERS).unit == DONE && id[0] == 0xFF);
	ccw_set(0, FBA_READ_IPL, buffer + 2048, 512, CCW_SLI | CCW_CC);
	ccw_set(1, CMD_TIC, ccw_at(0), 1, 0);
	CHECK(18, sio(NUMBERS) == 0 && tio(NUMBERS) == 2);
	CHECK(19, hio(NUMBERS) == 2 && tio(NUMBERS) == 2);
	/* No machine is saved with a transfer of its in the air. */
	CHECK(20, cp("NOSAVE 16") == 0);
	CHECK(21, cp("GO") == 0);
	for (uint32_t i = 0; i < DIAG_BLOCK_ASYNC_MAX; i++)
		CHECK(22, interrupted(20 + i) && buffer[i * 512] == 20 + i);
	CHECK(23, end_of(NUMBERS).unit == DONE && tio(NUMBERS) == 0);
	return 0;
}

/* The disk goes while it is read; what was asked for comes. */
static int
detached(void)
{
	CHECK(30, cp("FAULT R HOLD 0") == 0);
	CHECK(31, ask(DIAG_BLOCK_IO_ASYNC, rq, NUMBERS, DIAG_BLOCK_READ, 9,
	    buffer) == 0);
	ccw_set(0, FBA_READ_IPL, buffer + 512, 512, CCW_SLI);
	CHECK(32, sio(NUMBERS) == 0);
	while (cp("CALLS") == 0)
		;
	CHECK(33, cp("DETACH 201") == 0);
	while (tio(NUMBERS) != 3)
		;
	CHECK(34, ask(DIAG_BLOCK_IO, rq + 1, NUMBERS, DIAG_BLOCK_READ, 9,
	    buffer) == 3);
	CHECK(35, sio(NUMBERS) == 3);
	/* Not closed yet: nobody was told. */
	CHECK(36, cp("DETACHED 201") != 1);
	/* Another one at its place, which waits in line. */
	CHECK(37, cp("MOUNT 201") == 0);
	while (tio(NUMBERS) == 3)
		;
	CHECK(38, cp("GO") == 0);
	CHECK(39, ask(DIAG_BLOCK_IO, rq + 1, NUMBERS, DIAG_BLOCK_READ, 10,
	    buffer + 1024) == 0 && buffer[1024] == 10);
	CHECK(40, interrupted(9) && buffer[0] == 9);
	while (cp("DETACHED 201") != 1)
		;
	CHECK(41, tio(NUMBERS) == 0);
	return 0;
}

/* --- what the rig does something to --- */

static void
hang_a4(void)
{
	ask(DIAG_BLOCK_IO, rq, NUMBERS, DIAG_BLOCK_READ, 5, (void *)AT);
}

static void
hang_a8(void)
{
	static struct fba_extent extent = { .last = 63 };
	static struct fba_locate locate = { .op = FBA_OP_READ, .blocks = 1,
		.first = 5 };
	static struct diag_general_io general __attribute__((aligned(8)));

	ccw_set(0, FBA_DEFINE_EXTENT, &extent, sizeof extent, CCW_CC);
	ccw_set(1, FBA_LOCATE, &locate, sizeof locate, CCW_CC);
	ccw_set(2, FBA_READ, (void *)AT, 512, 0);
	general = (struct diag_general_io){ .vdev = NUMBERS,
		.ccw = (uint32_t)(uintptr_t)ccw_at(0) };
	diag(DIAG_GENERAL_IO, &general, sizeof general, NULL, 0);
}

static void
hang_250(void)
{
	ask(DIAG_BLOCK_IO_ASYNC, rq, NUMBERS, DIAG_BLOCK_READ, 5, (void *)AT);
	wait_interrupt();
}

static void
hang_write(void)
{
	static struct {
		struct diag_block_io head;
		struct diag_block_extent extent[3];
	} w __attribute__((aligned(8)));

	cp("FAULT W HOLD 0 1");
	fill(buffer, 0x5A, 512);
	w.head = (struct diag_block_io){ .vdev = WRITABLE,
		.op = DIAG_BLOCK_WRITE, .count = 3 };
	for (uint32_t i = 0; i < 3; i++)
		w.extent[i] = (struct diag_block_extent){ .block = 2 * i,
			.blocks = 1, .addr = (uint32_t)(uintptr_t)buffer };
	diag(DIAG_BLOCK_IO, &w, sizeof w, NULL, 0);
}

static void
hang_read(void)
{
	static struct diag_general_io general __attribute__((aligned(8)));

	ccw_set(0, CON_READ, buffer, 80, 0);
	general = (struct diag_general_io){ .vdev = CONSOLE,
		.ccw = (uint32_t)(uintptr_t)ccw_at(0) };
	diag(DIAG_GENERAL_IO, &general, sizeof general, NULL, 0);
	fill((void *)AT, diag_block.cc == 3 ? 5 : 0, 1);
}

static const struct {
	const char *parm;
	void (*hang)(void);
} hangs[] = {
	{ "A4", hang_a4 },
	{ "A8", hang_a8 },
	{ "250", hang_250 },
	{ "WRITE", hang_write },
	{ "READ", hang_read },
};

/* 0 when the bytes came and the processor went on. */
static int
hang(void (*how)(void))
{
	fill((void *)AT, 0, 512);
	say("1");
	if (how != hang_write)
		cp("FAULT R HOLD 0");
	how();
	say("2");
	return how == hang_write || *(volatile uint8_t *)AT == 5 ? 0 : 50;
}

int
guest_test(void)
{
	static int (*const parts[])(void) = { stopped, others, detached };
	int rc = 0;

	for (unsigned i = 0; i < sizeof hangs / sizeof hangs[0]; i++)
		if (low->parm_len == length(hangs[i].parm) &&
		    same((const char *)low->parm, hangs[i].parm,
		    low->parm_len))
			return hang(hangs[i].hang);
	for (unsigned i = 0; i < sizeof parts / sizeof parts[0] && rc == 0;
	     i++)
		rc = parts[i]();
	return rc;
}
