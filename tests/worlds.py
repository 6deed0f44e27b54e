# SPDX-License-Identifier: BSD-3-Clause
"""The twin with a program on the A53s and one on the R5F, for tests of both at once."""

import subprocess
import threading

PREFIX = "r5f: "


def text_of(data):
    return data.decode(errors="replace").replace("\r", "")


def run_both(output, options, keys):
    """Types the keys when the R5F's program has ended, or the twin has something else to tell; returns (status, what the
    A53s said, what the R5F said, what the twin told)."""
    process = subprocess.Popen(["tools/twin", "--twin", f"{output}/twin.elf", *options], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said = []
    reader = threading.Thread(target=lambda: said.append(process.stdout.read()))
    reader.start()
    told = process.stderr.readline()
    try:
        process.stdin.write(keys.replace("\n", "\r").encode())
        process.stdin.close()
    except BrokenPipeError:  # it has ended already
        pass
    told += process.stderr.read()
    reader.join()
    lines = text_of(said[0]).splitlines()
    return (process.wait(), "\n".join(line for line in lines if not line.startswith(PREFIX)),
            "\n".join(line[len(PREFIX):] for line in lines if line.startswith(PREFIX)), text_of(told))
