/* SPDX-License-Identifier: MIT
 *
 * control.c - RUNDIR/cp.sock, for the system's owner alone.
 *
 * The first message decides what a connection is: the host's, for commands,
 * which run as the operator, minidisks, and the spool; or a console, the
 * operator's.
 */
#include "control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "command.h"
#include "hostlink.h"
#include "log.h"
#include "loop.h"
#include "minidisk.h"
#include "name.h"
#include "spoolclient.h"
#include "term.h"
#include "tls.h"
#include "vmblok.h"

#define CONTROL_CLIENTS_MAX 64
#define CONTROL_FIRST_SECONDS 10	  /* for the first message */
#define CONTROL_NO_TLS 440		  /* message: TLS NOT AVAILABLE */
#define CONTROL_QUEUE_ROOM (256u << 10) /* output that waits for the host */

struct control_client {
	LIST_ENTRY(control_client) entry;
	struct control *ct;
	int fd;		     /* until it is known what it is */
	struct event *first;
	struct loopchan lc;  /* a host command's */
	struct request *rq;  /* that runs */
	struct hostlink *hl; /* the minidisk that it has */
};

struct control {
	struct cp *cp;
	int fd;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct event *accept;
	unsigned nclients;
	LIST_HEAD(, control_client) clients;
};

static void
control_client_free(struct control_client *c)
{
	if (c->rq != NULL)
		request_orphan(c->rq);
	hostlink_free(c->hl);
	tls_cancel(c->ct->cp, c);
	LIST_REMOVE(c, entry);
	c->ct->nclients--;
	if (c->first != NULL)
		event_free(c->first);
	if (c->fd >= 0)
		close(c->fd);
	loopchan_close(&c->lc);
	free(c);
}

/* --- commands --- */

static void
control_line(void *arg, const char *text, size_t len, unsigned flags)
{
	char line[IPC_LINE_MAX + 1];
	struct control_client *c = arg;
	struct ipc_text out;

	(void)flags;
	if (len > IPC_LINE_MAX)
		len = IPC_LINE_MAX;
	memcpy(line, text, len);
	line[len] = '\n';
	loopchan_send_text(&c->lc, IPC_HOST_OUTPUT, &out, sizeof out, line,
	    len + 1, -1);
}

static bool
control_room(void *arg)
{
	struct control_client *c = arg;

	return c->lc.ch.queued < CONTROL_QUEUE_ROOM;
}

static void
control_done(void *arg, struct request *rq, int rc)
{
	struct control_client *c = arg;
	struct ipc_done done = { .rc = rc };

	(void)rq;
	c->rq = NULL;
	loopchan_send_text(&c->lc, IPC_HOST_DONE, &done, sizeof done, "", 0,
	    -1);
}

static const struct reply_ops control_reply = {
	.line = control_line,
	.room = control_room,
	.done = control_done,
};

/* The operator's classes, also when he is not logged on. */
static void
control_as_operator(struct request *rq)
{
	struct cp *cp = rq->cp;
	struct vmblok *vm = cp_operator_find(cp);
	const struct dir_user *user;

	if (vm != NULL) {
		request_for_vm(rq, vm);
		rq->form = EMSG_ON;
		return;
	}
	rq->user = cp->config->operator_user;
	user = directory_find(cp->dir->dir, rq->user);
	rq->classes = user != NULL ? user->classes : CLASS('A') | CLASS('B') |
		CLASS('C') | CLASS('D') | CLASS('E') | CLASS('G');
}

static void
control_command(struct control_client *c, const struct ipc_text *text)
{
	struct request *rq;

	if (c->rq != NULL) {
		control_client_free(c); /* one at a time */
		return;
	}
	rq = request_new(c->ct->cp, text->text, text->text_len, &control_reply,
	    c);
	if (rq == NULL) {
		control_done(c, NULL, -ENOMEM);
		return;
	}
	control_as_operator(rq);
	c->rq = rq;
	command_run(rq);
}

/* --- minidisks --- */

/* With a line of text, or without. */
static void
control_answer(struct control_client *c, int rc, const char *text)
{
	struct ipc_done done = { .rc = rc };
	char line[MESSAGE_MAX + 1];
	int n = snprintf(line, sizeof line, "%s%s", text,
	    text[0] != '\0' ? "\n" : "");

	loopchan_send_text(&c->lc, IPC_HOST_DONE, &done, sizeof done, line,
	    (size_t)n, -1);
}

static void
control_held(void *arg, int rc)
{
	control_answer(arg, rc, "");
}

static void
control_link(struct control_client *c, const struct ipc_host_link *ask)
{
	struct ipc_host_linked linked = { 0 };
	struct minidisk_answer answer;
	int fd = -1;

	if (c->hl != NULL) {
		control_client_free(c); /* one a connection */
		return;
	}
	c->hl = hostlink_new(c->ct->cp, ask, control_held, c, &fd,
	    &linked.blocks, &answer);
	if (c->hl == NULL) {
		control_answer(c, answer.number, answer.text);
		return;
	}
	loopchan_send(&c->lc, IPC_HOST_LINKED, &linked, sizeof linked, fd);
	close(fd);
}

static void
control_hold(struct control_client *c, const struct ipc_value *hold)
{
	if (c->hl == NULL)
		control_client_free(c); /* nothing to hold for */
	else
		hostlink_hold(c->hl, hold->value != 0);
}

/* --- the spool --- */

