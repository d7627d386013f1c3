/* SPDX-License-Identifier: MIT
 *
 * spoolchan.c - a channel to vmspool, and questions.  A system that runs is
 * asked for it; for one that is stopped, and kept so, vmspool is started, as
 * vmcp would.  Knows no command.
 */
#include "spoolchan.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"
#include "home.h"
#include "host.h"
#include "spawn.h"

static const struct spoolchan_error {
	int error;
	const char *text;
} spoolchan_errors[] = {
	{ ENOENT, "no such file" },
	{ EBUSY, "in use: it is being read or printed" },
	{ EDQUOT, "at his SPOOLMAX: files that he wrote must go first" },
	{ EMFILE, "all 9999 numbers are in use: a file must go first" },
	{ ENOSPC, "no room on the host's disk" },
	{ EIO, "the spool cannot be read or written, or is damaged: "
	    "vm370 spool check says where" },
};

#define SPOOLCHAN_ERRORS (sizeof spoolchan_errors / sizeof spoolchan_errors[0])

int
spoolchan_fail(const char *what, int rc)
{
	for (size_t i = 0; i < SPOOLCHAN_ERRORS; i++)
		if (rc == -spoolchan_errors[i].error)
			return front_fail("%s: %s", what,
			    spoolchan_errors[i].text);
	return front_fail("%s: %s", what, strerror(-rc));
}

/* --- talking --- */

static int
spoolchan_ended(void)
{
	return front_fail("the spool program (vmspool) ended; vm370 spool list "
	    "shows what is there");
}

static int
spoolchan_sent(struct spoolchan *s, int rc)
{
	if (rc == 0 || s->ur.hears) /* what it said before it ended comes */
		return 0;
	return errno == EPIPE ? spoolchan_ended() : front_fail("vmspool: %s",
	    strerror(errno));
}

int
spoolchan_send(struct spoolchan *s, enum ipc_type type, const void *payload,
    size_t len, int fd)
{
	return spoolchan_sent(s, ipcchan_send(&s->ur, type, payload, len, fd));
}

int
spoolchan_send_text(struct spoolchan *s, enum ipc_type type, void *fixed,
    size_t fixed_len, const void *text, size_t n)
{
	return spoolchan_sent(s, ipcchan_send_text(&s->ur, type, fixed, fixed_len,
	    text, n, -1));
}

/* What our own vmspool tells its vmcp: arrivals, which nobody waits for, and
 * lines for the operator. */
static void
spoolchan_hear(struct spoolchan *s)
{
	struct ipcchan_message msg;

	while (s->cp.fd >= 0 && !s->cp.dead && ipcchan_recv(&s->cp, &msg) > 0) {
		if (msg.fd >= 0)
			close(msg.fd);
		if (msg.type != IPC_SPOOL_NOTICE)
			continue;
		fflush(stdout);
		host_print(&msg, sizeof(struct ipc_text), stderr);
		fputc('\n', stderr);
	}
}

static void
spoolchan_poll(struct spoolchan *s)
{
	struct pollfd pfd[] = {
		{ .fd = s->ur.fd, .events = POLLIN },
		{ .fd = s->cp.dead ? -1 : s->cp.fd, .events = POLLIN },
	};

	if (s->ur.queued > 0)
		pfd[0].events |= POLLOUT;
	poll(pfd, 2, -1);
	if (pfd[0].revents & POLLOUT)
		ipcchan_flush(&s->ur);
	if (pfd[1].revents != 0)
		spoolchan_hear(s);
}

int
spoolchan_wait(struct spoolchan *s, struct ipcchan_message *msg)
{
	int got;

	while ((got = ipcchan_recv(&s->ur, msg)) == 0)
		spoolchan_poll(s);
	return got > 0 ? 0 : spoolchan_ended();
}

int
spoolchan_done(struct spoolchan *s, struct ipc_ur_done *done,
    spoolchan_row *row, void *arg, FILE *text)
{
	struct ipcchan_message msg;
	int rc = 0;

	for (;;) {
		if (spoolchan_wait(s, &msg) != 0)
			return 1;
		if (msg.type == IPC_UR_ROW && row != NULL && rc == 0)
			rc = row(msg.payload, arg);
		if (msg.type != IPC_UR_DONE)
			continue;
		memcpy(done, msg.payload, sizeof *done);
		if (done->tag != s->tag)
			continue;
		host_print(&msg, sizeof *done, text);
		return rc;
	}
}

/* --- a system that runs --- */

/* The answer to HOST_SPOOL: vmspool's channel, or why not. */
static int
spoolchan_asked(struct spoolchan *s, struct ipcchan *cp)
{
	struct pollfd pfd = { .fd = cp->fd, .events = POLLIN };
	struct ipc_host_spooled spooled;
	struct ipcchan_message msg;
	int got;

	while ((got = ipcchan_recv(cp, &msg)) == 0)
		poll(&pfd, 1, -1);
	if (got < 0)
		return front_fail("the control program ended before it "
		    "answered");
	if (msg.type != IPC_HOST_SPOOLED) {
		host_print(&msg, sizeof(struct ipc_done), stderr);
		return 1;
	}
	memcpy(&spooled, msg.payload, sizeof spooled);
	s->node = spooled.node;
	ipcchan_init(&s->ur, msg.fd, IPC_UR, IPC_SPOOL);
	return 0;
}

