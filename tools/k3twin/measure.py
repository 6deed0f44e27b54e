# SPDX-License-Identifier: BSD-3-Clause
"""What the plugin twin/measure/measure.c has written down: windows, with what was executed in them.

A window is what all cores execute between two marks or during a call, or what one core executes from
the vector of an IRQ to its ERET.
"""

import array
import bisect
from collections import Counter

from k3twin.board import UsageError

# As in twin/measure/measure.c.
(INSTRUCTION, CALLS, RETURN, VECTOR, MEMORY, SYSTEM, BEGIN, END, CALL, BACK, UNTIL, TOTAL, FULL) = range(13)
KIND_SHIFT, CORE_SHIFT, SLOT_SHIFT = 56, 52, 8
PLACE_MASK = BOOT = (1 << SLOT_SHIFT) - 1
VALUE_MASK = (1 << CORE_SHIFT) - 1

IRQ_VECTOR = 0x280  # the current level's, on its own stack


class Window:
    """kind: BEGIN, CALL or VECTOR; place: the mark's or the function's number; core: whose it is."""

    def __init__(self, kind, place, core, outer=None, keeps_steps=True):
        self.kind, self.place, self.core, self.keeps_steps = kind, place, core, keeps_steps
        self.outer = outer  # of an interrupt: the mark's window that it lies in, or the latest of its core's open calls
        self.cores = Counter()  # instructions
        self.memory = self.system = 0  # accesses
        self.places = Counter()  # instructions by their address
        self.own = Counter()  # of a call: those of its core that lie in no call within it
        self.own_accessors = Counter()  # and their accesses
        self.accessors = Counter()  # accesses by the instruction's address
        self.steps = []  # (kind, address) in their order; of calls only if that was asked for
        self.interrupts = 0

    @property
    def instructions(self):
        return sum(self.cores.values())

    def take(self, kind, core, address):
        self.cores[core] += 1
        if self.keeps_steps:
            self.steps.append((kind, address))
        if self.kind != VECTOR:
            self.places[address] += 1
            self.interrupts += kind == VECTOR

    def access(self, kind, address):
        self.accessors[address] += 1
        if kind == MEMORY:
            self.memory += 1
        else:
            self.system += 1


class Recording:
    """windows: in the order in which they ended; before: {address: (instructions, memory, system)}. call_steps: calls keep
    their steps, too."""

    def __init__(self, path, call_steps=False):
        self.call_steps = call_steps
        self.windows, self.before, self.full = [], {}, False
        self.mark, self.calls, self.nested = None, {}, {}
        self.until = None
        records = array.array("Q")
        with open(path, "rb") as file:
            data = file.read()
        records.frombytes(data[:len(data) // 8 * 8])
        for record in records:
            self.take(record >> KIND_SHIFT, record >> CORE_SHIFT & 15, record & VALUE_MASK)
        if self.full:
            raise UsageError(f"{path}: the recording is cut short: there is too much in it")

    def take(self, kind, core, value):
        if kind <= VECTOR:
            self.executed(kind, core, value)
        elif kind <= SYSTEM:
            for window in self.open(core):
                window.access(kind, value)
            if inner := self.innermost(core):
                inner.own_accessors[value] += 1
        elif kind == BEGIN:
            self.mark = Window(BEGIN, value, core)
        elif kind == END and self.mark:
            self.windows.append(self.mark)
            self.mark = None
        elif kind == CALL:
            self.calls.pop(value >> SLOT_SHIFT, None)  # which puts it behind those that are open
            self.calls[value >> SLOT_SHIFT] = Window(CALL, value & PLACE_MASK, core, keeps_steps=self.call_steps)
        elif kind == BACK:
            self.windows.append(self.calls.pop(value >> SLOT_SHIFT))
        elif kind == UNTIL:
            self.until = value
            self.before[value] = ()
        elif kind == TOTAL:
            self.before[self.until] += (value,)
        elif kind == FULL:
            self.full = True

    def open(self, core):
        """The windows that a core's instruction lies in; of nested interrupts the innermost."""
        nested = self.nested.get(core)
        return [*([self.mark] if self.mark else []), *self.calls.values(), *(nested[-1:] if nested else [])]

    def innermost(self, core):
        """The latest of a core's open calls."""
        return next((window for window in reversed(self.calls.values()) if window.core == core), None)

    def executed(self, kind, core, address):
        if kind == VECTOR:
            self.nested.setdefault(core, []).append(Window(VECTOR, 0, core, self.mark or self.innermost(core)))
        for window in self.open(core):
            window.take(kind, core, address)
        if inner := self.innermost(core):
            inner.own[address] += 1
        if kind == RETURN and self.nested.get(core):
            self.windows.append(self.nested[core].pop())

    def marks(self, place):
        return [window for window in self.windows if window.kind == BEGIN and window.place == place]

    def calls_of(self, place):
        return [window for window in self.windows if window.kind == CALL and window.place == place]

    def interrupts(self):
        return [window for window in self.windows if window.kind == VECTOR]


class Names:
    """Functions by address."""

    def __init__(self, symbols):
        """symbols: (address, size, name)"""
        self.symbols = sorted((address & VALUE_MASK, size, name) for address, size, name in symbols
                              if not name.startswith(("$", ".")))
        self.starts = [address for address, _, _ in self.symbols]
        self.by_name = {name: address for address, _, name in self.symbols}
        self.known = {}

    def __call__(self, address):
        name = self.known.get(address)
        if name is None:
            place = bisect.bisect_right(self.starts, address) - 1
            name = self.known[address] = self.symbols[place][2] if place >= 0 else "?"
        return name

    def functions(self, places):
        """{function: instructions}"""
        found = Counter()
        for address, count in places.items():
            found[self(address)] += count
        return found


def outside_interrupts(steps):
    """What one core executes between its interrupts."""
    depth = 0
    for kind, address in steps:
        depth += kind == VECTOR
        if depth == 0:
            yield kind, address
        depth -= kind == RETURN and depth > 0


class Frame:
    """A function's run in an interrupt: where it begins, how long it is with all that it calls, and these."""

    def __init__(self, name, start):
        self.name, self.start, self.length, self.own, self.inner = name, start, 0, 0, []


def frames(steps, names):
    """The tree of what an interrupt executes, by calls and returns. What is jumped to stands beside what jumped."""
    root = Frame("", 0)
    stack, backs, last = [root], [None], None
    for number, (kind, address) in enumerate(steps):
        name = names(address)
        called = last is not None and last[0] == CALLS
        if not called and address in backs:
            del stack[backs.index(address):], backs[backs.index(address):]
        if called or stack[-1].name != name:
            back = last[1] + 4 if called else None
            if not called and len(stack) > 1:
                stack.pop()
                back = backs.pop()
            stack.append(Frame(name, number))
            backs.append(back)
            stack[-2].inner.append(stack[-1])
        stack[-1].own += 1
        for frame in stack:
            frame.length += 1
        last = kind, address
    return root


def find_frame(frame, name):
    """A function's first run; None: it does not run."""
    if frame.name == name:
        return frame
    return next((found for inner in frame.inner if (found := find_frame(inner, name))), None)


def median(values):
    """The middle one, or the lower of two."""
    return sorted(values)[(len(values) - 1) // 2]


def middle(windows, weight=lambda window: window.instructions):
    """The window whose weight is the median."""
    return sorted(windows, key=weight)[(len(windows) - 1) // 2]
