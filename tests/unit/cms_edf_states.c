/* SPDX-License-Identifier: MIT
 *
 * cms_edf_states.c - every sequence of so many calls on a small disk, and some
 * long ones, with something that goes wrong at every point of it: the power
 * goes, the device fails, storage is not there.  EDF_STATES says how many
 * calls, if not 4, EDF_WALKS how many long ones.
 *
 * A call that fails has changed nothing; a close that fails has given the
 * file up; and the disk is always what the last commit made of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cms_edf_disk.h"

#define BLOCK 512u
#define DEPTH 30
#define RECORDS 24
#define FAR 700 /* records of a hole */
#define LRECL 100u
#define NOT_NOW 1 /* a call that makes no sense here */

/* --- files as they should be --- */

enum { A, B, C, NAMES };

struct content {
	int there;
	char recfm;
	uint32_t records;
	unsigned n;
	struct {
		uint32_t number, len;
		char letter;
	} record[RECORDS]; /* F: those between are a hole */
};

struct world {
	struct disk disk;
	struct edf *edf;
	struct edf_file *file[NAMES];
	int half_cut[NAMES]; /* nothing but close, which may fail */
	struct content is[NAMES], now[NAMES], done[NAMES];
	struct content perhaps[NAMES]; /* a label that may have been written */
	int doubt;
	unsigned letters;
	uint32_t blocks;
};

static char data[4096], got[4096];

static struct edf_stat
stat_of(unsigned name, char recfm)
{
	struct edf_stat st = { .mode = '1', .recfm = recfm, .lrecl = LRECL,
		.type = "DATA    " };

	memset(st.name, ' ', EDF_NAME);
	st.name[0] = "ABC"[name];
	return st;
}

/* --- calls --- */

static int
open_it(struct world *w, unsigned name, enum edf_how how, char recfm)
{
	struct edf_stat st = stat_of(name, recfm);
	int error;

	if (w->file[name] != NULL ||
	    (how == EDF_UPDATE && !w->now[name].there))
		return NOT_NOW;
	error = edf_open(w->edf, how, &st, &w->file[name]);
	if (error != 0)
		return error;
	w->half_cut[name] = 0;
	w->is[name] = (struct content){ .there = 1, .recfm = recfm };
	if (how == EDF_UPDATE)
		w->is[name] = w->now[name];
	return 0;
}

static int
replace_a(struct world *w)
{
	return open_it(w, A, EDF_REPLACE, 'V');
}

static int
update_a(struct world *w)
{
	return open_it(w, A, EDF_UPDATE, 0);
}

static int
update_b(struct world *w)
{
	return open_it(w, B, EDF_UPDATE, 0);
}

static int
put(struct world *w, unsigned name, uint32_t number, uint32_t len)
{
	struct content *c = &w->is[name];
	char letter = (char)('a' + w->letters++ % 26);
	int error;

	if (w->file[name] == NULL || c->n == RECORDS)
		return NOT_NOW;
	if (c->recfm == 'F')
		len = LRECL;
	memset(data, letter, len);
	error = edf_write(w->file[name], number, data, len);
	if (error != 0)
		return error;
	c->records = number;
	c->record[c->n].number = number;
	c->record[c->n].len = len;
	c->record[c->n++].letter = letter;
	return 0;
}

static int
append_small(struct world *w)
{
	return put(w, A, w->is[A].records + 1, 30);
}

static int
append_large(struct world *w)
{
	return put(w, A, w->is[A].records + 1, 1300);
}

static int
append_b(struct world *w)
{
	return put(w, B, w->is[B].records + 1, 30);
}

static int
append_far(struct world *w)
{
	return put(w, B, w->is[B].records + 1 + FAR, 30);
}

static int
rewrite(struct world *w)
{
	struct content *c = &w->is[A];
	char letter = (char)('a' + w->letters++ % 26);
	int error;

	if (w->file[A] == NULL || c->n < 2)
		return NOT_NOW;
	memset(data, letter, c->record[1].len);
	error = edf_write(w->file[A], c->record[1].number, data,
	    c->record[1].len);
	if (error == 0)
		c->record[1].letter = letter;
	return error;
}

