# SPDX-License-Identifier: BSD-3-Clause
"""The twin's Cortex-R5Fs as GDB expects them: a remote target of their own, between GDB and QEMU.

QEMU takes them for the A53s that stand for them: it describes AArch64 registers, and shows what those were before
the core went to AArch32. Its own prompt has the right ones, to read. While a core is in the twin's monitor (it has
trapped, or sleeps in WFI), its registers are in the monitor's frame (twin/monitor/vectors.S), and its memory is read
where the SoC has it. Breakpoints are QEMU's and hold for all its cores: others go past them without a word.
"""

import re
import select
import socket
import threading

from k3twin.board import R5_ATCM, R5_ATCM_SOC, R5_BTCM, R5_BTCM_SOC, R5_TCM_SIZE, R5_TCM_STRIDE, SRAMS, DRAM_BASE, DRAM_LOW_MAX
from k3twin.gdb_remote import INTERRUPT, Closed, Remote, connect

# As twin/monitor has it: stacks.h, vectors.S, r5f.h.
STACK_TOP, FRAME_SIZE = 0x7000, 256
VECTORS_SIZE = 0x800
PAGE, PAGE_SIZE = 0x7ffff000, 0x1000

STEPS_MAX = 20000  # through the monitor, for one instruction; most take some hundred
REFUSED = "E01"
TRAPPED = "T05"
STATE_32 = 1 << 4  # of a saved program status: AArch32
RESET_STATE = 0x1d3

CORE_NAMES = [f"r{n}" for n in range(13)] + ["sp", "lr", "pc", "cpsr"]
CORE_TYPES = {"sp": "data_ptr", "pc": "code_ptr"}
DOUBLES = 16
PC, STATUS, FPSCR = 15, 16, 17 + DOUBLES

# The registers r8 to r14 of a mode, as AArch64 has them (Arm DDI 0487, D1.20.1).
BANKS = {0x11: range(24, 31), 0x12: (8, 9, 10, 11, 12, 17, 16), 0x13: (8, 9, 10, 11, 12, 19, 18),
         0x17: (8, 9, 10, 11, 12, 21, 20), 0x1b: (8, 9, 10, 11, 12, 23, 22)}
BANK_SYSTEM = range(8, 15)


def description():
    core = "".join(f'<reg name="{name}" bitsize="32" type="{CORE_TYPES.get(name, "uint32")}"/>' for name in CORE_NAMES)
    doubles = "".join(f'<reg name="d{n}" bitsize="64" type="ieee_double"/>' for n in range(DOUBLES))
    return ('<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target><architecture>arm</architecture>'
            f'<feature name="org.gnu.gdb.arm.core">{core}</feature><feature name="org.gnu.gdb.arm.vfp">{doubles}'
            '<reg name="fpscr" bitsize="32" type="int" group="float"/></feature></target>')


def packed(value, size):
    return value.to_bytes(size, "little").hex()


def in_aarch32(text):
    """The registers that QEMU's prompt tells of such a core; None: it is in AArch64, in the monitor."""
    general = {int(number): int(value, 16) for number, value in re.findall(r"\bR(\d\d)=([0-9a-f]{8})", text)}
    status = re.search(r"\bPSR=([0-9a-f]{8})", text)
    if len(general) != 16 or not status:
        return None
    doubles = {int(number): int(value, 16) for number, value in re.findall(r"\bd(\d\d)=([0-9a-f]{16})", text)}
    control = re.search(r"\bFPSCR: ([0-9a-f]{8})", text)
    return [*(general[n] for n in range(16)), int(status[1], 16), *(doubles.get(n, 0) for n in range(DOUBLES)),
            int(control[1], 16) if control else 0]


