/* SPDX-License-Identifier: MIT
 *
 * probe.c - which engine is there?  Runs a few instructions, believes no name.
 *
 * `vmprobe [--kvm PATH]` prints one line and exits with
 *   0 hardware   guests run on the processor
 *   1 denied     the device is there, but not for this user
 *   2 unusable   a KVM that cannot do what our guests need
 *   3 none       no KVM
 *
 * The guest is a page or two in long mode: IRETQ to ring 3, INT back, an OUT,
 * then a counting loop that is timed.  A KVM that only emulates fails the
 * IRETQ, or is fifty times too slow in the loop.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum probe_verdict { PROBE_HARDWARE, PROBE_DENIED, PROBE_UNUSABLE, PROBE_NONE };

/* The guest's storage: one page each, identity mapped by one 2 MiB entry. */
#define PROBE_SIZE 0x10000
#define PROBE_PML4 0x1000
#define PROBE_PDPT 0x2000
#define PROBE_PD 0x3000
#define PROBE_GDT 0x4000
#define PROBE_IDT 0x5000
#define PROBE_TSS 0x6000
#define PROBE_CODE 0x7000
#define PROBE_STACK0 0x9000
#define PROBE_STACK3 0xA000

#define PROBE_CS0 0x08
#define PROBE_SS0 0x10
#define PROBE_CS3 0x1B
#define PROBE_SS3 0x23
#define PROBE_TR 0x28
#define PROBE_VECTOR 0x40

#define PROBE_PORT_RING3 0x10 /* said by INT's handler: ring 3 was reached */
#define PROBE_PORT_LOOP 0x11  /* said after each turn of the timed loop */

#define PROBE_LOOP 400000	  /* turns; 2 instructions each */
#define PROBE_TRIES 5		  /* the best counts: others may be running */
#define PROBE_MIPS_MIN 50
#define PROBE_LIMIT_S 5		  /* for all of it */

#define PROBE_STR2(x) #x
#define PROBE_STR(x) PROBE_STR2(x)

/* Ring 0 starts here with RSP set; ring 3 raises INT; the handler reports. */
__asm__(
    ".pushsection .rodata\n"
    "probe_code:\n"
    "	pushq $" PROBE_STR(PROBE_SS3) "\n"
    "	pushq $" PROBE_STR(PROBE_STACK3) "\n"
    "	pushq $2\n"
    "	pushq $" PROBE_STR(PROBE_CS3) "\n"
    "	pushq $" PROBE_STR(PROBE_CODE) " + probe_ring3 - probe_code\n"
    "	iretq\n"
    "probe_ring3:\n"
    "	int $" PROBE_STR(PROBE_VECTOR) "\n"
    "probe_handler:\n"
    "	mov 8(%rsp), %eax\n" /* the CS it came from */
    "	out %eax, $" PROBE_STR(PROBE_PORT_RING3) "\n"
    "1:	mov $" PROBE_STR(PROBE_LOOP) ", %ecx\n"
    "2:	dec %ecx\n"
    "	jnz 2b\n"
    "	out %eax, $" PROBE_STR(PROBE_PORT_LOOP) "\n"
    "	jmp 1b\n"
    "probe_handler_at: .quad probe_handler - probe_code\n"
    "probe_code_end:\n"
    ".popsection\n");
extern const uint8_t probe_code[], probe_code_end[];
extern const uint64_t probe_handler_at;

struct probe {
	int kvm, vm, vcpu;
	struct kvm_run *run;
	uint8_t *mem;
	char why[160];
};

static void
probe_put(struct probe *p, uint32_t at, uint64_t value)
{
	memcpy(p->mem + at, &value, sizeof value);
}

