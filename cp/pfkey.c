/* SPDX-License-Identifier: MIT
 *
 * pfkey.c - program function keys: what each does.  The keys themselves are
 * at the terminal, which is told.
 */
#include "pfkey.h"

#include <stdlib.h>
#include <string.h>

/* The same for PF13 to PF24. */
static const uint16_t pfkey_usual[PFKEYS / 2] = {
	[0] = PF_HELP,
	[6] = PF_BACKWARD,
	[7] = PF_FORWARD,
	[11] = PF_RETRIEVE,
};

void
pfkey_init(struct pfkeys *keys)
{
	for (unsigned i = 0; i < PFKEYS; i++)
		keys->key[i] = (struct pfkey){
			.what = pfkey_usual[i % (PFKEYS / 2)] };
}

void
pfkey_free(struct pfkeys *keys)
{
	for (unsigned i = 0; i < PFKEYS; i++)
		free(keys->key[i].text);
}

unsigned
pfkey_number(const char *word)
{
	unsigned n = 0;

	if (strncmp(word, "PF", 2) != 0 || word[2] == '\0' ||
	    strlen(word) > 4)
		return 0;
	for (const char *s = word + 2; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return 0;
		n = n * 10 + (unsigned)(*s - '0');
	}
	return n <= PFKEYS ? n : 0;
}

int
pfkey_set(struct pfkeys *keys, unsigned number, enum ipc_pf what,
    const char *text)
{
	struct pfkey *key = &keys->key[number - 1];
	char *copy = NULL;

	if (what == PF_IMMED || what == PF_DELAYED) {
		copy = strdup(text);
		if (copy == NULL)
			return -1;
	}
	free(key->text);
	*key = (struct pfkey){ .what = (uint16_t)what, .text = copy };
	return 0;
}

int
pfkey_differs(const struct pfkeys *keys, unsigned number)
{
	const struct pfkey *key = &keys->key[number - 1];

	return key->text != NULL ||
	    key->what != pfkey_usual[(number - 1) % (PFKEYS / 2)];
}

const char *
pfkey_word(enum ipc_pf what)
{
	static const char *const words[] = { [PF_UNDEFINED] = "UNDEFINED",
		[PF_IMMED] = "IMMED", [PF_DELAYED] = "DELAYED",
		[PF_RETRIEVE] = "RETRIEVE", [PF_COPY] = "COPY",
		[PF_BACKWARD] = "SCROLL BACKWARD",
		[PF_FORWARD] = "SCROLL FORWARD", [PF_HELP] = "HELP" };

	return words[what];
}
