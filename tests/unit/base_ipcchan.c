/* SPDX-License-Identifier: MIT
 *
 * base_ipcchan.c - every row of the message table, right and wrong; order,
 * descriptors, a full queue.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "ipcchan.h"

struct row {
	const char *name;
	enum ipc_type type;
	enum ipc_party from, to;
	size_t fixed, text;
	int fds;
};

static const struct row rows[] = {
#define X(name_, from_, to_, payload_, text_, fds_) \
	{ #name_, IPC_##name_, IPC_##from_, IPC_##to_, sizeof(payload_), \
	    (text_), (fds_) },
	IPC_MESSAGES(X)
#undef X
};

#define ROWS (sizeof rows / sizeof rows[0])

/* A raw end to send anything from, and the end that is tested. */
struct pair {
	int raw;
	struct ipcchan ch;
};

static void
pair_open(struct pair *p, enum ipc_party self, enum ipc_party peer)
{
	int fd[2];

	assert_return_code(ipcchan_pair(fd), errno);
	p->raw = fd[0];
	ipcchan_init(&p->ch, fd[1], self, peer);
}

static void
pair_close(struct pair *p)
{
	close(p->raw);
	ipcchan_close(&p->ch);
}

static int
open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

/* Send bytes with nfds descriptors, past all of the channel's checks. */
static void
raw_send(int raw, const void *bytes, size_t len, int nfds)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(8 * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { (void *)(uintptr_t)bytes, len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fds[8], null = -1;

	if (nfds > 0) {
		struct cmsghdr *cm;

		null = open("/dev/null", O_RDONLY | O_CLOEXEC);
		for (int i = 0; i < nfds; i++)
			fds[i] = null;
		mh.msg_control = control.bytes;
		mh.msg_controllen = CMSG_SPACE((size_t)nfds * sizeof(int));
		cm = CMSG_FIRSTHDR(&mh);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN((size_t)nfds * sizeof(int));
		memcpy(CMSG_DATA(cm), fds, (size_t)nfds * sizeof(int));
	}
	assert_int_equal(sendmsg(raw, &mh, 0), (ssize_t)len);
	if (null >= 0)
		close(null);
}

/* A message of a row with `text` bytes of text, its length wrong by `off`. */
static size_t
raw_message(char *packet, const struct row *row, size_t text, int off)
{
	struct ipc_header h = { .version = IPC_VERSION,
		.type = (uint16_t)row->type };
	uint32_t text_len = (uint32_t)text;
	size_t len = row->fixed + text + (size_t)off;

	memset(packet, 0, sizeof h + len + 64);
	h.length = (uint32_t)len;
	memcpy(packet, &h, sizeof h);
	if (row->text > 0)
		memcpy(packet + sizeof h, &text_len, sizeof text_len);
	return sizeof h + len;
}

static char packet[2 * IPC_PACKET_MAX];

/* The channel logs each refusal: thousands of lines.  What cmocka has to say
 * goes to the same descriptor, so only refusals are silenced. */
static int
quiet_recv(struct ipcchan *ch, struct ipcchan_message *msg)
{
	int saved = dup(STDERR_FILENO);
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int got, error;

	dup2(null, STDERR_FILENO);
	got = ipcchan_recv(ch, msg);
	error = errno;
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(null);
	errno = error;
	return got;
}

/* The tested end must take it (1) or die of it (-1); nothing may leak. */
static void
expect(const struct row *row, size_t len, int nfds, int want)
{
	struct ipcchan_message msg = { .fd = -1 };
	int before = open_fds();
	struct pair p;

	pair_open(&p, row->to, row->from);
	raw_send(p.raw, packet, len, nfds);
	if (quiet_recv(&p.ch, &msg) != want)
		fail_msg("%s: %zu bytes, %d descriptors: not %d", row->name,
		    len, nfds, want);
	if (want == 1) {
		assert_int_equal(msg.type, row->type);
		assert_int_equal(msg.len, len - sizeof(struct ipc_header));
		assert_int_equal(msg.fd >= 0, row->fds);
		if (msg.fd >= 0)
			close(msg.fd);
	} else {
		assert_int_equal(errno, EPROTO);
		assert_true(p.ch.dead);
		assert_int_equal(ipcchan_recv(&p.ch, &msg), -1);
	}
	pair_close(&p);
	assert_int_equal(open_fds(), before);
}

static void
good_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *r = &rows[i];

		expect(r, raw_message(packet, r, 0, 0), r->fds, 1);
		if (r->text == 0)
			continue;
		expect(r, raw_message(packet, r, 1, 0), r->fds, 1);
		expect(r, raw_message(packet, r, r->text, 0), r->fds, 1);
	}
}

