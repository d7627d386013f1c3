/* SPDX-License-Identifier: MIT
 *
 * input.h - the files that COPYFILE copies: all that its fileids and patterns
 * name, found before the first is copied, so that a copy is not copied again.
 */
#ifndef COPYFILE_INPUT_H
#define COPYFILE_INPUT_H

#include <stddef.h>
#include <stdint.h>

#include "fileid.h"

struct input {
	struct fileid id;
	char recfm;
	uint32_t lrecl;
};

struct inputs {
	struct input *file;
	size_t files, room;
	int pattern; /* there was one */
};

/* The files of `ids` fileids, of three words each.  0, or the return code of
 * the message given. */
int input_find(struct inputs *in, const char *const *word, int ids);

#endif
