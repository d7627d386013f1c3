/* SPDX-License-Identifier: MIT
 *
 * cpu.h - the processor: its tables, model specific registers and what
 * vectors.S offers to C.
 */
#ifndef CMS_CPU_H
#define CMS_CPU_H

#include <stdint.h>

#include "layout.h"

/* What interrupted code looked like; vectors.S pushes it in this order. */
struct frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

struct tss {
	uint32_t reserved0;
	uint64_t rsp0;
	uint64_t rsp1, rsp2;
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t iomap;
} __attribute__((packed));

extern struct tss cpu_tss;

#define RFLAGS_START 0x202 /* IF, and the bit that is always one */

void cpu_init(void);
void cpu_fpu_reset(void);
void cpu_fpu_save(void *area512);
void cpu_fpu_load(const void *area512);
void cpu_set_fs(uint64_t base);
void cpu_set_gs(uint64_t base);
uint64_t cpu_fault_address(void);
void cpu_load_tables(uint64_t real);
void cpu_flush_tables(void);
uint64_t cpu_random(void);

/* Stop for good: a disabled wait, which CP reports with this code. */
_Noreturn void cpu_disabled_wait(uint32_t code);

/* vectors.S */
int vector_run(const struct frame *frame, uint64_t *save);
_Noreturn void vector_leave(uint64_t saved, int rc);
int vector_call(uint32_t real, uint16_t port);
void vector_wait(void);
extern char vector_exceptions[], vector_io[], vector_external[];
extern char vector_syscall[], vector_call_out[], vector_refused[];

/* entry.S and nucleus.ld */
extern char nucleus_text[], nucleus_rodata[], nucleus_data[];
extern char nucleus_guard[], nucleus_end[], stack_top[], fault_stack_top[];
extern uint64_t gdt[];

#endif
