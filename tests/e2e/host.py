# SPDX-License-Identifier: MIT
#
# host.py - the system as its host sees it: exit codes, stop and start, two
# side by side, a port in use, the time zone, a directory that is wrong.
# These need systems of their own; they start and stop what they use.

import datetime
import os
import re
import socket
import sys

import runner
import vm
from clients import until
from runner import case, check

WITNESS = vm.user("WITNESS", "G")


def one_line(out):
    """The lines of an answer that say something."""
    return [line for line in out.splitlines() if line.strip()]


@case("cp.exit-codes")
def exit_codes(system):
    rc, out = system.cp("QUERY", "NAMES")
    check(rc == 0 and "OPERATOR" in out, "QUERY NAMES: exit %d" % rc, out)
    rc, out = system.cp("query", "time")
    check(rc == 0 and "TIME IS" in out, "query time: exit %d" % rc, out)
    rc, out = system.cp("QUERY", "NOBODY99")
    check(rc == 45 and "045E NOBODY99 NOT LOGGED ON" in out,
          "QUERY NOBODY99: exit %d" % rc, out)
    rc, out = system.cp("NOSUCHCOMMAND")
    check(rc == 1 and "001E" in out, "unknown command: exit %d" % rc, out)
    rc, out = system.cp("QUERY")
    check(rc == 26 and "026E" in out, "QUERY of nothing: exit %d" % rc, out)


@case("status")
def status(system):
    rc, out = system.vm370("status")
    check(rc == 0 and str(system.port) in out, "status: exit %d" % rc, out)
    with vm.System(engine="auto") as other:
        other.stop()
        rc, out = other.vm370("status")
        check(rc != 0 and one_line(out), "status when stopped: exit %d" % rc,
              out)


@case("port-in-use")
def port_in_use(system):
    other = vm.System()
    other.port = system.port
    try:
        rc, out = other.vm370("start", "--port", str(system.port),
                              "--detach", timeout=vm.START_SECONDS)
        lines = one_line(out)
        check(rc != 0 and str(system.port) in lines[-1],
              "start on a used port: exit %d" % rc, out)
        check(len([l for l in lines if "port" in l.lower()]) == 1,
              "not one clear line", out)
    finally:
        other.stop(check=False)
        other._remove()


@case("reader-port-in-use")
def reader_port_in_use(system):
    """The system starts all the same, and the operator knows."""
    other = vm.System()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", other.port + 235))
        taken.listen()
        with other:
            out = other.ask("QUERY", "UR", "00C")
            check("PORT %d IS IN USE" % (other.port + 235) in out,
                  "a reader whose port is another's", out)
            check("IDLE" in other.ask("QUERY", "UR", "00E"), "the printer")


@case("started-twice")
def started_twice(system):
    rc, out = system.vm370("start", "--port", str(vm.free_port()), "--detach",
                           timeout=vm.START_SECONDS)
    check(len(one_line(out)) >= 1 and "run" in out.lower(),
          "a second start says nothing: exit %d" % rc, out)
    system.ask("QUERY", "NAMES")


@case("two-side-by-side")
def side_by_side(system):
    with vm.System(directory=WITNESS) as other:
        check(other.port != system.port, "one port")
        system.ready(other.telnet(), "WITNESS")
        other_names = other.ask("QUERY", "NAMES")
        check("WITNESS" in other_names, "WITNESS is not there", other_names)
        names = system.ask("QUERY", "NAMES")
        check("WITNESS" not in names, "WITNESS is on both systems", names)
        system.ready(system.telnet(), "GUEST1")
        other.close_clients()
    names = system.ask("QUERY", "NAMES")
    check("GUEST1" in names, "the other's end was seen here", names)


@case("time-zone")
def time_zone(system):
    """SYSTEM CONFIG here says Asia/Kolkata: no whole hours from UTC."""
    kolkata = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    out = system.ask("QUERY", "TIME")
    got = re.search("TIME IS (\\d+):(\\d+):\\d+ IST (\\w+) (\\S+)", out)
    check(got, "no TIME IS hh:mm:ss IST", out)
    now = datetime.datetime.now(kolkata)
    minutes = int(got[1]) * 60 + int(got[2])
    apart = (now.hour * 60 + now.minute - minutes) % 1440
    check(apart <= 1 or apart >= 1439, "%d minutes apart" % apart, out)
    client = system.telnet()
    system.logon(client, "GUEST2")
    client.at = 0
    client.wait("LOGON +AT \\d\\d:\\d\\d:\\d\\d IST")
    client.wait("^Ready;")
    client.command("QUERY TIME", "TIME IS \\d\\d:\\d\\d:\\d\\d IST")


