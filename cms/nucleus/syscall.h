/* SPDX-License-Identifier: MIT
 *
 * syscall.h - what a program can ask for: a subset of Linux's system calls,
 * with Linux's numbers and structures, and CMS's own (lib/cmscall.h).
 */
#ifndef CMS_SYSCALL_H
#define CMS_SYSCALL_H

#include <stdint.h>

#include "error.h"
#include "path.h"
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

#define SYSCALL_ROWS 32 /* in one table, at most */
#define SYSCALL_TABLE(name, array)                                       \
	_Static_assert(sizeof(array) / sizeof((array)[0]) <=             \
	    SYSCALL_ROWS, #name);                                        \
	const struct syscall_table name = {                              \
		array, sizeof(array) / sizeof((array)[0])                \
	}

extern const struct syscall_table sys_file_calls;
extern const struct syscall_table sys_io_calls;
extern const struct syscall_table sys_poll_calls;
extern const struct syscall_table sys_memory_calls;
extern const struct syscall_table sys_process_calls;
extern const struct syscall_table sys_stat_calls;
extern const struct syscall_table sys_time_calls;

/* CMS's own: by number from CMSCALL_BASE; files' from CMSCALL_STATE. */
int64_t sys_cms(unsigned number, struct ask *ask);
int64_t sys_record(unsigned number, struct ask *ask);
int64_t sys_block(struct ask *ask);
int64_t sys_write_ur(struct ask *ask);
int64_t sys_spool(struct ask *ask);
int64_t sys_at_end(struct ask *ask);
int64_t sys_screen(struct ask *ask);
int64_t sys_paint(struct ask *ask);
int64_t sys_key(struct ask *ask);

/* Open files' flags, with Linux's numbers. */
#define O_ACCMODE 3
#define O_RDONLY 0
#define O_WRONLY 1
#define O_RDWR 2
#define O_CREAT 0100
#define O_EXCL 0200
#define O_TRUNC 01000
#define O_APPEND 02000
#define O_DIRECTORY 0200000
#define O_TMPFILE 020000000

#define AT_FDCWD -100
#define AT_EMPTY_PATH 0x1000

/*
 * The path at an address in the program, relative to a directory's
 * descriptor or AT_FDCWD.  sys_path_is_empty: none, with AT_EMPTY_PATH.
 */
int sys_path(struct ask *ask, uint64_t directory, uint64_t at,
    struct path *path);
int sys_path_is_empty(struct ask *ask, uint64_t at);

/* The file of a path, also one that is being made: 0, or an error. */
int sys_find(const struct path *path, struct access **a, struct edf_stat *st);

/* A file's number: one that a name has, and hardly another one too. */
uint64_t sys_file_number(const struct edf_stat *st);

/* What needs nothing done. */
int64_t sys_ok(struct ask *ask);

#endif
