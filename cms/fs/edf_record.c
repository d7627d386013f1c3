/* SPDX-License-Identifier: MIT
 *
 * edf_record.c - records, counted from 1.
 *
 * F records lie one behind the other.  A V record is two bytes of length and
 * the data, across blocks as it comes; behind the last one come zeros, to the
 * end of its block.  For each block its pointer says which record is the
 * highest with a byte in it, and where the first that begins in it does: in
 * the last block that may be the end of the data.
 */
#include "edf_internal.h"

int
edf_record_ready(const struct edf_file *file, int write)
{
	if (file->dead != 0)
		return file->dead;
	return write && file->how == EDF_READ ? EDF_READ_ONLY : 0;
}

/* --- the pointer of the last block --- */

static int
tail_sync(struct edf_file *file)
{
	struct edf_tail *t = &file->tail;
	int error;

	if (!t->dirty)
		return 0;
	error = edf_tree_mark(&file->tree, t->k, t->high, t->disp);
	if (error == 0)
		t->dirty = 0;
	return error;
}

static int
tail_load(struct edf_file *file, uint64_t k)
{
	struct edf_tail *t = &file->tail;
	struct edf_pointer p;
	int error;

	if (t->valid && t->k == k)
		return 0;
	error = tail_sync(file);
	if (error == 0)
		error = edf_tree_get(&file->tree, k, &p);
	if (error != 0)
		return error;
	*t = (struct edf_tail){ .k = k, .high = p.high,
		.disp = p.high == 0 ? EDF_SPANNED : p.disp, .valid = 1 };
	return 0;
}

/* Where the first record behind this one begins, or would, in block k. */
uint32_t
edf_record_behind(const struct edf_file *file, uint64_t k, uint64_t end)
{
	uint32_t size = file->edf->block_size;

	return end / size == k ? (uint32_t)(end % size) : EDF_SPANNED;
}

/* A record lies in these bytes: the pointers of its blocks. */
static int
note(struct edf_file *file, uint32_t record, uint64_t at, size_t len)
{
	struct edf_tail *t = &file->tail;
	uint32_t size = file->edf->block_size;
	uint64_t first = at / size;

	for (uint64_t k = first; k <= (at + len - 1) / size; k++) {
		int error = tail_load(file, k);

		if (error != 0)
			return error;
		if (k > first)
			t->disp = edf_record_behind(file, k, at + len);
		else if (t->disp == EDF_SPANNED || t->disp > at % size)
			t->disp = (uint32_t)(at % size);
		t->high = record;
		t->dirty = 1;
	}
	return 0;
}

/* The record is none after all. */
static void
unnote(struct edf_file *file)
{
	struct edf_tail *t = &file->tail;

	if (t->k * file->edf->block_size >= file->end)
		*t = (struct edf_tail){ 0 };
	else if (t->high > file->st.records)
		t->high = file->st.records;
	edf_data_trim(file);
}

int
edf_record_settle(struct edf_file *file, int above)
{
	struct edf_tail *t = &file->tail;
	int error;

	if (!edf_is_v(file) || !file->end_known || file->end == 0)
		return 0;
	error = tail_load(file, (file->end - 1) / file->edf->block_size);
	if (error != 0)
		return error;
	if (above || t->high != file->st.records) {
		t->high = file->st.records;
		t->dirty = 1;
	}
	return tail_sync(file);
}

/* --- finding a V record --- */

/* The record that begins at these bytes is the one looked at. */
static int
look(struct edf_file *file, uint32_t record, uint64_t at)
{
	uint64_t limit = file->end_known ? file->end :
	    file->tree.count * file->edf->block_size;
	const uint8_t *p;
	uint8_t header[EDF_HEADER];
	size_t len;
	int error;

	file->position.record = 0;
	if (at + EDF_HEADER > limit)
		return EDF_DAMAGED;
	error = edf_data_peek(file, at, EDF_HEADER, &p, &len);
	if (error == 0 && len < EDF_HEADER) {
		error = edf_data_read(file, at, header, EDF_HEADER);
		p = header;
	}
	if (error != 0)
		return error;
	len = edf_get16(p);
	if (len == 0 || len > file->st.lrecl || at + EDF_HEADER + len > limit)
		return EDF_DAMAGED;
	file->position = (struct edf_position){ .record = record,
		.len = (uint32_t)len, .at = at };
	return 0;
}

int
edf_record_next(struct edf_file *file)
{
	const struct edf_position *p = &file->position;

	if (p->record >= file->st.records)
		return EDF_END;
	return look(file, p->record + 1, p->at + EDF_HEADER + p->len);
}

