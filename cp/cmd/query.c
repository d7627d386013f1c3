/* SPDX-License-Identifier: MIT
 *
 * cmd/query.c - QUERY: the system, its users, one's own settings.  The virtual
 * machine's devices are cmd/query_virtual.c's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "hexloc.h"
#include "name.h"
#include "query.h"
#include "session.h"
#include "term.h"
#include "times.h"
#include "vmblok.h"

#define QUERY_NAMES_IN_LINE 4

/* --- QUERY itself --- */

struct query_entry {
	char s[24];
};

/* "CMSUSER  - 2C8" */
static struct query_entry
query_entry(const struct vmblok *vm)
{
	struct query_entry e;
	const struct term *t = vm->session->term;

	if (t != NULL)
		snprintf(e.s, sizeof e.s, "%-8s - %03X",
		    name_text(vm->name).s, t->addr);
	else
		snprintf(e.s, sizeof e.s, "%-8s - DSC", name_text(vm->name).s);
	return e;
}

/* An operand that is none is a device, or else a userid; alone. */
static int
query_other(struct request *rq)
{
	const char *who = request_word(rq, 1);
	bool more = rq->words > 2;
	struct vmblok *vm = vmblok_named(rq, who);

	if (!more && (query_pf_key(rq, 1) || query_virtual_device(rq, 1) ||
	    query_real_device(rq, 1)))
		return 0;
	if (vm == NULL && !(more && hexloc_vdev(who) != VDEV_NONE))
		return reply_error(rq, 45, who);
	if (more)
		return reply_error(rq, 2, request_word(rq, 2));
	reply_line(rq, "%s", query_entry(vm).s);
	return 0;
}

static int
cmd_query(struct request *rq)
{
	int rc;

	if (rq->words < 2)
		return reply_error(rq, 26);
	rc = command_operand(rq, TABLE_QUERIES, 1);
	return rc != COMMAND_NO_ROW ? rc : query_other(rq);
}

CP_COMMAND(query,
	.name = "QUERY",
	.abbrev = 1,
	.run = cmd_query,
	.syntax = "Query {operand|vaddr|userid}",
	.help = "Ask for the state of the system, of a user or of your virtual "
		"machine. An operand that is not one of these is a device of "
		"yours, or else a userid:");

/* --- operands --- */

static int
query_time(struct request *rq)
{
	reply_line(rq, "TIME IS %s",
	    times_stamp(rq->cp->config, time(NULL)).s);
	if (rq->vm != NULL)
		reply_text(rq, times_connect(rq->vm).s);
	return 0;
}

static int
query_names(struct request *rq)
{
	char line[128];
	const struct vmblok *vm;
	unsigned in_line = 0;
	size_t n = 0;

	TAILQ_FOREACH(vm, &rq->cp->vms, entry) {
		n += (size_t)snprintf(line + n, sizeof line - n, "%s%s",
		    in_line > 0 ? ", " : "", query_entry(vm).s);
		if (++in_line < QUERY_NAMES_IN_LINE &&
		    TAILQ_NEXT(vm, entry) != NULL)
			continue;
		reply_line(rq, "%s%s", line,
		    TAILQ_NEXT(vm, entry) != NULL ? "," : "");
		in_line = 0;
		n = 0;
	}
	return 0;
}

static int
query_users(struct request *rq)
{
	const char *who = request_word(rq, 2);
	const struct vmblok *vm;

	if (*who == '\0') {
		reply_line(rq, "%03u USERS, %03u DIALED", rq->cp->users,
		    rq->cp->dialed);
		return 0;
	}
	vm = vmblok_named(rq, who);
	if (vm == NULL)
		return reply_error(rq, 45, who);
	if (rq->words > 3)
		return reply_error(rq, 2, request_word(rq, 3));
	reply_line(rq, "%s", query_entry(vm).s);
	return 0;
}

