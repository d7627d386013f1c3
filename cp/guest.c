/* SPDX-License-Identifier: MIT
 *
 * guest.c - vmcp's end of a vmguest.  The machine is made, ordered and asked
 * here; what its answers mean to a user is told from here; no commands.
 *
 * Everything that arrives is checked against what was asked.  A vmguest that
 * breaks the rules hurts its own user only.
 */
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "conspool.h"
#include "device.h"
#include "dial.h"
#include "fullscreen.h"
#include "given.h"
#include "guestask.h"
#include "hostlink.h"
#include "log.h"
#include "loop.h"
#include "minidisk.h"
#include "name.h"
#include "nss.h"
#include "session.h"
#include "spawn.h"
#include "spoolclient.h"
#include "times.h"
#include "urdevice.h"
#include "vmblok.h"

#define GUEST_UID_FIRST 0x7F000000u /* when vmcp is root: a uid a machine, */
#define GUEST_UIDS 0x10000u	    /* of which nobody else has one */
/*
 * Typed lines that it may hold unread, in bytes with this much for each.  It
 * is empty-handed when it announces a read; with what may then be on its way,
 * twice as much is the most it ever has.
 */
#define GUEST_AHEAD_MAX (32u << 10)
#define GUEST_AHEAD_LINE 16
#define GUEST_RELEASE "1.0"
#define GUEST_QUEUE_MAX (512u << 10) /* a terminal may not fill it further */

/* DIAGNOSE 8: the commands, and what they answered. */
struct guest_diag {
	uint32_t tag;
	bool want_reply, implied;
	char text[DIAG_COMMAND_MAX + 1];
	size_t at;	/* next command in text */
	int32_t rc;
	struct request *rq; /* the one that runs */
	uint32_t total;	/* bytes that the answer has, kept or not */
	size_t used;
	char reply[IPC_TEXT_MAX];
};

struct guest {
	struct vmblok *vm;
	struct loopchan lc;
	pid_t pid;	  /* -1: not started, the last one is not gone */
	int child;	  /* its end of the channel until it is started; -1 */
	struct given_list given;
	bool hold, held;  /* VM_HOLD: ordered, done */
	unsigned holding; /* of them not answered */
	bool stop_asked;  /* VM_STOP or the like is on its way */
	unsigned unpaid;  /* lines of output without credit */
	unsigned withheld; /* of them, until vmspool takes the console's file */
	size_t ahead;	  /* of typed lines, since it last announced a read */
	struct guestask asks;
	struct guest_diag *diag;
	bool reset;	  /* a DIAGNOSE 8 of before may still come in */
};

static void guest_diag_next(struct guest *g);
static int guest_go(struct guest *g);

pid_t
guest_pid(const struct guest *g)
{
	return g->pid;
}

static void
guest_diag_free(struct guest_diag *d)
{
	explicit_bzero(d->text, sizeof d->text); /* perhaps a password */
	free(d);
}

/* Whoever waits for the answer does so no longer. */
static void
guest_diag_drop(struct guest *g)
{
	struct guest_diag *d = g->diag;

	g->diag = NULL;
	if (d == NULL)
		return;
	if (d->rq != NULL)
		request_orphan(d->rq);
	guest_diag_free(d);
}

void
guest_interrupt(struct vmblok *vm)
{
	struct guest *g = vm->guest;

	if (g != NULL && g->diag != NULL && g->diag->rq != NULL)
		request_cancel(g->diag->rq);
}

/* --- the end of a machine --- */

void
guest_kill(struct vmblok *vm)
{
	struct guest *g = vm->guest;
	uint64_t virt, total;

	if (g == NULL)
		return;
	nss_leave(vm);
	vm->guest = NULL;
	fullscreen_reset(vm);
	dial_drop(vm);
	vm->running = vm->held = false;
	vm->reading = CONS_READ_NONE;
	if (g->pid > 0) {
		times_process(g->pid, &virt, &total);
		vm->virt_us += virt;
		vm->total_us += total;
		kill(g->pid, SIGKILL); /* ours until SIGCHLD has reaped it */
		given_die(vm, g->pid, &g->given);
	}
	given_release(vm->cp, &g->given);
	if (g->child >= 0)
		close(g->child);
	loopchan_close(&g->lc);
	guest_diag_drop(g);
	guestask_end(&g->asks);
	free(g);
}

