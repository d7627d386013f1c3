/* SPDX-License-Identifier: MIT
 *
 * main.c - rig: run one vmguest through a list of steps.
 *
 * usage: rig [options] STEP...
 *   -g PATH     vmguest             -k PATH  /dev/kvm
 *   -s KIB      storage             -T S     seconds for one step
 *   -r V=DECK   reader at V         -R V     reader without cards
 *   -p V        punch at V          -P V     printer at V
 *   -S PATH     vmspool, which readers, punches and printers need
 *   -d V=FILE[:BLOCKS]  disk, perhaps of more blocks than its file has
 *   -D V=FILE   read-only disk      -X V=FILE  disk whose file is read-only
 *   -3 V        3270 display at V; -3 9: the console is one
 *   -F          the host's disks fail as the guest plans it (rigfault.h)
 *   -v          say what happens
 * There is always a console at 009 and a timer at 0FF.
 *
 * Steps, in order; the first that fails ends the program with its status:
 *   ipl=V[,clear][,stop][,parm=TEXT]   decks start at their first card again
 *   rc=N         wait for the guest's result, which must be N: else status
 *                is the result
 *   state=WHY[:DETAIL]  wait for a stop of that kind (a number or a name)
 *   running      wait for VM_STATE saying so
 *   begin=ADDR   stop  reset  clear  external=CODE  attention  sleep=MS
 *   word=ADDR:VALUE  storage holds it
 *   hung         wait until a disk's call is held; go: it goes on
 *   detach=V     and nothing but the sending; detached=V: wait for its end
 *   hold=0|1     VM_HOLD; held=0|1: VM_HELD has (or has not) come
 *   full=COMMAND  what a guest could ask the terminal for (rigfull.c)
 *   asked=V      wait until the display V was asked something
 *   say=N        wait until the guest has said N lines on its console
 *   storage=KIB  another vmguest with so much, the same devices
 *   save         VM_SAVE_SYSTEM into a new file
 *   nosave=N     VM_SAVE is refused with this errno
 *   saved[=PARM] start from that file
 *   forged=WHAT:WHY  start a forgery (rigsaved.h): refused, WHY a number
 * 90 and above are the rig's own: 97 wrong value, 98 wrong state, 99 time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rig.h"
#include "rigsaved.h"

#define RIG_WRONG 97
#define RIG_STATE 98
#define RIG_TIME 99

static const char *const rig_whys[] = {
	[VM_WHY_NONE] = "none",
	[VM_WHY_ASKED] = "asked",
	[VM_WHY_DISABLED_WAIT] = "disabled",
	[VM_WHY_SHUTDOWN] = "shutdown",
	[VM_WHY_IPL_NO_DEVICE] = "nodevice",
	[VM_WHY_IPL_IO_ERROR] = "ioerror",
	[VM_WHY_IPL_VERSION] = "version",
	[VM_WHY_IPL_ENTRY] = "entry",
	[VM_WHY_NOT_RUNNABLE] = "notrunnable",
};

static void
rig_fresh_decks(struct rig *rig)
{
	for (unsigned i = 0; i < rig->ndevices; i++)
		if (rig->device[i].at.type == DEVICE_READER)
			rig_attach_fresh(rig, &rig->device[i]);
}

static int
step_ipl(struct rig *rig, char *arg)
{
	uint32_t vdev = (uint32_t)strtoul(arg, NULL, 16), flags = 0;
	const char *parm = "";

	for (char *p = strtok(arg, ","); p != NULL; p = strtok(NULL, ",")) {
		if (strcmp(p, "clear") == 0)
			flags |= IPL_CLEAR;
		else if (strcmp(p, "stop") == 0)
			flags |= IPL_STOP;
		else if (strncmp(p, "parm=", 5) == 0)
			parm = p + 5;
	}
	rig_fresh_decks(rig);
	rig->states = 0; /* the next wait is for one of this machine's */
	return rig_ipl(rig, vdev, flags, parm) < 0 ? RIG_STATE : 0;
}

static int
step_rc(struct rig *rig, char *arg)
{
	if (rig_pump(rig, &rig->done, rig->timeout_ms) < 0)
		return RIG_TIME;
	rig->done = false;
	return rig->rc == atoi(arg) ? 0 : rig->rc != 0 ? rig->rc : RIG_WRONG;
}

