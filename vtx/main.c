/* SPDX-License-Identifier: MIT
 *
 * main.c - vmguest: one virtual machine.
 *
 * Stages: shed privileges; VM_CONFIG from vmcp with an open /dev/kvm; make
 * the machine and its vCPU thread; close the sandbox; then, until vmcp goes,
 * answer its messages and run the devices.  This thread opens no file, ever.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "dev/console.h"
#include "diagnose.h"
#include "fullscreen.h"
#include "ipl.h"
#include "log.h"
#include "name.h"
#include "sandbox.h"
#include "save.h"
#include "savesys.h"
#include "subchan.h"
#include "vm.h"

#define NS_PER_S 1000000000ull
#define MAIN_MESSAGES 32 /* then the devices */

static const struct sandbox_rule main_rules[] = {
	SANDBOX(ppoll, "wait for vmcp, the vCPU and deadlines"),
	SANDBOX(recvmsg, "messages from vmcp and vmspool"),
	SANDBOX(sendmsg, "messages to vmcp and vmspool"),
	SANDBOX(read, "the vCPU's eventfd"),
	SANDBOX(write, "the log; the eventfd"),
	SANDBOX(pread64, "saved machines"),
	SANDBOX(pwrite64, "saved machines"),
	SANDBOX(fsync, "a saved machine is on disk when it is done"),
	SANDBOX(close, "devices detached, a channel to vmspool that ended"),
	SANDBOX_ARG(fcntl, 1, F_GETFL, "a channel to vmspool"),
	SANDBOX_ARG(fcntl, 1, F_SETFL, "it is made non-blocking"),
	SANDBOX(futex, "the machine's lock and conditions"),
	SANDBOX(getpid, "the log's lines; tgkill"),
	SANDBOX(clock_gettime, "deadlines, where the vdso asks the kernel"),
	SANDBOX(madvise, "storage cleared"),
	SANDBOX(brk, "malloc"),
	SANDBOX_ARG(mmap, 2, PROT_READ | PROT_WRITE,
	    "malloc; storage cleared; pages of a saved system"),
	SANDBOX(munmap, "malloc"),
	SANDBOX(mremap, "malloc; pages of a saved system become storage"),
	SANDBOX(rt_sigreturn, "a signal's end"),
	SANDBOX(restart_syscall, "a wait that was stopped and continued"),
	SANDBOX(exit_group, "the end"),
};

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static void
main_done(struct vm *vm, uint32_t tag, int rc)
{
	struct ipc_done msg = { .tag = tag, .rc = rc };

	ipcchan_send(&vm->chan, IPC_VM_DONE, &msg, sizeof msg, -1);
}

/* --- one function a message --- */

typedef void main_handler(struct vm *vm, const struct ipcchan_message *m);

static void
main_attach(struct vm *vm, const struct ipcchan_message *m)
{
	const struct ipc_vm_attach *at = m->payload;

	if (machine_attach(vm, at, m->fd) < 0)
		log_warnx("device %03X of type %04X not attached",
		    at->vdev & 0xFFFF, at->type & 0xFFFF);
}

static void
main_detached(struct vm *vm, uint32_t vdev)
{
	struct ipc_value msg = { .value = vdev };

	ipcchan_send(&vm->chan, IPC_VM_DETACHED, &msg, sizeof msg, -1);
}

static void
main_detach(struct vm *vm, const struct ipcchan_message *m)
{
	const struct ipc_value *v = m->payload;

	if (!machine_detach(vm, v->value))
		main_detached(vm, v->value);
}

static void
main_renumber(struct vm *vm, const struct ipcchan_message *m)
{
	const struct ipc_vm_renumber *r = m->payload;

	machine_renumber(vm, r->from, r->to);
}

static void
main_held(struct vm *vm)
{
	struct ipc_none none = { 0 };

	vm->hold_asked = false;
	ipcchan_send(&vm->chan, IPC_VM_HELD, &none, sizeof none, -1);
}

