/* SPDX-License-Identifier: MIT
 *
 * vtx_machine.h - a machine without KVM for unit tests and fuzzing: storage,
 * devices and a channel to somebody who never answers.  Nothing can run.
 */
#ifndef VM370_TESTS_VTX_MACHINE_H
#define VM370_TESTS_VTX_MACHINE_H

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ipcchan.h"
#include "subchan.h"
#include "vm.h"

struct fake {
	struct vm vm;
	struct ipcchan cp; /* vmcp's end */
};

static inline void
fake_open(struct fake *f, uint64_t storage)
{
	int pair[2];

	memset(f, 0, sizeof *f);
	f->vm.ops = &machine_370;
	f->vm.config.mode = VM_MODE_370;
	f->vm.credit = CONS_OUTPUT_WINDOW;
	pthread_mutex_init(&f->vm.lock, NULL);
	pthread_cond_init(&f->vm.settled, NULL);
	blockio_open(&f->vm);
	f->vm.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (f->vm.wake < 0 || mem_open(&f->vm.mem, storage) < 0 ||
	    ipcchan_pair(pair) < 0)
		abort();
	spoolchan_init(&f->vm);
	ipcchan_init(&f->vm.chan, pair[0], IPC_GUEST, IPC_CP);
	ipcchan_init(&f->cp, pair[1], IPC_CP, IPC_GUEST);
}

static inline void
fake_close(struct fake *f)
{
	while (f->vm.ndevices > 0)
		machine_detach(&f->vm, f->vm.device[0]->vdev);
	while (blockio_serve(&f->vm))
		;
	while (blockio_closed(&f->vm) != VDEV_NONE)
		;
	ipcchan_close(&f->vm.chan);
	ipcchan_close(&f->cp);
	close(f->vm.wake);
	mem_close(&f->vm.mem);
	pthread_mutex_destroy(&f->vm.lock);
	pthread_cond_destroy(&f->vm.settled);
}

/* A device; blocks > 0: with a medium of zeros of that many units. */
static inline struct device *
fake_attach(struct fake *f, uint32_t vdev, enum device_type type,
    uint64_t blocks, uint64_t unit)
{
	struct ipc_vm_attach at = { .vdev = vdev, .type = type,
		.blocks = blocks };
	int fd = -1;

	if (blocks > 0) {
		fd = memfd_create("medium", MFD_CLOEXEC);
		if (fd < 0 || ftruncate(fd, (off_t)(blocks * unit)) < 0)
			abort();
	}
	if (machine_attach(&f->vm, &at, fd) < 0)
		abort();
	return machine_device(&f->vm, vdev);
}

/* The device thread's part and the disk thread's; true: there is more. */
static inline bool
fake_run(struct fake *f)
{
	bool more = channel_run(&f->vm);

	return blockio_serve(&f->vm) || more;
}

/* Throw away what came for vmcp. */
static inline void
fake_drain(struct fake *f)
{
	struct ipcchan_message m;

	while (ipcchan_recv(&f->cp, &m) == 1)
		;
}

#endif
