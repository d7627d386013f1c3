/* SPDX-License-Identifier: MIT
 *
 * full.c - DIAGNOSE 58 and 8C: the console's whole screen, and who has it.
 * PARM WAIT and GONE: the terminal does not answer before somebody has done
 * something to the machine; or the console goes.
 */
#include "guest.h"

#define DONE (UNIT_CHANNEL_END | UNIT_DEVICE_END)
#define CHECK_UNIT (DONE | UNIT_CHECK)

static struct diag_full full __attribute__((aligned(8)));
static uint8_t data[DSP_RECORD_MAX + 8] __attribute__((aligned(8)));

/* Its condition code. */
static uint32_t
give(uint8_t op, uint8_t command, const void *at, uint32_t len)
{
	full = (struct diag_full){ .vdev = CONSOLE, .op = op,
		.command = command, .data = (uint32_t)(uintptr_t)at,
		.data_len = len, .unit = 0xEE, .sense = { 0xEE } };
	diag(DIAG_FULL_SCREEN, &full, sizeof full, NULL, 0);
	return diag_block.cc;
}

static uint32_t
put(uint8_t command, const char *text)
{
	return give(DIAG_FULL_WRITE, command, text, length(text));
}

static uint32_t
get(uint8_t command, uint32_t room)
{
	fill(data, 0xEE, room + 8);
	return give(DIAG_FULL_READ, command, data, room);
}

static bool
ended(uint8_t unit, uint8_t sense0)
{
	return full.unit == unit && full.sense[0] == sense0 &&
	    full.sense[1] == 0;
}

/* One more status of the console's own, this one. */
static bool
told(uint8_t unit)
{
	uint32_t before = io.count;

	wait_interrupt();
	return io.count == before + 1 && io.vdev == CONSOLE &&
	    io.csw.unit == unit;
}

static bool
wrote(const char *hex)
{
	char text[80];

	fill(text, 0, sizeof text);
	cp_answer("WROTE 9", text, sizeof text);
	return same(text, hex, length(hex) + 1);
}

static uint32_t
sum(const uint8_t *bytes, uint32_t n, uint32_t from)
{
	while (n-- > 0)
		from = from * 31 + *bytes++;
	return from & 0xFFFFFF;
}

static int
sizes(void)
{
	struct diag_screen s;

	/* Nobody is there. */
	diag(DIAG_SCREEN_SIZE, NULL, 0, &s, sizeof s);
	CHECK(1, diag_block.cc == 1 && diag_block.out_len == 0);
	CHECK(2, put(DSP_ERASE_WRITE, "\xC3" "A") == 1 &&
	    ended(CHECK_UNIT, SENSE_INTERVENTION));
	CHECK(3, get(DSP_READ_MODIFIED, 80) == 1 &&
	    ended(CHECK_UNIT, SENSE_INTERVENTION));
	/* One comes who can show no screens; who was refused hears of him. */
	CHECK(4, cp("SCREEN 9 24 80 1") == 0);
	CHECK(5, told(UNIT_ATTENTION | UNIT_DEVICE_END));
	diag(DIAG_SCREEN_SIZE, NULL, 0, &s, sizeof s);
	CHECK(6, diag_block.cc == 2 && diag_block.out_len == 0);
	CHECK(7, get(DSP_READ_MODIFIED, 80) == 1 && ended(DSP_UNIT_LOST, 0));
	CHECK(8, put(DSP_ERASE_WRITE, "\xC3" "A") == 1 &&
	    ended(CHECK_UNIT, SENSE_COMMAND_REJECT));
	CHECK(9, get(DSP_READ_BUFFER, 80) == 1 && ended(DSP_UNIT_LOST, 0));
	/* One who can: nobody was refused, so nothing is heard. */
	CHECK(10, cp("SCREEN 9 43 80 4") == 0);
	CHECK(11, tio(CONSOLE) == 0);
	diag(DIAG_SCREEN_SIZE, NULL, 0, &s, sizeof s);
	CHECK(12, diag_block.cc == 0 && diag_block.out_len == sizeof s);
	CHECK(13, s.rows == 43 && s.cols == 80 && s.flags == 0 &&
	    s.zero[0] == 0);
	CHECK(14, cp("SCREEN 9 62 160 F") == 0);
	diag(DIAG_SCREEN_SIZE, NULL, 0, &s, sizeof s);
	CHECK(15, s.rows == 62 && s.cols == 160 &&
	    s.flags == (DIAG_SCREEN_COLOR | DIAG_SCREEN_HIGHLIGHT));
	CHECK(16, tio(CONSOLE) == 0);
	CHECK(17, cp("WRITES 9") == 0 && cp("READS 9") == 0);
	return 0;
}

