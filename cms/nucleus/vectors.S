/* SPDX-License-Identifier: MIT
 *
 * vectors.S - into the nucleus and out of it again: exceptions, interrupts,
 * SYSCALL, the ways to ring 3 and back.  No decisions here: trap.c and
 * syscall.c make them.  The nucleus runs with interrupts disabled.
 */
#include "layout.h"

	.macro	SAVE_REGISTERS
	pushq	%rax
	pushq	%rbx
	pushq	%rcx
	pushq	%rdx
	pushq	%rsi
	pushq	%rdi
	pushq	%rbp
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	.endm

	.macro	LOAD_REGISTERS
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rbp
	popq	%rdi
	popq	%rsi
	popq	%rdx
	popq	%rcx
	popq	%rbx
	popq	%rax
	.endm

	.text
	/* Exceptions 8, 10-14, 17, 21, 29, 30 push an error code. */
	.set	with_code, 0x60227D00
	.set	n, 0
	.rept	32
	.balign 16
	.if n == 0
	.globl vector_exceptions
vector_exceptions:
	.endif
	.if ((with_code >> n) & 1) == 0
	pushq	$0
	.endif
	pushq	$n
	jmp	vector_common
	.set	n, n + 1
	.endr

	.balign 16
	.globl vector_io
vector_io:
	pushq	$0
	pushq	$VECTOR_IO
	jmp	vector_common

	.globl vector_external
vector_external:
	pushq	$0
	pushq	$VECTOR_EXTERNAL

vector_common:
	SAVE_REGISTERS
	cld
	movq	%rsp, %rdi
	call	trap_entry
	LOAD_REGISTERS
	addq	$16, %rsp
	iretq

/* SYSCALL: the same frame as an interrupt's. */
	.globl vector_syscall
vector_syscall:
	movq	%rsp, user_rsp(%rip)
	movq	cpu_tss + 4(%rip), %rsp
	pushq	$SEL_USER_DATA
	pushq	user_rsp(%rip)
	pushq	%r11
	pushq	$SEL_USER_CODE
	pushq	%rcx
	pushq	$0
	pushq	$VECTOR_SYSCALL
	SAVE_REGISTERS
	movq	%rsp, %rdi
	call	syscall_entry
	LOAD_REGISTERS
	/* syscall_entry saw to it that rip is canonical. */
	movq	16(%rsp), %rcx
	movq	32(%rsp), %r11
	movq	40(%rsp), %rsp
	sysretq

/*
 * int vector_run(const struct frame *frame, uint64_t *save)
 * Run a program in ring 3 from frame on.  Returns when vector_leave() is
 * called with what was stored in *save; what interrupts the program meanwhile
 * goes on the stack below.
 */
	.globl vector_run
vector_run:
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, (%rsi)
	movq	%rsp, %rax
	andq	$-16, %rax
	movq	%rax, cpu_tss + 4(%rip)
	movq	%rdi, %rsp
	LOAD_REGISTERS
	addq	$16, %rsp
	iretq

/* void vector_leave(uint64_t saved, int rc) */
	.globl vector_leave
vector_leave:
	movq	%rdi, %rsp
	movl	%esi, %eax
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	ret

/*
 * int vector_call(uint32_t real, uint16_t port)
 * Hand a block to CP.  0; -1 when CP refused it by a program interruption
 * (trap.c continues then at vector_refused).
 */
	.globl vector_call, vector_call_out, vector_refused
vector_call:
	movl	%edi, %eax
	movl	%esi, %edx
vector_call_out:
	outl	%eax, %dx
	xorl	%eax, %eax
	ret
vector_refused:
	movl	$-1, %eax
	ret

/* void vector_wait(void): until an interrupt has been taken, or was not. */
	.globl vector_wait
vector_wait:
	movl	$PORT_WAIT, %edx
	xorl	%eax, %eax
	outl	%eax, %dx
	sti
	nop
	cli
	ret

	.section .bss
	.balign 8
user_rsp:
	.skip	8

	.section .note.GNU-stack, "", @progbits
