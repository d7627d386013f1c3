/* SPDX-License-Identifier: MIT
 *
 * cmd/logon.c - LOGON: sit down at one's own virtual machine.
 */
#include <string.h>

#include "command.h"
#include "logon.h"
#include "name.h"
#include "worker.h"

struct logon_words {
	bool here, noipl;
	const char *password;
};

/* userid, then perhaps a password, then options; MASK is what we always do. */
static int
cmd_logon_operands(struct request *rq, struct logon_words *w)
{
	for (unsigned i = 2; i < rq->words; i++) {
		if (request_is(rq, i, "NOIPL", 4))
			w->noipl = true;
		else if (request_is(rq, i, "HERE", 4))
			w->here = true;
		else if (request_is(rq, i, "MASK", 4))
			continue;
		else if (i == 2)
			w->password = request_rest(rq, 2);
		else
			return reply_error(rq, 2, request_word(rq, i));
	}
	return 0;
}

static int
cmd_logon(struct request *rq)
{
	struct logon_words w = { .password = "" };
	char password[WORK_PASSWORD_MAX];
	struct vm_name user;
	size_t n;
	int rc;

	if (name_parse(request_word(rq, 1), &user) < 0)
		return reply_error(rq, 20);
	rc = cmd_logon_operands(rq, &w);
	if (rc != 0)
		return rc;
	n = strcspn(w.password, " ");
	if (n >= sizeof password)
		n = sizeof password - 1;
	memcpy(password, w.password, n);
	password[n] = '\0';
	logon_ask(rq->session, user, w.here, w.noipl, password);
	explicit_bzero(password, sizeof password);
	return 0;
}

CP_COMMAND(logon,
	.name = "LOGON",
	.abbrev = 1,
	.place = AT_LOGO,
	.run = cmd_logon,
	.syntax = "Logon userid [password] [Noipl] [Here]",
	.help = "Log on. The password is better typed when it is asked for. "
		"HERE takes the console over from another terminal.");

CP_COMMAND(login,
	.name = "LOGIN",
	.abbrev = 4,
	.place = AT_LOGO,
	.run = cmd_logon,
	.syntax = "LOGIn userid [password] [Noipl] [Here]",
	.help = "The same as LOGON.");
