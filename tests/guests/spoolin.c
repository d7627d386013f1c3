/* SPDX-License-Identifier: MIT
 *
 * spoolin.c - DIAGNOSE 14 on the files of a reader, which this machine punches
 * and prints for itself.  Its reader is empty when it starts.  With a parameter
 * vmspool goes away.
 */
#include "guest.h"
#include "spool.h"

#define RDR 0x01Cu
#define PUN 0x00Du
#define PRT 0x00Eu
#define DONE (UNIT_CHANNEL_END | UNIT_DEVICE_END)
#define CARD (SPOOL_LENGTH + RDR_CARD)
#define MANY 1600u /* cards, in three blocks */
#define QUEUE 70u  /* files: more than vmspool tells at once */

static struct diag_spool parm __attribute__((aligned(8)));
static struct spool_file file;
static uint8_t buffer[SPOOL_BLOCK_MAX];
static char line[RDR_CARD];

/* DIAGNOSE 14; out_len is as much of the buffer as there is. */
static uint32_t
spool(uint16_t sub, uint32_t spoolid, void *out, uint32_t out_len)
{
	parm = (struct diag_spool){ .vdev = RDR, .sub = sub,
		.spoolid = spoolid };
	diag(DIAG_SPOOL_INPUT, &parm, sizeof parm, out, out_len);
	return diag_block.cc;
}

static bool
ended(uint32_t cc, int32_t rc, uint32_t out_len)
{
	return diag_block.cc == cc && diag_block.rc == rc &&
	    diag_block.out_len == out_len;
}

/* READ as much as fits into n bytes. */
static bool
reads(uint32_t n, uint32_t cc, int32_t rc, uint32_t out_len)
{
	fill(buffer, 0xEE, n + 1);
	spool(DIAG_SPOOL_READ, 0, buffer, n);
	return ended(cc, rc, out_len) &&
	    buffer[cc == 0 ? out_len : 0] == 0xEE;
}

/* The record at `at` of the buffer. */
static bool
is_record(uint32_t at, char with, uint16_t n)
{
	uint16_t len = (uint16_t)(buffer[at] | buffer[at + 1] << 8);

	for (unsigned i = 0; i < n; i++)
		if (buffer[at + SPOOL_LENGTH + i] != (uint8_t)with)
			return false;
	return len == n;
}

static bool
punch(char with, uint16_t n)
{
	fill(line, (uint8_t)with, sizeof line);
	ccw_set(0, PUN_WRITE, line, n, 0);
	return run(PUN).unit == DONE;
}

static bool
print(char with)
{
	fill(line, (uint8_t)with, sizeof line);
	ccw_set(0, PRT_WRITE_1, line, 20, 0);
	return run(PRT).unit == DONE;
}

static bool
describes(uint32_t spoolid, uint16_t flags, uint32_t cc)
{
	parm = (struct diag_spool){ .vdev = RDR, .sub = DIAG_SPOOL_DESCRIBE,
		.flags = flags, .spoolid = spoolid };
	file.spoolid = 0;
	diag(DIAG_SPOOL_INPUT, &parm, sizeof parm, &file, sizeof file);
	return ended(cc, 0, cc == 0 ? sizeof file : 0);
}

/* What was punched or printed is a file of the reader, its last. */
static uint32_t
last(const char *command)
{
	uint32_t id = 0;

	if (cp(command) != 0)
		return 0;
	while (describes(id, 0, 0))
		id = file.spoolid;
	return id;
}

static uint32_t
close_punch(void)
{
	return last("CLOSE 00D CLASS A");
}

static uint32_t
close_printer(void)
{
	return last("CLOSE 00E CLASS A");
}

/* The file of one card. */
static uint32_t
card(char with)
{
	return punch(with, RDR_CARD) ? close_punch() : 0;
}

/* --- operands --- */

static bool
refused(const void *in, uint32_t in_len, void *out, uint32_t out_len,
    uint32_t code, const void *addr)
{
	uint32_t before = fault.count;

	diag(DIAG_SPOOL_INPUT, in, in_len, out, out_len);
	return fault.count == before + 1 && fault.code == code &&
	    fault.addr == (uint32_t)(uintptr_t)addr &&
	    diag_block.cc == 0x55;
}

