#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""lab.py --build DIR: vmlab and vmprobe, from outside.

Prints a line for each case and ends with 1 when one failed.  Every system is
in a folder and on a port of its own; nothing is left running.
"""
import argparse
import contextlib
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

SECONDS = 120
CASES = []


def case(function):
    CASES.append(function)
    return function


def check(condition, what, seen=""):
    if not condition:
        raise AssertionError(f"{what}: {seen!r}")


class Lab:
    """The programs of one build, and a folder for their homes."""

    def __init__(self, build, work):
        self.build, self.work = build, work
        self.vmlab = f"{build}/libexec/vm370/vmlab"
        self.vm370 = f"{build}/bin/vm370"

    def run(self, *command, data=b"", env=None):
        return subprocess.run(command, input=data, capture_output=True,
                              timeout=SECONDS, check=False,
                              env=dict(os.environ, **(env or {})))

    def fresh(self, *words, data=b"", env=None):
        return self.run(self.vmlab, "run", *words, data=data, env=env)


class System:
    """A demonstration system under `vmlab start`."""

    def __init__(self, lab, name, port=None):
        self.lab, self.home = lab, f"{lab.work}/{name}"
        self.port = port or free_port()
        made = lab.run(lab.vm370, "--home", self.home, "demo")
        check(made.returncode == 0, "vm370 demo", made.stderr)
        reader, writer = os.pipe()
        self.process = subprocess.Popen(
            [lab.vmlab, "start", "--home", self.home, "--port",
             str(self.port), "--notify-fd", str(writer)],
            pass_fds=[writer], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        os.close(writer)
        with os.fdopen(reader) as notify:
            self.answer = notify.readline().strip()

    def __enter__(self):
        check(self.answer == "READY", "vmlab start", self.answer)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(SECONDS)
        check(not self.leftovers(), "left running", self.leftovers())

    def exec(self, *words, data=b""):
        return self.lab.run(self.lab.vmlab, "exec", "--home", self.home,
                            *words, data=data)

    def engine(self):
        with open(f"{self.home}/run/engine", encoding="ascii") as f:
            return dict(line.strip().split("=", 1) for line in f)

    def log(self, name="lab.log"):
        with open(f"{self.home}/log/{name}", errors="replace",
                  encoding="utf-8") as f:
            return f.read()

    def leftovers(self):
        """Processes that know this home, and QEMU."""
        return processes_about(self.home)

    def child(self, words):
        return next(pid for pid, parent, line in processes()
                    if parent == self.process.pid and words in line)

    def qemu(self):
        return self.child("qemu-system")

    def wait_log(self, pattern, times=1):
        end = time.monotonic() + SECONDS
        while len(re.findall(pattern, self.log())) < times:
            check(time.monotonic() < end, f"no {pattern} in the log",
                  self.log()[-1000:])
            time.sleep(0.1)


def processes():
    """(pid, parent, command line) of everything that is no zombie."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                line = f.read().replace(b"\0", b" ").decode(errors="replace")
            with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
                parent = int(f.read().rsplit(")", 1)[1].split()[1])
            if line:
                yield int(pid), parent, line


def processes_about(text):
    return [(pid, line) for pid, _, line in processes()
            if text in line and pid != os.getpid()]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


# --- a lab for one command ---

@case
def probe_says_what_there_is(lab):
    inside = lab.fresh("--", "vmprobe")
    check(inside.returncode == 0 and inside.stdout.startswith(b"hardware "),
          "vmprobe in the lab", inside)
    here = lab.run(f"{lab.build}/libexec/vm370/vmprobe")
    word = here.stdout.split()[0].decode()
    words = ["hardware", "denied", "unusable", "none"]
    check(words.index(word) == here.returncode, "vmprobe here", here)
    none = lab.run(f"{lab.build}/libexec/vm370/vmprobe", "--kvm", "/no/kvm")
    check(none.returncode == 3 and none.stdout.startswith(b"none "),
          "no device", none)
    wrong = lab.run(f"{lab.build}/libexec/vm370/vmprobe", "--kvm", "/dev/null")
    check(wrong.returncode == 2, "a device that is no KVM", wrong)


