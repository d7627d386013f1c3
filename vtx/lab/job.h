/* SPDX-License-Identifier: MIT
 *
 * job.h - commands that the host runs in the lab, one per connection.
 */
#ifndef VM370_LAB_JOB_H
#define VM370_LAB_JOB_H

#include <sys/types.h>

#include <event2/event.h>

#define JOBS_MAX 256 /* connections at once */

struct job;

struct jobs {
	struct event_base *base;
	const char *token;  /* what a connection must say first */
	uid_t uid;	    /* the home's owner */
	gid_t gid;
	unsigned n;
	struct job *first;
};

/* Serve a connection; takes ownership of fd. */
void job_accept(struct jobs *jobs, int fd);

/* A child has ended.  1 when it was a job's. */
int job_reaped(struct jobs *jobs, pid_t pid, int status);

/* How to start a program in the lab. */
struct job_spec {
	char *const *argv; /* NULL terminated */
	char *const *env;  /* NULL terminated */
	int in, out, err;  /* its 0, 1, 2 */
	int extra;	   /* its 3, or -1 */
	int terminal;	   /* 0 is to be its controlling terminal */
	uid_t uid;
	gid_t gid;
};

/* Start it in a session of its own.  Its pid, or -1 with errno; that it
 * cannot be executed is its exit status 127. */
pid_t job_spawn(const struct job_spec *spec);

#endif
