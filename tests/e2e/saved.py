# SPDX-License-Identifier: MIT
#
# saved.py - saved systems with a guest of a few bytes: shared, replaced while
# twenty users run it, purged, and what is left when a save is killed.

import os
import re
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "fault"))

import images
import users
import vm
from clients import until
from runner import case, check

FIRST = 0x40000 # pages of the pattern, a word at 8 in each
OWN = 0x50000 # the one that a started system writes to
PAGE = 4096
SYSTEM = "NSSTEST"
RUN_IT = users.MANY[:20]


def image(pages):
    """Write IPL's PARM into pages, save as NSSTEST, halt; started from what
    was saved, write the PARM of then into one of them and wait."""
    parm = b"\xa1" + struct.pack("<I", 0x80) # mov eax,[80]
    code = parm + b"\xbf" + struct.pack("<I", FIRST + 8) # mov edi
    code += b"\xb9" + struct.pack("<I", pages) # mov ecx
    # mov [edi],eax; add edi,PAGE; dec ecx; jnz
    code += b"\x89\x07\x81\xc7" + struct.pack("<I", PAGE) + b"\x49\x75\xf5"
    code += images.load_eax(images.DATA) + images.out(images.PORT_DIAG)
    code += b"\xa1" + struct.pack("<I", images.DATA + 28) # mov eax,[rc]
    code += b"\x83\xf8\xff\x74\x02" + images.CLI_HLT # cmp eax,-1; je
    code += parm + b"\xa3" + struct.pack("<I", OWN + 8)
    wait = images.out(0x378)
    code += wait + b"\xeb" + struct.pack("b", -len(wait) - 2)
    command = b"SAVESYS " + SYSTEM.encode()
    block = struct.pack("<IIIIIIII", 8, 0, images.DATA + 64, len(command), 0,
                        0, 0, 0)
    return images.image(code, data=block.ljust(64, b"\0") + command)


