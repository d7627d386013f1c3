/* SPDX-License-Identifier: MIT
 *
 * blockio.c - the disk thread: requests to files, in order, one at a time.
 * Knows no channel and no DIAGNOSE; checks no guest's operands.
 */
#include "blockio.h"

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "sandbox.h"
#include "vcpu.h"
#include "vm.h"

#define BLOCKIO_STACK (64u << 10)
#define BLOCKIO_PIECE (1u << 20) /* bytes between two looks at stale */
#define BLOCKIO_RESET_MS 250	 /* a reset waits so long for the host */
#define BLOCKIO_SETTLE_MS 2000	 /* and a machine to be saved */
#define NS_PER_MS 1000000
#define NS_PER_S 1000000000

/* Where skipped bytes go, and zeros come from. */
static char blockio_nowhere[UINT16_MAX + 1];
static char blockio_zeros[FBA_BLOCK];

/* --- the queue: lock held --- */

void
blockio_open(struct vm *vm)
{
	struct blockio *io = &vm->io;
	pthread_condattr_t attr;

	*io = (struct blockio){ 0 };
	io->tail = &io->head;
	/* Numbers of disks begin anywhere, so that a system saved in another
	 * machine knows none of this one's.  Failing, they begin at 1. */
	if (getrandom(&io->attachments, sizeof io->attachments, 0) < 0)
		io->attachments = 0;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	sem_init(&io->work, 0, 0);
	pthread_cond_init(&io->over, &attr);
	pthread_condattr_destroy(&attr);
}

void
blockio_submit(struct vm *vm, struct block_request *rq)
{
	struct blockio *io = &vm->io;

	rq->done = 0;
	rq->error = 0;
	rq->next = NULL;
	*io->tail = rq;
	io->tail = &rq->next;
}

void
blockio_go(struct vm *vm)
{
	sem_post(&vm->io.work);
}

static struct block_request *
blockio_next(struct blockio *io)
{
	struct block_request *rq = io->head;

	if (rq == NULL)
		return NULL;
	io->head = rq->next;
	if (io->head == NULL)
		io->tail = &io->head;
	io->busy = rq;
	return rq;
}

/* Take all but the closing ones away. */
static void
blockio_drop(struct blockio *io)
{
	struct block_request **at = &io->head;

	while (*at != NULL) {
		if ((*at)->op == BLOCK_CLOSE)
			at = &(*at)->next;
		else
			*at = (*at)->next;
	}
	io->tail = at;
}

/* Wait for the next end of a request, until the time.  False: it is over. */
static bool
blockio_wait(struct vm *vm, const struct timespec *until)
{
	return pthread_cond_timedwait(&vm->io.over, &vm->lock, until) == 0;
}

static struct timespec
blockio_deadline(long ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * NS_PER_MS;
	if (t.tv_nsec >= NS_PER_S) {
		t.tv_sec++;
		t.tv_nsec -= NS_PER_S;
	}
	return t;
}

/* --- the disk thread's --- */

/* How far a request is: run, and bytes of that run. */
struct block_cursor {
	unsigned run;
	uint64_t within;
};

/* What lies together on the medium from here on, up to a piece. */
static int
blockio_gather(const struct block_request *rq, struct block_cursor c,
    struct iovec iov[BLOCK_RUNS])
{
	uint64_t next = rq->run[c.run].at + c.within;
	uint64_t left = BLOCKIO_PIECE;
	int n = 0;

	for (; c.run < rq->count && left > 0 &&
	    rq->run[c.run].at + c.within == next; c.run++, c.within = 0) {
		const struct iovec *mem = &rq->run[c.run].mem;
		uint64_t len = mem->iov_len - c.within;

		if (len > left)
			len = left;
		iov[n].iov_base = (char *)mem->iov_base + c.within;
		iov[n++].iov_len = len;
		left -= len;
		next += len;
	}
	return n;
}

static void
blockio_advance(struct block_request *rq, struct block_cursor *c, uint64_t n)
{
	rq->done += n;
	while (n > 0) {
		uint64_t left = rq->run[c->run].mem.iov_len - c->within;

		if (n < left) {
			c->within += n;
			return;
		}
		n -= left;
		c->run++;
		c->within = 0;
	}
}

/* One system call: bytes moved, or -1 with the request's error. */
static ssize_t
blockio_call(struct block_request *rq, const struct iovec *iov, int n,
    uint64_t at)
{
	bool write = rq->op == BLOCK_WRITE;
	ssize_t moved;

	do
		moved = write ? pwritev(rq->medium->fd, iov, n, (off_t)at) :
		    preadv(rq->medium->fd, iov, n, (off_t)at);
	while (moved < 0 && errno == EINTR);
	if (moved > 0)
		return moved;
	if (moved < 0)
		rq->error = errno;
	else if (write)
		rq->error = EIO;
	else
		rq->error = at % FBA_BLOCK != 0 ? BLOCK_CUT : BLOCK_SHORT;
	return -1;
}

/* A reset came while the bytes were moving, and storage was cleared. */
static void
blockio_erase(const struct iovec *iov, int n)
{
	for (int i = 0; i < n; i++)
		memset(iov[i].iov_base, 0, iov[i].iov_len);
}

