/* SPDX-License-Identifier: MIT
 *
 * name.c - VM's eight-character names.
 */
#include "name.h"

#include <errno.h>
#include <string.h>

static bool
name_char(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '$' ||
	    c == '#' || c == '@' || c == '_' || c == '-';
}

int
name_parse(const char *text, struct vm_name *out)
{
	struct vm_name name = { 0 };
	size_t n = strlen(text);

	if (n == 0 || n > VM_NAME_MAX) {
		errno = EINVAL;
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 'a' && c <= 'z')
			c = (unsigned char)(c - 'a' + 'A');
		if (!name_char(c)) {
			errno = EINVAL;
			return -1;
		}
		name.c[i] = (char)c;
	}
	*out = name;
	return 0;
}

struct name_text
name_text(struct vm_name name)
{
	struct name_text text = { 0 };

	for (size_t i = 0; i < VM_NAME_MAX && name.c[i] != '\0'; i++)
		text.s[i] = name_char((unsigned char)name.c[i]) ? name.c[i] :
		    '?';
	return text;
}

bool
name_equal(struct vm_name a, struct vm_name b)
{
	return memcmp(a.c, b.c, sizeof a.c) == 0;
}

bool
name_empty(struct vm_name a)
{
	return a.c[0] == '\0';
}

void
name_pad(struct vm_name name, char *field, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		field[i] = i < VM_NAME_MAX && name.c[i] != '\0' ? name.c[i] :
		    ' ';
}
