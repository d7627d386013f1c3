/* SPDX-License-Identifier: MIT
 *
 * contract_layout.h - the table that contract_layout.c makes.
 */
#ifndef VM370_TESTS_CONTRACT_LAYOUT_H
#define VM370_TESTS_CONTRACT_LAYOUT_H

#include <stdint.h>

struct contract_row {
	const char *name;
	uint64_t value; /* a size or an offset */
};

extern const struct contract_row contract_host[], contract_guest[];

#endif
