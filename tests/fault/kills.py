# SPDX-License-Identifier: MIT
#
# kills.py - kill -9 of each program and of everything: the right message to
# the right user, nobody else notices, and the next start is warm.

import os
import random
import re
import signal

import spoolcheck
from clients import until
from runner import case, check


def new_pid(system, program, do):
    """The one process of a program that do() brings."""
    before = system.pids(program)
    do()
    new = until(lambda: system.pids(program) - before, "a new " + program)
    check(len(new) == 1, "%d new %s" % (len(new), program))
    return new


def two_users(system, program="vmguest"):
    """FAULT and GUEST2 at CMS; the process of FAULT; a pattern in GUEST2's
    storage, and his line marked."""
    other = system.ready(system.telnet(), "GUEST2")
    other.command("#CP STORE 200000 0BADCAFE", "")
    other.command("QUERY TIME", "TIME IS")
    came = []
    pid = new_pid(system, program, lambda: came.append(
        system.ready(system.telnet(), "FAULT")))
    client = came[0]
    other.pump(0.5)
    other.mark = len(other.seen)
    return client, other, pid


def unnoticed(other):
    """Nothing came to the other user, and his machine is what it was."""
    other.pump(0.5)
    check(other.seen[other.mark:].strip() == "", "the other user was told",
          other.seen[other.mark:])
    other.command("QUERY TIME", "TIME IS")
    other.command("#CP DISPLAY 200000.4", "(?i)0BADCAFE|FECAAD0B")


@case("kill.vmguest")
def kill_guest(system):
    """The machine is gone: DMKDSP450W to its user, who IPLs again."""
    client, other, pid = two_users(system)
    system.kill(pid)
    client.wait("DMKDSP450W")
    unnoticed(other)
    client.command("QUERY TIME", "TIME IS")
    client.command("IPL CMS PARM AUTOCR", "^Ready;")
    client.command("QUERY TIME", "TIME IS")


@case("kill.vmguest.disconnected")
def kill_disconnected(system):
    client, other, pid = two_users(system)
    client.line("#CP DISCONN")
    client.wait("VM/370 Online")
    system.kill(pid)
    unnoticed(other)
    again = system.telnet()
    system.logon(again, "FAULT", answer="RECONNECTED AT")
    check("DMKDSP450W" in again.seen, "no DMKDSP450W", again.seen)


@case("kill.vmterm")
def kill_term(system):
    """The line ends; the user is disconnected and his machine runs."""
    client, other, pid = two_users(system, "vmterm")
    client.command("#CP STORE 200000 FEEDF00D", "")
    client.command("QUERY TIME", "TIME IS")
    system.kill(pid)
    client.wait_end(20)
    until(lambda: "FAULT    - DSC" in system.ask("QUERY", "NAMES"),
          "disconnected FAULT")
    unnoticed(other)
    again = system.telnet()
    system.logon(again, "FAULT", answer="RECONNECTED AT")
    again.command("#CP DISPLAY 200000.4", "(?i)FEEDF00D|0DF0EDFE")


@case("kill.vmspool")
def kill_spool(system):
    """vmcp starts it again; no user notices."""
    client, other, _ = two_users(system)
    old = system.pids("vmspool")
    check(len(old) == 1, "%d vmspool" % len(old))
    system.kill(old)
    until(lambda: system.pids("vmspool") - old, "a new vmspool")
    unnoticed(other)
    client.command("QUERY TIME", "TIME IS")
    third = system.logon(system.telnet(), "GUEST1", options="NOIPL")
    check("FILES:" in third.seen, "no FILES: line", third.seen)


DECKS = 3 # each of some thousand cards; vmcp waits 1, 2, 4 seconds


def decks(system, user):
    """The cards of each file in his reader."""
    rc, out = system.vm370("spool", "list", user)
    check(rc == 0, "spool list", out)
    numbers = re.findall("^%s +RDR +(\\d{4})" % user, out, re.M)
    cards = [system.vm370("spool", "read", user, n)[1] for n in numbers]
    check(len(cards) == DECKS and len(set(cards)) == 1 and
          len(cards[0]) > 100000, "not %d like decks" % DECKS,
          str([len(text) for text in cards]))
    return cards


