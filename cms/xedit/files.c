/* SPDX-License-Identifier: MIT
 *
 * files.c - commands that read and write files, and those that end.
 *
 * A file is written beside the old one, which it replaces when it is closed:
 * whatever fails before leaves the old one, and the editor with all it has.
 */
#include <errno.h>
#include <string.h>

#include "print.h"
#include "session.h"

/* --- fileids --- */

static size_t
files_print_name(char *out, const char name[FILEID_NAME])
{
	size_t n = 0;

	while (n < FILEID_NAME && name[n] != ' ') {
		out[n] = name[n];
		n++;
	}
	out[n] = ' ';
	return n + 1;
}

/* "FN FT FM", or "FN FT" when no disk has been named.  A file is found
 * whatever its mode's number is. */
static const char *
files_print(const struct fileid *id, char out[SESSION_FILEID])
{
	size_t n = files_print_name(out, id->name);

	n += files_print_name(out + n, id->type);
	if (id->mode == '\0' || id->mode == '*')
		n--;
	else
		out[n++] = id->mode;
	out[n] = '\0';
	return out;
}

static bool
files_same(const struct fileid *a, const struct fileid *b)
{
	return memcmp(a->name, b->name, FILEID_NAME) == 0 &&
	    memcmp(a->type, b->type, FILEID_NAME) == 0 && a->mode == b->mode;
}

static int
files_mode(struct xedit *x, struct fileid *id, struct span word)
{
	if (span_equal(word, span_of("="), false))
		return 0;
	if (fileid_mode(id, word.at, word.len) == -1)
		return session_invalid(x, 48, word);
	if (id->number == '\0')
		id->number = '1';
	return 0;
}

static bool
files_is_number(struct span word)
{
	size_t n;

	return span_number(word, SIZE_MAX, &n) == 0;
}

/* "fn.ft" and the like. */
static int
files_dotted(struct xedit *x, struct fileid *id, struct span word)
{
	struct fileid path;

	if (fileid_path(&path, word.at, word.len) == -1)
		return session_invalid(x, 62, word);
	memcpy(id->name, path.name, FILEID_NAME);
	memcpy(id->type, path.type, FILEID_NAME);
	if (path.mode != '\0') {
		id->mode = path.mode;
		id->number = path.number != '\0' ? path.number : '1';
	}
	return 0;
}

/*
 * [fn [ft [fm]]]: what is left out, or =, is as *id has it.  A number as the
 * third word is no mode, but left to whoever asks.
 */
static int
files_parse(struct xedit *x, struct span *args, struct fileid *id)
{
	struct fileid was = *id;
	struct span word = span_word(args), ahead;

	if (word.len == 0)
		return 0;
	if (memchr(word.at, '.', word.len) != NULL)
		return files_dotted(x, id, word);
	if (fileid_make(id->name, word.at, word.len, was.name) == -1)
		return session_invalid(x, 62, word);
	word = span_word(args);
	if (word.len == 0)
		return 0;
	if (fileid_make(id->type, word.at, word.len, was.type) == -1)
		return session_invalid(x, 62, word);
	ahead = *args;
	word = span_word(&ahead);
	if (word.len == 0 || files_is_number(word))
		return 0;
	*args = ahead;
	return files_mode(x, id, word);
}

/* The same where nothing may follow, and one disk must be meant. */
static int
files_parse_one(struct xedit *x, struct span args, struct fileid *id)
{
	int rc = files_parse(x, &args, id);

	if (rc == 0)
		rc = session_no_more(x, args);
	return rc == 0 && id->mode == '*' ?
	    session_invalid(x, 48, span_of("*")) : rc;
}

/* --- what goes wrong --- */

static int
files_failed(struct xedit *x, const struct fileid *id, bool writing)
{
	char name[SESSION_FILEID], mode[2] = { id->mode, '\0' };
	char error[12];
	int why = errno;

	files_print(id, name);
	switch (why) {
	case ENOENT:
		return session_message(x, 2, name);
	case ENXIO:
		return session_message(x, 69, mode);
	case EEXIST:
		return session_message(x, 24, name);
	case EROFS:
		return session_message(x, 37, mode);
	case ENOSPC:
		return session_message(x, 531, mode);
	case EBUSY:
		return session_message(x, 70, name);
	case ESTALE:
		return session_message(x, 75, mode);
	case ENOMEM:
		return session_message(x, 554);
	default:
		print_into(error, sizeof error, "%d", why);
		return session_message(x, writing ? 105 : 104, error, name);
	}
}

