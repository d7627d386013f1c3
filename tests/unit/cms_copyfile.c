/* SPDX-License-Identifier: MIT
 *
 * cms_copyfile.c - COPYFILE: what it copies, how, and what it refuses.
 */
#include "cms_fake.h"

static void
test_copy(void **state)
{
	(void)state;
	fake_make("ONE MEMO A5", 0, "first\nsecond\n");
	fake_says("COPYFILE one memo a two = =", 0, "");
	fake_is("TWO MEMO A", 'V', 6, "first\nsecond\n");
	assert_memory_equal(fake->file[1].st.mode, "A5", 2);
	assert_int_equal(fake->file[1].st.year, 0);
	fake_says("COPYFILE ONE MEMO A = = B3 (OLDDATE TYPE", 0,
	    "DMSCPY721I COPY 'ONE MEMO A5' TO 'ONE MEMO B3' (NEW FILE)\n");
	fake_is("ONE MEMO B", 'V', 6, "first\nsecond\n");
	assert_int_equal(fake->file[2].st.year, 1972);
}

static void
test_existing(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "new\n");
	fake_make("TWO MEMO A", 0, "old\n");
	fake_says("COPYFILE ONE MEMO A TWO MEMO A", 28, "DMSCPY024E FILE "
	    "'TWO MEMO A1' ALREADY EXISTS - SPECIFY 'REPLACE'\n");
	fake_is("TWO MEMO A", 'V', 3, "old\n");
	fake_says("COPYFILE ONE MEMO A TWO MEMO A (REP)", 0, "");
	fake_is("TWO MEMO A", 'V', 3, "new\n");
	fake_says("COPYFILE ONE MEMO A TWO MEMO A (APPEND", 0, "");
	fake_is("TWO MEMO A", 'V', 3, "new\nnew\n");
	fake_says("COPYFILE ONE MEMO A SIX MEMO A(AP", 0, "");
	fake_is("SIX MEMO A", 'V', 3, "new\n");
}

static void
test_form(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "ab\nabcdef\n");
	fake_says("COPYFILE ONE MEMO A F = = (RECFM F", 0, "");
	fake_is("F MEMO A", 'F', 6, "ab    \nabcdef\n");
	fake_says("COPYFILE ONE MEMO A G = = (RECFM F LRECL 4 FILL 2e", 0,
	    "");
	fake_is("G MEMO A", 'F', 4, "ab..\nabcd\n");
	fake_says("COPYFILE F MEMO A H = = (RECFM V TRUNC", 0, "");
	fake_is("H MEMO A", 'V', 6, "ab\nabcdef\n");
	fake_says("COPYFILE ONE MEMO A (LRECL 3", 0, "");
	fake_is("ONE MEMO A", 'V', 3, "ab\nabc\n");
	fake_says("COPYFILE H MEMO A F MEMO A (APPEND", 0, "");
	fake_is("F MEMO A", 'F', 6, "ab    \nabcdef\nab    \nabcdef\n");
	fake_says("COPYFILE F MEMO A (RECFM V LRECL 1", 0, "");
	fake_is("F MEMO A", 'V', 1, "a\na\na\na\n");
}

static void
test_case(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "Mixed #1\n");
	fake_says("COPYFILE ONE MEMO A U = = (UPCASE", 0, "");
	fake_is("U MEMO A", 'V', 8, "MIXED #1\n");
	fake_says("COPYFILE ONE MEMO A L = = (LOW EBCDIC", 0, "");
	fake_is("L MEMO A", 'V', 8, "mixed =1\n");
	assert_int_equal(fake_run("COPYFILE ONE MEMO A T = = (TRANS",
	    "i o ++\n20 5F\n"), 0);
	assert_string_equal(fake_output,
	    "DMSCPY602R ENTER TRANSLATION LIST:\n");
	fake_is("T MEMO A", 'V', 8, "Moxed_#1\n");
	assert_int_equal(fake_run("COPYFILE ONE MEMO A V = = (TRANS NOPR",
	    "abc d\n"), 24);
	assert_string_equal(fake_output, "DMSCPY064E INVALID TRANSLATE "
	    "SPECIFICATION AT OR NEAR 'ABC D'\n");
	assert_int_equal(fake_run("COPYFILE ONE MEMO A V = = (TRANS NOPR",
	    ""), 40);
	assert_false(fake_has("V MEMO A"));
}

static void
test_range(void **state)
{
	(void)state;
	fake_make("N MEMO A", 0, "one\ntwo\nLAB x\nfour\nEND y\nsix\n");
	fake_says("COPYFILE N MEMO A A = = (FROM 2 FOR 2", 0, "");
	fake_is("A MEMO A", 'V', 5, "two\nLAB x\n");
	fake_says("COPYFILE N MEMO A B = = (FRLABEL lab TOLABEL end", 0, "");
	fake_is("B MEMO A", 'V', 5, "LAB x\nfour\n");
	fake_says("COPYFILE N MEMO A C = = (FROM 7", 32, "DMSCPY156E "
	    "'FROM 7' NOT FOUND - FILE 'N MEMO A1' HAS ONLY '6' RECORDS\n");
	fake_says("COPYFILE N MEMO A C = = (FRL NONE", 32, "DMSCPY157E "
	    "LABEL 'NONE' NOT FOUND IN FILE 'N MEMO A1'\n");
	fake_says("COPYFILE N MEMO A C = = (TOLABEL one", 40, "DMSCPY173E "
	    "NO RECORDS WERE COPIED TO OUTPUT FILE 'C MEMO A1'\n");
	assert_false(fake_has("C MEMO A"));
}

