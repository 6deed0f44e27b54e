# SPDX-License-Identifier: BSD-3-Clause
library-sources += $(addprefix arch/arm64/, \
    vectors.S cache.c core.c exception.c mmu.c psci.c report.c smp.c spinlock.c time.c translate.c wait.c)
# Included as "arch/...", whichever the architecture. Not for others: per_core.h, exception_frame.h,
# report.h, timer.h.
public-headers += $(addprefix arch/arm64/include/arch/, \
    barrier.h cache.h core.h core_layout.h exception.h memory_map.h mmio.h mmu.h probe.h psci.h \
    smp.h spinlock.h stack.h sysreg.h time.h translate.h wait.h)