static int
step_await(struct rig *rig, uint32_t run)
{
	while (rig->states == 0 || rig->state.run != run)
		if (rig_await_state(rig, rig->timeout_ms) < 0)
			return RIG_TIME;
	return 0;
}

static int
step_running(struct rig *rig, char *arg)
{
	(void)arg;
	return step_await(rig, VM_RUNNING);
}

static int
step_state(struct rig *rig, char *arg)
{
	char *detail = strchr(arg, ':');
	int rc;

	if (detail != NULL)
		*detail++ = '\0';
	rc = step_await(rig, VM_STOPPED);
	if (rc != 0)
		return rc;
	rig->states = 0; /* the next wait is for another one */
	if (rig->state.why >= sizeof rig_whys / sizeof rig_whys[0] ||
	    strcmp(rig_whys[rig->state.why], arg) != 0) {
		fprintf(stderr, "rig: why %u\n", rig->state.why);
		return RIG_STATE;
	}
	if (detail != NULL && strtoull(detail, NULL, 16) !=
	    rig->state.detail) {
		fprintf(stderr, "rig: detail %llx\n",
		    (unsigned long long)rig->state.detail);
		return RIG_WRONG;
	}
	return 0;
}

static int
step_begin(struct rig *rig, char *arg)
{
	struct ipc_vm_begin b = { .addr = strtoull(arg, NULL, 16) };

	b.set = *arg != '\0';
	rig_send(rig, IPC_VM_BEGIN, &b, sizeof b, -1);
	return 0;
}

static int
step_stop(struct rig *rig, char *arg)
{
	struct ipc_none n = { 0 };

	(void)arg;
	rig_send(rig, IPC_VM_STOP, &n, sizeof n, -1);
	return 0;
}

static int
step_reset(struct rig *rig, char *arg)
{
	(void)arg;
	rig_send_value(rig, IPC_VM_RESET, RESET_SYSTEM);
	return 0;
}

static int
step_clear(struct rig *rig, char *arg)
{
	(void)arg;
	rig_send_value(rig, IPC_VM_RESET, RESET_CLEAR);
	return 0;
}

static int
step_external(struct rig *rig, char *arg)
{
	rig_send_value(rig, IPC_VM_EXTERNAL, (uint32_t)strtoul(arg, NULL, 16));
	return 0;
}

static int
step_attention(struct rig *rig, char *arg)
{
	(void)arg;
	rig_send_value(rig, IPC_VM_ATTENTION, 0);
	return 0;
}

static int
step_sleep(struct rig *rig, char *arg)
{
	bool never = false;

	rig_pump(rig, &never, atoi(arg));
	return 0;
}

static int
step_word(struct rig *rig, char *arg)
{
	char *end;
	uint64_t addr = strtoull(arg, &end, 16);
	uint32_t want = (uint32_t)strtoul(end + 1, NULL, 16), word;

	if (rig_read_storage(rig, addr, sizeof word) != 0)
		return RIG_WRONG;
	memcpy(&word, rig->data, sizeof word);
	return word == want ? 0 : RIG_WRONG;
}

/* Wait until it is so; what it is, is the rig's to look at. */
static int
step_until(struct rig *rig, bool (*is)(const struct rig *, uint32_t),
    uint32_t value)
{
	bool never = false;

	for (int ms = 0; ms < rig->timeout_ms; ms++) {
		if (is(rig, value))
			return 0;
		rig_pump(rig, &never, 1);
	}
	return RIG_TIME;
}

static bool
is_hung(const struct rig *rig, uint32_t value)
{
	(void)value;
	return rig->fault.holding;
}

static bool
is_detached(const struct rig *rig, uint32_t vdev)
{
	return rig->detached > 0 && rig->detached_vdev == vdev;
}

static bool
is_held(const struct rig *rig, uint32_t value)
{
	(void)value;
	return rig->helds > 0;
}

static bool
is_said(const struct rig *rig, uint32_t lines)
{
	return rig->nlines >= lines;
}

static int
step_hung(struct rig *rig, char *arg)
{
	(void)arg;
	return step_until(rig, is_hung, 0);
}

