# SPDX-License-Identifier: MIT
#
# terminals.py - every kind of terminal at one system: real 3270 emulators of
# each protocol, with and without TLS, at each size; the distribution's telnet
# at each type of terminal; a socket that knows neither.  Each logs on, has a
# program that uses the whole screen, MORE..., and comes back at another size.

import concurrent.futures
import itertools
import os
import queue
import re

import runner
import vm
from clients import Missing, until
from runner import case, check

USERS = ["MATRIX%d" % n for n in range(1, 5)]
USER = USERS[0]
PANELS = "PANELS"
DIALED = "DIALED"
FILE = "CMS H S" # of the system disk, and longer than any screen
LEGEND = re.compile("^ PF 1 Help 3 Quit")

# How s3270 is told: a prefix of the host's name, and options.
PROTOCOLS = {"classic": "N:", "tn3270e": ""}
SECURITY = {"plain": ("", ("-clear", "startTls")), "tls": ("L:Y:", ()),
            "starttls": ("Y:", ())}
MODELS = {
    "2": (24, 80, "3279-2-E", ()),
    "3": (32, 80, "3279-3-E", ()),
    "4": (43, 80, "3279-4-E", ()),
    "5": (27, 132, "3279-5-E", ()),
    "62x160": (62, 160, "3279-2-E", ("-oversize", "160x62")),
}
ORDER = list(MODELS)


def emulator(system, protocol, security, model):
    prefix, options = SECURITY[security]
    rows, cols, name, more = MODELS[model]
    client = system.s3270(model=name, prefix=PROTOCOLS[protocol] + prefix,
                          options=(*options, *more))
    state = client.do("Query(ConnectionState)")[0]
    wanted = "connected-" + ("3270" if protocol == "classic" else protocol)
    check(state == wanted, "not %s, but %s" % (wanted, state))
    secure = client.do("Query(Tls)")[0]
    check(secure.startswith("secure") == (security != "plain"),
          "TLS: " + secure)
    return client


# --- BROWSE, as it must look at a size ---

def browsed(client, model, line=None):
    """The screen is BROWSE's of this size, from this line on; its first."""
    rows, cols = MODELS[model][:2]
    client.wait("LINE %s OF" % (line or "\\d+"))

    def whole():
        seen = client.rows()
        return (len(seen) == rows and len(seen[0]) == cols and
                LEGEND.match(seen[-1]) and seen)
    seen = until(whole, "BROWSE at %dx%d" % (rows, cols), 10, client.text)
    first = int(re.search("LINE (\\d+) OF", seen[0])[1])
    check(seen[-2].startswith(" ====>"), "no command line", client.text())
    lines = "\n".join(seen[2:-2]).split("\n * * * END OF FILE")[0].split("\n")
    for i, row in enumerate(lines):
        check(row.startswith(" %5d " % (first + i)),
              "row %d is not line %d" % (i + 3, first + i), client.text())
    return first


def keys_work(client, model):
    page = MODELS[model][0] - 4
    browsed(client, model, 1)
    client.press("PF(8)")
    browsed(client, model, 1 + page)
    client.line("/int cms_screen_write") # the cursor is where it is typed
    until(lambda: "int cms_screen_write" in client.rows()[2],
          "text in the first line", 10, client.text)
    where = browsed(client, model)
    client.press("PF(7)")
    browsed(client, model, max(1, where - page))
    client.line("frob")
    client.wait("DMSBRW542E NO SUCH SUBCOMMAND: frob")
    client.press("PF(4)")
    browsed(client, model, 1)
    client.line(":17")
    browsed(client, model, 17)


def more_works(client, model):
    """The screen fills up, and each CLEAR brings the next page."""
    rows = MODELS[model][0]
    client.drain()
    client.line("TYPE " + FILE)
    client.wait_corner("MORE")
    full = [row for row in client.rows()[:-2] if row.strip()]
    check(len(full) > (rows - 2) * 2 // 3, "only %d lines at MORE..."
          % len(full), client.text())
    client.clear()
    until(lambda: client.rows()[0] not in full, "another page", 10,
          client.text)
    client.wait("^Ready;")


def disconnect(client):
    try:
        client.do("Disconnect()")
    except Missing:
        pass # s3270 4.1 now and then ends by a signal after it


