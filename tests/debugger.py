# SPDX-License-Identifier: BSD-3-Clause
"""GDB for the tests: its backtraces, and a session at a terminal."""

import os
import pty
import re
import select
import subprocess
import time
from pathlib import Path

GDB_PROMPT, PROMPT = "(gdb) ", "k3metal> "
SECONDS = 180  # a machine that does other things takes long to load what GDB reads


def run(*command, **more):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=SECONDS, check=False, **more)
    return done.returncode, done.stdout


def frames_of(text):
    """[(function, its arguments)] of a backtrace."""
    found = re.findall(r"^#\d+ +(?:0x\w+ in )?(\S+) \((.*?)\) at (\S+):(\d+)$", text, re.M)
    return [(function, arguments) for function, arguments, _, _ in found]


def names_of(text):
    return [function for function, _ in frames_of(text)]


class Terminal:
    """A program on a terminal of its own, which is its controlling one: Ctrl-C is a signal."""

    def __init__(self, directory, *command):
        environment = {**os.environ, "TMPDIR": directory, "TERM": "dumb", "LC_ALL": "C"}
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, environment)
        self.text = ""

    def until(self, wanted, seconds=SECONDS):
        """What came up to the wanted text; what there is, if it does not come."""
        deadline = time.monotonic() + seconds
        while wanted not in self.text and time.monotonic() < deadline:
            if not select.select([self.terminal], [], [], 0.2)[0]:
                continue
            try:
                self.text += os.read(self.terminal, 65536).decode("latin-1").replace("\r", "")
            except OSError:
                break
        before, found, self.text = self.text.partition(wanted)
        return before + found

    def type(self, text):
        os.write(self.terminal, text.encode())

    def ask(self, line, prompt=GDB_PROMPT):
        """The answer to a line, without its echo."""
        self.type(line + ("\r" if prompt == PROMPT else "\n"))
        self.until(line)
        return self.until(prompt).lstrip("\n")[:-len(prompt)]

    def status(self, seconds=20):
        """Its exit status; None if it does not end."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.until("\0", 0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                os.close(self.terminal)
                return os.waitstatus_to_exitcode(status)
        return None


def processes(directory):
    """Those that have the session's folder in their command lines, or are in it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if directory.encode() in entry.read_bytes() and entry.parent.name != str(os.getpid()):
                found.append(entry.parent.name)
        except OSError:
            continue
    return found


def gone(directory, seconds=20):
    deadline = time.monotonic() + seconds
    while processes(directory) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not processes(directory)
