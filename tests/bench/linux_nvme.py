# SPDX-License-Identifier: BSD-3-Clause
"""Linux's NVMe driver on QEMU's plain `virt`, with GICv3 and ITS: Debian's kernel on one core, measured by the same plugin.

The twin is not below it: Debian's kernel is built without the AM65x's root complex. What it executes at EL1 counts, as
k3metal's, and the drive is the same, one that answers at once. When its interrupt comes is the host's doing. Those count that
come, as k3metal's do, before the submission has returned, so that nobody sleeps or is idle: that is what costs Linux least.
"""

import tempfile
from pathlib import Path

from k3metal import DRIVE
from k3twin.measure import CALL, Names, Recording, find_frame, frames, median, outside_interrupts
from k3twin.measuring import find_plugin
from linux import KERNEL, SECONDS, VECTORS, conformance, list_symbols, read_symbols, symbols_in
from virt import VIRT

TTY = "ttyAMA0"
READS, BINDS = 256, 4

# Functions of Linux 6.1, by what they are for.
READ, PROGRAM = "submit_bio_wait", "blkdev_read_iter"  # in the kernel; for a program, in its read()
SUBMIT, SUBMIT_ALONE = "submit_bio", "nvme_queue_rq"  # all of it; the driver's own
HANDLER, DONE = "nvme_irq", "submit_bio_wait_endio"
ALLOCATE, RELEASE = "pci_alloc_irq_vectors_affinity", "pci_free_irq_vectors"  # one, and then two, at each bind
REQUEST, FREE = "pci_request_irq", "pci_free_irq"
CALLED = (READ, PROGRAM, SUBMIT, ALLOCATE, RELEASE, REQUEST, FREE)
WAIT = "wait_for_completion_io_timeout"  # in READ, when it is submitted


def plain_guest(*words):
    class Plain(conformance().Guest):
        def command(self, output, linux, tree, timeout):
            return [*VIRT, "-smp", "1", "-m", "1G", "-icount", "shift=1,sleep=off", "-kernel", f"{linux}/vmlinuz",
                    "-initrd", f"{linux}/initramfs", "-drive", f"if=none,id=drive,format=raw,file={DRIVE}", "-device",
                    "nvme,drive=drive,serial=plain"]

    return Plain(*words)


class LinuxNvme:
    """A drive that is read, taken from its driver and given back."""

    def __init__(self, output, linux):
        address = {name: value for value, _, name in read_symbols(output, linux)}
        with tempfile.TemporaryDirectory(prefix="measure-") as folder:
            recording = Path(folder) / "recording"
            words = [str(find_plugin(Path(output) / "twin.elf")), f"out={recording}", f"from={KERNEL:#x}", "irqs=0",
                     f"first={address[ALLOCATE]:#x}", *(f"call={address[name]:#x}" for name in CALLED),
                     *(f"vector={address['vectors'] + offset:#x}" for offset in VECTORS)]
            self.names = Names(self.run(output, linux, ("-plugin", ",".join(words))))
            self.recording = Recording(recording, call_steps=True)

    def run(self, output, linux, options):
        """Symbols, of modules too, which lie where this boot has put them."""
        guest = plain_guest(output, linux, "bench-nvme", None, TTY, options, "nokaslr")
        try:
            guest.expect(rb"linux: user space on [^\n]*\n.*linux# ", SECONDS)
            guest.send(b"stty -echo; PS1=; dmesg -n 1\n")
            guest.run("true", SECONDS)
            said = [guest.run(f"nvme-client {what}", SECONDS) for what in ("start", f"read {READS}", f"again {BINDS}")]
            if f"{READS}+0 records in" not in said[1]:
                raise ValueError(f"Linux's drive: {said}")
            listed = list_symbols(guest, SECONDS)
            guest.send(b"poweroff -f\n")
            guest.end(60)
        finally:
            guest.stop()
        return symbols_in(listed)

    def calls(self, name):
        return self.recording.calls_of(CALLED.index(name))

    def runs(self, window, name):
        return window.places[self.names.by_name[name]]

    def is_prompt(self, window):
        """Whether a read has ended before it is waited for."""
        ends = (self.names.by_name[HANDLER], self.names.by_name[WAIT])
        return next((address for _, address in window.steps if address in ends), None) == ends[0]

    def reads(self, name):
        found = [window.instructions for window in self.calls(name) if self.is_prompt(window)]
        if not found:
            raise ValueError("Linux's drive: no interrupt came before the submission had returned; this machine is too busy")
        return found

    def interrupts(self):
        """Those of submissions, that end one read; and their trees of functions."""
        trees = [(window, frames(window.steps, self.names)) for window in self.recording.interrupts()
                 if window.outer and (window.outer.kind, window.outer.place) == (CALL, CALLED.index(SUBMIT))
                 and sum(address == self.names.by_name[DONE] for _, address in window.steps) == 1]
        return [(window, find_frame(tree, HANDLER), find_frame(tree, DONE)) for window, tree in trees]

    def submissions(self):
        """(instructions of all of it, of the driver alone), without the interrupts that come in between."""
        found = []
        for window in self.calls(SUBMIT):
            if self.runs(window, SUBMIT_ALONE):
                steps = list(outside_interrupts(window.steps))
                found.append((len(steps), find_frame(frames(steps, self.names), SUBMIT_ALONE).length))
        return found

    def one_more(self, name):
        """What a vector more costs: at each bind one is allocated and released, and then two are."""
        counts = [window.instructions for window in self.calls(name)]
        return median([two - one for one, two in zip(counts[0::2], counts[1::2])])


def nvme_figures(linux):
    """{name: number}, named as k3metal's."""
    interrupts, submissions = linux.interrupts(), linux.submissions()
    found = {
        "nvme_to_handler": median([handler.start for _, handler, _ in interrupts]),
        "nvme_to_done": median([done.start for _, _, done in interrupts]),
        "nvme_to_eret": median([window.instructions - done.length for window, _, done in interrupts]),
        "nvme_memory": median([window.memory for window, _, _ in interrupts]),
        "nvme_system": median([window.system for window, _, _ in interrupts]),
        "nvme_submit": median([whole for whole, _ in submissions]),
        "nvme_submit_alone": median([alone for _, alone in submissions]),
        "nvme_read": median(linux.reads(READ)),
        "nvme_read_program": median(linux.reads(PROGRAM)),
    }
    for name, step, calls in (("vector_request", REQUEST, ALLOCATE), ("vector_free", FREE, RELEASE)):
        found[f"{name}_alone"] = median([window.instructions for window in linux.calls(step)])
        found[name] = found[f"{name}_alone"] + linux.one_more(calls)
    return found
