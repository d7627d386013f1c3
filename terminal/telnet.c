/* SPDX-License-Identifier: MIT
 *
 * telnet.c - negotiation and data.  Nothing here looks at what data says.
 *
 *   SECURING --STARTTLS: the port's; WONT--\
 *   EXTENDING <----------------------------/
 *     |  \--WILL TN3270E, device and functions agreed--> 3270, extended
 *     \--WONT, or refused--> TYPING
 *   TYPING --a 3270's name--> JOINING --four options--> 3270, classic
 *     \--another name, again and again; WONT TTYPE--> SIZING
 *   JOINING --refused--> SIZING --NAWS--> CHARACTER
 *
 * These are stages; the mode is settled by the first end that is reached: by
 * 1.5 s without a word (RAW), by 10 s (CHARACTER).  Then they go on behind it,
 * and a slow 3270 becomes one after all.  One that leaves 3270 mode (refuses
 * an option that it had) is CHARACTER until it joins again.
 */
#include "telnet.h"

#include <libtelnet.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the client is bound to, as it may show. */
#define TELNET_SYSTEM "VM370"

enum { TELNET_TN3270E = 40, TELNET_STARTTLS = 46 };

enum {
	JOIN_WILL_EOR = 1,
	JOIN_DO_EOR = 2,
	JOIN_WILL_BINARY = 4,
	JOIN_DO_BINARY = 8,
	JOIN_ALL = 15,
};

_Static_assert(FILTER_SB_MAX < 16384, "libtelnet's buffer is never full");

/* The first only where there is TLS. */
static const telnet_telopt_t telnet_options[] = {
	{ TELNET_STARTTLS, TELNET_WONT, TELNET_DO },
	{ TELNET_TN3270E, TELNET_WONT, TELNET_DO },
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
	return t->mode != TELNET_ASKING;
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
	t->tn.len = 0;
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
	if (t->mode == TELNET_ASKING)
		telnet_early(t, bytes, n);
	else if (t->mode != TELNET_3270)
		t->port.data(t->port.arg, bytes, n);
	else if (!tn3270_data(&t->tn, bytes, n))
		telnet_fail(t, "a record that is too long");
}

/* --- records --- */

/* Doubled IACs, as telnet_send() would make them; it looks at each byte. */
static void
telnet_escaped(struct telnet *t, const uint8_t *bytes, size_t n)
{
	const uint8_t *iac;

	while (n > 0 && (iac = memchr(bytes, TELNET_IAC, n)) != NULL) {
		size_t len = (size_t)(iac - bytes) + 1;

		t->port.out(t->port.arg, bytes, len);
		t->port.out(t->port.arg, iac, 1);
		bytes += len;
		n -= len;
	}
	if (n > 0)
		t->port.out(t->port.arg, bytes, n);
}

static void
telnet_raw_record(struct telnet *t, const uint8_t *header, size_t header_len,
    const uint8_t *bytes, size_t n)
{
	static const uint8_t end[] = { TELNET_IAC, TELNET_EOR };

	telnet_escaped(t, header, header_len);
	telnet_escaped(t, bytes, n);
	t->port.out(t->port.arg, end, sizeof end);
}

/* Text that was typed while the 3270's screen was the network's: ENTER on a
 * screen without fields.  Its header has room for what comes before it. */
static void
telnet_sscp(struct telnet *t, size_t n)
{
	static const uint8_t enter[] = { 0x7D, 0x40, 0x40 };
	uint8_t *at = t->tn.record + TN3270E_HEADER - sizeof enter;

	memcpy(at, enter, sizeof enter);
	t->port.record(t->port.arg, at, sizeof enter + n);
}

static void
telnet_extended_record(struct telnet *t, size_t n)
{
	const uint8_t *data;
	size_t len;

	switch (tn3270e_record(&t->e, t->tn.record, n, &data, &len)) {
	case TN3270E_3270:
		t->port.record(t->port.arg, data, len);
		break;
	case TN3270E_SSCP:
		telnet_sscp(t, len);
		break;
	case TN3270E_NOTHING:
		break;
	}
	if (t->e.answer_len > 0)
		telnet_raw_record(t, t->e.answer, t->e.answer_len, NULL, 0);
}

/* Records hold what was typed, passwords too. */
static void
telnet_record_end(struct telnet *t)
{
	size_t n = tn3270_end(&t->tn);

	if (t->extended)
		telnet_extended_record(t, n);
	else
		t->port.record(t->port.arg, t->tn.record, n);
	explicit_bzero(t->tn.record, n);
}

/* --- negotiation --- */

static void
telnet_extend(struct telnet *t)
{
	t->stage = TELNET_EXTENDING;
	telnet_negotiate(t->lib, TELNET_DO, TELNET_TN3270E);
}

