/* SPDX-License-Identifier: MIT
 *
 * ipc.h - every message between two of our programs, in one table.
 *
 * A channel is a SOCK_SEQPACKET socket.  A message is a struct ipc_header
 * followed by the payload; a packet is one message or up to eight, each but
 * the first on a multiple of 8; one with a descriptor is alone in its packet.
 * base/ipcchan.c checks version, type, direction, exact length and number of
 * descriptors before a handler sees a message; a bad message kills its channel
 * and nothing else.  A payload whose last member is a flexible array begins
 * with text_len, and its length is exactly sizeof payload + text_len, at most
 * sizeof payload + the table's text column.  All fields are fixed-width;
 * padding is explicit and zero; no pointers.  Descriptors belong to the
 * receiver once the handler has them.
 *
 * Who a message comes from is a property of its channel: a userid in a message
 * is never the sender's identity.
 */
#ifndef VM370_IPC_H
#define VM370_IPC_H

#include <stddef.h>
#include <stdint.h>

#include "channel.h"
#include "diag.h"
#include "spool.h"
#include "vmtypes.h"

#define IPC_VERSION 1

enum ipc_party {
	IPC_CP = 1, /* vmcp */
	IPC_TERM,   /* vmterm, or `vm370 console` */
	IPC_GUEST,  /* vmguest */
	IPC_SPOOL,  /* vmspool */
	IPC_HOST,   /* vm370, the front command */
	IPC_WORKER, /* vmcp's workers: what takes time */
	IPC_UR,	    /* whoever reads, punches or prints: vmspool's clients */
	IPC_UNIT,   /* vmunit: a real card reader, punch or printer */
	IPC_TLS,    /* vmtls: encrypts for the terminals */
};

#define IPC_LINE_MAX CON_LINE_MAX /* a typed or printed line, bytes */
#define IPC_TEXT_MAX 8192	  /* a response, a block of storage */
#define IPC_FULL_MAX 57344	  /* a 3270 record */
#define IPC_SCREEN_MAX 57344	  /* a screen as text */
#define IPC_EARLY_MAX 4096	  /* what was read before TLS took over */
#define IPC_PACKET_MAX (64u << 10)