static int
first_erases(void)
{
	static const uint8_t commands[] = { DSP_WRITE,
		DSP_ERASE_ALL_UNPROTECTED, DSP_WRITE_STRUCTURED };

	for (unsigned i = 0; i < sizeof commands; i++) {
		CHECK(20, put(commands[i], "\xC3") == 1 &&
		    ended(DSP_UNIT_LOST, 0));
		CHECK(21, full.data_len == 1);
	}
	CHECK(22, get(DSP_READ_BUFFER, 80) == 1 && ended(DSP_UNIT_LOST, 0));
	CHECK(23, get(DSP_READ_MODIFIED, 80) == 1 && ended(DSP_UNIT_LOST, 0) &&
	    full.data_len == 0 && data[0] == 0xEE);
	/* A key of before is none of the guest's. */
	CHECK(24, cp("KEY 9 7D4040") == 0 && tio(CONSOLE) == 0);
	CHECK(25, get(DSP_READ_MODIFIED, 80) == 1);
	CHECK(26, cp("WRITES 9") == 0 && cp("READS 9") == 0);
	CHECK(27, put(DSP_ERASE_WRITE, "\xC3ONE") == 0 && ended(DONE, 0));
	CHECK(28, cp("WRITES 9") == 1 && wrote("F5C34F4E45"));
	CHECK(29, put(DSP_WRITE, "\xC2" "B") == 0 && wrote("F1C242"));
	CHECK(30, put(DSP_ERASE_WRITE_ALTERNATE, "\xC3" "C") == 0 &&
	    wrote("7EC343"));
	CHECK(31, put(DSP_ERASE_ALL_UNPROTECTED, "") == 0 && wrote("6F"));
	CHECK(32, give(DIAG_FULL_WRITE, DSP_WRITE_STRUCTURED,
	    "\x00\x05\x01\xFF\x02", 5) == 0 && wrote("F3000501FF02"));
	CHECK(33, put(DSP_WRITE, "") == 0 && wrote("F1"));
	CHECK(34, put(DSP_ERASE_WRITE, "") == 0 && wrote("F5"));
	CHECK(36, get(DSP_READ_MODIFIED, 80) == 2 && full.unit == 0 &&
	    full.data_len == 0 && data[0] == 0xEE);
	CHECK(35, cp("ENDS 9") == 0 && cp("DOUBLED 9") == 0);
	return 0;
}

/* An erase in structured fields is one. */
static int
fields(void)
{
	CHECK(40, cp("LOSE 9") == 0 && told(UNIT_ATTENTION));
	/* A query alone is none, nor what is no field. */
	CHECK(41, give(DIAG_FULL_WRITE, DSP_WRITE_STRUCTURED,
	    "\x00\x05\x01\xFF\x02", 5) == 1 && ended(DSP_UNIT_LOST, 0));
	CHECK(42, give(DIAG_FULL_WRITE, DSP_WRITE_STRUCTURED,
	    "\x00\x01\x40", 3) == 1);
	CHECK(43, give(DIAG_FULL_WRITE, DSP_WRITE_STRUCTURED,
	    "\x00\x09\x40\x00\xF5", 5) == 1);
	CHECK(44, give(DIAG_FULL_WRITE, DSP_WRITE_STRUCTURED, "", 0) == 1);
	CHECK(45, give(DIAG_FULL_WRITE, DSP_WRITE_STRUCTURED,
	    "\x00\x06\x40\x00\xF1\xC3", 6) == 1);
	CHECK(46, give(DIAG_FULL_WRITE, DSP_WRITE_STRUCTURED,
	    "\x00\x06\x40\x00\xF5\xC3", 6) == 0);
	CHECK(47, put(DSP_WRITE, "\xC3") == 0);
	CHECK(48, cp("LOSE 9") == 0 && told(UNIT_ATTENTION));
	CHECK(49, give(DIAG_FULL_WRITE, DSP_WRITE_STRUCTURED,
	    "\x00\x04\x03\x00\x00\x00\x40\x00\x7E", 9) == 0);
	return 0;
}

