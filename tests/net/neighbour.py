# SPDX-License-Identifier: BSD-3-Clause
"""A neighbour of the node on the same wire, frame by frame: QEMU's `socket` network carries each frame in a datagram.

It is the DHCP server (RFC 2131), answers ARP, and asks the node what a user network does not let
through: pings from outside. Host byte order is never on the wire.
"""

import random
import socket
import struct
import time

from peer import free_port

OWN, OWN_IP, NODE_IP = bytes.fromhex("525500112233"), bytes((10, 9, 8, 1)), bytes((10, 9, 8, 7))
ALL = b"\xff" * 6
ARP, IPV4 = 0x0806, 0x0800
ICMP, TCP, UDP = 1, 6, 17
SYN, PUSH_ACK, ACK = 2, 24, 16


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4(protocol, payload, to=NODE_IP):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0, OWN_IP, to)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


class Neighbour:
    def __init__(self):
        self.here, self.there = free_port(), free_port()
        self.wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.wire.bind(("127.0.0.1", self.here))
        self.node = None  # its address, once it has said it
        self.leases = self.releases = 0
        self.pongs = {}
        self.heard = {}  # port of ours: the last sequence number that the node's TCP has sent to it

    def option(self):
        return f"socket,udp=127.0.0.1:{self.here},localaddr=127.0.0.1:{self.there}"

    def send(self, frame):
        self.wire.sendto(frame, ("127.0.0.1", self.there))

    def send_to_node(self, kind, payload):
        self.send((self.node or ALL) + OWN + struct.pack("!H", kind) + payload)

    # ---- what the node asks ----

    def dhcp(self, request):
        options, at = {}, 240
        while at + 1 < len(request) and request[at] != 255:
            options[request[at]] = request[at + 2:at + 2 + request[at + 1]]
            at += 2 + request[at + 1]
        kind = options.get(53, b"\0")[0]
        if kind == 7:
            self.releases += 1
        if kind not in (1, 3):
            return
        self.leases += kind == 3
        answer = struct.pack("!BBBB4sHH4s4s4s4s16s192s4s", 2, 1, 6, 0, request[4:8], 0, 0x8000, b"\0" * 4, NODE_IP, OWN_IP,
                             b"\0" * 4, request[28:44], b"\0" * 192, b"\x63\x82\x53\x63")
        answer += bytes((53, 1, 2 if kind == 1 else 5, 54, 4)) + OWN_IP + bytes((51, 4, 0, 0, 14, 16, 1, 4, 255, 255, 255, 0, 3, 4))
        answer += OWN_IP + b"\xff"
        datagram = struct.pack("!HHHH", 67, 68, 8 + len(answer), 0) + answer
        self.send(ALL + OWN + struct.pack("!H", IPV4) + ipv4(UDP, datagram, b"\xff" * 4))

    def take(self, frame):
        kind, = struct.unpack_from("!H", frame, 12)
        if kind == ARP and frame[20:22] == b"\0\1" and frame[38:42] == OWN_IP:
            self.send(frame[6:12] + OWN + struct.pack("!HHHBBH", ARP, 1, IPV4, 6, 4, 2) + OWN + OWN_IP + frame[22:32])
        if kind != IPV4:
            return
        size, = struct.unpack_from("!H", frame, 16)
        protocol, payload = frame[23], frame[14 + (frame[14] & 15) * 4:14 + size]
        if protocol == UDP and payload[2:4] == struct.pack("!H", 67):
            self.node = frame[6:12]
            self.dhcp(payload[8:])
        if protocol == TCP:
            self.heard[struct.unpack_from("!H", payload, 2)[0]] = struct.unpack_from("!I", payload, 4)[0]
        if protocol == ICMP and payload[0] == 0 and checksum(payload) == 0:
            self.pongs[struct.unpack_from("!H", payload, 6)[0]] = payload[8:]

    def work(self, seconds, until=lambda: False):
        """Answers what comes, for so long, or until that holds."""
        deadline = time.monotonic() + seconds
        while not until() and (left := deadline - time.monotonic()) > 0:
            self.wire.settimeout(min(left, 0.2))
            try:
                self.take(self.wire.recv(2048))
            except (TimeoutError, struct.error, IndexError):
                continue
        return until()

    # ---- what it asks the node ----

    def ping(self, sequence, data, seconds=60):
        """Whether the node sends the same data back."""
        message = struct.pack("!BBHHH", 8, 0, 0, 1, sequence) + data
        message = message[:2] + struct.pack("!H", checksum(message)) + message[4:]
        self.send_to_node(IPV4, ipv4(ICMP, message))
        return self.work(seconds, lambda: sequence in self.pongs) and self.pongs[sequence] == data

    def segment(self, here, there, sequence, acknowledged, flags, data=b""):
        message = struct.pack("!HHIIBBHHH", here, there, sequence, acknowledged, 5 << 4, flags, 65000, 0, 0) + data
        pseudo = OWN_IP + NODE_IP + struct.pack("!HH", TCP, len(message))
        message = message[:16] + struct.pack("!H", checksum(pseudo + message)) + message[18:]
        self.send_to_node(IPV4, ipv4(TCP, message))

    def dribble(self, here, there, count, gap=0, filling=0):
        """Connects, then sends single bytes and takes nothing: after a gap, or behind so many full segments. Whether it was
        let in."""
        self.segment(here, there, 1000, 0, SYN)
        if not self.work(5, lambda: here in self.heard):
            return False
        acknowledged = self.heard[here] + 1
        self.segment(here, there, 1001, acknowledged, ACK)
        at = 1001 + gap
        for number in range(filling + count):
            data = b"y" * 1460 if number < filling else b"x"
            self.segment(here, there, at, acknowledged, PUSH_ACK, data)
            at += len(data) + (gap > 0)
            if number % 16 == 15:
                self.work(0.02)
        return True

    def flood(self, count, seed):
        """Frames of every length whose beginning is often right, as fast as they go."""
        numbers = random.Random(seed)
        for _ in range(count):
            payload = numbers.randbytes(numbers.randrange(1, 1486))
            kind = numbers.choice((ARP, IPV4, IPV4, numbers.randrange(65536)))
            if kind == IPV4 and numbers.random() < 0.7:
                protocol = numbers.choice((ICMP, UDP, 6, numbers.randrange(256)))
                if protocol == 6:  # a TCP segment for a port that listens
                    payload = struct.pack("!HH", numbers.randrange(65536), numbers.choice((7, 9, 19, 80))) + payload
                payload = ipv4(protocol, payload[:1460])
            self.send_to_node(kind, payload)