/*      name              from   to      payload                 text           fds */
#define IPC_MESSAGES(X)                                                            \
	/* vmterm: a connection and a view of a console */                         \
	X(TERM_OPEN,        TERM,   CP,     struct ipc_term_open,     0,             0) \
	X(TERM_VIEW,        TERM,   CP,     struct ipc_term_view,     0,             0) \
	X(TERM_LINE,        TERM,   CP,     struct ipc_text,          IPC_LINE_MAX,  0) \
	X(TERM_KEY,         TERM,   CP,     struct ipc_value,         0,             0) \
	X(TERM_CREDIT,      TERM,   CP,     struct ipc_value,         0,             0) \
	X(TERM_PAST,        TERM,   CP,     struct ipc_term_past,     0,             0) \
	X(TERM_SCREEN,      TERM,   CP,     struct ipc_text,          IPC_SCREEN_MAX, 0) \
	X(TERM_FULL,        TERM,   CP,     struct ipc_full,          IPC_FULL_MAX,  0) \
	X(TERM_TLS_PLAIN,   TERM,   CP,     struct ipc_none,          0,             1) \
	X(TERM_TLS_CLIENT,  TERM,   CP,     struct ipc_text,          IPC_EARLY_MAX, 1) \
	X(CONS_LOGO,        CP,     TERM,   struct ipc_logo,          IPC_TEXT_MAX,  0) \
	X(CONS_ITEM,        CP,     TERM,   struct ipc_item,          IPC_LINE_MAX,  0) \
	X(CONS_STATE,       CP,     TERM,   struct ipc_cons_state,    0,             0) \
	X(CONS_PAST,        CP,     TERM,   struct ipc_cons_past,     0,             0) \
	X(CONS_OPTIONS,     CP,     TERM,   struct ipc_cons_options,  0,             0) \
	X(CONS_PF,          CP,     TERM,   struct ipc_cons_pf,       IPC_LINE_MAX,  0) \
	X(CONS_FULL,        CP,     TERM,   struct ipc_full,          IPC_FULL_MAX,  0) \
	X(CONS_CLOSE,       CP,     TERM,   struct ipc_text,          IPC_LINE_MAX,  0) \
	/* vmtls: the terminals' encryption */                                     \
	X(TLS_READY,        TLS,    CP,     struct ipc_text,          IPC_LINE_MAX,  0) \
	X(TLS_PLAIN,        CP,     TLS,    struct ipc_value,         0,             1) \
	X(TLS_CLIENT,       CP,     TLS,    struct ipc_tls_client,    IPC_EARLY_MAX, 1) \
	X(TLS_STATE,        TLS,    CP,     struct ipc_tls_state,     IPC_LINE_MAX,  0) \
	/* vmguest: a virtual machine */                                           \
	X(VM_CONFIG,        CP,     GUEST,  struct ipc_vm_config,     0,             1) \
	X(VM_READY,         GUEST,  CP,     struct ipc_vm_ready,      0,             0) \
	X(VM_ATTACH,        CP,     GUEST,  struct ipc_vm_attach,     0,             0) \
	X(VM_ATTACH_FD,     CP,     GUEST,  struct ipc_vm_attach,     0,             1) \
	X(VM_DETACH,        CP,     GUEST,  struct ipc_value,         0,             0) \
	X(VM_RENUMBER,      CP,     GUEST,  struct ipc_vm_renumber,   0,             0) \
	X(VM_HOLD,          CP,     GUEST,  struct ipc_value,         0,             0) \
	X(VM_IPL,           CP,     GUEST,  struct ipc_vm_ipl,        MACHINE_PARM_MAX, 0) \
	X(VM_IPL_SAVED,     CP,     GUEST,  struct ipc_vm_ipl,        MACHINE_PARM_MAX, 1) \
	X(VM_BEGIN,         CP,     GUEST,  struct ipc_vm_begin,      0,             0) \
	X(VM_STOP,          CP,     GUEST,  struct ipc_none,          0,             0) \
	X(VM_RESET,         CP,     GUEST,  struct ipc_value,         0,             0) \
	X(VM_ATTENTION,     CP,     GUEST,  struct ipc_value,         0,             0) \
	X(VM_EXTERNAL,      CP,     GUEST,  struct ipc_value,         0,             0) \
	X(VM_CONS_INPUT,    CP,     GUEST,  struct ipc_text,          IPC_LINE_MAX,  0) \
	X(VM_CONS_CREDIT,   CP,     GUEST,  struct ipc_value,         0,             0) \
	X(VM_READ_STORAGE,  CP,     GUEST,  struct ipc_vm_storage,    0,             0) \
	X(VM_WRITE_STORAGE, CP,     GUEST,  struct ipc_vm_data,       IPC_TEXT_MAX,  0) \
	X(VM_READ_REGS,     CP,     GUEST,  struct ipc_tag,           0,             0) \
	X(VM_WRITE_REG,     CP,     GUEST,  struct ipc_vm_reg,        0,             0) \
	X(VM_SAVE,          CP,     GUEST,  struct ipc_vm_save,       0,             1) \
	X(VM_LOAD,          CP,     GUEST,  struct ipc_tag,           0,             1) \
	X(VM_CP_REPLY,      CP,     GUEST,  struct ipc_cp_reply,      IPC_TEXT_MAX,  0) \
	X(VM_SPOOL,         CP,     GUEST,  struct ipc_none,          0,             1) \
	X(VM_UR,            CP,     GUEST,  struct ipc_vm_ur,         0,             0) \
	X(VM_UR_STATUS,     CP,     GUEST,  struct ipc_vm_ur_status,  0,             0) \
	X(VM_UR_CLOSE,      CP,     GUEST,  struct ipc_vm_ur_close,   0,             0) \
	X(VM_FULL_IN,       CP,     GUEST,  struct ipc_full,          IPC_FULL_MAX,  0) \
	X(VM_STATE,         GUEST,  CP,     struct ipc_vm_state,      0,             0) \
	X(VM_DETACHED,      GUEST,  CP,     struct ipc_value,         0,             0) \
	X(VM_HELD,          GUEST,  CP,     struct ipc_none,          0,             0) \
	X(VM_CONS_OUTPUT,   GUEST,  CP,     struct ipc_cons_output,   IPC_LINE_MAX,  0) \
	X(VM_CONS_READ,     GUEST,  CP,     struct ipc_value,         0,             0) \
	X(VM_FULL_OUT,      GUEST,  CP,     struct ipc_full,          IPC_FULL_MAX,  0) \
	X(VM_CP_COMMAND,    GUEST,  CP,     struct ipc_cp_command,    DIAG_COMMAND_MAX, 0) \
	X(VM_STORAGE,       GUEST,  CP,     struct ipc_vm_data,       IPC_TEXT_MAX,  0) \
	X(VM_REGS,          GUEST,  CP,     struct ipc_vm_regs,       0,             0) \
	X(VM_DONE,          GUEST,  CP,     struct ipc_done,          IPC_LINE_MAX,  0) \
	/* vmspool: readers, punches, printers */                                  \
	X(SPOOL_READY,      SPOOL,  CP,     struct ipc_none,          0,             0) \
	X(SPOOL_MINT,       CP,     SPOOL,  struct ipc_spool_mint,    0,             1) \
	X(SPOOL_COUNT,      CP,     SPOOL,  struct ipc_spool_who,     0,             0) \
	X(SPOOL_COUNTS,     SPOOL,  CP,     struct ipc_spool_counts,  0,             0) \
	X(SPOOL_LIMIT,      CP,     SPOOL,  struct ipc_spool_limit,   0,             0) \
	X(SPOOL_ARRIVED,    SPOOL,  CP,     struct spool_file,        0,             0) \
	X(SPOOL_RELEASED,   SPOOL,  CP,     struct spool_file,        0,             0) \
	X(SPOOL_TROUBLE,    SPOOL,  CP,     struct ipc_spool_trouble, 0,             0) \
	X(SPOOL_NOTICE,     SPOOL,  CP,     struct ipc_text,          IPC_LINE_MAX,  0) \
	/* vmspool's clients: a channel of SPOOL_MINT, with the rights it has */    \
	X(UR_WRITE,         UR,     SPOOL,  struct ipc_ur_write,      SPOOL_BLOCK_MAX, 0) \
	X(UR_WROTE,         SPOOL,  UR,     struct ipc_ur_wrote,      0,             0) \
	X(UR_CLOSE,         UR,     SPOOL,  struct ipc_ur_close,      0,             0) \
	X(UR_OPEN,          UR,     SPOOL,  struct ipc_ur_open,       0,             0) \
	X(UR_OPENED,        SPOOL,  UR,     struct ipc_ur_opened,     0,             0) \
	X(UR_READ,          UR,     SPOOL,  struct ipc_ur_read,       0,             0) \
	X(UR_DATA,          SPOOL,  UR,     struct ipc_ur_data,       SPOOL_BLOCK_MAX, 0) \
	X(UR_FINISH,        UR,     SPOOL,  struct ipc_ur_finish,     0,             0) \
	X(UR_ASK,           UR,     SPOOL,  struct ipc_ur_ask,        0,             0) \
	X(UR_ROW,           SPOOL,  UR,     struct ipc_ur_row,        0,             0) \
	X(UR_BACKUP,        UR,     SPOOL,  struct ipc_tag,           0,             1) \
	X(UR_CHECK,         UR,     SPOOL,  struct ipc_tag,           0,             0) \
	X(UR_MORE,          SPOOL,  UR,     struct ipc_none,          0,             0) \
	X(UR_DONE,          SPOOL,  UR,     struct ipc_ur_done,       IPC_TEXT_MAX,  0) \
	/* vmunit: a real reader, punch or printer */                              \
	X(UNIT_CONFIG,      CP,     UNIT,   struct ipc_unit_config,   0,             1) \
	X(UNIT_SPOOL,       CP,     UNIT,   struct ipc_none,          0,             1) \
	X(UNIT_ORDER,       CP,     UNIT,   struct ipc_unit_order,    0,             0) \
	X(UNIT_STATE,       UNIT,   CP,     struct ipc_unit_state,    0,             0) \
	X(UNIT_MESSAGE,     UNIT,   CP,     struct ipc_text,          IPC_LINE_MAX,  0) \
	X(UNIT_ASK_USER,    UNIT,   CP,     struct ipc_unit_user,     0,             0) \
	X(UNIT_USER,        CP,     UNIT,   struct ipc_unit_user,     0,             0) \
	X(UNIT_DONE,        UNIT,   CP,     struct ipc_done,          IPC_LINE_MAX,  0) \
	/* vm370: commands from the host */                                        \
	X(HOST_COMMAND,     HOST,   CP,     struct ipc_text,          IPC_LINE_MAX,  0) \
	X(HOST_OUTPUT,      CP,     HOST,   struct ipc_text,          IPC_TEXT_MAX,  0) \
	X(HOST_LINK,        HOST,   CP,     struct ipc_host_link,     0,             0) \
	X(HOST_LINKED,      CP,     HOST,   struct ipc_host_linked,   0,             1) \
	X(HOST_HOLD,        HOST,   CP,     struct ipc_value,         0,             0) \
	X(HOST_SPOOL,       HOST,   CP,     struct ipc_none,          0,             0) \
	X(HOST_TLS,         HOST,   CP,     struct ipc_value,         0,             0) \
	X(HOST_SPOOLED,     CP,     HOST,   struct ipc_host_spooled,  0,             1) \
	X(HOST_DONE,        CP,     HOST,   struct ipc_done,          IPC_LINE_MAX,  0) \
	/* workers: slow things, one job each */                                   \
	X(WORK_VERIFY,      CP,     WORKER, struct ipc_work_verify,   0,             0) \
	X(WORK_DIRECT,      CP,     WORKER, struct ipc_text,          IPC_LINE_MAX,  0) \
	X(WORK_SYNC,        CP,     WORKER, struct ipc_text,          IPC_LINE_MAX,  0) \
	X(WORK_DONE,        WORKER, CP,     struct ipc_done,          IPC_TEXT_MAX,  0)

