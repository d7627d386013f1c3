/* SPDX-License-Identifier: MIT
 *
 * streams.c - files as Linux's calls see them.  Wants an empty disk as A and
 * a read-only one as S.  Prints and returns the number of the first check
 * that fails.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "check.h"
#include "cms.h"

#define BIG (300 * 1024)

static char big[BIG], back[BIG];

static int
have(const char *name)
{
	return access(name, F_OK) == 0;
}

/* A text of lines: records of V. */
static void
check_text(void)
{
	static const char text[] = "first\nsecond line\n\nlast, no end";
	char line[80];
	struct stat st;
	int fd = open("poem.script", O_RDWR | O_CREAT | O_EXCL, 0666);

	CHECK(fd >= 3);
	CHECK(write(fd, text, 5) == 5);
	CHECK(write(fd, text + 5, sizeof text - 6) == (ssize_t)sizeof text - 6);
	CHECK(lseek(fd, 0, SEEK_CUR) == (off_t)sizeof text - 1);
	FAILS(pwrite(fd, "x", 1, 2), EINVAL); /* its lines are records */
	CHECK(fstat(fd, &st) == 0 && st.st_size == (off_t)sizeof text - 1);
	CHECK(have("poem.script")); /* not yet closed, but known */
	FAILS(open("poem.script", O_RDONLY), EBUSY);
	CHECK(close(fd) == 0);
	FAILS(close(fd), EBADF);
	FAILS(open("poem.script", O_RDWR | O_CREAT | O_EXCL, 0666), EEXIST);

	/* The empty line is a blank now, the last line has its end. */
	fd = open("POEM SCRIPT A", O_RDONLY);
	CHECK(fd >= 3);
	CHECK(read(fd, line, sizeof line) == (ssize_t)sizeof text + 1);
	CHECK(memcmp(line, "first\nsecond line\n \nlast, no end\n", 33) == 0);
	CHECK(read(fd, line, sizeof line) == 0);
	CHECK(fstat(fd, &st) == 0 && st.st_size == 33);
	CHECK(S_ISREG(st.st_mode) && st.st_nlink == 1);
	CHECK(st.st_mtime > 0);
	FAILS(write(fd, "x", 1), EBADF);
	FAILS(ftruncate(fd, 0), EINVAL);
	CHECK(lseek(fd, -13, SEEK_END) == 20);
	CHECK(read(fd, line, 4) == 4 && memcmp(line, "last", 4) == 0);
	CHECK(pread(fd, line, 6, 6) == 6 && memcmp(line, "second", 6) == 0);
	CHECK(lseek(fd, 0, SEEK_CUR) == 24);
	FAILS(lseek(fd, -1, SEEK_SET), EINVAL);
	FAILS(lseek(fd, 0, 9), EINVAL);
	CHECK(lseek(fd, 1000, SEEK_SET) == 1000);
	CHECK(read(fd, line, 10) == 0);
	CHECK(close(fd) == 0);

	/* At its end it goes on. */
	fd = open("poem.script.a", O_WRONLY | O_APPEND);
	CHECK(fd >= 3);
	CHECK((fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND)) ==
	    (O_WRONLY | O_APPEND));
	FAILS(read(fd, line, 1), EBADF);
	CHECK(write(fd, "more\n", 5) == 5);
	CHECK(fsync(fd) == 0);
	CHECK(write(fd, "and ", 4) == 4);
	CHECK(fdatasync(fd) == 0); /* a line that has begun stays whole */
	CHECK(write(fd, "more\n", 5) == 5);
	CHECK(close(fd) == 0);
	fd = open("./poem.script", O_RDONLY);
	CHECK(pread(fd, line, sizeof line, 33) == 14);
	CHECK(memcmp(line, "more\nand more\n", 14) == 0);
	CHECK(close(fd) == 0);

	fd = open("poem.script", O_WRONLY);
	CHECK(ftruncate(fd, 47) == 0);
	FAILS(ftruncate(fd, 10), EINVAL);
	CHECK(ftruncate(fd, 0) == 0);
	CHECK(write(fd, "new\n", 4) == 4);
	CHECK(close(fd) == 0);
	CHECK(stat("poem.script", &st) == 0 && st.st_size == 4);
	CHECK(truncate("poem.script", 0) == 0);
	CHECK(stat("poem.script", &st) == 0 && st.st_size == 0);
}

