/* SPDX-License-Identifier: MIT
 *
 * sys_io.c - what is done with a descriptor: the console's or a file's.  How
 * one is got from a name is sys_file.c's.
 */
#include "console.h"
#include "fd.h"
#include "stream.h"
#include "syscall.h"

#define IOV_MAX 1024
#define IO_MAX 0x7FFFF000ull /* what one call transfers at most */

#define TCGETS 0x5401
#define TIOCGWINSZ 0x5413

#define F_DUPFD 0
#define F_GETFD 1
#define F_SETFD 2
#define F_GETFL 3
#define F_SETFL 4
#define F_DUPFD_CLOEXEC 1030

enum { SEEK_SET = 0, SEEK_CUR = 1, SEEK_END = 2 };

struct sys_iovec {
	uint64_t base, len;
};

struct sys_termios {
	uint32_t iflag, oflag, cflag, lflag;
	uint8_t line;
	uint8_t cc[19];
};

_Static_assert(sizeof(struct sys_termios) == 36, "struct termios");

/* A piece of storage goes to or comes from a file, at an offset. */
typedef int64_t io_piece(struct ask *ask, struct file *f, uint64_t offset,
    uint64_t at, uint64_t len);

/* --- the console --- */

/* A line is fetched when the last one is used up; its end is a newline. */
static int
sys_fill(struct program *p)
{
	int n;

	if (p->in_at < p->in_len)
		return 0;
	n = console_read(p->in);
	if (n < 0)
		return n;
	p->in[n] = '\n';
	p->in_at = 0;
	p->in_len = (size_t)n + 1;
	return 0;
}

static int64_t
sys_console_read(struct program *p, uint64_t to, uint64_t size)
{
	size_t n;

	if (size == 0)
		return 0;
	/* Looked at before a line is taken that could not be delivered. */
	if (space_piece(&p->space, to, size, REGION_WRITE, &n) == NULL)
		return E_FAULT;
	if (sys_fill(p) != 0)
		return 0; /* the console is gone, or the program soon is */
	n = p->in_len - p->in_at;
	if (n > size)
		n = (size_t)size;
	if (space_put(&p->space, to, p->in + p->in_at, n) == -1)
		return E_FAULT;
	p->in_at += n;
	return (int64_t)n;
}

/* Until the end, a bad address, or HX: a long output can be stopped. */
static int64_t
sys_console_write(struct program *p, uint64_t from, uint64_t size)
{
	uint64_t done = 0;

	while (done < size && !console_halted()) {
		size_t n;
		const char *text = space_piece(&p->space, from + done,
		    size - done, REGION_READ, &n);

		if (text == NULL)
			return done > 0 ? (int64_t)done : E_FAULT;
		console_text(text, n);
		console_poll();
		done += n;
	}
	return (int64_t)done;
}

/* --- reading and writing --- */

static int64_t
io_read(struct ask *ask, struct file *f, uint64_t offset, uint64_t at,
    uint64_t len)
{
	if (f->kind == FILE_CONSOLE)
		return sys_console_read(ask->p, at, len);
	return len > 0 ? stream_read(f, offset, &ask->p->space, at, len) : 0;
}

static int64_t
io_write(struct ask *ask, struct file *f, uint64_t offset, uint64_t at,
    uint64_t len)
{
	if (f->kind == FILE_CONSOLE)
		return sys_console_write(ask->p, at, len);
	return stream_write(f, offset, &ask->p->space, at, len);
}

/* The descriptor's file, if it may be read (or written). */
static struct file *
io_file(struct ask *ask, io_piece *piece, int64_t *error)
{
	struct file *f = fd_get(ask->p, ask->a[0]);
	uint32_t mode = f != NULL ? f->flags & O_ACCMODE : 0;
	uint32_t never = piece == io_read ? O_WRONLY : O_RDONLY;

	*error = E_BADF;
	if (f == NULL || (f->kind != FILE_DIRECTORY && mode == never))
		return NULL;
	*error = E_ISDIR;
	return f->kind != FILE_DIRECTORY ? f : NULL;
}

