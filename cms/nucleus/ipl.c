/* SPDX-License-Identifier: MIT
 *
 * ipl.c - what CMS does once.
 */
#include "access.h"
#include "command.h"
#include "console.h"
#include "hyper.h"
#include "ipl.h"
#include "print.h"
#include "str.h"
#include "text.h"

#define IPL_A 0x191
#define IPL_Y 0x19E

/* --- PARM --- */

static void
ipl_parm(char parm[MACHINE_PARM_MAX + 1])
{
	const struct lowcore *low = storage_lowcore();
	size_t n = low->parm_len;

	if (n > MACHINE_PARM_MAX)
		n = MACHINE_PARM_MAX;
	memcpy(parm, low->parm, n);
	parm[n] = '\0';
}

/* The word after `text`, if it is this one: what follows it, or NULL. */
static const char *
ipl_word(const char *text, const char *name)
{
	const char *word;
	size_t n = text_word(text, &word);

	return text_abbrev(word, n, name, strlen(name)) ? word + n : NULL;
}

static int
ipl_parm_has(const char *name)
{
	char parm[MACHINE_PARM_MAX + 1];
	const char *at = parm, *word;
	size_t n;

	ipl_parm(parm);
	while ((n = text_word(at, &word)) > 0) {
		if (ipl_word(word, name) != NULL)
			return 1;
		at = word + n;
	}
	return 0;
}

void
ipl_save(void)
{
	char parm[MACHINE_PARM_MAX + 1], command[DIAG_COMMAND_MAX];
	struct hyper_command c = { .text = command };
	const char *name;
	size_t n;

	ipl_parm(parm);
	name = ipl_word(parm, "SAVESYS");
	if (name == NULL)
		return;
	n = text_word(name, &name);
	c.len = print_into(command, sizeof command, "SAVESYS %.*s", (int)n,
	    name);
	hyper_command(&c); /* CP tells the user if it did not */
}

/* --- punch and printer --- */

/* A command about punches or printers; what CP answers, nobody else is told. */
static void
ipl_command(const char *before, const char *unit, const char *after,
    char *reply, size_t size)
{
	char command[32];
	struct hyper_command c = { .text = command, .reply = reply,
		.size = size - 1 };

	c.len = print_into(command, sizeof command, "%s%s%s", before, unit,
	    after);
	if (hyper_command(&c) == -1)
		c.total = 0;
	reply[c.total < c.size ? c.total : c.size] = '\0';
}

static int
ipl_says_cont(const char *reply)
{
	const char *word;
	size_t n;

	while ((n = text_word(reply, &word)) > 0) {
		if (ipl_word(word, "CONT") != NULL)
			return 1;
		reply = word + n;
	}
	return 0;
}

void
ipl_units(void)
{
	static const char *const units[] = { "PUNCH", "PRINTER" };
	char reply[512];

	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		ipl_command("QUERY VIRTUAL ", units[i], "", reply,
		    sizeof reply);
		if (!ipl_says_cont(reply))
			ipl_command("CLOSE ", units[i], " PURGE", reply,
			    sizeof reply);
	}
}

/* --- disks --- */

void
ipl_system(void)
{
	static const struct access_how y = { .vdev = IPL_Y, .mode = 'Y',
		.parent = 'S', .read_only = 1, .system = 1, .number = '2' };
	struct access_how s = { .vdev = storage_lowcore()->ipl_vdev,
		.mode = 'S', .parent = ' ', .read_only = 1, .system = 1,
		.number = '2' };
	struct access *disk;

	if (access_disk(&s, &disk) != 0)
		console_line("DMSINI401W NO SYSTEM DISK ON %03X - THERE ARE NO "
		    "PROGRAMS", s.vdev);
	access_disk(&y, &disk);
}

void
ipl_disks(void)
{
	static const struct access_how a = { .vdev = IPL_A, .mode = 'A',
		.parent = ' ' };
	struct access *disk;
	int rc;

	ipl_system();
	rc = access_disk(&a, &disk);
	if (rc != ACCESS_NO_DEVICE)
		access_tell(&a, rc);
}

int
ipl_resumed(int rc)
{
	if (rc != DIAG_RESUMED)
		return rc;
	access_forget();
	ipl_disks();
	return 0;
}

/* --- the first line --- */

static int
ipl_exec(char mode, const char name[FILEID_NAME + 1])
{
	struct fileid id = { .type = "EXEC    ", .mode = mode };
	char line[2 * FILEID_NAME];
	struct edf_stat st;
	struct access *a;

	memcpy(id.name, name, sizeof id.name);
	if (access_search(&id, &a, &st) != 0)
		return 0;
	print_into(line, sizeof line, "EXEC %.8s", name);
	return command_run(line);
}

/* Is there NOPROF among a line's options? */
static int
ipl_no_profile(const char *line)
{
	const char *word;
	size_t n;

	while (*line != '\0' && *line != '(')
		line++;
	while (*line != '\0' && (n = text_word(line + 1, &word)) > 0) {
		if (text_abbrev(word, n, "NOPROF", 4))
			return 1;
		line = word + n - 1;
	}
	return 0;
}

static int
ipl_first_line(char line[CON_LINE_MAX + 1])
{
	int n = ipl_parm_has("AUTOCR") ? 0 : console_read(line);

	if (n >= 0)
		line[n] = '\0';
	return n;
}

int
ipl_begin(char line[CON_LINE_MAX + 1], int *rc)
{
	const char *word;
	int n = ipl_first_line(line), is_access;
	size_t len;

	if (n < 0)
		return -1;
	len = text_word(line, &word);
	is_access = len > 0 && text_abbrev(word, len, "ACCESS", 2);
	access_command();
	if (!ipl_parm_has("NOSPROF"))
		*rc = ipl_exec('S', "SYSPROF ");
	if (is_access)
		*rc = command_typed(line);
	if (!is_access || !ipl_no_profile(line))
		*rc = ipl_exec('A', "PROFILE ");
	if (len > 0 && !is_access)
		*rc = command_typed(line);
	return 0;
}
