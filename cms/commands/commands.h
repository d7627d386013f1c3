/* SPDX-License-Identifier: MIT
 *
 * commands.h - the commands' rows.
 */
#ifndef CMS_COMMANDS_H
#define CMS_COMMANDS_H

#include "command.h"

extern const struct command command_access;
extern const struct command command_cp_row;
extern const struct command command_desbuf;
extern const struct command command_dropbuf;
extern const struct command command_erase;
extern const struct command command_exec;
extern const struct command command_help;
extern const struct command command_hx;
extern const struct command command_identify;
extern const struct command command_listfile;
extern const struct command command_makebuf;
extern const struct command command_query;
extern const struct command command_release;
extern const struct command command_rename;
extern const struct command command_sentries;
extern const struct command command_set;
extern const struct command command_state;
extern const struct command command_statew;
extern const struct command command_synonym;

#endif
