/* SPDX-License-Identifier: MIT
 *
 * cpuid.c - the processor model VM370-1: what it has, what it has not, on
 * every host the same.
 */
#include "guest.h"

struct words {
	uint32_t a, b, c, d;
};

static struct words
cpuid(uint32_t leaf, uint32_t index)
{
	struct words w;

	__asm__ volatile("cpuid" : "=a"(w.a), "=b"(w.b), "=c"(w.c), "=d"(w.d)
	    : "0"(leaf), "2"(index));
	return w;
}

static uint64_t
tsc(void)
{
	uint64_t t;

	__asm__ volatile("rdtsc" : "=A"(t));
	return t;
}

int
guest_test(void)
{
	const uint32_t needed = 1u << 0 | 1u << 4 | 1u << 5 | 1u << 6 |
	    1u << 8 | 1u << 15 | 1u << 24 | 1u << 25 | 1u << 26;
	struct words w = cpuid(1, 0);
	uint64_t before;
	uint32_t cr4;

	CHECK(1, (w.d & needed) == needed); /* FPU TSC MSR PAE .. SSE2 */
	CHECK(2, (w.d & 1u << 9) == 0);	    /* no local APIC */
	CHECK(3, w.c == 1u << 31);	    /* only: under a hypervisor */
	CHECK(4, cpuid(0, 0).a < 7);	    /* so no AVX2 and the like */
	w = cpuid(0x40000000, 0);
	CHECK(5, w.b == 0x332F4D56 && w.c == 0x78203037); /* "VM/370 x" */
	w = cpuid(0x80000000, 0);
	CHECK(6, w.a == 0x80000008);
	w = cpuid(0x80000001, 0);
	CHECK(7, (w.d & 1u << 29) != 0 && (w.d & 1u << 20) != 0 &&
	    (w.d & 1u << 11) != 0 && w.c == 1);
	CHECK(8, (w.d & 1u << 27) == 0); /* no RDTSCP */
	w = cpuid(0x80000002, 0);
	CHECK(9, w.a == 0x37334D56 && w.b == 0x20312D30); /* "VM370-1 " */
	CHECK(10, cpuid(0x80000007, 0).d == 0);
	/* XSAVE cannot be switched on. */
	__asm__ volatile("movl %%cr4, %0" : "=r"(cr4));
	__asm__ volatile("movl %0, %%cr4\nnop\nnop" : : "a"(cr4 | 1u << 18));
	CHECK(11, fault.count == 1);
	/* Time goes forward, and began with the machine. */
	before = tsc();
	CHECK(12, before < 1ull << 40 && tsc() >= before);
	return 0;
}
