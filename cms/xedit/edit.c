/* SPDX-License-Identifier: MIT
 *
 * edit.c - EDIT: the editor at a line terminal, as a program of CMS.  Lines
 * come from the program stack and the console, files from CMS.  What the
 * commands do is in session.c and behind it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xedit.h"

#define RC_STORAGE 104
#define RC_CONSOLE 100

static void
edit_say(void *arg, const char *text, size_t len)
{
	(void)arg;
	fwrite(text, 1, len, stdout);
	putchar('\n');
}

/* What it says comes after what has been said here. */
static int
edit_command(void *arg, const char *command, bool cp)
{
	int rc = 0, failed;

	(void)arg;
	fflush(stdout);
	failed = cp ? cms_cp(command, NULL, 0, &rc) == -1 :
	    cms_command(command, &rc) == -1;
	if (failed)
		puts("DMSXDC132E COMMAND NOT TAKEN");
	return failed ? -1 : rc;
}

static int
edit_disk(void *arg, char mode, struct cms_disk *disk)
{
	(void)arg;
	return cms_disk(mode, disk);
}

static int
edit_state(void *arg, const char *fileid, struct cms_stat *st)
{
	(void)arg;
	return cms_state(fileid, st);
}

static int
edit_open(void *arg, const char *fileid, enum cms_how how, struct cms_stat *st)
{
	(void)arg;
	return cms_open(fileid, how, st);
}

static long
edit_read(void *arg, int fd, void *to, size_t size)
{
	(void)arg;
	return cms_read(fd, 0, to, size);
}

static int
edit_write(void *arg, int fd, const void *from, size_t len)
{
	(void)arg;
	return cms_write(fd, 0, from, len);
}

static int
edit_close(void *arg, int fd)
{
	(void)arg;
	return cms_close(fd);
}

static int
edit_abandon(void *arg, int fd)
{
	(void)arg;
	return cms_abandon(fd);
}

static const struct xedit_host edit_host = {
	.say = edit_say,
	.command = edit_command,
	.disk = edit_disk,
	.state = edit_state,
	.open = edit_open,
	.read = edit_read,
	.write = edit_write,
	.close = edit_close,
	.abandon = edit_abandon,
};

/* The command line, of words with a blank between. */
static char *
edit_join(int argc, char **argv)
{
	size_t size = 1;
	char *line, *at;

	for (int i = 1; i < argc; i++)
		size += strlen(argv[i]) + 1;
	line = at = malloc(size);
	if (line == NULL)
		return NULL;
	for (int i = 1; i < argc; i++) {
		at = stpcpy(at, argv[i]);
		*at++ = ' ';
	}
	*at = '\0';
	return line;
}

/* "(NOPROFIL WIDTH n)": 0, or the return code of what has been said. */
static int
edit_options(struct xedit *x, struct span s, struct xedit_options *options)
{
	struct span word;

	while ((word = span_word(&s)).len > 0) {
		if (span_is(word, "NOPROFIL", 4))
			options->no_profile = true;
		else if (!span_is(word, "WIDTH", 1) ||
		    span_number(word = span_word(&s), XEDIT_LRECL_MAX,
		    &options->width) == -1 || options->width == 0)
			return xedit_bad_option(x, word);
	}
	return 0;
}

static int
edit_begin(struct xedit *x, char *line)
{
	struct xedit_options options = { 0 };
	struct span fileid = span_of(line), rest;
	int rc = 0;

	fileid.len = strcspn(line, "(");
	if (line[fileid.len] == '(') {
		rest.at = line + fileid.len + 1;
		rest.len = strcspn(rest.at, ")");
		rc = edit_options(x, rest, &options);
	}
	return rc != 0 ? rc : xedit_begin(x, fileid, &options);
}

/* Until a command ends it, or the console is gone. */
static int
edit_loop(struct xedit *x)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	int rc = 0;

	while (!xedit_ended(x, &rc)) {
		fflush(stdout);
		n = getline(&line, &room, stdin);
		if (n == -1) {
			rc = RC_CONSOLE;
			break;
		}
		if (n > 0 && line[n - 1] == '\n')
			n--;
		xedit_line(x, (struct span){ line, (size_t)n });
	}
	free(line);
	return rc;
}

int
main(int argc, char **argv)
{
	static char out[8192];
	struct xedit *x = xedit_new(&edit_host);
	char *line = edit_join(argc, argv);
	int rc;

	/* Many lines in one go: TYPE * costs the console little. */
	setvbuf(stdout, out, _IOFBF, sizeof out);
	if (x == NULL || line == NULL) {
		puts("DMSXIN554E NOT ENOUGH VIRTUAL STORAGE");
		return RC_STORAGE;
	}
	rc = edit_begin(x, line);
	if (rc == 0)
		rc = edit_loop(x);
	xedit_free(x);
	free(line);
	return rc;
}
