# SPDX-License-Identifier: MIT
#
# tls.py - terminals in TLS at a whole system, through the lab's forwarder if
# there is one: CMS under it, the certificate, and what start refuses.  What
# needs no virtual machine is in tests/traces/doors.py.

import re

import vm
from clients import until
from runner import case, check
from secure import Secure, fingerprint

USER = "GUEST1"


def told(system):
    rc, out = system.vm370("tls")
    check(rc == 0 and "In use      yes" in out, "vm370 tls: exit %d" % rc, out)
    return re.search("SHA-256 +(\\S+)", out)[1]


@case("tls.cms.3270")
def cms_3270(system):
    """A 3270 in TLS works with CMS, MORE... and a reconnect without TLS."""
    client = system.s3270(prefix="L:Y:")
    system.ready(client, USER)
    check("not secure" not in "\n".join(client.do("Query(Tls)")), "no TLS")
    client.command("QUERY DISK", "^Ready;")
    check("059W" not in client.text(), "a warning", client.text())
    client.drop()
    again = system.s3270()
    system.logon(again, USER, answer="RECONNECTED AT")
    again.line("BEGIN")
    again.command("QUERY TIME", "^Ready;")


@case("tls.cms.line")
def cms_line(system):
    client = system._client(Secure(system.port))
    system.ready(client, USER)
    client.command("HELP CMS", "^Ready;")
    client.command("TYPE NO SUCH", "^Ready\\(")


@case("tls.certificate")
def certificate(system):
    check(fingerprint(system.port) == told(system), "another than vm370 tls says")
    rc, out = system.vm370("tls", "reload")
    check(rc == 0 and fingerprint(system.port) in out, "reload: exit %d" % rc, out)


@case("tls.killed")
def killed(system):
    """vmtls dies: its users are disconnected and come back."""
    client = system._client(Secure(system.port))
    system.ready(client, USER)
    system.kill(system.pids("vmtls"))
    until(lambda: (client.pump(), client.eof)[1], "the line's end")

    def again():
        try:
            return Secure(system.port)
        except OSError:
            return None
    client = system._client(until(again, "TLS again"))
    system.logon(client, USER, answer="RECONNECTED AT")
    check(fingerprint(system.port) == told(system), "another certificate")


@case("tls.start-refused")
def start_refused(system):
    """The demonstration's passwords are not for the world, in a lab either;
    an address that is none is said so."""
    other = vm.System()
    try:
        rc, out = other.vm370("start", "--port", str(other.port), "--address",
                              "0.0.0.0", "--detach", timeout=vm.START_SECONDS)
        check(rc == 1 and "DMKNET442E NOT LISTENING ON 0.0.0.0; USER" in out,
              "start: exit %d" % rc, out)
        rc, out = other.vm370("start", "--address", "here")
        check(rc == 1 and "here is no address" in out, "exit %d" % rc, out)
    finally:
        other._remove()
