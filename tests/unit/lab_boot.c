/* SPDX-License-Identifier: MIT
 *
 * lab_boot.c - what a boot of the lab is made of: the initrd, the ports that
 * QEMU forwards, the agent's configuration, the PROXY header.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cmocka.h>

#include "lab.h"
#include "pack.h"
#include "proxy.h"
#include "qmp.h"

/* --- the archive, read back --- */

struct entry {
	char name[128];
	unsigned mode, size, ino;
	char data[64];
};

static unsigned
hex(const char *s)
{
	char text[9] = "";

	memcpy(text, s, 8);
	return (unsigned)strtoul(text, NULL, 16);
}

/* The next entry of a newc archive; 0 after the last. */
static int
next_entry(FILE *f, struct entry *e)
{
	char head[110];
	unsigned n;

	assert_int_equal(ftell(f) % 4, 0);
	assert_int_equal(fread(head, sizeof head, 1, f), 1);
	assert_memory_equal(head, "070701", 6);
	e->ino = hex(head + 6);
	e->mode = hex(head + 14);
	e->size = hex(head + 54);
	n = hex(head + 94);
	assert_true(n <= sizeof e->name);
	assert_int_equal(fread(e->name, n, 1, f), 1);
	assert_int_equal(strlen(e->name), n - 1);
	fseek(f, (4 - ftell(f) % 4) % 4, SEEK_CUR);
	if (e->size > 0 && e->size < sizeof e->data)
		assert_int_equal(fread(e->data, e->size, 1, f), 1);
	else
		fseek(f, e->size, SEEK_CUR);
	fseek(f, (4 - ftell(f) % 4) % 4, SEEK_CUR);
	return strcmp(e->name, "TRAILER!!!") != 0;
}

static void
test_archive(void **state)
{
	static const char *const want[] = { "a", "a/b", "a/b/one", "a/two",
		"a.b", "a.b/four", "init", "dev", "dev/console" };
	struct pack p = { .n = 0 };
	int fd = memfd_create("test", 0);
	unsigned seen = 0, last = 0;
	struct entry e;
	FILE *f;

	(void)state;
	assert_int_equal(pack_data(&p, "/init", 0755, "#!", 2), 0);
	assert_int_equal(pack_data(&p, "/a/two", 0600, "22", 2), 0);
	assert_int_equal(pack_data(&p, "/a/b/one", 0644, "1", 1), 0);
	assert_int_equal(pack_data(&p, "/a.b/four", 0644, "", 0), 0);
	assert_int_equal(pack_data(&p, "/init", 0755, "again", 5), -1);
	assert_int_equal(pack_write(&p, fd), 0);
	f = fdopen(fd, "r");
	rewind(f);
	while (next_entry(f, &e)) {
		int known = 0;

		for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
			known |= strcmp(want[i], e.name) == 0;
		assert_true(known);
		assert_int_not_equal(e.ino, last);
		last = e.ino;
		seen++;
		if (strcmp(e.name, "a/two") == 0) {
			assert_int_equal(e.mode, S_IFREG | 0600);
			assert_memory_equal(e.data, "22", 2);
		}
		if (strcmp(e.name, "a") == 0)
			assert_int_equal(e.mode, S_IFDIR | 0755);
	}
	assert_int_equal(seen, sizeof want / sizeof want[0]);
	fclose(f);
	pack_free(&p);
}

static void
test_operands(void **state)
{
	struct pack p = { .n = 0 };

	(void)state;
	assert_int_equal(pack_add_operand(&p, "/proc/self/exe"), 0);
	assert_int_equal(strncmp(p.file[0].lab, "/bin/", 5), 0);
	assert_int_equal(pack_add_operand(&p, "/etc/passwd"), 0);
	assert_string_equal(p.file[1].lab, "/etc/passwd");
	assert_int_equal(pack_add_operand(&p, "/etc/passwd:/x/y"), 0);
	assert_string_equal(p.file[2].lab, "/x/y");
	assert_int_equal(pack_add_operand(&p, "/no/such/file"), -1);
	pack_free(&p);
}

static void
test_libraries_come_along(void **state)
{
	struct pack p = { .n = 0 };
	int libc = 0, loader = 0;

	(void)state;
	assert_int_equal(pack_add_operand(&p, "/proc/self/exe"), 0);
	assert_int_equal(pack_libs(&p), 0);
	for (size_t i = 0; i < p.n; i++) {
		libc |= strstr(p.file[i].lab, "libc.so") != NULL;
		loader |= strstr(p.file[i].lab, "ld-linux") != NULL;
	}
	assert_true(libc && loader);
	pack_free(&p);
}

