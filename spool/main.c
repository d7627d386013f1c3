/* SPDX-License-Identifier: MIT
 *
 * main.c - vmspool: keeps the files of readers, punches and printers.  Answers
 * vmcp, and the channels that vmcp mints for whoever reads, punches or prints:
 * who that is, is what the channel says.  Opens no file after its database.
 *
 *   vmspool FOLDER start|again
 *
 * start: nobody's client has survived, what is open is ended.  again: vmspool
 * died, and the clients go on where they were.
 */
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"
#include "log.h"
#include "queue.h"
#include "sandbox.h"
#include "store.h"

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
spool_limit(struct spool *spool, const struct ipcchan_message *msg)
{
	memcpy(&spool->limit, msg->payload, sizeof spool->limit);
}

static void
spool_counts(struct spool *spool, const struct ipcchan_message *msg)
{
	struct ipc_spool_counts counts;
	struct ipc_spool_who who;

	memcpy(&who, msg->payload, sizeof who);
	counts = queue_count(&spool->store, &who.user);
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
		client_open(spool, msg->payload, msg->fd);
		break;
	case IPC_SPOOL_LIMIT:
		spool_limit(spool, msg);
		break;
	case IPC_SPOOL_COUNT:
		spool_counts(spool, msg);
		break;
	default:
		break; /* the table has no others for us */
	}
}

/* What a user may have until vmcp says otherwise. */
static const struct ipc_spool_limit spool_default = {
	.files = 9999, .bytes = UINT64_C(1) << 30,
};

static void
spool_open(struct spool *spool, const char *folder)
{
	const struct ipc_none none = { 0 };
	char why[512];

	LIST_INIT(&spool->clients);
	LIST_INIT(&spool->decks);
	spool->limit = spool_default;
	if (store_open(&spool->store, folder, why, sizeof why) < 0)
		fatalx("%s", why);
	spool->base = event_base_new();
	if (spool->base == NULL || loopchan_open(&spool->cp, spool->base,
	    IPCCHAN_FD, IPC_SPOOL, IPC_CP, spool_cp, spool) < 0 ||
	    erase_open(spool) < 0)
		fatal("event loop");
	if (sandbox_shed(0) < 0 || spool_shut_in() < 0)
		fatal("sandbox");
	loopchan_send(&spool->cp, IPC_SPOOL_READY, &none, sizeof none, -1);
}

static void
spool_close(struct spool *spool)
{
	while (!LIST_EMPTY(&spool->clients))
		client_close(LIST_FIRST(&spool->clients));
	loopchan_close(&spool->cp);
	erase_close(spool);
	store_close(&spool->store);
	event_base_free(spool->base);
}

int
main(int argc, char *argv[])
{
	struct spool spool = { 0 };
	bool start = argc == 3 && strcmp(argv[2], "start") == 0;

	umask(077);
	log_init("vmspool");
	if (argc != 3 || (!start && strcmp(argv[2], "again") != 0))
		fatalx("usage: vmspool FOLDER start|again (vmcp starts it)");
	spool_open(&spool, argv[1]);
	if (start)
		write_leftovers(&spool);
	if (event_base_dispatch(spool.base) < 0)
		log_warnx("event loop ended");
	spool_close(&spool);
	return 0;
}
