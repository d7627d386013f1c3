/* SPDX-License-Identifier: MIT
 *
 * users.c - vm370 direct, passwd and adduser: USER DIRECT from the host.  The
 * file is in the home directory under either engine, so it is changed here;
 * vmcp is asked to take it in when it runs.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "directory.h"
#include "disknew.h"
#include "front.h"
#include "home.h"
#include "host.h"
#include "name.h"
#include "textfile.h"

#define USERS_SETTLE_NS 1100000000LL
#define USERS_MADE_UP 12 /* characters of a password that we choose */

/*
 * A lab may go on for a second with what it knows of a file (virtiofs keeps
 * names and sizes so long): wait until the last change is older than that.
 */
static void
users_settle(const struct front *front)
{
	char path[PATH_MAX];
	struct timespec now, wait;
	struct stat st;
	long long left;

	if (!front_path(front, "user.direct", path, sizeof path) ||
	    stat(path, &st) < 0)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	left = USERS_SETTLE_NS - (now.tv_nsec - st.st_ctim.tv_nsec) -
	    (now.tv_sec - st.st_ctim.tv_sec) * 1000000000LL;
	if (left <= 0 || left > USERS_SETTLE_NS)
		return;
	wait.tv_sec = (time_t)(left / 1000000000);
	wait.tv_nsec = (long)(left % 1000000000);
	nanosleep(&wait, NULL);
}

/* What changed on disk, into effect.  An exit code. */
static int
users_effect(const struct front *front)
{
	struct home_state state;
	int rc;

	if (!front->inside && !home_running(front, &state))
		return 0;
	if (!front->inside && strcmp(state.engine, "lab") == 0)
		users_settle(front);
	rc = host_command(front, "DIRECT", stdout);
	if (rc == HOST_NO_ANSWER || rc < 0)
		return 1;
	return rc > 255 ? 255 : rc;
}

int
direct_command(struct front *front, int argc, char *argv[])
{
	struct home_state state;
	struct dir_error err;
	char path[PATH_MAX];
	unsigned changed;

	(void)argv;
	if (argc != 1)
		return front_fail("usage: vm370 direct");
	if (front->inside || home_running(front, &state))
		return users_effect(front);
	if (!front_path(front, "user.direct", path, sizeof path))
		return 1;
	if (directory_hash_passwords(path, &changed, &err) < 0)
		return front_dir_error(path, &err);
	printf("%s is good; %u clear passwords hashed\n", path, changed);
	return 0;
}

/* --- passwords from a terminal or a pipe --- */

/* One line without its end.  False at the end of input. */
static bool
users_line(char *buf, size_t size)
{
	if (fgets(buf, (int)size, stdin) == NULL)
		return false;
	buf[strcspn(buf, "\r\n")] = '\0';
	return true;
}

static volatile sig_atomic_t users_signalled;

static void
users_on_signal(int sig)
{
	users_signalled = sig;
}

static const int users_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
#define USERS_SIGNALS (sizeof users_signals / sizeof users_signals[0])

/* Blocked from here on, the signals come while we wait for a line. */
static void
users_catch(sigset_t *before)
{
	struct sigaction sa = { .sa_handler = users_on_signal };
	sigset_t ours;

	sigemptyset(&ours);
	for (size_t i = 0; i < USERS_SIGNALS; i++) {
		sigaddset(&ours, users_signals[i]);
		sigaction(users_signals[i], &sa, NULL);
	}
	sigprocmask(SIG_BLOCK, &ours, before);
}

/* They end us again; one that came meanwhile does so now. */
static void
users_release(const sigset_t *before)
{
	sigprocmask(SIG_SETMASK, before, NULL);
	for (size_t i = 0; i < USERS_SIGNALS; i++)
		signal(users_signals[i], SIG_DFL);
	if (users_signalled != 0)
		raise(users_signalled);
}

/* A line of a terminal, which is whole when there is something to read. */
static bool
users_terminal_line(char *buf, size_t size, const sigset_t *before)
{
	struct pollfd pfd = { .fd = STDIN_FILENO, .events = POLLIN };

	return ppoll(&pfd, 1, NULL, before) > 0 && users_line(buf, size);
}

/* Without echo, which comes back also when ^C ends us meanwhile. */
static bool
users_prompt(const char *prompt, char *buf, size_t size)
{
	bool tty = isatty(STDIN_FILENO), got;
	struct termios saved, quiet;
	sigset_t before;

	if (!tty || tcgetattr(STDIN_FILENO, &saved) < 0)
		return users_line(buf, size);
	users_catch(&before);
	quiet = saved;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	printf("%s", prompt);
	fflush(stdout);
	got = users_terminal_line(buf, size, &before);
	putchar('\n');
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved);
	users_release(&before);
	return got;
}

