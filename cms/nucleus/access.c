/* SPDX-License-Identifier: MIT
 *
 * access.c - accessed disks.  Commands that change them are in cms/commands.
 */
#include "access.h"
#include "console.h"
#include "file.h"
#include "heap.h"
#include "str.h"

static struct {
	struct access *first;
	unsigned command; /* counts them */
} access = { .command = 1 };

/* --- looking --- */

static struct access *
access_look(struct access *a)
{
	if (a == NULL || !a->read_only || a->system ||
	    a->looked == access.command)
		return a;
	a->looked = access.command;
	edf_refresh(a->edf);
	return a;
}

struct access *
access_first(void)
{
	return access_look(access.first);
}

struct access *
access_next(struct access *a)
{
	return access_look(a->next);
}

static struct access *
access_get(char mode)
{
	struct access *a = access.first;

	while (a != NULL && a->mode != mode)
		a = a->next;
	return a;
}

struct access *
access_find(char mode)
{
	return access_look(access_get(mode));
}

struct access *
access_vdev(uint32_t vdev)
{
	struct access *a = access.first;

	while (a != NULL && a->vdev != vdev)
		a = a->next;
	return a;
}

int
access_extension(const struct access *a, char mode)
{
	return a->mode == mode || a->parent == mode;
}

/* An empty pattern is everything. */
static int
access_match(const char *pattern, const char name[EDF_NAME])
{
	return pattern[0] == '\0' ||
	    fileid_match(pattern, strlen(pattern), name);
}

int
access_visible(const struct access *a, const struct edf_stat *st)
{
	if (a->read_only && st->mode == '0')
		return 0;
	if (a->only_number != '\0' && a->only_number != st->mode)
		return 0;
	return access_match(a->only_name, st->name) &&
	    access_match(a->only_type, st->type);
}

static int
access_search_one(struct access *a, const struct fileid *id,
    struct edf_stat *st)
{
	int rc;

	access_look(a);
	rc = edf_find(a->edf, id->name, id->type, st);
	return rc == 0 && !access_visible(a, st) ? EDF_NOT_FOUND : rc;
}

/* The mode's own disk comes before its extensions, whatever their letters. */
int
access_search(const struct fileid *id, struct access **found,
    struct edf_stat *st)
{
	int any = id->mode == '\0' || id->mode == '*';
	struct access *own = any ? NULL : access_get(id->mode);
	int rc = EDF_NOT_FOUND;

	if (!any && own == NULL)
		return ACCESS_NO_DISK;
	if (own != NULL)
		rc = access_search_one(*found = own, id, st);
	for (struct access *a = access.first;
	    a != NULL && rc == EDF_NOT_FOUND; a = a->next) {
		if (a == own || (!any && a->parent != id->mode))
			continue;
		rc = access_search_one(*found = a, id, st);
	}
	return rc;
}

const char *
access_error(int error)
{
	static const char *const text[] = {
		[-EDF_NOT_FOUND] = "FILE NOT FOUND",
		[-EDF_EXISTS] = "FILE EXISTS ALREADY",
		[-EDF_IO] = "DEVICE ERROR",
		[-EDF_FULL] = "DISK IS FULL",
		[-EDF_READ_ONLY] = "DISK IS READ/ONLY",
		[-EDF_NO_STORAGE] = "VIRTUAL STORAGE CAPACITY EXCEEDED",
		[-EDF_DAMAGED] = "DISK IS DAMAGED",
		[-EDF_NOT_FORMATTED] = "DISK IS NOT FORMATTED",
		[-EDF_INVALID] = "INVALID NAME, LENGTH OR RECORD",
		[-EDF_END] = "NO SUCH RECORD",
		[-EDF_CHANGED] = "ANOTHER USER HAS CHANGED THE DISK",
		[-EDF_BUSY] = "FILE IS OPEN",
		[-ACCESS_NO_DISK] = "DISK NOT ACCESSED",
		[-ACCESS_NO_DEVICE] = "DISK NOT ATTACHED",
	};
	unsigned n = (unsigned)-error;

	return n < sizeof text / sizeof text[0] && text[n] != NULL ? text[n] :
	    "UNKNOWN ERROR";
}

/* --- files --- */

int
access_erase(struct access *a, const struct edf_stat *st)
{
	int rc = edf_erase(a->edf, st->name, st->type);

	return rc == 0 ? access_commit(a) : rc;
}

int
access_rename(struct access *a, const struct edf_stat *st,
    const struct fileid *to, int over)
{
	int same = memcmp(st->name, to->name, EDF_NAME) == 0 &&
	    memcmp(st->type, to->type, EDF_NAME) == 0;
	int rc, erased = EDF_NOT_FOUND;

	if (file_is_open(a, st->name, st->type) ||
	    file_is_open(a, to->name, to->type))
		return EDF_BUSY;
	if (!same && over)
		erased = edf_erase(a->edf, to->name, to->type);
	if (erased != 0 && erased != EDF_NOT_FOUND)
		return erased;
	rc = edf_rename(a->edf, st->name, st->type, to->name, to->type,
	    to->number);
	if (rc == 0)
		return access_commit(a);
	if (erased == 0)
		access_undo(a);
	return rc;
}

int
access_date(struct access *a, const struct edf_stat *st,
    const struct edf_date *date)
{
	int rc = edf_set_date(a->edf, st->name, st->type, date);

	return rc == 0 ? access_commit(a) : rc;
}