enum ipc_type {
	IPC_NONE = 0,
#define X(name, from, to, payload, text, fds) IPC_##name,
	IPC_MESSAGES(X)
#undef X
	IPC_TYPES
};

struct ipc_header {
	uint16_t version; /* IPC_VERSION */
	uint16_t type;	  /* enum ipc_type */
	uint32_t length;  /* of the payload */
};

/* --- payloads of general use --- */

struct ipc_none {
	uint32_t zero;
};

struct ipc_value {
	uint32_t value; /* a key, a credit, a vdev, a code */
};

struct ipc_tag {
	uint32_t tag; /* the asker's; the answer carries it back */
};

struct ipc_text {
	uint32_t text_len;
	char text[];
};

struct ipc_done {
	uint32_t text_len;
	uint32_t tag;
	int32_t rc; /* 0, a message number, or -errno */
	char text[];
};

/* --- TERM_, CONS_ --- */

/* How a view shows a console now: lines one after another, or CP's screen. */
enum ipc_term_kind { TERM_LINE_MODE = 1, TERM_3270 = 2 };

#define TERM_COLOR 0x01	    /* flags: extended colour */
#define TERM_HIGHLIGHT 0x02 /* extended highlighting */
#define TERM_FULL_SCREEN 0x04 /* 3270 records can be shown, in either kind */
#define TERM_SECURE 0x08    /* the client's connection is encrypted */

struct ipc_term_view {
	uint32_t kind;	     /* enum ipc_term_kind */
	uint32_t flags;	     /* TERM_* */
	uint16_t rows, cols; /* of the largest screen (EWA's), or the window */
};

/* Sent once, when the client's kind is agreed.  CP answers CONS_LOGO.  When
 * something of the view changes later: TERM_VIEW.  A change of its kind is
 * answered as a reconnect is, by a replay, one of its size only by FULL_SIZE
 * to the guest. */
struct ipc_term_open {
	struct ipc_term_view view;
	char peer[60]; /* printable address, NUL terminated */
	char type[40]; /* terminal type as negotiated, NUL terminated */
	char lu[12];   /* TN3270E's resource name, or empty */
};

enum ipc_term_key {
	KEY_ATTENTION = 1, /* PA1, BREAK, ^C: to CP */
	KEY_LEAVE = 2,	   /* the user closed the terminal */
	KEY_SYSREQ = 3,	   /* to CP, also from a terminal that has DIALed */
};

/*
 * The past: the `count` items before item `before` (0: before the next one to
 * come), in their order, as CONS_ITEMs with ITEM_PAST, for which no credit is
 * taken; then one CONS_PAST.  One request is outstanding at a time.
 */
#define TERM_PAST_MAX 200

struct ipc_term_past {
	uint64_t before;
	uint32_t count; /* 1 to TERM_PAST_MAX */
	uint32_t zero;
};

struct ipc_cons_past {
	uint64_t first; /* the oldest item that this console has */
	uint64_t next;	/* the number that the next one will have */
};

/* What TERMINAL and its like have said of how this user's console is shown.
 * Sent when a view is attached to a user's console, and at each change; what
 * is not sent is as at the logo: 50, 10, OPTION_HOLD. */
#define OPTION_HOLD 0x01   /* ENTER at MORE... holds the screen */
#define OPTION_PAGING 0x02 /* line mode stops at a full window, too */

struct ipc_cons_options {
	uint32_t flags;
	uint16_t more;	/* seconds from MORE... to the alarm, 0: none */
	uint16_t clear; /* seconds from there to the next page, 0: never */
};

/*
 * What a program function key does; before any CONS_PF, and after CONS_LOGO,
 * PF12 and PF24 are PF_RETRIEVE, PF7 and PF19 PF_BACKWARD, PF8 and PF20
 * PF_FORWARD, PF1 and PF13 PF_HELP, the others undefined.
 */
