# SPDX-License-Identifier: BSD-3-Clause
"""Files of counts: what plugin.c counts for each instruction of an image's code.

All numbers are 64 bits wide, in the byte order of the machine that runs QEMU:

    magic "K3COUNT1", address of the first instruction, number of instructions, 0
    for each instruction: its word, how often it was begun, and of a conditional branch, how often
    it was taken, how often not

A file is made for an image before the first run; each run adds to it.
"""

from array import array

MAGIC = int.from_bytes(b"K3COUNT1", "little")
FIELDS = 4
WORD = 4


def create(path, start, code):
    """A file for the code (bytes) that is linked at start, with nothing counted."""
    words = array("I", code[:len(code) // WORD * WORD])
    numbers = array("Q", [MAGIC, start, len(words), 0])
    for word in words:
        numbers.extend((word, 0, 0, 0))
    with open(path, "wb") as file:
        numbers.tofile(file)


class Counts:
    """What a file of counts says."""

    def __init__(self, path):
        numbers = array("Q")
        with open(path, "rb") as file:
            data = file.read()
        numbers.frombytes(data[:len(data) // numbers.itemsize * numbers.itemsize])
        if len(numbers) < FIELDS or numbers[0] != MAGIC or len(numbers) != FIELDS * (1 + numbers[2]):
            raise ValueError(f"{path} is no file of counts")
        self.start = numbers[1]
        self.numbers = numbers

    def at(self, address):
        """(begun, taken, not taken) of the instruction at an address."""
        first = FIELDS * (1 + (address - self.start) // WORD)
        return tuple(self.numbers[first + 1:first + FIELDS])