/* Each hold is answered once, also one that ended before it was reached. */
static void
main_hold(struct vm *vm, const struct ipcchan_message *m)
{
	const struct ipc_value *v = m->payload;

	if (v->value == 0 && vm->hold_asked)
		main_held(vm);
	machine_hold(vm, v->value != 0);
	vm->hold_asked = vm->held;
}

/* What vmcp waits for and the disk thread brought about. */
static void
main_disks(struct vm *vm)
{
	vdev_t vdev;

	while ((vdev = blockio_closed(vm)) != VDEV_NONE)
		main_detached(vm, vdev);
	if (vm->hold_asked && machine_held(vm))
		main_held(vm);
}

static void
main_ipl(struct vm *vm, const struct ipcchan_message *m)
{
	ipl_start(vm, m->payload);
}

static void
main_ipl_saved(struct vm *vm, const struct ipcchan_message *m)
{
	const struct ipc_vm_ipl *ipl = m->payload;
	int rc = savesys_ipl(vm, m->fd, ipl);

	close(m->fd);
	main_done(vm, ipl->tag, rc);
}

static void
main_begin(struct vm *vm, const struct ipcchan_message *m)
{
	const struct ipc_vm_begin *b = m->payload;
	struct vcpu *v = &vm->cpu[0];
	int rc;

	if (vm->ipl.device != NULL) {
		vm->ipl.flags &= ~(uint32_t)IPL_STOP;
		return;
	}
	machine_pause(vm);
	if (b->set != 0 && !v->lost &&
	    kvm_set_register(&v->kvm, VMREG_RIP, b->addr) == 0 &&
	    v->wait == WAIT_INTERRUPT)
		v->wait = WAIT_NONE; /* quiet: nobody else looks */
	machine_resume(vm);
	machine_send_report(vm); /* why it stood still until now */
	rc = machine_run(vm);
	machine_report(vm, rc < 0 ? VM_WHY_SHUTDOWN : VM_WHY_NONE,
	    b->set != 0 ? b->addr : 0, 0, NULL);
}

static void
main_stop(struct vm *vm, const struct ipcchan_message *m)
{
	(void)m;
	if (vm->ipl.device != NULL)
		machine_reset(vm, false);
	machine_stop(vm);
	machine_report(vm, VM_WHY_ASKED, machine_rip(vm), 0, NULL);
}

static void
main_reset(struct vm *vm, const struct ipcchan_message *m)
{
	const struct ipc_value *v = m->payload;

	machine_reset(vm, v->value == RESET_CLEAR);
	machine_report(vm, VM_WHY_ASKED, 0, 0, NULL);
}

static void
main_attention(struct vm *vm, const struct ipcchan_message *m)
{
	const struct ipc_value *v = m->payload;

	console_attention(vm, v->value);
}

static void
main_external(struct vm *vm, const struct ipcchan_message *m)
{
	const struct ipc_value *v = m->payload;

	machine_external(vm, v->value);
}

static void
main_cons_input(struct vm *vm, const struct ipcchan_message *m)
{
	const struct ipc_text *t = m->payload;

	console_input(vm, t->text, t->text_len);
}

static void
main_cons_credit(struct vm *vm, const struct ipcchan_message *m)
{
	const struct ipc_value *v = m->payload;

	console_credit(vm, v->value);
}

static void
main_read_storage(struct vm *vm, const struct ipcchan_message *m)
{
	const struct ipc_vm_storage *rq = m->payload;
	struct ipc_vm_data msg = { .tag = rq->tag, .addr = rq->addr };
	char bytes[IPC_TEXT_MAX];
	uint32_t len = rq->len;

	if (len > sizeof bytes ||
	    mem_read(&vm->mem, GPA(rq->addr), bytes, len) < 0) {
		msg.rc = -EFAULT;
		len = 0;
	}
	ipcchan_send_text(&vm->chan, IPC_VM_STORAGE, &msg, sizeof msg, bytes,
	    len, -1);
}

static void
main_write_storage(struct vm *vm, const struct ipcchan_message *m)
{
	const struct ipc_vm_data *rq = m->payload;
	int rc = mem_write(&vm->mem, GPA(rq->addr), rq->text, rq->text_len);

	main_done(vm, rq->tag, rc < 0 ? -EFAULT : 0);
}

