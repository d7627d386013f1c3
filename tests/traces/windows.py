# SPDX-License-Identifier: MIT
#
# windows.py - telnet in a window that can be drawn on: lines, and a 3270 on
# it; termrig plays vmcp, tmux the terminal.
#
#   windows.py TERMRIG VMTERM [CASE ...]
#
# Each case is a function test_NAME(rig); it fails by an exception.

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import terminals
from terminals import Rig, memory, same

TYPES = ("xterm", "xterm-256color", "screen", "tmux-256color", "linux",
         "vt100")
LOGO = "TYPE LOGON userid"


class Window:
    """A program in a window of tmux, with a server of its own."""

    def __init__(self, command, term="xterm", cols=80, rows=25):
        self.folder = tempfile.mkdtemp()
        terminals.at_end.append(self.close)
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(cols),
                  "-y", str(rows), "TERM=%s exec %s" % (term, command))
        self.tmux("set-option", "-g", "status", "off")
        self.tmux("set-option", "-g", "remain-on-exit", "on")
        self.tmux("set-option", "-g", "window-size", "manual")
        self.size(cols, rows)

    def tmux(self, *arguments):
        done = subprocess.run(("tmux", "-S", self.folder + "/tmux") +
                              arguments, capture_output=True, text=True,
                              timeout=terminals.PATIENCE)
        if done.returncode != 0:
            raise AssertionError("tmux %s: %s" % (arguments, done.stderr))
        return done.stdout

    def size(self, cols, rows):
        self.tmux("resize-window", "-x", str(cols), "-y", str(rows))

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def text(self, text):
        self.tmux("send-keys", "-l", text)

    def escape(self, key):
        self.text("\x1b" + key)

    def line(self, text):
        self.text(text)
        self.keys("Enter")

    def screen(self):
        return [row.rstrip() for row in
                self.tmux("capture-pane", "-p").split("\n")]

    def colours(self):
        return self.tmux("capture-pane", "-p", "-e")

    def see(self, *wanted, timeout=terminals.PATIENCE):
        """Wait for a screen with all of these in rows."""
        end = time.monotonic() + timeout
        while True:
            screen = self.screen()
            missing = [w for w in wanted if not any(w in r for r in screen)]
            if not missing:
                return screen
            if time.monotonic() > end:
                raise AssertionError("no %s in\n%s" % (
                    missing, "\n".join(screen)))
            time.sleep(0.05)

    def gone(self, unwanted):
        end = time.monotonic() + terminals.PATIENCE
        while any(unwanted in row for row in self.screen()):
            if time.monotonic() > end:
                raise AssertionError("still %s in\n%s" % (
                    unwanted, "\n".join(self.screen())))
            time.sleep(0.05)

    def close(self):
        if not os.path.isdir(self.folder):
            return
        try:
            self.tmux("kill-server")
        except AssertionError:
            pass
        shutil.rmtree(self.folder, ignore_errors=True)


def telnet(rig, term="xterm", cols=80, rows=25):
    window = Window("telnet 127.0.0.1 %d" % rig.port, term, cols, rows)
    window.see(LOGO)
    rig.wait("OPEN kind=1 flags=[67] .* type=%s" % term.upper())
    return window


def logon(window):
    window.line("LOGON ME")
    window.see("ENTER PASSWORD:")
    window.line("SECRET")
    window.see("LOGON AT")


def test_every_type(rig):
    """Lines, the screen, a guest's screen and back, with what is typed."""
    for term in TYPES:
        w = telnet(rig, term)
        logon(w)
        w.line("LINES 3")
        w.see("LINE 3 OF 3")
        w.text("half a line")
        w.see("half a line")
        w.escape("s")
        same(w.see("4A ")[22], "half a line")
        w.text(", whole\r")
        rig.wait("LINE 18 half a line, whole")
        w.see("?CP: half")
        w.text("again")
        w.see("again")
        w.escape("s")
        w.gone("4A ")
        w.see("again")
        w.keys("C-u")
        w.line("PANEL")
        screen = w.see("A PANEL", "003/002")
        same(screen[0], " A PANEL")
        w.keys("F3")
        w.gone("A PANEL")
        w.line("LINES 2")
        w.see("LINE 2 OF 2")
        w.close()
        rig.said = b""


