/* SPDX-License-Identifier: MIT
 *
 * edf_power.c - the power goes while files are written: edf_power [--cuts N]
 * [--seed N] [--keep FOLDER N].
 *
 * Random file work runs on a disk in storage that remembers every write and
 * flush.  Then, at random points of that history, a disk is made of what was
 * flushed by then and of any of what was not, in any order, sector by sector.
 * It must be sound, and hold exactly the files of the last commit, or of the
 * one that was under way.  --keep writes N of these disks to FOLDER with the
 * files that belong on them, for a judge who knows nothing of our code.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "edf.h"

#define FILES 24	/* at most */
#define RECORDS 400	/* of a file, at most */
#define COMMITS 64	/* of an episode */
#define CUTS 25		/* of an episode */
#define STEPS 160
#define RECORD_MAX 9000

static uint64_t state;

static uint32_t
random_u32(void)
{
	state += 0x9E3779B97F4A7C15u;
	uint64_t z = state;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return (uint32_t)(z ^ (z >> 31));
}

static uint32_t
below(uint32_t n)
{
	return random_u32() % n;
}

/* --- what should be on the disk --- */

/* A record's bytes follow from its seed; 0: zeros, a hole. */
struct record {
	uint32_t seed, len;
};

/* recfm F, lrecl 1: the records are stretches of the stream.  V: lrecl is the
 * longest record that there ever was. */
struct file {
	char name[EDF_NAME], type[EDF_NAME];
	char mode, recfm;
	uint32_t lrecl, n;
	struct record rec[RECORDS];
};

struct model {
	unsigned n;
	struct file file[FILES];
};

static void
record_bytes(struct record r, uint8_t *to)
{
	uint32_t x = r.seed;

	for (uint32_t i = 0; i < r.len; i++) {
		x = x * 1664525u + 1013904223u;
		to[i] = r.seed == 0 ? 0 : (uint8_t)(x >> 24);
	}
}

static bool
is_stream(const struct file *f)
{
	return f->recfm == 'F' && f->lrecl == 1;
}

static uint32_t
records(const struct file *f)
{
	uint32_t n = 0;

	if (!is_stream(f))
		return f->n;
	for (uint32_t i = 0; i < f->n; i++)
		n += f->rec[i].len;
	return n;
}

/* --- a disk that remembers --- */

struct event {
	uint32_t sector; /* FLUSH: none */
	uint8_t *data;
};

#define FLUSH UINT32_MAX

struct disk {
	uint32_t sectors;
	uint8_t *bytes;
	struct event *log; /* NULL: remembers nothing */
	size_t n, room;
	uint32_t outside; /* accesses behind the end */
};

static void
die(const char *format, ...)
    __attribute__((format(printf, 1, 2), noreturn));

