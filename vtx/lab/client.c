/* SPDX-License-Identifier: MIT
 *
 * client.c - the host's end of a command in the lab: streams, signals, window
 * size, exit status.
 */
#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "wire.h"

struct client {
	struct event_base *base;
	struct bufferevent *net;
	struct event *in, *signals[8];
	int pty;
	int insisted; /* ending signals since the lab last said something */
	int status; /* -1: none yet */
};

static const int client_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT,
	SIGUSR1, SIGUSR2, SIGWINCH };
#define CLIENT_SIGNALS (sizeof client_signals / sizeof client_signals[0])

static struct wire_window
client_window(void)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };

	ioctl(0, TIOCGWINSZ, &size);
	return (struct wire_window){ .rows = size.ws_row,
		.cols = size.ws_col };
}

static void
client_put(struct client *c, enum wire_type type, const void *data, size_t n)
{
	wire_put(bufferevent_get_output(c->net), type, data, n);
}

/* A lab that does not hear a signal does not hear the next one either: then
 * it is this end that ends. */
static bool
client_insists(struct client *c, int sig)
{
	bool ending = sig == SIGINT || sig == SIGTERM || sig == SIGHUP ||
	    sig == SIGQUIT;

	if (!ending || c->insisted++ == 0)
		return false;
	c->status = 128 + sig;
	event_base_loopbreak(c->base);
	return true;
}

static void
client_on_signal(evutil_socket_t sig, short what, void *arg)
{
	struct client *c = arg;
	uint32_t number = (uint32_t)sig;
	struct wire_window w;

	(void)what;
	if (client_insists(c, (int)sig))
		return;
	if (sig != SIGWINCH) {
		client_put(c, WIRE_SIGNAL, &number, sizeof number);
	} else if (c->pty) {
		w = client_window();
		client_put(c, WIRE_WINDOW, &w, sizeof w);
	}
}

/* Our own input.  Not made non-blocking: it may be shared with a shell. */
static void
client_on_input(evutil_socket_t fd, short what, void *arg)
{
	struct client *c = arg;
	char buf[16384];
	ssize_t n = read((int)fd, buf, sizeof buf);

	(void)what;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	client_put(c, WIRE_IN, buf, n > 0 ? (size_t)n : 0);
	if (n <= 0 || evbuffer_get_length(bufferevent_get_output(c->net)) >
	    WIRE_HIGH)
		event_del(c->in);
	if (n <= 0) {
		event_free(c->in);
		c->in = NULL;
	}
}

static void
client_on_room(struct bufferevent *bev, void *arg)
{
	struct client *c = arg;

	(void)bev;
	if (c->in != NULL)
		event_add(c->in, NULL);
}

/* All of it: whoever shares our output may have made it non-blocking. */
static void
client_write(struct client *c, int fd, const struct wire_frame *f)
{
	struct pollfd room = { .fd = fd, .events = POLLOUT };
	size_t done = 0;

	while (done < f->len) {
		ssize_t n = write(fd, f->data + done, f->len - done);

		if (n < 0 && errno == EAGAIN)
			poll(&room, 1, -1);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0) {
			c->status = 128 + SIGPIPE;
			event_base_loopbreak(c->base);
			return;
		}
		done += (size_t)n;
	}
}

static void
client_frame(struct client *c, const struct wire_frame *f)
{
	uint32_t code;

	c->insisted = 0;
	switch (f->type) {
	case WIRE_OUT:
		client_write(c, 1, f);
		break;
	case WIRE_ERR:
		client_write(c, 2, f);
		break;
	case WIRE_EXIT:
		memcpy(&code, f->data, sizeof code);
		c->status = (int)(code & 0xFF);
		event_base_loopbreak(c->base);
		break;
	default:
		fprintf(stderr, "The lab refuses: %s\n",
		    f->type == WIRE_FAIL ? (const char *)f->data :
		    "a message that only the host sends");
		c->status = CLIENT_LOST;
		event_base_loopbreak(c->base);
	}
}

static void
client_on_net(struct bufferevent *bev, void *arg)
{
	static struct wire_frame frame; /* too large for the stack */
	struct client *c = arg;
	int r;

	while (c->status < 0 && (r = wire_get(bufferevent_get_input(bev),
	    &frame)) != 0) {
		if (r < 0) {
			frame.type = WIRE_FAIL;
			strcpy((char *)frame.data, "not the lab's protocol");
		}
		client_frame(c, &frame);
	}
}

static void
client_on_end(struct bufferevent *bev, short what, void *arg)
{
	struct client *c = arg;

	if (what & BEV_EVENT_CONNECTED)
		return;
	client_on_net(bev, c);
	if (c->status < 0) {
		fprintf(stderr, "The lab has gone\n");
		c->status = CLIENT_LOST;
	}
	event_base_loopbreak(c->base);
}

