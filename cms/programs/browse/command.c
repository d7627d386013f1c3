/* SPDX-License-Identifier: MIT
 *
 * command.c - BROWSE's commands: where to look in the file.  A PF key is a
 * command, too.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "browse.h"
#include "words.h"

#define HELP_FILE "BROWSE HELPCMS S"

struct command {
	const char *name;
	unsigned least;
	void (*run)(struct browse *b, const char *rest);
};

static const char *
browse_blanks(const char *text)
{
	while (*text == ' ')
		text++;
	return text;
}

static void
browse_invalid(struct browse *b, const char *text)
{
	browse_error(b, 520, "INVALID OPERAND: %s", text);
}

/* A number, or what there is without one: 0, or -1 after a message. */
static int
browse_number(struct browse *b, const char *text, unsigned long usual,
    unsigned long *n)
{
	char word[16];
	size_t len = strcspn(text, " ");

	*n = usual;
	if (*text == '\0')
		return 0;
	if (len < sizeof word && *browse_blanks(text + len) == '\0') {
		memcpy(word, text, len);
		word[len] = '\0';
		if (words_number(word, 0x7FFFFFFF, n) == 0)
			return 0;
	}
	browse_invalid(b, text);
	return -1;
}

/* --- up and down --- */

static void
browse_go(struct browse *b, unsigned long line)
{
	unsigned long last = b->lines > 0 ? b->lines : 1;

	b->top = line < 1 ? 1 : line > last ? last : line;
}

static void
browse_down(struct browse *b, unsigned long n)
{
	if (b->top + browse_page(b) > b->lines && n > 1)
		strcpy(b->message, "END OF FILE");
	else
		browse_go(b, b->top + n);
}

static void
browse_up(struct browse *b, unsigned long n)
{
	if (b->top == 1)
		strcpy(b->message, "TOP OF FILE");
	browse_go(b, n < b->top ? b->top - n : 1);
}

static void
run_top(struct browse *b, const char *rest)
{
	if (*rest != '\0')
		browse_invalid(b, rest);
	else
		browse_go(b, 1);
}

/* The last page, and the end's own line on it. */
static void
run_bottom(struct browse *b, const char *rest)
{
	unsigned long page = browse_page(b);

	if (*rest != '\0')
		browse_invalid(b, rest);
	else
		browse_go(b, b->lines + 2 > page ? b->lines + 2 - page : 1);
}

static void
run_down(struct browse *b, const char *rest)
{
	unsigned long n;

	if (browse_number(b, rest, 1, &n) == 0)
		browse_down(b, n);
}

static void
run_up(struct browse *b, const char *rest)
{
	unsigned long n;

	if (browse_number(b, rest, 1, &n) == 0)
		browse_up(b, n);
}

static void
run_forward(struct browse *b, const char *rest)
{
	unsigned long n;

	if (browse_number(b, rest, 1, &n) == 0)
		browse_down(b, n * browse_page(b));
}

static void
run_backward(struct browse *b, const char *rest)
{
	unsigned long n;

	if (browse_number(b, rest, 1, &n) == 0)
		browse_up(b, n * browse_page(b));
}

static void
run_line(struct browse *b, const char *rest)
{
	unsigned long n;

	if (browse_number(b, rest, 0, &n) != 0)
		return;
	if (n < 1 || n > b->lines)
		browse_invalid(b, rest);
	else
		browse_go(b, n);
}

/* --- left and right --- */

static void
run_left(struct browse *b, const char *rest)
{
	unsigned long n;

	if (browse_number(b, rest, browse_width(b) / 2, &n) == 0)
		b->left = n < b->left ? b->left - n : 0;
}

static void
run_right(struct browse *b, const char *rest)
{
	unsigned long n, most = b->st.lrecl > 1 ? b->st.lrecl - 1 :
	    BROWSE_PIECE - 1;

	if (browse_number(b, rest, browse_width(b) / 2, &n) != 0)
		return;
	b->left = n < most - b->left ? b->left + n : most;
}

static void
run_hex(struct browse *b, const char *rest)
{
	if (*rest == '\0')
		b->hex = !b->hex;
	else if (words_is(rest, "ON", 2) || words_is(rest, "OFF", 3))
		b->hex = words_is(rest, "ON", 2);
	else
		browse_invalid(b, rest);
}

/* --- texts --- */

static void
browse_locate(struct browse *b, int back, unsigned long line)
{
	unsigned long column;

	if (b->sought[0] == '\0') {
		browse_error(b, 545, "MISSING OPERAND: WHICH TEXT?");
		return;
	}
	switch (browse_seek(b, back, &line, &column)) {
	case 1:
		browse_go(b, line);
		if (column < b->left || column >= b->left + browse_width(b))
			b->left = column;
		break;
	case 0:
		browse_error(b, 546, "TARGET NOT FOUND: %s", b->sought);
		break;
	default:
		browse_error(b, 104, "ERROR %d READING THE FILE", errno);
		break;
	}
}

