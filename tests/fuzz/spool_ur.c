/* SPDX-License-Identifier: MIT
 *
 * spool_ur.c - fuzz what vmspool's clients send: good messages of each kind,
 * in any order and on any channel, with any bytes of them changed.  vmspool
 * lives on, and its database fits together.
 *
 * A message is two bytes, channel and kind, one byte that chooses a file, one
 * that says how many changes follow, and these: where (2 bytes) and what.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VMSPOOL ""
#include "../unit/spool_rig.h"
#include "../unit/spool_sound.h"
#include "log.h"
#include "server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CLIENTS 4
#define IDS 8
#define SOUND_EVERY 512 /* inputs */

static const struct {
	const char *user;
	uint32_t rights;
} clients[CLIENTS] = {
	{ "A", UR_GUEST }, { "B", UR_GUEST }, { "DEV00C", UR_REAL },
	{ NULL, UR_SYSTEM },
};

static struct spool spool;
static struct ipcchan cp, ur[CLIENTS];
static uint64_t ids[IDS]; /* of files that were seen */
static unsigned seen;
static uint64_t stream;

/* In log.c's place: it would be drowned in refusals. */
void
log_info(const char *fmt, ...)
{
	(void)fmt;
}

void
log_warn(const char *fmt, ...)
{
	(void)fmt;
}

void
log_warnx(const char *fmt, ...)
{
	(void)fmt;
}

static struct rig rig;

static void
fuzz_end(void)
{
	server_close(&spool);
	ipcchan_close(&cp);
	rig_remove(&rig);
}

static void
fuzz_begin(void)
{
	int fd[2];

	rig_folder(&rig);
	if (ipcchan_pair(fd) < 0 || server_open(&spool, rig.folder, fd[1]) < 0)
		abort();
	ipcchan_init(&cp, fd[0], IPC_CP, IPC_SPOOL);
	for (unsigned i = 0; i < CLIENTS; i++)
		ur[i].dead = true;
	atexit(fuzz_end);
}

static void
fuzz_mint(unsigned i)
{
	struct ipc_spool_mint mint = { .user = rig_user(clients[i].user),
		.rights = clients[i].rights };
	int fd[2];

	if (!ur[i].dead)
		return;
	if (ur[i].tail != NULL)
		ipcchan_close(&ur[i]);
	if (ipcchan_pair(fd) < 0 || client_open(&spool, &mint, fd[1]) < 0)
		abort();
	ipcchan_init(&ur[i], fd[0], IPC_UR, IPC_SPOOL);
}

static void
fuzz_see(uint64_t id)
{
	ids[seen++ % IDS] = id;
}

/* What vmspool answered. */
static void
fuzz_drain(struct ipcchan *ch)
{
	struct ipcchan_message msg;

	while (!ch->dead && ipcchan_recv(ch, &msg) == 1) {
		const struct ipc_ur_row *row = msg.payload;

		if (msg.type == IPC_UR_ROW)
			fuzz_see(row->file.id);
	}
}

/* --- good messages --- */

union fuzz_message {
	struct ipc_ur_write write;
	struct ipc_ur_close close;
	struct ipc_ur_open open;
	struct ipc_ur_read read;
	struct ipc_ur_finish finish;
	struct ipc_ur_ask ask;
	struct ipc_tag tag;
	char bytes[sizeof(struct ipc_ur_ask) + 256];
};

static size_t
fuzz_write(union fuzz_message *m, unsigned channel, uint64_t id)
{
	char *block = m->bytes + sizeof m->write;
	bool guest = clients[channel].rights == UR_GUEST;
	size_t len = rig_cards(block, (unsigned)id % 1000, 3);

	m->write = (struct ipc_ur_write){ .text_len = (uint32_t)len,
		.vdev = clients[channel].rights == UR_REAL ? VDEV_MAX + 7 :
		    0xD, .stream = ++stream, .serial = 1, .records = 3,
		.device = SPOOL_ON_PUN };
	if (!guest)
		m->write.user = rig_user("A");
	return sizeof m->write + len;
}

