/* SPDX-License-Identifier: MIT
 *
 * channel.h - SIO, TIO, HIO; CCW, CSW; the devices' commands and sense.
 *
 * A guest starts a device by OUT DX,EAX to MACHINE_PORT_CHAN with the address
 * of a struct chan_req, aligned to 8, below the end of storage.  The block is
 * the channel's until cc is stored, which is before the OUT completes.
 *
 * The rules are the System/370's (GA22-7000, input/output operations), with
 * 32-bit addresses, so that a CSW keeps to 8 bytes:
 * - SIO is asynchronous: cc 0 means that the channel program was accepted.
 * - CCWs are fetched once each.  TIC to TIC, a CCW not on a multiple of 8, a
 *   count of 0 and a first CCW that is a TIC are program checks; an address
 *   outside storage is a program check when its byte is reached.
 * - CD has no effect on the command; CC is ignored when CD is set.
 * - A wrong length is incorrect length and ends the chain, unless SLI is set
 *   (with CD the check is the last CCW's).  SKIP stores nothing.
 * - PCI is not offered: the flag must be zero (program check).
 * - A program check of SIO's own first CCW is cc 1 and no interruption; every
 *   later one ends the channel program with an interruption.  The residual
 *   count is the CCW's that was fetched, 0 when there was none to fetch.
 * - HIO finds a command begun: a read for which a console has a line is done,
 *   one that waits for a line is halted.
 * - A device is busy until its interruption is taken, by the processor or by
 *   TIO.  ATTENTION, and DEVICE END for "ready", make no device busy: they
 *   wait until it is idle.
 * - A device that is detached is cc 3 at once and its channel program never
 *   heard of again; what a disk was transferring just then may still come.
 */
#ifndef VM370_CHANNEL_H
#define VM370_CHANNEL_H

#include <stdint.h>

#include "machine.h"

enum chan_op {
	CHAN_SIO = 1, /* start I/O: ccw is the channel program's address */
	CHAN_TIO = 2, /* test I/O: takes a pending interrupt away, cc 1 */
	CHAN_HIO = 3, /* halt I/O */
};

/*
 * Condition codes
 *        SIO           TIO                       HIO
 *   0    started       available                 interruption pending / idle
 *   1    CSW stored    CSW stored, interruption  CSW stored
 *                      cleared
 *   2    busy          busy                      halted: the interruption
 *                                                comes, with what was done
 *   3    no such device
 */
struct chan_req {
	uint32_t op;   /* enum chan_op */
	uint32_t vdev;
	uint32_t ccw;  /* SIO: address, multiple of 8 */
	uint32_t cc;   /* out */
	struct csw csw; /* out, when cc is 1 */
};

_Static_assert(sizeof(struct chan_req) == 24, "chan_req");

/* CCW flags */
#define CCW_CD 0x80   /* chain data */
#define CCW_CC 0x40   /* chain command */
#define CCW_SLI 0x20  /* suppress length indication */
#define CCW_SKIP 0x10 /* store nothing */
#define CCW_PCI 0x08  /* refused */

/* CSW unit status */
#define UNIT_ATTENTION 0x80
#define UNIT_MODIFIER 0x40
#define UNIT_CONTROL_END 0x20
#define UNIT_BUSY 0x10
#define UNIT_CHANNEL_END 0x08
#define UNIT_DEVICE_END 0x04
#define UNIT_CHECK 0x02
#define UNIT_EXCEPTION 0x01

/* CSW channel status */
#define CHAN_PCI 0x80
#define CHAN_LENGTH 0x40
#define CHAN_PROGRAM_CHECK 0x20
#define CHAN_PROTECTION_CHECK 0x10
#define CHAN_DATA_CHECK 0x08
#define CHAN_CONTROL_CHECK 0x04

/* Sense byte 0, every device.  Sense is cleared by the next command but
 * NOP, SENSE and TIC. */
#define SENSE_COMMAND_REJECT 0x80
#define SENSE_INTERVENTION 0x40
#define SENSE_BUS_OUT 0x20
#define SENSE_EQUIPMENT 0x10
#define SENSE_DATA_CHECK 0x08
#define SENSE_OVERRUN 0x04
#define SENSE_BYTES 4 /* what SENSE (04) transfers; bytes 1-3 per device */

/* Commands of every device */
#define CMD_NOP 0x03
#define CMD_SENSE 0x04
#define CMD_SENSE_ID 0xE4 /* struct sense_id */
#define CMD_TIC 0x08	  /* low four bits 8: transfer in channel */

struct sense_id {
	uint8_t ff;	    /* X'FF' */
	uint8_t cu_type[2]; /* as printed: 3215 is X'32' X'15' */
	uint8_t cu_model;
	uint8_t dev_type[2];
	uint8_t dev_model;
};

_Static_assert(sizeof(struct sense_id) == 7, "sense_id");

/*
 * 3215 console: text is ASCII or UTF-8.  One write is one line or a piece.
 * ATTENTION says that a line was typed which no read was waiting for; it
 * comes again after a read that leaves further lines.
 */
