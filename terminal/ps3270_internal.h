/* SPDX-License-Identifier: MIT
 *
 * ps3270_internal.h - between the files of the presentation space.
 */
#ifndef VM370_TERMINAL_PS3270_INTERNAL_H
#define VM370_TERMINAL_PS3270_INTERNAL_H

#include "ps3270.h"

#define PS_NO_FIELD UINT16_MAX /* of struct ps3270's field */
#define PS_GRAPHIC_MIN 0x40    /* what is below has no other look */

static inline unsigned
ps3270_cells(const struct ps3270 *ps)
{
	return ps->rows * ps->cols;
}

/* The next position, and the one before; the last and the first are
 * neighbours. */
static inline unsigned
ps3270_on(const struct ps3270 *ps, unsigned at)
{
	return at + 1 == ps3270_cells(ps) ? 0 : at + 1;
}

static inline unsigned
ps3270_back(const struct ps3270 *ps, unsigned at)
{
	return at == 0 ? ps3270_cells(ps) - 1 : at - 1;
}

static inline bool
ps3270_is_attr(const struct ps3270 *ps, unsigned at)
{
	return (ps->cell[at].what & PS_ATTR) != 0;
}

/* ps3270_read.c: the answer to DS_READ_BUFFER and so on, and to a Read
 * Partition that was checked, behind what is in *o. */
void ps3270_read(const struct ps3270 *ps, uint8_t command, struct ds_out *o);
void ps3270_partition(const struct ps3270 *ps, const struct ds_sfield *field,
    struct ds_out *o);

#endif