static int
keys(void)
{
	static const char aids[] = "7D" "F1F2F3F4F5F6F7F8F97A7B7C"
	    "C1C2C3C4C5C6C7C8C94A4B4C" "6C6E6B" "6D" "F0" "88";
	char key[] = "KEY 9 ..4040114040C1";
	uint8_t aid;

	for (unsigned i = 0; aids[i] != '\0'; i += 2) {
		key[6] = aids[i];
		key[7] = aids[i + 1];
		CHECK(60, cp(key) == 0);
		CHECK(61, told(UNIT_ATTENTION));
		CHECK(62, get(DSP_READ_MODIFIED, 80) == 0 && ended(DONE, 0));
		CHECK(63, full.data_len == 7 &&
		    same(data + 1, "\x40\x40\x11\x40\x40\xC1\xEE", 7));
		aid = (uint8_t)((aids[i] - (aids[i] > '9' ? '7' : '0')) * 16 +
		    aids[i + 1] - (aids[i + 1] > '9' ? '7' : '0'));
		CHECK(64, data[0] == aid);
		CHECK(65, get(DSP_READ_MODIFIED, 80) == 2);
	}
	/* Who asks before he is told need not be told. */
	CHECK(66, cp("KEY 9 7DC1C2") == 0);
	CHECK(67, get(DSP_READ_MODIFIED, 80) == 0 && tio(CONSOLE) == 0);
	/* The newer of two, and a query's answer beside it. */
	CHECK(68, cp("KEY 9 F14040") == 0 && cp("KEY 9 88000481") == 0 &&
	    cp("KEY 9 F24040") == 0);
	CHECK(69, told(UNIT_ATTENTION));
	CHECK(70, get(DSP_READ_MODIFIED, 80) == 0 && data[0] == 0x88);
	CHECK(71, told(UNIT_ATTENTION));
	CHECK(72, get(DSP_READ_MODIFIED, 80) == 0 && data[0] == 0xF2);
	CHECK(73, tio(CONSOLE) == 0 && get(DSP_READ_MODIFIED, 80) == 2);
	/* Less room than there is to read; none. */
	CHECK(74, cp("KEY 9 7D0102030405") == 0 && told(UNIT_ATTENTION));
	CHECK(75, get(DSP_READ_MODIFIED, 3) == 0 && full.data_len == 6);
	CHECK(76, same(data, "\x7D\x01\x02\xEE", 4));
	CHECK(77, get(DSP_READ_MODIFIED, 0) == 2 &&
	    cp("KEY 9 7D0102030405") == 0 && told(UNIT_ATTENTION));
	CHECK(78, get(DSP_READ_MODIFIED, 0) == 0 && full.data_len == 0 &&
	    data[0] == 0xEE && get(DSP_READ_MODIFIED, 80) == 0 &&
	    full.data_len == 6 && get(DSP_READ_MODIFIED, 0) == 2);
	/* A record without a byte is none. */
	CHECK(79, cp("KEY 9") == 0 && tio(CONSOLE) == 0);
	/* The attention key of CP brings nothing to read. */
	CHECK(80, cp("ATTN 0") == 0 && told(UNIT_ATTENTION));
	CHECK(81, get(DSP_READ_MODIFIED, 80) == 2);
	/* It comes while nobody runs. */
	CHECK(82, cp("SOON KEY 9 F34040") == 0 && told(UNIT_ATTENTION));
	CHECK(83, get(DSP_READ_MODIFIED, 80) == 0 && data[0] == 0xF3);
	return 0;
}

