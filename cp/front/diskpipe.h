/* SPDX-License-Identifier: MIT
 *
 * diskpipe.h - bytes between `vm370 disk` and the host's files.
 *
 * A file comes in pieces and goes out in pieces, each at its offset; what is
 * between them is zero.  Where a lab's system runs, the vm370 inside has no
 * host's files: the one outside opens them, and the pieces go through its
 * standard input or output with a header each ("framed"), so that an end that
 * is no end, somebody died, is seen.
 */
#ifndef VM370_CP_FRONT_DISKPIPE_H
#define VM370_CP_FRONT_DISKPIPE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISKPIPE_MAX (64u << 10) /* bytes of a piece */

enum diskpipe_kind {
	DISKPIPE_DATA = 1,
	DISKPIPE_AGAIN, /* what came so far is void */
	DISKPIPE_END,	/* at: the size of the whole */
};

struct diskpipe_header {
	uint32_t kind; /* enum diskpipe_kind */
	uint32_t len;
	uint64_t at;
};

struct diskpipe_in {
	int fd;
	bool framed;
	const char *name; /* for messages */
	struct diskpipe_header piece;
	char data[DISKPIPE_MAX];
};

struct diskpipe_out {
	int fd;
	bool framed, stream;
	const char *name; /* for messages */
	char path[PATH_MAX], temp[PATH_MAX]; /* "": to standard output */
};

/* "-" is standard input.  1 with a line printed. */
int diskpipe_open_in(struct diskpipe_in *in, const char *path, bool framed);
void diskpipe_close_in(struct diskpipe_in *in);

/* The next piece, to in->piece and in->data: 0, or 1 with a line printed
 * unless it is framed. */
int diskpipe_get(struct diskpipe_in *in);

/*
 * A file is made beside its place, and there only when diskpipe_end says so;
 * standard output, "-", and what is no regular file get everything then.
 * Until then a signal that ends the program leaves nothing of it, either.
 * One at a time.  Each returns 0, or 1 with a line printed.
 */
int diskpipe_open_out(struct diskpipe_out *out, const char *path, bool framed);

/* The same for bytes that come in their order, and once: standard output gets
 * them as they come. */
int diskpipe_open_stream(struct diskpipe_out *out, const char *path,
    bool framed);

int diskpipe_put(struct diskpipe_out *out, uint64_t at, const void *data,
    size_t len);
int diskpipe_again(struct diskpipe_out *out);
int diskpipe_end(struct diskpipe_out *out, uint64_t size);

/* Without diskpipe_end before it: nothing was written. */
void diskpipe_close_out(struct diskpipe_out *out);

/* From one to the other, to the end. */
int diskpipe_copy(struct diskpipe_in *in, struct diskpipe_out *out);

#endif
