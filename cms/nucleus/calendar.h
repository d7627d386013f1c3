/* SPDX-License-Identifier: MIT
 *
 * calendar.h - days of the Gregorian calendar as seconds since 1970, and back.
 * Pure; knows no time zones.
 */
#ifndef CMS_CALENDAR_H
#define CMS_CALENDAR_H

#include <stdint.h>

#include "edf.h"

int64_t calendar_seconds(const struct edf_date *date);

/* 0, or -1 when the year is none of EDF's. */
int calendar_date(int64_t seconds, struct edf_date *date);

#endif
