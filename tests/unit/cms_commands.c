/* SPDX-License-Identifier: MIT
 *
 * cms_commands.c - the commands of the nucleus on two disks in storage, A and
 * S: what they say, their return codes, and what becomes of the files.  And
 * their rows: no word names two of them, and each has its HELP file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "clock.h"
#include "command.h"
#include "console.h"
#include "file.h"
#include "heap.h"
#include "hyper.h"
#include "ipl.h"
#include "print.h"
#include "program.h"
#include "synonym.h"
#include "text.h"

#define HELP_WIDTH 77
#define SECTORS 400u
#define OUTPUT 16384

/* --- what the commands call --- */

static char output[OUTPUT];
static size_t output_len;
static int halted;
static struct stack program_stack;
static char stacked[1024];
static char asked_cp[256];
static char ran[256];

struct disk_image {
	unsigned char at[SECTORS * EDF_SECTOR];
	int bad; /* it cannot be written */
};

static struct disk_image image[4]; /* 190 to 193 */

void
console_text(const char *text, size_t len)
{
	assert_true(output_len + len < sizeof output);
	memcpy(output + output_len, text, len);
	output_len += len;
	output[output_len] = '\0';
}

void
console_line(const char *format, ...)
{
	char text[256];
	va_list ap;
	size_t n;

	va_start(ap, format);
	n = print_va(text, sizeof text, format, ap);
	va_end(ap);
	console_text(text, n);
	console_text("\n", 1);
}

void
console_show(void)
{
}

void
console_poll(void)
{
}

int
console_halted(void)
{
	return halted;
}

void
console_program(int change)
{
	(void)change;
}

struct stack *
console_stack(void)
{
	return &program_stack;
}

void
console_clear_typed(void)
{
}

void
clock_read(struct diag_time *now)
{
	memset(now, 0, sizeof *now);
}

const char *
clock_weekday(const struct diag_time *now)
{
	(void)now;
	return "";
}

int
hyper_id(struct diag_id *id)
{
	(void)id;
	return -1;
}

int
hyper_command(struct hyper_command *c)
{
	snprintf(asked_cp, sizeof asked_cp, "%.*s", (int)c->len, c->text);
	c->rc = strncmp(asked_cp, "QUERY TIME", 10) == 0 ||
	    strcmp(asked_cp, "HELP QUERY TIME") == 0 ||
	    strcmp(asked_cp, "HELP LINK") == 0 ? 0 : 1;
	if (c->reply != NULL)
		c->total = (size_t)snprintf(c->reply, c->size, "%s\n",
		    c->rc == 0 ? "CP knows." : "DMKCFC001E ?CP: X");
	return 0;
}

int
ipl_resumed(int rc)
{
	return rc;
}

int
program_run(struct access *a, const struct edf_stat *st, const char *line)
{
	snprintf(ran, sizeof ran, "%.8s %c: %s", st->name, a->mode, line);
	return 7;
}

void
file_disk_gone(const struct access *disk)
{
	(void)disk;
}

int
file_is_open(const struct access *disk, const char name[EDF_NAME],
    const char type[EDF_NAME])
{
	(void)disk;
	return memcmp(name, "OPEN    ", EDF_NAME) == 0 &&
	    memcmp(type, "MEMO    ", EDF_NAME) == 0;
}

void *
heap_take(size_t bytes)
{
	return malloc(bytes);
}

void
heap_give(void *at, size_t bytes)
{
	(void)bytes;
	free(at);
}

static int
image_io(struct disk_image *i, const struct edf_extent *list, unsigned n,
    int write)
{
	for (; n > 0; n--, list++) {
		size_t at = (size_t)list->block * EDF_SECTOR;
		size_t len = (size_t)list->blocks * EDF_SECTOR;

		if (at + len > sizeof i->at || (write && i->bad))
			return -1;
		if (write)
			memcpy(i->at + at, list->at, len);
		else
			memcpy(list->at, i->at + at, len);
	}
	return 0;
}

static int
image_read(void *arg, const struct edf_extent *list, unsigned n)
{
	return image_io(arg, list, n, 0);
}

static int
image_write(void *arg, const struct edf_extent *list, unsigned n, int flush)
{
	(void)flush;
	return image_io(arg, list, n, 1);
}

static int
image_flush(void *arg)
{
	return ((struct disk_image *)arg)->bad ? -1 : 0;
}

static void *
image_take(void *arg, size_t bytes)
{
	(void)arg;
	return malloc(bytes);
}

static void
image_give(void *arg, void *at, size_t bytes)
{
	(void)arg;
	(void)bytes;
	free(at);
}

