/* SPDX-License-Identifier: MIT
 *
 * config.c - SYSTEM CONFIG: each statement, defaults, errors with line and
 * column, files below the home directory and no others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config.h"
#include "name.h"
#include "textfile.h"

static char home[64];

static struct config *
parse(const char *text, struct dir_error *err)
{
	return config_parse(text, strlen(text), home, err);
}

static void
defaults(void **state)
{
	struct dir_error err;
	struct config *c = parse("", &err);

	(void)state;
	assert_non_null(c);
	assert_string_equal(name_text(c->system).s, "VM370");
	assert_string_equal(name_text(c->node).s, "VM370");
	assert_string_equal(name_text(c->operator_user).s, "OPERATOR");
	assert_string_equal(c->tz, "");
	assert_string_equal(c->zone, "");
	assert_string_equal(c->logmsg, "");
	assert_memory_equal(c->logo, "VM/370 Online\n", 14);
	assert_int_equal(c->nvolumes, 0);
	assert_int_equal(c->nautolog, 0);
	assert_int_equal(c->tdisk, 1 << 20);
	config_free(c);
	config_free(NULL);
}

static void
everything(void **state)
{
	struct dir_error err;
	struct config *c = parse("* comment\nsystem mysys\nNODE NODE1\n"
	    "TIMEZONE EST5EDT EST\nLOGMSG First  line\nLOGMSG\n"
	    "LOGMSG * third, mixed Case; gr\xC3\xBC\xC3\x9F" "e\n"
	    "VOLUME VOL1 VOL2\nVOLUME VOL3\nAUTOLOG A B\nOPERATOR OP\n"
	    "SAVED CMS BY CMSGEN\nSAVED OTHER BY CMSGEN\nTDISK 5\n"
	    "tdisk 2000 blk\n",
	    &err);

	(void)state;
	assert_non_null(c);
	assert_string_equal(name_text(c->system).s, "MYSYS");
	assert_string_equal(name_text(c->node).s, "NODE1");
	assert_string_equal(c->tz, "EST5EDT");
	assert_string_equal(c->zone, "EST");
	assert_string_equal(c->logmsg, "First  line\n\n* third, mixed Case; "
	    "gr\xC3\xBC\xC3\x9F" "e\n");
	assert_int_equal(c->nvolumes, 3);
	assert_string_equal(name_text(c->volumes[2]).s, "VOL3");
	assert_int_equal(c->nautolog, 2);
	assert_string_equal(name_text(c->operator_user).s, "OP");
	assert_int_equal(c->nsaved, 2);
	assert_string_equal(name_text(c->saved[1].system).s, "OTHER");
	assert_string_equal(name_text(c->saved[1].by).s, "CMSGEN");
	assert_int_equal(c->tdisk, 2000); /* the last one */
	config_free(c);
	c = parse("SYSTEM ABC\nTIMEZONE UTC\nTIMEZONE Asia/Kolkata\n", &err);
	assert_non_null(c);
	assert_string_equal(name_text(c->node).s, "ABC");
	assert_string_equal(c->tz, "Asia/Kolkata"); /* the last one */
	config_free(c);
}

