/* SPDX-License-Identifier: MIT
 *
 * main.c - COPYFILE: copy files, one to one or many into one, and change
 * their form and their records on the way.
 *
 * An output file becomes real when it is closed: when anything goes wrong
 * before, there is what there was.  One that is read as well is written under
 * another name, which takes the first one's place at once.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cms.h"
#include "files.h"
#include "input.h"
#include "list.h"
#include "option.h"
#include "print.h"
#include "record.h"
#include "say.h"

#define WORK_FILE "COPYFILE CMSUT1"

const char say_code[] = "CPY";

struct output {
	struct fileid id;
	char text[FILES_TEXT];
	char work[FILES_TEXT]; /* what it is called while it is written */
	struct cms_stat stat;
	struct record_form form;
	struct cms_stat date; /* of the first input */
	int fd;	     /* -1: not open */
	int old;     /* for OVLY: the file as it was, or -1 */
	int existed;
	uint32_t overlaid; /* records of it */
	unsigned long records;
};

static struct words words;
static struct option option;
static struct list list;
static struct inputs inputs;
static const char *const *output_word; /* three words, or NULL: in place */
static unsigned char record_in[RECORD_MAX], record_out[RECORD_MAX];

/* --- what is to be done --- */

static int
copy_words(void)
{
	int ids = words.operands / 3;

	if (words.many)
		return say(102, 'S', 88, "TOO MANY FILEIDS");
	if (words.operands == 0)
		return say(42, 'E', 24, "NO FILEID(S) SPECIFIED");
	if (words.operands % 3 != 0)
		return say(54, 'E', 24, "INCOMPLETE FILEID SPECIFIED");
	if (ids > 1)
		output_word = words.operand + 3 * --ids;
	return input_find(&inputs, words.operand, ids);
}

static int
copy_lists(void)
{
	int prompt = !option_has(&option, OPTION_NOPROMPT), rc = 0;

	list_init(&list);
	if (option_has(&option, OPTION_EBCDIC))
		list_bcd(&list);
	if (option_has(&option, OPTION_UPCASE))
		list_upper(&list);
	if (option_has(&option, OPTION_LOWCASE))
		list_lower(&list);
	if (option_has(&option, OPTION_TRANS))
		rc = list_read_trans(&list, prompt);
	if (rc == 0 && option_has(&option, OPTION_SPECS))
		rc = list_read_specs(&list, prompt);
	return rc;
}

/* Does every input have an output of its own? */
static int
copy_many(void)
{
	if (option_has(&option, OPTION_SINGLE))
		return 0;
	return output_word == NULL || strchr(output_word[0], '=') != NULL ||
	    strchr(output_word[1], '=') != NULL;
}

static int
copy_says(void)
{
	return option_has(&option, OPTION_TYPE) ||
	    (!option_has(&option, OPTION_NOTYPE) && inputs.files > 1);
}

/* --- the output --- */

static enum cms_how
output_how(const struct output *out)
{
	if (option_has(&option, OPTION_APPEND))
		return out->existed ? CMS_UPDATE : CMS_CREATE;
	if (option_has(&option, OPTION_REPLACE) ||
	    option_has(&option, OPTION_OVLY) || (output_word == NULL &&
	    !option_has(&option, OPTION_NEWFILE)))
		return CMS_REPLACE;
	return CMS_CREATE;
}

static int
output_id(struct output *out, const struct input *first)
{
	struct fileid id = first->id;
	int rc = 0;

	if (output_word != NULL)
		rc = files_id(&id, output_word, 3, &first->id);
	if (rc != 0)
		return rc;
	if (id.mode == '*' || id.mode == '\0')
		return say(48, 'E', 24, "INVALID MODE '%s'", output_word[2]);
	if (id.number == '\0')
		id.number = first->id.number;
	fileid_print(&id, out->text);
	strcpy(out->work, out->text);
	out->stat.mode[0] = id.mode;
	out->stat.mode[1] = id.number;
	out->id = id;
	return 0;
}

