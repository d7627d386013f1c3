# SPDX-License-Identifier: MIT
#
# cards.py - users send each other work: a file is punched to another, who is
# told and reads it; a deck comes by the card reader's port, another from the
# host; one is punched to be IPLed; a console's log is read back; a listing
# comes out of the printer.  Each once as it is, and all of them once more with
# a kill of everything between what is sent and what comes of it.

import os
import re
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "fault"))

import runner
import spoolcheck
import vm
from clients import until
from runner import TERMINALS, case, check

FLOWS = []
PORT = 235 # of the reader, above that of terminals
CONSOLE_SECONDS = 1.5 # then what a spooled console shows is in the spool

CARD = 80
RDR_READ, CCW_SLI = 0x02, 0x20

HEADING = ("ORIGINID FILE CLASS RECORDS +CPY HOLD DATE +TIME +NAME +TYPE +"
           "DIST")


def flow(name):
    """A story in two halves: a generator that stops between them."""
    def add(function):
        FLOWS.append(function)

        @case("cards.%s" % name)
        def whole(system):
            for _ in function(system):
                pass
        return function
    return add


def logged_on(system, kind, user):
    return system.ready(TERMINALS[kind](system), user)


def log_off(system, client, user):
    client.line("#CP LOGOFF")
    until(lambda: system.logged_off(user), "end of %s" % user)


def work(client, line, answer=None):
    """A command of CMS's to its end, and what it says on the way."""
    match = client.command(line, answer or "^Ready;")
    if answer:
        client.wait("^Ready;")
    return match


def host(system, *words, **how):
    rc, out = system.vm370(*words, **how)
    check(rc == 0, "%s: exit %d" % (" ".join(words), rc), out)
    return out


def to_disk(system, user, name, content, *options):
    """A file of the host to a user's A-disk, which nobody has."""
    path = os.path.join(system.home, "to.disk")
    with open(path, "wb") as f:
        f.write(content)
    host(system, "disk", "write", user, "191", path, *name.split(), *options)


def from_disk(system, user, name, *options):
    path = os.path.join(system.home, "from.disk")
    host(system, "disk", "read", user, "191", *name.split(), path, *options)
    with open(path, "rb") as f:
        return f.read()


def first(client, spoolid):
    """A file to the head of the reader, and its row there."""
    work(client, "ORDER READER " + spoolid, "0*1 FILE +ORDERED")
    client.command("QUERY READER ALL", "^ ?%s *$" % HEADING)
    row = client.wait("^.* %s .*$" % spoolid)[0]
    client.wait("^Ready;")
    return row


@flow("punch")
def punch(system):
    """Every byte there is, 80 to a card, and the columns of the reader."""
    deck = bytes(range(256)) * 5 * 8 # 128 cards
    to_disk(system, "CMSUSER", "DECK CARDS", deck, "--fixed", str(CARD))
    sender = logged_on(system, "3270", "CMSUSER")
    receiver = logged_on(system, "telnet", "GUEST1")
    work(sender, "SPOOL PUNCH TO GUEST1")
    sent = work(sender, "PUNCH DECK CARDS A",
                "PUN FILE (\\d{4}) TO GUEST1 COPY 01 NOHOLD")[1]
    spoolid = receiver.wait("RDR FILE (\\d{4}) SENT FROM CMSUSER +PUN WAS %s "
                            "RECS 0129 CPY +001 A NOHOLD NOKEEP" % sent)[1]
    log_off(system, sender, "CMSUSER")
    log_off(system, receiver, "GUEST1")
    yield
    receiver = logged_on(system, "3270", "GUEST1")
    check(re.search("FILES: +\\d{3} RDR", receiver.text()),
          "not told at LOGON", receiver.text())
    row = first(receiver, spoolid)
    check(re.search("CMSUSER  %s A PUN 00000129 001 NONE \\d\\d/\\d\\d "
                    "\\d\\d:\\d\\d:\\d\\d DECK +CARDS +\\w+" % spoolid, row),
          "the row in the reader", row)
    work(receiver, "READCARD *", "DECK +CARDS +A1?")
    receiver.command("QUERY READER " + spoolid,
                     "DMKCSU042E SPOOLID %s DOES NOT EXIST" % spoolid)
    log_off(system, receiver, "GUEST1")
    got = from_disk(system, "GUEST1", "DECK CARDS", "--binary")
    check(got == deck, "%d bytes of %d came" % (len(got), len(deck)))


