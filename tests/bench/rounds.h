/* SPDX-License-Identifier: MIT
 *
 * rounds.h - a guest that measures itself: a line of the console a round.
 */
#ifndef VM370_TESTS_ROUNDS_H
#define VM370_TESTS_ROUNDS_H

#include <err.h>
#include <stdint.h>
#include <stdlib.h>

#include "../rig/rig.h"
#include "median.h"

/* IPL it in a machine that was started; one of what it did in a round costs
 * so much, a round being n of them.  The first warms up. */
static inline double
rounds_median(struct rig *rig, uint32_t vdev, const char *parm,
    unsigned rounds, double n)
{
	double v[RIG_LINES];

	if (rounds > RIG_LINES || rig_ipl(rig, vdev, 0, parm) < 0 ||
	    rig_pump(rig, &rig->done, rig->timeout_ms) < 0 || rig->rc != 0 ||
	    rig->nlines != rounds)
		errx(1, "the guest failed: %d", rig->rc);
	for (unsigned i = 0; i < rounds; i++)
		v[i] = atof(rig->line[i]) / n;
	rig_kill(rig);
	return median(v + 1, rounds - 1);
}

#endif