static void
wrong_lengths(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *r = &rows[i];

		expect(r, raw_message(packet, r, 0, -1), r->fds, -1);
		expect(r, raw_message(packet, r, 0, 1), r->fds, -1);
		expect(r, raw_message(packet, r, 0, -(int)r->fixed), r->fds,
		    -1);
		if (r->text == 0)
			continue;
		expect(r, raw_message(packet, r, r->text + 1, 0), r->fds, -1);
		expect(r, raw_message(packet, r, 4, -1), r->fds, -1);
	}
}

/* The header's length and the packet's must be one. */
static void
lying_header(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		size_t len = raw_message(packet, &rows[i], 0, 0);
		struct ipc_header h;

		memcpy(&h, packet, sizeof h);
		h.length++;
		memcpy(packet, &h, sizeof h);
		expect(&rows[i], len, rows[i].fds, -1);
		h.length = UINT32_MAX;
		memcpy(packet, &h, sizeof h);
		expect(&rows[i], len, rows[i].fds, -1);
	}
}

static void
wrong_descriptors(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		size_t len = raw_message(packet, &rows[i], 0, 0);

		expect(&rows[i], len, !rows[i].fds, -1);
		expect(&rows[i], len, 2, -1);
		expect(&rows[i], len, 8, -1); /* more than the buffer takes */
	}
}

/* The right message from the wrong side, and from a third party. */
static void
wrong_direction(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct row turned = rows[i];
		size_t len = raw_message(packet, &rows[i], 0, 0);

		turned.from = rows[i].to;
		turned.to = rows[i].from;
		expect(&turned, len, rows[i].fds, -1);
		turned = rows[i];
		turned.from = rows[i].from == IPC_TERM ? IPC_HOST : IPC_TERM;
		if (rows[i].from != IPC_CP)
			expect(&turned, len, rows[i].fds, -1);
	}
}

static void
garbage(void **state)
{
	const struct row *r = &rows[0];
	struct ipc_header h = { .version = IPC_VERSION,
		.type = (uint16_t)r->type, .length = (uint32_t)r->fixed };

	(void)state;
	memset(packet, 0xFF, sizeof packet);
	expect(r, 1, 0, -1);
	expect(r, sizeof h - 1, 0, -1);
	expect(r, sizeof h, 0, -1);
	expect(r, 16384, 0, -1); /* cut by the receiver */
	h.version++;
	memcpy(packet, &h, sizeof h);
	expect(r, sizeof h + r->fixed, 0, -1);
	h.version = IPC_VERSION;
	for (unsigned type = 0; type < 0x10000;
	     type += type < 0x100 ? 1 : 0xFF) {
		if (type > IPC_NONE && type < IPC_TYPES)
			continue;
		h.type = (uint16_t)type;
		memcpy(packet, &h, sizeof h);
		expect(r, sizeof h + r->fixed, 0, -1);
	}
}

/* What we would send wrongly is refused here, and not at the peer. */
static void
sending_is_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *r = &rows[i];
		struct pair p;

		memset(packet, 0, sizeof packet);
		pair_open(&p, r->from, r->to);
		assert_int_equal(ipcchan_send(&p.ch, r->type, packet,
		    r->fixed - 1, -1), -1);
		assert_int_equal(errno, EINVAL);
		pair_close(&p);
		pair_open(&p, r->to, r->from);
		assert_int_equal(ipcchan_send(&p.ch, r->type, packet, r->fixed,
		    r->fds ? p.raw : -1), -1);
		assert_int_equal(errno, EINVAL);
		pair_close(&p);
	}
}

