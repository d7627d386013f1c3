/* SPDX-License-Identifier: MIT
 *
 * edf_fst.c - directory entries (FSTs) as they lie on a disk: names in
 * EBCDIC, dates in packed decimal, numbers big-endian.
 */
#include "edf_internal.h"

enum {
	FST_DATE = 0x10, /* mmdd hhmm */
	FST_MODE = 0x18,
	FST_RECFM = 0x1E,
	FST_FLAGS = 0x1F,
	FST_LRECL = 0x20,
	FST_YEAR = 0x26, /* yy, in EBCDIC */
	FST_FOP = 0x28,
	FST_BLOCKS = 0x2C,
	FST_RECORDS = 0x30,
	FST_LEVELS = 0x34,
	FST_POINTER = 0x35,
	FST_WRITTEN = 0x36, /* yymmddhhmmss */
	FST_COMMIT = 0x3E,  /* ours, so that no two versions are the same */
};

#define FST_CENTURY 0x08
#define RECFM_F 0xC6
#define RECFM_V 0xE5
#define BLANK 0x40
#define DIGIT 0xF0

const uint8_t edf_fst_directory[16] = { 0, 0, 0, 1, 0, 0, 0, 0,
	0xC4, 0xC9, 0xD9, 0xC5, 0xC3, 0xE3, 0xD6, 0xD9 };
const uint8_t edf_fst_map[16] = { 0, 0, 0, 2, 0, 0, 0, 0,
	0xC1, 0xD3, 0xD3, 0xD6, 0xC3, 0xD4, 0xC1, 0xD7 };

/* What a date that is none looks like. */
const struct edf_date edf_fst_no_date = { .year = 1900, .month = 1, .day = 1 };

/* Every character that a name or type may have, and no other. */
static const struct {
	char ascii;
	uint8_t ebcdic;
} specials[] = {
	{ ' ', BLANK }, { '$', 0x5B }, { '#', 0x7B }, { '@', 0x7C },
	{ '+', 0x4E }, { '-', 0x60 }, { ':', 0x7A }, { '_', 0x6D },
};

/* 0: none of a name's. */
static uint8_t
to_ebcdic(char c)
{
	if (c >= '0' && c <= '9')
		return (uint8_t)(DIGIT + (c - '0'));
	if (c >= 'A' && c <= 'I')
		return (uint8_t)(0xC1 + (c - 'A'));
	if (c >= 'J' && c <= 'R')
		return (uint8_t)(0xD1 + (c - 'J'));
	if (c >= 'S' && c <= 'Z')
		return (uint8_t)(0xE2 + (c - 'S'));
	for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
		if (specials[i].ascii == c)
			return specials[i].ebcdic;
	return 0;
}

static char
to_ascii(uint8_t c)
{
	if (c >= DIGIT && c <= 0xF9)
		return (char)('0' + (c - DIGIT));
	if (c >= 0xC1 && c <= 0xC9)
		return (char)('A' + (c - 0xC1));
	if (c >= 0xD1 && c <= 0xD9)
		return (char)('J' + (c - 0xD1));
	if (c >= 0xE2 && c <= 0xE9)
		return (char)('S' + (c - 0xE2));
	for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
		if (specials[i].ebcdic == c)
			return specials[i].ascii;
	return '\0';
}

/* Not empty, and blanks at its end only. */
static int
word_ok(const uint8_t word[EDF_NAME])
{
	unsigned n = EDF_NAME;

	while (n > 0 && word[n - 1] == BLANK)
		n--;
	for (unsigned i = 0; i < n; i++)
		if (word[i] == BLANK || to_ascii(word[i]) == '\0')
			return 0;
	return n > 0;
}

int
edf_fst_key(uint8_t key[16], const char *name, const char *type)
{
	for (int i = 0; i < EDF_NAME; i++) {
		key[i] = to_ebcdic(name[i]);
		key[EDF_NAME + i] = to_ebcdic(type[i]);
	}
	return word_ok(key) && word_ok(key + EDF_NAME) ? 0 : -1;
}

