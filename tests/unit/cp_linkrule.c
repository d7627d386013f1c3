/* SPDX-License-Identifier: MIT
 *
 * cp_linkrule.c - LINK's seven modes among others who have the minidisk, its
 * words, and what of them may be shown.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "linkrule.h"
#include "name.h"

/* Nobody, readers, a writer, both: - refused, r read, w write. */
static const struct rule_case {
	const char *mode;
	enum link_password password;
	const char *got;
} rule_cases[] = {
	{ "R", LINK_READ, "rr--" },
	{ "RR", LINK_READ, "rrrr" },
	{ "W", LINK_WRITE, "w---" },
	{ "WR", LINK_WRITE, "wrrr" },
	{ "M", LINK_MULTIPLE, "ww--" },
	{ "MR", LINK_MULTIPLE, "wwrr" },
	{ "MW", LINK_MULTIPLE, "wwww" },
};

static void
test_modes(void **state)
{
	static const unsigned readers[] = { 0, 3, 0, 3 };
	static const unsigned writers[] = { 0, 0, 1, 1 };

	(void)state;
	for (size_t i = 0; i < sizeof rule_cases / sizeof rule_cases[0]; i++) {
		const struct rule_case *c = &rule_cases[i];
		const struct linkrule *rule = linkrule_find(c->mode);

		assert_non_null(rule);
		assert_int_equal(rule->password, c->password);
		for (int k = 0; k < 4; k++) {
			char got = "-rw"[linkrule_access(rule, readers[k],
			    writers[k])];

			if (got != c->got[k])
				fail_msg("%s beside %u readers, %u writers: %c",
				    c->mode, readers[k], writers[k], got);
		}
	}
	assert_null(linkrule_find(""));
	assert_null(linkrule_find("WW"));
	assert_null(linkrule_find("r"));
}

/* Never two who write, unless one of them said MW. */
static void
test_one_writer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rule_cases / sizeof rule_cases[0]; i++) {
		const struct linkrule *rule =
		    linkrule_find(rule_cases[i].mode);

		for (unsigned n = 0; n < 5; n++)
			for (unsigned w = 1; w < 3; w++)
				assert_true(linkrule_access(rule, n, w) !=
				    LINK_RW || strcmp(rule->name, "MW") == 0);
	}
}

/* --- words --- */