def test_same_as_c3270(rig):
    """The same keys, the same rows."""
    shown = []
    for command in ("telnet 127.0.0.1 %d" % rig.port,
                    "c3270 -model 3279-2-E 127.0.0.1:%d" % rig.port):
        w = Window(command, "xterm-256color")
        w.see(LOGO)
        if "telnet" in command:
            w.escape("s")
            w.see("4A ")
        screens = []
        for line, wanted in (("LOGON ME", "ENTER PASSWORD"),
                             ("SECRET", "LOGON AT"),
                             ("LINES 5", "LINE 5 OF 5"),
                             ("LINES 40", "MORE..."),
                             ("", "HOLDING")):
            w.line(line)
            w.see(wanted)
            time.sleep(0.3)
            screens.append(w.screen()[:24])
        w.text("\x03")  # CLEAR on both
        w.see("LINE 40 OF 40")
        screens.append(w.screen()[:24])
        w.line("PANEL")
        w.see("A PANEL")
        w.text("typed")
        time.sleep(0.3)
        screens.append(w.screen()[:24])
        shown.append(screens)
        w.close()
    for ours, real in zip(*shown):
        if ours != real:
            raise AssertionError("\n".join(ours + ["-- c3270:"] + real))


def test_message_over_a_panel(rig):
    w = telnet(rig)
    logon(w)
    w.line("SLOW 3")
    w.line("PANEL")
    w.see("SLOW LINE, 0 TO COME", "MORE...")
    w.text("kept")
    w.see("kept")
    w.escape(".")  # PA2
    w.see("A PANEL")
    w.text("guest")
    w.see("guest")
    w.keys("F3")
    screen = w.see("SLOW LINE, 0 TO COME", "kept")
    if any("guest" in row for row in screen):
        raise AssertionError("\n".join(screen))
    w.line("")
    rig.wait("LINE 4 kept")
    w.close()


def test_typed_under_a_guest(rig):
    """Of no use to the guest, and not lost with its screen either."""
    w = telnet(rig)
    logon(w)
    w.escape("s")
    w.see("4A ")
    for leave, seen in (lambda: w.size(80, 30), "4A "), (
            lambda: w.escape("s"), "kept"):
        w.line("SLOW 3")
        w.line("PANEL")
        w.see("SLOW LINE, 0 TO COME", "MORE...")
        w.text("kept")
        w.see("kept")
        w.escape(".")  # PA2
        w.see("A PANEL")
        leave()
        w.gone("A PANEL")
        w.see("kept", seen)
        rig.said = b""
        w.keys("Enter")
        rig.wait("LINE 4 kept")
    w.close()


def test_sizes(rig):
    w = telnet(rig, "xterm-256color", 132, 43)
    rig.wait("OPEN kind=1 flags=7 rows=42 cols=132")
    logon(w)
    w.line("PANEL ALL")
    w.see("A PANEL")
    w.size(160, 63)
    rig.wait("VIEW kind=1 flags=7 rows=62 cols=160")
    w.size(80, 20)
    rig.wait("VIEW kind=1 flags=0 rows=20 cols=80")
    w.see("DMKCNS188E")
    w.line("PANEL")
    rig.wait("rc=-19")  # there is nowhere to show it
    w.size(100, 30)
    rig.wait("VIEW kind=1 flags=7 rows=29 cols=100")
    w.line("PANEL")
    w.see("A PANEL")
    w.close()


def test_paste(rig):
    """Pasted lines are sent one after another, and none is lost."""
    w = telnet(rig)
    logon(w)
    w.escape("s")
    w.see("4A ")
    w.tmux("set-buffer", "".join("PASTED %d\n" % i for i in range(30)))
    w.tmux("paste-buffer")
    for i in range(30):
        rig.wait("LINE %d PASTED %d$" % (8 + (i > 9), i))
    w.close()


