# SPDX-License-Identifier: MIT
#
# terminals.py - every kind of terminal at one system: real 3270 emulators of
# each protocol, with and without TLS, at each size; the distribution's telnet
# at each type of terminal; a socket that knows neither.  Each logs on, has a
# program that uses the whole screen, MORE..., and comes back at another size.

import os
import re
import time

import runner
import vm
from clients import PATIENCE, Missing, describe, until
from runner import case, check

PANEL = os.path.join(vm.BUILD, "cms", "programs", "panel")
USER = "MATRIX"
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


def cell(system, protocol, security, model):
    after = ORDER[(ORDER.index(model) + 1) % len(ORDER)]
    client = system.ready(emulator(system, protocol, security, model), USER)
    more_works(client, model)
    client.command("BROWSE " + FILE, "COLUMN 1")
    keys_work(client, model)
    disconnect(client)
    until(lambda: USER + "   - DSC" in system.ask("QUERY", "NAMES"),
          "disconnected " + USER)
    client.close()
    client = emulator(system, protocol, security, after)
    system.logon(client, USER, answer="LINE 17 OF")
    browsed(client, after, 17)
    client.press("PF(8)")
    browsed(client, after, 17 + MODELS[after][0] - 4)
    client.press("PF(3)")
    client.wait("^Ready;")
    check("RECONNECTED AT" in client.text(), "not what the console remembers",
          client.text())
    client.command("#CP LOGOFF", "VM/370 Online|LOGOFF AT")


for PROTOCOL in PROTOCOLS:
    for WAY in SECURITY:
        for MODEL in MODELS:
            def one(system, how=(PROTOCOL, WAY, MODEL)):
                cell(system, *how)
            case("matrix.%s.%s.%s" % (PROTOCOL, WAY, MODEL))(one)


if __name__ == "__main__":
    runner.main(directory=vm.user(USER), config="TLS STARTTLS\n")
