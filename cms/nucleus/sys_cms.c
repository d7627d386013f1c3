/* SPDX-License-Identifier: MIT
 *
 * sys_cms.c - CMS's own calls (lib/cmscall.h): commands and the stack.
 * Files are sys_record.c's.
 */
#include "cmscall.h"
#include "command.h"
#include "console.h"
#include "hyper.h"
#include "ipl.h"
#include "syscall.h"

/* A program's line, copied and terminated: NULL with *error set. */
static char *
cms_line(struct ask *ask, size_t max, int64_t *error)
{
	char *line = ask->p->line;
	uint64_t len = ask->a[1];

	*error = E_INVAL;
	if (len > max)
		return NULL;
	*error = E_FAULT;
	if (space_get(&ask->p->space, line, ask->a[0], (size_t)len) == -1)
		return NULL;
	line[len] = '\0';
	return line;
}

static int64_t
cms_command(struct ask *ask)
{
	int64_t error;
	char *line = cms_line(ask, COMMAND_MAX, &error);
	int32_t rc;

	if (line == NULL)
		return error;
	access_command();
	rc = command_run(line);
	console_show();
	return space_put(&ask->p->space, ask->a[2], &rc, sizeof rc) == 0 ?
	    0 : E_FAULT;
}

static int64_t
cms_cp(struct ask *ask)
{
	struct space *s = &ask->p->space;
	struct cmscall_cp cp;
	struct hyper_command c = { 0 };
	int64_t error;

	if (space_get(s, &cp, ask->a[2], sizeof cp) == -1)
		return E_FAULT;
	c.text = cms_line(ask, DIAG_COMMAND_MAX, &error);
	if (c.text == NULL)
		return error;
	c.len = (size_t)ask->a[1];
	if (cp.reply != 0) {
		c.size = cp.size < CMSCALL_REPLY_MAX ? cp.size :
		    CMSCALL_REPLY_MAX;
		c.reply = program_room(ask->p, CMSCALL_REPLY_MAX);
		if (c.reply == NULL)
			return E_NOMEM;
	}
	if (hyper_command(&c) == -1)
		return E_INVAL;
	cp.total = (uint32_t)c.total;
	cp.rc = ipl_resumed(c.rc);
	if (c.reply != NULL && space_put(s, cp.reply, c.reply,
	    c.total < c.size ? c.total : c.size) == -1)
		return E_FAULT;
	return space_put(s, ask->a[2], &cp, sizeof cp) == 0 ? 0 : E_FAULT;
}

int64_t
sys_at_end(struct ask *ask)
{
	struct program *p = ask->p;
	uint64_t len = ask->a[1];

	if (len > sizeof p->at_end)
		return E_INVAL;
	p->at_end_len = 0;
	if (space_get(&p->space, p->at_end, ask->a[0], (size_t)len) == -1)
		return E_FAULT;
	p->at_end_len = (size_t)len;
	return 0;
}

static int64_t
cms_stack(struct ask *ask)
{
	int64_t error;
	char *line = cms_line(ask, CON_LINE_MAX, &error);

	if (line == NULL)
		return error;
	if (ask->a[2] > CMSCALL_LIFO)
		return E_INVAL;
	return stack_push(console_stack(), line, (size_t)ask->a[1],
	    ask->a[2] == CMSCALL_LIFO ? STACK_LIFO : STACK_FIFO) == 0 ? 0 :
	    E_NOSPC;
}

static int64_t
cms_queued(struct ask *ask)
{
	(void)ask;
	return (int64_t)console_stack()->lines;
}

int64_t
sys_cms(unsigned number, struct ask *ask)
{
	static syscall_fn *const calls[] = {
		[CMSCALL_COMMAND - CMSCALL_BASE] = cms_command,
		[CMSCALL_CP - CMSCALL_BASE] = cms_cp,
		[CMSCALL_STACK - CMSCALL_BASE] = cms_stack,
		[CMSCALL_QUEUED - CMSCALL_BASE] = cms_queued,
	};

	return number < sizeof calls / sizeof calls[0] ?
	    calls[number](ask) : E_NOSYS;
}
