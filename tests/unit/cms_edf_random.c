/* SPDX-License-Identifier: MIT
 *
 * cms_edf_random.c - random work on a disk and on a model of it: alone, with
 * a device that fails at every call in turn, with storage that does, on disks
 * that get full, and with the power going in the middle.
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
#include "cms_edf_model.h"

static const uint32_t sizes[] = { 512, 1024, 2048, 4096 };

static void
print_complaint(void *arg, const char *text)
{
	(void)arg;
	print_error("%s\n", text);
}

static void
assert_sound(struct disk *d)
{
	struct edf_device dev = disk_device(d, 1);
	unsigned fail_at = d->fail_at;

	d->fail_at = 0;
	assert_int_equal(edf_check(&dev, print_complaint, NULL), 0);
	d->fail_at = fail_at;
}

static struct edf *
mount(struct disk *d)
{
	struct edf_device dev = disk_device(d, 0);
	struct edf *edf;

	assert_int_equal(edf_mount(&dev, &edf), 0);
	return edf;
}

static struct edf *
make(struct disk *d, uint32_t block_size, uint32_t sectors)
{
	struct edf_device dev;

	disk_make(d, sectors);
	dev = disk_device(d, 0);
	assert_int_equal(edf_format(&dev, block_size, 0, "RANDOM"), 0);
	return mount(d);
}

static void
finish(struct disk *d, struct edf *edf)
{
	edf_unmount(edf);
	assert_int_equal(d->taken, 0);
	assert_false(d->outside);
}

static void
work_alone(uint32_t block_size, uint64_t seed)
{
	struct model m = { .random = seed, .largest = block_size * 5 };
	struct disk d;
	struct edf *edf = make(&d, block_size, 60000);

	for (unsigned i = 1; i <= 400; i++) {
		assert_int_equal(model_step(&m, edf), 0);
		if (i % 7 == 0)
			assert_int_equal(edf_commit(edf), 0);
		if (i % 40 == 0)
			assert_true(model_same(edf, &m));
		if (i % 80 != 0)
			continue;
		assert_int_equal(edf_commit(edf), 0);
		finish(&d, edf);
		assert_sound(&d);
		edf = mount(&d);
		assert_true(model_same(edf, &m));
	}
	finish(&d, edf);
	model_free(&m);
	disk_free(&d);
}

static void
test_alone(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		for (uint64_t seed = 1; seed <= 4; seed++)
			work_alone(sizes[i], seed * 7919);
}

/* --- several files at once --- */

#define WRITERS 5

struct writer {
	struct edf_file *file; /* NULL: closed */
	struct model_file is;  /* what it will be */
};

static void
writer_open(struct model *m, struct edf *edf, struct writer *w, unsigned i)
{
	struct edf_stat st = { .mode = '1' };
	char name[EDF_NAME + 1];
	int at, how = EDF_CREATE;

	snprintf(name, sizeof name, "WRITER%u ", i % 10);
	memcpy(st.name, name, EDF_NAME);
	memcpy(st.type, "FILE    ", EDF_NAME);
	at = model_find(m, st.name, st.type);
	if (at >= 0)
		how = model_random(m, 3) == 0 ? EDF_REPLACE : EDF_UPDATE;
	if (how == EDF_UPDATE) {
		w->is = model_clone(&m->file[at]);
	} else {
		w->is = (struct model_file){ .mode = '1',
			.recfm = "FV"[model_random(m, 2)] };
		w->is.lrecl = w->is.recfm == 'F' ? model_length(m) : 0;
		memcpy(w->is.name, st.name, EDF_NAME);
		memcpy(w->is.type, st.type, EDF_NAME);
	}
	st.recfm = w->is.recfm;
	st.lrecl = w->is.lrecl;
	assert_int_equal(edf_open(edf, (enum edf_how)how, &st, &w->file), 0);
}

