# SPDX-License-Identifier: BSD-3-Clause
"""The other end of the node's services (app/net/services.h), from this machine."""

import json
import socket
import threading
import zlib

PERIOD = 65521
PATIENCE = 120  # seconds without a byte
SERVICES = {"echo": 7, "sink": 9, "source": 19, "web": 80}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pattern(length):
    """What the source sends (net_pattern_byte())."""
    period = bytes((i * 2654435761 >> 24) & 255 for i in range(PERIOD))
    return (period * (length // PERIOD + 1))[:length]


class Peer:
    """Knows by which ports of this machine the node's are reached."""

    def __init__(self):
        self.ports = {name: free_port() for name in SERVICES}
        self.udp = free_port()

    def forwards(self):
        """(protocol, port here, port of the node)."""
        return [("tcp", self.ports[name], number) for name, number in SERVICES.items()] + [("udp", self.udp, 7)]

    def connect(self, service, patience=PATIENCE):
        made = socket.create_connection(("127.0.0.1", self.ports[service]), timeout=patience)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    @staticmethod
    def rest(connection):
        """All that comes until the node ends."""
        return b"".join(iter(lambda: connection.recv(1 << 16), b""))

    def sink(self, data, on_half=None):
        """Sends it; whether the node has received just that. on_half() is called in the middle."""
        with self.connect("sink") as connection:
            half = len(data) // 2
            connection.sendall(data[:half])
            if on_half:
                on_half()
            connection.sendall(data[half:])
            connection.shutdown(socket.SHUT_WR)
            return self.rest(connection) == b"%d %08x\n" % (len(data), zlib.crc32(data))

    def source(self, length, on_half=None):
        """Asks for so much; whether the node has sent just that."""
        with self.connect("source") as connection:
            connection.sendall(b"%d\n" % length)
            crc, seen = 0, 0
            while block := connection.recv(1 << 16):
                crc = zlib.crc32(block, crc)
                if on_half and seen < length // 2 <= seen + len(block):
                    on_half()
                seen += len(block)
            return (seen, crc) == (length, zlib.crc32(pattern(length)))

    def echo(self, data):
        """Whether all of it comes back, sent while it does."""
        with self.connect("echo") as connection:
            def send():
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
            sender = threading.Thread(target=send)
            sender.start()
            came = self.rest(connection)
            sender.join()
            return came == data

    def datagrams(self, count, size, patience=PATIENCE):
        """(how many of them came back, how many came back wrong), one at a time."""
        good = bad = 0
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
            asked.settimeout(patience)
            for number in range(count):
                sent = number.to_bytes(4, "big") + pattern(size)[4:]
                asked.sendto(sent, ("127.0.0.1", self.udp))
                try:
                    came = asked.recv(2048)
                    while came[:4] < sent[:4]:  # a late one, or a double
                        came = asked.recv(2048)
                except TimeoutError:
                    continue
                good, bad = (good + 1, bad) if came == sent else (good, bad + 1)
        return good, bad

    def get(self, path, connection=None):
        """(status, headers, body), on a connection that is kept, or one of its own."""
        if connection is None:
            with self.connect("web") as own:
                return self.get(path, own)
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: node\r\nConnection: keep-alive\r\n\r\n".encode())
        came = b""
        while b"\r\n\r\n" not in came:
            block = connection.recv(1 << 16)
            if not block:
                return 0, {}, came
            came += block
        head, _, body = came.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        while len(body) < int(headers.get("content-length", "0")):
            block = connection.recv(1 << 16)
            if not block:
                break
            body += block
        return int(first.split()[1]), headers, body

    def state(self):
        return json.loads(self.get("/state.json")[2])
