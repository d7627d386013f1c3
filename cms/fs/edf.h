/* SPDX-License-Identifier: MIT
 *
 * edf.h - a CMS minidisk: labels, directories, files of F and V records.
 *
 * Pure: the disk, the clock and the heap are functions.  The same code runs
 * in the nucleus, in `vm370 disk` and under the fuzzer.  Nothing that a disk
 * says is believed before it is checked.
 *
 * A change is made by writing into free blocks only.  edf_commit() then makes
 * everything that was closed real at once: new data, pointers, directory and
 * map are written and flushed, one write of the label makes them the disk's,
 * and that is flushed.  A crash leaves the state of the last commit, whole;
 * what was not closed never was.  Blocks given up are used again only after
 * the commit that gave them up.
 *
 * A name or type is 8 characters, upper case, blank padded, in ASCII here and
 * EBCDIC on the disk.  Blocks are counted from 1, as CMS counts them, except
 * in struct edf_extent, which is the device's.
 */
#ifndef CMS_EDF_H
#define CMS_EDF_H

#include <stddef.h>
#include <stdint.h>

#define EDF_NAME 8
#define EDF_VOLUME 6
#define EDF_LRECL_MAX 65535u
#define EDF_RECORDS_MAX 0x7FFFFFFFu
#define EDF_SECTOR 512u
#define EDF_SECTORS_MAX 0x80000000u /* a terabyte: more is not used */

enum edf_error {
	EDF_OK = 0,
	EDF_NOT_FOUND = -1,	/* no such file */
	EDF_EXISTS = -2,	/* there is one already */
	EDF_IO = -3,		/* the device cannot read or write */
	EDF_FULL = -4,		/* no free block */
	EDF_READ_ONLY = -5,
	EDF_NO_STORAGE = -6,	/* the heap is empty */
	EDF_DAMAGED = -7,	/* what the disk says makes no sense */
	EDF_NOT_FORMATTED = -8, /* no CMS disk */
	EDF_INVALID = -9,	/* an operand: name, length, record, size */
	EDF_END = -10,		/* no such record */
	EDF_CHANGED = -11,	/* somebody else changed this disk meanwhile */
	EDF_BUSY = -12,		/* the file is open */
};

/* Blocks of 512 bytes, counted from 0, and the storage for their bytes. */
struct edf_extent {
	uint32_t block, blocks;
	void *at;
};

struct edf_date {
	uint16_t year; /* 1900 to 2099 */
	uint8_t month, day, hour, minute, second;
};

/* A disk as EDF sees it.  Each int is 0, or -1: EDF_IO. */
struct edf_device {
	void *arg;
	uint32_t blocks; /* of 512 bytes */
	int read_only;
	int (*read)(void *arg, const struct edf_extent *list, unsigned n);
	/* flush: what is written here, and before, is durable on return. */
	int (*write)(void *arg, const struct edf_extent *list, unsigned n,
	    int flush);
	int (*flush)(void *arg);
	void *(*take)(void *arg, size_t bytes); /* NULL: none left */
	void (*give)(void *arg, void *at, size_t bytes);
	struct edf_date (*now)(void *arg);
};

struct edf;	 /* a mounted disk */
struct edf_file; /* an open file */

/* --- disks --- */

struct edf_disk_info {
	char volume[EDF_VOLUME + 1];
	uint32_t block_size;
	uint32_t blocks, used; /* of block_size */
	uint32_t free;	       /* that files can still get */
	uint32_t files;	       /* without directory and map */
	struct edf_date created;
};

/* Write a new, empty CMS disk: block_size 512, 1024, 2048 or 4096; blocks of
 * it, 0: as many as the device has.  What was on the disk is gone. */
int edf_format(const struct edf_device *dev, uint32_t block_size,
    uint32_t blocks, const char volume[EDF_VOLUME]);

/* *edf is NULL unless 0 is returned.  The device is copied. */
int edf_mount(const struct edf_device *dev, struct edf **edf);

/* Open files are abandoned, what was not committed is lost. */
void edf_unmount(struct edf *edf);

void edf_info(const struct edf *edf, struct edf_disk_info *info);
int edf_set_volume(struct edf *edf, const char volume[EDF_VOLUME]);

/* Another size, in blocks of its own; what is in use stays (EDF_FULL if it
 * does not fit).  The device must be large enough. */
int edf_resize(struct edf *edf, uint32_t blocks);

/*
 * A disk that somebody else may write: has he?  1: yes, and the directory has
 * been read again; open files answer EDF_CHANGED from now on unless they are
 * what they were.  0: no.  Costs one read of one sector.
 */
