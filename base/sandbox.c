/* SPDX-License-Identifier: MIT
 *
 * sandbox.c - privileges shed, system calls listed.
 */
#include "sandbox.h"

#include <errno.h>
#include <grp.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

int
sandbox_shed(unsigned id)
{
	const struct rlimit no_core = { 0, 0 };

	if (id != 0 && geteuid() == 0) {
		if (setgroups(0, NULL) < 0 || setresgid(id, id, id) < 0 ||
		    setresuid(id, id, id) < 0)
			return -1;
	}
	if (setrlimit(RLIMIT_CORE, &no_core) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return -1;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int
sandbox_enter(const struct sandbox_rule *rules, size_t n)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc = 0;

	if (ctx == NULL) {
		errno = ENOMEM;
		return -1;
	}
	/* A tree of comparisons: the kernel looks through the filter for each
	 * call there is when it is loaded.  Failing, it takes longer. */
	seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (size_t i = 0; i < n && rc == 0; i++) {
		const struct sandbox_rule *r = &rules[i];
		struct scmp_arg_cmp cmp = { .arg = r->arg, .op = SCMP_CMP_EQ,
			.datum_a = r->value };

		rc = seccomp_rule_add_array(ctx, r->refuse != 0 ?
		    SCMP_ACT_ERRNO((uint16_t)r->refuse) : SCMP_ACT_ALLOW,
		    r->nr, r->arg_set, r->arg_set ? &cmp : NULL);
	}
	if (rc == 0)
		rc = seccomp_load(ctx);
	seccomp_release(ctx);
	if (rc == 0)
		return 0;
	errno = -rc;
	return -1;
}
