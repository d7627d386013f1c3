/* SPDX-License-Identifier: MIT
 *
 * disknew.c - fresh A-disks.  Never touches a file that is there.
 */
#include "disknew.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"
#include "name.h"

#define DISKNEW_BLOCK 4096
#define DISKNEW_LEAST 128 /* blocks of 512: less is no place for files */

static int
disknew_format(const char *path, struct vm_name owner, uint64_t blocks)
{
	char volume[EDF_VOLUME + VM_NAME_MAX];
	struct disk d;
	int error, rc = 0;

	if (disk_make(&d, path, blocks) != 0)
		return 1;
	name_pad(owner, volume, EDF_VOLUME);
	error = edf_format(&d.dev, DISKNEW_BLOCK, 0, volume);
	if (error != EDF_OK)
		rc = disk_fail(&d, error, NULL);
	else if (fsync(d.fd) < 0)
		rc = disk_fail_errno(&d, NULL);
	disk_close(&d);
	return rc;
}

/* Half of one is never found: it gets its name when it is complete. */
static int
disknew_file(const char *path, struct vm_name owner, uint64_t blocks)
{
	char temp[PATH_MAX + 8];
	int rc;

	snprintf(temp, sizeof temp, "%s.new", path);
	unlink(temp);
	rc = disknew_format(temp, owner, blocks);
	if (rc == 0 && rename(temp, path) < 0)
		rc = front_fail("%s: %s", path, strerror(errno));
	if (rc != 0)
		unlink(temp);
	return rc;
}

int
disknew_make(const struct front *front, struct vm_name owner,
    const struct dir_mdisk *md)
{
	char name[64], path[PATH_MAX];

	if (md->tdisk || md->blocks < DISKNEW_LEAST)
		return 0;
	snprintf(name, sizeof name, "volumes/%s", name_text(md->volume).s);
	if (!front_path(front, name, path, sizeof path))
		return 1;
	if (access(path, F_OK) < 0)
		return 0; /* a volume that is not mounted */
	snprintf(name, sizeof name, "volumes/%s/%s.%03X",
	    name_text(md->volume).s, name_text(owner).s, md->vdev & 0xFFFu);
	if (!front_path(front, name, path, sizeof path))
		return 1;
	if (access(path, F_OK) == 0)
		return 0;
	return disknew_file(path, owner, md->blocks);
}

int
disknew_make_all(const struct front *front, const struct directory *dir)
{
	for (size_t i = 0; i < directory_count(dir); i++) {
		const struct dir_user *user = directory_at(dir, i);
		const struct dir_mdisk *md = directory_mdisk(dir, user->name,
		    DISKNEW_VDEV);

		if (md != NULL && disknew_make(front, user->name, md) != 0)
			return 1;
	}
	return 0;
}
