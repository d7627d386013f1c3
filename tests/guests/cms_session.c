/* SPDX-License-Identifier: MIT
 *
 * cms_session.c - hold conversations with CMS in a real vmguest, by script.
 *
 * usage: cms_session [-v] [-g VMGUEST] [-S VMSPOOL] [-k KVM] -d IMAGE SCRIPT...
 *
 * Every script gets a virtual machine of its own.  A script's lines:
 *   # text        nothing
 *   storage KIB   before anything else; without it there are 16 MiB
 *   notimer       before anything else: there is no timer
 *   cut BLOCKS    before anything else: the disk ends after so many blocks
 *   damage AT HEX before anything else: a byte of the disk is another
 *   disk VDEV BLOCKS [RO]  before anything else: a disk of zeros
 *   also VDEV     before anything else: the last disk again, read-only
 *   cards         before anything else: reader 00C, punch 00D, printer 00E,
 *                 whose files go to the reader (rigspool.h: CLOSE, SPOOL ...)
 *   spool TEXT    such a command, which the guest does not wait for
 *   faulty        before anything else: the host's disks fail as the guest
 *                 plans it (CP FAULT, rigfault.h)
 *   detach VDEV   and wait for its end
 *   attach VDEV BLOCKS  at once: another disk of zeros
 *   edf VDEV      nothing is wrong with the disk's file system
 *   lock VDEV     before IPL: the disk is read-only from the next start on
 *   parm TEXT     the next IPL's PARM; without it AUTOCR
 *   ipl           IPL the image (again)
 *   iplsys        kill the vmguest, start another, IPL what SAVESYS has saved
 *   > text        when the guest reads its console, type text
 *   ! text        type text now, whatever the guest does
 *   = pattern     a line like this (fnmatch) comes, after the last one found
 *   ~ pattern     the very next line is like this
 *   - pattern     no line like this is among those that have come since
 *   attention     the attention key, without a line
 *   screen ROWS COLS [FLAGS]  a 3270 is there, of that size (again); FLAGS:
 *                 TERM_* in hex, else colour and all; noscreen: none is
 *   lose          what it shows is gone
 *   key NAME [TEXT]  when the keyboard is free TEXT is typed where the cursor
 *                 is, then ENTER, PF3, TAB ... (rigterm.h) pressed
 *   see PATTERN   a row of the screen becomes like this
 *   row N PATTERN row N, from 1, becomes like this
 *   external HEX  an external interrupt
 *   reading       wait until the guest reads its console
 *   sleep MS
 *   save          stop and save the machine, kill its vmguest, load it in a
 *                 new one and begin
 *   store SYMBOL OFFSET HEX   eight bytes of the nucleus are others; where a
 *                 symbol is, nm says in the file nucleus.sym beside the image
 *   stopped WHY [HEX]   wait for the machine to stop: enum ipc_vm_why as a
 *                 number, and its detail
 * The first that fails ends the script; the status is how many failed.
 */
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "edf.h"
#include "rig.h"

#define STORAGE (16u << 20)
#define WAIT_MS 30000
#define STEP_MS 5
#define SCRIPT_LINE 512
#define DISKS 8

struct session {
	struct rig rig;
	unsigned seen; /* lines of the console that have been looked at */
	const char *script;
	int line;
	int started;
	int copy; /* of the disk, if not 0 */
	char copy_path[32];
	unsigned disks;
	int disk[DISKS];
	unsigned disk_vdev[DISKS];
	char disk_path[DISKS][32];
	char parm[MACHINE_PARM_MAX + 1];
};

static const char *image_path;
static const char *vmguest_path = "vmguest";
static const char *vmspool_path = "vmspool";
static const char *kvm_path = "/dev/kvm";
static bool verbose;

static uint64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Lines that the rig has forgotten cannot be looked at any more. */
static void
pump(struct session *s)
{
	bool never = false;

	rig_pump(&s->rig, &never, STEP_MS);
	if (s->rig.nlines - s->seen > RIG_LINES)
		s->seen = s->rig.nlines - RIG_LINES;
}

static const char *
console_line(const struct session *s, unsigned n)
{
	return s->rig.line[n % RIG_LINES];
}