static int
query_cplevel(struct request *rq)
{
	reply_line(rq, "VM/370 FOR X86, RELEASE " VM370_VERSION);
	reply_line(rq, "IPL AT %s",
	    times_stamp(rq->cp->config, rq->cp->started).s);
	return 0;
}

static const char *
query_on(bool on)
{
	return on ? "ON " : "OFF"; /* columns stay in line */
}

static int
query_set(struct request *rq)
{
	static const char *const emsg[] = { [EMSG_ON] = "ON  ",
		[EMSG_OFF] = "OFF ", [EMSG_CODE] = "CODE",
		[EMSG_TEXT] = "TEXT" };
	const struct settings *set = &rq->vm->set;

	reply_line(rq, "MSG %s, WNG %s, EMSG %s, ACNT %s, RUN %s",
	    query_on(set->msg), query_on(set->wng), emsg[set->emsg],
	    query_on(set->acnt), query_on(set->run));
	reply_line(rq, "LINEDIT %s, IMSG %s, ECMODE %s, TIMER %s",
	    query_on(set->linedit), query_on(set->imsg),
	    query_on(rq->vm->user->ecmode), query_on(rq->vm->user->realtimer));
	return 0;
}

static int
query_logmsg(struct request *rq)
{
	const char *p = rq->cp->config->logmsg;

	if (p == NULL || *p == '\0') {
		reply_line(rq, "THERE IS NO LOGMSG");
		return 0;
	}
	while (*p != '\0') {
		size_t n = strcspn(p, "\n");

		reply_line(rq, "%s%.*s", *p == '*' ? "" : "* ", (int)n, p);
		p += n + (p[n] == '\n');
	}
	return 0;
}

static const char *
query_classes(unsigned classes, char buf[9])
{
	size_t n = 0;

	for (unsigned bit = 0; bit < 8; bit++)
		if (classes & 1u << bit)
			buf[n++] = (char)('A' + bit);
	buf[n] = '\0';
	return buf;
}

static int
query_privclass(struct request *rq)
{
	char now[9], dir[9];

	reply_line(rq, "PRIVILEGE CLASSES FOR USER %s",
	    name_text(rq->user).s);
	reply_line(rq, "        CURRENTLY: %s",
	    query_classes(rq->classes, now));
	reply_line(rq, "        DIRECTORY: %s",
	    query_classes(rq->vm->user->classes, dir));
	return 0;
}

static int
query_userid_own(struct request *rq)
{
	reply_line(rq, "%-8s AT %s", name_text(rq->user).s,
	    name_text(rq->cp->config->node).s);
	return 0;
}

CP_QUERY(time, .name = "TIME", .abbrev = 1, .run = query_time,
	.syntax = "Time",
	.help = "The time of day, and the time you have been logged on and "
		"have used.");
CP_QUERY(names, .name = "NAMES", .abbrev = 1, .run = query_names,
	.syntax = "Names", .help = "Who is logged on, and where.");
CP_QUERY(users, .name = "USERS", .abbrev = 1, .run = query_users,
	.syntax = "Users [userid]", .help = "How many are logged on.");
CP_QUERY(cplevel, .name = "CPLEVEL", .abbrev = 7, .run = query_cplevel,
	.syntax = "CPLEVEL", .help = "CP's release, and when it was started.");
CP_QUERY(set, .name = "SET", .abbrev = 3, .machine = true, .run = query_set,
	.syntax = "SET", .help = "Your settings: see HELP SET.");
CP_QUERY(logmsg, .name = "LOGMSG", .abbrev = 3, .run = query_logmsg,
	.syntax = "LOGmsg", .help = "The message of the day.");
CP_QUERY(privclass, .name = "PRIVCLASS", .abbrev = 4, .machine = true,
	.run = query_privclass, .syntax = "PRIVclass",
	.help = "Your privilege classes.");
CP_QUERY(userid, .name = "USERID", .abbrev = 6, .run = query_userid_own,
	.syntax = "USERID", .help = "Who you are, and on which node.");