int edf_refresh(struct edf *edf);

/* --- directory --- */

struct edf_stat {
	char name[EDF_NAME], type[EDF_NAME];
	char mode;	 /* '0' to '6' */
	char recfm;	 /* 'F' or 'V' */
	uint32_t lrecl;	 /* V: the longest record */
	uint32_t records;
	uint32_t blocks; /* of data */
	struct edf_date date;
};

int edf_find(struct edf *edf, const char name[EDF_NAME],
    const char type[EDF_NAME], struct edf_stat *st);

/* The file after *cursor, which begins with 0: 1, or 0 when there is none.
 * In order of name and type.  Files may come and go meanwhile.  With more than
 * eight at a time the one that rests for longest is EDF_CHANGED. */
int edf_next(struct edf *edf, uint32_t *cursor, struct edf_stat *st);

/* Part of the next commit.  A file that is open is EDF_BUSY. */
int edf_erase(struct edf *edf, const char name[EDF_NAME],
    const char type[EDF_NAME]);
int edf_rename(struct edf *edf, const char name[EDF_NAME],
    const char type[EDF_NAME], const char new_name[EDF_NAME],
    const char new_type[EDF_NAME], char new_mode);
int edf_set_date(struct edf *edf, const char name[EDF_NAME],
    const char type[EDF_NAME], const struct edf_date *date);

/* Everything closed, erased, renamed so far becomes the disk's. */
int edf_commit(struct edf *edf);

/* --- files --- */

enum edf_how {
	EDF_READ,    /* must be there */
	EDF_UPDATE,  /* must be there: read, write, append */
	EDF_CREATE,  /* must not be there */
	EDF_REPLACE, /* in place of one that is there, when it is closed */
};

/*
 * For CREATE and REPLACE st says name, type, mode, recfm and (F) lrecl; for
 * the others name and type, and the rest is filled in.  Any number of readers
 * or one writer; a reader goes on reading what it opened.  A file may have no
 * record.  What is written to the data of a file of mode 6 that is open for
 * UPDATE goes where the old data is, until the file is cut or grows: no commit
 * is needed for that, and none of it is undone.
 */
int edf_open(struct edf *edf, enum edf_how how, struct edf_stat *st,
    struct edf_file **file);

void edf_file_stat(const struct edf_file *file, struct edf_stat *st);

/* Part of the next commit.  The file is gone in any case; when it fails the
 * old one is as it was. */
int edf_close(struct edf_file *file);

/* As if it had never been opened. */
void edf_abandon(struct edf_file *file);

/*
 * Records are counted from 1.  Reading stores at most size bytes; *len is the
 * record's own length.  A hole in an F file reads as zeros.  Writing: record
 * 0, or the one after the last, appends; an F record must be as long as
 * lrecl, a V record that replaces another as long as that one (1 to
 * EDF_LRECL_MAX); F may go beyond the end and leave a hole.
 */
int edf_read(struct edf_file *file, uint32_t record, void *to, size_t size,
    size_t *len);
int edf_write(struct edf_file *file, uint32_t record, const void *from,
    size_t len);
/* Keep the first so many records; an F file may get more of them, a hole. */
int edf_truncate(struct edf_file *file, uint32_t records);

/*
 * A file as a stream of bytes: F with lrecl 1 is those bytes; of every other
 * file each record is followed by a newline.  Offsets count both.  Reading
 * yields the bytes there are, 0 at the end.  Writing goes anywhere in an F 1
 * file, and to the end only of others; there the last line is a record when
 * it has its newline, or when the file is closed.  A line longer than lrecl
 * (V: EDF_LRECL_MAX) is EDF_INVALID; in an F file a shorter one is padded
 * with blanks; an empty line in a V file is one blank.
 */
uint64_t edf_stream_size(struct edf_file *file);
int64_t edf_stream_read(struct edf_file *file, uint64_t offset, void *to,
    size_t len);
int64_t edf_stream_write(struct edf_file *file, uint64_t offset,
    const void *from, size_t len);

/* Where data block n (from 0) of a file lies: its first sector, 0: a hole or
 * none.  For whoever reads it without EDF: the boot block. */
uint32_t edf_file_sector(struct edf_file *file, uint32_t n);

/* --- looking after --- */

/* Called for each thing that is wrong, in words. */
typedef void edf_complaint(void *arg, const char *text);

/* Look at everything, change nothing: how many complaints, or an error. */
int edf_check(const struct edf_device *dev, edf_complaint *say, void *arg);

#endif
