/* SPDX-License-Identifier: MIT
 *
 * cmd/query_nss.c - QUERY NSS: the saved systems, and how many run them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "name.h"
#include "nss.h"

#define NS_PER_S 1000000000

static void
nss_head(struct request *rq)
{
	reply_line(rq, "FILE FILENAME TYPE CL USERS STORAGE PAGES DATE     "
	    "TIME     ORIGINID");
}

/* A is available; P pending purge: it is run, but not to be had any more; a
 * file that is no saved system has no class. */
static void
nss_row(struct request *rq, const struct nss *n)
{
	time_t when = (time_t)(n->h.utc_ns / NS_PER_S);
	char date[32] = "";
	struct tm tm;

	if (n->h.pages == 0) {
		reply_line(rq, "%04u %-8s NSS  -  00000      - ----- "
		    "--/--/-- --:--:-- -", n->file, name_text(n->h.name).s);
		return;
	}
	if (localtime_r(&when, &tm) != NULL)
		strftime(date, sizeof date, "%m/%d/%y %H:%M:%S", &tm);
	reply_line(rq, "%04u %-8s NSS  %c  %05u %6" PRIu64 "K %05u %s %s",
	    n->file, name_text(n->h.name).s, n->current ? 'A' : 'P', n->users,
	    n->h.storage >> 10, n->h.pages, date, name_text(n->h.by.user).s);
}

/* All of a name; an empty name is everyone's. */
static unsigned
nss_rows(struct request *rq, struct vm_name name)
{
	const struct nss *n;
	unsigned rows = 0;

	nss_scan(rq->cp);
	for (int current = 1; current >= 0; current--)
		TAILQ_FOREACH(n, &rq->cp->nss, entry) {
			if (n->current != (current == 1) ||
			    (!name_empty(name) &&
			    !name_equal(name, n->h.name)))
				continue;
			if (rows++ == 0)
				nss_head(rq);
			nss_row(rq, n);
		}
	return rows;
}

static int
query_nss(struct request *rq)
{
	const char *word = request_word(rq, 3);
	struct vm_name name = { 0 };

	if (rq->words == 2 || (rq->words == 3 && request_is(rq, 2, "ALL", 3))) {
		if (nss_rows(rq, name) == 0)
			reply_text(rq, "NO SAVED SYSTEMS");
		return 0;
	}
	if (!request_is(rq, 2, "NAME", 4))
		return reply_error(rq, 2, request_word(rq, 2));
	if (rq->words > 4)
		return reply_error(rq, 2, request_word(rq, 4));
	if (*word == '\0')
		return reply_error(rq, 26);
	if (!nss_name(word, &name) || nss_rows(rq, name) == 0)
		return reply_error(rq, 44, word);
	return 0;
}

CP_QUERY(nss, .name = "NSS", .abbrev = 3, .class = CLASS('E'),
	.run = query_nss, .syntax = "NSS [NAME name|ALL]",
	.help = "The saved systems: class A is available, P is pending purge: "
		"run, but replaced or purged; - is a damaged file.");
