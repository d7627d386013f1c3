/* SPDX-License-Identifier: MIT
 *
 * record.h - what COPYFILE makes of one record.  Pure.
 */
#ifndef COPYFILE_RECORD_H
#define COPYFILE_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "list.h"

#define RECORD_MAX 65535u

struct record_form {
	char recfm;
	uint32_t lrecl; /* F: the length; V: at most; 0: as it comes */
	unsigned char fill;
	int trunc; /* V: without fill at its end */
};

/*
 * The input record in, of len bytes, to out, where RECORD_MAX have room and
 * where, for OVLY, old bytes are.  Returns the length.  The input is
 * translated in its place.
 */
size_t record_make(const struct list *l, const struct record_form *form,
    unsigned char *in, size_t len, unsigned char *out, size_t old);

#endif
