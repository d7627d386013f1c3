/* SPDX-License-Identifier: MIT
 *
 * stream.c - an open file as a stream of bytes: reading ahead, gathering what
 * is written, deciding what a new file is.  Where bytes lie on the disk is
 * EDF's affair.
 */
#include "error.h"
#include "heap.h"
#include "str.h"
#include "stream.h"

#define STREAM_SMALL 4096u
#define STREAM_LARGE (256u << 10)
#define STREAM_DIRECT (16u << 10) /* read without a buffer, here and there */
#define STREAM_SHARE 16 /* a buffer is at most this part of free storage */

static int
stream_is_text(const struct file *f)
{
	return f->st.recfm != 'F' || f->st.lrecl != 1;
}

/* An error that a file has because of what has become of its disk. */
static int
stream_lost(const struct file *f)
{
	return f->edf == NULL && !f->pending ? E_STALE : 0;
}

void
stream_drop(struct file *f)
{
	heap_give(f->buf, f->size);
	f->buf = NULL;
	f->size = f->len = 0;
	f->dirty = 0;
}

/* Have a buffer, if possible so large; what is in it is lost. */
static int
stream_buffer(struct file *f, size_t want)
{
	size_t share = heap_room() / STREAM_SHARE;
	char *buf;

	if (want > share)
		want = share & ~(size_t)(STREAM_SMALL - 1);
	if (want < STREAM_SMALL)
		want = STREAM_SMALL;
	f->len = 0;
	if (f->size >= want)
		return 0;
	buf = heap_take(want);
	if (buf == NULL)
		return f->buf != NULL ? 0 : E_NOMEM;
	stream_drop(f);
	f->buf = buf;
	f->size = want;
	return 0;
}

/* --- what a new file is --- */

static int
stream_has_nul(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] == '\0')
			return 1;
	return 0;
}

static int
stream_make(struct file *f, uint64_t at, const char *bytes, size_t len)
{
	int text = at == 0 && !stream_has_nul(bytes, len) &&
	    memcmp(f->st.type, "MODULE  ", EDF_NAME) != 0;
	int rc;

	f->st.recfm = text ? 'V' : 'F';
	f->st.lrecl = text ? 0 : 1;
	rc = error_of(edf_open(f->disk->edf, f->how, &f->st, &f->edf));
	if (rc == 0)
		f->pending = 0;
	return rc;
}

/* --- writing --- */

/* The last record is a line again that has begun, behind the others. */
static int
stream_resume(struct file *f)
{
	size_t len = f->begun, whole;
	char *line = heap_take(len);
	struct edf_stat st;
	int64_t n;

	if (line == NULL)
		return E_NOMEM;
	edf_file_stat(f->edf, &st);
	n = edf_read(f->edf, st.records, line, len, &whole);
	if (n == 0)
		n = edf_truncate(f->edf, st.records - 1);
	if (n == 0)
		n = edf_stream_write(f->edf, edf_stream_size(f->edf), line,
		    len);
	heap_give(line, len);
	f->begun = 0;
	return n < 0 ? error_of((int)n) : 0;
}

int
stream_reopened(struct file *f, uint64_t size)
{
	uint64_t now = edf_stream_size(f->edf);
	size_t last;
	int rc;

	f->begun = 0;
	if (now == size)
		return 0;
	rc = edf_read(f->edf, f->st.records, NULL, 0, &last);
	if (rc == 0)
		f->begun = (uint32_t)(size + last + 1 - now);
	return error_of(rc);
}

static int
stream_put(struct file *f, uint64_t at, const char *bytes, size_t len)
{
	int rc = f->pending ? stream_make(f, at, bytes, len) : stream_lost(f);

	if (rc == 0 && f->begun > 0)
		rc = stream_resume(f);
	while (rc == 0 && len > 0) {
		int64_t n;

		if (stream_is_text(f))
			at = edf_stream_size(f->edf);
		n = edf_stream_write(f->edf, at, bytes, len);
		if (n <= 0)
			return n < 0 ? error_of((int)n) : E_IO;
		at += (uint64_t)n;
		bytes += n;
		len -= (size_t)n;
	}
	return rc;
}

/* How much of the buffer may go: whole lines, if there are any. */
static size_t
stream_ready(const struct file *f)
{
	size_t n = f->len;

	if (!f->pending && !stream_is_text(f))
		return n;
	while (n > 0 && f->buf[n - 1] != '\n')
		n--;
	return n > 0 || f->len < f->size ? n : f->len;
}

