/* SPDX-License-Identifier: MIT
 *
 * trap.c - exceptions and interrupts.  An exception in a program ends the
 * program; one in the nucleus ends CMS, with a last message.
 */
#include "console.h"
#include "cpu.h"
#include "io.h"
#include "page.h"
#include "print.h"
#include "program.h"
#include "trap.h"

#define VECTOR_NMI 2
#define VECTOR_DF 8
#define VECTOR_GP 13
#define VECTOR_PF 14
#define VECTOR_MC 18
#define EXCEPTIONS 32

static const struct {
	const char *mnemonic;
	const char *name;
} trap_names[EXCEPTIONS] = {
	[0] = { "#DE", "DIVIDE" },
	[1] = { "#DB", "DEBUG" },
	[2] = { "NMI", "NON-MASKABLE INTERRUPT" },
	[3] = { "#BP", "BREAKPOINT" },
	[4] = { "#OF", "OVERFLOW" },
	[5] = { "#BR", "BOUND" },
	[6] = { "#UD", "OPERATION" },
	[7] = { "#NM", "NO COPROCESSOR" },
	[8] = { "#DF", "DOUBLE FAULT" },
	[10] = { "#TS", "INVALID TSS" },
	[11] = { "#NP", "SEGMENT" },
	[12] = { "#SS", "STACK" },
	[13] = { "#GP", "PRIVILEGED OPERATION OR GENERAL PROTECTION" },
	[14] = { "#PF", "PROTECTION" },
	[16] = { "#MF", "FLOATING-POINT" },
	[17] = { "#AC", "ALIGNMENT" },
	[18] = { "#MC", "MACHINE CHECK" },
	[19] = { "#XM", "SIMD FLOATING-POINT" },
};

static const char *
trap_name(uint64_t vector)
{
	return vector < EXCEPTIONS && trap_names[vector].name != NULL ?
	    trap_names[vector].name : "UNKNOWN";
}

static const char *
trap_mnemonic(uint64_t vector)
{
	return vector < EXCEPTIONS && trap_names[vector].mnemonic != NULL ?
	    trap_names[vector].mnemonic : "#??";
}

static const char *
trap_access(uint64_t error)
{
	if (error & FAULT_FETCH)
		return "EXECUTING";
	return error & FAULT_WRITE ? "WRITING" : "READING";
}

static uint32_t
trap_prot(uint64_t error)
{
	if (error & FAULT_FETCH)
		return REGION_EXEC;
	return error & FAULT_WRITE ? REGION_WRITE : REGION_READ;
}

/* The program's own fault: say which, where, in what, and go on without it. */
static void
trap_program(const struct frame *frame)
{
	struct program *p = program_current();
	uint64_t address = cpu_fault_address();

	if (frame->vector != VECTOR_PF) {
		console_line("DMSITP141T %s (%s) EXCEPTION OCCURRED AT %lX IN "
		    "ROUTINE %s", trap_name(frame->vector),
		    trap_mnemonic(frame->vector), frame->rip, p->name);
		program_abort(PROGRAM_ABEND);
	}
	switch (space_fault(&p->space, address, trap_prot(frame->error))) {
	case SPACE_DONE:
		return;
	case SPACE_FULL:
		console_line("DMSITP109T VIRTUAL STORAGE CAPACITY EXCEEDED AT "
		    "%lX IN ROUTINE %s", frame->rip, p->name);
		program_abort(PROGRAM_NO_STORAGE);
	case SPACE_REFUSED:
		break;
	}
	console_line("DMSITP141T %s (#PF) EXCEPTION OCCURRED AT %lX IN "
	    "ROUTINE %s, %s %lX",
	    region_find(&p->space.regions, address) != NULL ?
	    "PROTECTION" : "ADDRESSING", frame->rip, p->name,
	    trap_access(frame->error), address);
	program_abort(PROGRAM_ABEND);
}

/* The nucleus's fault.  Nothing but the console is trusted any more. */
static _Noreturn void
trap_abend(const struct frame *frame)
{
	static int abending;
	static char text[160];
	size_t n;

	if (abending++)
		cpu_disabled_wait(WAIT_ABEND | (uint32_t)frame->vector);
	n = print_into(text, sizeof text, "DMSABN148T SYSTEM ABEND %s (%s) "
	    "CODE %lX AT %lX ADDRESS %lX STACK %lX", trap_name(frame->vector),
	    trap_mnemonic(frame->vector), frame->error, frame->rip,
	    cpu_fault_address(), frame->rsp);
	console_panic(text, n);
	cpu_disabled_wait(WAIT_ABEND | (uint32_t)frame->vector);
}

/* CP's program interruption at vector_call(): its caller gets -1. */
static int
trap_refused(struct frame *frame)
{
	uint64_t out = (uint64_t)vector_call_out;

	if (frame->vector != VECTOR_GP ||
	    (frame->rip != out && frame->rip != out + 1))
		return 0;
	storage_lowcore()->pgm_code = MACHINE_PGM_NONE;
	frame->rip = (uint64_t)vector_refused;
	return 1;
}

void trap_entry(struct frame *frame);

void
trap_entry(struct frame *frame)
{
	int ring3 = (frame->cs & 3) == 3;

	switch (frame->vector) {
	case VECTOR_IO:
		io_interrupt();
		break;
	case VECTOR_EXTERNAL: /* the external key means nothing to CMS */
		break;
	case VECTOR_NMI:
	case VECTOR_DF:
	case VECTOR_MC: /* never a program's doing, wherever it was found */
		trap_abend(frame);
	default:
		if (ring3)
			trap_program(frame);
		else if (!trap_refused(frame))
			trap_abend(frame);
		break;
	}
	if (ring3)
		program_check(frame);
}
