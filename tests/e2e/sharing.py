# SPDX-License-Identifier: MIT
#
# sharing.py - minidisks of one user that another links to: by password, with
# one writer at a time, in machines that run.  What is on them is files.py's.

import os
import re

from clients import until
from runner import TERMINALS, case, check, on_both


def link_asked(client, link, password, answer):
    """LINK by the answer to its question, which is not to be seen."""
    client.command(link, "ENTER (READ|WRITE|MULT) PASSWORD")
    client.line(password)
    client.wait(answer)
    check(password not in client.seen, "a password is shown", client.seen)


@on_both("link-by-password")
def by_password(system, kind):
    """CP asks, also when the command was given to CMS; shows nothing."""
    system.ready(system.telnet(), "CMSUSER")
    guest = system.ready(TERMINALS[kind](system), "GUEST1")
    link_asked(guest, "#CP LINK CMSUSER 191 291 RR", "RDCMS",
               "DASD 291 LINKED R/O; R/W BY CMSUSER")
    link_asked(guest, "CP LINK CMSUSER 191 292 RR", "rdcms",
               "DASD 292 LINKED R/O; R/W BY CMSUSER")
    link_asked(guest, "#CP LINK CMSUSER 191 293 RR", "NOTTHIS",
               "DMKLNK114E CMSUSER 191 NOT LINKED")
    guest.command("#CP LINK GUEST2 191 291 RR", "DMKLNK11[01]E")


@case("link-password-not-in-the-ring")
def not_in_the_ring(system):
    """Typed along, it is on the line where it was typed and nowhere else."""
    guest = system.ready(system.telnet(), "GUEST1")
    guest.command("#CP LINK CMSUSER 191 291 RR RDCMS", "DASD 291 LINKED")
    guest.command("CP LINK CMSUSER 191 292 RR PASS= RDCMS", "292 LINKED")
    guest.command("#CP DISCONN", "VM/370 Online")
    again = system.s3270()
    system.logon(again, "GUEST1", answer="RECONNECTED AT")
    check("292 LINKED" in again.text(), "no replay", again.text())
    check("RDCMS" not in again.text(), "the password is replayed",
          again.text())
    check("RDCMS" not in system.log_tail(1000), "the password is in the log")


@case("one-writer")
def one_writer(system):
    """Whoever was first writes; who goes, by whatever way, lets go."""
    owner = system.ready(system.telnet(), "CMSUSER")
    guest = system.ready(system.telnet(), "GUEST1")
    guest.command("#CP LINK CMSUSER 191 291 W WRCMS",
                  "DMKLNK104E CMSUSER 191 NOT LINKED; R/W BY CMSUSER")
    owner.command("#CP DETACH 191", "DASD 191 DETACHED")
    guest.command("#CP LINK CMSUSER 191 291 W WRCMS", "DASD 291 LINKED R/W")
    owner.command("#CP LINK * 191 191 MR",
                  "DASD 191 LINKED R/O; R/W BY GUEST1")
    owner.command("#CP QUERY LINKS 191",
                  "GUEST1   291 R/W, CMSUSER  191 R/O")
    guest.command("#CP LOGOFF", "VM/370 Online")
    owner.command("#CP DETACH 191", "DASD 191 DETACHED")
    owner.command("#CP LINK * 191 191 MR", "DASD 191 LINKED R/W$")
    rc, out = system.cp("FORCE", "CMSUSER")
    owner.wait("VM/370 Online")
    guest = system.logon(system.telnet(), "GUEST1", options="NOIPL")
    guest.command("LINK CMSUSER 191 291 W WRCMS", "DASD 291 LINKED R/W$")


@case("logoff-logon-writes-again")
def logoff_logon(system):
    """One who logs off and on at once has his disk R/W again."""
    client = system.telnet()
    for _ in range(5):
        system.ready(client, "GUEST2")
        client.command("#CP QUERY VIRTUAL 191", "VMUSR1 R/W +20000 BLK")
        check("FORCED" not in client.seen, "FORCED R/O", client.seen)
        client.command("#CP LOGOFF", "LOGOFF AT")