/* /text, /text/ and -/text/, with any delimiter behind LOCATE.  A text may be
 * in the first line shown; without one, or with the same again, the last one
 * is looked for behind it. */
static void
run_locate(struct browse *b, const char *rest)
{
	int back = *rest == '-';
	unsigned long line = back ? b->top - 1 : b->top + 1;
	const char *end;
	size_t len;

	rest += back;
	if (*rest != '\0' && rest[1] != '\0') {
		end = strchr(rest + 1, *rest);
		len = end != NULL ? (size_t)(end - rest - 1) :
		    strlen(rest + 1);
		if (len == 0 || isalnum((unsigned char)*rest) ||
		    (end != NULL && *browse_blanks(end + 1) != '\0')) {
			browse_invalid(b, rest);
			return;
		}
		if (strlen(b->sought) != len ||
		    memcmp(b->sought, rest + 1, len) != 0)
			line = b->top;
		memcpy(b->sought, rest + 1, len);
		b->sought[len] = '\0';
	}
	browse_locate(b, back, line);
}

/* --- others --- */

static void
run_quit(struct browse *b, const char *rest)
{
	if (*rest != '\0')
		browse_invalid(b, rest);
	else
		b->done = 1;
}

static void
run_help(struct browse *b, const char *rest)
{
	struct browse help;
	struct cms_stat st;
	int fd;

	(void)rest;
	if (b->help) {
		strcpy(b->message, "THIS IS HELP; QUIT, OR PF3, GOES BACK");
		return;
	}
	fd = cms_open(HELP_FILE, CMS_READ, &st);
	if (fd == -1) {
		browse_error(b, 254, "NO HELP: ERROR %d READING %s", errno,
		    HELP_FILE);
		return;
	}
	browse_begin(&help, fd, &st);
	help.help = 1;
	b->done = browse_file(&help) != 0;
	cms_close(fd);
}

/* The last command comes back to the command line. */
static void
run_recall(struct browse *b, const char *rest)
{
	(void)rest;
	strcpy(b->command, b->last);
}

static const struct command commands[] = {
	{ "BACKWARD", 2, run_backward },
	{ "BOTTOM", 1, run_bottom },
	{ "DOWN", 1, run_down },
	{ "END", 3, run_quit },
	{ "FORWARD", 2, run_forward },
	{ "HELP", 1, run_help },
	{ "HEX", 3, run_hex },
	{ "HX", 2, run_quit },
	{ "LEFT", 2, run_left },
	{ "LOCATE", 1, run_locate },
	{ "NEXT", 1, run_down },
	{ "QUIT", 1, run_quit },
	{ "RIGHT", 1, run_right },
	{ "TOP", 2, run_top },
	{ "UP", 1, run_up },
};

static int
browse_named(struct browse *b, const char *text)
{
	char word[16];
	size_t len = 0;

	while (isalpha((unsigned char)text[len]))
		len++;
	if (len == 0 || len >= sizeof word)
		return -1;
	memcpy(word, text, len);
	word[len] = '\0';
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (words_is(word, commands[i].name, commands[i].least)) {
			commands[i].run(b, browse_blanks(text + len));
			return 0;
		}
	return -1;
}

static void
browse_run(struct browse *b, const char *text)
{
	if (text[0] == ':')
		run_line(b, browse_blanks(text + 1));
	else if (isdigit((unsigned char)text[0]))
		run_line(b, text);
	else if (text[0] == '/' || (text[0] == '-' && text[1] == '/'))
		run_locate(b, text);
	else if (browse_named(b, text) == -1)
		browse_error(b, 542, "NO SUCH SUBCOMMAND: %s", text);
}

void
browse_command(struct browse *b, const char *text)
{
	char line[BROWSE_COMMAND + 1];
	size_t n;

	text = browse_blanks(text);
	n = strlen(text);
	while (n > 0 && text[n - 1] == ' ')
		n--;
	if (n > BROWSE_COMMAND)
		n = BROWSE_COMMAND;
	memcpy(line, text, n);
	line[n] = '\0';
	b->command[0] = '\0';
	if (line[0] == '\0')
		return;
	if (strcmp(line, "?") == 0) {
		run_recall(b, "");
		return;
	}
	if (strcmp(line, "=") == 0)
		strcpy(line, b->last);
	strcpy(b->last, line);
	browse_run(b, line);
}

void
browse_pf(struct browse *b, unsigned pf)
{
	static void (*const keys[12])(struct browse *, const char *) = {
		[0] = run_help, [2] = run_quit, [3] = run_top,
		[4] = run_bottom, [5] = run_locate, [6] = run_backward,
		[7] = run_forward, [8] = run_hex, [9] = run_left,
		[10] = run_right, [11] = run_recall,
	};
	unsigned key = (pf - 1) % 12;

	if (keys[key] != NULL)
		keys[key](b, "");
	else
		browse_error(b, 657, "UNDEFINED PFKEY/PAKEY");
}
