/* SPDX-License-Identifier: MIT
 *
 * cms_stack.c - the program stack, against a plain list.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stack.h"

#define LINES 400

struct model {
	char line[LINES][16];
	int buffer[LINES];
	int n, top;
};

static void
model_insert(struct model *m, int at, const char *text)
{
	memmove(m->line[at + 1], m->line[at],
	    (size_t)(m->n - at) * sizeof m->line[0]);
	memmove(&m->buffer[at + 1], &m->buffer[at],
	    (size_t)(m->n - at) * sizeof m->buffer[0]);
	snprintf(m->line[at], sizeof m->line[at], "%s", text);
	m->buffer[at] = m->top;
	m->n++;
}

static void
model_delete(struct model *m, int at)
{
	m->n--;
	memmove(m->line[at], m->line[at + 1],
	    (size_t)(m->n - at) * sizeof m->line[0]);
	memmove(&m->buffer[at], &m->buffer[at + 1],
	    (size_t)(m->n - at) * sizeof m->buffer[0]);
}

/* The first line of the newest buffer that has any. */
static int
model_first(const struct model *m)
{
	for (int b = m->top; b >= 0; b--)
		for (int i = 0; i < m->n; i++)
			if (m->buffer[i] == b)
				return i;
	return -1;
}

static void
push(struct stack *s, struct model *m, int lifo)
{
	char text[16];
	int at = m->n;

	memset(text, 'a' + rand() % 26, sizeof text);
	text[rand() % 15] = '\0';
	if (stack_push(s, text, strlen(text), lifo ? STACK_LIFO :
	    STACK_FIFO) == -1)
		return;
	for (int i = 0; lifo && i < m->n; i++)
		if (m->buffer[i] == m->top) {
			at = i;
			break;
		}
	model_insert(m, at, text);
}

static void
pull(struct stack *s, struct model *m)
{
	int first = model_first(m);
	char text[16];
	size_t len;

	assert_int_equal(stack_pull(s, text, sizeof text, &len), first >= 0);
	if (first < 0)
		return;
	assert_int_equal(len, strlen(m->line[first]));
	assert_memory_equal(text, m->line[first], len);
	model_delete(m, first);
}

static void
drop(struct stack *s, struct model *m)
{
	int n = rand() % (m->top + 2);

	assert_int_equal(stack_dropbuf(s, n),
	    n >= 1 && n <= m->top ? 0 : -1);
	if (n < 1 || n > m->top)
		return;
	for (int i = m->n; i-- > 0;)
		if (m->buffer[i] >= n)
			model_delete(m, i);
	m->top = n - 1;
}

static void
test_model(void **state)
{
	static struct model m;
	struct stack s;
	char *mem = malloc(1000); /* exactly, for the address sanitizer */

	(void)state;
	assert_non_null(mem);
	for (unsigned seed = 0; seed < 200; seed++) {
		srand(seed);
		m = (struct model){ 0 };
		stack_init(&s, mem, 1000);
		for (int n = 0; n < 500; n++) {
			switch (rand() % 10) {
			case 0:
				if (stack_makebuf(&s) != -1)
					m.top++;
				assert_int_equal(s.top, m.top);
				break;
			case 1:
				drop(&s, &m);
				break;
			case 2:
			case 3:
			case 4:
				pull(&s, &m);
				break;
			default:
				push(&s, &m, rand() % 2);
				break;
			}
			assert_int_equal(s.lines, m.n);
		}
	}
	free(mem);
}

static void
test_limits(void **state)
{
	struct stack s;
	char mem[8], text[8];
	size_t len;

	(void)state;
	stack_init(&s, mem, sizeof mem);
	assert_int_equal(stack_push(&s, "1234567", 7, STACK_FIFO), -1);
	assert_int_equal(stack_push(&s, "123456", 6, STACK_FIFO), 0);
	assert_int_equal(stack_push(&s, "", 0, STACK_LIFO), -1);
	assert_int_equal(stack_pull(&s, text, 3, &len), 1);
	assert_int_equal(len, 3);
	assert_int_equal(stack_pull(&s, text, 3, &len), 0);
	assert_int_equal(stack_push(&s, "", STACK_LINE_MAX + 1, STACK_FIFO),
	    -1);
	for (int i = 1; i < STACK_BUFFERS; i++)
		assert_int_equal(stack_makebuf(&s), i);
	assert_int_equal(stack_makebuf(&s), -1);
	stack_clear(&s);
	assert_int_equal(s.top, 0);
	stack_init(&s, mem, 0);
	assert_int_equal(stack_push(&s, "", 0, STACK_FIFO), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
