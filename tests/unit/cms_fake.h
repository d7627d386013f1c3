/* SPDX-License-Identifier: MIT
 *
 * cms_fake.h - libcms of the host's own: files in shared storage, so that a
 * command's program can be run in a process of its own.  A and B can be
 * written, S cannot; there is no other disk.
 */
#ifndef CMS_FAKE_H
#define CMS_FAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cms.h"
#include "fileid.h"

#define FAKE_FILES 24
#define FAKE_RECORDS 40
#define FAKE_LENGTH 300
#define FAKE_OUTPUT 16384

struct fake_file {
	int used;
	struct fileid id;
	struct cms_stat st;
	size_t len[FAKE_RECORDS];
	unsigned char data[FAKE_RECORDS][FAKE_LENGTH];
};

struct fake {
	struct fake_file file[FAKE_FILES];
	unsigned long room; /* bytes that can still be written */
	unsigned long bad;  /* reading record so many of any file: EIO */
};

static struct fake *fake;
static char fake_output[FAKE_OUTPUT];

/* What is open, in the process that has it open. */
static struct {
	int used;
	enum cms_how how;
	struct fake_file *file; /* the one that it becomes */
	struct fake_file data;
	uint32_t record;
} fake_open[8];

static int
fake_error(int error)
{
	errno = error;
	return -1;
}

static int
fake_id(const char *fileid, struct fileid *id)
{
	char name[9], type[9], mode[3] = "";

	memset(id, 0, sizeof *id);
	if (sscanf(fileid, "%8s %8s %2s", name, type, mode) < 2 ||
	    fileid_name(id->name, name, strlen(name)) == -1 ||
	    fileid_name(id->type, type, strlen(type)) == -1 ||
	    (mode[0] != '\0' && fileid_mode(id, mode, strlen(mode)) == -1))
		return fake_error(EINVAL);
	if (id->mode != '\0' && strchr("ABS*", id->mode) == NULL)
		return fake_error(ENXIO);
	return 0;
}

static struct fake_file *
fake_find(const struct fileid *id)
{
	for (int i = 0; i < FAKE_FILES; i++) {
		struct fake_file *f = &fake->file[i];

		if (f->used && memcmp(f->id.name, id->name, 8) == 0 &&
		    memcmp(f->id.type, id->type, 8) == 0 &&
		    (id->mode == '\0' || id->mode == '*' ||
		    id->mode == f->id.mode))
			return f;
	}
	return NULL;
}

static void
fake_stat(struct fake_file *f)
{
	memcpy(f->st.name, f->id.name, 8);
	memcpy(f->st.type, f->id.type, 8);
	for (int i = 7; i >= 0 && f->st.name[i] == ' '; i--)
		f->st.name[i] = '\0';
	for (int i = 7; i >= 0 && f->st.type[i] == ' '; i--)
		f->st.type[i] = '\0';
	f->st.mode[0] = f->id.mode;
	f->st.mode[1] = f->id.number;
	f->st.mode[2] = '\0';
	if (f->st.recfm == 'F')
		return;
	f->st.lrecl = 0;
	for (uint32_t i = 0; i < f->st.records; i++)
		if (f->st.lrecl < f->len[i])
			f->st.lrecl = (uint32_t)f->len[i];
}

int
cms_state(const char *fileid, struct cms_stat *st)
{
	struct fileid id;
	struct fake_file *f;

	if (fake_id(fileid, &id) == -1)
		return -1;
	f = fake_find(&id);
	if (f == NULL)
		return fake_error(ENOENT);
	*st = f->st;
	return 0;
}

static struct fake_file *
fake_new(void)
{
	for (int i = 0; i < FAKE_FILES; i++)
		if (!fake->file[i].used)
			return &fake->file[i];
	abort();
}

