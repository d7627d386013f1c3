/* SPDX-License-Identifier: MIT
 *
 * loop.h - a channel on libevent's loop (vmcp, vmspool, vmterm, vmtls).
 */
#ifndef VM370_BASE_LOOP_H
#define VM370_BASE_LOOP_H

#include <event2/event.h>

#include "ipcchan.h"

/* A loop of a process with one thread.  NULL: there is no memory. */
struct event_base *loop_new(void);

struct loopchan;

/* Called for each message, and once with NULL when the channel died (end of
 * file, an error, a bad message): then loopchan_close it. */
typedef void loopchan_fn(struct loopchan *lc, const struct ipcchan_message *msg,
    void *arg);

struct loopchan {
	struct ipcchan ch;
	struct event_base *base;
	struct event *read, *write;
	loopchan_fn *fn;
	void *arg;
};

/* Take ownership of fd and watch it.  -1 with errno (fd still the caller's). */
int loopchan_open(struct loopchan *lc, struct event_base *base, int fd,
    enum ipc_party self, enum ipc_party peer, loopchan_fn *fn, void *arg);

/* Stop watching and close.  Allowed inside the handler, which may then free
 * the structure; safe to repeat on one that was zeroed or closed. */
void loopchan_close(struct loopchan *lc);

/* As ipcchan_queue; it is sent when the turn of the loop ends.  A death is
 * reported by the handler, from the loop. */
void loopchan_send(struct loopchan *lc, enum ipc_type type, const void *payload,
    size_t len, int fd);
void loopchan_send_text(struct loopchan *lc, enum ipc_type type, void *fixed,
    size_t fixed_len, const void *text, size_t n, int fd);

#endif