static void
text_and_descriptor_arrive(void **state)
{
	struct ipc_vm_config config = { .storage = 1 << 24, .cpus = 1 };
	struct ipc_item item = { .kind = ITEM_OUTPUT, .seq = 7 };
	struct ipcchan cp, term, guest;
	struct ipcchan_message msg;
	int fd[2], null;

	(void)state;
	assert_return_code(ipcchan_pair(fd), errno);
	ipcchan_init(&cp, fd[0], IPC_CP, IPC_TERM);
	ipcchan_init(&term, fd[1], IPC_TERM, IPC_CP);
	assert_int_equal(ipcchan_send_text(&cp, IPC_CONS_ITEM, &item,
	    sizeof item, "Ready;", 6, -1), 0);
	assert_int_equal(ipcchan_recv(&term, &msg), 1);
	assert_int_equal(msg.len, sizeof item + 6);
	assert_memory_equal((const char *)msg.payload + sizeof item, "Ready;",
	    6);
	assert_int_equal(ipcchan_recv(&term, &msg), 0);
	ipcchan_close(&cp);
	assert_int_equal(ipcchan_recv(&term, &msg), -1);
	assert_int_equal(errno, 0); /* end of file, no error */
	ipcchan_close(&term);
	ipcchan_close(&term);

	assert_return_code(ipcchan_pair(fd), errno);
	ipcchan_init(&cp, fd[0], IPC_CP, IPC_GUEST);
	ipcchan_init(&guest, fd[1], IPC_GUEST, IPC_CP);
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(ipcchan_send(&cp, IPC_VM_CONFIG, &config,
	    sizeof config, null), 0);
	close(null);
	assert_int_equal(ipcchan_recv(&guest, &msg), 1);
	assert_true(msg.fd >= 0);
	assert_true((fcntl(msg.fd, F_GETFD) & FD_CLOEXEC) != 0);
	close(msg.fd);
	ipcchan_close(&cp);
	ipcchan_close(&guest);
}

/* What is queued together travels together; each message is whole. */
static void
one_packet_holds_several(void **state)
{
	struct ipc_text text = { 0 };
	struct ipcchan_message msg;
	struct ipcchan cp, host;
	int fd[2];

	(void)state;
	assert_return_code(ipcchan_pair(fd), errno);
	ipcchan_init(&cp, fd[0], IPC_CP, IPC_HOST);
	ipcchan_init(&host, fd[1], IPC_HOST, IPC_CP);
	for (size_t n = 0; n < 20; n++)
		assert_int_equal(ipcchan_queue_text(&cp, IPC_HOST_OUTPUT,
		    &text, sizeof text, "abcdefghijklmnopqrst", n, -1), 0);
	assert_int_equal(ipcchan_recv(&host, &msg), 0);
	assert_int_equal(ipcchan_flush(&cp), 0);
	for (size_t n = 0; n < 20; n++) {
		assert_int_equal(ipcchan_recv(&host, &msg), 1);
		assert_int_equal((uintptr_t)msg.payload % 8, 0);
		assert_int_equal(msg.len, sizeof text + n);
		assert_memory_equal((const char *)msg.payload + sizeof text,
		    "abcdefghijklmnopqrst", n);
		assert_int_equal(ipcchan_more(&host), n % 8 != 7 && n != 19);
	}
	assert_int_equal(ipcchan_recv(&host, &msg), 0);
	ipcchan_close(&host);
	ipcchan_close(&cp);
}

/* A packet of more than eight would keep a loop from its other channels. */
static void
crowd(void **state)
{
	const struct ipc_header h = { .version = IPC_VERSION,
		.type = IPC_TERM_CREDIT, .length = sizeof(struct ipc_value) };
	struct ipcchan_message msg;
	struct pair p;

	(void)state;
	pair_open(&p, IPC_CP, IPC_TERM);
	memset(packet, 0, 9 * 16);
	for (size_t i = 0; i < 9; i++)
		memcpy(packet + 16 * i, &h, sizeof h);
	raw_send(p.raw, packet, 9 * 16 - 4, 0);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(quiet_recv(&p.ch, &msg), 1);
	assert_int_equal(quiet_recv(&p.ch, &msg), -1);
	assert_int_equal(errno, EPROTO);
	pair_close(&p);
}

