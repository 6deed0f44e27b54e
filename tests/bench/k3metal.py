# SPDX-License-Identifier: BSD-3-Clause
"""k3metal's figures: what the image's command `bench` does, measured by the plugin."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools"))
from k3twin.elf import Elf  # noqa: E402
from k3twin.measure import VECTOR, find_frame, frames, median, middle  # noqa: E402
from k3twin.measuring import address_of, measure_image  # noqa: E402

ROUNDS = 8
TRIPS = 16  # as in app/bench/requests.c
STREAM = 8  # as in app/bench/copies.c
HANDLER, CALLBACK, DONE = "bench_handler", "bench_callback", "bench_done"
HANDLERS = {"ring": CALLBACK, "drive": DONE}  # of the others' interrupts it is HANDLER
DRIVER = "udma_transfer_interrupt"
BATCH = 16  # as in app/bench/packets.c
QUEUE = "nvme_queue_interrupt"
READERS = ("bench_submit", "measure_waiting")  # what is around a read that is waited for
SENT, RECEIVED = "udma_transmit_interrupt", "udma_flow_interrupt"  # what handles a packet's two interrupts
CALLBACKS = ("bench_sent", "bench_packet", "bench_frame", "are_last")
SENDERS = ("measure", "run_round", "send_packets", "send_frames")
RECEIVES = (RECEIVED, "udma_feed_submit")
SENDS, WAITS = "secure_proxy_send", "wait_until_signal"
SECONDS = 120

# What `bench` prints at the head of a figure, in its order, and the figure's mark.
HEADS = [
    ("submission", "submission of a copy of 4 KiB", 1),
    ("ring", "DMA completion (ring > INTA > INTR > SPI, to the channel's callback)", 0),
    ("stream", "a copy of 4 KiB in a stream, 8 queued", 0),
    ("spi", "wired SPI", 0),
    ("lpi", "message (ITS > LPI)", 0),
    ("event", "event (INTA > INTR > SPI)", 0),
    ("trip", "a TI-SCI request", 0),
    ("own_request", "request of a ring's interrupt, VINT of its own", 0),
    ("own_free", "free", 1),
    ("shared_request", "request of a ring's interrupt, VINT shared", 0),
    ("shared_free", "free", 1),
    ("few_request", "request of an LPI, 16 in use", 0),
    ("few_free", "free", 1),
    ("many_request", "request of an LPI, 16,384 in use", 0),
    ("many_free", "free", 1),
    ("open", "open of a channel", 0),
    ("close", "close", 1),
    ("bind_early", "bind to the ITS, the 10th", 0),
    ("bind_late", "bind to the ITS, the 1,500th", 1),
    ("packet_submit", "submission of a packet over UDMA", 1),
    ("packet_taken", "its two interrupts", 0),
    ("packets_submit", "submission of 16 packets over UDMA", 1),
    ("packets_taken", "their two interrupts", 0),
    ("frame_submit", "submission of an Ethernet frame", 1),
    ("frame_taken", "its two interrupts", 0),
    ("frames_submit", "submission of 16 Ethernet frames", 1),
    ("frames_taken", "their two interrupts", 0),
]

# The same of a run with a drive, which prints nothing else.
HEADS_OF_DRIVE = [
    ("vector_request", "request of a PCI function's message", 0),
    ("vector_free", "free", 1),
    ("read_submit", "submission of a read of 4 KiB", 1),
    ("drive", "its interrupt (MSI-X > ITS > LPI)", 0),
    ("read", "a read of 4 KiB that is waited for", 0),
]
DRIVE = "null-co://"  # a drive of QEMU's that has no file, and answers at once


def drive_bench(output):
    return Bench(output, ("--device", f"nvme,drive={DRIVE}"), f"bench=drives,{ROUNDS}", HEADS_OF_DRIVE)


class Bench:
    """One run of `bench`: its windows by figure."""

    def __init__(self, output, options=(), arguments=f"bench={ROUNDS}", heads=HEADS):
        self.image = f"{output}/k3metal.elf"
        self.heads = heads
        self.measured, self.names = measure_image(
            f"{output}/twin.elf", self.image,
            ["--append", arguments, "--strict", "--timeout", str(SECONDS), *options], until=[DRIVER], more=["irqs=0"])
        self.recording = self.measured.recording
        self.windows = self.split() if self.measured.status == 0 else {}

    def split(self):
        """{figure: its windows}, by the heads that the command prints with their numbers of rounds."""
        heads = re.findall(r"^(.*): \d+ of (\d+) rounds$", self.measured.text, re.M)
        if [name for name, _ in heads] != [name for _, name, _ in self.heads]:
            raise ValueError(f"bench prints other figures than expected: {heads}")
        left = [self.recording.marks(place) for place in range(4)]
        found = {}
        for (figure, _, place), (_, rounds) in zip(self.heads, heads):
            found[figure], left[place] = left[place][:int(rounds)], left[place][int(rounds):]
        if any(left):
            raise ValueError("there are more marks than rounds")
        return found

    def address(self, name):
        if name not in self.names.by_name:
            raise ValueError(f"{self.image} has no function {name}, by which tests/bench/k3metal.py counts")
        return self.names.by_name[name]

    def counted(self, figure):
        """What the core's own counters have told of it: the median."""
        head = next(name for mine, name, _ in self.heads if mine == figure)
        return int(re.search(rf"^{re.escape(head)}: .*\n +instructions +least +\d+, median +(\d+)", self.measured.text, re.M)[1])

    def interrupts(self, figure):
        """The interrupts of a figure's rounds that hold one call of its handler, with their trees of functions."""
        handler = HANDLERS.get(figure, HANDLER)
        mine = {id(window) for window in self.windows[figure]}
        trees = [(window, frames(window.steps, self.names)) for window in self.recording.interrupts()
                 if id(window.outer) in mine]
        found = [(window, tree, find_frame(tree, handler)) for window, tree in trees if find_frame(tree, handler)]
        if not found:
            raise ValueError(f"{handler} runs in no interrupt of the figure {figure}")
        return found

    def boot(self):
        """Instructions of all cores from the first to the driver's handler of a DMA interrupt."""
        if not self.recording.before:
            raise ValueError(f"{DRIVER} has not run")
        return next(iter(self.recording.before.values()))[0]