static struct edf_date
image_now(void *arg)
{
	(void)arg;
	return (struct edf_date){ 2026, 11, 20, 7, 8, 9 };
}

int
disk_open(struct disk *disk, uint32_t vdev)
{
	*disk = (struct disk){ .vdev = vdev, .blocks = SECTORS,
		.read_only = vdev == 0x190 };
	return vdev >= 0x190 && vdev < 0x194 ? 0 : -1;
}

void
disk_device(struct disk *disk, int read_only, struct edf_device *dev)
{
	*dev = (struct edf_device){
		.arg = &image[disk->vdev - 0x190],
		.blocks = disk->blocks,
		.read_only = read_only,
		.read = image_read,
		.write = image_write,
		.flush = image_flush,
		.take = image_take,
		.give = image_give,
		.now = image_now,
	};
}

/* --- the tests' own words --- */

static void
name_of(char name[EDF_NAME], const char *text)
{
	memset(name, ' ', EDF_NAME);
	memcpy(name, text, strlen(text));
}

/* A file of the lines of text on a disk that is not accessed. */
static void
make(uint32_t vdev, const char *name, const char *type, char mode,
    const char *text)
{
	struct edf_stat st = { .mode = mode, .recfm = 'V' };
	struct edf_device dev;
	struct disk disk;
	struct edf_file *file;
	struct edf *edf;

	assert_int_equal(disk_open(&disk, vdev), 0);
	disk_device(&disk, 0, &dev);
	assert_int_equal(edf_mount(&dev, &edf), 0);
	name_of(st.name, name);
	name_of(st.type, type);
	assert_int_equal(edf_open(edf, EDF_REPLACE, &st, &file), 0);
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		assert_int_equal(edf_write(file, 0, text, n), 0);
		text += n + (text[n] == '\n');
	}
	assert_int_equal(edf_close(file), 0);
	assert_int_equal(edf_commit(edf), 0);
	edf_unmount(edf);
}

static void
blank(uint32_t vdev, const char *volume)
{
	struct edf_device dev;
	struct disk disk;

	memset(&image[vdev - 0x190], 0, sizeof image[0]);
	assert_int_equal(disk_open(&disk, vdev), 0);
	disk_device(&disk, 0, &dev);
	assert_int_equal(edf_format(&dev, 1024, 0, volume), 0);
}

static void
use(uint32_t vdev, char mode, char parent)
{
	struct access_how how = { .vdev = vdev, .mode = mode,
		.parent = parent, .system = mode == 'S',
		.number = mode == 'S' ? '2' : '\0' };
	struct access *a;

	assert_int_equal(access_disk(&how, &a), 0);
}

static int
setup(void **state)
{
	(void)state;
	command_settings = (struct command_settings){ 1, 1, 1, 1 };
	halted = 0;
	stack_init(&program_stack, stacked, sizeof stacked);
	blank(0x190, "CMS190");
	blank(0x191, "CMS191");
	blank(0x192, "CMS192");
	blank(0x193, "CMS193");
	make(0x190, "HELLO", "MODULE", '2', "x\n");
	make(0x190, "COPYFILE", "MODULE", '2', "x\n");
	make(0x190, "SECRET", "MODULE", '1', "x\n");
	make(0x190, "SYSTEM", "LEVEL", '2', "BUILD 4711\n");
	make(0x190, "ERASE", "HELPCMS", '2', "All about ERASE.\n");
	make(0x190, "QUERY", "HELPCMS", '2', "All about QUERY.\n");
	make(0x191, "ONE", "MEMO", '1', "first\nsecond\n");
	make(0x191, "TWO", "MEMO", '1', "x\n");
	make(0x191, "ONE", "TEXT", '5', "x\n");
	use(0x190, 'S', ' ');
	use(0x191, 'A', ' ');
	return 0;
}

static int
teardown(void **state)
{
	struct access *a;

	(void)state;
	while ((a = access_first()) != NULL)
		access_release(a);
	return 0;
}

/* A line gives this return code and says this. */
static void
says(const char *line, int rc, const char *expected)
{
	int got;

	output_len = 0;
	output[0] = '\0';
	got = command_run(line);
	assert_string_equal(output, expected);
	assert_int_equal(got, rc);
}

static int
has(const char *name, const char *type)
{
	struct edf_stat st;
	char n[EDF_NAME], t[EDF_NAME];

	name_of(n, name);
	name_of(t, type);
	return edf_find(access_find('A')->edf, n, t, &st) == 0;
}

/* What a disk would have after a crash. */
static int
has_for_good(const char *name, const char *type)
{
	access_release(access_find('A'));
	use(0x191, 'A', ' ');
	return has(name, type);
}

