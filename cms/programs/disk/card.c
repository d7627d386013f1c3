/* SPDX-License-Identifier: MIT
 *
 * card.c - DISK DUMP's cards.  Pure.
 */
#include <string.h>

#include "card.h"
#include "fileid.h"
#include "print.h"
#include "words.h"

#define NUMBERS 10000 /* then from 0 again */
#define CRC_START 0xFFFFFFFFu
#define CRC_POLYNOMIAL 0xEDB88320u

/* Columns, from 0. */
#define AT_KIND 3
#define AT_DATA 4
#define AT_FILEID 54
#define AT_NUMBER 72
#define AT_CHECK 76

/* Of H and E, in their data, from 0. */
#define HEAD_RECFM 0
#define HEAD_LRECL 2
#define HEAD_RECORDS 8
#define HEAD_DATE 19 /* yyyymmddhhmmss */
#define END_CARDS 0
#define END_CRC 11

#define LRECL_MAX 65535
#define RECORDS_MAX 0x7FFFFFFF

static uint32_t
card_crc(uint32_t crc, const void *bytes, size_t len)
{
	static uint32_t table[256];
	const unsigned char *at = bytes;

	for (uint32_t i = 0; table[255] == 0 && i < 256; i++) {
		uint32_t c = i;

		for (int bit = 0; bit < 8; bit++)
			c = c & 1 ? c >> 1 ^ CRC_POLYNOMIAL : c >> 1;
		table[i] = c;
	}
	while (len-- > 0)
		crc = crc >> 8 ^ table[(crc ^ *at++) & 0xFF];
	return crc;
}

/* Text of a known length into some columns. */
static void
card_put(char *at, size_t len, const char *text)
{
	memcpy(at, text, len);
}

static void
card_check(const char *card, char check[5])
{
	print_into(check, 5, "%04X", ~card_crc(CRC_START, card, AT_CHECK) &
	    0xFFFF);
}

/* What is in it is there already. */
static void
card_finish(char card[CARD], struct card_run *run, enum card_kind kind)
{
	char text[5];

	card_put(card, 3, "CMS");
	card[AT_KIND] = (char)kind;
	memcpy(card + AT_FILEID, run->fileid, sizeof run->fileid);
	run->number = (run->number + 1) % NUMBERS;
	print_into(text, sizeof text, "%04u", run->number);
	card_put(card + AT_NUMBER, 4, text);
	card_check(card, text);
	card_put(card + AT_CHECK, 4, text);
}

void
card_head(char card[CARD], struct card_run *run, const struct cms_stat *st)
{
	char text[CARD_DATA + 1];

	*run = (struct card_run){ .crc = CRC_START };
	print_into(text, sizeof text, "%-8s%-8s%-2s", st->name, st->type,
	    st->mode);
	memcpy(run->fileid, text, sizeof run->fileid);
	print_into(text, sizeof text, "%c %05u %010u "
	    "%04u%02u%02u%02u%02u%02u%17s", st->recfm, st->lrecl, st->records,
	    st->year, st->month, st->day, st->hour, st->minute, st->second,
	    "");
	card_put(card + AT_DATA, CARD_DATA, text);
	card_finish(card, run, CARD_HEAD);
}

static void
card_count(struct card_run *run, const void *data)
{
	run->cards++;
	run->crc = card_crc(run->crc, data, CARD_DATA);
}

void
card_bytes(char card[CARD], struct card_run *run, const void *data)
{
	memcpy(card + AT_DATA, data, CARD_DATA);
	card_count(run, data);
	card_finish(card, run, CARD_BYTES);
}

static void
card_totals(const struct card_run *run, char text[CARD_DATA + 1])
{
	print_into(text, CARD_DATA + 1, "%010u %08X%31s", run->cards,
	    ~run->crc, "");
}

void
card_end(char card[CARD], struct card_run *run)
{
	char text[CARD_DATA + 1];

	card_totals(run, text);
	card_put(card + AT_DATA, CARD_DATA, text);
	card_finish(card, run, CARD_END);
}

/* --- reading --- */

/* `digits` decimal digits: 0, or -1. */
static int
card_number(const char *at, int digits, uint32_t max, uint32_t *value)
{
	uint64_t v = 0;

	for (int i = 0; i < digits; i++) {
		if (at[i] < '0' || at[i] > '9')
			return -1;
		v = v * 10 + (uint64_t)(at[i] - '0');
	}
	*value = (uint32_t)v;
	return v <= max ? 0 : -1;
}

