/* SPDX-License-Identifier: MIT
 *
 * front.c - the front command against stand-ins for the programs it starts.
 * This program is installed beside a copy of vm370 under their names: as vmcp
 * it answers a few commands, as vmprobe it says what the environment tells it
 * to, as vmlab it holds the lock and repeats its arguments.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "directory.h"
#include "ipcchan.h"
#include "name.h"

/* --- the stand-ins --- */

static const char *
option(int argc, char *argv[], const char *name)
{
	for (int i = 1; i < argc - 1; i++)
		if (strcmp(argv[i], name) == 0)
			return argv[i + 1];
	return NULL;
}

static void
on_term(int sig)
{
	(void)sig;
	_exit(0); /* an orderly end */
}

/* What a test left in DIR/fake for the stand-in to do. */
static void
fake_order(const char *home, char *buf, size_t size)
{
	char path[2048];
	FILE *f;

	snprintf(path, sizeof path, "%s/fake", home);
	buf[0] = '\0';
	f = fopen(path, "re");
	if (f == NULL)
		return;
	if (fgets(buf, (int)size, f) == NULL)
		buf[0] = '\0';
	fclose(f);
}

static void
fake_host(int fd)
{
	struct ipcchan_message msg;
	struct ipc_text text = { 0 };
	struct ipc_done done = { 0 };
	struct ipcchan ch;
	char command[IPC_LINE_MAX + 1];
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	size_t n;

	ipcchan_init(&ch, fd, IPC_CP, IPC_HOST);
	while (ipcchan_recv(&ch, &msg) == 0)
		poll(&pfd, 1, -1);
	if (ch.dead)
		return;
	n = msg.len - sizeof text;
	memcpy(command, (const char *)msg.payload + sizeof text, n);
	command[n] = '\0';
	if (strcmp(command, "CRASH") == 0)
		raise(SIGKILL);
	if (strncmp(command, "RC ", 3) == 0)
		done.rc = atoi(command + 3);
	ipcchan_send_text(&ch, IPC_HOST_OUTPUT, &text, sizeof text,
	    "said \x1B[2J", 9, -1);
	ipcchan_send_text(&ch, IPC_HOST_OUTPUT, &text, sizeof text, command, n,
	    -1);
	ipcchan_send_text(&ch, IPC_HOST_DONE, &done, sizeof done, "\n", 1, -1);
	ipcchan_close(&ch);
	if (strcmp(command, "SHUTDOWN") == 0)
		_exit(0);
}

static void
fake_item(struct ipcchan *ch, enum ipc_item_kind kind, const char *text)
{
	struct ipc_item item = { .kind = kind, .seq = 1 };

	ipcchan_send_text(ch, IPC_CONS_ITEM, &item, sizeof item, text,
	    strlen(text), -1);
}

static void
fake_terminal_message(struct ipcchan *ch, const struct ipcchan_message *msg,
    bool *greeted)
{
	const size_t fixed = sizeof(struct ipc_text);
	struct ipc_logo logo = { 0 };
	char line[64];

	switch (msg->type) {
	case IPC_TERM_OPEN:
		ipcchan_send_text(ch, IPC_CONS_LOGO, &logo, sizeof logo,
		    "LOGO\n", 5, -1);
		break;
	case IPC_TERM_CREDIT: /* the first one; others answer our items */
		if (*greeted)
			break;
		*greeted = true;
		fake_item(ch, ITEM_OUTPUT, "one\x1B]0;x\x07");
		fake_item(ch, ITEM_INPUT, "echo");
		break;
	case IPC_TERM_LINE:
		snprintf(line, sizeof line, "got %.*s", (int)(msg->len - fixed),
		    (const char *)msg->payload + fixed);
		fake_item(ch, ITEM_OUTPUT, line);
		break;
	case IPC_TERM_KEY:
		ch->dead = true;
		break;
	default:
		break;
	}
}

/* A terminal: the logo, an item, then each line comes back. */
static void
fake_terminal(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	struct ipcchan_message msg;
	struct ipcchan ch;
	bool greeted = false;
	int got;

	ipcchan_init(&ch, fd, IPC_CP, IPC_TERM);
	while ((got = ipcchan_recv(&ch, &msg)) >= 0) {
		if (got == 0)
			poll(&pfd, 1, -1);
		else
			fake_terminal_message(&ch, &msg, &greeted);
	}
	ipcchan_close(&ch);
}

