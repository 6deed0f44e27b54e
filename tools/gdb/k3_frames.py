# SPDX-License-Identifier: BSD-3-Clause
"""Backtraces. GDB shows the frame of an exception as <signal handler called>, which is what it is in
unwind information: here it gets the name of the vector's code. The 0 that boot code hands on as a
return address (boot/start.S) is no frame."""

import gdb
from gdb.FrameDecorator import FrameDecorator


OUTERMOST = ("boot_main", "smp_secondary_main")  # entered from boot/start.S


class Vector(FrameDecorator):
    """The frame of code in arch/arm64/vectors.S."""

    def function(self):
        said = gdb.execute(f"info symbol {self.inferior_frame().pc():#x}", to_string=True)
        return super().function() if said.startswith("No symbol") else said.split()[0]

    def line(self):
        return self.inferior_frame().find_sal().line or None


def decorate(frames):
    for decorated in frames:
        frame = decorated.inferior_frame()
        if frame.pc() == 0 and frame.newer() is not None and frame.newer().name() in OUTERMOST:
            return
        yield Vector(decorated) if frame.type() == gdb.SIGTRAMP_FRAME else decorated
        reason = frame.unwind_stop_reason()
        if reason > gdb.FRAME_UNWIND_UNAVAILABLE:  # an error: GDB says so only where there is no filter
            gdb.write(f"Backtrace stopped: {gdb.frame_stop_reason_string(reason)}\n")


class Filter:
    name = "k3"
    priority = 100
    enabled = True

    def filter(self, frames):
        return decorate(frames)


def register():
    gdb.frame_filters[Filter.name] = Filter()
