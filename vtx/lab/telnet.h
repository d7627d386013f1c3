/* SPDX-License-Identifier: MIT
 *
 * telnet.h - see whether a terminal that connects is answered.
 */
#ifndef VM370_LAB_TELNET_H
#define VM370_LAB_TELNET_H

#include <stdint.h>

#include <event2/event.h>

struct telnet_probe;

/* Called once: why is NULL when the system's first line was shown.  The probe
 * is then freed. */
typedef void telnet_probe_fn(void *arg, const char *why);

/* Connect as the plainest of terminals, which refuses every option, and wait
 * for text; try again until the time is over.  NULL: no memory. */
struct telnet_probe *telnet_probe(struct event_base *base, const char *address,
    uint16_t port, telnet_probe_fn *fn, void *arg);

/* Give up; fn is not called. */
void telnet_probe_free(struct telnet_probe *p);

#endif
