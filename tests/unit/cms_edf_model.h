/* SPDX-License-Identifier: MIT
 *
 * cms_edf_model.h - what a disk should have in it, kept in the simplest way;
 * and random work that is done to the disk and to the model alike.
 *
 * A step that fails has changed neither.
 */
#ifndef CMS_EDF_MODEL_H
#define CMS_EDF_MODEL_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "edf.h"

#define MODEL_FILES 24

struct model_file {
	char name[EDF_NAME], type[EDF_NAME];
	char mode, recfm;
	uint32_t lrecl, records;
	uint32_t *len; /* of each record */
	uint8_t *data; /* one behind the other */
	size_t bytes;
};

struct model {
	struct model_file file[MODEL_FILES];
	unsigned n;
	uint32_t largest; /* records are about as long as this, or shorter */
	uint64_t random;
};

static inline uint32_t
model_random(struct model *m, uint32_t below)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 7;
	m->random ^= m->random << 17;
	return (uint32_t)((m->random >> 16) % below);
}

/* --- model files --- */

static inline void
model_add(struct model_file *f, const void *data, uint32_t len)
{
	f->data = realloc(f->data, f->bytes + len + 1);
	memcpy(f->data + f->bytes, data, len);
	f->bytes += len;
	f->len = realloc(f->len, (f->records + 1) * sizeof *f->len);
	f->len[f->records++] = len;
	if (f->recfm == 'V' && len > f->lrecl)
		f->lrecl = len;
}

static inline size_t
model_at(const struct model_file *f, uint32_t record)
{
	size_t at = 0;

	if (f->recfm == 'F')
		return (size_t)(record - 1) * f->lrecl;
	for (uint32_t i = 0; i + 1 < record; i++)
		at += f->len[i];
	return at;
}

static inline void
model_cut(struct model_file *f, uint32_t records)
{
	f->bytes = model_at(f, records + 1);
	f->records = records;
	if (records == 0 && f->recfm == 'V')
		f->lrecl = 0;
}

static inline struct model_file
model_clone(const struct model_file *f)
{
	struct model_file c = *f;

	c.len = malloc((f->records + 1) * sizeof *c.len);
	c.data = malloc(f->bytes + 1);
	if (f->records > 0)
		memcpy(c.len, f->len, f->records * sizeof *c.len);
	if (f->bytes > 0)
		memcpy(c.data, f->data, f->bytes);
	return c;
}

static inline void
model_drop(struct model_file *f)
{
	free(f->len);
	free(f->data);
	memset(f, 0, sizeof *f);
}

static inline void
model_free(struct model *m)
{
	while (m->n > 0)
		model_drop(&m->file[--m->n]);
}

static inline void
model_copy(struct model *to, const struct model *from)
{
	model_free(to);
	*to = *from;
	for (unsigned i = 0; i < from->n; i++)
		to->file[i] = model_clone(&from->file[i]);
}

static inline int
model_find(const struct model *m, const char *name, const char *type)
{
	for (unsigned i = 0; i < m->n; i++)
		if (memcmp(m->file[i].name, name, EDF_NAME) == 0 &&
		    memcmp(m->file[i].type, type, EDF_NAME) == 0)
			return (int)i;
	return -1;
}

/* --- comparison --- */

static inline int
model_same_file(struct edf *edf, const struct model_file *f)
{
	struct edf_stat st;
	struct edf_file *file;
	uint8_t *got = malloc(EDF_LRECL_MAX + 1);
	size_t at = 0, len = 0;
	int same;

	memset(&st, 0, sizeof st);
	memcpy(st.name, f->name, EDF_NAME);
	memcpy(st.type, f->type, EDF_NAME);
	same = edf_open(edf, EDF_READ, &st, &file) == 0;
	if (!same) {
		free(got);
		return 0;
	}
	same = st.records == f->records && st.recfm == f->recfm &&
	    st.mode == f->mode &&
	    (f->recfm == 'F' ? st.lrecl == f->lrecl : st.lrecl >= f->lrecl);
	for (uint32_t i = 0; i < f->records && same; i++) {
		same = edf_read(file, i + 1, got, EDF_LRECL_MAX, &len) == 0 &&
		    len == f->len[i] && memcmp(got, f->data + at, len) == 0;
		at += len;
	}
	if (same)
		same = edf_read(file, f->records + 1, got, 1, &len) == EDF_END;
	edf_close(file);
	free(got);
	return same;
}

