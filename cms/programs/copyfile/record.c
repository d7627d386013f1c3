/* SPDX-License-Identifier: MIT
 *
 * record.c - translate, rearrange, and bring to length.
 */
#include <string.h>

#include "record.h"

struct record {
	unsigned char *out;
	size_t len;
	unsigned char fill;
};

/* Text to a column; what lies before it is filled. */
static void
record_put(struct record *r, size_t column, const void *text, size_t len)
{
	size_t at = column - 1;

	if (at >= RECORD_MAX)
		return;
	if (len > RECORD_MAX - at)
		len = RECORD_MAX - at;
	if (at > r->len)
		memset(r->out + r->len, r->fill, at - r->len);
	memcpy(r->out + at, text, len);
	if (r->len < at + len)
		r->len = at + len;
}

/* Columns that the input does not have are none. */
static void
record_spec(struct record *r, const struct spec *s, const unsigned char *in,
    size_t len)
{
	size_t last = s->last < len ? s->last : len;

	if (s->text != NULL)
		record_put(r, s->to, s->text, s->len);
	else if (s->first <= last)
		record_put(r, s->to, in + s->first - 1, last - s->first + 1);
}

/* F: exactly so long.  V: not longer, and not nothing. */
static void
record_fit(struct record *r, const struct record_form *form)
{
	if (form->recfm == 'V' && form->trunc)
		while (r->len > 1 && r->out[r->len - 1] == form->fill)
			r->len--;
	if (form->lrecl != 0 && r->len > form->lrecl)
		r->len = form->lrecl;
	if (form->recfm == 'F' && r->len < form->lrecl) {
		memset(r->out + r->len, form->fill, form->lrecl - r->len);
		r->len = form->lrecl;
	}
	if (r->len == 0)
		r->out[r->len++] = form->fill;
}

size_t
record_make(const struct list *l, const struct record_form *form,
    unsigned char *in, size_t len, unsigned char *out, size_t old)
{
	struct record r = { out, old, form->fill };

	for (size_t i = 0; i < len; i++)
		in[i] = l->translate[in[i]];
	if (l->specs == 0)
		record_put(&r, 1, in, len);
	for (int i = 0; i < l->specs; i++)
		record_spec(&r, &l->spec[i], in, len);
	record_fit(&r, form);
	return r.len;
}
