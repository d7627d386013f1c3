# SPDX-License-Identifier: MIT
#
# memory.py - what one more logged-on idle user costs: the difference of
# MemAvailable between 100 and 200 users, divided by 100.
#
# Users log on at telnet terminals, come to CMS's Ready; and stay.  Their
# lines are dropped, which leaves the machines; the figure is that of the
# machines.  Then all reconnect, which shows what the terminals cost.

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
KIB_BEYOND_KVM = 2048
KVM_KIB = 330
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


def log_on(system, names, stay, answer="^Ready;"):
    for batch in batches(names):
        clients = [system.telnet() for _ in batch]
        for name, client in zip(batch, clients):
            client.send(("LOGON %s\r\n%s\r\n" % (name, name)).encode())
        for client in clients:
            client.wait(answer, 120)
        if not stay:
            system.close_clients()
    if not stay:
        until(lambda: not system.pids("vmterm"), "end of the terminals")


def per_user(system, stay, answer="^Ready;"):
    """Log all on in two halves; KiB of one user of the second half."""
    log_on(system, USERS[:FIRST], stay, answer)
    before = available(system)
    log_on(system, USERS[FIRST:], stay, answer)
    return (before - available(system)) / (LAST - FIRST)


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


def main():
    args = common.arguments()
    with vm.System(engine=args.engine, directory="".join(
            vm.user(name) for name in USERS)) as system:
        kvm = floor(system)
        machine = per_user(system, stay=False)
        terminal = per_user(system, stay=True, answer="RECONNECTED")
        common.row("one more idle user, machine", machine, kvm, "KiB",
                   KIB_BEYOND_KVM, machine - KVM_KIB)
        common.row("one more idle user, with his terminal",
                   machine + terminal, kvm, "KiB")
        pss_table(system)
        system.close_clients()


if __name__ == "__main__":
    main()