/* --- LISTFILE --- */

static void
test_listfile(void **state)
{
	(void)state;
	says("LISTFILE", 0,
	    "ONE      MEMO     A1\nONE      TEXT     A5\n"
	    "TWO      MEMO     A1\n");
	says("l one", 0, "ONE      MEMO     A1\nONE      TEXT     A5\n");
	says("LISTFILE %%o M* A", 0, "TWO      MEMO     A1\n");
	says("LISTFILE * * A5", 0, "ONE      TEXT     A5\n");
	says("LISTFILE * MODULE *", 0,
	    "COPYFILE MODULE   S2\nHELLO    MODULE   S2\n");
	says("LISTFILE * * A(FN)", 0, "ONE     \nONE     \nTWO     \n");
	says("LISTFILE ONE MEMO A (L", 0,
	    "FILENAME FILETYPE FM FORMAT LRECL      RECS    BLOCKS   DATE"
	    "     TIME     LABEL\n"
	    "ONE      MEMO     A1 V          6         2         1"
	    " 11/20/26 07:08:09 CMS191\n");
	says("LISTFILE ONE MEMO A (FO NOH", 0,
	    "ONE      MEMO     A1 V          6\n");
	says("LISTFILE ONE MEMO A (FO FNAME NOH FT", 0,
	    "ONE      MEMO     A1 V          6\n");
	says("LISTFILE ONE MEMO A (FM FN", 0, "ONE      MEMO     A1\n");
	halted = 1;
	says("LISTFILE", 142, "");
	halted = 0;
	says("LISTFILE ONE MEMO A (H ALLOC", 0,
	    "FILENAME FILETYPE FM FORMAT LRECL      RECS    BLOCKS\n"
	    "ONE      MEMO     A1 V          6         2         1\n");
}

static void
test_listfile_exec(void **state)
{
	(void)state;
	says("LISTFILE * MEMO A (EXEC", 0, "");
	says("LISTFILE ONE TEXT A (EXEC APPEND", 0, "");
	says("EXEC CMS STATE", 0, "");
	assert_true(has_for_good("CMS", "EXEC"));
	says("CMS ERASE", 0, "");
	assert_false(has("ONE", "MEMO"));
	assert_false(has("TWO", "MEMO"));
	assert_false(has("ONE", "TEXT"));
	says("LISTFILE NOTHING HERE A (EXEC", 28,
	    "DMSLST002E FILE NOT FOUND\n");
	says("STATE CMS EXEC A", 0, "");
}

static void
test_listfile_refused(void **state)
{
	(void)state;
	says("LISTFILE NONE", 28, "DMSLST002E FILE NOT FOUND\n");
	says("LISTFILE * * C", 36, "DMSLST069E DISK 'C' NOT ACCESSED\n");
	says("LISTFILE * * aa", 24, "DMSLST048E INVALID MODE 'AA'\n");
	says("LISTFILE * * A B", 24, "DMSLST070E INVALID PARAMETER 'B'\n");
	says("LISTFILE * * A (X", 24, "DMSLST003E INVALID OPTION 'X'\n");
	says("LISTFILE * * A (H NOH", 24, "DMSLST066E 'HEADER' AND 'NOHEADER' "
	    "ARE CONFLICTING OPTIONS\n");
	says("LISTFILE O!* * A", 20,
	    "DMSLST062E INVALID CHARACTER IN FILEID 'O!*'\n");
	says("LISTFILE VERYLONGNAME", 20,
	    "DMSLST062E INVALID CHARACTER IN FILEID 'VERYLONGNAME'\n");
}

/* --- ERASE --- */

static void
test_erase(void **state)
{
	(void)state;
	says("ERASE ONE MEMO", 0, "");
	assert_false(has_for_good("ONE", "MEMO"));
	says("ERASE * * A5 (TYPE", 0, "ONE TEXT A5\n");
	says("ERASE T* MEMO * (T", 0, "TWO MEMO A1\n");
	says("ERASE TWO MEMO", 28, "DMSERS002E FILE 'TWO MEMO A' NOT FOUND\n");
}

