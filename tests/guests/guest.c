/* SPDX-License-Identifier: MIT
 *
 * guest.c - the floor of the guest tests.
 */
#include "guest.h"

struct trap_frame {
	uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
	uint32_t vector, error;
	uint32_t eip, cs, eflags;
};

struct gate {
	uint16_t low, selector, type, high;
};

extern const char trap_6[], trap_8[], trap_13[], trap_14[], trap_48[],
    trap_49[];
void guest_trap(struct trap_frame *f);
void guest_main(void);

volatile struct lowcore *low;
volatile struct guest_fault fault;
volatile struct guest_interrupt io, ext;
struct diag diag_block __attribute__((aligned(8)));
struct chan_req chan_block __attribute__((aligned(8)));

static struct ccw program[64] __attribute__((aligned(8)));
static struct gate idt[64] __attribute__((aligned(8)));

/* --- strings --- */

bool
same(const void *a, const void *b, size_t n)
{
	const uint8_t *x = a, *y = b;

	while (n-- > 0)
		if (*x++ != *y++)
			return false;
	return true;
}

void
copy(void *to, const void *from, size_t n)
{
	volatile uint8_t *x = to;
	const uint8_t *y = from;

	while (n-- > 0)
		*x++ = *y++;
}

void
fill(void *to, uint8_t byte, size_t n)
{
	volatile uint8_t *x = to;

	while (n-- > 0)
		*x++ = byte;
}

size_t
length(const char *s)
{
	size_t n = 0;

	while (s[n] != '\0')
		n++;
	return n;
}

/* The compiler may call these. */
void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);

void *
memcpy(void *to, const void *from, size_t n)
{
	copy(to, from, n);
	return to;
}

void *
memset(void *to, int byte, size_t n)
{
	fill(to, (uint8_t)byte, n);
	return to;
}

/* --- DIAGNOSE --- */

void
diag(uint32_t code, const void *in, uint32_t in_len, void *out,
    uint32_t out_len)
{
	diag_block = (struct diag){ .code = code,
		.in_addr = (uint32_t)(uintptr_t)in, .in_len = in_len,
		.out_addr = (uint32_t)(uintptr_t)out, .out_len = out_len,
		.cc = 0x55, .rc = 0x55 };
	out32(MACHINE_PORT_DIAG, (uint32_t)(uintptr_t)&diag_block);
}

int
cp_answer(const char *command, char *out, uint32_t out_len)
{
	diag(DIAG_COMMAND, command, length(command), out, out_len);
	return diag_block.rc;
}

int
cp(const char *command)
{
	return cp_answer(command, NULL, 0);
}

int
cp_number(const char *text, uint32_t n)
{
	char line[64];
	size_t len = length(text);

	copy(line, text, len);
	for (int i = 0; i < 8; i++)
		line[len + (size_t)i] = "0123456789ABCDEF"[n >> 28],
		    n <<= 4;
	line[len + 8] = '\0';
	return cp(line);
}

/* --- the channel --- */

struct ccw *
ccw_at(unsigned i)
{
	return &program[i];
}

void
ccw_set(unsigned i, uint8_t cmd, const volatile void *addr, uint16_t count,
    uint8_t flags)
{
	program[i] = (struct ccw){ .cmd = cmd, .flags = flags, .count = count,
		.addr = (uint32_t)(uintptr_t)addr };
}

static uint32_t
channel(uint32_t op, uint32_t vdev, uint32_t at)
{
	chan_block = (struct chan_req){ .op = op, .vdev = vdev, .ccw = at,
		.cc = 0x55 };
	out32(MACHINE_PORT_CHAN, (uint32_t)(uintptr_t)&chan_block);
	return chan_block.cc;
}

uint32_t
sio_at(uint32_t vdev, uint32_t at)
{
	return channel(CHAN_SIO, vdev, at);
}

uint32_t
sio(uint32_t vdev)
{
	return sio_at(vdev, (uint32_t)(uintptr_t)program);
}

uint32_t
tio(uint32_t vdev)
{
	return channel(CHAN_TIO, vdev, 0);
}

uint32_t
hio(uint32_t vdev)
{
	return channel(CHAN_HIO, vdev, 0);
}

struct csw
end_of(uint32_t vdev)
{
	uint32_t cc;

	while ((cc = tio(vdev)) == 2)
		;
	if (cc == 1)
		return chan_block.csw;
	return (struct csw){ .unit = 0xFF, .chan = (uint8_t)cc };
}

