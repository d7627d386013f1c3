/* SPDX-License-Identifier: MIT
 *
 * cp_message.c - the table of messages, and how SET EMSG shows them.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "message.h"

static void
check_text(const struct message *m)
{
	for (const char *p = m->text; (p = strchr(p, '%')) != NULL; p += 2)
		if (p[1] != 's')
			fail_msg("message %d: only %%s is for words",
			    m->number);
}

static void
test_table(void **state)
{
	const struct message *m;
	int last = 0;

	(void)state;
	for (size_t i = 0; (m = message_at(i)) != NULL; i++) {
		assert_true(m->number > last && m->number <= 999);
		assert_int_equal(strlen(m->module), 3);
		for (int c = 0; c < 3; c++)
			assert_true(isupper((unsigned char)m->module[c]));
		assert_non_null(strchr("IWEA", m->severity));
		assert_ptr_equal(message_find(m->number), m);
		check_text(m);
		last = m->number;
	}
	assert_null(message_find(0));
	assert_null(message_find(999));
}

static const char *
shown(enum message_form form, int number, ...)
{
	static char buf[MESSAGE_MAX];
	va_list ap;
	size_t n;

	va_start(ap, number);
	n = message_format(buf, sizeof buf, form, number, ap);
	va_end(ap);
	assert_int_equal(n, strlen(buf));
	return buf;
}

static void
test_forms(void **state)
{
	(void)state;
	assert_string_equal(shown(EMSG_ON, 45, "GANDALF"),
	    "DMKCQG045E GANDALF NOT LOGGED ON");
	assert_string_equal(shown(EMSG_CODE, 45, "GANDALF"), "DMKCQG045E");
	assert_string_equal(shown(EMSG_TEXT, 45, "GANDALF"),
	    "GANDALF NOT LOGGED ON");
	assert_string_equal(shown(EMSG_OFF, 45, "GANDALF"), "");
	assert_string_equal(shown(EMSG_ON, 999), "");
}

static void
test_long(void **state)
{
	char word[1000];

	(void)state;
	memset(word, 'x', sizeof word);
	word[sizeof word - 1] = '\0';
	assert_int_equal(strlen(shown(EMSG_ON, 45, word)), MESSAGE_MAX - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