static int
asks(void)
{
	CHECK(90, cp("REPLY 9 60C1C2F0F1F2") == 0);
	CHECK(91, get(DSP_READ_BUFFER, 80) == 0 && full.data_len == 6);
	CHECK(92, same(data, "\x60\xC1\xC2\xF0\xF1\xF2\xEE", 7) &&
	    wrote("F2"));
	CHECK(93, get(DSP_READ_MODIFIED_ALL, 2) == 0 && full.data_len == 6);
	CHECK(94, same(data, "\x60\xC1\xEE", 3) && wrote("6E"));
	/* A key that waits goes on waiting. */
	CHECK(95, cp("KEY 9 7D4040") == 0 && told(UNIT_ATTENTION));
	CHECK(96, get(DSP_READ_BUFFER, 80) == 0 && data[0] == 0x60);
	CHECK(97, get(DSP_READ_MODIFIED, 80) == 0 && data[0] == 0x7D);
	CHECK(98, cp("READS 9") == 3);
	/* An answer without a byte. */
	CHECK(99, cp("REPLY 9") == 0 && get(DSP_READ_BUFFER, 80) == 0 &&
	    full.data_len == 0 && data[0] == 0xEE);
	/* The longest there are, both ways. */
	CHECK(100, cp("REPLY 9 x57344") == 0);
	CHECK(101, get(DSP_READ_BUFFER, DSP_RECORD_MAX) == 0 &&
	    full.data_len == 57344);
	CHECK(102, data[0] == 0 && data[1] == 7 && data[256] == 1 &&
	    data[DSP_RECORD_MAX] == 0xEE);
	data[0] = 0xC3;
	CHECK(103, give(DIAG_FULL_WRITE, DSP_ERASE_WRITE, data,
	    DSP_RECORD_MAX) == 0);
	CHECK(104, cp("WROTE 9") == 57344);
	CHECK(105, (uint32_t)cp("SUM 9") == sum(data, DSP_RECORD_MAX, 0xF5));
	/* The very end of storage. */
	copy((void *)(STORAGE - 4), "\xC3" "END", 4);
	CHECK(106, give(DIAG_FULL_WRITE, DSP_WRITE, (void *)(STORAGE - 4),
	    4) == 0 && wrote("F1C3454E44"));
	CHECK(107, cp("REPLY 9 60F1F2F3") == 0 && give(DIAG_FULL_READ,
	    DSP_READ_BUFFER, (void *)(STORAGE - 3), 3) == 0);
	CHECK(108, same((void *)(STORAGE - 3), "\x60\xF1\xF2", 3));
	return 0;
}

/* What the terminal does not do, and how the guest reads that. */
static int
failures(void)
{
	static const struct {
		const char *fail;
		uint8_t unit, sense;
	} rows[] = {
		/* EINVAL EMSGSIZE ENODEV ENOTCONN EIO */
		{ "FAIL 9 22", CHECK_UNIT, SENSE_DATA_CHECK },
		{ "FAIL 9 90", CHECK_UNIT, SENSE_DATA_CHECK },
		{ "FAIL 9 19", CHECK_UNIT, SENSE_COMMAND_REJECT },
		{ "FAIL 9 107", CHECK_UNIT, SENSE_INTERVENTION },
		{ "FAIL 9 5", CHECK_UNIT, SENSE_EQUIPMENT },
	};

	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		CHECK(110, cp(rows[i].fail) == 0);
		CHECK(111, put(DSP_WRITE, "\xC3" "BAD") == 1 &&
		    ended(rows[i].unit, rows[i].sense));
		CHECK(112, cp(rows[i].fail) == 0);
		CHECK(113, get(DSP_READ_BUFFER, 80) == 1 &&
		    ended(rows[i].unit, rows[i].sense) &&
		    full.data_len == 0 && data[0] == 0xEE);
	}
	CHECK(114, put(DSP_WRITE, "\xC3") == 0);
	/* Who was refused for want of a terminal hears of the next one. */
	CHECK(121, cp("SCREEN 9 24 80 7") == 0);
	CHECK(122, told(UNIT_ATTENTION | UNIT_DEVICE_END));
	CHECK(123, put(DSP_ERASE_WRITE, "\xC3") == 0);
	/* An erase that was refused makes nothing the guest's. */
	CHECK(115, cp("LOSE 9") == 0 && told(UNIT_ATTENTION));
	CHECK(116, cp("FAIL 9 22") == 0 && put(DSP_ERASE_WRITE, "\xC3") == 1 &&
	    ended(CHECK_UNIT, SENSE_DATA_CHECK));
	CHECK(117, put(DSP_WRITE, "\xC3") == 1 && ended(DSP_UNIT_LOST, 0));
	CHECK(118, put(DSP_ERASE_WRITE, "\xC3") == 0);
	/* Answers to what was not asked. */
	CHECK(119, cp("STALE 9") == 0 && tio(CONSOLE) == 0);
	CHECK(120, get(DSP_READ_MODIFIED, 80) == 2);
	return 0;
}

