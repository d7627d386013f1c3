/* SPDX-License-Identifier: MIT
 *
 * worker.c - start workers, hand each one job, pass its answer on; and the
 * worker's own side.  No session logic.
 */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "directory.h"
#include "log.h"
#include "loop.h"
#include "sandbox.h"
#include "spawn.h"

/* A worker that takes longer is killed: hashing takes a second at most, a
 * directory's clear passwords one each. */
static const struct timeval worker_limit = { .tv_sec = 300 };

/* Workers that answered and whose end SIGCHLD has yet to find. */
#define WORKER_ANSWERED 32

struct worker_job {
	struct worker_job *next;
	struct worker_pool *pool;
	unsigned number;
	worker_fn *fn; /* NULL: cancelled */
	void *arg;
	enum ipc_type type;
	union {
		struct ipc_work_verify verify;
		char path[IPC_LINE_MAX];
	} u;
	bool running;
	pid_t pid; /* -1 when reaped */
	struct loopchan lc;
	struct event *limit;
};

struct worker_pool {
	struct event_base *base;
	char *program;
	struct worker_job *jobs; /* oldest first; running ones among them */
	unsigned running, last_number;
	pid_t answered[WORKER_ANSWERED]; /* not reaped yet; a ring */
	unsigned nanswered;
	struct event *kick; /* start what waits, from the loop */
};

static void
worker_unlink(struct worker_job *job)
{
	struct worker_job **at = &job->pool->jobs;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
}

static void
worker_job_free(struct worker_job *job)
{
	worker_unlink(job);
	if (job->running)
		job->pool->running--;
	if (job->limit != NULL)
		event_free(job->limit);
	loopchan_close(&job->lc);
	explicit_bzero(&job->u, sizeof job->u);
	free(job);
}

/* Answer, forget, and let the next one start. */
static void
worker_finish(struct worker_job *job, int rc, const char *text)
{
	struct worker_pool *pool = job->pool;
	worker_fn *fn = job->fn;
	void *arg = job->arg;

	if (job->pid > 0)
		pool->answered[pool->nanswered++ % WORKER_ANSWERED] = job->pid;
	worker_job_free(job);
	event_active(pool->kick, EV_TIMEOUT, 0);
	if (fn != NULL)
		fn(rc, text, arg);
}

static void
worker_answer(struct loopchan *lc, const struct ipcchan_message *msg, void *arg)
{
	struct worker_job *job = arg;
	char text[IPC_TEXT_MAX + 1];
	struct ipc_done done;

	(void)lc;
	if (msg == NULL) {
		log_warnx("worker: a worker ended without an answer");
		worker_finish(job, -EIO, "");
		return;
	}
	memcpy(&done, msg->payload, sizeof done);
	memcpy(text, (const char *)msg->payload + sizeof done, done.text_len);
	text[done.text_len] = '\0';
	worker_finish(job, done.rc, text);
}

static void
worker_overdue(evutil_socket_t fd, short what, void *arg)
{
	struct worker_job *job = arg;

	(void)fd;
	(void)what;
	log_warnx("worker: pid %d takes too long; killed", (int)job->pid);
	if (job->pid > 0)
		kill(job->pid, SIGKILL);
	worker_finish(job, -EIO, "");
}

static void
worker_send(struct worker_job *job)
{
	struct ipc_text text = { 0 };

	if (job->type == IPC_WORK_VERIFY)
		loopchan_send(&job->lc, job->type, &job->u.verify,
		    sizeof job->u.verify, -1);
	else
		loopchan_send_text(&job->lc, job->type, &text, sizeof text,
		    job->u.path, strlen(job->u.path), -1);
	explicit_bzero(&job->u, sizeof job->u);
}

/* -1 with errno: no worker could be started. */
static int
worker_start(struct worker_job *job)
{
	struct worker_pool *pool = job->pool;
	char *argv[] = { pool->program, (char[]){ "--worker" }, NULL };
	int fd[2], error;
	bool good;

	if (ipcchan_pair(fd) < 0)
		return -1;
	job->pid = spawn(pool->program, argv, &fd[1], 1);
	good = job->pid >= 0 && loopchan_open(&job->lc, pool->base, fd[0],
	    IPC_CP, IPC_WORKER, worker_answer, job) == 0;
	error = errno;
	close(fd[1]);
	if (!good) {
		close(fd[0]);
		errno = error;
		return -1;
	}
	job->running = true;
	pool->running++;
	job->limit = evtimer_new(pool->base, worker_overdue, job);
	if (job->limit != NULL)
		evtimer_add(job->limit, &worker_limit);
	worker_send(job);
	return 0;
}

