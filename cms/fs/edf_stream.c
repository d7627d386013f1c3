/* SPDX-License-Identifier: MIT
 *
 * edf_stream.c - a file as a stream of bytes, with a newline behind each
 * record unless the file is nothing but bytes.
 *
 * A last line that has no newline yet lies behind the end of the data, where
 * its record will be.
 */
#include "edf_internal.h"

/* Every byte a record: no newlines. */
static int
is_bytes(const struct edf_file *file)
{
	return !edf_is_v(file) && file->st.lrecl == 1;
}

/* Records with their newlines. */
static uint64_t
whole_lines(const struct edf_file *file)
{
	if (edf_is_v(file))
		return file->end - file->st.records;
	return file->end + (is_bytes(file) ? 0 : file->st.records);
}

uint64_t
edf_stream_size(struct edf_file *file)
{
	if (edf_record_ready(file, 0) != 0 || edf_record_end(file) != 0)
		return 0;
	return whole_lines(file) + file->line;
}

/* --- reading --- */

/* A record from some place on, and its newline. */
static int
read_line(struct edf_file *file, uint64_t data, size_t skip, size_t lrecl,
    uint8_t *to, size_t *len)
{
	size_t part = lrecl - skip < *len ? lrecl - skip : *len;
	int error = 0;

	if (part > 0)
		error = edf_data_read(file, data + skip, to, part);
	if (error == 0 && part < *len)
		to[part++] = '\n';
	*len = part;
	return error;
}

static int
read_v(struct edf_file *file, uint64_t offset, uint8_t *to, size_t *len)
{
	const struct edf_position *p = &file->position;
	int error = edf_record_seek_offset(file, offset);

	if (error != 0)
		return error;
	return read_line(file, p->at + EDF_HEADER,
	    (size_t)(offset - edf_record_stream_at(p)), p->len, to, len);
}

static int
read_f(struct edf_file *file, uint64_t offset, uint8_t *to, size_t *len)
{
	uint64_t line = (uint64_t)file->st.lrecl + 1;

	return read_line(file, offset / line * file->st.lrecl,
	    (size_t)(offset % line), file->st.lrecl, to, len);
}

/* Some of the bytes at offset, which is before the end of the stream. */
static int
read_some(struct edf_file *file, uint64_t offset, uint8_t *to, size_t *len)
{
	uint64_t lines = whole_lines(file);

	if (is_bytes(file)) {
		if (*len > lines - offset)
			*len = (size_t)(lines - offset);
		return edf_data_read(file, offset, to, *len);
	}
	if (offset < lines)
		return edf_is_v(file) ? read_v(file, offset, to, len) :
		    read_f(file, offset, to, len);
	if (*len > lines + file->line - offset)
		*len = (size_t)(lines + file->line - offset);
	return edf_data_read(file, edf_line_at(file) + (offset - lines), to,
	    *len);
}

int64_t
edf_stream_read(struct edf_file *file, uint64_t offset, void *to, size_t len)
{
	uint8_t *out = to;
	size_t done = 0;
	int error = edf_record_ready(file, 0);

	if (error == 0)
		error = edf_record_end(file);
	while (error == 0 && done < len &&
	    offset + done < whole_lines(file) + file->line) {
		size_t part = len - done;

		error = read_some(file, offset + done, out + done, &part);
		if (error == 0)
			done += part;
	}
	return error != 0 && done == 0 ? error : (int64_t)done;
}

/* --- writing --- */

static int
add_to_line(struct edf_file *file, const void *from, size_t len)
{
	uint32_t limit = edf_is_v(file) ? EDF_LRECL_MAX : file->st.lrecl;
	int error;

	if (len > limit - file->line)
		return EDF_INVALID;
	error = edf_data_write(file, edf_line_at(file) + file->line, from,
	    len);
	if (error != 0)
		return error;
	file->line += (uint32_t)len;
	file->line_open = 1;
	return 0;
}

static int
pad_line(struct edf_file *file)
{
	static const char blanks[] = "                                ";
	uint32_t limit = edf_is_v(file) ? 1 : file->st.lrecl;
	int error = 0;

	if (edf_is_v(file) && file->line > 0)
		return 0;
	while (file->line < limit && error == 0) {
		size_t part = limit - file->line;

		error = add_to_line(file, blanks, part < sizeof blanks - 1 ?
		    part : sizeof blanks - 1);
	}
	return error;
}

static int
end_line(struct edf_file *file)
{
	int error;

	if (file->st.records == EDF_RECORDS_MAX)
		return EDF_INVALID;
	error = pad_line(file);
	if (error == 0 && edf_is_v(file)) {
		error = edf_record_header(file, file->line);
		if (error == 0)
			error = edf_record_added(file, file->line);
	} else if (error == 0) {
		file->end += file->st.lrecl;
		file->st.records++;
	}
	if (error == 0)
		file->line = file->line_open = 0;
	return error;
}

int
edf_stream_finish(struct edf_file *file)
{
	return file->line_open ? end_line(file) : 0;
}

/* As far as the next newline; how many bytes were taken. */
static int
write_line(struct edf_file *file, const uint8_t *from, size_t len,
    size_t *taken)
{
	size_t n = 0;
	int error = 0;

	*taken = 0;
	while (n < len && from[n] != '\n')
		n++;
	if (n > 0 && n < len && !file->line_open && edf_is_v(file)) {
		if (n > EDF_LRECL_MAX)
			return EDF_INVALID;
		error = edf_record_append(file, from, n);
		*taken = error == 0 ? n + 1 : 0;
		return error;
	}
	if (n > 0)
		error = add_to_line(file, from, n);
	if (error != 0)
		return error;
	*taken = n;
	if (n == len)
		return 0;
	error = end_line(file);
	if (error == 0)
		++*taken;
	return error;
}

static int64_t
write_lines(struct edf_file *file, uint64_t offset, const uint8_t *from,
    size_t len)
{
	size_t done = 0;
	int error = 0;

	if (offset != whole_lines(file) + file->line &&
	    offset != file->expected)
		return EDF_INVALID;
	while (done < len && error == 0) {
		size_t taken;

		error = write_line(file, from + done, len - done, &taken);
		done += taken;
	}
	file->expected = offset + done;
	return error != 0 && done == 0 ? error : (int64_t)done;
}

static int64_t
write_bytes(struct edf_file *file, uint64_t offset, const void *from,
    size_t len)
{
	int error = 0;

	if (offset > EDF_RECORDS_MAX || len > EDF_RECORDS_MAX - offset)
		return EDF_INVALID;
	if (offset > file->end)
		error = edf_data_gap(file, offset);
	if (error == 0)
		error = edf_data_write(file, offset, from, len);
	if (error != 0)
		return error;
	if (offset + len > file->end) {
		file->end = offset + len;
		file->st.records = (uint32_t)file->end;
	}
	return (int64_t)len;
}

int64_t
edf_stream_write(struct edf_file *file, uint64_t offset, const void *from,
    size_t len)
{
	int error = edf_record_ready(file, 1);

	if (error == 0)
		error = edf_record_end(file);
	if (error != 0)
		return error;
	if (len == 0)
		return 0;
	return is_bytes(file) ? write_bytes(file, offset, from, len) :
	    write_lines(file, offset, from, len);
}
