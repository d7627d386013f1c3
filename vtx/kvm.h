/* SPDX-License-Identifier: MIT
 *
 * kvm.h - KVM, as the rest of vmguest needs it.  kvm.c alone includes
 * <linux/kvm.h>.
 */
#ifndef VM370_VTX_KVM_H
#define VM370_VTX_KVM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc.h"
#include "memory.h"
#include "sandbox.h"

struct kvm_run; /* KVM's page shared with a vCPU */

struct kvm_vm {
	int fd;
	size_t run_size;
	struct kvm_cpuid2 *cpuid; /* the model, masked by what the host has */
	uint64_t model;		  /* its checksum: must agree on VM_LOAD */
};

struct kvm_cpu {
	int fd;
	struct kvm_run *run;
};

enum kvm_exit_kind {
	KVM_EXITED_ASKED,    /* kvm_kick or a signal; an IN or OUT is done */
	KVM_EXITED_PORT,
	KVM_EXITED_MMIO,
	KVM_EXITED_HALT,
	KVM_EXITED_WINDOW,   /* an interrupt can be taken */
	KVM_EXITED_SHUTDOWN, /* triple fault */
	KVM_EXITED_FAILED,   /* detail: KVM's exit reason or an errno */
};

struct kvm_exit {
	uint16_t port;
	uint8_t size;	 /* PORT: 1, 2, 4; MMIO: up to 8 */
	bool in;	 /* PORT: the guest reads */
	uint32_t count;	 /* PORT: elements of `size` bytes at data */
	uint8_t *data;	 /* in KVM's page: fill it when `in` */
	uint64_t detail; /* FAILED */
};

/* A virtual machine without memory or processors.  kvm stays the caller's.
 * -1 with errno. */
int kvm_open(struct kvm_vm *vm, int kvm);
int kvm_storage(struct kvm_vm *vm, const struct memory *mem);
int kvm_cpu_open(struct kvm_cpu *cpu, struct kvm_vm *vm, unsigned id);
/* After the last kvm_cpu_open: nothing but running is left to do. */
void kvm_opened(struct kvm_vm *vm);

/* The start state of machine.h: entry, EBX = ebx.  -1 with errno. */
int kvm_cpu_reset(struct kvm_cpu *cpu, uint32_t entry, uint32_t ebx);

/* Run until something happens; window: that includes the moment when an
 * interrupt can be taken.  With a kick outstanding it only completes the IN or
 * OUT it left with and returns KVM_EXITED_ASKED. */
enum kvm_exit_kind kvm_cpu_run(struct kvm_cpu *cpu, bool window,
    struct kvm_exit *ex);

/* Ask kvm_cpu_run to return; stays until cleared.  The caller also signals
 * the thread, which may be inside. */
void kvm_kick(struct kvm_cpu *cpu);
void kvm_unkick(struct kvm_cpu *cpu);

/* IF as of the last exit. */
bool kvm_enabled(const struct kvm_cpu *cpu);
/* Would the processor take an interrupt now? */
bool kvm_can_interrupt(const struct kvm_cpu *cpu);
int kvm_interrupt(struct kvm_cpu *cpu, unsigned vector);

/* #GP(0) at the OUT that the processor left with. */
int kvm_protection(struct kvm_cpu *cpu);

/* Registers; only while the vCPU's thread is quiet, or from that thread. */
int kvm_get_registers(struct kvm_cpu *cpu, uint64_t reg[VMREG_COUNT]);
int kvm_set_register(struct kvm_cpu *cpu, enum vm_register which,
    uint64_t value);

/* The whole processor as bytes for VM_SAVE. */
#define KVM_STATE_MAX 4096
size_t kvm_cpu_save(struct kvm_cpu *cpu, void *bytes); /* 0: errno */
int kvm_cpu_load(struct kvm_cpu *cpu, const void *bytes, size_t len);

/* The ioctls made after the sandbox closed, for the device thread, which
 * also reads and stores registers, and how many. */
extern const struct sandbox_rule kvm_rules[];
extern const size_t kvm_rules_count;

#endif
