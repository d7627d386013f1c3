/* SPDX-License-Identifier: MIT
 *
 * cmd/close.c - CLOSE: the file that a device writes or reads is at its end.
 */
#include <stdlib.h>

#include "command.h"
#include "urclose.h"
#include "urdevice.h"
#include "uroption.h"
#include "vmblok.h"

struct close {
	struct uroptions o;
	vdev_t next; /* the devices from here on are still to be closed */
	int rc;
};

static void close_go_on(struct request *rq);

static void
close_done(struct request *rq, int rc)
{
	struct close *cl = rq->data;

	if (rc != 0)
		cl->rc = rc;
	close_go_on(rq);
}

/* One after another. */
static void
close_go_on(struct request *rq)
{
	struct close *cl = rq->data;
	struct vdev *d;

	while (rq->vm != NULL &&
	    (d = uroption_device(rq, 1, cl->next)) != NULL) {
		cl->next = (vdev_t)(d->vdev + 1);
		d->spool.later = urdevice_writes(d) && d->spool.cont &&
		    !cl->o.as.purge;
		if (!d->spool.later) {
			urclose(rq, rq->vm, d, &cl->o.as, close_done);
			return;
		}
		d->spool.close = cl->o.as;
	}
	request_end(rq, cl->rc);
}

static int
cmd_close(struct request *rq)
{
	struct close *cl = calloc(1, sizeof *cl);
	int rc;

	if (cl == NULL)
		return reply_error(rq, 183, "CLOSE", "NO STORAGE");
	rq->data = cl;
	rq->data_free = free;
	rc = uroption_devices(rq, 1, UROPTION_CLOSE);
	if (rc == 0)
		rc = uroption_words(rq, 2, UROPTION_CLOSE, &cl->o);
	if (rc != 0)
		return rc;
	close_go_on(rq);
	return CMD_PENDING;
}

CP_COMMAND(close,
	.name = "CLOSE",
	.abbrev = 1,
	.class = CLASS('G'),
	.machine = true,
	.run = cmd_close,
	.syntax = "Close {Reader|CONsole|Printer|PUnch|ALL|vaddr} "
		  "[PUrge] [HOld|NOHold] [KEEP|NOKEEP] [DIst code] "
		  "[{TO|FOR} userid|*|SYSTEM] [NAme {fn ft|dsname}]",
	.help = "End the file that the device writes: it goes to where SPOOL, "
		"TO or FOR, says. Or end the one that it reads: it is purged, "
		"or stays with HOld or KEEP. PUrge drops either.");
