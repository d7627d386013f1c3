/* SPDX-License-Identifier: MIT
 *
 * start.c - what a program finds on its stack when it begins: arguments,
 * environment and auxiliary vector, as Linux lays them out.
 */
#include "clock.h"
#include "cpu.h"
#include "hyper.h"
#include "layout.h"
#include "print.h"
#include "start.h"
#include "storage.h"
#include "text.h"

#define ARGUMENTS 512

/* Auxiliary vector */
enum { AT_NULL = 0, AT_PHDR = 3, AT_PHENT = 4, AT_PHNUM = 5, AT_PAGESZ = 6,
	AT_BASE = 7, AT_ENTRY = 9, AT_UID = 11, AT_EUID = 12, AT_GID = 13,
	AT_EGID = 14, AT_CLKTCK = 17, AT_SECURE = 23, AT_RANDOM = 25,
	AT_EXECFN = 31 };

/* What a program finds on its stack, built from the top down. */
struct start {
	struct space *space;
	uint64_t sp;
	int bad;
	int argc, envc;
	uint64_t arg[ARGUMENTS];
	uint64_t env[4];
};

static uint64_t
start_bytes(struct start *s, const void *data, size_t len)
{
	s->sp -= len;
	if (space_put(s->space, s->sp, data, len) == -1)
		s->bad = 1;
	return s->sp;
}

static uint64_t
start_text(struct start *s, const char *text, size_t len)
{
	start_bytes(s, "", 1);
	return start_bytes(s, text, len);
}

static void
start_number(struct start *s, uint64_t value)
{
	start_bytes(s, &value, sizeof value);
}

static void
start_auxiliary(struct start *s, uint64_t type, uint64_t value)
{
	start_number(s, value);
	start_number(s, type);
}

static void
start_arguments(struct start *s, const char *line)
{
	const char *word = line;
	size_t n = 0;

	while ((n = text_word(word + n, &word)) > 0 && s->argc < ARGUMENTS)
		s->arg[s->argc++] = start_text(s, word, n);
}

/* The C library wants the time zone as POSIX has it: west is positive. */
static void
start_environment(struct start *s)
{
	struct diag_time now;
	struct diag_id id;
	char text[64];
	long west;

	clock_read(&now);
	west = -(long)now.offset / 60;
	s->env[s->envc++] = start_text(s, text, print_into(text, sizeof text,
	    "TZ=<%.*s>%s%ld:%02ld", now.zone[0] != '\0' ? 8 : 3,
	    now.zone[0] != '\0' ? now.zone : "UTC", west < 0 ? "-" : "",
	    (west < 0 ? -west : west) / 60, (west < 0 ? -west : west) % 60));
	if (hyper_id(&id) == 0) {
		size_t n = sizeof id.user;

		while (n > 0 && id.user[n - 1] == ' ')
			n--;
		s->env[s->envc++] = start_text(s, text, print_into(text,
		    sizeof text, "LOGNAME=%.*s", (int)n, id.user));
	}
}

uint64_t
start_stack(struct space *space, const struct elf64 *elf, const char *line)
{
	struct start *s = storage_room(sizeof *s);
	uint64_t random[2], random_at, name_at;

	if (s == NULL)
		return 0;
	*s = (struct start){ .space = space, .sp = USER_STACK_TOP };
	start_arguments(s, line);
	start_environment(s);
	name_at = s->arg[0];
	random[0] = cpu_random();
	random[1] = cpu_random();
	s->sp &= ~15ull;
	random_at = start_bytes(s, random, sizeof random);

	/* The last thing stored, argc, lies on a multiple of 16. */
	if ((s->argc + 1 + s->envc + 1 + 1) % 2 != 0)
		s->sp -= 8;
	start_auxiliary(s, AT_NULL, 0);
	start_auxiliary(s, AT_RANDOM, random_at);
	start_auxiliary(s, AT_EXECFN, name_at);
	start_auxiliary(s, AT_PAGESZ, PAGE_SIZE);
	start_auxiliary(s, AT_CLKTCK, 100);
	start_auxiliary(s, AT_SECURE, 0);
	start_auxiliary(s, AT_UID, 0);
	start_auxiliary(s, AT_EUID, 0);
	start_auxiliary(s, AT_GID, 0);
	start_auxiliary(s, AT_EGID, 0);
	start_auxiliary(s, AT_BASE, 0);
	start_auxiliary(s, AT_ENTRY, elf->entry);
	if (elf->headers != 0) {
		start_auxiliary(s, AT_PHDR, elf->headers);
		start_auxiliary(s, AT_PHENT, elf->header_size);
		start_auxiliary(s, AT_PHNUM, elf->header_count);
	}
	start_number(s, 0);
	for (int i = s->envc; i-- > 0;)
		start_number(s, s->env[i]);
	start_number(s, 0);
	for (int i = s->argc; i-- > 0;)
		start_number(s, s->arg[i]);
	start_number(s, (uint64_t)s->argc);
	return s->bad ? 0 : s->sp;
}
