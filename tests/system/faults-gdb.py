# SPDX-License-Identifier: BSD-3-Clause
"""For tests/system/faults, inside GDB: brings the firmware to where it goes wrong. Each panic is reported on
the firmware's console, in the order of the calls here; what else is to be known is printed as "told NAME VALUE"."""

import gdb

REGISTERS = [f"x{i}" for i in range(31)] + ["sp", "pc", "cpsr"]
GUARD, THREAD, IRQ, FAULT = 0x1000, 0x10000, 0x4000, 0x3000  # arch/stack.h
IRQ_LEVELS = 4
HANDLERS = GUARD + THREAD  # where those of handlers begin


def number(expression):
    return int(gdb.parse_and_eval(f"(unsigned long)({expression})"))


def address(symbol):
    """Of the firmware's: GDB has the twin's symbols too, and takes one of them where the firmware has none."""
    place = number(f"&{symbol}")
    if not number("&image_start") <= place <= number("&heap_start"):
        raise gdb.GdbError(f"error: {symbol} at {place:#x} is not the firmware's")
    return place


def put(**values):
    for name, value in values.items():
        gdb.execute(f"set ${name} = {value:#x}")


def store(place, value):
    gdb.execute(f"set {{unsigned long}}{place:#x} = {value:#x}")


def run_to(*places):
    """Goes on until one of the places is reached, and sees that this is why it stopped."""
    stops = []
    for place in places:
        gdb.execute(f"thbreak {place}", to_string=True)
    gdb.events.stop.connect(stops.append)
    gdb.execute("continue", to_string=True)
    gdb.events.stop.disconnect(stops.append)
    gdb.execute("delete", to_string=True)
    if not any(isinstance(stop, gdb.BreakpointEvent) for stop in stops):
        raise gdb.GdbError(f"error: stopped on the way to {' or '.join(places)}: {stops}")


def told(name, value):
    print("told", name, value)


def instruction(at):
    return gdb.selected_frame().architecture().disassemble(at)[0]["asm"].split()[0]


def find_instruction(function, name):
    at = address(function)
    while instruction(at) != name:
        at += 4
    return at


class Machine:
    """The state at main(), to which it comes back after each panic."""

    def __init__(self):
        run_to("main")
        self.registers = {name: number(f"${name}") for name in REGISTERS}

    def restore(self):
        gdb.execute("set var 'report.c'::depth = 0")
        gdb.execute("set var 'report.c'::owner = 0")
        put(**self.registers)

    def panic(self, then=lambda: None, **values):
        """Goes on with the values in the registers, to the end of the report."""
        put(**values)
        then()
        run_to("psci_system_off")
        told("status", number("$x0"))
        self.restore()

    def panic_as(self, esr, far, kind=0):
        """A report of an exception that can't be made to happen."""
        def change():
            run_to("report_exception")
            frame = number("$x0")
            store(frame + 272, esr)
            store(frame + 280, far)
            put(x1=kind)
        self.panic(change, pc=0x1000)


def at_report(**values):
    """The report goes wrong itself, where it prints the registers."""
    def change():
        run_to("report_registers")
        put(**values)
    return change


def reports():
    machine = Machine()
    heap, text = address("heap_start"), address("text_start")
    stack, sp = address("stacks"), machine.registers["sp"]
    copy = address("memcpy")

    machine.panic(pc=copy, x0=0x10, x1=heap, x2=16)  # a write to nothing
    machine.panic(pc=copy, x0=heap, x1=0x10, x2=16)  # a read of nothing
    machine.panic(pc=copy, x0=text, x1=heap, x2=16)  # a write to code
    machine.panic(pc=0x1000)  # a jump to nothing
    machine.panic(pc=heap)  # a jump to data
    machine.panic(pc=address("main") + 2)
    machine.panic(pc=address("image_start") + 56)  # "ARM\x64" is no instruction
    machine.panic(sp=stack + GUARD)  # main() with no stack left
    for level in range(IRQ_LEVELS):
        machine.panic(sp=stack + HANDLERS + level * (GUARD + IRQ) + GUARD)
    machine.panic(pc=0x1000, x29=stack)  # frame pointers that lead astray
    machine.panic(pc=0x1000, x29=sp - 60)
    store(sp - 64, sp - 64)
    store(sp - 56, 0x1234)
    machine.panic(pc=0x1000, x29=sp - 64)  # a record that points to itself
    gdb.execute("set var 'report.c'::output = 0")
    machine.panic(pc=0x1000)  # as before the console
    machine.panic(at_report(x0=0x10), pc=0x1000)  # and again
    machine.panic(lambda: (at_report(x0=0x10)(), at_report(x0=0x10)()), pc=0x1000)  # and again
    store(sp - 64, int.from_bytes(b"it said\0", "little"))
    machine.panic(pc=address("panic"), x0=sp - 64)  # its message


def table():
    """Each class and status that the report has words for, whether it can come or not."""
    machine = Machine()
    for fault in range(64):
        machine.panic_as(0x25 << 26 | (fault & 1) << 6 | fault, 0x55aa)
    machine.panic_as(0x25 << 26 | 1 << 10 | 0x10, 0x55aa)  # FAR is not valid
    for kind in range(64):
        machine.panic_as(kind << 26, 0)
    for kind in (1, 2, 3):
        machine.panic_as(0, 0, kind)


def handler():
    """In an interrupt's handler."""
    machine = Machine()
    run_to("dispatch thread 1")
    machine.panic(pc=0x1000)


def handler_with_fp():
    """FP/SIMD traps in a handler that has saved it already."""
    machine = Machine()
    run_to("dispatch thread 1")
    gdb.execute("set var cores[0].fp_saved = 1")
    machine.panic(pc=find_instruction("handler_with_memcpy", "movi"))