def doubles_of(text):
    """d0 to d15, of what the prompt tells of a core in AArch64: each vector register has two."""
    vectors = {int(number): (int(low, 16), int(high, 16))
               for number, high, low in re.findall(r"\bQ(\d\d)=([0-9a-f]{16}):([0-9a-f]{16})", text)}
    return [vectors.get(n // 2, (0, 0))[n % 2] for n in range(DOUBLES)]


def of_frame(general, pc, status, doubles):
    """The same, from a frame of the monitor's."""
    bank = BANKS.get(status & 0x1f, BANK_SYSTEM)
    return [value & 0xffffffff for value in (*general[:8], *(general[n] for n in bank), pc, status)] + doubles + [0]


def in_soc(core, address, size):
    """Where the SoC has memory of the core's; None: it has none there."""
    for base, place in ((R5_ATCM, R5_ATCM_SOC), (R5_BTCM, R5_BTCM_SOC)):
        if base <= address and address + size <= base + R5_TCM_SIZE:
            return place + core * R5_TCM_STRIDE + address - base
    banks = (*SRAMS, (DRAM_BASE, DRAM_BASE + DRAM_LOW_MAX))
    return address if any(start <= address and address + size <= end for start, end in banks) else None


class Target:
    """The cores, behind QEMU's stub. Threads of QEMU's are its cores, from 1 on; the A53s come first."""

    def __init__(self, stub, cpus, cores, symbols):
        self.stub, self.cpus, self.cores = stub, cpus, cores
        self.known = {}
        names = {name: address for address, _, name in symbols}
        self.stacks = names.get("el3_stacks", 0)
        self.vectors = [names[name] for name in ("el3_vectors", "el2_vectors") if name in names]
        self.vectors.append(names.get("el3_return", 0))
        answer = stub.ask("qSupported:xmlRegisters=aarch64")
        while not answer.startswith("PacketSize"):  # the stop that a machine comes to when a debugger connects
            answer = stub.next()
        stub.document("target.xml")
        system = stub.document("system-registers.xml")
        self.numbers = {name: int(number) for name, number in re.findall(r'name="(\w+)"[^>]*regnum="(\d+)"', system)}

    def thread(self, core):
        return self.cpus + core + 1

    def said(self, core):
        """What QEMU's prompt says of a core's registers, asked for once a stop."""
        if core not in self.known:
            self.stub.monitor(f"cpu {self.thread(core) - 1}")
            self.known[core] = self.stub.monitor("info registers")
        return self.known[core]

    # -------------------------------------------------------------------- registers

    def system_register(self, core, name):
        if name not in self.numbers:
            return 0
        self.stub.ask(f"Hg{self.thread(core):x}")
        answer = self.stub.ask(f"p{self.numbers[name]:x}")
        return int.from_bytes(bytes.fromhex(answer), "little") if re.fullmatch("(?:[0-9a-f]{2})+", answer) else 0

    def interrupted(self, core):
        """(pc, status) of the program, while the core is in the monitor."""
        for level in (3, 2):
            status = self.system_register(core, f"SPSR_EL{level}")
            if status & STATE_32:
                return self.system_register(core, f"ELR_EL{level}"), status
        return 0, 0

    def has_run(self, core):
        return in_aarch32(self.said(core)) is not None or self.interrupted(core)[1] != 0

    def frame(self, core):
        at = self.stacks + (self.cpus + core + 1) * STACK_TOP - FRAME_SIZE
        data = self.physical(at, FRAME_SIZE)
        return [int.from_bytes(data[8 * n:8 * n + 8], "little") for n in range(31)]

    def registers(self, core):
        text = self.said(core)
        known = in_aarch32(text)
        if known:
            return known
        pc, status = self.interrupted(core)
        if not status:  # it has not run yet
            return [0] * STATUS + [RESET_STATE] + [0] * (DOUBLES + 1)
        return of_frame(self.frame(core), pc, status, doubles_of(text))

    # -------------------------------------------------------------------- memory

    def physical(self, address, size):
        """Memory as the SoC has it, whatever a core's MPU says; empty: there is none."""
        self.stub.ask("Qqemu.PhyMemMode:1")
        answer = self.stub.ask(f"m{address:x},{size:x}")
        self.stub.ask("Qqemu.PhyMemMode:0")
        return b"" if answer.startswith("E") else bytes.fromhex(answer)

    def read(self, core, address, size):
        """As the core sees it; else where the SoC has it, which is right while the TCMs are where they are at reset."""
        if in_aarch32(self.said(core)):
            self.stub.ask(f"Hg{self.thread(core):x}")
            answer = self.stub.ask(f"m{address:x},{size:x}")
            if not answer.startswith("E"):
                return answer
        place = in_soc(core, address, size)
        data = self.physical(place, size) if place is not None else b""
        return data.hex() if data else REFUSED

    def write(self, core, address, size, digits):
        place = in_soc(core, address, size)
        if place is None:
            return REFUSED
        self.stub.ask("Qqemu.PhyMemMode:1")
        answer = self.stub.ask(f"M{place:x},{size:x}:{digits}")
        self.stub.ask("Qqemu.PhyMemMode:0")
        return answer

    # -------------------------------------------------------------------- running

    def core_of(self, stop):
        """Whose a stop is; None: an A53's."""
        found = re.search(r"thread:(?:p\w+\.)?(\w+);", stop)
        number = int(found[1], 16) - self.cpus - 1 if found else -1
        return number if 0 <= number < self.cores else None

    def passing(self, core):
        """Whether the core is where nothing of its program can be shown: a vector of the monitor's, or its page."""
        text = self.said(core)
        known = in_aarch32(text)
        if known:
            return PAGE <= known[PC] < PAGE + PAGE_SIZE
        found = re.search(r"\bPC=([0-9a-f]{16})", text)
        return bool(found) and any(start <= int(found[1], 16) < start + VECTORS_SIZE for start in self.vectors)

    def place(self, core):
        """The program's pc; None: the core is in the monitor, or in its page."""
        known = in_aarch32(self.said(core))
        return known[PC] if known and not PAGE <= known[PC] < PAGE + PAGE_SIZE else None


class Session:
    """One debugger."""

    def __init__(self, target, gdb):
        self.target, self.stub, self.gdb = target, target.stub, gdb
        self.core = 0
        self.breakpoints = set()
        self.text = description()

    def run(self):
        while True:
            packet = self.gdb.next(None)
            if packet == INTERRUPT.decode():
                continue  # it has stopped already
            if packet[:1] in ("k", "D"):
                self.stub.send(packet)
                self.gdb.send("OK")
                return
            self.gdb.send(self.answer(packet))

    def answer(self, packet):
        kinds = {"q": self.query, "H": self.select, "T": self.alive, "g": self.all_registers, "p": self.one_register,
                 "m": self.read_memory, "M": self.write_memory, "Z": self.breakpoint, "z": self.breakpoint,
                 "v": self.resume_words, "c": lambda _: self.resume(None), "s": lambda _: self.resume(self.core),
                 "?": lambda _: f"{TRAPPED}thread:1;", "G": lambda _: REFUSED, "P": lambda _: REFUSED}
        return kinds[packet[0]](packet) if packet[:1] in kinds else ""

    def query(self, packet):
        part = re.match(r"qXfer:features:read:target.xml:([0-9a-f]+),([0-9a-f]+)", packet)
        if part:
            start, size = int(part[1], 16), int(part[2], 16)
            return ("m" if start + size < len(self.text) else "l") + self.text[start:start + size]
        if packet.startswith("qRcmd,"):
            said = self.stub.monitor(bytes.fromhex(packet[len("qRcmd,"):]).decode(errors="replace"))
            self.gdb.send("O" + said.encode().hex())
            return "OK"
        if packet.startswith("qThreadExtraInfo,"):
            return self.extra(int(packet.partition(",")[2], 16) - 1).encode().hex()
        if packet.startswith("qSupported"):
            return "PacketSize=1000;qXfer:features:read+;vContSupported+"
        return {"qfThreadInfo": "m" + ",".join(f"{core + 1:x}" for core in range(self.target.cores)), "qsThreadInfo": "l",
                "qC": f"QC{self.core + 1:x}", "qAttached": "1"}.get(packet, "")

    def extra(self, core):
        if in_aarch32(self.target.said(core)):
            where = "runs"
        else:
            where = "in the twin: it has trapped, waits, or is over" if self.target.interrupted(core)[1] else "has not run"
        return f"Cortex-R5F {core}: {where}"

    def select(self, packet):
        number = int(packet[2:], 16) - 1 if re.fullmatch("[0-9a-f]+", packet[2:]) else self.core
        if packet[1] == "g" and 0 <= number < self.target.cores:
            self.core = number
        return "OK"

    def alive(self, packet):
        return "OK" if 1 <= int(packet[1:], 16) <= self.target.cores else REFUSED

    def all_registers(self, _):
        values = self.target.registers(self.core)
        return "".join(packed(value, 8 if STATUS < n < FPSCR else 4) for n, value in enumerate(values))

    def one_register(self, packet):
        number, values = int(packet[1:], 16), self.target.registers(self.core)
        return packed(values[number], 8 if STATUS < number < FPSCR else 4) if number < len(values) else REFUSED

    def read_memory(self, packet):
        address, size = (int(word, 16) for word in packet[1:].split(","))
        return self.target.read(self.core, address, size)

    def write_memory(self, packet):
        place, _, digits = packet[1:].partition(":")
        address, size = (int(word, 16) for word in place.split(","))
        return self.target.write(self.core, address, size, digits)

    def breakpoint(self, packet):
        answer = self.stub.ask(packet)
        if answer == "OK":
            (self.breakpoints.add if packet[0] == "Z" else self.breakpoints.discard)(packet[1:])
        return answer

    # -------------------------------------------------------------------- running

    def resume_words(self, packet):
        if packet == "vCont?":
            return "vCont;c;C;s;S"
        if not packet.startswith("vCont;"):
            return ""
        actions = [word.partition(":") for word in packet.split(";")[1:]]
        steps = [int(thread, 16) - 1 for action, _, thread in actions if action[0] in "sS" and thread]
        if not steps and any(action[0] in "sS" for action, _, _ in actions):
            steps = [self.core]
        others = any(action[0] in "cC" for action, _, _ in actions)
        return self.resume(steps[0] if steps else None, others)

    def resume(self, step, others=True):
        """Until the next stop that is the R5Fs', or GDB's Ctrl-C."""
        while True:
            if step is None:
                stop = self.go("vCont;c")
            else:
                stop = self.step(step, others)
            if not stop.startswith(("T", "S")):
                return stop  # it has ended
            core = self.target.core_of(stop)
            if core is None and stop.startswith(TRAPPED):
                self.past_breakpoint(stop)
                continue
            self.core = self.core if core is None else core
            if step is None:
                self.settle()
            return f"{stop[:3]}thread:{self.core + 1:x};" + re.sub(r"^T..|thread:[^;]*;", "", stop)

    def go(self, words):
        """QEMU goes on; the stop that ends that."""
        self.target.known = {}
        self.stub.send(words)
        while True:
            stop = self.stub.take()
            if stop is not None:
                return stop
            ready = select.select([self.stub, self.gdb], [], [])[0]
            if self.stub in ready:
                try:
                    self.stub.receive()
                except Closed:
                    return "W00"
            if self.gdb in ready:
                self.gdb.receive()
                if self.gdb.take() == INTERRUPT.decode():
                    self.stub.write(INTERRUPT)

    def step(self, core, others):
        """One instruction of the program: through what the monitor does for it, and once more if that was to let the
        core past it (r5f.c, step_over()). The others go on for that, since one may hold a lock of the monitor's."""
        thread, before, through = self.target.thread(core), self.target.place(core), False
        stop = self.go(f"vCont;s:{thread:x}" + (";c" if others else ""))
        for _ in range(STEPS_MAX):
            if self.target.core_of(stop) != core or not stop.startswith(TRAPPED):
                break
            at = self.target.place(core)
            if at is not None and (at != before or not through):
                break
            through = True
            stop = self.go(f"vCont;s:{thread:x};c")
        return stop

    def settle(self):
        """Out of where a stop finds no program: a few instructions."""
        for _ in range(VECTORS_SIZE):
            if not self.target.passing(self.core):
                return
            self.go(f"vCont;s:{self.target.thread(self.core):x}")

    def past_breakpoint(self, stop):
        """An A53 has come to a breakpoint that is not its own."""
        thread = re.search(r"thread:(?:p\w+\.)?(\w+);", stop)[1]
        for each in self.breakpoints:
            self.stub.ask("z" + each)
        self.go(f"vCont;s:{thread}")
        for each in self.breakpoints:
            self.stub.ask("Z" + each)


def program_counters(stub_path, cpus, cores, symbols):
    """Where the programs of the R5Fs are; None for one that has not run."""
    try:
        target = Target(connect(stub_path), cpus, cores, symbols)
        return [target.registers(core)[PC] if target.has_run(core) else None for core in range(cores)]
    except (Closed, OSError):
        return [None] * cores


def serve(stub_path, path, cpus, cores, symbols):
    """Listens at path for one debugger; a thread of its own goes between it and QEMU, until either has gone."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(1)

    def run():
        gdb = Remote(listener.accept()[0])
        try:
            Session(Target(connect(stub_path), cpus, cores, symbols), gdb).run()
        except Closed:
            pass
        finally:
            gdb.connection.close()

    threading.Thread(target=run, daemon=True).start()
