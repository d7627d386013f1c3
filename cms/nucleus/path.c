/* SPDX-License-Identifier: MIT
 *
 * path.c - what a program's path names.  Pure.
 */
#include "path.h"
#include "text.h"

/* The length of the part of a path that ends at the next slash. */
static size_t
path_part(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] != '/')
		n++;
	return n;
}

static int
path_is_letter(char from)
{
	return from >= 'A' && from <= 'Z';
}

/* A part that says where to look: 1, and *from is there. */
static int
path_step(const char *part, size_t n, char *from)
{
	int c = text_upper((unsigned char)part[0]);

	if (n == 0 || (n == 1 && part[0] == '.'))
		return 1;
	if (n == 2 && part[0] == '.' && part[1] == '.') {
		*from = PATH_AT_ROOT;
		return 1;
	}
	if (n != 1 || path_is_letter(*from) || !path_is_letter((char)c))
		return 0;
	*from = (char)c;
	return 1;
}

int
path_parse(struct path *path, const char *text, size_t len, char from)
{
	*path = (struct path){ .kind = PATH_FILE };
	if (len == 0)
		return -1;
	if (text[0] == '/')
		from = PATH_AT_ROOT;
	while (len > 0) {
		size_t n = path_part(text, len);

		if (!path_step(text, n, &from))
			break;
		text += n < len ? n + 1 : n;
		len -= n < len ? n + 1 : n;
	}
	if (len > 0) {
		if (path_part(text, len) < len ||
		    fileid_path(&path->id, text, len) == -1)
			return -1;
		if (path->id.mode == '\0' && path_is_letter(from))
			path->id.mode = from;
		return 0;
	}
	path->kind = from == PATH_AT_ROOT ? PATH_ROOT : PATH_DISK;
	path->id.mode = from == PATH_START ? 'A' : from;
	return 0;
}
