/* SPDX-License-Identifier: MIT
 *
 * xedit_session.c - conversations with the editor, and what is in the files
 * afterwards.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "xedit_rig.h"

/* --- storage that is not there --- */

static long storage_left = -1; /* allocations; -1: any number */

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_realloc(void *at, size_t size);
void *__wrap_realloc(void *at, size_t size);

static bool
storage(void)
{
	if (storage_left > 0)
		storage_left--;
	return storage_left != 0;
}

void *
__wrap_malloc(size_t size)
{
	return storage() ? __real_malloc(size) : NULL;
}

void *
__wrap_realloc(void *at, size_t size)
{
	return storage() ? __real_realloc(at, size) : NULL;
}

/* --- conversations --- */

static struct rig *
rig_new(void)
{
	struct rig *r = calloc(1, sizeof *r);

	assert_non_null(r);
	return r;
}

static void
rig_free(struct rig *r)
{
	rig_end(r);
	free(r);
}

/* A file of lines, each ended by a newline. */
static void
make(struct rig *r, const char *id, char recfm, uint32_t lrecl,
    const char *lines)
{
	struct rig_file *f = rig_make(r, id, recfm, lrecl);

	while (*lines != '\0') {
		size_t n = strcspn(lines, "\n");

		assert_int_equal(rig_put(f, lines, n), 0);
		lines += n + 1;
	}
}

static void
has(struct rig *r, const char *id, const char *lines)
{
	struct rig_file *f = rig_find(r, id);
	char text[4096] = "";
	size_t n = 0;

	if (f == NULL)
		fail_msg("no file %s", id);
	for (size_t i = 0; i < f->count; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s\n",
		    f->record[i].text);
	assert_string_equal(text, lines);
}

static void
heard(struct rig *r, const char *line)
{
	char *at = r->said + r->looked;
	char *end = memchr(at, '\n', r->said_len - r->looked);

	if (end == NULL)
		fail_msg("it did not say: %s", line);
	*end = '\0';
	if (strcmp(at, line) != 0)
		fail_msg("it said: %s\nnot: %s", at, line);
	r->looked = (size_t)(end + 1 - r->said);
}

static void
nothing_more(struct rig *r, const char *typed)
{
	if (r->looked != r->said_len) {
		r->said[r->said_len - 1] = '\0';
		fail_msg("after '%s' it said too much: %s", typed,
		    r->said + r->looked);
	}
}

/* "> typed", and what is said then, word for word; NULL ends. */
static void
talk(struct rig *r, const char *const *script)
{
	const char *typed = "the beginning";

	for (; *script != NULL; script++) {
		if (**script != '>') {
			heard(r, *script);
			continue;
		}
		nothing_more(r, typed);
		typed = *script + 2;
		r->said_len = r->looked = 0;
		xedit_line(r->x, span_of(typed));
	}
	nothing_more(r, typed);
}

#define TALK(r, ...) \
	talk(r, (const char *const[]){ __VA_ARGS__, NULL })

/* A file of five lines, and the editor on it. */
static struct rig *
five(void)
{
	struct rig *r = rig_new();

	make(r, "TEST FILE A", 'V', 0, "alpha\nbeta\ngamma\ndelta\nepsilon\n");
	assert_int_equal(rig_begin(r, "test file", NULL), 0);
	TALK(r, "XEDIT:", "TOF:");
	return r;
}

static void
test_new(void **state)
{
	struct rig *r = rig_new();
	int rc;

	(void)state;
	assert_int_equal(rig_begin(r, "notes text", NULL), 0);
	TALK(r, "DMSXIN571I CREATING NEW FILE:", "XEDIT:",
	    "> i", "INPUT MODE:", "> one", "> Two", "> ", "XEDIT:",
	    "> i  three", "> type", " three", "> top", "TOF:",
	    "> type *", "TOF:", "one", "Two", " three", "EOF:",
	    "> ", "XEDIT:", "> file");
	assert_true(xedit_ended(r->x, &rc));
	assert_int_equal(rc, 0);
	has(r, "NOTES TEXT A", "one\nTwo\n three\n");
	assert_int_equal(rig_find(r, "NOTES TEXT A")->number, '1');
	rig_free(r);
}