enum ipc_pf {
	PF_UNDEFINED = 0,
	PF_IMMED,    /* the text is sent as if typed; the input area stays */
	PF_DELAYED,  /* the text goes into the input area */
	PF_RETRIEVE, /* the line typed before goes into the input area */
	PF_COPY,     /* the screen is printed: TERM_SCREEN */
	PF_BACKWARD, /* a page back in what the console remembers */
	PF_FORWARD,
	PF_HELP,     /* what the keys do */
};

struct ipc_cons_pf {
	uint32_t text_len;
	uint16_t key;  /* 1 to 24 */
	uint16_t what; /* enum ipc_pf */
	char text[];
};

/*
 * A guest's screen: between a display of the machine (its console, or one that
 * a terminal has DIALed) and the view; CP passes it on and reads nothing of it.
 * Guest to view: VM_FULL_OUT, CONS_FULL; the other way: TERM_FULL, VM_FULL_IN.
 * The guest has one FULL_WRITE or FULL_READ outstanding per display.
 *
 * The view keeps what the guest wrote: CP's own lines, and CP READ, cover it
 * and give it back, with what was typed in it.  Only FULL_LOST says that it
 * is gone.  A view that cannot show it answers FULL_DONE -ENODEV; CP answers
 * -ENOTCONN for a terminal that is not there.
 */
enum ipc_full_op {
	FULL_WRITE = 1, /* out: text is a command and its data (GA23-0059) */
	FULL_READ,	/* out: text is RB, RM or RMA */
	FULL_END,	/* out: the guest is done with its screen; what is
			 * outstanding is answered all the same */
	FULL_DONE,	/* in: FULL_WRITE is on its way to the glass, or rc says
			 * why not: -EINVAL for a stream that breaks the rules */
	FULL_RECORD,	/* in: tag 0: a key; else FULL_READ's answer, rc */
	FULL_LOST,	/* in: what was shown is gone, or was never there */
	FULL_SIZE,	/* in: a view is there, or has another size; what was
			 * shown is gone.  rows, cols, flags */
	FULL_GONE,	/* in: no view is there any more */
	FULL_ATTENTION, /* in: SYSREQ or ATTN at a terminal that has DIALed */
};

struct ipc_full {
	uint32_t text_len;
	uint32_t tag;	/* not 0: of FULL_WRITE and FULL_READ, their answer's */
	int32_t rc;	/* 0 or -errno */
	uint16_t op;	/* enum ipc_full_op */
	uint16_t vdev;	/* the display */
	uint16_t rows, cols; /* FULL_SIZE */
	uint32_t flags;	/* FULL_SIZE: TERM_* */
	char text[];
};

/*
 * TLS.  A vmterm whose client begins TLS hands over the client's socket, what
 * it had read of it, and before that one end of a socketpair; it goes on at
 * the other.  vmcp passes both on to vmtls, under a number of its own.
 * TLS_READY's text is the certificate's SHA-256 fingerprint.  A vmtls without
 * a certificate that can be used says why, as TLS_REFUSED of number 0, and
 * ends.
 */
struct ipc_tls_client {
	uint32_t text_len;
	uint32_t id; /* of the TLS_PLAIN before it */
	char text[];
};

enum ipc_tls_what { TLS_AGREED = 1, TLS_REFUSED = 2, TLS_ENDED = 3 };

struct ipc_tls_state {
	uint32_t text_len;
	uint32_t id;
	uint32_t what; /* enum ipc_tls_what; the text says how, or why */
	uint32_t zero;
	char text[];
};

/*
 * What to show before LOGON; the view becomes empty.  The text is the logo's
 * lines, each ended by a newline.
 */
struct ipc_logo {
	uint32_t text_len;
	struct vm_name system; /* "VM370", for the screen's corner */
	char text[];
};

/*
 * One item of a console.  vmcp sends an item only against credit: TERM_CREDIT
 * adds to what a connection begins with, which is none; each item takes one.
 * Credit belongs to the connection and outlives logon, logoff and reconnect.
 */
enum ipc_item_kind {
	ITEM_OUTPUT = 1, /* a line; wider than the view it is folded */
	ITEM_PROMPT = 2, /* a line that input follows, no new line after it */
	ITEM_INPUT = 3,	 /* what the user typed, echoed when it was taken */
};

#define ITEM_REPLAY 0x01  /* from before this view was attached */
#define ITEM_RESET 0x02	  /* the view becomes empty first: another console */
#define ITEM_ALARM 0x04
#define ITEM_HIGH 0x08	  /* messages and warnings: bright on a 3270 */
#define ITEM_LINE 0x10	  /* begins a line, also after a prompt: CP speaks */
#define ITEM_PAST 0x20	  /* an answer to TERM_PAST: no new item */

struct ipc_item {
	uint32_t text_len;
	uint32_t kind;	   /* enum ipc_item_kind */
	uint64_t seq;	   /* position in this console, from 1 */
	int64_t utc_ns;	   /* when */
	uint32_t flags;
	struct vm_name from; /* the user, for messages; else empty */
	uint32_t zero;
	char text[];	   /* ASCII or UTF-8, checked by vmterm when shown */
};

enum ipc_cons_status {
	CONS_LOGGED_OFF = 1, /* "" */
	CONS_CP_READ,	     /* CP waits for a command */
	CONS_VM_READ,	     /* the virtual machine reads its console */
	CONS_RUNNING,	     /* the virtual machine runs */
};

struct ipc_cons_state {
	uint32_t status; /* enum ipc_cons_status */
	uint32_t hidden; /* 1: do not show what is typed next: a password */
};

/* --- VM_ --- */

enum ipc_vm_mode { VM_MODE_370 = 1, VM_MODE_PC = 2 };

