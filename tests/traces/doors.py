# SPDX-License-Identifier: MIT
#
# doors.py - who comes in, and how: TLS at connect and by STARTTLS under real
# clients, its certificate, other machines, limits of an address, idle
# terminals, and a thousand connections that break.  A real vmcp with its
# vmterms, vmtls and vmspool; no virtual machine.

import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "e2e"))

import hostcp
import vm
from clients import Missing, S3270, Telnet, describe, until
from hostcp import HostCP
from secure import Secure, fingerprint

CASES = []
BREAKS = 1000
AT_ONCE = 100


def case(function):
    CASES.append(function)
    return function


def check(condition, what, seen=""):
    if not condition:
        raise Missing(describe(what, seen))


def told(cp):
    rc, out = cp.vm370("tls")
    check(rc == 0, "vm370 tls: exit %d" % rc, out)
    return re.search("SHA-256 +(\\S+)", out)[1]


def log_on(client, user="CMSUSER", password=None):
    client.wait("VM/370 Online")
    client.line("LOGON " + user)
    client.wait("ENTER PASSWORD")
    client.line(password or user)


def own_address():
    """An address of this host that is not the loopback's; or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("192.0.2.1", 9))
            address = s.getsockname()[0]
        except OSError:
            return None
    return None if address.startswith("127.") else address


class From(Telnet):
    """Telnet from an address of this host, as from another machine."""

    def __init__(self, address, port, **how):
        self.address = address
        real = socket.create_connection
        socket.create_connection = lambda to, timeout: real(
            (address, to[1]), timeout)
        try:
            super().__init__(port, **how)
        finally:
            socket.create_connection = real


# --- TLS ---

def tls_logon(cp, prefix, secure):
    client = cp.s3270(prefix=prefix)
    client.wait("VM/370 Online")
    said = "\n".join(client.do("Query(Tls)"))
    check(("not secure" not in said) == secure, prefix, said)
    log_on(client)
    client.wait("(LOGON|RECONNECTED) +AT")
    client.close()


@case
def tls_starttls():
    """Offered on request; a client that verifies does not come in then."""
    with HostCP("TLS STARTTLS\n") as cp:
        for prefix in ("Y:", "Y:N:"):
            tls_logon(cp, prefix, True)
        tls_logon(cp, "L:Y:", True)
        client = cp.s3270(connect=False)
        try:
            client.do('Connect("127.0.0.1:%d")' % cp.port)
            taken = True
        except Missing:
            taken = False
        check(not taken, "a certificate of nobody is taken")
        cp.logged("a terminal that began TLS was refused")


@case
def tls_3270():
    """s3270: plain, TLS at connect; each with TN3270E and without; and with
    the certificate verified."""
    with HostCP() as cp:
        ca = ["-cafile", cp.path("tls/cert.pem")]
        for prefix, secure in (("", False), ("N:", False), ("Y:", False),
                               ("L:Y:", True), ("L:Y:N:", True)):
            tls_logon(cp, prefix, secure)
        # Whoever verifies knows the name; another name is none.
        out = subprocess.run(
            ["s3270", *ca, "-model", "3279-2-E", "-utf8"],
            input=b'Connect("L:localhost:%d")\nWait(20,3270Mode)\n'
            b'Query(Tls)\nQuit()\n' % cp.port, stdout=subprocess.PIPE,
            timeout=60).stdout.decode()
        check("secure host-verified" in out, "verified", out)


@case
def tls_lines():
    """Telnet and openssl s_client in TLS get line mode."""
    with HostCP() as cp:
        client = Secure(cp.port)
        cp.clients.append(client)
        log_on(client)
        client.wait("LOGON +AT")
        check("NOT ENCRYPTED" not in client.seen, "a warning", client.seen)
        client.close()
        with subprocess.Popen(
                ["openssl", "s_client", "-quiet", "-connect",
                 "127.0.0.1:%d" % cp.port], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as p:
            seen = b""
            while b"VM/370 Online" not in seen:
                got = os.read(p.stdout.fileno(), 4096)
                check(got, "s_client ended", seen.decode("latin-1"))
                seen += got
            p.stdin.write(b"LOGON MAINT MAINT\n")
            p.stdin.flush()
            while b"LOGON AT" not in seen:
                got = os.read(p.stdout.fileno(), 4096)
                check(got, "s_client ended", seen.decode("latin-1"))
                seen += got
            p.kill()


@case
def tls_certificate():
    """vm370 tls says what clients see; a new certificate is for those who
    come then; who is there stays; a bad one changes nothing."""
    with HostCP() as cp:
        before = told(cp)
        check(fingerprint(cp.port) == before, "not what vm370 tls says")
        client = Secure(cp.port)
        cp.clients.append(client)
        log_on(client)
        client.wait("LOGON +AT")
        key = cp.path("tls/key.pem")
        check(os.stat(key).st_mode & 0o777 == 0o600, "the key's mode")
        with open(key) as f:
            good = f.read()
        cp.write("tls/key.pem", "nonsense\n")
        rc, out = cp.vm370("tls", "reload")
        check(rc == 1 and "key.pem" in out, "reload of nonsense", out)
        check(fingerprint(cp.port) == before, "the old one has gone")
        cp.write("tls/key.pem", good)
        os.unlink(key)
        os.unlink(cp.path("tls/cert.pem"))
        rc, out = cp.vm370("tls", "reload")
        check(rc == 0, "reload", out)
        after = told(cp)
        check(after != before and fingerprint(cp.port) == after,
              "the new one is not there")
        client.line("QUERY TIME")
        client.wait("CONNECT=")
        check(len(cp.children("vmtls")) == 2, "not two vmtls")
        client.close()
        until(lambda: len(cp.children("vmtls")) == 1, "end of the first vmtls")


@case
def tls_killed():
    """vmtls ends: its users are disconnected, others stay, it comes again."""
    with HostCP() as cp:
        secure, plain = Secure(cp.port), cp.telnet()
        cp.clients.append(secure)
        log_on(secure)
        secure.wait("LOGON +AT")
        log_on(plain, "MAINT")
        plain.wait("LOGON +AT")
        os.kill(cp.children("vmtls")[0], signal.SIGKILL)
        until(lambda: (secure.pump(), secure.eof)[1], "the line's end")

        def left(): # CP hears of it no sooner than the client
            return re.search("DSC", plain.command("QUERY NAMES",
                                                  "CMSUSER +- \\w+")[0])
        until(left, "disconnected CMSUSER")
        cp.logged("DMKTLS440E")

        def again():
            try:
                client = Secure(cp.port)
                cp.clients.append(client)
                return client
            except OSError:
                return None
        client = until(again, "TLS again")
        log_on(client)
        client.wait("RECONNECTED AT")


@case
def tls_hostile():
    """What begins TLS and is none; who never goes on: neither stays, and
    others notice nothing."""
    with HostCP() as cp:
        socks = []
        for first in (b"\x16", b"\x16\x03\x01\xff\xff" + b"x" * 300,
                      b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",
                      b"\x16" * 4096):
            s = socket.create_connection(("127.0.0.1", cp.port), 30)
            s.sendall(first)
            socks.append(s)
        client = Secure(cp.port)
        cp.clients.append(client)
        log_on(client)
        client.wait("LOGON +AT")
        until(lambda: len(cp.children("vmterm")) == 1, "end of the hostile",
              30)
        for s in socks:
            s.close()


@case
def tls_off():
    with HostCP("TLS OFF\n") as cp:
        check(not cp.children("vmtls"), "a vmtls")
        rc, out = cp.vm370("tls")
        check(rc == 1 and "TLS OFF" in out, "vm370 tls", out)
        client = cp.s3270()
        client.wait("VM/370 Online")
        with socket.create_connection(("127.0.0.1", cp.port), 30) as s:
            s.sendall(b"\x16\x03\x01")
            s.settimeout(20)
            until(lambda: not s.recv(100), "the line's end", 20)


@case
def tls_bad_certificate():
    """One that cannot be used: the system runs without, at home."""
    with HostCP("TLS CERTIFICATE my.pem KEY my.key\n") as cp:
        cp.logged("DMKTLS440E TLS NOT AVAILABLE; " + cp.path("my.pem"))
        client = cp.telnet()
        client.wait("VM/370 Online")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
             "-keyout", cp.path("my.key"), "-out", cp.path("my.pem"),
             "-subj", "/CN=test", "-days", "2"], check=True,
            stderr=subprocess.DEVNULL)
        rc, out = cp.vm370("tls", "reload")
        check(rc == 0, "reload", out)
        check(fingerprint(cp.port) == told(cp), "another certificate")


# --- a vmterm that was taken over ---

def liar(programs):
    """vmcp's programs, with liar.py in vmterm's place."""
    here = os.path.dirname(os.path.abspath(__file__))
    for name in os.listdir(os.path.join(vm.BUILD, "libexec", "vm370")):
        ours = os.path.join(vm.BUILD, "libexec", "vm370", name)
        if name == "vmcp": # finds the others beside itself
            shutil.copy(ours, programs)
        elif name != "vmterm":
            os.symlink(ours, os.path.join(programs, name))
    shutil.copy(os.path.join(here, "liar.py"),
                os.path.join(programs, "vmterm"))
    shutil.copy(os.path.join(here, os.pardir, os.pardir, "include", "ipc.h"),
                programs)


def lie(cp, what):
    with open(os.path.join(cp.programs, "lie"), "w") as f:
        f.write(what)
    with socket.create_connection(("127.0.0.1", cp.port), 30) as s:
        return s.recv(100).decode()


@case
def vmterm_lies():
    """What it may not say ends its channel, and nothing else: no descriptor
    stays, no other program ends."""
    with tempfile.TemporaryDirectory() as programs:
        liar(programs)
        with HostCP("LIMIT LOGO 2S\n", programs=programs) as cp:
            lie(cp, "elsewhere")
            until(lambda: not cp.children("vmterm"), "its end")
            before, tls = cp.descriptors(), cp.children("vmtls")
            for what in ("secure", "secure_later", "after_open", "twice",
                         "client_first", "client_twice", "three_at_once",
                         "two_hundred", "restless"):
                said = lie(cp, what)
                check(said == "CLOSED", what, said)
            lie(cp, "own_channel")
            until(lambda: cp.descriptors() == before,
                  "%d descriptors" % before, 30,
                  lambda: "%d" % cp.descriptors())
            check(cp.children("vmtls") == tls, "vmtls")
            check(lie(cp, "elsewhere") == "ALIVE", "an honest one")
            check("192.0.2.77" not in cp.log(), "believed", cp.log())


# --- other machines ---

@case
def outside_refused():
    """Not with the demonstration's passwords, not without TLS."""
    for how, number in (
            ({"options": ["--outside", "0.0.0.0"]}, "USER OPERATOR HAS"),
            ({"address": "::"}, "USER OPERATOR HAS"),
            ({"address": "0.0.0.0", "config": "TLS OFF\n",
              "password": "OTHER"}, "THERE IS NO TLS"),
            ({"address": "0.0.0.0", "config": "TLS OFF\n",
              "options": ["--plain"]}, "USER OPERATOR HAS")):
        cp = HostCP(**how)
        try:
            answer = cp.start()
            check("DMKNET442E NOT LISTENING ON" in answer and
                  number in answer, "%r" % how, answer)
        finally:
            cp.__exit__()