@case("directory.bad")
def bad_directory(system):
    """A bad file changes nothing and names line and column."""
    path = os.path.join(system.home, "user.direct")
    with open(path) as f:
        good = f.read()
    lines = good.count("\n")
    bad = good + vm.user("NEWUSER") + "USER BADUSER X 16M 16M G\n MDISK ZZZ\n"
    with open(path, "w") as f:
        f.write(bad)
    wrong = lines + bad[len(good):].count("\n")
    rc, out = system.vm370("direct")
    check(rc != 0, "a bad directory is taken", out)
    check("LINE %d COLUMN 8:" % wrong in out,
          "line %d column 8 not named" % wrong, out)
    with open(path) as f:
        check(f.read() == bad, "the file was changed")
    client = system.telnet()
    client.wait("VM/370 Online")
    client.line("LOGON NEWUSER")
    client.wait("ENTER PASSWORD")
    client.line("NEWUSER")
    client.wait("DMKLOG050E")
    system.logon(system.telnet(), "GUEST1")
    with open(path, "w") as f:
        f.write(good + vm.user("NEWUSER"))
    rc, out = system.vm370("direct")
    check(rc == 0, "a good directory: exit %d" % rc, out)
    system.ready(system.telnet(), "NEWUSER")


@case("adduser-passwd")
def adduser(system):
    rc, out = system.vm370("adduser", "ADDED")
    check(rc == 0, "adduser: exit %d" % rc, out)
    password = re.search("password is (\\w+)", out)[1]
    system.ready(system.telnet(), "ADDED", password=password)
    rc, out = system.vm370("passwd", "ADDED", typed="other\n")
    check(rc == 0, "passwd: exit %d" % rc, out)
    system.everybody_off()
    system.ready(system.telnet(), "ADDED", password="other")
    rc, out = system.vm370("adduser", "ADDED")
    check(rc != 0 and len(one_line(out)) == 1, "added twice: exit %d" % rc,
          out)
    rc, out = system.vm370("passwd", "NOBODY99", typed="other\n")
    check(rc != 0 and len(one_line(out)) == 1, "passwd of nobody: exit %d"
          % rc, out)


@case("console")
def console(system):
    """A terminal on the host itself is the operator's."""
    client = system.tmux(vm.front(), "--home", system.home, "console")
    client.wait("OPERATOR|CP READ|LOGON +AT|RECONNECTED")
    client.line("QUERY NAMES")
    client.wait("OPERATOR +- ")


@case("foreground")
def foreground(system):
    """Started in the foreground: the operator's console, and ^C stops."""
    other = vm.System()
    try:
        client = other.tmux(vm.front(), "--home", other.home, "start",
                            "--port", str(other.port))
        client.wait("LOGON +AT|CP READ|OPERATOR", vm.START_SECONDS)
        client.line("QUERY NAMES")
        client.wait("OPERATOR +- ")
        client.keys("C-c")
        until(lambda: other.vm370("status")[0] == 3, "end of the system")
    finally:
        other.close_clients()
        other.stop(check=False)
        other._remove()


@case("engine.kvm")
def engine_kvm(system):
    """Asked for by name: it runs, or one line says why not."""
    other = vm.System(engine="kvm")
    if vm.hardware():
        with other:
            other.ready(other.telnet(), "GUEST1")
        return
    try:
        rc, out = other.vm370("start", "--port", str(other.port), "--engine",
                              "kvm", "--detach", timeout=vm.START_SECONDS)
        check(rc != 0 and len(one_line(out)) == 1 and "kvm" in out,
              "start without KVM: exit %d" % rc, out)
    finally:
        other._remove()


BEFORE = """PROFILE CMSUSERS
 MACHINE 370
 IPL CMS
 CONSOLE 009 3215
 SPOOL 00C 2540 READER *
 LINK MAINT 190 190 RR
USER OPERATOR %s 16M 64M ABCDEG
 INCLUDE CMSUSERS
USER MAINT %s 16M 64M ABCDEFG
 CONSOLE 009 3215
 MDISK 190 FB-512 0 131072 VMSYS MR
USER CMSUSER %s 16M 64M G
 INCLUDE CMSUSERS
""" % tuple(map(vm.hashed, ("OPERATOR", "MAINT", "CMSUSER")))


def indented(text):
    """The examples of a page, each a line."""
    return "".join(line[4:] for line in text.splitlines(True)
                   if line.startswith("    "))


