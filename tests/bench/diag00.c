/* SPDX-License-Identifier: MIT
 *
 * diag00.c - DIAGNOSE 0's round trip through vmguest beside the floor: the
 * same loop of OUTs in a virtual machine that somebody just runs again.
 *
 *   diag00 VMGUEST PROGRAM
 *
 * Both loops count by the guest's own time stamp counter; where time is
 * instructions, so are the figures.  Prints ours, floor and ratio, each the
 * median of 20 rounds of 1,000.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../rig/rig.h"
#include "median.h"
#include "rounds.h"

#define TRIPS 1000
#define ROUNDS 21 /* the first one warms up */
#define CODE 0x1000u
#define RESULT 0x3000u
#define STORAGE (1u << 20)

/*
 * again: rdtsc; mov esi,eax; mov ecx,1000; mov eax,2000h; mov edx,370h;
 * 1: out dx,eax; dec ecx; jnz 1b; rdtsc; sub eax,esi; mov [3000h],eax;
 * mov edx,80h; out dx,eax; jmp again
 */
static const uint8_t floor_code[] = {
	0x0F, 0x31, 0x89, 0xC6, 0xB9, 0xE8, 0x03, 0x00, 0x00, 0xB8, 0x00,
	0x20, 0x00, 0x00, 0xBA, 0x70, 0x03, 0x00, 0x00, 0xEF, 0x49, 0x75,
	0xFC, 0x0F, 0x31, 0x29, 0xF0, 0xA3, 0x00, 0x30, 0x00, 0x00, 0xBA,
	0x80, 0x00, 0x00, 0x00, 0xEF, 0xEB, 0xD8,
};

static void
floor_registers(int cpu)
{
	struct kvm_segment code = { .selector = 8, .limit = ~0u, .type = 0xB,
		.present = 1, .s = 1, .db = 1, .g = 1 };
	struct kvm_segment data = code;
	struct kvm_regs regs = { .rip = CODE, .rflags = 2 };
	struct kvm_sregs s;

	data.selector = 0x10;
	data.type = 3;
	if (ioctl(cpu, KVM_GET_SREGS, &s) < 0)
		err(1, "registers");
	s.cs = code;
	s.ds = s.es = s.ss = s.fs = s.gs = data;
	s.cr0 = 0x11;
	if (ioctl(cpu, KVM_SET_SREGS, &s) < 0 ||
	    ioctl(cpu, KVM_SET_REGS, &regs) < 0)
		err(1, "registers");
}

/* A machine with the loop in it, about to run. */
static int
floor_machine(uint8_t **storage, struct kvm_run **run)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int vm = kvm < 0 ? -1 : ioctl(kvm, KVM_CREATE_VM, 0);
	struct kvm_userspace_memory_region slot = { .memory_size = STORAGE };
	int cpu;

	if (vm < 0)
		err(1, "/dev/kvm");
	*storage = mmap(NULL, STORAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	slot.userspace_addr = (uintptr_t)*storage;
	if (*storage == MAP_FAILED ||
	    ioctl(vm, KVM_SET_USER_MEMORY_REGION, &slot) < 0 ||
	    (cpu = ioctl(vm, KVM_CREATE_VCPU, 0)) < 0)
		err(1, "virtual machine");
	*run = mmap(NULL, (size_t)ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0),
	    PROT_READ | PROT_WRITE, MAP_SHARED, cpu, 0);
	if (*run == MAP_FAILED)
		err(1, "virtual machine");
	memcpy(*storage + CODE, floor_code, sizeof floor_code);
	floor_registers(cpu);
	return cpu;
}

static double
measure_floor(void)
{
	struct kvm_run *run;
	uint8_t *storage;
	int cpu = floor_machine(&storage, &run);
	double v[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		uint32_t ticks;

		do {
			if (ioctl(cpu, KVM_RUN, 0) < 0 ||
			    run->exit_reason != KVM_EXIT_IO)
				errx(1, "floor: exit %u", run->exit_reason);
		} while (run->io.port != 0x80);
		memcpy(&ticks, storage + RESULT, sizeof ticks);
		v[i] = (double)ticks / TRIPS;
	}
	return median(v + 1, ROUNDS - 1);
}

static double
measure_vmguest(const char *vmguest, const char *program)
{
	static struct rig rig = { .kvm = "/dev/kvm", .storage = STORAGE,
		.timeout_ms = 120000 };

	rig.vmguest = vmguest;
	rig.device[0].at = (struct ipc_vm_attach){ .vdev = 0x009,
		.type = DEVICE_CONSOLE };
	rig.device[1].at = (struct ipc_vm_attach){ .vdev = 0x00C,
		.type = DEVICE_FBA, .flags = ATTACH_READ_ONLY };
	rig.device[1].path = program;
	rig.ndevices = 2;
	if (rig_start(&rig) < 0)
		errx(1, "no machine");
	return rounds_median(&rig, 0x00C, "", ROUNDS, TRIPS);
}

int
main(int argc, char **argv)
{
	double ours, bare;

	if (argc != 3)
		errx(2, "usage: diag00 VMGUEST PROGRAM");
	bare = measure_floor();
	ours = measure_vmguest(argv[1], argv[2]);
	printf("%.1f %.1f %.3f\n", ours, bare, ours / bare);
	return 0;
}
