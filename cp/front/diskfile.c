/* SPDX-License-Identifier: MIT
 *
 * diskfile.c - vm370 disk list, read, write, erase: files of a CMS disk.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "diskcmd.h"
#include "diskpipe.h"
#include "fileid.h"

/* "HELLO C", for messages and NUL terminated. */
struct diskfile_text {
	char s[2 * FILEID_NAME + 2];
};

struct diskfile_id {
	char name[FILEID_NAME], type[FILEID_NAME];
	struct diskfile_text text;
};

static int
diskfile_width(const char *name)
{
	int n = FILEID_NAME;

	while (n > 0 && name[n - 1] == ' ')
		n--;
	return n;
}

static int
diskfile_part(char part[FILEID_NAME], const char *word, const char *which)
{
	if (fileid_name(part, word, strlen(word)) == 0)
		return 0;
	return front_fail("%s is no file%s: 1 to 8 of A-Z 0-9 $#@+-:_", word,
	    which);
}

static int
diskfile_id(struct diskfile_id *id, char *words[])
{
	if (diskfile_part(id->name, words[0], "name") != 0 ||
	    diskfile_part(id->type, words[1], "type") != 0)
		return 1;
	snprintf(id->text.s, sizeof id->text.s, "%.*s %.*s",
	    diskfile_width(id->name), id->name, diskfile_width(id->type),
	    id->type);
	return 0;
}

/* --- list --- */

struct diskfile_list {
	const char *name, *type; /* patterns in upper case */
	FILE *out;
	char *text;
	size_t len;
	unsigned shown;
};

/* What a disk holds must not command a terminal. */
static void
diskfile_put_name(FILE *out, const char name[FILEID_NAME])
{
	for (int i = 0; i < FILEID_NAME; i++)
		fputc(name[i] >= ' ' && name[i] < 0x7F ? name[i] : '?', out);
	fputc(' ', out);
}

static void
diskfile_put_line(FILE *out, const struct edf_stat *st)
{
	diskfile_put_name(out, st->name);
	diskfile_put_name(out, st->type);
	fprintf(out, " %c %c %10u %10u %8u  %04u-%02u-%02u %02u:%02u:%02u\n",
	    st->mode, st->recfm, st->lrecl, st->records, st->blocks,
	    st->date.year, st->date.month, st->date.day, st->date.hour,
	    st->date.minute, st->date.second);
}

static int
diskfile_list_work(struct disk *d, void *arg)
{
	struct diskfile_list *l = arg;
	struct edf_stat st;
	uint32_t cursor = 0;
	struct edf *edf;
	int rc = edf_mount(&d->dev, &edf);

	if (rc != EDF_OK)
		return rc;
	rewind(l->out);
	l->shown = 0;
	while ((rc = edf_next(edf, &cursor, &st)) == 1) {
		if (!fileid_match(l->name, strlen(l->name), st.name) ||
		    !fileid_match(l->type, strlen(l->type), st.type))
			continue;
		diskfile_put_line(l->out, &st);
		l->shown++;
	}
	edf_unmount(edf);
	return rc;
}

static const char *
diskfile_pattern(struct diskcmd *c, int word)
{
	if (word >= c->nwords)
		return "*";
	for (char *s = c->words[word]; *s != '\0'; s++)
		*s = (char)toupper((unsigned char)*s);
	return c->words[word];
}

int
diskfile_list(struct diskcmd *c)
{
	struct diskfile_list l = { .name = diskfile_pattern(c, 0),
		.type = diskfile_pattern(c, 1) };
	struct disk d;
	int rc;

	l.out = open_memstream(&l.text, &l.len);
	if (l.out == NULL)
		return front_fail("out of memory");
	rc = disk_open(&d, c->front, &c->disk, false, 0);
	if (rc == 0) {
		rc = disk_steady(&d, diskfile_list_work, &l);
		disk_close(&d);
	}
	fclose(l.out);
	if (rc == 0 && l.shown == 0 && c->nwords > 0)
		rc = front_fail("%s: no such file", d.name);
	if (rc == 0 && l.shown > 0)
		printf("FILENAME FILETYPE FM F      LRECL    RECORDS   BLOCKS"
		    "  DATE       TIME\n%s", l.text);
	free(l.text);
	return rc;
}

/* --- read --- */

struct diskfile_read {
	const struct diskfile_id *id;
	enum diskcmd_form form;
	struct diskpipe_out out;
	uint64_t at; /* bytes so far */
	size_t held;
	char buf[DISKPIPE_MAX];
	char record[EDF_LRECL_MAX + 1];
};

static int
diskfile_spill(struct diskfile_read *r)
{
	int rc = diskpipe_put(&r->out, r->at, r->buf, r->held);

	r->at += r->held;
	r->held = 0;
	return rc;
}

static int
diskfile_hold(struct diskfile_read *r, const char *data, size_t len)
{
	while (len > 0) {
		size_t n = sizeof r->buf - r->held;

		if (n > len)
			n = len;
		memcpy(r->buf + r->held, data, n);
		r->held += n;
		data += n;
		len -= n;
		if (r->held == sizeof r->buf && diskfile_spill(r) != 0)
			return 1;
	}
	return 0;
}

