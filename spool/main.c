/* SPDX-License-Identifier: MIT
 *
 * main.c - vmspool: keeps readers, punches and printers.  Answers vmcp, and
 * one channel for each virtual machine, which vmcp mints: whose cards they are
 * is what the channel says.  Opens no file after its database.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "loop.h"
#include "name.h"
#include "queue.h"
#include "sandbox.h"
#include "store.h"

/* A user's channel. */
struct spool_client {
	LIST_ENTRY(spool_client) entry;
	struct loopchan lc;
	struct vm_user user;
};

struct spool {
	struct event_base *base;
	struct loopchan cp;
	struct store store;
	struct queue queue;
	LIST_HEAD(, spool_client) clients;
};

static const struct sandbox_rule spool_sandbox[] = {
	SANDBOX(recvmsg, "channels"),
	SANDBOX(sendmsg, "channels"),
	SANDBOX(epoll_wait, "the event loop"),
	SANDBOX(epoll_pwait, "the event loop"),
	SANDBOX(epoll_ctl, "the event loop: channels come and go"),
	SANDBOX(clock_gettime, "the event loop, the log's time"),
	SANDBOX(gettimeofday, "SQLite's and libevent's clock"),
	SANDBOX(fcntl, "a minted channel is made non-blocking; SQLite's locks"),
	SANDBOX(close, "channels, the database"),
	SANDBOX(write, "the log"),
	SANDBOX(getpid, "the log's lines; SQLite after fork"),
	SANDBOX(pread64, "SQLite: pages and WAL frames"),
	SANDBOX(pwrite64, "SQLite: pages and WAL frames"),
	SANDBOX(read, "SQLite where it has no pread; libevent's wake-up"),
	SANDBOX(lseek, "SQLite"),
	SANDBOX(fsync, "SQLite: a commit is on disk"),
	SANDBOX(fdatasync, "SQLite: a commit is on disk"),
	SANDBOX(ftruncate, "SQLite: the WAL after a checkpoint"),
	SANDBOX(fallocate, "SQLite grows its file"),
	SANDBOX(fstat, "SQLite: the file's size"),
	SANDBOX(newfstatat, "the same, as glibc calls it"),
	SANDBOX(stat, "SQLite: is the file still under its name?"),
	SANDBOX(brk, "memory"),
	SANDBOX(mmap, "memory"),
	SANDBOX(munmap, "memory"),
	SANDBOX(mremap, "memory"),
	SANDBOX(madvise, "memory"),
	SANDBOX(futex, "SQLite's mutexes"),
	SANDBOX(getrandom, "malloc's and SQLite's seed"),
	SANDBOX(rt_sigprocmask, "abort and the loop"),
	SANDBOX(rt_sigreturn, "return from a signal"),
	SANDBOX(exit_group, "the end"),
};

static int
spool_shut_in(void)
{
#ifdef VM370_NO_SANDBOX /* a sanitizer's run time needs more than these */
	(void)spool_sandbox;
	return 0;
#else
	return sandbox_enter(spool_sandbox,
	    sizeof spool_sandbox / sizeof spool_sandbox[0]);
#endif
}

static void
spool_drop(struct spool_client *client)
{
	LIST_REMOVE(client, entry);
	loopchan_close(&client->lc);
	free(client);
}

/* The contract has no message from a guest yet: one that came would have
 * broken the table and closed its channel. */
static void
spool_guest(struct loopchan *lc, const struct ipcchan_message *msg, void *arg)
{
	(void)lc;
	(void)msg;
	spool_drop(arg);
}

static void
spool_mint(struct spool *spool, const struct ipcchan_message *msg)
{
	struct spool_client *client = calloc(1, sizeof *client);
	struct ipc_spool_mint mint;

	memcpy(&mint, msg->payload, sizeof mint);
	if (client == NULL || loopchan_open(&client->lc, spool->base, msg->fd,
	    IPC_SPOOL, IPC_GUEST, spool_guest, client) < 0) {
		log_warn("no channel for %s", name_text(mint.user.user).s);
		close(msg->fd);
		free(client);
		return;
	}
	client->user = mint.user;
	LIST_INSERT_HEAD(&spool->clients, client, entry);
}

static void
spool_counts(struct spool *spool, const struct ipcchan_message *msg)
{
	struct ipc_spool_counts counts;
	struct ipc_spool_who who;

	memcpy(&who, msg->payload, sizeof who);
	counts = queue_count(&spool->queue, &who.user);
	counts.tag = who.tag;
	loopchan_send(&spool->cp, IPC_SPOOL_COUNTS, &counts, sizeof counts, -1);
}

static void
spool_cp(struct loopchan *lc, const struct ipcchan_message *msg, void *arg)
{
	struct spool *spool = arg;

	(void)lc;
	if (msg == NULL) {
		event_base_loopbreak(spool->base); /* vmcp is gone */
		return;
	}
	switch (msg->type) {
	case IPC_SPOOL_MINT:
		spool_mint(spool, msg);
		break;
	case IPC_SPOOL_COUNT:
		spool_counts(spool, msg);
		break;
	default:
		break; /* the table has no others for us */
	}
}

static void
spool_open(struct spool *spool, const char *folder)
{
	const struct ipc_none none = { 0 };
	char why[512];

	if (store_open(&spool->store, folder, why, sizeof why) < 0)
		fatalx("%s", why);
	if (queue_open(&spool->queue, &spool->store) < 0)
		fatalx("the spool's tables are not as expected");
	spool->base = event_base_new();
	if (spool->base == NULL || loopchan_open(&spool->cp, spool->base,
	    IPCCHAN_FD, IPC_SPOOL, IPC_CP, spool_cp, spool) < 0)
		fatal("event loop");
	if (sandbox_shed(0) < 0 || spool_shut_in() < 0)
		fatal("sandbox");
	loopchan_send(&spool->cp, IPC_SPOOL_READY, &none, sizeof none, -1);
}

int
main(int argc, char *argv[])
{
	struct spool spool = { 0 };

	umask(077);
	log_init("vmspool");
	if (argc != 2 && argc != 3)
		fatalx("usage: vmspool FOLDER [start|again] (vmcp starts it)");
	LIST_INIT(&spool.clients);
	spool_open(&spool, argv[1]);
	if (event_base_dispatch(spool.base) < 0)
		log_warnx("event loop ended");
	while (!LIST_EMPTY(&spool.clients))
		spool_drop(LIST_FIRST(&spool.clients));
	loopchan_close(&spool.cp);
	queue_close(&spool.queue);
	store_close(&spool.store);
	event_base_free(spool.base);
	return 0;
}
