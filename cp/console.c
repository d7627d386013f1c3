/* SPDX-License-Identifier: MIT
 *
 * console.c - the ring of a console's items.  No terminals, no users.
 */
#include "console.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct console {
	struct console_item **slot; /* size of them, a ring */
	size_t size, head, count;   /* head: the oldest */
	size_t bytes;
	uint64_t next;		    /* sequence number of the next item */
	unsigned lost;		    /* owed lines that the ring let go */
};

#define CONSOLE_FIRST_SIZE 32

struct console *
console_new(void)
{
	struct console *con = calloc(1, sizeof *con);

	if (con != NULL)
		con->next = 1;
	return con;
}

static size_t
console_cost(const struct console_item *item)
{
	return sizeof *item + item->len;
}

static void
console_drop_oldest(struct console *con)
{
	struct console_item *item = con->slot[con->head];

	con->bytes -= console_cost(item);
	if (item->owed)
		con->lost++;
	free(item);
	con->slot[con->head] = NULL;
	con->head = (con->head + 1) % con->size;
	con->count--;
}

void
console_clear(struct console *con)
{
	while (con->count > 0)
		console_drop_oldest(con);
}

void
console_free(struct console *con)
{
	if (con == NULL)
		return;
	console_clear(con);
	free(con->slot);
	free(con);
}

/* Double the ring while it may grow.  An idle console stays small. */
static int
console_grow(struct console *con)
{
	size_t size = con->size == 0 ? CONSOLE_FIRST_SIZE : con->size * 2;
	struct console_item **slot;

	if (size > CONSOLE_ITEMS_MAX)
		size = CONSOLE_ITEMS_MAX;
	slot = calloc(size, sizeof(*slot));
	if (slot == NULL)
		return -1;
	for (size_t i = 0; i < con->count; i++)
		slot[i] = con->slot[(con->head + i) % con->size];
	free(con->slot);
	con->slot = slot;
	con->size = size;
	con->head = 0;
	return 0;
}

static int
console_room(struct console *con, size_t cost)
{
	while (con->count > 0 && con->bytes + cost > CONSOLE_BYTES_MAX)
		console_drop_oldest(con);
	if (con->count < con->size)
		return 0;
	if (con->size < CONSOLE_ITEMS_MAX && console_grow(con) == 0)
		return 0;
	if (con->count == 0)
		return -1;
	console_drop_oldest(con);
	return 0;
}

static int64_t
console_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

uint64_t
console_add(struct console *con, enum ipc_item_kind kind, uint32_t flags,
    struct vm_name from, const char *text, size_t len, bool owed)
{
	struct console_item *item;

	if (len > IPC_LINE_MAX)
		len = IPC_LINE_MAX;
	item = malloc(sizeof *item + len);
	if (item == NULL || console_room(con, sizeof *item + len) < 0) {
		free(item);
		con->lost += owed;
		return 0;
	}
	*item = (struct console_item){ .seq = con->next++,
		.utc_ns = console_now(), .kind = kind, .flags = flags,
		.from = from, .owed = owed, .len = (uint32_t)len };
	if (len > 0)
		memcpy(item->text, text, len);
	con->slot[(con->head + con->count) % con->size] = item;
	con->count++;
	con->bytes += console_cost(item);
	return item->seq;
}

static struct console_item *
console_at(const struct console *con, uint64_t seq)
{
	uint64_t first = console_first(con);

	if (seq < first || seq >= con->next)
		return NULL;
	return con->slot[(con->head + (size_t)(seq - first)) % con->size];
}

const struct console_item *
console_get(const struct console *con, uint64_t seq)
{
	return console_at(con, seq);
}

uint64_t
console_first(const struct console *con)
{
	return con->next - con->count;
}

uint64_t
console_next(const struct console *con)
{
	return con->next;
}

unsigned
console_settle(struct console *con, uint64_t from, uint64_t to)
{
	unsigned n = con->lost;

	con->lost = 0;
	if (from < console_first(con))
		from = console_first(con);
	for (uint64_t seq = from; seq < to; seq++) {
		struct console_item *item = console_at(con, seq);

		if (item == NULL)
			break;
		n += item->owed;
		item->owed = false;
	}
	return n;
}
