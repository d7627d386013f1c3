# SPDX-License-Identifier: MIT
#
# users.py - users among themselves: messages, FORCE, HELP, fifty at once,
# and storage that nobody else can see.

import re

from clients import until
from runner import case, check

MANY = ["MANY%02d" % n for n in range(1, 51)]


@case("demonstration-users")
def demonstration(system):
    """Each has its name as password, and is told what to try first."""
    for name in ("MAINT", "CMSUSER", "GUEST1", "GUEST2"):
        client = system.ready(system.telnet(), name)
        check(re.search("LOGMSG - .*\n\\* .*HELP", client.seen, re.S),
              "no LOGMSG that tells what to try", client.seen)
    operator = system.logon(system.telnet(), "OPERATOR",
                            answer="(LOGON|RECONNECTED) +AT")
    operator.command("QUERY USERS", "005 USERS, 000 DIALED")
    operator.command("FORCE GUEST2", "LOGOFF +AS GUEST2")
    operator.command("DISCONN", "VM/370 Online")


@case("query")
def query(system):
    client = system.logon(system.telnet(), "GUEST1", options="NOIPL")
    for what, answer in (
            ("TIME", "TIME IS \\d\\d:\\d\\d:\\d\\d \\w+ [A-Z]+DAY \\S+"),
            ("NAMES", "OPERATOR - .*GUEST1 +- "),
            ("USERS", "002 USERS, 000 DIALED"),
            ("GUEST1", "GUEST1 +- "),
            ("GUEST2", "DMKCQG045E GUEST2 NOT LOGGED ON"),
            ("VIRTUAL", "STORAGE = 16384K"),
            ("VIRTUAL 190", "DASD 190 FB-512 VMSYS +R/O"),
            ("CPLEVEL", "VM/370"),
            ("SET", "MSG ON")):
        client.command("QUERY " + what, answer)


@case("message")
def message(system):
    one = system.ready(system.s3270(), "GUEST1")
    two = system.ready(system.telnet(), "GUEST2")
    one.drain()
    two.line("#CP MESSAGE GUEST1 good morning")
    one.wait("^\\d\\d:\\d\\d:\\d\\d MSG FROM GUEST2 +: good morning")
    one.line("#CP M GUEST2 and to you")
    two.wait("MSG FROM GUEST1 +: and to you")
    two.line("#CP MESSAGE CMSUSER hello")
    two.wait("DMKCQG045E CMSUSER NOT LOGGED ON")
    two.command("#CP SET MSG OFF", "")
    two.command("#CP QUERY SET", "MSG OFF")
    one.command("#CP MESSAGE GUEST2 hear me", "DMKMSG057W GUEST2 NOT RECEIV")


@case("warning")
def warning(system):
    """WARNING is class A and B: a general user has no such command."""
    guest = system.ready(system.telnet(), "GUEST1")
    guest.command("#CP WARNING ALL no", "DMKCFC001E \\?CP: WARNING")
    operator = system.logon(system.telnet(), "OPERATOR",
                            answer="(LOGON|RECONNECTED) +AT")
    operator.line("WARNING ALL the system goes down")
    guest.wait("^\\d\\d:\\d\\d:\\d\\d WNG FROM OPERATOR: the system goes down")


@case("force")
def force(system):
    guest = system.ready(system.telnet(), "GUEST1")
    rc, out = system.cp("FORCE", "GUEST1")
    check(rc == 0, "exit code %d" % rc, out)
    guest.wait("LOGOFF +AT .* BY SYSTEM")
    guest.wait("VM/370 Online")
    check(system.logged_off("GUEST1"), "GUEST1 is still there")
    guest.line("LOGON GUEST1")
    guest.wait("ENTER PASSWORD")


@case("help")
def help_(system):
    client = system.logon(system.telnet(), "GUEST1", options="NOIPL")
    client.command("HELP", "(?i)query")
    client.command("HELP QUERY", "(?i)names")
    client.command("LOGOFF", "VM/370 Online")


@case("already-logged-on")
def already(system):
    one = system.ready(system.telnet(), "GUEST1")
    two = system.telnet()
    two.wait("VM/370 Online")
    two.line("LOGON GUEST1")
    two.wait("ENTER PASSWORD")
    two.line("GUEST1")
    two.wait("DMKLOG054E ALREADY LOGGED ON (GRAF|LINE) ...")
    one.command("QUERY TIME", "TIME IS")


@case("fifty-at-once")
def fifty(system):
    """Fifty users log on at the same time, and all are answered."""
    before = int(re.search("(\\d+) USERS", system.ask("QUERY", "USERS"))[1])
    clients = {name: system.telnet() for name in MANY}
    for name, client in clients.items():
        client.send(("LOGON %s\r\n%s\r\n" % (name, name)).encode())
    for name, client in clients.items():
        client.wait("^Ready;", 180)
    for client in clients.values():
        client.at = len(client.seen)
        client.line("QUERY TIME")
    for client in clients.values():
        client.wait("TIME IS")
    after = int(re.search("(\\d+) USERS", system.ask("QUERY", "USERS"))[1])
    check(after - before == len(MANY), "%d users before, %d now" %
          (before, after))
    for client in clients.values():
        client.line("#CP LOGOFF")
    for client in clients.values():
        client.wait("VM/370 Online")
    until(lambda: not system.pids("vmguest"), "end of the machines")


@case("storage-is-private")
def private(system):
    """A pattern in one user's storage is in nobody else's: not at the same
    address, and not in a machine that is made when the first is gone."""
    pattern = "(?i)DEADBEEF|EFBEADDE"
    one = system.logon(system.telnet(), "GUEST1", options="NOIPL")
    two = system.logon(system.telnet(), "GUEST2", options="NOIPL")
    for address in ("0", "1000", "100000", "FFFFF0"):
        one.command("STORE %s DEADBEEF DEADBEEF" % address, "")
        one.command("DISPLAY %s.8" % address, pattern)
        two.command("DISPLAY %s.8" % address, "(?i)^ *0*%s " % address)
        two.pump(0.2)
        check(not re.search(pattern, two.text() + two.seen.split("\n")[-2]),
              "GUEST1's storage at GUEST2", two.seen)
    one.command("LOGOFF", "VM/370 Online")
    for name, client in (("GUEST1", one), ("GUEST2", two)):
        if name == "GUEST1":
            client.at = 0
            system.logon(client, name, options="NOIPL")
        start = len(client.seen)
        for address in ("0", "1000", "100000", "FFFFF0"):
            client.command("DISPLAY %s.8" % address,
                           "(?i)^ *0*%s .*" % address)
        check(not re.search(pattern, client.seen[start:]),
              "another machine's storage", client.seen[start:])
