/* SPDX-License-Identifier: MIT
 *
 * dirhash.c - passwords of USER DIRECT: compare, hash, replace in the file.
 * Comments and layout stay; only the passwords' own bytes change.
 *
 * All of it is slow on purpose (yescrypt): for workers and the front command.
 */
#include <crypt.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "dirparse.h"
#include "name.h"
#include "textfile.h"

/* What an unknown user's password is compared with: the same method and cost
 * as our own hashes; no password has this hash. */
static const char dirhash_nobody[] =
    "$y$j9T$9sbgZ3zVY1V5.u3/rYF9A1$.";

#define DIRHASH_TRIES 3 /* somebody may edit the file while we hash */

static bool
dirhash_equal(const char *a, const char *b)
{
	size_t n = strlen(b);
	unsigned char differ = strlen(a) != n;

	for (size_t i = 0; i < n && a[i] != '\0'; i++)
		differ |= (unsigned char)(a[i] ^ b[i]);
	return differ == 0;
}

static bool
dirhash_try(struct crypt_data *work, const char *password, const char *hash)
{
	const char *got = crypt_r(password, hash, work);

	return got != NULL && got[0] != '*' && dirhash_equal(got, hash);
}

bool
directory_password_ok(const char *password, const char *hash)
{
	char capitals[WORK_PASSWORD_MAX];
	struct crypt_data *work = calloc(1, sizeof *work);
	bool known = hash[0] != '\0', ok, folded = false;
	size_t n = 0;

	if (work == NULL)
		return false;
	if (!known)
		hash = dirhash_nobody;
	ok = dirhash_try(work, password, hash);
	for (; password[n] != '\0' && n < sizeof capitals - 1; n++) {
		bool lower = password[n] >= 'a' && password[n] <= 'z';

		capitals[n] = lower ? (char)(password[n] - 'a' + 'A') :
		    password[n];
		folded |= lower;
	}
	capitals[n] = '\0';
	if (!ok && folded)
		ok = dirhash_try(work, capitals, hash);
	explicit_bzero(capitals, sizeof capitals);
	explicit_bzero(work, sizeof *work);
	free(work);
	return ok && known;
}

/* Hash len bytes of password into hash.  -1 with *err. */
static int
dirhash_make(const char *password, size_t len, char hash[WORK_HASH_MAX],
    struct dir_error *err)
{
	char clear[WORK_PASSWORD_MAX];
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	struct crypt_data *work;
	const char *got;
	bool good;

	if (len == 0 || len >= sizeof clear)
		return dir_error_set(err, DIR_INVALID_OPERAND,
		    "A PASSWORD HAS 1 TO %d CHARACTERS", WORK_PASSWORD_MAX - 1);
	work = calloc(1, sizeof *work);
	if (work == NULL)
		return dir_error_set(err, DIR_FILE, "OUT OF MEMORY");
	memcpy(clear, password, len);
	clear[len] = '\0';
	got = crypt_gensalt_rn("$y$", 0, NULL, 0, setting, sizeof setting);
	if (got != NULL)
		got = crypt_r(clear, setting, work);
	good = got != NULL && got[0] != '*' && strlen(got) < WORK_HASH_MAX;
	if (good)
		snprintf(hash, WORK_HASH_MAX, "%s", got);
	else
		dir_error_set(err, DIR_FILE, "PASSWORD NOT HASHED: %s",
		    strerror(errno));
	explicit_bzero(clear, sizeof clear);
	explicit_bzero(work, sizeof *work);
	free(work);
	return good ? 0 : -1;
}

/* A text that grows from the old one's pieces and the new hashes. */
struct dirhash_out {
	char *text;
	size_t len, room;
};

static int
dirhash_put(struct dirhash_out *out, const char *s, size_t n)
{
	if (out->len + n > out->room) {
		size_t room = 2 * (out->len + n) + 1024;
		char *grown = realloc(out->text, room);

		if (grown == NULL)
			return -1;
		out->text = grown;
		out->room = room;
	}
	memcpy(out->text + out->len, s, n);
	out->len += n;
	return 0;
}

/* What to put in a spot's place: a hash (1), nothing (0), or an error (-1). */
struct dirhash_change {
	const char *password; /* for `user`; NULL: hash what is clear */
	struct vm_name user;
	unsigned count;
};

