/* SPDX-License-Identifier: MIT
 *
 * channel.c - chaining, lengths, addresses, transfers and the condition
 * codes of SIO, TIO and HIO, on the console and SENSE ID.
 */
#include "guest.h"

#define DONE (UNIT_CHANNEL_END | UNIT_DEVICE_END)
#define AT(i) ((uint32_t)(uintptr_t)ccw_at(i))

static uint8_t buffer[256];

static bool
ended(struct csw csw, unsigned next, uint8_t chan, uint16_t residual)
{
	return csw.unit == DONE && csw.chan == chan &&
	    csw.residual == residual && csw.ccw_addr == AT(next);
}

static int
command_chaining(void)
{
	ccw_set(0, CON_WRITE, "AB", 2, CCW_CC);
	ccw_set(1, CMD_NOP, 0, 1, CCW_CC);
	ccw_set(2, CON_WRITE_ACR, "CD", 2, 0);
	CHECK(1, ended(run(CONSOLE), 3, 0, 0));
	CHECK(2, cp("LINES") == 2 && cp("SAID CD") == 0);
	return 0;
}

static int
data_chaining(void)
{
	struct sense_id id;

	ccw_set(0, CON_WRITE_ACR, "ONE ", 4, CCW_CD);
	ccw_set(1, 0, "TWO ", 4, CCW_CD); /* the command byte means nothing */
	ccw_set(2, 0xFF, "THREE", 5, 0);
	CHECK(3, ended(run(CONSOLE), 3, 0, 0));
	CHECK(4, cp("SAID ONE TWO THREE") == 0);
	/* Into storage, byte by byte. */
	fill(&id, 0xEE, sizeof id);
	for (unsigned i = 0; i < sizeof id; i++)
		ccw_set(i, CMD_SENSE_ID, (uint8_t *)&id + i, 1,
		    i + 1 < sizeof id ? CCW_CD : 0);
	CHECK(5, ended(run(CONSOLE), 7, 0, 0));
	CHECK(6, id.ff == 0xFF && id.dev_type[0] == 0x32 &&
	    id.dev_type[1] == 0x15);
	return 0;
}

static int
wrong_length(void)
{
	/* Short: 7 bytes there, 10 asked for. */
	ccw_set(0, CMD_SENSE_ID, buffer, 10, 0);
	CHECK(7, ended(run(CONSOLE), 1, CHAN_LENGTH, 3));
	ccw_set(0, CMD_SENSE_ID, buffer, 10, CCW_SLI);
	CHECK(8, ended(run(CONSOLE), 1, 0, 3));
	/* Long: 7 there, 5 asked for. */
	ccw_set(0, CMD_SENSE_ID, buffer, 5, 0);
	CHECK(9, ended(run(CONSOLE), 1, CHAN_LENGTH, 0));
	ccw_set(0, CMD_SENSE_ID, buffer, 5, CCW_SLI);
	CHECK(10, ended(run(CONSOLE), 1, 0, 0));
	/* It ends the chain, unless suppressed. */
	ccw_set(0, CMD_SENSE_ID, buffer, 5, CCW_CC);
	ccw_set(1, CMD_NOP, 0, 1, 0);
	CHECK(11, ended(run(CONSOLE), 1, CHAN_LENGTH, 0));
	ccw_set(0, CMD_SENSE_ID, buffer, 5, CCW_CC | CCW_SLI);
	CHECK(12, ended(run(CONSOLE), 2, 0, 1));
	/* With data chaining the last CCW's flags decide ... */
	ccw_set(0, CMD_SENSE_ID, buffer, 4, CCW_CD);
	ccw_set(1, 0, buffer, 10, CCW_SLI);
	CHECK(13, ended(run(CONSOLE), 2, 0, 7));
	ccw_set(0, CMD_SENSE_ID, buffer, 4, CCW_CD | CCW_SLI);
	ccw_set(1, 0, buffer, 10, 0);
	CHECK(14, ended(run(CONSOLE), 2, CHAN_LENGTH, 7));
	/* ... and one that ends inside a CCW with CD is always wrong. */
	ccw_set(0, CMD_SENSE_ID, buffer, 10, CCW_CD | CCW_SLI);
	ccw_set(1, 0, buffer, 10, CCW_SLI);
	CHECK(15, ended(run(CONSOLE), 1, CHAN_LENGTH, 3));
	return 0;
}

