/* SPDX-License-Identifier: MIT
 *
 * spool_damage.c - vmspool on a database that is damaged: each page in turn,
 * its length, its log.  What is served is what was written; what is not, is
 * named; the damaged one is kept as it was.
 *
 *   unit_spool_damage [STEP]
 *
 * STEP 1: every page.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "spool_rig.h"

#define FILES 50
#define PAGE 4096

static const struct known {
	const char *owner;
	uint8_t queue;
} kinds[] = {
	{ "A", SPOOL_RDR }, { "B", SPOOL_RDR }, { "B", SPOOL_PRT },
	{ "C", SPOOL_PUN },
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static struct rig rig;
static struct rig_rows rows;
static struct ipcchan cp;
static uint64_t id[FILES + 1], stream; /* the last one is in the log only */
static spoolid_t number[FILES + 1];
static char block[SPOOL_BLOCK_MAX], same[SPOOL_BLOCK_MAX];

/* A sound database, and its log when vmspool was killed. */
static char *sound, *sound_log;
static size_t size, log_size;
static unsigned step = 19, from; /* pages */
static bool met; /* the damage, only when vmspool had begun to serve */
static char first_said[sizeof rig.said]; /* at the first start */

/* --- files of the host --- */

static char *
slurp(const char *name, size_t *n)
{
	FILE *f = fopen(name, "r");
	struct stat st;
	char *text;

	*n = 0;
	if (f == NULL)
		return NULL;
	assert_int_equal(fstat(fileno(f), &st), 0);
	text = malloc((size_t)st.st_size + 1);
	assert_non_null(text);
	*n = fread(text, 1, (size_t)st.st_size, f);
	text[*n] = '\0';
	fclose(f);
	return text;
}

static void
spill(const char *name, const void *text, size_t n)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static const char *
in_folder(const char *name)
{
	static char path[512];

	snprintf(path, sizeof path, "%s/%s", rig.folder, name);
	return path;
}

/* An empty folder. */
static void
sweep(void)
{
	DIR *dir = opendir(rig.folder);
	struct dirent *e;

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.')
			unlink(in_folder(e->d_name));
	closedir(dir);
}

/* Is this among the files that were put aside?  NULL: is there any? */
static bool
kept(const char *text, size_t n)
{
	DIR *dir = opendir(rig.folder);
	struct dirent *e;
	bool found = false;

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		size_t have;
		char *other;

		if (strncmp(e->d_name, "spool.damaged-", 14) != 0)
			continue;
		other = slurp(in_folder(e->d_name), &have);
		found |= text == NULL ||
		    (have == n && memcmp(other, text, n) == 0);
		free(other);
	}
	closedir(dir);
	return found;
}

/* --- a spool --- */

static unsigned
blocks_of(unsigned i)
{
	return 1 + i % 4;
}

/* Cards in each block of a file: some fill several pages. */
static unsigned
cards_of(unsigned i)
{
	return i % 7 == 3 ? 3000 : 30 + i;
}

static void
begin(const char *how)
{
	rig.said[0] = '\0';
	rig_start(&rig, how);
	rig_mint(&rig, &cp, NULL, UR_SYSTEM);
}

static void
end(int sig)
{
	int status = rig_end(&rig, sig);

	assert_int_equal(status, sig);
	ipcchan_close(&cp);
}

static void
make(unsigned i)
{
	const struct known *k = &kinds[i % KINDS];
	struct ipc_ur_close c = rig_to("Z", 0xD, k->owner, k->queue);
	struct spool_file file;

	stream++;
	for (unsigned b = 0; b < blocks_of(i); b++)
		assert_int_equal(rig_write(&cp, "Z", 0xD, stream, b + 1,
		    i * 100000 + b * cards_of(i), cards_of(i)), 0);
	snprintf(c.attr.name, sizeof c.attr.name, "F%u", i);
	assert_int_equal(rig_close_as(&rig, &cp, &c, &file), 0);
	id[i] = file.id;
	number[i] = file.spoolid;
}

static int
set_up(void **state)
{
	char name[160];
	size_t none;

	(void)state;
	rig_folder(&rig);
	begin("start");
	for (unsigned i = 0; i < FILES; i++)
		make(i);
	end(0);
	sound = slurp(rig.db, &size);
	begin("again");
	make(FILES);
	end(SIGKILL);
	snprintf(name, sizeof name, "%s-wal", rig.db);
	sound_log = slurp(name, &log_size);
	assert_true(log_size > 0);
	free(slurp(name, &none));
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	free(sound);
	free(sound_log);
	sweep();
	rig_remove(&rig);
	return 0;
}

