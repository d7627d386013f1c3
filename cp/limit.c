/* SPDX-License-Identifier: MIT
 *
 * limit.c - a table of addresses, hashed; reads no clock and no socket.
 */
#include "limit.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/random.h>

#define LIMIT_HASH 1024

struct limit_row {
	LIST_ENTRY(limit_row) hashed;
	TAILQ_ENTRY(limit_row) aged; /* the oldest use first */
	uint8_t bytes[16];
	unsigned open;
	uint64_t budget_ms; /* up to when its connections are spent */
	unsigned failed;
	uint64_t failed_ms; /* since when they are counted */
};

struct limit {
	const struct config_limits *rules;
	uint64_t secret; /* nobody chooses addresses that collide */
	unsigned n;
	LIST_HEAD(, limit_row) hash[LIMIT_HASH];
	TAILQ_HEAD(, limit_row) age;
};

/* --- addresses --- */

/* An address of IPv4, as all are kept. */
static bool
limit_is_mapped(const uint8_t bytes[16])
{
	static const uint8_t mapped[12] = { [10] = 0xFF, [11] = 0xFF };

	return memcmp(bytes, mapped, sizeof mapped) == 0;
}

static bool
limit_is_loopback(const uint8_t bytes[16])
{
	static const uint8_t one[16] = { [15] = 1 };

	return memcmp(bytes, one, sizeof one) == 0 ||
	    (limit_is_mapped(bytes) && bytes[12] == 127);
}

struct limit_address
limit_address(const char *peer)
{
	struct limit_address a = { 0 };
	char text[INET6_ADDRSTRLEN + 2];
	bool v6 = peer[0] == '[';
	size_t n;

	peer += v6;
	n = strcspn(peer, v6 ? "]" : ":");
	if (peer[n] == '\0' || n >= sizeof text)
		return a;
	memcpy(text, peer, n);
	text[n] = '\0';
	if (v6) {
		a.known = inet_pton(AF_INET6, text, a.bytes) == 1;
	} else {
		a.bytes[10] = a.bytes[11] = 0xFF;
		a.known = inet_pton(AF_INET, text, a.bytes + 12) == 1;
	}
	a.loopback = a.known && limit_is_loopback(a.bytes);
	return a;
}

/* What an address is counted as. */
static void
limit_key(const struct limit_address *from, uint8_t key[16])
{
	memcpy(key, from->bytes, 16);
	if (!limit_is_mapped(key))
		memset(key + 8, 0, 8);
}

/* --- rows --- */

static unsigned
limit_hash(const struct limit *lm, const uint8_t key[16])
{
	uint64_t h = lm->secret;

	for (int i = 0; i < 16; i++)
		h = (h ^ key[i]) * 0x9E3779B97F4A7C15ull;
	return (unsigned)(h >> 32) % LIMIT_HASH;
}

static void
limit_forget(struct limit *lm, struct limit_row *row)
{
	LIST_REMOVE(row, hashed);
	TAILQ_REMOVE(&lm->age, row, aged);
	lm->n--;
	free(row);
}

/* Room for one more: the oldest that has no connection goes. */
static bool
limit_room(struct limit *lm)
{
	struct limit_row *row;

	if (lm->n < LIMIT_ADDRESSES)
		return true;
	TAILQ_FOREACH(row, &lm->age, aged)
		if (row->open == 0) {
			limit_forget(lm, row);
			return true;
		}
	return false;
}

static struct limit_row *
limit_find(struct limit *lm, const struct limit_address *from)
{
	struct limit_row *row;
	uint8_t key[16];

	limit_key(from, key);
	LIST_FOREACH(row, &lm->hash[limit_hash(lm, key)], hashed)
		if (memcmp(row->bytes, key, sizeof key) == 0)
			return row;
	return NULL;
}

/* The address's row, which is the newest now.  NULL: no room for it. */
static struct limit_row *
limit_take(struct limit *lm, const struct limit_address *from)
{
	struct limit_row *row = limit_find(lm, from);

	if (row == NULL) {
		if (!limit_room(lm) ||
		    (row = calloc(1, sizeof *row)) == NULL)
			return NULL;
		limit_key(from, row->bytes);
		LIST_INSERT_HEAD(&lm->hash[limit_hash(lm, row->bytes)], row,
		    hashed);
		lm->n++;
	} else {
		TAILQ_REMOVE(&lm->age, row, aged);
	}
	TAILQ_INSERT_TAIL(&lm->age, row, aged);
	return row;
}

/* --- the rules --- */

static bool
limit_counts(const struct limit *lm, const struct limit_address *from)
{
	return from->known && (!from->loopback || lm->rules->loopback);
}

/*
 * A second's worth of connections may come at once; then one each rate-th of a
 * second.  budget_ms runs ahead of the clock by what was spent.
 */
static bool
limit_rate(struct limit_row *row, uint32_t rate, uint64_t ms)
{
	uint64_t cost = rate < 1000 ? 1000 / rate : 1;

	if (row->budget_ms < ms)
		row->budget_ms = ms;
	if (row->budget_ms + cost > ms + 1000)
		return false;
	row->budget_ms += cost;
	return true;
}

bool
limit_open(struct limit *lm, const struct limit_address *from, uint64_t ms)
{
	const struct config_limits *rules = lm->rules;
	struct limit_row *row;

	if (!limit_counts(lm, from))
		return true;
	row = limit_take(lm, from);
	if (row == NULL ||
	    (rules->connections != 0 && row->open >= rules->connections) ||
	    (rules->rate != 0 && !limit_rate(row, rules->rate, ms)))
		return false;
	row->open++;
	return true;
}

void
limit_close(struct limit *lm, const struct limit_address *from)
{
	struct limit_row *row;

	if (!limit_counts(lm, from))
		return;
	row = limit_find(lm, from);
	if (row != NULL && row->open > 0)
		row->open--;
}

static bool
limit_fresh(const struct limit *lm, const struct limit_row *row,
    uint64_t ms)
{
	return row->failed > 0 &&
	    ms - row->failed_ms < lm->rules->logons_s * 1000ull;
}

void
limit_failed(struct limit *lm, const struct limit_address *from,
    uint64_t ms)
{
	struct limit_row *row;

	if (!limit_counts(lm, from) ||
	    (row = limit_take(lm, from)) == NULL)
		return;
	if (!limit_fresh(lm, row, ms)) {
		row->failed = 0;
		row->failed_ms = ms;
	}
	row->failed++;
}

bool
limit_blocked(struct limit *lm, const struct limit_address *from,
    uint64_t ms)
{
	const struct limit_row *row;

	if (lm->rules->logons == 0 || !limit_counts(lm, from))
		return false;
	row = limit_find(lm, from);
	return row != NULL && limit_fresh(lm, row, ms) &&
	    row->failed >= lm->rules->logons;
}

/* --- all of it --- */

struct limit *
limit_new(const struct config_limits *rules)
{
	struct limit *lm = calloc(1, sizeof *lm);

	if (lm == NULL)
		return NULL;
	lm->rules = rules;
	if (getrandom(&lm->secret, sizeof lm->secret, 0) !=
	    sizeof lm->secret) {
		free(lm);
		return NULL;
	}
	for (int i = 0; i < LIMIT_HASH; i++)
		LIST_INIT(&lm->hash[i]);
	TAILQ_INIT(&lm->age);
	return lm;
}

void
limit_free(struct limit *lm)
{
	struct limit_row *row;

	if (lm == NULL)
		return;
	while ((row = TAILQ_FIRST(&lm->age)) != NULL)
		limit_forget(lm, row);
	free(lm);
}
