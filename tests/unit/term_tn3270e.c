/* SPDX-License-Identifier: MIT
 *
 * term_tn3270e.c - TN3270E's subnegotiations and records (RFC 2355), and the
 * names of terminals.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tn3270e.h"

static struct tn3270e e;

static int
setup(void **state)
{
	(void)state;
	tn3270e_open(&e, "LU02000");
	return 0;
}

static void
say(const char *bytes, size_t n)
{
	tn3270e_negotiate(&e, (const uint8_t *)bytes, n);
}

static void
answered(const char *bytes, size_t n)
{
	assert_int_equal(e.answer_len, n);
	assert_memory_equal(e.answer, bytes, n);
}

#define SAY(s) say((s), sizeof(s) - 1)
#define ANSWER(s) answered((s), sizeof(s) - 1)

static void
test_device(void **state)
{
	(void)state;
	ANSWER("\x08\x02");
	SAY("\x02\x07ibm-3279-3-e");
	ANSWER("\x02\x04IBM-3279-3-E\x01LU02000");
	assert_string_equal(e.type, "IBM-3279-3-E");
	/* Once. */
	SAY("\x02\x07IBM-3278-2");
	ANSWER("\x02\x06\x05\x07");
	assert_string_equal(e.type, "IBM-3279-3-E");
}

static void
test_connect(void **state)
{
	(void)state;
	SAY("\x02\x07IBM-3278-2\x01term$1");
	ANSWER("\x02\x04IBM-3278-2\x01TERM$1");
	assert_string_equal(e.lu, "TERM$1");
}

