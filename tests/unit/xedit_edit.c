/* SPDX-License-Identifier: MIT
 *
 * xedit_edit.c - EDIT as a program: its operands, its console, its end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/xedit.XXXXXX";

/* EDIT with operands, given lines: its return code and what it says. */
static void
edit(const char *operands, const char *lines, int rc, const char *says)
{
	char command[512], said[4096];
	size_t n;
	FILE *f;
	int status;

	snprintf(command, sizeof command, "printf '%s' | %s %s", lines, EDIT,
	    operands);
	f = popen(command, "r");
	assert_non_null(f);
	n = fread(said, 1, sizeof said - 1, f);
	said[n] = '\0';
	status = pclose(f);
	assert_string_equal(said, says);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), rc);
}

static void
test_file(void **state)
{
	(void)state;
	edit("hello text", "i\\none\\ntwo\\n\\nfile\\n", 0,
	    "DMSXIN571I CREATING NEW FILE:\nXEDIT:\nINPUT MODE:\nXEDIT:\n");
	edit("hello.text", "type *\nc/one/1/\ntop\nc/one/1/\nquit\nfile\n", 0,
	    "XEDIT:\nTOF:\nTOF:\none\ntwo\nEOF:\nDMSXGT564W EOF REACHED\n"
	    "TOF:\n1\nDMSXSU577E FILE HAS BEEN CHANGED; TYPE QQUIT TO QUIT "
	    "ANYWAY\n");
	edit("hello text a '(noprof' width 100", "ty 9\nqquit\n", 0,
	    "XEDIT:\nTOF:\nTOF:\n1\ntwo\nEOF:\n");
}

static void
test_operands(void **state)
{
	(void)state;
	edit("", "", 24, "DMSXIN054E INCOMPLETE FILEID SPECIFIED\n");
	edit("hello text '(' frob", "", 24, "DMSXIN003E INVALID OPTION - "
	    "frob\n");
	edit("hello text '(width' 0", "", 24, "DMSXIN003E INVALID OPTION - "
	    "0\n");
	edit("hello text '(width)'", "", 24, "DMSXIN003E INVALID OPTION - \n");
	edit("new text '(width' '5)'", "q lrecl\nqq\n", 0,
	    "DMSXIN571I CREATING NEW FILE:\nXEDIT:\nLRECL 5\n");
}

static void
test_console(void **state)
{
	(void)state;
	edit("other text", "cms listfile * *\ncp query time\nqq\n", 0,
	    "DMSXIN571I CREATING NEW FILE:\nXEDIT:\nCMS: listfile * *\n"
	    "CP: query time\n");
	/* The console is gone: so is what was not saved. */
	edit("other text", "i one\n", 100,
	    "DMSXIN571I CREATING NEW FILE:\nXEDIT:\n");
	assert_int_equal(access("OTHER.TEXT.A", F_OK), -1);
}

static int
begin(void **state)
{
	(void)state;
	return mkdtemp(folder) != NULL ? chdir(folder) : -1;
}

static int
end(void **state)
{
	(void)state;
	unlink("HELLO.TEXT.A");
	return chdir("/") == 0 ? rmdir(folder) : -1;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_operands),
		cmocka_unit_test(test_console),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
