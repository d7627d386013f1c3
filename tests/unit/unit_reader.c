/* SPDX-License-Identifier: MIT
 *
 * unit_reader.c - a card reader's port: decks, senders that break off, pause,
 * lie; vmspool that is slow, full, away.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit_rig.h"

static struct rig rig;
static uint16_t port;

static void
begin_with(struct ipc_unit_config config)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof sin;

	rig.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(rig.fd, (struct sockaddr *)&sin, sizeof sin) < 0 ||
	    listen(rig.fd, 8) < 0 ||
	    getsockname(rig.fd, (struct sockaddr *)&sin, &len) < 0)
		err(1, "socket");
	port = ntohs(sin.sin_port);
	config.raddr = 0x00C;
	config.type = DEVICE_READER;
	if (config.idle_s == 0)
		config.idle_s = 30;
	if (config.deck_s == 0)
		config.deck_s = 60;
	rig_begin(&rig, config);
	assert_int_equal(rig_order(&rig,
	    (struct ipc_unit_order){ .op = UNIT_START }), 0);
}

static void
begin(void)
{
	begin_with((struct ipc_unit_config){ 0 });
}

static void
end(void)
{
	rig_end(&rig, false);
	close(rig.fd);
}

/* --- the sender --- */

static int
sender(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(s, (struct sockaddr *)&sin, sizeof sin) < 0)
		err(1, "connect");
	return s;
}

static void
put(int s, const char *text)
{
	assert_int_equal(send(s, text, strlen(text), MSG_NOSIGNAL),
	    strlen(text));
}

/* He ends, and is told this. */
static void
told(int s, const char *expected)
{
	char line[256];
	size_t n = 0;
	ssize_t got;

	shutdown(s, SHUT_WR);
	while ((got = recv(s, line + n, sizeof line - 1 - n, 0)) > 0)
		n += (size_t)got;
	line[n] = '\0';
	assert_int_equal(got, 0);
	if (strcmp(line, expected) != 0)
		fail_msg("he is told: %s", line);
	close(s);
}

/* --- vmcp and vmspool --- */

static void
user_is(uint32_t known)
{
	rig_cp(&rig, IPC_UNIT_ASK_USER);
	rig.in.user.known = known;
	memcpy(rig.in.user.dist, "BIN12", 6);
	rig_tell(&rig, cp, IPC_UNIT_USER, rig.in.user);
}

static void
wrote(int32_t rc)
{
	const struct ipc_ur_write *w = &rig.in.write;
	struct ipc_ur_wrote answer = { .vdev = w->vdev, .rc = rc,
		.user = w->user, .serial = w->serial };

	rig_tell(&rig, ur, IPC_UR_WROTE, answer);
}

static void
closed(int32_t rc, spoolid_t spoolid, uint64_t records)
{
	struct ipc_ur_row row = { .tag = rig.in.close.tag,
		.file = { .spoolid = spoolid, .records = records } };
	struct ipc_ur_done done = { .tag = rig.in.close.tag, .rc = rc };

	if (spoolid != 0)
		rig_tell(&rig, ur, IPC_UR_ROW, row);
	rig_tell(&rig, ur, IPC_UR_DONE, done);
}

static void
purged(void)
{
	rig_ur(&rig, IPC_UR_CLOSE);
	assert_int_equal(rig.in.close.how, CLOSE_PURGE);
	closed(0, 0, 0);
}

/* The one block of a short deck, and its end. */
static void
short_deck(spoolid_t spoolid)
{
	rig_ur(&rig, IPC_UR_WRITE);
	wrote(0);
	rig_ur(&rig, IPC_UR_CLOSE);
	assert_int_equal(rig.in.close.how, CLOSE_FILE);
	closed(0, spoolid, 1);
}

/* --- tests --- */

