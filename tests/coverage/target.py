# SPDX-License-Identifier: BSD-3-Clause
"""What ran on the target: the counts of an image's instructions, mapped to lines by its DWARF.

The image is the one that is tested, as it is; its debugging information tells, of each instruction,
the line, and the lines of the calls through which that was inlined; and where statements begin.
"""

import os
import re
import struct
import subprocess
from collections import defaultdict

import counts
from lines import File

SECTION = "<IIQQQQ"
MARK = re.compile(r"([0-9a-f]+) . \$([xd])(?:\..*)?")  # code, or data, from here on
ROW = re.compile(r"(\S+)\s+(\d+)\s+(0x[0-9a-f]+)(?:\s+\d+)?(\s+x)?(?:\s+END)?\s*")
HEADER = re.compile(r"(CU: )?(\S.*?):(?:\[\+\+\])?\s*")
PLACE = re.compile(r"(.*):(\d+)(?: \(discriminator \d+\))?")


def run_tool(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        message = (done.stderr.strip() or f"status {done.returncode}").splitlines()[-1]
        raise ValueError(f"{command[0]}: {message}")
    return done.stdout


def read_code(path):
    """(address, bytes) of an ELF's section .text."""
    with open(path, "rb") as file:
        elf = file.read()
    if len(elf) < 64 or elf[:6] != b"\x7fELF\x02\x01":
        raise ValueError(f"{path} is no ELF of 64 bits, little-endian")
    headers = struct.unpack_from("<Q", elf, 40)[0]
    size, count, names = struct.unpack_from("<HHH", elf, 58)
    sections = [struct.unpack_from(SECTION, elf, headers + i * size) for i in range(count)]
    for name, _, _, address, offset, length in sections:
        start = sections[names][4] + name
        if elf[start:elf.index(b"\0", start)] == b".text":
            return address, elf[offset:offset + length]
    raise ValueError(f"{path} has no section .text")


def create_counts(image, path):
    """An empty file of counts for an image."""
    counts.create(path, *read_code(image))


def conditional(word):
    """Whether an instruction is a conditional branch, as plugin.c has it."""
    return (word & 0xff000010 == 0x54000000 and word & 0xe != 0xe) or word & 0x7c000000 == 0x34000000


def instructions(cross, image):
    """{address: word} of what is code in .text, and no data between."""
    start, code = read_code(image)
    end = start + len(code)
    marks = []
    for line in run_tool(f"{cross}nm", "--special-syms", "-n", image).splitlines():
        mark = MARK.fullmatch(line)
        if mark and start <= int(mark[1], 16) < end:
            marks.append((int(mark[1], 16), mark[2] == "x"))
    found = {}
    for (first, is_code), (last, _) in zip(marks, marks[1:] + [(end, False)]):
        if is_code:
            for address in range(first, last - 3, 4):
                found[address] = struct.unpack_from("<I", code, address - start)[0]
    return found


def source_path(name, root):
    """A source's path in the tree; None if it isn't known."""
    if name.startswith("?"):
        return None
    return os.path.normpath(os.path.relpath(name, root) if os.path.isabs(name) else name)


def frames(cross, image, addresses):
    """{address: [(function, path, line), ...]}, what is inlined before what it is inlined into."""
    root = os.getcwd()
    text = run_tool(f"{cross}addr2line", "-a", "-i", "-f", "-e", image,
                    input="\n".join(map(hex, addresses)))
    found, chain, function = {}, [], None
    for line in text.splitlines():
        if line.startswith("0x"):
            chain = found[int(line, 16)] = []
            function = None
        elif function is None:
            function = line.partition(".")[0]  # without .isra.0, .constprop.0
        else:
            place = PLACE.fullmatch(line)
            path = source_path(place[1], root) if place else None
            if path is not None and place[2] != "0":
                chain.append((function, path, int(place[2])))
            function = None
    return found


def statements(cross, image):
    """{(path, line): addresses}, where statements of a line begin."""
    root = os.getcwd()
    found = defaultdict(set)
    unit = path = None
    for line in run_tool(f"{cross}readelf", "--debug-dump=decodedline", "-W", image).splitlines():
        row = ROW.fullmatch(line)
        if row and path is not None:
            # Each sequence begins with the unit's own file, and without a header.
            if os.path.basename(path) != row[1]:
                path = unit
            if row[4]:
                found[path, int(row[2])].add(int(row[3], 16))
        elif HEADER.fullmatch(line) and "/" in line:
            is_unit, name = HEADER.fullmatch(line).groups()
            path = source_path(name, root)
            unit = path if is_unit else unit
    return found


class Image:
    """An image's instructions with their places; counted if there is a file of counts for it."""

    def __init__(self, cross, image, counted=None):
        self.instructions = instructions(cross, image)
        self.frames = frames(cross, image, self.instructions)
        self.starts = statements(cross, image)
        self.counts = counts.Counts(counted) if counted else None

    def counts_at(self, address):
        return self.counts.at(address) if self.counts and address in self.instructions else (0, 0, 0)

    def begun(self, address):
        return self.counts_at(address)[0]

    def line_counts(self):
        """{(path, line): count}.

        A line ran if one of its instructions was begun, and one of its statements: the compiler
        moves instructions up over a branch to a place where their line's turn hasn't come.
        """
        found = defaultdict(int)
        for address, chain in self.frames.items():
            for _, path, line in chain:
                found[path, line] = max(found[path, line], self.begun(address))
        for place in found:
            starts = self.starts.get(place, ())
            if starts and not any(map(self.begun, starts)):
                found[place] = 0
        return found

    def copies(self):
        """{(path, line, where it is inlined): ways}, two of each conditional branch."""
        found = defaultdict(list)
        for address, chain in self.frames.items():
            if chain and conditional(self.instructions[address]):
                _, path, line = chain[0]
                outside = (chain[0][0], *chain[1:])
                found[path, line, outside].extend(self.counts_at(address)[1:])
        return found

    def functions(self):
        """{(path, function): lines}; of a linked image none, where what the linker script defines hides some."""
        found = defaultdict(set)
        if self.counts:
            return found
        for chain in self.frames.values():
            for function, path, line in chain:
                found[path, function].add(line)
        return found

    def report(self, wanted):
        """{path: File} of the sources that wanted(path) is true for."""
        found = defaultdict(File)
        for (path, line), count in self.line_counts().items():
            found[path].add_line(line, count)
        for (path, line, _), ways in self.copies().items():
            found[path].add_copy(line, ways)
        for (path, function), numbers in self.functions().items():
            found[path].add_function(function, numbers)
        return {path: file for path, file in found.items() if wanted(path)}


def link_all(cross, objects, path):
    """All of the objects in one ELF that nothing is dropped from, for its debugging information only."""
    run_tool(f"{cross}ld", "-static", "--unresolved-symbols=ignore-all", "-e", "0", "-Ttext", "0x100000",
             "-o", str(path), *map(str, objects))