static void
main_read_regs(struct vm *vm, const struct ipcchan_message *m)
{
	const struct ipc_tag *rq = m->payload;
	struct ipc_vm_regs msg = { .tag = rq->tag, .rc = -EIO };
	struct vcpu *v = &vm->cpu[0];

	machine_pause(vm);
	if (!v->lost && kvm_get_registers(&v->kvm, msg.reg) == 0)
		msg.rc = 0;
	machine_resume(vm);
	ipcchan_send(&vm->chan, IPC_VM_REGS, &msg, sizeof msg, -1);
}

static void
main_write_reg(struct vm *vm, const struct ipcchan_message *m)
{
	const struct ipc_vm_reg *rq = m->payload;
	struct vcpu *v = &vm->cpu[0];
	int rc = -EIO;

	machine_pause(vm);
	if (!v->lost)
		rc = kvm_set_register(&v->kvm, (enum vm_register)rq->which,
		    rq->value) < 0 ? -errno : 0;
	machine_resume(vm);
	main_done(vm, rq->tag, rc);
}

static void
main_save(struct vm *vm, const struct ipcchan_message *m)
{
	const struct ipc_vm_save *rq = m->payload;
	int error = EINVAL;

	machine_pause(vm);
	if (machine_settle(vm) < 0)
		error = EBUSY;
	else if (rq->kind == VM_SAVE_MACHINE)
		error = save_write(vm, m->fd);
	else if (rq->kind == VM_SAVE_SYSTEM)
		error = savesys_write(vm, m->fd, rq->name);
	machine_resume(vm);
	close(m->fd);
	main_done(vm, rq->tag, -error);
}

static void
main_load(struct vm *vm, const struct ipcchan_message *m)
{
	const struct ipc_tag *rq = m->payload;
	int error;

	machine_stop(vm);
	error = blockio_settle(vm) < 0 ? EBUSY : save_read(vm, m->fd);
	close(m->fd);
	machine_send_report(vm);
	main_done(vm, rq->tag, -error);
}

static void
main_cp_reply(struct vm *vm, const struct ipcchan_message *m)
{
	diag_reply(vm, m->payload);
}

/* --- readers, punches, printers --- */

static void
main_spool(struct vm *vm, const struct ipcchan_message *m)
{
	spoolchan_open(vm, m->fd);
}

/* The device, if it is one of them. */
static struct device *
main_ur_device(struct vm *vm, uint32_t vdev)
{
	struct device *d = machine_device(vm, vdev);

	return d != NULL && d->ops->spool != NULL ? d : NULL;
}

static void
main_ur(struct vm *vm, const struct ipcchan_message *m)
{
	const struct ipc_vm_ur *ur = m->payload;
	struct device *d = main_ur_device(vm, ur->vdev);

	if (d != NULL)
		d->ops->spool->configure(d, ur);
}

static void
main_ur_status(struct vm *vm, const struct ipcchan_message *m)
{
	const struct ipc_vm_ur_status *status = m->payload;
	struct device *d = main_ur_device(vm, status->vdev);

	if (d != NULL)
		channel_unsolicited(d, (uint8_t)status->unit);
}

static void
main_ur_close(struct vm *vm, const struct ipcchan_message *m)
{
	const struct ipc_vm_ur_close *rq = m->payload;
	struct device *d = main_ur_device(vm, rq->vdev);

	if (d != NULL)
		d->ops->spool->close(d, rq);
	else
		main_done(vm, rq->tag, -ENODEV);
}

static void
main_full_in(struct vm *vm, const struct ipcchan_message *m)
{
	fullscreen_input(vm, m->payload);
}

static void
main_twice(struct vm *vm, const struct ipcchan_message *m)
{
	(void)vm;
	if (m->fd >= 0)
		close(m->fd);
	log_warnx("a second VM_CONFIG ignored");
}

