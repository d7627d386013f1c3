/* SPDX-License-Identifier: MIT
 *
 * input.c - find the files to be copied.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cms.h"
#include "files.h"
#include "input.h"
#include "print.h"
#include "say.h"

#define ROOM 16
#define PATTERN 40

static void
input_name(char name[FILEID_NAME], const char *text)
{
	size_t n = strnlen(text, FILEID_NAME);

	memset(name, ' ', FILEID_NAME);
	memcpy(name, text, n);
}

static int
input_add(struct inputs *in, const struct cms_stat *st)
{
	struct input *i;

	if (in->files == in->room) {
		size_t room = in->room != 0 ? in->room * 2 : ROOM;

		i = realloc(in->file, room * sizeof *i);
		if (i == NULL)
			return say_errno("", 'r');
		in->file = i;
		in->room = room;
	}
	i = &in->file[in->files++];
	*i = (struct input){ .recfm = st->recfm, .lrecl = st->lrecl };
	input_name(i->id.name, st->name);
	input_name(i->id.type, st->type);
	i->id.mode = st->mode[0];
	i->id.number = st->mode[1];
	return 0;
}

static int
input_one(struct inputs *in, const char *const word[3])
{
	const struct fileid *from = in->files > 0 ? &in->file[0].id : NULL;
	struct cms_stat st;
	char text[FILES_TEXT];
	struct fileid id;
	int rc = files_id(&id, word, 3, from);

	if (rc != 0)
		return rc;
	fileid_print(&id, text);
	if (cms_state(text, &st) == -1)
		return errno == ENOENT ? say(2, 'E', 28, "INPUT FILE '%s' NOT "
		    "FOUND", text) : say_errno(text, 'r');
	return input_add(in, &st);
}

/* A word of a pattern: what is not of * and % must be a name's. */
static int
input_pattern_word(const char *word)
{
	char text[FILEID_NAME + 1], name[FILEID_NAME];
	size_t n = 0;

	for (const char *c = word; *c != '\0' && n < FILEID_NAME; c++)
		if (*c != '*' && *c != '%')
			text[n++] = *c;
	if (strlen(word) < PATTERN / 2 &&
	    (n == 0 || fileid_name(name, text, n) == 0))
		return 0;
	return say(62, 'E', 20, "INVALID CHARACTER IN FILEID '%s'", word);
}

static int
input_match(struct inputs *in, const char *const word[3])
{
	uint64_t cursor = 0;
	struct fileid mode = { .mode = 0 };
	size_t before = in->files;
	char text[2 * PATTERN];
	struct cms_stat st;
	int more, rc = input_pattern_word(word[0]);

	in->pattern = 1;
	if (rc == 0)
		rc = input_pattern_word(word[1]);
	if (rc == 0)
		rc = files_mode(&mode, word[2], in->files > 0 ?
		    &in->file[0].id : NULL);
	if (rc != 0)
		return rc;
	print_into(text, sizeof text, "%s %s %c%c", word[0], word[1],
	    mode.mode, mode.number);
	while (rc == 0 && (more = cms_next(text, &cursor, &st)) == 1)
		rc = input_add(in, &st);
	if (rc != 0)
		return rc;
	if (more == -1)
		return say_errno(text, 'r');
	return in->files > before ? 0 :
	    say(2, 'E', 28, "INPUT FILE '%s' NOT FOUND", text);
}

int
input_find(struct inputs *in, const char *const *word, int ids)
{
	int rc = 0;

	for (int i = 0; i < ids && rc == 0; i++, word += 3)
		rc = files_pattern(word[0]) || files_pattern(word[1]) ?
		    input_match(in, word) : input_one(in, word);
	return rc;
}
