/* SPDX-License-Identifier: MIT
 *
 * server.c - vmspool from its first descriptor to its end; what vmcp asks.
 */
#include "server.h"

#include <string.h>

#include "check.h"
#include "log.h"
#include "queue.h"
#include "salvage.h"

/* What a user may have until vmcp says otherwise. */
static const struct ipc_spool_limit server_limit = {
	.files = 9999, .bytes = UINT64_C(1) << 30,
};

static void
server_counts(struct spool *spool, const struct ipcchan_message *msg)
{
	const struct ipc_spool_who *who = msg->payload;
	struct ipc_spool_counts counts;

	counts = queue_count(&spool->store, &who->user);
	counts.tag = who->tag;
	loopchan_send(&spool->cp, IPC_SPOOL_COUNTS, &counts, sizeof counts, -1);
}

static void
server_cp(struct loopchan *lc, const struct ipcchan_message *msg, void *arg)
{
	struct spool *spool = arg;

	(void)lc;
	if (msg == NULL) {
		event_base_loopbreak(spool->base); /* vmcp is gone */
		return;
	}
	switch (msg->type) {
	case IPC_SPOOL_MINT:
		client_open(spool, msg->payload, msg->fd);
		break;
	case IPC_SPOOL_COUNT:
		server_counts(spool, msg);
		break;
	case IPC_SPOOL_LIMIT:
		memcpy(&spool->limit, msg->payload, sizeof spool->limit);
		break;
	default:
		break; /* the table has no others for us */
	}
}

/* Each kind of damage is mended once. */
static int
server_store(struct spool *spool, const char *folder)
{
	char why[512];
	int rc;

	salvage_before(folder, &spool->found);
	rc = store_open(&spool->store, folder, why, sizeof why);
	if (rc == STORE_FOREIGN && salvage_log(folder, &spool->found) == 0)
		rc = store_open(&spool->store, folder, why, sizeof why);
	if (rc == STORE_DAMAGED) {
		log_warnx("%s", why);
		if (salvage(folder, &spool->found) < 0)
			return -1;
		rc = store_open(&spool->store, folder, why, sizeof why);
	}
	if (rc < 0)
		log_warnx("%s", why);
	return rc < 0 ? -1 : 0;
}

int
server_open(struct spool *spool, const char *folder, int fd)
{
	memset(spool, 0, sizeof *spool);
	LIST_INIT(&spool->clients);
	LIST_INIT(&spool->decks);
	spool->limit = server_limit;
	if (server_store(spool, folder) < 0)
		return -1;
	spool->base = event_base_new();
	if (spool->base == NULL || loopchan_open(&spool->cp, spool->base, fd,
	    IPC_SPOOL, IPC_CP, server_cp, spool) < 0 ||
	    erase_open(spool) < 0 || check_open(spool) < 0) {
		log_warn("event loop");
		return -1;
	}
	return 0;
}

static void
server_say(void *arg, const char *line)
{
	client_notice(arg, "SPOOL: %s", line);
}

void
server_run(struct spool *spool, bool start)
{
	const struct ipc_none none = { 0 };

	report_end(&spool->found);
	report_each(&spool->found, server_say, spool);
	if (start)
		write_leftovers(spool);
	loopchan_send(&spool->cp, IPC_SPOOL_READY, &none, sizeof none, -1);
	if (event_base_dispatch(spool->base) < 0)
		log_warnx("event loop ended");
}

void
server_close(struct spool *spool)
{
	while (!LIST_EMPTY(&spool->clients))
		client_close(LIST_FIRST(&spool->clients));
	loopchan_close(&spool->cp);
	check_close(spool);
	erase_close(spool);
	store_close(&spool->store);
	event_base_free(spool->base);
}
