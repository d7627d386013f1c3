/* SPDX-License-Identifier: MIT
 *
 * cmd/query_links.c - QUERY LINKS: who has a minidisk that one has oneself.
 */
#include <stdio.h>

#include "command.h"
#include "device.h"
#include "hexloc.h"
#include "minidisk.h"
#include "name.h"
#include "vmblok.h"

#define LINKS_IN_LINE 4

/* "CMSUSER  191 R/W"; the host's programs have no address. */
static size_t
links_entry(char *buf, size_t size, const struct mdlink *l)
{
	return (size_t)snprintf(buf, size, "%-8s %s %s", name_text(l->user).s,
	    l->as == VDEV_NONE ? "---" : device_hex(l->as).s,
	    l->write ? "R/W" : "R/O");
}

static void
links_list(struct request *rq, const struct mdlink *link)
{
	const struct mdlink *l;
	unsigned in_line = 0;
	char line[128];
	size_t n = 0;

	TAILQ_FOREACH(l, &rq->cp->links, entry) {
		if (!minidisk_same(l, link))
			continue;
		if (in_line == LINKS_IN_LINE) {
			reply_line(rq, "%s,", line);
			in_line = 0;
			n = 0;
		}
		if (in_line++ > 0)
			n += (size_t)snprintf(line + n, sizeof line - n, ", ");
		n += links_entry(line + n, sizeof line - n, l);
	}
	reply_line(rq, "%s", line); /* his own at least */
}

static int
query_links(struct request *rq)
{
	const char *word = request_word(rq, 2);
	vdev_t vdev = hexloc_vdev(word);
	const struct vdev *d;

	if (vdev == VDEV_NONE)
		return reply_error(rq, 22);
	if (rq->words > 3)
		return reply_error(rq, 2, request_word(rq, 3));
	d = device_find(rq->vm, vdev);
	if (d == NULL)
		return reply_error(rq, 40, word);
	if (d->link == NULL)
		return reply_error(rq, 6, word);
	links_list(rq, d->link);
	return 0;
}

CP_QUERY(links, .name = "LINKS", .abbrev = 3, .machine = true,
	.run = query_links, .syntax = "LINks vaddr",
	.help = "Who is linked to a minidisk of yours, as which device, and "
		"how.");
