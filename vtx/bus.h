/* SPDX-License-Identifier: MIT
 *
 * bus.h - who answers to which port, and what nobody answers reads as.
 */
#ifndef VM370_VTX_BUS_H
#define VM370_VTX_BUS_H

#include <stddef.h>
#include <stdint.h>

struct kvm_exit;
struct vcpu;

/* What a vCPU does next. */
enum vcpu_next {
	NEXT_RUN,
	NEXT_WAIT,  /* complete the OUT, then wait as vcpu.wait says */
	NEXT_LEAVE, /* nothing in flight: back to the hold point */
};

struct bus_port {
	uint16_t port;
	uint8_t size; /* of the access; others are ignored */
	enum vcpu_next (*out)(struct vcpu *, uint32_t value);
};

/* An IN or OUT of one or more elements. */
enum vcpu_next bus_access(struct vcpu *v, const struct kvm_exit *ex);

/* An access outside storage. */
void bus_mmio(const struct kvm_exit *ex);

#endif