/* --- reading --- */

/* The blanks that fill an F record are not the line's, nor is the one that
 * stands for an empty line in a V file. */
static struct span
files_record(const struct xedit *x, size_t len, char recfm)
{
	struct span text = { x->text, len };

	if (recfm == 'F' || len == 1)
		while (text.len > 0 && text.at[text.len - 1] == ' ')
			text.len--;
	return text;
}

/* Records first to first + most - 1.  -1 with errno. */
static int
files_read_lines(struct xedit *x, int fd, char recfm, size_t first,
    size_t most, struct buffer *to)
{
	for (size_t n = 1; n < first + most; n++) {
		long len = x->host.read(x->host.arg, fd, x->text,
		    XEDIT_LRECL_MAX);

		if (len == -1)
			return errno == ENODATA ? 0 : -1;
		if (n < first)
			continue;
		if (buffer_add(to, to->lines, files_record(x, (size_t)len,
		    recfm)) == -1) {
			errno = ENOMEM;
			return -1;
		}
	}
	return 0;
}

/* Records to an empty buffer, which is empty when that fails. */
static int
files_read(struct xedit *x, const struct fileid *id, size_t first,
    size_t most, struct buffer *to)
{
	char name[SESSION_FILEID];
	struct cms_stat st = { 0 };
	int fd = x->host.open(x->host.arg, files_print(id, name), CMS_READ,
	    &st);
	int result, why;

	if (fd == -1)
		return files_failed(x, id, false);
	result = files_read_lines(x, fd, st.recfm, first, most, to);
	why = errno;
	x->host.close(x->host.arg, fd);
	if (result == 0)
		return 0;
	buffer_free(to);
	errno = why;
	return files_failed(x, id, false);
}

/* --- writing --- */

static int
files_write_line(struct xedit *x, int fd, const struct cms_stat *st,
    struct span text)
{
	if (text.len == 0 || (st->recfm == 'F' && text.len < st->lrecl)) {
		size_t len = st->recfm == 'F' ? st->lrecl : 1;

		memcpy(x->text, text.at, text.len);
		memset(x->text + text.len, ' ', len - text.len);
		text = (struct span){ x->text, len };
	}
	return x->host.write(x->host.arg, fd, text.at, text.len);
}

/* Lines that are too long are told of before anything is written. */
static int
files_check_lines(struct xedit *x, size_t first, size_t count, size_t lrecl)
{
	char line[24], most[24];

	for (size_t n = first; n < first + count; n++)
		if (buffer_text(&x->buffer, n).len > lrecl) {
			print_into(line, sizeof line, "%zu", n);
			print_into(most, sizeof most, "%zu", lrecl);
			return session_message(x, 590, line, most);
		}
	return 0;
}

static int
files_write_lines(struct xedit *x, int fd, const struct fileid *id,
    const struct cms_stat *st, size_t first, size_t count)
{
	int why;

	for (size_t n = first; n < first + count; n++)
		if (files_write_line(x, fd, st, buffer_text(&x->buffer, n)) ==
		    -1) {
			why = errno;
			x->host.abandon(x->host.arg, fd);
			errno = why;
			return files_failed(x, id, true);
		}
	return x->host.close(x->host.arg, fd) == 0 ? 0 :
	    files_failed(x, id, true);
}

static struct cms_stat
files_stat(const struct xedit *x, const struct fileid *id)
{
	return (struct cms_stat){
		.recfm = x->set.recfm,
		.lrecl = (uint32_t)x->set.lrecl,
		.mode = { id->mode, id->number, '\0' },
	};
}

