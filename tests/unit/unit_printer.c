/* SPDX-License-Identifier: MIT
 *
 * unit_printer.c - a printer and a punch with a folder: what lies in it when,
 * what the operator's orders do in the middle of a file, what a death leaves.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "channel.h"
#include "unit_rig.h"

static struct rig rig;
static char folder[64];
static char text[1 << 16]; /* of the file that was looked at */

/* Blocks of the file that vmspool has. */
static char block[4][64];
static size_t block_len[4];
static unsigned blocks;
static bool cards;

static struct spool_file spooled;
static struct ipc_ur_read asked;

static void
begin(enum device_type type)
{
	rig_begin(&rig, (struct ipc_unit_config){ .raddr = 0x00E,
		.type = type });
	assert_int_equal(rig_order(&rig,
	    (struct ipc_unit_order){ .op = UNIT_START }), 0);
}

static int
make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/unit_printer.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	rig.fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return rig.fd < 0 ? -1 : 0;
}

/* The files there, and the content of the only one, or of `name`. */
static unsigned
look(const char *name)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	unsigned n = 0;
	FILE *f;

	while ((e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		n++;
		if (name != NULL && strcmp(e->d_name, name) != 0)
			continue;
		f = fdopen(openat(rig.fd, e->d_name, O_RDONLY), "r");
		text[fread(text, 1, sizeof text - 1, f)] = '\0';
		fclose(f);
	}
	closedir(dir);
	return n;
}

static int
remove_folder(void **state)
{
	DIR *dir = opendir(folder);
	struct dirent *e;

	(void)state;
	while ((e = readdir(dir)) != NULL)
		unlinkat(rig.fd, e->d_name, 0);
	closedir(dir);
	close(rig.fd);
	return rmdir(folder);
}

/* What a printer writes behind its separator. */
static const char *
behind_head(void)
{
	const char *page = strchr(text, '\f');

	return page != NULL ? page + 1 : "";
}

/* --- vmspool --- */

static void
spool(unsigned n, ...)
{
	va_list ap;

	va_start(ap, n);
	blocks = n;
	for (unsigned i = 0; i < n; i++) {
		const char *line = va_arg(ap, const char *);
		size_t len = strlen(line);
		char *at = block[i];

		*at++ = (char)(len + (cards ? 0 : 1));
		*at++ = 0;
		if (!cards)
			*at++ = PRT_WRITE_1;
		memcpy(at, line, len);
		block_len[i] = (size_t)(at - block[i]) + len;
	}
	va_end(ap);
	spooled = (struct spool_file){ .id = 31, .records = n, .spoolid = 12,
		.queue = SPOOL_PRT, .device = SPOOL_ON_PRT,
		.attr = { .class = 'A', .copies = 1, .name = "MY/FILE",
		    .type = "LISTING" } };
	name_parse("MAINT", &spooled.owner.user);
	spooled.origin = spooled.owner;
}

static void
opened(int32_t rc)
{
	struct ipc_ur_opened answer = { .rc = rc, .file = spooled,
		.blocks = blocks };

	rig_ur(&rig, IPC_UR_OPEN);
	answer.tag = rig.in.open.tag;
	if (rc == 0)
		rig.state.state = 0;
	rig_tell(&rig, ur, IPC_UR_OPENED, answer);
	while (rc == 0 && rig.state.state != UNIT_ACTIVE)
		rig_listen(&rig, "its state"); /* orders come another way */
}

static void
asks(void)
{
	rig_ur(&rig, IPC_UR_READ);
	asked = rig.in.read;
}

/* Answer the block that was asked for. */
static void
data(int32_t rc)
{
	uint64_t seq = asked.seq;
	struct ipc_ur_data answer = { .rc = rc, .id = asked.id,
		.seq = seq, .first = seq + 1, .records = 1 };

	assert_true(seq < blocks);
	if (ipcchan_send_text(&rig.ur, IPC_UR_DATA, &answer, sizeof answer,
	    block[seq], rc == 0 ? block_len[seq] : 0, -1) < 0)
		err(1, "UR_DATA");
}

static void
reads(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		asks();
		data(0);
	}
}

static void
finished(enum ipc_ur_finished how)
{
	struct ipc_ur_done done = { 0 };

	rig_ur(&rig, IPC_UR_FINISH);
	assert_int_equal(rig.in.finish.how, how);
	assert_int_equal(rig.in.finish.id, 31);
	done.tag = rig.in.finish.tag;
	rig_tell(&rig, ur, IPC_UR_DONE, done);
}

/* It wants the next, and there is none. */
static void
no_more(void)
{
	opened(-ENOENT);
	rig_until(&rig, UNIT_IDLE, 0);
}

static int32_t
order(enum ipc_unit_op op, uint32_t count)
{
	return rig_order(&rig,
	    (struct ipc_unit_order){ .op = op, .count = count });
}