static void
bad(void **state)
{
	static const struct {
		const char *text;
		unsigned line, column;
	} cases[] = {
		{ "NONSENSE\n", 1, 1 },
		{ "\n  SYSTEM\n", 2, 9 },
		{ "SYSTEM NINECHARS\n", 1, 8 },
		{ "SYSTEM A B\n", 1, 10 },
		{ "NODE ../X\n", 1, 6 },
		{ "TIMEZONE /etc/passwd\n", 1, 10 },
		{ "TIMEZONE ../../etc/passwd\n", 1, 10 },
		{ "TIMEZONE :UTC\n", 1, 10 },
		{ "TIMEZONE UTC LONGNAME\n", 1, 14 },
		{ "LOGO TEXT X\n", 1, 6 },
		{ "LOGO FILE /etc/passwd\n", 1, 11 },
		{ "LOGO FILE ../x\n", 1, 11 },
		{ "LOGO FILE none\n", 1, 11 },
		{ "LOGMSG FILE none\n", 1, 13 },
		{ "VOLUME VOL1 TOOLONG\n", 1, 13 },
		{ "VOLUME VOL1\nVOLUME VOL1\n", 2, 8 },
		{ "AUTOLOG A A\n", 1, 11 },
		{ "OPERATOR *\n", 1, 10 },
		{ "SAVED CMS\n", 1, 10 },
		{ "SAVED CMS IN CMSGEN\n", 1, 11 },
		{ "SAVED NINECHARS BY CMSGEN\n", 1, 7 },
		{ "SAVED CMS BY A\nSAVED CMS BY B\n", 2, 7 },
		{ "TDISK\n", 1, 6 },
		{ "TDISK 1G\n", 1, 7 },
		{ "TDISK 4294967296\n", 1, 7 },
		{ "TDISK 10 CYL\n", 1, 10 },
		{ "LOGMSG a\x1B[2Jb\n", 1, 9 },
	};
	struct dir_error err;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_null(parse(cases[i].text, &err));
		if (err.line != cases[i].line ||
		    err.column != cases[i].column || err.text[0] == '\0')
			fail_msg("%s: line %u column %u %s", cases[i].text,
			    err.line, err.column, err.text);
	}
}

static void
limits(void **state)
{
	char text[20000] = "";
	struct dir_error err;
	struct config *c;

	(void)state;
	for (int i = 0; i < 65; i++)
		sprintf(text + strlen(text), "VOLUME V%d\n", i);
	assert_null(parse(text, &err));
	assert_int_equal(err.line, 65);
	text[0] = '\0';
	for (int i = 0; i < 130; i++)
		sprintf(text + strlen(text), "LOGMSG %064d\n", i);
	assert_null(parse(text, &err));
	assert_int_equal(err.line, 127); /* 8192 bytes are 126 lines */
	memset(text, 'X', 1100);
	strcpy(text + 1100, "\n");
	assert_null(parse(text, &err));
	assert_int_equal(err.line, 1);
	c = parse("VOLUME A B C D E F G H I J K L M N O P Q R S T U V W X Y Z\n",
	    &err);
	assert_non_null(c);
	config_free(c);
}

static void
files(void **state)
{
	char logo[128], bad_logo[128], config[128];
	struct dir_error err;
	struct config *c;

	(void)state;
	snprintf(logo, sizeof logo, "%s/my.logo", home);
	snprintf(bad_logo, sizeof bad_logo, "%s/bad.logo", home);
	snprintf(config, sizeof config, "%s/system.config", home);
	assert_int_equal(textfile_replace(logo, "One\nTwo", 7, 0600), 0);
	assert_int_equal(textfile_replace(bad_logo, "a\x1B[2J", 5, 0600), 0);
	c = parse("LOGO FILE my.logo\nLOGMSG FILE my.logo\nLOGMSG end\n", &err);
	assert_non_null(c);
	assert_string_equal(c->logo, "One\nTwo\n");
	assert_string_equal(c->logmsg, "One\nTwo\nend\n");
	config_free(c);
	assert_null(parse("LOGO FILE bad.logo\n", &err));
	assert_null(config_load(config, home, &err));
	assert_int_equal(err.line, 0);
	assert_int_equal(textfile_replace(config, "SYSTEM S\n", 9, 0600), 0);
	c = config_load(config, home, &err);
	assert_non_null(c);
	config_free(c);
	unlink(logo);
	unlink(bad_logo);
	unlink(config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(everything),
		cmocka_unit_test(bad),
		cmocka_unit_test(limits),
		cmocka_unit_test(files),
	};
	int failed;

	snprintf(home, sizeof home, "/tmp/unit_config.XXXXXX");
	if (mkdtemp(home) == NULL)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(home);
	return failed;
}