static int
skipping(void)
{
	fill(buffer, 0xEE, sizeof buffer);
	ccw_set(0, CMD_SENSE_ID, buffer, 3, CCW_CD | CCW_SKIP);
	ccw_set(1, 0, buffer + 3, 4, 0);
	CHECK(16, ended(run(CONSOLE), 2, 0, 0));
	CHECK(17, buffer[0] == 0xEE && buffer[2] == 0xEE);
	CHECK(18, buffer[4] == 0x32 && buffer[5] == 0x15);
	/* Skipped bytes go nowhere, so their address is nobody's business. */
	ccw_set(0, CMD_SENSE_ID, (void *)0xFFFFFFF0u, 7, CCW_SKIP);
	CHECK(19, ended(run(CONSOLE), 1, 0, 0));
	return 0;
}

static int
transfers(void)
{
	ccw_set(0, CMD_NOP, 0, 1, CCW_CC);
	ccw_set(1, CMD_TIC, ccw_at(4), 0, 0xFF); /* flags mean nothing */
	ccw_set(4, CON_WRITE_ACR, "TIC", 3, 0);
	CHECK(20, ended(run(CONSOLE), 5, 0, 0));
	CHECK(21, cp("SAID TIC") == 0);
	/* Any of the 16 codes that end in 8. */
	ccw_set(1, 0x38, ccw_at(4), 0, 0);
	CHECK(22, ended(run(CONSOLE), 5, 0, 0));
	/* While data chaining. */
	ccw_set(0, CON_WRITE_ACR, "T", 1, CCW_CD);
	ccw_set(1, CMD_TIC, ccw_at(4), 1, 0);
	CHECK(23, ended(run(CONSOLE), 5, 0, 0));
	CHECK(24, cp("SAID TTIC") == 0);
	/* To a TIC. */
	ccw_set(0, CMD_NOP, 0, 1, CCW_CC);
	ccw_set(1, CMD_TIC, ccw_at(3), 1, 0);
	ccw_set(3, CMD_TIC, ccw_at(4), 1, 0);
	CHECK(25, ended(run(CONSOLE), 4, CHAN_PROGRAM_CHECK, 0));
	/* To an address that is none of a CCW. */
	ccw_set(1, CMD_TIC, (uint8_t *)ccw_at(4) + 4, 1, 0);
	CHECK(26, run(CONSOLE).chan == CHAN_PROGRAM_CHECK);
	ccw_set(1, CMD_TIC, (void *)STORAGE, 1, 0);
	CHECK(27, run(CONSOLE).chan == CHAN_PROGRAM_CHECK);
	ccw_set(1, CMD_TIC, (void *)0xFFFFFFF8u, 1, 0);
	CHECK(28, run(CONSOLE).chan == CHAN_PROGRAM_CHECK);
	return 0;
}

/* SIO refuses: cc 1, a CSW with a program check, nothing pending. */
static bool
refused(void)
{
	return sio(CONSOLE) == 1 && chan_block.csw.unit == 0 &&
	    chan_block.csw.chan == CHAN_PROGRAM_CHECK &&
	    tio(CONSOLE) == 0;
}

static int
bad_first(void)
{
	ccw_set(0, CMD_TIC, ccw_at(1), 1, 0);
	CHECK(30, refused());
	ccw_set(0, CMD_NOP, 0, 0, 0); /* count 0 */
	CHECK(31, refused());
	ccw_set(0, 0x00, 0, 1, 0); /* no command */
	CHECK(32, refused());
	ccw_set(0, 0xF0, 0, 1, 0);
	CHECK(33, refused());
	ccw_set(0, CMD_NOP, 0, 1, CCW_PCI);
	CHECK(34, refused());
	for (uint8_t bit = 1; bit < CCW_PCI; bit <<= 1) {
		ccw_set(0, CMD_NOP, 0, 1, bit);
		CHECK(35, refused());
	}
	ccw_set(0, CMD_NOP, 0, 1, 0);
	for (uint32_t i = 1; i < 8; i++)
		CHECK(36, sio_at(CONSOLE, AT(0) + i) == 1 &&
		    chan_block.csw.chan == CHAN_PROGRAM_CHECK);
	CHECK(37, sio_at(CONSOLE, STORAGE) == 1);
	CHECK(38, sio_at(CONSOLE, 0xFFFFFFF8u) == 1);
	CHECK(39, sio_at(CONSOLE, STORAGE - 4) == 1);
	CHECK(40, tio(CONSOLE) == 0);
	return 0;
}

