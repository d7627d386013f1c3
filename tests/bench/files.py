# SPDX-License-Identifier: MIT
#
# files.py - what files cost in CMS: a large one read and written from its
# beginning to its end, by a program, beside the same program on the host on
# the same file; each pair of runs is one after the other.

import os
import re
import shutil

import common
import vm

MIB = 64
PAIRS = 7
BLOCKS = 400000 # of 512 bytes: room for the file twice, as a commit wants
VOLUME = "VMBNCH"
DIRECTORY = vm.user("BENCH", storage="32M", statements=[
    "MDISK 191 FB-512 0 %d %s MR" % (BLOCKS, VOLUME),
    "MDISK 192 FB-512 %d %d %s MR" % (BLOCKS, BLOCKS, VOLUME)])


def took(output):
    return int(re.search("seqio \\w+ \\d+ KiB: (\\d+) us", output)[1])


def make_disk(system):
    """Before the start: a disk with the program, and a file for the floor."""
    folder = os.path.join(system.home, "volumes", VOLUME)
    os.makedirs(folder, exist_ok=True)
    for vdev in ("191", "192"):
        with open(os.path.join(folder, "BENCH." + vdev), "wb") as f:
            f.truncate(BLOCKS * 512)
    common.must(system.vm370("disk", "format", "BENCH", "191", "--label",
                             "BENCH"))
    common.must(system.vm370("disk", "write", "BENCH", "191",
                             common.tool("seqio"), "SEQIO", "MODULE"))


def ours(client, how, kib):
    client.line("SEQIO %s BIG.BIN %d %d" % (how, MIB, kib))
    match = client.wait("seqio \\w+ \\d+ KiB: \\d+ us", 300)
    client.wait("^Ready;")
    return took(match.group())


def host(system, how, kib):
    """The floor: reads are of the very file that is CMS's disk; writes go to
    another one beside it."""
    where = "/vm370/home" if system.engine() == "lab" else system.home
    vdev = "191" if how == "read" else "192"
    how = "read" if how == "read" else "update"
    script = "%s/in/seqio %s %s/volumes/%s/BENCH.%s %d %d" % (
        where, how, where, VOLUME, vdev, MIB, kib)
    return took(common.must(system.shell(script, 300)))


def pairs(system, client, how, kib, least):
    rates = []
    for _ in range(PAIRS):
        floor = host(system, how, kib)
        rates.append((ours(client, how, kib), floor))
    rates = sorted(rates, key=lambda pair: pair[1] / pair[0])
    mine, floor = rates[len(rates) // 2]
    common.row("%s of %d MiB by %d KiB" % (
        {"read": "sequential read", "write": "committed write"}[how], MIB,
        kib), MIB * 1e6 / mine, MIB * 1e6 / floor, "MiB/s", least=least)


def main():
    args = common.arguments()
    system = vm.System(engine=args.engine, directory=DIRECTORY,
                       config="VOLUME %s\n" % VOLUME)
    folder = os.path.join(system.home, "in")
    os.makedirs(folder, exist_ok=True)
    shutil.copy(common.tool("seqio"), os.path.join(folder, "seqio"))
    make_disk(system)
    with system:
        client = system.ready(system.telnet(), "BENCH")
        for how, least in (("write", 0.6), ("read", 0.8)):
            for kib in (4, 64):
                pairs(system, client, how, kib, least)
        system.close_clients()


if __name__ == "__main__":
    main()