@case
def outside_known():
    """CP knows each user whom the demonstration gives a password."""
    here = os.path.dirname(os.path.abspath(__file__))
    top = os.path.join(here, os.pardir, os.pardir, "cp")
    with open(os.path.join(top, "front", "demo", "user.direct")) as f:
        demo = re.findall(r"^USER +(\w+) +(\w+)", f.read(), re.M)
    with open(os.path.join(top, "doors.c")) as f:
        known = re.search(r"doors_demo\[\] = \{([^}]*)", f.read())[1]
    wanted = [name for name, word in demo if word not in ("NOLOG", "AUTOONLY")]
    check(wanted == re.findall(r"\w+", known), "users", "%r" % wanted)
    check(all(name == word for name, word in demo if name in wanted),
          "another password", "%r" % demo)


@case
def outside_warned():
    """A logon from another machine that is not encrypted is told so, once;
    the loopback's is not."""
    address = own_address()
    for listen in ("0.0.0.0", "::"):
        with HostCP(address=listen, password="OTHER") as cp:
            near = cp.telnet()
            log_on(near, "MAINT", "OTHER")
            near.wait("LOGON +AT")
            check("059W" not in near.seen, "a warning at home", near.seen)
            if address is None:
                continue
            far = From(address, cp.port)
            cp.clients.append(far)
            log_on(far, password="OTHER")
            far.wait("LOGON +AT")
            check(far.seen.count("DMKLOG059W") == 1, "warnings", far.seen)
            far.close()
            client = S3270(cp.port, prefix="L:Y:", connect=False)
            cp.clients.append(client)
            client.host = "L:Y:%s:%d" % (address, cp.port)
            client.connect()
            log_on(client, password="OTHER")
            client.wait("RECONNECTED AT")
            # The one of before is in what his console remembers.
            check(client.text().count("059W") == 1, "a warning in TLS",
                  client.text())


