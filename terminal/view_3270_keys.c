/* SPDX-License-Identifier: MIT
 *
 * view_3270_keys.c - keys pressed at CP's screen, and what is typed there.
 */
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "view_3270_internal.h"

/* A field's characters, without orders that a display may put among them. */
static size_t
view_3270_characters(const struct view_3270 *v, const struct ds_field *f,
    uint8_t *out)
{
	struct ds_stream s = { f->data, f->len, v->screen.cells };
	struct ds_item item;
	size_t n = 0;

	while (ds3270_next(&s, &item) > 0) {
		if (item.order != DS_TEXT)
			continue;
		if (n + item.len > v->screen.input_len)
			return SIZE_MAX;
		memcpy(out + n, item.data, item.len);
		n += item.len;
	}
	return n;
}

/* What came with a key out of the input field. */
struct view_3270_typed {
	uint8_t *ebcdic;
	size_t n;
	char *text; /* UTF-8 */
	size_t len;
};

static void
view_3270_typed_free(const struct view_3270 *v, struct view_3270_typed *t)
{
	if (t->ebcdic != NULL)
		explicit_bzero(t->ebcdic, v->screen.input_len);
	free(t->ebcdic);
	if (t->text != NULL)
		explicit_bzero(t->text, t->len);
	free(t->text);
}

/* False: longer than the field or than a line can be, or no memory. */
static bool
view_3270_typed(const struct view_3270 *v, const struct ds_in *key,
    struct view_3270_typed *t)
{
	struct ds_in in = *key;
	struct ds_field f;

	*t = (struct view_3270_typed){
		.ebcdic = malloc(v->screen.input_len),
		.text = malloc((size_t)v->screen.input_len * TEXT_UTF8_MAX),
	};
	if (t->ebcdic == NULL || t->text == NULL)
		return false;
	while (ds3270_read_field(&in, &f))
		if (f.address == v->screen.input)
			t->n = view_3270_characters(v, &f, t->ebcdic);
	if (t->n > v->screen.input_len)
		return false;
	for (size_t i = 0; i < t->n; i++)
		t->len += text_encode(codepage_character(&v->codepage,
		    t->ebcdic[i]), t->text + t->len);
	return t->len <= IPC_LINE_MAX;
}

/* Send a line, and go on. */
static void
view_3270_send(struct view_3270 *v, const char *text, size_t n)
{
	if (!v->hidden)
		history_add(&v->history, text, n);
	v->back = 0;
	v->hurried = false;
	view_3270_seen(v);
	if (v->hold != VIEW_3270_FLOW)
		view_3270_continue(v);
	view_3270_lock(v, n == 0);
	v->port.line(v->port.arg, text, n);
}

static void
view_3270_enter(struct view_3270 *v, const struct view_3270_typed *t)
{
	if (t->len == 0 && v->hold == VIEW_3270_COVERED) {
		view_3270_continue(v);
		return;
	}
	if (t->len == 0 && v->hold != VIEW_3270_FLOW) {
		if ((v->options.flags & OPTION_HOLD) != 0)
			view_3270_hold(v, VIEW_3270_HELD);
		else
			view_3270_continue(v);
		return;
	}
	v->secret = false;
	screen_input(&v->screen, "", 0);
	view_3270_send(v, t->text, t->len);
}

/* --- keys --- */

/* An earlier line into the input field. */
static void
view_3270_retrieve(struct view_3270 *v)
{
	const struct history_line *l = history_get(&v->history, v->back + 1);

	if (l == NULL) {
		v->back = 0;
		l = history_get(&v->history, 1);
	}
	if (l == NULL || v->hidden) {
		view_3270_not_accepted(v);
		return;
	}
	v->back++;
	screen_input(&v->screen, l->text, l->len);
}

static void
view_3270_copy(struct view_3270 *v, const struct view_3270_typed *t)
{
	size_t n;
	char *text = screen_text(&v->screen, t->ebcdic, t->n, &n);

	if (text != NULL && n <= IPC_SCREEN_MAX)
		v->port.screen(v->port.arg, text, n);
	else
		view_3270_not_accepted(v);
	free(text);
}

static void
view_3270_immediate(struct view_3270 *v, const struct pfkey *k)
{
	if (v->hidden) {
		view_3270_not_accepted(v); /* it is no password */
		return;
	}
	view_3270_send(v, k->len > 0 ? k->text : "", k->len);
	v->empty = false; /* what is typed stays */
}

static void
view_3270_pf_key(struct view_3270 *v, unsigned key,
    const struct view_3270_typed *t)
{
	const struct pfkey *k = pfkeys_get(&v->pf, key);

	switch (k->what) {
	case PF_IMMED:
		view_3270_immediate(v, k);
		break;
	case PF_DELAYED:
		screen_input(&v->screen, k->text, k->len);
		break;
	case PF_RETRIEVE:
		view_3270_retrieve(v);
		break;
	case PF_COPY:
		view_3270_copy(v, t);
		break;
	case PF_BACKWARD:
		view_3270_page_back(v);
		break;
	case PF_FORWARD:
		view_3270_page_forward(v);
		break;
	case PF_HELP:
		view_3270_help(v);
		break;
	case PF_UNDEFINED:
		view_3270_not_accepted(v);
		break;
	}
}

