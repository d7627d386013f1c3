/* SPDX-License-Identifier: MIT
 *
 * mkimage.c - make a system disk: mkimage IMAGE NUCLEUS [FN.FT=FILE]...
 *
 * IMAGE is a CMS disk (fs/edf.h) that can be IPLed (fs/boot.h): the nucleus is
 * a file like the others, in consecutive blocks.  A DECK is cards of 80 bytes;
 * any other file is text, a record for each line, unless it is a MODULE or has
 * a NUL in it.  SYSTEM LEVEL says which contents these are.  The image is made in storage, written beside its place
 * and then renamed, so that no machine ever finds half of one.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "boot.h"
#include "edf.h"
#include "fileid.h"
#include "machine.h"

#define NUCLEUS_MAX (124u << 10) /* below the least storage there is */
#define CCW_BYTES (64u * FBA_BLOCK)
#define VOLUME "CMS190"
#define BLOCK 4096u
#define MODE '2' /* what users see on the system disk */

struct image {
	char *tmp;
	uint8_t *bytes;
	size_t size;
	struct edf *edf;
	uint64_t hash; /* of all names and contents so far */
	time_t date;   /* of the file that is written */
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

/* --- files of the host --- */

struct input {
	struct fileid id;
	const char *path;
	char *data;
	size_t size;
	time_t date;
};

/* An image of the same sources is the same when the builder says which day it
 * shall be. */
static time_t
input_date(const struct stat *st)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");

	return epoch != NULL ? (time_t)atoll(epoch) : st->st_mtime;
}

static void
slurp(struct input *in)
{
	FILE *f = fopen(in->path, "rb");
	struct stat st;

	if (f == NULL || fstat(fileno(f), &st) != 0)
		fail("%s: %s", in->path, strerror(errno));
	in->size = (size_t)st.st_size;
	in->date = input_date(&st);
	in->data = malloc(in->size + 1);
	if (in->data == NULL)
		fail("out of memory");
	if (fread(in->data, 1, in->size, f) != in->size)
		fail("%s: %s", in->path, strerror(errno));
	fclose(f);
}

/* FN.FT=FILE */
static void
input_operand(struct input *in, const char *operand)
{
	const char *equals = strchr(operand, '=');

	if (equals == NULL ||
	    memchr(operand, '.', (size_t)(equals - operand)) == NULL ||
	    fileid_path(&in->id, operand, (size_t)(equals - operand)) != 0)
		fail("%s: not FN.FT=FILE", operand);
	in->path = equals + 1;
	slurp(in);
}

/* --- the disk, in storage --- */

static int
image_read(void *arg, const struct edf_extent *list, unsigned n)
{
	(void)arg;
	for (unsigned i = 0; i < n; i++)
		memcpy(list[i].at, image.bytes +
		    (size_t)list[i].block * EDF_SECTOR,
		    (size_t)list[i].blocks * EDF_SECTOR);
	return 0;
}

static int
image_write(void *arg, const struct edf_extent *list, unsigned n, int flush)
{
	(void)arg;
	(void)flush;
	for (unsigned i = 0; i < n; i++)
		memcpy(image.bytes + (size_t)list[i].block * EDF_SECTOR,
		    list[i].at, (size_t)list[i].blocks * EDF_SECTOR);
	return 0;
}

static int
image_flush(void *arg)
{
	(void)arg;
	return 0;
}

static void *
image_take(void *arg, size_t bytes)
{
	(void)arg;
	return malloc(bytes);
}

static void
image_give(void *arg, void *at, size_t bytes)
{
	(void)arg;
	(void)bytes;
	free(at);
}

static struct edf_date
image_now(void *arg)
{
	struct tm tm;

	(void)arg;
	gmtime_r(&image.date, &tm);
	return (struct edf_date){ .year = (uint16_t)(tm.tm_year + 1900),
		.month = (uint8_t)(tm.tm_mon + 1), .day = (uint8_t)tm.tm_mday,
		.hour = (uint8_t)tm.tm_hour, .minute = (uint8_t)tm.tm_min,
		.second = (uint8_t)(tm.tm_sec < 60 ? tm.tm_sec : 59) };
}

static void
try(int rc, const char *what)
{
	if (rc != EDF_OK)
		fail("%s: error %d of the file system", what, -rc);
}

/* Lines grow by what a record's length takes; pointers, directory and map are
 * a few blocks more. */
static void
image_make(const struct input *in, size_t n)
{
	struct edf_device dev = { .read = image_read, .write = image_write,
		.flush = image_flush, .take = image_take, .give = image_give,
		.now = image_now };
	size_t blocks = 64 + n / 16;

	for (size_t i = 0; i < n; i++)
		blocks += 2 + (in[i].size + in[i].size / 8) / BLOCK;
	image.size = blocks * BLOCK;
	image.bytes = calloc(blocks, BLOCK);
	if (image.bytes == NULL)
		fail("out of memory");
	image.date = in[0].date;
	dev.blocks = (uint32_t)(image.size / EDF_SECTOR);
	try(edf_format(&dev, BLOCK, 0, VOLUME), "format");
	try(edf_mount(&dev, &image.edf), "mount");
}

/* FNV-1a */
static void
image_hash(const void *data, size_t size)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < size; i++)
		image.hash = (image.hash ^ p[i]) * 0x100000001B3u;
}

