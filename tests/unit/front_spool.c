/* SPDX-License-Identifier: MIT
 *
 * front_spool.c - vm370 spool beside vmspool, in a home directory whose system
 * is stopped and one with a stand-in for vmcp; and beside a stand-in for
 * vmspool, which answers what DIR/fake says.  This program is installed as
 * that, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>

#include <cmocka.h>

#include "front_rig.h"
#include "ipcchan.h"
#include "name.h"
#include "spawn.h"

/* --- a stand-in for vmspool --- */

/* What a test wants of it; each is said in DIR/fake as NAME=NUMBER. */
struct fake {
	int wrote;	/* rc of UR_WROTE */
	int die;	/* at which UR_WRITE */
	int close;	/* rc */
	int die_close;
	int open;
	int ask;
	int data;	/* rc of the last block */
	int seq;	/* it is another one */
	int torn;	/* it is not whole records */
	int busy;
	int damaged;
	int hold;
	int printed;
	int blocks;
};

static const struct fake_name {
	const char *name;
	size_t at;
} fake_names[] = {
#define ROW(name) { #name, offsetof(struct fake, name) }
	ROW(wrote), ROW(die), ROW(close), ROW(die_close), ROW(open), ROW(ask),
	ROW(data), ROW(seq), ROW(torn), ROW(busy), ROW(damaged), ROW(hold),
	ROW(printed), ROW(blocks),
};

static struct fake fake;
static char fake_folder[512];

static void
fake_read(void)
{
	char path[600], name[32];
	int value;
	FILE *f;

	fake = (struct fake){ .blocks = 1 };
	snprintf(path, sizeof path, "%s/../fake", fake_folder);
	f = fopen(path, "r");
	while (f != NULL && fscanf(f, " %31[^=]=%d", name, &value) == 2)
		for (size_t i = 0; i < sizeof fake_names / sizeof fake_names[0];
		     i++)
			if (strcmp(fake_names[i].name, name) == 0)
				*(int *)((char *)&fake + fake_names[i].at) =
				    value;
	if (f != NULL)
		fclose(f);
}

/* What a test looks at afterwards. */
static void fake_said(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

static void
fake_said(const char *fmt, ...)
{
	char path[600];
	va_list ap;
	FILE *f;

	snprintf(path, sizeof path, "%s/../said", fake_folder);
	f = fopen(path, "a");
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	fputc('\n', f);
	fclose(f);
}

static struct spool_file
fake_file(const struct vm_user *owner)
{
	return (struct spool_file){ .id = 77, .records = 3, .spoolid = 12,
		.owner = *owner, .origin = *owner, .queue = SPOOL_RDR,
		.device = fake.printed ? SPOOL_ON_PRT : SPOOL_ON_PUN,
		.closed_ns = 1000000000, .damaged = fake.damaged != 0,
		.attr = { .class = 'A', .copies = 1, .name = "A\x1B[2J",
		    .hold = (uint8_t)fake.hold } };
}

static void
fake_done(struct ipcchan *ch, uint32_t tag, int rc, const char *text)
{
	struct ipc_ur_done done = { .tag = tag, .rc = rc, .count = 1,
		.busy = (uint32_t)fake.busy };

	ipcchan_send_text(ch, IPC_UR_DONE, &done, sizeof done, text,
	    strlen(text), -1);
}

static void
fake_row(struct ipcchan *ch, uint32_t tag, const struct vm_user *owner)
{
	struct ipc_ur_row row = { .tag = tag, .file = fake_file(owner) };

	ipcchan_send(ch, IPC_UR_ROW, &row, sizeof row, -1);
}

static void
fake_write(struct ipcchan *ch, const struct ipc_ur_write *w)
{
	struct ipc_ur_wrote wrote = { .vdev = w->vdev, .rc = fake.wrote,
		.user = w->user, .serial = w->serial };

	if (fake.die == (int)w->serial)
		_exit(0);
	if (w->vdev <= VDEV_MAX || w->device != SPOOL_ON_RDR)
		fake_said("no deck");
	fake_said("block %u of %u", (unsigned)w->serial, w->records);
	ipcchan_send(ch, IPC_UR_WROTE, &wrote, sizeof wrote, -1);
}

static void
fake_close(struct ipcchan *ch, const struct ipc_ur_close *c)
{
	if (fake.die_close)
		_exit(0);
	fake_said("close to %s %.24s %.8s %c", name_text(c->to.user).s,
	    c->attr.name, c->attr.type, c->attr.class);
	if (fake.close == 0)
		fake_row(ch, c->tag, &c->to);
	fake_done(ch, c->tag, fake.close, "");
}

static void
fake_ask(struct ipcchan *ch, const struct ipc_ur_ask *a)
{
	if (a->op == ASK_PURGE)
		fake_said("purge %s %u queue %u", name_text(a->owner.user).s,
		    a->spoolid, a->queue);
	else if (fake.ask == 0)
		fake_row(ch, a->tag, &a->owner);
	fake_done(ch, a->tag, fake.ask, "");
}

static void
fake_open(struct ipcchan *ch, const struct ipc_ur_open *o)
{
	const struct vm_user nobody = { 0 };
	struct ipc_ur_opened opened = { .tag = o->tag, .rc = fake.open,
		.file = fake_file(&nobody), .blocks = (uint64_t)fake.blocks };

	ipcchan_send(ch, IPC_UR_OPENED, &opened, sizeof opened, -1);
}

static void
fake_data(struct ipcchan *ch, const struct ipc_ur_read *r)
{
	bool last = r->seq + 1 == (uint64_t)fake.blocks;
	struct ipc_ur_data data = { .id = r->id, .records = 1,
		.seq = r->seq + (fake.seq && last), .first = r->seq + 1,
		.rc = last ? fake.data : 0 };
	const char block[] = "\x04\0\x09one";

	ipcchan_send_text(ch, IPC_UR_DATA, &data, sizeof data, block,
	    sizeof block - 1 - (fake.torn && last), -1);
}

static void
fake_backup(struct ipcchan *ch, const struct ipc_tag *tag, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || st.st_size != 0 ||
	    write(fd, "database", 8) != 8)
		fake_said("no empty file");
	close(fd);
	fake_done(ch, tag->tag, fake.close, "");
}

