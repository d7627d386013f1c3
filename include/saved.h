/* SPDX-License-Identifier: MIT
 *
 * saved.h - the file of a saved system: what SAVESYS writes and IPL of a name
 * starts from.
 *
 *   struct saved_header | processor | struct saved_run, runs of them | gap |
 *   pages, from a multiple of 4096 to the end of the file
 *
 * vmguest writes the file and starts from it; vmcp reads the header, to list
 * it.  Storage that the file does not have is zero.  A file is written once
 * and then only read: whoever runs from it has its pages mapped, so a newer
 * one takes its name, never its place.  Sums are those of base/checksum.h.
 */
#ifndef VM370_SAVED_H
#define VM370_SAVED_H

#include <stdint.h>

#include "vmtypes.h"

#define SAVED_MAGIC "VM370NSS"
#define SAVED_FORMAT 1

/* Stretches of storage: each costs every user of the system a mapping.  Small
 * gaps between pages that hold something are pages of zeros in the file. */
#define SAVED_RUNS_MAX 64

struct saved_header {
	char magic[8];	    /* SAVED_MAGIC */
	uint32_t format;    /* SAVED_FORMAT */
	uint32_t ipl_vdev;  /* in low storage when it was saved */
	uint64_t build;	    /* of the contracts in this folder */
	uint64_t model;	    /* of the processor */
	uint64_t storage;   /* bytes that a machine must have at least */
	uint32_t mode;	    /* enum ipc_vm_mode */
	uint32_t processor; /* bytes of its state */
	uint32_t runs;	    /* 1 to SAVED_RUNS_MAX */
	uint32_t pages;	    /* of 4096 bytes, in the file */
	uint64_t pages_at;  /* where they begin */
	struct vm_name name;
	struct vm_user by;
	int64_t utc_ns;	    /* when, since 1970 */
	uint64_t state_sum; /* of what lies between header and gap */
	uint64_t pages_sum;
	uint64_t sum;	    /* of all before it */
};

/* Pages that follow each other in storage and in the file; ascending, and no
 * page twice. */
struct saved_run {
	uint32_t page; /* of storage, from 0 */
	uint32_t pages;
};

_Static_assert(sizeof(struct saved_header) == 120, "saved_header");
_Static_assert(sizeof(struct saved_run) == 8, "saved_run");

#endif