/* Ask for its types, from the first. */
static void
telnet_type(struct telnet *t)
{
	t->stage = TELNET_TYPING;
	t->types = 0;
	if (t->types_known)
		telnet_ttype_send(t->lib);
	else
		telnet_negotiate(t->lib, TELNET_DO, TELNET_TELOPT_TTYPE);
}

/*
 * A character terminal: we echo, nobody waits for go-aheads, eight bits go
 * both ways.  Not to a 3270 that has left 3270 mode: BINARY is a part of that.
 */
static void
telnet_character(struct telnet *t)
{
	telnet_negotiate(t->lib, TELNET_WILL, TELNET_TELOPT_ECHO);
	telnet_negotiate(t->lib, TELNET_WILL, TELNET_TELOPT_SGA);
	telnet_negotiate(t->lib, TELNET_DO, TELNET_TELOPT_SGA);
	if (!t->is_3270) {
		telnet_negotiate(t->lib, TELNET_DO, TELNET_TELOPT_BINARY);
		telnet_negotiate(t->lib, TELNET_WILL, TELNET_TELOPT_BINARY);
	}
	telnet_negotiate(t->lib, TELNET_DO, TELNET_TELOPT_NAWS);
	t->echo = true;
}

static void
telnet_sized(struct telnet *t)
{
	t->stage = TELNET_DONE;
	if (t->mode == TELNET_ASKING)
		telnet_agree(t, TELNET_CHARACTER);
	else
		t->port.size(t->port.arg);
}

/* No 3270.  A client may have told its size unasked, and does not tell it
 * again. */
static void
telnet_size(struct telnet *t)
{
	t->stage = TELNET_SIZING;
	telnet_character(t);
	if (t->cols != 0 || t->mode != TELNET_ASKING)
		telnet_sized(t);
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
	if (t->joined != JOIN_ALL || !t->is_3270 || t->mode == TELNET_3270)
		return;
	t->stage = TELNET_DONE;
	telnet_agree(t, TELNET_3270);
}

/* What the client has offered already is not asked for, nor said again. */
static void
telnet_join(struct telnet *t)
{
	t->stage = TELNET_JOINING;
	telnet_negotiate(t->lib, TELNET_DO, TELNET_TELOPT_EOR);
	telnet_negotiate(t->lib, TELNET_WILL, TELNET_TELOPT_EOR);
	telnet_negotiate(t->lib, TELNET_DO, TELNET_TELOPT_BINARY);
	telnet_negotiate(t->lib, TELNET_WILL, TELNET_TELOPT_BINARY);
	telnet_joined(t, 0);
}

/* It has left 3270 mode. */
static void
telnet_leave(struct telnet *t)
{
	t->extended = false;
	telnet_character(t);
	telnet_agree(t, TELNET_CHARACTER);
}

/* An option of TN3270 is refused, before it is one or after. */
static void
telnet_unjoined(struct telnet *t, uint8_t what)
{
	t->joined &= (uint8_t)~what;
	if (t->stage == TELNET_JOINING)
		telnet_size(t);
	else if (t->mode == TELNET_3270 && !t->extended)
		telnet_leave(t);
}

/* --- TN3270E --- */

static void
telnet_e_answer(struct telnet *t)
{
	if (t->e.answer_len > 0)
		telnet_subnegotiation(t->lib, TELNET_TN3270E,
		    (const char *)t->e.answer, t->e.answer_len);
}

static void
telnet_e_begin(struct telnet *t)
{
	if (t->mode == TELNET_3270) {
		telnet_negotiate(t->lib, TELNET_DONT, TELNET_TN3270E);
		return;
	}
	t->stage = TELNET_EXTENDING;
	tn3270e_open(&t->e, t->lu);
	telnet_e_answer(t);
}

static void
telnet_e_agreed(struct telnet *t)
{
	uint8_t bind[TN3270E_BIND_MAX];
	size_t n = tn3270e_bind(&t->e, TELNET_SYSTEM, bind);

	/* Text for one that was taken for no 3270 is the beginning of a record
	 * to it: of one that it does not know, and that ends before ours. */
	if (telnet_settled(t))
		telnet_raw_record(t, NULL, 0, NULL, 0);
	memcpy(t->type, t->e.type, sizeof t->type);
	t->is_3270 = tn3270_type(t->type, &t->display);
	t->extended = true;
	t->stage = TELNET_DONE;
	if (n > 0)
		telnet_raw_record(t, bind, n, NULL, 0);
	telnet_agree(t, TELNET_3270);
}

/* On without it. */
static void
telnet_e_ended(struct telnet *t)
{
	if (t->extended)
		telnet_leave(t);
	if (t->stage == TELNET_EXTENDING || t->mode == TELNET_CHARACTER)
		telnet_type(t);
}

