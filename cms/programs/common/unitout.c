/* SPDX-License-Identifier: MIT
 *
 * unitout.c - what a command punches or prints.
 */
#include <errno.h>
#include <string.h>

#include "cms.h"
#include "print.h"
#include "say.h"
#include "spool.h"
#include "unitout.h"

#define BLOCK 22528 /* as CMS takes it in one piece */

static const struct device {
	uint16_t vdev;
	int (*write)(uint16_t vdev, const void *records, size_t size,
	    size_t *done);
	const char *name;
	int number; /* of the message when it cannot write */
	const char *doing;
} punch = { CMS_PUNCH, cms_punch, "PUNCH", 118, "PUNCHING" },
	printer = { CMS_PRINTER, cms_print, "PRINTER", 123, "PRINTING" };

static const struct device *device;
static size_t used;
static unsigned char block[BLOCK];

static void
unitout_begin(const struct device *d)
{
	char command[32];

	device = d;
	print_into(command, sizeof command, "CLOSE %s PURGE", d->name);
	cms_at_end(command);
}

void
unitout_punch(void)
{
	unitout_begin(&punch);
}

void
unitout_print(void)
{
	unitout_begin(&printer);
}

static int
unitout_flush(void)
{
	size_t size = used;

	used = 0;
	if (size == 0 || device->write(device->vdev, block, size, NULL) == 0)
		return 0;
	if (errno == ENXIO)
		return say(8, 'E', 36, "DEVICE '%03X' INVALID OR NONEXISTENT",
		    device->vdev);
	return say(device->number, 'S', 100, "ERROR %d %s FILE", errno,
	    device->doing);
}

/* A record of len bytes begins: where they go, or NULL with *rc. */
static unsigned char *
unitout_record(size_t len, int *rc)
{
	unsigned char *at;

	*rc = used + SPOOL_LENGTH + len > sizeof block ? unitout_flush() : 0;
	if (*rc != 0)
		return NULL;
	at = block + used;
	at[0] = (unsigned char)len;
	at[1] = (unsigned char)(len >> 8);
	used += SPOOL_LENGTH + len;
	return at + SPOOL_LENGTH;
}

int
unitout_card(const void *card, size_t len)
{
	int rc;
	unsigned char *at = unitout_record(len, &rc);

	if (at != NULL)
		memcpy(at, card, len);
	return rc;
}

int
unitout_line(unsigned command, const void *text, size_t len)
{
	int rc;
	unsigned char *at = unitout_record(len + 1, &rc);

	if (at != NULL) {
		at[0] = (unsigned char)command;
		memcpy(at + 1, text, len);
	}
	return rc;
}

/* CP says itself what is wrong; then the file stays open, and CLOSE may be
 * tried again. */
int
unitout_close(const char *name, const char *type)
{
	char command[64];
	int rc = unitout_flush(), cp;

	if (rc != 0)
		return rc;
	cms_at_end("");
	print_into(command, sizeof command, "CLOSE %s NAME %s %s",
	    device->name, name, type);
	return cms_cp(command, NULL, 0, &cp) == -1 || cp != 0 ? 100 : 0;
}
