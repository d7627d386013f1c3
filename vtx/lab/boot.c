/* SPDX-License-Identifier: MIT
 *
 * boot.c - make an initrd, start virtiofsd and QEMU, learn the ports.
 *
 * All that QEMU is to use is handed to it as descriptors: the initrd, the
 * control line, the monitor and the shared folder's socket have no names that
 * another user could open.
 */
#include "boot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "qmp.h"
#include "spawn.h"

#define BOOT_QEMU "qemu-system-x86_64"
#define BOOT_QMP_MS 20000
#define BOOT_ARGS_MAX 80
#define BOOT_TEXT_MAX (PATH_MAX + 256)

/* Descriptors of QEMU, in the order in which spawn places them from 3 on. */
enum boot_fd { BOOT_INITRD, BOOT_LOG, BOOT_CONTROL, BOOT_QMP_FD, BOOT_HOME,
	BOOT_FDS };
#define BOOT_FD(which) (3 + (which))

_Static_assert(LAB_AGENT_PORT == LAB_SERVICE_PORT + 1 &&
    LAB_READER_PORT == LAB_AGENT_PORT + 1, "ports in a row");

static int __attribute__((format(printf, 2, 3)))
boot_fail(struct boot *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(b->why, sizeof b->why, fmt, ap);
	va_end(ap);
	return -1;
}

void
boot_token(char *buf, size_t n)
{
	unsigned char byte;

	for (size_t i = 0; i < n; i++) {
		if (getrandom(&byte, 1, 0) != 1)
			fatal("random numbers");
		buf[i] = "0123456789abcdef"[byte & 15];
	}
	buf[n] = '\0';
}

/* --- the initrd --- */

/* Where kernel.sh keeps the kernel; it makes one when there is none. */
static int
boot_kernel(struct boot *b, const char *share)
{
	char path[PATH_MAX + 64];
	FILE *f;
	size_t n;

	/* By a variable, so that no character of the path means anything. */
	snprintf(path, sizeof path, "%s/lab/kernel.sh", share);
	setenv("VM370_KERNEL_SH", path, 1);
	f = popen("exec \"$VM370_KERNEL_SH\"", "re");
	n = f == NULL ? 0 : fread(b->kernel, 1, sizeof b->kernel - 1, f);
	b->kernel[n] = '\0';
	b->kernel[strcspn(b->kernel, "\n")] = '\0';
	if (f == NULL || pclose(f) != 0 || n == 0)
		return boot_fail(b, "the lab's kernel is not to be had");
	return 0;
}

static int
boot_pack_modules(struct boot *b, const char *kind)
{
	char host[PATH_MAX + 64], lab[PATH_MAX], *line = NULL;
	size_t size = 0;
	FILE *f;
	int r;

	snprintf(host, sizeof host, "%s/order.%s", b->kernel, kind);
	r = pack_add(&b->pack, host, "/lab/modules/order");
	f = fopen(host, "re");
	while (r == 0 && f != NULL && getline(&line, &size, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		snprintf(host, sizeof host, "%s/modules/%s", b->kernel,
		    line);
		snprintf(lab, sizeof lab, "/lab/modules/%s", line);
		r = pack_add(&b->pack, host, lab);
	}
	free(line);
	if (f == NULL)
		return -1;
	fclose(f);
	return r;
}

/* PREFIX of PREFIX/libexec/vm370, where our programs, data and vm370 are. */
static int
boot_prefix(char *prefix, size_t size)
{
	char *tail;

	if (spawn_libexec(prefix, size) < 0)
		return -1;
	tail = strstr(prefix, "/libexec/vm370");
	if (tail == NULL) {
		errno = ENOENT;
		return -1;
	}
	*tail = '\0';
	return 0;
}

static int
boot_pack_programs(struct boot *b, const char *prefix)
{
	static const char *const parts[] = { "libexec/vm370", "share/vm370",
		"bin/vm370" };
	char host[PATH_MAX + 32], lab[64];

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		snprintf(host, sizeof host, "%s/%s", prefix, parts[i]);
		snprintf(lab, sizeof lab, "/vm370/%s", parts[i]);
		if (pack_add(&b->pack, host, lab) < 0 && errno != ENOENT)
			return -1;
	}
	return 0;
}