@case
def streams_and_status_are_the_commands(lab):
    data = os.urandom(3 << 20)
    r = lab.fresh("--", "sh", "-c", "sha256sum; echo err >&2; exit 7",
                  data=data)
    check(r.returncode == 7, "exit status", r)
    check(hashlib.sha256(data).hexdigest().encode() in r.stdout,
          "input as it was sent", r)
    check(r.stderr == b"err\n", "standard error apart", r)
    r = lab.fresh("--", "sh", "-c", "kill -9 $$")
    check(r.returncode == 137, "a signal's status", r)
    r = lab.fresh("--", "no-such-command")
    check(r.returncode == 127, "no such command", r)


@case
def a_slow_reader_costs_nothing(lab):
    """Output to a pipe that is full and that somebody made non-blocking."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    process = subprocess.Popen(
        [lab.vmlab, "run", "--", "head", "-c", "1000000", "/dev/zero"],
        stdin=subprocess.DEVNULL, stdout=writer)
    os.close(writer)
    time.sleep(8)
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as f:
        ticks = sum(map(int, f.read().rsplit(")", 1)[1].split()[11:13]))
    with os.fdopen(reader, "rb") as f:
        check(len(f.read()) == 1000000, "all of it")
    check(process.wait(SECONDS) == 0, "exit status", process.returncode)
    check(ticks < 2 * os.sysconf("SC_CLK_TCK"), "processor time", ticks)


@case
def files_are_carried(lab):
    with open(f"{lab.work}/note", "w", encoding="ascii") as f:
        f.write("a note\n")
    r = lab.fresh("-f", f"{lab.work}/note:/tmp/deep/note", "-f",
                  "/usr/bin/env:/tmp/env", "--", "sh", "-c",
                  "cat /tmp/deep/note && /tmp/env | grep -c ^PATH=")
    check(r.stdout == b"a note\n1\n", "carried files", r)
    r = lab.fresh("-f", f"{lab.work}/no-such-file", "--", "true")
    check(r.returncode == 125 and r.stderr.count(b"\n") == 1,
          "a file that is not there", r)


@case
def it_lives_in_any_folder(lab):
    place = f"{lab.work}/o'brien, his \"lab\""
    for part in ("bin", "libexec", "share"):
        shutil.copytree(f"{lab.build}/{part}", f"{place}/{part}")
    with System(Lab(place, lab.work), "it's, a \\ home") as system:
        r = system.exec("--", "vm370", "version")
        check(r.returncode == 0, "a command", r)
    shutil.rmtree(place)


@case
def icount_figures_repeat(lab):
    figures = {lab.fresh("--icount", "--", "vmprobe").stdout
               for _ in range(2)}
    check(len(figures) == 1, "two boots differ", figures)


@case
def the_zone_is_the_hosts(lab):
    r = lab.fresh("--", "date", "+%Z %z", env={"TZ": "Asia/Kolkata"})
    check(r.stdout == b"IST +0530\n", "zone", r)


# --- a system in a lab ---

@case
def a_system_lives_and_ends(lab):
    with System(lab, "lives") as system:
        mode = os.stat(f"{system.home}/run/engine").st_mode & 0o777
        check(mode == 0o600, "who may read the token", oct(mode))
        with socket.create_connection(("127.0.0.1", system.port), 5) as s:
            mine = f"127.0.0.1:{s.getsockname()[1]}"
            check(s.recv(1), "an answer")
            time.sleep(2)
        check(mine in system.log("vm370.log"), "the peer as CP sees it", mine)
        one_line_refusals(lab, system)
        commands_inside(system)
    check(system.process.returncode == 0, "exit status",
          system.process.returncode)
    check(not os.path.exists(f"{system.home}/run/engine"), "engine file")


def one_line_refusals(lab, system):
    """A home and a port that are taken already."""
    again = lab.run(lab.vmlab, "start", "--home", system.home, "--port",
                    str(free_port()))
    check(again.returncode == 1 and again.stderr.count(b"\n") == 1,
          "a second start", again)
    os.makedirs(f"{lab.work}/other")
    port = lab.run(lab.vmlab, "start", "--home", f"{lab.work}/other",
                   "--port", str(system.port))
    check(port.returncode == 1 and b"in use" in port.stderr and
          port.stderr.count(b"\n") == 1, "a port in use", port)


def commands_inside(system):
    r = system.exec("--", "sh", "-c", "cat; id -u; exit 3", data=b"abc\n")
    owner = os.stat(system.home).st_uid
    check((r.returncode, r.stdout) == (3, b"abc\n%d\n" % owner), "exec", r)
    check(abs(float(system.exec("--", "date", "+%s").stdout) - time.time())
          < 2, "the lab's clock")
    steps = len(re.findall("the clock was stepped", system.log()))
    system.exec("--root", "--", "date", "-s", "@1000000000")
    system.wait_log("the clock was stepped", steps + 1)
    check(abs(float(system.exec("--", "date", "+%s").stdout) - time.time())
          < 2, "the lab's clock, after it was wrong")
    with socket.create_connection(
            ("127.0.0.1", int(system.engine()["agent"])), 5) as s:
        s.sendall(b"\0\0\0\1\0\0\0\x40" + b"0" * 64)
        check(b"token is wrong" in s.recv(200), "a wrong token")
    with socket.create_connection(
            ("127.0.0.1", int(system.engine()["agent"])), 5) as s:
        s.sendall(b"\0\0\0\2\0\0\0\2id" + b"\0\0\0\6\0\0\0\x08" + b"\0" * 8)
        check(b"no token" in s.recv(200), "a command without a token")


@case
def no_link_is_followed(lab):
    """Root starts a system in a folder of somebody who plants links."""
    home = f"{lab.work}/links"
    os.makedirs(f"{home}/log")
    with open(f"{lab.work}/precious", "w", encoding="ascii") as f:
        f.write("precious")
    for name in ("log/lab.log", "run/lock"):
        os.makedirs(os.path.dirname(f"{home}/{name}"), exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{home}/{name}")
        os.symlink(f"{lab.work}/precious", f"{home}/{name}")
        r = lab.run(lab.vmlab, "start", "--home", home, "--port",
                    str(free_port()))
        check(r.returncode == 1 and r.stderr.count(b"\n") == 1, name, r)
        os.unlink(f"{home}/{name}")


@case
def two_who_insist(lab):
    """A command's client in a frozen lab ends at the second signal; two who
    stop a system at once mean one stop."""
    with System(lab, "insist") as system:
        os.kill(system.qemu(), signal.SIGSTOP)
        client = subprocess.Popen([lab.vmlab, "exec", "--home", system.home,
                                   "--", "true"])
        time.sleep(1)
        client.terminate()
        time.sleep(1)
        check(client.poll() is None, "one signal is passed on")
        client.terminate()
        check(client.wait(10) == 128 + signal.SIGTERM, "the second ends it",
              client.returncode)
        os.kill(system.qemu(), signal.SIGCONT)
        system.process.terminate()
        system.process.terminate()
        time.sleep(0.1)
        system.process.terminate()
        check(system.process.wait(SECONDS) == 0, "one stop")
        check("ended at once" not in system.log(), "in good order")


@case
def who_says_nothing_gives_way(lab):
    """A vmcp that stands still; those who knocked first do not block."""
    with System(lab, "silent") as system:
        stop = ("--root", "--", "sh", "-c", "kill -STOP $(pidof vmcp)")
        system.exec(*stop)
        peers = [socket.create_connection(("127.0.0.1", system.port), 5)
                 for _ in range(3)]
        for peer in peers[:2]:
            peer.settimeout(40)
            check(peer.recv(1) == b"", "given up")
        system.exec(*(stop[:-1] + ("kill -CONT $(pidof vmcp)",)))
        peers[2].settimeout(10)
        check(peers[2].recv(1), "the third is answered")
        for peer in peers:
            peer.close()


@case
def secrets_are_the_owners(lab):
    """Another user in the lab sees no process of vmcp's."""
    with System(lab, "secret") as system:
        r = system.exec("--root", "--", "sh", "-c",
                        "echo other:x:99:99::/:/bin/sh >>/etc/passwd;"
                        "su other -c 'cat /proc/*/cmdline'")
        check(b"other" not in r.stdout and b"/proc/" in r.stdout and
              b"proxy" not in r.stdout, "arguments seen", r)
        r = system.exec("--root", "--", "sh", "-c", "cat /proc/*/cmdline")
        check(b"proxy" in r.stdout, "root sees them", r)


