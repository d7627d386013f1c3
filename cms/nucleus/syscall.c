/* SPDX-License-Identifier: MIT
 *
 * syscall.c - SYSCALL: find the call's row.  The calls are in sys_*.c.
 */
#include "cmscall.h"
#include "program.h"
#include "syscall.h"

#define SYSCALL_MAX 512

static const struct syscall_table *const syscall_tables[] = {
	&sys_file_calls,
	&sys_io_calls,
	&sys_poll_calls,
	&sys_memory_calls,
	&sys_process_calls,
	&sys_stat_calls,
	&sys_time_calls,
};

#define SYSCALL_TABLES (sizeof syscall_tables / sizeof syscall_tables[0])

/* Table and row of each, plus one; 0: there is none. */
static uint8_t syscall_by_number[SYSCALL_MAX];

_Static_assert(SYSCALL_TABLES * SYSCALL_ROWS <= UINT8_MAX,
    "syscall_by_number");

static int syscall_ready;

int64_t
sys_ok(struct ask *ask)
{
	(void)ask;
	return 0;
}

static void
syscall_prepare(void)
{
	for (unsigned t = 0; t < SYSCALL_TABLES; t++)
		for (unsigned i = 0; i < syscall_tables[t]->rows; i++)
			syscall_by_number[syscall_tables[t]->row[i].number] =
			    (uint8_t)(t * SYSCALL_ROWS + i + 1);
	syscall_ready = 1;
}

static int64_t
syscall_call(uint64_t number, struct ask *ask)
{
	unsigned n;

	if (number >= CMSCALL_STATE && number < CMSCALL_END)
		return sys_record((unsigned)(number - CMSCALL_STATE), ask);
	if (number >= CMSCALL_BASE && number < CMSCALL_STATE)
		return sys_cms((unsigned)(number - CMSCALL_BASE), ask);
	n = number < SYSCALL_MAX ? syscall_by_number[number] : 0;
	if (n-- == 0)
		return E_NOSYS;
	return syscall_tables[n / SYSCALL_ROWS]->row[n % SYSCALL_ROWS].call(
	    ask);
}

void syscall_entry(struct frame *frame);

void
syscall_entry(struct frame *frame)
{
	struct ask ask = {
		.p = program_current(),
		.a = { frame->rdi, frame->rsi, frame->rdx, frame->r10,
		    frame->r8, frame->r9 },
	};

	if (!syscall_ready)
		syscall_prepare();
	frame->rax = (uint64_t)syscall_call(frame->rax, &ask);
	program_check(frame);
}