static int
is_deck(const struct input *in)
{
	return memcmp(in->id.type, "DECK    ", FILEID_NAME) == 0;
}

static int
is_text(const struct input *in)
{
	return memcmp(in->id.type, "MODULE  ", FILEID_NAME) != 0 &&
	    memchr(in->data, '\0', in->size) == NULL;
}

static void
put_cards(struct edf_file *file, const struct input *in)
{
	if (in->size % RDR_CARD != 0)
		fail("%s: not whole cards", in->path);
	for (size_t at = 0; at < in->size; at += RDR_CARD)
		try(edf_write(file, 0, in->data + at, RDR_CARD), in->path);
}

static void
put_bytes(struct edf_file *file, const struct input *in)
{
	size_t done = 0;

	while (done < in->size) {
		int64_t n = edf_stream_write(file, done, in->data + done,
		    in->size - done);

		if (n <= 0)
			fail("%s: error %lld of the file system", in->path,
			    (long long)-n);
		done += (size_t)n;
	}
}

static void
put_file(const struct input *in)
{
	struct edf_stat st = { .mode = MODE };
	struct edf_file *file;

	memcpy(st.name, in->id.name, sizeof st.name);
	memcpy(st.type, in->id.type, sizeof st.type);
	if (is_deck(in)) {
		st.recfm = 'F';
		st.lrecl = RDR_CARD;
	} else {
		st.recfm = is_text(in) ? 'V' : 'F';
		st.lrecl = is_text(in) ? 0 : 1;
	}
	image.date = in->date;
	try(edf_open(image.edf, EDF_CREATE, &st, &file), in->path);
	if (is_deck(in))
		put_cards(file, in);
	else
		put_bytes(file, in);
	try(edf_close(file), in->path);
	image_hash(in->id.name, sizeof in->id.name);
	image_hash(in->id.type, sizeof in->id.type);
	image_hash(in->data, in->size);
}

/* Which build this is: the same contents have the same level. */
static void
put_level(time_t date)
{
	char line[80];
	struct input level = { .path = "SYSTEM LEVEL", .data = line,
		.date = date };

	fileid_path(&level.id, "SYSTEM LEVEL", 12);
	level.size = (size_t)snprintf(line, sizeof line,
	    "VM/370 CMS version %s level %016llX\n", VM370_VERSION,
	    (unsigned long long)image.hash);
	put_file(&level);
}

/* --- the boot block --- */

static uint32_t
blocks_of(size_t bytes)
{
	return (uint32_t)((bytes + FBA_BLOCK - 1) / FBA_BLOCK);
}

/* Its first sector; the others must follow. */
static uint32_t
find_nucleus(const struct input *in)
{
	uint32_t first, blocks = (uint32_t)((in->size + BLOCK - 1) / BLOCK);
	struct edf_file *file;
	struct edf_stat st;

	memcpy(st.name, in->id.name, sizeof st.name);
	memcpy(st.type, in->id.type, sizeof st.type);
	try(edf_open(image.edf, EDF_READ, &st, &file), in->path);
	first = edf_file_sector(file, 0);
	for (uint32_t i = 0; i < blocks; i++)
		if (first == 0 || edf_file_sector(file, i) !=
		    first + i * (BLOCK / EDF_SECTOR))
			fail("the nucleus is not in one piece");
	edf_abandon(file);
	return first;
}

static uint32_t
boot_real(size_t offset)
{
	return BOOT_REAL + (uint32_t)offset;
}

/* Block 0 belongs to nobody but IPL. */
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
	memcpy(image.bytes, &boot, sizeof boot);
}

static void
image_write_file(const char *path)
{
	FILE *f;

	if (asprintf(&image.tmp, "%s.tmp", path) == -1)
		fail("out of memory");
	f = fopen(image.tmp, "wb");
	if (f == NULL || fwrite(image.bytes, 1, image.size, f) != image.size ||
	    fclose(f) != 0 || rename(image.tmp, path) != 0)
		fail("%s: %s", path, strerror(errno));
}

int
main(int argc, char **argv)
{
	size_t n = (size_t)(argc > 3 ? argc - 2 : 1);
	struct input *in = calloc(n, sizeof *in);

	if (argc < 3)
		fail("usage: mkimage IMAGE NUCLEUS [FN.FT=FILE]...");
	if (in == NULL)
		fail("out of memory");
	image.hash = 0xCBF29CE484222325u;
	in[0].path = argv[2];
	fileid_path(&in[0].id, "CMS NUCLEUS", 11);
	slurp(&in[0]);
	if (in[0].size == 0 || in[0].size > NUCLEUS_MAX)
		fail("%s: %zu bytes are no nucleus", argv[2], in[0].size);
	for (size_t i = 1; i < n; i++)
		input_operand(&in[i], argv[i + 2]);
	image_make(in, n);
	for (size_t i = 0; i < n; i++)
		put_file(&in[i]);
	put_level(in[0].date);
	try(edf_commit(image.edf), "commit");
	put_boot(find_nucleus(&in[0]), blocks_of(in[0].size));
	edf_unmount(image.edf);
	image_write_file(argv[1]);
	for (size_t i = 0; i < n; i++)
		free(in[i].data);
	free(in);
	free(image.bytes);
	free(image.tmp);
	return 0;
}
