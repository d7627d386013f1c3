/* SPDX-License-Identifier: MIT
 *
 * display.c - 3270 displays by channel programs: two that terminals DIAL, and
 * (PARM CONSOLE) the machine's console in CONMODE 3270.
 */
#include "guest.h"

#define DONE (UNIT_CHANNEL_END | UNIT_DEVICE_END)
#define CHECK_UNIT (DONE | UNIT_CHECK)
#define OTHER 0x021u

static uint32_t at = 0x020; /* the display that is tried */
static uint8_t data[65536] __attribute__((aligned(8)));

/* "NAME vdev what there is" for the terminal. */
static int
terminal(const char *name, const char *what)
{
	char line[DIAG_COMMAND_MAX];
	size_t n = length(name);

	copy(line, name, n);
	line[n++] = ' ';
	line[n++] = '0';
	line[n++] = at == CONSOLE ? '0' : '2';
	line[n++] = "0123456789"[at % 16];
	line[n++] = ' ';
	copy(line + n, what, length(what) + 1);
	return cp(line);
}

/* The program at ccw_at(0), to its device end. */
static struct csw
whole(void)
{
	struct csw csw = run(at), end;

	if (csw.unit != UNIT_CHANNEL_END)
		return csw;
	end = end_of(at);
	csw.unit |= end.unit;
	return csw;
}

static struct csw
put(uint8_t command, const char *text, uint16_t len)
{
	ccw_set(0, command, text, len, 0);
	return whole();
}

static struct csw
get(uint8_t command, uint16_t room, uint8_t flags)
{
	fill(data, 0xEE, room + 8u);
	ccw_set(0, command, data, room, flags);
	return whole();
}

static bool
told(uint32_t vdev, uint8_t unit)
{
	uint32_t before = io.count;

	wait_interrupt();
	return io.count == before + 1 && io.vdev == vdev &&
	    io.csw.unit == unit;
}

static bool
wrote(const char *hex)
{
	char text[80], ask[] = "WROTE 000";

	ask[7] = at == CONSOLE ? '0' : '2';
	ask[8] = "0123456789"[at % 16];
	fill(text, 0, sizeof text);
	cp_answer(ask, text, sizeof text);
	return same(text, hex, length(hex) + 1);
}

/* The screen is the guest's again. */
static bool
again(void)
{
	while (tio(at) == 1)
		;
	return put(DSP_ERASE_WRITE, "\xC3", 1).unit == DONE;
}

static int
nobody(void)
{
	static const uint8_t sense_id[7] = { 0xFF, 0x32, 0x74, 0x1D, 0x32,
		0x78, 0x02 };

	CHECK(1, get(CMD_SENSE_ID, 7, 0).unit == DONE &&
	    same(data, sense_id, 7));
	CHECK(2, put(CMD_NOP, "", 1).unit == DONE &&
	    put(DSP_SELECT, "", 1).unit == DONE);
	CHECK(3, put(DSP_ERASE_WRITE, "\xC3", 1).unit == CHECK_UNIT &&
	    sense(at) == SENSE_INTERVENTION << 8);
	CHECK(4, get(DSP_READ_MODIFIED, 80, CCW_SLI).unit == CHECK_UNIT &&
	    sense(at) == SENSE_INTERVENTION << 8);
	CHECK(5, put(DSP_ERASE_ALL_UNPROTECTED, "", 1).unit == CHECK_UNIT &&
	    sense(at) == SENSE_INTERVENTION << 8);
	for (unsigned command = 0; command < 256; command++) {
		static const uint8_t known[] = { DSP_WRITE, DSP_READ_BUFFER,
			CMD_NOP, CMD_SENSE, DSP_ERASE_WRITE, DSP_READ_MODIFIED,
			DSP_SELECT, DSP_ERASE_WRITE_ALTERNATE,
			DSP_READ_MODIFIED_ALL, DSP_ERASE_ALL_UNPROTECTED,
			DSP_WRITE_STRUCTURED, CMD_SENSE_ID };
		bool is = (command & 15) == CMD_TIC || (command & 15) == 0;

		for (unsigned i = 0; i < sizeof known; i++)
			is = is || known[i] == command;
		if (!is)
			CHECK(6, put((uint8_t)command, "\xC3", 1).unit ==
			    CHECK_UNIT && sense(at) ==
			    SENSE_COMMAND_REJECT << 8);
	}
	CHECK(7, terminal("WRITES", "") == 0 && terminal("READS", "") == 0);
	/* A terminal that shows lines, and one that is a 3270. */
	CHECK(8, terminal("SCREEN", "24 80 0") == 0 &&
	    told(at, UNIT_ATTENTION | UNIT_DEVICE_END));
	CHECK(9, get(DSP_READ_BUFFER, 80, CCW_SLI).unit == DSP_UNIT_LOST);
	CHECK(10, put(DSP_ERASE_WRITE, "\xC3", 1).unit == CHECK_UNIT &&
	    sense(at) == SENSE_COMMAND_REJECT << 8);
	CHECK(11, terminal("UNSCREEN", "") == 0 && tio(at) == 0);
	CHECK(12, terminal("SOON SCREEN", "43 80 7") == 0 &&
	    told(at, UNIT_ATTENTION | UNIT_DEVICE_END));
	return 0;
}

