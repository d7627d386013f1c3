/* SPDX-License-Identifier: MIT
 *
 * request.c - a command's words, its answer and its life.  No commands here.
 */
#include "request.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipc.h"
#include "vmblok.h"

#define REQUEST_RETRY_MS 50 /* how often a waiting answer looks for room */

static void
request_nowhere(void *arg, const char *text, size_t len, unsigned flags)
{
	(void)arg;
	(void)text;
	(void)len;
	(void)flags;
}

bool
request_always(void *arg)
{
	(void)arg;
	return true;
}

static void
request_silent(void *arg, struct request *rq, int rc)
{
	(void)arg;
	(void)rq;
	(void)rc;
}

static const struct reply_ops request_nobody = {
	.line = request_nowhere,
	.room = request_always,
	.done = request_silent,
};

static void
request_split(struct request *rq)
{
	char *p = rq->upper;

	while (rq->words < REQUEST_WORDS_MAX) {
		while (*p == ' ')
			p++;
		if (*p == '\0')
			return;
		rq->word[rq->words++] = (unsigned short)(p - rq->upper);
		while (*p != ' ' && *p != '\0')
			p++;
		if (*p == ' ')
			*p++ = '\0';
	}
}

struct request *
request_new(struct cp *cp, const char *text, size_t len,
    const struct reply_ops *ops, void *arg)
{
	struct request *rq = calloc(1, sizeof *rq);

	if (rq == NULL)
		return NULL;
	rq->cp = cp;
	rq->ops = ops;
	rq->arg = arg;
	rq->place = AT_USER;
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\0'))
		len--;
	if (len > CP_COMMAND_MAX) {
		rq->rc = 180;
		len = CP_COMMAND_MAX;
	}
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		rq->line[i] = c < ' ' || c == 0x7F ? ' ' : (char)c;
		rq->upper[i] = (char)toupper((unsigned char)rq->line[i]);
	}
	request_split(rq);
	LIST_INSERT_HEAD(&cp->requests, rq, entry);
	return rq;
}

void
request_for_vm(struct request *rq, struct vmblok *vm)
{
	rq->vm = vm;
	rq->user = vm->name;
	rq->classes = vm->classes;
	rq->form = vm->set.emsg;
}

void
request_end(struct request *rq, int rc)
{
	LIST_REMOVE(rq, entry);
	rq->ops->done(rq->arg, rq, rc);
	if (rq->timer != NULL)
		event_free(rq->timer);
	if (rq->data != NULL && rq->data_free != NULL)
		rq->data_free(rq->data);
	explicit_bzero(rq, sizeof *rq); /* it may hold a password */
	free(rq);
}

void
request_cancel(struct request *rq)
{
	rq->cancelled = true;
	if (rq->timer != NULL && evtimer_pending(rq->timer, NULL)) {
		struct timeval now = { 0 };

		evtimer_add(rq->timer, &now);
	}
}

void
request_orphan(struct request *rq)
{
	rq->ops = &request_nobody;
	rq->arg = NULL;
	request_cancel(rq);
}

void
request_orphan_vm(struct cp *cp, struct vmblok *vm)
{
	struct request *rq;

	LIST_FOREACH(rq, &cp->requests, entry)
		if (rq->vm == vm)
			rq->vm = NULL;
}

static void
request_timer(evutil_socket_t fd, short what, void *arg)
{
	struct request *rq = arg;

	(void)fd;
	(void)what;
	if (rq->wants_room)
		request_when_room(rq, rq->resume);
	else
		rq->resume(rq);
}

static void
request_sleep(struct request *rq, unsigned ms, void (*fn)(struct request *rq))
{
	struct timeval tv = { .tv_sec = ms / 1000,
		.tv_usec = (ms % 1000) * 1000 };

	rq->resume = fn;
	if (rq->timer == NULL)
		rq->timer = evtimer_new(rq->cp->base, request_timer, rq);
	if (rq->timer == NULL || evtimer_add(rq->timer, &tv) < 0) {
		rq->cancelled = true; /* no memory for a timer */
		fn(rq);
	}
}

void
request_after(struct request *rq, unsigned ms, void (*fn)(struct request *rq))
{
	rq->wants_room = false;
	request_sleep(rq, ms, fn);
}

void
request_when_room(struct request *rq, void (*fn)(struct request *rq))
{
	rq->wants_room = !rq->cancelled && !rq->ops->room(rq->arg);
	if (rq->wants_room)
		request_sleep(rq, REQUEST_RETRY_MS, fn);
	else
		fn(rq);
}

const char *
request_word(const struct request *rq, unsigned i)
{
	return i < rq->words ? rq->upper + rq->word[i] : "";
}

const char *
request_rest(const struct request *rq, unsigned i)
{
	return i < rq->words ? rq->line + rq->word[i] : "";
}

bool
request_is(const struct request *rq, unsigned i, const char *full, size_t min)
{
	const char *word = request_word(rq, i);
	size_t n = strlen(word);

	return n >= min && n <= strlen(full) && memcmp(word, full, n) == 0;
}

static void
reply_format(struct request *rq, const char *fmt, va_list ap)
{
	char line[IPC_LINE_MAX + 1];
	int n = vsnprintf(line, sizeof line, fmt, ap);

	if (n < 0)
		return;
	if ((size_t)n > IPC_LINE_MAX)
		n = IPC_LINE_MAX;
	rq->ops->line(rq->arg, line, (size_t)n, 0);
}

void
reply_line(struct request *rq, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	reply_format(rq, fmt, ap);
	va_end(ap);
}

void
reply_info(struct request *rq, const char *fmt, ...)
{
	va_list ap;

	if (rq->vm != NULL && !rq->vm->set.imsg)
		return;
	va_start(ap, fmt);
	reply_format(rq, fmt, ap);
	va_end(ap);
}

void
reply_text(struct request *rq, const char *text)
{
	rq->ops->line(rq->arg, text, strlen(text), 0);
}

int
reply_error(struct request *rq, int number, ...)
{
	char line[MESSAGE_MAX];
	va_list ap;
	size_t n;

	va_start(ap, number);
	n = message_format(line, sizeof line, rq->form, number, ap);
	va_end(ap);
	if (n > 0)
		rq->ops->line(rq->arg, line, n, ITEM_HIGH);
	return number;
}
