/* SPDX-License-Identifier: MIT
 *
 * vtx_threads.c - the threads of a machine at once: one plays the processor
 * and does I/O of every kind, one is the disk thread, and this one, the device
 * thread, stops, holds, resets and saves the machine and takes disks away,
 * whenever it likes.  What is read must be right, and nothing may be left
 * over.  Worth most when it is built with -fsanitize=thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/kvm.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>

#include "diagnose.h"
#include "vcpu.h"
#include "vtx_slot.h"

#define SIZE (16u << 20)
#define NUMBERS 0x190 /* each block's number in its first bytes */
#define OTHER 0x191   /* comes and goes */
#define SLOT 0x2FF    /* takes records */
#define RECORDS 500u
#define BLOCKS 8192u
#define MILLISECONDS 1500

/* Where things are in storage. */
#define AT_DIAG 0x1000u
#define AT_IO 0x2000u /* 0x1000 for each of 250's, one more for A4 */
#define AT_CCW 0x8000u
#define AT_GENERAL 0x8100u
#define AT_PARM 0x8200u
#define AT_CHAIN 0x9000u
#define AT_CARD 0xA000u
#define AT_DATA 0x100000u

struct test {
	struct fake f;
	struct machine_ops ops; /* of a machine whose processor is not KVM's */
	struct kvm_run run;
	pthread_t disk;
	atomic_bool over;
	bool reset; /* under the machine's lock: the processor starts anew */
	jmp_buf anew;
	unsigned good[5]; /* A4, A8, 250, channel programs that went well,
			   * those of records */
	atomic_uint wrong;
	uint32_t random;
};

static uint32_t
roll(struct test *t, uint32_t n)
{
	t->random = t->random * 1664525 + 1013904223;
	return (t->random >> 8) % n;
}

/* --- the disk thread, and a host that takes its time --- */

/* In the place of libc's.  Now and then longer than a reset waits. */
ssize_t
preadv(int fd, const struct iovec *iov, int n, off_t at)
{
	static _Thread_local unsigned calls;
	struct timespec time = { 0 };

	calls++;
	if (calls % 256 == 0)
		time.tv_nsec = 300000000;
	else if (calls % 4 == 0)
		time.tv_nsec = calls % 64 * 20000;
	if (time.tv_nsec > 0)
		nanosleep(&time, NULL);
	return syscall(SYS_preadv, fd, iov, n, at, 0);
}

static void *
disk_main(void *arg)
{
	struct test *t = arg;

	while (!atomic_load(&t->over)) {
		sem_wait(&t->f.vm.io.work);
		blockio_serve(&t->f.vm);
	}
	return NULL;
}

/* --- the processor --- */

static void
put(struct test *t, uint32_t at, const void *bytes, size_t n)
{
	mem_write(&t->f.vm.mem, GPA(at), bytes, n);
}

static void
get(struct test *t, uint32_t at, void *bytes, size_t n)
{
	mem_read(&t->f.vm.mem, GPA(at), bytes, n);
}

static uint32_t
word(struct test *t, uint32_t at)
{
	uint32_t value = 0;

	get(t, at, &value, sizeof value);
	return value;
}

/* As vcpu.c's thread rests. */
static void
cpu_rest(struct test *t, struct vcpu *v)
{
	struct vm *vm = &t->f.vm;
	bool reset;

	pthread_mutex_lock(&vm->lock);
	v->quiet = true;
	pthread_cond_broadcast(&vm->settled);
	while (!vm->running || vm->pauses > 0 || atomic_load(&vm->io.stale) ||
	    (v->wait != WAIT_NONE && (v->wait != WAIT_INTERRUPT ||
	    !atomic_load(&vm->irq))))
		pthread_cond_wait(&v->go, &vm->lock);
	v->quiet = false;
	v->wait = WAIT_NONE;
	kvm_unkick(&v->kvm);
	reset = t->reset;
	t->reset = false;
	pthread_mutex_unlock(&vm->lock);
	if (reset)
		longjmp(t->anew, 1);
}

static void
cpu_out(struct test *t, struct vcpu *v, enum vcpu_next next)
{
	if (next == NEXT_WAIT ||
	    __atomic_load_n(&t->run.immediate_exit, __ATOMIC_SEQ_CST) != 0)
		cpu_rest(t, v);
}

static struct diag
cpu_diag(struct test *t, struct vcpu *v, uint32_t code, uint32_t at,
    uint32_t len)
{
	struct diag d = { .code = code, .in_addr = at, .in_len = len,
		.cc = 99 };

	put(t, AT_DIAG, &d, sizeof d);
	cpu_out(t, v, diag_port(v, AT_DIAG));
	get(t, AT_DIAG, &d, sizeof d);
	return d;
}

