# SPDX-License-Identifier: MIT
#
# units.py - the real card reader as its senders see it: who breaks off, who
# waits, and what becomes of a deck when the reader or the spool is killed.

import socket
import struct

from clients import until
from runner import case, check

PORT = 235 # of the reader, above that of terminals
USER = "GUEST2"


def sender(system):
    return socket.create_connection(("127.0.0.1", system.port + PORT), 30)


def told(s):
    """The sender has sent all: what becomes of it."""
    s.shutdown(socket.SHUT_WR)
    with s.makefile() as f:
        return f.read()


def decks(system):
    rc, out = system.vm370("spool", "list", USER)
    check(rc == 0, "spool list: exit %d" % rc, out)
    return [line.split()[2] for line in out.splitlines() if "RDR" in line]


def nothing_left(system):
    rc, out = system.vm370("spool", "purge", USER, "all")
    check(rc == 0, "spool purge: exit %d" % rc, out)


def idle(system):
    until(lambda: "IDLE" in system.ask("QUERY", "UR", "00C"),
          "an idle reader")


@case("units.bytes")
def any_bytes(system):
    """Whatever is in a card is in the reader, and nothing else."""
    nothing_left(system)
    card = bytes(b for b in range(256) if b not in b"\n\r")
    with sender(system) as s:
        s.sendall(b"ID %s\n" % USER.encode() + card + b"\n\x00\r\n" +
                  b"x" * 32768 + b"\n")
        out = told(s)
    check("RECS 0003" in out, "what he is told", out)
    path = system.home + "/raw"
    rc, out = system.vm370("spool", "read", USER, decks(system)[0], path,
                           "--raw")
    check(rc == 0, "spool read: exit %d" % rc, out)
    with open(path, "rb") as f:
        check(f.read() == card + b"\x00" + b"x" * 32768, "other bytes")
    nothing_left(system)


@case("units.refused")
def refused(system):
    for deck, number in ((b"HELO there\n", "435E"), (b"", "435E"),
                         (b"ID NOBODY99\nX\n", "053E"),
                         (b"ID GUEST2\n", "436E"),
                         (b"ID GUEST2\n" + b"x" * 32769, "436E")):
        with sender(system) as s:
            s.sendall(deck)
            out = told(s)
        check(number in out and out.count("\n") == 1, "for %r" % deck[:20],
              out)
    check(not decks(system), "a deck was kept")


@case("units.broken-off")
def broken_off(system):
    s = sender(system)
    s.sendall(b"ID GUEST2\n" + b"a card\n" * 50000)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
    idle(system)
    check(not decks(system), "half a deck")


@case("units.two-at-once")
def two_at_once(system):
    """The second deck waits for the end of the first."""
    first, second = sender(system), sender(system)
    second.sendall(b"ID GUEST2 NAME SECOND\nX\n")
    first.sendall(b"ID GUEST2 NAME FIRST\nX\n")
    with first, second:
        check("RECS 0001" in told(first), "the first")
        check("RECS 0001" in told(second), "the second")
    check(len(decks(system)) == 2, "not both")
    nothing_left(system)


@case("units.reader-killed")
def reader_killed(system):
    """A deck that it was at is gone; it is there again for the next."""
    with sender(system) as s:
        s.sendall(b"ID GUEST2\n" + b"a card\n" * 20000)
        until(lambda: "ACTIVE" in system.ask("QUERY", "UR", "00C"),
              "an active reader")
        system.kill(system.pids("vmunit"))
        idle(system)
    check(not decks(system), "half a deck")

    def sent():
        try:
            with sender(system) as again:
                again.sendall(b"ID GUEST2\nX\n")
                return "SENT TO" in told(again)
        except OSError:
            return False
    until(sent, "a reader that works")
    check(len(decks(system)) == 1, "not one deck")
    nothing_left(system)


@case("units.spool-killed")
def spool_killed(system):
    """vmspool dies in the middle of a deck, which comes whole all the same."""
    with sender(system) as s:
        s.sendall(b"ID GUEST2\n")
        for n in range(60):
            s.sendall(b"".join(b"card %06d\n" % (n * 500 + i)
                               for i in range(500)))
            if n == 20 or n == 40:
                system.kill(until(lambda: system.pids("vmspool"),
                                  "a vmspool"))
        out = told(s)
    check("RECS 30000" in out or "SENT TO GUEST2 RECS" in out,
          "what he is told", out)
    path = system.home + "/raw"
    rc, out = system.vm370("spool", "read", USER, decks(system)[0], path)
    check(rc == 0, "spool read: exit %d" % rc, out)
    with open(path) as f:
        check(f.read() == "".join("card %06d\n" % n for n in range(30000)),
              "other cards")
    nothing_left(system)