static int
cut(struct world *w, unsigned name)
{
	int error;

	if (w->file[name] == NULL || w->is[name].n < 2)
		return NOT_NOW;
	error = edf_truncate(w->file[name], w->is[name].record[0].number);
	if (error == 0) {
		w->is[name].records = w->is[name].record[0].number;
		w->is[name].n = 1;
	}
	w->half_cut[name] = error != 0;
	return error;
}

static int
cut_a(struct world *w)
{
	return cut(w, A);
}

static int
cut_b(struct world *w)
{
	return cut(w, B);
}

/* A hole at the end. */
static int
grow_b(struct world *w)
{
	uint32_t records = w->is[B].records + 2;
	int error;

	if (w->file[B] == NULL)
		return NOT_NOW;
	error = edf_truncate(w->file[B], records);
	if (error == 0)
		w->is[B].records = records;
	return error;
}

static int
close_it(struct world *w, unsigned name)
{
	struct edf_file *file = w->file[name];
	int error;

	if (file == NULL)
		return NOT_NOW;
	w->file[name] = NULL;
	error = edf_close(file);
	if (error == 0)
		w->now[name] = w->is[name];
	return error;
}

static int
close_a(struct world *w)
{
	return close_it(w, A);
}

static int
close_b(struct world *w)
{
	return close_it(w, B);
}

static int
abandon_b(struct world *w)
{
	if (w->file[B] == NULL)
		return NOT_NOW;
	edf_abandon(w->file[B]);
	w->file[B] = NULL;
	return 0;
}

static int
erase_a(struct world *w)
{
	struct edf_stat st = stat_of(A, 0);
	int error;

	if (w->file[A] != NULL || !w->now[A].there)
		return NOT_NOW;
	error = edf_erase(w->edf, st.name, st.type);
	if (error == 0)
		w->now[A].there = 0;
	return error;
}

/* A is called C, or C A. */
static int
rename_it(struct world *w)
{
	unsigned from = w->now[A].there ? A : C, to = A + C - from;
	struct edf_stat st = stat_of(from, 0), new = stat_of(to, 0);
	int error;

	if (w->file[A] != NULL || !w->now[from].there || w->now[to].there)
		return NOT_NOW;
	error = edf_rename(w->edf, st.name, st.type, new.name, new.type, '2');
	if (error == 0) {
		w->now[to] = w->now[from];
		w->now[from].there = 0;
	}
	return error;
}

static int
commit(struct world *w)
{
	int error = edf_commit(w->edf);

	/* There is always room for that. */
	if (error == EDF_FULL)
		return EDF_DAMAGED;
	if (error == 0)
		memcpy(w->done, w->now, sizeof w->done);
	else if (!w->doubt)
		memcpy(w->perhaps, w->now, sizeof w->perhaps);
	w->doubt = error != 0;
	return error;
}

static int
resize(struct world *w)
{
	int error;

	if (w->file[A] != NULL || w->file[B] != NULL)
		return NOT_NOW;
	/* That comes first anyway. */
	error = commit(w);
	if (error == 0)
		error = edf_resize(w->edf, w->blocks ^ 1);
	if (error == 0)
		w->blocks ^= 1;
	return error;
}

static int (*const calls[])(struct world *) = { replace_a, update_a, update_b,
	append_small, append_large, append_b, append_far, rewrite, cut_a,
	cut_b, grow_b, close_a, close_b, abandon_b, erase_a, rename_it, commit,
	resize };

#define CALLS (sizeof calls / sizeof *calls)

/* --- is it what it should be? --- */

static void
print_complaint(void *arg, const char *text)
{
	(void)arg;
	print_error("%s\n", text);
}

static int
sound(struct world *w)
{
	struct edf_device dev = disk_device(&w->disk, 1);

	return edf_check(&dev, print_complaint, NULL) == 0;
}

