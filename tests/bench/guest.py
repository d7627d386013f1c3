# SPDX-License-Identifier: MIT
#
# guest.py - vmguest's figures: DIAGNOSE 0's round trip, a punched card and the
# way from exec to CMS's Ready;, of the saved CMS and of the one on 190.  In a
# lab whose clock counts instructions: time is work done, and two runs agree.

import os
import tempfile

import common
import vm


def lab(files, command):
    """Run a command in a lab of its own: the numbers that it prints."""
    libexec = os.path.join(vm.BUILD, "libexec", "vm370")
    call = [os.path.join(libexec, "vmlab"), "run", "--icount"]
    for host, inside in files:
        call += ["-f", "%s:%s" % (host, inside)]
    call += ["-f", os.path.join(libexec, "vmguest") + ":/bin/vmguest", "--"]
    rc, out = vm.run(call + command, 300)
    if rc != 0:
        raise SystemExit("%s: exit %d: %s" % (command[0], rc, out))
    return [float(word) for word in out.split()]


def diagnose():
    program = os.path.join(vm.BUILD, "tests", "guest-kit", "diag00_guest.disk")
    ours, floor, _ = lab([(common.tool("diag00"), "/bin/diag00"),
                          (program, "/program")],
                         ["/bin/diag00", "/bin/vmguest", "/program"])
    common.row("DIAGNOSE 0's round trip", ours, floor, "instr", 1.10)


def blocks():
    program = os.path.join(vm.BUILD, "tests", "guest-kit", "block_guest.disk")
    make = "dd if=/dev/urandom of=/disk bs=65536 count=32 2>/dev/null; "
    for size, most in ((8, None), (128, 1.25)):
        ours, floor, _ = lab([(common.tool("block"), "/bin/block"),
                              (program, "/program")],
                             ["sh", "-c", make + "exec /bin/block "
                              "/bin/vmguest /program /disk %d" % size])
        common.row("DIAGNOSE A4, read of %d KB" % (size // 2), ours, floor,
                   "instr", most)


def cards():
    disk = os.path.join(vm.BUILD, "tests", "guest-kit", "card_guest.disk")
    ours, floor, more = lab([(common.tool("card"), "/bin/card"),
                             (disk, "/disk")],
                            ["/bin/card", "/bin/vmguest", "/disk"])
    common.row("a card punched, a memcpy to vmspool", ours, floor, "instr",
               100, more)


def ipl(folder):
    """With a disk of one's own, accessed as A, and its PROFILE EXEC run."""
    image = os.path.join(vm.BUILD, "share", "vm370", "cms190.img")
    own = common.disk(folder, {"PROFILE EXEC": "SET RDYMSG LMSG\n"})
    disk, saved, floor = lab([(common.tool("ipl"), "/bin/ipl"),
                              (common.tool("iplfloor"), "/bin/iplfloor"),
                              (image, "/cms190"), (own, "/cms191")],
                             ["/bin/ipl", "/bin/vmguest", "/bin/iplfloor",
                              "/cms190", "Ready;", "/cms191"])
    common.row("vmguest's exec to Ready;, saved CMS", saved / 1000,
               floor / 1000, "ms", 3)
    common.row("vmguest's exec to Ready;, IPL 190", disk / 1000, floor / 1000,
               "ms")


def commands():
    """On a disk of 10,000 files."""
    image = os.path.join(vm.BUILD, "share", "vm370", "cms190.img")
    states = os.path.join(vm.BUILD, "cms", "programs", "states")
    state, call, line, *exits = lab(
        [(common.tool("cms"), "/bin/cms"), (states, "/states"),
         (image, "/cms190")],
        ["/bin/cms", "/bin/vmguest", "/cms190", "/states"])
    common.row("STATE of one of 10,000 files, an empty call", state, call,
               "instr", 20000, state)
    for name, n in zip(("STATE", "QUERY DISK A", "LISTFILE of one file"),
                       exits):
        common.row("%s, an empty line" % name, n, line, "exits", 2, n - line)


def main():
    common.arguments()
    diagnose()
    blocks()
    cards()
    with tempfile.TemporaryDirectory() as folder:
        ipl(folder)
    commands()


if __name__ == "__main__":
    main()
