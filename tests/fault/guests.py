# SPDX-License-Identifier: MIT
#
# guests.py - hostile and broken guests, IPLed from minidisks of the user
# FAULT: each ends in a message to its own user, who has CP all the time.

import images
from runner import case, check

DISKS = ["MDISK %s FB-512 %d %d TESTVL RR" %
         (vdev, 1000 * n, len(image) // 512)
         for n, (vdev, image) in enumerate(images.IMAGES.items())]


def fault_user(system):
    return system.logon(system.telnet(), "FAULT", options="NOIPL")


def ends_in(name, vdev, pattern):
    """A guest that ends at once: its message, CP READ, and IPL again."""
    @case("guest." + name)
    def one(system):
        client = fault_user(system)
        for _ in range(2):
            client.command("IPL " + vdev, pattern, 30)
            client.command("QUERY TIME", "TIME IS")
        client.command("DISPLAY 0.10", "^ *0*0 ")
    return one


ends_in("triple-fault", "201", "DMKDSP\\d+W")
ends_in("disabled-wait", "202", "DMKDSP450W CP ENTERED; DISABLED WAIT")
ends_in("tic-to-tic", "205", "DMKDSP450W CP ENTERED; DISABLED WAIT")
ends_in("ccw-outside", "206", "DMKDSP450W CP ENTERED; DISABLED WAIT")
ends_in("data-outside", "207", "DMKDSP450W CP ENTERED; DISABLED WAIT")
ends_in("block-outside", "208", "DMKDSP\\d+W")
ends_in("every-port", "209", "DMKDSP450W CP ENTERED; DISABLED WAIT.*600D")
ends_in("entry-outside", "20B", "DMK\\w{3}\\d+[EW]")
ends_in("other-version", "20C", "DMK\\w{3}\\d+[EW]")
ends_in("empty-disk", "20D", "DMK\\w{3}\\d+[EW]")
ends_in("no-such-device", "2FF", "DMK\\w{3}\\d+E")


@case("guest.program-check.csw")
def program_check(system):
    """A channel program outside storage is condition code 1 and a CSW with
    program check, for the guest to see."""
    client = fault_user(system)
    client.command("IPL 206", "DISABLED WAIT")
    line = client.command("DISPLAY G", "RAX[ =]+([0-9A-F]+)")
    check(int(line[1], 16) == 1, "EAX is %s" % line[1])


def runs_on(name, vdev):
    """A guest that never ends: CP is reached by the break and by #CP, other
    users notice nothing, and LOGOFF ends it."""
    @case("guest." + name)
    def one(system):
        client = fault_user(system)
        other = system.ready(system.telnet(), "GUEST2")
        client.line("IPL " + vdev)
        other.command("QUERY TIME", "TIME IS", 20)
        client.command("#CP QUERY TIME", "TIME IS", 20)
        client.attention()
        client.command("QUERY NAMES", "FAULT +- ", 20)
        client.command("DISPLAY G", "RAX = ", 20)
        client.command("DISPLAY PSW", "PSW = ", 20)
        client.command("BEGIN", "")
        client.command("#CP QUERY TIME", "TIME IS", 20)
        other.command("QUERY TIME", "TIME IS", 20)
        client.command("#CP SYSTEM RESET", "(?i)RESET|COMPLETE", 20)
        client.command("#CP IPL 202", "DISABLED WAIT", 20)
        client.command("IPL " + vdev, "")
        client.command("#CP LOGOFF", "VM/370 Online", 20)
    return one


runs_on("disabled-loop", "203")
runs_on("endless-ccw-chain", "204")
runs_on("output-flood", "20A")


@case("guest.disabled-loop.3270")
def loop_3270(system):
    """PA1 on a 3270 gets CP READ while the guest loops."""
    client = system.logon(system.s3270(), "FAULT", options="NOIPL")
    client.line("IPL 203")
    client.wait_corner("RUNNING")
    client.attention()
    client.wait_corner("CP READ")
    client.command("DISPLAY PSW", "PSW = ")
    client.command("BEGIN", "")
    client.wait_corner("RUNNING")
    client.command("#CP LOGOFF", "VM/370 Online")


@case("guest.flood.3270")
def flood_3270(system):
    """Output without end at a 3270: MORE... stands, and #CP is obeyed."""
    client = system.logon(system.s3270(), "FAULT", options="NOIPL")
    client.line("IPL 20A")
    client.wait_corner("MORE")
    client.attention()
    client.line("SYSTEM RESET")
    client.drain()
    client.command("LOGOFF", "VM/370 Online")
