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
	X(SPOOL_INPUT, 0x014, "struct diag_spool", "records, or struct spool_file") \
	X(FULL_SCREEN, 0x058, "struct diag_full", "the same, completed")     \
	X(STORAGE, 0x060, "none", "struct diag_storage")                     \
	X(SCREEN_SIZE, 0x08C, "none", "struct diag_screen")                  \
	X(BLOCK_IO, 0x0A4, "struct diag_block_io", "the same, completed")    \
	X(GENERAL_IO, 0x0A8, "struct diag_general_io", "the same, completed") \
	X(BLOCK_IO_ASYNC, 0x250, "struct diag_block_io", "the same, later")  \
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

/* A DIAGNOSE 8 that was outstanding when a system was saved, SAVESYS above
 * all, ends with this rc, cc 0 and no answer in every machine that starts the
 * saved system.  machine.h says what else such a machine finds. */
#define DIAG_RESUMED (-1)
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

/*
 * DIAGNOSE 14: spool input file manipulation: files of the user's reader, for
 * a guest that wants whole blocks, or to know what is there.  vdev is a reader;
 * the file that it is at is the same for DIAGNOSE and channel programs.
 *
 *   READ      as many whole records as fit in the output buffer, as spool.h's
 *             blocks are; out_len says how many bytes.  The first READ takes
 *             the next file, as a channel program does; each file has an end,
 *             SPOOL CONT or not.
 *   NEXT_PRT  the next file that was printed, or punched, becomes the
 *   NEXT_PUN  reader's; output: its struct spool_file
 *   SELECT    the file with number spoolid becomes the reader's; as above.
 *             The one before goes back as it was; it is done with if its
 *             end was told.
 *   RESTART   the reader's file is read from its first record again
 *   BACKSPACE back by count records, to the first one at most
 *   DESCRIBE  the struct spool_file behind the one with number spoolid (0:
 *             the first) in the order of the queue; nothing is taken.  For
 *             spoolid's own: EXACT in flags, for the reader's: AT_HAND.
 *   TAG is in the struct spool_file.
 *
 *   cc  0  done
 *       1  READ: end of file; the reader's file is still its file, and done
 *          with at the next READ or CLOSE
 *       2  no such file, none that waits, or it is held or in use
 *       3  no such reader (rc 4), it is not ready (8), the file is damaged
 *          here (12), the output buffer is smaller than the record (16; its
 *          length is in out_len)
 */
enum diag_spool_sub {
	DIAG_SPOOL_READ = 0x000,
	DIAG_SPOOL_NEXT_PRT = 0x004,
	DIAG_SPOOL_NEXT_PUN = 0x008,
	DIAG_SPOOL_SELECT = 0x00C,
	DIAG_SPOOL_RESTART = 0x014,
	DIAG_SPOOL_BACKSPACE = 0x018,
	DIAG_SPOOL_DESCRIBE = 0xFFF,
};

#define DIAG_SPOOL_EXACT 0x01 /* flags */
#define DIAG_SPOOL_AT_HAND 0x02

struct diag_spool {
	uint32_t vdev;
	uint16_t sub; /* enum diag_spool_sub */
	uint16_t flags;
	uint32_t spoolid;
	uint32_t count;
};

/*
 * DIAGNOSE 58: the screen of the machine's console, whole, where the console
 * is a 3215 (CON_) otherwise.  The first write must erase; from then on the
 * screen is the guest's, and a key is ATTENTION, until it writes or reads a
 * line or is reset.  CP covers the screen when it has something to say, and
 * gives it back.
 *
 *   WRITE  data is a WCC and orders, or structured fields; command is one of
 *          DSP_WRITE ... DSP_WRITE_STRUCTURED.  Returns when it is on its way
 *          to the glass.
 *   READ   what the key sent that ATTENTION told of (DSP_READ_MODIFIED, does
 *          not wait), or the display is asked (DSP_READ_BUFFER,
 *          DSP_READ_MODIFIED_ALL); data_len becomes the record's length,
 *          also when there was less room: the rest is gone.  With no room
 *          at all a key stays: it is only told whether there is one
 *
 *   cc  0  done
 *       1  unit check: unit and sense as a 3270 display's (channel.h)
 *       2  READ: no key was pressed (DIAG_FULL_NO_KEY)
 *       3  no such device, or it is no console
 *
 * A block that is not aligned to 8, of another length, with an unknown op or
 * command or zero set is a specification, data outside storage an addressing
 * program interruption.
 */
enum diag_full_op { DIAG_FULL_WRITE = 0x29, DIAG_FULL_READ = 0x2A };
#define DIAG_FULL_NO_KEY 2

struct diag_full {
	uint16_t vdev; /* 0: the console */
	uint8_t op;	 /* enum diag_full_op */
	uint8_t command; /* DSP_* */
	uint32_t data;	 /* address */
	uint32_t data_len; /* 0 to DSP_RECORD_MAX; READ: room; out: length */
	uint8_t unit;	 /* out */
	uint8_t sense[4]; /* out: with unit check */
	uint8_t zero[7];
};

