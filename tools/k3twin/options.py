# SPDX-License-Identifier: BSD-3-Clause
"""The command line of tools/twin."""

import argparse
import re
from pathlib import Path

from k3twin.board import (COUNT_FLAG, DRAM_DEFAULT, DRAM_GRANULE, DRAM_MAX, INITRD_ADDRESS, MOODS, NET_FAULTS, ONE_GIB, PRINT_FLAGS, R5_CORES,
                          STATUS_USAGE)
from k3twin.trace import LIMIT_DEFAULT, LIMIT_MAX, parse_limit

SECONDS_MAX = 10_000_000
NET_KINDS = ("user", "socket", "stream", "dgram", "tap")
NET_FAULT_MAX = 1_000_000

DESCRIPTION = """\
Runs an AArch64 guest on the AM65x twin: stock QEMU with the AM65x's address map, GICv3 with ITS,
and models of its devices. The guest starts at EL1 on core 0 with the device tree's address in x0,
as a boot loader would start it. A program for a Cortex-R5F runs beside it, or alone.

The guest's UARTs are stdout; stdin is main UART 0's, or --console's. On a terminal, Ctrl-A x quits.
The twin's own lines go to stderr, each with "twin:" in front.
"""

EPILOG = """\
exit status:
  the guest's (from its power-off), or
    2  the command line makes no sense      124  --timeout ran out
  125  the guest or the twin died           126  --strict, and the guest touched what is not there
  130  interrupted by a signal

examples:
  tools/twin --image build/aarch64-linux-gnu/k3metal.elf --append selftest --timeout 60 </dev/null
  tools/twin --image Image --dtb k3-am654-base-board.dtb --initrd initrd.gz --append "console=ttyS2"
  tools/twin --image build/aarch64-linux-gnu/Image --cpus 2 --memory 512M --print irq,sci
  tools/twin --image build/aarch64-linux-gnu/k3metal.elf --append "trace=boot demo" --initrd file --trace trace.json
  tools/twin --image u-boot.bin@0x80800000 --load k3metal.itb@0x90000000
  tools/twin --image build/aarch64-linux-gnu/k3metal.elf --r5 program.elf
  tools/twin --image guest.elf --gdb 1234     and in GDB: target remote :1234
"""


def parse_size(text):
    match = re.fullmatch(r"(\d+)([KMG]?)", text.upper())
    if not match:
        raise argparse.ArgumentTypeError(f"'{text}' is no size (like 512M or 2G)")
    size = int(match[1]) << {"": 0, "K": 10, "M": 20, "G": 30}[match[2]]
    if not 0x10000000 <= size <= DRAM_MAX or size % DRAM_GRANULE:
        raise argparse.ArgumentTypeError("the twin has 256M to 4G of DRAM, in steps of 2M")
    return size


def parse_placed(text):
    """FILE@ADDRESS; the address is None where there is none."""
    match = re.fullmatch(r"(.+)@(0[xX][0-9a-fA-F]+|\d+)", text)
    return (Path(match[1]), int(match[2], 0)) if match else (Path(text), None)


def parse_load(text):
    path, address = parse_placed(text)
    if address is None:
        raise argparse.ArgumentTypeError(f"'{text}' names no address (like fit.itb@0x90000000)")
    return path, address


def parse_seconds(text):
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= SECONDS_MAX:  # "nan" is neither
        raise argparse.ArgumentTypeError(f"'{text}' is no number of seconds above 0 (and at most {SECONDS_MAX})")
    return seconds


def parse_print(text):
    flags = 0
    for name in text.split(","):
        if name not in PRINT_FLAGS:
            raise argparse.ArgumentTypeError(f"'{name}' is none of {', '.join(PRINT_FLAGS)}")
        flags |= PRINT_FLAGS[name]
    return flags


def parse_moods(text):
    flags = 0
    for name in text.split(","):
        if name not in MOODS:
            raise argparse.ArgumentTypeError(f"'{name}' is none of {', '.join(MOODS)}")
        flags |= MOODS[name]
    return flags


