/* SPDX-License-Identifier: MIT
 *
 * term_cp.h - a CP for a view, made of the fuzzer's bytes: what it may say,
 * and what a view may ask of it.  Whoever includes this says by CP_OPS and
 * CP_VIEW which view.
 */
#ifndef VM370_TESTS_TERM_CP_H
#define VM370_TESTS_TERM_CP_H

#include <stdlib.h>
#include <string.h>

#include "view.h"

static struct {
	uint64_t seq;
	unsigned asked; /* items of the past */
} cp;

static void
check(bool good)
{
	if (!good)
		abort();
}

/* --- what it is asked --- */

static void
con_line(void *arg, const char *text, size_t n)
{
	(void)arg;
	(void)text;
	check(n <= IPC_LINE_MAX);
}

static void
con_credit(void *arg, unsigned n)
{
	(void)arg;
	(void)n;
}

static void
con_again(void *arg)
{
	(void)arg;
}

static void
con_timer(void *arg, unsigned id, unsigned ms)
{
	(void)arg;
	(void)ms;
	check(id < VIEW_TIMERS);
}

/* --- what it says --- */

static void
an_item(uint8_t kind, uint32_t flags, const uint8_t *bytes, size_t n)
{
	struct view_item item = { .kind = (enum ipc_item_kind)(1 + kind % 3),
		.flags = flags, .message = (kind & 8) != 0,
		.seq = ++cp.seq, .text = (const char *)bytes, .len = n };

	CP_OPS.item(CP_VIEW, &item);
}

static void
the_past(const uint8_t *bytes, size_t n)
{
	struct ipc_cons_past told = { n % 5, cp.seq + 1 };
	uint64_t seq = cp.seq;
	unsigned asked = cp.asked;

	if (asked == 0)
		return;
	cp.asked = 0;
	for (unsigned i = 0; i < asked && i < n; i++) {
		cp.seq = seq > asked ? seq - asked + i : i;
		an_item(bytes[i], ITEM_PAST | (bytes[i] & ITEM_LINE), bytes,
		    n - i);
	}
	cp.seq = seq;
	CP_OPS.past(CP_VIEW, &told);
}

static void
a_logo(const uint8_t *bytes, size_t n)
{
	struct ipc_logo *l = calloc(1, sizeof *l + n);

	check(l != NULL);
	l->text_len = (uint32_t)n;
	memcpy(l->system.c, "VM370", 5);
	memcpy(l->text, bytes, n);
	CP_OPS.logo(CP_VIEW, l);
	free(l);
}

static void
a_pf(const uint8_t *bytes, size_t n)
{
	struct ipc_cons_pf *pf = calloc(1, sizeof *pf + n);

	check(pf != NULL);
	pf->text_len = (uint32_t)n;
	pf->key = n > 0 ? bytes[0] % 26 : 0;
	pf->what = n > 1 ? bytes[1] % 9 : 0;
	memcpy(pf->text, bytes, n);
	CP_OPS.pf(CP_VIEW, pf);
	free(pf);
}

#endif
