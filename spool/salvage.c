/* SPDX-License-Identifier: MIT
 *
 * salvage.c - a damaged database: put aside under a name with the time, and
 * what can be read of it in a new one under the old name.  Deletes nothing
 * that it did not make itself.
 *
 * The new one is made in folder/salvage, from a copy of the old.  Then, each
 * step after the one before: it is spool.new; spool.db gets its other name,
 * and so does its log; spool.new is spool.db.  A crash anywhere in between is
 * gone on from.
 */
#include "salvage.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "rescue.h"
#include "store.h"

#define SALVAGE_COPY 65536 /* bytes at a time */
#define LOG_HEAD 32	   /* bytes before the log's first page */

struct salvage_path {
	char s[PATH_MAX];
};

static struct salvage_path
salvage_path(const char *folder, const char *name)
{
	struct salvage_path path;

	snprintf(path.s, sizeof path.s, "%s/%s", folder, name);
	return path;
}

/* -1: there is none. */
static off_t
salvage_size(const char *folder, const char *name)
{
	struct stat st;

	return stat(salvage_path(folder, name).s, &st) == 0 ? st.st_size : -1;
}

static int
salvage_sync(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd < 0)
		return -1;
	rc = fsync(fd);
	close(fd);
	return rc;
}

static int
salvage_rename(const char *folder, const char *from, const char *to)
{
	if (rename(salvage_path(folder, from).s, salvage_path(folder, to).s) ==
	    0 && salvage_sync(folder) == 0)
		return 0;
	log_warn("%s/%s as %s", folder, from, to);
	return -1;
}

/* --- names --- */

/* What the damaged one is called from now on: spool.damaged-DATE-TIME.db, and
 * its log the same with -wal. */
struct salvage_name {
	char db[64], wal[72];
};

static struct salvage_name
salvage_name(const char *folder)
{
	struct salvage_name name;
	time_t now = time(NULL);

	do {
		struct tm tm;
		char when[32];

		localtime_r(&now, &tm);
		strftime(when, sizeof when, "%Y%m%d-%H%M%S", &tm);
		snprintf(name.db, sizeof name.db, "spool.damaged-%s.db", when);
		snprintf(name.wal, sizeof name.wal, "%s-wal", name.db);
		now++; /* two within a second: the later is called so */
	} while (salvage_size(folder, name.db) >= 0 ||
	    salvage_size(folder, name.wal) >= 0);
	return name;
}

/* The database, if there is one, and its log: no longer in the way. */
static int
salvage_aside(const char *folder, const struct salvage_name *name)
{
	if (salvage_size(folder, "spool.db") >= 0 &&
	    salvage_rename(folder, "spool.db", name->db) < 0)
		return -1;
	if (salvage_size(folder, "spool.db-wal") >= 0)
		return salvage_rename(folder, "spool.db-wal", name->wal);
	return 0;
}

/* --- before --- */

/* A log whose head is not one, is no log for SQLite: what was committed to it
 * would be gone. */