/* --- what is served --- */

/* All blocks of a file are what was written.  False: not all can be read. */
static bool
read_all(unsigned i)
{
	struct ipc_ur_opened opened = rig_open(&rig, &cp, kinds[i %
	    KINDS].queue, id[i], "");
	bool whole = true;
	unsigned b;

	assert_int_equal(opened.rc, 0);
	for (b = 0; b < opened.blocks; b++) {
		struct rig_data data = rig_read(&cp, id[i], b, 0, block);
		size_t len = rig_cards(same, i * 100000 + b * cards_of(i),
		    cards_of(i));

		if (data.rc == -EIO) {
			whole = false;
			continue;
		}
		assert_int_equal(data.rc, 0);
		assert_int_equal(data.len, len);
		assert_memory_equal(block, same, len);
	}
	whole &= b == blocks_of(i);
	assert_int_equal(rig_finish(&rig, &cp, id[i], FINISH_BACK), 0);
	return whole;
}

static void
check_row(const struct spool_file *f, bool *seen)
{
	char name[16];
	unsigned i = 0;

	while (i <= FILES && id[i] != f->id)
		i++;
	assert_true(i <= FILES);
	assert_false(seen[i]);
	seen[i] = true;
	snprintf(name, sizeof name, "F%u", i);
	assert_string_equal(name_text(f->owner.user).s, kinds[i %
	    KINDS].owner);
	if (!read_all(i) || f->damaged) {
		snprintf(name, sizeof name, "FILE %04u OF", f->spoolid);
		rig_count(&rig, "A"); /* hears it */
		assert_true(f->damaged || strstr(rig.said, name) != NULL);
		return;
	}
	assert_int_equal(f->queue, kinds[i % KINDS].queue);
	assert_int_equal(f->spoolid, number[i]);
	assert_memory_equal(f->attr.name, name, strlen(name) + 1);
	assert_int_equal(f->records, blocks_of(i) * cards_of(i));
}

/* At this start, or at the one before. */
static bool
said(const char *words)
{
	return strstr(rig.said, words) != NULL ||
	    strstr(first_said, words) != NULL;
}

/* Was it said that this one is lost? */
static bool
named(unsigned i)
{
	char words[64];

	snprintf(words, sizeof words, "%s ??? FILE %04u", kinds[i %
	    KINDS].owner, number[i]);
	return said("FILES MAY BE LOST") || said("ALL FILES ARE LOST") ||
	    said("THE SPOOL IS EMPTY") || said(words);
}

/* How many files are there, each whole or known to be damaged. */
static unsigned
check_served(void)
{
	struct ipc_ur_ask q = rig_about(ASK_QUERY, NULL, 0);
	static struct rig_rows all;
	bool seen[FILES + 1] = { false };
	unsigned n;

	assert_int_equal(rig_ask(&rig, &cp, &q, &all), 0);
	for (n = 0; n < all.n; n++)
		check_row(&all.row[n].file, seen);
	rig_count(&rig, "A"); /* hears what was said */
	for (unsigned i = 0; i < FILES; i++)
		if (!seen[i] && !named(i))
			fail_msg("file %u is lost, and not named:\n%s", i,
			    rig.said);
	return n;
}

/* Files that are damaged are said to be so by now, and held. */
static unsigned
check_damaged(void)
{
	struct ipc_ur_ask q = rig_about(ASK_QUERY, NULL, 0);
	unsigned damaged = 0;

	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	for (unsigned n = 0; n < rows.n; n++) {
		const struct spool_file *f = &rows.row[n].file;

		damaged += f->damaged;
		if (f->damaged)
			assert_true((f->attr.hold & SPOOL_HOLD_SYSTEM) != 0);
		for (unsigned i = 0; i < FILES; i++)
			if (id[i] == f->id)
				assert_int_equal(read_all(i) || f->damaged,
				    true);
	}
	return damaged;
}

/* Not every damage shows at the start; what does not, shows when it is met, and
 * then the next start mends it. */
