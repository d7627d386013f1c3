# SPDX-License-Identifier: MIT
#
# terminals.py - vmterm alone, with real and with hostile clients; termrig
# plays vmcp.
#
#   terminals.py TERMRIG VMTERM [CASE ...]
#
# Each case is a function test_NAME(rig); it fails by an exception.  Nothing
# here needs KVM.

import os
import random
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback

PATIENCE = 60.0
CASE_MAX = 100  # seconds of one case: no wait of it is longer

IAC, SB, SE, DO, WILL, WONT = b"\xff", b"\xfa", b"\xf0", b"\xfd", b"\xfb", b"\xfc"
TTYPE, NAWS, ECHO, MARK = b"\x18", b"\x1f", b"\x01", b"\x06"
E, EOR, STARTTLS = b"\x28", b"\xff\xef", b"\x2e"
JOINS = b"\xff\xfb\x19\xff\xfd\x19\xff\xfb\x00\xff\xfd\x00"
NO_TELNET = IAC + WONT + E + IAC + WONT + TTYPE + IAC + WONT + NAWS
PROXY = b"\r\n\r\n\0\r\nQUIT\n"


at_end = []  # of a case, whatever came of it


def started(command, **how):
    """A process that does not outlive its case."""
    process = subprocess.Popen(command, **how)
    at_end.extend((process.kill, process.wait))
    return process


def expired(number, frame):
    raise AssertionError("%d s are over" % CASE_MAX)


class Rig:
    """termrig and what it says."""

    def __init__(self, termrig, *command):
        self.log = tempfile.TemporaryFile()  # a pipe would fill
        self.process = started(
            (termrig,) + command, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.log)
        self.said = b""
        self.port = int(self.wait(r"PORT (\d+)").group(1))

    def wait(self, pattern, timeout=PATIENCE):
        end = time.monotonic() + timeout
        while True:
            found = re.search(pattern.encode(), self.said, re.M)
            if found:
                return found
            left = end - time.monotonic()
            if left <= 0 or not select.select(
                    [self.process.stdout], [], [], left)[0]:
                raise AssertionError("termrig did not say %s but\n%s" % (
                    pattern, self.said.decode("latin-1")[-2000:]))
            self.said += os.read(self.process.stdout.fileno(), 65536)

    def pid(self):
        """The vmterm of the newest connection."""
        self.wait(r"PID \d+")
        return int(re.findall(rb"PID (\d+)", self.said)[-1])

    def close(self):
        self.process.stdin.close()
        finish(self.process)


class Client:
    """A client that knows no telnet."""

    def __init__(self, rig):
        self.socket = socket.create_connection(("127.0.0.1", rig.port),
                                               PATIENCE)
        self.got = b""

    def send(self, data):
        self.socket.sendall(data)

    def wait(self, pattern, timeout=PATIENCE):
        """Until pattern has come; what came up to its end is taken away."""
        end = time.monotonic() + timeout
        while True:
            found = re.search(pattern, self.got, re.S)
            if found:
                self.got = self.got[found.end():]
                return found
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                raise AssertionError("%r did not come but %r" % (
                    pattern, self.got[-2000:]))
            data = self.socket.recv(65536)
            if not data:
                raise AssertionError("closed; %r did not come but %r" % (
                    pattern, self.got[-2000:]))
            self.got += data

    def quiet(self, seconds):
        time.sleep(seconds)
        self.socket.setblocking(False)
        try:
            while True:
                data = self.socket.recv(65536)
                if not data:
                    break
                self.got += data
        except BlockingIOError:
            pass
        self.socket.settimeout(PATIENCE)
        got, self.got = self.got, b""
        return got

    def closed(self, timeout=PATIENCE):
        self.socket.settimeout(timeout)
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionResetError:
            pass
        return True


class Telnet(Client):
    """One that does: TERM=xterm, 80 by 24."""

    def __init__(self, rig):
        super().__init__(rig)
        self.wait(re.escape(IAC + DO + E))
        self.send(IAC + WONT + E)
        self.wait(re.escape(IAC + DO + TTYPE))
        self.send(IAC + WILL + TTYPE)
        for _ in range(2):
            self.wait(re.escape(IAC + SB + TTYPE + b"\x01" + IAC + SE))
            self.send(IAC + SB + TTYPE + b"\0XTERM" + IAC + SE)
        self.wait(re.escape(IAC + DO + NAWS))
        self.send(IAC + DO + ECHO + IAC + DO + b"\x03" + IAC + WILL + NAWS +
                  IAC + SB + NAWS + b"\0\x50\0\x18" + IAC + SE)
        self.wait(rb"TYPE LOGON userid\r\n")

    def logon(self):
        self.send(b"LOGON X\r\0PW\r\0")
        self.wait(rb"LOGON AT .*?\r\n")


class S3270:
    """The real emulator."""

    def __init__(self, rig, model="3279-2-E", options=None, prefix="",
                 port=None):
        self.start(options or ("-model", model))
        self.do('Set(AidWait,false)')
        self.do('Connect("%s127.0.0.1:%d")' % (prefix, port or rig.port))
        self.do("Wait(%d,3270Mode)" % PATIENCE)
        self.wait(r"VM370")

    def start(self, options):
        self.process = started(
            ["s3270", "-utf8"] + list(options),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=dict(os.environ, LC_ALL="C.UTF-8"))

    def do(self, action):
        self.process.stdin.write(action.encode() + b"\n")
        self.process.stdin.flush()
        data = []
        while True:
            line = self.process.stdout.readline().decode().rstrip("\r\n")
            if line.startswith("data: "):
                data.append(line[6:])
            elif line == "ok":
                return data
            elif line == "error" or not line:
                raise AssertionError("s3270 %s: %s" % (action, data))
            else:
                self.status = line

    def rows(self):
        return [row.rstrip() for row in self.do("Ascii()")]

    def corner(self):
        return self.rows()[23][60:].strip()

    def wait(self, pattern, timeout=PATIENCE):
        end = time.monotonic() + timeout
        while True:
            screen = "\n".join(self.rows())
            if re.search(pattern, screen, re.M):
                return screen
            if time.monotonic() > end:
                raise AssertionError("no %s on\n%s" % (pattern, screen))
            time.sleep(0.02)

    def type(self, text):
        self.do("Wait(%d,Unlock)" % PATIENCE)
        self.do('String("%s")' % text)

    def line(self, text):
        self.type(text)
        self.do("Enter()")

    def key(self, action):
        self.do("Wait(%d,Unlock)" % PATIENCE)
        self.do(action)

    def logon(self):
        self.line("LOGON CMSUSER")
        self.wait("ENTER PASSWORD")
        self.line("SECRET")
        self.wait("LOGON AT")

    def close(self):
        self.process.stdin.close()
        finish(self.process)


