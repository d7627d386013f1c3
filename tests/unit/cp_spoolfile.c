/* SPDX-License-Identifier: MIT
 *
 * cp_spoolfile.c - the words that mean spool files, and a file as a line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "directory.h"
#include "name.h"
#include "spoolfile.h"

static void
line_nowhere(void *arg, const char *text, size_t len, unsigned flags)
{
	(void)arg;
	(void)text;
	(void)len;
	(void)flags;
}

static bool
always(void *arg)
{
	(void)arg;
	return true;
}

static void
done_nothing(void *arg, struct request *rq, int rc)
{
	(void)arg;
	(void)rq;
	(void)rc;
}

static const struct reply_ops nobody = { line_nowhere, always, done_nothing };
static struct cp the_cp;

static struct request *
words(const char *line, unsigned classes)
{
	struct request *rq = request_new(&the_cp, line, strlen(line), &nobody,
	    NULL);

	assert_non_null(rq);
	rq->classes = classes;
	return rq;
}

/* --- words --- */

static void
test_ids(void **state)
{
	(void)state;
	assert_int_equal(spoolfile_id("1"), 1);
	assert_int_equal(spoolfile_id("0007"), 7);
	assert_int_equal(spoolfile_id("9999"), 9999);
	assert_int_equal(spoolfile_id("0"), 0);
	assert_int_equal(spoolfile_id("0000"), 0);
	assert_int_equal(spoolfile_id("10000"), 0);
	assert_int_equal(spoolfile_id("00001"), 0);
	assert_int_equal(spoolfile_id("12A"), 0);
	assert_int_equal(spoolfile_id("-1"), 0);
	assert_int_equal(spoolfile_id(""), 0);
	assert_int_equal(spoolfile_id("99999999999999999999"), 0);
}

static void
test_attributes(void **state)
{
	char class = '?', form[SPOOL_FORM_MAX] = "12345678";
	uint8_t copies = 99;

	(void)state;
	assert_true(spoolfile_class("A", &class) && class == 'A');
	assert_true(spoolfile_class("9", &class) && class == '9');
	assert_false(spoolfile_class("", &class));
	assert_false(spoolfile_class("AB", &class));
	assert_false(spoolfile_class("*", &class));
	assert_int_equal(class, '9');
	assert_true(spoolfile_copies("01", &copies) && copies == 1);
	assert_true(spoolfile_copies("*3", &copies) && copies == 3);
	assert_true(spoolfile_copies("255", &copies) && copies == 255);
	assert_false(spoolfile_copies("*", &copies));
	assert_false(spoolfile_copies("256", &copies));
	assert_false(spoolfile_copies("0", &copies));
	assert_false(spoolfile_copies("", &copies));
	assert_false(spoolfile_copies("1X", &copies));
	assert_int_equal(copies, 255);
	assert_false(spoolfile_text("123456789", form, sizeof form));
	assert_false(spoolfile_text("", form, sizeof form));
	assert_false(spoolfile_text("\xC3\x84", form, sizeof form));
	assert_memory_equal(form, "12345678", 8);
	assert_true(spoolfile_text("AB", form, sizeof form));
	assert_memory_equal(form, "AB\0\0\0\0\0", 8);
}