static main_handler *const main_handlers[IPC_TYPES] = {
	[IPC_VM_CONFIG] = main_twice,
	[IPC_VM_ATTACH] = main_attach,
	[IPC_VM_ATTACH_FD] = main_attach,
	[IPC_VM_DETACH] = main_detach,
	[IPC_VM_RENUMBER] = main_renumber,
	[IPC_VM_HOLD] = main_hold,
	[IPC_VM_IPL] = main_ipl,
	[IPC_VM_IPL_SAVED] = main_ipl_saved,
	[IPC_VM_BEGIN] = main_begin,
	[IPC_VM_STOP] = main_stop,
	[IPC_VM_RESET] = main_reset,
	[IPC_VM_ATTENTION] = main_attention,
	[IPC_VM_EXTERNAL] = main_external,
	[IPC_VM_CONS_INPUT] = main_cons_input,
	[IPC_VM_CONS_CREDIT] = main_cons_credit,
	[IPC_VM_READ_STORAGE] = main_read_storage,
	[IPC_VM_WRITE_STORAGE] = main_write_storage,
	[IPC_VM_READ_REGS] = main_read_regs,
	[IPC_VM_WRITE_REG] = main_write_reg,
	[IPC_VM_SAVE] = main_save,
	[IPC_VM_LOAD] = main_load,
	[IPC_VM_CP_REPLY] = main_cp_reply,
	[IPC_VM_SPOOL] = main_spool,
	[IPC_VM_UR] = main_ur,
	[IPC_VM_UR_STATUS] = main_ur_status,
	[IPC_VM_UR_CLOSE] = main_ur_close,
	[IPC_VM_FULL_IN] = main_full_in,
};

/* --- the loop --- */

static _Noreturn void
main_gone(void)
{
	/* vmcp is gone or breaks the table: either way nobody is left to
	 * serve.  The kernel takes the machine down. */
	_exit(0);
}

/* Not all that there may be: devices have their turn too. */
static void
main_receive(struct vm *vm)
{
	struct ipcchan_message m;
	int rc = 0;

	for (unsigned i = 0; i < MAIN_MESSAGES &&
	    (rc = ipcchan_recv(&vm->chan, &m)) == 1; i++) {
		machine_send_report(vm);
		if (main_handlers[m.type] != NULL)
			main_handlers[m.type](vm, &m);
	}
	if (rc < 0)
		main_gone();
}

static void
main_expire(struct vm *vm)
{
	for (unsigned i = 0; i < vm->ndevices; i++) {
		struct device *d = vm->device[i];

		if (d->deadline != 0 && d->deadline <= device_now())
			d->ops->expire(d);
	}
	spoolchan_expire(vm);
}

/* The nearest deadline; 0: none. */
static uint64_t
main_deadline(const struct vm *vm)
{
	uint64_t next = vm->spool.back;

	for (unsigned i = 0; i < vm->ndevices; i++) {
		uint64_t deadline = vm->device[i]->deadline;

		if (deadline != 0 && (next == 0 || deadline < next))
			next = deadline;
	}
	return next;
}

static void
main_wait(struct vm *vm, bool busy, uint64_t deadline)
{
	struct pollfd fds[] = {
		{ .fd = vm->chan.fd, .events = POLLIN },
		{ .fd = vm->wake, .events = POLLIN },
		{ .fd = vm->spool.chan.fd, .events = POLLIN },
	};
	struct timespec wait = { 0 };
	uint64_t now, count;

	if (vm->chan.head != NULL)
		fds[0].events |= POLLOUT;
	if (vm->spool.chan.head != NULL)
		fds[2].events |= POLLOUT;
	if (!busy && deadline != 0 && (now = device_now()) < deadline) {
		wait.tv_sec = (time_t)((deadline - now) / NS_PER_S);
		wait.tv_nsec = (long)((deadline - now) % NS_PER_S);
	}
	if (ppoll(fds, LENGTH(fds), busy || deadline != 0 ? &wait : NULL,
	    NULL) < 0 && errno != EINTR)
		fatal("poll");
	if (fds[1].revents != 0 && read(vm->wake, &count, sizeof count) < 0 &&
	    errno != EAGAIN)
		fatal("eventfd");
	vm->spool.heard = fds[2].revents != 0;
	/* Before looking at the work, so that later work wakes again. */
	atomic_store(&vm->woken, false);
}

