#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# liar.py - a vmterm that was taken over and has its channel to a real vmcp:
# doors.py puts it in vmterm's place.  It says the lie that is named in the
# file "lie" beside it, and tells its client ALIVE or CLOSED: whether vmcp
# still hears it.

import array
import os
import re
import socket
import struct
import sys
import time

HERE = os.path.dirname(os.path.abspath(sys.argv[0]))
SECURE = 0x08
LINES = 1

channel = socket.socket(fileno=3)
client = socket.socket(fileno=4)
channel.setblocking(True)


def types():
    """The numbers of messages, as the table has them."""
    with open(os.path.join(HERE, "ipc.h")) as f:
        names = re.findall(r"^\tX\((\w+),", f.read(), re.M)
    return {name: i + 1 for i, name in enumerate(names)}


TYPES = types()


def say(name, payload, *fds):
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))]
    channel.sendmsg([struct.pack("=HHI", 1, TYPES[name], len(payload)) +
                     payload], rights if fds else [])


def view(flags):
    return struct.pack("=IIHH", LINES, flags, 24, 80)


def opens(flags=0, peer=b"192.0.2.77:1"):
    say("TERM_OPEN", view(flags) + struct.pack("60s40s12s", peer, b"xterm",
                                               b""))


def plain(*fds):
    say("TERM_TLS_PLAIN", bytes(4), *(fds or (0,)))


def given(*fds):
    say("TERM_TLS_CLIENT", struct.pack("=I", 0), *(fds or (0,)))


def secure():
    opens(SECURE)


def secure_later():
    opens()
    say("TERM_VIEW", view(SECURE))


def after_open():
    opens()
    plain()


def twice():
    plain()
    plain()


def client_first():
    given()


def client_twice():
    plain()
    given()
    given()


def three_at_once():
    plain(0, 1, 2)


def two_hundred():
    plain(*[0] * 200)


def own_channel():
    """Nothing of this is TCP; vmtls reads a channel to vmcp, its own and
    itself."""
    plain(3)
    given(3)
    opens()


def elsewhere():
    """Honest, but for where its client is."""
    opens()


def restless():
    """Its window changes, and nobody types."""
    opens()
    end = time.monotonic() + 4
    while time.monotonic() < end:
        say("TERM_VIEW", view(0))
        if not hears(0.3):
            return False
    return True


def hears(seconds):
    """Is vmcp there, and has it not said that it closes the line?"""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        channel.settimeout(max(0.01, end - time.monotonic()))
        try:
            packet = channel.recv(65536)
        except TimeoutError:
            return True
        except OSError:
            return False
        if not packet or packet[2:4] == struct.pack("=H",
                                                    TYPES["CONS_CLOSE"]):
            return False
    return True


def main():
    with open(os.path.join(HERE, "lie")) as f:
        what = globals()[f.read()]
    try:
        alive = what() is not False and hears(1)
    except OSError:
        alive = False
    client.sendall(b"ALIVE" if alive else b"CLOSED")


if __name__ == "__main__":
    main()