def test_paste_and_another_size(rig):
    w = telnet(rig)
    logon(w)
    w.escape("s")
    w.see("4A ")
    w.line("SLOW 1")
    w.see("TO COME")
    rig.wait("LINE 6 SLOW 1$")
    before = len(rig.said)
    sent = ["LINE 10 PASTED %03d" % i for i in range(300)]
    w.tmux("set-buffer", "".join(line[8:] + "\n" for line in sent))
    w.tmux("paste-buffer")
    for cols in 100, 132, 90:
        w.size(cols, 30)
        time.sleep(0.1)
    rig.wait("LINE 10 PASTED 299$")
    got = re.findall("LINE .*", rig.said[before:].decode())
    # The line that differs, not three hundred of them.
    same([pair for pair in zip(got, sent) if pair[0] != pair[1]][:3], [])
    same(len(got), len(sent))
    w.close()


def test_entered_and_another_size(rig):
    """What was entered is in the field no more, although CP's screen was not
    drawn yet when the size came."""
    c = terminals.Telnet(rig)
    c.logon()
    c.send(b"\x1bs")
    c.wait(rb"RUNNING ")
    for cols in 100, 132, 90:
        c.send(b"ENTERED\r" + terminals.IAC + terminals.SB + terminals.NAWS +
               bytes((0, cols, 0, 30)) + terminals.IAC + terminals.SE)
        rig.wait("VIEW .*cols=%d$" % cols)
        c.send(b"NEXT\r")
        rig.wait("LINE 4 NEXT$")
        rig.said = b""


def on_screen(rig, logon=True):
    """A telnet of one socket, whose bytes come together, at CP's screen."""
    c = terminals.Telnet(rig)
    if logon:
        c.logon()
    c.send(b"\x1bs")
    c.wait(rb"RUNNING " if logon else rb"TYPE LOGON")
    rig.wait("VIEW kind=2 flags=7 rows=24 cols=80")
    c.quiet(0.3)
    rig.said = b""
    return c


def window(cols, rows=30):
    return (terminals.IAC + terminals.SB + terminals.NAWS +
            bytes((0, cols, 0, rows)) + terminals.IAC + terminals.SE)


# What takes the place of the screen, and the line that has nothing before it
# there: in lines Esc s comes with it.
CHANGES = (b"", window(100), window(70), b"\x1bs")


def test_password_typed_ahead(rig):
    """Nothing of it is shown before CP has said whether it is one."""
    for change in CHANGES:
        c = on_screen(rig, logon=False)
        c.send(b"LOGON ME\rSEC" + change)
        rig.wait("LINE 8 LOGON ME$")
        shown = c.quiet(0.5)
        c.send(b"RET\r")
        rig.wait("LINE 6 SECRET$")
        shown += c.quiet(0.3)
        if b"SEC" in shown or b"RET" in shown:
            raise AssertionError("%r: %r" % (change, shown))
        c.socket.close()
        rig.said = b""


def test_password_behind_logoff(rig):
    """Of another session: it waits for the logo, whatever shows that."""
    for change in CHANGES + (None,):
        c = on_screen(rig, logon=True)
        if change is None:  # CP's screen over a guest's
            c.send(b"\x1bs")
            rig.wait("VIEW kind=1")
            c.send(b"PANEL\r")
            c.wait(rb"A.*PANEL")
            c.quiet(0.3)
            c.send(b"\x1b,")
            c.wait(rb"CP READ")
            c.quiet(0.3)
        c.send(b"LOGOFF\rLOGON ME\rSECRET\r" + (change or b""))
        rig.wait("LINE 6 SECRET$")
        shown = c.quiet(0.3)
        if b"SECRET" in shown:
            raise AssertionError("%r: %r" % (change, shown))
        c.socket.close()
        rig.said = b""


def test_password_and_another_size(rig):
    c = on_screen(rig, logon=False)
    c.send(b"LOGON ME\r")
    c.wait(rb"ENTER PASSWORD")
    c.quiet(0.3)
    c.send(b"SEC" + window(100))
    shown = c.quiet(0.3)
    c.send(b"RET\r")
    rig.wait("LINE 6 SECRET$")
    shown += c.quiet(0.3)
    if b"SEC" in shown or b"RET" in shown:
        raise AssertionError(shown)
    c.socket.close()


