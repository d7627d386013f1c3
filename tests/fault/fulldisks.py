# SPDX-License-Identifier: MIT
#
# fulldisks.py - disks that get full in the middle of COPYFILE, FILE, FORMAT and
# DISK DUMP: CMS's own, the host's file system under it, and the spool's.
# Whoever asked is told, what was there is there, the disk is sound, and when
# there is room again the work goes on where it stood.
#
# The host's are a tmpfs of a few hundred KB, mounted on a volume, and one on
# the spool: that is for root.

import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, os.pardir, "e2e")]

import edfcheck
import runner
import vm
from clients import Missing
from runner import case, check

USER = "FULLER"
HOST, OWN = "VMFULL", "VMUSR1" # volumes
VOLUME = os.path.join("volumes", HOST)
LITTLE, ENOUGH = "400k", "8m" # the host's file system
# That of the spool, of which 8 MB are kept for orders.
LITTLE_SPOOL, ENOUGH_SPOOL = "10m", "64m"
DIRECTORY = vm.user(USER, statements=[
    "MDISK 191 FB-512 0 20000 %s MR" % HOST,
    "MDISK 192 FB-512 20000 20000 %s MR" % HOST,
    "MDISK 193 FB-512 9000000 300 %s MR" % OWN,
    "MDISK 194 FB-512 9000300 20000 %s MR" % OWN])
ANY = "^Ready.*;.*$"
SOURCE = "EDIT MODULE S" # of a size that fits once or twice


def files(system, vdev, volume):
    """A disk's files by name, their digests; the disk must be sound."""
    with open(system.disk(USER, vdev, volume), "rb") as f:
        disk = edfcheck.Disk(f.read())
    check(not disk.problems, "%s is not sound" % vdev,
          "\n".join(disk.problems))
    return {name: disk.digest(name) for name in disk.content}


def room(system, folder, size):
    subprocess.run(["mount", "-o", "remount,size=" + size,
                    os.path.join(system.home, folder)], check=True)


def format_disk(client, vdev, mode, answer="^Ready;"):
    client.command("FORMAT %s %s" % (vdev, mode), "DMSFOR603R")
    client.line("YES")
    client.wait("DMSFOR605R")
    client.line("FULL" + mode)
    return client.wait(answer)


def fill(client, mode, refusal):
    """Copies until there is no room: how many there are."""
    for n in range(40):
        client.command("COPYFILE %s COPY%d MODULE %s" % (SOURCE, n, mode),
                       ANY)
        last = client.seen.split("\n")[-3:]
        if "Ready;" not in "".join(last[1:]):
            check(refusal in "".join(last), "COPYFILE: no " + refusal,
                  client.seen[-400:])
            return n
    raise Missing("the disk does not get full")


def edit_much(client, mode):
    """A new file in the editor that does not fit."""
    client.command("EDIT MUCH TEXT " + mode, "XEDIT:")
    client.command("INPUT It is a long story, and each of its lines is.",
                   "\n")
    client.line("DUPLICAT 5000")
    client.command("QUERY SIZE", "SIZE 5001")


@case("full.cms-disk")
def own(system):
    client = system.ready(system.telnet(), USER)
    format_disk(client, "193", "C")
    format_disk(client, "194", "D")
    copies = fill(client, "C", "DMSCPY107S")
    before = files(system, "193", OWN)
    check(len(before) == copies > 0, "%d copies" % copies, str(before))

    edit_much(client, "C")
    client.command("FILE", "DMSXWR\\d+[ES]")
    client.command("QUERY SIZE", "SIZE 5001") # it stays
    check(files(system, "193", OWN) == before, "other files than before")
    client.command("FILE MUCH TEXT D", "^Ready;")
    client.command("LISTFILE MUCH TEXT D (LABEL", "5001 .*FULLD")
    client.wait("^Ready;")

    client.command("ERASE COPY0 MODULE C", "^Ready;")
    client.command("COPYFILE %s AGAIN MODULE C" % SOURCE, "^Ready;")
    after = files(system, "193", OWN)
    check(after["AGAIN MODULE"] == before["COPY0 MODULE"], "another copy")
    client.command("#CP LOGOFF", "VM/370 Online")


