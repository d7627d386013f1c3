/* SPDX-License-Identifier: MIT
 *
 * boot.h - one boot of a lab: QEMU, and virtiofsd when a folder is shared.
 */
#ifndef VM370_LAB_BOOT_H
#define VM370_LAB_BOOT_H

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>

#include "lab.h"
#include "pack.h"

#define BOOT_MEMORY_MB 2048 /* taken from the host only as it is touched */

struct boot {
	/* asked for */
	const char *home;  /* folder to share, or NULL */
	unsigned memory_mb;
	int icount;	   /* time is instructions */
	const char *log;   /* the kernel's log, or NULL */
	struct lab_config config;
	unsigned nreaders; /* card readers: LAB_READER_PORT and on, in the lab */
	struct pack pack;  /* files beside the programs; consumed */
	/* made */
	pid_t qemu, share; /* 0: not running */
	int control;	   /* lines to and from the agent */
	int qmp;
	int leash;	   /* virtiofsd ends when this is closed */
	uint16_t service, agent; /* ports on 127.0.0.1 */
	uint16_t reader[LAB_READERS_MAX];
	char kernel[PATH_MAX];	 /* the folder with the lab's kernel */
	char why[LAB_LINE_MAX];	 /* what went wrong */
};

/* All that a lab of this kind ("amd-v", "vt-x") starts with, as an initrd in
 * memory.  -1: see `why`. */
int boot_initrd(struct boot *b, const char *kind);

/* Start it: returns as soon as QEMU runs, before its kernel does.  -1: `why`
 * says why, and nothing is left running. */
int boot_start(struct boot *b);

/* A child has ended: 1 when it was one of this boot's. */
int boot_reaped(struct boot *b, pid_t pid);

/* QEMU has ended with this status: was it because the lab powered off? */
int boot_off(const struct boot *b, int status);

/* End it at once and wait for it: the lab has powered off, or is lost. */
void boot_end(struct boot *b);

/* Random hexadecimal digits, n of them and a NUL. */
void boot_token(char *buf, size_t n);

#endif
