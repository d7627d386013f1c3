/* SPDX-License-Identifier: MIT
 *
 * rigfull.c - a terminal that does what a test says.
 */
#include "rigfull.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

/* The display of this address; a new one if need be. */
static struct rigfull_display *
rigfull_display(struct rig *rig, uint32_t vdev)
{
	struct rigfull_display *d = rig->full.display;

	for (unsigned i = 0; i < RIGFULL_DISPLAYS - 1 && d->vdev != 0 &&
	     d->vdev != vdev; i++)
		d++;
	d->vdev = vdev;
	return d;
}

static void
rigfull_send(struct rig *rig, struct ipc_full *m, const void *text, size_t len)
{
	ipcchan_send_text(&rig->chan, IPC_VM_FULL_IN, m, sizeof *m, text, len,
	    -1);
}

/* --- what was asked, and its answer --- */

static void
rigfull_answer(struct rig *rig, struct rigfull_display *d)
{
	bool read = d->op == FULL_READ;
	struct ipc_full m = { .tag = d->tag, .rc = d->rc,
		.op = read ? FULL_RECORD : FULL_DONE,
		.vdev = (uint16_t)d->vdev };

	if (d->tag == 0)
		return;
	d->tag = 0;
	rigfull_send(rig, &m, d->reply, read && d->rc == 0 ? d->reply_len : 0);
	d->rc = 0;
}

void
rigfull_out(struct rig *rig, const struct ipc_full *m)
{
	struct rigfull_display *d;

	if (rig->term.there && rig->term.vdev == m->vdev) {
		rigterm_out(rig, m);
		return;
	}
	d = rigfull_display(rig, m->vdev);
	if (m->op == FULL_END) {
		d->ends++;
		return;
	}
	d->doubled += d->tag != 0;
	d->writes += m->op == FULL_WRITE;
	d->reads += m->op == FULL_READ;
	d->tag = m->tag;
	d->op = m->op;
	d->wrote_len = m->text_len;
	memcpy(d->wrote, m->text, m->text_len);
	if (!d->mute)
		rigfull_answer(rig, d);
}

/* --- commands: VDEV and what else there is --- */

struct rigfull_call {
	struct rig *rig;
	struct rigfull_display *d;
	const char *arg; /* after the address */
	char *text;
};

static void
rigfull_says(const struct rigfull_call *c, enum ipc_full_op op,
    const void *text, size_t len)
{
	struct ipc_full m = { .op = (uint16_t)op,
		.vdev = (uint16_t)c->d->vdev };

	rigfull_send(c->rig, &m, text, len);
}

/* SCREEN rows cols flags: a terminal is there. */
static int
rigfull_screen(const struct rigfull_call *c)
{
	struct ipc_full m = { .op = FULL_SIZE,
		.vdev = (uint16_t)c->d->vdev };
	char *end;

	m.rows = (uint16_t)strtoul(c->arg, &end, 10);
	m.cols = (uint16_t)strtoul(end, &end, 10);
	m.flags = (uint32_t)strtoul(end, NULL, 16);
	rigfull_send(c->rig, &m, NULL, 0);
	return 0;
}

static int
rigfull_gone(const struct rigfull_call *c)
{
	rigfull_says(c, FULL_GONE, NULL, 0);
	return 0;
}

static int
rigfull_lost(const struct rigfull_call *c)
{
	rigfull_says(c, FULL_LOST, NULL, 0);
	return 0;
}

static int
rigfull_sysreq(const struct rigfull_call *c)
{
	rigfull_says(c, FULL_ATTENTION, NULL, 0);
	return 0;
}

