# SPDX-License-Identifier: BSD-3-Clause
"""k3 regs: the registers that the firmware's prompt knows by name (app/prompt/registers.c), and those
of rings and VINTs in any application. Reading them changes nothing."""

from collections import namedtuple

import k3_firmware as firmware
from k3_firmware import Trouble

PROMPT = "app/prompt/registers.c"

# Which of the models' own numbers a register shows: all these bits.
TWIN = {
    "ring": {"array": "'twin/models/ringacc.c'::main_rings", "occupancy": ("occupied",),
             "hardware_occupancy": ("occupied",), "index": ("head",), "hardware_index": ("head",)},
    "inta": {"array": "'twin/models/inta.c'::vints", "enable_set": ("enable",), "enable_clear": ("enable",),
             "status_set": ("status",), "status_clear": ("status",), "status_masked": ("enable", "status")},
}

Kind = namedtuple("Kind", "name offset width count")


class Block:
    """Registers side by side, once, or in a row, or at the places that the driver has found."""

    def __init__(self, name, base, stride, kinds, places=None):
        self.name, self.base, self.stride, self.kinds, self.places = name, base, stride, kinds, places

    def count(self):
        limits = {"ring": "RINGS", "inta": "INTA_VINTS"}
        if self.places is not None:
            return len(self.places)
        return firmware.am65x(limits[self.name]) if self.name in limits else 1 << 16

    def address(self, number, kind, element=0):
        start = self.base + number * self.stride if self.places is None else self.places[number]
        return start + kind.offset + element * kind.width

    def read(self, number, name, element=0):
        """A register's value; on the twin those of the models come from what the models keep."""
        if self.name in TWIN and name in TWIN[self.name] and firmware.on_twin():
            return twin_register(self.name, number, name)
        kind = next(kind for kind in self.kinds if kind.name == name)
        return firmware.read_register(self.address(number, kind, element), kind.width)


def twin_register(block, number, name):
    array, members = TWIN[block]["array"], TWIN[block][name]
    value = (1 << 64) - 1
    for member in members:
        value &= firmware.read_twin_variable(f"{array}[{number}].{member}")
    return value


def structure_block(name, base, file, type_name, stride):
    """From a typed structure of a header; reserved and write-only members left out."""
    fields = [field for field in firmware.type_in(file, type_name).fields()
              if not field.name.startswith("reserved") and field.name != "doorbell"]
    return Block(name, firmware.am65x(base), firmware.constant(file, stride),
                 [Kind(field.name, field.bitpos // 8, field.type.sizeof, 0) for field in fields])


def redistributor_frames(base):
    """Where the driver has found them: the frames of each that lie as base does in the first."""
    table = firmware.variable("drivers/gic/gic_redistributor.c", "redistributors")
    count = int(firmware.variable("drivers/gic/gic_redistributor.c", "redistributor_count"))
    return [int(table[i]["base"]) + base - firmware.am65x("GICR_BASE") for i in range(count)]


def prompt_block(entry):
    kinds = [entry["kinds"][i] for i in range(int(entry["kind_count"]))]
    base, read = int(entry["base"]), firmware.constant(PROMPT, "REGISTER_READ")
    return Block(firmware.text(entry["name"]), base, int(entry["stride"]),
                 [Kind(firmware.text(kind["name"]), int(kind["offset"]), int(kind["width"]), int(kind["count"]))
                  for kind in kinds if int(kind["access"]) & read],
                 redistributor_frames(base) if int(entry["locate"]) != 0 else None)


def blocks():
    """By name. The prompt's own table if the application has a prompt; rings and VINTs always."""
    found = {}
    if firmware.has(PROMPT, "blocks"):
        table = firmware.variable(PROMPT, "blocks")
        low, high = table.type.range()
        for block in (prompt_block(table[i]) for i in range(low, high + 1)):
            found[block.name] = block
    found.setdefault("ring", structure_block("ring", "RING_RT_BASE", "drivers/udma/ring.c",
                                             "struct ring_rt_registers", "RING_RT_STRIDE"))
    found.setdefault("inta", structure_block("inta", "INTA_BASE", "msi/parents/vint.c",
                                             "struct inta_vint_registers", "INTA_VINT_STRIDE"))
    return found


def names():
    return sorted(f"{block.name}." if block.stride else block.name for block in blocks().values())


def find(name):
    """The block, and which of its kind, of a name like ring.304, or ring.304.occupancy."""
    words = name.split(".")
    block = blocks().get(words.pop(0))
    if block is None:
        raise Trouble(f"{name}: no block has that name; there are {', '.join(names())}")
    number = 0
    if block.stride:
        if not words or not words[0].isdigit() or int(words[0]) >= block.count():
            raise Trouble(f"{block.name} wants a number, as in {block.name}.{16 if block.name == 'inta' else 0}")
        number = int(words.pop(0))
    kinds = [kind for kind in block.kinds if not words or [kind.name] == words]
    if not kinds:
        raise Trouble(f"{block.name} has no register {'.'.join(words)}; "
                      f"it has {', '.join(kind.name for kind in block.kinds)}")
    return block, number, kinds


def regs(argument):
    """Registers by name: k3 regs [NAME], as in k3 regs ring.304 or k3 regs inta.16.enable_set.

Without a name: the blocks and what they have. Reading them changes nothing; of those that stand
side by side, only what is not zero is shown."""
    words = argument.split()
    if len(words) > 1:
        raise Trouble("one name, as in: k3 regs ring.304")
    if not words:
        for block in sorted(blocks().values(), key=lambda block: block.name):
            yield (f"{block.name}{'.N' if block.stride else ''} at {block.base:#010x}: "
                   f"{' '.join(kind.name + ('[]' if kind.count else '') for kind in block.kinds)}")
        return
    block, number, kinds = find(words[0])
    for kind in kinds:
        for element in range(kind.count or 1):
            value = block.read(number, kind.name, element)
            if value or kind.count == 0:
                where = f"{kind.name}[{element}]" if kind.count else kind.name
                yield f"{block.address(number, kind, element):#010x}  {where:<20} {value:#0{2 + 2 * kind.width}x}"