static void
die(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static void *
must(void *p)
{
	if (p == NULL)
		die("out of memory");
	return p;
}

static void
remember(struct disk *d, uint32_t sector, const uint8_t *data)
{
	struct event *e;

	if (d->room == 0)
		return;
	if (d->n == d->room) {
		d->room *= 2;
		d->log = must(realloc(d->log, d->room * sizeof *d->log));
	}
	e = &d->log[d->n++];
	*e = (struct event){ .sector = sector };
	if (sector != FLUSH) {
		e->data = must(malloc(EDF_SECTOR));
		memcpy(e->data, data, EDF_SECTOR);
	}
}

static bool
within(struct disk *d, const struct edf_extent *e)
{
	if (e->block < d->sectors && e->blocks <= d->sectors - e->block)
		return true;
	d->outside++;
	return false;
}

static int
disk_read(void *arg, const struct edf_extent *list, unsigned n)
{
	struct disk *d = arg;

	for (unsigned i = 0; i < n; i++) {
		if (!within(d, &list[i]))
			return -1;
		memcpy(list[i].at, d->bytes + (size_t)list[i].block *
		    EDF_SECTOR, (size_t)list[i].blocks * EDF_SECTOR);
	}
	return 0;
}

static int
disk_flush(void *arg)
{
	remember(arg, FLUSH, NULL);
	return 0;
}

static int
disk_write(void *arg, const struct edf_extent *list, unsigned n, int flush)
{
	struct disk *d = arg;

	for (unsigned i = 0; i < n; i++) {
		const uint8_t *from = list[i].at;

		if (!within(d, &list[i]))
			return -1;
		for (uint32_t s = 0; s < list[i].blocks; s++)
			remember(d, list[i].block + s,
			    from + (size_t)s * EDF_SECTOR);
		memcpy(d->bytes + (size_t)list[i].block * EDF_SECTOR, from,
		    (size_t)list[i].blocks * EDF_SECTOR);
	}
	return flush ? disk_flush(d) : 0;
}

static void *
disk_take(void *arg, size_t bytes)
{
	(void)arg;
	return malloc(bytes);
}

static void
disk_give(void *arg, void *at, size_t bytes)
{
	(void)arg;
	(void)bytes;
	free(at);
}

static struct edf_date
disk_now(void *arg)
{
	(void)arg;
	return (struct edf_date){ 2026, 2, 28, 23, 59, 59 };
}

static struct edf_device
disk_device(struct disk *d)
{
	return (struct edf_device){ .arg = d, .blocks = d->sectors,
		.read = disk_read, .write = disk_write, .flush = disk_flush,
		.take = disk_take, .give = disk_give, .now = disk_now };
}

/* --- an episode --- */

struct commit {
	size_t from, to; /* in the log */
	struct model model;
};

struct episode {
	struct disk disk;
	uint8_t *formatted; /* the disk before the log */
	struct edf_device dev;
	struct edf *edf;
	struct model now;
	struct commit commit[COMMITS];
	unsigned commits;
	uint32_t full, work; /* how often */
};

static void
try(int rc, const char *what)
{
	if (rc != EDF_OK)
		die("%s: %d", what, rc);
}

static int
lookup(const struct model *m, const char *name, const char *type)
{
	for (unsigned i = 0; i < m->n; i++)
		if (memcmp(m->file[i].name, name, EDF_NAME) == 0 &&
		    memcmp(m->file[i].type, type, EDF_NAME) == 0)
			return (int)i;
	return -1;
}

static void
new_name(char name[EDF_NAME], char type[EDF_NAME])
{
	static const char *const types[] = { "DATA    ", "C       ",
		"LISTING ", "MODULE  " };
	char text[EDF_NAME + 1];

	snprintf(text, sizeof text, "F%-7u", below(60));
	memcpy(name, text, EDF_NAME);
	memcpy(type, types[below(4)], EDF_NAME);
}

/* Not 6: such a file is written in place, and promises nothing. */
static char
new_mode(void)
{
	return (char)('0' + below(6));
}

static struct edf_stat
stat_of(const struct file *f)
{
	struct edf_stat st = { .mode = f->mode, .recfm = f->recfm,
		.lrecl = f->recfm == 'F' ? f->lrecl : 0 };

	memcpy(st.name, f->name, EDF_NAME);
	memcpy(st.type, f->type, EDF_NAME);
	return st;
}

static struct record
new_record(const struct file *f)
{
	struct record r = { .seed = random_u32() | 1, .len = f->lrecl };

	if (is_stream(f))
		r.len = 1 + below(below(6) == 0 ? RECORD_MAX : 700);
	else if (f->recfm == 'V')
		r.len = 1 + below(below(12) == 0 ? RECORD_MAX : 120);
	return r;
}

static int
write_record(struct edf_file *file, const struct file *f, uint32_t at,
    uint64_t offset, struct record r)
{
	static uint8_t bytes[RECORD_MAX];
	int64_t n;

	record_bytes(r, bytes);
	if (!is_stream(f))
		return edf_write(file, at, bytes, r.len);
	n = edf_stream_write(file, offset, bytes, r.len);
	if (n >= 0 && n != (int64_t)r.len)
		return EDF_FULL;
	return n < 0 ? (int)n : EDF_OK;
}

/* Behind the last record; holes now and then. */
static int
append(struct edf_file *file, struct file *f)
{
	uint32_t n = below(below(4) == 0 ? 150 : 12);
	uint64_t offset = records(f);

	for (uint32_t i = 0; i < n && f->n < RECORDS - 8; i++) {
		struct record r = new_record(f);
		int rc;

		if (f->recfm == 'F' && !is_stream(f) && below(40) == 0)
			for (uint32_t hole = below(6); hole > 0; hole--)
				f->rec[f->n++] = (struct record){ 0,
					f->lrecl };
		rc = write_record(file, f, f->n + 1, offset, r);
		if (rc != EDF_OK)
			return rc;
		f->rec[f->n++] = r;
		if (f->recfm == 'V' && r.len > f->lrecl)
			f->lrecl = r.len;
		offset += r.len;
	}
	return EDF_OK;
}

/* Records in place, with others of the same length. */
static int
update(struct edf_file *file, struct file *f)
{
	for (uint32_t i = below(8); i > 0 && f->n > 0; i--) {
		uint32_t at = below(f->n);
		struct record r = { random_u32() | 1, f->rec[at].len };
		uint64_t offset = 0;
		int rc;

		for (uint32_t k = 0; k < at; k++)
			offset += f->rec[k].len;
		rc = write_record(file, f, at + 1, offset, r);
		if (rc != EDF_OK)
			return rc;
		f->rec[at] = r;
	}
	return EDF_OK;
}

static int
truncate_file(struct edf_file *file, struct file *f)
{
	uint32_t keep = f->n == 0 ? 0 : 1 + below(f->n);
	int rc;

	if (is_stream(f) || keep == 0)
		return EDF_OK;
	rc = edf_truncate(file, keep);
	if (rc == EDF_OK)
		f->n = keep;
	return rc;
}

/* What is done to an open file; `f` is what it then should be. */
static int
work_on(struct edf_file *file, struct file *f, enum edf_how how)
{
	int rc = EDF_OK;

	if (how == EDF_UPDATE && below(3) == 0)
		rc = truncate_file(file, f);
	if (rc == EDF_OK && how == EDF_UPDATE && below(2) == 0)
		rc = update(file, f);
	if (rc == EDF_OK)
		rc = append(file, f);
	return rc;
}

/* Only a full disk may refuse what is right. */
static void
expect(struct episode *e, int rc, const char *what)
{
	if (rc == EDF_FULL)
		e->full++;
	else
		try(rc, what);
}

static void
step_file(struct episode *e, enum edf_how how)
{
	static struct file f;
	struct edf_file *file;
	struct edf_stat st;
	int at, rc;

	if (how == EDF_UPDATE) {
		if (e->now.n == 0)
			return;
		at = (int)below(e->now.n);
		f = e->now.file[at];
	} else {
		memset(&f, 0, sizeof f);
		new_name(f.name, f.type);
		f.mode = new_mode();
		f.recfm = below(2) ? 'V' : 'F';
		f.lrecl = f.recfm == 'V' ? 0 : below(3) == 0 ? 1 :
		    1 + below(below(4) ? 200 : 3000);
		at = lookup(&e->now, f.name, f.type);
		how = at < 0 ? EDF_CREATE : EDF_REPLACE;
		if (at < 0 && e->now.n == FILES)
			return;
	}
	st = stat_of(&f);
	rc = edf_open(e->edf, how, &st, &file);
	if (rc != EDF_OK) {
		expect(e, rc, "open");
		return;
	}
	rc = work_on(file, &f, how);
	if (rc != EDF_OK || below(10) == 0) {
		expect(e, rc, "write");
		edf_abandon(file);
		return;
	}
	rc = f.n == 0 && how != EDF_UPDATE ? (edf_abandon(file), -100) :
	    edf_close(file);
	if (rc == -100)
		return; /* a file without a record: not of interest here */
	expect(e, rc, "close");
	if (rc != EDF_OK)
		return;
	if (at < 0)
		at = (int)e->now.n++;
	e->now.file[at] = f;
}

static void
step_erase(struct episode *e)
{
	struct file *f;
	int rc;

	if (e->now.n == 0)
		return;
	f = &e->now.file[below(e->now.n)];
	rc = edf_erase(e->edf, f->name, f->type);
	expect(e, rc, "erase");
	if (rc == EDF_OK)
		*f = e->now.file[--e->now.n];
}

static void
step_rename(struct episode *e)
{
	char name[EDF_NAME], type[EDF_NAME];
	struct file *f;
	char mode = new_mode();
	int rc;

	if (e->now.n == 0)
		return;
	f = &e->now.file[below(e->now.n)];
	new_name(name, type);
	rc = edf_rename(e->edf, f->name, f->type, name, type, mode);
	if (rc == EDF_EXISTS && lookup(&e->now, name, type) >= 0)
		return;
	expect(e, rc, "rename");
	if (rc != EDF_OK)
		return;
	memcpy(f->name, name, EDF_NAME);
	memcpy(f->type, type, EDF_NAME);
	f->mode = mode;
}

static void
step_commit(struct episode *e)
{
	struct commit *c = &e->commit[e->commits];
	int rc;

	if (e->commits == COMMITS)
		return;
	c->from = e->disk.n;
	rc = edf_commit(e->edf);
	c->to = e->disk.n;
	c->model = e->now;
	expect(e, rc, "commit");
	if (rc == EDF_OK) {
		e->commits++;
		return;
	}
	/* What is lost is lost to the disk; so to us. */
	edf_unmount(e->edf);
	try(edf_mount(&e->dev, &e->edf), "mount after a full disk");
	e->now = e->commit[e->commits - 1].model;
}

static void
play(struct episode *e)
{
	for (int i = 0; i < STEPS; i++) {
		switch (below(16)) {
		case 0: case 1: case 2: case 3: case 4:
			step_file(e, EDF_CREATE);
			break;
		case 5: case 6: case 7: case 8:
			step_file(e, EDF_UPDATE);
			break;
		case 9:
			step_erase(e);
			break;
		case 10: case 11:
			step_rename(e);
			break;
		default:
			step_commit(e);
		}
		e->work++;
	}
	edf_unmount(e->edf);
}

static void
begin(struct episode *e)
{
	uint32_t block = 512u << below(4);
	size_t bytes;

	memset(e, 0, sizeof *e);
	e->disk.sectors = below(3) == 0 ? 400 + below(600) :
	    2000 + below(6000);
	bytes = (size_t)e->disk.sectors * EDF_SECTOR;
	e->disk.bytes = must(calloc(1, bytes));
	e->formatted = must(malloc(bytes));
	e->dev = disk_device(&e->disk);
	try(edf_format(&e->dev, block, 0, "POWER "), "format");
	memcpy(e->formatted, e->disk.bytes, bytes);
	e->disk.room = 1024;
	e->disk.log = must(malloc(e->disk.room * sizeof *e->disk.log));
	try(edf_mount(&e->dev, &e->edf), "mount");
	e->commits = 1; /* the first: an empty disk */
}

static void
finish(struct episode *e)
{
	for (size_t i = 0; i < e->disk.n; i++)
		free(e->disk.log[i].data);
	free(e->disk.log);
	free(e->disk.bytes);
	free(e->formatted);
}

/* --- the power goes --- */

/*
 * What is left when it goes before event `cut`: everything up to the last
 * flush, and of the rest some, in an order of the disk's own.
 */
static void
leave(const struct episode *e, size_t cut, struct disk *left)
{
	const struct event *log = e->disk.log;
	uint32_t odds = below(5); /* of 4: how many get there */
	size_t flushed = cut, n, *order;

	left->sectors = e->disk.sectors;
	memcpy(left->bytes, e->formatted, (size_t)left->sectors * EDF_SECTOR);
	while (flushed > 0 && log[flushed - 1].sector != FLUSH)
		flushed--;
	for (size_t i = 0; i < flushed; i++)
		if (log[i].sector != FLUSH)
			memcpy(left->bytes + (size_t)log[i].sector *
			    EDF_SECTOR, log[i].data, EDF_SECTOR);
	n = cut - flushed;
	order = must(malloc((n + 1) * sizeof *order));
	for (size_t i = 0; i < n; i++) {
		size_t j = below((uint32_t)i + 1);

		order[i] = order[j];
		order[j] = flushed + i;
	}
	for (size_t i = 0; i < n; i++)
		if (below(4) < odds)
			memcpy(left->bytes + (size_t)log[order[i]].sector *
			    EDF_SECTOR, log[order[i]].data, EDF_SECTOR);
	free(order);
}

/* --- is it there? --- */

static char differs[256]; /* the last thing that was not as it should be */

static bool
differ(const struct file *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Always false. */
static bool
differ(const struct file *f, const char *format, ...)
{
	va_list ap;
	int n = f == NULL ? 0 : snprintf(differs, sizeof differs,
	    "%.8s %.8s (%c %u, %u records): ", f->name, f->type, f->recfm,
	    f->lrecl, f->n);

	va_start(ap, format);
	vsnprintf(differs + n, sizeof differs - (size_t)n, format, ap);
	va_end(ap);
	return false;
}

static bool
same_stream(struct edf_file *file, const struct file *f)
{
	static uint8_t want[RECORD_MAX], got[RECORD_MAX];
	uint64_t offset = 0;

	for (uint32_t i = 0; i < f->n; i++) {
		record_bytes(f->rec[i], want);
		if (edf_stream_read(file, offset, got, f->rec[i].len) !=
		    (int64_t)f->rec[i].len ||
		    memcmp(got, want, f->rec[i].len) != 0)
			return differ(f, "%u bytes at %llu", f->rec[i].len,
			    (unsigned long long)offset);
		offset += f->rec[i].len;
	}
	return edf_stream_read(file, offset, got, 1) == 0 ||
	    differ(f, "no end at %llu", (unsigned long long)offset);
}

static bool
same_records(struct edf_file *file, const struct file *f)
{
	static uint8_t want[RECORD_MAX], got[RECORD_MAX];
	size_t len;

	for (uint32_t i = 0; i < f->n; i++) {
		record_bytes(f->rec[i], want);
		if (edf_read(file, i + 1, got, sizeof got, &len) != EDF_OK ||
		    len != f->rec[i].len || memcmp(got, want, len) != 0)
			return differ(f, "record %u", i + 1);
	}
	return edf_read(file, f->n + 1, got, sizeof got, &len) == EDF_END ||
	    differ(f, "more records");
}

static bool
same_file(struct edf *edf, const struct file *f)
{
	struct edf_stat st = stat_of(f);
	struct edf_file *file;
	bool same;

	if (edf_open(edf, EDF_READ, &st, &file) != EDF_OK)
		return differ(f, "is not there");
	same = st.mode == f->mode && st.recfm == f->recfm &&
	    st.lrecl == f->lrecl && st.records == records(f);
	if (!same)
		differ(f, "mode %c, %c %u, %u records", st.mode, st.recfm,
		    st.lrecl, st.records);
	same = same && (is_stream(f) ? same_stream(file, f) :
	    same_records(file, f));
	edf_abandon(file);
	return same;
}

static bool
same_model(struct edf *edf, const struct model *m)
{
	struct edf_disk_info info;

	edf_info(edf, &info);
	if (info.files != m->n)
		return differ(NULL, "%u files, not %u", info.files, m->n);
	for (unsigned i = 0; i < m->n; i++)
		if (!same_file(edf, &m->file[i]))
			return false;
	return true;
}

static void
complain(void *arg, const char *text)
{
	fprintf(stderr, "%s: %s\n", (const char *)arg, text);
}

static void
sound(const struct edf_device *dev, const char *when)
{
	int rc = edf_check(dev, complain, (void *)(uintptr_t)when);

	if (rc != 0)
		die("%s: edf_check: %d", when, rc);
}

/* Life goes on: what a lost commit had taken is free. */
static void
go_on(struct edf_device *dev, struct edf *edf)
{
	struct edf_stat st = { .name = "AFTER   ", .type = "POWER   ",
		.mode = '1', .recfm = 'V' };
	struct edf_file *file;

	if (edf_open(edf, EDF_REPLACE, &st, &file) != EDF_OK)
		return;
	if (edf_write(file, 0, "it is back", 10) != EDF_OK) {
		edf_abandon(file);
		return;
	}
	if (edf_close(file) == EDF_OK && edf_commit(edf) == EDF_OK)
		sound(dev, "after the next commit");
}

/* --- for the judge --- */

static void
keep_record(FILE *f, const uint8_t *bytes, uint32_t len)
{
	const uint8_t n[4] = { (uint8_t)(len >> 24), (uint8_t)(len >> 16),
		(uint8_t)(len >> 8), (uint8_t)len };

	fwrite(n, 1, sizeof n, f);
	fwrite(bytes, 1, len, f);
}

/* A line of what edfcheck.py --list prints, then the bytes. */
static void
keep_file(FILE *out, const struct file *f)
{
	static uint8_t bytes[RECORDS * RECORD_MAX];
	uint32_t at = 0;

	fprintf(out, "%.8s %.8s %c %c %u %u\n", f->name, f->type, f->mode,
	    f->recfm, f->lrecl, records(f));
	for (uint32_t i = 0; i < f->n; i++) {
		record_bytes(f->rec[i], bytes + at);
		if (is_stream(f)) {
			at += f->rec[i].len;
			continue;
		}
		keep_record(out, bytes, f->rec[i].len);
	}
	if (is_stream(f))
		keep_record(out, bytes, at);
}

static void
keep(const char *folder, unsigned number, const struct disk *left,
    const struct model *m)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/%u.img", folder, number);
	f = must(fopen(path, "wb"));
	fwrite(left->bytes, EDF_SECTOR, left->sectors, f);
	fclose(f);
	snprintf(path, sizeof path, "%s/%u.want", folder, number);
	f = must(fopen(path, "wb"));
	for (unsigned i = 0; i < m->n; i++)
		keep_file(f, &m->file[i]);
	fclose(f);
}

/* --- */

struct options {
	unsigned long cuts, seed;
	const char *folder;
	unsigned keep;
};

/* The last commit that was over, or the one under way if it is there. */
static const struct model *
judge(const struct episode *e, size_t cut, struct edf *edf)
{
	unsigned last = e->commits - 1;

	while (e->commit[last].to > cut)
		last--;
	if (same_model(edf, &e->commit[last].model))
		return &e->commit[last].model;
	if (last + 1 < e->commits && e->commit[last + 1].from < cut &&
	    same_model(edf, &e->commit[last + 1].model))
		return &e->commit[last + 1].model;
	return NULL;
}

/* Half of the cuts are within a commit. */
static size_t
choose_cut(const struct episode *e)
{
	const struct commit *c = &e->commit[below(e->commits)];

	if (below(2) == 0)
		return c->from + below((uint32_t)(c->to - c->from) + 1);
	return below((uint32_t)e->disk.n + 1);
}

static void
cut_once(const struct episode *e, struct disk *left,
    const struct options *o, unsigned long done)
{
	size_t cut = choose_cut(e);
	struct edf_device dev;
	const struct model *m;
	struct edf *edf;
	char when[64];

	snprintf(when, sizeof when, "cut %lu, event %zu of %zu", done, cut,
	    e->disk.n);
	leave(e, cut, left);
	dev = disk_device(left);
	sound(&dev, when);
	try(edf_mount(&dev, &edf), when);
	m = judge(e, cut, edf);
	if (m == NULL)
		die("%s: not the files of any commit (--seed %lu): %s", when,
		    o->seed, differs);
	if (o->keep > 0 && done % (o->cuts / o->keep) == 0)
		keep(o->folder, (unsigned)(done / (o->cuts / o->keep)), left,
		    m);
	go_on(&dev, edf);
	edf_unmount(edf);
	if (left->outside != 0)
		die("%s: accesses behind the end", when);
}

static int
options(struct options *o, int argc, char *argv[])
{
	static const struct option table[] = {
		{ "cuts", required_argument, NULL, 'c' },
		{ "seed", required_argument, NULL, 's' },
		{ "keep", required_argument, NULL, 'k' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	*o = (struct options){ .cuts = 1000, .seed = 370 };
	while ((c = getopt_long(argc, argv, "", table, NULL)) != -1)
		switch (c) {
		case 'c': o->cuts = strtoul(optarg, NULL, 10); break;
		case 's': o->seed = strtoul(optarg, NULL, 10); break;
		case 'k': o->folder = optarg; break;
		default: return 1;
		}
	if (o->folder != NULL)
		o->keep = optind < argc ? (unsigned)atoi(argv[optind++]) : 100;
	return optind < argc || o->cuts == 0 || o->keep > o->cuts;
}

int
main(int argc, char *argv[])
{
	static struct episode e;
	unsigned long done = 0, commits = 0, full = 0, work = 0;
	struct options o;

	if (options(&o, argc, argv)) {
		fprintf(stderr, "usage: edf_power [--cuts N] [--seed N] "
		    "[--keep FOLDER [N]]\n");
		return 2;
	}
	state = o.seed;
	while (done < o.cuts) {
		struct disk left = { 0 };

		begin(&e);
		play(&e);
		left.bytes = must(malloc((size_t)e.disk.sectors * EDF_SECTOR));
		for (int i = 0; i < CUTS && done < o.cuts; i++)
			cut_once(&e, &left, &o, done++);
		free(left.bytes);
		if (e.disk.outside != 0)
			die("accesses behind the end");
		commits += e.commits - 1;
		full += e.full;
		work += e.work;
		finish(&e);
	}
	printf("%lu cuts: %lu steps of file work, %lu commits, %lu times a "
	    "full disk; every disk sound, every committed file whole\n", done,
	    work, commits, full);
	return 0;
}
