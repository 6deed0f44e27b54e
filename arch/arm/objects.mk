# SPDX-License-Identifier: BSD-3-Clause
# For the Cortex-R5F (mk/r5.mk); the A53's build reads only what of it is public.
r5-sources += $(addprefix arch/arm/, \
    vectors.S alarm.c backtrace.c cache.c core.c exception.c mcu_timers.c mpu.c report.c smp.c time.c) \
    $(addprefix arch/common/, completion.c deadline.c idle.c report.c report_print.c spinlock.c wait.c)
# Not for others: backtrace.h, exception_frame.h, per_core.h, report_raise.h.
r5-public-headers += $(addprefix arch/arm/include/arch/, \
    barrier.h core_end.h core_max.h cp15.h interrupt_mask.h mcu_timers.h memory_map.h mmio.h mpu.h probe.h relaxed.h \
    spinlock_inline.h stack.h)
