# SPDX-License-Identifier: BSD-3-Clause
"""QEMU: the command that starts it, and its monitor."""

import json
import os
import socket
import struct
from pathlib import Path

from k3twin.board import (DTB_ADDRESS, DTB_MAX, LOADED_MAX, MOODS, NET_FAULTS, PARAMETERS_BASE, PARAMETERS_FORMAT, PARAMETERS_MAGIC,
                          QEMU, R5_CORES, SRAMS, TWIN_BASE, TWIN_RAM, UsageError, dram_banks, find_part, need, ram_size)
from k3twin.device_tree import make_tree
from k3twin.elf import Elf
from k3twin.guest import Load, check_apart, check_fits, load_file, load_guest, load_r5, loader, read_file

TWIN_MISSING = "`make twin` builds it from k3metal's sources"
SOCKET_PATH_MAX = 107  # Linux's sockaddr_un


def find_twin(given):
    """twin.elf, which must be what it is called."""
    path = given or find_part("twin.elf", "build/*/twin.elf", "twin.elf", TWIN_MISSING)
    if not path.exists():
        raise UsageError(f"there is no {path}: {TWIN_MISSING}")
    data = read_file(path)
    if data[:4] != b"\x7fELF":
        raise UsageError(f"{path}: not the twin: no ELF")
    elf = Elf(path, data)
    inside = all(TWIN_BASE <= segment.physical and segment.end() <= TWIN_BASE + TWIN_RAM for segment in elf.segments)
    names = {name for _, _, name in elf.symbols()}
    if not inside or (names and "monitor_boot" not in names):
        raise UsageError(f"{path}: not the twin: an ELF of something else")
    return path


def gdb_option(where):
    if where is None:
        return []
    if where == "" or where.startswith("-"):
        raise UsageError(f"--gdb {where}: neither a port nor the name of a socket")
    if where.isdecimal():
        if not 0 < int(where) < 65536:
            raise UsageError(f"--gdb {where}: ports are 1 to 65535")
        return ["-S", "-gdb", f"tcp:127.0.0.1:{where}"]
    if not Path(where).absolute().parent.is_dir():
        raise UsageError(f"--gdb {where}: there is no such folder")
    return ["-S", "-gdb", unix_socket(where)]


def unix_socket(path):
    """As QEMU's options name it."""
    if len(os.fsencode(str(path))) > SOCKET_PATH_MAX:
        raise UsageError(f"{path}: too long for the name of a socket (at most {SOCKET_PATH_MAX} bytes)")
    return "unix:" + str(path).replace(",", ",,") + ",server=on,wait=off"


def net_parameters(arguments):
    """Whether there is a network device; one frame of how many is lost, and swapped; how late each is."""
    faults = arguments.net_faults
    return [int(arguments.net is not None), *(faults.get(name, 0) for name in NET_FAULTS)]


def net_options(arguments):
    """The monitor's network device, in the place where it looks for it, and what is on the other side."""
    if arguments.net is None:
        return []
    kind, _, more = arguments.net.partition(",")
    options = ["-global", "virtio-mmio.force-legacy=false", "-netdev", f"{kind},id=wire" + (f",{more}" if more else ""),
               "-device", "virtio-net-device,netdev=wire,bus=virtio-mmio-bus.15,mrg_rxbuf=off,indirect_desc=off,event_idx=off"]
    if arguments.pcap:
        options += ["-object", f"filter-dump,id=dump,netdev=wire,file={str(arguments.pcap).replace(',', ',,')}"]
    return options


def control_options(arguments):
    return ["-mon", "chardev=control,mode=readline", "-chardev",
            f"socket,id=control,path={unix_socket(arguments.control)[len('unix:'):]}"] if arguments.control else []