/* Bytes: F 1, written anywhere. */
static void
check_bytes(void)
{
	struct iovec v[3];
	struct stat st;
	int fd, other;

	for (int i = 0; i < BIG; i++)
		big[i] = (char)(i * 7 + i / 251);
	fd = open("data.bin", O_RDWR | O_CREAT | O_TRUNC, 0666);
	CHECK(fd >= 3);
	CHECK(write(fd, big, 1000) == 1000);
	CHECK(write(fd, big + 1000, BIG - 1000) == BIG - 1000);
	CHECK(pwrite(fd, "HERE", 4, 70000) == 4);
	memcpy(big + 70000, "HERE", 4);
	CHECK(pread(fd, back, BIG, 0) == BIG && memcmp(big, back, BIG) == 0);
	CHECK(lseek(fd, 100, SEEK_END) == BIG + 100);
	CHECK(write(fd, "end", 3) == 3); /* and a hole */
	CHECK(pread(fd, back, 103, BIG) == 103);
	CHECK(back[0] == 0 && back[99] == 0 && memcmp(back + 100, "end", 3)
	    == 0);
	CHECK(fstat(fd, &st) == 0 && st.st_size == BIG + 103);
	CHECK(ftruncate(fd, BIG) == 0);
	CHECK(fstat(fd, &st) == 0 && st.st_size == BIG);
	CHECK(close(fd) == 0);
	CHECK(stat("DATA BIN", &st) == 0 && st.st_size == BIG);

	/* Read back in pieces of every kind. */
	memset(back, 0, BIG);
	fd = open("data.bin", O_RDONLY);
	other = open("data.bin", O_RDONLY); /* two may read */
	CHECK(fd >= 3 && other > fd);
	for (int at = 0, n; at < BIG; at += n) {
		n = (int)read(fd, back + at, (size_t)(at % 977 + 1));
		CHECK(n > 0);
	}
	CHECK(memcmp(big, back, BIG) == 0);
	CHECK(read(fd, back, 1) == 0);
	memset(back, 0, BIG);
	CHECK(read(other, back, 64) == 64);
	v[0] = (struct iovec){ back + 64, 1000 };
	v[1] = (struct iovec){ back + 1064, 0 };
	v[2] = (struct iovec){ back + 1064, BIG };
	CHECK(readv(other, v, 3) == BIG - 64);
	CHECK(memcmp(big, back, BIG) == 0);
	for (int i = 0; i < 200; i++) {
		off_t at = i * 104729 % (BIG - 50);

		CHECK(pread(fd, back, 50, at) == 50);
		CHECK(memcmp(back, big + at, 50) == 0);
	}
	FAILS(syscall(SYS_read, fd, 16, 100), EFAULT);
	FAILS(pread(fd, back, 10, -1), EINVAL);
	CHECK(close(fd) == 0 && close(other) == 0);

	fd = open("data.bin", O_WRONLY);
	v[0] = (struct iovec){ (char *)"abc", 3 };
	v[1] = (struct iovec){ (char *)"defg", 4 };
	CHECK(writev(fd, v, 2) == 7);
	FAILS(syscall(SYS_write, fd, 16, 100), EFAULT);
	CHECK(close(fd) == 0);
	fd = open("data.bin", O_RDONLY);
	CHECK(read(fd, back, 10) == 10 && memcmp(back, "abcdefg", 7) == 0);
	CHECK(back[7] == big[7]);
	CHECK(close(fd) == 0);
	CHECK(truncate("data.bin", 5) == 0);
	CHECK(stat("data.bin", &st) == 0 && st.st_size == 5);
	CHECK(truncate("data.bin", 500) == 0);
	CHECK(stat("data.bin", &st) == 0 && st.st_size == 500);
}

