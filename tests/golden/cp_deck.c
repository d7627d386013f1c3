/* SPDX-License-Identifier: MIT
 *
 * cp_deck.c - spool files for transcripts.
 */
#include "cp_deck.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DECK_VDEV (VDEV_MAX + 1) /* no user's device */
#define DECK_CARD 8		 /* bytes in a record */

static int
deck_wait(struct ipcchan *ch, struct ipcchan_message *msg)
{
	struct pollfd pfd = { .fd = ch->fd, .events = POLLIN };
	int got;

	while ((got = ipcchan_recv(ch, msg)) == 0)
		if (poll(&pfd, 1, 20000) <= 0)
			return -1;
	return got < 0 ? -1 : 0;
}

int
cp_deck_open(struct cp_deck *deck, int control)
{
	struct ipc_none none = { 0 };
	struct ipcchan_message msg;
	struct timespec now;

	*deck = (struct cp_deck){ 0 };
	clock_gettime(CLOCK_REALTIME, &now);
	deck->stream = (uint64_t)now.tv_sec * 1000000000u +
	    (uint64_t)now.tv_nsec;
	ipcchan_init(&deck->host, control, IPC_HOST, IPC_CP);
	if (ipcchan_send(&deck->host, IPC_HOST_SPOOL, &none, sizeof none, -1) <
	    0 || deck_wait(&deck->host, &msg) < 0 ||
	    msg.type != IPC_HOST_SPOOLED) {
		ipcchan_close(&deck->host);
		return -1;
	}
	deck->node = ((const struct ipc_host_spooled *)msg.payload)->node;
	ipcchan_init(&deck->ur, msg.fd, IPC_UR, IPC_SPOOL);
	return 0;
}

void
cp_deck_close(struct cp_deck *deck)
{
	ipcchan_close(&deck->ur);
	ipcchan_close(&deck->host);
}

/* Answers until UR_DONE, whose rc it is; *id becomes a row's. */
static int
deck_done(struct cp_deck *deck, uint64_t *id)
{
	const struct ipc_ur_row *row;
	struct ipcchan_message msg;

	while (deck_wait(&deck->ur, &msg) == 0) {
		row = msg.payload;
		if (msg.type == IPC_UR_ROW)
			*id = row->file.id;
		else if (msg.type == IPC_UR_WROTE &&
		    ((const struct ipc_ur_wrote *)msg.payload)->rc != 0)
			return -1;
		else if (msg.type == IPC_UR_OPENED)
			return ((const struct ipc_ur_opened *)msg.payload)->rc;
		else if (msg.type == IPC_UR_DONE)
			return ((const struct ipc_ur_done *)msg.payload)->rc;
	}
	return -1;
}

static unsigned
deck_word(const char *const *words, const char *word)
{
	unsigned i = 1;

	while (words[i] != NULL && strcmp(words[i], word) != 0)
		i++;
	return words[i] != NULL ? i : 0;
}

static int
deck_records(struct cp_deck *deck, struct vm_user user, unsigned device,
    unsigned records)
{
	static char block[SPOOL_BLOCK_MAX];
	struct ipc_ur_write w = { .vdev = DECK_VDEV, .user = user,
		.stream = ++deck->stream, .serial = 1,
		.records = records, .device = device };
	size_t n = 0;

	if (records > sizeof block / (SPOOL_LENGTH + DECK_CARD))
		return -1;
	for (unsigned i = 0; i < records; i++) {
		block[n++] = DECK_CARD;
		block[n++] = 0;
		memset(block + n, 'X', DECK_CARD);
		n += DECK_CARD;
	}
	return ipcchan_send_text(&deck->ur, IPC_UR_WRITE, &w, sizeof w, block,
	    n, -1);
}

int
cp_deck_write(struct cp_deck *deck, const char *words)
{
	static const char *const devices[] = { "", [SPOOL_ON_RDR] = "RDR",
		[SPOOL_ON_PUN] = "PUN", [SPOOL_ON_PRT] = "PRT",
		[SPOOL_ON_CON] = "CON", NULL };
	char origin[9], device[4], class, owner[9], queue[4];
	char name[25] = "", type[9] = "";
	struct ipc_ur_close c = { .tag = ++deck->tag, .vdev = DECK_VDEV,
		.how = CLOSE_FILE };
	unsigned records;
	uint64_t id;

	if (sscanf(words, "%8s %3s %c %u %8s %3s %24s %8s", origin, device,
	    &class, &records, owner, queue, name, type) < 6)
		return -1;
	c.user.node = c.to.node = deck->node;
	memcpy(c.user.user.c, origin, strlen(origin));
	memcpy(c.to.user.c, owner, strlen(owner));
	c.queue = (uint8_t)deck_word(devices, queue);
	c.attr.class = class;
	c.attr.copies = 1;
	memcpy(c.attr.form, "STANDARD", SPOOL_FORM_MAX);
	memcpy(c.attr.dist, origin, strlen(origin));
	memcpy(c.attr.name, name, strlen(name));
	memcpy(c.attr.type, type, strlen(type));
	if (deck_records(deck, c.user, deck_word(devices, device), records) <
	    0 || ipcchan_send(&deck->ur, IPC_UR_CLOSE, &c, sizeof c, -1) < 0)
		return -1;
	return deck_done(deck, &id) == 0 ? 0 : -1;
}

int
cp_deck_take(struct cp_deck *deck, const char *words)
{
	struct ipc_ur_ask ask = { .tag = ++deck->tag, .op = ASK_QUERY,
		.by = BY_ID };
	struct ipc_ur_open open = { .tag = ++deck->tag };
	char owner[9];

	if (sscanf(words, "%8s %hu", owner, &ask.spoolid) != 2)
		return -1;
	ask.owner.node = deck->node;
	memcpy(ask.owner.user.c, owner, strlen(owner));
	if (ipcchan_send(&deck->ur, IPC_UR_ASK, &ask, sizeof ask, -1) < 0 ||
	    deck_done(deck, &open.id) != 0 ||
	    ipcchan_send(&deck->ur, IPC_UR_OPEN, &open, sizeof open, -1) < 0)
		return -1;
	return deck_done(deck, &open.id) == 0 ? 0 : -1;
}
