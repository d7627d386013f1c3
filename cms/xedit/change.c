/* SPDX-License-Identifier: MIT
 *
 * change.c - one text for another in a line.  Occurrences are those of the
 * line as it was: what was put in is not looked at again.
 */
#include <string.h>

#include "change.h"

static struct span
change_string(struct span *s, char delimiter)
{
	struct span string = { s->at, 0 };

	while (string.len < s->len && s->at[string.len] != delimiter)
		string.len++;
	span_drop(s, string.len + 1);
	return string;
}

int
change_parse(struct change *c, struct span *s)
{
	char delimiter;

	span_skip_blanks(s);
	if (s->len < 2 || !span_special(s->at[0]))
		return -1;
	delimiter = s->at[0];
	span_drop(s, 1);
	c->from = change_string(s, delimiter);
	c->to = change_string(s, delimiter);
	return 0;
}

/* What is made, in a buffer that may be too small. */
struct change_out {
	char *at;
	size_t size, len;
	bool full;
};

static void
change_put(struct change_out *o, struct span text)
{
	if (text.len > o->size - o->len) {
		o->full = true;
		return;
	}
	if (text.len > 0)
		memcpy(o->at + o->len, text.at, text.len);
	o->len += text.len;
}

/* No text for which to look: the new one is put before the left column. */
static long
change_insert(const struct change *c, struct span line, struct change_out *o)
{
	size_t before = c->left - 1 < line.len ? c->left - 1 : line.len;

	change_put(o, (struct span){ line.at, before });
	for (size_t n = before; n < c->left - 1 && !o->full; n++)
		change_put(o, span_of(" "));
	change_put(o, c->to);
	span_drop(&line, before);
	change_put(o, line);
	return 1;
}

static long
change_each(const struct change *c, struct span line, struct change_out *o)
{
	size_t end = c->right < line.len ? c->right : line.len;
	size_t at = c->left - 1, copied = 0, seen = 0, done = 0;

	while (done < c->most && at < end) {
		struct span rest = { line.at + at, end - at };
		size_t hit = span_find(rest, c->from, c->fold);

		if (hit == SPAN_NONE)
			break;
		at += hit;
		if (++seen >= c->first) {
			change_put(o, (struct span){ line.at + copied,
			    at - copied });
			change_put(o, c->to);
			copied = at + c->from.len;
			done++;
		}
		at += c->from.len;
	}
	span_drop(&line, copied);
	change_put(o, line);
	return (long)done;
}

long
change_line(const struct change *c, struct span line, char *out, size_t size,
    size_t *len)
{
	struct change_out o = { .at = out, .size = size };
	long done = c->from.len == 0 ? change_insert(c, line, &o) :
	    change_each(c, line, &o);

	*len = o.len;
	return done > 0 && o.full ? -1 : done;
}
