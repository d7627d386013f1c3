/* SPDX-License-Identifier: MIT
 *
 * kvm.c - every ioctl on KVM, and the processor model.  Knows nothing of
 * devices, DIAGNOSE or IPL.
 */
#include "kvm.h"

#include <errno.h>
#include <linux/kvm.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "checksum.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* Where VT-x without unrestricted guest mode keeps three pages of its own:
 * below the BIOS, far above any storage. */
#define KVM_TSS_PAGES 0xFFFBD000u
#define KVM_IDENTITY_PAGE 0xFFFBC000ull

const struct sandbox_rule kvm_rules[] = {
	SANDBOX_ARG(ioctl, 1, KVM_RUN, "complete an OUT before registers show"),
	SANDBOX_ARG(ioctl, 1, KVM_GET_REGS, "DISPLAY, SAVE"),
	SANDBOX_ARG(ioctl, 1, KVM_SET_REGS, "IPL, STORE, LOAD"),
	SANDBOX_ARG(ioctl, 1, KVM_GET_SREGS, "DISPLAY, SAVE"),
	SANDBOX_ARG(ioctl, 1, KVM_SET_SREGS, "IPL, LOAD"),
	SANDBOX_ARG(ioctl, 1, KVM_GET_FPU, "SAVE"),
	SANDBOX_ARG(ioctl, 1, KVM_SET_FPU, "IPL, LOAD"),
	SANDBOX_ARG(ioctl, 1, KVM_GET_MSRS, "SAVE"),
	SANDBOX_ARG(ioctl, 1, KVM_SET_MSRS, "IPL, LOAD"),
	SANDBOX_ARG(ioctl, 1, KVM_GET_DEBUGREGS, "SAVE"),
	SANDBOX_ARG(ioctl, 1, KVM_SET_DEBUGREGS, "IPL, LOAD"),
	SANDBOX_ARG(ioctl, 1, KVM_GET_VCPU_EVENTS, "SAVE"),
	SANDBOX_ARG(ioctl, 1, KVM_SET_VCPU_EVENTS, "IPL, LOAD"),
	SANDBOX_ARG(ioctl, 1, KVM_GET_DEVICE_ATTR, "the TSC's offset"),
	SANDBOX_ARG(ioctl, 1, KVM_SET_DEVICE_ATTR, "the TSC's offset"),
};

const size_t kvm_rules_count = LENGTH(kvm_rules);

/* --- the processor model --- */

/*
 * "VM370-1": a 64-bit processor with SSE2 and no later extension, the same on
 * every host.  What a host lacks is masked out of the feature words; nothing
 * a host has on top shows.  No local APIC, no XSAVE, no invariant TSC.
 */
#define BIT(n) (1u << (n))
#define MODEL_1_EDX                                                       \
	(BIT(0) | BIT(2) | BIT(3) | BIT(4) | BIT(5) | /* FPU DE PSE TSC MSR */ \
	    BIT(6) | BIT(8) | BIT(11) | BIT(13) |     /* PAE CX8 SEP PGE */    \
	    BIT(15) | BIT(16) | BIT(19) | BIT(23) |   /* CMOV PAT CLFSH MMX */ \
	    BIT(24) | BIT(25) | BIT(26))	      /* FXSR SSE SSE2 */
#define MODEL_1_ECX BIT(31)			      /* under a hypervisor */
#define MODEL_81_EDX (BIT(11) | BIT(20) | BIT(29))    /* SYSCALL NX LM */
#define MODEL_81_ECX BIT(0)			      /* LAHF in 64-bit mode */
#define MODEL_PHYSICAL 0x00003024u /* 36 bits physical, 48 linear */

enum cpuid_vendor { VENDOR_ANY, VENDOR_INTEL, VENDOR_AMD };

struct cpuid_row {
	uint32_t leaf, index;
	enum cpuid_vendor vendor;
	bool masked; /* ecx, edx: only what the host supports too */
	uint32_t eax, ebx, ecx, edx;
};

#define INTEL VENDOR_INTEL
#define AMD VENDOR_AMD
#define ANY VENDOR_ANY

