/* SPDX-License-Identifier: MIT
 *
 * load.c - read a file of text.  It is not kept open: it may be erased, and
 * its disk released, while it is used.
 */
#include "access.h"
#include "heap.h"
#include "load.h"
#include "text.h"

static int
load_read(struct load *l, struct edf_file *file)
{
	size_t at = 0;

	while (at < l->size) {
		int64_t n = edf_stream_read(file, at, l->text + at,
		    l->size - at);

		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
		at += (size_t)n;
	}
	for (size_t i = 0; i < at; i++)
		if (l->text[i] == '\0')
			l->text[i] = ' ';
	l->text[at] = '\0';
	return 0;
}

int
load_file(struct load *l, const struct fileid *id)
{
	struct edf_file *file;
	struct edf_stat st;
	struct access *a;
	int rc = access_search(id, &a, &st);

	*l = (struct load){ 0 };
	if (rc == 0)
		rc = edf_open(a->edf, EDF_READ, &st, &file);
	if (rc != 0)
		return rc;
	l->size = (size_t)edf_stream_size(file);
	l->text = l->size < SIZE_MAX ? heap_take(l->size + 1) : NULL;
	rc = l->text != NULL ? load_read(l, file) : EDF_NO_STORAGE;
	edf_abandon(file);
	if (rc != 0)
		load_free(l);
	return rc;
}

void
load_free(struct load *l)
{
	if (l->text != NULL)
		heap_give(l->text, l->size + 1);
	l->text = NULL;
}

char *
load_line(struct load *l)
{
	char *line = l->text + l->next, *end;

	if (*line == '\0')
		return NULL;
	for (end = line; *end != '\0' && *end != '\n'; end++)
		;
	l->next = (size_t)(end - l->text) + (*end == '\n');
	*end = '\0';
	while (end > line && (text_blank(end[-1]) || end[-1] == '\r'))
		*--end = '\0';
	while (text_blank(*line))
		line++;
	return line;
}
