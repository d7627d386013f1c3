/* SPDX-License-Identifier: MIT
 *
 * spoolfile.h - spool files as commands name them and show them.
 *
 * Which files: a queue of one's own, or (class D) of another user or of the
 * whole system; of these ALL, or those of a class, of a form, on hold, or with
 * the numbers given.  What is done to them is spooljob.h's.
 */
#ifndef VM370_CP_SPOOLFILE_H
#define VM370_CP_SPOOLFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc.h"
#include "request.h"

/* --- words --- */

/* READER, RDR, PRINTER, PRT, PUNCH, PCH: an enum spool_queue, or -1. */
int spoolfile_queue(const struct request *rq, unsigned i);

/* 1 to 9999, or 0: the word is no spool file's number. */
spoolid_t spoolfile_id(const char *word);

/* An attribute's word.  False: it is none, and nothing was changed. */
bool spoolfile_class(const char *word, char *class);
bool spoolfile_copies(const char *word, uint8_t *copies);
bool spoolfile_text(const char *word, char *field, size_t size);

/* What follows NAME, to the end of the command: `fn [ft]`, or a dsname, which
 * is longer than a filename. */
bool spoolfile_name(const struct request *rq, unsigned i,
    struct spool_attr *attr);

/* Some of the files of a queue. */
struct spoolfile_pick {
	uint8_t by; /* enum ipc_ur_by */
	char class;
	spoolid_t id;
	char form[SPOOL_FORM_MAX];
};

struct spoolfile_which {
	bool system;	       /* everybody's */
	struct vm_name owner;  /* else whose */
	struct vm_name origin; /* only what he wrote; empty: whoever */
	uint8_t queue;	       /* enum spool_queue; 0: each */
	unsigned npicks;
	struct spoolfile_pick pick[REQUEST_WORDS_MAX];
};

/*
 * Words from *i on, which is left at the first that is something else.  0, or
 * the number of a message that was given.
 *
 * owner  [*|userid|SYSTEM], the latter two for class D
 * queue  {READER|PRINTER|PUNCH}; if `any`, also ALL
 * picks  {CLASS c|FORM f|HOLD|ALL|spoolid} ...; if they are `one`, only the
 *        first of them or a few spoolids: what follows has another meaning
 */
int spoolfile_owner(struct request *rq, unsigned *i,
    struct spoolfile_which *which);
int spoolfile_queued(struct request *rq, unsigned *i, bool any,
    struct spoolfile_which *which);
int spoolfile_picks(struct request *rq, unsigned *i, bool one,
    struct spoolfile_which *which);
/* All of these and nothing more. */
int spoolfile_words(struct request *rq, bool any,
    struct spoolfile_which *which);

/* --- lines --- */

/* vmspool's word for what a file is: its texts become such as can be shown. */
void spoolfile_clean(struct spool_file *file);

#define SPOOLFILE_LINE 128

/* "RDR", "PRT", "PUN"; "CON" too. */
const char *spoolfile_queue_text(unsigned queue);
const char *spoolfile_device_text(unsigned device);

/* "ORIGINID FILE CLASS ..." and a row below it.  owner: the first column says
 * whose it is, not who wrote it. */
void spoolfile_head(char *line, size_t size, bool owner, bool expanded);
void spoolfile_print(char *line, size_t size, const struct spool_file *file,
    bool owner, bool expanded);

#endif
