/* SPDX-License-Identifier: MIT
 *
 * xedit_rig.h - outside of the editor: files in storage, disks that are full
 * or read-only, and what it has said.
 */
#ifndef XEDIT_RIG_H
#define XEDIT_RIG_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "xedit.h"

#define RIG_FILES 16
#define RIG_SAID 65536

struct rig_record {
	size_t len;
	char *text;
};

struct rig_file {
	char id[32]; /* "FN FT FM", upper case; "" : no file */
	char recfm;
	uint32_t lrecl;
	char number;
	size_t count;
	struct rig_record *record;
};

struct rig {
	struct rig_file file[RIG_FILES];
	struct rig_file open; /* what is written: in place of old when closed */
	struct rig_file *old;
	size_t at; /* the next record that is read */
	int why;   /* errno of every write from now on */
	size_t writes; /* after so many more */
	char said[RIG_SAID];
	size_t said_len, looked;
	char command[256];
	struct xedit *x;
};

static void
rig_drop(struct rig_file *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->record[i].text);
	free(f->record);
	*f = (struct rig_file){ .id = "" };
}

static int
rig_put(struct rig_file *f, const void *text, size_t len)
{
	struct rig_record *record = f->record;

	/* Room for twice as many whenever their number is a power of two. */
	if ((f->count & (f->count - 1)) == 0)
		record = realloc(record, (f->count * 2 + 1) * sizeof *record);
	if (record == NULL)
		return -1;
	f->record = record;
	record[f->count].text = malloc(len + 1);
	if (record[f->count].text == NULL)
		return -1;
	memcpy(record[f->count].text, text, len);
	record[f->count].text[len] = '\0';
	record[f->count++].len = len;
	return 0;
}

static void
rig_copy(struct rig_file *to, const struct rig_file *from)
{
	*to = *from;
	to->count = 0;
	to->record = NULL;
	for (size_t i = 0; i < from->count; i++)
		rig_put(to, from->record[i].text, from->record[i].len);
}

/* By "FN FT FM", or "FN FT" on whatever disk it is. */
static struct rig_file *
rig_find(struct rig *r, const char *id)
{
	size_t n = strlen(id);

	for (unsigned i = 0; i < RIG_FILES; i++)
		if (strncasecmp(r->file[i].id, id, n) == 0 &&
		    (r->file[i].id[n] == '\0' || strlen(r->file[i].id) ==
		    n + 2))
			return &r->file[i];
	return NULL;
}

static struct rig_file *
rig_make(struct rig *r, const char *id, char recfm, uint32_t lrecl)
{
	for (unsigned i = 0; i < RIG_FILES; i++) {
		struct rig_file *f = &r->file[i];

		if (f->id[0] != '\0')
			continue;
		snprintf(f->id, sizeof f->id, "%s", id);
		f->recfm = recfm;
		f->lrecl = lrecl;
		f->number = '1';
		return f;
	}
	return NULL;
}

static void
rig_say(void *arg, const char *text, size_t len)
{
	struct rig *r = arg;

	if (len + 1 > sizeof r->said - r->said_len)
		return;
	memcpy(r->said + r->said_len, text, len);
	r->said_len += len;
	r->said[r->said_len++] = '\n';
}

static int
rig_command(void *arg, const char *command, bool cp)
{
	struct rig *r = arg;

	snprintf(r->command, sizeof r->command, "%s%s", cp ? "CP:" : "",
	    command);
	return 7;
}

/* A and B can be written, S not, others are not accessed. */
static int
rig_disk_error(char mode, bool writing)
{
	if (mode != 'A' && mode != 'B' && mode != 'S')
		return ENXIO;
	return writing && mode == 'S' ? EROFS : 0;
}

static int
rig_fail(int why)
{
	if (why == 0)
		return 0;
	errno = why;
	return -1;
}

static int
rig_disk(void *arg, char mode, struct cms_disk *disk)
{
	(void)arg;
	*disk = (struct cms_disk){ .mode = mode };
	return rig_fail(rig_disk_error(mode, false));
}

static char
rig_mode(const char *id)
{
	const char *blank = strchr(id, ' ');

	blank = blank != NULL ? strchr(blank + 1, ' ') : NULL;
	return blank != NULL ? blank[1] : 'A';
}

