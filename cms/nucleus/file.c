/* SPDX-License-Identifier: MIT
 *
 * file.c - what is open, by records, and how it is opened and closed.
 */
#include "error.h"
#include "file.h"
#include "heap.h"
#include "str.h"
#include "stream.h"

#define FILE_FLAGS_BOTH 2 /* O_RDWR */

static struct file *file_all;

static struct file file_the_console = {
	.refs = 1,
	.kind = FILE_CONSOLE,
	.flags = FILE_FLAGS_BOTH,
};

struct file *
file_console(void)
{
	return &file_the_console;
}

/* --- open and close --- */

static struct file *
file_new(enum file_kind kind)
{
	struct file *f = heap_take(sizeof *f);

	if (f == NULL)
		return NULL;
	*f = (struct file){ .next = file_all, .refs = 1, .kind = kind };
	file_all = f;
	return f;
}

static void
file_free(struct file *f)
{
	struct file **link = &file_all;

	while (*link != f)
		link = &(*link)->next;
	*link = f->next;
	stream_drop(f);
	heap_give(f, sizeof *f);
}

/* EDF is asked later what becomes of a new file; that there is none is asked
 * now. */
static int
file_open_later(struct file *f)
{
	struct edf_stat old;
	int rc = edf_find(f->disk->edf, f->st.name, f->st.type, &old);

	if (f->disk->read_only)
		return EDF_READ_ONLY;
	if (rc == 0 && f->how == EDF_CREATE)
		return EDF_EXISTS;
	if (rc != 0 && rc != EDF_NOT_FOUND)
		return rc;
	f->pending = 1;
	return 0;
}

int
file_open(const struct file_open *open, struct file **file)
{
	int making = open->how == EDF_CREATE || open->how == EDF_REPLACE;
	struct file *f;
	int rc;

	if (file_writer(open->disk, open->st->name, open->st->type) != NULL ||
	    (making && file_is_open(open->disk, open->st->name,
	    open->st->type)))
		return E_BUSY;
	f = file_new(FILE_DISK);
	if (f == NULL)
		return E_NOMEM;
	f->disk = open->disk;
	f->how = open->how;
	f->st = *open->st;
	rc = making && open->stream ? file_open_later(f) :
	    edf_open(f->disk->edf, f->how, &f->st, &f->edf);
	if (rc != 0) {
		file_free(f);
		return error_of(rc);
	}
	if (f->how == EDF_UPDATE)
		f->end = edf_stream_size(f->edf);
	*open->st = f->st;
	*file = f;
	return 0;
}

int
file_open_directory(char mode, struct file **file)
{
	struct file *f = file_new(FILE_DIRECTORY);

	if (f == NULL)
		return E_NOMEM;
	f->mode = mode;
	*file = f;
	return 0;
}

void
file_keep(struct file *f)
{
	f->refs++;
}

/* The last reference to something that must be closed? */
static int
file_last(struct file *f)
{
	return --f->refs == 0 && f->kind != FILE_CONSOLE;
}

int
file_finish(struct file *f)
{
	int rc = 0;

	if (!file_last(f))
		return 0;
	if (file_is_writer(f) && !f->unlinked)
		rc = stream_flush(f, 1);
	if (f->edf != NULL && rc == 0 && !f->unlinked)
		rc = error_of(edf_close(f->edf));
	else if (f->edf != NULL)
		edf_abandon(f->edf);
	if (rc == 0 && f->date.year != 0 && f->disk != NULL && !f->unlinked)
		rc = error_of(edf_set_date(f->disk->edf, f->st.name,
		    f->st.type, &f->date));
	file_free(f);
	return rc;
}

int
file_close(struct file *f)
{
	struct access *disk = f->disk;
	int rc = file_finish(f);

	return rc == 0 && disk != NULL ? error_of(access_commit(disk)) : rc;
}

void
file_abandon(struct file *f)
{
	if (!file_last(f))
		return;
	if (f->edf != NULL)
		edf_abandon(f->edf);
	file_free(f);
}

int
file_commit(void)
{
	int rc = 0;

	for (struct access *a = access_first(); a != NULL; a = a->next) {
		int one = error_of(access_commit(a));

		rc = rc == 0 ? one : rc;
	}
	return rc;
}

/* To be the disk's a file must be closed: it is opened again at once. */
int
file_sync(struct file *f)
{
	struct edf_file *edf;
	uint64_t size;
	int rc;

	if (!file_is_writer(f) || f->unlinked)
		return 0;
	rc = stream_flush(f, 1);
	if (rc < 0)
		return rc;
	edf = f->edf;
	size = edf_stream_size(edf);
	f->edf = NULL;
	rc = edf_close(edf);
	if (rc == 0)
		rc = access_commit(f->disk);
	f->how = EDF_UPDATE;
	if (rc == 0)
		rc = edf_open(f->disk->edf, f->how, &f->st, &f->edf);
	return rc == 0 ? stream_reopened(f, size) : error_of(rc);
}

