/* SPDX-License-Identifier: MIT
 *
 * front_mutants.c - vm370 disk on images that are wrong: each command must end
 * by itself, in order, and leave the image as large as it was.
 *
 * A mutant is a sound image with a few bytes, fields or blocks changed, most of
 * them where the file system keeps its own affairs.  MUTANTS in the environment
 * says how many (default 1000), MUTANT which one alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "front.h"

#define SECTOR 512
#define IMAGES 4
#define BLOCKS 3000 /* of an image, of 512 bytes */
#define SECONDS 20  /* whoever takes longer hangs */
#define OUTPUT_MAX (32u << 20)
#define BAD 99	    /* what a sanitizer ends with */

/* The sanitizers' own way to be told. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "exitcode=99:detect_leaks=0:allocator_may_return_null=1";
}

static uint64_t seed;

static uint32_t
below(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

/* --- commands, in a process of their own --- */

static char folder[64];

/* vm370 disk WORD... in the folder; words apart by blanks. */
static int
run(const char *words)
{
	static struct front front;
	char copy[256], *argv[32], *save = NULL;
	int argc = 0;

	snprintf(copy, sizeof copy, "disk %s", words);
	for (char *w = strtok_r(copy, " ", &save); w != NULL;
	     w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	argv[argc] = NULL;
	return disk_command(&front, argc, argv);
}

static void
enter(void)
{
	const struct rlimit most = { OUTPUT_MAX, OUTPUT_MAX };
	int null = open("/dev/null", O_RDWR);

	if (chdir(folder) < 0)
		_exit(98);
	if (getenv("MUTANT") == NULL) {
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
	}
	dup2(null, STDIN_FILENO);
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &most);
}

/* Its exit status in words; NULL: it ended in order. */
static const char *
wrong_end(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) < 0)
		return "was lost";
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGALRM ? "hangs" :
		    "was killed by a signal";
	return WEXITSTATUS(status) == BAD ? "does what it must not" : NULL;
}

static const char *const commands[] = {
	"check --image mutant -v",
	"list --image mutant",
	"list --image mutant A* *",
	"label --image mutant",
	"read --image mutant TEXT C out",
	"read --image mutant DATA BIN out",
	"read --image mutant CARDS DECK out",
	"read --image mutant LONG LINES out --binary",
	"backup --image mutant out",
	"write --image mutant text NEW C",
	"write --image mutant data DATA BIN --binary",
	"erase --image mutant TEXT C",
	"write --image mutant text TEXT C --fixed 300 --text",
	"label --image mutant OTHER",
	"resize --image mutant 3200",
	"list --image mutant",
	"check --image mutant",
};

#define COMMANDS (sizeof commands / sizeof commands[0])

/* So many commands in one process: how it ended, as wrong_end says. */
static const char *
try_some(size_t first, size_t n)
{
	pid_t pid = fork();

	if (pid != 0)
		return wrong_end(pid);
	enter();
	alarm(SECONDS);
	for (size_t i = first; i < first + n; i++)
		run(commands[i]);
	fflush(NULL);
	_exit(0);
}

/* All in one, which is quicker; one by one when a mutant is looked at alone,
 * to see which it is. */
static void
try_commands(const char *what)
{
	size_t step = getenv("MUTANT") != NULL ? 1 : COMMANDS;

	for (size_t i = 0; i < COMMANDS; i += step) {
		const char *wrong = try_some(i, step);

		if (wrong != NULL)
			fail_msg("%s: vm370 disk %s%s %s", what, commands[i],
			    step > 1 ? " ..." : "", wrong);
	}
}

/* --- images --- */

static uint8_t sound[IMAGES][BLOCKS * SECTOR], mutant[BLOCKS * SECTOR];

static void
path_of(char path[128], const char *name)
{
	snprintf(path, 128, "%s/%s", folder, name);
}

static void
write_file(const char *name, const void *data, size_t size)
{
	char path[128];
	FILE *f;

	path_of(path, name);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, size, f), size);
	fclose(f);
}

