/* SPDX-License-Identifier: MIT
 *
 * vtx_full.c - full screens against a vmcp that says what the test wants: who
 * has the screen when messages cross, answers to nothing, resets, and what is
 * saved.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <cmocka.h>

#include "dev/console.h"
#include "diagnose.h"
#include "fullscreen.h"
#include "subchan.h"
#include "vtx_machine.h"

#define SIZE (256u << 10)
#define PROGRAM 0x400u
#define REQUEST 0x300u
#define BLOCK 0x200u
#define PARM 0x280u
#define DATA 0x800u
#define CONS 0x009u
#define GRAF 0x020u
#define RECORD_MAX DSP_RECORD_MAX

struct test {
	struct fake f;
	struct device *console, *display;
	struct ipc_full out; /* the last VM_FULL_OUT, without its text */
	uint8_t text[16];
	unsigned outs;
};

static int
setup(void **state)
{
	struct test *t = calloc(1, sizeof *t);
	struct vcpu *v = &t->f.vm.cpu[0];

	fake_open(&t->f, SIZE);
	t->console = fake_attach(&t->f, CONS, DEVICE_CONSOLE, 0, 0);
	t->display = fake_attach(&t->f, GRAF, DEVICE_DISPLAY, 0, 0);
	t->f.vm.ncpus = 1;
	v->vm = &t->f.vm;
	v->quiet = true;
	v->kvm.fd = -1;
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	struct test *t = *state;

	assert_null(t->console->full->data.bytes);
	fake_close(&t->f);
	free(t);
	return 0;
}

/* --- vmcp --- */

static void
hear(struct test *t)
{
	struct ipcchan_message m;

	while (ipcchan_recv(&t->f.cp, &m) == 1) {
		const struct ipc_full *full = m.payload;

		if (m.type != IPC_VM_FULL_OUT)
			continue;
		t->outs++;
		t->out = *full;
		memcpy(t->text, full->text, full->text_len < sizeof t->text ?
		    full->text_len : sizeof t->text);
	}
}

/* The machine's turn. */
static void
turn(struct test *t)
{
	while (channel_run(&t->f.vm))
		;
	diag_full_run(&t->f.vm);
	hear(t);
}

static void
say(struct test *t, struct ipc_full head, const void *text, uint32_t len)
{
	struct ipc_full *m = malloc(sizeof *m + len);

	*m = head;
	m->text_len = len;
	if (len > 0)
		memcpy(m->text, text, len);
	fullscreen_input(&t->f.vm, m);
	free(m);
	turn(t);
}

static void
screen(struct test *t, uint16_t vdev, uint32_t flags)
{
	say(t, (struct ipc_full){ .op = FULL_SIZE, .vdev = vdev, .rows = 24,
	    .cols = 80, .flags = flags }, NULL, 0);
}

static void
is(struct test *t, uint16_t vdev, enum ipc_full_op op)
{
	say(t, (struct ipc_full){ .op = (uint16_t)op, .vdev = vdev }, NULL, 0);
}

/* The answer to what came last. */
static void
answer(struct test *t, int rc)
{
	bool read = t->out.op == FULL_READ;

	say(t, (struct ipc_full){ .op = read ? FULL_RECORD : FULL_DONE,
	    .vdev = t->out.vdev, .tag = t->out.tag, .rc = rc }, "\x60\xC1\xC2",
	    read && rc == 0 ? 3 : 0);
}

static void
key(struct test *t, uint16_t vdev, uint8_t aid)
{
	say(t, (struct ipc_full){ .op = FULL_RECORD, .vdev = vdev }, &aid, 1);
}

/* --- the guest: DIAGNOSE 58 --- */

static void
diag58(struct test *t, uint8_t op, uint8_t command, uint32_t len)
{
	struct diag block = { .code = DIAG_FULL_SCREEN, .in_addr = PARM,
		.in_len = sizeof(struct diag_full), .cc = 77 };
	struct diag_full full = { .op = op, .command = command, .data = DATA,
		.data_len = len };

	mem_write(&t->f.vm.mem, GPA(BLOCK), &block, sizeof block);
	mem_write(&t->f.vm.mem, GPA(PARM), &full, sizeof full);
	assert_int_equal(diag_port(&t->f.vm.cpu[0], BLOCK), NEXT_WAIT);
	turn(t);
}

