# SPDX-License-Identifier: BSD-3-Clause
library-sources += $(addprefix arch/common/, completion.c deadline.c idle.c report.c report_print.c spinlock.c wait.c)
# Not for others: report.h, report_print.h, timer.h.
public-headers += $(addprefix arch/common/include/arch/, \
    alarm.h cache.h core.h exception.h idle.h smp.h spinlock.h time.h wait.h)
