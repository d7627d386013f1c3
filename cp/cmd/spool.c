/* SPDX-License-Identifier: MIT
 *
 * cmd/spool.c - SPOOL: what becomes of a device's files, from now on; and what
 * a reader takes, and whether a console is spooled.
 *
 * It takes effect for the file that is open as well: what a file is, is said
 * when it is closed.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "urclose.h"
#include "urdevice.h"
#include "uroption.h"
#include "vmblok.h"

struct spool {
	struct uroptions o;
	vdev_t next; /* the devices from here on are still to be closed */
	int rc;
};

static void
spool_bool(bool *what, enum uroption_said said)
{
	if (said != UROPTION_UNSAID)
		*what = said == UROPTION_YES;
}

static void
spool_apply(struct vmblok *vm, struct vdev *d, const struct uroptions *o)
{
	struct vdev_spool *s = &d->spool;

	spool_bool(&s->cont, o->cont);
	spool_bool(&s->eof, o->eof);
	spool_bool(&s->start, o->start);
	if (o->term != UROPTION_UNSAID)
		s->noterm = o->term == UROPTION_NO;
	if (o->classes[0] != '\0')
		memcpy(s->classes, o->classes, sizeof s->classes);
	if (o->as.directed)
		s->to = o->as.to;
	urdevice_attr(&s->attr, &o->as);
	urdevice_tell(vm, d);
}

static void spool_close(struct request *rq);

static void
spool_closed(struct request *rq, int rc)
{
	struct spool *sp = rq->data;

	if (rc != 0)
		sp->rc = rc;
	spool_close(rq);
}

/* CLOSE and PURGE are told so; a CLOSE that CONT put off has its time. */
static bool
spool_closes(const struct vdev *d, const struct uroptions *o)
{
	return o->close || (d->spool.later && !d->spool.cont);
}

/* One after another. */
static void
spool_close(struct request *rq)
{
	struct close_as only = { 0 }, *as;
	struct spool *sp = rq->data;
	struct vdev *d;

	while (rq->vm != NULL &&
	    (d = uroption_device(rq, 1, sp->next)) != NULL) {
		sp->next = (vdev_t)(d->vdev + 1);
		if (!spool_closes(d, &sp->o))
			continue;
		as = d->spool.later ? &d->spool.close : &only;
		as->purge = sp->o.as.purge;
		as->finish = sp->o.as.finish;
		d->spool.later = false;
		urclose(rq, rq->vm, d, as, spool_closed);
		return;
	}
	request_end(rq, sp->rc);
}

static int
cmd_spool(struct request *rq)
{
	struct spool *sp = calloc(1, sizeof *sp);
	struct vdev *d;
	int rc;

	if (sp == NULL)
		return reply_error(rq, 183, "SPOOL", "NO STORAGE");
	rq->data = sp;
	rq->data_free = free;
	rc = uroption_devices(rq, 1, UROPTION_SPOOL);
	if (rc != 0)
		return rc;
	if (rq->words < 3)
		return reply_error(rq, 26);
	rc = uroption_words(rq, 2, UROPTION_SPOOL, &sp->o);
	if (rc != 0)
		return rc;
	for (d = uroption_device(rq, 1, VDEV_NONE); d != NULL;
	     d = uroption_device(rq, 1, (vdev_t)(d->vdev + 1)))
		spool_apply(rq->vm, d, &sp->o);
	spool_close(rq);
	return CMD_PENDING;
}

CP_COMMAND(spool,
	.name = "SPOOL",
	.abbrev = 2,
	.class = CLASS('G'),
	.machine = true,
	.run = cmd_spool,
	.syntax = "SPool {Reader|Printer|PUnch|CONsole|vaddr} operand ...",
	.help = "Say what becomes of a device's files. Operands: CLass c, "
		"CONt or NOCont, HOld or NOHold, KEEP or NOKEEP, CLOse, "
		"PUrge. Of what writes: [TO] userid (his reader), TO * "
		"(yours), FOR userid (a real device, with his name on it), "
		"SYStem or OFF (a real device, with yours), COpy n, FORM name, "
		"DIst code, NAme fn ft as the last one. Of a reader: EOF or NOEOF, and CLass "
		"takes several, or * for all. Of the console: STArt or STOp, "
		"TErm or NOTErm. With CONt a CLOSE waits until NOCont.");