static int
losses(void)
{
	/* It is so until it is erased. */
	CHECK(130, cp("LOSE 9") == 0 && cp("LOSE 9") == 0);
	CHECK(131, told(UNIT_ATTENTION));
	CHECK(132, get(DSP_READ_MODIFIED, 80) == 1 &&
	    ended(DSP_UNIT_LOST, 0));
	CHECK(133, get(DSP_READ_MODIFIED, 80) == 1 && tio(CONSOLE) == 0);
	CHECK(134, put(DSP_WRITE, "\xC3") == 1 && ended(DSP_UNIT_LOST, 0));
	CHECK(135, put(DSP_ERASE_WRITE, "\xC3") == 0);
	/* A key that nobody read is lost with the screen. */
	CHECK(136, cp("KEY 9 7D4040") == 0 && cp("LOSE 9") == 0);
	CHECK(137, told(UNIT_ATTENTION));
	CHECK(138, get(DSP_READ_MODIFIED, 80) == 1 && ended(DSP_UNIT_LOST, 0));
	CHECK(139, put(DSP_ERASE_WRITE, "\xC3") == 0 &&
	    get(DSP_READ_MODIFIED, 80) == 2);
	/* Another size: the write says so to who does not look; then he has
	 * painted it before he is told. */
	CHECK(140, cp("SCREEN 9 32 80 7") == 0);
	CHECK(141, put(DSP_WRITE, "\xC3") == 1 && ended(DSP_UNIT_LOST, 0));
	CHECK(142, get(DSP_READ_MODIFIED, 80) == 1 && ended(DSP_UNIT_LOST, 0));
	CHECK(143, put(DSP_ERASE_WRITE_ALTERNATE, "\xC3") == 0 &&
	    tio(CONSOLE) == 0 && get(DSP_READ_MODIFIED, 80) == 2);
	/* The user goes; his terminal, and he, come back. */
	CHECK(144, cp("UNSCREEN 9") == 0 && told(UNIT_ATTENTION));
	CHECK(145, get(DSP_READ_MODIFIED, 80) == 1 && ended(DSP_UNIT_LOST, 0));
	CHECK(146, put(DSP_ERASE_WRITE, "\xC3") == 1 &&
	    ended(CHECK_UNIT, SENSE_INTERVENTION));
	CHECK(147, tio(CONSOLE) == 0);
	CHECK(148, cp("SOON SCREEN 9 24 80 7") == 0);
	CHECK(149, told(UNIT_ATTENTION | UNIT_DEVICE_END));
	CHECK(150, get(DSP_READ_MODIFIED, 80) == 1 && ended(DSP_UNIT_LOST, 0));
	CHECK(151, put(DSP_ERASE_WRITE, "\xC3") == 0);
	/* So quickly that nobody noticed. */
	CHECK(152, cp("UNSCREEN 9") == 0 && cp("SCREEN 9 24 80 7") == 0);
	CHECK(153, told(UNIT_ATTENTION) && tio(CONSOLE) == 0);
	CHECK(154, put(DSP_ERASE_WRITE, "\xC3") == 0);
	/* He goes while something is asked. */
	CHECK(155, cp("MUTE 9") == 0 && cp("SOON UNSCREEN 9") == 0);
	CHECK(156, get(DSP_READ_BUFFER, 80) == 1 &&
	    ended(CHECK_UNIT, SENSE_INTERVENTION));
	CHECK(157, cp("ANSWER 9") == 0 && cp("SCREEN 9 24 80 7") == 0);
	CHECK(158, told(UNIT_ATTENTION | UNIT_DEVICE_END));
	CHECK(159, cp("ENDS 9") == 0 && cp("DOUBLED 9") == 0);
	return 0;
}