static void
test_erase_refused(void **state)
{
	(void)state;
	says("ERASE", 24, "DMSERS054E INCOMPLETE FILEID SPECIFIED\n");
	says("ERASE ONE", 24, "DMSERS054E INCOMPLETE FILEID SPECIFIED\n");
	says("ERASE * * A", 24, "DMSERS071E ERASE * * A NOT ALLOWED\n");
	says("ERASE ** * *", 24, "DMSERS071E ERASE * * * NOT ALLOWED\n");
	says("ERASE HELLO MODULE S", 36,
	    "DMSERS037E DISK 'S' IS READ/ONLY\n");
	says("ERASE ONE MEMO B", 36, "DMSERS069E DISK 'B' NOT ACCESSED\n");
	says("ERASE ONE MEMO A (NOW", 24, "DMSERS003E INVALID OPTION 'NOW'\n");
	says("ERASE ONE MEMO A (T NOT", 24,
	    "DMSERS066E 'TYPE' AND 'NOTYPE' ARE CONFLICTING OPTIONS\n");
	says("ERASE one MEMO A7", 24, "DMSERS048E INVALID MODE 'A7'\n");
	says("ERASE one MEMO A2", 28,
	    "DMSERS002E FILE 'ONE MEMO A2' NOT FOUND\n");
	assert_true(has("ONE", "MEMO"));
}

static void
test_erase_open(void **state)
{
	struct edf_stat st = { 0 };
	struct edf_file *file;

	(void)state;
	name_of(st.name, "ONE");
	name_of(st.type, "MEMO");
	assert_int_equal(edf_open(access_find('A')->edf, EDF_READ, &st, &file),
	    0);
	says("ERASE ONE MEMO A", 28,
	    "DMSERS030E FILE 'ONE MEMO A1' ALREADY ACTIVE\n");
	edf_abandon(file);
	says("ERASE ONE MEMO A", 0, "");
}

static void
test_device_error(void **state)
{
	(void)state;
	image[1].bad = 1;
	output_len = 0;
	assert_int_equal(command_run("ERASE ONE MEMO A"), 100);
	assert_memory_equal(output, "DMSERS1", 7);
	image[1].bad = 0;
	assert_true(has_for_good("ONE", "MEMO"));
}

/* --- RENAME --- */

static void
test_rename(void **state)
{
	(void)state;
	says("RENAME ONE MEMO A SIX = =", 0, "");
	assert_true(has_for_good("SIX", "MEMO"));
	assert_false(has("ONE", "MEMO"));
	says("RENAME * MEMO A = LETTER A (TYPE", 0,
	    "SIX LETTER A1\nTWO LETTER A1\n");
	says("REN SIX LETTER A =X = =6 (T", 0, "SIXX LETTER A6\n");
	says("RENAME SIXX LETTER A = = A1", 0, "");
}

static void
test_rename_refused(void **state)
{
	(void)state;
	says("RENAME ONE MEMO A TWO MEMO", 24,
	    "DMSRNM054E INCOMPLETE FILEID SPECIFIED\n");
	says("RENAME ONE MEMO A TWO MEMO A", 28,
	    "DMSRNM024E FILE 'TWO MEMO A1' ALREADY EXISTS\n");
	says("RENAME ONE MEMO A = = =", 24, "DMSRNM019E IDENTICAL FILEIDS\n");
	says("RENAME NO MEMO A SIX MEMO A", 28,
	    "DMSRNM002E FILE 'NO MEMO A' NOT FOUND\n");
	says("RENAME ONE MEMO A SIX MEMO B", 24,
	    "DMSRNM051E INVALID MODE CHANGE\n");
	says("RENAME ONE MEMO A SIX MEMO A9", 24,
	    "DMSRNM048E INVALID MODE 'A9'\n");
	says("RENAME ONE MEMO * SIX MEMO A", 24,
	    "DMSRNM048E INVALID MODE '*'\n");
	says("RENAME ONE MEMO A S!X MEMO A", 20,
	    "DMSRNM062E INVALID CHARACTER IN FILEID 'S!X'\n");
	says("RENAME ONE MEMO A =TOOLONG = A", 20,
	    "DMSRNM062E INVALID CHARACTER IN FILEID '=TOOLONG'\n");
	says("RENAME * MEMO A ALL = A", 20, "DMSRNM062E INVALID OUTPUT FILEID "
	    "'ALL': MANY FILES NEED A =\n");
	says("RENAME HELLO MODULE S = TEXT S", 36,
	    "DMSRNM037E DISK 'S' IS READ/ONLY\n");
	says("RENAME ONE MEMO C = TEXT C", 36,
	    "DMSRNM069E DISK 'C' NOT ACCESSED\n");
	says("RENAME * MEMO A = TEXT A", 28,
	    "DMSRNM024E FILE 'ONE TEXT A1' ALREADY EXISTS\n");
	says("RENAME ONE MEMO A X = = X", 24,
	    "DMSRNM070E INVALID PARAMETER 'X'\n");
	assert_true(has("TWO", "MEMO"));
	assert_false(has("TWO", "TEXT"));
}

/* --- STATE --- */

