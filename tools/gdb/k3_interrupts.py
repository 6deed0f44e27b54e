# SPDX-License-Identifier: BSD-3-Clause
"""k3 irq, k3 route: the interrupts that are requested, by the tables of msi/ and the GIC's registers."""

from collections import namedtuple

import k3_firmware as firmware
from k3_firmware import Trouble, Unreadable

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
    page_type = firmware.type_in("msi/sources.c", "struct irq_source_page")
    size = page_type["irqs"].type.range()[1] + 1
    for number in range((int(table["limit"]) + size - 1) // size):
        page = table["pages"][number]
        if int(page) == 0:
            continue
        page = firmware.follow(page.cast(page_type.pointer()))
        used = int(page["used"])
        for index in range(size):
            if used >> index & 1:
                yield firmware.follow(page["irqs"][index])


def all_interrupts():
    for binding in bindings():
        for irq in sources(binding):
            yield binding, irq


def state_bit(name):
    return firmware.constant("msi/state.c", f"IRQ_STATE_{name.upper()}")


def state_name(irq):
    """As irq_state_name() has it; an event that waits is told too."""
    state = int(irq["state"])
    for name in ("storm", "masked", "running"):
        if state & state_bit(name):
            return name
    return "on"


# ---- ways ----


def inta_stage(binding, irq):
    event = firmware.embedding("msi/parents/inta.c", "struct inta_irq", irq)
    vint, mapping = firmware.follow(event["vint"]), event["mapping"]
    line, core, own = vint["line"], int(vint["core"]), int(irq["core"])
    replay = firmware.constant("msi/local.c", "IRQ_SGI_REPLAY")
    handed_over = "" if own == core else f" > SGI {replay} > core {own}"
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
        what = "ring" if device == firmware.am65x("DEV_RINGACC") else f"TI-SCI device {device} index"
        return f"{what} {int(irq['index'])} > "
    return ""


# ---- the GIC's view ----


def gic_bit(base, group, intid):
    return firmware.read_register(base + firmware.gic(group) + intid // 32 * 4) >> intid % 32 & 1


def lpi_view(intid):
    """The property table; what is pending is in the redistributor's caches."""
    properties = firmware.variable("drivers/gic/lpi.c", "lpis")["properties"]
    if int(properties) == 0:
        raise Unreadable("there are no LPI tables")
    value = int(firmware.follow(properties + (intid - firmware.gic("GIC_INTID_LPI_FIRST"))))
    return value & 0xfc, "enabled" if value & 1 else "disabled"


def gic_view(intid, core):
    """(priority, what the GIC thinks of it)."""
    if intid < 0:
        return "-", "-"
    try:
        if intid >= firmware.gic("GIC_INTID_LPI_FIRST"):
            priority, word = lpi_view(intid)
            return f"{priority:#04x}", word
        if intid < firmware.gic("GIC_INTID_SPI_FIRST"):
            frame = firmware.follow(firmware.variable("drivers/gic/gic_redistributor.c", "of_core")[core])
            base = int(frame["base"]) + firmware.gic("GICR_SGI_FRAME")
        else:
            base = int(firmware.variable("drivers/gic/gic_distributor.c", "distributor")["base"])
        word = firmware.read_register(base + firmware.gic("GIC_IPRIORITYR") + intid // 4 * 4)
        priority = word >> intid % 4 * 8 & 0xff
        words = ["enabled" if gic_bit(base, "GIC_ISENABLER", intid) else "disabled"]
        words += ["pending"] if gic_bit(base, "GIC_ISPENDR", intid) else []
        words += ["active"] if gic_bit(base, "GIC_ISACTIVER", intid) else []
    except Unreadable:
        return "-", "-"
    return f"{priority:#04x}", ", ".join(words)


# ---- SGIs and PPIs ----


def locals_in_use():
    """(INTID, core or None, handler) of those that have a handler."""
    sgis, ppis = (firmware.variable("msi/local.c", name) for name in ("sgis", "ppis"))
    for intid in range(length(sgis)):
        if int(sgis[intid]["handler"]) != 0:
            yield intid, None, sgis[intid]["handler"]
    for core in range(int(firmware.variable("arch/arm64/core.c", "running"))):
        for ppi in range(length(ppis[core])):
            if int(ppis[core][ppi]["handler"]) != 0:
                yield length(sgis) + ppi, core, ppis[core][ppi]["handler"]


def length(array):
    return array.type.range()[1] + 1


def local_line(intid, core, handler):
    priority, view = gic_view(intid, core or 0)
    first = firmware.gic("GIC_INTID_PPI_FIRST")
    kind, index = ("SGI", intid) if intid < first else ("PPI", intid - first)
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
        pending = "+event" if int(irq_["state"]) & state_bit("pending") else ""
        total += 1
        yield line(device_name(binding), int(irq_["index"]), firmware.text(irq_["name"]), way.kind, way.intid,
                   way.core, int(irq_["window"]["calls"]), state_name(irq_) + pending, *gic_view(way.intid, way.core),
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
