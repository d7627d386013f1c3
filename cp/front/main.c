/* SPDX-License-Identifier: MIT
 *
 * main.c - vm370, the front command: finds the home directory and the command
 * that is meant.  What each does is in its own file.
 */
#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "front.h"
#include "log.h"

static int main_version(struct front *front, int argc, char *argv[]);
static int main_help(struct front *front, int argc, char *argv[]);

static const struct main_row {
	const char *name;
	int (*run)(struct front *front, int argc, char *argv[]);
	const char *syntax;
	const char *help;
} main_rows[] = {
	{ "start", start_command,
	    "[--port N] [--address A] [--plain] [--engine auto|kvm|lab]\n"
	    "        [--detach]",
	    "start the system; without --detach be the operator's console" },
	{ "stop", stop_command, "", "shut the system down and wait for it" },
	{ "status", status_command, "",
	    "does it run, by which engine, on which port (exit 3: no)" },
	{ "console", console_command, "", "a line-mode terminal on this one" },
	{ "cp", cp_command, "COMMAND...",
	    "a CP command; exit code: its message number, up to 255" },
	{ "direct", direct_command, "",
	    "check user.direct, hash its passwords, put it into effect" },
	{ "passwd", passwd_command, "USER", "change a user's password" },
	{ "adduser", adduser_command, "USER", "add a user" },
	{ "demo", demo_command, "",
	    "make the demonstration system where there is none" },
	{ "disk", disk_command, "COMMAND ...",
	    "work on CMS disks: minidisks and images; vm370 disk help" },
	{ "spool", spool_command, "COMMAND ...",
	    "cards and listings of users, in and out; vm370 spool help" },
	{ "tls", tls_command, "[reload]",
	    "the terminals' certificate; reload: it was replaced" },
	{ "lab", lab_command, "[-f FILE[:PATH]]... -- COMMAND...",
	    "run a command in the lab, booting one when none runs" },
	{ "version", main_version, "", "print the version" },
	{ "help", main_help, "[disk|spool]",
	    "print this, or the commands of disk or spool" },
};

#define MAIN_ROWS (sizeof main_rows / sizeof main_rows[0])

static int
main_version(struct front *front, int argc, char *argv[])
{
	(void)front;
	(void)argc;
	(void)argv;
	printf("VM/370 for x86 version %s\n", VM370_VERSION);
	return 0;
}

static int
main_help(struct front *front, int argc, char *argv[])
{
	if (argc > 1 && strcmp(argv[1], "disk") == 0)
		return disk_command(front, 1, argv);
	if (argc > 1 && strcmp(argv[1], "spool") == 0)
		return spool_command(front, 1, argv);
	printf("usage: vm370 [--home DIR] COMMAND ...\n\n");
	for (size_t i = 0; i < MAIN_ROWS; i++)
		printf("  %s%s%s\n      %s\n", main_rows[i].name,
		    main_rows[i].syntax[0] != '\0' ? " " : "",
		    main_rows[i].syntax, main_rows[i].help);
	printf("\nDIR is $VM370_HOME, else vm370 in $XDG_DATA_HOME or "
	    "~/.local/share.\n");
	return 0;
}

static const char *
main_user_home(void)
{
	const char *home = getenv("HOME");
	const struct passwd *pw;

	if (home != NULL && home[0] == '/')
		return home;
	pw = getpwuid(geteuid());
	return pw != NULL ? pw->pw_dir : NULL;
}

/* An absolute path, whether or not it exists yet. */
static int
main_set_home(struct front *front, const char *given)
{
	char path[PATH_MAX], cwd[PATH_MAX];
	const char *xdg = getenv("XDG_DATA_HOME");
	const char *user = main_user_home();
	int n;

	if (given == NULL || given[0] == '\0')
		given = getenv("VM370_HOME");
	if (given != NULL && given[0] == '/')
		n = snprintf(path, sizeof path, "%s", given);
	else if (given != NULL && given[0] != '\0' &&
	    getcwd(cwd, sizeof cwd) == NULL)
		return front_fail("%s: where we are has no name: %s", given,
		    strerror(errno));
	else if (given != NULL && given[0] != '\0')
		n = snprintf(path, sizeof path, "%s/%s", cwd, given);
	else if (xdg != NULL && xdg[0] == '/')
		n = snprintf(path, sizeof path, "%s/vm370", xdg);
	else if (user != NULL)
		n = snprintf(path, sizeof path, "%s/.local/share/vm370", user);
	else
		return front_fail("no home directory: use --home DIR");
	if (n < 0 || (size_t)n >= sizeof path - 64)
		return front_fail("the home directory's name is too long");
	if (realpath(path, front->home) == NULL)
		memcpy(front->home, path, sizeof path);
	return 0;
}

static int
main_set_run(struct front *front, const char *run)
{
	front->inside = run != NULL;
	if (run == NULL)
		return front_path(front, "run", front->run,
		    sizeof front->run) ? 0 : 1;
	if (strlen(run) >= sizeof front->run)
		return front_fail("%s: name too long", run);
	strcpy(front->run, run);
	return 0;
}

int
main(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "home", required_argument, NULL, 'd' },
		{ "run", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	static struct front front;
	const char *home = NULL, *run = NULL, *name;
	int c;

	log_init("vm370");
	while ((c = front_option(argc, argv, "+", options)) != -1)
		switch (c) {
		case 'd':
			home = optarg;
			break;
		case 'r':
			run = optarg;
			break;
		case 'h':
			return main_help(&front, argc, argv);
		case 'v':
			return main_version(&front, argc, argv);
		default:
			return 2; /* it has been said why */
		}
	name = optind < argc ? argv[optind] : "help";
	if (main_set_home(&front, home) != 0 || main_set_run(&front, run) != 0)
		return 2;
	argc -= optind;
	argv += optind;
	optind = 0; /* the command may have options of its own */
	for (size_t i = 0; i < MAIN_ROWS; i++)
		if (strcmp(main_rows[i].name, name) == 0)
			return main_rows[i].run(&front, argc, argv);
	front_fail("no command %s; vm370 help lists them", name);
	return 2;
}
