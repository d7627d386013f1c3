/* SPDX-License-Identifier: MIT
 *
 * feed.h - cards on their way to vmspool, each once: blocks are kept until
 * they are stored, and sent again when vmspool was away or had no room.
 */
#ifndef VM370_UNIT_FEED_H
#define VM370_UNIT_FEED_H

#include "unit.h"

#define FEED_BLOCKS 8 /* kept; UR_WINDOW of them with vmspool */

enum feed_event {
	FEED_ROOM,   /* cards are taken again */
	FEED_FAILED, /* rc: they cannot be stored; it goes on trying */
	FEED_CLOSED, /* the file is the user's; row, if vmspool gave one */
};

struct feed;
typedef void feed_fn(struct feed *f, enum feed_event event, int rc,
    const struct ipc_ur_row *row);

enum feed_block_state { FEED_FILLING, FEED_WAITS, FEED_SENT, FEED_STORED };

struct feed_block {
	enum feed_block_state state;
	uint64_t serial;
	uint32_t records;
	size_t len;
	char bytes[SPOOL_BLOCK_MAX];
};

struct feed {
	struct unit *u;
	feed_fn *fn;
	bool open;	   /* a deck is on its way */
	bool held;	   /* until the retry */
	bool row_there;
	bool unsure;	   /* a close is asked for, and not yet answered */
	uint32_t tag;	   /* of the close that is asked for; 0: none */
	uint64_t stream, serial;
	unsigned head, count;
	unsigned stale;	   /* answers to blocks of decks that are gone */
	struct event *retry;
	struct ipc_ur_close close;
	struct ipc_ur_row row;
	struct feed_block block[FEED_BLOCKS];
};

void feed_init(struct feed *f, struct unit *u, feed_fn *fn);

/* A deck for this user; then its cards, while there is room; then its end,
 * which FEED_CLOSED or FEED_FAILED answers. */
void feed_begin(struct feed *f, struct vm_name user);
void feed_card(struct feed *f, const char *card, size_t len);
bool feed_room(const struct feed *f);
void feed_end(struct feed *f, const struct spool_attr *attr);

/* May the file be the user's already? */
bool feed_unsure(const struct feed *f);

/* Nothing of it is to be left. */
void feed_purge(struct feed *f);

/* UR_ messages, and vmspool's coming and going. */
void feed_message(struct feed *f, const struct ipcchan_message *msg);
void feed_spool(struct feed *f, bool there);

#endif
