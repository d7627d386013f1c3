/* SPDX-License-Identifier: MIT
 *
 * records.c - files as CMS's own calls see them.  Wants a disk as A and a
 * read-only one as S.  Prints and returns the number of the first check that
 * fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "cms.h"

#define LONGEST 65535

static char buf[70000], back[70000];

static void
check_fixed(void)
{
	struct cms_stat st = { .recfm = 'F', .lrecl = 80, .mode = "A2" };
	int fd = cms_open("CARDS DATA A", CMS_CREATE, &st);

	CHECK(fd >= 3);
	CHECK(strcmp(st.name, "CARDS") == 0 && strcmp(st.mode, "A2") == 0);
	memset(buf, 'x', sizeof buf);
	for (int i = 1; i <= 5; i++) {
		buf[0] = (char)('0' + i);
		CHECK(cms_write(fd, 0, buf, 80) == 0);
	}
	FAILS(cms_write(fd, 0, buf, 79), EINVAL);
	FAILS(cms_write(fd, 0, buf, 0), EINVAL);
	buf[0] = 'R';
	CHECK(cms_write(fd, 3, buf, 80) == 0); /* another third */
	CHECK(cms_write(fd, 10, buf, 80) == 0); /* 6 to 9 are not there */
	CHECK(cms_read(fd, 3, back, 80) == 80 && back[0] == 'R');
	CHECK(cms_read(fd, 0, back, 80) == 80 && back[0] == '4');
	CHECK(cms_close(fd) == 0);

	CHECK(cms_state("CARDS DATA", &st) == 0);
	CHECK(st.recfm == 'F' && st.lrecl == 80 && st.records == 10);
	CHECK(st.size == 10 * 81 && strcmp(st.mode, "A2") == 0);
	CHECK(!st.read_only && st.year >= 2000);
	fd = cms_open("cards.data", CMS_READ, &st);
	CHECK(fd >= 3);
	for (int i = 1; i <= 10; i++) {
		CHECK(cms_read(fd, 0, back, sizeof back) == 80);
		CHECK(i < 6 || i == 10 || back[0] == 0);
	}
	FAILS(cms_read(fd, 0, back, 80), ENODATA);
	CHECK(cms_read(fd, 2, back, 10) == 80 && back[0] == '2');
	FAILS(cms_write(fd, 1, buf, 80), EBADF);
	CHECK(lseek(fd, 81, SEEK_SET) == 81); /* the same as lines */
	CHECK(read(fd, back, 81) == 81);
	CHECK(back[0] == '2' && back[80] == '\n');
	FAILS(cms_open("cards.data", CMS_UPDATE, NULL), EBUSY);
	CHECK(cms_close(fd) == 0);
	fd = cms_open("cards.data", CMS_UPDATE, &st);
	CHECK(st.records == 10);
	CHECK(cms_truncate(fd, 4) == 0);
	CHECK(cms_close(fd) == 0);
	CHECK(cms_state("CARDS DATA", &st) == 0 && st.records == 4);
	FAILS(cms_open("CARDS DATA A", CMS_CREATE, &st), EEXIST);
}

static void
check_variable(void)
{
	static const int length[] = { 1, 2, 79, 80, 4094, 4095, 4096, 5000,
		LONGEST };
	struct cms_stat st;
	int fd = cms_open("LONG LINES A", CMS_CREATE, NULL);
	int n = sizeof length / sizeof length[0];

	CHECK(fd >= 3);
	for (int i = 0; i < n; i++) {
		memset(buf, 'a' + i, sizeof buf);
		CHECK(cms_write(fd, 0, buf, (size_t)length[i]) == 0);
	}
	FAILS(cms_write(fd, 0, buf, LONGEST + 1), EINVAL);
	FAILS(cms_write(fd, 50, buf, 10), EINVAL);
	CHECK(cms_close(fd) == 0);
	fd = cms_open("long.lines", CMS_UPDATE, &st);
	CHECK(st.recfm == 'V' && st.lrecl == LONGEST);
	CHECK(st.records == (uint32_t)n);
	for (int i = n; i > 0; i--) {
		CHECK(cms_read(fd, (uint32_t)i, back, sizeof back) ==
		    length[i - 1]);
		CHECK(back[0] == 'a' + i - 1 &&
		    back[length[i - 1] - 1] == 'a' + i - 1);
	}
	memset(buf, '!', 80);
	CHECK(cms_write(fd, 4, buf, 80) == 0);
	FAILS(cms_write(fd, 4, buf, 81), EINVAL);
	CHECK(cms_close(fd) == 0);
	fd = cms_open("long.lines", CMS_READ, NULL);
	CHECK(cms_read(fd, 4, back, 80) == 80 && back[79] == '!');
	CHECK(cms_read(fd, 5, back, 1) == 4094 && back[0] == 'e');
	CHECK(cms_abandon(fd) == 0);
}