static int
bad_later(void)
{
	ccw_set(0, CMD_NOP, 0, 1, CCW_CC);
	ccw_set(1, CMD_NOP, 0, 0, 0);
	CHECK(41, ended(run(CONSOLE), 2, CHAN_PROGRAM_CHECK, 0));
	ccw_set(1, 0x00, 0, 1, 0);
	CHECK(42, ended(run(CONSOLE), 2, CHAN_PROGRAM_CHECK, 1));
	ccw_set(1, CMD_NOP, 0, 1, CCW_PCI);
	CHECK(43, ended(run(CONSOLE), 2, CHAN_PROGRAM_CHECK, 1));
	ccw_set(0, CON_WRITE_ACR, "X", 1, CCW_CD);
	ccw_set(1, 0, "Y", 0, 0);
	CHECK(44, ended(run(CONSOLE), 2, CHAN_PROGRAM_CHECK, 0));
	/* An unknown command is the device's matter. */
	ccw_set(0, 0xFD, buffer, 1, CCW_CC);
	ccw_set(1, CMD_NOP, 0, 1, 0);
	CHECK(45, run(CONSOLE).unit == (DONE | UNIT_CHECK));
	CHECK(46, sense(CONSOLE) == SENSE_COMMAND_REJECT << 8);
	CHECK(47, sense(CONSOLE) == SENSE_COMMAND_REJECT << 8);
	ccw_set(0, CON_WRITE_ACR, "X", 1, 0);
	CHECK(48, run(CONSOLE).unit == DONE && sense(CONSOLE) == 0);
	return 0;
}

static int
outside(void)
{
	struct csw csw;

	/* Reading into the last 3 bytes and beyond. */
	ccw_set(0, CMD_SENSE_ID, (void *)(STORAGE - 3), 7, 0);
	csw = run(CONSOLE);
	CHECK(50, ended(csw, 1, CHAN_PROGRAM_CHECK, 4));
	CHECK(51, *(volatile uint8_t *)(STORAGE - 2) == 0x32);
	/* The check comes when the byte is reached, not before. */
	ccw_set(0, CMD_SENSE_ID, (void *)(STORAGE - 7), 40, CCW_SLI);
	CHECK(52, ended(run(CONSOLE), 1, 0, 33));
	ccw_set(0, CMD_SENSE_ID, (void *)STORAGE, 7, 0);
	CHECK(53, ended(run(CONSOLE), 1, CHAN_PROGRAM_CHECK, 7));
	ccw_set(0, CMD_SENSE_ID, (void *)0xFFFFFFFFu, 7, 0);
	CHECK(54, ended(run(CONSOLE), 1, CHAN_PROGRAM_CHECK, 7));
	/* Writing from there: no half a line appears. */
	ccw_set(0, CON_WRITE_ACR, (void *)(STORAGE - 3), 7, 0);
	CHECK(55, ended(run(CONSOLE), 1, CHAN_PROGRAM_CHECK, 4));
	ccw_set(0, CON_WRITE_ACR, "Z", 1, 0);
	CHECK(56, ended(run(CONSOLE), 1, 0, 0) && cp("SAID Z") == 0);
	/* A program that runs off the end of storage. */
	copy((void *)(STORAGE - 8), &(struct ccw){ CMD_NOP, CCW_CC, 1, 0 }, 8);
	CHECK(57, sio_at(CONSOLE, STORAGE - 8) == 0);
	csw = end_of(CONSOLE);
	CHECK(58, csw.unit == DONE && csw.chan == CHAN_PROGRAM_CHECK &&
	    csw.ccw_addr == STORAGE + 8);
	return 0;
}

