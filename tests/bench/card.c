/* SPDX-License-Identifier: MIT
 *
 * card.c - a card punched by a chain of CCWs, on its way from storage to
 * vmspool, beside the floor: a program that copies the same bytes into the
 * same blocks and sends them through the same channel.
 *
 *   card VMGUEST DECK
 *
 * Whoever receives only answers.  Both count by the time stamp counter; where
 * time is instructions, so are the figures.  Prints ours, floor and the
 * difference of one card, each the median of 20 rounds of CARDS.
 */
#include <err.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../rig/rig.h"
#include "card.h"
#include "median.h"
#include "rounds.h"

#define ROUNDS 21 /* the first one warms up */
#define STORAGE (1u << 20)
#define RECORD (SPOOL_LENGTH + RDR_CARD)

/* --- who receives --- */

static void
answer(struct ipcchan *ch, const struct ipcchan_message *m)
{
	const struct ipc_ur_write *w = m->payload;
	struct ipc_ur_wrote wrote = { .vdev = w->vdev, .user = w->user,
		.serial = w->serial };

	if (m->type != IPC_UR_WRITE || w->records != CARDS_IN_BLOCK ||
	    w->text_len != CARDS_IN_BLOCK * RECORD)
		_exit(1);
	ipcchan_send(ch, IPC_UR_WROTE, &wrote, sizeof wrote, -1);
}

static void
await(const struct ipcchan *ch)
{
	struct pollfd fd = { .fd = ch->fd, .events = POLLIN };

	poll(&fd, 1, -1);
}

/* A process that takes blocks; *fd: the other end of its channel. */
static pid_t
receiver(int *fd)
{
	struct ipcchan_message m;
	struct ipcchan ch;
	int pair[2], rc;
	pid_t pid;

	if (ipcchan_pair(pair) < 0 || (pid = fork()) < 0)
		err(1, "receiver");
	*fd = pair[0];
	if (pid != 0) {
		close(pair[1]);
		return pid;
	}
	close(pair[0]);
	ipcchan_init(&ch, pair[1], IPC_SPOOL, IPC_UR);
	while ((rc = ipcchan_recv(&ch, &m)) >= 0) {
		if (rc == 1)
			answer(&ch, &m);
		else
			await(&ch);
	}
	_exit(0);
}

/* --- the floor --- */

struct floor {
	struct ipcchan ch;
	unsigned outstanding;
	struct ipc_ur_write head;
	size_t used;
	uint8_t block[SPOOL_BLOCK_MAX];
};

static void
floor_send(struct floor *f)
{
	struct ipcchan_message m;

	f->head.serial++;
	f->head.records = CARDS_IN_BLOCK;
	if (ipcchan_send_text(&f->ch, IPC_UR_WRITE, &f->head, sizeof f->head,
	    f->block, f->used, -1) < 0)
		errx(1, "the receiver is gone");
	f->used = 0;
	f->outstanding++;
	while (f->outstanding == UR_WINDOW) {
		if (ipcchan_recv(&f->ch, &m) == 1)
			f->outstanding--;
		else
			await(&f->ch);
	}
}

static double
measure_floor(void)
{
	static uint8_t deck[CARDS_APART][RECORD];
	static struct floor f;
	double v[ROUNDS];
	pid_t pid;
	int fd;

	pid = receiver(&fd);
	ipcchan_init(&f.ch, fd, IPC_UR, IPC_SPOOL);
	memset(deck, 'x', sizeof deck);
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t from = __builtin_ia32_rdtsc();

		for (unsigned n = 0; n < CARDS; n++) {
			memcpy(f.block + f.used, deck[n % CARDS_APART], RECORD);
			f.used += RECORD;
			if (f.used + RECORD > sizeof f.block)
				floor_send(&f);
		}
		v[i] = (double)(__builtin_ia32_rdtsc() - from) / CARDS;
	}
	ipcchan_close(&f.ch);
	waitpid(pid, NULL, 0);
	return median(v + 1, ROUNDS - 1);
}

/* --- ours --- */

static double
measure_vmguest(const char *vmguest, const char *deck)
{
	static struct rig rig = { .kvm = "/dev/kvm", .storage = STORAGE,
		.timeout_ms = 120000, .saved = -1 };
	struct ipc_none none = { 0 };
	int fd;

	rig.vmguest = vmguest;
	rig.device[0].at = (struct ipc_vm_attach){ .vdev = 0x009,
		.type = DEVICE_CONSOLE };
	rig.device[1].at = (struct ipc_vm_attach){ .vdev = 0x200,
		.type = DEVICE_FBA, .flags = ATTACH_READ_ONLY };
	rig.device[1].path = deck;
	rig.device[2].at = (struct ipc_vm_attach){ .vdev = 0x00D,
		.type = DEVICE_PUNCH };
	rig.ndevices = 3;
	receiver(&fd);
	if (rig_start(&rig) < 0)
		errx(1, "no machine");
	rig_send(&rig, IPC_VM_SPOOL, &none, sizeof none, fd);
	close(fd);
	return rounds_median(&rig, 0x200, "", ROUNDS, CARDS);
}

int
main(int argc, char **argv)
{
	double ours, bare;

	if (argc != 3)
		errx(2, "usage: card VMGUEST DECK");
	bare = measure_floor();
	ours = measure_vmguest(argv[1], argv[2]);
	printf("%.1f %.1f %.1f\n", ours, bare, ours - bare);
	return 0;
}
