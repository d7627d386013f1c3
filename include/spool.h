/* SPDX-License-Identifier: MIT
 *
 * spool.h - spool files: their records, their attributes, their limits.
 *
 * Freestanding.  Compiled by every program that reads, punches or prints, and
 * by CMS (DIAGNOSE 14, libcms).
 *
 * A block of a spool file is whole records, one behind the other: each two
 * bytes of length (little-endian, 0 to SPOOL_RECORD_MAX) and so many bytes.
 * A card is as long as it was punched, at most RDR_CARD bytes; the first byte
 * of a printed line is the channel command that printed it (channel.h), the
 * rest its text.  A console's file is made of printed lines.
 */
#ifndef VM370_SPOOL_H
#define VM370_SPOOL_H

#include <stdint.h>

#include "vmtypes.h"

#define SPOOL_RECORD_MAX 32768 /* bytes in a record */
#define SPOOL_BLOCK_MAX 61440  /* bytes in a block, lengths included */
#define SPOOL_LENGTH 2	       /* bytes of a record's length */

/* What takes a file: a user's reader, or CP's punches and printers. */
enum spool_queue { SPOOL_RDR = 1, SPOOL_PUN = 2, SPOOL_PRT = 3 };

/* What it was written on.  RDR: a real card reader, or the host. */
enum spool_device {
	SPOOL_ON_RDR = 1,
	SPOOL_ON_PUN = 2,
	SPOOL_ON_PRT = 3,
	SPOOL_ON_CON = 4,
};

#define SPOOL_HOLD_USER 0x01 /* hold */
#define SPOOL_HOLD_SYSTEM 0x02

#define SPOOL_NAME_MAX 24 /* a dsname; a CMS name has 8 and a type */
#define SPOOL_TYPE_MAX 8
#define SPOOL_FORM_MAX 8
#define SPOOL_DIST_MAX 8
#define SPOOL_TAG_MAX 136
#define SPOOL_COPIES_MAX 255
#define SPOOL_CLASS_ALL '*' /* of a reader: takes any */

/*
 * What a file is.  Texts are printable ASCII padded with NULs, not necessarily
 * terminated; class is A to Z or 0 to 9.
 */
struct spool_attr {
	char class;
	uint8_t hold;	/* SPOOL_HOLD_* */
	uint8_t keep;	/* 1: held, not purged, when it was read or printed */
	uint8_t copies; /* 1 to SPOOL_COPIES_MAX */
	uint32_t zero;
	char form[SPOOL_FORM_MAX];
	char dist[SPOOL_DIST_MAX];
	char name[SPOOL_NAME_MAX];
	char type[SPOOL_TYPE_MAX];
	char tag[SPOOL_TAG_MAX];
};

struct spool_file {
	uint64_t id;	  /* never used twice; 0: none */
	uint64_t records;
	uint64_t bytes;	  /* of records, without lengths */
	int64_t created_ns, closed_ns; /* UTC since 1970; closed 0: open */
	struct vm_user owner;  /* in whose queue it is */
	struct vm_user origin; /* who wrote it */
	spoolid_t spoolid;     /* its owner's number; 0 while it is open */
	spoolid_t origin_id;   /* the number its writer was told */
	uint8_t queue;	  /* enum spool_queue */
	uint8_t device;	  /* enum spool_device */
	uint8_t active;	  /* 1: being read or printed */
	uint8_t damaged;  /* 1: not all of it can be read; held by CP */
	struct spool_attr attr;
};

_Static_assert(sizeof(struct spool_attr) == 192, "spool_attr");
_Static_assert(sizeof(struct spool_file) == 272, "spool_file");

#endif
