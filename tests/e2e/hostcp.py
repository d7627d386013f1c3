# SPDX-License-Identifier: MIT
#
# hostcp.py - a vmcp on this host, without virtual machines: what needs only
# the logo, LOGON and terminals needs no lab.  Its users have no IPL.

import os
import resource
import shutil
import subprocess
import tempfile

import vm
from clients import Missing, S3270, Telnet, describe, until

DIRECTORY = """\
USER OPERATOR OPERATOR 1M 1M ABCDEG
USER MAINT MAINT 1M 1M ABCDEFG
USER CMSUSER CMSUSER 1M 1M G
"""
CONFIG = "SYSTEM VM370\nTIMEZONE UTC UTC\n"


def directory(change=None):
    """The demonstration's users; or with passwords that are not."""
    lines = []
    for line in DIRECTORY.splitlines():
        words = line.split()
        words[2] = vm.hashed(change or words[1])
        lines.append(" ".join(words))
    return "\n".join(lines) + "\n"


class HostCP:
    def __init__(self, config="", address=None, options=(), password=None,
                 programs=None, files=None):
        self.home = tempfile.mkdtemp(prefix="vmtest.")
        for name in ("run", "spool", "log"):
            os.mkdir(os.path.join(self.home, name))
        self.write("user.direct", directory(password))
        self.write("system.config", CONFIG + config)
        self.port = vm.free_port()
        self.address = address
        self.options = list(options)
        self.programs = programs or os.path.join(vm.BUILD, "libexec", "vm370")
        self.files = files # descriptors that vmcp may have
        self.process = None
        self.clients = []

    def write(self, name, text):
        with open(os.path.join(self.home, name), "w") as f:
            f.write(text)

    def path(self, name):
        return os.path.join(self.home, name)

    def start(self):
        """What it says: READY, or ERROR and why."""
        told, tell = os.pipe()
        if self.address:
            self.options += ["--address", self.address]
        with open(self.path("log/vm370.log"), "a") as log:
            self.process = subprocess.Popen(
                [os.path.join(self.programs, "vmcp"), "--home", self.home, "--port", str(self.port), "--kvm", "/dev/null",
                 "--notify-fd", str(tell), *self.options], pass_fds=[tell],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=self.limits)
        os.close(tell)
        with os.fdopen(told) as f:
            return f.readline().strip()

    def limits(self):
        if self.files is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (self.files,) * 2)

    def __enter__(self):
        answer = self.start()
        if answer != "READY":
            log = self.log()
            self.__exit__()
            raise Missing(describe(answer, log))
        return self

    def __exit__(self, *_):
        for client in self.clients:
            client.close()
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def log(self):
        with open(self.path("log/vm370.log"), errors="replace") as f:
            return f.read()

    def logged(self, text):
        until(lambda: text in self.log(), "%r in the log" % text,
              seen=self.log)

    def vm370(self, *words, timeout=60):
        """The front command, as inside of a lab: where vmcp is."""
        return vm.run([vm.front(), "--home", self.home, "--run",
                       self.path("run"), *words], timeout)

    def children(self, program):
        """The process ids of one of its programs."""
        path = "/proc/%d/task/%d/children" % ((self.process.pid,) * 2)
        found = []
        with open(path) as f:
            for pid in f.read().split():
                try:
                    with open("/proc/%s/comm" % pid) as comm:
                        if comm.read().strip() == program:
                            found.append(int(pid))
                except OSError:
                    pass # it has ended
        return found

    def descriptors(self):
        return len(os.listdir("/proc/%d/fd" % self.process.pid))

    def telnet(self, kind="plain", **how):
        client = Telnet(self.port, kind, **how)
        self.clients.append(client)
        return client

    def s3270(self, **how):
        client = S3270(self.port, **how)
        self.clients.append(client)
        return client