/* What went wrong, the last lines of the console, and where the guest is. */
static int
fail(struct session *s, const char *what, const char *text)
{
	unsigned from = s->rig.nlines > 12 ? s->rig.nlines - 12 : 0;

	printf("%s:%d: %s: %s\n", s->script, s->line, what, text);
	for (unsigned n = from; n < s->rig.nlines; n++)
		printf("    %c %.120s\n", n < s->seen ? ' ' : '*',
		    console_line(s, n));
	if (s->started && rig_read_regs(&s->rig) == 0)
		printf("    at %llX, flags %llX, reading %u\n",
		    (unsigned long long)s->rig.regs.reg[VMREG_RIP],
		    (unsigned long long)s->rig.regs.reg[VMREG_RFLAGS],
		    s->rig.reading);
	return -1;
}

static void
add(struct rig *rig, uint32_t vdev, uint32_t type, const char *path)
{
	struct rig_device *d = rig_add(rig, vdev, type);

	if (type == DEVICE_FBA)
		d->at.flags = ATTACH_READ_ONLY;
	if (type == DEVICE_READER)
		d->class = SPOOL_CLASS_ALL;
	d->ur = 0;
	d->path = path;
}

static void
session_prepare(struct session *s)
{
	s->rig.vmguest = vmguest_path;
	s->rig.kvm = kvm_path;
	s->rig.spool.program = vmspool_path;
	s->rig.verbose = verbose;
	s->rig.storage = STORAGE;
	s->rig.timeout_ms = WAIT_MS;
	strcpy(s->parm, "AUTOCR");
	add(&s->rig, 0x009, DEVICE_CONSOLE, NULL);
	add(&s->rig, 0x190, DEVICE_FBA, image_path);
	add(&s->rig, 0x0FF, DEVICE_TIMER, NULL);
}

/* --- the steps --- */

static int
step_comment(struct session *s, const char *arg)
{
	(void)s;
	(void)arg;
	return 0;
}

static int
step_storage(struct session *s, const char *arg)
{
	s->rig.storage = strtoull(arg, NULL, 10) << 10;
	return 0;
}

static int
step_notimer(struct session *s, const char *arg)
{
	(void)arg;
	s->rig.ndevices--;
	return 0;
}

/* The disk becomes a copy in memory, which may be spoiled. */
static int
session_copy(struct session *s)
{
	char part[65536];
	size_t n;
	FILE *f;

	if (s->copy > 0)
		return 0;
	f = fopen(image_path, "rb");
	s->copy = memfd_create("disk", MFD_CLOEXEC);
	if (f == NULL || s->copy < 0)
		return fail(s, "cannot copy", image_path);
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		if (write(s->copy, part, n) != (ssize_t)n)
			return fail(s, "cannot copy", image_path);
	fclose(f);
	snprintf(s->copy_path, sizeof s->copy_path, "/proc/self/fd/%d",
	    s->copy);
	s->rig.device[1].path = s->copy_path;
	return 0;
}

static int
step_cut(struct session *s, const char *arg)
{
	if (session_copy(s) < 0)
		return -1;
	return ftruncate(s->copy, atol(arg) * FBA_BLOCK);
}

static int
step_damage(struct session *s, const char *arg)
{
	char *end;
	long at = strtol(arg, &end, 0);
	unsigned char byte = (unsigned char)strtoul(end, NULL, 16);

	if (session_copy(s) < 0)
		return -1;
	return pwrite(s->copy, &byte, 1, at) == 1 ? 0 :
	    fail(s, "cannot damage", arg);
}

static struct rig_device *
device(struct session *s, uint32_t vdev)
{
	for (unsigned i = 0; i < s->rig.ndevices; i++)
		if (s->rig.device[i].at.vdev == vdev)
			return &s->rig.device[i];
	return NULL;
}

static int
step_disk(struct session *s, const char *arg)
{
	char only[4] = "", *path = s->disk_path[s->disks];
	unsigned long blocks;
	unsigned vdev;
	int fd;

	if (s->disks == DISKS || s->rig.ndevices == RIG_DEVICES ||
	    sscanf(arg, "%x %lu %3s", &vdev, &blocks, only) < 2)
		return fail(s, "not VDEV BLOCKS [RO]", arg);
	fd = memfd_create("disk", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, (off_t)blocks * FBA_BLOCK) < 0)
		return fail(s, "cannot make", arg);
	s->disk_vdev[s->disks] = vdev;
	s->disk[s->disks++] = fd;
	snprintf(path, sizeof s->disk_path[0], "/proc/self/fd/%d", fd);
	if (device(s, vdev) == NULL)
		add(&s->rig, vdev, DEVICE_FBA, path);
	device(s, vdev)->path = path;
	if (only[0] == '\0')
		device(s, vdev)->at.flags = 0;
	return 0;
}