static void
test_moving(void **state)
{
	struct rig *r = five();

	(void)state;
	TALK(r, "> n", "alpha", "> n 2", "gamma", "> u", "beta", "> down3",
	    "epsilon", "> n", "EOF:", "> n", "EOF:", "> u 99", "TOF:",
	    "> b", "epsilon", "> TOP", "TOF:", "> 3", "gamma", "> -1", "beta",
	    "> :5", "epsilon", "> :9", "EOF:", "> -*", "TOF:",
	    "> /amm/", "gamma", "> l /ta", "delta",
	    "> /ta/", "DMSXDC546E TARGET NOT FOUND", "> ?", "/ta/",
	    "> -/ta/", "beta", "> l 'eps'", "epsilon",
	    "> -/a/ 1", "epsilon",
	    "> top", "TOF:", "> ty 2", "TOF:", "alpha", "beta",
	    "> ty -2", "beta", "alpha", "> ty 99", "alpha", "beta", "gamma",
	    "delta", "epsilon", "EOF:", "> ty", "EOF:",
	    "> ty -99", "EOF:", "epsilon", "delta", "gamma", "beta", "alpha",
	    "TOF:", "> n x", "DMSXDC543E INVALID NUMBER - x",
	    "> n 1 2", "DMSXDC520E INVALID OPERAND - 2",
	    "> l", "DMSXDC545E MISSING OPERAND(S)",
	    "> l abc", "DMSXDC520E INVALID OPERAND - abc");
	rig_free(r);
}

static void
test_find(void **state)
{
	struct rig *r = five();

	(void)state;
	TALK(r, "> f g", "gamma", "> find  e", "delta", "> findup b", "beta",
	    "> nf g", "delta", "> nfindup d", "gamma",
	    "> f zz", "DMSXFD586E NOT FOUND", "> wrap on",
	    "> f al", "DMSXFD592W WRAPPED", "alpha",
	    "> f", "DMSXDC545E MISSING OPERAND(S)",
	    "> findup ep", "DMSXFD592W WRAPPED", "epsilon",
	    "> /lph/", "DMSXFD592W WRAPPED", "alpha",
	    "> wrap off", "> stay off", "> f zz", "DMSXFD586E NOT FOUND",
	    "> q line", "LINE 6", "> -/zz/", "DMSXDC546E TARGET NOT FOUND",
	    "> q line", "LINE 0",
	    "> case mixed ignore", "> f GAM", "gamma", "> /DELTA/", "delta");
	rig_free(r);
}

static void
test_lines(void **state)
{
	struct rig *r = five();

	(void)state;
	TALK(r, "> del 2", "gamma", "> rec 2", "alpha", "> b", "epsilon",
	    "> del", "EOF:", "> del", "DMSXGT564W EOF REACHED",
	    "> rec *", "epsilon", "> rec", "DMSXRE596E NO LINE(S) TO RECOVER",
	    "> del -2", "gamma", "> rec *", "delta", "> ty *",
	    "delta", "epsilon", "gamma", "EOF:",
	    "> qq");
	rig_free(r);

	r = five();
	TALK(r, "> :2", "beta", "> dup 2", "beta", "> copy 1 :1", "beta",
	    "> move 2 *", "beta", "> top", "TOF:", "> ty *", "TOF:",
	    "alpha", "beta", "beta", "gamma", "delta", "epsilon", "beta",
	    "beta", "EOF:",
	    "> :1", "alpha", "> move 3 :2", "DMSXDC521E LINES MUST NOT GO INTO "
	    "THEMSELVES", "> move 1", "DMSXDC545E MISSING OPERAND(S)",
	    "> copy", "DMSXDC545E MISSING OPERAND(S)",
	    "> move 1 x", "DMSXDC520E INVALID OPERAND - x",
	    "> move 1 /nix/", "DMSXDC546E TARGET NOT FOUND",
	    "> move 1 :4", "alpha", "> dup 0", "DMSXDC543E INVALID NUMBER - 0",
	    "> move :6 :0", "delta", "> top", "TOF:", "> ty *", "TOF:",
	    "alpha", "delta", "beta", "beta", "gamma", "epsilon", "beta",
	    "beta", "EOF:", "> q alt", "ALT 8");
	rig_free(r);
}

