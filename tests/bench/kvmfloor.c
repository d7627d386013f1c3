/* SPDX-License-Identifier: MIT
 *
 * kvmfloor.c - the floor of the memory bench: what a virtual machine costs
 * the kernel when nobody builds anything on it.
 *
 *   kvmfloor FIRST LAST
 *
 * Makes LAST machines of 16 MiB with one processor, runs each to its first
 * exit, and prints by how many KiB MemAvailable fell, per machine, between
 * the FIRST and the LAST.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define STORAGE (16u << 20)

static long
floor_available(void)
{
	FILE *f = fopen("/proc/meminfo", "re");
	char text[128];
	long kib = -1;

	while (f != NULL && fgets(text, sizeof(text), f) != NULL)
		if (sscanf(text, "MemAvailable: %ld", &kib) == 1)
			break;
	if (kib < 0)
		errx(1, "no MemAvailable");
	fclose(f);
	return kib;
}

static void
floor_start_state(int cpu)
{
	struct kvm_regs regs = { .rflags = 2 };
	struct kvm_sregs sregs;

	if (ioctl(cpu, KVM_GET_SREGS, &sregs) == -1)
		err(1, "KVM_GET_SREGS");
	sregs.cs.selector = 0;
	sregs.cs.base = 0;
	if (ioctl(cpu, KVM_SET_SREGS, &sregs) == -1 ||
	    ioctl(cpu, KVM_SET_REGS, &regs) == -1)
		err(1, "KVM_SET_REGS");
}

/* A machine that ran to its HLT.  It stays until the process ends. */
static void
floor_machine(int kvm, size_t run_size)
{
	struct kvm_userspace_memory_region slot = { .memory_size = STORAGE };
	int vm = ioctl(kvm, KVM_CREATE_VM, 0), cpu;
	uint8_t *storage = mmap(NULL, STORAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct kvm_run *run;

	if (vm == -1 || storage == MAP_FAILED)
		err(1, "machine");
	madvise(storage, STORAGE, MADV_NOHUGEPAGE);
	slot.userspace_addr = (uintptr_t)storage;
	storage[0] = 0xF4; /* HLT */
	if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &slot) == -1 ||
	    (cpu = ioctl(vm, KVM_CREATE_VCPU, 0)) == -1)
		err(1, "processor");
	run = mmap(NULL, run_size, PROT_READ | PROT_WRITE, MAP_SHARED, cpu, 0);
	if (run == MAP_FAILED)
		err(1, "kvm_run");
	floor_start_state(cpu);
	if (ioctl(cpu, KVM_RUN, 0) == -1 || run->exit_reason != KVM_EXIT_HLT)
		errx(1, "the machine does not run");
}

int
main(int argc, char **argv)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC), first, last;
	int run_size = kvm == -1 ? -1 : ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	long before = 0;

	if (argc != 3 || (first = atoi(argv[1])) < 0 ||
	    (last = atoi(argv[2])) <= first)
		errx(2, "usage: kvmfloor FIRST LAST");
	if (run_size == -1)
		err(1, "/dev/kvm");
	for (int i = 0; i < last; i++) {
		if (i == first)
			before = floor_available();
		floor_machine(kvm, (size_t)run_size);
	}
	printf("%ld\n", (before - floor_available()) / (last - first));
	return 0;
}
