/* SPDX-License-Identifier: MIT
 *
 * unit_rig.h - a vmunit, with the test as its vmcp and its vmspool.  What goes
 * wrong ends the program.
 */
#ifndef VM370_TESTS_UNIT_RIG_H
#define VM370_TESTS_UNIT_RIG_H

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipcchan.h"
#include "name.h"
#include "spawn.h"

#define RIG_MS 15000

struct rig {
	pid_t pid;
	struct ipcchan cp, ur;
	int fd; /* the unit's socket or folder */
	struct ipc_unit_state state; /* the last */
	char said[IPC_LINE_MAX + 1]; /* its last message */
	/* the message that was waited for */
	union {
		char bytes[IPC_PACKET_MAX];
		struct ipc_unit_user user;
		struct ipc_done done;
		struct ipc_ur_write write;
		struct ipc_ur_close close;
		struct ipc_ur_open open;
		struct ipc_ur_read read;
		struct ipc_ur_finish finish;
	} in;
	uint32_t tag;
};

/* The next message of a channel; false after ms. */
static inline bool
rig_next(struct ipcchan *ch, struct ipcchan_message *msg, int ms)
{
	for (;;) {
		struct pollfd pfd = { .fd = ch->fd, .events = POLLIN };
		int got = ipcchan_recv(ch, msg);

		if (got < 0)
			errx(1, "the unit's channel has ended");
		if (got > 0)
			return true;
		if (poll(&pfd, 1, ms) == 0)
			return false;
	}
}

/* What a unit says by the way. */
static inline void
rig_heard(struct rig *rig, const struct ipcchan_message *msg)
{
	const struct ipc_text *text = msg->payload;

	if (msg->type == IPC_UNIT_STATE)
		memcpy(&rig->state, msg->payload, sizeof rig->state);
	if (msg->type == IPC_UNIT_MESSAGE)
		snprintf(rig->said, sizeof rig->said, "%.*s",
		    (int)text->text_len, text->text);
}

static inline void
rig_wait(struct rig *rig, struct ipcchan *ch, enum ipc_type type)
{
	struct ipcchan_message msg;

	do {
		if (!rig_next(ch, &msg, RIG_MS))
			errx(1, "%s does not come", ipcchan_name(type));
		rig_heard(rig, &msg);
		if (msg.type != type && ch == &rig->ur)
			errx(1, "%s in the place of %s",
			    ipcchan_name(msg.type), ipcchan_name(type));
	} while (msg.type != type);
	memcpy(rig->in.bytes, msg.payload, msg.len);
}

#define rig_cp(rig, type) rig_wait((rig), &(rig)->cp, (type))
#define rig_ur(rig, type) rig_wait((rig), &(rig)->ur, (type))

/* Nothing comes on vmspool's channel for a while. */
static inline void
rig_quiet(struct rig *rig, int ms)
{
	struct ipcchan_message msg;

	if (rig_next(&rig->ur, &msg, ms))
		errx(1, "%s comes too soon", ipcchan_name(msg.type));
}

/* What it says by the way until it has said more. */
static inline void
rig_listen(struct rig *rig, const char *what)
{
	struct ipcchan_message msg;

	if (!rig_next(&rig->cp, &msg, RIG_MS))
		errx(1, "it does not say %s", what);
	rig_heard(rig, &msg);
}

/* Until the unit's last state is this. */
static inline void
rig_until(struct rig *rig, enum ipc_unit_is state, uint32_t draining)
{
	while (rig->state.state != (uint32_t)state ||
	    rig->state.draining != draining)
		rig_listen(rig, "its state");
}

/* Until it has said this. */
static inline void
rig_said(struct rig *rig, const char *words)
{
	while (strstr(rig->said, words) == NULL)
		rig_listen(rig, words);
	rig->said[0] = '\0';
}

#define rig_tell(rig, ch, type, payload)                                   \
	do {                                                               \
		if (ipcchan_send(&(rig)->ch, (type), &(payload),           \
		    sizeof(payload), -1) < 0)                              \
			err(1, #type);                                     \
	} while (0)

/* vmspool is there, or there again. */
static inline void
rig_spool(struct rig *rig)
{
	const struct ipc_none none = { 0 };
	int fd[2];

	ipcchan_close(&rig->ur);
	if (ipcchan_pair(fd) < 0)
		err(1, "channel");
	ipcchan_init(&rig->ur, fd[0], IPC_SPOOL, IPC_UR);
	if (ipcchan_send(&rig->cp, IPC_UNIT_SPOOL, &none, sizeof none,
	    fd[1]) < 0)
		err(1, "UNIT_SPOOL");
	close(fd[1]);
}

static inline int32_t
rig_order(struct rig *rig, struct ipc_unit_order order)
{
	order.tag = ++rig->tag;
	rig_tell(rig, cp, IPC_UNIT_ORDER, order);
	rig_cp(rig, IPC_UNIT_DONE);
	if (rig->in.done.tag != order.tag)
		errx(1, "an answer to something else");
	return rig->in.done.rc;
}

static inline void
rig_begin(struct rig *rig, struct ipc_unit_config config)
{
	char vmunit[] = VMUNIT;
	char *argv[] = { vmunit, NULL };
	int fd[2];

	if (ipcchan_pair(fd) < 0)
		err(1, "channel");
	rig->pid = spawn(vmunit, argv, &fd[1], 1);
	if (rig->pid < 0)
		err(1, "%s", vmunit);
	close(fd[1]);
	ipcchan_init(&rig->cp, fd[0], IPC_CP, IPC_UNIT);
	rig->ur = (struct ipcchan){ .fd = -1, .in_fd = -1 };
	rig->state = (struct ipc_unit_state){ 0 };
	rig->said[0] = '\0';
	name_parse("N", &config.node);
	if (config.classes[0] == '\0')
		config.classes[0] = 'A';
	if (ipcchan_send(&rig->cp, IPC_UNIT_CONFIG, &config, sizeof config,
	    rig->fd) < 0)
		err(1, "UNIT_CONFIG");
	rig_spool(rig);
}

/* It ends with its vmcp, and in no other way; or is killed. */
static inline void
rig_end(struct rig *rig, bool killed)
{
	int status;

	if (killed)
		kill(rig->pid, SIGKILL);
	ipcchan_close(&rig->cp);
	if (waitpid(rig->pid, &status, 0) < 0 ||
	    (!killed && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)))
		errx(1, "vmunit ended with %04x", (unsigned)status);
	ipcchan_close(&rig->ur);
}

#endif
