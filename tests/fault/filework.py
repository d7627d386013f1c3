# SPDX-License-Identifier: MIT
#
# filework.py - users at work with files, and everything that they run on is
# killed: what CMS said is on the disk must be there, byte for byte.
#
#   filework.py --build BUILD [--points N] [--cuts N] [--seed N] [--how HOW...]
#
# Each user runs CHURN (tests/programs/churn.c), whose operations follow from a
# seed.  A round lets them work for a moment and kills: all vmguests (guests),
# vmcp and all vmguests (system), or, on the host, the supervisor and all below
# it, QEMU and its kernel too (everything).  Then each minidisk as it is, and
# as a power cut could have left it (what was flushed, and any of the sectors
# written since: losewrites keeps them apart), must be sound before edfcheck,
# which knows none of our code, and hold what it did after the last operation
# that was reported, or after one of the next.  So must a backup that was made
# while its user worked.

import argparse
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, os.pardir, "e2e")]

import disks
import edfcheck
import kills
import powercuts
import vm
from clients import Missing, until

VOLUME = "VMUSR1"
# Blocks of 512 bytes, and the size of CMS's blocks.  The small ones get full.
USERS = {"WORK%d" % n: room for n, room in enumerate((
    (20000, 4096), (20000, 1024), (20000, 512), (20000, 2048),
    (20000, 4096), (20000, 4096), (1200, 512), (2400, 4096)))}
FULL = 5000 # a disk of fewer blocks gets full
AHEAD = 60 # operations whose report went with the system, at most
AHEAD_FULL = 9 # where each may have found the disk full
NAMES = 12


# --- what CHURN does ---