/* DIAGNOSE 8C: the console's screen.  cc 0: there is one; 1: nobody is at the
 * console; 2: the terminal can show no screens.  A screen that is painted for
 * this answer when it is no longer true is lost (DSP_UNIT_LOST), once. */
#define DIAG_SCREEN_COLOR 0x80
#define DIAG_SCREEN_HIGHLIGHT 0x40

struct diag_screen {
	uint8_t flags;
	uint8_t zero[3];
	uint16_t rows, cols; /* after EWA */
};

/* Pages that the guest no longer needs: they read as zero afterwards. */
struct diag_range {
	uint32_t addr; /* multiple of 4096 */
	uint32_t len;  /* multiple of 4096 */
};

/*
 * DIAGNOSE A4 and 250: block I/O on an FB-512 disk, without a channel program.
 * The input buffer is a struct diag_block_io and its extents, in_len exactly
 * so long, aligned to 8; the output buffer is not used: done, unit and sense
 * are stored into the input.  All extents are checked before any is begun.
 * What is wrong with an extent (blocks outside the disk, a write to a disk
 * that is read-only) and what the medium answers is unit check with sense, as
 * for a channel program (channel.h); storage outside the machine is an
 * addressing program interruption, an operation, flag, count, zero or reserved
 * that is none a specification one.  A4 returns when all is done, but the
 * processor can be stopped meanwhile; 250 returns when it has begun, and when
 * all is done an external interruption MACHINE_EXT_BLOCK_IO brings id as its
 * parameter.  A system reset cancels both; a disk that is detached ends what
 * was asked of it before.
 *
 * Extents are transferred in their order, and requests of a machine, those of
 * channel programs too, one after another as they were made.
 *
 *   cc  0  A4: done, unit is CHANNEL END and DEVICE END.  250: begun
 *       1  A4: ended with unit check (250: stored, then the interruption)
 *       2  250: DIAG_BLOCK_ASYNC_MAX requests are under way, or have ended
 *          and their interruption was not taken
 *       3  no such device, or no FB-512 disk, or not the attachment that is
 *          named (channel.h)
 */
#define DIAG_BLOCK_EXTENTS 64
#define DIAG_BLOCK_ASYNC_MAX 4

enum diag_block_op {
	DIAG_BLOCK_READ = 1,
	DIAG_BLOCK_WRITE = 2,
	DIAG_BLOCK_FLUSH = 3, /* no extents: all written before is durable */
};

#define DIAG_BLOCK_THEN_FLUSH 0x01 /* flags, WRITE: durable when it ends */

struct diag_block_extent {
	uint32_t block;	 /* of 512 bytes, from 0 */
	uint32_t blocks; /* 1 or more */
	uint32_t addr;	 /* of their bytes */
	uint32_t zero;
};

struct diag_block_io {
	uint32_t vdev;
	uint32_t attachment; /* of its characteristics; 0: whichever is there */
	uint8_t op;	/* enum diag_block_op */
	uint8_t flags;	/* DIAG_BLOCK_* */
	uint16_t count; /* of extents, 1 to DIAG_BLOCK_EXTENTS */
	uint32_t id;	/* 250: the interruption's parameter */
	uint32_t reserved; /* 0 */
	uint32_t done;	/* out: blocks that were transferred, from the first */
	uint8_t unit;	/* out: unit status, 0 until it is over */
	uint8_t zero[3];
	uint8_t sense[4]; /* out: with unit check */
	/* struct diag_block_extent follows, count of them */
};

/* DIAGNOSE A8: a channel program, for any device, to its end: cc 0 ended
 * well, 1 with csw and perhaps sense to look at, 2 busy, 3 no such device, or
 * it was detached meanwhile.  A status that the device has pending by itself
 * stays pending.  A block that is not aligned to 8, of another length or with
 * zero set is a specification program interruption. */
struct diag_general_io {
	uint32_t vdev;
	uint32_t ccw;	  /* address, multiple of 8 */
	struct csw csw;	  /* out */
	uint8_t sense[4]; /* out: with unit check */
	uint32_t zero;
};

_Static_assert(sizeof(struct diag_block_extent) == 16, "diag_block_extent");
_Static_assert(sizeof(struct diag_block_io) == 32, "diag_block_io");
_Static_assert(sizeof(struct diag_general_io) == 24, "diag_general_io");
_Static_assert(sizeof(struct diag_spool) == 16, "diag_spool");
_Static_assert(sizeof(struct diag_full) == 24, "diag_full");
_Static_assert(sizeof(struct diag_screen) == 8, "diag_screen");
_Static_assert(sizeof(struct diag_id) == 40, "diag_id");
_Static_assert(sizeof(struct diag_time) == 56, "diag_time");

#endif
