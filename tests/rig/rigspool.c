/* SPDX-License-Identifier: MIT
 *
 * rigspool.c - start, ask, kill and start again a vmspool.
 */
#include "rigspool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "rig.h"
#include "spawn.h"
#include "spool.h"

#define DECK_VDEV (VDEV_MAX + 1)
#define TESTER { { "TESTER" }, { "RIGNODE" } }

static int
rigspool_fail(const char *what)
{
	fprintf(stderr, "rig: vmspool: %s: %s\n", what, strerror(errno));
	return -1;
}

static uint64_t
rigspool_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* --- messages from vmspool --- */

/* A file is in a reader: the machine's reader for it has an interrupt. */
static void
rigspool_arrived(struct rig *rig, const struct spool_file *file)
{
	if (rig->spool.unseen > 0) {
		rig->spool.unseen--;
		return;
	}
	for (unsigned i = 0; i < rig->ndevices; i++) {
		const struct rig_device *d = &rig->device[i];
		struct ipc_vm_ur_status status = { .vdev = d->at.vdev,
			.unit = UNIT_ATTENTION | UNIT_DEVICE_END };

		if (d->at.type == DEVICE_READER &&
		    (d->class == file->attr.class || d->class == '*'))
			rig_send(rig, IPC_VM_UR_STATUS, &status, sizeof status,
			    -1);
	}
}

/* The last question is; what came to an earlier one, too late, is not it. */
static void
rigspool_answered(struct rigspool *s, int rc, uint32_t count)
{
	s->answered = true;
	s->rc = rc;
	s->count = count;
}

static void
rigspool_handle(struct rig *rig, const struct ipcchan_message *m)
{
	const struct ipc_spool_trouble *trouble = m->payload;
	const struct ipc_ur_wrote *wrote = m->payload;
	const struct ipc_ur_done *done = m->payload;
	struct rigspool *s = &rig->spool;

	switch (m->type) {
	case IPC_SPOOL_READY:
		s->ready = true;
		break;
	case IPC_SPOOL_ARRIVED:
		rigspool_arrived(rig, m->payload);
		break;
	case IPC_SPOOL_TROUBLE:
		s->trouble++;
		s->trouble_rc = trouble->rc;
		break;
	case IPC_UR_WROTE:
		if (wrote->serial == s->serial)
			rigspool_answered(s, wrote->rc, 0);
		break;
	case IPC_UR_DONE:
		if (done->tag == s->tag)
			rigspool_answered(s, done->rc, done->count);
		break;
	default:
		break;
	}
}

static void
rigspool_drain(struct rig *rig, struct ipcchan *ch)
{
	struct ipcchan_message m;

	while (ch->fd >= 0 && ipcchan_recv(ch, &m) == 1)
		rigspool_handle(rig, &m);
	if (ch->fd >= 0)
		ipcchan_flush(ch);
}

void
rigspool_poll(struct rig *rig, struct pollfd fds[RIGSPOOL_FDS])
{
	struct ipcchan *ch[RIGSPOOL_FDS] = { &rig->spool.cp,
		&rig->spool.system };

	for (int i = 0; i < RIGSPOOL_FDS; i++) {
		bool used = rig->spool.pid > 0 && !ch[i]->dead;

		fds[i] = (struct pollfd){ .fd = used ? ch[i]->fd : -1,
			.events = POLLIN };
		if (used && ch[i]->head != NULL)
			fds[i].events |= POLLOUT;
	}
}

void
rigspool_serve(struct rig *rig)
{
	struct rigspool *s = &rig->spool;

	if (s->pid <= 0)
		return;
	rigspool_drain(rig, &s->cp);
	rigspool_drain(rig, &s->system);
	if (s->every == 0 || rigspool_now_ms() < s->due)
		return;
	rigspool_kill(rig);
	rigspool_again(rig);
	s->kills++;
	s->due = rigspool_now_ms() + (uint64_t)s->every;
}

