/* SPDX-License-Identifier: MIT
 *
 * config.c - SYSTEM CONFIG's statements, each checked.  Reads the files that
 * LOGO FILE and LOGMSG FILE name, below the home directory; changes nothing.
 *
 *   SYSTEM name                 default VM370
 *   NODE name                   default the system's name
 *   TIMEZONE tz [name]          tz as in TZ(3): EST5EDT, Europe/Berlin, UTC
 *   LOGO FILE name              default: built in
 *   LOGMSG text                 a line; more statements, more lines
 *   LOGMSG FILE name
 *   VOLUME name...              folders below volumes/
 *   AUTOLOG userid...
 *   SAVED system BY userid      saved at the start if it is not
 *   TDISK n [BLK]               temporary space that a user may have
 *   SPOOLMAX files [n{K|M|G}]   what a user may have in the spool
 *   RDEVICE raddr READER PORT {n|+n} [CLASS c] [START]
 *   RDEVICE raddr {PUNCH|PRINTER} FOLDER name [CLASS c...] [START]
 *                               +n: above the port of the terminals
 *   OPERATOR userid             default OPERATOR
 *   LISTEN address [PLAIN]      default 127.0.0.1; PLAIN: without TLS, too
 *   TLS {OFF | STARTTLS | CERTIFICATE file KEY file}
 *   LIMIT {CONNECTIONS | RATE} {n | OFF}      of one address: at once, a second
 *   LIMIT LOGONS {n [time] | OFF}             failed ones of one address
 *   LIMIT {LOGO | IDLE} {time | OFF}          a time: minutes, or seconds: 90S
 *   LIMIT LOOPBACK              the first three for this host, too
 *
 * A statement is one line of words; a line that begins with * is a comment.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card.h"
#include "dirparse.h"
#include "name.h"
#include "textfile.h"

#define CONFIG_TEXT_MAX IPC_TEXT_MAX /* of the logo, of LOGMSG */
#define CONFIG_VOLSER_MAX 6

_Static_assert(CONFIG_TEXT_MAX == 8192, "a message says so");

#define CONFIG_TDISK (512u << 20 >> 9) /* sparse, but all may be written */
#define CONFIG_SPOOL_BYTES (1ull << 30)
#define CONFIG_TIME_MAX (7 * 24 * 60) /* minutes */
#define CONFIG_COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char config_logo[] =
    "VM/370 Online\n"
    "\n"
    "        VV        VV  MM          MM\n"
    "         VV      VV   MMMM      MMMM\n"
    "          VV    VV    MM  MM  MM  MM\n"
    "           VV  VV     MM    MM    MM\n"
    "            VVVV      MM          MM     370\n"
    "             VV       MM          MM\n"
    "\n"
    "        Virtual Machine Facility for x86-64\n"
    "\n";

struct config_parse {
	struct config *config;
	struct dir_error *err;
	const char *home;
	struct card card;
};

static int
config_error(struct config_parse *p, unsigned number, unsigned column,
    const char *what, const char *detail)
{
	*p->err = (struct dir_error){ .number = number, .line = p->card.line,
		.column = column };
	snprintf(p->err->text, sizeof p->err->text, "%s - %s", what, detail);
	return -1;
}

/* Word i is wrong or missing. */
static int
config_bad(struct config_parse *p, unsigned i, const char *expected)
{
	if (i >= p->card.nwords)
		return config_error(p, DIR_OPERAND_MISSING, p->card.end,
		    "OPERAND MISSING", expected);
	return config_error(p, DIR_INVALID_OPERAND, p->card.word[i].column,
	    "INVALID OPERAND; EXPECTED", expected);
}

static int
config_memory(struct config_parse *p)
{
	return config_error(p, DIR_FILE, 1, "OUT OF MEMORY", "CONFIGURATION");
}

static int
config_name(struct config_parse *p, unsigned i, size_t max, const char *what,
    struct vm_name *name)
{
	char text[VM_NAME_MAX + 1];

	if (!card_copy(&p->card, i, true, text, sizeof text) ||
	    strlen(text) > max || name_parse(text, name) < 0)
		return config_bad(p, i, what);
	return 0;
}