static int
files_write(struct xedit *x, const struct fileid *id, enum cms_how how,
    size_t first, size_t count)
{
	char name[SESSION_FILEID];
	struct cms_stat st = files_stat(x, id);
	int rc = files_check_lines(x, first, count, x->set.lrecl), fd;

	if (rc != 0)
		return rc;
	fd = x->host.open(x->host.arg, files_print(id, name), how, &st);
	if (fd == -1)
		return files_failed(x, id, true);
	st.recfm = x->set.recfm;
	st.lrecl = (uint32_t)x->set.lrecl;
	return files_write_lines(x, fd, id, &st, first, count);
}

static int
files_append(struct xedit *x, const struct fileid *id, size_t first,
    size_t count)
{
	char name[SESSION_FILEID];
	struct cms_stat st = { 0 };
	int fd = x->host.open(x->host.arg, files_print(id, name), CMS_UPDATE,
	    &st);
	int rc;

	if (fd == -1)
		return errno == ENOENT ? files_write(x, id, CMS_CREATE, first,
		    count) : files_failed(x, id, true);
	rc = files_check_lines(x, first, count,
	    st.recfm == 'F' ? st.lrecl : XEDIT_LRECL_MAX);
	if (rc != 0) {
		x->host.abandon(x->host.arg, fd);
		return rc;
	}
	return files_write_lines(x, fd, id, &st, first, count);
}

/* --- FILE, SAVE, QUIT --- */

static void
files_end(struct xedit *x, int rc)
{
	x->ended = true;
	x->end_rc = rc;
}

/* What is not this file itself is not written over unasked. */
static int
files_may_replace(struct xedit *x, const struct fileid *id)
{
	char name[SESSION_FILEID];
	struct cms_stat st;

	if (x->is_on_disk && files_same(id, &x->on_disk))
		return 0;
	if (x->host.state(x->host.arg, files_print(id, name), &st) == 0)
		return session_message(x, 24, name);
	return errno == ENOENT ? 0 : files_failed(x, id, true);
}

static int
files_store(struct xedit *x, struct span args, bool force)
{
	struct fileid id = x->id;
	int rc = files_parse_one(x, args, &id);

	if (rc == 0 && !force)
		rc = files_may_replace(x, &id);
	if (rc == 0)
		rc = files_write(x, &id, CMS_REPLACE, 1, x->buffer.lines);
	if (rc != 0)
		return rc;
	if (x->buffer.lines == 0)
		session_message(x, 559);
	if (files_same(&id, &x->id)) {
		x->on_disk = id;
		x->is_on_disk = true;
		x->saved = x->buffer.changes;
	}
	return 0;
}

static int
files_save(struct xedit *x, struct span args)
{
	return files_store(x, args, false);
}

static int
files_ssave(struct xedit *x, struct span args)
{
	return files_store(x, args, true);
}

static int
files_file(struct xedit *x, struct span args)
{
	int rc = files_store(x, args, false);

	if (rc == 0)
		files_end(x, 0);
	return rc;
}

static int
files_ffile(struct xedit *x, struct span args)
{
	int rc = files_store(x, args, true);

	if (rc == 0)
		files_end(x, 0);
	return rc;
}

static int
files_qquit(struct xedit *x, struct span args)
{
	int rc = session_no_more(x, args);

	if (rc == 0)
		files_end(x, 0);
	return rc;
}

static int
files_quit(struct xedit *x, struct span args)
{
	if (xedit_changed(x))
		return session_message(x, 577);
	return files_qquit(x, args);
}

/* --- GET, PUT --- */

static int
files_insert(struct xedit *x, struct buffer *from)
{
	struct buffer *b = &x->buffer;
	size_t after = b->current > b->lines ? b->lines : b->current;
	size_t count = from->lines;

	if (buffer_splice(b, after, from) == -1) {
		buffer_free(from);
		return session_message(x, 554);
	}
	b->current = after + count;
	return 0;
}

/* Copies of lines, to an empty buffer. */
static int
files_copy(struct xedit *x, struct buffer *to, const struct buffer *from,
    size_t first, size_t count)
{
	buffer_init(to);
	for (size_t i = 0; i < count; i++)
		if (buffer_add(to, i, buffer_text(from, first + i)) == -1) {
			buffer_free(to);
			return session_message(x, 554);
		}
	return 0;
}