static void
check_descriptors(void)
{
	int fd = open("data.bin", O_RDONLY), two, many[100], n;
	char c[2];

	two = dup(fd);
	CHECK(two > fd);
	CHECK(read(fd, c, 2) == 2 && c[0] == 'a' && c[1] == 'b');
	CHECK(read(two, c, 2) == 2 && c[0] == 'c'); /* one offset */
	CHECK(dup2(fd, 40) == 40);
	CHECK(fcntl(fd, F_DUPFD, 50) == 50);
	CHECK(fcntl(fd, F_DUPFD_CLOEXEC, 50) == 51);
	CHECK(close(fd) == 0 && close(two) == 0 && close(50) == 0);
	CHECK(read(40, c, 1) == 1 && c[0] == 'e');
	CHECK(close(40) == 0 && close(51) == 0);
	FAILS(dup(40), EBADF);
	FAILS(dup2(1, 100000), EBADF);
	FAILS(dup3(1, 1, 0), EINVAL);
	for (n = 0; n < 100; n++) {
		many[n] = open("data.bin", O_RDONLY);
		if (many[n] < 0)
			break;
	}
	CHECK(n == 61 && errno == EMFILE);
	while (n-- > 0)
		CHECK(close(many[n]) == 0);
	FAILS(lseek(1, 0, SEEK_SET), ESPIPE);
	FAILS(pread(0, c, 1, 0), ESPIPE);
	CHECK(isatty(1) && !isatty(99));
}

static void
check_names(void)
{
	struct stat st;
	int fd;

	FAILS(open("nothing.here", O_RDONLY), ENOENT);
	FAILS(open("/etc/passwd", O_RDONLY), ENOENT);
	FAILS(open("toolongname.x", O_RDONLY), ENOENT);
	FAILS(open("toolongname.x", O_WRONLY | O_CREAT, 0666), EINVAL);
	FAILS(open("bad*name.x", O_WRONLY | O_CREAT, 0666), EINVAL);
	FAILS(open("a.b.q", O_WRONLY | O_CREAT, 0666), ENXIO);
	FAILS(open("", O_RDONLY), ENOENT);
	FAILS(open((char *)0x10, O_RDONLY), EFAULT);
	memset(back, 'x', 5000);
	back[4999] = '\0';
	FAILS(open(back, O_RDONLY), ENAMETOOLONG);
	FAILS(open("hello.module.s", O_WRONLY), EROFS);
	FAILS(open("new.file.s", O_WRONLY | O_CREAT, 0666), EROFS);
	FAILS(unlink("hello.module.s"), EROFS);
	FAILS(unlink("nothing.here"), ENOENT);
	FAILS(access("hello.module.s", W_OK), EROFS);
	CHECK(access("hello.module.s", R_OK | X_OK) == 0);
	FAILS(rename("hello.module.s", "x.y"), EROFS);
	FAILS(mkdir("d", 0777), EPERM);
	FAILS(open("/a", O_WRONLY), EISDIR);
	FAILS(open("data.bin", O_RDONLY | O_DIRECTORY), ENOTDIR);

	/* What is being made and has no name is never there. */
	fd = open("one.x", O_RDWR | O_CREAT, 0666);
	CHECK(write(fd, "1\n", 2) == 2);
	CHECK(unlink("one.x") == 0 && !have("one.x"));
	FAILS(unlink("one.x"), ENOENT);
	CHECK(write(fd, "2\n", 2) == 2 && fsync(fd) == 0);
	CHECK(pread(fd, back, 10, 0) == 4 && memcmp(back, "1\n2\n", 4) == 0);
	CHECK(close(fd) == 0 && !have("one.x"));

	fd = open("one.x", O_WRONLY | O_CREAT, 0666);
	CHECK(write(fd, "1\n", 2) == 2);
	CHECK(close(fd) == 0);
	fd = open("one.x", O_RDONLY);
	FAILS(unlink("one.x"), EBUSY);
	FAILS(open("one.x", O_WRONLY), EBUSY);
	FAILS(open("one.x", O_WRONLY | O_CREAT | O_TRUNC, 0666), EBUSY);
	FAILS(rename("one.x", "other.x"), EBUSY);
	FAILS(rename("data.bin", "one.x"), EBUSY);
	CHECK(close(fd) == 0);
	fd = open("two.x.a3", O_WRONLY | O_CREAT, 0666);
	CHECK(write(fd, "22\n", 3) == 3);
	CHECK(close(fd) == 0);
	CHECK(rename("one.x", "two.x") == 0); /* two.x is another now */
	CHECK(!have("one.x"));
	CHECK(stat("two.x", &st) == 0 && st.st_size == 2);
	FAILS(rename("one.x", "three.x"), ENOENT);
	FAILS(rename("two.x", "two.x.s"), EXDEV);
	CHECK(renameat(AT_FDCWD, "two.x", AT_FDCWD, "four.x") == 0);
	CHECK(unlinkat(AT_FDCWD, "four.x", 0) == 0);
	CHECK(!have("four.x"));

	/* Opened, but nothing written: empty.  Replaced only when closed. */
	fd = open("empty.x", O_WRONLY | O_CREAT, 0666);
	CHECK(fd >= 3 && close(fd) == 0);
	CHECK(stat("empty.x", &st) == 0 && st.st_size == 0);
	CHECK(unlink("empty.x") == 0);
}