/* The zones by name: a system's configuration may name any of them. */
static int
boot_pack_zones(struct boot *b)
{
	static const char zones[] = "/usr/share/zoneinfo";
	char path[PATH_MAX];
	struct dirent *e;
	DIR *dir = opendir(zones);
	int r = 0;

	if (dir == NULL)
		return errno == ENOENT ? 0 : -1;
	while (r == 0 && (e = readdir(dir)) != NULL) {
		/* These two hold the same once more. */
		if (e->d_name[0] == '.' || strcmp(e->d_name, "posix") == 0 ||
		    strcmp(e->d_name, "right") == 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", zones, e->d_name);
		r = pack_add(&b->pack, path, path);
	}
	closedir(dir);
	return r;
}

/* TZ and /etc/localtime: the lab's local time is the host's. */
static int
boot_pack_zone(struct boot *b)
{
	const char *zone = getenv("TZ");

	if (zone != NULL)
		snprintf(b->config.zone, sizeof b->config.zone, "%s", zone);
	if (pack_add(&b->pack, "/etc/localtime", "/etc/localtime") < 0 &&
	    errno != ENOENT)
		return -1;
	return boot_pack_zones(b);
}

/* What glibc's C.UTF-8 knows of characters: vmterm draws them with it. */
static int
boot_pack_characters(struct boot *b)
{
	static const char path[] = "/usr/lib/locale/C.utf8/LC_CTYPE";

	return pack_add(&b->pack, path, path) < 0 && errno != ENOENT ? -1 : 0;
}

static int
boot_pack_config(struct boot *b)
{
	static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n";
	char text[8 * LAB_LINE_MAX];
	int n = lab_config_text(&b->config, text, sizeof text);

	if (pack_data(&b->pack, "/etc/passwd", 0644, passwd,
	    sizeof passwd - 1) < 0 && errno != EEXIST)
		return -1;
	return pack_data(&b->pack, LAB_CONFIG, 0600, text, (size_t)n);
}

static int
boot_collect(struct boot *b, const char *kind)
{
	char prefix[PATH_MAX], path[PATH_MAX + 32];

	if (boot_prefix(prefix, sizeof prefix) < 0)
		return boot_fail(b, "vmlab is not in PREFIX/libexec/vm370");
	if (access("/bin/busybox", X_OK) < 0)
		return boot_fail(b, "no /bin/busybox (Debian package "
		    "busybox-static)");
	snprintf(path, sizeof path, "%s/share/vm370", prefix);
	if (boot_kernel(b, path) < 0)
		return -1;
	snprintf(path, sizeof path, "%s/share/vm370/lab/init.sh", prefix);
	if (pack_add(&b->pack, path, "/init") < 0 ||
	    pack_add(&b->pack, "/bin/busybox", "/bin/busybox") < 0 ||
	    boot_pack_programs(b, prefix) < 0 || boot_pack_zone(b) < 0 ||
	    boot_pack_characters(b) < 0 || boot_pack_modules(b, kind) < 0 ||
	    boot_pack_config(b) < 0 || pack_libs(&b->pack) < 0)
		return boot_fail(b, "the lab's files cannot be collected: %s",
		    strerror(errno));
	return 0;
}

int
boot_initrd(struct boot *b, const char *kind)
{
	int fd;

	if (boot_collect(b, kind) < 0)
		return -1;
	fd = memfd_create("initrd", MFD_CLOEXEC);
	if (fd >= 0 && pack_write(&b->pack, fd) == 0)
		return fd;
	boot_fail(b, "the lab's initrd cannot be written: %s",
	    strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

/* --- virtiofsd --- */

/*
 * A listening socket and our connection to it, in the home's run folder and
 * without a name as soon as we are connected.
 */
static int
boot_share_sockets(const char *home, int fd[2])
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char run[PATH_MAX];
	int dir, r = -1;

	snprintf(run, sizeof run, "%s/run", home);
	dir = open(run, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -1;
	/* By descriptor, as a socket's path must be short. */
	snprintf(sun.sun_path, sizeof sun.sun_path, "/proc/self/fd/%d/share.%d",
	    dir, (int)getpid());
	fd[0] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	fd[1] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	unlink(sun.sun_path);
	if (fd[0] >= 0 && fd[1] >= 0 &&
	    bind(fd[0], (struct sockaddr *)&sun, sizeof sun) == 0 &&
	    listen(fd[0], 1) == 0)
		r = connect(fd[1], (struct sockaddr *)&sun, sizeof sun);
	unlink(sun.sun_path);
	close(dir);
	if (r < 0 && fd[0] >= 0)
		close(fd[0]);
	if (r < 0 && fd[1] >= 0)
		close(fd[1]);
	return r;
}

/* Serve the home; the socket for QEMU, or -1: see `why`. */
static int
boot_share(struct boot *b, const char *self)
{
	char *argv[] = { (char *)(uintptr_t)self, "share",
		(char *)(uintptr_t)b->home, NULL };
	int sock[2], leash[2];

	if (boot_share_sockets(b->home, sock) < 0)
		return boot_fail(b, "%s/run: %s", b->home, strerror(errno));
	if (pipe2(leash, O_CLOEXEC) < 0) {
		close(sock[0]);
		close(sock[1]);
		return boot_fail(b, "pipe: %s", strerror(errno));
	}
	b->share = spawn(self, argv, (int[]){ sock[0], leash[1] }, 2);
	close(sock[0]);
	close(leash[1]);
	b->leash = leash[0];
	if (b->share < 0) {
		b->share = 0;
		close(sock[1]);
		return boot_fail(b, "%s: %s", self, strerror(errno));
	}
	return sock[1];
}

/* --- QEMU --- */

struct boot_args {
	char *argv[BOOT_ARGS_MAX + 1];
	char text[24][BOOT_TEXT_MAX];
	size_t argc, texts;
};

static void
boot_arg(struct boot_args *a, const char *option, const char *value)
{
	a->argv[a->argc++] = (char *)(uintptr_t)option;
	if (value != NULL)
		a->argv[a->argc++] = (char *)(uintptr_t)value;
}

static void __attribute__((format(printf, 3, 4)))
boot_argf(struct boot_args *a, const char *option, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(a->text[a->texts], BOOT_TEXT_MAX, fmt, ap);
	va_end(ap);
	boot_arg(a, option, a->text[a->texts++]);
}

/* The machine: a processor with AMD-V, and memory that virtiofsd can map. */
static void
boot_args_machine(struct boot *b, struct boot_args *a)
{
	boot_arg(a, "-nodefaults", NULL);
	boot_arg(a, "-no-user-config", NULL);
	boot_arg(a, "-no-reboot", NULL);
	boot_arg(a, "-display", "none");
	boot_arg(a, "-machine", "q35,memory-backend=mem");
	boot_argf(a, "-object", "memory-backend-memfd,id=mem,size=%uM,share=on",
	    b->memory_mb);
	boot_argf(a, "-m", "%u", b->memory_mb);
	boot_arg(a, "-cpu", "max");
	boot_arg(a, "-smp", "1"); /* two are not reliable under TCG */
	boot_arg(a, "-rtc", "base=utc");
	if (b->icount) {
		boot_arg(a, "-accel", "tcg,thread=single,tb-size=512");
		boot_arg(a, "-icount", "shift=0,sleep=off");
	} else
		boot_arg(a, "-accel", "tcg,thread=multi,tb-size=512");
}

static void
boot_args_kernel(struct boot *b, struct boot_args *a)
{
	boot_argf(a, "-kernel", "%s/vmlinux", b->kernel);
	boot_argf(a, "-initrd", "/proc/self/fd/%d", BOOT_FD(BOOT_INITRD));
	boot_argf(a, "-append", "console=ttyS0 quiet panic=-1 nokaslr "
	    "mitigations=off random.trust_cpu=on tsc=reliable "
	    "no_timer_check ipv6.disable=1 lab.agent lab.net%s",
	    b->home != NULL ? " lab.home" : "");
}

/* The lab's ports, each as one of the host's that is free. */
static void
boot_args_ports(struct boot *b, struct boot_args *a)
{
	char ports[(LAB_READERS_MAX + 2) * 40] = "";
	size_t n = 0;

	for (unsigned i = 0; i < 2 + b->nreaders; i++)
		n += (size_t)snprintf(ports + n, sizeof ports - n,
		    ",hostfwd=tcp:127.0.0.1:0-:%d", LAB_SERVICE_PORT + (int)i);
	boot_argf(a, "-netdev", "user,id=net,restrict=on,ipv6=off%s", ports);
}

static void
boot_args_devices(struct boot *b, struct boot_args *a)
{
	boot_argf(a, "-chardev", "file,id=log,append=on,path=/proc/self/fd/%d",
	    BOOT_FD(BOOT_LOG));
	boot_arg(a, "-serial", "chardev:log");
	boot_argf(a, "-chardev", "socket,id=control,fd=%d",
	    BOOT_FD(BOOT_CONTROL));
	boot_arg(a, "-serial", "chardev:control");
	boot_argf(a, "-chardev", "socket,id=qmp,fd=%d", BOOT_FD(BOOT_QMP_FD));
	boot_arg(a, "-mon", "chardev=qmp,mode=control");
	boot_args_ports(b, a);
	boot_arg(a, "-device", "virtio-net-pci,netdev=net,romfile=");
	if (b->home == NULL)
		return;
	boot_argf(a, "-chardev", "socket,id=home,fd=%d", BOOT_FD(BOOT_HOME));
	/* Without event indices: virtiofsd says with them how far it has read
	 * and then looks for more, with no barrier between.  A request of just
	 * then is never announced to it, nor is any after it. */
	boot_arg(a, "-device",
	    "vhost-user-fs-pci,chardev=home,tag=home,event_idx=off");
}

static int
boot_qemu(struct boot *b, const char *self, const int fd[BOOT_FDS])
{
	static struct boot_args a; /* large */
	char ppid[16];

	a.argc = a.texts = 0;
	snprintf(ppid, sizeof ppid, "%d", (int)getpid());
	boot_arg(&a, self, "leash");
	boot_arg(&a, ppid, BOOT_QEMU);
	boot_args_machine(b, &a);
	boot_args_kernel(b, &a);
	boot_args_devices(b, &a);
	a.argv[a.argc] = NULL;
	b->qemu = spawn(self, a.argv, fd,
	    b->home != NULL ? BOOT_FDS : BOOT_HOME);
	if (b->qemu >= 0)
		return 0;
	b->qemu = 0;
	return boot_fail(b, "%s: %s", self, strerror(errno));
}

/* --- all of it --- */

/* Why not?  The likely reasons have a line of their own. */
static int
boot_no_qemu(struct boot *b)
{
	int status = 0;

	if (b->share > 0 && waitpid(b->share, &status, WNOHANG) == b->share) {
		b->share = 0;
		if (geteuid() != 0)
			return boot_fail(b, "sharing the home with the lab "
			    "needs root: let sudo work without a password, "
			    "or run as root");
		return boot_fail(b, "virtiofsd does not start; its reason is "
		    "in the log");
	}
	if (b->qemu > 0 && waitpid(b->qemu, &status, 0) == b->qemu) {
		b->qemu = 0;
		if (WIFEXITED(status) && WEXITSTATUS(status) == LEASH_NO_EXEC)
			return boot_fail(b, "no " BOOT_QEMU " (Debian package "
			    "qemu-system-x86)");
	}
	return boot_fail(b, "QEMU does not start; its reason is in the log");
}

static int
boot_ports(struct boot *b)
{
	if (qmp_open(b->qmp, BOOT_QMP_MS) < 0)
		return boot_no_qemu(b);
	b->service = qmp_forwarded(b->qmp, LAB_SERVICE_PORT, BOOT_QMP_MS);
	b->agent = qmp_forwarded(b->qmp, LAB_AGENT_PORT, BOOT_QMP_MS);
	for (unsigned i = 0; i < b->nreaders; i++)
		b->reader[i] = qmp_forwarded(b->qmp,
		    (uint16_t)(LAB_READER_PORT + i), BOOT_QMP_MS);
	if (b->service == 0 || b->agent == 0)
		return boot_fail(b, "QEMU forwards no port");
	return 0;
}

static int
boot_open_log(struct boot *b)
{
	int fd = open(b->log != NULL ? b->log : "/dev/null",
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		boot_fail(b, "%s: %s", b->log, strerror(errno));
	return fd;
}

static int
boot_sockets(struct boot *b, int fd[BOOT_FDS])
{
	int control[2], qmp[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) < 0)
		return boot_fail(b, "socket: %s", strerror(errno));
	b->control = control[0];
	fd[BOOT_CONTROL] = control[1];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, qmp) < 0)
		return boot_fail(b, "socket: %s", strerror(errno));
	b->qmp = qmp[0];
	fd[BOOT_QMP_FD] = qmp[1];
	return 0;
}

static int
boot_prepare(struct boot *b, char *self, int fd[BOOT_FDS])
{
	ssize_t n = readlink("/proc/self/exe", self, PATH_MAX - 1);

	if (n < 0)
		return boot_fail(b, "/proc/self/exe: %s", strerror(errno));
	self[n] = '\0';
	fd[BOOT_INITRD] = boot_initrd(b, "amd-v");
	if (fd[BOOT_INITRD] < 0)
		return -1;
	fd[BOOT_LOG] = boot_open_log(b);
	if (fd[BOOT_LOG] < 0 || boot_sockets(b, fd) < 0)
		return -1;
	if (b->home == NULL)
		return 0;
	fd[BOOT_HOME] = boot_share(b, self);
	return fd[BOOT_HOME] < 0 ? -1 : 0;
}

int
boot_start(struct boot *b)
{
	int fd[BOOT_FDS] = { -1, -1, -1, -1, -1 }, r;
	char self[PATH_MAX];

	b->qemu = b->share = 0;
	b->control = b->qmp = b->leash = -1;
	r = boot_prepare(b, self, fd);
	if (r == 0)
		r = boot_qemu(b, self, fd);
	for (size_t i = 0; i < BOOT_FDS; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	pack_free(&b->pack);
	if (r == 0)
		r = boot_ports(b);
	if (r < 0)
		boot_end(b);
	return r;
}

int
boot_reaped(struct boot *b, pid_t pid)
{
	if (pid == b->qemu)
		b->qemu = 0;
	else if (pid == b->share)
		b->share = 0;
	else
		return 0;
	return 1;
}

int
boot_off(const struct boot *b, int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
	    !qmp_was_reset(b->qmp);
}

static void
boot_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
boot_end(struct boot *b)
{
	boot_close(&b->leash);
	boot_close(&b->control);
	boot_close(&b->qmp);
	if (b->qemu > 0) {
		kill(b->qemu, SIGKILL);
		waitpid(b->qemu, NULL, 0);
	}
	/* It ends with its connection, or at the latest with the leash. */
	if (b->share > 0)
		waitpid(b->share, NULL, 0);
	b->qemu = b->share = 0;
}
