# SPDX-License-Identifier: BSD-3-Clause
"""GDB's commands for the firmware on a halted machine: `help k3` lists them (docs/debugging.md).

In GDB: source tools/gdb/k3.py. tools/debug and tools/flash --debug do it.
"""

import os
import sys

import gdb

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import k3_console  # noqa: E402
import k3_cores  # noqa: E402
import k3_frames  # noqa: E402
import k3_interrupts  # noqa: E402
import k3_records  # noqa: E402
import k3_registers  # noqa: E402
import k3_rings  # noqa: E402
from k3_firmware import Trouble  # noqa: E402


class K3(gdb.Command):
    """What the firmware knows, read from a halted machine."""

    def __init__(self):
        super().__init__("k3", gdb.COMMAND_DATA, gdb.COMPLETE_NONE, True)


class Subcommand(gdb.Command):
    """One of the commands below k3: a function that yields lines, and its words for `help`."""

    def __init__(self, name, function, names=None):
        self.__doc__ = function.__doc__
        self.function = function
        self.names = names
        super().__init__(f"k3 {name}", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        lines, trouble = [], None
        try:
            for line in self.function(argument):
                lines.append(line)
        except (Trouble, gdb.error, OSError) as error:  # gdb.MemoryError is a gdb.error
            trouble = str(error).strip().splitlines()[0]
        if trouble is None or len(lines) > 1:  # not the head of an empty table
            print("\n".join(lines))
        if trouble is not None:
            raise gdb.GdbError(f"k3: {trouble}")

    def complete(self, text, word):
        try:
            return [name for name in self.names() if name.startswith(text)] if self.names else []
        except (Trouble, gdb.error):
            return []


def register():
    K3()
    Subcommand("irq", k3_interrupts.irq)
    Subcommand("route", k3_interrupts.route)
    Subcommand("cores", k3_cores.cores)
    Subcommand("rings", k3_rings.rings)
    Subcommand("log", k3_records.log)
    Subcommand("trace", k3_records.trace)
    Subcommand("regs", k3_registers.regs, k3_registers.names)
    Subcommand("type", k3_console.type_line)
    Subcommand("console", k3_console.console)
    k3_frames.register()


register()