static void
test_text(void **state)
{
	struct rig *r = five();

	(void)state;
	TALK(r, "> :2", "beta", "> r BETA", "> ty", "BETA",
	    "> i between", "> ty", "between", "> add 2", "> ty 3", "between",
	    "", "", "> r", "INPUT MODE:", "> x", "> y", "> ", "XEDIT:",
	    "> top", "TOF:", "> ty *", "TOF:", "alpha", "BETA", "between", "",
	    "x", "y", "gamma", "delta", "epsilon", "EOF:",
	    "> r z", "DMSXCG585E NO LINE(S) CHANGED",
	    "> i after", "> top", "TOF:", "> i", "INPUT MODE:", "> first",
	    "> ", "XEDIT:", "> file");
	has(r, "TEST FILE A", "first\nalpha\nBETA\nbetween\n \nx\ny\ngamma\n"
	    "delta\nepsilon\nafter\n");
	rig_free(r);
}

static void
test_change(void **state)
{
	struct rig *r = five();

	(void)state;
	TALK(r, "> n", "alpha", "> c/a/A/", "Alpha", "> c /p/P/ 1 *", "AlPha",
	    "> c ,a,[a], * *", "AlPh[a]", "bet[a]", "g[a]mm[a]", "delt[a]",
	    "DMSXCG517I 5 OCCURRENCE(S) CHANGED ON 4 LINE(S)",
	    "> c/zz/y/", "DMSXCG585E NO LINE(S) CHANGED",
	    "> c/zz/y/ *", "DMSXCG585E NO LINE(S) CHANGED",
	    "> =", "DMSXCG585E NO LINE(S) CHANGED",
	    "> c", "DMSXDC545E MISSING OPERAND(S)",
	    "> c abc", "DMSXDC520E INVALID OPERAND - abc",
	    "> c/a/b/ /nix/", "DMSXDC546E TARGET NOT FOUND",
	    "> c/a/b/ 1 x", "DMSXDC543E INVALID NUMBER - x",
	    "> c/a/b/ 1 1 0", "DMSXDC543E INVALID NUMBER - 0",
	    "> c/a/b/ 1 1 1 1", "DMSXDC520E INVALID OPERAND - 1",
	    "> :3", "g[a]mm[a]", "> c/[a]/o/ 1 1 2", "g[a]mmo",
	    "> c/[a]/o/ 1", "gommo", "> -/l/", "AlPh[a]",
	    "> upp 2", "ALPH[A]", "> ty 2", "ALPH[A]", "BET[A]",
	    "> = low -1", "bet[a]", "bet[a]", "gommo");
	rig_free(r);
}

static void
test_repeat(void **state)
{
	struct rig *r = five();

	(void)state;
	TALK(r, "> =", "> n", "alpha", "> =", "beta", "> = /delta/",
	    "delta", "epsilon", "> ?", "n", "> & -2", "gamma",
	    "> = = u", "DMSXDC520E INVALID OPERAND - =",
	    "> /e/ =", "DMSXDC520E INVALID OPERAND - =", "> ty", "epsilon");
	rig_free(r);
}

