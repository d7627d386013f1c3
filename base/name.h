/* SPDX-License-Identifier: MIT
 *
 * name.h - VM's eight-character names as C strings and back.
 */
#ifndef VM370_BASE_NAME_H
#define VM370_BASE_NAME_H

#include <stdbool.h>

#include "vmtypes.h"

/* A name's text, NUL terminated. */
struct name_text {
	char s[VM_NAME_MAX + 1];
};

/* Text to name, folded to upper case.  -1 (EINVAL) unless it is 1 to 8 of
 * A-Z 0-9 $ # @ _ - (+ and : are taken by others). */
int name_parse(const char *text, struct vm_name *out);

/* Always terminated; whatever bytes a name from another process holds, only
 * those a name may have come through, others as '?'. */
struct name_text name_text(struct vm_name name);

bool name_equal(struct vm_name a, struct vm_name b);
bool name_empty(struct vm_name a);

/* To a field of n bytes padded with blanks, as DIAGNOSE blocks want it. */
void name_pad(struct vm_name name, char *field, unsigned n);

#endif
