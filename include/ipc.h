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
#include "vmtypes.h"

#define IPC_VERSION 1

enum ipc_party {
	IPC_CP = 1, /* vmcp */
	IPC_TERM,   /* vmterm, or `vm370 console` */
	IPC_GUEST,  /* vmguest */
	IPC_SPOOL,  /* vmspool */
	IPC_HOST,   /* vm370, the front command */
	IPC_WORKER, /* vmcp's workers: what takes time */
};

#define IPC_LINE_MAX CON_LINE_MAX /* a typed or printed line, bytes */
#define IPC_TEXT_MAX 8192	  /* a response, a block of storage */
#define IPC_PACKET_MAX (64u << 10)

/*      name              from   to      payload                 text           fds */
#define IPC_MESSAGES(X)                                                            \
	/* vmterm: a connection and a view of a console */                         \
	X(TERM_OPEN,        TERM,   CP,     struct ipc_term_open,     0,             0) \
	X(TERM_SIZE,        TERM,   CP,     struct ipc_term_size,     0,             0) \
	X(TERM_LINE,        TERM,   CP,     struct ipc_text,          IPC_LINE_MAX,  0) \
	X(TERM_KEY,         TERM,   CP,     struct ipc_value,         0,             0) \
	X(TERM_CREDIT,      TERM,   CP,     struct ipc_value,         0,             0) \
	X(CONS_LOGO,        CP,     TERM,   struct ipc_logo,          IPC_TEXT_MAX,  0) \
	X(CONS_ITEM,        CP,     TERM,   struct ipc_item,          IPC_LINE_MAX,  0) \
	X(CONS_STATE,       CP,     TERM,   struct ipc_cons_state,    0,             0) \
	X(CONS_CLOSE,       CP,     TERM,   struct ipc_text,          IPC_LINE_MAX,  0) \
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
	X(VM_STATE,         GUEST,  CP,     struct ipc_vm_state,      0,             0) \
	X(VM_DETACHED,      GUEST,  CP,     struct ipc_value,         0,             0) \
	X(VM_HELD,          GUEST,  CP,     struct ipc_none,          0,             0) \
	X(VM_CONS_OUTPUT,   GUEST,  CP,     struct ipc_cons_output,   IPC_LINE_MAX,  0) \
	X(VM_CONS_READ,     GUEST,  CP,     struct ipc_value,         0,             0) \
	X(VM_CP_COMMAND,    GUEST,  CP,     struct ipc_cp_command,    DIAG_COMMAND_MAX, 0) \
	X(VM_STORAGE,       GUEST,  CP,     struct ipc_vm_data,       IPC_TEXT_MAX,  0) \
	X(VM_REGS,          GUEST,  CP,     struct ipc_vm_regs,       0,             0) \
	X(VM_DONE,          GUEST,  CP,     struct ipc_done,          IPC_LINE_MAX,  0) \
	/* vmspool: readers, punches, printers */                                  \
	X(SPOOL_READY,      SPOOL,  CP,     struct ipc_none,          0,             0) \
	X(SPOOL_MINT,       CP,     SPOOL,  struct ipc_spool_mint,    0,             1) \
	X(SPOOL_COUNT,      CP,     SPOOL,  struct ipc_spool_who,     0,             0) \
	X(SPOOL_COUNTS,     SPOOL,  CP,     struct ipc_spool_counts,  0,             0) \
	/* vm370: commands from the host */                                        \
	X(HOST_COMMAND,     HOST,   CP,     struct ipc_text,          IPC_LINE_MAX,  0) \
	X(HOST_OUTPUT,      CP,     HOST,   struct ipc_text,          IPC_TEXT_MAX,  0) \
	X(HOST_LINK,        HOST,   CP,     struct ipc_host_link,     0,             0) \
	X(HOST_LINKED,      CP,     HOST,   struct ipc_host_linked,   0,             1) \
	X(HOST_HOLD,        HOST,   CP,     struct ipc_value,         0,             0) \
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

enum ipc_term_kind { TERM_LINE_MODE = 1, TERM_3270 = 2 };

#define TERM_COLOR 0x01 /* flags */

/* Sent once, when the client's kind is agreed.  CP answers CONS_LOGO. */
struct ipc_term_open {
	uint32_t kind; /* enum ipc_term_kind */
	uint32_t flags;
	uint16_t rows, cols;
	char peer[60]; /* printable address, NUL terminated */
	char type[40]; /* terminal type as negotiated, NUL terminated */
};

struct ipc_term_size {
	uint16_t rows, cols;
};

enum ipc_term_key {
	KEY_ATTENTION = 1, /* PA1, BREAK, ^C: to CP */
	KEY_LEAVE = 2,	   /* the user closed the terminal */
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
#define VM_DEVICES_MAX 64 /* in one machine */

/*
 * A device.  FBA: descriptor of the minidisk, blocks its size.  READER with
 * a descriptor: a deck in memory (memfd), blocks = cards of 80 bytes.
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

/* The descriptor is vmspool's end of a channel that is this user's. */
struct ipc_spool_mint {
	struct vm_user user;
};

struct ipc_spool_who {
	uint32_t tag;
	struct vm_user user;
};

struct ipc_spool_counts {
	uint32_t tag;
	uint32_t reader, printer, punch; /* files queued */
};

/* --- HOST_ --- */

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
