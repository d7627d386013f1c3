/* SPDX-License-Identifier: MIT
 *
 * front_disk.c - vm370 disk: on images, in a home directory whose system is
 * stopped, and beside a stand-in for vmcp.
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

#define SECTOR 512

/* --- a stand-in for vmcp --- */

/*
 * Whoever has the minidisk "works": writes a count to a sector that is free,
 * 3000 or 3001 by turns, and then into the label, as often as he can.
 */
static pid_t
work_begin(int fd)
{
	unsigned char count = 0, sector[SECTOR] = { 0 }, label[SECTOR];
	pid_t pid;

	if (pread(fd, label, SECTOR, SECTOR) != SECTOR)
		_exit(1);
	pid = fork();
	if (pid != 0) {
		while (sector[0x31] == label[0x31] || sector[0] == 0)
			if (pread(fd, sector, SECTOR, SECTOR) != SECTOR)
				_exit(1);
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		count = (unsigned char)((count + 1) % 60);
		/* packed decimal: the second at which it was formatted */
		label[0x31] = (unsigned char)(count / 10 << 4 | count % 10);
		sector[0] = label[0x31];
		if (pwrite(fd, sector, SECTOR, (3000 + count % 2) * SECTOR) !=
		    SECTOR ||
		    pwrite(fd, label, SECTOR, SECTOR) != SECTOR)
			_exit(1);
	}
}

static void
work_end(pid_t *pid)
{
	if (*pid <= 0)
		return;
	kill(*pid, SIGKILL);
	waitpid(*pid, NULL, 0);
	*pid = 0;
}

struct cp_server {
	const char *home;
	bool restless; /* its user writes to it all the time */
	struct ipcchan ch;
	pid_t worker;
	int fd;
};

static void
cp_done(struct cp_server *s, int rc, const char *text)
{
	struct ipc_done done = { .rc = rc };

	ipcchan_send_text(&s->ch, IPC_HOST_DONE, &done, sizeof done, text,
	    strlen(text), -1);
}

static void
cp_log(const struct cp_server *s, const char *what)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/said", s->home);
	f = fopen(path, "a");
	fprintf(f, "%s\n", what);
	fclose(f);
}

static void
cp_link(struct cp_server *s, const struct ipc_host_link *link)
{
	struct ipc_host_linked linked;
	char path[512];
	struct stat st;

	cp_log(s, link->write ? "link to write" : "link to read");
	if (link->vdev == 0x192) {
		cp_done(s, 104, "DMKLNK104E CMSUSER 192 NOT LINKED; R/W BY "
		    "\x1B[2JX\n");
		return;
	}
	snprintf(path, sizeof path, "%s/volumes/VMSYS/%s.%03X", s->home,
	    name_text(link->owner).s, link->vdev);
	s->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fstat(s->fd, &st) == 0 && st.st_size == 0 &&
	    ftruncate(s->fd, 4096 * SECTOR) == 0)
		st.st_size = 4096 * SECTOR;
	if (s->restless && !link->write)
		s->worker = work_begin(s->fd);
	linked.blocks = (uint64_t)st.st_size / SECTOR;
	ipcchan_send(&s->ch, IPC_HOST_LINKED, &linked, sizeof linked, s->fd);
}

static void
cp_message(struct cp_server *s, const struct ipcchan_message *msg)
{
	struct ipc_value value;
	struct ipc_host_link link;

	if (msg->type == IPC_HOST_LINK) {
		memcpy(&link, msg->payload, sizeof link);
		cp_link(s, &link);
		return;
	}
	memcpy(&value, msg->payload, sizeof value);
	cp_log(s, value.value ? "hold" : "go on");
	if (value.value)
		work_end(&s->worker);
	cp_done(s, 0, "");
}

static void
cp_serve(void *arg, int fd)
{
	struct cp_server *s = arg;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	struct ipcchan_message msg;
	int got;

	s->fd = -1;
	ipcchan_init(&s->ch, fd, IPC_CP, IPC_HOST);
	while ((got = ipcchan_recv(&s->ch, &msg)) >= 0) {
		if (got == 0)
			poll(&pfd, 1, -1);
		else
			cp_message(s, &msg);
	}
	work_end(&s->worker);
	if (s->fd >= 0)
		close(s->fd);
	ipcchan_close(&s->ch);
}

