# SPDX-License-Identifier: BSD-3-Clause
library-sources += $(addprefix arch/arm64/, \
    vectors.S alarm.c cache.c core.c exception.c mmu.c mmu_registers.c nesting.c psci.c report.c smp.c suspend.c suspend.S \
    time.c translate.c)
# Included as "arch/...", whichever the architecture. Not for others: alarm_state.h, per_core.h,
# exception_frame.h, report_raise.h.
public-headers += $(addprefix arch/arm64/include/arch/, \
    barrier.h core_end.h core_layout.h core_max.h cpu_interface.h interrupt_mask.h memory_map.h mmio.h mmu.h \
    probe.h psci.h relaxed.h spinlock_inline.h stack.h suspend.h sysreg.h translate.h)
