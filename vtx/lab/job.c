/* SPDX-License-Identifier: MIT
 *
 * job.c - run a command for the host: authenticate, take its arguments and
 * files, relay its streams, report its exit.  Starts nothing before the token
 * was right.
 */
#include "job.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>

#include "lab.h"
#include "log.h"
#include "wire.h"

#define JOB_LINGER_MS 500  /* output of what a command left behind */
#define JOB_TOKEN_S 10	   /* for a connection to show its token */
#define JOB_GONE_S 10	   /* for the host to close it after the last word */
#define JOB_KILL_S 2	   /* from hang-up to kill */

enum job_stream { JOB_IN, JOB_OUT, JOB_ERR, JOB_STREAMS };

struct job {
	struct jobs *jobs;
	struct job *next;
	struct bufferevent *net; /* NULL: the host has gone */
	int trusted, failed;
	char *argv[WIRE_ARGS_MAX + 1];
	char *env[WIRE_ARGS_MAX + 1];
	size_t argc, envc;
	FILE *file; /* being received */
	char file_path[PATH_MAX];
	int file_skip;
	uint32_t flags;
	pid_t pid; /* 0: not started */
	int ended, status;
	int master; /* of its terminal, or -1 */
	struct bufferevent *stream[JOB_STREAMS];
	struct event *timer;
};

static void job_free(struct job *job);

static void
job_close_stream(struct job *job, enum job_stream s)
{
	if (job->stream[s] != NULL)
		bufferevent_free(job->stream[s]);
	job->stream[s] = NULL;
}

/* --- the end --- */

static void
job_exit_frame(struct job *job)
{
	uint32_t code = WIFSIGNALED(job->status)
	    ? 128 + (uint32_t)WTERMSIG(job->status)
	    : (uint32_t)WEXITSTATUS(job->status);

	wire_put(bufferevent_get_output(job->net), WIRE_EXIT, &code,
	    sizeof code);
}

static enum wire_type
job_frame_of(enum job_stream s)
{
	return s == JOB_OUT ? WIRE_OUT : WIRE_ERR;
}

/* Send on what a stream of the command has brought. */
static void
job_relay(struct job *job, enum job_stream s)
{
	struct evbuffer *from = bufferevent_get_input(job->stream[s]);
	size_t n = evbuffer_get_length(from);

	if (job->net != NULL && n > 0)
		wire_put_all(bufferevent_get_output(job->net), job_frame_of(s),
		    evbuffer_pullup(from, -1), n);
	evbuffer_drain(from, n);
}

/* The command has ended and its streams too: tell the host. */
static void
job_finish(struct job *job)
{
	for (enum job_stream s = JOB_OUT; s <= JOB_ERR; s++) {
		if (job->stream[s] != NULL)
			job_relay(job, s);
		job_close_stream(job, s);
	}
	job_close_stream(job, JOB_IN);
	if (job->net == NULL) {
		job_free(job);
		return;
	}
	event_del(job->timer);
	job_exit_frame(job);
	job->pid = 0;
	job->failed = 1; /* nothing more is wanted */
}

static void
job_maybe_finish(struct job *job)
{
	struct timeval linger = { .tv_usec = JOB_LINGER_MS * 1000 };

	if (!job->ended)
		return;
	if (job->net == NULL ||
	    (job->stream[JOB_OUT] == NULL && job->stream[JOB_ERR] == NULL))
		job_finish(job);
	else
		event_add(job->timer, &linger);
}

int
job_reaped(struct jobs *jobs, pid_t pid, int status)
{
	for (struct job *job = jobs->first; job != NULL; job = job->next)
		if (job->pid == pid && !job->ended) {
			job->ended = 1;
			job->status = status;
			job_maybe_finish(job);
			return 1;
		}
	return 0;
}

