/* SPDX-License-Identifier: MIT
 *
 * cp_cards.h - the reader, punch and printer of the stand-in for vmguest.  What
 * is punched goes to vmspool when vmcp wants it there.
 */
#ifndef VM370_CP_CARDS_H
#define VM370_CP_CARDS_H

#include <stdbool.h>

#include "ipcchan.h"

#define CARDS_DEVICES 8

struct cards_device {
	struct ipc_vm_ur ur; /* vdev 0: none */
	uint64_t serial;
	uint64_t file;	     /* a reader's, active; 0 */
	char block[4096];
	size_t len;
	uint32_t records;
};

struct cards {
	struct ipcchan ch; /* to vmspool, if open */
	bool open;
	bool dies;	   /* in the middle of the next close */
	uint64_t stream;
	struct cards_device device[CARDS_DEVICES];
	char said[8192];   /* what a word is answered with: lines */
};

void cards_spool(struct cards *c, int fd);
void cards_set(struct cards *c, const struct ipc_vm_ur *ur);
void cards_gone(struct cards *c, uint32_t vdev);
void cards_renumber(struct cards *c, uint32_t from, uint32_t to);

/* 0, or -errno: it waits. */
int cards_close(struct cards *c, const struct ipc_vm_ur_close *order);

/*
 * Typed words; the answer is said.  false: they are no words about cards.
 *
 * PUNCH vdev text       PRINT vdev text
 * POST vdev [QUIETLY]   what was written goes to vmspool, and stays open
 * READ vdev             the first record of the next file, which stays active
 * LIST vdev             the same, all its records
 * UR vdev               what SPOOL has said of it
 */
bool cards_typed(struct cards *c, const char *line);

#endif
