/* SPDX-License-Identifier: MIT
 *
 * file.h - what a program has open: its console, files, directories.  Streams
 * (read, write, seek) and records (cmscall.h) work on the same files.
 *
 * Streams are buffered both ways, so that small reads and writes do not cost
 * an exit each; large pieces go between the disk and the program's own
 * storage.  A disk that is nearly full is written through, so that who fills
 * it is told early.
 *
 * A stream that creates a file says nothing of records: it becomes one of
 * bytes (F 1) when its type is MODULE, when it does not begin at its
 * beginning or when what is first written has a NUL in it; else one of text
 * (V).  What is in text can be written at its end only.
 *
 * All errors are Linux's (error.h).
 */
#ifndef CMS_FILE_H
#define CMS_FILE_H

#include <stdint.h>

#include "access.h"
#include "space.h"

enum file_kind { FILE_CONSOLE, FILE_DISK, FILE_DIRECTORY };

struct file {
	struct file *next; /* of all there are */
	unsigned refs;	   /* descriptors */
	enum file_kind kind;
	uint8_t pending; /* created, but not yet known as what */
	uint8_t unlinked; /* created, and never to be on the disk */
	uint32_t flags;  /* O_*: what its descriptors may do */
	char mode;	 /* FILE_DIRECTORY: which disk; PATH_AT_ROOT: all */
	uint64_t offset; /* of the next read or write; in a directory: entry */
	uint32_t cursor; /* FILE_DIRECTORY: edf_next()'s */

	struct access *disk; /* NULL when it has been released */
	struct edf_file *edf;
	enum edf_how how;
	struct edf_stat st;
	struct edf_date date; /* it is to have; year 0: when it is closed */
	uint32_t record; /* the last one that was read */
	uint64_t end;	 /* bytes there are, as the program counts */
	uint32_t begun;	 /* bytes of the last record: a line that goes on */

	/* Bytes of the stream from `at` on: read ahead, or to be written. */
	char *buf;
	size_t size, len;
	uint64_t at;
	int dirty;
};

static inline int
file_is_writer(const struct file *f)
{
	return f->kind == FILE_DISK && f->how != EDF_READ;
}

/* The console: is always open. */
struct file *file_console(void);

/*
 * A file on an accessed disk; st says what edf_open() wants to know.  With
 * stream, a file that is made is one of text or bytes.  Its descriptor's
 * first reference is the caller's.
 */
struct file_open {
	struct access *disk;
	enum edf_how how;
	int stream;
	struct edf_stat *st;
};

int file_open(const struct file_open *open, struct file **file);
int file_open_directory(char mode, struct file **file);

/* Another reference, and one less: the last closes, and what was written is
 * on the disk for good when 0 is returned. */
void file_keep(struct file *f);
int file_close(struct file *f);
/* One less; the last one's closing is as if the file had not been opened. */
void file_abandon(struct file *f);
/* As file_close(), but without the commit that several files may share:
 * file_commit() is for all the disks. */
int file_finish(struct file *f);
int file_commit(void);

/* What has been written is on the disk for good. */
int file_sync(struct file *f);

/* A file that is being created and has lost its name meanwhile: it is not
 * made.  Any other that is open keeps its name: -1. */
int file_unlink(const struct access *disk, const struct edf_stat *st);

/* Records. */
int64_t file_read_record(struct file *f, uint32_t record, struct space *s,
    uint64_t to, uint64_t size);
int file_write_record(struct file *f, uint32_t record, struct space *s,
    uint64_t from, uint64_t len);
int file_set_records(struct file *f, uint32_t records);

/* As it is now; what is still in buffers counts in stream_size() only. */
void file_stat(struct file *f, struct edf_stat *st);

/* Who has this file open, to write it: NULL when nobody has; and at all. */
struct file *file_writer(const struct access *disk,
    const char name[EDF_NAME], const char type[EDF_NAME]);
int file_is_open(const struct access *disk, const char name[EDF_NAME],
    const char type[EDF_NAME]);

/* A disk is released: its files fail from now on. */
void file_disk_gone(const struct access *disk);

#endif
