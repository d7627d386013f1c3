/* SPDX-License-Identifier: MIT
 *
 * machine.h - the 370-mode virtual machine, as its guest finds it.
 *
 * Compiled by vmguest and by every guest that is written for us (CMS, the
 * guest tests), in 32-bit and 64-bit code: freestanding, fixed-width fields,
 * little-endian, no pointers.  Addresses are guest-real and below 4 GiB.
 *
 *   storage                              ports (OUT DX,EAX, 32 bits)
 *   00000000 +-----------------------+   370  DIAGNOSE  EAX = struct diag
 *            | low storage, 512 B    |   374  channel   EAX = struct chan_req
 *   00000200 +-----------------------+   378  wait      EAX ignored
 *            | the guest's           |   Any other OUT is ignored, any other
 *            ~                       ~   IN reads all ones, as on a bus where
 *   size     +-----------------------+   nobody answers.
 *            | nothing: reads all    |
 *            | ones, writes are lost |
 *   FFFFFFFF +-----------------------+
 *
 * Start state, after IPL read 24 bytes to location 0 and ran the channel
 * program at 8: one processor, 32-bit protected mode, paging off, EIP = the
 * IPL record's entry; CS base 0 limit 4 GiB selector 08; DS ES SS FS GS base
 * 0 limit 4 GiB selector 10; GDTR, IDTR and LDTR base 0 limit 0 (load your
 * own before you touch a segment register or cause an exception); EFLAGS 2
 * (IF=0); EBX = IPL device; EAX ECX EDX ESI EDI EBP ESP 0; no interrupt
 * pending but what the devices themselves raise afterwards.
 *
 * A saved system starts where it was saved instead: all registers are those
 * of then, the time stamp counter goes on from then, storage that the machine
 * has on top reads as zero.  Devices are as after a system reset, no interrupt
 * is pending, and low storage says version, ipl_vdev, storage, cpus, parm_len
 * and parm of this machine and this IPL; the rest of it is what was saved.
 *
 * Interrupts are presented when IF=1, one at a time; before the vector is
 * entered low storage tells what it is about.  There is no controller and no
 * end-of-interrupt: read low storage before you enable again.
 *
 * Waiting: OUT to MACHINE_PORT_WAIT with IF=0 returns as soon as an interrupt
 * is pending; STI then takes it.  HLT with IF=1 works too.  HLT with IF=0 is a
 * disabled wait: CP stops the machine and tells its user.
 */
#ifndef VM370_MACHINE_H
#define VM370_MACHINE_H

#include <stdint.h>

#include "vmtypes.h"

/* Checked at IPL against the low byte of the IPL record's mode flags. */
#define MACHINE_VERSION 1

/* The IPL record's mode flags: bits 0-7 version, the rest must be zero. */
#define MACHINE_IPL_VERSION_MASK 0xFFu

#define MACHINE_PORT_DIAG 0x370
#define MACHINE_PORT_CHAN 0x374
#define MACHINE_PORT_WAIT 0x378

/* Vectors.  Each fits the first 256 bytes above the processor's own 32. */
#define MACHINE_VECTOR_IO 0x30	     /* csw and io_vdev are stored */
#define MACHINE_VECTOR_EXTERNAL 0x31 /* ext_code is stored */

/*
 * A program interruption that CP reflects (a DIAGNOSE or channel block that
 * is outside storage or not aligned to 8, an unknown DIAGNOSE code) is the
 * processor's own #GP(0), with pgm_code and pgm_addr stored.
 */
enum machine_pgm {
	MACHINE_PGM_NONE = 0,
	MACHINE_PGM_OPERATION = 1,     /* no such DIAGNOSE */
	MACHINE_PGM_ADDRESSING = 5,    /* outside storage */
	MACHINE_PGM_SPECIFICATION = 6, /* alignment, length */
};

enum machine_ext {
	MACHINE_EXT_KEY = 0x40, /* CP EXTERNAL, and 1 to FF by its operand */
	MACHINE_EXT_BLOCK_IO = 0x2603, /* DIAGNOSE 250 ended; ext_parm its id */
};

/* Sizes of 370-mode storage, in bytes: whole 64 KiB, below 4 GiB. */
#define MACHINE_STORAGE_MIN (256u << 10)
#define MACHINE_STORAGE_MAX (3u << 30)
#define MACHINE_STORAGE_UNIT (64u << 10)

/* Channel command word: see channel.h. */
struct ccw {
	uint8_t cmd;
	uint8_t flags;
	uint16_t count;
	uint32_t addr;
};

/* Channel status word: see channel.h. */
struct csw {
	uint32_t ccw_addr; /* of the last CCW executed, plus 8 */
	uint8_t unit;
	uint8_t chan;
	uint16_t residual;
};

/* What IPL reads to location 0. */
struct ipl_record {
	uint32_t entry;
	uint32_t flags;
	struct ccw ccw[2];
};

#define MACHINE_PARM_MAX 64

/* Low storage.  CP writes what it says here, and nothing else of it. */
struct lowcore {
	struct ipl_record ipl;	  /* 00 read by IPL */
	uint8_t reserved0[8];	  /* 18 */
	uint32_t version;	  /* 20 MACHINE_VERSION, stored at IPL */
	uint32_t ipl_vdev;	  /* 24 */
	uint64_t storage;	  /* 28 bytes */
	uint32_t cpus;		  /* 30 always 1 in 370 mode */
	uint32_t reserved1[3];	  /* 34 */
	struct csw csw;		  /* 40 I/O interrupt */
	uint32_t io_vdev;	  /* 48 I/O interrupt */
	uint32_t ext_code;	  /* 4C external interrupt */
	uint32_t pgm_code;	  /* 50 enum machine_pgm */
	uint32_t pgm_addr;	  /* 54 the address that was refused */
	uint32_t ext_parm;	  /* 58 external interrupt, with some codes */
	uint32_t reserved2[7];	  /* 5C */
	uint32_t parm_len;	  /* 78 IPL ... PARM */
	uint32_t reserved3;	  /* 7C */
	char parm[MACHINE_PARM_MAX]; /* 80 */
	uint8_t guest[0x200 - 0xC0]; /* C0 the guest's own */
};

_Static_assert(sizeof(struct ccw) == 8, "ccw");
_Static_assert(sizeof(struct csw) == 8, "csw");
_Static_assert(sizeof(struct ipl_record) == 24, "ipl_record");
_Static_assert(sizeof(struct lowcore) == 0x200, "lowcore");

#endif
