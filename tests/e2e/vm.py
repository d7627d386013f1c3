# SPDX-License-Identifier: MIT
#
# vm.py - a whole system for tests: a home directory, started and stopped by
# the front command, and what can be asked of it from the host.
#
# It knows where programs are and how to run them; what a user sees is in
# clients.py, what is right in the cases.

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import warnings

from clients import Missing, S3270, Telnet, Tmux, describe, until

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import crypt

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.environ.get("VM370_BUILD", os.path.join(SOURCE, "build"))
START_SECONDS = 180
STOP_SECONDS = 90


def front():
    return os.path.join(BUILD, "bin", "vm370")


def hardware():
    """Has this host a KVM that runs guests?"""
    probe = os.path.join(BUILD, "libexec", "vm370", "vmprobe")
    return run([probe])[0] == 0


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(command, timeout=60, typed=""):
    """A program to its end: its exit code and what it said."""
    done = subprocess.run(command, input=typed.encode(),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=timeout)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def user(name, classes="G", storage="16M", statements=()):
    """A directory entry like the demonstration's users; the password is the
    name."""
    lines = ["USER %s %s %s %s %s" % (name, hashed(name), storage, storage,
                                      classes), " INCLUDE CMSUSERS"]
    return "\n".join(lines + [" " + s for s in statements]) + "\n"


def hashed(password):
    """A hash for the directory, of the cheapest kind: what the tests time is
    the system, and hundreds of their users log on."""
    return crypt.crypt(password, "$y$j75$vmtestvmtest")