/* A machine that ended without being asked to. */
static void
guest_lost(struct vmblok *vm, const char *why)
{
	log_warnx("vmguest of %s: %s", name_text(vm->name).s, why);
	guest_kill(vm);
	vm->cp_read = true;
	vmblok_message(vm, 450, "VIRTUAL MACHINE NOT IN RUNNABLE STATE");
	vmblok_changed(vm);
}

/* The last one's process is gone: what waited for that goes on. */
static void
guest_free_again(struct vmblok *vm)
{
	if (vm->ending)
		vmblok_ended(vm);
	else if (vm->guest != NULL && vm->guest->pid < 0 &&
	    guest_go(vm->guest) < 0)
		guest_lost(vm, strerror(errno));
}

bool
guest_exited(struct cp *cp, pid_t pid)
{
	struct vmblok *vm;

	TAILQ_FOREACH(vm, &cp->vms, entry)
		if (vm->guest != NULL && vm->guest->pid == pid) {
			guest_lost(vm, "ended");
			break;
		}
	vm = given_gone(cp, pid);
	if (vm == NULL)
		return false;
	hostlink_look(cp);
	if (!given_dying(vm))
		guest_free_again(vm);
	return true;
}

static void
guest_silent(evutil_socket_t fd, short what, void *arg)
{
	struct guest *g = arg;

	(void)fd;
	(void)what;
	guest_lost(g->vm, "does not answer");
}

struct guestask *
guest_asks(struct vmblok *vm)
{
	return &vm->guest->asks;
}

int
guest_detach(struct vmblok *vm, vdev_t vdev, struct request *rq,
    guestask_fn *fn)
{
	if (guestask_detach(&vm->guest->asks, vdev, rq, fn) < 0)
		return -1;
	given_leaving(&vm->guest->given, vdev);
	return 0;
}

static bool
guest_detached(struct guest *g, const struct ipc_value *v)
{
	struct cp *cp = g->vm->cp;
	struct guestask_op op;

	if (!guestask_detached(&g->asks, v->value, &op))
		return false;
	given_left(cp, &g->given, (vdev_t)v->value);
	op.fn(op.rq, v);
	hostlink_look(cp);
	return true;
}

/* --- standing still for the host --- */

void
guest_hold(struct vmblok *vm, bool hold)
{
	struct guest *g = vm->guest;
	struct ipc_value v = { .value = hold };

	if (g == NULL || g->hold == hold)
		return;
	g->hold = hold;
	g->held = false;
	g->holding += hold;
	loopchan_send(&g->lc, IPC_VM_HOLD, &v, sizeof v, -1);
}

bool
guest_still(const struct vmblok *vm)
{
	return !given_dying(vm) && (vm->guest == NULL || vm->guest->held);
}

static bool
guest_is_held(struct guest *g)
{
	if (g->holding == 0)
		return false;
	if (--g->holding == 0 && g->hold) {
		g->held = true;
		hostlink_look(g->vm->cp);
	}
	return true;
}

/* --- DIAGNOSE 8 --- */

static void
guest_diag_line(void *arg, const char *text, size_t len, unsigned flags)
{
	struct guest *g = arg;
	struct guest_diag *d = g->diag;

	if (!d->want_reply) {
		session_item(g->vm->session, ITEM_OUTPUT, flags | ITEM_LINE,
		    (struct vm_name){ 0 }, text, len, false);
		return;
	}
	d->total += (uint32_t)len + 1;
	if (d->used + len + 1 > sizeof d->reply)
		len = d->used < sizeof d->reply ?
		    sizeof d->reply - d->used - 1 : 0;
	if (d->used == sizeof d->reply)
		return;
	memcpy(d->reply + d->used, text, len);
	d->used += len;
	d->reply[d->used++] = '\n';
}

