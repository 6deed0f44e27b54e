# SPDX-License-Identifier: BSD-3-Clause
"""What the tools need of an ELF (System V ABI, chapters 4 and 5): what to load, where, and names.

Nothing in a file is believed before it has been checked; what is wrong is said in one line.
"""

import bisect
import struct
from dataclasses import dataclass

from k3twin.board import UsageError

HEADER_SIZE = 64
PROGRAM_HEADER_SIZE = 56
SECTION_HEADER_SIZE = 64
SYMBOL_SIZE = 24

CLASS_64, LITTLE_ENDIAN, MACHINE_AARCH64 = 2, 1, 183
TYPE_EXECUTABLE, TYPE_SHARED = 2, 3
TYPE_NAMES = {1: "an object file that is not linked yet", 4: "a core dump"}
PT_LOAD, PT_NOTE = 1, 4
SHT_SYMTAB = 2
STT_NOTYPE, STT_OBJECT, STT_FUNC = 0, 1, 2


@dataclass
class Segment:
    kind: int
    flags: int
    offset: int
    virtual: int
    physical: int
    file_size: int
    memory_size: int

    def end(self):
        return self.physical + self.memory_size

    def without_front(self, size):
        """The same without its first bytes."""
        return Segment(self.kind, self.flags, self.offset + size, self.virtual + size, self.physical + size,
                       self.file_size - size, self.memory_size - size)