/* Add len bytes to a text that has a limit. */
static int
config_append(struct config_parse *p, char **text, const char *s, size_t len)
{
	size_t had = *text != NULL ? strlen(*text) : 0;
	char *grown;

	if (had + len > CONFIG_TEXT_MAX)
		return config_error(p, DIR_INVALID_OPERAND, 1, "TEXT TOO LONG",
		    "8192 BYTES AT MOST");
	grown = realloc(*text, had + len + 1);
	if (grown == NULL)
		return config_memory(p);
	memcpy(grown + had, s, len);
	grown[had + len] = '\0';
	*text = grown;
	return 0;
}

/* Terminals show it as it is: text only, no control character. */
static bool
config_plain(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c < ' ' && c != '\n') || c == 0x7F)
			return false;
	}
	return true;
}

/* The file that word 2 names, below home and nowhere else. */
static int
config_file(struct config_parse *p, char **text)
{
	char name[128], path[PATH_MAX];
	char *found;
	size_t len;
	int rc;

	if (!card_copy(&p->card, 2, false, name, sizeof name) ||
	    name[0] == '/' || strstr(name, "..") != NULL)
		return config_bad(p, 2, "A FILE BELOW THE HOME DIRECTORY");
	if (p->card.nwords > 3)
		return config_bad(p, 3, "NOTHING MORE");
	snprintf(path, sizeof path, "%s/%s", p->home, name);
	found = textfile_read(path, &len);
	if (found == NULL)
		return config_error(p, DIR_FILE, p->card.word[2].column, name,
		    strerror(errno));
	if (!config_plain(found, len))
		rc = config_error(p, DIR_FILE, p->card.word[2].column, name,
		    "HAS CONTROL CHARACTERS");
	else
		rc = config_append(p, text, found, len);
	if (rc == 0 && len > 0 && found[len - 1] != '\n')
		rc = config_append(p, text, "\n", 1);
	free(found);
	return rc;
}

/* --- statements --- */

static int
config_do_system(struct config_parse *p)
{
	return config_name(p, 1, VM_NAME_MAX, "A NAME", &p->config->system);
}

static int
config_do_node(struct config_parse *p)
{
	return config_name(p, 1, VM_NAME_MAX, "A NAME", &p->config->node);
}

static int
config_do_operator(struct config_parse *p)
{
	return config_name(p, 1, VM_NAME_MAX, "A USERID",
	    &p->config->operator_user);
}

/* TZ is read by the C library from files it finds: allow no path upwards. */
static int
config_do_timezone(struct config_parse *p)
{
	char tz[sizeof p->config->tz];

	if (!card_copy(&p->card, 1, false, tz, sizeof tz) || tz[0] == '/' ||
	    tz[0] == ':' || strstr(tz, "..") != NULL)
		return config_bad(p, 1, "A TIME ZONE LIKE EST5EDT OR UTC");
	memcpy(p->config->tz, tz, sizeof tz);
	if (p->card.nwords > 2 && !card_copy(&p->card, 2, true,
	    p->config->zone, sizeof p->config->zone))
		return config_bad(p, 2, "A NAME OF AT MOST 7 CHARACTERS");
	return 0;
}

static int
config_do_logo(struct config_parse *p)
{
	if (!card_is(&p->card, 1, "FILE"))
		return config_bad(p, 1, "FILE");
	free(p->config->logo);
	p->config->logo = NULL;
	return config_file(p, &p->config->logo);
}

static int
config_do_logmsg(struct config_parse *p)
{
	struct card_word text = card_rest(&p->card, 1);

	if (card_is(&p->card, 1, "FILE"))
		return config_file(p, &p->config->logmsg);
	if (config_append(p, &p->config->logmsg, text.s, text.len) < 0)
		return -1;
	return config_append(p, &p->config->logmsg, "\n", 1);
}

/* Names from word 1 on, each once, into a list of at most `room`. */
static int
config_list(struct config_parse *p, size_t max, const char *what,
    struct vm_name *list, size_t *n, size_t room)
{
	for (unsigned i = 1; i < p->card.nwords; i++) {
		struct vm_name name;

		if (config_name(p, i, max, what, &name) < 0)
			return -1;
		for (size_t k = 0; k < *n; k++)
			if (name_equal(list[k], name))
				return config_error(p, DIR_DUPLICATE,
				    p->card.word[i].column,
				    "DUPLICATE DEFINITION", name_text(name).s);
		if (*n == room)
			return config_error(p, DIR_INVALID_OPERAND,
			    p->card.word[i].column, "TOO MANY",
			    name_text(name).s);
		list[(*n)++] = name;
	}
	return 0;
}

