# SPDX-License-Identifier: MIT
#
# spool.py - files closed on disk, beside SQLite alone; a user's commands
# with a long queue, beside a short one.

import os
import re

import common
import vm

NAMES = {
    "close 40": ("close of 40 cards, on disk", 1, "us", 2),
    "close 730": ("close of 60 KB, on disk", 1, "us", 2),
    "query": ("QUERY of 100 files among 100,000", 1e3, "us", 1.2),
    "close": ("CLOSE among 100,000 files", 1e3, "us", 1.2),
    "purge": ("PURGE among 100,000 files", 1e3, "us", 1.2),
}


def main():
    common.arguments()
    program = os.path.join(vm.BUILD, "libexec", "vm370", "vmspool")
    output = common.must(vm.run([common.tool("spool"), program],
                                timeout=600))
    for name, ours, floor, ratio in re.findall(
            r"^([a-z0-9 ]+): ([\d.]+) ([\d.]+) ([\d.]+)$", output, re.M):
        what, scale, unit, limit = NAMES[name]
        common.row(what, float(ours) / scale, float(floor) / scale, unit,
                   limit, float(ratio))


main()
