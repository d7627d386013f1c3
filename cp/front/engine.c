/* SPDX-License-Identifier: MIT
 *
 * engine.c - ask vmprobe, and step into the lab.
 */
#include "engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "home.h"

/* Where the lab has what its host calls the home directory (vtx/lab). */
#define ENGINE_LAB_HOME "/vm370/home"
#define ENGINE_LAB_RUN "/run/vm370"

#define ENGINE_ARGS_MAX 256

/* vmprobe's exit codes. */
enum engine_probe { PROBE_HARDWARE, PROBE_DENIED, PROBE_UNUSABLE, PROBE_NONE };

enum engine
engine_parse(const char *name)
{
	if (strcmp(name, "auto") == 0)
		return ENGINE_AUTO;
	if (strcmp(name, "kvm") == 0)
		return ENGINE_KVM;
	return strcmp(name, "lab") == 0 ? ENGINE_LAB : ENGINE_BAD;
}

/* Run vmprobe; its line without the first word in text.  -1: no answer. */
static int
engine_probe(char *text, size_t size)
{
	char path[PATH_MAX], line[512] = "";
	int out[2], status;
	ssize_t n, got = 0;
	char *space;
	pid_t pid;

	if (!front_program("vmprobe", path, sizeof path) ||
	    pipe(out) < 0)
		return -1;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		close(out[0]);
		close(out[1]);
		execl(path, path, (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	while (pid > 0 && got < (ssize_t)sizeof line - 1 &&
	    (n = read(out[0], line + got, sizeof line - 1 - (size_t)got)) > 0)
		got += n;
	close(out[0]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) ||
	    WEXITSTATUS(status) > PROBE_NONE)
		return -1;
	line[strcspn(line, "\n")] = '\0';
	space = strchr(line, ' ');
	snprintf(text, size, "%s", space != NULL ? space + 1 : line);
	return WEXITSTATUS(status);
}

/* What vmprobe found; its own text goes behind it. */
static const char *const engine_found[] = {
	[PROBE_HARDWARE] = "KVM works",
	[PROBE_DENIED] = "no permission for KVM, /dev/kvm",
	[PROBE_UNUSABLE] = "KVM, /dev/kvm, is of no use here",
	[PROBE_NONE] = "there is no KVM, /dev/kvm",
};

enum engine
engine_choose(enum engine wanted)
{
	char text[512] = "";
	int probe;

	if (wanted == ENGINE_LAB)
		return ENGINE_LAB;
	probe = engine_probe(text, sizeof text);
	if (probe < 0) {
		front_fail("vmprobe gave no answer: is the build complete?");
		return ENGINE_BAD;
	}
	if (probe == PROBE_HARDWARE)
		return ENGINE_KVM;
	if (wanted == ENGINE_KVM) {
		front_fail("%s: %s", engine_found[probe], text);
		return ENGINE_BAD;
	}
	printf("Engine: the lab, a Linux with KVM under QEMU (%s: %s)\n",
	    engine_found[probe], text);
	return ENGINE_LAB;
}

int
engine_exec_inside(const struct front *front, int argc, char *argv[])
{
	char path[PATH_MAX], home[PATH_MAX];
	char *args[ENGINE_ARGS_MAX];
	int n = 0;

	if (!front_program("vmlab", path, sizeof path))
		return 1;
	if (argc > ENGINE_ARGS_MAX - 16)
		return front_fail("too many words");
	memcpy(home, front->home, sizeof home);
	args[n++] = path;
	args[n++] = (char[]){ "exec" };
	args[n++] = (char[]){ "--home" };
	args[n++] = home;
	args[n++] = (char[]){ "--" };
	args[n++] = (char[]){ "vm370" };
	args[n++] = (char[]){ "--home" };
	args[n++] = (char[]){ ENGINE_LAB_HOME };
	args[n++] = (char[]){ "--run" };
	args[n++] = (char[]){ ENGINE_LAB_RUN };
	for (int i = 0; i < argc; i++)
		args[n++] = argv[i];
	args[n] = NULL;
	fflush(stdout);
	execv(path, args);
	return front_fail("%s: %s", path, strerror(errno));
}

/* In the lab of the system that runs here; without one, in a lab of its own
 * that is booted for the command.  -f is vmlab's: files to carry. */
int
lab_command(struct front *front, int argc, char *argv[])
{
	struct home_state state;
	char path[PATH_MAX], home[PATH_MAX];
	char exec[] = "exec", option[] = "--home", run[] = "run";
	char *args[ENGINE_ARGS_MAX];
	int n = 0;

	if (argc < 2)
		return front_fail("usage: vm370 lab [-f FILE[:PATH]]... -- "
		    "COMMAND...");
	if (argc > ENGINE_ARGS_MAX - 8)
		return front_fail("too many words");
	if (!front_program("vmlab", path, sizeof path))
		return 1;
	memcpy(home, front->home, sizeof home);
	args[n++] = path;
	if (home_running(front, &state) && strcmp(state.engine, "lab") == 0) {
		args[n++] = exec;
		args[n++] = option;
		args[n++] = home;
	} else {
		args[n++] = run;
	}
	for (int i = 1; i < argc; i++)
		args[n++] = argv[i];
	args[n] = NULL;
	execv(path, args);
	return front_fail("%s: %s", path, strerror(errno));
}