def disconnected(system, user):
    until(lambda: re.search(user + " +- DSC", system.ask("QUERY", "NAMES")),
          "disconnected " + user)


def cell(system, user, protocol, security, model):
    after = ORDER[(ORDER.index(model) + 1) % len(ORDER)]
    client = system.ready(emulator(system, protocol, security, model), user)
    more_works(client, model)
    client.command("BROWSE " + FILE, "COLUMN 1")
    keys_work(client, model)
    disconnect(client)
    disconnected(system, user)
    client.close()
    client = emulator(system, protocol, security, after)
    system.logon(client, user, answer="LINE 17 OF")
    browsed(client, after, 17)
    client.press("PF(8)")
    browsed(client, after, 17 + MODELS[after][0] - 4)
    client.press("PF(3)")
    client.wait("^Ready;")
    check("RECONNECTED AT" in client.text(), "not what the console remembers",
          client.text())
    client.command("#CP LOGOFF", "VM/370 Online|LOGOFF AT")


class Matrix:
    """All cells that were asked for, by several users at once; each case then
    waits for its own."""

    def __init__(self, system):
        self.idle = queue.SimpleQueue()
        for user in USERS:
            self.idle.put(user)
        pool = concurrent.futures.ThreadPoolExecutor(len(USERS))
        self.done = {how: pool.submit(self.one, system, how)
                     for how, name in CELLS.items()
                     if runner.chosen(runner.arguments(), name)}

    def one(self, system, how):
        user = self.idle.get()
        try:
            cell(system, user, *how)
        finally:
            system.cp("FORCE", user) # one that has failed is still there
            until(lambda: system.logged_off(user), "log-off of " + user)
            self.idle.put(user)


CELLS = {how: "matrix." + ".".join(how)
         for how in itertools.product(PROTOCOLS, SECURITY, MODELS)}
MATRIX = []

for HOW, NAME in CELLS.items():
    def done(system, how=HOW):
        if not MATRIX:
            MATRIX.append(Matrix(system))
        MATRIX[0].done[how].result()
    case(NAME, group="matrix")(done)


# --- every order and every key, with PANEL (tests/programs/panel.c) ---

AT = {} # the client that is at PANEL


def start_panel(system, model):
    program = os.path.join(vm.BUILD, "cms", "programs", "panel")
    for words in (("format", PANELS, "191", "--force"),
                  ("write", PANELS, "191", program, "PANEL", "MODULE")):
        rc, out = system.vm370("disk", *words)
        check(rc == 0, "disk %s: exit %d" % (words[0], rc), out)
    client = system.ready(emulator(system, "tn3270e", "plain", model), PANELS)
    client.line("PANEL")
    client.wait("CORNER$")
    return client


def at_panel(name, model="2"):
    """A case with a client at PANEL as it was first painted."""
    def add(function):
        def one(system):
            client = AT.get(model)
            if client not in system.clients:
                client = AT[model] = start_panel(system, model)
                client.system = system
            client.press("PF(10)")
            told(client, "BEEP")
            client.press("PF(1)")
            told(client, "NO KEY")
            client.wait("MODIFIED LATER")
            client.unlock()
            function(client)
        case(name, group="panel" + model)(one)
        return function
    return add


def told(client, pattern):
    until(lambda: re.search(pattern, client.rows()[1]), repr(pattern), 10,
          client.text)


def field(client, row, column):
    """An attribute byte's codes and the text behind it."""
    shown, own = client.cells(row)
    check(isinstance(shown[column], dict), "no field at %d,%d"
          % (row, column), client.text())
    text = ""
    for cell in shown[column + 1:]:
        if isinstance(cell, dict) or cell == "\0":
            break
        text += cell
    return shown[column], text


def is_field(client, row, column, text, **codes):
    got = field(client, row, column)
    wanted = {code[1:]: value for code, value in codes.items()}
    check(got[1] == text and all(got[0].get(k) == v
                                 for k, v in wanted.items()),
          "%r %r is not %r %r" % (*got, wanted, text), client.text())


@at_panel("order.SBA-SF")
def order_sf(client):
    is_field(client, 0, 0, "PANEL 24 BY 80 COLOR HIGHLIGHT", xc0="e8")
    is_field(client, 3, 0, "SF", xc0="e0")
    is_field(client, 13, 10, "", xc0="d0")
    is_field(client, 23, 73, "CORNER", xc0="e0")