/* Wait for what `answered` or `ready` says; nothing is killed meanwhile. */
static int
rigspool_await(struct rig *rig, const bool *until, enum ipc_type asked)
{
	struct rigspool *s = &rig->spool;
	int every = s->every, rc;

	s->every = 0;
	rc = rig_pump_spool(rig, until, rig->timeout_ms);
	s->every = every;
	if (rc < 0)
		fprintf(stderr, "rig: no answer to %s in %d ms; vmspool %s\n",
		    ipcchan_name(asked), rig->timeout_ms,
		    s->pid > 0 && !s->cp.dead ? "runs" : "has ended");
	return rc < 0 ? -1 : 0;
}

/* --- starting and ending --- */

/* A channel of its own for a client with these rights; its end, or -1. */
static int
rigspool_mint(struct rig *rig, enum ipc_ur_rights rights)
{
	struct ipc_spool_mint mint = { .user = TESTER, .rights = rights };
	int pair[2];

	if (ipcchan_pair(pair) < 0)
		return rigspool_fail("socketpair");
	ipcchan_send(&rig->spool.cp, IPC_SPOOL_MINT, &mint, sizeof mint,
	    pair[1]);
	close(pair[1]);
	return pair[0];
}

static int
rigspool_spawn(struct rig *rig, const char *how)
{
	struct ipc_spool_limit limit = { .bytes = 1u << 30, .files = 9999 };
	struct rigspool *s = &rig->spool;
	char path[80];
	char *argv[] = { "vmspool", path, (char *)(uintptr_t)how, NULL };
	int pair[2], fd;

	snprintf(path, sizeof path, "%s/spool", s->folder);
	if (ipcchan_pair(pair) < 0)
		return rigspool_fail("socketpair");
	s->pid = spawn(s->program, argv, &pair[1], 1);
	close(pair[1]);
	if (s->pid < 0)
		return rigspool_fail(s->program);
	s->ready = false;
	ipcchan_init(&s->cp, pair[0], IPC_CP, IPC_SPOOL);
	ipcchan_send(&s->cp, IPC_SPOOL_LIMIT, &limit, sizeof limit, -1);
	fd = rigspool_mint(rig, UR_SYSTEM);
	if (fd < 0)
		return -1;
	ipcchan_init(&s->system, fd, IPC_UR, IPC_SPOOL);
	return rigspool_await(rig, &s->ready, IPC_SPOOL_LIMIT);
}

int
rigspool_start(struct rig *rig)
{
	struct rigspool *s = &rig->spool;

	if (s->program == NULL || s->pid > 0)
		return 0;
	mkdir("/tmp", 01777); /* a lab may have none */
	strcpy(s->folder, "/tmp/rig.XXXXXX");
	if (mkdtemp(s->folder) == NULL)
		return rigspool_fail("mkdtemp");
	return rigspool_spawn(rig, "start");
}

void
rigspool_kill(struct rig *rig)
{
	struct rigspool *s = &rig->spool;

	if (s->pid <= 0)
		return;
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	s->pid = 0;
	ipcchan_close(&s->cp);
	ipcchan_close(&s->system);
}

int
rigspool_again(struct rig *rig)
{
	return rigspool_spawn(rig, "again") < 0 || rigspool_join(rig) < 0 ?
	    -1 : 0;
}

int
rigspool_join(struct rig *rig)
{
	struct ipc_none none = { 0 };
	int fd;

	if (rig->spool.pid <= 0)
		return 0;
	fd = rigspool_mint(rig, UR_GUEST);
	if (fd < 0)
		return -1;
	rig_send(rig, IPC_VM_SPOOL, &none, sizeof none, fd);
	close(fd);
	return 0;
}

/* The folder and what is in it, which is files. */
static void
rigspool_remove(const char *folder)
{
	struct dirent *e;
	DIR *dir = opendir(folder);
	char path[512];

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		if (e->d_name[0] != '.')
			unlink(path);
	}
	if (dir != NULL)
		closedir(dir);
	rmdir(folder);
}

