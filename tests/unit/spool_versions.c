/* SPDX-License-Identifier: MIT
 *
 * spool_versions.c - a spool of each version that there was, as it lay on a
 * disk (spool_vN.db), is opened by the vmspool of today.  A new version adds
 * its file; none is ever changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "spool_rig.h"

static struct rig rig;
static struct rig_rows rows;
static struct ipcchan cp;
static char block[SPOOL_BLOCK_MAX], same[SPOOL_BLOCK_MAX];

/* A copy of version n's. */
static void
lay_down(int n)
{
	char name[512];
	FILE *from, *to;
	size_t got;

	rig_folder(&rig);
	snprintf(name, sizeof name, "%s/spool_v%d.db", SPOOL_VERSIONS, n);
	assert_int_equal(mkdir(rig.folder, 0700), 0);
	from = fopen(name, "r");
	to = fopen(rig.db, "w");
	assert_non_null(from);
	assert_non_null(to);
	while ((got = fread(block, 1, sizeof block, from)) > 0)
		assert_int_equal(fwrite(block, 1, got, to), got);
	fclose(from);
	assert_int_equal(fclose(to), 0);
}

static void
begin(const char *how)
{
	rig_start(&rig, how);
	rig_mint(&rig, &cp, NULL, UR_SYSTEM);
}

static void
end(void)
{
	assert_int_equal(rig_end(&rig, 0), 0);
	ipcchan_close(&cp);
}

static void
ask(const char *owner, uint8_t queue, unsigned n)
{
	struct ipc_ur_ask q = rig_about(ASK_QUERY, owner, queue);

	assert_int_equal(rig_ask(&rig, &cp, &q, &rows), 0);
	assert_int_equal(rows.n, n);
}

/* The block is the records of `text`, one a word. */
static void
expect_block(uint64_t id, uint64_t seq, const char *text)
{
	size_t len = 0;

	for (const char *p = text; *p != '\0'; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		same[len] = (char)n;
		same[len + 1] = 0;
		memcpy(same + len + 2, p, n);
		len += n + 2;
		p += n;
	}
	assert_int_equal(rig_read(&cp, id, seq, 0, block).rc, 0);
	assert_int_equal(rig_read(&cp, id, seq, 0, block).len, len);
	assert_memory_equal(block, same, len);
}

/* Whatever it was, new files are written into it. */
static void
expect_works(spoolid_t number)
{
	struct spool_file file;

	assert_int_equal(rig_write(&cp, "MAINT", 0x55, 1, 1, 1, 5), 0);
	assert_int_equal(rig_close(&rig, &cp, "MAINT", 0x55, "B", SPOOL_RDR,
	    &file), 0);
	assert_int_equal(file.spoolid, number);
	end();
	begin("again");
	assert_int_equal(rig_open(&rig, &cp, SPOOL_RDR, file.id, "").rc, 0);
}

static void
version_1(void **state)
{
	const struct spool_file *f = &rows.row[1].file;

	(void)state;
	lay_down(1);
	begin("start");
	ask("B", SPOOL_PRT, 1);
	ask("B", SPOOL_RDR, 2);
	assert_string_equal(rows.row[0].file.attr.name, "FIRST");
	assert_int_equal(rows.row[0].file.attr.hold, SPOOL_HOLD_USER);
	assert_string_equal(f->attr.name, "SECOND");
	assert_string_equal(f->attr.type, "EXEC");
	assert_string_equal(f->attr.dist, "BIN");
	assert_string_equal(f->attr.tag, "TO: x");
	assert_memory_equal(f->attr.form, "STANDARD", 8);
	assert_int_equal(f->attr.class, 'K');
	assert_int_equal(f->attr.keep, 1);
	assert_int_equal(f->spoolid, 7);
	assert_int_equal(f->origin_id, 7);
	assert_int_equal(f->records, 3);
	assert_int_equal(f->bytes, 11);
	assert_int_equal(f->device, SPOOL_ON_PUN);
	assert_int_equal(rig_open(&rig, &cp, SPOOL_RDR, f->id, "").rc, 0);
	expect_block(f->id, 0, "one two");
	expect_block(f->id, 1, "three");
	assert_int_equal(rig_read(&cp, f->id, 0, 3, block).seq, 1);
	expect_works(10); /* behind 7, 8 and 9 */
	end();
	rig_remove(&rig);
}

static void
version_2(void **state)
{
	const struct spool_file *f = &rows.row[0].file;

	(void)state;
	lay_down(2);
	begin("again"); /* what was open, is */
	assert_int_equal(rig_write(&cp, "MAINT", 0xD, 7, 2, 2, 1), 0);
	end();
	begin("start");
	ask("B", SPOOL_PUN, 0);
	ask("A", SPOOL_PRT, 1);
	assert_int_equal(f->device, SPOOL_ON_CON);
	assert_int_equal(f->records, 4);
	ask("B", SPOOL_RDR, 1);
	assert_string_equal(f->attr.name, "SECOND");
	assert_string_equal(f->attr.tag, "TO: x");
	assert_int_equal(f->attr.class, 'K');
	assert_int_equal(f->attr.keep, 1);
	assert_int_equal(f->records, 3);
	assert_int_equal(rig_open(&rig, &cp, SPOOL_RDR, f->id, "").rc, 0);
	assert_int_equal(rig_read(&cp, f->id, 0, 0, block).len,
	    rig_cards(same, 1, 2));
	assert_memory_equal(block, same, rig_cards(same, 1, 2));
	assert_int_equal(rig_read(&cp, f->id, 0, 3, block).first, 3);
	expect_works(3);
	end();
	rig_remove(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_1),
		cmocka_unit_test(version_2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
