/* SPDX-License-Identifier: MIT
 *
 * small_disk.h - a small disk of our own, which others do not see.
 */
#ifndef VM370_TESTS_SMALL_DISK_H
#define VM370_TESTS_SMALL_DISK_H

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static inline bool
small_disk_say(const char *file, const char *text)
{
	FILE *f = fopen(file, "w");

	return f != NULL && fputs(text, f) >= 0 && fclose(f) == 0;
}

/* Root, or as good as root for what is ours. */
static inline bool
small_disk_apart(void)
{
	char user[32], group[32];

	if (unshare(CLONE_NEWNS) == 0)
		return true;
	snprintf(user, sizeof user, "0 %u 1", (unsigned)geteuid());
	snprintf(group, sizeof group, "0 %u 1", (unsigned)getegid());
	return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
	    small_disk_say("/proc/self/uid_map", user) &&
	    small_disk_say("/proc/self/setgroups", "deny") &&
	    small_disk_say("/proc/self/gid_map", group);
}

/* On a new folder.  False with errno: this machine lets us have none. */
static inline bool
small_disk(const char *folder, const char *size)
{
	return mkdir(folder, 0700) == 0 && small_disk_apart() &&
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("spool", folder, "tmpfs", 0, size) == 0;
}

#endif
