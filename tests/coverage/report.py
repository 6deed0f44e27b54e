# SPDX-License-Identifier: BSD-3-Clause
"""The report: a tracefile for genhtml, a table by folder, a list of what wasn't covered."""

import os

from lines import Sum

COLUMNS = ("either", "host", "target")


def write_tracefile(report, path):
    """As geninfo(1) describes it. The paths are absolute, as genhtml wants them."""
    with open(path, "w", encoding="utf-8") as out:
        for name, file in sorted(report.items()):
            print(f"SF:{os.path.abspath(name)}", file=out)
            for function, (first, count) in sorted(file.calls().items(), key=lambda call: call[1]):
                print(f"FN:{first},{function}\nFNDA:{count},{function}", file=out)
            for number, ways in sorted(file.branches().items()):
                for way, count in enumerate(ways):
                    taken = count if file.lines.get(number) else "-"
                    print(f"BRDA:{number},0,{way},{taken}", file=out)
            for number, count in sorted(file.lines.items()):
                print(f"DA:{number},{count}", file=out)
            print("end_of_record", file=out)


def ranges(numbers, known):
    """(first, last) of lines that follow each other, whatever lies between that is no code."""
    found = []
    for number in sorted(known):
        if number not in numbers:
            found.append(None)
        elif found and found[-1] is not None:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return [pair for pair in found if pair is not None]


def write_uncovered(report, path):
    """A line for each function that wasn't called, lines that didn't run, branch not seen both ways."""
    with open(path, "w", encoding="utf-8") as out:
        for name, file in sorted(report.items()):
            entries = [(first, f"{function}() was never called")
                       for function, (first, count) in file.calls().items() if count == 0]
            missed = {number for number, count in file.lines.items() if count == 0}
            for first, last in ranges(missed, file.lines):
                entries.append((first, "did not run" if first == last else f"to {last} did not run"))
            for number, ways in file.branches().items():
                if file.lines.get(number) and not all(ways):
                    entries.append((number, f"{sum(map(bool, ways))} of {len(ways)} ways were taken"))
            for number, what in sorted(entries):
                print(f"{name}:{number}: {what}", file=out)


def folder_of(path):
    """A folder's include/ is a part of it: what its functions call inline, its tests reach."""
    return os.path.dirname(path).partition("/include/")[0]


def by_folder(report):
    sums = {}
    for path, file in report.items():
        sums.setdefault(folder_of(path), Sum()).add(file)
        sums.setdefault("", Sum()).add(file)
    return sums


def share(covered, total, width):
    if total == 0:
        return "-".rjust(width)
    # 100 % is kept for what misses nothing.
    percent = min(100 * covered / total, 99.9) if covered < total else 100
    return f"{covered}/{total} {percent:.1f}".rjust(width)


def below(report, folders, percent):
    """What to say of each of these folders, and of those in them, of whose lines fewer ran."""
    sums = {folder: its for folder, its in sorted(by_folder(report).items()) if folder.split("/")[0] in folders}
    missing = [folder for folder in folders if not any(f"{known}/".startswith(f"{folder}/") for known in sums)]
    return [f"{folder}: no line is in the report" for folder in missing] + [
        f"{folder}: {its.lines_covered} of {its.lines} lines ran, which is less than {percent} %"
        for folder, its in sums.items() if 100 * its.lines_covered < percent * its.lines]


def table(reports):
    """By folder, from {"either": report, "host": report, "target": report}; shares in percent."""
    sums = {column: by_folder(reports[column]) for column in COLUMNS}
    first = max(map(len, sums["either"])) + 1
    rows = []
    for what, width in (("lines", 17), ("branches", 17)):
        rows.append(what.ljust(first) + "".join(column.rjust(width) for column in COLUMNS))
        for folder in sorted(sums["either"], key=lambda name: (name == "", name)):
            its = [sums[column].get(folder, Sum()) for column in COLUMNS]
            rows.append((folder or "all").ljust(first) + "".join(
                share(getattr(one, f"{what}_covered"), getattr(one, what), width) for one in its))
        rows.append("")
    return "\n".join(rows)