static void
writer_close(struct model *m, struct writer *w)
{
	int at = model_find(m, w->is.name, w->is.type);

	if (model_random(m, 4) == 0) {
		edf_abandon(w->file);
		model_drop(&w->is);
	} else {
		assert_int_equal(edf_close(w->file), 0);
		if (at < 0)
			at = (int)m->n++;
		else
			model_drop(&m->file[at]);
		m->file[at] = w->is;
		memset(&w->is, 0, sizeof w->is);
	}
	w->file = NULL;
}

static void
work_together(uint32_t block_size, uint64_t seed)
{
	struct model m = { .random = seed, .largest = block_size * 3 };
	struct model done = { .n = 0 };
	struct writer writers[WRITERS] = { 0 };
	struct disk d;
	struct edf *edf = make(&d, block_size, 60000);

	for (unsigned i = 0; i < 500; i++) {
		unsigned k = model_random(&m, WRITERS);
		struct writer *w = &writers[k];

		if (w->file == NULL)
			writer_open(&m, edf, w, k);
		else if (model_random(&m, 6) == 0)
			writer_close(&m, w);
		else
			assert_int_equal(model_work(&m, w->file, &w->is), 0);
		if (i % 9 != 0)
			continue;
		assert_int_equal(edf_commit(edf), 0);
		model_copy(&done, &m);
		assert_sound(&d);
	}
	for (unsigned k = 0; k < WRITERS; k++)
		if (writers[k].file != NULL)
			model_drop(&writers[k].is);
	finish(&d, edf);
	assert_sound(&d);
	edf = mount(&d);
	assert_true(model_same(edf, &done));
	finish(&d, edf);
	model_free(&m);
	model_free(&done);
	disk_free(&d);
}

static void
test_together(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		for (uint64_t seed = 1; seed <= 3; seed++)
			work_together(sizes[i], seed * 65537);
}

/* On a small disk: full again and again, and never wrong. */
static void
work_full(uint32_t block_size, uint32_t blocks, uint64_t seed)
{
	struct model m = { .random = seed, .largest = block_size * 5 };
	struct model done = { .n = 0 };
	unsigned full = 0;
	struct disk d;
	struct edf *edf = make(&d, block_size, blocks * (block_size / 512));

	for (unsigned i = 1; i <= 300; i++) {
		int error = model_step(&m, edf);

		assert_true(error == 0 || error == EDF_FULL);
		full += error == EDF_FULL;
		assert_true(model_same(edf, &m));
		if (i % 3 != 0)
			continue;
		assert_int_equal(edf_commit(edf), 0);
		assert_sound(&d);
		model_copy(&done, &m);
	}
	assert_true(full > 0);
	finish(&d, edf);
	edf = mount(&d);
	assert_true(model_same(edf, &done));
	/* However full, everything can be erased. */
	while (m.n > 0) {
		assert_int_equal(edf_erase(edf, m.file[0].name,
		    m.file[0].type), 0);
		assert_int_equal(edf_commit(edf), 0);
		model_drop(&m.file[0]);
		m.file[0] = m.file[--m.n];
		memset(&m.file[m.n], 0, sizeof m.file[m.n]);
		if (m.n == done.n / 2)
			break;
		model_copy(&done, &m);
	}
	assert_sound(&d);
	finish(&d, edf);
	model_free(&m);
	model_free(&done);
	disk_free(&d);
}

static void
test_full(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		for (uint32_t blocks = 10; blocks < 60; blocks += 3)
			work_full(sizes[i], blocks, blocks * 104729);
}