def parse_net(text):
    kind = text.partition(",")[0]
    if kind not in NET_KINDS:
        raise argparse.ArgumentTypeError(f"'{kind}' is none of {', '.join(NET_KINDS)}")
    if re.search(r"(?:^|,)id=", text):
        raise argparse.ArgumentTypeError("the id is the twin's to choose")
    return text


def parse_device(text):
    """[CONTROLLER:]NAME,PROPERTY=VALUE...: a number, a name and a dictionary. A comma in a value is two, as QEMU has it."""
    controller, text = (int(text[0]), text[2:]) if re.match("[01]:", text) else (0, text)
    name, *properties = (word.replace("\0", ",") for word in text.replace(",,", "\0").split(","))
    values = dict(word.partition("=")[::2] for word in properties)
    if not re.fullmatch(r"[\w.-]+", name) or "" in values or name.startswith("-"):
        raise argparse.ArgumentTypeError(f"'{text}' is no [CONTROLLER:]NAME[,PROPERTY=VALUE...] of a device")
    if "bus" in values or "addr" in values:
        raise argparse.ArgumentTypeError("the place of a device is the twin's to choose")
    return controller, name, values


def parse_net_faults(text):
    faults = {}
    for fault in text.split(","):
        name, _, number = fault.partition("=")
        if name not in NET_FAULTS or not number.isdecimal() or not 0 < int(number) <= NET_FAULT_MAX:
            raise argparse.ArgumentTypeError(f"'{fault}' is none of {', '.join(f'{each}=N' for each in NET_FAULTS)}"
                                             f" with N from 1 to {NET_FAULT_MAX}")
        faults[name] = int(number)
    return faults


def parse_trace_limit(text):
    try:
        return parse_limit(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no power of two from 16 to {LIMIT_MAX}") from None


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message):
        self.exit(STATUS_USAGE, f"{self.prog}: {message} ({self.prog} --help tells more)\n")


