/* SPDX-License-Identifier: MIT
 *
 * request.h - one command on its way: who asks, its words, where the answer
 * goes.
 *
 * A handler either answers and returns 0 or a message's number, or returns
 * CMD_PENDING and calls request_end() later.  A request outlives whoever asked:
 * its answer then goes nowhere.
 */
#ifndef VM370_CP_REQUEST_H
#define VM370_CP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "cp.h"
#include "diag.h"
#include "message.h"

#define CP_COMMAND_MAX DIAG_COMMAND_MAX /* bytes in a CP command */
#define REQUEST_WORDS_MAX 120
#define CMD_PENDING (-1)

/* Where lines go. */
struct reply_ops {
	/* A line without its end; flags are ITEM_HIGH and the like. */
	void (*line)(void *arg, const char *text, size_t len, unsigned flags);
	/* May more be sent now?  A long answer waits while it is false.
	 * request_always: it may. */
	bool (*room)(void *arg);
	/* The command is done; arg is not used again. */
	void (*done)(void *arg, struct request *rq, int rc);
};

bool request_always(void *arg);

/* A line as typed, NUL terminated; NULL: there will be none. */
struct request;
typedef void request_answer(struct request *rq, const char *text);

enum request_place { AT_LOGO = 1, AT_USER = 2 };

struct request {
	LIST_ENTRY(request) entry;
	struct cp *cp;
	struct vmblok *vm;	  /* who asks; NULL: the host, or at the logo */
	struct session *session;  /* at the logo, and where #CP was typed */
	struct vm_name user;	  /* his name, also when not logged on */
	unsigned classes;
	enum request_place place;
	enum message_form form;	  /* SET EMSG */
	bool implied;		  /* an unknown command is not worth a word */
	bool cancelled;		  /* by attention: end soon */
	bool may_ask;		  /* who gave it sits at a console */
	const struct reply_ops *ops;
	void *arg;
	char line[CP_COMMAND_MAX + 1];  /* as typed, controls made blanks */
	char upper[CP_COMMAND_MAX + 1]; /* words in capitals, NUL after each */
	unsigned short word[REQUEST_WORDS_MAX]; /* offsets */
	unsigned words;
	int rc;			  /* of reply_error, the last one */
	/* A pending handler's own. */
	void *data;
	void (*data_free)(void *data);
	void (*resume)(struct request *rq);
	request_answer *answer;	  /* session_ask's */
	bool wants_room; /* resume waits for the reply object */
	struct event *timer;
};

/*
 * Make a request for a line of `len` bytes.  NULL: no memory.  A line that is
 * too long is kept cut, and answered by command_run with a message.
 */
struct request *request_new(struct cp *cp, const char *text, size_t len,
    const struct reply_ops *ops, void *arg);

/* Give it to who asks: his classes, his SET EMSG. */
void request_for_vm(struct request *rq, struct vmblok *vm);

/* The answer is known: done() is called and the request is gone. */
void request_end(struct request *rq, int rc);

/* Whoever asked is gone: requests of this user answer nobody. */
void request_orphan_vm(struct cp *cp, struct vmblok *vm);

/* The same for one whose reply object goes away; it ends soon. */
void request_orphan(struct request *rq);

/* Attention: a pending command ends as soon as it can. */
void request_cancel(struct request *rq);

/* Call fn as soon as the reply has room: perhaps at once. */
void request_when_room(struct request *rq, void (*fn)(struct request *rq));

/* Call fn after a time. */
void request_after(struct request *rq, unsigned ms,
    void (*fn)(struct request *rq));

/* Words from 0 (the command) in capitals; "" past the last. */
const char *request_word(const struct request *rq, unsigned i);

/* The line as typed from word i on, without blanks around it; "" past the
 * last. */
const char *request_rest(const struct request *rq, unsigned i);

/* Is word i an abbreviation of `full` of at least `min` letters? */
bool request_is(const struct request *rq, unsigned i, const char *full,
    size_t min);

/* Print a line, from a format or as it is, or a numbered message (all
 * arguments const char *).  The last returns its number. */
void reply_line(struct request *rq, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void reply_text(struct request *rq, const char *text);
int reply_error(struct request *rq, int number, ...);

/* That something was done, as asked: who has SET IMSG OFF is not told. */
void reply_info(struct request *rq, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
