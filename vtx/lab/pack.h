/* SPDX-License-Identifier: MIT
 *
 * pack.h - the files that a lab is given, and the initrd made of them.
 */
#ifndef VM370_LAB_PACK_H
#define VM370_LAB_PACK_H

#include <stddef.h>
#include <stdint.h>

/* One file: its path in the lab, and either a host's file or data. */
struct pack_file {
	char *lab;
	char *host;   /* NULL: data */
	void *data;
	size_t len;
	uint32_t mode; /* permission bits */
	int lib;       /* brought along by a program */
};

struct pack {
	struct pack_file *file;
	size_t n, room;
};

/* Add a host's file, or a folder with what is in it, as `lab`.  A path that
 * is there already stays what it is.  -1 with errno. */
int pack_add(struct pack *p, const char *host, const char *lab);

/* The operand of -f: HOST[:PATH].  Without PATH an executable file goes to
 * /bin, anything else to its own absolute path.  -1 with errno. */
int pack_add_operand(struct pack *p, const char *operand);

/* Add a file that the host does not have. */
int pack_data(struct pack *p, const char *lab, uint32_t mode, const void *data,
    size_t len);

/* Add the shared libraries of the programs that are in it, at the paths where
 * their loader looks.  -1 with errno. */
int pack_libs(struct pack *p);

/* Write it as an uncompressed cpio archive (newc) to fd.  -1 with errno. */
int pack_write(struct pack *p, int fd);

/* Read a packed file's content; the caller frees it.  NULL with errno. */
void *pack_read(const struct pack_file *f, size_t *len);

void pack_free(struct pack *p);

#endif
