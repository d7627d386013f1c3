# SPDX-License-Identifier: MIT
#
# cpkills.py - vmcp, or vmspool and then vmcp, or everything at once, killed at
# any moment while several users punch, print, close, transfer, change, order,
# read and purge files by CP's commands.  What each was told is in a book; after
# each kill spoolcheck.py reads the database, and at each start QUERY must show
# the same.
#
#   cpkills.py --bin FOLDER --fellow PROGRAM [--points N] [--seed N]
#   cpkills.py ... --again     how soon the next vmspool is there
#
# FOLDER holds vmcp, vmspool and vmunit; PROGRAM stands in for vmterm and
# vmguest (tests/golden/cp_fellow.c): the machines need no KVM.

import argparse
import ctypes
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time

import spoolcheck
from spoolcheck import Wrong, check

HERE = os.path.dirname(os.path.abspath(__file__))
USERS = ["ANN", "BOB", "CLEO", "DAN"]
PASSWORD = "OWNER"
HASH = "$y$j75$vmtestvmtest$jHHs9x3EG1cZ1dfcBlf.5WyjorWX8.K/1pB8bfr3ZN1"
ANSWER_SECONDS = 20
PR_SET_CHILD_SUBREAPER = 36  # who vmcp leaves is this process's to wait for
PRT_WRITE_1 = b"\x09"  # before each line that the machine prints
FULL = 8  # files that a user has, about

DIRECTORY = "USER OPERATOR NOLOG 16M 16M ABCDEG\n CONSOLE 009 3215\n" + \
    "USER MAINT NOLOG\n MDISK 190 FB-512 0 64 VMSYS MR ALL\n" + "".join(
        "USER %s %s 1M 1M G\n IPL 190\n CONSOLE 009 3215\n"
        " SPOOL 00C 2540 READER *\n SPOOL 00D 2540 PUNCH A\n"
        " SPOOL 00E 1403 A\n LINK MAINT 190 190 RR\n" % (name, HASH)
        for name in USERS)
CONFIG = "SYSTEM VM370\nNODE HOME\nTIMEZONE UTC UTC\nVOLUME VMSYS\n"


class Gone(Exception):
    """The system was killed."""


class Unanswered(Exception):
    """vmspool was killed, and vmcp says so."""


# --- what must be there ---


class File:
    def __init__(self, name, cards, state):
        self.name, self.cards = name, cards
        # (owner, queue, class, copies, hold); None: gone, and for ever
        self.state = state
        self.told = False     # somebody knows that it is there
        self.asked = None     # what it may be as well: not answered
        self.number = None    # that it was closed with
        self.id = None        # in the database
        self.story = []       # who found out what, to be read when it is wrong

    def became(self, who, state):
        self.story.append((who, state, self.asked))
        self.state, self.asked = state, None

    def answered(self, who, asked):
        """Unless somebody has seen the answer first."""
        if self.asked is asked:
            self.became(who, asked[0])


class Book:
    def __init__(self):
        self.files = {}
        self.lock = threading.Lock()
        self.first = {}   # of an owner's reader, by ORDER
        self.queues = {}  # (owner, queue): what lay there at the last kill
        self.ids = set()
        self.answers = 0

    def mine(self, owner, queue):
        return [f for f in self.files.values() if f.told and
                f.state is not None and f.asked is None and
                f.state[:2] == (owner, queue)]


class Database(spoolcheck.Spool):
    def read(self):
        super().read()
        self.table = self.rows(
            "SELECT id, name, owner, queue, class, copies, hold, origin_id, "
            "place FROM file ORDER BY queue, place")


