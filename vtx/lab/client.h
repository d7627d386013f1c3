/* SPDX-License-Identifier: MIT
 *
 * client.h - run a command in a lab and be its terminal.
 */
#ifndef VM370_LAB_CLIENT_H
#define VM370_LAB_CLIENT_H

#include <stdint.h>

#include "pack.h"

#define CLIENT_LOST 125 /* exit status: the lab did not answer */

struct client_command {
	char *const *argv;   /* NULL terminated */
	uint32_t flags;	     /* WIRE_RUN_*; PTY is added at a terminal */
	int terminal;	     /* 0: no terminal of its own even so */
	struct pack *carry;  /* files to send first, or NULL */
};

/* Run it through the agent on 127.0.0.1:port.  Standard streams are this
 * process's; its exit status, or CLIENT_LOST with a line on standard error. */
int client_run(uint16_t port, const char *token,
    const struct client_command *cmd);

#endif
