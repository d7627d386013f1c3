/* SPDX-License-Identifier: MIT
 *
 * directory.c - fuzz USER DIRECT: any text is read or refused with a place in
 * it, and what is read can be looked up.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "directory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dir_error err;
	struct directory *dir = directory_parse((const char *)data, size, &err);

	if (dir == NULL) {
		char text[256];

		dir_error_print(&err, text, sizeof text);
		if (err.number == 0 || err.text[0] == '\0' ||
		    (err.line != 0 && err.column == 0) || err.line > size + 1)
			abort();
		return 0;
	}
	for (size_t i = 0; i < directory_count(dir); i++) {
		const struct dir_user *u = directory_at(dir, i);

		if (directory_find(dir, u->name) != u ||
		    u->storage > u->storage_max)
			abort();
		for (size_t k = 0; k < u->nlinks; k++)
			if (directory_mdisk(dir, u->links[k].owner,
			    u->links[k].owner_vdev) == NULL)
				abort();
	}
	directory_free(dir);
	return 0;
}
