/* SPDX-License-Identifier: MIT
 *
 * cmd/define.c - DEFINE: another size of storage, temporary disks, and other
 * addresses for devices.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "device.h"
#include "guest.h"
#include "hexloc.h"
#include "urclose.h"
#include "urdevice.h"
#include "vmblok.h"

/* --- STORAGE --- */

/* "512K", "16M", "2G"; 0 when it is none of these. */
static uint64_t
define_size(const char *word)
{
	char *end;
	unsigned long n = strtoul(word, &end, 10);
	uint64_t unit = *end == 'K' ? 1u << 10 :
	    *end == 'M'		    ? 1u << 20 :
	    *end == 'G'		    ? 1u << 30 :
				      0;

	if (end == word || unit == 0 || end[1] != '\0' || n > UINT32_MAX)
		return 0;
	return n * unit;
}

static int
define_storage(struct request *rq)
{
	uint64_t max = rq->vm->user->storage_max, size;
	char text[32];

	size = define_size(request_word(rq, 2));
	if (size < MACHINE_STORAGE_MIN || size % MACHINE_STORAGE_UNIT != 0 ||
	    rq->words > 3)
		return reply_error(rq, 25);
	if (size > max) {
		snprintf(text, sizeof text, "%" PRIu64 "K", max >> 10);
		return reply_error(rq, 94, text);
	}
	/* First: who asks is perhaps the machine itself. */
	reply_line(rq, "STORAGE = %" PRIu64 "K", size >> 10);
	reply_line(rq, "STORAGE CLEARED - SYSTEM RESET");
	guest_kill(rq->vm);
	rq->vm->storage = size;
	rq->vm->cp_read = true;
	vmblok_changed(rq->vm);
	return 0;
}

/* --- temporary disks --- */

static int
define_refused(struct request *rq, const char *vdev)
{
	if (errno == EEXIST)
		return reply_error(rq, 92, vdev);
	if (errno == EMFILE)
		return reply_error(rq, 183, "DEFINE", "TOO MANY DEVICES");
	return reply_error(rq, 91, vdev);
}

/* T-DISK [AS] vaddr [BLK] n */
static int
define_temporary(struct request *rq)
{
	unsigned i = 2;
	const char *count;
	char *end;
	uint64_t blocks;
	vdev_t vdev;

	i += strcmp(request_word(rq, i), "AS") == 0;
	vdev = hexloc_vdev(request_word(rq, i++));
	if (vdev == VDEV_NONE)
		return reply_error(rq, 22);
	i += strcmp(request_word(rq, i), "BLK") == 0;
	count = request_word(rq, i++);
	blocks = strtoul(count, &end, 10);
	if (*count < '0' || *count > '9' || *end != '\0' || blocks == 0 ||
	    blocks > UINT32_MAX)
		return reply_error(rq, 24);
	if (rq->words > i)
		return reply_error(rq, 2, request_word(rq, i));
	if (device_temporary(rq->vm, vdev, blocks) == NULL)
		return define_refused(rq, device_hex(vdev).s);
	reply_info(rq, "DASD %s DEFINED %" PRIu64 " BLK", device_hex(vdev).s,
	    blocks);
	return 0;
}

/* --- readers, punches, printers, displays --- */

static const struct define_type {
	const char *name;
	size_t abbrev;
	enum device_type type;
} define_types[] = {
	{ "READER", 1, DEVICE_READER }, { "RDR", 3, DEVICE_READER },
	{ "PUNCH", 2, DEVICE_PUNCH }, { "PCH", 3, DEVICE_PUNCH },
	{ "PRINTER", 1, DEVICE_PRINTER }, { "PRT", 3, DEVICE_PRINTER },
	{ "1403", 4, DEVICE_PRINTER }, { "GRAF", 4, DEVICE_DISPLAY },
	{ "3270", 4, DEVICE_DISPLAY },
};

static enum device_type
define_type(const struct request *rq)
{
	for (size_t i = 0; i < sizeof define_types / sizeof define_types[0];
	     i++)
		if (request_is(rq, 1, define_types[i].name,
		    define_types[i].abbrev))
			return define_types[i].type;
	return DEVICE_NONE;
}

