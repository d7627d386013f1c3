/* SPDX-License-Identifier: MIT
 *
 * report.c - what was found to be damaged, in lines.
 */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
report_add(struct report *report, size_t room, const char *line)
{
	size_t n = strlen(line);

	if (n + 1 > room - report->len) {
		report->left_out++;
		return;
	}
	memcpy(report->text + report->len, line, n);
	report->text[report->len + n] = '\n';
	report->len += n + 1;
	report->lines++;
}

void
report_line(struct report *report, const char *fmt, ...)
{
	char line[IPC_LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	/* SQLite may say several at once, and a name may be damaged */
	for (char *p = line; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			*p = ' ';
	report_add(report, sizeof report->text - REPORT_LAST, line);
}

void
report_end(struct report *report)
{
	char line[REPORT_LAST];

	if (report->left_out == 0)
		return;
	snprintf(line, sizeof line, "AND %u MORE", report->left_out);
	report->left_out = 0;
	report_add(report, sizeof report->text, line);
}

void
report_each(const struct report *report, void (*fn)(void *arg,
    const char *line), void *arg)
{
	char line[IPC_LINE_MAX];
	size_t at = 0;

	while (at < report->len) {
		const char *from = report->text + at;
		size_t n = (size_t)((const char *)memchr(from, '\n',
		    report->len - at) - from);

		snprintf(line, sizeof line, "%.*s", (int)n, from);
		fn(arg, line);
		at += n + 1;
	}
}