def judge_row(book, db, row):
    id, name, owner, queue, cls, copies, hold, number, _ = row
    state = (owner, spoolcheck.QUEUES[queue], cls, copies,
             "USER" if hold else "NONE")
    f = book.files.get(name)
    check(f is not None, "nobody made", row)
    check(f.state is not None, "was gone, and is there:", row)
    check(f.id in (None, id), "another file", id, "was", f.id)
    check(f.id is not None or id not in book.ids, "id comes again:", row)
    check(f.number in (None, number), "number", f.number, "of", row)
    check(db.cards[id] == f.cards, "other cards in", row)
    check(state == f.state or state in (f.asked or ()), "is", row,
          "and was", f.state, f.asked)
    f.id, f.number, f.told = id, number, True
    f.became("the database", state)
    book.ids.add(id)
    return f


def judge(book, path):
    """The database against the book; then the book is as the database."""
    if not spoolcheck.begun(path):
        check(not book.files, "there is nothing in", path)
        return
    db = Database(path)
    there = set()
    book.queues = {}
    for row in db.table:
        f = judge_row(book, db, row)
        check(f.name not in there, f.name, "is there twice")
        there.add(f.name)
        book.queues.setdefault(f.state[:2], []).append(f.name)
    for f in book.files.values():
        if f.name in there or f.state is None:
            continue
        check(not f.told or None in (f.asked or ()), f.name, "is lost:",
              f.state, f.asked)
        f.state = f.asked = None
    for owner, name in book.first.items():
        if book.files[name].state is not None:
            check(book.queues[owner, "RDR"][0] == name, name,
                  "was ordered first:", book.queues[owner, "RDR"])


# --- a terminal ---


def message_types():
    with open(os.path.join(HERE, "../../include/ipc.h")) as header:
        text = header.read()
    text = text[text.index("#define IPC_MESSAGES"):]
    return {name: n + 1 for n, name in enumerate(
        re.findall(r"^\tX\((\w+),", text, re.M))}


TYPES = message_types()
OUTPUT = 1
IN_CP_READ, IN_VM_READ = 2, 3


class Terminal:
    """Lines to and from vmcp, by the stand-in for vmterm."""

    def __init__(self, port):
        self.packet, self.status, self.waiting = b"", None, []
        try:
            self.sock = socket.create_connection(("127.0.0.1", port))
        except OSError:
            raise Gone()
        self.sock.settimeout(ANSWER_SECONDS)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.send("TERM_OPEN", struct.pack("<IIHH60s40s12s", 1, 0, 24, 80,
                                           b"127.0.0.1", b"TEST", b""))
        self.send("TERM_CREDIT", struct.pack("<I", 1000000))

    def send(self, kind, payload):
        packet = struct.pack("<HHI", 1, TYPES[kind], len(payload)) + payload
        try:
            self.sock.sendall(struct.pack("<I", len(packet)) + packet)
        except OSError:
            raise Gone()

    def line(self, text):
        self.send("TERM_LINE", struct.pack("<I", len(text)) + text.encode())

    def attention(self):
        self.send("TERM_KEY", struct.pack("<I", 1))

    def read(self, n):
        data = b""
        while len(data) < n:
            try:
                self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK,
                                     1)
                more = self.sock.recv(n - len(data))
            except TimeoutError:
                raise Wrong("no answer")
            except OSError:
                raise Gone()
            if not more:
                raise Gone()
            data += more
        return data

    def take(self):
        """The messages of one packet; what was printed waits."""
        packet = self.read(struct.unpack("<I", self.read(4))[0])
        at = 0
        while at < len(packet):
            _, kind, n = struct.unpack_from("<HHI", packet, at)
            body = packet[at + 8:at + 8 + n]
            at += 8 + n + 7 & ~7
            if kind == TYPES["CONS_STATE"]:
                self.status = struct.unpack_from("<I", body)[0]
            elif kind == TYPES["CONS_CLOSE"]:
                raise Gone()
            elif kind == TYPES["CONS_ITEM"] and \
                    struct.unpack_from("<I", body, 4)[0] == OUTPUT:
                self.waiting.append(body[40:].decode())

    def until(self, last):
        """What is printed, to a line that begins so."""
        lines = []
        while True:
            while not self.waiting:
                self.take()
            lines.append(self.waiting.pop(0))
            if lines[-1].startswith(last):
                return lines


