/* SPDX-License-Identifier: MIT
 *
 * salvage.h - a damaged database: put aside, and what can be read of it in a
 * new one.
 */
#ifndef VM370_SPOOL_SALVAGE_H
#define VM370_SPOOL_SALVAGE_H

#include "report.h"

/* Before the database is opened: ends what a salvage had begun, and puts aside
 * what SQLite would throw away without a word. */
void salvage_before(const char *folder, struct report *report);

/* Its log is another database's: aside with it.  -1: logged. */
int salvage_log(const char *folder, struct report *report);

/* It is damaged, and closed.  -1: logged; everything is as it was. */
int salvage(const char *folder, struct report *report);

#endif
