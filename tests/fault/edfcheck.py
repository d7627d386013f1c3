#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# edfcheck.py - is an image a sound CMS disk?  Written from the description of
# the format alone, and with none of our code, so that it can be a judge of it.
#
#   edfcheck.py IMAGE...            exit 1, and a line for each thing wrong
#   edfcheck.py --dump FN FT IMAGE  a file's records, a line each
#   edfcheck.py --list IMAGE        FN FT mode recfm lrecl records sha256
#
# sha256 is over the records, each preceded by its length in 4 bytes,
# big-endian.

import argparse
import hashlib
import struct
import sys

LABEL_AT = 512
MAGIC = bytes.fromhex("C3D4E2F1")
SPANNED = 0xFFFFFFFF
CODE_PAGE = "cp037"
NAME_CHARACTERS = set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789$#@+-:_")


class Damage(Exception):
    """This part cannot be read on."""


class Fst:
    """A file status table's entry, 64 bytes."""

    SIZE = 64

    def __init__(self, raw):
        self.raw = raw
        self.name, self.type = raw[0:8], raw[8:16]
        self.month_day, self.hour_minute = raw[16:18], raw[18:20]
        self.mode = raw[24:26]
        self.recfm, self.flags = raw[30], raw[31]
        (self.lrecl,) = struct.unpack(">I", raw[32:36])
        (self.fop, self.blocks, self.records) = struct.unpack(
            ">III", raw[40:52])
        self.levels, self.pointer = raw[52], raw[53]
        self.date = raw[54:60]

    @property
    def text(self):
        def part(raw):
            return raw.decode(CODE_PAGE).rstrip(" ")
        return part(self.name) + " " + part(self.type)


def date_is_good(raw):
    """Packed decimal yymmddhhmmss."""
    digits = raw.hex()
    if not digits.isdigit():
        return False
    _, month, day, hour, minute, second = (
        int(digits[i:i + 2]) for i in range(0, 12, 2))
    return (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and
            minute < 60 and second < 60)