def test_keys_typed_ahead(rig):
    """They mean what they had meant: not only characters and ENTER."""
    for change in CHANGES:
        c = on_screen(rig)
        c.send(b"first\rabx\x7fc\rde fgh\x17ij\rno\x15yes\rtwice\r\x1b=" +
               change + b"\r")
        for line in ("first", "abc", "de ij", "yes", "twice", "twice"):
            rig.wait("LINE %d %s$" % (len(line), line))
            rig.said = rig.said.split(b" %s\n" % line.encode(), 1)[1]
        c.socket.close()
        rig.said = b""


def test_blanks_go_along(rig):
    c = on_screen(rig)
    for change in CHANGES[1:]:
        c.send(b"half a ")
        c.quiet(0.3)
        c.send(change + b"line\r")
        rig.wait("LINE 11 half a line$")
        rig.said = b""
        c.quiet(0.3)
        if change != CHANGES[1]:
            c.send(window(80) + b"\x1bs")
            rig.wait("VIEW kind=2")
            c.quiet(0.3)
            rig.said = b""
    c.socket.close()


def test_same_size(rig):
    """Said again, or of one row more, which is no row of the screen's: what
    is there stays, and keys that wait go on waiting."""
    c = on_screen(rig)
    c.send(b"SLOW 3\r")
    c.wait(rb"0 TO COME")
    c.quiet(0.3)
    for rows in 24, 25, 25, 24:
        c.send(b"half " + window(80, rows))
        shown = c.quiet(0.3)
        if b"0 TO COME" not in shown or b"half" not in shown:
            raise AssertionError(shown)
        c.send(b"a line\rPANEL\r")
        rig.wait("LINE 11 half a line$")
        c.wait(rb"A.*PANEL")
        c.quiet(0.3)
        c.send(b"typed" + window(80, rows))
        shown = c.quiet(0.3)
        if b"typed" not in shown:
            raise AssertionError(shown)
        c.send(b"\x1b3SLOW 1\r" + window(80, rows) + b"next\r")
        rig.wait("LINE 4 next$")
        c.wait(rb"0 TO COME")
        c.quiet(0.3)
        rig.said = b""
    c.socket.close()


def test_retrieved_goes_along(rig):
    """A line that CP has put into the field, drawn or not."""
    for change in CHANGES:
        c = on_screen(rig)
        c.send(b"first\r")
        rig.wait("LINE 5 first$")
        c.quiet(0.3)
        rig.said = b""
        c.send(b"other\x1b=" + change + b"\r")
        rig.wait("LINE 5 ")
        rig.wait("LINE 5 first$")
        c.socket.close()
        rig.said = b""


def test_history_goes_along(rig):
    """To a window too small for a screen, too; and from under a guest's."""
    c = on_screen(rig)
    c.send(b"first\r")
    rig.wait("LINE 5 first$")
    c.quiet(0.3)
    c.send(window(70))
    rig.wait("VIEW kind=1 flags=0 rows=30 cols=70")
    rig.said = b""
    c.send(b"\x1b[A\r")
    rig.wait("LINE 5 first$")
    c.send(window(100))
    rig.wait("VIEW kind=1 flags=7 rows=29 cols=100")
    c.send(b"SLOW 1\rPANEL\r")
    c.wait(rb"MORE\.\.\.")
    c.quiet(0.3)
    rig.said = b""
    c.send(b"\x1b=\r")  # from the lines to the screen
    rig.wait("LINE 5 PANEL$")
    c.wait(rb"A.*PANEL")
    c.quiet(0.3)
    c.send(b"\x1b,")
    c.wait(rb"CP READ")
    c.quiet(0.3)
    c.send(b"BEGIN\r")
    c.quiet(0.5)
    c.send(b"\x1b3")
    c.wait(rb"\x1b\[\?1049l")
    c.quiet(0.3)
    rig.said = b""
    c.send(b"\x1b[A\r")  # and back
    rig.wait("LINE 5 BEGIN$")
    c.socket.close()