void
rigspool_end(struct rig *rig)
{
	struct rigspool *s = &rig->spool;
	char path[80];

	rigspool_kill(rig);
	if (s->folder[0] == '\0')
		return;
	snprintf(path, sizeof path, "%s/spool", s->folder);
	rigspool_remove(path);
	rigspool_remove(s->folder);
	s->folder[0] = '\0';
}

/* --- questions --- */

/* Its rc. */
static int
rigspool_ask(struct rig *rig, enum ipc_type type, const void *payload,
    size_t len)
{
	struct rigspool *s = &rig->spool;

	s->answered = false;
	ipcchan_send(&s->system, type, payload, len, -1);
	return rigspool_await(rig, &s->answered, type) < 0 ? -ETIMEDOUT :
	    s->rc;
}

static int
rigspool_purge(struct rig *rig, char class)
{
	struct ipc_ur_ask ask = { .tag = ++rig->spool.tag, .op = ASK_PURGE,
		.by = BY_CLASS, .queue = SPOOL_RDR, .owner = TESTER,
		.class = class };

	return rigspool_ask(rig, IPC_UR_ASK, &ask, sizeof ask);
}

/* The file that the device has open goes to the machine's own reader. */
static int
rigspool_close_file(struct rig *rig, uint32_t vdev, uint32_t how,
    const struct spool_attr *attr)
{
	struct ipc_ur_close c = { .tag = ++rig->spool.tag, .vdev = vdev,
		.user = TESTER, .to = TESTER, .queue = SPOOL_RDR,
		.how = (uint8_t)how, .attr = *attr };

	return rigspool_ask(rig, IPC_UR_CLOSE, &c, sizeof c);
}

/* --- decks --- */

/* As many cards of the file as fit into a block: its length. */
static size_t
rigspool_block(FILE *f, char *block, uint32_t *records)
{
	uint16_t length = RDR_CARD;
	size_t at = 0;

	for (*records = 0; at + SPOOL_LENGTH + RDR_CARD <= SPOOL_BLOCK_MAX;
	     ++*records) {
		if (fread(block + at + SPOOL_LENGTH, RDR_CARD, 1, f) != 1)
			break;
		memcpy(block + at, &length, sizeof length);
		at += SPOOL_LENGTH + RDR_CARD;
	}
	return at;
}

static int
rigspool_send_block(struct rig *rig, const void *block, size_t n,
    uint32_t records)
{
	struct rigspool *s = &rig->spool;
	struct ipc_ur_write w = { .vdev = DECK_VDEV, .user = TESTER,
		.stream = s->stream, .serial = ++s->serial,
		.records = records, .device = SPOOL_ON_RDR };

	s->answered = false;
	ipcchan_send_text(&s->system, IPC_UR_WRITE, &w, sizeof w, block, n,
	    -1);
	return rigspool_await(rig, &s->answered, IPC_UR_WRITE) < 0 ||
	    s->rc != 0 ? -1 : 0;
}

static int
rigspool_write(struct rig *rig, FILE *f)
{
	static char block[SPOOL_BLOCK_MAX];
	uint32_t records;
	size_t n;

	rig->spool.stream++;
	rig->spool.serial = 0;
	while ((n = rigspool_block(f, block, &records)) > 0)
		if (rigspool_send_block(rig, block, n, records) < 0)
			return -1;
	return 0;
}

/* What is left of the deck before goes. */
static int
rigspool_clear(struct rig *rig, const struct rig_device *d)
{
	struct ipc_vm_ur_close c = { .tag = ++rig->tag, .vdev = d->at.vdev,
		.how = FINISH_PURGE };
	int rc = rig_ask(rig, IPC_VM_UR_CLOSE, &c, sizeof c, -1);

	return rc < 0 && rc != -ENODEV ? rc : rigspool_purge(rig, d->class);
}