@case
def deaths_are_survived(lab):
    with System(lab, "deaths") as system:
        os.kill(system.qemu(), signal.SIGKILL)
        system.wait_log("LOGON is answered", 2)
        system.exec("--root", "--", "sh", "-c", "kill -9 $(pidof vmcp)")
        system.wait_log("LOGON is answered", 3)
        system.exec("--root", "--", "sh", "-c", "echo c >/proc/sysrq-trigger")
        system.wait_log("LOGON is answered", 4)
        check(system.exec("--", "true").returncode == 0, "exec afterwards")
        system.process.kill()
        system.process.wait(SECONDS)
        end = time.monotonic() + 5
        while system.leftovers() and time.monotonic() < end:
            time.sleep(0.1)
        check(not system.leftovers(), "after kill -9", system.leftovers())
        r = system.exec("--", "true")
        check(r.returncode == 125 and r.stderr.count(b"\n") == 1,
              "exec in a lab that is gone", r)
    with System(lab, "deaths") as system:
        check("is answered" in system.log(), "the same home again")


@case
def the_order_of_deaths_does_not_matter(lab):
    """virtiofsd's end is seen before the orderly end of QEMU; then alone."""
    with System(lab, "order") as system:
        qemu, share = system.qemu(), system.child(" share ")
        os.kill(qemu, signal.SIGSTOP)
        os.kill(share, signal.SIGKILL)
        time.sleep(1)
        os.kill(qemu, signal.SIGTERM)  # for QEMU a power-off: status 0
        os.kill(qemu, signal.SIGCONT)
        check(system.process.wait(SECONDS) == 0, "exit status",
              system.process.returncode)
        check("booted again" not in system.log(), "an orderly end",
              system.log())
    with System(lab, "order") as system:
        os.kill(system.child(" share "), signal.SIGKILL)
        system.wait_log("booted again")
        system.wait_log("LOGON is answered", 3)


