/* SPDX-License-Identifier: MIT
 *
 * diag.c - DIAGNOSE 00 08 0C 10 60 270 with good operands and small buffers.
 */
#include "guest.h"

static uint8_t page[2 * 4096] __attribute__((aligned(4096)));

static bool
results(uint32_t cc, int32_t rc, uint32_t out_len)
{
	return diag_block.cc == cc && diag_block.rc == rc &&
	    diag_block.out_len == out_len;
}

static int
identification(void)
{
	struct diag_id id;
	uint8_t part[40];

	diag(DIAG_EXTENDED_ID, NULL, 0, &id, sizeof id);
	CHECK(1, results(0, 0, sizeof id));
	CHECK(2, same(id.system, "VM/370  ", 8) &&
	    same(id.release, "TEST    ", 8));
	CHECK(3, same(id.user, "TESTER  ", 8) && same(id.node, "RIGNODE ", 8));
	CHECK(4, id.version == MACHINE_VERSION);
	/* The inputs are left alone. */
	CHECK(5, diag_block.code == DIAG_EXTENDED_ID &&
	    diag_block.out_addr == (uint32_t)(uintptr_t)&id);
	/* Less room: what fits, and how much there is. */
	fill(part, 0xEE, sizeof part);
	diag(DIAG_EXTENDED_ID, NULL, 0, part, 10);
	CHECK(6, results(1, 0, sizeof id) && part[9] == 'E' &&
	    part[10] == 0xEE);
	diag(DIAG_EXTENDED_ID, NULL, 0, NULL, 0);
	CHECK(7, results(1, 0, sizeof id));
	/* More room. */
	diag(DIAG_EXTENDED_ID, NULL, 0, page, sizeof page);
	CHECK(8, results(0, 0, sizeof id));
	/* The very end of storage. */
	diag(DIAG_EXTENDED_ID, NULL, 0, (void *)(STORAGE - sizeof id),
	    sizeof id);
	CHECK(9, results(0, 0, sizeof id));
	return 0;
}

static bool
digits(const char *s, const char *like)
{
	for (; *like != '\0'; s++, like++)
		if (*like == '9' ? *s < '0' || *s > '9' : *s != *like)
			return false;
	return true;
}

static int
times(void)
{
	struct diag_time t, u;

	diag(DIAG_TIMER, NULL, 0, &t, sizeof t);
	CHECK(10, results(0, 0, sizeof t));
	CHECK(11, digits(t.date, "99/99/9999") && t.date[10] == '\0');
	CHECK(12, digits(t.time, "99:99:99"));
	CHECK(13, same(t.zone, "EST\0\0\0\0", 8) && t.offset == -18000);
	CHECK(14, t.utc_ns >= 1000000000000000000ll);
	CHECK(15, t.total_us >= t.virt_us);
	diag(DIAG_TIMER_OLD, NULL, 0, &u, sizeof u);
	CHECK(16, results(0, 0, sizeof u));
	CHECK(17, digits(u.date, "99/99/99") && u.date[8] == '\0');
	CHECK(18, same(u.date, t.date, 6) && same(u.date + 6, t.date + 8, 2));
	CHECK(19, u.utc_ns >= t.utc_ns && u.virt_us >= t.virt_us);
	return 0;
}

static int
storage(void)
{
	struct diag_storage s;
	struct diag_range r;

	diag(DIAG_STORAGE, NULL, 0, &s, sizeof s);
	CHECK(20, results(0, 0, sizeof s) && s.bytes == low->storage);
	fill(page, 0x77, sizeof page);
	r = (struct diag_range){ (uint32_t)(uintptr_t)page, 4096 };
	diag(DIAG_RELEASE, &r, sizeof r, NULL, 0);
	CHECK(21, results(0, 0, 0));
	CHECK(22, page[0] == 0 && page[4095] == 0 && page[4096] == 0x77);
	r.len = 0;
	diag(DIAG_RELEASE, &r, sizeof r, NULL, 0);
	CHECK(23, results(0, 0, 0) && page[4096] == 0x77);
	page[0] = 5;
	CHECK(24, page[0] == 5);
	return 0;
}

static int
commands(void)
{
	char answer[32];
	char command[DIAG_COMMAND_MAX];

	CHECK(30, cp("RCIS 45") == 45 && results(0, 45, 0));
	CHECK(31, cp("RCIS -7") == -7);
	fill(answer, 0xEE, sizeof answer);
	CHECK(32, cp_answer("ECHO HELLO", answer, sizeof answer) == 0);
	CHECK(33, results(0, 0, 6) && same(answer, "HELLO\n\xEE", 7));
	/* Longer than the buffer. */
	fill(answer, 0xEE, sizeof answer);
	cp_answer("BIG 1000", answer, 16);
	CHECK(34, results(1, 0, 1000));
	CHECK(35, answer[15] == 'x' && (uint8_t)answer[16] == 0xEE);
	/* Just as long; the most there is. */
	cp_answer("BIG 16", answer, 16);
	CHECK(36, results(0, 0, 16));
	cp_answer("BIG 8192", (char *)page, sizeof page);
	CHECK(37, results(0, 0, 8192) && page[8191] == 'x');
	/* No answer wanted: none stored. */
	CHECK(38, cp("BIG 100") == 0 && results(0, 0, 0));
	/* The longest command, and none. */
	fill(command, ' ', sizeof command);
	copy(command, "RCIS 12", 7);
	diag(DIAG_COMMAND, command, sizeof command, NULL, 0);
	CHECK(39, results(0, 12, 0));
	diag(DIAG_COMMAND, command, 0, NULL, 0);
	CHECK(40, diag_block.cc == 0);
	diag_block = (struct diag){ .code = DIAG_COMMAND,
		.flags = DIAG_COMMAND_IMPLIED,
		.in_addr = (uint32_t)(uintptr_t)"NOSUCH", .in_len = 6 };
	out32(MACHINE_PORT_DIAG, (uint32_t)(uintptr_t)&diag_block);
	CHECK(41, results(0, 1, 0));
	return 0;
}

static int
looked_at(void)
{
	static uint32_t word = 0x12345678;
	char text[32] = { 0 }, ask[] = "PEEK 00000000";

	for (unsigned i = 0; i < 8; i++)
		ask[5 + i] = "0123456789ABCDEF"[(uint32_t)(uintptr_t)&word >>
		    (28 - 4 * i) & 15];
	CHECK(50, cp_answer(ask, text, sizeof text) == 0);
	CHECK(51, same(text, "12345678", 8));
	copy(text, "POKE ", 5);
	copy(text + 5, ask + 5, 8);
	copy(text + 13, " CAFE", 6);
	CHECK(52, cp(text) == 0 && *(volatile uint32_t *)&word == 0xCAFE);
	CHECK(53, cp_answer("PEEK FFFFFFFC", text, sizeof text) == 14);
	CHECK(54, cp_answer("PEEK FFFFFFFFFFFFFFFE", text, sizeof text) == 14);
	CHECK(55, cp("POKE FFFFFFFC 1") == 14);
	/* Registers: EIP is behind the OUT that waits for this. */
	CHECK(56, cp_answer("REGS", text, sizeof text) == 0);
	CHECK(57, same(text, "0000", 4) && text[4] >= '1');
	return 0;
}

int
guest_test(void)
{
	static int (*const parts[])(void) = { identification, times, storage,
		commands, looked_at };
	int rc = 0;

	for (unsigned i = 0; i < sizeof parts / sizeof parts[0] && rc == 0;
	     i++)
		rc = parts[i]();
	return rc;
}