struct csw
run(uint32_t vdev)
{
	uint32_t cc = sio(vdev);

	if (cc == 1)
		return chan_block.csw;
	if (cc != 0)
		return (struct csw){ .unit = 0xFF, .chan = (uint8_t)cc };
	return end_of(vdev);
}

uint32_t
attachment(uint32_t vdev)
{
	static struct fba_characteristics c;

	ccw_set(0, FBA_READ_CHARACTERISTICS, &c, sizeof c, 0);
	return run(vdev).unit == (UNIT_CHANNEL_END | UNIT_DEVICE_END) &&
	    c.zero == 0 ? c.attachment : 0;
}

uint32_t
sense(uint32_t vdev)
{
	static struct ccw c __attribute__((aligned(8)));
	static uint8_t bytes[SENSE_BYTES];

	c = (struct ccw){ .cmd = CMD_SENSE, .count = sizeof bytes,
		.addr = (uint32_t)(uintptr_t)bytes };
	fill(bytes, 0xEE, sizeof bytes);
	if (sio_at(vdev, (uint32_t)(uintptr_t)&c) != 0)
		return 0xFFFF;
	if (end_of(vdev).unit != (UNIT_CHANNEL_END | UNIT_DEVICE_END))
		return 0xFFFE;
	return (uint32_t)bytes[0] << 8 | bytes[1];
}

void
say(const char *text)
{
	ccw_set(0, CON_WRITE_ACR, text, (uint16_t)length(text), 0);
	run(CONSOLE);
}

/* --- interrupts --- */

void
wait_interrupt(void)
{
	disable();
	out32(MACHINE_PORT_WAIT, 0);
	/* The shadow of STI takes one instruction. */
	__asm__ volatile("sti; nop; nop; cli" : : : "memory");
}

static void
guest_end(int rc)
{
	char line[] = "RC 000";

	line[3] = (char)('0' + rc / 100 % 10);
	line[4] = (char)('0' + rc / 10 % 10);
	line[5] = (char)('0' + rc % 10);
	cp(line);
	for (;;)
		__asm__ volatile("cli; hlt");
}

static void
guest_fault_in(struct trap_frame *f)
{
	fault.count++;
	fault.code = low->pgm_code;
	fault.addr = low->pgm_addr;
	fault.eip = f->eip;
	fault.error = f->error;
	f->eip += *(const uint8_t *)(uintptr_t)f->eip == 0x66 ? 2 : 1;
}

void
guest_trap(struct trap_frame *f)
{
	switch (f->vector) {
	case 13:
		guest_fault_in(f);
		break;
	case MACHINE_VECTOR_IO:
		io.csw.ccw_addr = low->csw.ccw_addr;
		io.csw.unit = low->csw.unit;
		io.csw.chan = low->csw.chan;
		io.csw.residual = low->csw.residual;
		io.vdev = low->io_vdev;
		io.count++;
		break;
	case MACHINE_VECTOR_EXTERNAL:
		ext.ext_code = low->ext_code;
		ext.ext_parm = low->ext_parm;
		ext.count++;
		break;
	default:
		guest_end(200 + (int)f->vector);
	}
	/* The interrupted program goes on disabled: one at a time. */
	if (f->vector >= 32)
		f->eflags &= ~0x200u;
}

static void
gate_set(unsigned vector, const char *entry)
{
	uint32_t at = (uint32_t)(uintptr_t)entry;

	idt[vector] = (struct gate){ .low = (uint16_t)at, .selector = 0x08,
		.type = 0x8E00, .high = (uint16_t)(at >> 16) };
}

void
guest_main(void)
{
	const struct {
		uint16_t limit;
		uint32_t base;
	} __attribute__((packed)) pointer = { sizeof idt - 1,
		(uint32_t)(uintptr_t)idt };

	gate_set(6, trap_6);
	gate_set(8, trap_8);
	gate_set(13, trap_13);
	gate_set(14, trap_14);
	gate_set(MACHINE_VECTOR_IO, trap_48);
	gate_set(MACHINE_VECTOR_EXTERNAL, trap_49);
	__asm__ volatile("lidt %0" : : "m"(pointer));
	/* Location 0 is a real address here; the compiler need not know. */
	__asm__("" : "=r"(low) : "0"(NULL));
	guest_end(guest_test());
}