static void
a_deck(void **state)
{
	static const char block[] = "\3\0ONE\5\0TWO  \1\0 ";
	const struct ipc_ur_write *w = &rig.in.write;
	int s;

	(void)state;
	begin();
	s = sender();
	put(s, "ID cmsuser CLASS B NAME my data\nONE\r\nTW");
	user_is(1);
	do
		rig_cp(&rig, IPC_UNIT_STATE);
	while (name_empty(rig.state.file.owner.user));
	assert_int_equal(rig.state.state, UNIT_ACTIVE);
	assert_string_equal(name_text(rig.state.file.owner.user).s, "CMSUSER");
	put(s, "O  \n\n");
	rig_quiet(&rig, 50);
	shutdown(s, SHUT_WR);
	rig_ur(&rig, IPC_UR_WRITE);
	assert_int_equal(w->text_len, sizeof block - 1);
	assert_memory_equal(w->text, block, sizeof block - 1);
	assert_int_equal(w->records, 3);
	assert_int_equal(w->serial, 1);
	assert_int_equal(w->device, SPOOL_ON_RDR);
	assert_true(w->vdev > VDEV_MAX);
	assert_string_equal(name_text(w->user.user).s, "CMSUSER");
	assert_string_equal(name_text(w->user.node).s, "N");
	rig_quiet(&rig, 50);
	wrote(0);
	rig_ur(&rig, IPC_UR_CLOSE);
	assert_int_equal(rig.in.close.queue, SPOOL_RDR);
	assert_int_equal(rig.in.close.attr.class, 'B');
	assert_string_equal(rig.in.close.attr.name, "MY");
	assert_string_equal(rig.in.close.attr.type, "DATA");
	assert_string_equal(rig.in.close.attr.dist, "BIN12");
	closed(0, 12, 3);
	told(s, "RDR FILE 0012 SENT TO CMSUSER RECS 0003\n");
	rig_until(&rig, UNIT_IDLE, 0);
	end();
}

static void
refused(void **state)
{
	int s;

	(void)state;
	begin();
	s = sender();
	put(s, "HELO\n");
	told(s, "DMKRSP435E RDR 00C ID CARD MISSING OR INVALID\n");
	s = sender();
	told(s, "DMKRSP435E RDR 00C ID CARD MISSING OR INVALID\n");
	s = sender();
	put(s, "ID NOBODY\nX\n");
	user_is(0);
	told(s, "DMKRSP053E RDR 00C NOBODY NOT IN CP DIRECTORY\n");
	s = sender();
	put(s, "ID A\n");
	user_is(1);
	told(s, "DMKRSP436E RDR 00C DECK NOT KEPT; IT HAS NO CARDS\n");
	purged();
	end();
}

/* Many blocks: no more than the window are on their way. */
static void
window(void **state)
{
	static char cards[700000];
	uint64_t bytes = 0, serial = 0;
	pid_t pid;
	int s;

	(void)state;
	begin();
	s = sender();
	put(s, "ID A\n");
	user_is(1);
	memset(cards, 'X', sizeof cards);
	for (size_t i = 99; i < sizeof cards; i += 100)
		cards[i] = '\n';
	pid = fork();
	if (pid == 0)
		_exit(send(s, cards, sizeof cards, 0) == sizeof cards &&
		    shutdown(s, SHUT_WR) == 0 ? 0 : 1);
	for (int i = 0; i < UR_WINDOW; i++)
		rig_ur(&rig, IPC_UR_WRITE);
	assert_int_equal(rig.in.write.serial, UR_WINDOW);
	rig_quiet(&rig, 100);
	rig_spool(&rig); /* and all of them come again */
	while (bytes < sizeof cards / 100 * 101) {
		rig_ur(&rig, IPC_UR_WRITE);
		assert_int_equal(rig.in.write.serial, ++serial);
		bytes += rig.in.write.text_len;
		wrote(0);
	}
	rig_ur(&rig, IPC_UR_CLOSE);
	closed(0, 1, sizeof cards / 100);
	waitpid(pid, NULL, 0);
	told(s, "RDR FILE 0001 SENT TO A RECS 7000\n");
	end();
}

/* What a deck that was thrown away had sent is answered late: the next deck of
 * the same user does not take it for its own. */
