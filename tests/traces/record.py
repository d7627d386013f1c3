# SPDX-License-Identifier: MIT
#
# record.py - real clients' sessions with a real vmterm, byte by byte.
#
#   record.py TERMRIG VMTERM FOLDER [NAME ...]
#
# Writes FOLDER/NAME.trace: C what the client sent, S what it got (a line for
# each record), A what was done at the client.  What must come of it (X lines)
# is not known here:
#   TRACE_EVENTS=1 unit_term_telnet    says it; look at it, put it in front.
# The unit test plays the C lines to our telnet.c, terminals.py the S lines to
# a real s3270.

import os
import pty
import select
import socket
import subprocess
import sys
import threading
import time

import terminals

QUIET = 0.3


class Relay:
    """Between a client and a vmterm; remembers who said what."""

    def __init__(self, port):
        self.to = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lines = []
        self.last = time.monotonic()
        threading.Thread(target=self.run, daemon=True).start()

    def note(self, who, data):
        self.last = time.monotonic()
        if who != "A" and self.lines and self.lines[-1][0] == who:
            data = self.lines.pop()[1] + data
        self.lines.append((who, data))

    def run(self):
        client = self.listener.accept()[0]
        server = socket.create_connection(("127.0.0.1", self.to))
        other = {client: (server, "C"), server: (client, "S")}
        while True:
            for one in select.select([client, server], [], [])[0]:
                data = one.recv(65536)
                if not data:
                    client.close()
                    server.close()
                    return
                self.note(other[one][1], data)
                other[one][0].sendall(data)

    def settle(self):
        while time.monotonic() - self.last < QUIET:
            time.sleep(0.02)

    def write(self, path, title):
        with open(path, "w") as f:
            f.write("# %s\n" % title)
            for who, data in self.lines:
                if who == "A":
                    f.write("A %s\n" % data)
                    continue
                parts = [data] if who == "C" else split(data)
                for part in parts:
                    f.write("%s %s\n" % (who, part.hex()))


def split(data):
    """At the ends of records: IAC EOR, not behind an IAC."""
    parts, begin, at = [], 0, 0
    while at < len(data):
        if data[at:at + 2] == b"\xff\xef":
            parts.append(data[begin:at + 2])
            begin = at + 2
        at += 2 if data[at] == 0xff else 1
    return parts + ([data[begin:]] if begin < len(data) else [])


class Recorded(terminals.S3270):
    def __init__(self, rig, relay, options, prefix):
        self.relay = relay
        super().__init__(rig, options=options, prefix=prefix,
                         port=relay.port)

    def act(self, action):
        self.do("Wait(5,Unlock)")
        self.relay.settle()
        self.relay.note("A", action)
        self.do(action)
        self.relay.settle()


def s3270(rig, relay, options, prefix):
    s = Recorded(rig, relay, options, prefix)
    for action in ('String("LOGON CMSUSER")', "Enter()", 'String("SECRET")',
                   "Enter()", 'String("LINES 3")', "Enter()", "PA(1)",
                   "Attn()", 'String("b[x]")', "PF(3)", "Clear()", "PA(2)",
                   'String("last")', "Enter()", "SysReq()",
                   'String("again")', "Enter()"):
        s.act(action)
    s.do("Disconnect()")
    s.close()


def telnet(rig, relay, *_):
    pid, fd = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm"
        os.execvp("telnet", ["telnet", "-E", "127.0.0.1", str(relay.port)])
    time.sleep(1)
    for keys in (b"logon cmsuser\r", b"secret\r", b"lines\x20x\x7f2\r",
                 b"\x03", b"\x1b[A\r", "gr\u00fc\u00df\r".encode()):
        os.write(fd, keys)
        relay.settle()
        time.sleep(QUIET)
        os.read(fd, 65536)
    os.close(fd)
    os.waitpid(pid, 0)


def sessions():
    for model in ("3278-2", "3278-3", "3278-4", "3278-5", "3279-4-E"):
        yield ("classic-" + model, s3270, ("-model", model), "N:",
               "s3270 -model %s, without TN3270E" % model)
    for model in ("3278-2", "3278-3", "3278-4", "3278-5", "3279-2-E",
                  "3279-3-E", "3279-4-E", "3279-5-E"):
        yield ("extended-" + model, s3270, ("-model", model), "LUA@",
               "s3270 -model %s" % model)
    yield ("extended-62x160", s3270, ("-model", "3279-2-E", "-oversize",
                                      "160x62"), "LUA@",
           "s3270 -oversize 160x62")
    yield "telnet", telnet, None, None, "inetutils-telnet, TERM=xterm"


def main():
    termrig, vmterm, folder, only = (sys.argv[1], sys.argv[2], sys.argv[3],
                                     sys.argv[4:])
    for name, session, options, prefix, title in sessions():
        if only and name not in only:
            continue
        rig = terminals.Rig(termrig, vmterm)
        relay = Relay(rig.port)
        session(rig, relay, options, prefix)
        relay.write(os.path.join(folder, name + ".trace"), title)
        rig.close()
        print(name)


if __name__ == "__main__":
    main()
