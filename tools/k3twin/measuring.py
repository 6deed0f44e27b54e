# SPDX-License-Identifier: BSD-3-Clause
"""Runs an image on the twin under the plugin that measures, and reads what it has written."""

import subprocess
import tempfile
from pathlib import Path

from k3twin.board import UsageError, find_part
from k3twin.elf import Elf
from k3twin.guest import read_file
from k3twin.measure import IRQ_VECTOR, Names, Recording
from k3twin.qemu import find_twin

TWIN_TOOL = Path(__file__).resolve().parent.parent / "twin"


def address_of(elf, name):
    for value, _, symbol, _ in elf.all_symbols():
        if symbol == name:
            return value
    raise UsageError(f"{elf.path}: there is no {name} in it")


def find_plugin(twin):
    plugin = twin.with_name("measure.so")
    return plugin if plugin.exists() else find_part("measure.so", "build/*/measure.so", "measure.so",
                                                    "`make measure-plugin` builds it")


def names_of(elf):
    """Of functions, and of what assembly names."""
    return Names((value, size, name) for value, size, name, _ in elf.all_symbols())


def plugin_words(twin, recording, vectors, calls=(), until=(), more=()):
    """What loads the plugin, for tools/twin. vectors, calls, until: addresses; more: the plugin's options."""
    el2 = address_of(Elf(twin, read_file(twin)), "el2_vectors")
    return ["--icount", "--plugin", ",".join([
        str(find_plugin(twin)), f"out={recording}", f"el2={el2:#x}", *more, *(f"vector={address:#x}" for address in vectors),
        *(f"call={address:#x}" for address in calls), *(f"until={address:#x}" for address in until)])]


def vectors_of(elf):
    return [address_of(elf, "vectors") + IRQ_VECTOR]


class Measured:
    """A run: what it printed, its exit status, and the recording."""

    def __init__(self, twin, options, vectors, calls=(), until=(), more=()):
        """vectors, calls, until: addresses; options: tools/twin's; more: the plugin's."""
        twin = find_twin(Path(twin) if twin else None)
        with tempfile.TemporaryDirectory(prefix="measure-") as folder:
            recording = Path(folder) / "recording"
            words = plugin_words(twin, recording, vectors, calls, until, more)
            done = subprocess.run([TWIN_TOOL, "--twin", twin, *words, *options], stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, errors="replace", check=False)
            self.status, self.text, self.errors = done.returncode, done.stdout.replace("\r", ""), done.stderr
            if not recording.exists():
                raise UsageError(f"nothing was measured: {self.errors.strip()[-200:]}")
            self.recording = Recording(recording)


def measure_image(twin, image, options, calls=(), until=(), more=()):
    """(Measured, Names) of an ELF with the firmware's vectors; calls, until: names of its functions."""
    elf = Elf(Path(image), read_file(Path(image)))
    return Measured(twin, ["--image", str(image), *options], vectors_of(elf), [address_of(elf, name) for name in calls],
                    [address_of(elf, name) for name in until], more), names_of(elf)