@at_panel("order.SFE.color")
def order_sfe_color(client):
    for i, name in enumerate(("BLUE", "RED", "PINK", "GREEN", "TURQ",
                              "YELLOW", "WHITE")):
        is_field(client, 4, 10 + 9 * i, name, xc0="e0", x42="f%d" % (i + 1))


@at_panel("order.SFE.highlight")
def order_sfe_highlight(client):
    for i, (name, code) in enumerate((("BLINK", "f1"), ("REVERSE", "f2"),
                                      ("UNDER", "f4"))):
        is_field(client, 5, 10 + 9 * i, name, x41=code)


@at_panel("order.SA")
def order_sa(client):
    own = client.cells(6)[1]
    check(own[11:14] == [{"42": "f2"}] * 3, "RED has %r" % own[11:14])
    check(own[14:18] == [{"42": "f2", "41": "f2"}] * 4,
          "BOTH has %r" % own[14:18])
    check(own[18:22] == [None] * 4, "NONE has %r" % own[18:22])


@at_panel("order.MF")
def order_mf(client):
    is_field(client, 7, 10, "MODIFIED LATER", xc0="e8", x42="f6")


@at_panel("order.RA")
def order_ra(client):
    is_field(client, 8, 10, "*" * 20 + "\u2500" * 10)


@at_panel("order.PT")
def order_pt(client):
    is_field(client, 9, 10, "TABBED", xc0="c0")


@at_panel("order.EUA")
def order_eua(client):
    is_field(client, 10, 10, "", xc0="c0")
    is_field(client, 10, 0, "EUA")


@at_panel("order.GE")
def order_ge(client):
    is_field(client, 11, 10, "\u250c\u2500\u2510")


@at_panel("order.IC")
def order_ic(client):
    client.do("Query(Cursor1)")
    check(client.cursor() == (12, 11), "the cursor is at %d,%d"
          % client.cursor())


@at_panel("field.hidden")
def field_hidden(client):
    is_field(client, 14, 10, "SECRET", xc0="cc")
    check("SECRET" not in client.text(), "it is to be seen", client.text())


@at_panel("field.numeric")
def field_numeric(client):
    client.do("MoveCursor1(14,12)")
    client.type("123")
    client.press("Enter()")
    told(client, " 13=123 ")


@at_panel("field.modified")
def field_modified(client):
    client.press("Enter()")
    told(client, "AID 7D AT 12,11 15=PRESET")


@at_panel("field.typed")
def field_typed(client):
    client.type("[Gr\u00fc\u00dfe]")
    client.press("Enter()")
    told(client, "AID 7D AT 12,18 12=\\[Gr\u00fc\u00dfe\\] 15=PRESET")


@at_panel("read.RB")
def read_rb(client):
    client.press("PF(4)")
    told(client, "RB AID F4 SF 42 SFE 0 SA 0 SBA 0 GE 13 ")


@at_panel("read.RMA")
def read_rma(client):
    client.type("ABC")
    client.press("PF(5)")
    told(client, "RMA AID F5 SF 0 SFE 0 SA 0 SBA 2 GE 0 TEXT 9")


@at_panel("field.query")
def query(client):
    client.press("PF(6)")
    told(client, "QUERY 80 81 .*A6")


@at_panel("field.reply-mode")
def reply_mode(client):
    client.press("PF(7)")
    told(client, "REPLY MODE CHARACTER")
    client.press("PF(4)")
    told(client, "RB AID F4 SF 0 SFE 42 SA [1-9]")
    client.press("PF(8)")
    told(client, "REPLY MODE FIELD")
    client.press("PF(4)")
    told(client, "RB AID F4 SF 42 SFE 0 SA 0")


@at_panel("field.outbound")
def outbound(client):
    client.press("PF(11)")
    told(client, "OUTBOUND 3270DS")
    check(client.rows()[3][10:13] == "WSF", "not written", client.text())


@at_panel("write.EAU")
def erase_unprotected(client):
    client.type("typed")
    client.press("PF(9)")
    told(client, "ERASED UNPROTECTED")
    for row in (9, 12, 15):
        is_field(client, row, 10, "")