def parse_arguments():
    parser = Parser(
        prog="tools/twin",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--image", type=parse_placed, metavar="FILE",
        help="the guest: an AArch64 ELF, or a raw arm64 Image (loaded at DRAM + its text offset), or"
             " FILE@ADDRESS, any binary that is loaded there and starts at its first byte")
    add("--r5", type=Path, action="append", default=[], metavar="FILE",
        help="a program for the MCU's Cortex-R5F, core 0: an ELF for 32-bit Arm; beside the guest, or alone."
             " A second one is core 1's")
    add("--r5-append", action="append", default=[], metavar="STRING",
        help="the arguments of a program of k3metal's there, e.g. \"selftest\"; a second one is core 1's")
    add("--r5-cores", type=int, choices=range(R5_CORES + 1), default=0, metavar="N",
        help="Cortex-R5F cores that are off until the guest's own loader starts them, or stay so: N in all, with those of --r5")
    add("--dtb", type=Path, metavar="FILE",
        help="its device tree, e.g. k3-am654-base-board.dtb; default: am65x.dts of the twin")
    add("--initrd", type=parse_placed, metavar="FILE",
        help=f"a file to lie in memory at {INITRD_ADDRESS:#x}, or at FILE@ADDRESS, named in /chosen")
    add("--load", type=parse_load, action="append", default=[], metavar="FILE@ADDRESS",
        help="a file to lie in memory too, e.g. k3metal.itb@0x90000000; may be repeated")
    add("--symbols", type=Path, action="append", default=[], metavar="FILE",
        help="an ELF that has names for addresses: of a program that the guest loads by itself; may be repeated")
    add("--append", metavar="STRING", help='boot arguments, e.g. "demo console"')
    add("--cpus", type=int, choices=range(1, 5), default=4, metavar="N",
        help="cores, 1 to 4 (default 4), in two clusters of two")
    add("--memory", type=parse_size, metavar="SIZE",
        help="DRAM, e.g. 512M (default 2G); what is more than 2G is in the second bank, at 0x880000000")
    add("--timeout", type=parse_seconds, metavar="SECONDS",
        help="end the guest after this time, with the pc of each core, e.g. 60 (default: never)")
    add("--print", type=parse_print, default=0, metavar="WHAT",
        help="print what the models do: irq, sci, dma, or several, e.g. irq,dma")
    add("--count", action="store_true",
        help="print how often the guest has accessed each device, when it has powered off")
    add("--trace", type=Path, metavar="FILE",
        help="write what happened, for ui.perfetto.dev or Chrome's viewer (docs/tracing.md)")
    add("--trace-limit", type=parse_trace_limit, default=LIMIT_DEFAULT, metavar="N",
        help=f"keep the latest N events of the twin, a power of two (default {LIMIT_DEFAULT})")
    add("--console", type=int, choices=range(4), default=0, metavar="N",
        help="the UART that gets the input: main UART 0 to 2, or 3, the MCU's (default 0); "
             "what any of them sends is output")
    add("--strict", action="store_true",
        help="an access that no model claims fails the run (status 126 in place of 0)")
    add("--mood", type=parse_moods, default=0, metavar="NAME",
        help=f"a board that is nastier, but legal: {', '.join(MOODS)}; or several, e.g. i2101,few-cores (docs/twin.md)")
    add("--net", type=parse_net, metavar="KIND[,NAME=VALUE...]",
        help="plug in the Ethernet port: user, QEMU's user network, e.g. user,hostfwd=tcp:127.0.0.1:8080-:80;"
             " socket, stream, dgram or tap, as QEMU's -netdev has them")
    add("--net-faults", type=parse_net_faults, default={}, metavar="FAULT=N,...",
        help="of its frames: lose=N, one of so many; swap=N, one of so many with the next; delay=N, each by N us")
    add("--device", type=parse_device, action="append", default=[], metavar="[CONTROLLER:]NAME[,PROPERTY=VALUE...]",
        help="plug a device of QEMU's into PCI Express controller 0 or 1, e.g. edu or 1:nvme,drive=disk.img; may be repeated:"
             " several are behind a switch")
    add("--pcap", type=Path, metavar="FILE", help="write what goes over that wire, for Wireshark or tcpdump")
    add("--control", type=Path, metavar="SOCKET",
        help="QEMU's prompt on a socket, e.g. for \"set_link wire off\"")
    add("--icount", action="store_true",
        help="count the guest's instructions, as its PMU shows them; time then follows that count")
    add("--turns", action="store_true",
        help="the cores run in turns, one at a time: a core that yields or waits lets the next one go on")
    add("--plugin", action="append", default=[], metavar="FILE[,NAME=VALUE...]",
        help="load a plugin of QEMU's, e.g. one that measures (docs/performance.md); may be repeated")
    add("--gdb", nargs="?", const="1234", metavar="PORT",
        help="wait for GDB on 127.0.0.1:PORT (default 1234), or on a socket, e.g. /tmp/gdb")
    add("--log", type=Path, metavar="FILE", help="write the twin's lines here too")
    add("--twin", type=Path, metavar="FILE", help="twin.elf (default: the newest build/*/twin.elf, or the SDK's)")
    arguments = parser.parse_args()
    arguments.print |= COUNT_FLAG if arguments.count else 0
    arguments.initrd, where = arguments.initrd or (None, None)
    arguments.initrd_address = INITRD_ADDRESS if where is None else where
    if (arguments.r5 or arguments.r5_cores) and arguments.mood & MOODS["order"]:
        parser.error("argument --r5: the mood order knows the A53s only")
    if len(arguments.r5) > R5_CORES:
        parser.error(f"argument --r5: there are {R5_CORES} cores")
    if len(arguments.r5_append) > len(arguments.r5):
        parser.error("argument --r5-append: for a program of --r5's")
    arguments.r5_cores = max(arguments.r5_cores, len(arguments.r5))
    if arguments.image is None and (not arguments.r5 or arguments.initrd):
        parser.error("the following arguments are required: --image" + (" (--r5 alone has no --initrd)" if arguments.r5 else ""))
    if arguments.image is None:
        arguments.cpus = 1  # it sleeps
    if arguments.net is None and (arguments.pcap or arguments.net_faults):
        parser.error("arguments --pcap and --net-faults: there is no wire without --net")
    most = ONE_GIB if arguments.mood & MOODS["one-gib"] else DRAM_MAX
    if arguments.memory is None:
        arguments.memory = min(most, DRAM_DEFAULT)
    if arguments.memory > most:
        parser.error("argument --memory: in the mood one-gib there is 1G at most")
    return arguments