def interrupt_figures(bench, figure):
    """Vector to handler; vector to ERET without the handler's own; memory and system accesses."""
    found = bench.interrupts(figure)
    handler = median([frame.start for _, _, frame in found])
    eret = median([window.instructions - frame.length for window, _, frame in found])
    return handler, eret, median([window.memory for window, _, _ in found]), median([window.system for window, _, _ in found])


def driver_entry(bench, figure, driver):
    found = [find_frame(tree, driver) for _, tree, _ in bench.interrupts(figure)]
    if None in found:
        raise ValueError(f"{driver} does not run in the interrupt of a {figure}")
    return median([frame.start for frame in found])


def of_windows(bench, figure, part=1):
    """The middle round, in parts: instructions of all cores, memory and system accesses."""
    window = middle(bench.windows[figure])
    return tuple(round(value / part) for value in (window.instructions, window.memory, window.system))


def own_of(frame, names):
    """A run's instructions that are the functions' own."""
    return (frame.own if frame.name in names else 0) + sum(own_of(inner, names) for inner in frame.inner)


def without(bench, places, functions):
    """The sum of what other functions than these have."""
    return sum(count for name, count in bench.names.functions(places).items() if name not in functions)


def handling(bench, window, handler):
    """What a handler executes in a round's interrupts, without the callbacks' own."""
    trees = [frames(inner.steps, bench.names) for inner in bench.recording.interrupts() if inner.outer is window]
    found = [frame for tree in trees if (frame := find_frame(tree, handler))]
    if not found:
        raise ValueError(f"{handler} does not run in the round")
    return sum(frame.length - own_of(frame, CALLBACKS) for frame in found)


def packet_figures(bench, figure, count):
    """The driver's part of what is sent, and of what is received: instructions of each, accesses to memory of all."""
    submit, taken = middle(bench.windows[f"{figure}_submit"]), middle(bench.windows[f"{figure}_taken"])
    sent = without(bench, submit.places, SENDERS) + handling(bench, taken, SENT)
    accessors = bench.names.functions(taken.accessors)
    return {f"{figure}_sent": round(sent / count), f"{figure}_received": round(handling(bench, taken, RECEIVED) / count),
            f"{figure}_sent_memory": submit.memory + accessors[SENT],
            f"{figure}_received_memory": sum(accessors[name] for name in RECEIVES),
            f"{figure}_all": round((submit.instructions + taken.instructions) / count)}


