/* SPDX-License-Identifier: MIT
 *
 * sys_io.c - reading and writing.  A program has three files, 0, 1 and 2, and
 * all are the console; there are no others yet.
 */
#include "console.h"
#include "syscall.h"

#define IOV_MAX 1024
#define IO_MAX 0x7FFFF000ull /* what one call transfers at most */

#define S_IFCHR 0020000

#define TCGETS 0x5401
#define TIOCGWINSZ 0x5413

#define F_GETFD 1
#define F_SETFD 2
#define F_GETFL 3
#define F_SETFL 4
#define O_RDWR 2

#define AT_EMPTY_PATH 0x1000

struct sys_iovec {
	uint64_t base, len;
};

struct sys_stat {
	uint64_t dev, ino, nlink;
	uint32_t mode, uid, gid, pad;
	uint64_t rdev;
	int64_t size, blksize, blocks;
	int64_t times[6];
	int64_t unused[3];
};

_Static_assert(sizeof(struct sys_stat) == 144, "struct stat");

struct sys_termios {
	uint32_t iflag, oflag, cflag, lflag;
	uint8_t line;
	uint8_t cc[19];
};

_Static_assert(sizeof(struct sys_termios) == 36, "struct termios");

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
sys_read_some(struct program *p, uint64_t to, uint64_t size)
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

static int64_t
sys_read(struct ask *ask)
{
	if (!sys_is_file(ask->a[0]))
		return E_BADF;
	return sys_read_some(ask->p, ask->a[1], ask->a[2]);
}

/* Until the end, a bad address, or HX: a long output can be stopped. */
static int64_t
sys_write_some(struct program *p, uint64_t from, uint64_t size)
{
	uint64_t done = 0;

	if (size > IO_MAX)
		size = IO_MAX;
	while (done < size && !console_halted()) {
		size_t n;
		const char *text = space_piece(&p->space, from + done,
		    size - done, REGION_READ, &n);

		if (text == NULL)
			return done > 0 ? (int64_t)done : E_FAULT;
		console_text(text, n);
		done += n;
	}
	return (int64_t)done;
}

static int64_t
sys_write(struct ask *ask)
{
	int64_t n;

	if (!sys_is_file(ask->a[0]))
		return E_BADF;
	n = sys_write_some(ask->p, ask->a[1], ask->a[2]);
	console_show();
	return n;
}

/* readv and writev: `some` for each piece, until one comes short. */
static int64_t
sys_vector(struct ask *ask,
    int64_t (*some)(struct program *, uint64_t, uint64_t))
{
	int64_t total = 0;

	if (!sys_is_file(ask->a[0]))
		return E_BADF;
	if (ask->a[2] > IOV_MAX)
		return E_INVAL;
	for (uint64_t i = 0; i < ask->a[2]; i++) {
		struct sys_iovec v;
		int64_t n;

		if (space_get(&ask->p->space, &v, ask->a[1] + i * sizeof v,
		    sizeof v) == -1)
			return total > 0 ? total : E_FAULT;
		n = some(ask->p, v.base, v.len);
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
	return sys_vector(ask, sys_read_some);
}

static int64_t
sys_writev(struct ask *ask)
{
	int64_t n = sys_vector(ask, sys_write_some);

	console_show();
	return n;
}

static int64_t
sys_close(struct ask *ask)
{
	return sys_is_file(ask->a[0]) ? 0 : E_BADF;
}

static int64_t
sys_put_stat(struct ask *ask, uint64_t fd, uint64_t to)
{
	struct sys_stat st = {
		.ino = 1,
		.nlink = 1,
		.mode = S_IFCHR | 0620,
		.rdev = 0x500, /* 5, 0: a console */
		.blksize = 1024,
	};

	if (!sys_is_file(fd))
		return E_BADF;
	return space_put(&ask->p->space, to, &st, sizeof st) == 0 ? 0 :
	    E_FAULT;
}

static int64_t
sys_fstat(struct ask *ask)
{
	return sys_put_stat(ask, ask->a[0], ask->a[1]);
}

/* newfstatat(fd, "", to, AT_EMPTY_PATH) is how glibc spells fstat. */
static int64_t
sys_newfstatat(struct ask *ask)
{
	char first;

	if (space_get(&ask->p->space, &first, ask->a[1], 1) == -1)
		return E_FAULT;
	if (first == '\0' && ask->a[3] & AT_EMPTY_PATH)
		return sys_put_stat(ask, ask->a[0], ask->a[2]);
	return E_NOENT;
}

static int64_t
sys_lseek(struct ask *ask)
{
	return sys_is_file(ask->a[0]) ? E_SPIPE : E_BADF;
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
	const void *data;
	size_t len;

	if (!sys_is_file(ask->a[0]))
		return E_BADF;
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

static int64_t
sys_fcntl(struct ask *ask)
{
	if (!sys_is_file(ask->a[0]))
		return E_BADF;
	switch (ask->a[1]) {
	case F_GETFL:
		return O_RDWR;
	case F_GETFD:
	case F_SETFD:
	case F_SETFL:
		return 0;
	default:
		return E_INVAL;
	}
}

static int64_t
sys_not_open(struct ask *ask)
{
	return sys_is_file(ask->a[0]) ? E_INVAL : E_BADF;
}

static int64_t
sys_getcwd(struct ask *ask)
{
	if (ask->a[1] < 2)
		return E_INVAL;
	return space_put(&ask->p->space, ask->a[0], "/", 2) == 0 ? 2 : E_FAULT;
}

static const struct syscall_row sys_io_rows[] = {
	{ 0, sys_read },
	{ 1, sys_write },
	{ 2, sys_no_file },	 /* open */
	{ 3, sys_close },
	{ 4, sys_no_file },	 /* stat */
	{ 5, sys_fstat },
	{ 6, sys_no_file },	 /* lstat */
	{ 8, sys_lseek },
	{ 16, sys_ioctl },
	{ 19, sys_readv },
	{ 20, sys_writev },
	{ 21, sys_no_file },	 /* access */
	{ 72, sys_fcntl },
	{ 74, sys_not_open },	 /* fsync */
	{ 77, sys_not_open },	 /* ftruncate */
	{ 79, sys_getcwd },
	{ 80, sys_no_file },	 /* chdir */
	{ 82, sys_no_file },	 /* rename */
	{ 83, sys_no_file },	 /* mkdir */
	{ 84, sys_no_file },	 /* rmdir */
	{ 87, sys_no_file },	 /* unlink */
	{ 89, sys_no_file },	 /* readlink */
	{ 257, sys_no_file },	 /* openat */
	{ 262, sys_newfstatat },
	{ 263, sys_no_file },	 /* unlinkat */
	{ 267, sys_no_file },	 /* readlinkat */
	{ 269, sys_no_file },	 /* faccessat */
};

const struct syscall_table sys_io_calls = {
	sys_io_rows, sizeof sys_io_rows / sizeof sys_io_rows[0]
};
