# SPDX-License-Identifier: BSD-3-Clause
"""tools/twin in the hands of a test: its clock stands until the test lets it go, so that a --timeout runs out when the
guest has come where it is wanted, however long this machine takes for that."""

import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
from k3twin import run  # noqa: E402
from k3twin.qemu import monitor_command  # noqa: E402
from k3twin.symbols import Symbols, open_program  # noqa: E402

SECONDS = 180  # only a hang takes so long
TIMEOUT = ("--timeout", "0.5")


class Held:
    """A run; text: what it and the guest have said."""

    def __init__(self, twin, directory, *arguments):
        """directory: an empty one, for the run's own files."""
        self.twin, self.directory, self.text = Path(twin), Path(directory), ""
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--twin", twin, *TIMEOUT, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, bufsize=0, env={**os.environ, "TMPDIR": str(directory)})

    def until(self, pattern):
        """Whether that was said."""
        deadline = time.monotonic() + SECONDS
        while not re.search(pattern, self.text, re.M):
            if not select.select([self.process.stdout], [], [], max(deadline - time.monotonic(), 0))[0]:
                return False
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                return False
            self.text += data.decode(errors="replace").replace("\r", "")
        return True

    def until_in(self, cpu, function):
        """Whether QEMU's core, which is in the twin, comes into a function of the twin's."""
        symbols, deadline = Symbols([open_program(self.twin)]), time.monotonic() + SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            state = re.search(rf"CPU#{cpu}\r?\n PC=([0-9a-f]+)", self.ask("info registers -a"))
            place = state and symbols.describe(int(state[1], 16))
            if place and re.search(rf"\b{function}\b", place):
                return True
            time.sleep(0.05)
        return False

    def ask(self, line):
        """QEMU's monitor."""
        for path in self.directory.glob("twin-*/qmp"):
            try:
                return monitor_command(path, line)
            except (OSError, ValueError):  # it has ended, or does not listen yet
                continue
        return ""

    def end(self, number):
        """(status, text) after a signal: SIGUSR1 lets the clock go, the time is up then; SIGTERM ends the run."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.text += self.process.communicate(timeout=SECONDS)[0].decode(errors="replace").replace("\r", "")
        return self.process.returncode, self.text

    def time_out(self):
        return self.end(signal.SIGUSR1)

    def stop(self):
        return self.end(signal.SIGTERM)


class Clock:
    """In the place of k3twin.run's module time."""

    def __init__(self):
        self.began = time.monotonic()
        signal.signal(signal.SIGUSR1, self.let_go)

    def let_go(self, *_):
        self.began = None

    def monotonic(self):
        return time.monotonic() if self.began is None else self.began


if __name__ == "__main__":
    run.time = Clock()
    sys.exit(run.main())