static bool
ends_at_once(void)
{
	struct ipc_ur_ask q = rig_about(ASK_QUERY, NULL, 0);

	if (rig_ask(&rig, &cp, &q, &rows) == 0)
		return false;
	assert_int_equal(rows.done.rc, -EIO);
	return true;
}

/* Start on what lies there, twice: the second time it is sound. */
static unsigned
served(const char *how)
{
	unsigned n, again, damaged;

	first_said[0] = '\0';
	begin(how);
	met = ends_at_once();
	if (met) {
		end(0);
		begin("again");
	}
	n = check_served();
	damaged = check_damaged();
	memcpy(first_said, rig.said, sizeof first_said);
	end(0);
	begin("again");
	again = check_served();
	assert_int_equal(again, n);
	assert_int_equal(check_damaged(), damaged);
	if (strstr(rig.said, "THE DATABASE") != NULL)
		fail_msg("it was not mended:\n%s", rig.said);
	end(0);
	return n - damaged;
}

/* --- each page in turn --- */

static void
page_by_page(const char *what, void (*spoil)(char *db, size_t at))
{
	char *db = malloc(size);
	unsigned pages = (unsigned)(size / PAGE), whole = 0, mended = 0;
	unsigned tried = 0;

	assert_non_null(db);
	for (unsigned p = from; p < pages; p += step) {
		memcpy(db, sound, size);
		spoil(db, (size_t)p * PAGE);
		sweep();
		spill(rig.db, db, size);
		tried++;
		whole += served("start");
		mended += kept(NULL, 0);
		if (kept(NULL, 0) && !met) /* else vmspool had worked on it */
			assert_true(kept(db, size));
	}
	print_message("%s: %u pages, %u mended, %.1f of %u files whole\n", what,
	    tried, mended, (double)whole / tried, FILES);
	from = (from + 1) % step;
	free(db);
}

static void
zeros(char *db, size_t at)
{
	memset(db + at, 0, PAGE);
}

static void
random_bytes(char *db, size_t at)
{
	unsigned seed = (unsigned)at;

	for (size_t i = 0; i < PAGE; i++)
		db[at + i] = (char)(rand_r(&seed) >> 8);
}

static void
another(char *db, size_t at)
{
	memcpy(db + at, sound + (at + PAGE * 11) % size, PAGE);
}

static void
random_log(char *log)
{
	unsigned seed = 1;

	for (size_t i = 0; i < log_size; i++)
		log[i] = (char)(rand_r(&seed) >> 8);
}

/* One bit in the middle: of cards, mostly. */
static void
one_bit(char *db, size_t at)
{
	db[at + PAGE / 2] ^= 0x10;
}

static void
pages_of_zeros(void **state)
{
	(void)state;
	page_by_page("zeros", zeros);
}

static void
random_pages(void **state)
{
	(void)state;
	page_by_page("random", random_bytes);
}

static void
other_pages(void **state)
{
	(void)state;
	page_by_page("another page", another);
}

static void
one_bit_of_a_page(void **state)
{
	(void)state;
	page_by_page("one bit", one_bit);
}

/* --- its length, its log --- */

/* Start on this, with this log; how many files are whole. */
static unsigned
laid_down(const void *db, size_t n, const void *log, size_t log_n)
{
	char name[160];

	sweep();
	if (db != NULL)
		spill(rig.db, db, n);
	snprintf(name, sizeof name, "%s-wal", rig.db);
	if (log != NULL)
		spill(name, log, log_n);
	return served("start");
}

/* The newest file is in the log. */
static bool
newest(void)
{
	struct rig_rows all;
	struct ipc_ur_ask q = rig_about(ASK_QUERY, NULL, 0);
	bool there = false;

	begin("again");
	assert_int_equal(rig_ask(&rig, &cp, &q, &all), 0);
	for (unsigned i = 0; i < all.n; i++)
		there |= all.row[i].file.id == id[FILES];
	end(0);
	return there;
}

#define SAID(text) assert_non_null(strstr(first_said, text))

