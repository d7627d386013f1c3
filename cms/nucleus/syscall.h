/* SPDX-License-Identifier: MIT
 *
 * syscall.h - what a program can ask for: a subset of Linux's system calls,
 * with Linux's numbers and structures, and CMS's own (lib/cmscall.h).
 */
#ifndef CMS_SYSCALL_H
#define CMS_SYSCALL_H

#include <stdint.h>

#include "program.h"

/* What a program asks with. */
struct ask {
	struct program *p;
	uint64_t a[6];
};

typedef int64_t syscall_fn(struct ask *ask);

/* One row of a table; each sys_*.c has one. */
struct syscall_row {
	uint16_t number;
	syscall_fn *call;
};

struct syscall_table {
	const struct syscall_row *row;
	unsigned rows;
};

extern const struct syscall_table sys_io_calls;
extern const struct syscall_table sys_poll_calls;
extern const struct syscall_table sys_memory_calls;
extern const struct syscall_table sys_process_calls;
extern const struct syscall_table sys_time_calls;

/* CMS's own: by number from CMSCALL_BASE. */
int64_t sys_cms(unsigned number, struct ask *ask);

/* Is it one of the three files that a program has? */
static inline int
sys_is_file(uint64_t fd)
{
	return fd < 3;
}

/* A file is looked for, and there is none. */
int64_t sys_no_file(struct ask *ask);
int64_t sys_ok(struct ask *ask);

/* Linux's error numbers, returned negative. */
enum { E_PERM = -1, E_NOENT = -2, E_SRCH = -3, E_BADF = -9, E_AGAIN = -11,
	E_NOMEM = -12, E_FAULT = -14, E_EXIST = -17, E_NODEV = -19,
	E_INVAL = -22, E_NOTTY = -25, E_NOSPC = -28, E_SPIPE = -29,
	E_NOSYS = -38 };

#endif
