/* SPDX-License-Identifier: MIT
 *
 * vtx_blockio.c - requests to disks: their order, what goes in one call, how
 * far one came, what a reset and a detach leave of them.  Without the thread:
 * the test does its work.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>

#include "blockio.h"
#include "vtx_machine.h"

#define SIZE (4u << 20)
#define VDEV 0x191
#define BLOCKS 16384u

struct test {
	struct fake f;
	struct device *d;
	struct block_run run[BLOCK_RUNS];
	struct block_request rq;
	unsigned ended;
};

static struct test *test; /* ended() finds it by nothing else */

static void
ended(struct vm *vm, struct block_request *rq)
{
	(void)vm;
	assert_ptr_equal(rq->medium, test->d->medium);
	test->ended++;
}

static int
setup(void **state)
{
	test = calloc(1, sizeof *test);
	fake_open(&test->f, SIZE);
	test->d = fake_attach(&test->f, VDEV, DEVICE_FBA, BLOCKS, FBA_BLOCK);
	*state = test;
	return 0;
}

static int
teardown(void **state)
{
	struct test *t = *state;

	fake_close(&t->f);
	free(t);
	return 0;
}

static void
request(struct test *t, enum block_op op)
{
	t->rq = (struct block_request){ .medium = t->d->medium, .op = op,
		.run = t->run, .ended = ended };
}

static void
add(struct test *t, uint64_t at, uint64_t addr, uint64_t len)
{
	struct block_run *r = &t->run[t->rq.count++];

	r->at = at;
	assert_int_equal(mem_span(&t->f.vm.mem, GPA(addr), len, &r->mem), 0);
}

static void
serve(struct test *t)
{
	unsigned before = t->ended;

	blockio_submit(&t->f.vm, &t->rq);
	assert_true(blockio_serve(&t->f.vm));
	assert_false(blockio_serve(&t->f.vm));
	assert_int_equal(t->ended, before + 1);
}

static void
put(struct test *t, uint64_t addr, const char *text)
{
	mem_write(&t->f.vm.mem, GPA(addr), text, strlen(text));
}

static void
expect(struct test *t, uint64_t addr, const char *text)
{
	char got[16] = { 0 };

	mem_read(&t->f.vm.mem, GPA(addr), got, strlen(text));
	assert_string_equal(got, text);
}

static void
test_order(void **state)
{
	struct test *t = *state;
	struct block_request first, second;

	put(t, 0, "first");
	put(t, 512, "other");
	request(t, BLOCK_WRITE);
	add(t, 5120, 0, 512);
	first = t->rq;
	request(t, BLOCK_WRITE);
	second = t->rq;
	second.run = t->run + 1;
	second.count = 1;
	t->run[1].at = 5120;
	mem_span(&t->f.vm.mem, GPA(512), 512, &t->run[1].mem);
	blockio_submit(&t->f.vm, &first);
	blockio_submit(&t->f.vm, &second);
	while (blockio_serve(&t->f.vm))
		;
	assert_int_equal(t->ended, 2);
	request(t, BLOCK_READ);
	add(t, 5120, 8192, 512);
	serve(t);
	expect(t, 8192, "other");
	request(t, BLOCK_FLUSH);
	serve(t);
	assert_int_equal(t->rq.error, 0);
}

static void
test_scattered(void **state)
{
	struct test *t = *state;

	/* Neighbours and strangers, backwards in storage. */
	request(t, BLOCK_WRITE);
	for (unsigned i = 0; i < BLOCK_RUNS; i++) {
		uint8_t byte = (uint8_t)(i + 1);

		mem_write(&t->f.vm.mem, GPA((63 - i) * 512), &byte, 1);
		add(t, (uint64_t)(i < 40 ? i : i * 3) * 512, (63 - i) * 512,
		    512);
	}
	serve(t);
	assert_int_equal(t->rq.error, 0);
	assert_int_equal(t->rq.done, 64 * 512);
	request(t, BLOCK_READ);
	add(t, 0, 1 << 20, 200 * 512);
	serve(t);
	for (unsigned i = 0; i < BLOCK_RUNS; i++) {
		uint64_t block = i < 40 ? i : i * 3;
		uint8_t byte;

		mem_read(&t->f.vm.mem, GPA((1 << 20) + block * 512), &byte, 1);
		assert_int_equal(byte, i + 1);
	}
}

/* More than one call takes, over more than one run. */
static void
test_large(void **state)
{
	struct test *t = *state;

	for (uint64_t i = 0; i < SIZE / 8; i++)
		mem_write(&t->f.vm.mem, GPA(i * 8), &i, 8);
	request(t, BLOCK_WRITE);
	add(t, 0, 512, 512);
	add(t, 512, 1024, SIZE - 1024);
	t->rq.flush = true;
	serve(t);
	assert_int_equal(t->rq.error, 0);
	assert_int_equal(t->rq.done, SIZE - 512);
	mem_clear(&t->f.vm.mem);
	request(t, BLOCK_READ);
	add(t, 0, 512, SIZE - 1024);
	add(t, SIZE - 1024, SIZE - 512, 512);
	serve(t);
	assert_int_equal(t->rq.done, SIZE - 512);
	for (uint64_t i = 64; i < SIZE / 8; i++) {
		uint64_t got;

		mem_read(&t->f.vm.mem, GPA(i * 8), &got, 8);
		assert_int_equal(got, i);
	}
}

