/* SPDX-License-Identifier: MIT
 *
 * early.c - first the bytes that were read, then the socket's.
 */
#include "early.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct early {
	int fd;
	bool ended;
	char *bytes; /* NULL: all are read */
	size_t n, at;
};

static int
early_rest(struct early *e, char *buf, int size)
{
	size_t n = e->n - e->at;

	if (n > (size_t)size)
		n = (size_t)size;
	memcpy(buf, e->bytes + e->at, n);
	e->at += n;
	if (e->at == e->n) {
		free(e->bytes);
		e->bytes = NULL;
	}
	return (int)n;
}

static int
early_read(BIO *bio, char *buf, int size)
{
	struct early *e = BIO_get_data(bio);
	ssize_t n;

	BIO_clear_retry_flags(bio);
	if (size <= 0)
		return 0;
	if (e->bytes != NULL)
		return early_rest(e, buf, size);
	n = recv(e->fd, buf, (size_t)size, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_read(bio);
	else if (n <= 0)
		e->ended = true;
	return (int)n;
}

static int
early_write(BIO *bio, const char *buf, int size)
{
	struct early *e = BIO_get_data(bio);
	ssize_t n = send(e->fd, buf, (size_t)size, MSG_DONTWAIT | MSG_NOSIGNAL);

	BIO_clear_retry_flags(bio);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_write(bio);
	return (int)n;
}

static long
early_ctrl(BIO *bio, int what, long number, void *arg)
{
	const struct early *e = BIO_get_data(bio);

	(void)number;
	(void)arg;
	if (what == BIO_CTRL_EOF)
		return e->ended;
	return what == BIO_CTRL_FLUSH || what == BIO_CTRL_DUP;
}

static int
early_destroy(BIO *bio)
{
	struct early *e = BIO_get_data(bio);

	if (e != NULL)
		free(e->bytes);
	free(e);
	BIO_set_data(bio, NULL);
	return 1;
}

/* Made once, and for as long as the process lasts. */
static BIO_METHOD *
early_method(void)
{
	static BIO_METHOD *method;

	if (method == NULL) {
		method = BIO_meth_new(BIO_get_new_index() |
		    BIO_TYPE_SOURCE_SINK, "early");
		if (method == NULL)
			return NULL;
		BIO_meth_set_read(method, early_read);
		BIO_meth_set_write(method, early_write);
		BIO_meth_set_ctrl(method, early_ctrl);
		BIO_meth_set_destroy(method, early_destroy);
	}
	return method;
}

BIO *
early_new(int fd, const void *bytes, size_t n)
{
	struct early *e = calloc(1, sizeof *e);
	BIO *bio = early_method() != NULL ? BIO_new(early_method()) : NULL;

	if (e != NULL && n > 0) {
		e->bytes = malloc(n);
		if (e->bytes != NULL)
			memcpy(e->bytes, bytes, n);
	}
	if (bio == NULL || e == NULL || (n > 0 && e->bytes == NULL)) {
		free(e != NULL ? e->bytes : NULL);
		free(e);
		BIO_free(bio);
		return NULL;
	}
	e->fd = fd;
	e->n = n;
	BIO_set_data(bio, e);
	BIO_set_init(bio, 1);
	return bio;
}
