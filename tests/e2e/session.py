# SPDX-License-Identifier: MIT
#
# session.py - a user at a terminal: logo, LOGON, CMS, programs, CP at any
# time, DISCONN, reconnect, LOGOFF; at a 3270 and at a telnet terminal.

import re
import time

from clients import until
from runner import TERMINALS, case, check, on_both

OTHER = {"3270": "telnet", "telnet": "3270"}


@on_both("logo")
def logo(system, kind):
    client = TERMINALS[kind](system)
    client.wait("^ *VM/370 Online")
    if kind == "3270":
        check("VM370" in client.corner(), "no system name in the corner",
              client.text())


@case("logo.telnet.silent")
def logo_silent(system):
    """A client that negotiates nothing within 1.5 s gets line mode."""
    client = system.telnet("silent")
    client.wait("VM/370 Online", 15)
    client.line("LOGON CMSUSER")
    client.wait("ENTER PASSWORD")


@case("logo.telnet.plain")
def logo_plain(system):
    """A client that refuses every option gets line mode."""
    client = system.telnet("plain")
    system.logon(client, "GUEST1")
    client.line("#CP LOGOFF")
    client.wait("VM/370 Online")


@case("logo.3270.tn3270e-refused")
def logo_classic(system):
    """Classic TN3270: the client offers no TN3270E, and is a model 2."""
    client = system.s3270(prefix="N:")
    client.wait("VM/370 Online")


@case("logo.c3270")
def logo_c3270(system):
    """The same emulator as a person has it on a terminal."""
    client = system.tmux("c3270", "-model", "3279-2-E",
                         "127.0.0.1:%d" % system.port, height=26)
    client.wait("VM/370 Online")
    client.line("LOGON GUEST1")
    client.wait("ENTER PASSWORD")
    client.line("GUEST1")
    client.wait("LOGON +AT")
    client.wait("^Ready;")
    client.command("#CP LOGOFF", "VM/370 Online")


@on_both("logon")
def logon(system, kind):
    client = system.ready(TERMINALS[kind](system), "CMSUSER")
    if kind == "3270":
        client.wait_corner("VM READ +VM370|RUNNING +VM370")
    client.command("#CP LOGOFF", "VM/370 Online")


@case("logon.3270.masked")
def masked(system):
    client = system.s3270()
    client.wait("VM/370 Online")
    check(not client.hidden(), "the logo's field is hidden", client.text())
    client.line("LOGON CMSUSER")
    client.wait("ENTER PASSWORD")
    until(client.hidden, "hidden field", seen=client.text)
    client.line("CMSUSER")
    client.wait("LOGON +AT")
    until(lambda: not client.hidden(), "shown field", seen=client.text)
    client.drain()
    client.line("#CP LOGOFF")
    client.wait("VM/370 Online")


@case("logon.telnet.masked")
def masked_telnet(system):
    client = system.telnet("vt")
    client.wait("VM/370 Online")
    client.line("LOGON CMSUSER")
    client.wait("ENTER PASSWORD")
    client.line("CMSUSER")
    client.wait("LOGON +AT")
    check(not re.search("^CMSUSER", client.seen, re.M),
          "the password is echoed", client.seen)


def refused(system, user):
    """What a wrong password gets, without the name, and how soon."""
    client = system.telnet()
    client.wait("VM/370 Online")
    client.line("LOGON " + user)
    client.wait("ENTER PASSWORD")
    start = time.monotonic()
    client.line("WRONG")
    answer = client.wait("DMKLOG050E.*").group()
    took = time.monotonic() - start
    client.close()
    return answer.replace(user, "X"), took


@case("logon.wrong")
def wrong(system):
    """A wrong password and an unknown userid: one same answer, as slow."""
    for _ in range(3): # a machine that has other work may be slow once
        (a, before), (b, after) = (refused(system, user)
                                   for user in ("GUEST1", "NOBODY99"))
        check(a == b, "different answers", "%s\n%s" % (a, b))
        if abs(before - after) < 0.5:
            break
    check(min(before, after) > 0.5 and abs(before - after) < 0.5,
          "different times", "%.3f s, %.3f s" % (before, after))


@case("logon.wrong.counted")
def wrong_counted(system):
    """After some failures the line ends; the next one gets the logo."""
    client = system.telnet()
    client.wait("VM/370 Online")
    times = []
    for _ in range(3):
        start = time.monotonic()
        client.line("LOGON GUEST1 WRONG")
        client.wait("DMKLOG050E")
        times.append(time.monotonic() - start)
    check(times[2] > times[1] > times[0] > 0.5, "not slower each time",
          str(times))
    client.line("LOGON GUEST1 WRONG")
    client.wait("DMKLOG051E")
    client.wait_end()
    client = system.logon(system.telnet(), "GUEST1")


@on_both("programs")
def programs(system, kind):
    """Static programs, glibc's and musl's: one says hello, one reads a line,
    one divides by zero and CMS lives."""
    client = system.ready(TERMINALS[kind](system), "CMSUSER")
    for hello in ("HELLO", "HELLOMUS"):
        client.command(hello, "Hello from a program in CMS")
    client.command("GREET", "What is your name\\?")
    client.line("Lin")
    client.wait("Hello, Lin: 3 letters")
    client.command("DIVZERO", "DMSITP141T .*EXCEPTION")
    client.wait("^Ready\\(\\d+\\);")
    client.command("HELLO", "Hello from a program in CMS")
    client.command("QUERY TIME", "TIME IS")
    client.command("NOSUCHTHING",
                   "UNKNOWN CP/CMS COMMAND: NOSUCHTHING.*HELP")
    client.command("HELP", "(?i)help")
    client.command("#CP LOGOFF", "VM/370 Online")


