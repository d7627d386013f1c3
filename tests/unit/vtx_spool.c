/* SPDX-License-Identifier: MIT
 *
 * vtx_spool.c - punch and reader against a vmspool that says what the test
 * wants: the window, refusals, its end and return, closes, and answers that
 * are lies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <cmocka.h>

#include "spoolin.h"
#include "subchan.h"
#include "vtx_machine.h"

#define SIZE (256u << 10)
#define PROGRAM 0x400u
#define REQUEST 0x300u
#define DATA 0x800u
#define PUN 0x00Du
#define RDR 0x00Cu
#define FULL (SPOOL_BLOCK_MAX / (SPOOL_LENGTH + RDR_CARD)) /* cards a block */

struct test {
	struct fake f;
	struct ipcchan spool; /* vmspool's end */
	struct device *punch, *reader;
	struct ipc_ur_write wrote; /* the last, without its text */
	struct ipc_ur_open open;
	struct ipc_ur_read read;
	struct ipc_ur_finish finish;
	int done; /* VM_DONE's rc, 1: none came */
};

static void
join(struct test *t)
{
	int pair[2];

	assert_int_equal(ipcchan_pair(pair), 0);
	ipcchan_init(&t->spool, pair[1], IPC_SPOOL, IPC_UR);
	spoolchan_open(&t->f.vm, pair[0]);
}

static void
leave(struct test *t)
{
	ipcchan_close(&t->spool);
	spoolchan_receive(&t->f.vm);
}

static int
setup(void **state)
{
	struct test *t = calloc(1, sizeof *t);

	fake_open(&t->f, SIZE);
	t->punch = fake_attach(&t->f, PUN, DEVICE_PUNCH, 0, 0);
	t->reader = fake_attach(&t->f, RDR, DEVICE_READER, 0, 0);
	join(t);
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	struct test *t = *state;

	fake_close(&t->f);
	ipcchan_close(&t->f.vm.spool.chan);
	ipcchan_close(&t->spool);
	free(t);
	return 0;
}

/* The next message to vmspool; IPC_NONE: there is none. */
static enum ipc_type
heard(struct test *t)
{
	struct ipcchan_message m;

	if (ipcchan_recv(&t->spool, &m) != 1)
		return IPC_NONE;
	if (m.type == IPC_UR_WRITE)
		memcpy(&t->wrote, m.payload, sizeof t->wrote);
	else if (m.type == IPC_UR_OPEN)
		memcpy(&t->open, m.payload, sizeof t->open);
	else if (m.type == IPC_UR_READ)
		memcpy(&t->read, m.payload, sizeof t->read);
	else if (m.type == IPC_UR_FINISH)
		memcpy(&t->finish, m.payload, sizeof t->finish);
	return m.type;
}

static void
say(struct test *t, enum ipc_type type, const void *payload, size_t len)
{
	assert_int_equal(ipcchan_send(&t->spool, type, payload, len, -1), 0);
	spoolchan_receive(&t->f.vm);
	while (channel_run(&t->f.vm))
		;
}

static void
say_wrote(struct test *t, uint64_t serial, int rc)
{
	struct ipc_ur_wrote w = { .vdev = PUN, .rc = rc, .serial = serial };

	say(t, IPC_UR_WROTE, &w, sizeof w);
}

static struct chan_req
request(struct test *t, uint32_t op, uint32_t vdev)
{
	struct chan_req rq = { .op = op, .vdev = vdev, .ccw = PROGRAM };
	struct vcpu v = { .vm = &t->f.vm };

	mem_write(&t->f.vm.mem, GPA(REQUEST), &rq, sizeof rq);
	assert_int_equal(channel_port(&v, REQUEST), NEXT_RUN);
	mem_read(&t->f.vm.mem, GPA(REQUEST), &rq, sizeof rq);
	return rq;
}

static void
start(struct test *t, uint32_t vdev, uint8_t cmd)
{
	struct ccw c = { .cmd = cmd, .count = RDR_CARD, .addr = DATA };

	mem_write(&t->f.vm.mem, GPA(PROGRAM), &c, sizeof c);
	assert_int_equal(request(t, CHAN_SIO, vdev).cc, 0);
	while (channel_run(&t->f.vm))
		;
}

