/* SPDX-License-Identifier: MIT
 *
 * cms_fileid.c - any bytes as a file's name, a mode, a pattern.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fileid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	char name[FILEID_NAME], print[21];
	struct fileid id, again;

	if (fileid_path(&id, text, size) == 0) {
		fileid_print(&id, print);
		if (fileid_path(&again, print, strlen(print)) != 0 ||
		    memcmp(&id, &again, sizeof id) != 0)
			abort();
		fileid_match(text, size, id.name);
		fileid_make(name, text, size, id.type);
	}
	fileid_mode(&id, text, size);
	if (fileid_name(name, text, size) == 0 &&
	    (!fileid_match(text, size, name) ||
	    fileid_make(name, "=", 1, name) != 0))
		abort();
	return 0;
}