/* Which of the two a connection is, its first message tells. */
static void
fake_accept(int fd)
{
	struct ipc_header h = { 0 };
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	poll(&pfd, 1, -1);
	if (recv(fd, &h, sizeof h, MSG_PEEK) != (ssize_t)sizeof h)
		close(fd);
	else if (h.type == IPC_TERM_OPEN)
		fake_terminal(fd);
	else
		fake_host(fd);
}

/* Answer terminals with telnet's first option and, when it was refused, with
 * text, as vmterm does. */
static void
fake_answer(int port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	char no[3];

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(fd, (struct sockaddr *)&sin, sizeof sin) < 0 ||
	    listen(fd, 5) < 0)
		_exit(1);
	if (fork() != 0) {
		close(fd);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int term = accept(fd, NULL, NULL);

		if (write(term, "\xFF\xFD\x18", 3) == 3 &&
		    read(term, no, 3) == 3 &&
		    memcmp(no, "\xFF\xFC\x18", 3) == 0 &&
		    write(term, "LOGO\r\n", 6) == 6)
			poll(NULL, 0, 100);
		close(term);
	}
}

static int
fake_vmcp(int argc, char *argv[])
{
	const char *home = option(argc, argv, "--home");
	const char *run = option(argc, argv, "--run");
	const char *notify = option(argc, argv, "--notify-fd");
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char order[64];
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	signal(SIGTERM, on_term);
	fake_order(home, order, sizeof order);
	if (strncmp(order, "ERROR", 5) == 0) {
		dprintf(atoi(notify), "%s\n", order);
		return 1;
	}
	if (strncmp(order, "DIE", 3) == 0)
		return 1;
	if (strncmp(order, "MUTE", 4) != 0)
		fake_answer(atoi(option(argc, argv, "--port")));
	snprintf(sun.sun_path, sizeof sun.sun_path, "%s/cp.sock", run);
	unlink(sun.sun_path);
	if (bind(fd, (struct sockaddr *)&sun, sizeof sun) < 0 ||
	    listen(fd, 5) < 0)
		return 1;
	if (notify != NULL)
		dprintf(atoi(notify), "READY\n");
	for (;;)
		fake_accept(accept(fd, NULL, NULL));
}

static int
fake_vmprobe(void)
{
	static const char *const names[] = { "hardware", "denied", "unusable",
		"none" };
	const char *want = getenv("FAKE_PROBE");

	for (int i = 0; i < 4; i++)
		if (want == NULL || strcmp(want, names[i]) == 0) {
			printf("%s because of this\n", names[i]);
			return i;
		}
	return 99;
}

static int
fake_vmlab(int argc, char *argv[])
{
	const char *home = option(argc, argv, "--home");
	char path[2048], order[64];
	sigset_t term;
	FILE *f;
	int fd;

	if (strcmp(argv[1], "start") != 0) {
		for (int i = 1; i < argc; i++)
			printf("%s ", argv[i]);
		return 7;
	}
	signal(SIGTERM, on_term);
	fd = atoi(option(argc, argv, "--lock-fd"));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return 1;
	do { /* a test takes SLOW away when it has seen enough */
		fake_order(home, order, sizeof order);
		usleep(10000);
	} while (strncmp(order, "SLOW", 4) == 0);
	/* Whoever stops it when he has seen the file stops it after READY. */
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	snprintf(path, sizeof path, "%s/run/engine", home);
	f = fopen(path, "w");
	fprintf(f, "engine=lab\npid=%d\nport=%s\nagent=1\n", (int)getpid(),
	    option(argc, argv, "--port"));
	fclose(f);
	dprintf(atoi(option(argc, argv, "--notify-fd")), "READY\n");
	sigprocmask(SIG_UNBLOCK, &term, NULL);
	for (;;)
		pause();
}

/* --- the rig --- */

static char root[64], front[128], home[1024], out[16384];
static int port; /* nobody listens there */

