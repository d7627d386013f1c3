/* SPDX-License-Identifier: MIT
 *
 * access.h - accessed disks: which disk has which letter, in which order they
 * are searched, and which of their files are seen.
 *
 * Another user may write a disk that is read-only here.  Such a disk, but not
 * the system's, is looked at again when a command first comes to it: one read
 * of its label, and of its directory if that has changed.  So what others do
 * is seen without another ACCESS, a command whose files are all on disks of
 * the user's own pays nothing, and one that does not look for files neither.
 */
#ifndef CMS_ACCESS_H
#define CMS_ACCESS_H

#include <stdint.h>

#include "disk.h"
#include "edf.h"
#include "fileid.h"

struct access {
	struct access *next; /* in the order of search */
	char mode;	     /* 'A' to 'Z' */
	char parent;	     /* of which it is a read-only extension, or ' ' */
	uint8_t read_only;
	uint8_t system; /* CMS's own: nobody writes it while it is used */
	int lost;	/* why it could not be read any more, or 0 */
	uint32_t vdev;
	struct edf *edf;
	struct disk disk;
	/* Files that are seen: patterns, "" and '\0' for all. */
	char only_name[FILEID_NAME + 1], only_type[FILEID_NAME + 1];
	char only_number;
	unsigned looked; /* the command in which it was last looked at */
};

/*
 * The accessed disks in the order of search, A to Z; NULL when there are no
 * more.  A disk that access_extension() has for a mode is that mode's own or
 * an extension of it.
 */
struct access *access_first(void);
struct access *access_next(struct access *a);
struct access *access_find(char mode);
struct access *access_vdev(uint32_t vdev);
int access_extension(const struct access *a, char mode);

/* Is the file seen?  Private files (mode number 0) of a disk that is
 * read-only are not, nor what ACCESS left out. */
int access_visible(const struct access *a, const struct edf_stat *st);

/*
 * Find a file.  With a mode on that disk and its extensions, without, or with
 * '*', on all.  0; EDF_NOT_FOUND; ACCESS_NO_DISK when nothing has the mode; or
 * what went wrong with a disk that should have been searched.
 */
#define ACCESS_NO_DISK -20
#define ACCESS_NO_DEVICE -21
int access_search(const struct fileid *id, struct access **a,
    struct edf_stat *st);

/* Errors of this file and of EDF, in words. */
const char *access_error(int error);

/*
 * What programs and commands do to files that there are, committed at once.
 * A file may take the place of another (`over`) or not.  Each is 0, or an
 * EDF or other error, and then nothing has changed.
 */
int access_erase(struct access *a, const struct edf_stat *st);
int access_rename(struct access *a, const struct edf_stat *st,
    const struct fileid *to, int over);
int access_date(struct access *a, const struct edf_stat *st,
    const struct edf_date *date);

/* Access a disk: 0, and what had the mode is released; or an error
 * (ACCESS_NO_DEVICE: there is none; EDF_NOT_FOUND: none of its files is
 * wanted), and nothing has changed. */
struct access_how {
	uint32_t vdev;
	char mode, parent; /* ' ' or the mode it is to be an extension of */
	uint8_t read_only; /* even if it could be written */
	uint8_t system;
	const char *name, *type; /* patterns, NULL: all */
	char number;		 /* '\0': all */
};

int access_disk(const struct access_how *how, struct access **a);

/* Its answer in words, to the user: what a disk is like that is not as one
 * would think, or why it was not accessed.  Returns a return code. */
#define ACCESS_RC_NOT_FOUND 28
#define ACCESS_RC_DEVICE 100
int access_tell(const struct access_how *how, int rc);

/*
 * What has been closed, erased, renamed is the disk's for good: 0, or an EDF
 * error, and then it is undone.
 */
int access_commit(struct access *a);

/* The disk is read anew, without what was not committed; files that are open
 * on it fail from now on. */
void access_undo(struct access *a);

/* Files that are open on it fail from now on. */
void access_release(struct access *a);

/* All of them, without a word to the disks: they may be others by now. */
void access_forget(void);

/* A command begins: R/O disks are looked at when they are come to. */
void access_command(void);

/* A command has ended: disks whose device is gone, or which could not be read
 * any more, are released, and the user is told.  Was one of them CMS's own? */
int access_sweep(void);

#endif
