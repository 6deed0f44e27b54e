# SPDX-License-Identifier: BSD-3-Clause
"""tools/twin --trace: what happened in a run, as a file for Perfetto or Chrome's viewer (docs/tracing.md).

The machine's memory is a file without a name that QEMU and this program share. The twin's monitor keeps its events
in it (twin/monitor/events.c), the firmware its own (lib/trace.c); both are read when the machine has stopped,
however that came. The guest takes no part in it.
"""

import mmap
import os
import stat
import struct

from k3twin import trace_json
from k3twin.board import UsageError
from k3twin.symbols import find_program, open_program
from k3twin.trace_build import DEVICES, FIRMWARE, Builder
from k3twin.trace_firmware import Firmware

RAM_BASE = 0x40000000      # as twin/monitor/board.h has it
EVENTS_BASE = 0x42000000   # EVENTS_BASE
HEAD = struct.Struct("<QQ")                # numbers given out, ticks a second
RECORD = struct.Struct("<QQBBBxIQQ64s24x")  # struct record of twin/monitor/events.c
RECORDS_OFFSET = 128

LIMIT_DEFAULT = 1 << 18
LIMIT_MAX = 1 << 22        # 512 MiB
NANOSECONDS = 1000000000


def parse_limit(text):
    """A number of events; ValueError."""
    limit = int(text)
    if not 16 <= limit <= LIMIT_MAX or limit & (limit - 1):
        raise ValueError("no power of two")
    return limit


class Memory:
    """The machine's RAM, as QEMU and we see it."""

    def __init__(self, size):
        self.size = size
        self.fd = os.memfd_create("twin-ram")
        os.ftruncate(self.fd, size)
        self.bytes = mmap.mmap(self.fd, size, prot=mmap.PROT_READ)

    def qemu_backend(self):
        return f"memory-backend-file,id=ram,size={self.size >> 20}M,mem-path=/proc/self/fd/{self.fd},share=on"

    def read(self, address, size):
        """ValueError where there is no RAM."""
        if not RAM_BASE <= address <= RAM_BASE + self.size - size:
            raise ValueError(f"no RAM at {address:#x}")
        return self.bytes[address - RAM_BASE:address - RAM_BASE + size]

    def text(self, address, limit):
        """A string that ends with a zero; ValueError where there is none."""
        data = self.read(address, limit)
        return data[:data.index(0)]

    def close(self):
        self.bytes.close()
        os.close(self.fd)


def read_twin(memory, limit):
    """The monitor's records, (nanoseconds, kind, core, subject, first, second, bytes), and how many are lost."""
    taken, frequency = HEAD.unpack(memory.read(EVENTS_BASE, HEAD.size))
    records, lost = [], max(0, taken - limit)
    for number in range(lost, taken):
        data = memory.read(EVENTS_BASE + RECORDS_OFFSET + number % limit * RECORD.size, RECORD.size)
        check, ticks, kind, core, size, subject, first, second, content = RECORD.unpack(data)
        if check == number + 1:
            records.append((ticks * NANOSECONDS // frequency, kind, core, subject, first, second, content[:size]))
        else:
            lost += 1  # not finished when the machine stopped
    return records, lost


class Recorder:
    """One run's trace: create it before QEMU starts, write() when it has ended."""

    def __init__(self, path, limit, ram_size, image, r5):
        """image: the A53s' program, or None; r5: the R5Fs'."""
        self.path, self.limit, self.image, self.r5 = path, limit, image, r5
        try:  # what is in the file stays until there is something new
            self.fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}") from None
        self.memory = Memory(ram_size)

    def write(self, say):
        """say(line) tells the user what is missing. UsageError."""
        twin, twin_lost = read_twin(self.memory, self.limit)
        program = find_program(self.image) if self.image else None
        elf, r5 = program.elf if program else None, [open_program(path) for path in self.r5]
        firmware = Firmware(self.memory, elf)
        builder = Builder(elf, [each.elf if each else None for each in r5])
        for core, each in enumerate(r5):
            own = Firmware(self.memory, each.elf if each else None, core)
            firmware.records += own.records
            firmware.lost += own.lost
        builder.build(twin, firmware.records)
        facts = {"guest": " ".join(str(path) for path in (self.image, *self.r5) if path), "clock": "the guest's counter (CNTPCT_EL0, CNTVCT_EL0), in nanoseconds",
                 "twin_events": len(twin), "twin_events_lost": twin_lost, "firmware_events": len(firmware.records),
                 "firmware_events_lost": firmware.lost, "firmware_slices_without_beginning": builder.software.unmatched}
        labels = {}
        for process, lost, remedy in (
                (DEVICES, twin_lost, f"--trace-limit is {self.limit}"),
                (FIRMWARE, firmware.lost, "a larger ring: trace=boot, or trace on RECORDS")):
            if lost:
                labels[process] = f"{lost} older events are lost"
                say(f"trace: {lost} older events of {'the twin' if process == DEVICES else 'the firmware'} are lost "
                    f"({remedy})")
        try:
            if stat.S_ISREG(os.fstat(self.fd).st_mode):
                os.ftruncate(self.fd, 0)
            with open(self.fd, "w", encoding="ascii") as file:
                trace_json.write(file, builder, facts, labels)
        except OSError as error:
            raise UsageError(f"{self.path}: {error.strerror}") from None
        finally:
            self.memory.close()