static int
lines(void)
{
	uint32_t ends = (uint32_t)cp("ENDS 9");

	CHECK(170, put(DSP_ERASE_WRITE, "\xC3") == 0);
	/* A line ends it, without a word. */
	say("LINE");
	CHECK(171, cp("SAID LINE") == 0 && (uint32_t)cp("ENDS 9") == ends + 1);
	CHECK(172, tio(CONSOLE) == 0);
	CHECK(173, put(DSP_WRITE, "\xC3") == 1 && ended(DSP_UNIT_LOST, 0));
	CHECK(174, get(DSP_READ_MODIFIED, 80) == 2);
	say("LINE");
	CHECK(175, (uint32_t)cp("ENDS 9") == ends + 1);
	/* So does a read, of a line that is there or is not. */
	CHECK(176, put(DSP_ERASE_WRITE, "\xC3") == 0 && cp("CON typed") == 0);
	CHECK(177, cp("KEY 9 7D4040") == 0 && told(UNIT_ATTENTION));
	CHECK(178, get(DSP_READ_MODIFIED, 80) == 0 && told(UNIT_ATTENTION));
	ccw_set(0, CON_READ, data, 80, CCW_SLI);
	CHECK(179, run(CONSOLE).unit == DONE && same(data, "typed", 5));
	CHECK(180, (uint32_t)cp("ENDS 9") == ends + 2);
	CHECK(181, put(DSP_ERASE_WRITE, "\xC3") == 0);
	CHECK(182, cp("LATER soon") == 0 && run(CONSOLE).unit == DONE);
	CHECK(183, same(data, "soon", 4) &&
	    (uint32_t)cp("ENDS 9") == ends + 3);
	CHECK(184, put(DSP_WRITE, "\xC3") == 1 && ended(DSP_UNIT_LOST, 0));
	/* A key that comes for the line is none. */
	CHECK(185, cp("KEY 9 7D4040") == 0 && tio(CONSOLE) == 0);
	return 0;
}