/* Tables of long mode: everything below 2 MiB, for ring 3 too. */
static void
probe_tables(struct probe *p)
{
	static const uint64_t gdt[] = { 0, 0x00AF9B000000FFFF,
		0x00CF93000000FFFF, 0x00AFFB000000FFFF, 0x00CFF3000000FFFF,
		0x00008B0000000067 | (uint64_t)PROBE_TSS << 16, 0 };
	uint64_t handler = PROBE_CODE + probe_handler_at;

	probe_put(p, PROBE_PML4, PROBE_PDPT | 7);
	probe_put(p, PROBE_PDPT, PROBE_PD | 7);
	probe_put(p, PROBE_PD, 0x87);
	memcpy(p->mem + PROBE_GDT, gdt, sizeof gdt);
	/* A 64-bit interrupt gate that ring 3 may call. */
	probe_put(p, PROBE_IDT + 16 * PROBE_VECTOR, (handler & 0xFFFF) |
	    PROBE_CS0 << 16 | 0xEE00ULL << 32);
	probe_put(p, PROBE_TSS + 4, PROBE_STACK0);
	memcpy(p->mem + PROBE_CODE, probe_code,
	    (size_t)(probe_code_end - probe_code));
}

static struct kvm_segment
probe_segment(uint16_t selector, uint8_t type)
{
	int code = (type & 8) != 0;

	return (struct kvm_segment){ .limit = 0xFFFFFFFF,
		.selector = selector, .type = type, .present = 1, .s = 1,
		.l = code, .db = !code, .g = 1 };
}

static int
probe_registers(struct probe *p)
{
	struct kvm_regs regs = { .rip = PROBE_CODE, .rsp = PROBE_STACK0,
		.rflags = 2 };
	struct kvm_sregs s;

	if (ioctl(p->vcpu, KVM_GET_SREGS, &s) < 0)
		return -1;
	s.cs = probe_segment(PROBE_CS0, 11);
	s.ss = s.ds = s.es = s.fs = s.gs = probe_segment(PROBE_SS0, 3);
	s.tr = (struct kvm_segment){ .base = PROBE_TSS, .limit = 0x67,
		.selector = PROBE_TR, .type = 11, .present = 1 };
	s.gdt = (struct kvm_dtable){ .base = PROBE_GDT, .limit = 55 };
	s.idt = (struct kvm_dtable){ .base = PROBE_IDT, .limit = 0xFFF };
	s.cr3 = PROBE_PML4;
	s.cr4 = 0x20;	    /* PAE */
	s.cr0 = 0x80000011; /* PG, ET, PE */
	s.efer = 0x500;	    /* LMA, LME */
	if (ioctl(p->vcpu, KVM_SET_SREGS, &s) < 0)
		return -1;
	return ioctl(p->vcpu, KVM_SET_REGS, &regs);
}

static int
probe_make(struct probe *p)
{
	struct kvm_userspace_memory_region slot = {
		.memory_size = PROBE_SIZE };
	int size;

	p->vm = ioctl(p->kvm, KVM_CREATE_VM, 0);
	if (p->vm < 0)
		return -1;
	p->mem = mmap(NULL, PROBE_SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p->mem == MAP_FAILED)
		return -1;
	slot.userspace_addr = (uintptr_t)p->mem;
	if (ioctl(p->vm, KVM_SET_USER_MEMORY_REGION, &slot) < 0)
		return -1;
	p->vcpu = ioctl(p->vm, KVM_CREATE_VCPU, 0);
	size = ioctl(p->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (p->vcpu < 0 || size < (int)sizeof *p->run)
		return -1;
	p->run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED,
	    p->vcpu, 0);
	if (p->run == MAP_FAILED)
		return -1;
	probe_tables(p);
	return probe_registers(p);
}

/* Run to the next OUT; it must be to `port`.  -1: `why`. */
static int
probe_run(struct probe *p, uint16_t port)
{
	const struct kvm_run *run = p->run;

	if (ioctl(p->vcpu, KVM_RUN, 0) < 0)
		snprintf(p->why, sizeof p->why, errno == EINTR ?
		    "it does not come to an end" : "KVM_RUN: %s",
		    strerror(errno));
	else if (run->exit_reason != KVM_EXIT_IO)
		snprintf(p->why, sizeof p->why, "it cannot run a long mode "
		    "guest with rings 0 and 3 (exit %u)", run->exit_reason);
	else if (run->io.port != port)
		snprintf(p->why, sizeof p->why, "a guest went astray");
	else
		return 0;
	return -1;
}