/* Leaf 0's vendor words are the host's: guests choose code by them.  Cache
 * sizes are there because C libraries size their copy loops by them. */
static const struct cpuid_row cpuid_rows[] = {
	{ 0x00000000, 0, INTEL, false, 4, 0, 0, 0 },
	{ 0x00000000, 0, AMD, false, 1, 0, 0, 0 },
	{ 0x00000001, 0, INTEL, true, 0x000006FB, 0x00010800, MODEL_1_ECX,
	    MODEL_1_EDX },
	{ 0x00000001, 0, AMD, true, 0x00060FB1, 0x00010800, MODEL_1_ECX,
	    MODEL_1_EDX },
	{ 0x00000002, 0, INTEL, false, 0x00000001, 0, 0, 0x002C307D },
	{ 0x00000004, 0, INTEL, false, 0x00000121, 0x01C0003F, 0x3F, 1 },
	{ 0x00000004, 1, INTEL, false, 0x00000122, 0x01C0003F, 0x3F, 1 },
	{ 0x00000004, 2, INTEL, false, 0x00000143, 0x03C0003F, 0x7FF, 1 },
	{ 0x00000004, 3, INTEL, false, 0, 0, 0, 0 },
	/* "VM/370 x86  " */
	{ 0x40000000, 0, ANY, false, 0x40000000, 0x332F4D56, 0x78203037,
	    0x20203638 },
	{ 0x80000000, 0, ANY, false, 0x80000008, 0, 0, 0 },
	{ 0x80000001, 0, ANY, true, 0, 0, MODEL_81_ECX, MODEL_81_EDX },
	/* "VM370-1 virtual processor" */
	{ 0x80000002, 0, ANY, false, 0x37334D56, 0x20312D30, 0x74726976,
	    0x206C6175 },
	{ 0x80000003, 0, ANY, false, 0x636F7270, 0x6F737365, 0x00000072, 0 },
	{ 0x80000004, 0, ANY, false, 0, 0, 0, 0 },
	{ 0x80000005, 0, AMD, false, 0, 0, 0x40020140, 0x40020140 },
	{ 0x80000006, 0, ANY, false, 0, 0, 0x02008140, 0 },
	{ 0x80000008, 0, ANY, false, MODEL_PHYSICAL, 0, 0, 0 },
};

#undef INTEL
#undef AMD
#undef ANY

#define HOST_CPUID_MAX 256

static const struct kvm_cpuid_entry2 *
kvm_cpuid_find(const struct kvm_cpuid2 *host, uint32_t leaf)
{
	for (uint32_t i = 0; i < host->nent; i++)
		if (host->entries[i].function == leaf)
			return &host->entries[i];
	return NULL;
}

static size_t
kvm_cpuid_bytes(uint32_t entries)
{
	return sizeof(struct kvm_cpuid2) +
	    entries * sizeof(struct kvm_cpuid_entry2);
}

static void
kvm_model_row(const struct cpuid_row *row, const struct kvm_cpuid2 *host,
    struct kvm_cpuid_entry2 *e)
{
	const struct kvm_cpuid_entry2 *h = kvm_cpuid_find(host, row->leaf);

	*e = (struct kvm_cpuid_entry2){ .function = row->leaf,
		.index = row->index, .eax = row->eax, .ebx = row->ebx,
		.ecx = row->ecx, .edx = row->edx };
	if (row->leaf == 4)
		e->flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
	if (row->masked) { /* "under a hypervisor" is no host's feature */
		e->ecx &= h != NULL ? h->ecx | MODEL_1_ECX : 0;
		e->edx &= h != NULL ? h->edx : 0;
	}
	if (row->leaf == 0 && h != NULL) {
		e->ebx = h->ebx;
		e->ecx = h->ecx;
		e->edx = h->edx;
	}
}

/* Both words of AMD's feature leaf repeat leaf 1's on AMD. */
#define MODEL_AMD_REPEATS 0x0183F3FFu

