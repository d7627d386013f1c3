/* SPDX-License-Identifier: MIT
 *
 * churn.c - file work that whoever knows the seed can foretell: CHURN SEED
 * FIRST COUNT makes, replaces, appends to, overwrites, cuts, renames and
 * erases files of type DATA on disk A.  What operation N does follows from
 * SEED, N and the files that there are; so does every byte.
 *
 * "churn N done" says that N is on the disk for good, "churn N full" that the
 * disk has no room for it, and N changed nothing.  Whatever else happens ends
 * it with the reason.  tests/fault/filework.py does the same and compares.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cms.h"

#define NAMES 12
#define LONGEST 60000

struct churn {
	uint32_t seed, n; /* this operation */
	uint32_t random;
	int held; /* HELD DATA, open since an earlier operation, or -1 */
	uint32_t held_n;
};

/* --- what follows from the seed --- */

static uint32_t
next(struct churn *c, uint32_t below)
{
	uint32_t x = c->random += 0x9E3779B9;

	x = (x ^ x >> 16) * 0x85EBCA6B;
	x = (x ^ x >> 13) * 0xC2B2AE35;
	x ^= x >> 16;
	return x % below;
}

/* len bytes of a record, from byte `at` of it. */
static const char *
content(const struct churn *c, uint32_t record, uint32_t at, size_t len)
{
	static char buf[LONGEST];
	char text[64];
	size_t n = (size_t)snprintf(text, sizeof text, "S%u N%u R%u ",
	    (unsigned)c->seed, (unsigned)c->n, (unsigned)record);

	for (size_t i = 0; i < len; i++)
		buf[i] = i < n ? text[(at + i) % n] : buf[i - n];
	return buf;
}

static uint32_t
length(struct churn *c)
{
	return next(c, 20) == 0 ? 1 + next(c, LONGEST) : 1 + next(c, 200);
}

static uint32_t
count(struct churn *c)
{
	return next(c, 8) == 0 ? 1 + next(c, 500) : 1 + next(c, 20);
}

static const char *
name(uint32_t i)
{
	static char text[2][24];

	snprintf(text[i & 1], sizeof text[0], "C%u DATA A", (unsigned)i);
	return text[i & 1];
}

/* --- operations: 0, or -1 with errno --- */

static int
give_up(int fd)
{
	int error = errno;

	cms_abandon(fd);
	errno = error;
	return -1;
}

static int
finish(int fd, int rc)
{
	return rc == 0 && cms_close(fd) == 0 ? 0 : give_up(fd);
}

static int
records(struct churn *c, int fd, char recfm, uint32_t lrecl, uint32_t many)
{
	for (uint32_t r = 0; r < many; r++) {
		uint32_t len = recfm == 'F' ? lrecl : length(c);

		if (cms_write(fd, 0, content(c, r, 0, len), len) < 0)
			return -1;
	}
	return 0;
}

static int
replace(struct churn *c)
{
	static const uint32_t lrecl[] = { 2, 80, 100, 512, 1000, 4096, 20000 };
	const char *id = name(next(c, NAMES));
	struct cms_stat st = { .mode = "A1", .recfm = 'V' };
	uint32_t many;
	int fd;

	if (next(c, 2) == 0) {
		st.recfm = 'F';
		st.lrecl = lrecl[next(c, sizeof lrecl / sizeof lrecl[0])];
	}
	many = st.lrecl > 5000 ? 1 + next(c, 8) : count(c);
	fd = cms_open(id, CMS_REPLACE, &st);
	return fd < 0 ? -1 : finish(fd, records(c, fd, st.recfm, st.lrecl,
	    many));
}

static int
lines(struct churn *c)
{
	const char *id = name(next(c, NAMES));
	uint32_t many = count(c);
	FILE *f = fopen(id, "w");

	for (uint32_t r = 0; f != NULL && r < many; r++) {
		uint32_t len = length(c);

		if (fwrite(content(c, r, 0, len), 1, len, f) != len ||
		    putc('\n', f) == EOF)
			break; /* and so says ferror() */
	}
	if (f == NULL || ferror(f) || fflush(f) == EOF) {
		int error = errno;

		if (f != NULL) {
			cms_abandon(fileno(f));
			fclose(f);
		}
		errno = error;
		return -1;
	}
	return fclose(f);
}

/* Bytes at the place where the file stands. */
static int
bytes(struct churn *c, int fd, uint32_t size, bool nul)
{
	for (uint32_t at = 0, n; at < size; at += n) {
		char *part = (char *)content(c, 0, at, LONGEST);

		n = size - at < LONGEST ? size - at : LONGEST;
		if (at == 0 && nul)
			part[0] = '\0';
		if (write(fd, part, n) != (ssize_t)n)
			return -1;
	}
	return 0;
}