/* What a statement can hold: one word that does not look like a hash. */
static bool
users_password_good(const char *password)
{
	size_t n = strlen(password);

	if (n == 0 || n >= WORK_PASSWORD_MAX) {
		front_fail("a password has 1 to %d characters",
		    WORK_PASSWORD_MAX - 1);
		return false;
	}
	for (size_t i = 0; i < n; i++)
		if (password[i] <= ' ' || password[i] >= 0x7F) {
			front_fail("a password has no blanks and only ASCII");
			return false;
		}
	return true;
}

/* Asked for twice on a terminal.  "": nothing was given. */
static bool
users_ask(char *password, size_t size)
{
	char again[WORK_PASSWORD_MAX + 2] = "";
	bool same;

	password[0] = '\0';
	if (!users_prompt("New password: ", password, size) ||
	    password[0] == '\0')
		return true;
	if (!users_password_good(password))
		return false;
	if (!isatty(STDIN_FILENO))
		return true;
	users_prompt("Again: ", again, sizeof again);
	same = strcmp(password, again) == 0;
	explicit_bzero(again, sizeof again);
	if (!same)
		front_fail("the two are not the same; nothing was changed");
	return same;
}

/* A password that nobody chose: capitals and digits that look different. */
static bool
users_make_up(char *password)
{
	static const char set[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; /* 32 */
	unsigned char random[USERS_MADE_UP];

	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) {
		front_fail("no random numbers: %s", strerror(errno));
		return false;
	}
	for (size_t i = 0; i < sizeof random; i++)
		password[i] = set[random[i] % 32];
	password[sizeof random] = '\0';
	return true;
}

int
passwd_command(struct front *front, int argc, char *argv[])
{
	char path[PATH_MAX], password[WORK_PASSWORD_MAX + 2];
	struct dir_error err;
	struct vm_name user;
	int rc;

	if (argc != 2)
		return front_fail("usage: vm370 passwd USER");
	if (name_parse(argv[1], &user) < 0)
		return front_fail("%s is no userid", argv[1]);
	if (!front_path(front, "user.direct", path, sizeof path) ||
	    !users_ask(password, sizeof password))
		return 1;
	if (password[0] == '\0')
		return front_fail("no password given; nothing was changed");
	rc = directory_set_password(path, user, password, &err);
	explicit_bzero(password, sizeof password);
	if (rc < 0)
		return front_dir_error(path, &err);
	printf("%s has a new password\n", name_text(user).s);
	return users_effect(front);
}

/* --- adduser --- */

#define USERS_VOLUME "VMUSR1" /* where minidisks of new users are */
#define USERS_BLOCKS 20000

/* The first block behind all that is on the volume. */
static uint64_t
users_free_block(const struct directory *dir)
{
	struct vm_name volume;
	uint64_t end = 0;

	name_parse(USERS_VOLUME, &volume);
	for (size_t i = 0; i < directory_count(dir); i++) {
		const struct dir_user *u = directory_at(dir, i);

		for (size_t k = 0; k < u->nmdisks; k++) {
			const struct dir_mdisk *md = &u->mdisks[k];

			if (!md->tdisk && name_equal(md->volume, volume) &&
			    md->start + md->blocks > end)
				end = md->start + md->blocks;
		}
	}
	return end;
}

/* The new user's statements, behind what the file has.  NULL: no memory. */
static char *
users_append(const char *text, size_t len, const struct directory *dir,
    const char *user, const char *password, size_t *new_len)
{
	const char *newline = len > 0 && text[len - 1] != '\n' ? "\n" : "";
	char *grown = NULL;
	FILE *f = open_memstream(&grown, new_len);

	if (f == NULL)
		return NULL;
	fwrite(text, 1, len, f); /* a comment may hold any byte */
	fprintf(f, "%s*\nUSER %s %s 16M 64M G\n MACHINE 370\n"
	    " IPL CMS PARM AUTOCR\n CONSOLE 009 3215\n"
	    " SPOOL 00C 2540 READER *\n SPOOL 00D 2540 PUNCH A\n"
	    " SPOOL 00E 1403 A\n SPECIAL 0FF TIMER\n"
	    " LINK MAINT 190 190 RR\n MDISK 191 FB-512 %" PRIu64
	    " %d " USERS_VOLUME " MR\n", newline, user, password,
	    users_free_block(dir), USERS_BLOCKS);
	if (fclose(f) == 0)
		return grown;
	free(grown);
	return NULL;
}

