/* SPDX-License-Identifier: MIT
 *
 * deck.c - HELLO DECK: a program that is IPLed from the card reader, where
 * there is no CMS.  It says so on the console, through a chain of CCWs, and
 * stops.  Flat 32-bit code, as IPL starts it (machine.h).
 *
 *    SPOOL PUNCH TO *
 *    PUNCH HELLO DECK * (NOHEADER
 *    IPL 00C
 */
#include "channel.h"
#include "diag.h"
#include "machine.h"

/* Where IPL enters: there is no stack yet, nor anything to return to. */
__asm__(".section .text.start,\"ax\"\n"
	".globl _start\n"
	"_start:\n"
	"	movl	$deck_stack + 4096, %esp\n"
	"	call	deck_main\n"
	"	xorl	%eax, %eax\n"
	"1:	cli\n"
	"	hlt\n"
	"	jmp	1b\n"
	".text\n");

char deck_stack[4096] __attribute__((aligned(16)));

static const char *const deck_text[] = {
	"   __________________________________________________________",
	"  /                                                          |",
	" /  HELLO,                                                   |",
	" |                                                           |",
	" |   []    []  [][][][]  []        []          [][][]        |",
	" |   []    []  []        []        []        []      []      |",
	" |   [][][][]  [][][]    []        []        []      []      |",
	" |   []    []  []        []        []        []      []      |",
	" |   []    []  [][][][]  [][][][]  [][][][]    [][][]        |",
	" |                                                           |",
	" |___________________________________________________________|",
	"FROM A DECK OF CARDS.  IPL CMS BRINGS CMS BACK.",
};

#define TEXT_LINES (sizeof deck_text / sizeof deck_text[0])
#define HELLO 2	    /* the line that greets, */
#define HELLO_AT 11 /* and where in it the user's name is */

static struct ccw deck_ccw[TEXT_LINES] __attribute__((aligned(8)));
static struct diag deck_diag __attribute__((aligned(8)));
static struct diag_general_io deck_io __attribute__((aligned(8)));
static struct diag_id deck_id;
static char deck_hello[80];

static uint32_t
deck_at(const volatile void *p)
{
	return (uint32_t)(uintptr_t)p;
}

static void
deck_diagnose(void)
{
	__asm__ volatile("outl %0, %1" : : "a"(deck_at(&deck_diag)),
	    "d"((uint16_t)MACHINE_PORT_DIAG) : "memory");
}

static uint16_t
deck_length(const char *text)
{
	uint16_t n = 0;

	while (text[n] != '\0')
		n++;
	return n;
}

/* A copy of a line, with the name of the user in it. */
static const char *
deck_greet(const char *text)
{
	for (unsigned i = 0; text[i] != '\0'; i++)
		deck_hello[i] = text[i];
	for (unsigned i = 0; i < sizeof deck_id.user; i++)
		deck_hello[HELLO_AT + i] = deck_id.user[i];
	return deck_hello;
}

static void
deck_write(uint32_t console)
{
	deck_io = (struct diag_general_io){ .vdev = console,
		.ccw = deck_at(deck_ccw) };
	deck_diag = (struct diag){ .code = DIAG_GENERAL_IO,
		.in_addr = deck_at(&deck_io), .in_len = sizeof deck_io };
	deck_diagnose();
}

void deck_main(void);

void
deck_main(void)
{
	deck_diag = (struct diag){ .code = DIAG_EXTENDED_ID,
		.out_addr = deck_at(&deck_id), .out_len = sizeof deck_id };
	deck_diagnose();
	for (unsigned i = 0; i < TEXT_LINES; i++)
		deck_ccw[i] = (struct ccw){
			.cmd = CON_WRITE_ACR,
			.flags = i + 1 < TEXT_LINES ? CCW_CC : 0,
			.count = deck_length(deck_text[i]),
			.addr = deck_at(i == HELLO ? deck_greet(deck_text[i]) :
			    deck_text[i]),
		};
	deck_write(0x009);
	if (deck_diag.cc == 3)
		deck_write(0x01F);
}