static const char user_direct[] =
    "USER CMSUSER NOLOG 16M 64M G\n"
    " MDISK 191 FB-512 0 4096 VMSYS MR\n"
    " MDISK 192 FB-512 4096 4096 VMSYS MR\n"
    " MDISK 193 FB-512 T-DISK 1000\n"
    " MDISK 194 FB-512 20000 800000 VMSYS MR\n"
    "USER LONGNAME NOLOG 16M 64M G\n"
    " MDISK 191 FB-512 8192 8192 VMSYS MR\n";

static int
set_up(void **state)
{
	(void)state;
	return rig_set_up(user_direct);
}

static void
run_system(const char *engine, bool restless)
{
	static struct cp_server server;
	static char home[128];

	snprintf(home, sizeof home, "%s/home", root);
	server = (struct cp_server){ .home = home, .restless = restless };
	cp_pid = rig_start(home, engine, cp_serve, &server);
}

static void
make_image(void)
{
	EXPECT(0, "", "$D format --image i --blocks 4096 --label TEST01");
}

/* --- files --- */

static void
text_comes_back(void **state)
{
	(void)state;
	make_image();
	text_file("a", "one\n\n  indented\ntab\there\n"
	    "\xC3\xA4 umlaut and a blank at the end \n");
	EXPECT(0, "", "$D write --image i a hello c");
	EXPECT(0, "", "$D read --image i HELLO C b && cmp a b");
	EXPECT(0, "", "$D read --image i HELLO C - | cmp - a");
	EXPECT(0, "HELLO    C         1 V         33          5        1",
	    "$D list --image i");
	/* the last line needs no end */
	EXPECT(0, "", "printf 'x\\ny' | $D write --image i - X Y");
	EXPECT(0, "x\ny\n", "$D read --image i X Y");
	/* again: in its place */
	EXPECT(0, "", "echo new | $D write --image i - HELLO C --mode 3");
	EXPECT(0, "new\n", "$D read --image i hello c");
	EXPECT(0, "HELLO    C         3 V", "$D list --image i");
	EXPECT(0, "", "$D check --image i");
}

static void
bytes_come_back(void **state)
{
	(void)state;
	make_image();
	EXPECT(0, "", "head -c 300001 /dev/urandom > a; "
	    "$D write --image i a DATA BIN --binary && "
	    "$D read --image i DATA BIN b && cmp a b");
	EXPECT(0, "F          1     300001", "$D list --image i");
	/* by its type, by a NUL */
	EXPECT(0, "", "echo text > t; $D write --image i t PROG MODULE");
	EXPECT(0, "", "printf 'a\\0b' | $D write --image i - WITH NUL");
	EXPECT(0, " F          1          5", "$D list --image i PROG");
	EXPECT(0, " F          1          3", "$D list --image i WITH");
	EXPECT(0, "", "echo text | $D write --image i - PROG MODULE --text");
	EXPECT(0, " V          4          1", "$D list --image i PROG");
	/* records */
	EXPECT(0, "", "$D write --image i a DATA FIX --fixed 1000");
	EXPECT(0, " F       1000        301", "$D list --image i DATA FIX");
	EXPECT(0, "", "$D read --image i DATA FIX b --binary && "
	    "head -c 300001 b | cmp - a && tail -c 999 b | tr -d '\\0' | "
	    "cmp - /dev/null");
	EXPECT(0, "", "printf 'ab\\n\\nc' | $D write --image i - CARDS X "
	    "--fixed 80 --text");
	EXPECT(0, " F         80          3", "$D list --image i CARDS");
	EXPECT(0, "ab\n\nc\n", "$D read --image i CARDS X");
	EXPECT(0, "", "$D check --image i");
}

/* What cannot be leaves what was there. */
static void
nothing_changes(void **state)
{
	(void)state;
	make_image();
	EXPECT(0, "", "echo old | $D write --image i - A B; cp i j");
	EXPECT(1, "line 2 is longer than 65535", "(echo x; head -c 65536 "
	    "/dev/zero | tr '\\0' x) | $D write --image i - A B");
	EXPECT(1, "line 1 is longer than 3", "echo long | "
	    "$D write --image i - A B --fixed 3 --text");
	EXPECT(1, "full", "head -c 9000000 /dev/zero | "
	    "$D write --image i - A B");
	EXPECT(1, "i: A B: File too large", "trap '' XFSZ; ulimit -f 20; "
	    "head -c 90000 /dev/zero | tr '\\0' x | "
	    "$D write --image i - A B --fixed 80");
	EXPECT(1, "none: No such file", "$D write --image i none A B");
	EXPECT(1, "libexec: Is a directory", "$D write --image i libexec A B");
	EXPECT(1, "NINECHARS is no filename", "$D write --image i j "
	    "NINECHARS B");
	EXPECT(1, "is no filetype", "$D write --image i j A 'B C'");
	EXPECT(1, "no such file", "$D erase --image i NONE X");
	EXPECT(1, "no such file", "$D read --image i NONE X b");
	EXPECT(2, NULL, "ls b b.??????");
	EXPECT(1, "no such file", "$D list --image i NONE");
	EXPECT(1, "i: has 1 files; --force", "$D format --image i");
	EXPECT(1, "is no label", "$D label --image i SEVENCH");
	EXPECT(1, "does not fit", "$D resize --image i 20");
	EXPECT(0, "old\n", "cmp i j && $D read --image i A B");
	/* to write line by line to 65,535 is allowed */
	EXPECT(0, "", "head -c 65535 /dev/zero | tr '\\0' x > a; "
	    "echo >> a; $D write --image i a A B && "
	    "$D read --image i A B b; cmp a b");
	EXPECT(0, "", "$D erase --image i A B && $D list --image i");
	EXPECT(0, "", "$D check --image i");
}

