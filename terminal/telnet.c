/* SPDX-License-Identifier: MIT
 *
 * telnet.c - negotiation and data.  Nothing here looks at what data says.
 *
 *   ASKING --WILL TTYPE, a 3270's name--> JOINING --four options--> 3270
 *     |  \--another name, again and again--> SIZING --NAWS--> CHARACTER
 *     |  \--WONT TTYPE--------------------->   |
 *     \--1.5 s without a word--> RAW --a word after all--> CHARACTER
 *
 * JOINING that is refused is SIZING; what is not agreed in time is CHARACTER.
 */
#include "telnet.h"

#include <libtelnet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tn3270.h"

enum {
	JOIN_WILL_EOR = 1,
	JOIN_DO_EOR = 2,
	JOIN_WILL_BINARY = 4,
	JOIN_DO_BINARY = 8,
	JOIN_ALL = 15,
};

_Static_assert(FILTER_SB_MAX < 16384, "libtelnet's buffer is never full");

static const telnet_telopt_t telnet_options[] = {
	{ TELNET_TELOPT_ECHO, TELNET_WILL, TELNET_DONT },
	{ TELNET_TELOPT_SGA, TELNET_WILL, TELNET_DO },
	{ TELNET_TELOPT_TTYPE, TELNET_WONT, TELNET_DO },
	{ TELNET_TELOPT_NAWS, TELNET_WONT, TELNET_DO },
	{ TELNET_TELOPT_EOR, TELNET_WILL, TELNET_DO },
	{ TELNET_TELOPT_BINARY, TELNET_WILL, TELNET_DO },
	{ -1, 0, 0 },
};

bool
telnet_settled(const struct telnet *t)
{
	return t->mode == TELNET_RAW || t->mode == TELNET_CHARACTER ||
	    t->mode == TELNET_3270;
}

static void
telnet_fail(struct telnet *t, const char *why)
{
	if (!t->failed)
		t->port.fail(t->port.arg, why);
	t->failed = true;
}

/* --- data --- */

static void
telnet_agree(struct telnet *t, enum telnet_mode mode)
{
	t->mode = mode;
	t->port.agreed(t->port.arg);
	/* A 3270's records begin now: what came before belongs to none. */
	if (t->early_len > 0 && mode != TELNET_3270)
		t->port.data(t->port.arg, t->early, t->early_len);
	free(t->early);
	t->early = NULL;
	t->early_len = 0;
}

/* A client that sends so much without a word of telnet knows none. */
static void
telnet_too_early(struct telnet *t, const uint8_t *bytes, size_t n)
{
	if (t->heard) {
		telnet_fail(t, "too much was sent before anything was agreed");
		return;
	}
	telnet_agree(t, TELNET_RAW);
	t->port.data(t->port.arg, bytes, n);
}

static void
telnet_early(struct telnet *t, const uint8_t *bytes, size_t n)
{
	if (n > TELNET_EARLY_MAX - t->early_len) {
		telnet_too_early(t, bytes, n);
		return;
	}
	if (t->early == NULL && (t->early = malloc(TELNET_EARLY_MAX)) == NULL) {
		telnet_fail(t, "no memory");
		return;
	}
	memcpy(t->early + t->early_len, bytes, n);
	t->early_len += n;
}

static void
telnet_data(struct telnet *t, const uint8_t *bytes, size_t n)
{
	if (telnet_settled(t))
		t->port.data(t->port.arg, bytes, n);
	else
		telnet_early(t, bytes, n);
}

/* --- negotiation --- */

/* A character terminal: we echo, nobody waits for go-aheads. */
static void
telnet_character(struct telnet *t)
{
	t->mode = TELNET_SIZING;
	telnet_negotiate(t->lib, TELNET_WILL, TELNET_TELOPT_ECHO);
	telnet_negotiate(t->lib, TELNET_WILL, TELNET_TELOPT_SGA);
	telnet_negotiate(t->lib, TELNET_DO, TELNET_TELOPT_SGA);
	telnet_negotiate(t->lib, TELNET_DO, TELNET_TELOPT_NAWS);
	t->echo = true;
}

/* For one whose size is to come; a client may have told it unasked, and does
 * not tell it again. */
static void
telnet_size(struct telnet *t)
{
	telnet_character(t);
	if (t->cols != 0)
		telnet_agree(t, TELNET_CHARACTER);
}

/* A client that knows telnet after all, and had been taken for one that does
 * not. */
static void
telnet_late(struct telnet *t)
{
	telnet_character(t);
	t->mode = TELNET_CHARACTER;
	t->port.echo(t->port.arg);
}

static void
telnet_joined(struct telnet *t, uint8_t what)
{
	t->joined |= what;
	if (t->mode == TELNET_JOINING && t->joined == JOIN_ALL)
		telnet_agree(t, TELNET_3270);
}

