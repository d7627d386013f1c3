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
	assert_int_equal(c->spool_files, 9999);
	assert_int_equal(c->spool_bytes, 1 << 30);
	assert_int_equal(c->nunits, 0);
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
units(void **state)
{
	struct dir_error err;
	struct config *c = parse("RDEVICE 00C READER PORT +235 START\n"
	    "rdevice 00d punch folder out/cards class ab0\n"
	    "RDEVICE 00E PRINTER FOLDER out START CLASS *\n"
	    "RDEVICE FFF READER PORT 65535 CLASS Z\n"
	    "SPOOLMAX 12\nSPOOLMAX 100 64K\n", &err);

	(void)state;
	assert_non_null(c);
	assert_int_equal(c->nunits, 4);
	assert_int_equal(c->units[0].raddr, 0x00C);
	assert_int_equal(c->units[0].type, DEVICE_READER);
	assert_int_equal(c->units[0].port, 235);
	assert_true(c->units[0].above && c->units[0].start);
	assert_memory_equal(c->units[0].classes, "A\0", 2);
	assert_string_equal(c->units[1].folder, "out/cards");
	assert_memory_equal(c->units[1].classes, "AB0\0", 4);
	assert_false(c->units[1].start);
	assert_int_equal(c->units[2].type, DEVICE_PRINTER);
	assert_memory_equal(c->units[2].classes, "*\0", 2);
	assert_true(c->units[2].start);
	assert_int_equal(c->units[3].raddr, 0xFFF);
	assert_int_equal(c->units[3].port, 65535);
	assert_false(c->units[3].above);
	assert_int_equal(c->spool_files, 100);
	assert_int_equal(c->spool_bytes, 65536);
	config_free(c);
}

