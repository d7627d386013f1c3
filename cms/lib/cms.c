/* SPDX-License-Identifier: MIT
 *
 * cms.c - libcms: CMS's own calls for programs.  Works with any C library:
 * it uses nothing of it but errno.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "channel.h"
#include "cms.h"
#include "cmscall.h"
#include "diag.h"
#include "spool.h"

static long
cms_call(long number, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	long result;

	__asm__ volatile("syscall"
	    : "=a"(result)
	    : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
	    : "rcx", "r11", "memory");
	if (result < 0) {
		errno = (int)-result;
		return -1;
	}
	return result;
}

static long
cms_at(const void *p)
{
	return (long)(uintptr_t)p;
}

/* With a string and its length before what else there is. */
static long
cms_named(long number, const char *text, const void *c, const void *d)
{
	return cms_call(number, cms_at(text), (long)strlen(text), cms_at(c),
	    cms_at(d));
}

int
cms_command(const char *command, int *rc)
{
	int32_t code = 0;

	if (cms_named(CMSCALL_COMMAND, command, &code, NULL) == -1)
		return -1;
	if (rc != NULL)
		*rc = code;
	return 0;
}

int
cms_at_end(const char *commands)
{
	return (int)cms_named(CMSCALL_ATEND, commands, NULL, NULL);
}

long
cms_cp(const char *command, char *reply, size_t size, int *rc)
{
	struct cmscall_cp cp = { .reply = (uintptr_t)reply };
	size_t n;

	if (reply != NULL && size == 0) {
		errno = EINVAL;
		return -1;
	}
	if (reply != NULL)
		cp.size = size - 1 < CMSCALL_REPLY_MAX ? (uint32_t)(size - 1) :
		    CMSCALL_REPLY_MAX;
	if (cms_named(CMSCALL_CP, command, &cp, NULL) == -1)
		return -1;
	n = cp.total < cp.size ? cp.total : cp.size;
	if (reply != NULL)
		reply[n] = '\0';
	if (rc != NULL)
		*rc = cp.rc;
	return cp.total;
}

static int
cms_stack(const char *line, enum cmscall_order order)
{
	return (int)cms_call(CMSCALL_STACK, cms_at(line), (long)strlen(line),
	    order, 0);
}

int
cms_queue(const char *line)
{
	return cms_stack(line, CMSCALL_FIFO);
}

int
cms_push(const char *line)
{
	return cms_stack(line, CMSCALL_LIFO);
}

long
cms_queued(void)
{
	return cms_call(CMSCALL_QUEUED, 0, 0, 0, 0);
}

int
cms_state(const char *fileid, struct cms_stat *st)
{
	return (int)cms_named(CMSCALL_STATE, fileid, st, NULL);
}

int
cms_open(const char *fileid, enum cms_how how, struct cms_stat *st)
{
	return (int)cms_call(CMSCALL_OPEN, cms_at(fileid),
	    (long)strlen(fileid), how, cms_at(st));
}

long
cms_read(int fd, uint32_t record, void *to, size_t size)
{
	return cms_call(CMSCALL_READ, fd, record, cms_at(to), (long)size);
}

int
cms_write(int fd, uint32_t record, const void *from, size_t len)
{
	return (int)cms_call(CMSCALL_WRITE, fd, record, cms_at(from),
	    (long)len);
}

int
cms_truncate(int fd, uint32_t records)
{
	return (int)cms_call(CMSCALL_TRUNCATE, fd, records, 0, 0);
}

int
cms_close(int fd)
{
	return (int)cms_call(CMSCALL_CLOSE, fd, 0, 0, 0);
}

int
cms_abandon(int fd)
{
	return (int)cms_call(CMSCALL_CLOSE, fd, 1, 0, 0);
}

int
cms_erase(const char *fileid)
{
	return (int)cms_named(CMSCALL_ERASE, fileid, NULL, NULL);
}

int
cms_rename(const char *from, const char *to)
{
	return (int)cms_named(CMSCALL_RENAME, from, to,
	    (const void *)(uintptr_t)strlen(to));
}

int
cms_date(const char *fileid, const struct cms_stat *st)
{
	return (int)cms_named(CMSCALL_DATE, fileid, st, NULL);
}

int
cms_next(const char *pattern, uint64_t *cursor, struct cms_stat *st)
{
	return (int)cms_named(CMSCALL_NEXT, pattern, cursor, st);
}

int
cms_disk(char mode, struct cms_disk *disk)
{
	return (int)cms_call(CMSCALL_DISK, mode, cms_at(disk), 0, 0);
}

int
cms_block_io(struct cms_block_io *io)
{
	return (int)cms_call(CMSCALL_BLOCK, cms_at(io), 0, 0, 0);
}

int
cms_punch(uint16_t vdev, const void *records, size_t size, size_t *done)
{
	return (int)cms_call(CMSCALL_WRITEUR, CMSCALL_UR(vdev, DEVICE_PUNCH),
	    cms_at(records), (long)size, cms_at(done));
}

int
cms_print(uint16_t vdev, const void *records, size_t size, size_t *done)
{
	return (int)cms_call(CMSCALL_WRITEUR, CMSCALL_UR(vdev, DEVICE_PRINTER),
	    cms_at(records), (long)size, cms_at(done));
}

static long
cms_spool(struct cmscall_spool *spool)
{
	return cms_call(CMSCALL_SPOOL, cms_at(spool), 0, 0, 0);
}

long
cms_cards(uint16_t vdev, void *records, size_t size)
{
	struct cmscall_spool spool = {
		.vdev = vdev,
		.sub = DIAG_SPOOL_READ,
		.size = size < SPOOL_BLOCK_MAX ? (uint32_t)size :
		    SPOOL_BLOCK_MAX,
		.to = (uintptr_t)records,
	};

	return cms_spool(&spool) == 0 ? (long)spool.size : -1;
}

int
cms_cards_again(uint16_t vdev)
{
	struct cmscall_spool spool = {
		.vdev = vdev,
		.sub = DIAG_SPOOL_RESTART,
	};

	return (int)cms_spool(&spool);
}

int
cms_spooled(uint16_t vdev, unsigned after, int how, struct spool_file *file)
{
	struct cmscall_spool spool = {
		.vdev = vdev,
		.sub = DIAG_SPOOL_DESCRIBE,
		.flags = (uint16_t)how, /* DIAG_SPOOL_*, by the same numbers */
		.spoolid = (uint16_t)after,
		.size = sizeof *file,
		.to = (uintptr_t)file,
	};

	return (int)cms_spool(&spool);
}

int
cms_screen(struct cms_screen *screen)
{
	return (int)cms_call(CMSCALL_SCREEN, cms_at(screen), 0, 0, 0);
}

int
cms_screen_write(int command, const void *data, size_t len)
{
	return (int)cms_call(CMSCALL_PAINT, command, cms_at(data), (long)len,
	    0);
}

long
cms_screen_read(int command, void *record, size_t size)
{
	return cms_call(CMSCALL_KEY, command, cms_at(record), (long)size, 0);
}
