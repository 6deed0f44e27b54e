# SPDX-License-Identifier: BSD-3-Clause
"""Linux's figures: Debian's kernel with its DMA client, measured on the same twin by the same plugin."""

import base64
import gzip
import importlib.machinery
import importlib.util
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools"))
from k3twin.elf import Elf  # noqa: E402
from k3twin.measure import Names, Recording, find_frame, frames, median  # noqa: E402
from k3twin.measuring import address_of, find_plugin  # noqa: E402

TREE, TTY = "k3-am654-base-board.dtb", "ttyS2"
VECTORS = (0x280, 0x480)  # an IRQ from the kernel, and from a program of 64 bits
KERNEL = 0xffff000000000000
DMA_KIB = 256
SECONDS = 900

# Functions of Linux 6.1, by what they are for.
DRIVER = "udma_ring_irq_handler"
WIRE = "omap8250_irq"
OPEN, CLOSE = "udma_alloc_chan_resources", "udma_free_chan_resources"
REQUEST, FREE = "request_threaded_irq", "free_irq"
SUBMIT = ("udma_prep_dma_memcpy", "vchan_tx_submit", "udma_issue_pending")
TRIP, SENT = "ti_sci_cmd_set_irq", "mbox_send_message"  # a TI-SCI request and its answer; its beginning
CALLED = (OPEN, CLOSE, REQUEST, FREE, TRIP, *SUBMIT)
OPENED = 10000  # instructions: a channel that is open already is opened with fewer

# Ends the array, and gives the channels back.
GIVE_BACK = ("echo clear >/sys/block/md127/md/array_state; "
             "for m in raid456 async_raid6_recov async_pq async_xor async_memcpy async_tx; do rmmod $m; done")