/* The first record that begins in a block. */
static int
look_first(struct edf_file *file, const struct edf_spot *spot)
{
	uint32_t size = file->edf->block_size;

	if (spot->pointer.disp >= size || spot->before >= file->st.records)
		return EDF_DAMAGED;
	return look(file, spot->before + 1,
	    spot->k * size + spot->pointer.disp);
}

int
edf_record_seek(struct edf_file *file, uint32_t record)
{
	const struct edf_position *p = &file->position;
	uint32_t size = file->edf->block_size;
	struct edf_spot spot;
	int error;

	if (record == 0)
		return EDF_DAMAGED;
	if (p->record == record)
		return 0;
	if (p->record != 0 && p->record + 1 == record)
		return edf_record_next(file);
	error = tail_sync(file);
	if (error == 0)
		error = edf_tree_seek(&file->tree, record, 0, &spot);
	if (error == 0)
		error = look_first(file, &spot);
	if (error == 0 && p->record > record)
		error = EDF_DAMAGED;
	while (error == 0 && p->record < record) {
		error = edf_record_next(file);
		if (error == 0 && p->at / size != spot.k)
			error = EDF_DAMAGED;
	}
	return error;
}

uint64_t
edf_record_stream_at(const struct edf_position *p)
{
	return p->at - (p->record - 1);
}

int
edf_record_seek_offset(struct edf_file *file, uint64_t offset)
{
	const struct edf_position *p = &file->position;
	uint64_t size = file->edf->block_size;
	uint64_t last = UINT64_MAX; /* block that it may begin in */
	struct edf_spot spot;
	int error = 0;

	if (p->record == 0 || edf_record_stream_at(p) > offset ||
	    offset - edf_record_stream_at(p) > size) {
		error = tail_sync(file);
		if (error == 0)
			error = edf_tree_seek(&file->tree, offset, 1, &spot);
		if (error != 0)
			return error;
		last = spot.k;
		if (spot.pointer.disp != EDF_SPANNED &&
		    spot.k * size + spot.pointer.disp <= offset + spot.before)
			error = look_first(file, &spot);
		else
			error = edf_record_seek(file, spot.before);
	}
	while (error == 0 && edf_record_stream_at(p) + p->len < offset) {
		error = edf_record_next(file);
		if (error == 0 && p->at / size > last)
			error = EDF_DAMAGED;
	}
	return error;
}

/* How far the data goes, which no directory says. */
int
edf_record_end(struct edf_file *file)
{
	const struct edf_position *p = &file->position;
	int error;

	if (file->end_known)
		return 0;
	if (file->st.records > 0) {
		error = edf_record_seek(file, file->st.records);
		if (error != 0)
			return error;
		file->end = p->at + EDF_HEADER + p->len;
		if (edf_ceil(file->end, file->edf->block_size) !=
		    file->tree.count)
			return EDF_DAMAGED;
	}
	file->end_known = 1;
	return 0;
}

/* --- reading --- */

static int
locate(struct edf_file *file, uint32_t record, uint64_t *at, size_t *len)
{
	int error;

	if (record == 0 || record > file->st.records)
		return EDF_END;
	if (!edf_is_v(file)) {
		*at = (uint64_t)(record - 1) * file->st.lrecl;
		*len = file->st.lrecl;
		return 0;
	}
	error = edf_record_seek(file, record);
	*at = file->position.at + EDF_HEADER;
	*len = file->position.len;
	return error;
}

int
edf_read(struct edf_file *file, uint32_t record, void *to, size_t size,
    size_t *len)
{
	uint64_t at;
	int error = edf_record_ready(file, 0);

	*len = 0;
	if (error == 0)
		error = locate(file, record, &at, len);
	if (error != 0)
		return error;
	return edf_data_read(file, at, to, *len < size ? *len : size);
}

/* --- writing --- */

int
edf_record_header(struct edf_file *file, size_t len)
{
	uint8_t header[EDF_HEADER];

	edf_put16(header, (uint32_t)len);
	return edf_data_write(file, file->end, header, EDF_HEADER);
}

int
edf_record_added(struct edf_file *file, size_t len)
{
	int error = note(file, file->st.records + 1, file->end,
	    EDF_HEADER + len);

	if (error != 0) {
		unnote(file);
		return error;
	}
	file->end += EDF_HEADER + len;
	file->st.records++;
	if (file->st.lrecl < len)
		file->st.lrecl = (uint32_t)len;
	return 0;
}