static int
output_is_input(const struct output *out, const struct input *in,
    size_t files)
{
	for (size_t i = 0; i < files; i++)
		if (memcmp(in[i].id.name, out->id.name, FILEID_NAME) == 0 &&
		    memcmp(in[i].id.type, out->id.type, FILEID_NAME) == 0 &&
		    in[i].id.mode == out->id.mode)
			return 1;
	return 0;
}

/* A file that is replaced while it is read. */
static void
output_elsewhere(struct output *out, const struct input *in, size_t files)
{
	if (output_how(out) != CMS_REPLACE)
		return;
	if (option_has(&option, OPTION_OVLY) ||
	    output_is_input(out, in, files))
		print_into(out->work, sizeof out->work, WORK_FILE " %s",
		    out->stat.mode);
}

/* One form for all that goes in: V if any is, as long as the longest. */
static void
output_form(struct output *out, const struct input *in, size_t files)
{
	struct cms_stat *st = &out->stat;

	st->recfm = 'F';
	for (size_t i = 0; i < files; i++) {
		if (in[i].recfm == 'V')
			st->recfm = 'V';
		if (st->lrecl < in[i].lrecl)
			st->lrecl = in[i].lrecl;
	}
	if (option.recfm != '\0')
		st->recfm = option.recfm;
	if (option.lrecl != 0)
		st->lrecl = (uint32_t)option.lrecl;
	if (st->lrecl == 0)
		st->lrecl = 1; /* of a file that is empty */
	out->form = (struct record_form){
		.recfm = st->recfm,
		.lrecl = st->recfm == 'F' ? st->lrecl :
		    (uint32_t)option.lrecl,
		.fill = option.fill,
		.trunc = option_has(&option, OPTION_TRUNC),
	};
}

/* SPECS make records of another length: as long as the farthest of them. */
static void
output_specs(struct output *out)
{
	unsigned long end = 0;

	if (list.specs == 0 || option.lrecl != 0 || out->form.recfm != 'F')
		return;
	for (int i = 0; i < list.specs; i++) {
		const struct spec *s = &list.spec[i];
		unsigned long last = s->to - 1 + (s->text != NULL ? s->len :
		    s->last - s->first + 1);

		if (end < last)
			end = last;
	}
	if (end > RECORD_MAX)
		end = RECORD_MAX;
	if (option_has(&option, OPTION_OVLY) && end < out->stat.lrecl)
		end = out->stat.lrecl;
	out->form.lrecl = out->stat.lrecl = (uint32_t)end;
}

/* What is there already, of which OVLY and APPEND keep something. */
static int
output_existing(struct output *out)
{
	struct cms_stat st;

	/* One that an extension of the disk has is in nobody's way. */
	if (cms_state(out->text, &st) == 0)
		out->existed = st.mode[0] == out->id.mode;
	else if (errno != ENOENT)
		return say_errno(out->text, 'w');
	if (!option_has(&option, OPTION_OVLY))
		return 0;
	out->old = cms_open(out->text, CMS_READ, &st);
	if (out->old == -1)
		return errno == ENOENT ? say(2, 'E', 28, "OVERLAY FILE '%s' "
		    "NOT FOUND", out->text) : say_errno(out->text, 'r');
	out->overlaid = st.records;
	if (option.recfm == '\0')
		out->stat.recfm = out->form.recfm = st.recfm;
	if (option.lrecl == 0) {
		out->stat.lrecl = st.lrecl;
		out->form.lrecl = st.recfm == 'F' ? st.lrecl : 0;
	}
	return 0;
}

static int
output_open(struct output *out)
{
	enum cms_how how;
	int rc = output_existing(out);

	if (rc != 0)
		return rc;
	output_specs(out);
	how = output_how(out);
	if (how == CMS_CREATE && out->existed)
		return say(24, 'E', 28, "FILE '%s' ALREADY EXISTS - SPECIFY "
		    "'REPLACE'", out->text);
	out->fd = cms_open(out->work, how, &out->stat);
	if (out->fd == -1 && errno == EROFS)
		return say(37, 'E', 36, "OUTPUT DISK '%c' IS READ/ONLY",
		    out->stat.mode[0]);
	if (out->fd == -1)
		return say_errno(out->text, 'w');
	if (how == CMS_UPDATE) { /* its form is what it is */
		out->form.recfm = out->stat.recfm;
		out->form.lrecl = out->stat.recfm == 'F' ? out->stat.lrecl : 0;
	}
	return 0;
}