static void
test_columns(void **state)
{
	struct rig *r = rig_new();

	(void)state;
	make(r, "TEST FILE A", 'V', 0, "one one one\ncaf\u00e9 au lait\n"
	    "\tx\x01y\n");
	assert_int_equal(rig_begin(r, "test.file", NULL), 0);
	TALK(r, "XEDIT:", "TOF:", "> zone 5 8", "> q zone", "ZONE 5 8",
	    "> n", "one one one", "> c/one/two/ 1 *", "one two one",
	    "> cou /one/", "0 OCCURRENCE(S)", "> zone 1 *",
	    "> cou /o/ *", "3 OCCURRENCE(S)", "> :2", "caf\u00e9 au lait",
	    "> verify 1 4", "> ty", "caf", "> v 5", "> ty", "\u00e9 au lait",
	    "> v on 6 9", "> ty", " au ", "> v 1 *", "> num on",
	    "> ty", "00002 caf\u00e9 au lait", "> v off", "> n",
	    "> ty", "00003 \tx\"y", "> num off", "> nondisp .", "> ty",
	    "\tx.y", "> v on", "> q v", "VERIFY ON 1 65535",
	    "> zone 9 5", "DMSXSE527E INVALID COLUMN NUMBER - 9 5",
	    "> zone 0", "DMSXSE527E INVALID COLUMN NUMBER - 0",
	    "> v x", "DMSXSE527E INVALID COLUMN NUMBER - x",
	    "> v of", "DMSXDC520E INVALID OPERAND - of",
	    "> shift r 3", "   \tx.y", "> sh left 9", "\tx.y",
	    "> sh u", "DMSXDC520E INVALID OPERAND - u");
	rig_free(r);
}

static void
test_tabs(void **state)
{
	struct rig *r = five();

	(void)state;
	TALK(r, "> i a\tb", "> ty", "a       b", "> tabs 3 5", "> i a\tb\tc\td",
	    "> ty", "a b c d", "> q tabs", "TABS 3 5", "> image off",
	    "> i a\tb", "> ty", "a\tb", "> case u", "> i aZ\u00e9", "> ty",
	    "AZ\u00e9", "> q case", "CASE UPPERCASE RESPECT",
	    "> tabs 5 3", "DMSXSE527E INVALID COLUMN NUMBER - 3");
	rig_free(r);
}

static void
test_trunc(void **state)
{
	struct rig *r = five();

	(void)state;
	TALK(r, "> trunc 6", "> n", "alpha", "> c/a/aa/", "aalpha",
	    "> c/a/aa/", "DMSXCG504E LINE 1 NOT CHANGED: IT WOULD BE LONGER "
	    "THAN TRUNC 6", "> ty", "aalpha", "> i 1234567",
	    "DMSXIN503E TRUNCATED TO 6 BYTES", "> ty", "123456",
	    "> i 12345\u00e9", "DMSXIN503E TRUNCATED TO 5 BYTES",
	    "> ty", "12345", "> j", "DMSXCG504E LINE 3 NOT CHANGED: IT WOULD "
	    "BE LONGER THAN TRUNC 6", "> c/1/12/ *", "122345",
	    "DMSXCG517I 1 OCCURRENCE(S) CHANGED ON 1 LINE(S)",
	    "> b", "epsilon", "> c/e/E/", "Epsilon", "> sh r",
	    "DMSXCG504E LINE 7 NOT CHANGED: IT WOULD BE LONGER THAN TRUNC 6",
	    "> q zone", "ZONE 1 6", "> trunc *", "> q zone", "ZONE 1 65535",
	    "> trunc 0", "DMSXSE527E INVALID COLUMN NUMBER - 0",
	    "> q trunc", "TRUNC 65535");
	rig_free(r);
}

static void
test_join(void **state)
{
	struct rig *r = five();

	(void)state;
	TALK(r, "> :2", "beta", "> j", "betagamma", "> split 5", "beta",
	    "> ty 2", "beta", "gamma", "> :2", "beta", "> join /, /",
	    "beta, gamma", "> split /, /", "beta", "> ty 2", "beta", ", gamma",
	    "> split after /, /", ", ", "> sh r 4", "    , ",
	    "> j a", "    , gamma", "> sp al /g/", "    , ", "> ty 2",
	    "    , ", "    gamma", "> b", "epsilon", "> j",
	    "DMSXGT564W EOF REACHED",
	    "> sp", "DMSXDC545E MISSING OPERAND(S)",
	    "> sp 9", "DMSXSE527E INVALID COLUMN NUMBER - 9",
	    "> sp /zz/", "DMSXDC546E TARGET NOT FOUND",
	    "> sp x", "DMSXDC520E INVALID OPERAND - x",
	    "> sp 8", "epsilon", "> n", "");
	rig_free(r);
}

