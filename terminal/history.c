/* SPDX-License-Identifier: MIT
 *
 * history.c - lines typed before.
 */
#include "history.h"

#include <stdlib.h>
#include <string.h>

static void
history_drop_oldest(struct history *h)
{
	struct history_line *l = h->line[0];

	h->bytes -= l->len;
	explicit_bzero(l->text, l->len); /* LOGON with its password, perhaps */
	free(l);
	h->count--;
	memmove(&h->line[0], &h->line[1], h->count * sizeof h->line[0]);
}

void
history_add(struct history *h, const char *text, size_t n)
{
	const struct history_line *last = history_get(h, 1);
	struct history_line *l;

	if (n == 0 || n > HISTORY_BYTES)
		return;
	if (last != NULL && last->len == n && memcmp(last->text, text, n) == 0)
		return;
	l = malloc(sizeof *l + n);
	if (l == NULL)
		return;
	l->len = n;
	memcpy(l->text, text, n);
	while (h->count == HISTORY_LINES || h->bytes + n > HISTORY_BYTES)
		history_drop_oldest(h);
	h->line[h->count++] = l;
	h->bytes += n;
}

const struct history_line *
history_get(const struct history *h, size_t back)
{
	if (back == 0 || back > h->count)
		return NULL;
	return h->line[h->count - back];
}

void
history_clear(struct history *h)
{
	while (h->count > 0)
		history_drop_oldest(h);
}
