/* SPDX-License-Identifier: MIT
 *
 * spoolkills.c - vmspool killed at any moment, again and again, while several
 * users write, close, transfer, read and purge files: what it acknowledged is
 * there, whole and once, and what it did not, is after it was asked again.
 * Each user is a process, which keeps a ledger of what it was told; after each
 * kill spoolcheck.py reads the database and the ledgers, and the users ask
 * vmspool.
 *
 *   spoolkills SPOOLCHECK.PY [KILLS [SEED]]
 */
#include <fcntl.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

#include "spool_rig.h"

#define USERS 4
#define FILES 50 /* of a user, at a time */
#define MAX_US 15000 /* until it is killed */

/* What must be there. */
struct known {
	uint64_t id; /* 0: no file */
	unsigned number, blocks;
	char owner[3];
	uint8_t queue;
};

static struct known known[FILES + 1]; /* the last one is none */
static struct rig rig;
static struct rig_rows rows;
static struct ipcchan cp;
static unsigned kills = 60, seed = 1;

/* Of a user. */
static unsigned numbers;
static char self[3], others[2][3]; /* his name, and who owns his files */
static int parent, ledger;

static unsigned
chance(unsigned n)
{
	return (unsigned)rand_r(&seed) % n;
}

#define MUST(true, ...) \
	do \
		if (!(true)) \
			errx(1, __VA_ARGS__); \
	while (0)

/* What he was told, for spoolcheck.py; in one write. */
static void
note(const char *fmt, ...)
{
	char line[128];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	MUST(write(ledger, line, (size_t)n) == n, "ledger");
}

static void
note_there(const struct known *k)
{
	note("= %llu %s %u %u %u\n", (unsigned long long)k->id, k->owner,
	    k->queue, k->number, k->blocks * 20);
}

/* --- questions that a kill may leave without an answer --- */

/* The next message of this type; false: vmspool is gone. */
static bool
answer(enum ipc_type type, void *payload, size_t len)
{
	struct ipcchan_message msg;

	while (rig_next(&cp, &msg) == 1) {
		if (msg.type == IPC_UR_ROW)
			memcpy(&rows.row[rows.n++ % RIG_ROWS], msg.payload,
			    sizeof rows.row[0]);
		if (msg.type != type)
			continue;
		memcpy(payload, msg.payload, len);
		return true;
	}
	return false;
}

static bool
ask(enum ipc_type type, const void *payload, size_t len, int *rc)
{
	struct ipc_ur_done done;

	rows.n = 0;
	if (ipcchan_send(&cp, type, payload, len, -1) < 0 ||
	    !answer(IPC_UR_DONE, &done, sizeof done))
		return false;
	*rc = done.rc;
	return true;
}

/* --- what is done, over as many lives of vmspool as it takes --- */

static void check(unsigned busy);

/* The next vmspool's channel, from the parent; none: the end. */
static void
next_life(void)
{
	char word;
	struct iovec iov = { &word, 1 };
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof control };
	int fd;

	ipcchan_close(&cp);
	if (recvmsg(parent, &msg, MSG_CMSG_CLOEXEC) != 1 ||
	    CMSG_FIRSTHDR(&msg) == NULL)
		exit(0);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof fd);
	ipcchan_init(&cp, fd, IPC_UR, IPC_SPOOL);
}

/* Until fn says that it was answered; the file that it is about may meanwhile
 * be either way. */
static void
persist(bool (*fn)(struct known *k), struct known *k)
{
	while (!fn(k)) {
		next_life();
		check((unsigned)(k - known));
	}
}

static unsigned sent; /* blocks of the file that were answered */
static uint64_t stream;
static uint32_t tag;