/* Blocks from one number on, as they were read. */
static bool
cpu_right(struct test *t, uint32_t at, uint32_t block, uint32_t blocks)
{
	for (uint32_t i = 0; i < blocks; i++)
		if (word(t, at + i * FBA_BLOCK) != block + i)
			return false;
	return true;
}

struct cpu_request {
	struct diag_block_io head;
	struct diag_block_extent extent[4];
};

static struct cpu_request
cpu_request(struct test *t, uint32_t vdev, uint32_t at)
{
	struct cpu_request rq = { .head = { .vdev = vdev,
		.op = DIAG_BLOCK_READ, .id = at,
		.count = (uint16_t)(1 + roll(t, 4)) } };

	for (unsigned i = 0; i < rq.head.count; i++) {
		struct diag_block_extent *e = &rq.extent[i];

		e->blocks = 1 + roll(t, roll(t, 8) == 0 ? 1400 : 8);
		e->block = roll(t, BLOCKS - e->blocks);
		e->addr = at;
		at += e->blocks * FBA_BLOCK;
	}
	return rq;
}

static uint32_t
cpu_length(const struct cpu_request *rq)
{
	return sizeof rq->head + rq->head.count * sizeof rq->extent[0];
}

static void
cpu_look(struct test *t, const struct cpu_request *rq, unsigned kind)
{
	for (unsigned i = 0; i < rq->head.count; i++)
		t->wrong += !cpu_right(t, rq->extent[i].addr,
		    rq->extent[i].block, rq->extent[i].blocks);
	t->good[kind]++;
}

static void
cpu_a4(struct test *t, struct vcpu *v)
{
	uint32_t vdev = roll(t, 4) == 0 ? OTHER : NUMBERS;
	struct cpu_request rq = cpu_request(t, vdev, AT_DATA);
	struct diag d;

	rq.head.op = vdev == OTHER && roll(t, 2) == 0 ? DIAG_BLOCK_WRITE :
	    DIAG_BLOCK_READ;
	put(t, AT_IO, &rq, sizeof rq);
	d = cpu_diag(t, v, DIAG_BLOCK_IO, AT_IO, cpu_length(&rq));
	if (vdev == NUMBERS && d.cc == 0)
		cpu_look(t, &rq, 0);
	else
		t->wrong += vdev == NUMBERS || (d.cc != 0 && d.cc != 3);
}

static void
cpu_program(struct test *t, uint32_t block)
{
	struct fba_extent extent = { .last = BLOCKS - 1 };
	struct fba_locate locate = { .op = FBA_OP_READ, .blocks = 100,
		.first = block };
	struct ccw ccw[] = {
		{ FBA_DEFINE_EXTENT, CCW_CC, sizeof extent, AT_PARM },
		{ FBA_LOCATE, CCW_CC, sizeof locate, AT_PARM + 64 },
		{ FBA_READ, 0, 100 * FBA_BLOCK, AT_DATA },
	};

	put(t, AT_PARM, &extent, sizeof extent);
	put(t, AT_PARM + 64, &locate, sizeof locate);
	put(t, AT_CCW, ccw, sizeof ccw);
}

static void
cpu_a8(struct test *t, struct vcpu *v)
{
	uint32_t block = roll(t, BLOCKS - 100);
	uint32_t vdev = roll(t, 4) == 0 ? OTHER : NUMBERS;
	struct diag_general_io g = { .vdev = vdev, .ccw = AT_CCW };
	struct diag d;
	bool right;

	cpu_program(t, block);
	put(t, AT_GENERAL, &g, sizeof g);
	d = cpu_diag(t, v, DIAG_GENERAL_IO, AT_GENERAL, sizeof g);
	right = vdev == OTHER ? d.cc == 0 || d.cc == 3 :
	    d.cc == 0 && cpu_right(t, AT_DATA, block, 100);
	t->wrong += !right;
	t->good[1]++;
}

/* Take what is pending. */
static int
cpu_take(struct test *t)
{
	struct vm *vm = &t->f.vm;
	int vector;

	pthread_mutex_lock(&vm->lock);
	vector = vm->ops->take(vm);
	pthread_mutex_unlock(&vm->lock);
	return vector;
}

