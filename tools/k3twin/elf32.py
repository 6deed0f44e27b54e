# SPDX-License-Identifier: BSD-3-Clause
"""A program of the Cortex-R5F: ELF for 32-bit Arm (Arm IHI 0044)."""

import struct

from k3twin.elf import Elf, Segment

CLASS_32, MACHINE_ARM = 1, 40
CLASS_OFFSET = 4
FUNCTION = 2


class Elf32(Elf):
    """The same as Elf, in the layout of 32 bits."""

    MACHINE, MACHINE_NAME = (CLASS_32, MACHINE_ARM), "32-bit Arm"
    HEADER_SIZE, PROGRAM_HEADER_SIZE = 52, 32
    ADDRESS, ENTRY, SECTIONS, SIZES, SECTION_COUNT = "I", 24, 32, 42, 48
    SECTION = "<10I"

    def segment(self, index):
        kind, offset, virtual, physical, file_size, memory_size, flags, _ = struct.unpack_from(
            "<8I", self.data, self.headers + index * self.PROGRAM_HEADER_SIZE)
        return Segment(kind, flags, offset, virtual, physical, file_size, memory_size)

    def read_table(self, table, names):
        for name, value, size, info, _, section in struct.iter_unpack("<IIIBBH", table[:len(table) // 16 * 16]):
            text = names[name:names.find(b"\0", name)].decode(errors="replace")
            if section and info & 15 <= FUNCTION and text and not text.startswith("$"):
                yield value & ~(info & 15 == FUNCTION), size, text, info & 15  # bit 0 says T32


def open_elf(path, data):
    """A program of either kind of cores."""
    return (Elf32 if data[CLASS_OFFSET:CLASS_OFFSET + 1] == bytes([CLASS_32]) else Elf)(path, data)
