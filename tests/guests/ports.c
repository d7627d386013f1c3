/* SPDX-License-Identifier: MIT
 *
 * ports.c - IN and OUT to every port, in every width, single and repeated,
 * with values that are addresses of blocks and values that are none.
 */
#include "guest.h"

static uint32_t words[64];

static uint8_t
in8(uint16_t port)
{
	uint8_t v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "d"(port));
	return v;
}

static uint16_t
in16(uint16_t port)
{
	uint16_t v;

	__asm__ volatile("inw %1, %0" : "=a"(v) : "d"(port));
	return v;
}

static void
out8(uint16_t port, uint32_t v)
{
	__asm__ volatile("outb %b0, %1" : : "a"(v), "d"(port) : "memory");
}

static void
out16(uint16_t port, uint32_t v)
{
	__asm__ volatile("outw %w0, %1" : : "a"(v), "d"(port) : "memory");
}

static bool
ours(uint32_t port)
{
	return port == MACHINE_PORT_DIAG || port == MACHINE_PORT_CHAN ||
	    port == MACHINE_PORT_WAIT;
}

/* Every port once; the width changes from port to port. */
static int
every(void)
{
	for (uint32_t port = 0; port < 0x10000; port++) {
		uint16_t p = (uint16_t)port;

		switch (port % 3) {
		case 0:
			CHECK(1, in8(p) == 0xFF);
			out8(p, port);
			break;
		case 1:
			CHECK(2, in16(p) == 0xFFFF);
			out16(p, port);
			break;
		default:
			CHECK(3, in32(p) == 0xFFFFFFFFu);
			if (!ours(port))
				out32(p, (uint32_t)(uintptr_t)&diag_block);
		}
	}
	CHECK(4, fault.count == 0);
	return 0;
}

/* Around our ports, every width: only OUT of 32 bits means something. */
static int
near(void)
{
	static const uint32_t values[] = { 0, 1, 8, 0x1000, 0x370, 0x7FFFFFF8,
		0x80000000u, 0xFFFFFFF8u, 0xFFFFFFFFu };

	diag_block = (struct diag){ .code = DIAG_STORAGE, .cc = 0x55 };
	for (uint16_t p = 0x36C; p < 0x380; p++) {
		CHECK(10, in8(p) == 0xFF && in16(p) == 0xFFFF &&
		    in32(p) == 0xFFFFFFFFu);
		for (unsigned i = 0; i < sizeof values / 4; i++) {
			out8(p, values[i]);
			out16(p, values[i]);
			if (!ours(p))
				out32(p, values[i]);
		}
		out16(p, (uint32_t)(uintptr_t)&diag_block);
		if (!ours(p))
			out32(p, (uint32_t)(uintptr_t)&diag_block);
	}
	CHECK(11, fault.count == 0 && diag_block.cc == 0x55);
	return 0;
}

/* Every value of a kind to the ports that mean something. */
static int
values(void)
{
	uint32_t before;

	/* Storage in all its parts, garbage in the blocks: no answer but a
	 * fault or nothing, and the machine goes on. */
	for (uint32_t at = 0; at < 0x40000000u; at += at < 0x1000 ? 1 :
	    at < STORAGE ? 0x1FF8 : 0x3FFFFF8) {
		if (at % 8 == 0 && at < STORAGE && at >= 0x1000)
			continue; /* our own data: not to be acted upon */
		before = fault.count;
		if (at % 8 == 0 && at < 0x1000)
			continue;
		out32(MACHINE_PORT_DIAG, at);
		out32(MACHINE_PORT_CHAN, at);
		CHECK(20, fault.count == before + 2);
	}
	/* Blocks of garbage. */
	for (uint32_t i = 0; i < 500; i++) {
		for (unsigned j = 0; j < 8; j++)
			words[j] = (i + j) * 2654435761u;
		words[0] |= 0x1000; /* neither a code nor an operation */
		before = fault.count;
		out32(MACHINE_PORT_DIAG, (uint32_t)(uintptr_t)words & ~7u);
		out32(MACHINE_PORT_CHAN, (uint32_t)(uintptr_t)words & ~7u);
		CHECK(21, fault.count == before + 2);
	}
	return 0;
}

static int
repeated(void)
{
	static struct diag blocks[3] __attribute__((aligned(8)));
	static struct diag_storage s[3];
	static uint32_t list[3];
	uint32_t count = 16;
	void *at = words;

	fill(words, 0, sizeof words);
	__asm__ volatile("cld; rep insl"
	    : "+D"(at), "+c"(count) : "d"((uint16_t)0x60) : "memory");
	CHECK(30, count == 0 && words[0] == 0xFFFFFFFFu &&
	    words[15] == 0xFFFFFFFFu && words[16] == 0);
	at = words;
	count = 200;
	fill(words, 0, sizeof words);
	__asm__ volatile("rep insb"
	    : "+D"(at), "+c"(count) : "d"((uint16_t)0x370) : "memory");
	CHECK(31, count == 0 && words[49] == 0xFFFFFFFFu && words[50] == 0);
	at = words;
	count = 64;
	__asm__ volatile("rep outsl"
	    : "+S"(at), "+c"(count) : "d"((uint16_t)0x80) : "memory");
	CHECK(32, count == 0 && at == words + 64);
	/* Three DIAGNOSEs in one instruction, one of them to vmcp. */
	for (unsigned i = 0; i < 3; i++) {
		blocks[i] = (struct diag){ .code = DIAG_STORAGE,
			.out_addr = (uint32_t)(uintptr_t)&s[i],
			.out_len = sizeof s[i], .cc = 0x55 };
		list[i] = (uint32_t)(uintptr_t)&blocks[i];
	}
	blocks[1] = (struct diag){ .code = DIAG_COMMAND, .cc = 0x55,
		.in_addr = (uint32_t)(uintptr_t)"RCIS 33", .in_len = 7 };
	at = list;
	count = 3;
	__asm__ volatile("rep outsl" : "+S"(at), "+c"(count)
	    : "d"((uint16_t)MACHINE_PORT_DIAG) : "memory");
	CHECK(33, count == 0);
	CHECK(34, blocks[0].cc == 0 && s[0].bytes == STORAGE);
	CHECK(35, blocks[1].cc == 0 && blocks[1].rc == 33);
	CHECK(36, blocks[2].cc == 0 && s[2].bytes == STORAGE);
	return 0;
}

int
guest_test(void)
{
	static int (*const parts[])(void) = { every, near, values, repeated };
	int rc = 0;

	for (unsigned i = 0; i < sizeof parts / sizeof parts[0] && rc == 0;
	     i++)
		rc = parts[i]();
	return rc;
}