static void
test_names(void **state)
{
	static const struct {
		const char *line, *name, *type;
	} cases[] = {
		{ "NAME PROFILE EXEC", "PROFILE", "EXEC" },
		{ "NAME PROFILE", "PROFILE", "" },
		{ "NAME SYS1.PROCLIB.MEMBER.A", "SYS1.PROCLIB.MEMBER.A", "" },
		{ "NAME X234567890123456789012345", NULL, NULL },
		{ "NAME X234567890123456789012", "X234567890123456789012", "" },
		{ "NAME SYS1.PROCLIB EXEC", NULL, NULL },
		{ "NAME PROFILE EXECEXECE", NULL, NULL },
		{ "NAME PROFILE EXEC A", NULL, NULL },
		{ "NAME", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct spool_attr attr = { .name = "OLD", .type = "OLD" };
		struct request *rq = words(cases[i].line, 0);

		if (cases[i].name == NULL) {
			assert_false(spoolfile_name(rq, 1, &attr));
			assert_string_equal(attr.name, "OLD");
		} else {
			assert_true(spoolfile_name(rq, 1, &attr));
			assert_string_equal(attr.name, cases[i].name);
			assert_string_equal(attr.type, cases[i].type);
		}
		request_end(rq, 0);
	}
}

static void
test_queues(void **state)
{
	static const struct {
		const char *word;
		int queue;
	} cases[] = {
		{ "R", SPOOL_RDR }, { "READER", SPOOL_RDR },
		{ "RDR", SPOOL_RDR }, { "RD", -1 }, { "P", SPOOL_PRT },
		{ "PRINT", SPOOL_PRT }, { "PRT", SPOOL_PRT },
		{ "PU", SPOOL_PUN }, { "PUN", SPOOL_PUN }, { "PCH", SPOOL_PUN },
		{ "PC", -1 }, { "ALL", -1 }, { "", -1 }, { "READERS", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct request *rq = words(cases[i].word, 0);

		assert_int_equal(spoolfile_queue(rq, 0), cases[i].queue);
		request_end(rq, 0);
	}
}

/* What is left of a line when its picks are taken; -n: message n. */
static int
picked(const char *line, bool one, struct spoolfile_which *which)
{
	struct request *rq = words(line, CLASS('G'));
	unsigned i = 0;
	int rc;

	*which = (struct spoolfile_which){ 0 };
	rc = spoolfile_picks(rq, &i, one, which);
	rc = rc != 0 ? -rc : (int)(rq->words - i);
	request_end(rq, 0);
	return rc;
}

static void
test_picks(void **state)
{
	struct spoolfile_which w;

	(void)state;
	assert_int_equal(picked("3 0004 CLASS B FORM BLUE HOLD ALL X", false,
	    &w), 1);
	assert_int_equal(w.npicks, 6);
	assert_int_equal(w.pick[0].by, BY_ID);
	assert_int_equal(w.pick[0].id, 3);
	assert_int_equal(w.pick[1].id, 4);
	assert_int_equal(w.pick[2].by, BY_CLASS);
	assert_int_equal(w.pick[2].class, 'B');
	assert_int_equal(w.pick[3].by, BY_FORM);
	assert_string_equal(w.pick[3].form, "BLUE");
	assert_int_equal(w.pick[4].by, BY_HELD);
	assert_int_equal(w.pick[5].by, BY_ALL);
	assert_int_equal(picked("3 4 CLASS B", true, &w), 2);
	assert_int_equal(w.npicks, 2);
	assert_int_equal(picked("CLASS A CLASS B", true, &w), 2);
	assert_int_equal(picked("ALL HOLD", true, &w), 1);
	assert_int_equal(picked("", false, &w), 0);
	assert_int_equal(picked("0", false, &w), -8);
	assert_int_equal(picked("10000", false, &w), -8);
	assert_int_equal(picked("3X", false, &w), 1);
	assert_int_equal(picked("CLASS", false, &w), -28);
	assert_int_equal(picked("CL AA", false, &w), -28);
	assert_int_equal(picked("FORM", false, &w), -26);
	assert_int_equal(picked("FORM TOOLONGAFORM", false, &w), -26);
}

/* As many as a line holds, and more words than are kept. */
static void
test_many_picks(void **state)
{
	struct spoolfile_which w;
	char line[CP_COMMAND_MAX + 1];

	(void)state;
	for (size_t i = 0; i < CP_COMMAND_MAX; i++)
		line[i] = i % 2 == 0 ? '7' : ' ';
	line[CP_COMMAND_MAX] = '\0';
	assert_int_equal(picked(line, false, &w), 0);
	assert_int_equal(w.npicks, REQUEST_WORDS_MAX);
}

static int
owned(const char *line, unsigned classes, struct spoolfile_which *which)
{
	struct request *rq = words(line, classes);
	unsigned i = 0;
	int rc;

	*which = (struct spoolfile_which){ 0 };
	rc = spoolfile_owner(rq, &i, which);
	if (rc == 0)
		rc = -(int)i;
	request_end(rq, 0);
	return rc;
}

static void
test_owners(void **state)
{
	struct spoolfile_which w;

	(void)state;
	assert_int_equal(owned("* RDR", CLASS('G'), &w), -1);
	assert_int_equal(owned("ANN RDR", CLASS('G'), &w), 0);
	assert_int_equal(owned("SYSTEM RDR", CLASS('G'), &w), 0);
	assert_false(w.system);
	assert_int_equal(owned("ANN RDR", CLASS('D'), &w), -1);
	assert_string_equal(name_text(w.owner).s, "ANN");
	assert_int_equal(owned("SYS RDR", CLASS('D'), &w), -1);
	assert_true(w.system);
	assert_int_equal(owned("RDR ANN", CLASS('D'), &w), 0);
	assert_int_equal(owned("CLASS A", CLASS('D'), &w), 0);
	assert_int_equal(owned("0004", CLASS('D'), &w), 0);
	assert_int_equal(owned("", CLASS('D'), &w), 0);
	assert_int_equal(owned("NINELONGS RDR", CLASS('D'), &w), 7);
	assert_int_equal(owned("A+B RDR", CLASS('D'), &w), 7);
}

/* --- lines --- */

static struct spool_file
a_file(void)
{
	return (struct spool_file){
		.id = 1234567, .records = 12, .closed_ns = 1795183351000000000,
		.owner.user = { "GUEST1" }, .origin.user = { "MAINT" },
		.spoolid = 7, .origin_id = 342, .queue = SPOOL_RDR,
		.device = SPOOL_ON_PUN,
		.attr = { .class = 'A', .copies = 1, .form = "STANDARD",
		    .dist = "CMSUSER", .name = "PROFILE", .type = "EXEC" },
	};
}

static const char *
printed(const struct spool_file *f, bool owner, bool expanded)
{
	static char line[SPOOLFILE_LINE];

	spoolfile_print(line, sizeof line, f, owner, expanded);
	return line;
}

static void
test_print(void **state)
{
	struct spool_file f = a_file();
	char head[SPOOLFILE_LINE];

	(void)state;
	spoolfile_head(head, sizeof head, false, false);
	assert_string_equal(head, "ORIGINID FILE CLASS RECORDS  CPY HOLD DATE"
	    "  TIME     NAME      TYPE     DIST");
	assert_string_equal(printed(&f, false, false), "MAINT    0007 A PUN "
	    "00000012 001 NONE 11/20 14:02:31 PROFILE   EXEC     CMSUSER");
	assert_string_equal(printed(&f, true, false), "GUEST1   0007 A PUN "
	    "00000012 001 NONE 11/20 14:02:31 PROFILE   EXEC     CMSUSER");
	spoolfile_head(head, sizeof head, true, true);
	assert_string_equal(head, "OWNERID  FILE CLASS RECORDS  CPY HOLD FORM"
	    "     KEEP DIST     FROM     WAS");
	f.attr.keep = 1;
	f.attr.hold = SPOOL_HOLD_USER;
	f.device = SPOOL_ON_CON;
	assert_string_equal(printed(&f, true, true), "GUEST1   0007 A CON "
	    "00000012 001 USER STANDARD ON   CMSUSER  MAINT    0342");
	f.attr.hold = SPOOL_HOLD_SYSTEM;
	assert_non_null(strstr(printed(&f, true, true), " SYS  "));
	f.attr.hold |= SPOOL_HOLD_USER;
	assert_non_null(strstr(printed(&f, true, true), " USYS "));
	f.active = 1;
	assert_non_null(strstr(printed(&f, true, false),
	    " USYS IN USE         PROFILE "));
	f.attr.hold = 0;
	f.damaged = 1;
	assert_non_null(strstr(printed(&f, true, true), " SYS  "));
}

/* A line is never wider than a screen, and is never without the name. */
static void
test_print_names(void **state)
{
	struct spool_file f = a_file();

	(void)state;
	memset(f.attr.type, 0, sizeof f.attr.type);
	memcpy(f.attr.name, "SYS1.PROCLIB(ABCD)", 19);
	assert_non_null(strstr(printed(&f, false, false),
	    " SYS1.PROCLIB(ABCD) CMSUSER"));
	memcpy(f.attr.name, "SYS1.PROCLIB(ABCDEFGHIJ)", 24);
	assert_non_null(strstr(printed(&f, false, false),
	    ":31 SYS1.PROCLIB(ABCDEFGHIJ)"));
	assert_true(strlen(printed(&f, false, false)) <= 80);
	memcpy(f.attr.type, "ABCDEFGH", 8);
	memcpy(f.attr.dist, "ABCDEFGH", 8);
	assert_true(strlen(printed(&f, false, false)) <= 80);
	memset(f.attr.name, 0, sizeof f.attr.name);
	memset(f.attr.type, 0, sizeof f.attr.type);
	memset(f.attr.dist, 0, sizeof f.attr.dist);
	assert_string_equal(printed(&f, false, false), "MAINT    0007 A PUN "
	    "00000012 001 NONE 11/20 14:02:31");
}

/* What another process says is shown, whatever it is, and changes no line. */
static void
test_print_anything(void **state)
{
	struct spool_file f;
	const char *line;

	(void)state;
	memset(&f, 0xFF, sizeof f);
	spoolfile_clean(&f);
	line = printed(&f, false, false);
	for (const char *p = line; *p != '\0'; p++)
		assert_true(*p >= ' ' && *p <= '~');
	memset(&f, '\n', sizeof f);
	spoolfile_clean(&f);
	line = printed(&f, true, true);
	for (const char *p = line; *p != '\0'; p++)
		assert_true(*p >= ' ' && *p <= '~');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_queues),
		cmocka_unit_test(test_picks),
		cmocka_unit_test(test_many_picks),
		cmocka_unit_test(test_owners),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_print_names),
		cmocka_unit_test(test_print_anything),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	LIST_INIT(&the_cp.requests);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
