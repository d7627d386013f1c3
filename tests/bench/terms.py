# SPDX-License-Identifier: MIT
#
# terms.py - a thousand terminals at the logo at once, on this host, without
# virtual machines: the memory that one more vmterm has for itself, and what
# vmtls needs for a connection.
#
# Half are 3270s, half telnet on a terminal that can show a 3270; of these some
# show CP's screen in the end, drawn by ncurses, half of them 62x160.  Private
# memory is smaps_rollup's Private_Dirty and Private_Clean.

import os
import resource
import socket
import statistics
import time

import common
import vm
from clients import Telnet, until
from hostcp import HostCP
from secure import trusting

TERMINALS = 1000
IN_TLS = 200
SCREENS = 100
AT_ONCE = 100
KIB_MAX = 2048

IAC, DO, WILL, SB, SE, EOR = 255, 253, 251, 250, 240, 239
BINARY, TTYPE, END = 0, 24, 25


class Screen(Telnet):
    """A 3270 that says yes to what makes it one, and shows nothing."""

    def _option(self, verb, option):
        yes = option in (BINARY, TTYPE, END)
        answer = {DO: WILL, WILL: DO}.get(verb)
        if answer is not None:
            self.send(bytes([IAC, answer if yes else answer + 1, option]))

    def _subnegotiation(self, data):
        if data[:2] == bytes([TTYPE, 1]):
            self.send(bytes([IAC, SB, TTYPE, 0]) + b"IBM-3279-2"
                      + bytes([IAC, SE]))

    def answered(self):
        """A record has come: the logo's."""
        self.pump()
        return len(self.seen) > 100


class Line(Telnet):
    def answered(self):
        self.pump()
        return "VM/370 Online" in self.seen

    def ask(self):
        self.seen = ""
        self.send(b"\x1bs")

    def drawn(self):
        """The row below the screen is there, its last one.  vmterm may have
        shown the logo before it was told what it shows it on."""
        self.pump()
        if "DMKCNS188E" in self.seen:
            self.ask()
        return "Esc h: keys" in self.seen


def private(pid):
    """KiB, by kind."""
    kib = 0
    with open("/proc/%d/smaps_rollup" % pid) as f:
        for line in f:
            if line.startswith(("Private_Dirty:", "Private_Clean:")):
                kib += int(line.split()[1])
    return kib


def terminal(cp, i):
    if i % 2:
        return Screen(cp.port)
    return Line(cp.port, kind="vt", types=["XTERM"],
                size=(160, 63) if i % 4 else (80, 25))


def connect(cp, n, secure=False):
    """So many terminals, each shown the logo."""
    context = trusting()
    clients = []
    while len(clients) < n:
        batch = []
        for i in range(min(AT_ONCE, n - len(clients))):
            client = terminal(cp, i)
            if secure:
                client.socket = context.wrap_socket(client.socket)
            batch.append(client)
        until(lambda: all(c.answered() for c in batch), "the logo", 120)
        clients += batch
    return clients


def screens(cp, clients):
    """Those that were lines show CP's screen: their sizes."""
    lines = [c for c in clients if isinstance(c, Line)][:SCREENS]
    for client in lines:
        client.ask()
    until(lambda: all(c.drawn() for c in lines), "the screen", 120)
    return sorted(private(p) for p in cp.children("vmterm"))[-SCREENS:]


def main():
    common.arguments()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with HostCP("LIMIT LOGO OFF\n") as cp:
        vmtls = cp.children("vmtls")[0]
        idle = private(vmtls)
        secure = connect(cp, IN_TLS, True)
        relayed = private(vmtls)
        start = time.monotonic()
        clients = connect(cp, TERMINALS - IN_TLS)
        took = time.monotonic() - start
        sizes = [private(pid) for pid in cp.children("vmterm")]
        if len(sizes) != TERMINALS:
            raise SystemExit("%d vmterms, not %d" % (len(sizes), TERMINALS))
        common.row("a vmterm at the logo, median", statistics.median(sizes), 0,
                   "KiB", KIB_MAX, statistics.median(sizes))
        common.row("the largest of %d" % TERMINALS, max(sizes), 0, "KiB",
                   KIB_MAX, max(sizes))
        drawn = screens(cp, clients)
        common.row("a vmterm with a screen by ncurses, median",
                   statistics.median(drawn), 0, "KiB", KIB_MAX,
                   statistics.median(drawn))
        common.row("the largest, 62x160", drawn[-1], 0, "KiB", KIB_MAX,
                   drawn[-1])
        common.row("vmtls, a connection", (relayed - idle) / IN_TLS, 0, "KiB")
        common.row("vmcp, with all of them", private(cp.process.pid), 0,
                   "KiB")
        common.note("%.0f terminals a second, from connect to the logo" %
                    ((TERMINALS - IN_TLS) / took))
        start = time.monotonic()
        for client in secure + clients:
            client.close()
        until(lambda: not cp.children("vmterm"), "their end", 60)
        common.note("all gone %.1f s after their lines were closed" %
                    (time.monotonic() - start))


if __name__ == "__main__":
    main()