/* First message to a vmguest; its descriptor is an open /dev/kvm. */
struct ipc_vm_config {
	uint64_t storage; /* bytes; MACHINE_STORAGE_MIN.. */
	uint32_t mode;	  /* enum ipc_vm_mode */
	uint32_t cpus;	  /* 1 */
	struct vm_user user;
	char system[8];	 /* blank padded: DIAGNOSE 0 */
	char release[8]; /* blank padded */
	int32_t utc_offset; /* seconds east */
	char zone[8];	 /* NUL padded */
	uint32_t zero;
};

struct ipc_vm_ready {
	int32_t error; /* 0 or errno: no virtual machine could be made */
	uint32_t zero;
};

#define ATTACH_READ_ONLY 0x01
#define ATTACH_CONSOLE 0x02 /* a display that is the machine's console */
#define VM_DEVICES_MAX 64 /* in one machine */

/*
 * A device.  FBA: descriptor of the minidisk, blocks its size.
 *
 * VM_DETACH's value is a vdev.  VM_DETACHED says the same vdev when nothing
 * of the device is left: its descriptor is closed, no I/O is under way.  It
 * answers each VM_DETACH, also of a device that is not there.
 */
struct ipc_vm_attach {
	uint32_t vdev;
	uint32_t type;	/* enum device_type */
	uint32_t flags; /* ATTACH_* */
	uint32_t zero;
	uint64_t blocks;
};

/* The device stays what it is, with all that it has pending. */
struct ipc_vm_renumber {
	uint32_t from, to; /* vdevs; nothing happens unless only from exists */
};

/*
 * VM_HOLD 1: the processor and the channel stand still, whatever else CP
 * orders, until VM_HOLD 0; nobody at the console or in the machine notices.
 * VM_HELD answers each VM_HOLD 1 once: when no disk I/O is under way, or when
 * VM_HOLD 0 comes before that.
 */

#define IPL_CLEAR 0x01 /* zero storage first */
#define IPL_STOP 0x02  /* stop before the first instruction */

struct ipc_vm_ipl {
	uint32_t text_len; /* PARM */
	uint32_t vdev;
	uint32_t flags;
	uint32_t tag; /* VM_IPL_SAVED */
	char text[];
};

/*
 * VM_IPL_SAVED: start the saved system in the descriptor; vdev is the device
 * that low storage names as IPL's, IPL_CLEAR is implied.  Answered by VM_DONE,
 * after VM_STATE: rc 0, or an enum ipc_vm_saved, and nothing has changed.
 *
 * VM_SAVE_MACHINE keeps everything, devices too, for VM_LOAD into a machine
 * that is the same; VM_SAVE_SYSTEM keeps processor and storage under a name
 * (saved.h), for VM_IPL_SAVED into any machine with as much storage or more.
 * It is refused with EBUSY while I/O or an I/O interruption is outstanding.
 */
enum ipc_vm_save_kind { VM_SAVE_MACHINE = 1, VM_SAVE_SYSTEM = 2 };

struct ipc_vm_save {
	uint32_t tag;
	uint32_t kind; /* enum ipc_vm_save_kind */
	struct vm_name name; /* VM_SAVE_SYSTEM */
};

struct ipc_vm_begin {
	uint64_t addr; /* if set */
	uint32_t set;
	uint32_t zero;
};

enum ipc_vm_reset { RESET_SYSTEM = 1, RESET_CLEAR = 2 };

/* VM_CONS_READ's value: is a console read waiting for a line? */
enum ipc_cons_read { CONS_READ_NONE = 0, CONS_READ_SHOWN = 1, CONS_READ_HIDDEN = 2 };

/*
 * Console output.  vmguest may have CONS_OUTPUT_WINDOW lines outstanding;
 * vmcp returns each by VM_CONS_CREDIT when its console has room (at once when
 * disconnected).  Without credit the device's channel program stands still.
 */
#define CONS_OUTPUT_WINDOW 16
#define CONS_OUTPUT_NO_NEWLINE 0x01
#define CONS_OUTPUT_ALARM 0x02

struct ipc_cons_output {
	uint32_t text_len;
	uint32_t flags;
	char text[];
};

/* A stretch of storage to read: answered by VM_STORAGE. */
struct ipc_vm_storage {
	uint32_t tag;
	uint32_t len; /* 1 to IPC_TEXT_MAX */
	uint64_t addr;
};

struct ipc_vm_data {
	uint32_t text_len;
	uint32_t tag;
	int32_t rc; /* 0, or -EFAULT: outside storage, text_len 0 */
	uint32_t zero;
	uint64_t addr;
	char text[];
};

/* Registers, in the order DISPLAY shows them. */
#define VM_REGISTERS(X)                                                   \
	X(RAX) X(RBX) X(RCX) X(RDX) X(RSI) X(RDI) X(RBP) X(RSP)           \
	X(R8) X(R9) X(R10) X(R11) X(R12) X(R13) X(R14) X(R15)             \
	X(RIP) X(RFLAGS)                                                  \
	X(CR0) X(CR2) X(CR3) X(CR4) X(EFER)                               \
	X(CS) X(SS) X(DS) X(ES) X(FS) X(GS)                               \
	X(GDTR) X(IDTR) X(TR)

enum vm_register {
#define X(name) VMREG_##name,
	VM_REGISTERS(X)
#undef X
	VMREG_COUNT
};

struct ipc_vm_regs {
	uint32_t tag;
	int32_t rc; /* 0, or -EIO */
	uint64_t reg[VMREG_COUNT]; /* segments: selector; GDTR IDTR TR: base */
};

/* Only RAX to RFLAGS can be stored.  Answered by VM_DONE. */
struct ipc_vm_reg {
	uint32_t tag;
	uint32_t which; /* enum vm_register */
	uint64_t value;
};

enum ipc_vm_run { VM_STOPPED = 0, VM_RUNNING = 1 };

