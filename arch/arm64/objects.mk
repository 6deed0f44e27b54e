# SPDX-License-Identifier: BSD-3-Clause
library-sources += $(addprefix arch/arm64/, \
    vectors.S cache.c core.c exception.c mmu.c psci.c report.c smp.c spinlock.c time.c translate.c wait.c)
