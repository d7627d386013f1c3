/* SPDX-License-Identifier: MIT
 *
 * spawn.h - start one of our programs with only the descriptors it needs.
 */
#ifndef VM370_BASE_SPAWN_H
#define VM370_BASE_SPAWN_H

#include <stddef.h>
#include <sys/types.h>

/*
 * fork and exec path with argv (NULL terminated).  The child keeps 2 (the
 * log), gets /dev/null as 0 and 1, fds[i] as descriptor 3 + i, and nothing
 * else; its signals are the default ones and unblocked, its environment holds
 * only what spawn_env allows (LANG, LC_ALL, TZ, PATH).
 * Returns the pid, or -1 with errno, also when exec itself failed.
 */
pid_t spawn(const char *path, char *const argv[], const int *fds, size_t nfds);

/* The folder our programs live in, beside this program or in
 * ../libexec/vm370; an absolute path in buf.  -1 with errno. */
int spawn_libexec(char *buf, size_t size);

#endif
