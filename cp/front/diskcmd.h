/* SPDX-License-Identifier: MIT
 *
 * diskcmd.h - one `vm370 disk` command as it was typed.
 */
#ifndef VM370_CP_FRONT_DISKCMD_H
#define VM370_CP_FRONT_DISKCMD_H

#include <stdbool.h>
#include <stdint.h>

#include "disk.h"

enum diskcmd_form { FORM_GUESS, FORM_TEXT, FORM_BINARY };

struct diskcmd {
	const struct front *front;
	struct disk_name disk;
	char **words; /* behind the disk's name */
	int nwords;
	/* options */
	enum diskcmd_form form;
	uint32_t fixed;	     /* record length; 0: not given */
	char mode;	     /* filemode number */
	uint32_t block_size; /* bytes */
	uint64_t blocks;     /* of 512 bytes; 0: not given */
	const char *label;   /* NULL: not given */
	bool force, verbose, relay;
};

/* Each returns an exit code; check: 3 when the disk is damaged. */
#define DISKCMD_DAMAGED 3

int diskfile_list(struct diskcmd *c);
int diskfile_read(struct diskcmd *c);
int diskfile_write(struct diskcmd *c);
int diskfile_erase(struct diskcmd *c);
int diskwhole_format(struct diskcmd *c);
int diskwhole_check(struct diskcmd *c);
int diskwhole_resize(struct diskcmd *c);
int diskwhole_label(struct diskcmd *c);
int diskcopy_backup(struct diskcmd *c);
int diskcopy_restore(struct diskcmd *c);

/* restore's first half, where the host's file is: is it a sound disk, and how
 * large (c->blocks)?  0, or 1 with a line printed. */
int diskcopy_examine(struct diskcmd *c);

/* A volume's name from a word: 1 to 6 of A-Z 0-9 $ # @ - _, made upper case
 * and blank padded.  0, or 1 with a line printed. */
int diskwhole_volume(char volume[EDF_VOLUME], const char *word);

/* Look at everything: 0, DISKCMD_DAMAGED, or 1; complaints go to `out`. */
int diskwhole_look(struct disk *d, FILE *out);

#endif
