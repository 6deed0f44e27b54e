# SPDX-License-Identifier: BSD-3-Clause
"""k3 log, k3 trace: the firmware's own records (lib/log.c, lib/trace.c)."""

import re

import gdb
import k3_firmware as firmware
from k3_firmware import Trouble

NS_PER_S, NS_PER_US = 1000000000, 1000
SIGN_FREE = re.compile(r"%([-+ #0]*\d*)(?:ll|l|z)?([duxXc])")


def number_of(argument, default, what):
    words = argument.split()
    if not words:
        return default
    if len(words) > 1 or not words[0].isdigit() or int(words[0]) == 0:
        raise Trouble(f"{what} is a number of lines, as in: k3 {what} 20")
    return int(words[0])


def log(argument):
    """The firmware's latest messages: k3 log [LINES], 40 if not said."""
    lines = number_of(argument, 40, "log")
    ring = firmware.variable("lib/log.c", "ring")
    used, size = int(firmware.variable("lib/log.c", "ring_used")), ring.type.sizeof
    data = bytes(gdb.selected_inferior().read_memory(int(ring.address), size))
    first = used % size if used > size else 0
    kept = (data[first:] + data[:first])[:min(used, size)].decode("ascii", "replace").split("\n")[:-1]
    if used > size:
        del kept[:1]  # it may have lost its beginning
    if not kept:
        yield "no messages yet"
    yield from kept[-lines:]


def formatted(format_, values):
    """A format of TRACE_EVENT: two unsigned long long."""
    rest = list(values)

    def one(match):
        return f"%{match[1]}{match[2].replace('u', 'd')}" % rest.pop(0) if rest else match[0]
    return SIGN_FREE.sub(one, format_).replace("%%", "%")


def records(ring, size):
    """Those of one core, oldest first."""
    written = int(ring["written"])
    if written and int(ring["records"]):
        firmware.follow(ring["records"])
        for number in range(max(0, written - size), written):
            yield ring["records"][number % size]


def trace(argument):
    """The latest trace records of all cores: k3 trace [LINES], 40 if not said.

Recording begins with `trace on` at the firmware's prompt, or with trace=on among its boot arguments;
it may be on meanwhile."""
    lines = number_of(argument, 40, "trace")
    rings, size = firmware.variable("lib/trace.c", "trace_rings"), int(firmware.variable("lib/trace.c", "trace_size"))
    if size == 0:
        raise Trouble("nothing was recorded: `trace on` at the firmware's prompt, or as its boot argument")
    low, high = rings.type.range()
    latest = []
    for core in range(low, high + 1):
        own = list(records(rings[core], size))[-lines:]
        latest += [(int(record["time"]), core, record) for record in own]
    latest.sort(key=lambda entry: entry[:2])
    for time, core, record in latest[-lines:]:
        event = firmware.follow(record["event"])
        values = [int(record["values"][i]) for i in range(2)]
        yield (f"[{time // NS_PER_S:5}.{time % NS_PER_S // NS_PER_US:06}] core {core}  "
               f"{firmware.text(event['name']):<16} {formatted(firmware.text(event['format']), values)}")