static void
test_state(void **state)
{
	(void)state;
	says("STATE ONE MEMO", 0, "");
	says("STATE HELLO MODULE", 0, "");
	says("STATE HELLO MODULE *", 0, "");
	says("STATE SECRET MODULE S", 28,
	    "DMSSTT002E FILE 'SECRET MODULE S' NOT FOUND\n");
	says("STATE * TEXT A", 0, "");
	says("STATE ONE MEMO A2", 28,
	    "DMSSTT002E FILE 'ONE MEMO A2' NOT FOUND\n");
	says("STATEW ONE MEMO", 0, "");
	says("STATEW HELLO MODULE", 28,
	    "DMSSTT002E FILE 'HELLO MODULE *' NOT FOUND\n");
	says("STATEW HELLO MODULE S", 28,
	    "DMSSTT002E FILE 'HELLO MODULE S' NOT FOUND\n");
	says("STATE ONE", 24, "DMSSTT054E INCOMPLETE FILEID SPECIFIED\n");
	says("STATE ONE MEMO Z", 36, "DMSSTT069E DISK 'Z' NOT ACCESSED\n");
	says("STATE ONE MEMO 1", 24, "DMSSTT048E INVALID MODE '1'\n");
	says("STATE O.E MEMO", 20,
	    "DMSSTT062E INVALID CHARACTER IN FILEID 'O.E'\n");
	says("STATE ONE MEMO A X", 24, "DMSSTT070E INVALID PARAMETER 'X'\n");
}

/* --- QUERY and SET --- */

static void
test_query_disk(void **state)
{
	char again[256];

	(void)state;
	make(0x192, "THREE", "MEMO", '1', "x\n");
	use(0x192, 'C', 'A');
	says("QUERY SEARCH", 0, "CMS191  191  A    R/W\n"
	    "CMS192  192  C/A  R/O\nCMS190  190  S    R/O\n");
	says("QUERY DISK R/W", 0, "LABEL  VDEV M   STAT  CYL TYPE BLKSZ  "
	    "FILES BLKS USED-(%) BLKS LEFT BLK TOTAL\n"
	    "CMS191 191  A   R/W    FB  512  1024      3          9-04      "
	    " 191       200\n");
	strcpy(again, output);
	says("QUERY DISK A", 0, again);
	says("LISTFILE T* * A", 0, "TWO      MEMO     A1\n");
	says("ERASE THREE MEMO A", 28,
	    "DMSERS002E FILE 'THREE MEMO A' NOT FOUND\n");
	says("ERASE THREE MEMO C", 36, "DMSERS037E DISK 'C' IS READ/ONLY\n");
	says("QUERY DISK Q", 36, "DMSQRY069E DISK 'Q' NOT ACCESSED\n");
	says("QUERY DISK 9", 24,
	    "DMSQRY026E INVALID PARAMETER '9' FOR 'DISK' FUNCTION\n");
	says("QUERY DISK A1", 24,
	    "DMSQRY026E INVALID PARAMETER 'A1' FOR 'DISK' FUNCTION\n");
	says("QUERY DISK A B", 24, "DMSQRY070E INVALID PARAMETER 'B'\n");
	says("STATE THREE MEMO A", 0, "");
	says("LISTFILE T* * *", 0,
	    "TWO      MEMO     A1\nTHREE    MEMO     C1\n");
}

static void
test_query(void **state)
{
	(void)state;
	says("QUERY CMSLEVEL", 0, "CMS for x86-64 VERSION 1 LEVEL 0\n"
	    "SYSTEM DISK BUILD 4711\n");
	says("SET ABBREV OFF", 0, "");
	says("QUERY ABBREV", 0, "ABBREV    = OFF\n");
	says("L", -3,
	    "UNKNOWN CP/CMS COMMAND: L - HELP LISTS WHAT THERE IS\n");
	says("SET ABBREV ON", 0, "");
	says("Q IMPEX", 0, "IMPEX     = ON\n");
	says("SET IMPEX MAYBE", 24,
	    "DMSSET026E INVALID PARAMETER 'MAYBE' FOR 'IMPEX' FUNCTION\n");
	says("SET IMPEX", 24, "DMSSET050E PARAMETER MISSING AFTER 'IMPEX'\n");
	says("SET IMPEX ON OFF", 24, "DMSSET070E INVALID PARAMETER 'OFF'\n");
	says("SET", 24, "DMSSET047E NO FUNCTION SPECIFIED\n");
	says("Q IMPEX", 0, "IMPEX     = ON\n");
	says("Q IMPEX X", 24, "DMSQRY070E INVALID PARAMETER 'X'\n");
	says("SET RDYMSG S", 0, "");
	says("Q RDYMSG", 0, "RDYMSG    = SMSG\n");
	says("SET RDYMSG LMSG", 0, "");
	says("Q RDYMSG", 0, "RDYMSG    = LMSG\n");
	says("QUERY SYNONYM USER", 0, "NO USER SYNONYMS IN EFFECT\n");
	says("QUERY TIME", 0, "");
	assert_string_equal(asked_cp, "QUERY TIME");
	says("QUERY SYNONYM X", 24,
	    "DMSQRY026E INVALID PARAMETER 'X' FOR 'SYNONYM' FUNCTION\n");
	says("QUERY", 24, "DMSQRY047E NO FUNCTION SPECIFIED\n");
	says("SET IMPCP OFF", 0, "");
	says("Q IMPCP", 0, "IMPCP     = OFF\n");
	says("QUERY TIME", 24, "DMSQRY014E INVALID FUNCTION 'TIME'\n");
	says("SET MSG OFF", 24, "DMSSET014E INVALID FUNCTION 'MSG'\n");
	says("CP QUERY TIME", 0, "");
}

