/* SPDX-License-Identifier: MIT
 *
 * ipl.c - IPL as the System/370 does it: 24 bytes to location 0, the channel
 * program at 8, then start at the entry.  Loads no file and knows no device.
 */
#include "ipl.h"

#include <string.h>

#include "subchan.h"

void
ipl_start(struct vm *vm, const struct ipc_vm_ipl *msg)
{
	struct device *d;

	machine_reset(vm, (msg->flags & IPL_CLEAR) != 0);
	pthread_mutex_lock(&vm->lock);
	d = machine_device(vm, msg->vdev);
	pthread_mutex_unlock(&vm->lock);
	if (d == NULL) {
		machine_report(vm, VM_WHY_IPL_NO_DEVICE, 0, msg->vdev, NULL);
		return;
	}
	vm->ipl = (struct ipl){ .device = d, .flags = msg->flags,
		.parm_len = msg->text_len };
	memcpy(vm->ipl.parm, msg->text, msg->text_len);
	channel_ipl(d);
}

void
ipl_low_storage(struct vm *vm, uint32_t vdev, const char *parm,
    uint32_t parm_len)
{
	struct lowcore low = {
		.version = MACHINE_VERSION,
		.ipl_vdev = vdev,
		.storage = vm->mem.size,
		.cpus = vm->ncpus,
		.parm_len = parm_len,
	};
	const size_t from = offsetof(struct lowcore, version);
	const size_t to = offsetof(struct lowcore, reserved1);

	memcpy(low.parm, parm, parm_len);
	mem_write(&vm->mem, GPA(from), (const char *)&low + from, to - from);
	mem_write(&vm->mem, GPA(offsetof(struct lowcore, parm_len)),
	    &low.parm_len, sizeof low.parm_len);
	mem_write(&vm->mem, GPA(offsetof(struct lowcore, parm)), low.parm,
	    sizeof low.parm);
}

void
ipl_ended(struct vm *vm, struct device *d, const struct csw *csw)
{
	bool stop = (vm->ipl.flags & IPL_STOP) != 0;
	struct ipl_record record;

	vm->ipl.device = NULL;
	mem_read(&vm->mem, GPA(0), &record, sizeof record);
	if (csw->unit != UNIT_DONE || csw->chan != 0) {
		machine_report(vm, VM_WHY_IPL_IO_ERROR, 0, d->vdev, csw);
		return;
	}
	if (record.flags != MACHINE_VERSION) {
		machine_report(vm, VM_WHY_IPL_VERSION, 0, record.flags, NULL);
		return;
	}
	if (!mem_inside(&vm->mem, GPA(record.entry), 1)) {
		machine_report(vm, VM_WHY_IPL_ENTRY, 0, record.entry, NULL);
		return;
	}
	ipl_low_storage(vm, d->vdev, vm->ipl.parm, vm->ipl.parm_len);
	for (unsigned i = 0; i < vm->ncpus; i++) {
		if (vm->ops->reset(&vm->cpu[i], record.entry, d->vdev) < 0) {
			machine_report(vm, VM_WHY_NOT_RUNNABLE, record.entry,
			    0, NULL);
			return;
		}
	}
	if (!stop)
		machine_run(vm);
	machine_report(vm, stop ? VM_WHY_ASKED : VM_WHY_NONE, record.entry, 0,
	    NULL);
}
