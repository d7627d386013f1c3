/* SPDX-License-Identifier: MIT
 *
 * directory_golden.c - tests/golden/directory: each NAME.direct is read and
 * printed back as NAME.ok has it, every default spelt out, or refused with
 * that line, column and text.  What is printed back reads as the same again.
 *
 * GOLDEN_UPDATE=1 in the environment writes the .ok files: read the diff.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "directory.h"
#include "name.h"
#include "textfile.h"

static void
print_password(FILE *f, const char *hash)
{
	if (hash[0] != '\0')
		fprintf(f, " %s", hash);
}

static void
print_devices(FILE *f, const struct dir_user *u)
{
	for (size_t i = 0; i < u->ndevices; i++) {
		const struct dir_device *d = &u->devices[i];

		if (d->type == DEVICE_TIMER)
			fprintf(f, " SPECIAL %03X TIMER\n", d->vdev);
		else if (d->type == DEVICE_DISPLAY)
			fprintf(f, " SPECIAL %03X 3270\n", d->vdev);
		else if (d->type == DEVICE_PRINTER)
			fprintf(f, " SPOOL %03X 1403 %c\n", d->vdev, d->klass);
		else
			fprintf(f, " SPOOL %03X 2540 %s %c\n", d->vdev,
			    d->type == DEVICE_READER ? "READER" : "PUNCH",
			    d->klass);
	}
}

static void
print_disks(FILE *f, const struct dir_user *u)
{
	for (size_t i = 0; i < u->nlinks; i++)
		fprintf(f, " LINK %s %03X %03X %s\n",
		    name_text(u->links[i].owner).s, u->links[i].owner_vdev,
		    u->links[i].vdev, u->links[i].mode);
	for (size_t i = 0; i < u->nmdisks; i++) {
		const struct dir_mdisk *m = &u->mdisks[i];

		fprintf(f, " MDISK %03X FB-512 ", m->vdev);
		if (m->tdisk) {
			fprintf(f, "T-DISK %llu\n",
			    (unsigned long long)m->blocks);
			continue;
		}
		fprintf(f, "%llu %llu %s %s", (unsigned long long)m->start,
		    (unsigned long long)m->blocks, name_text(m->volume).s,
		    m->mode);
		print_password(f, m->rpw);
		print_password(f, m->wpw);
		print_password(f, m->mpw);
		fputc('\n', f);
	}
}

static void
print_user(FILE *f, const struct dir_user *u)
{
	fprintf(f, "USER %s %s %lluK %lluK ", name_text(u->name).s,
	    u->nolog ? "NOLOG" : u->autoonly ? "AUTOONLY" :
	    u->clear ? "*CLEAR*" : u->hash,
	    (unsigned long long)u->storage >> 10,
	    (unsigned long long)u->storage_max >> 10);
	for (char c = 'A'; c <= 'H'; c++)
		if ((u->classes & CLASS(c)) != 0)
			fputc(c, f);
	fprintf(f, "\n ACCOUNT %s %s\n", u->account, u->dist);
	if (u->realtimer || u->ecmode)
		fprintf(f, " OPTION%s%s\n", u->realtimer ? " REALTIMER" : "",
		    u->ecmode ? " ECMODE" : "");
	fprintf(f, " MACHINE %s\n", u->mode == VM_MODE_PC ? "PC" : "370");
	if (u->ipl[0] != '\0')
		fprintf(f, " IPL %s%s%s\n", u->ipl,
		    u->ipl_parm[0] != '\0' ? " PARM " : "", u->ipl_parm);
	if (u->console != VDEV_NONE)
		fprintf(f, " CONSOLE %03X %s\n", u->console,
		    u->console_graf ? "3270" : "3215");
	print_devices(f, u);
	print_disks(f, u);
}

/* A directory's text, or its error's, as the .ok file has it; free it. */
static char *
print_back(const char *text, size_t len, bool *good)
{
	struct directory *dir;
	struct dir_error err;
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	assert_non_null(f);
	dir = directory_parse(text, len, &err);
	*good = dir != NULL;
	if (dir == NULL)
		fprintf(f, "DMKDIR%uE LINE %u COLUMN %u: %s\n", err.number,
		    err.line, err.column, err.text);
	for (size_t i = 0; dir != NULL && i < directory_count(dir); i++)
		print_user(f, directory_at(dir, i));
	directory_free(dir);
	fclose(f);
	return out;
}

static void
golden(const char *path)
{
	char ok_path[4096];
	char *text, *ok, *printed, *again;
	size_t len, ok_len;
	bool good;

	snprintf(ok_path, sizeof ok_path, "%.*s.ok",
	    (int)(strlen(path) - strlen(".direct")), path);
	text = textfile_read(path, &len);
	assert_non_null(text);
	printed = print_back(text, len, &good);
	if (getenv("GOLDEN_UPDATE") != NULL)
		assert_int_equal(textfile_replace(ok_path, printed,
		    strlen(printed), 0644), 0);
	ok = textfile_read(ok_path, &ok_len);
	if (ok == NULL)
		fail_msg("%s is missing", ok_path);
	if (strcmp(ok, printed) != 0)
		fail_msg("%s: expected\n%s\nbut it is\n%s", path, ok, printed);
	if (good) {
		again = print_back(printed, strlen(printed), &good);
		if (strcmp(again, printed) != 0)
			fail_msg("%s: printed back and read, it is\n%s", path,
			    again);
		free(again);
	}
	free(ok);
	free(printed);
	free(text);
}

static void
all(void **state)
{
	glob_t found;

	(void)state;
	assert_int_equal(glob(GOLDEN_FOLDER "/*.direct", 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 10);
	for (size_t i = 0; i < found.gl_pathc; i++)
		golden(found.gl_pathv[i]);
	globfree(&found);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(all) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
