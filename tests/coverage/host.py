# SPDX-License-Identifier: BSD-3-Clause
"""What the host tests ran, from the counters that gcc built into them (gcov)."""

import json
import os
import subprocess

from lines import File


def gcov(tool, notes):
    """gcov's report on one object file, a dictionary."""
    done = subprocess.run([tool, "--json-format", "--branch-probabilities", "--stdout", str(notes)],
                          capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout)
    except ValueError:
        message = (done.stderr.strip() or "no JSON").splitlines()[-1]
        raise ValueError(f"{tool}: {notes}: {message}") from None


def add_file(report, entry, path):
    file = report.setdefault(path, File())
    for line in entry["lines"]:
        file.add_line(line["line_number"], line["count"])
        if "function_name" in line:  # a line on which a macro makes two functions has none
            file.add_function(line["function_name"], [line["line_number"]])
        if line["branches"]:
            file.add_copy(line["line_number"], [branch["count"] for branch in line["branches"]])


def report(notes, tool, wanted):
    """{path: File} of the sources that wanted(path) is true for; those that no test ran, too."""
    found = {}
    for path in notes:
        for entry in gcov(tool, path)["files"]:
            source = os.path.relpath(entry["file"])
            if wanted(source):
                add_file(found, entry, source)
    return found