static void
blockio_move(struct vm *vm, struct block_request *rq)
{
	struct block_cursor c = { 0 };
	struct iovec iov[BLOCK_RUNS];

	while (c.run < rq->count && !atomic_load(&vm->io.stale)) {
		int n = blockio_gather(rq, c, iov);
		ssize_t moved = blockio_call(rq, iov, n,
		    rq->run[c.run].at + c.within);

		if (rq->op == BLOCK_READ && atomic_load(&vm->io.stale) &&
		    atomic_load(&vm->io.clear))
			blockio_erase(iov, n);
		if (moved < 0)
			return;
		blockio_advance(rq, &c, (uint64_t)moved);
	}
}

static void
blockio_do(struct vm *vm, struct block_request *rq)
{
	if (rq->op == BLOCK_CLOSE) {
		close(rq->medium->fd);
		return;
	}
	if (rq->op != BLOCK_FLUSH)
		blockio_move(vm, rq);
	if ((rq->op == BLOCK_FLUSH || rq->flush) && rq->error == 0 &&
	    fdatasync(rq->medium->fd) < 0)
		rq->error = errno;
}

/* Lock held.  A stale machine may go on; else whoever asked is told. */
static void
blockio_over(struct vm *vm, struct block_request *rq)
{
	struct blockio *io = &vm->io;

	io->busy = NULL;
	if (atomic_load(&io->stale)) {
		atomic_store(&io->stale, false);
		machine_go_on(vm);
	} else {
		rq->ended(vm, rq);
	}
	if (vm->held)
		machine_wake(vm); /* VM_HELD may be due */
	pthread_cond_broadcast(&io->over);
}

bool
blockio_serve(struct vm *vm)
{
	struct block_request *rq;
	struct vcpu *v;

	pthread_mutex_lock(&vm->lock);
	rq = blockio_next(&vm->io);
	pthread_mutex_unlock(&vm->lock);
	if (rq == NULL)
		return false;
	blockio_do(vm, rq);
	pthread_mutex_lock(&vm->lock);
	blockio_over(vm, rq);
	v = vm->io.waiter;
	vm->io.waiter = NULL;
	pthread_mutex_unlock(&vm->lock);
	if (v != NULL)
		vcpu_go(v);
	return true;
}

static int
blockio_sandbox(void)
{
	const struct sandbox_rule rules[] = {
		SANDBOX(preadv, "blocks into storage"),
		SANDBOX(pwritev, "blocks out of storage"),
		SANDBOX(fdatasync, "a flush"),
		SANDBOX(close, "disks detached"),
		SANDBOX(futex, "the machine's lock and conditions"),
		SANDBOX(write, "the eventfd that wakes the device thread"),
		SANDBOX(getpid, "tgkill"),
		SANDBOX_ARG(tgkill, 0, getpid(), "take a vCPU out of KVM"),
		SANDBOX(rt_sigreturn, "a signal's end"),
		SANDBOX(restart_syscall, "a wait stopped and continued"),
		SANDBOX(exit_group, "a lock that cannot be had"),
	};

	return sandbox_enter(rules, sizeof rules / sizeof rules[0]);
}

static void *
blockio_main(void *arg)
{
	struct vm *vm = arg;
	struct blockio *io = &vm->io;

	if (blockio_sandbox() < 0)
		_exit(1);
	pthread_mutex_lock(&vm->lock);
	io->ready = true;
	pthread_cond_broadcast(&io->over);
	pthread_mutex_unlock(&vm->lock);
	for (;;) {
		sem_wait(&io->work);
		blockio_serve(vm);
	}
	return NULL;
}

int
blockio_start(struct vm *vm)
{
	pthread_attr_t attr;
	pthread_t thread;
	int error;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, BLOCKIO_STACK);
	error = pthread_create(&thread, &attr, blockio_main, vm);
	pthread_attr_destroy(&attr);
	if (error != 0) {
		errno = error;
		return -1;
	}
	pthread_mutex_lock(&vm->lock);
	while (!vm->io.ready)
		pthread_cond_wait(&vm->io.over, &vm->lock);
	pthread_mutex_unlock(&vm->lock);
	return 0;
}

/* --- media --- */

static void
blockio_is_closed(struct vm *vm, struct block_request *rq)
{
	struct medium *m = rq->medium;

	m->next = vm->io.closed;
	vm->io.closed = m;
	machine_wake(vm);
}

vdev_t
blockio_closed(struct vm *vm)
{
	vdev_t tell = VDEV_NONE;
	struct medium *m;

	while (tell == VDEV_NONE) {
		pthread_mutex_lock(&vm->lock);
		m = vm->io.closed;
		if (m != NULL)
			vm->io.closed = m->next;
		pthread_mutex_unlock(&vm->lock);
		if (m == NULL)
			break;
		tell = m->tell;
		free(m);
	}
	return tell;
}

static uint32_t
blockio_number(struct blockio *io)
{
	if (++io->attachments == 0)
		io->attachments = 1;
	return io->attachments;
}