static void
check_directories(void)
{
	struct dirent *d;
	struct stat st;
	char cwd[16];
	int seen = 0, dots = 0, fd;
	DIR *dir = opendir(".");

	CHECK(dir != NULL);
	while ((d = readdir(dir)) != NULL) {
		dots += d->d_name[0] == '.';
		seen += strcmp(d->d_name, "data.bin") == 0 ||
		    strcmp(d->d_name, "poem.script") == 0;
	}
	CHECK(seen == 2 && dots == 2);
	rewinddir(dir);
	CHECK((d = readdir(dir)) != NULL && strcmp(d->d_name, ".") == 0);
	CHECK(fstatat(dirfd(dir), "data.bin", &st, 0) == 0);
	CHECK(st.st_size == 500);
	CHECK(closedir(dir) == 0);
	dir = opendir("/");
	for (seen = 0; (d = readdir(dir)) != NULL;)
		seen += strcmp(d->d_name, "a") == 0 ||
		    strcmp(d->d_name, "s") == 0;
	CHECK(seen == 2);
	CHECK(closedir(dir) == 0);
	CHECK(opendir("/q") == NULL && errno == ENOENT);
	CHECK(stat("/s", &st) == 0 && S_ISDIR(st.st_mode));
	CHECK(stat("/s/hello.module", &st) == 0 && S_ISREG(st.st_mode));
	CHECK(getcwd(cwd, sizeof cwd) != NULL && strcmp(cwd, "/a") == 0);
	CHECK(chdir("/s") == 0);
	CHECK(getcwd(cwd, sizeof cwd) != NULL && strcmp(cwd, "/s") == 0);
	CHECK(!have("data.bin") && have("hello.module"));
	CHECK(have("../a/data.bin"));
	FAILS(chdir("/q"), ENOENT);
	FAILS(chdir("hello.module"), ENOTDIR);
	fd = open("/a", O_RDONLY | O_DIRECTORY);
	CHECK(fd >= 3 && fchdir(fd) == 0);
	CHECK(have("data.bin"));
	FAILS(read(fd, cwd, 1), EISDIR);
	CHECK(openat(fd, "poem.script", O_RDONLY) == fd + 1);
	CHECK(close(fd + 1) == 0 && close(fd) == 0);
	FAILS(openat(99, "poem.script", O_RDONLY), EBADF);
	CHECK(chdir("/") == 0);
	CHECK(have("data.bin")); /* by the order of search */
}

