/* SPDX-License-Identifier: MIT
 *
 * rigfault.h - a host whose disks fail: the rig sees every preadv, pwritev and
 * fdatasync of its vmguest before the kernel does, and lets it through, answers
 * it with an error, or holds it.  By a seccomp filter that the vmguest is
 * started under.
 */
#ifndef VM370_TESTS_RIGFAULT_H
#define VM370_TESTS_RIGFAULT_H

#include <stdbool.h>
#include <stdint.h>

#define RIGFAULT_OPS 3 /* R, W, F */
#define RIGFAULT_CALLS 1024

/* What happens to one call of a kind, once. */
struct rigfault_plan {
	bool armed;
	unsigned skip; /* so many are let through first */
	int error;     /* 0: hold it */
	int hold_ms;   /* 0: until rigfault_go() */
};

struct rigfault {
	bool on;
	int pair[2];  /* the listener comes through it */
	int listener; /* -1: none */
	struct rigfault_plan plan[RIGFAULT_OPS];
	bool holding;
	uint64_t held; /* its id */
	uint64_t due;  /* CLOCK_MONOTONIC ms, 0: never */
	/* What was called: letter and block, a blank between. */
	char calls[RIGFAULT_CALLS];
};

/* Around fork: before it, in the child before exec, in the parent after.
 * -1 with errno. */
int rigfault_before(struct rigfault *f);
int rigfault_child(struct rigfault *f);
int rigfault_parent(struct rigfault *f);
void rigfault_close(struct rigfault *f);

/* "R 5", "W 28 3", "F HOLD 100", "R HOLD 0 2": kind, errno or HOLD and
 * milliseconds, how many to let through. */
void rigfault_plan(struct rigfault *f, const char *text);

/* A call came; its hold is over. */
void rigfault_call(struct rigfault *f);
void rigfault_go(struct rigfault *f);

#endif
