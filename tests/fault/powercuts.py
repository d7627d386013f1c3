# SPDX-License-Identifier: MIT
#
# powercuts.py - kill -9 of a vmguest, and power cuts, in the middle of CMS's
# file work, on a real system.
#
#   powercuts.py --build BUILD [--rounds N] [--cuts N] [--seed N]
#
# A user copies, renames and erases files.  At a random moment of a command his
# vmguest is killed.  His minidisk as it is then, and as a power cut could have
# left it (what was flushed, and any of the sectors written since: losewrites
# keeps them apart), must be sound before edfcheck.py, and hold the files as
# they were after the last command that was answered, or after the one that
# was not.  Nothing else may be on it but COPYFILE's own work file, whole.

import argparse
import os
import random
import shutil
import stat
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, os.pardir, "e2e")]

import disks
import edfcheck
import vm
from clients import Missing

USER = "POWER"
BLOCKS = 12000
DISK = "volumes/VMUSR1/%s.191" % USER
DIRECTORY = vm.user(USER, statements=[
    "MDISK 191 FB-512 9000000 %d VMUSR1 MR" % BLOCKS])
WORK_FILE = "COPYFILE CMSUT1"
NAMES = ["F%d DATA" % n for n in range(8)]

WRAPPER = """#!/bin/sh
here=${0%%/*}
for home in /vm370/home '%s'; do
	[ -e "$home/user.direct" ] && break
done
cd "$home" || exit
exec "$here/losewrites" %s -- "$here/real/vmguest" "$@"
"""


def installation(build, home, minidisks):
    """Programs as in `build`, but vmguest within losewrites."""
    prefix = tempfile.mkdtemp(prefix="vmpower.")
    for part in ("bin/vm370", "libexec/vm370", "share/vm370"):
        source, to = os.path.join(build, part), os.path.join(prefix, part)
        if os.path.isdir(source):
            shutil.copytree(source, to)
        else:
            os.makedirs(os.path.dirname(to), exist_ok=True)
            shutil.copy2(source, to)
    folder = os.path.join(prefix, "libexec/vm370")
    os.mkdir(os.path.join(folder, "real"))
    guest = os.path.join(folder, "vmguest")
    os.rename(guest, os.path.join(folder, "real/vmguest"))
    shutil.copy2(os.path.join(build, "tests/losewrites"), folder)
    with open(guest, "w") as f:
        f.write(WRAPPER % (home, " ".join(minidisks)))
    os.chmod(guest, os.stat(guest).st_mode | stat.S_IXUSR | stat.S_IXGRP |
             stat.S_IXOTH)
    return prefix


# --- what the commands mean ---

class Files:
    """The user's files: name to the seed's digest, after each command."""

    def __init__(self, seeds):
        self.seeds = seeds # name to digest
        self.now = dict(seeds)
        self.before = self.now # the last command that was answered

    def choose(self, rng):
        """A command, and what the files are after it."""
        after = dict(self.now)
        kind = rng.choice(("COPY", "COPY", "COPY", "RENAME", "ERASE"))
        there = [n for n in NAMES if n in self.now]
        if kind == "COPY" or not there:
            seed, name = rng.choice(sorted(self.seeds)), rng.choice(NAMES)
            after[name] = self.seeds[seed]
            return "COPYFILE %s A %s A (REPLACE" % (seed, name), after
        name = rng.choice(there)
        if kind == "ERASE":
            del after[name]
            return "ERASE %s A" % name, after
        new = rng.choice(NAMES)
        if new not in after:
            after[new] = after.pop(name)
        return "RENAME %s A %s A" % (name, new), after


def judge(image, allowed, seeds):
    """What is wrong with an image that may hold one of these sets of files."""
    disk = edfcheck.Disk(image)
    wrong = list(disk.problems)
    have = {name: disk.digest(name) for name in disk.content}
    work = have.pop(WORK_FILE, None)
    if work is not None and work not in seeds.values():
        wrong.append("%s is no whole file" % WORK_FILE)
    if have not in allowed:
        wrong.append("the files of no command: " + "; ".join(
            sorted("%s %s" % (n, d[:8]) for n, d in have.items())))
    return wrong, have


# --- the campaign ---

class Campaign:
    def __init__(self, system, args):
        self.system, self.args = system, args
        self.rng = random.Random(args.seed)
        self.path = os.path.join(system.home, DISK)
        self.judged = self.commands = self.loose = 0

    def vm370(self, *words):
        rc, out = self.system.vm370("disk", *words)
        if rc != 0:
            raise Missing("vm370 disk %s: exit %d\n%s" % (words, rc, out))
        return out

    def plant(self):
        """The seeds, and CMS's own view of their records."""
        folder = self.system.home
        for n, size in enumerate((30, 5000, 60000, 400000)):
            path = os.path.join(folder, "seed")
            with open(path, "wb") as f:
                f.write(self.rng.randbytes(size))
            self.vm370("write", USER, "191", path, "SEED%d" % n, "DATA",
                       "--binary")
        with open(self.path, "rb") as f:
            disk = edfcheck.Disk(f.read())
        self.files = Files({n: disk.digest(n) for n in disk.content})

    def find_process(self):
        """The vmguest that comes when the user IPLs."""
        before = self.system.pids("vmguest")
        self.client.command("IPL CMS PARM AUTOCR", "^Ready;", 60)
        new = self.system.pids("vmguest") - before
        return new or before

    def work(self, pids):
        """Commands until one is cut; what the disk may then hold."""
        for _ in range(self.rng.randrange(1, 5)):
            command, after = self.files.choose(self.rng)
            self.client.command(command, "^Ready")
            self.files.now = after
            self.commands += 1
        command, after = self.files.choose(self.rng)
        self.client.line(command)
        time.sleep(self.rng.random() ** 2 * 0.15)
        self.system.kill(pids)
        self.client.wait("DMKDSP450W", 60)
        return command, [self.files.now, after]

    def round(self, number):
        disks.settle(self.path)
        pids = self.find_process()
        command, allowed = self.work(pids)
        with open(self.path, "rb") as f:
            live = f.read()
        wrong, have = judge(live, allowed, self.files.seeds)
        self.judged += 1
        self.loose += disks.has_loose(self.path)
        for image in disks.after_cut(self.path, self.args.cuts, self.rng):
            if wrong:
                break
            wrong, _ = judge(image, allowed, self.files.seeds)
            self.judged += 1
        if wrong:
            kept = os.path.join(tempfile.gettempdir(), "powercut.img")
            with open(kept, "wb") as f:
                f.write(live)
            raise Missing("round %d, %s (%s is kept):\n%s" % (
                number, command, kept, "\n".join(wrong)))
        self.files.now = have

    def run(self):
        self.plant()
        self.client = self.system.logon(self.system.telnet(), USER,
                                        options="NOIPL")
        for number in range(self.args.rounds):
            self.round(number)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--cuts", type=int, default=10, help="each round")
    parser.add_argument("--seed", type=int, default=370)
    args = parser.parse_args()
    vm.BUILD = args.build
    home = vm.System(engine=args.engine, directory=DIRECTORY)
    prefix = installation(args.build, home.home, [DISK])
    vm.BUILD = prefix
    try:
        with home as system:
            campaign = Campaign(system, args)
            campaign.run()
    finally:
        shutil.rmtree(prefix, ignore_errors=True)
    print("%d kills of a vmguest within %d commands, %d with writes that were "
          "not flushed; %d disks judged: sound, and the files of a command "
          "that was complete" % (args.rounds, campaign.commands,
                                 campaign.loose, campaign.judged))


if __name__ == "__main__":
    main()