int
stream_flush(struct file *f, int end)
{
	size_t n = end || f->pending ? f->len : stream_ready(f);
	int rc;

	if (!f->dirty)
		return end && f->pending ? stream_put(f, 0, "", 0) :
		    stream_lost(f);
	if (f->pending) {
		rc = stream_make(f, f->at, f->buf, f->len);
		if (rc < 0)
			return rc;
		n = end ? f->len : stream_ready(f);
	}
	rc = stream_put(f, f->at, f->buf, n);
	if (rc < 0)
		return rc;
	f->at += n;
	f->len -= n;
	memmove(f->buf, f->buf + n, f->len);
	f->dirty = f->len > 0;
	return 0;
}

/* Is there so little room that it must be known at once what still fits? */
static int
stream_tight(const struct file *f)
{
	struct edf_disk_info info;

	edf_info(f->disk->edf, &info);
	return (uint64_t)info.free * info.block_size <
	    4 * (uint64_t)STREAM_LARGE;
}

/* Bytes join those that wait: how many, or an error. */
static int64_t
stream_gather(struct file *f, uint64_t at, const char *bytes, size_t len)
{
	int rc = 0;

	if (f->dirty && (f->at + f->len != at || f->len == f->size)) {
		int full = f->len == f->size;

		rc = stream_flush(f, 0);
		if (rc == 0 && full && !f->dirty)
			rc = stream_buffer(f, STREAM_LARGE);
		if (rc == 0 && f->dirty && f->at + f->len != at)
			rc = E_INVAL;
	} else if (!f->dirty) {
		rc = stream_buffer(f, STREAM_SMALL);
	}
	if (rc < 0)
		return rc;
	if (!f->dirty) {
		f->at = at;
		f->dirty = 1;
	}
	if (len > f->size - f->len)
		len = f->size - f->len;
	memcpy(f->buf + f->len, bytes, len);
	f->len += len;
	return (int64_t)len;
}

static int64_t
stream_write_some(struct file *f, uint64_t at, struct space *s, uint64_t from,
    uint64_t len)
{
	size_t run;
	const char *bytes = space_run(s, from, len, REGION_READ, &run);
	int rc;

	if (bytes == NULL)
		return E_FAULT;
	if (run < STREAM_LARGE)
		return stream_gather(f, at, bytes, run);
	rc = stream_flush(f, 0);
	if (rc < 0)
		return rc;
	if (f->dirty) /* a line has begun */
		return stream_gather(f, at, bytes, run);
	f->len = 0;
	rc = stream_put(f, at, bytes, run);
	return rc < 0 ? rc : (int64_t)run;
}

int64_t
stream_write(struct file *f, uint64_t offset, struct space *s, uint64_t from,
    uint64_t len)
{
	uint64_t done = 0;
	int64_t n = stream_lost(f);

	if (n == 0 && !f->pending && stream_is_text(f) && offset != f->end)
		n = E_INVAL;
	if (n == 0 && offset >= EDF_RECORDS_MAX)
		n = len > 0 ? E_FBIG : 0;
	else if (len > EDF_RECORDS_MAX - offset)
		len = EDF_RECORDS_MAX - offset;
	if (!f->dirty)
		f->len = 0;
	while (n >= 0 && done < len) {
		n = stream_write_some(f, offset + done, s, from + done,
		    len - done);
		if (n > 0)
			done += (uint64_t)n;
	}
	if (n >= 0 && f->dirty && stream_tight(f)) {
		n = stream_flush(f, 0);
		if (n < 0) {
			/* Told now, so it is not tried again at the end. */
			f->len -= done < f->len ? (size_t)done : f->len;
			f->dirty = f->len > 0;
			return n;
		}
	}
	if (done > 0 && offset + done > f->end)
		f->end = offset + done;
	return done > 0 || n == 0 ? (int64_t)done : n;
}

/* --- reading --- */

/* A file has no more bytes than that. */
static uint64_t
stream_most(const struct file *f)
{
	struct edf_disk_info info;

	if (file_is_writer(f))
		return f->end;
	if (f->st.recfm == 'F')
		return (uint64_t)f->st.records * (f->st.lrecl + 1);
	edf_info(f->disk->edf, &info);
	return (uint64_t)f->st.blocks * info.block_size;
}

/* Does a read go on where the last one ended? */
static int
stream_goes_on(const struct file *f, uint64_t offset)
{
	return offset > 0 && offset == f->at + f->len;
}