static void
job_free(struct job *job)
{
	struct job **p = &job->jobs->first;

	while (*p != job)
		p = &(*p)->next;
	*p = job->next;
	job->jobs->n--;
	for (enum job_stream s = JOB_IN; s <= JOB_ERR; s++)
		job_close_stream(job, s);
	if (job->net != NULL)
		bufferevent_free(job->net);
	if (job->file != NULL)
		fclose(job->file);
	if (job->master >= 0)
		close(job->master);
	for (size_t i = 0; i < job->argc; i++)
		free(job->argv[i]);
	for (size_t i = 0; i < job->envc; i++)
		free(job->env[i]);
	event_free(job->timer);
	free(job);
}

/* The host has gone: nobody wants the command any more. */
static void
job_hangup(struct job *job)
{
	struct timeval grace = { .tv_sec = JOB_KILL_S };

	bufferevent_free(job->net);
	job->net = NULL;
	if (job->pid == 0) {
		job_free(job);
		return;
	}
	kill(-job->pid, SIGHUP);
	kill(-job->pid, SIGCONT);
	event_add(job->timer, &grace);
	job_maybe_finish(job);
}

static void
job_on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct job *job = arg;

	(void)fd;
	(void)what;
	if (job->ended)
		job_finish(job);
	else if (job->net == NULL)
		kill(-job->pid, SIGKILL);
}

static void
job_fail(struct job *job, const char *why)
{
	wire_put(bufferevent_get_output(job->net), WIRE_FAIL, why, strlen(why));
	job->failed = 1;
}

/* --- the command's streams --- */

/* Too much on its way to the host: the command has to wait. */
static void
job_throttle(struct job *job)
{
	size_t n = evbuffer_get_length(bufferevent_get_output(job->net));

	if (n < WIRE_HIGH)
		return;
	for (enum job_stream s = JOB_OUT; s <= JOB_ERR; s++)
		if (job->stream[s] != NULL)
			bufferevent_disable(job->stream[s], EV_READ);
}

static void
job_on_output(struct bufferevent *bev, void *arg)
{
	struct job *job = arg;

	if ((job->flags & WIRE_RUN_QUIET) != 0 && job->net != NULL)
		return; /* kept until the end */
	job_relay(job, bev == job->stream[JOB_OUT] ? JOB_OUT : JOB_ERR);
	if (job->net != NULL)
		job_throttle(job);
}

static void
job_on_output_end(struct bufferevent *bev, short what, void *arg)
{
	struct job *job = arg;
	enum job_stream s = bev == job->stream[JOB_OUT] ? JOB_OUT : JOB_ERR;

	(void)what;
	job_relay(job, s);
	job_close_stream(job, s);
	job_maybe_finish(job);
}

/* The command's input has room again. */
static void
job_on_input_room(struct bufferevent *bev, void *arg)
{
	struct job *job = arg;

	(void)bev;
	if (job->net != NULL)
		bufferevent_enable(job->net, EV_READ);
}

static void
job_on_input_end(struct bufferevent *bev, short what, void *arg)
{
	struct job *job = arg;

	(void)bev;
	(void)what;
	job_close_stream(job, JOB_IN);
	if (job->net != NULL)
		bufferevent_enable(job->net, EV_READ);
}

/* All of its input has been written: only now may the pipe be closed. */
static void
job_on_input_sent(struct bufferevent *bev, void *arg)
{
	struct job *job = arg;

	(void)bev;
	job_close_stream(job, JOB_IN);
}

static void
job_input(struct job *job, const struct wire_frame *f)
{
	struct bufferevent *in = job->stream[JOB_IN];

	if (in == NULL)
		return;
	if (f->len == 0 && job->master >= 0)
		bufferevent_write(in, "\004", 1);
	else if (f->len == 0) {
		bufferevent_setwatermark(in, EV_WRITE, 0, 0);
		bufferevent_setcb(in, NULL, job_on_input_sent,
		    job_on_input_end, job);
		if (evbuffer_get_length(bufferevent_get_output(in)) == 0)
			job_close_stream(job, JOB_IN);
		return;
	}
	bufferevent_write(in, f->data, f->len);
	if (evbuffer_get_length(bufferevent_get_output(in)) > WIRE_HIGH)
		bufferevent_disable(job->net, EV_READ);
}

/* --- starting --- */

