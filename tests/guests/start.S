/* SPDX-License-Identifier: MIT
 *
 * start.S - where IPL enters a guest test: keep the start state for the test
 * that looks at it, make a stack, go to C.  The vectors lead here too.
 */
	.code32
	.section .text.start, "ax"
	.globl _start
_start:
	movl	%eax, start_regs + 0
	movl	%ebx, start_regs + 4
	movl	%ecx, start_regs + 8
	movl	%edx, start_regs + 12
	movl	%esi, start_regs + 16
	movl	%edi, start_regs + 20
	movl	%ebp, start_regs + 24
	movl	%esp, start_regs + 28
	movl	$stack_top, %esp
	pushfl
	popl	start_regs + 32
	movl	%cr0, %eax
	movl	%eax, start_regs + 36
	movl	%cr3, %eax
	movl	%eax, start_regs + 40
	movl	%cr4, %eax
	movl	%eax, start_regs + 44
	movl	$0, %eax
	movw	%cs, %ax
	movl	%eax, start_regs + 48
	movw	%ds, %ax
	movl	%eax, start_regs + 52
	movw	%es, %ax
	movl	%eax, start_regs + 56
	movw	%ss, %ax
	movl	%eax, start_regs + 60
	movw	%fs, %ax
	movl	%eax, start_regs + 64
	movw	%gs, %ax
	movl	%eax, start_regs + 68
	sgdt	start_gdtr
	sidt	start_idtr

	lgdt	gdt_pointer
	ljmp	$0x08, $1f
1:	movw	$0x10, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	%ax, %fs
	movw	%ax, %gs
	call	guest_main
1:	cli
	hlt
	jmp	1b

	.text
/* Every one leaves vector and error code on the stack under the registers. */
	.macro	trap n, error
	.globl	trap_\n
trap_\n:
	.if	\error == 0
	pushl	$0
	.endif
	pushl	$\n
	jmp	trap_common
	.endm

	trap	6, 0
	trap	8, 1
	trap	13, 1
	trap	14, 1
	trap	48, 0
	trap	49, 0

trap_common:
	pushal
	cld
	pushl	%esp
	call	guest_trap
	addl	$4, %esp
	popal
	addl	$8, %esp
	iret

	.data
	.balign 8
gdt:	.quad	0
	.quad	0x00CF9B000000FFFF
	.quad	0x00CF93000000FFFF
gdt_pointer:
	.word	23
	.long	gdt

	.balign	8
	.globl	start_regs, start_gdtr, start_idtr
start_regs:
	.fill	18, 4, 0
start_gdtr:
	.fill	8, 1, 0xAA
start_idtr:
	.fill	8, 1, 0xAA

	.bss
	.balign	16
	.fill	16384
stack_top:

	.section .note.GNU-stack, "", @progbits