/* What is abandoned never was; what is replaced is so when it is closed. */
static void
check_abandon(void)
{
	struct cms_stat st;
	int fd = cms_open("GONE DATA A", CMS_CREATE, NULL);

	CHECK(cms_write(fd, 0, "x", 1) == 0);
	CHECK(cms_abandon(fd) == 0);
	FAILS(cms_state("GONE DATA", &st), ENOENT);
	fd = cms_open("CARDS DATA A", CMS_REPLACE, NULL);
	CHECK(fd >= 3);
	CHECK(cms_write(fd, 0, "new", 3) == 0);
	CHECK(cms_abandon(fd) == 0);
	CHECK(cms_state("CARDS DATA", &st) == 0 && st.records == 4);
	fd = cms_open("CARDS DATA A", CMS_REPLACE, NULL);
	CHECK(cms_write(fd, 0, "new", 3) == 0);
	CHECK(close(fd) == 0);
	CHECK(cms_state("CARDS DATA", &st) == 0 && st.records == 1);
	CHECK(st.recfm == 'V' && st.size == 4);
}

static void
check_names(void)
{
	uint64_t cursor = 0;
	struct cms_stat st;
	struct cms_disk disk;
	int n = 0, modules = 0;

	FAILS(cms_state("NO SUCH", &st), ENOENT);
	FAILS(cms_state("NO SUCH Q", &st), ENXIO);
	FAILS(cms_state("TOOLONGNAME X", &st), EINVAL);
	FAILS(cms_state("", &st), EINVAL);
	FAILS(cms_open("X Y S", CMS_CREATE, NULL), EROFS);
	FAILS(cms_open("X Y Q", CMS_CREATE, NULL), ENXIO);
	FAILS(cms_open("NO SUCH", CMS_READ, NULL), ENOENT);
	FAILS(cms_open("X Y", (enum cms_how)9, NULL), EINVAL);
	FAILS(cms_erase("HELLO MODULE S"), EROFS);
	FAILS(cms_rename("CARDS DATA A", "LONG LINES A"), EEXIST);
	FAILS(cms_rename("CARDS DATA A", "X Y S"), EXDEV);
	CHECK(cms_rename("CARDS DATA A", "DECK DATA A5") == 0);
	CHECK(cms_state("deck.data", &st) == 0 && st.mode[1] == '5');
	st.year = 1972;
	st.month = 8;
	st.day = 2;
	st.hour = 10;
	st.minute = st.second = 30;
	CHECK(cms_date("DECK DATA A", &st) == 0);
	memset(&st, 0, sizeof st);
	CHECK(cms_state("DECK DATA A", &st) == 0);
	CHECK(st.year == 1972 && st.month == 8 && st.second == 30);
	while (cms_next("* * A", &cursor, &st) == 1)
		n++;
	CHECK(n >= 2);
	for (cursor = 0; cms_next("* MODULE *", &cursor, &st) == 1;)
		modules += strcmp(st.mode, "S2") == 0;
	CHECK(modules > 2);
	cursor = 0;
	CHECK(cms_next("D* D% A", &cursor, &st) == 0);
	cursor = 0;
	CHECK(cms_next("d*k data a", &cursor, &st) == 1);
	CHECK(strcmp(st.name, "DECK") == 0);
	CHECK(cms_next("d*k data a", &cursor, &st) == 0);
	cursor = 0;
	FAILS(cms_next("* * Q", &cursor, &st), ENXIO);
	CHECK(cms_disk('a', &disk) == 0 && disk.mode == 'A');
	CHECK(disk.vdev == 0x191 && !disk.read_only && disk.files >= 2);
	CHECK(disk.used > 0 && disk.used < disk.blocks);
	CHECK(cms_disk('S', &disk) == 0 && disk.read_only);
	FAILS(cms_disk('Q', &disk), ENXIO);
	FAILS(cms_disk('A', (struct cms_disk *)16), EFAULT);
	CHECK(cms_erase("DECK DATA") == 0 && cms_erase("LONG LINES A") == 0);
	FAILS(cms_erase("DECK DATA"), ENOENT);
	FAILS(cms_read(1, 1, buf, 1), EBADF);
	FAILS(cms_close(63), EBADF);
}

int
main(void)
{
	check_fixed();
	check_variable();
	check_abandon();
	check_names();
	printf("%d checks\n", checks);
	return 0;
}
