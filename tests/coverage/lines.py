# SPDX-License-Identifier: BSD-3-Clause
"""What is known of a source file's lines, branches and functions, whoever has seen it."""


class File:
    """Lines with how often they ran; of each that branches, its copies; the lines of functions.

    A copy is a list of counts, one for each way that the line may go. One line has several where a
    compiler laid it down several times (an inline function), or two compilers did (host, target).
    """

    def __init__(self):
        self.lines = {}      # number: count
        self.copies = {}     # number: [[count, ...], ...]
        self.functions = {}  # name: numbers

    def add_line(self, number, count):
        self.lines[number] = max(count, self.lines.get(number, 0))

    def add_copy(self, number, ways):
        self.copies.setdefault(number, []).append(ways)

    def add_function(self, name, numbers):
        self.functions.setdefault(name, set()).update(numbers)

    def calls(self):
        """{name: (first line, count)}: a function was called if one of its lines ran."""
        return {name: (min(numbers), max(self.lines.get(number, 0) for number in numbers))
                for name, numbers in self.functions.items()}

    def add(self, other):
        for number, count in other.lines.items():
            self.add_line(number, count)
        for number, copies in other.copies.items():
            for ways in copies:
                self.add_copy(number, ways)
        for name, numbers in other.functions.items():
            self.add_function(name, numbers)

    def branches(self):
        """{number: ways}, for each line the copy that counts: of which the largest share was seen.

        Which way of one copy is which of another isn't known, so they can't be added up. The share
        is never more than what one compiler's code showed, and may be less than all showed together.
        """
        return {number: max(copies, key=lambda ways: (sum(map(bool, ways)) / len(ways), len(ways)))
                for number, copies in self.copies.items()}


def merge(*reports):
    """One {path: File} of several."""
    merged = {}
    for report in reports:
        for path, file in report.items():
            merged.setdefault(path, File()).add(file)
    return merged


def without_braces(report):
    """Lines that are a brace only are left out: one compiler gives a function's first and last
    instructions to them, and another one to other lines, so that they would seem not to have run."""
    for path, file in report.items():
        with open(path, encoding="utf-8") as source:
            braces = {number for number, text in enumerate(source, 1) if text.strip() in ("{", "}")}
        for number in braces & set(file.lines):
            del file.lines[number]
    return report


class Sum:
    """Lines and branches, covered and in all."""

    def __init__(self):
        self.lines_covered = self.lines = self.branches_covered = self.branches = 0

    def add(self, file):
        self.lines_covered += sum(map(bool, file.lines.values()))
        self.lines += len(file.lines)
        for ways in file.branches().values():
            self.branches_covered += sum(map(bool, ways))
            self.branches += len(ways)