# --- a user ---

LISTED = re.compile(r"(\S+) +(\d{4}) (\S) (\S{3}) (\d{8}) (\d{3}) (\S+) +"
                    r"(?:IN USE|../.. ..:..:..) +(\S+) ")


class User(threading.Thread):
    def __init__(self, world, name):
        super().__init__(daemon=True)
        self.world, self.book, self.me = world, world.book, name
        self.rng = random.Random(world.rng.random())
        self.wrong = None
        self.asking, self.recovered = [], 0

    def run(self):
        try:
            self.logon()
            for queue in ("RDR", "PRT"):
                check(self.listed(queue) == self.book.queues.get(
                    (self.me, queue), []), self.me, "sees another", queue)
            self.world.ready.wait()
            while True:
                self.one_or_none()
        except (Gone, Unanswered, threading.BrokenBarrierError) as e:
            if not self.world.killed:
                self.wrong = Wrong("%s is left alone: %r" % (self.me, e))
        except Exception as e:
            self.wrong = e
        finally:
            self.world.ready.abort()

    def logon(self):
        self.term = Terminal(self.world.port)
        self.term.line("LOGON %s %s" % (self.me, PASSWORD))
        self.term.until("LOGON AT")
        self.machine([])

    def must(self, true, *what):
        """Without vmspool no answer is a good one."""
        if not true and self.world.spool_killed:
            raise Unanswered()
        check(true, self.me, *what)

    def command(self, text):
        """What CP answers: an empty line is taken when it has."""
        self.term.line(text)
        self.term.line("")
        lines = self.term.until("CP")
        for line in lines:
            self.must(not line.startswith("DMK"), text, "gets", line)
        self.book.answers += 1
        return lines

    def machine(self, words):
        """What the machine answers to words; then CP listens again."""
        self.term.line("BEGIN")
        for word in words:
            self.term.line(word)
        self.term.line("END")
        lines = self.term.until("YOU TYPED <END>")
        self.term.attention()
        self.term.until("CP")
        return lines

    def said(self, lines, pattern):
        for line in lines:
            found = re.match(pattern, line)
            if found:
                return found
        return self.must(False, "no", pattern, "in", lines)

    # --- what he sees ---

    def see(self, name, queue, how=None):
        """He was shown this file of his: it is as it was, or as it was to be,
        by an order that was not answered or will be."""
        f = self.book.files.get(name)
        check(f is not None, self.me, "sees", name)
        check(f.state is not None, self.me, "sees", name, "that is gone")
        can = [s for s in [f.state] + (f.asked or []) if s is not None and
               s[:2] == (self.me, queue) and how in (None, s[2:])]
        check(can, self.me, "sees", name, how, "and not", f.state, f.asked,
              "after", f.story[-9:])
        f.told = True
        f.became(self.me + " sees", can[0])
        return f

    def listed(self, queue):
        """QUERY's names; their numbers are in self.numbers."""
        with self.book.lock:
            must = {f.name for f in self.book.mine(self.me, queue)}
        lines = self.command("QUERY %s ALL" % queue)
        self.numbers, names = {}, []
        for line in lines:
            row = LISTED.match(line + " ")
            if row is None:
                continue
            _, number, cls, _, records, copies, hold, name = row.groups()
            with self.book.lock:
                f = self.see(name, queue, (cls, int(copies), hold))
            check(int(records) == len(f.cards), name, "is shown as", line)
            check(number not in self.numbers.values(), "two are", line)
            check(name not in names, name, "is shown twice")
            self.numbers[name] = number
            names.append(name)
        check(must <= set(names), self.me, "does not see",
              must - set(names), "in", lines)
        return names

    # --- what he does ---

    def attributes(self):
        """Class, copies, hold; and the words for them."""
        cls, copies = self.rng.choice("ABCDE"), self.rng.randint(1, 99)
        hold = self.rng.choice(["NONE", "NONE", "NONE", "USER"])
        return (cls, copies, hold), "CLASS %s COPY %d %s" % (
            cls, copies, "HOLD" if hold == "USER" else "NOHOLD")

    def make(self):
        queue = self.rng.choice(["RDR", "RDR", "PRT"])
        owner = self.rng.choice(USERS) if queue == "RDR" else self.me
        with self.book.lock:
            self.world.made += 1
            name = "%s%d" % (self.me[0], self.world.made)
        cards = self.write(name, *(
            ("PUNCH", "00D") if queue == "RDR" else ("PRINT", "00E")))
        how, words = self.attributes()
        f = File(name, cards, (owner, queue) + how)
        vdev = "00D" if queue == "RDR" else "00E"
        to = " TO " + owner if queue == "RDR" else ""
        if self.rng.random() < 0.5:
            words, to = words + to, ""
        self.command("SPOOL %s %s" % (vdev, words))
        with self.book.lock:
            self.book.files[name] = f
        self.close(f, "CLOSE %s%s NAME %s" % (vdev, to, name))

    def close(self, f, text):
        """When it was not answered it is given once more; that closes the file,
        or it was closed already and there is nothing to be said."""
        told = r"P\S\S FILE (\d+) (TO|FOR) %s +COPY %02d " % (
            f.state[0], f.state[3])
        try:
            number = int(self.said(self.command(text), told).group(1))
        except Unanswered:
            self.recover()
            seen, mine = f.told, f.state is not None and f.state[0] == self.me
            lines = [line for line in self.command(text)
                     if re.match(told, line)]
            check(not (lines and seen), f.name, "is closed twice:", lines)
            check(lines or seen or not mine, f.name, "is lost")
            number = int(lines[0].split()[2]) if lines else None
        with self.book.lock:
            f.told, f.number = True, f.number or number

    def write(self, name, word, vdev):
        """Some blocks, which vmspool has when this returns."""
        cards, words = [], []
        for _ in range(self.rng.randint(1, 3)):
            for _ in range(self.rng.randint(1, 4)):
                cards.append("x%s %d" % (name, len(cards)))
                words.append("%s %s %s" % (word, vdev, cards[-1]))
            words.append("POST " + vdev)
        for line in self.machine(words):
            if line.startswith("POSTED -"):
                check(self.world.spool_killed, self.me, words, "gets", line)
                raise Gone()  # it sends nothing twice, as vmguest does
        before = b"" if word == "PUNCH" else PRT_WRITE_1
        return [before + card.encode() for card in cards]

    def ask(self, files, states, text, answer):
        """Done or not, until it is answered."""
        asked = [[state] for state in states]
        self.asking = files
        with self.book.lock:
            for f, state in zip(files, asked):
                f.asked = state
                f.story.append((self.me, text))
        lines = self.command(text)
        if answer is not None:
            self.said(lines, answer)
        elif self.world.spool_killed:
            raise Unanswered()  # it may have been the next one's answer
        with self.book.lock:
            for f, state in zip(files, asked):
                f.answered(self.me + " is answered", state)
        self.asking = []

    def purge(self, queue, files):
        self.ask(files, [None] * len(files), "PURGE %s %s" % (
            queue, " ".join(self.numbers[f.name] for f in files)),
            r"0*%d FILES? +PURGED" % len(files))

    def change(self, queue, f):
        how, words = self.attributes()
        self.ask([f], [(self.me, queue) + how], "CHANGE %s %s %s" % (
            queue, self.numbers[f.name], words), r"0*1 FILE +CHANGED")

    def transfer(self, f):
        to = self.rng.choice([name for name in USERS if name != self.me])
        self.leaves(f)
        self.ask([f], [(to,) + f.state[1:]], "TRANSFER RDR %s TO %s" % (
            self.numbers[f.name], to), r"0*1 FILE +TRANSFERRED")

    def leaves(self, f):
        if self.book.first.get(self.me) == f.name:
            del self.book.first[self.me]

    def order(self, f):
        self.book.first.pop(self.me, None)
        self.said(self.command("ORDER RDR " + self.numbers[f.name]),
                  r"0*1 FILE +ORDERED")
        self.book.first[self.me] = f.name

    def read(self):
        with self.book.lock:
            must = [f for f in self.book.mine(self.me, "RDR")
                    if f.state[4] == "NONE"]
        lines = self.machine(["LIST 00C"])
        if any(line.startswith("READER EMPTY") for line in lines):
            self.must(not must, "reads none of", [f.name for f in must])
            return
        name = self.said(lines, r"READS (\S+)").group(1)
        with self.book.lock:
            f = self.see(name, "RDR")
        check(f.state[4] == "NONE", self.me, "reads", name, f.state)
        cards = [line[2:].encode() for line in lines if line[:2] == "  "]
        self.must(cards == [card[1:] for card in f.cards], name, "is", lines)
        if self.rng.random() < 0.3:
            check(name in self.listed("RDR"), name, "is read, and not listed")
        if self.rng.random() < 0.3:
            self.ask([f], [f.state[:4] + ("USER",)], "CLOSE READER HOLD", None)
        elif f.state[3] > 1:
            self.ask([f], [None], "CLOSE READER PURGE", None)
        else:
            self.ask([f], [None], "CLOSE READER", None)

    def recover(self):
        """The next vmspool is there: what became of what he asked last?"""
        self.recovered += 1  # once in vain, if the kill was yet to come
        check(self.recovered < 3, self.me, "has no answer again")
        end = time.time() + ANSWER_SECONDS
        while True:
            try:
                names = self.listed("RDR") + self.listed("PRT")
                break
            except Unanswered:
                check(time.time() < end, "no vmspool")
                time.sleep(0.05)
        for f in self.asking:
            with self.book.lock:
                if f.asked is None:
                    continue
                can = [s for s in f.asked if s is None or s[0] != self.me]
                check(f.name not in names and can, f.name, "is lost")
                f.became(self.me + " recovers", can[0])
        self.asking = []

    def one_or_none(self):
        try:
            self.one()
        except Unanswered:
            self.recover()

    def one(self):
        queue = self.rng.choice(["RDR", "RDR", "RDR", "PRT"])
        names = self.listed(queue)
        if self.rng.random() < 0.4 and len(names) < FULL:
            self.make()
            return
        if self.rng.random() < 0.3 and self.recovered == 0:
            self.read()
            return
        files = [self.book.files[name] for name in names]
        if not files:
            return
        self.rng.shuffle(files)
        what = self.rng.randrange(4)
        if what == 0 or len(names) > FULL:
            self.purge(queue, files[:self.rng.randint(1, 3)])
        elif what == 1 or queue == "PRT":
            self.change(queue, files[0])
        elif what == 2:
            self.transfer(files[0])
        else:
            self.order(files[0])