static void
rig_stat(const struct rig_file *f, struct cms_stat *st)
{
	*st = (struct cms_stat){
		.recfm = f->recfm,
		.lrecl = f->lrecl,
		.mode = { rig_mode(f->id), f->number, '\0' },
		.records = (uint32_t)f->count,
	};
	for (size_t i = 0; f->recfm == 'V' && i < f->count; i++)
		if (f->record[i].len > st->lrecl)
			st->lrecl = (uint32_t)f->record[i].len;
}

static int
rig_state(void *arg, const char *id, struct cms_stat *st)
{
	struct rig_file *f = rig_find(arg, id);

	if (rig_fail(rig_disk_error(rig_mode(id), false)) == -1)
		return -1;
	if (f == NULL)
		return rig_fail(ENOENT);
	rig_stat(f, st);
	return 0;
}

static int
rig_open(void *arg, const char *id, enum cms_how how, struct cms_stat *st)
{
	struct rig *r = arg;
	struct rig_file *f = rig_find(r, id);

	if (rig_fail(rig_disk_error(rig_mode(id), how != CMS_READ)) == -1)
		return -1;
	if (f == NULL && how <= CMS_UPDATE)
		return rig_fail(ENOENT);
	if (f != NULL && how == CMS_CREATE)
		return rig_fail(EEXIST);
	r->old = f;
	r->at = 0;
	if (how == CMS_READ) {
		rig_stat(f, st);
		return 3;
	}
	if (how == CMS_UPDATE) {
		rig_copy(&r->open, f);
		rig_stat(f, st);
		return 4;
	}
	r->open = (struct rig_file){ .recfm = st->recfm,
		.lrecl = st->recfm == 'F' ? st->lrecl : 0,
		.number = st->mode[1] };
	snprintf(r->open.id, sizeof r->open.id, "%s", id);
	return 4;
}

static long
rig_read(void *arg, int fd, void *to, size_t size)
{
	struct rig *r = arg;
	struct rig_record *record;

	if (fd != 3)
		return rig_fail(EBADF);
	if (r->at == r->old->count)
		return rig_fail(ENODATA);
	record = &r->old->record[r->at++];
	memcpy(to, record->text, record->len < size ? record->len : size);
	return (long)record->len;
}

static int
rig_write(void *arg, int fd, const void *from, size_t len)
{
	struct rig *r = arg;

	if (fd != 4)
		return rig_fail(EBADF);
	if (r->why != 0 && r->writes-- == 0) {
		r->writes = 0;
		return rig_fail(r->why);
	}
	/* As EDF has it: anything else is a mistake of the editor's. */
	if (len == 0 || (r->open.recfm == 'F' && len != r->open.lrecl))
		return rig_fail(EINVAL);
	return rig_put(&r->open, from, len) == 0 ? 0 : rig_fail(ENOMEM);
}

static int
rig_abandon(void *arg, int fd)
{
	struct rig *r = arg;

	if (fd == 4)
		rig_drop(&r->open);
	return 0;
}

static int
rig_close(void *arg, int fd)
{
	struct rig *r = arg;
	struct rig_file *to = r->old;

	if (fd != 4)
		return 0;
	if (r->why != 0) {
		rig_drop(&r->open);
		return rig_fail(r->why);
	}
	if (to != NULL)
		rig_drop(to);
	else
		to = rig_make(r, "", 'V', 0);
	if (to == NULL) {
		rig_drop(&r->open);
		return rig_fail(ENOSPC);
	}
	*to = r->open;
	r->open = (struct rig_file){ .id = "" };
	return 0;
}

static const struct xedit_host rig_host = {
	.say = rig_say,
	.command = rig_command,
	.disk = rig_disk,
	.state = rig_state,
	.open = rig_open,
	.read = rig_read,
	.write = rig_write,
	.close = rig_close,
	.abandon = rig_abandon,
};

static int
rig_begin(struct rig *r, const char *fileid,
    const struct xedit_options *options)
{
	static const struct xedit_options none;
	struct xedit_host host = rig_host;

	host.arg = r;
	r->x = xedit_new(&host);
	if (r->x == NULL)
		return -1;
	return xedit_begin(r->x, span_of(fileid),
	    options != NULL ? options : &none);
}

static void
rig_end(struct rig *r)
{
	xedit_free(r->x);
	for (unsigned i = 0; i < RIG_FILES; i++)
		rig_drop(&r->file[i]);
	rig_drop(&r->open);
}

#endif
