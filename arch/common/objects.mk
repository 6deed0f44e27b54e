# SPDX-License-Identifier: BSD-3-Clause
library-sources += $(addprefix arch/common/, deadline.c idle.c report_print.c spinlock.c wait.c)
# Not for others: report_print.h, timer.h.
public-headers += $(addprefix arch/common/include/arch/, \
    cache.h core.h exception.h idle.h smp.h spinlock.h time.h wait.h)