DISKS = {"201": image(64), "202": image(3000)}
DIRECTORY = vm.user("SAVER", classes="EG", statements=[
    "MDISK %s FB-512 %d %d SAVEVL RR" % (vdev, 1000 * n, len(disk) // 512)
    for n, (vdev, disk) in enumerate(DISKS.items())])
CONFIG = "VOLUME SAVEVL\n"
MINIDISKS = [("SAVEVL", "SAVER", vdev, disk)
             for vdev, disk in DISKS.items()]


def saver_user(system):
    return system.logon(system.telnet(), "SAVER", options="NOIPL")


def save(client, parm):
    client.command("IPL 201 CLEAR PARM " + parm, "SYSTEM SAVED")
    client.wait("DISABLED WAIT PSW '0+ ")


def word(client, at):
    """Four characters of a user's storage."""
    line = client.command("#CP DISPLAY %X.4" % at, "^ *0*%X +([0-9A-Fa-f]{8})"
                          % at)
    value = bytes.fromhex(line[1])
    return value.decode("ascii", "replace")


def run_it(system, name):
    """A user that starts the saved system: his PARM is his number."""
    client = system.logon(system.telnet(), name, options="NOIPL")
    client.line("IPL %s PARM %s" % (SYSTEM, name[-4:]))
    until(lambda: word(client, OWN + 8) == name[-4:], name + "'s system")
    return client


def listed(system, name=SYSTEM):
    """(class, users, pages) of a system's versions."""
    rc, out = system.cp("QUERY", "NSS", "NAME", name)
    pages = re.findall("^\\*NSS +\\d{4} NSS +\\S +(\\d+) \\S+ \\S+ %s " %
                       name, out, re.M)
    rc, out = system.cp("QUERY", "NSS", "NAME", name, "MAP")
    rows = re.findall("^\\d{4} %s +NSS +\\d+K +\\w+ +\\w+ +EW +(\\S) +(\\d+) " %
                      name, out, re.M)
    return [(c, int(n), int(p)) for (c, n), p in zip(rows, pages)]


def shares(system):
    """KiB of saved systems that each machine shares, and has of its own."""
    out = []
    for pid in system.pids("vmguest"):
        rc, text = system.shell("cat /proc/%d/smaps" % pid)
        parts = re.findall("^\\S+-\\S+ \\S+ .*?/saved/.*\n((?:\\w+: .*\n)+)",
                           text, re.M)
        sums = dict.fromkeys(("Shared_Clean", "Private_Clean",
                              "Private_Dirty", "Rss"), 0)
        for key, kib in re.findall("^(\\w+): +(\\d+) kB", "".join(parts),
                                   re.M):
            if key in sums:
                sums[key] += int(kib)
        if sums["Rss"] > 0:
            out.append(sums)
    return out


@case("saved.shared-and-replaced")
def shared(system):
    saver = saver_user(system)
    save(saver, "AAAA")
    check([row[:2] for row in listed(system)] == [("A", 0)], "one version",
          str(listed(system)))
    old = [run_it(system, name) for name in RUN_IT]
    check(listed(system)[0][:2] == ("A", 20), "twenty users",
          str(listed(system)))
    for s in shares(system):
        check(s["Shared_Clean"] >= 200 and s["Private_Clean"] == 0 and
              s["Private_Dirty"] <= 16, "pages are not shared", str(s))
    check(len(shares(system)) >= 20, "twenty machines with shared pages")
    # Replaced: they go on with what they have, also where they never looked.
    save(saver, "BBBB")
    check([row[:2] for row in listed(system)] == [("A", 0), ("P", 20)],
          "both versions", str(listed(system)))
    new = [run_it(system, name) for name in users.MANY[20:25]]
    for n, client in enumerate(old):
        check(word(client, FIRST + 8 + (n + 20) * PAGE) == "AAAA",
              "an old user's storage has changed")
        check(word(client, OWN + 8) == RUN_IT[n][-4:], "whose storage is it")
    for client in new:
        check(word(client, FIRST + 8) == "BBBB", "a new user has the old one")
    check([row[:2] for row in listed(system)] == [("A", 5), ("P", 20)],
          "users of both", str(listed(system)))
    # Purged: as before, but nobody can have it.
    saver.command("PURGE NSS NAME " + SYSTEM, "PENDING PURGE")
    saver.command("IPL " + SYSTEM, "DMKCFG044E")
    check(word(new[0], FIRST + 8 + 40 * PAGE) == "BBBB", "purged away")
    for name in users.MANY[:25]:
        system.ask("FORCE", name)
    until(lambda: "DMKCFG044E" in system.cp("QUERY", "NSS", "NAME",
                                            SYSTEM)[1], "end of its users")


def killed(system, program, pid, after):
    """kill -9 in the middle of a SAVESYS: there was one before."""
    client = saver_user(system)
    client.line("IPL %s PARM old." % SYSTEM)
    until(lambda: word(client, OWN + 8) == "old.", "the system")
    home = "/vm370/home" if system.engine() == "lab" else system.home
    system.shell("(while ! test -e %s/saved/%s.new; do :; done; kill -9 %d) "
                 "</dev/null >/dev/null 2>&1 &" % (home, SYSTEM, pid(client)))
    client.line("#CP IPL 202 CLEAR PARM new.")
    after(client)


def old_is_there(system):
    client = saver_user(system)
    until(lambda: not os.path.exists(os.path.join(
        system.home, "saved", SYSTEM + ".new")), "end of what was not saved")
    client.line("IPL %s PARM again" % SYSTEM)
    until(lambda: word(client, OWN + 8) == "agai", "the system")
    check(word(client, FIRST + 8) == "OLD1", "not what was saved before",
          word(client, FIRST + 8))


@case("saved.killed")
def killed_saves(system):
    save(saver_user(system), "OLD1")
    system.everybody_off()
    system.close_clients()
    killed(system, "vmguest", lambda client: max(system.pids("vmguest")),
           lambda client: client.wait("DMKDSP450W"))
    system.everybody_off()
    old_is_there(system)
    system.everybody_off()
    old = system.pids("vmcp")
    killed(system, "vmcp", lambda client: min(old),
           lambda client: client.wait_end(30))
    until(lambda: system.pids("vmcp") - old, "a new vmcp")
    until(lambda: system.cp("QUERY", "TIME")[0] == 0, "an answer")
    old_is_there(system)
    system.ask("PURGE", "NSS", "NAME", SYSTEM)


def damaged_page(data):
    """One bit of one page."""
    data[len(data) // 2] ^= 0x10


def checksum(data):
    """base/checksum.h's."""
    total = 0xCBF29CE484222325
    for word, in struct.iter_unpack("<Q", data + bytes(-len(data) % 8)):
        total = (total ^ word) * 0x9E3779B97F4A7C15 % (1 << 64)
        total ^= total >> 29
    return total


def no_processor(data):
    """A processor's state that no processor takes, with all sums right."""
    processor, runs = struct.unpack_from("<II", data, 44)
    data[120 + 6:120 + processor] = b"\xff" * (processor - 6)
    state = bytes(data[120:120 + processor + 8 * runs])
    struct.pack_into("<Q", data, 96, checksum(state))
    struct.pack_into("<Q", data, 112, checksum(bytes(data[:112])))


def change(system, how):
    """A changed CMS, in a file that takes the name of the one before: that
    one is mapped."""
    path = os.path.join(system.home, "saved", "CMS")
    with open(path, "rb") as f:
        data = bytearray(f.read())
    how(data)
    with open(path + ".changed", "wb") as f:
        f.write(data)
    os.rename(path + ".changed", path)
    time.sleep(2) # a lab looks at the host's folders once a second


@case("saved.cms")
def cms(system):
    """CMS comes from what CP saved when it started; from 190 when that is
    damaged; and the next start makes it anew."""
    client = system.ready(system.telnet(), "CMSUSER")
    rows = listed(system, "CMS")
    check(len(rows) == 1 and rows[0][:2] == ("A", 1) and rows[0][2] <= 64,
          "CMS is not the saved one", str(rows))
    check("DMKVMI" not in client.seen, "a message", client.seen)
    for name, how in (("GUEST1", no_processor), ("GUEST2", damaged_page)):
        change(system, how)
        other = system.ready(system.telnet(), name)
        check("DMKVMI235E SYSTEM CMS NOT STARTED; ITS FILE IS DAMAGED" in
              other.seen, "no message of the damage", other.seen)
        check(listed(system, "CMS")[0][:2] == ("-", 0), "it has a class",
              str(listed(system, "CMS")))
    client.command("QUERY TIME", "TIME IS")
    system.close_clients()
    system.stop()
    system.start()
    client = system.ready(system.telnet(), "CMSUSER")
    check("DMKVMI" not in client.seen, "a message", client.seen)
    check(listed(system, "CMS")[0][:2] == ("A", 1), "CMS was not made anew",
          str(listed(system, "CMS")))