static int
operands(void)
{
	uint8_t *end = (uint8_t *)STORAGE, *in = (uint8_t *)&parm;

	parm = (struct diag_spool){ .vdev = RDR };
	CHECK(1, refused(in, sizeof parm - 1, NULL, 0,
	    MACHINE_PGM_SPECIFICATION, in));
	CHECK(2, refused(in + 4, sizeof parm, NULL, 0,
	    MACHINE_PGM_SPECIFICATION, in + 4));
	CHECK(3, refused(end - 8, sizeof parm, NULL, 0,
	    MACHINE_PGM_ADDRESSING, end - 8));
	CHECK(4, refused(in, sizeof parm, end - 8, 9,
	    MACHINE_PGM_ADDRESSING, end - 8));
	parm.flags = DIAG_SPOOL_EXACT; /* DESCRIBE's alone */
	CHECK(5, refused(in, sizeof parm, NULL, 0,
	    MACHINE_PGM_SPECIFICATION, in));
	parm = (struct diag_spool){ .vdev = RDR, .sub = 0x010 };
	CHECK(6, refused(in, sizeof parm, NULL, 0,
	    MACHINE_PGM_SPECIFICATION, in));
	parm = (struct diag_spool){ .vdev = RDR, .sub = DIAG_SPOOL_DESCRIBE,
		.flags = 4 };
	CHECK(7, refused(in, sizeof parm, NULL, 0,
	    MACHINE_PGM_SPECIFICATION, in));
	/* No reader there; none at all. */
	parm = (struct diag_spool){ .vdev = CONSOLE };
	diag(DIAG_SPOOL_INPUT, &parm, sizeof parm, NULL, 0);
	CHECK(8, ended(3, 4, 0));
	parm.vdev = 0x01D;
	diag(DIAG_SPOOL_INPUT, &parm, sizeof parm, NULL, 0);
	CHECK(9, ended(3, 4, 0));
	return 0;
}

static int
empty(void)
{
	CHECK(10, reads(sizeof buffer - 1, 2, 0, 0));
	CHECK(11, spool(DIAG_SPOOL_NEXT_PUN, 0, &file, sizeof file) == 2);
	CHECK(12, spool(DIAG_SPOOL_NEXT_PRT, 0, &file, sizeof file) == 2);
	CHECK(13, spool(DIAG_SPOOL_SELECT, 1, &file, sizeof file) == 2);
	CHECK(14, spool(DIAG_SPOOL_SELECT, 0, &file, sizeof file) == 2);
	CHECK(15, spool(DIAG_SPOOL_RESTART, 0, NULL, 0) == 2);
	CHECK(16, spool(DIAG_SPOOL_BACKSPACE, 0, NULL, 0) == 2);
	CHECK(17, describes(0, 0, 2) && describes(1, 0, 2));
	CHECK(18, describes(1, DIAG_SPOOL_EXACT, 2));
	/* The buffer is looked at before the queue. */
	spool(DIAG_SPOOL_DESCRIBE, 0, &file, sizeof file - 1);
	CHECK(19, ended(3, 16, sizeof file));
	return 0;
}

/* --- one file --- */