@case
def outside_direct():
    """A running system does not take the demonstration's passwords back."""
    for address, taken in (("0.0.0.0", False), ("127.0.0.1", True)):
        with HostCP(address=address, password="OTHER") as cp:
            other = hostcp.directory("OTHER").splitlines()
            demo = hostcp.directory().splitlines()
            cp.write("user.direct", "\n".join([*demo[:1], *other[1:]]) + "\n")
            rc, out = cp.vm370("direct")
            check(("DMKNET443E DIRECTORY NOT TAKEN; USER OPERATOR HAS" in out)
                  != taken and (rc == 0) == taken, "DIRECT", out)
            user = cp.telnet()
            log_on(user, "OPERATOR", "OPERATOR" if taken else "OTHER")
            user.wait("(LOGON|RECONNECTED) +AT")
            cp.write("user.direct", "\n".join(other) + "\n")
            rc, out = cp.vm370("direct")
            check(rc == 0 and "EOJ" in out, "DIRECT of another", out)


@case
def outside_ipv6():
    with HostCP(address="::1") as cp:
        with socket.create_connection(("::1", cp.port), 30) as s:
            check(s.recv(10), "nothing")


# --- limits ---

def refused(port):
    """What a connection too many is told."""
    with socket.create_connection(("127.0.0.1", port), 30) as s:
        s.settimeout(10)
        out = b""
        while True:
            try:
                got = s.recv(1000)
            except ConnectionError:
                break
            if not got:
                break
            out += got
    return out.decode("latin-1")


