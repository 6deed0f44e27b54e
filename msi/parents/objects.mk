# SPDX-License-Identifier: BSD-3-Clause
msi-parents-sources := $(addprefix msi/parents/, \
    id_pool.c inta.c intr.c its.c lpi_regions.c mapping.c restore.c spi.c vint.c wired.c)
library-sources += $(msi-parents-sources)
r5-sources += $(msi-parents-sources)
public-headers += msi/parents/inta_registers.h
