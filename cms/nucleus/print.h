/* SPDX-License-Identifier: MIT
 *
 * print.h - text from a format.  Pure.
 *
 * %s %c %d %u %x %X with '-', '0', a width, a precision (of %s; both may be
 * *) and l or z; %%.  Nothing else.
 */
#ifndef CMS_PRINT_H
#define CMS_PRINT_H

#include <stdarg.h>
#include <stddef.h>

/* At most size - 1 bytes and a NUL; returns the bytes stored. */
size_t print_into(char *buf, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
size_t print_va(char *buf, size_t size, const char *format, va_list ap)
    __attribute__((format(printf, 3, 0)));

#endif
