/* SPDX-License-Identifier: MIT
 *
 * screencopy.h - the COPY key: a screen becomes a file of the user's printer.
 */
#ifndef VM370_CP_SCREENCOPY_H
#define VM370_CP_SCREENCOPY_H

#include <stddef.h>

struct vmblok;

/* Lines of a screen, each ended by a newline; the user is told what becomes
 * of it. */
void screencopy(struct vmblok *vm, const char *text, size_t len);

#endif
