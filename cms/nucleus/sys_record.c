/* SPDX-License-Identifier: MIT
 *
 * sys_record.c - CMS's own calls for files (lib/cmscall.h): by name, by
 * record, and disks.
 */
#include "cms.h"
#include "cmscall.h"
#include "fd.h"
#include "str.h"
#include "stream.h"
#include "syscall.h"
#include "text.h"

#define FILEID_LENGTH 64
#define PATTERN_LENGTH 32
#define MAKE_MODE 'A'

_Static_assert((int)CMS_READ == (int)EDF_READ &&
    (int)CMS_UPDATE == (int)EDF_UPDATE && (int)CMS_CREATE == (int)EDF_CREATE &&
    (int)CMS_REPLACE == (int)EDF_REPLACE, "cms.h and edf.h");

/* --- names --- */

/* The fileid at an address in the program. */
static int
record_fileid(struct ask *ask, uint64_t at, uint64_t len, struct fileid *id)
{
	char text[FILEID_LENGTH];

	if (len == 0 || len > sizeof text)
		return E_INVAL;
	if (space_get(&ask->p->space, text, at, (size_t)len) == -1)
		return E_FAULT;
	return fileid_path(id, text, (size_t)len) == 0 ? 0 : E_INVAL;
}

static int
record_find(struct ask *ask, struct fileid *id, struct access **a,
    struct edf_stat *st)
{
	int rc = record_fileid(ask, ask->a[0], ask->a[1], id);

	return rc == 0 ? error_of(access_search(id, a, st)) : rc;
}

/* The same, of a disk that can be written. */
static int
record_find_own(struct ask *ask, struct fileid *id, struct access **a,
    struct edf_stat *st)
{
	int rc = record_find(ask, id, a, st);

	return rc == 0 && (*a)->read_only ? E_ROFS : rc;
}

/* --- what there is to know --- */

static void
record_stat(struct cms_stat *c, const struct access *a,
    const struct edf_stat *e, uint64_t size)
{
	struct edf_disk_info info;

	edf_info(a->edf, &info);
	*c = (struct cms_stat){
		.mode = { a->mode, e->mode },
		.recfm = e->recfm,
		.lrecl = e->lrecl,
		.records = e->records,
		.blocks = e->blocks,
		.year = e->date.year,
		.month = e->date.month,
		.day = e->date.day,
		.hour = e->date.hour,
		.minute = e->date.minute,
		.second = e->date.second,
		.read_only = a->read_only,
		.block_size = info.block_size,
		.size = size,
	};
	memcpy(c->name, e->name, EDF_NAME);
	memcpy(c->type, e->type, EDF_NAME);
	for (int i = EDF_NAME; i-- > 0 && c->name[i] == ' ';)
		c->name[i] = '\0';
	for (int i = EDF_NAME; i-- > 0 && c->type[i] == ' ';)
		c->type[i] = '\0';
}

static int64_t
record_put(struct ask *ask, uint64_t to, const struct cms_stat *c)
{
	return space_put(&ask->p->space, to, c, sizeof *c) == 0 ? 0 : E_FAULT;
}

/* Of a file that need not be open. */
static int
record_describe(struct cms_stat *c, struct access *a, struct edf_stat *e)
{
	uint64_t size;
	int rc = stream_size_of(a, e, &size);

	if (rc == 0)
		record_stat(c, a, e, size);
	return rc;
}

static int64_t
record_state(struct ask *ask)
{
	struct cms_stat c;
	struct access *a;
	struct edf_stat e;
	struct fileid id;
	int rc = record_find(ask, &id, &a, &e);

	if (rc == 0)
		rc = record_describe(&c, a, &e);
	return rc == 0 ? record_put(ask, ask->a[2], &c) : rc;
}

/* --- open files --- */

/* A new file's attributes, from the program's own. */
static int
record_new(struct ask *ask, const struct fileid *id, struct edf_stat *st)
{
	struct cms_stat c = { .mode = "A1", .recfm = 'V' };

	if (ask->a[3] != 0 && space_get(&ask->p->space, &c, ask->a[3],
	    sizeof c) == -1)
		return E_FAULT;
	if (c.recfm != 'F' && c.recfm != 'V')
		return E_INVAL;
	*st = (struct edf_stat){
		.mode = id->number != '\0' ? id->number : c.mode[1],
		.recfm = c.recfm,
		.lrecl = c.recfm == 'F' ? c.lrecl : 0,
	};
	if (st->mode < '0' || st->mode > '6')
		st->mode = '1';
	memcpy(st->name, id->name, sizeof st->name);
	memcpy(st->type, id->type, sizeof st->type);
	return 0;
}

static int
record_open_how(struct ask *ask, struct file_open *open)
{
	struct fileid id;
	int rc;

	if (open->how == EDF_READ || open->how == EDF_UPDATE)
		return record_find(ask, &id, &open->disk, open->st);
	rc = record_fileid(ask, ask->a[0], ask->a[1], &id);
	if (rc < 0)
		return rc;
	open->disk = access_find(id.mode != '\0' ? id.mode : MAKE_MODE);
	return open->disk != NULL ? record_new(ask, &id, open->st) : E_NXIO;
}