static int
endless(void)
{
	struct csw csw;
	uint32_t cc;

	ccw_set(0, CMD_NOP, 0, 1, CCW_CC);
	ccw_set(1, CMD_TIC, ccw_at(0), 0, 0);
	CHECK(60, sio(CONSOLE) == 0);
	for (unsigned i = 0; i < 20; i++)
		CHECK(61, tio(CONSOLE) == 2);
	CHECK(62, sio(CONSOLE) == 2);
	/* Nobody else waits for it. */
	ccw_set(4, CMD_NOP, 0, 1, 0);
	CHECK(63, sio_at(TIMER, AT(4)) == 0);
	CHECK(64, end_of(TIMER).unit == DONE);
	CHECK(65, hio(CONSOLE) == 2);
	while ((cc = tio(CONSOLE)) == 2)
		;
	csw = chan_block.csw;
	CHECK(66, cc == 1 && csw.unit == DONE && csw.chan == 0);
	CHECK(67, hio(CONSOLE) == 0 && tio(CONSOLE) == 0);
	/* Endless by data chaining too; the line's length ends it. */
	ccw_set(0, CON_WRITE_ACR, "X", 1, CCW_CD);
	ccw_set(1, CMD_TIC, ccw_at(0), 0, 0);
	csw = run(CONSOLE);
	CHECK(68, csw.unit == DONE && csw.chan == CHAN_LENGTH);
	return 0;
}

static int
nobody(void)
{
	static const uint32_t vdevs[] = { 0, 1, 0x00D, 0xFFF, 0x1009,
		0x10009, 0xFFFFFFFF };

	for (unsigned i = 0; i < sizeof vdevs / sizeof vdevs[0]; i++) {
		ccw_set(0, CMD_NOP, 0, 1, 0);
		CHECK(70, sio(vdevs[i]) == 3);
		CHECK(71, tio(vdevs[i]) == 3);
		CHECK(72, hio(vdevs[i]) == 3);
	}
	return 0;
}

static int
interrupts(void)
{
	CHECK(75, io.count == 0);
	ccw_set(0, CMD_SENSE_ID, buffer, 10, CCW_SLI);
	CHECK(76, sio(CONSOLE) == 0);
	wait_interrupt();
	CHECK(77, io.count == 1 && io.vdev == CONSOLE);
	CHECK(78, io.csw.unit == DONE && io.csw.residual == 3 &&
	    io.csw.ccw_addr == AT(1));
	CHECK(79, tio(CONSOLE) == 0);
	/* Pending: busy to SIO, none to be halted, taken by TIO. */
	ccw_set(0, CMD_NOP, 0, 1, 0);
	CHECK(80, sio(CONSOLE) == 0);
	out32(MACHINE_PORT_WAIT, 0);
	CHECK(81, sio(CONSOLE) == 2);
	CHECK(82, hio(CONSOLE) == 0);
	CHECK(83, tio(CONSOLE) == 1 && chan_block.csw.unit == DONE);
	enable();
	__asm__ volatile("nop; nop");
	disable();
	CHECK(84, io.count == 1);
	/* Two at once: one at a time, the lower address first. */
	CHECK(85, sio(CONSOLE) == 0 && sio(TIMER) == 0);
	while (tio(TIMER) == 2 || tio(CONSOLE) == 2)
		;
	CHECK(86, sio(CONSOLE) == 0 && sio(TIMER) == 0);
	wait_interrupt();
	wait_interrupt();
	CHECK(87, io.count == 3);
	return 0;
}

int
guest_test(void)
{
	static int (*const parts[])(void) = { command_chaining, data_chaining,
		wrong_length, skipping, transfers, bad_first, bad_later,
		outside, endless, nobody, interrupts };
	int rc = 0;

	for (unsigned i = 0; i < sizeof parts / sizeof parts[0] && rc == 0;
	     i++)
		rc = parts[i]();
	return rc;
}