static bool
do_write(struct known *k)
{
	static char block[SPOOL_BLOCK_MAX];

	for (; sent < k->blocks; sent++) {
		struct ipc_ur_write w = { .vdev = 0xD, .user = rig_user(self),
			.stream = stream, .serial = sent + 1, .records = 20,
			.device = SPOOL_ON_PUN };
		struct ipc_ur_wrote wrote;

		if (ipcchan_send_text(&cp, IPC_UR_WRITE, &w, sizeof w, block,
		    rig_cards(block, k->number + sent * 20, 20), -1) < 0 ||
		    !answer(IPC_UR_WROTE, &wrote, sizeof wrote))
			return false;
		MUST(wrote.rc == 0, "wrote.rc");
	}
	return true;
}

static bool
do_close(struct known *k)
{
	struct ipc_ur_close c = rig_to(self, 0xD, k->owner, k->queue);
	int rc;

	c.tag = tag;
	snprintf(c.attr.name, sizeof c.attr.name, "F%u", k->number);
	if (!ask(IPC_UR_CLOSE, &c, sizeof c, &rc))
		return false;
	MUST(rc == 0, "rc");
	MUST(rows.n == 1, "rows.n");
	k->id = rows.row[0].file.id;
	MUST(rows.row[0].file.records == k->blocks * 20, "records");
	note_there(k);
	return true;
}

static void
make(struct known *k)
{
	*k = (struct known){ .number = ++numbers, .blocks = 1 + chance(5),
		.queue = (uint8_t)(SPOOL_RDR + chance(3)) };
	strcpy(k->owner, others[chance(2)]);
	sent = 0;
	stream++;
	tag++;
	note("? 0\n");
	persist(do_write, k);
	persist(do_close, k);
}

static bool
do_ask(struct known *k, struct ipc_ur_ask q, bool may_be_gone)
{
	int rc;

	q.by = BY_ID;
	q.id = k->id;
	if (!ask(IPC_UR_ASK, &q, sizeof q, &rc))
		return false;
	MUST(rc == 0 || (may_be_gone && rc == -ENOENT), "rc %d", rc);
	return true;
}

static bool
do_purge(struct known *k)
{
	return do_ask(k, rig_about(ASK_PURGE, NULL, 0), true);
}

static char to[3];
static uint8_t to_queue;

static bool
do_transfer(struct known *k)
{
	struct ipc_ur_ask q = rig_about(ASK_TRANSFER, NULL, 0);

	q.to = rig_user(to);
	q.to_queue = to_queue;
	return do_ask(k, q, false);
}

/* Read, as a reader does, and done with. */
static bool
do_finish(struct known *k)
{
	struct ipc_ur_finish f = { .how = FINISH_DONE, .id = k->id };
	struct ipc_ur_open o = { .id = k->id };
	struct ipc_ur_opened opened;
	int rc;

	if (ipcchan_send(&cp, IPC_UR_OPEN, &o, sizeof o, -1) < 0 ||
	    !answer(IPC_UR_OPENED, &opened, sizeof opened))
		return false;
	if (opened.rc == -ENOENT)
		return true;
	MUST(opened.rc == 0, "opened.rc");
	if (!ask(IPC_UR_FINISH, &f, sizeof f, &rc))
		return false;
	MUST(rc == 0, "rc");
	return true;
}

/* --- is what is there what must be? --- */

static void
check_row(const struct spool_file *f, bool *seen, unsigned busy)
{
	for (unsigned i = 0; i < FILES; i++) {
		const struct known *k = &known[i];

		if (k->id != f->id)
			continue;
		MUST(!seen[i], "twice");
		seen[i] = true;
		MUST(f->records == k->blocks * 20, "f->records");
		if (i != busy) {
			MUST(strcmp(name_text(f->owner.user).s,
			    k->owner) == 0, "owner");
			MUST(f->queue == k->queue, "f->queue");
		}
		return;
	}
	/* closed, and the answer did not come any more */
	MUST(known[busy].id == 0, "known[busy].id");
}

