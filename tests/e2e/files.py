# SPDX-License-Identifier: MIT
#
# files.py - work with files as users do it: a disk is formatted, a file
# edited, copied, shared by LINK; it is there after LOGOFF, after a kill of
# everything and a restart; a program of the host's runs as a MODULE and works
# on CMS's files; and two hundred come to CMS at once.

import os
import subprocess
import sys

import runner
import vm
from clients import until
from runner import TERMINALS, case, check

EDFCHECK = os.path.join(vm.SOURCE, "tests", "fault", "edfcheck.py")
CROWD = ["CROWD%03d" % n for n in range(1, 201)]
SECRET = "OPENUP"
FAILED = "^Ready\\(\\d+\\);"

# One whose disk is shared by a password, one without any disk of his own.
DIRECTORY = vm.user("SHARER", statements=[
    "MDISK 191 FB-512 0 4000 VMSHR1 MR %s" % SECRET,
    "MDISK 192 FB-512 4000 4000 VMSHR1 MR"]) + vm.user("BORROWER")


VOLUME = "VMSHR1"


def sound(image):
    """The independent checker has nothing to say against an image."""
    rc, out = vm.run([sys.executable, "-B", EDFCHECK, image])
    check(rc == 0, "%s: exit %d" % (image, rc), out)


def format_disk(client, vdev, mode, label):
    client.command("FORMAT %s %s" % (vdev, mode), "DMSFOR603R")
    client.line("1")
    client.wait("DMSFOR605R")
    client.line(label)
    client.wait("^Ready;")


def logged_on(system, kind, user):
    return system.ready(TERMINALS[kind](system), user)


def work(client, line, *answers, ready="^Ready;"):
    """A command of CMS's to its end, and what it says on the way."""
    first, *others = (*answers, ready)
    client.command(line, first)
    for answer in others:
        client.wait(answer)


def log_off(client):
    client.line("#CP LOGOFF")
    client.wait("VM/370 Online")


def edit_notes(client):
    client.command("EDIT NOTES MEMO A", "(?i)new file|EDIT|XEDIT")
    client.line("INPUT")
    client.wait("(?i)input")
    client.line("The first line.")
    client.line("A second line.")
    client.line("")
    client.wait("(?i)edit")
    client.line("TOP")
    client.line("LOCATE /second/")
    client.wait("A second line\\.")
    client.line("CHANGE /second/2nd/")
    client.wait("A 2nd line\\.")
    client.line("FILE")
    client.wait("^Ready;")


@case("files.share")
def share(system):
    """FORMAT, EDIT, COPYFILE; another links with a password and both see the
    same; the writer's changes are seen; all is there after LOGOFF."""
    owner = logged_on(system, "3270", "SHARER")
    format_disk(owner, "191", "A", "SHARE1")
    work(owner, "QUERY DISK A", "SHARE1 +191 +A +R/W")
    edit_notes(owner)
    work(owner, "COPYFILE NOTES MEMO A NOTES COPY A")
    work(owner, "LISTFILE * * A", "NOTES +COPY +A1", "NOTES +MEMO +A1")
    work(owner, "COMPARE NOTES MEMO A NOTES COPY A")

    guest = system.ready(system.telnet(), "BORROWER")
    work(guest, "LINK SHARER 191 291 RR WRONGONE", "DMKLNK114E",
         ready=FAILED)
    work(guest, "CP LINK SHARER 191 291 RR " + SECRET,
         "DASD 291 LINKED R/O; R/W BY SHARER")
    check(SECRET not in guest.seen.split("LINKED R/O")[-1],
          "the password is to be seen", guest.seen)
    work(guest, "ACCESS 291 B", "B \\(291\\) R/O")
    work(guest, "TYPE NOTES MEMO B", "A 2nd line\\.")
    work(guest, "ERASE NOTES MEMO B", "DMSERS037E .*READ/ONLY",
         ready="^Ready\\(00036\\);")
    work(guest, "LINK SHARER 191 292 W " + SECRET, "DMKLNK1\\d\\dE",
         ready=FAILED)

    work(owner, "RENAME NOTES COPY A LATER COPY A")
    work(guest, "ACCESS 291 B")
    work(guest, "STATE LATER COPY B")
    owner.command("#CP QUERY LINKS 191", "BORROWER +291 R/O")
    guest.command("#CP DETACH 291", "DASD 291 DETACHED")
    log_off(guest)
    log_off(owner)
    until(lambda: system.logged_off("SHARER"), "end of SHARER")
    sound(system.disk("SHARER", "191", VOLUME))

    owner = logged_on(system, "telnet", "SHARER")
    work(owner, "TYPE NOTES MEMO A", "A 2nd line\\.")
    log_off(owner)


@case("files.kill-of-everything")
def killed(system):
    """What was filed is there after kill -9 of all, and a restart."""
    owner = logged_on(system, "telnet", "SHARER")
    format_disk(owner, "191", "A", "SHARE1")
    edit_notes(owner)
    system.kill_all()
    system.close_clients()
    system.start()
    sound(system.disk("SHARER", "191", VOLUME))
    owner = logged_on(system, "telnet", "SHARER")
    work(owner, "TYPE NOTES MEMO A", "A 2nd line\\.")
    log_off(owner)