@case("temporary-disk")
def temporary(system):
    """A running machine gets one, and loses it."""
    guest = system.ready(system.telnet(), "GUEST1")
    guest.command("#CP DEFINE T-DISK AS 300 BLK 2000",
                  "DASD 300 DEFINED 2000 BLK")
    guest.command("#CP QUERY VIRTUAL 300", "\\(TEMP\\) R/W +2000 BLK")
    guest.command("#CP DEFINE 300 AS 301", "DASD 301 DEFINED")
    guest.command("#CP QUERY 301", "\\(TEMP\\) R/W")
    guest.command("#CP DETACH 301", "DASD 301 DETACHED")
    guest.command("#CP QUERY VIRTUAL 301", "DMKCFG040E")
    guest.command("QUERY TIME", "TIME IS")


@case("query-dasd")
def query_dasd(system):
    system.ready(system.telnet(), "CMSUSER")
    out = system.ask("QUERY", "DASD")
    check(re.search("DASD VMSYS +CP SYSTEM \\d+", out) and
          re.search("DASD VMUSR1 CP SYSTEM \\d+", out), "volumes", out)
    out = system.ask("QUERY", "DASD", "VMUSR1")
    check(re.search("VMUSR1 CMSUSER +191 FB-512 +40000 +59999 +20000 +001",
                    out), "CMSUSER's 191", out)


@case("shared-files")
def shared_files(system):
    """What one writes the other reads, from his running CMS, and no more."""
    owner = system.ready(system.telnet(), "CMSUSER")
    guest = system.ready(system.telnet(), "GUEST1")
    owner.command("COPYFILE SYSPROF EXEC S SHARED FILE A (REPLACE", "^Ready;")
    link_asked(guest, "LINK CMSUSER 191 291 RR", "RDCMS",
               "DASD 291 LINKED R/O; R/W BY CMSUSER")
    guest.command("ACCESS 291 B", "B \\(291\\) R/O")
    guest.command("STATE SHARED FILE B", "^Ready;")
    guest.command("ERASE SHARED FILE B", "DMSERS\\d+E")
    owner.command("RENAME SHARED FILE A ANOTHER FILE A", "^Ready;")
    guest.command("ACCESS 291 B", "^Ready;")
    guest.command("STATE ANOTHER FILE B", "^Ready;")
    guest.command("STATE SHARED FILE B", "^Ready\\(00028\\);")
    guest.command("#CP DETACH 291", "DASD 291 DETACHED")
    guest.command("TYPE ANOTHER FILE B", "B \\(291\\) NOT ATTACHED - RELEASED")
    guest.command("STATE SYSPROF EXEC S", "^Ready;")
    owner.command("ERASE ANOTHER FILE A", "^Ready;")


@case("many-links-at-once")
def many(system):
    """Twenty link to one disk and leave; not one link is left over."""
    names = ["MANY%02d" % n for n in range(1, 21)]
    clients = [system.logon(system.telnet(), name, options="NOIPL")
               for name in names]
    for client in clients:
        client.line("LINK CMSUSER 191 291 RR RDCMS")
    for client in clients:
        client.wait("DASD 291 LINKED R/O")
    out = system.ask("QUERY", "DASD", "VMUSR1")
    check(re.search("CMSUSER +191 .* 020$", out, re.M), "20 links", out)
    for client in clients[:10]:
        client.command("LOGOFF", "VM/370 Online")
    for name in names[10:]:
        system.cp("FORCE", name)
    until(lambda: re.search("CMSUSER +191 .* 000$",
                            system.ask("QUERY", "DASD", "VMUSR1"), re.M),
          "the end of all links")


@case("host-refused")
def host_refused(system):
    """CP's message and exit 1, however much the host had to write."""
    system.ready(system.telnet(), "CMSUSER")
    source = os.path.join(system.home, "out", "much")
    with open(source, "wb") as f:
        f.write(os.urandom(3 << 20))
    for _ in range(8):
        rc, out = system.vm370("disk", "write", "CMSUSER", "191", source,
                               "MUCH", "BIN", "--binary")
        check((rc, out) == (1, "DMKLNK104E CMSUSER 191 NOT LINKED; R/W BY "
                            "CMSUSER\n"), "exit %d" % rc, out)
    os.remove(source)