int
file_unlink(const struct access *disk, const struct edf_stat *st)
{
	struct file *f = file_writer(disk, st->name, st->type);

	if (f == NULL || f->how != EDF_CREATE)
		return -1;
	f->unlinked = 1;
	return 0;
}

static int
file_is(const struct file *f, const struct access *disk,
    const char name[EDF_NAME], const char type[EDF_NAME])
{
	return f->kind == FILE_DISK && f->disk == disk &&
	    memcmp(f->st.name, name, EDF_NAME) == 0 &&
	    memcmp(f->st.type, type, EDF_NAME) == 0;
}

struct file *
file_writer(const struct access *disk, const char name[EDF_NAME],
    const char type[EDF_NAME])
{
	struct file *f = file_all;

	while (f != NULL && !(file_is_writer(f) &&
	    file_is(f, disk, name, type)))
		f = f->next;
	return f;
}

int
file_is_open(const struct access *disk, const char name[EDF_NAME],
    const char type[EDF_NAME])
{
	for (const struct file *f = file_all; f != NULL; f = f->next)
		if (file_is(f, disk, name, type))
			return 1;
	return 0;
}

void
file_disk_gone(const struct access *disk)
{
	for (struct file *f = file_all; f != NULL; f = f->next) {
		if (f->kind != FILE_DISK || f->disk != disk)
			continue;
		if (f->edf != NULL)
			edf_abandon(f->edf);
		f->edf = NULL;
		f->disk = NULL;
		f->pending = 0;
		stream_drop(f);
	}
}

void
file_stat(struct file *f, struct edf_stat *st)
{
	if (f->edf != NULL)
		edf_file_stat(f->edf, &f->st);
	*st = f->st;
}

/* --- records --- */

/* What the stream has not yet given to EDF comes first. */
static int
file_records(struct file *f)
{
	int rc = stream_flush(f, 1);

	f->len = 0;
	f->begun = 0;
	if (rc == 0 && f->edf == NULL)
		rc = E_NODATA;
	return rc;
}

static size_t
file_record_size(uint64_t size)
{
	return size < EDF_LRECL_MAX ? (size_t)size : EDF_LRECL_MAX;
}

/* A record's place in the program's storage when it is in one piece, else one
 * from the heap; NULL when there is neither. */
static char *
file_place(struct space *s, uint64_t at, size_t size, uint32_t prot,
    char **borrowed)
{
	size_t run = 0;
	char *place = space_run(s, at, size, prot, &run);

	*borrowed = NULL;
	if (place != NULL && run == size)
		return place;
	return *borrowed = heap_take(size);
}

int64_t
file_read_record(struct file *f, uint32_t record, struct space *s, uint64_t to,
    uint64_t want)
{
	size_t size = file_record_size(want), len = 0;
	char *place = NULL, *borrowed = NULL;
	int64_t rc = f->dirty || f->pending ? file_records(f) : 0;

	if (rc < 0)
		return rc;
	if (f->edf == NULL)
		return E_STALE;
	if (record == 0)
		record = f->record + 1;
	if (size > 0)
		place = file_place(s, to, size, REGION_WRITE, &borrowed);
	if (size > 0 && place == NULL)
		return E_NOMEM;
	rc = error_of(edf_read(f->edf, record, place, size, &len));
	if (rc == 0 && borrowed != NULL && space_put(s, to, borrowed,
	    len < size ? len : size) == -1)
		rc = E_FAULT;
	heap_give(borrowed, size);
	if (rc < 0)
		return rc;
	f->record = record;
	return (int64_t)len;
}

int
file_write_record(struct file *f, uint32_t record, struct space *s,
    uint64_t from, uint64_t len)
{
	char *place, *borrowed;
	int rc = file_records(f);

	if (rc < 0)
		return rc;
	if (len == 0 || len > EDF_LRECL_MAX)
		return E_INVAL;
	place = file_place(s, from, (size_t)len, REGION_READ, &borrowed);
	if (place == NULL)
		return E_NOMEM;
	if (borrowed != NULL && space_get(s, borrowed, from, (size_t)len) == -1)
		rc = E_FAULT;
	if (rc == 0)
		rc = error_of(edf_write(f->edf, record, place, (size_t)len));
	heap_give(borrowed, (size_t)len);
	f->end = edf_stream_size(f->edf);
	return rc;
}

int
file_set_records(struct file *f, uint32_t records)
{
	int rc = file_records(f);

	if (rc < 0)
		return rc;
	rc = error_of(edf_truncate(f->edf, records));
	f->end = edf_stream_size(f->edf);
	return rc;
}