static void
kvm_model(struct kvm_vm *vm, const struct kvm_cpuid2 *host)
{
	const struct kvm_cpuid_entry2 *zero = kvm_cpuid_find(host, 0);
	bool amd = zero != NULL && zero->ebx != 0x756E6547; /* "Genu" */
	enum cpuid_vendor mine = amd ? VENDOR_AMD : VENDOR_INTEL;
	uint32_t features = 0;

	for (size_t i = 0; i < LENGTH(cpuid_rows); i++) {
		const struct cpuid_row *row = &cpuid_rows[i];
		struct kvm_cpuid_entry2 *e =
		    &vm->cpuid->entries[vm->cpuid->nent];

		if (row->vendor != VENDOR_ANY && row->vendor != mine)
			continue;
		kvm_model_row(row, host, e);
		if (row->leaf == 1)
			features = e->edx;
		if (row->leaf == 0x80000001 && amd)
			e->edx |= features & MODEL_AMD_REPEATS;
		vm->cpuid->nent++;
	}
	vm->model = checksum_add(CHECKSUM_START, vm->cpuid,
	    kvm_cpuid_bytes(vm->cpuid->nent));
}

static int
kvm_model_init(struct kvm_vm *vm, int kvm)
{
	struct kvm_cpuid2 *host = calloc(1, kvm_cpuid_bytes(HOST_CPUID_MAX));
	int rc = -1;

	vm->cpuid = calloc(1, kvm_cpuid_bytes(LENGTH(cpuid_rows)));
	if (host != NULL && vm->cpuid != NULL) {
		host->nent = HOST_CPUID_MAX;
		rc = ioctl(kvm, KVM_GET_SUPPORTED_CPUID, host);
	}
	if (rc == 0)
		kvm_model(vm, host);
	free(host);
	return rc;
}

/* --- making --- */

int
kvm_open(struct kvm_vm *vm, int kvm)
{
	int size;

	*vm = (struct kvm_vm){ .fd = -1 };
	if (ioctl(kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION ||
	    ioctl(kvm, KVM_CHECK_EXTENSION, KVM_CAP_IMMEDIATE_EXIT) <= 0) {
		errno = ENOTSUP;
		return -1;
	}
	size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (size < (int)sizeof(struct kvm_run) || kvm_model_init(vm, kvm) < 0)
		return -1;
	vm->run_size = (size_t)size;
	vm->fd = ioctl(kvm, KVM_CREATE_VM, 0);
	if (vm->fd < 0)
		return -1;
	/* Only VT-x knows these two; where they are missing nothing is lost. */
	ioctl(vm->fd, KVM_SET_TSS_ADDR, (unsigned long)KVM_TSS_PAGES);
	ioctl(vm->fd, KVM_SET_IDENTITY_MAP_ADDR,
	    &(uint64_t){ KVM_IDENTITY_PAGE });
	return 0;
}

int
kvm_storage(struct kvm_vm *vm, const struct memory *mem)
{
	struct kvm_userspace_memory_region slot = {
		.memory_size = mem->size,
		.userspace_addr = (uintptr_t)mem->base,
	};

	return ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &slot);
}

int
kvm_cpu_open(struct kvm_cpu *cpu, struct kvm_vm *vm, unsigned id)
{
	void *run;

	cpu->fd = ioctl(vm->fd, KVM_CREATE_VCPU, (unsigned long)id);
	if (cpu->fd < 0 || ioctl(cpu->fd, KVM_SET_CPUID2, vm->cpuid) < 0)
		return -1;
	run = mmap(NULL, vm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED,
	    cpu->fd, 0);
	if (run == MAP_FAILED)
		return -1;
	cpu->run = run;
	return 0;
}

void
kvm_opened(struct kvm_vm *vm)
{
	free(vm->cpuid);
	vm->cpuid = NULL;
}

/* --- the time stamp counter --- */

#define MSR_TSC 0x10

struct kvm_one_msr {
	struct kvm_msrs head;
	struct kvm_msr_entry entry;
};

static int
kvm_tsc_get(struct kvm_cpu *cpu, uint64_t *tsc)
{
	struct kvm_one_msr m = { .head.nmsrs = 1, .entry.index = MSR_TSC };

	if (ioctl(cpu->fd, KVM_GET_MSRS, &m) != 1)
		return -1;
	*tsc = m.entry.data;
	return 0;
}