/* An answer longer than can ever be fetched is not worth making. */
static bool
guest_diag_room(void *arg)
{
	struct guest *g = arg;
	struct guest_diag *d = g->diag;

	if (!d->want_reply)
		return session_backlog(g->vm->session) < 200;
	if (d->total > 64 * IPC_TEXT_MAX && d->rq != NULL)
		d->rq->cancelled = true;
	return true;
}

static void
guest_diag_done(void *arg, struct request *rq, int rc)
{
	struct guest *g = arg;

	(void)rq;
	g->diag->rq = NULL;
	if (g->diag->rc == 0)
		g->diag->rc = rc;
	guest_diag_next(g);
}

static const struct reply_ops guest_diag_reply = {
	.line = guest_diag_line,
	.room = guest_diag_room,
	.done = guest_diag_done,
};

static void
guest_diag_answer(struct guest *g)
{
	struct guest_diag *d = g->diag;
	struct ipc_cp_reply reply = { .tag = d->tag, .rc = d->rc,
		.total = d->total };

	g->diag = NULL;
	g->reset = false;
	loopchan_send_text(&g->lc, IPC_VM_CP_REPLY, &reply, sizeof reply,
	    d->reply, d->used, -1);
	guest_diag_free(d);
}

static void
guest_diag_next(struct guest *g)
{
	struct guest_diag *d = g->diag;
	const char *text = d->text + d->at;
	size_t n = strcspn(text, "\n");
	struct request *rq;

	if (*text == '\0') {
		guest_diag_answer(g);
		return;
	}
	d->at += n + (text[n] == '\n');
	rq = request_new(g->vm->cp, text, n, &guest_diag_reply, g);
	if (rq == NULL) {
		guest_diag_answer(g);
		return;
	}
	request_for_vm(rq, g->vm);
	rq->implied = d->implied;
	rq->may_ask = !d->want_reply;
	d->rq = rq;
	command_run(rq);
}

static bool
guest_diagnose(struct guest *g, const struct ipc_cp_command *cmd)
{
	struct guest_diag *d;

	if (g->diag != NULL) {
		if (!g->reset)
			return false; /* its one processor waits already */
		g->reset = false; /* one could cross the reset's order */
		guest_diag_drop(g);
	}
	d = calloc(1, sizeof *d);
	if (d == NULL)
		return false;
	d->tag = cmd->tag;
	d->want_reply = cmd->want_reply != 0;
	d->implied = cmd->implied != 0;
	memcpy(d->text, cmd->text, cmd->text_len);
	g->diag = d;
	guest_diag_next(g);
	return true;
}

/* --- what a machine says of itself --- */

static void
guest_stop_message(struct vmblok *vm, const struct ipc_vm_state *st)
{
	char a[64], b[32];

	snprintf(a, sizeof a, "%03" PRIX64, st->detail & 0xFFF);
	switch ((enum ipc_vm_why)st->why) {
	case VM_WHY_DISABLED_WAIT:
		snprintf(a, sizeof a, "DISABLED WAIT PSW '%016" PRIX64
		    " %016" PRIX64 "'", st->detail, st->rip);
		vmblok_message(vm, 450, a);
		break;
	case VM_WHY_SHUTDOWN:
		vmblok_message(vm, 450, "PROGRAM INTERRUPT LOOP; "
		    "THE PROCESSOR'S STATE IS LOST");
		break;
	case VM_WHY_IPL_NO_DEVICE:
		vmblok_message(vm, 230, a);
		break;
	case VM_WHY_IPL_IO_ERROR:
		snprintf(b, sizeof b, "%08X %02X%02X%04X", st->csw.ccw_addr,
		    st->csw.unit, st->csw.chan, st->csw.residual);
		vmblok_message(vm, 232, a, b);
		break;
	case VM_WHY_IPL_VERSION:
		snprintf(a, sizeof a, "%" PRIX64, st->detail);
		vmblok_message(vm, 233, a);
		break;
	case VM_WHY_IPL_ENTRY:
		snprintf(a, sizeof a, "%" PRIX64, st->detail);
		vmblok_message(vm, 234, a);
		break;
	case VM_WHY_NOT_RUNNABLE:
		log_warnx("machine of %s: KVM refused, %" PRIu64
		    " at %" PRIX64, name_text(vm->name).s, st->detail, st->rip);
		vmblok_message(vm, 450,
		    "VIRTUAL MACHINE NOT IN RUNNABLE STATE");
		break;
	case VM_WHY_NONE:
	case VM_WHY_ASKED:
		break;
	}
}