static int
dirhash_spot(struct dirhash_change *change, const struct dir_spot *spot,
    const char *text, char hash[WORK_HASH_MAX], struct dir_error *err)
{
	const char *password = text + spot->offset;
	size_t len = spot->len;

	if (change->password == NULL) {
		if (!spot->clear)
			return 0;
	} else {
		if (!spot->logon || !name_equal(spot->user, change->user))
			return 0;
		password = change->password;
		len = strlen(password);
	}
	if (dirhash_make(password, len, hash, err) < 0)
		return -1;
	change->count++;
	return 1;
}

/* A hash takes no columns where the clear password took some: blanks take
 * them, if a sequence number has to stay where it is. */
static int
dirhash_put_hash(struct dirhash_out *out, const struct dir_spot *spot,
    const char *hash)
{
	size_t blanks = spot->clear && spot->numbered ? spot->len : 0;

	if (dirhash_put(out, hash, strlen(hash)) < 0)
		return -1;
	while (blanks-- > 0)
		if (dirhash_put(out, " ", 1) < 0)
			return -1;
	return 0;
}

static int
dirhash_rewrite(struct dirhash_change *change, const struct dir_spots *spots,
    const char *text, size_t len, struct dirhash_out *out,
    struct dir_error *err)
{
	size_t at = 0;

	for (size_t i = 0; i < spots->n; i++) {
		const struct dir_spot *spot = &spots->spot[i];
		char hash[WORK_HASH_MAX];
		int got = dirhash_spot(change, spot, text, hash, err);

		if (got < 0)
			return -1;
		if (got == 0)
			continue;
		if (dirhash_put(out, text + at, spot->offset - at) < 0 ||
		    dirhash_put_hash(out, spot, hash) < 0)
			goto memory;
		at = spot->offset + spot->len;
	}
	if (dirhash_put(out, text + at, len - at) == 0)
		return 0;
memory:
	return dir_error_set(err, DIR_FILE, "OUT OF MEMORY");
}

static bool
dirhash_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static int
dirhash_replace(const char *path, const struct dirhash_out *out,
    const struct stat *before, struct dir_error *err)
{
	struct stat now;

	if (stat(path, &now) < 0)
		return dir_error_set(err, DIR_FILE, "%s: %s", path,
		    strerror(errno));
	if (!dirhash_same_file(before, &now))
		return 1;
	if (textfile_replace(path, out->text, out->len, 0600) < 0)
		return dir_error_set(err, DIR_FILE, "%s: NOT REPLACED: %s", path,
		    strerror(errno));
	return 0;
}

/* 0 done, 1 the file changed meanwhile, -1 with *err. */
static int
dirhash_once(const char *path, struct dirhash_change *change,
    struct dir_error *err)
{
	struct dirhash_out out = { 0 };
	struct dir_spots spots = { 0 };
	struct directory *dir;
	struct stat before;
	char *text = NULL;
	size_t len;
	int rc = -1;

	change->count = 0;
	if (stat(path, &before) < 0 ||
	    (text = textfile_read(path, &len)) == NULL)
		return dir_error_set(err, DIR_FILE, "%s: %s", path,
		    strerror(errno));
	dir = dirparse(text, len, &spots, err);
	if (dir != NULL &&
	    dirhash_rewrite(change, &spots, text, len, &out, err) == 0)
		rc = change->count == 0 ? 0 :
		    dirhash_replace(path, &out, &before, err);
	directory_free(dir);
	free(spots.spot);
	explicit_bzero(text, len);
	free(text);
	free(out.text);
	return rc;
}

static int
dirhash_change(const char *path, struct dirhash_change *change,
    struct dir_error *err)
{
	for (int i = 0; i < DIRHASH_TRIES; i++) {
		int rc = dirhash_once(path, change, err);

		if (rc <= 0)
			return rc;
	}
	return dir_error_set(err, DIR_FILE,
	    "%s: CHANGED BY ANOTHER AT THE SAME TIME", path);
}

int
directory_hash_passwords(const char *path, unsigned *changed,
    struct dir_error *err)
{
	struct dirhash_change change = { 0 };
	int rc = dirhash_change(path, &change, err);

	*changed = change.count;
	return rc;
}

int
directory_set_password(const char *path, struct vm_name user,
    const char *password, struct dir_error *err)
{
	struct dirhash_change change = { .password = password, .user = user };

	if (dirhash_change(path, &change, err) < 0)
		return -1;
	if (change.count == 0)
		return dir_error_set(err, DIR_NO_USER,
		    "%s IS NOT IN THE DIRECTORY, OR HAS NO PASSWORD",
		    name_text(user).s);
	return 0;
}