static void
test_points(void **state)
{
	struct rig *r = five();

	(void)state;
	TALK(r, "> q point", "POINT NONE", "> :3", "gamma", "> p .mark",
	    "> top", "TOF:", "> i zero", "> .mark", "gamma", "> q p",
	    "POINT 4 .MARK", "> point .mark off", "> .mark",
	    "DMSXDC546E TARGET NOT FOUND", "> point mark",
	    "DMSXDC520E INVALID OPERAND - mark", "> point .ninechars",
	    "DMSXSE541E INVALID NAME, OR TOO MANY OF THEM");
	rig_free(r);
}

static void
test_commands(void **state)
{
	struct rig *r = five();

	(void)state;
	TALK(r, "> cms listfile * *", "> cp query time");
	assert_string_equal(r->command, "CP:query time");
	TALK(r, "> listfile", "DMSXDC542E NO SUCH SUBCOMMAND - listfile",
	    "> impcmscp on", "> listfile *", "> q imp", "IMPCMSCP ON",
	    "> msgmode off", "> l /nix/", "> msgmode on",
	    "> set", "DMSXDC545E MISSING OPERAND(S)",
	    "> set frob on", "DMSXDC520E INVALID OPERAND - frob",
	    "> set size 3", "DMSXDC520E INVALID OPERAND - size",
	    "> set stay maybe", "DMSXDC520E INVALID OPERAND - maybe",
	    "> q frob", "DMSXDC520E INVALID OPERAND - frob",
	    "> q size", "SIZE 5", "> q fileid", "FILEID TEST     FILE     A1 "
	    "V 65535", "> help top", "TOp",
	    "  Goes to the top, before the first line.",
	    "> help frob", "DMSXDC542E NO SUCH SUBCOMMAND - frob");
	assert_string_equal(r->command, "listfile *");
	r->said_len = r->looked = 0;
	xedit_line(r->x, span_of("help"));
	assert_non_null(strstr(r->said, "RECover"));
	rig_free(r);
}

/* --- files --- */

static void
test_quit(void **state)
{
	struct rig *r = five();
	int rc;

	(void)state;
	TALK(r, "> del", "beta", "> quit", "DMSXSU577E FILE HAS BEEN CHANGED; "
	    "TYPE QQUIT TO QUIT ANYWAY", "> save", "> quit");
	assert_true(xedit_ended(r->x, &rc));
	has(r, "TEST FILE A", "beta\ngamma\ndelta\nepsilon\n");
	rig_free(r);

	r = five();
	TALK(r, "> del", "beta", "> qq");
	assert_true(xedit_ended(r->x, &rc));
	has(r, "TEST FILE A", "alpha\nbeta\ngamma\ndelta\nepsilon\n");
	rig_free(r);
}

