/* SPDX-License-Identifier: MIT
 *
 * linkrule.h - LINK's rules without its disks: the seven modes, and the words
 * of the command.
 */
#ifndef VM370_CP_LINKRULE_H
#define VM370_CP_LINKRULE_H

#include <stdbool.h>
#include <stddef.h>

#include "vmtypes.h"

/* Which of MDISK's passwords a mode asks for. */
enum link_password { LINK_READ, LINK_WRITE, LINK_MULTIPLE };

/* What a mode allows while others have the minidisk. */
struct linkrule {
	const char *name;
	enum link_password password;
	bool write;	     /* wants to write */
	bool beside_readers; /* writes although others read */
	bool beside_writers; /* writes although others write */
	bool falls_back;     /* else reads */
	bool reads_beside_writers;
};

/* The mode with this name, in capitals; NULL: there is none. */
const struct linkrule *linkrule_find(const char *name);

enum link_access { LINK_REFUSED, LINK_RO, LINK_RW };

/* What one gets while so many others read and write. */
enum link_access linkrule_access(const struct linkrule *rule,
    unsigned readers, unsigned writers);

/* LINK [TO] userid vaddr1 [AS] vaddr2 [mode] [[PASS=] password] */
struct link_words {
	int error;	      /* 0, or a message's number: 20 22 26 114 */
	bool own;	      /* userid was "*" */
	struct vm_name owner;
	vdev_t vdev, as;
	const struct linkrule *rule; /* NULL: no mode was given */
	const char *password; /* in the line; NULL: none given */
	size_t password_len;
	size_t shown;	      /* bytes of the line that hold no password */
};

/* A line that begins with LINK, as typed.  Whatever is wrong, what may be a
 * password is beyond .shown. */
void linkrule_words(const char *line, struct link_words *w);

/* How much of a typed line may be shown: all of it, unless it is a LINK, for
 * CP by #CP or CP or implied. */
size_t linkrule_shown(const char *line, size_t len);

#endif
