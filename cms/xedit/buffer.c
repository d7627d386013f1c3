/* SPDX-License-Identifier: MIT
 *
 * buffer.c - the lines of a file: pointers in an array with a gap, so that
 * changes near each other move little.  No commands here.
 */
#include <stdlib.h>
#include <string.h>

#include "buffer.h"

#define BUFFER_LEAST 64

void
buffer_init(struct buffer *b)
{
	*b = (struct buffer){ 0 };
}

static struct line **
buffer_slot(const struct buffer *b, size_t n)
{
	size_t i = n - 1;

	return &b->slot[i < b->gap ? i : i + (b->room - b->lines)];
}

static void
buffer_discard(struct line **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i]);
}

static void
buffer_forget_removed(struct buffer *b)
{
	buffer_discard(b->removed, b->removed_count);
	free(b->removed);
	b->removed = NULL;
	b->removed_count = b->removed_room = 0;
}

void
buffer_free(struct buffer *b)
{
	for (size_t n = 1; n <= b->lines; n++)
		free(*buffer_slot(b, n));
	buffer_forget_removed(b);
	free(b->slot);
	buffer_init(b);
}

struct span
buffer_text(const struct buffer *b, size_t n)
{
	const struct line *l = *buffer_slot(b, n);

	return (struct span){ l->text, l->len };
}

/* Storage, more or new, even if nothing can be recovered any more. */
static void *
buffer_take(struct buffer *b, void *had, size_t size)
{
	void *at = realloc(had, size);

	if (at != NULL || b->removed_count == 0)
		return at;
	buffer_forget_removed(b);
	return realloc(had, size);
}

static struct line *
buffer_line(struct buffer *b, struct span text)
{
	struct line *l;

	if (text.len > UINT32_MAX)
		return NULL;
	l = buffer_take(b, NULL, sizeof *l + text.len);
	if (l == NULL)
		return NULL;
	l->len = (uint32_t)text.len;
	l->points = 0;
	if (text.len > 0)
		memcpy(l->text, text.at, text.len);
	return l;
}

static void
buffer_move_gap(struct buffer *b, size_t to)
{
	size_t width = b->room - b->lines;

	if (b->slot == NULL || to == b->gap)
		return;
	if (to < b->gap)
		memmove(b->slot + to + width, b->slot + to,
		    (b->gap - to) * sizeof b->slot[0]);
	else
		memmove(b->slot + b->gap, b->slot + b->gap + width,
		    (to - b->gap) * sizeof b->slot[0]);
	b->gap = to;
}

/* Make the gap wide enough for n lines. */
static int
buffer_widen(struct buffer *b, size_t n)
{
	size_t room = b->room + b->room / 2 + BUFFER_LEAST;
	struct line **slot;

	if (b->room - b->lines >= n)
		return 0;
	if (n > SIZE_MAX / sizeof slot[0] / 2 - b->lines)
		return -1;
	if (room < b->lines + n)
		room = b->lines + n;
	buffer_move_gap(b, b->lines);
	slot = buffer_take(b, b->slot, room * sizeof slot[0]);
	if (slot == NULL)
		return -1;
	b->slot = slot;
	b->room = room;
	return 0;
}

/* Lines that are the buffer's then. */
static int
buffer_insert(struct buffer *b, size_t after, struct line **list, size_t n)
{
	if (n == 0)
		return 0;
	if (buffer_widen(b, n) == -1)
		return -1;
	buffer_move_gap(b, after);
	memcpy(b->slot + b->gap, list, n * sizeof list[0]);
	b->gap += n;
	b->lines += n;
	b->changes += n;
	return 0;
}

int
buffer_add(struct buffer *b, size_t after, struct span text)
{
	struct line *l = buffer_line(b, text);

	if (l == NULL)
		return -1;
	if (buffer_insert(b, after, &l, 1) == -1) {
		free(l);
		return -1;
	}
	return 0;
}

int
buffer_splice(struct buffer *b, size_t after, struct buffer *from)
{
	buffer_move_gap(from, from->lines);
	if (buffer_insert(b, after, from->slot, from->lines) == -1)
		return -1;
	from->lines = from->gap = 0;
	buffer_free(from);
	return 0;
}

int
buffer_replace(struct buffer *b, size_t n, struct span text)
{
	struct line *l = buffer_line(b, text), **slot = buffer_slot(b, n);

	if (l == NULL)
		return -1;
	l->points = (*slot)->points;
	free(*slot);
	*slot = l;
	b->changes++;
	return 0;
}