static void
test_file(void **state)
{
	struct rig *r = five();
	int rc;

	(void)state;
	make(r, "OTHER FILE A", 'V', 0, "other\n");
	rig_find(r, "TEST FILE A")->number = '2';
	TALK(r, "> n", "alpha", "> del", "beta",
	    "> file other", "DMSXWR024E FILE OTHER FILE A ALREADY EXISTS; USE "
	    "FFILE OR SSAVE", "> save copy = b", "> quit", "DMSXSU577E FILE "
	    "HAS BEEN CHANGED; TYPE QQUIT TO QUIT ANYWAY",
	    "> save = = s", "DMSXWR037E DISK S IS READ/ONLY; GIVE THE FILE "
	    "ANOTHER MODE", "> save = = c", "DMSXIN069E DISK C NOT ACCESSED",
	    "> save a b !", "DMSXIN048E INVALID MODE - !",
	    "> save a b *", "DMSXIN048E INVALID MODE - *",
	    "> save a? b", "DMSXIN062E INVALID FILEID - a?",
	    "> save toolonganame", "DMSXIN062E INVALID FILEID - toolonganame",
	    "> save a b a x", "DMSXDC520E INVALID OPERAND - x",
	    "> ffile other");
	assert_true(xedit_ended(r->x, &rc));
	has(r, "OTHER FILE A", "beta\ngamma\ndelta\nepsilon\n");
	has(r, "COPY FILE B", "beta\ngamma\ndelta\nepsilon\n");
	has(r, "TEST FILE A", "alpha\nbeta\ngamma\ndelta\nepsilon\n");
	rig_free(r);

	r = five();
	TALK(r, "> fn renamed", "> fm b2", "> ft text", "> q fileid",
	    "FILEID RENAMED  TEXT     B2 V 65535", "> file");
	has(r, "RENAMED TEXT B", "alpha\nbeta\ngamma\ndelta\nepsilon\n");
	assert_int_equal(rig_find(r, "RENAMED TEXT B")->number, '2');
	rig_free(r);
}

static void
test_disk_full(void **state)
{
	static const struct {
		int why;
		const char *says;
	} cases[] = {
		{ ENOSPC, "DMSXWR531E DISK A IS FULL; GIVE THE FILE ANOTHER "
		    "MODE OR ERASE FILES" },
		{ EIO, "DMSXWR105S ERROR 5 WRITING FILE TEST FILE A ON "
		    "DISK" },
		{ ESTALE, "DMSXWR075E DISK A HAS BEEN CHANGED BY ANOTHER "
		    "USER; ACCESS IT AGAIN" },
		{ EBUSY, "DMSXWR070E FILE TEST FILE A IS OPEN" },
		{ EROFS, "DMSXWR037E DISK A IS READ/ONLY; GIVE THE FILE "
		    "ANOTHER MODE" },
	};
	int rc;

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (unsigned at = 0; at < 6; at++) {
			struct rig *r = five();

			TALK(r, "> i new");
			r->why = cases[i].why;
			r->writes = at;
			TALK(r, "> file", cases[i].says, "> top", "TOF:",
			    "> q alt", "ALT 1");
			assert_false(xedit_ended(r->x, &rc));
			has(r, "TEST FILE A",
			    "alpha\nbeta\ngamma\ndelta\nepsilon\n");
			r->writes = at;
			r->said_len = r->looked = 0;
			xedit_line(r->x, span_of("put * more text b"));
			assert_null(rig_find(r, "MORE TEXT B"));
			r->why = 0;
			r->said_len = r->looked = 0;
			TALK(r, "> file");
			assert_true(xedit_ended(r->x, &rc));
			has(r, "TEST FILE A",
			    "new\nalpha\nbeta\ngamma\ndelta\nepsilon\n");
			rig_free(r);
		}
}

static void
test_fixed(void **state)
{
	struct rig *r = rig_new();

	(void)state;
	make(r, "CARDS DECK A", 'F', 8, "one     \ntwo     \n        \n");
	assert_int_equal(rig_begin(r, "cards deck a", NULL), 0);
	TALK(r, "XEDIT:", "TOF:", "> q lrecl", "LRECL 8", "> q recfm",
	    "RECFM F", "> n", "one", "> j", "onetwo", "> i 123456789",
	    "DMSXIN503E TRUNCATED TO 8 BYTES", "> save",
	    "> lrecl 80", "> i 123456789", "> lrecl 8",
	    "> file", "DMSXWR590E LINE 3 IS LONGER THAN LRECL 8; NOTHING "
	    "WRITTEN", "> lrecl 70000", "DMSXSE519E LRECL MUST BE 1 TO 65535",
	    "> recfm x", "DMSXSE515E RECFM MUST BE F OR V",
	    "> recfm v", "> lrecl *", "> file");
	has(r, "CARDS DECK A", "onetwo\n12345678\n123456789\n \n");
	assert_int_equal(rig_find(r, "CARDS DECK A")->recfm, 'V');
	rig_free(r);

	r = five();
	TALK(r, "> recfm f", "> q lrecl", "LRECL 80", "> q trunc", "TRUNC 80",
	    "> lrecl 7", "> file");
	has(r, "TEST FILE A", "alpha  \nbeta   \ngamma  \ndelta  \nepsilon\n");
	rig_free(r);
}