static int
records(void)
{
	uint32_t id;

	CHECK(20, punch('1', 80) && punch('2', 5) && punch('3', 80));
	id = close_punch();
	CHECK(21, id > 0 && describes(0, 0, 0) && file.spoolid == id);
	CHECK(22, file.records == 3 && file.bytes == 165 &&
	    file.device == SPOOL_ON_PUN && file.queue == SPOOL_RDR &&
	    file.active == 0);
	CHECK(23, describes(id, 0, 2) && describes(id, DIAG_SPOOL_EXACT, 0) &&
	    file.spoolid == id);
	CHECK(24, describes(id + 65536, DIAG_SPOOL_EXACT, 2));
	/* Whole records only. */
	CHECK(25, reads(0, 3, 16, CARD) && reads(CARD - 1, 3, 16, CARD));
	CHECK(26, reads(CARD + 8, 0, 0, CARD + 7));
	CHECK(27, is_record(0, '1', 80) && is_record(CARD, '2', 5));
	CHECK(28, reads(sizeof buffer - 1, 0, 0, CARD) &&
	    is_record(0, '3', 80));
	CHECK(29, reads(sizeof buffer - 1, 1, 0, 0));
	CHECK(30, describes(id, DIAG_SPOOL_EXACT, 0) && file.active == 1);
	/* Back, after its end too. */
	CHECK(31, spool(DIAG_SPOOL_RESTART, 0, NULL, 0) == 0);
	CHECK(32, reads(sizeof buffer - 1, 0, 0, 2 * CARD + 7) &&
	    is_record(CARD + 7, '3', 80));
	parm = (struct diag_spool){ .vdev = RDR, .count = 2,
		.sub = DIAG_SPOOL_BACKSPACE };
	diag(DIAG_SPOOL_INPUT, &parm, sizeof parm, NULL, 0);
	CHECK(33, ended(0, 0, 0) && reads(7, 0, 0, 7) &&
	    is_record(0, '2', 5));
	parm.count = 0xFFFFFFFF;
	parm.sub = DIAG_SPOOL_BACKSPACE;
	diag(DIAG_SPOOL_INPUT, &parm, sizeof parm, NULL, 0);
	CHECK(34, ended(0, 0, 0) && reads(CARD, 0, 0, CARD) &&
	    is_record(0, '1', 80));
	/* A channel program reads on where DIAGNOSE was, and the other way. */
	ccw_set(0, RDR_READ, line, 80, CCW_SLI);
	CHECK(35, run(RDR).unit == DONE && line[0] == '2');
	CHECK(36, reads(CARD, 0, 0, CARD) && is_record(0, '3', 80));
	/* Done with: not at its end, but at the READ after. */
	CHECK(37, reads(CARD, 1, 0, 0) &&
	    describes(id, DIAG_SPOOL_EXACT, 0));
	CHECK(38, reads(CARD, 2, 0, 0) && describes(0, 0, 2));
	return 0;
}

/* --- several --- */

static int
choice(void)
{
	uint32_t printed, first, second;

	first = card('a');
	CHECK(40, first > 0 && print('p') && print('q'));
	printed = close_printer();
	second = card('b');
	CHECK(41, printed > 0 && second > 0);
	CHECK(42, describes(0, 0, 0) && file.spoolid == first);
	CHECK(43, describes(first, 0, 0) && file.spoolid == printed &&
	    file.device == SPOOL_ON_PRT && file.records == 2);
	CHECK(44, describes(printed, 0, 0) && file.spoolid == second);
	CHECK(45, describes(second, 0, 2));
	/* The one before goes back as it was. */
	CHECK(46, spool(DIAG_SPOOL_NEXT_PRT, 0, &file, sizeof file) == 0 &&
	    ended(0, 0, sizeof file) && file.spoolid == printed);
	CHECK(47, reads(50, 0, 0, 46) && buffer[2] == PRT_WRITE_1 &&
	    buffer[3] == 'p' && buffer[25] == PRT_WRITE_1 &&
	    buffer[26] == 'q');
	CHECK(48, spool(DIAG_SPOOL_NEXT_PRT, 0, &file, sizeof file) == 2);
	CHECK(49, spool(DIAG_SPOOL_NEXT_PUN, 0, &file, sizeof file) == 0 &&
	    file.spoolid == first);
	CHECK(50, describes(printed, DIAG_SPOOL_EXACT, 0) && file.active == 0);
	CHECK(51, spool(DIAG_SPOOL_NEXT_PUN, 0, &file, sizeof file) == 0 &&
	    file.spoolid == second);
	CHECK(52, reads(CARD, 0, 0, CARD) && is_record(0, 'b', 80));
	/* From its beginning, also the one at hand. */
	CHECK(53, spool(DIAG_SPOOL_SELECT, second, &file, sizeof file) == 0 &&
	    reads(CARD, 0, 0, CARD) && is_record(0, 'b', 80));
	/* What cannot be had changes nothing. */
	CHECK(54, spool(DIAG_SPOOL_SELECT, 9998, &file, sizeof file) == 2 &&
	    spool(DIAG_SPOOL_RESTART, 0, NULL, 0) == 0 &&
	    reads(CARD, 0, 0, CARD) && is_record(0, 'b', 80));
	CHECK(55, spool(DIAG_SPOOL_SELECT, printed, &file, sizeof file) == 0 &&
	    reads(23, 0, 0, 23) && buffer[3] == 'p');
	/* All that is left; what was read to its end does not come back. */
	CHECK(56, reads(50, 0, 0, 23) && reads(50, 1, 0, 0));
	CHECK(57, spool(DIAG_SPOOL_NEXT_PUN, 0, &file, sizeof file) == 0 &&
	    describes(printed, DIAG_SPOOL_EXACT, 2) &&
	    reads(CARD, 0, 0, CARD) && is_record(0, 'a', 80) &&
	    reads(CARD, 1, 0, 0));
	CHECK(58, reads(CARD, 0, 0, CARD) && is_record(0, 'b', 80) &&
	    reads(CARD, 1, 0, 0));
	CHECK(59, reads(CARD, 2, 0, 0));
	return 0;
}

