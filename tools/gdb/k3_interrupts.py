# SPDX-License-Identifier: BSD-3-Clause
"""k3 irq, k3 route: the interrupts that are requested, by the tables of msi/ and the GIC's registers."""

from collections import namedtuple

import k3_firmware as firmware
from k3_firmware import Trouble, Unreadable

RINGACC_DEVICE = 187  # TI-SCI documentation, AM65x devices: NAVSS0_RINGACC0
LPI_FIRST = 8192
SGI_COUNT, LOCAL_COUNT, SPECIAL = 16, 32, 1020
SGI_REPLAY = 1
PENDING, RUNNING, MASKED, STORM = 0x1, 0x2, 0x4, 0x10  # msi/state.h
PAGE = 64  # msi/sources.c
ISENABLER, ISPENDR, ISACTIVER, IPRIORITYR = 0x100, 0x200, 0x300, 0x400
GICR_SGI_FRAME = 0x10000

Stage = namedtuple("Stage", "kind intid core route")


# ---- the tables ----


def bindings():
    """Every device that is bound to a parent; the newest first, as the firmware walks them."""
    if int(firmware.variable("msi/dispatch.c", "spi_table")) == 0:
        raise Trouble("there are no interrupt tables yet: the firmware has not come to irq_init()")
    return firmware.chain(firmware.variable("msi/registry.c", "bindings"), "next")


