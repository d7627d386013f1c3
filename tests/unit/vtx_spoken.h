/* SPDX-License-Identifier: MIT
 *
 * vtx_spoken.h - a vmspool for tests and fuzzing: each question gets an answer
 * of its kind, and what that says comes from the bytes that are left.  Stores
 * nothing, but counts what it is given.
 */
#ifndef VM370_TESTS_VTX_SPOKEN_H
#define VM370_TESTS_VTX_SPOKEN_H

#include <errno.h>

#include "vtx_machine.h"

#define SPOKEN_RECORD 30 /* bytes in most records */

struct spoken {
	struct ipcchan chan;
	const uint8_t *data;
	size_t size;
	uint64_t records, sum; /* of UR_WRITE: how many, and of their bytes */
};

static inline uint8_t
spoken_byte(struct spoken *s)
{
	if (s->size == 0)
		return 0;
	s->size--;
	return *s->data++;
}

/* Mostly that it went well. */
static inline int
spoken_rc(struct spoken *s)
{
	static const int rcs[] = { -ENOENT, -EBUSY, -EIO, -ENOSPC, -EPROTO,
		-EDQUOT, 77 };
	uint8_t which = spoken_byte(s);

	return which < sizeof rcs / sizeof rcs[0] ? rcs[which] : 0;
}

static inline void
spoken_open(struct spoken *s, struct fake *f, const uint8_t *data, size_t size)
{
	int pair[2];

	if (ipcchan_pair(pair) < 0)
		abort();
	*s = (struct spoken){ .data = data, .size = size };
	ipcchan_init(&s->chan, pair[1], IPC_SPOOL, IPC_UR);
	spoolchan_open(&f->vm, pair[0]);
}

static inline void
spoken_close(struct spoken *s, struct fake *f)
{
	ipcchan_close(&s->chan);
	spoolchan_receive(&f->vm);
}

static inline struct spool_file
spoken_file(struct spoken *s, uint64_t id)
{
	uint8_t what = spoken_byte(s);

	return (struct spool_file){ .id = what % 8 == 7 ? what : id,
		.spoolid = (spoolid_t)(what % 4), .queue = SPOOL_RDR,
		.records = spoken_byte(s) % 32,
		.device = (uint8_t)(1 + what / 4 % 4),
		.active = what / 16 % 8 == 1,
		.attr = { .class = 'A', .hold = what >= 0xF0 } };
}

static inline void
spoken_data(struct spoken *s, const struct ipc_ur_read *rq)
{
	struct ipc_ur_data d = { .rc = spoken_rc(s), .id = rq->id,
		.seq = rq->seq, .first = rq->record > 0 ? rq->record : 1 };
	uint8_t text[256] = { 0 };
	size_t n = 0;

	/* Records of random lengths; the last may be cut. */
	for (d.records = spoken_byte(s) % 8u; n / 32 < d.records; n += 32)
		text[n] = spoken_byte(s) % 8 == 7 ? spoken_byte(s) :
		    SPOKEN_RECORD;
	d.records += spoken_byte(s) == 0xFF;
	if (spoken_byte(s) == 0xFF)
		d.first += spoken_byte(s);
	ipcchan_send_text(&s->chan, IPC_UR_DATA, &d, sizeof d, text, n, -1);
}

static inline void
spoken_done(struct spoken *s, uint32_t tag, uint32_t rows)
{
	struct ipc_ur_done d = { .tag = tag, .rc = spoken_rc(s),
		.count = rows, .more = spoken_byte(s) > 0xE0,
		.cursor = spoken_byte(s) };

	ipcchan_send_text(&s->chan, IPC_UR_DONE, &d, sizeof d, NULL, 0, -1);
}

static inline void
spoken_rows(struct spoken *s, uint32_t tag)
{
	uint32_t rows = spoken_byte(s) % 4;

	for (uint32_t i = 0; i < rows; i++) {
		struct ipc_ur_row row = { .tag = tag, .cursor = i + 1,
			.file = spoken_file(s, i + 1) };

		ipcchan_send(&s->chan, IPC_UR_ROW, &row, sizeof row, -1);
	}
	spoken_done(s, tag, rows);
}

static inline void
spoken_count(struct spoken *s, const struct ipc_ur_write *w)
{
	s->records += w->records;
	for (uint32_t i = 0; i < w->text_len; i++)
		s->sum = s->sum * 31 + (uint8_t)w->text[i];
}

static inline void
spoken_hears(struct spoken *s, const struct ipcchan_message *m)
{
	const struct ipc_ur_write *w = m->payload;
	const struct ipc_ur_open *open = m->payload;
	const struct ipc_ur_finish *finish = m->payload;
	struct ipc_ur_wrote wrote = { 0 };
	struct ipc_ur_opened opened = { 0 };

	switch (m->type) {
	case IPC_UR_WRITE:
		spoken_count(s, w);
		wrote = (struct ipc_ur_wrote){ .vdev = w->vdev,
			.serial = w->serial, .rc = spoken_rc(s) };
		ipcchan_send(&s->chan, IPC_UR_WROTE, &wrote, sizeof wrote, -1);
		break;
	case IPC_UR_OPEN:
		opened = (struct ipc_ur_opened){ .tag = open->tag,
			.rc = spoken_rc(s), .blocks = spoken_byte(s) % 4u,
			.file = spoken_file(s, open->id > 0 ? open->id : 1) };
		ipcchan_send(&s->chan, IPC_UR_OPENED, &opened, sizeof opened,
		    -1);
		break;
	case IPC_UR_READ:
		spoken_data(s, m->payload);
		break;
	case IPC_UR_FINISH:
		spoken_done(s, finish->tag, 0);
		break;
	case IPC_UR_ASK:
		spoken_rows(s, ((const struct ipc_ur_ask *)m->payload)->tag);
		break;
	default:
		break;
	}
}

/* Answer all that was asked; the machine hears it.  False: nothing was. */
static inline bool
spoken_round(struct spoken *s, struct fake *f)
{
	struct ipcchan_message m;
	bool any = false;

	for (unsigned i = 0; i < 16 && ipcchan_recv(&s->chan, &m) == 1; i++) {
		spoken_hears(s, &m);
		any = true;
	}
	spoolchan_receive(&f->vm);
	return any;
}

#endif
