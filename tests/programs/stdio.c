/* SPDX-License-Identifier: MIT
 *
 * stdio.c - fopen and its kin on CMS's files: stdio write | read | lose | leave
 * | hold | follow | starve FILE.  lose leaves a file open and aborts, leave does
 * and exits; hold writes and follow reads, and both wait for Enter in the
 * middle; starve writes and reads when it has taken all storage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LINES 2000
#define OWN 65536

static int
complain(const char *name)
{
	perror(name);
	return 1;
}

static int
write_lines(const char *name)
{
	FILE *f = fopen(name, "w");

	if (f == NULL)
		return complain(name);
	for (int i = 1; i <= LINES; i++)
		if (fprintf(f, "line %d of %d\n", i, LINES) < 0)
			return complain(name);
	return fclose(f) == 0 ? 0 : complain(name);
}

static int
read_lines(const char *name)
{
	FILE *f = fopen(name, "r");
	char line[80], wanted[80];
	int n = 0;

	if (f == NULL)
		return complain(name);
	while (fgets(line, sizeof line, f) != NULL) {
		snprintf(wanted, sizeof wanted, "line %d of %d\n", ++n, LINES);
		if (strcmp(line, wanted) != 0) {
			printf("line %d is %s", n, line);
			return 2;
		}
	}
	printf("%d lines\n", n);
	return fclose(f) == 0 ? 0 : complain(name);
}

static int
do_without(const char *name, int left)
{
	FILE *f = fopen(name, "w");

	if (f == NULL)
		return complain(name);
	fputs("not closed\n", f);
	fflush(f);
	if (left)
		_exit(0);
	abort();
}

static void
wait_for_enter(void)
{
	char line[80];

	puts("waiting");
	if (fgets(line, sizeof line, stdin) == NULL)
		puts("no console");
}

static int
hold(const char *name)
{
	FILE *f = fopen(name, "w");

	if (f == NULL)
		return complain(name);
	for (int i = 0; i < LINES; i++)
		fprintf(f, "before %d\n", i);
	fflush(f);
	wait_for_enter();
	fputs("after\n", f);
	return fclose(f) == 0 ? 0 : complain(name);
}

static char *
take(size_t bytes)
{
	return mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* All but what stdio itself needs. */
static int
starve(const char *name)
{
	size_t piece = 1 << 20, taken = 0;
	char *own = take(OWN);
	int rc = write_lines(name);

	while (rc == 0 && piece >= 4096) {
		char *at = take(piece);

		if (at == MAP_FAILED) {
			piece /= 2;
			continue;
		}
		memset(at, 1, piece);
		taken += piece;
	}
	munmap(own, OWN);
	printf("%zu KiB taken\n", taken >> 10);
	rc = rc == 0 ? read_lines(name) : rc;
	rc = rc == 0 ? write_lines(name) : rc;
	return rc == 0 ? read_lines(name) : rc;
}

/* All that is there must be what stdio write has written. */
static int
follow(const char *name)
{
	FILE *f = fopen(name, "r");
	char line[80], wanted[80];
	int n = 0;

	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		snprintf(wanted, sizeof wanted, "line %d of %d\n", ++n, LINES);
		if (strcmp(line, wanted) != 0) {
			printf("line %d is %s", n, line);
			return 2;
		}
		if (n == 1)
			wait_for_enter();
	}
	return f != NULL && !ferror(f) ? 0 : complain(name);
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "write") == 0)
		return write_lines(argv[2]);
	if (argc == 3 && strcmp(argv[1], "read") == 0)
		return read_lines(argv[2]);
	if (argc == 3 && strcmp(argv[1], "lose") == 0)
		return do_without(argv[2], 0);
	if (argc == 3 && strcmp(argv[1], "leave") == 0)
		return do_without(argv[2], 1);
	if (argc == 3 && strcmp(argv[1], "hold") == 0)
		return hold(argv[2]);
	if (argc == 3 && strcmp(argv[1], "follow") == 0)
		return follow(argv[2]);
	if (argc == 3 && strcmp(argv[1], "starve") == 0)
		return starve(argv[2]);
	return 3;
}