static bool
salvage_log_good(const char *folder)
{
	static const uint8_t magic[] = { 0x37, 0x7F, 0x06 };
	uint8_t head[LOG_HEAD] = { 0 };
	uint32_t word[8], a = 0, b = 0;
	int fd = open(salvage_path(folder, "spool.db-wal").s, O_RDONLY |
	    O_CLOEXEC);
	ssize_t got = fd < 0 ? 0 : read(fd, head, sizeof head);
	bool big;

	if (fd >= 0)
		close(fd);
	if (got < LOG_HEAD || head[0] == 0)
		return true; /* there is none, or nothing in it */
	big = (head[3] & 1) != 0;
	for (int i = 0; i < 8; i++) {
		const uint8_t *p = head + 4 * i;

		word[i] = big || i >= 6 ? (uint32_t)p[0] << 24 |
		    (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] :
		    (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
		    (uint32_t)p[1] << 8 | p[0];
	}
	for (int i = 0; i < 6; i += 2) {
		a += word[i] + b;
		b += word[i + 1] + a;
	}
	return memcmp(head, magic, sizeof magic) == 0 &&
	    (head[3] & 0xFE) == 0x82 && a == word[6] && b == word[7];
}

void
salvage_before(const char *folder, struct report *report)
{
	off_t db = salvage_size(folder, "spool.db");
	off_t wal = salvage_size(folder, "spool.db-wal");
	struct salvage_name name = salvage_name(folder);

	if (salvage_size(folder, "spool.new") >= 0 && db < 0) {
		if (salvage_aside(folder, &name) == 0 &&
		    salvage_rename(folder, "spool.new", "spool.db") == 0)
			report_line(report, "THE DATABASE WAS DAMAGED AND IS "
			    "MADE ANEW");
	} else if (db <= 0 && wal > 0) {
		salvage_aside(folder, &name);
		report_line(report, "spool.db WAS EMPTY OR GONE, AND THE SPOOL "
		    "IS EMPTY; ITS LOG IS KEPT AS %s", name.wal);
	} else if (db < 0 && salvage_size(folder, "spool.reserve") >= 0) {
		report_line(report, "spool.db WAS GONE, AND THE SPOOL IS "
		    "EMPTY");
	} else if (db == 0) {
		report_line(report, "spool.db WAS EMPTY, AND SO IS THE SPOOL");
	} else if (db > 0 && !salvage_log_good(folder)) {
		salvage_rename(folder, "spool.db-wal", name.wal);
		report_line(report, "THE LOG spool.db-wal CANNOT BE READ: THE "
		    "LAST CHANGES ARE LOST; IT IS KEPT AS %s", name.wal);
	}
	unlink(salvage_path(folder, "spool.new").s);
}

int
salvage_log(const char *folder, struct report *report)
{
	struct salvage_name name = salvage_name(folder);

	report_line(report, "THE LOG spool.db-wal WAS NOT THIS DATABASE'S: THE "
	    "LAST CHANGES ARE LOST; IT IS KEPT AS %s", name.wal);
	return salvage_rename(folder, "spool.db-wal", name.wal);
}

/* --- the copy --- */

static int
salvage_pour(int from, int to)
{
	static char data[SALVAGE_COPY];
	ssize_t n;

	while ((n = read(from, data, sizeof data)) > 0)
		if (write(to, data, (size_t)n) != n)
			return -1;
	return n < 0 ? -1 : 0;
}

static int
salvage_copy(const char *folder, const char *from, const char *to)
{
	int in = open(salvage_path(folder, from).s, O_RDONLY | O_CLOEXEC);
	int out = open(salvage_path(folder, to).s, O_WRONLY | O_CREAT |
	    O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	int rc = in < 0 || out < 0 ? -1 : salvage_pour(in, out);

	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return rc;
}

/* A sound database's first page says where the tables are, which is the same
 * in each that vmspool made. */
static int
salvage_first_page(const char *folder)
{
	static uint8_t page[65536];
	int from = open(salvage_path(folder, "salvage/spool.db").s, O_RDONLY |
	    O_CLOEXEC);
	int to = open(salvage_path(folder, "salvage/old.db").s, O_RDWR |
	    O_CLOEXEC);
	off_t size = salvage_size(folder, "salvage/old.db");
	int rc = -1;

	if (from >= 0 && to >= 0 && read(from, page, sizeof page) > 100) {
		unsigned bytes = (unsigned)page[16] << 8 | page[17];
		uint32_t pages = bytes < 512 ? 0 : (uint32_t)(size / bytes);

		for (int i = 0; i < 4; i++)
			page[28 + i] = (uint8_t)(pages >> (24 - 8 * i));
		memset(page + 32, 0, 8); /* no free pages */
		if (pages > 0 && pwrite(to, page, bytes, 0) == (ssize_t)bytes)
			rc = 0;
	}
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return rc;
}

/* --- the new one --- */

static const char *const salvage_files[] = {
	"salvage/old.db", "salvage/old.db-wal", "salvage/spool.db",
	"salvage/spool.db-wal", "salvage/spool.db-journal",
	"salvage/spool.reserve",
};

static void
salvage_clean(const char *folder)
{
	for (size_t i = 0; i < sizeof salvage_files /
	    sizeof salvage_files[0]; i++)
		unlink(salvage_path(folder, salvage_files[i]).s);
	rmdir(salvage_path(folder, "salvage").s);
}

/* The copy, opened; with the first page of a sound one if its own is gone.
 * False: nothing but its pages can be read. */
static bool
salvage_open_old(struct store *old, const char *folder)
{
	struct salvage_path path = salvage_path(folder, "salvage/old.db");

	if (store_open_damaged(old, path.s) < 0 &&
	    (salvage_first_page(folder) < 0 ||
	    store_open_damaged(old, path.s) < 0))
		return false;
	if (store_settle(old) < 0)
		log_warnx("spool: the damaged database's log is not complete");
	return true;
}

static int
salvage_fill(struct store *new, const char *folder, struct report *report)
{
	struct store old;
	bool opened = salvage_open_old(&old, folder);
	int rc, fd = open(salvage_path(folder, "salvage/old.db").s, O_RDONLY |
	    O_CLOEXEC);

	if (!opened)
		report_line(report, "THE DATABASE'S TABLES CANNOT BE FOUND: "
		    "ALL FILES ARE LOST");
	rc = rescue(new, opened ? &old : NULL, fd, report);
	if (fd >= 0)
		close(fd);
	if (opened)
		store_close(&old);
	if (rc == 0 && store_settle(new) < 0)
		rc = -EIO;
	return rc;
}

static int
salvage_make(const char *folder, struct report *report)
{
	struct salvage_path path = salvage_path(folder, "salvage");
	struct store new;
	char why[256];
	int rc;

	salvage_clean(folder);
	if (store_open(&new, path.s, why, sizeof why) < 0) {
		log_warnx("%s", why);
		return -1;
	}
	rc = store_settle(&new);
	if (rc == 0)
		rc = salvage_copy(folder, "spool.db", "salvage/old.db");
	if (rc == 0 && salvage_size(folder, "spool.db-wal") > 0)
		rc = salvage_copy(folder, "spool.db-wal",
		    "salvage/old.db-wal");
	if (rc == 0)
		rc = salvage_fill(&new, folder, report);
	store_close(&new);
	return rc;
}

int
salvage(const char *folder, struct report *report)
{
	struct salvage_name name = salvage_name(folder);

	report_line(report, "THE DATABASE IS DAMAGED AND IS MADE ANEW; THE OLD "
	    "ONE IS %s", name.db);
	if (salvage_make(folder, report) < 0 ||
	    salvage_rename(folder, "salvage/spool.db", "spool.new") < 0 ||
	    salvage_aside(folder, &name) < 0 ||
	    salvage_rename(folder, "spool.new", "spool.db") < 0) {
		log_warnx("the damaged database cannot be made anew");
		return -1;
	}
	salvage_clean(folder);
	unlink(salvage_path(folder, "spool.reserve").s); /* and its mark */
	return 0;
}
