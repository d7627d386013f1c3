/* SPDX-License-Identifier: MIT
 *
 * count.c - COUNT fn ft [fm]: lines, words and bytes of files, as in
 * COUNT * C.  Which files there are libcms tells; they are read as anywhere
 * in C.
 *
 * Made on the host, and put on a disk:
 *    cc -static -I include -o count count.c -L lib -lcms
 *    vm370 disk write CMSUSER 191 count COUNT MODULE
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cms.h"

struct count {
	unsigned long lines, words, bytes;
};

static int
count_file(const char *fileid, struct count *n)
{
	FILE *f = fopen(fileid, "r");
	int c, inside = 0;

	if (f == NULL)
		return -1;
	while ((c = getc(f)) != EOF) {
		n->bytes++;
		if (c == '\n')
			n->lines++;
		if (isspace(c))
			inside = 0;
		else if (!inside) {
			inside = 1;
			n->words++;
		}
	}
	c = ferror(f);
	fclose(f);
	return c ? -1 : 0;
}

static void
count_print(const struct count *n, const char *what)
{
	printf("%10lu %10lu %10lu  %s\n", n->lines, n->words, n->bytes, what);
}

int
main(int argc, char **argv)
{
	struct count total = { 0 };
	struct cms_stat st;
	uint64_t cursor = 0;
	char pattern[64], fileid[32];
	int files = 0;

	if (argc < 3 || argc > 4) {
		puts("COUNT fn ft [fm]");
		return 24;
	}
	snprintf(pattern, sizeof pattern, "%s %s %s", argv[1], argv[2],
	    argc > 3 ? argv[3] : "*");
	while (cms_next(pattern, &cursor, &st) == 1) {
		struct count n = { 0 };

		snprintf(fileid, sizeof fileid, "%s %s %s", st.name, st.type,
		    st.mode);
		if (count_file(fileid, &n) == -1) {
			printf("%s: %s\n", fileid, strerror(errno));
			return 100;
		}
		count_print(&n, fileid);
		total.lines += n.lines;
		total.words += n.words;
		total.bytes += n.bytes;
		files++;
	}
	if (files == 0) {
		puts("FILE NOT FOUND");
		return 28;
	}
	if (files > 1)
		count_print(&total, "TOTAL");
	return 0;
}
