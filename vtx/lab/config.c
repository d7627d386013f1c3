/* SPDX-License-Identifier: MIT
 *
 * config.c - the key=value lines that the supervisor gives the agent.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab.h"

int
lab_config_text(const struct lab_config *c, char *buf, int size)
{
	return snprintf(buf, (size_t)size,
	    "serve=%d\nplain=%d\ntoken=%s\nproxy=%s\naddress=%s\n"
	    "outside=%s\nreaders=%s\nzone=%s\n", c->serve, c->plain,
	    c->token, c->proxy, c->address, c->outside, c->readers, c->zone);
}

static void
lab_config_line(struct lab_config *c, char *line)
{
	const struct {
		const char *key;
		char *value;
	} texts[] = {
		{ "token", c->token },
		{ "proxy", c->proxy },
		{ "address", c->address },
		{ "outside", c->outside },
		{ "readers", c->readers },
		{ "zone", c->zone },
	};
	char *value = strchr(line, '=');

	line[strcspn(line, "\n")] = '\0';
	if (value == NULL)
		return;
	*value++ = '\0';
	if (strcmp(line, "serve") == 0)
		c->serve = atoi(value);
	if (strcmp(line, "plain") == 0)
		c->plain = atoi(value);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (strcmp(line, texts[i].key) == 0)
			snprintf(texts[i].value, LAB_LINE_MAX, "%s", value);
}

int
lab_config_read(const char *path, struct lab_config *c)
{
	char line[LAB_LINE_MAX];
	FILE *f = fopen(path, "re");

	memset(c, 0, sizeof *c);
	if (f == NULL)
		return -1;
	while (fgets(line, sizeof line, f) != NULL)
		lab_config_line(c, line);
	fclose(f);
	if (strlen(c->token) == 0) {
		errno = EINVAL;
		return -1;
	}
	return 0;
}
