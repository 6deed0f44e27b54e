# SPDX-License-Identifier: BSD-3-Clause
"""The device tree that the guest gets."""

import struct
import subprocess
from pathlib import Path

from k3twin.board import DTB_MAX, FEW_CORES, MOODS, UsageError, dram_banks, find_part, need
from k3twin.guest import read_file

MAGIC = 0xd00dfeed
HEADER_SIZE = 40


def run_tool(subject, *command):
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        reason = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        raise UsageError(f"{subject}: {command[0]} can't work with it: {reason[0]}")
    return done.stdout


def check_tree(path, data):
    """Far enough that what follows is the tools' business: the header (Devicetree Specification, 5.2)."""
    if len(data) < HEADER_SIZE or int.from_bytes(data[:4], "big") != MAGIC:
        raise UsageError(f"{path}: no device tree blob (dtc makes one: dtc -O dtb -o FILE.dtb FILE.dts)")
    size, = struct.unpack_from(">I", data, 4)
    if size > len(data):
        raise UsageError(f"{path}: the device tree is cut short: {size} bytes, the file has {len(data)}")
    if size > DTB_MAX // 2:
        raise UsageError(f"{path}: the device tree has {size} bytes, more than half of {DTB_MAX >> 20} MiB")


def cells(value):
    return [f"{value >> 32:#x}", f"{value & 0xffffffff:#x}"]


class Tree:
    """A device tree that is written to, in a file."""

    def __init__(self, subject, path):
        self.subject, self.path = subject, str(path)

    def put(self, kind, node, name, *values):
        # Without "--" a value that begins with "-" would be an option.
        run_tool(self.subject, "fdtput", "-p", "-t", kind, "--", self.path, node, name, *values)

    def remove(self, node):
        run_tool(self.subject, "fdtput", "-r", self.path, node)

    def memory_node(self):
        """The one that is to tell of all memory; if there are others, they go."""
        nodes = ["/" + node for node in run_tool(self.subject, "fdtget", "-l", self.path, "/").split()
                 if node.split("@")[0] == "memory"]
        for node in nodes[1:]:
            self.remove(node)
        return nodes[0] if nodes else "/memory@80000000"


def find_source(name):
    return find_part("the device tree", f"twin/{name}", name, "it is part of the source tree and of the SDK")


def compile_sources(path, sources):
    """One behind the other: what is in several of them is in the tree once."""
    text = path.with_suffix(".dts")
    text.write_text("".join(source.read_text(encoding="utf-8") for source in sources), encoding="utf-8")
    run_tool(sources[0], "dtc", "-q", "-I", "dts", "-O", "dtb", "-o", str(path), str(text))


def open_tree(arguments, path):
    """The tree that the command line asks for, in a file of its own."""
    for tool in ("dtc", "fdtput", "fdtget"):
        need(tool, "device-tree-compiler")
    if arguments.dtb:
        data = read_file(arguments.dtb)
        check_tree(arguments.dtb, data)
        path.write_bytes(data)
        run_tool(arguments.dtb, "dtc", "-q", "-I", "dtb", "-O", "dtb", "-o", "/dev/null", str(path))
        return Tree(arguments.dtb, path)
    source = find_source("am65x.dts")
    compile_sources(path, [source, *([find_source("am65x-pcie.dtsi")] if arguments.device else [])])
    tree = Tree(source, path)
    if any(controller == 1 for controller, *_ in arguments.device):
        for node in ("serdes@910000", "pcie@5600000"):
            tree.put("s", f"/soc/{node}", "status", "okay")
    cores = min(arguments.cpus, FEW_CORES) if arguments.mood & MOODS["few-cores"] else arguments.cpus
    for cpu in ("0", "1", "100", "101")[cores:]:
        tree.remove(f"/cpus/cpu@{cpu}")
    return tree


def make_tree(arguments, directory):
    """Writes what a boot loader would into a copy of the device tree; returns the copy's path."""
    path = Path(directory) / "guest.dtb"
    tree = open_tree(arguments, path)
    node = tree.memory_node()
    tree.put("s", node, "device_type", "memory")
    tree.put("x", node, "reg", *(cell for start, end in dram_banks(arguments.memory)
                                 for cell in cells(start) + cells(end - start)))
    if arguments.append is not None:
        tree.put("s", "/chosen", "bootargs", arguments.append)
    if arguments.initrd:
        end = arguments.initrd_address + len(read_file(arguments.initrd))
        for name, value in (("start", arguments.initrd_address), ("end", end)):
            tree.put("x", "/chosen", f"linux,initrd-{name}", *cells(value))
    return path