/* Why a machine stopped, or that it runs. */
enum ipc_vm_why {
	VM_WHY_NONE = 0,
	VM_WHY_ASKED,		/* VM_STOP, VM_RESET, IPL ... STOP */
	VM_WHY_DISABLED_WAIT,	/* HLT with IF=0: rip, detail = RAX */
	VM_WHY_SHUTDOWN,	/* triple fault: the registers are lost */
	VM_WHY_IPL_NO_DEVICE,	/* detail = vdev */
	VM_WHY_IPL_IO_ERROR,	/* detail = vdev, csw */
	VM_WHY_IPL_VERSION,	/* detail = the record's flags */
	VM_WHY_IPL_ENTRY,	/* detail = the record's entry, outside storage */
	VM_WHY_NOT_RUNNABLE,	/* KVM refused: detail = exit reason or errno */
};

/* Why a saved system was not started. */
enum ipc_vm_saved {
	VM_SAVED_DAMAGED = 1, /* no saved system, truncated, wrong checksum */
	VM_SAVED_BUILD,	      /* of another build of include/ */
	VM_SAVED_MODEL,	      /* of another processor model or machine mode */
	VM_SAVED_STORAGE,     /* needs more storage than there is */
	VM_SAVED_IO,	      /* the file cannot be read */
};

struct ipc_vm_state {
	uint32_t run;	 /* enum ipc_vm_run */
	uint32_t why;	 /* enum ipc_vm_why */
	uint64_t rip;
	uint64_t detail;
	struct csw csw;
};

/* DIAGNOSE 8: one or more commands separated by newlines. */
struct ipc_cp_command {
	uint32_t text_len;
	uint32_t tag;
	uint32_t want_reply; /* 0: answer on the console */
	uint32_t implied;    /* 1: an unknown command is rc 1 and no message */
	char text[];
};

struct ipc_cp_reply {
	uint32_t text_len;
	uint32_t tag;
	int32_t rc;
	uint32_t total; /* bytes that the whole response has */
	char text[];
};

/* --- SPOOL_ --- */

/*
 * The descriptor is vmspool's end of a channel for a client, and what the
 * client may do is a property of it:
 *
 * UR_GUEST   user's machine: writes files that are his, which vmcp closes;
 *            opens, reads and finishes files of his reader
 * UR_REAL    a real device, user is its name on this node: writes files for
 *            anybody's reader and closes them, in the name of whoever it says;
 *            opens, reads and finishes what waits for its queue
 * UR_SYSTEM  vmcp itself, and the operator on the host: everything
 */
enum ipc_ur_rights { UR_GUEST = 1, UR_REAL = 2, UR_SYSTEM = 3 };

struct ipc_spool_mint {
	struct vm_user user;
	uint32_t rights; /* enum ipc_ur_rights */
	uint32_t zero;
};

struct ipc_spool_who {
	uint32_t tag;
	struct vm_user user;
};

struct ipc_spool_counts {
	uint32_t tag;
	uint32_t reader, printer, punch; /* files queued */
};

/* What one user may have in the spool, in whosever queue: files that he wrote
 * and that are not yet gone.  Sent before any SPOOL_MINT. */
struct ipc_spool_limit {
	uint64_t bytes;
	uint32_t files;
	uint32_t zero;
};

/*
 * SPOOL_ARRIVED: a file is in a queue, for good: its owner's reader, or one
 * for real devices.  It follows each UR_CLOSE and TRANSFER.  SPOOL_RELEASED:
 * one that was there is not held any more, or its class is another.
 *
 * SPOOL_TROUBLE: what a user's machine writes cannot be stored, and waits with
 * it: rc -ENOSPC, -EIO, -EDQUOT (his limit).  Said once, and again with rc 0
 * when the first block is stored.
 *
 * SPOOL_NOTICE: a line for the operator: a damaged file, a repair.
 */
struct ipc_spool_trouble {
	struct vm_user user;
	uint32_t vdev;
	int32_t rc;
};

/* --- UR_ --- */

/*
 * Blocks for the open file of a user's device, which the first one opens.
 * vdev names the device among those of the user; for UR_REAL and UR_SYSTEM
 * user is who writes, for UR_GUEST it is empty.  A client has at most
 * UR_WINDOW blocks of a device outstanding; each is answered by UR_WROTE.
 *
 * A vdev above VDEV_MAX, not for UR_GUEST, is no device but a deck on its way:
 * the end of the channel that writes it purges its open file.
 *
 * stream and serial: vmspool may end at any moment and be started again, and
 * its clients send again what was not answered.  stream is one number for a
 * client's life (larger in each later one: nanoseconds since 1970 at its
 * start), serial counts the device's blocks from 1.  A block that is there
 * already is answered and not stored twice.
 *
 * rc 0: stored; it survives the end of vmspool, but until UR_CLOSE not a power
 * cut or the end of vmcp.  Else nothing was stored: -ENOSPC, -EIO, -EDQUOT;
 * the client sends it again after a while, first of all blocks of the device.
 * -ESTALE: what is before this block of a deck is not there any more; -EBUSY:
 * another channel writes that deck; -EMFILE: this one writes too many.
 * -EPROTO: the block is not whole records; it is not kept.
 */
#define UR_WINDOW 4

struct ipc_ur_write {
	uint32_t text_len;
	uint32_t vdev;
	struct vm_user user;
	uint64_t stream, serial;
	uint32_t records;
	uint32_t device; /* enum spool_device */
	char text[];	 /* a block (spool.h), at least one record */
};

struct ipc_ur_wrote {
	uint32_t vdev;
	int32_t rc;
	struct vm_user user; /* UR_WRITE's */
	uint64_t serial;
};

/*
 * End the open file of a device, not for UR_GUEST.  CLOSE_FILE: it is on disk
 * and in `to`'s queue, whole, when UR_DONE (rc 0) comes, which one UR_ROW, the
 * file, precedes; without one there was no open file, or it had no records.
 * rc -ENOSPC, -EIO, -EDQUOT, -EMFILE (`to` has all 9999 numbers in use): it is
 * open as before.  CLOSE_PURGE: it is gone.
 * The same order again (same tag), because vmspool ended before it answered, is
 * answered with the file that it made; a deck's without one, for nothing is
 * kept of a deck that was closed.
 */
enum ipc_ur_how { CLOSE_FILE = 1, CLOSE_PURGE = 2 };