/* full: what waits may find no room, and then nothing can be read. */
static int
same_file(struct edf_file *file, const struct content *c, int full)
{
	size_t len;
	int error;

	for (unsigned i = 0; i < c->n; i++) {
		error = edf_read(file, c->record[i].number, got, sizeof got,
		    &len);
		if (error == EDF_FULL && full)
			return 1;
		if (error != 0 || len != c->record[i].len)
			return 0;
		for (size_t k = 0; k < len; k++)
			if (got[k] != c->record[i].letter)
				return 0;
	}
	for (uint32_t r = 1, i = 0; r <= c->records; r++) {
		while (i < c->n && c->record[i].number < r)
			i++;
		if (i < c->n && c->record[i].number == r)
			continue;
		error = edf_read(file, r, got, sizeof got, &len);
		if (error == EDF_FULL && full)
			return 1;
		if (error != 0 || len != LRECL)
			return 0;
		for (size_t k = 0; k < len; k++)
			if (got[k] != 0)
				return 0;
	}
	return edf_read(file, c->records + 1, got, 1, &len) == EDF_END;
}

static int
same(struct edf *edf, const struct content *files, struct edf_file **open)
{
	for (unsigned name = 0; name < NAMES; name++) {
		struct edf_stat st = stat_of(name, 0);
		struct edf_file *file;
		int error, ok;

		if (open != NULL && open[name] != NULL)
			continue;
		error = edf_open(edf, EDF_READ, &st, &file);
		if (!files[name].there && error == EDF_NOT_FOUND)
			continue;
		if (error != 0 || !files[name].there)
			return 0;
		ok = st.records == files[name].records &&
		    same_file(file, &files[name], 0);
		edf_close(file);
		if (!ok)
			return 0;
	}
	return 1;
}

/* --- a world --- */

static uint8_t *image;

static void
begin(struct world *w, uint32_t blocks)
{
	struct edf_device dev;

	memset(w, 0, sizeof *w);
	disk_make(&w->disk, blocks + 4);
	dev = disk_device(&w->disk, 0);
	assert_int_equal(edf_format(&dev, BLOCK, blocks, "STATES"), 0);
	assert_int_equal(edf_mount(&dev, &w->edf), 0);
	w->blocks = blocks;
	/* A directory of one block, which is full. */
	for (char name = '1'; name <= '4'; name++) {
		struct edf_stat st = stat_of(A, 'V');

		st.name[0] = name;
		assert_int_equal(edf_open(w->edf, EDF_CREATE, &st,
		    &w->file[A]), 0);
		assert_int_equal(edf_close(w->file[A]), 0);
		w->file[A] = NULL;
	}
	assert_int_equal(replace_a(w), 0);
	assert_int_equal(append_small(w), 0);
	assert_int_equal(append_large(w), 0);
	assert_int_equal(append_small(w), 0);
	assert_int_equal(close_a(w), 0);
	assert_int_equal(open_it(w, B, EDF_CREATE, 'F'), 0);
	assert_int_equal(append_b(w), 0);
	assert_int_equal(append_b(w), 0);
	assert_int_equal(close_b(w), 0);
	assert_int_equal(commit(w), 0);
	edf_unmount(w->edf);
	image = malloc((size_t)w->disk.sectors * EDF_SECTOR);
	memcpy(image, w->disk.data, (size_t)w->disk.sectors * EDF_SECTOR);
}

static void
restart(struct world *w, const struct world *first)
{
	struct edf_device dev;
	struct disk disk = w->disk;

	*w = *first;
	w->disk = disk;
	memcpy(w->disk.data, image, (size_t)w->disk.sectors * EDF_SECTOR);
	w->disk.olds = 0;
	w->disk.remember = 1;
	w->disk.fail_at = w->disk.cut_at = w->disk.take_fail_at = 0;
	w->disk.fail_on = w->disk.fail_twice = w->disk.fail_late = 0;
	dev = disk_device(&w->disk, 0);
	assert_int_equal(edf_mount(&dev, &w->edf), 0);
	w->disk.calls = w->disk.takes = 0;
}

/* --- sequences --- */

struct sequence {
	unsigned call[DEPTH], n;
};

static unsigned long runs;

static void
fail_sequence(const struct sequence *s, const char *what, unsigned at)
{
	for (unsigned i = 0; i < s->n; i++)
		print_error("%u ", s->call[i]);
	fail_msg("%s, failure at %u", what, at);
}