static int
output_put(struct output *out, size_t len)
{
	if (cms_write(out->fd, 0, record_out, len) == -1)
		return say_errno(out->text, 'w');
	out->records++;
	return 0;
}

/* The record of the overlaid file that comes next, into record_out. */
static int
output_old(struct output *out, size_t *len)
{
	long n;

	*len = 0;
	if (out->old == -1 || out->records >= out->overlaid)
		return 0;
	n = cms_read(out->old, (uint32_t)out->records + 1, record_out,
	    sizeof record_out);
	if (n == -1)
		return say_errno(out->text, 'r');
	*len = (size_t)n;
	return 0;
}

static int
output_record(struct output *out, size_t len)
{
	size_t old;
	int rc = output_old(out, &old);

	if (rc != 0)
		return rc;
	return output_put(out, record_make(&list, &out->form, record_in, len,
	    record_out, old));
}

/* The rest of an overlaid file stays as it was. */
static int
output_rest(struct output *out)
{
	static struct list nothing; /* no specs */
	size_t old;
	int rc = 0;

	while (rc == 0 && out->old != -1 && out->records < out->overlaid) {
		rc = output_old(out, &old);
		if (rc == 0)
			rc = output_put(out, record_make(&nothing, &out->form,
			    record_in, 0, record_out, old));
	}
	return rc;
}

/* It is whole: its own name takes the old one's place, in one step. */
static int
output_settle(const struct output *out)
{
	if (strcmp(out->work, out->text) != 0 &&
	    rename(out->work, out->text) == -1) {
		int rc = say_errno(out->text, 'w');

		cms_erase(out->work);
		return rc;
	}
	if (option_has(&option, OPTION_OLDDATE) &&
	    cms_date(out->text, &out->date) == -1)
		return say_errno(out->text, 'w');
	return 0;
}

static int
output_close(struct output *out, int rc)
{
	if (out->old != -1)
		cms_close(out->old);
	if (out->fd == -1)
		return rc;
	if (rc != 0) {
		cms_abandon(out->fd);
		return rc;
	}
	if (cms_close(out->fd) == -1)
		return say_errno(out->text, 'w');
	return output_settle(out);
}

/* --- one input --- */

static int
copy_labelled(const char *label, size_t len)
{
	size_t n = strlen(label);

	return n <= len && strncasecmp((const char *)record_in, label, n) == 0;
}

/* The first record from n on that begins with the label: stored in *n. */
static int
copy_find(int fd, const struct cms_stat *st, const char *text,
    const char *label, unsigned long *n)
{
	for (; *n <= st->records; ++*n) {
		long len = cms_read(fd, (uint32_t)*n, record_in,
		    sizeof record_in);

		if (len == -1)
			return say_errno(text, 'r');
		if (copy_labelled(label, (size_t)len))
			return 0;
	}
	return say(157, 'E', 32, "LABEL '%s' NOT FOUND IN FILE '%s'", label,
	    text);
}

/* The first record that is copied, and the one that no longer is. */
static int
copy_range(int fd, const struct cms_stat *st, const char *text,
    unsigned long *from, unsigned long *end)
{
	int rc = 0;

	*from = option.from != 0 ? option.from : 1;
	*end = st->records + 1ul;
	if (option.from > st->records)
		return say(156, 'E', 32, "'FROM %lu' NOT FOUND - FILE '%s' "
		    "HAS ONLY '%lu' RECORDS", option.from, text,
		    (unsigned long)st->records);
	if (option.from_label != NULL)
		rc = copy_find(fd, st, text, option.from_label, from);
	if (rc == 0 && option.to_label != NULL) {
		*end = *from;
		rc = copy_find(fd, st, text, option.to_label, end);
	} else if (option.count != 0 && option.count < *end - *from) {
		*end = *from + option.count;
	}
	return rc;
}