static void
check_sense(struct test *t, uint64_t done, uint8_t sense0, uint8_t sense1)
{
	uint8_t sense[SENSE_BYTES];

	serve(t);
	assert_int_not_equal(t->rq.error, 0);
	assert_int_equal(t->rq.done, done);
	blockio_sense(&t->rq, sense);
	assert_int_equal(sense[0], sense0);
	assert_int_equal(sense[1], sense1);
	assert_int_equal(sense[2] | sense[3], 0);
}

static void
test_ends(void **state)
{
	struct test *t = *state;
	int fd = t->d->medium->fd;

	assert_int_equal(ftruncate(fd, 10 * 512), 0);
	request(t, BLOCK_READ);
	add(t, 8 * 512, 0, 4 * 512);
	check_sense(t, 1024, SENSE_DATA_CHECK, FBA_SENSE_SHORT);
	assert_int_equal(ftruncate(fd, 10 * 512 + 1), 0);
	request(t, BLOCK_READ);
	add(t, 8 * 512, 0, 4 * 512);
	check_sense(t, 1025, SENSE_DATA_CHECK, FBA_SENSE_CUT);
	request(t, BLOCK_READ);
	add(t, 100 * 512, 0, 512);
	check_sense(t, 0, SENSE_DATA_CHECK, FBA_SENSE_SHORT);
}

static void
test_errors(void **state)
{
	static const struct {
		enum block_op op;
		int error;
		uint8_t sense0, sense1;
	} rows[] = {
		{ BLOCK_READ, EIO, SENSE_DATA_CHECK, FBA_SENSE_PERMANENT },
		{ BLOCK_READ, EFAULT, SENSE_DATA_CHECK, FBA_SENSE_PERMANENT },
		{ BLOCK_WRITE, EIO, SENSE_EQUIPMENT, FBA_SENSE_PERMANENT },
		{ BLOCK_FLUSH, EIO, SENSE_EQUIPMENT, FBA_SENSE_PERMANENT },
		{ BLOCK_WRITE, ENOSPC, SENSE_EQUIPMENT, FBA_SENSE_NO_SPACE },
		{ BLOCK_FLUSH, EDQUOT, SENSE_EQUIPMENT, FBA_SENSE_NO_SPACE },
		{ BLOCK_WRITE, EFBIG, SENSE_EQUIPMENT, FBA_SENSE_NO_SPACE },
		{ BLOCK_WRITE, EROFS, SENSE_COMMAND_REJECT,
		    FBA_SENSE_INHIBITED },
	};
	struct test *t = *state;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct block_request rq = { .op = rows[i].op,
			.error = rows[i].error };
		uint8_t sense[SENSE_BYTES];

		blockio_sense(&rq, sense);
		assert_int_equal(sense[0], rows[i].sense0);
		assert_int_equal(sense[1], rows[i].sense1);
	}
	assert_true(fd >= 0);
	assert_true(dup2(fd, t->d->medium->fd) >= 0);
	close(fd);
	request(t, BLOCK_WRITE);
	add(t, 0, 0, 512);
	check_sense(t, 0, SENSE_COMMAND_REJECT, FBA_SENSE_INHIBITED);
}

static void
test_reset(void **state)
{
	struct test *t = *state;

	request(t, BLOCK_READ);
	add(t, 0, 0, 512);
	blockio_submit(&t->f.vm, &t->rq);
	machine_reset(&t->f.vm, true);
	assert_false(blockio_serve(&t->f.vm));
	assert_int_equal(t->ended, 0);
	assert_false(atomic_load(&t->f.vm.io.stale));
	serve(t); /* the queue is whole */
	assert_int_equal(blockio_settle(&t->f.vm), 0);
}

/* What was asked for before is done; then the disk is closed, and told. */
static void
test_detach(void **state)
{
	struct test *t = *state;
	struct medium *m = t->d->medium;
	int fd = m->fd;

	assert_true(machine_detach(&t->f.vm, VDEV));
	assert_int_equal(blockio_closed(&t->f.vm), VDEV_NONE);
	machine_reset(&t->f.vm, true);
	assert_true(fcntl(fd, F_GETFD) >= 0);
	assert_true(blockio_serve(&t->f.vm));
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(blockio_closed(&t->f.vm), VDEV);
	assert_int_equal(blockio_closed(&t->f.vm), VDEV_NONE);
	/* One that another takes the place of is nobody's news; neither is a
	 * device that is no disk. */
	fake_attach(&t->f, VDEV, DEVICE_FBA, 64, FBA_BLOCK);
	fake_attach(&t->f, VDEV, DEVICE_FBA, 64, FBA_BLOCK);
	assert_true(blockio_serve(&t->f.vm));
	assert_int_equal(blockio_closed(&t->f.vm), VDEV_NONE);
	fake_attach(&t->f, 0x00C, DEVICE_READER, 0, 0);
	assert_false(machine_detach(&t->f.vm, 0x00C));
	assert_false(machine_detach(&t->f.vm, 0x00C));
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_order),
		T(test_scattered),
		T(test_large),
		T(test_ends),
		T(test_errors),
		T(test_reset),
		T(test_detach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
