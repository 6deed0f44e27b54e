# SPDX-License-Identifier: BSD-3-Clause
"""What lwIP costs with app/net, for each frame: a file that comes by TCP and one that goes, as linux.py has it of Linux."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools"))
from k3twin.elf import Elf  # noqa: E402
from k3twin.measure import Recording  # noqa: E402
from k3twin.measuring import address_of, names_of, plugin_words, vectors_of  # noqa: E402
from linux import NET_KIB  # noqa: E402
from traffic import Peer, board_class, forwards, pattern  # noqa: E402

TURNS = ("net_interface_turn", "sys_check_timeouts")  # what the stack's thread calls
CAME, WENT = "ethernet_input", "ethernet_output"  # lwIP's, once for each frame
PARTS = ("lwip/**/*.o", "app/interface.c.o", "app/device_cpsw.c.o")  # objects of app/net that are the stack, and its way to the port
COPIES = re.compile("mem(cpy|move|set)$")
SECONDS = 200


def functions_of(folder):
    """Of the stack's objects."""
    paths = [path for pattern_ in PARTS for path in sorted(Path(folder).glob(pattern_))]
    if not paths:
        raise ValueError(f"{folder} has no objects of lwIP: `make net` builds them")
    listed = subprocess.run([f"{Path(folder).parent.parent.name}-nm", "--defined-only", "--format=posix", *map(str, paths)], capture_output=True,
                            text=True, check=True).stdout
    return {line.split()[0] for line in listed.splitlines() if re.match(r"\S+ [tT] ", line)}


def transfer(board, peer):
    size = NET_KIB << 10
    with peer.connect("sink", SECONDS) as connection:
        connection.sendall(pattern(size))
        connection.shutdown(1)
        Peer.rest(connection)
    with peer.connect("source", SECONDS) as connection:
        connection.sendall(b"%d\n" % size)
        count = 0
        while count < size and (block := connection.recv(1 << 18)):
            count += len(block)
    if count != size:
        raise ValueError(f"{count} of {size} bytes came: {board.text[-300:]}")


def measure(output):
    """Instructions of each frame, sent and received together."""
    folder = Path(output) / "apps/net"
    image, twin, peer = folder / "net.elf", Path(output) / "twin.elf", Peer()
    elf = Elf(image, image.read_bytes())
    names, mine = names_of(elf), functions_of(folder)
    with tempfile.TemporaryDirectory(prefix="measure-") as place:
        recording = Path(place) / "recording"
        board = board_class(output)(forwards(peer), *plugin_words(
            twin, recording, vectors_of(elf), [address_of(elf, name) for name in TURNS], more=["irqs=0"]))
        try:
            board.boot()
            transfer(board, peer)
        finally:
            board.end()
        windows = Recording(recording).windows
    spent = sum(count for window in windows for name, count in names.functions(window.own).items()
                if name in mine or COPIES.match(name))
    frames = sum(window.own[names.by_name[name]] for window in windows for name in (CAME, WENT))
    return round(spent / frames)


def compare(output, theirs):
    """[(what, Linux, k3metal, ratio, goal)], in words."""
    ours = measure(output)
    return [("the stack, instructions of a frame", f"{theirs:,}", f"{ours:,}", f"{theirs / ours:.1f}", "\u2013")]