static int
config_do_volume(struct config_parse *p)
{
	return config_list(p, CONFIG_VOLSER_MAX,
	    "A VOLUME OF ONE TO SIX CHARACTERS", p->config->volumes,
	    &p->config->nvolumes, CONFIG_COUNT(p->config->volumes));
}

static int
config_do_autolog(struct config_parse *p)
{
	return config_list(p, VM_NAME_MAX, "A USERID", p->config->autolog,
	    &p->config->nautolog, CONFIG_COUNT(p->config->autolog));
}

static int
config_do_saved(struct config_parse *p)
{
	struct config *c = p->config;
	struct config_saved saved;

	if (config_name(p, 1, VM_NAME_MAX, "A SYSTEM'S NAME",
	    &saved.system) < 0)
		return -1;
	if (!card_is(&p->card, 2, "BY"))
		return config_bad(p, 2, "BY");
	if (config_name(p, 3, VM_NAME_MAX, "A USERID", &saved.by) < 0)
		return -1;
	for (size_t i = 0; i < c->nsaved; i++)
		if (name_equal(c->saved[i].system, saved.system))
			return config_error(p, DIR_DUPLICATE,
			    p->card.word[1].column, "DUPLICATE DEFINITION",
			    name_text(saved.system).s);
	if (c->nsaved == CONFIG_COUNT(c->saved))
		return config_error(p, DIR_INVALID_OPERAND,
		    p->card.word[1].column, "TOO MANY",
		    name_text(saved.system).s);
	c->saved[c->nsaved++] = saved;
	return 0;
}

static int
config_do_tdisk(struct config_parse *p)
{
	unsigned long blocks;

	if (!card_number(&p->card, 1, UINT32_MAX, &blocks))
		return config_bad(p, 1, "A NUMBER OF BLOCKS");
	if (p->card.nwords > 2 && !card_is(&p->card, 2, "BLK"))
		return config_bad(p, 2, "BLK");
	p->config->tdisk = blocks;
	return 0;
}

/* "1024M": bytes, of at least one block */
static bool
config_bytes(const char *text, uint64_t *bytes)
{
	static const char unit[] = "KMG";
	const char *found;
	char *end;
	unsigned long n;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	n = strtoul(text, &end, 10);
	found = *end != '\0' ? strchr(unit, *end) : NULL;
	if (errno != 0 || found == NULL || end[1] != '\0' || n > UINT32_MAX)
		return false;
	*bytes = (uint64_t)n << (10 * (found - unit + 1));
	return *bytes >= SPOOL_BLOCK_MAX && *bytes >> 50 == 0;
}

static int
config_do_spoolmax(struct config_parse *p)
{
	unsigned long files;
	char text[16];

	if (!card_number(&p->card, 1, UINT32_MAX, &files) || files == 0)
		return config_bad(p, 1, "A NUMBER OF FILES");
	p->config->spool_files = (uint32_t)files;
	if (p->card.nwords > 2 &&
	    (!card_copy(&p->card, 2, true, text, sizeof text) ||
	    !config_bytes(text, &p->config->spool_bytes)))
		return config_bad(p, 2, "A SIZE LIKE 1024M");
	return 0;
}

/* --- real devices --- */

/* Folders in the home directory that are CP's own. */
static const char *const config_own_folders[] = { "in", "log", "run", "saved",
	"spool", "tapes", "tls", "volumes" };

/* Below the home directory and nowhere else, and not where CP keeps things. */
static bool
config_folder(const char *name)
{
	size_t first = strcspn(name, "/");

	if (name[0] == '\0' || name[0] == '/' || name[strlen(name) - 1] == '/')
		return false;
	for (const char *part = name; part != NULL;
	     part = strchr(part, '/') != NULL ? strchr(part, '/') + 1 : NULL) {
		if (part[0] == '.' || part[0] == '/')
			return false;
	}
	for (size_t i = 0; i < CONFIG_COUNT(config_own_folders); i++)
		if (strlen(config_own_folders[i]) == first &&
		    strncmp(name, config_own_folders[i], first) == 0)
			return false;
	return config_plain(name, strlen(name));
}

static int
config_unit_folder(struct config_parse *p, struct config_unit *unit)
{
	if (!card_is(&p->card, 3, "FOLDER"))
		return config_bad(p, 3, "FOLDER");
	if (!card_copy(&p->card, 4, false, unit->folder,
	    sizeof unit->folder) || !config_folder(unit->folder))
		return config_bad(p, 4, "A FOLDER OF ITS OWN BELOW THE HOME "
		    "DIRECTORY");
	return 0;
}