/*
 * What CP ordered is in vm->running since the order was sent.  An answer that
 * crossed a newer order on the way must not undo that.
 */
static bool
guest_state(struct guest *g, const struct ipc_vm_state *st)
{
	struct vmblok *vm = g->vm;

	if (st->run > VM_RUNNING || st->why > VM_WHY_NOT_RUNNABLE)
		return false;
	if (st->run == VM_RUNNING) {
		if (!g->stop_asked)
			vm->running = true;
	} else if (st->why <= VM_WHY_ASKED) {
		g->stop_asked = false;
	} else {
		g->stop_asked = false;
		vm->running = vm->held = false;
		vm->cp_read = true;
		vm->reading = CONS_READ_NONE;
		guest_stop_message(vm, st);
	}
	vmblok_changed(vm);
	return true;
}

/* A line is written or read: no guest's screen is there any more. */
static void
guest_line(struct vmblok *vm)
{
	struct vdev *d = device_console(vm);

	if (d != NULL)
		fullscreen_end(vm, d);
}

static bool
guest_output(struct guest *g, const struct ipc_cons_output *out)
{
	bool prompt = (out->flags & CONS_OUTPUT_NO_NEWLINE) != 0;
	unsigned flags = (out->flags & CONS_OUTPUT_ALARM) ? ITEM_ALARM : 0;

	if (++g->unpaid > CONS_OUTPUT_WINDOW)
		return false;
	guest_line(g->vm);
	session_item(g->vm->session, prompt ? ITEM_PROMPT : ITEM_OUTPUT, flags,
	    (struct vm_name){ 0 }, out->text, out->text_len, true);
	return true;
}

static bool
guest_reads(struct guest *g, uint32_t how)
{
	if (how > CONS_READ_HIDDEN)
		return false;
	g->vm->reading = (enum ipc_cons_read)how;
	if (how != CONS_READ_NONE) {
		g->ahead = 0;
		guest_line(g->vm);
	}
	vmblok_changed(g->vm);
	return true;
}

static bool
guest_is_ready(struct guest *g, const struct ipc_vm_ready *ready)
{
	struct vmblok *vm = g->vm;

	if (!guestask_begin(&g->asks))
		return false;
	if (ready->error == 0) {
		fullscreen_ready(vm);
		return true;
	}
	log_warnx("vmguest of %s: no machine: %s", name_text(vm->name).s,
	    strerror(ready->error));
	guest_kill(vm);
	vm->cp_read = true;
	vmblok_message(vm, 460, strerror(ready->error));
	vmblok_changed(vm);
	return true;
}

static bool
guest_handle(struct guest *g, const struct ipcchan_message *msg)
{
	if (!g->asks.begun && msg->type != IPC_VM_READY)
		return false;
	switch (msg->type) {
	case IPC_VM_READY:
		return guest_is_ready(g, msg->payload);
	case IPC_VM_STATE:
		return guest_state(g, msg->payload);
	case IPC_VM_DETACHED:
		return guest_detached(g, msg->payload);
	case IPC_VM_HELD:
		return guest_is_held(g);
	case IPC_VM_CONS_OUTPUT:
		return guest_output(g, msg->payload);
	case IPC_VM_CONS_READ:
		return guest_reads(g,
		    ((const struct ipc_value *)msg->payload)->value);
	case IPC_VM_FULL_OUT:
		return fullscreen_out(g->vm, msg->payload);
	case IPC_VM_CP_COMMAND:
		return guest_diagnose(g, msg->payload);
	case IPC_VM_STORAGE:
		return guestask_storage(&g->asks, msg->payload);
	case IPC_VM_REGS:
		return guestask_registers(&g->asks, msg->payload);
	case IPC_VM_DONE:
		return guestask_done(&g->asks, msg->payload);
	default:
		return false;
	}
}