void
blockio_renumber(struct vm *vm)
{
	pthread_mutex_lock(&vm->lock);
	for (unsigned i = 0; i < vm->ndevices; i++)
		if (vm->device[i]->medium != NULL)
			vm->device[i]->medium->attachment =
			    blockio_number(&vm->io);
	pthread_mutex_unlock(&vm->lock);
}

struct medium *
blockio_attach(struct device *d, int fd, uint64_t blocks, bool read_only)
{
	struct medium *m = calloc(1, sizeof *m);

	if (m == NULL) {
		close(fd);
		return NULL;
	}
	m->fd = fd;
	m->blocks = blocks;
	m->attachment = blockio_number(&d->vm->io);
	m->read_only = read_only;
	m->device = d;
	m->piece.medium = m;
	m->piece.run = m->run;
	m->closing.medium = m;
	m->closing.op = BLOCK_CLOSE;
	m->closing.ended = blockio_is_closed;
	return m;
}

void
blockio_detach(struct medium *m)
{
	struct vm *vm = m->device->vm;

	pthread_mutex_lock(&vm->lock);
	m->device = NULL;
	blockio_submit(vm, &m->closing);
	pthread_mutex_unlock(&vm->lock);
	blockio_go(vm);
}

static void
blockio_landed(struct vm *vm, struct block_request *rq)
{
	struct device *d = rq->medium->device;

	if (d == NULL)
		return;
	d->sch.landed = true;
	machine_wake(vm);
}

void
blockio_piece(struct device *d, const struct block_piece *p)
{
	struct block_request *rq = &d->medium->piece;
	struct block_run *run = d->medium->run;
	struct vm *vm = d->vm;

	rq->op = p->op;
	rq->ended = blockio_landed;
	rq->count = 0;
	if (p->n > 0) {
		run->at = p->from;
		run->mem.iov_base = blockio_nowhere;
		run->mem.iov_len = p->n;
		if (!p->skip)
			mem_span(&vm->mem, p->at, p->n, &run->mem);
		run[1].at = p->from + p->n;
		run[1].mem.iov_base = blockio_zeros;
		run[1].mem.iov_len = p->pad;
		rq->count = p->pad > 0 ? 2 : 1;
	}
	pthread_mutex_lock(&vm->lock);
	blockio_submit(vm, rq);
	pthread_mutex_unlock(&vm->lock);
	blockio_go(vm);
}

/* --- the whole machine --- */

void
blockio_reset(struct vm *vm, bool clear)
{
	const struct timespec until = blockio_deadline(BLOCKIO_RESET_MS);
	struct blockio *io = &vm->io;

	pthread_mutex_lock(&vm->lock);
	blockio_drop(io);
	if (io->busy != NULL && io->busy->op != BLOCK_CLOSE) {
		atomic_store(&io->clear, clear || (atomic_load(&io->stale) &&
		    atomic_load(&io->clear)));
		atomic_store(&io->stale, true);
	}
	while (atomic_load(&io->stale) && blockio_wait(vm, &until))
		;
	pthread_mutex_unlock(&vm->lock);
}

int
blockio_settle(struct vm *vm)
{
	const struct timespec until = blockio_deadline(BLOCKIO_SETTLE_MS);
	const struct blockio *io = &vm->io;
	bool idle;

	pthread_mutex_lock(&vm->lock);
	while ((io->head != NULL || io->busy != NULL) &&
	    blockio_wait(vm, &until))
		;
	idle = io->head == NULL && io->busy == NULL;
	pthread_mutex_unlock(&vm->lock);
	return idle ? 0 : -1;
}

/* --- what went wrong, as a disk says it --- */

static const struct {
	int error;
	uint8_t sense0, sense1;
} blockio_senses[] = {
	{ BLOCK_SHORT, SENSE_DATA_CHECK, FBA_SENSE_SHORT },
	{ BLOCK_CUT, SENSE_DATA_CHECK, FBA_SENSE_CUT },
	{ ENOSPC, SENSE_EQUIPMENT, FBA_SENSE_NO_SPACE },
	{ EDQUOT, SENSE_EQUIPMENT, FBA_SENSE_NO_SPACE },
	{ EFBIG, SENSE_EQUIPMENT, FBA_SENSE_NO_SPACE },
	{ EROFS, SENSE_COMMAND_REJECT, FBA_SENSE_INHIBITED },
	{ EPERM, SENSE_COMMAND_REJECT, FBA_SENSE_INHIBITED },
	{ EBADF, SENSE_COMMAND_REJECT, FBA_SENSE_INHIBITED },
};

void
blockio_sense(const struct block_request *rq, uint8_t sense[SENSE_BYTES])
{
	memset(sense, 0, SENSE_BYTES);
	sense[0] = rq->op == BLOCK_READ ? SENSE_DATA_CHECK : SENSE_EQUIPMENT;
	sense[1] = FBA_SENSE_PERMANENT;
	for (size_t i = 0; i < sizeof blockio_senses /
	    sizeof blockio_senses[0]; i++) {
		if (blockio_senses[i].error == rq->error) {
			sense[0] = blockio_senses[i].sense0;
			sense[1] = blockio_senses[i].sense1;
		}
	}
}