struct ipc_ur_close {
	uint32_t tag;
	uint32_t vdev;
	struct vm_user user; /* whose device */
	struct vm_user to;   /* whose queue */
	uint8_t queue;	     /* enum spool_queue */
	uint8_t how;	     /* enum ipc_ur_how */
	uint8_t zero[6];
	struct spool_attr attr;
};

/*
 * Take a file to read or print: by its id, or (0) the first that waits in the
 * queue, is not held or active and whose class is among classes ("*": any).
 * A guest's queue is his reader.  UR_OPENED: it is active until UR_FINISH or
 * the end of the channel; rc -ENOENT: there is none (UR_REAL: UR_MORE says
 * when there may be), -EBUSY: somebody has it, -EMFILE: the client has too many.
 */
#define UR_CLASSES 8

struct ipc_ur_open {
	uint32_t tag;
	uint8_t queue;
	uint8_t zero[3];
	uint64_t id;
	char classes[UR_CLASSES]; /* padded with NULs */
};

struct ipc_ur_opened {
	uint32_t tag;
	int32_t rc;
	struct spool_file file;
	uint64_t blocks;
};

/*
 * Block `seq` (from 0) of an active file, or the block that has record
 * `record` (from 1; seq is not used), answered by UR_DATA in the order asked.
 * rc -ENOENT: past the end; -EIO: it is damaged.
 */
struct ipc_ur_read {
	uint64_t id;
	uint64_t seq;
	uint64_t record; /* 0: by seq */
};

struct ipc_ur_data {
	uint32_t text_len;
	int32_t rc;
	uint64_t id;
	uint64_t seq;
	uint64_t first; /* number of its first record */
	uint32_t records;
	uint32_t zero;
	char text[];
};

/*
 * An active file is no longer read.  FINISH_DONE: it was, to its end or as far
 * as was wanted: purged, or held if it is KEEP; with copies left one less.
 * FINISH_HOLD: back, held (by the system, if a real device says so).
 * FINISH_BACK: back as it was.  FINISH_PURGE: gone even if KEEP.  Answered by
 * UR_DONE when that is on disk; rc -ENOENT: the file is gone, -EINVAL: this
 * channel has not opened it.
 *
 * copies: how many it had when it was opened to be read, 0: not known.  A file
 * with fewer was done with by a FINISH_DONE whose answer was lost: this one
 * changes nothing.
 */
enum ipc_ur_finished {
	FINISH_DONE = 1,
	FINISH_HOLD = 2,
	FINISH_BACK = 3,
	FINISH_PURGE = 4,
};

struct ipc_ur_finish {
	uint32_t tag;
	uint32_t how; /* enum ipc_ur_finished */
	uint64_t id;
	uint32_t copies;
	uint32_t zero;
};

/*
 * About the files of queues, not open ones.  Which: all of `owner`'s, or (name
 * empty, UR_SYSTEM only) everybody's; `by` narrows it, and origin, if it is not
 * empty, to what he wrote.  UR_GUEST: QUERY of his reader only.
 *
 * QUERY   UR_ROW each, in the queue's order
 * PURGE
 * CHANGE  attributes in `change` become attr's
 * ORDER   to the head of the queue, in the order in which they are; all at
 *         once
 * TRANSFER to `to`'s queue to_queue, with a new number there; UR_ROW each
 *
 * UR_DONE's count is how many, busy how many were active and left as they are
 * (QUERY shows these too).  more: there are further ones, to be asked for with
 * `after`, which is UR_DONE's cursor or that of a row (0: from the first).
 * rc -ENOENT: BY_ID and there is none; -EBUSY: BY_ID and it is active; -EMFILE,
 * -ENOSPC, -EIO: what was done is counted.
 */
enum ipc_ur_op {
	ASK_QUERY = 1,
	ASK_PURGE = 2,
	ASK_CHANGE = 3,
	ASK_ORDER = 4,
	ASK_TRANSFER = 5,
};

enum ipc_ur_by {
	BY_ALL = 0,
	BY_ID = 1,	/* spoolid (one owner), or id */
	BY_CLASS = 2,
	BY_FORM = 3,
	BY_HELD = 4,	/* SPOOL_HOLD_* in hold */
};

#define CHANGE_CLASS 0x01
#define CHANGE_COPIES 0x02
#define CHANGE_HOLD 0x04 /* bits of hold_mask become attr.hold's */
#define CHANGE_KEEP 0x08
#define CHANGE_DIST 0x10
#define CHANGE_NAME 0x20 /* and type */
#define CHANGE_FORM 0x40
#define CHANGE_TAG 0x80

#define UR_ROWS 64    /* of one QUERY */
#define UR_SLICE 256 /* files of one other ASK */

struct ipc_ur_ask {
	uint32_t tag;
	uint8_t op;	  /* enum ipc_ur_op */
	uint8_t by;	  /* enum ipc_ur_by */
	uint8_t queue;	  /* enum spool_queue; 0: each */
	uint8_t hold;	  /* BY_HELD */
	struct vm_user owner;
	spoolid_t spoolid;
	char class;
	uint8_t to_queue;
	uint32_t change;  /* CHANGE_* */
	uint64_t id;	  /* BY_ID, spoolid 0 */
	uint64_t after;	  /* a cursor, or 0 */
	struct vm_name origin; /* empty: whoever */
	char form[SPOOL_FORM_MAX];
	struct vm_user to;
	uint8_t hold_mask;
	uint8_t zero[7];
	struct spool_attr attr;
};

struct ipc_ur_row {
	uint32_t tag;
	uint32_t was;	 /* TRANSFER: the number that it had */
	uint64_t cursor; /* for `after` */
	struct spool_file file;
};

/* Text: what UR_CHECK found, lines. */
struct ipc_ur_done {
	uint32_t text_len;
	uint32_t tag;
	int32_t rc; /* 0 or -errno */
	uint32_t count;
	uint32_t more;
	uint32_t busy;
	uint64_t cursor; /* for `after`, if there are more */
	char text[];
};

