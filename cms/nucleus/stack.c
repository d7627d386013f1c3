/* SPDX-License-Identifier: MIT
 *
 * stack.c - a stack of lines.  Each is two bytes of length and its text.
 */
#include "stack.h"
#include "str.h"

#define STACK_HEAD 2

static size_t
stack_len(const struct stack *s, size_t at)
{
	return (size_t)(unsigned char)s->mem[at] |
	    (size_t)(unsigned char)s->mem[at + 1] << 8;
}

static void
stack_store(struct stack *s, size_t at, const char *line, size_t len)
{
	s->mem[at] = (char)(len & 0xFF);
	s->mem[at + 1] = (char)(len >> 8);
	memcpy(s->mem + at + STACK_HEAD, line, len);
}

static size_t
stack_end(const struct stack *s, int buffer)
{
	return buffer == s->top ? s->tail : s->start[buffer + 1];
}

static int
stack_empty(const struct stack *s, int buffer)
{
	return s->head[buffer] == stack_end(s, buffer);
}

/* Give the newest buffer's used-up front back. */
static void
stack_compact(struct stack *s)
{
	size_t start = s->start[s->top], head = s->head[s->top];

	memmove(s->mem + start, s->mem + head, s->tail - head);
	s->tail -= head - start;
	s->head[s->top] = start;
}

void
stack_init(struct stack *s, void *mem, size_t size)
{
	*s = (struct stack){ .mem = mem, .size = size };
}

static void
stack_push_lifo(struct stack *s, const char *line, size_t len)
{
	size_t need = STACK_HEAD + len;
	size_t *head = &s->head[s->top];
	size_t room = *head - s->start[s->top];

	if (room < need) {
		size_t shift = need - room;

		memmove(s->mem + *head + shift, s->mem + *head,
		    s->tail - *head);
		s->tail += shift;
		*head += shift;
	}
	*head -= need;
	stack_store(s, *head, line, len);
}

int
stack_push(struct stack *s, const char *line, size_t len,
    enum stack_order order)
{
	size_t need = STACK_HEAD + len;

	if (len > STACK_LINE_MAX)
		return -1;
	if (s->size - s->tail < need)
		stack_compact(s);
	if (s->size - s->tail < need)
		return -1;
	if (order == STACK_LIFO) {
		stack_push_lifo(s, line, len);
	} else {
		stack_store(s, s->tail, line, len);
		s->tail += need;
	}
	s->lines++;
	return 0;
}

int
stack_pull(struct stack *s, char *line, size_t size, size_t *len)
{
	int b = s->top;
	size_t at, n;

	while (b > 0 && stack_empty(s, b))
		b--;
	if (stack_empty(s, b))
		return 0;
	at = s->head[b];
	n = stack_len(s, at);
	*len = n < size ? n : size;
	memcpy(line, s->mem + at + STACK_HEAD, *len);
	s->head[b] = at + STACK_HEAD + n;
	s->lines--;
	if (b == s->top && stack_empty(s, b))
		s->head[b] = s->tail = s->start[b];
	return 1;
}

int
stack_makebuf(struct stack *s)
{
	if (s->top + 1 >= STACK_BUFFERS)
		return -1;
	s->top++;
	s->start[s->top] = s->head[s->top] = s->tail;
	return s->top;
}

static size_t
stack_count(const struct stack *s, int buffer)
{
	size_t n = 0;

	for (size_t at = s->head[buffer]; at < stack_end(s, buffer); n++)
		at += STACK_HEAD + stack_len(s, at);
	return n;
}

int
stack_dropbuf(struct stack *s, int n)
{
	if (n < 1 || n > s->top)
		return -1;
	while (s->top >= n) {
		s->lines -= stack_count(s, s->top);
		s->tail = s->start[s->top];
		s->top--;
	}
	return 0;
}

void
stack_clear(struct stack *s)
{
	stack_init(s, s->mem, s->size);
}