static void
view_3270_clear(struct view_3270 *v)
{
	if (v->hold != VIEW_3270_FLOW)
		view_3270_continue(v);
	else if (v->answered)
		return; /* what is not on the glass yet was not meant */
	else if (!v->live.heading)
		page_clear(&v->live);
	view_3270_seen(v);
}

void
view_3270_attention(void *view)
{
	struct view_3270 *v = view;

	/* The user wants CP, not the rest of a page he did not ask for. */
	if (v->over != VIEW_3270_LIVE)
		view_3270_back_to_live(v);
	if (v->hold != VIEW_3270_FLOW)
		view_3270_continue(v);
	view_3270_seen(v);
	if (v->status != CONS_LOGGED_OFF)
		view_3270_hurry(v);
	view_3270_touch(v);
	v->port.key(v->port.arg, KEY_ATTENTION);
}

void
view_3270_sysreq(void *view)
{
	struct view_3270 *v = view;

	/* Displays clear their screen for it, and what was typed there. */
	view_full_erased(&v->full);
	screen_lost(&v->screen);
	v->empty = true;
	view_3270_touch(v);
	v->port.key(v->port.arg, KEY_SYSREQ);
}

/* Does this key do no more than to take away what is shown over the newest
 * lines? */
static bool
view_3270_leaves(const struct view_3270 *v, const struct ds_in *in, size_t n)
{
	unsigned pf = ds3270_pf(in->aid);

	return in->aid == DS_AID_CLEAR || in->aid == DS_AID_PA2 ||
	    (in->aid == DS_AID_ENTER && n == 0) ||
	    (v->over == VIEW_3270_HELP && pf != 0 &&
	    pfkeys_get(&v->pf, pf)->what == PF_HELP);
}

/* True: that is all that the key did. */
static bool
view_3270_leave(struct view_3270 *v, const struct ds_in *in, size_t n)
{
	unsigned pf = ds3270_pf(in->aid);
	enum ipc_pf what = pf != 0 ? pfkeys_get(&v->pf, pf)->what :
	    PF_UNDEFINED;
	bool all = view_3270_leaves(v, in, n);

	if (v->over == VIEW_3270_LIVE)
		return false;
	if (!all && v->over == VIEW_3270_PAST && pf != 0 && what != PF_IMMED)
		return false; /* it pages, prints or types here */
	view_3270_back_to_live(v);
	return all;
}

static void
view_3270_key(struct view_3270 *v, const struct ds_in *in,
    const struct view_3270_typed *t)
{
	unsigned pf = ds3270_pf(in->aid);

	if (in->aid == DS_AID_CLEAR)
		screen_lost(&v->screen); /* it has erased itself */
	if (view_3270_leave(v, in, t->len))
		return;
	if (pf != 0) {
		view_3270_pf_key(v, pf, t);
		return;
	}
	switch (in->aid) {
	case DS_AID_ENTER:
		view_3270_enter(v, t);
		break;
	case DS_AID_CLEAR:
	case DS_AID_PA2:
		view_3270_clear(v);
		break;
	case DS_AID_PA1:
		view_3270_attention(v);
		break;
	case DS_AID_SYSREQ:
		view_3270_sysreq(v);
		break;
	default:
		view_3270_not_accepted(v);
		break;
	}
}

/* The answer to what view_3270_take() has asked. */
static void
view_3270_take_answer(struct view_3270 *v, const struct ds_in *in,
    const struct view_3270_typed *t)
{
	v->taking = v->pressed = false;
	v->taken = true;
	view_3270_timed(v, VIEW_3270_TIMER_FULL, 0);
	if (!v->hidden && in->aid != DS_AID_ENTER)
		view_3270_keep(v, t->text, t->len);
	view_3270_touch(v);
}

static void
view_3270_pressed(struct view_3270 *v, const struct ds_in *in)
{
	struct view_3270_typed t;

	if (!view_3270_typed(v, in, &t)) {
		view_3270_not_accepted(v);
	} else if (v->taking && (in->aid == DS_AID_NONE || v->pressed)) {
		view_3270_take_answer(v, in, &t);
	} else if (in->aid != DS_AID_NONE) {
		v->pressed = v->taking;
		view_3270_key(v, in, &t);
	}
	view_3270_typed_free(v, &t);
}

/* What SYSREQ sends where it is a key: a test request's header. */
static bool
view_3270_test_request(const uint8_t *record, size_t n)
{
	static const uint8_t header[] = { 0x01, 0x6C, 0x61, 0x02 };

	return n >= sizeof header &&
	    memcmp(record, header, sizeof header) == 0;
}

static void
view_3270_tested(struct view_3270 *v)
{
	if (v->full.shown)
		view_full_unlock(&v->full);
	else
		view_3270_unlock(v);
	v->port.key(v->port.arg, KEY_SYSREQ);
}

void
view_3270_record(void *view, const uint8_t *record, size_t n)
{
	struct view_3270 *v = view;
	struct ds_in in;

	if (view_3270_test_request(record, n)) {
		view_3270_tested(v);
		return;
	}
	if (view_full_record(&v->full, record, n))
		return;
	if (v->notice) {
		v->notice = false;
		view_3270_status(v);
	}
	if (ds3270_read(record, n, v->screen.cells, &in) == 0)
		view_3270_pressed(v, &in);
	else
		view_3270_not_accepted(v);
	if (!v->locked && !v->past.asking)
		view_3270_unlock(v);
}
