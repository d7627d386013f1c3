/* SPDX-License-Identifier: MIT
 *
 * layout.h - the address space of the nucleus and its programs, drawn.
 * Included by assembler too: macros only.
 *
 *   0000000000000000  unmapped: a null pointer ends its program
 *   0000000000010000  the program: USER_LOW to USER_TOP
 *   0000010000000000    a static-pie program is put here
 *   00007FFFFFFFE000    its stack's end; mmap grows down below it
 *   FFFFFF8000000000  REAL_BASE: all real storage, for the nucleus only
 *   FFFFFFFF80000000  NUCLEUS_BASE: the same storage's first 2 MiB, where the
 *                     nucleus is linked
 *
 * Real storage
 *   0000 low storage (machine.h), 0200 block 0 of the IPL disk, 1000 the
 *   nucleus, then frames in order of use, at its end the console stack.
 */
#ifndef CMS_LAYOUT_H
#define CMS_LAYOUT_H

#define PAGE_SIZE 4096

#define USER_LOW 0x10000
#define USER_PIE 0x10000000000
#define USER_STACK_TOP 0x7FFFFFFFE000
#define USER_TOP 0x7FFFFFFFF000

#define REAL_BASE 0xFFFFFF8000000000
#define NUCLEUS_BASE 0xFFFFFFFF80000000

/* Selectors.  SYSRET wants user data before user code. */
#define SEL_CODE 0x08
#define SEL_DATA 0x10
#define SEL_USER_DATA (0x18 | 3)
#define SEL_USER_CODE (0x20 | 3)
#define SEL_TSS 0x28

/* Room for EXECs and programs inside each other, as deep as they may go (750
 * and 1,200 bytes a level) and a command on a disk at the bottom.  What is not
 * reached is never touched. */
#define STACK_SIZE 22528
#define FAULT_STACK_SIZE 2048

/* machine.h's, which assembler cannot read; cpu.c checks that they agree. */
#define VECTOR_IO 0x30
#define VECTOR_EXTERNAL 0x31
#define PORT_WAIT 0x378

/* A number no exception has: the frame was made by SYSCALL. */
#define VECTOR_SYSCALL 256

#endif
