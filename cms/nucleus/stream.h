/* SPDX-License-Identifier: MIT
 *
 * stream.h - an open file as a stream of bytes, buffered.  For file.c and
 * the system calls; what the buffers promise is in file.h.
 */
#ifndef CMS_STREAM_H
#define CMS_STREAM_H

#include "file.h"

/* Bytes, 0 at the end, or an error. */
int64_t stream_read(struct file *f, uint64_t offset, struct space *s,
    uint64_t to, uint64_t len);
int64_t stream_write(struct file *f, uint64_t offset, struct space *s,
    uint64_t from, uint64_t len);

uint64_t stream_size(struct file *f);

/* The same of a file that need not be open: 0, or an error. */
int stream_size_of(struct access *a, struct edf_stat *st, uint64_t *size);

int stream_set_size(struct file *f, uint64_t size);

/* What waits to be written is EDF's; the unfinished last line of a text waits
 * on, unless this is the end.  0, or an error. */
int stream_flush(struct file *f, int end);

/* The file has been closed and opened again, when so many bytes were in EDF: a
 * line without its end is a record now, but goes on. */
int stream_reopened(struct file *f, uint64_t size);

/* The buffer is forgotten, with what is in it. */
void stream_drop(struct file *f);

#endif