static void
guest_message(struct loopchan *lc, const struct ipcchan_message *msg, void *arg)
{
	struct guest *g = arg;
	struct vmblok *vm = g->vm;

	(void)lc;
	if (msg == NULL)
		guest_lost(vm, "its channel closed");
	else if (!guest_handle(g, msg) && vm->guest == g)
		guest_lost(vm, ipcchan_name(msg->type));
}

/* --- making one --- */

static void
guest_configure(struct guest *g, int kvm)
{
	struct vmblok *vm = g->vm;
	const struct config *config = vm->cp->config;
	struct ipc_vm_config c = { .storage = vm->storage,
		.mode = vm->user->mode, .cpus = 1,
		.user = { vm->name, config->node } };
	time_t now = time(NULL);
	size_t n;

	c.utc_offset = times_offset(now);
	n = strlen(times_zone(config, now).s);
	memcpy(c.zone, times_zone(config, now).s,
	    n < sizeof c.zone ? n : sizeof c.zone);
	memcpy(c.system, "VM/370  ", sizeof c.system);
	memset(c.release, ' ', sizeof c.release);
	memcpy(c.release, GUEST_RELEASE, sizeof GUEST_RELEASE - 1);
	loopchan_send(&g->lc, IPC_VM_CONFIG, &c, sizeof c, kvm);
}

/* It is a vmguest's as soon as that can write to it, and not before its
 * predecessor is gone. */
static int
guest_give_disk(struct guest *g, const struct vdev *d,
    struct ipc_vm_attach *at)
{
	int fd, rc, error;

	at->blocks = d->blocks;
	at->flags = device_writable(d) ? 0 : ATTACH_READ_ONLY;
	if (d->link == NULL) {
		loopchan_send(&g->lc, IPC_VM_ATTACH_FD, at, sizeof *at, d->fd);
		return 0;
	}
	fd = minidisk_open(g->vm->cp, d->link, &at->blocks);
	if (fd < 0)
		return -1;
	rc = given_add(&g->given, d->link, d->vdev, fd, g->pid < 0);
	error = errno;
	if (rc == 0)
		loopchan_send(&g->lc, IPC_VM_ATTACH_FD, at, sizeof *at, fd);
	close(fd);
	errno = error;
	return rc;
}

/* It could be opened when it was linked, and no longer. */
static void
guest_not_given(struct vmblok *vm, const struct vdev *d)
{
	log_warn("%s: minidisk %03X", name_text(vm->name).s, d->vdev);
	vmblok_message(vm, 108, name_text(d->link->owner).s,
	    device_hex(d->link->vdev).s, name_text(d->link->volume).s);
}

static void
guest_give(struct guest *g, const struct vdev *d)
{
	struct ipc_vm_attach at = { .vdev = d->vdev,
		.type = d->graf ? DEVICE_DISPLAY : d->type,
		.flags = d->graf ? ATTACH_CONSOLE : 0 };

	if (d->type == DEVICE_FBA) {
		if (guest_give_disk(g, d, &at) < 0)
			guest_not_given(g->vm, d);
		return;
	}
	loopchan_send(&g->lc, IPC_VM_ATTACH, &at, sizeof at, -1);
	urdevice_tell(g->vm, d);
}

void
guest_order(struct vmblok *vm, enum ipc_type type, const void *payload,
    size_t len, int fd)
{
	if (vm->guest != NULL)
		loopchan_send(&vm->guest->lc, type, payload, len, fd);
}

bool
guest_room(const struct vmblok *vm)
{
	return vm->guest == NULL || vm->guest->lc.ch.queued <= GUEST_QUEUE_MAX;
}

void
guest_full(struct vmblok *vm, struct ipc_full *in, const char *text,
    size_t len)
{
	struct guest *g = vm->guest;

	if (g != NULL && g->asks.begun) /* else it asks when it is there */
		loopchan_send_text(&g->lc, IPC_VM_FULL_IN, in, sizeof *in,
		    text, len, -1);
}

/* Its channel to vmspool.  Without one now, it gets one when vmspool is
 * back. */
