/* SPDX-License-Identifier: MIT
 *
 * spool_sound.h - does everything in a spool's database fit together?
 */
#ifndef VM370_TESTS_SPOOL_SOUND_H
#define VM370_TESTS_SPOOL_SOUND_H

#include <sqlite3.h>
#include <stddef.h>

/* NULL: it does; else the question that found what does not. */
static inline const char *
spool_sound(sqlite3 *db)
{
	static const char *const nothing[] = {
		"SELECT 1 FROM pragma_integrity_check WHERE "
		    "integrity_check <> 'ok'",
		"SELECT 1 FROM block WHERE id / 16777216 NOT IN (SELECT id "
		    "FROM file UNION SELECT file FROM gone UNION SELECT file "
		    "FROM device WHERE file IS NOT NULL)",
		"SELECT 1 FROM (SELECT id, records, blocks FROM file UNION "
		    "ALL SELECT file, records, blocks FROM device WHERE "
		    "file IS NOT NULL) AS f WHERE (records, blocks) IS NOT "
		    "(SELECT sum(block.records), count(*) FROM block WHERE "
		    "block.id BETWEEN f.id * 16777216 AND "
		    "f.id * 16777216 + 16777215)",
		"SELECT 1 FROM user WHERE owned <> (SELECT count(*) FROM file "
		    "WHERE owner = user.name AND owner_node = user.node) OR "
		    "(files, bytes) IS NOT (SELECT count(*), "
		    "coalesce(sum(file.bytes), 0) FROM file WHERE "
		    "origin = user.name AND origin_node = user.node)",
		"SELECT 1 FROM file JOIN gone ON gone.file = file.id",
		"SELECT 1 FROM device JOIN gone USING (file)",
		"SELECT 1 FROM device JOIN file ON device.file = file.id",
		"SELECT 1 FROM file WHERE id > (SELECT last FROM key)",
		"SELECT 1 FROM file GROUP BY queue, place HAVING count(*) > 1",
	};

	for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
		sqlite3_stmt *st;
		int rc = sqlite3_prepare_v2(db, nothing[i], -1, &st, NULL);

		if (rc == SQLITE_OK)
			rc = sqlite3_step(st);
		sqlite3_finalize(st);
		if (rc != SQLITE_DONE)
			return nothing[i];
	}
	return NULL;
}

#endif
