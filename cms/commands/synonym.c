/* SPDX-License-Identifier: MIT
 *
 * synonym.c - SYNONYM: the user's own names for commands, from a file.
 *
 * A record is "command synonym [count]": count characters of the synonym are
 * enough, without it all are needed.
 */
#include "access.h"
#include "commands.h"
#include "console.h"
#include "heap.h"
#include "load.h"
#include "operand.h"
#include "str.h"
#include "synonym.h"

#define RC_SYNTAX 24
#define RC_RECORD 32

struct synonym {
	char command[TEXT_NAME];
	char name[TEXT_NAME + 1];
	unsigned char least;
};

static struct {
	struct synonym *entry;
	size_t entries, room;
	int no_standard; /* abbreviations of CMS's own are not taken */
} synonym;

enum { SYNONYM_STD = 1, SYNONYM_NOSTD = 2, SYNONYM_CLEAR = 4 };

static const struct operand_option synonym_options[] = {
	{ "STD", 3, SYNONYM_STD, SYNONYM_NOSTD },
	{ "NOSTD", 5, SYNONYM_NOSTD, SYNONYM_STD },
	{ "CLEAR", 5, SYNONYM_CLEAR, 0 },
	{ NULL, 0, 0, 0 },
};

int
synonym_find(const char *word, size_t len, char name[TEXT_NAME])
{
	const struct command *c;

	for (size_t i = 0; i < synonym.entries; i++) {
		const struct synonym *s = &synonym.entry[i];

		if (!text_abbrev(word, len, s->name, command_settings.abbrev ?
		    s->least : strlen(s->name)))
			continue;
		memcpy(name, s->command, TEXT_NAME);
		return 0;
	}
	if (!command_settings.abbrev || synonym.no_standard)
		return -1;
	c = command_find(word, len);
	return c != NULL ? text_name(name, c->name, strlen(c->name)) : -1;
}

void
synonym_show_system(void)
{
	if (synonym.no_standard) {
		console_line("NO SYSTEM SYNONYMS IN EFFECT");
		return;
	}
	console_line("SYSTEM    SHORTEST");
	console_line("COMMAND   FORM");
	console_line("-------------------");
	for (const struct command *const *c = command_table; *c != NULL; c++)
		if ((*c)->abbrev < strlen((*c)->name))
			console_line("%-8s  %.*s", (*c)->name,
			    (int)(*c)->abbrev, (*c)->name);
}

void
synonym_show_user(void)
{
	if (synonym.entries == 0) {
		console_line("NO USER SYNONYMS IN EFFECT");
		return;
	}
	console_line("SYSTEM    USER      SHORTEST");
	console_line("COMMAND   SYNONYM   FORM (IF ANY)");
	console_line("---------------------------------");
	for (size_t i = 0; i < synonym.entries; i++) {
		const struct synonym *s = &synonym.entry[i];

		console_line("%.8s  %-8s  %.*s", s->command, s->name,
		    s->least < strlen(s->name) ? (int)s->least : 0, s->name);
	}
}

static void
synonym_clear(void)
{
	heap_give(synonym.entry, synonym.room * sizeof *synonym.entry);
	synonym.entry = NULL;
	synonym.entries = synonym.room = 0;
}

/* A record's words: 1 when it is one, 0 when it is empty, -1 when bad. */
static int
synonym_record(struct synonym *s, const char *line)
{
	const char *word;
	char name[TEXT_NAME];
	unsigned long least;
	size_t n = text_word(line, &word);

	if (n == 0 || *word == '*')
		return 0;
	if (fileid_name(s->command, word, n) == -1)
		return -1;
	n = text_word(word + n, &word);
	if (fileid_name(name, word, n) == -1)
		return -1;
	memcpy(s->name, name, n);
	s->name[n] = '\0';
	least = n;
	n = text_word(word + n, &word);
	if (n > 0 && (text_number(word, n, least, &least) == -1 || least == 0))
		return -1;
	s->least = (unsigned char)least;
	return text_word(word + n, &word) == 0 ? 1 : -1;
}

/* Room for a record of each line. */
static size_t
synonym_lines(const struct load *l)
{
	size_t lines = 1;

	for (size_t i = 0; i < l->size; i++)
		lines += l->text[i] == '\n';
	return lines;
}

/* What was there before is replaced when all of the file is good. */
static int
synonym_take(struct load *l)
{
	size_t room = synonym_lines(l), n = 0;
	struct synonym *entry = heap_take(room * sizeof *entry);
	char *line;
	int is;

	if (entry == NULL)
		return EDF_NO_STORAGE;
	while ((line = load_line(l)) != NULL) {
		is = synonym_record(&entry[n], line);
		if (is == -1) {
			heap_give(entry, room * sizeof *entry);
			return EDF_INVALID;
		}
		n += is == 1;
	}
	synonym_clear();
	synonym.entry = entry;
	synonym.room = room;
	synonym.entries = n;
	return 0;
}

static int
synonym_load(const struct command_line *line)
{
	struct operand_pattern p;
	struct fileid id = { .type = "SYNONYM ", .mode = '*' };
	struct load l;
	char text[OPERAND_FILEID];
	int rc = operand_pattern(line, 1, &p);

	if (rc != 0)
		return rc;
	if (line->operands > 4)
		return command_invalid(line, 4);
	if (!operand_exact(p.name, p.name_len) ||
	    (line->operands > 2 && !p.exact))
		return operand_bad(line, 1);
	if (line->operands > 2)
		id = p.id;
	else if (fileid_name(id.name, p.name, p.name_len) == -1)
		return operand_bad(line, 1);
	id.mode = p.mode;
	fileid_print(&id, text);
	rc = load_file(&l, &id);
	if (rc == 0) {
		rc = synonym_take(&l);
		load_free(&l);
	}
	if (rc == EDF_INVALID)
		return command_message(line, 56, 'E', RC_RECORD,
		    "FILE '%s' CONTAINS INVALID RECORD FORMATS", text);
	return rc == 0 ? 0 : operand_error(line, rc, id.mode, text);
}

static int
synonym_run(const struct command_line *line)
{
	unsigned options;
	int rc = operand_options(line, synonym_options, &options);

	if (rc != 0)
		return rc;
	if (line->words == 1) {
		synonym_show_system();
		synonym_show_user();
		return 0;
	}
	if (options & SYNONYM_CLEAR)
		synonym_clear();
	if (line->operands > 1)
		rc = synonym_load(line);
	if (rc == 0 && (options & (SYNONYM_STD | SYNONYM_NOSTD)) != 0)
		synonym.no_standard = (options & SYNONYM_NOSTD) != 0;
	return rc;
}

const struct command command_synonym = {
	.name = "SYNONYM",
	.abbrev = 3,
	.code = "SYN",
	.run = synonym_run,
};