static int
writes(void)
{
	/* It may be asked what it is; nothing else before an erase. */
	CHECK(20, put(DSP_WRITE_STRUCTURED, "\x00\x05\x01\xFF\x02", 5).unit ==
	    DONE && wrote("F3000501FF02"));
	CHECK(21, put(DSP_WRITE, "\xC3", 1).unit == DSP_UNIT_LOST &&
	    sense(at) == 0);
	CHECK(22, put(DSP_ERASE_ALL_UNPROTECTED, "", 1).unit == DSP_UNIT_LOST);
	CHECK(23, terminal("WRITES", "") == 1);
	CHECK(24, put(DSP_ERASE_WRITE, "\xC3" "A", 2).unit == DONE &&
	    wrote("F5C341"));
	CHECK(25, put(DSP_WRITE, "\xC2" "BC", 3).unit == DONE &&
	    wrote("F1C24243"));
	CHECK(26, put(DSP_ERASE_WRITE_ALTERNATE, "\xC3", 1).unit == DONE &&
	    wrote("7EC3"));
	CHECK(27, put(DSP_ERASE_ALL_UNPROTECTED, "zzz", 3).unit == DONE &&
	    wrote("6F"));
	CHECK(28, put(DSP_WRITE_STRUCTURED, "\x00\x04\x0F\x10", 4).unit ==
	    DONE && wrote("F300040F10"));
	/* A chain, and one whose middle fails. */
	ccw_set(0, DSP_ERASE_WRITE, "\xC3", 1, CCW_CC);
	ccw_set(1, DSP_WRITE, "\xC2X", 2, CCW_CC);
	ccw_set(2, DSP_ERASE_ALL_UNPROTECTED, "", 1, CCW_CC);
	ccw_set(3, DSP_SELECT, "", 1, CCW_CC);
	ccw_set(4, DSP_WRITE, "\xC2Y", 2, 0);
	CHECK(29, whole().unit == DONE && wrote("F1C259"));
	CHECK(30, terminal("WRITES", "") == 10);
	CHECK(31, terminal("FAIL", "22") == 0);
	ccw_set(0, DSP_WRITE, "\xC2X", 2, CCW_CC);
	ccw_set(1, DSP_WRITE, "\xC2Z", 2, 0);
	CHECK(32, whole().unit == CHECK_UNIT &&
	    sense(at) == SENSE_DATA_CHECK << 8);
	CHECK(33, wrote("F1C258") && terminal("WRITES", "") == 11);
	/* Data in pieces; its length. */
	ccw_set(0, DSP_WRITE, "\xC2", 1, CCW_CD);
	ccw_set(1, 0, "ABC", 3, CCW_CD);
	ccw_set(2, 0, "DE", 2, 0);
	CHECK(34, whole().unit == DONE && wrote("F1C24142434445"));
	/* Outside storage nothing of it is shown. */
	ccw_set(0, DSP_WRITE, (void *)(STORAGE - 2), 3, 0);
	CHECK(35, whole().chan == CHAN_PROGRAM_CHECK);
	ccw_set(0, DSP_WRITE, "\xC2", 1, CCW_CD);
	ccw_set(1, 0, "A", 0, 0);
	CHECK(36, whole().chan == CHAN_PROGRAM_CHECK);
	CHECK(37, terminal("WRITES", "") == 12);
	/* The longest, in one piece and in two; and too long. */
	for (unsigned i = 0; i < DSP_RECORD_MAX; i++)
		data[i] = (uint8_t)(i * 7);
	ccw_set(0, DSP_WRITE, data, DSP_RECORD_MAX, 0);
	CHECK(38, whole().unit == DONE && terminal("WROTE", "") == 57344);
	ccw_set(0, DSP_WRITE, data, 10000, CCW_CD);
	ccw_set(1, 0, data + 10000, DSP_RECORD_MAX - 10000, 0);
	CHECK(39, whole().unit == DONE && terminal("WROTE", "") == 57344);
	ccw_set(0, DSP_WRITE, data, DSP_RECORD_MAX, CCW_CD);
	ccw_set(1, 0, data, 1, CCW_SLI);
	CHECK(40, whole().unit == CHECK_UNIT &&
	    sense(at) == SENSE_DATA_CHECK << 8);
	ccw_set(0, DSP_WRITE, data, 65535, 0);
	CHECK(41, whole().unit == CHECK_UNIT);
	CHECK(42, terminal("WRITES", "") == 14 &&
	    terminal("DOUBLED", "") == 0);
	return 0;
}

