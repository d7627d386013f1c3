/* SPDX-License-Identifier: MIT
 *
 * ring3.c - does one thing that a program must not do, by its argument's
 * name.  It must not live to return 99.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static void
try_null(void)
{
	*(volatile int *)(uintptr_t)0 = 1;
}

static void
try_cli(void)
{
	__asm__ volatile("cli");
}

static void
try_hlt(void)
{
	__asm__ volatile("hlt");
}

static void
try_out(void)
{
	__asm__ volatile("outl %0, %w1" : : "a"(0), "d"(0x370));
}

static void
try_int30(void)
{
	__asm__ volatile("int $0x30");
}

static void
try_nucleus(void)
{
	*(volatile int *)0xFFFFFFFF80001000ull = 1;
}

static void
try_real(void)
{
	*(volatile int *)0xFFFFFF8000000000ull = 1;
}

static void
try_text(void)
{
	*(volatile char *)(uintptr_t)&try_text = 1;
}

static void
try_data(void)
{
	static char code[] = { (char)0xC3 };

	((void (*)(void))(uintptr_t)code)();
}

static void
try_ud(void)
{
	__asm__ volatile("ud2");
}

static void
try_int3(void)
{
	__asm__ volatile("int3");
}

static void
try_wild(void)
{
	((void (*)(void))0x8000000000000000ull)();
}

static void
try_step(void)
{
	__asm__ volatile("pushfq; orl $0x100, (%%rsp); popfq; nop" : : : "cc");
}

static void
try_stack(void)
{
	volatile char much[4096] = "";

	try_stack();
	if (much[1] != 0)
		try_ud();
}

/* A stack pointer that points nowhere: the nucleus must not use it. */
static void
try_rsp(void)
{
	__asm__ volatile("movq $0xFFFFFFFF80010000, %%rsp\n\t"
	    "movl $39, %%eax\n\t"
	    "syscall\n\t"
	    "pushq %%rax" : : : "memory");
}

/* SYSCALL as the last instruction below the top of the program area. */
static void
try_sysret(void)
{
	char *page = mmap((void *)0x7FFFFFFFE000, 4096,
	    PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (page == MAP_FAILED) {
		printf("no page there\n");
		return;
	}
	page[4094] = 0x0F;
	page[4095] = 0x05;
	__asm__ volatile("movl $39, %%eax; jmp *%0" : : "r"(page + 4094));
}

/* A system call that switches FS to something wild. */
static void
try_fs(void)
{
	if (syscall(SYS_arch_prctl, 0x1002, 0x8000000000000000ull) != -1)
		return;
	printf("refused\n");
	try_ud();
}

static const struct {
	const char *name;
	void (*try)(void);
} tries[] = {
	{ "null", try_null }, { "cli", try_cli }, { "hlt", try_hlt },
	{ "out", try_out }, { "int30", try_int30 },
	{ "nucleus", try_nucleus }, { "real", try_real },
	{ "text", try_text }, { "data", try_data }, { "ud", try_ud },
	{ "int3", try_int3 }, { "wild", try_wild }, { "step", try_step },
	{ "stack", try_stack }, { "rsp", try_rsp }, { "sysret", try_sysret },
	{ "fs", try_fs },
};

int
main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof tries / sizeof tries[0]; i++)
		if (strcmp(argv[1], tries[i].name) == 0) {
			tries[i].try();
			printf("lived through %s\n", argv[1]);
			return 99;
		}
	printf("no such try\n");
	return 98;
}
