/* SPDX-License-Identifier: MIT
 *
 * rom.S - an option ROM for Bochs that enters a Linux kernel at once.
 *
 * It replaces a boot from disk, which costs a minute: kernel and initrd lie
 * in memory already (optramimage), and the kernel's PVH entry wants only
 * 32-bit protected mode and EBX = a struct hvm_start_info.
 *
 * Bochs 2.7 takes the blocks of 128 KiB that back the guest's memory from one
 * pool, in the order in which the guest first touches them, but loads the
 * image into that pool in a straight line.  So this touches blocks below 16
 * MiB until it sees the marker that stands before the kernel in the image,
 * then the kernel's and the initrd's addresses, block by block.
 *
 * tests/lab/vtx fills in what stands from ROM_PARAMETERS on.
 */
#define ROM_BASE 0xD0000
#define ROM_PARAMETERS 0x200
#define ROM_START_INFO 0x240
#define ROM_MARKER 0x37334D56 /* "VM37" */
#define BLOCK 0x20000

	.code16
	.globl _start
_start:
	.word 0xAA55
	.byte 4096 / 512
	cli
	inb $0x92, %al		/* A20 */
	orb $2, %al
	outb %al, $0x92
	movw %cs, %ax
	movw %ax, %ds
	lgdtl gdtr - _start
	movl %cr0, %eax
	orl $1, %eax
	movl %eax, %cr0
	ljmpl $8, $ROM_BASE + protected - _start

	.code32
protected:
	movl $16, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl $ROM_BASE + ROM_PARAMETERS, %ebp

	movl $0x200000, %edi
find_marker:
	movl (%edi), %eax
	addl $BLOCK, %edi
	cmpl $ROM_MARKER, %eax
	jne find_marker

	movl 4(%ebp), %edi	/* kernel: address, blocks */
	movl 8(%ebp), %ecx
touch_kernel:
	movl (%edi), %eax
	addl $BLOCK, %edi
	loop touch_kernel
	movl 12(%ebp), %edi	/* initrd: address, blocks */
	movl 16(%ebp), %ecx
touch_initrd:
	movl (%edi), %eax
	addl $BLOCK, %edi
	loop touch_initrd

	movl $ROM_BASE + ROM_START_INFO, %ebx
	jmp *(%ebp)		/* the kernel's entry */

	.balign 8
gdt:
	.quad 0
	.quad 0x00CF9B000000FFFF
	.quad 0x00CF93000000FFFF
gdtr:
	.word . - gdt - 1
	.long ROM_BASE + gdt - _start

	.org 4096
