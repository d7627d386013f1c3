/* SPDX-License-Identifier: MIT
 *
 * log.c - lines to standard error, stamped with time, program and pid.
 */
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char log_who[64] = "vm370";

void
log_init(const char *who)
{
	snprintf(log_who, sizeof log_who, "%s", who);
	tzset(); /* gmtime_r would, and open files after the sandbox closed */
}

static void
log_line(const char *level, int error, const char *fmt, va_list ap)
{
	char line[LOG_LINE_MAX];
	struct timespec now;
	struct tm tm;
	size_t n;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	n = strftime(line, sizeof line, "%Y-%m-%dT%H:%M:%S", &tm);
	n += (size_t)snprintf(line + n, sizeof line - n, ".%03ldZ %s[%d] %s: ",
	    now.tv_nsec / 1000000, log_who, (int)getpid(), level);
	if (n < sizeof line)
		n += (size_t)vsnprintf(line + n, sizeof line - n, fmt, ap);
	if (error != 0 && n < sizeof line)
		n += (size_t)snprintf(line + n, sizeof line - n, ": %s",
		    strerror(error));
	if (n > sizeof line - 1)
		n = sizeof line - 1;
	/* What a stranger sent may be in here: it must not forge a line. */
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7F)
			line[i] = '?';
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, n) < 0) {
		/* Nobody is left to tell. */
	}
}

#define LOG_BODY(level, error)                  \
	do {                                    \
		int saved_errno = errno;        \
		va_list ap;                     \
		va_start(ap, fmt);              \
		log_line(level, error, fmt, ap); \
		va_end(ap);                     \
		errno = saved_errno;            \
	} while (0)

void
log_info(const char *fmt, ...)
{
	LOG_BODY("info", 0);
}

void
log_warn(const char *fmt, ...)
{
	LOG_BODY("warning", saved_errno);
}

void
log_warnx(const char *fmt, ...)
{
	LOG_BODY("warning", 0);
}

void
fatal(const char *fmt, ...)
{
	LOG_BODY("fatal", saved_errno);
	exit(1);
}

void
fatalx(const char *fmt, ...)
{
	LOG_BODY("fatal", 0);
	exit(1);
}