static void
link_as(const char *name)
{
	char self[512] = "", path[256];

	assert_true(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
	snprintf(path, sizeof path, "%s/libexec/vm370/%s", root, name);
	assert_int_equal(symlink(self, path), 0);
}

static int
shell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A shell command's exit code, and what it says in out. */
static int
shell(const char *fmt, ...)
{
	char command[4096];
	va_list ap;
	size_t n;
	FILE *f;
	int status;

	va_start(ap, fmt);
	vsnprintf(command, sizeof command, fmt, ap);
	va_end(ap);
	f = popen(command, "r");
	assert_non_null(f);
	n = fread(out, 1, sizeof out - 1, f);
	out[n] = '\0';
	status = pclose(f);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define VM370(args, ...) \
	shell("%s --home %s " args " 2>&1", front, home, ##__VA_ARGS__)

static void
expect_rc(int rc, int want, const char *text)
{
	if (rc != want || (text != NULL && strstr(out, text) == NULL))
		fail_msg("exit %d, not %d with \"%s\":\n%s", rc, want,
		    text != NULL ? text : "", out);
}

static int
free_port(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof sin;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&sin, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	close(fd);
	return ntohs(sin.sin_port);
}

static int
set_up(void **state)
{
	(void)state;
	snprintf(root, sizeof root, "/tmp/unit_front.XXXXXX");
	if (mkdtemp(root) == NULL)
		return -1;
	snprintf(front, sizeof front, "%s/bin/vm370", root);
	snprintf(home, sizeof home, "%s/home", root);
	assert_int_equal(shell("mkdir -p %s/bin %s/libexec/vm370 "
	    "%s/share/vm370 && cp %s %s && head -c 1000000 /dev/urandom "
	    "> %s/share/vm370/cms190.img", root, root, root, VM370_PROGRAM,
	    front, root), 0);
	link_as("vmcp");
	link_as("vmprobe");
	link_as("vmlab");
	setenv("FAKE_PROBE", "hardware", 1);
	port = free_port();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	VM370("stop");
	return shell("rm -rf %s", root);
}

static void
order(const char *text)
{
	assert_int_equal(shell("echo '%s' > %s/fake", text, home), 0);
}

static void
start(void)
{
	expect_rc(VM370("start --engine kvm --detach --port %d", port), 0,
	    "(engine kvm)");
}

/* Until `vm370 status` is rc; three seconds at most. */
static void
expect_status(int rc)
{
	for (int i = 0; i < 60 && VM370("status") != rc; i++)
		usleep(50000);
	expect_rc(VM370("status"), rc, NULL);
}

static pid_t
supervisor(void)
{
	assert_int_equal(shell("sed -n s/pid=//p %s/run/engine", home), 0);
	return (pid_t)atoi(out);
}

static pid_t
vmcp(void)
{
	int pid = supervisor();

	assert_int_equal(shell("cat /proc/%d/task/%d/children", pid, pid), 0);
	return (pid_t)atoi(out);
}

/* --- the tests --- */

static void
demonstration_system(void **state)
{
	struct directory *dir;
	struct dir_error err;
	struct vm_name name;
	char path[2048];
	struct stat st;

	(void)state;
	expect_rc(VM370("demo"), 0, "clear passwords");
	assert_int_equal(stat(home, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	snprintf(path, sizeof path, "%s/user.direct", home);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	dir = directory_load(path, &err);
	assert_non_null(dir);
	assert_int_equal(directory_count(dir), 6);
	name_parse("OPERATOR", &name);
	assert_int_equal(directory_find(dir, name)->classes, CLASS('A') |
	    CLASS('B') | CLASS('C') | CLASS('D') | CLASS('E') | CLASS('G'));
	for (size_t i = 0; i < directory_count(dir); i++) {
		const struct dir_user *u = directory_at(dir, i);

		if (u->autoonly) { /* saves CMS, and has no password */
			assert_string_equal(u->ipl_parm, "SAVESYS CMS");
			assert_string_equal(u->hash, "");
			continue;
		}
		assert_string_equal(u->ipl, "CMS");
		assert_int_equal(u->console, 0x009);
		assert_int_equal(u->ndevices, 4);
		assert_true(directory_password_ok(name_text(u->name).s,
		    u->hash));
	}
	directory_free(dir);
	expect_rc(shell("cmp -n 1000000 %s/share/vm370/cms190.img "
	    "%s/volumes/VMSYS/MAINT.190", root, home), 0, NULL);
	expect_rc(VM370("disk label CMSUSER 191"), 0, "CMSUSE\n");
	expect_rc(VM370("disk check GUEST2 191"), 0, NULL);
	/* Nothing that is there is replaced ... */
	expect_rc(shell("echo '* mine' >> %s", path), 0, NULL);
	expect_rc(VM370("demo"), 0, NULL);
	expect_rc(shell("grep -c '^. mine' %s", path), 0, "1");
	expect_rc(shell("touch %s/saved/CMS %s/saved/OTHER", home, home), 0,
	    NULL);
	expect_rc(VM370("demo"), 0, NULL);
	expect_rc(shell("test -e %s/saved/CMS", home), 0, NULL);
	/* ... but a system disk that the build has anew, and what was saved
	 * from the old one. */
	expect_rc(shell("head -c 1000000 /dev/urandom > "
	    "%s/share/vm370/cms190.img", root), 0, NULL);
	expect_rc(VM370("demo"), 0, NULL);
	expect_rc(shell("cmp -n 1000000 %s/share/vm370/cms190.img "
	    "%s/volumes/VMSYS/MAINT.190", root, home), 0, NULL);
	expect_rc(shell("test -e %s/saved/OTHER", home), 0, NULL);
	expect_rc(shell("test -e %s/saved/CMS", home), 1, NULL);
}

static void
start_status_stop(void **state)
{
	(void)state;
	expect_rc(VM370("status"), 3, "No system runs");
	expect_rc(VM370("stop"), 0, "No system runs");
	start();
	expect_rc(VM370("status"), 0, "engine kvm");
	/* Once more is no error, something else is. */
	expect_rc(VM370("start --detach"), 0, "Already running");
	expect_rc(VM370("start --detach --port %d", port), 0, "Already");
	expect_rc(VM370("start --detach --port 1"), 1, "already running");
	expect_rc(VM370("start --detach --engine lab"), 1, "already running");
	expect_rc(VM370("start"), 1, "already running");
	expect_rc(VM370("demo"), 1, "stop it first");
	/* A long log is begun anew by the next start. */
	expect_rc(shell("truncate -s 2M %s/log/vm370.log", home), 0, NULL);
	expect_rc(VM370("stop"), 0, "Stopped");
	start();
	expect_rc(shell("stat -c %%s %s/log/vm370.log.1", home), 0, "20971");
	expect_rc(VM370("stop"), 0, "Stopped");
	expect_rc(VM370("status"), 3, NULL);
	expect_rc(VM370("cp QUERY NAMES"), 1, "no system runs");
	expect_rc(VM370("console </dev/null"), 1, "no system runs");
}

static void
commands(void **state)
{
	(void)state;
	start();
	expect_rc(VM370("cp query  names"), 0, "said ?[2Jquery names\n");
	expect_rc(VM370("cp RC 45"), 45, NULL);
	expect_rc(VM370("cp RC 255"), 255, NULL);
	expect_rc(VM370("cp RC 450"), 255, NULL);
	expect_rc(VM370("cp RC -5"), 1, NULL);
	expect_rc(VM370("cp"), 1, "usage");
	expect_rc(VM370("cp $(printf %%02100d 0)"), 1, "longer than");
	expect_rc(VM370("cp CRASH"), 1, "ended before it answered");
}

static void
console(void **state)
{
	(void)state;
	start();
	expect_rc(shell("printf 'first\\nsecond\\n' | %s --home %s console",
	    front, home), 0, "LOGO\none?]0;x?\ngot first\ngot second\n");
	assert_null(strstr(out, "echo"));
}

/* vmcp crashes: it is started again; it is not when it ends in order. */
static void
supervised(void **state)
{
	int rc = 1;

	(void)state;
	start();
	VM370("cp CRASH");
	for (int i = 0; i < 50 && rc != 0; i++) {
		rc = VM370("cp hello");
		usleep(100000);
	}
	expect_rc(rc, 0, "hello");
	expect_rc(shell("grep -c 'ended by signal 9' %s/log/vm370.log", home),
	    0, "1");
	expect_rc(VM370("cp SHUTDOWN"), 0, NULL);
	expect_status(3);
}

/* Told to end in the moment in which vmcp has crashed: it is not started
 * again, and nothing is left. */
static void
stopped_in_a_crash(void **state)
{
	pid_t pid;

	(void)state;
	start();
	pid = supervisor();
	assert_int_equal(kill(pid, SIGSTOP), 0);
	VM370("cp CRASH");
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(kill(pid, SIGCONT), 0);
	expect_status(3);
}

/* What a killed system left says nothing of the one that starts. */
static void
stale_state(void **state)
{
	(void)state;
	expect_rc(VM370("demo"), 0, NULL);
	order("SLOW");
	expect_rc(shell("printf 'engine=lab\npid=%d\nport=9\nagent=9\n' > "
	    "%s/run/engine", (int)getpid(), home), 0, NULL);
	expect_rc(shell("%s --home %s start --engine lab --port %d "
	    "</dev/null >%s/said 2>&1 & while [ -e %s/run/engine ]; do "
	    "sleep 0.02; done", front, home, port, home, home), 0, NULL);
	expect_rc(VM370("status"), 0, "is starting");
	expect_rc(VM370("start --detach"), 1, "or starting");
	expect_rc(shell("(sleep 0.2; rm %s/fake) & exec %s --home %s stop 2>&1",
	    home, front, home), 0, "Stopped");
	/* Who started it says so when it has seen it, which may be later. */
	expect_rc(shell("timeout 10 sh -c 'until grep -qs ended. %s/said; do "
	    "sleep 0.02; done'; cat %s/said", home, home), 0,
	    "VM/370 has ended.\n");
}

/* READY is believed when a terminal was answered. */
static void
not_answered(void **state)
{
	(void)state;
	expect_rc(VM370("demo"), 0, NULL);
	order("MUTE");
	expect_rc(VM370("start --engine kvm --detach --port %d 2>%s/said & "
	    "until [ -e %s/run/cp.sock ]; do sleep 0.02; done; sleep 0.2; "
	    "kill $!; wait $!", port, home, home), 1, NULL);
	expect_rc(shell("cat %s/said", home), 0, "before it was ready");
	expect_status(3);
}

/* Without a terminal it waits for a signal, and ends in order. */
static void
foreground(void **state)
{
	(void)state;
	expect_rc(VM370("demo"), 0, NULL);
	expect_rc(VM370("start --engine kvm --port %d </dev/null >%s/said & "
	    "until grep -qs log: %s/said; do sleep 0.02; done; "
	    "kill $!; wait $!; cat %s/said", port, home, home, home), 0,
	    "VM/370 has ended.");
	expect_status(3);
	/* Under nohup its terminal may go. */
	expect_rc(shell("trap '' HUP; %s --home %s start --engine kvm --port "
	    "%d </dev/null >%s/said & until grep -qs log: %s/said; do "
	    "sleep 0.02; done; kill -HUP $!; sleep 0.1; exec %s --home %s "
	    "status 2>&1", front, home, port, home, home, front, home), 0,
	    "engine kvm");
}

/* Read a terminal until it shows text, which is then in out. */
static void
expect_shown(int pty, const char *text)
{
	struct pollfd pfd = { .fd = pty, .events = POLLIN };
	size_t n = 0;

	out[0] = '\0';
	while (strstr(out, text) == NULL) {
		ssize_t got = -1;

		if (n < sizeof out - 1 && poll(&pfd, 1, 5000) > 0)
			got = read(pty, out + n, sizeof out - 1 - n);
		if (got <= 0)
			fail_msg("not shown: \"%s\" but:\n%s", text, out);
		n += (size_t)got;
		out[n] = '\0';
	}
}

static int
exit_code(pid_t pid)
{
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* On a terminal it is the operator's console, and ^C the orderly end. */
static void
operators_console(void **state)
{
	char number[16];
	pid_t pid;
	int pty;

	(void)state;
	snprintf(number, sizeof number, "%d", port);
	pid = forkpty(&pty, NULL, NULL, NULL);
	if (pid == 0) {
		execl(front, front, "--home", home, "start", "--engine", "kvm",
		    "--port", number, NULL);
		_exit(127);
	}
	expect_shown(pty, "one?]0;x?");
	assert_int_equal(write(pty, "hello\n", 6), 6);
	expect_shown(pty, "got hello");
	/* The console comes back with vmcp. */
	assert_int_equal(kill(vmcp(), SIGKILL), 0);
	expect_shown(pty, "one?]0;x?");
	assert_int_equal(write(pty, "\x03", 1), 1);
	expect_shown(pty, "VM/370 has ended.");
	assert_int_equal(exit_code(pid), 0);
	close(pty);
	expect_rc(VM370("status"), 3, NULL);
}

/* What is said of a folder is its true name, also before it is there. */
static void
true_name(void **state)
{
	char want[256];

	(void)state;
	snprintf(want, sizeof want, "in %s/home\n", root);
	snprintf(home, sizeof home, "%s/./a/../home", root);
	expect_rc(VM370("demo"), 0, NULL);
	start();
	expect_rc(VM370("stop"), 0, want);
	expect_rc(shell("cd %s && ./bin/vm370 --home home status", root), 3,
	    want);
}

/* A name that no socket's address can hold, of a folder yet to be made. */
static void
long_home(void **state)
{
	size_t n = strlen(home);

	(void)state;
	for (int i = 0; i < 4; i++)
		n += (size_t)snprintf(home + n, sizeof home - n, "/%0150d", i);
	start();
	expect_rc(VM370("cp hello"), 0, "hello");
	expect_rc(VM370("stop"), 0, "Stopped");
}

/* The supervisor is killed: vmcp keeps the lock, and can be stopped. */
static void
supervisor_killed(void **state)
{
	(void)state;
	start();
	assert_int_equal(kill(supervisor(), SIGKILL), 0);
	expect_rc(VM370("start"), 1, "already running");
	expect_rc(VM370("start --detach"), 0, "Already running");
	expect_rc(VM370("cp hello"), 0, "hello");
	expect_rc(VM370("stop"), 0, "Stopped");
	start();
}

static void
refusals(void **state)
{
	(void)state;
	expect_rc(VM370("demo"), 0, NULL);
	order("ERROR port 4321 is in use");
	expect_rc(VM370("start --engine kvm --detach"), 1,
	    "vm370: port 4321 is in use\n");
	expect_rc(VM370("status"), 3, NULL);
	order("DIE");
	expect_rc(VM370("start --engine kvm --detach"), 1,
	    "did not start");
	setenv("FAKE_PROBE", "denied", 1);
	expect_rc(VM370("start --engine kvm"), 1,
	    "no permission for KVM, /dev/kvm: because of this");
	setenv("FAKE_PROBE", "unusable", 1);
	expect_rc(VM370("start --engine kvm"), 1, "because of this");
	setenv("FAKE_PROBE", "nonsense", 1);
	expect_rc(VM370("start"), 1, "vmprobe gave no answer");
	expect_rc(VM370("start --port 0"), 1, "no port");
	expect_rc(VM370("start --port 4321x"), 1, "no port");
	expect_rc(VM370("start --engine xen"), 1, "no engine");
	expect_rc(VM370("start now"), 1, "takes no now");
	expect_rc(VM370("nonsense"), 2, "no command nonsense");
	expect_rc(shell("echo 'USER X' >> %s/user.direct", home), 0, NULL);
	expect_rc(VM370("start --engine kvm --detach"), 1,
	    "user.direct: LINE ");
}

/* A home directory of somebody else is left alone (only root can try). */
static void
foreign_home(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	expect_rc(shell("mkdir %s && chown 65534 %s", home, home), 0, NULL);
	expect_rc(VM370("start --engine kvm"), 1, "belongs to ");
	expect_rc(shell("ls -A %s", home), 0, NULL);
	assert_string_equal(out, "");
}

static void
users(void **state)
{
	(void)state;
	expect_rc(VM370("demo"), 0, NULL);
	expect_rc(VM370("adduser fred </dev/null"), 0, "the password is ");
	expect_rc(VM370("disk label FRED 191"), 0, "FRED\n");
	expect_rc(VM370("adduser FRED </dev/null"), 1, "already");
	expect_rc(VM370("adduser TOOLONGNAME </dev/null"), 1, "no userid");
	/* A disk that an earlier user of that name left is nobody's. */
	expect_rc(shell("touch %s/volumes/VMUSR1/LATE.191", home), 0, NULL);
	expect_rc(VM370("adduser late </dev/null"), 1, "from an earlier LATE");
	expect_rc(shell("echo 'secret' | %s --home %s passwd fred 2>&1", front,
	    home), 0, "new password");
	expect_rc(shell("echo 'two words' | %s --home %s passwd fred 2>&1",
	    front, home), 1, "no blanks");
	expect_rc(shell("echo secret | %s --home %s passwd nobody 2>&1", front,
	    home), 1, "NOT IN THE DIRECTORY");
	expect_rc(VM370("passwd fred </dev/null"), 1, "nothing was changed");
	expect_rc(VM370("direct"), 0, "is good");
	expect_rc(shell("grep -c secret %s/user.direct", home), 1, "0");
	/* A comment may hold any byte. */
	expect_rc(shell("printf '* a\\0b\n' | cat - %s/user.direct > %s/new && "
	    "cat %s/new > %s/user.direct", home, home, home, home), 0, NULL);
	expect_rc(VM370("adduser bill </dev/null"), 0, "BILL is added");
	expect_rc(shell("grep -ac '^USER' %s/user.direct", home), 0, "8");
	/* What would make the directory wrong is not written. */
	expect_rc(shell("cp %s/user.direct %s/kept && sed -i '/MDISK/d;/LINK/d'"
	    " %s/user.direct", home, home, home), 0, NULL);
	expect_rc(VM370("adduser bob </dev/null"), 1, "NO MINIDISK MAINT 190");
	expect_rc(VM370("direct"), 0, "is good");
	expect_rc(shell("mv %s/kept %s/user.direct", home, home), 0, NULL);
	start();
	expect_rc(VM370("adduser jane </dev/null"), 0, "DIRECT");
	expect_rc(VM370("direct"), 0, "said ?[2JDIRECT");
}

/* ^C at a password leaves the terminal as it was. */
static void
password_interrupted(void **state)
{
	struct termios t;
	pid_t pid;
	int pty, status;

	(void)state;
	expect_rc(VM370("demo"), 0, NULL);
	pid = forkpty(&pty, NULL, NULL, NULL);
	if (pid == 0) {
		execl(front, front, "--home", home, "passwd", "MAINT", NULL);
		_exit(127);
	}
	expect_shown(pty, "New password: ");
	assert_int_equal(tcgetattr(pty, &t), 0);
	assert_int_equal(t.c_lflag & ECHO, 0);
	assert_int_equal(write(pty, "abc\x03", 4), 4);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
	assert_int_equal(tcgetattr(pty, &t), 0);
	assert_int_not_equal(t.c_lflag & ECHO, 0);
	close(pty);
}

/* The system disk is where the directory says that it is. */
static void
system_disk(void **state)
{
	(void)state;
	expect_rc(VM370("demo"), 0, NULL);
	expect_rc(shell("sed -i 's/VMSYS MR/OTHER MR/' %s/user.direct", home),
	    0, NULL);
	expect_rc(VM370("demo"), 0, NULL);
	expect_rc(shell("cmp -n 1000000 %s/share/vm370/cms190.img "
	    "%s/volumes/OTHER/MAINT.190", root, home), 0, NULL);
}

/* No usable KVM: the lab, told so in one line; commands go inside. */
static void
lab(void **state)
{
	(void)state;
	setenv("FAKE_PROBE", "unusable", 1);
	expect_rc(VM370("start --detach --port %d", port), 0,
	    "KVM, /dev/kvm, is of no use here: because of this");
	assert_non_null(strstr(out, "(engine lab)"));
	expect_rc(VM370("status"), 0, "engine lab");
	expect_rc(VM370("cp QUERY 'NAMES'"), 7, "-- vm370 --home /vm370/home "
	    "--run /run/vm370 cp QUERY NAMES ");
	expect_rc(VM370("lab -- ls -l"), 7, "exec --home ");
	assert_non_null(strstr(out, "-- ls -l "));
	expect_rc(VM370("stop"), 0, "Stopped");
	expect_rc(VM370("status"), 3, NULL);
}

/* Supervisors that detach come to be ours: see their ends at once, which the
 * host's init may not.  Returns in the child, where the tests run. */
static void
be_init(void)
{
	int status = 1, ended;
	pid_t tests, pid;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	tests = fork();
	if (tests == 0)
		return;
	while ((pid = waitpid(-1, &ended, 0)) > 0 || errno == EINTR)
		if (pid == tests) {
			status = ended;
			break;
		}
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(demonstration_system),
		TEST(start_status_stop),
		TEST(commands),
		TEST(console),
		TEST(supervised),
		TEST(stopped_in_a_crash),
		TEST(supervisor_killed),
		TEST(stale_state),
		TEST(not_answered),
		TEST(foreground),
		TEST(operators_console),
		TEST(true_name),
		TEST(long_home),
		TEST(refusals),
		TEST(foreign_home),
		TEST(users),
		TEST(password_interrupted),
		TEST(system_disk),
		TEST(lab),
	};
	const char *name = strrchr(argv[0], '/');

	name = name != NULL ? name + 1 : argv[0];
	if (strcmp(name, "vmcp") == 0)
		return fake_vmcp(argc, argv);
	if (strcmp(name, "vmprobe") == 0)
		return fake_vmprobe();
	if (strcmp(name, "vmlab") == 0)
		return fake_vmlab(argc, argv);
	be_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