/*
 * Set the guest's TSC.  Writing the MSR is not exact: KVM takes a value near
 * the last one written for an attempt to synchronize processors.  So move
 * the offset; kernels without that attribute get the write.
 */
static int
kvm_tsc_set(struct kvm_cpu *cpu, uint64_t tsc)
{
	struct kvm_one_msr m = { .head.nmsrs = 1,
		.entry = { .index = MSR_TSC, .data = tsc } };
	uint64_t now, offset;
	struct kvm_device_attr attr = { .group = KVM_VCPU_TSC_CTRL,
		.attr = KVM_VCPU_TSC_OFFSET, .addr = (uintptr_t)&offset };

	if (ioctl(cpu->fd, KVM_GET_DEVICE_ATTR, &attr) == 0 &&
	    kvm_tsc_get(cpu, &now) == 0) {
		offset += tsc - now;
		if (ioctl(cpu->fd, KVM_SET_DEVICE_ATTR, &attr) == 0)
			return 0;
	}
	return ioctl(cpu->fd, KVM_SET_MSRS, &m) == 1 ? 0 : -1;
}

/* --- state --- */

/* The model-specific registers that are the guest's, and their reset values. */
static const struct kvm_msr_entry msr_rows[] = {
	{ .index = 0x00000174 },			  /* SYSENTER_CS */
	{ .index = 0x00000175 },			  /* SYSENTER_ESP */
	{ .index = 0x00000176 },			  /* SYSENTER_EIP */
	{ .index = 0x00000277, .data = 0x0007040600070406 }, /* PAT */
	{ .index = 0xC0000081 },			  /* STAR */
	{ .index = 0xC0000082 },			  /* LSTAR */
	{ .index = 0xC0000083 },			  /* CSTAR */
	{ .index = 0xC0000084 },			  /* SFMASK */
	{ .index = 0xC0000102 },			  /* KERNEL_GS_BASE */
};

struct kvm_msr_block {
	struct kvm_msrs head;
	struct kvm_msr_entry entry[LENGTH(msr_rows)];
};

struct kvm_cpu_state {
	uint64_t tsc;
	struct kvm_regs regs;
	struct kvm_sregs sregs;
	struct kvm_fpu fpu;
	struct kvm_debugregs debug;
	struct kvm_vcpu_events events;
	struct kvm_msr_block msrs;
};

_Static_assert(sizeof(struct kvm_cpu_state) <= KVM_STATE_MAX, "state fits");

static int
kvm_state_put(struct kvm_cpu *cpu, struct kvm_cpu_state *s)
{
	if (ioctl(cpu->fd, KVM_SET_SREGS, &s->sregs) < 0 ||
	    ioctl(cpu->fd, KVM_SET_REGS, &s->regs) < 0 ||
	    ioctl(cpu->fd, KVM_SET_FPU, &s->fpu) < 0 ||
	    ioctl(cpu->fd, KVM_SET_DEBUGREGS, &s->debug) < 0 ||
	    ioctl(cpu->fd, KVM_SET_MSRS, &s->msrs) != LENGTH(msr_rows) ||
	    kvm_tsc_set(cpu, s->tsc) < 0 ||
	    ioctl(cpu->fd, KVM_SET_VCPU_EVENTS, &s->events) < 0)
		return -1;
	/* What the last exit said of interrupts is no longer so. */
	cpu->run->if_flag = 0;
	cpu->run->ready_for_interrupt_injection = 0;
	cpu->run->cr8 = s->sregs.cr8;
	return 0;
}

static struct kvm_segment
kvm_segment(uint16_t selector, uint8_t type, uint32_t limit)
{
	bool table = selector == 0;

	return (struct kvm_segment){ .selector = selector, .type = type,
		.limit = limit, .present = 1, .s = !table, .db = !table,
		.g = !table };
}

#define SEGMENT_CODE 0xB /* execute, read, accessed */
#define SEGMENT_DATA 0x3 /* read, write, accessed */
#define SEGMENT_TSS 0xB	 /* busy 32-bit TSS, as VT-x demands */
#define SEGMENT_LDT 0x2