static size_t
fuzz_close(union fuzz_message *m, unsigned channel)
{
	m->close = rig_to("A", clients[channel].rights == UR_REAL ?
	    VDEV_MAX + 7 : 0xD, "B", SPOOL_RDR);
	return sizeof m->close;
}

static size_t
fuzz_open(union fuzz_message *m, unsigned channel, uint64_t id)
{
	m->open = (struct ipc_ur_open){ .id = id, .classes = "A*",
		.queue = clients[channel].rights == UR_REAL ? SPOOL_PRT :
		SPOOL_RDR };
	return sizeof m->open;
}

static size_t
fuzz_ask(union fuzz_message *m, unsigned channel, uint8_t op, uint64_t id)
{
	m->ask = rig_about(op, "B", SPOOL_RDR);
	m->ask.by = id % 2 == 0 ? BY_ALL : BY_ID;
	m->ask.id = id;
	m->ask.change = CHANGE_HOLD | CHANGE_NAME;
	m->ask.hold_mask = SPOOL_HOLD_USER;
	m->ask.to = rig_user("A");
	m->ask.to_queue = SPOOL_PRT;
	if (clients[channel].rights == UR_GUEST)
		m->ask.owner = rig_user(clients[channel].user);
	return sizeof m->ask;
}

static size_t
fuzz_make(union fuzz_message *m, unsigned kind, unsigned channel, uint64_t id,
    enum ipc_type *type)
{
	static const enum ipc_type types[] = { IPC_UR_WRITE, IPC_UR_WRITE,
		IPC_UR_CLOSE, IPC_UR_OPEN, IPC_UR_READ, IPC_UR_FINISH,
		IPC_UR_CHECK };

	memset(m, 0, sizeof *m);
	*type = kind < sizeof types / sizeof types[0] ? types[kind] :
	    IPC_UR_ASK;
	switch (*type) {
	case IPC_UR_WRITE:
		return fuzz_write(m, channel, id);
	case IPC_UR_CLOSE:
		return fuzz_close(m, channel);
	case IPC_UR_OPEN:
		return fuzz_open(m, channel, id);
	case IPC_UR_READ:
		m->read.id = id;
		return sizeof m->read;
	case IPC_UR_FINISH:
		m->finish.id = id;
		m->finish.how = FINISH_DONE;
		return sizeof m->finish;
	case IPC_UR_ASK:
		return fuzz_ask(m, channel, (uint8_t)(1 + kind % 5), id);
	default:
		return sizeof m->tag;
	}
}

/* --- and what becomes of them --- */

static void
fuzz_one(const uint8_t **data, size_t *size)
{
	union fuzz_message m;
	unsigned channel = (*data)[0] % CLIENTS, changes = (*data)[3] % 8;
	enum ipc_type type;
	size_t len = fuzz_make(&m, (*data)[1] % 16, channel,
	    ids[(*data)[2] % IDS], &type);
	uint32_t text_len = m.write.text_len;

	*data += 4;
	*size -= 4;
	for (; changes > 0 && *size >= 3; changes--, *data += 3, *size -= 3)
		m.bytes[((*data)[0] | (size_t)(*data)[1] << 8) % len] =
		    (char)(*data)[2];
	if (type == IPC_UR_WRITE) /* else the channel refuses to send it */
		m.write.text_len = text_len;
	fuzz_mint(channel);
	ipcchan_send(&ur[channel], type, &m, len, -1);
	event_base_loop(spool.base, EVLOOP_NONBLOCK);
	for (unsigned i = 0; i < CLIENTS; i++)
		fuzz_drain(&ur[i]);
	fuzz_drain(&cp);
	if (cp.dead)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned inputs;

	if (inputs++ == 0)
		fuzz_begin();
	for (unsigned i = 0; i < CLIENTS; i++)
		fuzz_mint(i);
	while (size >= 4)
		fuzz_one(&data, &size);
	if (inputs % SOUND_EVERY == 0) {
		const char *why = spool_sound(spool.store.db);

		if (why != NULL) {
			fprintf(stderr, "%s\n", why);
			abort();
		}
	}
	return 0;
}
