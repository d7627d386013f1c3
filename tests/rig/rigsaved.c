/* SPDX-License-Identifier: MIT
 *
 * rigsaved.c - save a system, start from it, and forge ones that must not
 * start.
 */
#include "rigsaved.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checksum.h"
#include "saved.h"

#define RIG_FLIP 0x40
#define RIG_PAGE 4096u

int
rigsaved_save(struct rig *rig)
{
	struct ipc_vm_save save = { .tag = ++rig->tag,
		.kind = VM_SAVE_SYSTEM, .name = { "RIGSYS" } };
	int fd = memfd_create("system", MFD_CLOEXEC);
	int rc = rig_ask(rig, IPC_VM_SAVE, &save, sizeof save, fd);

	if (rc != 0) {
		close(fd);
		return rc;
	}
	if (rig->saved >= 0)
		close(rig->saved);
	rig->saved = fd;
	return 0;
}

static int
rigsaved_ipl_from(struct rig *rig, int fd, const char *parm)
{
	union {
		struct ipc_vm_ipl ipl;
		char bytes[sizeof(struct ipc_vm_ipl) + MACHINE_PARM_MAX];
	} msg = { .ipl = { .vdev = 0x123, .tag = ++rig->tag } };

	msg.ipl.text_len = (uint32_t)strlen(parm);
	memcpy(msg.ipl.text, parm, msg.ipl.text_len);
	return rig_ask(rig, IPC_VM_IPL_SAVED, &msg,
	    sizeof msg.ipl + msg.ipl.text_len, fd);
}

int
rigsaved_ipl(struct rig *rig, const char *parm)
{
	return rigsaved_ipl_from(rig, rig->saved, parm);
}

/* --- forging --- */

struct forgery {
	uint8_t *bytes;
	size_t len;
	struct saved_header *h;
};

static void
forge_sums(struct forgery *f)
{
	struct saved_header *h = f->h;

	h->state_sum = checksum_add(CHECKSUM_START, f->bytes + sizeof *h,
	    h->processor + h->runs * sizeof(struct saved_run));
	h->sum = checksum_add(CHECKSUM_START, h,
	    offsetof(struct saved_header, sum));
}

static long
forge_number(const char *what, size_t len)
{
	long n = strtol(strchr(what, '=') + 1, NULL, 0);

	return n < 0 ? (long)len + n : n;
}

static void
forge_order(struct forgery *f)
{
	struct saved_run *run = (void *)(f->bytes + sizeof *f->h +
	    f->h->processor);
	struct saved_run first = run[0];

	run[0] = run[1];
	run[1] = first;
}

/* A field of the header, as somebody who knows the sums could write it. */
static bool
forge_field(struct forgery *f, const char *what)
{
	struct saved_header *h = f->h;

	if (strcmp(what, "magic") == 0)
		h->magic[0] ^= RIG_FLIP;
	else if (strcmp(what, "format") == 0)
		h->format++;
	else if (strcmp(what, "build") == 0)
		h->build++;
	else if (strcmp(what, "model") == 0)
		h->model++;
	else if (strcmp(what, "mode") == 0)
		h->mode = VM_MODE_PC;
	else if (strcmp(what, "storage") == 0)
		h->storage = MACHINE_STORAGE_MAX;
	else if (strcmp(what, "small") == 0)
		h->storage = RIG_PAGE;
	else if (strcmp(what, "runs") == 0)
		h->runs = SAVED_RUNS_MAX + 1;
	else if (strcmp(what, "norun") == 0)
		h->runs = 0;
	else if (strcmp(what, "pages") == 0)
		h->pages--;
	else if (strcmp(what, "processor") == 0)
		h->processor += 8;
	else if (strcmp(what, "at") == 0)
		h->pages_at += RIG_PAGE;
	else if (strcmp(what, "order") == 0)
		forge_order(f);
	else
		return false;
	forge_sums(f);
	return true;
}

/* Bytes of the file as it is, with room for one page more. */
static int
forge_open(struct rig *rig, struct forgery *f)
{
	struct stat st;

	if (fstat(rig->saved, &st) < 0)
		return -1;
	f->len = (size_t)st.st_size;
	f->bytes = calloc(1, f->len + RIG_PAGE);
	f->h = (void *)f->bytes;
	return f->bytes != NULL && pread(rig->saved, f->bytes, f->len, 0) ==
	    (ssize_t)f->len ? 0 : -1;
}

static bool
forge(struct forgery *f, const char *what)
{
	if (strncmp(what, "cut=", 4) == 0)
		f->len = (size_t)forge_number(what, f->len);
	else if (strncmp(what, "long=", 5) == 0)
		f->len += (size_t)forge_number(what, 0);
	else if (strncmp(what, "flip=", 5) == 0)
		f->bytes[forge_number(what, f->len)] ^= RIG_FLIP;
	else if (strncmp(what, "page=", 5) == 0)
		f->bytes[f->h->pages_at + (size_t)forge_number(what,
		    f->h->pages) * RIG_PAGE + 1234] ^= RIG_FLIP;
	else
		return forge_field(f, what);
	return true;
}

int
rigsaved_forged(struct rig *rig, const char *what)
{
	struct forgery f = { 0 };
	int fd, rc = -1;

	if (strcmp(what, "folder") == 0) {
		fd = open("/", O_RDONLY | O_CLOEXEC);
		rc = rigsaved_ipl_from(rig, fd, "");
		close(fd);
		return rc;
	}
	fd = memfd_create("forged", MFD_CLOEXEC);
	if (forge_open(rig, &f) == 0 && forge(&f, what) &&
	    write(fd, f.bytes, f.len) == (ssize_t)f.len)
		rc = rigsaved_ipl_from(rig, fd, "FORGED");
	free(f.bytes);
	close(fd);
	return rc;
}
