# SPDX-License-Identifier: BSD-3-Clause
library-sources += $(addprefix lib/, \
    block.c command.c console.c crc32.c device_tree.c device_tree_pci.c device_tree_phy.c device_tree_r5f.c log.c newlib.c newlib_cores.c trace.c version.c ymodem.c)
r5-sources += $(addprefix lib/, \
    command.c console.c crc32_bits.c log.c log_buffer.c newlib.c newlib_one_core.c resource_table.c trace.c version.c)
public-headers += $(addprefix lib/, \
    block.h command.h console.h crc32.h device_tree.h device_tree_pci.h device_tree_phy.h device_tree_r5f.h heap.h log.h trace.h version.h ymodem.h)
r5-public-headers += lib/log_buffer.h lib/resource_table.h