/* Nobody else has changed the file since it was read? */
static bool
users_same(const char *path, const char *text, size_t len)
{
	size_t now_len = 0;
	char *now = textfile_read(path, &now_len);
	bool same = now != NULL && now_len == len &&
	    memcmp(now, text, len) == 0;

	free(now);
	return same;
}

/* The user's A-disk, at path.  One that is there was somebody else's of that
 * name. */
static int
users_disk(const struct front *front, const struct directory *dir,
    struct vm_name user, char *path, size_t size)
{
	const struct dir_mdisk *md = directory_mdisk(dir, user, DISKNEW_VDEV);
	char name[64];

	snprintf(name, sizeof name, "volumes/%s/%s.%03X",
	    name_text(md->volume).s, name_text(user).s, md->vdev & 0xFFFu);
	if (!front_path(front, name, path, size))
		return 1;
	if (access(path, F_OK) == 0)
		return front_fail("%s is there already, from an earlier %s: "
		    "move it away first", path, name_text(user).s);
	return disknew_make(front, user, md);
}

/* First the disk, then the file that says that it is there. */
static int
users_replace(const struct front *front, const char *path,
    const struct directory *dir, struct vm_name user, const char *text,
    size_t len)
{
	char disk[PATH_MAX];
	int rc = users_disk(front, dir, user, disk, sizeof disk);

	if (rc != 0 || textfile_replace(path, text, len, 0600) == 0)
		return rc;
	rc = front_fail("%s: %s", path, strerror(errno));
	unlink(disk);
	return rc;
}

/* The file with the user added, in effect nowhere yet.  An exit code. */
static int
users_write(const struct front *front, const char *path, const char *text,
    size_t len, const struct directory *old, struct vm_name user)
{
	char unknown[USERS_MADE_UP + 1];
	struct directory *dir;
	struct dir_error err;
	size_t grown_len;
	char *grown;
	int rc;

	if (!users_make_up(unknown))
		return 1;
	grown = users_append(text, len, old, name_text(user).s, unknown,
	    &grown_len);
	if (grown == NULL)
		return front_fail("out of memory");
	dir = directory_parse(grown, grown_len, &err);
	if (dir == NULL)
		rc = front_dir_error(path, &err); /* no MAINT 190, say */
	else if (!users_same(path, text, len))
		rc = front_fail("%s: changed by another at the same time; "
		    "nothing was changed", path);
	else
		rc = users_replace(front, path, dir, user, grown, grown_len);
	directory_free(dir);
	free(grown);
	return rc;
}

/* Add a user whose password is first one that nobody knows, then this: the
 * clear one is never in the file. */
static int
users_add(const struct front *front, const char *path, struct vm_name user,
    const char *password)
{
	struct directory *dir;
	struct dir_error err;
	size_t len;
	char *text = textfile_read(path, &len);
	int rc;

	if (text == NULL)
		return front_fail("%s: %s", path, strerror(errno));
	dir = directory_parse(text, len, &err);
	if (dir == NULL)
		rc = front_dir_error(path, &err);
	else if (directory_find(dir, user) != NULL)
		rc = front_fail("%s is in the directory already",
		    name_text(user).s);
	else
		rc = users_write(front, path, text, len, dir, user);
	directory_free(dir);
	free(text);
	if (rc == 0 && directory_set_password(path, user, password, &err) < 0)
		rc = front_dir_error(path, &err);
	return rc;
}

int
adduser_command(struct front *front, int argc, char *argv[])
{
	char path[PATH_MAX], password[WORK_PASSWORD_MAX + 2];
	struct vm_name user;
	bool made_up = false;
	int rc;

	if (argc != 2)
		return front_fail("usage: vm370 adduser USER");
	if (name_parse(argv[1], &user) < 0)
		return front_fail("%s is no userid: 1 to 8 of A-Z 0-9 $#@_-",
		    argv[1]);
	if (!front_path(front, "user.direct", path, sizeof path) ||
	    !users_ask(password, sizeof password))
		return 1;
	if (password[0] == '\0') {
		made_up = true;
		if (!users_make_up(password))
			return 1;
	}
	rc = users_add(front, path, user, password);
	if (rc == 0)
		rc = users_effect(front);
	if (rc == 0 && made_up)
		printf("%s is added; the password is %s\n", name_text(user).s,
		    password);
	else if (rc == 0)
		printf("%s is added\n", name_text(user).s);
	explicit_bzero(password, sizeof password);
	return rc;
}
