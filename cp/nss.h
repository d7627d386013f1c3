/* SPDX-License-Identifier: MIT
 *
 * nss.h - named saved systems: the files in DIR/saved, and who runs which.
 */
#ifndef VM370_CP_NSS_H
#define VM370_CP_NSS_H

#include <stdbool.h>
#include <sys/queue.h>
#include <sys/stat.h>

#include "ipc.h"
#include "saved.h"
#include "vmtypes.h"
#include "worker.h"

struct cp;
struct request;
struct vmblok;

/* One version of a system.  It is known as long as its file is there or a
 * machine runs from it. */
struct nss {
	TAILQ_ENTRY(nss) entry;
	struct saved_header h; /* pages 0: the file is no saved system */
	struct saved_run run[SAVED_RUNS_MAX]; /* h.runs of them */
	bool damaged;	/* what is behind its header is not what it says */
	int fd;		/* of the last file seen under its name, or -1 */
	struct stat st;	/* fd's */
	unsigned file;	/* its number, given when it was first seen */
	unsigned users; /* machines that run from it */
	bool current;	/* of a scan: its file is there */
};

TAILQ_HEAD(nss_list, nss);

/* Forget what was never finished, before the first user; and all at the end. */
void nss_open(struct cp *cp);
void nss_close(struct cp *cp);

/* A word as a system's name: not one that IPL takes for a device's address. */
bool nss_name(const char *word, struct vm_name *name);

/* The file to start from; the caller closes it.  The header has no pages when
 * it is not a good one.  -1 with errno, ENOENT: there is no such system. */
int nss_find(struct cp *cp, struct vm_name name, struct saved_header *h);

/* A new file for a system, beside the one there may be.  -1 with errno, EEXIST:
 * somebody saves it just now. */
int nss_create(struct cp *cp, struct vm_name name);
/* What was written takes the name; fn is called when that is on disk, or
 * not: -errno.  -1 with errno, EPROTO: it is no such system.  nss_drop: what
 * was written is gone. */
int nss_publish(struct cp *cp, struct vm_name name, worker_fn *fn, void *arg);
void nss_drop(struct cp *cp, struct vm_name name);

/* A machine found that a version is damaged. */
void nss_damaged(struct cp *cp, const struct saved_header *h);

/* The name is gone; who runs the system goes on.  Users that it has, or -1
 * with errno. */
int nss_purge(struct cp *cp, struct vm_name name);

/* A machine runs from that file from now on, or no longer. */
void nss_enter(struct vmblok *vm, const struct saved_header *h);
void nss_leave(struct vmblok *vm);

/* Look into the folder: all versions that there are, the current ones in order
 * of name, are in cp->nss then. */
void nss_scan(struct cp *cp);

#endif