static void
doors(void **state)
{
	struct dir_error err;
	struct config *c = parse("", &err);

	(void)state;
	assert_non_null(c);
	assert_string_equal(c->listen, "");
	assert_false(c->plain || c->tls.off || c->tls.starttls);
	assert_string_equal(c->tls.cert, "");
	assert_int_equal(c->limits.connections, 64);
	assert_int_equal(c->limits.rate, 20);
	assert_int_equal(c->limits.logons, 10);
	assert_int_equal(c->limits.logons_s, 600);
	assert_int_equal(c->limits.logo_s, 600);
	assert_int_equal(c->limits.idle_s, 0);
	assert_false(c->limits.loopback);
	config_free(c);
	c = parse("LISTEN :: plain\nTLS CERTIFICATE Certs/my.pem KEY my.key\n"
	    "TLS STARTTLS\nLIMIT CONNECTIONS 5\nLIMIT RATE OFF\n"
	    "LIMIT LOGONS 3 90S\nLIMIT LOGO OFF\nlimit idle 60\n"
	    "LIMIT LOOPBACK\n", &err);
	assert_non_null(c);
	assert_string_equal(c->listen, "::");
	assert_true(c->plain && c->tls.starttls && !c->tls.off);
	assert_string_equal(c->tls.cert, "Certs/my.pem");
	assert_string_equal(c->tls.key, "my.key");
	assert_int_equal(c->limits.connections, 5);
	assert_int_equal(c->limits.rate, 0);
	assert_int_equal(c->limits.logons, 3);
	assert_int_equal(c->limits.logons_s, 90);
	assert_int_equal(c->limits.logo_s, 0);
	assert_int_equal(c->limits.idle_s, 3600);
	assert_true(c->limits.loopback);
	config_free(c);
	c = parse("LISTEN 192.0.2.1\nTLS OFF\nLIMIT LOGONS 4\n", &err);
	assert_non_null(c);
	assert_string_equal(c->listen, "192.0.2.1");
	assert_true(c->tls.off && !c->plain);
	assert_int_equal(c->limits.logons, 4);
	assert_int_equal(c->limits.logons_s, 600);
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
		{ "SPOOLMAX 0\n", 1, 10 },
		{ "SPOOLMAX 9 1024\n", 1, 12 },
		{ "SPOOLMAX 9 1K\n", 1, 12 },
		{ "SPOOLMAX 9 4294967295G\n", 1, 12 },
		{ "SPOOLMAX 9 -1M\n", 1, 12 },
		{ "RDEVICE 00C READER PORT\n", 1, 24 },
		{ "RDEVICE 000 READER PORT 1\n", 1, 9 },
		{ "RDEVICE 1000 READER PORT 1\n", 1, 9 },
		{ "RDEVICE -1 READER PORT 1\n", 1, 9 },
		{ "RDEVICE 00C TAPE PORT 1\n", 1, 13 },
		{ "RDEVICE 00C READER FOLDER out\n", 1, 20 },
		{ "RDEVICE 00C READER PORT 0\n", 1, 25 },
		{ "RDEVICE 00C READER PORT 65536\n", 1, 25 },
		{ "RDEVICE 00C READER PORT ++5\n", 1, 25 },
		{ "RDEVICE 00C READER PORT 5 CLASS AB\n", 1, 33 },
		{ "RDEVICE 00C READER PORT 5 CLASS *\n", 1, 33 },
		{ "RDEVICE 00C READER PORT 5 CLASS\n", 1, 32 },
		{ "RDEVICE 00C READER PORT 5 STOP\n", 1, 27 },
		{ "RDEVICE 00C READER PORT 5\nRDEVICE 00C READER PORT 6\n",
		    2, 9 },
		{ "RDEVICE 00C READER PORT 5\nRDEVICE 01C READER PORT 5\n",
		    2, 25 },
		{ "RDEVICE 00E PRINTER PORT 5\n", 1, 21 },
		{ "RDEVICE 00E PRINTER FOLDER /tmp\n", 1, 28 },
		{ "RDEVICE 00E PRINTER FOLDER ../x\n", 1, 28 },
		{ "RDEVICE 00E PRINTER FOLDER a/../../x\n", 1, 28 },
		{ "RDEVICE 00E PRINTER FOLDER a//b\n", 1, 28 },
		{ "RDEVICE 00E PRINTER FOLDER a/\n", 1, 28 },
		{ "RDEVICE 00E PRINTER FOLDER spool\n", 1, 28 },
		{ "RDEVICE 00E PRINTER FOLDER tls\n", 1, 28 },
		{ "LISTEN\n", 1, 7 },
		{ "LISTEN here\n", 1, 8 },
		{ "LISTEN 127.0.0.1:3270\n", 1, 8 },
		{ "LISTEN :: TLS\n", 1, 11 },
		{ "TLS ON\n", 1, 5 },
		{ "TLS OFF X\n", 1, 9 },
		{ "TLS CERTIFICATE\n", 1, 16 },
		{ "TLS CERTIFICATE a\n", 1, 18 },
		{ "TLS CERTIFICATE a FILE b\n", 1, 19 },
		{ "TLS CERTIFICATE a KEY\n", 1, 22 },
		{ "TLS CERTIFICATE /etc/a KEY b\n", 1, 17 },
		{ "TLS CERTIFICATE a KEY ../b\n", 1, 23 },
		{ "LIMIT THINGS 5\n", 1, 7 },
		{ "LIMIT CONNECTIONS 0\n", 1, 19 },
		{ "LIMIT CONNECTIONS\n", 1, 18 },
		{ "LIMIT CONNECTIONS 65536\n", 1, 19 },
		{ "LIMIT CONNECTIONS 5 6\n", 1, 21 },
		{ "LIMIT LOGONS 5 6X\n", 1, 16 },
		{ "LIMIT LOGONS 5 6 7\n", 1, 18 },
		{ "LIMIT LOGO\n", 1, 11 },
		{ "LIMIT LOGO 0\n", 1, 12 },
		{ "LIMIT IDLE S\n", 1, 12 },
		{ "LIMIT IDLE 99999999\n", 1, 12 },
		{ "LIMIT LOOPBACK 5\n", 1, 16 },
		{ "RDEVICE 00E PRINTER FOLDER volumes/x\n", 1, 28 },
		{ "RDEVICE 00E PRINTER FOLDER out CLASS A*\n", 1, 38 },
		{ "RDEVICE 00E PRINTER FOLDER out CLASS AA\n", 1, 38 },
		{ "RDEVICE 00E PRINTER FOLDER out CLASS ABCDEFGHI\n", 1,
		    38 },
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
		cmocka_unit_test(units),
		cmocka_unit_test(doors),
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