@at_panel("write.refused")
def refused(client):
    """Orders that break the rules reach no terminal."""
    before = client.rows()[2:]
    client.press("PF(12)")
    told(client, "REFUSED EINVAL")
    check(client.rows()[2:] == before, "the screen has changed",
          client.text())


FUNCTIONS = { # of PANEL; the others it tells
    1: "NO KEY", 2: "NO KEY", 4: "RB AID F4", 5: "RMA AID F5",
    6: "QUERY 80", 7: "REPLY MODE CHARACTER", 8: "REPLY MODE FIELD",
    9: "ERASED", 10: "BEEP", 11: "OUTBOUND", 12: "REFUSED" }
AIDS = [("ENTER", "Enter()", "AID 7D AT 12,11"),
        ("CLEAR", "Clear()", "AID 6D"),
        ("PA2", "PA(2)", "AID 6E"), ("PA3", "PA(3)", "AID 6B")]
AIDS += [("PF%d" % n, "PF(%d)" % n, what) for n, what in FUNCTIONS.items()]
AIDS += [("PF%d" % (13 + i), "PF(%d)" % (13 + i), "AID %02X AT 12,11" % aid)
         for i, aid in enumerate((*range(0xC1, 0xCA), *range(0x4A, 0x4D)))]

for NAME, PRESS, TOLD in AIDS:
    def pressed(client, press=PRESS, what=TOLD):
        if what == "NO KEY": # it is there already
            client.press("PF(5)")
            told(client, "RMA AID F5")
        client.press(press)
        told(client, what)
    at_panel("aid." + NAME)(pressed)

# These are CP's, and the panel comes back with what was typed in it.  At SYSREQ
# s3270 itself has erased its screen before it tells.
for NAME, PRESS, KEPT in (("PA1", "PA(1)", "kept"), ("ATTN", "Attn()", "kept"),
                          ("SYSREQ", "SysReq()", "")):
    def to_cp(client, press=PRESS, kept=KEPT):
        client.type("kept")
        client.press(press)
        client.wait_corner("CP READ")
        client.line("QUERY TIME")
        client.wait("TIME IS")
        client.line("BEGIN")
        client.wait("CORNER$")
        is_field(client, 12, 10, kept)
        is_field(client, 6, 10, "REDBOTHNONE")
        client.press("Enter()")
        told(client, "AID 7D AT 12,\\d+ %s15=PRESET"
             % (kept and "12=kept "))
    at_panel("aid." + NAME)(to_cp)


@at_panel("panel.message")
def message(client):
    """CP's lines cover it until they are read."""
    client.type("kept")
    client.system.cp("MESSAGE", PANELS, "LOOK HERE")
    client.wait("MSG FROM .*: LOOK HERE", more=False)
    client.press("Clear()")
    client.wait("CORNER$")
    is_field(client, 12, 10, "kept")


@at_panel("aid.PF3")
def panel_ends(client):
    client.press("PF(3)")
    client.wait("PANEL ENDED")
    client.wait("^Ready;")
    AT.clear()


@at_panel("panel.62x160", model="62x160")
def wide(client):
    """Addresses of 14 bits, both ways."""
    is_field(client, 0, 0, "PANEL 62 BY 160 COLOR HIGHLIGHT", xc0="e8")
    is_field(client, 61, 153, "CORNER", xc0="e0")
    is_field(client, 8, 10, "*" * 20 + "\u2500" * 10)
    client.type("far")
    client.do("MoveCursor1(62,160)")
    client.press("PF(24)")
    told(client, "AID 4C AT 61,159 12=far 15=PRESET")


@at_panel("write.EW-EWA", model="62x160")
def erase_write(client):
    for key, rows, cols in (("PF(2)", 24, 80), ("PF(1)", 62, 160)):
        client.press(key)
        client.wait("PANEL %d BY %d" % (rows, cols))
        client.wait("CORNER$")
        seen = client.rows()
        check((len(seen), len(seen[0])) == (rows, cols), "not %dx%d"
              % (rows, cols), client.text())


@case("panel.hx")
def halted(system):
    """PA1, REQUEST, BEGIN, HX: the end of any program, and lines again."""
    client = system.ready(emulator(system, "tn3270e", "plain", "3"), USER)
    client.line("BROWSE " + FILE)
    browsed(client, "3", 1)
    client.press("PA(1)")
    client.wait_corner("CP READ")
    client.line("REQUEST")
    client.line("BEGIN")
    client.wait_corner("VM READ")
    client.line("HX")
    client.wait("DMSITP142T BROWSE HALTED BY HX")
    client.wait("^Ready\\(00142\\);")