@flow("dump")
def dump(system):
    """A file of long records, as DISK DUMP's cards."""
    text = b"".join(b"%d %s\n" % (n, b"long " * (n % 500))
                    for n in range(300))
    to_disk(system, "GUEST2", "LONG TEXT", text)
    sender = logged_on(system, "telnet", "GUEST2")
    work(sender, "SPOOL PUNCH TO CMSUSER")
    spoolid = work(sender, "DISK DUMP LONG TEXT",
                   "PUN FILE (\\d{4}) TO +CMSUSER")[1]
    log_off(system, sender, "GUEST2")
    spoolid = re.search("CMSUSER +RDR +(\\d{4}) GUEST2 .*LONG +TEXT",
                        host(system, "spool", "list", "CMSUSER"))[1]
    yield
    receiver = logged_on(system, "telnet", "CMSUSER")
    first(receiver, spoolid)
    work(receiver, "DISK LOAD", "LONG +TEXT")
    log_off(system, receiver, "CMSUSER")
    check(from_disk(system, "CMSUSER", "LONG TEXT") == text, "another file")


@flow("reader-port")
def reader_port(system):
    """A deck by the port of the real card reader."""
    receiver = logged_on(system, "telnet", "GUEST2")
    with socket.create_connection(("127.0.0.1", system.port + PORT), 20) as s:
        s.sendall(b"ID GUEST2 CLASS B NAME PORTED DECK\n"
                  b"first card\r\nsecond card\n")
        s.shutdown(socket.SHUT_WR)
        told = s.makefile().read()
    check("GUEST2" in told, "what its sender is told", told)
    spoolid = receiver.wait("RDR FILE (\\d{4}) SENT FROM .*RECS 0002 CPY +001 "
                            "B NOHOLD NOKEEP")[1]
    log_off(system, receiver, "GUEST2")
    yield
    receiver = logged_on(system, "3270", "GUEST2")
    row = first(receiver, spoolid)
    check(re.search("B RDR 00000002 .*PORTED +DECK", row), "its row", row)
    work(receiver, "READCARD PORTED DECK A")
    work(receiver, "TYPE PORTED DECK A", "second card")
    log_off(system, receiver, "GUEST2")
    check(from_disk(system, "GUEST2", "PORTED DECK") ==
          b"first card\nsecond card\n", "other cards")


@flow("host")
def from_host(system):
    """A file of the host's in a reader, and one of a reader on the host."""
    path = os.path.join(system.home, "letter.script")
    letter = "".join("%d\tline \u00e4\n" % n for n in range(5000))
    with open(path, "w") as f:
        f.write(letter)
    receiver = logged_on(system, "telnet", "GUEST1")
    out = host(system, "spool", "put", "GUEST1", path)
    spoolid = re.search("RDR FILE (\\d{4}) SENT TO GUEST1 RECS 5000", out)[1]
    receiver.wait("RDR FILE %s SENT FROM " % spoolid)
    log_off(system, receiver, "GUEST1")
    yield
    check(host(system, "spool", "read", "GUEST1", spoolid) == letter,
          "another letter")
    receiver = logged_on(system, "telnet", "GUEST1")
    row = first(receiver, spoolid)
    check(re.search("00005000 .*LETTER +SCRIPT", row), "its row", row)
    work(receiver, "READCARD LETTER SCRIPT A")
    log_off(system, receiver, "GUEST1")
    check(from_disk(system, "GUEST1", "LETTER SCRIPT") == letter.encode(),
          "another file")


def ipl_deck():
    """Stops with a number of its own: a record of 24 bytes, and a card that
    it reads to 1000."""
    code = b"\xb8" + struct.pack("<I", 0xCA4D) + b"\xfa\xf4" # EAX; CLI; HLT
    record = struct.pack("<II", 0x1000, 1)
    record += struct.pack("<BBHI", RDR_READ, CCW_SLI, CARD, 0x1000)
    return record.ljust(CARD, b"\0") + code.ljust(CARD, b"\0")


@flow("ipl")
def ipl(system):
    """A deck that is punched to oneself, and IPLed."""
    to_disk(system, "MAINT", "IPLDECK DATA", ipl_deck(), "--fixed", str(CARD))
    maint = logged_on(system, "telnet", "MAINT")
    work(maint, "SPOOL PUNCH TO *")
    work(maint, "PUNCH IPLDECK DATA A (NOHEADER", "PUN FILE \\d{4} TO +MAINT")
    log_off(system, maint, "MAINT")
    yield
    maint = logged_on(system, "3270", "MAINT")
    maint.command("#CP IPL 00C", "DISABLED WAIT PSW '0*CA4D ")
    log_off(system, maint, "MAINT")