def handler_with_malloc():
    """A handler takes a lock that is for threads."""
    machine = Machine()
    run_to("dispatch thread 1")
    machine.panic(pc=address("malloc"), x0=16)


def unattached():
    """The console before it has a device."""
    run_to("boot_main")
    here = number("$pc")
    for function in ("console_getc", "console_interrupted", "console_flush"):
        put(pc=address(function), x0=0, x30=here)
        run_to("boot_main")
        told(function, number("$x0"))


def hopeless():
    """The report runs out of its own stack."""
    machine = Machine()
    put(pc=0x1000)
    run_to("report_registers")
    put(sp=address("stacks") + HANDLERS + IRQ_LEVELS * (GUARD + IRQ) + GUARD + 64, x0=0x10)
    del machine
    run_to("exception_hopeless")
    told("at", "exception_hopeless" if number("$pc") == number("&exception_hopeless") else "another place")


def refused():
    """The secure monitor does not do what it is told: each code of PSCI, a power-off, a reset."""
    machine = Machine()
    smc = find_instruction("psci_cpu_on", "smc")
    for code in (0, -1, -2, -3, -4, -5, -9, -100):
        put(pc=address("psci_cpu_on"), x0=1, x1=2, x2=3, x30=machine.registers["pc"])
        run_to(f"*{smc:#x}")
        put(x0=code & 0xffffffffffffffff, pc=smc + 4)
        run_to("main")
        told("cpu_on", f"{code} {number('$x0') - (1 << 32) if number('$x0') >> 31 else number('$x0')}")
        machine.restore()
    for function in ("psci_cpu_off", "psci_system_off", "psci_system_reset"):
        smc = find_instruction(function, "smc")
        put(pc=address(function), x0=0)
        run_to(f"*{smc:#x}")
        put(pc=smc + 4)
        while instruction(number("$pc")) != "wfi":
            gdb.execute("stepi", to_string=True)
        told(function, f"ends at wfi with DAIF {number('$cpsr') >> 6 & 15:#x}")
        machine.restore()


def others():
    """The other cores stop when one panics, at their next interrupt."""
    Machine()
    put(pc=0x1000)
    run_to("psci_system_off")
    gdb.execute("set scheduler-locking on")  # this core stays here
    stopped = []
    for thread in (2, 3, 4):
        gdb.execute(f"thread {thread}", to_string=True)
        if gdb.newest_frame().name() != "stop_core":  # it has had no time yet
            run_to("stop_core")
        stopped.append(gdb.selected_thread().num)
    told("stopped", stopped)


def second():
    """A core panics while another one reports."""
    machine = Machine()
    gdb.execute("set var 'report.c'::owner = 3")
    put(pc=0x1000)
    run_to("stop_core", "psci_system_off")
    told("at", gdb.newest_frame().name())
    machine.restore()


def retry():
    """Calls platform_retry() before main(), which then goes on."""
    before = {name: number(f"${name}") for name in REGISTERS}
    put(pc=address("platform_retry"), x30=before["pc"])
    run_to("main")
    error, cores = gdb.parse_and_eval("(int)$x0"), number("'core.c'::running")
    told("retry", f"{error}, {cores} cores")
    put(**before)


def boot_core_unknown():
    run_to("smp_boot")
    put(x1=0)
    run_to("main")
    retry()


def too_many():
    run_to("smp_boot")
    gdb.execute("set var 'core.c'::running = 8")
    run_to("platform.c:cores_up", "main")


def not_started():
    smc = find_instruction("psci_cpu_on", "smc")
    run_to(f"*{smc:#x}")
    put(x0=(1 << 64) - 3, pc=smc + 4)
    run_to("main")
    for line in ("parts", "parts retry", "parts", "parts retry", "poweroff 5"):
        gdb.execute(f"k3 type {line}", to_string=True)
    run_to("psci_system_off")
    told("status", number("$x0"))


def refused_range():
    """The system firmware refuses to say which transmit channels are this host's; later it does."""
    run_to("ti_sci_get_range if $w0 == 188 && $w1 == 0x0d")
    run_to(f"*{address('ti_sci_request'):#x}")
    put(x0=(1 << 64) - 13, pc=number("$x30"))
    run_to("main")
    for line in ("parts", "parts retry", "parts retry", "poweroff 5"):
        gdb.execute(f"k3 type {line}", to_string=True)
    run_to("psci_system_off")
    told("status", number("$x0"))


def not_ready():
    """A core whose part of the bring-up fails; after another try it works."""
    run_to("smp_boot")
    run_to(f"*{address('gic_core_init'):#x}")
    put(x0=(1 << 64) - 5, pc=number("$x30"))
    run_to("main")
    retry()
    gdb.execute("set var 'start.c'::boot_info.error = 0")  # or main() would do nothing
    run_to("psci_system_off")
    told("status", number("$x0"))


def late():
    """A core that has no time to come up in time, and comes later."""
    gdb.execute("thbreak smp_secondary_main", to_string=True)
    gdb.execute("continue", to_string=True)
    core = gdb.selected_thread().num
    gdb.execute("thread 1", to_string=True)
    gdb.execute("set scheduler-locking on")
    run_to("main thread 1")
    told("cores", number("'core.c'::running"))
    gdb.execute(f"thread {core}", to_string=True)
    run_to(f"psci_cpu_off thread {core}")
    told("late", f"core {core - 1} goes off with IRQs {'masked' if number('$cpsr') & 0x80 else 'on'}")
    gdb.execute("set scheduler-locking off")
    gdb.execute("thread 1", to_string=True)
    retry()


def early():
    """Before the platform has found its console."""
    run_to("boot_main")
    put(pc=0x1000)
    run_to("psci_system_off")
    told("status", number("$x0"))