static void
kvm_start_sregs(struct kvm_sregs *s)
{
	struct kvm_segment data = kvm_segment(0x10, SEGMENT_DATA, ~0u);

	*s = (struct kvm_sregs){
		.cs = kvm_segment(0x08, SEGMENT_CODE, ~0u),
		.ds = data, .es = data, .fs = data, .gs = data, .ss = data,
		.tr = kvm_segment(0, SEGMENT_TSS, 0xFFFF),
		.ldt = kvm_segment(0, SEGMENT_LDT, 0),
		.cr0 = 0x11, /* protected mode, 387 */
		/* The first processor, its local APIC off: KVM shows the
		 * feature in CPUID as this has it. */
		.apic_base = 0xFEE00100,
	};
}

int
kvm_cpu_reset(struct kvm_cpu *cpu, uint32_t entry, uint32_t ebx)
{
	struct kvm_cpu_state s = {
		.regs = { .rip = entry, .rbx = ebx, .rflags = 2 },
		.fpu = { .fcw = 0x37F, .mxcsr = 0x1F80 },
		.debug = { .dr6 = 0xFFFF0FF0, .dr7 = 0x400 },
		.events.flags = KVM_VCPUEVENT_VALID_NMI_PENDING |
		    KVM_VCPUEVENT_VALID_SHADOW,
		.msrs.head.nmsrs = LENGTH(msr_rows),
	};

	kvm_start_sregs(&s.sregs);
	memcpy(s.msrs.entry, msr_rows, sizeof msr_rows);
	return kvm_state_put(cpu, &s);
}

size_t
kvm_cpu_save(struct kvm_cpu *cpu, void *bytes)
{
	struct kvm_cpu_state s = { .msrs.head.nmsrs = LENGTH(msr_rows) };

	memcpy(s.msrs.entry, msr_rows, sizeof msr_rows);
	if (ioctl(cpu->fd, KVM_GET_SREGS, &s.sregs) < 0 ||
	    ioctl(cpu->fd, KVM_GET_REGS, &s.regs) < 0 ||
	    ioctl(cpu->fd, KVM_GET_FPU, &s.fpu) < 0 ||
	    ioctl(cpu->fd, KVM_GET_DEBUGREGS, &s.debug) < 0 ||
	    ioctl(cpu->fd, KVM_GET_MSRS, &s.msrs) != LENGTH(msr_rows) ||
	    ioctl(cpu->fd, KVM_GET_VCPU_EVENTS, &s.events) < 0 ||
	    kvm_tsc_get(cpu, &s.tsc) < 0)
		return 0;
	memcpy(bytes, &s, sizeof s);
	return sizeof s;
}

/* The bytes may come from anywhere: which registers they name is ours to
 * say, what values these may have is KVM's to check. */
static bool
kvm_state_known(const struct kvm_cpu_state *s)
{
	if (s->msrs.head.nmsrs != LENGTH(msr_rows))
		return false;
	for (size_t i = 0; i < LENGTH(msr_rows); i++)
		if (s->msrs.entry[i].index != msr_rows[i].index)
			return false;
	return true;
}

int
kvm_cpu_load(struct kvm_cpu *cpu, const void *bytes, size_t len)
{
	struct kvm_cpu_state s;

	if (len != sizeof s) {
		errno = EINVAL;
		return -1;
	}
	memcpy(&s, bytes, sizeof s);
	if (!kvm_state_known(&s)) {
		errno = EINVAL;
		return -1;
	}
	return kvm_state_put(cpu, &s);
}

/* --- running --- */

void
kvm_kick(struct kvm_cpu *cpu)
{
	__atomic_store_n(&cpu->run->immediate_exit, 1, __ATOMIC_SEQ_CST);
}

void
kvm_unkick(struct kvm_cpu *cpu)
{
	__atomic_store_n(&cpu->run->immediate_exit, 0, __ATOMIC_SEQ_CST);
}

bool
kvm_enabled(const struct kvm_cpu *cpu)
{
	return cpu->run->if_flag;
}

