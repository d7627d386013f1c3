/* SPDX-License-Identifier: MIT
 *
 * sys_process.c - what a program is, and how it ends.  It is alone: there are
 * no other processes, no threads, no users but one, and no signals, so what
 * arranges for signals succeeds and has no effect.
 */
#include "console.h"
#include "cpu.h"
#include "hyper.h"
#include "str.h"
#include "syscall.h"

#define PID 1
#define SIGNAL_MAX 64
#define SIGNAL_BYTES 8

#define ARCH_SET_GS 0x1001
#define ARCH_SET_FS 0x1002
#define ARCH_GET_FS 0x1003
#define ARCH_GET_GS 0x1004

#define RLIMIT_STACK 3
#define RLIMIT_FILES 7
#define RLIMITS 16

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_COMMAND 0x7F

#define RANDOM_MAX 256 /* bytes in one call: more is the caller's loop */

struct sys_utsname {
	char sysname[65], nodename[65], release[65], version[65], machine[65];
	char domain[65];
};

static int64_t
sys_put(struct ask *ask, uint64_t to, const void *from, size_t len)
{
	return space_put(&ask->p->space, to, from, len) == 0 ? 0 : E_FAULT;
}

static int64_t
sys_exit(struct ask *ask)
{
	program_end((int)ask->a[0]);
}

static int64_t
sys_pid(struct ask *ask)
{
	(void)ask;
	return PID;
}

/* A signal to itself, as abort() sends one, is the end. */
static int64_t
process_signal(struct ask *ask, uint64_t pid, uint64_t signal)
{
	if (pid != PID && pid != 0)
		return E_SRCH;
	if (signal > SIGNAL_MAX)
		return E_INVAL;
	if (signal == 0)
		return 0;
	console_line("DMSITP143T %s ENDED BY SIGNAL %lu", ask->p->name,
	    signal);
	program_abort(PROGRAM_ABEND);
}

static int64_t
sys_kill(struct ask *ask)
{
	return process_signal(ask, ask->a[0], ask->a[1]);
}

static int64_t
sys_tgkill(struct ask *ask)
{
	return process_signal(ask, ask->a[1], ask->a[2]);
}

/* Everything is as it was at the start: no handler, no mask. */
static int64_t
sys_sigaction(struct ask *ask)
{
	static const uint64_t none[4];

	if (ask->a[0] == 0 || ask->a[0] > SIGNAL_MAX ||
	    ask->a[3] != SIGNAL_BYTES)
		return E_INVAL;
	return ask->a[2] != 0 ? sys_put(ask, ask->a[2], none, sizeof none) : 0;
}

static int64_t
sys_sigprocmask(struct ask *ask)
{
	static const uint64_t none;

	if (ask->a[3] != SIGNAL_BYTES)
		return E_INVAL;
	return ask->a[2] != 0 ? sys_put(ask, ask->a[2], &none, sizeof none) :
	    0;
}

static int64_t
sys_arch_prctl(struct ask *ask)
{
	struct program *p = ask->p;
	uint64_t base = ask->a[1];

	switch (ask->a[0]) {
	case ARCH_SET_FS:
	case ARCH_SET_GS:
		if (base >= USER_TOP)
			return E_PERM;
		if (ask->a[0] == ARCH_SET_FS)
			cpu_set_fs(p->fs = base);
		else
			cpu_set_gs(p->gs = base);
		return 0;
	case ARCH_GET_FS:
		return sys_put(ask, base, &p->fs, sizeof p->fs);
	case ARCH_GET_GS:
		return sys_put(ask, base, &p->gs, sizeof p->gs);
	default:
		return E_INVAL;
	}
}

static int64_t
process_limit(struct ask *ask, uint64_t which, uint64_t to)
{
	uint64_t limit[2] = { ~0ull, ~0ull };

	if (which >= RLIMITS)
		return E_INVAL;
	if (which == RLIMIT_STACK)
		limit[0] = limit[1] = program_stack_size();
	if (which == RLIMIT_FILES)
		limit[0] = limit[1] = PROGRAM_FILES;
	return to != 0 ? sys_put(ask, to, limit, sizeof limit) : 0;
}

static int64_t
sys_getrlimit(struct ask *ask)
{
	return process_limit(ask, ask->a[0], ask->a[1]);
}

static int64_t
sys_prlimit(struct ask *ask)
{
	if (ask->a[0] != 0 && ask->a[0] != PID)
		return E_SRCH;
	if (ask->a[2] != 0)
		return E_PERM;
	return process_limit(ask, ask->a[1], ask->a[3]);
}

static int64_t
sys_getrandom(struct ask *ask)
{
	uint64_t len = ask->a[1] < RANDOM_MAX ? ask->a[1] : RANDOM_MAX;

	for (uint64_t done = 0; done < len;) {
		uint64_t random = cpu_random();
		size_t n = len - done < 8 ? (size_t)(len - done) : 8;

		if (sys_put(ask, ask->a[0] + done, &random, n) != 0)
			return E_FAULT;
		done += n;
	}
	return (int64_t)len;
}

/* Nobody else could ever change the word that is waited for. */
static int64_t
sys_futex(struct ask *ask)
{
	uint32_t word;

	if (space_get(&ask->p->space, &word, ask->a[0], sizeof word) == -1)
		return E_FAULT;
	switch (ask->a[1] & FUTEX_COMMAND) {
	case FUTEX_WAKE:
		return 0;
	case FUTEX_WAIT:
		return word != (uint32_t)ask->a[2] ? E_AGAIN : E_NOSYS;
	default:
		return E_NOSYS;
	}
}

static int64_t
sys_affinity(struct ask *ask)
{
	static const uint64_t one = 1;

	if (ask->a[1] < sizeof one)
		return E_INVAL;
	return sys_put(ask, ask->a[2], &one, sizeof one) == 0 ?
	    (int64_t)sizeof one : E_FAULT;
}

static int64_t
sys_uname(struct ask *ask)
{
	struct sys_utsname u = {
		.sysname = "CMS",
		.release = "6.1.0-cms", /* the Linux whose calls these are */
		.version = "CMS for x86-64",
		.machine = "x86_64",
	};
	struct diag_id id;

	if (hyper_id(&id) == 0)
		for (int i = 0; i < 8 && id.node[i] != ' '; i++)
			u.nodename[i] = id.node[i];
	return sys_put(ask, ask->a[0], &u, sizeof u);
}

static const struct syscall_row sys_process_rows[] = {
	{ 13, sys_sigaction },
	{ 14, sys_sigprocmask },
	{ 24, sys_ok },	       /* sched_yield */
	{ 39, sys_pid },
	{ 60, sys_exit },
	{ 62, sys_kill },
	{ 63, sys_uname },
	{ 95, sys_ok },	       /* umask */
	{ 97, sys_getrlimit },
	{ 102, sys_ok },       /* getuid, and so on: the one user */
	{ 104, sys_ok },
	{ 107, sys_ok },
	{ 108, sys_ok },
	{ 110, sys_ok },       /* getppid: nobody */
	{ 131, sys_ok },       /* sigaltstack */
	{ 158, sys_arch_prctl },
	{ 186, sys_pid },      /* gettid */
	{ 200, sys_kill },     /* tkill */
	{ 202, sys_futex },
	{ 204, sys_affinity },
	{ 218, sys_pid },      /* set_tid_address */
	{ 231, sys_exit },
	{ 234, sys_tgkill },
	{ 273, sys_ok },       /* set_robust_list */
	{ 302, sys_prlimit },
	{ 318, sys_getrandom },
};

SYSCALL_TABLE(sys_process_calls, sys_process_rows);
