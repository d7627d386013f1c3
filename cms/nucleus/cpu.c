/* SPDX-License-Identifier: MIT
 *
 * cpu.c - the processor's tables and registers.  Knows no programs.
 */
#include <stddef.h>

#include "clock.h"
#include "cpu.h"
#include "machine.h"

_Static_assert(VECTOR_IO == MACHINE_VECTOR_IO, "vectors.S");
_Static_assert(VECTOR_EXTERNAL == MACHINE_VECTOR_EXTERNAL, "vectors.S");
_Static_assert(PORT_WAIT == MACHINE_PORT_WAIT, "vectors.S");
_Static_assert(offsetof(struct tss, rsp0) == 4, "vectors.S");

#define MSR_STAR 0xC0000081
#define MSR_LSTAR 0xC0000082
#define MSR_FMASK 0xC0000084
#define MSR_FS_BASE 0xC0000100
#define MSR_GS_BASE 0xC0000101

#define RFLAGS_TF 0x100
#define RFLAGS_IF 0x200
#define RFLAGS_DF 0x400
#define RFLAGS_NT 0x4000
#define RFLAGS_AC 0x40000

#define CR4_SMEP (1ull << 20)
#define CR4_SMAP (1ull << 21)

#define VECTORS 0x32
#define VECTOR_SIZE 16 /* vectors.S aligns each to it */

struct gate {
	uint16_t offset0;
	uint16_t selector;
	uint8_t ist;
	uint8_t type;
	uint16_t offset1;
	uint32_t offset2;
	uint32_t reserved;
};

struct table_pointer {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

struct tss cpu_tss;
static struct gate cpu_idt[VECTORS];

static void
cpu_wrmsr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value),
	    "d"((uint32_t)(value >> 32)));
}

static void
cpu_cpuid(uint32_t leaf, uint32_t reg[4])
{
	__asm__ volatile("cpuid" : "=a"(reg[0]), "=b"(reg[1]), "=c"(reg[2]),
	    "=d"(reg[3]) : "a"(leaf), "c"(0));
}

static void
cpu_gate(int vector, const char *entry, int ring, int ist)
{
	uint64_t at = (uint64_t)entry;

	cpu_idt[vector] = (struct gate){
		.offset0 = (uint16_t)at,
		.offset1 = (uint16_t)(at >> 16),
		.offset2 = (uint32_t)(at >> 32),
		.selector = SEL_CODE,
		.type = (uint8_t)(0x8E | ring << 5),
		.ist = (uint8_t)ist,
	};
}

/*
 * #DF, NMI and machine checks have a stack of their own: they may come when
 * the stack in use is the very thing that is wrong.  INT3 and INTO are
 * instructions of ring 3.
 */
static void
cpu_vectors(void)
{
	struct table_pointer idtr = { sizeof cpu_idt - 1, (uint64_t)cpu_idt };

	for (int n = 0; n < 32; n++) {
		int own = n == 2 || n == 8 || n == 18;
		int open = n == 3 || n == 4;

		cpu_gate(n, vector_exceptions + n * VECTOR_SIZE, open ? 3 : 0,
		    own ? 1 : 0);
	}
	cpu_gate(VECTOR_IO, vector_io, 0, 0);
	cpu_gate(VECTOR_EXTERNAL, vector_external, 0, 0);
	__asm__ volatile("lidt %0" : : "m"(idtr));
}

static void
cpu_task(void)
{
	uint64_t base = (uint64_t)&cpu_tss;

	cpu_tss.rsp0 = (uint64_t)stack_top;
	cpu_tss.ist[0] = (uint64_t)fault_stack_top;
	cpu_tss.iomap = sizeof cpu_tss; /* ring 3 has no ports */
	gdt[SEL_TSS / 8] = (sizeof cpu_tss - 1) | (base & 0xFFFFFF) << 16 |
	    0x89ull << 40 | (base >> 24 & 0xFF) << 56;
	gdt[SEL_TSS / 8 + 1] = base >> 32;
	__asm__ volatile("ltr %w0" : : "r"(SEL_TSS));
}