def load_all(arguments, directory, events):
    """QEMU's options that load the guest and everything else; events: how many the twin keeps for --trace."""
    banks = dram_banks(arguments.memory)
    loads, entry, r5_entries = [], 0, [0] * R5_CORES
    if arguments.image:
        entry, guest = load_guest(*arguments.image, banks, directory)
        tree = make_tree(arguments, directory)
        check_fits("the device tree", DTB_ADDRESS, DTB_ADDRESS + DTB_MAX, banks)
        loads = [guest, Load(loader(tree, DTB_ADDRESS),
                             [("the device tree", DTB_ADDRESS, DTB_ADDRESS + tree.stat().st_size)])]
    for core, path in enumerate(arguments.r5):
        r5_entries[core], program = load_r5(core, path, [*banks, *SRAMS], directory)
        loads.append(program)
    if arguments.initrd:
        loads.append(load_file(arguments.initrd, arguments.initrd_address, banks))
    loads += [load_file(path, address, [*banks, *SRAMS]) for path, address in arguments.load]
    areas = [area for load in loads for area in load.areas]
    check_apart(areas)
    if len(areas) > LOADED_MAX and arguments.mood & MOODS["caches"]:
        raise UsageError(f"in the mood caches at most {LOADED_MAX} things can be loaded, not {len(areas)}")
    loaded = [number for _, start, end in areas[:LOADED_MAX] for number in (start, end - start)]

    parameters = directory / "parameters"
    parameters.write_bytes(struct.pack(PARAMETERS_FORMAT, PARAMETERS_MAGIC, arguments.cpus, entry,
                                       DTB_ADDRESS, arguments.memory, arguments.print, arguments.console, events, arguments.mood,
                                       *net_parameters(arguments), arguments.r5_cores, (1 << len(arguments.r5)) - 1, *r5_entries)
                           + struct.pack(f"<Q{len(loaded)}Q", len(loaded) // 2, *loaded))
    return loader(parameters, PARAMETERS_BASE) + [option for load in loads for option in load.options]


def memory_options(size, recorder):
    """The whole of the RAM, in one piece. The second bank is at its own address, so that the ITS finds what the guest
    puts there; what lies between the banks is never touched, and costs nothing."""
    if recorder:
        backend = recorder.memory.qemu_backend()
    else:
        backend = f"memory-backend-ram,id=ram,size={size >> 20}M,reserve=off"
    return ["-m", f"{size >> 20}M", "-object", backend, "-machine", "memory-backend=ram"]


def qemu_command(arguments, directory, report_fd, console_fd, recorder):
    """report_fd: the twin's lines; console_fd: a copy of what the guest's UARTs say; recorder: of --trace, or None."""
    return [
        need(QEMU, "qemu-system-arm"), "-nodefaults", "-no-user-config", "-display", "none",
        "-machine", "virt,gic-version=3,secure=on,virtualization=on",
        # L2CTLR_EL1 tells how many cores a cluster has: two on an AM65x, however many run.
        "-cpu", "cortex-a53,core-count=2", "-smp", str(arguments.cpus + arguments.r5_cores),
        *memory_options(ram_size(arguments.memory, arguments.mood), recorder),
        "-kernel", str(arguments.twin),
        # The console, for a person with QEMU's keys (Ctrl-A x); then the twin's lines.
        "-chardev", f"stdio,id=console,signal=off,mux={'on' if os.isatty(0) else 'off'},"
                    f"logfile=/proc/self/fd/{console_fd}",
        "-serial", "chardev:console",
        "-chardev", f"socket,id=report,fd={report_fd}", "-serial", "chardev:report",
        "-qmp", unix_socket(directory / "qmp"),
        *load_all(arguments, directory, recorder.limit if recorder else 0), *gdb_option(arguments.gdb),
        *(["-icount", "shift=1,sleep=off"] if arguments.icount else []),
        *(["-accel", "tcg,thread=single"] if arguments.turns else []),
        *net_options(arguments), *control_options(arguments), *plugin_options(arguments, directory),
    ]


def find_plugin(arguments):
    """Of the mood order; it lies beside the twin."""
    plugin = arguments.twin.with_name("order.so")
    if not plugin.exists():
        raise UsageError(f"--mood order: there is no {plugin}: `make order` builds it")
    return plugin


def plugin_options(arguments, directory):
    options = [word for plugin in arguments.plugin for word in ("-plugin", plugin)]
    if not arguments.mood & MOODS["order"]:
        return options
    plugin, report = (str(path).replace(",", ",,") for path in (find_plugin(arguments), directory / "order"))
    return [*options, "-plugin", f"{plugin},report={report}"]


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
