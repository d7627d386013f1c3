/* SPDX-License-Identifier: MIT
 *
 * tls.h - vmtls: started, started again, its certificate loaded anew; and
 * terminals' connections on their way to it.  No byte of them is read here,
 * and no key ever is.
 */
#ifndef VM370_CP_TLS_H
#define VM370_CP_TLS_H

#include <stdbool.h>

#include "cp.h"

struct ipcchan_message;

/* Start it, unless SYSTEM CONFIG says TLS OFF.  fn is called once, when it is
 * known whether there is TLS; perhaps before this returns. */
void tls_open(struct cp *cp, void (*fn)(void *arg), void *arg);
void tls_close(struct cp *cp);

/* May a vmterm hand connections over? */
bool tls_ready(const struct cp *cp);

/* The fingerprint of the certificate in use, or why there is none. */
const char *tls_text(const struct cp *cp);

/* Read certificate and key anew; fn hears of it: rc 0 and the fingerprint, or
 * 440 and why not: then the old one stays.  Connections stay as they are. */
typedef void tls_fn(int rc, const char *text, void *arg);
void tls_reload(struct cp *cp, tls_fn *fn, void *arg);

/* Whoever asked has gone. */
void tls_cancel(struct cp *cp, void *arg);

/* TERM_TLS_PLAIN or TERM_TLS_CLIENT of a terminal.  False: it may not say
 * that. */
bool tls_message(struct term *t, const struct ipcchan_message *msg);

#endif