/* --- tests --- */

static void
a_listing(void **state)
{
	const struct ipc_none more = { 0 };

	(void)state;
	begin(DEVICE_PRINTER);
	opened(-ENOENT);
	rig_quiet(&rig, 50);
	spool(2, "ONE  ", "TWO");
	rig_tell(&rig, ur, IPC_UR_MORE, more);
	opened(0);
	assert_int_equal(rig.in.open.queue, SPOOL_PRT);
	assert_memory_equal(rig.in.open.classes, "A\0", 2);
	rig_said(&rig, "PRT 00E OUTPUT OF MAINT    FILE = 0012 RECDS = 000002 "
	    "COPY = 01 A PRT");
	reads(1);
	assert_int_equal(look(".00E.new"), 1);
	reads(1);
	finished(FINISH_DONE);
	no_more();
	assert_int_equal(look("MAINT-0012-MY_FILE.LISTING-31.txt"), 1);
	assert_non_null(strstr(text, "USERID   MAINT"));
	assert_string_equal(behind_head(), "ONE\nTWO\n");
	rig_end(&rig, false);
}

/* Killed between the file's name and the word that it is done: once more, and
 * it lies there once. */
static void
exactly_once(void **state)
{
	(void)state;
	spool(1, "ONE");
	for (int i = 0; i < 3; i++) {
		begin(DEVICE_PRINTER);
		opened(0);
		asks();
		if (i == 1) { /* in the middle, this time */
			rig_end(&rig, true);
			continue;
		}
		data(0);
		rig_ur(&rig, IPC_UR_FINISH);
		rig_end(&rig, true);
		assert_int_equal(look(NULL), 1);
		assert_string_equal(behind_head(), "ONE\n");
	}
}

/* Of a file that was begun all copies are made, whatever else waits, and by a
 * printer that drains. */
static void
copies(void **state)
{
	(void)state;
	begin(DEVICE_PRINTER);
	spool(1, "ONE");
	spooled.attr.copies = 2;
	opened(0);
	rig_said(&rig, "PRT 00E OUTPUT OF MAINT    FILE = 0012 RECDS = 000001 "
	    "COPY = 02 A PRT");
	assert_int_equal(order(UNIT_REPEAT, 1), 0);
	assert_int_equal(order(UNIT_DRAIN, 0), 0);
	reads(1);
	rig_said(&rig, "PRT 00E REPEATED  MAINT    FILE = 0012 RECDS = 000001 "
	    "COPY = 02 A PRT");
	reads(1);
	finished(FINISH_DONE);
	spooled.attr.copies = 1;
	opened(0);
	assert_int_equal(rig.in.open.id, 31);
	rig_said(&rig, "PRT 00E REPEATED  MAINT    FILE = 0012 RECDS = 000001 "
	    "COPY = 01 A PRT");
	reads(1);
	finished(FINISH_DONE);
	rig_until(&rig, UNIT_DRAINED, 0);
	rig_quiet(&rig, 50);
	assert_int_equal(look("MAINT-0012-MY_FILE.LISTING-31-2.txt"), 3);
	assert_string_equal(behind_head(), "ONE\n");
	look("MAINT-0012-MY_FILE.LISTING-31-2-R1.txt");
	assert_string_equal(behind_head(), "ONE\n");
	rig_end(&rig, false);
}

/* The answer to a file that was asked for comes when it is not wanted. */
static void
given_back(void **state)
{
	struct ipc_ur_opened answer = { 0 };

	(void)state;
	begin(DEVICE_PRINTER);
	spool(1, "ONE");
	answer = (struct ipc_ur_opened){ .file = spooled, .blocks = 1 };
	rig_ur(&rig, IPC_UR_OPEN);
	answer.tag = rig.in.open.tag;
	assert_int_equal(order(UNIT_DRAIN, 0), 0);
	rig_tell(&rig, ur, IPC_UR_OPENED, answer);
	finished(FINISH_BACK);
	assert_int_equal(order(UNIT_START, 0), 0);
	rig_ur(&rig, IPC_UR_OPEN);
	answer.tag = rig.in.open.tag;
	assert_int_equal(order(UNIT_START, 0), 0);
	rig_ur(&rig, IPC_UR_OPEN);
	rig_tell(&rig, ur, IPC_UR_OPENED, answer);
	finished(FINISH_BACK);
	answer.tag++;
	answer.rc = -ENOENT;
	rig_tell(&rig, ur, IPC_UR_OPENED, answer);
	/* between two copies it is held */
	rig_tell(&rig, ur, IPC_UR_MORE, ((struct ipc_none){ 0 }));
	spooled.attr.copies = 2;
	opened(0);
	reads(1);
	finished(FINISH_DONE);
	rig_ur(&rig, IPC_UR_OPEN);
	answer = (struct ipc_ur_opened){ .tag = rig.in.open.tag,
		.file = spooled, .blocks = 1 };
	answer.file.attr.hold = SPOOL_HOLD_SYSTEM;
	rig_tell(&rig, ur, IPC_UR_OPENED, answer);
	finished(FINISH_BACK);
	no_more();
	rig_end(&rig, false);
}