int
rigspool_deal(struct rig *rig, struct rig_device *d)
{
	struct spool_attr attr = { .class = d->class, .copies = 1,
		.name = "DECK" };
	FILE *f;
	int rc;

	if (d->dealt || d->path == NULL)
		return 0;
	d->dealt = true;
	f = fopen(d->path, "rb");
	if (f == NULL)
		return rigspool_fail(d->path);
	if (rigspool_clear(rig, d) < 0) {
		fclose(f);
		return rigspool_fail("the deck before is not purged");
	}
	rig->spool.unseen++;
	rc = rigspool_write(rig, f);
	fclose(f);
	if (rc == 0)
		rc = rigspool_close_file(rig, DECK_VDEV, CLOSE_FILE, &attr);
	if (rc == 0 && rig->spool.count == 0)
		rig->spool.unseen--; /* no cards, no file */
	return rc < 0 ? rigspool_fail("no deck") : 0;
}

void
rigspool_configure(struct rig *rig, const struct rig_device *d)
{
	struct ipc_vm_ur ur = { .vdev = d->at.vdev, .flags = d->ur };

	if (d->at.type == DEVICE_READER)
		ur.classes[0] = d->class;
	rig_send(rig, IPC_VM_UR, &ur, sizeof ur, -1);
}

/* --- what the guest asks for --- */

/* By its address, or the first of its kind. */
static struct rig_device *
rigspool_device(struct rig *rig, const char *name)
{
	static const struct {
		const char *name;
		uint32_t type;
	} kinds[] = {
		{ "READER", DEVICE_READER }, { "RDR", DEVICE_READER },
		{ "PUNCH", DEVICE_PUNCH }, { "PUN", DEVICE_PUNCH },
		{ "PRINTER", DEVICE_PRINTER }, { "PRT", DEVICE_PRINTER },
	};
	uint32_t vdev = (uint32_t)strtoul(name, NULL, 16), type = 0;

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(name, kinds[i].name) == 0)
			type = kinds[i].type;
	for (unsigned i = 0; i < rig->ndevices; i++) {
		struct rig_device *d = &rig->device[i];

		if (type != 0 ? d->at.type == type : d->at.vdev == vdev)
			return d;
	}
	return NULL;
}

static int
rigspool_close_reader(struct rig *rig, const struct rig_device *d,
    const char *word)
{
	struct ipc_vm_ur_close c = { .tag = ++rig->tag, .vdev = d->at.vdev,
		.how = FINISH_DONE };

	if (strcmp(word, "HOLD") == 0)
		c.how = FINISH_HOLD;
	else if (strcmp(word, "PURGE") == 0)
		c.how = FINISH_PURGE;
	else if (strcmp(word, "BACK") == 0)
		c.how = FINISH_BACK;
	return -rig_ask(rig, IPC_VM_UR_CLOSE, &c, sizeof c, -1);
}

/* CLOSE device [PURGE] [CLASS c] [NAME fn ft]; a reader: [HOLD|PURGE|BACK]. */
static int
rigspool_cmd_close(struct rig *rig, struct rig_device *d, char *words[])
{
	struct ipc_vm_ur_close c = { .tag = ++rig->tag, .vdev = d->at.vdev,
		.how = CLOSE_FILE };
	struct spool_attr attr = { .class = d->class, .copies = 1 };
	int rc;

	if (d->at.type == DEVICE_READER)
		return rigspool_close_reader(rig, d, words[0]);
	for (; **words != '\0'; words++) {
		if (strcmp(*words, "PURGE") == 0)
			c.how = CLOSE_PURGE;
		else if (strcmp(*words, "CLASS") == 0)
			attr.class = **++words;
		else if (strcmp(*words, "NAME") == 0) {
			strncpy(attr.name, *++words, sizeof attr.name - 1);
			strncpy(attr.type, *++words, sizeof attr.type - 1);
		}
	}
	rc = rig_ask(rig, IPC_VM_UR_CLOSE, &c, sizeof c, -1);
	return rc != 0 ? -rc :
	    -rigspool_close_file(rig, d->at.vdev, c.how, &attr);
}