static struct worker_job *
worker_waiting(struct worker_pool *pool)
{
	struct worker_job *job;

	for (job = pool->jobs; job != NULL && job->running;)
		job = job->next;
	return job;
}

static void
worker_kick(evutil_socket_t fd, short what, void *arg)
{
	struct worker_pool *pool = arg;
	struct worker_job *job;

	(void)fd;
	(void)what;
	if (pool->running >= WORKER_MAX ||
	    (job = worker_waiting(pool)) == NULL)
		return;
	if (worker_start(job) < 0) {
		log_warn("worker: cannot start %s", pool->program);
		worker_finish(job, -errno, "");
		return;
	}
	event_active(pool->kick, EV_TIMEOUT, 0);
}

struct worker_pool *
worker_pool_new(struct event_base *base, const char *program)
{
	struct worker_pool *pool = calloc(1, sizeof *pool);

	if (pool == NULL)
		return NULL;
	pool->base = base;
	pool->program = strdup(program);
	pool->kick = evtimer_new(base, worker_kick, pool);
	if (pool->program == NULL || pool->kick == NULL) {
		worker_pool_free(pool);
		return NULL;
	}
	return pool;
}

void
worker_pool_free(struct worker_pool *pool)
{
	if (pool == NULL)
		return;
	while (pool->jobs != NULL)
		worker_job_free(pool->jobs);
	if (pool->kick != NULL)
		event_free(pool->kick);
	free(pool->program);
	free(pool);
}

static struct worker_job *
worker_queue(struct worker_pool *pool, enum ipc_type type, worker_fn *fn,
    void *arg)
{
	struct worker_job *job = calloc(1, sizeof *job);
	struct worker_job **at = &pool->jobs;

	if (job == NULL)
		fatal("worker: a job"); /* as any other small allocation */
	if (++pool->last_number == 0)
		pool->last_number = 1;
	job->pool = pool;
	job->number = pool->last_number;
	job->fn = fn;
	job->arg = arg;
	job->type = type;
	job->pid = -1;
	while (*at != NULL)
		at = &(*at)->next;
	*at = job;
	event_active(pool->kick, EV_TIMEOUT, 0);
	return job;
}

unsigned
worker_verify(struct worker_pool *pool, const char *password, const char *hash,
    worker_fn *fn, void *arg)
{
	struct worker_job *job = worker_queue(pool, IPC_WORK_VERIFY, fn, arg);
	struct ipc_work_verify *v = &job->u.verify;

	/* A password that does not fit is cut, and so is wrong. */
	snprintf(v->password, sizeof v->password, "%s", password);
	snprintf(v->hash, sizeof v->hash, "%s", hash);
	return job->number;
}

static unsigned
worker_path(struct worker_pool *pool, enum ipc_type type, const char *path,
    worker_fn *fn, void *arg)
{
	struct worker_job *job = worker_queue(pool, type, fn, arg);

	snprintf(job->u.path, sizeof job->u.path, "%s", path);
	return job->number;
}

unsigned
worker_direct(struct worker_pool *pool, const char *path, worker_fn *fn,
    void *arg)
{
	return worker_path(pool, IPC_WORK_DIRECT, path, fn, arg);
}

unsigned
worker_sync(struct worker_pool *pool, const char *path, worker_fn *fn,
    void *arg)
{
	return worker_path(pool, IPC_WORK_SYNC, path, fn, arg);
}

void
worker_cancel(struct worker_pool *pool, unsigned number)
{
	struct worker_job *job = pool->jobs;

	while (job != NULL && job->number != number)
		job = job->next;
	if (job == NULL)
		return;
	job->fn = NULL;
	if (!job->running)
		worker_job_free(job);
}

