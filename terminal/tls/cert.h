/* SPDX-License-Identifier: MIT
 *
 * cert.h - the certificate and its key: made, loaded, told of.  Opens these
 * two files and nothing else; speaks to nobody.
 */
#ifndef VM370_TLS_CERT_H
#define VM370_TLS_CERT_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

#define CERT_WHY_MAX 256

/* What of a certificate is for people; NUL terminated. */
struct cert_text {
	char fingerprint[96]; /* SHA-256, "AB:CD:..." */
	char subject[256];
	char names[512];      /* "localhost 127.0.0.1": what it is for */
	char from[32], to[32]; /* UTC: "2026-11-20 12:00:00" */
};

/*
 * A P-256 key and a certificate that it signs itself, for `name`, localhost
 * and the loopback addresses, good for ten years.  What is there already is
 * left alone.  False: why says why.
 */
bool cert_make(const char *cert, const char *key, const char *name,
    char why[CERT_WHY_MAX]);

/* Is there neither of the two? */
bool cert_missing(const char *cert, const char *key);

/* The certificate's text.  False: why says why. */
bool cert_tell(const char *cert, struct cert_text *text,
    char why[CERT_WHY_MAX]);

/*
 * A server's context with certificate, chain and key, tried out by a handshake
 * with itself: what can be wrong shows here, and what libssl does only once it
 * has done.  NULL: why says why; a certificate whose time is not now is none.
 */
SSL_CTX *cert_load(const char *cert, const char *key, struct cert_text *text,
    char why[CERT_WHY_MAX]);

#endif