@case
def engines_change_on_one_home(lab):
    """The lab's KVM is the engine kvm; then the same home in a lab."""
    with System(lab, "outer") as outer:
        inner = "/vm370/home/in/inner"
        base = ("--", "vm370", "--home", inner)
        r = outer.exec(*base, "start", "--engine", "kvm", "--port", "3280",
                       "--detach")
        check(r.returncode == 0, "start with engine kvm", r)
        r = outer.exec(*base, "status")
        check(b"engine kvm" in r.stdout, "status", r)
        r = outer.exec(*base, "adduser", "NEWUSER",
                       data=b"secret99\nsecret99\n")
        check(r.returncode == 0, "adduser", r)
        r = outer.exec(*base, "stop")
        check(r.returncode == 0, "stop", r)
    os.rename(f"{outer.home}/in/inner", f"{lab.work}/inner")
    with System(lab, "inner") as system:
        r = lab.run(lab.vm370, "--home", system.home, "cp", "QUERY",
                    "NEWUSER")
        check(b"NEWUSER NOT LOGGED ON" in r.stdout + r.stderr,
              "a user added under the other engine", r)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("only", nargs="*")
    options = parser.parse_args()
    work = tempfile.mkdtemp(prefix="lab.")
    lab = Lab(os.path.realpath(options.build), work)
    failed = 0
    for function in CASES:
        if options.only and function.__name__ not in options.only:
            continue
        begin = time.monotonic()
        try:
            function(lab)
            verdict = "ok"
        except Exception:  # any: the next case has to run
            verdict = "FAILED"
            failed += 1
            traceback.print_exc()
        print(f"{verdict:7}{function.__name__} "
              f"({time.monotonic() - begin:.1f} s)", flush=True)
    print(f"{failed} failed")
    shutil.rmtree(work, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