def same(a, b):
    if a != b:
        raise AssertionError("%r is not %r" % (a, b))


def memory(pid, what):
    text = open("/proc/%d/smaps_rollup" % pid).read()
    return sum(int(n) for n in re.findall(r"^%s.*?(\d+) kB" % what, text,
                                          re.M))


# --- 3270 ---

def test_3270_session(rig):
    s = S3270(rig)
    same(s.rows()[0], "VM/370 Online")
    same(s.do("Query(Cursor1)"), ["row 23 column 1 offset 1760"])
    rig.wait(r"OPEN kind=2 flags=7 rows=24 cols=80 peer=127.0.0.1:\d+ "
             r"type=IBM-3278-2-E lu=LU\d+")
    s.line("LOGON CMSUSER")
    s.wait("ENTER PASSWORD")
    s.type("SECRET")
    attribute = s.do("ReadBuffer(Ascii)")[21].split()[-1]
    if not attribute.startswith("SF(c0=cd"):
        raise AssertionError("the password is shown: " + attribute)
    s.do("Enter()")
    screen = s.wait("LOGON AT")
    if "SECRET" in screen:
        raise AssertionError("the password is on the screen")
    rig.wait(r"LINE 6 SECRET")
    same(s.corner(), "RUNNING   VM370")
    s.line("PROMPT Name? ")
    s.wait(r"^Name\?")
    same(s.corner(), "VM READ   VM370")
    s.line("b[]\u00e4")
    s.wait(r"^Name\? b\[\]\u00e4")
    s.wait(r"YOU SAID 'b\[\]\u00e4'")
    s.key("PA(1)")
    s.wait("CP READ   VM370")
    s.line("LOGOFF")
    s.wait("THE TERMINAL RIG")
    s.wait("LOGOFF AT")
    s.line("LOGON AGAIN")  # the first line at the logo is not lost
    rig.wait("LINE 11 LOGON AGAIN")
    s.close()


def test_3270_more(rig):
    s = S3270(rig)
    s.logon()
    s.line("LINES 60")
    s.wait(r"MORE\.\.\.   VM370")
    s.type("QUERY")
    s.do("Enter()")  # goes on and is not lost
    rig.wait("LINE 5 QUERY")
    s.wait("LINE 43 OF 60")
    s.wait(r"MORE\.\.\.")
    s.key("Enter()")
    s.wait("HOLDING   VM370")
    s.key("Clear()")
    s.wait(r"\?CP: QUERY")
    same(s.corner(), "RUNNING   VM370")
    s.close()


def test_3270_typing_while_output_comes(rig):
    s = S3270(rig)
    s.logon()
    s.line("SLOW 5")
    s.type("half a li")
    s.wait("SLOW LINE, 0 TO COME")
    same(s.rows()[22], "half a li")
    s.type("ne")
    s.do("Enter()")
    rig.wait("LINE 9 half a line|LINE 11 half a line")
    s.close()


def test_3270_big_screens(rig):
    for model in ("3278-2", "3278-4", "3278-5-E"):
        s = S3270(rig, model)
        s.logon()
        s.line("LINES 3")
        s.wait("LINE 3 OF 3")
        s.close()


SIZES = (
    (("-model", "3279-2-E"), 24), (("-model", "3279-3-E"), 32),
    (("-model", "3278-4"), 43), (("-model", "3279-5-E"), 27),
    (("-model", "3279-4-E", "-oversize", "160x62"), 62),
)


def press(s, key, until):
    """A key again and again, but not for ever."""
    for _ in range(50):
        if until():
            return
        s.key(key)
        s.do("Wait(%d,Unlock)" % PATIENCE)
    raise AssertionError("%s: %s" % (key, "\n".join(s.rows())))


def test_3270_past(rig):
    """Every line again, at each size, and what is typed stays."""
    for options, rows in SIZES:
        s = S3270(rig, options=options)
        s.logon()
        s.line("LINES 200")
        s.wait(r"MORE\.\.\.")
        s.type("half a line")
        while "LINE 200 OF 200" not in s.wait(r"MORE\.\.\.|LINE 200 OF 200"):
            s.key("PA(2)")
            s.do("Wait(%d,Unlock)" % PATIENCE)
        seen = set()
        press(s, "PF(7)", lambda: seen.update(s.rows()) or
              "LINE 1 OF 200" in s.rows())
        for n in range(1, 201):
            if "LINE %d OF 200" % n not in seen:
                raise AssertionError("no line %d at %d rows" % (n, rows))
        press(s, "PF(8)", lambda: "PAST" not in s.rows()[-1])
        s.wait("LINE 200 OF 200")
        same(s.rows()[rows - 2], "half a line")
        s.close()