/* Each is told why, and may ask again. */
static void
test_rejects(void **state)
{
	static const struct {
		const char *said;
		char reason;
	} cases[] = {
		{ "\x02\x07" "IBM-3287-1", 4 },
		{ "\x02\x07" "VT100", 4 },
		{ "\x02\x07" "", 4 },
		{ "\x02\x07" "IBM-3278-2-WHICH-IS-LONGER-THAN-ANY-NAME-THAT-"
		  "THERE-IS", 4 },
		{ "\x02\x07" "IBM-3278-2\x01" "1LU", 3 },
		{ "\x02\x07" "IBM-3278-2\x01" "", 3 },
		{ "\x02\x07" "IBM-3278-2\x01" "LONGNAME9", 3 },
		{ "\x02\x07" "IBM-3278-2\x01" "A B", 3 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char reject[] = { 2, 6, 5, cases[i].reason };

		setup(state);
		say(cases[i].said, strlen(cases[i].said));
		answered(reject, sizeof reject);
		SAY("\x02\x07IBM-3278-2");
		ANSWER("\x02\x04IBM-3278-2\x01LU02000");
	}
	setup(state);
	SAY("\x02\x07IBM-3287-1\x00LU1"); /* ASSOCIATE: for printers */
	ANSWER("\x02\x06\x05\x04");
	SAY("\x02\x07IBM-3278-2\x00LU1");
	ANSWER("\x02\x06\x05\x07");
}

static void
test_functions(void **state)
{
	(void)state;
	SAY("\x02\x07IBM-3278-2");
	SAY("\x03\x07\x04\x02\x00");
	ANSWER("\x03\x04\x00\x02\x04");
	assert_int_equal(e.state, TN3270E_DATA);
	assert_int_equal(e.functions, TN3270E_BIND_IMAGE | TN3270E_RESPONSES |
	    TN3270E_SYSREQ);
	/* Asked for again, it is agreed again; what was given up is gone. */
	SAY("\x03\x07\x02");
	ANSWER("\x03\x04\x02");
	SAY("\x03\x07\x02\x04");
	ANSWER("\x03\x07\x02");
	assert_int_equal(e.functions, TN3270E_RESPONSES);
	assert_int_equal(e.state, TN3270E_DATA);
}

/* More than we have: we ask for what we have. */
static void
test_functions_subset(void **state)
{
	(void)state;
	SAY("\x02\x07IBM-3278-2");
	SAY("\x03\x07\x00\x01\x02\x03\x04\x05\x63");
	ANSWER("\x03\x07\x00\x02\x04");
	assert_int_equal(e.state, TN3270E_FUNCTIONS);
	SAY("\x03\x04\x00\x02\x04");
	ANSWER("");
	assert_int_equal(e.state, TN3270E_DATA);

	setup(state);
	SAY("\x02\x07IBM-3278-2");
	SAY("\x03\x07\x01\x02");
	ANSWER("\x03\x07\x02");
	SAY("\x03\x07"); /* then none */
	ANSWER("\x03\x04");
	assert_int_equal(e.functions, 0);
	assert_int_equal(e.state, TN3270E_DATA);
}

static void
test_functions_refused(void **state)
{
	(void)state;
	SAY("\x02\x07IBM-3278-2");
	SAY("\x03\x04\x01");
	assert_int_equal(e.state, TN3270E_REFUSED);
	SAY("\x03\x07");
	ANSWER("");

	setup(state);
	SAY("\x02\x07IBM-3278-2");
	for (int i = 0; i < TN3270E_TRIES; i++) {
		SAY("\x03\x07\x01");
		ANSWER("\x03\x07");
	}
	SAY("\x03\x07\x01");
	assert_int_equal(e.state, TN3270E_REFUSED);
}

/* What has no meaning, or not yet, is not answered. */
static void
test_nonsense(void **state)
{
	(void)state;
	SAY("\x03\x07\x00");
	ANSWER("");
	SAY("\x03\x04");
	ANSWER("");
	SAY("\x02");
	ANSWER("");
	SAY("");
	ANSWER("");
	SAY("\x02\x04IBM-3278-2");
	ANSWER("");
	SAY("\x08\x02");
	ANSWER("");
	assert_int_equal(e.state, TN3270E_DEVICE);
}

static void
agree(unsigned functions)
{
	SAY("\x02\x07IBM-3278-2");
	e.functions = functions;
	e.state = TN3270E_DATA;
}

static void
test_bind(void **state)
{
	uint8_t record[TN3270E_BIND_MAX];
	size_t n;

	(void)state;
	agree(0);
	assert_int_equal(tn3270e_bind(&e, "VM370", record), 0);
	e.functions = TN3270E_BIND_IMAGE;
	n = tn3270e_bind(&e, "VM370", record);
	assert_int_equal(n, 5 + 28 + 5 + 1);
	assert_memory_equal(record, "\x03\0\0\0\0\x31", 6);
	/* Where RFC 1647's clients look: sizes, and the name. */
	assert_memory_equal(record + 5 + 20, "\x18\x50\0\0\x03", 5);
	assert_memory_equal(record + 5 + 27, "\x05\xe5\xd4\xf3\xf7\xf0", 6);
}

static void
test_header(void **state)
{
	uint8_t header[TN3270E_HEADER];

	(void)state;
	agree(0);
	tn3270e_header(&e, header);
	assert_memory_equal(header, "\0\0\0\0\0", 5);
	e.functions = TN3270E_RESPONSES;
	tn3270e_header(&e, header);
	assert_memory_equal(header, "\0\0\1\0\1", 5);
	e.sequence = 0x7FFF;
	tn3270e_header(&e, header);
	assert_memory_equal(header, "\0\0\1\x7f\xff", 5);
	tn3270e_header(&e, header);
	assert_memory_equal(header, "\0\0\1\0\0", 5);
}

static enum tn3270e_what
got(const char *record, size_t n, size_t *len)
{
	const uint8_t *data;

	return tn3270e_record(&e, (const uint8_t *)record, n, &data, len);
}

#define GOT(s, len) got((s), sizeof(s) - 1, (len))

static void
test_records(void **state)
{
	size_t len;

	(void)state;
	agree(TN3270E_RESPONSES);
	assert_int_equal(GOT("\0\0\0\0\0\x7d\x40\x40", &len), TN3270E_3270);
	assert_int_equal(len, 3);
	ANSWER("");
	assert_int_equal(GOT("\0\0\2\x01\x02", &len), TN3270E_3270);
	assert_int_equal(len, 0);
	ANSWER("\2\0\0\x01\x02\0");
	assert_int_equal(GOT("\0\0\1\0\0x", &len), TN3270E_3270);
	ANSWER(""); /* an error only, and there is none */
	assert_int_equal(GOT("\7\0\0\0\0x", &len), TN3270E_SSCP);
	for (int dt = 1; dt < 256; dt++) {
		char record[] = { (char)dt, 0, 0, 0, 0, 0 };

		if (dt != 7)
			assert_int_equal(got(record, sizeof record, &len),
			    TN3270E_NOTHING);
	}
	assert_int_equal(GOT("\2\0\1\0\0\2", &len), TN3270E_NOTHING);
	assert_int_equal(GOT("\0\0\0\0", &len), TN3270E_NOTHING);
	assert_int_equal(GOT("", &len), TN3270E_NOTHING);
}

static void
test_types(void **state)
{
	static const struct {
		const char *name;
		unsigned rows, cols;
		bool colour, query;
	} types[] = {
		{ "IBM-3277-2", 24, 80, false, false },
		{ "IBM-3278-2", 24, 80, false, false },
		{ "IBM-3278-3", 32, 80, false, false },
		{ "IBM-3278-4", 43, 80, false, false },
		{ "IBM-3278-5", 27, 132, false, false },
		{ "IBM-3278-2-E", 24, 80, false, true },
		{ "IBM-3278-5-E", 27, 132, false, true },
		{ "IBM-3279-2", 24, 80, true, false },
		{ "IBM-3279-3-E", 32, 80, true, true },
		{ "IBM-3279-4-E", 43, 80, true, true },
		{ "IBM-3279-5-E", 27, 132, true, true },
		{ "IBM-3179-2", 24, 80, true, false },
		{ "IBM-3180-2", 24, 80, false, false },
		{ "IBM-3477-FC", 24, 80, true, false },
		{ "IBM-DYNAMIC", 24, 80, false, true },
		{ "ibm-dynamic", 24, 80, false, true },
		{ "IBM-3278-9", 24, 80, false, false },
		{ "IBM-3278-55", 24, 80, false, false },
		{ "IBM-3278-", 24, 80, false, false },
	};
	struct tn3270_type type;

	(void)state;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		assert_true(tn3270_type(types[i].name, &type));
		assert_int_equal(type.rows, types[i].rows);
		assert_int_equal(type.cols, types[i].cols);
		assert_int_equal(type.colour, types[i].colour);
		assert_int_equal(type.query, types[i].query);
	}
	assert_false(tn3270_type("", &type));
	assert_false(tn3270_type("XTERM", &type));
	assert_false(tn3270_type("IBM-3287-1", &type));
	assert_false(tn3270_type("IBM-5250", &type));
}

static void
test_lu(void **state)
{
	(void)state;
	assert_true(tn3270_lu("A"));
	assert_true(tn3270_lu("L@#$1234"));
	assert_false(tn3270_lu(""));
	assert_false(tn3270_lu("1A"));
	assert_false(tn3270_lu("a"));
	assert_false(tn3270_lu("A-B"));
	assert_false(tn3270_lu("ABCDEFGHI"));
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_device), TEST(test_connect), TEST(test_rejects),
		TEST(test_functions), TEST(test_functions_subset),
		TEST(test_functions_refused), TEST(test_nonsense),
		TEST(test_bind), TEST(test_header), TEST(test_records),
		TEST(test_types), TEST(test_lu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