/* The reader's classes let this one not through; by its number it comes. */
static int
classes(void)
{
	uint32_t id;

	CHECK(80, punch('z', 80));
	id = last("CLOSE 00D CLASS Z");
	CHECK(81, id > 0 && reads(CARD, 2, 0, 0));
	CHECK(82, spool(DIAG_SPOOL_NEXT_PUN, 0, &file, sizeof file) == 2);
	CHECK(83, spool(DIAG_SPOOL_SELECT, id, &file, sizeof file) == 0 &&
	    reads(CARD, 0, 0, CARD) && is_record(0, 'z', 80));
	CHECK(84, cp("CLOSE 01C HOLD") == 0);
	CHECK(85, describes(id, DIAG_SPOOL_EXACT, 0) &&
	    file.attr.hold != 0 && file.active == 0);
	CHECK(86, spool(DIAG_SPOOL_SELECT, id, &file, sizeof file) == 2);
	CHECK(87, cp("DROP Z") == 0 && describes(id, DIAG_SPOOL_EXACT, 2));
	return 0;
}

/* A held one is passed over. */
static int
held(void)
{
	uint32_t id = card('h'), next;

	CHECK(130, id > 0 && reads(CARD, 0, 0, CARD) &&
	    cp("CLOSE 01C HOLD") == 0);
	CHECK(131, spool(DIAG_SPOOL_NEXT_PUN, 0, &file, sizeof file) == 2 &&
	    reads(CARD, 2, 0, 0));
	next = card('i');
	CHECK(132, next > 0 &&
	    spool(DIAG_SPOOL_NEXT_PUN, 0, &file, sizeof file) == 0 &&
	    file.spoolid == next);
	CHECK(133, cp("CLOSE 01C PURGE") == 0 && describes(0, 0, 0) &&
	    file.spoolid == id && cp("DROP A") == 0 && describes(0, 0, 2));
	return 0;
}

/* One file at a time, also if channel programs read on without an end. */
static int
one_by_one(void)
{
	uint32_t first = card('1'), second = card('2');

	CHECK(120, first > 0 && second > 0 && cp("SPOOL 01C CONT") == 0);
	CHECK(121, describes(0, DIAG_SPOOL_AT_HAND, 2));
	CHECK(122, reads(sizeof buffer - 1, 0, 0, CARD) &&
	    is_record(0, '1', 80) && reads(CARD, 1, 0, 0));
	CHECK(123, describes(0, DIAG_SPOOL_AT_HAND, 0) &&
	    file.spoolid == first);
	CHECK(124, reads(CARD, 0, 0, CARD) && is_record(0, '2', 80) &&
	    describes(0, DIAG_SPOOL_AT_HAND, 0) && file.spoolid == second);
	CHECK(125, describes(first, DIAG_SPOOL_EXACT, 2));
	CHECK(126, reads(CARD, 1, 0, 0) && reads(CARD, 2, 0, 0) &&
	    cp("SPOOL 01C NOCONT") == 0);
	return 0;
}

static int
not_ready(void)
{
	uint32_t id = card('n');

	CHECK(90, id > 0 && cp("NOTREADY 01C") == 0);
	CHECK(91, reads(CARD, 3, 8, 0));
	spool(DIAG_SPOOL_SELECT, id, &file, sizeof file);
	CHECK(92, ended(3, 8, 0));
	CHECK(93, cp("READY 01C") == 0 && reads(CARD, 0, 0, CARD));
	/* Away for a moment: the guest notices nothing. */
	CHECK(94, cp("DOWN") == 0 && cp("UP") == 0);
	CHECK(95, spool(DIAG_SPOOL_RESTART, 0, NULL, 0) == 0 &&
	    reads(CARD, 0, 0, CARD) && is_record(0, 'n', 80));
	CHECK(96, describes(id, DIAG_SPOOL_EXACT, 0) && file.active == 1);
	CHECK(97, reads(CARD, 1, 0, 0) && reads(CARD, 2, 0, 0));
	return 0;
}

