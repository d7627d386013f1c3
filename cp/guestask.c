/* SPDX-License-Identifier: MIT
 *
 * guestask.c - questions to a vmguest and their answers.  What a machine says
 * of itself is guest.c's.
 */
#include "guestask.h"

#include <errno.h>
#include <string.h>

#include "guest.h"
#include "vmblok.h"

#define GUESTASK_SECONDS 30	   /* a machine that is silent longer is dead */
#define GUESTASK_SYSTEM_SECONDS 600 /* while it saves, or looks at a file */

int
guestask_init(struct guestask *asks, struct loopchan *lc,
    struct event_base *base, event_callback_fn silent, void *arg)
{
	*asks = (struct guestask){ .lc = lc };
	asks->timer = evtimer_new(base, silent, arg);
	if (asks->timer != NULL)
		return 0;
	errno = ENOMEM;
	return -1;
}

void
guestask_end(struct guestask *asks)
{
	for (unsigned i = 0; i < GUESTASK_MAX; i++) {
		struct guestask_op op = asks->op[i];

		asks->op[i].tag = 0;
		if (op.tag != 0)
			op.fn(op.rq, NULL);
	}
	if (asks->timer != NULL)
		event_free(asks->timer);
	asks->timer = NULL;
}

/* How long is it given for the answers that are due?  0: none is. */
static time_t
guestask_patience(const struct guestask *asks)
{
	static const time_t patience[GUESTASK_KINDS] = {
		[GUESTASK_STORAGE] = GUESTASK_SECONDS,
		[GUESTASK_WRITE] = GUESTASK_SECONDS,
		[GUESTASK_SYSTEM] = GUESTASK_SYSTEM_SECONDS,
		[GUESTASK_REGISTERS] = GUESTASK_SECONDS,
		[GUESTASK_DETACH] = 0, /* a file that hangs, or a spool that */
		[GUESTASK_UR] = 0,     /* is slow, is not its fault */
	};
	time_t most = asks->begun ? 0 : GUESTASK_SECONDS;

	for (unsigned i = 0; i < GUESTASK_MAX; i++)
		if (asks->op[i].tag != 0 &&
		    patience[asks->op[i].kind] > most)
			most = patience[asks->op[i].kind];
	return most;
}

void
guestask_wait(struct guestask *asks)
{
	struct timeval tv = { .tv_sec = guestask_patience(asks) };

	if (tv.tv_sec > 0)
		evtimer_add(asks->timer, &tv);
	else
		evtimer_del(asks->timer);
}

bool
guestask_begin(struct guestask *asks)
{
	if (asks->begun)
		return false;
	asks->begun = true;
	guestask_wait(asks);
	return true;
}

static struct guestask_op *
guestask_new(struct guestask *asks, enum guestask_kind kind,
    struct request *rq, guestask_fn *fn)
{
	for (unsigned i = 0; i < GUESTASK_MAX; i++) {
		struct guestask_op *op = &asks->op[i];

		if (op->tag != 0)
			continue;
		if (++asks->tag == 0)
			asks->tag = 1;
		*op = (struct guestask_op){ .tag = asks->tag, .kind = kind,
			.rq = rq, .fn = fn };
		guestask_wait(asks);
		return op;
	}
	return NULL;
}

/* Take the question that a tag answers out of the table. */
static bool
guestask_take(struct guestask *asks, uint32_t tag, enum guestask_kind kind,
    struct guestask_op *out)
{
	for (unsigned i = 0; i < GUESTASK_MAX; i++) {
		struct guestask_op *op = &asks->op[i];

		if (tag == 0 || op->tag != tag || op->kind != kind)
			continue;
		*out = *op;
		op->tag = 0;
		guestask_wait(asks);
		return true;
	}
	return false;
}

/* --- storage and registers --- */

int
guestask_read_storage(struct vmblok *vm, uint64_t addr, uint32_t len,
    struct request *rq, guestask_fn *fn)
{
	struct guestask *asks = guest_asks(vm);
	struct guestask_op *op = guestask_new(asks, GUESTASK_STORAGE, rq, fn);
	struct ipc_vm_storage ask = { .len = len, .addr = addr };

	if (op == NULL)
		return -1;
	op->addr = addr;
	op->len = len;
	ask.tag = op->tag;
	loopchan_send(asks->lc, IPC_VM_READ_STORAGE, &ask, sizeof ask, -1);
	return 0;
}

int
guestask_write_storage(struct vmblok *vm, uint64_t addr, const void *bytes,
    uint32_t len, struct request *rq, guestask_fn *fn)
{
	struct guestask *asks = guest_asks(vm);
	struct guestask_op *op = guestask_new(asks, GUESTASK_WRITE, rq, fn);
	struct ipc_vm_data data = { .addr = addr };

	if (op == NULL)
		return -1;
	data.tag = op->tag;
	loopchan_send_text(asks->lc, IPC_VM_WRITE_STORAGE, &data, sizeof data,
	    bytes, len, -1);
	return 0;
}