/* SPOOL device [CONT|NOCONT] [EOF|NOEOF] [HOLD|NOHOLD] [CLASS c] */
static int
rigspool_cmd_spool(struct rig *rig, struct rig_device *d, char *words[])
{
	static const struct {
		const char *word;
		uint32_t set, clear;
	} flags[] = {
		{ "CONT", VM_UR_CONT, 0 }, { "NOCONT", 0, VM_UR_CONT },
		{ "EOF", VM_UR_EOF, 0 }, { "NOEOF", 0, VM_UR_EOF },
		{ "HOLD", VM_UR_HOLD, 0 }, { "NOHOLD", 0, VM_UR_HOLD },
	};

	for (; **words != '\0'; words++) {
		for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
			if (strcmp(*words, flags[i].word) == 0)
				d->ur = (d->ur & ~flags[i].clear) |
				    flags[i].set;
		if (strcmp(*words, "CLASS") == 0)
			d->class = **++words;
	}
	rigspool_configure(rig, d);
	return 0;
}

/* CHANGE READER n NOHOLD */
static int
rigspool_cmd_change(struct rig *rig, struct rig_device *d, char *words[])
{
	struct ipc_ur_ask ask = { .tag = ++rig->spool.tag, .op = ASK_CHANGE,
		.by = BY_ID, .queue = SPOOL_RDR, .owner = TESTER,
		.spoolid = (spoolid_t)atoi(words[0]), .change = CHANGE_HOLD,
		.hold_mask = SPOOL_HOLD_USER };

	(void)d;
	if (strcmp(words[1], "NOHOLD") != 0)
		return EINVAL;
	return -rigspool_ask(rig, IPC_UR_ASK, &ask, sizeof ask);
}

static int
rigspool_cmd_notready(struct rig *rig, struct rig_device *d, char *words[])
{
	(void)words;
	d->ur |= VM_UR_NOT_READY;
	rigspool_configure(rig, d);
	return 0;
}

static int
rigspool_cmd_ready(struct rig *rig, struct rig_device *d, char *words[])
{
	struct ipc_vm_ur_status status = { .vdev = d->at.vdev,
		.unit = UNIT_DEVICE_END };

	(void)words;
	d->ur &= ~(uint32_t)VM_UR_NOT_READY;
	rigspool_configure(rig, d);
	rig_send(rig, IPC_VM_UR_STATUS, &status, sizeof status, -1);
	return 0;
}

/* KILLS ms: vmspool is killed and started again so often, 0: no more; how often
 * it was.  KILL: once.  DOWN, UP: it is away, and back.  LIMIT bytes: the
 * user's. */
static int
rigspool_cmd_kills(struct rig *rig, struct rig_device *d, char *words[])
{
	struct rigspool *s = &rig->spool;

	(void)d;
	s->every = atoi(words[0]);
	s->due = rigspool_now_ms() + (uint64_t)s->every;
	return (int)s->kills;
}

static int
rigspool_cmd_down(struct rig *rig, struct rig_device *d, char *words[])
{
	(void)d;
	(void)words;
	rigspool_kill(rig);
	return 0;
}

static int
rigspool_cmd_up(struct rig *rig, struct rig_device *d, char *words[])
{
	(void)d;
	(void)words;
	return rigspool_again(rig) < 0;
}

static int
rigspool_cmd_kill(struct rig *rig, struct rig_device *d, char *words[])
{
	return rigspool_cmd_down(rig, d, words) != 0 ||
	    rigspool_cmd_up(rig, d, words) != 0;
}

/* A second channel, while there is one. */
static int
rigspool_cmd_twice(struct rig *rig, struct rig_device *d, char *words[])
{
	(void)d;
	(void)words;
	return rigspool_join(rig) < 0;
}

static int
rigspool_cmd_limit(struct rig *rig, struct rig_device *d, char *words[])
{
	struct ipc_spool_limit limit = { .bytes = strtoull(words[0], NULL, 10),
		.files = 9999 };

	(void)d;
	ipcchan_send(&rig->spool.cp, IPC_SPOOL_LIMIT, &limit, sizeof limit,
	    -1);
	return 0;
}

