# SPDX-License-Identifier: MIT
#
# spoolcheck.py - judges a spool's database by itself: SQLite's file as it lies
# there with its log, and what each column means.  Shares no code with vmspool,
# and writes nothing but its own copy.
#
#   spoolcheck.py DB              says what is wrong; 1: something is
#   spoolcheck.py --serve         a line of input, DB [LEDGER...]; a line of
#                                 output: ok, or what is wrong
#
# A ledger is what somebody was told, in lines:
#
#   ? ID              he has asked for something with that file; 0: a new one
#   = ID OWNER QUEUE FIRST CARDS   it was answered: there is this file, of
#                     cards "card FIRST", "card FIRST+1", ...
#   - ID              it was answered: it is gone

import contextlib
import os
import shutil
import sqlite3
import sys
import tempfile

START = 0xCBF29CE484222325
PRIME = 0x9E3779B97F4A7C15
ALL = (1 << 64) - 1
QUEUES = {1: "RDR", 2: "PUN", 3: "PRT"}


class Wrong(Exception):
    pass


def check(true, *what):
    if not true:
        raise Wrong(" ".join(str(w) for w in what))


def checksum(total, data):
    for at in range(0, len(data), 8):
        word = int.from_bytes(data[at:at + 8], "little")
        total = (total ^ word) * PRIME & ALL
        total ^= total >> 29
    return total


def records(data):
    """The records of a block."""
    at, out = 0, []
    while at < len(data):
        n = int.from_bytes(data[at:at + 2], "little")
        check(at + 2 + n <= len(data), "half a record")
        out.append(data[at + 2:at + 2 + n])
        at += 2 + n
    return out


def copied(path, folder):
    """A copy of a database, which its owner goes on with."""
    copy = os.path.join(folder, "spool.db")
    shutil.copyfile(path, copy)
    if os.path.exists(path + "-wal"):
        shutil.copyfile(path + "-wal", copy + "-wal")
    return sqlite3.connect(copy)


def begun(path):
    """Did vmspool live long enough to make its tables?"""
    if not os.path.exists(path):
        return False
    with tempfile.TemporaryDirectory(prefix="spoolcheck.") as folder:
        with contextlib.closing(copied(path, folder)) as db:
            return db.execute("PRAGMA user_version").fetchone()[0] != 0


