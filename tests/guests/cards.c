/* SPDX-License-Identifier: MIT
 *
 * cards.c - a punch, a printer and a reader: what is punched and printed here
 * is closed to this machine's own reader, and read.  The parameter says which
 * part; the first one needs none.
 */
#include "guest.h"
#include "spool.h"

#define RDR 0x01Cu
#define PUN 0x00Du
#define PRT 0x00Eu
#define DONE (UNIT_CHANNEL_END | UNIT_DEVICE_END)
#define ARRIVED (UNIT_ATTENTION | UNIT_DEVICE_END)
#define END_SENSE (SENSE_INTERVENTION << 8 | RDR_SENSE_END)
#define NONE_SENSE (SENSE_INTERVENTION << 8)
#define CHAIN 100u
#define MANY 2400u /* cards: several blocks */
#define EDQUOT 122

static uint8_t buffer[CHAIN * RDR_CARD + SPOOL_RECORD_MAX];
static struct ccw chain[CHAIN] __attribute__((aligned(8)));

/* --- one card --- */

static struct csw
write_record(uint32_t vdev, uint8_t cmd, uint8_t with, uint16_t n)
{
	fill(buffer, with, n);
	ccw_set(0, cmd, buffer, n, 0);
	return run(vdev);
}

static bool
punch(uint8_t with, uint16_t n)
{
	return write_record(PUN, PUN_WRITE, with, n).unit == DONE;
}

/* CP CLOSE to the reader; then a file is there, which is told. */
static bool
close_to_reader(const char *command)
{
	if (cp(command) != 0)
		return false;
	wait_interrupt();
	return io.vdev == RDR && io.csw.unit == ARRIVED;
}

/* The next record has n bytes; they are in buffer. */
static bool
reads(uint16_t n)
{
	struct csw csw;

	fill(buffer, 0xEE, 1024);
	ccw_set(0, RDR_READ, buffer, 1024, CCW_SLI);
	csw = run(RDR);
	return csw.unit == DONE && csw.chan == 0 && csw.residual == 1024 - n;
}

static bool
reads_card(uint8_t with, uint16_t n)
{
	if (!reads(n))
		return false;
	for (unsigned i = 0; i < n; i++)
		if (buffer[i] != with)
			return false;
	return buffer[n] == 0xEE;
}

/* The reader says what it says at the end (EOF), then that it is empty. */
static bool
reads_end(void)
{
	ccw_set(0, RDR_READ, buffer, 80, 0);
	if (run(RDR).unit != (DONE | UNIT_EXCEPTION))
		return false;
	return run(RDR).unit == (DONE | UNIT_CHECK) &&
	    sense(RDR) == NONE_SENSE;
}

/* --- chains of numbered cards --- */

static void
chain_set(uint8_t cmd, uint16_t n)
{
	for (unsigned i = 0; i < CHAIN; i++)
		chain[i] = (struct ccw){ .cmd = cmd, .count = n,
			.flags = i + 1 < CHAIN ? CCW_CC : 0,
			.addr = (uint32_t)(uintptr_t)buffer + i * n };
}

static uint32_t *
chain_number(unsigned i)
{
	return (uint32_t *)(void *)(buffer + i * RDR_CARD);
}

/* vmspool is killed while every KILL_EVERYth chain runs. */
#define KILL_EVERY 8
static bool killing;

static bool
chain_kill(void)
{
	static unsigned chains;

	return !killing || ++chains % KILL_EVERY != 0 || cp("KILL") == 0;
}

/* Go on with the chain where an intervention was required. */
static bool
chain_run(uint32_t vdev)
{
	uint32_t at = (uint32_t)(uintptr_t)chain;
	struct csw csw;

	for (unsigned tries = 0; tries < 100; tries++) {
		if (sio_at(vdev, at) != 0 || !chain_kill())
			return false;
		csw = end_of(vdev);
		if (csw.unit != (DONE | UNIT_CHECK))
			return csw.unit == DONE && csw.chan == 0;
		if (sense(vdev) != NONE_SENSE)
			return false;
		at = csw.ccw_addr - (uint32_t)sizeof(struct ccw);
		wait_interrupt();
		if (io.vdev != vdev || io.csw.unit != UNIT_DEVICE_END)
			return false;
	}
	return false;
}