static int
step_attach(struct session *s, const char *arg)
{
	if (step_disk(s, arg) < 0)
		return -1;
	return rig_attach(&s->rig, device(s,
	    (uint32_t)strtoul(arg, NULL, 16)));
}

static int
step_detach(struct session *s, const char *arg)
{
	uint64_t end = now_ms() + WAIT_MS;
	unsigned before = s->rig.detached;

	rig_send_value(&s->rig, IPC_VM_DETACH,
	    (uint32_t)strtoul(arg, NULL, 16));
	while (s->rig.detached == before) {
		if (now_ms() > end || s->rig.chan.dead)
			return fail(s, "is not detached", arg);
		pump(s);
	}
	return 0;
}

static int
step_cards(struct session *s, const char *arg)
{
	(void)arg;
	add(&s->rig, 0x00C, DEVICE_READER, NULL);
	add(&s->rig, 0x00D, DEVICE_PUNCH, NULL);
	add(&s->rig, 0x00E, DEVICE_PRINTER, NULL);
	return 0;
}

static int
step_spool(struct session *s, const char *arg)
{
	char name[SCRIPT_LINE];
	int n = 0, rc;

	if (sscanf(arg, "%s %n", name, &n) < 1 || !rigspool_command(&s->rig,
	    name, arg + n, &rc) || rc != 0)
		return fail(s, "cannot", arg);
	return 0;
}

static int
step_faulty(struct session *s, const char *arg)
{
	(void)arg;
	s->rig.fault.on = true;
	return 0;
}

/* --- looking at a disk --- */

static int
edf_io(void *arg, const struct edf_extent *list, unsigned n)
{
	for (; n > 0; n--, list++)
		if (pread(*(int *)arg, list->at, (size_t)list->blocks *
		    FBA_BLOCK, (off_t)list->block * FBA_BLOCK) !=
		    (ssize_t)list->blocks * FBA_BLOCK)
			return -1;
	return 0;
}

static void *
edf_get(void *arg, size_t bytes)
{
	(void)arg;
	return malloc(bytes);
}

static void
edf_give(void *arg, void *at, size_t bytes)
{
	(void)arg;
	(void)bytes;
	free(at);
}

static void
edf_says(void *arg, const char *text)
{
	(void)arg;
	printf("    %s\n", text);
}

/* The last disk that was made for the address. */
static int
step_edf(struct session *s, const char *arg)
{
	uint32_t vdev = (uint32_t)strtoul(arg, NULL, 16);
	struct edf_device dev = { .read_only = 1, .read = edf_io,
		.take = edf_get, .give = edf_give };
	unsigned i = s->disks;

	while (i > 0 && s->disk_vdev[i - 1] != vdev)
		i--;
	if (i == 0)
		return fail(s, "no such disk", arg);
	dev.arg = &s->disk[i - 1];
	dev.blocks = (uint32_t)(lseek(s->disk[i - 1], 0, SEEK_END) /
	    FBA_BLOCK);
	return edf_check(&dev, edf_says, NULL) == 0 ? 0 :
	    fail(s, "is not what it should be", arg);
}

static int
step_also(struct session *s, const char *arg)
{
	if (s->disks == 0 || s->rig.ndevices == RIG_DEVICES)
		return fail(s, "no disk before it", arg);
	add(&s->rig, (uint32_t)strtoul(arg, NULL, 16), DEVICE_FBA,
	    s->disk_path[s->disks - 1]);
	return 0;
}

static int
step_lock(struct session *s, const char *arg)
{
	uint32_t vdev = (uint32_t)strtoul(arg, NULL, 16);

	for (unsigned i = 0; i < s->rig.ndevices; i++)
		if (s->rig.device[i].at.vdev == vdev)
			s->rig.device[i].at.flags = ATTACH_READ_ONLY;
	if (!s->started)
		return 0;
	rig_kill(&s->rig);
	s->rig.reading = CONS_READ_NONE;
	s->started = 0;
	return 0;
}