/* At the descriptor's own offset, which moves on. */
static int64_t
io_here(struct ask *ask, struct file *f, io_piece *piece, uint64_t at,
    uint64_t len)
{
	int64_t n;

	if (len > IO_MAX)
		len = IO_MAX;
	if (piece == io_write && f->flags & O_APPEND)
		f->offset = stream_size(f);
	n = piece(ask, f, f->offset, at, len);
	if (n > 0)
		f->offset += (uint64_t)n;
	return n;
}

static int64_t
io_once(struct ask *ask, io_piece *piece)
{
	int64_t rc;
	struct file *f = io_file(ask, piece, &rc);

	return f != NULL ? io_here(ask, f, piece, ask->a[1], ask->a[2]) : rc;
}

static int64_t
sys_read(struct ask *ask)
{
	return io_once(ask, io_read);
}

static int64_t
sys_write(struct ask *ask)
{
	int64_t n = io_once(ask, io_write);

	console_show();
	return n;
}

/* The offset is the caller's, and no other moves. */
static int64_t
io_at(struct ask *ask, io_piece *piece)
{
	int64_t rc;
	struct file *f = io_file(ask, piece, &rc);
	uint64_t len = ask->a[2] < IO_MAX ? ask->a[2] : IO_MAX;

	if (f == NULL)
		return rc;
	if (f->kind == FILE_CONSOLE)
		return E_SPIPE;
	if ((int64_t)ask->a[3] < 0)
		return E_INVAL;
	return piece(ask, f, ask->a[3], ask->a[1], len);
}

static int64_t
sys_pread(struct ask *ask)
{
	return io_at(ask, io_read);
}

static int64_t
sys_pwrite(struct ask *ask)
{
	return io_at(ask, io_write);
}

/* readv and writev: piece after piece, until one comes short. */
static int64_t
io_vector(struct ask *ask, io_piece *piece)
{
	int64_t total = 0;
	struct file *f = io_file(ask, piece, &total);

	if (f == NULL)
		return total;
	total = 0;
	if (ask->a[2] > IOV_MAX)
		return E_INVAL;
	for (uint64_t i = 0; i < ask->a[2]; i++) {
		struct sys_iovec v;
		int64_t n;

		if (space_get(&ask->p->space, &v, ask->a[1] + i * sizeof v,
		    sizeof v) == -1)
			return total > 0 ? total : E_FAULT;
		n = io_here(ask, f, piece, v.base, v.len);
		if (n < 0)
			return total > 0 ? total : n;
		total += n;
		if ((uint64_t)n < v.len)
			break;
	}
	return total;
}

static int64_t
sys_readv(struct ask *ask)
{
	return io_vector(ask, io_read);
}

static int64_t
sys_writev(struct ask *ask)
{
	int64_t n = io_vector(ask, io_write);

	console_show();
	return n;
}

static int64_t
sys_lseek(struct ask *ask)
{
	struct file *f = fd_get(ask->p, ask->a[0]);
	int64_t by = (int64_t)ask->a[1], base, to;

	if (f == NULL)
		return E_BADF;
	if (f->kind == FILE_CONSOLE)
		return E_SPIPE;
	switch (ask->a[2]) {
	case SEEK_SET:
		base = 0;
		break;
	case SEEK_CUR:
		base = (int64_t)f->offset;
		break;
	case SEEK_END:
		base = (int64_t)stream_size(f);
		break;
	default:
		return E_INVAL;
	}
	if (__builtin_add_overflow(base, by, &to) || to < 0)
		return E_INVAL;
	/* A directory is read from its beginning again, or from where it is. */
	if (f->kind == FILE_DIRECTORY && to == 0)
		f->cursor = 0;
	else if (f->kind == FILE_DIRECTORY && to != (int64_t)f->offset)
		return E_INVAL;
	f->offset = (uint64_t)to;
	return to;
}

