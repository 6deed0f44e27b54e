# SPDX-License-Identifier: BSD-3-Clause
"""TI-SCI messages in words (TI-SCI documentation, "TISCI User Guide", chapter 2)."""

HEADER = (("type", 0, 2), ("host", 2, 1), ("sequence", 3, 1), ("flags", 4, 4))

CLOCK = (("device", 8, 4), ("clock", 12, 1))
FREQUENCY = (("device", 8, 4), ("least", 12, 8), ("target", 20, 8), ("most", 28, 8), ("clock", 36, 1))
IRQ = (("valid", 8, 4), ("source", 12, 2), ("source_index", 14, 2), ("destination", 16, 2),
       ("destination_irq", 18, 2), ("inta", 20, 2), ("vint", 22, 2), ("event", 24, 2), ("bit", 26, 1))
# Which bit of `valid` says that a field of IRQ means something.
IRQ_VALID = {"destination": 0x01, "destination_irq": 0x02, "inta": 0x04, "vint": 0x08, "event": 0x10, "bit": 0x20}
THREADS = (("device", 8, 4), ("source", 12, 4), ("destination", 16, 4))

PROCESSOR = (("processor", 8, 1),)

# By type: the name, the request's fields, the answer's; a field is a name, an offset and a size in bytes.
MESSAGES = {
    0x0002: ("VERSION", (), (("version", 40, 2), ("abi_major", 42, 1), ("abi_minor", 43, 1))),
    0x0005: ("SYS_RESET", (), ()),
    0x0020: ("QUERY_MSMC", (), (("start", 8, 8), ("end", 16, 8))),
    0x0100: ("SET_CLOCK", CLOCK + (("state", 13, 1),), ()),
    0x0101: ("GET_CLOCK", CLOCK, (("state", 8, 1), ("ready", 9, 1))),
    0x0102: ("SET_CLOCK_PARENT", CLOCK + (("parent", 13, 1),), ()),
    0x0103: ("GET_CLOCK_PARENT", CLOCK, (("parent", 8, 1),)),
    0x0104: ("GET_NUM_CLOCK_PARENTS", CLOCK, (("parents", 8, 1),)),
    0x010c: ("SET_FREQ", FREQUENCY, ()),
    0x010d: ("QUERY_FREQ", FREQUENCY, (("frequency", 8, 8),)),
    0x010e: ("GET_FREQ", CLOCK, (("frequency", 8, 8),)),
    0x0200: ("SET_DEVICE", (("device", 8, 4), ("state", 16, 1)), ()),
    0x0201: ("GET_DEVICE", (("device", 8, 4),),
             (("losses", 8, 4), ("resets", 12, 4), ("wanted", 16, 1), ("state", 17, 1))),
    0x0202: ("SET_DEVICE_RESETS", (("device", 8, 4), ("resets", 12, 4)), ()),
    0x1000: ("RM_IRQ_SET", IRQ, ()),
    0x1001: ("RM_IRQ_RELEASE", IRQ, ()),
    0x1110: ("RM_RING_CFG", (("device", 12, 2), ("ring", 14, 2), ("base", 16, 8), ("elements", 24, 4), ("mode", 28, 1),
                             ("size", 29, 1)), ()),
    0x1111: ("RM_RING_GET_CFG", (("device", 8, 2), ("ring", 10, 2)),
             (("base", 8, 8), ("elements", 16, 4), ("mode", 20, 1), ("size", 21, 1))),
    0x1205: ("RM_UDMAP_TX_CH_CFG", (("device", 12, 2), ("channel", 14, 2), ("type", 20, 1), ("completion_ring", 25, 2)),
             ()),
    0x1215: ("RM_UDMAP_RX_CH_CFG", (("device", 12, 2), ("channel", 14, 2), ("completion_ring", 18, 2), ("type", 30, 1)),
             ()),
    0x1230: ("RM_UDMAP_FLOW_CFG", (("device", 12, 2), ("flow", 14, 2), ("destination_ring", 22, 2)), ()),
    0x1231: ("RM_UDMAP_FLOW_SIZE_THRESH_CFG", (("device", 12, 2), ("flow", 14, 2)), ()),
    0x1280: ("RM_PSIL_PAIR", THREADS, ()),
    0x1281: ("RM_PSIL_UNPAIR", THREADS, ()),
    0xc000: ("PROC_REQUEST", PROCESSOR, ()),
    0xc001: ("PROC_RELEASE", PROCESSOR, ()),
    0xc005: ("PROC_HANDOVER", PROCESSOR + (("host", 9, 1),), ()),
    0xc100: ("PROC_SET_CONFIG", PROCESSOR + (("vector", 9, 8), ("set", 17, 4), ("clear", 21, 4)), ()),
    0xc101: ("PROC_SET_CONTROL", PROCESSOR + (("set", 9, 4), ("clear", 13, 4)), ()),
    0xc400: ("PROC_GET_STATUS", PROCESSOR,
             (("vector", 9, 8), ("config", 17, 4), ("control", 21, 4), ("status", 25, 4))),
    0xc401: ("PROC_WAIT_STATUS", PROCESSOR, ()),
    0x1500: ("RM_GET_RESOURCE_RANGE", (("device", 8, 2), ("subtype", 10, 1), ("secondary_host", 11, 1)),
             (("first", 8, 2), ("count", 10, 2), ("second_first", 12, 2), ("second_count", 14, 2))),
}
NOTHING = (None, (), ())


def take(message, fields):
    return {name: int.from_bytes(message[at:at + size], "little") for name, at, size in fields}


def header(message):
    return take(message, HEADER)


def name(kind):
    return MESSAGES.get(kind, NOTHING)[0] or f"message {kind:#06x}"


def request(message):
    """A request's parameters, those that mean something."""
    kind = header(message)["type"]
    values = take(message, MESSAGES.get(kind, NOTHING)[1])
    if "valid" in values:
        valid = values.pop("valid")
        values = {key: value for key, value in values.items() if valid & IRQ_VALID.get(key, ~0)}
    if "base" in values:
        values["base"] = f"{values['base']:#x}"
    return values


def answer(kind, message):
    """What an answer with an ACK says; kind is the request's."""
    return take(message, MESSAGES.get(kind, NOTHING)[2])