/* --- accessing and releasing --- */

static void
access_insert(struct access *a)
{
	struct access **link = &access.first;

	while (*link != NULL && (*link)->mode < a->mode)
		link = &(*link)->next;
	a->next = *link;
	*link = a;
}

static void
access_pattern(char to[FILEID_NAME + 1], const char *from)
{
	size_t n = 0;

	while (from != NULL && n < FILEID_NAME && from[n] != '\0') {
		to[n] = from[n];
		n++;
	}
	to[n] = '\0';
}

static int
access_mount(struct access *a)
{
	struct edf_device dev;

	if (disk_open(&a->disk, a->vdev) == -1)
		return ACCESS_NO_DEVICE;
	if (a->disk.read_only)
		a->read_only = 1;
	disk_device(&a->disk, a->read_only, &dev);
	return edf_mount(&dev, &a->edf);
}

/* A disk is not accessed that has none of the files that are wanted. */
static int
access_has_files(const struct access *a)
{
	struct edf_stat st;
	uint32_t cursor = 0;

	if (a->only_name[0] == '\0' && a->only_type[0] == '\0' &&
	    a->only_number == '\0')
		return 1;
	while (edf_next(a->edf, &cursor, &st) == 1)
		if (access_visible(a, &st))
			return 1;
	return 0;
}

int
access_disk(const struct access_how *how, struct access **result)
{
	struct access *a = heap_take(sizeof *a), *old;
	int rc;

	*result = NULL;
	if (a == NULL)
		return EDF_NO_STORAGE;
	*a = (struct access){
		.mode = how->mode,
		.parent = how->parent,
		.vdev = how->vdev,
		.read_only = how->read_only || how->parent != ' ',
		.system = how->system,
		.only_number = how->number,
		.looked = access.command,
	};
	access_pattern(a->only_name, how->name);
	access_pattern(a->only_type, how->type);
	rc = access_mount(a);
	if (rc == 0 && !access_has_files(a)) {
		edf_unmount(a->edf);
		rc = EDF_NOT_FOUND;
	}
	if (rc != 0) {
		heap_give(a, sizeof *a);
		return rc;
	}
	old = access_get(how->mode);
	if (old != NULL)
		access_release(old);
	access_insert(a);
	*result = a;
	return 0;
}

int
access_tell(const struct access_how *how, int rc)
{
	const struct access *a = access_get(how->mode);

	switch (rc) {
	case 0:
		if (a->read_only && !how->system)
			console_line("DMSACC723I %c (%03X) R/O", how->mode,
			    how->vdev);
		return 0;
	case EDF_NOT_FOUND:
		console_line("DMSACC060E FILE(S) NOT FOUND. DISK '%c (%03X)' "
		    "WILL NOT BE ACCESSED", how->mode, how->vdev);
		return ACCESS_RC_NOT_FOUND;
	case ACCESS_NO_DEVICE:
		console_line("DMSACC113S %c (%03X) NOT ATTACHED", how->mode,
		    how->vdev);
		break;
	case EDF_NOT_FORMATTED:
		console_line("DMSACC114S %c (%03X) NOT FORMATTED - FORMAT %03X "
		    "%c MAKES IT A CMS DISK", how->mode, how->vdev, how->vdev,
		    how->mode);
		break;
	case EDF_IO:
		console_line("DMSACC112S %c (%03X) DEVICE ERROR", how->mode,
		    how->vdev);
		break;
	default:
		console_line("DMSACC115S %c (%03X) CANNOT BE ACCESSED: %s",
		    how->mode, how->vdev, access_error(rc));
		break;
	}
	return ACCESS_RC_DEVICE;
}

int
access_commit(struct access *a)
{
	int rc = edf_commit(a->edf);

	if (rc != 0)
		access_undo(a);
	return rc;
}

/* What is on the disk is what is read there: all of it is durable first.
 * A disk that fails is used no more, but is in the list until the command has
 * ended: others may be looking at it. */
void
access_undo(struct access *a)
{
	struct edf_device dev;
	struct edf *edf;

	file_disk_gone(a);
	if (a->disk.gone)
		return;
	disk_device(&a->disk, a->read_only, &dev);
	a->lost = dev.flush(dev.arg) == 0 ? edf_mount(&dev, &edf) : EDF_IO;
	if (a->lost != 0) {
		a->disk.gone = 1;
		return;
	}
	edf_unmount(a->edf);
	a->edf = edf;
}

void
access_release(struct access *a)
{
	struct access **link = &access.first;

	while (*link != a)
		link = &(*link)->next;
	*link = a->next;
	file_disk_gone(a);
	edf_unmount(a->edf);
	heap_give(a, sizeof *a);
}

void
access_forget(void)
{
	while (access.first != NULL)
		access_release(access.first);
}

void
access_command(void)
{
	access.command++;
}

int
access_sweep(void)
{
	struct access *next;
	int system = 0;

	for (struct access *a = access.first; a != NULL; a = next) {
		next = a->next;
		if (!a->disk.gone)
			continue;
		if (a->lost != 0)
			console_line("DMSACC112S %c (%03X) %s - RELEASED",
			    a->mode, a->vdev, access_error(a->lost));
		else
			console_line("DMSACC113S %c (%03X) NOT ATTACHED - "
			    "RELEASED", a->mode, a->vdev);
		system |= a->system;
		access_release(a);
	}
	return system;
}