static void
lengths(void **state)
{
	(void)state;
	/* nothing at all, and a first start that was cut short */
	sweep();
	begin("start");
	assert_string_equal(rig.said, "");
	end(0);
	unlink(rig.db);
	unlink(in_folder("spool.db-wal"));
	begin("start");
	assert_non_null(strstr(rig.said, "spool.db WAS GONE"));
	end(0);
	sweep();
	spill(rig.db, "", 0);
	begin("start");
	assert_non_null(strstr(rig.said, "spool.db WAS EMPTY, AND SO"));
	end(0);
	/* it is gone, or empty, and its log is not */
	assert_int_equal(laid_down(NULL, 0, sound_log, log_size), 0);
	SAID("spool.db WAS EMPTY OR GONE");
	assert_true(kept(sound_log, log_size));
	assert_int_equal(laid_down("", 0, sound_log, log_size), 0);
	SAID("spool.db WAS EMPTY OR GONE");
	assert_true(kept(sound_log, log_size));
	/* no database */
	assert_int_equal(laid_down("no database\n", 12, NULL, 0), 0);
	SAID("ALL FILES ARE LOST");
	assert_true(kept("no database\n", 12));
	/* cut short, at a page and in the middle of one */
	for (size_t n = PAGE / 2; n < size; n += 43 * PAGE + 1000) {
		laid_down(sound, n, NULL, 0);
		SAID("THE DATABASE IS DAMAGED");
		assert_true(kept(sound, n));
	}
	/* one page more is nothing to anybody */
	assert_int_equal(laid_down(sound, size, NULL, 0), FILES);
}

static void
logs(void **state)
{
	char *log = malloc(log_size);

	(void)state;
	assert_non_null(log);
	assert_int_equal(laid_down(sound, size, sound_log, log_size),
	    FILES + 1);
	assert_true(newest());
	assert_false(kept(NULL, 0));
	/* no log */
	random_log(log);
	assert_int_equal(laid_down(sound, size, log, log_size), FILES);
	SAID("THE LOG spool.db-wal CANNOT BE READ");
	assert_true(kept(log, log_size));
	/* its head only */
	memcpy(log, sound_log, log_size);
	log[9] ^= 1;
	assert_int_equal(laid_down(sound, size, log, log_size), FILES);
	SAID("THE LOG spool.db-wal CANNOT BE READ");
	assert_true(kept(log, log_size));
	assert_false(newest());
	/* cut short: what is whole in it counts */
	for (size_t n = 0; n < log_size; n += log_size / 5 + 17)
		assert_in_range(laid_down(sound, size, sound_log, n), FILES,
		    FILES + 1);
	free(log);
}

/* Another spool's log, and one's own beside a copy that was put back. */
static void
other_logs(void **state)
{
	struct spool_file file;
	size_t n, copy_n;
	char *log, *copy, name[160];
	int fd;

	(void)state;
	snprintf(name, sizeof name, "%s-wal", rig.db);
	sweep();
	begin("start");
	for (unsigned i = 1; i < 20; i++) {
		assert_int_equal(rig_write(&cp, "Y", 0xD, 1, i, 1, 700), 0);
		assert_int_equal(rig_close(&rig, &cp, "Y", 0xD, "Y",
		    SPOOL_PRT, &file), 0);
	}
	fd = open(in_folder("copy"), O_RDWR | O_CREAT, 0600);
	assert_int_equal(rig_backup(&rig, &cp, fd), 0);
	close(fd);
	copy = slurp(in_folder("copy"), &copy_n);
	usleep(100000); /* a new log begins */
	assert_int_equal(rig_write(&cp, "Y", 0xD, 1, 20, 1, 700), 0);
	end(SIGKILL);
	log = slurp(name, &n);
	assert_true(n > 0);

	assert_int_equal(laid_down(sound, size, log, n), FILES);
	SAID("THE LOG spool.db-wal WAS NOT THIS DATABASE'S");
	assert_true(kept(log, n));

	sweep();
	spill(rig.db, copy, copy_n);
	spill(name, log, n);
	begin("start");
	assert_non_null(strstr(rig.said, "WAS NOT THIS DATABASE'S"));
	assert_true(kept(log, n));
	assert_int_equal(rig_count(&rig, "Y").printer, 19);
	end(0);
	free(log);
	free(copy);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_of_zeros),
		cmocka_unit_test(random_pages),
		cmocka_unit_test(other_pages),
		cmocka_unit_test(one_bit_of_a_page),
		cmocka_unit_test(lengths),
		cmocka_unit_test(logs),
		cmocka_unit_test(other_logs),
	};

	if (argc > 1)
		step = (unsigned)strtoul(argv[1], NULL, 10);
	if (step == 0)
		errx(1, "each how many-th page?");
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
