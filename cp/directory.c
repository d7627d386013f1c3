/* SPDX-License-Identifier: MIT
 *
 * directory.c - read USER DIRECT, find users in it.  The statements are
 * dirparse.c's, changing the file is dirhash.c's.
 */
#include "directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dirparse.h"
#include "name.h"
#include "textfile.h"

int
dir_error_set(struct dir_error *err, unsigned number, const char *fmt, ...)
{
	va_list ap;

	*err = (struct dir_error){ .number = number };
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
	return -1;
}

void
dir_error_print(const struct dir_error *err, char *buf, size_t size)
{
	if (err->line == 0)
		snprintf(buf, size, "%s", err->text);
	else
		snprintf(buf, size, "LINE %u COLUMN %u: %s", err->line,
		    err->column, err->text);
}

struct directory *
directory_parse(const char *text, size_t len, struct dir_error *err)
{
	return dirparse(text, len, NULL, err);
}

struct directory *
directory_load(const char *path, struct dir_error *err)
{
	struct directory *dir;
	size_t len;
	char *text = textfile_read(path, &len);

	if (text == NULL) {
		dir_error_set(err, DIR_FILE, "%s: %s", path, strerror(errno));
		return NULL;
	}
	dir = directory_parse(text, len, err);
	free(text);
	return dir;
}

void
directory_free(struct directory *dir)
{
	if (dir == NULL)
		return;
	for (size_t i = 0; i < dir->nusers; i++) {
		free(dir->users[i]->devices);
		free(dir->users[i]->mdisks);
		free(dir->users[i]->links);
		free(dir->users[i]);
	}
	free(dir->users);
	free(dir->sorted);
	free(dir);
}

static int
directory_compare(const void *key, const void *element)
{
	const struct vm_name *name = key;
	const struct dir_user *const *user = element;

	return memcmp(name->c, (*user)->name.c, VM_NAME_MAX);
}

const struct dir_user *
directory_find(const struct directory *dir, struct vm_name name)
{
	struct dir_user *const *found = bsearch(&name, dir->sorted, dir->nusers,
	    sizeof *dir->sorted, directory_compare);

	return found != NULL ? *found : NULL;
}

size_t
directory_count(const struct directory *dir)
{
	return dir->nusers;
}

const struct dir_user *
directory_at(const struct directory *dir, size_t i)
{
	return i < dir->nusers ? dir->users[i] : NULL;
}

const struct dir_mdisk *
directory_mdisk(const struct directory *dir, struct vm_name owner, vdev_t vdev)
{
	const struct dir_user *user = directory_find(dir, owner);

	if (user == NULL)
		return NULL;
	for (size_t i = 0; i < user->nmdisks; i++)
		if (user->mdisks[i].vdev == vdev)
			return &user->mdisks[i];
	return NULL;
}