static int
config_unit_port(struct config_parse *p, struct config_unit *unit)
{
	const struct config *c = p->config;
	char text[8];
	char *end;
	long port;

	if (!card_is(&p->card, 3, "PORT"))
		return config_bad(p, 3, "PORT");
	if (!card_copy(&p->card, 4, false, text, sizeof text))
		return config_bad(p, 4, "A PORT, OR HOW FAR ABOVE THE TERMINALS'");
	unit->above = text[0] == '+';
	end = text + unit->above;
	port = *end >= '0' && *end <= '9' ? strtol(end, &end, 10) : 0;
	if (*end != '\0' || port < 1 || port > UINT16_MAX)
		return config_bad(p, 4, "A PORT, 1 TO 65535");
	unit->port = (uint16_t)port;
	for (size_t i = 0; i < c->nunits; i++)
		if (c->units[i].port == port &&
		    c->units[i].above == unit->above)
			return config_error(p, DIR_DUPLICATE,
			    p->card.word[4].column, "DUPLICATE DEFINITION",
			    text);
	return 0;
}

/* CLASS: one for what a reader reads, up to eight (or *) to be put out. */
static bool
config_classes(const struct config_unit *unit, const char *text)
{
	bool reader = unit->type == DEVICE_READER;

	if (!reader && strcmp(text, "*") == 0)
		return true;
	for (const char *c = text; *c != '\0'; c++)
		if (!((*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9')) ||
		    strchr(c + 1, *c) != NULL)
			return false;
	return text[0] != '\0' && (!reader || text[1] == '\0');
}

/* The words behind where it is: CLASS and START, in any order. */
static int
config_unit_options(struct config_parse *p, struct config_unit *unit)
{
	char text[UR_CLASSES + 1] = "A";

	for (unsigned i = 5; i < p->card.nwords; i++) {
		if (card_is(&p->card, i, "START")) {
			unit->start = true;
			continue;
		}
		if (!card_is(&p->card, i, "CLASS"))
			return config_bad(p, i, "CLASS OR START");
		i++;
		if (!card_copy(&p->card, i, true, text, sizeof text) ||
		    !config_classes(unit, text))
			return config_bad(p, i, unit->type == DEVICE_READER ?
			    "A CLASS" : "CLASSES, AT MOST EIGHT, OR *");
	}
	memcpy(unit->classes, text, strlen(text));
	return 0;
}

static int
config_unit_raddr(struct config_parse *p, struct config_unit *unit)
{
	const struct config *c = p->config;
	char text[4];
	char *end;

	if (!card_copy(&p->card, 1, true, text, sizeof text))
		return config_bad(p, 1, "A REAL ADDRESS");
	unit->raddr = (vdev_t)strtoul(text, &end, 16);
	if (*end != '\0' || unit->raddr == VDEV_NONE ||
	    strspn(text, "0123456789ABCDEF") != strlen(text))
		return config_bad(p, 1, "A REAL ADDRESS, 001 TO FFF");
	for (size_t i = 0; i < c->nunits; i++)
		if (c->units[i].raddr == unit->raddr)
			return config_error(p, DIR_DUPLICATE,
			    p->card.word[1].column, "DUPLICATE DEFINITION",
			    text);
	if (c->nunits == CONFIG_COUNT(c->units))
		return config_error(p, DIR_INVALID_OPERAND,
		    p->card.word[1].column, "TOO MANY", text);
	return 0;
}

static int
config_do_rdevice(struct config_parse *p)
{
	static const struct {
		const char *name;
		enum device_type type;
		int (*where)(struct config_parse *, struct config_unit *);
	} types[] = {
		{ "READER", DEVICE_READER, config_unit_port },
		{ "PUNCH", DEVICE_PUNCH, config_unit_folder },
		{ "PRINTER", DEVICE_PRINTER, config_unit_folder },
	};
	struct config_unit unit = { 0 };

	if (config_unit_raddr(p, &unit) < 0)
		return -1;
	for (size_t i = 0; i < CONFIG_COUNT(types); i++) {
		if (!card_is(&p->card, 2, types[i].name))
			continue;
		unit.type = types[i].type;
		if (types[i].where(p, &unit) < 0 ||
		    config_unit_options(p, &unit) < 0)
			return -1;
		p->config->units[p->config->nunits++] = unit;
		return 0;
	}
	return config_bad(p, 2, "READER, PUNCH OR PRINTER");
}

/* --- terminals --- */

static int
config_do_listen(struct config_parse *p)
{
	struct config *c = p->config;
	uint8_t address[16];

	if (!card_copy(&p->card, 1, false, c->listen, sizeof c->listen) ||
	    (inet_pton(AF_INET, c->listen, address) != 1 &&
	    inet_pton(AF_INET6, c->listen, address) != 1))
		return config_bad(p, 1, "AN ADDRESS LIKE 127.0.0.1 OR ::");
	c->plain = card_is(&p->card, 2, "PLAIN");
	return p->card.nwords > 2 && !c->plain ? config_bad(p, 2, "PLAIN") : 0;
}

/* A file below the home directory: a lab sees no other. */
static int
config_tls_file(struct config_parse *p, unsigned i, const char *word,
    char file[128])
{
	if (!card_is(&p->card, i, word))
		return config_bad(p, i, word);
	if (!card_copy(&p->card, i + 1, false, file, 128) || file[0] == '/' ||
	    strstr(file, "..") != NULL || !config_plain(file, strlen(file)))
		return config_bad(p, i + 1, "A FILE BELOW THE HOME DIRECTORY");
	return 0;
}

static int
config_do_tls(struct config_parse *p)
{
	struct config_tls *tls = &p->config->tls;

	if (card_is(&p->card, 1, "CERTIFICATE")) {
		if (config_tls_file(p, 1, "CERTIFICATE", tls->cert) < 0)
			return -1;
		return config_tls_file(p, 3, "KEY", tls->key);
	}
	if (p->card.nwords > 2)
		return config_bad(p, 2, "NOTHING MORE");
	if (card_is(&p->card, 1, "STARTTLS"))
		tls->starttls = true;
	else if (card_is(&p->card, 1, "OFF"))
		tls->off = true;
	else
		return config_bad(p, 1, "CERTIFICATE, STARTTLS OR OFF");
	return 0;
}

/* "10": minutes, "90S": seconds; "OFF": none. */
static bool
config_time(const char *text, uint32_t *seconds)
{
	unsigned long n;
	char *end;

	*seconds = 0;
	if (strcmp(text, "OFF") == 0)
		return true;
	if (text[0] < '0' || text[0] > '9' || strlen(text) > 9)
		return false;
	n = strtoul(text, &end, 10);
	if (strcmp(end, "S") != 0)
		n *= 60;
	else
		end++;
	*seconds = (uint32_t)n;
	return *end == '\0' && n > 0 && n <= CONFIG_TIME_MAX * 60;
}

static int
config_limit_time(struct config_parse *p, unsigned i, uint32_t *seconds)
{
	char text[12];

	if (!card_copy(&p->card, i, true, text, sizeof text) ||
	    !config_time(text, seconds))
		return config_bad(p, i, "MINUTES, SECONDS LIKE 90S, OR OFF");
	return 0;
}

static int
config_limit_count(struct config_parse *p, uint32_t *count)
{
	unsigned long n = 0;

	if (!card_is(&p->card, 2, "OFF") &&
	    (!card_number(&p->card, 2, UINT16_MAX, &n) || n == 0))
		return config_bad(p, 2, "A NUMBER, OR OFF");
	*count = (uint32_t)n;
	return 0;
}

static int
config_do_limit(struct config_parse *p)
{
	struct config_limits *l = &p->config->limits;
	const struct {
		const char *name;
		unsigned words;
		uint32_t *count, *time;
	} limits[] = {
		{ "CONNECTIONS", 3, &l->connections, NULL },
		{ "RATE", 3, &l->rate, NULL },
		{ "LOGONS", 4, &l->logons, &l->logons_s },
		{ "LOGO", 3, NULL, &l->logo_s },
		{ "IDLE", 3, NULL, &l->idle_s },
		{ "LOOPBACK", 2, NULL, NULL },
	};
	unsigned i = 0, at = 2;

	while (i < CONFIG_COUNT(limits) &&
	    !card_is(&p->card, 1, limits[i].name))
		i++;
	if (i == CONFIG_COUNT(limits))
		return config_bad(p, 1, "CONNECTIONS, RATE, LOGONS, LOGO, "
		    "IDLE OR LOOPBACK");
	if (p->card.nwords > limits[i].words)
		return config_bad(p, limits[i].words, "NOTHING MORE");
	if (limits[i].words == 2)
		l->loopback = true;
	if (limits[i].count != NULL &&
	    config_limit_count(p, limits[i].count) < 0)
		return -1;
	at += limits[i].count != NULL;
	if (limits[i].time == NULL || (at == 3 && p->card.nwords == 3))
		return 0;
	return config_limit_time(p, at, limits[i].time);
}

static const struct config_statement {
	const char *name;
	unsigned min, max; /* operands */
	int (*run)(struct config_parse *);
} config_statements[] = {
	{ "SYSTEM", 1, 1, config_do_system },
	{ "NODE", 1, 1, config_do_node },
	{ "TIMEZONE", 1, 2, config_do_timezone },
	{ "LOGO", 2, 2, config_do_logo },
	{ "LOGMSG", 0, CARD_WORDS_MAX, config_do_logmsg },
	{ "VOLUME", 1, CARD_WORDS_MAX, config_do_volume },
	{ "AUTOLOG", 1, CARD_WORDS_MAX, config_do_autolog },
	{ "SAVED", 3, 3, config_do_saved },
	{ "TDISK", 1, 2, config_do_tdisk },
	{ "SPOOLMAX", 1, 2, config_do_spoolmax },
	{ "RDEVICE", 4, 7, config_do_rdevice },
	{ "OPERATOR", 1, 1, config_do_operator },
	{ "LISTEN", 1, 2, config_do_listen },
	{ "TLS", 1, 4, config_do_tls },
	{ "LIMIT", 1, 3, config_do_limit },
};

static int
config_statement(struct config_parse *p)
{
	for (size_t i = 0; i < CONFIG_COUNT(config_statements); i++) {
		const struct config_statement *st = &config_statements[i];

		if (!card_is(&p->card, 0, st->name))
			continue;
		if (p->card.nwords - 1 < st->min)
			return config_bad(p, p->card.nwords, st->name);
		if (p->card.nwords - 1 > st->max)
			return config_bad(p, st->max + 1, "NOTHING MORE");
		return st->run(p);
	}
	return config_error(p, DIR_STATEMENT, p->card.word[0].column,
	    "UNKNOWN STATEMENT", "SEE SYSTEM CONFIG IN THE OPERATOR'S GUIDE");
}

static int
config_read(struct config_parse *p, const char *text, size_t len)
{
	struct card_reader reader = { .text = text, .len = len };
	const char *why = "";
	unsigned column = 1;
	int got;

	while ((got = card_next(&reader, &p->card, &column, &why)) > 0)
		if (config_statement(p) < 0)
			return -1;
	if (got < 0)
		return config_error(p, DIR_INVALID_OPERAND, column,
		    "INVALID LINE", why);
	return 0;
}

/* What no statement set. */
static int
config_defaults(struct config_parse *p)
{
	struct config *c = p->config;

	if (name_empty(c->system))
		name_parse("VM370", &c->system);
	if (name_empty(c->node))
		c->node = c->system;
	if (name_empty(c->operator_user))
		name_parse("OPERATOR", &c->operator_user);
	if (c->logo == NULL &&
	    config_append(p, &c->logo, config_logo, strlen(config_logo)) < 0)
		return -1;
	return c->logmsg != NULL ? 0 : config_append(p, &c->logmsg, "", 0);
}

struct config *
config_parse(const char *text, size_t len, const char *home,
    struct dir_error *err)
{
	struct config_parse p = { .err = err, .home = home };

	*err = (struct dir_error){ 0 };
	p.config = calloc(1, sizeof *p.config);
	if (p.config == NULL) {
		config_memory(&p);
		return NULL;
	}
	p.config->tdisk = CONFIG_TDISK;
	p.config->spool_bytes = CONFIG_SPOOL_BYTES;
	p.config->spool_files = SPOOLID_MAX;
	p.config->limits = (struct config_limits){ .connections = 64,
		.rate = 20, .logons = 10, .logons_s = 600, .logo_s = 600 };
	if (config_read(&p, text, len) < 0 || config_defaults(&p) < 0) {
		config_free(p.config);
		return NULL;
	}
	return p.config;
}

struct config *
config_load(const char *path, const char *home, struct dir_error *err)
{
	struct config *config;
	size_t len;
	char *text = textfile_read(path, &len);

	if (text == NULL) {
		dir_error_set(err, DIR_FILE, "%s: %s", path, strerror(errno));
		return NULL;
	}
	config = config_parse(text, len, home, err);
	free(text);
	return config;
}

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	free(config->logo);
	free(config->logmsg);
	free(config);
}