/* What the client has offered already is not asked for, nor said again. */
static void
telnet_join(struct telnet *t)
{
	t->mode = TELNET_JOINING;
	telnet_negotiate(t->lib, TELNET_DO, TELNET_TELOPT_EOR);
	telnet_negotiate(t->lib, TELNET_WILL, TELNET_TELOPT_EOR);
	telnet_negotiate(t->lib, TELNET_DO, TELNET_TELOPT_BINARY);
	telnet_negotiate(t->lib, TELNET_WILL, TELNET_TELOPT_BINARY);
	telnet_joined(t, 0);
}

/* An option of TN3270 is refused: before it is one, it becomes none; after,
 * nothing can be said to it any more. */
static void
telnet_unjoined(struct telnet *t, uint8_t what)
{
	t->joined &= (uint8_t)~what;
	if (t->mode == TELNET_JOINING)
		telnet_size(t);
	else if (t->mode == TELNET_3270)
		telnet_fail(t, "the client left 3270 mode");
}

static void
telnet_on_will(struct telnet *t, uint8_t option)
{
	switch (option) {
	case TELNET_TELOPT_TTYPE:
		if (t->mode == TELNET_ASKING)
			telnet_ttype_send(t->lib);
		break;
	case TELNET_TELOPT_EOR:
		telnet_joined(t, JOIN_DO_EOR);
		break;
	case TELNET_TELOPT_BINARY:
		telnet_joined(t, JOIN_DO_BINARY);
		break;
	}
}

static void
telnet_on_wont(struct telnet *t, uint8_t option)
{
	switch (option) {
	case TELNET_TELOPT_TTYPE:
		if (t->mode == TELNET_ASKING)
			telnet_size(t);
		break;
	case TELNET_TELOPT_NAWS:
		if (t->mode == TELNET_SIZING)
			telnet_agree(t, TELNET_CHARACTER);
		break;
	case TELNET_TELOPT_EOR:
		telnet_unjoined(t, JOIN_DO_EOR);
		break;
	case TELNET_TELOPT_BINARY:
		telnet_unjoined(t, JOIN_DO_BINARY);
		break;
	}
}

static void
telnet_on_echo(struct telnet *t, bool echo)
{
	bool changed = t->echo != echo;

	t->echo = echo;
	if (changed && telnet_settled(t) && t->mode != TELNET_3270)
		t->port.echo(t->port.arg);
}

static void
telnet_on_do(struct telnet *t, uint8_t option)
{
	switch (option) {
	case TELNET_TELOPT_ECHO:
		telnet_on_echo(t, true);
		break;
	case TELNET_TELOPT_EOR:
		telnet_joined(t, JOIN_WILL_EOR);
		break;
	case TELNET_TELOPT_BINARY:
		telnet_joined(t, JOIN_WILL_BINARY);
		break;
	}
}

static void
telnet_on_dont(struct telnet *t, uint8_t option)
{
	switch (option) {
	case TELNET_TELOPT_ECHO:
		telnet_on_echo(t, false);
		break;
	case TELNET_TELOPT_EOR:
		telnet_unjoined(t, JOIN_WILL_EOR);
		break;
	case TELNET_TELOPT_BINARY:
		telnet_unjoined(t, JOIN_WILL_BINARY);
		break;
	}
}

/*
 * A terminal type.  A client lists its types one by one and repeats the last
 * or begins again when there are no more (RFC 1091).
 */
static void
telnet_on_type(struct telnet *t, const char *name)
{
	char last[TELNET_TYPE_MAX];

	if (t->mode != TELNET_ASKING)
		return;
	memcpy(last, t->type, sizeof last);
	snprintf(t->type, sizeof t->type, "%s", name);
	if (tn3270_type(t->type, &t->colour)) {
		telnet_join(t);
		return;
	}
	t->colour = false;
	if (t->types++ == 0)
		memcpy(t->first, t->type, sizeof t->first);
	else if (strcmp(t->type, last) == 0 ||
	    strcmp(t->type, t->first) == 0 || t->types == TELNET_TYPES_MAX) {
		memcpy(t->type, t->first, sizeof t->type);
		telnet_size(t);
		return;
	}
	telnet_ttype_send(t->lib);
}

static void
telnet_on_naws(struct telnet *t, const uint8_t *p, size_t n)
{
	if (n != 4)
		return;
	t->cols = (uint16_t)(p[0] << 8 | p[1]);
	t->rows = (uint16_t)(p[2] << 8 | p[3]);
	if (t->mode == TELNET_SIZING)
		telnet_agree(t, TELNET_CHARACTER);
	else if (t->mode == TELNET_CHARACTER)
		t->port.size(t->port.arg);
}

/* The keys of a network virtual terminal. */
static void
telnet_on_command(struct telnet *t, uint8_t command)
{
	static const uint8_t erase_character = 0x7F, erase_line = 0x15;

	switch (command) {
	case TELNET_EOR:
		if (t->mode == TELNET_3270)
			t->port.record_end(t->port.arg);
		break;
	case TELNET_IP:
	case TELNET_BREAK:
	case TELNET_ABORT:
		if (telnet_settled(t))
			t->port.attention(t->port.arg);
		break;
	case TELNET_EC:
		if (t->mode == TELNET_CHARACTER)
			telnet_data(t, &erase_character, 1);
		break;
	case TELNET_EL:
		if (t->mode == TELNET_CHARACTER)
			telnet_data(t, &erase_line, 1);
		break;
	case TELNET_AYT:
		if (t->mode == TELNET_CHARACTER)
			t->port.there(t->port.arg);
		break;
	}
}

