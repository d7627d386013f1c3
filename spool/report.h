/* SPDX-License-Identifier: MIT
 *
 * report.h - what was found to be damaged, in lines.
 */
#ifndef VM370_SPOOL_REPORT_H
#define VM370_SPOOL_REPORT_H

#include <stddef.h>

#include "ipc.h"

#define REPORT_LAST 64 /* bytes for the line that says how many are left out */

struct report {
	unsigned lines, left_out;
	size_t len;
	char text[IPC_TEXT_MAX]; /* lines, each with its end; no NUL */
};

/* A line more, if there is room for it. */
void report_line(struct report *report, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* No more will come: says how many were left out. */
void report_end(struct report *report);

/* Each line to fn. */
void report_each(const struct report *report, void (*fn)(void *arg,
    const char *line), void *arg);

#endif