static void
wrong_words(void **state)
{
	static const struct {
		const char *words, *answer;
		int rc;
	} cases[] = {
		{ "frob", "no command disk frob", 2 },
		{ "list", "usage: vm370 disk list DISK [FN [FT]]", 1 },
		{ "list CMSUSER", "usage", 1 },
		{ "list CMSUSER 191 A B C", "usage", 1 },
		{ "list CMSUSER 1911", "is no device address", 1 },
		{ "list CMSUSER 0", "is no device address", 1 },
		{ "list NINECHARS 191", "is no userid", 1 },
		{ "list --image i --force", "takes no such option", 1 },
		{ "list --frob", "unrecognized option", 2 },
		{ "format --image i --block-size 1000", "no block size", 1 },
		{ "format --image i --block-size 8192", "no number from", 1 },
		{ "format CMSUSER 191 --blocks 10", "--blocks is for", 1 },
		{ "format --image i --blocks 4", "too few", 1 },
		{ "write --image i a A B --fixed 0", "no number", 1 },
		{ "write --image i a A B --mode 7", "no number", 1 },
		{ "resize --image i 1x", "no number", 1 },
		{ "check --image none", "No such file", 1 },
		{ "check --image home/user.direct", "not formatted", 1 },
		{ "list --image home", "Is a directory", 1 },
		{ "restore --image i -", "must be a file", 1 },
		{ "help", "usage: vm370 disk COMMAND", 0 },
		{ "", "usage: vm370 disk COMMAND", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		EXPECT(cases[i].rc, cases[i].answer, "$D %s", cases[i].words);
	EXPECT(0, "usage: vm370 disk COMMAND", "bin/vm370 help disk");
	EXPECT(0, "usage: vm370 [--home DIR]", "bin/vm370 help");
}

static void
patterns(void **state)
{
	(void)state;
	make_image();
	EXPECT(0, "", "for f in A1 A2 B1; do echo x | "
	    "$D write --image i - $f DATA; done; echo y | "
	    "$D write --image i - A1 C");
	EXPECT(0, "3", "$D list --image i 'a*' | grep -c ^A");
	EXPECT(0, "2", "$D list --image i '*1' data | grep -c 1");
	EXPECT(0, "1", "$D list --image i '%%2' | grep -c ^A2");
	EXPECT(0, "4", "$D list --image i '*' '*' | grep -c '^[AB]'");
}

/* --- disks --- */

static void
sizes_and_labels(void **state)
{
	(void)state;
	for (int size = 512; size <= 4096; size *= 2) {
		EXPECT(0, "", "rm -f i; $D format --image i --blocks 4096 "
		    "--block-size %d --label vol1", size);
		EXPECT(0, "VOL1\n", "$D label --image i");
		EXPECT(0, "", "$D label --image i NEW-1");
		EXPECT(0, "NEW-1\n", "$D label --image i");
		EXPECT(0, "", "head -c 500000 /dev/urandom > a && "
		    "$D write --image i a A B --binary");
		EXPECT(0, "Files        1", "$D check --image i -v");
		EXPECT(0, "", "$D resize --image i 8192 && "
		    "$D check --image i && $D resize --image i 1536 && "
		    "$D check --image i && $D read --image i A B b && "
		    "cmp a b");
		EXPECT(0, "786432", "stat -c %%s i");
	}
	EXPECT(0, "", "$D format --image i --force && $D list --image i");
}

static void
damage_is_told(void **state)
{
	(void)state;
	make_image();
	EXPECT(0, "", "echo x | $D write --image i - A B");
	EXPECT(0, "", "printf '\\377\\377' | dd of=i bs=1 seek=$((512 + 34)) "
	    "conv=notrunc status=none"); /* used blocks */
	EXPECT(3, "the disk is damaged", "$D check --image i");
	EXPECT(1, "the image is damaged; --force", "cp i j; truncate -s 2M j; "
	    "$D restore --image j i");
	EXPECT(0, "", "$D restore --image j i --force; cmp i j");
}

static void
stopped_system(void **state)
{
	(void)state;
	EXPECT(1, "CMSUSER 191: not formatted", "$D list CMSUSER 191");
	EXPECT(0, "", "$D format cmsuser 191");
	EXPECT(0, "CMSUSE\n2097152\n", "$D label CMSUSER 191; "
	    "stat -c %%s home/volumes/VMSYS/CMSUSER.191");
	EXPECT(0, "LONGNA\n", "$D format LONGNAME 191 && "
	    "$D label LONGNAME 191");
	EXPECT(0, "hello\n", "echo hello | $D write CMSUSER 191 - A B && "
	    "$D read CMSUSER 191 A B");
	EXPECT(1, "NOBODY is not in the directory", "$D list NOBODY 191");
	EXPECT(1, "no such minidisk", "$D list CMSUSER 195");
	EXPECT(1, "a T-DISK", "$D list CMSUSER 193");
	EXPECT(1, "may have 4096 blocks: say 5000 in its MDISK",
	    "$D resize CMSUSER 191 5000");
	/* a larger minidisk, by the directory */
	EXPECT(0, "", "sed -i 's/4096 4096/4096 9000/;s/0 4096/13096 5000/;"
	    "s/8192 8192/20000 8192/' home/user.direct; "
	    "$D resize CMSUSER 191 && $D check CMSUSER 191");
	EXPECT(0, "2560000", "stat -c %%s home/volumes/VMSYS/CMSUSER.191");
	EXPECT(0, "hello\n", "$D read CMSUSER 191 A B");
	/* nobody starts meanwhile */
	EXPECT(0, "at work", "(echo x; sleep 0.5; echo y) | "
	    "$D write CMSUSER 191 - C D & sleep 0.2; bin/vm370 --home "
	    "home demo; wait");
	EXPECT(0, "x\ny\n", "$D read CMSUSER 191 C D");
}

static void
backup_and_restore(void **state)
{
	(void)state;
	EXPECT(0, "", "$D format CMSUSER 191; echo one | "
	    "$D write CMSUSER 191 - A B; $D backup CMSUSER 191 save");
	EXPECT(0, "", "cmp save home/volumes/VMSYS/CMSUSER.191");
	EXPECT(0, "", "$D backup CMSUSER 191 - | cmp - save");
	EXPECT(0, "one\n", "$D read --image save A B");
	EXPECT(0, "", "echo two | $D write CMSUSER 191 - A B");
	EXPECT(0, "", "$D restore CMSUSER 191 save");
	EXPECT(0, "", "cmp save home/volumes/VMSYS/CMSUSER.191");
	EXPECT(1, "the image has 8192 blocks", "$D resize --image save 8192; "
	    "$D restore CMSUSER 191 save");
	EXPECT(1, "not formatted", "head -c 4096 /dev/zero > z; "
	    "$D restore CMSUSER 191 z");
	EXPECT(0, "one\n", "$D read CMSUSER 191 A B");
}

/* A file is one of the two that were written to it at once, as accessible as
 * it was, and what is stopped half way leaves nothing. */
static void
whole_files(void **state)
{
	(void)state;
	make_image();
	EXPECT(0, "", "cp i j; for f in i j; do head -c 1500000 /dev/urandom |"
	    " $D write --image $f - A MODULE; done; ! cmp -s i j");
	EXPECT(0, "", "touch o; chmod 640 o; for n in 1 2 3 4 5 6; do "
	    "$D backup --image i o & $D backup --image j o; wait; "
	    "cmp -s o i || cmp -s o j || echo mixed; done");
	EXPECT(2, "640\n", "stat -c %%a o; ls o.?????? 2>/dev/null");
	EXPECT(0, "600\n", "umask 077; $D backup --image i p; stat -c %%a p");
	EXPECT(0, NULL, "$D format --image big --blocks 400000 && "
	    "head -c 150000000 /dev/urandom | "
	    "dd of=big bs=1M seek=10 conv=notrunc");
	for (int sig = 1; sig <= 15; sig += 14)
		EXPECT(128 + sig, "", "$D backup --image big q & "
		    "until ls q.?????? >/dev/null 2>&1; do sleep 0.01; done; "
		    "kill -%d $!; wait $!; rc=$?; ls q* 2>/dev/null; exit $rc",
		    sig);
}

/* --- a system that runs --- */

static void
all_commands(void)
{
	EXPECT(0, "", "$D format CMSUSER 191");
	EXPECT(0, "", "head -c 200000 /dev/urandom > a; "
	    "$D write CMSUSER 191 a DATA BIN && "
	    "$D read CMSUSER 191 DATA BIN b && cmp a b");
	EXPECT(0, "", "cat a | $D write CMSUSER 191 - DATA BIN2 --binary && "
	    "$D read CMSUSER 191 DATA BIN2 | cmp - a");
	EXPECT(0, "DATA     BIN2", "$D list CMSUSER 191 -- DATA");
	EXPECT(0, "", "$D backup CMSUSER 191 save && $D check --image save");
	EXPECT(0, "", "$D erase CMSUSER 191 DATA BIN");
	EXPECT(1, "DATA BIN: no such file", "$D read CMSUSER 191 DATA BIN c");
	EXPECT(2, NULL, "ls c c.??????");
	EXPECT(0, "", "$D restore CMSUSER 191 save && "
	    "$D read CMSUSER 191 DATA BIN | cmp - a");
	EXPECT(1, "not formatted", "head -c 4096 /dev/zero > z; "
	    "$D restore CMSUSER 191 z");
	EXPECT(0, "", "$D label CMSUSER 191 OTHER && $D check CMSUSER 191");
	EXPECT(0, "OTHER", "$D label CMSUSER 191");
	EXPECT(1, "No such file", "$D write CMSUSER 191 none A B");
	EXPECT(1, "line 1 is longer", "head -c 70000 /dev/zero | tr '\\0' x | "
	    "$D write CMSUSER 191 - A B");
	EXPECT(1, "R/W BY ?[2JX", "$D list CMSUSER 192");
	EXPECT(1, "R/W BY ?[2JX", "cat a | $D write CMSUSER 192 - A B");
}

static void
running_system(void **state)
{
	(void)state;
	run_system("kvm", false);
	all_commands();
	EXPECT(1, "belongs to the system that runs", "$D list --image "
	    "home/volumes/VMSYS/CMSUSER.191");
	EXPECT(1, NULL, "grep -c hold home/said");
}

static void
running_lab(void **state)
{
	(void)state;
	run_system("lab", false);
	all_commands();
}

/* Its user writes all the time: in the end he is held.  The disk is so large
 * that he writes during any look at all of it, unless the machine is so busy
 * that he does not come to it. */
static void
restless_user(void **state)
{
	(void)state;
	EXPECT(0, "", "$D format CMSUSER 194; echo one | "
	    "$D write CMSUSER 194 - A B");
	run_system("kvm", true);
	EXPECT(0, "", "for try in 1 2 3 4 5 6 7 8 9; do rm -f save; "
	    "$D backup CMSUSER 194 save || exit; "
	    "grep -q hold home/said && break; done");
	EXPECT(0, "hold\ngo on\n", "cat home/said");
	EXPECT(0, "", "$D check --image save");
	EXPECT(0, "", "a=$(od -An -tx1 -j $((512 + 49)) -N 1 save); "
	    "b=$(od -An -tx1 -j $(((3000 + ${a#?[0-9]} %% 2) * 512)) -N 1 "
	    "save); test \"$a\" = \"$b\"");
	EXPECT(0, "one\n", "$D read CMSUSER 194 A B");
}

static void
just_starting(void **state)
{
	(void)state;
	EXPECT(1, "just starts", "exec 9> home/run/lock; flock -x 9; "
	    "$D list CMSUSER 191");
	EXPECT(1, "in use by another", "$D format CMSUSER 191; "
	    "exec 9< home/volumes/VMSYS/CMSUSER.191; flock -x 9; "
	    "$D list CMSUSER 191");
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, rig_tear_down)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(text_comes_back),
		TEST(bytes_come_back),
		TEST(nothing_changes),
		TEST(wrong_words),
		TEST(patterns),
		TEST(sizes_and_labels),
		TEST(damage_is_told),
		TEST(stopped_system),
		TEST(backup_and_restore),
		TEST(whole_files),
		TEST(running_system),
		TEST(running_lab),
		TEST(restless_user),
		TEST(just_starting),
	};
	const char *name = strrchr(argv[0], '/');

	if (strcmp(name != NULL ? name + 1 : argv[0], "vmlab") == 0)
		return rig_vmlab(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