/* --- the ports --- */

static void
test_usernet(void **state)
{
	static const char text[] = "{\"return\": \"Hub -1 (net):\\r\\n  "
	    "Protocol[State]    FD  Source Address  Port   Dest. Address  "
	    "Port RecvQ SendQ\\r\\n"
	    "  TCP[ESTABLISHED]  21       127.0.0.1 41111       10.0.2.15  "
	    "3270     0     0\\r\\n"
	    "  TCP[HOST_FORWARD]  14       127.0.0.1 43211       10.0.2.15  "
	    "3271     0     0\\r\\n"
	    "  TCP[HOST_FORWARD]  13       127.0.0.1 43210       10.0.2.15  "
	    "3270     0     0\\r\\n\"}";

	(void)state;
	assert_int_equal(qmp_parse_usernet(text, 3270), 43210);
	assert_int_equal(qmp_parse_usernet(text, 3271), 43211);
	assert_int_equal(qmp_parse_usernet(text, 3272), 0);
	assert_int_equal(qmp_parse_usernet("", 3270), 0);
	assert_int_equal(qmp_parse_usernet("TCP[HOST_FORWARD]", 3270), 0);
}

/* --- the configuration --- */

static void
test_config(void **state)
{
	struct lab_config out = { .serve = 1, .token = "abc", .proxy = "def",
		.address = "0.0.0.0", .readers = "00C:3272:3505", .zone = "" },
	    in;
	char text[4096], path[] = "/tmp/lab_config.XXXXXX";
	int n = lab_config_text(&out, text, sizeof text), fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, text, (size_t)n), n);
	assert_int_equal(lab_config_read(path, &in), 0);
	assert_int_equal(in.serve, 1);
	assert_string_equal(in.token, "abc");
	assert_string_equal(in.proxy, "def");
	assert_string_equal(in.address, "0.0.0.0");
	assert_string_equal(in.readers, "00C:3272:3505");
	assert_string_equal(in.zone, "");
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(lab_config_read(path, &in), -1); /* no token */
	close(fd);
	unlink(path);
}

/* --- the PROXY header --- */

static void
test_proxy4(void **state)
{
	static const uint8_t want[] = { 0x0D, 0x0A, 0x0D, 0x0A, 0, 0x0D, 0x0A,
		0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, 0x11, 0, 12 + 3 + 2, 192,
		0, 2, 7, 127, 0, 0, 1, 0x12, 0x34, 0x0C, 0xC6, 0xE0, 0, 2,
		'o', 'k' };
	struct sockaddr_in peer = { .sin_family = AF_INET,
		.sin_port = htons(0x1234) };
	struct sockaddr_in local = { .sin_family = AF_INET,
		.sin_port = htons(3270) };
	uint8_t buf[PROXY_HEADER_MAX];

	(void)state;
	inet_pton(AF_INET, "192.0.2.7", &peer.sin_addr);
	inet_pton(AF_INET, "127.0.0.1", &local.sin_addr);
	assert_int_equal(proxy_header(buf, (struct sockaddr *)&peer,
	    (struct sockaddr *)&local, "ok"), sizeof want);
	assert_memory_equal(buf, want, sizeof want);
}

static void
test_proxy6_and_unknown(void **state)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
		.sin6_port = htons(1), .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	uint8_t buf[PROXY_HEADER_MAX];
	char token[300];

	(void)state;
	assert_int_equal(proxy_header(buf, (struct sockaddr *)&six,
	    (struct sockaddr *)&six, "t"), 16 + 36 + 4);
	assert_int_equal(buf[13], 0x21);
	assert_int_equal(buf[16 + 15], 1);
	assert_int_equal(proxy_header(buf, &none, (struct sockaddr *)&six,
	    "t"), 16 + 4);
	assert_int_equal(buf[13], 0);
	memset(token, 'x', sizeof token - 1);
	token[sizeof token - 1] = '\0';
	assert_int_equal(proxy_header(buf, &none, &none, token), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_archive),
		cmocka_unit_test(test_operands),
		cmocka_unit_test(test_libraries_come_along),
		cmocka_unit_test(test_usernet),
		cmocka_unit_test(test_config),
		cmocka_unit_test(test_proxy4),
		cmocka_unit_test(test_proxy6_and_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
