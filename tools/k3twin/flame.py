# SPDX-License-Identifier: BSD-3-Clause
"""A picture (SVG) of what interrupts execute: a bar for each, with what calls what below one another, in the order in
which it runs; the width is the number of instructions."""

from xml.sax.saxutils import escape

from k3twin.measure import CALLS

ROW, GAP, LEFT, TITLE = 17, 14, 8, 20
CHARACTER = 6.3  # of the font, about
OTHER = "#d8d8d8"


class Span:
    def __init__(self, name, kind, start):
        self.name, self.kind, self.start, self.length = name, kind, start, 0


def stacks(window, names, inlined):
    """For each instruction the functions that it is in, outermost first: (name, kind). inlined(address): those that the
    compiler has put there, outermost first, or nothing."""
    callers, backs, last = [], [], None
    for kind, address in window.steps:
        if last is not None and last[0] == CALLS:
            callers.append(here)
            backs.append(last[1] + 4)
        elif address in backs:
            place = backs.index(address)
            del callers[place:], backs[place:]
        here = inlined(address) or [(names(address), "")]
        yield [part for caller in callers for part in caller] + here
        last = kind, address


def spans(window, names, inlined):
    """Rows of Spans, the outermost first."""
    rows, number = [], -1
    for number, stack in enumerate(stacks(window, names, inlined)):
        same = True
        for depth, (name, kind) in enumerate(stack):
            if depth == len(rows):
                rows.append([])
            latest = rows[depth][-1] if rows[depth] else None
            same = same and latest is not None and latest.name == name and latest.start + latest.length == number
            if not same:
                latest = Span(name, kind, number)
                rows[depth].append(latest)
            latest.length += 1
    return rows


def draw_span(span, top, scale, colours):
    left, width = LEFT + span.start * scale, max(span.length * scale - 0.6, 0.6)
    words = f"{span.name} {span.length}"
    room = int((width - 5) / CHARACTER)
    text = words if len(words) <= room else span.name[:room - 1] + "\u2026" if room > 3 else ""
    label = f'<text x="{left + 3:.1f}" y="{top + 12}">{escape(text)}</text>' if text else ""
    return (f'<g><title>{escape(span.name)}{f" ({escape(span.kind)})" if span.kind else ""}: {span.length} instructions'
            f'</title><rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{ROW - 1}" '
            f'fill="{colours.get(span.kind, OTHER)}"/>{label}</g>')


def draw(bars, colours, scale):
    """The SVG's text. bars: [(title, rows of Spans)]; colours: {kind: colour}; scale: pixels for an instruction."""
    parts, top, right = [], GAP, 0
    for title, rows in bars:
        parts.append(f'<text x="{LEFT}" y="{top + 12}" font-weight="bold">{escape(title)}</text>')
        top += TITLE
        for row in rows:
            parts += [draw_span(span, top, scale, colours) for span in row]
            right = max([right, *(LEFT + (span.start + span.length) * scale for span in row)])
            top += ROW
        top += GAP
    used = {span.kind for _, rows in bars for row in rows for span in row}
    at = LEFT
    for kind, colour in colours.items():
        if kind in used and kind:
            parts.append(f'<rect x="{at}" y="{top}" width="12" height="12" fill="{colour}"/>'
                         f'<text x="{at + 16}" y="{top + 10}">{escape(kind)}</text>')
            at += 30 + len(kind) * CHARACTER
    width, height = int(max(right, at, 400)) + LEFT, top + 24
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
            'font-family="monospace" font-size="10.5">\n'
            f'<rect width="{width}" height="{height}" fill="white"/>\n' + "\n".join(parts) + "\n</svg>\n")
