/* SPDX-License-Identifier: MIT
 *
 * stack.h - a stack of lines in a fixed piece of storage: first in first out
 * (FIFO) or last in first out (LIFO), in numbered buffers of which the newest
 * is used first.  CMS's program stack and terminal input buffer are two of
 * them.  Pure.
 */
#ifndef CMS_STACK_H
#define CMS_STACK_H

#include <stddef.h>

#define STACK_BUFFERS 64
#define STACK_LINE_MAX 65535

struct stack {
	char *mem;
	size_t size;
	size_t tail; /* where the newest buffer ends */
	size_t lines;
	int top; /* the newest buffer; 0 is always there */
	size_t start[STACK_BUFFERS]; /* of each buffer */
	size_t head[STACK_BUFFERS];  /* its first line */
};

enum stack_order { STACK_FIFO, STACK_LIFO };

void stack_init(struct stack *s, void *mem, size_t size);

/* 0, or -1 when there is no room. */
int stack_push(struct stack *s, const char *line, size_t len,
    enum stack_order order);

/* The next line, at most size bytes of it, and its length: 1, or 0. */
int stack_pull(struct stack *s, char *line, size_t size, size_t *len);

/* Make a buffer: its number, or -1 when there are too many. */
int stack_makebuf(struct stack *s);

/* Drop buffer n and all newer ones, with their lines: 0, or -1. */
int stack_dropbuf(struct stack *s, int n);

void stack_clear(struct stack *s);

#endif