bool
worker_reaped(struct worker_pool *pool, pid_t pid, int status)
{
	bool ours = false;

	if (pid <= 0)
		return false;
	for (struct worker_job *job = pool->jobs; job != NULL; job = job->next)
		if (job->pid == pid) {
			job->pid = -1; /* its channel's end tells the rest */
			ours = true;
		}
	for (unsigned i = 0; i < WORKER_ANSWERED; i++)
		if (pool->answered[i] == pid) {
			pool->answered[i] = 0;
			ours = true;
		}
	if (ours && status != 0)
		log_warnx("worker: pid %d ended with status %#x", (int)pid,
		    (unsigned)status);
	return ours;
}

/* --- the worker itself --- */

/* A password is a stranger's: the one who hashes it can do nothing else. */
static const struct sandbox_rule worker_sandbox[] = {
	SANDBOX(sendmsg, "the answer"),
	SANDBOX(close, "the channel"),
	SANDBOX(write, "the log"),
	SANDBOX(getpid, "the log"),
	SANDBOX(clock_gettime, "the log"),
	SANDBOX(mmap, "crypt's 16 MiB"),
	SANDBOX(munmap, "crypt's 16 MiB"),
	SANDBOX(brk, "memory"),
	SANDBOX(madvise, "memory"),
	SANDBOX(exit_group, "the end"),
};

/* -1: the worker must not go on. */
static int
worker_shut_in(void)
{
#ifdef VM370_NO_SANDBOX /* a sanitizer's run time needs more than these */
	(void)worker_sandbox;
	return 0;
#else
	return sandbox_enter(worker_sandbox,
	    sizeof worker_sandbox / sizeof worker_sandbox[0]);
#endif
}

static int
worker_do_verify(const struct ipcchan_message *msg)
{
	struct ipc_work_verify v;
	bool ok;

	memcpy(&v, msg->payload, sizeof v);
	v.password[sizeof v.password - 1] = '\0';
	v.hash[sizeof v.hash - 1] = '\0';
	ok = directory_password_ok(v.password, v.hash);
	explicit_bzero(&v, sizeof v);
	return ok ? 0 : 1;
}

static int
worker_do_direct(const char *path, char *text, size_t size)
{
	struct dir_error err;
	unsigned changed;

	if (directory_hash_passwords(path, &changed, &err) < 0) {
		dir_error_print(&err, text, size);
		return (int)err.number;
	}
	if (changed > 0)
		snprintf(text, size, "%u PASSWORDS HASHED", changed);
	return 0;
}

static int
worker_do_sync(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

/* Jobs on a path are done as vmcp itself, a stranger's password is not. */
static int
worker_do(const struct ipcchan_message *msg, char *text, size_t size)
{
	char path[IPC_LINE_MAX + 1];
	struct ipc_text t;

	if (msg->type == IPC_WORK_VERIFY) {
		if (worker_shut_in() < 0)
			fatal("sandbox");
		return worker_do_verify(msg);
	}
	memcpy(&t, msg->payload, sizeof t);
	memcpy(path, (const char *)msg->payload + sizeof t, t.text_len);
	path[t.text_len] = '\0';
	return msg->type == IPC_WORK_DIRECT ?
	    worker_do_direct(path, text, size) : worker_do_sync(path);
}

/* Wait for the one job.  Anything else on the channel ends the worker. */
static bool
worker_take(struct ipcchan *ch, struct ipcchan_message *msg)
{
	int got;

	while ((got = ipcchan_recv(ch, msg)) == 0) {
		struct pollfd pfd = { .fd = ch->fd, .events = POLLIN };

		if (poll(&pfd, 1, -1) < 0 && errno != EINTR)
			return false;
	}
	return got > 0;
}

int
worker_main(void)
{
	struct ipcchan_message msg;
	struct ipc_done done = { 0 };
	struct ipcchan ch;
	char text[512] = "";

	log_init("worker");
	ipcchan_init(&ch, IPCCHAN_FD, IPC_WORKER, IPC_CP);
	if (sandbox_shed(0) < 0)
		fatal("sandbox");
	if (!worker_take(&ch, &msg))
		return 0;
	done.rc = worker_do(&msg, text, sizeof text);
	ipcchan_send_text(&ch, IPC_WORK_DONE, &done, sizeof done, text,
	    strlen(text), -1);
	ipcchan_close(&ch);
	return 0;
}
