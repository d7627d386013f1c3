/* SPDX-License-Identifier: MIT
 *
 * unit_killed.c - a real device, vmspool or both are killed at any moment, again
 * and again.  A printer: of each file whose close was acknowledged every copy
 * lies in the folder, whole and once.  A reader: each deck whose sender was told
 * so is in the spool, whole and once, and no other twice.
 *
 *   unit_unit_killed [KILLS [SEED]]
 */
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>

#include <cmocka.h>

#include "channel.h"
#include "spool_rig.h"

#define FILES 2000
#define LINES 300
#define MAX_US 15000 /* until somebody is killed */

static struct rig rig;
static struct rig_rows rows;
static struct ipcchan client, unit;
static pid_t unit_pid, killer;
static enum device_type device;
static char folder[64];
static int dir; /* or the reader's socket */
static uint16_t port;
static unsigned most = 30, kills, seed = 1, files;
static unsigned copies[FILES + 1]; /* by number, from 1 */

static unsigned
chance(unsigned n)
{
	return (unsigned)rand_r(&seed) % n;
}

/* --- who is killed --- */

static void
unit_to(enum ipc_type type, const void *payload, size_t len, int fd)
{
	if (ipcchan_send(&unit, type, payload, len, fd) < 0 && errno != EPIPE)
		err(1, "%s", ipcchan_name(type));
}

static void
unit_spool(void)
{
	struct ipc_spool_mint mint = { .user = rig_user("PRT00E"),
		.rights = UR_REAL };
	const struct ipc_none none = { 0 };
	int fd[2];

	if (ipcchan_pair(fd) < 0)
		err(1, "pair");
	if (ipcchan_send(&rig.cp, IPC_SPOOL_MINT, &mint, sizeof mint,
	    fd[1]) == 0) /* else it is dead already */
		unit_to(IPC_UNIT_SPOOL, &none, sizeof none, fd[0]);
	close(fd[0]);
	close(fd[1]);
}

static void
unit_start(void)
{
	struct ipc_unit_config config = { .raddr = 0x00E, .type = device,
		.classes = "A", .idle_s = 30, .deck_s = 60 };
	struct ipc_unit_order start = { .op = UNIT_START };
	char vmunit[] = VMUNIT;
	char *argv[] = { vmunit, NULL };
	int fd[2];

	if (ipcchan_pair(fd) < 0)
		err(1, "pair");
	unit_pid = spawn(vmunit, argv, &fd[1], 1);
	close(fd[1]);
	ipcchan_init(&unit, fd[0], IPC_CP, IPC_UNIT);
	name_parse("N", &config.node);
	unit_to(IPC_UNIT_CONFIG, &config, sizeof config, dir);
	unit_to(IPC_UNIT_ORDER, &start, sizeof start, -1);
	unit_spool();
}

/* Every user exists; what else it says is not what this is about. */
static void
unit_hear(void)
{
	struct ipcchan_message msg;
	struct ipc_unit_user user;

	while (ipcchan_recv(&unit, &msg) > 0) {
		if (msg.type != IPC_UNIT_ASK_USER)
			continue;
		memcpy(&user, msg.payload, sizeof user);
		user.known = 1;
		unit_to(IPC_UNIT_USER, &user, sizeof user, -1);
	}
}

static void
aim(void)
{
	unsigned us = chance(MAX_US), who = 1 + chance(3);

	killer = fork();
	if (killer != 0)
		return;
	usleep(us);
	if (who & 1)
		kill(rig.pid, SIGKILL);
	if (who & 2)
		kill(unit_pid, SIGKILL);
	_exit((int)who);
}

static void
spool_start(void)
{
	rig_start(&rig, "again");
	rig_mint(&rig, &client, NULL, UR_SYSTEM);
}

/* Whoever is dead lives again.  wait: until somebody is. */
static void
mend(bool wait)
{
	int who;

	if (waitpid(killer, &who, wait ? 0 : WNOHANG) != killer)
		return;
	who = WEXITSTATUS(who);
	if (who & 1) {
		rig_end(&rig, SIGKILL);
		ipcchan_close(&client);
		spool_start();
	}
	if (who & 2) {
		waitpid(unit_pid, NULL, 0);
		ipcchan_close(&unit);
		unit_start();
	} else {
		unit_spool();
	}
	kills -= kills > 0;
	if (kills > 0)
		aim();
}