/* What is on the disk after fsync, and that a line goes on behind it. */
static void
check_sync(void)
{
	struct cms_stat st;
	int fd = open("sync.x", O_WRONLY | O_CREAT, 0666);

	memset(big, 'l', 10000);
	CHECK(write(fd, "one\ntwo", 7) == 7 && fsync(fd) == 0);
	CHECK(cms_state("SYNC X", &st) == 0);
	CHECK(st.records == 2 && st.size == 7 && st.lrecl == 3);
	CHECK(write(fd, " and more", 9) == 9 && fsync(fd) == 0);
	CHECK(write(fd, big, 10000) == 10000 && fsync(fd) == 0);
	CHECK(write(fd, "end\nthree", 9) == 9 && fsync(fd) == 0);
	CHECK(fsync(fd) == 0 && lseek(fd, 0, SEEK_END) == 10025);
	CHECK(close(fd) == 0);
	CHECK(cms_state("SYNC X", &st) == 0);
	CHECK(st.records == 3 && st.size == 10026 && st.lrecl == 10015);
	fd = open("sync.x", O_RDONLY);
	CHECK(read(fd, back, BIG) == 10026);
	CHECK(memcmp(back, "one\ntwo and morellll", 20) == 0);
	CHECK(memcmp(back + 10014, "llend\nthree\n", 12) == 0);
	CHECK(close(fd) == 0);

	/* The same of records that are all of one length. */
	st = (struct cms_stat){ .mode = "A1", .recfm = 'F', .lrecl = 10 };
	fd = cms_open("SYNC X A", CMS_REPLACE, &st);
	CHECK(fd >= 3 && write(fd, "0123456789\nab", 13) == 13);
	CHECK(fsync(fd) == 0 && write(fd, "cd\nef", 5) == 5);
	CHECK(close(fd) == 0);
	fd = open("sync.x", O_RDONLY);
	CHECK(read(fd, back, BIG) == 33);
	CHECK(memcmp(back, "0123456789\nabcd      \nef        \n", 33) == 0);
	CHECK(close(fd) == 0 && unlink("sync.x") == 0);
}

static void
check_append(void)
{
	int fd = open("append.bin", O_RDWR | O_CREAT | O_APPEND, 0666);

	CHECK(write(fd, "a\0", 2) == 2);
	CHECK(lseek(fd, 0, SEEK_SET) == 0 && write(fd, "bc", 2) == 2);
	CHECK(pread(fd, back, 10, 0) == 4 && memcmp(back, "a\0bc", 4) == 0);
	CHECK(fcntl(fd, F_SETFL, 0) == 0);
	CHECK(pwrite(fd, "x", 1, 0) == 1);
	FAILS(pwrite(fd, "x", 1, 1ll << 31), EFBIG);
	FAILS(pwrite(fd, "x", 1, 1ll << 62), EFBIG);
	CHECK(pwrite(fd, "x", 0, 1 << 30) == 0);
	CHECK(lseek(fd, 0, SEEK_END) == 4);
	CHECK(close(fd) == 0 && unlink("append.bin") == 0);
}

static void
check_times(void)
{
	struct timespec t[2] = { { 5, 0 }, { 900000000, 0 } };
	struct stat st;
	time_t made;
	int fd;

	CHECK(stat("data.bin", &st) == 0 && (made = st.st_mtime) > t[1].tv_sec);
	CHECK(utimensat(AT_FDCWD, "data.bin", t, 0) == 0);
	CHECK(stat("data.bin", &st) == 0 && st.st_mtime == 900000000);
	t[1].tv_nsec = UTIME_OMIT;
	CHECK(utimensat(AT_FDCWD, "data.bin", t, 0) == 0);
	CHECK(stat("data.bin", &st) == 0 && st.st_mtime == 900000000);
	CHECK(utimensat(AT_FDCWD, "data.bin", NULL, 0) == 0);
	CHECK(stat("data.bin", &st) == 0 && st.st_mtime >= made);
	t[1] = (struct timespec){ 1ll << 40, 0 }; /* no such year */
	FAILS(utimensat(AT_FDCWD, "data.bin", t, 0), EINVAL);
	t[1] = (struct timespec){ INT64_MAX, 0 };
	FAILS(utimensat(AT_FDCWD, "data.bin", t, 0), EINVAL);
	t[1] = (struct timespec){ 0, 1000000000 };
	FAILS(utimensat(AT_FDCWD, "data.bin", t, 0), EINVAL);
	FAILS(syscall(SYS_utimensat, AT_FDCWD, "data.bin", 16, 0), EFAULT);
	FAILS(utimensat(AT_FDCWD, "no.file", NULL, 0), ENOENT);
	FAILS(utimensat(AT_FDCWD, "hello.module.s", NULL, 0), EROFS);
	FAILS(utimensat(AT_FDCWD, "/a", NULL, 0), EPERM);
	FAILS(syscall(SYS_utimensat, 99, NULL, NULL, 0), EBADF);

	/* Of a file that is being written: when it is closed. */
	t[1] = (struct timespec){ 951782400, 0 }; /* 2000-02-29 */
	fd = open("dated.x", O_WRONLY | O_CREAT, 0666);
	CHECK(write(fd, "1\n", 2) == 2 && futimens(fd, t) == 0);
	CHECK(close(fd) == 0);
	CHECK(stat("dated.x", &st) == 0 && st.st_mtime == 951782400);
	CHECK(unlink("dated.x") == 0);
}