/* As many 250s as there may be, and their interruptions in their order. */
static void
cpu_250(struct test *t, struct vcpu *v)
{
	struct cpu_request rq[DIAG_BLOCK_ASYNC_MAX];

	for (uint32_t i = 0; i < DIAG_BLOCK_ASYNC_MAX; i++) {
		uint32_t at = AT_IO + (i + 1) * 0x1000;

		rq[i] = cpu_request(t, NUMBERS, AT_DATA + i * (3u << 20));
		put(t, at, &rq[i], sizeof rq[i]);
		cpu_diag(t, v, DIAG_BLOCK_IO_ASYNC, at, cpu_length(&rq[i]));
	}
	for (unsigned i = 0; i < DIAG_BLOCK_ASYNC_MAX;) {
		cpu_out(t, v, vcpu_wait_port(v, 0));
		if (cpu_take(t) != MACHINE_VECTOR_EXTERNAL)
			continue;
		t->wrong += word(t, offsetof(struct lowcore, ext_parm)) !=
		    rq[i].head.id;
		cpu_look(t, &rq[i++], 2);
	}
}

static struct chan_req
cpu_channel(struct test *t, struct vcpu *v, uint32_t op, uint32_t vdev,
    uint32_t ccw)
{
	struct chan_req rq = { .op = op, .vdev = vdev, .ccw = ccw };

	put(t, AT_GENERAL, &rq, sizeof rq);
	cpu_out(t, v, channel_port(v, AT_GENERAL));
	get(t, AT_GENERAL, &rq, sizeof rq);
	return rq;
}

/* SIO, perhaps HIO, and its end by TIO. */
static struct chan_req
cpu_run(struct test *t, struct vcpu *v, uint32_t vdev, uint32_t ccw, bool halt)
{
	struct chan_req rq;

	cpu_channel(t, v, CHAN_SIO, vdev, ccw);
	if (halt)
		cpu_channel(t, v, CHAN_HIO, vdev, 0);
	do
		rq = cpu_channel(t, v, CHAN_TIO, vdev, 0);
	while (rq.cc == 2);
	return rq;
}

static void
cpu_sio(struct test *t, struct vcpu *v)
{
	uint32_t block = roll(t, BLOCKS - 100);
	bool halt = roll(t, 4) == 0;
	struct chan_req rq;

	cpu_program(t, block);
	rq = cpu_run(t, v, NUMBERS, AT_CCW, halt);
	t->wrong += rq.cc != 1 ||
	    (!halt && !cpu_right(t, AT_DATA, block, 100));
	t->good[3]++;
}

/* Many records, or ever the same ones until they are halted. */
static void
cpu_records(struct test *t, struct vcpu *v)
{
	static struct ccw chain[RECORDS];
	bool halt = roll(t, 2) == 0;
	struct chan_req rq;

	for (unsigned i = 0; i < RECORDS; i++)
		chain[i] = (struct ccw){ SLOT_WRITE, CCW_CC, SLOT_RECORD,
			AT_CARD };
	if (halt)
		chain[RECORDS - 1] = (struct ccw){ .cmd = CMD_TIC,
			.addr = AT_CHAIN };
	else
		chain[RECORDS - 1].flags = 0;
	put(t, AT_CHAIN, chain, sizeof chain);
	rq = cpu_run(t, v, SLOT, AT_CHAIN, halt);
	t->wrong += rq.cc != 1 || rq.csw.unit != UNIT_DONE ||
	    rq.csw.chan != 0 || (!halt && rq.csw.ccw_addr !=
	    AT_CHAIN + sizeof chain);
	t->good[4]++;
}

static void *
cpu_main(void *arg)
{
	static void (*const works[])(struct test *, struct vcpu *) = {
		cpu_a4, cpu_a8, cpu_250, cpu_sio,
		cpu_records };
	struct test *t = arg;
	struct vcpu *v = &t->f.vm.cpu[0];

	v->tid = (pid_t)syscall(SYS_gettid);
	if (setjmp(t->anew) == 0)
		cpu_rest(t, v);
	while (!atomic_load(&t->over))
		works[roll(t, 5)](t, v);
	pthread_mutex_lock(&t->f.vm.lock);
	v->quiet = true;
	pthread_cond_broadcast(&t->f.vm.settled);
	pthread_mutex_unlock(&t->f.vm.lock);
	return NULL;
}

/* --- the device thread: what a user does --- */

static uint64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void
kicked(int sig)
{
	(void)sig;
}

static void
user_detach(struct test *t)
{
	machine_detach(&t->f.vm, OTHER);
}

static void
user_attach(struct test *t)
{
	fake_attach(&t->f, OTHER, DEVICE_FBA, BLOCKS, FBA_BLOCK);
}

static void
user_stop(struct test *t)
{
	machine_stop(&t->f.vm);
	machine_run(&t->f.vm);
}