/* TROUBLE: the last SPOOL_TROUBLE's errno, -1 when none came. */
static int
rigspool_cmd_trouble(struct rig *rig, struct rig_device *d, char *words[])
{
	(void)d;
	(void)words;
	return rig->spool.trouble == 0 ? -1 : -rig->spool.trouble_rc;
}

/* LONG n: a file of one record of n bytes, i * 7 each. */
static int
rigspool_cmd_long(struct rig *rig, struct rig_device *d, char *words[])
{
	static uint8_t block[SPOOL_LENGTH + SPOOL_RECORD_MAX];
	const struct spool_attr attr = { .class = 'A', .copies = 1 };
	uint16_t n = (uint16_t)atoi(words[0]);

	(void)d;
	memcpy(block, &n, sizeof n);
	for (unsigned i = 0; i < n; i++)
		block[SPOOL_LENGTH + i] = (uint8_t)(i * 7);
	rig->spool.stream++;
	rig->spool.serial = 0;
	if (rigspool_send_block(rig, block, SPOOL_LENGTH + (size_t)n, 1) < 0)
		return 1;
	return -rigspool_close_file(rig, DECK_VDEV, CLOSE_FILE, &attr);
}

/* DROP class: what waits in this class is purged; 42: nothing did. */
static int
rigspool_cmd_drop(struct rig *rig, struct rig_device *d, char *words[])
{
	int rc = rigspool_purge(rig, words[0][0]);

	(void)d;
	return rc == 0 && rig->spool.count == 0 ? 42 : -rc;
}

static const struct {
	const char *name;
	bool device; /* the first word is one */
	int (*run)(struct rig *, struct rig_device *, char *words[]);
} rigspool_commands[] = {
	{ "CHANGE", true, rigspool_cmd_change },
	{ "CLOSE", true, rigspool_cmd_close },
	{ "SPOOL", true, rigspool_cmd_spool },
	{ "NOTREADY", true, rigspool_cmd_notready },
	{ "READY", true, rigspool_cmd_ready },
	{ "KILLS", false, rigspool_cmd_kills },
	{ "DOWN", false, rigspool_cmd_down },
	{ "UP", false, rigspool_cmd_up },
	{ "KILL", false, rigspool_cmd_kill },
	{ "TWICE", false, rigspool_cmd_twice },
	{ "LIMIT", false, rigspool_cmd_limit },
	{ "TROUBLE", false, rigspool_cmd_trouble },
	{ "DROP", false, rigspool_cmd_drop },
	{ "LONG", false, rigspool_cmd_long },
};

#define WORDS 12

bool
rigspool_command(struct rig *rig, const char *name, const char *arg, int *rc)
{
	char text[DIAG_COMMAND_MAX + 1], empty[] = "", *words[WORDS + 4];
	struct rig_device *d = NULL;
	unsigned n = 0, i;
	char *next;

	for (i = 0; strcmp(name, rigspool_commands[i].name) != 0; )
		if (++i == sizeof rigspool_commands /
		    sizeof rigspool_commands[0])
			return false;
	snprintf(text, sizeof text, "%s", arg);
	next = strchr(text, '\n');
	if (next != NULL)
		*next++ = '\0';
	for (char *w = strtok(text, " "); w != NULL && n < WORDS;
	     w = strtok(NULL, " "))
		words[n++] = w;
	while (n < sizeof words / sizeof words[0])
		words[n++] = empty;
	if (rigspool_commands[i].device)
		d = rigspool_device(rig, words[0]);
	if (rigspool_commands[i].device && d == NULL)
		*rc = 40;
	else
		*rc = rigspool_commands[i].run(rig, d, words +
		    rigspool_commands[i].device);
	if (next == NULL)
		return true;
	i = (unsigned)strcspn(next, " ");
	arg = next[i] == ' ' ? next + i + 1 : "";
	next[i] = '\0';
	return rigspool_command(rig, next, arg, rc);
}
