/* SPDX-License-Identifier: MIT
 *
 * pfkeys.c - a table of the PF keys.
 */
#include "pfkeys.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t pfkeys_first[PFKEYS / 2] = {
	[0] = PF_HELP, [6] = PF_BACKWARD, [7] = PF_FORWARD, [11] = PF_RETRIEVE,
};

static void
pfkeys_forget(struct pfkey *key)
{
	free(key->text);
	*key = (struct pfkey){ .what = PF_UNDEFINED };
}

void
pfkeys_reset(struct pfkeys *pf)
{
	for (unsigned i = 0; i < PFKEYS; i++) {
		pfkeys_forget(&pf->key[i]);
		pf->key[i].what = pfkeys_first[i % (PFKEYS / 2)];
	}
}

void
pfkeys_set(struct pfkeys *pf, const struct ipc_cons_pf *set)
{
	struct pfkey *key;

	if (set->key < 1 || set->key > PFKEYS || set->what > PF_HELP)
		return;
	key = &pf->key[set->key - 1];
	pfkeys_forget(key);
	if (set->text_len > 0) {
		key->text = malloc(set->text_len);
		if (key->text == NULL)
			return;
		memcpy(key->text, set->text, set->text_len);
		key->len = set->text_len;
	}
	key->what = (enum ipc_pf)set->what;
}

const struct pfkey *
pfkeys_get(const struct pfkeys *pf, unsigned n)
{
	return &pf->key[n - 1];
}

void
pfkeys_each(const struct pfkeys *pf,
    void (*set)(void *arg, const struct ipc_cons_pf *pf), void *arg)
{
	struct ipc_cons_pf *one = malloc(sizeof *one + IPC_LINE_MAX);

	if (one == NULL)
		return;
	for (unsigned i = 0; i < PFKEYS; i++) {
		const struct pfkey *key = &pf->key[i];

		*one = (struct ipc_cons_pf){ .key = (uint16_t)(i + 1),
			.what = (uint16_t)key->what,
			.text_len = (uint32_t)key->len };
		if (key->len > 0)
			memcpy(one->text, key->text, key->len);
		set(arg, one);
	}
	free(one);
}