int
edf_fst_unkey(const uint8_t key[16], char *name, char *type)
{
	if (!word_ok(key) || !word_ok(key + EDF_NAME))
		return -1;
	for (int i = 0; i < EDF_NAME; i++) {
		name[i] = to_ascii(key[i]);
		type[i] = to_ascii(key[EDF_NAME + i]);
	}
	return 0;
}

int
edf_fst_volume(uint8_t to[EDF_VOLUME], const char *volume)
{
	for (int i = 0; i < EDF_VOLUME; i++) {
		to[i] = to_ebcdic(volume[i]);
		if (to[i] == 0)
			return -1;
	}
	return 0;
}

void
edf_fst_unvolume(const uint8_t *from, char *volume)
{
	for (int i = 0; i < EDF_VOLUME; i++) {
		char c = to_ascii(from[i]);

		volume[i] = c != '\0' ? c : '?';
	}
	volume[EDF_VOLUME] = '\0';
}

static uint8_t
pack(unsigned value)
{
	return (uint8_t)(value / 10 % 10 << 4 | value % 10);
}

/* 100 and more: no digits. */
static unsigned
unpack(uint8_t packed)
{
	if (packed >> 4 > 9 || (packed & 15) > 9)
		return 255;
	return (packed >> 4) * 10u + (packed & 15);
}

void
edf_fst_pack(uint8_t to[6], const struct edf_date *date)
{
	to[0] = pack(date->year);
	to[1] = pack(date->month);
	to[2] = pack(date->day);
	to[3] = pack(date->hour);
	to[4] = pack(date->minute);
	to[5] = pack(date->second);
}

int
edf_fst_unpack(const uint8_t from[6], int century, struct edf_date *date)
{
	unsigned year = unpack(from[0]);

	*date = (struct edf_date){
		.year = (uint16_t)(1900 + year + (century ? 100 : 0)),
		.month = (uint8_t)unpack(from[1]),
		.day = (uint8_t)unpack(from[2]),
		.hour = (uint8_t)unpack(from[3]),
		.minute = (uint8_t)unpack(from[4]),
		.second = (uint8_t)unpack(from[5]),
	};
	return year < 100 && edf_fst_date_ok(date) ? 0 : -1;
}

int
edf_fst_date_ok(const struct edf_date *date)
{
	return date->year >= 1900 && date->year <= 2099 && date->month >= 1 &&
	    date->month <= 12 && date->day >= 1 && date->day <= 31 &&
	    date->hour < 24 && date->minute < 60 && date->second < 60;
}

struct edf_date
edf_fst_now(const struct edf_device *dev)
{
	struct edf_date now = dev->now(dev->arg);

	return edf_fst_date_ok(&now) ? now : edf_fst_no_date;
}

int
edf_fst_get_date(const uint8_t *at, struct edf_date *date)
{
	return edf_fst_unpack(at + FST_WRITTEN, at[FST_FLAGS] & FST_CENTURY,
	    date);
}