/* All files of one of his two owners.  False: a kill in the middle. */
static bool
check_owner(const char *owner, unsigned busy, bool *seen)
{
	struct ipc_ur_ask q = rig_about(ASK_QUERY, owner, 0);
	struct ipc_ur_done done;

	rows.n = 0;
	if (ipcchan_send(&cp, IPC_UR_ASK, &q, sizeof q, -1) < 0 ||
	    !answer(IPC_UR_DONE, &done, sizeof done))
		return false;
	MUST(!done.more, "more than an answer");
	for (unsigned i = 0; i < rows.n; i++)
		check_row(&rows.row[i].file, seen, busy);
	return true;
}

/* All of them, but the file `busy`. */
static void
check(unsigned busy)
{
	bool seen[FILES + 1] = { false };

	if (!check_owner(others[0], busy, seen) ||
	    !check_owner(others[1], busy, seen))
		return;
	for (unsigned i = 0; i < FILES; i++)
		if (known[i].id != 0 && i != busy && !seen[i])
			errx(1, "file %u is lost", known[i].number);
}

static void
one(void)
{
	struct known *k = &known[chance(FILES)];
	unsigned what = chance(4);
	uint64_t id = k->id;

	if (id == 0) {
		make(k);
		return;
	}
	note("? %llu\n", (unsigned long long)id);
	if (what < 2) {
		persist(what == 0 ? do_purge : do_finish, k);
		k->id = 0;
		note("- %llu\n", (unsigned long long)id);
	} else {
		strcpy(to, others[chance(2)]);
		to_queue = (uint8_t)(SPOOL_RDR + chance(3));
		persist(do_transfer, k);
		strcpy(k->owner, to);
		k->queue = to_queue;
		note_there(k);
	}
}

/* --- users --- */

static char *
ledger_name(unsigned user)
{
	static char name[128];

	snprintf(name, sizeof name, "%s/ledger%u", rig.root, user);
	return name;
}

/* A process: its end of a channel by which new lives of vmspool come. */
static int
user_begin(unsigned user)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) < 0)
		err(1, "socketpair");
	ledger = open(ledger_name(user), O_WRONLY | O_CREAT | O_APPEND |
	    O_CLOEXEC, 0600);
	MUST(ledger >= 0, "%s", ledger_name(user));
	switch (fork()) {
	case -1:
		err(1, "fork");
	case 0:
		break;
	default:
		close(fd[1]);
		close(ledger);
		return fd[0];
	}
	close(fd[0]);
	parent = fd[1];
	seed += user;
	snprintf(self, sizeof self, "A%u", user);
	snprintf(others[0], sizeof others[0], "B%u", user);
	snprintf(others[1], sizeof others[1], "C%u", user);
	stream = user << 20;
	numbers = user * 100000;
	next_life();
	for (;;)
		one();
}

/* --- the parent: vmspool, and who judges --- */

static FILE *judge_in, *judge_out;

static void
judge_begin(char *script)
{
	char python[] = "python3", bare[] = "-B", serve[] = "--serve";
	char *argv[] = { python, bare, script, serve, NULL };
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		err(1, "pipe");
	switch (fork()) {
	case -1:
		err(1, "fork");
	case 0:
		dup2(in[0], 0);
		dup2(out[1], 1);
		execvp(python, argv);
		_exit(127);
	default:
		break;
	}
	close(in[0]);
	close(out[1]);
	judge_in = fdopen(in[1], "w");
	judge_out = fdopen(out[0], "r");
}

static void
judge(void)
{
	char verdict[1024] = "no judge\n";

	fprintf(judge_in, "%s", rig.db);
	for (unsigned user = 0; user < USERS; user++)
		fprintf(judge_in, " %s", ledger_name(user));
	fputc('\n', judge_in);
	fflush(judge_in);
	if (fgets(verdict, sizeof verdict, judge_out) == NULL ||
	    strcmp(verdict, "ok\n") != 0)
		errx(1, "seed %u, %u kills to go, %s: %s", seed, kills,
		    rig.root, verdict);
}

