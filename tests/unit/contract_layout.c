/* SPDX-License-Identifier: MIT
 *
 * contract_layout.c - contract.def held against include/, by whatever compiler
 * and flags this file is compiled with; and the table that they make of it,
 * for contract.c to compare.  Freestanding: the guest's flags must do.
 */
#include <stddef.h>
#include <stdint.h>

#include "channel.h"
#include "contract_layout.h"
#include "diag.h"
#include "ipc.h"
#include "machine.h"
#include "saved.h"
#include "vmtypes.h"

#define SIZE(type, bytes) \
	_Static_assert(sizeof(struct type) == (bytes), "size of " #type);
#define OFFSET(type, member, bytes)                             \
	_Static_assert(offsetof(struct type, member) == (bytes), \
	    "place of " #type "." #member);
#include "contract.def"
#undef SIZE
#undef OFFSET

/* Values that travel in fields, and so are contract as well. */
_Static_assert(sizeof(gpa_t) == 8, "gpa_t");
_Static_assert(sizeof(vdev_t) == 2, "vdev_t");
_Static_assert(sizeof(enum device_type) == 4, "enums are 32 bits");

#ifdef LAYOUT_TABLE
const struct contract_row LAYOUT_TABLE[] = {
#define SIZE(type, bytes) { #type, sizeof(struct type) },
#define OFFSET(type, member, bytes) \
	{ #type "." #member, offsetof(struct type, member) },
#include "contract.def"
#undef SIZE
#undef OFFSET
	{ NULL, 0 },
};
#endif