class Random:
    def __init__(self, seed, n):
        self.x = (seed * 0x01000193 & 0xFFFFFFFF) ^ \
            (n * 0x85EBCA6B & 0xFFFFFFFF)

    def __call__(self, below):
        self.x = x = (self.x + 0x9E3779B9) & 0xFFFFFFFF
        x = (x ^ x >> 16) * 0x85EBCA6B & 0xFFFFFFFF
        x = (x ^ x >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
        return (x ^ x >> 16) % below


class Work:
    """One operation on a state, which is a dictionary of files: name to
    (recfm, lrecl, records).  V files have the lrecl 0 here."""

    LRECL = (2, 80, 100, 512, 1000, 4096, 20000)
    LONGEST = 60000

    def __init__(self, seed, n):
        self.seed, self.n = seed, n
        self.next = Random(seed, n)

    def content(self, record, size):
        text = b"S%d N%d R%d " % (self.seed, self.n, record)
        return (text * (size // len(text) + 1))[:size]

    def length(self):
        return 1 + self.next(self.LONGEST if self.next(20) == 0 else 200)

    def count(self):
        return 1 + self.next(500 if self.next(8) == 0 else 20)

    def name(self):
        return "C%d DATA" % self.next(NAMES)

    def lines(self, many, start=0):
        return tuple(self.content(r, self.length())
                     for r in range(start, many))

    def cards(self, lrecl, many):
        return tuple(self.content(r, lrecl) for r in range(many))

    def after(self, files):
        """The files afterwards."""
        files = dict(files)
        which = self.next(100)
        for below, run in ((25, self.replace), (40, self.stream),
                           (50, self.binary), (65, self.append),
                           (75, self.overwrite), (80, self.cut),
                           (87, self.rename), (93, self.erase),
                           (96, self.abandon), (100, self.hold)):
            if which < below:
                run(files)
                return files

    def replace(self, files):
        name = self.name()
        if self.next(2) == 0:
            lrecl = self.LRECL[self.next(len(self.LRECL))]
            many = 1 + self.next(8) if lrecl > 5000 else self.count()
            files[name] = ("F", lrecl, self.cards(lrecl, many))
        else:
            files[name] = ("V", 0, self.lines(self.count()))

    def stream(self, files):
        name = self.name()
        files[name] = ("V", 0, self.lines(self.count()))

    def binary(self, files):
        name = self.name()
        size = 1 + self.next(300000 if self.next(4) == 0 else 9000)
        files[name] = ("F", 1, (b"\0" + self.content(0, size)[1:],))

    def append(self, files):
        name, many = self.name(), self.count()
        hole = self.next(100) if self.next(4) == 0 else 0
        recfm, lrecl, old = files.get(name, ("V", 0, ()))
        if recfm == "V":
            new = self.lines(many)
        elif lrecl == 1:
            flat = b"".join(old)
            files[name] = (recfm, 1, (flat + bytes(hole) +
                                      self.content(0, many * 10),))
            return
        else:
            new = (bytes(lrecl),) * (hole - 1)
            new += (self.content(0, lrecl),) if hole else ()
            new += self.cards(lrecl, 1 + many % 8)
        files[name] = (recfm, lrecl, old + new)

    def overwrite(self, files):
        name, first = self.name(), self.next(3)
        if name not in files:
            return
        recfm, lrecl, records = files[name]
        if lrecl == 1:
            flat = b"".join(records)
            half = len(flat) // 2
            files[name] = (recfm, 1, (flat[:half] + self.content(
                0, len(flat) - half),))
            return
        records = list(records)
        for i in range(first, len(records), 3):
            records[i] = self.content(i + 1, len(records[i]))
        files[name] = (recfm, lrecl, tuple(records))

    def cut(self, files):
        name = self.name()
        if name not in files:
            return
        recfm, lrecl, records = files[name]
        if lrecl == 1:
            records = (records[0][:len(records[0]) // 2],)
        else:
            records = records[:len(records) // 2]
        files[name] = (recfm, lrecl, records)

    def rename(self, files):
        one = self.next(NAMES)
        other = (one + 1 + self.next(NAMES - 1)) % NAMES
        one, other = "C%d DATA" % one, "C%d DATA" % other
        if one in files and other not in files:
            files[other] = files.pop(one)

    def erase(self, files):
        files.pop(self.name(), None)

    def abandon(self, files):
        pass

    def hold(self, files):
        """Opened by one operation, ended by the next of its kind."""
        held = files.pop("*held", None)
        if held is None:
            files["*held"] = self.lines(self.count())
        else:
            files["HELD DATA"] = ("V", 0, held + self.lines(1))


def on_disk(files):
    """A state without what is only in storage, to compare."""
    return {name: (recfm, lrecl, b"".join(records) if lrecl == 1 else
                   tuple(records))
            for name, (recfm, lrecl, records) in files.items()}


def committed(state):
    return on_disk({n: f for n, f in state.items() if n != "*held"})


def found(disk):
    """The same, of an image."""
    out = {}
    for fst in disk.files:
        if fst.text.endswith(" DATA") and fst.text in disk.content:
            recfm = bytes([fst.recfm]).decode("cp037")
            lrecl = fst.lrecl if recfm == "F" else 0
            records = disk.content[fst.text]
            out[fst.text] = (recfm, lrecl, b"".join(records) if lrecl == 1
                             else tuple(records))
    return out


def difference(have, want):
    out = []
    for name in sorted(set(have) | set(want)):
        if have.get(name) != want.get(name):
            def brief(f):
                return "nothing" if f is None else "%s %d, %d records" % (
                    f[0], f[1], len(f[2]))
            out.append("%s: %s, not %s" % (name, brief(have.get(name)),
                                           brief(want.get(name))))
    return out


# --- a user ---

class Worker:
    """One user, his minidisk, and the states that it may be in."""

    def __init__(self, system, name, room):
        self.system, self.name = system, name
        self.blocks, self.block_size = room
        self.path = system.disk(name, "191", VOLUME)
        self.state = {}
        self.seed = 0
        self.operations = self.filled = 0

    def tool(self, *words):
        rc, out = self.system.vm370("disk", words[0], self.name, "191",
                                    *words[1:])
        if rc != 0:
            raise Missing("vm370 disk %s: exit %d\n%s" % (words, rc, out))

    def make_disk(self):
        """Before the start: an empty disk with CHURN."""
        self.tool("format", "--block-size", str(self.block_size), "--label",
                  self.name)
        self.tool("write", os.path.join(vm.BUILD, "cms", "programs", "churn"),
                  "CHURN", "MODULE")
        disks.settle(self.path)

    def log_on(self):
        self.client = self.system.logon(self.system.telnet(), self.name,
                                        options="NOIPL")

    def begin(self, seed):
        self.seed, self.reported, self.first = seed, 0, len(self.client.seen)
        self.client.at = self.first
        self.client.line("CHURN %d 0 1000000" % seed)

    def follow(self):
        """Take the reports that have come; how many."""
        self.client.pump()
        text = self.client.seen[self.first:]
        text = text[:text.rfind("\n") + 1]
        for n, how in re.findall("^churn (\\d+) (.*)$", text, re.M):
            how = how.strip()
            if int(n) != self.reported or how not in ("done", "full"):
                raise Missing("%s, seed %d: churn %s %s" % (
                    self.name, self.seed, n, how))
            self.step(how == "done")
        self.first += len(text)
        return self.reported

    def step(self, done):
        work = Work(self.seed, self.reported)
        after = work.after(self.state)
        if done:
            self.state = after
        else:
            if self.blocks >= FULL:
                raise Missing("%s: a disk with room is full" % self.name)
            self.filled += 1
            if "*held" in self.state and "*held" not in after:
                del self.state["*held"] # given up
        self.reported += 1
        self.operations += 1

    def possible(self):
        """States from the reported one on; where the disk may get full, with
        and without each operation."""
        full = self.blocks < FULL
        states = [self.state]
        for n in range(self.reported, self.reported +
                       (AHEAD_FULL if full else AHEAD)):
            yield from states
            then = [Work(self.seed, n).after(s) for s in states]
            if full:
                then += [{k: v for k, v in s.items() if k != "*held"}
                         for s in states] + states
                then = [s for i, s in enumerate(then) if s not in then[:i]]
            states = then

    def judge(self, image, what):
        """Which of the possible states an image is in."""
        disk = edfcheck.Disk(image)
        have = found(disk)
        problems = list(disk.problems)
        if "CHURN MODULE" not in disk.content:
            problems.append("CHURN MODULE is gone")
        if not problems:
            for state in self.possible():
                if committed(state) == have:
                    return {k: v for k, v in state.items() if k != "*held"}
            problems = ["seed %d, %d reported: no state of the work; beside "
                        "the reported one:" % (self.seed, self.reported)] + \
                difference(have, committed(self.state))
        kept = os.path.join(tempfile.gettempdir(), "filework.img")
        with open(kept, "wb") as f:
            f.write(image)
        raise Missing("%s: %s (%s is kept):\n%s" % (
            self.name, what, kept, "\n".join(problems)))

    def judge_all(self, cuts, rng):
        """The disk as it is, and as a power cut could have left it."""
        with open(self.path, "rb") as f:
            state = self.judge(f.read(), "after a kill")
        for image in disks.after_cut(self.path, cuts, rng):
            self.judge(image, "after a power cut")
        loose = disks.has_loose(self.path)
        disks.settle(self.path)
        self.state = state
        return loose


# --- the campaign ---

class Campaign:
    def __init__(self, system, args):
        self.system, self.args = system, args
        self.rng = random.Random(args.seed)
        self.workers = [Worker(system, *row) for row in USERS.items()]
        self.points = self.judged = self.loose = self.backups = 0

    def prepare(self):
        for worker in self.workers:
            worker.make_disk()

    def log_on(self):
        self.system.close_clients()
        for worker in self.workers:
            worker.log_on()

    def begin(self):
        for worker in self.workers:
            worker.client.at = len(worker.client.seen)
            worker.client.line("IPL CMS PARM AUTOCR")
        for worker in self.workers:
            worker.client.wait("^Ready;")
        for worker in self.workers:
            worker.begin(self.rng.randrange(1, 1 << 30))

    def follow(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for worker in self.workers:
                worker.follow()
            time.sleep(0.01)

    def backup(self):
        """One user's disk, copied while he works."""
        worker = self.rng.choice([w for w in self.workers
                                  if w.blocks >= FULL])
        copy = os.path.join(self.system.home, "copy")
        worker.follow()
        worker.tool("backup", copy)
        with open(copy, "rb") as f:
            worker.judge(f.read(), "backup")
        os.unlink(copy)
        self.backups += 1

    # --- kills ---

    def kill_guests(self):
        pids = self.system.pids("vmguest")
        self.follow(self.rng.random())
        self.system.kill(pids)
        for worker in self.workers:
            worker.client.wait("DMKDSP450W")

    def kill_system(self):
        old = self.system.pids("vmcp")
        pids = old | self.system.pids("vmguest")
        self.follow(self.rng.random())
        self.system.kill(pids)
        for worker in self.workers:
            worker.client.wait_end()
        until(lambda: self.system.pids("vmcp") - old and
              self.system.cp("QUERY", "TIME")[0] == 0, "a new vmcp")

    def kill_everything(self):
        doomed = kills.family(int(self.system.facts()["pid"]))
        self.follow(self.rng.random())
        for pid in doomed:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass # it went with another one
        until(lambda: self.system.vm370("status")[0] != 0, "end of it all")
        for worker in self.workers:
            worker.client.wait_end()

    def round(self, how):
        self.begin()
        until(lambda: all([w.follow() for w in self.workers]),
              "work by everybody")
        if self.rng.randrange(3) == 0:
            self.backup()
        getattr(self, "kill_" + how)()
        for worker in self.workers:
            worker.follow()
            self.loose += worker.judge_all(self.args.cuts, self.rng)
            self.points += 1
            self.judged += 1 + self.args.cuts
        if how == "everything":
            self.system.start()
        if how != "guests":
            self.log_on()

    def run(self):
        self.log_on()
        while self.points < self.args.points:
            self.round(self.rng.choice(self.args.how))
            if self.args.verbose:
                print("%d points, %d operations" % (
                    self.points, sum(w.operations for w in self.workers)),
                    flush=True)

    def summary(self):
        return ("%d kills in the middle of %d operations on files (%d found "
                "the disk full), %d with writes that were not flushed; %d "
                "disks judged, and %d backups of working users: sound, and "
                "all that was reported is there" % (
                    self.points, sum(w.operations for w in self.workers),
                    sum(w.filled for w in self.workers), self.loose,
                    self.judged, self.backups))


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--points", type=int, default=32)
    parser.add_argument("--cuts", type=int, default=5, help="each point")
    parser.add_argument("--seed", type=int, default=370)
    parser.add_argument("--how", nargs="+",
                        default=["guests"] * 6 + ["system"] * 3 +
                        ["everything"])
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


def main():
    args = arguments()
    vm.BUILD = args.build
    at, statements = 0, {}
    for name, (blocks, _) in USERS.items():
        statements[name] = "MDISK 191 FB-512 %d %d %s MR" % (9000000 + at,
                                                            blocks, VOLUME)
        at += blocks
    home = vm.System(engine=args.engine, directory="".join(
        vm.user(name, statements=[row]) for name, row in statements.items()))
    campaign = Campaign(home, args)
    campaign.prepare()
    vm.BUILD = powercuts.installation(args.build, home.home, [
        "volumes/%s/%s.191" % (VOLUME, name) for name in USERS])
    try:
        with home:
            campaign.run()
    finally:
        shutil.rmtree(vm.BUILD, ignore_errors=True)
    print(campaign.summary())


if __name__ == "__main__":
    main()
