/* SPDX-License-Identifier: MIT
 *
 * vtx_bus.c - ports: who answers, in which width, and what others read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bus.h"
#include "kvm.h"
#include "vm.h"

static uint32_t seen[8];
static unsigned nseen;

static enum vcpu_next
take(struct vcpu *v, uint32_t value)
{
	(void)v;
	seen[nseen++] = value;
	return value == 0xFFFFFFFFu ? NEXT_WAIT : NEXT_RUN;
}

static const struct bus_port ports[] = {
	{ 0x100, 4, take },
	{ 0x100, 2, take },
	{ 0x104, 1, take },
	{ 0, 0, NULL },
};
static const struct machine_ops ops = { .ports = ports };
static struct vm vm = { .ops = &ops };
static struct vcpu cpu = { .vm = &vm };

static enum vcpu_next
out(uint16_t port, uint8_t size, const void *data, uint32_t count)
{
	struct kvm_exit ex = { .port = port, .size = size, .count = count,
		.data = (uint8_t *)(uintptr_t)data };

	nseen = 0;
	return bus_access(&cpu, &ex);
}

static void
test_out(void **state)
{
	static const uint32_t words[3] = { 0x12345678, 0xFFFFFFFF, 7 };

	(void)state;
	assert_int_equal(out(0x100, 4, words, 1), NEXT_RUN);
	assert_int_equal(nseen, 1);
	assert_int_equal(seen[0], 0x12345678);
	out(0x100, 2, words, 1);
	assert_int_equal(seen[0], 0x5678);
	out(0x104, 1, words, 1);
	assert_int_equal(seen[0], 0x78);
	/* Other widths and ports are nobody's. */
	out(0x100, 1, words, 1);
	assert_int_equal(nseen, 0);
	out(0x101, 4, words, 1);
	assert_int_equal(nseen, 0);
	out(0, 0, words, 1);
	assert_int_equal(nseen, 0);
	/* Several, until one has to wait. */
	assert_int_equal(out(0x100, 4, words, 3), NEXT_WAIT);
	assert_int_equal(nseen, 2);
	assert_int_equal(out(0x104, 1, words, 4), NEXT_RUN);
	assert_int_equal(nseen, 4);
	assert_int_equal(seen[3], 0x12);
}

static void
test_in(void **state)
{
	uint8_t data[12] = { 0 };
	struct kvm_exit ex = { .port = 0x100, .size = 4, .in = true,
		.count = 2, .data = data };

	(void)state;
	nseen = 0;
	assert_int_equal(bus_access(&cpu, &ex), NEXT_RUN);
	assert_int_equal(nseen, 0);
	assert_int_equal(data[0], 0xFF);
	assert_int_equal(data[7], 0xFF);
	assert_int_equal(data[8], 0);
	ex.size = 8;
	ex.count = 0;
	bus_mmio(&ex);
	assert_int_equal(data[7], 0xFF);
	assert_int_equal(data[8], 0);
	ex.in = false;
	bus_mmio(&ex);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_out),
		cmocka_unit_test(test_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
