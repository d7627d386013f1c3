/* SPDX-License-Identifier: MIT
 *
 * cms_calendar.c - every day of EDF's years, there and back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "calendar.h"

static void
test_days(void **state)
{
	static const struct edf_date from = { 1900, 1, 1, 0, 0, 0 };
	int64_t first = calendar_seconds(&from), at;

	(void)state;
	for (at = first; at < first + 200ll * 366 * 86400; at += 86399) {
		time_t t = (time_t)at;
		struct edf_date date;
		struct tm tm;

		assert_non_null(gmtime_r(&t, &tm));
		if (tm.tm_year >= 200) {
			assert_int_equal(calendar_date(at, &date), -1);
			continue;
		}
		assert_int_equal(calendar_date(at, &date), 0);
		assert_int_equal(date.year, tm.tm_year + 1900);
		assert_int_equal(date.month, tm.tm_mon + 1);
		assert_int_equal(date.day, tm.tm_mday);
		assert_int_equal(date.hour, tm.tm_hour);
		assert_int_equal(date.minute, tm.tm_min);
		assert_int_equal(date.second, tm.tm_sec);
		assert_int_equal(calendar_seconds(&date), at);
	}
}

static void
test_limits(void **state)
{
	static const struct edf_date epoch = { 1970, 1, 1, 0, 0, 0 };
	static const struct edf_date last = { 2099, 12, 31, 23, 59, 59 };
	struct edf_date date;

	(void)state;
	assert_int_equal(calendar_seconds(&epoch), 0);
	assert_int_equal(calendar_date(calendar_seconds(&last), &date), 0);
	assert_memory_equal(&date, &last, sizeof date);
	assert_int_equal(calendar_date(calendar_seconds(&last) + 1, &date),
	    -1);
	assert_int_equal(calendar_date(INT64_MAX, &date), -1);
	assert_int_equal(calendar_date(INT64_MIN, &date), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
