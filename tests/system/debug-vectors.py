# SPDX-License-Identifier: BSD-3-Clause
"""For tests/system/debug, inside GDB: steps through the way of an interrupt into the handler and back,
and compares the interrupted frame at each instruction with what the registers were. Prints lines
"ok NAME" and "not ok NAME"."""

import gdb

X_ALL = [f"x{i}" for i in range(31)] + ["sp"]
MASK = (1 << 64) - 1


def number(expression):
    return int(gdb.parse_and_eval(f"(unsigned long){expression}"))


def instruction():
    pc = number("$pc")
    return gdb.selected_frame().architecture().disassemble(pc)[0]["asm"].split()[0]


def interrupted(pc):
    """The frame of the interrupted code; None: the backtrace ends before it. An error if it goes elsewhere."""
    frame = gdb.newest_frame().older()
    for _ in range(32):
        if frame is None or frame.pc() == pc:
            return frame
        frame = frame.older()
    raise gdb.GdbError("no end")


def differences(frame, truth):
    """Registers of the frame that are neither right nor known to be lost."""
    wrong = []
    for name, value in truth.items():
        held = frame.read_register(name)
        if not held.is_optimized_out and int(held) & MASK != value:
            wrong.append(f"{name} is {int(held) & MASK:#x}, was {value:#x}")
    return wrong


def look(pc, truth, seen, wrong):
    """At this instruction the interrupted frame is right, or not there."""
    frame = interrupted(pc)
    if frame is None:
        if gdb.newest_frame().older() is not None:
            wrong.append(f"{number('$pc'):#x}: frames, but not the interrupted one")
        seen["ends"] += 1
        return
    seen["right"] += 1
    wrong += [f"{number('$pc'):#x}: {difference}" for difference in differences(frame, truth)]


def step(pc, truth, seen, wrong):
    """To the exception's return, over what it calls."""
    for _ in range(200):
        look(pc, truth, seen, wrong)
        kind = instruction()
        if kind in ("bl", "blr"):  # the others run too meanwhile: the handler may wait for a lock
            gdb.execute(f"thbreak *{number('$pc') + 4:#x} thread {gdb.selected_thread().num}", to_string=True)
            gdb.execute("set scheduler-locking off")
            gdb.execute("continue", to_string=True)
            gdb.execute("set scheduler-locking on")
            continue
        gdb.execute("stepi", to_string=True)
        if kind == "eret":
            return
    wrong.append("the way back has no end")


def main():
    gdb.execute("set scheduler-locking on")
    pc = number("$ELR_EL1")
    truth = {name: number(f"${name}") for name in X_ALL}
    seen, wrong = {"ends": 0, "right": 0}, []
    step(pc, truth, seen, wrong)
    # All but those before the ELR is saved (25), and the return itself.
    print(f"{'ok' if seen['right'] >= 25 and 0 < seen['ends'] <= 26 and not wrong else 'not ok'} "
          f"the interrupted frame is right or not there at every instruction of the vector {seen} {wrong}")
    back = number("$pc") == pc and all(number(f"${name}") == value for name, value in truth.items())
    print(f"{'ok' if back else 'not ok'} and the interrupted code goes on with its registers as they were")
    gdb.execute("set scheduler-locking off")


main()
