/* SPDX-License-Identifier: MIT
 *
 * text.c - words and names.  Pure: also compiled for the host's tools.
 */
#include "text.h"

int
text_upper(int c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

int
text_blank(int c)
{
	return c == ' ' || c == '\t';
}

int
text_name(char name[TEXT_NAME], const char *text, size_t len)
{
	if (len == 0 || len > TEXT_NAME)
		return -1;
	for (size_t i = 0; i < TEXT_NAME; i++)
		name[i] = i < len ?
		    (char)text_upper((unsigned char)text[i]) : ' ';
	return 0;
}

size_t
text_len(const char name[TEXT_NAME])
{
	size_t n = TEXT_NAME;

	while (n > 0 && name[n - 1] == ' ')
		n--;
	return n;
}

size_t
text_word(const char *line, const char **word)
{
	size_t n = 0;

	while (text_blank((unsigned char)*line))
		line++;
	*word = line;
	while (line[n] != '\0' && !text_blank((unsigned char)line[n]))
		n++;
	return n;
}

int
text_abbrev(const char *word, size_t len, const char *name, size_t least)
{
	if (len < least)
		return 0;
	for (size_t i = 0; i < len; i++)
		if (name[i] == '\0' ||
		    text_upper((unsigned char)word[i]) != name[i])
			return 0;
	return 1;
}

int
text_number(const char *word, size_t len, unsigned long max,
    unsigned long *value)
{
	unsigned long v = 0;

	if (len == 0)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (word[i] < '0' || word[i] > '9')
			return -1;
		v = v * 10 + (unsigned long)(word[i] - '0');
		if (v > max)
			return -1;
	}
	*value = v;
	return 0;
}

int
text_hex(const char *word, size_t len, unsigned long max,
    unsigned long *value)
{
	unsigned long v = 0;

	if (len == 0)
		return -1;
	for (size_t i = 0; i < len; i++) {
		int c = text_upper((unsigned char)word[i]);

		if (c >= '0' && c <= '9')
			v = v * 16 + (unsigned long)(c - '0');
		else if (c >= 'A' && c <= 'F')
			v = v * 16 + (unsigned long)(c - 'A' + 10);
		else
			return -1;
		if (v > max)
			return -1;
	}
	*value = v;
	return 0;
}
