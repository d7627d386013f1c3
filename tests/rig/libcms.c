/* SPDX-License-Identifier: MIT
 *
 * libcms.c - libcms on the host, for programs of CMS that are tried there: a
 * file is FN.FT.FM in the working directory, a line a record.  All are V.
 * One at a time is open; commands are only named.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cms.h"

#define LIBCMS_NEW "new.tmp"

static struct {
	FILE *f;
	int writes;
	char path[64];
	char line[70000];
} file;

/* "fn ft" is on A. */
static void
libcms_path(const char *fileid)
{
	char name[3][9] = { "", "", "A" };

	sscanf(fileid, "%8s %8s %8s", name[0], name[1], name[2]);
	name[2][1] = '\0';
	snprintf(file.path, sizeof file.path, "%s.%s.%s", name[0], name[1],
	    name[2]);
	for (char *p = file.path; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
}

int
cms_command(const char *command, int *rc)
{
	printf("CMS: %s\n", command);
	*rc = 0;
	return 0;
}

long
cms_cp(const char *command, char *reply, size_t size, int *rc)
{
	(void)reply;
	(void)size;
	printf("CP: %s\n", command);
	*rc = 0;
	return 0;
}

int
cms_disk(char mode, struct cms_disk *disk)
{
	*disk = (struct cms_disk){ .mode = mode };
	return 0;
}

int
cms_state(const char *fileid, struct cms_stat *st)
{
	libcms_path(fileid);
	if (access(file.path, R_OK) == -1)
		return -1;
	*st = (struct cms_stat){ .recfm = 'V', .mode = "A1" };
	st->mode[0] = file.path[strlen(file.path) - 1];
	return 0;
}

int
cms_open(const char *fileid, enum cms_how how, struct cms_stat *st)
{
	struct cms_stat old;
	int there = cms_state(fileid, &old) == 0;

	if (there ? how == CMS_CREATE : how <= CMS_UPDATE) {
		errno = there ? EEXIST : ENOENT;
		return -1;
	}
	if (there && how <= CMS_UPDATE)
		*st = old;
	file.writes = how != CMS_READ;
	file.f = fopen(how == CMS_READ ? file.path : LIBCMS_NEW,
	    how == CMS_READ ? "r" : "w");
	return file.f != NULL ? 3 : -1;
}

long
cms_read(int fd, uint32_t record, void *to, size_t size)
{
	size_t n;

	(void)fd;
	(void)record;
	if (fgets(file.line, sizeof file.line, file.f) == NULL) {
		errno = ENODATA;
		return -1;
	}
	n = strcspn(file.line, "\n");
	memcpy(to, file.line, n < size ? n : size);
	return (long)n;
}

int
cms_write(int fd, uint32_t record, const void *from, size_t len)
{
	(void)fd;
	(void)record;
	fwrite(from, 1, len, file.f);
	return putc('\n', file.f) == EOF ? -1 : 0;
}

int
cms_close(int fd)
{
	(void)fd;
	fclose(file.f);
	return file.writes ? rename(LIBCMS_NEW, file.path) : 0;
}

int
cms_abandon(int fd)
{
	(void)fd;
	fclose(file.f);
	return file.writes ? unlink(LIBCMS_NEW) : 0;
}