/* Are all files there, as they should be, and no others? */
static inline int
model_same(struct edf *edf, const struct model *m)
{
	struct edf_stat st;
	uint32_t cursor = 0;
	unsigned n = 0;

	while (edf_next(edf, &cursor, &st) == 1)
		n++;
	if (n != m->n)
		return 0;
	for (unsigned i = 0; i < m->n; i++)
		if (!model_same_file(edf, &m->file[i]))
			return 0;
	return 1;
}

/* --- random work --- */

static inline void
model_name(struct model *m, char name[EDF_NAME], char type[EDF_NAME])
{
	static const char *types[] = { "EXEC    ", "SCRIPT  ", "$:_@+-#9" };
	char text[9];

	snprintf(text, sizeof text, "F%-7u", model_random(m, 8));
	memcpy(name, text, EDF_NAME);
	memcpy(type, types[model_random(m, 3)], EDF_NAME);
}

/* Mostly short, now and then across several blocks. */
static inline uint32_t
model_length(struct model *m)
{
	switch (model_random(m, 12)) {
	case 0:
		return 1 + model_random(m, m->largest);
	case 1:
		return 1 + model_random(m, m->largest / 8 + 1);
	default:
		return 1 + model_random(m, 100);
	}
}

static inline void
model_fill(struct model *m, uint8_t *data, uint32_t len)
{
	uint8_t base = (uint8_t)model_random(m, 256);

	for (uint32_t i = 0; i < len; i++) {
		data[i] = (uint8_t)(base + i * 7 + (i >> 8));
		if (data[i] == '\n')
			data[i] = ' ';
	}
}

/* Records behind the others, one by one or as lines of a stream. */
static inline int
model_append(struct model *m, struct edf_file *file, struct model_file *f,
    unsigned count)
{
	static uint8_t data[EDF_LRECL_MAX + 1];
	int stream = f->recfm == 'V' && model_random(m, 3) == 0;

	for (unsigned i = 0; i < count; i++) {
		uint32_t len = f->recfm == 'F' ? f->lrecl : model_length(m);

		model_fill(m, data, len);
		model_add(f, data, len);
		if (!stream) {
			int error = edf_write(file, 0, data, len);

			if (error != 0)
				return error;
			continue;
		}
		data[len] = '\n';
		for (uint32_t done = 0; done < len + 1;) {
			uint32_t part = 1 + model_random(m, len + 1 - done);
			int64_t n = edf_stream_write(file,
			    edf_stream_size(file), data + done, part);

			if (n <= 0)
				return n < 0 ? (int)n : EDF_FULL;
			done += (uint32_t)n;
		}
	}
	return 0;
}

static inline int
model_overwrite(struct model *m, struct edf_file *file, struct model_file *f)
{
	for (unsigned i = 0; i < 5 && f->records > 0; i++) {
		uint32_t r = 1 + model_random(m, f->records);
		uint8_t *at = f->data + model_at(f, r);
		int error;

		model_fill(m, at, f->len[r - 1]);
		error = edf_write(file, r, at, f->len[r - 1]);
		if (error != 0)
			return error;
	}
	return 0;
}

/* Beyond the end of an F file. */
static inline int
model_beyond(struct model *m, struct edf_file *file, struct model_file *f)
{
	uint32_t gap = model_random(m, 20000 / f->lrecl + 2);
	uint8_t *zeros = calloc(1, f->lrecl);
	int error;

	for (uint32_t i = 0; i < gap; i++)
		model_add(f, zeros, f->lrecl);
	memset(zeros, 0x77, f->lrecl);
	model_add(f, zeros, f->lrecl);
	error = edf_write(file, f->records, zeros, f->lrecl);
	free(zeros);
	return error;
}

static inline int
model_truncate(struct model *m, struct edf_file *file, struct model_file *f)
{
	uint32_t keep = model_random(m, f->records + 1);

	model_cut(f, keep);
	return edf_truncate(file, keep);
}

