# SPDX-License-Identifier: BSD-3-Clause
"""What is loaded: the guest, files beside it, and where each of them lies."""

import os
import stat
import struct
from dataclasses import dataclass, field

from k3twin.board import DRAM_BASE, R5_ATCM, R5_ATCM_SOC, R5_BTCM, R5_BTCM_SOC, R5_TCM_SIZE, R5_TCM_STRIDE, UsageError
from k3twin.elf import Elf, write_elf
from k3twin.elf32 import Elf32

INSTRUCTION_SIZE = 4


@dataclass
class Load:
    """Something that QEMU puts into memory before the start: its options, and what it occupies."""

    options: list
    areas: list = field(default_factory=list)  # (what, start, end)


def read_file(path):
    """What is in a file, which must be a regular one with something in it."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UsageError(f"{path}: a directory, not a file" if path.is_dir() else f"{path}: no regular file")
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    if not data:
        raise UsageError(f"{path}: the file is empty")
    return data


def loader(path, address=None):
    # A comma in a name is doubled (QEMU's option syntax).
    option = "loader,file=" + str(path).replace(",", ",,")
    return ["-device", option if address is None else f"{option},addr={address:#x},force-raw=on"]


def fits(start, end, banks):
    return any(first <= start and end <= last for first, last in banks)


def names_of(banks):
    return ", ".join(f"{start:#x} to {end:#x}" for start, end in banks)


def check_fits(what, start, end, banks):
    if not fits(start, end, banks):
        raise UsageError(f"{what} ({start:#x} to {end:#x}) is outside DRAM ({names_of(banks)})")


def check_apart(areas):
    """Of all that is loaded, no two may want the same memory."""
    areas = sorted(areas, key=lambda area: area[1:])
    for (first, start, end), (second, next_start, next_end) in zip(areas, areas[1:]):
        if next_start < end:
            raise UsageError(f"{first} ({start:#x} to {end:#x}) and {second} ({next_start:#x} to {next_end:#x})"
                             " overlap")


def in_dram(elf, segment, banks):
    """The segment as it is loaded; None: not at all.

    A linker puts the ELF's headers into a segment: into one of their own, or in front of the first
    section. With `-Ttext=0x80000000` they lie below that bank of DRAM, where nobody will read them.
    """
    above = [start for start, _ in banks if start > segment.physical]
    if above and not fits(segment.physical, segment.physical, banks):
        front = min(above[0] - segment.physical, segment.memory_size)
        if front <= segment.file_size and elf.is_idle(segment.offset, segment.offset + front):
            if front == segment.memory_size:
                return None
            segment = segment.without_front(front)
    if not fits(segment.physical, segment.end(), banks):
        raise UsageError(
            f"{elf.path}: a segment ({segment.physical:#x} to {segment.end():#x}) is outside DRAM ({names_of(banks)}):"
            f" link at {DRAM_BASE:#x} or above (-Wl,-Ttext-segment={DRAM_BASE:#x}; -Ttext moves .text only)")
    return segment


def load_elf(path, data, banks, directory):
    elf = Elf(path, data)
    segments = [part for part in (in_dram(elf, segment, banks) for segment in elf.segments) if part]
    start = None
    for segment in segments:
        if segment.virtual <= elf.entry < segment.virtual + segment.memory_size:
            start = segment.physical + elf.entry - segment.virtual
    if start is None:
        elf.refuse(f"the ELF's entry {elf.entry:#x} is in none of its segments")
    if start % INSTRUCTION_SIZE:
        elf.refuse(f"the ELF's entry {elf.entry:#x} is no address of an instruction (a multiple of 4)")
    checked = directory / "guest.elf"
    write_elf(checked, elf, segments)
    return start, Load(loader(checked), [(f"{path}: a segment", segment.physical, segment.end())
                                         for segment in segments])


def load_image(path, data, banks, _):
    if len(data) < 64 or data[56:60] != b"ARM\x64":
        raise UsageError(f"{path}: neither an ELF nor an arm64 Image; any other binary is given as FILE@ADDRESS")
    offset, size = struct.unpack_from("<QQ", data, 8)
    if size == 0:  # before Linux 3.17 the header did not say
        offset, size = 0x80000, len(data)
    start = DRAM_BASE + offset
    if start % INSTRUCTION_SIZE:
        raise UsageError(f"{path}: its header says {offset:#x} for where it goes; instructions lie at multiples of "
                         f"{INSTRUCTION_SIZE}")
    end = start + max(size, len(data))
    check_fits(str(path), start, end, banks)
    return start, Load(loader(path, start), [(str(path), start, end)])


def load_file(path, address, banks):
    """Some bytes at an address, as they are."""
    end = address + len(read_file(path))
    check_fits(str(path), address, end, banks)
    return Load(loader(path, address), [(str(path), address, end)])


def load_guest(path, address, banks, directory):
    """(the address of the guest's first instruction, Load)"""
    if address is not None:
        if address % INSTRUCTION_SIZE:
            raise UsageError(f"{path}@{address:#x}: instructions lie at multiples of {INSTRUCTION_SIZE}")
        return address, load_file(path, address, banks)
    data = read_file(path)
    if data[:2] == b"\x1f\x8b":
        raise UsageError(f"{path}: compressed; unpack it with gunzip first")
    load = load_elf if data[:4] == b"\x7fELF" else load_image
    return load(path, data, banks, directory)


# -------------------------------------------------------------------- the R5F

R5_TCMS = ((R5_ATCM, R5_ATCM_SOC), (R5_BTCM, R5_BTCM_SOC))


def from_r5(elf, core, segment, banks):
    """Where the SoC has what the R5F has at an address."""
    start, end = segment.physical, segment.end()
    for base, outside in R5_TCMS:
        if base <= start and end <= base + R5_TCM_SIZE:
            return outside + core * R5_TCM_STRIDE + start - base
    if not fits(start, end, banks):
        raise UsageError(f"{elf.path}: a segment ({start:#x} to {end:#x}) is in none of ATCM, BTCM"
                         f" ({R5_TCM_SIZE >> 10} KiB each at {R5_ATCM:#x}, {R5_BTCM:#x}), on-chip SRAM, DRAM")
    return start


# Where a program of k3metal's has its arguments, in text that ends with a zero byte, behind these words (r5f.ld); and the
# name of the word that has the status with which it has ended (arch/arm/include/arch/core_end.h).
R5_ARGUMENTS, R5_ARGUMENTS_SIZE = b"k3metal-arguments:", 256
R5_END_STATUS = "core_end_status"


def with_arguments(path, contents, words):
    """The segments' contents with the arguments in their place."""
    text = os.fsencode(words)
    if len(text) >= R5_ARGUMENTS_SIZE:
        raise UsageError(f"--r5-append: {len(text)} characters; there is room for {R5_ARGUMENTS_SIZE - 1}")
    for number, content in enumerate(contents):
        start = content.find(R5_ARGUMENTS) + len(R5_ARGUMENTS)
        if R5_ARGUMENTS in content and start + R5_ARGUMENTS_SIZE <= len(content):
            contents[number] = content[:start] + text.ljust(R5_ARGUMENTS_SIZE, b"\0") + content[start + R5_ARGUMENTS_SIZE:]
            return
    raise UsageError(f"{path}: it takes no arguments (--r5-append): no program of k3metal's")


def load_r5(core, path, words, banks, directory):
    """(the address of that core's first instruction, of its end status or 0, Load); words: its arguments, or None"""
    data = read_file(path)
    if data[:4] != b"\x7fELF":
        raise UsageError(f"{path}: no ELF")
    elf = Elf32(path, data)
    if not any(segment.virtual <= elf.entry < segment.virtual + segment.memory_size for segment in elf.segments):
        elf.refuse(f"the ELF's entry {elf.entry:#x} is in none of its segments")
    load = Load([])
    contents = [elf.content(segment).ljust(segment.memory_size, b"\0") for segment in elf.segments]
    if words is not None:
        with_arguments(path, contents, words)
    for number, segment in enumerate(elf.segments):
        address = from_r5(elf, core, segment, banks)
        content = directory / f"r5-{core}-{number}"
        content.write_bytes(contents[number])
        load.options += loader(content, address)
        load.areas.append((f"{path}: a segment", address, address + segment.memory_size))
    return elf.entry, elf.objects().get(R5_END_STATUS, (0, 0))[0], load
