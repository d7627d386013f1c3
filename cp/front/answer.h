/* SPDX-License-Identifier: MIT
 *
 * answer.h - is a terminal that connects really answered?
 */
#ifndef VM370_CP_FRONT_ANSWER_H
#define VM370_CP_FRONT_ANSWER_H

#include <signal.h>
#include <stdbool.h>

/*
 * Connect, as the plainest of terminals, which refuses every option, to where
 * the system listens ("any" is this host), until it shows text.  False after
 * ANSWER_SECONDS, or as soon as *stop is set.
 */
bool answer_wait(const char *address, int port,
    const volatile sig_atomic_t *stop);

#endif