class Elf:
    """An AArch64 program."""

    MACHINE, MACHINE_NAME = (CLASS_64, MACHINE_AARCH64), "AArch64"
    HEADER_SIZE, PROGRAM_HEADER_SIZE = HEADER_SIZE, PROGRAM_HEADER_SIZE
    # Where the header has entry and program headers, sections, size and number of program headers, number of sections;
    # and how.
    ADDRESS, ENTRY, SECTIONS, SIZES, SECTION_COUNT = "Q", 24, 40, 54, 60
    SECTION, SYMBOL = "<IIQQQQIIQQ", "<IBBHQQ"

    def __init__(self, path, data):
        self.path, self.data = path, data
        self.check_header()
        self.entry, self.headers = struct.unpack_from(f"<2{self.ADDRESS}", data, self.ENTRY)
        self.header_count, = struct.unpack_from("<H", data, self.SIZES + 2)
        segments = [self.segment(index) for index in range(self.header_count)]
        self.notes = [segment for segment in segments if segment.kind == PT_NOTE]
        self.segments = [segment for segment in segments if segment.kind == PT_LOAD and segment.memory_size]
        for segment in self.segments:
            self.check_segment(segment)
        if not self.segments:
            self.refuse("the ELF has nothing to load: no segment of type LOAD")

    def refuse(self, reason):
        raise UsageError(f"{self.path}: {reason}")

    def instruction(self, address):
        """The word of an instruction; 0: nothing is loaded there."""
        for segment in self.segments:
            if segment.virtual <= address < segment.virtual + segment.file_size:
                return struct.unpack_from("<I", self.data, segment.offset + address - segment.virtual)[0]
        return 0

    def check_header(self):
        size = len(self.data)
        if size < self.HEADER_SIZE:
            self.refuse(f"the ELF is cut short: its header has {self.HEADER_SIZE} bytes, the file {size}")
        kind, machine = struct.unpack_from("<HH", self.data, 16)
        if (self.data[4], machine) != self.MACHINE or self.data[5] != LITTLE_ENDIAN:
            self.refuse(f"an ELF, but not one for little-endian {self.MACHINE_NAME}")
        if kind not in (TYPE_EXECUTABLE, TYPE_SHARED):
            self.refuse(f"the ELF is no program but {TYPE_NAMES.get(kind, f'of type {kind}')}")
        _, offset = struct.unpack_from(f"<2{self.ADDRESS}", self.data, self.ENTRY)
        entry_size, count = struct.unpack_from("<HH", self.data, self.SIZES)
        if count and entry_size != self.PROGRAM_HEADER_SIZE:
            self.refuse(f"the ELF's program headers are said to have {entry_size} bytes each"
                        f" in place of {self.PROGRAM_HEADER_SIZE}")
        if offset + count * self.PROGRAM_HEADER_SIZE > size:
            self.refuse(f"the ELF is damaged or cut short: {count} program headers at {offset:#x},"
                        f" but the file ends at {size:#x}")

    def segment(self, index):
        kind, flags, offset, virtual, physical, file_size, memory_size, _ = struct.unpack_from(
            "<IIQQQQQQ", self.data, self.headers + index * PROGRAM_HEADER_SIZE)
        return Segment(kind, flags, offset, virtual, physical, file_size, memory_size)

    def check_segment(self, segment):
        name = f"the segment at {segment.physical:#x}"
        if segment.file_size > segment.memory_size:
            self.refuse(f"{name} has more bytes in the file ({segment.file_size:#x})"
                        f" than in memory ({segment.memory_size:#x})")
        if segment.offset + segment.file_size > len(self.data):
            self.refuse(f"{name} ends at {segment.offset + segment.file_size:#x} in the file, which ends at"
                        f" {len(self.data):#x}: damaged or cut short")

    def content(self, segment):
        return self.data[segment.offset:segment.offset + segment.file_size]

    def is_idle(self, start, end):
        """Whether the file has nothing there but its own headers, notes and zeros."""
        part = bytearray(self.data[start:end])
        idle = [(0, self.HEADER_SIZE), (self.headers, self.header_count * self.PROGRAM_HEADER_SIZE)]
        idle += [(note.offset, note.file_size) for note in self.notes]
        for offset, size in idle:
            first, last = max(offset, start), min(offset + size, end)
            if first < last:
                part[first - start:last - start] = bytes(last - first)
        return not any(part)

    # -------------------------------------------------------------------- names

    def symbols(self):
        """(address, size, name) of what can be code, by address; nothing if the table is missing or damaged."""
        return sorted((value, size, name) for value, size, name, kind in self.all_symbols() if kind != STT_OBJECT)

    def objects(self):
        """{name: (address, size)} of variables; likewise."""
        return {name: (value, size) for value, size, name, kind in self.all_symbols() if kind == STT_OBJECT}

    def all_symbols(self):
        try:
            return list(self.read_symbols())
        except (struct.error, IndexError, OverflowError):
            return []

    def read_symbols(self):
        offset, = struct.unpack_from(f"<{self.ADDRESS}", self.data, self.SECTIONS)
        count, = struct.unpack_from("<H", self.data, self.SECTION_COUNT)
        sections = [struct.unpack_from(self.SECTION, self.data, offset + i * struct.calcsize(self.SECTION))
                    for i in range(count)]
        for section in sections:
            if section[1] == SHT_SYMTAB:
                names = sections[section[6]]
                table = self.data[section[4]:section[4] + section[5]]
                yield from self.read_table(table, self.data[names[4]:names[4] + names[5]])
                return  # there is one at most

    def read_table(self, table, names):
        for name, info, _, section, value, size in struct.iter_unpack(
                self.SYMBOL, table[:len(table) // SYMBOL_SIZE * SYMBOL_SIZE]):
            text = names[name:names.find(b"\0", name)].decode(errors="replace")
            if section and info & 15 in (STT_NOTYPE, STT_OBJECT, STT_FUNC) and text and not text.startswith("$"):
                yield value, size, text, info & 15


def name_of(symbols, address):
    """"function+0x12" for an address; "" for none."""
    place = bisect.bisect_right(symbols, (address, 1 << 64, ""))
    if not place:
        return ""
    start, size, name = symbols[place - 1]
    if size and address >= start + size:
        return ""
    return name if address == start else f"{name}+{address - start:#x}"


def write_elf(path, elf, segments):
    """Just these segments of an ELF, for a loader that shall see nothing else."""
    headers = bytearray(struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", TYPE_EXECUTABLE, MACHINE_AARCH64,
                                    1, elf.entry, HEADER_SIZE, 0, 0, HEADER_SIZE, PROGRAM_HEADER_SIZE,
                                    len(segments), SECTION_HEADER_SIZE, 0, 0))
    body = bytearray()
    start = HEADER_SIZE + len(segments) * PROGRAM_HEADER_SIZE
    for segment in segments:
        headers += struct.pack("<IIQQQQQQ", PT_LOAD, segment.flags, start + len(body), segment.virtual,
                               segment.physical, segment.file_size, segment.memory_size, 1)
        body += elf.content(segment)
    path.write_bytes(headers + body)