#define CON_WRITE 0x01	    /* no new line after it: a prompt */
#define CON_WRITE_ACR 0x09  /* then carriage return */
#define CON_READ 0x0A	    /* one typed line without its end; waits for it */
#define CON_READ_HIDDEN 0x0E /* the same, not shown as it is typed */
#define CON_ALARM 0x0B
#define CON_LINE_MAX 2048   /* bytes in one write or typed line */

/*
 * 3270 display: a console in CONMODE 3270, a GRAF that a terminal DIALs.  The
 * data of a write is a WCC and orders, of WRITE STRUCTURED FIELD the fields; a
 * record has at most DSP_RECORD_MAX bytes (GA23-0059 says what is in it).
 *
 * ATTENTION says that a key was pressed: READ MODIFIED takes what it sent.
 * With no key, and for READ BUFFER, the display is asked.  An erase gives 24
 * by 80 or, EWA, the size of DIAGNOSE 8C.
 *
 * Intervention required: no terminal is there; DEVICE END with ATTENTION says
 * that one has come.  Unit check with ATTENTION, CHANNEL END and DEVICE END
 * (X'8E'): what was on the screen is gone (CP, or another terminal); a write
 * that does not erase was not done: erase and write it all.  Before that, a
 * display can be asked what it is (Read Partition).  Sense byte 0, data check:
 * the display refused the data, which break the rules or go over the screen
 * thousands of times (RA, EUA, PT); command reject: the terminal can show no
 * screens.  SYSREQ and ATTN read as AID X'F0' alone.
 */
#define DSP_WRITE 0x01
#define DSP_READ_BUFFER 0x02
#define DSP_ERASE_WRITE 0x05
#define DSP_READ_MODIFIED 0x06
#define DSP_SELECT 0x0B /* does nothing */
#define DSP_ERASE_WRITE_ALTERNATE 0x0D
#define DSP_READ_MODIFIED_ALL 0x0E
#define DSP_ERASE_ALL_UNPROTECTED 0x0F
#define DSP_WRITE_STRUCTURED 0x11
#define DSP_RECORD_MAX 57343 /* and the command before it: IPC_FULL_MAX */
#define DSP_UNIT_LOST \
	(UNIT_ATTENTION | UNIT_CHANNEL_END | UNIT_DEVICE_END | UNIT_CHECK)

/*
 * 2540 reader: one record of a spool file a command, as long as it is: a card
 * has at most RDR_CARD bytes, a printed line or what the host put there up to
 * SPOOL_RECORD_MAX.  READ IPL is a READ.
 *
 * The first READ takes the first file of the user's reader that the device's
 * classes let through.  At the end of a file comes unit exception (SPOOL EOF)
 * or unit check, intervention required (NOEOF, the default); with SPOOL CONT
 * the next file follows at once, and the end comes after the last.  The file
 * is done with, purged or held, when the READ after that end comes, or CLOSE:
 * until then a guest that dies has lost nothing.  An empty reader, one without
 * vmspool and one that is NOTREADY are intervention required.
 *
 * ATTENTION with DEVICE END says that a file arrived, DEVICE END that the
 * device was made ready.  Sense byte 0: intervention required; equipment
 * check: the file is damaged here; byte 1 RDR_SENSE_END: the intervention is
 * the end of a file.
 */
#define RDR_READ 0x02
#define RDR_CARD 80
#define RDR_SENSE_END 0x80 /* byte 1 */

/*
 * 2540 punch: WRITE punches one card, of 1 to RDR_CARD bytes; in which of
 * three stackers it falls is all the same.  The card is in the spool file of
 * the device, which CP closes.
 *
 * Intervention required, for punch and printer: this command was not done;
 * vmspool is away, has no room (the user is told), or NOTREADY.  DEVICE END
 * says when it can be given again.  What was done before is kept.
 */
#define PUN_WRITE 0x01
#define PUN_WRITE_2 0x41 /* stacker 2 */
#define PUN_WRITE_3 0x81

/*
 * 1403 printer: WRITE prints a line of 1 to PRT_LINE bytes (132 columns of
 * UTF-8), then spaces or skips; the immediate commands move paper and print
 * nothing.  Skip to channel 1 is the next page, of PRT_PAGE lines; the other
 * channels are where the standard forms control buffer has them: 1 in line 1,
 * 2 to 8 and 10, 11 in lines 7, 13, 19, 25, 31, 37, 43, 49, 55, 9 in line 61,
 * 12 in line 63.  Each command, immediate ones too, is a record of the file.
 */
#define PRT_WRITE 0x01	  /* no space: the next line prints over it */
#define PRT_WRITE_1 0x09  /* then space 1, 2, 3 lines */
#define PRT_WRITE_2 0x11
#define PRT_WRITE_3 0x19
#define PRT_SPACE_1 0x0B  /* at once */
#define PRT_SPACE_2 0x13
#define PRT_SPACE_3 0x1B
#define PRT_SKIP(channel) (0x83u | (unsigned)(channel) << 3)	   /* 1 to 12 */
#define PRT_WRITE_SKIP(channel) (0x81u | (unsigned)(channel) << 3)
#define PRT_COLUMNS 132
#define PRT_LINE (PRT_COLUMNS * 4) /* bytes */
#define PRT_PAGE 66