def test_parts_missing(rig):
    """What was refused is missing also at another size."""
    c = on_screen(rig)
    c.send("ab\u20ac".encode() + window(100) + b"\r")
    c.wait(rb"NOT ALL WAS TAKEN")
    same(re.findall(b"LINE.*", rig.said), [])
    c.send(b"\r")
    rig.wait("LINE 2 ab$")
    c.socket.close()


def test_sysreq_keeps_what_is_typed(rig):
    for change in b"\x1by", b"\x1ba", b"\x1b,", b"\x1b.":
        c = on_screen(rig)
        c.send(b"half " + change)
        c.quiet(0.3)
        c.send(b"a line\r")
        rig.wait("LINE 11 half a line$")
        c.socket.close()
        rig.said = b""


def test_toggles_together(rig):
    """Every one counts, and what comes behind it is for the other view."""
    c = terminals.Telnet(rig)
    c.logon()
    rig.wait("OPEN")
    rig.said = b""
    c.send(b"a\x1bs\x1bsb\x1bs")
    for kind in 2, 1, 2:
        rig.wait("VIEW kind=%d" % kind)
        rig.said = rig.said.split(b"VIEW", 1)[1]
    c.send(b"\r")
    rig.wait("LINE 2 ab$")
    c.send(b"\x1bs")
    rig.wait("VIEW kind=1")
    c.quiet(0.3)
    rig.said = b""
    c.send(b"of no use\x1bs\x03last\r")  # CLEAR there, attention here
    rig.wait("LINE 4 last$")
    same(re.findall(b"KEY.*", rig.said), [])
    c.socket.close()


def test_help_and_redraw(rig):
    w = telnet(rig)
    logon(w)
    w.escape("h")
    w.see("Ctrl-C        attention")
    w.escape("s")
    w.see("4A ")
    w.escape("h")
    w.see("THE KEYS OF THIS 3270")
    w.keys("x")
    w.gone("THE KEYS OF THIS 3270")
    w.tmux("send-keys", "-R")
    w.keys("C-l")
    w.see("4A ")
    w.close()


def test_password(rig):
    """Not shown on the screen either, nor carried to the lines."""
    w = telnet(rig)
    w.escape("s")
    w.see("4A ")
    w.line("LOGON ME")
    w.see("ENTER PASSWORD:")
    w.text("SECR")
    time.sleep(0.3)
    w.escape("s")
    w.gone("4A ")
    time.sleep(0.3)
    if any("SECR" in row for row in w.screen()):
        raise AssertionError("\n".join(w.screen()))
    w.close()


def test_closed_by_cp(rig):
    """The terminal is given back, and what is said last can be read."""
    for term in ("xterm", "vt100"):
        w = telnet(rig, term)
        logon(w)
        w.escape("s")
        w.see("4A ")
        w.line("QUIT GOOD BYE")
        w.see("GOOD BYE", "Connection closed")
        w.close()


def test_pages(rig):
    w = telnet(rig)
    logon(w)
    w.line("LINES 100")
    w.see("LINE 100 OF 100")
    w.text("half")
    w.keys("PPage")
    w.see("--- EARLIER", "LINE 70 OF 100", "half")
    w.keys("PPage")
    w.see("LINE 50 OF 100", "half")
    w.keys("NPage")
    w.see("LINE 70 OF 100", "half")
    w.line("")
    rig.wait("LINE 4 half")
    w.close()


def test_cost(rig):
    for cols, rows, term in ((80, 24, "xterm"), (160, 63, "xterm-256color")):
        rig.said = b""
        w = telnet(rig, term, cols, rows)
        logon(w)
        idle = memory(rig.pid(), "Private")
        w.line("PANEL")
        w.see("A PANEL")
        full = memory(rig.pid(), "Private")
        if full > 2048:
            raise AssertionError("%d KiB private" % full)
        print("      %dx%d: %d KiB private in lines, %d on the screen" % (
            rows, cols, idle, full))
        w.close()


if __name__ == "__main__":
    if shutil.which("tmux") is None or shutil.which("telnet") is None:
        print("no tmux or no telnet: nothing was tried")
        sys.exit(0)
    sys.exit(terminals.main(globals()))
