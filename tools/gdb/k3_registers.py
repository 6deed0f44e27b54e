# SPDX-License-Identifier: BSD-3-Clause
"""k3 regs: the registers that the firmware's prompt knows by name (app/prompt/registers.c), and those
of rings and VINTs in any application. Reading them changes nothing."""

import k3_firmware as firmware
from k3_firmware import Trouble, Unreadable

PROMPT = "app/prompt/registers.c"
READ = 1  # app/prompt/registers.h
RING_STRIDE = VINT_STRIDE = 0x1000
VINT_COUNT, RING_COUNT = 256, 818

# Which of the twin's own numbers a register shows (twin/models/ringacc.c, inta.c).
TWIN_RING = {"occupancy": "occupied", "hardware_occupancy": "occupied", "index": "head", "hardware_index": "head"}
TWIN_VINT = {"enable_set": ("enable",), "enable_clear": ("enable",), "status_set": ("status",),
             "status_clear": ("status",), "status_masked": ("enable", "status")}


class Block:
    """Registers side by side: [(name, offset, width, count)]."""

    def __init__(self, name, base, stride, kinds):
        self.name, self.base, self.stride, self.kinds = name, base, stride, kinds


def structure_block(name, base, stride, file, type_name):
    """From a typed structure of a header; reserved and write-only members left out."""
    fields = [field for field in firmware.type_in(file, type_name).fields()
              if not field.name.startswith("reserved") and field.name != "doorbell"]
    return Block(name, base, stride, [(field.name, field.bitpos // 8, field.type.sizeof, 0) for field in fields])


def prompt_block(entry):
    kinds = [entry["kinds"][i] for i in range(int(entry["kind_count"]))]
    return Block(firmware.text(entry["name"]), int(entry["base"]), int(entry["stride"]),
                 [(firmware.text(kind["name"]), int(kind["offset"]), int(kind["width"]), int(kind["count"]))
                  for kind in kinds if int(kind["access"]) & READ])


def blocks():
    """By name. The prompt's own table if the application has a prompt; rings and VINTs always."""
    found = {}
    if firmware.has(PROMPT, "blocks"):
        table = firmware.variable(PROMPT, "blocks")
        low, high = table.type.range()
        for block in (prompt_block(table[i]) for i in range(low, high + 1)):
            found[block.name] = block
    found.setdefault("ring", structure_block("ring", 0x3c000000, RING_STRIDE, "drivers/udma/ring.c",
                                             "struct ring_rt_registers"))
    found.setdefault("inta", structure_block("inta", 0x33d00000, VINT_STRIDE, "msi/parents/vint.c",
                                             "struct inta_vint_registers"))
    return found


def names():
    return sorted(f"{block.name}." if block.stride else block.name for block in blocks().values())


def read(block, number, kind):
    """One register's value; on the twin those of the models come from what the models keep."""
    name, offset, width, _ = kind
    try:
        return firmware.read_register(block.base + number * block.stride + offset, width)
    except Unreadable:
        if not firmware.on_twin():
            raise
    if block.name == "ring" and name in TWIN_RING:
        return firmware.read_twin_variable(f"'twin/models/ringacc.c'::main_rings[{number}].{TWIN_RING[name]}")
    if block.name == "inta" and name in TWIN_VINT:
        value = (1 << 64) - 1
        for member in TWIN_VINT[name]:
            value &= firmware.read_twin_variable(f"'twin/models/inta.c'::vints[{number}].{member}")
        return value
    raise Unreadable("this block of the twin answers cores only: `md` at the firmware's prompt shows it")


def find(name):
    """The block, and which of its kind, of a name like ring.304, or ring.304.occupancy."""
    words = name.split(".")
    block = blocks().get(words.pop(0))
    if block is None:
        raise Trouble(f"{name}: no block has that name; there are {', '.join(names())}")
    number = 0
    if block.stride:
        limit = {"ring": RING_COUNT, "inta": VINT_COUNT}.get(block.name, 1 << 16)
        if not words or not words[0].isdigit() or int(words[0]) >= limit:
            raise Trouble(f"{block.name} wants a number, as in {block.name}.{16 if block.name == 'inta' else 0}")
        number = int(words.pop(0))
    kinds = [kind for kind in block.kinds if not words or [kind[0]] == words]
    if not kinds:
        raise Trouble(f"{block.name} has no register {'.'.join(words)}; "
                      f"it has {', '.join(kind[0] for kind in block.kinds)}")
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
                   f"{' '.join(kind[0] + ('[]' if kind[3] else '') for kind in block.kinds)}")
        return
    block, number, kinds = find(words[0])
    for kind in kinds:
        name, offset, width, count = kind
        for element in range(count or 1):
            value = read(block, number, (name, offset + element * width, width, 0))
            if value or count == 0:
                where = f"{name}[{element}]" if count else name
                yield f"{block.base + number * block.stride + offset + element * width:#010x}  {where:<20} {value:#0{2 + 2 * width}x}"