def drive_figures(bench):
    """Of an NVMe drive: a read, from the interrupt's vector to the driver's handler and to the request's end, a message."""
    found = {"nvme_submit": of_windows(bench, "read_submit")[0], "nvme_submit_memory": of_windows(bench, "read_submit")[1]}
    found["nvme_to_done"], found["nvme_to_eret"], found["nvme_memory"], found["nvme_system"] = interrupt_figures(bench, "drive")
    found["nvme_to_handler"] = driver_entry(bench, "drive", QUEUE)
    found["nvme_read"] = without(bench, middle(bench.windows["read"]).places, READERS)
    found["vector_request"], found["vector_free"] = (of_windows(bench, f"vector_{step}")[0] for step in ("request", "free"))
    return found


def is_exclusive_store(elf, address):
    """STXR and STLXR (Arm ARM DDI 0487, C4.1.94)."""
    return elf.instruction(address) & 0x3fe00000 == 0x08000000


def repeats(steps, is_store):
    """Instructions that a core has executed once more because an exclusive store had failed, as it does when the monitor
    below was entered since the load (B2.12.1): from where the branch behind the store leads back to, up to it."""
    return sum((branch + 4 - after) // 4
               for (_, store), (_, branch), (kind, after) in zip(steps, steps[1:], steps[2:])
               if is_store(store) and branch == store + 4 and kind != VECTOR and after <= store)


def trips(steps, send, wait):
    """How often the system firmware is asked and an answer awaited before the next question. Messages that are sent
    with no wait in between are one trip, and so are the waits for their answers, even if some come early."""
    count, asked = 0, False
    for _, address in steps:
        if address == send:
            asked = True
        elif address == wait and asked:
            count, asked = count + 1, False
    return count


def trips_of(bench, figure):
    return trips(middle(bench.windows[figure]).steps, bench.address(SENDS), bench.address(WAITS))


def figures_of(bench):
    """{name: number}"""
    found = {}
    for name in ("spi", "lpi", "event"):
        found[f"{name}_to_handler"], found[f"{name}_to_eret"], memory, system = interrupt_figures(bench, name)
        found[f"{name}_memory"], found[f"{name}_system"] = memory, system
    _, eret, found["ring_memory"], found["ring_system"] = interrupt_figures(bench, "ring")
    found["ring_to_driver"], found["ring_to_eret"] = driver_entry(bench, "ring", DRIVER), eret
    found["copy"] = of_windows(bench, "submission")[0] + eret
    found["copy_in_stream"] = of_windows(bench, "stream", STREAM)[0]
    found["trip"], found["trip_memory"], found["trip_system"] = of_windows(bench, "trip", TRIPS)
    for name in ("own", "shared", "few", "many"):
        found[f"{name}_request"], found[f"{name}_free"] = (of_windows(bench, f"{name}_{step}")[0]
                                                           for step in ("request", "free"))
    found["open"], found["open_trips"] = of_windows(bench, "open")[0], trips_of(bench, "open")
    found["close"] = of_windows(bench, "close")[0]
    found["bind_early"], found["bind_late"] = of_windows(bench, "bind_early")[0], of_windows(bench, "bind_late")[0]
    for figure, count in (("packet", 1), ("packets", BATCH), ("frame", 1), ("frames", BATCH)):
        found.update(packet_figures(bench, figure, count))
    found["boot"] = bench.boot()
    return found


def boot_with_tree(output, tree):
    """The same as Bench.boot() with another device tree."""
    image = f"{output}/k3metal.elf"
    measured, _ = measure_image(f"{output}/twin.elf", image,
                                ["--append", "bench=copies,1", "--dtb", str(tree), "--strict", "--timeout", str(SECONDS)],
                                until=[DRIVER], more=["irqs=0"])
    before = measured.recording.before
    if measured.status != 0 or not before:
        raise ValueError(f"no DMA interrupt with {tree}: {measured.errors[-200:]}")
    return before[address_of(Elf(Path(image), Path(image).read_bytes()), DRIVER)][0]
