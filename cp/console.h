/* SPDX-License-Identifier: MIT
 *
 * console.h - a console's memory: the ring of items that a view shows.
 *
 * Knows no terminal and no user.  Bounded in items and in bytes; the oldest
 * go first.
 */
#ifndef VM370_CP_CONSOLE_H
#define VM370_CP_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc.h"
#include "vmtypes.h"

#define CONSOLE_ITEMS_MAX 5000
#define CONSOLE_BYTES_MAX (2u << 20) /* all of them at 350 characters */

struct console_item {
	uint64_t seq;
	int64_t utc_ns;
	uint32_t kind;	/* enum ipc_item_kind */
	uint32_t flags; /* ITEM_ALARM, ITEM_HIGH */
	struct vm_name from;
	bool owed; /* a guest waits for the credit of this line */
	uint32_t len;
	char text[];
};

struct console;

struct console *console_new(void);
void console_free(struct console *con);

/* Add an item; text longer than IPC_LINE_MAX is cut.  Returns its sequence
 * number, 0 when there is no memory. */
uint64_t console_add(struct console *con, enum ipc_item_kind kind,
    uint32_t flags, struct vm_name from, const char *text, size_t len,
    bool owed);

/* The item with this number, NULL when it is gone or not yet there. */
const struct console_item *console_get(const struct console *con,
    uint64_t seq);

/* The oldest number kept, and the number that the next item will have. */
uint64_t console_first(const struct console *con);
uint64_t console_next(const struct console *con);

/* How many owed lines from seq `from` up to before `to` are settled by this
 * call; lines lost by the ring since the last call are among them. */
unsigned console_settle(struct console *con, uint64_t from, uint64_t to);

/* Forget everything; numbers go on. */
void console_clear(struct console *con);

#endif