int
cms_open(const char *fileid, enum cms_how how, struct cms_stat *st)
{
	struct fake_file *f;
	struct fileid id;
	int fd = 0;

	if (fake_id(fileid, &id) == -1)
		return -1;
	f = fake_find(&id);
	if (f == NULL && how != CMS_CREATE && how != CMS_REPLACE)
		return fake_error(ENOENT);
	if (f != NULL && how == CMS_CREATE)
		return fake_error(EEXIST);
	if (how != CMS_READ && (f != NULL ? f->id.mode : id.mode) == 'S')
		return fake_error(EROFS);
	for (int i = 0; i < 8; i++)
		if (fake_open[i].used && f != NULL && fake_open[i].file == f &&
		    (how != CMS_READ || fake_open[i].how != CMS_READ))
			return fake_error(EBUSY);
	while (fake_open[fd].used)
		fd++;
	fake_open[fd].used = 1;
	fake_open[fd].how = how;
	fake_open[fd].record = 0;
	fake_open[fd].file = f != NULL ? f : fake_new();
	if (f != NULL)
		fake_open[fd].data = *f;
	if (how == CMS_CREATE || how == CMS_REPLACE) {
		memset(&fake_open[fd].data, 0, sizeof fake_open[fd].data);
		fake_open[fd].data.id = id;
		fake_open[fd].data.id.number = st->mode[1];
		fake_open[fd].data.st.recfm = st->recfm;
		fake_open[fd].data.st.lrecl = st->recfm == 'F' ?
		    st->lrecl : 0;
		fake_stat(&fake_open[fd].data);
	}
	if (st != NULL)
		*st = fake_open[fd].data.st;
	return fd;
}

long
cms_read(int fd, uint32_t record, void *to, size_t size)
{
	struct fake_file *f = &fake_open[fd].data;

	if (record == 0)
		record = fake_open[fd].record + 1;
	if (record == fake->bad)
		return fake_error(EIO);
	if (record > f->st.records)
		return fake_error(ENODATA);
	fake_open[fd].record = record;
	memcpy(to, f->data[record - 1], f->len[record - 1] < size ?
	    f->len[record - 1] : size);
	return (long)f->len[record - 1];
}

int
cms_write(int fd, uint32_t record, const void *from, size_t len)
{
	struct fake_file *f = &fake_open[fd].data;

	if (fake->room < len)
		return fake_error(ENOSPC);
	if (record != 0 || len == 0 || len > FAKE_LENGTH ||
	    f->st.records == FAKE_RECORDS ||
	    (f->st.recfm == 'F' && len != f->st.lrecl))
		return fake_error(EINVAL);
	fake->room -= len;
	memcpy(f->data[f->st.records], from, len);
	f->len[f->st.records++] = len;
	fake_stat(f);
	return 0;
}

int
cms_close(int fd)
{
	fake_open[fd].used = 0;
	if (fake_open[fd].how == CMS_READ)
		return 0;
	*fake_open[fd].file = fake_open[fd].data;
	fake_open[fd].file->used = 1;
	return 0;
}

int
cms_abandon(int fd)
{
	fake_open[fd].used = 0;
	return 0;
}

int
cms_erase(const char *fileid)
{
	struct fake_file *f;
	struct fileid id;

	if (fake_id(fileid, &id) == -1 || (f = fake_find(&id)) == NULL)
		return fake_error(ENOENT);
	f->used = 0;
	return 0;
}

/* The C library's: over what has the name. */
int
rename(const char *from, const char *to)
{
	struct fake_file *f, *old;
	struct fileid id;

	if (fake_id(from, &id) == -1 || (f = fake_find(&id)) == NULL ||
	    fake_id(to, &id) == -1)
		return fake_error(ENOENT);
	old = fake_find(&id);
	if (old != NULL)
		old->used = 0;
	f->id = id;
	fake_stat(f);
	return 0;
}

int
cms_date(const char *fileid, const struct cms_stat *st)
{
	struct fake_file *f;
	struct fileid id;

	if (fake_id(fileid, &id) == -1 || (f = fake_find(&id)) == NULL)
		return fake_error(ENOENT);
	f->st.year = st->year;
	return 0;
}