static void
test_get_put(void **state)
{
	struct rig *r = five();

	(void)state;
	make(r, "OTHER FILE B", 'V', 0, "o1\no2\no3\n");
	make(r, "CARDS DECK A", 'F', 4, "c1  \nc2  \n");
	TALK(r, "> get", "DMSXGT562E NO LINE(S) SAVED BY PUT(D)",
	    "> :2", "beta", "> get other", "o3", "> ty -3", "o3", "o2", "o1",
	    "> get other file 2 1", "o2", "> get other = b 3", "o3",
	    "> get cards deck", "c2", "> get cards deck a 5",
	    "DMSXGT564W EOF REACHED", "> get nix",
	    "DMSXIN002E FILE NIX FILE NOT FOUND",
	    "> get other file 0", "DMSXDC543E INVALID NUMBER - 0",
	    "> get other file 1 x", "DMSXDC543E INVALID NUMBER - x",
	    "> -1", "c1",
	    "> put 2", "> b", "epsilon", "> get", "c2",
	    "> -/c1/", "c1", "> putd 2 new file", "EOF:",
	    "> put -1 new", "> q line", "LINE 13",
	    "> b", "epsilon", "> put 1 cards deck", "DMSXWR590E LINE 12 IS "
	    "LONGER THAN LRECL 4; NOTHING WRITTEN", "> c/epsilon/eps/", "eps",
	    "> put 1 cards deck", "> put", "DMSXDC545E MISSING OPERAND(S)",
	    "> put 1 = = s", "DMSXWR037E DISK S IS READ/ONLY; GIVE THE FILE "
	    "ANOTHER MODE");
	has(r, "NEW FILE A", "c1\nc2\nepsilon\n");
	has(r, "CARDS DECK A", "c1  \nc2  \neps \n");
	rig_free(r);
}

static void
test_begin(void **state)
{
	static const struct {
		const char *fileid;
		int rc;
		const char *says;
	} cases[] = {
		{ "", 24, "DMSXIN054E INCOMPLETE FILEID SPECIFIED" },
		{ "one", 24, "DMSXIN054E INCOMPLETE FILEID SPECIFIED" },
		{ "one two three", 24, "DMSXIN048E INVALID MODE - three" },
		{ "one two a b", 5, "DMSXDC520E INVALID OPERAND - b" },
		{ "?x two", 20, "DMSXIN062E INVALID FILEID - ?x" },
		{ "a=b two", 20, "DMSXIN062E INVALID FILEID - a=b two" },
		{ "= two", 20, "DMSXIN062E INVALID FILEID - = two" },
		{ "one toolongatype", 20,
		    "DMSXIN062E INVALID FILEID - toolongatype" },
		{ "one two c", 36, "DMSXIN069E DISK C NOT ACCESSED" },
	};
	struct xedit_options narrow = { .width = 6 };
	struct rig *r;

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		r = rig_new();
		assert_int_equal(rig_begin(r, cases[i].fileid, NULL),
		    cases[i].rc);
		TALK(r, cases[i].says);
		rig_free(r);
	}
	r = rig_new();
	make(r, "TEST FILE B", 'V', 0, "1234567\n");
	assert_int_equal(rig_begin(r, "test file", &narrow), 24);
	TALK(r, "DMSXIN591E FILE TEST FILE B HAS RECORDS OF 7 BYTES, MORE THAN "
	    "THE WIDTH");
	rig_free(r);
	r = rig_new();
	assert_int_equal(rig_begin(r, "test file", &narrow), 0);
	TALK(r, "DMSXIN571I CREATING NEW FILE:", "XEDIT:", "> q trunc",
	    "TRUNC 6", "> file", "DMSXWR559W FILE IS EMPTY");
	has(r, "TEST FILE A", "");
	rig_free(r);
}

