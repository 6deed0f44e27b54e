# SPDX-License-Identifier: BSD-3-Clause
library-sources += $(addprefix arch/arm64/, \
    vectors.S alarm.c cache.c core.c deadline.c exception.c idle.c mmu.c nesting.c psci.c report.c smp.c spinlock.c suspend.c suspend.S \
    time.c translate.c wait.c)
# Included as "arch/...", whichever the architecture. Not for others: per_core.h, exception_frame.h,
# report.h, timer.h.
public-headers += $(addprefix arch/arm64/include/arch/, \
    alarm.h barrier.h cache.h core.h core_layout.h cpu_interface.h exception.h idle.h memory_map.h mmio.h mmu.h \
    probe.h psci.h relaxed.h smp.h spinlock.h spinlock_inline.h stack.h suspend.h sysreg.h time.h translate.h wait.h)
