/* SPDX-License-Identifier: MIT
 *
 * sys_ur.c - cards and printed lines for programs: out by channel programs
 * (ur.c), in by DIAGNOSE 14.  A program's bytes are copied once, then looked
 * at; a device never sees its pages.
 */
#include "cmscall.h"
#include "hyper.h"
#include "spool.h"
#include "syscall.h"
#include "ur.h"

#define SPOOL_CC_END 1
#define SPOOL_CC_NONE 2

static int
ur_put(struct ask *ask, struct ur *ur, uint32_t vdev, uint32_t type,
    size_t *records)
{
	uint64_t at = ask->a[1], left = ask->a[2];

	while (left > 0) {
		size_t used, n = left < UR_BYTES ? (size_t)left : UR_BYTES;
		unsigned count, done;
		int rc;

		if (space_get(&ask->p->space, ur->records, at, n) == -1)
			return E_FAULT;
		count = ur_chain(ur, type, n, &used);
		if (count == 0)
			return E_INVAL;
		rc = ur_write(ur, vdev, count, &done);
		*records += done;
		if (rc != 0)
			return rc;
		at += used;
		left -= used;
	}
	return 0;
}

int64_t
sys_write_ur(struct ask *ask)
{
	uint32_t vdev = (uint32_t)ask->a[0] & 0xFFFF;
	uint32_t type = (uint32_t)(ask->a[0] >> 16);
	struct ur *ur = program_room(ask->p, sizeof *ur);
	size_t records = 0;
	int rc;

	if (type != DEVICE_PUNCH && type != DEVICE_PRINTER)
		return E_INVAL;
	if (ur == NULL)
		return E_NOMEM;
	rc = ur_is(vdev, type) ? ur_put(ask, ur, vdev, type, &records) :
	    E_NXIO;
	if (ask->a[3] != 0 && space_put(&ask->p->space, ask->a[3], &records,
	    sizeof records) == -1)
		return E_FAULT;
	return rc;
}

/* What DIAGNOSE 14's condition code 3 says besides. */
static int
spool_error(int rc)
{
	switch (rc) {
	case 4:
		return E_NXIO;
	case 8:
		return E_AGAIN;
	case 16:
		return E_MSGSIZE;
	default:
		return E_IO;
	}
}

static int
spool_do(struct ask *ask, const struct diag_spool *spool,
    struct cmscall_spool *call)
{
	void *to;
	int rc;

	if (call->size > SPOOL_BLOCK_MAX)
		return E_INVAL;
	to = program_room(ask->p, call->size > 0 ? call->size : 1);
	if (to == NULL)
		return E_NOMEM;
	switch (hyper_spool(spool, to, &call->size, &rc)) {
	case 0:
		return space_put(&ask->p->space, call->to, to,
		    call->size) == 0 ? 0 : E_FAULT;
	case SPOOL_CC_END:
		call->size = 0;
		return 0;
	case SPOOL_CC_NONE:
		return E_NODATA;
	case -1:
		return E_INVAL;
	default:
		return spool_error(rc);
	}
}

int64_t
sys_spool(struct ask *ask)
{
	struct diag_spool spool __attribute__((aligned(8)));
	struct cmscall_spool call;
	int rc;

	if (space_get(&ask->p->space, &call, ask->a[0], sizeof call) == -1)
		return E_FAULT;
	spool = (struct diag_spool){ call.vdev, call.sub, call.flags,
		call.spoolid, call.count };
	rc = spool_do(ask, &spool, &call);
	if (space_put(&ask->p->space, ask->a[0], &call, sizeof call) == -1)
		return E_FAULT;
	return rc;
}