static int64_t
record_open(struct ask *ask)
{
	struct edf_stat st;
	struct file_open open = { .st = &st };
	struct file *f;
	struct cms_stat c;
	int rc, fd;

	if (ask->a[2] > EDF_REPLACE)
		return E_INVAL;
	open.how = (enum edf_how)ask->a[2];
	rc = record_open_how(ask, &open);
	if (rc == 0 && open.how != EDF_READ && open.disk->read_only)
		rc = E_ROFS;
	if (rc == 0)
		rc = file_open(&open, &f);
	if (rc < 0)
		return rc;
	f->flags = open.how == EDF_READ ? O_RDONLY : O_RDWR;
	record_stat(&c, f->disk, &st, stream_size(f));
	fd = ask->a[3] == 0 || record_put(ask, ask->a[3], &c) == 0 ?
	    fd_put(ask->p, f, 0) : E_FAULT;
	if (fd < 0)
		file_abandon(f);
	return fd;
}

/* The descriptor's file of a disk. */
static struct file *
record_file(struct ask *ask, uint32_t never)
{
	struct file *f = fd_get(ask->p, ask->a[0]);

	return f != NULL && f->kind == FILE_DISK &&
	    (f->flags & O_ACCMODE) != never ? f : NULL;
}

static int64_t
record_read(struct ask *ask)
{
	struct file *f = record_file(ask, O_WRONLY);

	if (f == NULL)
		return E_BADF;
	if (ask->a[1] > EDF_RECORDS_MAX)
		return E_INVAL;
	return file_read_record(f, (uint32_t)ask->a[1], &ask->p->space,
	    ask->a[2], ask->a[3]);
}

static int64_t
record_write(struct ask *ask)
{
	struct file *f = record_file(ask, O_RDONLY);

	if (f == NULL)
		return E_BADF;
	if (ask->a[1] > EDF_RECORDS_MAX)
		return E_INVAL;
	return file_write_record(f, (uint32_t)ask->a[1], &ask->p->space,
	    ask->a[2], ask->a[3]);
}

static int64_t
record_truncate(struct ask *ask)
{
	struct file *f = record_file(ask, O_RDONLY);

	if (f == NULL)
		return E_BADF;
	if (ask->a[1] > EDF_RECORDS_MAX)
		return E_INVAL;
	return file_set_records(f, (uint32_t)ask->a[1]);
}

static int64_t
record_close(struct ask *ask)
{
	return ask->a[1] == 1 ? fd_abandon(ask->p, ask->a[0]) :
	    fd_close(ask->p, ask->a[0]);
}

/* --- files that there are --- */

static int64_t
record_erase(struct ask *ask)
{
	struct access *a;
	struct edf_stat st;
	struct fileid id;
	int rc = record_find_own(ask, &id, &a, &st);

	return rc == 0 ? error_of(access_erase(a, &st)) : rc;
}

static int64_t
record_rename(struct ask *ask)
{
	struct fileid id, to;
	struct access *a;
	struct edf_stat st;
	int rc = record_find_own(ask, &id, &a, &st);

	if (rc == 0)
		rc = record_fileid(ask, ask->a[2], ask->a[3], &to);
	if (rc < 0)
		return rc;
	if (to.mode != '\0' && to.mode != a->mode)
		return E_XDEV;
	if (to.number == '\0')
		to.number = st.mode;
	return error_of(access_rename(a, &st, &to, 0));
}

static int64_t
record_date(struct ask *ask)
{
	struct fileid id;
	struct access *a;
	struct edf_stat st;
	struct cms_stat c;
	int rc = record_find_own(ask, &id, &a, &st);

	if (rc < 0)
		return rc;
	if (space_get(&ask->p->space, &c, ask->a[2], sizeof c) == -1)
		return E_FAULT;
	return error_of(access_date(a, &st, &(struct edf_date){
		.year = c.year, .month = c.month, .day = c.day,
		.hour = c.hour, .minute = c.minute, .second = c.second }));
}

/* A pattern's words, each terminated; one that is missing is "*". */
struct pattern {
	char text[3][PATTERN_LENGTH];
};

static int
record_pattern(struct ask *ask, struct pattern *p)
{
	char text[3 * PATTERN_LENGTH];
	const char *word = text;
	size_t n = 0;

	if (ask->a[1] >= sizeof text)
		return E_INVAL;
	if (space_get(&ask->p->space, text, ask->a[0],
	    (size_t)ask->a[1]) == -1)
		return E_FAULT;
	text[ask->a[1]] = '\0';
	for (int i = 0; i < 3; i++) {
		n = text_word(word + n, &word);
		if (n >= PATTERN_LENGTH)
			return E_INVAL;
		memcpy(p->text[i], n > 0 ? word : "*", n > 0 ? n : 1);
		p->text[i][n > 0 ? n : 1] = '\0';
	}
	return 0;
}