static int
copy_records(struct output *out, int fd, const char *text,
    unsigned long from, unsigned long end)
{
	int rc = 0;

	for (unsigned long n = from; n < end && rc == 0; n++) {
		long len = cms_read(fd, (uint32_t)n, record_in,
		    sizeof record_in);

		rc = len == -1 ? say_errno(text, 'r') :
		    output_record(out, (size_t)len);
	}
	return rc;
}

/* Files of bytes (F 1) are copied by the piece: records would be one each. */
static int
copy_is_bytes(const struct output *out, const struct cms_stat *st)
{
	return st->recfm == 'F' && st->lrecl == 1 &&
	    out->form.recfm == 'F' && out->form.lrecl == 1 &&
	    list.specs == 0 && out->old == -1;
}

static int
copy_bytes(struct output *out, int fd, const char *text, unsigned long from,
    unsigned long end)
{
	if (lseek(fd, (off_t)from - 1, SEEK_SET) == -1 ||
	    lseek(out->fd, 0, SEEK_END) == -1)
		return say_errno(text, 'r');
	while (from < end) {
		size_t most = end - from < RECORD_MAX ? end - from :
		    RECORD_MAX;
		ssize_t n = read(fd, record_in, most);

		if (n <= 0)
			return say_errno(text, 'r');
		for (ssize_t i = 0; i < n; i++)
			record_in[i] = list.translate[record_in[i]];
		if (write(out->fd, record_in, (size_t)n) != n)
			return say_errno(out->text, 'w');
		from += (unsigned long)n;
	}
	return 0;
}

static void
copy_say(const struct output *out, const char *text, int first)
{
	const char *how = option_has(&option, OPTION_OVLY) ? "OVLY" :
	    option_has(&option, OPTION_APPEND) || !first ? "APPEND" : "TO";

	say(721, 'I', 0, "COPY '%s' %s '%s' (%s FILE)", text, how, out->text,
	    out->existed ? "OLD" : "NEW");
}

static int
copy_file(struct output *out, const struct input *in, int first)
{
	unsigned long from, end;
	struct cms_stat st;
	char text[FILES_TEXT];
	int fd, rc;

	fileid_print(&in->id, text);
	fd = cms_open(text, CMS_READ, &st);
	if (fd == -1)
		return say_errno(text, 'r');
	if (first)
		out->date = st;
	rc = copy_range(fd, &st, text, &from, &end);
	if (rc == 0 && from == end && st.records > 0)
		rc = say(173, 'E', 40, "NO RECORDS WERE COPIED TO OUTPUT FILE "
		    "'%s'", out->text);
	if (rc == 0 && first)
		rc = output_open(out);
	if (rc == 0 && copy_says())
		copy_say(out, text, first);
	if (rc == 0)
		rc = copy_is_bytes(out, &st) ?
		    copy_bytes(out, fd, text, from, end) :
		    copy_records(out, fd, text, from, end);
	cms_close(fd);
	return rc;
}

/* Files that become one. */
static int
copy_files(const struct input *in, size_t files)
{
	struct output out = { .fd = -1, .old = -1 };
	int rc = output_id(&out, in);

	output_form(&out, in, files);
	output_elsewhere(&out, in, files);
	for (size_t i = 0; i < files && rc == 0; i++)
		rc = copy_file(&out, &in[i], i == 0);
	if (rc == 0)
		rc = output_rest(&out);
	return output_close(&out, rc);
}

static int
copy_all(void)
{
	int rc = 0;

	if (!copy_many())
		return copy_files(inputs.file, inputs.files);
	for (size_t i = 0; i < inputs.files && rc == 0; i++)
		rc = copy_files(&inputs.file[i], 1);
	return rc;
}

int
main(int argc, char **argv)
{
	int rc;

	words_split(&words, argc, argv);
	rc = option_parse(&option, &words);
	if (rc == 0)
		rc = copy_words();
	if (rc == 0)
		rc = copy_lists();
	return rc != 0 ? rc : copy_all();
}