static void
fake_message(struct ipcchan *ch, const struct ipcchan_message *msg)
{
	const struct ipc_ur_finish *finish = msg->payload;
	const struct ipc_tag *tag = msg->payload;

	switch (msg->type) {
	case IPC_UR_WRITE: fake_write(ch, msg->payload); break;
	case IPC_UR_CLOSE: fake_close(ch, msg->payload); break;
	case IPC_UR_ASK: fake_ask(ch, msg->payload); break;
	case IPC_UR_OPEN: fake_open(ch, msg->payload); break;
	case IPC_UR_READ: fake_data(ch, msg->payload); break;
	case IPC_UR_BACKUP: fake_backup(ch, tag, msg->fd); break;
	case IPC_UR_CHECK:
		fake_done(ch, tag->tag, 0, fake.damaged ? "GUEST1 0012: "
		    "block 3\n" : "");
		break;
	case IPC_UR_FINISH:
		fake_said("finish %u", finish->how);
		fake_done(ch, finish->tag, 0, "");
		break;
	default:
		fake_said("%s", ipcchan_name(msg->type));
	}
}

/* Messages of a channel until it ends, or until one that brings another. */
static int
fake_serve(struct ipcchan *ch)
{
	struct pollfd pfd = { .fd = ch->fd, .events = POLLIN };
	const struct ipc_spool_limit *limit;
	struct ipcchan_message msg;
	int got;

	while ((got = ipcchan_recv(ch, &msg)) >= 0) {
		limit = msg.payload;
		if (got == 0)
			poll(&pfd, 1, -1);
		else if (msg.type == IPC_SPOOL_MINT)
			return msg.fd;
		else if (msg.type == IPC_SPOOL_LIMIT)
			fake_said("limit %u", limit->files);
		else
			fake_message(ch, &msg);
	}
	return -1;
}