/* type [AS] vaddr */
static int
define_device(struct request *rq, enum device_type type)
{
	unsigned i = 2 + (strcmp(request_word(rq, 2), "AS") == 0);
	vdev_t vdev = hexloc_vdev(request_word(rq, i));

	if (vdev == VDEV_NONE)
		return reply_error(rq, 22);
	if (rq->words > i + 1)
		return reply_error(rq, 2, request_word(rq, i + 1));
	if (device_new(rq->vm, vdev, type, '\0') == NULL)
		return errno == EEXIST || errno == EMFILE ?
		    define_refused(rq, device_hex(vdev).s) :
		    reply_error(rq, 183, "DEFINE", strerror(errno));
	reply_info(rq, "%-4s %s DEFINED", device_class(type),
	    device_hex(vdev).s);
	return 0;
}

/* --- addresses --- */

/* The words were looked at; but it may be gone, or another one there. */
static int
define_renumbered(struct request *rq)
{
	unsigned i = 2 + (strcmp(request_word(rq, 2), "AS") == 0);
	vdev_t from = hexloc_vdev(request_word(rq, 1));
	vdev_t to = hexloc_vdev(request_word(rq, i));
	struct vdev *d = device_find(rq->vm, from);

	if (d == NULL)
		return reply_error(rq, 40, device_hex(from).s);
	if (device_find(rq->vm, to) != NULL)
		return reply_error(rq, 92, device_hex(to).s);
	d->spool.later = false;
	device_renumber(rq->vm, d, to);
	reply_info(rq, "%-4s %s DEFINED", device_class(d->type),
	    device_hex(to).s);
	return 0;
}

static void
define_closed(struct request *rq, int rc)
{
	if (rc == 0 && rq->vm != NULL)
		rc = define_renumbered(rq);
	request_end(rq, rc);
}

/* vaddr1 [AS] vaddr2.  What a device writes is closed first: vmspool knows the
 * open file by the address. */
static int
define_renumber(struct request *rq, vdev_t from)
{
	unsigned i = 2 + (strcmp(request_word(rq, 2), "AS") == 0);
	vdev_t to = hexloc_vdev(request_word(rq, i));
	struct vdev *d = device_find(rq->vm, from);

	if (to == VDEV_NONE)
		return reply_error(rq, 22);
	if (rq->words > i + 1)
		return reply_error(rq, 2, request_word(rq, i + 1));
	if (d == NULL)
		return reply_error(rq, 40, device_hex(from).s);
	if (device_find(rq->vm, to) != NULL)
		return reply_error(rq, 92, device_hex(to).s);
	if (!urdevice_writes(d) ||
	    (d->type == DEVICE_CONSOLE && rq->vm->conspool == NULL))
		return define_renumbered(rq);
	urclose(rq, rq->vm, d, NULL, define_closed);
	return CMD_PENDING;
}

static int
cmd_define(struct request *rq)
{
	static const char *const temporary[] = { "T3370", "TFB-512",
		"T-DISK" };
	const char *word = request_word(rq, 1);
	vdev_t vdev = hexloc_vdev(word);

	if (request_is(rq, 1, "STORAGE", 4))
		return define_storage(rq);
	for (size_t i = 0; i < sizeof temporary / sizeof temporary[0]; i++)
		if (strcmp(word, temporary[i]) == 0)
			return define_temporary(rq);
	if (define_type(rq) != DEVICE_NONE)
		return define_device(rq, define_type(rq));
	if (vdev != VDEV_NONE)
		return define_renumber(rq, vdev);
	return reply_error(rq, 26);
}

CP_COMMAND(define,
	.name = "DEFINE",
	.abbrev = 3,
	.machine = true,
	.run = cmd_define,
	.syntax = "DEFine {STORage nnn{K|M|G}|T-DISK [As] vaddr [BLK] nnn|"
		  "{Reader|PUnch|Printer|GRAF} [As] vaddr|vaddr [As] vaddr}",
	.help = "Change the size of storage, which is cleared; the directory "
		"sets the maximum. Or get a temporary disk of nnn blocks of "
		"512 bytes (T3370 and TFB-512 are the same), empty, and lost "
		"by DETACH or LOGOFF. Or get a reader, punch or printer, or "
		"a display (GRAF) that a terminal can DIAL. Or give a device "
		"another address.");