static bool
punch_numbers(uint32_t from, uint32_t to)
{
	chain_set(PUN_WRITE, RDR_CARD);
	for (uint32_t n = from; n < to; n += CHAIN) {
		for (unsigned i = 0; i < CHAIN; i++)
			*chain_number(i) = n + i;
		if (!chain_run(PUN))
			return false;
	}
	return true;
}

static bool
read_numbers(uint32_t from, uint32_t to)
{
	chain_set(RDR_READ, RDR_CARD);
	for (uint32_t n = from; n < to; n += CHAIN) {
		fill(buffer, 0xEE, CHAIN * RDR_CARD);
		if (!chain_run(RDR))
			return false;
		for (unsigned i = 0; i < CHAIN; i++)
			if (*chain_number(i) != n + i)
				return false;
	}
	return true;
}

/* --- the parts --- */

static int
punching(void)
{
	struct csw csw;

	CHECK(1, punch('A', 80) && punch('B', 1) && punch(0, 40));
	CHECK(2, write_record(PUN, PUN_WRITE_2, 'C', 2).unit == DONE);
	CHECK(3, write_record(PUN, PUN_WRITE_3, 'D', 79).unit == DONE);
	/* Longer than a card: what it takes is punched. */
	csw = write_record(PUN, PUN_WRITE, 'E', 90);
	CHECK(4, csw.unit == DONE && csw.chan == CHAN_LENGTH &&
	    csw.residual == 10);
	/* In pieces. */
	fill(buffer, 'F', 80);
	ccw_set(0, PUN_WRITE, buffer, 30, CCW_CD);
	ccw_set(1, 0, buffer, 20, CCW_CD);
	ccw_set(2, 0, buffer, 10, 0);
	CHECK(5, run(PUN).unit == DONE);
	/* One that breaks off is none. */
	ccw_set(0, PUN_WRITE, buffer, 30, CCW_CD);
	ccw_set(1, 0, (void *)STORAGE, 20, 0);
	CHECK(6, run(PUN).chan == CHAN_PROGRAM_CHECK);
	/* What is no command of a punch's. */
	CHECK(7, write_record(PUN, RDR_READ, 'X', 80).unit ==
	    (DONE | UNIT_CHECK));
	CHECK(8, sense(PUN) == SENSE_COMMAND_REJECT << 8);
	CHECK(9, close_to_reader("CLOSE 00D CLASS A"));
	CHECK(10, reads_card('A', 80) && reads_card('B', 1) &&
	    reads_card(0, 40) && reads_card('C', 2) && reads_card('D', 79));
	CHECK(11, reads_card('E', 80) && reads_card('F', 60) && reads_end());
	/* Nothing punched, no file; and what is purged is gone. */
	CHECK(12, cp("CLOSE 00D CLASS A") == 0 && punch('X', 80) &&
	    cp("CLOSE 00D PURGE") == 0 && punch('Y', 80));
	CHECK(13, close_to_reader("CLOSE 00D CLASS A"));
	CHECK(14, reads_card('Y', 80) && reads_end());
	return 0;
}

static bool
printer_rejects(uint8_t cmd)
{
	return write_record(PRT, cmd, 'X', 10).unit == (DONE | UNIT_CHECK) &&
	    sense(PRT) == SENSE_COMMAND_REJECT << 8;
}

