/* SPDX-License-Identifier: MIT
 *
 * cmd/link.c - LINK: another user's minidisk, by its password.
 *
 * A password is checked by a worker; it is asked for only at a console, is
 * shown nowhere, and after too many wrong ones there is no LINK until LOGOFF.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "device.h"
#include "linkrule.h"
#include "log.h"
#include "minidisk.h"
#include "name.h"
#include "session.h"
#include "vmblok.h"

#define LINK_FAILURES_MAX 10

/* A LINK under way. */
struct link {
	struct dirref *dir; /* keeps md, whatever DIRECT does meanwhile */
	const struct dir_mdisk *md;
	struct vm_name owner;
	vdev_t as;
	const struct linkrule *rule;
};

/* A password of MDISK: how to ask for it, and what to say if there is none. */
static const struct link_kind {
	const char *prompt;
	int missing;
} link_kinds[] = {
	[LINK_READ] = { "ENTER READ PASSWORD:", 111 },
	[LINK_WRITE] = { "ENTER WRITE PASSWORD:", 112 },
	[LINK_MULTIPLE] = { "ENTER MULT PASSWORD:", 113 },
};

static const char *
link_hash(const struct link *l)
{
	switch (l->rule->password) {
	case LINK_READ:
		return l->md->rpw;
	case LINK_WRITE:
		return l->md->wpw;
	case LINK_MULTIPLE:
		break;
	}
	return l->md->mpw;
}

static void
link_free(void *data)
{
	struct link *l = data;

	cp_directory_give(l->dir);
	free(l);
}

static int
link_error(struct request *rq, int number)
{
	const struct link *l = rq->data;

	return reply_error(rq, number, name_text(l->owner).s,
	    device_hex(l->md->vdev).s);
}

/* Whoever may have it gets it now, if the others let him. */
static int
link_do(struct request *rq)
{
	const struct link *l = rq->data;
	struct minidisk_answer answer;
	const struct vdev *d = device_link(rq->vm, l->md, l->owner, l->as,
	    l->rule, rq->form, &answer);

	if (d == NULL) {
		if (answer.text[0] != '\0')
			rq->ops->line(rq->arg, answer.text,
			    strlen(answer.text), ITEM_HIGH);
		return answer.number;
	}
	reply_line(rq, "DASD %s LINKED %s%s%s", device_hex(l->as).s,
	    device_writable(d) ? "R/W" : "R/O",
	    answer.text[0] != '\0' ? "; " : "", answer.text);
	return 0;
}

/* --- passwords --- */

static int
link_wrong(struct request *rq)
{
	const struct link *l = rq->data;
	struct vmblok *vm = rq->vm;

	log_warnx("%s: wrong password for minidisk %s %03X",
	    name_text(vm->name).s, name_text(l->owner).s, l->md->vdev);
	if (++vm->link_failures == LINK_FAILURES_MAX)
		cp_operator(rq->cp, "%s NO MORE LINK FOR %s; LAST %s %03X",
		    vmblok_where(vm).s, name_text(vm->name).s,
		    name_text(l->owner).s, l->md->vdev);
	return link_error(rq, 114);
}

static void
link_verified(int rc, const char *text, void *arg)
{
	struct request *rq = arg;

	if (rq->vm == NULL || rq->vm->ending || rq->cancelled) {
		request_end(rq, 0); /* nobody wants it any more */
	} else if (rc == 0) {
		request_end(rq, link_do(rq));
	} else if (rc == 1) {
		request_end(rq, link_wrong(rq));
	} else {
		log_warnx("a password could not be checked: %s", text);
		request_end(rq, reply_error(rq, 183, "LINK",
		    "NO PASSWORD CAN BE CHECKED"));
	}
}

static void
link_verify(struct request *rq, const char *password)
{
	worker_verify(rq->cp->workers, password, link_hash(rq->data),
	    link_verified, rq);
}

