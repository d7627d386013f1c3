/* SPDX-License-Identifier: MIT
 *
 * iplfloor.c - the floor of the IPL bench: open KVM, make a machine with one
 * processor and 16 MiB, run it to its first exit, say so on descriptor 3, and
 * wait to be killed.
 */
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define STORAGE (16u << 20)

int
main(void)
{
	static const uint8_t code[] = { 0xE6, 0x80 }; /* out 80h,al */
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int vm = ioctl(kvm, KVM_CREATE_VM, 0), cpu;
	uint8_t *storage = mmap(NULL, STORAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct kvm_userspace_memory_region slot = { .memory_size = STORAGE,
		.userspace_addr = (uintptr_t)storage };
	struct kvm_regs regs = { .rip = 0x1000, .rflags = 2 };
	struct kvm_sregs s;
	struct kvm_run *run;

	if (storage == MAP_FAILED ||
	    ioctl(vm, KVM_SET_USER_MEMORY_REGION, &slot) < 0 ||
	    (cpu = ioctl(vm, KVM_CREATE_VCPU, 0)) < 0)
		return 1;
	run = mmap(NULL, (size_t)ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0),
	    PROT_READ | PROT_WRITE, MAP_SHARED, cpu, 0);
	memcpy(storage + 0x1000, code, sizeof code);
	if (run == MAP_FAILED || ioctl(cpu, KVM_GET_SREGS, &s) < 0)
		return 1;
	s.cs.base = 0;
	s.cs.selector = 0;
	if (ioctl(cpu, KVM_SET_SREGS, &s) < 0 ||
	    ioctl(cpu, KVM_SET_REGS, &regs) < 0 ||
	    ioctl(cpu, KVM_RUN, 0) < 0 || run->exit_reason != KVM_EXIT_IO)
		return 1;
	if (write(3, "x", 1) != 1)
		return 1;
	pause(); /* to be measured, then killed: its end is not the floor's */
	return 0;
}
