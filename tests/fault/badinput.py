# SPDX-License-Identifier: MIT
#
# badinput.py - bad input from people and from the network.

import random
import socket
import time

from clients import IAC, NAWS, SB, SE, TTYPE, until
from runner import case, check


def witness_lives(system):
    """Somebody else's session answers, and quickly."""
    client = system.logon(system.telnet(), "GUEST2", options="NOIPL")
    client.command("QUERY TIME", "TIME IS", 20)
    client.command("LOGOFF", "VM/370 Online")
    client.close()


def ended(sock, seconds=30):
    """Did the server close this line?"""
    sock.settimeout(0.5)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if not sock.recv(65536):
                return True
        except socket.timeout:
            continue
        except OSError:
            return True
    return False


@case("command.unknown")
def unknown(system):
    client = system.logon(system.telnet(), "GUEST1", options="NOIPL")
    client.command("FROBNICATE NOW", "DMKCFC001E \\?CP: FROBNICATE")
    # A command of a class that the user lacks is answered as one unknown.
    client.command("SHUTDOWN", "DMKCFC001E \\?CP: SHUTDOWN")
    client.command("FORCE GUEST2", "DMKCFC001E \\?CP: FORCE")
    client.command("X" * 2000, "DMK\\w{3}\\d+E")
    client.command("QUERY " + "Y" * 200, "DMK\\w{3}\\d+E")
    client.command("QUERY TIME", "TIME IS")


@case("command.wrong-operands")
def operands(system):
    client = system.logon(system.telnet(), "GUEST1", options="NOIPL")
    for text in ("QUERY", "QUERY NOBODY99", "DISPLAY ZZZ", "DISPLAY",
                 "DISPLAY FFFFFFFFFFFFFFFFFFFF", "DISPLAY 10000000000.10",
                 "STORE", "STORE 0", "STORE ZZ 11", "STORE 0 XYZ",
                 "STORE FFFFFFFF00000000 1", "IPL", "IPL FFFF", "IPL 999",
                 "IPL NOSUCH", "MESSAGE", "MESSAGE NOBODY99 x", "SYSTEM",
                 "SYSTEM FOO", "BEGIN ZZZ", "SET", "SET FOO ON", "SET MSG",
                 "SET MSG PERHAPS", "HELP NOSUCH", "LOGON", "LOGON GUEST1",
                 "DISPLAY 0-", "DISPLAY 0.0", "QUERY VIRTUAL ZZZ"):
        client.command(text, "DMK\\w{3}\\d{3}[EWI]")
    client.command("QUERY TIME", "TIME IS")


@case("logo.nonsense")
def nonsense(system):
    client = system.telnet()
    client.wait("VM/370 Online")
    for text in ("QUERY TIME", "FROB", "LOGON", "LOGON A B C D E F",
                 "LOGON TOOLONGUSERID", "#CP", "LOGON \x01\x02", ""):
        client.line(text)
    client.line("LOGON GUEST1")
    client.wait("ENTER PASSWORD")
    client.line("GUEST1")
    client.wait("LOGON +AT", 120)


@case("line.ten-megabytes")
def ten_megabytes(system):
    """A line of 10 MB: cut or refused, and nothing grows."""
    for where in ("logo", "session"):
        client = system.telnet()
        if where == "session":
            system.logon(client, "GUEST1", options="NOIPL")
        client.socket.settimeout(120)
        try:
            for _ in range(160):
                client.send(b"A" * 65536)
                client.pump()
            client.send(b"\r\n")
        except OSError:
            pass # refused by closing the line: fair
        witness_lives(system)
        sizes = resident(system, "vmterm") + resident(system, "vmcp")
        check(sizes and max(sizes) < 32 << 10, "a program of %s KiB" % sizes)


def resident(system, program):
    """KiB in real storage, of each process of a program."""
    pids = system.pids(program)
    rc, out = system.shell("grep -h ^VmRSS %s" % " ".join(
        "/proc/%d/status" % p for p in pids))
    return [int(line.split()[1]) for line in out.splitlines()
            if line.startswith("VmRSS")]


@case("client.never-reads")
def never_reads(system):
    """A terminal that takes no output: its machine waits, nobody else."""
    client = system.telnet()
    system.logon(client, "FAULT", options="NOIPL")
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.line("IPL 20A")
    for _ in range(50):
        client.send(b"#CP DISPLAY 0.10000\r\n" * 20)
    time.sleep(1)
    witness_lives(system)
    sizes = resident(system, "vmterm") + resident(system, "vmcp")
    check(sizes and max(sizes) < 32 << 10, "a program of %s KiB" % sizes)
    client.drop()
    until(lambda: "FAULT    - DSC" in system.ask("QUERY", "NAMES"),
          "disconnected FAULT")


