/* SPDX-License-Identifier: MIT
 *
 * machine.c - make the machine, bring its threads together, stop, run and
 * reset it, its devices, its interrupts.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "diagnose.h"
#include "log.h"
#include "subchan.h"
#include "vcpu.h"
#include "vm.h"

/* --- 370 mode --- */

static int
machine_370_reset(struct vcpu *v, uint32_t entry, uint32_t vdev)
{
	return kvm_cpu_reset(&v->kvm, entry, vdev);
}

static int
machine_first_ext(const struct vm *vm)
{
	for (unsigned code = 0; code < VM_EXT_CODES; code++)
		if ((vm->ext[code / 8] & (1u << (code % 8))) != 0)
			return (int)code;
	return -1;
}

static bool
machine_370_pending(struct vm *vm)
{
	return machine_first_ext(vm) >= 0 || vm->block_exts > 0 ||
	    channel_pending(vm);
}

static void
machine_370_store(struct vm *vm, size_t field, uint32_t value)
{
	mem_write(&vm->mem, GPA(field), &value, sizeof value);
}

static void
machine_370_block_ext(struct vm *vm)
{
	machine_370_store(vm, offsetof(struct lowcore, ext_code),
	    MACHINE_EXT_BLOCK_IO);
	machine_370_store(vm, offsetof(struct lowcore, ext_parm),
	    vm->block_ext[0]);
	vm->block_exts--;
	memmove(vm->block_ext, vm->block_ext + 1,
	    vm->block_exts * sizeof vm->block_ext[0]);
}

static int
machine_370_take(struct vm *vm)
{
	int code = machine_first_ext(vm);
	int vector = -1;
	struct {
		struct csw csw;
		uint32_t vdev;
	} io;

	_Static_assert(offsetof(struct lowcore, io_vdev) ==
	    offsetof(struct lowcore, csw) + 8, "csw, then vdev");
	if (code >= 0) {
		vm->ext[code / 8] &= (uint8_t)~(1u << (code % 8));
		machine_370_store(vm, offsetof(struct lowcore, ext_code),
		    (uint32_t)code);
		vector = MACHINE_VECTOR_EXTERNAL;
	} else if (vm->block_exts > 0) {
		machine_370_block_ext(vm);
		vector = MACHINE_VECTOR_EXTERNAL;
	} else if (channel_take(vm, &io.csw, &io.vdev)) {
		mem_write(&vm->mem, GPA(offsetof(struct lowcore, csw)), &io,
		    sizeof io);
		vector = MACHINE_VECTOR_IO;
	}
	machine_interrupts(vm);
	return vector;
}

static const struct bus_port machine_370_ports[] = {
	{ MACHINE_PORT_DIAG, 4, diag_port },
	{ MACHINE_PORT_CHAN, 4, channel_port },
	{ MACHINE_PORT_WAIT, 4, vcpu_wait_port },
	{ 0, 0, NULL },
};

const struct machine_ops machine_370 = {
	.ports = machine_370_ports,
	.reset = machine_370_reset,
	.pending = machine_370_pending,
	.take = machine_370_take,
};

static const struct machine_ops *const machine_modes[] = {
	[VM_MODE_370] = &machine_370,
};

/* --- making --- */

static int
machine_check_config(const struct ipc_vm_config *c)
{
	bool ok = c->mode < sizeof machine_modes / sizeof machine_modes[0] &&
	    machine_modes[c->mode] != NULL && c->cpus == VM_CPUS &&
	    c->storage >= MACHINE_STORAGE_MIN &&
	    c->storage <= MACHINE_STORAGE_MAX &&
	    c->storage % MACHINE_STORAGE_UNIT == 0;

	if (ok)
		return 0;
	errno = EINVAL;
	return -1;
}

static int
machine_open_cpu(struct vm *vm, unsigned id)
{
	struct vcpu *v = &vm->cpu[id];

	v->vm = vm;
	if (kvm_cpu_open(&v->kvm, &vm->kvm, id) < 0 ||
	    vm->ops->reset(v, 0, 0) < 0)
		return -1;
	return vcpu_open(v);
}

