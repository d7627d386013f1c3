/* SPDX-License-Identifier: MIT
 *
 * front.h - what the files of the front command share.
 */
#ifndef VM370_CP_FRONT_H
#define VM370_CP_FRONT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define FRONT_PORT 3270

struct front {
	char home[PATH_MAX];
	char run[PATH_MAX]; /* holds cp.sock, lock and engine */
	bool inside; /* --run was given: we are where vmcp is, ask no engine */
};

/* Print "vm370: ..." to standard error.  Returns 1, the exit code. */
int front_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* getopt_long; what is wrong with an option is said in the same way. */
struct option;
int front_option(int argc, char *argv[], const char *letters,
    const struct option *options);

/* The same for what is wrong with USER DIRECT. */
struct dir_error;
int front_dir_error(const char *path, const struct dir_error *err);

/* home/name in buf.  False, with a line printed, when it does not fit. */
bool front_path(const struct front *front, const char *name, char *buf,
    size_t size);

/* Where the programs and the data of this installation are. */
bool front_program(const char *name, char *buf, size_t size);
bool front_share(const char *name, char *buf, size_t size);

/* The commands: argv[0] is the command's name.  An exit code. */
int start_command(struct front *front, int argc, char *argv[]);
int stop_command(struct front *front, int argc, char *argv[]);
int status_command(struct front *front, int argc, char *argv[]);
int console_command(struct front *front, int argc, char *argv[]);
int cp_command(struct front *front, int argc, char *argv[]);
int demo_command(struct front *front, int argc, char *argv[]);
int direct_command(struct front *front, int argc, char *argv[]);
int passwd_command(struct front *front, int argc, char *argv[]);
int adduser_command(struct front *front, int argc, char *argv[]);
int disk_command(struct front *front, int argc, char *argv[]);
int spool_command(struct front *front, int argc, char *argv[]);
int tls_command(struct front *front, int argc, char *argv[]);
int lab_command(struct front *front, int argc, char *argv[]);

#endif
