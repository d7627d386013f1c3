/* SPDX-License-Identifier: MIT
 *
 * rig.c - a vmcp small enough to trust, for tests and benches of vmguest.
 */
#include "rig.h"
#include "rigsaved.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int
rig_fail(struct rig *rig, const char *fmt, ...)
{
	va_list ap;

	(void)rig;
	fprintf(stderr, "rig: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	return -1;
}

uint64_t
rig_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* --- sending --- */

void
rig_send(struct rig *rig, enum ipc_type type, const void *payload, size_t len,
    int fd)
{
	if (ipcchan_send(&rig->chan, type, payload, len, fd) < 0)
		rig_fail(rig, "%s not sent", ipcchan_name(type));
}

void
rig_send_value(struct rig *rig, enum ipc_type type, uint32_t value)
{
	struct ipc_value v = { .value = value };

	rig_send(rig, type, &v, sizeof v, -1);
}

static void
rig_send_line(struct rig *rig, const char *text, size_t len)
{
	struct ipc_text t = { 0 };

	ipcchan_send_text(&rig->chan, IPC_VM_CONS_INPUT, &t, sizeof t, text,
	    len, -1);
}

static void
rig_send_none(struct rig *rig, enum ipc_type type)
{
	struct ipc_none n = { 0 };

	rig_send(rig, type, &n, sizeof n, -1);
}

static void
rig_reply(struct rig *rig, const struct ipc_cp_command *c, int rc,
    const char *text, size_t len)
{
	struct ipc_cp_reply r = { .tag = c->tag, .rc = rc,
		.total = (uint32_t)len };

	ipcchan_send_text(&rig->chan, IPC_VM_CP_REPLY, &r, sizeof r, text,
	    c->want_reply ? len : 0, -1);
}

/* --- what a guest asks for by DIAGNOSE 8 --- */

/* Commands are handled when their argument is complete; the reply is theirs. */
typedef void rig_command(struct rig *rig, const struct ipc_cp_command *c,
    const char *arg);

static void
rig_cmd_rc(struct rig *rig, const struct ipc_cp_command *c, const char *arg)
{
	rig->rc = atoi(arg);
	rig->done = true;
	rig_reply(rig, c, 0, NULL, 0);
}

/* ECHO text: the text and a newline come back. */
static void
rig_cmd_echo(struct rig *rig, const struct ipc_cp_command *c, const char *arg)
{
	char text[DIAG_COMMAND_MAX + 2];
	int n = snprintf(text, sizeof text, "%s\n", arg);

	rig_reply(rig, c, 0, text, (size_t)n);
}

/* BIG n: n bytes come back. */
static void
rig_cmd_big(struct rig *rig, const struct ipc_cp_command *c, const char *arg)
{
	char text[DIAG_RESPONSE_MAX];
	size_t n = (size_t)atoi(arg);

	memset(text, 'x', sizeof text);
	rig_reply(rig, c, 0, text, n < sizeof text ? n : sizeof text);
}

/* RCIS n: the return code is n. */
static void
rig_cmd_rcis(struct rig *rig, const struct ipc_cp_command *c, const char *arg)
{
	rig_reply(rig, c, atoi(arg), NULL, 0);
}

/* CON text: the user types it. */
static void
rig_cmd_con(struct rig *rig, const struct ipc_cp_command *c, const char *arg)
{
	rig_send_line(rig, arg, strlen(arg));
	rig_reply(rig, c, 0, NULL, 0);
}

/* LATER text: he types it in 50 ms. */
static void
rig_cmd_later(struct rig *rig, const struct ipc_cp_command *c, const char *arg)
{
	rig->input.due = rig_now_ms() + 50;
	rig->input.len = (uint32_t)strlen(arg);
	memcpy(rig->input.text, arg, rig->input.len);
	rig_reply(rig, c, 0, NULL, 0);
}

static void
rig_cmd_attn(struct rig *rig, const struct ipc_cp_command *c, const char *arg)
{
	rig_send_value(rig, IPC_VM_ATTENTION, (uint32_t)strtoul(arg, NULL, 16));
	rig_reply(rig, c, 0, NULL, 0);
}

static void
rig_cmd_ext(struct rig *rig, const struct ipc_cp_command *c, const char *arg)
{
	rig_send_value(rig, IPC_VM_EXTERNAL, (uint32_t)strtoul(arg, NULL, 16));
	rig_reply(rig, c, 0, NULL, 0);
}

/* SAID text: 0 when the last console line was this, else 1. */
static void
rig_cmd_said(struct rig *rig, const struct ipc_cp_command *c, const char *arg)
{
	bool same = rig->nlines > 0 &&
	    strcmp(rig->line[(rig->nlines - 1) % RIG_LINES], arg) == 0;

	rig_reply(rig, c, same ? 0 : 1, NULL, 0);
}

/* LINES: how many lines came so far.  FLAGS: of the last one. */
static void
rig_cmd_lines(struct rig *rig, const struct ipc_cp_command *c, const char *arg)
{
	(void)arg;
	rig_reply(rig, c, (int)rig->nlines, NULL, 0);
}

static void
rig_cmd_flags(struct rig *rig, const struct ipc_cp_command *c, const char *arg)
{
	(void)arg;
	rig_reply(rig, c, rig->nlines == 0 ? -1 :
	    (int)rig->line_flags[(rig->nlines - 1) % RIG_LINES], NULL, 0);
}

/* READING: is a console read outstanding (enum ipc_cons_read)? */
static void
rig_cmd_reading(struct rig *rig, const struct ipc_cp_command *c,
    const char *arg)
{
	(void)arg;
	rig_reply(rig, c, (int)rig->reading, NULL, 0);
}

/* HOLD: no credit from now on.  GIVE: all that is owed, and again. */
static void
rig_cmd_hold(struct rig *rig, const struct ipc_cp_command *c, const char *arg)
{
	(void)arg;
	rig->hold = true;
	rig_reply(rig, c, 0, NULL, 0);
}

static void
rig_cmd_give(struct rig *rig, const struct ipc_cp_command *c, const char *arg)
{
	(void)arg;
	rig->hold = false;
	rig_send_value(rig, IPC_VM_CONS_CREDIT, rig->owed);
	rig->owed = 0;
	rig_reply(rig, c, 0, NULL, 0);
}

/* STOP addr: after 30 ms the user stops the machine, which must be stopped
 * soon, and begins at addr (0: where it was). */
static void
rig_cmd_stop(struct rig *rig, const struct ipc_cp_command *c, const char *arg)
{
	struct ipc_vm_begin begin = { .addr = strtoul(arg, NULL, 16) };
	bool never = false;

	rig_reply(rig, c, 0, NULL, 0);
	rig_pump(rig, &never, 30);
	rig_send_none(rig, IPC_VM_STOP);
	if (rig_await_state(rig, rig->timeout_ms) < 0 ||
	    rig->state.run != VM_STOPPED || rig->state.why != VM_WHY_ASKED) {
		rig_fail(rig, "not stopped");
		return;
	}
	begin.set = begin.addr != 0;
	rig_send(rig, IPC_VM_BEGIN, &begin, sizeof begin, -1);
	if (rig_await_state(rig, rig->timeout_ms) < 0 ||
	    rig->state.run != VM_RUNNING)
		rig_fail(rig, "not begun");
}

/* SAVE: save, kill -9, a new vmguest, load, begin.  LOADFAIL: load a file of
 * zeros; the machine goes on. */
static void
rig_cmd_save(struct rig *rig, const struct ipc_cp_command *c, const char *arg)
{
	struct ipc_vm_begin begin = { 0 };
	int fd = memfd_create("saved", MFD_CLOEXEC);
	int rc = rig_save(rig, fd);

	(void)c;
	(void)arg;
	if (rc != 0) {
		rig_fail(rig, "save: %d", rc);
		return;
	}
	rig_kill(rig);
	if (rig_start(rig) < 0)
		return;
	rc = rig_load(rig, fd);
	close(fd);
	if (rc != 0)
		rig_fail(rig, "load: %d", rc);
	rig_send(rig, IPC_VM_BEGIN, &begin, sizeof begin, -1);
}

/* DAMAGE n: save, change a byte at n per cent of it, load: must be refused;
 * the guest continues with the reply. */
static void
rig_cmd_damage(struct rig *rig, const struct ipc_cp_command *c,
    const char *arg)
{
	struct ipc_vm_begin begin = { 0 };
	int fd = memfd_create("saved", MFD_CLOEXEC);
	struct stat st;
	uint8_t byte;
	off_t at;
	int rc;

	if (rig_save(rig, fd) != 0 || fstat(fd, &st) < 0)
		rig_fail(rig, "save");
	at = st.st_size / 100 * atoi(arg);
	if (pread(fd, &byte, 1, at) != 1)
		rig_fail(rig, "read");
	byte ^= 0x40;
	if (pwrite(fd, &byte, 1, at) != 1)
		rig_fail(rig, "write");
	rc = rig_load(rig, fd);
	close(fd);
	rig_send(rig, IPC_VM_BEGIN, &begin, sizeof begin, -1);
	rig_reply(rig, c, -rc, NULL, 0);
}

/* SAVESYS: save the system.  IPLSYS parm: start it, which has no answer. */
static void
rig_cmd_savesys(struct rig *rig, const struct ipc_cp_command *c,
    const char *arg)
{
	(void)arg;
	rig_reply(rig, c, -rigsaved_save(rig), NULL, 0);
}

static void
rig_cmd_iplsys(struct rig *rig, const struct ipc_cp_command *c,
    const char *arg)
{
	(void)c;
	if (rigsaved_ipl(rig, arg) != 0)
		rig_fail(rig, "not started");
}

/* FORGED what: start one that must be refused; the reply is why. */
static void
rig_cmd_forged(struct rig *rig, const struct ipc_cp_command *c,
    const char *arg)
{
	rig_reply(rig, c, rigsaved_forged(rig, arg), NULL, 0);
}

/* REGS: registers as DISPLAY would show them; the reply is rip eax in hex. */
static void
rig_cmd_regs(struct rig *rig, const struct ipc_cp_command *c, const char *arg)
{
	char text[64];
	int rc = rig_read_regs(rig);
	int n = snprintf(text, sizeof text, "%08X %08X\n",
	    (unsigned)rig->regs.reg[VMREG_RIP],
	    (unsigned)rig->regs.reg[VMREG_RBX]);

	(void)arg;
	rig_reply(rig, c, rc, text, (size_t)n);
}

/* PEEK addr: its word in hex.  POKE addr word. */
static void
rig_cmd_peek(struct rig *rig, const struct ipc_cp_command *c, const char *arg)
{
	int rc = rig_read_storage(rig, strtoul(arg, NULL, 16), 4);
	uint32_t word = 0;
	char text[16];
	int n;

	if (rc == 0)
		memcpy(&word, rig->data, sizeof word);
	n = snprintf(text, sizeof text, "%08X\n", word);
	rig_reply(rig, c, -rc, text, (size_t)n);
}

static void
rig_cmd_poke(struct rig *rig, const struct ipc_cp_command *c, const char *arg)
{
	char *end;
	uint64_t addr = strtoul(arg, &end, 16);
	uint32_t word = (uint32_t)strtoul(end, NULL, 16);

	rig_reply(rig, c, -rig_write_storage(rig, addr, &word, sizeof word),
	    NULL, 0);
}

/* FAULT plan: see rigfault_plan().  CALLS: what was called since the last
 * time.  GO: what is held goes on. */
static void
rig_cmd_fault(struct rig *rig, const struct ipc_cp_command *c, const char *arg)
{
	rigfault_plan(&rig->fault, arg);
	rig_reply(rig, c, 0, NULL, 0);
}

static void
rig_cmd_calls(struct rig *rig, const struct ipc_cp_command *c, const char *arg)
{
	(void)arg;
	rig_reply(rig, c, rig->fault.holding, rig->fault.calls,
	    strlen(rig->fault.calls));
	rig->fault.calls[0] = '\0';
}

static void
rig_cmd_go(struct rig *rig, const struct ipc_cp_command *c, const char *arg)
{
	(void)arg;
	rigfault_go(&rig->fault);
	rig_reply(rig, c, 0, NULL, 0);
}

/* DETACHED vdev: how many VM_DETACHED came, the last one for it; else -1. */
static void
rig_cmd_detached(struct rig *rig, const struct ipc_cp_command *c,
    const char *arg)
{
	bool last = rig->detached_vdev == strtoul(arg, NULL, 16);

	rig_reply(rig, c, last ? (int)rig->detached : -1, NULL, 0);
}

/* NOSAVE n: VM_SAVE must be refused with errno n. */
static void
rig_cmd_nosave(struct rig *rig, const struct ipc_cp_command *c,
    const char *arg)
{
	rig_reply(rig, c, rig_nosave(rig) - atoi(arg), NULL, 0);
}

static void
rig_cmd_detach(struct rig *rig, const struct ipc_cp_command *c,
    const char *arg)
{
	rig_send_value(rig, IPC_VM_DETACH, (uint32_t)strtoul(arg, NULL, 16));
	rig_reply(rig, c, 0, NULL, 0);
}

/* DETLATER vdev: in 30 ms. */
static void
rig_cmd_detlater(struct rig *rig, const struct ipc_cp_command *c,
    const char *arg)
{
	bool never = false;

	rig_reply(rig, c, 0, NULL, 0);
	rig_pump(rig, &never, 30);
	rig_send_value(rig, IPC_VM_DETACH, (uint32_t)strtoul(arg, NULL, 16));
}

/* MOUNT vdev: attach the device of that address again. */
static void
rig_cmd_mount(struct rig *rig, const struct ipc_cp_command *c,
    const char *arg)
{
	uint32_t vdev = (uint32_t)strtoul(arg, NULL, 16);

	for (unsigned i = 0; i < rig->ndevices; i++)
		if (rig->device[i].at.vdev == vdev)
			rig_attach_fresh(rig, &rig->device[i]);
	rig_reply(rig, c, 0, NULL, 0);
}

static const struct {
	const char *name;
	rig_command *run;
} rig_commands[] = {
	{ "RC", rig_cmd_rc },
	{ "ECHO", rig_cmd_echo },
	{ "BIG", rig_cmd_big },
	{ "RCIS", rig_cmd_rcis },
	{ "CON", rig_cmd_con },
	{ "LATER", rig_cmd_later },
	{ "ATTN", rig_cmd_attn },
	{ "EXT", rig_cmd_ext },
	{ "SAID", rig_cmd_said },
	{ "LINES", rig_cmd_lines },
	{ "FLAGS", rig_cmd_flags },
	{ "READING", rig_cmd_reading },
	{ "HOLD", rig_cmd_hold },
	{ "GIVE", rig_cmd_give },
	{ "STOP", rig_cmd_stop },
	{ "SAVE", rig_cmd_save },
	{ "DAMAGE", rig_cmd_damage },
	{ "SAVESYS", rig_cmd_savesys },
	{ "IPLSYS", rig_cmd_iplsys },
	{ "FORGED", rig_cmd_forged },
	{ "REGS", rig_cmd_regs },
	{ "FAULT", rig_cmd_fault },
	{ "CALLS", rig_cmd_calls },
	{ "GO", rig_cmd_go },
	{ "DETACHED", rig_cmd_detached },
	{ "NOSAVE", rig_cmd_nosave },
	{ "PEEK", rig_cmd_peek },
	{ "POKE", rig_cmd_poke },
	{ "DETACH", rig_cmd_detach },
	{ "DETLATER", rig_cmd_detlater },
	{ "MOUNT", rig_cmd_mount },
};

static void
rig_command_in(struct rig *rig, const struct ipcchan_message *m)
{
	struct ipc_cp_command c;
	char text[DIAG_COMMAND_MAX + 1], said[RIGFULL_SAID];
	char *arg;
	int rc;

	memcpy(&c, m->payload, sizeof c);
	memcpy(text, (const char *)m->payload + sizeof c, c.text_len);
	text[c.text_len] = '\0';
	if (rig->verbose)
		fprintf(stderr, "rig: DIAGNOSE 8: %s\n", text);
	arg = strchr(text, ' ');
	if (arg != NULL)
		*arg++ = '\0';
	for (size_t i = 0; i < sizeof rig_commands / sizeof rig_commands[0];
	     i++) {
		if (strcmp(text, rig_commands[i].name) == 0) {
			rig_commands[i].run(rig, &c, arg != NULL ? arg : "");
			return;
		}
	}
	if (rigspool_command(rig, text, arg != NULL ? arg : "", &rc))
		rig_reply(rig, &c, rc, NULL, 0);
	else if (rigfull_command(rig, text, arg != NULL ? arg : "", &rc, said))
		rig_reply(rig, &c, rc, said, strlen(said));
	else
		rig_reply(rig, &c, 1, "?", 1);
}

/* --- receiving --- */

static void
rig_output(struct rig *rig, const struct ipc_cons_output *o)
{
	char *line = rig->line[rig->nlines % RIG_LINES];

	memcpy(line, o->text, o->text_len);
	line[o->text_len] = '\0';
	rig->line_flags[rig->nlines % RIG_LINES] = o->flags;
	rig->nlines++;
	if (rig->verbose)
		fprintf(stderr, "console: %s\n", line);
	if (rig->hold)
		rig->owed++;
	else
		rig_send_value(rig, IPC_VM_CONS_CREDIT, 1);
}

static void
rig_answer(struct rig *rig, uint32_t tag, int32_t rc)
{
	if (tag != rig->tag)
		return;
	rig->answered = true;
	rig->answer_rc = rc;
}

static void
rig_handle(struct rig *rig, const struct ipcchan_message *m)
{
	const struct ipc_vm_ready *ready = m->payload;
	const struct ipc_value *value = m->payload;
	const struct ipc_done *done = m->payload;
	const struct ipc_vm_data *data = m->payload;

	switch (m->type) {
	case IPC_VM_READY:
		rig->ready = ready->error;
		break;
	case IPC_VM_STATE:
		memcpy(&rig->state, m->payload, sizeof rig->state);
		rig->states++;
		if (rig->verbose)
			fprintf(stderr, "rig: state run %u why %u rip %llx "
			    "detail %llx\n", rig->state.run, rig->state.why,
			    (unsigned long long)rig->state.rip,
			    (unsigned long long)rig->state.detail);
		break;
	case IPC_VM_DETACHED:
		rig->detached++;
		rig->detached_vdev = value->value;
		break;
	case IPC_VM_HELD:
		rig->helds++;
		break;
	case IPC_VM_CONS_OUTPUT:
		rig_output(rig, m->payload);
		break;
	case IPC_VM_CONS_READ:
		rig->reading = value->value;
		break;
	case IPC_VM_CP_COMMAND:
		rig_command_in(rig, m);
		break;
	case IPC_VM_DONE:
		rig_answer(rig, done->tag, done->rc);
		break;
	case IPC_VM_REGS:
		memcpy(&rig->regs, m->payload, sizeof rig->regs);
		rig_answer(rig, rig->regs.tag, rig->regs.rc);
		break;
	case IPC_VM_STORAGE:
		rig->data_len = data->text_len;
		memcpy(rig->data, data->text, data->text_len);
		rig_answer(rig, data->tag, data->rc);
		break;
	case IPC_VM_FULL_OUT:
		rigfull_out(rig, m->payload);
		break;
	default:
		break;
	}
}

static int
rig_drain(struct rig *rig)
{
	struct ipcchan_message m;
	int rc;

	while ((rc = ipcchan_recv(&rig->chan, &m)) == 1) {
		/* A handler may receive on its own: work on a copy. */
		char copy[IPC_PACKET_MAX];

		memcpy(copy, m.payload, m.len);
		m.payload = copy;
		rig_handle(rig, &m);
	}
	if (rc < 0)
		return rig_fail(rig, "vmguest is gone");
	return ipcchan_flush(&rig->chan);
}

static void
rig_type(struct rig *rig)
{
	if (rig->input.due == 0 || rig_now_ms() < rig->input.due)
		return;
	rig->input.due = 0;
	rig_send_line(rig, rig->input.text, rig->input.len);
}

/* When something is due by itself: CLOCK_MONOTONIC ms, at most `end`. */
static uint64_t
rig_next(const struct rig *rig, uint64_t end)
{
	if (rig->input.due != 0 && rig->input.due < end)
		end = rig->input.due;
	if (rig->fault.holding && rig->fault.due != 0 && rig->fault.due < end)
		end = rig->fault.due;
	if (rig->spool.every != 0 && rig->spool.due < end)
		end = rig->spool.due;
	if (rig->full.due != 0 && rig->full.due < end)
		end = rig->full.due;
	return end;
}

/* machine: vmguest's messages too.  The spool's come while something waits
 * for the machine's, but not the other way round: who asks vmspool for
 * something may be at work on a message of the machine's. */
static int
rig_pump_both(struct rig *rig, const bool *until, int timeout_ms,
    bool machine)
{
	uint64_t end = rig_now_ms() + (uint64_t)timeout_ms;

	for (;;) {
		struct pollfd fd[2 + RIGSPOOL_FDS] = {
			{ .fd = machine ? rig->chan.fd : -1,
			    .events = POLLIN },
			{ .fd = rig->fault.on ? rig->fault.listener : -1,
			    .events = POLLIN },
		};
		uint64_t now, next;

		rigspool_serve(rig);
		if (machine && rig_drain(rig) < 0)
			return -1;
		rig_type(rig);
		rigfull_later(rig, rig_now_ms());
		if (*until)
			return 0;
		now = rig_now_ms();
		if (now >= end)
			return -1;
		next = rig_next(rig, end);
		if (machine && rig->chan.head != NULL)
			fd[0].events |= POLLOUT;
		rigspool_poll(rig, fd + 2);
		poll(fd, 2 + RIGSPOOL_FDS, next > now ? (int)(next - now) : 0);
		if ((fd[1].revents & POLLIN) != 0)
			rigfault_call(&rig->fault);
		if (rig->fault.due != 0 && rig_now_ms() >= rig->fault.due)
			rigfault_go(&rig->fault);
	}
}

int
rig_pump(struct rig *rig, const bool *until, int timeout_ms)
{
	return rig_pump_both(rig, until, timeout_ms, true);
}

int
rig_pump_spool(struct rig *rig, const bool *until, int timeout_ms)
{
	return rig_pump_both(rig, until, timeout_ms, false);
}

int
rig_await_state(struct rig *rig, int timeout_ms)
{
	unsigned before = rig->states;
	uint64_t end = rig_now_ms() + (uint64_t)timeout_ms;
	bool never = false;

	while (rig->states == before) {
		if (rig_now_ms() >= end)
			return -1;
		rig_pump(rig, &never, 1);
		if (rig->chan.dead)
			return -1;
	}
	return 0;
}

/* Send a question and wait for its answer's rc. */
int
rig_ask(struct rig *rig, enum ipc_type type, void *payload, size_t len,
    int fd)
{
	rig->answered = false;
	rig_send(rig, type, payload, len, fd);
	if (rig_pump(rig, &rig->answered, rig->timeout_ms) < 0)
		return rig_fail(rig, "no answer to %s", ipcchan_name(type));
	return rig->answer_rc;
}

int
rig_save(struct rig *rig, int fd)
{
	struct ipc_vm_save t = { .tag = ++rig->tag,
		.kind = VM_SAVE_MACHINE };

	return rig_ask(rig, IPC_VM_SAVE, &t, sizeof t, fd);
}

int
rig_nosave(struct rig *rig)
{
	int fd = memfd_create("saved", MFD_CLOEXEC);
	int rc = rig_save(rig, fd);

	close(fd);
	return -rc;
}

int
rig_load(struct rig *rig, int fd)
{
	struct ipc_tag t = { .tag = ++rig->tag };

	return rig_ask(rig, IPC_VM_LOAD, &t, sizeof t, fd);
}

int
rig_read_regs(struct rig *rig)
{
	struct ipc_tag t = { .tag = ++rig->tag };

	return rig_ask(rig, IPC_VM_READ_REGS, &t, sizeof t, -1);
}

int
rig_read_storage(struct rig *rig, uint64_t addr, uint32_t len)
{
	struct ipc_vm_storage s = { .tag = ++rig->tag, .len = len,
		.addr = addr };

	return rig_ask(rig, IPC_VM_READ_STORAGE, &s, sizeof s, -1);
}

int
rig_write_storage(struct rig *rig, uint64_t addr, const void *bytes,
    uint32_t len)
{
	struct ipc_vm_data d = { .tag = ++rig->tag, .addr = addr };

	rig->answered = false;
	ipcchan_send_text(&rig->chan, IPC_VM_WRITE_STORAGE, &d, sizeof d,
	    bytes, len, -1);
	if (rig_pump(rig, &rig->answered, rig->timeout_ms) < 0)
		return rig_fail(rig, "no answer to VM_WRITE_STORAGE");
	return rig->answer_rc;
}

/* --- starting and ending --- */

static _Noreturn void
rig_child(struct rig *rig, int fd)
{
	if (rigfault_child(&rig->fault) < 0)
		_exit(127);
	if (fd != IPCCHAN_FD)
		dup2(fd, IPCCHAN_FD);
	else
		fcntl(fd, F_SETFD, 0);
	close_range(IPCCHAN_FD + 1, ~0u, 0);
	execl(rig->vmguest, "vmguest", "--uid", "65534", (char *)NULL);
	_exit(127);
}

static int
rig_spawn(struct rig *rig)
{
	int pair[2];

	if (ipcchan_pair(pair) < 0 || rigfault_before(&rig->fault) < 0)
		return rig_fail(rig, "socketpair: %s", strerror(errno));
	rig->pid = fork();
	if (rig->pid == 0)
		rig_child(rig, pair[1]);
	close(pair[1]);
	if (rig->pid < 0)
		return rig_fail(rig, "fork: %s", strerror(errno));
	if (rigfault_parent(&rig->fault) < 0)
		return rig_fail(rig, "no listener");
	ipcchan_init(&rig->chan, pair[0], IPC_CP, IPC_GUEST);
	return 0;
}

static int
rig_config(struct rig *rig)
{
	struct ipc_vm_config c = {
		.storage = rig->storage,
		.mode = VM_MODE_370,
		.cpus = 1,
		.user = { { "TESTER" }, { "RIGNODE" } },
		.utc_offset = -5 * 3600,
		.zone = "EST",
	};
	int kvm = open(rig->kvm, O_RDWR | O_CLOEXEC);

	memcpy(c.system, "VM/370  ", sizeof c.system);
	memcpy(c.release, "TEST    ", sizeof c.release);
	if (kvm < 0)
		return rig_fail(rig, "%s: %s", rig->kvm, strerror(errno));
	rig_send(rig, IPC_VM_CONFIG, &c, sizeof c, kvm);
	close(kvm);
	return 0;
}

static int
rig_open(const struct rig_device *d, uint64_t *blocks)
{
	bool write = !d->sealed && (d->at.flags & ATTACH_READ_ONLY) == 0;
	struct stat st;
	int fd = open(d->path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	*blocks = d->blocks != 0 ? d->blocks : 
	    (uint64_t)st.st_size / FBA_BLOCK;
	return fd;
}

static int
rig_attach_disk(struct rig *rig, const struct rig_device *d)
{
	struct ipc_vm_attach at = d->at;
	int fd = rig_open(d, &at.blocks);

	if (fd < 0)
		return rig_fail(rig, "%s: %s", d->path, strerror(errno));
	rig_send(rig, IPC_VM_ATTACH_FD, &at, sizeof at, fd);
	close(fd);
	return 0;
}

static bool
rig_is_spooled(const struct rig_device *d)
{
	return d->at.type == DEVICE_READER || d->at.type == DEVICE_PUNCH ||
	    d->at.type == DEVICE_PRINTER;
}

int
rig_attach(struct rig *rig, struct rig_device *d)
{
	bool spooled = rig->spool.pid > 0 && rig_is_spooled(d);

	if (d->at.type == DEVICE_FBA)
		return rig_attach_disk(rig, d);
	if (spooled && rigspool_deal(rig, d) < 0)
		return -1;
	rig_send(rig, IPC_VM_ATTACH, &d->at, sizeof d->at, -1);
	if (spooled)
		rigspool_configure(rig, d);
	return 0;
}

int
rig_attach_fresh(struct rig *rig, struct rig_device *d)
{
	d->dealt = false;
	return rig_attach(rig, d);
}

struct rig_device *
rig_add(struct rig *rig, uint32_t vdev, uint32_t type)
{
	struct rig_device *d = &rig->device[rig->ndevices];
	char class = 'A';

	if (rig->ndevices == RIG_DEVICES)
		return NULL;
	for (unsigned i = 0; i < rig->ndevices; i++)
		class = (char)(class + (type == DEVICE_READER &&
		    rig->device[i].at.type == type));
	rig->ndevices++;
	*d = (struct rig_device){ .at = { .vdev = vdev, .type = type },
		.class = class, .ur = VM_UR_EOF };
	return d;
}

/* Is there a device that vmspool is for? */
static bool
rig_wants_spool(const struct rig *rig)
{
	for (unsigned i = 0; i < rig->ndevices; i++) {
		const struct rig_device *d = &rig->device[i];

		if (rig_is_spooled(d) && (d->at.type != DEVICE_READER ||
		    d->path != NULL))
			return true;
	}
	return false;
}

int
rig_start(struct rig *rig)
{
	bool never = false;

	rig->ready = -1;
	if (rig_spawn(rig) < 0 || rig_config(rig) < 0)
		return -1;
	for (int i = 0; i < rig->timeout_ms && rig->ready < 0; i++)
		if (rig_pump(rig, &never, 1) < 0 && rig->chan.dead)
			break;
	if (rig->ready != 0)
		return rig_fail(rig, "VM_READY: %s", rig->ready > 0 ?
		    strerror(rig->ready) : "none");
	if (rig_wants_spool(rig) &&
	    (rigspool_start(rig) < 0 || rigspool_join(rig) < 0))
		return -1;
	for (unsigned i = 0; i < rig->ndevices; i++)
		if (rig_attach(rig, &rig->device[i]) < 0)
			return -1;
	return 0;
}

void
rig_kill(struct rig *rig)
{
	if (rig->pid > 0) {
		kill(rig->pid, SIGKILL);
		waitpid(rig->pid, NULL, 0);
	}
	rig->pid = 0;
	rigfault_close(&rig->fault);
	ipcchan_close(&rig->chan);
}

void
rig_end(struct rig *rig)
{
	rig_kill(rig);
	ps3270_close(&rig->term.ps);
	rigspool_end(rig);
}

int
rig_ipl(struct rig *rig, uint32_t vdev, uint32_t flags, const char *parm)
{
	struct ipc_vm_ipl ipl = { .vdev = vdev, .flags = flags };

	rig->done = false;
	ipcchan_send_text(&rig->chan, IPC_VM_IPL, &ipl, sizeof ipl, parm,
	    strlen(parm), -1);
	return 0;
}