@on_both("cp.at-any-time")
def cp_any_time(system, kind):
    client = system.ready(TERMINALS[kind](system), "CMSUSER")
    client.command("#CP QUERY NAMES", "CMSUSER +- ")
    client.command("#CP QUERY *", "CMSUSER +- ")
    client.command("#CP DISPLAY 100.20", "^ *0*100 ")
    client.command("#CP STORE 100000 DEADBEEF", "STORE COMPLETE|Ready|CP READ")
    client.command("#CP DISPLAY 100000.10", "(?i)DEADBEEF|EFBEADDE")
    client.command("#CP DISPLAY G", "(?i)RAX")
    client.command("#CP IPL CMS PARM AUTOCR", "^Ready;")
    client.command("#CP IPL 190 PARM AUTOCR", "^Ready;")
    client.command("#CP IPL 190 CLEAR PARM AUTOCR", "^Ready;")
    client.command("#CP LOGOFF", "VM/370 Online")


@on_both("attention")
def attention(system, kind):
    """PA1, or the break, gets CP; BEGIN goes on."""
    client = system.ready(TERMINALS[kind](system), "CMSUSER")
    if kind == "3270":
        client.attention()
        client.wait_corner("CP READ")
    else:
        client.keys("C-]")
        client.wait("telnet>")
        client.line("send brk")
    client.command("QUERY TIME", "TIME IS")
    client.command("QUERY SET", "MSG")
    client.command("BEGIN", "")
    client.command("QUERY TIME", "TIME IS")
    if kind == "3270":
        client.wait_corner("VM READ|RUNNING")
    client.command("#CP LOGOFF", "VM/370 Online")


@on_both("reconnect")
def reconnect(system, kind):
    """DISCONN, and come back from the other kind of terminal."""
    client = system.ready(TERMINALS[kind](system), "CMSUSER")
    client.command("QUERY TIME", "CONNECT=")
    client.command("#CP QUERY NAMES", "CMSUSER +- ")
    client.line("#CP DISCONN")
    client.wait("VM/370 Online")
    check("CMSUSER  - DSC" in system.ask("QUERY", "NAMES"),
          "CMSUSER is not disconnected")
    client = TERMINALS[OTHER[kind]](system)
    system.logon(client, "CMSUSER", answer="RECONNECTED AT")
    # The screen as it was: what was said before is there, in its order.
    seen = client.text()
    places = [seen.find(t) for t in ("TIME IS", "CONNECT=",
                                     "CMSUSER  - ", "RECONNECTED AT")]
    check(-1 not in places and places == sorted(places),
          "not the screen as it was", seen)
    client.command("#CP BEGIN", "")
    client.command("QUERY TIME", "TIME IS")
    client.command("#CP LOGOFF", "VM/370 Online")


@on_both("dropped-line")
def dropped(system, kind):
    """A line that drops disconnects; the machine is there afterwards."""
    if kind == "3270":
        client = system.s3270()
    else:
        client = system.telnet("vt")
    system.ready(client, "CMSUSER")
    client.command("#CP STORE 100000 0BADCAFE", "")
    client.command("#CP DISPLAY 100000.4", "(?i)0BADCAFE|FECAAD0B")
    client.drop()
    until(lambda: "CMSUSER  - DSC" in system.ask("QUERY", "NAMES"),
          "disconnected CMSUSER")
    client = TERMINALS[kind](system)
    system.logon(client, "CMSUSER", answer="RECONNECTED AT")
    client.command("#CP DISPLAY 100000.4", "(?i)0BADCAFE|FECAAD0B")
    client.command("#CP LOGOFF", "VM/370 Online")


@case("typed-ahead.logo")
def typed_at_logo(system):
    """Everything typed before the logo is even shown is taken, in order."""
    client = system.telnet()
    client.send(b"LOGON GUEST1\r\nGUEST1\r\n#CP QUERY TIME\r\n")
    client.wait("LOGON +AT")
    client.wait("TIME IS")
    client.line("#CP LOGOFF")
    client.wait("VM/370 Online")


@case("typed-ahead.more")
def typed_at_more(system):
    """A line typed while MORE... stands is not lost."""
    client = system.ready(system.s3270(), "GUEST1")
    client.drain()
    client.line("#CP DISPLAY 0.600")
    client.wait_corner("MORE")
    client.line("#CP MESSAGE * I WAS HERE")
    client.wait("MSG FROM GUEST1 +: I WAS HERE")
    client.drain()
    client.line("#CP LOGOFF")
    client.wait("VM/370 Online")


@case("typed-ahead.running")
def typed_while_running(system):
    """Lines typed while output runs are taken, in order."""
    client = system.ready(system.telnet(), "GUEST1")
    client.send(b"#CP DISPLAY 0.1000\r\n" * 3
                + b"QUERY TIME\r\n" + b"#CP MESSAGE * ONE\r\n"
                + b"#CP MESSAGE * TWO\r\n" + b"NOSUCHTHING\r\n")
    client.wait("MSG FROM GUEST1 +: ONE")
    client.wait("MSG FROM GUEST1 +: TWO")
    client.at = 0
    client.wait("TIME IS")
    client.wait("(?i)unknown")
    client.line("#CP LOGOFF")
    client.wait("VM/370 Online")