/* Ring 0 never touches a program's addresses: let the processor see to it. */
static void
cpu_supervisor_guards(void)
{
	uint32_t reg[4];
	uint64_t cr4;

	cpu_cpuid(0, reg);
	if (reg[0] < 7)
		return;
	cpu_cpuid(7, reg);
	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	if (reg[1] & (1u << 7))
		cr4 |= CR4_SMEP;
	if (reg[1] & (1u << 20))
		cr4 |= CR4_SMAP;
	__asm__ volatile("mov %0, %%cr4" : : "r"(cr4));
}

void
cpu_init(void)
{
	cpu_vectors();
	cpu_task();
	cpu_wrmsr(MSR_STAR,
	    (uint64_t)SEL_CODE << 32 | (uint64_t)SEL_DATA << 48);
	cpu_wrmsr(MSR_LSTAR, (uint64_t)vector_syscall);
	cpu_wrmsr(MSR_FMASK,
	    RFLAGS_TF | RFLAGS_IF | RFLAGS_DF | RFLAGS_NT | RFLAGS_AC);
	cpu_supervisor_guards();
	cpu_fpu_reset();
}

/* What a program finds: x87 masked, SSE masked, registers zero. */
void
cpu_fpu_reset(void)
{
	static const struct {
		uint16_t fcw;
		uint8_t zero0[22];
		uint32_t mxcsr;
		uint8_t zero1[484];
	} __attribute__((aligned(16))) start = {
		.fcw = 0x37F,
		.mxcsr = 0x1F80,
	};

	_Static_assert(sizeof start == 512, "fxrstor area");
	cpu_fpu_load(&start);
}

void
cpu_fpu_save(void *area512)
{
	__asm__ volatile("fxsave64 (%0)" : : "r"(area512) : "memory");
}

void
cpu_fpu_load(const void *area512)
{
	__asm__ volatile("fxrstor64 (%0)" : : "r"(area512) : "memory");
}

void
cpu_set_fs(uint64_t base)
{
	cpu_wrmsr(MSR_FS_BASE, base);
}

void
cpu_set_gs(uint64_t base)
{
	cpu_wrmsr(MSR_GS_BASE, base);
}

uint64_t
cpu_fault_address(void)
{
	uint64_t cr2;

	__asm__ volatile("mov %%cr2, %0" : "=r"(cr2));
	return cr2;
}

void
cpu_load_tables(uint64_t real)
{
	__asm__ volatile("mov %0, %%cr3" : : "r"(real) : "memory");
}

void
cpu_flush_tables(void)
{
	uint64_t real;

	__asm__ volatile("mov %%cr3, %0; mov %0, %%cr3"
	    : "=r"(real) : : "memory");
}

static int
cpu_rdrand(uint64_t *value)
{
	uint8_t ok;

	for (int tries = 0; tries < 10; tries++) {
		__asm__ volatile("rdrand %0; setc %1"
		    : "=r"(*value), "=q"(ok) : : "cc");
		if (ok)
			return 1;
	}
	return 0;
}

/*
 * 64 random bits.  Without RDRAND they are only hard to guess: the time stamp
 * counter and the time of day, mixed (splitmix64).
 */
uint64_t
cpu_random(void)
{
	static uint64_t state;
	uint32_t reg[4], lo, hi;
	uint64_t x;

	cpu_cpuid(1, reg);
	if ((reg[2] & (1u << 30)) != 0 && cpu_rdrand(&x))
		return x;
	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	if (state == 0)
		state = (uint64_t)clock_utc();
	state += 0x9E3779B97F4A7C15ull ^ ((uint64_t)hi << 32 | lo);
	x = state;
	x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9ull;
	x = (x ^ x >> 27) * 0x94D049BB133111EBull;
	return x ^ x >> 31;
}

void
cpu_disabled_wait(uint32_t code)
{
	for (;;)
		__asm__ volatile("cli; hlt" : : "a"(code));
}
