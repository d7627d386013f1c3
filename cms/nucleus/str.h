/* SPDX-License-Identifier: MIT
 *
 * str.h - memory and strings.  The names are C's own: compilers call the first
 * four unasked.
 */
#ifndef CMS_STR_H
#define CMS_STR_H

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);

#endif
