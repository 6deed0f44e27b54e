# SPDX-License-Identifier: BSD-3-Clause
"""k3 irq, k3 route: the interrupts that are requested, by the tables of msi/ and the registers of the GIC, or of an
R5F's VIM."""

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


def own_spi(irq):
    return int(firmware.embedding("msi/parents/spi.c", "struct irq_with_spi", irq)["intid"])


def intr_stage(binding, irq):
    line = firmware.embedding("msi/parents/intr.c", "struct direct_irq", irq)["line"]
    intid, core = own_spi(irq), int(irq["core"])
    return Stage("routed", intid, core, f"INTR input {int(line['route']['source_index'])} > "
                                        f"INTR output {int(line['output'])} > INTID {intid} > core {core}")


def chain_stage(binding, irq):
    own = firmware.embedding("msi/parents/chain.c", "struct chain_irq", irq)
    near, far, core = own["near"], own["far"], int(irq["core"])
    intid = own_spi(irq)
    return Stage("routed", intid, core, f"INTR input {int(near['route']['source_index'])} > "
                                        f"INTR output {int(near['output'])} > "
                                        f"MAIN2MCU input {int(far['route']['source_index'])} > "
                                        f"MAIN2MCU output {int(far['output'])} > INTID {intid} > core {core}")


def its_stage(binding, irq):
    lpi = int(firmware.embedding("msi/parents/its.c", "struct its_irq", irq)["lpi"])
    identity = binding["data"]["its"].cast(firmware.type_in("msi/parents/its.c", "struct its_identity").pointer())
    core = int(irq["core"])
    return Stage("message", lpi, core, f"device {int(firmware.follow(identity)['device_id'])} event "
                                       f"{int(binding['first_event']) + int(irq['index'])} > LPI {lpi} > core {core}")


def wired_stage(binding, irq):
    intid, core = own_spi(irq), int(irq["core"])
    return Stage("wired", intid, core, f"INTID {intid} > core {core}")


def shared_stage(binding, irq):
    shared = firmware.follow(binding["parent"].cast(firmware.type_in("msi/parents/shared.c", "struct shared_parent").pointer()))
    number, core = int(binding["data"]["line"]), int(irq["core"])
    intid = int(shared["lines"][number]["intid"])
    return Stage("shared", intid, core, f"line {number}, shared > INTID {intid} > core {core}")


STAGES = {"chain_ops": chain_stage, "inta_ops": inta_stage, "intr_ops": intr_stage, "its_ops": its_stage,
          "shared_ops": shared_stage, "wired_ops": wired_stage}


def stage(binding, irq):
    """What an interrupt comes through, as irq_describe() tells it."""
    operations = firmware.symbol(firmware.follow(binding["parent"])["ops"])
    find = STAGES.get(operations)
    return find(binding, irq) if find else Stage(operations, -1, int(irq["core"]), f"by {operations}")


def device_name(binding):
    return firmware.text(firmware.follow(binding["device"])["name"])


# Of functions of PCI, whose devices have their names, by who writes their messages or masks their lines.
PCI_SOURCES = {"drivers/pci/msix.c": "MSI-X vector {}", "drivers/pci/msi.c": "MSI message {}", "drivers/pci/line.c": "INTx"}


def source_name(binding, irq):
    """What raises it, in words that the hardware's documents use."""
    if firmware.symbol(firmware.follow(binding["parent"])["ops"]) == "inta_ops":
        device = int(binding["data"]["ti_sci_device"])
        rings = (firmware.am65x("DEV_RINGACC"), firmware.am65x("DEV_MCU_RINGACC"))
        what = "ring" if device in rings else f"TI-SCI device {device} index"
        return f"{what} {int(irq['index'])} > "
    device = firmware.follow(binding["device"])
    for call in ("write_message", "mask_source"):
        words = PCI_SOURCES.get(firmware.file_of(device[call]))
        if words:
            return f"{words.format(int(irq['index']))} > "
    return ""


# ---- the GIC's view, or the VIM's ----


def gic_bit(base, group, intid):
    return firmware.read_register(base + firmware.gic(group) + intid // 32 * 4) >> intid % 32 & 1


def lpi_view(intid):
    """The property table; what is pending is in the redistributor's caches."""
    properties = firmware.variable("drivers/gic/lpi.c", "lpis")["properties"]
    if int(properties) == 0:
        raise Unreadable("there are no LPI tables")
    value = int(firmware.follow(properties + (intid - firmware.gic("GIC_INTID_LPI_FIRST"))))
    return value & 0xfc, "enabled" if value & 1 else "disabled"


def vim_view(intid):
    number = int(firmware.variable("drivers/vim/vim_root.c", "vim_root_inputs")[intid])
    base = int(firmware.variable("drivers/vim/vim_root.c", "vim_state")["base"])
    group = base + number // 32 * firmware.vim("VIM_GROUP_STRIDE")
    enabled, pending = (firmware.read_register(group + firmware.vim(name)) >> number % 32 & 1
                        for name in ("VIM_INTR_EN_SET", "VIM_STS"))
    priority = firmware.read_register(base + firmware.vim("VIM_PRI_INT") + 4 * number) & 0xf
    return f"{priority:#04x}", ("enabled" if enabled else "disabled") + (", pending" if pending else "")


def root_view(intid, core):
    """(priority, what the GIC, or the VIM, thinks of it)."""
    if intid < 0:
        return "-", "-"
    try:
        if firmware.on_r5f():
            return vim_view(intid)
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
    for core in range(1 if firmware.on_r5f() else int(firmware.variable("arch/arm64/core.c", "running"))):
        for ppi in range(length(ppis[core])):
            if int(ppis[core][ppi]["handler"]) != 0:
                yield length(sgis) + ppi, core, ppis[core][ppi]["handler"]


def length(array):
    return array.type.range()[1] + 1


def local_line(intid, core, handler):
    priority, view = root_view(intid, core or 0)
    first = length(firmware.variable("msi/local.c", "sgis"))
    kind, index = ("SGI", intid) if intid < first else ("PPI", intid - first)
    where = "each" if core is None else f"{core}"
    return line("core", index, firmware.symbol(handler), kind, intid, where, "-", "-", priority, view, "-")


# ---- the commands ----


def line(device, index, name, kind, intid, core, count, state, priority, view, handle):
    return (f"{device:<10} {index:>5}  {name:<16} {kind:<8} {intid:>5}  {core:<4} {count:>10}  {state:<13} "
            f"{priority:<8} {view:<16} {handle}")


def irq(argument):
    """The interrupts that are requested, and what the GIC has of them, or an R5F's VIM.

Device, index of the source, name, kind, INTID, core, calls of the handler and state as the firmware
keeps them ("+event": one waits for the handler); then the GIC's priority and state of the INTID, "-"
where they are not to be had from here; then the handle, as in: p *(struct irq *)0x8098e720."""
    yield line("device", "index", "name", "kind", "INTID", "core", "count", "state", "priority",
               "VIM" if firmware.on_r5f() else "GIC", "handle")
    total = 0
    for binding, irq_ in all_interrupts():
        way = stage(binding, irq_)
        pending = "+event" if int(irq_["state"]) & state_bit("pending") else ""
        total += 1
        yield line(device_name(binding), int(irq_["index"]), firmware.text(irq_["name"]), way.kind, way.intid,
                   way.core, int(irq_["window"]["calls"]), state_name(irq_) + pending, *root_view(way.intid, way.core),
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
