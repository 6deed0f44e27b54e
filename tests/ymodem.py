# SPDX-License-Identifier: BSD-3-Clause
"""Sends one file by YMODEM, as U-Boot's SPL takes it from a serial line (Chuck Forsberg,
"XMODEM/YMODEM Protocol Reference", 1988: chapters 4 to 6)."""

SOH, STX, EOT, ACK, NAK, CAN = b"\x01", b"\x02", b"\x04", b"\x06", b"\x15", b"\x18"
CRC_WANTED = b"C"
PADDING = b"\x1a"
TRIES = 10
# U-Boot answers a block when it wants the next one: what it does in between takes a busy machine its time.
SECONDS = 180


class Failed(Exception):
    pass


def crc16(data):
    """Polynomial x^16 + x^12 + x^5 + 1, from zero, most significant bit first."""
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x1021 if crc & 0x8000 else 0)) & 0xFFFF
    return crc


def block(number, data):
    size = 128 if len(data) <= 128 else 1024
    fill = b"\0" if number == 0 and size == 128 else PADDING
    data = data.ljust(size, fill)
    return ((SOH if size == 128 else STX) + bytes([number & 255, ~number & 255]) + data +
            crc16(data).to_bytes(2, "big"))


class Sender:
    """line has read(seconds), one byte or b"" when the time has run out, and write(data)."""

    def __init__(self, line):
        self.line = line

    def await_byte(self, wanted, seconds):
        """Skips what is not wanted; CAN and silence are errors."""
        while True:
            byte = self.line.read(seconds)
            if byte in wanted and byte:
                return byte
            if not byte or byte == CAN:
                raise Failed("the receiver says nothing" if not byte else "the receiver cancels")

    def skip(self, seconds):
        """What is said until nothing is for so long."""
        while byte := self.line.read(seconds):
            if byte == CAN:
                raise Failed("the receiver cancels")

    def deliver(self, data):
        """A receiver that wants CRCs says so again where another says NAK: U-Boot does, if one is late."""
        self.skip(0)  # it may have asked for the file more than once
        for _ in range(TRIES):
            self.line.write(data)
            if self.await_byte((ACK, NAK, CRC_WANTED), SECONDS) == ACK:
                return
            self.skip(0.5)  # it may take the rest of the block for another one
        raise Failed("the receiver refuses a block")

    def send(self, name, data, patience):
        """Returns when the receiver has the file; patience: seconds until it asks for it."""
        self.await_byte((CRC_WANTED,), patience)
        self.deliver(block(0, name.encode() + b"\0" + str(len(data)).encode()))
        self.await_byte((CRC_WANTED,), SECONDS)
        for number, at in enumerate(range(0, len(data), 1024), 1):
            self.deliver(block(number, data[at:at + 1024].ljust(1024, PADDING)))
        self.deliver(EOT)
