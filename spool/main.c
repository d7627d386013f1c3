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
#include <string.h>
#include <sys/stat.h>

#include "log.h"
#include "sandbox.h"
#include "server.h"

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

int
main(int argc, char *argv[])
{
	struct spool spool;
	bool start = argc == 3 && strcmp(argv[2], "start") == 0;

	umask(077);
	log_init("vmspool");
	if (argc != 3 || (!start && strcmp(argv[2], "again") != 0))
		fatalx("usage: vmspool FOLDER start|again (vmcp starts it)");
	if (server_open(&spool, argv[1], IPCCHAN_FD) < 0)
		return 1;
	if (sandbox_shed(0) < 0 || spool_shut_in() < 0)
		fatal("sandbox");
	server_run(&spool, start);
	server_close(&spool);
	return 0;
}
