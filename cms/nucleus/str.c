/* SPDX-License-Identifier: MIT
 *
 * str.c - memory and text.
 */
#include "str.h"

void *
memcpy(void *to, const void *from, size_t n)
{
	size_t words = n / 8;
	void *d = to;

	n %= 8;
	__asm__ volatile("rep movsq; mov %3, %2; rep movsb"
	    : "+D"(d), "+S"(from), "+c"(words) : "r"(n) : "memory");
	return to;
}

void *
memmove(void *to, const void *from, size_t n)
{
	char *d = to;
	const char *s = from;

	if (d <= s || d >= s + n)
		return memcpy(to, from, n);
	/* Downwards, and not as a loop that a compiler makes memmove of. */
	d += n - 1;
	s += n - 1;
	__asm__ volatile("std; rep movsb; cld"
	    : "+D"(d), "+S"(s), "+c"(n) : : "memory");
	return to;
}

void *
memset(void *to, int c, size_t n)
{
	size_t words = n / 8;
	void *d = to;

	n %= 8;
	__asm__ volatile("rep stosq; mov %2, %1; rep stosb"
	    : "+D"(d), "+c"(words) : "r"(n),
	      "a"((unsigned char)c * 0x0101010101010101ull) : "memory");
	return to;
}

int
memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (; n > 0; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

size_t
strlen(const char *s)
{
	size_t n = 0;

	while (s[n] != '\0')
		n++;
	return n;
}

int
strcmp(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b)
		a++, b++;
	return (unsigned char)*a - (unsigned char)*b;
}
