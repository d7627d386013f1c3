/* SPDX-License-Identifier: MIT
 *
 * log.h - the operator's log: one line an event, to standard error.
 *
 * Every program inherits the system's log as descriptor 2 (opened O_APPEND),
 * so a line is written by a single write(2) of at most LOG_LINE_MAX bytes.
 */
#ifndef VM370_BASE_LOG_H
#define VM370_BASE_LOG_H

#define LOG_LINE_MAX 1024

/* Name this process in its lines: "vmguest CMSUSER".  Copied. */
void log_init(const char *who);

/* log_warn adds errno's text; log_warnx and log_info do not. */
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warnx(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Only from a program's main path: log with errno (fatal) or without; exit 1 */
_Noreturn void fatal(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));
_Noreturn void fatalx(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

#endif