static int
step_parm(struct session *s, const char *arg)
{
	snprintf(s->parm, sizeof s->parm, "%s", arg);
	return 0;
}

static int
step_ipl(struct session *s, const char *arg)
{
	(void)arg;
	if (!s->started && rig_start(&s->rig) < 0)
		return fail(s, "cannot start", vmguest_path);
	s->started = 1;
	s->rig.states = 0;
	return rig_ipl(&s->rig, 0x190, 0, s->parm);
}

/* The machine may have another size than the one that was saved. */
static int
step_iplsys(struct session *s, const char *arg)
{
	union {
		struct ipc_vm_ipl ipl;
		char bytes[sizeof(struct ipc_vm_ipl) + MACHINE_PARM_MAX];
	} msg = { .ipl = { .vdev = 0x190 } };
	uint32_t len = (uint32_t)strlen(s->parm);

	if (s->started)
		rig_kill(&s->rig);
	s->rig.reading = CONS_READ_NONE;
	s->started = 1;
	if (rig_start(&s->rig) < 0)
		return fail(s, "cannot start", vmguest_path);
	s->rig.states = 0;
	msg.ipl.tag = ++s->rig.tag;
	msg.ipl.text_len = len;
	memcpy(msg.ipl.text, s->parm, len);
	return rig_ask(&s->rig, IPC_VM_IPL_SAVED, &msg, sizeof msg.ipl + len,
	    s->rig.saved) == 0 ? 0 : fail(s, "cannot IPL what is saved", arg);
}

static int
step_reading(struct session *s, const char *arg)
{
	uint64_t end = now_ms() + WAIT_MS;

	while (s->rig.reading == CONS_READ_NONE) {
		if (now_ms() > end || s->rig.chan.dead)
			return fail(s, "does not read", arg);
		pump(s);
	}
	return 0;
}

static int
step_now(struct session *s, const char *arg)
{
	struct ipc_text t = { 0 };

	ipcchan_send_text(&s->rig.chan, IPC_VM_CONS_INPUT, &t, sizeof t, arg,
	    strlen(arg), -1);
	return 0;
}

/* What is typed takes effect at once: the read is over. */
static int
step_type(struct session *s, const char *arg)
{
	if (step_reading(s, arg) < 0)
		return -1;
	s->rig.reading = CONS_READ_NONE;
	return step_now(s, arg);
}

static int
like(const char *pattern, const char *line)
{
	return fnmatch(pattern, line, 0) == 0;
}

static int
step_expect(struct session *s, const char *arg)
{
	uint64_t end = now_ms() + WAIT_MS;

	for (;;) {
		for (unsigned n = s->seen; n < s->rig.nlines; n++)
			if (like(arg, console_line(s, n))) {
				s->seen = n + 1;
				return 0;
			}
		if (now_ms() > end || s->rig.chan.dead)
			return fail(s, "never came", arg);
		pump(s);
	}
}

static int
step_next(struct session *s, const char *arg)
{
	uint64_t end = now_ms() + WAIT_MS;

	while (s->seen == s->rig.nlines) {
		if (now_ms() > end || s->rig.chan.dead)
			return fail(s, "nothing came", arg);
		pump(s);
	}
	if (!like(arg, console_line(s, s->seen)))
		return fail(s, "is not next", arg);
	s->seen++;
	return 0;
}

static int
step_absent(struct session *s, const char *arg)
{
	for (unsigned n = s->seen; n < s->rig.nlines; n++)
		if (like(arg, console_line(s, n)))
			return fail(s, "came", arg);
	return 0;
}

static int
step_attention(struct session *s, const char *arg)
{
	(void)arg;
	rig_send_value(&s->rig, IPC_VM_ATTENTION, 0);
	return 0;
}

/* --- a 3270 --- */

static int
step_screen(struct session *s, const char *arg)
{
	unsigned rows, cols;
	unsigned flags = TERM_COLOR | TERM_HIGHLIGHT | TERM_FULL_SCREEN;

	if (sscanf(arg, "%u %u %x", &rows, &cols, &flags) < 2 ||
	    rigterm_open(&s->rig, 0x009, rows, cols, flags) < 0)
		return fail(s, "no such screen", arg);
	return 0;
}

static int
step_noscreen(struct session *s, const char *arg)
{
	(void)arg;
	rigterm_close(&s->rig);
	return 0;
}

