/* SPDX-License-Identifier: MIT
 *
 * line.c - what PRINT makes of a record.  Pure.
 */
#include "cms.h"
#include "line.h"

/* Commands that write and move the paper, by what they do then. */
#define SKIP(channel) (0x81u | (unsigned)(channel) << 3)
#define IMMEDIATE 0x02u

size_t
line_cut(const unsigned char *text, size_t len, unsigned columns)
{
	size_t at = 0;

	while (at < len) {
		if ((text[at] & 0xC0) != 0x80 && columns-- == 0)
			break;
		at++;
	}
	return at;
}

static unsigned
line_asa(unsigned char c)
{
	switch (c) {
	case '+':
		return CMS_PRINT_OVER;
	case '0':
		return CMS_PRINT_2;
	case '-':
		return CMS_PRINT_3;
	case 'A':
	case 'B':
	case 'C':
		return SKIP(c - 'A' + 10);
	default:
		return c >= '1' && c <= '9' ? SKIP(c - '0') : CMS_PRINT_1;
	}
}

/* 01, 09, 11, 19 and skips to channels 1 to 12, at once or with a line. */
static int
line_machine(unsigned char c)
{
	unsigned write = c & ~IMMEDIATE;

	if (c == 0x03)
		return 1;
	if (write >= SKIP(1))
		return (write & 0x87) == 0x81 && write <= SKIP(12);
	return write == CMS_PRINT_OVER || write == CMS_PRINT_1 ||
	    write == CMS_PRINT_2 || write == CMS_PRINT_3;
}

struct line_control
line_control(unsigned char c)
{
	if (line_machine(c))
		return (struct line_control){ .after = c };
	return (struct line_control){ .before = line_asa(c) };
}