static int64_t
sys_ftruncate(struct ask *ask)
{
	struct file *f = fd_get(ask->p, ask->a[0]);

	if (f == NULL)
		return E_BADF;
	if (!file_is_writer(f) || (int64_t)ask->a[1] < 0)
		return E_INVAL;
	return stream_set_size(f, ask->a[1]);
}

static int64_t
sys_fsync(struct ask *ask)
{
	struct file *f = fd_get(ask->p, ask->a[0]);

	if (f == NULL)
		return E_BADF;
	return f->kind == FILE_CONSOLE ? E_INVAL : file_sync(f);
}

/* --- descriptors --- */

static int64_t
sys_close(struct ask *ask)
{
	return fd_close(ask->p, ask->a[0]);
}

static int64_t
io_duplicate(struct ask *ask, uint64_t from)
{
	struct file *f = fd_get(ask->p, ask->a[0]);
	int fd;

	if (f == NULL)
		return E_BADF;
	fd = fd_put(ask->p, f, from);
	if (fd >= 0)
		file_keep(f);
	return fd;
}

static int64_t
sys_dup(struct ask *ask)
{
	return io_duplicate(ask, 0);
}

static int64_t
sys_dup2(struct ask *ask)
{
	struct file *f = fd_get(ask->p, ask->a[0]);

	if (f == NULL || ask->a[1] >= PROGRAM_FILES)
		return E_BADF;
	if (ask->a[0] == ask->a[1])
		return (int64_t)ask->a[1];
	file_keep(f);
	return fd_replace(ask->p, f, ask->a[1]);
}

static int64_t
sys_dup3(struct ask *ask)
{
	return ask->a[0] == ask->a[1] ? E_INVAL : sys_dup2(ask);
}

static int64_t
sys_fcntl(struct ask *ask)
{
	struct file *f = fd_get(ask->p, ask->a[0]);

	if (f == NULL)
		return E_BADF;
	switch (ask->a[1]) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		return io_duplicate(ask, ask->a[2]);
	case F_GETFL:
		return f->flags;
	case F_SETFL:
		f->flags = (f->flags & ~(uint32_t)O_APPEND) |
		    ((uint32_t)ask->a[2] & O_APPEND);
		return 0;
	case F_GETFD:
	case F_SETFD: /* no program is ever executed in another's place */
		return 0;
	default:
		return E_INVAL;
	}
}

static int64_t
sys_ioctl(struct ask *ask)
{
	static const struct sys_termios terminal = {
		.iflag = 0x0500, /* ICRNL IXON */
		.oflag = 0x0005, /* OPOST ONLCR */
		.cflag = 0x00BF, /* CS8 CREAD */
		.lflag = 0x8A3B, /* a line at a time, echoed */
	};
	static const uint16_t window[4] = { 24, 80, 0, 0 };
	const struct file *f = fd_get(ask->p, ask->a[0]);
	const void *data;
	size_t len;

	if (f == NULL)
		return E_BADF;
	if (f->kind != FILE_CONSOLE)
		return E_NOTTY;
	switch (ask->a[1]) {
	case TCGETS:
		data = &terminal;
		len = sizeof terminal;
		break;
	case TIOCGWINSZ:
		data = window;
		len = sizeof window;
		break;
	default:
		return E_NOTTY;
	}
	return space_put(&ask->p->space, ask->a[2], data, len) == 0 ? 0 :
	    E_FAULT;
}

static const struct syscall_row sys_io_rows[] = {
	{ 0, sys_read },
	{ 1, sys_write },
	{ 3, sys_close },
	{ 8, sys_lseek },
	{ 16, sys_ioctl },
	{ 17, sys_pread },
	{ 18, sys_pwrite },
	{ 19, sys_readv },
	{ 20, sys_writev },
	{ 32, sys_dup },
	{ 33, sys_dup2 },
	{ 72, sys_fcntl },
	{ 74, sys_fsync },
	{ 75, sys_fsync }, /* fdatasync */
	{ 77, sys_ftruncate },
	{ 292, sys_dup3 },
};

SYSCALL_TABLE(sys_io_calls, sys_io_rows);
