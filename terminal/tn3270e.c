/* SPDX-License-Identifier: MIT
 *
 * tn3270e.c - agree on a device, a name and functions; read and write headers.
 */
#include "tn3270e.h"

#include <ctype.h>
#include <string.h>

#include "ebcdic.h"

enum {
	E_ASSOCIATE = 0,
	E_CONNECT = 1,
	E_DEVICE_TYPE = 2,
	E_FUNCTIONS = 3,
	E_IS = 4,
	E_REASON = 5,
	E_REJECT = 6,
	E_REQUEST = 7,
	E_SEND = 8,
};

enum {
	REASON_INV_NAME = 3,
	REASON_INV_DEVICE_TYPE = 4,
	REASON_UNSUPPORTED_REQ = 7,
};

/* Kinds of records. */
enum {
	DT_3270 = 0,
	DT_RESPONSE = 2,
	DT_BIND_IMAGE = 3,
	DT_SSCP_LU = 7,
};

enum { NO_RESPONSE = 0, ERROR_RESPONSE = 1, ALWAYS_RESPONSE = 2 };
enum { RESPONSE_POSITIVE = 0, DEVICE_END = 0 };

#define E_OURS (TN3270E_BIND_IMAGE | TN3270E_RESPONSES | TN3270E_SYSREQ)
#define E_FUNCTIONS_MAX 8 /* numbers that have a bit */

/* --- answers --- */

static void
tn3270e_say(struct tn3270e *e, const void *bytes, size_t n)
{
	memcpy(e->answer + e->answer_len, bytes, n);
	e->answer_len += n;
}

static void
tn3270e_reject(struct tn3270e *e, uint8_t reason)
{
	const uint8_t reject[] = { E_DEVICE_TYPE, E_REJECT, E_REASON, reason };

	tn3270e_say(e, reject, sizeof reject);
}

static void
tn3270e_device(struct tn3270e *e)
{
	static const uint8_t is[] = { E_DEVICE_TYPE, E_IS };
	static const uint8_t connect = E_CONNECT;

	tn3270e_say(e, is, sizeof is);
	tn3270e_say(e, e->type, strlen(e->type));
	tn3270e_say(e, &connect, 1);
	tn3270e_say(e, e->lu, strlen(e->lu));
}

static void
tn3270e_functions(struct tn3270e *e, uint8_t verb)
{
	uint8_t list[2 + E_FUNCTIONS_MAX] = { E_FUNCTIONS, verb };
	size_t n = 2;

	for (uint8_t f = 0; f < E_FUNCTIONS_MAX; f++)
		if ((e->functions & 1u << f) != 0)
			list[n++] = f;
	tn3270e_say(e, list, n);
}

/* One that cannot make up its mind has had its tries. */
static bool
tn3270e_tired(struct tn3270e *e)
{
	if (++e->tries <= TN3270E_TRIES)
		return false;
	e->state = TN3270E_REFUSED;
	return true;
}

/* --- negotiation --- */

/* Text up to the next byte that is a code, in upper case; what is too long
 * for `to` becomes empty, which no name is. */
static size_t
tn3270e_text(const uint8_t *p, size_t n, char *to, size_t size)
{
	size_t len = 0;

	while (len < n && p[len] > E_SEND)
		len++;
	memset(to, 0, size);
	for (size_t i = 0; i < len && len < size; i++)
		to[i] = (char)toupper(p[i]);
	return len;
}

/* Behind DEVICE-TYPE REQUEST.  0, or why it is rejected. */
static int
tn3270e_wanted(struct tn3270e *e, const uint8_t *p, size_t n)
{
	struct tn3270_type type;
	char lu[TN3270_LU_MAX + 1];
	size_t used = tn3270e_text(p, n, e->type, sizeof e->type);

	if (!tn3270_type(e->type, &type))
		return REASON_INV_DEVICE_TYPE;
	if (used == n)
		return 0;
	if (p[used] != E_CONNECT)
		return REASON_UNSUPPORTED_REQ;
	p += used + 1;
	n -= used + 1;
	if (tn3270e_text(p, n, lu, sizeof lu) != n || !tn3270_lu(lu))
		return REASON_INV_NAME;
	memcpy(e->lu, lu, sizeof e->lu);
	return 0;
}

static void
tn3270e_on_device(struct tn3270e *e, const uint8_t *p, size_t n)
{
	int reason;

	if (e->state != TN3270E_DEVICE) {
		tn3270e_reject(e, REASON_UNSUPPORTED_REQ);
		return;
	}
	if (tn3270e_tired(e))
		return;
	reason = tn3270e_wanted(e, p, n);
	if (reason != 0) {
		tn3270e_reject(e, (uint8_t)reason);
		return;
	}
	e->state = TN3270E_FUNCTIONS;
	e->functions = E_OURS;
	e->tries = 0;
	tn3270e_device(e);
}

static bool
tn3270e_list(const uint8_t *p, size_t n, unsigned *functions)
{
	bool known = true;

	*functions = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < E_FUNCTIONS_MAX)
			*functions |= 1u << p[i];
		else
			known = false;
	}
	return known;
}