static double
probe_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Millions of guest instructions a second, or -1: `why`. */
static double
probe_speed(struct probe *p)
{
	double best = 0;

	for (int i = 0; i < PROBE_TRIES; i++) {
		double t = probe_now();

		if (probe_run(p, PROBE_PORT_LOOP) < 0)
			return -1;
		t = probe_now() - t;
		if (t > 0 && 2 * PROBE_LOOP / t > best)
			best = 2 * PROBE_LOOP / t;
	}
	return best / 1e6;
}

static enum probe_verdict
probe_guest(struct probe *p)
{
	uint32_t cs;
	double mips;

	if (ioctl(p->kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION) {
		snprintf(p->why, sizeof p->why, "it is no KVM");
		return PROBE_UNUSABLE;
	}
	if (probe_make(p) < 0) {
		snprintf(p->why, sizeof p->why, "no virtual machine can be "
		    "made: %s", strerror(errno));
		return PROBE_UNUSABLE;
	}
	if (probe_run(p, PROBE_PORT_RING3) < 0)
		return PROBE_UNUSABLE;
	memcpy(&cs, (uint8_t *)p->run + p->run->io.data_offset, sizeof cs);
	if (cs != PROBE_CS3) {
		snprintf(p->why, sizeof p->why, "ring 3 was not reached");
		return PROBE_UNUSABLE;
	}
	mips = probe_speed(p);
	if (mips < 0)
		return PROBE_UNUSABLE;
	snprintf(p->why, sizeof p->why, "%.0f million instructions a second",
	    mips);
	return mips < PROBE_MIPS_MIN ? PROBE_UNUSABLE : PROBE_HARDWARE;
}

static void
probe_on_alarm(int sig)
{
	(void)sig; /* KVM_RUN returns EINTR */
}

/* No guest may keep us: one signal, then another every 100 ms. */
static void
probe_limit(void)
{
	struct sigaction action = { .sa_handler = probe_on_alarm };
	struct itimerval t = { .it_value.tv_sec = PROBE_LIMIT_S,
		.it_interval.tv_usec = 100000 };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &t, NULL);
}

static enum probe_verdict
probe_open_failed(struct probe *p, const char *path, int error)
{
	struct passwd *pw;

	if (error == EACCES || error == EPERM) {
		pw = getpwuid(getuid());
		snprintf(p->why, sizeof p->why, "add yourself to group kvm: "
		    "sudo adduser %s kvm, then log in again",
		    pw == NULL ? "YOU" : pw->pw_name);
		return PROBE_DENIED;
	}
	snprintf(p->why, sizeof p->why, "%s: %s", path, strerror(error));
	return PROBE_NONE;
}

static enum probe_verdict
probe(struct probe *p, const char *path)
{
	p->kvm = open(path, O_RDWR | O_CLOEXEC);
	if (p->kvm < 0)
		return probe_open_failed(p, path, errno);
	probe_limit();
	return probe_guest(p);
}

int
main(int argc, char *argv[])
{
	static const char *const names[] = { [PROBE_HARDWARE] = "hardware",
		[PROBE_DENIED] = "denied", [PROBE_UNUSABLE] = "unusable",
		[PROBE_NONE] = "none" };
	struct probe p = { .kvm = -1 };
	enum probe_verdict v;

	if (argc != 1 && (argc != 3 || strcmp(argv[1], "--kvm") != 0)) {
		fprintf(stderr, "usage: vmprobe [--kvm PATH]\n");
		return PROBE_NONE;
	}
	v = probe(&p, argc == 3 ? argv[2] : "/dev/kvm");
	printf("%s %s\n", names[v], p.why);
	return v;
}
