/* SPDX-License-Identifier: MIT
 *
 * fd.h - a program's descriptors: small numbers for what it has open.
 */
#ifndef CMS_FD_H
#define CMS_FD_H

#include "program.h"

/* 0, 1 and 2 are the console. */
void fd_start(struct program *p);

/* Everything is closed, or abandoned: 0, or the first error, with its file's
 * name told to the user. */
int fd_end(struct program *p);

/* NULL: there is no such descriptor. */
struct file *fd_get(const struct program *p, uint64_t fd);

/* The lowest free number from `from` on, or an error: then the file is still
 * the caller's. */
int fd_put(struct program *p, struct file *f, uint64_t from);

/* What the number was is closed first. */
int fd_replace(struct program *p, struct file *f, uint64_t fd);

int fd_close(struct program *p, uint64_t fd);
int fd_abandon(struct program *p, uint64_t fd);

#endif
