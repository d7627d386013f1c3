/* SPDX-License-Identifier: MIT
 *
 * tls_sandbox.c - a vmtls that has fallen to a stranger: behind the very
 * filter of main.c each thing that he would want to do ends the process.
 */
int vmtls_main(int argc, char **argv);
#define main vmtls_main
#include "main.c"
#undef main

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cmocka.h>

static int pair[2];

static void try_nothing(void) { (void)!write(pair[1], "x", 1); }
static void try_open(void) { syscall(SYS_open, "/etc/passwd", O_RDONLY); }
static void try_openat(void) { openat(AT_FDCWD, "/", O_RDONLY); }
static void try_socket(void) { socket(AF_INET, SOCK_STREAM, 0); }
static void try_pair(void) { socketpair(AF_UNIX, SOCK_STREAM, 0, pair); }
static void try_bind(void) { bind(pair[0], NULL, 0); }
static void try_listen(void) { listen(pair[0], 1); }
static void try_accept(void) { accept(pair[0], NULL, NULL); }
static void try_dup(void) { (void)!dup(pair[0]); }
static void try_fork(void) { syscall(SYS_fork); }
static void try_clone(void) { syscall(SYS_clone, 0, 0, 0, 0, 0); }
static void try_ptrace(void) { ptrace(PTRACE_TRACEME, 0, NULL, NULL); }
static void try_kill(void) { kill(getppid(), 0); }
static void try_setuid(void) { (void)!setuid(0); }
static void try_unlink(void) { unlink("/tmp/none"); }
static void try_rename(void) { rename("/tmp/none", "/tmp/none2"); }
static void try_pread(void) { (void)!pread(pair[0], NULL, 0, 0); }
static void try_pipe(void) { (void)!pipe(pair); }

static void
try_sendmsg(void)
{
	struct msghdr none = { 0 };

	sendmsg(pair[0], &none, 0);
}

static void
try_connect(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = 9 };

	connect(pair[0], (struct sockaddr *)&sin, sizeof sin);
}

static void
try_exec(void)
{
	execl("/bin/true", "true", (char *)NULL);
}

/* Memory that can be executed, from the start or later. */
static void
try_code(void)
{
	mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
	    -1, 0);
}

static void
try_mprotect(void)
{
	static char page[8192] __attribute__((aligned(4096)));

	mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

/* What became of a process that did this behind the filter. */
static int
outcome(void (*try)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		main_sandbox();
		try();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
shut_in(void **state)
{
	static void (*const tries[])(void) = { try_open, try_openat,
		try_socket, try_pair, try_bind, try_listen, try_accept,
		try_connect, try_sendmsg, try_dup, try_fork, try_clone, try_exec,
		try_ptrace, try_kill, try_setuid, try_unlink, try_rename,
		try_pread, try_pipe, try_code, try_mprotect };

	(void)state;
#ifdef VM370_NO_SANDBOX
	skip();
#endif
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(outcome(try_nothing), 0);
	for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
		int status = outcome(tries[i]);

		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("try %zu: status %04x", i, (unsigned)status);
	}
}

/* Nobody else reads its memory, and no core has it. */
static void
memory_kept(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		struct rlimit core;

		if (sandbox_shed(MAIN_UID) < 0 ||
		    getrlimit(RLIMIT_CORE, &core) < 0 || core.rlim_max != 0)
			_exit(1);
		_exit(prctl(PR_GET_DUMPABLE) == 0 &&
		    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shut_in),
		cmocka_unit_test(memory_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