/* --- ACCESS and RELEASE --- */

static void
test_access(void **state)
{
	(void)state;
	make(0x192, "THREE", "MEMO", '1', "x\n");
	says("ACCESS 192 B", 0, "");
	says("ACCESS 192 C", 36, "DMSACC059E '192' ALREADY ACCESSED AS "
	    "READ/WRITE 'B' DISK\n");
	says("ACCESS 190 B TH* * B1", 28, "DMSACC060E FILE(S) NOT FOUND. DISK "
	    "'B (190)' WILL NOT BE ACCESSED\n");
	says("ACCESS 190 B (ERASE", 36, "DMSACC037E DISK 'B' IS READ/ONLY\n");
	says("ACCESS 192 B/A (ERASE", 36,
	    "DMSACC037E DISK 'B' IS READ/ONLY\n");
	says("STATEW THREE MEMO B", 0, "");
	says("ACCESS 190 B h*", 0, "DMSACC724I '190' REPLACES ' B (192) '\n"
	    "DMSACC723I B (190) R/O\nDMSACC725I 190 ALSO = 'S' DISK\n");
	says("LISTFILE * * B", 0, "HELLO    MODULE   B2\n");
	says("ACCESS 192 B", 0, "DMSACC724I '192' REPLACES ' B (190) '\n");
	says("ACCESS 192 B (ERASE", 0, "");
	says("LISTFILE * * B", 28, "DMSLST002E FILE NOT FOUND\n");
	make(0x193, "FIRST", "MEMO", '1', "x\n");
	says("ACCESS 193 C (ERASE", 0, "");
	says("LISTFILE * * C", 28, "DMSLST002E FILE NOT FOUND\n");
}

/* Erasing fails: then the files are there. */
static void
test_access_fails(void **state)
{
	(void)state;
	image[1].bad = 1;
	output_len = 0;
	assert_int_equal(command_run("ACCESS 191 A (ERASE"), 100);
	image[1].bad = 0;
	access_sweep();
	if (access_find('A') == NULL)
		use(0x191, 'A', ' ');
	assert_true(has("ONE", "MEMO"));
}

static void
test_release(void **state)
{
	(void)state;
	use(0x190, 'B', 'A');
	says("RELEASE", 24, "DMSARE028E NO DEVICE SPECIFIED\n");
	says("RELEASE B (DET", 24,
	    "DMSARE048E INVALID MODE 'S': IT IS CMS'S OWN\n");
	says("RELEASE 190", 24,
	    "DMSARE048E INVALID MODE 'S': IT IS CMS'S OWN\n");
	says("RELEASE s", 24, "DMSARE048E INVALID MODE 'S': IT IS CMS'S OWN\n");
	says("RELEASE c", 36, "DMSARE069E DISK 'C' NOT ACCESSED\n");
	says("RELEASE 19x", 24, "DMSARE017E INVALID DEVICE ADDRESS '19X'\n");
	says("RELEASE B A", 24, "DMSARE070E INVALID PARAMETER 'A'\n");
	says("RELEASE B (X", 24, "DMSARE003E INVALID OPTION 'X'\n");
	says("STATE HELLO MODULE B", 0, "");
	says("RELEASE B", 0, "");
	says("STATE HELLO MODULE S", 0, "");
	says("RELEASE A (DET", 1, "");
	assert_string_equal(asked_cp, "DETACH 191");
}

/* --- names of commands --- */

