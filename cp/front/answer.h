/* SPDX-License-Identifier: MIT
 *
 * answer.h - is a terminal that connects really answered?
 */
#ifndef VM370_CP_FRONT_ANSWER_H
#define VM370_CP_FRONT_ANSWER_H

#include <signal.h>
#include <stdbool.h>

/*
 * Connect to 127.0.0.1 as the plainest of terminals, which refuses every
 * option, until it is shown text.  False after ANSWER_SECONDS, or as soon as
 * *stop is set.
 */
bool answer_wait(int port, const volatile sig_atomic_t *stop);

#endif
