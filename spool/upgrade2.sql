-- SPDX-License-Identifier: MIT
-- Version 1 to version 2: files are really written.  Applied once, to what
-- schema.sql made, in one transaction.  What version 1 had is kept.
--
-- queue: 1 RDR, 2 PUN, 3 PRT.  device: 1 RDR, 2 PUN, 3 PRT, 4 CON.  Both are
-- spool.h's.  A user is a name on a node; times are nanoseconds since 1970.
-- No comments inside of statements: SQLite keeps these, and all of the schema
-- has to be on one page (store.c).

DROP INDEX file_queue;
ALTER TABLE block RENAME TO block1;
ALTER TABLE file RENAME TO file1;

-- The last key given to a file.  Keys are taken from here in small stocks, so
-- that none is used twice and few are wasted.
CREATE TABLE key (last INTEGER NOT NULL);
INSERT INTO key SELECT max(
    coalesce((SELECT max(seq) FROM sqlite_sequence), 0),
    coalesce((SELECT max(id) FROM file1), 0));

-- The files that are whole, each in somebody's queue.  spoolid is what people
-- call it, unique among its owner's.  place is the order in a queue, which ORDER
-- changes.  hold: 0 none, 1 by the user, 2 by the system, 3 by both.  origin
-- wrote it, on a device, and was told the number origin_id.  damaged 1:
-- something of it could not be read.
CREATE TABLE file (
	id           INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 549755813887),
	owner        TEXT    NOT NULL CHECK (length(owner) BETWEEN 1 AND 8),
	owner_node   TEXT    NOT NULL CHECK (length(owner_node) BETWEEN 1 AND 8),
	queue        INTEGER NOT NULL CHECK (queue BETWEEN 1 AND 3),
	spoolid      INTEGER NOT NULL CHECK (spoolid BETWEEN 1 AND 9999),
	place        INTEGER NOT NULL,
	class        TEXT    NOT NULL CHECK (length(class) = 1),
	form         TEXT    NOT NULL CHECK (length(form) BETWEEN 1 AND 8),
	copies       INTEGER NOT NULL CHECK (copies BETWEEN 1 AND 255),
	hold         INTEGER NOT NULL CHECK (hold BETWEEN 0 AND 3),
	keep         INTEGER NOT NULL CHECK (keep IN (0, 1)),
	name         TEXT    NOT NULL CHECK (length(name) <= 24),
	type         TEXT    NOT NULL CHECK (length(type) <= 8),
	dist         TEXT    NOT NULL CHECK (length(dist) <= 8),
	tag          TEXT    NOT NULL CHECK (length(tag) <= 136),
	origin       TEXT    NOT NULL CHECK (length(origin) BETWEEN 1 AND 8),
	origin_node  TEXT    NOT NULL CHECK (length(origin_node) BETWEEN 1 AND 8),
	origin_id    INTEGER NOT NULL CHECK (origin_id BETWEEN 0 AND 9999),
	device       INTEGER NOT NULL CHECK (device BETWEEN 1 AND 4),
	records      INTEGER NOT NULL CHECK (records > 0),
	bytes        INTEGER NOT NULL CHECK (bytes >= 0),
	blocks       INTEGER NOT NULL CHECK (blocks BETWEEN 1 AND 16777216),
	created      INTEGER NOT NULL,
	closed       INTEGER NOT NULL,
	damaged      INTEGER NOT NULL DEFAULT 0 CHECK (damaged IN (0, 1)),
	UNIQUE (owner, owner_node, spoolid)
);

-- hold and class are in it so that a reader passes by what it does not take.
CREATE INDEX file_queue ON file (owner, owner_node, queue, place, hold, class);
CREATE INDEX file_all ON file (queue, place);
-- What real devices may take.
CREATE INDEX file_ready ON file (queue, class, place)
    WHERE hold = 0 AND queue > 1;