static inline int
model_work(struct model *m, struct edf_file *file, struct model_file *f)
{
	int error = 0;

	for (unsigned i = 1 + model_random(m, 3); i > 0 && error == 0; i--)
		switch (model_random(m, 6)) {
		case 0:
			error = model_overwrite(m, file, f);
			break;
		case 1:
			error = f->recfm == 'F' ? model_beyond(m, file, f) :
			    model_append(m, file, f, 2);
			break;
		case 2:
			error = model_truncate(m, file, f);
			break;
		default:
			error = model_append(m, file, f,
			    1 + model_random(m, 12));
		}
	return error;
}

/* An open file, worked on and closed, or given up. */
static inline int
model_edit(struct model *m, struct edf *edf)
{
	struct model_file f = { .mode = (char)('0' + model_random(m, 6)) };
	struct edf_file *file;
	struct edf_stat st;
	int i, error, how;

	model_name(m, f.name, f.type);
	i = model_find(m, f.name, f.type);
	if (i < 0 && m->n == MODEL_FILES)
		return 0;
	how = i < 0 ? EDF_CREATE : model_random(m, 3) == 0 ? EDF_REPLACE :
	    EDF_UPDATE;
	if (how == EDF_UPDATE) {
		f = model_clone(&m->file[i]);
	} else {
		f.recfm = model_random(m, 2) == 0 ? 'V' : 'F';
		f.lrecl = f.recfm == 'V' ? 0 : model_length(m);
	}
	memset(&st, 0, sizeof st);
	st.mode = f.mode;
	st.recfm = f.recfm;
	st.lrecl = f.lrecl;
	memcpy(st.name, f.name, EDF_NAME);
	memcpy(st.type, f.type, EDF_NAME);
	error = edf_open(edf, (enum edf_how)how, &st, &file);
	if (error == 0) {
		error = model_work(m, file, &f);
		if (error != 0 || model_random(m, 10) == 0) {
			edf_abandon(file);
			model_drop(&f);
			return error;
		}
		error = edf_close(file);
	}
	if (error != 0) {
		model_drop(&f);
		return error;
	}
	if (i < 0)
		i = (int)m->n++;
	else
		model_drop(&m->file[i]);
	m->file[i] = f;
	return 0;
}

static inline int
model_erase(struct model *m, struct edf *edf)
{
	char name[EDF_NAME], type[EDF_NAME];
	int i, error;

	model_name(m, name, type);
	i = model_find(m, name, type);
	error = edf_erase(edf, name, type);
	if (i < 0)
		return error == EDF_NOT_FOUND ? 0 : EDF_DAMAGED;
	if (error != 0)
		return error;
	model_drop(&m->file[i]);
	m->file[i] = m->file[--m->n];
	memset(&m->file[m->n], 0, sizeof m->file[m->n]);
	return 0;
}

static inline int
model_rename(struct model *m, struct edf *edf)
{
	char name[EDF_NAME], type[EDF_NAME], to[EDF_NAME], to_type[EDF_NAME];
	char mode = (char)('0' + model_random(m, 6));
	int i, j, error;

	model_name(m, name, type);
	model_name(m, to, to_type);
	i = model_find(m, name, type);
	j = model_find(m, to, to_type);
	error = edf_rename(edf, name, type, to, to_type, mode);
	if (i < 0)
		return error == EDF_NOT_FOUND ? 0 : EDF_DAMAGED;
	if (j >= 0 && j != i)
		return error == EDF_EXISTS ? 0 : EDF_DAMAGED;
	if (error != 0)
		return error;
	memcpy(m->file[i].name, to, EDF_NAME);
	memcpy(m->file[i].type, to_type, EDF_NAME);
	m->file[i].mode = mode;
	return 0;
}

static inline int
model_step(struct model *m, struct edf *edf)
{
	switch (model_random(m, 10)) {
	case 0:
	case 1:
		return model_erase(m, edf);
	case 2:
		return model_rename(m, edf);
	default:
		return model_edit(m, edf);
	}
}

#endif
