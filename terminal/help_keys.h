/* SPDX-License-Identifier: MIT
 *
 * help_keys.h - the page that says what the keys of a 3270 do.  Pure.
 */
#ifndef VM370_TERMINAL_HELP_KEYS_H
#define VM370_TERMINAL_HELP_KEYS_H

#include <stddef.h>

#include "pfkeys.h"

#define HELP_KEYS_MAX 8192

/* Lines for a page of so many columns; returns their length. */
size_t help_keys(const struct pfkeys *pf, unsigned cols,
    char out[HELP_KEYS_MAX]);

#endif
