/* SPDX-License-Identifier: MIT
 *
 * field.h - may a field of a message be what it is?
 */
#ifndef VM370_SPOOL_FIELD_H
#define VM370_SPOOL_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "ipc.h"

bool field_user(const struct vm_user *user); /* a name and a node */
bool field_no_user(const struct vm_user *user);
bool field_name(const struct vm_name *name);
bool field_class(char class);

/* Of the attributes, those in `change` (CHANGE_*). */
bool field_attr(const struct spool_attr *attr, uint32_t change);
bool field_upper(const char *text, size_t size); /* printable, upper case */
bool field_zero(const void *bytes, size_t size);

#endif