static struct diag_full
parm(struct test *t)
{
	struct diag_full full;

	mem_read(&t->f.vm.mem, GPA(PARM), &full, sizeof full);
	return full;
}

/* Its condition code; 77: it waits. */
static uint32_t
cc(struct test *t)
{
	struct diag block;

	mem_read(&t->f.vm.mem, GPA(BLOCK), &block, sizeof block);
	assert_int_equal(block.cc == 77,
	    t->f.vm.cpu[0].wait == WAIT_FULL_SCREEN);
	return block.cc;
}

static uint32_t
erase(struct test *t)
{
	diag58(t, DIAG_FULL_WRITE, DSP_ERASE_WRITE, 1);
	return cc(t);
}

static uint32_t
put(struct test *t)
{
	diag58(t, DIAG_FULL_WRITE, DSP_WRITE, 1);
	return cc(t);
}

static uint32_t
get(struct test *t, uint8_t command)
{
	diag58(t, DIAG_FULL_READ, command, 80);
	return cc(t);
}

/* Is there a key? */
static uint32_t
peek(struct test *t)
{
	diag58(t, DIAG_FULL_READ, DSP_READ_MODIFIED, 0);
	return cc(t);
}

static void
own(struct test *t)
{
	assert_int_equal(erase(t), 77);
	answer(t, 0);
	assert_int_equal(cc(t), 0);
	assert_true(t->console->full->owned);
}

/* --- the guest: channel programs --- */

static struct chan_req
request(struct test *t, uint32_t op)
{
	struct chan_req rq = { .op = op, .vdev = GRAF, .ccw = PROGRAM };
	struct vcpu v = { .vm = &t->f.vm };

	mem_write(&t->f.vm.mem, GPA(REQUEST), &rq, sizeof rq);
	assert_int_equal(channel_port(&v, REQUEST), NEXT_RUN);
	mem_read(&t->f.vm.mem, GPA(REQUEST), &rq, sizeof rq);
	turn(t);
	return rq;
}

static void
start(struct test *t, uint8_t cmd, uint16_t count)
{
	struct ccw c = { .cmd = cmd, .flags = CCW_SLI, .count = count,
		.addr = DATA };

	mem_write(&t->f.vm.mem, GPA(PROGRAM), &c, sizeof c);
	assert_int_equal(request(t, CHAN_SIO).cc, 0);
}

/* Unit status of an end, 0: there is none. */
static uint8_t
ends(struct test *t)
{
	struct chan_req rq = request(t, CHAN_TIO);

	return rq.cc == 1 ? rq.csw.unit : 0;
}

/* --- whose screen --- */

static void
test_crossing(void **state)
{
	struct test *t = *state;

	screen(t, CONS, TERM_FULL_SCREEN);
	/* Lost before it was shown: it was shown after that. */
	assert_int_equal(erase(t), 77);
	is(t, CONS, FULL_LOST);
	answer(t, 0);
	assert_int_equal(cc(t), 0);
	assert_int_equal(t->console->sch.unsolicited, 0);
	assert_int_equal(put(t), 77);
	/* Lost while a write is under way that does not erase. */
	is(t, CONS, FULL_LOST);
	answer(t, 0);
	assert_int_equal(cc(t), 0);
	assert_int_equal(t->console->sch.unsolicited, UNIT_ATTENTION);
	assert_int_equal(get(t, DSP_READ_MODIFIED), 1);
	assert_int_equal(parm(t).unit, DSP_UNIT_LOST);
	/* The same, and so the terminal did not show it. */
	own(t);
	assert_int_equal(put(t), 77);
	is(t, CONS, FULL_LOST);
	answer(t, -EINVAL);
	assert_int_equal(cc(t), 1);
	assert_int_equal(parm(t).unit, DSP_UNIT_LOST);
	assert_int_equal(get(t, DSP_READ_MODIFIED), 1);
	/* Painted for a size that it has no more. */
	assert_int_equal(erase(t), 77);
	channel_withdraw(t->console, UNIT_ATTENTION);
	screen(t, CONS, TERM_FULL_SCREEN);
	assert_int_equal(t->console->sch.unsolicited, UNIT_ATTENTION);
	answer(t, 0);
	assert_int_equal(cc(t), 0);
	assert_int_equal(get(t, DSP_READ_MODIFIED), 1);
	assert_int_equal(parm(t).unit, DSP_UNIT_LOST);
	assert_int_equal(put(t), 1);
	/* A line while an erase is under way, which ends what that begins. */
	assert_int_equal(erase(t), 77);
	fullscreen_done(t->console);
	answer(t, 0);
	assert_int_equal(cc(t), 0);
	assert_int_equal(put(t), 1);
}

