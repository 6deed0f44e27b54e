# SPDX-License-Identifier: BSD-3-Clause
"""The firmware's last words (arch/arm64/report.c, arch/arm/report.c), read off its output and with names for their
addresses. Where both kinds of cores run, one side's lines have a prefix."""

import os
import re

BEGIN = re.compile(r"\*\*\* (panic on core \d+.*|and another exception in the report:)")
REGISTERS = re.compile(r"^ *pc (0x[0-9a-f]{16}) +sp 0x[0-9a-f]{16} +lr (0x[0-9a-f]{16})$")
BACKTRACE = re.compile(r"^backtrace \(")
ADDRESS = re.compile(r"^ +(0x[0-9a-f]{16})$")

VECTORS = re.compile(r"arch/arm(?:64)?/vectors\.S")
PREFIX = re.compile(r"(r5f|a53): ")

INSTRUCTION_SIZE = 4
THUMB_SIZE = 2  # of the shortest call, BLX with a register
REPORTS_MAX = 8  # of a firmware that panics over and over


class Report:
    def __init__(self, title, prefix):
        self.title, self.r5, self.prefix = title, None, prefix  # r5: whether it is an R5F's; its last line says
        self.pc = self.lr = None
        self.backtrace = []

    def lookups(self):
        """(register's name, address, the address to look up).

        A return address is that of the instruction after the call, perhaps already in another line;
        where an interrupt or a fault came, it is the very instruction.
        """
        if self.pc is not None:
            yield "pc", self.pc, self.pc
        lr = self.lr & ~1 if self.lr and self.r5 else self.lr  # bit 0 says Thumb code
        behind = self.backtrace[1:] if self.backtrace[:1] == [self.pc] else self.backtrace
        if lr and lr not in behind and lr != self.pc:
            yield "lr", lr, self.before(lr)
        for address in behind:
            yield "", address, self.before(address)

    def before(self, address):
        """A place in the call that goes back there."""
        return address - (THUMB_SIZE if self.r5 else INSTRUCTION_SIZE)

    def lines(self, symbols):
        """In words, a line an address; nothing if no name is known."""
        lookups = list(self.lookups())
        names = symbols.describe_all([lookup for _, _, lookup in lookups])
        if not any(names):
            return []
        lines = [self.prefix + self.title]
        interrupted = False
        for (register, address, lookup), name in zip(lookups, names):
            if interrupted and not register:
                name = symbols.describe(address) or name
            interrupted = VECTORS.search(name) is not None and lookup != address
            lines.append(f"  {register:2} {address:#x}  {name or '?'}")
        return lines


class Reader:
    """Finds reports in lines of output."""

    def __init__(self, prefix=""):
        self.reports = []
        self.in_backtrace = False
        self.prefix = prefix

    def take_line(self, line):
        begin = BEGIN.search(line)
        if begin:
            self.in_backtrace = False
            if len(self.reports) < REPORTS_MAX:
                self.reports.append(Report(begin[1], self.prefix))
        elif self.reports:
            self.take_addresses(self.reports[-1], line)

    def take_addresses(self, report, line):
        registers, address = REGISTERS.match(line), ADDRESS.match(line)
        if registers and report.pc is None:
            report.pc, report.lr = int(registers[1], 16), int(registers[2], 16)
        elif BACKTRACE.match(line) and not report.backtrace:
            self.in_backtrace, report.r5 = True, "arm-none-eabi" in line
        elif address and self.in_backtrace:
            report.backtrace.append(int(address[1], 16))
        else:
            self.in_backtrace = False


# ESR_ELx.EC (Arm DDI 0487, D17.2.37), as the firmware puts them.
CLASSES = {0x00: "undefined instruction", 0x07: "FP/SIMD instruction while trapped", 0x18: "system register trapped",
           0x20: "instruction abort", 0x21: "instruction abort", 0x22: "misaligned PC", 0x24: "data abort",
           0x25: "data abort", 0x26: "misaligned SP", 0x2f: "SError", 0x3c: "BRK instruction"}


def with_class(line):
    """A line that tells an exception syndrome, with what that means."""
    def words(match):
        name = CLASSES.get(int(match[1], 16) >> 26)
        return f"{match[0]} ({name})" if name else match[0]
    return re.sub(r"\besr (0x[0-9a-f]+)", words, line)


class Watcher:
    """Reads the guest's output from a pipe until its end, and keeps the reports in it."""

    LINE_MAX = 4096

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.silent = True
        self.readers = {}  # by the prefix of their lines

    def take_line(self, line):
        found = PREFIX.match(line)
        prefix = found[0] if found else ""
        self.readers.setdefault(prefix, Reader(prefix)).take_line(line[len(prefix):])

    def reports(self):
        return [report for reader in self.readers.values() for report in reader.reports]

    def run(self):
        """In a thread of its own: whoever writes to the pipe must never wait for us."""
        partial = b""
        while True:
            data = os.read(self.descriptor, 65536)
            if not data:
                return
            self.silent = False
            *lines, partial = (partial + data).split(b"\n")
            partial = partial[-self.LINE_MAX:]
            for line in lines:
                self.take_line(line.rstrip(b"\r").decode("ascii", "replace"))