/* Unit status of the end, 0: it waits. */
static uint8_t
ends(struct test *t, uint32_t vdev)
{
	struct chan_req rq = request(t, CHAN_TIO, vdev);

	return rq.cc == 1 ? rq.csw.unit : 0;
}

static void
punch(struct test *t, unsigned cards)
{
	while (cards-- > 0) {
		start(t, PUN, PUN_WRITE);
		assert_int_equal(ends(t, PUN), UNIT_DONE);
	}
}

static void
close_punch(struct test *t, uint32_t how)
{
	struct ipc_vm_ur_close c = { .tag = 7, .vdev = PUN, .how = how };

	t->punch->ops->spool->close(t->punch, &c);
}

static int
closed(struct test *t)
{
	struct ipcchan_message m;
	int rc = 1;

	while (ipcchan_recv(&t->f.cp, &m) == 1)
		if (m.type == IPC_VM_DONE)
			rc = ((const struct ipc_done *)m.payload)->rc;
	return rc;
}

/* --- the punch --- */

static void
test_window(void **state)
{
	struct test *t = *state;

	punch(t, FULL);
	assert_int_equal(heard(t), IPC_NONE);
	punch(t, 1);
	assert_int_equal(heard(t), IPC_UR_WRITE);
	assert_int_equal(t->wrote.serial, 1);
	assert_int_equal(t->wrote.records, FULL);
	assert_int_equal(t->wrote.device, SPOOL_ON_PUN);
	punch(t, 3 * FULL - 1);
	start(t, PUN, PUN_WRITE); /* the fifth block would be too many */
	assert_int_equal(ends(t, PUN), 0);
	for (unsigned serial = 2; serial <= UR_WINDOW; serial++) {
		assert_int_equal(heard(t), IPC_UR_WRITE);
		assert_int_equal(t->wrote.serial, serial);
	}
	assert_int_equal(heard(t), IPC_NONE);
	say_wrote(t, 9, 0); /* none of these */
	assert_int_equal(ends(t, PUN), 0);
	say_wrote(t, 1, 0);
	assert_int_equal(ends(t, PUN), UNIT_DONE);
}

/* The first block goes again, alone, and the others behind it. */
static void
test_refused(void **state)
{
	struct test *t = *state;

	punch(t, 2 * FULL + 1);
	close_punch(t, CLOSE_FILE);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(heard(t), IPC_UR_WRITE);
	assert_int_equal(closed(t), 1);
	say_wrote(t, 1, -ENOSPC);
	assert_int_equal(closed(t), -ENOSPC);
	say_wrote(t, 2, -ENOSPC);
	start(t, PUN, PUN_WRITE);
	assert_int_equal(ends(t, PUN), UNIT_DONE | UNIT_CHECK);
	assert_int_equal(t->punch->sense[0], SENSE_INTERVENTION);
	t->punch->ops->expire(t->punch);
	assert_int_equal(heard(t), IPC_NONE); /* the third is not answered */
	say_wrote(t, 3, -ENOSPC);
	t->punch->ops->expire(t->punch);
	assert_int_equal(heard(t), IPC_UR_WRITE);
	assert_int_equal(t->wrote.serial, 1);
	assert_int_equal(heard(t), IPC_NONE);
	say_wrote(t, 1, 0);
	assert_int_equal(ends(t, PUN), UNIT_DEVICE_END);
	for (unsigned serial = 2; serial <= 3; serial++) {
		assert_int_equal(heard(t), IPC_UR_WRITE);
		assert_int_equal(t->wrote.serial, serial);
		say_wrote(t, serial, 0);
	}
	close_punch(t, CLOSE_FILE);
	assert_int_equal(closed(t), 0);
	assert_int_equal(heard(t), IPC_NONE);
}

