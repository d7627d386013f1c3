# SPDX-License-Identifier: MIT
#
# common.py - what the benches share: where the harness is, and the row that
# each figure is.  A bench is a program that prints rows; run makes the table.

import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "e2e"))

import vm

ROW = "%-44s %10s %10s %-5s %7s  %s"


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build")
    parser.add_argument("--engine", default="auto")
    args = parser.parse_args()
    if args.build:
        vm.BUILD = args.build
    return args


def tool(name):
    """A program that was built for the benches."""
    return os.path.join(vm.BUILD, "tests", "bench_" + name)


def must(done):
    """What a program said that must not fail."""
    rc, out = done
    if rc != 0:
        raise SystemExit(out)
    return out


def disk(folder, files, blocks=20000):
    """A CMS disk of the host's making, with these text files."""
    image = os.path.join(folder, "own191")

    def tool(word, *words):
        must(vm.run([vm.front(), "disk", word, "--image", image, *words]))
    tool("format", "--blocks", str(blocks))
    for name, text in files.items():
        path = os.path.join(folder, "text")
        with open(path, "w") as f:
            f.write(text)
        tool("write", path, *name.split())
    return image


def row(name, ours, floor, unit, limit=None, value=None, least=None):
    """Ours, floor (0: there is none), ratio; with a limit, whether the value
    (the ratio, unless told otherwise) keeps to it: at most the limit, or at
    least least."""
    ratio = ours / floor if floor else 0
    value = ratio if value is None else value
    verdict = ""
    if limit is not None:
        verdict = "at most %g: %s" % (limit,
                                      "ok" if value <= limit else "MISSED")
    if least is not None:
        verdict = "at least %g: %s" % (least,
                                       "ok" if value >= least else "MISSED")
    print(ROW % (name, "%.1f" % ours, "%.1f" % floor if floor else "", unit,
                 "%.2f" % ratio if floor else "", verdict), flush=True)


def note(text):
    print("  " + text, flush=True)