static const struct words_case {
	const char *line;
	int error;
	const char *owner, *mode, *password; /* NULL: none */
	vdev_t vdev, as;
	const char *shown;
} words_cases[] = {
	{ "LINK CMSUSER 191 291", 0, "CMSUSER", NULL, NULL, 0x191, 0x291,
	    "LINK CMSUSER 191 291" },
	{ "link to cmsuser 191 as 291 mr", 0, "CMSUSER", "MR", NULL, 0x191,
	    0x291, "link to cmsuser 191 as 291 mr" },
	{ "LINK A 1 2 W Secret", 0, "A", "W", "Secret", 1, 2, "LINK A 1 2 W" },
	{ "LINK A 1 2 PASS= Secret", 0, "A", NULL, "Secret", 1, 2,
	    "LINK A 1 2" },
	{ "LINK A 1 2 RR pass=R", 0, "A", "RR", "R", 1, 2, "LINK A 1 2 RR" },
	{ "LINK A 1 2 PASS=", 0, "A", NULL, NULL, 1, 2, "LINK A 1 2" },
	{ "LINK * 191 291 RR", 0, "*", "RR", NULL, 0x191, 0x291,
	    "LINK * 191 291 RR" },
	{ "LINK TO TO 1 AS 2", 0, "TO", NULL, NULL, 1, 2,
	    "LINK TO TO 1 AS 2" },
	{ "link t t 1 a a w pw", 0, "T", "W", "pw", 1, 10,
	    "link t t 1 a a w" },
	{ "LINK TOM 1 ASK 2", 22, NULL, NULL, NULL, 0, 0, "LINK TOM 1" },
	{ "LINK   A  1   2   R   pw  ", 0, "A", "R", "pw", 1, 2,
	    "LINK   A  1   2   R" },
	{ "LINK", 20, NULL, NULL, NULL, 0, 0, "LINK" },
	{ "LINK TOOLONGNAME 1 2 R pw", 20, NULL, NULL, NULL, 0, 0, "LINK" },
	{ "LINK A.B 1 2 R pw", 20, NULL, NULL, NULL, 0, 0, "LINK" },
	{ "LINK A", 22, NULL, NULL, NULL, 0, 0, "LINK A" },
	{ "LINK A 0 2 R pw", 22, NULL, NULL, NULL, 0, 0, "LINK A" },
	{ "LINK A 1", 22, NULL, NULL, NULL, 0, 0, "LINK A 1" },
	{ "LINK A 1 AS R pw", 22, NULL, NULL, NULL, 0, 0, "LINK A 1 AS" },
	{ "LINK A 1 1000 pw", 22, NULL, NULL, NULL, 0, 0, "LINK A 1" },
	{ "LINK A 1 RR pw", 22, NULL, NULL, NULL, 0, 0, "LINK A 1" },
	{ "LINK A 1 2 pw", 114, NULL, NULL, NULL, 1, 2, "LINK A 1 2" },
	{ "LINK A 1 2 WW pw", 114, NULL, NULL, NULL, 1, 2, "LINK A 1 2" },
	{ "LINK A 1 2 R pw pw", 26, NULL, NULL, NULL, 1, 2, "LINK A 1 2 R" },
	{ "LINK A 1 2 R PASS= pw pw", 26, NULL, NULL, NULL, 1, 2,
	    "LINK A 1 2 R" },
	{ "LINK AVERYLONGWORDTHATISNOUSERIDATALL 1 2", 20, NULL, NULL, NULL,
	    0, 0, "LINK" },
};

static void
check_words(const struct words_case *c)
{
	struct link_words w;

	linkrule_words(c->line, &w);
	if (w.error != c->error)
		fail_msg("%s: error %d", c->line, w.error);
	if (c->error != 0)
		return;
	assert_string_equal(w.own ? "*" : name_text(w.owner).s, c->owner);
	if (c->mode == NULL)
		assert_null(w.rule);
	else
		assert_string_equal(w.rule->name, c->mode);
	assert_int_equal(w.vdev, c->vdev);
	assert_int_equal(w.as, c->as);
	if (c->password == NULL) {
		assert_null(w.password);
		return;
	}
	assert_int_equal(w.password_len, strlen(c->password));
	assert_memory_equal(w.password, c->password, w.password_len);
}

static void
test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof words_cases / sizeof words_cases[0]; i++)
		check_words(&words_cases[i]);
}

static void
check_shown(const char *before, const char *line, const char *shown)
{
	char whole[128];
	size_t n, want = strlen(before) + strlen(shown);

	snprintf(whole, sizeof whole, "%s%s", before, line);
	n = linkrule_shown(whole, strlen(whole));
	if (n != want)
		fail_msg("%s: %zu bytes shown, not %zu", whole, n, want);
}

static void
test_shown(void **state)
{
	static const char *const before[] = { "", "#CP ", "CP ", "#cp cp ",
		"  cp  CP " };

	(void)state;
	for (size_t i = 0; i < sizeof words_cases / sizeof words_cases[0]; i++)
		for (size_t b = 0; b < sizeof before / sizeof before[0]; b++)
			check_shown(before[b], words_cases[i].line,
			    words_cases[i].shown);
	check_shown("", "LINKS A 1 2 R pw", "LINKS A 1 2 R pw");
	check_shown("", "MSG LINK A 1 2 R pw", "MSG LINK A 1 2 R pw");
	check_shown("", "", "");
	check_shown("", "   ", "   ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_one_writer),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
