# SPDX-License-Identifier: BSD-3-Clause
"""The numbers that the parts of tools/twin share with each other and with twin/monitor/board.h."""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

QEMU = "qemu-system-aarch64"

# As twin/monitor/board.h.
PARAMETERS_BASE = 0x41000000
PARAMETERS_MAGIC = 0x31575433
PARAMETERS_FORMAT = "<IIQQQII"
TWIN_RAM = 1 << 30
DRAM_BASE = 0x80000000
DRAM_MAX = 2 << 30
DRAM_GRANULE = 2 << 20

# Where a loader puts things.
DTB_ADDRESS = 0x88000000
DTB_MAX = 2 << 20
INITRD_ADDRESS = 0x90000000

TRACE_FLAGS = {"irq": 1, "sci": 2, "dma": 4}

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