/* The last call does. */
static int
commits(const struct sequence *s)
{
	return calls[s->call[s->n - 1]] == commit ||
	    calls[s->call[s->n - 1]] == resize;
}

/* Nothing but this fault, and a full disk, may be why a call fails. */
static int
play_one(struct world *w, const struct sequence *s, unsigned i, int fault)
{
	int error = calls[s->call[i]](w);

	if (error != 0 && error != NOT_NOW && error != EDF_FULL &&
	    error != fault)
		fail_sequence(s, "another error", i);
	return error;
}

static void
play(struct world *w, const struct sequence *s, unsigned n, int fault)
{
	for (unsigned i = 0; i < n; i++)
		play_one(w, s, i, fault);
}

static int
play_last(struct world *w, const struct sequence *s, int fault)
{
	return play_one(w, s, s->n - 1, fault);
}

static uint32_t
throw(void)
{
	static uint64_t dice;

	dice = dice * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(dice >> 40);
}

static int
keep_some(void *arg)
{
	return (int)(throw() % 8) < *(const int *)arg;
}

/* What the power has left is what was committed, or what was about to be. */
static void
assert_left(struct world *w, const struct sequence *s, unsigned at, int odds)
{
	struct edf_device dev = disk_device(&w->disk, 1);
	struct edf *edf;
	int ok;

	edf_unmount(w->edf);
	disk_lose(&w->disk, keep_some, &odds);
	w->disk.fail_at = w->disk.cut_at = 0;
	if (!sound(w))
		fail_sequence(s, "a cut: not sound", at);
	assert_int_equal(edf_mount(&dev, &edf), 0);
	ok = same(edf, w->done, NULL) ||
	    (commits(s) && same(edf, w->now, NULL)) ||
	    (w->doubt && w->disk.fail_twice && same(edf, w->perhaps, NULL));
	edf_unmount(edf);
	if (!ok)
		fail_sequence(s, "a cut: not the files", at);
	if (w->disk.taken != 0 || w->disk.outside)
		fail_sequence(s, "a cut: storage", at);
	runs++;
}

/*
 * The power goes at each point of the last call; odds (of 8) for what was not
 * flushed to be on the disk.  late: an answer before that was no, although
 * what was asked for had been done; twice: the next was no, too.
 */
static void
cuts(struct world *w, const struct world *first, const struct sequence *s,
    unsigned late, int twice, int odds)
{
	unsigned from, to;

	restart(w, first);
	w->disk.fail_at = late;
	w->disk.fail_twice = twice;
	w->disk.fail_late = 1;
	play(w, s, s->n - 1, EDF_IO);
	from = w->disk.calls;
	play_last(w, s, EDF_IO);
	to = w->disk.calls;
	edf_unmount(w->edf);
	for (unsigned at = from + 1; at <= to && at > late; at++) {
		restart(w, first);
		w->disk.fail_at = late;
		w->disk.fail_twice = twice;
		w->disk.cut_at = at;
		w->disk.fail_late = odds > 0;
		play(w, s, s->n, EDF_IO);
		assert_left(w, s, at, odds);
	}
}

/* A file of which a part may be cut off can be read and closed, or neither. */
static void
finish_file(struct world *w, const struct sequence *s, unsigned name,
    unsigned at)
{
	struct edf_stat st;
	size_t len;
	int dead, error;

	dead = w->half_cut[name] &&
	    edf_read(w->file[name], 1, got, 1, &len) != 0;
	edf_file_stat(w->file[name], &st);
	if (!dead && (st.records != w->is[name].records ||
	    !same_file(w->file[name], &w->is[name], 1)))
		fail_sequence(s, "not the open file", at);
	error = close_it(w, name);
	if (dead ? error == 0 : error != 0 && error != EDF_FULL)
		fail_sequence(s, "not closed", at);
}

