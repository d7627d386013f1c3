/* SPDX-License-Identifier: MIT
 *
 * config.c - fuzz SYSTEM CONFIG: any text is read or refused with a place in
 * it.  The home directory is one that is not there.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dir_error err;
	struct config *c = config_parse((const char *)data, size,
	    "/nonexistent", &err);

	if (c == NULL) {
		if (err.text[0] == '\0' || err.line == 0 || err.column == 0)
			abort();
		return 0;
	}
	if (c->logo == NULL || c->logmsg == NULL || name_empty(c->system) ||
	    name_empty(c->node))
		abort();
	config_free(c);
	return 0;
}