/* --- what is printed --- */

/* The next message of this type; false: vmspool is gone. */
static bool
answer(enum ipc_type type, void *payload, size_t len)
{
	struct ipcchan_message msg;

	while (rig_next(&client, &msg) == 1) {
		if (msg.type != type)
			continue;
		memcpy(payload, msg.payload, len);
		return true;
	}
	return false;
}

static bool
write_file(unsigned number, uint64_t stream)
{
	struct ipc_ur_write w = { .vdev = 0xE, .user = rig_user("A"),
		.stream = stream, .serial = 1, .records = LINES,
		.device = SPOOL_ON_PRT };
	struct ipc_ur_wrote wrote;
	char block[LINES * 24];
	size_t at = 0;

	for (unsigned i = 0; i < LINES; i++) {
		int n = sprintf(block + at + SPOOL_LENGTH, "%cF%u LINE %u",
		    PRT_WRITE_1, number, i);

		block[at] = (char)n;
		block[at + 1] = 0;
		at += SPOOL_LENGTH + (size_t)n;
	}
	if (ipcchan_send_text(&client, IPC_UR_WRITE, &w, sizeof w, block, at,
	    -1) < 0 || !answer(IPC_UR_WROTE, &wrote, sizeof wrote))
		return false;
	assert_int_equal(wrote.rc, 0);
	return true;
}

static bool
close_file(unsigned number)
{
	struct ipc_ur_close c = rig_to("A", 0xE, "A", SPOOL_PRT);
	struct ipc_ur_done done;

	c.tag = number;
	c.attr.copies = (uint8_t)copies[number];
	snprintf(c.attr.name, sizeof c.attr.name, "F%u", number);
	if (ipcchan_send(&client, IPC_UR_CLOSE, &c, sizeof c, -1) < 0 ||
	    !answer(IPC_UR_DONE, &done, sizeof done))
		return false;
	assert_int_equal(done.rc, 0);
	return true;
}

/* Over as many lives of vmspool as it takes. */
static void
print_one(void)
{
	unsigned number = ++files;

	assert_true(number <= FILES);
	copies[number] = 1 + chance(3);
	while (!write_file(number, number))
		mend(true);
	while (!close_file(number))
		mend(true);
}

/* --- what lies there --- */

static void
check_text(const char *name, unsigned number)
{
	static char text[1 << 16], line[64];
	FILE *f = fdopen(openat(dir, name, O_RDONLY), "r");
	const char *at;

	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	at = strchr(text, '\f');
	assert_non_null(at);
	at++;
	for (unsigned i = 0; i < LINES; i++) {
		int n = snprintf(line, sizeof line, "F%u LINE %u\n", number, i);

		assert_memory_equal(at, line, (size_t)n);
		at += n;
	}
	assert_string_equal(at, "");
}

static void
check(void)
{
	static unsigned found[FILES + 1];
	DIR *d = opendir(folder);
	struct dirent *e;
	unsigned number;

	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.') /* what was not finished, once */
			continue;
		if (sscanf(e->d_name, "A-%*4u-F%u-", &number) != 1 ||
		    number > files)
			fail_msg("%s", e->d_name);
		check_text(e->d_name, number);
		found[number]++;
		unlinkat(dir, e->d_name, 0);
	}
	closedir(d);
	for (number = 1; number <= files; number++)
		if (found[number] != copies[number])
			fail_msg("file %u: %u copies of %u", number,
			    found[number], copies[number]);
}

/* Until all is printed. */
static void
idle(void)
{
	struct ipc_ur_ask q = rig_about(ASK_QUERY, "A", SPOOL_PRT);

	for (int i = 0; i < 1000; i++) {
		assert_int_equal(rig_ask(&rig, &client, &q, &rows), 0);
		if (rows.n == 0)
			return;
		unit_hear();
		usleep(20000);
	}
	fail_msg("%u files are not printed", rows.n);
}

