/* SPDX-License-Identifier: MIT
 *
 * sandbox.h - give up what a program does not need, before untrusted bytes.
 *
 * A program lists the system calls it lives by in a table, each with the
 * reason, and those that fail; everything else kills the process.
 */
#ifndef VM370_BASE_SANDBOX_H
#define VM370_BASE_SANDBOX_H

#include <stddef.h>
#include <stdint.h>

struct sandbox_rule {
	int nr;		    /* SCMP_SYS(name) */
	const char *reason; /* why it is allowed; for the reader */
	/* When arg_set is 1, argument arg (0 to 5) must equal value. */
	unsigned arg_set;
	unsigned arg;
	uint64_t value;
	int refuse; /* not 0: the call fails with this errno */
};

/* SANDBOX(read, "the channel"), SANDBOX_ARG(ioctl, 1, KVM_RUN, "the guest") */
#define SANDBOX(call, why) { .nr = SCMP_SYS(call), .reason = (why) }
#define SANDBOX_ARG(call, index, number, why)                          \
	{ .nr = SCMP_SYS(call), .reason = (why), .arg_set = 1,          \
	  .arg = (index), .value = (uint64_t)(number) }
/* What a library asks for and can do without. */
#define SANDBOX_REFUSE(call, error, why)                               \
	{ .nr = SCMP_SYS(call), .reason = (why), .refuse = (error) }

/*
 * Shed what needs no filter, in this order: when the caller is root, the
 * supplementary groups and then uid and gid to `id` (0: keep); core dumps and
 * ptrace (PR_SET_DUMPABLE 0); no_new_privs.  -1 with errno.
 */
int sandbox_shed(unsigned id);

/* Load the filter.  A call outside it kills the process (SIGSYS).  -1 with
 * errno; the program must then end. */
int sandbox_enter(const struct sandbox_rule *rules, size_t n);

#endif