static int
reads(void)
{
	struct csw csw;

	CHECK(50, terminal("REPLY", "60C1C2F1F2F3") == 0);
	csw = get(DSP_READ_BUFFER, 6, 0);
	CHECK(51, csw.unit == DONE && csw.chan == 0 && csw.residual == 0 &&
	    same(data, "\x60\xC1\xC2\xF1\xF2\xF3\xEE", 7) && wrote("F2"));
	csw = get(DSP_READ_MODIFIED_ALL, 80, CCW_SLI);
	CHECK(52, csw.unit == DONE && csw.chan == 0 && csw.residual == 74 &&
	    wrote("6E"));
	/* No key: it is asked all the same. */
	csw = get(DSP_READ_MODIFIED, 80, 0);
	CHECK(53, csw.unit == DONE && csw.chan == CHAN_LENGTH &&
	    csw.residual == 74 && wrote("F6"));
	csw = get(DSP_READ_BUFFER, 3, 0);
	CHECK(54, csw.chan == CHAN_LENGTH && csw.residual == 0 &&
	    same(data, "\x60\xC1\xC2\xEE", 4));
	csw = get(DSP_READ_BUFFER, 3, CCW_SLI);
	CHECK(55, csw.unit == DONE && csw.chan == 0);
	/* Pieces, one of them not stored. */
	fill(data, 0xEE, 16);
	ccw_set(0, DSP_READ_BUFFER, data, 1, CCW_CD);
	ccw_set(1, 0, data, 2, CCW_CD | CCW_SKIP);
	ccw_set(2, 0, data + 1, 3, 0);
	csw = whole();
	CHECK(56, csw.unit == DONE && csw.chan == 0 &&
	    same(data, "\x60\xF1\xF2\xF3\xEE", 5));
	csw = get(DSP_READ_BUFFER, 6, CCW_SKIP);
	CHECK(57, csw.unit == DONE && data[0] == 0xEE);
	ccw_set(0, DSP_READ_BUFFER, (void *)(STORAGE - 3), 6, 0);
	CHECK(58, whole().chan == CHAN_PROGRAM_CHECK &&
	    same((void *)(STORAGE - 3), "\x60\xC1\xC2", 3));
	CHECK(59, terminal("FAIL", "5") == 0 &&
	    get(DSP_READ_BUFFER, 6, 0).unit == CHECK_UNIT &&
	    sense(at) == SENSE_EQUIPMENT << 8);
	CHECK(60, terminal("REPLY", "x57344") == 0);
	csw = get(DSP_READ_BUFFER, 60000, CCW_SLI);
	CHECK(61, csw.unit == DONE && csw.residual == 60000 - 57344 &&
	    data[1] == 7 && data[57343] == (uint8_t)(57343 * 7 + 223));
	CHECK(62, terminal("REPLY", "60") == 0);
	/* Write and read in one program. */
	ccw_set(0, DSP_ERASE_WRITE, "\xC3", 1, CCW_CC);
	ccw_set(1, DSP_READ_BUFFER, data, 1, CCW_CC);
	ccw_set(2, DSP_WRITE, "\xC2", 1, 0);
	CHECK(63, whole().unit == DONE && data[0] == 0x60 && wrote("F1C2"));
	return 0;
}

