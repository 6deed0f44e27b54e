// SPDX-License-Identifier: BSD-3-Clause
/*
 * Registers of PCI functions, by their offset in the configuration space (PCI Local Bus
 * Specification 3.0, chapter 6; PCI-to-PCI Bridge Architecture 1.2, chapter 3; PCI Express Base
 * Specification 4.0, chapter 7). Names as there.
 */
#ifndef DRIVERS_PCI_PCI_REGISTERS_H
#define DRIVERS_PCI_PCI_REGISTERS_H

/* Sizes of the configuration space: of PCI; of PCI Express. */
#define PCI_CONFIG_SIZE                0x100u
#define PCI_CONFIG_SIZE_EXTENDED       0x1000u

/* Of all functions. */
#define PCI_VENDOR_ID                  0x00u /* 16 bits; all ones: nobody there */
#define PCI_DEVICE_ID                  0x02u
#define PCI_COMMAND                    0x04u
#define PCI_COMMAND_IO                 0x0001u
#define PCI_COMMAND_MEMORY             0x0002u
#define PCI_COMMAND_MASTER             0x0004u
#define PCI_COMMAND_INTX_DISABLE       0x0400u
#define PCI_STATUS                     0x06u
#define PCI_STATUS_INTERRUPT           0x0008u
#define PCI_STATUS_CAPABILITIES        0x0010u
#define PCI_REVISION_ID                0x08u /* 8 bits; above it 24 of class code */
#define PCI_CACHE_LINE_SIZE            0x0cu
#define PCI_HEADER_TYPE                0x0eu
#define PCI_HEADER_LAYOUT              0x7fu
#define PCI_HEADER_DEVICE              0u
#define PCI_HEADER_BRIDGE              1u
#define PCI_HEADER_MULTI_FUNCTION      0x80u
#define PCI_BAR(index)                 (0x10u + 4u * (index))
#define PCI_BAR_IO                     0x1u
#define PCI_BAR_IO_ADDRESS             0xfffffffcu
#define PCI_BAR_MEMORY_TYPE            0x6u
#define PCI_BAR_MEMORY_32              0x0u
#define PCI_BAR_MEMORY_64              0x4u
#define PCI_BAR_PREFETCHABLE           0x8u
#define PCI_BAR_MEMORY_ADDRESS         0xfffffff0u
#define PCI_CAPABILITIES_POINTER       0x34u
#define PCI_INTERRUPT_LINE             0x3cu
#define PCI_INTERRUPT_PIN              0x3du /* 1 to 4: INTA to INTD; 0: none */

/* Of devices. */
#define PCI_DEVICE_BARS                6u
#define PCI_SUBSYSTEM_VENDOR_ID        0x2cu
#define PCI_SUBSYSTEM_ID               0x2eu
#define PCI_ROM                        0x30u

/* Of bridges. */
#define PCI_BRIDGE_BARS                2u
#define PCI_PRIMARY_BUS                0x18u
#define PCI_SECONDARY_BUS              0x19u
#define PCI_SUBORDINATE_BUS            0x1au
#define PCI_IO_BASE                    0x1cu /* 8 bits; from here on bases and limits, in pairs */
#define PCI_IO_LIMIT                   0x1du
#define PCI_MEMORY_BASE                0x20u /* bits 15:4 are address bits 31:20 */
#define PCI_PREFETCHABLE_BASE          0x24u
#define PCI_PREFETCHABLE_BASE_UPPER    0x28u
#define PCI_PREFETCHABLE_LIMIT_UPPER   0x2cu
#define PCI_IO_BASE_UPPER              0x30u
#define PCI_BRIDGE_CONTROL             0x3eu
#define PCI_BRIDGE_RESET               0x0040u /* of all behind it, as long as it is set */

/* Classes: the upper 16 of the class code's 24 bits. */
#define PCI_CLASS_BRIDGE_PCI           0x0604u

/* Capabilities: an id of 8 bits, and the offset of the next. */
#define PCI_CAPABILITY_POWER           0x01u
#define PCI_CAPABILITY_MSI             0x05u
#define PCI_CAPABILITY_VENDOR          0x09u
#define PCI_CAPABILITY_EXPRESS         0x10u
#define PCI_CAPABILITY_MSIX            0x11u
#define PCI_CAPABILITY_AF              0x13u

/* Power management (PCI Bus Power Management Interface Specification 1.2). */
#define PCI_POWER_CONTROL              4u /* 16 bits, from the capability on */
#define PCI_POWER_STATE                0x0003u
#define PCI_POWER_STATE_D3HOT          0x0003u
#define PCI_POWER_EVENT                0x8000u /* a write of 1 clears it */
#define PCI_POWER_NO_SOFT_RESET        0x0008u

/* PCI Express. */
#define PCI_EXPRESS_FLAGS              2u
#define PCI_EXPRESS_FLAGS_TYPE(flags)  ((flags) >> 4 & 0xfu)
#define PCI_EXPRESS_TYPE_ENDPOINT      0x0u
#define PCI_EXPRESS_TYPE_ROOT_PORT     0x4u
#define PCI_EXPRESS_TYPE_UPSTREAM      0x5u
#define PCI_EXPRESS_TYPE_DOWNSTREAM    0x6u
#define PCI_EXPRESS_TYPE_TO_PCI        0x7u
#define PCI_EXPRESS_DEVICE_CAPS        4u
#define PCI_EXPRESS_DEVICE_CAPS_FLR    0x10000000u
#define PCI_EXPRESS_DEVICE_CONTROL     8u
#define PCI_EXPRESS_READ_REQUEST       0x7000u /* 128 bytes << n */
#define PCI_EXPRESS_REPORT_ERRORS      0x0007u /* correctable, non-fatal, fatal */
#define PCI_EXPRESS_PAYLOAD            0x00e0u
#define PCI_EXPRESS_RESET              0x8000u /* initiate a function-level reset */
#define PCI_EXPRESS_DEVICE_STATUS      10u
#define PCI_EXPRESS_PENDING            0x0020u /* transactions */
#define PCI_EXPRESS_LINK_CAPS          12u
#define PCI_EXPRESS_LINK_CONTROL       16u
#define PCI_EXPRESS_LINK_STATUS        18u
#define PCI_EXPRESS_LINK_SPEED(status) ((status)&0xfu) /* 1: 2.5 GT/s, 2: 5 GT/s, ... */
#define PCI_EXPRESS_LINK_WIDTH(status) ((status) >> 4 & 0x3fu)
#define PCI_EXPRESS_ROOT_CONTROL       28u
#define PCI_EXPRESS_ROOT_SYSTEM_ERRORS 0x0007u /* for the same */
#define PCI_EXPRESS_LINK_CONTROL2      48u

/* Advanced features: what a conventional device has for a reset. */
#define PCI_AF_CAPS                    3u
#define PCI_AF_CAPS_FLR                0x02u
#define PCI_AF_CONTROL                 4u
#define PCI_AF_CONTROL_FLR             0x01u
#define PCI_AF_STATUS                  5u
#define PCI_AF_STATUS_PENDING          0x01u

/* Extended capabilities: a word of id, version and the offset of the next. */
#define PCI_EXTENDED_FIRST             0x100u
#define PCI_EXTENDED_ID(word)          ((word)&0xffffu)
#define PCI_EXTENDED_NEXT(word)        ((word) >> 20 & 0xffcu)

#endif