static int
binary(struct churn *c)
{
	const char *id = name(next(c, NAMES));
	uint32_t size = 1 + next(c, next(c, 4) == 0 ? 300000 : 9000);
	int fd = open(id, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	return fd < 0 ? -1 : finish(fd, bytes(c, fd, size, true));
}

/* F files may get a hole before what is appended. */
static int
append(struct churn *c)
{
	const char *id = name(next(c, NAMES));
	uint32_t many = count(c), hole = next(c, 4) == 0 ? next(c, 100) : 0;
	struct cms_stat st = { .recfm = 'V' };
	int fd, rc;

	if (cms_state(id, &st) < 0)
		st.records = 0;
	fd = cms_open(id, st.records == 0 ? CMS_REPLACE : CMS_UPDATE, &st);
	if (fd < 0)
		return -1;
	if (st.recfm == 'V') {
		rc = records(c, fd, 'V', 0, many);
	} else if (st.lrecl == 1) {
		rc = lseek(fd, hole, SEEK_END) < 0 ? -1 :
		    bytes(c, fd, many * 10, false);
	} else {
		rc = hole == 0 ? 0 : cms_write(fd, st.records + hole,
		    content(c, 0, 0, st.lrecl), st.lrecl);
		if (rc == 0)
			rc = records(c, fd, 'F', st.lrecl, 1 + many % 8);
	}
	return finish(fd, rc);
}

/* Other contents for every third record, in its place. */
static int
overwrite(struct churn *c)
{
	static char old[65535];
	const char *id = name(next(c, NAMES));
	uint32_t from = next(c, 3);
	struct cms_stat st;
	int fd, rc = 0;

	if (cms_state(id, &st) < 0)
		return 0;
	fd = cms_open(id, CMS_UPDATE, &st);
	if (fd < 0)
		return -1;
	if (st.recfm == 'F' && st.lrecl == 1)
		return finish(fd, lseek(fd, st.records / 2, SEEK_SET) < 0 ?
		    -1 : bytes(c, fd, st.records - st.records / 2, false));
	for (uint32_t r = 1 + from; rc == 0 && r <= st.records; r += 3) {
		long len = cms_read(fd, r, old, sizeof old);

		rc = len < 0 ? -1 : cms_write(fd, r, content(c, r, 0,
		    (size_t)len), (size_t)len);
	}
	return finish(fd, rc);
}

static int
cut(struct churn *c)
{
	const char *id = name(next(c, NAMES));
	struct cms_stat st;
	int fd;

	if (cms_state(id, &st) < 0)
		return 0;
	fd = cms_open(id, CMS_UPDATE, &st);
	return fd < 0 ? -1 : finish(fd, cms_truncate(fd, st.records / 2));
}

static int
rename_one(struct churn *c)
{
	uint32_t from = next(c, NAMES);
	char id[24];

	snprintf(id, sizeof id, "%s", name(from));
	if (cms_rename(id, name((from + 1 + next(c, NAMES - 1)) % NAMES)) < 0)
		return errno == ENOENT || errno == EEXIST ? 0 : -1;
	return 0;
}

/* Room is not needed for it: to have none is a fault here. */
static int
erase(struct churn *c)
{
	if (cms_erase(name(next(c, NAMES))) == 0 || errno == ENOENT)
		return 0;
	if (errno == ENOSPC)
		errno = EPROTO;
	return -1;
}

static int
abandon(struct churn *c)
{
	const char *id = name(next(c, NAMES));
	int fd = cms_open(id, CMS_REPLACE, NULL);

	if (fd < 0 || records(c, fd, 'V', 0, count(c)) < 0)
		return fd < 0 ? -1 : give_up(fd);
	return cms_abandon(fd);
}

/* A file that is open while others come and go: it is there when it is
 * closed, and not before. */
static int
hold(struct churn *c)
{
	int fd = c->held;

	if (fd < 0) {
		c->held = cms_open("HELD DATA A", CMS_REPLACE, NULL);
		if (c->held < 0)
			return -1;
		if (records(c, c->held, 'V', 0, count(c)) == 0)
			return 0;
		fd = c->held;
		c->held = -1;
		return give_up(fd);
	}
	c->held = -1;
	return finish(fd, records(c, fd, 'V', 0, 1));
}

static const struct {
	uint32_t below;
	int (*run)(struct churn *);
} operations[] = {
	{ 25, replace }, { 40, lines }, { 50, binary }, { 65, append },
	{ 75, overwrite }, { 80, cut }, { 87, rename_one }, { 93, erase },
	{ 96, abandon }, { 100, hold },
};

static int
operate(struct churn *c)
{
	uint32_t which, i = 0;

	c->random = c->seed * 0x01000193 ^ c->n * 0x85EBCA6B;
	which = next(c, 100);
	while (which >= operations[i].below)
		i++;
	return operations[i].run(c);
}

int
main(int argc, char **argv)
{
	struct churn c = { .held = -1 };
	uint32_t end;

	if (argc != 4) {
		fprintf(stderr, "usage: churn SEED FIRST COUNT\n");
		return 2;
	}
	c.seed = (uint32_t)strtoul(argv[1], NULL, 10);
	c.n = (uint32_t)strtoul(argv[2], NULL, 10);
	end = c.n + (uint32_t)strtoul(argv[3], NULL, 10);
	for (; c.n != end; c.n++) {
		const char *how = "done";

		if (operate(&c) < 0) {
			if (errno != ENOSPC) {
				printf("churn %u failed: %s\n", (unsigned)c.n,
				    strerror(errno));
				return 1;
			}
			how = "full";
		}
		printf("churn %u %s\n", (unsigned)c.n, how);
		fflush(stdout);
	}
	if (c.held >= 0)
		cms_abandon(c.held);
	return 0;
}
