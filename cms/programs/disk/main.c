/* SPDX-License-Identifier: MIT
 *
 * main.c - DISK DUMP and DISK LOAD: a file of any form as cards, and back as
 * it was, with its date.
 *
 * A file is on the disk when its last card was found to be right, and not
 * before; the spool file leaves the reader when all files in it are.
 */
#include <stdio.h>
#include <string.h>

#include "card.h"
#include "cards.h"
#include "files.h"
#include "say.h"
#include "unitout.h"
#include "words.h"

#define RECORD_MAX 65535
#define LENGTH 2 /* before a V file's record */

const char say_code[] = "DSK";

static struct words words;

/* A record, with its length before it. */
static unsigned char record[LENGTH + RECORD_MAX];

/* --- DUMP --- */

static struct {
	struct card_run run;
	size_t used;
	unsigned char data[CARD_DATA];
} dump;

static int
dump_card(void)
{
	char card[CARD];

	card_bytes(card, &dump.run, dump.data);
	dump.used = 0;
	return unitout_card(card, sizeof card);
}

static int
dump_bytes(const unsigned char *at, size_t len)
{
	int rc = 0;

	while (len > 0 && rc == 0) {
		size_t room = sizeof dump.data - dump.used;
		size_t n = len < room ? len : room;

		memcpy(dump.data + dump.used, at, n);
		dump.used += n;
		at += n;
		len -= n;
		if (dump.used == sizeof dump.data)
			rc = dump_card();
	}
	return rc;
}

static int
dump_records(const char *fileid, int fd, const struct cms_stat *st)
{
	size_t head = st->recfm == 'V' ? LENGTH : 0;
	int rc = 0;

	for (uint32_t n = 1; n <= st->records && rc == 0; n++) {
		long len = cms_read(fd, n, record + LENGTH, RECORD_MAX);

		if (len == -1)
			return say_errno(fileid, 'r');
		record[0] = (unsigned char)len;
		record[1] = (unsigned char)(len >> 8);
		rc = dump_bytes(record + LENGTH - head, head + (size_t)len);
	}
	return rc;
}

static int
dump_file(const char *fileid, int fd, const struct cms_stat *st)
{
	char card[CARD];
	int rc;

	card_head(card, &dump.run, st);
	rc = unitout_card(card, sizeof card);
	if (rc == 0)
		rc = dump_records(fileid, fd, st);
	if (rc == 0 && dump.used > 0) {
		memset(dump.data + dump.used, 0,
		    sizeof dump.data - dump.used);
		rc = dump_card();
	}
	if (rc != 0)
		return rc;
	card_end(card, &dump.run);
	return unitout_card(card, sizeof card);
}

static int
disk_dump(void)
{
	struct cms_stat st;
	char text[FILES_TEXT];
	int fd, rc = files_open(words.operand + 1, words.operands - 1, text,
	    &fd, &st);

	if (rc != 0)
		return rc;
	unitout_punch();
	rc = dump_file(text, fd, &st);
	cms_close(fd);
	return rc == 0 ? unitout_close(st.name, st.type) : rc;
}

/* --- LOAD --- */

static struct {
	char mode;	/* of the disk */
	struct card_run run;
	struct cms_stat st; /* as the first card has it */
	char text[FILES_TEXT];
	int fd;		/* -1: a first card is to come */
	uint32_t records;
	size_t used;	/* bytes of the next record, its length included */
} load;

static int
load_invalid(const char *why)
{
	return say(78, 'E', 32, "INVALID CARD %lu IN INPUT DECK: IT IS %s",
	    cards_number(), why);
}

static int
load_begin(void)
{
	struct cms_stat st = load.st;
	struct fileid id;

	if (load.fd != -1)
		return load_invalid("THE FIRST OF ANOTHER FILE");
	fileid_name(id.name, st.name, strlen(st.name));
	fileid_name(id.type, st.type, strlen(st.type));
	id.mode = load.mode;
	id.number = st.mode[1];
	fileid_print(&id, load.text);
	load.records = 0;
	load.used = 0;
	load.fd = cms_open(load.text, CMS_REPLACE, &st);
	return load.fd == -1 ? say_errno(load.text, 'w') : 0;
}

