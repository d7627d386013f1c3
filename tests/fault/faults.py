# SPDX-License-Identifier: MIT
#
# faults.py - bad input, bad guests and deaths, on one system in one boot.

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "e2e"))

import runner
import vm
import badinput # its cases, as the next ones', register themselves
import guests
import images
import kills

if __name__ == "__main__":
    runner.main(
        directory=vm.user("FAULT", statements=guests.DISKS),
        config="VOLUME TESTVL\n",
        minidisks=[("TESTVL", "FAULT", vdev, image)
                   for vdev, image in images.IMAGES.items()])
