# SPDX-License-Identifier: MIT
#
# clients.py - the terminals of the tests: s3270 through pipes, a telnet of
# our own on a socket, and whatever runs in tmux.
#
# All three have the same few calls, so that a case can be written once:
#   line(text)        type a line and press ENTER
#   wait(regex)       until the text has come; returns the match
#   command(text, re) an empty screen, the line, the answer
#   text()            what is to be seen now
# Nothing here knows a command of CP.

import os
import re
import select
import signal
import socket
import subprocess
import time

PATIENCE = float(os.environ.get("VM370_TEST_PATIENCE", "60"))
ENVIRONMENT = dict(os.environ, LC_ALL="C.UTF-8", TERM="xterm")


class Missing(AssertionError):
    """What was waited for did not come."""


def describe(what, seen):
    bar = "-" * 78
    return "%s\n%s\n%s\n%s" % (what, bar, seen.rstrip(), bar)


def until(test, what, timeout=None, seen=lambda: "", pause=0.05):
    """Call test() until it is true; its value."""
    end = time.monotonic() + (PATIENCE if timeout is None else timeout)
    while True:
        value = test()
        if value:
            return value
        if time.monotonic() > end:
            raise Missing(describe("no " + what, seen()))
        time.sleep(pause)


class S3270:
    """A 3270: the real emulator's core, s3270."""

    def __init__(self, port, model="3279-2-E", prefix="", connect=True,
                 options=()):
        self.out = b""
        self.process = subprocess.Popen(
            ["s3270", "-model", model, "-utf8", *options], env=ENVIRONMENT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        self.status = ""
        self.host = "%s127.0.0.1:%d" % (prefix, port)
        # AIDs return at once: a case that waits says for what.
        self.do("Set(AidWait,false)")
        if connect:
            self.connect()

    def connect(self):
        self.do('Connect("%s")' % self.host)
        self.do("Wait(%d,3270Mode)" % PATIENCE)

    def do(self, action, timeout=None):
        """Run one action; the lines of its answer."""
        end = time.monotonic() + (PATIENCE if timeout is None else timeout) + 5
        self.process.stdin.write(action.encode() + b"\n")
        self.process.stdin.flush()
        data = []
        while True:
            line = self._read_line(end, action)
            if line.startswith("data: "):
                data.append(line[6:])
            elif line in ("ok", "error"):
                break
            else:
                self.status = line
        if line == "error":
            raise Missing(describe("s3270: %s" % action, "\n".join(data)))
        return data

    def _read_line(self, end, action):
        fd = self.process.stdout.fileno()
        while b"\n" not in self.out:
            left = end - time.monotonic()
            if left <= 0 or not select.select([fd], [], [], left)[0]:
                raise Missing("s3270 does not answer: " + action)
            got = os.read(fd, 65536)
            if not got:
                raise Missing("s3270 ended at: " + action)
            self.out += got
        line, self.out = self.out.split(b"\n", 1)
        return line.decode("utf-8", "replace").rstrip("\r")

    def connected(self):
        self.do("Query(ConnectionState)")
        return self.status.split()[3].startswith("C")

    def rows(self):
        return self.do("Ascii()")

    def text(self):
        return "\n".join(row.rstrip() for row in self.rows())

    @property
    def seen(self):
        """All that can still be seen of what was shown."""
        return self.text()

    def output(self):
        """The part of the screen above the input area."""
        return "\n".join(row.rstrip() for row in self.rows()[:-2])

    def corner(self):
        """The status and the system's name, bottom right."""
        return self.rows()[-1][-20:].strip()

    def cells(self, row):
        """A row of the buffer: for each position its character, or for an
        attribute byte the codes in it, {"c0": "e0", "42": "f2"}; and the same
        of attributes that characters have, None where they have the
        field's."""
        shown, own, now = [], [], None
        for cell in self.do("ReadBuffer(Ascii)")[row].split():
            codes = dict(re.findall("([0-9a-f]{2})=([0-9a-f]{2})", cell))
            if cell.startswith("SA("):
                now = dict(now or {}, **codes)
                now = {k: v for k, v in now.items()
                       if v not in ("00", "f0")} or None
                continue
            shown.append(codes if cell.startswith("SF(") else
                         bytes.fromhex(cell).decode("utf-8", "replace"))
            own.append(now)
        return shown, own

    def unlock(self):
        self.do("Wait(%d,Unlock)" % PATIENCE)

    def type(self, text):
        self.unlock()
        quoted = text.replace("\\", "\\\\").replace('"', '\\"')
        self.do('String("%s")' % quoted)

    def press(self, action):
        self.unlock()
        self.do(action)

    def line(self, text):
        self.type(text)
        self.do("Enter()")

    def attention(self):
        self.press("PA(1)")

    def clear(self):
        self.press("Clear()")

    def wait(self, pattern, timeout=None, more=True):
        """Until the output shows pattern.  With more, MORE... is answered by
        CLEAR on the way, as a user does who looks for something."""
        found = []

        def look():
            screen = self.text()
            match = re.search(pattern, screen, re.M)
            if match:
                found.append(match)
                return True
            if more and "MORE..." in screen.split("\n")[-1]:
                self.clear()
            return False
        until(look, repr(pattern), timeout, self.text)
        return found[0]

    def wait_corner(self, pattern, timeout=None):
        until(lambda: re.match(pattern, self.corner()),
              "status %r" % pattern, timeout, self.text)

    def drain(self):
        """Clear, and clear again while there is more."""
        self.clear()
        self.unlock()
        while "MORE..." in self.corner():
            self.clear()
            self.unlock()

    def command(self, text, pattern, timeout=None):
        self.drain()
        self.line(text)
        return self.wait(pattern, timeout)

    def hidden(self):
        """Is the field with the cursor one that does not show its text?"""
        row, column = self.cursor()
        field = -1
        for y, line in enumerate(self.do("ReadBuffer(Ascii)")):
            x = 0
            for cell in line.split():
                if cell.startswith("SF("):
                    if (y, x) < (row, column):
                        field = int(re.search("c0=(..)", cell)[1], 16)
                elif cell.startswith("SA(") or cell.startswith("GE("):
                    continue
                x += 1
        return field != -1 and field & 0x0C == 0x0C

    def cursor(self):
        words = self.status.split()
        if len(words) < 10:
            self.do("Query(Cursor1)")
            words = self.status.split()
        return int(words[8]), int(words[9])

    def drop(self):
        """The line goes down with no good-bye."""
        self.close(signal.SIGKILL)

    def close(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(10)
        self.process.stdin.close()
        self.process.stdout.close()


IAC, DONT, DO, WONT, WILL, SB = 255, 254, 253, 252, 251, 250
AYT, EOR, SE = 246, 239, 240
ECHO, SGA, TTYPE, NAWS = 1, 3, 24, 31


class Telnet:
    """A telnet client on a socket.  kind: "plain" refuses every option but
    ECHO and SGA, "vt" also tells its type and size, "silent" answers no
    negotiation at all."""

    def __init__(self, port, kind="plain", types=("VT100",), size=(80, 24)):
        self.kind = kind
        self.types = list(types)
        self.size = size
        self.raw = b""      # not yet parsed
        self.seen = ""      # everything that was shown
        self.at = 0         # what wait() has passed over
        self.remote = set() # options the server does
        self.sent = set()   # negotiations answered
        self.eof = False
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data):
        self.socket.sendall(data)

    def line(self, text):
        self.send(text.encode().replace(b"\xff", b"\xff\xff") + b"\r\n")

    def attention(self):
        self.send(bytes([IAC, 243])) # BREAK

    def _option(self, verb, option):
        if self.kind == "silent":
            return
        if verb in (WILL, WONT):
            yes = verb == WILL and option in (ECHO, SGA)
            if verb == WILL:
                self.remote.add(option)
            else:
                self.remote.discard(option)
            answer = DO if yes else DONT
        else:
            yes = verb == DO and self.kind == "vt" and option in (TTYPE, NAWS,
                                                                 SGA)
            answer = WILL if yes else WONT
        # A state that was confirmed already is not confirmed again (RFC 854).
        key = (answer, option)
        if key in self.sent:
            return
        self.sent.discard(({DO: DONT, DONT: DO, WILL: WONT,
                            WONT: WILL}[answer], option))
        self.sent.add(key)
        self.send(bytes([IAC, answer, option]))
        if answer == WILL and option == NAWS:
            w, h = self.size
            size = bytes([w >> 8, w & 255, h >> 8, h & 255])
            self.send(bytes([IAC, SB, NAWS]) + size.replace(
                b"\xff", b"\xff\xff") + bytes([IAC, SE]))

    def _subnegotiation(self, data):
        if data[:2] == bytes([TTYPE, 1]) and self.kind == "vt":
            name = self.types.pop(0) if len(self.types) > 1 else self.types[0]
            self.send(bytes([IAC, SB, TTYPE, 0]) + name.encode()
                      + bytes([IAC, SE]))

    def _parse(self):
        shown = bytearray()
        raw, i = self.raw, 0
        while i < len(raw):
            if raw[i] != IAC:
                shown.append(raw[i])
                i += 1
                continue
            if i + 1 >= len(raw):
                break
            verb = raw[i + 1]
            if verb == IAC:
                shown.append(IAC)
                i += 2
            elif verb in (WILL, WONT, DO, DONT):
                if i + 2 >= len(raw):
                    break
                self._option(verb, raw[i + 2])
                i += 3
            elif verb == SB:
                end = raw.find(bytes([IAC, SE]), i)
                if end < 0:
                    break
                self._subnegotiation(raw[i + 2:end])
                i = end + 2
            else:
                i += 2
        self.raw = raw[i:]
        return bytes(shown)

    def pump(self, seconds=0.0):
        """Take what has come within so many seconds."""
        while not self.eof and select.select([self.socket], [], [],
                                             seconds)[0]:
            try:
                got = self.socket.recv(65536)
            except ConnectionError:
                got = b""
            if not got:
                self.eof = True
                return
            self.raw += got
            shown = self._parse().decode("utf-8", "replace")
            # A bell may come before the line that it is for.
            self.seen += re.sub("[\0\r\a]", "", shown)
            seconds = 0.0

    def text(self):
        self.pump()
        return self.seen[self.at:]

    def wait(self, pattern, timeout=None, more=True):
        """Until pattern comes, after what was waited for before."""
        end = time.monotonic() + (PATIENCE if timeout is None else timeout)
        while True:
            match = re.compile(pattern, re.M).search(self.seen, self.at)
            if match:
                self.at = match.end()
                return match
            left = end - time.monotonic()
            if left <= 0 or self.eof:
                why = " (the line ended)" if self.eof else ""
                raise Missing(describe("no %r%s" % (pattern, why),
                                       self.seen[-3000:]))
            self.pump(min(left, 0.5))

    def command(self, text, pattern, timeout=None):
        self.pump()
        self.at = len(self.seen)
        self.line(text)
        return self.wait(pattern, timeout)

    def hidden(self):
        """Does the server echo, and so the client not?"""
        self.pump()
        return ECHO in self.remote

    def wait_end(self, timeout=None):
        def ended():
            self.pump(0.1)
            return self.eof
        until(ended, "end of the line", timeout, self.text, 0)

    def drop(self):
        """The line goes down with no good-bye: a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                               b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def close(self):
        self.socket.close()


class Tmux:
    """A full-screen or line program in a terminal of tmux."""

    number = 0

    def __init__(self, command, width=80, height=24):
        Tmux.number += 1
        self.server = "vm370-%d-%d" % (os.getpid(), Tmux.number)
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", str(width),
                   "-y", str(height), *command)

    def _tmux(self, *args):
        done = subprocess.run(["tmux", "-L", self.server, *args],
                              env=ENVIRONMENT, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=PATIENCE)
        out = done.stdout.decode("utf-8", "replace")
        if done.returncode != 0:
            raise Missing("tmux %s: %s" % (args[0], out.strip()))
        return out

    def text(self):
        try:
            return self._tmux("capture-pane", "-p")
        except Missing:
            return "" # its program has ended, and tmux with it

    @property
    def seen(self):
        """All that can still be seen of what was shown."""
        return self.text()

    def wait(self, pattern, timeout=None, more=True):
        found = []

        def look():
            match = re.search(pattern, self.text(), re.M)
            if match:
                found.append(match)
            return match
        until(look, repr(pattern), timeout, self.text, 0.1)
        return found[0]

    def keys(self, *names):
        self._tmux("send-keys", *names)

    def line(self, text):
        if text:
            self._tmux("send-keys", "-l", text)
        self.keys("Enter")

    def resize(self, width, height):
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    def command(self, text, pattern, timeout=None):
        self._tmux("send-keys", "-R") # an empty screen
        self.line(text)
        return self.wait(pattern, timeout)

    def close(self):
        try:
            self._tmux("kill-server")
        except Missing:
            pass # its program has ended, and tmux with it
