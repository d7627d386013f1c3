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

/* What is asked for. */
struct nss_query {
	struct vm_name name; /* empty: everyone's */
	bool map;
	unsigned rows;
};

/* A is available; P pending purge: it is run, but not to be had any more; a
 * file that is no saved system has no class. */
static char
nss_class(const struct nss *n)
{
	if (n->damaged)
		return '-';
	return n->current ? 'A' : 'P';
}

static void
nss_row(struct request *rq, const struct nss *n)
{
	time_t when = (time_t)(n->h.utc_ns / NS_PER_S);
	char date[32] = "--/-- --:--:--";
	struct tm tm;

	if (n->h.pages > 0 && localtime_r(&when, &tm) != NULL)
		strftime(date, sizeof date, "%m/%d %H:%M:%S", &tm);
	reply_line(rq, "*NSS     %04u NSS  %c  %04u %s %-8s NSS      %s",
	    n->file, nss_class(n), n->h.pages, date, name_text(n->h.name).s,
	    name_empty(n->h.by.user) ? "-" : name_text(n->h.by.user).s);
}

/* Whoever runs it has each page to himself when he writes to it. */
static void
nss_map_row(struct request *rq, const struct nss *n)
{
	struct saved_run first = n->run[0];

	reply_line(rq, "%04u %-8s NSS      %07" PRIu64 "K %05X  %05X  EW   %c"
	    "  %05u  OMITTED  NO", n->file, name_text(n->h.name).s,
	    n->h.storage >> 10, first.page, first.pages > 0 ?
	    first.page + first.pages - 1 : 0, nss_class(n), n->users);
	for (uint32_t i = 1; i < n->h.runs && i < SAVED_RUNS_MAX; i++)
		reply_line(rq, "%32s%05X  %05X  EW", "", n->run[i].page,
		    n->run[i].page + n->run[i].pages - 1);
}

static void
nss_head(struct request *rq, bool map)
{
	reply_text(rq, map ? "FILE FILENAME FILETYPE MINSIZE  BEGPAG ENDPAG "
	    "TYPE CL #USERS PARMREGS VMGROUP" : "OWNERID  FILE TYPE CL RECS "
	    "DATE  TIME     FILENAME FILETYPE ORIGINID");
}

/* Those that can be had come first. */
static void
nss_rows(struct request *rq, struct nss_query *q)
{
	const struct nss *n;

	nss_scan(rq->cp);
	for (int current = 1; current >= 0; current--)
		TAILQ_FOREACH(n, &rq->cp->nss, entry) {
			if (n->current != (current == 1) ||
			    (!name_empty(q->name) &&
			    !name_equal(q->name, n->h.name)))
				continue;
			if (q->rows++ == 0)
				nss_head(rq, q->map);
			if (q->map)
				nss_map_row(rq, n);
			else
				nss_row(rq, n);
		}
}

static int
query_nss(struct request *rq)
{
	unsigned words = rq->words, i = 2;
	struct nss_query q = { 0 };
	const char *word = "";

	q.map = words > 2 && request_is(rq, words - 1, "MAP", 3);
	words -= q.map;
	if (i < words && request_is(rq, i, "NAME", 4)) {
		if (++i == words)
			return reply_error(rq, 26);
		word = request_word(rq, i++);
		if (!nss_name(word, &q.name))
			return reply_error(rq, 44, word);
	} else if (i < words && request_is(rq, i, "ALL", 3)) {
		i++;
	}
	if (i < words)
		return reply_error(rq, 2, request_word(rq, i));
	nss_rows(rq, &q);
	if (q.rows == 0 && *word != '\0')
		return reply_error(rq, 44, word);
	if (q.rows == 0)
		reply_text(rq, "NO SAVED SYSTEMS");
	return 0;
}

CP_QUERY(nss, .name = "NSS", .abbrev = 3, .class = CLASS('E'),
	.run = query_nss, .syntax = "NSS [NAME name|ALL] [MAP]",
	.help = "The saved systems: class A is available, P is pending purge: "
		"run, but replaced or purged; - is a damaged file. MAP: the "
		"storage they need, the pages they have, and how many run "
		"them.");