static _Noreturn void
main_loop(struct vm *vm)
{
	for (;;) {
		bool busy;

		main_receive(vm);
		machine_send_report(vm);
		if (vm->spool.heard || vm->spool.chan.dead ||
		    ipcchan_more(&vm->spool.chan))
			spoolchan_receive(vm);
		diag_send_calls(vm);
		main_expire(vm);
		main_disks(vm);
		busy = channel_run(vm) || ipcchan_more(&vm->chan) ||
		    ipcchan_more(&vm->spool.chan);
		diag_spool_run(vm); /* a reader's cards are one or the other's */
		diag_full_run(vm);
		if (ipcchan_flush(&vm->chan) < 0)
			main_gone();
		main_wait(vm, busy, main_deadline(vm));
	}
}

/* --- stages --- */

static unsigned
main_uid(int argc, char **argv)
{
	if (argc == 1)
		return 0;
	if (argc == 3 && strcmp(argv[1], "--uid") == 0)
		return (unsigned)strtoul(argv[2], NULL, 10);
	fatalx("usage: vmguest [--uid N], started by vmcp");
}

/* The first message; its descriptor is /dev/kvm. */
static struct ipcchan_message
main_config(struct vm *vm)
{
	struct pollfd fd = { .fd = vm->chan.fd, .events = POLLIN };
	struct ipcchan_message m;
	int rc;

	while ((rc = ipcchan_recv(&vm->chan, &m)) == 0)
		if (poll(&fd, 1, -1) < 0 && errno != EINTR)
			fatal("poll");
	if (rc < 0)
		main_gone();
	if (m.type != IPC_VM_CONFIG)
		fatalx("%s where VM_CONFIG was due", ipcchan_name(m.type));
	return m;
}

static void
main_machine(struct vm *vm)
{
	struct ipcchan_message m = main_config(vm);
	struct ipc_vm_ready ready = { 0 };
	struct ipc_vm_config config;
	char who[32];

	memcpy(&config, m.payload, sizeof config);
	snprintf(who, sizeof who, "vmguest %s", name_text(config.user.user).s);
	log_init(who);
	if (machine_open(vm, &config, m.fd) < 0) {
		ready.error = errno != 0 ? errno : EIO;
		log_warn("no virtual machine");
	}
	close(m.fd);
	ipcchan_send(&vm->chan, IPC_VM_READY, &ready, sizeof ready, -1);
	if (ready.error != 0)
		exit(1);
}

static void
main_close_sandbox(void)
{
	struct sandbox_rule rules[64] = {
		SANDBOX_ARG(tgkill, 0, getpid(), "take a vCPU out of KVM"),
	};
	size_t n = 1;

	_Static_assert(LENGTH(main_rules) < 40, "room for KVM's");
	for (size_t i = 0; i < LENGTH(main_rules); i++)
		rules[n++] = main_rules[i];
	for (size_t i = 0; i < kvm_rules_count && n < LENGTH(rules); i++)
		rules[n++] = kvm_rules[i];
	if (sandbox_enter(rules, n) < 0)
		fatal("sandbox");
	malloc_trim(0); /* what the filter was built from */
}

int
main(int argc, char **argv)
{
	static struct vm vm;

	setenv("TZ", "UTC0", 1); /* the log's times; no file is read for it */
	log_init("vmguest");
	mallopt(M_ARENA_MAX, 1);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a disk's file may grow no more: EFBIG */
	prctl(PR_SET_TIMERSLACK, 1000ul); /* the timer device, to 1 us */
	if (sandbox_shed(main_uid(argc, argv)) < 0)
		fatal("privileges");
	ipcchan_init(&vm.chan, IPCCHAN_FD, IPC_GUEST, IPC_CP);
	spoolchan_init(&vm);
	main_machine(&vm);
	main_close_sandbox();
	main_loop(&vm);
}