/* Everything closed and committed, with nothing that fails any more. */
static void
finish(struct world *w, const struct sequence *s, unsigned at)
{
	struct edf_device dev = disk_device(&w->disk, 1);
	struct edf_disk_info info;
	int ok;

	edf_info(w->edf, &info);
	if (info.blocks != w->blocks)
		fail_sequence(s, "not the size", at);
	if (!same(w->edf, w->now, w->file))
		fail_sequence(s, "not the files", at);
	for (unsigned name = 0; name < NAMES; name++)
		if (w->file[name] != NULL)
			finish_file(w, s, name, at);
	if (commit(w) != 0)
		fail_sequence(s, "not committed", at);
	edf_unmount(w->edf);
	if (!sound(w))
		fail_sequence(s, "not sound", at);
	assert_int_equal(edf_mount(&dev, &w->edf), 0);
	ok = same(w->edf, w->done, NULL);
	edf_unmount(w->edf);
	if (!ok)
		fail_sequence(s, "not the files in the end", at);
	if (w->disk.taken != 0 || w->disk.outside)
		fail_sequence(s, "storage", at);
	runs++;
}

/* One call of the device fails, which may have been done, or one of the
 * heap's; then all goes on. */
static void
failures(struct world *w, const struct world *first, const struct sequence *s,
    unsigned io, unsigned takes)
{
	for (unsigned at = 1; at <= io; at++)
		for (int late = 0; late < 2; late++) {
			restart(w, first);
			w->disk.fail_at = at;
			w->disk.fail_late = late;
			play(w, s, s->n, EDF_IO);
			w->disk.fail_at = 0;
			finish(w, s, at);
		}
	for (unsigned at = 1; at <= takes; at++) {
		restart(w, first);
		w->disk.take_fail_at = at;
		play(w, s, s->n, EDF_NO_STORAGE);
		w->disk.take_fail_at = 0;
		finish(w, s, at);
	}
}

static void
try_everything(struct world *w, const struct world *first,
    const struct sequence *s, unsigned before, unsigned io, unsigned takes)
{
	for (int odds = 0; odds <= 8; odds += 4)
		cuts(w, first, s, 0, 0, odds);
	for (unsigned late = 1; late <= before; late++)
		for (int twice = 0; twice < 2; twice++)
			cuts(w, first, s, late, twice, 4);
	failures(w, first, s, io, takes);
}

static void
explore(struct world *w, const struct world *first, struct sequence *s,
    unsigned depth)
{
	for (unsigned call = 0; call < CALLS; call++) {
		unsigned before, io, takes;
		int error;

		s->call[s->n++] = call;
		restart(w, first);
		play(w, s, s->n - 1, 0);
		before = w->disk.calls;
		error = play_last(w, s, 0);
		io = w->disk.calls;
		takes = w->disk.takes;
		if (error == NOT_NOW) {
			edf_unmount(w->edf);
		} else {
			finish(w, s, 0);
			try_everything(w, first, s, before, io, takes);
			if (s->n < depth)
				explore(w, first, s, depth);
		}
		s->n--;
	}
}

/* A long one, at random: what makes no sense does nothing. */
static void
walk(struct world *w, const struct world *first, struct sequence *s)
{
	unsigned before, io, takes;

	for (s->n = 0; s->n < DEPTH; s->n++)
		s->call[s->n] = (unsigned)(throw() % CALLS);
	restart(w, first);
	play(w, s, s->n - 1, 0);
	before = w->disk.calls;
	play_last(w, s, 0);
	io = w->disk.calls;
	takes = w->disk.takes;
	finish(w, s, 0);
	try_everything(w, first, s, before, io, takes);
}

static unsigned
wanted(const char *name, unsigned otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? (unsigned)atoi(text) : otherwise;
}

static void
explore_disk(uint32_t blocks)
{
	struct world first, w;
	struct sequence s = { .n = 0 };

	begin(&first, blocks);
	w = first;
	explore(&w, &first, &s, wanted("EDF_STATES", 4));
	for (unsigned i = wanted("EDF_WALKS", 500); i > 0; i--)
		walk(&w, &first, &s);
	disk_free(&w.disk);
	free(image);
}

static void
test_room(void **state)
{
	(void)state;
	explore_disk(80);
}

static void
test_nearly_full(void **state)
{
	(void)state;
	explore_disk(21);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_nearly_full),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	print_message("%lu runs\n", runs);
	return failed;
}