static int
step_lose(struct session *s, const char *arg)
{
	(void)arg;
	rigterm_lose(&s->rig);
	return 0;
}

/* Wait until the guest lets him type. */
static int
session_unlocked(struct session *s, const char *what)
{
	uint64_t end = now_ms() + WAIT_MS;

	while (!s->rig.term.shown || s->rig.term.ps.locked) {
		if (now_ms() > end || s->rig.chan.dead)
			return fail(s, "keyboard locked", what);
		pump(s);
	}
	return 0;
}

static int
step_key(struct session *s, const char *arg)
{
	char name[16];
	int n = 0;

	if (sscanf(arg, "%15s %n", name, &n) < 1)
		return fail(s, "not NAME [TEXT]", arg);
	if (session_unlocked(s, arg) < 0)
		return -1;
	if (rigterm_type(&s->rig, arg + n) < 0)
		return fail(s, "cannot type", arg);
	return rigterm_key(&s->rig, name) == 0 ? 0 :
	    fail(s, "cannot press", arg);
}

/* What is there instead. */
static int
session_unseen(struct session *s, const char *what)
{
	char text[RIGTERM_ROW];

	for (unsigned row = 0; row < s->rig.term.ps.rows; row++) {
		rigterm_row(&s->rig, row, text);
		printf("    %3u %s\n", row + 1, text);
	}
	return fail(s, "not on the screen", what);
}

static int
session_see(struct session *s, unsigned from, unsigned to, const char *what)
{
	uint64_t end = now_ms() + WAIT_MS;
	char text[RIGTERM_ROW];

	for (;;) {
		for (unsigned row = from; row < to &&
		     row < s->rig.term.ps.rows && s->rig.term.shown; row++) {
			rigterm_row(&s->rig, row, text);
			if (like(what, text))
				return 0;
		}
		if (now_ms() > end || s->rig.chan.dead)
			return session_unseen(s, what);
		pump(s);
	}
}

static int
step_see(struct session *s, const char *arg)
{
	return session_see(s, 0, UINT_MAX, arg);
}

static int
step_row(struct session *s, const char *arg)
{
	char *end;
	unsigned row = (unsigned)strtoul(arg, &end, 10);

	if (row == 0)
		return fail(s, "not N PATTERN", arg);
	return session_see(s, row - 1, row, end + strspn(end, " "));
}

static int
step_external(struct session *s, const char *arg)
{
	rig_send_value(&s->rig, IPC_VM_EXTERNAL,
	    (uint32_t)strtoul(arg, NULL, 16));
	return 0;
}

static int
step_sleep(struct session *s, const char *arg)
{
	bool never = false;

	rig_pump(&s->rig, &never, atoi(arg));
	return 0;
}

static int
step_save(struct session *s, const char *arg)
{
	struct ipc_none none = { 0 };
	struct ipc_vm_begin begin = { 0 };
	int fd = memfd_create("saved", MFD_CLOEXEC);

	rig_send(&s->rig, IPC_VM_STOP, &none, sizeof none, -1);
	if (rig_await_state(&s->rig, WAIT_MS) < 0 || rig_save(&s->rig, fd) != 0)
		return fail(s, "cannot save", arg);
	rig_kill(&s->rig);
	s->rig.reading = CONS_READ_NONE;
	if (rig_start(&s->rig) < 0 || rig_load(&s->rig, fd) != 0)
		return fail(s, "cannot load", arg);
	close(fd);
	rig_send(&s->rig, IPC_VM_BEGIN, &begin, sizeof begin, -1);
	return 0;
}

/* Where the nucleus's symbol is in storage; 0 when nobody knows. */
static uint64_t
symbol_real(const char *name)
{
	char path[256], line[256], symbol[128];
	unsigned long long at, found = 0;
	const char *slash = strrchr(image_path, '/');
	FILE *f;

	snprintf(path, sizeof path, "%.*snucleus.sym",
	    slash != NULL ? (int)(slash + 1 - image_path) : 0, image_path);
	f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		if (sscanf(line, "%llx %*c %127s", &at, symbol) == 2 &&
		    strcmp(symbol, name) == 0)
			found = at & 0x7FFFFFFF;
	if (f != NULL)
		fclose(f);
	return found;
}