int
buffer_copy(struct buffer *b, size_t first, size_t n, size_t after)
{
	struct line **list;
	size_t made = 0;
	int result = -1;

	if (n == 0)
		return 0;
	list = buffer_take(b, NULL, n * sizeof list[0]);
	if (list == NULL)
		return -1;
	while (made < n) {
		list[made] = buffer_line(b, buffer_text(b, first + made));
		if (list[made] == NULL)
			break;
		made++;
	}
	if (made == n)
		result = buffer_insert(b, after, list, n);
	if (result == -1)
		buffer_discard(list, made);
	free(list);
	return result;
}

/* Keep lines for RECOVER; without storage for that they are gone. */
static void
buffer_keep(struct buffer *b, struct line **list, size_t n)
{
	size_t need = b->removed_count + n;

	if (need > b->removed_room) {
		size_t room = need + need / 2;
		struct line **removed = realloc(b->removed,
		    room * sizeof removed[0]);

		if (removed == NULL) {
			buffer_discard(list, n);
			return;
		}
		b->removed = removed;
		b->removed_room = room;
	}
	memcpy(b->removed + b->removed_count, list, n * sizeof list[0]);
	b->removed_count = need;
}

void
buffer_remove(struct buffer *b, size_t first, size_t n)
{
	if (n == 0)
		return;
	/* They become the end of what is before the gap, then part of it. */
	buffer_move_gap(b, first + n - 1);
	b->gap -= n;
	b->lines -= n;
	b->changes += n;
	buffer_keep(b, b->slot + b->gap, n);
}

long
buffer_recover(struct buffer *b, size_t n, size_t after)
{
	if (n > b->removed_count)
		n = b->removed_count;
	if (n == 0)
		return 0;
	/* To find room by forgetting what is wanted would be no help. */
	if (b->room - b->lines < n) {
		struct line **removed = b->removed;
		size_t count = b->removed_count;
		int failed;

		b->removed_count = 0;
		failed = buffer_widen(b, n);
		b->removed = removed;
		b->removed_count = count;
		if (failed)
			return -1;
	}
	b->removed_count -= n;
	return buffer_insert(b, after, b->removed + b->removed_count, n) == 0 ?
	    (long)n : -1;
}

/* Lines a to z in the opposite order. */
static void
buffer_reverse(struct buffer *b, size_t a, size_t z)
{
	for (; a < z; a++, z--) {
		struct line **p = buffer_slot(b, a), **q = buffer_slot(b, z);
		struct line *l = *p;

		*p = *q;
		*q = l;
	}
}

void
buffer_move(struct buffer *b, size_t first, size_t n, size_t after)
{
	size_t last = first + n - 1;

	if (n == 0 || after == first - 1 || after == last)
		return;
	/* Two neighbours change places when each is reversed, then both. */
	if (after > last) {
		buffer_reverse(b, first, last);
		buffer_reverse(b, last + 1, after);
		buffer_reverse(b, first, after);
	} else {
		buffer_reverse(b, after + 1, first - 1);
		buffer_reverse(b, first, last);
		buffer_reverse(b, after + 1, last);
	}
	b->changes += n;
}

static int
buffer_point_number(const struct buffer *b, struct span name)
{
	for (int i = 0; i < BUFFER_POINTS; i++)
		if (span_equal(span_of(b->point[i]), name, true))
			return i;
	return -1;
}

static size_t
buffer_point_line(const struct buffer *b, int number)
{
	for (size_t n = 1; n <= b->lines; n++)
		if ((*buffer_slot(b, n))->points >> number & 1)
			return n;
	return 0;
}

size_t
buffer_point(const struct buffer *b, struct span name)
{
	int number = name.len > 0 ? buffer_point_number(b, name) : -1;

	return number >= 0 ? buffer_point_line(b, number) : 0;
}

/* No line has this name any more, not even one that is recovered later. */
static void
buffer_clear_point(struct buffer *b, int number)
{
	for (size_t n = 1; n <= b->lines; n++)
		(*buffer_slot(b, n))->points &= ~(1u << number);
	for (size_t i = 0; i < b->removed_count; i++)
		b->removed[i]->points &= ~(1u << number);
	b->point[number][0] = '\0';
}

int
buffer_set_point(struct buffer *b, struct span name, size_t n)
{
	int number = buffer_point_number(b, name);

	if (name.len == 0 || name.len > BUFFER_POINT_NAME)
		return -1;
	if (number >= 0)
		buffer_clear_point(b, number);
	if (n == 0)
		return 0;
	number = buffer_point_number(b, span_of(""));
	if (number < 0)
		return -1;
	for (size_t i = 0; i < name.len; i++)
		b->point[number][i] = span_upper(name.at[i]);
	b->point[number][name.len] = '\0';
	(*buffer_slot(b, n))->points |= 1u << number;
	return 0;
}
