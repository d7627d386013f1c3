/* SPDX-License-Identifier: MIT
 *
 * unit.c - vmunits: what they work on is opened, they are started, started
 * again when they die, told what the operator wants.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "loop.h"
#include "name.h"
#include "spawn.h"
#include "spoolclient.h"

#define UNIT_BACKLOG 64	     /* decks that wait at a reader */
#define UNIT_IDLE_S 60	     /* that a deck may pause for */
#define UNIT_DECK_S 3600     /* and take in all */
#define UNIT_BACKOFF_MAX 60  /* seconds between two starts */
#define UNIT_STEADY 60	     /* seconds after which a death is a first one */
#define UNIT_UNAVAILABLE 432 /* message: NOT AVAILABLE */

struct unit_ask {
	LIST_ENTRY(unit_ask) entry;
	uint32_t tag;
	unit_done *fn;
	void *arg;
};

struct unit {
	TAILQ_ENTRY(unit) entry;
	struct cp *cp;
	const struct config_unit *config;
	bool wanted;		  /* it is to be started when it is there */
	bool running;		  /* its channel is open */
	char classes[UR_CLASSES]; /* that the operator gave, or the config's */
	pid_t pid;
	int fd;			  /* what it works on; -1: to be opened */
	struct loopchan lc;
	struct ipc_unit_state state;
	char why[96];		  /* it is not available */
	struct event *restart;
	unsigned backoff;
	time_t since;
	uint32_t tag;
	LIST_HEAD(, unit_ask) asks;
};

/* --- names --- */

const struct config_unit *
unit_config(const struct unit *unit)
{
	return unit->config;
}

static const char *
unit_class(const struct unit *unit)
{
	return unit->config->type == DEVICE_READER ? "RDR" :
	    unit->config->type == DEVICE_PUNCH ? "PUN" : "PRT";
}

struct unit_name
unit_name(const struct unit *unit)
{
	struct unit_name name;

	snprintf(name.s, sizeof name.s, "%s %03X", unit_class(unit),
	    unit->config->raddr & VDEV_MAX);
	return name;
}

const char *
unit_why(const struct unit *unit)
{
	return unit->why;
}

struct unit *
unit_next(struct cp *cp, const struct unit *unit)
{
	return unit != NULL ? TAILQ_NEXT(unit, entry) :
	    TAILQ_FIRST(&cp->units);
}

struct unit *
unit_find(struct cp *cp, vdev_t raddr)
{
	struct unit *unit;

	TAILQ_FOREACH(unit, &cp->units, entry)
		if (unit->config->raddr == raddr)
			return unit;
	return NULL;
}

/* --- where a reader listens --- */

struct unit_port {
	unsigned here;	  /* 0: it cannot be had */
	unsigned outside; /* what the world knows it as */
};

/*
 * In a lab the world's port is listened on outside: cp->readers says for each
 * reader what it was and where its decks come in, "00C:3272:3505,...".
 */
static struct unit_port
unit_port(const struct unit *unit)
{
	const struct config_unit *c = unit->config;
	unsigned n = c->port + (c->above ? unit->cp->port : 0u), raddr;
	struct unit_port port = { n <= UINT16_MAX ? n : 0, n };
	const char *at = unit->cp->readers;

	if (at == NULL)
		return port;
	for (; at != NULL; at = strchr(at, ',') != NULL ?
	     strchr(at, ',') + 1 : NULL)
		if (sscanf(at, "%x:%u:%u", &raddr, &port.here,
		    &port.outside) == 3 && raddr == c->raddr &&
		    port.here <= UINT16_MAX)
			return port;
	return (struct unit_port){ 0, 0 };
}

static int
unit_listen(const struct unit *unit, unsigned port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(unit->cp->readers != NULL ?
		    INADDR_ANY : INADDR_LOOPBACK) };
	int on = 1;

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
	    bind(fd, (struct sockaddr *)&sin, sizeof sin) == 0 &&
	    listen(fd, UNIT_BACKLOG) == 0)
		return fd;
	on = errno;
	close(fd);
	errno = on;
	return -1;
}

static int
unit_open_port(struct unit *unit)
{
	struct unit_port port = unit_port(unit);
	int fd;

	if (port.outside > UINT16_MAX) {
		snprintf(unit->why, sizeof unit->why,
		    "PORT %u IS ABOVE 65535", port.outside);
		return -1;
	}
	if (port.outside == 0) {
		snprintf(unit->why, sizeof unit->why, "ITS PORT WAS NOT KNOWN "
		    "WHEN THE SYSTEM WAS STARTED");
		return -1;
	}
	errno = EADDRINUSE;
	fd = port.here != 0 ? unit_listen(unit, port.here) : -1;
	if (fd < 0)
		snprintf(unit->why, sizeof unit->why, errno == EADDRINUSE ?
		    "PORT %u IS IN USE" : "PORT %u: %s", port.outside,
		    strerror(errno));
	return fd;
}