static int
keys(void)
{
	CHECK(70, terminal("KEY", "7D4040114040C1") == 0 &&
	    told(at, UNIT_ATTENTION));
	CHECK(71, get(DSP_READ_MODIFIED, 7, 0).chan == 0 &&
	    same(data, "\x7D\x40\x40\x11\x40\x40\xC1\xEE", 8));
	CHECK(72, terminal("READS", "") == 11);
	/* It is read before the interruption comes: that is withdrawn. */
	CHECK(73, terminal("KEY", "6D") == 0 &&
	    get(DSP_READ_MODIFIED, 7, CCW_SLI).unit == DONE &&
	    data[0] == 0x6D && tio(at) == 0);
	CHECK(74, terminal("KEY", "F34040") == 0 && terminal("KEY",
	    "88000481") == 0 && terminal("KEY", "F44040") == 0);
	CHECK(75, told(at, UNIT_ATTENTION));
	CHECK(76, get(DSP_READ_MODIFIED, 80, CCW_SLI).unit == DONE &&
	    data[0] == 0x88 && told(at, UNIT_ATTENTION));
	CHECK(77, get(DSP_READ_MODIFIED, 80, CCW_SLI).unit == DONE &&
	    data[0] == 0xF4 && tio(at) == 0);
	CHECK(78, terminal("SYSREQ", "") == 0 && told(at, UNIT_ATTENTION));
	CHECK(79, get(DSP_READ_MODIFIED, 1, 0).chan == 0 && data[0] == 0xF0);
	CHECK(80, cp(at == CONSOLE ? "ATTN 0" : "ATTN 020") == 0 &&
	    told(at, UNIT_ATTENTION));
	CHECK(81, terminal("REPLY", "604040") == 0 &&
	    get(DSP_READ_MODIFIED, 3, 0).chan == 0 && data[0] == 0x60);
	/* Attention makes no device busy. */
	CHECK(82, terminal("KEY", "7D4040") == 0);
	CHECK(83, put(DSP_WRITE, "\xC2", 1).unit == DONE);
	CHECK(84, end_of(at).unit == UNIT_ATTENTION);
	CHECK(85, get(DSP_READ_MODIFIED, 3, 0).unit == DONE &&
	    data[0] == 0x7D);
	return 0;
}

/* One that does not answer. */
static int
halts(void)
{
	int reads = terminal("READS", ""), writes = terminal("WRITES", "");
	struct csw csw;

	CHECK(90, terminal("MUTE", "") == 0);
	ccw_set(0, DSP_READ_BUFFER, data, 3, 0);
	CHECK(91, sio(at) == 0);
	while (terminal("READS", "") == reads)
		;
	CHECK(92, sio(at) == 2 && tio(at) == 2 && hio(at) == 2);
	csw = end_of(at);
	CHECK(93, csw.unit == DONE && csw.chan == 0 && csw.residual == 3);
	/* The next command waits until the first is answered. */
	CHECK(94, sio(at) == 0);
	for (unsigned i = 0; i < 20; i++)
		CHECK(95, terminal("READS", "") == reads + 1 && tio(at) == 2);
	CHECK(96, hio(at) == 2 && end_of(at).unit == DONE);
	ccw_set(0, DSP_WRITE, "\xC2" "1", 2, 0);
	CHECK(97, sio(at) == 0);
	for (unsigned i = 0; i < 20; i++)
		CHECK(98, terminal("WRITES", "") == writes && tio(at) == 2);
	CHECK(99, terminal("ANSWER", "") == 0);
	csw = end_of(at);
	CHECK(100, csw.unit == DONE || end_of(at).unit == UNIT_DEVICE_END);
	CHECK(101, wrote("F1C231") && terminal("WRITES", "") == writes + 1);
	/* A write that waits: channel end has come. */
	CHECK(102, terminal("MUTE", "") == 0);
	CHECK(103, sio(at) == 0 && end_of(at).unit == UNIT_CHANNEL_END);
	CHECK(104, tio(at) == 2 && sio(at) == 2 && hio(at) == 2);
	csw = end_of(at);
	CHECK(105, csw.unit == UNIT_DEVICE_END && csw.residual == 0);
	CHECK(106, terminal("ANSWER", "") == 0 && tio(at) == 0);
	/* In a chain that goes round and round. */
	ccw_set(0, DSP_WRITE, "\xC2" "2", 2, CCW_CC);
	ccw_set(1, CMD_TIC, ccw_at(0), 0, 0);
	CHECK(107, sio(at) == 0);
	while (terminal("WRITES", "") < writes + 50)
		;
	CHECK(108, hio(at) == 2 && (end_of(at).unit & UNIT_CHECK) == 0);
	CHECK(109, terminal("DOUBLED", "") == 0);
	while (tio(at) != 0)
		;
	return 0;
}

