# SPDX-License-Identifier: BSD-3-Clause
"""The firmware as a debugger sees it: its variables and types by the file that has them (the twin's
own program may be loaded beside it), pointers that are looked at before they are followed, and
memory and registers of devices."""

import gdb

# Where QEMU's machine `virt` has the GIC's distributor and redistributors: the twin stands on it.
VIRT_GICD, VIRT_GICR = 0x08000000, 0x080a0000


class Trouble(Exception):
    """What to tell the user, in one line."""


# ---- variables and types ----


def variable(file, name):
    """A variable, static or not, that the firmware's file defines."""
    try:
        return gdb.parse_and_eval(f"'{file}'::{name}")
    except gdb.error:
        raise Trouble(f"the program has no {name} of {file}: is it k3metal with its symbols?") from None


def constant(file, name):
    """An enumerator, as a header has it that the file includes."""
    return int(variable(file, name))


def am65x(name):
    """A number of platform/am65x.h, its AM65X_ left out."""
    return constant("platform/r5f_devices.c" if on_r5f() else "platform/platform.c", f"AM65X_{name}")


def gic(name):
    """A number of drivers/gic/'s headers: GIC_ISPENDR, GICR_SGI_FRAME, GIC_INTID_LPI_FIRST."""
    return constant("drivers/gic/gic_interrupt.c", name)


def vim(name):
    """A number of drivers/vim/'s headers."""
    return constant("drivers/vim/vim_root.c", name)


def on_r5f():
    """Whether the program is a Cortex-R5F's: a VIM is in the GIC's place."""
    return has("drivers/vim/vim_root.c", "vim_state")


def has(file, name):
    try:
        gdb.parse_and_eval(f"'{file}'::{name}")
    except gdb.error:
        return False
    return True


def type_in(file, name):
    """A type as the file has it."""
    try:
        places = gdb.decode_line(f"{file}:1")[1]
        return gdb.lookup_type(name, places[0].symtab.static_block())
    except (gdb.error, TypeError, IndexError):
        raise Trouble(f"the program has no {name} of {file}: is it k3metal with its symbols?") from None


def address_of(name):
    """A symbol of the linker script."""
    try:
        return int(gdb.parse_and_eval(f"(unsigned long)&{name}"))
    except gdb.error:
        raise Trouble(f"the program has no symbol {name}: is it k3metal?") from None


# ---- pointers ----


def follow(pointer):
    """What a pointer of the firmware's points to: in the image or in its heap."""
    address = int(pointer)
    if not address_of("main_start" if on_r5f() else "image_start") <= address < address_of("heap_end"):
        raise Trouble(f"the tables are not whole: {address:#x} is no pointer into the firmware; has it got so far, "
                      "and is it this program that runs?")
    return pointer.dereference()


def chain(pointer, link):
    """The elements of a list, by their link to the next."""
    seen = set()
    while int(pointer) != 0:
        if int(pointer) in seen:
            raise Trouble("the tables are not whole: a list that has no end")
        seen.add(int(pointer))
        element = follow(pointer)
        yield element
        pointer = element[link]


def text(pointer):
    """A C string; "?" where there is none."""
    if int(pointer) == 0:
        return "?"
    follow(pointer)
    return pointer.string("ascii", "replace", length=-1)


def symbol(address):
    """The function or object at an address, without its offset."""
    said = gdb.execute(f"info symbol {int(address):#x}", to_string=True)
    return f"{int(address):#x}" if said.startswith("No symbol") else said.split()[0]


def file_of(address):
    """The source file of the function that a pointer leads to; None: nobody's, or without symbols."""
    table = gdb.find_pc_line(int(address)).symtab if int(address) else None
    return table.filename if table else None


def embedding(file, name, value):
    """value is the first member of a structure: that structure."""
    return value.address.cast(type_in(file, name).pointer()).dereference()


# ---- devices ----


class Unreadable(Trouble):
    """A register that no debugger gets at here."""


def packet(text):
    """What the target's stub answers; "" if it does not know the packet."""
    said = gdb.execute(f"maintenance packet {text}", to_string=True)
    return said.rpartition("received: ")[2].strip().strip('"')


def on_twin():
    """QEMU has the AM65x's devices at other addresses, if at all: a debugger must not read them as they are."""
    return packet("qqemu.PhyMemMode") in ("0", "1")


class Physical:
    """Inside: QEMU's stub takes addresses as physical ones."""

    def __enter__(self):
        packet("Qqemu.PhyMemMode:1")

    def __exit__(self, *_):
        packet("Qqemu.PhyMemMode:0")


def read_memory(address, size):
    return int.from_bytes(bytes(gdb.selected_inferior().read_memory(address, size)), "little")


def read_physical(address, size):
    with Physical():
        return read_memory(address, size)


def read_twin_variable(expression):
    """A number of the twin's own, whose program lies beside the firmware's (add-symbol-file)."""
    try:
        place = gdb.parse_and_eval(f"&({expression})")
    except gdb.error:
        raise Unreadable("this register answers cores only, as long as GDB has not the twin's program "
                         "(add-symbol-file twin.elf)") from None
    return read_physical(int(place), place.type.target().sizeof)


def read_twin_gic(address, size):
    """From QEMU's GIC, which is where `virt` has it."""
    for start, length, virt in ((am65x("GICD_BASE"), gic("GICR_FRAME"), VIRT_GICD),
                                (am65x("GICR_BASE"), am65x("GICR_SIZE"), VIRT_GICR)):
        if start <= address < start + length:
            return read_physical(address - start + virt, size)
    raise Unreadable("this register of the twin answers cores only: `md` at the firmware's prompt shows it")


def read_register(address, size=4):
    """A device's register, which reading does not change. Unreadable if it can't be had."""
    try:
        return read_twin_gic(address, size) if on_twin() and not on_r5f() else read_memory(address, size)
    except gdb.error:
        raise Unreadable(f"the register at {address:#x} is not readable from here") from None
