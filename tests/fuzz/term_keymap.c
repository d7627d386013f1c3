/* SPDX-License-Identifier: MIT
 *
 * term_keymap.c - a terminal's bytes.  What is checked: keys are what they
 * may be, no byte makes more than two, and after the time nothing waits.
 */
#include <stdlib.h>

#include "keymap.h"

static unsigned keys;

static void
take(void *arg, const struct keymap_key *key)
{
	struct keymap_3270 to = keymap_3270(key, keys % 3 == 0);

	(void)arg;
	keys++;
	if (key->what > KEYMAP_UNKNOWN || keymap_pf(key) > 24 ||
	    to.what > KEYMAP_DO_PREFIX)
		abort();
	if (key->what == KEYMAP_CHARACTER && (key->c < ' ' ||
	    (key->c >= 0x7F && key->c < 0xA0) || key->c > 0x10FFFF ||
	    (key->c >= 0xD800 && key->c <= 0xDFFF)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct keymap map = { 0 };

	for (size_t i = 0; i < n; i++) {
		unsigned before = keys;

		keymap_byte(&map, bytes[i], take, NULL);
		if (keys - before > 2)
			abort();
	}
	keymap_timeout(&map, take, NULL);
	if (keymap_pending(&map))
		abort();
	return 0;
}