/* vmspool FOLDER start */
static int
fake_vmspool(int argc, char *argv[])
{
	const struct ipc_none none = { 0 };
	struct ipcchan cp, ur;
	int fd;

	if (argc != 3 || strcmp(argv[2], "start") != 0)
		return 97;
	snprintf(fake_folder, sizeof fake_folder, "%s", argv[1]);
	fake_read();
	ipcchan_init(&cp, IPCCHAN_FD, IPC_SPOOL, IPC_CP);
	ipcchan_send(&cp, IPC_SPOOL_READY, &none, sizeof none, -1);
	while ((fd = fake_serve(&cp)) >= 0) {
		ipcchan_init(&ur, fd, IPC_SPOOL, IPC_UR);
		fake_serve(&ur);
		ipcchan_close(&ur);
	}
	return 0;
}

/* --- a stand-in for vmcp, with the vmspool that is beside it --- */

struct cp_server {
	struct ipcchan spool;
	bool away;
};

/* Only when vm370 asks: what DIR/fake says is read then. */
static void
cp_spawn(struct cp_server *s)
{
	char path[256], folder[256], name[] = "vmspool", how[] = "start";
	char *argv[] = { name, folder, how, NULL };
	int fd[2];

	snprintf(path, sizeof path, "%s/libexec/vm370/vmspool", root);
	snprintf(folder, sizeof folder, "%s/home/spool", root);
	if (ipcchan_pair(fd) < 0 || spawn(path, argv, &fd[1], 1) < 0)
		_exit(1);
	close(fd[1]);
	ipcchan_init(&s->spool, fd[0], IPC_CP, IPC_SPOOL);
}

static void
cp_mint(struct cp_server *s, struct ipcchan *host)
{
	struct ipc_spool_limit limit = { .bytes = 1 << 30, .files = 9999 };
	struct ipc_spool_mint mint = { .rights = UR_SYSTEM };
	struct ipc_host_spooled spooled;
	int fd[2];

	name_parse("OPERATOR", &mint.user.user);
	name_parse("NODE1", &mint.user.node);
	spooled.node = mint.user.node;
	if (ipcchan_pair(fd) < 0)
		_exit(1);
	ipcchan_send(&s->spool, IPC_SPOOL_LIMIT, &limit, sizeof limit, -1);
	ipcchan_send(&s->spool, IPC_SPOOL_MINT, &mint, sizeof mint, fd[1]);
	ipcchan_send(host, IPC_HOST_SPOOLED, &spooled, sizeof spooled, fd[0]);
	close(fd[0]);
	close(fd[1]);
}

static void
cp_serve(void *arg, int fd)
{
	struct ipc_done away = { .rc = -EAGAIN };
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	struct cp_server *s = arg;
	struct ipcchan_message msg;
	struct ipcchan host;
	int got;

	ipcchan_init(&host, fd, IPC_CP, IPC_HOST);
	while ((got = ipcchan_recv(&host, &msg)) >= 0) {
		if (got == 0) {
			poll(&pfd, 1, -1);
		} else if (s->away) {
			ipcchan_send_text(&host, IPC_HOST_DONE, &away,
			    sizeof away, "AWAY\x1B[2J\n", 9, -1);
		} else {
			if (s->spool.fd <= 0)
				cp_spawn(s);
			cp_mint(s, &host);
		}
	}
	ipcchan_close(&host);
}

static void
run_system(const char *engine, bool away)
{
	static struct cp_server server;
	static char home[128];

	server = (struct cp_server){ .away = away };
	snprintf(home, sizeof home, "%s/home", root);
	cp_pid = rig_start(home, engine, cp_serve, &server);
}

/* --- the rig --- */

static int
set_up(void **state)
{
	(void)state;
	if (rig_set_up("USER CMSUSER NOLOG 16M 64M G\n"
	    " ACCOUNT 1 BIN1\n"
	    "USER GUEST1 NOLOG 16M 64M G\n") != 0)
		return -1;
	EXPECT(0, "", "cp %s libexec/vm370/; echo 'NODE NODE1' > "
	    "home/system.config", VMSPOOL);
	return 0;
}

static int
set_up_fake(void **state)
{
	if (set_up(state) != 0)
		return -1;
	EXPECT(0, "", "cd libexec/vm370; ln -sf $(readlink vmlab) vmspool");
	return 0;
}

/* --- vmspool itself --- */