@case
def limit_connections():
    with HostCP("LIMIT LOOPBACK\nLIMIT CONNECTIONS 3\nLIMIT RATE OFF\n") as cp:
        clients = [cp.telnet() for _ in range(3)]
        for client in clients:
            client.wait("VM/370 Online")
        out = refused(cp.port)
        check("DMKLOG060E" in out, "the fourth", out)
        clients[0].close()
        until(lambda: len(cp.children("vmterm")) == 2, "one gone")
        cp.telnet().wait("VM/370 Online")


@case
def limit_descriptors():
    """Terminals leave vmcp descriptors for all else that it does."""
    with HostCP("LIMIT LOGO OFF\n", files=160) as cp:
        socks = [socket.create_connection(("127.0.0.1", cp.port), 30)
                 for _ in range(200)]
        until(lambda: len(cp.children("vmterm")) > 40, "terminals")
        out = b""
        socks[-1].settimeout(20)
        while b"DMKLOG052E" not in out:
            got = socks[-1].recv(1000)
            check(got, "the last one", out.decode("latin-1"))
            out += got
        check(cp.descriptors() < 120, "%d descriptors" % cp.descriptors())
        rc, out = cp.vm370("cp", "QUERY", "NAMES")
        check(rc == 0 and "OPERATOR" in out, "vm370 cp: %d" % rc, out)
        for s in socks:
            s.close()
        until(lambda: not cp.children("vmterm"), "their end")
        cp.telnet().wait("VM/370 Online")


@case
def limit_rate():
    with HostCP("LIMIT LOOPBACK\nLIMIT RATE 5\n") as cp:
        clients = [cp.telnet(kind="silent") for _ in range(12)]
        until(lambda: any((c.pump(), "060E" in c.seen)[1] for c in clients),
              "a refusal")
        time.sleep(1.2)
        cp.telnet().wait("VM/370 Online")


@case
def limit_logons():
    """Failed ones of one address, over several connections."""
    with HostCP("LIMIT LOOPBACK\nLIMIT RATE OFF\nLIMIT LOGONS 2\n") as cp:
        for _ in range(2):
            client = cp.telnet()
            log_on(client, password="WRONG")
            client.wait("050E")
            client.close()
        client = cp.telnet()
        client.wait("VM/370 Online")
        client.line("LOGON CMSUSER")
        client.wait("DMKLOG058E")
        check("ENTER PASSWORD" not in client.seen, "asked", client.seen)


@case
def limit_idle():
    """At the logo the line is closed; a user is disconnected."""
    with HostCP("LIMIT LOGO 2S\nLIMIT IDLE 3S\n") as cp:
        user, nobody, screen = cp.telnet(), cp.telnet(), cp.s3270()
        log_on(user)
        user.wait("LOGON +AT")
        nobody.wait("DMKLOG061I NOTHING TYPED FOR 2 SECONDS; LINE CLOSED")
        until(lambda: (nobody.pump(), nobody.eof)[1], "the line's end")
        until(lambda: not screen.connected(), "the 3270's end")
        user.wait("DMKLOG062I NOTHING TYPED FOR 3 SECONDS; DISCONNECTED")
        user.wait("VM/370 Online")
        user.line("LOGON CMSUSER")
        user.wait("ENTER PASSWORD")
        user.line("CMSUSER")
        user.wait("RECONNECTED AT")
        for _ in range(3): # who types stays
            time.sleep(1.5)
            user.line("QUERY TIME")
            user.wait("CONNECT=")