static void
test_search(void **state)
{
	(void)state;
	says("hello there", 7, "");
	assert_int_equal(command_typed("NOTHING"), -1);
	assert_int_equal(command_typed("hello there"), 7);
	assert_string_equal(ran, "HELLO    S: hello there");
	says("copy a b c d e f", 7, "");
	assert_string_equal(ran, "COPYFILE S: copy a b c d e f");
	says("50% of", -3,
	    "UNKNOWN CP/CMS COMMAND: 50% - HELP LISTS WHAT THERE IS\n");
	says("SECRET", -3,
	    "UNKNOWN CP/CMS COMMAND: SECRET - HELP LISTS WHAT THERE IS\n");
	says("TYPE ONE MEMO", -3,
	    "UNKNOWN CP/CMS COMMAND: TYPE - HELP LISTS WHAT THERE IS\n");
	assert_string_equal(asked_cp, "TYPE ONE MEMO");
}

static void
remake(const char *name, const char *type, const char *text)
{
	access_release(access_find('A'));
	make(0x191, name, type, '1', text);
	use(0x191, 'A', ' ');
}

static void
test_synonym(void **state)
{
	(void)state;
	remake("MINE", "SYNONYM", "* my own\nSTATE THERE 2\nerase delete\n");
	says("SYNONYM MINE", 0, "");
	says("TH ONE MEMO", 0, "");
	says("DELETE ONE MEMO", 0, "");
	says("DELET TWO MEMO", -3,
	    "UNKNOWN CP/CMS COMMAND: DELET - HELP LISTS WHAT THERE IS\n");
	says("QUERY SYN USER", 0, "SYSTEM    USER      SHORTEST\n"
	    "COMMAND   SYNONYM   FORM (IF ANY)\n"
	    "---------------------------------\n"
	    "STATE     THERE     TH\nERASE     DELETE    \n");
	says("SYNONYM (NOSTD", 0, "");
	says("L", -3,
	    "UNKNOWN CP/CMS COMMAND: L - HELP LISTS WHAT THERE IS\n");
	says("QUERY SYNONYM SYSTEM", 0, "NO SYSTEM SYNONYMS IN EFFECT\n");
	says("SYNONYM (STD CLEAR", 0, "");
	says("TH ONE MEMO", -3,
	    "UNKNOWN CP/CMS COMMAND: TH - HELP LISTS WHAT THERE IS\n");
	remake("BAD", "SYNONYM", "STATE THERE 9\n");
	says("SYNONYM BAD SYNONYM A", 32, "DMSSYN056E FILE 'BAD SYNONYM A' "
	    "CONTAINS INVALID RECORD FORMATS\n");
	says("SYNONYM NONE", 28,
	    "DMSSYN002E FILE 'NONE SYNONYM *' NOT FOUND\n");
	says("SYNONYM (WHAT", 24, "DMSSYN003E INVALID OPTION 'WHAT'\n");
}

/* --- EXEC --- */

static void
test_exec(void **state)
{
	(void)state;
	remake("RUN", "EXEC", "* a comment\n \n'STATE &1 MEMO'\n"
	    "state no memo\nhello &1 &2 &9 x&1\n");
	says("RUN one two", 7,
	    "DMSSTT002E FILE 'NO MEMO *' NOT FOUND\n"
	    "state no memo\n+++ R(00028) +++\n"
	    "hello one two  x&1\n+++ R(00007) +++\n");
	assert_string_equal(ran, "HELLO    S: hello one two  x&1");
	says("EXEC RUN one two", 7,
	    "DMSSTT002E FILE 'NO MEMO *' NOT FOUND\n"
	    "state no memo\n+++ R(00028) +++\n"
	    "hello one two  x&1\n+++ R(00007) +++\n");
	says("SET IMPEX OFF", 0, "");
	says("RUN ONE", -3,
	    "UNKNOWN CP/CMS COMMAND: RUN - HELP LISTS WHAT THERE IS\n");
	says("EXEC", 24, "DMSEXC001E NO FILENAME SPECIFIED\n");
	says("EXEC NONE", 28, "DMSEXC002E FILE 'NONE EXEC *' NOT FOUND\n");
}

static void
test_exec_refused(void **state)
{
	(void)state;
	remake("REXX", "EXEC", "/* REXX */\nsay 'hello'\n");
	says("REXX", 40, "DMSEXC400E REXX EXEC IS A REXX PROGRAM; THIS CMS "
	    "HAS NO REXX\n");
	remake("CONTROL", "EXEC", "STATE ONE MEMO\n&IF A = B &EXIT\n");
	says("CONTROL", 816, "DMSEXT072E ERROR IN EXEC FILE CONTROL, LINE 2 - "
	    "THERE ARE NO CONTROL WORDS HERE\n");
	remake("LOOP", "EXEC", "LOOP\n");
	output_len = 0;
	assert_int_equal(command_run("LOOP"), 804);
	assert_memory_equal(output, "DMSEXC110E", 10);
	halted = 1;
	remake("TWICE", "EXEC", "STATE ONE MEMO\nERASE ONE MEMO\n");
	says("TWICE", 142, "");
	assert_true(has("ONE", "MEMO"));
}

