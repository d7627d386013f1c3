/* SPDX-License-Identifier: MIT
 *
 * server.h - vmspool from its first descriptor to its end.
 */
#ifndef VM370_SPOOL_SERVER_H
#define VM370_SPOOL_SERVER_H

#include "client.h"

/* Open the database in `folder` and the channel to vmcp.  -1: logged; the
 * process then ends. */
int server_open(struct spool *spool, const char *folder, int fd);

/* Serve until vmcp is gone.  start: what the last system left open is ended
 * first. */
void server_run(struct spool *spool, bool start);

void server_close(struct spool *spool);

#endif