/* What we can do of a request is agreed, or asked back for: each list is a
 * subset of the one before, so this ends. */
static void
tn3270e_on_request(struct tn3270e *e, const uint8_t *p, size_t n)
{
	unsigned asked;
	bool known = tn3270e_list(p, n, &asked);

	if (tn3270e_tired(e))
		return;
	e->functions &= asked;
	if (known && e->functions == asked) {
		e->state = TN3270E_DATA;
		e->tries = 0;
		tn3270e_functions(e, E_IS);
	} else
		tn3270e_functions(e, E_REQUEST);
}

/* The client's answer to our request: just that list. */
static void
tn3270e_on_is(struct tn3270e *e, const uint8_t *p, size_t n)
{
	unsigned is;

	if (e->state != TN3270E_FUNCTIONS)
		return;
	if (tn3270e_list(p, n, &is) && is == e->functions)
		e->state = TN3270E_DATA;
	else
		e->state = TN3270E_REFUSED;
}

void
tn3270e_open(struct tn3270e *e, const char *lu)
{
	static const uint8_t send[] = { E_SEND, E_DEVICE_TYPE };

	memset(e, 0, sizeof *e);
	strncpy(e->lu, lu, sizeof e->lu - 1);
	tn3270e_say(e, send, sizeof send);
}

void
tn3270e_negotiate(struct tn3270e *e, const uint8_t *p, size_t n)
{
	e->answer_len = 0;
	if (n < 2 || e->state == TN3270E_REFUSED)
		return;
	if (p[0] == E_DEVICE_TYPE && p[1] == E_REQUEST)
		tn3270e_on_device(e, p + 2, n - 2);
	else if (p[0] != E_FUNCTIONS || e->state == TN3270E_DEVICE)
		return;
	else if (p[1] == E_REQUEST)
		tn3270e_on_request(e, p + 2, n - 2);
	else if (p[1] == E_IS)
		tn3270e_on_is(e, p + 2, n - 2);
}

/* --- records --- */

/*
 * A BIND as an LU of type 2 gets it (GA27-3136): the profiles are what a
 * display needs; the default screen is 24 by 80, the alternate one the
 * device's own.
 */
size_t
tn3270e_bind(struct tn3270e *e, const char *system,
    uint8_t record[TN3270E_BIND_MAX])
{
	static const uint8_t bind[] = { DT_BIND_IMAGE, 0, 0, 0, 0,
		0x31, 0x01, 0x03, 0x03, 0xB1, 0x90, 0x30, 0x80, 0x00, 0x87,
		0xF8, 0x87, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00,
		24, 80, 0x00, 0x00, 0x03, 0x00, 0x00 };
	size_t n = sizeof bind, len = strlen(system);

	if ((e->functions & TN3270E_BIND_IMAGE) == 0)
		return 0;
	memcpy(record, bind, n);
	if (len > TN3270_LU_MAX)
		len = TN3270_LU_MAX;
	record[n++] = (uint8_t)len;
	for (size_t i = 0; i < len; i++)
		record[n++] = latin1_to_ebcdic[(uint8_t)system[i]];
	record[n++] = 0; /* no user data */
	return n;
}

/* Only what a client cannot show is worth a response: each is a packet. */
void
tn3270e_header(struct tn3270e *e, uint8_t header[TN3270E_HEADER])
{
	bool responses = (e->functions & TN3270E_RESPONSES) != 0;

	header[0] = DT_3270;
	header[1] = 0;
	header[2] = responses ? ERROR_RESPONSE : NO_RESPONSE;
	header[3] = (uint8_t)(e->sequence >> 8);
	header[4] = (uint8_t)e->sequence;
	e->sequence = (uint16_t)((e->sequence + 1) & 0x7FFF);
}

static void
tn3270e_respond(struct tn3270e *e, const uint8_t *header)
{
	const uint8_t response[] = { DT_RESPONSE, 0, RESPONSE_POSITIVE,
		header[3], header[4], DEVICE_END };

	if (header[2] == ALWAYS_RESPONSE &&
	    (e->functions & TN3270E_RESPONSES) != 0)
		tn3270e_say(e, response, sizeof response);
}

enum tn3270e_what
tn3270e_record(struct tn3270e *e, const uint8_t *record, size_t n,
    const uint8_t **data, size_t *len)
{
	e->answer_len = 0;
	*data = record;
	*len = 0;
	if (n < TN3270E_HEADER)
		return TN3270E_NOTHING;
	*data = record + TN3270E_HEADER;
	*len = n - TN3270E_HEADER;
	switch (record[0]) {
	case DT_3270:
		tn3270e_respond(e, record);
		return TN3270E_3270;
	case DT_SSCP_LU:
		tn3270e_respond(e, record);
		return TN3270E_SSCP;
	default: /* a response that says no, too: it shows what it can */
		return TN3270E_NOTHING;
	}
}