@flow("console")
def console(system):
    """A console's log, to its own reader."""
    user = logged_on(system, "3270", "GUEST2")
    work(user, "SPOOL CONSOLE START TO *")
    work(user, "QUERY TIME", "TIME IS")
    work(user, "SPOOL CONSOLE STOP")
    user.command("#CP CLOSE CONSOLE NAME MY LOG",
                 "RDR FILE (\\d{4}) SENT FROM GUEST2 +CON")
    log_off(system, user, "GUEST2")
    spoolid = re.search("GUEST2 +RDR +(\\d{4}) GUEST2 .*MY +LOG",
                        host(system, "spool", "list", "GUEST2"))[1]
    yield
    check(re.search("^QUERY TIME *\n(.*\n)*.*TIME IS", host(
        system, "spool", "read", "GUEST2", spoolid), re.M), "another log")
    user = logged_on(system, "telnet", "GUEST2")
    row = first(user, spoolid)
    check(re.search("CON .*MY +LOG", row), "its row", row)
    work(user, "READCARD MY LOG A")
    work(user, "TYPE MY LOG A", "TIME IS")
    log_off(system, user, "GUEST2")


@flow("listing")
def listing(system):
    """What is printed comes out in DIR/out."""
    out = os.path.join(system.home, "out")
    text = "".join("line %d of a listing\n" % n for n in range(1, 101))
    to_disk(system, "CMSUSER", "A LISTINGX", text.encode())
    user = logged_on(system, "telnet", "CMSUSER")
    before = set(os.listdir(out))
    system.ask("DRAIN", "00E")
    work(user, "PRINT A LISTINGX A", "PRT FILE \\d{4}")
    log_off(system, user, "CMSUSER")
    yield
    system.ask("START", "00E")

    def printed():
        for name in set(os.listdir(out)) - before:
            with open(os.path.join(out, name)) as f:
                pages = f.read()
            lines = re.findall("line \\d+ of a listing", pages)
            if "\n".join(lines) + "\n" == text:
                return pages
        return None
    until(lambda: printed(), "a listing in %s" % out)
    check(printed().count("\f") in (1, 2), "pages", printed())


@case("cards.ipl-between")
def ipl_between(system):
    """IPL CMS leaves alone what SPOOL CONT goes on with."""
    to_disk(system, "GUEST2", "ONE DECK", b"one\n")
    user = logged_on(system, "telnet", "GUEST2")
    work(user, "SPOOL PUNCH TO * CONT")
    work(user, "PUNCH ONE DECK A (NOHEADER")
    user.command("#CP IPL CMS", "^CMS for ")
    work(user, "PUNCH ONE DECK A (NOHEADER")
    work(user, "SPOOL PUNCH NOCONT CLOSE",
         "RDR FILE \\d{4} SENT FROM GUEST2 +PUN WAS \\d{4} RECS 0002")
    work(user, "PURGE READER ALL", "0*1 FILE +PURGED")
    log_off(system, user, "GUEST2")


@case("cards.kill-of-everything")
def killed(system):
    """Everything is sent; kill -9 of all; everything is there."""
    halves = [f(system) for f in FLOWS]
    for half in halves:
        next(half)
    watched = logged_on(system, "telnet", "CMSUSER")
    work(watched, "SPOOL CONSOLE START")
    work(watched, "QUERY TIME", "TIME IS")
    cut = subprocess.Popen(
        [vm.front(), "--home", system.home, "spool", "put", "GUEST1",
         "-", "--name", "CUT", "--type", "OFF"], stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    cut.stdin.write(b"a card\n" * 100000)
    cut.stdin.flush()
    time.sleep(CONSOLE_SECONDS)
    system.kill_all()
    cut.kill()
    cut.communicate()
    system.close_clients()
    spoolcheck.judge(os.path.join(system.home, "spool", "spool.db"), [])
    system.start()
    host(system, "spool", "check")
    out = host(system, "spool", "list")
    check("CUT" not in out, "half a deck", out)
    log = re.search("CMSUSER +PRT +(\\d{4}) CMSUSER  T CON", out)
    check(log, "no log up to the kill", out)
    out = host(system, "spool", "read", "CMSUSER", log[1])
    check("TIME IS" in out, "another log", out)
    for half in halves:
        check(next(half, None) is None, "the end of a story")


if __name__ == "__main__":
    runner.main()