static void
text_comes_back(void)
{
	text_file("a", "one\n\n  indented\ntab\there\n"
	    "\xC3\xA4 umlaut and a blank at the end \n");
	EXPECT(0, "RDR FILE 0001 SENT TO CMSUSER RECS 0005\n",
	    "cp a hello.c; $S put cmsuser hello.c");
	EXPECT(0, "", "$S read CMSUSER 1 b; cmp a b");
	EXPECT(0, "", "$S read CMSUSER 0001 | cmp - a");
	EXPECT(0, "CMSUSER  RDR   0001 CMSUSER  A RDR 00000005 001 NONE ",
	    "$S list CMSUSER");
	EXPECT(0, "HELLO     C        BIN1\n", "$S list CMSUSER");
	/* lines that end as elsewhere, one that has no end, two returns */
	EXPECT(0, "RECS 0003\n", "printf 'x\\r\\ny\\r\\r\\nz' | "
	    "$S put CMSUSER - --name FILE --type TYPE --class z");
	EXPECT(0, "x\ny\r\nz\n", "$S read CMSUSER 2");
	EXPECT(0, "Z RDR 00000003 001 NONE ", "$S list CMSUSER");
	EXPECT(0, "FILE      TYPE ", "$S list CMSUSER");
	EXPECT(0, "xy\rz", "$S read CMSUSER 2 --raw");
	EXPECT(0, "x\ny\nz\n", "$S print CMSUSER 2");
	EXPECT(1, "CMSUSER 0003: no such file", "$S read CMSUSER 3");
	EXPECT(1, "GUEST1 0001: no such file", "$S read GUEST1 1");
}

static void
bytes_come_back(void)
{
	EXPECT(0, "RECS 3751\n", "head -c 300001 /dev/urandom > a; "
	    "$S put GUEST1 a --binary && $S read GUEST1 1 b --raw && "
	    "cmp a b");
	/* the longest line, and more blocks than are under way */
	EXPECT(0, "RECS 0001\n", "head -c 32768 /dev/zero | tr '\\0' x > a; "
	    "echo >> a; $S put GUEST1 a && $S read GUEST1 2 | cmp - a");
	EXPECT(0, "RECS 60000\n", "seq 100000 159999 > a; $S put GUEST1 a && "
	    "$S read GUEST1 3 b; cmp a b");
	/* what cannot be sent was not */
	EXPECT(1, "-: line 60001 is longer than 32768 bytes; nothing was",
	    "(cat a; head -c 32769 /dev/zero | tr '\\0' x) | "
	    "$S put GUEST1 -");
	EXPECT(1, "-: empty; nothing was sent", "$S put GUEST1 - </dev/null");
	EXPECT(1, "none: No such file", "$S put GUEST1 none");
	EXPECT(1, "NOBODY is not in the directory", "$S put NOBODY a");
	EXPECT(0, "4\n", "$S list GUEST1 | wc -l");
	EXPECT(1, "bin: Is a directory", "$S put GUEST1 bin");
	EXPECT(1, "home/nowhere/b: No such", "$S read GUEST1 3 home/nowhere/b");
}

static void
files_go(void)
{
	EXPECT(0, "1 file purged", "$S purge CMSUSER 1");
	EXPECT(1, "CMSUSER 0001: no such file", "$S purge CMSUSER 1");
	EXPECT(0, "0 files purged", "$S purge GUEST1 ALL --queue prt");
	EXPECT(0, "3 files purged", "$S purge GUEST1 all --queue RDR");
	EXPECT(0, "2\n", "$S list | wc -l");
	EXPECT(0, "1\n", "$S list GUEST1 | wc -l");
}

static void
all_commands(void)
{
	text_comes_back();
	bytes_come_back();
	files_go();
}

static void
stopped_system(void **state)
{
	(void)state;
	all_commands();
	/* one after another, and nobody starts meanwhile */
	EXPECT(0, "another vm370 is at work", "(echo x; sleep 0.5; echo y) | "
	    "$S put CMSUSER - & sleep 0.2; $S list; wait");
	EXPECT(0, "another vm370 is at work", "(echo x; sleep 0.5; echo y) | "
	    "$S put CMSUSER - & sleep 0.2; $V demo; wait");
	/* cut off in the middle: nothing of it */
	EXPECT(0, NULL, "$S purge CMSUSER all; (seq 100000; sleep 0.6) | "
	    "timeout -s KILL 0.4 $S put CMSUSER -; "
	    "(seq 100000; sleep 0.6) | timeout -s INT 0.4 $S put CMSUSER -; :");
	EXPECT(0, "1\n", "$S list | wc -l");
	if (geteuid() == 0)
		EXPECT(1, "belongs to", "chown 1 home; $S list; rc=$?; "
		    "chown 0 home; exit $rc");
	EXPECT(1, "system.config: LINE 2 COLUMN 5: ", "echo NODE >> home/system.config; "
	    "$S list");
	EXPECT(1, "home/spool: No such", "echo > home/system.config; "
	    "rm -r home/spool; $S list");
}

