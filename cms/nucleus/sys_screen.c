/* SPDX-License-Identifier: MIT
 *
 * sys_screen.c - the console's screen for programs: 3270 data streams by
 * DIAGNOSE 58.  What is in them is the program's and the display's; nothing of
 * it is looked at here.
 */
#include "channel.h"
#include "cms.h"
#include "console.h"
#include "hyper.h"
#include "syscall.h"

#define SCREEN_ROOM (16u << 10) /* holds nearly every screen */
#define SCREEN_CC_CHECK 1
#define SCREEN_NOBODY 1 /* DIAGNOSE 8C's */
#define SCREEN_NONE 2

_Static_assert(CMS_SCREEN_WRITE == DSP_WRITE &&
    CMS_SCREEN_ERASE == DSP_ERASE_WRITE &&
    CMS_SCREEN_ERASE_ALTERNATE == DSP_ERASE_WRITE_ALTERNATE &&
    CMS_SCREEN_ERASE_UNPROTECTED == DSP_ERASE_ALL_UNPROTECTED &&
    CMS_SCREEN_STRUCTURED == DSP_WRITE_STRUCTURED &&
    CMS_SCREEN_READ_BUFFER == DSP_READ_BUFFER &&
    CMS_SCREEN_READ_MODIFIED == DSP_READ_MODIFIED &&
    CMS_SCREEN_READ_MODIFIED_ALL == DSP_READ_MODIFIED_ALL &&
    CMS_SCREEN_DATA == DSP_RECORD_MAX, "cms.h and channel.h");

int64_t
sys_screen(struct ask *ask)
{
	struct diag_screen d __attribute__((aligned(8))) = { 0 };
	struct cms_screen s = { .rows = 24, .cols = 80 };

	switch (hyper_screen(&d)) {
	case 0:
		s = (struct cms_screen){
			.rows = d.rows,
			.cols = d.cols,
			.color = (d.flags & DIAG_SCREEN_COLOR) != 0,
			.highlight = (d.flags & DIAG_SCREEN_HIGHLIGHT) != 0,
		};
		break;
	case SCREEN_NOBODY:
		break;
	case SCREEN_NONE:
		return E_NOTTY;
	default:
		return E_NOSYS;
	}
	return space_put(&ask->p->space, ask->a[0], &s, sizeof s) == 0 ? 0 :
	    E_FAULT;
}

/*
 * The bytes of a program's for one DIAGNOSE 58: 0, or an error.  They are in
 * room of the nucleus's, because a display takes them in one piece.
 */
static int
screen_begin(struct ask *ask, struct diag_full *full, int op, uint64_t len,
    void **room)
{
	if (ask->a[0] > UINT8_MAX)
		return E_INVAL;
	if (len > DSP_RECORD_MAX)
		return E_MSGSIZE;
	*room = program_room(ask->p, len > SCREEN_ROOM ? DSP_RECORD_MAX :
	    SCREEN_ROOM);
	if (*room == NULL)
		return E_NOMEM;
	*full = (struct diag_full){
		.op = (uint8_t)op,
		.command = (uint8_t)ask->a[0],
		.data = storage_real(*room),
		.data_len = (uint32_t)len,
	};
	return 0;
}

/* A unit check as an error.  With nobody there somebody is waited for. */
static int
screen_check(const struct diag_full *full)
{
	if (full->unit == DSP_UNIT_LOST)
		return E_AGAIN;
	if (full->sense[0] & SENSE_INTERVENTION) {
		console_attention(1);
		return E_AGAIN;
	}
	return full->sense[0] & SENSE_COMMAND_REJECT ? E_NOTTY : E_INVAL;
}

static int
screen_do(struct diag_full *full)
{
	switch (hyper_full(full)) {
	case 0:
		return 0;
	case SCREEN_CC_CHECK:
		return screen_check(full);
	case DIAG_FULL_NO_KEY:
		return E_NODATA;
	case -1:
		return E_INVAL;
	default:
		return E_NXIO;
	}
}

/* What an attention before this write was about: a key goes with the screen
 * that it was pressed at, but a line that was typed must not. */
static void
screen_forget(void *room)
{
	struct diag_full full __attribute__((aligned(8))) = {
		.op = DIAG_FULL_READ,
		.command = DSP_READ_MODIFIED,
		.data = storage_real(room),
		.data_len = SCREEN_ROOM,
	};

	if (console_is_screen() && console_attention(0) &&
	    screen_do(&full) == E_NODATA)
		console_type();
}

static int
screen_erases(uint64_t command)
{
	return command == DSP_ERASE_WRITE ||
	    command == DSP_ERASE_WRITE_ALTERNATE;
}

int64_t
sys_paint(struct ask *ask)
{
	struct diag_full full __attribute__((aligned(8)));
	void *room;
	int rc = screen_begin(ask, &full, DIAG_FULL_WRITE, ask->a[2], &room);

	if (rc < 0)
		return rc;
	if (screen_erases(ask->a[0]))
		screen_forget(room);
	if (space_get(&ask->p->space, room, ask->a[1],
	    (size_t)ask->a[2]) == -1)
		return E_FAULT;
	console_still();
	rc = screen_do(&full);
	if (rc == 0)
		console_screen();
	return rc;
}

/* A key that was pressed.  An attention without one is a line to be typed, by
 * which the screen is lost; so it is when that line has come and gone while the
 * program was not looking: nothing else would wake it. */
static int
screen_key(struct diag_full *full)
{
	int rc = E_NODATA;

	if (!console_is_typing()) {
		if (!console_is_screen())
			return E_AGAIN;
		if (!console_attention(1))
			return E_IO; /* halted */
		rc = screen_do(full);
	}
	if (rc != E_NODATA)
		return rc;
	console_type();
	return E_AGAIN;
}

int64_t
sys_key(struct ask *ask)
{
	struct diag_full full __attribute__((aligned(8)));
	uint64_t size = ask->a[2] < DSP_RECORD_MAX ? ask->a[2] :
	    DSP_RECORD_MAX;
	void *room;
	int rc = screen_begin(ask, &full, DIAG_FULL_READ, size, &room);

	if (rc < 0)
		return rc;
	if (full.data_len < SCREEN_ROOM)
		full.data_len = SCREEN_ROOM;
	rc = ask->a[0] == DSP_READ_MODIFIED ? screen_key(&full) :
	    screen_do(&full);
	if (rc < 0)
		return rc;
	if (size > full.data_len)
		size = full.data_len;
	return space_put(&ask->p->space, ask->a[1], room, (size_t)size) == 0 ?
	    (int64_t)full.data_len : E_FAULT;
}