static int
spoolchan_open_running(struct spoolchan *s, const struct front *front)
{
	const struct ipc_none none = { 0 };
	int fd = host_connect(front, false), rc;
	struct ipcchan cp;

	if (fd < 0)
		return 1;
	ipcchan_init(&cp, fd, IPC_HOST, IPC_CP);
	rc = ipcchan_send(&cp, IPC_HOST_SPOOL, &none, sizeof none, -1) < 0 ?
	    front_fail("%s/cp.sock: %s", front->run, strerror(errno)) :
	    spoolchan_asked(s, &cp);
	ipcchan_close(&cp);
	return rc;
}

/* --- one that is stopped --- */

/* One vmspool at a time has the database. */
static int
spoolchan_take_turn(struct spoolchan *s, const char *folder)
{
	s->turn = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->turn < 0)
		return front_fail("%s: %s", folder, strerror(errno));
	if (flock(s->turn, LOCK_EX | LOCK_NB) == 0)
		return 0;
	fprintf(stderr, "another vm370 is at work in %s: waiting for it\n",
	    folder);
	return flock(s->turn, LOCK_EX) == 0 ? 0 : front_fail("%s: %s", folder,
	    strerror(errno));
}

static int
spoolchan_spawn(struct spoolchan *s, char *folder)
{
	char name[] = "vmspool", how[] = "start", path[PATH_MAX];
	char *argv[] = { name, folder, how, NULL };
	int fd[2];

	if (!front_program(name, path, sizeof path))
		return 1;
	if (ipcchan_pair(fd) < 0)
		return front_fail("vmspool: %s", strerror(errno));
	ipcchan_init(&s->cp, fd[0], IPC_CP, IPC_SPOOL);
	s->pid = spawn(path, argv, &fd[1], 1);
	close(fd[1]);
	return s->pid > 0 ? 0 : front_fail("%s: %s", path, strerror(errno));
}

/* It has said why on standard error when it does not come up. */
static int
spoolchan_wait_ready(struct spoolchan *s)
{
	struct pollfd pfd = { .fd = s->cp.fd, .events = POLLIN };
	struct ipcchan_message msg;
	int got;

	for (;;) {
		while ((got = ipcchan_recv(&s->cp, &msg)) == 0)
			poll(&pfd, 1, -1);
		if (got < 0)
			return front_fail("the spool cannot be opened");
		if (msg.type == IPC_SPOOL_READY)
			return 0;
	}
}

/* What vmcp says at first. */
static int
spoolchan_mint(struct spoolchan *s, const struct config *config)
{
	struct ipc_spool_limit limit = { .bytes = config->spool_bytes,
		.files = config->spool_files };
	struct ipc_spool_mint mint = { .user = spoolchan_user(s,
		config->operator_user), .rights = UR_SYSTEM };
	int fd[2], rc;

	if (ipcchan_pair(fd) < 0)
		return front_fail("vmspool: %s", strerror(errno));
	ipcchan_init(&s->ur, fd[0], IPC_UR, IPC_SPOOL);
	rc = ipcchan_send(&s->cp, IPC_SPOOL_LIMIT, &limit, sizeof limit, -1);
	if (rc == 0)
		rc = ipcchan_send(&s->cp, IPC_SPOOL_MINT, &mint, sizeof mint,
		    fd[1]);
	close(fd[1]);
	return rc == 0 ? 0 : spoolchan_ended();
}

static int
spoolchan_open_stopped(struct spoolchan *s, const struct front *front)
{
	char path[PATH_MAX], folder[PATH_MAX];
	struct dir_error err;
	struct config *config;
	int rc;

	if (home_check_owner(front) != 0 ||
	    !front_path(front, "system.config", path, sizeof path) ||
	    !front_path(front, "spool", folder, sizeof folder))
		return 1;
	config = config_load(path, front->home, &err);
	if (config == NULL)
		return front_dir_error(path, &err);
	s->node = config->node;
	rc = spoolchan_take_turn(s, folder);
	if (rc == 0)
		rc = spoolchan_spawn(s, folder);
	if (rc == 0)
		rc = spoolchan_wait_ready(s);
	if (rc == 0)
		rc = spoolchan_mint(s, config);
	config_free(config);
	return rc;
}

/* --- any of them --- */

static int
spoolchan_open_any(struct spoolchan *s, const struct front *front)
{
	if (front->inside)
		return spoolchan_open_running(s, front);
	s->lock = home_share(front);
	if (s->lock >= 0)
		return spoolchan_open_stopped(s, front);
	if (errno == EWOULDBLOCK)
		return spoolchan_open_running(s, front);
	return front_fail("%s: %s", front->home, strerror(errno));
}

int
spoolchan_open(struct spoolchan *s, const struct front *front)
{
	int rc;

	*s = (struct spoolchan){ .ur = { .fd = -1, .in_fd = -1 },
		.cp = { .fd = -1, .in_fd = -1 }, .lock = -1, .turn = -1,
		.tag = 1 };
	rc = spoolchan_open_any(s, front);
	if (rc != 0)
		spoolchan_close(s);
	return rc;
}

/* A vmspool of ours ends with its channel, and the database is whole when it
 * has. */
void
spoolchan_close(struct spoolchan *s)
{
	ipcchan_close(&s->ur);
	if (s->cp.fd >= 0)
		spoolchan_hear(s);
	ipcchan_close(&s->cp);
	while (s->pid > 0 && waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (s->turn >= 0)
		close(s->turn);
	if (s->lock >= 0)
		close(s->lock);
	s->pid = 0;
	s->turn = s->lock = -1;
}

struct vm_user
spoolchan_user(const struct spoolchan *s, struct vm_name name)
{
	return (struct vm_user){ .user = name, .node = s->node };
}