static int
step_go(struct rig *rig, char *arg)
{
	(void)arg;
	rigfault_go(&rig->fault);
	return 0;
}

static int
step_detach(struct rig *rig, char *arg)
{
	rig_send_value(rig, IPC_VM_DETACH, (uint32_t)strtoul(arg, NULL, 16));
	return 0;
}

static int
step_detached(struct rig *rig, char *arg)
{
	return step_until(rig, is_detached, (uint32_t)strtoul(arg, NULL, 16));
}

static int
step_hold(struct rig *rig, char *arg)
{
	rig->helds = 0;
	rig_send_value(rig, IPC_VM_HOLD, (uint32_t)atoi(arg));
	return 0;
}

static int
step_held(struct rig *rig, char *arg)
{
	if (atoi(arg) != 0)
		return step_until(rig, is_held, 0);
	return rig->helds == 0 ? 0 : RIG_WRONG;
}

static int
step_say(struct rig *rig, char *arg)
{
	return step_until(rig, is_said, (uint32_t)atoi(arg));
}

static bool
is_asked(const struct rig *rig, uint32_t vdev)
{
	for (unsigned i = 0; i < RIGFULL_DISPLAYS; i++)
		if (rig->full.display[i].vdev == vdev &&
		    rig->full.display[i].tag != 0)
			return true;
	return false;
}

static int
step_asked(struct rig *rig, char *arg)
{
	return step_until(rig, is_asked, (uint32_t)strtoul(arg, NULL, 16));
}

static int
step_full(struct rig *rig, char *arg)
{
	char *words = strchr(arg, ' '), text[RIGFULL_SAID];
	int rc;

	*words++ = '\0';
	return rigfull_command(rig, arg, words, &rc, text) && rc == 0 ? 0 :
	    RIG_WRONG;
}

static int
step_storage(struct rig *rig, char *arg)
{
	rig_kill(rig);
	rig->storage = strtoull(arg, NULL, 0) << 10;
	rig->done = false;
	return rig_start(rig) < 0 ? RIG_STATE : 0;
}

static int
step_save(struct rig *rig, char *arg)
{
	(void)arg;
	return rigsaved_save(rig) != 0 ? RIG_WRONG : 0;
}

static int
step_nosave(struct rig *rig, char *arg)
{
	return rig_nosave(rig) == atoi(arg) ? 0 : RIG_WRONG;
}

static int
step_saved(struct rig *rig, char *arg)
{
	rig->done = false;
	return rigsaved_ipl(rig, arg) != 0 ? RIG_WRONG : 0;
}

static int
step_forged(struct rig *rig, char *arg)
{
	char *why = strchr(arg, ':');
	int rc;

	*why++ = '\0';
	rc = rigsaved_forged(rig, arg);
	if (rc == atoi(why))
		return 0;
	fprintf(stderr, "rig: %s: %d\n", arg, rc);
	return RIG_WRONG;
}

/* What a guest could ask for, too: rigspool_commands. */
static int
step_spool(struct rig *rig, char *arg)
{
	char *words = strchr(arg, ' ');
	int rc;

	if (words != NULL)
		*words++ = '\0';
	return rigspool_command(rig, arg, words != NULL ? words : "", &rc) &&
	    rc == 0 ? 0 : RIG_WRONG;
}

static const struct {
	const char *name;
	int (*run)(struct rig *, char *);
} rig_steps[] = {
	{ "ipl", step_ipl },
	{ "rc", step_rc },
	{ "state", step_state },
	{ "running", step_running },
	{ "begin", step_begin },
	{ "stop", step_stop },
	{ "reset", step_reset },
	{ "clear", step_clear },
	{ "external", step_external },
	{ "attention", step_attention },
	{ "sleep", step_sleep },
	{ "word", step_word },
	{ "hung", step_hung },
	{ "go", step_go },
	{ "detach", step_detach },
	{ "detached", step_detached },
	{ "hold", step_hold },
	{ "held", step_held },
	{ "say", step_say },
	{ "storage", step_storage },
	{ "save", step_save },
	{ "nosave", step_nosave },
	{ "saved", step_saved },
	{ "forged", step_forged },
	{ "spool", step_spool },
	{ "full", step_full },
	{ "asked", step_asked },
};

