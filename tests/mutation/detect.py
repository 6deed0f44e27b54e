# SPDX-License-Identifier: BSD-3-Clause
"""What notices a mutation: a worker's copy of the tree, and the tests that run there, the cheap ones first."""

import fnmatch
import hashlib
import json
import os
import re
import select
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

SOURCES = ("Makefile", "VERSION", "COMMIT", "linker.ld", "mk", "app", "arch", "boot", "drivers", "lib", "msi",
           "platform", "sdk", "tests", "tools", "twin", "docs")
LINKED = ("newlib", "libfdt", "setup")

# The suites of the self-test that run first.
FITTING = (
    ("drivers/gic/its", ("its",)),
    ("drivers/gic/lpi", ("its",)),
    ("drivers/gic/", ("gic", "its")),
    ("drivers/ti_sci/", ("ti_sci",)),
    ("drivers/udma/", ("udma",)),
    ("msi/parents/its", ("msi", "msi_messages")),
    ("msi/", ("inta", "intr", "msi")),
    ("", ("boot",)),
)
# What only an image for the Cortex-R5F has, and of the tests only the programs of tests/host/vim/.
R5_ONLY = ("drivers/vim/",)
LONG_SECONDS = 3  # a host test that takes longer comes after the others
FIRST_OF_ALL = ("arch/", "drivers/uart/")  # the start and the end come before the self-test

STALL_SECONDS, STALL_FACTOR = 15, 4  # a test that says nothing for so long hangs; it may wait 20 s for an interrupt
UNKNOWN_SECONDS = 300  # where it isn't known how long it is silent when nothing is broken
REST_SECONDS = 0.2
# The sources in which a header's functions, broken by hand, are.
USERS = {"drivers/udma/ring.h": "drivers/udma/transfer.c"}

# Host tests: a detector's first word and the folder of its programs; what makes those that are not made one by one.
FOLDERS = {"host": "host", "threads": "tsan", "vim": "host-vim"}
GOALS = {"tsan": "tsan-tests", "host-vim": "vim-tests"}
CROSS_R5 = os.environ.get("CROSS_COMPILE_R5", "arm-none-eabi-")

MESSAGE = re.compile(r'^  message: "(.*)"', re.M)
RESULT = re.compile(r"^(not )?ok\b\s*\d*\s*-?\s*(.*)")


class Verdict:
    """caught: whether a test was red; hung: by its time; by: which test; said: what it said of it."""

    def __init__(self, caught, by="", hung=False, said=""):
        self.caught, self.by, self.hung, self.said = caught, by, hung, said


def fitting(path):
    return next(suites for folder, suites in FITTING if path.startswith(folder))


running, stopping = set(), threading.Event()


def stop_all(*_):
    """For a signal: what runs is ended, and nothing begins any more."""
    stopping.set()
    for process in list(running):
        try:
            os.killpg(process.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass


def watch(command, cwd, stall):
    """Runs tests until they end, one is red, or nothing is heard for `stall` seconds.

    Returns (Verdict, the longest silence of each suite)."""
    environment = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP", ASAN_OPTIONS="hard_rss_limit_mb=3000")
    process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env=environment, start_new_session=True)
    running.add(process)
    try:
        return follow(process, stall)
    finally:
        end(process)
        running.discard(process)


def follow(process, stall):
    silences, pending, last, plan, seen = {}, b"", time.monotonic(), None, 0
    while True:
        if not select.select([process.stdout], [], [], max(0, last + stall - time.monotonic()))[0]:
            return Verdict(True, "no result in time", hung=True), silences
        data = os.read(process.stdout.fileno(), 65536)
        if not data:
            break
        *lines, pending = (pending + data).split(b"\n")
        for line in (line.decode("utf-8", "replace").strip("\r ") for line in lines):
            result = RESULT.match(line)
            planned = re.match(r"1\.\.(\d+)", line)
            plan = (plan or 0) + int(planned[1]) if planned else plan
            if result and result[1]:
                return Verdict(True, result[2], said=rest(process, data)), silences
            if result:
                seen += 1
                suite = result[2].split(".")[0]
                silences[suite] = max(silences.get(suite, 0), time.monotonic() - last)
                last = time.monotonic()
    status = process.wait()
    if status != 0:
        return Verdict(True, f"exit status {status}"), silences
    if not plan or plan != seen:
        return Verdict(True, f"{seen} results of {plan}"), silences
    return Verdict(False), silences


