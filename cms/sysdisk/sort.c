/* SPDX-License-Identifier: MIT
 *
 * sort.c - SORT fn ft fm fn ft fm: the records of one file, sorted, in
 * another.  By which columns is asked for: "1 8 20 25" is columns 1 to 8, then
 * 20 to 25; an empty line is the whole record.
 *
 * Records are read and written by libcms.  The new file is on the disk when it
 * is closed; whatever goes wrong before leaves none.
 *
 *    cc -static -I include -o sort sort.c -L lib -lcms
 *    vm370 disk write CMSUSER 191 sort SORT MODULE
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cms.h"

#define RECORD_MAX 65535
#define FIELDS 16

struct record {
	size_t len;
	char *text;
};

static size_t from[FIELDS], to[FIELDS]; /* columns, counted from 1 */
static int fields;

/* A shorter record is as if blanks followed. */
static int
compare_field(const struct record *a, const struct record *b, size_t first,
    size_t last)
{
	for (size_t i = first - 1; i < last; i++) {
		unsigned char x = i < a->len ? (unsigned char)a->text[i] : ' ';
		unsigned char y = i < b->len ? (unsigned char)b->text[i] : ' ';

		if (x != y)
			return x < y ? -1 : 1;
		if (i >= a->len && i >= b->len)
			break;
	}
	return 0;
}

static int
compare(const void *p, const void *q)
{
	const struct record *a = p, *b = q;

	for (int i = 0; i < fields; i++) {
		int order = compare_field(a, b, from[i], to[i]);

		if (order != 0)
			return order;
	}
	/* Where they are alike, as they were: records lie behind each other. */
	return a->text < b->text ? -1 : a->text > b->text;
}

static int
ask_fields(void)
{
	char line[256];
	char *at = line, *end;

	puts("ENTER SORT FIELDS:");
	fflush(stdout);
	if (fgets(line, sizeof line, stdin) == NULL)
		return -1;
	while (fields < FIELDS && strspn(at, " \n") < strlen(at)) {
		from[fields] = strtoul(at, &end, 10);
		to[fields] = strtoul(end, &at, 10);
		if (from[fields] == 0 || to[fields] < from[fields])
			return -1;
		fields++;
	}
	if (fields == 0) {
		from[0] = 1;
		to[0] = RECORD_MAX;
		fields = 1;
	}
	return 0;
}

/* All records of a file, one behind the other. */
static struct record *
read_records(const char *fileid, struct cms_stat *st)
{
	struct record *list;
	char *text;
	int fd = cms_open(fileid, CMS_READ, st);

	if (fd == -1)
		return NULL;
	list = calloc(st->records + 1, sizeof *list);
	text = malloc(st->size + RECORD_MAX);
	if (list == NULL || text == NULL)
		return NULL;
	for (uint32_t i = 0; i < st->records; i++) {
		long len = cms_read(fd, i + 1, text, RECORD_MAX);

		if (len == -1)
			return NULL;
		list[i].len = (size_t)len;
		list[i].text = text;
		text += len;
	}
	cms_close(fd);
	return list;
}

static int
write_records(const char *fileid, struct cms_stat *st,
    const struct record *list, uint32_t count)
{
	int fd = cms_open(fileid, CMS_CREATE, st);

	if (fd == -1)
		return -1;
	for (uint32_t i = 0; i < count; i++)
		if (cms_write(fd, 0, list[i].text, list[i].len) == -1) {
			int why = errno;

			cms_abandon(fd);
			errno = why;
			return -1;
		}
	return cms_close(fd);
}

static int
failed(const char *fileid)
{
	printf("%s: %s\n", fileid, strerror(errno));
	return errno == ENOENT || errno == EEXIST ? 28 : 100;
}

int
main(int argc, char **argv)
{
	struct cms_stat st;
	struct record *list;
	uint32_t count;
	char in[64], out[64];

	if (argc != 7) {
		puts("SORT fn ft fm fn ft fm");
		return 24;
	}
	snprintf(in, sizeof in, "%s %s %s", argv[1], argv[2], argv[3]);
	snprintf(out, sizeof out, "%s %s %s", argv[4], argv[5], argv[6]);
	if (ask_fields() == -1) {
		puts("INVALID SORT FIELDS");
		return 24;
	}
	list = read_records(in, &st);
	if (list == NULL)
		return failed(in);
	count = st.records;
	st.mode[1] = '1'; /* format and length stay as they are */
	qsort(list, count, sizeof *list, compare);
	if (write_records(out, &st, list, count) == -1)
		return failed(out);
	return 0;
}
