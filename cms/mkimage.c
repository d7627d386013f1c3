/* SPDX-License-Identifier: MIT
 *
 * mkimage.c - make a system disk: mkimage IMAGE NUCLEUS [FN.FT=FILE]...
 *
 * IMAGE is an FB-512 disk that can be IPLed (fs/boot.h) with a table of
 * contents (fs/toc.h).  It is written beside its place and then renamed, so
 * that no machine ever finds half of one.  No other kind of disk is made here.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot.h"
#include "machine.h"
#include "text.h"
#include "toc.h"

#define NUCLEUS_MAX (124u << 10) /* below the least storage there is */
#define CCW_BYTES (64u * FBA_BLOCK)
#define VOLUME "CMS190  "

struct image {
	FILE *out;
	char *tmp;
	uint32_t entries;
	uint32_t next; /* free block */
	struct toc_entry toc[TOC_ENTRIES_MAX];
};

static struct image image;

static _Noreturn void
fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static void
fail(const char *format, ...)
{
	va_list ap;

	fputs("mkimage: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	if (image.tmp != NULL)
		unlink(image.tmp);
	exit(1);
}

static void *
slurp(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	char *data;
	long n;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (n = ftell(f)) < 0)
		fail("%s: %s", path, strerror(errno));
	data = malloc((size_t)n + 1);
	if (data == NULL)
		fail("out of memory");
	rewind(f);
	if (fread(data, 1, (size_t)n, f) != (size_t)n)
		fail("%s: %s", path, strerror(errno));
	fclose(f);
	*size = (size_t)n;
	return data;
}

static uint32_t
blocks_of(size_t bytes)
{
	return (uint32_t)((bytes + FBA_BLOCK - 1) / FBA_BLOCK);
}

static void
put(uint32_t block, const void *data, size_t size)
{
	if (fseek(image.out, (long)block * FBA_BLOCK, SEEK_SET) != 0 ||
	    fwrite(data, 1, size, image.out) != size)
		fail("%s: %s", image.tmp, strerror(errno));
}

static uint32_t
put_file(const char *fn, size_t fn_len, const char *ft, size_t ft_len,
    const void *data, size_t size)
{
	struct toc_entry *e = &image.toc[image.entries++];

	if (text_name(e->name, fn, fn_len) == -1 ||
	    text_name(e->type, ft, ft_len) == -1)
		fail("%.*s: no file name", (int)fn_len, fn);
	e->first = image.next;
	e->length = size;
	put(e->first, data, size);
	image.next += blocks_of(size);
	return e->first;
}

/* FN.FT=FILE */
static void
put_operand(const char *operand)
{
	const char *equals = strchr(operand, '=');
	const char *dot = equals != NULL ?
	    memchr(operand, '.', (size_t)(equals - operand)) : NULL;
	size_t size;
	void *data;

	if (dot == NULL)
		fail("%s: not FN.FT=FILE", operand);
	data = slurp(equals + 1, &size);
	put_file(operand, (size_t)(dot - operand), dot + 1,
	    (size_t)(equals - dot - 1), data, size);
	free(data);
}

static uint32_t
boot_real(size_t offset)
{
	return BOOT_REAL + (uint32_t)offset;
}

static void
put_boot(uint32_t first, uint32_t blocks)
{
	struct boot_block boot = {
		.ipl = {
			.entry = BOOT_NUCLEUS_REAL,
			.flags = MACHINE_VERSION,
			.ccw = {
				{ FBA_READ_IPL, CCW_CC, FBA_BLOCK, BOOT_REAL },
				{ .cmd = CMD_TIC, .count = 1,
				    .addr = boot_real(
				    offsetof(struct boot_block, chain)) },
			},
		},
		.extent = { .mask = FBA_EXTENT_INHIBIT,
		    .last = first + blocks - 1 },
		.locate = { .op = FBA_OP_READ, .blocks = (uint16_t)blocks,
		    .first = first },
	};
	uint32_t left = blocks * FBA_BLOCK, to = BOOT_NUCLEUS_REAL;
	struct ccw *ccw = boot.chain;

	*ccw++ = (struct ccw){ FBA_DEFINE_EXTENT, CCW_CC, sizeof boot.extent,
	    boot_real(offsetof(struct boot_block, extent)) };
	*ccw++ = (struct ccw){ FBA_LOCATE, CCW_CC, sizeof boot.locate,
	    boot_real(offsetof(struct boot_block, locate)) };
	while (left > 0) {
		uint32_t part = left < CCW_BYTES ? left : CCW_BYTES;

		left -= part;
		*ccw++ = (struct ccw){ FBA_READ, left > 0 ? CCW_CD : 0,
		    (uint16_t)part, to };
		to += part;
	}
	put(0, &boot, sizeof boot);
}

static void
put_table(void)
{
	struct toc_label label = {
		.blocks = image.next,
		.entries = image.entries,
	};

	memcpy(label.magic, TOC_MAGIC, sizeof label.magic);
	memcpy(label.volume, VOLUME, sizeof label.volume);
	put(TOC_LABEL_BLOCK, &label, sizeof label);
	put(TOC_FIRST_BLOCK, image.toc, image.entries * sizeof image.toc[0]);
}

int
main(int argc, char **argv)
{
	size_t size;
	uint32_t first;
	void *nucleus;

	if (argc < 3 || argc - 2 > TOC_ENTRIES_MAX)
		fail("usage: mkimage IMAGE NUCLEUS [FN.FT=FILE]...");
	nucleus = slurp(argv[2], &size);
	if (size == 0 || size > NUCLEUS_MAX)
		fail("%s: %zu bytes are no nucleus", argv[2], size);
	if (asprintf(&image.tmp, "%s.tmp", argv[1]) == -1)
		fail("out of memory");
	image.out = fopen(image.tmp, "wb");
	if (image.out == NULL)
		fail("%s: %s", image.tmp, strerror(errno));
	image.next = TOC_FIRST_BLOCK +
	    blocks_of((size_t)(argc - 2) * sizeof image.toc[0]);
	first = put_file("CMS", 3, "NUCLEUS", 7, nucleus, size);
	for (int i = 3; i < argc; i++)
		put_operand(argv[i]);
	put_boot(first, blocks_of(size));
	put_table();
	/* The last file's block is whole on the disk. */
	if (fflush(image.out) != 0 || ftruncate(fileno(image.out),
	    (off_t)image.next * FBA_BLOCK) != 0 || fclose(image.out) != 0 ||
	    rename(image.tmp, argv[1]) != 0)
		fail("%s: %s", argv[1], strerror(errno));
	free(image.tmp);
	free(nucleus);
	return 0;
}
