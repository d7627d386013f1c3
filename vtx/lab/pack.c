/* SPDX-License-Identifier: MIT
 *
 * pack.c - collect files for a lab and write them as an initrd.
 *
 * Programs bring their shared libraries, as their own loader names them.
 * Links are followed, owners are root: no device, socket or link is packed.
 */
#include "pack.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PACK_DEPTH_MAX 32 /* folders in folders, also against a circle */

static struct pack_file *
pack_find(const struct pack *p, const char *lab)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->file[i].lab, lab) == 0)
			return &p->file[i];
	return NULL;
}

/* A new entry, or NULL: errno is EEXIST when the path is taken. */
static struct pack_file *
pack_new(struct pack *p, const char *lab, uint32_t mode)
{
	struct pack_file *f;

	if (pack_find(p, lab) != NULL) {
		errno = EEXIST;
		return NULL;
	}
	if (p->n == p->room) {
		size_t room = p->room == 0 ? 64 : 2 * p->room;

		f = reallocarray(p->file, room, sizeof *f);
		if (f == NULL)
			return NULL;
		p->file = f;
		p->room = room;
	}
	f = &p->file[p->n];
	*f = (struct pack_file){ .lab = strdup(lab), .mode = mode & 07777 };
	if (f->lab == NULL)
		return NULL;
	p->n++;
	return f;
}

int
pack_data(struct pack *p, const char *lab, uint32_t mode, const void *data,
    size_t len)
{
	struct pack_file *f = pack_new(p, lab, mode);

	if (f == NULL)
		return -1;
	f->data = malloc(len + 1);
	if (f->data == NULL)
		return -1;
	memcpy(f->data, data, len);
	f->len = len;
	return 0;
}

static int
pack_one(struct pack *p, const char *host, const char *lab, uint32_t mode)
{
	struct pack_file *f = pack_new(p, lab, mode);

	if (f == NULL)
		return errno == EEXIST ? 0 : -1;
	f->host = strdup(host);
	return f->host == NULL ? -1 : 0;
}

static int pack_tree(struct pack *p, const char *host, const char *lab,
    int depth);