int
machine_open(struct vm *vm, const struct ipc_vm_config *config, int kvm)
{
	if (machine_check_config(config) < 0)
		return -1;
	vm->config = *config;
	vm->ops = machine_modes[config->mode];
	vm->ncpus = config->cpus;
	vm->id = diag_make_id(config);
	vm->credit = CONS_OUTPUT_WINDOW;
	pthread_mutex_init(&vm->lock, NULL);
	pthread_cond_init(&vm->settled, NULL);
	blockio_open(vm);
	vm->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (vm->wake < 0 || mem_open(&vm->mem, config->storage) < 0 ||
	    blockio_start(vm) < 0 || kvm_open(&vm->kvm, kvm) < 0 ||
	    kvm_storage(&vm->kvm, &vm->mem) < 0)
		return -1;
	for (unsigned i = 0; i < vm->ncpus; i++)
		if (machine_open_cpu(vm, i) < 0)
			return -1;
	kvm_opened(&vm->kvm);
	return 0;
}

/* --- the rendezvous --- */

void
machine_pause(struct vm *vm)
{
	pthread_mutex_lock(&vm->lock);
	vm->pauses++;
	for (unsigned i = 0; i < vm->ncpus; i++) {
		struct vcpu *v = &vm->cpu[i];

		if (!v->quiet)
			vcpu_kick(v);
		while (!v->quiet)
			pthread_cond_wait(&vm->settled, &vm->lock);
	}
	pthread_mutex_unlock(&vm->lock);
}

void
machine_resume(struct vm *vm)
{
	pthread_mutex_lock(&vm->lock);
	vm->pauses--;
	for (unsigned i = 0; i < vm->ncpus; i++)
		vcpu_kick(&vm->cpu[i]);
	pthread_mutex_unlock(&vm->lock);
}

void
machine_hold(struct vm *vm, bool held)
{
	if (vm->held == held)
		return;
	pthread_mutex_lock(&vm->lock);
	vm->held = held;
	pthread_mutex_unlock(&vm->lock);
	if (held)
		machine_pause(vm);
	else
		machine_resume(vm);
}

bool
machine_held(struct vm *vm)
{
	bool idle;

	pthread_mutex_lock(&vm->lock);
	idle = vm->io.head == NULL && vm->io.busy == NULL;
	pthread_mutex_unlock(&vm->lock);
	return vm->held && idle;
}

int
machine_settle(struct vm *vm)
{
	if (vm->ipl.device != NULL || blockio_settle(vm) < 0 ||
	    spoolchan_settle(vm) < 0)
		return -1;
	for (unsigned i = 0; i < vm->ndevices; i++)
		channel_land(vm->device[i]);
	for (unsigned i = 0; i < vm->ncpus; i++)
		if (vm->cpu[i].wait == WAIT_GENERAL_IO ||
		    vm->cpu[i].wait == WAIT_SPOOL_INPUT ||
		    vm->cpu[i].wait == WAIT_FULL_SCREEN)
			return -1;
	return 0;
}

void
machine_wake(struct vm *vm)
{
	uint64_t one = 1;

	if (atomic_exchange(&vm->woken, true))
		return;
	/* It cannot fill: it is read before woken is cleared. */
	if (write(vm->wake, &one, sizeof one) < 0)
		return;
}

void
machine_interrupts(struct vm *vm)
{
	bool now = vm->ops->pending(vm);

	if (atomic_exchange(&vm->irq, now) == now || !now)
		return;
	for (unsigned i = 0; i < vm->ncpus; i++)
		vcpu_kick(&vm->cpu[i]);
}

void
machine_go_on(struct vm *vm)
{
	for (unsigned i = 0; i < vm->ncpus; i++)
		vcpu_kick(&vm->cpu[i]);
	machine_wake(vm);
}

void
machine_block_ended(struct vm *vm, uint32_t id)
{
	vm->block_ext[vm->block_exts++] = id;
	machine_interrupts(vm);
}

/* --- states --- */

void
machine_send_report(struct vm *vm)
{
	struct ipc_vm_state report;
	bool reported;

	pthread_mutex_lock(&vm->lock);
	report = vm->report;
	reported = vm->reported;
	vm->reported = false;
	pthread_mutex_unlock(&vm->lock);
	if (reported)
		ipcchan_send(&vm->chan, IPC_VM_STATE, &report, sizeof report,
		    -1);
}

void
machine_report(struct vm *vm, enum ipc_vm_why why, uint64_t rip,
    uint64_t detail, const struct csw *csw)
{
	struct ipc_vm_state state = { .why = why, .rip = rip,
		.detail = detail, .run = VM_RUNNING };

	/* A machine that was set running may have stopped again already: that
	 * is another report, which comes after this one. */
	if (why != VM_WHY_NONE) {
		machine_send_report(vm);
		pthread_mutex_lock(&vm->lock);
		state.run = vm->running ? VM_RUNNING : VM_STOPPED;
		pthread_mutex_unlock(&vm->lock);
	}
	if (csw != NULL)
		state.csw = *csw;
	ipcchan_send(&vm->chan, IPC_VM_STATE, &state, sizeof state, -1);
}

