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
SWITCH_PORTS = 32
IVSHMEM_SIZE = 1 << 20
NO_FILE = "null-co://"  # QEMU's name of a drive that has no file: it answers at once, and nothing is in it
IVSHMEM_VECTORS_MAX = 128  # all of what it is told waits in a socket
ANSWER_SECONDS = 60  # of the monitor: it only ends what hangs; a machine that does other things may take long


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


def property_list(name, values):
    return ",".join([name, *(f"{key}={value.replace(',', ',,')}" for key, value in values.items())])


def drive_options(number, values):
    """The file of drive=FILE, or NO_FILE; the device gets its name."""
    if "drive" not in values:
        return []
    if values["drive"] == NO_FILE:
        values["drive"] = f"drive{number}"
        return ["-drive", f"if=none,id=drive{number},format=raw,file={NO_FILE}"]
    path = Path(values["drive"])
    if not path.is_file():
        raise UsageError(f"--device: there is no file {path}")
    values["drive"] = f"drive{number}"
    with path.open("rb") as file:
        kind = "qcow2" if file.read(4) == b"QFI\xfb" else "raw"
    access = "" if os.access(path, os.W_OK) else ",readonly=on"
    return ["-drive", property_list(f"if=none,id=drive{number},format={kind}{access}", {"file": str(path)})]


def netdev_options(number, values):
    """netdev=user: QEMU's user network."""
    if "netdev" not in values:
        return []
    kind, values["netdev"] = values["netdev"], f"netdev{number}"
    return ["-netdev", property_list(kind, {"id": values["netdev"]})]


def ivshmem_options(number, values, open_files):
    """Of ivshmem-doorbell: what a server would say (QEMU's docs/specs/ivshmem-spec.txt) to its only client, number 0: some memory,
    and an eventfd for each vector. It waits in the socket."""
    vectors = values.setdefault("vectors", "64")
    if not vectors.isdecimal() or not 0 < int(vectors) <= IVSHMEM_VECTORS_MAX:
        raise UsageError(f"--device: {vectors} vectors are none that ivshmem-doorbell can have")
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    memory = os.memfd_create("ivshmem")
    os.ftruncate(memory, IVSHMEM_SIZE)
    messages = [(0, []), (0, []), (-1, [memory]), *((0, [os.eventfd(0)]) for _ in range(int(vectors)))]
    for number_sent, files in messages:
        socket.send_fds(ours, [struct.pack("<q", number_sent)], files)
        for file in files:
            os.close(file)
    open_files += [ours, theirs]
    values["chardev"] = f"chardev{number}"
    return ["-chardev", f"socket,id=chardev{number},fd={theirs.fileno()}"]


def one_device(number, bus, name, given, open_files):
    values = {"romfile": "", **given}  # programs for a PC's firmware, which need not be installed
    options = drive_options(number, values) + netdev_options(number, values)
    if name == "ivshmem-doorbell":
        options += ivshmem_options(number, values, open_files)
    if name == "nvme":
        values.setdefault("serial", f"twin{number}")
    if name.startswith("virtio-"):  # else they access memory behind the SMMU's back
        values.setdefault("iommu_platform", "on")
    return [*options, "-device", property_list(name, {**values, "bus": bus})]


def slot_options(controller, devices, open_files):
    """What is in a controller's slot: a device, or a switch with several. devices: each with a number of its own."""
    slot = f"slot{controller}"
    if len(devices) == 1:
        number, (_, name, values) = devices[0]
        return one_device(number, slot, name, values, open_files)
    options = ["-device", f"x3130-upstream,id=switch{controller},bus={slot}"] if devices else []
    for place, (number, (_, name, values)) in enumerate(devices):
        options += ["-device", f"xio3130-downstream,id=port{number},bus=switch{controller},addr={place:x},"
                               f"chassis={number + 2},slot={number + 2}",
                    *one_device(number, f"port{number}", name, values, open_files)]
    return options


def pcie_options(arguments, open_files):
    """Root ports in the places where the monitor looks for them: the second controller's on a bus of a number of its own, 0xe0,
    which has no memory or IO but the first one's. open_files gets the sockets that QEMU is to have."""
    ports = (["-device", "pcie-root-port,id=slot0,bus=pcie.0,addr=1,chassis=0,slot=0"],
             ["-device", "pxb-pcie,id=second,bus=pcie.0,addr=2,bus_nr=224",
              "-device", "pcie-root-port,id=slot1,bus=second,addr=0,chassis=1,slot=1"])
    numbered = list(enumerate(arguments.device))
    options = []
    for controller, port in enumerate(ports):
        devices = [(number, device) for number, device in numbered if device[0] == controller]
        if len(devices) > SWITCH_PORTS:
            raise UsageError(f"--device: {len(devices)} devices, but a switch has {SWITCH_PORTS} ports")
        options += port + slot_options(controller, devices, open_files) if devices else []
    return options


def control_options(arguments):
    return ["-mon", "chardev=control,mode=readline", "-chardev",
            f"socket,id=control,path={unix_socket(arguments.control)[len('unix:'):]}"] if arguments.control else []


def load_all(arguments, directory, events):
    """QEMU's options that load the guest and everything else; events: how many the twin keeps for --trace."""
    banks = dram_banks(arguments.memory)
    loads, entry, r5_entries, r5_ends = [], 0, [0] * R5_CORES, [0] * R5_CORES
    if arguments.image:
        entry, guest = load_guest(*arguments.image, banks, directory)
        tree = make_tree(arguments, directory)
        check_fits("the device tree", DTB_ADDRESS, DTB_ADDRESS + DTB_MAX, banks)
        loads = [guest, Load(loader(tree, DTB_ADDRESS),
                             [("the device tree", DTB_ADDRESS, DTB_ADDRESS + tree.stat().st_size)])]
    for core, path in enumerate(arguments.r5):
        words = arguments.r5_append[core] if core < len(arguments.r5_append) else None
        r5_entries[core], r5_ends[core], program = load_r5(core, path, words, [*banks, *SRAMS], directory)
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
                                       *net_parameters(arguments), sum({1 << controller for controller, *_ in arguments.device}), 0, arguments.r5_cores, (1 << len(arguments.r5)) - 1, *r5_entries,
                                       *r5_ends)
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


def qemu_command(arguments, directory, report_fd, console_fd, recorder, open_files):
    """report_fd: the twin's lines; console_fd: a copy of what the guest's UARTs say; recorder: of --trace, or None; open_files
    gets sockets that have to be open when QEMU starts."""
    return [
        need(QEMU, "qemu-system-arm"), "-nodefaults", "-no-user-config", "-display", "none",
        "-machine", "virt,gic-version=3,secure=on,virtualization=on" + (",iommu=smmuv3" if arguments.device else ""),
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
        *net_options(arguments), *pcie_options(arguments, open_files), *control_options(arguments), *plugin_options(arguments, directory),
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


def monitor_command(path, line, seconds=ANSWER_SECONDS):
    """The answer of QEMU's monitor to one line; a TimeoutError if none comes for so long."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(seconds)
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
