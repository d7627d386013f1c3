/* SPDX-License-Identifier: MIT
 *
 * linkrule.c - what LINK's modes allow, and what its words say.  Pure: no
 * disks, no users, no messages.
 */
#include "linkrule.h"

#include <string.h>
#include <strings.h>

#include "hexloc.h"
#include "name.h"

#define LINKRULE_LINE_MAX 4096

static const struct linkrule linkrules[] = {
	{ .name = "R", .password = LINK_READ },
	{ .name = "RR", .password = LINK_READ, .reads_beside_writers = true },
	{ .name = "W", .password = LINK_WRITE, .write = true },
	{ .name = "WR", .password = LINK_WRITE, .write = true,
	    .falls_back = true, .reads_beside_writers = true },
	{ .name = "M", .password = LINK_MULTIPLE, .write = true,
	    .beside_readers = true },
	{ .name = "MR", .password = LINK_MULTIPLE, .write = true,
	    .beside_readers = true, .falls_back = true,
	    .reads_beside_writers = true },
	{ .name = "MW", .password = LINK_MULTIPLE, .write = true,
	    .beside_readers = true, .beside_writers = true },
};

const struct linkrule *
linkrule_find(const char *name)
{
	for (size_t i = 0; i < sizeof linkrules / sizeof linkrules[0]; i++)
		if (strcmp(linkrules[i].name, name) == 0)
			return &linkrules[i];
	return NULL;
}

enum link_access
linkrule_access(const struct linkrule *rule, unsigned readers,
    unsigned writers)
{
	if (rule->write && (writers == 0 || rule->beside_writers) &&
	    (readers == 0 || rule->beside_readers))
		return LINK_RW;
	if (rule->write && !rule->falls_back)
		return LINK_REFUSED;
	if (writers > 0 && !rule->reads_beside_writers)
		return LINK_REFUSED;
	return LINK_RO;
}

/* --- words --- */

/* A line that is taken apart from the left. */
struct linkrule_scan {
	const char *line, *at;
	char word[16]; /* the current one in capitals; "" when it is longer */
	const char *start;
	size_t len; /* of the current word; 0 at the end */
};

static void
linkrule_next(struct linkrule_scan *s)
{
	s->at += strspn(s->at, " ");
	s->start = s->at;
	s->len = strcspn(s->at, " ");
	s->at += s->len;
	s->word[0] = '\0';
	if (s->len >= sizeof s->word)
		return;
	for (size_t i = 0; i < s->len; i++)
		s->word[i] = s->start[i] >= 'a' && s->start[i] <= 'z' ?
		    (char)(s->start[i] - 'a' + 'A') : s->start[i];
	s->word[s->len] = '\0';
}

/* A word that may be left out, or abbreviated. */
static void
linkrule_skip(struct linkrule_scan *s, const char *word)
{
	if (s->word[0] != '\0' && strncmp(s->word, word, s->len) == 0)
		linkrule_next(s);
}

static bool
linkrule_vdev(struct linkrule_scan *s, vdev_t *vdev)
{
	*vdev = hexloc_vdev(s->word);
	if (*vdev == VDEV_NONE)
		return false;
	linkrule_next(s);
	return true;
}

/* "PASS= secret", "PASS=secret", or, after a mode, only "secret". */
static int
linkrule_password(struct linkrule_scan *s, struct link_words *w, bool mode)
{
	if (s->len == 0)
		return 0;
	if (s->len >= 5 && strncasecmp(s->start, "PASS=", 5) == 0) {
		w->password = s->start + 5;
		w->password_len = s->len - 5;
		if (w->password_len == 0) {
			linkrule_next(s);
			w->password = s->start;
			w->password_len = s->len;
		}
	} else if (mode) {
		w->password = s->start;
		w->password_len = s->len;
	} else {
		return 114;
	}
	linkrule_next(s);
	if (w->password_len == 0)
		w->password = NULL;
	return s->len == 0 ? 0 : 26;
}

static int
linkrule_scan(struct linkrule_scan *s, struct link_words *w)
{
	const struct linkrule *rule;

	linkrule_next(s); /* LINK itself */
	linkrule_next(s);
	linkrule_skip(s, "TO");
	w->own = strcmp(s->word, "*") == 0;
	if (!w->own && name_parse(s->word, &w->owner) < 0)
		return 20;
	linkrule_next(s);
	if (!linkrule_vdev(s, &w->vdev))
		return 22;
	linkrule_skip(s, "AS");
	if (!linkrule_vdev(s, &w->as))
		return 22;
	rule = linkrule_find(s->word);
	if (rule != NULL) {
		w->rule = rule;
		linkrule_next(s);
	}
	w->shown = (size_t)(s->start - s->line);
	return linkrule_password(s, w, rule != NULL);
}

void
linkrule_words(const char *line, struct link_words *w)
{
	struct linkrule_scan s = { .line = line, .at = line };

	*w = (struct link_words){ 0 };
	w->error = linkrule_scan(&s, w);
	/* A word in the wrong place may be the password too. */
	if (w->error != 0 && w->error != 26 && w->error != 114)
		w->shown = (size_t)(s.start - line);
}

size_t
linkrule_shown(const char *line, size_t len)
{
	char copy[LINKRULE_LINE_MAX];
	struct linkrule_scan s = { .line = copy, .at = copy };
	struct link_words w;
	size_t before, shown = len;

	if (len >= sizeof copy)
		return 0;
	memcpy(copy, line, len);
	copy[len] = '\0';
	linkrule_next(&s);
	if (strcmp(s.word, "#CP") == 0)
		linkrule_next(&s);
	while (strcmp(s.word, "CP") == 0)
		linkrule_next(&s);
	before = (size_t)(s.start - copy);
	if (strcmp(s.word, "LINK") == 0) {
		linkrule_words(copy + before, &w);
		shown = before + w.shown;
	}
	while (shown < len && shown > 0 && copy[shown - 1] == ' ')
		shown--;
	explicit_bzero(copy, len);
	return shown;
}