void
machine_stop(struct vm *vm)
{
	machine_pause(vm);
	vm->running = false; /* nobody else looks: all are quiet */
	machine_resume(vm);
}

int
machine_run(struct vm *vm)
{
	bool lost = false;

	machine_pause(vm);
	for (unsigned i = 0; i < vm->ncpus; i++)
		lost = lost || vm->cpu[i].lost;
	vm->running = !lost;
	machine_resume(vm);
	return lost ? -1 : 0;
}

uint64_t
machine_rip(struct vm *vm)
{
	uint64_t reg[VMREG_COUNT];
	uint64_t rip = 0;

	machine_pause(vm);
	if (!vm->cpu[0].lost && kvm_get_registers(&vm->cpu[0].kvm, reg) == 0)
		rip = reg[VMREG_RIP];
	machine_resume(vm);
	return rip;
}

static void
machine_reset_cpu(struct vcpu *v)
{
	struct vm *vm = v->vm;

	pthread_mutex_lock(&vm->lock);
	v->lost = false;
	v->wait = WAIT_NONE;
	diag_cancel(v);
	pthread_mutex_unlock(&vm->lock);
	if (vm->ops->reset(v, 0, 0) < 0)
		log_warn("reset of the processor");
}

void
machine_reset(struct vm *vm, bool clear)
{
	machine_pause(vm);
	vm->running = false;
	vm->ipl.device = NULL;
	blockio_reset(vm, clear);
	for (unsigned i = 0; i < vm->ndevices; i++)
		channel_reset(vm->device[i]);
	pthread_mutex_lock(&vm->lock);
	memset(vm->ext, 0, sizeof vm->ext);
	vm->block_exts = 0;
	for (unsigned i = 0; i < DIAG_BLOCK_ASYNC_MAX; i++)
		vm->async[i].used = false;
	vm->reported = false;
	machine_interrupts(vm);
	pthread_mutex_unlock(&vm->lock);
	for (unsigned i = 0; i < vm->ncpus; i++)
		machine_reset_cpu(&vm->cpu[i]);
	if (clear)
		mem_clear(&vm->mem);
	machine_resume(vm);
}

void
machine_external(struct vm *vm, uint32_t code)
{
	if (code == 0 || code >= VM_EXT_CODES)
		return;
	pthread_mutex_lock(&vm->lock);
	vm->ext[code / 8] |= (uint8_t)(1u << (code % 8));
	machine_interrupts(vm);
	pthread_mutex_unlock(&vm->lock);
}

void
machine_save(const struct vm *vm, struct section *s)
{
	section_put(s, vm->ext, sizeof vm->ext);
	section_put_u32(s, vm->block_exts);
	section_put(s, vm->block_ext, sizeof vm->block_ext);
	section_put_u32(s, vm->io.attachments);
}

int
machine_load(struct vm *vm, struct section *s)
{
	uint32_t block_ext[DIAG_BLOCK_ASYNC_MAX], block_exts, attachments;
	uint8_t ext[sizeof vm->ext];

	section_get(s, ext, sizeof ext);
	block_exts = section_get_u32(s);
	section_get(s, block_ext, sizeof block_ext);
	attachments = section_get_u32(s);
	if (!section_whole(s) || block_exts > DIAG_BLOCK_ASYNC_MAX)
		return -1;
	pthread_mutex_lock(&vm->lock);
	memcpy(vm->ext, ext, sizeof ext);
	memcpy(vm->block_ext, block_ext, sizeof block_ext);
	vm->block_exts = block_exts;
	vm->io.attachments = attachments;
	machine_interrupts(vm);
	pthread_mutex_unlock(&vm->lock);
	return 0;
}

/* --- devices --- */

struct device *
machine_device(struct vm *vm, uint32_t vdev)
{
	for (unsigned i = 0; i < vm->ndevices; i++)
		if (vm->device[i]->vdev == vdev)
			return vm->device[i];
	return NULL;
}

static bool
machine_is_console(const struct device *d)
{
	enum device_type type = d->ops->type;

	return type == DEVICE_CONSOLE || (type == DEVICE_DISPLAY &&
	    (d->flags & ATTACH_CONSOLE) != 0);
}

struct device *
machine_console(struct vm *vm)
{
	for (unsigned i = 0; i < vm->ndevices; i++)
		if (machine_is_console(vm->device[i]))
			return vm->device[i];
	return NULL;
}

