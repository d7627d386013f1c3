/* SPDX-License-Identifier: MIT
 *
 * vcpu.c - run the guest and name each exit.  No device logic here.
 */
#include "vcpu.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "log.h"
#include "sandbox.h"

#define VCPU_STACK (64u << 10)
#define VCPU_SIGNAL SIGUSR1

/*
 * This thread has a table of descriptors of its own with two entries, its
 * processor and the eventfd.  So ioctl needs no list of numbers here: a
 * processor's is all it can reach; a list would be looked through at every
 * exit and cost more than DIAGNOSE 0 itself.  (A filter that never looks at
 * arguments is answered from the kernel's bitmap.)
 */
static const struct sandbox_rule vcpu_rules[] = {
	SANDBOX(ioctl, "KVM_RUN, KVM_INTERRUPT, registers of this processor"),
	SANDBOX(futex, "the machine's lock and conditions"),
	SANDBOX(write, "the eventfd that wakes the device thread"),
	SANDBOX(madvise, "DIAGNOSE 10: pages given back"),
	SANDBOX_ARG(mmap, 2, PROT_READ | PROT_WRITE,
	    "DIAGNOSE 10: pages of a saved system given back"),
	SANDBOX(rt_sigreturn, "the kick"),
	SANDBOX(clock_gettime, "DIAGNOSE 270: processor time"),
	SANDBOX(exit_group, "a lock that cannot be had"),
};

static bool
vcpu_may_run(const struct vcpu *v)
{
	const struct vm *vm = v->vm;

	if (!vm->running || vm->pauses > 0 || v->lost ||
	    atomic_load(&vm->io.stale))
		return false;
	return v->wait == WAIT_NONE ||
	    (v->wait == WAIT_INTERRUPT && atomic_load(&vm->irq));
}

/* Lock held.  The only place where the thread rests. */
static void
vcpu_hold(struct vcpu *v)
{
	v->quiet = true;
	pthread_cond_broadcast(&v->vm->settled);
	while (!vcpu_may_run(v))
		pthread_cond_wait(&v->go, &v->vm->lock);
	v->quiet = false;
	v->wait = WAIT_NONE;
	kvm_unkick(&v->kvm);
}

void
vcpu_kick(struct vcpu *v)
{
	if (v->quiet) {
		pthread_cond_signal(&v->go);
		return;
	}
	if (pthread_equal(pthread_self(), v->thread))
		return; /* it looks before it enters the guest again */
	kvm_kick(&v->kvm);
	syscall(SYS_tgkill, getpid(), v->tid, VCPU_SIGNAL);
}

void
vcpu_go(struct vcpu *v)
{
	pthread_cond_signal(&v->go);
}

static void
vcpu_will_wait(struct vcpu *v, enum vcpu_wait what)
{
	pthread_mutex_lock(&v->vm->lock);
	v->wait = what;
	pthread_mutex_unlock(&v->vm->lock);
}

/* The machine stops by itself; vmcp is told by the device thread. */
static enum vcpu_next
vcpu_stop(struct vcpu *v, enum ipc_vm_why why, uint64_t rip, uint64_t detail)
{
	struct vm *vm = v->vm;

	pthread_mutex_lock(&vm->lock);
	vm->running = false;
	v->lost = why == VM_WHY_SHUTDOWN;
	vm->report = (struct ipc_vm_state){ .run = VM_STOPPED, .why = why,
		.rip = rip, .detail = detail };
	vm->reported = true;
	pthread_mutex_unlock(&vm->lock);
	machine_wake(vm);
	return NEXT_LEAVE;
}

static enum vcpu_next
vcpu_failed(struct vcpu *v, uint64_t detail)
{
	uint64_t reg[VMREG_COUNT] = { 0 };

	kvm_get_registers(&v->kvm, reg);
	return vcpu_stop(v, VM_WHY_NOT_RUNNABLE, reg[VMREG_RIP], detail);
}

/* What the processor is to wait for may be over already. */
static bool
vcpu_waits(struct vcpu *v)
{
	bool waits;

	pthread_mutex_lock(&v->vm->lock);
	waits = v->wait != WAIT_NONE;
	pthread_mutex_unlock(&v->vm->lock);
	return waits;
}

/* Complete the OUT that the processor left with, so that its registers are
 * those of the next instruction. */
static void
vcpu_settle(struct vcpu *v)
{
	struct kvm_exit ex = { 0 };

	kvm_kick(&v->kvm);
	if (kvm_cpu_run(&v->kvm, false, &ex) != KVM_EXITED_ASKED)
		vcpu_failed(v, ex.detail);
}

enum vcpu_next
vcpu_program(struct vcpu *v, enum machine_pgm code, uint32_t addr)
{
	struct memory *mem = &v->vm->mem;
	uint32_t what[2] = { code, addr };

	_Static_assert(offsetof(struct lowcore, pgm_addr) ==
	    offsetof(struct lowcore, pgm_code) + 4, "code, then address");
	mem_write(mem, GPA(offsetof(struct lowcore, pgm_code)), what,
	    sizeof what);
	if (kvm_protection(&v->kvm) < 0)
		return vcpu_failed(v, (uint64_t)errno);
	return NEXT_RUN;
}

enum vcpu_next
vcpu_wait_port(struct vcpu *v, uint32_t value)
{
	(void)value;
	if (atomic_load(&v->vm->irq))
		return NEXT_RUN;
	vcpu_will_wait(v, WAIT_INTERRUPT);
	return NEXT_WAIT;
}

