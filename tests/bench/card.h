/* SPDX-License-Identifier: MIT
 *
 * card.h - how much the bench of a punched card punches, for its guest and for
 * its floor.
 */
#ifndef VM370_TESTS_BENCH_CARD_H
#define VM370_TESTS_BENCH_CARD_H

#include "channel.h"
#include "spool.h"

#define CARDS_APART 100u /* then they come again */
#define CARDS_IN_BLOCK (SPOOL_BLOCK_MAX / (SPOOL_LENGTH + RDR_CARD))
#define CARDS (16u * CARDS_IN_BLOCK) /* in a chain: whole blocks */

#endif