/* Behind a good message: half a header, a type that is none, bytes that
 * belong to nothing, and a descriptor that is not alone. */
static void
bad_company(void **state)
{
	static const struct {
		size_t extra;
		uint16_t version;
		int fds, first;
	} cases[] = {
		{ 4, IPC_VERSION, 0, 1 },
		{ sizeof(struct ipc_header), IPC_VERSION, 0, 1 },
		{ sizeof(struct ipc_header) + 4, 0, 0, 1 },
		{ sizeof(struct ipc_header) + 4, IPC_VERSION, 1, -1 },
	};
	struct ipc_header h = { .version = IPC_VERSION,
		.type = IPC_TERM_CREDIT, .length = sizeof(struct ipc_value) };
	struct ipcchan_message msg;
	struct pair p;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ipc_header second = { .version = cases[i].version,
			.type = IPC_TERM_CREDIT, .length = 4 };

		pair_open(&p, IPC_CP, IPC_TERM);
		memset(packet, 0, 64);
		memcpy(packet, &h, sizeof h);
		memcpy(packet + 16, &second, sizeof second);
		raw_send(p.raw, packet, 16 + cases[i].extra, cases[i].fds);
		assert_int_equal(quiet_recv(&p.ch, &msg), cases[i].first);
		assert_int_equal(quiet_recv(&p.ch, &msg), -1);
		pair_close(&p);
	}
}

/* A peer that does not read: messages wait, in order, up to a limit. */
static void
queue_keeps_order_and_ends(void **state)
{
	struct ipcchan cp, guest;
	struct ipcchan_message msg;
	int before, fd[2];
	uint32_t sent = 0, got = 0;

	(void)state;
	before = open_fds();
	assert_return_code(ipcchan_pair(fd), errno);
	ipcchan_init(&cp, fd[0], IPC_CP, IPC_GUEST);
	ipcchan_init(&guest, fd[1], IPC_GUEST, IPC_CP);
	while (cp.queued < 4096) {
		struct ipc_value v = { .value = sent++ };

		assert_int_equal(ipcchan_send(&cp, IPC_VM_DETACH, &v, sizeof v,
		    -1), 0);
	}
	while (got < sent) {
		int rc = ipcchan_recv(&guest, &msg);
		struct ipc_value v;

		if (rc == 0) {
			assert_int_equal(ipcchan_flush(&cp), 0);
			continue;
		}
		assert_int_equal(rc, 1);
		memcpy(&v, msg.payload, sizeof v);
		assert_int_equal(v.value, got++);
	}
	assert_int_equal(cp.queued, 0);

	/* Descriptors that wait are duplicates, and go with the queue. */
	while (ipcchan_send(&cp, IPC_VM_SAVE, &(struct ipc_vm_save){ .tag = 1 },
	    sizeof(struct ipc_vm_save), fd[1]) == 0 && cp.queued < 256)
		;
	while (ipcchan_send(&cp, IPC_VM_STOP, &(struct ipc_none){ 0 },
	    sizeof(struct ipc_none), -1) == 0)
		assert_true(cp.queued <= IPCCHAN_QUEUE_MAX);
	assert_int_equal(errno, ENOBUFS);
	assert_true(cp.dead);
	ipcchan_close(&cp);
	ipcchan_close(&guest);
	assert_int_equal(open_fds(), before);
}

/* A peer says three things and ends; it has left unread what we said, and may
 * be told more after its end.  All three are received, then the end. */