static int
pack_folder(struct pack *p, const char *host, const char *lab, int depth)
{
	char h[PATH_MAX], l[PATH_MAX];
	struct dirent *e;
	DIR *dir = opendir(host);
	int r = 0;

	if (dir == NULL)
		return -1;
	while (r == 0 && (e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if ((size_t)snprintf(h, sizeof h, "%s/%s", host, e->d_name) >=
		    sizeof h || (size_t)snprintf(l, sizeof l, "%s/%s", lab,
		    e->d_name) >= sizeof l) {
			errno = ENAMETOOLONG;
			r = -1;
		} else
			r = pack_tree(p, h, l, depth + 1);
	}
	closedir(dir);
	return r;
}

static int
pack_tree(struct pack *p, const char *host, const char *lab, int depth)
{
	struct stat st;

	if (depth > PACK_DEPTH_MAX) {
		errno = ELOOP;
		return -1;
	}
	if (stat(host, &st) < 0)
		return depth > 0 ? 0 : -1; /* a dangling link in a folder */
	if (S_ISDIR(st.st_mode))
		return pack_folder(p, host, lab, depth);
	if (S_ISREG(st.st_mode))
		return pack_one(p, host, lab, st.st_mode);
	return 0;
}

int
pack_add(struct pack *p, const char *host, const char *lab)
{
	return pack_tree(p, host, lab, 0);
}

int
pack_add_operand(struct pack *p, const char *operand)
{
	char lab[PATH_MAX], host[PATH_MAX];
	const char *colon = strrchr(operand, ':');
	struct stat st;
	int n;

	n = colon == NULL ? (int)strlen(operand) : (int)(colon - operand);
	if ((size_t)snprintf(lab, sizeof lab, "%.*s", n, operand) >= sizeof lab)
		return -1;
	if (realpath(lab, host) == NULL || stat(host, &st) < 0)
		return -1;
	if (colon != NULL)
		return pack_add(p, host, colon + 1);
	if (!S_ISREG(st.st_mode) || (st.st_mode & 0111) == 0)
		return pack_add(p, host, host);
	if ((size_t)snprintf(lab, sizeof lab, "/bin%s", strrchr(host, '/')) >=
	    sizeof lab) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return pack_add(p, host, lab);
}

static int
pack_is_program(const struct pack_file *f)
{
	Elf64_Ehdr head;
	ssize_t n;
	int fd;

	if (f->host == NULL)
		return 0;
	fd = open(f->host, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, &head, sizeof head);
	close(fd);
	return n == (ssize_t)sizeof head &&
	    memcmp(head.e_ident, ELFMAG, SELFMAG) == 0 &&
	    (head.e_type == ET_EXEC || head.e_type == ET_DYN);
}

/* A line of ldd's: "name => /path (0x...)", or the loader's "/path (0x...)". */
static int
pack_lib_line(struct pack *p, char *line)
{
	char real[PATH_MAX], *path = strstr(line, "=> "), *end;
	struct pack_file *f;

	path = path != NULL ? path + 3 : line + strspn(line, " \t");
	end = strstr(path, " (0x");
	if (*path != '/' || end == NULL)
		return 0;
	*end = '\0';
	if (realpath(path, real) == NULL)
		return -1;
	if (pack_find(p, path) != NULL)
		return 0;
	if (pack_one(p, real, path, 0755) < 0)
		return -1;
	f = pack_find(p, path);
	f->lib = 1;
	return 0;
}

static int
pack_lib_lines(struct pack *p, int fd)
{
	char *line = NULL;
	size_t size = 0;
	FILE *f = fdopen(fd, "r");
	int r = 0;

	if (f == NULL)
		return -1;
	while (r == 0 && getline(&line, &size, f) >= 0)
		r = pack_lib_line(p, line);
	free(line);
	fclose(f);
	return r;
}

/* Run ldd on the programs in argv and read what it says. */
static int
pack_ldd(struct pack *p, char *const argv[])
{
	int out[2], null, r, status;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		null = open("/dev/null", O_RDWR);
		if (null < 0 || dup2(null, 0) < 0 || dup2(out[1], 1) < 0 ||
		    dup2(null, 2) < 0)
			_exit(127);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(out[1]);
	if (pid < 0) {
		close(out[0]);
		return -1;
	}
	r = pack_lib_lines(p, out[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return r;
}

int
pack_libs(struct pack *p)
{
	char **argv = calloc(p->n + 2, sizeof *argv);
	size_t n = 0;
	int r = 0;

	if (argv == NULL)
		return -1;
	argv[n++] = "ldd";
	for (size_t i = 0; i < p->n; i++)
		if (pack_is_program(&p->file[i]))
			argv[n++] = p->file[i].host;
	if (n > 1)
		r = pack_ldd(p, argv);
	free(argv);
	return r;
}

void *
pack_read(const struct pack_file *f, size_t *len)
{
	struct stat st;
	char *data;
	size_t got = 0;
	ssize_t n;
	int fd;

	*len = f->len;
	if (f->host == NULL) {
		data = malloc(f->len + 1);
		return data == NULL ? NULL : memcpy(data, f->data, f->len);
	}
	fd = open(f->host, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	data = malloc((size_t)st.st_size + 1);
	while (data != NULL && got < (size_t)st.st_size) {
		n = read(fd, data + got, (size_t)st.st_size - got);
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	close(fd);
	*len = got;
	return data;
}

/* --- the archive --- */

struct pack_archive {
	FILE *f;
	unsigned ino;
};

static void
pack_pad(FILE *f)
{
	while (ftell(f) % 4 != 0)
		putc(0, f);
}

static void
pack_entry(struct pack_archive *a, const char *name, unsigned mode,
    const void *data, size_t len, unsigned major, unsigned minor)
{
	fprintf(a->f, "070701%08X%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X"
	    "%08zX%08X", ++a->ino, mode, 0, 0, 1, 0, len, 0, 0, major, minor,
	    strlen(name) + 1, 0);
	fwrite(name, strlen(name) + 1, 1, a->f);
	pack_pad(a->f);
	if (len > 0)
		fwrite(data, len, 1, a->f);
	pack_pad(a->f);
}

/* The folders of `path` that `before`, its forerunner in order, is not in. */
static void
pack_parents(struct pack_archive *a, const char *path, const char *before)
{
	char dir[PATH_MAX];

	for (const char *s = strchr(path, '/'); s != NULL;
	    s = strchr(s + 1, '/')) {
		size_t n = (size_t)(s - path);

		if (strncmp(path, before, n + 1) == 0)
			continue;
		snprintf(dir, sizeof dir, "%.*s", (int)n, path);
		pack_entry(a, dir, S_IFDIR | 0755, NULL, 0, 0, 0);
	}
}

static int
pack_order(const void *a, const void *b)
{
	const struct pack_file *x = a, *y = b;

	return strcmp(x->lab, y->lab);
}

static int
pack_write_files(struct pack *p, struct pack_archive *a)
{
	const char *before = "";
	size_t len;
	void *data;

	qsort(p->file, p->n, sizeof *p->file, pack_order);
	for (size_t i = 0; i < p->n; i++) {
		const char *name = p->file[i].lab + strspn(p->file[i].lab, "/");

		data = pack_read(&p->file[i], &len);
		if (data == NULL)
			return -1;
		pack_parents(a, name, before);
		pack_entry(a, name, S_IFREG | p->file[i].mode, data, len, 0, 0);
		free(data);
		before = name;
	}
	return 0;
}

int
pack_write(struct pack *p, int fd)
{
	struct pack_archive a = { .f = NULL };
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3), r;

	if (copy < 0)
		return -1;
	a.f = fdopen(copy, "w");
	if (a.f == NULL) {
		close(copy);
		return -1;
	}
	r = pack_write_files(p, &a);
	/* The kernel's own first open is of this one, before devtmpfs. */
	pack_entry(&a, "dev", S_IFDIR | 0755, NULL, 0, 0, 0);
	pack_entry(&a, "dev/console", S_IFCHR | 0600, NULL, 0, 5, 1);
	pack_entry(&a, "TRAILER!!!", 0, NULL, 0, 0, 0);
	if (ferror(a.f))
		r = -1;
	if (fclose(a.f) != 0)
		r = -1;
	return r;
}

void
pack_free(struct pack *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->file[i].lab);
		free(p->file[i].host);
		free(p->file[i].data);
	}
	free(p->file);
	*p = (struct pack){ .n = 0 };
}
