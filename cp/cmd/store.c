/* SPDX-License-Identifier: MIT
 *
 * cmd/store.c - STORE: change storage and registers of one's own machine.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "guest.h"
#include "hexloc.h"
#include "registers.h"
#include "vmblok.h"

#define STORE_REGISTERS_MAX 16

/* Registers are stored one after the other. */
struct store {
	unsigned n, at;
	struct {
		enum vm_register which;
		uint64_t value;
	} reg[STORE_REGISTERS_MAX];
};

static void
store_done(struct request *rq, const void *payload)
{
	const struct ipc_done *done = payload;

	if (done == NULL) {
		request_end(rq, 0); /* its user knows */
	} else if (done->rc != 0) {
		request_end(rq, reply_error(rq, 183, "STORE",
		    "REFUSED BY THE VIRTUAL MACHINE"));
	} else {
		reply_line(rq, "STORE COMPLETE");
		request_end(rq, 0);
	}
}

/* --- storage --- */

/* A word of 1 to 8 digits, right-justified, as it is displayed. */
static int
store_word(const char *word, unsigned char out[4])
{
	static const char zeros[] = "00000000";
	size_t n = strlen(word);
	char full[9];

	if (n == 0 || n > 8)
		return -1;
	memcpy(full, zeros, 8 - n);
	memcpy(full + 8 - n, word, n + 1);
	return hexloc_bytes(full, out, 4);
}

/* Without S: words in locations that follow each other.  With S: the bytes of
 * one string. */
static int
store_bytes(struct request *rq, bool string, unsigned char *out, size_t max)
{
	size_t used = 0;

	for (unsigned i = 2; i < rq->words; i++) {
		const char *word = request_word(rq, i);
		int n = -1;

		if (string)
			n = hexloc_bytes(word, out + used, max - used);
		else if (max - used >= 4)
			n = store_word(word, out + used);
		if (n < 0)
			return -1;
		used += (size_t)n;
	}
	return used > 0 ? (int)used : -1;
}

static int
store_storage(struct request *rq, const char *loc, bool string)
{
	unsigned char bytes[CP_COMMAND_MAX * 4];
	uint64_t addr;
	int n;

	if (hexloc_number(loc, &addr) < 0)
		return reply_error(rq, 4, loc);
	n = store_bytes(rq, string, bytes, sizeof bytes);
	if (n < 0)
		return reply_error(rq, 31);
	if (addr >= rq->vm->storage || (uint64_t)n > rq->vm->storage - addr)
		return reply_error(rq, 160, loc);
	if (guestask_write_storage(rq->vm, addr, bytes, (uint32_t)n, rq,
	    store_done) < 0)
		return reply_error(rq, 183, "STORE", "TOO MUCH AT ONCE");
	return CMD_PENDING;
}

/* --- registers --- */

static void
store_register_done(struct request *rq, const void *payload)
{
	const struct ipc_done *done = payload;
	struct store *st = rq->data;

	st->at++;
	if (done == NULL || done->rc != 0 || st->at == st->n ||
	    rq->vm == NULL) {
		store_done(rq, payload);
		return;
	}
	if (guestask_write_register(rq->vm, st->reg[st->at].which,
	    st->reg[st->at].value, rq, store_register_done) < 0)
		request_end(rq, reply_error(rq, 183, "STORE",
		    "TOO MUCH AT ONCE"));
}

static int
store_registers_start(struct request *rq, struct store *st)
{
	struct store *copy = malloc(sizeof *copy);

	if (copy == NULL)
		return reply_error(rq, 183, "STORE", "NO STORAGE");
	*copy = *st;
	rq->data = copy;
	rq->data_free = free;
	if (guestask_write_register(rq->vm, copy->reg[0].which,
	    copy->reg[0].value, rq, store_register_done) < 0)
		return reply_error(rq, 183, "STORE", "TOO MUCH AT ONCE");
	return CMD_PENDING;
}

/* GRAX value value ...: registers that follow each other. */
static int
store_general(struct request *rq, const char *name)
{
	int first = registers_find(name);
	struct store st = { 0 };

	if (first < VMREG_RAX || first > VMREG_R15)
		return reply_error(rq, 10, name);
	for (unsigned i = 2; i < rq->words; i++) {
		if (first + (int)st.n > VMREG_R15)
			return reply_error(rq, 10, request_word(rq, i));
		if (hexloc_number(request_word(rq, i),
		    &st.reg[st.n].value) < 0)
			return reply_error(rq, 31);
		st.reg[st.n].which = (enum vm_register)(first + (int)st.n);
		st.n++;
	}
	return st.n > 0 ? store_registers_start(rq, &st) : reply_error(rq, 31);
}

/* PSW [rflags] rip */
static int
store_psw(struct request *rq)
{
	static const enum vm_register which[] = { VMREG_RFLAGS, VMREG_RIP };
	unsigned n = rq->words - 2;
	struct store st = { .n = n };

	if (n < 1 || n > 2)
		return reply_error(rq, 31);
	for (unsigned i = 0; i < n; i++) {
		st.reg[i].which = which[2 - n + i];
		if (hexloc_number(request_word(rq, 2 + i),
		    &st.reg[i].value) < 0)
			return reply_error(rq, 31);
	}
	return store_registers_start(rq, &st);
}

static int
cmd_store(struct request *rq)
{
	const char *word = request_word(rq, 1), *why;

	if (*word == '\0')
		return reply_error(rq, 33);
	if (guest_need(rq->vm, &why) == NULL)
		return reply_error(rq, 460, why);
	if (strcmp(word, "PSW") == 0)
		return store_psw(rq);
	if (*word == 'G')
		return store_general(rq, word + 1);
	if (*word == 'S' || *word == 'L')
		return store_storage(rq, word + 1, *word == 'S');
	return store_storage(rq, word, false);
}

CP_COMMAND(store,
	.name = "STORE",
	.abbrev = 2,
	.machine = true,
	.run = cmd_store,
	.syntax = "STore {[L]hexloc word...|Shexloc bytes|Greg value...|"
		  "PSW [rflags] rip}",
	.help = "Change storage or registers of the virtual machine. Words are "
		"stored with their bytes as DISPLAY shows them.");
