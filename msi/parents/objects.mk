# SPDX-License-Identifier: BSD-3-Clause
msi-parents-sources := $(addprefix msi/parents/, \
    chain.c id_pool.c inta.c intr.c its.c lpi_regions.c mapping.c restore.c shared.c spi.c stuck.c vint.c wired.c)
library-sources += $(msi-parents-sources)
# The ITS is the GIC's, and PCI the A53s'.
r5-sources += $(filter-out msi/parents/its.c msi/parents/lpi_regions.c msi/parents/shared.c,$(msi-parents-sources))
public-headers += msi/parents/inta_registers.h
