/* SPDX-License-Identifier: MIT
 *
 * early.h - a client's socket for libssl, of which somebody has read the
 * first bytes already.  Never waits, raises no SIGPIPE.
 */
#ifndef VM370_TLS_EARLY_H
#define VM370_TLS_EARLY_H

#include <stddef.h>

#include <openssl/bio.h>

/* The socket stays the caller's; the bytes are copied.  NULL: no memory. */
BIO *early_new(int fd, const void *bytes, size_t n);

#endif