static void
must_run(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static void
must_run(const char *format, ...)
{
	char words[256];
	va_list ap;
	int status;
	pid_t pid;

	va_start(ap, format);
	vsnprintf(words, sizeof words, format, ap);
	va_end(ap);
	pid = fork();
	if (pid == 0) {
		if (chdir(folder) < 0)
			_exit(98);
		_exit(run(words));
	}
	assert_true(waitpid(pid, &status, 0) == pid);
	assert_int_equal(status, 0);
}

static void
make_image(int which)
{
	char path[128];
	FILE *f;

	must_run("format --image sound --force --blocks %d --block-size %d",
	    BLOCKS, 512 << which);
	must_run("write --image sound text TEXT C");
	must_run("write --image sound data DATA BIN --binary");
	must_run("write --image sound data CARDS DECK --fixed 80");
	must_run("write --image sound lines LONG LINES");
	for (int i = 0; i < 12; i++)
		must_run("write --image sound text A%d C", i);
	must_run("erase --image sound A5 C");
	path_of(path, "sound");
	f = fopen(path, "rb");
	assert_non_null(f);
	assert_int_equal(fread(sound[which], 1, sizeof sound[0], f),
	    sizeof sound[0]);
	fclose(f);
}

static int
set_up(void **state)
{
	static char text[20000], data[300000], lines[200000];

	(void)state;
	/* In storage where that can be had: each command flushes its image. */
	snprintf(folder, sizeof folder, "%s/unit_mutants.XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (mkdtemp(folder) == NULL)
		return -1;
	seed = 370;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = below(30) == 0 ? '\n' : (char)('a' + below(26));
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (char)below(256);
	for (size_t i = 0; i < sizeof lines; i++)
		lines[i] = below(9000) == 0 ? '\n' : (char)('a' + below(26));
	write_file("text", text, sizeof text);
	write_file("data", data, sizeof data);
	write_file("lines", lines, sizeof lines);
	for (int i = 0; i < IMAGES; i++)
		make_image(i);
	return 0;
}

static int
tear_down(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

/* --- mutation --- */

/* Where the file system's own affairs are, mostly: the label, the first blocks,
 * and blocks that end in zeros, as tables do. */
static size_t
choose_sector(void)
{
	if (below(4) == 0)
		return 1;
	for (int i = 0; i < 200; i++) {
		size_t s = below(2) ? below(BLOCKS) : below(120);
		const uint8_t *p = mutant + s * SECTOR;

		if (memcmp(p, p + 256, 256) != 0 && (p[SECTOR - 1] == 0 ||
		    below(20) == 0))
			return s;
	}
	return below(BLOCKS);
}

static void
put_field(uint8_t *at)
{
	static const uint32_t odd[] = { 0, 1, 2, 3, 4, 5, 6, 0x7F, 0x80, 0xFF,
		0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE,
		0xFFFFFFFF, BLOCKS, BLOCKS + 1, 512, 4096 };
	uint32_t v = odd[below(sizeof odd / sizeof odd[0])];

	if (below(3) == 0) /* near what it was */
		v = ((uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
		    (uint32_t)at[2] << 8 | at[3]) + below(9) - 4;
	at[0] = (uint8_t)(v >> 24);
	at[1] = (uint8_t)(v >> 16);
	at[2] = (uint8_t)(v >> 8);
	at[3] = (uint8_t)v;
}

static void
mutate_once(void)
{
	size_t s = choose_sector();
	uint8_t *p = mutant + s * SECTOR;

	switch (below(8)) {
	case 0:
		p[below(SECTOR)] ^= (uint8_t)(1u << below(8));
		break;
	case 1:
		p[below(s == 1 ? 80 : SECTOR)] = (uint8_t)below(256);
		break;
	case 2:
		memmove(mutant + below(BLOCKS) * SECTOR, p, SECTOR);
		break;
	case 3:
		memset(p, below(2) ? 0 : 0xFF, below(SECTOR) + 1);
		break;
	default:
		put_field(p + below((s == 1 ? 80 : SECTOR) / 4) * 4);
	}
}

static void
mutants(void **state)
{
	const char *count = getenv("MUTANTS"), *only = getenv("MUTANT");
	unsigned n = count != NULL ? (unsigned)atoi(count) : 1000;
	unsigned from = only != NULL ? (unsigned)atoi(only) : 0;
	char path[128], what[64];

	(void)state;
	path_of(path, "mutant");
	for (unsigned i = from; i < (only != NULL ? from + 1 : n); i++) {
		struct stat st;

		seed = i * 2654435761u + 1;
		memcpy(mutant, sound[i % IMAGES], sizeof mutant);
		for (uint32_t k = 1 + below(6); k > 0; k--)
			mutate_once();
		write_file("mutant", mutant, sizeof mutant);
		if (below(20) == 0)
			assert_int_equal(truncate(path, (off_t)below(
			    sizeof mutant)), 0);
		snprintf(what, sizeof what, "MUTANT=%u", i);
		try_commands(what);
		assert_int_equal(stat(path, &st), 0);
		assert_true(st.st_size <= 3200 * SECTOR);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(mutants) };

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