/* What was not answered is sent again, the same; then it is away. */
static void
test_ended(void **state)
{
	struct test *t = *state;
	uint64_t stream;

	punch(t, 2 * FULL + 1);
	assert_int_equal(heard(t), IPC_UR_WRITE);
	stream = t->wrote.stream;
	say_wrote(t, 1, 0);
	leave(t);
	punch(t, 2); /* it will be back soon */
	close_punch(t, CLOSE_FILE);
	assert_int_equal(closed(t), 1);
	join(t);
	for (unsigned serial = 2; serial <= 3; serial++) {
		assert_int_equal(heard(t), IPC_UR_WRITE);
		assert_int_equal(t->wrote.serial, serial);
		assert_int_equal(t->wrote.stream, stream);
		say_wrote(t, serial, 0);
	}
	assert_int_equal(closed(t), 0);
	punch(t, 1);
	leave(t);
	t->f.vm.spool.back = 1;
	close_punch(t, CLOSE_FILE);
	assert_int_equal(closed(t), 1);
	spoolchan_expire(&t->f.vm);
	assert_int_equal(closed(t), -ENOTCONN);
	start(t, PUN, PUN_WRITE);
	assert_int_equal(ends(t, PUN), UNIT_DONE | UNIT_CHECK);
	join(t);
	assert_int_equal(heard(t), IPC_UR_WRITE);
	assert_int_equal(t->wrote.records, 1);
	assert_int_equal(ends(t, PUN), UNIT_DEVICE_END);
}

/* What lies there for a while is sent, and no more is asked for. */
static void
test_idle(void **state)
{
	struct test *t = *state;

	punch(t, 3);
	assert_true(t->punch->deadline > device_now());
	t->punch->ops->expire(t->punch);
	punch(t, 1); /* not idle */
	t->punch->ops->expire(t->punch);
	assert_int_equal(heard(t), IPC_NONE);
	assert_true(t->punch->deadline > device_now());
	t->punch->ops->expire(t->punch);
	assert_int_equal(heard(t), IPC_UR_WRITE);
	assert_int_equal(t->wrote.records, 4);
	assert_int_equal(t->punch->deadline, 0);
	/* While one is on its way the next is filled up. */
	punch(t, 1);
	t->punch->ops->expire(t->punch);
	t->punch->ops->expire(t->punch);
	assert_int_equal(heard(t), IPC_NONE);
	assert_int_equal(t->punch->deadline, 0);
	say_wrote(t, 1, 0);
	assert_true(t->punch->deadline > device_now());
	channel_reset(t->punch); /* which the card outlives */
	assert_true(t->punch->deadline > device_now());
	t->punch->ops->expire(t->punch);
	t->punch->ops->expire(t->punch);
	assert_int_equal(heard(t), IPC_UR_WRITE);
	assert_int_equal(t->wrote.serial, 2);
	assert_int_equal(t->wrote.records, 1);
}

/* What is on its way is answered first; nothing is sent again, and vmspool does
 * not wait for it: what comes next is of another stream. */
static void
test_purged(void **state)
{
	struct test *t = *state;
	uint64_t stream;

	punch(t, FULL + 5);
	close_punch(t, CLOSE_PURGE);
	assert_int_equal(heard(t), IPC_UR_WRITE);
	assert_int_equal(heard(t), IPC_NONE);
	stream = t->wrote.stream;
	assert_int_equal(closed(t), 1);
	say_wrote(t, 1, -ENOSPC);
	assert_int_equal(closed(t), 0);
	punch(t, 1);
	close_punch(t, CLOSE_FILE);
	assert_int_equal(heard(t), IPC_UR_WRITE);
	assert_int_equal(t->wrote.serial, 2);
	assert_int_equal(t->wrote.records, 1);
	assert_true(t->wrote.stream > stream);
	stream = t->wrote.stream;
	/* One that was refused is not waited for either. */
	say_wrote(t, 2, -EDQUOT);
	close_punch(t, CLOSE_PURGE);
	punch(t, 1);
	close_punch(t, CLOSE_FILE);
	assert_int_equal(heard(t), IPC_UR_WRITE);
	assert_true(t->wrote.stream > stream);
	/* On its way when vmspool ends: it does not go again. */
	close_punch(t, CLOSE_PURGE);
	leave(t);
	join(t);
	assert_int_equal(heard(t), IPC_NONE);
}