# --- the distribution's telnet ---

def telnet(system, term, width=80, height=24):
    client = system.tmux("env", "TERM=" + term, "telnet", "127.0.0.1",
                         str(system.port), width=width, height=height)
    return system.ready(client, USER)


def picture(client, rows=24):
    """What stands in these rows, without what is no more than a frame."""
    seen = client.text().split("\n") + [""] * rows
    return [row.rstrip() for row in seen[:rows]]


def browse_in(client, forward, quit):
    """Lines, then the whole screen, then lines again."""
    client.command("QUERY TIME", "CONNECT=")
    client.line("BROWSE " + FILE)
    client.wait("LINE 1 OF .*COLUMN 1$")
    until(lambda: LEGEND.match(picture(client)[-1]), "BROWSE", 10,
          client.text)
    seen = picture(client)
    check(seen[-2].startswith(" ====>"), "no command line", client.text())
    check(seen[2].startswith("     1 ") and seen[21].startswith("    20 "),
          "not lines 1 to 20", client.text())
    client.keys(*forward)
    client.wait("LINE 21 OF")
    client.line("/int cms_screen_write")
    client.wait("LINE 2[0-9][0-9] OF")
    client.keys(*quit)
    client.wait("^Ready;")
    client.command("QUERY TIME", "CONNECT=")
    check("====>" not in client.text(), "the screen is still there",
          client.text())


for TERM in ("xterm", "linux", "screen", "vt100"):
    def at_terminal(system, term=TERM):
        client = telnet(system, term)
        if term == "vt100": # it has no such function keys
            browse_in(client, ("Escape", "8"), ("Escape", "3"))
        else:
            browse_in(client, ("F8",), ("F3",))
        client.command("#CP LOGOFF", "VM/370 Online|LOGOFF AT")
    case("telnet." + TERM)(at_terminal)


@case("telnet.resize")
def resize(system):
    """The window has another size: BROWSE is painted at that one, above the
    line that a window of more than 24 has for the keyboard's state."""
    client = telnet(system, "xterm")
    client.line("BROWSE " + FILE)
    client.wait("LINE 1 OF .*COLUMN 1$")
    client.resize(132, 43)
    until(lambda: LEGEND.match(picture(client, 43)[41]), "BROWSE at 42x132",
          10, client.text)
    check(picture(client, 43)[38].startswith("    37 "), "not 38 lines",
          client.text())
    client.keys("F3")
    client.wait("^Ready;")


@case("telnet.characters")
def characters(system):
    """The full screen has the characters that are no ASCII; what a 3270 has
    not stays in the line."""
    client = telnet(system, "xterm")
    client.keys("Escape", "s")
    client.wait("VM READ +VM370$")
    client.line("MSG * na\u00efve caf\u00e9 [x]")
    client.wait("MSG FROM .*: na\u00efve caf\u00e9 \\[x\\]$")
    client.keys("Escape", "s")
    client.keys("MSG * 5 \u20ac \u6f22", "Escape", "s")
    client.wait("DMKCNS190E")
    client.keys("Enter")
    client.wait("MSG FROM .*: 5 \u20ac \u6f22$")
    client.command("#CP LOGOFF", "VM/370 Online|LOGOFF AT")


@case("telnet.conmode")
def conmode(system):
    """CMS reads nothing from a display in its console's place, and goes on
    when the console is back."""
    client = telnet(system, "xterm")
    client.command("MSG * " + "stale" * 8, "(stale){8}$")
    client.command("QUERY TIME", "CONNECT=")
    client.line("#CP TERMINAL CONMODE 3270")
    client.command("#CP QUERY TERMINAL", "CONMODE 3270")
    check("DMK" not in client.text(), "something was read", client.text())
    client.command("QUERY TIME", "DMKQCN190E")
    client.line("#CP TERMINAL CONMODE 3215")
    client.command("QUERY SEARCH", "CMS190 +190 +S")
    for also in ("", "#QUERY DISK"): # there and back at once
        client.line("#CP TERMINAL CONMODE 3270#CP TERMINAL CONMODE 3215" +
                    also)
        client.command("QUERY SEARCH", "CMS190 +190 +S")
    client.command("#CP LOGOFF", "VM/370 Online|LOGOFF AT")