static int
rig_step(struct rig *rig, char *step)
{
	char empty[] = "";
	char *arg = strchr(step, '=');

	if (arg != NULL)
		*arg++ = '\0';
	else
		arg = empty;
	for (size_t i = 0; i < sizeof rig_steps / sizeof rig_steps[0]; i++)
		if (strcmp(step, rig_steps[i].name) == 0)
			return rig_steps[i].run(rig, arg);
	fprintf(stderr, "rig: no step %s\n", step);
	return RIG_STATE;
}

/* V, or V=FILE, of a disk V=FILE:BLOCKS. */
static struct rig_device *
rig_option(struct rig *rig, char *arg, uint32_t type)
{
	char *end;
	struct rig_device *d = rig_add(rig, (uint32_t)strtoul(arg, &end, 16),
	    type);

	if (d == NULL) {
		fprintf(stderr, "rig: too many devices\n");
		exit(2);
	}
	d->path = *end == '=' ? end + 1 : NULL;
	end = type == DEVICE_FBA ? strrchr(arg, ':') : NULL;
	if (end != NULL) {
		*end = '\0';
		d->blocks = strtoull(end + 1, NULL, 10);
	}
	return d;
}

static void
rig_display(struct rig *rig, char *arg)
{
	struct rig_device *console = &rig->device[0];

	if (strtoul(arg, NULL, 16) != console->at.vdev) {
		rig_option(rig, arg, DEVICE_DISPLAY);
		return;
	}
	console->at.type = DEVICE_DISPLAY;
	console->at.flags = ATTACH_CONSOLE;
}

static void
rig_options(struct rig *rig, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "g:k:s:S:T:r:R:p:P:3:d:D:X:Fv")) != -1) {
		switch (c) {
		case 'g':
			rig->vmguest = optarg;
			break;
		case 'k':
			rig->kvm = optarg;
			break;
		case 's':
			rig->storage = strtoull(optarg, NULL, 0) << 10;
			break;
		case 'S':
			rig->spool.program = optarg;
			break;
		case 'T':
			rig->timeout_ms = atoi(optarg) * 1000;
			break;
		case 'r':
		case 'R':
			rig_option(rig, optarg, DEVICE_READER);
			break;
		case 'p':
			rig_option(rig, optarg, DEVICE_PUNCH);
			break;
		case 'P':
			rig_option(rig, optarg, DEVICE_PRINTER);
			break;
		case '3':
			rig_display(rig, optarg);
			break;
		case 'd':
			rig_option(rig, optarg, DEVICE_FBA);
			break;
		case 'D':
			rig_option(rig, optarg, DEVICE_FBA)->at.flags =
			    ATTACH_READ_ONLY;
			break;
		case 'X':
			rig_option(rig, optarg, DEVICE_FBA)->sealed = true;
			break;
		case 'F':
			rig->fault.on = true;
			break;
		case 'v':
			rig->verbose = true;
			break;
		default:
			exit(2);
		}
	}
}

/* Where it failed, and where the guest is. */
static void
rig_tell(struct rig *rig, int step, int rc)
{
	fprintf(stderr, "rig: step %d: status %d", step, rc);
	if (!rig->chan.dead && rig_read_regs(rig) == 0)
		fprintf(stderr, ", rip %llX flags %llX",
		    (unsigned long long)rig->regs.reg[VMREG_RIP],
		    (unsigned long long)rig->regs.reg[VMREG_RFLAGS]);
	fprintf(stderr, "\n");
}

int
main(int argc, char **argv)
{
	static struct rig rig = { .vmguest = "vmguest", .kvm = "/dev/kvm",
		.storage = 1u << 20, .timeout_ms = 20000, .saved = -1 };
	int rc = 0;

	rig_add(&rig, 0x009, DEVICE_CONSOLE);
	rig_add(&rig, 0x0FF, DEVICE_TIMER);
	rig_options(&rig, argc, argv);
	if (rig_start(&rig) < 0) {
		rig_end(&rig);
		return RIG_STATE;
	}
	for (int i = optind; i < argc && rc == 0; i++) {
		rc = rig_step(&rig, argv[i]);
		if (rc != 0)
			rig_tell(&rig, i - optind + 1, rc);
	}
	rig_end(&rig);
	return rc;
}
