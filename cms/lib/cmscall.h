/* SPDX-License-Identifier: MIT
 *
 * cmscall.h - CMS's own system calls, beside those it shares with Linux.
 *
 * As there: SYSCALL with the number in RAX and arguments in RDI, RSI, RDX,
 * R10, R8; the answer in RAX, negative errno when it failed.
 */
#ifndef CMSCALL_H
#define CMSCALL_H

#include <stdint.h>

/*
 * COMMAND  line, len, int32_t *rc         run a CMS command as if typed
 * CP       line, len, struct cmscall_cp * CP command, answer to a buffer
 * STACK    line, len, enum cmscall_order  put a line on the program stack
 * QUEUED                                  lines on the program stack
 *
 * Files (cms.h says what they do; st is a struct cms_stat *)
 * STATE    fileid, len, st
 * OPEN     fileid, len, enum cms_how, st
 * READ     fd, record, to, size
 * WRITE    fd, record, from, len
 * TRUNCATE fd, records
 * CLOSE    fd, 1: abandon
 * ERASE    fileid, len
 * RENAME   from, len, to, len
 * NEXT     pattern, len, uint64_t *cursor, st
 * DISK     mode letter, struct cms_disk *
 * DATE     fileid, len, const st
 *
 * BLOCK    struct cms_block_io *
 *
 * WRITEUR  vdev and type, records, size, size_t *done: to a punch or printer
 * SPOOL    struct cmscall_spool *: DIAGNOSE 14
 * ATEND    text, len: for CP when the program has ended
 *
 * SCREEN   struct cms_screen *: DIAGNOSE 8C
 * PAINT    DSP_WRITE or its like, data, len: DIAGNOSE 58
 * KEY      DSP_READ_MODIFIED or its like, record, size
 */
#define CMSCALL_BASE 0x370000
#define CMSCALL_COMMAND (CMSCALL_BASE + 0)
#define CMSCALL_CP (CMSCALL_BASE + 1)
#define CMSCALL_STACK (CMSCALL_BASE + 2)
#define CMSCALL_QUEUED (CMSCALL_BASE + 3)
#define CMSCALL_STATE (CMSCALL_BASE + 4)
#define CMSCALL_OPEN (CMSCALL_BASE + 5)
#define CMSCALL_READ (CMSCALL_BASE + 6)
#define CMSCALL_WRITE (CMSCALL_BASE + 7)
#define CMSCALL_TRUNCATE (CMSCALL_BASE + 8)
#define CMSCALL_CLOSE (CMSCALL_BASE + 9)
#define CMSCALL_ERASE (CMSCALL_BASE + 10)
#define CMSCALL_RENAME (CMSCALL_BASE + 11)
#define CMSCALL_NEXT (CMSCALL_BASE + 12)
#define CMSCALL_DISK (CMSCALL_BASE + 13)
#define CMSCALL_DATE (CMSCALL_BASE + 14)
#define CMSCALL_BLOCK (CMSCALL_BASE + 15)
#define CMSCALL_WRITEUR (CMSCALL_BASE + 16)
#define CMSCALL_SPOOL (CMSCALL_BASE + 17)
#define CMSCALL_ATEND (CMSCALL_BASE + 18)
#define CMSCALL_SCREEN (CMSCALL_BASE + 19)
#define CMSCALL_PAINT (CMSCALL_BASE + 20)
#define CMSCALL_KEY (CMSCALL_BASE + 21)
#define CMSCALL_END (CMSCALL_BASE + 22)

/* WRITEUR's first: vdev, and above it enum device_type (channel.h). */
#define CMSCALL_UR(vdev, type) ((vdev) | (type) << 16)

enum cmscall_order { CMSCALL_FIFO = 0, CMSCALL_LIFO = 1 };

#define CMSCALL_REPLY_MAX 8192

struct cmscall_cp {
	uint64_t reply; /* address; 0: CP answers on the console */
	uint32_t size;	/* of the buffer, at most CMSCALL_REPLY_MAX is used */
	uint32_t total; /* out: bytes of the whole answer */
	int32_t rc;	/* out: the number of CP's message, or 0 */
	uint32_t zero;
};

struct cmscall_spool {
	uint16_t vdev, sub; /* enum diag_spool_sub */
	uint16_t flags;
	uint16_t spoolid;
	uint32_t count;
	uint32_t size; /* of the buffer; out: bytes that there are */
	uint64_t to;   /* address */
};

#endif