/* A file of three pages, of which two blocks are printed. */
static void
three_pages(void)
{
	begin(DEVICE_PRINTER);
	spool(3, "ONE", "TWO", "THREE");
	block[0][2] = block[1][2] = (char)PRT_WRITE_SKIP(1);
	opened(0);
	reads(2);
	asks();
}

static void
behind_backspace(unsigned n, const char *expected)
{
	rig_said(&rig, "PRT 00E BACKSPACE MAINT    FILE = 0012");
	data(0); /* no longer wanted */
	reads(n);
	finished(FINISH_DONE);
	no_more();
	look(NULL);
	assert_string_equal(behind_head(), expected);
	rig_end(&rig, false);
}

static void
backspace(void **state)
{
	(void)state;
	three_pages();
	assert_int_equal(order(UNIT_BACKSPACE, 1), 0); /* to page 2 */
	behind_backspace(3, "ONE\n\fTWO\n\f\fTWO\n\fTHREE\n");
	three_pages();
	assert_int_equal(order(UNIT_BACKSPACE, 1), 0);
	assert_int_equal(order(UNIT_BACKSPACE, 0), 0); /* the same one */
	behind_backspace(2 + 3, "ONE\n\fTWO\n\f\fTWO\n\fTHREE\n");
	three_pages();
	assert_int_equal(order(UNIT_BACKSPACE, 0), 0); /* page 3's top */
	behind_backspace(3, "ONE\n\fTWO\n\f\fTHREE\n");
	three_pages();
	assert_int_equal(order(UNIT_BACKSPACE, UINT32_MAX), 0);
	behind_backspace(3, "ONE\n\fTWO\n\f\fONE\n\fTWO\n\fTHREE\n");
	three_pages();
	assert_int_equal(order(UNIT_BACKSPACE_END, 2), 0);
	behind_backspace(6, "ONE\n\fTWO\n\f\fTWO\n\fTHREE\n");
}

static void
space_and_flush(void **state)
{
	(void)state;
	begin(DEVICE_PRINTER);
	assert_int_equal(order(UNIT_SPACE, 0), 141);
	spool(2, "ONE", "TWO");
	block[0][2] = (char)PRT_WRITE_3;
	opened(0);
	assert_int_equal(order(UNIT_SPACE, 0), 0);
	reads(2);
	finished(FINISH_DONE);
	look(NULL);
	assert_string_equal(behind_head(), "ONE\nTWO\n");
	unlinkat(rig.fd, "MAINT-0012-MY_FILE.LISTING-31.txt", 0);
	opened(0);
	assert_int_equal(order(UNIT_REPEAT, 1), 0);
	reads(1);
	asks();
	assert_int_equal(order(UNIT_FLUSH, 0), 0); /* one of two */
	rig_said(&rig, "PRT 00E REPEATED");
	data(0);
	reads(1);
	assert_int_equal(order(UNIT_FLUSH, 0), 0);
	rig_said(&rig, "PRT 00E FLUSHED   MAINT    FILE = 0012");
	asks();
	finished(FINISH_DONE);
	opened(0);
	asks();
	assert_int_equal(order(UNIT_FLUSH, 1), 0);
	asks();
	finished(FINISH_PURGE);
	opened(0);
	asks();
	assert_int_equal(rig_order(&rig, (struct ipc_unit_order){
	    .op = UNIT_FLUSH, .hold = 1 }), 0);
	rig_said(&rig, "PRT 00E FILE HELD");
	asks();
	finished(FINISH_HOLD);
	no_more();
	assert_int_equal(look(NULL), 0);
	rig_end(&rig, false);
}

/* SPACE is for the file, all its copies; cards have nothing to be spaced. */
static void
spaced(void **state)
{
	(void)state;
	begin(DEVICE_PRINTER);
	spool(2, "ONE", "TWO");
	block[0][2] = (char)PRT_WRITE_3;
	spooled.attr.copies = 2;
	opened(0);
	assert_int_equal(order(UNIT_SPACE, 0), 0);
	reads(2);
	finished(FINISH_DONE);
	spooled.attr.copies = 1;
	opened(0);
	reads(2);
	finished(FINISH_DONE);
	look("MAINT-0012-MY_FILE.LISTING-31.txt");
	assert_string_equal(behind_head(), "ONE\nTWO\n");
	cards = true;
	spool(2, "ONE", "TWO");
	cards = false;
	spooled.device = SPOOL_ON_PUN;
	opened(0);
	assert_int_equal(order(UNIT_SPACE, 0), 0);
	reads(2);
	finished(FINISH_DONE);
	no_more();
	look("MAINT-0012-MY_FILE.LISTING-31.txt");
	assert_string_equal(behind_head(), "ONE\nTWO\n");
	rig_end(&rig, false);
}

