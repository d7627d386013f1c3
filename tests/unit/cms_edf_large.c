/* SPDX-License-Identifier: MIT
 *
 * cms_edf_large.c - a disk of a terabyte, of which only what is not zero is
 * kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edf.h"

#define SECTORS UINT32_MAX /* a part of it is more than is used */
#define SLOTS (1u << 16)

/* Sectors by number; NULL: zeros. */
static struct sector {
	struct sector *next;
	uint32_t number;
	uint8_t data[EDF_SECTOR];
} *slots[SLOTS];

static const uint8_t zeros[EDF_SECTOR];

static struct sector **
find(uint32_t number)
{
	struct sector **at = &slots[number * 2654435761u >> 16];

	while (*at != NULL && (*at)->number != number)
		at = &(*at)->next;
	return at;
}

static int
read_sparse(void *arg, const struct edf_extent *list, unsigned n)
{
	(void)arg;
	for (unsigned i = 0; i < n; i++)
		for (uint32_t k = 0; k < list[i].blocks; k++) {
			const struct sector *s = *find(list[i].block + k);

			memcpy((uint8_t *)list[i].at + (size_t)k * EDF_SECTOR,
			    s != NULL ? s->data : zeros, EDF_SECTOR);
		}
	return 0;
}

static void
write_sector(uint32_t number, const uint8_t *data)
{
	struct sector **at = find(number);

	if (memcmp(data, zeros, EDF_SECTOR) == 0) {
		struct sector *s = *at;

		if (s != NULL) {
			*at = s->next;
			free(s);
		}
		return;
	}
	if (*at == NULL) {
		*at = calloc(1, sizeof **at);
		(*at)->number = number;
	}
	memcpy((*at)->data, data, EDF_SECTOR);
}

static int
write_sparse(void *arg, const struct edf_extent *list, unsigned n, int flush)
{
	(void)arg;
	(void)flush;
	for (unsigned i = 0; i < n; i++)
		for (uint32_t k = 0; k < list[i].blocks; k++)
			write_sector(list[i].block + k,
			    (uint8_t *)list[i].at + (size_t)k * EDF_SECTOR);
	return 0;
}

static int
flush_sparse(void *arg)
{
	(void)arg;
	return 0;
}

static size_t taken, most;

static void *
take(void *arg, size_t bytes)
{
	(void)arg;
	taken += bytes;
	if (most < taken)
		most = taken;
	return malloc(bytes);
}

static void
give(void *arg, void *at, size_t bytes)
{
	(void)arg;
	taken -= bytes;
	free(at);
}

static struct edf_date
now(void *arg)
{
	(void)arg;
	return (struct edf_date){ 2099, 12, 31, 23, 59, 59 };
}

static const struct edf_device device = {
	.blocks = SECTORS,
	.read = read_sparse,
	.write = write_sparse,
	.flush = flush_sparse,
	.take = take,
	.give = give,
	.now = now,
};

static void
print_complaint(void *arg, const char *text)
{
	(void)arg;
	print_error("%s\n", text);
}

static void
work(uint32_t block_size)
{
	struct edf_stat st = { .mode = '1', .recfm = 'F', .lrecl = 65535,
		.name = { 'L', 'A', 'R', 'G', 'E', ' ', ' ', ' ' },
		.type = { 'F', 'I', 'L', 'E', ' ', ' ', ' ', ' ' } };
	static char data[65535], got[65535];
	struct edf_disk_info info;
	struct edf_file *f;
	struct edf *edf;
	size_t len;

	assert_int_equal(edf_format(&device, block_size, 0, "LARGE "), 0);
	assert_int_equal(edf_mount(&device, &edf), 0);
	edf_info(edf, &info);
	assert_int_equal(info.blocks, EDF_SECTORS_MAX / (block_size / 512));
	memset(data, 'L', sizeof data);
	assert_int_equal(edf_open(edf, EDF_CREATE, &st, &f), 0);
	/* 128 terabytes, nearly all of it a hole. */
	for (uint32_t r = 1; r != 0 && r <= EDF_RECORDS_MAX; r = r * 5 + 1)
		assert_int_equal(edf_write(f, r, data, sizeof data), 0);
	assert_int_equal(edf_write(f, EDF_RECORDS_MAX, data, sizeof data), 0);
	assert_int_equal(edf_close(f), 0);
	most = 0;
	assert_int_equal(edf_commit(edf), 0);
	assert_int_equal(edf_open(edf, EDF_READ, &st, &f), 0);
	assert_int_equal(edf_read(f, EDF_RECORDS_MAX, got, sizeof got, &len),
	    0);
	assert_memory_equal(got, data, sizeof got);
	assert_int_equal(edf_read(f, 100000, got, sizeof got, &len), 0);
	assert_int_equal(got[0] | got[sizeof got - 1], 0);
	assert_int_equal(edf_close(f), 0);
	/* Storage is for what is looked at, not for what there is. */
	assert_true(most < 1 << 20);
	assert_int_equal(edf_check(&device, print_complaint, NULL), 0);
	assert_int_equal(edf_erase(edf, st.name, st.type), 0);
	assert_int_equal(edf_commit(edf), 0);
	assert_int_equal(edf_resize(edf, info.blocks / 2), 0);
	assert_int_equal(edf_check(&device, print_complaint, NULL), 0);
	assert_int_equal(edf_resize(edf, info.blocks + 1), EDF_INVALID);
	assert_int_equal(edf_resize(edf, info.blocks), 0);
	assert_int_equal(edf_check(&device, print_complaint, NULL), 0);
	edf_unmount(edf);
	assert_int_equal(taken, 0);
}

static void
test_large(void **state)
{
	(void)state;
	work(4096);
	work(512);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
