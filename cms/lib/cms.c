/* SPDX-License-Identifier: MIT
 *
 * cms.c - libcms: CMS's own calls for programs.  Works with any C library:
 * it uses nothing of it but errno.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "cms.h"
#include "cmscall.h"

static long
cms_call(long number, const void *a, size_t b, const void *c)
{
	long result;

	__asm__ volatile("syscall"
	    : "=a"(result)
	    : "a"(number), "D"(a), "S"(b), "d"(c)
	    : "rcx", "r11", "memory");
	if (result < 0) {
		errno = (int)-result;
		return -1;
	}
	return result;
}

int
cms_command(const char *command, int *rc)
{
	int32_t code = 0;

	if (cms_call(CMSCALL_COMMAND, command, strlen(command), &code) == -1)
		return -1;
	if (rc != NULL)
		*rc = code;
	return 0;
}

long
cms_cp(const char *command, char *reply, size_t size, int *rc)
{
	struct cmscall_cp cp = { .reply = (uintptr_t)reply };
	size_t n;

	if (reply != NULL && size == 0) {
		errno = EINVAL;
		return -1;
	}
	if (reply != NULL)
		cp.size = size - 1 < CMSCALL_REPLY_MAX ? (uint32_t)(size - 1) :
		    CMSCALL_REPLY_MAX;
	if (cms_call(CMSCALL_CP, command, strlen(command), &cp) == -1)
		return -1;
	n = cp.total < cp.size ? cp.total : cp.size;
	if (reply != NULL)
		reply[n] = '\0';
	if (rc != NULL)
		*rc = cp.rc;
	return cp.total;
}

static int
cms_stack(const char *line, enum cmscall_order order)
{
	return (int)cms_call(CMSCALL_STACK, line, strlen(line),
	    (const void *)(uintptr_t)order);
}

int
cms_queue(const char *line)
{
	return cms_stack(line, CMSCALL_FIFO);
}

int
cms_push(const char *line)
{
	return cms_stack(line, CMSCALL_LIFO);
}

long
cms_queued(void)
{
	return cms_call(CMSCALL_QUEUED, NULL, 0, NULL);
}

int
cms_date(const char *fileid, const struct cms_stat *st)
{
	return (int)cms_call(CMSCALL_DATE, fileid, strlen(fileid), st);
}
