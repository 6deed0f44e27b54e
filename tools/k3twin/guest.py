# SPDX-License-Identifier: BSD-3-Clause
"""What is loaded: the guest, files beside it, and where each of them fits."""

import struct

from k3twin.board import DRAM_BASE, UsageError


def read_file(path):
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def loader(path, address=None):
    # A comma in a name is doubled (QEMU's option syntax).
    option = "loader,file=" + str(path).replace(",", ",,")
    return ["-device", option if address is None else f"{option},addr={address:#x},force-raw=on"]


def check_fits(what, start, end, dram_end):
    if start < DRAM_BASE or end > dram_end:
        raise UsageError(f"{what} ({start:#x} to {end:#x}) is outside DRAM "
                         f"({DRAM_BASE:#x} to {dram_end:#x})")


def load_elf(path, data, dram_end):
    if len(data) < 64 or data[4] != 2 or data[5] != 1 or struct.unpack_from("<H", data, 18)[0] != 183:
        raise UsageError(f"{path}: an ELF, but not one for little-endian AArch64")
    entry, headers = struct.unpack_from("<QQ", data, 24)
    size, count = struct.unpack_from("<HH", data, 54)
    for i in range(count):
        kind, _, _, virtual, physical, _, length, _ = struct.unpack_from(
            "<IIQQQQQQ", data, headers + i * size)
        if kind != 1 or not length:
            continue
        check_fits(f"{path}: a segment", physical, physical + length, dram_end)
        if virtual <= entry < virtual + length:
            start = physical + entry - virtual
    return start, loader(path)


def load_image(path, data, dram_end):
    if len(data) < 64 or data[56:60] != b"ARM\x64":
        raise UsageError(f"{path}: neither an ELF nor an arm64 Image")
    offset, size = struct.unpack_from("<QQ", data, 8)
    if size == 0:  # before Linux 3.17 the header did not say
        offset, size = 0x80000, len(data)
    start = DRAM_BASE + offset
    check_fits(str(path), start, start + max(size, len(data)), dram_end)
    return start, loader(path, start)


def load_file(path, address, dram_end):
    """Some bytes at an address, as they are."""
    size = len(read_file(path))
    check_fits(str(path), address, address + size, dram_end)
    return loader(path, address) if size else []


def load_guest(path, address, dram_end):
    if address is not None:
        return address, load_file(path, address, dram_end)
    data = read_file(path)
    if data[:2] == b"\x1f\x8b":
        raise UsageError(f"{path}: compressed; unpack it with gunzip first")
    load = load_elf if data[:4] == b"\x7fELF" else load_image
    return load(path, data, dram_end)
