/* SPDX-License-Identifier: MIT
 *
 * unitout.h - what a command punches or prints, record by record; it goes out
 * by the block.
 */
#ifndef CMS_UNITOUT_H
#define CMS_UNITOUT_H

#include <stddef.h>
#include <stdint.h>

/* Which of them.  Without unitout_close, after HX too, nothing of it is to be
 * read or printed by anybody. */
void unitout_punch(void);
void unitout_print(void);

/* Each int is 0, or the return code of the message that has been given. */

/* A card; or a line with the command that prints it (cms.h). */
int unitout_card(const void *card, size_t len);
int unitout_line(unsigned command, const void *text, size_t len);

/* All of it is out, and CP is told to close the file and how it is called. */
int unitout_close(const char *name, const char *type);

#endif