static void
test_answers(void **state)
{
	struct test *t = *state;
	unsigned outs;

	screen(t, CONS, TERM_FULL_SCREEN);
	/* Nothing was asked. */
	for (uint32_t tag = 0; tag < 3; tag++)
		for (uint16_t op = 0; op < 12; op++)
			if (op != FULL_SIZE && op != FULL_GONE)
				say(t, (struct ipc_full){ .op = op,
				    .vdev = CONS, .tag = tag }, "\x7D", 1);
	assert_int_equal(t->console->sch.unsolicited, 0);
	own(t);
	/* Another one's, and of another kind. */
	assert_int_equal(put(t), 77);
	say(t, (struct ipc_full){ .op = FULL_DONE, .vdev = CONS,
	    .tag = t->out.tag + 1 }, NULL, 0);
	say(t, (struct ipc_full){ .op = FULL_DONE, .vdev = GRAF,
	    .tag = t->out.tag }, NULL, 0);
	say(t, (struct ipc_full){ .op = FULL_DONE, .vdev = 0x777,
	    .tag = t->out.tag }, NULL, 0);
	assert_int_equal(cc(t), 77);
	say(t, (struct ipc_full){ .op = FULL_RECORD, .vdev = CONS,
	    .tag = t->out.tag }, "\x7D", 1);
	assert_int_equal(cc(t), 1);
	assert_int_equal(parm(t).sense[0], SENSE_EQUIPMENT);
	assert_int_equal(get(t, DSP_READ_BUFFER), 77);
	say(t, (struct ipc_full){ .op = FULL_DONE, .vdev = CONS,
	    .tag = t->out.tag }, NULL, 0);
	assert_int_equal(cc(t), 1);
	/* Twice. */
	assert_int_equal(put(t), 77);
	answer(t, 0);
	outs = t->outs;
	answer(t, -EIO);
	assert_int_equal(cc(t), 0);
	/* Numbers begin again, but not with 0. */
	t->console->full->tag = UINT32_MAX;
	assert_int_equal(put(t), 77);
	assert_int_equal(t->outs, outs + 1);
	assert_int_equal(t->out.tag, 1);
	answer(t, 0);
	assert_int_equal(cc(t), 0);
}

static void
test_reset(void **state)
{
	struct test *t = *state;
	uint32_t tag;

	screen(t, CONS, TERM_FULL_SCREEN);
	machine_reset(&t->f.vm, false);
	hear(t);
	assert_int_equal(t->outs, 0);
	own(t);
	key(t, CONS, 0x7D);
	machine_reset(&t->f.vm, false);
	hear(t);
	assert_int_equal(t->out.op, FULL_END);
	assert_null(t->console->full->waits[FULL_KEY].bytes);
	assert_int_equal(get(t, DSP_READ_MODIFIED), 2);
	assert_int_equal(put(t), 1);
	/* While something is asked, whose answer is then too late. */
	assert_int_equal(erase(t), 77);
	tag = t->out.tag;
	machine_reset(&t->f.vm, true);
	hear(t);
	assert_int_equal(t->out.op, FULL_END);
	assert_int_equal(t->f.vm.cpu[0].wait, WAIT_NONE);
	assert_int_equal(erase(t), 77);
	say(t, (struct ipc_full){ .op = FULL_DONE, .vdev = CONS, .tag = tag },
	    NULL, 0);
	assert_int_equal(cc(t), 77);
	answer(t, 0);
	assert_int_equal(cc(t), 0);
	/* Its device goes, and comes again. */
	assert_int_equal(put(t), 77);
	machine_detach(&t->f.vm, CONS);
	t->console = fake_attach(&t->f, CONS, DEVICE_CONSOLE, 0, 0);
	turn(t);
	assert_int_equal(cc(t), 3);
}

