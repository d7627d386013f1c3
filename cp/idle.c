/* SPDX-License-Identifier: MIT
 *
 * idle.c - at the logo the line is closed, a user is disconnected; his virtual
 * machine runs on.  Only what is typed counts, not what is shown.  A terminal
 * that has DIALed is its machine's affair: some only show things.
 */
#include "idle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "logon.h"
#include "message.h"
#include "session.h"
#include "term.h"
#include "times.h"
#include "vmblok.h"

#define IDLE_LOOK_S 10 /* between looks, if no limit is so short */

struct idle {
	struct cp *cp;
	struct event *look;
};

/* "10 MINUTES", "90 SECONDS" */
static const char *
idle_time(char *buf, size_t size, uint32_t seconds)
{
	bool minutes = seconds % 60 == 0;
	uint32_t n = minutes ? seconds / 60 : seconds;

	snprintf(buf, size, "%u %s%s", n, minutes ? "MINUTE" : "SECOND",
	    n == 1 ? "" : "S");
	return buf;
}

static void
idle_close(struct term *t, uint32_t seconds)
{
	char text[MESSAGE_MAX], time_text[32];

	message_print(text, sizeof text, 61,
	    idle_time(time_text, sizeof time_text, seconds));
	term_close(t, text);
}

static void
idle_disconnect(struct term *t, uint32_t seconds)
{
	char text[MESSAGE_MAX], time_text[32];

	message_print(text, sizeof text, 62,
	    idle_time(time_text, sizeof time_text, seconds));
	session_print(t->session, ITEM_HIGH, "%s", text);
	logon_disconnect(t->session->vm, "");
}

static void
idle_term(const struct config_limits *limits, struct term *t, uint64_t now)
{
	uint64_t idle = (now - t->used) / 1000;

	if (t->local || t->closing || t->session == NULL || t->display != NULL)
		return;
	if (t->session->vm == NULL && limits->logo_s != 0 &&
	    idle >= limits->logo_s)
		idle_close(t, limits->logo_s);
	else if (t->session->vm != NULL && limits->idle_s != 0 &&
	    idle >= limits->idle_s)
		idle_disconnect(t, limits->idle_s);
}

static void
idle_look(evutil_socket_t fd, short what, void *arg)
{
	struct idle *idle = arg;
	struct cp *cp = idle->cp;
	struct term *t, *next;
	uint64_t now = times_ms();

	(void)fd;
	(void)what;
	for (t = LIST_FIRST(&cp->terms); t != NULL; t = next) {
		next = LIST_NEXT(t, entry);
		idle_term(&cp->config->limits, t, now);
	}
}

struct idle *
idle_new(struct cp *cp)
{
	const struct config_limits *limits = &cp->config->limits;
	struct timeval tv = { .tv_sec = IDLE_LOOK_S };
	struct idle *idle;

	errno = 0;
	if (limits->logo_s == 0 && limits->idle_s == 0)
		return NULL;
	if ((limits->logo_s != 0 && limits->logo_s < 60) ||
	    (limits->idle_s != 0 && limits->idle_s < 60))
		tv.tv_sec = 1;
	idle = calloc(1, sizeof *idle);
	if (idle == NULL)
		return NULL;
	idle->cp = cp;
	idle->look = event_new(cp->base, -1, EV_PERSIST, idle_look, idle);
	if (idle->look == NULL || event_add(idle->look, &tv) < 0) {
		idle_free(idle);
		errno = ENOMEM;
		return NULL;
	}
	return idle;
}

void
idle_free(struct idle *idle)
{
	if (idle == NULL)
		return;
	if (idle->look != NULL)
		event_free(idle->look);
	free(idle);
}
