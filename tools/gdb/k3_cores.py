# SPDX-License-Identifier: BSD-3-Clause
"""k3 cores: where each core is."""

import gdb
import k3_firmware as firmware
from k3_firmware import Trouble

DAIF = ((9, "D"), (8, "A"), (7, "I"), (6, "F"))
MMU_ON = 1


def stacks(table):
    """The stacks of a core: name, offset of the lowest byte, size (arch/stack.h)."""
    for field in table.type.target().fields():
        if field.name == "nested":
            each = field.type.target()
            for i in range(field.type.sizeof // each.sizeof):
                part = each["stack"]
                yield "nested IRQ", (field.bitpos + part.bitpos) // 8 + i * each.sizeof, part.type.sizeof
        elif not field.name.endswith("_guard"):
            yield field.name.replace("irq", "IRQ"), field.bitpos // 8, field.type.sizeof


def state_name(entry):
    """The enumerator without its prefix."""
    value = int(entry["state"])
    names = [field.name for field in firmware.type_in("arch/arm64/smp.c", "enum core_state").fields()
             if field.enumval == value]
    return names[0].removeprefix("CORE_").lower() if names else str(value)


def stack_use(pointer):
    """In which stack SP is, and how much of it is in use."""
    table = firmware.variable("arch/arm64/core.c", "stacks")
    core = place_in(table, pointer - 1)  # an empty stack's SP is its end
    if core is None:
        return "no stack of the firmware's"
    offset = pointer - int(table[core].address)
    for name, start, size in stacks(table):
        if start < offset <= start + size:
            return f"{name} stack {core}: {start + size - offset} of {size}"
    return f"in a guard page of core {core}"


def register(frame, *names):
    """The first of the names that the target has; None: none of them."""
    for name in names:
        try:
            return int(frame.read_register(name))
        except (gdb.error, ValueError):
            continue
    return None


def intid_of(sink):
    """The INTID that has this place in the dispatcher's tables (msi/dispatch.c); None: none has."""
    for table, first, limit in (("spi_table", 0, "spi_limit"), ("lpi_table", firmware.gic("GIC_INTID_LPI_FIRST"), "lpi_limit")):
        start = int(firmware.variable("msi/dispatch.c", table))
        count = int(firmware.variable("msi/dispatch.c", limit)) - first
        if start != 0 and count > 0:
            places = gdb.selected_inferior().read_memory(start, 8 * count).cast("B").cast("Q").tolist()
            if sink in places:
                return first + places.index(sink)
    return None


def find_intid(frame):
    """The INTID that dispatch is about, in the frames of this core; None outside an interrupt."""
    for _ in range(64):
        frame = frame.older()
        if frame is None:
            return None
        for function, name in (("deliver_shared", "sink"), ("deliver_other", "intid")):
            if frame.name() != function:
                continue
            try:
                value = frame.read_var(name)
            except ValueError:
                continue
            if not value.is_optimized_out:
                return int(value) if name == "intid" else intid_of(int(value))
    return None


def level_and_masks(status):
    level = status >> 2 & 3
    masked = "".join(name for bit, name in DAIF if status >> bit & 1)
    return f"EL{level}", masked or "-"


def what(frame, entry, level):
    """Thread, interrupt or exception, and which."""
    if level != "EL1":
        return "below the firmware"
    pointer = register(frame, "sp")
    if "fault" in stack_use(pointer):
        return "reports an exception"
    if entry is None or "IRQ" not in stack_use(pointer):
        return "thread"
    intid = find_intid(frame)
    return "interrupt" if intid is None else f"INTID {intid}"


def place_in(table, address):
    """The number of the element of an array at, or around, an address; None outside."""
    offset = address - int(table.address)
    return offset // table.type.target().sizeof if 0 <= offset < table.type.sizeof else None


def own_entry(frame):
    """The firmware's struct core of the core: by TPIDR_EL1, or by its stack where a debug adapter does not
    give that register. None before it has one."""
    table = firmware.variable("arch/arm64/core.c", "cores")
    pointer = register(frame, "TPIDR_EL1", "tpidr_el1")
    if pointer is None:
        number = place_in(firmware.variable("arch/arm64/core.c", "stacks"), register(frame, "sp") - 1)
    else:
        number = place_in(table, pointer)
    return None if number is None else table[number]


def is_up(frame):
    control = register(frame, "SCTLR_EL1", "SCTLR", "sctlr_el1")
    return control is None or control & MMU_ON


def core_line(thread):
    thread.switch()
    frame = gdb.newest_frame()
    frame.select()
    level, masks = level_and_masks(register(frame, "cpsr", "CPSR") or 0)
    if not is_up(frame):
        return f"{thread.num:<6} {'-':<5} {'not started':<12} {level:<4} {frame.pc():#x}"
    entry = own_entry(frame)
    number = "-" if entry is None else str(int(entry["number"]))
    state = "-" if entry is None else state_name(entry)
    return (f"{thread.num:<6} {number:<5} {state:<12} {level:<4} {masks:<5} {what(frame, entry, level):<20} "
            f"{stack_use(register(frame, 'sp')):<28} {firmware.symbol(frame.pc())}")


def cores(argument):
    """Where each core is, and what it does.

GDB's thread, the firmware's number of the core and its state, exception level, interrupts masked
(PSTATE.DAIF), what it does, the stack in use and how many bytes of it, and the function."""
    threads = sorted(gdb.selected_inferior().threads(), key=lambda thread: thread.num)
    if not threads:
        raise Trouble("there is no target: target remote ... first")
    selected, frame = gdb.selected_thread(), gdb.selected_frame()
    level = frame.level()
    yield f"{'thread':<6} {'core':<5} {'state':<12} {'EL':<4} {'masks':<5} {'doing':<20} {'stack':<28} function"
    try:
        for thread in threads:
            yield core_line(thread)
    finally:
        selected.switch()
        gdb.execute(f"frame {level}", to_string=True)
