/* SPDX-License-Identifier: MIT
 *
 * program.h - a program in ring 3: loaded, run, ended.  One runs at a time; a
 * program may have another run inside it, and waits for it.
 */
#ifndef CMS_PROGRAM_H
#define CMS_PROGRAM_H

#include <stdint.h>

#include "channel.h"
#include "cpu.h"
#include "file.h"
#include "space.h"

#define PROGRAM_DEPTH 8
#define PROGRAM_AT_END 64 /* as cms.h says */
#define PROGRAM_FILES 64

struct program {
	uint8_t fpu[512] __attribute__((aligned(16))); /* while another runs */
	struct frame start; /* what it begins with */
	struct program *outer;
	struct space space;
	char name[9];
	int depth;
	uint64_t leave;	    /* for vector_leave() */
	uint64_t fs, gs;
	uint64_t brk_base, brk;
	uint64_t mmap_top;
	size_t in_at, in_len; /* the rest of a typed line */
	char in[CON_LINE_MAX + 1];
	char line[CON_LINE_MAX + 1]; /* a command it has given */
	char at_end[PROGRAM_AT_END]; /* what CP is told then */
	size_t at_end_len;
	void *room; /* program_room()'s */
	size_t room_size;
	struct file *fd[PROGRAM_FILES];
	char directory;	/* where relative paths begin (path.h) */
	int abandoned;	/* it has not ended by itself */
};

/* The program that runs, or NULL. */
struct program *program_current(void);

/*
 * Run a file of a disk with the words of `line` as its arguments; the first
 * is its own name.  Its return code, or one of PROGRAM_*, after a message.
 */
int program_run(struct access *disk, const struct edf_stat *st,
    const char *line);

#define PROGRAM_NOT_EXECUTABLE 32
#define PROGRAM_READ_ERROR 100
#define PROGRAM_WRITE_ERROR 105 /* a file could not be closed */
#define PROGRAM_NO_STORAGE 104
#define PROGRAM_ABEND 141  /* the number of the message */
#define PROGRAM_HALTED 142 /* by HX */

/* Frames that programs may still come to want: nobody else takes them. */
uint64_t program_promised(void);

/*
 * Room of the nucleus's for one system call of the program: what is CP's, a
 * channel program's or the reader's before the program gets it.  It stays the
 * program's until it ends.  NULL when there is no storage for it.
 */
void *program_room(struct program *p, size_t bytes);

/* How large a program's stack can become. */
uint64_t program_stack_size(void);

/* The running program ends, and its files are closed. */
_Noreturn void program_end(int rc);

/* It is ended.  As ever in CMS, what it wrote to files that it has not closed
 * is lost, and those files are as they were. */
_Noreturn void program_abort(int rc);

/* Before any return to it: does it still run, and may it run there? */
void program_check(const struct frame *frame);

#endif