static void
guest_give_spool(struct vmblok *vm)
{
	int fd = spoolclient_mint(vm->cp->spool, vm->name, UR_GUEST);
	struct ipc_none none = { 0 };

	if (fd < 0)
		return;
	guest_order(vm, IPC_VM_SPOOL, &none, sizeof none, fd);
	close(fd);
}

void
guest_spool(struct cp *cp)
{
	struct vmblok *vm;

	TAILQ_FOREACH(vm, &cp->vms, entry)
		if (vm->guest != NULL)
			guest_give_spool(vm);
}

/* A machine cannot touch another's process, even out of its sandbox. */
static pid_t
guest_spawn(struct vmblok *vm, int channel)
{
	char name[] = "vmguest", option[] = "--uid", uid[16];
	char *argv[] = { name, option, uid, NULL };

	snprintf(uid, sizeof uid, "%u", GUEST_UID_FIRST +
	    vm->cp->machines++ % GUEST_UIDS);
	return spawn(vm->cp->vmguest, argv, &channel, 1);
}

static int
guest_open(struct guest *g)
{
	int fd[2];

	if (ipcchan_pair(fd) < 0)
		return -1;
	if (loopchan_open(&g->lc, g->vm->cp->base, fd[0], IPC_CP, IPC_GUEST,
	    guest_message, g) == 0) {
		g->child = fd[1];
		return 0;
	}
	close(fd[0]);
	close(fd[1]);
	errno = ENOMEM;
	return -1;
}

/* Start the process; what it is to do waits in the channel.  -1 with errno. */
static int
guest_go(struct guest *g)
{
	if (given_lock(&g->given) < 0)
		return -1;
	g->pid = guest_spawn(g->vm, g->child);
	if (g->pid < 0)
		return -1;
	close(g->child);
	g->child = -1;
	return 0;
}

static struct guest *
guest_new(struct vmblok *vm)
{
	struct guest *g = calloc(1, sizeof *g);
	int error;

	if (g == NULL)
		return NULL;
	g->vm = vm;
	g->pid = g->child = -1;
	TAILQ_INIT(&g->given);
	if (guestask_init(&g->asks, &g->lc, vm->cp->base, guest_silent,
	    g) == 0 && guest_open(g) == 0)
		return g;
	error = errno;
	guestask_end(&g->asks);
	free(g);
	errno = error;
	return NULL;
}

/* All that a machine is to know before it is told to run. */
static void
guest_prepare(struct guest *g, int kvm)
{
	struct vmblok *vm = g->vm;
	struct vdev *d;

	guest_configure(g, kvm);
	guest_hold(vm, hostlink_holds(vm));
	guest_give_spool(vm);
	TAILQ_FOREACH(d, &vm->devices, entry)
		guest_give(g, d);
	guestask_wait(&g->asks);
}

struct guest *
guest_need(struct vmblok *vm, const char **why)
{
	int kvm;

	if (vm->guest != NULL)
		return vm->guest;
	*why = "LOGOFF";
	if (vm->ending)
		return NULL;
	kvm = open(vm->cp->kvm, O_RDWR | O_CLOEXEC);
	if (kvm < 0) {
		*why = strerror(errno);
		log_warn("%s", vm->cp->kvm);
		return NULL;
	}
	vm->guest = guest_new(vm);
	if (vm->guest != NULL)
		guest_prepare(vm->guest, kvm);
	close(kvm);
	if (vm->guest != NULL &&
	    (given_dying(vm) || guest_go(vm->guest) == 0))
		return vm->guest;
	*why = strerror(errno);
	log_warn("%s", vm->cp->vmguest);
	guest_kill(vm);
	return NULL;
}

void
guest_attach(struct vmblok *vm, const struct vdev *d)
{
	if (vm->guest == NULL)
		return;
	guest_hold(vm, hostlink_holds(vm));
	guest_give(vm->guest, d);
}

void
guest_renumber(struct vmblok *vm, vdev_t from, vdev_t to)
{
	struct ipc_vm_renumber r = { .from = from, .to = to };

	if (vm->guest == NULL)
		return;
	given_renumber(&vm->guest->given, from, to);
	loopchan_send(&vm->guest->lc, IPC_VM_RENUMBER, &r, sizeof r, -1);
}

