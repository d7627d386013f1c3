/* SPDX-License-Identifier: MIT
 *
 * table.c - the commands, in the order in which HELP lists them.
 */
#include "commands.h"

/* A command whose work a MODULE of the system disk does. */
#define MODULE(symbol, word, least, file)                                    \
	static const struct command symbol = {                               \
		.name = (word),                                              \
		.abbrev = (least),                                           \
		.code = "MOD",                                               \
		.module = (file),                                            \
	}

MODULE(module_browse, "BROWSE", 2, "BROWSE");
MODULE(module_compare, "COMPARE", 4, "COMPARE");
MODULE(module_copyfile, "COPYFILE", 4, "COPYFILE");
MODULE(module_disk, "DISK", 4, "DISK");
MODULE(module_edit, "EDIT", 1, "EDIT");
MODULE(module_format, "FORMAT", 6, "FORMAT");
MODULE(module_print, "PRINT", 2, "PRINT");
MODULE(module_punch, "PUNCH", 2, "PUNCH");
MODULE(module_readcard, "READCARD", 4, "READCARD");
MODULE(module_type, "TYPE", 1, "TYPE");
MODULE(module_xedit, "XEDIT", 1, "EDIT");

const struct command *const command_table[] = {
	&command_access,
	&module_browse,
	&module_compare,
	&module_copyfile,
	&command_cp_row,
	&command_desbuf,
	&module_disk,
	&command_dropbuf,
	&module_edit,
	&command_erase,
	&command_exec,
	&module_format,
	&command_help,
	&command_hx,
	&command_identify,
	&command_listfile,
	&command_makebuf,
	&module_print,
	&module_punch,
	&command_query,
	&module_readcard,
	&command_release,
	&command_rename,
	&command_sentries,
	&command_set,
	&command_state,
	&command_statew,
	&command_synonym,
	&module_type,
	&module_xedit,
	NULL,
};