/* The first word of telnet. */
static void
telnet_hear(struct telnet *t)
{
	t->heard = true;
	if (t->mode == TELNET_RAW)
		telnet_late(t);
}

/* From the filter: libtelnet would not tell of every one. */
static void
telnet_refused(struct telnet *t, uint8_t command, uint8_t option)
{
	if (command == TELNET_WONT)
		telnet_on_wont(t, option);
	else
		telnet_on_dont(t, option);
}

static void
telnet_event(telnet_t *lib, telnet_event_t *ev, void *arg)
{
	struct telnet *t = arg;

	(void)lib;
	if (t->failed)
		return;
	switch (ev->type) {
	case TELNET_EV_DATA:
		telnet_data(t, (const uint8_t *)ev->data.buffer,
		    ev->data.size);
		break;
	case TELNET_EV_SEND:
		t->port.out(t->port.arg, ev->data.buffer, ev->data.size);
		break;
	case TELNET_EV_IAC:
		telnet_on_command(t, ev->iac.cmd);
		break;
	case TELNET_EV_WILL:
		telnet_on_will(t, ev->neg.telopt);
		break;
	case TELNET_EV_DO:
		telnet_on_do(t, ev->neg.telopt);
		break;
	case TELNET_EV_WONT:
	case TELNET_EV_DONT:
		break; /* see telnet_refused */
	case TELNET_EV_TTYPE:
		if (ev->ttype.cmd == TELNET_TTYPE_IS)
			telnet_on_type(t, ev->ttype.name);
		break;
	case TELNET_EV_SUBNEGOTIATION:
		if (ev->sub.telopt == TELNET_TELOPT_NAWS)
			telnet_on_naws(t, (const uint8_t *)ev->sub.buffer,
			    ev->sub.size);
		break;
	case TELNET_EV_WARNING:
		/* A malformed terminal type, an odd answer.  Not its full
		 * buffer, after which it would take the rest for data: the
		 * filter cuts before that. */
		break;
	default: /* errors, compression, and what the filter takes out */
		telnet_fail(t, "libtelnet met what the filter should stop");
		break;
	}
}

int
telnet_open(struct telnet *t, const struct telnet_port *port)
{
	*t = (struct telnet){ .port = *port };
	t->lib = telnet_init(telnet_options, telnet_event, 0, t);
	if (t->lib == NULL)
		return -1;
	telnet_negotiate(t->lib, TELNET_DO, TELNET_TELOPT_TTYPE);
	return 0;
}

void
telnet_close(struct telnet *t)
{
	if (t->lib != NULL)
		telnet_free(t->lib);
	t->lib = NULL;
	free(t->early);
	t->early = NULL;
}

void
telnet_feed(struct telnet *t, const uint8_t *bytes, size_t n)
{
	uint8_t clean[FILTER_FEED_MAX];

	while (n > 0 && !t->failed) {
		size_t used, len = filter_feed(&t->filter, bytes, n, &used,
		    clean);

		bytes += used;
		n -= used;
		if (t->filter.commands > 0 && !t->heard)
			telnet_hear(t);
		if (len > 0)
			telnet_recv(t->lib, (const char *)clean, len);
		if (t->filter.refusal != 0 && !t->failed)
			telnet_refused(t, t->filter.refusal,
			    t->filter.refused);
		if (t->filter.verdict != FILTER_PASS)
			telnet_fail(t, filter_reason(t->filter.verdict));
	}
}

unsigned
telnet_timeout(struct telnet *t)
{
	if (telnet_settled(t) || t->failed)
		return 0;
	if (t->heard && t->mode != TELNET_SIZING && !t->waited) {
		t->waited = true;
		return TELNET_AGREE_MS - TELNET_FIRST_MS;
	}
	if (!t->heard) {
		telnet_agree(t, TELNET_RAW);
		return 0;
	}
	if (t->mode != TELNET_SIZING)
		telnet_character(t);
	telnet_agree(t, TELNET_CHARACTER);
	return 0;
}

void
telnet_write(struct telnet *t, const void *bytes, size_t n)
{
	if (!t->failed)
		telnet_send(t->lib, bytes, n);
}

void
telnet_record_end(struct telnet *t)
{
	if (!t->failed)
		telnet_iac(t->lib, TELNET_EOR);
}

void
telnet_timing_mark(struct telnet *t)
{
	static const uint8_t mark[] = { TELNET_IAC, TELNET_DO,
		TELNET_TELOPT_TM };

	t->port.out(t->port.arg, mark, sizeof mark);
}
