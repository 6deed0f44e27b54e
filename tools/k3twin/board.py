# SPDX-License-Identifier: BSD-3-Clause
"""What the parts of tools/twin share: numbers (twin/monitor/board.h has them too), and where things are."""

import shutil
from pathlib import Path

# The source tree, or an SDK: the tools are in ROOT/tools/ there, in ROOT/bin/ here.
ROOT = Path(__file__).resolve().parent.parent.parent
SHARE = ROOT / "share/k3metal"

QEMU = "qemu-system-aarch64"

# As twin/monitor/board.h.
PARAMETERS_BASE = 0x40c00000
PARAMETERS_MAGIC = 0x34575434
PARAMETERS_FORMAT = "<IIQQQIIQQIIIIIIIIQQQQ"
TWIN_BASE = 0x40000000
TWIN_RAM = 1 << 30
DRAM_BASE = 0x80000000
DRAM_LOW_MAX = 2 << 30  # what does not fit there is in the second bank
DRAM_HIGH_BASE = 0x880000000
DRAM_DEFAULT = 2 << 30
DRAM_MAX = 4 << 30
DRAM_GRANULE = 2 << 20
SRAMS = ((0x40280000, 0x40281000), (0x41c00000, 0x41c80000), (0x70000000, 0x70200000))

# Of the R5F's tightly coupled memories: where the core has them, where the SoC has core 0's, and how large each is.
R5_ATCM, R5_BTCM = 0, 0x41010000
R5_ATCM_SOC, R5_BTCM_SOC = 0x41000000, 0x41010000
R5_TCM_SIZE = 0x8000
R5_TCM_STRIDE = 0x400000  # to core 1's, as the SoC has them
R5_CORES = 2

# Where a loader puts things.
DTB_ADDRESS = 0x88000000
DTB_MAX = 2 << 20
INITRD_ADDRESS = 0x90000000

# As AM65X_MOOD_* of twin/models/am65x.h: a bit each, from bit 0 on.
MOODS = {name: 1 << bit for bit, name in enumerate((
    "stale-loader", "i2101", "garbage-fields", "map-enables", "slow-events", "misordered", "few-cores", "one-gib",
    "abort-unmodelled", "caches", "order", "non-shareable", "flat-its", "two-level-its", "suspend", "stale-ethernet",
    "from-rom"))}
CACHES_END = 0x2480000000  # of what the mood caches has besides
LOADED_MAX = 64
FEW_CORES = 2
ONE_GIB = 1 << 30

# As net_lost, net_swapped and net_delay of struct parameters.
NET_FAULTS = ("lose", "swap", "delay")

PRINT_FLAGS = {"irq": 1, "sci": 2, "dma": 4}
COUNT_FLAG = 8

# Exit statuses of our own; the guest's are 0 to 123 by convention.
STATUS_USAGE = 2
STATUS_TIMEOUT = 124
STATUS_DIED = 125
STATUS_UNMODELLED = 126
STATUS_INTERRUPTED = 130


class UsageError(Exception):
    """Something the caller can put right."""


def need(program, package):
    path = shutil.which(program)
    if not path:
        raise UsageError(f"{program} is missing: install Debian's package {package}")
    return path


def find_part(name, in_tree, in_sdk, advice):
    """The newest file of a pattern in the source tree, else a file of the SDK."""
    found = list(ROOT.glob(in_tree)) or list(SHARE.glob(in_sdk))
    if not found:
        raise UsageError(f"{name} is missing (no {in_tree} and no share/k3metal/{in_sdk} in {ROOT}): {advice}")
    return max(found, key=lambda path: path.stat().st_mtime)


def dram_banks(size):
    """(first byte, end) of each bank of a board with so much DRAM."""
    low = min(size, DRAM_LOW_MAX)
    banks = [(DRAM_BASE, DRAM_BASE + low)]
    return banks + [(DRAM_HIGH_BASE, DRAM_HIGH_BASE + size - low)] if size > low else banks


def ram_size(size, moods=0):
    """Of QEMU's RAM, from TWIN_BASE on, for so much DRAM: there are no gaps in it."""
    return (CACHES_END if moods & MOODS["caches"] else dram_banks(size)[-1][1]) - TWIN_BASE