static void
test_many(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "1\n");
	fake_make("TWO MEMO A", 80, "22\n");
	fake_make("ONE TEXT A", 0, "no\n");
	fake_says("COPYFILE * MEMO A = = B", 0,
	    "DMSCPY721I COPY 'ONE MEMO A1' TO 'ONE MEMO B1' (NEW FILE)\n"
	    "DMSCPY721I COPY 'TWO MEMO A1' TO 'TWO MEMO B1' (NEW FILE)\n");
	fake_is("ONE MEMO B", 'V', 1, "1\n");
	assert_true(fake_has("TWO MEMO B"));
	fake_says("COPYFILE ONE MEMO A ONE TEXT A ALL MEMO A (NOTYPE", 0, "");
	fake_is("ALL MEMO A", 'V', 2, "1\nno\n");
	fake_says("COPYFILE T%O * A =X = A (NOT", 0, "");
	assert_true(fake_has("TWOX MEMO A"));
	fake_says("COPYFILE O* MEMO B * MEMO B = = A (SINGLE REP NOT", 0, "");
	assert_true(fake_has("ONE MEMO A"));
	fake_says("COPYFILE Q* MEMO A = = B", 28,
	    "DMSCPY002E INPUT FILE 'Q* MEMO A' NOT FOUND\n");
}

static void
test_specs(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "abcdef\ngh\n");
	fake_make("OLD MEMO A", 0, "0123456789\n0123456789\nrest\n");
	assert_int_equal(fake_run("COPYFILE ONE MEMO A S = = (SPECS",
	    "3-4 1 /-x-/ ++\n4 H2B 9\n"), 0);
	assert_string_equal(fake_output,
	    "DMSCPY601R ENTER SPECIFICATION LIST:\n");
	fake_is("S MEMO A", 'V', 9, "cd -x-  +\n   -x-  +\n");
	assert_int_equal(fake_run("COPYFILE ONE MEMO A OLD MEMO A (OVLY "
	    "SPECS NOPROMPT", "1-2 4\n"), 0);
	fake_is("OLD MEMO A", 'V', 10, "012ab56789\n012gh56789\nrest\n");
	assert_int_equal(fake_run("COPYFILE ONE MEMO A X = = (SPECS NOPR",
	    "1-2\n"), 24);
	assert_string_equal(fake_output, "DMSCPY064E INVALID SPECIFICATION "
	    "AT OR NEAR '1-2'\n");
	assert_int_equal(fake_run("COPYFILE ONE MEMO A X = = (SPECS NOPR",
	    "2-1 1\n"), 24);
	assert_int_equal(fake_run("COPYFILE ONE MEMO A X = = (SPECS NOPR",
	    "/open 1\n"), 24);
	assert_int_equal(fake_run("COPYFILE ONE MEMO A X = = (SPECS NOPR",
	    "1-2 70000\n"), 24);
	assert_int_equal(fake_run("COPYFILE ONE MEMO A X = = (SPECS NOPR",
	    ""), 40);
	assert_int_equal(fake_run("COPYFILE ONE MEMO A X = = (SPECS NOPR",
	    "1-2 1 1-2 1 1-2 1 1-2 1 1-2 1 1-2 1 1-2 1 1-2 1 1-2 1 1-2 1 "
	    "1-2 1 1-2 1 1-2 1 1-2 1 1-2 1 1-2 1 1-2 1 1-2 1 1-2 1 1-2 1 "
	    "1-2 1\n"), 88);
	assert_false(fake_has("X MEMO A"));
}

static void
test_overlay(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "ab\nlonger than\nthree\n");
	fake_make("OLD MEMO A", 4, "0123\n4567\n");
	fake_says("COPYFILE ONE MEMO A OLD MEMO A (OVLY", 0, "");
	fake_is("OLD MEMO A", 'F', 4, "ab23\nlong\nthre\n");
	fake_says("COPYFILE ONE MEMO A NONE MEMO A (OVLY", 28,
	    "DMSCPY002E OVERLAY FILE 'NONE MEMO A1' NOT FOUND\n");
}

