/* SPDX-License-Identifier: MIT
 *
 * mkdeck.c - a flat program as something IPL reads: a card deck, or with -d
 * an FB-512 disk.  Usage: mkdeck [-d] [-v VERSION] [-e ENTRY] ADDRESS IN OUT.
 *
 * Deck: the IPL card reads a card of CCWs to 100 and goes there.  A card of
 * CCWs reads eight cards of program, then the next card of CCWs over itself,
 * and transfers to its beginning; the last one just ends.
 *
 * Disk: block 0 holds the IPL record and the rest of its channel program;
 * the record reads block 0 to 800 and goes there.  The program follows.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "machine.h"

#define CARD RDR_CARD
#define CARD_CCWS (CARD / sizeof(struct ccw))
#define DECK_CCWS_AT 0x100u /* the guest's part of low storage */
#define DECK_READS 8u	    /* program cards a card of CCWs reads */

#define DISK_BLOCK0_AT 0x800u
#define DISK_PIECE 0x8000u /* bytes one CCW reads */

#define PROGRAM_MAX (1u << 20)

struct program {
	uint32_t address, entry, version;
	size_t len;
	uint8_t bytes[PROGRAM_MAX];
};

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "mkdeck: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
put(FILE *out, const void *bytes, size_t n)
{
	if (fwrite(bytes, 1, n, out) != n)
		die("write");
}

static void
put_card(FILE *out, const void *bytes, size_t n)
{
	char card[CARD] = { 0 };

	memcpy(card, bytes, n);
	put(out, card, sizeof card);
}

static struct ipl_record
record(const struct program *p, struct ccw first, uint32_t then)
{
	return (struct ipl_record){ .entry = p->entry, .flags = p->version,
		.ccw = { first, { .cmd = CMD_TIC, .addr = then } } };
}

/* --- decks --- */

static struct ccw
deck_read(uint32_t addr, uint8_t flags)
{
	return (struct ccw){ .cmd = RDR_READ, .flags = flags, .count = CARD,
		.addr = addr };
}

/* The card of CCWs for the program's cards from `card` on, then those. */
static size_t
deck_group(FILE *out, const struct program *p, size_t card, size_t cards)
{
	struct ccw ccw[CARD_CCWS] = { 0 };
	size_t n = cards - card < DECK_READS ? cards - card : DECK_READS;
	bool last = card + n == cards;

	for (size_t i = 0; i < n; i++)
		ccw[i] = deck_read(p->address + (uint32_t)((card + i) * CARD),
		    last && i == n - 1 ? 0 : CCW_CC);
	ccw[CARD_CCWS - 2] = deck_read(DECK_CCWS_AT, CCW_CC);
	ccw[CARD_CCWS - 1] = (struct ccw){ .cmd = CMD_TIC,
		.addr = DECK_CCWS_AT };
	put_card(out, ccw, sizeof ccw);
	for (size_t i = card; i < card + n; i++) {
		size_t left = p->len - i * CARD;

		put_card(out, p->bytes + i * CARD, left < CARD ? left : CARD);
	}
	return card + n;
}

static void
deck(FILE *out, const struct program *p)
{
	struct ipl_record r = record(p, deck_read(DECK_CCWS_AT, CCW_CC),
	    DECK_CCWS_AT);
	size_t cards = (p->len + CARD - 1) / CARD;

	put_card(out, &r, sizeof r);
	for (size_t card = 0; card < cards;)
		card = deck_group(out, p, card, cards);
}

/* An IPL record whose channel program goes round and round. */
static void
deck_endless(FILE *out)
{
	struct ipl_record r = { .entry = 0x1000, .flags = MACHINE_VERSION,
		.ccw = { { .cmd = CMD_NOP, .flags = CCW_CC, .count = 1 },
		    { .cmd = CMD_TIC,
			.addr = offsetof(struct ipl_record, ccw) } } };

	put_card(out, &r, sizeof r);
}

/* --- disks --- */

struct disk_block0 {
	struct ipl_record record;
	struct fba_locate locate;
	struct fba_extent extent;
	uint32_t zero;
	struct ccw ccw[56];
};