static void
late_answers(void **state)
{
	static char cards[70000];
	int s;

	(void)state;
	begin();
	s = sender();
	put(s, "ID A\n");
	user_is(1);
	memset(cards, 'X', sizeof cards);
	for (size_t i = 99; i < sizeof cards; i += 100)
		cards[i] = '\n';
	assert_int_equal(send(s, cards, sizeof cards, 0), sizeof cards);
	rig_ur(&rig, IPC_UR_WRITE);
	assert_int_equal(rig_order(&rig,
	    (struct ipc_unit_order){ .op = UNIT_FLUSH }), 0);
	rig_ur(&rig, IPC_UR_CLOSE);
	assert_int_equal(rig.in.close.how, CLOSE_PURGE);
	told(s, "DMKRSP436E RDR 00C DECK NOT KEPT; FLUSHED BY OPERATOR\n");
	s = sender();
	put(s, "ID A\nX\n");
	user_is(1);
	shutdown(s, SHUT_WR);
	rig_ur(&rig, IPC_UR_WRITE);
	assert_int_equal(rig.in.write.serial, 1);
	wrote(0); /* the first deck's */
	rig_quiet(&rig, 50);
	wrote(-ENOSPC);
	rig_ur(&rig, IPC_UR_WRITE);
	wrote(0);
	rig_ur(&rig, IPC_UR_CLOSE);
	closed(0, 7, 1);
	told(s, "RDR FILE 0007 SENT TO A RECS 0001\n");
	end();
}

/* vmspool dies: before it has stored a block, and behind its last commit. */
static void
away(void **state)
{
	uint64_t stream;
	int s;

	(void)state;
	begin();
	s = sender();
	put(s, "ID A\nX\n");
	user_is(1);
	shutdown(s, SHUT_WR);
	rig_ur(&rig, IPC_UR_WRITE);
	stream = rig.in.write.stream;
	rig_spool(&rig);
	rig_ur(&rig, IPC_UR_WRITE);
	assert_int_equal(rig.in.write.stream, stream);
	assert_int_equal(rig.in.write.serial, 1);
	wrote(0);
	rig_ur(&rig, IPC_UR_CLOSE);
	rig_spool(&rig);
	rig_ur(&rig, IPC_UR_CLOSE);
	closed(0, 0, 0);
	told(s, "RDR FILE SENT TO A RECS 0001\n");
	end();
}

static void
no_room(void **state)
{
	int s;

	(void)state;
	begin();
	s = sender();
	put(s, "ID A\nX\n");
	user_is(1);
	shutdown(s, SHUT_WR);
	rig_ur(&rig, IPC_UR_WRITE);
	wrote(-ENOSPC);
	rig_quiet(&rig, 100);
	rig_ur(&rig, IPC_UR_WRITE);
	wrote(0);
	rig_ur(&rig, IPC_UR_CLOSE);
	closed(-EIO, 0, 0);
	rig_ur(&rig, IPC_UR_CLOSE);
	closed(-EMFILE, 0, 0);
	purged();
	told(s, "DMKRSP436E RDR 00C DECK NOT KEPT; A HAS 9999 FILES\n");
	s = sender();
	put(s, "ID A\nX\n");
	user_is(1);
	shutdown(s, SHUT_WR);
	rig_ur(&rig, IPC_UR_WRITE);
	wrote(-EDQUOT);
	purged();
	told(s, "DMKRSP436E RDR 00C DECK NOT KEPT; A HAS TOO MUCH IN THE "
	    "SPOOL\n");
	end();
}