/* --- orders --- */

/* After a reset nothing is read, and no answer of CP's is waited for. */
static void
guest_forget(struct vmblok *vm)
{
	vm->reading = CONS_READ_NONE;
	vm->held = false;
	vm->guest->ahead = 0;
	vm->guest->reset = true;
	guest_diag_drop(vm->guest);
	fullscreen_reset(vm);
	dial_drop(vm);
}

static void
guest_ordered_to_run(struct vmblok *vm)
{
	vm->guest->stop_asked = false;
	vm->running = true;
	vm->cp_read = vm->held = false;
}

/* An order to stop that crossed the start on its way is the later one. */
void
guest_started(struct vmblok *vm, const struct saved_header *h, unsigned flags)
{
	bool stopped = vm->guest->stop_asked, held = vm->held;

	guest_forget(vm);
	nss_enter(vm, h);
	if (stopped) {
		vm->held = held;
	} else {
		guest_ordered_to_run(vm);
		vm->running = (flags & IPL_STOP) == 0;
	}
	vmblok_changed(vm);
}

void
guest_ipl(struct vmblok *vm, vdev_t vdev, unsigned flags, const char *parm)
{
	struct ipc_vm_ipl ipl = { .vdev = vdev, .flags = flags };

	nss_leave(vm);
	loopchan_send_text(&vm->guest->lc, IPC_VM_IPL, &ipl, sizeof ipl, parm,
	    strlen(parm), -1);
	guest_forget(vm);
	guest_ordered_to_run(vm);
	if (flags & IPL_STOP) {
		vm->guest->stop_asked = true;
		vm->running = false;
	}
	vmblok_changed(vm);
}

void
guest_begin(struct vmblok *vm, const uint64_t *addr)
{
	struct ipc_vm_begin begin = { .set = addr != NULL,
		.addr = addr != NULL ? *addr : 0 };

	loopchan_send(&vm->guest->lc, IPC_VM_BEGIN, &begin, sizeof begin, -1);
	guest_ordered_to_run(vm);
	vmblok_changed(vm);
}

void
guest_stop(struct vmblok *vm)
{
	struct ipc_none none = { 0 };

	loopchan_send(&vm->guest->lc, IPC_VM_STOP, &none, sizeof none, -1);
	vm->guest->stop_asked = true;
	vm->running = false;
}

static void
guest_value(struct vmblok *vm, enum ipc_type type, uint32_t value)
{
	struct ipc_value v = { .value = value };

	loopchan_send(&vm->guest->lc, type, &v, sizeof v, -1);
}

void
guest_reset(struct vmblok *vm, enum ipc_vm_reset how)
{
	guest_value(vm, IPC_VM_RESET, how);
	if (how == RESET_CLEAR)
		nss_leave(vm);
	guest_forget(vm);
	vm->guest->stop_asked = true;
	vm->running = false;
}

void
guest_attention(struct vmblok *vm)
{
	const struct vdev *console = device_console(vm);

	if (console != NULL)
		guest_value(vm, IPC_VM_ATTENTION, console->vdev);
}

void
guest_external(struct vmblok *vm, unsigned code)
{
	guest_value(vm, IPC_VM_EXTERNAL, code);
}

bool
guest_input(struct vmblok *vm, const char *text, size_t len)
{
	size_t cost = len + GUEST_AHEAD_LINE;
	struct ipc_text line;

	if (vm->guest->ahead + cost > GUEST_AHEAD_MAX)
		return false;
	vm->guest->ahead += cost;
	loopchan_send_text(&vm->guest->lc, IPC_VM_CONS_INPUT, &line,
	    sizeof line, text, len, -1);
	return true;
}

void
guest_credit(struct vmblok *vm, unsigned n)
{
	struct guest *g = vm->guest;

	if (g == NULL)
		return; /* lines of one that has ended */
	n += g->withheld;
	if (n > g->unpaid)
		n = g->unpaid;
	g->withheld = conspool_full(vm) ? n : 0;
	n -= g->withheld;
	g->unpaid -= n;
	if (n > 0)
		guest_value(vm, IPC_VM_CONS_CREDIT, n);
}