static int
diskfile_read_bytes(struct diskfile_read *r, struct edf_file *file)
{
	uint64_t offset = 0;
	int64_t n;

	while ((n = edf_stream_read(file, offset, r->record,
	    sizeof r->record)) > 0) {
		offset += (uint64_t)n;
		if (diskfile_hold(r, r->record, (size_t)n) != 0)
			return 1;
	}
	return (int)n;
}

/*
 * A record as a line: what only fills it up is left out, blanks at the end of
 * an F record, and the one that an empty line is in a V file.
 */
static size_t
diskfile_line(char *record, size_t len, char recfm)
{
	while (len > 0 && record[len - 1] == ' ' && (recfm == 'F' || len == 1))
		len--;
	record[len] = '\n';
	return len + 1;
}

static int
diskfile_read_records(struct diskfile_read *r, struct edf_file *file,
    const struct edf_stat *st)
{
	for (uint32_t i = 1; i <= st->records; i++) {
		size_t len;
		int rc = edf_read(file, i, r->record, EDF_LRECL_MAX, &len);

		if (rc != EDF_OK)
			return rc;
		if (len > EDF_LRECL_MAX)
			return EDF_DAMAGED;
		if (r->form != FORM_BINARY)
			len = diskfile_line(r->record, len, st->recfm);
		if (diskfile_hold(r, r->record, len) != 0)
			return 1;
	}
	return 0;
}

static int
diskfile_read_work(struct disk *d, void *arg)
{
	struct diskfile_read *r = arg;
	struct edf_file *file;
	struct edf_stat st;
	struct edf *edf;
	int rc;

	r->at = r->held = 0;
	if (diskpipe_again(&r->out) != 0)
		return 1;
	if ((rc = edf_mount(&d->dev, &edf)) != EDF_OK)
		return rc;
	memcpy(st.name, r->id->name, sizeof st.name);
	memcpy(st.type, r->id->type, sizeof st.type);
	d->about = r->id->text.s;
	rc = edf_open(edf, EDF_READ, &st, &file);
	if (rc == EDF_OK) {
		rc = st.recfm == 'F' && st.lrecl == 1 ?
		    diskfile_read_bytes(r, file) :
		    diskfile_read_records(r, file, &st);
		edf_abandon(file);
	}
	edf_unmount(edf);
	return rc == 0 ? diskfile_spill(r) : rc;
}

int
diskfile_read(struct diskcmd *c)
{
	static struct diskfile_read r;
	struct diskfile_id id;
	struct disk d;
	int rc;

	if (diskfile_id(&id, c->words) != 0 ||
	    disk_open(&d, c->front, &c->disk, false, 0) != 0)
		return 1;
	r.id = &id;
	r.form = c->form;
	rc = diskpipe_open_out(&r.out, c->nwords > 2 ? c->words[2] : "-",
	    c->relay);
	if (rc == 0)
		rc = disk_steady(&d, diskfile_read_work, &r);
	disk_close(&d);
	if (rc == 0)
		rc = diskpipe_end(&r.out, r.at);
	diskpipe_close_out(&r.out);
	return rc;
}

/* --- write --- */

struct diskfile_write {
	struct disk *disk;
	const struct diskfile_id *id;
	struct diskpipe_in in;
	struct edf_file *file;
	enum diskcmd_form form;
	uint32_t limit; /* the longest record */
	bool fixed;
	uint64_t at;	/* bytes so far */
	unsigned long line;
	size_t held;	/* of a record that is not complete */
	bool open;	/* there is one, be it empty */
	char record[EDF_LRECL_MAX];
};

static int
diskfile_edf(const struct diskfile_write *w, int rc)
{
	return rc == EDF_OK ? 0 : disk_fail(w->disk, rc, w->id->text.s);
}

static int
diskfile_put_record(struct diskfile_write *w)
{
	size_t len = w->held;

	if (w->fixed && len < w->limit) {
		memset(w->record + len, w->form == FORM_TEXT ? ' ' : '\0',
		    w->limit - len);
		len = w->limit;
	} else if (len == 0) {
		w->record[len++] = ' '; /* no record of a V file is empty */
	}
	w->held = 0;
	w->line++;
	return diskfile_edf(w, edf_write(w->file, 0, w->record, len));
}

static int
diskfile_fill(struct diskfile_write *w, const char *data, size_t len)
{
	if (len > w->limit - w->held)
		return front_fail("line %lu is longer than %u bytes; nothing "
		    "was changed", w->line + 1, w->limit);
	memcpy(w->record + w->held, data, len);
	w->held += len;
	return 0;
}

static int
diskfile_write_lines(struct diskfile_write *w, const char *data, size_t len)
{
	while (len > 0) {
		const char *end = memchr(data, '\n', len);
		size_t n = end != NULL ? (size_t)(end - data) : len;

		w->open = true;
		if (diskfile_fill(w, data, n) != 0)
			return 1;
		if (end == NULL)
			return 0;
		w->open = false;
		if (diskfile_put_record(w) != 0)
			return 1;
		data += n + 1;
		len -= n + 1;
	}
	return 0;
}

