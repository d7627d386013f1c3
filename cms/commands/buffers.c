/* SPDX-License-Identifier: MIT
 *
 * buffers.c - MAKEBUF, DROPBUF, DESBUF, SENTRIES: the program stack.
 */
#include "commands.h"
#include "console.h"
#include "text.h"

#define RC_NO_BUFFER 1

static int
makebuf_run(const struct command_line *line)
{
	int n;

	if (line->words > 1)
		return command_invalid(line, 1);
	n = stack_makebuf(console_stack());
	if (n == -1) {
		console_line("DMSMKB056E TOO MANY BUFFERS");
		return -1;
	}
	return n;
}

const struct command command_makebuf = {
	.name = "MAKEBUF",
	.abbrev = 7,
	.code = "MKB",
	.run = makebuf_run,
};

static int
dropbuf_run(const struct command_line *line)
{
	struct stack *stack = console_stack();
	unsigned long n = (unsigned long)stack->top;

	if (line->words > 1 && text_number(line->word[1].at,
	    line->word[1].len, STACK_BUFFERS, &n) == -1)
		return command_invalid(line, 1);
	if (line->words > 2)
		return command_invalid(line, 2);
	if (stack_dropbuf(stack, (int)n) == -1) {
		console_line("DMSDRB055E BUFFER %lu DOES NOT EXIST", n);
		return RC_NO_BUFFER;
	}
	return 0;
}

const struct command command_dropbuf = {
	.name = "DROPBUF",
	.abbrev = 7,
	.code = "DRB",
	.run = dropbuf_run,
};

static int
desbuf_run(const struct command_line *line)
{
	if (line->words > 1)
		return command_invalid(line, 1);
	stack_clear(console_stack());
	console_clear_typed();
	return 0;
}

const struct command command_desbuf = {
	.name = "DESBUF",
	.abbrev = 6,
	.code = "DSB",
	.run = desbuf_run,
};

static int
sentries_run(const struct command_line *line)
{
	if (line->words > 1)
		return command_invalid(line, 1);
	return (int)console_stack()->lines;
}

const struct command command_sentries = {
	.name = "SENTRIES",
	.abbrev = 8,
	.code = "SEN",
	.run = sentries_run,
};
