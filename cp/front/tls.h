/* SPDX-License-Identifier: MIT
 *
 * tls.h - what the host is told of the terminals' certificate.  Reads no key:
 * vmtls does.
 */
#ifndef VM370_CP_FRONT_TLS_H
#define VM370_CP_FRONT_TLS_H

#include "front.h"

#define TLS_SHOWN_MAX 4096

struct config;

/*
 * What vmtls says of the certificate that SYSTEM CONFIG means: lines of text.
 * 0; else it is of no use, and the last line says why.
 */
int tls_look(const struct front *front, const struct config *config,
    char shown[TLS_SHOWN_MAX]);

/* Its fingerprint, among these lines; "" when there is none. */
void tls_fingerprint(const char *shown, char *buf, size_t size);

/* An address as in a URL: [::1]; the loopback for "any". */
void tls_host(const char *address, char *buf, size_t size);

#endif