static void
broken(void **state)
{
	struct linger now = { .l_onoff = 1 };
	int s;

	(void)state;
	begin();
	s = sender();
	put(s, "ID A\nX\nY");
	user_is(1);
	rig_until(&rig, UNIT_ACTIVE, 0);
	setsockopt(s, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	close(s);
	purged();
	rig_until(&rig, UNIT_IDLE, 0);
	end();
}

static void
pauses(void **state)
{
	int s;

	(void)state;
	begin_with((struct ipc_unit_config){ .idle_s = 1 });
	s = sender();
	put(s, "ID A\nX\n");
	user_is(1);
	purged();
	told(s, "DMKRSP436E RDR 00C DECK NOT KEPT; NOTHING CAME FOR 1 "
	    "SECONDS\n");
	end();
	begin_with((struct ipc_unit_config){ .deck_s = 1 });
	s = sender();
	put(s, "ID A\nX\n");
	user_is(1);
	purged();
	told(s, "DMKRSP436E RDR 00C DECK NOT KEPT; IT TOOK MORE THAN 1 "
	    "SECONDS\n");
	end();
}

/* Who sends no ID card, but now and then a byte of it, does not stay. */
static void
dribbles(void **state)
{
	int s;

	(void)state;
	begin_with((struct ipc_unit_config){ .idle_s = 1 });
	s = sender();
	for (int i = 0; i < 4; i++) {
		send(s, "I", 1, MSG_NOSIGNAL);
		usleep(300000);
	}
	told(s, "DMKRSP435E RDR 00C ID CARD MISSING OR INVALID\n");
	s = sender();
	put(s, "ID A\nX\n");
	user_is(1);
	shutdown(s, SHUT_WR);
	short_deck(1);
	told(s, "RDR FILE 0001 SENT TO A RECS 0001\n");
	rig_said(&rig, "RDR 00C INPUT FOR A        FILE = 0001");
	end();
}

/* The second deck waits for the first, and finds the reader drained. */
static void
orders(void **state)
{
	const struct ipc_unit_order drain = { .op = UNIT_DRAIN },
	    flush = { .op = UNIT_FLUSH }, start = { .op = UNIT_START,
		.classes = "Q" }, repeat = { .op = UNIT_REPEAT };
	int s, second;

	(void)state;
	begin();
	assert_int_equal(rig_order(&rig, flush), 141);
	assert_int_equal(rig_order(&rig, repeat), 142);
	s = sender();
	put(s, "ID A\nX\n");
	user_is(1);
	second = sender();
	put(second, "ID A\nX\n");
	assert_int_equal(rig_order(&rig, drain), 0);
	rig_until(&rig, UNIT_ACTIVE, 1);
	shutdown(s, SHUT_WR);
	short_deck(1);
	told(s, "RDR FILE 0001 SENT TO A RECS 0001\n");
	rig_until(&rig, UNIT_DRAINED, 0);
	told(second, "DMKRSP436E RDR 00C DECK NOT KEPT; DRAINED\n");
	assert_int_equal(rig_order(&rig, start), 0);
	s = sender();
	put(s, "ID A\nX\n");
	user_is(1);
	assert_int_equal(rig_order(&rig, flush), 0);
	purged();
	told(s, "DMKRSP436E RDR 00C DECK NOT KEPT; FLUSHED BY OPERATOR\n");
	s = sender();
	put(s, "ID A\nX\n");
	user_is(1);
	shutdown(s, SHUT_WR);
	rig_ur(&rig, IPC_UR_WRITE);
	wrote(0);
	rig_ur(&rig, IPC_UR_CLOSE);
	assert_int_equal(rig.in.close.attr.class, 'Q');
	closed(0, 2, 1);
	told(s, "RDR FILE 0002 SENT TO A RECS 0001\n");
	end();
}

/* In a lab: only what came through the port's own listener is read. */
static void
proxied(void **state)
{
	static const char header[] = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x13"
	    "\x7F\0\0\1\x7F\0\0\1\x12\x34\x56\x78\xE0\0\4PASS";
	struct pollfd pfd = { .events = POLLIN };
	int s;

	(void)state;
	begin_with((struct ipc_unit_config){ .proxy = "PASS" });
	s = sender();
	put(s, "ID A\nX\n");
	told(s, "");
	s = sender();
	assert_int_equal(send(s, header, sizeof header - 1, 0),
	    sizeof header - 1);
	put(s, "ID A\nX\nPA");
	user_is(1);
	put(s, "SS");
	shutdown(s, SHUT_WR);
	short_deck(1);
	told(s, "RDR FILE 0001 SENT TO A RECS 0001\n");
	s = sender(); /* he who waits for an answer has it at once */
	assert_int_equal(send(s, header, sizeof header - 1, 0),
	    sizeof header - 1);
	put(s, "NO\n");
	pfd.fd = s;
	assert_int_equal(poll(&pfd, 1, 5000), 1);
	told(s, "DMKRSP435E RDR 00C ID CARD MISSING OR INVALID\n");
	s = sender(); /* it broke off outside */
	assert_int_equal(send(s, header, sizeof header - 1, 0),
	    sizeof header - 1);
	put(s, "ID A\nX\nPASSX\n");
	user_is(1);
	shutdown(s, SHUT_WR);
	purged();
	told(s, "");
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_deck),
		cmocka_unit_test(refused),
		cmocka_unit_test(window),
		cmocka_unit_test(late_answers),
		cmocka_unit_test(away),
		cmocka_unit_test(no_room),
		cmocka_unit_test(broken),
		cmocka_unit_test(pauses),
		cmocka_unit_test(dribbles),
		cmocka_unit_test(orders),
		cmocka_unit_test(proxied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
