/* SPDX-License-Identifier: MIT
 *
 * release.c - RELEASE: a disk has no letter any more.
 */
#include "access.h"
#include "commands.h"
#include "print.h"
#include "str.h"
#include "text.h"

#define RC_SYNTAX 24
#define RC_MODE 36
#define DETACH_LENGTH 16

/* A disk of several letters, by its address: may each of them go? */
static int
release_allowed(const struct command_line *line, const struct access *first,
    int all)
{
	for (const struct access *a = first; a != NULL; a = a->next)
		if (a->mode == 'S' && (a == first ||
		    (all && a->vdev == first->vdev)))
			return command_message(line, 48, 'E', RC_SYNTAX,
			    "INVALID MODE 'S': IT IS CMS'S OWN");
	return 0;
}

/* A letter, or an address: all that the disk is accessed as. */
static struct access *
release_find(const struct command_line *line, int *error)
{
	const char *word = line->word[1].at;
	size_t len = line->word[1].len;
	unsigned long vdev;
	struct fileid id;

	*error = 0;
	if (len == 1 && fileid_mode(&id, word, len) == 0 && id.mode != '*')
		return access_find(id.mode);
	if (text_hex(word, len, VDEV_MAX, &vdev) == 0)
		return access_vdev((uint32_t)vdev);
	*error = command_message(line, 17, 'E', RC_SYNTAX,
	    "INVALID DEVICE ADDRESS '%.*s'", (int)len, word);
	return NULL;
}

static int
release_options(const struct command_line *line, int *detach)
{
	*detach = 0;
	for (int n = line->operands + 1; n < line->words; n++) {
		if (command_word_is(line, n, "DET", 3))
			*detach = 1;
		else if (line->word[n].at[0] == ')')
			return 0;
		else
			return command_message(line, 3, 'E', RC_SYNTAX,
			    "INVALID OPTION '%.*s'", (int)line->word[n].len,
			    line->word[n].at);
	}
	return 0;
}

static int
release_run(const struct command_line *line)
{
	char detach_line[DETACH_LENGTH];
	struct access *a;
	uint32_t vdev;
	int detach, error, all;

	if (line->operands < 2)
		return command_message(line, 28, 'E', RC_SYNTAX,
		    "NO DEVICE SPECIFIED");
	if (line->operands > 2)
		return command_invalid(line, 2);
	error = release_options(line, &detach);
	if (error != 0)
		return error;
	a = release_find(line, &error);
	if (error != 0)
		return error;
	if (a == NULL)
		return command_message(line, 69, 'E', RC_MODE,
		    "DISK '%.*s' NOT ACCESSED", (int)line->word[1].len,
		    line->word[1].at);
	all = detach || line->word[1].len > 1;
	error = release_allowed(line, a, all);
	if (error != 0)
		return error;
	vdev = a->vdev;
	access_release(a);
	while (all && (a = access_vdev(vdev)) != NULL)
		access_release(a);
	if (!detach)
		return 0;
	print_into(detach_line, sizeof detach_line, "DETACH %03X", vdev);
	return command_cp(detach_line, 0);
}

const struct command command_release = {
	.name = "RELEASE",
	.abbrev = 3,
	.code = "ARE",
	.run = release_run,
};