/* --- what is sent before the command runs --- */

static void
client_put_env(struct client *c)
{
	static const char *const names[] = { "TERM", "LANG", "LC_ALL", "TZ" };
	char text[1024];

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *value = getenv(names[i]);

		if (value == NULL || strlen(value) > 900)
			continue;
		snprintf(text, sizeof text, "%s=%s", names[i], value);
		client_put(c, WIRE_ENV, text, strlen(text));
	}
}

static int
client_put_file(struct client *c, const struct pack_file *f)
{
	struct evbuffer *out = bufferevent_get_output(c->net);
	struct wire_file head = { .mode = f->mode,
		.flags = f->lib ? WIRE_FILE_KEEP : 0 };
	char buf[4096 + sizeof head];
	size_t len, n = strlen(f->lab);
	void *data = pack_read(f, &len);

	if (data == NULL || n > 4000) {
		fprintf(stderr, "%s: %s\n", f->host, strerror(errno));
		free(data);
		return -1;
	}
	memcpy(buf, &head, sizeof head);
	memcpy(buf + sizeof head, f->lab, n);
	wire_put(out, WIRE_FILE, buf, sizeof head + n);
	wire_put_all(out, WIRE_DATA, data, len);
	wire_put(out, WIRE_DATA, NULL, 0);
	free(data);
	return 0;
}

static int
client_put_command(struct client *c, const char *token,
    const struct client_command *cmd)
{
	struct wire_run run = { .flags = cmd->flags,
		.window = client_window() };

	client_put(c, WIRE_TOKEN, token, strlen(token));
	for (size_t i = 0; cmd->carry != NULL && i < cmd->carry->n; i++)
		if (client_put_file(c, &cmd->carry->file[i]) < 0)
			return -1;
	for (size_t i = 0; cmd->argv[i] != NULL; i++) {
		if (i >= WIRE_ARGS_MAX || strlen(cmd->argv[i]) > WIRE_MAX) {
			fprintf(stderr, "The command is too long\n");
			return -1;
		}
		client_put(c, WIRE_ARG, cmd->argv[i], strlen(cmd->argv[i]));
	}
	client_put_env(c);
	if (c->pty)
		run.flags |= WIRE_RUN_PTY;
	client_put(c, WIRE_RUN, &run, sizeof run);
	return 0;
}

/* --- one command from begin to end --- */

static int
client_connect(struct client *c, uint16_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int on = 1;

	c->net = bufferevent_socket_new(c->base, -1, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(c->net, client_on_net, client_on_room,
	    client_on_end, c);
	bufferevent_enable(c->net, EV_READ | EV_WRITE);
	if (bufferevent_socket_connect(c->net, (struct sockaddr *)&sin,
	    sizeof sin) < 0) {
		fprintf(stderr, "The lab does not answer: %s\n",
		    strerror(errno));
		return -1;
	}
	return setsockopt(bufferevent_getfd(c->net), IPPROTO_TCP, TCP_NODELAY,
	    &on, sizeof on);
}

static void
client_watch(struct client *c)
{
	c->in = event_new(c->base, 0, EV_READ | EV_PERSIST, client_on_input,
	    c);
	event_add(c->in, NULL);
	for (size_t i = 0; i < CLIENT_SIGNALS; i++) {
		c->signals[i] = evsignal_new(c->base, client_signals[i],
		    client_on_signal, c);
		event_add(c->signals[i], NULL);
	}
}

static void
client_unwatch(struct client *c)
{
	if (c->in != NULL)
		event_free(c->in);
	for (size_t i = 0; i < CLIENT_SIGNALS; i++)
		if (c->signals[i] != NULL)
			event_free(c->signals[i]);
	bufferevent_free(c->net);
}

/* A loop that can also wait for a plain file: input may be one. */
static struct event_base *
client_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	event_config_require_features(config, EV_FEATURE_FDS);
	base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

int
client_run(uint16_t port, const char *token, const struct client_command *cmd)
{
	struct client c = { .status = -1 };
	struct termios before, raw;

	signal(SIGPIPE, SIG_IGN);
	c.base = client_base();
	c.pty = cmd->terminal && isatty(0) && isatty(1) &&
	    tcgetattr(0, &before) == 0;
	if (client_connect(&c, port) < 0 ||
	    client_put_command(&c, token, cmd) < 0)
		c.status = CLIENT_LOST;
	if (c.status < 0) {
		client_watch(&c);
		if (c.pty) {
			raw = before;
			cfmakeraw(&raw);
			tcsetattr(0, TCSANOW, &raw);
		}
		event_base_dispatch(c.base);
		if (c.pty)
			tcsetattr(0, TCSADRAIN, &before);
	}
	client_unwatch(&c);
	event_base_free(c.base);
	return c.status;
}
