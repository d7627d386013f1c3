/* SPDX-License-Identifier: MIT
 *
 * xedit.h - the editor: it is given lines that were typed, and answers with
 * lines.  It knows no console, no screen and no files: all that is outside is
 * a struct of functions.  edit.c gives it a line terminal; a full screen is
 * another giver of commands and another look at the same buffer.
 */
#ifndef XEDIT_H
#define XEDIT_H

#include "cms.h"
#include "span.h"

#define XEDIT_LRECL_MAX 65535u
#define XEDIT_TYPED_MAX 2048u /* a command; text may be longer */

struct xedit;

/*
 * Outside.  The files are cms.h's: what fails returns -1 and sets errno as
 * said there.  read is given no record number: each is the next one.
 */
struct xedit_host {
	void *arg;
	void (*say)(void *arg, const char *text, size_t len);
	/* A CMS command, or with cp a command for CP: its return code. */
	int (*command)(void *arg, const char *command, bool cp);
	int (*disk)(void *arg, char mode, struct cms_disk *disk);
	int (*state)(void *arg, const char *fileid, struct cms_stat *st);
	int (*open)(void *arg, const char *fileid, enum cms_how how,
	    struct cms_stat *st);
	long (*read)(void *arg, int fd, void *to, size_t size);
	int (*write)(void *arg, int fd, const void *from, size_t len);
	int (*close)(void *arg, int fd);
	int (*abandon)(void *arg, int fd);
};

struct xedit_options {
	bool no_profile;
	size_t width; /* 0: as the file is */
};

/* NULL: no storage. */
struct xedit *xedit_new(const struct xedit_host *host);
void xedit_free(struct xedit *x);

/* Begin with a file, "FN FT" or "FN FT FM"; it may be new.  0, or the return
 * code when it cannot be edited: why has been said. */
int xedit_begin(struct xedit *x, struct span fileid,
    const struct xedit_options *options);

/* A typed line: a command, or text while there is input mode.  The return
 * code of what was done. */
int xedit_line(struct xedit *x, struct span line);

/* Has FILE, QUIT or the like ended it?  With which return code? */
bool xedit_ended(const struct xedit *x, int *rc);

/* Does the file have changes that are not on a disk? */
bool xedit_changed(const struct xedit *x);

/* What EDIT's options are refused with: its return code. */
int xedit_bad_option(struct xedit *x, struct span word);

#endif