class Spool:
    """What is in a database, and whether it fits together."""

    def __init__(self, path):
        with tempfile.TemporaryDirectory(prefix="spoolcheck.") as folder:
            self.db = copied(path, folder)
            with contextlib.closing(self.db):
                self.read()

    def rows(self, sql, *args):
        return self.db.execute(sql, args).fetchall()

    def read(self):
        said = self.rows("PRAGMA integrity_check")
        check(said == [("ok",)], "integrity_check:", said)
        self.sums = {}
        self.files = {row[0]: row[1:] for row in self.rows(
            "SELECT id, owner, queue, spoolid, origin, records, bytes, "
            "blocks, damaged, place FROM file")}
        self.open = {row[0]: row[1:] for row in self.rows(
            "SELECT file, records, bytes, blocks FROM device "
            "WHERE file IS NOT NULL")}
        self.gone = {row[0] for row in self.rows("SELECT file FROM gone")}
        self.blocks()
        self.accounts()

    def blocks(self):
        """Each block is of some file, and all of a file's are there."""
        self.cards = {}
        counts = {}
        for key, first, n, total, data in self.rows(
                "SELECT id, first, records, sum, data FROM block ORDER BY id"):
            file, seq = key >> 24, key & 0xFFFFFF
            if file in self.gone:
                continue
            check(file in self.files or file in self.open,
                  "a block of nobody's file", file)
            head = b"".join(x.to_bytes(8, "little") for x in (key, first, n))
            check(checksum(checksum(START, head), data) == total & ALL,
                  "sum of block", seq, "of", file)
            cards = self.cards.setdefault(file, [])
            check(counts.get(file, 0) == seq, "a block is missing of", file)
            check(first == len(cards) + 1, "first record of block", seq)
            found = records(data)
            check(len(found) == n, "records of block", seq, "of", file)
            cards += found
            counts[file] = seq + 1
        for file, (n, size, blocks) in [
                (id, row[4:7]) for id, row in self.files.items()] + \
                list(self.open.items()):
            cards = self.cards.get(file, [])
            check(len(cards) == n and sum(map(len, cards)) == size and
                  counts.get(file, 0) == blocks, "file", file, "has",
                  len(cards), "cards, not", n)

    def accounts(self):
        users = {row[0]: row[1:] for row in self.rows(
            "SELECT name, owned, files, bytes FROM user")}
        owned, wrote, size, numbers, places = {}, {}, {}, set(), set()
        last = self.rows("SELECT last FROM key")[0][0]
        for id, row in self.files.items():
            owner, queue, spoolid, origin, _, n, _, damaged, place = row
            check(id not in self.gone and id not in self.open,
                  "file", id, "is there and is not")
            check(id <= last, "file", id, "has a key that comes again")
            check(not damaged, "file", id, "is damaged")
            check((owner, spoolid) not in numbers, "two are", owner, spoolid)
            check((queue, place) not in places, "two are at", queue, place)
            numbers.add((owner, spoolid))
            places.add((queue, place))
            owned[owner] = owned.get(owner, 0) + 1
            wrote[origin] = wrote.get(origin, 0) + 1
            size[origin] = size.get(origin, 0) + n
        for name in set(users) | set(owned) | set(wrote):
            has = (owned.get(name, 0), wrote.get(name, 0), size.get(name, 0))
            check(users.get(name) == has, name, users.get(name), "not", has)


class Ledger:
    """What one was told, and the file that he has just asked about."""

    def __init__(self, path):
        self.known, self.past, self.asked = {}, set(), None
        with open(path) as lines:
            for line in lines:
                self.line(*line.split())

    def line(self, what, id, *file):
        id = int(id)
        if what == "?":
            self.asked = id
            return
        self.asked = None
        if what == "-":
            self.known.pop(id, None)
            self.past.add(id)
            return
        check(id not in self.past, "file", id, "comes again")
        owner, queue, first, cards = file
        self.known[id] = (owner, QUEUES[int(queue)], int(first), int(cards))


def judge(path, ledgers):
    spool = Spool(path)
    books = [Ledger(name) for name in ledgers]
    known = {}
    for book in books:
        check(not known.keys() & book.known.keys(), "two have one file")
        known.update(book.known)
    unsure = {book.asked for book in books}
    for id, (owner, queue, first, cards) in known.items():
        if id not in spool.files:
            check(id in unsure, "file", id, "is lost")
            continue
        row = spool.files[id]
        check(id in unsure or (row[0], QUEUES[row[1]]) == (owner, queue),
              "file", id, "is elsewhere:", row)
        check(spool.cards[id] == [b"card %d" % n for n in
                                  range(first, first + cards)],
              "other cards in", id)
    past = set().union(*(book.past for book in books)) if books else set()
    for id in spool.files.keys() - known.keys():
        check(id not in past, "file", id, "was gone, and is there")
        check(not books or 0 in unsure, "file", id, "is nobody's")
    new = len(spool.files.keys() - known.keys())
    check(not books or new <= sum(b.asked == 0 for b in books),
          new, "files that nobody made")


def serve():
    for line in sys.stdin:
        words = line.split()
        try:
            judge(words[0], words[1:])
            print("ok", flush=True)
        except (Wrong, sqlite3.Error) as e:
            print(type(e).__name__, e, flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["--serve"]:
        serve()
    else:
        try:
            judge(sys.argv[1], sys.argv[2:])
        except (Wrong, sqlite3.Error) as e:
            sys.exit("%s: %s" % (sys.argv[1], e))
