/* SPDX-License-Identifier: MIT
 *
 * inside.h - where the system of a home directory is, and a command that is
 * carried out there while the file that it reads or writes stays here.
 */
#ifndef VM370_CP_FRONT_INSIDE_H
#define VM370_CP_FRONT_INSIDE_H

#include "front.h"

enum inside_place { PLACE_NOWHERE, PLACE_HERE, PLACE_IN_LAB };

/* Of what is in the home directory, by the front command that was started
 * here.  PLACE_NOWHERE: a line was printed. */
enum inside_place inside_place(const struct front *front);

/* Which way go the bytes of a file of the host, if the command has one?
 * HOST_STREAM: out, in their order and once. */
enum inside_host { HOST_NONE, HOST_IN, HOST_OUT, HOST_STREAM };

/*
 * The same command inside, and --relay to it: the file of the host is its
 * standard input or output, framed (diskpipe.h).  argv[0] and [1] name the
 * command, argv[word] the file (0: none was named, "-"); the options in
 * `extra`, up to a NULL, are added.  An exit code.
 */
int inside_run(const struct front *front, int argc, char *argv[],
    enum inside_host host, int word, char *const extra[]);

#endif
