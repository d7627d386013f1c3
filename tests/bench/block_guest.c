/* SPDX-License-Identifier: MIT
 *
 * block_guest.c - the guest of the block I/O bench: reads disk 200 from its
 * beginning by DIAGNOSE A4 and says the ticks of each round on its console.
 * Its IPL parameter is the number of blocks in a request.
 */
#include "../guests/guest.h"

#define ROUNDS 21u /* the first one warms up */
#define TRIPS 32u
#define PARM_MAX 4u

static struct {
	struct diag_block_io head;
	struct diag_block_extent extent;
} rq __attribute__((aligned(8)));

static uint8_t buffer[128 * FBA_BLOCK] __attribute__((aligned(4096)));

static uint32_t
ticks(void)
{
	uint32_t low_half, high_half;

	__asm__ volatile("rdtsc" : "=a"(low_half), "=d"(high_half));
	return low_half;
}

static uint32_t
number(void)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < low->parm_len && i < PARM_MAX; i++)
		n = n * 10 + (uint32_t)(low->parm[i] - '0');
	return n;
}

static uint32_t
round_trips(uint32_t blocks)
{
	uint32_t from = ticks();

	for (uint32_t i = 0; i < TRIPS; i++) {
		rq.extent.block = i * blocks;
		out32(MACHINE_PORT_DIAG, (uint32_t)(uintptr_t)&diag_block);
		if (diag_block.cc != 0)
			return 0;
	}
	return ticks() - from;
}

int
guest_test(void)
{
	uint32_t blocks = number();

	CHECK(1, blocks > 0 && blocks * FBA_BLOCK <= sizeof buffer);
	rq.head = (struct diag_block_io){ .vdev = 0x200,
		.op = DIAG_BLOCK_READ, .count = 1 };
	rq.extent = (struct diag_block_extent){ .blocks = blocks,
		.addr = (uint32_t)(uintptr_t)buffer };
	diag(DIAG_BLOCK_IO, &rq, sizeof rq, NULL, 0);
	for (unsigned i = 0; i < ROUNDS; i++) {
		char text[11] = "          ";
		uint32_t t = round_trips(blocks);
		int at = 10;

		CHECK(2, t != 0 && rq.head.done == blocks);
		for (; t > 0; t /= 10)
			text[--at] = (char)('0' + t % 10);
		say(text + at);
	}
	return 0;
}