def test_3270_panel(rig):
    """A guest's screen, and CP's over it, at each size."""
    for options, rows in SIZES:
        s = S3270(rig, options=options)
        s.logon()
        for command, high in ("PANEL", 24), ("PANEL ALT", rows):
            s.line(command)
            s.wait("A PANEL")
            same(len(s.rows()), high)
            s.type("half")
            s.key("PA(1)")
            s.wait("CP READ   VM370")
            same(len(s.rows()), rows)
            s.line("BEGIN")
            s.wait("A PANEL")
            same(len(s.rows()), high)
            s.type(" a line")
            same(s.rows()[2], " half a line")
            s.key("PF(3)")
            s.wait("RUNNING   VM370")
            same(len(s.rows()), rows)
        s.line("PANEL")
        s.wait("A PANEL")
        s.type("half")
        s.key("Attn()")
        s.wait("CP READ   VM370")
        s.close()


def test_3270_message_over_a_panel(rig):
    s = S3270(rig)
    s.logon()
    s.line("SLOW 2")
    s.line("PANEL")
    s.wait(r"SLOW LINE, 0[^*]*MORE\.\.\.")
    s.key("PA(2)")
    s.wait("A PANEL")
    s.close()


def test_3270_reconnect_shows_the_end(rig):
    s = S3270(rig)
    s.logon()
    s.line("REPLAY 3000")
    screen = s.wait("^RECONNECTED")
    if "OLD LINE 3000" not in screen or "MORE" in screen:
        raise AssertionError(screen)
    s.close()


def test_3270_bad_records(rig):
    c = Client(rig)
    c.send(IAC + WONT + E + IAC + WILL + TTYPE + IAC + SB + TTYPE +
           b"\0IBM-3278-2" + IAC + SE + JOINS)
    c.wait(rb"\xff\xef")
    for record in (b"", b"\x7d", b"\x7d\x7f\x7f", b"\x88\0\0\0\0",
                   b"\x7d\x40\x40\x11\x7f\x7f" + b"A" * 300, b"\0" * 4096):
        c.send(record + b"\xff\xef")
    c.wait(rb"\xd5\xd6\xe3\x40\xc1\xc3\xc3\xc5\xd7\xe3\xc5\xc4")
    c.send(b"\x7d\x5b\x60\x11\x5b\x60\xc1\xff\xef")
    rig.wait("LINE 1 A")
    c.send(b"A" * 60000)  # a record without an end
    c.closed()


def test_3270_sizes(rig):
    """Each model, by TN3270E and without: what CP is told of it."""
    for prefix, name in (("", "IBM-3278-%s-E"), ("N:", "IBM-3279-%s-E")):
        for model, rows, cols in ((2, 24, 80), (3, 32, 80), (4, 43, 80),
                                  (5, 27, 132)):
            rig.said = b""
            s = S3270(rig, "3279-%d-E" % model, prefix=prefix)
            rig.wait("OPEN kind=2 flags=7 rows=%d cols=%d .*type=%s" % (
                rows, cols, name % model))
            s.close()
    for prefix in ("", "N:"):
        rig.said = b""
        s = S3270(rig, options=("-model", "3279-2-E", "-oversize", "160x62"),
                  prefix=prefix)
        rig.wait("OPEN kind=2 flags=7 rows=62 cols=160 .*type=IBM-DYNAMIC")
        s.close()


def test_3270_extended(rig):
    """TN3270E as s3270 sees it: functions, names, SYSREQ, ATTN."""
    s = S3270(rig)
    same(s.do("Query(ConnectionState)"), ["connected-tn3270e"])
    same(s.do("Query(Tn3270eOptions)"), ["BIND-IMAGE RESPONSES SYSREQ"])
    same(s.do("Query(BindPluName)"), ["VM370"])
    lu = s.do("Query(LuName)")[0]
    rig.wait("lu=%s$" % lu)
    s.logon()
    s.do("Attn()")
    rig.wait("KEY 1")
    s.do("SysReq()")  # erases s3270's screen, which must come back whole
    rig.wait("KEY 3")
    s.wait("LOGON AT") # what is typed before is erased with the rest
    s.line("LINES 2")
    s.wait("LINE 2 OF 2")
    s.close()


def test_3270_retrieve(rig):
    """A line that CP puts into the field is sent although ERASE INPUT has said
    that nothing is typed there."""
    s = S3270(rig)
    s.logon()
    s.line("LINES 2")
    s.wait("LINE 2 OF 2")
    s.type("not this")
    s.do("EraseInput()")
    s.key("PF(12)")
    s.wait("^LINES 2 *$")
    rig.wait("LINE 7 LINES 2$")
    rig.said = b""
    s.key("Enter()")
    rig.wait("LINE 7 LINES 2$")
    s.close()


def test_3270_types(rig):
    """Each type that there is, as the second one in a client's list."""
    for name, rows, cols in (("IBM-3277-2", 24, 80), ("IBM-3278-3", 32, 80),
                             ("IBM-3279-5", 27, 132), ("IBM-3179-2", 24, 80),
                             ("IBM-3180-2", 24, 80), ("IBM-3477-FC", 24, 80)):
        rig.said = b""
        c = Client(rig)
        c.send(IAC + WONT + E + IAC + WILL + TTYPE)
        for one in ("UNKNOWN-1", name):
            c.wait(re.escape(IAC + SB + TTYPE + b"\x01" + IAC + SE))
            c.send(IAC + SB + TTYPE + b"\0" + one.encode() + IAC + SE)
        c.send(JOINS)
        rig.wait("OPEN kind=2 flags=. rows=%d cols=%d .*type=%s " % (
            rows, cols, name))
        c.wait(rb"\xe5\xd4\xf3\xf7\xf0.*\xff\xef")
        c.socket.close()


def test_3270_lu(rig):
    s = S3270(rig, prefix="OPERATOR@")
    same(s.do("Query(LuName)"), ["OPERATOR"])
    rig.wait("lu=OPERATOR$")
    s.close()
    # A name that is none is refused, the next in the client's list is asked.
    s = S3270(rig, prefix="1BAD,GOOD@")
    same(s.do("Query(LuName)"), ["GOOD"])
    s.close()


