/* SPDX-License-Identifier: MIT
 *
 * synonym.h - other names of commands: the user's, and abbreviations.
 */
#ifndef CMS_SYNONYM_H
#define CMS_SYNONYM_H

#include <stddef.h>

#include "text.h"

/* The command's own name: 0, or -1 when the word is no synonym of any. */
int synonym_find(const char *word, size_t len, char name[TEXT_NAME]);

/* QUERY SYNONYM. */
void synonym_show_system(void);
void synonym_show_user(void);

#endif