static int
diskfile_write_records(struct diskfile_write *w, const char *data, size_t len)
{
	while (len > 0) {
		size_t n = w->limit - w->held;

		if (n > len)
			n = len;
		memcpy(w->record + w->held, data, n);
		w->held += n;
		w->open = w->held < w->limit;
		if (!w->open && diskfile_put_record(w) != 0)
			return 1;
		data += n;
		len -= n;
	}
	return 0;
}

static int
diskfile_write_bytes(struct diskfile_write *w, const char *data, size_t len)
{
	while (len > 0) {
		int64_t n = edf_stream_write(w->file, w->at, data, len);

		if (n <= 0)
			return diskfile_edf(w, n < 0 ? (int)n : EDF_IO);
		w->at += (uint64_t)n;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
diskfile_write_all(struct diskfile_write *w)
{
	int rc = 0;

	/* The first piece is in hand: it was looked at. */
	while (rc == 0 && w->in.piece.kind == DISKPIPE_DATA) {
		size_t len = w->in.piece.len;

		if (w->form == FORM_TEXT)
			rc = diskfile_write_lines(w, w->in.data, len);
		else if (w->fixed && w->limit > 1)
			rc = diskfile_write_records(w, w->in.data, len);
		else
			rc = diskfile_write_bytes(w, w->in.data, len);
		if (rc == 0)
			rc = diskpipe_get(&w->in);
	}
	return rc == 0 && w->open ? diskfile_put_record(w) : rc;
}

/* As CMS itself decides what a program writes: a MODULE, and what begins with
 * a NUL among its bytes, is no text. */
static enum diskcmd_form
diskfile_guess(const struct diskcmd *c, const struct diskfile_write *w)
{
	if (c->form != FORM_GUESS)
		return c->form;
	if (memcmp(w->id->type, "MODULE  ", FILEID_NAME) == 0 || c->fixed != 0)
		return FORM_BINARY;
	return memchr(w->in.data, '\0', w->in.piece.len) != NULL ?
	    FORM_BINARY : FORM_TEXT;
}

static struct edf_stat
diskfile_new(const struct diskcmd *c, struct diskfile_write *w)
{
	struct edf_stat st = { .mode = c->mode };

	w->form = diskfile_guess(c, w);
	w->fixed = c->fixed != 0 || w->form == FORM_BINARY;
	w->limit = c->fixed != 0 ? c->fixed :
	    w->form == FORM_BINARY ? 1 : EDF_LRECL_MAX;
	memcpy(st.name, w->id->name, sizeof st.name);
	memcpy(st.type, w->id->type, sizeof st.type);
	st.recfm = w->fixed ? 'F' : 'V';
	st.lrecl = w->fixed ? w->limit : 0;
	return st;
}

/* In place of the old one when everything is there, or not at all. */
static int
diskfile_write_file(const struct diskcmd *c, struct diskfile_write *w,
    struct edf *edf)
{
	struct edf_stat st = diskfile_new(c, w);
	int rc = diskfile_edf(w, edf_open(edf, EDF_REPLACE, &st, &w->file));

	if (rc != 0)
		return rc;
	if ((rc = diskfile_write_all(w)) != 0) {
		edf_abandon(w->file);
		return rc;
	}
	rc = diskfile_edf(w, edf_close(w->file));
	return rc != 0 ? rc : diskfile_edf(w, edf_commit(edf));
}

int
diskfile_write(struct diskcmd *c)
{
	static struct diskfile_write w;
	struct diskfile_id id;
	struct edf *edf = NULL;
	struct disk d;
	int rc;

	if (diskfile_id(&id, c->words + 1) != 0 ||
	    disk_open(&d, c->front, &c->disk, true, 0) != 0)
		return 1;
	w.disk = &d;
	w.id = &id;
	w.at = w.held = w.line = 0;
	w.open = false;
	rc = diskpipe_open_in(&w.in, c->words[0], c->relay);
	if (rc == 0)
		rc = diskpipe_get(&w.in);
	if (rc == 0)
		rc = (edf = disk_mount(&d)) == NULL;
	if (rc == 0)
		rc = diskfile_write_file(c, &w, edf);
	if (edf != NULL)
		edf_unmount(edf);
	diskpipe_close_in(&w.in);
	disk_close(&d);
	return rc;
}

/* --- erase --- */

int
diskfile_erase(struct diskcmd *c)
{
	struct diskfile_id id;
	struct edf *edf;
	struct disk d;
	int rc;

	if (diskfile_id(&id, c->words) != 0 ||
	    disk_open(&d, c->front, &c->disk, true, 0) != 0)
		return 1;
	edf = disk_mount(&d);
	rc = edf == NULL ? 1 : 0;
	if (edf != NULL) {
		int error = edf_erase(edf, id.name, id.type);

		if (error == EDF_OK)
			error = edf_commit(edf);
		if (error != EDF_OK)
			rc = disk_fail(&d, error, id.text.s);
		edf_unmount(edf);
	}
	disk_close(&d);
	return rc;
}