def rest(process, data):
    """What a test says of its failure, behind the line that has told it: up to the end of TAP's block, if it comes."""
    deadline = time.monotonic() + REST_SECONDS
    while b"\n  ..." not in data and select.select([process.stdout], [], [], max(0, deadline - time.monotonic()))[0]:
        more = os.read(process.stdout.fileno(), 65536)
        if not more:
            break
        data += more
    return data.decode("utf-8", "replace")


def end(process):
    """Ends it with all that it has started; tools/twin ends its QEMU."""
    for number, seconds in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            pass
        try:
            process.wait(seconds)
            break
        except subprocess.TimeoutExpired:
            pass
    process.stdout.close()


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def symbols(path):
    """The global symbols that a file defines."""
    told = subprocess.run(["nm", "--extern-only", "--defined-only", "--format=posix", path], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, check=True, text=True).stdout
    return {line.split()[0] for line in told.splitlines() if " " in line}


class Baseline:
    """What the tests do on sources that nobody broke: all are green; how long each runs and is silent."""

    def __init__(self, path, known):
        self.path, self.silences, self.seconds = path, {}, {}
        if known and path.exists():
            self.silences, self.seconds = json.loads(path.read_text(encoding="utf-8"))

    def save(self):
        self.path.write_text(json.dumps([self.silences, self.seconds], indent=1), encoding="utf-8")

    def stall(self, detector, suites=None):
        known = self.silences.get(detector, {})
        longest = max((known.get(suite, 0) for suite in suites or known), default=0)
        return STALL_SECONDS + STALL_FACTOR * max(longest, 2)