/* The bytes around an offset; many of them when this one goes on. */
static int
stream_fill(struct file *f, uint64_t offset)
{
	int on = stream_goes_on(f, offset);
	uint64_t all = stream_most(f);
	size_t want = on && all > STREAM_SMALL ? STREAM_LARGE : STREAM_SMALL;
	uint64_t at = offset;
	int64_t n;
	int rc;

	if (want > all)
		want = (size_t)all;
	if (!stream_is_text(f))
		at &= ~(uint64_t)(STREAM_SMALL - 1);
	rc = stream_buffer(f, want);
	if (rc < 0)
		return rc;
	n = edf_stream_read(f->edf, at, f->buf, on ? f->size : STREAM_SMALL);
	if (n < 0)
		return error_of((int)n);
	f->at = at;
	f->len = (size_t)n;
	return 0;
}

/* One piece, from the buffer or straight from the disk. */
static int64_t
stream_read_some(struct file *f, uint64_t offset, struct space *s,
    uint64_t to, uint64_t len)
{
	size_t run;
	char *place = space_run(s, to, len, REGION_WRITE, &run);
	int have = offset >= f->at && offset < f->at + f->len;
	int rc;

	if (place == NULL)
		return E_FAULT;
	if (!have && run >= (stream_goes_on(f, offset) ? STREAM_LARGE :
	    STREAM_DIRECT)) {
		int64_t n = edf_stream_read(f->edf, offset, place, run);

		f->len = 0;
		f->at = offset + (n > 0 ? (uint64_t)n : 0);
		return n < 0 ? error_of((int)n) : n;
	}
	if (!have) {
		rc = stream_fill(f, offset);
		if (rc < 0)
			return rc;
		if (offset >= f->at + f->len)
			return 0;
	}
	if (run > f->at + f->len - offset)
		run = (size_t)(f->at + f->len - offset);
	memcpy(place, f->buf + (offset - f->at), run);
	return (int64_t)run;
}

int64_t
stream_read(struct file *f, uint64_t offset, struct space *s, uint64_t to,
    uint64_t len)
{
	uint64_t done = 0, most;
	int64_t n = f->dirty ? stream_flush(f, 1) : stream_lost(f);

	if (n < 0 || f->pending)
		return n;
	/* Of a large buffer no more is touched than can be filled. */
	most = stream_most(f);
	if (offset >= most)
		return 0;
	if (len > most - offset)
		len = most - offset;
	do {
		n = stream_read_some(f, offset + done, s, to + done,
		    len - done);
		if (n > 0)
			done += (uint64_t)n;
	} while (n > 0 && done < len);
	return done > 0 ? (int64_t)done : n;
}

/* --- size --- */

uint64_t
stream_size(struct file *f)
{
	if (file_is_writer(f))
		return f->end;
	return f->edf != NULL ? edf_stream_size(f->edf) : 0;
}

/* Only an open file knows how long it is. */
int
stream_size_of(struct access *a, struct edf_stat *st, uint64_t *size)
{
	struct file *writer = file_writer(a, st->name, st->type);
	struct edf_file *edf;
	int rc;

	if (writer != NULL) {
		*size = stream_size(writer);
		return 0;
	}
	rc = edf_open(a->edf, EDF_READ, st, &edf);
	if (rc != 0)
		return error_of(rc);
	*size = edf_stream_size(edf);
	edf_abandon(edf);
	return 0;
}

/* A text can be emptied, nothing else: its lines are records. */
static int
stream_set_lines(struct file *f, uint64_t size)
{
	int rc;

	if (size == f->end)
		return 0;
	if (size != 0)
		return E_INVAL;
	f->begun = 0;
	rc = error_of(edf_truncate(f->edf, 0));
	if (rc == 0)
		f->end = 0;
	return rc;
}

int
stream_set_size(struct file *f, uint64_t size)
{
	int rc;

	if (f->pending && !f->dirty && size == 0)
		return 0;
	rc = f->pending && !f->dirty ? stream_make(f, size, "", 0) :
	    stream_flush(f, 1);
	f->len = 0;
	if (rc < 0)
		return rc;
	if (stream_is_text(f))
		return stream_set_lines(f, size);
	if (size > EDF_RECORDS_MAX)
		return E_FBIG;
	rc = edf_truncate(f->edf, (uint32_t)size);
	if (rc == 0 && size > edf_stream_size(f->edf))
		rc = edf_write(f->edf, (uint32_t)size, "", 1);
	if (rc == 0)
		f->end = size;
	return error_of(rc);
}
