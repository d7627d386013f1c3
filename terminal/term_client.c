/* SPDX-License-Identifier: MIT
 *
 * term_client.c - what the client is, as telnet and its own display say, and
 * what comes from it to the view.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "term_internal.h"

#define TERM_QUERY_MS 2000 /* to say what kind of display it is */

static void
term_printable(char *to, size_t size, const char *from)
{
	size_t i;

	for (i = 0; i < size - 1 && from[i] != '\0'; i++)
		to[i] = from[i] > ' ' && from[i] < 0x7F ? from[i] : '?';
	to[i] = '\0';
}

static void
term_begin(struct term *t)
{
	struct ipc_term_open open = { .view = term_view(t) };

	if (term_is_3270(t))
		open.view.kind = TERM_3270;
	term_printable(open.peer, sizeof open.peer, t->proxy.peer);
	term_printable(open.type, sizeof open.type, t->telnet.type);
	if (t->telnet.extended)
		term_printable(open.lu, sizeof open.lu, t->telnet.e.lu);
	loopchan_send(&t->cp, IPC_TERM_OPEN, &open, sizeof open, -1);
}

/* What the client is, is known: show the console on it. */
void
term_known(struct term *t)
{
	bool begun = t->ops != NULL;

	t->asked = false;
	event_del(t->clock);
	if (!begun) /* CP hears what we are before it hears of the view */
		term_begin(t);
	term_show(t, term_is_3270(t) ? &view_3270_ops : &view_line_ops);
	if (begun) {
		term_brief(t);
		term_tell_view(t);
	}
	if (t->telnet.mode != TELNET_RAW)
		term_after(t->mark, TERM_MARK_MS);
}

/* Ask the display for its size, colours and code page. */
static void
term_ask(struct term *t)
{
	uint8_t record[64];
	struct ds_out o = { .buf = record, .cap = sizeof record };

	ds3270_query(&o);
	t->asked = t->owes = true;
	term_after(t->clock, TERM_QUERY_MS);
	telnet_record(&t->telnet, record, o.len);
}

static void
term_agreed(void *arg)
{
	struct term *t = arg;

	t->display = (struct ds_display){ 0 };
	t->owes = false;
	if (term_is_3270(t) && t->telnet.display.query)
		term_ask(t);
	else
		term_known(t);
}

/* A key pressed before anything was shown means nothing; an answer that comes
 * after we have gone on by its name is another size. */
static void
term_answered(struct term *t, const uint8_t *record, size_t n)
{
	struct ds_display display = { 0 };

	if (n == 0 || record[0] != DS_AID_SF)
		return;
	t->owes = false;
	if (ds3270_query_reply(record, n, &display) == 0)
		t->display = display;
	if (t->asked)
		term_known(t);
	else
		term_size(t);
}

void
term_data(void *arg, const uint8_t *bytes, size_t n)
{
	struct term *t = arg;

	while (n > 0 && t->soft != NULL) {
		size_t used = soft_input(t->soft, bytes, n);

		bytes += used;
		n -= used;
		if (t->toggle)
			term_other(t);
		term_settle_soon(t);
	}
	if (n > 0)
		t->ops->data(t->view, bytes, n);
}

static void
term_record(void *arg, const uint8_t *record, size_t n)
{
	struct term *t = arg;

	if (t->asked ||
	    (t->owes && n > 0 && record[0] == DS_AID_SF))
		term_answered(t, record, n);
	else
		t->ops->record(t->view, record, n);
}

static void
term_attention(void *arg)
{
	struct term *t = arg;

	if (!t->asked)
		t->ops->attention(t->view);
}

static void
term_sysreq(void *arg)
{
	struct term *t = arg;

	if (t->asked)
		return;
	if (t->ops->sysreq != NULL)
		t->ops->sysreq(t->view);
	else
		t->ops->attention(t->view);
}

static void
term_there(void *arg)
{
	struct term *t = arg;

	if (t->ops->there != NULL)
		t->ops->there(t->view);
}

static void
term_echo(void *arg)
{
	struct term *t = arg;

	term_reshape(t);
	term_after(t->mark, TERM_MARK_MS);
}

/* A name for a terminal that wants none: its port says which it is. */
static void
term_name(const struct term *t, char lu[TN3270_LU_MAX + 1])
{
	const char *port = strrchr(t->proxy.peer, ':');

	snprintf(lu, TN3270_LU_MAX + 1, "LU%05u",
	    port != NULL ? (unsigned)strtoul(port + 1, NULL, 10) % 100000 : 0);
}

void
term_telnet(struct term *t)
{
	const struct telnet_port port = { t, term_out, term_agreed, term_data,
		term_record, term_attention, term_sysreq, term_there,
		term_size, term_echo, term_tls, term_fail };
	char lu[TN3270_LU_MAX + 1];

	t->phase = TERM_TALK;
	term_after(t->clock, TELNET_FIRST_MS);
	term_name(t, lu);
	if (telnet_open(&t->telnet, &port, t->tls >= 0 && t->starttls, lu) < 0)
		term_fail(t, "no memory");
}
