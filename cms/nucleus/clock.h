/* SPDX-License-Identifier: MIT
 *
 * clock.h - what time it is, and how much processor time has gone by.
 */
#ifndef CMS_CLOCK_H
#define CMS_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "diag.h"

/* CP's answer; all zero when it has none. */
void clock_read(struct diag_time *now);

int64_t clock_utc(void);       /* nanoseconds since 1970 */
int64_t clock_monotonic(void); /* nanoseconds since IPL; never goes back */
int64_t clock_virtual(void);   /* nanoseconds of virtual processor time */

/* Seconds east of UTC, as CP said last. */
int64_t clock_offset(void);

const char *clock_weekday(const struct diag_time *now);

/* Wait: 0; -1 when the machine has no timer.  Ends early when the program
 * that waits is to be halted. */
int clock_sleep(uint64_t ns);

/* *now is when it was called. */
void clock_init(struct diag_time *now);

#endif
