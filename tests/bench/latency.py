# SPDX-License-Identifier: MIT
#
# latency.py - from ENTER to the reply of QUERY TIME, against an echo server
# in the same host through the same port.
#
# The floor is the same system with echo.c in vmcp's place: the same front
# command, the same lab and forwarder where there is one, the same client.
# Both are started in turn, three times each, and their rounds pooled.

import os
import shutil
import tempfile

import common
import vm

ROUNDS = 400
TURNS = 3


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
    """One start, one client, all its rounds: microseconds."""
    real, vm.BUILD = vm.BUILD, build
    try:
        with vm.System(engine=engine) as system:
            rc, out = vm.run([client, how[0], str(system.port), str(ROUNDS)]
                             + list(how[1:]), 300)
    finally:
        vm.BUILD = real
    if rc != 0:
        raise SystemExit("latency %s: %s" % (how[0], out))
    return [float(line) for line in out.split()]


def percentile(values, p):
    return sorted(values)[min(len(values) - 1, int(len(values) * p / 100))]


def main():
    args = common.arguments()
    client = common.tool("latency")
    build = echo_build()
    ours, floor = [], []
    try:
        for _ in range(TURNS):
            floor += measure(build, args.engine, client, "echo")
            ours += measure(vm.BUILD, args.engine, client, "vm", "GUEST1",
                            "GUEST1")
    finally:
        shutil.rmtree(build)
    for p in (50, 99):
        common.row("ENTER to QUERY TIME's reply, p%d" % p,
                   percentile(ours, p), percentile(floor, p), "us", 3)


if __name__ == "__main__":
    main()