bool
kvm_can_interrupt(const struct kvm_cpu *cpu)
{
	return cpu->run->if_flag && cpu->run->ready_for_interrupt_injection;
}

int
kvm_interrupt(struct kvm_cpu *cpu, unsigned vector)
{
	struct kvm_interrupt irq = { .irq = vector };

	if (ioctl(cpu->fd, KVM_INTERRUPT, &irq) < 0)
		return -1;
	cpu->run->ready_for_interrupt_injection = 0;
	return 0;
}

/*
 * The fault belongs to the OUT, which KVM completes at the next KVM_RUN: so
 * complete it, then go back.  A kick is left behind, which the caller's next
 * run answers with KVM_EXITED_ASKED.
 */
int
kvm_protection(struct kvm_cpu *cpu)
{
	struct kvm_vcpu_events ev;
	struct kvm_regs at;
	struct kvm_exit ex;

	if (ioctl(cpu->fd, KVM_GET_REGS, &at) < 0)
		return -1;
	kvm_kick(cpu);
	if (kvm_cpu_run(cpu, false, &ex) != KVM_EXITED_ASKED ||
	    ioctl(cpu->fd, KVM_SET_REGS, &at) < 0 ||
	    ioctl(cpu->fd, KVM_GET_VCPU_EVENTS, &ev) < 0)
		return -1;
	ev.exception.injected = 1;
	ev.exception.nr = 13;
	ev.exception.has_error_code = 1;
	ev.exception.error_code = 0;
	cpu->run->ready_for_interrupt_injection = 0;
	return ioctl(cpu->fd, KVM_SET_VCPU_EVENTS, &ev);
}

static enum kvm_exit_kind
kvm_failed(struct kvm_exit *ex, uint64_t detail)
{
	ex->detail = detail;
	return KVM_EXITED_FAILED;
}

static enum kvm_exit_kind
kvm_port(struct kvm_run *run, struct kvm_exit *ex)
{
	ex->port = run->io.port;
	ex->size = run->io.size;
	ex->in = run->io.direction == KVM_EXIT_IO_IN;
	ex->count = run->io.count;
	ex->data = (uint8_t *)run + run->io.data_offset;
	return KVM_EXITED_PORT;
}

static enum kvm_exit_kind
kvm_mmio(struct kvm_run *run, struct kvm_exit *ex)
{
	ex->in = !run->mmio.is_write;
	ex->size = run->mmio.len <= sizeof run->mmio.data ?
	    (uint8_t)run->mmio.len : sizeof run->mmio.data;
	ex->data = run->mmio.data;
	return KVM_EXITED_MMIO;
}

/* libc's ioctl takes variable arguments and stores errno: at every exit that
 * would be a tenth of what DIAGNOSE 0 may cost beyond the exit itself. */
static inline long
kvm_run_call(int fd)
{
	long rc;

	__asm__ volatile("syscall"
	    : "=a"(rc)
	    : "0"((long)SYS_ioctl), "D"((long)fd), "S"((long)KVM_RUN), "d"(0l)
	    : "rcx", "r11", "memory");
	return rc;
}

enum kvm_exit_kind
kvm_cpu_run(struct kvm_cpu *cpu, bool window, struct kvm_exit *ex)
{
	struct kvm_run *run = cpu->run;
	long rc;

	run->request_interrupt_window = window;
	rc = kvm_run_call(cpu->fd);
	if (rc == -EINTR)
		return KVM_EXITED_ASKED;
	if (rc < 0)
		return kvm_failed(ex, (uint64_t)-rc);
	if (run->exit_reason == KVM_EXIT_IO) /* what there is most of */
		return kvm_port(run, ex);
	switch (run->exit_reason) {
	case KVM_EXIT_MMIO:
		return kvm_mmio(run, ex);
	case KVM_EXIT_HLT:
		return KVM_EXITED_HALT;
	case KVM_EXIT_IRQ_WINDOW_OPEN:
		return KVM_EXITED_WINDOW;
	case KVM_EXIT_INTR:
		return KVM_EXITED_ASKED;
	case KVM_EXIT_SHUTDOWN:
		return KVM_EXITED_SHUTDOWN;
	default:
		return kvm_failed(ex, run->exit_reason);
	}
}