static enum vcpu_next
vcpu_asked(struct vcpu *v, struct kvm_exit *ex)
{
	struct vm *vm = v->vm;
	bool leave;

	(void)ex;
	pthread_mutex_lock(&vm->lock);
	kvm_unkick(&v->kvm);
	leave = !vm->running || vm->pauses > 0;
	pthread_mutex_unlock(&vm->lock);
	return leave ? NEXT_LEAVE : NEXT_RUN;
}

static enum vcpu_next
vcpu_mmio(struct vcpu *v, struct kvm_exit *ex)
{
	(void)v;
	bus_mmio(ex);
	return NEXT_RUN;
}

static enum vcpu_next
vcpu_halt(struct vcpu *v, struct kvm_exit *ex)
{
	uint64_t reg[VMREG_COUNT] = { 0 };

	(void)ex;
	if (kvm_enabled(&v->kvm)) {
		vcpu_will_wait(v, WAIT_INTERRUPT);
		return NEXT_LEAVE;
	}
	kvm_get_registers(&v->kvm, reg);
	return vcpu_stop(v, VM_WHY_DISABLED_WAIT, reg[VMREG_RIP],
	    reg[VMREG_RAX]);
}

static enum vcpu_next
vcpu_window(struct vcpu *v, struct kvm_exit *ex)
{
	(void)v;
	(void)ex;
	return NEXT_RUN; /* the loop presents what is pending, if still so */
}

static enum vcpu_next
vcpu_shutdown(struct vcpu *v, struct kvm_exit *ex)
{
	(void)ex;
	return vcpu_stop(v, VM_WHY_SHUTDOWN, 0, 0);
}

static enum vcpu_next
vcpu_refused(struct vcpu *v, struct kvm_exit *ex)
{
	return vcpu_failed(v, ex->detail);
}

/* A port is bus_access's, without a detour. */
static enum vcpu_next (*const vcpu_exits[])(struct vcpu *,
    struct kvm_exit *) = {
	[KVM_EXITED_ASKED] = vcpu_asked,
	[KVM_EXITED_MMIO] = vcpu_mmio,
	[KVM_EXITED_HALT] = vcpu_halt,
	[KVM_EXITED_WINDOW] = vcpu_window,
	[KVM_EXITED_SHUTDOWN] = vcpu_shutdown,
	[KVM_EXITED_FAILED] = vcpu_refused,
};

/*
 * An interrupt is pending: present it, which means that low storage says what
 * it is about.  True: not now, come back when one can be taken.
 */
static bool
vcpu_interrupt(struct vcpu *v)
{
	struct vm *vm = v->vm;
	int vector;

	if (!kvm_can_interrupt(&v->kvm))
		return true;
	pthread_mutex_lock(&vm->lock);
	vector = vm->ops->take(vm);
	pthread_mutex_unlock(&vm->lock);
	if (vector >= 0 && kvm_interrupt(&v->kvm, (unsigned)vector) < 0) {
		vcpu_failed(v, (uint64_t)errno);
		kvm_kick(&v->kvm); /* not one instruction more */
	}
	return atomic_load(&vm->irq);
}

static void
vcpu_run(struct vcpu *v)
{
	enum kvm_exit_kind kind;
	enum vcpu_next next;
	struct kvm_exit ex;

	do {
		bool window = atomic_load_explicit(&v->vm->irq,
		    memory_order_relaxed) && vcpu_interrupt(v);

		kind = kvm_cpu_run(&v->kvm, window, &ex);
		next = kind == KVM_EXITED_PORT ? bus_access(v, &ex) :
		    vcpu_exits[kind](v, &ex);
	} while (next == NEXT_RUN || (next == NEXT_WAIT && !vcpu_waits(v)));
	if (next == NEXT_WAIT)
		vcpu_settle(v);
}

static void
vcpu_kicked(int sig)
{
	(void)sig; /* KVM_RUN returned: that was all */
}

/* Keep two descriptors, drop the rest of this thread's table. */
static int
vcpu_descriptors(const struct vcpu *v)
{
	unsigned low = (unsigned)v->kvm.fd, high = (unsigned)v->vm->wake;

	if (low > high) {
		low = (unsigned)v->vm->wake;
		high = (unsigned)v->kvm.fd;
	}
	if (unshare(CLONE_FILES) < 0)
		return -1;
	if ((low > 0 && close_range(0, low - 1, 0) < 0) ||
	    (high > low + 1 && close_range(low + 1, high - 1, 0) < 0))
		return -1;
	return close_range(high + 1, ~0u, 0);
}

static void *
vcpu_main(void *arg)
{
	struct vcpu *v = arg;

	v->tid = (pid_t)syscall(SYS_gettid);
	if (vcpu_descriptors(v) < 0 ||
	    sandbox_enter(vcpu_rules,
	    sizeof vcpu_rules / sizeof vcpu_rules[0]) < 0)
		_exit(1);
	pthread_mutex_lock(&v->vm->lock);
	for (;;) {
		vcpu_hold(v);
		pthread_mutex_unlock(&v->vm->lock);
		vcpu_run(v);
		pthread_mutex_lock(&v->vm->lock);
	}
	return NULL;
}

int
vcpu_open(struct vcpu *v)
{
	struct sigaction act = { .sa_handler = vcpu_kicked };
	pthread_attr_t attr;
	int error;

	sigaction(VCPU_SIGNAL, &act, NULL);
	pthread_cond_init(&v->go, NULL);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, VCPU_STACK);
	v->quiet = false; /* until the thread says so itself */
	error = pthread_create(&v->thread, &attr, vcpu_main, v);
	pthread_attr_destroy(&attr);
	if (error != 0) {
		errno = error;
		return -1;
	}
	pthread_mutex_lock(&v->vm->lock);
	while (!v->quiet)
		pthread_cond_wait(&v->vm->settled, &v->vm->lock);
	pthread_mutex_unlock(&v->vm->lock);
	return 0;
}
