/* SPDX-License-Identifier: MIT
 *
 * table.c - the nucleus's commands, in the order in which HELP lists them.
 */
#include "commands.h"

const struct command *const command_table[] = {
	&command_cp_row,
	&command_desbuf,
	&command_dropbuf,
	&command_help,
	&command_hx,
	&command_identify,
	&command_listfile,
	&command_makebuf,
	&command_query,
	&command_sentries,
	&command_set,
	NULL,
};