/* --- where a punch or printer puts its files --- */

/* Below the home directory, each part made if it is not there; no link leads
 * out of it. */
static int
unit_open_folder(struct unit *unit)
{
	char path[sizeof unit->config->folder];
	char *rest = path, *part;
	int dir = open(unit->cp->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	memcpy(path, unit->config->folder, sizeof path);
	while (dir >= 0 && (part = strsep(&rest, "/")) != NULL) {
		int up = dir;

		if (mkdirat(up, part, 0700) < 0 && errno != EEXIST)
			dir = -1;
		else
			dir = openat(up, part, O_RDONLY | O_DIRECTORY |
			    O_NOFOLLOW | O_CLOEXEC);
		close(up);
	}
	if (dir < 0)
		snprintf(unit->why, sizeof unit->why, "FOLDER %s: %s",
		    unit->config->folder, strerror(errno));
	return dir;
}

/* --- its end, and the next start --- */

/* Whoever waits for an answer has it now. */
static void
unit_answer(struct unit *unit, uint32_t tag, int rc)
{
	struct unit_ask *ask, *next;

	for (ask = LIST_FIRST(&unit->asks); ask != NULL; ask = next) {
		next = LIST_NEXT(ask, entry);
		if (tag != 0 && ask->tag != tag)
			continue;
		LIST_REMOVE(ask, entry);
		ask->fn(rc, ask->arg);
		free(ask);
		if (tag != 0)
			return;
	}
}

/* Try again, later each time. */
static void
unit_later(struct unit *unit)
{
	struct timeval tv;

	if (unit->cp->stopping || evtimer_pending(unit->restart, NULL))
		return;
	if (time(NULL) - unit->since > UNIT_STEADY)
		unit->backoff = 0;
	unit->backoff = unit->backoff == 0 ? 1 : unit->backoff * 2;
	if (unit->backoff > UNIT_BACKOFF_MAX)
		unit->backoff = UNIT_BACKOFF_MAX;
	tv = (struct timeval){ .tv_sec = unit->backoff };
	evtimer_add(unit->restart, &tv);
}

static void
unit_down(struct unit *unit)
{
	loopchan_close(&unit->lc);
	unit->running = false;
	unit->state = (struct ipc_unit_state){ .state = UNIT_DRAINED };
	if (unit->why[0] == '\0')
		strcpy(unit->why, "IT HAS ENDED AND IS STARTED AGAIN");
	unit_answer(unit, 0, UNIT_UNAVAILABLE);
	unit_later(unit);
}

/* --- what it says --- */

/* From a program that reads what strangers send: text only. */
static void
unit_said(struct unit *unit, const struct ipc_text *text)
{
	char line[192];
	size_t n = 0;

	for (; n < text->text_len && n < sizeof line - 1; n++)
		line[n] = text->text[n] >= ' ' && text->text[n] <= '~' ?
		    text->text[n] : '?';
	line[n] = '\0';
	cp_operator(unit->cp, "%s", line);
}

static void
unit_user(struct unit *unit, const struct ipc_unit_user *ask)
{
	struct ipc_unit_user answer = { .user = ask->user };
	const struct dir_user *user = directory_find(unit->cp->dir->dir,
	    ask->user);

	answer.known = user != NULL;
	if (user != NULL)
		memcpy(answer.dist, user->dist, strnlen(user->dist,
		    sizeof answer.dist));
	loopchan_send(&unit->lc, IPC_UNIT_USER, &answer, sizeof answer, -1);
}

static void
unit_message(struct loopchan *lc, const struct ipcchan_message *msg, void *arg)
{
	const struct ipc_done *done;
	struct unit *unit = arg;

	(void)lc;
	if (msg == NULL) {
		unit_down(unit);
		return;
	}
	switch (msg->type) {
	case IPC_UNIT_STATE:
		memcpy(&unit->state, msg->payload, sizeof unit->state);
		break;
	case IPC_UNIT_MESSAGE:
		unit_said(unit, msg->payload);
		break;
	case IPC_UNIT_ASK_USER:
		unit_user(unit, msg->payload);
		break;
	case IPC_UNIT_DONE:
		done = msg->payload;
		unit_answer(unit, done->tag, done->rc);
		break;
	default:
		break; /* the table has no others for us */
	}
}

/* --- its start --- */

static void
unit_send(struct unit *unit, const struct ipc_unit_order *order)
{
	loopchan_send(&unit->lc, IPC_UNIT_ORDER, order, sizeof *order, -1);
}

static void
unit_spool(struct unit *unit)
{
	const struct ipc_none none = { 0 };
	struct vm_name name = { 0 };
	char text[VM_NAME_MAX + 1];
	int fd;

	snprintf(text, sizeof text, "%s%03X", unit_class(unit),
	    unit->config->raddr & VDEV_MAX);
	name_parse(text, &name);
	fd = spoolclient_mint(unit->cp->spool, name, UR_REAL);
	if (fd < 0)
		return; /* unit_spool_back comes */
	loopchan_send(&unit->lc, IPC_UNIT_SPOOL, &none, sizeof none, fd);
	close(fd);
}

static int
unit_spawn(struct unit *unit)
{
	char path[PATH_MAX + 16], name[] = "vmunit";
	char *argv[] = { name, NULL };
	int fd[2];

	snprintf(path, sizeof path, "%s/vmunit", unit->cp->libexec);
	if (ipcchan_pair(fd) < 0)
		return -1;
	unit->pid = spawn(path, argv, &fd[1], 1);
	close(fd[1]);
	if (unit->pid > 0 && loopchan_open(&unit->lc, unit->cp->base, fd[0],
	    IPC_CP, IPC_UNIT, unit_message, unit) == 0)
		return 0;
	close(fd[0]);
	return -1;
}

static void
unit_configure(struct unit *unit)
{
	struct ipc_unit_config config = { .raddr = unit->config->raddr,
		.type = unit->config->type,
		.node = unit->cp->config->node,
		.idle_s = UNIT_IDLE_S, .deck_s = UNIT_DECK_S };
	struct ipc_unit_order start = { .op = UNIT_START };

	memcpy(config.classes, unit->classes, sizeof config.classes);
	if (unit->cp->readers != NULL && unit->cp->proxy != NULL)
		snprintf(config.proxy, sizeof config.proxy, "%s",
		    unit->cp->proxy);
	loopchan_send(&unit->lc, IPC_UNIT_CONFIG, &config, sizeof config,
	    unit->fd);
	unit->state.state = unit->wanted ? UNIT_IDLE : UNIT_DRAINED;
	if (unit->wanted)
		unit_send(unit, &start);
	unit_spool(unit); /* last: decks that wait do not find it drained */
}

/* False: why says why not. */
static bool
unit_begin(struct unit *unit)
{
	evtimer_del(unit->restart);
	unit->since = time(NULL);
	if (unit->fd < 0)
		unit->fd = unit->config->type == DEVICE_READER ?
		    unit_open_port(unit) : unit_open_folder(unit);
	if (unit->fd < 0) {
		unit_later(unit);
		return false;
	}
	if (unit_spawn(unit) < 0) {
		log_warn("%s", unit_name(unit).s);
		strcpy(unit->why, "VMUNIT CANNOT BE STARTED");
		unit_down(unit);
		return false;
	}
	unit->running = true;
	unit->why[0] = '\0';
	unit_configure(unit);
	return true;
}

static void
unit_on_restart(evutil_socket_t fd, short what, void *arg)
{
	struct unit *unit = arg;
	bool was_open = unit->fd >= 0;

	(void)fd;
	(void)what;
	if (unit_begin(unit) && !was_open)
		cp_operator(unit->cp, "%s AVAILABLE", unit_name(unit).s);
}

bool
unit_exited(struct cp *cp, pid_t pid, int status)
{
	struct unit *unit;

	TAILQ_FOREACH(unit, &cp->units, entry)
		if (unit->pid == pid) {
			unit->pid = 0;
			log_warnx("%s ended, status %04x", unit_name(unit).s,
			    (unsigned)status);
			unit_down(unit);
			return true;
		}
	return false;
}

void
unit_spool_back(struct cp *cp)
{
	struct unit *unit;

	TAILQ_FOREACH(unit, &cp->units, entry)
		if (unit->running)
			unit_spool(unit);
}

void
unit_open(struct cp *cp)
{
	for (size_t i = 0; i < cp->config->nunits; i++) {
		struct unit *unit = calloc(1, sizeof *unit);

		if (unit == NULL || (unit->restart = evtimer_new(cp->base,
		    unit_on_restart, unit)) == NULL) {
			log_warnx("no memory for a unit");
			free(unit);
			return;
		}
		unit->cp = cp;
		unit->config = &cp->config->units[i];
		unit->wanted = unit->config->start;
		unit->fd = -1;
		unit->state.state = UNIT_DRAINED;
		LIST_INIT(&unit->asks);
		memcpy(unit->classes, unit->config->classes,
		    sizeof unit->classes);
		TAILQ_INSERT_TAIL(&cp->units, unit, entry);
		if (!unit_begin(unit))
			cp_operator(cp, "DMKRSP%03dE %s NOT AVAILABLE; %s",
			    UNIT_UNAVAILABLE, unit_name(unit).s, unit->why);
	}
}

void
unit_close(struct cp *cp)
{
	struct unit *unit;

	while ((unit = TAILQ_FIRST(&cp->units)) != NULL) {
		TAILQ_REMOVE(&cp->units, unit, entry);
		unit_answer(unit, 0, UNIT_UNAVAILABLE);
		loopchan_close(&unit->lc);
		event_free(unit->restart);
		if (unit->fd >= 0)
			close(unit->fd);
		free(unit);
	}
}

/* --- orders --- */

void
unit_order(struct unit *unit, const struct ipc_unit_order *order,
    unit_done *fn, void *arg)
{
	struct ipc_unit_order send = *order;
	struct unit_ask *ask;

	if (order->op == UNIT_START || order->op == UNIT_DRAIN)
		unit->wanted = order->op == UNIT_START;
	if (order->op == UNIT_START && order->classes[0] != '\0')
		memcpy(unit->classes, order->classes, sizeof unit->classes);
	if (!unit->running && (order->op != UNIT_START || !unit_begin(unit))) {
		fn(order->op == UNIT_DRAIN ? 0 : UNIT_UNAVAILABLE, arg);
		return;
	}
	ask = calloc(1, sizeof *ask);
	if (ask == NULL) {
		fn(UNIT_UNAVAILABLE, arg);
		return;
	}
	if (++unit->tag == 0)
		unit->tag = 1;
	*ask = (struct unit_ask){ .tag = unit->tag, .fn = fn, .arg = arg };
	LIST_INSERT_HEAD(&unit->asks, ask, entry);
	send.tag = ask->tag;
	unit_send(unit, &send);
}

/* --- QUERY --- */

/* Words of a file: what a unit says of it is not believed to be text. */
static void
unit_words(char *buf, size_t size, const char *text, size_t len)
{
	size_t n = 0;

	for (; n < len && n < size - 1 && text[n] != '\0'; n++)
		buf[n] = text[n] > ' ' && text[n] <= '~' ? text[n] : '?';
	buf[n] = '\0';
}

static void
unit_print_file(const struct unit *unit, char *buf, size_t size)
{
	const struct spool_file *f = &unit->state.file;
	char name[SPOOL_NAME_MAX + 1], type[SPOOL_TYPE_MAX + 1];

	unit_words(name, sizeof name, f->attr.name, SPOOL_NAME_MAX);
	unit_words(type, sizeof type, f->attr.type, SPOOL_TYPE_MAX);
	snprintf(buf, size, "%-8s FILE = %04u RECDS = %06llu COPY = %02u %s %s",
	    name_text(f->owner.user).s, f->spoolid % (SPOOLID_MAX + 1u),
	    (unsigned long long)f->records, f->attr.copies, name, type);
}

void
unit_print(const struct unit *unit, char *buf, size_t size)
{
	static const char *const states[] = { [UNIT_DRAINED] = "DRAINED",
		[UNIT_IDLE] = "IDLE", [UNIT_ACTIVE] = "ACTIVE" };
	unsigned state = unit->state.state;
	char classes[UR_CLASSES + 1], what[128];

	unit_words(classes, sizeof classes, unit->classes, UR_CLASSES);
	if (state == UNIT_ACTIVE)
		unit_print_file(unit, what, sizeof what);
	else if (unit->why[0] != '\0')
		snprintf(what, sizeof what, "NOT AVAILABLE; %s", unit->why);
	else if (unit->config->type == DEVICE_READER)
		snprintf(what, sizeof what, "PORT %u",
		    unit_port(unit).outside);
	else
		snprintf(what, sizeof what, "FOLDER %s", unit->config->folder);
	snprintf(buf, size, "%s %-8s CLASS %-8s %s", unit_name(unit).s,
	    state == UNIT_ACTIVE && unit->state.draining ? "DRAINING" :
	    state <= UNIT_ACTIVE && states[state] != NULL ? states[state] :
	    "?", classes, what);
	while (size > 0 && strlen(buf) > 0 && buf[strlen(buf) - 1] == ' ')
		buf[strlen(buf) - 1] = '\0';
}