static int
printing(void)
{
	static const uint8_t good[] = { PRT_WRITE, PRT_WRITE_1, PRT_WRITE_2,
		PRT_WRITE_3, 0x89, 0xE1 };
	static const uint8_t moves[] = { PRT_SPACE_1, PRT_SPACE_2,
		PRT_SPACE_3, 0x8B, 0xE3 };
	static const uint8_t bad[] = { RDR_READ, 0x05, 0x07, 0x0D, 0x21, 0x23,
		0x81, 0x83, 0xE9, 0xEB, 0xFF };
	struct csw csw;

	for (unsigned i = 0; i < sizeof bad; i++)
		CHECK(20, printer_rejects(bad[i]));
	for (unsigned i = 0; i < sizeof good; i++)
		CHECK(21, write_record(PRT, good[i], 'L', 100).unit == DONE);
	for (unsigned i = 0; i < sizeof moves; i++)
		CHECK(22, write_record(PRT, moves[i], 'X', 10).unit == DONE);
	csw = write_record(PRT, PRT_WRITE_1, 'M', PRT_LINE + 1);
	CHECK(23, csw.unit == DONE && csw.chan == CHAN_LENGTH &&
	    csw.residual == 1);
	CHECK(24, close_to_reader("CLOSE 00E CLASS A"));
	for (unsigned i = 0; i < sizeof good; i++)
		CHECK(25, reads(101) && buffer[0] == good[i] &&
		    buffer[1] == 'L' && buffer[100] == 'L');
	for (unsigned i = 0; i < sizeof moves; i++)
		CHECK(26, reads(1) && buffer[0] == moves[i]);
	CHECK(27, reads(PRT_LINE + 1) && buffer[0] == PRT_WRITE_1 &&
	    buffer[PRT_LINE] == 'M' && reads_end());
	return 0;
}

/* EOF and NOEOF, CONT, HOLD, classes, READY. */
static int
ends(void)
{
	CHECK(30, cp("SPOOL 01C NOEOF") == 0);
	CHECK(31, punch('A', 80) && close_to_reader("CLOSE 00D CLASS A"));
	CHECK(32, punch('B', 80) && close_to_reader("CLOSE 00D CLASS A"));
	CHECK(33, punch('Z', 80) && cp("CLOSE 00D CLASS Z") == 0);
	CHECK(34, reads_card('A', 80) && !reads(80));
	CHECK(35, sense(RDR) == END_SENSE);
	/* The end leads to the next file; with HOLD it stays. */
	CHECK(36, cp("SPOOL 01C HOLD") == 0 && reads_card('B', 80) &&
	    !reads(80) && sense(RDR) == END_SENSE);
	CHECK(37, !reads(80) && sense(RDR) == NONE_SENSE);
	CHECK(38, cp("DROP A") == 0 && cp("SPOOL 01C NOHOLD CONT EOF") == 0);
	/* From one to the next without an end. */
	CHECK(39, punch('C', 80) && close_to_reader("CLOSE 00D CLASS A"));
	CHECK(40, punch('D', 80) && close_to_reader("CLOSE 00D CLASS A"));
	CHECK(41, reads_card('C', 80) && reads_card('D', 80) && reads_end());
	CHECK(42, cp("SPOOL 01C NOCONT CLASS Z") == 0 &&
	    reads_card('Z', 80) && reads_end());
	CHECK(43, cp("SPOOL 01C CLASS A") == 0);
	/* Given back, it comes again. */
	CHECK(44, punch('E', 80) && punch('F', 80) &&
	    close_to_reader("CLOSE 00D CLASS A"));
	CHECK(45, reads_card('E', 80) && cp("CLOSE 01C BACK") == 0 &&
	    reads_card('E', 80) && cp("CLOSE 01C") == 0);
	CHECK(46, !reads(80) && sense(RDR) == NONE_SENSE);
	/* Not ready, in the middle of a file too. */
	CHECK(47, punch('G', 80) && punch('H', 80) &&
	    close_to_reader("CLOSE 00D CLASS A") && reads_card('G', 80));
	CHECK(48, cp("NOTREADY 01C") == 0 && !reads(80) &&
	    sense(RDR) == NONE_SENSE && cp("NOTREADY 00D") == 0);
	CHECK(49, !punch('X', 80) && sense(PUN) == NONE_SENSE);
	CHECK(50, cp("READY 01C") == 0 && cp("READY 00D") == 0);
	wait_interrupt();
	wait_interrupt();
	CHECK(51, reads_card('H', 80) && reads_end() && punch('X', 80) &&
	    cp("CLOSE 00D PURGE") == 0);
	return 0;
}