def conformance():
    """tests/conformance/linux has the guest at its console."""
    loader = importlib.machinery.SourceFileLoader("conformance_linux", str(ROOT / "tests/conformance/linux"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("conformance_linux", loader))
    loader.exec_module(module)
    return module


def list_symbols(guest, seconds):
    """Of the kernel and its modules, as it tells."""
    text = guest.run("grep -i ' t ' /proc/kallsyms | gzip | base64", seconds)
    return gzip.decompress(base64.b64decode("".join(text.split()))).decode("ascii")


def symbols_in(listed):
    lines = (line.split() for line in listed.splitlines())
    return [(int(words[0], 16), 0, words[2]) for words in lines]


def read_symbols(output, linux):
    """(address, 0, name) of the kernel's functions: asked of the kernel once, which is loaded at the
    same place each time, since no loader gives it a seed."""
    kept = Path(linux) / f"kallsyms-{Path(linux, 'vmlinuz').resolve().name}"
    if not kept.exists():
        guest = conformance().Guest(output, linux, "symbols", TREE, TTY, ("--timeout", "300"))
        try:
            guest.start()
            listed = list_symbols(guest, 200)
            guest.send(b"poweroff -f\n")
            guest.end()
        finally:
            guest.stop()
        kept.write_text(listed, encoding="ascii")
    return symbols_in(kept.read_text(encoding="ascii"))


class Linux:
    """A boot to the shell, and a run of the DMA client."""

    def __init__(self, output, linux):
        symbols = read_symbols(output, linux)
        self.names = Names(symbols)
        address = {name: value for value, _, name in symbols}
        twin = Path(output) / "twin.elf"
        el2 = address_of(Elf(twin, twin.read_bytes()), "el2_vectors")
        with tempfile.TemporaryDirectory(prefix="measure-") as folder:
            recording = Path(folder) / "recording"
            words = [str(find_plugin(twin)), f"out={recording}", f"el2={el2:#x}", f"from={KERNEL:#x}",
                     f"first={address[OPEN]:#x}", f"until={address[DRIVER]:#x}",
                     *(f"vector={address['vectors'] + offset:#x}" for offset in VECTORS),
                     *(f"call={address[name]:#x}" for name in CALLED)]
            self.run(output, linux, ("--icount", "--plugin", ",".join(words)))
            self.recording = Recording(recording)

    def run(self, output, linux, options):
        guest = conformance().Guest(output, linux, "bench", TREE, TTY, (*options, "--timeout", str(SECONDS)))
        try:
            guest.expect(rb"linux: user space on [^\n]*\n.*linux# ", SECONDS)
            guest.send(b"stty -echo; PS1=; dmesg -n 1\n")
            guest.run("true", SECONDS)
            self.said = guest.run(f"dma-client {DMA_KIB}", SECONDS)
            self.gave_back = guest.run(GIVE_BACK, SECONDS)
            guest.send(b"poweroff -f\n")
            guest.end(60)
        finally:
            guest.stop()
        if "are the same" not in self.said:
            raise ValueError(f"Linux's DMA client: {self.said.strip()!r}")

    def calls(self, name):
        return self.recording.calls_of(CALLED.index(name))

    def interrupts(self, handler):
        """Of the kernel's own code, with a call of the handler; and their trees of functions."""
        vector = self.names.by_name["vectors"] + VECTORS[0]
        trees = [(window, frames(window.steps, self.names)) for window in self.recording.interrupts()
                 if window.steps[0][1] == vector and any(self.names(address) == handler for _, address in window.steps)]
        return [(window, tree, find_frame(tree, handler)) for window, tree in trees]

    def trips(self, window):
        return window.places[self.names.by_name[SENT]]


def interrupt_figures(linux, handler):
    found = linux.interrupts(handler)
    if not found:
        raise ValueError(f"{handler} has not been called")
    return (median([frame.start for _, _, frame in found]), median([window.instructions - frame.length for window, _, frame in found]),
            median([window.instructions for window, _, _ in found]), median([window.memory for window, _, _ in found]),
            median([window.system for window, _, _ in found]))


# ---- Ethernet ----

XMIT, POLL = "dev_hard_start_xmit", "__napi_poll"  # what calls the driver's functions, in a module
SENDS, RECEIVES, FRAME = "am65_cpsw_nuss_ndo_slave_xmit", "am65_cpsw_nuss_rx_poll", "napi_gro_receive"
COMPLETES = "am65_cpsw_nuss_tx_poll"
STACK = ("tcp_sendmsg", "tcp_recvmsg", "tcp_tasklet_func")  # what else the stack runs in
DRIVERS = re.compile("am65_cpsw_|k3_udma_glue_|k3_ringacc_|k3_cppi_desc_pool_|cppi5_")
# What it has for each frame from elsewhere: the allocator of its pool of descriptors, the mapping of buffers.
HELPERS = re.compile("gen_pool_|bitmap_|_?_?find_next|dma_(un)?map_|xudma_is_pktdma")
CONSOLE = re.compile("serial8250_|mem_serial_")  # whose interrupts come in between
NET_KIB = 512
BATCH = 16  # as k3metal's


class LinuxNet:
    """Linux's Ethernet driver with a file that comes and goes back by TCP."""

    def __init__(self, output, linux):
        address = {name: value for value, _, name in read_symbols(output, linux)}
        twin = Path(output) / "twin.elf"
        el2 = address_of(Elf(twin, twin.read_bytes()), "el2_vectors")
        with tempfile.TemporaryDirectory(prefix="measure-") as folder:
            recording = Path(folder) / "recording"
            words = [str(find_plugin(twin)), f"out={recording}", f"el2={el2:#x}", f"from={KERNEL:#x}", "irqs=0",
                     f"first={address[XMIT]:#x}", *(f"call={address[name]:#x}" for name in (XMIT, POLL, *STACK)),
                     *(f"vector={address['vectors'] + offset:#x}" for offset in VECTORS)]
            self.names = Names(self.run(output, linux, ("--net", "user", "--icount", "--plugin", ",".join(words))))
            self.recording = Recording(recording)

    def run(self, output, linux, options):
        """Symbols, of modules too, which lie where this boot has put them."""
        test = conformance()
        server = test.Server(NET_KIB << 10)
        guest = test.Guest(output, linux, "bench-net", TREE, TTY, (*options, "--timeout", str(SECONDS)))
        try:
            guest.expect(rb"linux: user space on [^\n]*\n.*linux# ", SECONDS)
            guest.send(b"stty -echo; PS1=; dmesg -n 1\n")
            guest.run("true", SECONDS)
            said = guest.run("net-client up", SECONDS) + guest.run(f"net-client file {server.ports}", SECONDS)
            if server.came != [server.hash]:
                raise ValueError(f"Linux's Ethernet: {said.strip()!r}")
            listed = list_symbols(guest, SECONDS)
            guest.send(b"poweroff -f\n")
            guest.end(60)
        finally:
            guest.stop()
            server.close()
        return symbols_in(listed)

    def calls(self, place, function):
        """Of a kernel's function, those in which the driver's function runs."""
        return [window for window in self.recording.calls_of(place) if window.own[self.names.by_name[function]]]

    def count(self, windows, function):
        return sum(window.own[self.names.by_name[function]] for window in windows)

    def rest(self, windows):
        """What all other functions execute."""
        return sum(count for window in windows for name, count in self.names.functions(window.own).items()
                   if not any(pattern.match(name) for pattern in (DRIVERS, HELPERS, CONSOLE)))

    def sum(self, windows, kind, pattern):
        """What the functions execute, or access, in the calls; not in calls within them, nor on other cores."""
        return sum(count for window in windows for name, count in self.names.functions(getattr(window, kind)).items()
                   if pattern.match(name))


def net_figures(linux):
    """Of each frame, as k3metal's; accesses of 16."""
    sends, completions, receives = linux.calls(0, SENDS), linux.calls(1, COMPLETES), linux.calls(1, RECEIVES)
    sent, received = linux.count(sends, SENDS), linux.count(receives, FRAME)
    found = {}
    for name, windows, count in (("sent", sends + completions, sent), ("received", receives, received)):
        driver, helpers = (linux.sum(windows, "own", pattern) / count for pattern in (DRIVERS, HELPERS))
        found[f"frames_{name}"], found[f"frames_{name}_helped"] = round(driver), round(driver + helpers)
        found[f"frames_{name}_memory"] = round(linux.sum(windows, "own_accessors", DRIVERS) * BATCH / count)
    return found


def stack_figure(linux):
    """The stack's instructions of each frame, sent and received together: what comes makes something go."""
    sends, receives = linux.calls(0, SENDS), linux.calls(1, RECEIVES)
    frames = linux.count(sends, SENDS) + linux.count(receives, FRAME)
    return round(linux.rest(sends + receives + [window for place in range(len(STACK))
                                                for window in linux.recording.calls_of(2 + place)]) / frames)


def figures_of(linux):
    """{name: number}, named as k3metal's. A ring's interrupt whose request takes more than one trip gets a VINT of its own,
    and one whose release does gives it back; the others share one."""
    found = {}
    found["spi_to_handler"], found["spi_to_eret"], *_ = interrupt_figures(linux, WIRE)
    found["event_to_handler"], _, found["ring_to_eret"], found["ring_memory"], found["ring_system"] = interrupt_figures(linux, DRIVER)
    found["copy"] = found["ring_to_eret"] + sum(max(median([window.instructions for window in linux.calls(name)]), 0)
                                                for name in SUBMIT[:2]) + submitting(linux)
    trips = [window for window in linux.calls(TRIP)]
    found["trip"] = median([window.instructions for window in trips])
    found["trip_memory"], found["trip_system"] = (median([getattr(window, kind) for window in trips]) for kind in ("memory", "system"))
    for name, figure in ((REQUEST, "request"), (FREE, "free")):
        calls = [window for window in linux.calls(name) if linux.trips(window)]
        for kind, mine in (("own", [window for window in calls if linux.trips(window) > 1]),
                           ("shared", [window for window in calls if linux.trips(window) == 1])):
            if mine:
                found[f"{kind}_{figure}"] = median([window.instructions for window in mine])
    opens = [window for window in linux.calls(OPEN) if window.instructions > OPENED]
    found["open"], found["open_trips"] = median([window.instructions for window in opens]), median(list(map(linux.trips, opens)))
    if linux.calls(CLOSE):
        closes = [window for window in linux.calls(CLOSE) if window.instructions > OPENED] or linux.calls(CLOSE)
        found["close"] = median([window.instructions for window in closes])
    found["boot_linux_tree"] = next(iter(linux.recording.before.values()))[0]
    return found


def submitting(linux):
    """udma_issue_pending() that finds something to do: it is asked far more often."""
    counts = [window.instructions for window in linux.calls(SUBMIT[2])]
    return median([count for count in counts if count > 2 * min(counts)])
