# SPDX-License-Identifier: BSD-3-Clause
library-sources += $(addprefix drivers/pci/, \
    am65x.c am65x_config.c am65x_errors.c am65x_serdes.c am65x_wait.c assign.c bus_reset.c capability.c config.c enable.c enumerate.c function.c \
    interrupt.c line.c messages.c msi.c msix.c reset.c restore.c size.c suspend.c)
public-headers += $(addprefix drivers/pci/, am65x.h msi.h msi_registers.h pci.h pci_registers.h)
