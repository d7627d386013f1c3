/* SPDX-License-Identifier: MIT
 *
 * front_rig.h - what the tests of vm370 disk and vm370 spool share: a folder
 * with vm370 in it, shell commands, and a stand-in for vmcp that holds the
 * lock of a home directory.  The test is also installed as vmlab, which runs
 * vm370 "inside": beside the same stand-in.
 */
#ifndef VM370_TESTS_FRONT_RIG_H
#define VM370_TESTS_FRONT_RIG_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char root[64], out[65536];
static pid_t cp_pid;

/* One connection of vm370's, to its end. */
typedef void rig_serve(void *arg, int fd);

/* It holds the lock that says that a system runs. */
static pid_t
rig_start(const char *home, const char *engine, rig_serve *serve, void *arg)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), lock;
	char path[512];
	FILE *f;
	pid_t pid;

	snprintf(path, sizeof path, "%s/run/lock", home);
	lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(flock(lock, LOCK_EX | LOCK_NB), 0);
	snprintf(path, sizeof path, "%s/run/engine", home);
	f = fopen(path, "w");
	fprintf(f, "engine=%s\npid=%d\nport=1\n", engine, (int)getpid());
	fclose(f);
	snprintf(sun.sun_path, sizeof sun.sun_path, "%.90s/run/cp.sock",
	    home);
	unlink(sun.sun_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof sun), 0);
	assert_int_equal(listen(fd, 5), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			serve(arg, accept(fd, NULL, NULL));
	}
	close(fd);
	close(lock);
	return pid;
}

/* vmlab exec --home HOME -- vm370 --home X --run Y WORD...: vm370 where the
 * stand-in is. */
static int
rig_vmlab(int argc, char *argv[])
{
	char self[512] = "", front[640], home[600], run[620];
	char *args[64] = { front, (char[]){ "--home" }, home,
		(char[]){ "--run" }, run };
	int n = 5, at = 0;

	if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
		return 99;
	snprintf(home, sizeof home, "%s", argv[3]);
	snprintf(run, sizeof run, "%s/run", home);
	snprintf(front, sizeof front, "%s/../bin/vm370", home);
	while (at < argc && strcmp(argv[at], "--run") != 0)
		at++;
	for (int i = at + 2; i < argc; i++)
		args[n++] = argv[i];
	execv(front, args);
	return 98;
}

/* --- the rig --- */

static int shell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A shell command's exit code, and what it says in out; in the root, where
 * $D is vm370 disk, $S vm370 spool. */
static int
shell(const char *fmt, ...)
{
	char command[4096];
	va_list ap;
	size_t n;
	FILE *f;
	int status;

	n = (size_t)snprintf(command, sizeof command, "cd %s; "
	    "V='bin/vm370 --home %s/home'; D=\"$V disk\"; S=\"$V spool\"; "
	    "exec 2>&1; ", root, root);
	va_start(ap, fmt);
	vsnprintf(command + n, sizeof command - n, fmt, ap);
	va_end(ap);
	f = popen(command, "r");
	assert_non_null(f);
	n = fread(out, 1, sizeof out - 1, f);
	out[n] = '\0';
	status = pclose(f);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
expect_rc(int rc, int want, const char *text)
{
	if (rc != want || (text != NULL && strstr(out, text) == NULL))
		fail_msg("exit %d, not %d with \"%s\":\n%s", rc, want,
		    text != NULL ? text : "", out);
}

#define EXPECT(want, text, ...) expect_rc(shell(__VA_ARGS__), want, text)

/* The folder: bin/vm370, this program as libexec/vm370/vmlab, home. */
static int
rig_set_up(const char *user_direct)
{
	char self[512] = "", path[600];

	snprintf(root, sizeof root, "/tmp/unit_front.XXXXXX");
	if (mkdtemp(root) == NULL ||
	    readlink("/proc/self/exe", self, sizeof self - 1) < 0)
		return -1;
	EXPECT(0, NULL, "mkdir -p bin libexec/vm370 home/run home/spool "
	    "home/volumes/VMSYS && cp %s bin/vm370", VM370_PROGRAM);
	snprintf(path, sizeof path, "%s/libexec/vm370/vmlab", root);
	assert_int_equal(symlink(self, path), 0);
	EXPECT(0, NULL, "cat > home/user.direct <<'END'\n%sEND", user_direct);
	return 0;
}

static int
rig_tear_down(void **state)
{
	(void)state;
	if (cp_pid > 0) {
		kill(cp_pid, SIGKILL);
		waitpid(cp_pid, NULL, 0);
		cp_pid = 0;
	}
	return shell("rm -rf %s", root);
}

/* A file in the root. */
static void
text_file(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", root, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

#endif
