/* SPDX-License-Identifier: MIT
 *
 * files.c - fileids as words of a command line.
 */
#include <string.h>

#include "files.h"
#include "say.h"

int
files_pattern(const char *word)
{
	return strpbrk(word, "*%") != NULL;
}

int
files_name(char name[FILEID_NAME], const char *word,
    const char from[FILEID_NAME])
{
	const char *star = strpbrk(word, "*%");

	if (star != NULL)
		return say(62, 'E', 20, "INVALID %c IN FILEID '%s'", *star,
		    word);
	if (from != NULL ? fileid_make(name, word, strlen(word), from) :
	    fileid_name(name, word, strlen(word)))
		return say(62, 'E', 20, "INVALID CHARACTER IN FILEID '%s'",
		    word);
	return 0;
}

int
files_mode(struct fileid *id, const char *word, const struct fileid *from)
{
	if (from != NULL && word[0] == '=') {
		id->mode = from->mode;
		id->number = from->number;
		if (word[1] == '\0')
			return 0;
		if (word[1] >= '0' && word[1] <= '6' && word[2] == '\0') {
			id->number = word[1];
			return 0;
		}
	} else if (fileid_mode(id, word, strlen(word)) == 0) {
		return 0;
	}
	return say(48, 'E', 24, "INVALID MODE '%s'", word);
}

int
files_id(struct fileid *id, const char *const *word, int words,
    const struct fileid *from)
{
	int rc;

	memset(id, 0, sizeof *id);
	if (words < 2)
		return say(54, 'E', 24, "INCOMPLETE FILEID SPECIFIED");
	rc = files_name(id->name, word[0], from != NULL ? from->name : NULL);
	if (rc == 0)
		rc = files_name(id->type, word[1],
		    from != NULL ? from->type : NULL);
	if (rc == 0 && words > 2)
		rc = files_mode(id, word[2], from);
	return rc;
}

int
files_open(const char *const *word, int words, char text[FILES_TEXT], int *fd,
    struct cms_stat *st)
{
	struct fileid id;
	int rc = files_id(&id, word, words, NULL);

	if (rc == 0 && words > 3)
		rc = say_operand(word[3]);
	if (rc != 0)
		return rc;
	fileid_print(&id, text);
	*fd = cms_open(text, CMS_READ, st);
	return *fd == -1 ? say_errno(text, 'r') : 0;
}
