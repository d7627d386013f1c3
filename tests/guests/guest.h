/* SPDX-License-Identifier: MIT
 *
 * guest.h - what a guest test stands on: 32-bit flat mode, DIAGNOSE, the
 * channel, interrupts.  A test is a file with guest_test(), which returns 0
 * or the number of the check that failed.
 */
#ifndef VM370_TESTS_GUEST_H
#define VM370_TESTS_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel.h"
#include "diag.h"
#include "machine.h"

#define CONSOLE 0x009u
#define READER 0x00Cu
#define DISK 0x190u
#define TIMER 0x0FFu
#define STORAGE ((uint32_t)low->storage)

/* Fail check n. */
#define CHECK(n, what)              \
	do {                        \
		if (!(what))        \
			return (n); \
	} while (0)

int guest_test(void);

extern volatile struct lowcore *low; /* location 0 */

/* As IPL left them: EAX EBX ECX EDX ESI EDI EBP ESP EFLAGS CR0 CR3 CR4 CS DS
 * ES SS FS GS. */
extern volatile uint32_t start_regs[18];
extern volatile uint8_t start_gdtr[8], start_idtr[8];

static inline void
out32(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "d"(port) : "memory");
}

static inline uint32_t
in32(uint16_t port)
{
	uint32_t v;

	__asm__ volatile("inl %1, %0" : "=a"(v) : "d"(port) : "memory");
	return v;
}

/* --- program interruptions --- */

struct guest_fault {
	uint32_t count, code, addr, eip, error;
};

/* #GP: counted, and the instruction (an OUT of one byte) is skipped. */
extern volatile struct guest_fault fault;

/* --- DIAGNOSE --- */

extern struct diag diag_block;

/* Execute it; the block is diag_block afterwards. */
void diag(uint32_t code, const void *in, uint32_t in_len, void *out,
    uint32_t out_len);
/* DIAGNOSE 8 without and with an answer; its rc. */
int cp(const char *command);
int cp_answer(const char *command, char *out, uint32_t out_len);
/* "TEXT n" in hex. */
int cp_number(const char *text, uint32_t n);

/* --- the channel --- */

struct ccw *ccw_at(unsigned i); /* a channel program's i-th CCW */
void ccw_set(unsigned i, uint8_t cmd, const volatile void *addr,
    uint16_t count, uint8_t flags);

extern struct chan_req chan_block;
uint32_t sio(uint32_t vdev); /* of the program at ccw_at(0): cc */
uint32_t sio_at(uint32_t vdev, uint32_t at);
uint32_t tio(uint32_t vdev);
uint32_t hio(uint32_t vdev);

/* SIO and wait for the end by TIO: its CSW.  A cc other than 0: unit FF. */
struct csw run(uint32_t vdev);
/* Wait by TIO. */
struct csw end_of(uint32_t vdev);
/* The disk's number (channel.h), 0 when there is none. */
uint32_t attachment(uint32_t vdev);
/* Sense byte 0 << 8 | byte 1, by a SENSE of its own. */
uint32_t sense(uint32_t vdev);

/* --- interrupts --- */

struct guest_interrupt {
	volatile uint32_t count;
	struct csw csw;	   /* of the last */
	uint32_t vdev;
	uint32_t ext_code, ext_parm;
};

extern volatile struct guest_interrupt io, ext;

static inline void
enable(void)
{
	__asm__ volatile("sti" : : : "memory");
}

static inline void
disable(void)
{
	__asm__ volatile("cli" : : : "memory");
}

/* An interrupt handler returns with IF=0, so that one STI lets in one.
 * CLI; OUT wait; STI; CLI: exactly one interrupt more. */
void wait_interrupt(void);

/* --- the rest --- */

bool same(const void *a, const void *b, size_t n);
void copy(void *to, const void *from, size_t n);
void fill(void *to, uint8_t byte, size_t n);
size_t length(const char *s);
void say(const char *text); /* one console line */

#endif
