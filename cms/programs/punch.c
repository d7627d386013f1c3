/* SPDX-License-Identifier: MIT
 *
 * punch.c - PUNCH: a file's records as cards, each as long as it is, behind a
 * :READ card (header.h).  Who gets them is CP's.
 */
#include <string.h>

#include "cms.h"
#include "files.h"
#include "header.h"
#include "say.h"
#include "unitout.h"
#include "words.h"

#define CARD 80

const char say_code[] = "PUN";

static struct words words;
static int headless;

static int
punch_options(void)
{
	for (int i = 0; i < words.options; i++) {
		const char *w = words.option[i];

		if (words_is(w, "NOHEADER", 3))
			headless = 1;
		else if (words_is(w, "HEADER", 1))
			headless = 0;
		else
			return say_option(w);
	}
	return 0;
}

static int
punch_header(const struct cms_stat *st)
{
	struct cms_disk disk = { 0 };
	char card[HEADER_CARD];

	cms_disk(st->mode[0], &disk);
	header_make(card, st, disk.volume);
	return unitout_card(card, sizeof card);
}

static int
punch_records(const char *fileid, int fd, const struct cms_stat *st)
{
	unsigned char card[CARD];
	int rc = 0;

	for (uint32_t n = 1; n <= st->records && rc == 0; n++) {
		long len = cms_read(fd, n, card, sizeof card);

		if (len == -1)
			return say_errno(fileid, 'r');
		rc = unitout_card(card, (size_t)len);
	}
	return rc;
}

static int
punch_file(const char *fileid, int fd, const struct cms_stat *st)
{
	int rc = 0;

	if (st->lrecl > CARD)
		return say(44, 'E', 32, "RECORD EXCEEDS ALLOWABLE MAXIMUM");
	unitout_punch();
	if (!headless)
		rc = punch_header(st);
	if (rc == 0)
		rc = punch_records(fileid, fd, st);
	return rc == 0 ? unitout_close(st->name, st->type) : rc;
}

int
main(int argc, char **argv)
{
	struct cms_stat st;
	char text[FILES_TEXT];
	int fd, rc;

	words_split(&words, argc, argv);
	rc = punch_options();
	if (rc == 0)
		rc = files_open(words.operand, words.operands, text, &fd, &st);
	if (rc != 0)
		return rc;
	rc = punch_file(text, fd, &st);
	cms_close(fd);
	return rc;
}