static void
user_reset(struct test *t)
{
	struct vm *vm = &t->f.vm;

	machine_reset(vm, now_ms() % 2 == 0);
	pthread_mutex_lock(&vm->lock);
	t->reset = true;
	pthread_mutex_unlock(&vm->lock);
	machine_run(vm);
}

static void
user_hold(struct test *t)
{
	struct vm *vm = &t->f.vm;

	machine_hold(vm, true);
	while (!machine_held(vm))
		channel_run(vm);
	machine_hold(vm, false);
}

/* As VM_SAVE begins. */
static void
user_save(struct test *t)
{
	struct vm *vm = &t->f.vm;

	machine_pause(vm);
	if (machine_settle(vm) == 0)
		for (unsigned i = 0; i < vm->ndevices; i++)
			t->wrong += vm->device[i]->sch.phase == PHASE_MOVING ||
			    vm->device[i]->sch.landed;
	machine_resume(vm);
}

static void
user_renumber(struct test *t)
{
	machine_renumber(&t->f.vm, OTHER, 0x400);
	machine_renumber(&t->f.vm, 0x400, OTHER);
}

static void
device_wait(struct test *t, bool busy)
{
	struct pollfd fd = { .fd = t->f.vm.wake, .events = POLLIN };
	uint64_t count;

	if (poll(&fd, 1, busy ? 0 : 1) > 0 &&
	    read(fd.fd, &count, sizeof count) < 0)
		t->wrong++;
	atomic_store(&t->f.vm.woken, false);
}

static void
device_main(struct test *t)
{
	static void (*const works[])(struct test *) = { user_detach,
		user_attach, user_attach, user_stop, user_reset, user_hold,
		user_save, user_renumber };
	uint64_t end = now_ms() + MILLISECONDS;
	uint32_t random = 1;

	while (now_ms() < end) {
		bool busy = channel_run(&t->f.vm);

		while (blockio_closed(&t->f.vm) != VDEV_NONE)
			;
		fake_drain(&t->f);
		device_wait(t, busy);
		random = random * 1664525 + 1013904223;
		if ((random >> 8) % 16 < sizeof works / sizeof works[0])
			works[(random >> 8) % 16](t);
	}
}

static void
numbers(struct test *t)
{
	int fd = fake_attach(&t->f, NUMBERS, DEVICE_FBA, BLOCKS,
	    FBA_BLOCK)->medium->fd;

	for (uint32_t i = 0; i < BLOCKS; i++)
		assert_int_equal(pwrite(fd, &i, sizeof i, i * FBA_BLOCK),
		    sizeof i);
}

static int
reset_cpu(struct vcpu *v, uint32_t entry, uint32_t vdev)
{
	(void)v;
	(void)entry;
	(void)vdev;
	return 0;
}

static void
open_cpu(struct test *t)
{
	struct sigaction act = { .sa_handler = kicked };
	struct vm *vm = &t->f.vm;
	struct vcpu *v = &vm->cpu[0];

	sigaction(SIGUSR1, &act, NULL);
	t->ops = machine_370;
	t->ops.reset = reset_cpu;
	vm->ops = &t->ops;
	vm->ncpus = 1;
	v->vm = vm;
	v->kvm.fd = -1;
	v->kvm.run = &t->run;
	pthread_cond_init(&v->go, NULL);
	assert_int_equal(pthread_create(&v->thread, NULL, cpu_main, t), 0);
	pthread_mutex_lock(&vm->lock);
	while (!v->quiet)
		pthread_cond_wait(&vm->settled, &vm->lock);
	pthread_mutex_unlock(&vm->lock);
}

static void
close_all(struct test *t)
{
	struct vm *vm = &t->f.vm;

	atomic_store(&t->over, true);
	user_reset(t);
	pthread_join(vm->cpu[0].thread, NULL);
	blockio_go(vm);
	pthread_join(t->disk, NULL);
}

static void
test_threads(void **state)
{
	struct test *t = calloc(1, sizeof *t);

	(void)state;
	fake_open(&t->f, SIZE);
	numbers(t);
	slot_attach(&t->f, SLOT, false);
	assert_int_equal(pthread_create(&t->disk, NULL, disk_main, t), 0);
	open_cpu(t);
	machine_run(&t->f.vm);
	device_main(t);
	close_all(t);
	assert_int_equal(t->wrong, 0);
	for (unsigned i = 0; i < 5; i++)
		assert_true(t->good[i] > 0);
	assert_null(t->f.vm.io.busy);
	fake_close(&t->f);
	free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_threads) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