def test_3270_leaves_and_comes_back(rig):
    c = Client(rig)
    c.send(IAC + WONT + E + IAC + WILL + TTYPE + IAC + SB + TTYPE +
           b"\0IBM-3278-2" + IAC + SE + JOINS)
    c.wait(rb"\xff\xef")
    rig.wait("OPEN kind=2")
    c.send(IAC + WONT + b"\x19")
    rig.wait("VIEW kind=1 flags=0 rows=24 cols=80")
    c.wait(rb"TYPE LOGON userid\r\n")
    c.send(b"LOGON X\r\n")
    rig.wait("LINE 7 LOGON X")
    c.send(IAC + WILL + b"\x19")
    rig.wait("VIEW kind=2")
    c.wait(rb"\xe5\xd4\xf3\xf7\xf0.*\xff\xef")


def test_3270_that_says_so_late(rig):
    """Taken for one that knows no telnet, it is shown the logo again."""
    c = Client(rig)
    c.wait(rb"TYPE LOGON userid")
    rig.wait("OPEN kind=1")
    c.send(IAC + WONT + E + IAC + WILL + TTYPE + IAC + SB + TTYPE +
           b"\0IBM-3278-2" + IAC + SE + JOINS)
    rig.wait("VIEW kind=2")
    c.wait(rb"\xe5\xd4\xf3\xf7\xf0.*\xff\xef")
    c.send(b"\x7d\x5b\x60\x11\x5b\x60\xd3\xd6\xc7\xd6\xd5\x40\xe7" + EOR)
    rig.wait("LINE 7 LOGON X")