/* A card that the rig put there: longer than any that can be punched. */
static int
longest(void)
{
	CHECK(55, cp("LONG 32768") == 0);
	wait_interrupt();
	ccw_set(0, RDR_READ, buffer, 1000, CCW_CD);
	ccw_set(1, 0, buffer, 1000, CCW_CD | CCW_SKIP);
	ccw_set(2, 0, buffer + 2000, 30768, 0);
	CHECK(56, run(RDR).unit == DONE);
	for (unsigned i = 0; i < SPOOL_RECORD_MAX; i++)
		CHECK(57, buffer[i] == (uint8_t)(i * 7) ||
		    (i >= 1000 && i < 2000));
	CHECK(58, reads_end());
	return 0;
}

/* Every card once, whatever happens to vmspool. */
static int
killed(void)
{
	killing = true;
	CHECK(60, punch_numbers(0, MANY));
	CHECK(61, close_to_reader("CLOSE 00D CLASS A"));
	CHECK(62, cp("TWICE") == 0 && read_numbers(0, MANY));
	killing = false;
	CHECK(63, reads_end());
	/* Away for a while: what fits is taken, the rest waits. */
	CHECK(65, cp("DOWN") == 0 && punch_numbers(0, 1000));
	chain_set(PUN_WRITE, RDR_CARD);
	for (unsigned i = 0; i < CHAIN; i++)
		*chain_number(i) = 1000 + i;
	CHECK(66, cp("UP") == 0 && chain_run(PUN) && cp("TWICE") == 0);
	CHECK(67, close_to_reader("CLOSE 00D CLASS A"));
	CHECK(68, read_numbers(0, 1100) && reads_end());
	return 0;
}

/* More than the window, and HALT I/O: what was done is what is there. */
static int
halted(void)
{
	uint32_t n;

	chain_set(PUN_WRITE, 80);
	chain[CHAIN - 1] = (struct ccw){ .cmd = CMD_TIC,
		.addr = (uint32_t)(uintptr_t)chain };
	chain[CHAIN - 2].flags = CCW_CC;
	CHECK(70, cp("DOWN") == 0);
	CHECK(71, sio_at(PUN, (uint32_t)(uintptr_t)chain) == 0);
	for (unsigned i = 0; i < 50; i++)
		CHECK(72, cp("LINES") >= 0 && tio(PUN) == 2);
	CHECK(73, hio(PUN) == 2 && end_of(PUN).unit == DONE);
	CHECK(74, cp("UP") == 0 && close_to_reader("CLOSE 00D CLASS A"));
	ccw_set(0, RDR_READ, buffer, 80, CCW_CC);
	ccw_set(1, CMD_TIC, ccw_at(0), 1, 0);
	CHECK(75, run(RDR).unit == (DONE | UNIT_EXCEPTION));
	/* Closed while it runs: all that came before is in the file. */
	chain[CHAIN - 1].cmd = PUN_WRITE;
	chain[CHAIN - 1].count = 80;
	chain[CHAIN - 1].flags = 0;
	CHECK(76, sio_at(PUN, (uint32_t)(uintptr_t)chain) == 0 &&
	    cp("CLOSE 00D CLASS A") == 0);
	CHECK(77, end_of(PUN).unit == DONE && cp("CLOSE 00D CLASS A") == 0);
	cp("SPOOL 01C CONT");
	for (n = 0; reads(80); n++)
		;
	CHECK(78, n == CHAIN && cp("SPOOL 01C NOCONT") == 0);
	return 0;
}

/* A READ waits for vmspool, and the console works meanwhile: HALT I/O ends it,
 * or vmspool's return, with the card that is next. */
