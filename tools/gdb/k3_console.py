# SPDX-License-Identifier: BSD-3-Clause
"""k3 type, k3 console: the console of a firmware that tools/debug runs."""

import os
import socket

from k3_firmware import Trouble

DEADLINE = 60  # seconds; it takes as many milliseconds


def directory():
    place = os.environ.get("K3_DEBUG_SESSION")
    if not place or not os.path.isdir(place):
        raise Trouble("there is no console here: it belongs to tools/debug; a board's is its UART")
    return place


def ask(name, text=b""):
    """Until tools/debug closes the connection."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(DEADLINE)
        try:
            connection.connect(os.path.join(directory(), name))
            if text:
                connection.sendall(text)
                connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
        except OSError as error:
            raise Trouble(f"the console does not answer: {error}") from None


def type_line(argument):
    """Types a line at the firmware's console: k3 type TEXT.

The answer comes when the target runs; `k3 console` shows it, tools/debug --terminal too."""
    ask("type", argument.encode() + b"\r")
    return ()


def console(argument):
    """The latest lines of the firmware's console: k3 console [LINES], 24 if not said."""
    words = argument.split()
    if words and not words[0].isdigit():
        raise Trouble("console takes a number of lines, as in: k3 console 50")
    ask("said")  # what is on its way has arrived then
    with open(os.path.join(directory(), "log"), encoding="utf-8", errors="replace", newline="") as log:
        lines = log.read().replace("\r", "").splitlines()
    yield from lines[-int(words[0] if words else 24):]
