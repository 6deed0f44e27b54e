# SPDX-License-Identifier: BSD-3-Clause
"""Tracks, slices and flows as a file in the Trace Event Format, which Perfetto and Chrome's viewer open."""

import json

from k3twin.trace_build import PROCESSES


def stamp(nanoseconds):
    """A time as the format has it, in microseconds."""
    return f"{nanoseconds // 1000}.{nanoseconds % 1000:03}"


def line(phase, track, time, name, more):
    """One event; more: what the phase asks for besides, as JSON without braces."""
    return f'{{"ph":"{phase}","pid":{track[0]},"tid":{track[1]},"ts":{stamp(time)},"name":{json.dumps(name)}{more}}}'


def metadata(tracks, labels):
    order = sorted(tracks)
    facts = []
    for process in sorted({process for process, _ in order}):
        facts.append((process, 0, "process_name", {"name": PROCESSES[process]}))
        facts.append((process, 0, "process_sort_index", {"sort_index": process}))
        if process in labels:
            facts.append((process, 0, "process_labels", {"labels": labels[process]}))
    for process, thread in order:
        facts.append((process, thread, "thread_name", {"name": tracks[process, thread]}))
        facts.append((process, thread, "thread_sort_index", {"sort_index": thread}))
    for process, thread, name, args in facts:
        yield {"ph": "M", "pid": process, "tid": thread, "ts": 0, "name": name, "args": args}


def flow_lines(number, flow):
    """The steps of a flow of at least two; each is bound to the slice that is open at its time."""
    last = len(flow.points) - 1
    for i, (track, time) in enumerate(flow.points):
        phase = "s" if i == 0 else "f" if i == last else "t"
        yield time, 2, line(phase, track, time, flow.name, f',"cat":"flow","id":{number},"bp":"e"')


def event_lines(builder):
    """(time, order, line): at one time a slice comes before what happens in it."""
    for piece in builder.slices:
        more = f',"cat":"{piece.category}","dur":{stamp(piece.end - piece.start)},"args":{json.dumps(piece.args)}'
        yield piece.start, 0, line("X", piece.track, piece.start, piece.name, more)
    for track, time, name, category, args in builder.instants:
        yield time, 1, line("i", track, time, name, f',"cat":"{category}","s":"t","args":{json.dumps(args)}')
    for number, flow in enumerate(builder.flows):
        if len(flow.points) > 1:
            yield from flow_lines(number, flow)


def write(file, builder, facts, labels):
    """facts: what is to be known about the trace as a whole; labels: a remark on a process."""
    file.write('{"displayTimeUnit":"ns","otherData":' + json.dumps(facts) + ',"traceEvents":[\n')
    separator = ""
    for entry in metadata(builder.tracks, labels):
        file.write(separator + json.dumps(entry, separators=(",", ":")))
        separator = ",\n"
    for _, _, text in sorted(event_lines(builder), key=lambda item: item[:2]):
        file.write(separator + text)
        separator = ",\n"
    file.write("\n]}\n")
