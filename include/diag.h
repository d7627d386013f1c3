/* SPDX-License-Identifier: MIT
 *
 * diag.h - DIAGNOSE: what a guest asks CP for.
 *
 * OUT DX,EAX to MACHINE_PORT_DIAG with the address of a struct diag, aligned
 * to 8.  CP copies the block once, works on the copy and writes back cc, rc
 * and out_len.  A block outside storage, an unknown code and a buffer outside
 * storage are program interruptions (machine.h).
 *
 * cc 0 is success.  rc is the code's own return code; for DIAGNOSE 8 it is
 * the number of the message that CP gave (DMKCQG045E gives 45), 0 for none.
 */
#ifndef VM370_DIAG_H
#define VM370_DIAG_H

#include <stdint.h>

#include "machine.h"

struct diag {
	uint32_t code;	   /* enum diag_code */
	uint32_t flags;	   /* per code, else 0 */
	uint32_t in_addr;  /* input buffer */
	uint32_t in_len;
	uint32_t out_addr; /* output buffer, 0: none */
	uint32_t out_len;  /* in: its size; out: bytes that there are */
	uint32_t cc;	   /* out */
	int32_t rc;	   /* out */
};

_Static_assert(sizeof(struct diag) == 32, "diag");

/*   name          code  input            output */
#define DIAG_CODES(X)                                                       \
	X(EXTENDED_ID, 0x000, "none", "struct diag_id")                      \
	X(COMMAND, 0x008, "CP command(s)", "response text")                  \
	X(TIMER_OLD, 0x00C, "none", "struct diag_time, two-digit year")      \
	X(RELEASE, 0x010, "struct diag_range", "none")                       \
	X(STORAGE, 0x060, "none", "struct diag_storage")                     \
	X(TIMER, 0x270, "none", "struct diag_time")

enum diag_code {
#define X(name, code, in, out) DIAG_##name = (code),
	DIAG_CODES(X)
#undef X
};

/* DIAGNOSE 8.  Without an output buffer CP answers on the console.  With one
 * the answer's lines, each ended by a newline, are stored there; cc 1 and
 * out_len = the size needed when they do not fit.  With DIAG_COMMAND_IMPLIED
 * CP says nothing of a command that it does not know, and only gives rc 1: a
 * guest that passes on what its user typed has its own words for that. */
#define DIAG_COMMAND_IMPLIED 0x01 /* flags */
#define DIAG_COMMAND_MAX 240
#define DIAG_RESPONSE_MAX 8192

struct diag_id {
	char system[8];	 /* "VM/370", blank padded, as all of these */
	char release[8];
	char user[8];
	char node[8];
	uint32_t version; /* MACHINE_VERSION */
	uint32_t reserved;
};

struct diag_time {
	char date[12];	/* mm/dd/yyyy, or mm/dd/yy for 0C; NUL padded */
	char time[8];	/* hh:mm:ss, the user's time zone */
	char zone[8];	/* its name; NUL padded */
	int32_t offset; /* seconds east of UTC */
	uint64_t virt_us; /* processor time in the virtual machine */
	uint64_t total_us; /* and CP's for it */
	int64_t utc_ns;	/* since 1970 */
};

struct diag_storage {
	uint64_t bytes;
};

/* Pages that the guest no longer needs: they read as zero afterwards. */
struct diag_range {
	uint32_t addr; /* multiple of 4096 */
	uint32_t len;  /* multiple of 4096 */
};

_Static_assert(sizeof(struct diag_id) == 40, "diag_id");
_Static_assert(sizeof(struct diag_time) == 56, "diag_time");

#endif
