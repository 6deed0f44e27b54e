# SPDX-License-Identifier: BSD-3-Clause
"""How fast a stream of TCP goes on the twin, and how many interrupts it takes: Linux and k3metal's app/net, one after the
other, each with this program at the other end of QEMU's user network. By the host's clock: only the ratio says something."""

import importlib.machinery
import importlib.util
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from linux import TREE, TTY, conformance

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(1, str(ROOT / "tests/net"))
from peer import Peer, pattern  # noqa: E402

SIZE = 64 << 20
SECONDS = 300
HEAD = ("64 MiB of TCP on the twin, by the clock", "Linux 6.1", "k3metal", "ratio", "goal")


def forwards(peer):
    return "user" + "".join(f",hostfwd={protocol}:127.0.0.1:{here}-:{there}" for protocol, here, there in peer.forwards())


def board_class(output):
    """tests/system/net has the twin with app/net; it takes its OUTPUT_DIR from the command line."""
    kept, sys.argv = sys.argv, ["net", output]
    try:
        loader = importlib.machinery.SourceFileLoader("system_net", str(ROOT / "tests/system/net"))
        module = importlib.util.module_from_spec(importlib.util.spec_from_loader("system_net", loader))
        loader.exec_module(module)
    finally:
        sys.argv = kept
    return module.Board


def give(connection, data):
    """Until the other end has it all and ends, too."""
    connection.sendall(data)
    connection.shutdown(socket.SHUT_WR)
    Peer.rest(connection)


def take(connection):
    """SIZE bytes."""
    count = 0
    while count < SIZE and (block := connection.recv(1 << 18)):
        count += len(block)
    if count != SIZE:
        raise ValueError(f"{count} of {SIZE} bytes came")


def measure(into, out_of, count):
    """[(seconds, interrupts a frame)], into the guest and out of it. count(): (frames, interrupts)."""
    found, before = [], count()
    for stream in (into, out_of):
        began = time.monotonic()
        stream()
        seconds = time.monotonic() - began
        after = count()
        found.append((seconds, (after[1] - before[1]) / (after[0] - before[0])))
        before = after
    return found


def with_client(guest, words, serve):
    """A client of the guest's, which is served here."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        run = pool.submit(guest.run, words.format(listener.getsockname()[1]), SECONDS)
        listener.settimeout(SECONDS)
        connection, _ = listener.accept()
        with connection:
            serve(connection)
        run.result()


def of_linux(output, linux):
    test, data = conformance(), pattern(SIZE)
    guest = test.Guest(output, linux, "bench-traffic", TREE, TTY, ("--net", "user"), timeout=2 * SECONDS)

    def count():
        frames = guest.run("cat /sys/class/net/eth0/statistics/rx_packets /sys/class/net/eth0/statistics/tx_packets").split()
        return sum(map(int, frames)), sum(test.net_interrupts(guest).values())

    try:
        guest.start()
        guest.run("net-client up", 120)
        return measure(lambda: with_client(guest, "nc 10.0.2.2 {} </dev/null >/dev/null", lambda to: give(to, data)),
                       lambda: with_client(guest, f"head -c {SIZE} /dev/zero | nc 10.0.2.2 {{}}", take), count)
    finally:
        guest.stop()


def of_k3metal(output):
    peer, data = Peer(), pattern(SIZE)
    board = board_class(output)(forwards(peer))

    def count():
        state = peer.state()
        port = state["counters"]["interface"]
        return (port["frames received"] + port["frames sent"],
                sum(irq["count"] for irq in state["interrupts"] if irq["name"].startswith("net")))

    def into():
        with peer.connect("sink", SECONDS) as connection:
            give(connection, data)

    def out_of():
        with peer.connect("source", SECONDS) as connection:
            connection.sendall(b"%d\n" % SIZE)
            take(connection)

    try:
        board.boot()
        return measure(into, out_of, count)
    finally:
        board.end()


def compare(output, linux):
    """[(what, Linux, k3metal, ratio, goal)], in words."""
    theirs, ours = of_linux(output, linux), of_k3metal(output)
    rows = []
    for what, (seconds, irqs), (my_seconds, my_irqs) in zip(("into the guest", "out of it"), theirs, ours):
        rows.append((f"{what}, throughput", "1.0", f"{seconds / my_seconds:.1f}", f"{seconds / my_seconds:.1f}", "\u2013"))
        rows.append((f"{what}, interrupts of 100 frames", f"{100 * irqs:.0f}", f"{100 * my_irqs:.0f}",
                     f"{irqs / my_irqs:.1f}", "\u2013"))
    return rows
