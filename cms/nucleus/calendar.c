/* SPDX-License-Identifier: MIT
 *
 * calendar.c - days as seconds, and back.  Years begin in March here, so that
 * a leap day is the last of its year.
 */
#include "calendar.h"

#define DAY 86400
#define DAYS_BEFORE_1970 719468 /* since 0000-03-01 */
#define DAYS_400 146097		/* in so many years */

#define YEAR_MIN 1900
#define YEAR_MAX 2099

int64_t
calendar_seconds(const struct edf_date *d)
{
	int64_t y = d->month <= 2 ? d->year - 1 : d->year;
	int64_t month = d->month <= 2 ? d->month + 9 : d->month - 3;
	int64_t days = y * 365 + y / 4 - y / 100 + y / 400 +
	    (month * 153 + 2) / 5 + d->day - 1 - DAYS_BEFORE_1970;

	return days * DAY + d->hour * 3600 + d->minute * 60 + d->second;
}

/* A day of 400 years, counted from 0. */
static void
calendar_day(int64_t day, struct edf_date *date)
{
	int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	int64_t rest = day - (year * 365 + year / 4 - year / 100);
	int64_t month = (rest * 5 + 2) / 153;

	date->day = (uint8_t)(rest - (month * 153 + 2) / 5 + 1);
	date->month = (uint8_t)(month < 10 ? month + 3 : month - 9);
	date->year = (uint16_t)(date->year + year + (month >= 10));
}

int
calendar_date(int64_t seconds, struct edf_date *date)
{
	static const struct edf_date first = { YEAR_MIN, 1, 1, 0, 0, 0 };
	static const struct edf_date last = { YEAR_MAX, 12, 31, 23, 59, 59 };
	int64_t days, rest;

	if (seconds < calendar_seconds(&first) ||
	    seconds > calendar_seconds(&last))
		return -1;
	/* Positive, so that division rounds down. */
	seconds += (int64_t)DAYS_BEFORE_1970 * DAY;
	days = seconds / DAY;
	rest = seconds % DAY;
	*date = (struct edf_date){
		.year = (uint16_t)(days / DAYS_400 * 400),
		.hour = (uint8_t)(rest / 3600),
		.minute = (uint8_t)(rest / 60 % 60),
		.second = (uint8_t)(rest % 60),
	};
	calendar_day(days % DAYS_400, date);
	return 0;
}