static void
job_child(const struct job_spec *spec)
{
	int fd[4] = { spec->in, spec->out, spec->err, spec->extra };
	int n = spec->extra < 0 ? 3 : 4;
	sigset_t none;

	setsid();
	for (int i = 0; i < n; i++)
		if ((fd[i] = fcntl(fd[i], F_DUPFD_CLOEXEC, 4)) < 0)
			_exit(127);
	for (int i = 0; i < n; i++)
		if (dup2(fd[i], i) < 0)
			_exit(127);
	close_range((unsigned)n, UINT_MAX, CLOSE_RANGE_CLOEXEC);
	if (spec->terminal)
		ioctl(0, TIOCSCTTY, 0);
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (spec->uid != 0 && (setgroups(0, NULL) < 0 ||
	    setgid(spec->gid) < 0 || setuid(spec->uid) < 0))
		_exit(127);
	if (chdir("/root") < 0 && chdir("/") < 0)
		_exit(127);
	environ = (char **)(uintptr_t)spec->env;
	execvp(spec->argv[0], spec->argv);
	dprintf(2, "%s: %s\n", spec->argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

pid_t
job_spawn(const struct job_spec *spec)
{
	pid_t pid = fork();

	if (pid == 0)
		job_child(spec);
	return pid;
}

static void
job_open_stream(struct job *job, enum job_stream s, int fd)
{
	struct bufferevent *bev;

	evutil_make_socket_nonblocking(fd);
	bev = bufferevent_socket_new(job->jobs->base, fd,
	    BEV_OPT_CLOSE_ON_FREE);
	if (bev == NULL) {
		close(fd);
		return;
	}
	job->stream[s] = bev;
	if (s == JOB_IN) {
		bufferevent_setwatermark(bev, EV_WRITE, WIRE_HIGH / 2, 0);
		bufferevent_setcb(bev, NULL, job_on_input_room,
		    job_on_input_end, job);
		bufferevent_enable(bev, EV_WRITE);
		bufferevent_disable(bev, EV_READ);
	} else {
		bufferevent_setcb(bev, job_on_output, NULL, job_on_output_end,
		    job);
		bufferevent_enable(bev, EV_READ);
	}
}

/* Its streams are one terminal.  -1 with errno. */
static int
job_start_terminal(struct job *job, struct job_spec *spec,
    const struct wire_window *w)
{
	struct winsize size = { .ws_row = w->rows, .ws_col = w->cols };
	char name[64];
	int slave;

	job->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (job->master < 0 || grantpt(job->master) < 0 ||
	    unlockpt(job->master) < 0 ||
	    ptsname_r(job->master, name, sizeof name) != 0)
		return -1;
	slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return -1;
	ioctl(slave, TIOCSWINSZ, &size);
	if (spec->uid != 0 && fchown(slave, spec->uid, spec->gid) < 0)
		log_warn("the terminal of a command cannot be given away");
	spec->in = spec->out = spec->err = slave;
	spec->terminal = 1;
	job->pid = job_spawn(spec);
	close(slave);
	if (job->pid < 0)
		return -1;
	job_open_stream(job, JOB_IN, fcntl(job->master, F_DUPFD_CLOEXEC, 3));
	job_open_stream(job, JOB_OUT, fcntl(job->master, F_DUPFD_CLOEXEC, 3));
	return 0;
}

/* Its streams are three pipes.  -1 with errno. */
static int
job_start_pipes(struct job *job, struct job_spec *spec)
{
	int in[2], out[2], err[2];

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 ||
	    pipe2(err, O_CLOEXEC) < 0)
		return -1;
	spec->in = in[0];
	spec->out = out[1];
	spec->err = err[1];
	job->pid = job_spawn(spec);
	close(in[0]);
	close(out[1]);
	close(err[1]);
	job_open_stream(job, JOB_IN, in[1]);
	job_open_stream(job, JOB_OUT, out[0]);
	job_open_stream(job, JOB_ERR, err[0]);
	return job->pid < 0 ? -1 : 0;
}

static void
job_run(struct job *job, const struct wire_frame *f)
{
	struct job_spec spec = { .argv = job->argv, .env = job->env,
		.extra = -1 };
	struct wire_run run;
	int r;

	if (f->len != sizeof run || job->argc == 0 || job->pid != 0) {
		job_fail(job, "no command was named");
		return;
	}
	memcpy(&run, f->data, sizeof run);
	job->flags = run.flags;
	if (run.flags & WIRE_RUN_OWNER) {
		spec.uid = job->jobs->uid;
		spec.gid = job->jobs->gid;
	}
	r = run.flags & WIRE_RUN_PTY ?
	    job_start_terminal(job, &spec, &run.window) :
	    job_start_pipes(job, &spec);
	if (r < 0) {
		job->pid = 0;
		job_fail(job, strerror(errno));
	}
}

/* --- what comes from the host --- */

static void
job_word(struct job *job, char **list, size_t *n, const struct wire_frame *f)
{
	if (*n == WIRE_ARGS_MAX || memchr(f->data, 0, f->len) != NULL) {
		job_fail(job, "too many arguments, or a NUL in one");
		return;
	}
	list[(*n)++] = strndup((const char *)f->data, f->len);
}

/* Make the folders that a path needs. */
static void
job_parents(char *path)
{
	for (char *s = strchr(path + 1, '/'); s != NULL;
	    s = strchr(s + 1, '/')) {
		*s = '\0';
		mkdir(path, 0755);
		*s = '/';
	}
}

static void
job_file(struct job *job, const struct wire_frame *f)
{
	struct wire_file head;
	char *path = job->file_path;

	if (f->len < sizeof head + 2 || f->len >= sizeof head + PATH_MAX - 8 ||
	    f->data[sizeof head] != '/' || job->file != NULL) {
		job_fail(job, "a file without an absolute path");
		return;
	}
	memcpy(&head, f->data, sizeof head);
	snprintf(path, PATH_MAX, "%s", (const char *)f->data + sizeof head);
	job->file_skip = (head.flags & WIRE_FILE_KEEP) != 0 &&
	    access(path, F_OK) == 0;
	if (job->file_skip)
		return;
	job_parents(path);
	strcat(path, ".new"); /* its room was kept above */
	job->file = fopen(path, "we");
	if (job->file == NULL ||
	    fchmod(fileno(job->file), head.mode & 0777) < 0)
		job_fail(job, "a file that was carried cannot be made");
}

static void
job_file_end(struct job *job)
{
	char to[PATH_MAX];
	size_t n = strlen(job->file_path) - strlen(".new");
	int bad = fclose(job->file) != 0;

	job->file = NULL;
	snprintf(to, sizeof to, "%.*s", (int)n, job->file_path);
	if (bad || rename(job->file_path, to) < 0)
		job_fail(job, "a file that was carried cannot be written");
}

static void
job_data(struct job *job, const struct wire_frame *f)
{
	if (job->file_skip)
		return;
	if (job->file == NULL)
		job_fail(job, "data of no file");
	else if (f->len == 0)
		job_file_end(job);
	else if (fwrite(f->data, f->len, 1, job->file) != 1)
		job_fail(job, "a file that was carried cannot be written");
}

static void
job_signal(struct job *job, const struct wire_frame *f)
{
	uint32_t sig;

	if (f->len != sizeof sig || job->pid == 0)
		return;
	memcpy(&sig, f->data, sizeof sig);
	if (sig > 0 && sig < NSIG)
		kill(-job->pid, (int)sig);
}

static void
job_window(struct job *job, const struct wire_frame *f)
{
	struct wire_window w;
	struct winsize size = { .ws_row = 0 };

	if (f->len != sizeof w || job->master < 0)
		return;
	memcpy(&w, f->data, sizeof w);
	size.ws_row = w.rows;
	size.ws_col = w.cols;
	ioctl(job->master, TIOCSWINSZ, &size);
}

/* Takes the same time wherever the first wrong digit is. */
static void
job_token(struct job *job, const struct wire_frame *f)
{
	const char *want = job->jobs->token;
	unsigned wrong = f->len != WIRE_TOKEN_LEN;

	for (unsigned i = 0; i < WIRE_TOKEN_LEN && i < f->len; i++)
		wrong |= (unsigned char)want[i] ^ f->data[i];
	if (wrong) {
		job_fail(job, "the token is wrong");
		return;
	}
	job->trusted = 1;
	bufferevent_set_timeouts(job->net, NULL, NULL);
}

static void
job_frame(struct job *job, const struct wire_frame *f)
{
	if (!job->trusted) {
		if (f->type == WIRE_TOKEN)
			job_token(job, f);
		else
			job_fail(job, "no token");
		return;
	}
	switch (f->type) {
	case WIRE_ARG:
		job_word(job, job->argv, &job->argc, f);
		break;
	case WIRE_ENV:
		job_word(job, job->env, &job->envc, f);
		break;
	case WIRE_FILE:
		job_file(job, f);
		break;
	case WIRE_DATA:
		job_data(job, f);
		break;
	case WIRE_RUN:
		job_run(job, f);
		break;
	case WIRE_IN:
		job_input(job, f);
		break;
	case WIRE_SIGNAL:
		job_signal(job, f);
		break;
	case WIRE_WINDOW:
		job_window(job, f);
		break;
	default:
		job_fail(job, "a message that only the lab sends");
	}
}

static void
job_on_net(struct bufferevent *bev, void *arg)
{
	static struct wire_frame frame; /* too large for the stack */
	struct evbuffer *in = bufferevent_get_input(bev);
	struct job *job = arg;
	int r = 0;

	while (!job->failed && (r = wire_get(in, &frame)) > 0)
		job_frame(job, &frame);
	if (!job->failed && r < 0)
		job_fail(job, "not the lab's protocol");
	if (job->failed)
		evbuffer_drain(in, evbuffer_get_length(in));
}

/* The host closes it: what it still sends, had we closed it, would take the
 * last word away from it. */
static void
job_last_word(struct job *job)
{
	struct timeval patience = { .tv_sec = JOB_GONE_S };

	shutdown(bufferevent_getfd(job->net), SHUT_WR);
	bufferevent_set_timeouts(job->net, &patience, NULL);
	bufferevent_enable(job->net, EV_READ);
}

/* Half of what was on its way has gone; or all, and that was the last. */
static void
job_on_net_room(struct bufferevent *bev, void *arg)
{
	struct job *job = arg;

	if (job->failed) {
		if (evbuffer_get_length(bufferevent_get_output(bev)) == 0)
			job_last_word(job);
		return;
	}
	for (enum job_stream s = JOB_OUT; s <= JOB_ERR; s++)
		if (job->stream[s] != NULL)
			bufferevent_enable(job->stream[s], EV_READ);
}

static void
job_on_net_end(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	(void)what;
	job_hangup(arg);
}

static struct job *
job_new(struct jobs *jobs)
{
	struct job *job = calloc(1, sizeof *job);

	if (job == NULL)
		return NULL;
	job->jobs = jobs;
	job->master = -1;
	job->env[job->envc++] = strdup("PATH=" LAB_PATH);
	job->env[job->envc++] = strdup("HOME=/root");
	job->env[job->envc++] = strdup("VM370_HOME=/vm370/home");
	job->timer = evtimer_new(jobs->base, job_on_timer, job);
	job->next = jobs->first;
	jobs->first = job;
	jobs->n++;
	return job;
}

void
job_accept(struct jobs *jobs, int fd)
{
	struct job *job = jobs->n < JOBS_MAX ? job_new(jobs) : NULL;
	struct timeval stranger = { .tv_sec = JOB_TOKEN_S };

	if (job == NULL) {
		close(fd);
		return;
	}
	job->net = bufferevent_socket_new(jobs->base, fd,
	    BEV_OPT_CLOSE_ON_FREE);
	if (job->net == NULL) {
		close(fd);
		job_free(job);
		return;
	}
	bufferevent_setcb(job->net, job_on_net, job_on_net_room,
	    job_on_net_end, job);
	bufferevent_set_timeouts(job->net, &stranger, NULL);
	bufferevent_enable(job->net, EV_READ | EV_WRITE);
}