static void
running_system(void **state)
{
	(void)state;
	run_system("kvm", false);
	all_commands();
	/* two decks at once do not mix */
	EXPECT(0, "2 files purged", "$S purge CMSUSER all; (echo a; sleep "
	    "0.3; seq 20000) | $S put CMSUSER - & (echo a; sleep 0.3; seq "
	    "20000) | $S put CMSUSER -; wait; (echo a; seq 20000) > a; "
	    "$S read CMSUSER 3 | cmp - a; $S read CMSUSER 4 | cmp - a; "
	    "$S purge CMSUSER all");
	EXPECT(0, NULL, "(seq 100000; sleep 0.6) | "
	    "timeout -s KILL 0.4 $S put CMSUSER -; :");
	EXPECT(0, "1\n", "$S list CMSUSER | wc -l");
}

static void
running_lab(void **state)
{
	(void)state;
	run_system("lab", false);
	all_commands();
}

static void
backup_and_check(void **state)
{
	(void)state;
	EXPECT(0, "FILE 0001", "echo one | $S put CMSUSER -");
	EXPECT(0, "", "$S check");
	EXPECT(0, "", "$S backup save");
	EXPECT(0, "one\n", "rm -r home/spool; mkdir home/spool; "
	    "cp save home/spool/spool.db; $S read CMSUSER 1");
	run_system("lab", false);
	EXPECT(0, "", "$S backup save2");
	EXPECT(0, "0\n", "ls home/spool | grep -c backup; :");
	EXPECT(0, "SQLite format 3", "head -c 15 save2");
}

/* --- what goes wrong --- */

static void
wrong_words(void **state)
{
	(void)state;
	EXPECT(0, "usage: vm370 spool", "$S");
	EXPECT(0, "put USER FILE|-", "$V help spool");
	EXPECT(2, "no command spool punch", "$S punch");
	EXPECT(1, "usage: vm370 spool read USER SPOOLID", "$S read GUEST1");
	EXPECT(1, "usage: vm370 spool check", "$S check GUEST1");
	EXPECT(1, "TOOLONGNAME is no userid", "$S list TOOLONGNAME");
	EXPECT(1, "12X is no spoolid: 1 to 9999", "$S read GUEST1 12X");
	EXPECT(1, "0 is no spoolid", "$S read GUEST1 0");
	EXPECT(1, "10000 is no spoolid", "$S purge GUEST1 10000");
	EXPECT(1, "all is no spoolid", "$S read GUEST1 all");
	EXPECT(1, "tape is no queue", "$S list --queue tape");
	EXPECT(1, "AB is no class", "$S put GUEST1 - --class AB");
	EXPECT(1, "\"NINECHARS\" is no name", "$S put GUEST1 - "
	    "--type NINECHARS");
	EXPECT(1, "NINECHARS has more than 8 characters, and a type",
	    "$S put GUEST1 - --name ninechars --type t");
	EXPECT(1, "spool list takes no such option", "$S list --raw");
	EXPECT(2, "vm370: unrecognized option", "$S list --wrong");
	EXPECT(2, "vm370: option '--queue' requires an argument",
	    "$S list --queue");
}