/* What vmspool says, for so long. */
static void
listen_for(unsigned us)
{
	struct pollfd pfd = { .fd = rig.cp.fd, .events = POLLIN };
	struct ipcchan_message msg;
	struct timespec now, end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_nsec += us * 1000;
	for (;;) {
		long left;

		clock_gettime(CLOCK_MONOTONIC, &now);
		left = (end.tv_sec - now.tv_sec) * 1000000 +
		    (end.tv_nsec - now.tv_nsec) / 1000;
		if (left <= 0)
			return;
		if (left < 1000) {
			usleep((useconds_t)left);
			return;
		}
		if (poll(&pfd, 1, (int)(left / 1000)) == 1)
			while (ipcchan_recv(&rig.cp, &msg) == 1)
				continue;
	}
}

/* Not even its start comes to its end. */
static void
stillborn(void)
{
	char name[] = "vmspool", again[] = "again";
	char *argv[] = { name, rig.folder, again, NULL };
	int fd[2];

	if (ipcchan_pair(fd) < 0)
		err(1, "pair");
	rig.pid = spawn(VMSPOOL, argv, &fd[1], 1);
	close(fd[1]);
	ipcchan_init(&rig.cp, fd[0], IPC_CP, IPC_SPOOL);
	usleep(chance(6000));
	rig_end(&rig, SIGKILL);
}

static void
give(int user, int channel)
{
	char word = 0;
	struct iovec iov = { &word, 1 };
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)),
	    .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof control };

	memcpy(CMSG_DATA(&control.head), &channel, sizeof channel);
	if (sendmsg(user, &msg, MSG_NOSIGNAL) != 1)
		errx(1, "a user is gone: seed %u, %s", seed, rig.root);
}

static void
life(const int *user, unsigned us, int sig)
{
	rig_start(&rig, "again");
	for (unsigned i = 0; i < USERS; i++) {
		struct ipcchan ch;

		rig_mint(&rig, &ch, NULL, UR_SYSTEM);
		give(user[i], ch.fd);
		ipcchan_close(&ch);
	}
	listen_for(us);
	rig_end(&rig, sig);
}

static void
end(int *user)
{
	int status;

	for (unsigned i = 0; i < USERS; i++)
		close(user[i]);
	fclose(judge_in);
	while (wait(&status) > 0)
		if (status != 0)
			errx(1, "a user's status: %d", status);
	for (unsigned i = 0; i < USERS; i++)
		unlink(ledger_name(i));
	rig_remove(&rig);
}

/* What the users were told. */
static unsigned
answers(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < USERS; i++) {
		FILE *f = fopen(ledger_name(i), "r");
		char line[128];

		MUST(f != NULL, "%s", ledger_name(i));
		while (fgets(line, sizeof line, f) != NULL)
			n += line[0] != '?';
		fclose(f);
	}
	return n;
}

int
main(int argc, char *argv[])
{
	unsigned n, first, said;
	int user[USERS];

	seed = (unsigned)time(NULL);
	if (argc < 2)
		errx(1, "usage: spoolkills SPOOLCHECK.PY [KILLS [SEED]]");
	if (argc > 2)
		kills = (unsigned)strtoul(argv[2], NULL, 10);
	if (argc > 3)
		seed = (unsigned)strtoul(argv[3], NULL, 10);
	first = seed;
	signal(SIGPIPE, SIG_IGN);
	rig_folder(&rig);
	for (unsigned i = 0; i < USERS; i++)
		user[i] = user_begin(i);
	judge_begin(argv[1]);
	for (n = kills; kills > 0; kills--) {
		life(user, chance(MAX_US) * (kills % 8 == 0 ? 5 : 1), SIGKILL);
		if (kills % 5 == 0)
			stillborn();
		judge();
	}
	life(user, 100000, 0);
	judge();
	said = answers();
	printf("seed %u: %u kills, %u answers\n", first, n, said);
	if (said <= n / 4)
		errx(1, "hardly anybody was answered");
	end(user);
	return 0;
}