/* How many bytes the next record has, with its length; 0: not known yet. */
static size_t
load_wants(void)
{
	if (load.st.recfm == 'F')
		return load.st.lrecl;
	return load.used < LENGTH ? 0 :
	    LENGTH + ((size_t)record[0] | (size_t)record[1] << 8);
}

static int
load_record(size_t len)
{
	size_t head = load.st.recfm == 'V' ? LENGTH : 0;

	load.used = 0;
	load.records++;
	if (len == head)
		return load_invalid("NOT WHAT IT SAYS");
	return cms_write(load.fd, 0, record + head, len - head) == -1 ?
	    say_errno(load.text, 'w') : 0;
}

/* What is behind the last record fills a card. */
static int
load_bytes(const unsigned char *data)
{
	int rc = 0;

	for (size_t at = 0; at < CARD_DATA && load.records < load.st.records &&
	    rc == 0;) {
		size_t wants = load_wants();
		size_t more = (wants > 0 ? wants : LENGTH) - load.used;
		size_t n = CARD_DATA - at < more ? CARD_DATA - at : more;

		memcpy(record + load.used, data + at, n);
		load.used += n;
		at += n;
		wants = load_wants();
		if (wants > 0 && load.used == wants)
			rc = load_record(wants);
	}
	return rc;
}

static int
load_end(void)
{
	int fd = load.fd;

	if (load.records != load.st.records || load.used > 0)
		return load_invalid("NOT THE END OF THE FILE");
	load.fd = -1;
	if (cms_close(fd) == -1 || cms_date(load.text, &load.st) == -1)
		return say_errno(load.text, 'w');
	say_text("%s\n", load.text);
	return 0;
}

static int
load_card(const unsigned char *card, size_t len)
{
	struct cms_stat st;
	const char *why;
	int kind = card_read(card, len, &load.run, &st, &why);

	switch (kind) {
	case 0:
		return load_invalid(why);
	case CARD_HEAD:
		if (load.fd == -1)
			load.st = st;
		return load_begin();
	default:
		break;
	}
	if (load.fd == -1)
		return load_invalid("BEFORE THE FIRST OF A FILE");
	return kind == CARD_END ? load_end() : load_bytes(card + 4);
}

static int
load_cards(void)
{
	const unsigned char *card;
	size_t len;
	int got, rc = 0;

	load.fd = -1;
	cards_begin();
	while (rc == 0 && (got = cards_next(&card, &len)) != 0)
		rc = got == -1 ? cards_error() : load_card(card, len);
	if (rc == 0 && load.fd != -1)
		rc = say(77, 'E', 32, "END CARD MISSING FROM INPUT DECK");
	if (rc != 0 && load.fd != -1)
		cms_abandon(load.fd);
	return rc;
}

static int
disk_load(void)
{
	struct fileid id = { .mode = 'A' };
	int rc = words.operands > 1 ? files_mode(&id, words.operand[1], NULL) :
	    0;

	if (rc == 0 && words.operands > 2)
		rc = say_operand(words.operand[2]);
	if (rc == 0 && id.mode == '*')
		rc = say(48, 'E', 24, "INVALID MODE '*'");
	if (rc != 0)
		return rc;
	load.mode = id.mode;
	rc = load_cards();
	return rc == 0 ? cards_done() : rc;
}

int
main(int argc, char **argv)
{
	words_split(&words, argc, argv);
	if (words.options > 0)
		return say_option(words.option[0]);
	if (words.operands == 0)
		return say(47, 'E', 24, "NO FUNCTION SPECIFIED");
	if (words_is(words.operand[0], "DUMP", 1))
		return disk_dump();
	if (words_is(words.operand[0], "LOAD", 1))
		return disk_load();
	return say(14, 'E', 24, "INVALID FUNCTION '%s'", words.operand[0]);
}