/*
 * UR_BACKUP (UR_SYSTEM): a copy of the database as it is at its end goes to
 * the descriptor, an empty file; work goes on meanwhile.  UR_CHECK: every page
 * and every block is read; UR_DONE's text says what is damaged, in lines.
 */

/* --- VM_SPOOL, VM_UR --- */

/*
 * VM_SPOOL's descriptor is the machine's channel to vmspool; a later one
 * replaces it.  Without one, readers, punches and printers are not ready.
 *
 * VM_UR follows the device's VM_ATTACH, and each change of what SPOOL says.
 */
#define VM_UR_CONT 0x01	     /* RDR: from one file to the next without an end */
#define VM_UR_EOF 0x02	     /* RDR: unit exception at the end, not check */
#define VM_UR_HOLD 0x04	     /* RDR: what was read is held, not purged */
#define VM_UR_NOT_READY 0x08 /* NOTREADY was given */

struct ipc_vm_ur {
	uint32_t vdev;
	uint32_t flags; /* VM_UR_* */
	char classes[UR_CLASSES]; /* RDR */
};

/* Unit status that the device presents of its own: DEVICE END for READY,
 * ATTENTION and DEVICE END when a file arrives in a reader. */
struct ipc_vm_ur_status {
	uint32_t vdev;
	uint32_t unit;
};

/*
 * Punch, printer: every record that the guest has written so far is with
 * vmspool (rc 0, or -errno: it waits); PURGE: those not yet sent are dropped.
 * Reader: the file being read is given back, FINISH as its enum says.
 * Answered by VM_DONE.
 */
struct ipc_vm_ur_close {
	uint32_t tag;
	uint32_t vdev;
	uint32_t how; /* enum ipc_ur_how, or reader: enum ipc_ur_finished */
	uint32_t zero;
};

/* --- UNIT_ --- */

/*
 * First message to a vmunit.  The descriptor: a reader's listening socket, or
 * a directory for what a punch or printer puts out.  UNIT_SPOOL brings, each
 * time, its channel to vmspool.  A unit is drained until UNIT_START.
 */
struct ipc_unit_config {
	uint32_t raddr;	  /* its real address, 1 to VDEV_MAX */
	uint32_t type;	  /* enum device_type: READER, PUNCH, PRINTER */
	struct vm_name node;
	char classes[UR_CLASSES]; /* reader: the class of a deck without one */
	char proxy[64];	  /* reader: token of PROXY v2, or ""; it ends a deck too */
	uint32_t idle_s;  /* reader: seconds that a deck may pause for, */
	uint32_t deck_s;  /* and take in all */
};

/* Is there such a user?  A deck for nobody is refused.  UNIT_USER answers with
 * the same name. */
struct ipc_unit_user {
	struct vm_name user;
	uint32_t known;	  /* UNIT_USER: 1: he is in the directory */
	char dist[SPOOL_DIST_MAX]; /* UNIT_USER: his distribution code */
};

enum ipc_unit_op {
	UNIT_START = 1,	  /* classes, if any, become its classes */
	UNIT_DRAIN = 2,	  /* after the file at hand */
	UNIT_FLUSH = 3,	  /* end the copy at hand; count 1: and the others */
	UNIT_BACKSPACE = 4, /* count pages or cards back; 0: to the top of the
			       page; UINT32_MAX: to the beginning */
	UNIT_REPEAT = 5,  /* count more copies of the file at hand */
	UNIT_SPACE = 6,	  /* the file at hand without carriage control */
	UNIT_BACKSPACE_END = 7, /* on with the last count pages or cards */
};

/* Answered by UNIT_DONE: rc 0, or the number of the message that says why not. */
struct ipc_unit_order {
	uint32_t tag;
	uint32_t op;	/* enum ipc_unit_op */
	uint32_t count;
	uint32_t hold;	/* FLUSH: the file is not purged but held */
	char classes[UR_CLASSES];
};

enum ipc_unit_is { UNIT_DRAINED = 1, UNIT_IDLE = 2, UNIT_ACTIVE = 3 };

/* Sent at each change; vmcp keeps the last. */
struct ipc_unit_state {
	uint32_t state;	  /* enum ipc_unit_is */
	uint32_t draining; /* 1: DRAINED comes after the file at hand */
	char classes[UR_CLASSES];
	struct spool_file file; /* ACTIVE */
};

/* --- HOST_ --- */

/* HOST_TLS: which certificate is in use (0), or is to be read anew (1)?
 * HOST_DONE: rc 0 and its fingerprint, or 440 and why there is none. */

/* HOST_SPOOL: HOST_SPOOLED brings a channel to vmspool with UR_SYSTEM. */
struct ipc_host_spooled {
	struct vm_name node; /* this system's users are on it */
};

/*
 * vm370 asks for a minidisk as LINK would: HOST_LINKED with an open file, or
 * HOST_DONE with the message.  The link lasts as long as the connection, which
 * has only one.
 *
 * HOST_HOLD 1 keeps the machine that has it R/W from running, so that a copy
 * can be made; HOST_DONE (rc 0) when it stands still.  0, or the connection's
 * end, lets it go on.  It goes on by itself after HOST_HOLD_SECONDS: then the
 * HOST_DONE of HOST_HOLD 0 has rc -ETIMEDOUT, and the copy is none.
 */
#define HOST_HOLD_SECONDS 10

struct ipc_host_link {
	struct vm_name owner;
	uint32_t vdev;
	uint32_t write; /* 1: to write, and only if nobody else does */
};

struct ipc_host_linked {
	uint64_t blocks; /* of 512 bytes */
};

/* --- WORK_ --- */

#define WORK_PASSWORD_MAX 128
#define WORK_HASH_MAX 256

/* rc of the answer: 0 right, 1 wrong.  An empty hash costs the same time and
 * is wrong. */
struct ipc_work_verify {
	uint32_t tag;
	char password[WORK_PASSWORD_MAX]; /* NUL terminated */
	char hash[WORK_HASH_MAX];	  /* crypt(5), NUL terminated */
};

#endif
