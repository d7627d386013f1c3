/* SPDX-License-Identifier: MIT
 *
 * entry.S - from the machine's start state (machine.h) to C in long mode.
 * Storage may hold anything from before: bss is cleared here.
 */
#include "layout.h"

#define REAL(symbol) (symbol - NUCLEUS_BASE)

	.section .text.start, "ax"
	.code32
	.globl start
start:
	cld
	lgdtl	REAL(gdt_pointer32)
	movl	$REAL(bss_start), %edi
	movl	$REAL(bss_end), %ecx
	subl	%edi, %ecx
	shrl	$2, %ecx
	xorl	%eax, %eax
	rep stosl

	/* The first 2 MiB at 0 (left again below), REAL_BASE and
	 * NUCLEUS_BASE; storage.c protects them afterwards. */
	movl	$REAL(table_pdpt) + 3, %eax
	movl	%eax, REAL(table_pml4)
	movl	%eax, REAL(table_pml4) + 511 * 8
	movl	$REAL(table_pd) + 3, %eax
	movl	%eax, REAL(table_pdpt)
	movl	%eax, REAL(table_pdpt) + 510 * 8
	movl	$0x83, REAL(table_pd)

	movl	$0x620, %eax		/* PAE OSFXSR OSXMMEXCPT */
	movl	%eax, %cr4
	movl	$REAL(table_pml4), %eax
	movl	%eax, %cr3
	movl	$0xC0000080, %ecx	/* EFER: NXE LME SCE */
	movl	$0x901, %eax
	xorl	%edx, %edx
	wrmsr
	movl	$0x80010033, %eax	/* PG WP NE ET MP PE */
	movl	%eax, %cr0
	ljmpl	$SEL_CODE, $REAL(start64)

	.code64
start64:
	movq	$1f, %rax
	jmp	*%rax
1:	xorl	%eax, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	movq	$stack_top, %rsp
	lgdt	gdt_pointer(%rip)
	xorl	%ebp, %ebp
	call	nucleus_main
	ud2

	.data
	.balign 16
	.globl gdt
gdt:
	.quad	0
	.quad	0x00AF9B000000FFFF	/* SEL_CODE: 64 bits, ring 0 */
	.quad	0x00CF93000000FFFF	/* SEL_DATA */
	.quad	0x00CFF3000000FFFF	/* SEL_USER_DATA */
	.quad	0x00AFFB000000FFFF	/* SEL_USER_CODE: 64 bits, ring 3 */
	.quad	0, 0			/* SEL_TSS: cpu.c */
gdt_end:
gdt_pointer32:
	.word	gdt_end - gdt - 1
	.long	REAL(gdt)
	.balign 8
gdt_pointer:
	.word	gdt_end - gdt - 1
	.quad	gdt

	.section .tables, "aw", @nobits
	.balign PAGE_SIZE
	.globl table_pml4, table_pdpt, table_pd, table_pt
table_pml4:
	.skip	PAGE_SIZE
table_pdpt:
	.skip	PAGE_SIZE
table_pd:
	.skip	PAGE_SIZE
table_pt:
	.skip	PAGE_SIZE

	.section .stack, "aw", @nobits
	.balign 16
	.skip	STACK_SIZE
	.globl stack_top
stack_top:
	.skip	FAULT_STACK_SIZE
	.globl fault_stack_top
fault_stack_top:

	.section .note.GNU-stack, "", @progbits
