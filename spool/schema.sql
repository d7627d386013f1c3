-- SPDX-License-Identifier: MIT
-- The spool: every card read, punched or printed and not yet gone.
--
-- Applied once, to an empty database, in one transaction.  A later version
-- adds an upgrade in store.c and raises user_version; it edits nothing here.

-- A file in a reader, punch or printer queue, or still being written.
CREATE TABLE file (
	-- What programs call a file.  Never used twice.
	id           INTEGER PRIMARY KEY AUTOINCREMENT,

	-- Whose it is.  A user is a name on a node.
	owner        TEXT    NOT NULL CHECK (length(owner) BETWEEN 1 AND 8),
	owner_node   TEXT    NOT NULL CHECK (length(owner_node) BETWEEN 1 AND 8),
	queue        TEXT    NOT NULL CHECK (queue IN ('RDR', 'PUN', 'PRT')),

	-- What people call it: unique among its owner's files; NULL while open.
	spoolid      INTEGER CHECK (spoolid BETWEEN 1 AND 9999),

	-- 0 open (being written), 1 ready, 2 being read.
	state        INTEGER NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2)),
	-- The order in a queue; ORDER changes it.
	place        INTEGER NOT NULL DEFAULT 0,

	class        TEXT    NOT NULL CHECK (length(class) = 1),
	form         TEXT    NOT NULL DEFAULT 'STANDARD'
	             CHECK (length(form) BETWEEN 1 AND 8),
	copies       INTEGER NOT NULL DEFAULT 1 CHECK (copies BETWEEN 1 AND 255),
	-- 0 none, 1 by the user, 2 by the system's operator, 3 by both.
	hold         INTEGER NOT NULL DEFAULT 0 CHECK (hold BETWEEN 0 AND 3),
	keep         INTEGER NOT NULL DEFAULT 0 CHECK (keep IN (0, 1)),
	name         TEXT    NOT NULL DEFAULT '' CHECK (length(name) <= 24),
	type         TEXT    NOT NULL DEFAULT '' CHECK (length(type) <= 8),
	dist         TEXT    NOT NULL DEFAULT '' CHECK (length(dist) <= 8),
	tag          TEXT    NOT NULL DEFAULT '' CHECK (length(tag) <= 136),

	-- Where it came from, and what it was there.
	origin       TEXT    NOT NULL CHECK (length(origin) BETWEEN 1 AND 8),
	origin_node  TEXT    NOT NULL CHECK (length(origin_node) BETWEEN 1 AND 8),
	origin_id    INTEGER CHECK (origin_id BETWEEN 1 AND 9999),
	-- The kind of device it was written on: CON is a console's spool file.
	device       TEXT    NOT NULL CHECK (device IN ('RDR', 'PUN', 'PRT', 'CON')),

	records      INTEGER NOT NULL DEFAULT 0 CHECK (records >= 0),
	bytes        INTEGER NOT NULL DEFAULT 0 CHECK (bytes >= 0),
	-- Nanoseconds since 1970, UTC.
	created      INTEGER NOT NULL,
	closed       INTEGER,

	UNIQUE (owner, owner_node, spoolid),
	CHECK (state = 0 OR (spoolid IS NOT NULL AND closed IS NOT NULL))
);

CREATE INDEX file_queue ON file (owner, owner_node, queue, place, id);

-- A file's records, in blocks of 4 to 64 KB.  data is records one behind the
-- other, each a length of two bytes (little-endian) and so many bytes; for the
-- printer the first byte is the channel command.
CREATE TABLE block (
	file         INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
	seq          INTEGER NOT NULL CHECK (seq >= 0),
	records      INTEGER NOT NULL CHECK (records > 0),
	data         BLOB    NOT NULL CHECK (length(data) BETWEEN 1 AND 65536),
	PRIMARY KEY (file, seq)
);
