/* SPDX-License-Identifier: MIT
 *
 * refused.c - blocks that DIAGNOSE and the channel do not take: #GP(0) at the
 * OUT, with pgm_code and pgm_addr.
 */
#include "guest.h"

static struct diag block __attribute__((aligned(8)));

/* The OUT faults with this code and address, at the OUT itself. */
static bool
faults(uint16_t port, uint32_t value, enum machine_pgm code, uint32_t addr)
{
	uint32_t before = fault.count, at;

	__asm__ volatile("movl $1f, %0\n1: outl %1, %2"
	    : "=&b"(at) : "a"(value), "d"(port) : "memory");
	return fault.count == before + 1 && fault.code == code &&
	    fault.addr == addr && fault.error == 0 && fault.eip == at;
}

static bool
diag_faults(enum machine_pgm code, uint32_t addr)
{
	return faults(MACHINE_PORT_DIAG, (uint32_t)(uintptr_t)&block, code,
	    addr);
}

static int
blocks(uint16_t port, uint32_t size)
{
	for (uint32_t i = 1; i < 8; i++)
		CHECK(1, faults(port, 0x2000 + i, MACHINE_PGM_SPECIFICATION,
		    0x2000 + i));
	CHECK(2, faults(port, STORAGE, MACHINE_PGM_ADDRESSING, STORAGE));
	CHECK(3, faults(port, STORAGE - size + 8, MACHINE_PGM_ADDRESSING,
	    STORAGE - size + 8));
	CHECK(4, faults(port, 0xFFFFFFF8u, MACHINE_PGM_ADDRESSING,
	    0xFFFFFFF8u));
	CHECK(5, faults(port, 0x80000000u, MACHINE_PGM_ADDRESSING,
	    0x80000000u));
	return 0;
}

static int
codes(void)
{
	static const uint32_t bad[] = { 1, 4, 0x0B, 0x61, 0x100, 0x10008,
		0x80000000u, 0xFFFFFFFFu };

	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		block = (struct diag){ .code = bad[i] };
		CHECK(10, diag_faults(MACHINE_PGM_OPERATION,
		    (uint32_t)(uintptr_t)&block));
	}
	block = (struct diag){ .code = DIAG_STORAGE, .flags = 1 };
	CHECK(11, diag_faults(MACHINE_PGM_SPECIFICATION,
	    (uint32_t)(uintptr_t)&block));
	return 0;
}

static int
buffers(void)
{
	static const uint32_t with_output[] = { DIAG_EXTENDED_ID, DIAG_TIMER,
		DIAG_TIMER_OLD, DIAG_STORAGE };
	struct diag_range r;

	for (unsigned i = 0; i < 4; i++) {
		block = (struct diag){ .code = with_output[i],
			.out_addr = STORAGE - 4, .out_len = 64 };
		CHECK(20, diag_faults(MACHINE_PGM_ADDRESSING, STORAGE - 4));
		block.out_addr = 0xFFFFFFFFu;
		CHECK(21, diag_faults(MACHINE_PGM_ADDRESSING, 0xFFFFFFFFu));
	}
	block = (struct diag){ .code = DIAG_COMMAND, .in_addr = STORAGE - 4,
		.in_len = 8 };
	CHECK(22, diag_faults(MACHINE_PGM_ADDRESSING, STORAGE - 4));
	block.in_addr = 0x1000;
	block.in_len = DIAG_COMMAND_MAX + 1;
	CHECK(23, diag_faults(MACHINE_PGM_SPECIFICATION, 0x1000));
	block.in_len = 0xFFFFFFFFu;
	CHECK(24, diag_faults(MACHINE_PGM_SPECIFICATION, 0x1000));
	block.in_len = 4;
	block.out_addr = STORAGE - 4;
	block.out_len = 8;
	CHECK(25, diag_faults(MACHINE_PGM_ADDRESSING, STORAGE - 4));
	block.out_addr = 0x8000;
	block.out_len = 0xFFFFFFFFu;
	CHECK(26, diag_faults(MACHINE_PGM_ADDRESSING, 0x8000));
	/* DIAGNOSE 10. */
	block = (struct diag){ .code = DIAG_RELEASE,
		.in_addr = (uint32_t)(uintptr_t)&r, .in_len = sizeof r };
	r = (struct diag_range){ 0x20001, 4096 };
	CHECK(27, diag_faults(MACHINE_PGM_SPECIFICATION, 0x20001));
	r = (struct diag_range){ 0x20000, 4095 };
	CHECK(28, diag_faults(MACHINE_PGM_SPECIFICATION, 0x20000));
	r = (struct diag_range){ STORAGE - 4096, 8192 };
	CHECK(29, diag_faults(MACHINE_PGM_ADDRESSING, STORAGE - 4096));
	r = (struct diag_range){ 0x20000, 0xFFFFF000u };
	CHECK(30, diag_faults(MACHINE_PGM_ADDRESSING, 0x20000));
	block.in_len = 4;
	CHECK(31, diag_faults(MACHINE_PGM_SPECIFICATION,
	    (uint32_t)(uintptr_t)&r));
	block.in_len = sizeof r;
	block.in_addr = STORAGE;
	CHECK(32, diag_faults(MACHINE_PGM_ADDRESSING, STORAGE));
	return 0;
}

static int
channel_blocks(void)
{
	static const uint32_t bad[] = { 0, 4, 0xFFFFFFFFu };

	for (unsigned i = 0; i < 3; i++) {
		chan_block = (struct chan_req){ .op = bad[i],
			.vdev = CONSOLE };
		CHECK(40, faults(MACHINE_PORT_CHAN,
		    (uint32_t)(uintptr_t)&chan_block, MACHINE_PGM_OPERATION,
		    (uint32_t)(uintptr_t)&chan_block));
	}
	return 0;
}

int
guest_test(void)
{
	struct diag_storage s;
	int rc = blocks(MACHINE_PORT_DIAG, sizeof(struct diag));

	if (rc == 0)
		rc = blocks(MACHINE_PORT_CHAN, sizeof(struct chan_req));
	if (rc == 0)
		rc = codes();
	if (rc == 0)
		rc = buffers();
	if (rc == 0)
		rc = channel_blocks();
	CHECK(50, rc == 0 || rc < 50);
	/* And all is well afterwards. */
	diag(DIAG_STORAGE, NULL, 0, &s, sizeof s);
	CHECK(51, rc != 0 || s.bytes == STORAGE);
	return rc;
}
