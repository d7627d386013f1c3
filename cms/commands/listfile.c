/* SPDX-License-Identifier: MIT
 *
 * listfile.c - LISTFILE: the files of a disk, on the console or as records of
 * CMS EXEC A, each behind "&1 &2".
 */
#include "commands.h"
#include "console.h"
#include "operand.h"
#include "print.h"
#include "str.h"

#define RC_NOT_FOUND 28
#define RC_HALTED 142
#define LINE 96

enum {
	LIST_NAME = 1 << 0,
	LIST_TYPE = 1 << 1,
	LIST_MODE = 1 << 2,
	LIST_FORMAT = 1 << 3,
	LIST_ALLOC = 1 << 4,
	LIST_DATE = 1 << 5,
	LIST_LABEL = 1 << 6,
	LIST_COLUMNS = (1 << 7) - 1,
	LIST_HEADER = 1 << 7,
	LIST_NOHEADER = 1 << 8,
	LIST_EXEC = 1 << 9,
	LIST_APPEND = 1 << 10,
};

static const struct operand_option listfile_options[] = {
	{ "FNAME", 2, LIST_NAME, 0 },
	{ "FTYPE", 2, LIST_TYPE, 0 },
	{ "FMODE", 2, LIST_MODE, 0 },
	{ "FORMAT", 2, LIST_FORMAT, 0 },
	{ "ALLOC", 2, LIST_ALLOC, 0 },
	{ "DATE", 1, LIST_DATE, 0 },
	{ "LABEL", 1, LIST_LABEL, 0 },
	{ "HEADER", 1, LIST_HEADER, LIST_NOHEADER },
	{ "NOHEADER", 3, LIST_NOHEADER, LIST_HEADER },
	{ "EXEC", 1, LIST_EXEC, 0 },
	{ "APPEND", 2, LIST_APPEND, 0 },
	{ NULL, 0, 0, 0 },
};

static const char list_heading[] = "FILENAME FILETYPE FM FORMAT LRECL"
    "      RECS    BLOCKS   DATE     TIME     LABEL";

struct list {
	const struct command_line *line;
	unsigned columns; /* those up to the last of them are shown */
	unsigned long found;
	struct access *to; /* EXEC: A */
	struct edf_file *file;
};

/* Where the heading ends after this column. */
static int
list_width(unsigned columns)
{
	static const unsigned char width[] = { 8, 17, 20, 33, 53, 71, 79 };
	unsigned n = 0;

	while (columns >>= 1)
		n++;
	return width[n];
}

static size_t
list_text(const struct list *l, const struct operand_cursor *c,
    char text[LINE])
{
	const struct edf_stat *st = &c->st;
	struct edf_disk_info info;
	size_t n = print_into(text, LINE, "%.8s", st->name);

	if (l->columns >= LIST_TYPE)
		n += print_into(text + n, LINE - n, " %.8s", st->type);
	if (l->columns >= LIST_MODE)
		n += print_into(text + n, LINE - n, " %c%c", c->disk->mode,
		    st->mode);
	if (l->columns >= LIST_FORMAT)
		n += print_into(text + n, LINE - n, " %c %10u", st->recfm,
		    st->lrecl);
	if (l->columns >= LIST_ALLOC)
		n += print_into(text + n, LINE - n, " %9u %9u", st->records,
		    st->blocks);
	if (l->columns >= LIST_DATE)
		n += print_into(text + n, LINE - n,
		    " %02u/%02u/%02u %02u:%02u:%02u", st->date.month,
		    st->date.day, st->date.year % 100, st->date.hour,
		    st->date.minute, st->date.second);
	if (l->columns >= LIST_LABEL) {
		edf_info(c->disk->edf, &info);
		n += print_into(text + n, LINE - n, " %s", info.volume);
	}
	return n;
}

static int
list_record(struct list *l, const struct operand_cursor *c)
{
	char text[LINE + 8] = "&1 &2 ";
	size_t n = strlen(text);

	n += list_text(l, c, text + n);
	return edf_write(l->file, 0, text, n);
}

/* CMS EXEC A: a new one, or more of it. */
static int
list_open(struct list *l, unsigned options)
{
	struct edf_stat st = {
		.name = "CMS     ",
		.type = "EXEC    ",
		.mode = '1',
		.recfm = 'V',
	};
	int rc = EDF_NOT_FOUND;

	l->to = access_find('A');
	if (l->to == NULL)
		return operand_disk(l->line, 'A');
	if (options & LIST_APPEND)
		rc = edf_open(l->to->edf, EDF_UPDATE, &st, &l->file);
	if (rc == EDF_NOT_FOUND)
		rc = edf_open(l->to->edf, EDF_REPLACE, &st, &l->file);
	return rc == 0 ? 0 : operand_error(l->line, rc, 'A', "CMS EXEC A1");
}

static int
list_files(struct list *l, const struct operand_pattern *p, int header)
{
	struct operand_cursor c = { 0 };
	char text[LINE];
	int more;

	while ((more = operand_next(p, &c)) == 1) {
		console_poll();
		if (console_halted())
			return RC_HALTED;
		if (l->found++ == 0 && header)
			console_line("%.*s", list_width(l->columns),
			    list_heading);
		if (l->file != NULL) {
			more = list_record(l, &c);
			if (more < 0)
				break;
			continue;
		}
		list_text(l, &c, text);
		console_line("%s", text);
	}
	if (more < 0)
		return operand_error(l->line, more, l->file != NULL ? 'A' :
		    p->mode, l->file != NULL ? "CMS EXEC A1" : "*");
	return l->found > 0 ? 0 : command_message(l->line, 2, 'E',
	    RC_NOT_FOUND, "FILE NOT FOUND");
}

static int
list_close(struct list *l, int rc)
{
	if (l->file == NULL)
		return rc;
	if (rc != 0) {
		edf_abandon(l->file);
		return rc;
	}
	rc = edf_close(l->file);
	if (rc == 0)
		rc = access_commit(l->to);
	return rc == 0 ? 0 : operand_error(l->line, rc, 'A', "CMS EXEC A1");
}

static int
listfile_run(const struct command_line *line)
{
	struct list l = { .line = line };
	struct operand_pattern p;
	unsigned options;
	int rc = operand_pattern(line, 1, &p);

	if (rc == 0 && line->operands > 4)
		rc = command_invalid(line, 4);
	if (rc == 0)
		rc = operand_options(line, listfile_options, &options);
	if (line->operands < 4)
		p.mode = 'A';
	if (rc == 0)
		rc = operand_disk(line, p.mode);
	if (rc != 0)
		return rc;
	l.columns = options & LIST_COLUMNS;
	if (l.columns == 0)
		l.columns = LIST_MODE;
	if (options & (LIST_EXEC | LIST_APPEND))
		rc = list_open(&l, options);
	else if (l.columns >= LIST_FORMAT && !(options & LIST_NOHEADER))
		options |= LIST_HEADER;
	console_program(1); /* HX may end it */
	if (rc == 0)
		rc = list_files(&l, &p, (options & LIST_HEADER) != 0 &&
		    l.file == NULL);
	console_program(-1);
	return list_close(&l, rc);
}

const struct command command_listfile = {
	.name = "LISTFILE",
	.abbrev = 1,
	.code = "LST",
	.run = listfile_run,
};