static void
last_words(void **state)
{
	const struct ipc_none none = { 0 };
	const struct ipc_value value = { .value = 1 };

	(void)state;
	for (int round = 0; round < 4; round++) {
		bool unread = (round & 1) != 0, late = (round & 2) != 0;
		struct ipcchan cp, guest;
		struct ipcchan_message msg;
		int fd[2];

		assert_return_code(ipcchan_pair(fd), errno);
		ipcchan_init(&cp, fd[0], IPC_CP, IPC_GUEST);
		ipcchan_init(&guest, fd[1], IPC_GUEST, IPC_CP);
		if (unread)
			assert_int_equal(ipcchan_send(&cp, IPC_VM_STOP, &none,
			    sizeof none, -1), 0);
		for (int i = 0; i < 3; i++)
			assert_int_equal(ipcchan_send(&guest, IPC_VM_CONS_READ,
			    &value, sizeof value, -1), 0);
		ipcchan_close(&guest);
		for (int i = 0; late && i < 2; i++) {
			assert_int_equal(ipcchan_send(&cp, IPC_VM_STOP, &none,
			    sizeof none, -1), -1);
			assert_int_equal(errno, EPIPE);
		}
		assert_int_equal(cp.queued, 0);
		for (int i = 0; i < 3; i++)
			assert_int_equal(ipcchan_recv(&cp, &msg), 1);
		for (int i = 0; i < 2; i++)
			assert_int_equal(ipcchan_recv(&cp, &msg), -1);
		assert_true(cp.dead);
		ipcchan_close(&cp);
	}
}

static void
names(void **state)
{
	(void)state;
	assert_string_equal(ipcchan_name(IPC_VM_IPL), "VM_IPL");
	assert_string_equal(ipcchan_name(IPC_NONE), "?");
	assert_string_equal(ipcchan_name(IPC_TYPES), "?");
}

/* A channel that gives descriptors away makes no copy of them, whether they
 * are taken, wait or cannot be sent. */
static void
gives(void **state)
{
	struct ipc_none none = { 0 };
	struct ipcchan_message msg;
	struct ipcchan from, to;
	int before = open_fds(), pair[2];

	(void)state;
	assert_return_code(ipcchan_pair(pair), errno);
	ipcchan_init(&from, pair[0], IPC_TERM, IPC_CP);
	ipcchan_init(&to, pair[1], IPC_CP, IPC_TERM);
	from.gives = true;
	assert_int_equal(ipcchan_queue(&from, IPC_TERM_TLS_PLAIN, &none,
	    sizeof none, open("/dev/null", O_RDONLY)), 0);
	assert_int_equal(open_fds(), before + 3);
	assert_int_equal(ipcchan_flush(&from), 0);
	assert_int_equal(ipcchan_recv(&to, &msg), 1);
	assert_true(msg.fd >= 0);
	close(msg.fd);
	assert_int_equal(open_fds(), before + 2);
	assert_int_equal(ipcchan_queue(&from, IPC_TERM_TLS_PLAIN, &none,
	    sizeof none, open("/dev/null", O_RDONLY)), 0);
	assert_int_equal(ipcchan_queue(&from, IPC_CONS_PAST, &none,
	    sizeof none, open("/dev/null", O_RDONLY)), -1); /* not for us */
	assert_int_equal(ipcchan_queue(&from, IPC_TERM_TLS_PLAIN, &none,
	    sizeof none, open("/dev/null", O_RDONLY)), -1); /* it is dead */
	assert_int_equal(open_fds(), before + 3);
	ipcchan_close(&from);
	ipcchan_close(&to);
	assert_int_equal(open_fds(), before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_rows),
		cmocka_unit_test(wrong_lengths),
		cmocka_unit_test(lying_header),
		cmocka_unit_test(wrong_descriptors),
		cmocka_unit_test(wrong_direction),
		cmocka_unit_test(garbage),
		cmocka_unit_test(sending_is_checked),
		cmocka_unit_test(text_and_descriptor_arrive),
		cmocka_unit_test(one_packet_holds_several),
		cmocka_unit_test(bad_company),
		cmocka_unit_test(crowd),
		cmocka_unit_test(queue_keeps_order_and_ends),
		cmocka_unit_test(last_words),
		cmocka_unit_test(gives),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