@case("kill.vmspool.cards")
def kill_spool_cards(system):
    """In the middle of cards that come, again and again; then all of it, and
    the database is judged as it lies there."""
    client = system.ready(system.telnet(), "GUEST2")
    client.command("#CP SPOOL PUNCH TO *", "")
    for _ in range(DECKS):
        client.line("DISK DUMP EDIT MODULE S")
        client.pump(random.uniform(0, 0.4))
        system.kill(system.pids("vmspool"))
        client.wait("^Ready;")
        until(lambda: system.pids("vmspool"), "a new vmspool")
    before = decks(system, "GUEST2")
    system.kill_all()
    spoolcheck.judge(os.path.join(system.home, "spool", "spool.db"), [])
    system.start()
    all_is_there(system)
    check(decks(system, "GUEST2") == before, "other cards")
    rc, out = system.vm370("spool", "check")
    check(rc == 0, "spool check", out)
    rc, out = system.vm370("spool", "purge", "GUEST2", "all")
    check(rc == 0, "spool purge", out)


def all_is_there(system):
    """Users log on as if nothing had happened."""
    system.close_clients()
    check("FAULT" not in system.ask("QUERY", "NAMES"), "FAULT is there still")
    system.ready(system.telnet(), "GUEST2")
    system.ready(system.s3270(), "FAULT")


@case("kill.vmcp")
def kill_cp(system):
    """All others exit on end of file, the lines end; its supervisor starts
    it again, warm."""
    client, other, _ = two_users(system)
    old, machines = system.pids("vmcp"), system.pids("vmguest")
    system.kill(old)
    client.wait_end(30)
    other.wait_end(30)
    until(lambda: system.pids("vmcp") - old, "a new vmcp")
    until(lambda: not system.pids("vmguest") & machines,
          "end of the machines", 15)
    until(lambda: system.cp("QUERY", "TIME")[0] == 0, "an answer")
    all_is_there(system)


def writes(system, answer):
    """Does GUEST1 get CMSUSER's disk to write?"""
    guest = system.logon(system.telnet(), "GUEST1", options="NOIPL")
    guest.command("LINK CMSUSER 191 291 W WRCMS", answer)
    guest.command("LOGOFF", "VM/370 Online")


@case("kill.vmguest.links")
def kill_guest_links(system):
    """His machine is gone, but he is not: the disk is his until LOGOFF."""
    came = []
    pid = new_pid(system, "vmguest", lambda: came.append(
        system.ready(system.telnet(), "CMSUSER")))
    writes(system, "DMKLNK104E")
    system.kill(pid)
    came[0].wait("DMKDSP450W")
    writes(system, "DMKLNK104E")
    came[0].command("LOGOFF", "LOGOFF +AT")
    writes(system, "DASD 291 LINKED R/W$")


@case("kill.vmcp.links")
def kill_cp_links(system):
    """Nobody has anything after it: the next one who asks may write."""
    system.ready(system.telnet(), "CMSUSER")
    writes(system, "DMKLNK104E")
    old = system.pids("vmcp")
    system.kill(old)
    until(lambda: system.pids("vmcp") - old and
          system.cp("QUERY", "TIME")[0] == 0, "a new vmcp")
    writes(system, "DASD 291 LINKED R/W$")
    client = system.ready(system.telnet(), "CMSUSER")
    client.command("#CP QUERY VIRTUAL 191", "R/W +20000 BLK")


@case("kill.everything")
def kill_everything(system):
    """The supervisor and all that it started, on the host."""
    two_users(system)
    supervisor = int(system.facts()["pid"])
    for pid in family(supervisor):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass # it went with another one
    until(lambda: system.vm370("status")[0] != 0, "end of the system")
    system.start()
    all_is_there(system)


def family(root):
    """A process and all below it, of this host."""
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name) as f:
                    parents[int(name)] = int(f.read().rsplit(")", 1)[1]
                                             .split()[1])
            except OSError:
                pass # it has ended
    ours = [root]
    for pid in ours:
        ours += [p for p, parent in parents.items() if parent == pid]
    return ours
