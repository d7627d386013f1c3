# SPDX-License-Identifier: MIT
#
# latency.py - from ENTER to the reply of QUERY TIME, and to the least that CP
# repaints a screen with, against an echo server in the same host on the same
# port.
#
# Twice: by instructions, with client and servers alone in a lab whose clock
# counts them; and by the clock, from outside, through whatever leads into the
# system.  There the floor is the same system with echo.c in vmcp's place: the
# same front command, lab and forwarder, the same client.  Those two are
# started in turn, three times each, and their rounds pooled.

import os
import shutil
import tempfile

import common
import vm

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


# What is measured, and how many times the echo's it may take: by the work of
# the processor, by the clock.
FIGURES = (("query", "ENTER to QUERY TIME's reply", 3, 3),
           ("enter", "ENTER to CP's repaint", None, 2))


def rows(found, unit, column, after=""):
    for what, name, *limits in FIGURES:
        for p in (50, 99):
            common.row("%s%s, p%d" % (name, after, p),
                       percentile(found[what], p),
                       percentile(found["echo"], p), unit, limits[column])


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
    rows(found, "kinst", 0)


def echo_build():
    """A copy of the programs in which vmcp is the echo server."""
    build = tempfile.mkdtemp(prefix="vmecho.")
    for part in ("bin", "libexec", "share"):
        shutil.copytree(os.path.join(vm.BUILD, part),
                        os.path.join(build, part))
    shutil.copy(common.tool("echo"),
                os.path.join(build, "libexec", "vm370", "vmcp"))
    return build


def measure(build, engine, client, *how):
    """One start, one client, all its rounds."""
    real, vm.BUILD = vm.BUILD, build
    try:
        with vm.System(engine=engine) as system:
            rc, out = vm.run([client, how[0], str(system.port),
                              str(ROUNDS_TIMED)] + list(how[1:]), 300)
    finally:
        vm.BUILD = real
    if rc != 0:
        raise SystemExit("latency %s: %s" % (how[0], out))
    return out


def timed(engine):
    client = common.tool("latency")
    build = echo_build()
    out = ""
    try:
        for _ in range(TURNS):
            out += measure(build, engine, client, "echo")
            out += measure(vm.BUILD, engine, client, "vm", "GUEST1",
                            "GUEST1")
    finally:
        shutil.rmtree(build)
    rows(parse(out), "us", 1, ", clock")


def main():
    args = common.arguments()
    counted()
    timed(args.engine)


if __name__ == "__main__":
    main()