class Tree:
    """A copy of the sources and of what was built from them, in which one file at a time is broken."""

    def __init__(self, folder, output, build, cross):
        self.folder, self.cross = folder, cross
        self.output = f"build/{os.path.basename(output)}"
        self.objects = {}  # path -> the object of the unbroken source
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(f"{folder}/build")
        subprocess.run(["cp", "-a", *[name for name in SOURCES if os.path.exists(name)], folder], check=True)
        for name in LINKED:
            os.symlink(os.path.abspath(f"{build}/{name}"), f"{folder}/build/{name}")
        for made in (output, f"{build}/host", f"{build}/host-vim", f"{build}/tsan"):
            os.makedirs(f"{folder}/build/{os.path.basename(made)}")
            names = [f"{made}/{name}" for name in os.listdir(made) if name not in ("check", "analyzed", "sdk", "apps")]
            subprocess.run(["cp", "-a", *names, f"{folder}/build/{os.path.basename(made)}"], check=True)

    def make(self, *goals):
        """True: it is made. A mutation may leave something unused; that it compiles is enough."""
        done = subprocess.run(["make", "-s", "-C", self.folder, f"CROSS_COMPILE={self.cross}", "WARNINGS=", *goals],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace")
        self.told = done.stdout[-300:]
        return done.returncode == 0

    def code(self, path):
        """The target's object of a source, or of a header's user, without what only a debugger reads; None: it does not
        compile."""
        folder, cross = ("build/arm-none-eabi", CROSS_R5) if path.startswith(R5_ONLY) else (self.output, self.cross)
        built = f"{folder}/firmware/{USERS.get(path, path)}.o"
        if not self.make(built):
            return None
        stripped = f"{self.folder}/build/stripped.o"
        subprocess.run([f"{cross}objcopy", "--strip-debug", f"{self.folder}/{built}", stripped], check=True)
        return digest(stripped)

    def read(self, path):
        with open(f"{self.folder}/{path}", encoding="utf-8") as file:
            return file.read()

    def change(self, changes):
        """Writes files ({path: text}); what restore() needs is kept."""
        self.kept, self.absent = [], []
        for path, text in changes.items():
            name = f"{self.folder}/{path}"
            objects = [f"{self.folder}/build/{built}/{path}.o"
                       for built in (f"{os.path.basename(self.output)}/firmware", "arm-none-eabi/firmware", "host", "host-vim", "tsan")]
            for copied in (name, *objects):
                if os.path.exists(copied):
                    shutil.copy2(copied, f"{copied}.kept")
                    self.kept.append(copied)
                else:
                    self.absent.append(copied)
            with open(name, "w", encoding="utf-8") as file:
                file.write(text)

    def restore(self):
        """The source as it was. Its objects too, but with a new date, so that what was linked from others is made again."""
        for name in self.absent:
            Path(name).unlink(missing_ok=True)
        for name in self.kept:
            os.replace(f"{name}.kept", name)
            if name.endswith(".o"):
                os.utime(name)
            elif name.endswith(".h"):
                self.drop_users(os.path.relpath(name, self.folder))

    def drop_users(self, header):
        """Its users' objects were not kept. If they were only out of date, change() would keep one, and restore() give it a
        new date: it would stay broken."""
        for folder, _, names in os.walk(f"{self.folder}/build"):
            for name in names:
                if name.endswith(".d") and header in Path(folder, name).read_text(encoding="utf-8").split():
                    Path(folder, f"{name[:-2]}.o").unlink(missing_ok=True)


class Detectors:
    """The tests in a tree, and the order in which they look at a file's mutations."""

    def __init__(self, tree, baseline, without):
        self.tree, self.baseline, self.without = tree, baseline, without
        self.hosts = self.programs("host")
        self.threads = self.programs("tsan")
        self.vim = self.programs("host-vim", "tests/host/vim")
        self.suites = self.selftest_suites()
        self.used, self.made = self.hosts, set()  # host tests that have the code that is broken; those built
        self.included = {name: tree.read(f"build/host/tests/host/{name}.c.d").split() for name in self.hosts}
        self.linked = {name: symbols(f"{tree.folder}/build/host/{name}") for name in self.hosts}

    def programs(self, kind, sources="tests/host"):
        folder = f"{self.tree.folder}/build/{kind}"
        return sorted(name for name in os.listdir(folder)
                      if name.startswith("test_") and os.access(f"{folder}/{name}", os.X_OK)
                      and os.path.exists(f"{self.tree.folder}/{sources}/{name}.c"))

    def selftest_suites(self):
        """In the order in which the image has them."""
        found = []
        for name in sorted(os.listdir(f"{self.tree.folder}/tests/target")):
            if name.endswith(".c"):
                found += re.findall(r"^SELFTEST\((\w+),", self.tree.read(f"tests/target/{name}"), re.M)
        return [suite for suite in dict.fromkeys(found) if suite != "soak"]

    def all(self):
        """The names of all detectors."""
        return self.wanted([f"host {name}" for name in self.hosts] + [f"threads {name}" for name in self.threads]
                           + [f"vim {name}" for name in self.vim] + ["boot", "panics", "self-test", "console", "demonstration", "traces",
                              "self-test, one core", "faults"])

    def wanted(self, names):
        return [name for name in dict.fromkeys(names)
                if not any(fnmatch.fnmatch(name, pattern) for pattern in self.without)]

    def is_one(self, detector):
        """Whether there is such a detector, so that it isn't red for being none."""
        kind, _, name = detector.partition(" ")
        if kind == "self-test":
            return set(name.split(",")) <= set(self.suites)
        return detector in self.all()

    def order(self, path, first=None):
        """For mutations of a file; first: what noticed this one the last time."""
        if first is not None and not self.is_one(first):
            first = None
        if path.startswith(R5_ONLY):
            return self.wanted([name for name in (first,) if name] + [f"vim {name}" for name in self.vim])
        suites = fitting(path)
        self.used, self.made = [name for name in self.hosts if self.uses(name, path)], set()
        hosts = sorted(self.used, key=lambda name: (self.baseline.seconds.get(f"host {name}", 0) > LONG_SECONDS,
                                               -self.kinship(name, path)))
        suites = [suite for suite in suites if suite in self.suites]
        others = [suite for suite in self.suites if suite not in suites]
        order = [f"host {name}" for name in hosts] + ["self-test " + ",".join(suites), "boot"]
        if path.startswith(FIRST_OF_ALL):
            order = [*order[:-2], "panics", "boot", order[-2]]
        order += [f"threads {name}" for name in self.threads if name in self.used]
        order += ["self-test " + ",".join(others), "demonstration", "traces", "panics", "console", "self-test, one core",
                  "faults"]
        return self.wanted([name for name in (first,) if name] + order)

    def run(self, detector):
        kind, _, name = detector.partition(" ")
        if kind in FOLDERS:
            return self.run_host(FOLDERS[kind], name, detector)
        if not self.tree.make("firmware"):
            return Verdict(True, "the image can't be linked")
        output = self.tree.output
        image = f"{output}/k3metal.elf"
        twin = ["tools/twin", "--twin", f"{output}/twin.elf", "--timeout", "600", "--strict", "--mood", "suspend",
                "--append"]
        suites = name.split(",") if detector.startswith("self-test ") else None
        command = {
            "boot": ["tests/system/boot", image, f"{output}/Image"],
            "panics": ["tests/system/panic", output],
            "faults": ["tests/system/faults", output],
            "console": ["tests/system/console", output],
            "traces": ["tests/system/trace", output],
            "demonstration": ["tests/system/demo", output],
            "self-test": [*twin, "selftest", "--image", image],
            "self-test, one core": [*twin, "selftest", "--image", image, "--cpus", "1"],
        }.get(detector) or [*twin, f"selftest={name}", "--image", image]
        return self.watch(detector, command, "self-test" if suites else detector, suites)

    def kinship(self, name, path):
        """How much the names of a host test and of a source have in common."""
        words = set(re.split(r"\W|_", path))
        return len(words & set(name.split("_")))

    def uses(self, name, path):
        """Whether a host test has the code of a source in it: it includes it, or takes it from the library, as a whole
        or not at all."""
        if path in self.included[name]:
            return True
        built = f"{self.tree.folder}/build/host/{path}.o"
        return os.path.exists(built) and not symbols(built).isdisjoint(self.linked[name])

    def make_host(self, program):
        """The first test alone: it may be enough. The others at once, which costs less than one by one."""
        if program in self.made:
            return True
        goals = [program] if not self.made else [f"build/host/{name}" for name in self.used]
        self.made.update(goals)
        return self.tree.make(program, *goals)

    def run_host(self, folder, name, detector):
        program = f"build/{folder}/{name}"
        if folder in GOALS:
            made = self.tree.make(GOALS[folder])
        else:
            made = self.make_host(program)
        if not made:
            return Verdict(True, f"{detector}: can't be linked")
        return self.watch(detector, [program], detector, None)

    def watch(self, detector, command, known, suites):
        began = time.monotonic()
        if detector in self.baseline.seconds:
            known = detector
        stall = self.baseline.stall(known, suites) if known in self.baseline.seconds else UNKNOWN_SECONDS
        verdict, silences = watch(command, self.tree.folder, stall)
        if detector not in self.baseline.seconds and not verdict.caught:
            self.baseline.seconds.setdefault(detector, time.monotonic() - began)
            self.baseline.silences.setdefault(detector, silences)
        if verdict.caught:
            message = MESSAGE.search(verdict.said)
            verdict.by = f"{detector}: {verdict.by}{f': {message[1]}' if message else ''}"
        return verdict
