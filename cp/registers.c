/* SPDX-License-Identifier: MIT
 *
 * registers.c - names of registers, and ranges of them.
 */
#include "registers.h"

#include <string.h>

#include "ipc.h"

static const char *const registers_names[VMREG_COUNT] = {
#define X(name) #name,
	VM_REGISTERS(X)
#undef X
};

const char *
registers_name(unsigned i)
{
	return i < VMREG_COUNT ? registers_names[i] : "?";
}

int
registers_find(const char *name)
{
	for (int i = 0; i < VMREG_COUNT; i++)
		if (strcmp(registers_names[i], name) == 0)
			return i;
	return -1;
}

/* One name of a range, which may end in a dash or a colon. */
static int
registers_part(const char *text, size_t n, unsigned lo, unsigned hi,
    unsigned *out)
{
	char name[8];
	int i;

	if (n == 0 || n >= sizeof name)
		return -1;
	memcpy(name, text, n);
	name[n] = '\0';
	i = registers_find(name);
	if (i < (int)lo || i > (int)hi)
		return -1;
	*out = (unsigned)i;
	return 0;
}

int
registers_range(const char *word, struct registers_range *out)
{
	unsigned lo = word[0] == 'G' ? VMREG_RAX : VMREG_CR0;
	unsigned hi = word[0] == 'G' ? VMREG_R15 : VMREG_TR;
	size_t n = strcspn(word + 1, "-:");

	*out = (struct registers_range){ lo, hi };
	if (word[1] == '\0')
		return 0;
	if (registers_part(word + 1, n, lo, hi, &out->first) < 0)
		return 10;
	out->last = out->first;
	if (word[1 + n] == '\0')
		return 0;
	if (registers_part(word + 2 + n, strlen(word + 2 + n), lo, hi,
	    &out->last) < 0)
		return 10;
	return out->last < out->first ? 9 : 0;
}
