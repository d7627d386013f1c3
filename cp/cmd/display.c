/* SPDX-License-Identifier: MIT
 *
 * cmd/display.c - DISPLAY: storage and registers of one's virtual machine.
 *
 * A long stretch is read in pieces, as fast as the console shows it; attention
 * ends it.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "guest.h"
#include "hexloc.h"
#include "registers.h"
#include "vmblok.h"

#define DISPLAY_LINE 16
#define DISPLAY_PIECE 512 /* bytes read at a time: 32 lines */

struct display {
	unsigned word;		   /* the operand at work */
	bool text;		   /* T: with translation */
	struct hexloc_range range; /* what is left of it */
	bool more;		   /* the operand's range is not at its end */
	struct registers_range regs;
	bool psw;
};

static void display_next(struct request *rq);

static void
display_end(struct request *rq, int rc)
{
	request_end(rq, rc);
}

/* --- storage --- */

/* "00001000  0A0B0C0D 00112233 44556677 8899AABB  *....3DUfw....*" */
static void
display_line(struct request *rq, uint64_t addr, const unsigned char *p,
    size_t n, bool text)
{
	char hex[DISPLAY_LINE * 3], chars[DISPLAY_LINE + 1];
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		used += (size_t)snprintf(hex + used, sizeof hex - used,
		    i > 0 && i % 4 == 0 ? " %02X" : "%02X", p[i]);
		chars[i] = p[i] < 0x80 && isprint(p[i]) ? (char)p[i] : '.';
	}
	chars[n] = '\0';
	if (text)
		reply_line(rq, "%08" PRIX64 "  %-35s  *%s*", addr, hex, chars);
	else
		reply_line(rq, "%08" PRIX64 "  %s", addr, hex);
}

static void
display_lines(struct request *rq, uint64_t addr, const unsigned char *p,
    size_t len)
{
	const struct display *d = rq->data;

	while (len > 0) {
		size_t n = DISPLAY_LINE - (size_t)(addr % DISPLAY_LINE);

		if (n > len)
			n = len;
		display_line(rq, addr, p, n, d->text);
		addr += n;
		p += n;
		len -= n;
	}
}

static void
display_storage_read(struct request *rq, const void *payload)
{
	const struct ipc_vm_data *data = payload;
	struct display *d = rq->data;

	if (data == NULL || data->rc != 0 || rq->cancelled) {
		display_end(rq, 0); /* its user knows why */
		return;
	}
	display_lines(rq, data->addr, (const unsigned char *)data->text,
	    data->text_len);
	d->range.first += data->text_len;
	d->more = d->range.first <= d->range.last;
	if (!d->more)
		d->word++;
	request_when_room(rq, display_next);
}

static int
display_storage(struct request *rq)
{
	struct display *d = rq->data;
	uint64_t left = d->range.last - d->range.first + 1;
	uint32_t len = left > DISPLAY_PIECE ? DISPLAY_PIECE : (uint32_t)left;

	if (guestask_read_storage(rq->vm, d->range.first, len, rq,
	    display_storage_read) < 0)
		return reply_error(rq, 183, "DISPLAY", "TOO MUCH AT ONCE");
	return CMD_PENDING;
}

/* --- registers --- */

static void
display_registers_read(struct request *rq, const void *payload)
{
	const struct ipc_vm_regs *regs = payload;
	struct display *d = rq->data;
	char line[80];
	size_t n = 0;

	if (regs == NULL || regs->rc != 0 || rq->cancelled) {
		display_end(rq, 0);
		return;
	}
	if (d->psw) {
		reply_line(rq, "PSW = %08" PRIX64 " %016" PRIX64,
		    regs->reg[VMREG_RFLAGS], regs->reg[VMREG_RIP]);
	} else
		for (unsigned i = d->regs.first; i <= d->regs.last; i++) {
			n += (size_t)snprintf(line + n, sizeof line - n,
			    "%-4s= %016" PRIX64 "  ", registers_name(i),
			    regs->reg[i]);
			if (n > 60 || i == d->regs.last) {
				reply_line(rq, "%.*s", (int)n - 2, line);
				n = 0;
			}
		}
	d->word++;
	request_when_room(rq, display_next);
}

static int
display_registers(struct request *rq)
{
	if (guestask_read_registers(rq->vm, rq, display_registers_read) < 0)
		return reply_error(rq, 183, "DISPLAY", "TOO MUCH AT ONCE");
	return CMD_PENDING;
}

/* --- operands --- */

/* What the operand at work asks for; 0 or a message's number, printed. */
static int
display_operand(struct request *rq, bool *registers)
{
	struct display *d = rq->data;
	const char *word = request_word(rq, d->word);
	int rc;

	*registers = true;
	d->psw = strcmp(word, "PSW") == 0;
	if (d->psw)
		return 0;
	if (*word == 'G' || *word == 'X') {
		rc = registers_range(word, &d->regs);
		return rc == 0 ? 0 : reply_error(rq, rc, word);
	}
	*registers = false;
	d->text = *word == 'T';
	if (*word == 'T' || *word == 'L')
		word++;
	rc = hexloc_range(word, rq->vm->storage, &d->range);
	return rc == 0 ? 0 : reply_error(rq, rc, word);
}

static int
display_step(struct request *rq)
{
	struct display *d = rq->data;
	const char *why;
	bool registers;
	int rc;

	if (d->word >= rq->words || rq->cancelled || rq->vm == NULL)
		return 0;
	if (guest_need(rq->vm, &why) == NULL)
		return reply_error(rq, 460, why);
	if (d->more)
		return display_storage(rq);
	rc = display_operand(rq, &registers);
	if (rc != 0)
		return rc;
	return registers ? display_registers(rq) : display_storage(rq);
}

static void
display_next(struct request *rq)
{
	int rc = display_step(rq);

	if (rc != CMD_PENDING)
		display_end(rq, rc);
}

static int
cmd_display(struct request *rq)
{
	struct display *d;

	if (rq->words < 2)
		return reply_error(rq, 33);
	d = calloc(1, sizeof *d);
	if (d == NULL)
		return reply_error(rq, 183, "DISPLAY", "NO STORAGE");
	d->word = 1;
	rq->data = d;
	rq->data_free = free;
	return display_step(rq);
}

CP_COMMAND(display,
	.name = "DISPLAY",
	.abbrev = 1,
	.machine = true,
	.run = cmd_display,
	.syntax = "Display [L|T]hexloc1[{-|:}hexloc2|.bytecount] "
		  "G[reg[-reg]] PSW X",
	.help = "Show storage (T: with its text), general registers (G), the "
		"PSW (RFLAGS and RIP) or control registers (X) of the virtual "
		"machine. END stands for the end of storage.");
