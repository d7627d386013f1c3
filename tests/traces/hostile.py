# SPDX-License-Identifier: MIT
#
# hostile.py - what a vmterm that was taken over can do (hostile.c), and what
# vmterm does with clients that are silent or do not read, sooner than in life.
#
#   hostile.py TERMRIG VMTERM_HOSTILE VMTERM_QUICK

import os
import re
import sys
import time

import terminals
from terminals import Client, IAC, Rig, Telnet

SIGSYS = 31

# These the system refuses, and the process lives: ncurses asks for them.
REFUSED = ("ioctl", "stat", "rt_sigaction")


def tries():
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                          "hostile.c")
    return re.findall(r"^\t\{ \"(\w+)\", SYS_", open(source).read(), re.M)


def hostile(termrig, vmterm):
    """Each call that is not needed is refused, or ends the process."""
    names = tries()
    if len(names) < 40:
        raise AssertionError("only %s" % names)
    for name in names:
        rig = Rig(termrig, vmterm, "--proxy", name)
        client = Client(rig)
        end = rig.wait(r"(SIGNAL|EXIT) (\d+)$")
        want = b"EXIT 7" if name in REFUSED else b"SIGNAL %d" % SIGSYS
        if end.group(0) != want:
            raise AssertionError("%s: %s" % (name, end.group(0)))
        client.socket.close()
        rig.close()
    print("ok    hostile: %d system calls" % len(names))


def silent(termrig, vmterm):
    """A client that used to answer timing marks and does not any more."""
    rig = Rig(termrig, vmterm)
    client = Telnet(rig)
    for _ in range(3):
        client.wait(re.escape(IAC + b"\xfd\x06"))
        client.send(IAC + b"\xfb\x06")
    rig.wait("EXIT 0", 10)
    rig.close()
    print("ok    silent")


def mute(termrig, vmterm):
    """One that never answered any is not taken for dead."""
    rig = Rig(termrig, vmterm)
    client = Telnet(rig)
    client.logon()
    for _ in range(6):
        client.wait(re.escape(IAC + b"\xfd\x06"))
    client.send(b"LINES 1\r\n")
    client.wait(b"LINE 1 OF 1")
    rig.close()
    print("ok    mute")


def takes_nothing(termrig, vmterm):
    """A client that never reads is dropped, a slow one is not."""
    rig = Rig(termrig, vmterm)
    client = Telnet(rig)
    client.logon()
    client.send(b"FLOOD\r\n")
    for _ in range(6):  # slow: longer than its patience in all
        time.sleep(0.3)
        client.socket.recv(1 << 22)
    if b"EXIT" in rig.said:
        raise AssertionError("dropped while it read")
    rig.wait("EXIT 0", 10)
    rig.close()
    print("ok    takes_nothing")


def main():
    termrig, vmterm_hostile, vmterm_quick = sys.argv[1:4]
    hostile(termrig, vmterm_hostile)
    silent(termrig, vmterm_quick)
    mute(termrig, vmterm_quick)
    takes_nothing(termrig, vmterm_quick)


if __name__ == "__main__":
    main()