/* vmspool counts the serials of an address: at another one, and back at the
 * first, it is another stream. */
static void
test_renumbered(void **state)
{
	struct test *t = *state;
	uint64_t stream = 0;

	for (unsigned serial = 1; serial <= 3; serial++) {
		t->punch->vdev = serial == 2 ? PUN + 1 : PUN;
		start(t, t->punch->vdev, PUN_WRITE);
		assert_int_equal(ends(t, t->punch->vdev), UNIT_DONE);
		close_punch(t, CLOSE_FILE);
		assert_int_equal(heard(t), IPC_UR_WRITE);
		assert_int_equal(t->wrote.vdev, t->punch->vdev);
		assert_true(t->wrote.stream > stream);
		stream = t->wrote.stream;
		t->punch->vdev = PUN;
		say_wrote(t, serial, 0);
		assert_int_equal(closed(t), 0);
	}
}

/* --- the reader --- */

static void
say_opened(struct test *t, int rc, uint64_t id, uint64_t records,
    uint64_t blocks)
{
	struct ipc_ur_opened o = { .tag = t->open.tag, .rc = rc,
		.blocks = blocks,
		.file = { .id = id, .records = records } };

	say(t, IPC_UR_OPENED, &o, sizeof o);
}

static void
say_data(struct test *t, const struct ipc_ur_data *d, const void *text,
    size_t n)
{
	union {
		struct ipc_ur_data d;
		char bytes[sizeof *d + SPOOL_BLOCK_MAX];
	} m = { .d = *d };

	m.d.text_len = (uint32_t)n;
	memcpy(m.d.text, text, n);
	say(t, IPC_UR_DATA, &m, sizeof *d + n);
}

/* A file of one block is open and its block was asked for. */
static void
open_one(struct test *t, uint64_t records)
{
	start(t, RDR, RDR_READ);
	assert_int_equal(heard(t), IPC_UR_OPEN);
	say_opened(t, 0, 5, records, 1);
	assert_int_equal(heard(t), IPC_UR_READ);
	assert_int_equal(t->read.id, 5);
	assert_int_equal(t->read.record, 1);
	assert_int_equal(ends(t, RDR), 0);
}

static void
test_read(void **state)
{
	static const char two[] = "\x03\x00" "ABC" "\x00\x00";
	struct test *t = *state;

	open_one(t, 2);
	say_data(t, &(struct ipc_ur_data){ .id = 5, .first = 1, .records = 2 },
	    two, 7);
	assert_int_equal(ends(t, RDR), UNIT_DONE);
	start(t, RDR, RDR_READ);
	assert_int_equal(ends(t, RDR), UNIT_DONE);
	start(t, RDR, RDR_READ);
	assert_int_equal(ends(t, RDR), UNIT_DONE | UNIT_CHECK);
	assert_int_equal(t->reader->sense[1], RDR_SENSE_END);
	assert_int_equal(heard(t), IPC_NONE); /* not before it reads on */
	start(t, RDR, RDR_READ);
	assert_int_equal(heard(t), IPC_UR_FINISH);
	assert_int_equal(t->finish.how, FINISH_DONE);
	assert_int_equal(heard(t), IPC_NONE); /* nor another before it is */
}