@case("same-picture")
def same(system):
    """c3270 and a telnet terminal show the same."""
    shown = []
    for command in (["c3270", "-model", "3279-2-E", "-clear", "startTls",
                     "127.0.0.1:%d" % system.port],
                    ["telnet", "127.0.0.1", str(system.port)]):
        client = system.tmux("env", "TERM=xterm-256color", *command,
                             height=24)
        if not shown:
            system.ready(client, USER)
            client.line("BROWSE " + FILE)
        else:
            system.logon(client, USER, answer="LINE 1 OF")
        client.wait("LINE 1 OF .*COLUMN 1$")
        until(lambda: LEGEND.match(picture(client)[-1]), "BROWSE", 10,
              client.text)
        shown.append(picture(client))
        client.close()
        disconnected(system, USER)
    check(shown[0] == shown[1], "not the same", "\n".join(
        "%-80s\n%-80s" % pair for pair in zip(*shown) if pair[0] != pair[1]))


@case("socket")
def raw(system):
    """A socket without any telnet gets lines, and is told so."""
    client = system.telnet("silent")
    system.ready(client, USER)
    client.command("BROWSE " + FILE, "DMSBRW529E .*THIS TERMINAL IS NOT A "
                   "DISPLAY")
    client.wait("^Ready\\(00088\\);")
    client.command("TYPE " + FILE, "long cms_screen_read")
    client.command("#CP LOGOFF", "LOGOFF AT")


# --- DIAL ---

def dial(client, model):
    """The display's picture, at this size, with nothing in it of before."""
    rows, cols = MODELS[model][:2]
    client.line("DIAL " + DIALED)
    client.wait("SCREEN %d BY %d" % (rows, cols))
    until(lambda: client.rows()[-1].rstrip().endswith("LAST"),
          "the last cells", 10, client.text)
    seen = client.rows()
    check(len(seen) == rows and len(seen[0]) == cols and
          client.text().split() == ["SCREEN", str(rows), "BY", str(cols),
                                    "LAST"],
          "not the display's own picture", client.text())


def dropped(client):
    client.wait("DROP FROM %s 0A0" % DIALED)
    client.wait("VM/370 Online")


@case("dial")
def dialed(system):
    """Terminals of three sizes, one after another, at one display of a
    machine; each way to leave it."""
    deck = os.path.join(vm.BUILD, "tests", "guest-kit", "dialed.deck")
    rc, out = system.vm370("spool", "put", DIALED, deck, "--binary")
    check(rc == 0, "spool put: exit %d" % rc, out)
    user = system.ready(system.telnet(), DIALED)
    user.line("#CP IPL 00C")
    user.wait("WAITS FOR DIAL")
    first = emulator(system, "tn3270e", "plain", "5")
    dial(first, "5")
    first.type("nobody's affair")
    first.press("Enter()")
    first.wait("KEY 125 WITH 21 BYTES")
    other = emulator(system, "tn3270e", "plain", "2")
    other.command("DIAL %s 0A0" % DIALED, "DMKDIA056E LINE 0A0 BUSY ON")
    disconnect(first)
    until(lambda: "GRAF 0A0 FREE" in user.command(
        "#CP QUERY VIRTUAL 0A0", "GRAF 0A0 .*")[0], "a free display")
    other.clear()
    dial(other, "2")
    other.do("SysReq()")
    dropped(other)
    third = emulator(system, "classic", "starttls", "62x160")
    dial(third, "62x160")
    third.press("PF(3)")
    third.wait("KEY 243 WITH 3 BYTES")
    user.line("#CP RESET 0A0")
    dropped(third)
    dial(other, "2")
    system.cp("FORCE", DIALED)
    dropped(other)


if __name__ == "__main__":
    runner.main(directory="".join(map(vm.user, USERS)) + vm.user(
        PANELS, statements=["MDISK 191 FB-512 0 4000 VMPAN1 MR"]) +
        vm.user(DIALED, statements=["SPECIAL 0A0 3270"]),
        config="TLS STARTTLS\nVOLUME VMPAN1\n")
