/* SPDX-License-Identifier: MIT
 *
 * cms_copyfile.c - COPYFILE's options and lists from any text, and what they
 * make of a record.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "option.h"
#include "record.h"
#include "words.h"

#define PARTS 4

const char say_code[] = "FUZ";

static struct words words;
static struct list list;
static unsigned char in[RECORD_MAX], out[RECORD_MAX];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Messages are not looked at. */
static void
silence(void)
{
	static int silent;

	if (!silent && freopen("/dev/null", "w", stdout) == NULL)
		abort();
	silent = 1;
}

/* Parts of the input, ended by newlines, as strings. */
static void
divide(const uint8_t *data, size_t size, char part[PARTS][LIST_TEXT])
{
	for (int i = 0; i < PARTS; i++) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t n = end != NULL ? (size_t)(end - data) : size;
		size_t keep = n < LIST_TEXT ? n : LIST_TEXT - 1;

		memcpy(part[i], data, keep);
		part[i][keep] = '\0';
		n += end != NULL;
		data += n;
		size -= n;
	}
}

static void
parse(char *line, struct option *option)
{
	char *argv[64], *save = NULL;
	int argc = 0;

	for (char *w = strtok_r(line, " ", &save); w != NULL && argc < 64;
	    w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	words_split(&words, argc, argv);
	option_parse(option, &words);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char part[PARTS][LIST_TEXT];
	struct record_form form = { .recfm = 'V' };
	struct option option;
	size_t len, made;

	silence();
	divide(data, size, part);
	parse(part[0], &option);
	list_init(&list);
	list_trans(&list, part[1]);
	if (list_specs(&list, part[2]) != 0)
		list.specs = 0;
	if (option.recfm == 'F' && option.lrecl != 0)
		form.recfm = 'F';
	form.lrecl = (uint32_t)option.lrecl;
	form.fill = option.fill;
	form.trunc = option_has(&option, OPTION_TRUNC);
	len = strlen(part[3]);
	memcpy(in, part[3], len);
	memset(out, 'o', sizeof out);
	made = record_make(&list, &form, in, len, out, size % RECORD_MAX);
	if (made == 0 || made > RECORD_MAX ||
	    (form.recfm == 'F' && made != form.lrecl))
		abort();
	return 0;
}