def slow(rig):
    """A port whose clients are not heard before they are shown the logo."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run():
        client = listener.accept()[0]
        server = socket.create_connection(("127.0.0.1", rig.port))
        other = {client: server, server: client}
        shown, heard = b"", [server]
        while True:
            for one in select.select(heard, [], [])[0]:
                data = one.recv(65536)
                if not data:
                    client.close()
                    server.close()
                    return
                other[one].sendall(data)
                if client not in heard:
                    shown += data
                    if b"TYPE LOGON userid" in shown:
                        heard.append(client)

    threading.Thread(target=run, daemon=True).start()
    return listener.getsockname()[1]


def test_3270_slow(rig):
    """The logo is no part of its first record."""
    for prefix in "", "N:":
        s = S3270(rig, prefix=prefix, port=slow(rig))
        s.logon()
        s.close()


def test_3270_no_answer_to_the_query(rig):
    """One that says it has an extended data stream, and has not."""
    c = Client(rig)
    c.send(IAC + WONT + E + IAC + WILL + TTYPE + IAC + SB + TTYPE +
           b"\0IBM-3278-4-E" + IAC + SE + JOINS)
    c.wait(rb"\xf3\x00\x05\x01\xff\xff\x02\xff\xef")
    c.send(b"\x7d\x40\x40\xff\xef\xff\xf3")  # a key: means nothing yet
    rig.wait("OPEN kind=2 flags=4 rows=43 cols=80", 5)
    c.wait(rb"\xff\xef")
    # A slow one: what it says after all is another size.
    c.send(b"\x88\0\x17\x81\x81\1\0\0\xa0\0\x3e" + b"\0" * 13 + EOR)
    rig.wait("VIEW kind=2 flags=4 rows=62 cols=160")


def test_3270_size_forgotten(rig):
    """What leaves 3270 mode and joins again may be another display."""
    c = Client(rig)
    c.send(IAC + WONT + E + IAC + WILL + TTYPE + IAC + SB + TTYPE +
           b"\0IBM-DYNAMIC" + IAC + SE + JOINS)
    c.wait(rb"\xf3\x00\x05\x01\xff\xff\x02\xff\xef")
    c.send(b"\x88\0\x17\x81\x81\1\0\0\xa0\0\x3e" + b"\0" * 13 + EOR)
    rig.wait("OPEN kind=2 flags=. rows=62 cols=160")
    c.send(IAC + WONT + b"\x19")
    rig.wait("VIEW kind=1")
    c.send(IAC + WILL + b"\x19")
    c.wait(rb"\xf3\x00\x05\x01\xff\xff\x02\xff\xef")
    rig.wait("VIEW kind=2 flags=. rows=24 cols=80")  # it does not answer


def test_3270_bad_query_replies(rig):
    for reply in (b"\x88", b"\x88\0\0", b"\x88\0\1\x81", b"\x88\xff\xff\xff\xff",
                  b"\x88\0\x17\x81\x81" + b"\0" * 3,
                  b"\x88\0\x17\x81\x81\1\0\0\0\0\0" + b"\0" * 12,
                  b"\x88\0\x17\x81\x81\1\0\x40\x40\x40\x40" + b"\0" * 12):
        rig.said = b""
        c = Client(rig)
        c.send(IAC + WONT + E + IAC + WILL + TTYPE + IAC + SB + TTYPE +
               b"\0IBM-DYNAMIC" + IAC + SE + JOINS)
        c.wait(rb"\xf3\x00\x05\x01\xff\xff\x02\xff\xef")
        c.send(reply + b"\xff\xef")
        rig.wait("OPEN kind=2 flags=. rows=24 cols=80")
        c.socket.close()


# --- TLS ---

def test_tls_by_the_first_byte(rig):
    c = Client(rig)
    c.send(b"\x16\x03\x01\xff\xff")
    rig.wait("TLS 5 160301ffff")
    c.wait(re.escape(IAC + DO + E))  # the first that it hears
    c.send(NO_TELNET)
    rig.wait("OPEN kind=1 flags=8 rows=24 cols=80 peer=127.0.0.1:")
    c.wait(rb"TYPE LOGON userid\r\n")
    c.send(b"LOGON X\r\n")
    rig.wait("LINE 7 LOGON X")
    c.socket.close()
    rig.wait("EXIT 0")


def test_tls_starttls(rig):
    c = Client(rig)
    c.wait(re.escape(IAC + DO + STARTTLS))
    c.send(IAC + WILL + STARTTLS + IAC + SB + STARTTLS + b"\1" + IAC + SE +
           b"\x16early")
    c.wait(re.escape(IAC + SB + STARTTLS + b"\1" + IAC + SE))
    rig.wait("TLS 6 166561726c79")
    c.wait(re.escape(IAC + DO + E))
    c.send(NO_TELNET)
    rig.wait("OPEN kind=1 flags=8")


def test_tls_starttls_refused(rig):
    c = Client(rig)
    c.wait(re.escape(IAC + DO + STARTTLS))
    c.send(IAC + WONT + STARTTLS)
    c.wait(re.escape(IAC + DO + E))
    c.send(NO_TELNET)
    rig.wait("OPEN kind=1 flags=0")


def test_tls_not_there(rig):
    """An end, not a reset, for a client that wants what is not there."""
    c = Client(rig)
    c.send(b"\x16\x03\x01\x02\x00" + b"x" * 512)
    while c.socket.recv(65536):  # a reset would raise
        pass
    c.socket.close()
    rig.wait("EXIT 0")
    rig.log.seek(0)
    if b"which this system does not have" not in rig.log.read():
        raise AssertionError("the log does not say why")


def test_tls_late(rig):
    """A word of telnet has spoilt it: the log says so."""
    c = Client(rig)
    c.wait(re.escape(IAC + DO + STARTTLS))
    c.send(b"\x16\x03\x01\x02\x00" + b"x" * 512)
    while c.socket.recv(65536):
        pass
    c.socket.close()
    rig.wait("EXIT 0")
    rig.log.seek(0)
    if b"begins TLS too late" not in rig.log.read():
        raise AssertionError("the log does not say why")


def test_tls_proxy(rig):
    c = Client(rig)
    c.send(header(b"TOKEN") + b"\x16\x03\x01")
    rig.wait("TLS 3 160301")
    c.wait(re.escape(IAC + DO + E))
    c.send(NO_TELNET)
    rig.wait("OPEN kind=1 flags=8 .*peer=10.0.0.5:49152 ")


# --- telnet ---

def test_telnet_session(rig):
    c = Telnet(rig)
    rig.wait("OPEN kind=1 flags=7 rows=24 cols=80 peer=.* type=XTERM")
    c.send(b"LOGON CMSUSER\r\0")
    c.wait(rb"ENTER PASSWORD:\r\n")
    c.send(b"SECRET\r\0")
    got = c.wait(rb".*LOGON AT[^\n]*\n").group(0)
    if b"SECRET" in got:
        raise AssertionError("the password is shown")
    rig.wait("LINE 6 SECRET")
    c.send(b"PROMPT Name? \r\0")
    c.wait(rb"\r\nName\? ")
    c.send(b"Bob\r\n")
    c.wait(rb"Bob\r\nYOU SAID 'Bob'\r\n")
    c.send(b"DIRTY\r\n")
    got = c.wait(rb"\r\nbell.*rtl\r\n").group(0)
    if re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]", got):
        raise AssertionError("a control character got through: %r" % got)
    c.send("PROMPT \u00e4\u20ac? \r\n".encode())  # UTF-8, both ways
    c.wait("\r\n\u00e4\u20ac\\? ".encode())
    c.send("gr\u00fc\u00df\r\n".encode())
    c.wait("YOU SAID 'gr\u00fc\u00df'\r\n".encode())
    c.send(b"SLOW 3\r\ntyped")
    c.wait(rb"0 TO COME\r\ntyped")
    c.send(b"\r\n")
    rig.wait("LINE 5 typed")
    for key in (b"\x03", IAC + b"\xf4", IAC + b"\xf3"):
        before = rig.said.count(b"KEY 1")
        c.send(key)
        while rig.said.count(b"KEY 1") == before:
            rig.said += os.read(rig.process.stdout.fileno(), 4096)


def test_telnet_password_typed_ahead(rig):
    c = Telnet(rig)
    c.send(b"LOGON X\r\0SECRET\r\0LINES 1\r\0")
    got = c.wait(rb".*LINE 1 OF 1").group(0)
    if b"SECRET" in got:
        raise AssertionError("the password is shown: %r" % got)
    rig.wait("LINE 6 SECRET")


def test_telnet_password_before_the_logo(rig):
    c = Client(rig)
    c.send(b"LOGON X\r\0SECRET\r\0LINES 1\r\0" + NO_TELNET)
    got = c.wait(rb".*LINE 1 OF 1").group(0)
    if b"SECRET" in got:
        raise AssertionError("the password is shown: %r" % got)


def test_cve_2020_10188_urgent_data(rig):
    c = Telnet(rig)
    c.logon()
    c.socket.send(IAC, socket.MSG_OOB)
    c.send(b"\xf4" + IAC)
    c.socket.send(b"\xf2", socket.MSG_OOB)
    c.send(b"LINES 1\r\n")
    rig.wait("KEY 1")
    c.wait(rb"LINE 1 OF 1")


def test_telnet_reconnect_shows_a_screenful(rig):
    c = Telnet(rig)
    c.logon()
    c.send(b"REPLAY 5000\r\n")
    got = c.wait(rb".*RECONNECTED\r\n").group(0)
    same(got.count(b"OLD LINE"), 24)


def test_real_telnet(rig):
    if shutil.which("telnet") is None:
        raise AssertionError("inetutils-telnet is not installed")
    p = started(["telnet", "127.0.0.1", str(rig.port)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT)
    rig.wait("OPEN kind=1")
    for line in (b"LOGON X\n", b"PW\n", b"LINES 2\n"):
        p.stdin.write(line)
        p.stdin.flush()
    rig.wait("LINE 7 LINES 2")
    time.sleep(0.5)
    p.stdin.close()
    out = p.stdout.read()
    finish(p)
    if b"LINE 2 OF 2" not in out:
        raise AssertionError(out)


# --- no telnet at all ---

def test_raw(rig):
    c = Client(rig)
    begin = time.monotonic()
    c.send(b"LOGON EARLY\n")
    c.wait(rb"ENTER PASSWORD:\r\n")
    if not 1.0 < time.monotonic() - begin < 10:
        raise AssertionError("line mode is agreed after 1.5 s")
    c.wait(rb"DMKCNS185W")
    c.send(b"PW\n")
    c.wait(rb"LOGON AT")
    c.send(b"LINES 1\n")
    c.wait(rb"LINE 1 OF 1\r\n")


def test_raw_script(rig):
    """More than can be kept until it is agreed what the client is."""
    c = Client(rig)
    c.send(b"\n" * 3000 + b"LOGON SCRIPT\n")
    c.wait(rb"ENTER PASSWORD:\r\n")


# --- hostile ones ---

def test_ten_megabytes(rig):
    c = Telnet(rig)
    c.logon()
    before = memory(rig.pid(), "Private")
    c.send(b"x" * 10000000 + b"\r\n")
    c.wait(rb"DMKCNS184E[^\r]*\r\n")
    after = memory(rig.pid(), "Private")
    if after - before > 64:
        raise AssertionError("%d KiB grew to %d" % (before, after))
    c.send(b"\x10\r\n")
    rig.wait("LINE 2048 xxxx")


def test_never_reads(rig):
    c = Telnet(rig)
    c.logon()
    c.send(b"FLOOD\r\n")
    time.sleep(2)
    private = memory(rig.pid(), "Private")
    if private > 1024:
        raise AssertionError("%d KiB wait for a client" % private)
    c.send(b"\x03")  # attention gets through nevertheless
    rig.wait("KEY 1")


def test_cve_2021_40523_reply_buffer_full(rig):
    c = Telnet(rig)
    c.socket.setblocking(False)
    for _ in range(300):
        try:
            c.socket.send((IAC + b"\xf6") * 4000)
        except BlockingIOError:
            time.sleep(0.005)
    private = memory(rig.pid(), "Private")
    if private > 1024:
        raise AssertionError("%d KiB wait for a client" % private)


def test_cve_compression_bomb(rig):
    c = Client(rig)
    c.send(IAC + SB + b"\x56" + IAC + SE + b"x\x9c" + b"\0" * 1000)
    c.closed()
    rig.wait("EXIT 0")


def test_cve_unbounded_subnegotiation(rig):
    c = Client(rig)
    c.send(IAC + SB + TTYPE + b"A" * 513)
    c.closed()
    rig.wait("EXIT 0")


def test_cve_2001_0554_reply_buffer(rig):
    """Questions without end: as much is answered as is asked, and the session
    goes on."""
    c = Telnet(rig)
    c.logon()
    for storm in (IAC + b"\xf6", IAC + DO + b"\x26", IAC + WILL + b"\x63",
                  IAC + DO + MARK, IAC + WILL + E + IAC + WONT + E):
        for _ in range(100):
            c.send(storm * 100)
            c.socket.setblocking(False)
            try:
                while c.socket.recv(65536):
                    pass
            except BlockingIOError:
                pass
            c.socket.settimeout(PATIENCE)
    c.send(b"\x15LINES 1\r\n")
    c.wait(rb"LINE 1 OF 1")
    private = memory(rig.pid(), "Private")
    if private > 1024:
        raise AssertionError("%d KiB after a storm" % private)


def test_cve_end_of_record_in_the_wrong_state(rig):
    """Where there are no records, the end of one is nothing."""
    c = Client(rig)
    c.send(NO_TELNET + EOR * 3)
    c.wait(rb"TYPE LOGON userid")
    c.send(EOR + b"LINES" + EOR + b" 1\r\n" + EOR)
    rig.wait("LINE 7 LINES 1")


def test_cve_2026_24061_environ_user(rig):
    """Nobody becomes a user by NEW-ENVIRON."""
    c = Client(rig)
    c.send(IAC + WILL + b"\x27" + IAC + SB + b"\x27\0\0USER\x01-froot" +
           IAC + SE + NO_TELNET)
    c.wait(rb"TYPE LOGON userid")
    c.send(b"LINES 1\r\n")
    rig.wait("LINE 7 LINES 1")
    if b"root" in rig.said:
        raise AssertionError(rig.said)


def test_cve_2026_32746_linemode_slc(rig):
    c = Client(rig)
    c.send(IAC + WILL + b"\x22" + (IAC + SB + b"\x22\x03" +
                                   b"\1\2\3" * 100 + IAC + SE) * 50 +
           NO_TELNET)
    c.wait(rb"TYPE LOGON userid")


def test_leaves_in_the_middle(rig):
    for begin in (b"", IAC, IAC + WILL, IAC + WILL + TTYPE, IAC + SB,
                  IAC + WILL + E, IAC + WILL + E + IAC + SB + E + b"\2\7IBM",
                  IAC + WONT + E + IAC + WILL + TTYPE,
                  IAC + SB + TTYPE + b"\0IBM-32", b"LOGON X"):
        rig.said = b""
        c = Client(rig)
        c.wait(re.escape(IAC + DO + E))
        c.send(begin)
        c.socket.close()
        rig.wait("EXIT 0")
    for begin in (IAC, b"x" * 100):  # with a reset
        rig.said = b""
        c = Client(rig)
        c.send(begin)
        c.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
        c.socket.close()
        rig.wait("EXIT 0")


def reset(client):
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
    client.socket.close()


def test_reset_in_every_state(rig):
    to_3270 = (IAC + WONT + E + IAC + WILL + TTYPE + IAC + SB + TTYPE +
               b"\0IBM-3278-2-E" + IAC + SE + JOINS)
    extended = (IAC + WILL + E + IAC + SB + E + b"\2\7IBM-3278-2-E" + IAC + SE)
    functions = IAC + SB + E + b"\3\7\0\2\4" + IAC + SE
    reply = b"\x88\0\0" + EOR
    for begin in ((), (IAC + WONT + E,), (IAC + WONT + E + IAC + WILL + TTYPE,),
                  (extended,), (extended + functions,),
                  (extended + functions, b"\0\0\0\0\0" + reply),
                  (extended + functions, b"\0\0\0"),
                  (to_3270,), (to_3270, reply), (to_3270, reply, b"\x7d\x40"),
                  (NO_TELNET,), (NO_TELNET, b"LOGON X\r\n", b"PW"),
                  (NO_TELNET, b"FLOOD\r\n")):
        rig.said = b""
        c = Client(rig)
        for data in begin:
            c.send(data)
            time.sleep(0.02)
        reset(c)
        rig.wait("EXIT 0")


def sub(option, what):
    return IAC + SB + option + what + IAC + SE


TYPES = (b"IBM-3278-2", b"IBM-3279-4-E", b"IBM-DYNAMIC", b"XTERM", b"VT100",
         b"UNKNOWN")
BECOME = (NO_TELNET, IAC + WONT + E + IAC + WILL + TTYPE + JOINS,
          sub(TTYPE, b"\0xterm") * 2 + IAC + DO + ECHO,
          sub(TTYPE, b"\0IBM-3278-2-E"), sub(E, b"\3\7\0\2\4"), JOINS)
RECORDS = (b"", b"\x7d\x5b\x60\x11\x5b\x60\xc1", b"\xf3\x40\x40", b"\x6c", b"\x6d",
           b"\x6e", b"\xf7\x40\x40", b"\x88\0\3", b"\x01\x6c\x61\x02",
           b"\x60\x40\x40" + b"\0" * 1920)
HEADERS = (b"", b"\0\0\2\0\1", b"\2\0\1\0\0", b"\7\0\0\0\0", b"\5\0\0\0\0")
WORDS = (b"LOGON X\r\n", b"PW\r\n", b"PANEL\r\n", b"PANEL A\r\n", b"SLOW 3\r\n",
         b"LINES 60\r\n", b"PROMPT hm \r\n", b"CP\r\n", b"LOGOFF\r\n", b"half",
         b"REPLAY 30\r\n", b"MORE 1 1\r\n", b"\x1bs", b"\x1b[5~", b"\x1bOR",
         b"\x1b1", b"\x1bh", b"\x03", b"\x1bc", b"\x1b.")


def anything(r):
    """Something that a client may say, in its place or out of it."""
    return r.choice((
        lambda: IAC + bytes((r.randrange(241, 255), r.choice(
            b"\0\1\3\6\x18\x19\x1f\x28\x2e"))),
        lambda: IAC + WILL + TTYPE + sub(TTYPE, b"\0" + r.choice(TYPES)),
        lambda: sub(E, b"\2\7" + r.choice(TYPES)),
        lambda: IAC + WILL + NAWS + sub(NAWS, bytes(
            (0, r.choice((0, 20, 80, 132)), 0, r.choice((0, 4, 24, 43))))),
        lambda: r.choice(BECOME),
        lambda: r.choice(HEADERS) + r.choice(RECORDS) + EOR,
        lambda: b"".join(r.choices(WORDS, k=3))))()


def test_anything_in_any_state(rig):
    """What is said out of place ends no vmterm but its own connection's, and
    that one as it should."""
    r = random.Random(370)
    for _ in range(25):
        clients = [Client(rig) for _ in range(4)]
        for c in clients * 30:
            c.socket.setblocking(False)
            try:
                c.socket.send(anything(r))
                while c.socket.recv(65536):
                    pass
            except OSError:
                pass  # it has nothing to say, or has ended
        for c in clients:
            c.socket.close()
    ended(rig, 100)


def ended(rig, connections):
    end = time.monotonic() + PATIENCE
    while rig.said.count(b" EXIT 0\n") < connections:
        if time.monotonic() > end:
            raise AssertionError("%d ended" % rig.said.count(b" EXIT 0\n"))
        rig.said += os.read(rig.process.stdout.fileno(), 65536)


def test_two_hundred_killed(rig):
    """Nothing is left of connections that break (doors.py: of a thousand)."""
    for _ in range(4):
        clients = [Client(rig) for _ in range(50)]
        for n, c in enumerate(clients):
            if n % 2:
                c.send(NO_TELNET)
        for n, c in enumerate(clients):
            if n % 3:
                reset(c)
            else:
                c.socket.close()
    ended(rig, 200)


# --- recorded sessions, at a real s3270 (term_telnet plays the other half) ---

def trace(name):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        name + ".trace")
    title, *lines = open(path).read().splitlines()
    return title[2:].split(",")[0].split()[1:], [
        (line[0], line[2:]) for line in lines if line[0] in "SCA"]


class Replayed(S3270):
    """It connects by itself: its first action is one of the trace."""

    def __init__(self, options, host):
        self.start(list(options) + ["-clear", "aidWait", host])


class Recorded:
    """The server of a trace: its bytes, and the client's as expected."""

    def __init__(self, name, listener):
        self.name = name
        self.socket = listener.accept()[0]
        self.socket.settimeout(PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.got = b""

    def more(self, wanted):
        try:
            data = self.socket.recv(65536)
        except TimeoutError:
            data = b""
        if not data:
            raise AssertionError("%s: s3270 sent %s, not %s" % (
                self.name, self.got.hex(), wanted.hex()))
        self.got += data

    def expect(self, wanted):
        while len(self.got) < len(wanted):
            self.more(wanted)
        same((self.name, self.got[:len(wanted)].hex()),
             (self.name, wanted.hex()))
        self.got = self.got[len(wanted):]

    def settle(self):
        """Until the client has seen all that was sent: its next action must
        not come before that."""
        answer = IAC + WONT + MARK
        self.socket.sendall(IAC + DO + MARK)
        while answer not in self.got:
            self.more(answer)
        self.got = self.got.replace(answer, b"", 1)


def replay(name):
    """Our bytes come from the trace; s3270 must answer with its own."""
    options, lines = trace(name)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(PATIENCE)
    s = Replayed(options, "%s127.0.0.1:%d" % (
        "N:" if name.startswith("classic") else "LUA@",
        listener.getsockname()[1]))
    server = Recorded(name, listener)
    for who, what in lines:
        if who == "S":
            server.socket.sendall(bytes.fromhex(what))
        elif who == "C":
            server.expect(bytes.fromhex(what))
        else:
            server.settle()
            s.do("Wait(%d,Unlock)" % PATIENCE)
            s.do(what)
    server.socket.close()
    listener.close()
    s.close()


def test_traces(rig):
    folder = os.path.dirname(os.path.abspath(__file__))
    names = [f[:-6] for f in sorted(os.listdir(folder))
             if re.match(r"(classic|extended)-.*\.trace$", f)]
    if len(names) < 14:
        raise AssertionError(names)
    for name in names:
        replay(name)


# --- vmcp's end, and what a process costs ---

def test_vmcp_ends(rig):
    c = Telnet(rig)
    c.logon()
    c.send(b"DIE\r\n")
    c.wait(rb"DMKCNS186I THE CONTROL PROGRAM HAS ENDED")
    c.closed()
    rig.wait("EXIT 0")
    s = S3270(rig)
    s.logon()
    s.line("DIE")
    s.wait("DMKCNS186I|Not connected", 5)
    s.close()


def test_closed_by_cp(rig):
    c = Telnet(rig)
    c.logon()
    c.send(b"QUIT GOOD BYE\r\n")
    c.wait(rb"GOOD BYE\r\n")
    c.closed()
    rig.wait("EXIT 0")


def test_closed_while_it_sends(rig):
    """What is still under way does not reset the line over the last words,
    which some clients would then not show."""
    c = Telnet(rig)
    c.logon()
    c.send(b"QUIT GOOD BYE\r\n" + b"x" * 200000)
    c.wait(rb"GOOD BYE\r\n")
    while c.socket.recv(65536):  # a reset would raise
        pass
    c.socket.close()
    rig.wait("EXIT 0")


def test_cost_and_sandbox(rig):
    c = Telnet(rig)
    c.logon()
    pid = rig.pid()
    status = open("/proc/%d/status" % pid).read()
    same(re.search(r"Seccomp:\s+(\d)", status).group(1), "2")
    same(re.search(r"NoNewPrivs:\s+(\d)", status).group(1), "1")
    if os.geteuid() == 0:
        uids = re.search(r"Uid:\s+(.*)", status).group(1).split()
        if "0" in uids:
            raise AssertionError("root: %s" % uids)
        fds = sorted(os.listdir("/proc/%d/fd" % pid), key=int)
        same(fds[:5], ["0", "1", "2", "3", "4"])
        same(len(fds), 9)  # and the event loop's three, ncurses' one
    private = memory(pid, "Private")
    if private > 1024:
        raise AssertionError("%d KiB private" % private)
    print("      an idle line terminal: %d KiB private, Pss %d KiB" % (
        private, memory(pid, "Pss:")))


# --- PROXY ---

def header(token, peer=b"\x0a\0\0\5"):
    addresses = peer + b"\x7f\0\0\1" + b"\xc0\0\x0c\xbe"
    tlv = b"\xe0" + struct.pack(">H", len(token)) + token
    return (PROXY + b"\x21\x11" + struct.pack(">H", len(addresses + tlv)) +
            addresses + tlv)


def test_proxy(rig):
    c = Client(rig)
    for byte in header(b"TOKEN"):
        c.send(bytes([byte]))
    c.send(NO_TELNET)
    c.wait(rb"TYPE LOGON userid")
    rig.wait("OPEN kind=1 .*peer=10.0.0.5:49152 ")


def test_proxy_refused(rig):
    for begin in (header(b"TOKEM"), header(b""), header(b"TOKEN1"),
                  b"LOGON X\r\n", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n",
                  IAC + WILL + TTYPE):
        rig.said = b""
        c = Client(rig)
        c.send(begin)
        c.closed()
        rig.wait("EXIT 0")
        if b"OPEN" in rig.said:
            raise AssertionError("let in: %r" % begin)


def test_proxy_silent(rig):
    c = Client(rig)
    c.closed(10)
    rig.wait("EXIT 0")


def finish(process):
    """It has been told to end."""
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise AssertionError("%s does not end" % process.args[0])


def tried(case, rig):
    """Did it pass?  What hangs is named by its line."""
    begin = time.monotonic()
    signal.alarm(CASE_MAX)
    try:
        case(rig)
        if re.search(rb"SIGNAL", rig.said):
            raise AssertionError("vmterm was killed")
        rig.close()
        print("ok    %s (%.1f s)" % (case.__name__[5:],
                                     time.monotonic() - begin))
        return True
    except Exception:
        print("FAIL  %s" % case.__name__[5:])
        traceback.print_exc(file=sys.stdout)
        rig.log.seek(0)
        print(rig.log.read()[-2000:].decode("latin-1"))
        return False
    finally:
        signal.alarm(0)
        for what in at_end:
            what()
        at_end.clear()
        sys.stdout.flush()


def main(cases):
    termrig, vmterm, only = sys.argv[1], sys.argv[2], sys.argv[3:]
    failed = 0
    signal.signal(signal.SIGALRM, expired)
    for name, case in list(cases.items()):
        if not name.startswith("test_") or (only and name[5:] not in only):
            continue
        arguments = [vmterm]
        if "_proxy" in name:
            arguments += ["--proxy", "TOKEN"]
        if "_tls" in name and name != "test_tls_not_there":
            arguments += ["--tls"]
        failed += not tried(case, Rig(termrig, *arguments))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(globals()))