def sources(binding):
    """The interrupts of a device, by their indices."""
    table = binding["sources"]
    page_type = firmware.type_in("msi/sources.c", "struct irq_source_page").pointer()
    for number in range((int(table["limit"]) + PAGE - 1) // PAGE):
        page = table["pages"][number]
        if int(page) == 0:
            continue
        page = firmware.follow(page.cast(page_type))
        used = int(page["used"])
        for index in range(PAGE):
            if used >> index & 1:
                yield firmware.follow(page["irqs"][index])


def all_interrupts():
    for binding in bindings():
        for irq in sources(binding):
            yield binding, irq


def state_name(irq):
    """As irq_state_name() has it; an event that waits is told too."""
    state = int(irq["state"])
    for bit, name in ((STORM, "storm"), (MASKED, "masked"), (RUNNING, "running"), (0, "on")):
        if state & bit == bit:
            return name
    return "?"


# ---- ways ----


def inta_stage(binding, irq):
    event = firmware.embedding("msi/parents/inta.c", "struct inta_irq", irq)
    vint, mapping = firmware.follow(event["vint"]), event["mapping"]
    line, core, own = vint["line"], int(vint["core"]), int(irq["core"])
    handed_over = "" if own == core else f" > SGI {SGI_REPLAY} > core {own}"
    return Stage("event", int(line["intid"]), own,
                 f"event {int(mapping['global_event'])} > VINT {int(vint['number'])} bit {int(mapping['bit'])} > "
                 f"INTR output {int(line['output'])} > INTID {int(line['intid'])} > core {core}{handed_over}")


def intr_stage(binding, irq):
    line = firmware.embedding("msi/parents/intr.c", "struct direct_irq", irq)["line"]
    intid, core = int(line["intid"]), int(irq["core"])
    return Stage("routed", intid, core, f"INTR input {int(line['route']['source_index'])} > "
                                        f"INTR output {int(line['output'])} > INTID {intid} > core {core}")


def its_stage(binding, irq):
    lpi = int(firmware.embedding("msi/parents/its.c", "struct its_irq", irq)["lpi"])
    identity = binding["data"]["its"].cast(firmware.type_in("msi/parents/its.c", "struct its_identity").pointer())
    core = int(irq["core"])
    return Stage("message", lpi, core, f"device {int(firmware.follow(identity)['device_id'])} event "
                                       f"{int(irq['index'])} > LPI {lpi} > core {core}")


def wired_stage(binding, irq):
    intid = int(firmware.embedding("msi/parents/wired.c", "struct wired_irq", irq)["intid"])
    core = int(irq["core"])
    return Stage("wired", intid, core, f"INTID {intid} > core {core}")


STAGES = {"inta_ops": inta_stage, "intr_ops": intr_stage, "its_ops": its_stage, "wired_ops": wired_stage}


def stage(binding, irq):
    """What an interrupt comes through, as irq_describe() tells it."""
    operations = firmware.symbol(firmware.follow(binding["parent"])["ops"])
    find = STAGES.get(operations)
    return find(binding, irq) if find else Stage(operations, -1, int(irq["core"]), f"by {operations}")


def device_name(binding):
    return firmware.text(firmware.follow(binding["device"])["name"])


def source_name(binding, irq):
    """What raises it, in words that the hardware's documents use."""
    if firmware.symbol(firmware.follow(binding["parent"])["ops"]) == "inta_ops":
        device = int(binding["data"]["ti_sci_device"])
        what = "ring" if device == RINGACC_DEVICE else f"TI-SCI device {device} index"
        return f"{what} {int(irq['index'])} > "
    return ""


# ---- the GIC's view ----


def gic_bit(base, group, intid):
    return firmware.read_register(base + group + intid // 32 * 4) >> intid % 32 & 1


def lpi_view(intid):
    """The property table; what is pending is in the redistributor's caches."""
    properties = firmware.variable("drivers/gic/lpi.c", "lpis")["properties"]
    if int(properties) == 0:
        raise Unreadable("there are no LPI tables")
    value = int(firmware.follow(properties + (intid - LPI_FIRST)))
    return value & 0xfc, "enabled" if value & 1 else "disabled"


def gic_view(intid, core):
    """(priority, what the GIC thinks of it)."""
    if intid < 0:
        return "-", "-"
    try:
        if intid >= LPI_FIRST:
            priority, word = lpi_view(intid)
            return f"{priority:#04x}", word
        if intid < LOCAL_COUNT:
            frame = firmware.follow(firmware.variable("drivers/gic/gic_redistributor.c", "of_core")[core])
            base = int(frame["base"]) + GICR_SGI_FRAME
        else:
            base = int(firmware.variable("drivers/gic/gic_distributor.c", "distributor")["base"])
        priority = firmware.read_register(base + IPRIORITYR + intid // 4 * 4) >> intid % 4 * 8 & 0xff
        words = ["enabled" if gic_bit(base, ISENABLER, intid) else "disabled"]
        words += ["pending"] if gic_bit(base, ISPENDR, intid) else []
        words += ["active"] if gic_bit(base, ISACTIVER, intid) else []
    except Unreadable:
        return "-", "-"
    return f"{priority:#04x}", ", ".join(words)


# ---- SGIs and PPIs ----


def locals_in_use():
    """(INTID, core or None, handler) of those that have a handler."""
    sgis = firmware.variable("msi/local.c", "sgis")
    for intid in range(SGI_COUNT):
        if int(sgis[intid]["handler"]) != 0:
            yield intid, None, sgis[intid]["handler"]
    ppis = firmware.variable("msi/local.c", "ppis")
    for core in range(int(firmware.variable("arch/arm64/core.c", "running"))):
        for ppi in range(LOCAL_COUNT - SGI_COUNT):
            if int(ppis[core][ppi]["handler"]) != 0:
                yield SGI_COUNT + ppi, core, ppis[core][ppi]["handler"]


def local_line(intid, core, handler):
    priority, view = gic_view(intid, core or 0)
    kind, index = ("SGI", intid) if intid < SGI_COUNT else ("PPI", intid - SGI_COUNT)
    where = "each" if core is None else f"{core}"
    return line("core", index, firmware.symbol(handler), kind, intid, where, "-", "-", priority, view, "-")


# ---- the commands ----


def line(device, index, name, kind, intid, core, count, state, priority, view, handle):
    return (f"{device:<10} {index:>5}  {name:<16} {kind:<8} {intid:>5}  {core:<4} {count:>10}  {state:<13} "
            f"{priority:<8} {view:<16} {handle}")


def irq(argument):
    """The interrupts that are requested, and what the GIC has of them.

Device, index of the source, name, kind, INTID, core, calls of the handler and state as the firmware
keeps them ("+event": one waits for the handler); then the GIC's priority and state of the INTID, "-"
where they are not to be had from here; then the handle, as in: p *(struct irq *)0x8098e720."""
    yield line("device", "index", "name", "kind", "INTID", "core", "count", "state", "priority", "GIC", "handle")
    total = 0
    for binding, irq_ in all_interrupts():
        way = stage(binding, irq_)
        pending = "+event" if int(irq_["state"]) & PENDING else ""
        total += 1
        yield line(device_name(binding), int(irq_["index"]), firmware.text(irq_["name"]), way.kind, way.intid,
                   way.core, int(irq_["count"]), state_name(irq_) + pending, *gic_view(way.intid, way.core),
                   f"{int(irq_.address):#x}")
    for local in locals_in_use():
        yield local_line(*local)
    yield f"{total} in use"


def route(argument):
    """The way of each interrupt that is requested, from its source to its core and handler.

The words are those of the command `irq` at the firmware's prompt."""
    for binding, irq_ in all_interrupts():
        yield (f"{device_name(binding)} {int(irq_['index'])} {firmware.text(irq_['name'])}: "
               f"{source_name(binding, irq_)}{stage(binding, irq_).route} > {firmware.symbol(irq_['handler'])}")
