# SPDX-License-Identifier: BSD-3-Clause
"""GDB's remote serial protocol (GDB's manual, appendix E): packets over a socket, from either side."""

import re
import select
import socket

INTERRUPT = b"\x03"
ANSWER_SECONDS = 60
PACKET = re.compile(rb"\$([^#]*)#[0-9a-fA-F]{2}")


class Closed(Exception):
    """The other side has gone."""


class Remote:
    """One connection. What is escaped in a packet's text stays so: nobody here looks into such packets."""

    def __init__(self, connection):
        self.connection = connection
        self.pending = b""

    def fileno(self):
        return self.connection.fileno()

    def receive(self):
        try:
            data = self.connection.recv(65536)
        except OSError:
            data = b""
        if not data:
            raise Closed
        self.pending += data

    def send(self, text):
        data = text.encode("latin-1")
        self.write(b"$" + data + b"#%02x" % (sum(data) & 0xff))

    def write(self, data):
        try:
            self.connection.sendall(data)
        except OSError:
            raise Closed from None

    def take(self):
        """A packet that is here, or the interrupt, as text; None: there is none yet."""
        self.pending = self.pending.lstrip(b"+-")
        if self.pending.startswith(INTERRUPT):
            self.pending = self.pending[1:]
            return INTERRUPT.decode()
        found = PACKET.search(self.pending)
        if not found:
            return None
        self.pending = self.pending[found.end():]
        self.write(b"+")
        return found[1].decode("latin-1")

    def next(self, seconds=ANSWER_SECONDS):
        """The next packet; Closed if none comes."""
        while (packet := self.take()) is None:
            if not select.select([self], [], [], seconds)[0]:
                raise Closed
            self.receive()
        return packet


class Stub(Remote):
    """QEMU's side, of which we are the debugger."""

    def ask(self, text):
        self.send(text)
        return self.next()

    def monitor(self, line):
        """What QEMU's prompt answers to a line."""
        self.send("qRcmd," + line.encode().hex())
        said = ""
        while (packet := self.next()) != "OK":
            if not packet.startswith("O"):
                break
            said += bytes.fromhex(packet[1:]).decode(errors="replace")
        return said.replace("\r", "")

    def document(self, name):
        """A part of the target's description."""
        text = ""
        while True:
            part = self.ask(f"qXfer:features:read:{name}:{len(text):x},800")
            text += part[1:]
            if not part.startswith("m"):
                return text


def connect(path):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(path))
    return Stub(connection)
