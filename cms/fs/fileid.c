/* SPDX-License-Identifier: MIT
 *
 * fileid.c - names of files as users and programs give them.  Pure.
 */
#include "fileid.h"
#include "str.h"

/* The character in upper case, '\0' when it is none of a name's. */
static char
name_char(char c)
{
	static const char specials[] = "$#@+-:_";

	if (c >= 'a' && c <= 'z')
		return (char)(c - 'a' + 'A');
	if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
		return c;
	for (const char *s = specials; *s != '\0'; s++)
		if (*s == c)
			return c;
	return '\0';
}

int
fileid_name(char name[FILEID_NAME], const char *word, size_t len)
{
	if (len == 0 || len > FILEID_NAME)
		return -1;
	memset(name, ' ', FILEID_NAME);
	for (size_t i = 0; i < len; i++) {
		name[i] = name_char(word[i]);
		if (name[i] == '\0')
			return -1;
	}
	return 0;
}

int
fileid_mode(struct fileid *id, const char *word, size_t len)
{
	char mode = len > 0 ? word[0] : '\0';

	if (mode >= 'a' && mode <= 'z')
		mode = (char)(mode - 'a' + 'A');
	if (len == 0 || len > 2 ||
	    !((mode >= 'A' && mode <= 'Z') || mode == '*') ||
	    (len == 2 && (word[1] < '0' || word[1] > '6')))
		return -1;
	id->mode = mode;
	id->number = len == 2 ? word[1] : '\0';
	return 0;
}

/* --- what programs call a file --- */

struct words {
	const char *at;
	size_t len;
	char separator;
};

/* The next word; dots separate single ones, blanks any number of them. */
static size_t
next_word(struct words *w, const char **word)
{
	size_t n = 0;

	while (w->separator == ' ' && w->len > 0 && *w->at == ' ') {
		w->at++;
		w->len--;
	}
	*word = w->at;
	while (n < w->len && w->at[n] != w->separator)
		n++;
	w->at += n;
	w->len -= n;
	return n;
}

/* 1: there is one more word.  -1: there should be, after a dot. */
static int
more(struct words *w)
{
	if (w->len == 0)
		return 0;
	w->at++;
	w->len--;
	if (w->separator == '.')
		return w->len > 0 ? 1 : -1;
	while (w->len > 0 && *w->at == ' ') {
		w->at++;
		w->len--;
	}
	return w->len > 0;
}

static struct words
split(const char *path, size_t len)
{
	struct words w = { path, len, '.' };

	if (len > 0 && path[0] == '/') {
		w.at++;
		w.len--;
	} else if (len > 1 && path[0] == '.' && path[1] == '/') {
		w.at += 2;
		w.len -= 2;
	}
	for (size_t i = 0; i < w.len; i++)
		if (w.at[i] == ' ')
			w.separator = ' ';
	return w;
}

int
fileid_path(struct fileid *id, const char *path, size_t len)
{
	struct words w = split(path, len);
	const char *word;
	size_t n = next_word(&w, &word);
	int next;

	memset(id, 0, sizeof *id);
	if (fileid_name(id->name, word, n) == -1)
		return -1;
	next = more(&w);
	if (next <= 0) {
		fileid_name(id->type, "FILE", 4);
		return next;
	}
	n = next_word(&w, &word);
	if (fileid_name(id->type, word, n) == -1)
		return -1;
	next = more(&w);
	if (next <= 0)
		return next;
	n = next_word(&w, &word);
	if (fileid_mode(id, word, n) == -1)
		return -1;
	return more(&w) == 0 ? 0 : -1;
}

/* --- in print --- */

static size_t
length(const char name[FILEID_NAME])
{
	size_t n = FILEID_NAME;

	while (n > 0 && name[n - 1] == ' ')
		n--;
	return n;
}

static char *
put(char *out, const char name[FILEID_NAME])
{
	size_t n = length(name);

	memcpy(out, name, n);
	out[n] = ' ';
	return out + n + 1;
}

void
fileid_print(const struct fileid *id, char *out)
{
	out = put(out, id->name);
	out = put(out, id->type);
	if (id->mode == '\0') {
		out[-1] = '\0';
		return;
	}
	*out++ = id->mode;
	if (id->number != '\0')
		*out++ = id->number;
	*out = '\0';
}

/* --- patterns --- */

static int
same(char pattern, char c)
{
	return pattern == '%' || name_char(pattern) == c;
}

int
fileid_match(const char *pattern, size_t len, const char name[FILEID_NAME])
{
	size_t n = length(name), p = 0, i = 0;
	size_t star = len, mark = 0; /* where to go back to */

	while (i < n) {
		if (p < len && pattern[p] == '*') {
			star = p++;
			mark = i;
		} else if (p < len && same(pattern[p], name[i])) {
			p++;
			i++;
		} else if (star < len) {
			p = star + 1;
			i = ++mark;
		} else {
			return 0;
		}
	}
	while (p < len && pattern[p] == '*')
		p++;
	return p == len;
}

int
fileid_make(char name[FILEID_NAME], const char *word, size_t len,
    const char from[FILEID_NAME])
{
	char made[FILEID_NAME];
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		const char *part = word + i;
		size_t more_of_it = 1;

		if (word[i] == '=') {
			part = from;
			more_of_it = length(from);
		}
		if (more_of_it > sizeof made - n)
			return -1;
		memcpy(made + n, part, more_of_it);
		n += more_of_it;
	}
	return fileid_name(name, made, n);
}
