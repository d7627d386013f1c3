# SPDX-License-Identifier: MIT
#
# memory.py - what one more logged-on idle user costs: the difference of
# MemAvailable between 100 and 200 users, divided by 100.
#
# Users log on at telnet terminals, come to CMS, which runs their PROFILE EXEC,
# give it one command and stay.  Their lines are dropped, which leaves the
# machines; the figure is that of the machines.  Then all reconnect, which shows
# what the terminals cost.

import os
import re
import shutil
import time

import common
import vm
from clients import until

FIRST, LAST = 100, 200
USERS = ["IDLE%03d" % n for n in range(1, LAST + 1)]
AT_ONCE = 2
SAMPLE = 10
KIB_BEYOND_KVM = 2048
KVM_KIB = 330
STORAGE_KIB = 256
VOLUME = "VMBNCH"
BLOCKS = 2000
PROFILE = "SET RDYMSG LMSG\nQUERY DISK\n"
COMMAND = "LISTFILE * EXEC A"
PROGRAMS = ("vmcp", "vmguest", "vmterm", "vmspool")


def available(system):
    """KiB, when it has come to rest."""
    last = None
    while True:
        rc, out = system.shell("sync; grep MemAvailable /proc/meminfo")
        now = int(re.search("(\\d+) kB", out)[1])
        if last is not None and abs(now - last) < 256:
            return now
        last = now
        time.sleep(1)


def batches(names):
    for i in range(0, len(names), AT_ONCE):
        yield names[i:i + AT_ONCE]


def log_on(system, names, answer):
    """A few at a time; those who come for the first time work a little."""
    for batch in batches(names):
        clients = [system.telnet() for _ in batch]
        for name, client in zip(batch, clients):
            client.send(("LOGON %s\r\n%s\r\n" % (name, name)).encode())
        for client in clients:
            client.wait(answer, 120)
        if answer == "^Ready;":
            for client in clients:
                client.command(COMMAND, "^Ready;")
            system.close_clients()
    if answer == "^Ready;":
        until(lambda: not system.pids("vmterm"), "end of the terminals")


def per_user(system, answer):
    """Log all on in two halves; KiB of one user of the second half."""
    log_on(system, USERS[:FIRST], answer)
    before = available(system)
    log_on(system, USERS[FIRST:], answer)
    return (before - available(system)) / (LAST - FIRST)


def storage(system):
    """KiB of a machine's storage that were touched, and of them its own."""
    rss = private = 0
    pids = sorted(system.pids("vmguest"))[:SAMPLE]
    for pid in pids:
        rc, out = system.shell("cat /proc/%d/smaps" % pid)
        end = None
        for begin, stop, rest in re.findall(
                "^([0-9a-f]+)-([0-9a-f]+) (.*?)(?=^[0-9a-f]+-|\\Z)", out,
                re.M | re.S):
            if not re.match(".*/saved/CMS$", rest, re.M) and begin != end:
                continue
            # The saved system, and what this machine has on top of it.
            end = stop if end is None else None
            sums = dict(re.findall("^(\\w+): +(\\d+) kB", rest, re.M))
            rss += int(sums["Rss"])
            private += int(sums["Anonymous"])
    return rss / len(pids), private / len(pids)


def pss_table(system):
    """Each program: how many, and KiB of Pss and of private memory each."""
    for program in PROGRAMS:
        pids = system.pids(program)
        rc, out = system.shell("cat /dev/null %s" % " ".join(
            "/proc/%d/smaps_rollup" % p for p in sorted(pids)), 300)
        sums = {}
        for key, kib in re.findall("^(\\w+): +(\\d+) kB", out, re.M):
            sums[key] = sums.get(key, 0) + int(kib)
        n = max(1, len(pids))
        private = sums.get("Private_Clean", 0) + sums.get("Private_Dirty", 0)
        common.note("%-8s %4d processes  Pss %7.0f KiB  private %7.0f KiB each"
                    % (program, len(pids), sums.get("Pss", 0) / n,
                       private / n))


def floor(system):
    """A machine that nobody built anything on, measured in the same place."""
    folder = os.path.join(system.home, "in")
    os.makedirs(folder, exist_ok=True)
    shutil.copy(common.tool("kvmfloor"), os.path.join(folder, "kvmfloor"))
    where = "/vm370/home/in" if system.engine() == "lab" else folder
    rc, out = system.shell("%s/kvmfloor %d %d" % (where, FIRST, LAST), 300)
    if rc != 0:
        raise SystemExit("kvmfloor: exit %d: %s" % (rc, out))
    return int(out)


def make_disks(system):
    """Before the start: each user's 191, with a PROFILE EXEC."""
    first = common.disk(system.home, {"PROFILE EXEC": PROFILE}, BLOCKS)
    for name in USERS:
        shutil.copyfile(first, system.disk(name, "191", VOLUME))


def main():
    args = common.arguments()
    directory = "".join(vm.user(name, statements=[
        "MDISK 191 FB-512 %d %d %s MR" % (BLOCKS * n, BLOCKS, VOLUME)])
        for n, name in enumerate(USERS))
    system = vm.System(engine=args.engine, directory=directory,
                       config="VOLUME %s\n" % VOLUME)
    make_disks(system)
    with system:
        kvm = floor(system)
        machine = per_user(system, "^Ready;")
        touched, own = storage(system)
        terminal = per_user(system, "RECONNECTED")
        common.row("storage that an idle CMS has touched", touched, 0, "KiB",
                   STORAGE_KIB, touched)
        common.note("of that, its own and nobody else's: %.0f KiB" % own)
        common.row("one more idle user, machine", machine, kvm, "KiB",
                   KIB_BEYOND_KVM, machine - KVM_KIB)
        common.row("one more idle user, with his terminal",
                   machine + terminal, kvm, "KiB")
        pss_table(system)
        system.close_clients()


if __name__ == "__main__":
    main()
