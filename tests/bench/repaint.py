# SPDX-License-Identifier: MIT
#
# repaint.py - what a change of a screen costs: bytes for the client beside the
# cells that it changes at most, and vmterm's instructions beside those of
# copying and writing as many bytes.  See repaint.c.
#
# In a lab whose clock counts instructions.

import os

import common
import vm

TERMINALS = {"3270": "3270", "xterm": "character terminal"}

# A change; the bytes that a cell may take on either terminal.  What is not of
# the cells (where to go, the colour, the cursor) is most of a short change.
CHANGES = {
    "page": ("all of CP's screen", 1.2, 1.2),
    "line": ("a line of output", 1.2, 2),
    "message": ("a message", 1.2, 2),
    "scroll": ("a full page scrolls by a line", 1.2, 1.2),
    "status": ("the status", 2, 6),
    "panel": ("all of a guest's screen", 1.2, 1.2),
    "cell": ("a character of a guest's", None, None),
}


def main():
    common.arguments()
    vmlab = os.path.join(vm.BUILD, "libexec", "vm370", "vmlab")
    out = common.must(vm.run([vmlab, "run", "--icount", "-f",
                              common.tool("repaint") + ":/bin/repaint", "--",
                              "/bin/repaint"], 300))
    for line in out.splitlines():
        terminal, rows, cols, change, *figures = line.split()
        cells, size, ours, floor = map(float, figures)
        what, *limits = CHANGES[change]
        where = "%s %sx%s" % (TERMINALS[terminal], rows, cols)
        common.row("%s: %s" % (where, what), size, cells, "bytes",
                   limits[terminal != "3270"])
        common.row("  vmterm's part of it", ours, floor, "instr")


if __name__ == "__main__":
    main()