int
guestask_read_registers(struct vmblok *vm, struct request *rq,
    guestask_fn *fn)
{
	struct guestask *asks = guest_asks(vm);
	struct guestask_op *op = guestask_new(asks, GUESTASK_REGISTERS, rq,
	    fn);
	struct ipc_tag ask;

	if (op == NULL)
		return -1;
	ask.tag = op->tag;
	loopchan_send(asks->lc, IPC_VM_READ_REGS, &ask, sizeof ask, -1);
	return 0;
}

int
guestask_write_register(struct vmblok *vm, enum vm_register which,
    uint64_t value, struct request *rq, guestask_fn *fn)
{
	struct guestask *asks = guest_asks(vm);
	struct guestask_op *op = guestask_new(asks, GUESTASK_WRITE, rq, fn);
	struct ipc_vm_reg reg = { .which = which, .value = value };

	if (op == NULL)
		return -1;
	reg.tag = op->tag;
	loopchan_send(asks->lc, IPC_VM_WRITE_REG, &reg, sizeof reg, -1);
	return 0;
}

bool
guestask_storage(struct guestask *asks, const struct ipc_vm_data *data)
{
	struct guestask_op op;

	if (!guestask_take(asks, data->tag, GUESTASK_STORAGE, &op))
		return false;
	if (data->addr != op.addr ||
	    data->text_len != (data->rc == 0 ? op.len : 0)) {
		op.fn(op.rq, NULL);
		return false;
	}
	op.fn(op.rq, data);
	return true;
}

bool
guestask_registers(struct guestask *asks, const struct ipc_vm_regs *regs)
{
	struct guestask_op op;

	if (!guestask_take(asks, regs->tag, GUESTASK_REGISTERS, &op))
		return false;
	op.fn(op.rq, regs);
	return true;
}

bool
guestask_done(struct guestask *asks, const struct ipc_done *done)
{
	struct guestask_op op;

	if (!guestask_take(asks, done->tag, GUESTASK_WRITE, &op) &&
	    !guestask_take(asks, done->tag, GUESTASK_SYSTEM, &op) &&
	    !guestask_take(asks, done->tag, GUESTASK_UR, &op))
		return false;
	op.fn(op.rq, done);
	return true;
}

/* --- saved systems --- */

int
guestask_save(struct vmblok *vm, int fd, struct vm_name name,
    struct request *rq, guestask_fn *fn)
{
	struct guestask *asks = guest_asks(vm);
	struct guestask_op *op = guestask_new(asks, GUESTASK_SYSTEM, rq, fn);
	struct ipc_vm_save ask = { .kind = VM_SAVE_SYSTEM, .name = name };

	if (op == NULL)
		return -1;
	ask.tag = op->tag;
	loopchan_send(asks->lc, IPC_VM_SAVE, &ask, sizeof ask, fd);
	return 0;
}

int
guestask_ipl_saved(struct vmblok *vm, int fd, vdev_t vdev, unsigned flags,
    const char *parm, struct request *rq, guestask_fn *fn)
{
	struct guestask *asks = guest_asks(vm);
	struct guestask_op *op = guestask_new(asks, GUESTASK_SYSTEM, rq, fn);
	struct ipc_vm_ipl ipl = { .vdev = vdev, .flags = flags };

	if (op == NULL)
		return -1;
	ipl.tag = op->tag;
	loopchan_send_text(asks->lc, IPC_VM_IPL_SAVED, &ipl, sizeof ipl, parm,
	    strlen(parm), fd);
	return 0;
}

/* --- devices --- */

int
guestask_ur_close(struct vmblok *vm, vdev_t vdev, uint32_t how,
    struct request *rq, guestask_fn *fn)
{
	struct guestask *asks = guest_asks(vm);
	struct guestask_op *op = guestask_new(asks, GUESTASK_UR, rq, fn);
	struct ipc_vm_ur_close order = { .vdev = vdev, .how = how };

	if (op == NULL)
		return -1;
	order.tag = op->tag;
	loopchan_send(asks->lc, IPC_VM_UR_CLOSE, &order, sizeof order, -1);
	return 0;
}

int
guestask_detach(struct guestask *asks, vdev_t vdev, struct request *rq,
    guestask_fn *fn)
{
	struct guestask_op *op = guestask_new(asks, GUESTASK_DETACH, rq, fn);
	struct ipc_value v = { .value = vdev };

	if (op == NULL)
		return -1;
	op->addr = vdev;
	loopchan_send(asks->lc, IPC_VM_DETACH, &v, sizeof v, -1);
	return 0;
}

bool
guestask_detached(struct guestask *asks, uint32_t vdev,
    struct guestask_op *op)
{
	for (unsigned i = 0; i < GUESTASK_MAX; i++)
		if (asks->op[i].tag != 0 &&
		    asks->op[i].kind == GUESTASK_DETACH &&
		    asks->op[i].addr == vdev)
			return guestask_take(asks, asks->op[i].tag,
			    GUESTASK_DETACH, op);
	return false;
}
