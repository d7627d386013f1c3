/* SPDX-License-Identifier: MIT
 *
 * option.h - what COPYFILE's options ask for.
 */
#ifndef COPYFILE_OPTION_H
#define COPYFILE_OPTION_H

#include "words.h"

#define OPTION_LABEL 8

enum option_name {
	OPTION_APPEND, OPTION_EBCDIC, OPTION_FILL, OPTION_FOR, OPTION_FRLABEL,
	OPTION_FROM, OPTION_LOWCASE, OPTION_LRECL, OPTION_NEWDATE,
	OPTION_NEWFILE, OPTION_NOPROMPT, OPTION_NOSPECS, OPTION_NOTRUNC,
	OPTION_NOTYPE, OPTION_OLDDATE, OPTION_OVLY, OPTION_PACK,
	OPTION_PROMPT, OPTION_RECFM, OPTION_REPLACE, OPTION_SINGLE,
	OPTION_SPECS, OPTION_TOLABEL, OPTION_TRANS, OPTION_TRUNC, OPTION_TYPE,
	OPTION_UNPACK, OPTION_UPCASE, OPTION_NAMES
};

struct option {
	unsigned seen; /* 1 << OPTION_x */
	unsigned long from, count, lrecl;
	const char *from_label, *to_label;
	char recfm;
	unsigned char fill;
};

int option_has(const struct option *o, enum option_name name);

/* 0, or the return code of the message that has been given. */
int option_parse(struct option *o, const struct words *w);

#endif
