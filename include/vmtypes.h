/* SPDX-License-Identifier: MIT
 *
 * vmtypes.h - the few types that every program and CMS share.
 *
 * Freestanding: <stdint.h> only.  Included by all the other contracts.
 */
#ifndef VM370_VMTYPES_H
#define VM370_VMTYPES_H

#include <stdint.h>

/*
 * A name in VM's directory: 1 to 8 characters, upper case, padded with NULs.
 * Not necessarily terminated; use the vm_name functions of base/name.h.
 */
#define VM_NAME_MAX 8

struct vm_name {
	char c[VM_NAME_MAX];
};

/* Who: a user and the node he is on.  Nobody is known by a userid alone. */
struct vm_user {
	struct vm_name user;
	struct vm_name node;
};

/* A virtual device address, 0x001 to 0xFFF.  0 is "no device". */
typedef uint16_t vdev_t;
#define VDEV_NONE 0
#define VDEV_MAX 0xFFF

/* A spool file's number as its owner sees it, 1 to 9999.  0 is "none". */
typedef uint16_t spoolid_t;
#define SPOOLID_MAX 9999

/*
 * A guest-real address.  A structure, so that nobody can mistake it for a
 * pointer or add two of them; only vtx/memory.c turns one into bytes.
 */
typedef struct {
	uint64_t a;
} gpa_t;

#define GPA(x) ((gpa_t){ (uint64_t)(x) })

#endif