_Static_assert(sizeof(struct disk_block0) <= FBA_BLOCK, "fits block 0");
_Static_assert(offsetof(struct disk_block0, ccw) % 8 == 0, "CCWs aligned");

static void
disk_chain(struct disk_block0 *b, const struct program *p, size_t blocks)
{
	size_t left = blocks * FBA_BLOCK, n = 0;
	uint32_t at = p->address;

	b->ccw[n++] = (struct ccw){ FBA_DEFINE_EXTENT, CCW_CC,
		sizeof b->extent,
		DISK_BLOCK0_AT + offsetof(struct disk_block0, extent) };
	b->ccw[n++] = (struct ccw){ FBA_LOCATE, CCW_CC, sizeof b->locate,
		DISK_BLOCK0_AT + offsetof(struct disk_block0, locate) };
	while (left > 0) {
		uint32_t piece = left < DISK_PIECE ? (uint32_t)left :
		    DISK_PIECE;

		left -= piece;
		b->ccw[n++] = (struct ccw){ FBA_READ, left > 0 ? CCW_CD : 0,
			(uint16_t)piece, at };
		at += piece;
	}
}

static void
disk(FILE *out, const struct program *p)
{
	size_t blocks = (p->len + FBA_BLOCK - 1) / FBA_BLOCK;
	struct ccw first = { FBA_READ_IPL, CCW_CC, FBA_BLOCK, DISK_BLOCK0_AT };
	struct disk_block0 b = {
		.record = record(p, first, DISK_BLOCK0_AT +
		    offsetof(struct disk_block0, ccw)),
		.locate = { .op = FBA_OP_READ, .blocks = (uint16_t)blocks },
		.extent = { .mask = FBA_EXTENT_INHIBIT, .origin = 1,
		    .last = (uint32_t)blocks - 1 },
	};
	char pad[FBA_BLOCK] = { 0 };

	disk_chain(&b, p, blocks);
	put(out, &b, sizeof b);
	put(out, pad, FBA_BLOCK - sizeof b);
	put(out, p->bytes, p->len);
	put(out, pad, blocks * FBA_BLOCK - p->len);
}

static void
load(struct program *p, const char *path)
{
	FILE *in = fopen(path, "rb");

	if (in == NULL)
		die(path);
	p->len = fread(p->bytes, 1, sizeof p->bytes, in);
	if (ferror(in) || p->len == 0 || p->len == sizeof p->bytes) {
		errno = EFBIG;
		die(path);
	}
	fclose(in);
}

static FILE *
create(const char *path)
{
	FILE *out = fopen(path, "wb");

	if (out == NULL)
		die(path);
	return out;
}

int
main(int argc, char **argv)
{
	static struct program p = { .version = MACHINE_VERSION };
	bool to_disk = false, entry = false;
	FILE *out;
	int i = 1;

	if (argc == 3 && strcmp(argv[1], "-l") == 0) {
		out = create(argv[2]);
		deck_endless(out);
		return fclose(out) != 0;
	}
	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "-d") == 0) {
			to_disk = true;
		} else if (strcmp(argv[i], "-v") == 0 && i + 1 < argc) {
			p.version = (uint32_t)strtoul(argv[++i], NULL, 0);
		} else if (strcmp(argv[i], "-e") == 0 && i + 1 < argc) {
			p.entry = (uint32_t)strtoul(argv[++i], NULL, 0);
			entry = true;
		} else {
			break;
		}
	}
	if (argc - i != 3) {
		fprintf(stderr, "usage: mkdeck [-d] [-v FLAGS] [-e ENTRY] "
		    "ADDRESS IN OUT | -l OUT\n");
		return 2;
	}
	p.address = (uint32_t)strtoul(argv[i], NULL, 0);
	if (!entry)
		p.entry = p.address;
	load(&p, argv[i + 1]);
	out = create(argv[i + 2]);
	if (to_disk)
		disk(out, &p);
	else
		deck(out, &p);
	if (fclose(out) != 0)
		die(argv[i + 2]);
	return 0;
}
