/* SPDX-License-Identifier: MIT
 *
 * mmio.c - above storage: reads ones, writes are lost.
 */
#include "guest.h"

static int
at(uint32_t where)
{
	volatile uint8_t *b = (volatile uint8_t *)where;
	volatile uint16_t *h = (volatile uint16_t *)where;
	volatile uint32_t *w = (volatile uint32_t *)where;

	CHECK(1, *b == 0xFF && *h == 0xFFFF && *w == 0xFFFFFFFFu);
	*b = 0x12;
	*h = 0x1234;
	*w = 0x12345678;
	CHECK(2, *b == 0xFF && *h == 0xFFFF && *w == 0xFFFFFFFFu);
	return 0;
}

int
guest_test(void)
{
	static const uint32_t where[] = { 0, 0x1000, 0x100000, 0x10000000,
		0xA0000000u };
	int rc = 0;

	for (unsigned i = 0; i < 5 && rc == 0; i++)
		rc = at(STORAGE + where[i]);
	CHECK(3, rc == 0);
	CHECK(4, at(0xFEE00000u) == 0 && at(0xFEC00000u) == 0);
	CHECK(5, at(0xFFFFFFF0u) == 0);
	/* Across the end: the bytes inside are there. */
	*(volatile uint8_t *)(STORAGE - 1) = 0x77;
	CHECK(6, *(volatile uint16_t *)(STORAGE - 1) == 0xFF77);
	*(volatile uint32_t *)(STORAGE - 1) = 0xAABBCC99;
	CHECK(7, *(volatile uint8_t *)(STORAGE - 1) == 0x99);
	return 0;
}
