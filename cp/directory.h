/* SPDX-License-Identifier: MIT
 *
 * directory.h - USER DIRECT: who may log on and what his machine is made of.
 *
 * A directory is read whole, checked whole and never changed: a new one
 * replaces it (directory_load, then swap the pointer, then directory_free).
 */
#ifndef VM370_CP_DIRECTORY_H
#define VM370_CP_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel.h"
#include "ipc.h"
#include "vmtypes.h"

/* Privilege classes: bit 0 is A, bit 7 is H. */
#define CLASS(letter) (1u << ((letter) - 'A'))

struct dir_device {
	vdev_t vdev;
	enum device_type type;
	char klass; /* spool class: A to Z, 0 to 9, or * for a reader */
};

struct dir_mdisk {
	vdev_t vdev;
	bool tdisk;
	uint64_t start, blocks; /* in blocks of 512 bytes */
	struct vm_name volume;
	char mode[3];		/* R RR W WR M MR MW */
	/* "" (nobody by password), "ALL" (anybody) or crypt(5) */
	char rpw[WORK_HASH_MAX], wpw[WORK_HASH_MAX], mpw[WORK_HASH_MAX];
};

struct dir_link {
	struct vm_name owner;
	vdev_t owner_vdev, vdev;
	char mode[3];
};

#define DIR_CONSOLE 0x009 /* when no CONSOLE statement says another */

struct dir_user {
	struct vm_name name;
	bool nolog;		  /* may own space, may not log on */
	bool autoonly;		  /* is logged on by CP, never by himself */
	bool clear;		  /* a clear password: hash it first */
	char hash[WORK_HASH_MAX]; /* crypt(5); "": nobody's password */
	uint64_t storage, storage_max; /* bytes */
	unsigned classes;	  /* CLASS() bits */
	char account[9], dist[9];
	bool realtimer, ecmode;	  /* OPTION, kept for QUERY */
	enum ipc_vm_mode mode;	  /* MACHINE 370 or PC */
	char ipl[9];		  /* IPL: a vdev in hex or a system's name; "" */
	char ipl_parm[MACHINE_PARM_MAX + 1];
	vdev_t console;		  /* VDEV_NONE: DIR_CONSOLE */
	bool console_graf;	  /* it is a 3270: CONMODE at LOGON */
	struct dir_device *devices; /* SPOOL and SPECIAL */
	size_t ndevices;
	struct dir_mdisk *mdisks;
	size_t nmdisks;
	struct dir_link *links;
	size_t nlinks;
	unsigned line;		  /* of the USER statement */
};

struct directory;

/* Message numbers of DMKDIR: the first six as VM/370 had them. */
enum dir_message {
	DIR_INVALID_OPERAND = 751,
	DIR_SEQUENCE = 752,
	DIR_OPERAND_MISSING = 753,
	DIR_DUPLICATE = 758,
	DIR_STATEMENT = 760, /* unknown */
	DIR_FILE = 763,	     /* not found, not readable, cannot be replaced */
	DIR_OVERLAP = 765,
	DIR_NO_LINK = 766, /* a LINK to a minidisk that is not there */
	DIR_NO_USER = 767, /* directory_set_password */
};

/* The first error of a file: what DMKDIR messages print. */
struct dir_error {
	unsigned number;       /* enum dir_message */
	unsigned line, column; /* from 1; 0: the file itself (text has why) */
	char text[160];
};

/* "LINE 4 COLUMN 12: text", or the text alone when there is no line. */
void dir_error_print(const struct dir_error *err, char *buf, size_t size);

/* Read and check a file.  NULL: *err says why, nothing is kept. */
struct directory *directory_load(const char *path, struct dir_error *err);

/* The same from memory, for tests and the fuzzer.  text need not end in NUL. */
struct directory *directory_parse(const char *text, size_t len,
    struct dir_error *err);

void directory_free(struct directory *dir);

/* NULL when there is no such user.  The pointer is the directory's. */
const struct dir_user *directory_find(const struct directory *dir,
    struct vm_name name);

size_t directory_count(const struct directory *dir);
const struct dir_user *directory_at(const struct directory *dir, size_t i);

/* A minidisk by owner and address, or NULL. */
const struct dir_mdisk *directory_mdisk(const struct directory *dir,
    struct vm_name owner, vdev_t vdev);

/* Does this crypt(5) hash belong to the password?  It is tried as typed and
 * then in capitals, as VM took every password.  An empty hash costs the same
 * time and is wrong.  Slow: in a worker only. */
bool directory_password_ok(const char *password, const char *hash);

/* Rewrite the file at path with every clear password replaced by its hash
 * (yescrypt), by a new file and rename.  Slow: in a worker only.  0, or -1
 * with *err.  *changed: how many were. */
int directory_hash_passwords(const char *path, unsigned *changed,
    struct dir_error *err);

/* Replace one user's password in the file by a hash of `password`. */
int directory_set_password(const char *path, struct vm_name user,
    const char *password, struct dir_error *err);

#endif