static void
drain(void **state)
{
	(void)state;
	begin(DEVICE_PRINTER);
	spool(1, "ONE");
	opened(0);
	assert_int_equal(order(UNIT_DRAIN, 0), 0);
	rig_until(&rig, UNIT_ACTIVE, 1);
	reads(1);
	finished(FINISH_DONE);
	rig_until(&rig, UNIT_DRAINED, 0);
	rig_quiet(&rig, 50);
	assert_int_equal(rig_order(&rig, (struct ipc_unit_order){
	    .op = UNIT_START, .classes = "XY" }), 0);
	no_more();
	assert_memory_equal(rig.in.open.classes, "XY\0", 3);
	rig_end(&rig, false);
}

static void
damaged(void **state)
{
	(void)state;
	begin(DEVICE_PRINTER);
	spool(2, "ONE", "TWO");
	opened(0);
	reads(1);
	asks();
	data(-EIO);
	rig_said(&rig, "DMKRSP438E PRT 00E FILE 0012 OF MAINT IS DAMAGED");
	finished(FINISH_HOLD);
	opened(0);
	block[0][0] = 99; /* no whole records */
	asks();
	data(0);
	asks();
	rig_said(&rig, "DMKRSP438E");
	finished(FINISH_HOLD);
	no_more();
	assert_int_equal(look(NULL), 0);
	rig_end(&rig, false);
}

/* The folder takes nothing: it waits, is told to go on, begins anew. */
static void
no_room(void **state)
{
	struct rlimit none = { 0, 4096 }, files = { 1024, 4096 };

	(void)state;
	begin(DEVICE_PRINTER);
	spool(1, "ONE");
	rig_ur(&rig, IPC_UR_OPEN);
	if (prlimit(rig.pid, RLIMIT_NOFILE, &none, NULL) < 0)
		err(1, "prlimit");
	rig_tell(&rig, ur, IPC_UR_OPENED, ((struct ipc_ur_opened){
	    .tag = rig.in.open.tag, .file = spooled, .blocks = 1 }));
	rig_said(&rig, "DMKRSP437W PRT 00E INTERVENTION REQUIRED");
	rig_quiet(&rig, 50);
	if (prlimit(rig.pid, RLIMIT_NOFILE, &files, NULL) < 0)
		err(1, "prlimit");
	rig_said(&rig, "PRT 00E READY");
	reads(1);
	finished(FINISH_DONE);
	look(NULL);
	assert_string_equal(behind_head(), "ONE\n");
	rig_end(&rig, false);
}

/* vmspool goes in the middle: nothing is left, and all comes anew. */
static void
spool_away(void **state)
{
	(void)state;
	begin(DEVICE_PRINTER);
	spool(2, "ONE", "TWO");
	opened(0);
	reads(1);
	rig_spool(&rig);
	rig_ur(&rig, IPC_UR_OPEN);
	assert_int_equal(look(NULL), 0);
	rig_tell(&rig, ur, IPC_UR_OPENED, ((struct ipc_ur_opened){
	    .tag = rig.in.open.tag, .file = spooled, .blocks = 2 }));
	reads(2);
	rig_ur(&rig, IPC_UR_FINISH);
	assert_int_equal(look(NULL), 1);
	assert_string_equal(behind_head(), "ONE\nTWO\n");
	rig_end(&rig, false);
}

static void
a_punch(void **state)
{
	(void)state;
	cards = true;
	begin(DEVICE_PUNCH);
	spool(3, "CARD  ", "\x01\xFF", "END");
	spooled.device = SPOOL_ON_PUN;
	memset(&spooled.attr.name, 0, sizeof spooled.attr.name);
	opened(0);
	assert_int_equal(rig.in.open.queue, SPOOL_PUN);
	reads(2);
	asks();
	assert_int_equal(order(UNIT_BACKSPACE, 1), 0);
	assert_int_equal(order(UNIT_SPACE, 0), 142);
	data(0);
	reads(3);
	finished(FINISH_DONE);
	no_more();
	assert_int_equal(look("MAINT-0012-31.pun"), 1);
	assert_string_equal(text, "CARD  \n\x01\xFF\n\x01\xFF\nEND\n");
	rig_end(&rig, false);
	cards = false;
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_listing),
		TEST(exactly_once),
		TEST(copies),
		TEST(given_back),
		TEST(backspace),
		TEST(space_and_flush),
		TEST(spaced),
		TEST(drain),
		TEST(damaged),
		TEST(no_room),
		TEST(spool_away),
		TEST(a_punch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
