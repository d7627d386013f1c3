/* SPDX-License-Identifier: MIT
 *
 * start.h - what a program finds on its stack when it begins.
 */
#ifndef CMS_START_H
#define CMS_START_H

#include <stdint.h>

#include "elf64.h"
#include "space.h"

/* Build it for the words of line: the stack pointer, or 0 when there is no
 * room. */
uint64_t start_stack(struct space *space, const struct elf64 *elf,
    const char *line);

#endif
