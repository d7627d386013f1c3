/* SPDX-License-Identifier: MIT
 *
 * ur.c - punches and printers, by DIAGNOSE A8: a card or line is one CCW, and
 * a chain of them one exit.
 */
#include "console.h"
#include "error.h"
#include "hyper.h"
#include "io.h"
#include "spool.h"
#include "str.h"
#include "ur.h"

#define UR_CC_CHECK 1
#define UR_CC_BUSY 2
#define UR_CC_GONE 3

#define UR_COMMAND 0x01	  /* all that write or move paper have it */
#define UR_IMMEDIATE 0x02 /* moves paper at once, prints nothing */

/* The one that is written to: its DEVICE END says that it is ready again. */
static struct io_device ur_device;

static int
ur_run(uint32_t vdev, const struct ccw *ccw, struct diag_general_io *io)
{
	*io = (struct diag_general_io){
		.vdev = vdev,
		.ccw = storage_real(ccw),
	};
	return hyper_general_io(io);
}

/* Reader and punch are one box, and SENSE ID's type is the box's; a reader
 * takes no write. */
int
ur_is(uint32_t vdev, uint32_t type)
{
	uint32_t box = type == DEVICE_PUNCH ? DEVICE_READER : type;
	struct sense_id id __attribute__((aligned(8)));
	struct ccw ccw __attribute__((aligned(8))) = io_sense_id(&id);
	struct diag_general_io io __attribute__((aligned(8)));

	return ur_run(vdev, &ccw, &io) == 0 && io_id_type(&id) == box;
}

/* A card.  -1: it is too long or empty. */
static int
ur_card(struct ccw *ccw, const uint8_t *card, size_t len)
{
	if (len == 0 || len > RDR_CARD)
		return -1;
	*ccw = (struct ccw){ PUN_WRITE, CCW_CC, (uint16_t)len,
		storage_real(card) };
	return 0;
}

/* A line: its command and text.  One without text only moves the paper, at
 * once: no count is 0. */
static int
ur_line(struct ccw *ccw, const uint8_t *line, size_t len)
{
	uint8_t cmd;

	if (len == 0 || len > 1 + PRT_LINE)
		return -1;
	cmd = line[0];
	if (!(cmd & UR_COMMAND) || (len > 1 && cmd & UR_IMMEDIATE))
		return -1;
	if (len == 1)
		*ccw = (struct ccw){ cmd | UR_IMMEDIATE, CCW_CC | CCW_SLI, 1,
			storage_real(line) };
	else
		*ccw = (struct ccw){ cmd, CCW_CC, (uint16_t)(len - 1),
			storage_real(line + 1) };
	return 0;
}

unsigned
ur_chain(struct ur *ur, uint32_t type, size_t bytes, size_t *used)
{
	unsigned n = 0;

	*used = 0;
	while (n < UR_CCWS && *used + SPOOL_LENGTH <= bytes) {
		const uint8_t *at = ur->records + *used;
		size_t len = (size_t)at[0] | (size_t)at[1] << 8;

		if (*used + SPOOL_LENGTH + len > bytes)
			break;
		at += SPOOL_LENGTH;
		if ((type == DEVICE_PUNCH ? ur_card(&ur->ccw[n], at, len) :
		    ur_line(&ur->ccw[n], at, len)) == -1)
			break;
		*used += SPOOL_LENGTH + len;
		n++;
	}
	return n;
}

/* Until DEVICE END, or HX. */
static int
ur_wait(uint32_t vdev)
{
	console_line("DMSPIO314I DEVICE %03X IS NOT READY; CMS WAITS FOR IT",
	    vdev);
	console_show();
	console_wait(&ur_device.done);
	return console_halted() ? E_AGAIN : 0;
}

/* What became of a channel program that began with record *done: 0, and *done
 * is where to go on, or an error. */
static int
ur_ended(struct ur *ur, const struct diag_general_io *io, unsigned *done)
{
	uint32_t next = (io->csw.ccw_addr - storage_real(ur->ccw)) /
	    sizeof ur->ccw[0];

	/* The last one that was tried was not done. */
	if (next > *done && next <= UR_CCWS)
		*done = next - 1;
	if (!(io->csw.unit & UNIT_CHECK))
		return E_IO;
	if (io->sense[0] & SENSE_INTERVENTION)
		return ur_wait(io->vdev);
	return io->sense[0] & SENSE_COMMAND_REJECT ? E_INVAL : E_IO;
}

int
ur_write(struct ur *ur, uint32_t vdev, unsigned count, unsigned *done)
{
	struct diag_general_io io __attribute__((aligned(8)));
	int rc = 0;

	if (ur_device.vdev == 0)
		io_attach(&ur_device, vdev);
	ur_device.vdev = vdev;
	ur->ccw[count - 1].flags &= (uint8_t)~CCW_CC;
	*done = 0;
	while (rc == 0 && *done < count) {
		ur_device.done = 0;
		switch (ur_run(vdev, ur->ccw + *done, &io)) {
		case 0:
			*done = count;
			break;
		case UR_CC_CHECK:
			rc = ur_ended(ur, &io, done);
			break;
		case UR_CC_BUSY:
			rc = E_BUSY;
			break;
		case UR_CC_GONE:
			rc = E_NXIO;
			break;
		default:
			rc = E_IO;
			break;
		}
	}
	return rc;
}