static int
files_get_put(struct xedit *x)
{
	struct buffer copy;
	int rc;

	if (x->put.lines == 0)
		return session_message(x, 562);
	rc = files_copy(x, &copy, &x->put, 1, x->put.lines);
	return rc != 0 ? rc : files_insert(x, &copy);
}

/* "first n": 0, or the return code. */
static int
files_get_records(struct xedit *x, struct span args, size_t *first,
    size_t *most)
{
	struct span word = span_word(&args);

	if (word.len > 0 && (span_number(word, INT32_MAX, first) == -1 ||
	    *first == 0))
		return session_invalid(x, 543, word);
	word = span_word(&args);
	if (word.len > 0 && !span_equal(word, span_of("*"), false) &&
	    span_number(word, INT32_MAX, most) == -1)
		return session_invalid(x, 543, word);
	return session_no_more(x, args);
}

static int
files_get(struct xedit *x, struct span args)
{
	struct fileid id = x->id;
	struct buffer got;
	size_t first = 1, most = INT32_MAX;
	int rc;

	if (args.len == 0)
		return files_get_put(x);
	buffer_init(&got);
	/* Named without a mode it may be on any disk. */
	id.mode = '\0';
	rc = files_parse(x, &args, &id);
	if (rc == 0)
		rc = files_get_records(x, args, &first, &most);
	if (rc == 0)
		rc = files_read(x, &id, first, most, &got);
	if (rc != 0)
		return rc;
	if (got.lines == 0)
		return session_message(x, 564);
	return files_insert(x, &got);
}

/* For GET, in storage. */
static int
files_put_aside(struct xedit *x, const struct session_range *r)
{
	struct buffer copy;
	int rc = files_copy(x, &copy, &x->buffer, r->first, r->count);

	if (rc != 0)
		return rc;
	buffer_free(&x->put);
	x->put = copy;
	return 0;
}

static int
files_put_range(struct xedit *x, struct span args, struct session_range *r)
{
	struct fileid id = x->id;
	int rc;

	if (args.len == 0)
		return session_message(x, 545);
	rc = session_range(x, &args, r);
	if (rc != 0)
		return rc;
	span_skip_blanks(&args);
	if (args.len == 0)
		return files_put_aside(x, r);
	rc = files_parse_one(x, args, &id);
	return rc != 0 ? rc : files_append(x, &id, r->first, r->count);
}

static int
files_put(struct xedit *x, struct span args)
{
	struct session_range r;
	int rc = files_put_range(x, args, &r);

	return rc != 0 ? rc : session_after(x, &r);
}

static int
files_putd(struct xedit *x, struct span args)
{
	struct session_range r;
	int rc = files_put_range(x, args, &r);

	if (rc != 0)
		return rc;
	return session_remove(x, &r);
}

/* --- the beginning --- */

static int
files_begin_id(struct xedit *x, struct span fileid)
{
	struct span word = fileid;
	int rc;

	x->id = (struct fileid){ .number = '1' };
	memset(x->id.name, ' ', FILEID_NAME);
	memset(x->id.type, ' ', FILEID_NAME);
	if (span_word(&word).len == 0)
		return session_message(x, 54);
	/* There is no other file yet that = could be out of. */
	if (memchr(fileid.at, '=', fileid.len) != NULL)
		return session_invalid(x, 62, fileid);
	rc = files_parse(x, &fileid, &x->id);
	if (rc == 0)
		rc = session_no_more(x, fileid);
	if (rc == 0 && x->id.type[0] == ' ')
		return session_message(x, 54);
	if (x->id.mode == '*')
		x->id.mode = '\0';
	return rc;
}