@case("client.leaves-in-negotiation")
def leaves(system):
    """Lines that end at every point of the negotiation leave nothing."""
    scraps = [b"", b"\xff", b"\xff\xfb", b"\xff\xfb\x18",
              b"\xff\xfb\x18\xff\xfa", b"\xff\xfb\x18\xff\xfa\x18\x00IBM-3279",
              b"\xff\xfb\x18\xff\xfa\x18\x00IBM-3279-2-E\xff",
              b"\xff\xfb\x18\xff\xfa\x18\x00IBM-3279-2-E\xff\xf0",
              b"\xff\xfb\x18\xff\xfa\x18\x00IBM-3279-2-E\xff\xf0\xff\xfb\x19",
              b"LOGON GUE", b"LOGON GUEST1\r\n"]
    for scrap in scraps:
        for hard in (False, True):
            sock = system.socket()
            sock.sendall(scrap)
            if hard:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                b"\1\0\0\0\0\0\0\0")
            sock.close()
    until(lambda: not system.pids("vmterm"), "end of the terminals")
    witness_lives(system)


@case("client.garbage")
def garbage(system):
    """Random bytes, and floods of IACs and negotiations."""
    rng = random.Random(370)
    floods = [bytes(rng.randrange(256) for _ in range(20000)),
              bytes([IAC]) * 20000,
              bytes([IAC, 253, 1]) * 20000,
              bytes([IAC, 251, 24, IAC, 252, 24]) * 10000,
              bytes([IAC, 244]) * 5000,
              bytes([IAC, 246]) * 20000,
              bytes([IAC, 239]) * 20000,
              bytes([IAC, SB, NAWS]) + bytes(100000),
              bytes([IAC, SB, TTYPE, 0]) + b"A" * 100000 + bytes([IAC, SE]),
              bytes([IAC, SB, 34]) + bytes(3000) + bytes([IAC, SE]),
              bytes([IAC, SB, 39, 0, 0]) + b"USER\1-f root" +
              bytes([IAC, SE])]
    for flood in floods:
        sock = system.socket()
        sock.settimeout(20)
        try:
            sock.sendall(flood)
        except OSError:
            pass # closed by the server: fair
        sock.close()
    until(lambda: not system.pids("vmterm"), "end of the terminals")
    witness_lives(system)


@case("client.garbage.3270")
def garbage_3270(system):
    """Random records from a terminal that has agreed to be a 3270."""
    rng = random.Random(3270)
    hello = (b"\xff\xfb\x18\xff\xfa\x18\x00IBM-3278-2\xff\xf0"
             b"\xff\xfb\x19\xff\xfd\x19\xff\xfb\x00\xff\xfd\x00")
    aids = [0x7D, 0x6C, 0x6D, 0x88, 0xF1, 0x00, 0xFF]
    for _ in range(20):
        sock = system.socket()
        sock.settimeout(20)
        try:
            sock.sendall(hello)
            time.sleep(0.05)
            for _ in range(30):
                body = bytes([rng.choice(aids)]) + bytes(
                    rng.randrange(256) for _ in range(rng.randrange(80)))
                sock.sendall(body.replace(b"\xff", b"\xff\xff")
                             + b"\xff\xef")
        except OSError:
            pass # closed by the server: fair
        sock.close()
    until(lambda: not system.pids("vmterm"), "end of the terminals")
    witness_lives(system)


@case("client.compression-bomb")
def bomb(system):
    """IAC SB 86 would switch inflation on in libtelnet: the line ends."""
    sock = system.socket()
    sock.sendall(bytes([IAC, SB, 86, IAC, SE]))
    check(ended(sock, 10), "IAC SB 86 does not end the line")
    sock = system.socket()
    sock.sendall(bytes([IAC, 251, 86, IAC, SB, 86, IAC, SE]))
    check(ended(sock, 10), "WILL 86, IAC SB 86 does not end the line")
    witness_lives(system)


@case("client.many-lines")
def many_lines(system):
    """Two hundred connections that never log on do not keep others out."""
    socks = [system.socket() for _ in range(200)]
    client = system.telnet()
    system.logon(client, "GUEST1", options="NOIPL")
    for sock in socks:
        sock.close()
    until(lambda: len(system.pids("vmterm")) <= 1, "end of the terminals")
