/* SPDX-License-Identifier: MIT
 *
 * term_proxy.c - a PROXY header.  The first byte says how it is cut.
 */
#include <stdlib.h>
#include <string.h>

#include "peer.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const uint8_t begin[] = { 0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D,
		0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21 };
	static struct peer p;
	size_t step, used;

	if (n < 1)
		return 0;
	memset(&p, 0, sizeof p);
	step = 1 + bytes[0] % 64;
	if (bytes[0] >= 64) /* most of the time beyond the signature */
		peer_feed(&p, "PASS", begin, sizeof begin, &used);
	bytes++;
	n--;
	while (n > 0 && p.verdict == PEER_MORE) {
		peer_feed(&p, "PASS", bytes, n < step ? n : step, &used);
		if (used > n || p.len > PEER_HEADER_MAX)
			abort();
		bytes += used;
		n -= used;
	}
	if (p.verdict == PEER_DONE && strlen(p.peer) == 0)
		abort();
	return 0;
}
