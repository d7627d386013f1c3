# SPDX-License-Identifier: MIT
#
# secure.py - terminals in TLS that trust whatever they are shown.

import hashlib
import re
import socket
import ssl

from clients import Telnet


def trusting():
    """A context of a client that verifies nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def fingerprint(port):
    """What a client that connects with TLS is shown."""
    with socket.create_connection(("127.0.0.1", port), 60) as s:
        with trusting().wrap_socket(s) as t:
            der = t.getpeercert(binary_form=True)
    return ":".join(re.findall("..", hashlib.sha256(der).hexdigest().upper()))


class Secure(Telnet):
    """Telnet in TLS, as s_client would carry it."""

    def __init__(self, port, **how):
        super().__init__(port, **how)
        self.socket = trusting().wrap_socket(self.socket)
