/* SPDX-License-Identifier: MIT
 *
 * field.c - may a field of a message be what it is?
 */
#include "field.h"

#include <string.h>

#include "name.h"

bool
field_zero(const void *bytes, size_t size)
{
	const char *p = bytes;

	for (size_t i = 0; i < size; i++)
		if (p[i] != 0)
			return false;
	return true;
}

bool
field_name(const struct vm_name *name)
{
	struct vm_name same;

	return name_parse(name_text(*name).s, &same) == 0 &&
	    name_equal(*name, same);
}

bool
field_user(const struct vm_user *user)
{
	return field_name(&user->user) && field_name(&user->node);
}

bool
field_no_user(const struct vm_user *user)
{
	return field_zero(user, sizeof *user);
}

bool
field_class(char class)
{
	return (class >= 'A' && class <= 'Z') || (class >= '0' && class <= '9');
}

/* Printable ASCII, then NULs. */
static bool
field_text(const char *text, size_t size)
{
	size_t n = strnlen(text, size);

	for (size_t i = 0; i < n; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return field_zero(text + n, size - n);
}

bool
field_upper(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (text[i] >= 'a' && text[i] <= 'z')
			return false;
	return field_text(text, size);
}

static bool
field_name_type(const struct spool_attr *a)
{
	return field_upper(a->name, sizeof a->name) &&
	    field_upper(a->type, sizeof a->type);
}

/* A tag is what somebody wrote for another system; it keeps its case. */
bool
field_attr(const struct spool_attr *a, uint32_t change)
{
	const struct {
		uint32_t bit;
		bool good;
	} fields[] = {
		{ CHANGE_CLASS, field_class(a->class) },
		{ CHANGE_COPIES, a->copies > 0 },
		{ CHANGE_HOLD, a->hold <= (SPOOL_HOLD_USER |
		    SPOOL_HOLD_SYSTEM) },
		{ CHANGE_KEEP, a->keep <= 1 },
		{ CHANGE_DIST, field_upper(a->dist, sizeof a->dist) },
		{ CHANGE_NAME, field_name_type(a) },
		{ CHANGE_FORM, a->form[0] != '\0' &&
		    field_upper(a->form, sizeof a->form) },
		{ CHANGE_TAG, field_text(a->tag, sizeof a->tag) },
	};

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if ((change & fields[i].bit) != 0 && !fields[i].good)
			return false;
	return a->zero == 0;
}