/* Bytes in hex, or "xN": N of them, all different enough. */
static uint32_t
rigfull_bytes(const char *arg, uint8_t to[IPC_FULL_MAX])
{
	uint32_t n = 0;

	if (*arg == 'x') {
		n = (uint32_t)strtoul(arg + 1, NULL, 10) % (IPC_FULL_MAX + 1);
		for (uint32_t i = 0; i < n; i++)
			to[i] = (uint8_t)(i * 7 + i / 256);
		return n;
	}
	for (; arg[0] != '\0' && arg[1] != '\0'; arg += 2) {
		char digits[3] = { arg[0], arg[1], '\0' };

		to[n++] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return n;
}

/* KEY bytes: what a key sends. */
static int
rigfull_key(const struct rigfull_call *c)
{
	static uint8_t bytes[IPC_FULL_MAX];
	uint32_t n = rigfull_bytes(c->arg, bytes);

	rigfull_says(c, FULL_RECORD, bytes, n);
	return 0;
}

/* REPLY bytes: what reads are answered with.  FAIL n: the next answer is -n. */
static int
rigfull_reply(const struct rigfull_call *c)
{
	c->d->reply_len = rigfull_bytes(c->arg, c->d->reply);
	return 0;
}

static int
rigfull_fail(const struct rigfull_call *c)
{
	c->d->rc = -atoi(c->arg);
	return 0;
}

/* MUTE: no answers; ANSWER: what is not answered, and from now on all. */
static int
rigfull_mute(const struct rigfull_call *c)
{
	c->d->mute = true;
	return 0;
}

static int
rigfull_unmute(const struct rigfull_call *c)
{
	c->d->mute = false;
	rigfull_answer(c->rig, c->d);
	return 0;
}

/* STALE: an answer with a number that was not asked. */
static int
rigfull_stale(const struct rigfull_call *c)
{
	struct ipc_full m = { .tag = c->d->tag + 1000, .op = FULL_DONE,
		.vdev = (uint16_t)c->d->vdev };

	rigfull_send(c->rig, &m, NULL, 0);
	m.op = FULL_RECORD;
	rigfull_send(c->rig, &m, "\x7D", 1);
	return 0;
}

/* WROTE: bytes of the last command, its first in hex; SUM: of all of them. */
static int
rigfull_wrote(const struct rigfull_call *c)
{
	const struct rigfull_display *d = c->d;

	for (uint32_t i = 0; i < d->wrote_len && i < 32; i++)
		snprintf(c->text + 2 * i, 3, "%02X", d->wrote[i]);
	return (int)d->wrote_len;
}

static int
rigfull_sum(const struct rigfull_call *c)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < c->d->wrote_len; i++)
		sum = sum * 31 + c->d->wrote[i];
	return (int)(sum & 0xFFFFFF);
}

static int
rigfull_writes(const struct rigfull_call *c)
{
	return (int)c->d->writes;
}

static int
rigfull_reads(const struct rigfull_call *c)
{
	return (int)c->d->reads;
}

static int
rigfull_ends(const struct rigfull_call *c)
{
	return (int)c->d->ends;
}

static int
rigfull_doubled(const struct rigfull_call *c)
{
	return (int)c->d->doubled;
}

static const struct {
	const char *name;
	int (*run)(const struct rigfull_call *);
} rigfull_commands[] = {
	{ "SCREEN", rigfull_screen },
	{ "UNSCREEN", rigfull_gone },
	{ "LOSE", rigfull_lost },
	{ "SYSREQ", rigfull_sysreq },
	{ "KEY", rigfull_key },
	{ "REPLY", rigfull_reply },
	{ "FAIL", rigfull_fail },
	{ "MUTE", rigfull_mute },
	{ "ANSWER", rigfull_unmute },
	{ "STALE", rigfull_stale },
	{ "WROTE", rigfull_wrote },
	{ "SUM", rigfull_sum },
	{ "WRITES", rigfull_writes },
	{ "READS", rigfull_reads },
	{ "ENDS", rigfull_ends },
	{ "DOUBLED", rigfull_doubled },
};

static bool
rigfull_run(struct rig *rig, const char *name, const char *arg, int *rc,
    char *text)
{
	struct rigfull_call c = { .rig = rig, .text = text };
	char *end;
	uint32_t vdev = (uint32_t)strtoul(arg, &end, 16);

	for (size_t i = 0; i < sizeof rigfull_commands /
	     sizeof rigfull_commands[0]; i++) {
		if (strcmp(name, rigfull_commands[i].name) != 0)
			continue;
		c.d = rigfull_display(rig, vdev);
		c.arg = end + strspn(end, " ");
		*rc = rigfull_commands[i].run(&c);
		return true;
	}
	return false;
}

/* "SOON command": in 50 ms. */
bool
rigfull_command(struct rig *rig, const char *name, const char *arg, int *rc,
    char *text)
{
	text[0] = '\0';
	if (strcmp(name, "SOON") != 0)
		return rigfull_run(rig, name, arg, rc, text);
	rig->full.due = rig_now_ms() + 50;
	snprintf(rig->full.later, sizeof rig->full.later, "%s", arg);
	*rc = 0;
	return true;
}

void
rigfull_later(struct rig *rig, uint64_t now)
{
	char line[sizeof rig->full.later], text[RIGFULL_SAID], *arg;
	int rc;

	if (rig->full.due == 0 || now < rig->full.due)
		return;
	rig->full.due = 0;
	memcpy(line, rig->full.later, sizeof line);
	arg = line + strcspn(line, " ");
	if (*arg != '\0')
		*arg++ = '\0';
	rigfull_run(rig, line, arg, &rc, text);
}
