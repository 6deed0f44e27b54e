# SPDX-License-Identifier: BSD-3-Clause
library-sources += $(addprefix drivers/cpsw/, \
    address.c ale.c ale_entry.c cpsw.c dp83867.c filter.c frames.c link.c mac.c mdio.c phy.c power.c statistics.c)
public-headers += $(addprefix drivers/cpsw/, \
    ale_registers.h cpsw.h cpsw_registers.h mdio_registers.h phy_registers.h statistics.h)
