# SPDX-License-Identifier: MIT
#
# runner.py - named cases, run in order against one system.
#
# A case is a function of one argument, the system (vm.System).  It fails by
# an exception; the others run all the same.  Each prints one line, "name ok"
# or "name FAILED", and a failure says what was seen instead.

import argparse
import re
import sys
import time
import traceback

import vm
from clients import Missing, describe

CASES = []
TERMINALS = {
    "3270": lambda s: s.s3270(),
    "telnet": lambda s: s.real_telnet(),
}


def check(condition, what, seen=""):
    if not condition:
        raise Missing(describe(what, seen))


def case(name, group=None):
    """A case finds nobody logged on, unless the one before it was of the same
    group: then all is as that one has left it."""
    def add(function):
        CASES.append((name, function, group))
        return function
    return add


def on_both(name):
    """One case for each kind of terminal; its second argument is the kind."""
    def add(function):
        for kind in TERMINALS:
            def one(system, kind=kind):
                function(system, kind)
            case("%s.%s" % (name, kind))(one)
        return function
    return add


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", help="the build directory")
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--only", help="cases whose name matches this")
    parser.add_argument("--attach", metavar="DIR",
                        help="use the system that runs on this directory")
    parser.add_argument("--keep", action="store_true",
                        help="leave the directory and its logs behind")
    args = parser.parse_args()
    if args.build:
        vm.BUILD = args.build
    return args


def run_case(name, function, system, goes_on):
    start = time.monotonic()
    try:
        if not goes_on:
            system.close_clients()
            system.everybody_off()
        function(system)
        error = None
    except Exception as e: # a case may fail by any of them
        error = e
    took = time.monotonic() - start
    if error is None:
        print("%-44s ok      %5.1f s" % (name, took), flush=True)
        return True
    print("%-44s FAILED  %5.1f s" % (name, took), flush=True)
    frames = traceback.extract_tb(error.__traceback__)
    for frame in frames[1:]:
        print("    %s:%d: %s" % (frame.filename.split("/")[-1], frame.lineno,
                                 frame.line))
    print("    %s: %s" % (type(error).__name__,
                          str(error).replace("\n", "\n    ")), flush=True)
    return False


def chosen(args, name):
    return not args.only or re.search(args.only, name)


def run_cases(args, system):
    failed, before = 0, None
    for name, function, group in CASES:
        if chosen(args, name):
            failed += not run_case(name, function, system,
                                   group is not None and group == before)
            before = group
    system.close_clients()
    return failed


def main(**how):
    """Boot one system as vm.System is told how, run the cases, stop it."""
    args = arguments()
    start = time.monotonic()
    if args.attach:
        failed = run_cases(args, vm.System(home=args.attach))
    else:
        with vm.System(engine=args.engine, keep=args.keep, **how) as system:
            print("%-44s ok      %5.1f s" % ("start (%s)" % system.engine(),
                                           time.monotonic() - start),
                  flush=True)
            failed = run_cases(args, system)
            if failed:
                print(system.log_tail())
    print("%d FAILED in %.0f s" % (failed, time.monotonic() - start))
    sys.exit(1 if failed else 0)
