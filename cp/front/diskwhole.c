/* SPDX-License-Identifier: MIT
 *
 * diskwhole.c - vm370 disk format, check, resize, label: the disk as a whole.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diskcmd.h"
#include "name.h"

int
diskwhole_volume(char volume[EDF_VOLUME], const char *word)
{
	size_t n = strlen(word);

	if (n == 0 || n > EDF_VOLUME)
		n = 0;
	memset(volume, ' ', EDF_VOLUME);
	for (size_t i = 0; i < n; i++) {
		volume[i] = (char)toupper((unsigned char)word[i]);
		if (!isalnum((unsigned char)volume[i]) &&
		    strchr("$#@-_", volume[i]) == NULL)
			n = 0;
	}
	return n > 0 ? 0 : front_fail("%s is no label: 1 to 6 of A-Z 0-9 "
	    "$#@-_", word);
}

/* --- format --- */

/* The label that a disk gets when nobody says one: its owner's name. */
static int
diskwhole_new_volume(const struct diskcmd *c, char volume[EDF_VOLUME])
{
	char name[EDF_VOLUME + 1] = "CMS";

	if (c->label != NULL)
		return diskwhole_volume(volume, c->label);
	if (c->disk.image == NULL)
		snprintf(name, sizeof name, "%.6s",
		    name_text(c->disk.owner).s);
	return diskwhole_volume(volume, name);
}

/* Files are only thrown away by somebody who says so. */
static int
diskwhole_is_empty(struct disk *d)
{
	struct edf_disk_info info;
	struct edf *edf;
	int rc = edf_mount(&d->dev, &edf);

	if (rc == EDF_NOT_FORMATTED)
		return 0;
	if (rc != EDF_OK)
		return front_fail("%s: a damaged CMS disk; --force formats it "
		    "all the same", d->name);
	edf_info(edf, &info);
	edf_unmount(edf);
	return info.files == 0 ? 0 : front_fail("%s: has %u files; --force "
	    "formats it all the same", d->name, info.files);
}

int
diskwhole_format(struct diskcmd *c)
{
	char volume[EDF_VOLUME];
	struct disk d;
	int rc, error;

	if (c->blocks != 0 && c->disk.image == NULL)
		return front_fail("a minidisk is as large as user.direct says: "
		    "--blocks is for an image");
	if (diskwhole_new_volume(c, volume) != 0 ||
	    disk_open(&d, c->front, &c->disk, true, c->blocks) != 0)
		return 1;
	rc = c->force ? 0 : diskwhole_is_empty(&d);
	if (rc == 0 && c->disk.image == NULL)
		rc = disk_grow(&d, d.limit);
	if (rc == 0) {
		error = edf_format(&d.dev, c->block_size, 0, volume);
		if (error == EDF_INVALID || error == EDF_FULL)
			rc = front_fail("%s: %llu blocks of 512 bytes are too "
			    "few for a disk in blocks of %u", d.name,
			    (unsigned long long)d.blocks, c->block_size);
		else if (error != EDF_OK)
			rc = disk_fail(&d, error, NULL);
	}
	disk_close(&d);
	return rc;
}

/* --- check --- */

struct diskwhole_look {
	FILE *out;
	char *text;
	size_t len;
	unsigned found;
};

static void
diskwhole_say(void *arg, const char *text)
{
	struct diskwhole_look *l = arg;

	l->found++;
	for (; *text != '\0'; text++)
		fputc(*text >= ' ' && *text < 0x7F ? *text : '?', l->out);
	fputc('\n', l->out);
}

static int
diskwhole_look_work(struct disk *d, void *arg)
{
	struct diskwhole_look *l = arg;
	int rc;

	rewind(l->out);
	l->found = 0;
	rc = edf_check(&d->dev, diskwhole_say, l);
	return rc < 0 ? rc : 0;
}

int
diskwhole_look(struct disk *d, FILE *out)
{
	struct diskwhole_look l = { 0 };
	int rc;

	l.out = open_memstream(&l.text, &l.len);
	if (l.out == NULL)
		return front_fail("out of memory");
	rc = disk_steady(d, diskwhole_look_work, &l);
	fclose(l.out);
	if (rc == 0 && l.found > 0) {
		fputs(l.text, out);
		rc = DISKCMD_DAMAGED;
	}
	free(l.text);
	return rc;
}

/* The label's characters, blanks behind them apart. */
static int
diskwhole_width(const char *volume)
{
	int n = EDF_VOLUME;

	while (n > 0 && volume[n - 1] == ' ')
		n--;
	return n;
}

static int
diskwhole_info_work(struct disk *d, void *arg)
{
	struct edf *edf;
	int rc = edf_mount(&d->dev, &edf);

	if (rc != EDF_OK)
		return rc;
	edf_info(edf, arg);
	edf_unmount(edf);
	return 0;
}

