# SPDX-License-Identifier: MIT
#
# system.py - everything that one running system can show: one boot.

import runner
import saved # its cases, as the next ones', register themselves
import session
import sharing
import tls
import units
import users
import vm

if __name__ == "__main__":
    runner.main(directory="".join(vm.user(name) for name in users.MANY) +
                saved.DIRECTORY, config=saved.CONFIG,
                minidisks=saved.MINIDISKS)