-- What each device has written last: block `serial` of its client's life
-- `stream`; the file that it has open, if file is not NULL, and the one that
-- was closed before, by the order `tag`.
CREATE TABLE device (
	name         TEXT    NOT NULL,
	node         TEXT    NOT NULL,
	vdev         INTEGER NOT NULL,
	stream       INTEGER NOT NULL,
	serial       INTEGER NOT NULL,
	file         INTEGER,
	device       INTEGER NOT NULL CHECK (device BETWEEN 1 AND 4),
	records      INTEGER NOT NULL CHECK (records >= 0),
	bytes        INTEGER NOT NULL CHECK (bytes >= 0),
	blocks       INTEGER NOT NULL CHECK (blocks BETWEEN 0 AND 16777216),
	created      INTEGER NOT NULL,
	closed       INTEGER NOT NULL,
	tag          INTEGER NOT NULL,
	PRIMARY KEY (name, node, vdev)
) WITHOUT ROWID;

-- The last number given to a user, how many files he owns, and what he wrote
-- (in files of the table file) that is not yet gone.
CREATE TABLE user (
	name         TEXT    NOT NULL,
	node         TEXT    NOT NULL,
	last         INTEGER NOT NULL CHECK (last BETWEEN 0 AND 9999),
	owned        INTEGER NOT NULL CHECK (owned BETWEEN 0 AND 9999),
	files        INTEGER NOT NULL CHECK (files >= 0),
	bytes        INTEGER NOT NULL CHECK (bytes >= 0),
	PRIMARY KEY (name, node)
) WITHOUT ROWID;

-- Blocks of files.  id is the file's times 16777216 and the number of the block
-- in it, from 0.  data is spool.h's; sum is of id, first, records and data.
CREATE TABLE block (
	id           INTEGER PRIMARY KEY,
	first        INTEGER NOT NULL CHECK (first > 0),
	records      INTEGER NOT NULL CHECK (records > 0),
	sum          INTEGER NOT NULL,
	data         BLOB    NOT NULL CHECK (length(data) BETWEEN 1 AND 65536)
);

-- Files that are gone and whose blocks go one after the other.
CREATE TABLE gone (file INTEGER PRIMARY KEY);

INSERT INTO file SELECT id, owner, owner_node,
    CASE queue WHEN 'RDR' THEN 1 WHEN 'PUN' THEN 2 ELSE 3 END, spoolid,
    row_number() OVER (PARTITION BY queue ORDER BY place, id), class, form,
    copies, hold, keep, name, type, dist, tag, origin, origin_node,
    coalesce(origin_id, 0),
    CASE device WHEN 'RDR' THEN 1 WHEN 'PUN' THEN 2 WHEN 'PRT' THEN 3 ELSE 4
    END, records, bytes, (SELECT count(*) FROM block1 WHERE file = file1.id),
    created, closed, 0
    FROM file1 WHERE state > 0 AND records > 0 AND
    EXISTS (SELECT 1 FROM block1 WHERE file = file1.id);

INSERT INTO block
    SELECT id, first, records, spool_sum(id, first, records, data), data FROM
    (SELECT file * 16777216 + seq AS id, 1 + coalesce(sum(records) OVER
    (PARTITION BY file ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND
    1 PRECEDING), 0) AS first, records, data FROM block1);

-- Version 1 never closed what it opened.
INSERT INTO gone SELECT DISTINCT file FROM block1
    WHERE file NOT IN (SELECT id FROM file);

INSERT INTO user
    SELECT name, node, max(last), sum(owned), sum(files), sum(bytes) FROM (
    SELECT owner AS name, owner_node AS node, max(spoolid) AS last,
    count(*) AS owned, 0 AS files, 0 AS bytes FROM file GROUP BY 1, 2
    UNION ALL
    SELECT origin, origin_node, 0, 0, count(*), sum(bytes) FROM file
    GROUP BY 1, 2) GROUP BY 1, 2;

DROP TABLE block1;
DROP TABLE file1;