/* Each call of the device fails in turn, once or from then on. */
static int
work_failing(uint32_t block_size, unsigned fail_at, int fail_on,
    int fail_late)
{
	struct model m = { .random = 4711, .largest = block_size * 3 };
	struct model done = { .n = 0 };
	struct disk d;
	struct edf *edf = make(&d, block_size, 8000);
	int over;

	d.calls = 0;
	d.fail_at = fail_at;
	d.fail_on = fail_on;
	d.fail_late = fail_late;
	for (unsigned i = 1; i <= 24; i++) {
		int error = model_step(&m, edf);

		assert_true(error == 0 || error == EDF_IO);
		if (i % 4 != 0)
			continue;
		error = edf_commit(edf);
		assert_true(error == 0 || error == EDF_IO);
		if (error == 0)
			model_copy(&done, &m);
		if (d.calls >= fail_at)
			assert_sound(&d);
	}
	over = d.calls < fail_at;
	d.fail_at = 0;
	assert_true(model_same(edf, &m));
	if (!fail_on || over) {
		assert_int_equal(edf_commit(edf), 0);
		model_copy(&done, &m);
	}
	finish(&d, edf);
	assert_sound(&d);
	edf = mount(&d);
	assert_true(model_same(edf, &done) ||
	    (fail_on && fail_late && model_same(edf, &m)));
	finish(&d, edf);
	model_free(&m);
	model_free(&done);
	disk_free(&d);
	return over;
}

static void
test_device_errors(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i += 3)
		for (int how = 0; how < 4; how++)
			for (unsigned n = 1; !work_failing(sizes[i], n,
			    how & 1, how & 2);)
				n++;
}

static int
work_without_storage(uint32_t block_size, unsigned fail_at)
{
	struct model m = { .random = 815, .largest = block_size * 3 };
	struct disk d;
	struct edf *edf = make(&d, block_size, 8000);
	int over;

	d.takes = 0;
	d.take_fail_at = fail_at;
	for (unsigned i = 1; i <= 24; i++) {
		int error = model_step(&m, edf);

		assert_true(error == 0 || error == EDF_NO_STORAGE);
		if (i % 4 == 0) {
			error = edf_commit(edf);
			assert_true(error == 0 || error == EDF_NO_STORAGE);
		}
	}
	over = d.takes < fail_at;
	d.take_fail_at = 0;
	assert_true(model_same(edf, &m));
	assert_int_equal(edf_commit(edf), 0);
	finish(&d, edf);
	assert_sound(&d);
	edf = mount(&d);
	assert_true(model_same(edf, &m));
	finish(&d, edf);
	model_free(&m);
	disk_free(&d);
	return over;
}

static void
test_no_storage(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i += 3)
		for (unsigned n = 1; !work_without_storage(sizes[i], n);)
			n++;
}

/* --- the power goes --- */

static int
keep_some(void *arg)
{
	return (int)model_random(arg, 2);
}

/* At some call, in the middle of anything; what was not flushed is lost, or
 * not, sector by sector. */
static int
crash(uint32_t block_size, unsigned at, uint64_t seed)
{
	struct model m = { .random = 99 * block_size + 1,
		.largest = block_size * 3 };
	struct model done = { .n = 0 };
	struct model dice = { .random = seed * 7919 + at };
	struct disk d;
	struct edf *edf = make(&d, block_size, 4000);
	int committing = 0;

	d.remember = 1;
	d.calls = 0;
	d.fail_at = at;
	d.fail_on = 1;
	for (unsigned i = 1; i <= 30 && d.calls < at; i++) {
		int error = model_step(&m, edf);

		if (error != 0 || i % 3 != 0)
			continue;
		committing = edf_commit(edf) != 0;
		if (!committing)
			model_copy(&done, &m);
	}
	edf_unmount(edf);
	disk_lose(&d, keep_some, &dice);
	d.fail_at = 0;
	assert_sound(&d);
	edf = mount(&d);
	assert_true(model_same(edf, &done) ||
	    (committing && model_same(edf, &m)));
	finish(&d, edf);
	committing = d.calls < at;
	model_free(&m);
	model_free(&done);
	disk_free(&d);
	return committing;
}

static void
test_crash(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		for (unsigned at = 1; at < 400; at++)
			crash(sizes[i], at, i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_device_errors),
		cmocka_unit_test(test_no_storage),
		cmocka_unit_test(test_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
