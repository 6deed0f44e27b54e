# SPDX-License-Identifier: BSD-3-Clause
library-sources += $(addprefix drivers/gic/, \
    gic_cpu_interface.c gic_distributor.c gic_interrupt.c gic_redistributor.c gic_suspend.c gic_wait.c \
    its.c its_command.c its_queue.c its_table.c lpi.c)
public-headers += $(addprefix drivers/gic/, gic.h gic_registers.h include/root/root.h its.h its_registers.h)
