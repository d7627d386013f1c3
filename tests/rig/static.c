/* SPDX-License-Identifier: MIT
 *
 * static.c - for a static vmspool: what its libraries could ask of a shared C
 * library, and what it never lets them ask.  Nothing is found.
 */
#include <netdb.h>
#include <stddef.h>

/* dlopen() by --wrap: the C library has one of its own in any case. */
void *__wrap_dlopen(const char *file, int mode);

void *
__wrap_dlopen(const char *file, int mode)
{
	(void)file;
	(void)mode;
	return NULL;
}

int
getaddrinfo(const char *node, const char *service,
    const struct addrinfo *hints, struct addrinfo **found)
{
	(void)node;
	(void)service;
	(void)hints;
	*found = NULL;
	return EAI_FAIL;
}

void
freeaddrinfo(struct addrinfo *found)
{
	(void)found;
}

struct protoent *
getprotobynumber(int number)
{
	(void)number;
	return NULL;
}

struct servent *
getservbyname(const char *name, const char *protocol)
{
	(void)name;
	(void)protocol;
	return NULL;
}