/* Lies: none of these is a block of the file, and the guest is told. */
static void
test_lies(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		uint32_t records;
		uint64_t first;
		int rc;
	} lies[] = {
		{ "", 0, 0, 1, 0 },		  /* none */
		{ "\x03", 1, 1, 1, 0 },		  /* half a length */
		{ "\x03\x00" "AB", 4, 1, 1, 0 },	  /* a record cut off */
		{ "\xFF\xFF" "AB", 4, 1, 1, 0 },
		{ "\x01\x00" "A", 3, 2, 1, 0 },	  /* another number of them */
		{ "\x01\x00" "A", 3, 1, 2, 0 },	  /* behind what was asked for */
		{ "\x01\x00" "A", 3, 1, 0, 0 },
		{ "\x01\x00" "A", 3, 0xFFFFFFFF, 1, 0 },
		{ "", 0, 0, 0, -EIO },
		{ "", 0, 0, 0, -ENOENT }, /* and it said there are two */
	};

	for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
		struct test *t;

		setup(state);
		t = *state;
		open_one(t, 2);
		say_data(t, &(struct ipc_ur_data){ .id = 6 }, "", 0);
		assert_int_equal(ends(t, RDR), 0);
		say_data(t, &(struct ipc_ur_data){ .id = 5, .rc = lies[i].rc,
		    .first = lies[i].first, .records = lies[i].records },
		    lies[i].text, lies[i].n);
		assert_int_equal(ends(t, RDR), UNIT_DONE | UNIT_CHECK);
		assert_int_equal(t->reader->sense[0], SENSE_EQUIPMENT);
		teardown(state);
	}
}

/* Nor are these the block behind the one at hand. */
static void
test_lies_behind(void **state)
{
	static const struct {
		uint64_t seq, first;
	} lies[] = { { 2, 2 }, { 0, 2 }, { UINT64_MAX, 2 }, { 1, 1 }, { 1, 3 },
		{ 1, UINT64_MAX } };

	for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
		struct test *t;

		setup(state);
		t = *state;
		open_one(t, 3);
		say_data(t, &(struct ipc_ur_data){ .id = 5, .first = 1,
		    .records = 1 }, "\0\0", 2);
		assert_int_equal(ends(t, RDR), UNIT_DONE);
		assert_int_equal(heard(t), IPC_UR_READ);
		assert_int_equal(t->read.seq, 1);
		say_data(t, &(struct ipc_ur_data){ .id = 5, .records = 1,
		    .seq = lies[i].seq, .first = lies[i].first }, "\0\0", 2);
		start(t, RDR, RDR_READ);
		assert_int_equal(ends(t, RDR), UNIT_DONE | UNIT_CHECK);
		assert_int_equal(t->reader->sense[0], SENSE_EQUIPMENT);
		assert_int_equal(heard(t), IPC_NONE);
		teardown(state);
	}
}

/* A file that has no id, or is not the one that was asked for, is none; one
 * that says it has more records than come is damaged behind them. */
static void
test_lies_opened(void **state)
{
	struct test *t = *state;

	start(t, RDR, RDR_READ);
	assert_int_equal(heard(t), IPC_UR_OPEN);
	say_opened(t, 0, 0, 1, 1);
	assert_int_equal(ends(t, RDR), UNIT_DONE | UNIT_CHECK);
	assert_int_equal(spoolin_select(t->reader, 7), SPOOLIN_WAITS);
	assert_int_equal(heard(t), IPC_UR_OPEN);
	say_opened(t, 0, 8, 1, 1);
	assert_int_equal(spoolin_select(t->reader, 7), SPOOLIN_EMPTY);
	open_one(t, UINT64_MAX);
	say_data(t, &(struct ipc_ur_data){ .id = 5, .first = 1, .records = 1 },
	    "\0\0", 2);
	assert_int_equal(ends(t, RDR), UNIT_DONE);
	say_data(t, &(struct ipc_ur_data){ .id = 5, .rc = -ENOENT }, "", 0);
	start(t, RDR, RDR_READ);
	assert_int_equal(ends(t, RDR), UNIT_DONE | UNIT_CHECK);
	assert_int_equal(t->reader->sense[0], SENSE_EQUIPMENT);
}