static int
diskwhole_tell(struct disk *d)
{
	struct edf_disk_info i;
	int rc = disk_steady(d, diskwhole_info_work, &i);

	if (rc != 0)
		return rc;
	printf("Label        %.*s\n", diskwhole_width(i.volume), i.volume);
	printf("Formatted    %04u-%02u-%02u %02u:%02u:%02u\n", i.created.year,
	    i.created.month, i.created.day, i.created.hour, i.created.minute,
	    i.created.second);
	printf("Files        %u\n", i.files);
	printf("Blocks       %u of %u bytes, %u (%u%%) in use\n", i.blocks,
	    i.block_size, i.used, i.blocks == 0 ? 0 :
	    (unsigned)((uint64_t)i.used * 100 / i.blocks));
	printf("Minidisk     %llu blocks of 512 bytes, %llu beyond the "
	    "file system\n", (unsigned long long)d->blocks,
	    (unsigned long long)(d->blocks -
	    (uint64_t)i.blocks * (i.block_size / EDF_SECTOR)));
	return 0;
}

int
diskwhole_check(struct diskcmd *c)
{
	struct disk d;
	int rc;

	if (disk_open(&d, c->front, &c->disk, false, 0) != 0)
		return 1;
	rc = diskwhole_look(&d, stdout);
	if (rc == 0 && c->verbose)
		rc = diskwhole_tell(&d);
	if (rc == DISKCMD_DAMAGED)
		front_fail("%s: the disk is damaged", d.name);
	disk_close(&d);
	return rc;
}

/* --- resize --- */

static int
diskwhole_blocks(const struct diskcmd *c, uint64_t *blocks)
{
	char *end;

	*blocks = 0;
	if (c->nwords == 0)
		return 0;
	*blocks = strtoull(c->words[0], &end, 10);
	if (*end != '\0' || c->words[0][0] < '0' || c->words[0][0] > '9' ||
	    *blocks == 0 || *blocks > UINT32_MAX)
		return front_fail("%s is no number of blocks", c->words[0]);
	return 0;
}

static int
diskwhole_set_size(struct disk *d, uint64_t blocks)
{
	struct edf_disk_info info;
	struct edf *edf = disk_mount(d);
	int error;

	if (edf == NULL)
		return 1;
	edf_info(edf, &info);
	error = edf_resize(edf, (uint32_t)(blocks /
	    (info.block_size / EDF_SECTOR)));
	edf_unmount(edf);
	if (error == EDF_FULL || error == EDF_INVALID)
		return front_fail("%s: what is in use does not fit into %llu "
		    "blocks of 512 bytes; nothing was changed", d->name,
		    (unsigned long long)blocks);
	return error == EDF_OK ? 0 : disk_fail(d, error, NULL);
}

int
diskwhole_resize(struct diskcmd *c)
{
	bool image = c->disk.image != NULL;
	uint64_t blocks;
	struct disk d;
	int rc;

	if ((rc = diskwhole_blocks(c, &blocks)) != 0 ||
	    (rc = disk_open(&d, c->front, &c->disk, true, 0)) != 0)
		return rc;
	if (blocks == 0)
		blocks = image ? d.blocks : d.limit;
	if (blocks > d.limit)
		rc = front_fail("%s may have %llu blocks: say %llu in its "
		    "MDISK statement in user.direct, then vm370 direct", d.name,
		    (unsigned long long)d.limit, (unsigned long long)blocks);
	if (rc == 0)
		rc = disk_grow(&d, blocks);
	if (rc == 0)
		rc = diskwhole_set_size(&d, blocks);
	/* An image has no other size than its file. */
	if (rc == 0 && image && ftruncate(d.fd, (off_t)(blocks *
	    EDF_SECTOR)) < 0)
		rc = disk_fail_errno(&d, NULL);
	disk_close(&d);
	return rc;
}

/* --- label --- */

static int
diskwhole_set_label(struct disk *d, const char volume[EDF_VOLUME])
{
	struct edf *edf = disk_mount(d);
	int error;

	if (edf == NULL)
		return 1;
	error = edf_set_volume(edf, volume);
	if (error == EDF_OK)
		error = edf_commit(edf);
	edf_unmount(edf);
	return error == EDF_OK ? 0 : disk_fail(d, error, NULL);
}

int
diskwhole_label(struct diskcmd *c)
{
	char volume[EDF_VOLUME];
	struct edf_disk_info info;
	struct disk d;
	int rc;

	if ((c->nwords > 0 && diskwhole_volume(volume, c->words[0]) != 0) ||
	    disk_open(&d, c->front, &c->disk, c->nwords > 0, 0) != 0)
		return 1;
	if (c->nwords > 0) {
		rc = diskwhole_set_label(&d, volume);
	} else {
		rc = disk_steady(&d, diskwhole_info_work, &info);
		if (rc == 0)
			printf("%.*s\n", diskwhole_width(info.volume),
			    info.volume);
	}
	disk_close(&d);
	return rc;
}