static int
record_matches(const struct pattern *p, const struct fileid *mode,
    const struct edf_stat *st)
{
	return (mode->number == '\0' || mode->number == st->mode) &&
	    fileid_match(p->text[0], strlen(p->text[0]), st->name) &&
	    fileid_match(p->text[1], strlen(p->text[1]), st->type);
}

/* The next match on a disk: 1, 0, or an error. */
static int
record_next_on(struct access *a, const struct pattern *p,
    const struct fileid *mode, uint32_t *at, struct edf_stat *st)
{
	int rc;

	do
		rc = edf_next(a->edf, at, st);
	while (rc == 1 && !(access_visible(a, st) &&
	    record_matches(p, mode, st)));
	return rc < 0 ? error_of(rc) : rc;
}

/* The cursor's upper half is the disk's letter, its lower half EDF's. */
static int64_t
record_next(struct ask *ask)
{
	struct pattern p;
	struct fileid mode;
	struct edf_stat st;
	struct cms_stat c;
	uint64_t cursor;
	int rc = record_pattern(ask, &p);

	if (rc < 0)
		return rc;
	if (fileid_mode(&mode, p.text[2], strlen(p.text[2])) == -1)
		return E_INVAL;
	if (space_get(&ask->p->space, &cursor, ask->a[2], sizeof cursor) == -1)
		return E_FAULT;
	if (mode.mode != '*' && access_find(mode.mode) == NULL)
		return E_NXIO;
	for (struct access *a = access_first(); a != NULL;
	    a = access_next(a)) {
		uint32_t at = a->mode == (char)(cursor >> 32) ?
		    (uint32_t)cursor : 0;

		if (a->mode < (char)(cursor >> 32) || (mode.mode != '*' &&
		    !access_extension(a, mode.mode)))
			continue;
		rc = record_next_on(a, &p, &mode, &at, &st);
		if (rc == 0)
			continue;
		cursor = (uint64_t)a->mode << 32 | at;
		if (rc == 1)
			rc = record_describe(&c, a, &st);
		if (rc < 0)
			return rc;
		if (space_put(&ask->p->space, ask->a[2], &cursor,
		    sizeof cursor) == -1 || record_put(ask, ask->a[3], &c) < 0)
			return E_FAULT;
		return 1;
	}
	return 0;
}

static int64_t
record_disk(struct ask *ask)
{
	struct access *a = access_find((char)text_upper((int)ask->a[0]));
	struct edf_disk_info info;
	struct cms_disk d;

	if (a == NULL)
		return E_NXIO;
	edf_info(a->edf, &info);
	d = (struct cms_disk){
		.mode = a->mode,
		.parent = a->parent,
		.read_only = a->read_only,
		.vdev = (uint16_t)a->vdev,
		.block_size = info.block_size,
		.blocks = info.blocks,
		.used = info.used,
		.files = info.files,
	};
	memcpy(d.volume, info.volume, sizeof d.volume);
	return space_put(&ask->p->space, ask->a[1], &d, sizeof d) == 0 ? 0 :
	    E_FAULT;
}

static syscall_fn *const record_calls[] = {
	[CMSCALL_STATE - CMSCALL_STATE] = record_state,
	[CMSCALL_OPEN - CMSCALL_STATE] = record_open,
	[CMSCALL_READ - CMSCALL_STATE] = record_read,
	[CMSCALL_WRITE - CMSCALL_STATE] = record_write,
	[CMSCALL_TRUNCATE - CMSCALL_STATE] = record_truncate,
	[CMSCALL_CLOSE - CMSCALL_STATE] = record_close,
	[CMSCALL_ERASE - CMSCALL_STATE] = record_erase,
	[CMSCALL_RENAME - CMSCALL_STATE] = record_rename,
	[CMSCALL_NEXT - CMSCALL_STATE] = record_next,
	[CMSCALL_DISK - CMSCALL_STATE] = record_disk,
	[CMSCALL_DATE - CMSCALL_STATE] = record_date,
	[CMSCALL_BLOCK - CMSCALL_STATE] = sys_block,
	[CMSCALL_WRITEUR - CMSCALL_STATE] = sys_write_ur,
	[CMSCALL_SPOOL - CMSCALL_STATE] = sys_spool,
	[CMSCALL_ATEND - CMSCALL_STATE] = sys_at_end,
	[CMSCALL_SCREEN - CMSCALL_STATE] = sys_screen,
	[CMSCALL_PAINT - CMSCALL_STATE] = sys_paint,
	[CMSCALL_KEY - CMSCALL_STATE] = sys_key,
};

int64_t
sys_record(unsigned number, struct ask *ask)
{
	return number < sizeof record_calls / sizeof record_calls[0] ?
	    record_calls[number](ask) : E_NOSYS;
}