static int
refused(void)
{
	static struct diag_full good = { .op = DIAG_FULL_READ,
		.command = DSP_READ_MODIFIED };
	uint32_t at = (uint32_t)(uintptr_t)&full;
	uint32_t before;

	/* The console under no address; another's. */
	full = good;
	diag(DIAG_FULL_SCREEN, &full, sizeof full, NULL, 0);
	CHECK(190, diag_block.cc == 2);
	full.vdev = TIMER;
	diag(DIAG_FULL_SCREEN, &full, sizeof full, NULL, 0);
	CHECK(191, diag_block.cc == 3);
	full.vdev = 0x777;
	diag(DIAG_FULL_SCREEN, &full, sizeof full, NULL, 0);
	CHECK(192, diag_block.cc == 3);
	/* Blocks that are none. */
	before = fault.count;
	for (uint32_t i = 1; i < 8; i++)
		diag(DIAG_FULL_SCREEN, (void *)(at + i), sizeof full, NULL, 0);
	CHECK(193, fault.count == before + 7 &&
	    fault.code == MACHINE_PGM_SPECIFICATION && fault.addr == at + 7);
	for (uint32_t i = 0; i < 48; i++)
		if (i != sizeof full)
			diag(DIAG_FULL_SCREEN, &full, i, NULL, 0);
	CHECK(194, fault.count == before + 54 &&
	    fault.code == MACHINE_PGM_SPECIFICATION);
	diag(DIAG_FULL_SCREEN, (void *)(STORAGE - 16), sizeof full, NULL, 0);
	CHECK(195, fault.count == before + 55 &&
	    fault.code == MACHINE_PGM_ADDRESSING &&
	    fault.addr == STORAGE - 16);
	/* Operations and commands that are none. */
	before = fault.count;
	for (unsigned op = 0; op < 256; op++) {
		full = good;
		full.op = (uint8_t)op;
		if (op != DIAG_FULL_READ)
			diag(DIAG_FULL_SCREEN, &full, sizeof full, NULL, 0);
	}
	CHECK(196, fault.count == before + 255);
	before = fault.count;
	for (unsigned command = 0; command < 256; command++) {
		full = good;
		full.command = (uint8_t)command;
		diag(DIAG_FULL_SCREEN, &full, sizeof full, NULL, 0);
		full.op = DIAG_FULL_WRITE;
		diag(DIAG_FULL_SCREEN, &full, sizeof full, NULL, 0);
	}
	CHECK(197, fault.count == before + 512 - 8 &&
	    fault.code == MACHINE_PGM_SPECIFICATION);
	before = fault.count;
	for (unsigned i = 0; i < sizeof full.zero; i++) {
		full = good;
		full.zero[i] = 1;
		diag(DIAG_FULL_SCREEN, &full, sizeof full, NULL, 0);
	}
	CHECK(198, fault.count == before + sizeof full.zero);
	full = good;
	full.data_len = DSP_RECORD_MAX + 1;
	diag(DIAG_FULL_SCREEN, &full, sizeof full, NULL, 0);
	CHECK(199, fault.count == before + sizeof full.zero + 1 &&
	    fault.code == MACHINE_PGM_SPECIFICATION);
	full.data_len = 4;
	full.data = STORAGE - 3;
	diag(DIAG_FULL_SCREEN, &full, sizeof full, NULL, 0);
	CHECK(200, fault.count == before + sizeof full.zero + 2 &&
	    fault.code == MACHINE_PGM_ADDRESSING &&
	    fault.addr == STORAGE - 3);
	full.data = 0xFFFFFFFD;
	diag(DIAG_FULL_SCREEN, &full, sizeof full, NULL, 0);
	CHECK(201, fault.count == before + sizeof full.zero + 3 &&
	    fault.code == MACHINE_PGM_ADDRESSING);
	return 0;
}

#define MARK (*(volatile uint32_t *)0x40000) /* for who looks from outside */

/* The attention key was pressed meanwhile. */
static int
waits(void)
{
	CHECK(210, cp("SCREEN 9 24 80 7") == 0 && cp("MUTE 9") == 0 &&
	    cp("REPLY 9 60C1C2") == 0);
	cp("SOON ANSWER 9");
	CHECK(211, put(DSP_ERASE_WRITE, "\xC3") == 0 && cp("MUTE 9") == 0);
	MARK = 0;
	CHECK(212, get(DSP_READ_BUFFER, 80) == 0 && full.data_len == 3 &&
	    same(data, "\x60\xC1\xC2\xEE", 4));
	MARK = 1;
	CHECK(213, told(UNIT_ATTENTION));
	CHECK(214, get(DSP_READ_MODIFIED, 80) == 2);
	return 0;
}

/* One outstanding, whatever the guest does; then its console is detached. */
static int
gone(void)
{
	CHECK(220, cp("SCREEN 9 24 80 7") == 0 &&
	    put(DSP_ERASE_WRITE, "\xC3") == 0 && cp("MUTE 9") == 0);
	CHECK(221, put(DSP_WRITE, "\xC2") == 3);
	return 0;
}

static int
parm(void)
{
	return same((const char *)low->parm, "WAIT", 4) ? waits() : gone();
}

int
guest_test(void)
{
	static int (*const parts[])(void) = { sizes, first_erases, fields,
		keys, asks, failures, losses, lines, refused };
	int rc = 0;

	if (low->parm_len > 0)
		return parm();
	for (unsigned i = 0; i < sizeof parts / sizeof parts[0] && rc == 0;
	     i++)
		rc = parts[i]();
	return rc;
}