class Disk:
    def __init__(self, image):
        self.image = image
        self.problems = []
        self.owner = {}   # block: what it belongs to
        self.files = []   # Fst
        self.content = {} # "FN FT": list of records, or a Flat
        try:
            self.read_label()
            self.read_directory()
        except Damage as e:
            self.say(str(e))
            return
        for fst in self.files:
            try:
                self.read_file(fst)
            except Damage as e:
                self.say(f"{fst.text}: {e}")
        try:
            self.compare_map()
        except Damage as e:
            self.say(f"allocation map: {e}")

    def say(self, text):
        self.problems.append(text)

    # --- the label ---

    def read_label(self):
        raw = self.image[LABEL_AT:LABEL_AT + 0x50]
        if len(raw) < 0x50 or raw[0:4] != MAGIC:
            raise Damage("no CMS disk: no CMS1 at byte 512")
        self.volume = raw[4:10].decode(CODE_PAGE)
        (self.bs, self.dop) = struct.unpack(">II", raw[0x0C:0x14])
        (self.blocks, self.used, fst_size, per_block) = struct.unpack(
            ">IIII", raw[0x1C:0x2C])
        if self.bs not in (512, 1024, 2048, 4096):
            raise Damage(f"label: block size {self.bs}")
        if self.dop not in (4, 5):
            raise Damage(f"label: directory at block {self.dop}")
        if fst_size != Fst.SIZE or per_block != self.bs // Fst.SIZE:
            raise Damage(f"label: {per_block} entries of {fst_size} bytes "
                         "in a block")
        if self.blocks < 6 or self.blocks * self.bs > len(self.image):
            raise Damage(f"label: {self.blocks} blocks of {self.bs} in "
                         f"{len(self.image)} bytes")
        if not date_is_good(raw[0x2C:0x32]):
            self.say(f"label: created {raw[0x2C:0x32].hex()}")

    # --- blocks ---

    def block(self, number):
        at = (number - 1) * self.bs
        return self.image[at:at + self.bs]

    def claim(self, number, who):
        if not 1 <= number <= self.blocks:
            raise Damage(f"block {number} of {self.blocks}")
        if number in self.owner:
            raise Damage(f"block {number} belongs to {self.owner[number]} "
                         "too")
        self.owner[number] = who

    def tree(self, fst, leaves, width, who, claimed=()):
        """The leaf pointers of a file, as tuples of `width` // 4 words; a
        leaf whose block is 0 is a hole.  Claims all blocks."""
        words = width // 4
        fan = self.bs // width
        if leaves > fan ** fst.levels:
            raise Damage(f"{leaves} blocks in {fst.levels} levels")
        if fst.levels > 1 and leaves <= fan ** (fst.levels - 1):
            self.say(f"{who}: {fst.levels} levels for {leaves} blocks")

        def under(number, level, count):
            """Pointers of `count` leaves under a block of this level."""
            if number == 0:
                return [(0,) * words] * count
            if level > 0 or number not in claimed:
                self.claim(number, who)
            if level == 0:
                return [None]
            span = fan ** (level - 1)
            raw = self.block(number)
            out = []
            entries = (count + span - 1) // span
            (last,) = struct.unpack(">I", raw[-4:])
            if words == 3 and last != (entries - 1) * width:
                self.say(f"{who}: a pointer block's last pointer is at "
                         f"{(entries - 1) * width}, by itself at {last}")
            for i in range(entries):
                entry = struct.unpack_from(f">{words}I", raw, i * width)
                below = min(span, count - i * span)
                got = under(entry[0], level - 1, below)
                if got == [None]:
                    got = [entry]
                elif words == 3 and entry[0] != 0 and \
                        (got[0][2], got[-1][1]) != (entry[2], entry[1]):
                    self.say(f"{who}: a pointer block begins at "
                             f"{got[0][2]} and has record {got[-1][1]}, not "
                             f"{entry[2]} and {entry[1]}")
                out += got
            return out

        if leaves == 0:
            return []
        if fst.levels == 0:
            if fst.fop not in claimed and fst.fop != 0:
                self.claim(fst.fop, who)
            return [(fst.fop,) + (0,) * (words - 1)]
        return under(fst.fop, fst.levels, leaves)

    def flat(self, fst, size, who, claimed=()):
        """`size` bytes of a file of fixed records."""
        leaves = (size + self.bs - 1) // self.bs
        pointers = self.tree(fst, leaves, 4, who, claimed)
        blocks = [self.block(p[0]) if p[0] else bytes(self.bs)
                  for p in pointers]
        there = sum(1 for p in pointers if p[0])
        if fst.blocks != there:
            self.say(f"{who}: {there} data blocks, not {fst.blocks}")
        return b"".join(blocks)[:size], pointers

    # --- the directory ---

    def read_directory(self):
        for number in (1, 2, 3, 4, 5):
            self.owner[number] = "the disk itself"
        first = self.block(self.dop)
        self.directory, self.map = Fst(first[:64]), Fst(first[64:128])
        d = self.directory
        if d.name != bytes.fromhex("0000000100000000") or \
                d.type != "DIRECTOR".encode(CODE_PAGE):
            raise Damage(f"block {self.dop} holds no directory")
        if self.map.name != bytes.fromhex("0000000200000000") or \
                self.map.type != "ALLOCMAP".encode(CODE_PAGE):
            raise Damage("no allocation map in the directory")
        if d.lrecl != 64 or d.recfm != "F".encode(CODE_PAGE)[0]:
            raise Damage(f"directory: records of {d.lrecl}")
        if d.records < 2 or d.records > self.blocks * (self.bs // 64):
            raise Damage(f"directory: {d.records} entries")
        raw, pointers = self.flat(d, d.records * 64, "the directory",
                                  claimed=(self.dop,))
        if pointers[0][0] != self.dop:
            raise Damage(f"directory: begins at block {pointers[0][0]}, by "
                         f"the label at {self.dop}")
        # Others look for the end of the directory there.
        if any(self.block(pointers[-1][0])[len(raw) % self.bs or self.bs:]):
            self.say("directory: bytes behind the last entry")
        seen = set()
        for at in range(128, len(raw), 64):
            fst = Fst(raw[at:at + 64])
            if fst.name + fst.type in seen:
                self.say(f"{fst.text}: twice in the directory")
            seen.add(fst.name + fst.type)
            self.files.append(fst)

    # --- files ---

    def name_is_good(self, raw):
        text = raw.decode(CODE_PAGE)
        bare = text.rstrip(" ")
        return bare != "" and set(bare) <= NAME_CHARACTERS

    def read_file(self, fst):
        if not self.name_is_good(fst.name) or \
                not self.name_is_good(fst.type):
            self.say(f"a file with the name {fst.name.hex()} "
                     f"{fst.type.hex()}")
        mode = fst.mode.decode(CODE_PAGE)
        if mode[1] not in "0123456":
            self.say(f"{fst.text}: mode {fst.mode.hex()}")
        if not date_is_good(fst.date):
            self.say(f"{fst.text}: date {fst.date.hex()}")
        if fst.levels > 6:
            raise Damage(f"{fst.levels} levels")
        recfm = bytes([fst.recfm]).decode(CODE_PAGE)
        if recfm not in "FV" or fst.lrecl == 0 and fst.records > 0 or \
                fst.lrecl > 65535 or fst.records > 0x7FFFFFFF:
            raise Damage(f"format {recfm}, lrecl {fst.lrecl}, "
                         f"{fst.records} records")
        if recfm == "F":
            self.content[fst.text] = self.fixed(fst)
        else:
            self.content[fst.text] = self.variable(fst)

    def fixed(self, fst):
        size = fst.records * fst.lrecl
        if fst.levels > 0 and fst.pointer != 4:
            self.say(f"{fst.text}: pointers of {fst.pointer}")
        if (size + self.bs - 1) // self.bs > 1 << 22:
            # Too sparse to be laid out here: count its blocks only.
            raise Damage("larger than this checker reads")
        raw, _ = self.flat(fst, size, fst.text)
        n = fst.lrecl
        return [raw[i:i + n] for i in range(0, size, n)] if n > 1 else \
            [raw]

    def variable(self, fst):
        if fst.records == 0:
            if fst.blocks or fst.levels or fst.fop:
                self.say(f"{fst.text}: blocks without a record")
            return []
        if fst.blocks > self.blocks:
            raise Damage(f"{fst.blocks} data blocks")
        if fst.levels > 0 and fst.pointer != 12:
            self.say(f"{fst.text}: pointers of {fst.pointer}")
        pointers = self.tree(fst, fst.blocks, 12, fst.text)
        raw = b"".join(self.block(p[0]) if p[0] else bytes(self.bs)
                       for p in pointers)
        starts, records, at = {}, [], 0
        last_in = [0] * len(pointers) # the last record with a byte there
        for number in range(1, fst.records + 1):
            if at + 2 > len(raw):
                raise Damage(f"ends before record {number}")
            (n,) = struct.unpack_from(">H", raw, at)
            end = at + 2 + n
            if n == 0 or end > len(raw):
                raise Damage(f"record {number} has length {n}")
            starts.setdefault(at // self.bs, at % self.bs)
            for b in range(at // self.bs, (end - 1) // self.bs + 1):
                last_in[b] = number
            records.append(raw[at + 2:end])
            at = end
        if (at + self.bs - 1) // self.bs != len(pointers):
            self.say(f"{fst.text}: {len(pointers)} data blocks for {at} "
                     "bytes")
        # Others look for the end of the last record there.
        if any(raw[at:]):
            self.say(f"{fst.text}: bytes behind the last record")
        starts.setdefault(at // self.bs, at % self.bs)
        if max(map(len, records)) > fst.lrecl:
            self.say(f"{fst.text}: lrecl {fst.lrecl}, the longest record has "
                     f"{max(map(len, records))}")
        if fst.levels > 0:
            self.compare_pointers(fst, pointers, last_in, starts)
        return records

    def compare_pointers(self, fst, pointers, last_in, starts):
        for i, (block, highest, displacement) in enumerate(pointers):
            if highest != last_in[i]:
                self.say(f"{fst.text}: block {block} ends in record "
                         f"{last_in[i]}, by its pointer {highest}")
            if displacement != starts.get(i, SPANNED):
                self.say(f"{fst.text}: block {block}: the first record "
                         f"begins at {starts.get(i, SPANNED):X}, by its "
                         f"pointer at {displacement:X}")

    # --- the map ---

    def compare_map(self):
        size = (self.blocks + 7) // 8
        leaves = (size + self.bs - 1) // self.bs
        m = self.map
        raw, _ = self.flat(m, leaves * self.bs, "the allocation map")
        marked = {i * 8 + bit + 1 for i, byte in enumerate(raw) if byte
                  for bit in range(8) if byte & 0x80 >> bit}
        outside = [b for b in marked if b > self.blocks]
        marked = {b for b in marked if b <= self.blocks}
        if outside:
            self.say(f"map: blocks behind the end are marked, from "
                     f"{min(outside)}")
        used = set(self.owner)
        if used - marked:
            self.say(f"map: {len(used - marked)} blocks in use are free: "
                     f"{sorted(used - marked)[:8]}")
        if marked - used:
            self.say(f"map: {len(marked - used)} free blocks are marked: "
                     f"{sorted(marked - used)[:8]}")
        if self.used != len(marked):
            self.say(f"label: {self.used} blocks in use, by the map "
                     f"{len(marked)}")

    # --- for others ---

    def digest(self, text):
        return digest(self.content[text])

    def listing(self):
        for fst in sorted(self.files, key=lambda f: (f.name, f.type)):
            if fst.text in self.content:
                yield (fst.text + " " + fst.mode.decode(CODE_PAGE)[1] + " " +
                       bytes([fst.recfm]).decode(CODE_PAGE) +
                       f" {fst.lrecl} {fst.records} " +
                       self.digest(fst.text))


def digest(records):
    h = hashlib.sha256()
    for record in records:
        h.update(struct.pack(">I", len(record)))
        h.update(record)
    return h.hexdigest()


def check(path):
    with open(path, "rb") as f:
        return Disk(f.read())


def main():
    parser = argparse.ArgumentParser(description="check CMS disk images")
    parser.add_argument("--dump", nargs=2, metavar=("FN", "FT"))
    parser.add_argument("--list", action="store_true")
    parser.add_argument("image", nargs="+")
    args = parser.parse_args()
    bad = False
    for path in args.image:
        disk = check(path)
        for line in disk.problems:
            print(f"{path}: {line}", file=sys.stderr)
        bad = bad or bool(disk.problems)
        if args.list:
            print("\n".join(disk.listing()))
        if args.dump:
            key = " ".join(args.dump).upper()
            if key not in disk.content:
                sys.exit(f"{path}: no {key}")
            for record in disk.content[key]:
                sys.stdout.buffer.write(record + b"\n")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