/* An EXEC may erase itself. */
static void
test_exec_erases(void **state)
{
	(void)state;
	remake("GONE", "EXEC", "ERASE GONE EXEC\nSTATE ONE MEMO\n");
	says("GONE", 0, "");
	assert_false(has("GONE", "EXEC"));
}

/* --- HELP --- */

static void
test_help_files(void **state)
{
	(void)state;
	says("HELP ERASE", 0, "All about ERASE.\n");
	says("help cms erase", 0, "All about ERASE.\n");
	says("HELP Q", 0, "All about QUERY.\n");
	says("HELP QUERY TIME", 0, "CP knows.\n");
	says("HELP QUERY DISK", 0, "All about QUERY.\n");
	says("HELP LINK", 0, "CP knows.\n");
	says("HELP CMS LINK", 28, "DMSHLP254E NO HELP FOR 'LINK' - HELP LISTS "
	    "COMMANDS\n");
	says("HELP CP ERASE", 28, "DMSHLP254E NO HELP FOR 'ERASE' - HELP "
	    "LISTS COMMANDS\n");
	says("HELP HX", 28, "DMSHLP254E NO HELP FOR 'HX' - HELP LISTS "
	    "COMMANDS\n");
	says("HELP NOSUCH", 28, "DMSHLP254E NO HELP FOR 'NOSUCH' - HELP LISTS "
	    "COMMANDS\n");
	says("HELP CP LINK", 0, "CP knows.\n");
	says("HELP *", 28,
	    "DMSHLP254E NO HELP FOR '*' - HELP LISTS COMMANDS\n");
}

/* --- rows --- */

static void
test_names(void **state)
{
	(void)state;
	for (int i = 0; command_table[i] != NULL; i++) {
		const struct command *c = command_table[i];

		assert_in_range(strlen(c->name), 2, TEXT_NAME);
		assert_in_range(c->abbrev, 1, strlen(c->name));
		for (const char *p = c->name; *p != '\0'; p++)
			assert_in_range(*p, 'A', 'Z');
		if (i > 0)
			assert_true(strcmp(command_table[i - 1]->name,
			    c->name) < 0);
	}
}

/* Every abbreviation of every command. */
static void
test_one_meaning(void **state)
{
	(void)state;
	for (int i = 0; command_table[i] != NULL; i++) {
		const struct command *c = command_table[i];

		for (size_t n = c->abbrev; n <= strlen(c->name); n++)
			for (int j = 0; command_table[j] != NULL; j++)
				assert_true(j == i || !text_abbrev(c->name, n,
				    command_table[j]->name,
				    command_table[j]->abbrev));
	}
}

static void
test_rows(void **state)
{
	(void)state;
	for (int i = 0; command_table[i] != NULL; i++) {
		const struct command *c = command_table[i];

		assert_true((c->run != NULL) != (c->module != NULL));
		assert_int_equal(strlen(c->code), 3);
	}
}

/* Each has a file on the system disk that begins with its name. */
static void
test_help_on_disk(void **state)
{
	(void)state;
	for (int i = 0; command_table[i] != NULL; i++) {
		const char *name = command_table[i]->name;
		char path[256], line[256];
		FILE *f;

		snprintf(path, sizeof path, "%s/%s.HELPCMS", HELP_FOLDER,
		    name);
		f = fopen(path, "r");
		if (f == NULL)
			fail_msg("%s has no file", name);
		for (int n = 0; fgets(line, sizeof line, f) != NULL; n++) {
			if (n == 0)
				assert_memory_equal(line, name, strlen(name));
			assert_in_range(strlen(line), 1, HELP_WIDTH + 1);
		}
		fclose(f);
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_listfile),
		TEST(test_listfile_exec),
		TEST(test_listfile_refused),
		TEST(test_erase),
		TEST(test_erase_refused),
		TEST(test_erase_open),
		TEST(test_device_error),
		TEST(test_rename),
		TEST(test_rename_refused),
		TEST(test_state),
		TEST(test_query_disk),
		TEST(test_query),
		TEST(test_access),
		TEST(test_access_fails),
		TEST(test_release),
		TEST(test_search),
		TEST(test_synonym),
		TEST(test_exec),
		TEST(test_exec_refused),
		TEST(test_exec_erases),
		TEST(test_help_files),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_one_meaning),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_help_on_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
