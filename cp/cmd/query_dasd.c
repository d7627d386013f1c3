/* SPDX-License-Identifier: MIT
 *
 * cmd/query_dasd.c - QUERY DASD: the system's volumes, and which minidisk is
 * where on one of them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "device.h"
#include "minidisk.h"
#include "name.h"

/* A minidisk on a volume. */
struct dasd_extent {
	const struct dir_user *owner;
	const struct dir_mdisk *md;
};

struct dasd_map {
	struct dasd_extent *extent;
	size_t n;
};

/* By volume, then by place on it. */
static int
dasd_order(const void *a, const void *b)
{
	const struct dasd_extent *x = a, *y = b;
	int by_volume = memcmp(x->md->volume.c, y->md->volume.c, VM_NAME_MAX);

	if (by_volume != 0)
		return by_volume;
	if (x->md->start != y->md->start)
		return x->md->start < y->md->start ? -1 : 1;
	return memcmp(x->owner->name.c, y->owner->name.c, VM_NAME_MAX);
}

static size_t
dasd_count(const struct directory *dir)
{
	size_t n = 0;

	for (size_t i = 0; i < directory_count(dir); i++)
		n += directory_at(dir, i)->nmdisks;
	return n;
}

/* Every minidisk that is on a volume.  -1: no memory. */
static int
dasd_collect(const struct directory *dir, struct dasd_map *map)
{
	map->n = 0;
	map->extent = calloc(dasd_count(dir) + 1, sizeof *map->extent);
	if (map->extent == NULL)
		return -1;
	for (size_t i = 0; i < directory_count(dir); i++) {
		const struct dir_user *u = directory_at(dir, i);

		for (size_t k = 0; k < u->nmdisks; k++)
			if (!u->mdisks[k].tdisk)
				map->extent[map->n++] = (struct dasd_extent){
					.owner = u, .md = &u->mdisks[k] };
	}
	qsort(map->extent, map->n, sizeof *map->extent, dasd_order);
	return 0;
}

/* How many have something on a volume; with a minidisk, how many have that. */
static unsigned
dasd_links(const struct cp *cp, struct vm_name volume,
    const struct dasd_extent *e)
{
	const struct mdlink *l;
	unsigned n = 0;

	TAILQ_FOREACH(l, &cp->links, entry)
		n += name_equal(l->volume, volume) && (e == NULL ||
		    (l->vdev == e->md->vdev &&
		    name_equal(l->owner, e->owner->name)));
	return n;
}

static void
dasd_volume(struct request *rq, struct vm_name volume)
{
	if (minidisk_mounted(rq->cp, volume))
		reply_line(rq, "DASD %-6s CP SYSTEM %03u",
		    name_text(volume).s, dasd_links(rq->cp, volume, NULL));
	else
		reply_line(rq, "DASD %-6s NOT MOUNTED", name_text(volume).s);
}

/* Those of SYSTEM CONFIG, then those that only the directory names. */
static void
dasd_volumes(struct request *rq, const struct dasd_map *map)
{
	const struct config *config = rq->cp->config;

	for (size_t i = 0; i < config->nvolumes; i++)
		dasd_volume(rq, config->volumes[i]);
	for (size_t i = 0; i < map->n; i++) {
		struct vm_name volume = map->extent[i].md->volume;
		bool said = i > 0 &&
		    name_equal(map->extent[i - 1].md->volume, volume);

		for (size_t k = 0; k < config->nvolumes; k++)
			said |= name_equal(config->volumes[k], volume);
		if (!said)
			dasd_volume(rq, volume);
	}
}

static int
dasd_minidisks(struct request *rq, const struct dasd_map *map,
    struct vm_name volume)
{
	unsigned n = 0;

	for (size_t i = 0; i < map->n; i++) {
		const struct dasd_extent *e = &map->extent[i];

		if (!name_equal(e->md->volume, volume))
			continue;
		if (n++ == 0)
			reply_line(rq, "VOLUME USERID   CUU DEVTYPE      START"
			    "        END       SIZE LINKS");
		reply_line(rq, "%-6s %-8s %s FB-512  %10" PRIu64 " %10" PRIu64
		    " %10" PRIu64 "   %03u", name_text(volume).s,
		    name_text(e->owner->name).s, device_hex(e->md->vdev).s,
		    e->md->start, e->md->start + e->md->blocks - 1,
		    e->md->blocks, dasd_links(rq->cp, volume, e));
	}
	return n > 0 ? 0 : reply_error(rq, 40, name_text(volume).s);
}

static int
query_dasd(struct request *rq)
{
	struct vm_name volume;
	struct dasd_map map;
	int rc = 0;

	if (rq->words > 3)
		return reply_error(rq, 2, request_word(rq, 3));
	if (rq->words == 3 && name_parse(request_word(rq, 2), &volume) < 0)
		return reply_error(rq, 2, request_word(rq, 2));
	if (dasd_collect(rq->cp->dir->dir, &map) < 0)
		return reply_error(rq, 183, "QUERY DASD", "NO STORAGE");
	if (rq->words == 3)
		rc = dasd_minidisks(rq, &map, volume);
	else
		dasd_volumes(rq, &map);
	free(map.extent);
	return rc;
}

CP_QUERY(dasd, .name = "DASD", .abbrev = 4, .class = CLASS('B'),
	.run = query_dasd, .syntax = "DASD [volid]",
	.help = "The system's volumes, and how many links there are to them; "
		"or the minidisks of one, where they are and how many have "
		"them.");