PROGRAM = r"""
#include <ctype.h>
#include <stdio.h>

int
main(void)
{
	FILE *in = fopen("NOTES MEMO A", "r"), *out = fopen("loud.memo", "w");
	int c, lines = 0;

	if (in == NULL || out == NULL) {
		perror("LOUD");
		return 1;
	}
	while ((c = getc(in)) != EOF) {
		putc(toupper(c), out);
		lines += c == '\n';
	}
	fclose(in);
	if (fclose(out) != 0) {
		perror("LOUD MEMO");
		return 2;
	}
	printf("%d lines are loud now\n", lines);
	return 0;
}
"""


@case("files.program")
def program(system):
    """cc -static on the host, vm370 disk write, a MODULE in CMS; one that a
    running system takes, too."""
    source = os.path.join(system.home, "loud.c")
    module = os.path.join(system.home, "loud")
    with open(source, "w") as f:
        f.write(PROGRAM)
    subprocess.run(["cc", "-static", "-o", module, source], check=True)
    rc, out = system.vm370("disk", "write", "SHARER", "191", module, "LOUD",
                           "MODULE")
    check(rc == 0, "disk write: exit %d" % rc, out)
    owner = logged_on(system, "telnet", "SHARER")
    rc, out = system.vm370("disk", "write", "SHARER", "191", module, "TWICE",
                           "MODULE")
    check(rc != 0 and "SHARER" in out, "disk write beside R/W: exit %d" % rc,
          out)
    work(owner, "LOUD", "2 lines are loud now")
    work(owner, "TYPE LOUD MEMO A", "A 2ND LINE\\.")
    rc, out = system.vm370("disk", "read", "SHARER", "191", "LOUD", "MEMO")
    check(rc == 0 and "A 2ND LINE." in out, "disk read: exit %d" % rc, out)
    log_off(owner)
    sound(system.disk("SHARER", "191", VOLUME))


@case("files.same-edf")
def same_edf(system):
    """What the host's tool makes CMS reads, and the other way round."""
    rc, out = system.vm370("disk", "format", "SHARER", "192", "--block-size",
                           "1024", "--label", "HOSTED")
    check(rc == 0, "disk format: exit %d" % rc, out)
    text = os.path.join(system.home, "poem")
    with open(text, "w") as f:
        f.write("one\ntwo\nthree\n")
    rc, out = system.vm370("disk", "write", "SHARER", "192", text, "POEM",
                           "SCRIPT")
    check(rc == 0, "disk write: exit %d" % rc, out)
    owner = logged_on(system, "telnet", "SHARER")
    work(owner, "ACCESS 192 C")
    work(owner, "QUERY DISK C", "HOSTED +192 +C +R/W .*1024")
    work(owner, "TYPE POEM SCRIPT C", "three")
    work(owner, "COPYFILE POEM SCRIPT C VERSE SCRIPT C")
    log_off(owner)
    until(lambda: system.logged_off("SHARER"), "end of SHARER")
    sound(system.disk("SHARER", "192", VOLUME))
    rc, out = system.vm370("disk", "read", "SHARER", "192", "VERSE", "SCRIPT")
    check(rc == 0 and out == "one\ntwo\nthree\n", "disk read: exit %d" % rc,
          out)


@case("files.backup")
def backup(system):
    """A copy while its user works is a whole disk; so is one put back."""
    copy = os.path.join(system.home, "sharer.copy")
    owner = logged_on(system, "telnet", "SHARER")
    for n in range(3):
        owner.line("COPYFILE NOTES MEMO A WORK%d MEMO A (REPLACE" % n)
    rc, out = system.vm370("disk", "backup", "SHARER", "191", copy)
    check(rc == 0, "disk backup: exit %d" % rc, out)
    sound(copy)
    rc, out = system.vm370("disk", "restore", "SHARER", "191", copy)
    check(rc != 0 and "SHARER" in out, "restore under R/W: exit %d" % rc, out)
    work(owner, "ERASE NOTES MEMO A")
    log_off(owner)
    until(lambda: system.logged_off("SHARER"), "end of SHARER")
    rc, out = system.vm370("disk", "restore", "SHARER", "191", copy)
    check(rc == 0, "disk restore: exit %d" % rc, out)
    owner = logged_on(system, "telnet", "SHARER")
    work(owner, "STATE NOTES MEMO A")
    log_off(owner)


@case("files.tdisk")
def tdisk(system):
    """A temporary disk is seen by a CMS that runs, and gone after DETACH."""
    guest = logged_on(system, "telnet", "BORROWER")
    guest.command("DEFINE TFB-512 AS 195 BLK 2000", "195 DEFINED")
    format_disk(guest, "195", "T", "TEMP1")
    work(guest, "COPYFILE SYSPROF EXEC S MINE EXEC T")
    work(guest, "STATE MINE EXEC T")
    work(guest, "RELEASE 195 (DET", "DASD 195 DETACHED")
    work(guest, "STATE MINE EXEC T", ready=FAILED)
    log_off(guest)


@case("files.crowd")
def crowd(system):
    """Two hundred users come to CMS at once."""
    clients = [system.telnet() for _ in CROWD]
    for name, client in zip(CROWD, clients):
        client.send(("LOGON %s\r\n%s\r\n" % (name, name)).encode())
    for client in clients:
        client.wait("^Ready;", 300)
    check("%03d USERS" % (len(CROWD) + 1) in system.ask("QUERY", "USERS"),
          "not all are there", system.ask("QUERY", "USERS"))
    for client in clients:
        client.send(b"LISTFILE SYSPROF EXEC S\r\n")
    for client in clients:
        client.wait("SYSPROF +EXEC +S2", 300)


if __name__ == "__main__":
    runner.main(directory=DIRECTORY + "".join(vm.user(name) for name in CROWD),
                config="VOLUME %s\n" % VOLUME)
