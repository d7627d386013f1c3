# SPDX-License-Identifier: MIT
#
# latency.py - from ENTER to the reply of QUERY TIME, and to the least that CP
# repaints a screen with, against an echo server in the same host on the same
# port.
#
# Three times: by instructions, with client and servers alone in a lab whose
# clock counts them; by the clock, on this host, where nothing runs but vmcp,
# its vmterm and the echo; and by the clock, from outside, through whatever
# leads into the system.  There the floor is the same system with echo.c in
# vmcp's place: the same front command, lab and forwarder, the same client.  By
# the clock ours and the floor take turns, and each figure is the median of the
# turns': other programs make any of them look bad now and then.

import os
import shutil
import statistics
import subprocess
import tempfile

import common
import vm
from hostcp import HostCP

ROUNDS = 1000
ROUNDS_TIMED = 250
TURNS = 3
PROGRAMS = ("vmcp", "vmterm", "vmspool", "vmguest", "vmunit", "vmtls")

# What runs in the counting lab: the demonstration system, then the echo.
SCRIPT = """
/b/bin/vm370 --home /h demo >/dev/null 2>&1
mkdir -p /h/run
/b/libexec/vm370/vmcp --home /h --port 3270 2>/log &
sleep 2
/b/latency vm 3270 %d GUEST1 GUEST1
kill $!
wait
/b/echo --port 3270 &
sleep 1
/b/latency echo 3270 %d
kill $!
""" % (ROUNDS, ROUNDS)


def percentile(values, p):
    return sorted(values)[min(len(values) - 1, int(len(values) * p / 100))]


# What is measured, and how many times the echo's p99 it may take: by the work
# of the processor, by the clock.
FIGURES = (("query", "ENTER to QUERY TIME's reply", 3, 3),
           ("enter", "ENTER to CP's repaint", None, 2))


def rows(turns, unit, column, after=""):
    def figure(what, p):
        return statistics.median(percentile(t[what], p) for t in turns)
    for what, name, *limits in FIGURES:
        for p in (50, 99):
            common.row("%s%s, p%d" % (name, after, p), figure(what, p),
                       figure("echo", p), unit,
                       limits[column] if p == 99 else None)


def parse(out):
    """What was done: its microseconds."""
    found = {"query": [], "enter": [], "echo": []}
    for line in out.splitlines():
        words = line.split()
        if len(words) == 2 and words[0] in found:
            found[words[0]].append(float(words[1]))
    return found


def counted():
    """Thousands of instructions, as the lab's microseconds are."""
    libexec = os.path.join(vm.BUILD, "libexec", "vm370")
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as script:
        script.write(SCRIPT)
        script.flush()
        call = [os.path.join(libexec, "vmlab"), "run", "--icount",
                "-f", script.name + ":/script",
                "-f", vm.front() + ":/b/bin/vm370",
                "-f", common.tool("latency") + ":/b/latency",
                "-f", common.tool("echo") + ":/b/echo"]
        for name in PROGRAMS:
            call += ["-f", "%s:/b/libexec/vm370/%s" % (
                os.path.join(libexec, name), name)]
        rc, out = vm.run(call + ["--", "sh", "/script"], 300)
    found = parse(out)
    if any(len(values) != ROUNDS for values in found.values()):
        raise SystemExit("latency in the lab: exit %d: %s" % (rc, out))
    rows([found], "kinst", 0)


def client(program, *words):
    """All rounds of one client."""
    return common.must(vm.run([program, *map(str, words)], 300))


def echo_server(port):
    told, tell = os.pipe()
    server = subprocess.Popen([common.tool("echo"), "--port", str(port),
                               "--notify-fd", str(tell)], pass_fds=[tell])
    os.close(tell)
    with os.fdopen(told) as f:
        f.readline()
    return server


def schedule(policy, priority):
    """Of what is started from now on, where that is allowed."""
    try:
        os.sched_setscheduler(0, policy, os.sched_param(priority))
    except PermissionError:
        pass


def here():
    """vmcp and the echo on this host, before whatever else runs there."""
    program = common.tool("latency")
    turns = []
    schedule(os.SCHED_FIFO, 1)
    with HostCP() as cp:
        port = vm.free_port()
        server = echo_server(port)
        try:
            for _ in range(TURNS):
                floor = client(program, "echo", port, ROUNDS_TIMED)
                turns.append(parse(floor + client(
                    program, "vm", cp.port, ROUNDS_TIMED, "CMSUSER",
                    "CMSUSER")))
        finally:
            server.kill()
            server.wait()
    schedule(os.SCHED_OTHER, 0)
    rows(turns, "us", 1, ", host")


def echo_build():
    """A copy of the programs in which vmcp is the echo server."""
    build = tempfile.mkdtemp(prefix="vmecho.")
    for part in ("bin", "libexec", "share"):
        shutil.copytree(os.path.join(vm.BUILD, part),
                        os.path.join(build, part))
    shutil.copy(common.tool("echo"),
                os.path.join(build, "libexec", "vm370", "vmcp"))
    return build


def measure(build, engine, *words):
    """One start, one client."""
    kind, *who = words
    program = common.tool("latency")
    real, vm.BUILD = vm.BUILD, build
    try:
        with vm.System(engine=engine) as system:
            return client(program, kind, system.port, ROUNDS_TIMED, *who)
    finally:
        vm.BUILD = real


def outside(engine):
    build = echo_build()
    turns = []
    try:
        for _ in range(TURNS):
            floor = measure(build, engine, "echo")
            turns.append(parse(floor + measure(vm.BUILD, engine, "vm",
                                               "GUEST1", "GUEST1")))
    finally:
        shutil.rmtree(build)
    rows(turns, "us", 1, ", system")


def main():
    args = common.arguments()
    counted()
    here()
    outside(args.engine)


if __name__ == "__main__":
    main()