@case("full.host")
def host(system):
    client = system.ready(system.telnet(), USER)
    room(system, VOLUME, LITTLE)
    format_disk(client, "191", "A")
    copies = fill(client, "A", "DMSCPY105S")
    before = files(system, "191", HOST)
    check(len(before) == copies > 0, "%d copies" % copies, str(before))

    edit_much(client, "A")
    client.command("FILE", "DMSXWR\\d+[ES]")
    client.command("QUERY SIZE", "SIZE 5001")
    check(files(system, "191", HOST) == before, "other files than before")
    client.command("QQUIT", "^Ready")

    format_disk(client, "192", "B", "DMSFOR125S")
    client.wait("^Ready\\(00100\\);")
    client.command("ACCESS 192 B", "^Ready\\(\\d+\\);")
    format_disk(client, "191", "A", "^Ready.*;") # it has room for that
    client.command("#CP LOGOFF", "VM/370 Online")


@case("full.host.room-again")
def again(system):
    """The same machine goes on when there is room."""
    client = system.ready(system.telnet(), USER)
    room(system, VOLUME, LITTLE)
    client.command("ACCESS 191 A", ANY)
    format_disk(client, "191", "A")
    copies = fill(client, "A", "DMSCPY105S")
    edit_much(client, "A")
    client.command("FILE", "DMSXWR\\d+[ES]")
    room(system, VOLUME, ENOUGH)
    client.command("FILE", "^Ready;")
    client.command("COPYFILE %s MORE MODULE A" % SOURCE, "^Ready;")
    format_disk(client, "192", "B")
    client.command("COPYFILE MUCH TEXT A = = B", "^Ready;")
    have = files(system, "191", HOST)
    check(len(have) == copies + 2, "files", str(have))
    check(files(system, "192", HOST) == {"MUCH TEXT": have["MUCH TEXT"]},
          "another copy")
    client.command("#CP LOGOFF", "VM/370 Online")


def punched(system):
    """The numbers of his reader's files, and the cards of each."""
    rc, out = system.vm370("spool", "list", USER)
    check(rc == 0, "spool list", out)
    numbers = re.findall("^%s +RDR +(\\d{4})" % USER, out, re.M)
    return numbers, [system.vm370("spool", "read", USER, n)[1]
                     for n in numbers]


@case("full.spool")
def spool(system):
    """Who punches is told, and his machine goes on when there is room: every
    card once."""
    client = system.ready(system.telnet(), USER)
    client.command("#CP SPOOL PUNCH TO *", "")
    waits = 0
    for n in range(1, 60):
        client.line("DISK DUMP " + SOURCE)
        client.wait("^Ready;|DMKVSP428E PUN 00D WAITS; SPOOL SPACE IS FULL")
        if "DMKVSP428E" in client.seen:
            waits = n
            break
    check(waits > 1, "the spool does not get full")
    room(system, "spool", ENOUGH_SPOOL)
    client.wait("DMKVSP427I PUN 00D GOES ON")
    client.wait("^Ready;")
    client.command("DISK DUMP " + SOURCE, "^Ready;")
    numbers, cards = punched(system)
    check(len(numbers) == waits + 1, "%d dumps" % (waits + 1), str(numbers))
    check(set(cards) == {cards[0]} and len(cards[0]) > 100000,
          "other cards", str([len(text) for text in cards]))
    rc, out = system.vm370("spool", "check")
    check(rc == 0, "spool check", out)
    client.command("#CP LOGOFF", "VM/370 Online")


def unmount(folders):
    for folder in folders:
        if os.path.ismount(folder):
            subprocess.run(["umount", "-l", folder], check=True)


def main():
    if os.geteuid() != 0:
        print("skipped: a file system of its own is mounted by root only")
        sys.exit(0)
    args = runner.arguments()
    system = vm.System(engine=args.engine, keep=args.keep,
                       directory=DIRECTORY, config="VOLUME %s\n" % HOST)
    disks = {os.path.join(system.home, VOLUME): LITTLE,
             os.path.join(system.home, "spool"): LITTLE_SPOOL}
    for folder, size in disks.items():
        os.makedirs(folder, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=" + size, "none",
                        folder], check=True)
    try:
        with system:
            failed = runner.run_cases(args, system)
            if failed:
                print(system.log_tail())
            unmount(disks)
    finally:
        unmount(disks)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
