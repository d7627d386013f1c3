/* SPDX-License-Identifier: MIT
 *
 * rigterm.c - a terminal that shows what it is sent and sends what is pressed.
 */
#include "rigterm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ebcdic.h"
#include "rig.h"

static void
rigterm_send(struct rig *rig, struct ipc_full *m, const void *text, size_t len)
{
	m->vdev = (uint16_t)rig->term.vdev;
	ipcchan_send_text(&rig->chan, IPC_VM_FULL_IN, m, sizeof *m, text, len,
	    -1);
}

int
rigterm_open(struct rig *rig, uint32_t vdev, unsigned rows, unsigned cols,
    uint32_t flags)
{
	struct rigterm *t = &rig->term;
	struct ipc_full m = { .op = FULL_SIZE, .rows = (uint16_t)rows,
		.cols = (uint16_t)cols, .flags = flags };

	ps3270_close(&t->ps);
	*t = (struct rigterm){ .vdev = vdev };
	if (ps3270_open(&t->ps, rows, cols, (flags & TERM_COLOR) != 0,
	    (flags & TERM_HIGHLIGHT) != 0) < 0)
		return -1;
	t->there = true;
	rigterm_send(rig, &m, NULL, 0);
	return 0;
}

void
rigterm_close(struct rig *rig)
{
	struct ipc_full m = { .op = FULL_GONE };

	rigterm_send(rig, &m, NULL, 0);
	ps3270_close(&rig->term.ps);
	rig->term.there = rig->term.shown = false;
}

void
rigterm_lose(struct rig *rig)
{
	struct ipc_full m = { .op = FULL_LOST };

	rig->term.shown = false;
	rigterm_send(rig, &m, NULL, 0);
}

void
rigterm_out(struct rig *rig, const struct ipc_full *m)
{
	static uint8_t answer[IPC_FULL_MAX];
	struct rigterm *t = &rig->term;
	bool read = m->op == FULL_READ;
	struct ipc_full in = { .tag = m->tag,
		.op = read ? FULL_RECORD : FULL_DONE };
	size_t n = 0;

	if (m->op == FULL_END) {
		t->shown = false;
		return;
	}
	in.rc = ps3270_host(&t->ps, (const uint8_t *)m->text, m->text_len,
	    answer, sizeof answer, &n);
	t->shown = t->shown || (!read && in.rc == 0);
	rigterm_send(rig, &in, answer, read && in.rc == 0 ? n : 0);
	if (read || n == 0)
		return;
	in = (struct ipc_full){ .op = FULL_RECORD };
	rigterm_send(rig, &in, answer, n); /* to a query */
}

/* --- keys --- */

static const struct {
	const char *name;
	uint8_t aid;
} rigterm_aids[] = {
	{ "ENTER", DS_AID_ENTER },
	{ "CLEAR", DS_AID_CLEAR },
	{ "PA1", DS_AID_PA1 },
	{ "PA2", DS_AID_PA2 },
	{ "PA3", DS_AID_PA3 },
};

static const struct {
	const char *name;
	enum ps_key key;
} rigterm_keys[] = {
	{ "LEFT", PS_KEY_LEFT },
	{ "RIGHT", PS_KEY_RIGHT },
	{ "UP", PS_KEY_UP },
	{ "DOWN", PS_KEY_DOWN },
	{ "TAB", PS_KEY_TAB },
	{ "BACKTAB", PS_KEY_BACKTAB },
	{ "NEWLINE", PS_KEY_NEWLINE },
	{ "HOME", PS_KEY_HOME },
	{ "END", PS_KEY_END },
	{ "BACKSPACE", PS_KEY_BACKSPACE },
	{ "DELETE", PS_KEY_DELETE },
	{ "ERASEEOF", PS_KEY_ERASE_EOF },
	{ "ERASEINPUT", PS_KEY_ERASE_INPUT },
	{ "INSERT", PS_KEY_INSERT },
	{ "RESET", PS_KEY_RESET },
};

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static uint8_t
rigterm_aid(const char *name)
{
	if (strncmp(name, "PF", 2) == 0)
		return ds3270_pf_aid((unsigned)atoi(name + 2));
	for (size_t i = 0; i < LENGTH(rigterm_aids); i++)
		if (strcmp(rigterm_aids[i].name, name) == 0)
			return rigterm_aids[i].aid;
	return 0;
}

static int
rigterm_press(struct rig *rig, uint8_t aid)
{
	static uint8_t record[IPC_FULL_MAX];
	struct ipc_full m = { .op = FULL_RECORD };
	size_t n = ps3270_aid(&rig->term.ps, aid, record, sizeof record);

	if (n == 0)
		return -1;
	rigterm_send(rig, &m, record, n);
	return 0;
}

int
rigterm_key(struct rig *rig, const char *name)
{
	uint8_t aid = rigterm_aid(name);

	if (!rig->term.there)
		return -1;
	if (aid != 0)
		return rigterm_press(rig, aid);
	for (size_t i = 0; i < LENGTH(rigterm_keys); i++)
		if (strcmp(rigterm_keys[i].name, name) == 0)
			return ps3270_key(&rig->term.ps, rigterm_keys[i].key) ?
			    0 : -1;
	return -1;
}

int
rigterm_type(struct rig *rig, const char *text)
{
	if (!rig->term.there)
		return -1;
	for (; *text != '\0'; text++)
		if (!ps3270_type(&rig->term.ps,
		    latin1_to_ebcdic[(uint8_t)*text]))
			return -1;
	return 0;
}

void
rigterm_row(const struct rig *rig, unsigned row, char text[RIGTERM_ROW])
{
	const struct ps3270 *ps = &rig->term.ps;
	unsigned n = 0, seen = 0;

	text[0] = '\0';
	if (!rig->term.there || row >= ps->rows)
		return;
	for (; n < ps->cols && n < RIGTERM_ROW - 1; n++) {
		struct ps_look look = ps3270_look(ps, row * ps->cols + n);

		text[n] = look.hidden ? ' ' :
		    (char)ebcdic_to_latin1[look.c];
		if (text[n] != ' ')
			seen = n + 1;
	}
	text[seen] = '\0';
}