/* A word of 8 or fewer characters, blanks behind it. */
static size_t
card_word(char *word, const char *at, size_t len)
{
	while (len > 0 && at[len - 1] == ' ')
		len--;
	memcpy(word, at, len);
	word[len] = '\0';
	return len;
}

static int
card_fileid(const char *fileid, struct cms_stat *st)
{
	struct fileid id;

	if (fileid_name(id.name, st->name, card_word(st->name, fileid, 8)) ==
	    -1 || fileid_name(id.type, st->type,
	    card_word(st->type, fileid + 8, 8)) == -1)
		return -1;
	return fileid_mode(&id, st->mode, card_word(st->mode, fileid + 16, 2))
	    == -1 || id.number == '\0' ? -1 : 0;
}

static int
card_date(const char *at, struct cms_stat *st)
{
	uint32_t year, month, day, hour, minute, second;

	if (card_number(at, 4, 9999, &year) == -1 ||
	    card_number(at + 4, 2, 12, &month) == -1 ||
	    card_number(at + 6, 2, 31, &day) == -1 ||
	    card_number(at + 8, 2, 23, &hour) == -1 ||
	    card_number(at + 10, 2, 59, &minute) == -1 ||
	    card_number(at + 12, 2, 59, &second) == -1)
		return -1;
	st->year = (uint16_t)year;
	st->month = (uint8_t)month;
	st->day = (uint8_t)day;
	st->hour = (uint8_t)hour;
	st->minute = (uint8_t)minute;
	st->second = (uint8_t)second;
	return 0;
}

static int
card_attributes(const char *card, struct cms_stat *st)
{
	const char *data = card + AT_DATA;

	memset(st, 0, sizeof *st);
	st->recfm = data[HEAD_RECFM];
	if ((st->recfm != 'F' && st->recfm != 'V') ||
	    card_fileid(card + AT_FILEID, st) == -1 ||
	    card_number(data + HEAD_LRECL, 5, LRECL_MAX, &st->lrecl) == -1 ||
	    card_number(data + HEAD_RECORDS, 10, RECORDS_MAX, &st->records) ==
	    -1 || card_date(data + HEAD_DATE, st) == -1)
		return -1;
	return st->lrecl > 0 || st->records == 0 ? 0 : -1;
}

static int
card_begins(const char *card, struct card_run *run, struct cms_stat *st,
    const char **why)
{
	*why = "DAMAGED";
	if (memcmp(card + AT_NUMBER, "0001", 4) != 0 ||
	    card_attributes(card, st) == -1)
		return 0;
	*run = (struct card_run){ .number = 1, .crc = CRC_START };
	memcpy(run->fileid, card + AT_FILEID, sizeof run->fileid);
	return CARD_HEAD;
}

static int
card_follows(const char *card, struct card_run *run, const char **why)
{
	char text[CARD_DATA + 1];
	uint32_t number;

	*why = "OF ANOTHER FILE";
	if (memcmp(card + AT_FILEID, run->fileid, sizeof run->fileid) != 0)
		return 0;
	*why = "OUT OF ORDER";
	run->number = (run->number + 1) % NUMBERS;
	if (card_number(card + AT_NUMBER, 4, NUMBERS, &number) == -1 ||
	    number != run->number)
		return 0;
	if (card[AT_KIND] == CARD_BYTES) {
		card_count(run, card + AT_DATA);
		return CARD_BYTES;
	}
	*why = "NOT THE END OF THESE CARDS";
	card_totals(run, text);
	return card[AT_KIND] == CARD_END &&
	    memcmp(card + AT_DATA, text, CARD_DATA) == 0 ? CARD_END : 0;
}

int
card_read(const void *bytes, size_t len, struct card_run *run,
    struct cms_stat *st, const char **why)
{
	const char *card = bytes;
	char check[5];

	*why = "NOT OF DISK DUMP";
	if (len != CARD || memcmp(card, "CMS", 3) != 0 ||
	    memchr("HDE", card[AT_KIND], 3) == NULL)
		return 0;
	*why = "DAMAGED";
	card_check(card, check);
	if (memcmp(card + AT_CHECK, check, 4) != 0)
		return 0;
	return card[AT_KIND] == CARD_HEAD ? card_begins(card, run, st, why) :
	    card_follows(card, run, why);
}
