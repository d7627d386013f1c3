# SPDX-License-Identifier: MIT
#
# display.py - the presentation space against a real emulator: the same random
# records and keys go to displayrig and to s3270, and both must answer READ
# BUFFER and READ MODIFIED with the same bytes, in every reply mode.
#
#   display.py DISPLAYRIG [CASE ...]
#
# Not asked are the few things in which s3270 is not as GA23-0059 has it:
# attributes of positions that EUA and ERASE INPUT have erased, where these put
# the cursor if the first unprotected field is empty, a tab in the only field.
# RECORDS is few, so that this is quick; DISPLAY_RECORDS asks for more.

import os
import random
import re
import socket
import subprocess
import sys

RECORDS = int(os.environ.get("DISPLAY_RECORDS", "40"))

EW, EWA, W, WSF = b"\xf5", b"\x7e", b"\xf1", b"\xf3"
READS = (b"\xf2", b"\xf6", b"\x6e")
IAC, EOR = b"\xff", b"\xff\xef"
JOINS = b"\xff\xfd\x19\xff\xfb\x19\xff\xfd\x00\xff\xfb\x00"
AGREED = (b"\xff\xfb\x19", b"\xff\xfd\x19", b"\xff\xfb\x00", b"\xff\xfd\x00")

SIZES = {
    "24x80": (24, 80, "-model", "3279-2-E"),
    "43x80": (43, 80, "-model", "3279-4-E"),
    "27x132": (27, 132, "-model", "3279-5-E"),
    "62x160": (62, 160, "-model", "3279-4-E", "-oversize", "160x62"),
}

CODE = bytes.fromhex(
    "40c1c2c3c4c5c6c7c8c94a4b4c4d4e4f50d1d2d3d4d5d6d7d8d95a5b5c5d5e5f"
    "6061e2e3e4e5e6e7e8e96a6b6c6d6e6ff0f1f2f3f4f5f6f7f8f97a7b7c7d7e7f")

# enum ps_key, and what erases
KEYS = {"Left()": 0, "Right()": 1, "Up()": 2, "Down()": 3, "Tab()": 4,
        "BackTab()": 5, "Newline()": 6, "Home()": 7, "Dup()": 16,
        "FieldMark()": 17}
ERASERS = {"Delete()": 10, "EraseEOF()": 11}
TYPED = {"Key(A)": "c1", "Key(7)": "f7"}


