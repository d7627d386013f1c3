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
	for (size_t i = 0; i < ops->nports; i++)
		if (ops->ports[i].port == ex->port &&
		    ops->ports[i].size == ex->size)
			return &ops->ports[i];
	return NULL;
}

static uint32_t
bus_element(const struct kvm_exit *ex, uint32_t i)
{
	uint32_t value = 0;

	memcpy(&value, ex->data + (size_t)i * ex->size, ex->size);
	return value;
}

enum vcpu_next
bus_access(struct vcpu *v, const struct kvm_exit *ex)
{
	const struct bus_port *port;
	enum vcpu_next next = NEXT_RUN;

	if (ex->in) {
		memset(ex->data, 0xFF, (size_t)ex->count * ex->size);
		return NEXT_RUN;
	}
	port = bus_find(v->vm->ops, ex);
	if (port == NULL)
		return NEXT_RUN;
	/* KVM hands out REP OUTS one element at a time; where a kernel hands
	 * out more, those after one that has to wait are lost. */
	for (uint32_t i = 0; i < ex->count && next == NEXT_RUN; i++)
		next = port->out(v, bus_element(ex, i));
	return next;
}

void
bus_mmio(const struct kvm_exit *ex)
{
	if (ex->in)
		memset(ex->data, 0xFF, ex->size);
}