int
cms_next(const char *pattern, uint64_t *cursor, struct cms_stat *st)
{
	char name[40], type[40], mode[3];

	if (sscanf(pattern, "%39s %39s %2s", name, type, mode) != 3)
		return fake_error(EINVAL);
	if (strchr("ABS*", mode[0]) == NULL)
		return fake_error(ENXIO);
	while (*cursor < FAKE_FILES) {
		const struct fake_file *f = &fake->file[(*cursor)++];

		if (!f->used || (mode[0] != '*' && mode[0] != f->id.mode) ||
		    !fileid_match(name, strlen(name), f->id.name) ||
		    !fileid_match(type, strlen(type), f->id.type))
			continue;
		*st = f->st;
		return 1;
	}
	return 0;
}

/* --- for the tests --- */

int program_main(int argc, char **argv);

static int
fake_setup(void **state)
{
	(void)state;
	fake = mmap(NULL, sizeof *fake, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(fake, MAP_FAILED);
	fake->room = ~0ul;
	return 0;
}

static int
fake_teardown(void **state)
{
	(void)state;
	return munmap(fake, sizeof *fake);
}

/* A file of the lines of text; lrecl 0 is V. */
static inline void
fake_make(const char *fileid, uint32_t lrecl, const char *text)
{
	struct fake_file *f = fake_new();

	assert_int_equal(fake_id(fileid, &f->id), 0);
	if (f->id.number == '\0')
		f->id.number = '1';
	f->used = 1;
	f->st.recfm = lrecl == 0 ? 'V' : 'F';
	f->st.lrecl = lrecl;
	f->st.year = 1972;
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		uint32_t at = f->st.records++;

		memset(f->data[at], ' ', lrecl);
		memcpy(f->data[at], text, n);
		f->len[at] = lrecl == 0 ? n : lrecl;
		text += n + (text[n] == '\n');
	}
	fake_stat(f);
}

/* The file has these lines, form and length. */
static inline void
fake_is(const char *fileid, char recfm, uint32_t lrecl, const char *text)
{
	struct fake_file *f;
	struct fileid id;
	char all[FAKE_RECORDS * FAKE_LENGTH];
	size_t n = 0;

	assert_int_equal(fake_id(fileid, &id), 0);
	f = fake_find(&id);
	assert_non_null(f);
	for (uint32_t i = 0; i < f->st.records; i++) {
		memcpy(all + n, f->data[i], f->len[i]);
		n += f->len[i];
		all[n++] = '\n';
	}
	all[n] = '\0';
	assert_string_equal(all, text);
	assert_int_equal(f->st.recfm, recfm);
	assert_int_equal(f->st.lrecl, lrecl);
}

static inline int
fake_has(const char *fileid)
{
	struct cms_stat st;

	return cms_state(fileid, &st) == 0;
}

/* Run the program with the words of a line, input as its standard input: its
 * return code; fake_output has what it said. */
static int
fake_run(const char *line, const char *input)
{
	char text[512], *argv[64], *save = NULL;
	int argc = 0, in[2], out[2], status;
	size_t n = 0;
	ssize_t got;
	pid_t pid;

	snprintf(text, sizeof text, "%s", line);
	for (char *w = strtok_r(text, " ", &save); w != NULL;
	    w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	argv[argc] = NULL;
	assert_int_equal(pipe(in) | pipe(out), 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		status = program_main(argc, argv);
		fflush(stdout);
		_exit(status);
	}
	close(in[0]);
	close(out[1]);
	assert_int_equal(write(in[1], input, strlen(input)), strlen(input));
	close(in[1]);
	while (n < FAKE_OUTPUT - 1 && (got = read(out[0], fake_output + n,
	    FAKE_OUTPUT - 1 - n)) > 0)
		n += (size_t)got;
	fake_output[n] = '\0';
	close(out[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* It gives this return code, and says this. */
static inline void
fake_says(const char *line, int rc, const char *output)
{
	int got = fake_run(line, "");

	assert_string_equal(fake_output, output);
	assert_int_equal(got, rc);
}

#endif
