/* SPDX-License-Identifier: MIT
 *
 * ipl.c - from vmguest's exec to a console line of what it IPLs, beside the
 * floor: from the exec of iplfloor to the first exit of its machine.
 *
 *   ipl VMGUEST IPLFLOOR IMAGE PREFIX [IMAGE191]
 *
 * The line that counts is the first that begins with PREFIX.  The same system
 * is IPLed from IMAGE as device 190, and as a saved one, which it makes first
 * by IPL 190 PARM SAVESYS CMS in a machine of 1M.  Prints the disk's, the
 * saved system's and the floor's processor time in microseconds, each the
 * median of 20: all make the kernel wait (for RCU, mostly) some milliseconds
 * that have nothing to do with any of them, and would make any ratio look
 * good.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../rig/rig.h"
#include "../rig/rigsaved.h"
#include "median.h"

#define RUNS 20
#define PARM "AUTOCR"

static double
clock_us(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) < 0)
		err(1, "clock");
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* What a process and its threads have used since it was forked. */
static double
used_us(pid_t pid)
{
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0)
		errx(1, "%d has no clock", (int)pid);
	return clock_us(clock);
}

static double
floor_once(const char *path)
{
	double used;
	int fd[2];
	char byte;
	pid_t pid;

	if (pipe(fd) < 0)
		err(1, "pipe");
	pid = fork();
	if (pid == 0) {
		dup2(fd[1], 3);
		close_range(4, ~0u, 0);
		execl(path, "iplfloor", (char *)NULL);
		_exit(127);
	}
	close(fd[1]);
	if (pid < 0 || read(fd[0], &byte, 1) != 1)
		errx(1, "%s: no first exit", path);
	used = used_us(pid); /* it waits to be killed */
	close(fd[0]);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return used;
}

static bool
said(const struct rig *rig, unsigned from, const char *prefix)
{
	for (unsigned i = from; i < rig->nlines && i < RIG_LINES; i++)
		if (strncmp(rig->line[i], prefix, strlen(prefix)) == 0)
			return true;
	return false;
}

struct machine {
	const char *vmguest, *image, *image191, *prefix;
};

static struct rig rig;

static void
start(const struct machine *m, uint64_t storage, int saved)
{
	memset(&rig, 0, offsetof(struct rig, line));
	rig.vmguest = m->vmguest;
	rig.kvm = "/dev/kvm";
	rig.storage = storage;
	rig.timeout_ms = 20000;
	rig.saved = saved;
	rig.device[0].at = (struct ipc_vm_attach){ .vdev = 0x009,
		.type = DEVICE_CONSOLE };
	rig.device[1].at = (struct ipc_vm_attach){ .vdev = 0x0FF,
		.type = DEVICE_TIMER };
	rig.device[2].at = (struct ipc_vm_attach){ .vdev = 0x190,
		.type = DEVICE_FBA, .flags = ATTACH_READ_ONLY };
	rig.device[2].path = m->image;
	rig.device[3].at = (struct ipc_vm_attach){ .vdev = 0x191,
		.type = DEVICE_FBA };
	rig.device[3].path = m->image191;
	rig.ndevices = m->image191 != NULL ? 4 : 3;
	if (rig_start(&rig) < 0)
		errx(1, "no machine");
}

/* The descriptor of the system that it saves. */
static int
save(const struct machine *m)
{
	bool never = false;
	double begun = clock_us(CLOCK_MONOTONIC);

	start(m, 1u << 20, -1);
	rig_ipl(&rig, 0x190, IPL_CLEAR, "SAVESYS CMS");
	while (rig.saved < 0 && clock_us(CLOCK_MONOTONIC) - begun < 20e6)
		if (rig_pump(&rig, &never, 1) < 0 && rig.chan.dead)
			errx(1, "vmguest is gone");
	if (rig.saved < 0)
		errx(1, "nothing was saved");
	rig_kill(&rig);
	return rig.saved;
}

static double
ours_once(const struct machine *m, int saved)
{
	double begun = clock_us(CLOCK_MONOTONIC), used;
	bool never = false;

	start(m, 16u << 20, saved);
	if (saved < 0)
		rig_ipl(&rig, 0x190, IPL_CLEAR, PARM);
	else if (rigsaved_ipl(&rig, PARM) != 0)
		errx(1, "the saved system does not start");
	do {
		if (rig_pump(&rig, &never, 1) < 0 && rig.chan.dead)
			errx(1, "vmguest is gone");
		used = used_us(rig.pid);
	} while (!said(&rig, 0, m->prefix) &&
	    clock_us(CLOCK_MONOTONIC) - begun < 20e6);
	if (!said(&rig, 0, m->prefix))
		errx(1, "no line %s", m->prefix);
	rig_kill(&rig);
	return used;
}

/* A machine that stays: else the first one after the last turns the
 * processor's virtualization on, and pays for it. */
static void
keep_kvm_on(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (kvm < 0 || ioctl(kvm, KVM_CREATE_VM, 0) < 0)
		err(1, "/dev/kvm");
}

/* The end of a machine takes the kernel a while, also after its process. */
static void
rest(void)
{
	usleep(50000);
}

int
main(int argc, char **argv)
{
	double disk[RUNS], from_saved[RUNS], bare[RUNS];
	struct machine m;
	int saved;

	if (argc < 5)
		errx(2, "usage: ipl VMGUEST IPLFLOOR IMAGE PREFIX [IMAGE191]");
	m = (struct machine){ .vmguest = argv[1], .image = argv[3],
		.prefix = argv[4], .image191 = argv[5] };
	keep_kvm_on();
	saved = save(&m);
	for (int i = 0; i < RUNS; i++) {
		bare[i] = floor_once(argv[2]);
		rest();
		disk[i] = ours_once(&m, -1);
		rest();
		from_saved[i] = ours_once(&m, saved);
		rest();
	}
	printf("%.0f %.0f %.0f\n", median(disk, RUNS),
	    median(from_saved, RUNS), median(bare, RUNS));
	return 0;
}