/* The line that was asked for: blanks around a password are not part of it. */
static void
link_answered(struct request *rq, const char *text)
{
	char password[WORK_PASSWORD_MAX];
	size_t n;

	if (text != NULL)
		text += strspn(text, " ");
	if (text == NULL || *text == '\0') {
		request_end(rq, link_error(rq, 114));
		return;
	}
	n = strcspn(text, " ");
	snprintf(password, sizeof password, "%.*s", (int)n, text);
	link_verify(rq, password);
	explicit_bzero(password, sizeof password);
}

static int
link_password(struct request *rq, const struct link_words *w)
{
	const struct link *l = rq->data;
	const struct link_kind *kind = &link_kinds[l->rule->password];
	char password[WORK_PASSWORD_MAX];

	if (w->password == NULL)
		return session_ask(rq, kind->prompt, link_answered) ?
		    CMD_PENDING : link_error(rq, 114);
	snprintf(password, sizeof password, "%.*s", (int)w->password_len,
	    w->password);
	link_verify(rq, password);
	explicit_bzero(password, sizeof password);
	return CMD_PENDING;
}

/* --- the command --- */

/* What no password helps against is said before one is asked for. */
static int
link_allowed(struct request *rq, const struct link_words *w)
{
	const struct link *l = rq->data;
	const char *hash = link_hash(l);

	if (device_find(rq->vm, l->as) != NULL)
		return reply_error(rq, 110, name_text(l->owner).s,
		    device_hex(l->md->vdev).s, device_hex(l->as).s);
	if (w->own || strcmp(hash, "ALL") == 0)
		return link_do(rq);
	if (hash[0] == '\0')
		return link_error(rq, link_kinds[l->rule->password].missing);
	return link_password(rq, w);
}

static int
link_words_wrong(struct request *rq, const struct link_words *w)
{
	if (w->error != 114)
		return reply_error(rq, w->error);
	return reply_error(rq, 114, name_text(w->owner).s,
	    device_hex(w->vdev).s);
}

/* One's own minidisk is had as at LOGON unless a mode is given. */
static const struct linkrule *
link_rule(const struct link_words *w, const struct dir_mdisk *md)
{
	if (w->rule != NULL)
		return w->rule;
	return linkrule_find(w->own ? md->mode : "R");
}

static int
cmd_link(struct request *rq)
{
	const struct dir_mdisk *md;
	struct link_words w;
	struct link *l;

	if (rq->vm->link_failures >= LINK_FAILURES_MAX)
		return reply_error(rq, 115);
	linkrule_words(request_rest(rq, 0), &w);
	if (w.error != 0)
		return link_words_wrong(rq, &w);
	if (w.own)
		w.owner = rq->vm->name;
	w.own = name_equal(w.owner, rq->vm->name);
	md = directory_mdisk(rq->cp->dir->dir, w.owner, w.vdev);
	if (md == NULL || md->tdisk)
		return reply_error(rq, 107, name_text(w.owner).s,
		    device_hex(w.vdev).s);
	l = calloc(1, sizeof *l);
	if (l == NULL)
		return reply_error(rq, 183, "LINK", "NO STORAGE");
	*l = (struct link){ .dir = cp_directory_take(rq->cp), .md = md,
		.owner = w.owner, .as = w.as, .rule = link_rule(&w, md) };
	rq->data = l;
	rq->data_free = link_free;
	return link_allowed(rq, &w);
}

CP_COMMAND(link,
	.name = "LINK",
	.abbrev = 4,
	.machine = true,
	.run = cmd_link,
	.syntax = "LINK [To] userid vaddr1 [As] vaddr2 [mode] "
		  "[[PASS=] password]",
	.help = "Get a minidisk as vaddr2; userid * is you. Mode R: read, if "
		"nobody writes; RR: read anyhow; W: write, if nobody else has "
		"it; WR: else read; M: write, if nobody else writes; MR: else "
		"read; MW: write anyhow, which is only for systems that can "
		"share a disk. Without a mode it is R, or for a minidisk of "
		"your own what the directory says. A missing password is "
		"asked for.");
