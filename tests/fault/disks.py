#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# disks.py - disks after a power cut, before a judge that knows none of our
# code (edfcheck.py).
#
#   disks.py --power EDF_POWER [--cuts N] [--sample N] [--seed N]
#       run edf_power and judge a sample of what it leaves
#   disks.py --tool VM370
#       disks that vm370 disk makes
#
# For campaigns on a real vmguest (losewrites.c keeps FILE.durable):
# after_cut() makes the images that a power cut may leave, judge() looks at one.

import argparse
import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile

import edfcheck

SECTOR = 512


def sectors_that_differ(live, durable):
    return [i for i in range(0, len(live), SECTOR)
            if live[i:i + SECTOR] != durable[i:i + SECTOR]]


def both(path):
    with open(path, "rb") as f:
        live = f.read()
    with open(path + ".durable", "rb") as f:
        return live, f.read().ljust(len(live), b"\0")


def settle(path):
    """All that a file has is durable."""
    shutil.copyfile(path, path + ".durable")


def has_loose(path):
    """Was anything written that was not flushed?"""
    live, durable = both(path)
    return live != durable


def after_cut(path, count, rng=random):
    """Images that a power cut may have left of a file: what was flushed, and
    any of the sectors written since."""
    live, durable = both(path)
    loose = sectors_that_differ(live, durable)
    for number in range(count):
        image = bytearray(durable)
        odds = rng.choice((0, 0.2, 0.5, 0.8, 1)) if number > 1 else number
        for at in loose:
            if rng.random() < odds:
                image[at:at + SECTOR] = live[at:at + SECTOR]
        yield bytes(image)


def judge(image, allowed=None):
    """What is wrong with an image, in words.  allowed: for "FN FT" the digests
    that its content may have; files that are not named may have any."""
    disk = edfcheck.Disk(image)
    wrong = list(disk.problems)
    for name in disk.content:
        if allowed is not None and name in allowed and \
                disk.digest(name) not in allowed[name]:
            wrong.append(f"{name}: not what anybody wrote")
    return wrong


# --- edf_power's disks ---

def read_want(path):
    """{"FN FT": (mode, recfm, lrecl, records, digest)}"""
    want = {}
    with open(path, "rb") as f:
        while line := f.readline():
            words = line.decode().split()
            name = " ".join(words[:2])
            lrecl, records = int(words[4]), int(words[5])
            stream = words[3] == "F" and lrecl == 1
            h = hashlib.sha256()
            for _ in range(1 if stream else records):
                length = f.read(4)
                h.update(length + f.read(int.from_bytes(length, "big")))
            want[name] = (words[2], words[3], lrecl, records, h.hexdigest())
    return want


def have(disk):
    out = {}
    for line in disk.listing():
        fn, ft, mode, recfm, lrecl, records, digest = line.split()
        out[fn + " " + ft] = (mode, recfm, int(lrecl), int(records), digest)
    return out


def judge_power(folder, number):
    disk = edfcheck.check(f"{folder}/{number}.img")
    want = read_want(f"{folder}/{number}.want")
    wrong = list(disk.problems)
    got = have(disk)
    for name in sorted(set(want) | set(got)):
        if want.get(name) != got.get(name):
            wrong.append(f"{name}: {got.get(name)}, not {want.get(name)}")
    return wrong


def power(args):
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            [args.power, "--cuts", str(args.cuts), "--seed", str(args.seed),
             "--keep", folder, str(args.sample)], check=False)
        if run.returncode != 0:
            sys.exit(run.returncode)
        bad = 0
        for number in range(args.sample):
            for line in judge_power(folder, number):
                print(f"disk {number}: {line}", file=sys.stderr)
                bad += 1
        if bad:
            sys.exit(1)
    print(f"{args.sample} of them judged by edfcheck.py: sound, and with "
          "the right files")


# --- vm370 disk's disks ---

def tool(args):
    with tempfile.TemporaryDirectory() as folder:
        for size in (512, 1024, 2048, 4096):
            tool_disk(args.tool, folder, size)
    print("disks of vm370 disk, in four block sizes: edfcheck.py finds "
          "nothing, and every file as it was")


def tool_disk(program, folder, size):
    image = os.path.join(folder, f"i{size}")
    rng = random.Random(size)

    def disk(command, *words, data=b""):
        subprocess.run([program, "disk", command, "--image", image, *words],
                       input=data, check=True)

    def compare():
        judged = edfcheck.check(image)
        if judged.problems:
            sys.exit(f"blocks of {size}: " + "; ".join(judged.problems))
        for name, records in want.items():
            if b"".join(judged.content[name]) != b"".join(records):
                sys.exit(f"blocks of {size}: {name} is another one")
        if set(judged.content) != set(want):
            sys.exit(f"blocks of {size}: {sorted(judged.content)}")

    want = {}
    disk("format", "--blocks", "20000", "--block-size", str(size),
         "--label", "JUDGE")
    compare()
    for length in (1, 100, 511, 512, 4096, 65537, 700000):
        data = rng.randbytes(length)
        want[f"B{length} BIN"] = [data]
        disk("write", "-", f"B{length}", "BIN", "--binary", data=data)
    lines = [bytes(rng.choices(b"abcdefgh ", k=rng.choice(
        (1, 30, 80, 700, 5000, 65535)))) for _ in range(300)]
    want["MANY LINES"] = lines
    disk("write", "-", "MANY", "LINES", data=b"\n".join(lines) + b"\n")
    want["FEW LINES"] = [b"one", b" ", b"three"]
    disk("write", "-", "FEW", "LINES", data=b"one\n\nthree")
    compare()
    for i in range(150): # a directory of several blocks
        want[f"F{i} X"] = [b"%d" % i]
        disk("write", "-", f"F{i}", "X", data=b"%d\n" % i)
    for i in range(0, 150, 3):
        del want[f"F{i} X"]
        disk("erase", f"F{i}", "X")
    compare()
    disk("resize", "40000")
    compare()
    disk("resize", "12000")
    disk("label", "OTHER")
    compare()


def main():
    parser = argparse.ArgumentParser(description="judge disks")
    parser.add_argument("--power")
    parser.add_argument("--cuts", type=int, default=1000)
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--seed", type=int, default=370)
    parser.add_argument("--tool")
    args = parser.parse_args()
    if args.power:
        power(args)
    if args.tool:
        tool(args)


if __name__ == "__main__":
    main()