class Rig:
    """Our display."""

    def __init__(self, program, rows, cols):
        self.process = subprocess.Popen(
            (program, str(rows), str(cols)), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def host(self, record):
        rc, answer = self.ask("host " + record.hex()).rstrip("\n").split(" ")
        assert rc == "0", "%s: %s" % (rc, record.hex())
        return bytes.fromhex(answer)


class Emulator:
    """s3270 at a host that is this program."""

    def __init__(self, options):
        door = socket.socket()
        door.bind(("127.0.0.1", 0))
        door.listen(1)
        door.settimeout(20)
        self.process = subprocess.Popen(
            ["s3270", *options, "-clear", "blankFill",
             "N:127.0.0.1:%d" % door.getsockname()[1]],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.line = door.accept()[0]
        self.line.settimeout(20)
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        door.close()
        self.got = b""
        self.line.sendall(b"\xff\xfd\x18")
        self.until(b"\xff\xfb\x18")
        self.line.sendall(b"\xff\xfa\x18\x01\xff\xf0")
        self.until(b"\xff\xf0")
        self.line.sendall(JOINS)
        for answer in AGREED:
            self.until(answer)
        self.got = b""
        # It takes no action before the cursor is in a field.
        self.send(EW + b"\xc3\x1d\x40\x13")
        self.press("Home()")

    def until(self, pattern):
        while pattern not in self.got:
            more = self.line.recv(65536)
            assert more, "s3270 has gone"
            self.got += more

    def send(self, record):
        self.line.sendall(record.replace(IAC, IAC + IAC) + EOR)

    def answer(self, record):
        self.send(record)
        while True:
            end = re.match(rb"((?:[^\xff]|\xff\xff)*)\xff\xef", self.got,
                           re.S)
            if end:
                self.got = self.got[end.end():]
                return end.group(1).replace(IAC + IAC, IAC)
            more = self.line.recv(65536)
            assert more, "s3270 has gone"
            self.got += more

    def press(self, action):
        """The key; and RESET, for it may have been refused."""
        self.process.stdin.write(action + "\nReset()\n")
        self.process.stdin.flush()
        for _ in range(2):
            while self.process.stdout.readline().strip() not in (
                    "ok", "error"):
                pass

    def close(self):
        self.line.close()
        self.process.kill()
        self.process.wait()


class Stream:
    """Random records for a display of so many positions.  With `erasing`
    there are no attributes of characters."""

    def __init__(self, dice, rows, cols, erasing):
        self.dice, self.alternate, self.erasing = dice, rows * cols, erasing
        self.cells = self.alternate

    def address(self, at):
        if self.cells <= 4096 and self.dice.random() < 0.5:
            return bytes((CODE[at >> 6], CODE[at & 63]))
        return bytes((at >> 8, at & 255))

    def anywhere(self):
        return self.address(self.dice.randrange(self.cells))

    def attribute(self):
        return self.dice.choice(
            (0, 1, 4, 8, 12, 0x20, 0x21, 0x28, 0x30, 0x3c))

    def pairs(self, count):
        kinds = (
            lambda: bytes((0xc0, CODE[self.attribute()])),
            lambda: bytes((0x42, self.dice.randrange(0xf1, 0xf8))),
            lambda: bytes((0x41, self.dice.choice((0xf1, 0xf2, 0xf4)))))
        return bytes((count,)) + b"".join(
            self.dice.choice(kinds)() for _ in range(count))

    def text(self):
        return bytes(self.dice.choice(b"\x40\xc1\xc2\x81\x6b\x7b")
                     for _ in range(self.dice.randrange(1, 60)))

    def tab(self):
        before = self.text() if self.dice.random() < 0.5 else b""
        return b"\x11" + self.address(0) + before + b"\x05"

    def attribute_of_text(self):
        if self.erasing:
            return b"\x11" + self.anywhere() + b"\x12" + self.anywhere()
        return self.dice.choice(
            (b"\x28\x42\xf2", b"\x28\x42\xf5", b"\x28\x41\xf2",
             b"\x28\x41\xf4", b"\x28\x00\x00", b"\x28\x42\x00"))

    def order(self):
        dice = self.dice
        return dice.choice((
            lambda: b"\x11" + self.anywhere(),
            lambda: b"\x1d" + bytes((CODE[self.attribute()],)),
            lambda: b"\x29" + self.pairs(dice.randrange(4)),
            lambda: b"\x2c" + self.pairs(dice.randrange(1, 3)),
            self.attribute_of_text,
            lambda: b"\x13",
            self.tab,
            lambda: b"\x08" + dice.choice((b"\xa2", b"\x85", b"\xc5")),
            lambda: dice.choice((b"\x00", b"\x1c", b"\x1e")),
            lambda: b"\x3c" + self.anywhere() + dice.choice(
                (b"\x00", b"\x40", b"\x5c", b"\x08\xa2"))
            if dice.random() < 0.1 else self.text(),
            self.text, self.text, self.text))()

    def record(self, first):
        command = EWA if first else self.dice.choice((EWA, EW, W, W, W, W))
        if command == EW:
            self.cells = 24 * 80
        if command == EWA:
            self.cells = self.alternate
        return command + b"\xc3" + b"".join(
            self.order() for _ in range(self.dice.randrange(60)))


def press(dice, rig, emulator, erasing):
    keys = dict(KEYS, **ERASERS) if erasing else KEYS
    for _ in range(dice.randrange(8)):
        action = dice.choice(list(keys) + list(TYPED))
        emulator.press(action)
        rig.ask("type " + TYPED[action] if action in TYPED else
                "key %d" % keys[action])
        yield action


def same(program, name, erasing):
    rows, cols, *options = SIZES[name]
    dice = random.Random(rows * cols + erasing)
    stream = Stream(dice, rows, cols, erasing)
    rig, emulator = Rig(program, rows, cols), Emulator(options)
    for number in range(RECORDS):
        record = stream.record(number == 0)
        rig.host(record)
        emulator.send(record)
        emulator.answer(READS[0])  # it has come: now the keys
        keys = list(press(dice, rig, emulator, erasing)) if number % 2 else []
        mode = WSF + b"\x00\x07\x09\x00" + bytes((dice.randrange(3),)) + \
            b"\x41\x42"
        rig.host(mode)
        emulator.send(mode)
        read = dice.choice(READS)
        ours, theirs = rig.host(read), emulator.answer(read)
        assert ours == theirs, "record %d %s\nkeys %s\nours   %s\ntheirs %s" \
            % (number, record.hex(), keys, ours.hex(), theirs.hex())
    emulator.close()
    rig.process.stdin.close()
    assert rig.process.wait() == 0


def main():
    program, *wanted = sys.argv[1:]
    failed = 0
    for name in SIZES:
        for erasing in (False, True):
            case = name + ("_erasing" if erasing else "")
            if wanted and case not in wanted:
                continue
            try:
                same(program, name, erasing)
                print("ok  ", case, flush=True)
            except (AssertionError, OSError) as error:
                failed += 1
                print("FAIL", case, error, flush=True)
    return failed != 0


sys.exit(main())