static void
telnet_on_e(struct telnet *t, const uint8_t *p, size_t n)
{
	if (t->stage != TELNET_EXTENDING && !t->extended)
		return;
	tn3270e_negotiate(&t->e, p, n);
	telnet_e_answer(t);
	if (t->e.state == TN3270E_DATA && !t->extended)
		telnet_e_agreed(t);
	else if (t->e.state == TN3270E_REFUSED) {
		telnet_negotiate(t->lib, TELNET_DONT, TELNET_TN3270E);
		telnet_e_ended(t);
	}
}

/* --- options --- */

static void
telnet_starttls(struct telnet *t)
{
	static const char follows = 1;

	if (t->stage != TELNET_SECURING)
		return;
	t->follows = true;
	telnet_subnegotiation(t->lib, TELNET_STARTTLS, &follows, 1);
}

static void
telnet_on_will(struct telnet *t, uint8_t option)
{
	switch (option) {
	case TELNET_STARTTLS:
		telnet_starttls(t);
		break;
	case TELNET_TN3270E:
		telnet_e_begin(t);
		break;
	case TELNET_TELOPT_TTYPE:
		t->types_known = true;
		if (t->stage == TELNET_TYPING)
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
	case TELNET_STARTTLS:
		if (t->stage == TELNET_SECURING)
			telnet_extend(t);
		break;
	case TELNET_TN3270E:
		if (t->stage == TELNET_EXTENDING || t->extended)
			telnet_e_ended(t);
		break;
	case TELNET_TELOPT_TTYPE:
		t->types_known = false;
		if (t->stage == TELNET_TYPING)
			telnet_size(t);
		break;
	case TELNET_TELOPT_NAWS:
		if (t->stage == TELNET_SIZING)
			telnet_sized(t);
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
	if (changed && (t->mode == TELNET_RAW || t->mode == TELNET_CHARACTER))
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

	if (t->stage != TELNET_TYPING)
		return;
	memcpy(last, t->type, sizeof last);
	snprintf(t->type, sizeof t->type, "%s", name);
	t->is_3270 = tn3270_type(t->type, &t->display);
	if (t->is_3270) {
		telnet_join(t);
		return;
	}
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
	if (t->stage == TELNET_SIZING)
		telnet_sized(t);
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
			telnet_record_end(t);
		break;
	case TELNET_AO:
		if (t->mode == TELNET_3270)
			t->port.sysreq(t->port.arg);
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
telnet_on_sb(struct telnet *t, uint8_t option, const uint8_t *p, size_t n)
{
	if (option == TELNET_TELOPT_NAWS)
		telnet_on_naws(t, p, n);
	else if (option == TELNET_TN3270E)
		telnet_on_e(t, p, n);
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
		telnet_on_sb(t, ev->sub.telopt,
		    (const uint8_t *)ev->sub.buffer, ev->sub.size);
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
telnet_open(struct telnet *t, const struct telnet_port *port, bool starttls,
    const char *lu)
{
	memset(t, 0, offsetof(struct telnet, tn.record));
	t->port = *port;
	snprintf(t->lu, sizeof t->lu, "%s", lu);
	t->lib = telnet_init(telnet_options + !starttls, telnet_event, 0, t);
	if (t->lib == NULL)
		return -1;
	if (starttls)
		telnet_negotiate(t->lib, TELNET_DO, TELNET_STARTTLS);
	else
		telnet_extend(t);
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
		if (t->filter.follows && t->follows && !t->failed) {
			t->port.tls(t->port.arg, bytes, n);
			return;
		}
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
	if (t->heard && t->stage != TELNET_SIZING && !t->waited) {
		t->waited = true;
		return TELNET_AGREE_MS - TELNET_FIRST_MS;
	}
	if (!t->heard) {
		telnet_agree(t, TELNET_RAW);
		return 0;
	}
	if (t->stage != TELNET_SIZING)
		telnet_character(t);
	else
		t->stage = TELNET_DONE;
	telnet_agree(t, TELNET_CHARACTER);
	return 0;
}

void
telnet_write(struct telnet *t, const void *bytes, size_t n)
{
	if (!t->failed && t->mode != TELNET_3270)
		telnet_send(t->lib, bytes, n);
}

void
telnet_record(struct telnet *t, const void *bytes, size_t n)
{
	uint8_t header[TN3270E_HEADER];

	if (t->failed || t->mode != TELNET_3270)
		return;
	if (t->extended)
		tn3270e_header(&t->e, header);
	telnet_raw_record(t, header, t->extended ? sizeof header : 0, bytes,
	    n);
}

void
telnet_timing_mark(struct telnet *t)
{
	static const uint8_t mark[] = { TELNET_IAC, TELNET_DO,
		TELNET_TELOPT_TM };

	t->port.out(t->port.arg, mark, sizeof mark);
}