/* Held, nothing goes on. */
static void
test_held(void **state)
{
	struct test *t = *state;

	screen(t, CONS, TERM_FULL_SCREEN);
	assert_int_equal(erase(t), 77);
	t->f.vm.held = true;
	answer(t, 0);
	assert_int_equal(cc(t), 77);
	t->f.vm.held = false;
	turn(t);
	assert_int_equal(cc(t), 0);
}

/* Whatever a terminal sends, no more of it is kept than two records. */
static void
test_flood(void **state)
{
	struct test *t = *state;
	static uint8_t record[IPC_FULL_MAX];

	screen(t, CONS, TERM_FULL_SCREEN);
	own(t);
	for (unsigned n = 1; n <= 1000; n++) {
		record[0] = n % 2 == 0 ? 0x88 : 0x7D;
		say(t, (struct ipc_full){ .op = FULL_RECORD, .vdev = CONS },
		    record, IPC_FULL_MAX - n);
	}
	assert_int_equal(t->console->full->waits[FULL_KEY].len,
	    IPC_FULL_MAX - 999);
	assert_int_equal(t->console->full->waits[FULL_FIELDS].len,
	    IPC_FULL_MAX - 1000);
	assert_int_equal(peek(t), 0);
	assert_int_equal(parm(t).data_len, 0);
	assert_int_equal(get(t, DSP_READ_MODIFIED), 0);
	assert_int_equal(parm(t).data_len, IPC_FULL_MAX - 1000);
	assert_int_equal(peek(t), 0);
	is(t, CONS, FULL_LOST);
	assert_null(t->console->full->waits[FULL_KEY].bytes);
	assert_int_equal(peek(t), 1);
	assert_int_equal(parm(t).unit, DSP_UNIT_LOST);
	own(t);
	assert_int_equal(peek(t), DIAG_FULL_NO_KEY);
}

/* --- displays --- */

static void
test_one_outstanding(void **state)
{
	struct test *t = *state;
	unsigned outs;

	screen(t, GRAF, TERM_FULL_SCREEN);
	assert_int_equal(ends(t), UNIT_ATTENTION | UNIT_DEVICE_END);
	outs = t->outs;
	for (unsigned n = 0; n < 100; n++) {
		start(t, n % 2 == 0 ? DSP_READ_BUFFER : DSP_ERASE_WRITE, 3);
		assert_int_equal(t->outs, outs + 1);
		assert_int_equal(request(t, CHAN_HIO).cc, 2);
		assert_int_equal(ends(t), UNIT_DONE);
	}
	start(t, DSP_ERASE_WRITE, 3);
	answer(t, 0); /* the first's */
	assert_int_equal(t->outs, outs + 2);
	assert_int_equal(t->out.op, FULL_WRITE);
	assert_int_equal(ends(t), UNIT_CHANNEL_END);
	assert_int_equal(ends(t), 0);
	answer(t, 0);
	assert_int_equal(ends(t), UNIT_DEVICE_END);
	assert_true(t->display->full->owned);
	assert_null(t->display->full->data.bytes);
	/* Nobody at it any more: the write ends, and its answer is too late. */
	start(t, DSP_WRITE, 3);
	is(t, GRAF, FULL_GONE);
	answer(t, 0);
	assert_int_equal(ends(t), UNIT_DONE | UNIT_CHECK);
	assert_int_equal(ends(t), UNIT_ATTENTION);
	assert_int_equal(ends(t), 0);
	screen(t, GRAF, TERM_FULL_SCREEN);
	assert_int_equal(ends(t), UNIT_ATTENTION | UNIT_DEVICE_END);
	/* A reset leaves what is halted behind. */
	start(t, DSP_ERASE_WRITE, 3);
	machine_reset(&t->f.vm, false);
	hear(t);
	assert_int_equal(t->out.op, FULL_END);
	start(t, DSP_ERASE_WRITE, 3);
	assert_int_equal(t->out.op, FULL_WRITE);
	answer(t, 0);
	assert_int_equal(ends(t), UNIT_DONE);
}

