# SPDX-License-Identifier: BSD-3-Clause
"""k3 rings: the open DMA channels and what is in their rings (drivers/udma/)."""

import gdb
import k3_firmware as firmware
import k3_interrupts
import k3_registers
from k3_firmware import Unreadable

# Of callbacks in the interrupt, and of those in a thread, which not each image has.
HANDLERS = "udma_transfer_interrupt", "'drivers/udma/deferred.c'::handle"


def handlers():
    for name in HANDLERS:
        try:
            yield int(gdb.parse_and_eval(f"(unsigned long)&{name}"))
        except gdb.error:
            continue


def channels():
    """Those whose completion interrupt is requested: its context is the channel."""
    known = set(handlers())
    pointer = firmware.type_in("drivers/udma/channel.c", "struct udma_channel").pointer()
    for _, irq in k3_interrupts.all_interrupts():
        if int(irq["handler"]) in known:
            yield firmware.follow(irq["context"].cast(pointer))


def occupancy(ring, registers):
    """By the ring accelerator; "-": not to be had."""
    try:
        entries = firmware.constant("drivers/udma/ring.c", "RING_OCCUPANCY_ENTRIES")
        return str(registers.read(int(ring["index"]), "occupancy") & entries)
    except Unreadable:
        return "-"


def ring_words(ring, registers):
    return (f"{int(ring['index']):>5} {occupancy(ring, registers):>4} of {int(ring['count']):<4} "
            f"at {int(ring['position']):<4}")


def rings(argument):
    """The open DMA channels, and what is in their rings.

Of each ring: its number, the elements that the hardware counts in it ("-": not to be had from here),
its size, and where software goes on. Then the transfers under way, and how many of them still wait
for the handler to ring the doorbell."""
    yield f"{'channel':<8} {'transfer ring':<24} {'completion ring':<24} {'under way':>9} {'deferred':>8}"
    total, registers = 0, k3_registers.blocks()["ring"]
    for channel in channels():
        total += 1
        slots = channel["slot_table"]
        under_way = sum(int(slots[i]["length"]) != 0 for i in range(*slots.type.range()))
        deferred = int(channel["pushed"]) - int(channel["submitted"]) & 0xffffffff
        yield (f"{int(channel['numbers']['channel']):<8} {ring_words(channel['transfer'], registers):<24} "
               f"{ring_words(channel['completion'], registers):<24} {under_way:>9} {deferred:>8}")
    yield f"{total} channels open"