static void
begin(enum device_type type)
{
	print_message("seed %u\n", seed);
	device = type;
	kills = most;
	files = 0;
	spool_start();
	unit_start();
	aim();
}

static void
end(void)
{
	print_message("%u files\n", files);
	ipcchan_close(&unit);
	waitpid(unit_pid, NULL, 0);
	ipcchan_close(&client);
	assert_int_equal(rig_end(&rig, 0), 0);
}

static void
printer(void **state)
{
	(void)state;
	begin(DEVICE_PRINTER);
	while (kills > 0) {
		print_one();
		unit_hear();
		mend(false);
	}
	idle();
	check();
	end();
}

/* --- decks --- */

static int
send_deck(unsigned number)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char deck[LINES * 24];
	int n = sprintf(deck, "ID A NAME F%u\n", number);

	for (unsigned i = 0; i < LINES; i++)
		n += sprintf(deck + n, "F%u LINE %u\n", number, i);
	if (connect(s, (struct sockaddr *)&sin, sizeof sin) < 0)
		err(1, "connect");
	send(s, deck, (size_t)n, MSG_NOSIGNAL); /* to one who dies, perhaps */
	shutdown(s, SHUT_WR);
	return s;
}

/* What the sender is told, over as many lives as it takes. */
static void
deck_one(void)
{
	int s = send_deck(++files);
	struct pollfd pfd[] = { { .fd = s, .events = POLLIN },
		{ .fd = -1, .events = POLLIN } };
	char told[128] = "";

	assert_true(files <= FILES);
	do {
		pfd[1].fd = unit.fd;
		poll(pfd, 2, 10);
		unit_hear();
		mend(false);
	} while (pfd[0].revents == 0);
	if (recv(s, told, sizeof told - 1, 0) > 0 &&
	    strstr(told, "SENT TO A") == NULL)
		fail_msg("%s", told);
	copies[files] = told[0] != '\0';
	close(s);
}

static void
check_decks(void)
{
	struct ipc_ur_ask q = rig_about(ASK_QUERY, "A", SPOOL_RDR);
	unsigned found[FILES + 1] = { 0 }, number;

	do {
		assert_int_equal(rig_ask(&rig, &client, &q, &rows), 0);
		for (unsigned i = 0; i < rows.n; i++) {
			const struct spool_file *f = &rows.row[i].file;

			assert_int_equal(sscanf(f->attr.name, "F%u", &number),
			    1);
			assert_int_equal(f->records, LINES);
			found[number % FILES]++;
		}
		q.after = rows.done.cursor;
	} while (rows.done.more);
	for (number = 1; number <= files; number++)
		if (found[number] > 1 || found[number] < copies[number])
			fail_msg("deck %u is there %u times", number,
			    found[number]);
}

static void
reader(void **state)
{
	(void)state;
	begin(DEVICE_READER);
	while (kills > 0)
		deck_one();
	check_decks();
	end();
}

static int
set_up_printer(void **state)
{
	(void)state;
	rig_folder(&rig);
	snprintf(folder, sizeof folder, "/tmp/unit_killed.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir < 0 ? -1 : 0;
}

static int
tear_down_printer(void **state)
{
	(void)state;
	rig_remove(&rig);
	unlinkat(dir, ".00E.new", 0);
	close(dir);
	return rmdir(folder);
}

static int
set_up_reader(void **state)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof sin;

	(void)state;
	rig_folder(&rig);
	dir = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(dir, (struct sockaddr *)&sin, sizeof sin) < 0 ||
	    listen(dir, 8) < 0 ||
	    getsockname(dir, (struct sockaddr *)&sin, &len) < 0)
		return -1;
	port = ntohs(sin.sin_port);
	return 0;
}

static int
tear_down_reader(void **state)
{
	(void)state;
	rig_remove(&rig);
	return close(dir);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(printer, set_up_printer,
		    tear_down_printer),
		cmocka_unit_test_setup_teardown(reader, set_up_reader,
		    tear_down_reader),
	};

	seed = (unsigned)time(NULL);
	if (argc > 1)
		most = (unsigned)strtoul(argv[1], NULL, 10);
	if (argc > 2)
		seed = (unsigned)strtoul(argv[2], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