/* One that was printed, behind more than vmspool tells at once. */
static int
queue(void)
{
	uint32_t id, before = 0;

	for (unsigned i = 0; i < QUEUE; i++)
		CHECK(60, punch('x', RDR_CARD) &&
		    cp("CLOSE 00D CLASS A") == 0);
	CHECK(61, print('y'));
	id = close_printer();
	CHECK(62, spool(DIAG_SPOOL_NEXT_PRT, 0, &file, sizeof file) == 0 &&
	    file.spoolid == id);
	for (unsigned i = 0; i <= QUEUE; i++) {
		CHECK(63, describes(before, 0, 0) && file.spoolid != before);
		before = file.spoolid;
	}
	CHECK(64, before == id && describes(before, 0, 2));
	CHECK(65, reads(50, 0, 0, 23) && reads(50, 1, 0, 0));
	for (unsigned i = 0; i < QUEUE; i++)
		CHECK(66, reads(CARD, 0, 0, CARD) && reads(CARD, 1, 0, 0));
	CHECK(67, reads(CARD, 2, 0, 0));
	return 0;
}

/* --- many cards --- */

static struct ccw chain[MANY] __attribute__((aligned(8)));
static uint32_t numbers[MANY];

static int
blocks(void)
{
	uint32_t next = 0;

	for (uint32_t i = 0; i < MANY; i++) {
		numbers[i] = i;
		chain[i] = (struct ccw){ .cmd = PUN_WRITE, .flags = CCW_CC,
			.count = i % 3 == 0 ? RDR_CARD : 4,
			.addr = (uint32_t)(uintptr_t)&numbers[i] };
	}
	chain[MANY - 1].flags = 0;
	CHECK(70, sio_at(PUN, (uint32_t)(uintptr_t)chain) == 0 &&
	    end_of(PUN).unit == DONE && close_punch() > 0);
	while (spool(DIAG_SPOOL_READ, 0, buffer, sizeof buffer) == 0) {
		uint32_t at = 0;

		while (at < diag_block.out_len) {
			uint32_t n;

			copy(&n, buffer + at + SPOOL_LENGTH, sizeof n);
			CHECK(71, n == next && buffer[at] ==
			    (n % 3 == 0 ? RDR_CARD : 4));
			at += SPOOL_LENGTH + buffer[at];
			next++;
		}
		CHECK(72, at == diag_block.out_len);
	}
	CHECK(73, next == MANY && ended(1, 0, 0));
	CHECK(74, reads(CARD, 2, 0, 0));
	return 0;
}

/* --- vmspool is away --- */

static bool
gone(char with)
{
	*(volatile uint32_t *)0x40000 = 1;
	return card(with) > 0 && cp("DOWN") == 0;
}

/* Somebody lets it come back, while the guest waits or is stopped. */
static int
away(void)
{
	CHECK(100, gone('w'));
	say("away");
	spool(DIAG_SPOOL_READ, 0, (void *)0x40010, 1000);
	*(volatile uint32_t *)0x40000 = 2;
	CHECK(101, ended(0, 0, CARD));
	copy(buffer, (void *)0x40010, CARD);
	CHECK(102, is_record(0, 'w', 80));
	return 0;
}

/* Nobody does: then the reader is not ready, until it is. */
static int
gone_long(void)
{
	CHECK(110, gone('l') && reads(CARD, 3, 8, 0));
	CHECK(111, cp("UP") == 0);
	CHECK(112, reads(CARD, 0, 0, CARD) && is_record(0, 'l', 80));
	return 0;
}

int
guest_test(void)
{
	static int (*const parts[])(void) = { operands, empty, records,
		choice, classes, held, one_by_one, not_ready, queue, blocks };

	if (low->parm_len > 0)
		return low->parm[0] == 'A' ? away() : gone_long();

	for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		int rc = parts[i]();

		if (rc != 0)
			return rc;
	}
	return 0;
}