/*
 * FB-512 disk: blocks of 512 bytes, numbered from 0.  DEFINE EXTENT, then
 * LOCATE, then READ or WRITE of the blocks located, in one channel program.
 * READ IPL needs neither: it transfers from block 0 on, as many bytes as its
 * count asks for.  A write that ends inside a block fills the block with zeros.
 *
 * What goes wrong is unit check; the bytes before it are transferred, and the
 * CSW's residual count does not count them.  Sense byte 0 and 1:
 *   command reject                     out of order, or bad parameters
 *   command reject, FBA_SENSE_INHIBITED   a write, and the disk, the extent or
 *                                      the host's file is read-only
 *   command reject, FBA_SENSE_PROTECTED   blocks outside the extent or disk
 *   data check, FBA_SENSE_PERMANENT    the host cannot read
 *   data check, FBA_SENSE_SHORT        the host's file ends before that block
 *   data check, FBA_SENSE_CUT          it ends inside that block
 *   equipment check, FBA_SENSE_PERMANENT  the host cannot write or flush
 *   equipment check, FBA_SENSE_NO_SPACE   the host has no room for the block
 */
#define FBA_SENSE_PERMANENT 0x80 /* byte 1 */
#define FBA_SENSE_CUT 0x20
#define FBA_SENSE_SHORT 0x10
#define FBA_SENSE_NO_SPACE 0x08
#define FBA_SENSE_PROTECTED 0x04
#define FBA_SENSE_INHIBITED 0x02

#define FBA_READ_IPL 0x02
#define FBA_WRITE 0x41
#define FBA_READ 0x42
#define FBA_LOCATE 0x43
#define FBA_DEFINE_EXTENT 0x63
#define FBA_READ_CHARACTERISTICS 0x64
#define FBA_FLUSH 0x73 /* no data: ends when all written before is durable */
#define FBA_BLOCK 512

struct fba_extent {
	uint8_t mask;	  /* FBA_EXTENT_* */
	uint8_t zero[3];
	uint32_t reserved;
	uint32_t origin;  /* block on the device of the extent's first block */
	uint32_t first;	  /* relative number of that block, usually 0 */
	uint32_t last;	  /* relative number of the extent's last block */
};

#define FBA_EXTENT_WRITE 0x00	/* any access, checked against the link */
#define FBA_EXTENT_INHIBIT 0x40 /* no writes */

struct fba_locate {
	uint8_t op; /* FBA_OP_* */
	uint8_t zero;
	uint16_t blocks; /* 1 to 65535 */
	uint32_t first;	 /* relative to the extent */
};

#define FBA_OP_WRITE 0x01
#define FBA_OP_READ 0x06

struct fba_characteristics {
	uint16_t block;	   /* FBA_BLOCK */
	uint8_t flags;	   /* FBA_READ_ONLY */
	uint8_t zero;
	uint32_t attachment; /* not 0: see below */
	uint64_t blocks;
};

#define FBA_READ_ONLY 0x01

/* The attachment is a number that no other disk of this machine has had.  One
 * that is detached and attached again has a new one, and so has every disk of
 * a machine that starts from a saved system: what the guest remembers of the
 * disk with the old number is not about this one.  DIAGNOSE A4 and 250 reach
 * no other disk than the one whose number they name. */

_Static_assert(sizeof(struct fba_extent) == 20, "fba_extent");
_Static_assert(sizeof(struct fba_locate) == 8, "fba_locate");
_Static_assert(sizeof(struct fba_characteristics) == 16, "fba_char");

/*
 * Timer (SPECIAL vdev TIMER).  SET takes a struct timer_set: channel end at
 * once, device end when the time has come.  HIO cancels.  READ stores the
 * time of day.
 */
#define TIMER_SET 0x01
#define TIMER_READ 0x02

struct timer_set {
	uint64_t ns; /* from now; 0 is at once */
};

struct timer_now {
	int64_t utc_ns; /* since 1970 */
};

/* Device types, also DIAGNOSE 24's and IPC's. */
#define DEVICE_TYPES(X)                                      \
	/* name     type    as printed  class */                 \
	X(CONSOLE, 0x3215, "3215", "CONS")                       \
	X(DISPLAY, 0x3278, "3270", "GRAF")                       \
	X(READER, 0x2540, "2540", "RDR")                         \
	X(PUNCH, 0x2541, "2540", "PUN")                          \
	X(PRINTER, 0x1403, "1403", "PRT")                        \
	X(FBA, 0x3370, "FB-512", "DASD")                         \
	X(TIMER, 0x0FFF, "TIMER", "TIMR")

enum device_type {
	DEVICE_NONE = 0,
#define X(name, type, printed, klass) DEVICE_##name = (type),
	DEVICE_TYPES(X)
#undef X
};

#endif
