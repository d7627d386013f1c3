/* SPDX-License-Identifier: MIT
 *
 * saved.c - a saved system: saved by its own DIAGNOSE 8, refused while there
 * is I/O, and found as it was in a larger machine, as often as it is started.
 *
 * The machine that saves ends with 0 too; the rig then starts what it saved.
 */
#include "guest.h"

#define DONE (UNIT_CHANNEL_END | UNIT_DEVICE_END)
#define EBUSY 16
#define PAGE 4096u
#define FIRST 0x40000u /* spread pages lie from here on */
#define STEP (16 * PAGE)
#define WAS 0x100000u /* storage of the machine that saved */

static uint8_t big[64 * 1024];
static char line[100];
static volatile uint32_t spins;

static uint64_t
tsc(void)
{
	uint64_t t;

	__asm__ volatile("rdtsc" : "=A"(t));
	return t;
}

static volatile uint32_t *
word_at(uint32_t addr)
{
	return (volatile uint32_t *)addr;
}

static void
set_storage(void)
{
	for (unsigned i = 0; i < sizeof big; i++)
		big[i] = (uint8_t)(i * 7 + (i >> 8));
	for (uint32_t at = FIRST; at < WAS; at += STEP)
		*word_at(at + 8) = at ^ 0x5A5A5A5A;
	*word_at(FIRST + 4 * PAGE) = 0x600D600D; /* a small gap before it */
	*word_at(WAS - 4) = 0x600DE4D;
}

static bool
storage_kept(void)
{
	for (unsigned i = 0; i < sizeof big; i++)
		if (big[i] != (uint8_t)(i * 7 + (i >> 8)))
			return false;
	for (uint32_t at = FIRST; at < WAS; at += STEP)
		if (*word_at(at + 8) != (at ^ 0x5A5A5A5A) ||
		    *word_at(at + PAGE) != 0)
			return false;
	return *word_at(FIRST + 4 * PAGE) == 0x600D600D &&
	    *word_at(FIRST + 2 * PAGE) == 0 && *word_at(WAS - 4) == 0x600DE4D;
}

/* Save with known values in the registers that a C function keeps. */
static bool
save(void)
{
	uint32_t b = 0x11111111, s = 0x22222222, d = 0x33333333;
	const struct diag *block = &diag_block;

	diag_block = (struct diag){ .code = DIAG_COMMAND, .cc = 0x55,
		.rc = 0x55, .in_addr = (uint32_t)(uintptr_t)"SAVESYS",
		.in_len = 7 };
	__asm__ volatile("outl %%eax, %%dx" : "+b"(b), "+S"(s), "+D"(d)
	    : "a"(block), "d"(MACHINE_PORT_DIAG) : "memory");
	return b == 0x11111111 && s == 0x22222222 && d == 0x33333333 &&
	    diag_block.cc == 0;
}

/* Not while a device works, nor while an interruption is pending. */
static int
busy(void)
{
	ccw_set(0, CON_READ, line, sizeof line, CCW_SLI);
	CHECK(1, sio(CONSOLE) == 0);
	while (cp("READING") != 1)
		;
	CHECK(2, cp("SAVESYS") == EBUSY);
	hio(CONSOLE);
	out32(MACHINE_PORT_WAIT, 0);
	CHECK(3, cp("SAVESYS") == EBUSY);
	end_of(CONSOLE);
	return 0;
}

/* What only a machine that was started from the file sees. */
static int
resumed(uint64_t before, uint32_t number)
{
	static struct diag_range range = { FIRST, PAGE };
	uint32_t now = io.count;

	CHECK(20, STORAGE > WAS && low->version == MACHINE_VERSION &&
	    low->cpus == 1 && low->ipl_vdev == 0x123);
	CHECK(21, low->parm_len == 8 && same((const void *)low->parm,
	    "A PARM 1", 8) && low->parm[8] == 0 && low->parm[63] == 0);
	for (uint32_t at = WAS; at < STORAGE; at += PAGE)
		CHECK(22, *word_at(at) == 0);
	*word_at(STORAGE - 4) = 1;
	CHECK(23, tsc() >= before && tsc() - before < 1ull << 40);
	/* Devices are there, and quiet. */
	__asm__ volatile("sti; nop; nop; cli" : : : "memory");
	CHECK(24, io.count == now && ext.count == 0);
	/* Other disks, for whoever remembers one. */
	CHECK(31, attachment(DISK) != 0 && attachment(DISK) != number);
	ccw_set(0, CMD_NOP, 0, 1, 0);
	CHECK(25, sio(CONSOLE) == 0);
	wait_interrupt();
	CHECK(26, io.count == now + 1 && io.csw.unit == DONE);
	/* Pages that are given back are zero, whosever they were. */
	diag(DIAG_RELEASE, &range, sizeof range, NULL, 0);
	CHECK(27, diag_block.cc == 0 && *word_at(FIRST + 8) == 0);
	CHECK(28, *word_at(FIRST + STEP + 8) != 0);
	*word_at(FIRST + 8) = 5;
	diag(DIAG_RELEASE, &range, sizeof range, NULL, 0);
	CHECK(29, *word_at(FIRST + 8) == 0);
	range.addr = FIRST + 2 * PAGE;
	range.len = WAS - range.addr;
	diag(DIAG_RELEASE, &range, sizeof range, NULL, 0);
	CHECK(30, *word_at(WAS - 4) == 0 && *word_at(FIRST + STEP + 8) == 0);
	/* Its own copy: the file's next machine finds what was saved. */
	fill(big, 0, sizeof big);
	return 0;
}

/* A machine that is refused a system goes on as if nothing had been asked. */
static int
refused(void)
{
	static const struct {
		const char *what;
		int why;
	} rows[] = {
		{ "FORGED cut=0", 1 }, { "FORGED cut=-1", 1 },
		{ "FORGED page=0", 1 }, { "FORGED build", 2 },
		{ "FORGED model", 3 }, { "FORGED storage", 4 },
		{ "FORGED folder", 5 },
	};

	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK(40, cp(rows[i].what) == rows[i].why);
	CHECK(41, storage_kept());
	/* From outside, while it waits. */
	while (ext.count == 0) {
		wait_interrupt();
		spins++;
	}
	CHECK(42, spins == 1 && storage_kept());
	return 0;
}

int
guest_test(void)
{
	bool wait = low->parm_len > 0;
	uint32_t number = attachment(DISK);
	uint64_t before = tsc();
	int rc;

	set_storage();
	rc = busy();
	CHECK(9, rc == 0);
	CHECK(10, number != 0 && save());
	CHECK(11, diag_block.rc == 0 || diag_block.rc == DIAG_RESUMED);
	CHECK(12, storage_kept());
	if (diag_block.rc == DIAG_RESUMED)
		return resumed(before, number);
	CHECK(13, STORAGE == WAS && low->ipl_vdev == READER);
	CHECK(14, attachment(DISK) == number);
	return wait ? refused() : 0;
}
