# SPDX-License-Identifier: BSD-3-Clause
"""The table of docs/performance.md and its pictures."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools"))
from k3twin import flame  # noqa: E402
from k3twin.measure import middle  # noqa: E402
from k3twin.symbols import find_program  # noqa: E402

PAGE = ROOT / "docs/performance.md"
PICTURE, PICTURE_OF_LINUX = ROOT / "docs/interrupts.svg", ROOT / "docs/interrupts-linux.svg"
START, END = "<!-- figures -->\n", "<!-- end of figures -->\n"

# What it is, the figures' names (of Linux's too, where it has them), and where k3metal wants to get.
ROWS = [
    ("SPI: vector to handler", ("spi_to_handler",), "60"),
    ("SPI: vector to ERET", ("spi_to_eret",), "110"),
    ("LPI: vector to handler", ("lpi_to_handler",), "60"),
    ("LPI: vector to ERET", ("lpi_to_eret",), "110"),
    ("INTA event: vector to the driver's handler", ("event_to_handler",), "80"),
    ("ring interrupt, drained, callback: to ERET", ("ring_to_eret",), "230"),
    ("its accesses: memory, system", ("ring_memory", "ring_system"), "4, 2"),
    ("one 4 KiB copy: submission and interrupt", ("copy",), "300"),
    ("one copy of a stream, 8 queued", ("copy_in_stream",), "120"),
    ("one TI-SCI round trip, four cores idle", ("trip",), "1,000"),
    ("its accesses: memory, system", ("trip_memory", "trip_system"), "33, 3"),
    ("ring interrupt, VINT of its own: request", ("own_request",), "2,600"),
    ("ring interrupt, VINT of its own: free", ("own_free",), "2,400"),
    ("ring interrupt, VINT shared: request", ("shared_request",), "1,500"),
    ("ring interrupt, VINT shared: free", ("shared_free",), "1,300"),
    ("LPI, 16 in use: request", ("few_request",), "600"),
    ("LPI, 16 in use: free", ("few_free",), "600"),
    ("LPI, 16,384 in use: request", ("many_request",), "600"),
    ("LPI, 16,384 in use: free", ("many_free",), "600"),
    ("open of a channel", ("open",), "8,000"),
    ("its trips in series", ("open_trips",), "3"),
    ("close of a channel", ("close",), "\u2013"),
    ("packet over UDMA, sent: driver", ("packet_sent",), "\u2013"),
    ("the same, of a batch of 16", ("packets_sent",), "\u2013"),
    ("packet over UDMA, received: driver", ("packet_received",), "\u2013"),
    ("the same, of a batch of 16", ("packets_received",), "\u2013"),
    ("packet over UDMA, all, both interrupts", ("packet_all",), "\u2013"),
    ("the same, of a batch of 16", ("packets_all",), "\u2013"),
    ("Ethernet frame, sent: driver", ("frame_sent",), "\u2013"),
    ("the same, of a batch of 16", ("frames_sent",), "an eighth"),
    ("with descriptors' allocator, mapping", ("frames_sent_helped",), "an eighth"),
    ("accesses to memory of 16", ("frames_sent_memory",), "\u2013"),
    ("Ethernet frame, received: driver", ("frame_received",), "\u2013"),
    ("the same, of a batch of 16", ("frames_received",), "an eighth"),
    ("with descriptors' allocator, mapping", ("frames_received_helped",), "an eighth"),
    ("accesses to memory of 16", ("frames_received_memory",), "\u2013"),
    ("Ethernet frame, all, both interrupts", ("frame_all",), "\u2013"),
    ("the same, of a batch of 16", ("frames_all",), "\u2013"),
    ("NVMe, MSI-X by the ITS: vector to handler", ("nvme_to_handler",), "an eighth"),
    ("NVMe: vector to the request's end", ("nvme_to_done",), "an eighth"),
    ("NVMe: vector to ERET", ("nvme_to_eret",), "an eighth"),
    ("its accesses: memory, system", ("nvme_memory", "nvme_system"), "\u2013"),
    ("NVMe, a read of 4 KiB: submission", ("nvme_submit",), "an eighth"),
    ("the driver's function alone", ("nvme_submit_alone",), "\u2013"),
    ("NVMe, a read of 4 KiB: all, waited for", ("nvme_read",), "an eighth"),
    ("the same, a program's (O_DIRECT)", ("nvme_read_program",), "an eighth"),
    ("PCI message (MSI-X): request", ("vector_request",), "an eighth"),
    ("without its allocation", ("vector_request_alone",), "\u2013"),
    ("PCI message (MSI-X): free", ("vector_free",), "an eighth"),
    ("without its release", ("vector_free_alone",), "\u2013"),
    ("bind to the ITS, the 10th", ("bind_early",), "\u2013"),
    ("bind to the ITS, the 1,500th", ("bind_late",), "1.2 times"),
    ("reset to first DMA interrupt, small tree", ("boot",), "350,000"),
    ("the same, Linux's tree of 43 KB", ("boot_linux_tree",), "1,000,000"),
]

PARTS = re.compile("_(helped|alone|program)$")  # of Linux's figures

COLOURS = {
    "arch/arm64": "#f4b183", "drivers/gic": "#9dc3e6", "msi": "#a9d18e", "msi/parents": "#c5e0b4", "drivers/udma": "#ffd966",
    "app/bench": "#e7e6e6", "vectors": "#f4b183", "GIC": "#9dc3e6", "interrupts": "#a9d18e", "INTA": "#c5e0b4",
    "softirq": "#d9c3f0", "UDMA": "#ffd966", "time": "#f8cbad",
}

# Linux's functions by their names: no debug information is at hand.
KINDS_OF_LINUX = [
    (r"udma_|vchan_|dma_|k3_ringacc", "UDMA"), (r"ti_sci_inta", "INTA"), (r"gic_", "GIC"), (r"softirq|tasklet", "softirq"),
    (r"irq|handle_", "interrupts"), (r"^el1|^el0|vectors|ret_to|call_on", "vectors"),
    (r"time|clock|tick|rcu", "time"),
]


def number(value):
    return f"{value:,}" if value is not None else "\u2013"


def ratio(theirs, ours):
    return f"{theirs / ours:.1f}" if theirs and ours else "\u2013"


def table(figures, linux):
    """[(what, Linux, k3metal, Linux / k3metal, goal)], in words."""
    rows = []
    for what, names, goal in ROWS:
        theirs = [linux.get(name) for name in names]
        # What Linux has in several, or from elsewhere, ours has in one.
        ours = [figures.get(PARTS.sub("", name)) for name in names]
        rows.append((what, ", ".join(map(number, theirs)) if any(theirs) else "\u2013", ", ".join(map(number, ours)),
                     ", ".join(ratio(*pair) for pair in zip(theirs, ours)) if any(theirs) else "\u2013", goal))
    return rows


HEAD = ("figure", "Linux 6.1", "k3metal", "ratio", "goal")


HEAD_OF_TWIN = ("the twin's cost, by the clock", "plain virt", "twin", "ratio", "goal")


def as_text(rows, head=HEAD):
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    lines = ["  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                       for i, (cell, width) in enumerate(zip(row, widths))) for row in [head, *rows]]
    return "\n".join(lines)


def as_markdown(rows):
    lines = ["| " + " | ".join(row) + " |" for row in [HEAD, *rows]]
    return "\n".join([lines[0], "|---|--:|--:|--:|--:|", *lines[1:]]) + "\n"


def page_with(text, figures, linux):
    """The page with its table made new."""
    start, end = text.index(START) + len(START), text.index(END)
    return text[:start] + as_markdown(table(figures, linux)) + text[end:]


# ---- pictures ----

def room_of(place):
    match = re.match(r"(drivers/[^/]+)/include/", place) or re.match(
        r"((?:app|arch|drivers|msi|lib|platform)(?:/(?!include)[^/.]+)?)/[^/]+$", place.split(":")[0])
    return match[1] if match else "arch/arm64" if place.startswith("arch/") else "msi" if place.startswith("msi/") else ""


class Inlined:
    """What the compiler has put where, by the image's debug information; the outermost by the image's symbols, which
    know what is written in assembly too."""

    def __init__(self, image, names, windows):
        program = find_program(Path(image))
        self.names = names
        self.frames = program.frames(sorted({address for window in windows for _, address in window.steps}))

    def __call__(self, address):
        found = [(function, room_of(place)) for function, place in reversed(self.frames.get(address, [])) if function]
        return [(self.names(address), found[0][1]), *found[1:]] if found else []


def draw_k3metal(bench):
    titles = (("spi", "a wired SPI, its handler bench_handler"), ("lpi", "a message: an LPI"),
              ("event", "an event of the aggregator's"), ("ring", "a DMA completion: the ring drained, the callback bench_callback"))
    chosen = [(title, middle([window for window, _, _ in bench.interrupts(figure)])) for figure, title in titles]
    inlined = Inlined(bench.image, bench.names, [window for _, window in chosen])
    bars = [(f"{title}: {window.instructions} instructions", flame.spans(window, bench.names, inlined)) for title, window in chosen]
    PICTURE.write_text(flame.draw(bars, COLOURS, 1.7), encoding="utf-8")


def kind_of_linux(name):
    return next((kind for pattern, kind in KINDS_OF_LINUX if re.search(pattern, name)), "")


def draw_linux(linux, handlers):
    bars = []
    for handler, title in handlers:
        window = middle([window for window, _, _ in linux.interrupts(handler)])
        rows = flame.spans(window, linux.names, lambda address: [(linux.names(address), kind_of_linux(linux.names(address)))])
        bars.append((f"{title}: {window.instructions} instructions", rows))
    PICTURE_OF_LINUX.write_text(flame.draw(bars, COLOURS, 0.45), encoding="utf-8")