/* vmspool ends in the middle: the same file, from the same record on. */
static void
test_reopened(void **state)
{
	static const char one[] = "\x01\x00" "A";
	struct test *t = *state;

	open_one(t, 3);
	say_data(t, &(struct ipc_ur_data){ .id = 5, .first = 1, .records = 1 },
	    one, 3);
	assert_int_equal(ends(t, RDR), UNIT_DONE);
	leave(t);
	start(t, RDR, RDR_READ);
	assert_int_equal(ends(t, RDR), 0);
	join(t);
	assert_int_equal(heard(t), IPC_UR_OPEN);
	assert_int_equal(t->open.id, 5);
	say_opened(t, -EBUSY, 0, 0, 0); /* the channel before has not ended */
	assert_int_equal(heard(t), IPC_NONE);
	t->reader->ops->expire(t->reader);
	assert_int_equal(heard(t), IPC_UR_OPEN);
	say_opened(t, 0, 5, 3, 2);
	assert_int_equal(heard(t), IPC_UR_READ);
	assert_int_equal(t->read.record, 2);
	leave(t);
	join(t);
	assert_int_equal(heard(t), IPC_UR_OPEN);
	say_opened(t, -ENOENT, 0, 0, 0);
	assert_int_equal(ends(t, RDR), UNIT_DONE | UNIT_CHECK);
	assert_int_equal(t->reader->sense[0], SENSE_EQUIPMENT);
	/* It is gone: then the next one. */
	start(t, RDR, RDR_READ);
	assert_int_equal(heard(t), IPC_UR_OPEN);
	assert_int_equal(t->open.id, 0);
}

/* A file done with when vmspool ends: it is done with again, once. */
static void
test_done_again(void **state)
{
	struct test *t = *state;
	struct ipc_vm_ur_close c = { .tag = 7, .vdev = RDR,
		.how = FINISH_HOLD };
	struct ipc_ur_done done = { 0 };

	open_one(t, 1);
	t->reader->ops->spool->close(t->reader, &c);
	assert_int_equal(heard(t), IPC_UR_FINISH);
	leave(t);
	join(t);
	assert_int_equal(heard(t), IPC_UR_OPEN);
	assert_int_equal(t->open.id, 5);
	assert_int_equal(closed(t), 1);
	say_opened(t, 0, 5, 1, 1);
	assert_int_equal(heard(t), IPC_UR_FINISH);
	assert_int_equal(t->finish.how, FINISH_HOLD);
	done.tag = t->finish.tag;
	say(t, IPC_UR_DONE, &done, sizeof done);
	assert_int_equal(closed(t), 0);
	assert_int_equal(heard(t), IPC_UR_OPEN); /* the READ that waits */
	assert_int_equal(t->open.id, 0);
	say_opened(t, -ENOENT, 0, 0, 0);
	assert_int_equal(ends(t, RDR), UNIT_DONE | UNIT_CHECK);
	assert_int_equal(t->reader->sense[0], SENSE_INTERVENTION);
	/* One that comes when nobody waits any more goes back. */
	start(t, RDR, RDR_READ);
	assert_int_equal(heard(t), IPC_UR_OPEN);
	machine_detach(&t->f.vm, RDR);
	say_opened(t, 0, 6, 1, 1);
	assert_int_equal(heard(t), IPC_UR_FINISH);
	assert_int_equal(t->finish.id, 6);
	assert_int_equal(t->finish.how, FINISH_BACK);
}

/* Closed while it is being opened again: that answer is for the close. */
static void
test_closed_again(void **state)
{
	struct test *t = *state;
	struct ipc_vm_ur_close c = { .tag = 7, .vdev = RDR,
		.how = FINISH_DONE };
	struct ipc_ur_done done = { 0 };

	open_one(t, 1);
	leave(t);
	join(t);
	assert_int_equal(heard(t), IPC_UR_OPEN);
	t->reader->ops->spool->close(t->reader, &c);
	assert_int_equal(heard(t), IPC_NONE);
	say_opened(t, 0, 5, 1, 1);
	assert_int_equal(heard(t), IPC_UR_FINISH);
	assert_null(spoolin_file(t->reader));
	done.tag = t->finish.tag;
	say(t, IPC_UR_DONE, &done, sizeof done);
	assert_int_equal(closed(t), 0);
}

static void
select_none(struct test *t, uint64_t id)
{
	assert_int_equal(spoolin_select(t->reader, id), SPOOLIN_WAITS);
	assert_int_equal(heard(t), IPC_UR_OPEN);
	assert_int_equal(t->open.id, id);
}

/* That there is no such file is told to who asked for it, and to nobody else;
 * so is that there is no file at all. */