static void
test_refused(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "1\n");
	fake_says("COPYFILE", 24, "DMSCPY042E NO FILEID(S) SPECIFIED\n");
	fake_says("COPYFILE ONE MEMO", 24,
	    "DMSCPY054E INCOMPLETE FILEID SPECIFIED\n");
	fake_says("COPYFILE ONE MEMO A TWO", 24,
	    "DMSCPY054E INCOMPLETE FILEID SPECIFIED\n");
	fake_says("COPYFILE NO MEMO A TWO MEMO A", 28,
	    "DMSCPY002E INPUT FILE 'NO MEMO A' NOT FOUND\n");
	fake_says("COPYFILE ONE MEMO A TWO MEMO S", 36,
	    "DMSCPY037E OUTPUT DISK 'S' IS READ/ONLY\n");
	fake_says("COPYFILE ONE MEMO A TWO MEMO Q", 36,
	    "DMSCPY069E DISK 'Q' NOT ACCESSED\n");
	fake_says("COPYFILE ONE MEMO 7 TWO MEMO A", 24,
	    "DMSCPY048E INVALID MODE '7'\n");
	fake_says("COPYFILE ONE MEMO A TWO MEMO *", 24,
	    "DMSCPY048E INVALID MODE '*'\n");
	fake_says("COPYFILE ONE MEMO A T*O MEMO A", 20,
	    "DMSCPY062E INVALID * IN FILEID 'T*O'\n");
	fake_says("COPYFILE ONE MEMO A T.O MEMO A", 20,
	    "DMSCPY062E INVALID CHARACTER IN FILEID 'T.O'\n");
	fake_says("COPYFILE *! MEMO A = = B", 20,
	    "DMSCPY062E INVALID CHARACTER IN FILEID '*!'\n");
	assert_false(fake_has("TWO MEMO *"));
}

static void
test_options(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "1\n");
	fake_says("COPYFILE ONE MEMO A T = = (FAST", 24,
	    "DMSCPY003E INVALID OPTION 'FAST'\n");
	fake_says("COPYFILE ONE MEMO A T = = (PACK", 24, "DMSCPY003E INVALID "
	    "OPTION 'PACK' - FILES ARE NOT PACKED HERE\n");
	fake_says("COPYFILE ONE MEMO A T = = (LRECL", 24,
	    "DMSCPY005E NO 'LRECL' SPECIFIED\n");
	fake_says("COPYFILE ONE MEMO A T = = (LRECL 65536", 24, "DMSCPY029E "
	    "INVALID PARAMETER '65536' IN THE OPTION 'LRECL' FIELD\n");
	fake_says("COPYFILE ONE MEMO A T = = (RECFM U", 24, "DMSCPY029E "
	    "INVALID PARAMETER 'U' IN THE OPTION 'RECFM' FIELD\n");
	fake_says("COPYFILE ONE MEMO A T = = (REP REP", 24,
	    "DMSCPY065E 'REPLACE' OPTION SPECIFIED TWICE\n");
	fake_says("COPYFILE ONE MEMO A T = = (NEWF REP", 24, "DMSCPY066E "
	    "'NEWFILE' AND 'REPLACE' ARE CONFLICTING OPTIONS\n");
	fake_says("COPYFILE ONE MEMO A T = = (REC F APPEND", 24, "DMSCPY066E "
	    "'RECFM' AND 'APPEND' ARE CONFLICTING OPTIONS\n");
	fake_says("COPYFILE ONE MEMO A T = = (FILL ZZZ", 24, "DMSCPY029E "
	    "INVALID PARAMETER 'ZZZ' IN THE OPTION 'FILL' FIELD\n");
	fake_says("COPYFILE ONE MEMO A T = = (FRL TOOLONGLABEL", 24,
	    "DMSCPY029E INVALID PARAMETER 'TOOLONGLABEL' IN THE OPTION "
	    "'FRLABEL' FIELD\n");
	assert_false(fake_has("T MEMO A"));
}

/* The old file stays when the disk is full or cannot be read. */
static void
test_faults(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "first\nsecond\nthird\n");
	fake_make("TWO MEMO A", 0, "old\n");
	fake->room = 12;
	fake_says("COPYFILE ONE MEMO A TWO MEMO A (REP", 100,
	    "DMSCPY107S DISK 'A' IS FULL\n");
	fake_is("TWO MEMO A", 'V', 3, "old\n");
	fake->room = 12;
	fake_says("COPYFILE ONE MEMO A TWO MEMO A (APPEND", 100,
	    "DMSCPY107S DISK 'A' IS FULL\n");
	fake_is("TWO MEMO A", 'V', 3, "old\n");
	fake->room = 1000;
	fake->bad = 2;
	fake_says("COPYFILE ONE MEMO A TWO MEMO A (REP", 100,
	    "DMSCPY104S ERROR 5 READING FILE 'ONE MEMO A1' FROM DISK\n");
	fake_is("TWO MEMO A", 'V', 3, "old\n");
}

static void
test_empty(void **state)
{
	(void)state;
	fake_make("NONE MEMO A", 0, "");
	fake_says("COPYFILE NONE MEMO A T = =", 0, "");
	fake_is("T MEMO A", 'V', 0, "");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_setup, \
    fake_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_copy),
		TEST(test_existing),
		TEST(test_form),
		TEST(test_case),
		TEST(test_range),
		TEST(test_many),
		TEST(test_specs),
		TEST(test_overlay),
		TEST(test_refused),
		TEST(test_options),
		TEST(test_faults),
		TEST(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