static void
test_profile(void **state)
{
	struct xedit_options without = { .no_profile = true };
	struct rig *r = rig_new();

	(void)state;
	make(r, "PROFILE XEDIT A", 'V', 0, "* mine\nset number on\nstay off\n");
	assert_int_equal(rig_begin(r, "test file", NULL), 0);
	TALK(r, "DMSXIN571I CREATING NEW FILE:", "XEDIT:", "> q num",
	    "NUMBER ON");
	xedit_free(r->x);
	r->said_len = r->looked = 0;
	assert_int_equal(rig_begin(r, "test file", &without), 0);
	TALK(r, "DMSXIN571I CREATING NEW FILE:", "XEDIT:", "> q num",
	    "NUMBER OFF");
	rig_free(r);

	r = rig_new();
	make(r, "PROFILE XEDIT A", 'V', 0, "/* REXX */\n'set number on'\n");
	assert_int_equal(rig_begin(r, "test file", NULL), 0);
	TALK(r, "DMSXIN571I CREATING NEW FILE:", "DMSXIN595W PROFILE XEDIT IS "
	    "NOT OF PLAIN SUBCOMMANDS; NOT RUN", "XEDIT:");
	rig_free(r);
}

/* Wherever storage ends, it is said, and the file is as it was or as it was
 * to be. */
static void
test_storage(void **state)
{
	static const char *const commands[] = {
		"i text", "add 3", "dup 3 *", "copy 3 *", "c/a/b/ *", "upp *",
		"put 3", "get other", "j", "sp 2", "sh r 2 *", "r text",
		"put 2 new file", "rec *", "file",
	};
	int rc;

	(void)state;
	for (unsigned i = 0; i < sizeof commands / sizeof commands[0]; i++)
		for (long n = 0; n < 12; n++) {
			struct rig *r = five();

			make(r, "OTHER FILE A", 'V', 0, "o1\no2\n");
			TALK(r, "> :1", "alpha", "> del", "beta");
			r->said_len = r->looked = 0;
			storage_left = n;
			rc = xedit_line(r->x, span_of(commands[i]));
			storage_left = -1;
			if (rc == 104)
				assert_non_null(strstr(r->said,
				    "554E NOT ENOUGH VIRTUAL STORAGE"));
			r->said_len = r->looked = 0;
			if (!xedit_ended(r->x, &rc)) {
				xedit_line(r->x, span_of("top"));
				xedit_line(r->x, span_of("type *"));
			}
			rig_free(r);
		}
}

static void
test_long(void **state)
{
	struct rig *r = five();
	char *text = malloc(70000);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', 70000);
	xedit_line(r->x, (struct span){ text, 3000 });
	TALK(r, "DMSXDC575E LINE LONGER THAN 2048 CHARACTERS; NOT TAKEN",
	    "> i", "INPUT MODE:");
	r->said_len = r->looked = 0;
	xedit_line(r->x, (struct span){ text, 65535 });
	xedit_line(r->x, (struct span){ text, 70000 });
	TALK(r, "DMSXIN503E TRUNCATED TO 65535 BYTES", "> ", "XEDIT:",
	    "> c/x/yy/", "DMSXCG504E LINE 2 NOT CHANGED: IT WOULD BE LONGER "
	    "THAN TRUNC 65535", "> file");
	assert_int_equal(rig_find(r, "TEST FILE A")->record[1].len, 65535);
	free(text);
	rig_free(r);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new),
		cmocka_unit_test(test_moving),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_repeat),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_tabs),
		cmocka_unit_test(test_trunc),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_quit),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_disk_full),
		cmocka_unit_test(test_fixed),
		cmocka_unit_test(test_get_put),
		cmocka_unit_test(test_begin),
		cmocka_unit_test(test_profile),
		cmocka_unit_test(test_storage),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
