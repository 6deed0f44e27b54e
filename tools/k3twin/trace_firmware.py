# SPDX-License-Identifier: BSD-3-Clause
"""The firmware's own events: the rings of lib/trace.c in the guest's memory, found by the symbols of its ELF."""

import re
import struct

RING = struct.Struct("<QQI44x")  # struct trace_ring: records, written, busy
RECORD = struct.Struct("<QQQQ")  # struct trace_record: time, event, two values
EVENT = struct.Struct("<QQI")    # struct trace_event: name, format, phase
EVENT_32 = struct.Struct("<III")  # an R5F's; the other two only have room where a pointer is shorter
POINTER_32 = (1 << 32) - 1
R5_FIRST = 8                     # the numbers of R5F cores, behind those of A53s
PHASES = ("instant", "begin", "end")
SIZE_MAX = 1 << 16               # records a ring
TEXT_MAX = 200
SPECIFIER = re.compile(rb"%(0?\d*)(?:ll|l|h)?([udx])|%%")


def format_text(form, values):
    """What printf() makes of a format of lib/trace.h and two numbers."""
    left = list(values)

    def one(match):
        if match[0] == b"%%":
            return b"%"
        value = left.pop(0) if left else 0
        if match[2] == b"d" and value >> 63:
            value -= 1 << 64
        return f"{value:{match[1].decode()}{match[2].decode().replace('u', 'd')}}".encode()

    return SPECIFIER.sub(one, form).decode("ascii", "replace")


class Event:
    """What a record points to: a name, a format, and whether a slice begins or ends."""

    def __init__(self, memory, address, layout):
        name, form, phase = layout.unpack(memory.read(address, layout.size))
        self.name = memory.text(name, TEXT_MAX).decode("ascii", "replace")
        self.form = memory.text(form, TEXT_MAX)
        if not self.name.isidentifier() or phase >= len(PHASES):
            raise ValueError("no event")
        self.phase = PHASES[phase]


class Firmware:
    """What was recorded: (nanoseconds, core, Event, values), by time for each core."""

    def __init__(self, memory, elf, r5=None):
        """elf: the image's, with its symbols; None: there are no rings. r5: which R5F's it is, if it is one's."""
        self.records, self.lost, self.found = [], 0, False
        self.first_core = 0 if r5 is None else R5_FIRST + r5
        self.event, self.pointer = (EVENT, -1) if r5 is None else (EVENT_32, POINTER_32)
        objects = elf.objects() if elf else {}
        rings, size = (objects.get(name) for name in ("trace_rings", "trace_size"))
        if rings is None or size is None:
            return
        try:
            count, = struct.unpack("<Q", memory.read(size[0], 8))
            if count & (count - 1) or count > SIZE_MAX:
                return
            self.found = True
            for core in range(rings[1] // RING.size):
                self.read_ring(memory, core, rings[0] + core * RING.size, count)
        except ValueError:
            pass  # the machine stopped before the firmware had its rings

    def read_ring(self, memory, core, address, size):
        events = {}
        records, written, busy = RING.unpack(memory.read(address, RING.size))
        records &= self.pointer
        if records == 0 or size == 0:
            return
        first = max(0, written - size)
        self.lost += first
        for number in range(first, written - (1 if busy else 0)):  # the last one may be half there
            time, where, *values = RECORD.unpack(memory.read(records + number % size * RECORD.size, RECORD.size))
            where &= self.pointer
            try:
                if where not in events:
                    events[where] = Event(memory, where, self.event)
            except ValueError:
                self.lost += 1
                continue
            self.records.append((time, self.first_core + core, events[where], values))