/* A V file's records may grow as long as any; an F file's stay. */
static int
files_load(struct xedit *x, const struct cms_stat *st,
    const struct xedit_options *options)
{
	char name[SESSION_FILEID], lrecl[24];
	int rc;

	x->id.mode = st->mode[0];
	x->id.number = st->mode[1];
	if (options->width != 0 && st->lrecl > options->width) {
		print_into(lrecl, sizeof lrecl, "%lu", (unsigned long)st->lrecl);
		return session_message(x, 591, files_print(&x->id, name),
		    lrecl);
	}
	x->set.recfm = st->recfm;
	if (st->recfm == 'F')
		x->set.lrecl = st->lrecl;
	rc = files_read(x, &x->id, 1, INT32_MAX, &x->buffer);
	if (rc != 0)
		return rc;
	x->on_disk = x->id;
	x->is_on_disk = true;
	x->saved = x->buffer.changes;
	return 0;
}

static int
files_new(struct xedit *x)
{
	struct cms_disk disk;

	if (x->id.mode == '\0')
		x->id.mode = 'A';
	if (x->host.disk(x->host.arg, x->id.mode, &disk) == -1)
		return files_failed(x, &x->id, false);
	session_message(x, 571);
	return 0;
}

/* Plain subcommands, * before a comment.  What begins as a comment of REXX is
 * something else. */
static void
files_profile(struct xedit *x)
{
	struct fileid id = { .name = "PROFILE ", .type = "XEDIT   " };
	struct buffer profile;
	char name[SESSION_FILEID];
	struct cms_stat st;

	buffer_init(&profile);
	if (x->host.state(x->host.arg, files_print(&id, name), &st) == -1 ||
	    files_read(x, &id, 1, INT32_MAX, &profile) != 0)
		return;
	for (size_t n = 1; n <= profile.lines && !x->ended; n++) {
		struct span line = buffer_text(&profile, n);

		span_skip_blanks(&line);
		if (line.len >= 2 && memcmp(line.at, "/*", 2) == 0) {
			session_message(x, 595);
			break;
		}
		if (line.len > 0 && line.at[0] != '*')
			xedit_line(x, line);
	}
	buffer_free(&profile);
}

int
files_begin(struct xedit *x, struct span fileid,
    const struct xedit_options *options)
{
	char name[SESSION_FILEID];
	struct cms_stat st;
	int rc = files_begin_id(x, fileid);

	if (rc != 0)
		return rc;
	if (options->width != 0)
		x->set.lrecl = options->width;
	if (x->host.state(x->host.arg, files_print(&x->id, name), &st) == 0)
		rc = files_load(x, &st, options);
	else
		rc = errno == ENOENT ? files_new(x) :
		    files_failed(x, &x->id, false);
	x->set.trunc = x->set.zone_right = x->set.lrecl;
	if (rc == 0 && !options->no_profile)
		files_profile(x);
	return rc;
}

static const struct session_command rows[] = {
	{ "FFILE", 2, false, false, files_ffile, "FFile [fn [ft [fm]]]",
	    "FILE, even over another file." },
	{ "FILE", 4, false, false, files_file, "FILE [fn [ft [fm]]]",
	    "Writes the file and ends.  = stands for its own fn, ft or fm.\n"
	    "The old file is replaced only when all of the new one is\n"
	    "written." },
	{ "GET", 1, true, false, files_get,
	    "Get [fn [ft [fm]] [first [n | *]]]",
	    "Puts n records of a file, from record first, behind the current\n"
	    "line; GET alone the lines of the last PUT." },
	{ "PUT", 3, false, false, files_put, "PUT target [fn [ft [fm]]]",
	    "Writes lines, from the current one to the target, to a new file\n"
	    "or behind the records of an old one; without a file keeps them\n"
	    "for GET." },
	{ "PUTD", 4, true, false, files_putd, "PUTD target [fn [ft [fm]]]",
	    "PUT, then deletes the lines." },
	{ "QQUIT", 2, false, false, files_qquit, "QQuit",
	    "Ends.  Changes since the last SAVE are lost." },
	{ "QUIT", 4, false, false, files_quit, "QUIT",
	    "Ends, unless there are changes that are not saved." },
	{ "SAVE", 4, false, false, files_save, "SAVE [fn [ft [fm]]]",
	    "Writes the file and goes on." },
	{ "SSAVE", 2, false, false, files_ssave, "SSave [fn [ft [fm]]]",
	    "SAVE, even over another file." },
};

SESSION_ROWS(files_rows, rows);