static int
waiting(void)
{
	CHECK(160, punch('1', 80) && punch('2', 80) &&
	    close_to_reader("CLOSE 00D CLASS A") && reads_card('1', 80));
	for (unsigned i = 0; i < 2; i++) {
		CHECK(161, cp("DOWN") == 0 && cp("CLOSE 01C BACK") == 0);
		fill(buffer, 0xEE, 80);
		ccw_set(0, RDR_READ, buffer, 80, 0);
		CHECK(162, sio(RDR) == 0 && tio(RDR) == 2);
		say("waiting");
		CHECK(163, tio(RDR) == 2 && sio(RDR) == 2);
		CHECK(164, i > 0 || (hio(RDR) == 2 &&
		    (end_of(RDR).unit & DONE) != 0 && buffer[0] == 0xEE));
		CHECK(165, cp("UP") == 0);
		CHECK(166, i == 0 || (end_of(RDR).unit == DONE &&
		    buffer[0] == '1' && buffer[79] == '1'));
	}
	CHECK(167, reads_card('2', 80) && reads_end());
	return 0;
}

/* A user over his limit: his punch waits, with all its cards. */
static int
limited(void)
{
	uint32_t n = 0;

	while (tio(RDR) != 0 || tio(PUN) != 0)
		;
	CHECK(80, cp("LIMIT 100000") == 0);
	while (n < 10000 && punch((uint8_t)n, 80))
		n++;
	CHECK(81, n > 1000 && n < 10000 && sense(PUN) == NONE_SENSE);
	CHECK(82, cp("TROUBLE") == EDQUOT && cp("CLOSE 00D CLASS A") ==
	    EDQUOT);
	CHECK(83, !punch('X', 80) && cp("LIMIT 1073741824") == 0);
	wait_interrupt();
	CHECK(84, io.vdev == PUN && io.csw.unit == UNIT_DEVICE_END);
	CHECK(85, cp("TROUBLE") == 0 && punch((uint8_t)n, 80));
	CHECK(86, close_to_reader("CLOSE 00D CLASS A"));
	for (uint32_t i = 0; i <= n; i++)
		CHECK(87, reads_card((uint8_t)i, 80));
	CHECK(88, reads_end());
	/* What is purged when it is refused, no later card waits for. */
	CHECK(170, cp("LIMIT 1000") == 0);
	chain_set(PUN_WRITE, RDR_CARD);
	while (sio_at(PUN, (uint32_t)(uintptr_t)chain) == 0 &&
	    end_of(PUN).unit == DONE)
		;
	CHECK(171, cp("CLOSE 00D PURGE") == 0 && cp("LIMIT 1073741824") == 0);
	wait_interrupt();
	CHECK(172, punch('Q', 80) && close_to_reader("CLOSE 00D CLASS A"));
	CHECK(173, reads_card('Q', 80) && reads_end());
	return 0;
}

/* HALF, a system reset, REST: cards of both are in one file. */
static int
half(void)
{
	CHECK(90, punch('1', 80) && punch('2', 80) && punch('3', 80));
	fill(buffer, '4', 80);
	ccw_set(0, PUN_WRITE, buffer, 40, CCW_CD);
	ccw_set(1, CMD_TIC, ccw_at(2), 1, 0);
	ccw_set(2, 0, buffer, 1, CCW_CD);
	ccw_set(3, CMD_TIC, ccw_at(2), 1, 0);
	CHECK(91, run(PUN).chan == CHAN_LENGTH);
	return 0;
}

static int
rest(void)
{
	CHECK(95, punch('5', 80) && close_to_reader("CLOSE 00D CLASS A"));
	CHECK(96, reads_card('1', 80) && reads_card('2', 80) &&
	    reads_card('3', 80) && reads_card('4', 80));
	CHECK(97, reads_card('5', 80) && reads_end());
	return 0;
}

int
guest_test(void)
{
	static int (*const parts[])(void) = { punching, printing, ends,
		longest, halted, waiting, killed, limited };
	int rc = 0;

	if (same((const void *)low->parm, "HALF", 4))
		return half();
	if (same((const void *)low->parm, "REST", 4))
		return rest();
	for (unsigned i = 0; i < sizeof parts / sizeof parts[0] && rc == 0;
	     i++)
		rc = parts[i]();
	return rc;
}
