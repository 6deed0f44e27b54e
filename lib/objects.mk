# SPDX-License-Identifier: BSD-3-Clause
library-sources += $(addprefix lib/, \
    command.c console.c crc32.c device_tree.c device_tree_phy.c log.c newlib.c newlib_cores.c trace.c version.c)
r5-sources += $(addprefix lib/, \
    command.c console.c crc32_bits.c log.c newlib.c newlib_one_core.c trace.c version.c)
public-headers += $(addprefix lib/, \
    command.h console.h crc32.h device_tree.h device_tree_phy.h heap.h log.h trace.h version.h)
