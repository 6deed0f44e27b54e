# SPDX-License-Identifier: BSD-3-Clause
"""QEMU: the command that starts it, and its monitor."""

import json
import os
import socket
import struct

from k3twin.board import (DRAM_BASE, DTB_ADDRESS, DTB_MAX, INITRD_ADDRESS, PARAMETERS_BASE, PARAMETERS_FORMAT,
                          PARAMETERS_MAGIC, QEMU, ROOT, TWIN_RAM, UsageError, need)
from k3twin.device_tree import make_tree
from k3twin.guest import check_fits, load_file, load_guest, loader, read_file


def find_twin(given):
    if given:
        read_file(given)
        return given
    built = list(ROOT.glob("build/*/twin.elf"))
    if not built:
        raise UsageError("there is no build/*/twin.elf: make twin")
    return max(built, key=lambda path: path.stat().st_mtime)


def gdb_option(where):
    if where is None:
        return []
    if where.isdigit():
        return ["-S", "-gdb", f"tcp:127.0.0.1:{where}"]
    return ["-S", "-gdb", f"unix:{where},server=on,wait=off"]


def qemu_command(arguments, directory, report_fd):
    dram_end = DRAM_BASE + arguments.memory
    entry, guest = load_guest(*arguments.image, dram_end)
    tree = make_tree(arguments, directory)
    check_fits("the device tree", DTB_ADDRESS, DTB_ADDRESS + DTB_MAX, dram_end)

    parameters = directory / "parameters"
    parameters.write_bytes(struct.pack(PARAMETERS_FORMAT, PARAMETERS_MAGIC, arguments.cpus, entry,
                                       DTB_ADDRESS, arguments.memory, arguments.trace, arguments.console))
    command = [
        need(QEMU, "qemu-system-arm"), "-nodefaults", "-no-user-config", "-display", "none",
        "-machine", "virt,gic-version=3,secure=on,virtualization=on",
        "-cpu", "cortex-a53", "-smp", str(arguments.cpus),
        "-m", f"{(TWIN_RAM + arguments.memory) >> 20}M",
        "-kernel", str(find_twin(arguments.twin)),
        # The console, for a person with QEMU's keys (Ctrl-A x); then the twin's lines.
        "-chardev", f"stdio,id=console,signal=off,mux={'on' if os.isatty(0) else 'off'}",
        "-serial", "chardev:console",
        "-chardev", f"socket,id=report,fd={report_fd}", "-serial", "chardev:report",
        "-qmp", f"unix:{directory / 'qmp'},server=on,wait=off",
        *loader(parameters, PARAMETERS_BASE), *guest, *loader(tree, DTB_ADDRESS),
        *gdb_option(arguments.gdb), *(["-icount", "shift=1"] if arguments.icount else []),
    ]
    if arguments.initrd:
        command += load_file(arguments.initrd, INITRD_ADDRESS, dram_end)
    for path, address in arguments.load:
        command += load_file(path, address, dram_end)
    return command


def monitor_command(path, line):
    """The answer of QEMU's monitor to one line."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2)
        connection.connect(str(path))
        stream = connection.makefile("rw", encoding="utf-8")
        for command in ({"execute": "qmp_capabilities"},
                        {"execute": "human-monitor-command", "arguments": {"command-line": line}}):
            stream.write(json.dumps(command) + "\n")
            stream.flush()
            answer = {}
            while "return" not in answer and "error" not in answer:
                received = stream.readline()
                if not received:
                    return ""
                answer = json.loads(received)
        return answer.get("return", "")
