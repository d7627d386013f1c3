/* SPDX-License-Identifier: MIT
 *
 * client.c - the clients' channels: who may send what.  What a message does is
 * elsewhere.
 */
#include "client.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "name.h"

#define GUEST (1u << UR_GUEST)
#define REAL (1u << UR_REAL)
#define SYSTEM (1u << UR_SYSTEM)

static const struct client_rule {
	enum ipc_type type;
	unsigned rights;
	client_fn *fn;
} client_rules[] = {
	{ IPC_UR_WRITE, GUEST | REAL | SYSTEM, write_block },
	{ IPC_UR_CLOSE, REAL | SYSTEM, write_close },
	{ IPC_UR_OPEN, GUEST | REAL | SYSTEM, read_open },
	{ IPC_UR_READ, GUEST | REAL | SYSTEM, read_block },
	{ IPC_UR_FINISH, GUEST | REAL | SYSTEM, read_finish },
	{ IPC_UR_ASK, GUEST | SYSTEM, ask_files },
	{ IPC_UR_BACKUP, SYSTEM, backup_start },
	{ IPC_UR_CHECK, SYSTEM, check_start },
};

static void
client_message(struct loopchan *lc, const struct ipcchan_message *msg,
    void *arg)
{
	struct client *client = arg;
	struct spool *spool = client->spool;

	(void)lc;
	if (msg == NULL) {
		client_close(client);
		return;
	}
	if (spool->store.unfit) { /* the next vmspool answers */
		if (msg->fd >= 0)
			close(msg->fd);
		return;
	}
	erase_busy(spool);
	for (size_t i = 0; i < sizeof client_rules / sizeof client_rules[0];
	     i++) {
		const struct client_rule *rule = &client_rules[i];

		if (rule->type != msg->type)
			continue;
		if ((rule->rights & 1u << client->rights) != 0) {
			rule->fn(client, msg);
			client_fit(spool);
			return;
		}
	}
	if (msg->fd >= 0)
		close(msg->fd);
	client_lied(client, ipcchan_name(msg->type));
}

int
client_open(struct spool *spool, const struct ipc_spool_mint *mint, int fd)
{
	struct client *client = calloc(1, sizeof *client);

	if (client == NULL || mint->rights < UR_GUEST ||
	    mint->rights > UR_SYSTEM || mint->zero != 0 ||
	    loopchan_open(&client->lc, spool->base, fd, IPC_SPOOL, IPC_UR,
	    client_message, client) < 0) {
		log_warnx("no channel for %s", name_text(mint->user.user).s);
		close(fd);
		free(client);
		return -1;
	}
	client->spool = spool;
	client->user = mint->user;
	client->rights = mint->rights;
	LIST_INIT(&client->active);
	LIST_INIT(&client->stuck);
	LIST_INSERT_HEAD(&spool->clients, client, entry);
	return 0;
}

void
client_close(struct client *client)
{
	struct client_stuck *stuck;

	LIST_REMOVE(client, entry);
	read_ended(client);
	backup_ended(client);
	check_ended(client);
	write_ended(client);
	while ((stuck = LIST_FIRST(&client->stuck)) != NULL) {
		LIST_REMOVE(stuck, entry);
		free(stuck);
	}
	loopchan_close(&client->lc);
	free(client);
}

void
client_lied(struct client *client, const char *what)
{
	log_warnx("%s has no right to that: %s; channel closed",
	    name_text(client->user.user).s, what);
	client_close(client);
}

void
client_answer(struct client *client, uint32_t tag, int rc, uint32_t count)
{
	struct ipc_ur_done done = { .tag = tag, .rc = rc, .count = count };

	loopchan_send(&client->lc, IPC_UR_DONE, &done, sizeof done, -1);
}

void
client_more(struct spool *spool, uint8_t queue)
{
	const struct ipc_none none = { 0 };
	struct client *client;

	LIST_FOREACH(client, &spool->clients, entry)
		if ((client->waits & 1u << queue) != 0) {
			client->waits &= ~(1u << queue);
			loopchan_send(&client->lc, IPC_UR_MORE, &none,
			    sizeof none, -1);
		}
}

void
client_news(struct spool *spool, enum ipc_type news,
    const struct spool_file *file)
{
	loopchan_send(&spool->cp, news, file, sizeof *file, -1);
	client_more(spool, file->queue);
}

struct client_active *
client_active(struct spool *spool, uint64_t id)
{
	struct client_active *active;

	LIST_FOREACH(active, &spool->active[id % CLIENT_HASH], hash)
		if (active->id == id)
			return active;
	return NULL;
}

void
client_fit(struct spool *spool)
{
	static const struct timeval soon = { 0, 10000 };

	if (!spool->store.unfit || spool->ends)
		return;
	spool->ends = true;
	client_notice(spool, "SPOOL: THE DATABASE IS DAMAGED; VMSPOOL STARTS "
	    "AGAIN TO MEND IT");
	event_base_loopexit(spool->base, &soon); /* when that is sent */
}

void
client_notice(struct spool *spool, const char *fmt, ...)
{
	struct ipc_text text = { 0 };
	char line[IPC_LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	log_warnx("%s", line);
	loopchan_send_text(&spool->cp, IPC_SPOOL_NOTICE, &text, sizeof text,
	    line, strlen(line), -1);
}
