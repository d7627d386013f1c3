/* SPDX-License-Identifier: MIT
 *
 * logfile.h - a bound for the log, which strangers help to write.
 */
#ifndef VM370_CP_LOGFILE_H
#define VM370_CP_LOGFILE_H

#include "cp.h"

#define LOGFILE_MAX (8 << 20) /* bytes; and as many in the one before it */

struct logfile;

/* Looks at it now, and from time to time.  NULL: no memory. */
struct logfile *logfile_new(struct cp *cp);
void logfile_free(struct logfile *lf);

#endif
