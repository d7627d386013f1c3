/* SPDX-License-Identifier: MIT
 *
 * release.c - RELEASE: a disk has no letter any more.
 */
#include "commands.h"
#include "operand.h"
#include "print.h"

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
static int
release_find(const struct command_line *line, struct access **a)
{
	uint32_t vdev;
	struct fileid id;
	int rc = 0;

	if (fileid_mode(&id, line->word[1].at, line->word[1].len) == 0 &&
	    id.mode != '*' && id.number == '\0')
		*a = access_find(id.mode);
	else if ((rc = operand_vdev(line, 1, &vdev)) == 0)
		*a = access_vdev(vdev);
	if (rc == 0 && *a == NULL)
		rc = command_message(line, 69, 'E', RC_MODE,
		    "DISK '%.*s' NOT ACCESSED", (int)line->word[1].len,
		    line->word[1].at);
	return rc;
}

static const struct operand_option release_options[] = {
	{ "DETACH", 3, 1, 0 },
	{ NULL, 0, 0, 0 },
};

static int
release_run(const struct command_line *line)
{
	char detach_line[DETACH_LENGTH];
	struct access *a;
	unsigned detach;
	uint32_t vdev;
	int all, rc;

	if (line->operands < 2)
		return command_message(line, 28, 'E', RC_SYNTAX,
		    "NO DEVICE SPECIFIED");
	if (line->operands > 2)
		return command_invalid(line, 2);
	rc = operand_options(line, release_options, &detach);
	if (rc == 0)
		rc = release_find(line, &a);
	all = detach || line->word[1].len > 1;
	if (rc == 0)
		rc = release_allowed(line, a, all);
	if (rc != 0)
		return rc;
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
