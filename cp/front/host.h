/* SPDX-License-Identifier: MIT
 *
 * host.h - vmcp's socket for the host: run/cp.sock.
 */
#ifndef VM370_CP_FRONT_HOST_H
#define VM370_CP_FRONT_HOST_H

#include <stdio.h>

#include "front.h"

/* host_command's answers that are no message number. */
#define HOST_NO_ANSWER (-1000)

/* A connected socket, or -1 with a line printed unless quiet. */
int host_connect(const struct front *front, bool quiet);

struct ipcchan_message;

/* The text behind a message's fixed part; NULL: nowhere. */
void host_print(const struct ipcchan_message *msg, size_t fixed, FILE *out);

/*
 * Have vmcp of this home directory carry out a command, as the system's
 * owner; in a lab, inside it.  What it says goes to out (NULL: nowhere).
 * 0, a message number, -errno, or HOST_NO_ANSWER with a line printed.
 */
int host_command(const struct front *front, const char *command, FILE *out);

/*
 * Ask the vmcp that runs here for the fingerprint of the terminals'
 * certificate, or have it read anew.  What it says goes to out; the answers
 * are host_command's.
 */
int host_tls(const struct front *front, bool again, FILE *out);

#endif
