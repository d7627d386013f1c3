/* SPDX-License-Identifier: MIT
 *
 * exec.h - EXECs: files of commands.
 */
#ifndef CMS_EXEC_H
#define CMS_EXEC_H

#include "command.h"

/* Run NAME EXEC, whose arguments are the line's words from n on: 1 and its
 * return code in *rc, or 0 when there is none. */
int exec_try(const struct command_line *line, const char name[TEXT_NAME],
    int n, int *rc);

#endif
