/* SPDX-License-Identifier: MIT
 *
 * bus.c - ports to handlers.  No handler's logic here.
 */
#include "bus.h"

#include <string.h>

#include "kvm.h"
#include "vm.h"

static const struct bus_port *
bus_find(const struct machine_ops *ops, const struct kvm_exit *ex)
{
	const struct bus_port *p = ops->ports;

	do {
		if (p->port == ex->port && p->size == ex->size)
			return p;
	} while ((++p)->out != NULL);
	return NULL;
}

static uint32_t
bus_element(const struct kvm_exit *ex, uint32_t i)
{
	const uint8_t *at = ex->data + (size_t)i * ex->size;
	uint32_t value;

	/* A size that the compiler knows: this is on every DIAGNOSE's way. */
	if (ex->size != sizeof value)
		return ex->size == 2 ? (uint32_t)at[1] << 8 | at[0] : at[0];
	memcpy(&value, at, sizeof value);
	return value;
}

/* KVM hands out REP OUTS one element at a time; where a kernel hands out
 * more, those after one that has to wait are lost. */
static __attribute__((noinline)) enum vcpu_next
bus_repeated(struct vcpu *v, const struct bus_port *port,
    const struct kvm_exit *ex)
{
	enum vcpu_next next = NEXT_RUN;

	for (uint32_t i = 0; i < ex->count && next == NEXT_RUN; i++)
		next = port->out(v, bus_element(ex, i));
	return next;
}

static __attribute__((noinline)) enum vcpu_next
bus_nobody(const struct kvm_exit *ex)
{
	memset(ex->data, 0xFF, (size_t)ex->count * ex->size);
	return NEXT_RUN;
}

/* What is seldom stays out of line: see tests/bench/diag00.c. */
enum vcpu_next
bus_access(struct vcpu *v, const struct kvm_exit *ex)
{
	const struct bus_port *port;

	if (ex->in)
		return bus_nobody(ex);
	port = bus_find(v->vm->ops, ex);
	if (port == NULL)
		return NEXT_RUN;
	if (ex->count != 1)
		return bus_repeated(v, port, ex);
	return port->out(v, bus_element(ex, 0));
}

void
bus_mmio(const struct kvm_exit *ex)
{
	if (ex->in)
		memset(ex->data, 0xFF, ex->size);
}