/* --- registers one by one --- */

static void
kvm_registers_from(uint64_t reg[VMREG_COUNT], const struct kvm_regs *r,
    const struct kvm_sregs *s)
{
	const uint64_t all[VMREG_COUNT] = {
		[VMREG_RAX] = r->rax, [VMREG_RBX] = r->rbx,
		[VMREG_RCX] = r->rcx, [VMREG_RDX] = r->rdx,
		[VMREG_RSI] = r->rsi, [VMREG_RDI] = r->rdi,
		[VMREG_RBP] = r->rbp, [VMREG_RSP] = r->rsp,
		[VMREG_R8] = r->r8, [VMREG_R9] = r->r9,
		[VMREG_R10] = r->r10, [VMREG_R11] = r->r11,
		[VMREG_R12] = r->r12, [VMREG_R13] = r->r13,
		[VMREG_R14] = r->r14, [VMREG_R15] = r->r15,
		[VMREG_RIP] = r->rip, [VMREG_RFLAGS] = r->rflags,
		[VMREG_CR0] = s->cr0, [VMREG_CR2] = s->cr2,
		[VMREG_CR3] = s->cr3, [VMREG_CR4] = s->cr4,
		[VMREG_EFER] = s->efer,
		[VMREG_CS] = s->cs.selector, [VMREG_SS] = s->ss.selector,
		[VMREG_DS] = s->ds.selector, [VMREG_ES] = s->es.selector,
		[VMREG_FS] = s->fs.selector, [VMREG_GS] = s->gs.selector,
		[VMREG_GDTR] = s->gdt.base, [VMREG_IDTR] = s->idt.base,
		[VMREG_TR] = s->tr.base,
	};

	memcpy(reg, all, sizeof all);
}

int
kvm_get_registers(struct kvm_cpu *cpu, uint64_t reg[VMREG_COUNT])
{
	struct kvm_regs regs;
	struct kvm_sregs sregs;

	if (ioctl(cpu->fd, KVM_GET_REGS, &regs) < 0 ||
	    ioctl(cpu->fd, KVM_GET_SREGS, &sregs) < 0)
		return -1;
	kvm_registers_from(reg, &regs, &sregs);
	return 0;
}

/* Where the general registers lie in KVM's structure. */
#define GENERAL(name, member) \
	[VMREG_##name] = offsetof(struct kvm_regs, member)

static const size_t general_registers[] = {
	GENERAL(RAX, rax), GENERAL(RBX, rbx), GENERAL(RCX, rcx),
	GENERAL(RDX, rdx), GENERAL(RSI, rsi), GENERAL(RDI, rdi),
	GENERAL(RBP, rbp), GENERAL(RSP, rsp), GENERAL(R8, r8),
	GENERAL(R9, r9), GENERAL(R10, r10), GENERAL(R11, r11),
	GENERAL(R12, r12), GENERAL(R13, r13), GENERAL(R14, r14),
	GENERAL(R15, r15), GENERAL(RIP, rip), GENERAL(RFLAGS, rflags),
};

#define RFLAGS_FIXED 0x2u
#define RFLAGS_STORABLE 0x3F7FD5ull /* all but reserved bits and 1 */

int
kvm_set_register(struct kvm_cpu *cpu, enum vm_register which, uint64_t value)
{
	struct kvm_regs regs;

	if ((size_t)which >= LENGTH(general_registers)) {
		errno = EINVAL;
		return -1;
	}
	if (which == VMREG_RFLAGS)
		value = (value & RFLAGS_STORABLE) | RFLAGS_FIXED;
	if (ioctl(cpu->fd, KVM_GET_REGS, &regs) < 0)
		return -1;
	memcpy((char *)&regs + general_registers[which], &value, sizeof value);
	if (ioctl(cpu->fd, KVM_SET_REGS, &regs) < 0)
		return -1;
	/* IF may have changed: let KVM say so. */
	cpu->run->if_flag = (regs.rflags & 0x200) != 0;
	cpu->run->ready_for_interrupt_injection = 0;
	return 0;
}
