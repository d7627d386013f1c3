/* SPDX-License-Identifier: MIT
 *
 * registers.h - the virtual processor's registers by name.
 */
#ifndef VM370_CP_REGISTERS_H
#define VM370_CP_REGISTERS_H

struct registers_range {
	unsigned first, last; /* enum vm_register, both included */
};

/* "RAX"; "?" past the end. */
const char *registers_name(unsigned i);

/* The register of a name, or -1. */
int registers_find(const char *name);

/*
 * "G": all general ones, "GRAX", "GRAX-RDX"; "X": control and segment
 * registers, "XCR3", "XCR0-CR4".  0, or message 10 or 9.
 */
int registers_range(const char *word, struct registers_range *out);

#endif