static void
check_numbers(void)
{
	struct stat a, b, s;
	struct dirent *d;
	struct rlimit r;
	DIR *dir;
	int fd = open("data.bin", O_RDONLY), seen = 0;

	CHECK(fstat(fd, &a) == 0 && stat("/a/data.bin", &b) == 0);
	CHECK(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
	CHECK(stat("poem.script", &b) == 0 && a.st_ino != b.st_ino);
	CHECK(stat("hello.module.s", &s) == 0 && a.st_dev != s.st_dev);
	CHECK(close(fd) == 0);
	dir = opendir("/a");
	while ((d = readdir(dir)) != NULL)
		seen += d->d_ino == a.st_ino &&
		    strcmp(d->d_name, "data.bin") == 0;
	CHECK(seen == 1 && closedir(dir) == 0);
	CHECK(getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur == 64);
}

/* Files in storage: a copy of what they are. */
static void
check_mapped(void)
{
	const int both = PROT_READ | PROT_WRITE;
	int fd = open("map.bin", O_RDWR | O_CREAT, 0666);
	char *at;

	for (int i = 0; i < BIG; i++)
		big[i] = (char)(i * 11 + i / 253);
	CHECK(write(fd, big, 100001) == 100001);
	at = mmap(NULL, 100001, PROT_READ, MAP_PRIVATE, fd, 0);
	CHECK(at != MAP_FAILED && memcmp(at, big, 100001) == 0);
	CHECK(at[100001] == 0 && munmap(at, 100001) == 0);
	at = mmap(NULL, 8192, both, MAP_PRIVATE, fd, 8192);
	CHECK(at != MAP_FAILED && memcmp(at, big + 8192, 8192) == 0);
	at[0] ^= 1;
	CHECK(pread(fd, back, 1, 8192) == 1 && back[0] == big[8192]);
	CHECK(munmap(at, 8192) == 0);
	at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 98304);
	CHECK(at != MAP_FAILED && memcmp(at, big + 98304, 1697) == 0);
	CHECK(munmap(at, 4096) == 0);
	at = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 1 << 20);
	CHECK(at != MAP_FAILED && at[0] == 0 && munmap(at, 4096) == 0);
	CHECK(mmap(NULL, 10, both, MAP_SHARED, fd, 0) == MAP_FAILED &&
	    errno == ENODEV);
	CHECK(mmap(NULL, 10, PROT_READ, MAP_PRIVATE, fd, 5) == MAP_FAILED &&
	    errno == EINVAL);
	CHECK(mmap(NULL, 10, PROT_READ, MAP_PRIVATE, 99, 0) == MAP_FAILED &&
	    errno == EBADF);
	CHECK(mmap(NULL, 10, PROT_READ, MAP_PRIVATE, 0, 0) == MAP_FAILED &&
	    errno == ENODEV);
	CHECK(close(fd) == 0);
	fd = open("map.bin", O_WRONLY);
	CHECK(mmap(NULL, 10, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED &&
	    errno == EACCES);
	CHECK(close(fd) == 0 && unlink("map.bin") == 0);
}

static void
check_statx(void)
{
#ifdef STATX_ALL /* not every C library knows it */
	struct statx x;

	CHECK(syscall(SYS_statx, AT_FDCWD, "data.bin", 0, STATX_ALL, &x) == 0);
	CHECK(S_ISREG(x.stx_mode) && x.stx_size == 500);
	FAILS(syscall(SYS_statx, AT_FDCWD, "data.bin", 0, STATX_ALL, 16),
	    EFAULT);
#endif
}

int
main(void)
{
	check_text();
	check_bytes();
	check_descriptors();
	check_names();
	check_directories();
	check_statx();
	check_sync();
	check_append();
	check_times();
	check_numbers();
	check_mapped();
	printf("%d checks\n", checks);
	return 0;
}
