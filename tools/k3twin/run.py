# SPDX-License-Identifier: BSD-3-Clause
"""One run of the twin, from start to end."""

import ctypes
import os
import re
import select
import shlex
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import termios
import threading
import time
from pathlib import Path

from k3twin import gdb_r5
from k3twin.board import (STATUS_DIED, STATUS_INTERRUPTED, STATUS_TIMEOUT, STATUS_UNMODELLED, STATUS_USAGE,
                          UsageError, ram_size)
from k3twin.options import parse_arguments
from k3twin.panic import Watcher, with_class
from k3twin.qemu import find_twin, monitor_command, qemu_command
from k3twin.symbols import Symbols, find_program, open_program
from k3twin.trace import Recorder


QEMU_END_SECONDS = 10
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def die_with_parent():
    """QEMU must not outlive us, even if we are killed."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def programs(arguments):
    """What runs, apart from the twin."""
    return [*([arguments.image[0]] if arguments.image else []), *arguments.r5]


def check_outputs(arguments):
    """What is written must not be what is read."""
    drives = [Path(values["drive"]) for _, _, values in arguments.device if "drive" in values]
    inputs = [*programs(arguments), arguments.twin, arguments.dtb, arguments.initrd, *(path for path, _ in arguments.load), *drives]
    for option, path in (("--log", arguments.log), ("--trace", arguments.trace), ("--pcap", arguments.pcap)):
        if path and path.exists() and any(file and file.exists() and file.samefile(path) for file in inputs):
            raise UsageError(f"{option} {path}: that is an input")


def open_log(path):
    try:
        return open(path, "w", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--log {path}: {error.strerror}") from None


def open_errors():
    """Standard error, for our lines. A terminal or a pipe is opened once more: QEMU, which may have the same one, makes its
    own non-blocking, and a write to that is refused when there is no room."""
    if not os.isatty(2) and not stat.S_ISFIFO(os.fstat(2).st_mode):
        return sys.stderr
    try:
        # Without waiting for a reader who has gone.
        descriptor = os.open("/proc/self/fd/2", os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:  # it is another user's
        return sys.stderr
    os.set_blocking(descriptor, True)
    return open(descriptor, "w", encoding=sys.stderr.encoding, errors=sys.stderr.errors)


class Run:
    """One QEMU, from start to end."""

    def __init__(self, arguments, directory):
        arguments.twin = find_twin(arguments.twin)
        check_outputs(arguments)
        self.directory = directory
        self.errors = open_errors()
        self.files = [*programs(arguments), *(path for path, _ in arguments.load), *arguments.symbols]
        self.initrd = arguments.initrd  # a program of an R5F, perhaps
        self.twin = arguments.twin
        self.cpus, self.r5_cores = arguments.cpus, arguments.r5_cores
        self.loaded_symbols = None
        self.counters = None  # of R5Fs that are in the monitor, when the time has run out
        self.timeout = arguments.timeout
        self.strict = arguments.strict
        self.log = open_log(arguments.log) if arguments.log else None
        self.guest_status = None
        self.exception = "none"
        self.died = False
        self.unmodelled = 0
        self.complaints = 0
        self.recorder = None
        if arguments.trace:
            self.recorder = Recorder(arguments.trace, arguments.trace_limit, ram_size(arguments.memory, arguments.mood),
                                     arguments.image[0] if arguments.image else None, arguments.r5)
        self.sockets = []  # that devices of QEMU's have
        self.report, far_end = socket.socketpair()
        console, far_console = os.pipe()
        try:
            command = qemu_command(arguments, directory, far_end.fileno(), far_console, self.recorder, self.sockets)
            if os.environ.get("TWIN_VERBOSE"):
                self.say(shlex.join(command))
            self.qemu = subprocess.Popen(command, pass_fds=self.files_of_qemu(far_end, far_console),
                                         preexec_fn=die_with_parent)
        finally:
            far_end.close()
            os.close(far_console)
        self.watcher = Watcher(console)
        self.watching = threading.Thread(target=self.watcher.run, daemon=True)
        self.watching.start()

    def files_of_qemu(self, far_end, far_console):
        memory = [self.recorder.memory.fd] if self.recorder else []
        return [far_end.fileno(), far_console, *(each.fileno() for each in self.sockets), *memory]

    def symbols(self):
        """Of all that runs; read when they are wanted."""
        if self.loaded_symbols is None:
            initrd = open_program(self.initrd) if self.initrd else None
            self.loaded_symbols = Symbols([*(find_program(path) for path in self.files), initrd, open_program(self.twin)])
        return self.loaded_symbols

    def with_places(self, line):
        """A line that tells addresses of code, with their names."""
        def words(match):
            place = self.symbols().describe(int(match[1], 16))
            return f"{match[0]} ({place})" if place else match[0]
        return re.sub(r"\b(?:pc|lr|lr of abort|of undefined) (0x[0-9a-f]+)", words, line)

    def say(self, line):
        print(f"twin: {line}", file=self.errors, flush=True)
        if self.log:
            print(line, file=self.log, flush=True)

    def take_line(self, line):
        word, _, rest = line.partition(" ")
        if word == "exit" and rest.isdigit():
            self.guest_status = int(rest)
            if self.log:
                print(line, file=self.log, flush=True)
            return
        if word == "die":
            self.died = True
            self.say(with_class(self.with_places(f"died: {rest}")))
            return
        if word == "unmodelled:" or line.startswith("no memory:"):
            self.unmodelled += 1
        if line.startswith(("not cleaned:", "not ordered:", "pcie:")) or re.match(r"r5f \d crashed:", line):
            self.complaints += 1
        if word == "exception:":
            self.exception = rest
            return
        self.say(self.with_places(line))

    def follow(self):
        """Takes lines until QEMU has closed its end. False: the time ran out."""
        deadline = time.monotonic() + self.timeout if self.timeout else None
        pending = b""
        while True:
            remaining = None if deadline is None else deadline - time.monotonic()
            if remaining is not None and remaining <= 0:
                return False
            if not select.select([self.report], [], [], remaining)[0]:
                continue
            try:
                data = self.report.recv(4096)
            except ConnectionResetError:
                data = b""
            if not data:
                return True
            *lines, pending = (pending + data).split(b"\n")
            for line in lines:
                self.take_line(line.decode(errors="replace"))

    def tell_where(self):
        """Where each core is, when the time has run out."""
        try:
            registers = monitor_command(self.directory / "qmp", "info registers -a")
        except (OSError, ValueError) as error:
            self.say(f"QEMU does not say where the cores are: {error}")
            return
        for cpu, state in re.findall(r"CPU#(\d+)(.*?)(?=CPU#|\Z)", registers, re.S):
            pc, level = next((match.groups() for match in (
                re.search(r"PC=([0-9a-f]+).*?PSTATE=\S+ \S+ (?:\S+ )?(EL\d)", state, re.S),
                re.search(r"R15=([0-9a-f]+).*?PSR=[^\r\n]*?(\w+)\r?\n", state, re.S)) if match), ("0", "?"))
            name = f"core {cpu}" if int(cpu) < self.cpus else f"r5f {int(cpu) - self.cpus}"
            line = f"{name}: pc 0x{int(pc, 16):x} at {level}"
            if int(cpu) >= self.cpus and level.startswith("EL"):
                line += self.behind_monitor(int(cpu) - self.cpus)
            self.say(self.with_places(line))

    def behind_monitor(self, core):
        """Where an R5F's program is while the core is in the twin's monitor, in words."""
        if self.counters is None:
            place = self.directory / "places"
            try:
                monitor_command(self.directory / "qmp", f"gdbserver unix:{place},server=on,wait=off")
            except (OSError, ValueError):
                pass
            self.counters = gdb_r5.program_counters(place, self.cpus, self.r5_cores, open_program(self.twin).symbols)
        at = self.counters[core]
        return "" if at is None else f", its program's pc 0x{at:x}"

    def tell_panics(self):
        """What the guest's last words mean, once it has ended; and for one without any, why it may have ended."""
        for report in self.watcher.reports():
            for line in report.lines(self.symbols()):
                self.say(line)
        if self.guest_status and self.watcher.silent:
            self.say(f"the guest powered off with status {self.guest_status} and has said nothing; its last exception: "
                     + with_class(self.with_places(self.exception)))

    def end_qemu(self):
        try:
            monitor_command(self.directory / "qmp", "quit", QEMU_END_SECONDS)
            self.qemu.wait(QEMU_END_SECONDS)
        except (OSError, ValueError, subprocess.TimeoutExpired):
            self.qemu.kill()
            self.qemu.wait()

    def end(self):
        """With ENDING ignored: a second one must not cost the log and the trace."""
        if self.qemu.poll() is None:
            self.end_qemu()
        self.report.close()
        self.watching.join(QEMU_END_SECONDS)
        self.tell_panics()
        try:
            if self.recorder:
                self.recorder.write(self.say)
        finally:
            if self.log:
                self.log.close()

    def take_order(self):
        """What the plugin of the mood order has found, at the end: it has no way of its own to us."""
        path = self.directory / "order"
        if path.exists():
            for line in path.read_text(encoding="ascii").splitlines():
                self.take_line(line)

    def status(self):
        followed = self.follow()
        self.take_order()
        if not followed:
            self.say(f"the guest has not powered off within {self.timeout:g} seconds")
            self.tell_where()
            return STATUS_TIMEOUT
        try:
            code = self.qemu.wait(QEMU_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.say("QEMU closed its end but does not stop")
            return STATUS_DIED
        if self.died:
            return STATUS_DIED
        if self.guest_status is None:
            if code:
                self.say(f"QEMU ended with status {code}")
                return STATUS_DIED
            return STATUS_INTERRUPTED  # Ctrl-A x
        if self.strict and self.unmodelled and self.guest_status == 0:
            self.say(f"{self.unmodelled} pages without a model, or memory, were accessed (--strict)")
            return STATUS_UNMODELLED
        if self.strict and self.complaints and self.guest_status == 0:
            self.say(f"{self.complaints} accesses were reported that a board may get wrong, or crashes (--strict)")
            return STATUS_UNMODELLED
        return self.guest_status


class Terminal:
    """Puts the terminal back as it was, whatever became of QEMU."""

    def __enter__(self):
        self.saved = termios.tcgetattr(0) if os.isatty(0) else None

    def __exit__(self, *_):
        if self.saved:
            termios.tcsetattr(0, termios.TCSADRAIN, self.saved)


def ignore_ending():
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


def interrupted(*_):
    """Once: whatever comes next would interrupt what ends the run."""
    ignore_ending()
    raise KeyboardInterrupt


def open_standard():
    """Whoever has closed one of the first three would get some other file of ours there."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest that is free


def main():
    open_standard()
    arguments = parse_arguments()
    for number in ENDING:
        signal.signal(number, interrupted)
    try:
        with tempfile.TemporaryDirectory(prefix="twin-") as name, Terminal():
            run = Run(arguments, Path(name))
            try:
                return run.status()
            finally:
                try:
                    ignore_ending()
                finally:  # a first one has come meanwhile, and has ignored them itself
                    run.end()
    except UsageError as error:
        print(f"tools/twin: {error}", file=sys.stderr)
        return STATUS_USAGE
    except OSError as error:  # the machine's: no room, no more processes
        print(f"tools/twin: {error}", file=sys.stderr)
        return STATUS_USAGE
    except KeyboardInterrupt:
        return STATUS_INTERRUPTED
