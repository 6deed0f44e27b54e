# SPDX-License-Identifier: BSD-3-Clause
"""What the twin costs: the same guests on it and on QEMU's plain `virt`, one after the other, by the clock."""

import os
import re
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FLAGS = ("-std=c11 -O2 -ffreestanding -fno-tree-loop-distribute-patterns -mcpu=cortex-a53 -mgeneral-regs-only -mstrict-align"
         " -fno-pic -fno-pie -Wall -Wextra -Wshadow -Wconversion -Wno-main -Werror -nostdlib -static -no-pie"
         " -Wl,--build-id=none").split()
BOARDS = {"virt": ("-DVIRT", "-Wl,-Ttext=0x40200000"), "twin": ("-Wl,-Ttext=0x80800000",)}
VIRT = ("qemu-system-aarch64", "-machine", "virt,gic-version=3", "-cpu", "cortex-a53", "-nodefaults", "-display", "none",
        "-serial", "stdio")
PROBE_SECONDS, BOOT_SECONDS = 60, 300
SHELL = b"linux: user space on"

# What the probe says, in words, and the most that the twin is to take, in times.
PROBED = (("EOI", "end of an interrupt", "3"), ("whole", "an interrupt: sent, acknowledged, ended", "\u2013"),
          ("IPI", "an interrupt from core to core", "3"), ("read", "a device's register read", "\u2013"))


def probe(output, board):
    """{name: nanoseconds, the least of many}"""
    folder = Path(output) / "probe"
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / f"{board}.elf"
    cross = os.environ.get("CROSS_COMPILE", f"{Path(output).resolve().name}-")
    subprocess.run([f"{cross}gcc", *FLAGS, *BOARDS[board], "-o", program, HERE / "probe/start.S", HERE / "probe/main.c"],
                   check=True)
    command = ([*VIRT, "-smp", "2", "-m", "512M", "-kernel", program] if board == "virt" else
               [ROOT / "tools/twin", "--twin", f"{output}/twin.elf", "--image", program, "--cpus", "2"])
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=PROBE_SECONDS)
    found = {name: int(least) for name, least in re.findall(r"^(\w+) (\d+) \d+\r?$", done.stdout, re.M)}
    if set(found) != {name for name, _, _ in PROBED}:
        raise ValueError(f"the probe on {board}: {done.stdout[-200:]} {done.stderr[-200:]}")
    return found


def seconds_to_shell(command):
    """From the start of Linux to its shell."""
    start = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        said = b""
        try:
            while SHELL not in said and time.monotonic() - start < BOOT_SECONDS:
                data = os.read(process.stdout.fileno(), 65536)
                if not data:
                    raise ValueError(f"Linux ended before its shell: {said[-200:]!r}")
                said = said[-len(SHELL):] + data
            return time.monotonic() - start
        finally:
            process.terminate()


def linux(output, folder, board):
    files = ["--initrd", f"{folder}/initramfs"]
    if board == "virt":
        return seconds_to_shell([*VIRT, "-smp", "4", "-m", "2G", "-kernel", f"{folder}/vmlinuz", "-initrd", files[1],
                                 "-append", "console=ttyAMA0 panic=1"])
    return seconds_to_shell([ROOT / "tools/twin", "--twin", f"{output}/twin.elf", "--image", f"{folder}/vmlinuz", "--dtb",
                             f"{folder}/dtb/k3-am654-base-board.dtb", *files, "--timeout", str(BOOT_SECONDS),
                             "--append", "console=ttyS2,115200 panic=1"])


def compare(output, folder):
    """[(what, virt, twin, ratio, goal)], in words."""
    plain, twin = probe(output, "virt"), probe(output, "twin")
    rows = [(what, f"{plain[name]} ns", f"{twin[name]} ns", f"{twin[name] / plain[name]:.1f}", goal)
            for name, what, goal in PROBED]
    plain, twin = (linux(output, folder, board) for board in ("virt", "twin"))
    return [*rows, ("Linux from its start to a shell, four cores", f"{plain:.1f} s", f"{twin:.1f} s", f"{twin / plain:.1f}", "1.5")]