static void
puts_that_fail(void **state)
{
	(void)state;
	EXPECT(0, "limit 9999\nblock 1 of 2\nclose to GUEST1 ABCDEFGH TYPE A",
	    "printf 'a\\nb\\n' > abcdefghij.x.type; $S put GUEST1 "
	    "abcdefghij.x.type && cat home/said");
	EXPECT(1, "GUEST1: no room on the host's disk", "echo wrote=-28 > "
	    "home/fake; seq 100000 | $S put GUEST1 -");
	EXPECT(1, "GUEST1: at his SPOOLMAX", "echo wrote=-122 > "
	    "home/fake; seq 100000 | $S put GUEST1 -");
	EXPECT(1, "(vmspool) ended", "echo die=3 > home/fake; "
	    "seq 100000 | $S put GUEST1 -");
	EXPECT(1, "GUEST1: all 9999 numbers", "echo close=-24 > home/fake; "
	    "seq 100000 | $S put GUEST1 -");
	EXPECT(1, "(vmspool) ended", "echo die_close=1 > home/fake; "
	    "seq 100000 | $S put GUEST1 -");
	run_system("kvm", false);
	EXPECT(1, "(vmspool) ended", "seq 100000 | $S put GUEST1 -");
}

static void
reads_that_fail(void **state)
{
	(void)state;
	EXPECT(0, "\tone\n\tone\n", "echo blocks=2 > home/fake; "
	    "$S read GUEST1 12 && cat home/said");
	EXPECT(0, "finish 3", "cat home/said");
	EXPECT(0, "one\none\n", "echo printed=1 >> home/fake; "
	    "$S read GUEST1 12");
	EXPECT(0, "\tone\tone", "$S read GUEST1 12 --raw");
	EXPECT(1, "GUEST1 0012: in use", "echo open=-16 > home/fake; "
	    "$S read GUEST1 12 b");
	EXPECT(1, "GUEST1 0012: the spool cannot be read", "echo 'blocks=9 "
	    "data=-5' > home/fake; $S read GUEST1 12 b");
	EXPECT(1, "GUEST1 0012: the spool cannot be read", "echo 'blocks=9 "
	    "seq=1' > home/fake; $S read GUEST1 12 b");
	EXPECT(1, "GUEST1 0012: the spool cannot be read", "echo 'blocks=9 "
	    "torn=1' > home/fake; $S read GUEST1 12 b");
	EXPECT(1, "GUEST1 0012: the spool cannot be read", "echo 'blocks=9 "
	    "torn=1 printed=1' > home/fake; $S print GUEST1 12 b");
	EXPECT(2, NULL, "ls b b.??????");
	EXPECT(1, "full: No space left", "ln -s /dev/full full; "
	    "echo > home/fake; $S read GUEST1 12 full");
}

static void
others_that_fail(void **state)
{
	(void)state;
	EXPECT(0, "A?[2J", "$S list");
	EXPECT(0, " 001 USYS ", "echo hold=3 > home/fake; $S list");
	EXPECT(0, " DAMAGED\n", "echo damaged=1 > home/fake; $S list");
	EXPECT(1, "GUEST1 0012: block 3\nvm370: the spool is damaged",
	    "$S check");
	EXPECT(1, "1 file purged\nvm370: GUEST1: 2 in use and not purged",
	    "echo busy=2 > home/fake; $S purge GUEST1 all --queue prt");
	EXPECT(0, "purge GUEST1 0 queue 3", "cat home/said");
	EXPECT(0, "database", "$S backup -");
	EXPECT(1, "backup: no room", "echo close=-28 > home/fake; "
	    "$S backup save");
	EXPECT(2, NULL, "ls save save.??????");
	EXPECT(1, "the spool cannot be opened", "ln -sf /bin/false "
	    "libexec/vm370/vmspool; $S list");
}

static void
no_vmspool(void **state)
{
	(void)state;
	run_system("kvm", true);
	EXPECT(1, "AWAY?[2J", "$S list");
	EXPECT(1, "AWAY?[2J", "echo x | $S put GUEST1 -");
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, rig_tear_down)
#define FAKE(name) \
	cmocka_unit_test_setup_teardown(name, set_up_fake, rig_tear_down)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		FAKE(wrong_words),
		FAKE(puts_that_fail),
		FAKE(reads_that_fail),
		FAKE(others_that_fail),
		FAKE(no_vmspool),
		TEST(stopped_system),
		TEST(running_system),
		TEST(running_lab),
		TEST(backup_and_check),
	};
	const char *name = strrchr(argv[0], '/');

	name = name != NULL ? name + 1 : argv[0];
	if (strcmp(name, "vmlab") == 0)
		return rig_vmlab(argc, argv);
	if (strcmp(name, "vmspool") == 0)
		return fake_vmspool(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