static void
test_size(void **state)
{
	struct test *t = *state;
	struct diag_screen s;

	assert_int_equal(diag_full_size(&t->f.vm, &s), 1);
	screen(t, CONS, TERM_COLOR);
	assert_int_equal(diag_full_size(&t->f.vm, &s), 2);
	screen(t, CONS, TERM_FULL_SCREEN | TERM_HIGHLIGHT | TERM_SECURE);
	assert_int_equal(diag_full_size(&t->f.vm, &s), 0);
	assert_int_equal(s.flags, DIAG_SCREEN_HIGHLIGHT);
	assert_int_equal(s.rows, 24);
	is(t, CONS, FULL_GONE);
	assert_int_equal(diag_full_size(&t->f.vm, &s), 1);
	/* A display is the console if CP says so. */
	machine_detach(&t->f.vm, CONS);
	screen(t, GRAF, TERM_FULL_SCREEN);
	assert_int_equal(diag_full_size(&t->f.vm, &s), 1);
	assert_null(machine_console(&t->f.vm));
	t->display->flags = ATTACH_CONSOLE;
	assert_int_equal(diag_full_size(&t->f.vm, &s), 0);
	console_input(&t->f.vm, "typed", 5);
	assert_int_equal(ends(t), UNIT_ATTENTION | UNIT_DEVICE_END);
	console_attention(&t->f.vm, 0);
	assert_int_equal(ends(t), UNIT_ATTENTION);
	t->console = fake_attach(&t->f, CONS, DEVICE_CONSOLE, 0, 0);
}

/* What is painted for another size than there is would stay: nobody else tells
 * the guest.  It is told once, so that who never asks again goes on. */
static void
test_size_between(void **state)
{
	struct test *t = *state;
	struct diag_screen s;

	screen(t, CONS, TERM_FULL_SCREEN);
	assert_int_equal(diag_full_size(&t->f.vm, &s), 0);
	screen(t, CONS, TERM_FULL_SCREEN | TERM_COLOR);
	assert_int_equal(erase(t), 1);
	assert_int_equal(parm(t).unit, DSP_UNIT_LOST);
	own(t);
	assert_int_equal(diag_full_size(&t->f.vm, &s), 0);
	own(t);
	own(t);
	screen(t, CONS, TERM_FULL_SCREEN | TERM_COLOR); /* as it was */
	own(t);
	screen(t, CONS, TERM_FULL_SCREEN);
	assert_int_equal(erase(t), 1);
	assert_int_equal(diag_full_size(&t->f.vm, &s), 0);
	own(t);
	/* Another system knows nothing of it. */
	channel_reset(t->console);
	screen(t, CONS, TERM_FULL_SCREEN | TERM_COLOR);
	own(t);
}

/* --- saved and loaded --- */

/* One device's section into another machine's; cut anywhere it is refused. */
static void
move(struct device *from, struct device *to)
{
	struct section s = { .bytes = malloc(SECTION_MAX) };

	channel_save(from, &s);
	from->ops->save(from, &s);
	assert_false(s.bad);
	for (size_t n = 0; n < s.len; n += s.len > 200 ? 61 : 1) {
		struct section cut = { .bytes = s.bytes, .len = n };

		if (channel_load(to, &cut) == 0)
			assert_int_equal(to->ops->load(to, &cut), -1);
		channel_reset(to);
	}
	assert_int_equal(channel_load(to, &s), 0);
	assert_int_equal(to->ops->load(to, &s), 0);
	assert_true(section_whole(&s));
	channel_ready(to);
	free(s.bytes);
}

static void
test_save_console(void **state)
{
	struct test *t = *state;
	struct test *u;

	assert_int_equal(setup((void **)&u), 0);
	screen(t, CONS, TERM_FULL_SCREEN);
	screen(u, CONS, TERM_FULL_SCREEN);
	move(t->console, u->console);
	assert_int_equal(put(u), 1);
	assert_int_equal(get(u, DSP_READ_MODIFIED), 2);
	own(t);
	key(t, CONS, 0x7D);
	channel_withdraw(t->console, UNIT_ATTENTION);
	move(t->console, u->console);
	assert_int_equal(u->console->sch.unsolicited, UNIT_ATTENTION);
	assert_int_equal(get(u, DSP_READ_MODIFIED), 1);
	assert_int_equal(parm(u).unit, DSP_UNIT_LOST);
	own(u);
	assert_int_equal(u->console->sch.unsolicited, 0);
	assert_int_equal(get(u, DSP_READ_MODIFIED), 2);
	teardown((void **)&u);
}

