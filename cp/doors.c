/* SPDX-License-Identifier: MIT
 *
 * doors.c - this host's own terminals always; those of other machines only
 * with TLS, or when the operator has said without, and not as long as
 * passwords that everybody knows are in use: nor do those come into use later.
 */
#include "doors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limit.h"
#include "name.h"
#include "tls.h"

/* The demonstration system's users; each one's password is his name. */
static const char *const doors_demo[] = { "OPERATOR", "MAINT", "CMSUSER",
	"GUEST1", "GUEST2" };

struct doors {
	struct cp *cp;
	const struct directory *dir;
	doors_fn *fn;
	void *arg;
	size_t next; /* of doors_demo */
};

static void
doors_answer(struct doors *d, const char *why)
{
	d->fn(why, d->arg);
	free(d);
}

static void doors_next(struct doors *d);

static void
doors_compared(int rc, const char *text, void *arg)
{
	struct doors *d = arg;
	char why[96];

	(void)text;
	if (rc == 1) {
		doors_next(d);
		return;
	}
	snprintf(why, sizeof why, rc == 0 ? "USER %s HAS THE PASSWORD OF THE "
	    "DEMONSTRATION SYSTEM" : "THE PASSWORD OF USER %s CANNOT BE "
	    "CHECKED", doors_demo[d->next - 1]);
	doors_answer(d, why);
}

/* Has he the password that he has now, and had when it was compared? */
static bool
doors_known(const struct doors *d, const struct dir_user *user)
{
	const struct directory *now = d->cp->dir->dir;
	const struct dir_user *was = d->dir != now ?
	    directory_find(now, user->name) : NULL;

	return was != NULL && strcmp(was->hash, user->hash) == 0;
}

/* The next user who may have his demonstration password still. */
static void
doors_next(struct doors *d)
{
	const struct dir_user *user = NULL;
	struct vm_name name;

	while (user == NULL || user->nolog || doors_known(d, user)) {
		if (d->next == sizeof doors_demo / sizeof doors_demo[0]) {
			doors_answer(d, NULL);
			return;
		}
		name_parse(doors_demo[d->next++], &name);
		user = directory_find(d->dir, name);
	}
	worker_verify(d->cp->workers, doors_demo[d->next - 1], user->hash,
	    doors_compared, d);
}

static bool
doors_loopback(const char *address)
{
	char peer[64];
	bool v6 = strchr(address, ':') != NULL;

	snprintf(peer, sizeof peer, v6 ? "[%s]:0" : "%s:0", address);
	return limit_address(peer).loopback;
}

void
doors_directory(struct cp *cp, const struct directory *dir, doors_fn *fn,
    void *arg)
{
	struct doors *d;

	if (doors_loopback(cp->outside)) {
		fn(NULL, arg);
		return;
	}
	d = calloc(1, sizeof *d);
	if (d == NULL) {
		fn("NO STORAGE", arg);
		return;
	}
	*d = (struct doors){ cp, dir, fn, arg, 0 };
	doors_next(d);
}

void
doors_check(struct cp *cp, doors_fn *fn, void *arg)
{
	if (!doors_loopback(cp->outside) && !cp->plain && !tls_ready(cp))
		fn("THERE IS NO TLS, AND NOBODY HAS SAID PLAIN", arg);
	else
		doors_directory(cp, cp->dir->dir, fn, arg);
}