# --- the system ---


class World:
    def __init__(self, args):
        self.rng = random.Random(args.seed)
        self.book, self.made = Book(), 0
        self.root = tempfile.mkdtemp(prefix="cpkills.")
        self.home = os.path.join(self.root, "home")
        self.db = os.path.join(self.home, "spool", "spool.db")
        self.programs(args)
        for folder in ("run", "spool", "volumes/VMSYS"):
            os.makedirs(os.path.join(self.home, folder))
        self.write("user.direct", DIRECTORY)
        self.write("system.config", CONFIG)
        self.write("volumes/VMSYS/MAINT.190", "\0" * 32768)

    def programs(self, args):
        folder = os.path.join(self.root, "libexec")
        os.mkdir(folder)
        for name in ("vmcp", "vmspool", "vmunit"):
            shutil.copy(os.path.join(args.bin, name), folder)
        for name in ("vmterm", "vmguest"):
            shutil.copy(args.fellow, os.path.join(folder, name))
        self.vmcp = os.path.join(folder, "vmcp")

    def write(self, name, text):
        with open(os.path.join(self.home, name), "w") as f:
            f.write(text)

    def start(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        said, say = os.pipe()
        with open(os.path.join(self.root, "log"), "a") as log:
            self.process = subprocess.Popen(
                [self.vmcp, "--home", self.home, "--port", str(self.port),
                 "--notify-fd", str(say), "--kvm", "/dev/null"],
                stderr=log, pass_fds=[say], start_new_session=True)
        os.close(say)
        return said

    def kill_spool(self):
        """vmcp starts the next one, after a second."""
        self.spool_killed = self.killed = True
        pid = self.process.pid
        subprocess.run(["pkill", "-KILL", "-x", "vmspool", "-P", str(pid)])
        time.sleep((self.rng.random() < 0.5) + self.rng.random() * 0.2)

    def kill(self, how):
        """Whoever of its children is left ends by itself."""
        pid = self.process.pid
        self.killed = True
        if how == "vmspool":
            self.kill_spool()
        (os.killpg if how == "all" else os.kill)(pid, signal.SIGKILL)
        self.process.wait()
        end = time.time() + ANSWER_SECONDS
        while self.left(pid):
            check(time.time() < end, "vmcp's children go on")
            time.sleep(0.001)

    @staticmethod
    def left(group):
        try:
            os.waitpid(-group, os.WNOHANG)
        except ChildProcessError:
            return False
        return True

    def wait_ready(self, said):
        with os.fdopen(said) as f:
            check(f.readline() == "READY\n", "vmcp does not start")

    def life(self, how, stillborn):
        self.spool_killed = self.killed = False
        users = [User(self, name) for name in USERS]
        self.ready = threading.Barrier(len(USERS) + 1)
        said = self.start()
        if stillborn:
            time.sleep(self.rng.random() * 0.03)
            self.kill(how)
            os.close(said)
            return
        self.wait_ready(said)
        for user in users:
            user.start()
        try:
            if self.rng.random() < 0.1:  # while they log on
                time.sleep(self.rng.random() * 0.1)
            else:
                self.ready.wait(ANSWER_SECONDS)
                time.sleep(self.rng.random() * 0.15)
        except threading.BrokenBarrierError:
            pass
        self.kill(how)
        self.ready.abort()  # who waits there has not noticed
        for user in users:
            user.join()
        for user in users:
            if user.wrong is not None:
                raise user.wrong


def again(world):
    """How long users wait for the next vmspool: the longer, the more often it
    ends; but not when it had served for a while."""
    world.wait_ready(world.start())
    pid = world.process.pid

    def spool():
        return subprocess.run(["pgrep", "-x", "vmspool", "-P", str(pid)],
                              stdout=subprocess.PIPE).stdout

    # 1 second, 2, and 1 again, not 4; on a busy machine more.
    for served, least, most in (0.2, 0.8, 10), (0.2, 1.8, 10), (6, 0.8, 3.8):
        time.sleep(served)
        old, killed = spool(), time.time()
        os.kill(int(old), signal.SIGKILL)
        while spool() in (b"", old):
            check(time.time() < killed + ANSWER_SECONDS, "no new vmspool")
            time.sleep(0.02)
        waited = time.time() - killed
        check(least < waited < most, "after", served, "s it took", waited)
    world.kill("all")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--fellow", required=True)
    parser.add_argument("--points", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--again", action="store_true")
    args = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    world = World(args)
    if args.again:
        again(world)
        shutil.rmtree(world.root)
        return
    for point in range(args.points):
        try:
            world.life(world.rng.choice(3 * ["vmcp", "all"] + ["vmspool"]),
                       world.rng.random() < 0.1)
            judge(world.book, world.db)
        except (Wrong, sqlite3.Error) as e:
            sys.exit("seed %d, point %d, %s: %s" % (args.seed, point,
                                                    world.root, e))
    print("seed %d: %d points, %d answers, %d files made, %d there" % (
        args.seed, args.points, world.book.answers, world.made,
        sum(f.state is not None for f in world.book.files.values())))
    shutil.rmtree(world.root)


if __name__ == "__main__":
    main()