static int
losses(void)
{
	CHECK(120, again());
	CHECK(121, terminal("LOSE", "") == 0 && told(at, UNIT_ATTENTION));
	CHECK(122, get(DSP_READ_MODIFIED, 80, CCW_SLI).unit == DSP_UNIT_LOST);
	CHECK(123, put(DSP_WRITE, "\xC2", 1).unit == DSP_UNIT_LOST && again());
	CHECK(124, terminal("SCREEN", "32 80 7") == 0 &&
	    told(at, UNIT_ATTENTION));
	/* It ends a chain, and nothing of it is shown. */
	ccw_set(0, CMD_NOP, "", 1, CCW_CC);
	ccw_set(1, DSP_WRITE, "\xC2", 1, CCW_CC);
	ccw_set(2, DSP_ERASE_WRITE, "\xC2", 1, 0);
	CHECK(125, whole().unit == DSP_UNIT_LOST &&
	    chan_block.csw.ccw_addr == (uint32_t)(uintptr_t)ccw_at(2));
	CHECK(126, again());
	/* The terminal goes while it is asked. */
	CHECK(127, terminal("MUTE", "") == 0 &&
	    terminal("SOON UNSCREEN", "") == 0);
	CHECK(128, get(DSP_READ_BUFFER, 80, CCW_SLI).unit == CHECK_UNIT &&
	    sense(at) == SENSE_INTERVENTION << 8);
	CHECK(129, terminal("ANSWER", "") == 0);
	CHECK(130, put(DSP_ERASE_WRITE, "\xC3", 1).unit == DSP_UNIT_LOST ||
	    sense(at) == SENSE_INTERVENTION << 8);
	while (tio(at) == 1)
		;
	CHECK(131, terminal("SOON SCREEN", "24 80 7") == 0 &&
	    told(at, UNIT_ATTENTION | UNIT_DEVICE_END) && again());
	/* It goes while a write is under way. */
	CHECK(132, terminal("MUTE", "") == 0 &&
	    terminal("SOON UNSCREEN", "") == 0);
	CHECK(133, put(DSP_WRITE, "\xC2", 1).unit == CHECK_UNIT);
	while (tio(at) == 1)
		;
	CHECK(134, terminal("ANSWER", "") == 0);
	CHECK(135, terminal("SCREEN", "24 80 7") == 0 && again());
	return 0;
}

/* DIAGNOSE A8, which waits for the device's end. */
static int
general(void)
{
	static struct diag_general_io g __attribute__((aligned(8)));

	ccw_set(0, DSP_WRITE, "\xC2", 1, CCW_CC);
	ccw_set(1, DSP_READ_BUFFER, data, 3, CCW_SLI);
	g = (struct diag_general_io){ .vdev = at,
		.ccw = (uint32_t)(uintptr_t)ccw_at(0) };
	diag(DIAG_GENERAL_IO, &g, sizeof g, NULL, 0);
	CHECK(140, diag_block.cc == 0 && g.csw.unit == DONE);
	CHECK(141, terminal("FAIL", "22") == 0);
	ccw_set(0, DSP_WRITE, "\xC2", 1, 0);
	diag(DIAG_GENERAL_IO, &g, sizeof g, NULL, 0);
	CHECK(142, diag_block.cc == 1 && g.csw.unit == CHECK_UNIT &&
	    g.sense[0] == SENSE_DATA_CHECK);
	CHECK(143, terminal("LOSE", "") == 0);
	diag(DIAG_GENERAL_IO, &g, sizeof g, NULL, 0);
	CHECK(144, diag_block.cc == 1 && g.csw.unit == DSP_UNIT_LOST &&
	    g.sense[0] == 0);
	CHECK(145, again());
	return 0;
}

/* Which display is the console, and what DIAGNOSE says of it. */
static int
console(void)
{
	static struct diag_full full __attribute__((aligned(8))) = {
		.op = DIAG_FULL_READ, .command = DSP_READ_BUFFER };
	struct diag_screen s;

	full.vdev = (uint16_t)at;
	diag(DIAG_FULL_SCREEN, &full, sizeof full, NULL, 0);
	CHECK(150, diag_block.cc == 3);
	full.vdev = 0;
	diag(DIAG_FULL_SCREEN, &full, sizeof full, NULL, 0);
	CHECK(151, diag_block.cc == (at == CONSOLE ? 3 : 1));
	diag(DIAG_SCREEN_SIZE, NULL, 0, &s, sizeof s);
	CHECK(152, diag_block.cc == (at == CONSOLE ? 0 : 1));
	CHECK(153, at != CONSOLE || (s.rows == 24 && s.cols == 80));
	return 0;
}

