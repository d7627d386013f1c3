/* SPDX-License-Identifier: MIT
 *
 * main.c - vmlab: a VT host for machines that have none.  A table of commands.
 */
#include <stdio.h>
#include <string.h>

#include "lab.h"
#include "log.h"

static const struct {
	const char *name;
	int (*run)(int argc, char *argv[]);
	const char *help; /* NULL: vmlab's own */
} commands[] = {
	{ "start", start_main, "supervise a system that runs in a lab" },
	{ "exec", exec_main, "run a command in the lab of such a system" },
	{ "run", run_main, "boot a lab for one command" },
	{ "pack", pack_main, "write a lab's initrd to a file" },
	{ "agent", agent_main, NULL },
	{ "leash", leash_main, NULL },
	{ "share", share_main, NULL },
};

int
main(int argc, char *argv[])
{
	size_t n = sizeof commands / sizeof commands[0];

	log_init("vmlab");
	for (size_t i = 0; argc > 1 && i < n; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	for (size_t i = 0; i < n; i++)
		if (commands[i].help != NULL)
			fprintf(stderr, "vmlab %-6s %s\n", commands[i].name,
			    commands[i].help);
	return 2;
}