static void
test_save_display(void **state)
{
	struct test *t = *state;
	struct test *u;

	assert_int_equal(setup((void **)&u), 0);
	screen(t, GRAF, TERM_FULL_SCREEN);
	screen(u, GRAF, TERM_FULL_SCREEN);
	/* A read that waits asks the new terminal. */
	assert_int_equal(ends(t), UNIT_ATTENTION | UNIT_DEVICE_END);
	start(t, DSP_READ_BUFFER, 3);
	move(t->display, u->display);
	turn(u);
	assert_int_equal(u->out.op, FULL_READ);
	answer(u, 0);
	assert_int_equal(ends(u), UNIT_DONE);
	answer(t, 0);
	assert_int_equal(ends(t), UNIT_DONE);
	/* A write that waits is lost. */
	start(t, DSP_ERASE_WRITE, 3);
	move(t->display, u->display);
	turn(u);
	assert_int_equal(ends(u), DSP_UNIT_LOST);
	assert_int_equal(ends(u), UNIT_ATTENTION);
	answer(t, 0);
	assert_int_equal(ends(t), UNIT_DONE);
	/* Bytes that are on their way, in both directions. */
	assert_int_equal(fullscreen_add(t->display->full, "abc", 3), 0);
	move(t->display, u->display);
	assert_int_equal(u->display->full->data.len, 4);
	assert_memory_equal(u->display->full->data.bytes + 1, "abc", 3);
	fullscreen_clear(t->display->full);
	teardown((void **)&u);
}

/* Who has lost the screen may ask what there is now before he paints. */
static void
test_query(void **state)
{
	static const uint8_t query[] = { 0x00, 0x05, 0x01, 0xFF, 0x02 };
	struct test *t = *state;

	screen(t, GRAF, TERM_FULL_SCREEN);
	assert_int_equal(ends(t), UNIT_ATTENTION | UNIT_DEVICE_END);
	start(t, DSP_ERASE_WRITE, 1);
	answer(t, 0);
	while (ends(t) != 0)
		;
	is(t, GRAF, FULL_GONE);
	screen(t, GRAF, TERM_FULL_SCREEN);
	while (ends(t) != 0)
		;
	mem_write(&t->f.vm.mem, GPA(DATA), query, sizeof query);
	start(t, DSP_WRITE_STRUCTURED, sizeof query);
	assert_int_equal(t->out.op, FULL_WRITE);
	answer(t, 0);
	while (ends(t) != 0)
		;
	key(t, GRAF, 0x88);
	assert_int_equal(ends(t), UNIT_ATTENTION);
	start(t, DSP_READ_MODIFIED, 80);
	assert_int_equal(ends(t), UNIT_DONE);
	key(t, GRAF, 0x7D);
	assert_int_equal(ends(t), UNIT_ATTENTION);
	start(t, DSP_READ_MODIFIED, 80);
	assert_int_equal(ends(t), DSP_UNIT_LOST);
}

static void
test_data(void **state)
{
	struct test *t = *state;
	struct fullscreen *fs = t->display->full;
	static uint8_t bytes[IPC_FULL_MAX];

	for (uint32_t n = 0; n < RECORD_MAX; n++)
		assert_int_equal(fullscreen_add(fs, bytes + n, 1), 0);
	assert_int_equal(fs->data.len, IPC_FULL_MAX);
	assert_int_equal(fullscreen_add(fs, bytes, 1), -1);
	assert_int_equal(fullscreen_add(fs, bytes, 0), 0);
	fullscreen_clear(fs);
	assert_int_equal(fullscreen_add(fs, bytes, RECORD_MAX + 1), -1);
	assert_int_equal(fullscreen_add(fs, bytes, SIZE_MAX), -1);
	assert_int_equal(fullscreen_add(fs, bytes, RECORD_MAX), 0);
	fullscreen_clear(fs);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(crossing), TEST(answers), TEST(reset), TEST(held),
		TEST(flood), TEST(one_outstanding), TEST(size),
		TEST(size_between), TEST(save_console), TEST(save_display),
		TEST(query), TEST(data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