static void
control_spool(struct control_client *c)
{
	struct cp *cp = c->ct->cp;
	struct ipc_host_spooled spooled = { cp->config->node };
	int fd = spoolclient_mint(cp->spool, cp->config->operator_user,
	    UR_SYSTEM);

	if (fd < 0) {
		control_answer(c, -errno, "the spool program (vmspool) is not "
		    "there now: try again");
		return;
	}
	loopchan_send(&c->lc, IPC_HOST_SPOOLED, &spooled, sizeof spooled, fd);
	close(fd);
}

/* --- TLS --- */

static void
control_tls_read(int rc, const char *text, void *arg)
{
	control_answer(arg, rc, text);
}

static void
control_tls(struct control_client *c, const struct ipc_value *again)
{
	struct cp *cp = c->ct->cp;

	if (again->value != 0)
		tls_reload(cp, control_tls_read, c);
	else
		control_answer(c, tls_ready(cp) ? 0 : CONTROL_NO_TLS,
		    tls_text(cp));
}

/* --- what a host says --- */

static void
control_message(struct loopchan *lc, const struct ipcchan_message *msg,
    void *arg)
{
	(void)lc;
	if (msg == NULL)
		control_client_free(arg);
	else if (msg->type == IPC_HOST_COMMAND)
		control_command(arg, msg->payload);
	else if (msg->type == IPC_HOST_LINK)
		control_link(arg, msg->payload);
	else if (msg->type == IPC_HOST_SPOOL)
		control_spool(arg);
	else if (msg->type == IPC_HOST_TLS)
		control_tls(arg, msg->payload);
	else
		control_hold(arg, msg->payload);
}

/* --- connections --- */

static void
control_become(struct control_client *c, uint16_t type)
{
	struct cp *cp = c->ct->cp;
	int fd = c->fd;

	c->fd = -1;
	if ((type == IPC_HOST_COMMAND || type == IPC_HOST_LINK ||
	    type == IPC_HOST_SPOOL || type == IPC_HOST_TLS) &&
	    loopchan_open(&c->lc, cp->base, fd, IPC_CP, IPC_HOST,
	    control_message, c) == 0) {
		event_free(c->first);
		c->first = NULL;
		return;
	}
	if (type != IPC_TERM_OPEN || term_new(cp, fd, true) == NULL)
		close(fd);
	control_client_free(c);
}

static void
control_first(evutil_socket_t fd, short what, void *arg)
{
	struct control_client *c = arg;
	struct ipc_header header;
	ssize_t n = -1;

	if (what & EV_READ) {
		n = recv(fd, &header, sizeof header, MSG_PEEK | MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
	}
	control_become(c, n == sizeof header ? header.type : IPC_NONE);
}

static bool
control_peer_ok(int fd)
{
	struct ucred cred;
	socklen_t len = sizeof cred;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return false;
	return cred.uid == geteuid() || cred.uid == 0;
}

static void
control_accept(evutil_socket_t fd, short what, void *arg)
{
	struct timeval tv = { .tv_sec = CONTROL_FIRST_SECONDS };
	struct control *ct = arg;
	struct control_client *c;
	int sock = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)what;
	if (sock < 0)
		return;
	if (ct->nclients >= CONTROL_CLIENTS_MAX || !control_peer_ok(sock) ||
	    (c = calloc(1, sizeof *c)) == NULL) {
		close(sock);
		return;
	}
	c->ct = ct;
	c->fd = sock;
	LIST_INSERT_HEAD(&ct->clients, c, entry);
	ct->nclients++;
	c->first = event_new(ct->cp->base, sock, EV_READ | EV_PERSIST,
	    control_first, c);
	if (c->first == NULL || event_add(c->first, &tv) < 0)
		control_client_free(c);
}

static int
control_listen(struct control *ct)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	mode_t mask;
	int rc;

	memcpy(sun.sun_path, ct->path, sizeof sun.sun_path);
	ct->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (ct->fd < 0)
		return -1;
	unlink(ct->path); /* whoever left it is dead: the home is locked */
	mask = umask(0177);
	rc = bind(ct->fd, (struct sockaddr *)&sun, sizeof sun);
	umask(mask);
	return rc < 0 ? -1 : listen(ct->fd, CONTROL_CLIENTS_MAX);
}

struct control *
control_new(struct cp *cp, char *buf, size_t size)
{
	struct control *ct = calloc(1, sizeof *ct);
	int n;

	if (ct == NULL) {
		snprintf(buf, size, "no storage");
		return NULL;
	}
	ct->cp = cp;
	ct->fd = -1;
	LIST_INIT(&ct->clients);
	n = snprintf(ct->path, sizeof ct->path, "%s/cp.sock", cp->run);
	if (n < 0 || (size_t)n >= sizeof ct->path) {
		errno = ENAMETOOLONG;
	} else if (control_listen(ct) == 0 &&
	    (ct->accept = event_new(cp->base, ct->fd, EV_READ | EV_PERSIST,
	    control_accept, ct)) != NULL && event_add(ct->accept, NULL) == 0) {
		return ct;
	}
	snprintf(buf, size, "%s/cp.sock: %s", cp->run, strerror(errno));
	control_free(ct);
	return NULL;
}

void
control_free(struct control *ct)
{
	struct control_client *c;

	if (ct == NULL)
		return;
	while ((c = LIST_FIRST(&ct->clients)) != NULL)
		control_client_free(c);
	if (ct->accept != NULL) {
		event_free(ct->accept);
		unlink(ct->path);
	}
	if (ct->fd >= 0)
		close(ct->fd);
	free(ct);
}