class System:
    """One system.  As a context it is started, and stopped and removed."""

    def __init__(self, home=None, engine="auto", keep=False, directory="",
                 config="", minidisks=()):
        self.made = home is None
        self.keep = keep
        self.asked_engine = engine
        self.clients = []
        self.home = home or tempfile.mkdtemp(prefix="vmtest.")
        if self.made:
            self._make_home(directory, config, minidisks)
            self.port = free_port()
        else:
            self.port = int(self.facts()["port"])

    def _make_home(self, directory, config, minidisks):
        """The demonstration system, with users and disks of the test."""
        rc, out = run([front(), "--home", self.home, "demo"])
        if rc != 0:
            raise Missing(describe("vm370 demo: exit %d" % rc, out))
        self.add_directory(directory)
        with open(os.path.join(self.home, "system.config"), "a") as f:
            f.write(config)
        for line in re.findall("^VOLUME (.*)", config, re.M):
            for volume in line.split():
                os.makedirs(os.path.join(self.home, "volumes", volume))
        for volume, owner, vdev, image in minidisks:
            with open(self.disk(owner, vdev, volume), "wb") as f:
                f.write(image)

    def disk(self, owner, vdev, volume):
        """The file that a minidisk is."""
        return os.path.join(self.home, "volumes", volume,
                            "%s.%s" % (owner, vdev))

    def write(self, name, text):
        """A file of the home directory."""
        with open(os.path.join(self.home, name), "w") as f:
            f.write(text)

    def add_directory(self, text):
        with open(os.path.join(self.home, "user.direct"), "a") as f:
            f.write(text)

    def __enter__(self):
        try:
            self.start()
        except Exception:
            print(self.log_tail())
            self.stop(check=False)
            self._remove()
            raise
        return self

    def __exit__(self, *_):
        self.close_clients()
        self.stop(check=False)
        self._remove()

    def _remove(self):
        if self.keep or not self.made:
            print("kept: " + self.home)
        else:
            shutil.rmtree(self.home, ignore_errors=True)

    # --- from the host ---

    def vm370(self, *words, timeout=60, typed=""):
        return run([front(), "--home", self.home, *words], timeout, typed)

    def start(self, engine=None):
        rc, out = self.vm370("start", "--port", str(self.port), "--engine",
                             engine or self.asked_engine, "--detach",
                             timeout=START_SECONDS)
        if rc != 0:
            raise Missing(describe("start: exit %d" % rc, out))
        return out

    def stop(self, check=True):
        rc, out = self.vm370("stop", timeout=STOP_SECONDS)
        if check and rc != 0:
            raise Missing(describe("stop: exit %d" % rc, out))
        return out

    def cp(self, *words, timeout=60):
        """A command from the host: exit code and answer."""
        return self.vm370("cp", *words, timeout=timeout)

    def ask(self, *words):
        """A command from the host that must succeed: its answer."""
        rc, out = self.cp(*words)
        if rc != 0:
            raise Missing(describe("cp %s: exit %d" % (" ".join(words), rc),
                                   out))
        return out

    def facts(self):
        """What the supervisor wrote of itself: engine, pid, port."""
        with open(os.path.join(self.home, "run", "engine")) as f:
            return dict(line.strip().split("=", 1) for line in f if "=" in
                        line)

    def engine(self):
        return self.facts().get("engine", "none")

    def log_tail(self, lines=40):
        try:
            with open(os.path.join(self.home, "log", "vm370.log"),
                      errors="replace") as f:
                return "--- log\n" + "".join(f.readlines()[-lines:])
        except OSError as e:
            return "--- no log: %s" % e

    # --- where the programs of the system run: this host, or its lab ---

    def shell(self, script, timeout=60):
        """Run a script there: exit code and output."""
        if self.engine() == "lab":
            return self.vm370("lab", "--", "sh", "-c", script,
                              timeout=timeout)
        return run(["sh", "-c", script], timeout)

    def pids(self, program):
        """The process ids of one of our programs, of this system only."""
        rc, out = self.shell("for p in /proc/[0-9]*; do echo ${p#/proc/} "
                             "$(cat $p/stat 2>/dev/null); done")
        parents, ours = {}, set()
        for line in out.splitlines():
            words = line.split()
            if len(words) > 5:
                parents[int(words[0])] = int(words[4])
                if words[2] == "(%s)" % program:
                    ours.add(int(words[0]))
        if self.engine() == "lab":
            return ours
        root = int(self.facts()["pid"])
        return {p for p in ours if self._below(p, root, parents)}

    @staticmethod
    def _below(pid, root, parents):
        while pid in parents and pid != root:
            pid = parents[pid]
        return pid == root

    def kill(self, pids, how="KILL"):
        rc, out = self.shell("kill -%s %s" % (how, " ".join(map(str, pids))))
        if rc != 0:
            raise Missing(describe("kill: exit %d" % rc, out))

    def kill_all(self):
        """Everything that runs the system, at once, with no good-bye."""
        root = int(self.facts()["pid"])
        rc, out = run(["ps", "-eo", "pid=,ppid="])
        parents = dict(map(int, line.split()) for line in out.splitlines())
        doomed = [p for p in parents if self._below(p, root, parents)]
        for pid in doomed:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass # it went with another
        until(lambda: not any(os.path.exists("/proc/%d" % p) and
                              " Z " not in open("/proc/%d/stat" % p).read()
                              for p in doomed), "end of everything")

    # --- terminals ---

    def _client(self, client):
        self.clients.append(client)
        return client

    def s3270(self, **how):
        return self._client(S3270(self.port, **how))

    def telnet(self, kind="plain", **how):
        return self._client(Telnet(self.port, kind, **how))

    def tmux(self, *command, **how):
        return self._client(Tmux(command, **how))

    def close_clients(self):
        for client in self.clients:
            try:
                client.close()
            except (OSError, subprocess.SubprocessError):
                pass # it has gone already
        self.clients = []

    def real_telnet(self):
        """The telnet of the distribution, in a terminal."""
        return self.tmux("telnet", "127.0.0.1", str(self.port))

    def socket(self):
        return self._client(socket.create_connection(
            ("127.0.0.1", self.port), 60))

    # --- users ---

    def logon(self, client, user, password=None, options="",
              answer="LOGON +AT"):
        """Log a user on and wait for the first line that says so."""
        client.wait("VM/370 Online")
        client.line(("LOGON %s %s" % (user, options)).strip())
        client.wait("ENTER PASSWORD")
        password = user if password is None else password
        client.line(password)
        client.wait(answer)
        if re.search("^ *%s *$" % re.escape(password), client.text(), re.M):
            raise Missing(describe("a password is to be seen", client.text()))
        return client

    def ready(self, client, user, **how):
        """Log on and wait for CMS."""
        self.logon(client, user, **how)
        client.wait("^Ready;")
        return client

    def logged_off(self, user):
        rc, out = self.cp("QUERY", user)
        return "NOT LOGGED ON" in out

    def users(self):
        """Who is logged on, but for the operator."""
        return re.findall("(\\w+) +- ", re.sub("OPERATOR +- ", "",
                                               self.ask("QUERY", "NAMES")))

    def everybody_off(self):
        """As a case wants to find it: nobody but the operator."""
        for user in self.users():
            self.cp("FORCE", user)
        until(lambda: not self.users(), "log-off of everybody")