def from_before(system):
    """CMS comes from 190, without a word but in the log, and only once."""
    client = system.logon(system.telnet(), "CMSUSER")
    for _ in range(2):
        client.wait("CMS for x86-64")
        client.line("")
        client.wait("^Ready;")
        check("DMK" not in client.seen, "a message", client.seen)
        client.line("#CP IPL CMS")
    log = system.log_tail(1000)
    check(log.count("CMS is not saved and comes from disk") == 1,
          "not once in the log", log)
    check("NO SAVED SYSTEMS" in system.ask("QUERY", "NSS"), "saved systems")


@case("home-of-before")
def home_of_before(system):
    """One without saved systems and 191s works; as docs/DIRECTORY.md says it
    has them."""
    with open(os.path.join(vm.SOURCE, "docs", "DIRECTORY.md")) as f:
        page = f.read().split("## A home directory of before")[1]
    direct, config = page.split("and to `system.config`:")
    other = vm.System()
    try:
        other.write("user.direct", BEFORE)
        other.write("system.config", "SYSTEM VM370\nVOLUME VMSYS\n")
        other.start()
        from_before(other)
        other.close_clients()
        other.stop()
        first, last = indented(direct).split(" MDISK")
        other.write("user.direct", BEFORE + " MDISK" + last + first)
        other.write("system.config", "VOLUME VMSYS\n" + indented(config))
        other.start()
        client = other.logon(other.telnet(), "CMSUSER")
        client.wait("CMS for x86-64")
        client.line("")
        client.wait("^Ready;")
        client.command("QUERY DISK", "^CMSUSE 191 +A ")
        check("CMSGEN" in other.ask("QUERY", "NSS"), "CMS is not saved")
    finally:
        other.stop(check=False)
        other._remove()


@case("disk-full")
def disk_full(system):
    """A file system of 256 KiB cannot hold the demonstration system."""
    become = ["unshare", "--mount"]
    if os.geteuid() != 0:
        become.append("--map-root-user")
    rc, out = vm.run(become + [
        "sh", "-c", "mount -t tmpfs -o size=256k none /mnt && "
        "exec '%s' --home /mnt/home demo" % vm.front()])
    check(rc != 0 and "No space left" in one_line(out)[-1],
          "demo on a full disk: exit %d" % rc, out)


def runs(pid):
    """Is it there, and not only waiting for its parent to look?"""
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def processes_naming(home):
    """The command lines of this host that name a directory."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid) as f:
                words = f.read().replace("\0", " ")
        except OSError:
            continue # it has ended
        if home in words:
            found.append(words)
    return found


@case("stop-start")
def stop_start(system):
    """Stopped under one engine, started on the same directory under the
    other, or the same where there is one only; nothing is left behind."""
    second = {"kvm": "lab", "lab": "kvm" if vm.hardware() else "lab"}
    pid = int(system.facts()["pid"])
    user = system.logon(system.telnet(), "GUEST1")
    second = second[system.engine()]
    system.stop()
    user.wait_end(10)
    until(lambda: not runs(pid), "end of the supervisor", 5)
    until(lambda: not processes_naming(system.home), "end of the processes",
          5, lambda: "\n".join(processes_naming(system.home)))
    rc, out = system.vm370("status")
    check(rc != 0, "status when stopped: exit %d" % rc, out)
    rc, out = system.cp("QUERY", "NAMES")
    check(rc != 0 and len(one_line(out)) == 1,
          "cp when stopped: exit %d" % rc, out)
    system.start(second)
    check(system.engine() == second, "engine " + system.engine())
    system.ready(system.telnet(), "NEWUSER")


@case("shutdown")
def shutdown(system):
    """CP SHUTDOWN ends the system in good order, and warns its users."""
    user = system.ready(system.telnet(), "NEWUSER")
    rc, out = system.cp("SHUTDOWN")
    check(rc == 0, "SHUTDOWN: exit %d" % rc, out)
    user.wait_end(20)
    check("SHUTDOWN" in user.text(), "its user was not told", user.seen)
    until(lambda: system.vm370("status")[0] == 3, "end of the system", 20)


def main():
    args = runner.arguments()
    with vm.System(engine=args.engine, keep=args.keep, directory=WITNESS,
                   config="TIMEZONE Asia/Kolkata\n") as system:
        failed = runner.run_cases(args, system)
        if failed:
            print(system.log_tail())
    print("%d FAILED" % failed)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    # The cases were registered in this module's own name.
    main()
