# SPDX-License-Identifier: BSD-3-Clause
"""Names for addresses: function, file and line, inlined functions too, by the toolchain's addr2line.

Without an addr2line that knows AArch64 (for an R5F's program, 32-bit Arm), or without debug information, it is function+offset from the
ELF's symbol table.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from k3twin.board import ROOT, UsageError
from k3twin.elf import name_of
from k3twin.elf32 import open_elf
from k3twin.guest import read_file

ADDR2LINE_SECONDS = 20


def addr2line_programs():
    """Those that may know AArch64, the likeliest first."""
    prefixes = [os.environ["CROSS_COMPILE"]] if os.environ.get("CROSS_COMPILE") else []
    names = [prefix + "addr2line" for prefix in (*prefixes, "aarch64-linux-gnu-", "aarch64-none-elf-", "llvm-", "arm-none-eabi-", "")]
    return [name for name in names if shutil.which(name)]


def run_addr2line(program, elf_path, addresses):
    """What it prints; None if it can't."""
    command = [program, "-a", "-i", "-f", "-C", "-e", str(elf_path), *(f"{address:#x}" for address in addresses)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                              timeout=ADDR2LINE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 and not done.stderr else None


def short(place):
    """A file of this tree, or below the current folder, without the way to it."""
    place = re.sub(r" \(discriminator \d+\)$", "", place)
    for folder in (f"{ROOT}/", f"{os.getcwd()}/", "./"):
        place = place.removeprefix(folder)
    return place


def parse_addr2line(text):
    """{address: [(function, place), ...]}, the innermost first; what is unknown is empty."""
    answers, frames, function = {}, [], None
    for line in text.splitlines():
        if re.fullmatch(r"0x[0-9a-f]+", line):
            frames = answers.setdefault(int(line, 16), [])
        elif function is None:
            function = line
        else:
            place = short(line)
            known = not place.startswith("??") and not place.endswith((":?", ":0"))
            frames.append(("" if function == "??" else function, place if known else ""))
            function = None
    return answers


class Program:
    """An ELF that is running."""

    def __init__(self, path, elf):
        self.path, self.elf = path, elf
        self.symbols = elf.symbols()

    def covers(self, address):
        return any(segment.virtual <= address < segment.virtual + segment.memory_size for segment in self.elf.segments)

    def frames(self, addresses):
        """{address: frames} as parse_addr2line(); by the symbol table where there is nothing better."""
        answers = {}
        for program in addr2line_programs():
            text = run_addr2line(program, self.path, addresses)
            if text is not None:
                answers = parse_addr2line(text)
                break
        for address in addresses:
            frames = answers.get(address, [])
            if not any(place for _, place in frames):
                name = name_of(self.symbols, address)
                answers[address] = [(name, "")] if name else []
        return answers


def open_program(path):
    """None: not an ELF of ours."""
    try:
        data = read_file(path)
        return Program(path, open_elf(path, data)) if data[:4] == b"\x7fELF" else None
    except UsageError:
        return None


def is_flat_copy(elf, data):
    """Whether data is what objcopy -O binary makes of the ELF."""
    base = min(segment.physical for segment in elf.segments)
    for segment in elf.segments:
        offset = segment.physical - base
        if data[offset:offset + segment.file_size] != elf.content(segment):
            return False
    return True


def find_program(path):
    """What an image was made of: itself if it is an ELF, else an ELF of its folder with the same contents; or None."""
    program = open_program(path)
    if program:
        return program
    try:
        data = read_file(path)
    except UsageError:
        return None
    for candidate in sorted(Path(path).parent.glob("*.elf")):
        program = open_program(candidate)
        if program and is_flat_copy(program.elf, data):
            return program
    return None


def in_words(frames):
    """"copy at a.c:3, inlined into main at b.c:7"; "" if nothing is known."""
    return ", inlined into ".join(f"{function or '?'} at {place}" if place else function
                                  for function, place in frames if function or place)


class Symbols:
    """The names of all programs that run."""

    def __init__(self, programs):
        self.programs = [program for program in programs if program]
        self.known = {}

    def learn(self, addresses):
        for program in self.programs:
            mine = sorted({address for address in addresses if address not in self.known and program.covers(address)})
            if mine:
                self.known.update({address: in_words(frames) for address, frames in program.frames(mine).items()})

    def describe(self, address):
        """Words for the instruction at an address, or ""."""
        self.learn([address])
        return self.known.get(address, "")

    def describe_all(self, addresses):
        self.learn(addresses)
        return [self.known.get(address, "") for address in addresses]