static int
step_store(struct session *s, const char *arg)
{
	char name[128];
	unsigned long long offset, value;
	uint64_t at;

	if (sscanf(arg, "%127s %llu %llx", name, &offset, &value) != 3)
		return fail(s, "not SYMBOL OFFSET HEX", arg);
	at = symbol_real(name);
	if (at == 0 || rig_write_storage(&s->rig, at + offset, &value,
	    sizeof value) != 0)
		return fail(s, "cannot store", arg);
	return 0;
}

static int
step_stopped(struct session *s, const char *arg)
{
	uint64_t until = now_ms() + WAIT_MS;
	uint32_t why;
	char *end;

	while (s->rig.states == 0 || s->rig.state.run != VM_STOPPED) {
		if (now_ms() > until || s->rig.chan.dead)
			return fail(s, "does not stop", arg);
		pump(s);
	}
	why = (uint32_t)strtoul(arg, &end, 10);
	if (s->rig.state.why != why)
		return fail(s, "stopped for another reason than", arg);
	if (*end != '\0' && s->rig.state.detail != strtoull(end, NULL, 16))
		return fail(s, "stopped with another detail than", arg);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct session *, const char *);
} steps[] = {
	{ "#", step_comment },
	{ "storage", step_storage },
	{ "notimer", step_notimer },
	{ "cut", step_cut },
	{ "damage", step_damage },
	{ "disk", step_disk },
	{ "also", step_also },
	{ "cards", step_cards },
	{ "spool", step_spool },
	{ "faulty", step_faulty },
	{ "detach", step_detach },
	{ "attach", step_attach },
	{ "edf", step_edf },
	{ "lock", step_lock },
	{ "parm", step_parm },
	{ "ipl", step_ipl },
	{ "iplsys", step_iplsys },
	{ ">", step_type },
	{ "!", step_now },
	{ "=", step_expect },
	{ "~", step_next },
	{ "-", step_absent },
	{ "attention", step_attention },
	{ "screen", step_screen },
	{ "noscreen", step_noscreen },
	{ "lose", step_lose },
	{ "key", step_key },
	{ "see", step_see },
	{ "row", step_row },
	{ "external", step_external },
	{ "reading", step_reading },
	{ "sleep", step_sleep },
	{ "save", step_save },
	{ "store", step_store },
	{ "stopped", step_stopped },
};

static int
session_step(struct session *s, char *text)
{
	char *arg = text + strcspn(text, " ");

	if (*text == '\0')
		return 0;
	if (*arg != '\0')
		*arg++ = '\0';
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		if (strcmp(text, steps[i].name) == 0)
			return steps[i].run(s, arg);
	return fail(s, "no such step", text);
}

static int
session_run(const char *script)
{
	static struct session s;
	char text[SCRIPT_LINE];
	FILE *f = fopen(script, "r");
	uint64_t began = now_ms();
	int rc = 0;

	if (f == NULL) {
		perror(script);
		return -1;
	}
	memset(&s, 0, sizeof s);
	s.script = script;
	session_prepare(&s);
	while (rc == 0 && fgets(text, sizeof text, f) != NULL) {
		s.line++;
		text[strcspn(text, "\n")] = '\0';
		rc = session_step(&s, text);
	}
	fclose(f);
	if (s.started)
		rig_end(&s.rig);
	if (s.copy > 0)
		close(s.copy);
	for (unsigned i = 0; i < s.disks; i++)
		close(s.disk[i]);
	printf("%s %s (%llu ms)\n", rc == 0 ? "ok  " : "FAIL", script,
	    (unsigned long long)(now_ms() - began));
	fflush(stdout);
	return rc;
}

int
main(int argc, char **argv)
{
	int c, failed = 0;

	while ((c = getopt(argc, argv, "vg:S:k:d:")) != -1) {
		switch (c) {
		case 'v':
			verbose = true;
			break;
		case 'g':
			vmguest_path = optarg;
			break;
		case 'S':
			vmspool_path = optarg;
			break;
		case 'k':
			kvm_path = optarg;
			break;
		case 'd':
			image_path = optarg;
			break;
		default:
			return 2;
		}
	}
	if (image_path == NULL || optind == argc) {
		fprintf(stderr, "usage: cms_session [-v] [-g VMGUEST] "
		    "[-S VMSPOOL] [-k KVM] -d IMAGE SCRIPT...\n");
		return 2;
	}
	for (int i = optind; i < argc; i++)
		failed += session_run(argv[i]) != 0;
	return failed;
}
