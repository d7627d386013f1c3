/* SPDX-License-Identifier: MIT
 *
 * block.c - reading a disk's blocks by DIAGNOSE A4 beside the floor: preadv of
 * the same bytes of the same file by a program of this Linux.
 *
 *   block VMGUEST PROGRAM FILE BLOCKS
 *
 * The file is in the page cache.  Both count by the time stamp counter; where
 * time is instructions, so are the figures.  Prints ours, floor and ratio of
 * one request, each the median of 20 rounds of 32.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../rig/rig.h"
#include "median.h"
#include "rounds.h"

#define ROUNDS 21 /* the first one warms up */
#define TRIPS 32
#define STORAGE (1u << 20)
#define BLOCK 512u

static double
measure_floor(const char *path, size_t blocks)
{
	struct iovec iov = { .iov_len = blocks * BLOCK };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	double v[ROUNDS];

	iov.iov_base = mmap(NULL, iov.iov_len, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (fd < 0 || iov.iov_base == MAP_FAILED)
		err(1, "%s", path);
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t from = __builtin_ia32_rdtsc();

		for (unsigned n = 0; n < TRIPS; n++)
			if (preadv(fd, &iov, 1, (off_t)(n * iov.iov_len)) !=
			    (ssize_t)iov.iov_len)
				errx(1, "%s: too short", path);
		v[i] = (double)(__builtin_ia32_rdtsc() - from) / TRIPS;
	}
	close(fd);
	return median(v + 1, ROUNDS - 1);
}

static double
measure_vmguest(const char *vmguest, const char *program, const char *path,
    const char *blocks)
{
	static struct rig rig = { .kvm = "/dev/kvm", .storage = STORAGE,
		.timeout_ms = 120000, .saved = -1 };

	rig.vmguest = vmguest;
	rig.device[0].at = (struct ipc_vm_attach){ .vdev = 0x009,
		.type = DEVICE_CONSOLE };
	rig.device[1].at = (struct ipc_vm_attach){ .vdev = 0x00C,
		.type = DEVICE_FBA, .flags = ATTACH_READ_ONLY };
	rig.device[1].path = program;
	rig.device[2].at = (struct ipc_vm_attach){ .vdev = 0x200,
		.type = DEVICE_FBA, .flags = ATTACH_READ_ONLY };
	rig.device[2].path = path;
	rig.ndevices = 3;
	if (rig_start(&rig) < 0)
		errx(1, "no machine");
	return rounds_median(&rig, 0x00C, blocks, ROUNDS, TRIPS);
}

int
main(int argc, char **argv)
{
	double ours, bare;

	if (argc != 5)
		errx(2, "usage: block VMGUEST PROGRAM FILE BLOCKS");
	bare = measure_floor(argv[3], strtoul(argv[4], NULL, 10));
	ours = measure_vmguest(argv[1], argv[2], argv[3], argv[4]);
	printf("%.1f %.1f %.3f\n", ours, bare, ours / bare);
	return 0;
}
