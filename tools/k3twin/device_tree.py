# SPDX-License-Identifier: BSD-3-Clause
"""The device tree that the guest gets."""

import subprocess
from pathlib import Path

from k3twin.board import DRAM_BASE, INITRD_ADDRESS, ROOT, UsageError, need
from k3twin.guest import read_file


def run_tool(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UsageError(f"{command[0]}: {done.stderr.strip() or 'failed'}")
    return done.stdout


def cells(value):
    return [f"{value >> 32:#x}", f"{value & 0xffffffff:#x}"]


def memory_node(tree):
    for node in run_tool("fdtget", "-l", tree, "/").split():
        if node.split("@")[0] == "memory":
            return "/" + node
    return "/memory@80000000"


def make_tree(arguments, directory):
    """Writes what a boot loader would into a copy of the device tree."""
    for tool in ("dtc", "fdtput", "fdtget"):
        need(tool, "device-tree-compiler")
    tree = str(directory / "guest.dtb")
    if arguments.dtb:
        Path(tree).write_bytes(read_file(arguments.dtb))
    else:
        run_tool("dtc", "-q", "-I", "dts", "-O", "dtb", "-o", tree, str(ROOT / "twin/am65x.dts"))
        for cpu in ("0", "1", "100", "101")[arguments.cpus:]:
            run_tool("fdtput", "-r", tree, f"/cpus/cpu@{cpu}")

    node = memory_node(tree)
    run_tool("fdtput", "-p", "-t", "s", tree, node, "device_type", "memory")
    run_tool("fdtput", "-t", "x", tree, node, "reg", *cells(DRAM_BASE), *cells(arguments.memory))
    if arguments.append is not None:
        run_tool("fdtput", "-p", "-t", "s", tree, "/chosen", "bootargs", arguments.append)
    if arguments.initrd:
        end = INITRD_ADDRESS + len(read_file(arguments.initrd))
        for name, value in (("start", INITRD_ADDRESS), ("end", end)):
            run_tool("fdtput", "-p", "-t", "x", tree, "/chosen", f"linux,initrd-{name}", *cells(value))
    return tree