/* Two at once, and what one of them sends is its own. */
static int
two(void)
{
	if (at == CONSOLE)
		return 0;
	CHECK(160, cp("SCREEN 021 24 80 7") == 0 &&
	    told(OTHER, UNIT_ATTENTION | UNIT_DEVICE_END));
	ccw_set(8, DSP_ERASE_WRITE, "\xC3" "B", 2, 0);
	CHECK(161, sio_at(OTHER, (uint32_t)(uintptr_t)ccw_at(8)) == 0);
	CHECK(162, put(DSP_WRITE, "\xC2" "A", 2).unit == DONE);
	CHECK(163, (end_of(OTHER).unit & UNIT_CHANNEL_END) != 0);
	while (tio(OTHER) != 0)
		;
	CHECK(164, wrote("F1C241") && cp("WROTE 021") == 3);
	CHECK(165, terminal("MUTE", "") == 0);
	ccw_set(0, DSP_READ_BUFFER, data, 3, CCW_SLI);
	CHECK(166, sio(at) == 0 && cp("KEY 021 F14040") == 0 &&
	    told(OTHER, UNIT_ATTENTION));
	ccw_set(8, DSP_READ_MODIFIED, data + 16, 3, 0);
	CHECK(167, sio_at(OTHER, (uint32_t)(uintptr_t)ccw_at(8)) == 0 &&
	    end_of(OTHER).unit == DONE && data[16] == 0xF1);
	CHECK(168, tio(at) == 2 && cp("LOSE 021") == 0 &&
	    told(OTHER, UNIT_ATTENTION));
	CHECK(169, terminal("ANSWER", "") == 0 && end_of(at).unit == DONE &&
	    tio(at) == 0);
	/* It goes away for good while it is asked. */
	CHECK(170, terminal("MUTE", "") == 0 && sio(at) == 0 &&
	    cp("DETLATER 020") == 0);
	while (tio(at) == 2)
		;
	CHECK(171, tio(at) == 3 && sio(at) == 3);
	CHECK(172, cp("MOUNT 020") == 0 && terminal("ANSWER", "") == 0);
	CHECK(173, put(DSP_ERASE_WRITE, "\xC3", 1).unit == CHECK_UNIT &&
	    sense(at) == SENSE_INTERVENTION << 8);
	CHECK(174, terminal("SCREEN", "24 80 7") == 0 && again());
	return 0;
}

/* In a machine that is loaded the screen is lost, and what was asked too. */
static int
saved(void)
{
	CHECK(180, terminal("KEY", "7D4040") == 0 && cp("SAVE") == 0);
	CHECK(181, tio(at) == 1 && chan_block.csw.unit == UNIT_ATTENTION);
	CHECK(182, terminal("SCREEN", "24 80 7") == 0);
	CHECK(183, get(DSP_READ_MODIFIED, 3, CCW_SLI).unit == DSP_UNIT_LOST);
	CHECK(184, again() && terminal("MUTE", "") == 0);
	/* A read that waits; a write that does. */
	ccw_set(0, DSP_READ_BUFFER, data, 3, CCW_SLI);
	CHECK(185, sio(at) == 0 && cp("SAVE") == 0);
	CHECK(186, end_of(at).unit == DSP_UNIT_LOST);
	CHECK(187, terminal("SCREEN", "24 80 7") == 0 &&
	    terminal("ANSWER", "") == 0 && again() &&
	    terminal("MUTE", "") == 0);
	ccw_set(0, DSP_WRITE, "\xC2", 1, 0);
	CHECK(188, sio(at) == 0 && end_of(at).unit == UNIT_CHANNEL_END &&
	    cp("SAVE") == 0);
	CHECK(189, end_of(at).unit == (DSP_UNIT_LOST & ~UNIT_CHANNEL_END));
	CHECK(190, terminal("SCREEN", "24 80 7") == 0 &&
	    terminal("ANSWER", "") == 0 && again());
	return 0;
}

int
guest_test(void)
{
	static int (*const parts[])(void) = { nobody, writes, reads, keys,
		halts, losses, general, console, two, saved };
	int rc = 0;

	if (low->parm_len > 0)
		at = CONSOLE;
	for (unsigned i = 0; i < sizeof parts / sizeof parts[0] && rc == 0;
	     i++)
		rc = parts[i]();
	return rc;
}
