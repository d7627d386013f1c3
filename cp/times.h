/* SPDX-License-Identifier: MIT
 *
 * times.h - dates and times as VM prints them.
 */
#ifndef VM370_CP_TIMES_H
#define VM370_CP_TIMES_H

#include <stdint.h>
#include <time.h>

#include "config.h"

struct times_text {
	char s[48];
};

struct vmblok;

/* Make the configured time zone the program's. */
void times_zone_set(const struct config *config);

/* "14:02:31 EST FRIDAY 11/20/26" */
struct times_text times_stamp(const struct config *config, time_t when);

/* "14:02:31" */
struct times_text times_clock(time_t when);

/* Seconds east of UTC now, and the zone's name as a stamp shows it. */
int32_t times_offset(time_t when);
struct times_text times_zone(const struct config *config, time_t when);

/* Processor time of a process, microseconds: in the guest, and altogether.
 * 0 and 0 when there is no such process. */
void times_process(int pid, uint64_t *virt_us, uint64_t *total_us);

/* "CONNECT= 00:00:02 VIRTCPU= 000:00.10 TOTCPU= 000:00.24" */
struct times_line {
	char s[112];
} times_connect(const struct vmblok *vm);

/* Of a clock that nobody sets. */
uint64_t times_ms(void);

#endif
