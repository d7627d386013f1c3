/* SPDX-License-Identifier: MIT
 *
 * view_full.h - a guest's screen: what it wrote, on the glass or under CP's
 * own screen.
 *
 * Knows neither CP's screen nor when it has to be there: whoever owns this
 * says show and cover.  What a guest writes is checked and done in a model
 * first; the display gets only what the model has taken.  Whatever has to be
 * known of the display is learnt by one question, READ BUFFER, which it has
 * two seconds to answer; all else is answered from the model.
 */
#ifndef VM370_TERMINAL_VIEW_FULL_H
#define VM370_TERMINAL_VIEW_FULL_H

#include "ps3270.h"
#include "view.h"

#define VIEW_FULL_ASK_MS 2000 /* for an answer of the display */

struct view_full {
	const struct view_port *port;
	struct view_shape shape;
	unsigned timer;		/* the port's, for us */
	struct ps3270 ps;	/* while there is a guest's screen */
	bool open;
	uint16_t vdev;		/* the display that writes it */
	bool shown;		/* it is on the glass */
	bool asking;		/* READ BUFFER is under way */
	bool cover;		/* and then CP has the glass */
	bool late;		/* an answer may come that nobody waits for */
	uint32_t done;		/* the write to say FULL_DONE of, or 0 */
	struct ipc_full *waits;	/* what came from the guest while asking */
};

void view_full_open(struct view_full *f, const struct view_port *port,
    const struct view_shape *shape, unsigned timer);

/* The guest's screen is no more, and it is told. */
void view_full_lose(struct view_full *f);
void view_full_reshape(struct view_full *f, const struct view_shape *shape);

/* CONS_FULL, but FULL_END. */
void view_full_out(struct view_full *f, const struct ipc_full *full);

/* FULL_END: the guest is done with it. */
void view_full_end(struct view_full *f);

/* There is something to show. */
bool view_full_wanted(const struct view_full *f);

/* Put it on the glass, as it was. */
void view_full_show(struct view_full *f);

/* Begin to take it off: `shown` becomes false, now or, with port.again, when
 * it is known what the user has typed. */
void view_full_cover(struct view_full *f);

/* The display has locked its keyboard for nothing. */
void view_full_unlock(struct view_full *f);

/* The display has erased itself of its own: what is typed is lost. */
void view_full_erased(struct view_full *f);

/* A record from the display.  False: it is none of ours. */
bool view_full_record(struct view_full *f, const uint8_t *record, size_t n);

/* The display has taken all its output. */
void view_full_ready(struct view_full *f);
void view_full_timer(struct view_full *f);

#endif