static void
test_none(void **state)
{
	struct test *t = *state;

	select_none(t, 7);
	start(t, RDR, RDR_READ);
	say_opened(t, -ENOENT, 0, 0, 0);
	assert_int_equal(heard(t), IPC_UR_OPEN); /* the READ's own */
	assert_int_equal(t->open.id, 0);
	assert_int_equal(request(t, CHAN_HIO, RDR).cc, 2);
	while (channel_run(&t->f.vm))
		;
	assert_int_not_equal(ends(t, RDR), 0);
	assert_int_equal(spoolin_select(t->reader, 7), SPOOLIN_WAITS);
	say_opened(t, -ENOENT, 0, 0, 0);
	select_none(t, 7);
	say_opened(t, -ENOENT, 0, 0, 0);
	assert_int_equal(spoolin_select(t->reader, 7), SPOOLIN_EMPTY);
	select_none(t, 8);
	channel_reset(t->reader);
	say_opened(t, -ENOENT, 0, 0, 0);
	start(t, RDR, RDR_READ);
	assert_int_equal(heard(t), IPC_UR_OPEN);
	say_opened(t, -ENOENT, 0, 0, 0);
	assert_int_equal(ends(t, RDR), UNIT_DONE | UNIT_CHECK);
}

/* The file at hand is chosen while it is opened again; its end was told. */
static void
test_select_again(void **state)
{
	struct test *t = *state;

	open_one(t, 1);
	say_data(t, &(struct ipc_ur_data){ .id = 5, .first = 1, .records = 1 },
	    "\0\0", 2);
	assert_int_equal(ends(t, RDR), UNIT_DONE);
	spoolin_told(t->reader);
	leave(t);
	join(t);
	assert_int_equal(heard(t), IPC_UR_OPEN);
	assert_int_equal(spoolin_select(t->reader, 5), SPOOLIN_WAITS);
	say_opened(t, 0, 5, 1, 1);
	assert_int_equal(spoolin_select(t->reader, 5), SPOOLIN_CARDS);
	assert_int_equal(spoolin_next(t->reader), 1);
	assert_int_equal(heard(t), IPC_NONE);
}

/* Done with once more, by one who says how many copies there were; what
 * somebody else has by now is left to him. */
static void
test_copies(void **state)
{
	struct test *t = *state;
	struct ipc_vm_ur_close c = { .tag = 7, .vdev = RDR,
		.how = FINISH_DONE };
	struct ipc_ur_opened o = { .file = { .id = 5, .records = 1,
		.attr = { .copies = 3 } } };

	start(t, RDR, RDR_READ);
	assert_int_equal(heard(t), IPC_UR_OPEN);
	o.tag = t->open.tag;
	say(t, IPC_UR_OPENED, &o, sizeof o);
	assert_int_equal(heard(t), IPC_UR_READ);
	t->reader->ops->spool->close(t->reader, &c);
	assert_int_equal(heard(t), IPC_UR_FINISH);
	assert_int_equal(t->finish.copies, 3);
	leave(t);
	join(t);
	assert_int_equal(heard(t), IPC_UR_OPEN);
	o.tag = t->open.tag;
	o.file.attr.copies = 2; /* it was done after all */
	say(t, IPC_UR_OPENED, &o, sizeof o);
	assert_int_equal(heard(t), IPC_UR_FINISH);
	assert_int_equal(t->finish.copies, 3);
	leave(t);
	join(t);
	for (unsigned i = 0; heard(t) == IPC_UR_OPEN && t->open.id == 5; i++) {
		assert_true(i < 1000);
		assert_int_equal(closed(t), 1);
		say_opened(t, -EBUSY, 0, 0, 0);
		t->reader->ops->expire(t->reader);
	}
	assert_int_equal(closed(t), 0);
	assert_int_equal(t->open.id, 0); /* the READ goes on */
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_window),
		T(test_refused),
		T(test_ended),
		T(test_idle),
		T(test_purged),
		T(test_renumbered),
		T(test_read),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_lies_behind),
		T(test_lies_opened),
		T(test_reopened),
		T(test_done_again),
		T(test_closed_again),
		T(test_none),
		T(test_select_again),
		T(test_copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