def resets(cp, client):
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
    client.socket.close()


def closes(cp, client):
    client.socket.close()


def loses_vmterm(cp, client):
    os.kill(min(cp.children("vmterm")), signal.SIGKILL)


def sleeps(cp, client):
    """Nobody can know that; he says that he is here."""


def comes_back(kind, ends, here):
    """Seconds from a line's end until its user is on another one."""
    with HostCP() as cp:
        first = kind(cp.port)
        log_on(first)
        first.wait("LOGON +AT")
        second = cp.telnet()
        second.wait("VM/370 Online")
        ends(cp, first)
        start = time.monotonic()
        while True:
            second.line("LOGON CMSUSER CMSUSER" + here)
            if "RECONNECTED" in second.wait("RECONNECTED AT|DMKLOG054E")[0]:
                break
        took = time.monotonic() - start
        if ends is sleeps:
            first.wait("BY LOGON HERE")
            first.wait("VM/370 Online")
            first.close()
    return took


@case
def dead_line():
    """A line that ends disconnects its user, who comes back from elsewhere
    within a second; and with LOGON HERE where the line seems to live."""
    for ends, here in ((resets, ""), (closes, ""), (loses_vmterm, ""),
                       (sleeps, " HERE")):
        for kind in (Telnet, Secure):
            # A machine that has other work may be slow once.
            took = [comes_back(kind, ends, here)]
            while took[-1] >= 1 and len(took) < 3:
                took.append(comes_back(kind, ends, here))
            check(took[-1] < 1, "%s: %r s" % (ends.__name__, took))


@case
def log_bound():
    """What strangers write does not fill the disk."""
    with HostCP() as cp:
        path, line = cp.path("log/vm370.log"), "a stranger was here\n"
        with open(path, "a") as f:
            f.write(line * ((8 << 20) // len(line) + 1))
        until(lambda: os.path.getsize(path) < 1 << 20, "a new log", 30)
        with open(path + ".1") as f:
            check(f.read().count(line) == (8 << 20) // len(line) + 1,
                  "the one before")
        cp.telnet().wait("VM/370 Online")
        cp.logged("what was before this is in")
        cp.logged(" from 127.0.0.1:")


@case
def breaks():
    """Connections that break, at every moment of their lives, leave nothing
    behind: no process, no descriptor, no terminal."""
    linger = struct.pack("ii", 1, 0)
    with HostCP("LIMIT RATE OFF\n") as cp:
        watcher = cp.telnet()
        log_on(watcher, "OPERATOR")
        watcher.wait("AT")
        Secure(cp.port).close()
        until(lambda: len(cp.children("vmterm")) == 1, "one terminal")
        before = cp.descriptors()
        firsts = (b"", b"\xff", b"\x16\x03\x01", b"\xff\xfb\x18", b"LOGON X\r",
                  b"LOGON CMSUSER CMSUSER\r\n", b"\xff\xfa\x18\x00IBM-32")
        for i in range(0, BREAKS, AT_ONCE):
            socks = []
            for k in range(AT_ONCE):
                s = socket.create_connection(("127.0.0.1", cp.port), 30)
                s.sendall(firsts[(i + k) % len(firsts)])
                socks.append(s)
            for k, s in enumerate(socks):
                if k % 2:
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                s.close()
        until(lambda: len(cp.children("vmterm")) == 1, "end of vmterms", 60)
        until(lambda: cp.descriptors() == before,
              "%d descriptors" % before, 30,
              lambda: "%d" % cp.descriptors())
        check(len(cp.children("vmtls")) == 1, "vmtls")
        watcher.line("QUERY NAMES")
        watcher.wait("OPERATOR +- ")


def main():
    vm.BUILD = sys.argv[1]
    only = sys.argv[2] if len(sys.argv) > 2 else ""
    failed = 0
    for function in CASES:
        if not re.search(only, function.__name__):
            continue
        start = time.monotonic()
        try:
            function()
            print("%-24s ok %5.1f s" % (function.__name__,
                                        time.monotonic() - start), flush=True)
        except Exception as e: # a case may fail by any of them
            failed += 1
            print("%-24s FAILED\n%s\n%s" % (function.__name__, e,
                  traceback.format_exc(limit=-2)), flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