static void
machine_insert(struct vm *vm, struct device *d)
{
	unsigned i;

	pthread_mutex_lock(&vm->lock);
	for (i = vm->ndevices; i > 0 && vm->device[i - 1]->vdev > d->vdev; i--)
		vm->device[i] = vm->device[i - 1];
	vm->device[i] = d;
	vm->ndevices++;
	pthread_mutex_unlock(&vm->lock);
}

/* tell: blockio_closed() says when its disk is closed. */
static bool
machine_remove(struct vm *vm, uint32_t vdev, bool tell)
{
	struct device *d;
	unsigned i;
	bool disk;

	pthread_mutex_lock(&vm->lock);
	d = machine_device(vm, vdev);
	for (i = 0; i < vm->ndevices && vm->device[i] != d; i++)
		;
	if (d != NULL) {
		vm->ndevices--;
		memmove(&vm->device[i], &vm->device[i + 1],
		    (vm->ndevices - i) * sizeof vm->device[0]);
		if (d->sch.general)
			diag_general_gone(d);
		machine_interrupts(vm);
	}
	pthread_mutex_unlock(&vm->lock);
	if (d == NULL)
		return false;
	if (vm->ipl.device == d) {
		vm->ipl.device = NULL;
		machine_report(vm, VM_WHY_IPL_NO_DEVICE, 0, vdev, NULL);
	}
	disk = d->medium != NULL;
	if (disk)
		d->medium->tell = tell ? d->vdev : VDEV_NONE;
	d->ops->reset(d);
	d->ops->detach(d);
	free(d->state);
	free(d);
	return disk;
}

bool
machine_detach(struct vm *vm, uint32_t vdev)
{
	return machine_remove(vm, vdev, true);
}

/* Lock held: in order of vdev again after one of them changed. */
static void
machine_sort(struct vm *vm)
{
	for (unsigned i = 1; i < vm->ndevices; i++)
		for (unsigned j = i; j > 0 &&
		    vm->device[j - 1]->vdev > vm->device[j]->vdev; j--) {
			struct device *d = vm->device[j];

			vm->device[j] = vm->device[j - 1];
			vm->device[j - 1] = d;
		}
}

void
machine_renumber(struct vm *vm, uint32_t from, uint32_t to)
{
	struct device *d;

	pthread_mutex_lock(&vm->lock);
	d = machine_device(vm, from);
	if (d != NULL && to != VDEV_NONE && to <= VDEV_MAX &&
	    machine_device(vm, to) == NULL) {
		d->vdev = (uint16_t)to;
		machine_sort(vm);
	}
	pthread_mutex_unlock(&vm->lock);
}

static struct device *
machine_new_device(struct vm *vm, const struct ipc_vm_attach *at,
    const struct device_ops *ops)
{
	struct device *d = calloc(1, sizeof *d);

	if (d == NULL)
		return NULL;
	d->vm = vm;
	d->ops = ops;
	d->vdev = (uint16_t)at->vdev;
	d->flags = at->flags;
	d->state = calloc(1, ops->state);
	if (d->state == NULL) {
		free(d);
		return NULL;
	}
	return d;
}

static int
machine_attach_check(const struct vm *vm, const struct ipc_vm_attach *at,
    int fd)
{
	if (at->vdev == VDEV_NONE || at->vdev > VDEV_MAX)
		errno = EINVAL;
	else if (device_find_ops(at->type) == NULL)
		errno = ENODEV;
	else if (fd >= 0 && !device_find_ops(at->type)->medium)
		errno = EINVAL;
	else if (vm->ndevices == VM_DEVICES_MAX)
		errno = ENOSPC;
	else
		return 0;
	return -1;
}

int
machine_attach(struct vm *vm, const struct ipc_vm_attach *at, int fd)
{
	struct device *d = NULL;
	bool replaced;

	pthread_mutex_lock(&vm->lock);
	replaced = machine_device(vm, at->vdev) != NULL;
	pthread_mutex_unlock(&vm->lock);
	if (replaced)
		machine_remove(vm, at->vdev, false);
	if (machine_attach_check(vm, at, fd) == 0)
		d = machine_new_device(vm, at, device_find_ops(at->type));
	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	if (d->ops->attach(d, at, fd) < 0) {
		free(d->state);
		free(d);
		return -1;
	}
	machine_insert(vm, d);
	/* A volume exchanged under a guest is "ready", and so is a console
	 * that is a display now: what was begun on the other ends. */
	if (replaced)
		channel_unsolicited(d, UNIT_DEVICE_END);
	return 0;
}