int
edf_fst_get(const uint8_t *at, struct edf_fst *fst)
{
	struct edf_stat *st = &fst->st;
	uint8_t size = at[FST_POINTER];

	memset(fst, 0, sizeof *fst);
	if (edf_fst_unkey(at, st->name, st->type) == -1)
		return EDF_DAMAGED;
	st->mode = to_ascii(at[FST_MODE + 1]);
	if (st->mode < '0' || st->mode > '6')
		return EDF_DAMAGED;
	if (at[FST_RECFM] != RECFM_F && at[FST_RECFM] != RECFM_V)
		return EDF_DAMAGED;
	st->recfm = at[FST_RECFM] == RECFM_F ? 'F' : 'V';
	st->lrecl = edf_get32(at + FST_LRECL);
	st->records = edf_get32(at + FST_RECORDS);
	st->blocks = edf_get32(at + FST_BLOCKS);
	/* A date that is none is no reason to lose the file. */
	if (edf_fst_get_date(at, &st->date) == -1)
		st->date = edf_fst_no_date;
	fst->fop = edf_get32(at + FST_FOP);
	fst->levels = at[FST_LEVELS];
	if (st->lrecl > EDF_LRECL_MAX || st->records > EDF_RECORDS_MAX ||
	    (st->lrecl == 0 && (st->recfm == 'F' || st->records != 0)) ||
	    fst->levels > EDF_LEVELS_MAX ||
	    (fst->levels > 0 && size != (st->recfm == 'V' ? EDF_POINTER_V :
	    EDF_POINTER_F)))
		return EDF_DAMAGED;
	return 0;
}

void
edf_fst_put_date(uint8_t *at, const struct edf_date *date)
{
	uint8_t packed[6];

	edf_fst_pack(packed, date);
	memcpy(at + FST_WRITTEN, packed, 6);
	memcpy(at + FST_DATE, packed + 1, 4);
	at[FST_YEAR] = (uint8_t)(DIGIT + (packed[0] >> 4));
	at[FST_YEAR + 1] = (uint8_t)(DIGIT + (packed[0] & 15));
	at[FST_FLAGS] = (uint8_t)((at[FST_FLAGS] & ~FST_CENTURY) |
	    (date->year >= 2000 ? FST_CENTURY : 0));
}

void
edf_fst_put_mode(uint8_t *at, char mode)
{
	at[FST_MODE + 1] = to_ebcdic(mode);
}

/* What directory, map and files have in common. */
static void
put_shape(uint8_t *at, const struct edf_own *own, uint8_t size)
{
	edf_put32(at + FST_LRECL, own->lrecl);
	edf_put32(at + FST_FOP, own->fop);
	edf_put32(at + FST_BLOCKS, own->blocks);
	edf_put32(at + FST_RECORDS, own->records);
	at[FST_LEVELS] = own->levels;
	at[FST_POINTER] = size;
}

void
edf_fst_put(uint8_t *at, const struct edf_fst *fst)
{
	const struct edf_stat *st = &fst->st;
	const struct edf_own shape = {
		.lrecl = st->lrecl,
		.records = st->records,
		.fop = fst->fop,
		.blocks = st->blocks,
		.levels = fst->levels,
	};
	int v = st->recfm == 'V';

	edf_fst_key(at, st->name, st->type);
	at[FST_MODE] = to_ebcdic('A');
	edf_fst_put_mode(at, st->mode);
	at[FST_RECFM] = v ? RECFM_V : RECFM_F;
	put_shape(at, &shape, v ? EDF_POINTER_V : EDF_POINTER_F);
	edf_fst_put_date(at, &st->date);
	edf_put16(at + FST_COMMIT, fst->commit);
}

int
edf_fst_get_own(const uint8_t *at, const uint8_t key[16], struct edf_own *own)
{
	*own = (struct edf_own){
		.lrecl = edf_get32(at + FST_LRECL),
		.records = edf_get32(at + FST_RECORDS),
		.fop = edf_get32(at + FST_FOP),
		.blocks = edf_get32(at + FST_BLOCKS),
		.levels = at[FST_LEVELS],
	};
	return memcmp(at, key, 16) == 0 && at[FST_RECFM] == RECFM_F ? 0 : -1;
}

void
edf_fst_put_own(uint8_t *at, const uint8_t key[16], const struct edf_own *own,
    const struct edf_date *date)
{
	memcpy(at, key, 16);
	at[FST_MODE] = to_ebcdic('P');
	edf_fst_put_mode(at, '0');
	at[FST_RECFM] = RECFM_F;
	put_shape(at, own, EDF_POINTER_F);
	if (date != NULL)
		edf_fst_put_date(at, date);
}
