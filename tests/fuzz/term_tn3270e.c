/* SPDX-License-Identifier: MIT
 *
 * term_tn3270e.c - TN3270E's subnegotiations and records, in any order.
 *
 * The input is a sequence of {kind, length, bytes}.  What is checked: answers
 * are within their bounds, names are names, what is agreed is what we have,
 * and what a record is said to hold is inside it.
 */
#include <stdlib.h>
#include <string.h>

#include "tn3270e.h"

static void
check(bool good)
{
	if (!good)
		abort();
}

static void
check_negotiation(const struct tn3270e *e)
{
	struct tn3270_type type;

	check(e->answer_len <= sizeof e->answer);
	check(tn3270_lu(e->lu));
	check((e->functions & ~(unsigned)(TN3270E_BIND_IMAGE |
	    TN3270E_RESPONSES | TN3270E_SYSREQ)) == 0);
	check(memchr(e->type, '\0', sizeof e->type) != NULL);
	if (e->state == TN3270E_FUNCTIONS || e->state == TN3270E_DATA)
		check(tn3270_type(e->type, &type) && type.rows >= 24 &&
		    type.cols >= 80);
}

static void
check_record(struct tn3270e *e, const uint8_t *bytes, size_t n)
{
	uint8_t header[TN3270E_HEADER], bind[TN3270E_BIND_MAX];
	const uint8_t *data;
	size_t len;
	enum tn3270e_what what = tn3270e_record(e, bytes, n, &data, &len);

	check(data >= bytes && len <= n && data + len <= bytes + n);
	if (what == TN3270E_3270 || what == TN3270E_SSCP)
		check(data == bytes + TN3270E_HEADER);
	check(e->answer_len <= TN3270E_HEADER + 1);
	check(tn3270e_bind(e, "VM370SYSTEM", bind) <= sizeof bind);
	tn3270e_header(e, header);
	check(header[0] == 0 && header[3] < 0x80);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct tn3270e e;

	tn3270e_open(&e, "LU00001");
	while (n >= 2) {
		size_t len = bytes[1] < n - 2 ? bytes[1] : n - 2;

		if ((bytes[0] & 1) == 0)
			tn3270e_negotiate(&e, bytes + 2, len);
		else
			check_record(&e, bytes + 2, len);
		check_negotiation(&e);
		bytes += 2 + len;
		n -= 2 + len;
	}
	return 0;
}
