/* SPDX-License-Identifier: MIT
 *
 * seqio.c - read or write a file from its beginning to its end and say how
 * long it took: seqio read|write|update FILE MIB KIB.  The same program runs in
 * CMS and on its host: ours, and the floor.  An update keeps the file's blocks
 * and overwrites what is in them.
 *
 * What is written is on the disk for good before the clock is read.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char buf[1 << 20];

static long
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000000L + t.tv_nsec / 1000;
}

/* Each piece in one call, or it is no measurement. */
static int
pieces(int fd, long count, size_t size, int writing)
{
	for (long i = 0; i < count; i++) {
		ssize_t n = writing ? write(fd, buf, size) :
				      read(fd, buf, size);

		if (n != (ssize_t)size)
			return -1;
	}
	return writing ? fsync(fd) : 0;
}

int
main(int argc, char **argv)
{
	int update = argc > 1 && strcmp(argv[1], "update") == 0;
	int writing = update || (argc > 1 && strcmp(argv[1], "write") == 0);
	long mib = argc == 5 ? atol(argv[3]) : 0;
	long kib = argc == 5 ? atol(argv[4]) : 0;
	long start, took;
	int fd;

	if (mib < 1 || kib < 1 || (size_t)kib * 1024 > sizeof buf) {
		fprintf(stderr, "usage: seqio read|write FILE MIB KIB\n");
		return 2;
	}
	memset(buf, 0, sizeof buf); /* zeros: a file of bytes, also in CMS */
	start = now_us();
	fd = writing ? open(argv[2], O_WRONLY | O_CREAT |
	    (update ? 0 : O_TRUNC), 0600) : open(argv[2], O_RDONLY);
	if (fd < 0 || pieces(fd, mib * 1024 / kib, (size_t)kib * 1024,
	    writing) < 0 || close(fd) < 0) {
		perror(argv[2]);
		return 1;
	}
	took = now_us() - start;
	printf("seqio %s %ld KiB: %ld us\n", argv[1], kib, took);
	return 0;
}