static int
append_v(struct edf_file *file, const void *from, size_t len)
{
	int error = edf_record_header(file, len);

	if (error == 0)
		error = edf_data_write(file, file->end + EDF_HEADER, from, len);
	return error != 0 ? error : edf_record_added(file, len);
}

static int
write_v(struct edf_file *file, uint32_t record, const void *from, size_t len)
{
	int error;

	if (len == 0 || len > EDF_LRECL_MAX)
		return EDF_INVALID;
	if (record > file->st.records)
		return append_v(file, from, len);
	error = edf_record_seek(file, record);
	if (error != 0)
		return error;
	if (len != file->position.len)
		return EDF_INVALID;
	return edf_data_write(file, file->position.at + EDF_HEADER, from, len);
}

static int
write_f(struct edf_file *file, uint32_t record, const void *from, size_t len)
{
	uint64_t at = (uint64_t)(record - 1) * file->st.lrecl;
	int error = 0;

	if (len != file->st.lrecl)
		return EDF_INVALID;
	if (at > file->end)
		error = edf_data_gap(file, at);
	if (error == 0)
		error = edf_data_write(file, at, from, len);
	if (error == 0 && at + len > file->end) {
		file->end = at + len;
		file->st.records = record;
	}
	return error;
}

/* Ready to write, with every line ended and the end known.  For a stream only
 * the end is the end from now on. */
static int
begin(struct edf_file *file)
{
	int error = edf_record_ready(file, 1);

	if (error == 0)
		error = edf_stream_finish(file);
	if (error == 0)
		error = edf_record_end(file);
	file->expected = UINT64_MAX;
	return error;
}

int
edf_record_append(struct edf_file *file, const void *from, size_t len)
{
	if (file->st.records == EDF_RECORDS_MAX)
		return EDF_INVALID;
	return edf_is_v(file) ? append_v(file, from, len) :
	    write_f(file, file->st.records + 1, from, len);
}

int
edf_write(struct edf_file *file, uint32_t record, const void *from,
    size_t len)
{
	int error = begin(file);

	if (error != 0)
		return error;
	if (record == 0)
		record = file->st.records + 1;
	if (record > EDF_RECORDS_MAX ||
	    (edf_is_v(file) && record > file->st.records + 1))
		return EDF_INVALID;
	return edf_is_v(file) ? write_v(file, record, from, len) :
	    write_f(file, record, from, len);
}

/* --- cutting --- */

static int
cut(struct edf_file *file, uint32_t records, uint64_t end)
{
	uint64_t count = edf_ceil(end, file->edf->block_size);
	int error = tail_sync(file);

	if (error == 0)
		error = edf_data_cut(file, count);
	/* What lay behind a hole need not have come to the device. */
	if (error == 0)
		error = edf_tree_grow(&file->tree, count);
	if (error != 0)
		return error;
	file->position.record = 0;
	file->tail = (struct edf_tail){ 0 };
	file->modified = file->ragged = 1;
	/* What is cut off is there until the commit. */
	file->in_place = 0;
	error = edf_tree_cut(&file->tree, count);
	if (error == 0) {
		file->end = end;
		file->st.records = records;
		if (records == 0 && edf_is_v(file))
			file->st.lrecl = 0;
		error = edf_record_settle(file, 1);
	}
	/* Half cut is no state that anybody should see. */
	if (error != 0)
		file->dead = error;
	return error;
}

static int
cut_v(struct edf_file *file, uint32_t records)
{
	uint64_t end = 0;

	if (records > file->st.records)
		return EDF_END;
	if (records > 0) {
		int error = edf_record_seek(file, records);

		if (error != 0)
			return error;
		end = file->position.at + EDF_HEADER + file->position.len;
	}
	return cut(file, records, end);
}

static int
cut_f(struct edf_file *file, uint32_t records)
{
	uint64_t end = (uint64_t)records * file->st.lrecl;
	int error;

	if (records > EDF_RECORDS_MAX)
		return EDF_INVALID;
	if (end <= file->end)
		return cut(file, records, end);
	error = edf_data_gap(file, end);
	if (error == 0)
		error = edf_tree_grow(&file->tree,
		    edf_ceil(end, file->edf->block_size));
	if (error != 0)
		return error;
	file->modified = 1;
	file->end = end;
	file->st.records = records;
	return 0;
}

int
edf_truncate(struct edf_file *file, uint32_t records)
{
	int error = begin(file);

	if (error != 0)
		return error;
	return edf_is_v(file) ? cut_v(file, records) : cut_f(file, records);
}
