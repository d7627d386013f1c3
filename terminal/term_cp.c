/* SPDX-License-Identifier: MIT
 *
 * term_cp.c - what CP says of the console, to the view that shows it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "term_internal.h"

static void
term_say(struct term *t, const char *text, size_t n)
{
	if (t->ops == NULL || t->asked) {
		term_end(t);
		return;
	}
	if (t->over)
		term_under(t);
	else if (t->soft != NULL)
		term_show(t, &view_line_ops);
	t->ops->farewell(t->view, text, n);
	t->ops->ready(t->view);
	term_linger(t);
}

static void
term_item(struct term *t, const struct ipc_item *ipc)
{
	struct view_item item = {
		.kind = (enum ipc_item_kind)ipc->kind,
		.flags = ipc->flags,
		.message = ipc->from.c[0] != '\0' ||
		    (ipc->flags & ITEM_HIGH) != 0,
		.seq = ipc->seq,
		.text = ipc->text,
		.len = ipc->text_len,
	};

	if (t->credit > 0 && (ipc->flags & ITEM_PAST) == 0)
		t->credit--;
	t->ops->item(t->view, &item);
	if (t->over && (ipc->flags & ITEM_PAST) == 0)
		view_line_ops.item(&t->line, &item);
}

/* This view has nowhere to show a guest's screen. */
static void
term_no_full(struct term *t, const struct ipc_full *asked)
{
	struct ipc_full answer = { .tag = asked->tag, .rc = -ENODEV,
		.op = asked->op == FULL_READ ? FULL_RECORD : FULL_DONE,
		.vdev = asked->vdev };

	if (asked->op == FULL_WRITE || asked->op == FULL_READ)
		term_view_full(t, &answer, NULL, 0);
}

static void
term_full(struct term *t, const struct ipc_full *full)
{
	if (t->ops == &view_line_ops && full->op == FULL_WRITE &&
	    !term_over(t)) {
		term_no_full(t, full);
		return;
	}
	if (t->ops->full != NULL)
		t->ops->full(t->view, full);
	else
		term_no_full(t, full);
}

/* What a view has to be told again that comes later, or is not seen now. */
static void
term_remember(struct term *t, const struct ipcchan_message *msg)
{
	const struct ipc_logo *logo = msg->payload;

	switch (msg->type) {
	case IPC_CONS_LOGO:
		if (t->over)
			term_under(t);
		free(t->logo);
		t->logo = malloc(sizeof *logo + logo->text_len);
		if (t->logo != NULL)
			memcpy(t->logo, logo, sizeof *logo + logo->text_len);
		t->state = (struct ipc_cons_state){
			.status = CONS_LOGGED_OFF };
		t->optioned = false;
		pfkeys_reset(&t->pf);
		break;
	case IPC_CONS_STATE:
		t->state = *(const struct ipc_cons_state *)msg->payload;
		if (t->over)
			view_line_ops.state(&t->line, msg->payload);
		break;
	case IPC_CONS_OPTIONS:
		t->options = *(const struct ipc_cons_options *)msg->payload;
		t->optioned = true;
		if (t->over)
			view_line_ops.options(&t->line, msg->payload);
		break;
	case IPC_CONS_PF:
		pfkeys_set(&t->pf, msg->payload);
		if (t->over)
			view_line_ops.pf(&t->line, msg->payload);
		break;
	default:
		break;
	}
}

/* What CP says of the console goes to the view, as its kind wants it. */
static void
term_for_view(struct term *t, const struct ipcchan_message *msg)
{
	const struct ipc_text *text = msg->payload;

	term_remember(t, msg);
	switch (msg->type) {
	case IPC_CONS_LOGO:
		t->ops->logo(t->view, msg->payload);
		break;
	case IPC_CONS_ITEM:
		term_item(t, msg->payload);
		break;
	case IPC_CONS_STATE:
		t->ops->state(t->view, msg->payload);
		break;
	case IPC_CONS_PAST:
		if (t->ops->past != NULL)
			t->ops->past(t->view, msg->payload);
		break;
	case IPC_CONS_OPTIONS:
		if (t->ops->options != NULL)
			t->ops->options(t->view, msg->payload);
		break;
	case IPC_CONS_PF:
		if (t->ops->pf != NULL)
			t->ops->pf(t->view, msg->payload);
		break;
	case IPC_CONS_FULL:
		term_full(t, msg->payload);
		break;
	case IPC_CONS_CLOSE:
		term_say(t, text->text, text->text_len);
		break;
	default: /* the table lets nothing else come this way */
		break;
	}
}

void
term_message(struct loopchan *lc, const struct ipcchan_message *msg, void *arg)
{
	static const char dead[] = "DMKCNS186I THE CONTROL PROGRAM HAS ENDED; "
				   "LINE CLOSED";
	struct term *t = arg;

	(void)lc;
	if (msg == NULL) {
		loopchan_close(&t->cp);
		if (t->phase != TERM_CLOSING)
			term_say(t, dead, sizeof dead - 1);
		return;
	}
	/* CP speaks when it has been spoken to. */
	if (t->phase == TERM_TALK && t->ops != NULL)
		term_for_view(t, msg);
}
