/* SPDX-License-Identifier: MIT
 *
 * host.c - CP commands from the host.
 */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine.h"
#include "home.h"
#include "ipcchan.h"

/* connect() takes a name of 108 bytes: by the folder's descriptor any name is
 * short enough. */
static int
host_try(const struct front *front, int fd)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int folder = open(front->run, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int rc, error;

	if (folder < 0)
		return -1;
	snprintf(sun.sun_path, sizeof sun.sun_path, "/proc/self/fd/%d/cp.sock",
	    folder);
	rc = connect(fd, (struct sockaddr *)&sun, sizeof sun);
	error = errno;
	close(folder);
	errno = error;
	return rc;
}

int
host_connect(const struct front *front, bool quiet)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd >= 0 && host_try(front, fd) == 0)
		return fd;
	if (!quiet)
		front_fail(errno == EACCES || errno == EPERM ?
		    "%s/cp.sock: %s" : "the control program does not answer "
		    "(%s/cp.sock: %s)", front->run, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

void
host_print(const struct ipcchan_message *msg, size_t fixed, FILE *out)
{
	const char *text = (const char *)msg->payload + fixed;
	size_t n = msg->len - fixed;

	if (out == NULL)
		return;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		/* what a user wrote must not command this terminal */
		fputc(c == '\n' || (c >= ' ' && c != 0x7F) ? c : '?', out);
	}
}

static int
host_wait(struct ipcchan *ch, FILE *out)
{
	struct ipcchan_message msg;
	struct ipc_done done;

	for (;;) {
		struct pollfd pfd = { .fd = ch->fd, .events = POLLIN };
		int got = ipcchan_recv(ch, &msg);

		if (got < 0) {
			front_fail("the control program ended before it "
			    "answered");
			return HOST_NO_ANSWER;
		}
		if (got == 0) {
			poll(&pfd, 1, -1);
			continue;
		}
		if (msg.type == IPC_HOST_OUTPUT) {
			host_print(&msg, sizeof(struct ipc_text), out);
			continue;
		}
		memcpy(&done, msg.payload, sizeof done);
		host_print(&msg, sizeof done, out);
		return done.rc;
	}
}

/* What was asked, if it could be, is answered. */
static int
host_answer(const struct front *front, struct ipcchan *ch, int sent, FILE *out)
{
	int rc = HOST_NO_ANSWER;

	if (sent < 0)
		front_fail("%s/cp.sock: %s", front->run, strerror(errno));
	else
		rc = host_wait(ch, out);
	ipcchan_close(ch);
	return rc;
}

static int
host_ask(const struct front *front, const char *command, FILE *out)
{
	int fd = host_connect(front, false);
	struct ipc_text text = { 0 };
	struct ipcchan ch;

	if (fd < 0)
		return HOST_NO_ANSWER;
	ipcchan_init(&ch, fd, IPC_HOST, IPC_CP);
	return host_answer(front, &ch, ipcchan_send_text(&ch,
	    IPC_HOST_COMMAND, &text, sizeof text, command, strlen(command),
	    -1), out);
}

int
host_tls(const struct front *front, bool again, FILE *out)
{
	struct ipc_value value = { .value = again };
	int fd = host_connect(front, false);
	struct ipcchan ch;

	if (fd < 0)
		return HOST_NO_ANSWER;
	ipcchan_init(&ch, fd, IPC_HOST, IPC_CP);
	return host_answer(front, &ch, ipcchan_send(&ch, IPC_HOST_TLS, &value,
	    sizeof value, -1), out);
}

static int
host_exit_code(int rc)
{
	if (rc < 0)
		return 1;
	return rc > 255 ? 255 : rc;
}

/* In the lab the socket is out of reach: vm370 again, inside. */
static int
host_ask_inside(const struct front *front, const char *command, FILE *out)
{
	char copy[IPC_LINE_MAX + 1];
	char *argv[] = { (char[]){ "cp" }, copy };
	int status;
	pid_t pid;

	snprintf(copy, sizeof copy, "%s", command);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (out == NULL)
			dup2(STDERR_FILENO, STDOUT_FILENO);
		_exit(engine_exec_inside(front, 2, argv));
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		return HOST_NO_ANSWER;
	return WEXITSTATUS(status);
}

int
host_command(const struct front *front, const char *command, FILE *out)
{
	struct home_state state;

	if (!front->inside && home_running(front, &state) &&
	    strcmp(state.engine, "lab") == 0)
		return host_ask_inside(front, command, out);
	return host_ask(front, command, out);
}

int
cp_command(struct front *front, int argc, char *argv[])
{
	char command[IPC_LINE_MAX + 1] = "";
	struct home_state state;
	size_t n = 0;

	if (argc < 2)
		return front_fail("usage: vm370 cp COMMAND...");
	for (int i = 1; i < argc; i++) {
		n += (size_t)snprintf(command + n, sizeof command - n, "%s%s",
		    i > 1 ? " " : "", argv[i]);
		if (n >= sizeof command)
			return front_fail("the command is longer than %d",
			    IPC_LINE_MAX);
	}
	if (!front->inside) {
		if (!home_must_run(front, &state))
			return 1;
		if (strcmp(state.engine, "lab") == 0)
			return engine_exec_inside(front, argc, argv);
	}
	return host_exit_code(host_ask(front, command, stdout));
}
