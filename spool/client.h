/* SPDX-License-Identifier: MIT
 *
 * client.h - vmspool and its clients: whoever reads, punches or prints.
 */
#ifndef VM370_SPOOL_CLIENT_H
#define VM370_SPOOL_CLIENT_H

#include <sys/queue.h>

#include "loop.h"
#include "report.h"
#include "store.h"

#define CLIENT_ACTIVE 64 /* files that one may read at a time */
#define CLIENT_DECKS 64	 /* and that one may have on their way */
#define CLIENT_HASH 256

struct backup;
struct check;
struct client;

/* A file that a client reads or prints. */
struct client_active {
	LIST_ENTRY(client_active) hash, entry;
	struct client *client;
	uint64_t id;
	uint64_t records;
	int64_t blocks;
	uint8_t queue;
	bool damaged; /* a block could not be sent */
};

/* A device whose block could not be stored: it comes first when it comes
 * again. */
struct client_stuck {
	LIST_ENTRY(client_stuck) entry;
	struct vm_user user;
	uint32_t vdev;
	uint64_t stream, serial;
	int rc;
};

/* A deck on its way, the channel's own. */
struct client_deck {
	LIST_ENTRY(client_deck) entry;
	struct client *client;
	struct vm_user user;
	uint32_t vdev;
};

LIST_HEAD(client_active_list, client_active);

struct spool {
	struct event_base *base;
	struct loopchan cp;
	struct store store;
	struct ipc_spool_limit limit;
	int64_t key, key_end; /* keys in stock: key + 1 to key_end */
	struct report found; /* at the start */
	bool ends;
	struct event *erase;
	int64_t erase_behind; /* what cannot be erased is passed over, */
	bool erase_single;    /* and holds up no other */
	bool erase_shrank;
	struct event *idle;
	struct backup *backup; /* backup.c's; NULL: none is made */
	struct check *check;   /* check.c's; NULL: none is under way */
	LIST_HEAD(, client) clients;
	LIST_HEAD(, client_deck) decks;
	struct client_active_list active[CLIENT_HASH];
};

struct client {
	LIST_ENTRY(client) entry;
	struct spool *spool;
	struct loopchan lc;
	struct vm_user user;
	uint32_t rights; /* enum ipc_ur_rights */
	unsigned waits;	 /* 1 << queue: was told that nothing is there */
	unsigned reads;	 /* files active */
	unsigned decks;
	struct client_active_list active;
	LIST_HEAD(, client_stuck) stuck;
};

/* A channel that vmcp minted; fd is ours.  -1: logged, fd closed. */
int client_open(struct spool *spool, const struct ipc_spool_mint *mint,
    int fd);
void client_close(struct client *client);

/* It asked for what its rights do not allow: logged and closed. */
void client_lied(struct client *client, const char *what);

void client_answer(struct client *client, uint32_t tag, int rc,
    uint32_t count);

/* A file is in a queue, ready or held (SPOOL_ARRIVED), or is not held any more
 * (SPOOL_RELEASED): vmcp hears of it, and whoever waits. */
void client_news(struct spool *spool, enum ipc_type news,
    const struct spool_file *file);
void client_more(struct spool *spool, uint8_t queue);

struct client_active *client_active(struct spool *spool, uint64_t id);

/* Was the database found to be damaged?  Then vmspool ends, and the next one
 * mends it. */
void client_fit(struct spool *spool);

/* A line for the operator, and for the log. */
void client_notice(struct spool *spool, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Handlers, one a message. */
typedef void client_fn(struct client *client,
    const struct ipcchan_message *msg);

client_fn write_block, write_close;	     /* write.c */
client_fn read_open, read_block, read_finish; /* read.c */
client_fn ask_files;			     /* ask.c */
client_fn backup_start;			     /* backup.c */
client_fn check_start;			     /* check.c */

/* write.c: a channel's decks go with it; what the last system left open:
 * consoles' files to their owners' printers, others are purged. */
void write_ended(struct client *client);
void write_leftovers(struct spool *spool);

/* read.c: the files that it read are as they were. */
void read_ended(struct client *client);

/* backup.c: what was copied for it is given up. */
void backup_ended(struct client *client);

/* check.c: nobody waits for its answer any more. */
void check_ended(struct client *client);

/* erase.c: the blocks of files that are gone go in small steps, the log is
 * written back when nobody waits. */
int erase_open(struct spool *spool);
void erase_close(struct spool *spool);
void erase_soon(struct spool *spool); /* something is gone */
void erase_busy(struct spool *spool); /* a client was served */

#endif
